//! Proxy: officers and operators open a family's record for a reason, see and do what it needs, and everything of it stands in the audit.

pub mod jobs;
mod seeing;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use shared::families::Family;
use shared::ids::{AccountId, FamilyId, ProxySessionId};
use shared::page::Page;
use shared::problem::{Problem, Reason};
use shared::proxy::{
    Deed, NewProxySession, ProxyCandidate, ProxyFamily, ProxyReason, ProxySearch, ProxySession, ProxyStanding, Rejection, check, is_open,
    open,
};
use shared::time::tokyo_day;

use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForCaseworker};
use crate::families::store::{Scope, Sought};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::routes::Operations;
use crate::session::Caseworker;
use crate::{App, families, new_id, retention};

/// So many families at most: whoever looks for one says more.
const MOST: i64 = 20;
/// So many digits of a telephone number tell two families apart.
const DIGITS: usize = 4;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(list_proxy_reasons)
        .service(search_proxy_families)
        .service(get_proxy_session)
        .service(open_proxy_session)
        .service(end_proxy_session)
        .service(get_proxy_family);
}

/// Whether a family is one that a person may act for: officers for their city's, the BPO centre for all.
fn serves(worker: &Caseworker, family: &Family) -> bool {
    worker.municipality.as_ref().is_none_or(|city| *city == family.municipality)
}

/// What the audit keeps of a reason: its name and the person's own words.
fn noted(reason: &ProxyReason, words: &str) -> Option<String> {
    let name = &reason.terms.name.ja;
    Some(if words.is_empty() { name.clone() } else { format!("{name}：{words}") })
}

/// The act of somebody who acts for a family, marked with the reason. Refused where the record is not open for this.
pub fn acting(conn: &mut AnyConnection, account: &AccountId, family: &FamilyId, deed: Deed, act: &Act) -> Result<Act, ApiError> {
    let session = store::find_session(conn, account)?;
    check(session.as_ref(), family, deed, act.now)?;
    let note = session.and_then(|session| noted(&session.reason, &session.words));
    Ok(Act { note, ..act.clone() })
}

/// The reasons for which a family's record may be opened today
#[utoipa::path(
    tag = "proxy",
    responses(
        (status = 200, description = "In their order", body = Vec<ProxyReason>),
        ForCaseworker,
    )
)]
#[get("/proxy/reasons")]
pub async fn list_proxy_reasons(app: web::Data<App>, _worker: Caseworker) -> Result<web::Json<Vec<ProxyReason>>, ApiError> {
    let today = tokyo_day(app.now());
    Ok(web::Json(app.db.read(move |conn| Ok::<_, ApiError>(store::list_reasons(conn, today)?)).await?))
}

/// Families by a whole telephone number, or by part of the guardian's or a child's name or its reading, for a reason
///
/// At most 20, with no more than is needed to ask who calls; officers find those of their city. Whose data was looked at, and why, stands in the
/// audit, and the family can read it. The words are in the body, so that no name stands in an address.
#[utoipa::path(
    tag = "proxy",
    request_body = ProxySearch,
    responses(
        (status = 200, description = "By reading", body = Page<ProxyCandidate>),
        (status = 409, description = "`proxy.reason_unknown`", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
        ForBody,
    )
)]
#[post("/proxy/families/search")]
pub async fn search_proxy_families(
    app: web::Data<App>,
    worker: Caseworker,
    body: Body<ProxySearch>,
) -> Result<web::Json<Page<ProxyCandidate>>, ApiError> {
    let ProxySearch { query, reason } = body.0;
    let sought = Sought::of(&query).ok_or_else(|| ApiError::invalid("/query", Reason::new("families.search_short")))?;
    let scope = worker.municipality.map_or(Scope::All, Scope::City);
    let act = Act::of_request(worker.account_id.as_str(), app.now());
    let items = app.db.write(move |conn| {
        let reasons = store::list_reasons(conn, tokyo_day(act.now))?;
        let reason = reasons.into_iter().find(|known| known.key == reason).ok_or(Rejection::ReasonUnknown)?;
        let act = Act { note: noted(&reason, ""), ..act.clone() };
        let found = families::store::search(conn, &sought, &scope, MOST)?;
        let mut items = Vec::with_capacity(found.len());
        for family in found {
            act.record_look(conn, "proxy.searched", family.id.as_str())?;
            let children = families::store::list_children(conn, &family.id)?.len();
            let digits = family.phone.as_str();
            items.push(ProxyCandidate {
                guardian_name: family.guardian_name.to_string(),
                guardian_kana: family.guardian_kana.to_string(),
                phone_end: digits.chars().skip(digits.chars().count().saturating_sub(DIGITS)).collect(),
                municipality: family.municipality,
                children: u32::try_from(children).unwrap_or(u32::MAX),
                family_id: family.id,
            });
        }
        Ok::<_, ApiError>(items)
    });
    Ok(web::Json(Page { items: items.await?, next_cursor: None }))
}

