//! Everything that is served: one list of the API's operations, the document, health, figures and the app.

use actix_web::body::MessageBody;
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::SwaggerUi;

use crate::error::ApiError;
use crate::telemetry::Metrics;
use crate::{
    App, accounts, applications, archive, assets, attachments, attendance, audit, bookings, campaigns, changes, claims, clients, consents,
    devices, docs, documents, entitlements, events, facilities, families, feeds, figures, identity, interviews, journal, messages,
    municipalities, notices, open_data, openapi, outreach, parts, passkeys, places, procedures, programmes, proxy, registers, request,
    residence, retention, sandboxes, series, settings, settlements, shift_notes, slots, statements, tablets, today, waitlist,
};

/// Where the API's operations are.
pub const API: &str = "/api/v1";

/// What the API's operations are added to: what serves them, or the document of them. Serving makes no part of the document, because
/// each worker would make it again and keep the memory.
pub trait Operations {
    /// Adds an operation.
    fn service(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self;
}

impl Operations for web::ServiceConfig {
    fn service(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(operation)
    }
}

impl Operations for ServiceConfig<'_> {
    fn service(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(operation)
    }
}

/// The API's operations: one list, for serving and for the document.
fn operations(config: &mut impl Operations) {
    municipalities::configure(config);
    programmes::configure(config);
    procedures::configure(config);
    facilities::configure(config);
    slots::configure(config);
    places::configure(config);
    accounts::configure(config);
    tablets::configure(config);
    clients::configure(config);
    events::configure(config);
    sandboxes::configure(config);
    identity::configure(config);
    passkeys::configure(config);
    devices::configure(config);
    families::configure(config);
    residence::configure(config);
    bookings::configure(config);
    messages::configure(config);
    feeds::configure(config);
    series::configure(config);
    interviews::configure(config);
    consents::configure(config);
    attendance::configure(config);
    parts::configure(config);
    journal::configure(config);
    shift_notes::configure(config);
    waitlist::configure(config);
    notices::configure(config);
    statements::configure(config);
    claims::configure(config);
    settlements::configure(config);
    applications::configure(config);
    attachments::configure(config);
    documents::configure(config);
    entitlements::configure(config);
    registers::configure(config);
    outreach::configure(config);
    campaigns::configure(config);
    changes::configure(config);
    figures::configure(config);
    today::configure(config);
    proxy::configure(config);
    audit::configure(config);
    archive::configure(config);
    retention::configure(config);
    settings::configure(config);
}

/// The API, to be served.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(web::scope(API).wrap(from_fn(clients::gate::pass)).configure(operations));
}

/// The API, to be described.
pub fn describe(config: &mut ServiceConfig<'_>) {
    config.service(utoipa_actix_web::scope(API).configure(|config| operations(config)));
}

/// What is served beside the API.
pub fn configure_rest(config: &mut web::ServiceConfig) {
    config
        .app_data(request::body_config())
        .service(get_document)
        .service(healthz)
        .service(readyz)
        .service(metrics)
        .configure(docs::configure)
        .configure(notices::configure_links)
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/openapi.json")))
        .configure(feeds::configure_rest)
        .configure(open_data::configure_rest)
        .configure(assets::configure);
}

#[get("/openapi.json")]
async fn get_document() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(openapi::text())
}

/// The process answers.
#[get("/healthz")]
async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers.
#[get("/readyz")]
async fn readyz(app: web::Data<App>) -> Result<&'static str, ApiError> {
    app.db.read(|conn| municipalities::store::list_municipalities(conn).map_err(ApiError::from)).await.map_err(|_| ApiError::Busy)?;
    Ok("ready\n")
}

/// Figures for Prometheus.
#[get("/metrics")]
async fn metrics(app: web::Data<App>, metrics: web::Data<Metrics>) -> HttpResponse {
    // Where the database does not answer, the last figure stands.
    if let Ok(acts) = app.db.read(|conn| notices::store::count_set_aside(conn).map_err(ApiError::from)).await {
        metrics.set_aside(acts);
    }
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")).body(metrics.text())
}

/// An unknown operation of the API, or a known one called another way.
pub async fn unknown_operation(req: HttpRequest) -> Result<HttpResponse, ApiError> {
    let methods = openapi::methods(req.path());
    if methods.is_empty() {
        Err(ApiError::NotFound)
    } else if req.method() == Method::OPTIONS {
        Ok(HttpResponse::NoContent().insert_header((ALLOW, methods)).finish())
    } else {
        Err(ApiError::MethodNotAllowed(methods))
    }
}

/// Lets HEAD be answered by what answers GET; the server leaves the body out by itself.
pub async fn head_as_get<B: MessageBody>(mut req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    if req.method() == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    next.call(req).await
}

/// Headers that keep a page to itself, and family data out of caches.
pub async fn protect<B: MessageBody>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let path = req.path().to_owned();
    let app = req.app_data::<web::Data<App>>().cloned();
    let mut response = next.call(req).await?;
    let headers = response.headers_mut();
    // A file says for itself that nothing in it runs.
    let has_policy = headers.contains_key(CONTENT_SECURITY_POLICY);
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(), geolocation=(self)");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if path.starts_with("/api/") {
        set(CACHE_CONTROL, "no-store");
    }
    if let Some(app) = app {
        let is_swagger = path.starts_with("/docs") && !path.starts_with(docs::ERRORS);
        if !has_policy {
            set(CONTENT_SECURITY_POLICY, if is_swagger { DOCS_POLICY } else { app.policy() });
        }
        if app.config.secure() {
            set(STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
        }
    }
    Ok(response)
}

/// The API's pages bring inline styles of their own.
const DOCS_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// The app's policy: its own files, its inline start script by hash, WebAssembly, and tiles from where they come.
pub fn policy(tiles: &str) -> String {
    let origin = tiles
        .split_once("://")
        .map_or_else(String::new, |(scheme, rest)| format!(" {scheme}://{}", rest.split('/').next().unwrap_or_default()));
    let hashes: String = assets::inline_script_hashes().iter().map(|hash| format!(" '{hash}'")).collect();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data:{origin}; connect-src 'self'; \
         worker-src 'self'; manifest-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
}
