//! The officers' desk: the queue of what the rules left open, its decisions by one officer or by two, and how long they took.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shared::applications::{
    Application, ApplicationReturn, ApplicationState, BulkDecision, BulkOutcome, Checked, Clock, Decider, Desk, Judged, KnownFact,
    LeadTime, NewHandOver, OfficerDecision, OpenPoint, Origin, Proposal, ProposalCheck, Queue, QueueLine, ReviewCase, ReviewRejection,
    Ruled, check_proposal, decide, give_back, lead_time, weigh,
};
use shared::calendar::{Holiday, Holidays, last_working_day};
use shared::families::{Family, ProofKind, ResidenceProof};
use shared::ids::{AccountId, ApplicationId};
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT};
use shared::problem::{Problem, ProblemPart, Reason};
use shared::procedures::{Keep, ProcedureKey};
use shared::time::{day_start, days_after, days_before, tokyo_day};
use utoipa::IntoParams;

use self::store::IN_REVIEW;
use super::engine::{self, Known};
use super::store::{find_application, line, update_application, write_known};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForChange, ForOfficer};
use crate::idempotency::{Answer, Key, once, once_told};
use crate::municipalities::store::list_holidays;
use crate::outbox::Act;
use crate::request::{Body, IfMatch, Query, etag};
use crate::session::Officer;
use crate::{App, families};

/// The states that the queue can be asked for.
const STATES: [&str; 5] = [IN_REVIEW, "returned", "granted", "refused", "withdrawn"];
/// The longest range of figures, in days.
const MAX_DAYS: i64 = 1100;

/// Which applications.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// `in_review` when absent; `returned`, `granted`, `refused` or `withdrawn`.
    pub state: Option<String>,
    /// Only of this procedure.
    #[param(value_type = Option<String>)]
    pub procedure: Option<ProcedureKey>,
    /// Only those past the target; of those in review, the only ones whose clock goes on.
    pub overdue: Option<bool>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Of which decisions.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LeadTimeQuery {
    /// First day; 90 days before the last when absent.
    pub from: Option<NaiveDate>,
    /// Last day; today when absent.
    pub until: Option<NaiveDate>,
}

fn wrong(parameter: &str) -> ApiError {
    ApiError::invalid(&format!("/{parameter}"), Reason::new("problem.invalid"))
}

/// What a rule says against it: at fields, or as a whole.
fn told(parts: Vec<ProblemPart>) -> ApiError {
    if parts.iter().all(|part| part.pointer.is_none()) { ApiError::Refused(parts) } else { ApiError::Invalid(parts) }
}

fn holidays(conn: &mut AnyConnection, from: NaiveDate, until: NaiveDate) -> Result<Holidays, ApiError> {
    Ok(list_holidays(conn, from, until)?.into_iter().map(|(date, name)| Holiday { date, name }).collect())
}

/// The clock of an application that came to officers; it stands still while the family has it back, and once it is decided.
fn clock(application: &Application, today: NaiveDate, holidays: &Holidays) -> Option<Clock> {
    let on = match &application.state {
        ApplicationState::Granted { decision } | ApplicationState::Refused { decision } => tokyo_day(decision.decided_at),
        ApplicationState::Returned { at } => tokyo_day(*at),
        ApplicationState::InReview { .. } => today,
        ApplicationState::Draft | ApplicationState::Withdrawn { .. } => return None,
    };
    Some(Clock::read((application.due_on?, application.procedure.terms.target_days), on, holidays))
}

