//! Accounts: register, sign in, sign out, who am I.

mod opening;
pub mod sessions;
pub mod staff;
pub mod store;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Argon2, PasswordHash};
use chrono::{DateTime, Utc};
use shared::access::Role;
use shared::accounts::{Login, Me, NewAccount, Rejection, SignOut, wait_minutes};
use shared::ids::{AccountId, FamilyId};
use shared::problem::Problem;
use shared::text::Email;
use tokio::sync::Semaphore;

use crate::error::{ApiError, ForBody, ForSignedIn};
use crate::outbox::Act;
use crate::request::{Body, OptionalBody};
use crate::routes::Operations;
use crate::session::{self, Signed};
use crate::{App, devices, families, municipalities, new_id};

/// Hashing takes 19 MiB each: so many at once, the others wait.
static HASHING: Semaphore = Semaphore::const_new(4);

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(register)
        .service(opening::open_account)
        .service(login)
        .service(logout)
        .service(get_me)
        .service(sessions::list_sessions)
        .service(sessions::end_session)
        .service(sessions::end_other_sessions)
        .service(sessions::change_password);
}

async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let _place = HASHING.acquire().await.map_err(|_| ApiError::Busy)?;
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::Internal(error.to_string()))
}

/// Hashes a password with argon2id.
pub async fn hash_password(password: String) -> Result<String, ApiError> {
    hashing(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
        .await?
        .map_err(|error| ApiError::Internal(error.to_string()))
}

/// Whether it is the password, or PIN, of a hash.
pub async fn verify(password: String, hash: String) -> Result<bool, ApiError> {
    hashing(move || PasswordHash::new(&hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()))
        .await
}

/// Registers a guardian and the family, and signs in
#[utoipa::path(
    tag = "accounts",
    request_body = NewAccount,
    responses(
        (status = 201, description = "Registered and signed in; the session is in the cookie", body = Me),
        (status = 409, description = "`accounts.email_taken`, `accounts.municipality_unknown`", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/auth/register")]
pub async fn register(app: web::Data<App>, req: HttpRequest, body: Body<NewAccount>) -> Result<HttpResponse, ApiError> {
    let new = body.0;
    let hash = hash_password(new.password.expose().to_owned()).await?;
    let now = app.now();
    let me = Me {
        id: AccountId::new(new_id()),
        email: new.email,
        name: new.name.as_str().to_owned(),
        role: Role::Guardian { family_id: FamilyId::new(new_id()) },
        organisation: None,
        locale: new.locale,
        password: true,
        is_shared: false,
    };
    let (made, act) = (me.clone(), Act::of_request(me.id.as_str(), now));
    app.db
        .write(move |conn| {
            if municipalities::store::find_municipality(conn, &new.municipality)?.is_none() {
                return Err(Rejection::MunicipalityUnknown.into());
            }
            let Role::Guardian { family_id } = &made.role else { return Err(ApiError::Forbidden) };
            families::store::insert_family(conn, family_id, &new.municipality, &new.name, &new.kana, &new.phone, now)?;
            store::insert_account(conn, &made, hash.as_str(), now)?;
            act.record(conn, "family.registered", (&new.municipality, None), family_id.as_str())?;
            Ok::<_, ApiError>(())
        })
        .await?;
    let cookie = session::open(&app.db, &me, session::device(&req), app.config.secure(), now).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).cookie(cookie).json(me))
}

/// Signs in with mail and password
#[utoipa::path(
    tag = "accounts",
    request_body = Login,
    responses(
        (status = 200, description = "Signed in; the session is in the cookie", body = Me),
        (status = 401, description = "`accounts.login_wrong`: mail or password is wrong, which one is not said", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`accounts.too_many_attempts`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/auth/login")]
pub async fn login(app: web::Data<App>, req: HttpRequest, body: crate::request::Plain<Login>) -> Result<HttpResponse, ApiError> {
    let wrong = || ApiError::LoginRefused(Rejection::LoginWrong.reason());
    let email = Email::parse(&body.email).ok();
    let known = match email {
        Some(email) => app.db.read(move |conn| store::find_credentials(conn, &email).map_err(ApiError::from)).await?,
        None => None,
    };
    let Some(known) = known else {
        // As slow as a wrong password, so that nobody can ask which addresses are registered.
        verify(body.password.clone(), app.decoy_hash().await?).await?;
        return Err(wrong());
    };
    if !is_password_of(&app, &known, body.password.clone()).await? {
        return Err(wrong());
    }
    let cookie = enter(&app, &req, &known.me).await?;
    Ok(HttpResponse::Ok().cookie(cookie).json(known.me))
}

/// How long somebody has to wait who is locked out until then: minutes, for people, and seconds.
pub fn wait(until: DateTime<Utc>, now: DateTime<Utc>) -> (i64, u64) {
    let seconds = u64::try_from((until - now).num_seconds()).unwrap_or(0).saturating_add(1);
    (i64::try_from(seconds.div_ceil(60)).unwrap_or(60), seconds)
}

/// Whether it is an account's password. Wrong ones are counted, and after some in a row there is a wait.
pub async fn is_password_of(app: &App, known: &store::Credentials, password: String) -> Result<bool, ApiError> {
    let now = app.now();
    if let Some(until) = known.locked_until.filter(|until| *until > now) {
        let (minutes, seconds) = wait(until, now);
        return Err(ApiError::TooMany(Rejection::TooManyAttempts { minutes }.reason(), seconds));
    }
    let right = match &known.password_hash {
        Some(hash) => verify(password, hash.clone()).await?,
        None => {
            verify(password, app.decoy_hash().await?).await?;
            false
        }
    };
    if !right {
        let id = known.me.id.clone();
        app.db.write(move |conn| store::mark_failure(conn, &id, now, wait_minutes).map_err(ApiError::from)).await?;
    }
    Ok(right)
}

/// Opens a session for somebody who has shown to be this person. A session that the browser already has ends: the new one is not its heir.
pub async fn enter(app: &App, req: &HttpRequest, me: &Me) -> Result<Cookie<'static>, ApiError> {
    let (id, old) = (me.id.clone(), session::of_request(req));
    app.db.write(move |conn| store::mark_login(conn, &id, old.as_deref()).map_err(ApiError::from)).await?;
    session::open(&app.db, me, session::device(req), app.config.secure(), app.now()).await
}

/// Signs out
///
/// Notices of this person come to the device no more, where the body names it; other devices go on.
#[utoipa::path(
    tag = "accounts",
    request_body = SignOut,
    responses(
        (status = 204, description = "Signed out"),
        ForSignedIn,
    )
)]
#[post("/auth/logout")]
pub async fn logout(app: web::Data<App>, req: HttpRequest, signed: Signed, body: OptionalBody<SignOut>) -> Result<HttpResponse, ApiError> {
    let (account, device) = (signed.0.id, body.0.device_id);
    if let Some(hash) = session::of_request(&req) {
        let act = Act::of_request(account.as_str(), app.now());
        let write = app.db.write(move |conn| {
            if let Some(device) = &device
                && devices::store::delete_device(conn, &account, device)?
            {
                act.record_own(conn, "device.removed", account.as_str())?;
            }
            Ok::<_, ApiError>(store::delete_session(conn, &hash)?)
        });
        write.await?;
    }
    Ok(HttpResponse::NoContent().cookie(session::ended(app.config.secure())).finish())
}

/// The person who is signed in
#[utoipa::path(
    tag = "accounts",
    responses(
        (status = 200, description = "Who it is", body = Me),
        ForSignedIn,
    )
)]
#[get("/me")]
pub async fn get_me(signed: Signed) -> web::Json<Me> {
    web::Json(signed.0)
}
