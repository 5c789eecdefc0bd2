//! Results of first interviews in the database.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::ids::{ChildId, FacilityId};
use shared::interviews::{Interview, Outcome, SharingFacility, SharingState};

use crate::db::{AnyConnection, DbError, OnConflict, from_json, stored, to_json};
use crate::schema::{facilities, interviews};

/// Whose interviews count at a facility: its own, and those of its operator's other facilities where both share them.
fn list_sources(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Vec<String>, DbError> {
    let row = facilities::table.filter(facilities::id.eq(facility.as_str())).select((facilities::operator, facilities::shares_interviews));
    let found: Option<(Option<String>, bool)> = row.get_result(conn).optional()?;
    let mut sources = match found {
        Some((Some(operator), true)) => facilities::table
            .filter(facilities::operator.eq(operator))
            .filter(facilities::shares_interviews)
            .select(facilities::id)
            .load(conn)?,
        _ => Vec::new(),
    };
    sources.push(facility.to_string());
    Ok(sources)
}

/// What was found last of each of these children, as far as a facility goes by it.
pub fn list_outcomes<'a>(
    conn: &mut AnyConnection,
    children: impl IntoIterator<Item = &'a ChildId>,
    facility: &FacilityId,
) -> Result<Vec<(ChildId, Outcome)>, DbError> {
    let children: BTreeSet<&str> = children.into_iter().map(ChildId::as_str).collect();
    if children.is_empty() {
        return Ok(Vec::new());
    }
    let sources = list_sources(conn, facility)?;
    let rows: Vec<(String, String)> = interviews::table
        .filter(interviews::child_id.eq_any(children))
        .filter(interviews::facility_id.eq_any(sources))
        .order((interviews::decided_at.desc(), interviews::booking_id.desc()))
        .select((interviews::child_id, interviews::outcome))
        .load(conn)?;
    let mut found: Vec<(ChildId, Outcome)> = Vec::new();
    for (child, outcome) in rows {
        let child = ChildId::new(child);
        if !found.iter().any(|(known, _)| *known == child) {
            found.push((child, from_json(&outcome)?));
        }
    }
    Ok(found)
}

/// Writes what was found in an interview; a later word of the same interview takes the place of an earlier one.
pub fn write_interview(conn: &mut AnyConnection, found: &Interview) -> Result<(), DbError> {
    let insert = diesel::insert_into(interviews::table).values((
        interviews::booking_id.eq(found.booking_id.as_str()),
        interviews::child_id.eq(found.child_id.as_str()),
        interviews::facility_id.eq(found.facility_id.as_str()),
        interviews::outcome.eq(to_json(&found.outcome)?),
        interviews::decided_at.eq(stored(found.decided_at)),
    ));
    let clause = " ON CONFLICT (booking_id) DO UPDATE SET outcome = excluded.outcome, decided_at = excluded.decided_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// How a facility's sharing stands.
pub fn find_sharing(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Option<SharingState>, DbError> {
    let row = facilities::table.filter(facilities::id.eq(facility.as_str())).select((facilities::operator, facilities::shares_interviews));
    let found: Option<(Option<String>, bool)> = row.get_result(conn).optional()?;
    let Some((operator, shares)) = found else { return Ok(None) };
    let others: Vec<(String, bool)> = match operator {
        Some(operator) => facilities::table
            .filter(facilities::operator.eq(operator))
            .filter(facilities::id.ne(facility.as_str()))
            .order(facilities::kana)
            .select((facilities::name, facilities::shares_interviews))
            .load(conn)?,
        None => Vec::new(),
    };
    Ok(Some(SharingState { shares, others: others.into_iter().map(|(name, shares)| SharingFacility { name, shares }).collect() }))
}

/// Shares a facility's interviews with its operator's others, or keeps them.
pub fn mark_shared(conn: &mut AnyConnection, facility: &FacilityId, shares: bool, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = facilities::table.filter(facilities::id.eq(facility.as_str()));
    diesel::update(mine).set((facilities::shares_interviews.eq(shares), facilities::updated_at.eq(stored(now)))).execute(conn)?;
    Ok(())
}
