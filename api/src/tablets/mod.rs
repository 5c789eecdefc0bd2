//! Shared devices of a facility: made shared, locked, unlocked by name and PIN, and no longer shared.
//!
//! A request that was let in before a lock is finished in the name of who sent it; one after it is refused by the extractors.

pub mod store;

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use shared::accounts::{Me, Rejection as AccountRejection, wait_minutes};
use shared::problem::Problem;
use shared::tablets::{Rejection, StaffPin, StaffPinChange, Tablet, Unlock};

use crate::accounts::store::{delete_session, find_account, find_session};
use crate::accounts::{hash_password, is_password_of, verify, wait};
use crate::error::{ApiError, ForBody, ForSignedIn, ForStaff};
use crate::outbox::Act;
use crate::request::{Body, Plain};
use crate::routes::Operations;
use crate::session::{self, AtTablet, Signed, Staff};
use crate::{App, facilities};

/// Who acts on a device that nobody is in front of, in the audit.
const NOBODY: &str = "tablet";

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(get_staff_pin)
        .service(set_staff_pin)
        .service(get_tablet)
        .service(share_tablet)
        .service(lock_tablet)
        .service(unlock_tablet)
        .service(end_tablet);
}

/// Whether the person has a PIN for shared devices
#[utoipa::path(
    tag = "tablets",
    responses(
        (status = 200, description = "Since when", body = StaffPin),
        ForStaff,
    )
)]
#[get("/auth/pin")]
pub async fn get_staff_pin(app: web::Data<App>, staff: Staff) -> Result<web::Json<StaffPin>, ApiError> {
    let set_at = app.db.read(move |conn| store::find_set_at(conn, &staff.account_id).map_err(ApiError::from)).await?;
    Ok(web::Json(StaffPin { set_at }))
}

