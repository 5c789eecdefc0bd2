//! Notices (お知らせ): a person's inbox, what people want of notices, links and receipts of messages; and how notices are made and delivered.

pub mod jobs;
pub mod mail;
pub mod making;
pub mod officer;
pub mod store;
pub mod templates;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::ids::{AccountId, NoticeId};
use shared::locale::Locale;
use shared::notices::{
    Choice, Notice, Opened, Preferences, PreferencesChange, Receipt, Rejection, State, UnconfirmedMail, UnreadCount, Wants,
};
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use shared::problem::{Problem, Reason};

use self::store::Stored;
use self::templates::Sentences;
use crate::App;
use crate::channels::Channels;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian};
use crate::idempotency::{Answer, Key, once};
use crate::request::{Body, IfMatch, Query, current, etag};
use crate::routes::Operations;
use crate::session::Guardian;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(list_notices)
        .service(count_unread_notices)
        .service(get_notice_preferences)
        .service(change_notice_preferences)
        .service(confirm_receipt)
        .service(mail::confirm_mail)
        .service(mail::ask_mail_again)
        .service(open_notice)
        .service(acknowledge_notice)
        .service(officer::list_notice_templates)
        .service(officer::preview_notice_template)
        .service(officer::test_notice_template)
        .service(officer::publish_notice_template);
}

/// What stands beside the API: the links of messages.
pub fn configure_links(config: &mut web::ServiceConfig) {
    config.service(follow_link).service(unsubscribe);
}

/// Which notices.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Only those that are neither opened nor out of date.
    #[serde(default)]
    pub unread: bool,
    /// So many at most, 200 at most; 50 when absent.
    pub limit: Option<u32>,
    /// From the page before.
    pub cursor: Option<String>,
}

fn cursor(notice: &Notice) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}|{}", notice.created_at.timestamp_micros(), notice.id))
}

fn read_cursor(text: &str) -> Option<(DateTime<Utc>, NoticeId)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (micros, id) = text.split_once('|')?;
    Some((DateTime::from_timestamp_micros(micros.parse().ok()?)?, NoticeId::new(id)))
}

/// Notices as their person reads them.
pub fn view(conn: &mut AnyConnection, all: Vec<Stored>, locale: Locale) -> Result<Vec<Notice>, ApiError> {
    let ids: Vec<&str> = all.iter().map(|notice| notice.id.as_str()).collect();
    let mut states = store::list_states(conn, &ids)?;
    let mut sentences = Sentences::default();
    let mut found = Vec::with_capacity(all.len());
    for stored in all {
        let texts = sentences.of(conn, &stored, locale)?;
        let deliveries = states.remove(stored.id.as_str()).unwrap_or_default();
        found.push(Notice {
            state: State::of(stored.opened_at.is_some(), stored.acknowledged_at.is_some(), deliveries),
            id: stored.id,
            kind: stored.kind,
            group: stored.kind.group(),
            title: texts.title,
            body: texts.body,
            step: stored.step,
            step_label: texts.step_label,
            urgent: stored.urgent,
            ack_asked: stored.ack_asked,
            deadline_at: stored.deadline_at,
            created_at: stored.created_at,
            opened_at: stored.opened_at,
            acknowledged_at: stored.acknowledged_at,
            replaced_at: stored.replaced_at,
            campaign_id: stored.campaign_id,
        });
    }
    Ok(found)
}

