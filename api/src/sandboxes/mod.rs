//! Sandboxes: a vendor makes one without asking anybody, tries its program in it, moves its clock, and begins anew.
//!
//! A sandbox is a whole world of its own: its own database, its own clock, the same operations. Below `/sandbox/{sandbox_id}` a request is
//! answered by that world's app, and nothing of the real one is within its reach.

pub mod jobs;
mod store;
pub mod worlds;

use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::{ClientId, SandboxId};
use shared::problem::{Problem, Reason};
use shared::sandboxes::{KEPT, MOST, MadeSandbox, Rejection, Sandbox, SandboxFacility, begins};

use self::store::Kept;
use self::worlds::{BASE, World, Worlds};
use crate::error::ApiError;
use crate::request::address;
use crate::routes::{API, Operations};
use crate::session::{hash, secret};
use crate::{App, demo, new_id};

/// Moves the clock of a sandbox before the request is answered.
pub const TEST_CLOCK: HeaderName = HeaderName::from_static("x-test-clock");
/// When a sandbox was last used is written down no more often than that.
const USED_EVERY: TimeDelta = TimeDelta::hours(1);
/// How the secret of its client begins, so that nobody takes it for one that opens something real.
const SECRET: &str = "ygs_test_";

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(make_sandbox).service(get_sandbox).service(reset_sandbox);
}

/// The worlds, where they are offered.
fn offered(app: &App) -> Result<&Worlds, ApiError> {
    app.sandboxes.as_deref().ok_or(ApiError::NotFound)
}

async fn kept(app: &App, id: SandboxId) -> Result<Kept, ApiError> {
    app.db.read(move |conn| store::find(conn, &id).map_err(ApiError::from)).await?.ok_or(ApiError::NotFound)
}

fn shown(app: &App, kept: &Kept, clock: DateTime<Utc>) -> Result<Sandbox, ApiError> {
    let facility = |known: demo::Staffed| SandboxFacility {
        facility_id: known.facility_id,
        name: known.name.to_owned(),
        staff: known.staff.to_owned(),
    };
    Ok(Sandbox {
        id: kept.id.clone(),
        api: format!("{}{BASE}/{}{API}", app.config.public_url.trim_end_matches('/'), kept.id),
        clock,
        client_id: kept.client_id.clone(),
        facilities: demo::staffed()?.into_iter().map(facility).collect(),
        guardians: demo::guardians().into_iter().map(str::to_owned).collect(),
        password: demo::PASSWORD.to_owned(),
        kept_until: kept.used_at + KEPT,
    })
}

