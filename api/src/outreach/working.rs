//! For officers and operators: the list of families to call, and one case from taking it to its outcome.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::ids::OutreachCaseId;
use shared::locale::{Locale, full_day, moment, without_ruby};
use shared::outreach::{
    AttemptResult, CaseAssignment, CaseClosing, CaseHandOver, CaseLife, CaseList, CaseState, NewAttempt, OutreachCase, assign, attempt,
    close, fill_script, hand_over, shipped_script,
};
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT};
use shared::problem::{Problem, Reason};
use shared::time::tokyo_day;
use utoipa::IntoParams;

use super::jobs::{resolve_opened, settle};
use super::rules::shown;
use super::store::{self, LIVE, Scope, Seen, StoredCase};
use super::title_of;
use crate::App;
use crate::applications::office::store::find_colleague;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForCaseworker, ForChange};
use crate::families::store::lock_family;
use crate::idempotency::{Answer, Key, once};
use crate::notices::templates::Sentences;
use crate::outbox::Act;
use crate::request::{Body, IfMatch, OptionalBody, Query, current, etag};
use crate::session::Caseworker;

/// Which cases.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CasesQuery {
    /// `live` (open and assigned) when absent; `open`, `assigned`, `resolved` or `closed`.
    pub state: Option<String>,
    /// Only one's own.
    pub mine: Option<bool>,
    /// Only what is to be tried today, or was to be before.
    pub due: Option<bool>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

fn scope(worker: &Caseworker) -> Scope {
    worker.municipality.clone().map_or(Scope::Centre, Scope::City)
}

/// The families to call: the most urgent first, of these the earliest deadline first
///
/// Officers see the cases of their city, operators those that were handed to the BPO centre. Whoever opened it meanwhile is not in it any more, but
/// in the state `resolved`. That somebody looked, and at whom, stands in the audit.
#[utoipa::path(
    tag = "outreach",
    params(CasesQuery),
    responses(
        (status = 200, description = "A page of the list", body = CaseList),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
    )
)]
#[get("/outreach/cases")]
pub async fn list_cases(app: web::Data<App>, worker: Caseworker, query: Query<CasesQuery>) -> Result<web::Json<CaseList>, ApiError> {
    let wrong = |name: &str| ApiError::invalid(&format!("/{name}"), Reason::new("problem.invalid"));
    let query = query.0;
    let states: Vec<&'static str> = match query.state.as_deref().unwrap_or("live") {
        "live" => LIVE.to_vec(),
        "open" => vec!["open"],
        "assigned" => vec!["assigned"],
        "resolved" => vec!["resolved"],
        "closed" => vec!["closed"],
        _ => return Err(wrong("state")),
    };
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let read = |text: &str| serde_json::from_slice::<store::After>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let after = query.cursor.as_deref().map(|text| read(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    // Nobody is called who has opened it by now.
    resolve_opened(&app).await?;
    let now = app.now();
    let today = tokyo_day(now);
    let list = app.db.write(move |conn| {
        let search = store::Search {
            scope: scope(&worker),
            states: states.clone(),
            assignee: (query.mine == Some(true)).then(|| worker.account_id.clone()),
            due_on: (query.due == Some(true)).then_some(today),
            after: after.clone(),
            // One more tells whether it goes on.
            limit: i64::from(limit) + 1,
        };
        let mut found = store::list_cases(conn, &search)?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let goes_on = found.len() > most;
        found.truncate(most);
        let ended = found.last().filter(|_| goes_on).map(|(_, after)| crate::db::to_json(after)).transpose()?;
        let ids: Vec<&str> = found.iter().map(|(case, _)| case.id.as_str()).collect();
        let note = (!ids.is_empty()).then(|| ids.join(" "));
        let act = Act { note, ..Act::of_request(worker.account_id.as_str(), now) };
        act.record_look(conn, "outreach.listed", worker.account_id.as_str())?;
        let items = store::lines(conn, found.into_iter().map(|(case, _)| case).collect())?;
        let counts = store::count_cases(conn, &search.scope, today, now)?;
        Ok::<_, ApiError>(CaseList { items, next_cursor: ended.map(|text| URL_SAFE_NO_PAD.encode(text)), counts })
    });
    Ok(web::Json(list.await?))
}

/// A case that this worker may see, with the family locked and what was opened meanwhile noted; any other is not found.
fn mine(conn: &mut AnyConnection, worker: &Caseworker, id: &OutreachCaseId, act: &Act) -> Result<StoredCase, ApiError> {
    let scope = scope(worker);
    let found = store::find_case(conn, id)?.filter(|case| scope.holds(case)).ok_or(ApiError::NotFound)?;
    lock_family(conn, &found.family_id)?.ok_or(ApiError::NotFound)?;
    let locked = store::find_case(conn, id)?.filter(|case| scope.holds(case)).ok_or(ApiError::NotFound)?;
    settle(conn, locked, act)
}

/// A case with all that somebody works on it by.
fn whole(conn: &mut AnyConnection, case: StoredCase, locale: Locale, act: &Act) -> Result<OutreachCase, ApiError> {
    let rules = store::find_rules(conn, &case.municipality, tokyo_day(act.now))?.rules;
    let followed = store::list_of_case(conn, &case.id)?;
    let mut all = Vec::with_capacity(followed.len());
    for matter in followed {
        let told = store::list_told(conn, &matter.family_id, &matter.source)?;
        if let Some(seen) = store::look(conn, vec![told])?.pop() {
            all.push((seen, Some(matter)));
        }
    }
    let workers = store::list_workers(conn, &case)?;
    let (tries, notes) = (store::list_attempts(conn, &case.id)?, store::list_notes(conn, &case.id)?);
    let line = store::lines(conn, vec![case])?.pop().ok_or(ApiError::NotFound)?;
    // What is left to tell, or all of it where nothing is.
    let left: Vec<&Seen> = all.iter().map(|(seen, _)| seen).filter(|seen| !seen.is_over).collect();
    let left = if left.is_empty() { all.iter().map(|(seen, _)| seen).collect() } else { left };
    let mut sentences = Sentences::default();
    let mut said = |locale: Locale| -> Result<String, ApiError> {
        let script = rules.script.as_ref().map_or_else(|| shipped_script(locale), |script| script.get(locale).to_owned());
        let titles = left.iter().map(|seen| title_of(conn, &mut sentences, seen, locale)).collect::<Result<Vec<_>, _>>()?;
        let between = if locale == Locale::En { "”, “" } else { "」「" };
        let sent = left.iter().filter_map(|seen| seen.notices.first()).map(|told| told.due_at).min().unwrap_or(line.opened_at);
        let said = fill_script(
            &script,
            &[
                ("guardian", line.guardian_name.clone()),
                ("city", line.municipality_name.get(locale).to_owned()),
                ("matter", titles.join(between)),
                ("sent", full_day(tokyo_day(sent), locale)),
                ("deadline", moment(line.deadline_at, locale)),
            ],
        );
        Ok(if locale == Locale::Easy { said } else { without_ruby(&said) })
    };
    let (script, script_for_family) = (said(locale)?, (line.locale != locale).then(|| said(line.locale)).transpose()?);
    let matters = shown(conn, all, locale)?;
    Ok(OutreachCase { line, matters, script, script_for_family, tries, notes, workers, least_attempts: rules.least_attempts })
}

/// One case: whom to call, why, what to say, and what came of it so far
///
/// That somebody looked stands in the audit.
#[utoipa::path(
    tag = "outreach",
    params(("case_id" = String, Path, description = "The case")),
    responses(
        (status = 200, description = "The case; `ETag` for a change", body = OutreachCase),
        (status = 404, description = "None that this person may see", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
    )
)]
#[get("/outreach/cases/{case_id}")]
pub async fn get_case(app: web::Data<App>, worker: Caseworker, id: web::Path<OutreachCaseId>) -> Result<HttpResponse, ApiError> {
    let (now, locale) = (app.now(), current().locale);
    let look = move |conn: &mut AnyConnection| {
        let act = Act::of_request(worker.account_id.as_str(), now);
        let case = mine(conn, &worker, &id, &act)?;
        act.record_look(conn, "outreach.looked_up", id.as_str())?;
        whole(conn, case, locale, &act)
    };
    let case = app.db.write(look).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(case.line.version))).json(case))
}

