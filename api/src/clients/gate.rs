//! The one gate for tokens: who asks, how often, by which operation, with which scope, for which facility. What comes through acts as that
//! facility's staff, and everything that staff may not reach it cannot reach either.

use std::pin::Pin;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, ResponseError as _, web};
use serde_json::Value;
use shared::access::Role;
use shared::accounts::Me;
use shared::clients::{Denial, Quota, Rate, admit, sees_children};
use shared::ids::{AccountId, FacilityId};
use shared::locale::Locale;

use super::opening::{Need, Opening, find, values};
use super::sieve::Sieve;
use super::store::{self, Bearer};
use crate::App;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::session::Signed;
use crate::{routes, session};

/// What is left of a client's limit (draft-ietf-httpapi-ratelimit-headers).
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
/// What the limit is.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Who a request with a token acts as.
#[derive(Debug, Clone)]
pub struct Admitted(pub Me);

/// The client itself, where an operation is about it and not about one facility.
#[derive(Debug, Clone)]
pub struct AsClient(pub Bearer);

impl FromRequest for AsClient {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let client = req.extensions().get::<Self>().cloned();
        let person = Signed::from_request(req, payload);
        Box::pin(async move {
            match client {
                Some(client) => Ok(client),
                // People read it on their pages.
                None => person.await.and(Err(ApiError::Forbidden)),
            }
        })
    }
}

/// The token of a request (RFC 6750, 2.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a request brings a token along, whatever it is worth: then no cookie counts.
pub fn has_bearer(headers: &HeaderMap) -> bool {
    let scheme = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().get(..6));
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
}

/// Who came through, for what.
struct Pass {
    bearer: Bearer,
    quota: Option<Quota>,
    opening: Option<&'static Opening>,
    facility: Option<FacilityId>,
    booking: Option<String>,
}

/// Lets requests with a token through, or not; requests without one are none of its business.
pub async fn pass<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let path = req.path().strip_prefix(routes::API).unwrap_or_default().to_owned();
    if !has_bearer(req.headers()) || path.starts_with("/oauth/") {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let Some(app) = req.app_data::<web::Data<App>>().cloned() else {
        return Ok(refuse(req, &ApiError::Internal("no app".to_owned()), None));
    };
    let now = app.real_now();
    let found = match bearer(req.headers()).map(session::hash) {
        Some(hash) => app.db.read(move |conn| store::find_bearer(conn, &hash, now).map_err(ApiError::from)).await,
        None => Ok(None),
    };
    let bearer = match found {
        Ok(Some(bearer)) => bearer,
        Ok(None) => return Ok(refuse(req, &ApiError::Unauthenticated, Some("Bearer error=\"invalid_token\"".to_owned()))),
        Err(error) => return Ok(refuse(req, &error, None)),
    };
    let mut pass = Pass { bearer, quota: None, opening: None, facility: None, booking: None };
    let mut response = match enter(&app, &req, &path, &mut pass).await {
        Err(error) => {
            let challenge = match &error {
                ApiError::Denied(Denial::ScopeMissing { scope }) => {
                    Some(format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.word()))
                }
                _ => None,
            };
            refuse(req, &error, challenge)
        }
        Ok(()) => {
            if pass.opening.is_some_and(|opening| opening.need == Need::Token) {
                req.extensions_mut().insert(AsClient(pass.bearer.clone()));
            }
            if let Some(facility_id) = pass.facility.clone() {
                req.extensions_mut().insert(Admitted(acting(&pass.bearer, facility_id)));
            }
            let response = next.call(req).await?.map_into_boxed_body();
            sift(&app, &pass, response).await?
        }
    };
    let status = response.status();
    let operation = pass.opening.map_or("(closed)", |opening| opening.operation);
    app.meter.count(&pass.bearer.id, pass.facility.as_ref(), operation, status.is_client_error(), now);
    announce(response.headers_mut(), pass.quota);
    Ok(response)
}

