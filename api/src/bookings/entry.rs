//! Bookings that staff or officers take down on the phone.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::bookings::{Booking, EnteredBy, NewEntry, Quote, enter_quote};
use shared::ids::FamilyId;
use shared::problem::Problem;

use super::engine::{Lock, look, take_entry};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForClerk};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::{Clerk, Desk};
use crate::{App, families, slots};

/// Who takes it down, where the slot is theirs: staff their facility's, officers their city's. Another's is not found.
fn entered_by(conn: &mut AnyConnection, desk: &Desk, command: &NewEntry) -> Result<EnteredBy, ApiError> {
    let facility = slots::store::find_frame(conn, &command.booking.slot_id)?.ok_or(ApiError::NotFound)?.slot.facility;
    match desk {
        Desk::Facility(id) if *id == facility.id => Ok(EnteredBy::Facility),
        Desk::City(code) if *code == facility.municipality => Ok(EnteredBy::Office),
        Desk::Facility(_) | Desk::City(_) => Err(ApiError::NotFound),
    }
}

/// The family that asks, where staff's facility knows it; another one is not found.
fn check_family(conn: &mut AnyConnection, desk: &Desk, family: &FamilyId) -> Result<(), ApiError> {
    match desk {
        Desk::Facility(facility) if !families::store::is_known(conn, facility, family)? => Err(ApiError::NotFound),
        Desk::Facility(_) | Desk::City(_) => Ok(()),
    }
}

/// What taking down a booking would mean, past the rules that are named in `overrides`
#[utoipa::path(
    tag = "bookings",
    request_body = NewEntry,
    responses(
        (status = 200, description = "What booking now would mean", body = Quote),
        (status = 404, description = "No such slot or family", body = Problem, content_type = "application/problem+json"),
        ForClerk,
        ForBody,
    )
)]
#[post("/staff/bookings/quote")]
pub async fn quote_entry(app: web::Data<App>, clerk: Clerk, body: Body<NewEntry>) -> Result<web::Json<Quote>, ApiError> {
    let (command, now) = (body.0, app.now());
    let told = app
        .db
        .read(move |conn| {
            entered_by(conn, &clerk.desk, &command)?;
            check_family(conn, &clerk.desk, &command.family_id)?;
            let family = families::store::find_family(conn, &command.family_id)?.ok_or(ApiError::NotFound)?;
            let seen = look(conn, &family, &command.booking, Lock::Nothing)?;
            Ok::<_, ApiError>(enter_quote(&seen.state, &command, now))
        })
        .await?;
    Ok(web::Json(told))
}

/// Takes down a booking for a family that asks on the phone
///
/// The same rules as for the family. `overrides` names soft ones to go past, with a reason: deadlines, opening days, the residents' days, a
/// missing answer, the programme's lengths; never capacity, age, another stay, a limit or a closed slot. It is marked as taken down.
#[utoipa::path(
    tag = "bookings",
    request_body = NewEntry,
    params(Key),
    responses(
        (status = 201, description = "One booking for each child", body = Vec<Booking>),
        (status = 404, description = "No such slot or family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The rules say no: `bookings.*`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForClerk,
        ForBody,
    )
)]
#[post("/staff/bookings")]
pub async fn enter_booking(app: web::Data<App>, clerk: Clerk, key: Key, body: Body<NewEntry>) -> Result<HttpResponse, ApiError> {
    let Clerk { account_id, desk } = clerk;
    once(&app, &account_id, key, body.0, move |conn, command, act| {
        let by = entered_by(conn, &desk, command)?;
        check_family(conn, &desk, &command.family_id)?;
        let family = families::store::lock_family(conn, &command.family_id)?.ok_or(ApiError::NotFound)?;
        Ok(Answer::new(StatusCode::CREATED, &take_entry(conn, &family, command, by, act)?)?)
    })
    .await
}