/// The person's notices, the latest first
///
/// The inbox is the master: every notice is here, whatever came of push and mail. Texts are in the asked language.
#[utoipa::path(
    tag = "notices",
    params(NoticeQuery),
    responses(
        (status = 200, description = "The latest first", body = Page<Notice>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/notices")]
pub async fn list_notices(app: web::Data<App>, guardian: Guardian, query: Query<NoticeQuery>) -> Result<web::Json<Page<Notice>>, ApiError> {
    let query = query.0;
    let wrong = |name: &str| ApiError::invalid(&format!("/{name}"), Reason::new("problem.invalid"));
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(wrong("limit"));
    }
    let after = query.cursor.as_deref().map(|text| read_cursor(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    let locale = current().locale;
    let (mut items, more) = app
        .db
        .read(move |conn| {
            let mut all = store::list_notices(conn, &guardian.account_id, query.unread, after.as_ref(), i64::from(limit) + 1)?;
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = all.len() > most;
            all.truncate(most);
            Ok::<_, ApiError>((view(conn, all, locale)?, more))
        })
        .await?;
    let next_cursor = if more { items.last().map(cursor) } else { None };
    items.shrink_to_fit();
    Ok(web::Json(Page { items, next_cursor }))
}

/// How many notices the person has not opened: the number on the app's icon
#[utoipa::path(tag = "notices", responses((status = 200, description = "How many", body = UnreadCount), ForGuardian))]
#[get("/notices/unread_count")]
pub async fn count_unread_notices(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<UnreadCount>, ApiError> {
    let unread = app.db.read(move |conn| store::count_unread(conn, &guardian.account_id).map_err(ApiError::from)).await?;
    Ok(web::Json(UnreadCount { unread }))
}

/// What opening or acknowledging came to.
fn opened(conn: &mut AnyConnection, account: &AccountId, id: &NoticeId) -> Result<Answer, ApiError> {
    let found = store::find_notice(conn, account, id)?.ok_or(ApiError::NotFound)?;
    let state = store::state_of(conn, &found)?;
    let unread = store::count_unread(conn, account)?;
    Ok(Answer::new(StatusCode::OK, &Opened { notice_id: found.id, state, step: found.step, unread })?)
}

/// Notes that the person opened a notice; once opened it stays so
#[utoipa::path(
    tag = "notices",
    params(("notice_id" = String, Path, description = "The notice"), Key),
    responses(
        (status = 200, description = "How far it has come, where its next step leads, how many are left", body = Opened),
        (status = 404, description = "No such notice of this person", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/notices/{notice_id}/open")]
pub async fn open_notice(app: web::Data<App>, guardian: Guardian, key: Key, id: web::Path<NoticeId>) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id.clone(), key, (), move |conn, (), act| {
        let found = store::find_notice(conn, &guardian.account_id, &id)?.ok_or(ApiError::NotFound)?;
        store::mark_opened(conn, &found.id, "app", act.now)?;
        opened(conn, &guardian.account_id, &id)
    })
    .await
}

/// Says that a notice was understood, where it asks for that; it counts as opened too
#[utoipa::path(
    tag = "notices",
    params(("notice_id" = String, Path, description = "The notice"), Key),
    responses(
        (status = 200, description = "How far it has come, where its next step leads, how many are left", body = Opened),
        (status = 404, description = "No such notice of this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`notices.ack_not_asked`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/notices/{notice_id}/acknowledge")]
pub async fn acknowledge_notice(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    id: web::Path<NoticeId>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id.clone(), key, (), move |conn, (), act| {
        let found = store::find_notice(conn, &guardian.account_id, &id)?.ok_or(ApiError::NotFound)?;
        if !found.ack_asked {
            return Err(Rejection::AckNotAsked.into());
        }
        store::mark_opened(conn, &found.id, "app", act.now)?;
        store::mark_acknowledged(conn, &found.id, act.now)?;
        opened(conn, &guardian.account_id, &id)
    })
    .await
}

/// A device says that it has shown a message; shown is not opened
#[utoipa::path(
    tag = "notices",
    request_body = Receipt,
    responses(
        (status = 204, description = "Noted"),
        (status = 404, description = "No such message", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/notices/receipts")]
pub async fn confirm_receipt(app: web::Data<App>, body: Body<Receipt>) -> Result<HttpResponse, ApiError> {
    let (token, now) = (body.0.token, app.now());
    let known = app.db.write(move |conn| store::mark_shown(conn, &token, now).map_err(ApiError::from)).await?;
    if known { Ok(HttpResponse::NoContent().finish()) } else { Err(ApiError::NotFound) }
}

/// The names of the channels that there are.
fn names(channels: &Channels) -> Vec<String> {
    channels.iter().map(|channel| channel.name().to_owned()).collect()
}

/// What a person wants, as the person reads it.
fn shown(
    conn: &mut AnyConnection,
    channels: &Channels,
    account: &AccountId,
    (wants, version): (&Wants, i64),
) -> Result<Preferences, ApiError> {
    let mut unconfirmed = None;
    for channel in channels {
        if let Some(endpoint) = channel.unconfirmed(conn, account)? {
            let asked_at = crate::accounts::store::find_address(conn, account)?.and_then(|known| known.asked_at);
            unconfirmed = Some(UnconfirmedMail { address: endpoint.address, asked_at });
        }
    }
    Ok(Preferences { unconfirmed, ..wants.shown(&names(channels), version) })
}

/// By which channels the person hears of what
#[utoipa::path(tag = "notices", responses((status = 200, description = "What the person wants, with an `ETag`", body = Preferences), ForGuardian))]
#[get("/notices/preferences")]
pub async fn get_notice_preferences(app: web::Data<App>, guardian: Guardian) -> Result<HttpResponse, ApiError> {
    let channels = app.channels.clone();
    let read = app.db.read(move |conn| {
        let (wants, version) = store::find_wants(conn, &guardian.account_id)?;
        shown(conn, &channels, &guardian.account_id, (&wants, version))
    });
    let wants = read.await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(wants.version))).json(wants))
}

/// Changes by which channels the person hears of what; the quiet hours stay, and the inbox has everything in any case
#[utoipa::path(
    tag = "notices",
    request_body = PreferencesChange,
    params(Key, ("If-Match" = String, Header, description = "The `ETag` that was seen")),
    responses(
        (status = 200, description = "What the person wants now", body = Preferences),
        (status = 409, description = "`notices.channel_unknown`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Changed since it was seen", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "Without `If-Match`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[patch("/notices/preferences")]
pub async fn change_notice_preferences(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    seen: IfMatch,
    body: Body<PreferencesChange>,
) -> Result<HttpResponse, ApiError> {
    let channels = app.channels.clone();
    once(&app, &guardian.account_id.clone(), key, body.0, move |conn, change, act| {
        crate::accounts::store::lock_account(conn, &guardian.account_id)?;
        let (wants, version) = store::find_wants(conn, &guardian.account_id)?;
        seen.check(version)?;
        let wants = wants.changed(change, &names(&channels))?;
        store::write_wants(conn, &guardian.account_id, (&wants, version + 1), act.now)?;
        let shown = shown(conn, &channels, &guardian.account_id, (&wants, version + 1))?;
        Ok(Answer::new(StatusCode::OK, &shown)?.with_version(version + 1))
    })
    .await
}

/// Whether a person follows a link: a browser says so of itself. What fetches links for its own sake, such as a mail server that looks for
/// harm or a browser that reads ahead, has not opened anything.
fn is_followed(req: &HttpRequest) -> bool {
    let is = |name: &str, value: &str| req.headers().get(name).is_some_and(|found| found.as_bytes() == value.as_bytes());
    let ahead = ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .any(|name| req.headers().get(*name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("prefetch")));
    req.method() == actix_web::http::Method::GET && is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document") && !ahead
}

/// The link in a message: notes that its notice was opened, and leads to its next step. It signs nobody in.
#[get("/n/{token}")]
async fn follow_link(app: web::Data<App>, req: HttpRequest, token: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let (token, now, followed) = (token.into_inner(), app.now(), is_followed(&req));
    let asked = token.clone();
    let found = if followed {
        let write = app.db.write(move |conn| {
            let found = store::find_link(conn, &token, now)?;
            if let Some(id) = found.as_ref().filter(|link| !link.asks).and_then(|link| link.notice.as_ref()) {
                store::mark_opened(conn, id, "link", now)?;
            }
            Ok::<_, ApiError>(found)
        });
        write.await?
    } else {
        app.db.read(move |conn| store::find_link(conn, &token, now).map_err(ApiError::from)).await?
    };
    let step = match found {
        // A person has to say so, on a page: following a link is what machines do too.
        Some(link) if link.asks => format!("{CONFIRM}?token={asked}"),
        found => found.and_then(|link| link.step).unwrap_or_else(|| INBOX.to_owned()),
    };
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, step))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .finish())
}

/// Ends messages of one kind on one channel with one tap in a mail program (RFC 8058): no sign-in, the token is of this message alone. The inbox
/// keeps everything.
#[post("/n/{token}/unsubscribe")]
async fn unsubscribe(app: web::Data<App>, token: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let (token, now, channels) = (token.into_inner(), app.now(), names(&app.channels));
    let write = app.db.write(move |conn| {
        let (account, kind, channel) = store::find_linked(conn, &token, now)?.ok_or(ApiError::NotFound)?;
        crate::accounts::store::lock_account(conn, &account)?;
        let (wants, version) = store::find_wants(conn, &account)?;
        let left = channels.iter().filter(|name| **name != channel && wants.has(kind.group(), name)).cloned().collect();
        let choices = vec![Choice { group: kind.group(), channels: left }];
        let wants = wants.changed(&PreferencesChange { choices, digest: None }, &channels)?;
        Ok::<_, ApiError>(store::write_wants(conn, &account, (&wants, version + 1), now)?)
    });
    write.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The address of the page that confirms a mail address.
const CONFIRM: &str = "/mail_confirmation";
/// The address of the inbox.
const INBOX: &str = "/notices";
