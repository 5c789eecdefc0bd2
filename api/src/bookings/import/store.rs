//! Which bookings of another system were imported.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::ids::BookingId;
use shared::municipalities::MunicipalityCode;

use crate::db::{AnyConnection, DbError, OnConflict, stored};
use crate::schema::imported_bookings as imported;

/// A booking that was imported.
pub struct Imported<'a> {
    /// The facility's municipality.
    pub municipality: &'a MunicipalityCode,
    /// The other system's number.
    pub number: &'a str,
    /// Of what the row said.
    pub fingerprint: &'a str,
    /// What was booked.
    pub booking: &'a BookingId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The fingerprint of the row that was imported under a number.
pub fn find_imported(conn: &mut AnyConnection, municipality: &MunicipalityCode, number: &str) -> Result<Option<String>, DbError> {
    let mine = imported::table.filter(imported::municipality.eq(municipality.as_str())).filter(imported::number.eq(number));
    Ok(mine.select(imported::fingerprint).first(conn).optional()?)
}

/// Notes that a booking was imported, unless its number is taken; says whether.
pub fn insert_imported(conn: &mut AnyConnection, new: &Imported<'_>) -> Result<bool, DbError> {
    let insert = diesel::insert_into(imported::table).values((
        imported::municipality.eq(new.municipality.as_str()),
        imported::number.eq(new.number),
        imported::fingerprint.eq(new.fingerprint),
        imported::booking_id.eq(new.booking.as_str()),
        imported::imported_at.eq(stored(new.at)),
    ));
    Ok(OnConflict { insert, clause: " ON CONFLICT (municipality, number) DO NOTHING" }.execute(conn)? == 1)
}
