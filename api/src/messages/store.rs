//! Messages and who has read them, in the database.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use shared::ids::{AccountId, BookingId, FacilityId, MessageId};
use shared::messages::{Message, Read, Side, UnreadThread};

use crate::db::{AnyConnection, DbError, OnConflict, instant, stored};
use crate::new_id;
use crate::schema::{accounts, bookings, children, message_reads, messages};

/// How many messages there are about a booking.
pub fn count(conn: &mut AnyConnection, booking: &BookingId) -> Result<u32, DbError> {
    let mine = messages::table.filter(messages::booking_id.eq(booking.as_str()));
    let count: i64 = mine.count().get_result(conn)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A message to be written.
pub struct NewRow<'a> {
    /// About which booking.
    pub booking: &'a BookingId,
    /// At which facility.
    pub facility: &'a FacilityId,
    /// Its number in the booking.
    pub number: u32,
    /// Whose it is.
    pub from: Side,
    /// Who writes it.
    pub by: &'a AccountId,
    /// What is said.
    pub words: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes a message.
pub fn insert_message(conn: &mut AnyConnection, new: &NewRow) -> Result<MessageId, DbError> {
    let id = MessageId::new(new_id());
    diesel::insert_into(messages::table)
        .values((
            messages::id.eq(id.as_str()),
            messages::booking_id.eq(new.booking.as_str()),
            messages::facility_id.eq(new.facility.as_str()),
            messages::number.eq(i64::from(new.number)),
            messages::from_family.eq(new.from == Side::Family),
            messages::written_by.eq(new.by.as_str()),
            messages::sent_at.eq(stored(new.at)),
            messages::words.eq(new.words),
        ))
        .execute(conn)?;
    Ok(id)
}

const fn side(from_family: bool) -> Side {
    if from_family { Side::Family } else { Side::Facility }
}

/// The messages about a booking as this side reads them, in order: the family is told no names of staff.
pub fn list_messages(conn: &mut AnyConnection, booking: &BookingId, reader: Side) -> Result<Vec<Message>, DbError> {
    type Row = (String, i64, bool, NaiveDateTime, String, String);
    let named = |side: Side, name: String| (reader == Side::Facility || side == Side::Family).then_some(name);
    let rows: Vec<Row> = messages::table
        .inner_join(accounts::table)
        .filter(messages::booking_id.eq(booking.as_str()))
        .order(messages::number)
        .select((messages::id, messages::number, messages::from_family, messages::sent_at, messages::words, accounts::name))
        .load(conn)?;
    let ids: Vec<&str> = rows.iter().map(|(id, ..)| id.as_str()).collect();
    let read: Vec<(String, String, NaiveDateTime)> = message_reads::table
        .inner_join(accounts::table)
        .filter(message_reads::message_id.eq_any(&ids))
        .order((message_reads::read_at, message_reads::account_id))
        .select((message_reads::message_id, accounts::name, message_reads::read_at))
        .load(conn)?;
    let mut reads: BTreeMap<String, Vec<(String, NaiveDateTime)>> = BTreeMap::new();
    for (id, name, at) in read {
        reads.entry(id).or_default().push((name, at));
    }
    let one = |(id, number, from_family, at, words, name): Row| {
        let from = side(from_family);
        let by_others = reads.remove(&id).unwrap_or_default();
        let other = if from == Side::Family { Side::Facility } else { Side::Family };
        Message {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            from,
            by: named(from, name),
            at: instant(at),
            words,
            reads: by_others.into_iter().map(|(name, at)| Read { by: named(other, name), at: instant(at) }).collect(),
        }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Writes that somebody has read what the other side wrote, up to a number; once for each message. Gives how many are new to this person.
pub fn mark_read(
    conn: &mut AnyConnection,
    booking: &BookingId,
    (reader, account): (Side, &AccountId),
    up_to: u32,
    now: DateTime<Utc>,
) -> Result<usize, DbError> {
    let ids: Vec<String> = messages::table
        .filter(messages::booking_id.eq(booking.as_str()))
        .filter(messages::number.le(i64::from(up_to)))
        .filter(messages::from_family.eq(reader == Side::Facility))
        .order(messages::number)
        .select(messages::id)
        .load(conn)?;
    let mut new = 0;
    for id in ids {
        let values =
            (message_reads::message_id.eq(id), message_reads::account_id.eq(account.as_str()), message_reads::read_at.eq(stored(now)));
        let insert = diesel::insert_into(message_reads::table).values(values);
        new += OnConflict { insert, clause: " ON CONFLICT (message_id, account_id) DO NOTHING" }.execute(conn)?;
    }
    Ok(new)
}

/// The threads of a facility in which nobody of it has read something, the longest waiting first.
pub fn list_unread(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Vec<UnreadThread>, DbError> {
    let is_read = exists(message_reads::table.filter(message_reads::message_id.eq(messages::id)));
    let rows: Vec<(String, String, NaiveDateTime, NaiveDateTime)> = messages::table
        .inner_join(bookings::table.inner_join(children::table))
        .filter(messages::facility_id.eq(facility.as_str()))
        .filter(messages::from_family)
        .filter(not(is_read))
        .order((messages::sent_at, messages::id))
        .select((messages::booking_id, children::name, bookings::starts_at, messages::sent_at))
        .load(conn)?;
    let mut threads: Vec<UnreadThread> = Vec::new();
    for (booking, child, starts_at, sent_at) in rows {
        match threads.iter_mut().find(|thread| thread.booking_id.as_str() == booking) {
            Some(known) => known.unread = known.unread.saturating_add(1),
            None => threads.push(UnreadThread {
                booking_id: BookingId::new(booking),
                child,
                starts_at: instant(starts_at),
                unread: 1,
                since: instant(sent_at),
            }),
        }
    }
    Ok(threads)
}

/// About which booking a message is.
pub fn find_booking_of(conn: &mut AnyConnection, id: &MessageId) -> Result<Option<BookingId>, DbError> {
    let found: Option<String> =
        messages::table.filter(messages::id.eq(id.as_str())).select(messages::booking_id).get_result(conn).optional()?;
    Ok(found.map(BookingId::new))
}