/// Sets the person's PIN for shared devices
///
/// Wrong passwords are counted as at signing in.
#[utoipa::path(
    tag = "tablets",
    request_body = StaffPinChange,
    responses(
        (status = 204, description = "The PIN is set"),
        (status = 409, description = "`accounts.password_wrong`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`accounts.too_many_attempts`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[put("/auth/pin")]
pub async fn set_staff_pin(app: web::Data<App>, staff: Staff, body: Body<StaffPinChange>) -> Result<HttpResponse, ApiError> {
    let (account, StaffPinChange { password, pin }) = (staff.account_id, body.0);
    let id = account.clone();
    let known = app.db.read(move |conn| find_account(conn, &id).map_err(ApiError::from)).await?.ok_or(ApiError::NotFound)?;
    if !is_password_of(&app, &known, password).await? {
        return Err(ApiError::Refused(vec![crate::error::part(Some("/password".to_owned()), AccountRejection::PasswordWrong.reason())]));
    }
    let hash = hash_password(pin).await?;
    let act = Act::of_request(account.as_str(), app.now());
    app.db
        .write(move |conn| {
            store::write_pin(conn, &account, &hash, act.now)?;
            Ok::<_, ApiError>(act.record_own(conn, "account.pin_set", account.as_str())?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The shared device, and who may step in front of it
///
/// Answered on a shared device alone, also while it is locked.
#[utoipa::path(
    tag = "tablets",
    responses(
        (status = 200, description = "The device", body = Tablet),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`tablets.not_shared`", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/auth/tablet")]
pub async fn get_tablet(app: web::Data<App>, at: AtTablet) -> Result<web::Json<Tablet>, ApiError> {
    let tablet = app
        .db
        .read(move |conn| {
            let facility = facilities::store::find_name(conn, &at.facility_id)?.ok_or(ApiError::NotFound)?;
            let people = store::list_people(conn, &at.facility_id)?;
            Ok::<_, ApiError>(Tablet { facility, is_locked: at.front.is_none(), people })
        })
        .await?;
    Ok(web::Json(tablet))
}

/// Makes the device a shared one of the person's facility, until the session ends
///
/// The person stays in front of it until it is locked.
#[utoipa::path(
    tag = "tablets",
    responses(
        (status = 204, description = "The device is shared"),
        (status = 409, description = "`tablets.no_pin`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[post("/auth/tablet/share")]
pub async fn share_tablet(app: web::Data<App>, req: HttpRequest, staff: Staff) -> Result<HttpResponse, ApiError> {
    let hash = session::of_request(&req).ok_or(ApiError::Unauthenticated)?;
    let act = Act::of_request(staff.account_id.as_str(), app.now());
    app.db
        .write(move |conn| {
            // Else the first lock would shut out the one who is there.
            if store::find_set_at(conn, &staff.account_id)?.is_none() {
                return Err(Rejection::NoPin.into());
            }
            if store::share(conn, &hash, &staff.facility_id)? {
                act.record_own(conn, "tablet.shared", staff.account_id.as_str())?;
            }
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Locks the shared device: nobody is in front of it any more
#[utoipa::path(
    tag = "tablets",
    responses(
        (status = 204, description = "The device is locked"),
        (status = 409, description = "`tablets.not_shared`", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[post("/auth/tablet/lock")]
pub async fn lock_tablet(app: web::Data<App>, req: HttpRequest, signed: Signed) -> Result<HttpResponse, ApiError> {
    if !signed.0.is_shared {
        return Err(Rejection::NotShared.into());
    }
    let hash = session::of_request(&req).ok_or(ApiError::Unauthenticated)?;
    let act = Act::of_request(signed.0.id.as_str(), app.now());
    app.db
        .write(move |conn| {
            // Where a lock was quicker nothing is left to do.
            if store::lock(conn, &hash, act.now)? {
                act.record_own(conn, "tablet.screen_locked", signed.0.id.as_str())?;
            }
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Somebody steps in front of the locked device
///
/// The session goes on under a new secret: the cookie before opens nothing any more. Wrong PINs are counted for each person, and after
/// some in a row there is a wait.
#[utoipa::path(
    tag = "tablets",
    request_body = Unlock,
    responses(
        (status = 200, description = "Who is in front; the session is in the cookie", body = Me),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`tablets.pin_wrong`, `tablets.not_locked`, `tablets.not_shared`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`tablets.too_many_attempts`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/auth/tablet/unlock")]
pub async fn unlock_tablet(app: web::Data<App>, at: AtTablet, body: Plain<Unlock>) -> Result<HttpResponse, ApiError> {
    if at.front.is_some() {
        return Err(Rejection::NotLocked.into());
    }
    let Unlock { account_id, pin } = body.0;
    let now = app.now();
    let (wanted, facility) = (account_id.clone(), at.facility_id.clone());
    // Counted before it is looked at: many tries at once are no more tries than one after another.
    let tried = app.db.write(move |conn| store::begin_try(conn, &wanted, &facility, now, wait_minutes).map_err(ApiError::from)).await?;
    let hash = match tried {
        store::Try::Pin(hash) => hash,
        store::Try::Nobody => app.decoy_hash().await?,
        store::Try::LockedUntil(until) => {
            let (minutes, seconds) = wait(until, now);
            return Err(ApiError::TooMany(Rejection::TooManyAttempts { minutes }.reason(), seconds));
        }
    };
    if !verify(pin, hash).await? {
        return Err(Rejection::PinWrong.into());
    }
    let token = session::secret()?;
    let (new, act) = (session::hash(&token), Act::of_request(account_id.as_str(), now));
    let until = at.until;
    let entered = app
        .db
        .write(move |conn| {
            store::forget_tries(conn, &account_id)?;
            // Whoever was quicker took the secret along.
            if !store::unlock(conn, (&at.hash, &new), &account_id)? {
                return Ok(None);
            }
            // Employment may have ended since the PIN was looked up.
            let session = find_session(conn, &new, now)?.filter(|session| !session.is_locked).ok_or(Rejection::PinWrong)?;
            act.record_own(conn, "tablet.screen_unlocked", account_id.as_str())?;
            Ok::<_, ApiError>(Some(session.me))
        })
        .await?;
    let me = entered.ok_or(Rejection::NotLocked)?;
    Ok(HttpResponse::Ok().cookie(session::renewed(token, until - now, app.config.secure())).json(me))
}

/// Ends the shared use: the device is signed out, also while it is locked
#[utoipa::path(
    tag = "tablets",
    responses(
        (status = 204, description = "The device is signed out"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`tablets.not_shared`", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/auth/tablet/end")]
pub async fn end_tablet(app: web::Data<App>, at: AtTablet) -> Result<HttpResponse, ApiError> {
    let act = Act::of_request(at.front.as_ref().map_or(NOBODY, |front| front.as_str()), app.now());
    app.db
        .write(move |conn| {
            delete_session(conn, &at.hash)?;
            Ok::<_, ApiError>(act.record_own(conn, "tablet.ended", at.facility_id.as_str())?)
        })
        .await?;
    Ok(HttpResponse::NoContent().cookie(session::ended(app.config.secure())).finish())
}
