//! Messages between a family and a facility about a booking. Officers and operators never read them.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use shared::ids::BookingId;
use shared::messages::{Message, NewMessage, ReadUpTo, Side, Thread, UnreadThread, until, write};
use shared::page::Page;
use shared::problem::Problem;

use self::store::NewRow;
use crate::bookings::store::{Owner, Stored, find_booking};
use crate::bookings::{owner, visible};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardianOrStaff, ForStaff};
use crate::families::store::lock_family;
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::routes::Operations;
use crate::session::{Signed, Staff};
use crate::{App, notices};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_messages).service(write_message).service(read_messages).service(list_unread_messages);
}

const fn side(owner: &Owner) -> Side {
    match owner {
        Owner::Family(_) => Side::Family,
        Owner::Facility(_) => Side::Facility,
    }
}

/// What notices of new messages about a booking are about.
pub fn topic(booking: &BookingId) -> String {
    format!("messages:{booking}")
}

/// The booking of a family or facility, with its family locked: so messages are written one after the other.
fn lock(conn: &mut AnyConnection, id: &BookingId, owner: &Owner) -> Result<Stored, ApiError> {
    let stored = visible(find_booking(conn, id)?.ok_or(ApiError::NotFound)?, owner)?;
    lock_family(conn, &stored.family_id)?.ok_or(ApiError::NotFound)?;
    Ok(stored)
}

/// What was written about a booking, for its family and its facility
#[utoipa::path(
    tag = "messages",
    params(("booking_id" = String, Path, description = "The booking")),
    responses(
        (status = 200, description = "The messages in the order of writing, each with who of the other side has read it", body = Thread),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
    )
)]
#[get("/bookings/{booking_id}/messages")]
pub async fn list_messages(app: web::Data<App>, signed: Signed, id: web::Path<BookingId>) -> Result<web::Json<Thread>, ApiError> {
    let owner = owner(&signed)?;
    let thread = app.db.read(move |conn| {
        let booking = visible(find_booking(conn, &id)?.ok_or(ApiError::NotFound)?, &owner)?.booking;
        let side = side(&owner);
        let messages = store::list_messages(conn, &id, side)?;
        let until = until(booking.ends_at);
        let (child, facility) = (booking.child.name, booking.facility.name);
        Ok::<_, ApiError>(Thread {
            booking_id: booking.id,
            child,
            facility,
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            side,
            until,
            messages,
        })
    });
    Ok(web::Json(thread.await?))
}

/// Writes to the other side about a booking, until 30 days after the stay
///
/// Each guardian of the family is told of a message of the facility.
#[utoipa::path(
    tag = "messages",
    request_body = NewMessage,
    params(("booking_id" = String, Path, description = "The booking"), Key),
    responses(
        (status = 201, description = "Written", body = Message),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`messages.over`, `messages.too_many`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/messages")]
pub async fn write_message(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<NewMessage>,
) -> Result<HttpResponse, ApiError> {
    let (owner, me) = (owner(&signed)?, signed.0);
    once(&app, &me.id.clone(), key, body.0, move |conn, new, act| {
        let booking = lock(conn, &id, &owner)?.booking;
        let number = write(booking.ends_at, store::count(conn, &id)?, act.now)?;
        let (from, facility) = (side(&owner), &booking.facility);
        let row = NewRow { booking: &id, facility: &facility.id, number, from, by: &me.id, words: new.words.trim(), at: act.now };
        let message = store::insert_message(conn, &row)?;
        let event = if from == Side::Family { "message.received" } else { "message.sent" };
        act.record(conn, event, facility.place(), message.as_str())?;
        let told = Message { number, from, by: Some(me.name.clone()), at: act.now, words: row.words.to_owned(), reads: Vec::new() };
        Ok(Answer::new(StatusCode::CREATED, &told)?)
    })
    .await
}

/// Says that somebody has read what the other side wrote, up to a message
#[utoipa::path(
    tag = "messages",
    request_body = ReadUpTo,
    params(("booking_id" = String, Path, description = "The booking"), Key),
    responses(
        (status = 204, description = "Read"),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/messages/read")]
pub async fn read_messages(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<ReadUpTo>,
) -> Result<HttpResponse, ApiError> {
    let (owner, me) = (owner(&signed)?, signed.0);
    once(&app, &me.id.clone(), key, body.0, move |conn, up_to, act| {
        let booking = lock(conn, &id, &owner)?.booking;
        let new = store::mark_read(conn, &id, (side(&owner), &me.id), up_to.number, act.now)?;
        if new > 0 {
            act.record(conn, "message.read", booking.facility.place(), id.as_str())?;
        }
        if matches!(owner, Owner::Family(_)) && store::count(conn, &id)? <= up_to.number {
            // Whoever has read all of it needs no notice of it any more.
            notices::store::replace_topic(conn, &me.id, &topic(&id), act.now)?;
        }
        Ok(Answer::empty())
    })
    .await
}

/// The threads in which nobody of the facility has read something, the longest waiting first
#[utoipa::path(
    tag = "messages",
    responses(
        (status = 200, description = "All of them", body = Page<UnreadThread>),
        ForStaff,
    )
)]
#[get("/staff/messages")]
pub async fn list_unread_messages(app: web::Data<App>, staff: Staff) -> Result<web::Json<Page<UnreadThread>>, ApiError> {
    let items = app.db.read(move |conn| store::list_unread(conn, &staff.facility_id).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}
