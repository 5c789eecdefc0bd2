//! Recording attendance: check-in, check-out, absence, taking back, correcting; and the history of all of them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use shared::attendance::{
    AttendanceRecord, Attended, CheckIn, CheckOut, Correction, MarkAbsent, RecordKind, Recorded, RecordedBy, Rejection, check_in,
    check_out, correct, mark_absent, read_code, take_again, undo,
};
use shared::bookings::{Booking, BookingState};
use shared::ids::{BookingId, FacilityId};
use shared::problem::Problem;
use shared::text::PersonName;

use super::settling::reckon;
use super::store::{find_wall_code, insert_record, list_records};
use crate::bookings::engine::{end, lock};
use crate::bookings::store::{Owner, Stored, find_booking, list_busy, mark_state};
use crate::bookings::{owner, visible};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardianOrStaff, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, Plain};
use crate::session::{Signed, Staff};
use crate::{App, families, programmes, slots};

/// A booking under its locks, with the names of those whom the family has registered for the child.
struct Held {
    stored: Stored,
    registered: Vec<PersonName>,
}

impl Held {
    /// Locks a booking of this facility, its family first.
    fn lock(conn: &mut AnyConnection, id: &BookingId, facility: &FacilityId) -> Result<Self, ApiError> {
        Self::lock_visible(conn, id, &Owner::Facility(facility.clone()))
    }

    /// Locks a booking that this person may see, its family first.
    fn lock_visible(conn: &mut AnyConnection, id: &BookingId, owner: &Owner) -> Result<Self, ApiError> {
        visible(find_booking(conn, id)?.ok_or(ApiError::NotFound)?, owner)?;
        let stored = lock(conn, id)?;
        let child = families::store::list_any_children(conn, std::iter::once(&stored.booking.child.id))?.pop().ok_or(ApiError::NotFound)?;
        Ok(Self { registered: child.known.pick_up_people.into_iter().map(|contact| contact.name).collect(), stored })
    }

    /// Who records: staff, or the family itself with the code on the facility's wall.
    fn recorded_by(&self, conn: &mut AnyConnection, owner: &Owner, wall: Option<&str>) -> Result<RecordedBy, ApiError> {
        if matches!(owner, Owner::Facility(_)) {
            return Ok(RecordedBy::Staff);
        }
        let known = find_wall_code(conn, &self.booking().facility.id)?;
        if known.is_none() || known != wall.map(read_code) { Err(Rejection::WallUnknown.into()) } else { Ok(RecordedBy::Family) }
    }

    const fn booking(&self) -> &Booking {
        &self.stored.booking
    }

    /// Answers with the booking as it now is.
    fn answer(&self, conn: &mut AnyConnection) -> Result<Answer, ApiError> {
        let booking = find_booking(conn, &self.booking().id)?.ok_or(ApiError::NotFound)?.booking;
        Ok(Answer::new(StatusCode::OK, &booking)?.with_version(booking.version))
    }

    /// Writes a next state on its way, with what it costs and counts, its history, event and audit line.
    fn write(
        &self,
        conn: &mut AnyConnection,
        (state, attended): (BookingState, Attended),
        line: Line<'_>,
        act: &Act,
    ) -> Result<Answer, ApiError> {
        let booking = self.booking();
        let attended = reckon(conn, &self.stored, &state, attended)?;
        mark_state(conn, &booking.id, &state, Some(&attended))?;
        insert_record(conn, &booking.id, &line.record(booking, (state, attended), act.now))?;
        act.record(conn, line.event, booking.facility.place(), booking.id.as_str())?;
        self.answer(conn)
    }

    /// Writes that the child came or left; nothing where it was recorded a moment before.
    fn write_recorded(&self, conn: &mut AnyConnection, recorded: Option<Recorded>, line: Line<'_>, act: &Act) -> Result<Answer, ApiError> {
        match recorded {
            None => self.answer(conn),
            Some(Recorded { state, attended, occurred_at }) => {
                self.write(conn, (state, attended), Line { occurred_at: Some(occurred_at), ..line }, act)
            }
        }
    }
}

