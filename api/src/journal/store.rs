//! Entries of the journal in the database.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::ids::{AccountId, ChildId, FacilityId, JournalEntryId};
use shared::journal::{Entry, Facts};
use shared::programmes::ProgrammeKey;

use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json};
use crate::new_id;
use crate::schema::{accounts, journal_entries};

type Row = (
    (String, NaiveDate, String, Option<String>, String, Option<String>, Option<NaiveDateTime>),
    (Option<String>, String, String, NaiveDateTime, i64),
);

macro_rules! columns {
    () => {
        (
            (
                journal_entries::id,
                journal_entries::day,
                journal_entries::programme,
                journal_entries::child_id,
                journal_entries::words,
                journal_entries::facts,
                journal_entries::finished_at,
            ),
            (journal_entries::corrects_id, journal_entries::reason, accounts::name, journal_entries::written_at, journal_entries::version),
        )
    };
}

fn entry(((id, day, programme, child, words, facts, finished), (corrects, reason, by, at, version)): Row) -> Result<Entry, DbError> {
    Ok(Entry {
        id: JournalEntryId::new(id),
        day,
        programme: ProgrammeKey::new(programme),
        child_id: child.map(ChildId::new),
        words,
        finished_at: finished.map(instant),
        facts: facts.as_deref().map(from_json).transpose()?,
        corrects_id: corrects.map(JournalEntryId::new),
        reason,
        by,
        at: instant(at),
        version,
    })
}

/// The entries of some days, in the order of days and of writing.
pub fn list_entries(conn: &mut AnyConnection, facility: &FacilityId, (from, to): (NaiveDate, NaiveDate)) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<Row> = journal_entries::table
        .inner_join(accounts::table)
        .filter(journal_entries::facility_id.eq(facility.as_str()))
        .filter(journal_entries::day.ge(from))
        .filter(journal_entries::day.le(to))
        .order((journal_entries::day, journal_entries::id))
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(entry).collect()
}

/// An entry of this facility, locked until the transaction ends.
pub fn lock_entry(conn: &mut AnyConnection, facility: &FacilityId, id: &JournalEntryId) -> Result<Option<Entry>, DbError> {
    let mine =
        journal_entries::table.filter(journal_entries::id.eq(id.as_str())).filter(journal_entries::facility_id.eq(facility.as_str()));
    // Locks the row, on both databases.
    if diesel::update(mine).set(journal_entries::version.eq(journal_entries::version)).execute(conn)? == 0 {
        return Ok(None);
    }
    let row: Option<Row> = journal_entries::table
        .inner_join(accounts::table)
        .filter(journal_entries::id.eq(id.as_str()))
        .select(columns!())
        .get_result(conn)
        .optional()?;
    row.map(entry).transpose()
}

/// Writes an entry; says whether nobody had begun the same one.
pub fn insert_entry(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    entry: &Entry,
    (by, facts): (&AccountId, Option<&Facts>),
) -> Result<bool, DbError> {
    let insert = diesel::insert_into(journal_entries::table).values((
        journal_entries::id.eq(entry.id.as_str()),
        journal_entries::facility_id.eq(facility.as_str()),
        journal_entries::day.eq(entry.day),
        journal_entries::programme.eq(entry.programme.as_str()),
        journal_entries::child_id.eq(entry.child_id.as_ref().map(ChildId::as_str)),
        journal_entries::words.eq(&entry.words),
        journal_entries::facts.eq(facts.map(to_json).transpose()?),
        journal_entries::finished_at.eq(entry.finished_at.map(stored)),
        journal_entries::corrects_id.eq(entry.corrects_id.as_ref().map(JournalEntryId::as_str)),
        journal_entries::reason.eq(&entry.reason),
        journal_entries::written_by.eq(by.as_str()),
        journal_entries::written_at.eq(stored(entry.at)),
        journal_entries::version.eq(entry.version),
    ));
    Ok(OnConflict { insert, clause: " ON CONFLICT DO NOTHING" }.execute(conn)? == 1)
}

/// Writes a changed draft, finished with what the board says or not.
pub fn update_entry(
    conn: &mut AnyConnection,
    id: &JournalEntryId,
    words: &str,
    finished: Option<&Facts>,
    (by, now): (&AccountId, DateTime<Utc>),
) -> Result<(), DbError> {
    diesel::update(journal_entries::table.filter(journal_entries::id.eq(id.as_str())))
        .set((
            journal_entries::words.eq(words),
            journal_entries::facts.eq(finished.map(to_json).transpose()?),
            journal_entries::finished_at.eq(finished.map(|_| stored(now))),
            journal_entries::written_by.eq(by.as_str()),
            journal_entries::written_at.eq(stored(now)),
            journal_entries::version.eq(journal_entries::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes that an entry was corrected.
pub fn mark_corrected(conn: &mut AnyConnection, id: &JournalEntryId) -> Result<(), DbError> {
    diesel::update(journal_entries::table.filter(journal_entries::id.eq(id.as_str())))
        .set(journal_entries::version.eq(journal_entries::version + 1))
        .execute(conn)?;
    Ok(())
}

/// A new id.
pub fn new_entry_id() -> JournalEntryId {
    JournalEntryId::new(new_id())
}
