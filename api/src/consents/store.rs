//! Consents, and what facilities last saw of children, in the database.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::consents::{Agreement, Given, Place};
use shared::ids::{ChildId, FacilityId, FamilyId};

use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json};
use crate::schema::{bookings, consents, facilities, seen_children};

/// A facility as far as consents go, with its name.
pub fn find_place(conn: &mut AnyConnection, id: &FacilityId) -> Result<Option<(Place, String)>, DbError> {
    let found: Option<(Option<String>, bool, String)> = facilities::table
        .filter(facilities::id.eq(id.as_str()))
        .select((facilities::operator, facilities::shares_interviews, facilities::name))
        .get_result(conn)
        .optional()?;
    Ok(found.map(|(operator, shares, name)| (Place { id: id.clone(), operator: operator.filter(|_| shares) }, name)))
}

/// The other facilities of an operator that share with one of them, by name.
pub fn list_others(conn: &mut AnyConnection, operator: Option<&str>, but: &FacilityId) -> Result<Vec<(FacilityId, String)>, DbError> {
    let Some(operator) = operator else { return Ok(Vec::new()) };
    let rows: Vec<(String, String)> = facilities::table
        .filter(facilities::operator.eq(operator))
        .filter(facilities::shares_interviews)
        .filter(facilities::id.ne(but.as_str()))
        .order(facilities::kana)
        .select((facilities::id, facilities::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| (FacilityId::new(id), name)).collect())
}

/// What these families agreed to, the latest first.
pub fn list_agreements<'a>(
    conn: &mut AnyConnection,
    families: impl Iterator<Item = &'a FamilyId>,
) -> Result<Vec<(FamilyId, Agreement)>, DbError> {
    let families: BTreeSet<&str> = families.map(FamilyId::as_str).collect();
    type Row = (String, String, Option<String>, Option<i64>, NaiveDateTime, Option<NaiveDateTime>);
    let rows: Vec<Row> = consents::table.filter(consents::family_id.eq_any(families)).order(consents::given_at.desc()).load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (family, facility, operator, words, given_at, withdrawn_at) in rows {
        let words = words.map(u32::try_from).transpose().map_err(|error| DbError::Stored(error.to_string()))?;
        let (given_at, withdrawn_at) = (instant(given_at), withdrawn_at.map(instant));
        found.push((FamilyId::new(family), Agreement { facility_id: FacilityId::new(facility), operator, words, given_at, withdrawn_at }));
    }
    Ok(found)
}

/// Writes what a family agrees to, in the place of what it agreed to there before.
pub fn write_agreement(conn: &mut AnyConnection, family: &FamilyId, agreement: &Agreement) -> Result<(), DbError> {
    let insert = diesel::insert_into(consents::table).values((
        consents::family_id.eq(family.as_str()),
        consents::facility_id.eq(agreement.facility_id.as_str()),
        consents::operator.eq(agreement.operator.as_deref()),
        consents::words.eq(agreement.words.map(i64::from)),
        consents::given_at.eq(stored(agreement.given_at)),
        consents::withdrawn_at.eq(agreement.withdrawn_at.map(stored)),
    ));
    let clause = " ON CONFLICT (family_id, facility_id) DO UPDATE SET operator = excluded.operator, words = excluded.words, \
        given_at = excluded.given_at, withdrawn_at = excluded.withdrawn_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// In which facilities a family has bookings to come, once for each booking.
pub fn list_ahead(conn: &mut AnyConnection, family: &FamilyId, now: DateTime<Utc>) -> Result<Vec<FacilityId>, DbError> {
    let ahead: Vec<String> = bookings::table
        .filter(bookings::family_id.eq(family.as_str()))
        .filter(bookings::active)
        .filter(bookings::ends_at.gt(stored(now)))
        .select(bookings::facility_id)
        .load(conn)?;
    Ok(ahead.into_iter().map(FacilityId::new).collect())
}

/// What a facility's staff last saw of these children, and when.
pub fn list_seen<'a>(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    children: impl Iterator<Item = &'a ChildId>,
) -> Result<Vec<(ChildId, Given, DateTime<Utc>)>, DbError> {
    let children: BTreeSet<&str> = children.map(ChildId::as_str).collect();
    let rows: Vec<(String, String, NaiveDateTime)> = seen_children::table
        .filter(seen_children::facility_id.eq(facility.as_str()))
        .filter(seen_children::child_id.eq_any(children))
        .select((seen_children::child_id, seen_children::given, seen_children::seen_at))
        .load(conn)?;
    rows.into_iter().map(|(child, given, seen_at)| Ok((ChildId::new(child), from_json(&given)?, instant(seen_at)))).collect()
}

/// Writes what a facility's staff have seen of a child.
pub fn write_seen(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    child: &ChildId,
    given: &Given,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let insert = diesel::insert_into(seen_children::table).values((
        seen_children::child_id.eq(child.as_str()),
        seen_children::facility_id.eq(facility.as_str()),
        seen_children::given.eq(to_json(given)?),
        seen_children::seen_at.eq(stored(now)),
    ));
    OnConflict { insert, clause: " ON CONFLICT (child_id, facility_id) DO UPDATE SET given = excluded.given, seen_at = excluded.seen_at" }
        .execute(conn)?;
    Ok(())
}
