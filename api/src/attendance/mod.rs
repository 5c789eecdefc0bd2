//! Attendance: the board that staff work by, check-in and check-out. Only their facility.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use shared::attendance::{Board, BoardContact, BoardDay, BoardEntry, CheckIn, CheckOut, Relation, check_in, check_out};
use shared::bookings::{Booking, BookingState};
use shared::families::{Child, Contact, Family};
use shared::ids::{BookingId, FacilityId, PartyId};
use shared::problem::{Problem, Reason};
use shared::slots::SlotDay;
use shared::time::{age_months_on, day_start, days_after, tokyo_day};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::bookings::store::{Listing, Owner, Stored, find_booking, list_bookings, mark_state};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, OptionalBody, Query};
use crate::session::Staff;
use crate::{App, facilities, families, slots};

/// The longest range of a board, in days.
const MAX_DAYS: i64 = 35;
/// More children than that no facility has in that time.
const MAX_ENTRIES: i64 = 5000;

/// The slice's operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_board).service(check_in_booking).service(check_out_booking);
}

/// Which days of which facility.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// The facility; the signed-in staff's when absent. Another one is not found.
    #[param(value_type = Option<String>)]
    pub facility_id: Option<FacilityId>,
    /// First day; today when absent.
    pub from: Option<NaiveDate>,
    /// Last day, at most 34 after the first; the first when absent.
    pub to: Option<NaiveDate>,
}

