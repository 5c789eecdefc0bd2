//! What a family does: books, and asks what booking would mean.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::bookings::{Booking, IfFull, NewBooking, Quote, quote};
use shared::problem::Problem;
use shared::waitlist::{NewWaitlistEntry, WaitlistEntry};

use super::engine::{Lock, look, take};
use crate::error::{ApiError, ForBody, ForGuardian};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::Guardian;
use crate::{App, families, waitlist};

/// The one reason against which waiting helps.
const FULL: &str = "bookings.slot_full";

/// Books one or more children of the family into a slot: all of them or none
///
/// Without `starts_at` and `ends_at` the whole slot is meant. Every reason against is in `errors`, with the child it concerns as
/// `subject`. With `if_full` = `waitlist`, where nothing but the missing place is against it, the children join the waiting list: the answer
/// is then 202 with the entry, and nothing is booked.
#[utoipa::path(
    tag = "bookings",
    request_body = NewBooking,
    params(Key),
    responses(
        (status = 201, description = "One booking for each child", body = Vec<Booking>),
        (status = 202, description = "Nothing is booked: the children wait for a place, because `if_full` asked for it", body = WaitlistEntry),
        (status = 404, description = "No such slot", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The rules say no: `bookings.*`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/bookings")]
pub async fn create_booking(app: web::Data<App>, guardian: Guardian, key: Key, body: Body<NewBooking>) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, body.0, move |conn, command, act| {
        let family = families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        match (take(conn, &family, command, act), command.if_full) {
            (Ok(bookings), _) => Ok(Answer::new(StatusCode::CREATED, &bookings)?),
            // Nothing was written so far. Whether only the place is missing, joining decides under the same locks.
            (Err(ApiError::Refused(against)), IfFull::Waitlist) if against.iter().all(|part| part.reason.code == FULL) => {
                let entry = waitlist::enter(conn, &family, &NewWaitlistEntry::of_booking(command), act)?;
                waitlist::answer(conn, StatusCode::ACCEPTED, &entry.id)
            }
            (Err(error), _) => Err(error),
        }
    })
    .await
}

/// The same rules without writing: fee, limits used and left, or every reason against
#[utoipa::path(
    tag = "bookings",
    request_body = NewBooking,
    responses(
        (status = 200, description = "What booking now would mean", body = Quote),
        (status = 404, description = "No such slot", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/bookings/quote")]
pub async fn quote_booking(app: web::Data<App>, guardian: Guardian, body: Body<NewBooking>) -> Result<web::Json<Quote>, ApiError> {
    let (command, now) = (body.0, app.now());
    let quote = app
        .db
        .read(move |conn| {
            let family = families::store::find_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
            let seen = look(conn, &family, &command, Lock::Nothing)?;
            Ok::<_, ApiError>(quote(&seen.state, &command, now))
        })
        .await?;
    Ok(web::Json(quote))
}
