//! What a request carries besides its meaning: its id, its language, and a body that is read with a clear answer when it is wrong.

use std::future::Future;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::ops::Deref;
use std::pin::Pin;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue, IF_MATCH};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use shared::locale::Locale;
use shared::problem::{ProblemPart, Reason};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::error::{ApiError, part};

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 256 * 1024;
/// The largest body that carries a file, in bytes: base64 makes four of three.
const FILE_LIMIT: usize = shared::registers::MOST_BYTES / 3 * 4 + BODY_LIMIT;

/// The header that carries the request's id both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a proxy adds of who asked it.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Whoever has an address of IPv6 has all that begin with these bits.
const OWN_BITS: u32 = 64;

/// From where a request comes, for limits: the peer, or whom a proxy nearby names last, which is the one that it saw itself. None where the
/// proxy names nobody: then everybody would seem to be one. An address of IPv6 stands for its network.
pub fn address(req: &HttpRequest) -> Option<IpAddr> {
    let peer = req.peer_addr()?.ip().to_canonical();
    let is_near = match peer {
        IpAddr::V4(near) => near.is_loopback() || near.is_private(),
        IpAddr::V6(near) => near.is_loopback() || near.is_unique_local(),
    };
    let seen = if is_near {
        let named = req.headers().get_all(FORWARDED_FOR).last()?.to_str().ok()?;
        let last = named.rsplit(',').next()?.trim();
        last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?
    } else {
        peer
    };
    Some(match seen.to_canonical() {
        IpAddr::V6(one) => IpAddr::V6(Ipv6Addr::from_bits(one.to_bits() >> OWN_BITS << OWN_BITS)),
        short => short,
    })
}

/// What every part of the program may know of the request it works for.
#[derive(Debug, Clone)]
pub struct Context {
    /// The request's id: the caller's where it is plain, else a new one.
    pub id: String,
    /// The language that the caller reads.
    pub locale: Locale,
}

tokio::task_local! {
    static CURRENT: Context;
}

/// The context of the request that this task works for.
pub fn current() -> Context {
    CURRENT.try_with(Clone::clone).unwrap_or_else(|_| Context { id: String::new(), locale: Locale::Ja })
}

/// Gives every request its context, its id header, a log line and a count.
pub async fn with_context<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let header = |name: &HeaderName| req.headers().get(name).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let id = header(&REQUEST_ID).filter(plain).map_or_else(crate::new_id, str::to_owned);
    let locale = Locale::from_accept_language(header(&ACCEPT_LANGUAGE).unwrap_or_default());
    let (method, route) = (req.method().to_string(), req.match_pattern());
    let metrics = req.app_data::<web::Data<crate::telemetry::Metrics>>().cloned();
    let started = std::time::Instant::now();
    let context = Context { id: id.clone(), locale };
    let mut response = CURRENT.scope(context, next.call(req)).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, took) = (response.status().as_u16(), started.elapsed());
    let route = route.or_else(|| response.request().match_pattern()).unwrap_or_else(|| "(file)".to_owned());
    if let Some(metrics) = metrics {
        metrics.count(&method, &route, status, took);
    }
    // The route, never the path or query: those may name people.
    tracing::info!(request_id = %id, method, route, status, ms = took.as_secs_f64() * 1000.0, "request");
    Ok(response)
}

/// A JSON body: read, parsed and validated, or refused with a pointer to each wrong field.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let raw = read(req, payload);
        Box::pin(async move { Ok(Self(parse(&raw.await?)?)) })
    }
}

/// A JSON body that carries a file, as [`Body`] but larger.
#[derive(Debug, Clone)]
pub struct FileBody<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for FileBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = check_type(req);
        let payload = web::Payload::from_request(req, payload);
        Box::pin(async move {
            checked?;
            let payload = payload.await.map_err(|_| ApiError::Malformed)?;
            let bytes = payload.to_bytes_limited(FILE_LIMIT).await.map_err(|_| ApiError::TooLarge)?.map_err(|_| ApiError::Malformed)?;
            Ok(Self(parse(&bytes)?))
        })
    }
}

/// A JSON body that has no field rules of its own beyond its types.
#[derive(Debug, Clone)]
pub struct Plain<T>(pub T);

impl<T> Deref for Plain<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Plain<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let raw = read(req, payload);
        Box::pin(async move { Ok(Self(deserialize(&raw.await?)?)) })
    }
}

