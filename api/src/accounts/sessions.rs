//! The devices on which somebody is signed in, ending them, and a new password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use shared::accounts::{EndedSessions, PasswordChange, Rejection, SessionDevice};
use shared::ids::SessionId;
use shared::page::Page;
use shared::problem::Problem;

use super::{hash_password, is_password_of, store};
use crate::App;
use crate::error::{ApiError, ForBody, ForSignedIn};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::session::{self, Signed};

/// The devices on which the person is signed in, the one last used first
#[utoipa::path(
    tag = "accounts",
    responses(
        (status = 200, description = "All of them", body = Page<SessionDevice>),
        ForSignedIn,
    )
)]
#[get("/sessions")]
pub async fn list_sessions(app: web::Data<App>, req: HttpRequest, signed: Signed) -> Result<web::Json<Page<SessionDevice>>, ApiError> {
    let (this, now) = (session::of_request(&req), app.now());
    let listed = app.db.read(move |conn| store::list_sessions(conn, &signed.0.id, this.as_deref(), now).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items: listed, next_cursor: None }))
}

/// Signs out another device, or this one
#[utoipa::path(
    tag = "accounts",
    params(("session_id" = String, Path, description = "The session"), Key),
    responses(
        (status = 204, description = "Signed out there"),
        (status = 404, description = "No such session of this person", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[post("/sessions/{session_id}/end")]
pub async fn end_session(app: web::Data<App>, signed: Signed, key: Key, id: web::Path<SessionId>) -> Result<HttpResponse, ApiError> {
    let account = signed.0.id.clone();
    once(&app, &signed.0.id, key, (), move |conn, (), act| {
        if !store::end_session(conn, &account, &id)? {
            return Err(ApiError::NotFound);
        }
        act.record_own(conn, "session.ended", account.as_str())?;
        Ok(Answer::empty())
    })
    .await
}

/// Signs out every device but this one
#[utoipa::path(
    tag = "accounts",
    params(Key),
    responses(
        (status = 200, description = "How many were signed out", body = EndedSessions),
        ForSignedIn,
    )
)]
#[post("/sessions/end_others")]
pub async fn end_other_sessions(app: web::Data<App>, req: HttpRequest, signed: Signed, key: Key) -> Result<HttpResponse, ApiError> {
    let (account, this) = (signed.0.id.clone(), session::of_request(&req).ok_or(ApiError::Unauthenticated)?);
    once(&app, &signed.0.id, key, (), move |conn, (), act| {
        let ended = store::end_others(conn, &account, &this)?;
        if ended > 0 {
            act.record_own(conn, "session.ended", account.as_str())?;
        }
        Ok(Answer::new(StatusCode::OK, &EndedSessions { ended })?)
    })
    .await
}

/// Changes the password, or sets the first one; every other device is signed out
///
/// Wrong passwords are counted as at signing in.
#[utoipa::path(
    tag = "accounts",
    request_body = PasswordChange,
    responses(
        (status = 200, description = "Changed; so many other devices were signed out", body = EndedSessions),
        (status = 409, description = "`accounts.password_wrong`, `tablets.own_device_only`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`accounts.too_many_attempts`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
        ForBody,
    )
)]
#[post("/auth/password")]
pub async fn change_password(
    app: web::Data<App>,
    req: HttpRequest,
    signed: Signed,
    body: Body<PasswordChange>,
) -> Result<web::Json<EndedSessions>, ApiError> {
    let (account, this) = (signed.0.id.clone(), session::of_request(&req).ok_or(ApiError::Unauthenticated)?);
    let id = account.clone();
    let known = app.db.read(move |conn| store::find_account(conn, &id).map_err(ApiError::from)).await?.ok_or(ApiError::NotFound)?;
    if known.password_hash.is_none() && signed.0.is_shared {
        return Err(shared::tablets::Rejection::OwnDeviceOnly.into());
    }
    // Who has no password yet has shown otherwise who it is.
    if known.password_hash.is_some() && !is_password_of(&app, &known, body.current.clone().unwrap_or_default()).await? {
        return Err(ApiError::Refused(vec![crate::error::part(Some("/current".to_owned()), Rejection::PasswordWrong.reason())]));
    }
    let hash = hash_password(body.new.expose().to_owned()).await?;
    let act = Act::of_request(account.as_str(), app.now());
    let ended = app
        .db
        .write(move |conn| {
            store::set_password(conn, &account, &hash)?;
            act.record_own(conn, "account.password_changed", account.as_str())?;
            Ok::<_, ApiError>(store::end_others(conn, &account, &this)?)
        })
        .await?;
    Ok(web::Json(EndedSessions { ended }))
}
