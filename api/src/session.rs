//! Who is asking: the session cookie, and what a handler's signature says of who may call it.

use std::future::Future;
use std::pin::Pin;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, ORIGIN, USER_AGENT};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use shared::access::{Area, Role, may};
use shared::accounts::{Device, Me};
use shared::ids::{AccountId, FacilityId, FamilyId, SessionId};
use shared::municipalities::MunicipalityCode;
use shared::tablets::Rejection;

use crate::accounts::store::{self, Session};
use crate::clients::gate::{Admitted, has_bearer};
use crate::error::ApiError;
use crate::{App, db::Db, new_id};

/// The cookie's name.
pub const COOKIE: &str = "session";
/// A family's own phone is trusted for so long.
const FAMILY_DAYS: i64 = 30;
/// A shared tablet for so long.
const STAFF_HOURS: i64 = 12;
/// When a device was last used is written down no more often than that.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(10);

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Signed(pub Me);

impl Signed {
    /// How idempotency keys and the audit name this person.
    pub fn actor(&self) -> String {
        self.0.id.to_string()
    }
}

/// A guardian.
#[derive(Debug, Clone)]
pub struct Guardian {
    /// The account.
    pub account_id: AccountId,
    /// The family.
    pub family_id: FamilyId,
}

/// A member of a facility's staff.
#[derive(Debug, Clone)]
pub struct Staff {
    /// The account.
    pub account_id: AccountId,
    /// The facility.
    pub facility_id: FacilityId,
}

/// An officer of a city.
#[derive(Debug, Clone)]
pub struct Officer {
    /// The account.
    pub account_id: AccountId,
    /// The city.
    pub municipality: MunicipalityCode,
}

/// Somebody who takes families down on the phone: a facility's staff, or an officer.
#[derive(Debug, Clone)]
pub struct Clerk {
    /// The account.
    pub account_id: AccountId,
    /// Where.
    pub desk: Desk,
}

/// Where a clerk works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Desk {
    /// At a facility.
    Facility(FacilityId),
    /// In a city's office.
    City(MunicipalityCode),
    /// In the BPO centre.
    Centre,
}

/// Somebody who books for families: a facility's staff for their facility, an officer or an operator for the family whose record is open.
#[derive(Debug, Clone)]
pub struct Entrant(pub Clerk);

/// Somebody who calls, visits or acts for families: an officer for the city, or an operator of the BPO centre.
#[derive(Debug, Clone)]
pub struct Caseworker {
    /// The account.
    pub account_id: AccountId,
    /// The officer's city; none: the BPO centre, for what was handed to it.
    pub municipality: Option<MunicipalityCode>,
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// The only place where a request's session is looked up.
fn look_up(req: &HttpRequest) -> Answer<(String, Session)> {
    let app = req.app_data::<web::Data<App>>().cloned();
    let token = req.cookie(COOKIE).map(|cookie| cookie.value().to_owned());
    Box::pin(async move {
        let (Some(app), Some(token)) = (app, token) else { return Err(ApiError::Unauthenticated) };
        let (hash, now) = (hash(&token), app.now());
        let asked = hash.clone();
        let found = app.db.read(move |conn| store::find_session(conn, &asked, now).map_err(ApiError::from)).await?;
        let found = found.ok_or(ApiError::Unauthenticated)?;
        if now - found.seen_at >= SEEN_EVERY {
            // Whoever is signed in is served also where this cannot be written.
            let seen = hash.clone();
            let written = app.db.write(move |conn| store::mark_seen(conn, &seen, now).map_err(ApiError::from)).await;
            written.unwrap_or_else(|error| tracing::warn!(%error, "when a device was last used was not written"));
        }
        Ok((hash, found))
    })
}

/// Who is in front of the device; nobody where it is shared and locked.
fn find(req: &HttpRequest) -> Answer<Me> {
    let found = look_up(req);
    // Who brings a token is whom the gate let through, whatever cookie comes along.
    let admitted = req.extensions().get::<Admitted>().cloned();
    let by_token = has_bearer(req.headers());
    Box::pin(async move {
        match admitted {
            Some(Admitted(me)) => return Ok(me),
            None if by_token => return Err(ApiError::Unauthenticated),
            None => {}
        }
        let (_, session) = found.await?;
        if session.is_locked { Err(ApiError::Locked) } else { Ok(session.me) }
    })
}

/// A shared device of a facility, locked or not: for the few things that a locked one answers.
#[derive(Debug, Clone)]
pub struct AtTablet {
    /// The hash of its session.
    pub hash: String,
    /// The facility.
    pub facility_id: FacilityId,
    /// Who is in front of it; nobody while it is locked.
    pub front: Option<AccountId>,
    /// When the session ends.
    pub until: DateTime<Utc>,
}

impl FromRequest for AtTablet {
    type Error = ApiError;
    type Future = Answer<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Answer<Self> {
        let found = look_up(req);
        Box::pin(async move {
            let (hash, Session { me, facility, is_locked, until, .. }) = found.await?;
            let facility_id = facility.ok_or(Rejection::NotShared)?;
            Ok(Self { hash, facility_id, front: (!is_locked).then_some(me.id), until })
        })
    }
}

impl FromRequest for Signed {
    type Error = ApiError;
    type Future = Answer<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Answer<Self> {
        let me = find(req);
        Box::pin(async move { Ok(Self(me.await?)) })
    }
}

/// Somebody whose role opens an area, as what that area needs of them.
fn only<T: 'static>(req: &HttpRequest, area: Area, pick: fn(AccountId, Role) -> Option<T>) -> Answer<T> {
    let me = find(req);
    Box::pin(async move {
        let me = me.await?;
        if may(&me.role, area) { pick(me.id, me.role).ok_or(ApiError::Forbidden) } else { Err(ApiError::Forbidden) }
    })
}

