//! What a facility does with bookings: decides those that wait for it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::bookings::{Booking, BookingState, Decide, decide};
use shared::ids::BookingId;
use shared::problem::Problem;

use super::engine::{end, lock};
use super::store::{self, list_party, mark_state};
use crate::App;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::session::Staff;

/// Confirms or declines a booking that waits for the facility
///
/// Brothers and sisters who were booked together are decided together.
#[utoipa::path(
    tag = "bookings",
    request_body = Decide,
    params(
        ("booking_id" = String, Path, description = "One of the party's bookings"),
        Key,
    ),
    responses(
        (status = 200, description = "The party's bookings as they now are", body = Vec<Booking>),
        (status = 404, description = "No such booking at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`bookings.not_requested`, `bookings.decide_too_late`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/decide")]
pub async fn decide_booking(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<Decide>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let mine = store::find_booking(conn, &id)?.filter(|stored| stored.booking.facility.id == staff.facility_id);
        mine.ok_or(ApiError::NotFound)?;
        let booking = lock(conn, &id)?.booking;
        let next = decide(&booking, command, act.now)?;
        Ok(Answer::new(StatusCode::OK, &settle_party(conn, &booking, &next, act)?)?)
    })
    .await
}

/// Gives every undecided booking of a party its next state. Family and slot must be locked.
pub fn settle_party(conn: &mut AnyConnection, booking: &Booking, next: &BookingState, act: &Act) -> Result<Vec<Booking>, ApiError> {
    for stored in list_party(conn, &booking.party_id)? {
        if !matches!(stored.booking.state, BookingState::Requested { .. }) {
            continue;
        }
        if *next == BookingState::Confirmed {
            mark_state(conn, &stored.booking.id, next, None)?;
            act.record(conn, "booking.confirmed", stored.booking.facility.place(), stored.booking.id.as_str())?;
        } else {
            end(conn, &stored, next, act)?;
        }
    }
    Ok(list_party(conn, &booking.party_id)?.into_iter().map(|stored| stored.booking).collect())
}
