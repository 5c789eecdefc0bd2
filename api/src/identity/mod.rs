//! Sign-in of residents at a provider (OpenID Connect): leaving, coming back, and what was verified of the family's guardian.

pub mod jose;
mod provider;
pub mod store;

use std::sync::Arc;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, TimeDelta, Utc};
use shared::access::Role;
use shared::accounts::{Me, Rejection as AccountRejection};
use shared::families::Family;
use shared::identity::{
    ATTEMPT, Arrival, Departure, Identity, NewResident, ProviderPage, REGISTERING, Rejection, Return, TakeOver, Verified, municipality_of,
    take_over,
};
use shared::ids::{AccountId, FamilyId};
use shared::problem::Problem;

pub use self::provider::Provider;
use self::provider::{Marks, Vouched};
use self::store::{Attempt, Known};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, Plain};
use crate::routes::Operations;
use crate::session::{self, Guardian};
use crate::{App, accounts, families, municipalities, new_id, passkeys};

/// The cookie that binds an attempt to the browser that began it.
const COOKIE: &str = "sign_in";
/// Only what goes on with an attempt needs it.
const COOKIE_PATH: &str = "/api/v1/auth/resident";

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(leave_for_provider)
        .service(return_from_provider)
        .service(get_newcomer)
        .service(register_resident)
        .service(get_identity)
        .service(take_over_verified)
        .service(unlink_identity);
}

fn cookie(app: &App, secret: String, lasts: TimeDelta) -> Cookie<'static> {
    Cookie::build(COOKIE, secret)
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(app.config.secure())
        .max_age(CookieDuration::seconds(lasts.num_seconds()))
        .finish()
}

fn secret_of(req: &HttpRequest) -> Result<String, ApiError> {
    req.cookie(COOKIE).map(|cookie| cookie.value().to_owned()).ok_or_else(|| Rejection::AttemptOver.into())
}

