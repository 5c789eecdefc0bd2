//! Passkeys: adding them, seeing and removing them, and coming back with one.

mod cbor;
mod ceremony;
pub mod store;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use shared::accounts::Me;
use shared::ids::{AccountId, PasskeyId};
use shared::page::Page;
use shared::passkeys::{
    ALGORITHMS, CEREMONY, CreationOptions, KIND, KeyKind, Known, MOST, NewPasskey, Passkey, Rejection, RequestOptions, Selection,
    SignedCredential, Site, WaysIn, counts_on, holder,
};
use shared::problem::Problem;

use self::ceremony::{ClientData, Fault, Kind, Party, Signs, decoded, made, signed};
use self::store::Held;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForSignedIn};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, Plain};
use crate::routes::Operations;
use crate::session::{self, Signed};
use crate::{App, accounts, identity, new_id};

/// The cookie that binds a sign-in to the browser that began it.
const COOKIE: &str = "passkey";
/// Only what goes on with a sign-in needs it.
const COOKIE_PATH: &str = "/api/v1/auth/passkeys";
/// What devices call this service.
const SERVICE: &str = "弓ヶ浜";

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(list_passkeys)
        .service(begin_passkey)
        .service(add_passkey)
        .service(remove_passkey)
        .service(begin_passkey_sign_in)
        .service(sign_in_with_passkey);
}

/// The origin on whose pages passkeys can be used, by the public address; none: they are not offered.
pub fn origin(public_url: &str) -> Option<String> {
    Party::of(public_url).map(|party| party.origin)
}

fn party(app: &App) -> Result<Party, ApiError> {
    Party::of(&app.config.public_url).ok_or_else(|| Rejection::NotOffered.into())
}

/// Whose a passkey is, as it travels.
fn handle(account: &AccountId) -> String {
    URL_SAFE_NO_PAD.encode(account.as_str())
}

fn refused(fault: Fault) -> Rejection {
    tracing::info!(%fault, "a passkey's answer was refused");
    fault.into()
}

/// Which ways in an account has, while it is locked.
pub fn ways_in(conn: &mut AnyConnection, app: &App, account: &AccountId) -> Result<WaysIn, ApiError> {
    accounts::store::lock_account(conn, account)?;
    let known = accounts::store::find_account(conn, account)?.ok_or(ApiError::NotFound)?;
    // A card opens nothing where nobody reads it any more.
    let card = app.provider.is_some() && identity::store::find_verified(conn, account)?.is_some();
    Ok(WaysIn { password: known.password_hash.is_some(), card, passkeys: store::count_passkeys(conn, account)? })
}

/// The passkeys of the person, the newest first
#[utoipa::path(
    tag = "passkeys",
    responses(
        (status = 200, description = "All of them", body = Page<Passkey>),
        ForSignedIn,
    )
)]
#[get("/passkeys")]
pub async fn list_passkeys(app: web::Data<App>, signed: Signed) -> Result<web::Json<Page<Passkey>>, ApiError> {
    let listed = app.db.read(move |conn| store::list_passkeys(conn, &signed.0.id).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items: listed, next_cursor: None }))
}

/// A PIN must not grow into a way in from everywhere: a passkey is added on a device of one's own.
fn own_device(me: &Me) -> Result<(), ApiError> {
    if me.is_shared { Err(shared::tablets::Rejection::OwnDeviceOnly.into()) } else { Ok(()) }
}