/// The applications of the officer's city that the rules did not decide: past the target first, then the oldest first
///
/// Each with its clock in working days, and the version that a decision on several is made by.
#[utoipa::path(
    tag = "applications",
    params(QueueQuery),
    responses(
        (status = 200, description = "A page of the queue", body = Queue),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/applications")]
pub async fn list_queue(app: web::Data<App>, officer: Officer, query: Query<QueueQuery>) -> Result<web::Json<Queue>, ApiError> {
    let (query, today) = (query.0, tokyo_day(app.now()));
    let state = query.state.as_deref().unwrap_or(IN_REVIEW);
    let state = STATES.into_iter().find(|known| *known == state).ok_or_else(|| wrong("state"))?;
    if query.overdue == Some(true) && state != IN_REVIEW {
        return Err(wrong("overdue"));
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let read = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let after: Option<store::After> = query.cursor.as_deref().map(|text| read(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    let queue = app
        .db
        .read(move |conn| {
            let year = holidays(conn, days_before(today, 400), days_after(today, 120))?;
            let late_before = last_working_day(today, &year);
            let search = store::Search {
                city: officer.municipality.clone(),
                state,
                procedure: query.procedure.clone(),
                only_late: query.overdue == Some(true),
                late_before,
                after: after.clone(),
                // One more tells whether it goes on.
                limit: i64::from(limit) + 1,
            };
            let mut found = store::list_queue(conn, &search)?;
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let goes_on = found.len() > most;
            found.truncate(most);
            let ended = found.last().filter(|_| goes_on).map(|last| crate::db::to_json(&last.after)).transpose()?;
            let counts = store::count_queue(conn, &officer.municipality, late_before)?;
            let items = found.into_iter().map(|one| QueueLine {
                guardian_name: one.guardian_name,
                two_officers: one.application.procedure.terms.two_officers,
                clock: clock(&one.application, today, &year),
                assignee: one.assignee,
                version: one.application.version,
                line: line(one.application),
            });
            Ok::<_, ApiError>(Queue { items: items.collect(), next_cursor: ended.map(|text| URL_SAFE_NO_PAD.encode(text)), counts })
        })
        .await?;
    Ok(web::Json(queue))
}

/// How long decisions took, from sending to deciding: by the rules and by officers
#[utoipa::path(
    tag = "applications",
    params(LeadTimeQuery),
    responses(
        (status = 200, description = "Figures of the decisions of these days", body = LeadTime),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/applications/lead_time")]
pub async fn get_lead_time(app: web::Data<App>, officer: Officer, query: Query<LeadTimeQuery>) -> Result<web::Json<LeadTime>, ApiError> {
    let until = query.0.until.unwrap_or_else(|| tokyo_day(app.now()));
    let from = query.0.from.unwrap_or_else(|| days_before(until, 90));
    if until < from || (until - from).num_days() > MAX_DAYS {
        return Err(wrong("until"));
    }
    let find = move |conn: &mut AnyConnection| {
        let handled = store::list_handled(conn, &officer.municipality, (day_start(from), day_start(days_after(until, 1))))?;
        let first = handled.iter().map(|one| tokyo_day(one.sent)).min().unwrap_or(from);
        Ok::<_, ApiError>(lead_time((from, until), &handled, &holidays(conn, first, until)?))
    };
    Ok(web::Json(app.db.read(find).await?))
}

/// An application that was sent to the officer's city, once its family is locked; any other is not found.
fn mine(conn: &mut AnyConnection, officer: &Officer, id: &ApplicationId) -> Result<Application, ApiError> {
    seen_by(conn, officer, id)?;
    engine::lock(conn, id)
}

fn seen_by(conn: &mut AnyConnection, officer: &Officer, id: &ApplicationId) -> Result<Application, ApiError> {
    let theirs = |found: &Application| found.municipality == officer.municipality && found.submitted_at.is_some();
    find_application(conn, id)?.filter(theirs).ok_or(ApiError::NotFound)
}

/// An application with all that an officer decides it by.
fn review_case(conn: &mut AnyConnection, application: Application, today: NaiveDate) -> Result<ReviewCase, ApiError> {
    let (id, city, state) = (application.id.clone(), application.municipality.clone(), application.state.clone());
    let family = families::store::find_family(conn, &application.family_id)?.ok_or(ApiError::NotFound)?;
    let year = holidays(conn, days_before(today, 400), days_after(today, 120))?;
    let clock = clock(&application, today, &year);
    let known = engine::look(conn, application, today)?;
    let filling = known.filling();
    let weighed = weigh(&known.case(&filling), today);
    let proposer = match &state {
        ApplicationState::InReview { proposed, .. } => proposed.as_ref().map(|proposed| proposed.by.clone()),
        _ => None,
    };
    let is_open = matches!(state, ApplicationState::InReview { .. });
    let born = known.facts.born;
    Ok(ReviewCase {
        guardian_name: family.guardian_name.to_string(),
        phone: family.phone,
        born,
        residence_proof: family.residence_proof,
        finding: weighed.finding,
        // What is decided has no open points any more, and nothing to be granted.
        points: if is_open { weighed.points } else { Vec::new() },
        days: weighed.grant.filter(|_| is_open).and_then(|grant| grant.days()),
        against: if is_open { weighed.against } else { Vec::new() },
        clock,
        proposed_by: proposer.map(|by| store::find_colleague(conn, &by)).transpose()?,
        hand_over: store::find_hand_over(conn, &id)?,
        colleagues: store::list_colleagues(conn, &city)?,
        application: Application { state, ..known.shown() },
    })
}

/// An application with what the rule finds, what is still open, its clock and the hand-over note
///
/// That an officer looked at it stands in the audit.
#[utoipa::path(
    tag = "applications",
    params(("application_id" = String, Path, description = "The application")),
    responses(
        (status = 200, description = "The application; `ETag` for a change", body = ReviewCase),
        (status = 404, description = "None that was sent to the officer's city", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/applications/{application_id}")]
pub async fn get_review_case(app: web::Data<App>, officer: Officer, id: web::Path<ApplicationId>) -> Result<HttpResponse, ApiError> {
    let now = app.now();
    let look = move |conn: &mut AnyConnection| {
        let found = seen_by(conn, &officer, &id)?;
        Act::of_request(officer.account_id.as_str(), now).record_look(conn, "application.looked_up", id.as_str())?;
        review_case(conn, found, tokyo_day(now))
    };
    let case = app.db.write(look).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(case.application.version))).json(case))
}

/// Writes what an officer decided: what is known from now on, and the decision with what it does.
fn write_decision(
    conn: &mut AnyConnection,
    mut known: Known,
    (judged, decision): (Judged, &OfficerDecision),
    act: &Act,
) -> Result<Application, ApiError> {
    let (family_id, today) = (known.application.family_id.clone(), tokyo_day(act.now));
    if decision.confirms_residence {
        let family = families::store::find_family(conn, &family_id)?.ok_or(ApiError::NotFound)?;
        let proof = Some(ResidenceProof { by: ProofKind::Document, at: act.now });
        let proven = Family { residence_proof: proof, version: family.version + 1, ..family };
        families::write(conn, &proven, act)?;
        act.record(conn, "residence.proven", (&proven.municipality, None), proven.id.as_str())?;
    }
    for (keep, key, value) in judged.kept {
        let child_id = known.application.child.as_ref().filter(|_| keep == Keep::Child).map(|child| child.id.clone());
        write_known(conn, &family_id, &KnownFact { child_id, key, value, origin: Origin::Officer, since: today })?;
    }
    known.application.version += 1;
    engine::decide(conn, known, judged.grant, (Decider::Officer, judged.grounds, decision.words.trim()), act)
}

/// The application on the officer's desk, with the family locked and seen as it is.
fn on_desk<T>(
    known: &Known,
    officer: &AccountId,
    today: NaiveDate,
    rule: impl FnOnce(&Desk<'_>) -> Result<T, Vec<ProblemPart>>,
) -> Result<T, ApiError> {
    let filling = known.filling();
    rule(&Desk { case: known.case(&filling), state: &known.application.state, officer, today }).map_err(told)
}

/// Writes how an application in review now stands.
fn turn(
    conn: &mut AnyConnection,
    application: Application,
    (state, event): (ApplicationState, &'static str),
    act: &Act,
) -> Result<Application, ApiError> {
    let turned = Application { version: application.version + 1, state, ..application };
    update_application(conn, &turned)?;
    act.record(conn, event, (&turned.municipality, None), turned.id.as_str())?;
    Ok(turned)
}

/// The open points that an application came to officers with.
fn points(application: &Application) -> Vec<OpenPoint> {
    match &application.state {
        ApplicationState::InReview { points, .. } => points.clone(),
        _ => Vec::new(),
    }
}

/// Decides an application, or proposes the decision where it takes two.
fn settle(
    conn: &mut AnyConnection,
    officer: &Officer,
    application: Application,
    decision: &OfficerDecision,
    act: &Act,
) -> Result<Application, ApiError> {
    let today = tokyo_day(act.now);
    let known = engine::look(conn, application, today)?;
    match on_desk(&known, &officer.account_id, today, |desk| decide(desk, decision))? {
        Ruled::Decided(judged) => write_decision(conn, known, (judged, decision), act),
        Ruled::Proposed => {
            let proposal = Proposal { decision: decision.clone(), by: officer.account_id.clone(), at: act.now };
            let state = ApplicationState::InReview { points: points(&known.application), proposed: Some(proposal) };
            turn(conn, known.application, (state, "application.proposed"), act)
        }
    }
}

/// What an officer does with an application of the city: once for a key, on the version that was seen where it matters, and answered with the application as
/// officers then see it.
async fn at_desk<C, F>(
    app: &App,
    officer: Officer,
    (id, seen, key): (ApplicationId, Option<IfMatch>, Key),
    command: C,
    turn: F,
) -> Result<HttpResponse, ApiError>
where
    C: Serialize + Send + Sync + 'static,
    F: Fn(&mut AnyConnection, &Officer, Application, &C, &Act) -> Result<Application, ApiError> + Send + Sync + 'static,
{
    once(app, &officer.account_id.clone(), key, command, move |conn, command, act| {
        let application = mine(conn, &officer, &id)?;
        if let Some(seen) = &seen {
            seen.check(application.version)?;
        }
        let changed = turn(conn, &officer, application, command, act)?;
        let now = find_application(conn, &changed.id)?.ok_or(ApiError::NotFound)?;
        let version = now.version;
        Ok(Answer::new(StatusCode::OK, &review_case(conn, now, tokyo_day(act.now))?)?.with_version(version))
    })
    .await
}

/// Decides an application that the rules left open; where the procedure takes two officers, proposes the decision to another
///
/// What the family has to be told in words is `words`: whatever answers an open point or goes past one. What cannot be granted any more, by
/// age or because the child is certified already, is refused with the reason.
#[utoipa::path(
    tag = "applications",
    request_body = OfficerDecision,
    params(
        ("application_id" = String, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The `ETag` of the application as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Decided, or `in_review` with what is proposed", body = ReviewCase),
        (status = 404, description = "None that was sent to the officer's city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`applications.not_in_review`, `applications.proposed`, `applications.rule_says_no`, `applications.nothing_left` …", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
        ForChange,
    )
)]
#[post("/office/applications/{application_id}/decide")]
pub async fn decide_application(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<ApplicationId>,
    body: Body<OfficerDecision>,
) -> Result<HttpResponse, ApiError> {
    at_desk(&app, officer, (id.into_inner(), Some(seen), key), body.0, settle).await
}

/// Confirms what another officer proposed, and it is decided; or sends it back to that officer
///
/// It is decided by what is known now: what has become impossible meanwhile is refused.
#[utoipa::path(
    tag = "applications",
    request_body = ProposalCheck,
    params(
        ("application_id" = String, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The `ETag` of the application as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Decided, or `in_review` without a proposal", body = ReviewCase),
        (status = 404, description = "None that was sent to the officer's city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`applications.same_officer`, `applications.not_proposed`, `applications.not_in_review` …", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
        ForChange,
    )
)]
#[post("/office/applications/{application_id}/check")]
pub async fn check_application(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<ApplicationId>,
    body: Body<ProposalCheck>,
) -> Result<HttpResponse, ApiError> {
    at_desk(&app, officer, (id.into_inner(), Some(seen), key), body.0, |conn, officer, application, check, act| {
        let today = tokyo_day(act.now);
        let known = engine::look(conn, application, today)?;
        match on_desk(&known, &officer.account_id, today, |desk| check_proposal(desk, check))? {
            Checked::Decided(judged, decision) => write_decision(conn, known, (judged, &decision), act),
            Checked::SentBack => {
                let maker = match &known.application.state {
                    ApplicationState::InReview { proposed, .. } => proposed.as_ref().map(|proposed| proposed.by.clone()),
                    _ => None,
                };
                store::write_hand_over(conn, &known.application.id, (&check.words, maker.as_ref()), (&officer.account_id, act.now))?;
                let state = ApplicationState::InReview { points: points(&known.application), proposed: None };
                turn(conn, known.application, (state, "application.proposal_sent_back"), act)
            }
        }
    })
    .await
}

/// Gives an application back to the family, with comments at single fields; it corrects them and sends it again
#[utoipa::path(
    tag = "applications",
    request_body = ApplicationReturn,
    params(
        ("application_id" = String, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The `ETag` of the application as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Given back", body = ReviewCase),
        (status = 404, description = "None that was sent to the officer's city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`applications.not_in_review`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
        ForChange,
    )
)]
#[post("/office/applications/{application_id}/return")]
pub async fn return_application(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<ApplicationId>,
    body: Body<ApplicationReturn>,
) -> Result<HttpResponse, ApiError> {
    at_desk(&app, officer, (id.into_inner(), Some(seen), key), body.0, |conn, _, application, back, act| {
        give_back(&application.procedure.terms, &application.state, &back.comments).map_err(told)?;
        let commented = Application { comments: back.comments.clone(), ..application };
        turn(conn, commented, (ApplicationState::Returned { at: act.now }, "application.returned"), act)
    })
    .await
}

/// Writes the hand-over note for colleagues, and who goes on with it; the family does not see it
///
/// The application and its `ETag` stay as they are; `seen` keeps the note of a colleague from being lost.
#[utoipa::path(
    tag = "applications",
    request_body = NewHandOver,
    params(
        ("application_id" = String, Path, description = "The application"),
        Key,
    ),
    responses(
        (status = 200, description = "Written", body = ReviewCase),
        (status = 404, description = "None that was sent to the officer's city", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "A colleague has written another note meanwhile", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/office/applications/{application_id}/note")]
pub async fn hand_over_application(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    id: web::Path<ApplicationId>,
    body: Body<NewHandOver>,
) -> Result<HttpResponse, ApiError> {
    at_desk(&app, officer, (id.into_inner(), None, key), body.0, |conn, officer, application, note, act| {
        if store::find_hand_over(conn, &application.id)?.map_or(0, |before| before.version) != note.seen {
            return Err(ApiError::Stale);
        }
        if let Some(named) = &note.assignee {
            let colleagues = store::list_colleagues(conn, &officer.municipality)?;
            if !colleagues.iter().any(|one| one.account_id == *named) {
                return Err(ApiError::invalid("/assignee", ReviewRejection::AssigneeUnknown.reason()));
            }
        }
        store::write_hand_over(conn, &application.id, (&note.words, note.assignee.as_ref()), (&officer.account_id, act.now))?;
        act.record(conn, "application.noted", (&application.municipality, None), application.id.as_str())?;
        Ok(application)
    })
    .await
}

/// The same decision on several applications, each in a transaction of its own
///
/// Each is decided as it was `seen`: what changed meanwhile is told instead. With an idempotency key, what was decided is not decided again
/// when the request is sent twice, and what was not is tried again.
#[utoipa::path(
    tag = "applications",
    request_body = BulkDecision,
    params(Key),
    responses(
        (status = 200, description = "What came of each, in the order of the request", body = Vec<BulkOutcome>),
        ForOfficer,
        ForBody,
    )
)]
#[post("/office/applications/decide")]
pub async fn decide_applications(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    body: Body<BulkDecision>,
) -> Result<web::Json<Vec<BulkOutcome>>, ApiError> {
    let mut outcomes = Vec::new();
    for item in &body.0.items {
        let (officer, item, decision) = (officer.clone(), item.clone(), body.0.decision.clone());
        let (account, id) = (officer.account_id.clone(), item.application_id.clone());
        let told = once_told(&app, &account, key.of_part(id.as_str()), (item, decision), move |conn, (item, decision), act| {
            let application = mine(conn, &officer, &item.application_id)?;
            if application.version != item.seen {
                return Err(ApiError::Stale);
            }
            let settled = settle(conn, &officer, application, decision, act)?;
            let outcome = BulkOutcome { application_id: settled.id, state: Some(settled.state), reasons: Vec::new() };
            Ok(Answer::new(StatusCode::OK, &outcome)?)
        });
        outcomes.push(match told.await {
            Ok(answer) => answer.read()?,
            Err(error) => {
                if let ApiError::Internal(cause) = &error {
                    tracing::error!(cause, "one of several decisions failed");
                }
                BulkOutcome { application_id: id, state: None, reasons: error.reasons() }
            }
        });
    }
    Ok(web::Json(outcomes))
}
