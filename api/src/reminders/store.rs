//! Reminders in the database: one for each kind and start of a booking, planned as soon as the booking is seen, told once.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use shared::bookings::Booking;
use shared::ids::{BookingId, FamilyId};
use shared::reminders::Reminder;

use crate::db::{AnyConnection, DbError, OnConflict, instant, stored, unknown};
use crate::schema::{bookings, reminders};

/// Confirmed bookings ahead of which nobody has planned yet when to remind.
pub fn list_unplanned(conn: &mut AnyConnection, now: DateTime<Utc>, most: i64) -> Result<Vec<BookingId>, DbError> {
    let planned = reminders::table.filter(reminders::booking_id.eq(bookings::id)).filter(reminders::starts_at.eq(bookings::starts_at));
    let ids = bookings::table
        .filter(bookings::state.eq("confirmed"))
        .filter(bookings::starts_at.gt(stored(now)))
        .filter(not(exists(planned)))
        .order((bookings::starts_at, bookings::id))
        .limit(most)
        .select(bookings::id)
        .load::<String>(conn)?;
    Ok(ids.into_iter().map(BookingId::new).collect())
}

/// Plans when to remind of a booking as it starts now; what was planned for this start stays.
pub fn insert_plan(conn: &mut AnyConnection, booking: &Booking) -> Result<(), DbError> {
    for reminder in Reminder::ALL {
        let insert = diesel::insert_into(reminders::table).values((
            reminders::booking_id.eq(booking.id.as_str()),
            reminders::starts_at.eq(stored(booking.starts_at)),
            reminders::kind.eq(reminder.as_str()),
            reminders::due_at.eq(reminder.due_at(booking).map(stored)),
        ));
        OnConflict { insert, clause: " ON CONFLICT (booking_id, starts_at, kind) DO NOTHING" }.execute(conn)?;
    }
    Ok(())
}

/// Whom to remind now, the longest due first.
pub fn list_due(conn: &mut AnyConnection, now: DateTime<Utc>, most: i64) -> Result<Vec<FamilyId>, DbError> {
    let rows = reminders::table
        .inner_join(bookings::table)
        .filter(reminders::due_at.le(stored(now)))
        .filter(reminders::told_at.is_null())
        .order((reminders::due_at, reminders::booking_id))
        .limit(most)
        .select(bookings::family_id)
        .load::<String>(conn)?;
    let mut known = BTreeSet::new();
    Ok(rows.into_iter().filter(|family| known.insert(family.clone())).map(FamilyId::new).collect())
}

/// Of what a family is to be reminded now: bookings, each with the start that was planned for. The family is locked, so nobody else reminds it
/// meanwhile.
pub fn list_due_of(
    conn: &mut AnyConnection,
    family: &FamilyId,
    now: DateTime<Utc>,
) -> Result<Vec<(BookingId, DateTime<Utc>, Reminder)>, DbError> {
    let rows = reminders::table
        .inner_join(bookings::table)
        .filter(bookings::family_id.eq(family.as_str()))
        .filter(reminders::due_at.le(stored(now)))
        .filter(reminders::told_at.is_null())
        .order((reminders::starts_at, reminders::booking_id))
        .select((reminders::booking_id, reminders::starts_at, reminders::kind))
        .load::<(String, NaiveDateTime, String)>(conn)?;
    rows.into_iter()
        .map(|(id, starts_at, kind)| {
            let reminder = Reminder::from_word(&kind).ok_or_else(|| unknown("reminder", &kind))?;
            Ok((BookingId::new(id), instant(starts_at), reminder))
        })
        .collect()
}

/// Writes that a reminder needs nobody any more: the family was told, or there is nothing left to tell.
pub fn mark_told(
    conn: &mut AnyConnection,
    id: &BookingId,
    starts_at: DateTime<Utc>,
    reminder: Reminder,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let mine = reminders::table
        .filter(reminders::booking_id.eq(id.as_str()))
        .filter(reminders::starts_at.eq(stored(starts_at)))
        .filter(reminders::kind.eq(reminder.as_str()));
    diesel::update(mine).set(reminders::told_at.eq(stored(now))).execute(conn)?;
    Ok(())
}

/// Forgets plans of stays that are over.
pub fn forget_over(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize, DbError> {
    Ok(diesel::delete(reminders::table.filter(reminders::starts_at.lt(stored(now - shared::feeds::KEPT)))).execute(conn)?)
}
