//! Named patterns, carers on duty and changes of places in the database, and who uses the slots of a facility.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::ids::{AccountId, FacilityId, OfferingId, PatternId, PlaceChangeId, SlotId};
use shared::places::{DoneStep, Duty, PlaceChange, PlaceChangeKind, WeekPattern};

use crate::db::{AnyConnection, DbError, from_json, instant, stored, to_json, unknown};
use crate::schema::{accounts, bookings, clients, duties, offerings, place_changes, slots, waitlist_entries, week_patterns};
use crate::slots::store::Times;

type PatternRow = (String, String, String, String, i64);

fn pattern((id, offering_id, name, lines, version): PatternRow) -> Result<WeekPattern, DbError> {
    Ok(WeekPattern { id: PatternId::new(id), offering_id: OfferingId::new(offering_id), name, lines: from_json(&lines)?, version })
}

/// The patterns of a facility by name.
pub fn list_patterns(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Vec<WeekPattern>, DbError> {
    let columns = (week_patterns::id, week_patterns::offering_id, week_patterns::name, week_patterns::lines, week_patterns::version);
    let mine = week_patterns::table.filter(week_patterns::facility_id.eq(facility.as_str()));
    mine.order((week_patterns::name, week_patterns::id)).select(columns).load::<PatternRow>(conn)?.into_iter().map(pattern).collect()
}

/// Writes a pattern, a new one or another version.
pub fn write_pattern(conn: &mut AnyConnection, facility: &FacilityId, pattern: &WeekPattern) -> Result<(), DbError> {
    let lines = to_json(&pattern.lines)?;
    let set = || (week_patterns::name.eq(&pattern.name), week_patterns::lines.eq(&lines), week_patterns::version.eq(pattern.version));
    let mine = week_patterns::table.filter(week_patterns::id.eq(pattern.id.as_str()));
    if diesel::update(mine).set(set()).execute(conn)? == 0 {
        let of = (
            week_patterns::id.eq(pattern.id.as_str()),
            week_patterns::facility_id.eq(facility.as_str()),
            week_patterns::offering_id.eq(pattern.offering_id.as_str()),
        );
        diesel::insert_into(week_patterns::table).values((of, set())).execute(conn)?;
    }
    Ok(())
}

/// Takes a pattern away; the slots that came of it stay.
pub fn delete_pattern(conn: &mut AnyConnection, id: &PatternId) -> Result<(), DbError> {
    diesel::delete(week_patterns::table.filter(week_patterns::id.eq(id.as_str()))).execute(conn)?;
    Ok(())
}

type DutyRow = (String, String, String, i64);

fn duty((offering_id, weekly, days, version): DutyRow) -> Result<Duty, DbError> {
    Ok(Duty { offering_id: OfferingId::new(offering_id), weekly: from_json(&weekly)?, days: from_json(&days)?, version })
}

/// Who is on duty at a facility, by offering; offerings of which nobody said it are missing.
pub fn list_duties(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Vec<Duty>, DbError> {
    let own = offerings::table.filter(offerings::facility_id.eq(facility.as_str())).select(offerings::id).load::<String>(conn)?;
    let columns = (duties::offering_id, duties::weekly, duties::days, duties::version);
    let mine = duties::table.filter(duties::offering_id.eq_any(own)).order(duties::offering_id).select(columns);
    mine.load::<DutyRow>(conn)?.into_iter().map(duty).collect()
}

/// Writes who is on duty for an offering.
pub fn write_duty(conn: &mut AnyConnection, duty: &Duty) -> Result<(), DbError> {
    let (weekly, days) = (to_json(&duty.weekly)?, to_json(&duty.days)?);
    let set = || (duties::weekly.eq(&weekly), duties::days.eq(&days), duties::version.eq(duty.version));
    let mine = duties::table.filter(duties::offering_id.eq(duty.offering_id.as_str()));
    if diesel::update(mine).set(set()).execute(conn)? == 0 {
        diesel::insert_into(duties::table).values((duties::offering_id.eq(duty.offering_id.as_str()), set())).execute(conn)?;
    }
    Ok(())
}

/// Locks everything that a facility offers until the transaction ends, by its id: one change of places at a time.
pub fn lock_offerings(conn: &mut AnyConnection, facility: &FacilityId) -> Result<(), DbError> {
    let own = offerings::table.filter(offerings::facility_id.eq(facility.as_str())).order(offerings::id).select(offerings::id);
    for id in own.load::<String>(conn)? {
        crate::slots::store::lock_offering(conn, &OfferingId::new(id))?;
    }
    Ok(())
}

/// From the start of the first to the end of the last of some slots of a facility; none where one of them is not its own.
pub fn span_of(conn: &mut AnyConnection, facility: &FacilityId, ids: &BTreeSet<&SlotId>) -> Result<Option<Times>, DbError> {
    let mine = slots::table
        .filter(slots::facility_id.eq(facility.as_str()))
        .filter(slots::id.eq_any(ids.iter().map(|id| id.as_str())))
        .select((slots::starts_at, slots::ends_at));
    let times = mine.load::<(NaiveDateTime, NaiveDateTime)>(conn)?;
    let (first, last) = (times.iter().map(|(from, _)| *from).min(), times.iter().map(|(_, until)| *until).max());
    Ok(first.zip(last).filter(|_| times.len() == ids.len()).map(|(first, last)| (instant(first), instant(last))))
}

fn ids(found: Vec<String>) -> BTreeSet<SlotId> {
    found.into_iter().map(SlotId::new).collect()
}

/// The slots of a facility between two instants that somebody waits for itself, and those that somebody ever booked or waited for.
pub fn list_used(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(BTreeSet<SlotId>, BTreeSet<SlotId>), DbError> {
    let between = slots::facility_id.eq(facility.as_str()).and(slots::starts_at.lt(stored(until))).and(slots::ends_at.gt(stored(from)));
    let waits = || {
        slots::table
            .inner_join(waitlist_entries::table.on(waitlist_entries::slot_id.eq(slots::id.nullable())))
            .filter(between)
            .select(slots::id)
    };
    let waited = waits().filter(waitlist_entries::state.eq_any(["waiting", "offered"])).load::<String>(conn)?;
    let mut used = ids(waits().load::<String>(conn)?);
    let booked = slots::table.inner_join(bookings::table.on(bookings::slot_id.eq(slots::id))).filter(between).select(slots::id).distinct();
    used.extend(ids(booked.load::<String>(conn)?));
    Ok((ids(waited), used))
}

const fn kind_text(kind: PlaceChangeKind) -> &'static str {
    match kind {
        PlaceChangeKind::Publish => "publish",
        PlaceChangeKind::CopyWeek => "copy_week",
        PlaceChangeKind::Change => "change",
    }
}

fn kind(text: &str) -> Result<PlaceChangeKind, DbError> {
    match text {
        "publish" => Ok(PlaceChangeKind::Publish),
        "copy_week" => Ok(PlaceChangeKind::CopyWeek),
        "change" => Ok(PlaceChangeKind::Change),
        other => Err(unknown("kind of a change of places", other)),
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = place_changes)]
struct ChangeRow {
    id: String,
    kind: String,
    name: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
    new_count: i64,
    changed_count: i64,
    made_at: NaiveDateTime,
    undone_at: Option<NaiveDateTime>,
}

/// A change with who made it: a person, or a client.
fn change(row: ChangeRow, made_by: Option<String>) -> Result<PlaceChange, DbError> {
    Ok(PlaceChange {
        id: PlaceChangeId::new(row.id),
        kind: kind(&row.kind)?,
        name: row.name,
        first_day: row.first_day,
        last_day: row.last_day,
        new_count: u32::try_from(row.new_count).unwrap_or(0),
        changed_count: u32::try_from(row.changed_count).unwrap_or(0),
        made_at: instant(row.made_at),
        made_by: made_by.unwrap_or_default(),
        undone_at: row.undone_at.map(instant),
    })
}

/// The latest changes of places of a facility, the last first.
pub fn list_changes(conn: &mut AnyConnection, facility: &FacilityId, most: i64) -> Result<Vec<PlaceChange>, DbError> {
    let latest = place_changes::table
        .left_join(accounts::table.on(accounts::id.eq(place_changes::made_by)))
        .left_join(clients::table.on(clients::id.eq(place_changes::made_by)))
        .filter(place_changes::facility_id.eq(facility.as_str()))
        .order((place_changes::made_at.desc(), place_changes::id.desc()))
        .limit(most)
        .select((ChangeRow::as_select(), accounts::name.nullable(), clients::name.nullable()));
    latest
        .load::<(ChangeRow, Option<String>, Option<String>)>(conn)?
        .into_iter()
        .map(|(row, person, client)| change(row, person.or(client)))
        .collect()
}

/// A change of places with what it has done; another facility's is not found.
pub fn find_change(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    id: &PlaceChangeId,
) -> Result<Option<(PlaceChange, Vec<DoneStep>)>, DbError> {
    let mine = place_changes::table
        .left_join(accounts::table.on(accounts::id.eq(place_changes::made_by)))
        .left_join(clients::table.on(clients::id.eq(place_changes::made_by)))
        .filter(place_changes::facility_id.eq(facility.as_str()))
        .filter(place_changes::id.eq(id.as_str()))
        .select((ChangeRow::as_select(), accounts::name.nullable(), clients::name.nullable(), place_changes::steps));
    let found = mine.get_result::<(ChangeRow, Option<String>, Option<String>, String)>(conn).optional()?;
    found.map(|(row, person, client, steps)| Ok((change(row, person.or(client))?, from_json(&steps)?))).transpose()
}

/// Writes a change of places and what it has done.
pub fn insert_change(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    change: &PlaceChange,
    (by, steps): (&AccountId, &[DoneStep]),
) -> Result<(), DbError> {
    diesel::insert_into(place_changes::table)
        .values((
            place_changes::id.eq(change.id.as_str()),
            place_changes::facility_id.eq(facility.as_str()),
            place_changes::kind.eq(kind_text(change.kind)),
            place_changes::name.eq(&change.name),
            place_changes::first_day.eq(change.first_day),
            place_changes::last_day.eq(change.last_day),
            place_changes::new_count.eq(i64::from(change.new_count)),
            place_changes::changed_count.eq(i64::from(change.changed_count)),
            place_changes::steps.eq(to_json(&steps)?),
            place_changes::made_at.eq(stored(change.made_at)),
            place_changes::made_by.eq(by.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that a change was taken back.
pub fn mark_undone(conn: &mut AnyConnection, id: &PlaceChangeId, by: &AccountId, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(place_changes::table.filter(place_changes::id.eq(id.as_str())))
        .set((place_changes::undone_at.eq(stored(now)), place_changes::undone_by.eq(by.as_str())))
        .execute(conn)?;
    Ok(())
}
