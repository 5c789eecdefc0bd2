//! What happened, for clients that follow along: ids only, in one order that never changes.

pub mod store;

use std::collections::BTreeSet;

use actix_web::{get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::events::{Event, EventPage, KEPT, Rejection, audience};
use shared::ids::FacilityId;
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT};
use shared::problem::{Problem, Reason};
use utoipa::IntoParams;

use crate::App;
use crate::clients::gate::AsClient;
use crate::error::{ApiError, ForClient};
use crate::request::Query;
use crate::routes::Operations;

/// So many are read at a time, of which some may concern somebody else.
const BATCH: i64 = 500;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_events);
}

/// Which events.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Without a cursor: from when on, with perhaps a minute of what happened before; 90 days ago when absent.
    pub since: Option<DateTime<Utc>>,
    /// Only at this facility.
    pub facility_id: Option<FacilityId>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
}

fn wrong(name: &str) -> ApiError {
    ApiError::invalid(&format!("/{name}"), Reason::new("problem.invalid"))
}

fn read_cursor(text: &str) -> Option<i64> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?.parse().ok().filter(|place| *place >= 0)
}

/// What happened where the client is granted something, the earliest first
///
/// For what a client may read (`bookings:read`, `attendance:read`, `slots:read`, `facilities:read`) it is told that it changed, at every
/// facility that grants the scope. Every event comes once and in the same order for everybody; for one object that is the order in which it
/// changed. Keep `next_cursor` once you have worked through a page, and go on from there. Events name ids only: read the object to see what it
/// is like now. Kinds and fields may be added; pass over what you do not know.
#[utoipa::path(
    tag = "events",
    params(EventQuery),
    responses(
        (status = 200, description = "The earliest first, and from where to go on", body = EventPage),
        (status = 404, description = "The facility has granted the client nothing", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`events.cursor_expired`: what follows the cursor is older than 90 days; read everything anew, then follow from now on. `events.nothing_told`: nothing is granted that events are told of", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForClient,
    )
)]
#[get("/events")]
pub async fn list_events(app: web::Data<App>, client: AsClient, query: Query<EventQuery>) -> Result<web::Json<EventPage>, ApiError> {
    let (query, now) = (query.0, app.now());
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let cursor = query.cursor.as_deref().map(|text| read_cursor(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    let oldest = now - KEPT;
    if query.since.is_some_and(|since| since < oldest) {
        return Err(wrong("since"));
    }
    let AsClient(bearer) = client;
    let mut grants = bearer.grants;
    if let Some(only) = &query.facility_id {
        grants.retain(|one| one.facility_id == *only);
        if grants.is_empty() {
            return Err(ApiError::NotFound);
        }
    }
    let audience = audience(&bearer.scopes, &grants);
    if audience.is_empty() {
        return Err(Rejection::NothingTold.into());
    }
    let page = app.db.read(move |conn| {
        let head = store::head(conn)?;
        let mut place = match cursor {
            Some(place) if place > head => return Err(wrong("cursor")),
            Some(place) if store::next_at(conn, place)?.is_some_and(|next| next < oldest) => return Err(Rejection::CursorExpired.into()),
            Some(place) => place,
            None => store::place_before(conn, query.since.unwrap_or(oldest), head)?,
        };
        let kinds: Vec<&str> = audience.keys().copied().collect();
        let facilities: BTreeSet<&str> = audience.values().flatten().map(FacilityId::as_str).collect();
        let facilities: Vec<&str> = facilities.into_iter().collect();
        let concerns = |event: &Event| audience.get(event.kind.as_str()).is_some_and(|at| at.contains(&event.facility_id));
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut items, mut has_more) = (Vec::new(), false);
        'full: loop {
            let found = store::list(conn, (place, head), &kinds, &facilities, BATCH)?;
            if found.is_empty() {
                // Nothing more until here: the next time begins after it.
                place = head;
                break;
            }
            for (at, event) in found {
                if concerns(&event) {
                    if items.len() == most {
                        has_more = true;
                        break 'full;
                    }
                    items.push(event);
                }
                place = at;
            }
        }
        Ok(EventPage { items, next_cursor: URL_SAFE_NO_PAD.encode(place.to_string()), has_more })
    });
    Ok(web::Json(page.await?))
}
