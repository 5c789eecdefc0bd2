//! Changes of rules (改正): officers propose what is to hold from a day on; another one agrees where money, eligibility or another city is
//! touched; what has not begun can be taken back.

mod applying;
pub mod jobs;
mod previewing;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use shared::changes::{
    Change, Rejection, RuleChange, RuleChangePreview, RuleChangeWords, Standing, Step, agree, decline, propose, undo, withdraw,
};
use shared::ids::RuleChangeId;
use shared::page::Page;
use shared::problem::{Problem, Reason};
use shared::time::tokyo_day;
use utoipa::IntoParams;

use self::store::{Effect, Stored};
use crate::applications::office::store::find_colleague;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForChange, ForOfficer, part};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, IfMatch, Plain, Query, etag};
use crate::routes::Operations;
use crate::session::Officer;
use crate::{App, municipalities, new_id};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(preview_change)
        .service(propose_change)
        .service(list_changes)
        .service(get_change)
        .service(agree_to_change)
        .service(decline_change)
        .service(withdraw_change)
        .service(undo_change);
}

fn checked(change: &Change, today: chrono::NaiveDate) -> Result<(), ApiError> {
    let wrong = change.check(today);
    if wrong.is_empty() { Ok(()) } else { Err(ApiError::Invalid(wrong)) }
}

/// What a change would do: why somebody else has to agree, and whom it would touch
#[utoipa::path(
    tag = "changes",
    request_body = Change,
    responses(
        (status = 200, description = "Weights and numbers", body = RuleChangePreview),
        ForOfficer,
        ForBody,
    )
)]
#[post("/office/changes/preview")]
pub async fn preview_change(app: web::Data<App>, officer: Officer, body: Plain<Change>) -> Result<web::Json<RuleChangePreview>, ApiError> {
    let today = tokyo_day(app.now());
    checked(&body.0, today)?;
    let found = app.db.read(move |conn| previewing::preview(conn, &officer.municipality, &body.0, today));
    Ok(web::Json(found.await?))
}

/// Proposes a change; where nobody else has to agree it is written down at once
///
/// A programme that the city does not have yet may begin today, everything else tomorrow or later. What has begun is never changed: bookings
/// and applications go on by what they were made on.
#[utoipa::path(
    tag = "changes",
    request_body = Change,
    params(Key),
    responses(
        (status = 201, description = "It waits for another officer, or is written down", body = RuleChange),
        (status = 409, description = "`programmes.not_ahead`, `programmes.ends_before_start`, `programmes.overlaps`, `changes.day_taken`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/office/changes")]
pub async fn propose_change(app: web::Data<App>, officer: Officer, key: Key, body: Plain<Change>) -> Result<HttpResponse, ApiError> {
    checked(&body.0, tokyo_day(app.now()))?;
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, change, act| {
        municipalities::store::lock_municipality(conn, &officer.municipality)?;
        let RuleChangePreview { weights, agreeing, impact } = previewing::preview(conn, &officer.municipality, change, tokyo_day(act.now))?;
        let standing = propose(&weights);
        let new = RuleChange {
            id: RuleChangeId::new(new_id()),
            municipality: officer.municipality.clone(),
            change: change.clone(),
            weights,
            agreeing,
            standing,
            proposed: step(conn, &officer, act, "")?,
            decided: None,
            undone: None,
            impact,
            version: 1,
        };
        let (effect, kind) = match standing {
            Standing::Agreed => (Some(applying::apply(conn, &officer.municipality, change, act)?), "rule_change.agreed"),
            _ => {
                // What could not be written now is refused now, not when somebody agrees.
                applying::check(conn, &officer.municipality, change, tokyo_day(act.now))?;
                (None, "rule_change.proposed")
            }
        };
        store::insert_change(conn, &new, effect.as_ref())?;
        act.record(conn, kind, (&new.municipality, None), new.id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &new)?.with_version(new.version))
    })
    .await
}

/// Which changes.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangeQuery {
    /// `waiting`, `agreed`, `declined`, `withdrawn` or `undone`; all when absent.
    pub standing: Option<String>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

