//! The waiting list in the database: entries, skips, and what became free in a slot since those who wait were last asked.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::Deserialize;
use shared::bookings::BookedChild;
use shared::ids::{ChildId, FacilityId, FamilyId, PartyId, SeriesId, SlotId, WaitlistEntryId};
use shared::problem::Reason;
use shared::programmes::ProgrammeKey;
use shared::slots::Slot;
use shared::waitlist::{EntryState, NewWaitlistEntry, Skip, SlotQueue, Spot, Waiter, Wanted};

use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::municipalities::store::code;
use crate::schema::{children, facilities, slots, waitlist_children as parties, waitlist_entries as entries, waitlist_skips as skips};

/// The most entries of a family that are told.
const MOST: i64 = 200;
/// A wish is held against all free places again until it is so old: a place that was published in the moment in which it joined is not
/// overlooked. Longer than any transaction lasts.
const FRESH: TimeDelta = TimeDelta::seconds(60);

#[derive(Queryable, Selectable)]
#[diesel(table_name = entries)]
struct Row {
    id: String,
    family_id: String,
    programme: String,
    slot_id: Option<String>,
    series_id: Option<String>,
    asked: String,
    bands: String,
    state: String,
    party_id: Option<String>,
    offered_from: Option<NaiveDateTime>,
    offered_until: Option<NaiveDateTime>,
    told: bool,
    ended_at: Option<NaiveDateTime>,
    over_at: NaiveDateTime,
    created_at: NaiveDateTime,
    version: i64,
}

/// An entry with what only the server needs of it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: WaitlistEntryId,
    /// The family.
    pub family_id: FamilyId,
    /// The programme.
    pub programme: ProgrammeKey,
    /// The slot, where it waits for one.
    pub slot_id: Option<SlotId>,
    /// The series of which it is a date.
    pub series_id: Option<SeriesId>,
    /// What the family asked for; a stay in a slot with its times.
    pub asked: NewWaitlistEntry,
    /// The bands of the slot in which its children count.
    pub bands: Vec<u32>,
    /// How it stands.
    pub state: EntryState,
    /// Whether the family was told of the offer.
    pub told: bool,
    /// When nothing can come of it any more.
    pub over_at: DateTime<Utc>,
    /// When it joined.
    pub created_at: DateTime<Utc>,
    /// Grows by one with every change.
    pub version: i64,
}

fn state(row: &Row) -> Result<EntryState, DbError> {
    let party = || row.party_id.clone().map(PartyId::new);
    match (row.state.as_str(), party(), row.offered_from, row.offered_until, row.ended_at.map(instant)) {
        ("waiting", ..) => Ok(EntryState::Waiting),
        ("offered", Some(party_id), Some(from), Some(until), _) => {
            Ok(EntryState::Offered { party_id, from: instant(from), until: instant(until) })
        }
        ("accepted", Some(party_id), .., Some(at)) => Ok(EntryState::Accepted { party_id, at }),
        ("declined", .., Some(at)) => Ok(EntryState::Declined { at }),
        ("lapsed", .., Some(at)) => Ok(EntryState::Lapsed { at }),
        ("left", .., Some(at)) => Ok(EntryState::Left { at }),
        ("expired", .., Some(at)) => Ok(EntryState::Expired { at }),
        ("closed", .., Some(at)) => Ok(EntryState::Closed { at }),
        _ => Err(unknown("state of a waitlist entry", &row.state)),
    }
}

fn entry(row: Row) -> Result<Stored, DbError> {
    Ok(Stored {
        state: state(&row)?,
        id: WaitlistEntryId::new(row.id),
        family_id: FamilyId::new(row.family_id),
        programme: ProgrammeKey::new(row.programme),
        slot_id: row.slot_id.map(SlotId::new),
        series_id: row.series_id.map(SeriesId::new),
        asked: from_json(&row.asked)?,
        bands: from_json(&row.bands)?,
        told: row.told,
        over_at: instant(row.over_at),
        created_at: instant(row.created_at),
        version: row.version,
    })
}