/// What a worker does with a case: once for a key, on the version that was seen, and answered with the case as it then is.
async fn at_work<C, F>(
    app: &App,
    worker: Caseworker,
    (id, seen, key): (OutreachCaseId, IfMatch, Key),
    command: C,
    turn: F,
) -> Result<HttpResponse, ApiError>
where
    C: Serialize + Send + Sync + 'static,
    F: Fn(&mut AnyConnection, &Caseworker, StoredCase, &C, &Act) -> Result<(StoredCase, &'static str), ApiError> + Send + Sync + 'static,
{
    let locale = current().locale;
    once(app, &worker.account_id.clone(), key, command, move |conn, command, act| {
        let case = mine(conn, &worker, &id, act)?;
        // Who opened it meanwhile has changed it too, and that is what the worker should read.
        case.state.is_live()?;
        seen.check(case.version)?;
        let (changed, event) = turn(conn, &worker, case, command, act)?;
        let changed = StoredCase { version: changed.version + 1, ..changed };
        store::write_case(conn, &changed)?;
        act.record(conn, event, (&changed.municipality, None), changed.id.as_str())?;
        let version = changed.version;
        Ok(Answer::new(StatusCode::OK, &whole(conn, changed, locale, act)?)?.with_version(version))
    })
    .await
}

/// What the rules need of a case.
fn life(conn: &mut AnyConnection, case: &StoredCase) -> Result<CaseLife, ApiError> {
    let results: Vec<AttemptResult> = store::list_attempts(conn, &case.id)?.into_iter().map(|one| one.result).collect();
    Ok(CaseLife { state: case.state.clone(), desk: case.desk, results })
}

/// Takes a case, or gives it to a colleague at the same desk
#[utoipa::path(
    tag = "outreach",
    request_body = CaseAssignment,
    params(
        ("case_id" = String, Path, description = "The case"),
        ("If-Match" = String, Header, description = "The `ETag` of the case as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Taken", body = OutreachCase),
        (status = 404, description = "None that this person may see", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`outreach.resolved`, `outreach.closed`, `outreach.worker_unknown`", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
        ForBody,
        ForChange,
    )
)]
#[post("/outreach/cases/{case_id}/assign")]
pub async fn assign_case(
    app: web::Data<App>,
    worker: Caseworker,
    key: Key,
    seen: IfMatch,
    id: web::Path<OutreachCaseId>,
    body: OptionalBody<CaseAssignment>,
) -> Result<HttpResponse, ApiError> {
    at_work(&app, worker, (id.into_inner(), seen, key), body.0, |conn, worker, case, command, _| {
        let workers = store::list_workers(conn, &case)?;
        let to = command.to.as_ref().unwrap_or(&worker.account_id);
        // An officer may look after what lies with the centre, but only the centre works on it.
        let state = assign(&life(conn, &case)?, to, &workers)?;
        Ok((StoredCase { state, ..case }, "outreach.assigned"))
    })
    .await
}

