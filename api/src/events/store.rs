//! What happened, in the order in which the audit linked it: nothing that is linked later comes before what was told already.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use shared::events::{Event, find};
use shared::ids::{EventId, FacilityId};
use shared::municipalities::MunicipalityCode;

use crate::db::{AnyConnection, DbError, instant, stored, unknown};
use crate::schema::{audit_chain, events};

/// What is written at the same time is linked in any order: so much earlier is looked for the first.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// The last place; what is not linked yet is told a moment later.
pub fn head(conn: &mut AnyConnection) -> Result<i64, DbError> {
    let last: Option<i64> = audit_chain::table.select(max(audit_chain::position)).get_result(conn)?;
    Ok(last.unwrap_or_default())
}

/// The place after which everything stands that happened since then, and perhaps a little of what happened just before.
pub fn place_before(conn: &mut AnyConnection, since: DateTime<Utc>, head: i64) -> Result<i64, DbError> {
    let first = events::table
        .inner_join(audit_chain::table.on(audit_chain::line_id.eq(events::id)))
        .filter(events::occurred_at.ge(stored(since - SLACK)))
        .order((events::occurred_at, audit_chain::position))
        .select(audit_chain::position)
        .first::<i64>(conn)
        .optional()?;
    Ok(first.map_or(head, |position| position - 1))
}

/// When the next event after a place happened, whomever it concerns.
pub fn next_at(conn: &mut AnyConnection, after: i64) -> Result<Option<DateTime<Utc>>, DbError> {
    let next = events::table
        .inner_join(audit_chain::table.on(audit_chain::line_id.eq(events::id)))
        .filter(audit_chain::position.gt(after))
        .order(audit_chain::position)
        .select(events::occurred_at)
        .first::<NaiveDateTime>(conn)
        .optional()?;
    Ok(next.map(instant))
}

/// What happened at these facilities after one place and up to another, of these kinds, with its place.
pub fn list(
    conn: &mut AnyConnection,
    (after, head): (i64, i64),
    kinds: &[&str],
    facilities: &[&str],
    most: i64,
) -> Result<Vec<(i64, Event)>, DbError> {
    type Row = (i64, String, String, String, Option<String>, String, NaiveDateTime);
    let rows: Vec<Row> = events::table
        .inner_join(audit_chain::table.on(audit_chain::line_id.eq(events::id)))
        .filter(audit_chain::position.gt(after))
        .filter(audit_chain::position.le(head))
        .filter(events::facility_id.eq_any(facilities))
        .filter(events::kind.eq_any(kinds))
        .order(audit_chain::position)
        .limit(most)
        .select((
            audit_chain::position,
            events::id,
            events::kind,
            events::municipality,
            events::facility_id,
            events::subject_id,
            events::occurred_at,
        ))
        .load(conn)?;
    let one = |(position, id, kind, city, facility, subject_id, occurred_at): Row| {
        let told = find(&kind).ok_or_else(|| unknown("event", &kind))?;
        let event = Event {
            id: EventId::new(id),
            occurred_at: instant(occurred_at),
            municipality: MunicipalityCode::parse(&city).map_err(|_| unknown("municipality", &city))?,
            facility_id: FacilityId::new(facility.ok_or_else(|| unknown("facility", "none"))?),
            subject: told.subject,
            subject_id,
            kind,
        };
        Ok((position, event))
    };
    rows.into_iter().map(one).collect()
}