/// What stands between a valid token and an operation.
async fn enter(app: &App, req: &ServiceRequest, path: &str, pass: &mut Pass) -> Result<(), ApiError> {
    match app.meter.take(&pass.bearer.id, app.real_now()) {
        Ok(quota) => pass.quota = Some(quota),
        Err(rejection) => return Err(super::too_many(rejection)),
    }
    // An address that is none is told like to anybody.
    let Some(pattern) = req.match_pattern() else { return Ok(()) };
    let template = pattern.strip_prefix(routes::API).unwrap_or_default();
    pass.opening = find(req.method().as_str(), template);
    let Some(opening) = pass.opening else { return Err(Denial::OperationClosed.into()) };
    let Some(scope) = opening.need.scope() else { return Ok(()) };
    // What the token is not good for is not even looked up.
    if !pass.bearer.scopes.contains(&scope) {
        return Err(Denial::ScopeMissing { scope }.into());
    }
    let asked = web::Query::<Vec<(String, String)>>::from_query(req.query_string()).map(web::Query::into_inner).unwrap_or_default();
    let asked = asked.into_iter().find(|(name, _)| name == "facility_id").map(|(_, id)| FacilityId::new(id));
    let thing = values(opening.path, path).next().map(|(name, id)| (name.to_owned(), id.to_owned()));
    pass.booking = thing.clone().filter(|(name, _)| name == "booking_id").map(|(_, id)| id);
    let named = match (asked, thing) {
        (Some(asked), _) => Some(asked),
        (None, None) => None,
        (None, Some((name, id))) => {
            let at = app.db.read(move |conn| store::find_facility_of(conn, &name, &id).map_err(ApiError::from)).await?;
            Some(at.ok_or(ApiError::NotFound)?)
        }
    };
    pass.facility = Some(admit(&pass.bearer.scopes, &pass.bearer.grants, scope, named.as_ref())?);
    Ok(())
}

/// A client acts as the facility's staff, in its own name.
fn acting(bearer: &Bearer, facility_id: FacilityId) -> Me {
    Me {
        id: AccountId::new(bearer.id.as_str()),
        email: bearer.contact.clone(),
        name: bearer.name.clone(),
        role: Role::Staff { facility_id },
        organisation: None,
        locale: Locale::Ja,
        password: false,
        is_shared: false,
    }
}

/// Leaves out of an answer what the client may not see, and writes down whose data it saw.
async fn sift(app: &App, pass: &Pass, response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_json = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let Some(facility) = pass.facility.clone().filter(|_| is_json) else { return Ok(response) };
    let (req, answer) = response.into_parts();
    let (head, body) = answer.into_parts();
    let bytes = to_bytes(body).await.map_err(|error| ApiError::Internal(error.to_string()))?;
    let mut value: Value = serde_json::from_slice(&bytes).map_err(|error| ApiError::Internal(error.to_string()))?;
    let may_see = sees_children(&pass.bearer.scopes, &pass.bearer.grants, &facility);
    let (asked, booking) = (value.clone(), pass.booking.clone());
    let sieve = app.db.read(move |conn| Sieve::of(conn, &asked, (&facility, may_see), booking)).await?;
    sieve.apply(&mut value);
    let seen = sieve.shown_in(&value);
    if !seen.is_empty() {
        let act = Act::of_request(pass.bearer.id.as_str(), app.now());
        app.db.write(move |conn| act.record_looks_of_day(conn, "child.looked_at", &seen).map_err(ApiError::from)).await?;
    }
    let body = serde_json::to_vec(&value).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(ServiceResponse::new(req, head.set_body(BoxBody::new(body))))
}

fn refuse(req: ServiceRequest, error: &ApiError, challenge: Option<String>) -> ServiceResponse<BoxBody> {
    let mut response = error.error_response();
    if let Some(challenge) = challenge.and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    req.into_response(response)
}

/// Tells the limit and what is left of it.
fn announce(headers: &mut HeaderMap, quota: Option<Quota>) {
    let Rate { most, seconds } = Rate::REQUESTS;
    let Quota { left, full_in } = quota.unwrap_or(Quota { left: 0, full_in: seconds });
    let policy = format!("\"client\";q={most};w={seconds}");
    for (name, text) in [(POLICY, policy), (LEFT, format!("\"client\";r={left};t={full_in}"))] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}
