//! Bookings that staff or officers take down on the phone.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::bookings::{Booking, EnteredBy, NewEntry, Quote, enter_quote};
use shared::problem::Problem;
use shared::proxy::Deed;

use super::engine::{Lock, look, take_entry};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForEntrant};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::session::{Clerk, Desk, Entrant};
use crate::{App, families, proxy, slots};

/// Who takes it down, and the act as the audit keeps it: staff where the slot is their facility's and the family one that it
/// knows, officers and operators for the family whose record they have opened for it. Another slot or family is not found.
fn entered_by(conn: &mut AnyConnection, clerk: &Clerk, command: &NewEntry, act: &Act) -> Result<(EnteredBy, Act), ApiError> {
    let facility = slots::store::find_frame(conn, &command.booking.slot_id)?.ok_or(ApiError::NotFound)?.slot.facility;
    let by = match &clerk.desk {
        Desk::Facility(id) => {
            let may = *id == facility.id && families::store::is_known(conn, id, &command.family_id)?;
            return if may { Ok((EnteredBy::Facility, act.clone())) } else { Err(ApiError::NotFound) };
        }
        Desk::City(_) => EnteredBy::Office,
        Desk::Centre => EnteredBy::Centre,
    };
    Ok((by, proxy::acting(conn, &clerk.account_id, &command.family_id, Deed::Book, act)?))
}

/// What taking down a booking would mean, past the rules that are named in `overrides`
#[utoipa::path(
    tag = "bookings",
    request_body = NewEntry,
    responses(
        (status = 200, description = "What booking now would mean", body = Quote),
        (status = 404, description = "No such slot or family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`proxy.not_open`, `proxy.not_for_this`", body = Problem, content_type = "application/problem+json"),
        ForEntrant,
        ForBody,
    )
)]
#[post("/staff/bookings/quote")]
pub async fn quote_entry(app: web::Data<App>, entrant: Entrant, body: Body<NewEntry>) -> Result<web::Json<Quote>, ApiError> {
    let (command, Entrant(clerk), now) = (body.0, entrant, app.now());
    let act = Act::of_request(clerk.account_id.as_str(), now);
    let told = app
        .db
        .read(move |conn| {
            entered_by(conn, &clerk, &command, &act)?;
            let family = families::store::find_family(conn, &command.family_id)?.ok_or(ApiError::NotFound)?;
            let seen = look(conn, &family, &command.booking, Lock::Nothing)?;
            Ok::<_, ApiError>(enter_quote(&seen.state, &command, now))
        })
        .await?;
    Ok(web::Json(told))
}

/// Takes down a booking for a family that asks on the phone
///
/// Staff take down what is asked of their facility; officers and operators book anywhere, for the family whose record they have opened for it
/// (`POST /proxy/session`). The same rules as for the family. `overrides` names soft ones to go past, with a reason: deadlines, opening days, the residents' days, a
/// missing answer, the programme's lengths; never capacity, age, another stay, a limit or a closed slot. It is marked as taken down.
#[utoipa::path(
    tag = "bookings",
    request_body = NewEntry,
    params(Key),
    responses(
        (status = 201, description = "One booking for each child", body = Vec<Booking>),
        (status = 404, description = "No such slot or family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The rules say no: `bookings.*`; `proxy.not_open`, `proxy.not_for_this`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForEntrant,
        ForBody,
    )
)]
#[post("/staff/bookings")]
pub async fn enter_booking(app: web::Data<App>, entrant: Entrant, key: Key, body: Body<NewEntry>) -> Result<HttpResponse, ApiError> {
    let Entrant(clerk) = entrant;
    once(&app, &clerk.account_id.clone(), key, body.0, move |conn, command, act| {
        let (by, act) = entered_by(conn, &clerk, command, act)?;
        let family = families::store::lock_family(conn, &command.family_id)?.ok_or(ApiError::NotFound)?;
        Ok(Answer::new(StatusCode::CREATED, &take_entry(conn, &family, command, by, &act)?)?)
    })
    .await
}
