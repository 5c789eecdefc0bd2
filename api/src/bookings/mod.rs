//! Bookings: taken and freed by one engine, read and cancelled by families and facilities, decided by facilities.

pub mod engine;
mod entry;
mod guardian;
pub mod import;
pub mod jobs;
pub mod moving;
pub mod staff;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use shared::access::Role;
use shared::bookings::{Booking, Cancel, CancelledBy, cancel};
use shared::ids::BookingId;
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use shared::problem::{Problem, Reason};
use shared::time::{day_start, days_after};
use utoipa::IntoParams;

use self::store::{Listing, Owner};
use crate::App;
use crate::error::{ApiError, ForBody, ForGuardianOrStaff};
use crate::idempotency::{Answer, Key, once};
use crate::request::{OptionalBody, Query, etag};
use crate::routes::Operations;
use crate::session::Signed;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    // `quote` before `{booking_id}`: the first pattern that fits is taken.
    config
        .service(guardian::quote_booking)
        .service(guardian::create_booking)
        .service(entry::quote_entry)
        .service(entry::enter_booking)
        .service(list_bookings)
        .service(get_booking)
        .service(cancel_booking)
        .service(moving::undo_booking)
        .service(moving::preview_reschedule)
        .service(moving::reschedule_booking)
        .service(staff::decide_booking);
}

/// Which bookings.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BookingQuery {
    /// Stays that end on or after this day.
    pub from: Option<NaiveDate>,
    /// Stays that start on or before this day.
    pub to: Option<NaiveDate>,
    /// Only those that hold a place.
    #[serde(default)]
    pub active_only: bool,
    /// Only those that the facility can still decide now.
    #[serde(default)]
    pub waiting_only: bool,
    /// So many at most, up to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// From the page before.
    pub cursor: Option<String>,
}

fn cursor(booking: &Booking) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}|{}", booking.starts_at.timestamp(), booking.id))
}

fn read_cursor(text: &str) -> Option<(DateTime<Utc>, BookingId)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (seconds, id) = text.split_once('|')?;
    Some((DateTime::from_timestamp(seconds.parse().ok()?, 0)?, BookingId::new(id)))
}

/// Whose bookings a person may see: a guardian the family's, staff the facility's.
pub fn owner(signed: &Signed) -> Result<Owner, ApiError> {
    match &signed.0.role {
        Role::Guardian { family_id } => Ok(Owner::Family(family_id.clone())),
        Role::Staff { facility_id } => Ok(Owner::Facility(facility_id.clone())),
        Role::Officer { .. } | Role::Operator => Err(ApiError::Forbidden),
    }
}

/// The family's bookings, or the facility's for staff, by start
#[utoipa::path(
    tag = "bookings",
    params(BookingQuery),
    responses(
        (status = 200, description = "By start, then id", body = Page<Booking>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
    )
)]
#[get("/bookings")]
pub async fn list_bookings(app: web::Data<App>, signed: Signed, query: Query<BookingQuery>) -> Result<web::Json<Page<Booking>>, ApiError> {
    let query = query.0;
    let wrong = |parameter: &str| ApiError::invalid(&format!("/{parameter}"), Reason::new("problem.invalid"));
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let listing = Listing {
        owner: owner(&signed)?,
        from: query.from.map(day_start),
        until: query.to.map(|day| day_start(days_after(day, 1))),
        active_only: query.active_only,
        waiting_at: query.waiting_only.then(|| app.now()),
        after: query.cursor.as_deref().map(|text| read_cursor(text).ok_or_else(|| wrong("cursor"))).transpose()?,
        limit: i64::from(limit) + 1,
    };
    let mut items: Vec<Booking> = app
        .db
        .read(move |conn| store::list_bookings(conn, &listing).map_err(ApiError::from))
        .await?
        .into_iter()
        .map(|stored| stored.booking)
        .collect();
    // One more than asked was read: whether it is there tells whether there is a next page.
    let more = items.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        items.pop();
    }
    let next_cursor = if more { items.last().map(cursor) } else { None };
    Ok(web::Json(Page { items, next_cursor }))
}

/// A booking that this person may see; anybody else's is not found.
pub fn visible(stored: store::Stored, owner: &Owner) -> Result<store::Stored, ApiError> {
    let mine = match owner {
        Owner::Family(id) => stored.family_id == *id,
        Owner::Facility(id) => stored.booking.facility.id == *id,
    };
    if mine { Ok(stored) } else { Err(ApiError::NotFound) }
}

/// One booking of the family, or of the facility for staff
#[utoipa::path(
    tag = "bookings",
    params(("booking_id" = String, Path, description = "The booking")),
    responses(
        (status = 200, description = "The booking", body = Booking),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
    )
)]
#[get("/bookings/{booking_id}")]
pub async fn get_booking(app: web::Data<App>, signed: Signed, id: web::Path<BookingId>) -> Result<HttpResponse, ApiError> {
    let owner = owner(&signed)?;
    let stored = app.db.read(move |conn| visible(store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?, &owner)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(stored.booking.version))).json(stored.booking))
}

/// Cancels a booking on the terms it was made on
///
/// A family cancels its own, a facility's staff theirs. A `reason` is one of the booking's exempt reasons: then it costs and counts nothing.
/// With `seen`, the terms that the family was shown: where the deadline passed meanwhile nothing is cancelled and
/// `bookings.cancel_terms_changed` is answered.
#[utoipa::path(
    tag = "bookings",
    request_body = Cancel,
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The cancelled booking, with what is due all the same", body = Booking),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`bookings.already_cancelled`, `bookings.started`, `bookings.over`, `bookings.cancel_terms_changed`, `bookings.cancel_reason_unknown`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/cancel")]
pub async fn cancel_booking(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<BookingId>,
    body: OptionalBody<Cancel>,
) -> Result<HttpResponse, ApiError> {
    let owner = owner(&signed)?;
    let by = if matches!(owner, Owner::Family(_)) { CancelledBy::Family } else { CancelledBy::Facility };
    once(&app, &signed.0.id, key, body.0, move |conn, command, act| {
        visible(store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?, &owner)?;
        let stored = engine::lock(conn, &id)?;
        let next = cancel(&stored.booking, command, by, act.now)?;
        engine::end(conn, &stored, &next, act)?;
        let booking = store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?.booking;
        Ok(Answer::new(StatusCode::OK, &booking)?.with_version(booking.version))
    })
    .await
}