/// Writes down a call or a visit: its result, and when to try again
#[utoipa::path(
    tag = "outreach",
    request_body = NewAttempt,
    params(
        ("case_id" = String, Path, description = "The case"),
        ("If-Match" = String, Header, description = "The `ETag` of the case as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Written down", body = OutreachCase),
        (status = 404, description = "None that this person may see", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`outreach.resolved`, `outreach.closed`, `outreach.next_past`", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
        ForBody,
        ForChange,
    )
)]
#[post("/outreach/cases/{case_id}/attempts")]
pub async fn add_attempt(
    app: web::Data<App>,
    worker: Caseworker,
    key: Key,
    seen: IfMatch,
    id: web::Path<OutreachCaseId>,
    body: Body<NewAttempt>,
) -> Result<HttpResponse, ApiError> {
    at_work(&app, worker, (id.into_inner(), seen, key), body.0, |conn, worker, case, new, act| {
        let by = find_colleague(conn, &worker.account_id)?;
        let state = attempt(&life(conn, &case)?, new, &by, tokyo_day(act.now))?;
        store::insert_attempt(conn, &case.id, new, (&worker.account_id, act.now))?;
        let next = (new.next_on, new.next_means.filter(|_| new.next_on.is_some()));
        Ok((StoredCase { state, next, attempts: case.attempts + 1, ..case }, "outreach.attempted"))
    })
    .await
}

/// Hands a case to the BPO centre, or back to the city, with what they should know
#[utoipa::path(
    tag = "outreach",
    request_body = CaseHandOver,
    params(
        ("case_id" = String, Path, description = "The case"),
        ("If-Match" = String, Header, description = "The `ETag` of the case as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Handed over; nobody there has it yet", body = OutreachCase),
        (status = 404, description = "None that this person may see", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`outreach.resolved`, `outreach.closed`, `outreach.same_desk`, `outreach.words_missing`", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
        ForBody,
        ForChange,
    )
)]
#[post("/outreach/cases/{case_id}/hand_over")]
pub async fn hand_over_case(
    app: web::Data<App>,
    worker: Caseworker,
    key: Key,
    seen: IfMatch,
    id: web::Path<OutreachCaseId>,
    body: Body<CaseHandOver>,
) -> Result<HttpResponse, ApiError> {
    at_work(&app, worker, (id.into_inner(), seen, key), body.0, |conn, worker, case, to, act| {
        let state = hand_over(&life(conn, &case)?, to)?;
        store::insert_note(conn, &case.id, &to.words, (&worker.account_id, act.now))?;
        Ok((StoredCase { state, desk: to.desk, ..case }, "outreach.handed_over"))
    })
    .await
}

/// Closes a case with its outcome
#[utoipa::path(
    tag = "outreach",
    request_body = CaseClosing,
    params(
        ("case_id" = String, Path, description = "The case"),
        ("If-Match" = String, Header, description = "The `ETag` of the case as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Closed", body = OutreachCase),
        (status = 404, description = "None that this person may see", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`outreach.resolved`, `outreach.closed`, `outreach.not_reached`, `outreach.too_few_attempts`, `outreach.words_missing`", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
        ForBody,
        ForChange,
    )
)]
#[post("/outreach/cases/{case_id}/close")]
pub async fn close_case(
    app: web::Data<App>,
    worker: Caseworker,
    key: Key,
    seen: IfMatch,
    id: web::Path<OutreachCaseId>,
    body: Body<CaseClosing>,
) -> Result<HttpResponse, ApiError> {
    at_work(&app, worker, (id.into_inner(), seen, key), body.0, |conn, worker, case, closing, act| {
        let rules = store::find_rules(conn, &case.municipality, tokyo_day(act.now))?.rules;
        let state: CaseState = close(&life(conn, &case)?, closing, rules.least_attempts, act.now)?;
        if !closing.words.trim().is_empty() {
            store::insert_note(conn, &case.id, &closing.words, (&worker.account_id, act.now))?;
        }
        Ok((StoredCase { state, next: (None, None), ..case }, "outreach.closed"))
    })
    .await
}