fn wrong(name: &str) -> ApiError {
    ApiError::Invalid(vec![part(Some(format!("/{name}")), Reason::new("problem.invalid"))])
}

/// The changes that the officer's city proposed or has to agree to, the newest first
#[utoipa::path(
    tag = "changes",
    params(ChangeQuery),
    responses(
        (status = 200, description = "A page of them", body = Page<RuleChange>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/changes")]
pub async fn list_changes(
    app: web::Data<App>,
    officer: Officer,
    query: Query<ChangeQuery>,
) -> Result<web::Json<Page<RuleChange>>, ApiError> {
    let query = query.0;
    let standing = query.standing.as_deref().map(|word| Standing::parse(word).ok_or_else(|| wrong("standing"))).transpose()?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let read = |text: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let after = query.cursor.as_deref().map(|text| read(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    let page = app.db.read(move |conn| {
        // One more tells whether it goes on.
        let mut items = store::list_changes(conn, &officer.municipality, standing, after.as_deref(), i64::from(limit) + 1)?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let goes_on = items.len() > most;
        items.truncate(most);
        let next_cursor = items.last().filter(|_| goes_on).map(|last| URL_SAFE_NO_PAD.encode(last.id.as_str()));
        Ok::<_, ApiError>(Page { items, next_cursor })
    });
    Ok(web::Json(page.await?))
}

/// A change with its history
#[utoipa::path(
    tag = "changes",
    params(("change_id" = String, Path, description = "The change")),
    responses(
        (status = 200, description = "It, with an `ETag`", body = RuleChange),
        (status = 404, description = "None that this city proposed or has to agree to", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/changes/{change_id}")]
pub async fn get_change(app: web::Data<App>, officer: Officer, id: web::Path<RuleChangeId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let found = app.db.read(move |conn| {
        let found = store::find_change(conn, &id)?.map(|stored| stored.change);
        found.filter(|change| concerns(change, &officer)).ok_or(ApiError::NotFound)
    });
    let change = found.await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(change.version))).json(change))
}

fn concerns(change: &RuleChange, officer: &Officer) -> bool {
    change.municipality == officer.municipality || change.agreeing == officer.municipality
}

fn step(conn: &mut AnyConnection, officer: &Officer, act: &Act, words: &str) -> Result<Step, ApiError> {
    Ok(Step { by: find_colleague(conn, &officer.account_id)?, at: act.now, words: words.trim().to_owned() })
}

/// A change that concerns the officer's city, locked.
fn locked(conn: &mut AnyConnection, officer: &Officer, id: &RuleChangeId, seen: &IfMatch) -> Result<Stored, ApiError> {
    let stored = store::lock_change(conn, id)?.filter(|stored| concerns(&stored.change, officer)).ok_or(ApiError::NotFound)?;
    seen.check(stored.change.version)?;
    Ok(stored)
}

/// Writes how a change stands after a step, and answers with it.
fn written(
    conn: &mut AnyConnection,
    change: RuleChange,
    effect: Option<&Effect>,
    (kind, act): (&'static str, &Act),
) -> Result<Answer, ApiError> {
    let changed = RuleChange { version: change.version + 1, ..change };
    store::write_change(conn, &changed, effect)?;
    act.record(conn, kind, (&changed.municipality, None), changed.id.as_str())?;
    let version = changed.version;
    Ok(Answer::new(StatusCode::OK, &changed)?.with_version(version))
}

/// Agrees to a change that another officer proposed; it is written down, and holds from its first day on
///
/// A compact is agreed to by the other city.
#[utoipa::path(
    tag = "changes",
    request_body = RuleChangeWords,
    params(
        ("change_id" = String, Path, description = "The change"),
        ("If-Match" = String, Header, description = "The `ETag` of the change as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Written down", body = RuleChange),
        (status = 404, description = "None that this city proposed or has to agree to", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`changes.not_waiting`, `changes.own_change`, `changes.other_city`, `changes.not_ahead`, `changes.day_taken`, `programmes.not_ahead`, `programmes.overlaps`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
        ForChange,
    )
)]
#[post("/office/changes/{change_id}/agree")]
pub async fn agree_to_change(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<RuleChangeId>,
    body: Body<RuleChangeWords>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, words, act| {
        let change = locked(conn, &officer, &id, &seen)?.change;
        let decided = step(conn, &officer, act, &words.words)?;
        let standing = agree(&change, (&decided.by, &officer.municipality))?;
        municipalities::store::lock_municipality(conn, &change.municipality)?;
        let effect = applying::apply(conn, &change.municipality, &change.change, act)?;
        let change = RuleChange { standing, decided: Some(decided), ..change };
        written(conn, change, Some(&effect), ("rule_change.agreed", act))
    })
    .await
}

/// Does not agree to a change that another officer proposed, and says why
#[utoipa::path(
    tag = "changes",
    request_body = RuleChangeWords,
    params(
        ("change_id" = String, Path, description = "The change"),
        ("If-Match" = String, Header, description = "The `ETag` of the change as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Declined, with the words", body = RuleChange),
        (status = 404, description = "None that this city proposed or has to agree to", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`changes.not_waiting`, `changes.own_change`, `changes.other_city`, `changes.words_missing`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
        ForChange,
    )
)]
#[post("/office/changes/{change_id}/decline")]
pub async fn decline_change(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<RuleChangeId>,
    body: Body<RuleChangeWords>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, words, act| {
        let change = locked(conn, &officer, &id, &seen)?.change;
        let decided = step(conn, &officer, act, &words.words)?;
        let standing = decline(&change, (&decided.by, &officer.municipality), &words.words)?;
        let change = RuleChange { standing, decided: Some(decided), ..change };
        written(conn, change, None, ("rule_change.declined", act))
    })
    .await
}