/// The board: who comes when, with what carers must know; the slots of the days; what waits for a decision
#[utoipa::path(
    tag = "attendance",
    params(BoardQuery),
    responses(
        (status = 200, description = "Day by day", body = Board),
        (status = 404, description = "Not this staff's facility", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/today")]
pub async fn get_board(app: web::Data<App>, staff: Staff, query: Query<BoardQuery>) -> Result<web::Json<Board>, ApiError> {
    let (query, now) = (query.0, app.now());
    if query.facility_id.is_some_and(|id| id != staff.facility_id) {
        return Err(ApiError::NotFound);
    }
    let from = query.from.unwrap_or_else(|| tokyo_day(now));
    let to = query.to.unwrap_or(from);
    if to < from || (to - from).num_days() >= MAX_DAYS {
        return Err(ApiError::invalid("/to", Reason::new("problem.invalid")));
    }
    let board = app.db.read(move |conn| board(conn, &staff.facility_id, from, to, now)).await?;
    Ok(web::Json(board))
}

fn board(conn: &mut AnyConnection, facility: &FacilityId, from: NaiveDate, to: NaiveDate, now: DateTime<Utc>) -> Result<Board, ApiError> {
    let (start, end) = (day_start(from), day_start(days_after(to, 1)));
    let listing = Listing {
        owner: Owner::Facility(facility.clone()),
        from: Some(start),
        until: Some(end),
        active_only: true,
        waiting_at: None,
        after: None,
        limit: MAX_ENTRIES,
    };
    let bookings = list_bookings(conn, &listing)?;
    let waiting = list_bookings(conn, &Listing { from: None, until: None, waiting_at: Some(now), ..listing })?;
    let mut entries = entries(conn, bookings)?;
    entries.sort_by(|a, b| (a.booking.starts_at, &a.booking.child.kana).cmp(&(b.booking.starts_at, &b.booking.child.kana)));
    let mut requests = self::entries(conn, waiting)?;
    requests.sort_by(|a, b| urgency(&a.booking).cmp(&urgency(&b.booking)));
    let name = facilities::store::find_name(conn, facility)?.ok_or(ApiError::NotFound)?;
    let days = slots::staff::days(conn, facility, from, to)?
        .into_iter()
        .map(|SlotDay { day, holiday, slots }| BoardDay {
            entries: entries.iter().filter(|entry| tokyo_day(entry.booking.starts_at) == day).cloned().collect(),
            day,
            holiday,
            slots,
        })
        .collect();
    Ok(Board { now, facility: name, days, requests })
}

/// The order in which requests are to be decided.
fn urgency(booking: &Booking) -> (Option<DateTime<Utc>>, &PartyId, &str) {
    let decide_by = match booking.state {
        BookingState::Requested { decide_by } => Some(decide_by),
        _ => None,
    };
    (decide_by, &booking.party_id, &booking.child.kana)
}

/// The lines of bookings, with families and children of all of them in two questions.
fn entries(conn: &mut AnyConnection, bookings: Vec<Stored>) -> Result<Vec<BoardEntry>, ApiError> {
    let families = families::store::list_families(conn, bookings.iter().map(|stored| &stored.family_id))?;
    let children = families::store::list_any_children(conn, bookings.iter().map(|stored| &stored.booking.child.id))?;
    bookings
        .into_iter()
        .map(|stored| {
            let family = families.iter().find(|family| family.id == stored.family_id);
            let child = children.iter().find(|child| child.id == stored.booking.child.id);
            let (family, child) = family.zip(child).ok_or(ApiError::NotFound)?;
            Ok(board_entry(stored, family, child.clone()))
        })
        .collect()
}

fn board_entry(stored: Stored, family: &Family, child: Child) -> BoardEntry {
    let months = age_months_on(child.known.born, tokyo_day(stored.booking.starts_at));
    let guardian = BoardContact { name: family.guardian_name.clone(), relation: Relation::Guardian, phone: family.phone.clone() };
    let other = |Contact { name, relation, phone }| BoardContact { name, relation: Relation::Other { words: relation }, phone };
    let with_guardian = |others: Vec<Contact>| std::iter::once(guardian.clone()).chain(others.into_iter().map(other)).collect();
    BoardEntry {
        age_years: months / 12,
        age_months: months % 12,
        allergies: child.known.allergies,
        care_notes: child.known.care_notes,
        emergency_contacts: with_guardian(child.known.emergency_contacts),
        pick_up_people: with_guardian(child.known.pick_up_people),
        is_away: stored.booking.is_away,
        picked_up_by: stored.picked_up_by,
        booking: stored.booking,
    }
}

/// Locks a booking of this facility by its slot, and reads it.
fn lock_booking(conn: &mut AnyConnection, id: &BookingId, facility: &FacilityId) -> Result<Booking, ApiError> {
    let mine = |conn: &mut AnyConnection| -> Result<Booking, ApiError> {
        find_booking(conn, id)?.map(|stored| stored.booking).filter(|booking| booking.facility.id == *facility).ok_or(ApiError::NotFound)
    };
    let booking = mine(conn)?;
    slots::store::lock_slot(conn, &booking.slot_id)?;
    mine(conn)
}

/// Writes the next state of a booking with its event and audit line.
fn mark(
    conn: &mut AnyConnection,
    booking: &Booking,
    next: &BookingState,
    picked_up_by: Option<&str>,
    (kind, act): (&'static str, &Act),
) -> Result<Answer, ApiError> {
    mark_state(conn, &booking.id, next, picked_up_by)?;
    act.record(conn, kind, booking.facility.place(), booking.id.as_str())?;
    let booking = find_booking(conn, &booking.id)?.ok_or(ApiError::NotFound)?.booking;
    Ok(Answer::new(StatusCode::OK, &booking)?.with_version(booking.version))
}

/// A child comes
#[utoipa::path(
    tag = "attendance",
    request_body = CheckIn,
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The booking, checked in", body = Booking),
        (status = 404, description = "No such booking at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attendance.*`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/check_in")]
pub async fn check_in_booking(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    id: web::Path<BookingId>,
    body: OptionalBody<CheckIn>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let booking = lock_booking(conn, &id, &staff.facility_id)?;
        let next = check_in(&booking, command, act.now)?;
        mark(conn, &booking, &next, None, ("booking.checked_in", act))
    })
    .await
}

/// A child goes
#[utoipa::path(
    tag = "attendance",
    request_body = CheckOut,
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The booking, checked out", body = Booking),
        (status = 404, description = "No such booking at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attendance.*`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/check_out")]
pub async fn check_out_booking(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<CheckOut>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let booking = lock_booking(conn, &id, &staff.facility_id)?;
        let next = check_out(&booking, command, act.now)?;
        mark(conn, &booking, &next, command.picked_up_by.as_deref(), ("booking.checked_out", act))
    })
    .await
}