/// The guardian who is signed in, where one is.
async fn guardian_of(req: &HttpRequest) -> Result<Option<Guardian>, ApiError> {
    match Guardian::extract(req).await {
        Ok(guardian) => Ok(Some(guardian)),
        Err(ApiError::Unauthenticated | ApiError::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

fn provider(app: &App) -> Result<Arc<Provider>, ApiError> {
    app.provider.clone().ok_or_else(|| Rejection::NotOffered.into())
}

/// Leaves for the provider: to sign in, or to give the account that is signed in this way in
///
/// The cookie that comes with the answer binds the attempt to this browser, for 15 minutes.
#[utoipa::path(
    tag = "identity",
    request_body = Departure,
    responses(
        (status = 200, description = "Where to go", body = ProviderPage),
        (status = 409, description = "`identity.not_offered`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`identity.provider_down`", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/auth/resident/leave")]
pub async fn leave_for_provider(app: web::Data<App>, req: HttpRequest, body: Plain<Departure>) -> Result<HttpResponse, ApiError> {
    let (provider, now) = (provider(&app)?, app.now());
    let account = guardian_of(&req).await?.map(|guardian| guardian.account_id);
    let secret = session::secret()?;
    let url = provider.page(&Marks::of(&secret), now).await?;
    let is_ours = |next: &String| next.len() <= 500 && next.starts_with('/') && !next.starts_with("//");
    let attempt = Attempt { account, next: body.0.next.filter(is_ours) };
    let hash = session::hash(&secret);
    app.db.write(move |conn| store::insert_attempt(conn, &hash, &attempt, now + ATTEMPT).map_err(ApiError::from)).await?;
    Ok(HttpResponse::Ok().cookie(cookie(&app, secret, ATTEMPT)).json(ProviderPage { url }))
}

/// Comes back from the provider
///
/// Once for each time that somebody left, from the same browser.
#[utoipa::path(
    tag = "identity",
    request_body = Return,
    responses(
        (status = 200, description = "Signed in, linked, or somebody new; the session is in the cookie", body = Arrival),
        (status = 409, description = "`identity.attempt_over`, `identity.not_verified`, `identity.other_account`, `identity.other_person`, `identity.not_offered`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`identity.provider_down`", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/auth/resident/return")]
pub async fn return_from_provider(app: web::Data<App>, req: HttpRequest, body: Plain<Return>) -> Result<HttpResponse, ApiError> {
    let (provider, now, secret) = (provider(&app)?, app.now(), secret_of(&req)?);
    let marks = Marks::of(&secret);
    if body.state != marks.state {
        return Err(Rejection::AttemptOver.into());
    }
    let hash = session::hash(&secret);
    let attempt = app.db.write(move |conn| store::take_attempt(conn, &hash, now).map_err(ApiError::from)).await?;
    let attempt = attempt.ok_or(Rejection::AttemptOver)?;
    // No connection is held while the provider is asked.
    let vouched = provider.redeem(&body.code, body.iss.as_deref(), &marks, now).await?;
    let signed_in = guardian_of(&req).await?;
    match attempt.account {
        None => arrive(&app, &req, vouched, attempt.next, now).await,
        Some(account) => {
            // Whoever began must still be who is signed in.
            let guardian = signed_in.filter(|guardian| guardian.account_id == account).ok_or(Rejection::AttemptOver)?;
            link(&app, guardian, vouched, attempt.next, now).await
        }
    }
}

/// What was vouched for, with the city of its address.
fn known(conn: &mut AnyConnection, vouched: &Vouched) -> Result<Known, ApiError> {
    let cities = municipalities::store::list_municipalities(conn)?;
    let municipality = vouched.person.address.as_deref().and_then(|address| municipality_of(address, &cities));
    let verified = Verified { person: vouched.person.clone(), municipality };
    Ok(Known { issuer: vouched.issuer.clone(), subject: vouched.subject.clone(), verified })
}

/// Lets what was verified prove the family's city, or take such a proof back; gives the family.
fn prove(conn: &mut AnyConnection, family: &FamilyId, verified: &Verified, act: &Act) -> Result<Family, ApiError> {
    let family = families::store::lock_family(conn, family)?.ok_or(ApiError::NotFound)?;
    let proof = verified.prove(&family, act.now);
    if proof == family.residence_proof {
        return Ok(family);
    }
    let changed = Family { residence_proof: proof, version: family.version + 1, ..family };
    families::write(conn, &changed, act)?;
    let kind = if proof.is_some() { "residence.proven" } else { "residence.doubted" };
    act.record(conn, kind, (&changed.municipality, None), changed.id.as_str())?;
    Ok(changed)
}

async fn link(app: &App, guardian: Guardian, vouched: Vouched, next: Option<String>, now: DateTime<Utc>) -> Result<HttpResponse, ApiError> {
    let act = Act::of_request(guardian.account_id.as_str(), now);
    let differs = app
        .db
        .write(move |conn| {
            // The lock comes first: two ways of linking meet here.
            families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
            let known = known(conn, &vouched)?;
            match store::find_account(conn, &known.issuer, &known.subject)? {
                Some(account) if account == guardian.account_id => store::update_identity(conn, &account, &known.verified, now)?,
                Some(_) => return Err(Rejection::OtherAccount.into()),
                None if store::find_verified(conn, &guardian.account_id)?.is_some() => return Err(Rejection::OtherPerson.into()),
                None => {
                    store::insert_identity(conn, &guardian.account_id, &known, now)?;
                    act.record_own(conn, "identity.linked", guardian.account_id.as_str())?;
                }
            }
            Ok::<_, ApiError>(known.verified.differs(&prove(conn, &guardian.family_id, &known.verified, &act)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(Arrival::Linked { differs, next }))
}

/// Somebody comes without an account in mind: to the one that is this person's, or to make one.
async fn arrive(
    app: &App,
    req: &HttpRequest,
    vouched: Vouched,
    next: Option<String>,
    now: DateTime<Utc>,
) -> Result<HttpResponse, ApiError> {
    let secret = session::secret()?;
    let (hash, request) = (session::hash(&secret), Act::of_request("", now));
    let found = app
        .db
        .write(move |conn| {
            let known = known(conn, &vouched)?;
            let Some(account) = store::find_account(conn, &known.issuer, &known.subject)? else {
                store::insert_newcomer(conn, &hash, &known, now + REGISTERING)?;
                return Ok::<_, ApiError>(None);
            };
            let me = accounts::store::find_account(conn, &account)?.ok_or(ApiError::NotFound)?.me;
            let Role::Guardian { family_id } = &me.role else { return Err(ApiError::Forbidden) };
            let act = Act { actor: account.to_string(), ..request.clone() };
            let family = prove(conn, family_id, &known.verified, &act)?;
            store::update_identity(conn, &account, &known.verified, now)?;
            Ok(Some((me, known.verified.differs(&family))))
        })
        .await?;
    match found {
        None => Ok(HttpResponse::Ok().cookie(cookie(app, secret, REGISTERING)).json(Arrival::New { next })),
        Some((me, differs)) => {
            let session = accounts::enter(app, req, &me).await?;
            Ok(HttpResponse::Ok().cookie(session).json(Arrival::SignedIn { me, differs, next }))
        }
    }
}

/// Who was verified and registers in this browser
#[utoipa::path(
    tag = "identity",
    responses(
        (status = 200, description = "What the provider verified", body = Verified),
        (status = 409, description = "`identity.attempt_over`", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/auth/resident/newcomer")]
pub async fn get_newcomer(app: web::Data<App>, req: HttpRequest) -> Result<web::Json<Verified>, ApiError> {
    let (hash, now) = (session::hash(&secret_of(&req)?), app.now());
    let found = app.db.read(move |conn| store::find_newcomer(conn, &hash, now).map_err(ApiError::from)).await?;
    Ok(web::Json(found.ok_or(Rejection::AttemptOver)?.verified))
}

/// Registers a verified guardian and the family, without a password, and signs in
#[utoipa::path(
    tag = "identity",
    request_body = NewResident,
    responses(
        (status = 201, description = "Registered and signed in; the session is in the cookie", body = Me),
        (status = 409, description = "`identity.attempt_over`, `accounts.email_taken`, `accounts.municipality_unknown`", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/auth/resident/register")]
pub async fn register_resident(app: web::Data<App>, req: HttpRequest, body: Body<NewResident>) -> Result<HttpResponse, ApiError> {
    let (hash, now, new) = (session::hash(&secret_of(&req)?), app.now(), body.0);
    let family_id = FamilyId::new(new_id());
    let me = Me {
        id: AccountId::new(new_id()),
        email: new.email.clone(),
        name: new.name.as_str().to_owned(),
        role: Role::Guardian { family_id: family_id.clone() },
        organisation: None,
        locale: new.locale,
        password: false,
        is_shared: false,
    };
    let (made, act) = (me.clone(), Act::of_request(me.id.as_str(), now));
    app.db
        .write(move |conn| {
            let known = store::find_newcomer(conn, &hash, now)?.ok_or(Rejection::AttemptOver)?;
            if !store::delete_newcomer(conn, &hash)? || store::find_account(conn, &known.issuer, &known.subject)?.is_some() {
                return Err(Rejection::AttemptOver.into());
            }
            if municipalities::store::find_municipality(conn, &new.municipality)?.is_none() {
                return Err(AccountRejection::MunicipalityUnknown.into());
            }
            families::store::insert_family(conn, &family_id, &new.municipality, &new.name, &new.kana, &new.phone, now)?;
            accounts::store::insert_account(conn, &made, None, now)?;
            store::insert_identity(conn, &made.id, &known, now)?;
            act.record(conn, "family.registered", (&new.municipality, None), family_id.as_str())?;
            prove(conn, &family_id, &known.verified, &act)?;
            Ok::<_, ApiError>(())
        })
        .await?;
    let session = accounts::enter(&app, &req, &me).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).cookie(session).cookie(cookie(&app, String::new(), TimeDelta::zero())).json(me))
}

/// What was verified of the person behind the account
#[utoipa::path(
    tag = "identity",
    responses(
        (status = 200, description = "What was verified, if anything", body = Identity),
        ForGuardian,
    )
)]
#[get("/identity")]
pub async fn get_identity(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<Identity>, ApiError> {
    let found = app.db.read(move |conn| store::find_verified(conn, &guardian.account_id).map_err(ApiError::from)).await?;
    let (verified, verified_at) = found.unzip();
    Ok(web::Json(Identity { verified, verified_at }))
}

/// Puts what was verified in the place of what the family says: the name, the city, or both
///
/// The city is proven with it.
#[utoipa::path(
    tag = "identity",
    request_body = TakeOver,
    params(Key),
    responses(
        (status = 200, description = "The changed family", body = Family),
        (status = 409, description = "`identity.verify_again`: nothing was verified within a day", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/identity/take_over")]
pub async fn take_over_verified(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    body: Plain<TakeOver>,
) -> Result<HttpResponse, ApiError> {
    let account = guardian.account_id.clone();
    once(&app, &account, key, body.0, move |conn, wanted, act| {
        let family = families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        let (verified, at) = store::find_verified(conn, &guardian.account_id)?.ok_or(Rejection::VerifyAgain)?;
        let proof = family.residence_proof;
        let mut family = take_over(family, (&verified, at), *wanted, act.now)?;
        family.version += 1;
        families::write(conn, &family, act)?;
        act.record(conn, "family.changed", (&family.municipality, None), family.id.as_str())?;
        if family.residence_proof.is_some() && family.residence_proof != proof {
            act.record(conn, "residence.proven", (&family.municipality, None), family.id.as_str())?;
        }
        family.household = families::store::list_household(conn, &family.id)?;
        Ok(Answer::new(StatusCode::OK, &family)?.with_version(family.version))
    })
    .await
}

/// Takes the card away as a way in; what it has proven stays
#[utoipa::path(
    tag = "identity",
    params(Key),
    responses(
        (status = 204, description = "The card opens this account no more"),
        (status = 404, description = "The account has no card", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`identity.last_way`: nothing else would open the account", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/identity/unlink")]
pub async fn unlink_identity(app: web::Data<App>, guardian: Guardian, key: Key) -> Result<HttpResponse, ApiError> {
    let (account, home) = (guardian.account_id.clone(), app.clone());
    once(&app, &guardian.account_id, key, (), move |conn, (), act| {
        let ways = passkeys::ways_in(conn, &home, &account)?;
        if !store::delete_identity(conn, &account)? {
            return Err(ApiError::NotFound);
        }
        if !ways.may_lose_card() {
            return Err(Rejection::LastWay.into());
        }
        act.record_own(conn, "identity.unlinked", account.as_str())?;
        Ok(Answer::empty())
    })
    .await
}