/// Writes an entry that waits from now on, with the first and the last day that would do.
pub fn insert_entry(conn: &mut AnyConnection, new: &Stored, (first, last): (NaiveDate, NaiveDate)) -> Result<(), DbError> {
    let slot = new.slot_id.as_ref().map(SlotId::as_str);
    diesel::insert_into(entries::table)
        .values((
            entries::id.eq(new.id.as_str()),
            entries::family_id.eq(new.family_id.as_str()),
            entries::programme.eq(new.programme.as_str()),
            entries::slot_id.eq(slot),
            entries::series_id.eq(new.series_id.as_ref().map(SeriesId::as_str)),
            entries::first_day.eq(first),
            entries::last_day.eq(last),
            entries::asked.eq(to_json(&new.asked)?),
            entries::bands.eq(to_json(&new.bands)?),
            entries::state.eq("waiting"),
            entries::told.eq(false),
            entries::over_at.eq(stored(new.over_at)),
            entries::fresh_until.eq(new.slot_id.is_none().then(|| stored(new.created_at + FRESH))),
            entries::created_at.eq(stored(new.created_at)),
            entries::version.eq(new.version),
        ))
        .execute(conn)?;
    for child in &new.asked.child_ids {
        diesel::insert_into(parties::table)
            .values((
                parties::entry_id.eq(new.id.as_str()),
                parties::child_id.eq(child.as_str()),
                parties::slot_id.eq(slot),
                parties::waits.eq(true),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// An entry by its id, whoever's it is.
pub fn find_entry(conn: &mut AnyConnection, id: &WaitlistEntryId) -> Result<Option<Stored>, DbError> {
    let found = entries::table.filter(entries::id.eq(id.as_str())).select(Row::as_select()).get_result(conn).optional()?;
    found.map(entry).transpose()
}

/// The entry for which these bookings keep or have a place.
pub fn find_of_party(conn: &mut AnyConnection, party: &PartyId) -> Result<Option<Stored>, DbError> {
    let found = entries::table.filter(entries::party_id.eq(party.as_str())).select(Row::as_select()).get_result(conn).optional()?;
    found.map(entry).transpose()
}

/// A family's entries, the latest first.
pub fn list_entries(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<Stored>, DbError> {
    let mine = entries::table.filter(entries::family_id.eq(family.as_str()));
    let rows = mine.order((entries::created_at.desc(), entries::id.desc())).limit(MOST).select(Row::as_select()).load::<Row>(conn)?;
    rows.into_iter().map(entry).collect()
}

/// The entries of a series by day.
pub fn list_of_series(conn: &mut AnyConnection, series: &SeriesId) -> Result<Vec<Stored>, DbError> {
    let mine = entries::table.filter(entries::series_id.eq(series.as_str()));
    let rows = mine.order((entries::first_day, entries::id)).select(Row::as_select()).load::<Row>(conn)?;
    rows.into_iter().map(entry).collect()
}

/// How many entries of a family may still come to a place.
pub fn count_open(conn: &mut AnyConnection, family: &FamilyId) -> Result<usize, DbError> {
    let open = entries::table.filter(entries::family_id.eq(family.as_str())).filter(entries::state.eq_any(["waiting", "offered"]));
    let count: i64 = open.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The entries of a child that may still come to a place.
pub fn list_of_child(conn: &mut AnyConnection, child: &ChildId) -> Result<Vec<Stored>, DbError> {
    let ids = parties::table.filter(parties::child_id.eq(child.as_str())).filter(parties::waits).select(parties::entry_id);
    let rows = entries::table.filter(entries::id.eq_any(ids)).select(Row::as_select()).load::<Row>(conn)?;
    rows.into_iter().map(entry).collect()
}

/// Whether any of these children waits for a slot already.
pub fn is_waited_for(conn: &mut AnyConnection, slot: &SlotId, children: &[ChildId]) -> Result<bool, DbError> {
    let mine = parties::table.filter(parties::child_id.eq_any(children.iter().map(ChildId::as_str)));
    let mine = mine.filter(parties::slot_id.eq(slot.as_str())).filter(parties::waits);
    Ok(diesel::select(exists(mine)).get_result(conn)?)
}

/// The children of entries, in the order in which they were named.
pub fn list_children(conn: &mut AnyConnection, all: &[Stored]) -> Result<Vec<BookedChild>, DbError> {
    let ids: Vec<&str> = all.iter().flat_map(|entry| &entry.asked.child_ids).map(ChildId::as_str).collect();
    let rows =
        children::table
            .filter(children::id.eq_any(ids))
            .select((children::id, children::name, children::kana))
            .load::<(String, String, String)>(conn)?;
    Ok(rows.into_iter().map(|(id, name, kana)| BookedChild { id: ChildId::new(id), name, kana }).collect())
}

/// Writes the next state of an entry; its version grows.
pub fn write_state(conn: &mut AnyConnection, id: &WaitlistEntryId, state: &EntryState, told: bool) -> Result<(), DbError> {
    let (word, party, offered, ended) = match state {
        EntryState::Waiting => ("waiting", None, None, None),
        EntryState::Offered { party_id, from, until } => ("offered", Some(party_id), Some((*from, *until)), None),
        EntryState::Accepted { party_id, at } => ("accepted", Some(party_id), None, Some(*at)),
        EntryState::Declined { at } => ("declined", None, None, Some(*at)),
        EntryState::Lapsed { at } => ("lapsed", None, None, Some(*at)),
        EntryState::Left { at } => ("left", None, None, Some(*at)),
        EntryState::Expired { at } => ("expired", None, None, Some(*at)),
        EntryState::Closed { at } => ("closed", None, None, Some(*at)),
    };
    diesel::update(entries::table.filter(entries::id.eq(id.as_str())))
        .set((
            entries::state.eq(word),
            entries::party_id.eq(party.map(PartyId::as_str)),
            entries::offered_from.eq(offered.map(|(from, _)| stored(from))),
            entries::offered_until.eq(offered.map(|(_, until)| stored(until))),
            entries::told.eq(told),
            entries::ended_at.eq(ended.map(stored)),
            entries::version.eq(entries::version + 1),
        ))
        .execute(conn)?;
    if !state.is_open() {
        diesel::update(parties::table.filter(parties::entry_id.eq(id.as_str()))).set(parties::waits.eq(false)).execute(conn)?;
    }
    Ok(())
}

/// Notes that a family is told of its offer now.
pub fn mark_told(conn: &mut AnyConnection, id: &WaitlistEntryId) -> Result<(), DbError> {
    diesel::update(entries::table.filter(entries::id.eq(id.as_str()))).set(entries::told.eq(true)).execute(conn)?;
    Ok(())
}

/// Notes that a wish was held against all free places; the last time, where it is no longer fresh.
pub fn mark_looked(conn: &mut AnyConnection, id: &WaitlistEntryId, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = entries::table.filter(entries::id.eq(id.as_str())).filter(entries::fresh_until.le(stored(now)));
    diesel::update(mine).set(entries::fresh_until.eq(None::<NaiveDateTime>)).execute(conn)?;
    Ok(())
}

/// Notes that a place was free and that the party could not have it; of the same slot only the last time is kept.
pub fn write_skip(
    conn: &mut AnyConnection,
    id: &WaitlistEntryId,
    slot: &SlotId,
    reasons: &[Reason],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let insert = diesel::insert_into(skips::table).values((
        skips::entry_id.eq(id.as_str()),
        skips::slot_id.eq(slot.as_str()),
        skips::skipped_at.eq(stored(now)),
        skips::reasons.eq(to_json(&reasons)?),
    ));
    let clause = " ON CONFLICT (entry_id, slot_id) DO UPDATE SET skipped_at = excluded.skipped_at, reasons = excluded.reasons";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// The skips of entries, the latest first.
pub fn list_skips(conn: &mut AnyConnection, ids: &[&str]) -> Result<Vec<(String, Skip)>, DbError> {
    let rows = skips::table
        .inner_join(slots::table.inner_join(facilities::table))
        .filter(skips::entry_id.eq_any(ids))
        .order((skips::skipped_at.desc(), skips::slot_id))
        .select((skips::entry_id, skips::skipped_at, skips::slot_id, facilities::name, slots::starts_at, skips::reasons))
        .load::<(String, NaiveDateTime, String, String, NaiveDateTime, String)>(conn)?;
    rows.into_iter()
        .map(|(entry, at, slot, facility, starts_at, reasons)| {
            let skip = Skip {
                at: instant(at),
                slot_id: SlotId::new(slot),
                facility,
                starts_at: instant(starts_at),
                reasons: from_json(&reasons)?,
            };
            Ok((entry, skip))
        })
        .collect()
}

/// Only what is wanted, without what the family wrote beside it.
#[derive(Deserialize)]
struct OnlyWanted {
    wanted: Wanted,
}

/// All who wait in a programme, as far as their order needs it.
pub fn list_waiters(conn: &mut AnyConnection, programme: &ProgrammeKey) -> Result<Vec<Waiter>, DbError> {
    let rows = entries::table
        .left_join(slots::table.on(entries::slot_id.eq(slots::id.nullable())))
        .filter(entries::programme.eq(programme.as_str()))
        .filter(entries::state.eq("waiting"))
        .order((entries::created_at, entries::id))
        .select((entries::id, entries::created_at, entries::asked, entries::bands, (slots::municipality, slots::facility_id).nullable()))
        .load::<(String, NaiveDateTime, String, String, Option<(String, String)>)>(conn)?;
    rows.into_iter()
        .map(|(id, created_at, asked, bands, place)| {
            let OnlyWanted { wanted } = from_json(&asked)?;
            let times = match &wanted {
                Wanted::Slot(slot) => slot.starts_at.zip(slot.ends_at),
                Wanted::Wish(_) => None,
            };
            let spot = times.zip(place).map(|((starts_at, ends_at), (municipality, facility))| {
                Ok::<_, DbError>(Spot {
                    programme: programme.clone(),
                    municipality: code(&municipality)?,
                    facility: FacilityId::new(facility),
                    starts_at,
                    ends_at,
                })
            });
            Ok(Waiter {
                id: WaitlistEntryId::new(id),
                created_at: instant(created_at),
                wanted,
                spot: spot.transpose()?,
                bands: from_json(&bands)?,
            })
        })
        .collect()
}

/// Who waits for a place in a slot, in the order of joining: for itself, or for any place that fits.
pub fn list_candidates(conn: &mut AnyConnection, slot: &Slot) -> Result<Vec<WaitlistEntryId>, DbError> {
    let day = slot.day();
    let rows = entries::table
        .filter(entries::state.eq("waiting"))
        .filter(entries::programme.eq(slot.programme.as_str()))
        .filter(entries::first_day.le(day))
        .filter(entries::last_day.ge(day))
        .filter(entries::slot_id.is_null().or(entries::slot_id.eq(slot.id.as_str())))
        .order((entries::created_at, entries::id))
        .select((entries::id, entries::asked))
        .load::<(String, String)>(conn)?;
    let spot = Spot::of(slot);
    let mut found = Vec::with_capacity(rows.len());
    for (id, asked) in rows {
        let OnlyWanted { wanted } = from_json(&asked)?;
        if matches!(&wanted, Wanted::Wish(wish) if !wish.fits(&spot)) {
            continue;
        }
        found.push(WaitlistEntryId::new(id));
    }
    Ok(found)
}

/// Notes that something became free in a slot, where somebody may wait for it; says whether. The slot must be locked, so that nobody joins
/// or books between.
pub fn note_freed(conn: &mut AnyConnection, slot: &Slot) -> Result<bool, DbError> {
    let day = slot.day();
    let waits = entries::table
        .filter(entries::state.eq("waiting"))
        .filter(entries::programme.eq(slot.programme.as_str()))
        .filter(entries::first_day.le(day))
        .filter(entries::last_day.ge(day))
        .filter(entries::slot_id.is_null().or(entries::slot_id.eq(slot.id.as_str())));
    if !diesel::select(exists(waits)).get_result::<bool>(conn)? {
        return Ok(false);
    }
    let mine = slots::table.filter(slots::id.eq(slot.id.as_str()));
    Ok(diesel::update(mine).set(slots::freed.eq(slots::freed + 1)).execute(conn)? == 1)
}

/// Slots in which something became free that those who wait have not been asked about.
pub fn list_freed(conn: &mut AnyConnection, most: i64) -> Result<Vec<SlotId>, DbError> {
    let ids = slots::table.filter(slots::freed.gt(0)).order((slots::starts_at, slots::id)).limit(most).select(slots::id);
    Ok(ids.load::<String>(conn)?.into_iter().map(SlotId::new).collect())
}

/// How often something became free in a slot since those who wait were asked.
pub fn count_freed(conn: &mut AnyConnection, slot: &SlotId) -> Result<i64, DbError> {
    Ok(slots::table.filter(slots::id.eq(slot.as_str())).select(slots::freed).get_result(conn).optional()?.unwrap_or(0))
}

/// Notes that all who wait were asked, unless more became free meanwhile; says whether.
pub fn mark_asked(conn: &mut AnyConnection, slot: &SlotId, freed: i64) -> Result<bool, DbError> {
    let mine = slots::table.filter(slots::id.eq(slot.as_str())).filter(slots::freed.eq(freed));
    Ok(diesel::update(mine).set(slots::freed.eq(0)).execute(conn)? == 1)
}

/// Which entries time has something to do with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Offers whose time to answer is over.
    Lapsed,
    /// Entries that wait though nothing can come of it any more.
    Over,
    /// Offers of which the family can be told now.
    Untold,
    /// Wishes that joined a moment ago.
    Fresh,
}

/// The entries that are due, the longest first.
pub fn list_due(conn: &mut AnyConnection, due: Due, now: DateTime<Utc>, most: i64) -> Result<Vec<WaitlistEntryId>, DbError> {
    let now = stored(now);
    let query = entries::table.select(entries::id).limit(most).into_boxed();
    let query = match due {
        Due::Lapsed => {
            query.filter(entries::state.eq("offered")).filter(entries::offered_until.le(now)).order(entries::offered_until.asc())
        }
        Due::Over => query.filter(entries::state.eq("waiting")).filter(entries::over_at.le(now)).order(entries::over_at.asc()),
        Due::Untold => query
            .filter(entries::state.eq("offered"))
            .filter(entries::told.eq(false))
            .filter(entries::offered_from.le(now))
            .order(entries::offered_from.asc()),
        Due::Fresh => {
            query.filter(entries::state.eq("waiting")).filter(entries::fresh_until.is_not_null()).order(entries::created_at.asc())
        }
    };
    Ok(query.load::<String>(conn)?.into_iter().map(WaitlistEntryId::new).collect())
}

/// Those who wait for a slot itself, in the order of joining.
pub fn list_of_slot(conn: &mut AnyConnection, slot: &SlotId) -> Result<Vec<Stored>, DbError> {
    let mine = entries::table.filter(entries::slot_id.eq(slot.as_str())).filter(entries::state.eq("waiting"));
    mine.order((entries::created_at, entries::id)).select(Row::as_select()).load::<Row>(conn)?.into_iter().map(entry).collect()
}

/// How many wait for each slot of a facility that starts between two instants, and how many think over an offer.
pub fn list_queues(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<SlotQueue>, DbError> {
    let rows = parties::table
        .inner_join(entries::table.on(entries::id.eq(parties::entry_id)))
        .inner_join(slots::table.on(entries::slot_id.eq(slots::id.nullable())))
        .filter(slots::facility_id.eq(facility.as_str()))
        .filter(slots::starts_at.ge(stored(from)))
        .filter(slots::starts_at.lt(stored(until)))
        .filter(entries::state.eq_any(["waiting", "offered"]))
        .order((slots::starts_at, slots::id, entries::id))
        .select((slots::id, entries::id, entries::state))
        .load::<(String, String, String)>(conn)?;
    let mut queues: Vec<SlotQueue> = Vec::new();
    let mut last = String::new();
    for (slot, entry, state) in rows {
        let slot = SlotId::new(slot);
        if queues.last().is_none_or(|queue| queue.slot_id != slot) {
            queues.push(SlotQueue { slot_id: slot, parties: 0, children: 0, offered: 0 });
        }
        if let Some(queue) = queues.last_mut() {
            let waits = state == "waiting";
            queue.parties += i64::from(waits && last != entry);
            queue.children += i64::from(waits);
            queue.offered += i64::from(!waits);
        }
        last = entry;
    }
    Ok(queues)
}