/// Takes one's own proposal back before anybody has agreed
#[utoipa::path(
    tag = "changes",
    params(
        ("change_id" = String, Path, description = "The change"),
        ("If-Match" = String, Header, description = "The `ETag` of the change as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Withdrawn", body = RuleChange),
        (status = 404, description = "None that this city proposed or has to agree to", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`changes.not_waiting`, `changes.not_own`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForChange,
    )
)]
#[post("/office/changes/{change_id}/withdraw")]
pub async fn withdraw_change(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<RuleChangeId>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, (), move |conn, (), act| {
        let change = locked(conn, &officer, &id, &seen)?.change;
        let decided = step(conn, &officer, act, "")?;
        let standing = withdraw(&change, &decided.by)?;
        let change = RuleChange { standing, decided: Some(decided), ..change };
        written(conn, change, None, ("rule_change.withdrawn", act))
    })
    .await
}

/// Takes an agreed change back before its first day, where nothing was made on it and nothing followed it
#[utoipa::path(
    tag = "changes",
    params(
        ("change_id" = String, Path, description = "The change"),
        ("If-Match" = String, Header, description = "The `ETag` of the change as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Taken back: what held before goes on", body = RuleChange),
        (status = 404, description = "None that this city proposed or has to agree to", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`changes.not_agreed`, `changes.begun`, `changes.followed`, `changes.used`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForChange,
    )
)]
#[post("/office/changes/{change_id}/undo")]
pub async fn undo_change(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<RuleChangeId>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, (), move |conn, (), act| {
        let Stored { change, effect } = locked(conn, &officer, &id, &seen)?;
        let Some(effect) = effect else { return Err(Rejection::NotAgreed.into()) };
        municipalities::store::lock_municipality(conn, &change.municipality)?;
        let (is_followed, used) = applying::use_of(conn, &change, &effect)?;
        let standing = undo(&change, is_followed, used, tokyo_day(act.now))?;
        applying::revert(conn, &change.municipality, (&change.change, &effect), act)?;
        let change = RuleChange { standing, undone: Some(step(conn, &officer, act, "")?), ..change };
        written(conn, change, Some(&effect), ("rule_change.undone", act))
    })
    .await
}
