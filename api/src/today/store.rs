//! One question to the database for each matter; each goes by an index and reads what waits, never history.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::ids::FacilityId;
use shared::municipalities::MunicipalityCode;
use shared::outreach::CaseDesk;
use shared::registers::RowCounts;
use shared::time::{day_start, days_after, next_day, tokyo_day};
use shared::today::{Matter, TodayFacility, TodayLine};

use crate::db::{AnyConnection, DbError, from_json, instant, stored};
use crate::outreach::store::LIVE;
use crate::schema::{applications, bookings, facilities, outbox, outreach_cases as cases, register_runs as runs, slots};

/// A request is a matter for the office when the facility has no more than that left to answer.
const LAST: TimeDelta = TimeDelta::hours(24);
/// A file that has not gone in after that never will.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// Files of so many days ago are looked at.
const FILES: TimeDelta = TimeDelta::days(7);

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A line of what has clocks, each with whether it is late.
fn line(matter: Matter, clocks: &[(DateTime<Utc>, bool)]) -> Option<TodayLine> {
    Some(TodayLine {
        matter,
        count: count(clocks.len()),
        overdue: count(clocks.iter().filter(|(_, late)| *late).count()),
        at: clocks.iter().map(|(at, _)| *at).min()?,
        facilities: Vec::new(),
    })
}

/// Applications that nobody has decided; the clock is the end of the day until which the city wants to have decided.
pub fn applications(conn: &mut AnyConnection, city: &MunicipalityCode, now: DateTime<Utc>) -> Result<Option<TodayLine>, DbError> {
    let rows: Vec<(Option<NaiveDate>, Option<NaiveDateTime>)> = applications::table
        .filter(applications::municipality.eq(city.as_str()))
        .filter(applications::state.eq("in_review"))
        .select((applications::due_on, applications::submitted_at))
        .load(conn)?;
    let clock = |(due, sent): (Option<NaiveDate>, Option<NaiveDateTime>)| {
        let at = due.map(|day| day_start(next_day(day))).or(sent.map(instant)).unwrap_or(now);
        (at, due.is_some() && at <= now)
    };
    Ok(line(Matter::Applications, &rows.into_iter().map(clock).collect::<Vec<_>>()))
}

/// Requests that the city's facilities have to answer within a day; the clock is until when.
pub fn requests(conn: &mut AnyConnection, city: &MunicipalityCode, now: DateTime<Utc>) -> Result<Option<TodayLine>, DbError> {
    let rows: Vec<(NaiveDateTime, (String, String))> = bookings::table
        .inner_join(facilities::table)
        .filter(bookings::state.eq("requested"))
        .filter(bookings::decide_by.le(stored(now + LAST)))
        .filter(bookings::municipality.eq(city.as_str()))
        .select((bookings::decide_by.assume_not_null(), (facilities::id, facilities::name)))
        .load(conn)?;
    let clocks: Vec<_> = rows.iter().map(|(by, _)| (instant(*by), instant(*by) <= now)).collect();
    Ok(at_facilities(line(Matter::Requests, &clocks), rows.into_iter().map(|(_, facility)| facility)))
}

fn at_facilities(line: Option<TodayLine>, facilities: impl Iterator<Item = (String, String)>) -> Option<TodayLine> {
    let mut at: BTreeMap<(String, String), u32> = BTreeMap::new();
    for (id, name) in facilities {
        *at.entry((name, id)).or_default() += 1;
    }
    let facilities = at.into_iter().map(|((name, id), count)| TodayFacility { id: FacilityId::new(id), name, count }).collect();
    Some(TodayLine { facilities, ..line? })
}

/// Families to call: those whose next try is today or was before, and those that nobody has tried. The clock is the deadline that they missed.
pub fn outreach(
    conn: &mut AnyConnection,
    (desk, city): (CaseDesk, Option<&MunicipalityCode>),
    now: DateTime<Utc>,
) -> Result<Option<TodayLine>, DbError> {
    let today = tokyo_day(now);
    let mut live = cases::table
        .filter(cases::desk.eq(desk.as_str()))
        .filter(cases::state.eq_any(LIVE))
        .filter(cases::next_on.is_null().or(cases::next_on.le(today)))
        .into_boxed();
    if let Some(city) = city {
        live = live.filter(cases::municipality.eq(city.as_str()));
    }
    let rows: Vec<(NaiveDateTime, Option<NaiveDate>)> = live.select((cases::deadline_at, cases::next_on)).load(conn)?;
    let clock = |(deadline, next): (NaiveDateTime, Option<NaiveDate>)| (instant(deadline), next.is_some_and(|day| day < today));
    Ok(line(Matter::Outreach, &rows.into_iter().map(clock).collect::<Vec<_>>()))
}

/// Facilities of the city with slots that are closed from now until the end of tomorrow; the clock is the first of them.
pub fn closures(conn: &mut AnyConnection, city: &MunicipalityCode, now: DateTime<Utc>) -> Result<Option<TodayLine>, DbError> {
    let until = day_start(days_after(tokyo_day(now), 2));
    let rows: Vec<(NaiveDateTime, (String, String))> = slots::table
        .inner_join(facilities::table)
        .filter(slots::municipality.eq(city.as_str()))
        .filter(slots::starts_at.lt(stored(until)))
        .filter(slots::ends_at.gt(stored(now)))
        .filter(slots::starts_at.ge(stored(now - TimeDelta::days(1))))
        .filter(slots::state.eq("closed"))
        .select((slots::starts_at, (facilities::id, facilities::name)))
        .load(conn)?;
    let clocks: Vec<_> = rows.iter().map(|(at, _)| (instant(*at), false)).collect();
    Ok(at_facilities(line(Matter::Closures, &clocks), rows.into_iter().map(|(_, facility)| facility)))
}

/// The last file of each kind, for this city or for all, where it broke off or has rows that are wrong or wait for a person; since when.
pub fn imports(conn: &mut AnyConnection, city: &MunicipalityCode, now: DateTime<Utc>) -> Result<Option<TodayLine>, DbError> {
    let rows: Vec<(String, NaiveDateTime, Option<NaiveDateTime>, String)> = runs::table
        .filter(runs::municipality.eq(city.as_str()).or(runs::municipality.is_null()))
        .filter(runs::started_at.ge(stored(now - FILES)))
        .order((runs::started_at, runs::id))
        .select((runs::kind, runs::started_at, runs::ended_at, runs::counts))
        .load(conn)?;
    let mut last = BTreeMap::new();
    for (kind, began, ended, counts) in rows {
        let counts: RowCounts = from_json(&counts)?;
        let broke_off = ended.is_none() && instant(began) + PATIENCE <= now;
        last.insert(kind, (instant(began), broke_off, counts.bad > 0 || counts.undecided > 0));
    }
    let clocks = last.into_values().filter(|(_, broke_off, open)| *broke_off || *open).map(|(at, broke_off, _)| (at, broke_off));
    Ok(line(Matter::Imports, &clocks.collect::<Vec<_>>()))
}

/// Acts of which no notices could be made; since when.
pub fn set_aside(conn: &mut AnyConnection) -> Result<Option<TodayLine>, DbError> {
    let aside = outbox::table.filter(outbox::set_aside_at.is_not_null());
    let rows: Vec<(String, NaiveDateTime)> = aside.select((outbox::act_id, outbox::set_aside_at.assume_not_null())).load(conn)?;
    let acts: BTreeMap<String, NaiveDateTime> = rows.into_iter().collect();
    Ok(line(Matter::SetAside, &acts.into_values().map(|at| (instant(at), true)).collect::<Vec<_>>()))
}
