//! Devices that notices are pushed to: turning them on, seeing, trying and removing them.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use shared::devices::{BETWEEN_TRIALS, Known, MOST, NewPushDevice, PushDevice, PushKey, Rejection, describe_again, may_try};
use shared::ids::DeviceId;
use shared::locale::without_ruby;
use shared::page::Page;
use shared::problem::{Problem, sentence};

use self::store::Described;
use crate::channels::Outcome;
use crate::channels::push::{address, are_keys};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian};
use crate::idempotency::{Answer, Key, once};
use crate::request::{self, Plain};
use crate::routes::Operations;
use crate::session::{self, Guardian};
use crate::{App, accounts, new_id};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_push_key).service(list_devices).service(add_device).service(try_device).service(remove_device);
}

/// Our public key to push services
#[utoipa::path(
    tag = "devices",
    responses(
        (status = 200, description = "For `PushManager.subscribe`", body = PushKey),
        (status = 503, description = "`devices.not_taken`: this installation pushes nothing", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/push/key")]
pub async fn get_push_key(app: web::Data<App>) -> Result<web::Json<PushKey>, ApiError> {
    let push = app.push.as_ref().ok_or_else(no_push)?;
    Ok(web::Json(PushKey { key: push.public_key().to_owned() }))
}

fn no_push() -> ApiError {
    ApiError::Unavailable(Rejection::NotTaken.reason())
}

/// The devices on which the person has turned notices on, the newest first
#[utoipa::path(
    tag = "devices",
    responses(
        (status = 200, description = "All of them, also those that have ended", body = Page<PushDevice>),
        ForGuardian,
    )
)]
#[get("/devices")]
pub async fn list_devices(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<Page<PushDevice>>, ApiError> {
    let listed = app.db.read(move |conn| store::list_devices(conn, &guardian.account_id).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items: listed, next_cursor: None }))
}

/// Turns notices on for a device
///
/// The body is what the browser's `PushSubscription.toJSON()` gives. The same address again renews the device, also one that had ended;
/// whoever turns notices on with the keys of a device that another person had turned on takes it over. A worker whose browser has changed
/// the address names the one before in `replaces`.
#[utoipa::path(
    tag = "devices",
    request_body = NewPushDevice,
    params(Key),
    responses(
        (status = 200, description = "The device was known", body = PushDevice),
        (status = 201, description = "Added", body = PushDevice),
        (status = 409, description = "`devices.endpoint_taken`, `devices.too_many`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`devices.endpoint_refused`, `devices.keys_refused`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/devices")]
pub async fn add_device(
    app: web::Data<App>,
    req: HttpRequest,
    guardian: Guardian,
    key: Key,
    body: Plain<NewPushDevice>,
) -> Result<HttpResponse, ApiError> {
    if address::parse(&body.0.endpoint, app.config.push_to_loopback).is_none() {
        return Err(ApiError::invalid("/endpoint", Rejection::EndpointRefused.reason()));
    }
    if !are_keys(&body.0.keys.p256dh, &body.0.keys.auth) {
        return Err(ApiError::invalid("/keys", Rejection::KeysRefused.reason()));
    }
    let device = session::device(&req);
    let words: Vec<&str> = [device.system.as_str(), device.browser.as_str()].into_iter().filter(|word| !word.is_empty()).collect();
    let (name, account) = (words.join(" · "), guardian.account_id.clone());
    once(&app, &guardian.account_id, key, body.0, move |conn, new, act| {
        // The lock comes first: two devices that are added at once are counted one after the other.
        accounts::store::lock_account(conn, &account)?;
        let described = Described { account: &account, name: &name, endpoint: &new.endpoint, keys: (&new.keys.p256dh, &new.keys.auth) };
        let (status, id) = describe(conn, new, described, act.now)?;
        act.record_own(conn, "device.added", account.as_str())?;
        let known = store::list_devices(conn, &account)?.into_iter().find(|known| known.id == id).ok_or(ApiError::NotFound)?;
        Ok(Answer::new(status, &known)?)
    })
    .await
}

