//! The history of attendance in the database: lines are only ever added.

use diesel::prelude::*;
use shared::attendance::AttendanceRecord;
use shared::ids::BookingId;

use crate::db::{AnyConnection, DbError, from_json, stored, to_json};
use crate::new_id;
use crate::schema::attendance_records;

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
