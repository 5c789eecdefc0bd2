//! Notes to the next shift in the database, and who has read them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::ids::{AccountId, FacilityId, ShiftNoteId};
use shared::shift_notes::{NewShiftNote, Shift, ShiftNote, ShiftNoteReader};

use crate::db::{AnyConnection, DbError, OnConflict, instant, stored, unknown};
use crate::new_id;
use crate::schema::{accounts, shift_note_reads, shift_notes};

type Row = (String, NaiveDate, String, String, String, String, NaiveDateTime);

/// So many notes at most: those of a day, or of the last ones that somebody has not read.
const MOST: i64 = 200;

/// Puts notes together with who has read them; by day, shift, and as they were written.
fn notes(conn: &mut AnyConnection, rows: Vec<Row>, reader: &AccountId) -> Result<Vec<ShiftNote>, DbError> {
    let ids: Vec<&str> = rows.iter().map(|(id, ..)| id.as_str()).collect();
    let reads: Vec<(String, String, String, NaiveDateTime)> = shift_note_reads::table
        .inner_join(accounts::table)
        .filter(shift_note_reads::note_id.eq_any(&ids))
        .order((shift_note_reads::read_at, shift_note_reads::account_id))
        .select((shift_note_reads::note_id, shift_note_reads::account_id, accounts::name, shift_note_reads::read_at))
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, day, shift, words, author, by, at) in rows {
        let mine = || reads.iter().filter(|(note, ..)| *note == id);
        let known = author == reader.as_str() || mine().any(|(_, account, ..)| account == reader.as_str());
        let readers = mine().map(|(_, _, name, at)| ShiftNoteReader { name: name.clone(), at: instant(*at) }).collect();
        let shift = Shift::from_word(&shift).ok_or_else(|| unknown("shift", &shift))?;
        found.push(ShiftNote { day, shift, words, by, at: instant(at), readers, known, id: ShiftNoteId::new(id) });
    }
    found.sort_by(|a, b| (a.day, a.shift, &a.id).cmp(&(b.day, b.shift, &b.id)));
    Ok(found)
}

macro_rules! columns {
    () => {
        (
            shift_notes::id,
            shift_notes::day,
            shift_notes::shift,
            shift_notes::words,
            shift_notes::written_by,
            accounts::name,
            shift_notes::written_at,
        )
    };
}

/// The notes of a facility for a day; without one, those that this person neither wrote nor has read, the last ones.
pub fn list_notes(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    reader: &AccountId,
    day: Option<NaiveDate>,
) -> Result<Vec<ShiftNote>, DbError> {
    let own = shift_note_reads::table.filter(shift_note_reads::account_id.eq(reader.as_str())).select(shift_note_reads::note_id);
    let mut query = shift_notes::table.inner_join(accounts::table).filter(shift_notes::facility_id.eq(facility.as_str())).into_boxed();
    query = match day {
        Some(day) => query.filter(shift_notes::day.eq(day)),
        None => query.filter(shift_notes::written_by.ne(reader.as_str())).filter(shift_notes::id.ne_all(own)),
    };
    let rows: Vec<Row> = query.order(shift_notes::id.desc()).limit(MOST).select(columns!()).load(conn)?;
    notes(conn, rows, reader)
}

/// A note of this facility.
pub fn find_note(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    reader: &AccountId,
    id: &ShiftNoteId,
) -> Result<Option<ShiftNote>, DbError> {
    let mine = shift_notes::table.inner_join(accounts::table).filter(shift_notes::facility_id.eq(facility.as_str()));
    let rows: Vec<Row> = mine.filter(shift_notes::id.eq(id.as_str())).select(columns!()).load(conn)?;
    Ok(notes(conn, rows, reader)?.pop())
}

/// Writes a note.
pub fn insert_note(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    new: &NewShiftNote,
    (by, now): (&AccountId, DateTime<Utc>),
) -> Result<ShiftNoteId, DbError> {
    let id = ShiftNoteId::new(new_id());
    diesel::insert_into(shift_notes::table)
        .values((
            shift_notes::id.eq(id.as_str()),
            shift_notes::facility_id.eq(facility.as_str()),
            shift_notes::day.eq(new.day),
            shift_notes::shift.eq(new.shift.as_str()),
            shift_notes::words.eq(new.words.trim()),
            shift_notes::written_by.eq(by.as_str()),
            shift_notes::written_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Writes that somebody has read a note; says whether it is new.
pub fn mark_read(conn: &mut AnyConnection, id: &ShiftNoteId, account: &AccountId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let values = (
        shift_note_reads::note_id.eq(id.as_str()),
        shift_note_reads::account_id.eq(account.as_str()),
        shift_note_reads::read_at.eq(stored(now)),
    );
    let insert = diesel::insert_into(shift_note_reads::table).values(values);
    Ok(OnConflict { insert, clause: " ON CONFLICT (note_id, account_id) DO NOTHING" }.execute(conn)? == 1)
}
