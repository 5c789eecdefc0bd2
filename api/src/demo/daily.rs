//! A facility's day in the demo world: its usual weeks, what a family and its staff wrote to each other, and what staff wrote down.

use chrono::TimeDelta;
use diesel::prelude::*;
use shared::ids::{AccountId, BookingId, FacilityId, PatternId};
use shared::journal::Entry;
use shared::messages::Side;
use shared::places::WeekPattern;
use shared::programmes::ProgrammeKey;
use shared::shift_notes::{NewShiftNote, Shift};

use super::cities::{City, code};
use super::facilities::facility_id;
use super::offers::{Offered, offers};
use super::people::{Household, YONAGO_GUARDIAN, guardian, staff};
use super::places::{PLACES, YONAGO_EVERY_DAY};
use super::programmes::temporary_care;
use super::{ACTOR, Moment};
use crate::db::{AnyConnection, DbError, stored};
use crate::messages::store::NewRow;
use crate::outbox::Act;
use crate::schema::bookings;
use crate::{journal, messages, new_id, places, shift_notes};

/// Who says what, so many hours ago.
type Line = (Side, i64, &'static str);

/// About the next stay; the family has not yet read what the facility answers.
const NEXT: [Line; 2] = [
    (Side::Family, 5, "お昼寝用の毛布は、家から持っていったほうがよいですか。"),
    (Side::Facility, 3, "毛布は園にあります。使い慣れたものがあれば、お持ちください。"),
];
/// About the last stay; nobody of the facility has read it.
const LAST: [Line; 1] = [(Side::Family, 2, "先日はありがとうございました。帽子を忘れていないでしょうか。黄色い帽子です。")];

const NOTES: [(Shift, &str); 2] = [
    (Shift::Early, "園庭の水道を修理中です。手洗いは室内でお願いします。"),
    (Shift::Late, "絵本の貸し出しの返却が3冊あります。お迎えのときに受け取ってください。"),
];

const DRAFT: &str = "午前は園庭で落ち葉を集めました。";

/// Lays out the day of the facility of Yonago where staff sign in.
pub fn insert(conn: &mut AnyConnection, families: &[Household], moment: Moment) -> Result<(), DbError> {
    let facility = facility_id(YONAGO_EVERY_DAY);
    name_weeks(conn, &facility, moment)?;
    if let Some(family) = families.get(YONAGO_GUARDIAN) {
        let mine = || {
            let own = bookings::table.filter(bookings::family_id.eq(family.id.as_str()));
            own.filter(bookings::facility_id.eq(facility.as_str())).select(bookings::id)
        };
        let now = stored(moment.now);
        let next = mine().filter(bookings::starts_at.gt(now)).order((bookings::starts_at, bookings::id)).first(conn).optional()?;
        let last = mine().filter(bookings::ends_at.lt(now)).order((bookings::ends_at.desc(), bookings::id)).first(conn).optional()?;
        talk(conn, &facility, next, &NEXT, moment)?;
        talk(conn, &facility, last, &LAST, moment)?;
    }
    write_down(conn, &facility, moment)
}

/// Names the weeks by which its slots were published.
fn name_weeks(conn: &mut AnyConnection, facility: &FacilityId, moment: Moment) -> Result<(), DbError> {
    let Some(place) = PLACES.get(YONAGO_EVERY_DAY) else { return Ok(()) };
    for Offered { offering, pattern: lines } in offers(YONAGO_EVERY_DAY, place) {
        let id = PatternId::new(new_id());
        let week = WeekPattern { id, offering_id: offering.id, name: "いつもの週".to_owned(), lines, version: 1 };
        places::store::write_pattern(conn, facility, &week)?;
        record_of(conn, "pattern.added", facility, week.id.as_str(), moment, 0)?;
    }
    Ok(())
}

/// Writes what was said about a booking, each line after the one before was read.
fn talk(conn: &mut AnyConnection, facility: &FacilityId, booking: Option<String>, lines: &[Line], moment: Moment) -> Result<(), DbError> {
    let Some(booking) = booking.map(BookingId::new) else { return Ok(()) };
    for (number, (from, hours, words)) in (1..).zip(lines) {
        let (by, event) = match from {
            Side::Family => (guardian(YONAGO_GUARDIAN), "message.received"),
            Side::Facility => (staff(0), "message.sent"),
        };
        let at = moment.now - TimeDelta::hours(*hours);
        if messages::store::mark_read(conn, &booking, (*from, &by), number, at)? > 0 {
            record_of(conn, "message.read", facility, booking.as_str(), moment, *hours)?;
        }
        let message =
            messages::store::insert_message(conn, &NewRow { booking: &booking, facility, number, from: *from, by: &by, words, at })?;
        record_of(conn, event, facility, message.as_str(), moment, *hours)?;
    }
    Ok(())
}

/// Writes notes to the next shifts, and the beginning of today's journal.
fn write_down(conn: &mut AnyConnection, facility: &FacilityId, moment: Moment) -> Result<(), DbError> {
    let by: AccountId = staff(0);
    for (shift, words) in NOTES {
        let note = NewShiftNote { day: moment.today, shift, words: words.to_owned() };
        let id = shift_notes::store::insert_note(conn, facility, &note, (&by, moment.now))?;
        record_of(conn, "shift_note.written", facility, id.as_str(), moment, 0)?;
    }
    let entry = Entry {
        id: journal::store::new_entry_id(),
        day: moment.today,
        programme: ProgrammeKey::new(temporary_care::KEY),
        child_id: None,
        words: DRAFT.to_owned(),
        finished_at: None,
        facts: None,
        corrects_id: None,
        reason: String::new(),
        by: String::new(),
        at: moment.now,
        version: 1,
    };
    journal::store::insert_entry(conn, facility, &entry, (&by, None))?;
    record_of(conn, "journal_entry.begun", facility, entry.id.as_str(), moment, 0)
}

/// Writes the event and audit line of what happened at the facility so many hours ago.
fn record_of(
    conn: &mut AnyConnection,
    kind: &'static str,
    facility: &FacilityId,
    subject: &str,
    moment: Moment,
    hours: i64,
) -> Result<(), DbError> {
    let act = Act::of_command(ACTOR, moment.now - TimeDelta::hours(hours));
    act.record(conn, kind, (&code(City::Yonago)?, Some(facility)), subject)
}