/// Begins to add a passkey
///
/// The answer is for `navigator.credentials.create`, through `PublicKeyCredential.parseCreationOptionsFromJSON`. It holds for five
/// minutes, once, in this session.
#[utoipa::path(
    tag = "passkeys",
    responses(
        (status = 200, description = "What the device is asked", body = CreationOptions),
        (status = 409, description = "`passkeys.not_offered`, `passkeys.too_many`, `tablets.own_device_only`", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[post("/passkeys/begin")]
pub async fn begin_passkey(app: web::Data<App>, req: HttpRequest, signed: Signed) -> Result<web::Json<CreationOptions>, ApiError> {
    let (party, now, me) = (party(&app)?, app.now(), signed.0);
    own_device(&me)?;
    let (challenge, session) = (session::secret()?, session::of_request(&req).ok_or(ApiError::Unauthenticated)?);
    let (hash, account) = (session::hash(&challenge), me.id.clone());
    let known = app
        .db
        .write(move |conn| {
            let known = store::list_credentials(conn, &account)?;
            if known.len() >= MOST {
                return Err(ApiError::from(Rejection::TooMany));
            }
            store::insert_challenge(conn, (&hash, &session), Some(&account), now + CEREMONY)?;
            Ok(known)
        })
        .await?;
    Ok(web::Json(CreationOptions {
        challenge,
        rp: Site { id: party.id, name: SERVICE.to_owned() },
        user: holder(&me, handle(&me.id)),
        pub_key_cred_params: ALGORITHMS.map(|alg| KeyKind { kind: KIND, alg }).to_vec(),
        timeout: CEREMONY.num_milliseconds(),
        exclude_credentials: known.into_iter().map(|id| Known { kind: KIND, id }).collect(),
        authenticator_selection: Selection::ALWAYS,
        attestation: "none",
    }))
}

/// Adds the passkey that the device has made
#[utoipa::path(
    tag = "passkeys",
    request_body = NewPasskey,
    params(Key),
    responses(
        (status = 201, description = "Added", body = Passkey),
        (status = 409, description = "`passkeys.ceremony_over`, `passkeys.not_verified`, `passkeys.user_not_verified`, `passkeys.algorithm_unknown`, `passkeys.already_added`, `passkeys.too_many`, `passkeys.not_offered`, `tablets.own_device_only`", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
        ForBody,
    )
)]
#[post("/passkeys")]
pub async fn add_passkey(
    app: web::Data<App>,
    req: HttpRequest,
    signed: Signed,
    key: Key,
    body: Body<NewPasskey>,
) -> Result<HttpResponse, ApiError> {
    let (party, account) = (party(&app)?, signed.0.id.clone());
    own_device(&signed.0)?;
    let session = session::of_request(&req).ok_or(ApiError::Unauthenticated)?;
    once(&app, &signed.0.id, key, body.0, move |conn, new, act| {
        let response = &new.credential.response;
        let client = ClientData::read(&response.client_data).map_err(refused)?;
        // The lock comes first: two devices that add at once are counted one after the other.
        accounts::store::lock_account(conn, &account)?;
        if !store::take_challenge(conn, (&session::hash(client.challenge()), &session), Some(&account), act.now)? {
            return Err(Rejection::CeremonyOver.into());
        }
        client.check(Kind::Create, &party).map_err(refused)?;
        let made = decoded(&response.attestation).and_then(|attestation| made(&attestation, &party)).map_err(refused)?;
        let (credential, public) = (URL_SAFE_NO_PAD.encode(&made.credential), URL_SAFE_NO_PAD.encode(&made.key));
        if new.credential.id != credential {
            return Err(refused(Fault::Malformed).into());
        }
        if store::find_held(conn, &credential)?.is_some() {
            return Err(Rejection::AlreadyAdded.into());
        }
        if store::count_passkeys(conn, &account)? >= MOST {
            return Err(Rejection::TooMany.into());
        }
        let passkey = Passkey {
            id: PasskeyId::new(new_id()),
            name: new.name.trim().to_owned(),
            synced: made.signs.synced,
            added_at: act.now,
            used_at: None,
        };
        store::insert_passkey(conn, &account, &passkey, (&credential, &public, made.signs.counter))?;
        act.record_own(conn, "passkey.added", account.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &passkey)?)
    })
    .await
}

/// Removes a passkey; it opens nothing from then on
///
/// Devices that are signed in stay so: `POST /sessions/{session_id}/end` ends them.
#[utoipa::path(
    tag = "passkeys",
    params(("passkey_id" = String, Path, description = "The passkey"), Key),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "No such passkey of this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`passkeys.last_way`: nothing else would open the account", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[post("/passkeys/{passkey_id}/remove")]
pub async fn remove_passkey(app: web::Data<App>, signed: Signed, key: Key, id: web::Path<PasskeyId>) -> Result<HttpResponse, ApiError> {
    let (account, home) = (signed.0.id.clone(), app.clone());
    once(&app, &signed.0.id, key, (), move |conn, (), act| {
        let ways = ways_in(conn, &home, &account)?;
        if !store::delete_passkey(conn, &account, &id)? {
            return Err(ApiError::NotFound);
        }
        if !ways.may_lose_passkey() {
            return Err(Rejection::LastWay.into());
        }
        act.record_own(conn, "passkey.removed", account.as_str())?;
        Ok(Answer::empty())
    })
    .await
}

/// The secret of the browser in which sign-ins by passkey are under way; several may be, one on each page.
fn browser(req: &HttpRequest) -> Option<String> {
    req.cookie(COOKIE).map(|cookie| cookie.value().to_owned()).filter(|secret| secret.len() == 43)
}