/// Writes a device as its browser describes it.
fn describe(
    conn: &mut AnyConnection,
    new: &NewPushDevice,
    described: Described<'_>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(StatusCode, DeviceId), ApiError> {
    let account = described.account;
    let before = match new.replaces.as_deref().filter(|before| *before != new.endpoint) {
        Some(before) => store::find_held(conn, before)?.filter(|held| held.account == *account),
        None => None,
    };
    if let Some(held) = store::find_held(conn, &new.endpoint)? {
        let same_keys = held.keys == (new.keys.p256dh.clone(), new.keys.auth.clone());
        if describe_again(held.account == *account, same_keys, held.ended)? == Known::Moved {
            store::forget_past(conn, &held.id, now)?;
        }
        if let Some(before) = before {
            store::delete_device(conn, account, &before.id)?;
        }
        store::renew_device(conn, &held.id, described)?;
        return Ok((StatusCode::OK, held.id));
    }
    if let Some(before) = before {
        store::renew_device(conn, &before.id, described)?;
        return Ok((StatusCode::OK, before.id));
    }
    let known = store::list_devices(conn, account)?;
    if known.len() >= MOST {
        let oldest_ended = known.iter().rev().find(|device| device.ended_at.is_some()).ok_or(Rejection::TooMany)?;
        store::delete_device(conn, account, &oldest_ended.id)?;
    }
    let id = DeviceId::new(new_id());
    store::insert_device(conn, &id, described, now)?;
    Ok((StatusCode::CREATED, id))
}

/// Removes a device: nothing is pushed to it any more
#[utoipa::path(
    tag = "devices",
    params(("device_id" = String, Path, description = "The device"), Key),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "No such device of this person", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/devices/{device_id}/remove")]
pub async fn remove_device(app: web::Data<App>, guardian: Guardian, key: Key, id: web::Path<DeviceId>) -> Result<HttpResponse, ApiError> {
    let account = guardian.account_id.clone();
    once(&app, &guardian.account_id, key, (), move |conn, (), act| {
        if !store::delete_device(conn, &account, &id)? {
            return Err(ApiError::NotFound);
        }
        act.record_own(conn, "device.removed", account.as_str())?;
        Ok(Answer::empty())
    })
    .await
}

/// Sends a trial message to a device
///
/// It answers when the push service has: taken does not mean shown.
#[utoipa::path(
    tag = "devices",
    params(("device_id" = String, Path, description = "The device")),
    responses(
        (status = 200, description = "The push service took it", body = PushDevice),
        (status = 404, description = "No such device of this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`devices.ended`: its browser takes nothing from us any more", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`devices.trial_too_soon`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`devices.not_taken`: the push service did not take it, or was not reached", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/devices/{device_id}/try")]
pub async fn try_device(app: web::Data<App>, guardian: Guardian, id: web::Path<DeviceId>) -> Result<web::Json<PushDevice>, ApiError> {
    let (account, id, now) = (guardian.account_id, id.into_inner(), app.now());
    let push = app.push.clone();
    let asked = (account.clone(), id.clone());
    let endpoint = app
        .db
        .write(move |conn| {
            let (account, id) = &asked;
            let tried = store::find_tried(conn, account, id)?.ok_or(ApiError::NotFound)?;
            if tried.ended {
                return Err(Rejection::Ended.into());
            }
            if !may_try(tried.tried_at, now) || !store::mark_tried(conn, id, tried.tried_at, now)? {
                let seconds = BETWEEN_TRIALS.num_seconds().unsigned_abs();
                return Err(ApiError::TooMany(Rejection::TrialTooSoon.reason(), seconds));
            }
            Ok(tried.endpoint)
        })
        .await?;
    // Nothing of the database is held while the push service is asked.
    let push = push.ok_or_else(no_push)?;
    let locale = request::current().locale;
    let words = |key| without_ruby(&sentence(key, locale));
    let page = format!("{}/notices/devices", app.config.public_url.trim_end_matches('/'));
    let said = (words("devices.trial_title"), words("devices.trial_body"));
    let outcome = push.try_out(&endpoint, (&said.0, &said.1), &page, locale).await;
    let noted = (account, id, outcome.clone());
    let known = app
        .db
        .write(move |conn| {
            let (account, id, outcome) = &noted;
            store::mark_outcome(conn, id, outcome, now)?;
            Ok::<_, ApiError>(store::list_devices(conn, account)?.into_iter().find(|known| known.id == *id))
        })
        .await?;
    match outcome {
        Outcome::Accepted => Ok(web::Json(known.ok_or(ApiError::NotFound)?)),
        Outcome::Gone => Err(Rejection::Ended.into()),
        Outcome::Later(_) | Outcome::Refused(_) => Err(no_push()),
    }
}