/// A JSON body without field rules, or none at all: `{}` and nothing are the same.
#[derive(Debug, Clone)]
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut payload = payload.take();
        let req = req.clone();
        Box::pin(async move {
            let bytes = web::Bytes::from_request(&req, &mut payload).await.map_err(|_| ApiError::TooLarge)?;
            if bytes.is_empty() {
                return Ok(Self(T::default()));
            }
            check_type(&req)?;
            Ok(Self(deserialize(&bytes)?))
        })
    }
}

fn check_type(req: &HttpRequest) -> Result<(), ApiError> {
    let json = req
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if json { Ok(()) } else { Err(ApiError::UnsupportedMediaType) }
}

fn read(req: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<web::Bytes, ApiError>> + use<> {
    let checked = check_type(req);
    let bytes = web::Bytes::from_request(req, payload);
    async move {
        checked?;
        bytes.await.map_err(|_| ApiError::TooLarge)
    }
}

/// Settings of the reading of bodies.
pub fn body_config() -> web::PayloadConfig {
    web::PayloadConfig::new(BODY_LIMIT)
}

fn deserialize<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut pointer = pointer(error.path());
        let inner = error.into_inner();
        let message = inner.to_string();
        // A missing field is reported where it is missing from; the pointer says which one it is.
        if let Some((field, _)) = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
            pointer = format!("{pointer}/{field}");
        }
        if inner.is_data() { ApiError::Invalid(vec![part(Some(pointer), field_reason(&message))]) } else { ApiError::Malformed }
    })
}

fn parse<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, ApiError> {
    let value: T = deserialize(bytes)?;
    value.validate().map_err(|errors| {
        let mut parts = Vec::new();
        collect("", &errors, &mut parts);
        ApiError::Invalid(parts)
    })?;
    Ok(value)
}

/// The code that a parsed newtype told through serde, or the general one.
fn field_reason(message: &str) -> Reason {
    let told = message.split(" at line").next().unwrap_or_default();
    let coded = ["text.", "municipalities."].iter().any(|slice| told.starts_with(slice)) && !told.contains(' ');
    if coded {
        Reason { code: told.to_owned().into(), data: Default::default() }
    } else if message.starts_with("missing field") {
        Reason::new("text.missing")
    } else {
        Reason::new("problem.invalid")
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{key}"),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// Parameters after the `?`: read, or refused with a pointer to the wrong one.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(req.query_string()).map(web::Query::into_inner).unwrap_or_default();
        std::future::ready(match web::Query::<T>::from_query(req.query_string()) {
            Ok(query) => Ok(Self(query.into_inner())),
            Err(error) => {
                let message = error.to_string();
                let told = message.rsplit(": ").next().unwrap_or_default().to_owned();
                // The reader does not say which parameter it was; each one alone does.
                let wrong = pairs.iter().find(|(name, value)| {
                    serde_urlencoded::to_string([(name, value)]).is_ok_and(|one| match web::Query::<T>::from_query(&one) {
                        Err(alone) => alone.to_string() == message,
                        Ok(_) => false,
                    })
                });
                Err(ApiError::Invalid(vec![part(wrong.map(|(name, _)| format!("/{name}")), field_reason(&told))]))
            }
        })
    }
}

/// Turns the validator's findings into parts. Their `params` hold the input itself and are left behind.
fn collect(prefix: &str, errors: &ValidationErrors, parts: &mut Vec<ProblemPart>) {
    for (field, kind) in errors.errors() {
        let here = format!("{prefix}/{field}");
        match kind {
            ValidationErrorsKind::Field(found) => {
                parts.extend(found.iter().map(|error| {
                    part(Some(here.clone()), Reason { code: error.code.clone().into_owned().into(), data: Default::default() })
                }))
            }
            ValidationErrorsKind::Struct(inner) => collect(&here, inner, parts),
            ValidationErrorsKind::List(items) => items.iter().for_each(|(index, inner)| collect(&format!("{here}/{index}"), inner, parts)),
        }
    }
}

/// The version that `If-Match` names. A change without it is refused, once it is clear who asks and for what: somebody else's change must
/// not be lost.
#[derive(Debug, Clone)]
pub struct IfMatch(Option<HeaderValue>);

impl IfMatch {
    /// Refuses when the thing was changed since it was seen.
    pub fn check(&self, version: i64) -> Result<(), ApiError> {
        match &self.0 {
            None => Err(ApiError::PreconditionRequired),
            Some(seen) if seen.to_str().is_ok_and(|seen| seen.trim() == etag(version)) => Ok(()),
            Some(_) => Err(ApiError::Stale),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self(req.headers().get(IF_MATCH).cloned())))
    }
}

/// The strong entity tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"v{version}\"")
}