/// Begins to sign in with a passkey
///
/// The answer is for `navigator.credentials.get`, through `PublicKeyCredential.parseRequestOptionsFromJSON`. It holds for five minutes,
/// once, in this browser, which the cookie that comes along remembers.
#[utoipa::path(
    tag = "passkeys",
    responses(
        (status = 200, description = "What the device is asked", body = RequestOptions),
        (status = 409, description = "`passkeys.not_offered`", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/auth/passkeys/begin")]
pub async fn begin_passkey_sign_in(app: web::Data<App>, req: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (party, until) = (party(&app)?, app.now() + CEREMONY);
    let secret = browser(&req).map_or_else(session::secret, Ok)?;
    let challenge = session::secret()?;
    let hashes = (session::hash(&challenge), session::hash(&secret));
    app.db.write(move |conn| store::insert_challenge(conn, (&hashes.0, &hashes.1), None, until).map_err(ApiError::from)).await?;
    let cookie = Cookie::build(COOKIE, secret)
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(app.config.secure())
        .max_age(CookieDuration::seconds(CEREMONY.num_seconds()))
        .finish();
    Ok(HttpResponse::Ok().cookie(cookie).json(RequestOptions {
        challenge,
        rp_id: party.id,
        timeout: CEREMONY.num_milliseconds(),
        user_verification: Selection::ALWAYS.user_verification,
        allow_credentials: Vec::new(),
    }))
}

/// Signs in with a passkey
///
/// Wrong answers are counted, and after some in a row there is a wait, as with passwords.
#[utoipa::path(
    tag = "passkeys",
    request_body = SignedCredential,
    responses(
        (status = 200, description = "Signed in; the session is in the cookie", body = Me),
        (status = 401, description = "`passkeys.unknown`, `passkeys.not_verified`, `passkeys.user_not_verified`, `passkeys.copied`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`passkeys.ceremony_over`, `passkeys.not_offered`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`passkeys.too_many_attempts`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/auth/passkeys")]
pub async fn sign_in_with_passkey(app: web::Data<App>, req: HttpRequest, body: Plain<SignedCredential>) -> Result<HttpResponse, ApiError> {
    let (party, now, credential) = (party(&app)?, app.now(), body.0);
    let client = ClientData::read(&credential.response.client_data).map_err(not_let_in)?;
    let hashes = (session::hash(client.challenge()), session::hash(&browser(&req).ok_or(Rejection::CeremonyOver)?));
    // Used up before anything is looked at, whatever comes of it.
    let taken = app.db.write(move |conn| store::take_challenge(conn, (&hashes.0, &hashes.1), None, now).map_err(ApiError::from)).await?;
    if !taken {
        return Err(Rejection::CeremonyOver.into());
    }
    let id = credential.id.clone();
    let held = app.db.read(move |conn| store::find_held(conn, &id).map_err(ApiError::from)).await?;
    let held = held.ok_or_else(|| ApiError::LoginRefused(Rejection::Unknown.reason()))?;
    if let Some(until) = held.locked_until.filter(|until| *until > now) {
        let (minutes, seconds) = accounts::wait(until, now);
        return Err(ApiError::TooMany(Rejection::TooManyAttempts { minutes }.reason(), seconds));
    }
    match proven(&credential, &client, &held, &party) {
        Ok(signs) => {
            let me = use_passkey(&app, held, signs, now).await?;
            let cookie = accounts::enter(&app, &req, &me).await?;
            Ok(HttpResponse::Ok().cookie(cookie).json(me))
        }
        Err(fault) => {
            app.db.write(move |conn| store::mark_failure(conn, &held.id, now).map_err(ApiError::from)).await?;
            Err(not_let_in(fault))
        }
    }
}

fn not_let_in(fault: Fault) -> ApiError {
    ApiError::LoginRefused(refused(fault).reason())
}

/// Whether the passkey signed this sign-in, for the account that it is of.
fn proven(credential: &SignedCredential, client: &ClientData, held: &Held, party: &Party) -> Result<Signs, Fault> {
    let response = &credential.response;
    client.check(Kind::Get, party)?;
    if response.user_handle.as_deref() != Some(handle(&held.account).as_str()) {
        return Err(Fault::Account);
    }
    signed(&decoded(&response.authenticator_data)?, client, &decoded(&response.signature)?, (&decoded(&held.key)?, party))
}

/// Writes down that a passkey was used, or that it counted back; gives whose it is.
async fn use_passkey(app: &App, held: Held, signs: Signs, now: DateTime<Utc>) -> Result<Me, ApiError> {
    let act = Act::of_request(held.account.as_str(), now);
    let me = app
        .db
        .write(move |conn| {
            if !counts_on(held.counter, signs.counter) {
                act.record_own(conn, "passkey.copied", held.account.as_str())?;
                return Ok(None);
            }
            if !store::mark_used(conn, &held, signs, now)? {
                // Used or removed meanwhile: what it signed was for a state that is no more.
                return Err(ApiError::from(Rejection::CeremonyOver));
            }
            let known = accounts::store::find_account(conn, &held.account)?.ok_or(ApiError::NotFound)?;
            Ok(Some(known.me))
        })
        .await?;
    me.ok_or_else(|| ApiError::LoginRefused(Rejection::Copied.reason()))
}
