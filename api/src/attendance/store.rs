//! The history of attendance in the database, whose lines are only ever added, the codes at the door, and what happens at a facility.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::attendance::AttendanceRecord;
use shared::ids::{BookingId, FacilityId, FamilyId};
use uuid::Uuid;

use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json};
use crate::new_id;
use crate::schema::{attendance_records, events, family_codes, wall_codes};

/// Writes a line of a booking's history.
pub fn insert_record(conn: &mut AnyConnection, booking: &BookingId, record: &AttendanceRecord) -> Result<(), DbError> {
    diesel::insert_into(attendance_records::table)
        .values((
            attendance_records::id.eq(new_id()),
            attendance_records::booking_id.eq(booking.as_str()),
            attendance_records::occurred_at.eq(stored(record.occurred_at)),
            attendance_records::received_at.eq(stored(record.received_at)),
            attendance_records::record.eq(to_json(record)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// A booking's history, the first line first.
pub fn list_records(conn: &mut AnyConnection, booking: &BookingId) -> Result<Vec<AttendanceRecord>, DbError> {
    let mine = attendance_records::table.filter(attendance_records::booking_id.eq(booking.as_str()));
    let rows = mine.order(attendance_records::id).select(attendance_records::record).load::<String>(conn)?;
    rows.iter().map(|row| from_json(row)).collect()
}

/// Why the attendance of bookings was changed last, where somebody wrote a reason.
pub fn list_reasons(conn: &mut AnyConnection, bookings: &[BookingId]) -> Result<BTreeMap<BookingId, String>, DbError> {
    let theirs = attendance_records::table.filter(attendance_records::booking_id.eq_any(bookings.iter().map(BookingId::as_str)));
    let columns = (attendance_records::booking_id, attendance_records::record);
    let rows: Vec<(String, String)> = theirs.order(attendance_records::id).select(columns).load(conn)?;
    // The latest stands last, and so remains.
    rows.into_iter().map(|(id, record)| Ok((BookingId::new(id), from_json::<AttendanceRecord>(&record)?.reason))).collect()
}

/// A family's code, and whether it has a PIN; none where it has neither.
pub fn find_family_code(conn: &mut AnyConnection, family: &FamilyId) -> Result<Option<(Option<String>, bool)>, DbError> {
    let mine = family_codes::table.filter(family_codes::family_id.eq(family.as_str()));
    let row = mine.select((family_codes::code, family_codes::pin_hash)).first::<(Option<String>, Option<String>)>(conn).optional()?;
    Ok(row.map(|(code, pin)| (code, pin.is_some())))
}

/// The family that has this code.
pub fn find_family_of_code(conn: &mut AnyConnection, code: &str) -> Result<Option<FamilyId>, DbError> {
    let theirs = family_codes::table.filter(family_codes::code.eq(code));
    Ok(theirs.select(family_codes::family_id).first::<String>(conn).optional()?.map(FamilyId::new))
}

/// Writes a family's new code.
pub fn write_family_code(conn: &mut AnyConnection, family: &FamilyId, code: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    let values = (
        family_codes::family_id.eq(family.as_str()),
        family_codes::code.eq(code),
        family_codes::failures.eq(0),
        family_codes::updated_at.eq(stored(now)),
    );
    let insert = diesel::insert_into(family_codes::table).values(values);
    let clause = " ON CONFLICT (family_id) DO UPDATE SET code = excluded.code, updated_at = excluded.updated_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// What a try of a family's PIN is checked against.
pub enum Try {
    /// The PIN's argon2id hash.
    Pin(String),
    /// The family has none.
    NoPin,
    /// After too many wrong ones there is a wait.
    LockedUntil(DateTime<Utc>),
}

/// Counts a try of a family's PIN as a wrong one, until it has shown to be right, and says what it is checked against.
pub fn begin_try(conn: &mut AnyConnection, family: &FamilyId, now: DateTime<Utc>, wait: fn(u32) -> i64) -> Result<Try, DbError> {
    let mine = family_codes::table.filter(family_codes::family_id.eq(family.as_str()));
    // Locks the row: tries come one after another.
    diesel::update(mine).set(family_codes::failures.eq(family_codes::failures)).execute(conn)?;
    let columns = (family_codes::pin_hash, family_codes::failures, family_codes::locked_until);
    let row: Option<(Option<String>, i64, Option<NaiveDateTime>)> = mine.select(columns).first(conn).optional()?;
    let Some((Some(hash), failures, locked)) = row else { return Ok(Try::NoPin) };
    if let Some(until) = locked.map(instant).filter(|until| *until > now) {
        return Ok(Try::LockedUntil(until));
    }
    let failures = failures.saturating_add(1);
    let minutes = wait(u32::try_from(failures).unwrap_or(u32::MAX));
    let until = (minutes > 0).then(|| stored(now + TimeDelta::minutes(minutes)));
    diesel::update(mine).set((family_codes::failures.eq(failures), family_codes::locked_until.eq(until))).execute(conn)?;
    Ok(Try::Pin(hash))
}

/// Writes a family's PIN and forgets wrong tries of the one before.
pub fn write_pin(conn: &mut AnyConnection, family: &FamilyId, hash: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    let values = (
        family_codes::family_id.eq(family.as_str()),
        family_codes::pin_hash.eq(hash),
        family_codes::failures.eq(0),
        family_codes::updated_at.eq(stored(now)),
    );
    let insert = diesel::insert_into(family_codes::table).values(values);
    let clause = " ON CONFLICT (family_id) DO UPDATE SET pin_hash = excluded.pin_hash, failures = 0, locked_until = NULL, updated_at = excluded.updated_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Forgets wrong PINs: the right one came.
pub fn forget_tries(conn: &mut AnyConnection, family: &FamilyId) -> Result<(), DbError> {
    diesel::update(family_codes::table.filter(family_codes::family_id.eq(family.as_str())))
        .set((family_codes::failures.eq(0), family_codes::locked_until.eq(None::<NaiveDateTime>)))
        .execute(conn)?;
    Ok(())
}

/// The code on a facility's wall.
pub fn find_wall_code(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Option<String>, DbError> {
    Ok(wall_codes::table.filter(wall_codes::facility_id.eq(facility.as_str())).select(wall_codes::code).first(conn).optional()?)
}

/// The facility on whose wall this code is.
pub fn find_facility_of_code(conn: &mut AnyConnection, code: &str) -> Result<Option<FacilityId>, DbError> {
    let found = wall_codes::table.filter(wall_codes::code.eq(code)).select(wall_codes::facility_id).first::<String>(conn);
    Ok(found.optional()?.map(FacilityId::new))
}

/// Writes a facility's new wall code.
pub fn write_wall_code(conn: &mut AnyConnection, facility: &FacilityId, code: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    let values = (wall_codes::facility_id.eq(facility.as_str()), wall_codes::code.eq(code), wall_codes::updated_at.eq(stored(now)));
    let insert = diesel::insert_into(wall_codes::table).values(values);
    let clause = " ON CONFLICT (facility_id) DO UPDATE SET code = excluded.code, updated_at = excluded.updated_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Something that happened at a facility.
#[derive(Debug, Queryable)]
pub struct Event {
    /// Its id, by which events are in order.
    pub id: String,
    /// What.
    pub kind: String,
    /// To what.
    pub subject_id: String,
    /// Where.
    pub facility_id: String,
}

/// The id of the newest event.
pub fn last_event(conn: &mut AnyConnection) -> Result<Option<String>, DbError> {
    Ok(events::table.order(events::id.desc()).select(events::id).first(conn).optional()?)
}

/// What happened at these facilities after an id, in order.
pub fn list_events(conn: &mut AnyConnection, facilities: &[String], after: &str) -> Result<Vec<Event>, DbError> {
    let found = events::table.filter(events::id.gt(after)).filter(events::facility_id.eq_any(facilities)).order(events::id);
    Ok(found.select((events::id, events::kind, events::subject_id, events::facility_id.assume_not_null())).load(conn)?)
}

/// The least id that could have been made so long before this one; the id itself where it tells no time.
pub fn first_id_before(id: &str, before: TimeDelta) -> String {
    let made = Uuid::parse_str(id).ok().and_then(|id| id.get_timestamp()).map(|made| made.to_unix());
    let millis = made.map(|(seconds, nanos)| seconds * 1000 + u64::from(nanos) / 1_000_000);
    let earlier = millis.zip(u64::try_from(before.num_milliseconds()).ok()).map(|(millis, before)| millis.saturating_sub(before));
    earlier.map_or_else(|| id.to_owned(), |millis| uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().to_string())
}