/// What a line of history says besides the booking before and after it.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// What was done.
    kind: RecordKind,
    /// The event.
    event: &'static str,
    /// Why.
    reason: &'a str,
    /// Whether the family recorded it itself.
    by_family: bool,
    /// When it happened; when it was received where nothing else is said.
    occurred_at: Option<DateTime<Utc>>,
}

impl Line<'_> {
    /// A line without more to say.
    pub const fn new(kind: RecordKind) -> Self {
        let event = match kind {
            RecordKind::CheckedIn => "booking.checked_in",
            RecordKind::CheckedOut => "booking.checked_out",
            RecordKind::Absent => "booking.absent",
            RecordKind::Undone => "booking.attendance_undone",
            RecordKind::Corrected => "booking.attendance_corrected",
        };
        Line { kind, event, reason: "", by_family: false, occurred_at: None }
    }

    /// The event that tells of it.
    pub const fn event(&self) -> &'static str {
        self.event
    }

    /// The record of a change from a booking to its next state.
    pub fn record(self, before: &Booking, (state, attended): (BookingState, Attended), received_at: DateTime<Utc>) -> AttendanceRecord {
        AttendanceRecord {
            kind: self.kind,
            before: before.state.clone(),
            attended_before: before.attended.clone(),
            after: state,
            attended_after: attended,
            reason: self.reason.to_owned(),
            by_family: self.by_family,
            occurred_at: self.occurred_at.unwrap_or(received_at),
            received_at,
        }
    }
}

/// A child comes, as staff record, or the family with the code on the facility's wall
///
/// The same again within a minute changes nothing and answers the same.
#[utoipa::path(
    tag = "attendance",
    request_body = CheckIn,
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The booking, checked in", body = Booking),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attendance.*`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/check_in")]
pub async fn check_in_booking(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<CheckIn>,
) -> Result<HttpResponse, ApiError> {
    let owner = owner(&signed)?;
    once(&app, &signed.0.id, key, body.0, move |conn, command, act| {
        let held = Held::lock_visible(conn, &id, &owner)?;
        let by = held.recorded_by(conn, &owner, command.wall.as_deref())?;
        let recorded = check_in(held.booking(), command, &held.registered, by, act.now)?;
        let line = Line { by_family: by == RecordedBy::Family, ..Line::new(RecordKind::CheckedIn) };
        held.write_recorded(conn, recorded, line, act)
    })
    .await
}

/// A child goes, with whom the family named; with anybody else staff decide, and note why
///
/// The same again within a minute changes nothing and answers the same.
#[utoipa::path(
    tag = "attendance",
    request_body = CheckOut,
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The booking, checked out", body = Booking),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attendance.*`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/check_out")]
pub async fn check_out_booking(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<CheckOut>,
) -> Result<HttpResponse, ApiError> {
    let owner = owner(&signed)?;
    once(&app, &signed.0.id, key, body.0, move |conn, command, act| {
        let held = Held::lock_visible(conn, &id, &owner)?;
        let by = held.recorded_by(conn, &owner, command.wall.as_deref())?;
        let recorded = check_out(held.booking(), command, &held.registered, by, act.now)?;
        let line = Line { by_family: by == RecordedBy::Family, ..Line::new(RecordKind::CheckedOut) };
        held.write_recorded(conn, recorded, line, act)
    })
    .await
}

/// A child did not come, as staff confirm
///
/// From the start of the stay on, at the time as it happened. `seen` is what it means for the family: the late fee and the counted limit that were agreed, or nothing for
/// one of the booking's exempt reasons. Where that has changed nothing is recorded. With `release` the rest of the time is free for others.
#[utoipa::path(
    tag = "attendance",
    request_body = MarkAbsent,
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The booking, marked absent", body = Booking),
        (status = 404, description = "No such booking at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attendance.*`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/absent")]