impl FromRequest for Guardian {
    type Error = ApiError;
    type Future = Answer<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Answer<Self> {
        only(req, Area::Family, |account_id, role| match role {
            Role::Guardian { family_id } => Some(Self { account_id, family_id }),
            _ => None,
        })
    }
}

impl FromRequest for Staff {
    type Error = ApiError;
    type Future = Answer<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Answer<Self> {
        only(req, Area::Staff, |account_id, role| match role {
            Role::Staff { facility_id } => Some(Self { account_id, facility_id }),
            _ => None,
        })
    }
}

impl FromRequest for Officer {
    type Error = ApiError;
    type Future = Answer<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Answer<Self> {
        only(req, Area::Office, |account_id, role| match role {
            Role::Officer { municipality } => Some(Self { account_id, municipality }),
            _ => None,
        })
    }
}

impl FromRequest for Clerk {
    type Error = ApiError;
    type Future = Answer<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Answer<Self> {
        only(req, Area::Desk, |account_id, role| match role {
            Role::Staff { facility_id } => Some(Self { account_id, desk: Desk::Facility(facility_id) }),
            Role::Officer { municipality } => Some(Self { account_id, desk: Desk::City(municipality) }),
            _ => None,
        })
    }
}

impl FromRequest for Entrant {
    type Error = ApiError;
    type Future = Answer<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Answer<Self> {
        only(req, Area::Entry, |account_id, role| {
            let desk = match role {
                Role::Staff { facility_id } => Desk::Facility(facility_id),
                Role::Officer { municipality } => Desk::City(municipality),
                Role::Operator => Desk::Centre,
                Role::Guardian { .. } => return None,
            };
            Some(Self(Clerk { account_id, desk }))
        })
    }
}

impl FromRequest for Caseworker {
    type Error = ApiError;
    type Future = Answer<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Answer<Self> {
        only(req, Area::Outreach, |account_id, role| match role {
            Role::Officer { municipality } => Some(Self { account_id, municipality: Some(municipality) }),
            Role::Operator => Some(Self { account_id, municipality: None }),
            _ => None,
        })
    }
}

/// Hashes a session's secret: the database never holds what a cookie holds.
pub fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

/// A secret that nobody guesses: 256 bits, as text.
pub fn secret() -> Result<String, ApiError> {
    let mut secret = [0_u8; 32];
    OsRng.try_fill_bytes(&mut secret).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(secret))
}

/// The hash of the session that a request brings along.
pub fn of_request(req: &HttpRequest) -> Option<String> {
    req.cookie(COOKIE).map(|cookie| hash(cookie.value()))
}

/// The device that a request comes from.
pub fn device(req: &HttpRequest) -> Device {
    req.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).map(Device::of_user_agent).unwrap_or_default()
}

/// Opens a session on a device and gives its cookie.
pub async fn open(db: &Db, me: &Me, device: Device, secure: bool, now: DateTime<Utc>) -> Result<Cookie<'static>, ApiError> {
    let token = secret()?;
    let lasts = if matches!(me.role, Role::Guardian { .. }) { TimeDelta::days(FAMILY_DAYS) } else { TimeDelta::hours(STAFF_HOURS) };
    let (hash, account, until) = (hash(&token), me.id.clone(), now + lasts);
    let id = SessionId::new(new_id());
    db.write(move |conn| store::insert_session(conn, &hash, (&id, &account, &device), now, until).map_err(ApiError::from)).await?;
    Ok(cookie(token, CookieDuration::seconds(lasts.num_seconds()), secure))
}

/// The cookie of a session that goes on under a new secret.
pub fn renewed(token: String, lasts: TimeDelta, secure: bool) -> Cookie<'static> {
    cookie(token, CookieDuration::seconds(lasts.num_seconds()), secure)
}

/// The cookie that ends a session in the browser.
pub fn ended(secure: bool) -> Cookie<'static> {
    cookie(String::new(), CookieDuration::ZERO, secure)
}

fn cookie(value: String, lasts: CookieDuration, secure: bool) -> Cookie<'static> {
    Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax).secure(secure).max_age(lasts).finish()
}

/// Refuses changes that another site's page asks a browser for: SameSite keeps its cookies away, this keeps its requests away.
pub async fn same_origin<B>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error>
where
    B: actix_web::body::MessageBody,
{
    if !matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        let header = |name| req.headers().get(name).and_then(|value| value.to_str().ok());
        let same = match header(ORIGIN) {
            // Programs send no origin; browsers always do with a change.
            None => true,
            Some(origin) => {
                let public = req.app_data::<web::Data<App>>().is_some_and(|app| origin == app.config.public_url.trim_end_matches('/'));
                public || origin.split_once("://").is_some_and(|(_, host)| Some(host) == header(HOST))
            }
        };
        if !same {
            return Err(ApiError::Origin.into());
        }
    }
    next.call(req).await
}