/// The session of the person who asks, if one is open
#[utoipa::path(
    tag = "proxy",
    responses(
        (status = 200, description = "The session, or none", body = ProxyStanding),
        ForCaseworker,
    )
)]
#[get("/proxy/session")]
pub async fn get_proxy_session(app: web::Data<App>, worker: Caseworker) -> Result<web::Json<ProxyStanding>, ApiError> {
    let now = app.now();
    let session = app.db.read(move |conn| Ok::<_, ApiError>(store::find_session(conn, &worker.account_id)?)).await?;
    Ok(web::Json(ProxyStanding { session: session.filter(|session| is_open(session, now)) }))
}

/// Opens a family's record for a reason, for 15 minutes at most
///
/// One at a time. The family can read that it was opened, when, why and from where.
#[utoipa::path(
    tag = "proxy",
    request_body = NewProxySession,
    params(Key),
    responses(
        (status = 201, description = "Open", body = ProxySession),
        (status = 404, description = "No family that this person may act for", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`proxy.already_open`, `proxy.reason_unknown`, `proxy.words_missing`", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
        ForBody,
    )
)]
#[post("/proxy/session")]
pub async fn open_proxy_session(
    app: web::Data<App>,
    worker: Caseworker,
    key: Key,
    body: Body<NewProxySession>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &worker.account_id.clone(), key, body.0, move |conn, command, act| {
        let family = families::store::find_family(conn, &command.family_id)?;
        let family = family.filter(|family| serves(&worker, family)).ok_or(ApiError::NotFound)?;
        if retention::store::is_closed(conn, &family.id)? {
            return Err(ApiError::NotFound);
        }
        let held = store::find_session(conn, &worker.account_id)?;
        let reasons = store::list_reasons(conn, tokyo_day(act.now))?;
        let (reason, ends_at) = open(held.as_ref(), command, reasons, act.now)?;
        if let Some(over) = held {
            end(conn, &over, act)?;
        }
        let session = ProxySession {
            id: ProxySessionId::new(new_id()),
            family_id: family.id,
            guardian_name: family.guardian_name.to_string(),
            reason,
            words: command.words.trim().to_owned(),
            opened_at: act.now,
            ends_at,
        };
        store::insert_session(conn, &worker.account_id, &session)?;
        let act = Act { note: noted(&session.reason, &session.words), ..act.clone() };
        act.record(conn, "proxy.opened", (&family.municipality, None), session.id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &session)?)
    })
    .await
}

/// Ends a session: when its person says so, or when its time was over.
fn end(conn: &mut AnyConnection, session: &ProxySession, act: &Act) -> Result<(), ApiError> {
    let at = act.now.min(session.ends_at);
    if !store::end_session(conn, &session.id, at)? {
        return Ok(());
    }
    let family = families::store::find_family(conn, &session.family_id)?.ok_or(ApiError::NotFound)?;
    let event = if act.now < session.ends_at { "proxy.ended" } else { "proxy.expired" };
    Ok(act.record(conn, event, (&family.municipality, None), session.id.as_str())?)
}

/// Ends the session of the person who asks
#[utoipa::path(
    tag = "proxy",
    params(Key),
    responses(
        (status = 204, description = "None is open any more"),
        ForCaseworker,
    )
)]
#[post("/proxy/session/end")]
pub async fn end_proxy_session(app: web::Data<App>, worker: Caseworker, key: Key) -> Result<HttpResponse, ApiError> {
    once(&app, &worker.account_id.clone(), key, (), move |conn, (), act| {
        if let Some(session) = store::find_session(conn, &worker.account_id)? {
            end(conn, &session, act)?;
        }
        Ok(Answer::empty())
    })
    .await
}

/// The family whose record is open, as the reason lets one see it
#[utoipa::path(
    tag = "proxy",
    responses(
        (status = 200, description = "The family", body = ProxyFamily),
        (status = 409, description = "`proxy.not_open`", body = Problem, content_type = "application/problem+json"),
        ForCaseworker,
    )
)]
#[get("/proxy/session/family")]
pub async fn get_proxy_family(app: web::Data<App>, worker: Caseworker) -> Result<web::Json<ProxyFamily>, ApiError> {
    let act = Act::of_request(worker.account_id.as_str(), app.now());
    let seen = app.db.write(move |conn| {
        let session = store::find_session(conn, &worker.account_id)?;
        let session = session.filter(|session| is_open(session, act.now)).ok_or(Rejection::NotOpen)?;
        let act = Act { note: noted(&session.reason, &session.words), ..act.clone() };
        act.record_look(conn, "proxy.looked_up", session.id.as_str())?;
        seeing::family(conn, &session, act.now)
    });
    Ok(web::Json(seen.await?))
}