/// Makes a sandbox: a fictional world with a client that may do everything at two facilities
///
/// Nobody has to be asked, and nobody signs in. The sandbox is always the same in the beginning, on a Monday morning in 2027, and its clock stands
/// still: `X-Test-Clock` on any request below its `api` moves it forwards, and everything that is due on the way is done.
#[utoipa::path(
    tag = "sandboxes",
    responses(
        (status = 201, description = "Made; the secret is told this once", body = MadeSandbox),
        (status = 404, description = "This server offers no sandboxes", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`sandboxes.full`: there are as many as there may be", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`sandboxes.too_many`: too many from this address", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/sandboxes")]
pub async fn make_sandbox(app: web::Data<App>, req: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (worlds, now) = (offered(&app)?, app.real_now());
    worlds.may_make(address(&req), now).map_err(too_many)?;
    let client_secret = format!("{SECRET}{}", secret()?);
    let id = SandboxId::new(new_id());
    let kept = Kept { id, client_id: ClientId::new(new_id()), secret_hash: hash(&client_secret), clock: begins(), used_at: now };
    let new = kept.clone();
    app.db
        .write(move |conn| {
            if store::count(conn)? >= MOST {
                return Err(Rejection::Full.into());
            }
            store::insert(conn, &new).map_err(ApiError::from)
        })
        .await?;
    let world = worlds.open(&app, &kept).await?;
    Ok(HttpResponse::Created().json(MadeSandbox { sandbox: shown(&app, &kept, world.now())?, client_secret }))
}

/// A sandbox and what its clock says
#[utoipa::path(
    tag = "sandboxes",
    params(("sandbox_id" = String, Path, description = "The sandbox")),
    responses(
        (status = 200, description = "The sandbox", body = Sandbox),
        (status = 404, description = "There is none, or not any more", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/sandboxes/{sandbox_id}")]
pub async fn get_sandbox(app: web::Data<App>, id: web::Path<SandboxId>) -> Result<web::Json<Sandbox>, ApiError> {
    let worlds = offered(&app)?;
    let kept = kept(&app, id.into_inner()).await?;
    let world = worlds.open(&app, &kept).await?;
    Ok(web::Json(shown(&app, &kept, world.now())?))
}

/// Lets a sandbox begin anew, as it was when it was made
///
/// Its client keeps its secret; its tokens, webhook endpoints and everything that was done in it are gone.
#[utoipa::path(
    tag = "sandboxes",
    params(("sandbox_id" = String, Path, description = "The sandbox")),
    responses(
        (status = 200, description = "As it was in the beginning", body = Sandbox),
        (status = 404, description = "There is none, or not any more", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/sandboxes/{sandbox_id}/reset")]
pub async fn reset_sandbox(app: web::Data<App>, id: web::Path<SandboxId>) -> Result<web::Json<Sandbox>, ApiError> {
    let worlds = offered(&app)?;
    let kept = kept(&app, id.into_inner()).await?;
    let world = worlds.reset(&app, &kept).await?;
    note(&app, &kept, &world).await?;
    Ok(web::Json(shown(&app, &Kept { used_at: app.real_now(), ..kept }, world.now())?))
}

fn too_many(rejection: Rejection) -> ApiError {
    match rejection {
        Rejection::TooMany { seconds } => ApiError::TooMany(rejection.reason(), u64::try_from(seconds).unwrap_or(1)),
        other => other.into(),
    }
}

/// Notes what a sandbox's clock says now, and that it was used.
async fn note(app: &App, kept: &Kept, world: &World) -> Result<(), ApiError> {
    let (id, clock, now) = (kept.id.clone(), world.now(), app.real_now());
    app.db.write(move |conn| store::mark(conn, &id, clock, now).map_err(ApiError::from)).await
}

/// The sandbox that a path names, and the path within it.
fn within(path: &str) -> Option<(SandboxId, &str)> {
    let rest = path.strip_prefix(BASE)?.strip_prefix('/')?;
    let (id, _) = rest.split_once('/')?;
    let inner = rest.get(id.len()..)?;
    inner.starts_with(&format!("{API}/")).then(|| (SandboxId::new(id), inner))
}

fn wanted_clock(value: &HeaderValue) -> Result<DateTime<Utc>, ApiError> {
    let parsed = value.to_str().ok().and_then(|text| DateTime::parse_from_rfc3339(text.trim()).ok());
    parsed.map(|at| at.to_utc()).ok_or_else(|| ApiError::invalid("/X-Test-Clock", Reason::new("problem.invalid")))
}

/// Lets requests below a sandbox be answered by its world. A clock that is to be moved in the real one is refused: whoever asks for it takes it
/// for a sandbox.
pub async fn divert<B: MessageBody>(mut req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let wanted = req.headers().get(TEST_CLOCK).map(wanted_clock).transpose()?;
    let Some((id, inner)) = within(req.path()) else {
        return match wanted {
            Some(_) if req.path().starts_with(API) => Err(ApiError::from(Rejection::ClockIsReal).into()),
            _ => next.call(req).await,
        };
    };
    let app = req.app_data::<web::Data<App>>().cloned().ok_or_else(|| ApiError::Internal("no app".to_owned()))?;
    let query = req.query_string();
    let inner = if query.is_empty() { inner.to_owned() } else { format!("{inner}?{query}") };
    let uri: Uri = inner.parse().map_err(|_| ApiError::NotFound)?;
    let kept = kept(&app, id).await?;
    let worlds = offered(&app)?;
    if !req.method().is_safe() && worlds.is_full(&kept.id) {
        return Err(ApiError::from(Rejection::TooBig).into());
    }
    let world = worlds.open(&app, &kept).await?;
    if let Some(wanted) = wanted {
        world.advance(wanted).await?;
    }
    if wanted.is_some_and(|wanted| wanted != kept.clock) || app.real_now() - kept.used_at > USED_EVERY {
        note(&app, &kept, &world).await?;
    }
    let mut data = Extensions::new();
    data.insert(world.app.clone());
    req.add_data_container(Rc::new(data));
    req.match_info_mut().get_mut().update(&uri);
    req.head_mut().uri = uri;
    let mut response = next.call(req).await?;
    keep_cookies_within(&mut response, &kept.id);
    if let Ok(now) = HeaderValue::from_str(&world.now().to_rfc3339()) {
        response.headers_mut().insert(TEST_CLOCK, now);
    }
    Ok(response)
}

/// Whoever signs in within a sandbox stays signed in outside as before.
fn keep_cookies_within<B>(response: &mut ServiceResponse<B>, id: &SandboxId) {
    let headers = response.headers_mut();
    let cookies: Vec<HeaderValue> = headers.remove(SET_COOKIE).collect();
    for cookie in cookies {
        let within = cookie.to_str().map(|text| text.replace("; Path=/;", &format!("; Path={BASE}/{id};")));
        if let Some(cookie) = within.ok().and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.append(SET_COOKIE, cookie);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_api_of_a_sandbox_is_diverted() {
        let of = |path: &'static str| within(path).map(|(id, inner)| (id.to_string(), inner));
        assert_eq!(of("/sandbox/abc/api/v1/events"), Some(("abc".to_owned(), "/api/v1/events")));
        for other in [
            "/sandbox/abc",
            "/sandbox/abc/",
            "/sandbox//",
            "/sandbox/abc/metrics",
            "/sandbox/api/v1/events",
            "/sandboxes/api/v1/x",
            "/api/v1/events",
            "/sandbox/abc/api/v1",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(of("/sandbox//api/v1/events").map(|(id, _)| id), Some(String::new()));
    }
}