pub async fn mark_booking_absent(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    id: web::Path<BookingId>,
    body: Plain<MarkAbsent>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let held = Held::lock(conn, &id, &staff.facility_id)?;
        let next = mark_absent(held.booking(), command, act.now)?;
        end(conn, &held.stored, &next, act)?;
        let line = Line { occurred_at: command.occurred_at, ..Line::new(RecordKind::Absent) };
        let record = line.record(held.booking(), (next, held.booking().attended.clone()), act.now);
        insert_record(conn, &id, &record)?;
        held.answer(conn)
    })
    .await
}

/// Takes back the last thing that was recorded: check-out, check-in or absence
///
/// The booking is as it was before. A released place is taken again, if it is still there.
#[utoipa::path(
    tag = "attendance",
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The booking as it was before", body = Booking),
        (status = 404, description = "No such booking at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attendance.nothing_to_undo`, `attendance.place_given`, `attendance.child_elsewhere`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[post("/bookings/{booking_id}/attendance/undo")]
pub async fn undo_attendance(app: web::Data<App>, staff: Staff, key: Key, id: web::Path<BookingId>) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, (), move |conn, (), act| {
        let held = Held::lock(conn, &id, &staff.facility_id)?;
        let booking = held.booking();
        let (state, attended) = undo(booking)?;
        if !booking.state.is_active() {
            let slot = slots::store::find_slot(conn, &booking.slot_id)?.ok_or(ApiError::NotFound)?.slot;
            let programme = programmes::store::find_programme(conn, &slot.facility.municipality, &slot.programme, slot.day())?;
            let terms = programme.ok_or(ApiError::NotFound)?.terms;
            let busy = list_busy(conn, &held.stored.family_id, booking.starts_at, booking.ends_at)?;
            let busy: Vec<_> = busy.into_iter().filter(|(child, _)| child == booking.child.id.as_str()).map(|(_, busy)| busy).collect();
            let taken = take_again(booking, held.stored.band_from_age, &slot, &terms, &busy)?;
            slots::store::update_bands(conn, &slot, &taken)?;
        }
        held.write(conn, (state, attended), Line::new(RecordKind::Undone), act)
    })
    .await
}

/// Puts times or people of a check-in or check-out right; the old value stays in the history
#[utoipa::path(
    tag = "attendance",
    request_body = Correction,
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The booking, corrected", body = Booking),
        (status = 404, description = "No such booking at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attendance.*`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/attendance/correct")]
pub async fn correct_attendance(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<Correction>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let held = Held::lock(conn, &id, &staff.facility_id)?;
        let (state, attended) = correct(held.booking(), command, &held.registered, act.now)?;
        let line = Line { reason: &command.reason, occurred_at: occurred_at(&state), ..Line::new(RecordKind::Corrected) };
        held.write(conn, (state, attended), line, act)
    })
    .await
}

/// When what a state says last happened.
const fn occurred_at(state: &BookingState) -> Option<DateTime<Utc>> {
    match state {
        BookingState::CheckedIn { at } | BookingState::CheckedOut { at, .. } => Some(*at),
        _ => None,
    }
}

/// What was recorded of a booking's attendance, the first line first; for its family and its facility
#[utoipa::path(
    tag = "attendance",
    params(("booking_id" = String, Path, description = "The booking")),
    responses(
        (status = 200, description = "Every record with the value before it", body = Vec<AttendanceRecord>),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
    )
)]
#[get("/bookings/{booking_id}/attendance")]
pub async fn list_attendance(
    app: web::Data<App>,
    signed: Signed,
    id: web::Path<BookingId>,
) -> Result<web::Json<Vec<AttendanceRecord>>, ApiError> {
    let owner = owner(&signed)?;
    let records = app
        .db
        .read(move |conn| {
            visible(find_booking(conn, &id)?.ok_or(ApiError::NotFound)?, &owner)?;
            Ok::<_, ApiError>(list_records(conn, &id)?)
        })
        .await?;
    Ok(web::Json(records))
}
