//! Files of registers in the database: which went in, which child a row means, and what it said last time.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::applications::Origin;
use shared::eligibility::{ENROLMENT, Enrolment};
use shared::entitlements::Ended;
use shared::families::HouseholdClass;
use shared::ids::{ChildId, EntitlementId, FamilyId, RegisterRunId};
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::registers::certified::Span;
use shared::registers::{Kind, Linked, RegisterRun, RowCounts};
use shared::text::Kana;

use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::schema::{accounts, children, entitlements, families, household_classes, known_facts, register_rows, register_runs};

/// A child who may be meant, and what its family's city and proof are.
pub struct Resident {
    /// The child.
    pub linked: Linked,
    /// The family's municipality.
    pub municipality: String,
    /// Whether it is proven that the family lives there.
    pub is_proven: bool,
}

type ResidentColumns = (String, String, String, String, NaiveDate, String, Option<String>);

fn resident((child, family, name, kana, born, municipality, proof): ResidentColumns) -> Result<Resident, DbError> {
    let kana = Kana::parse(&kana).map_err(|_| unknown("kana", "(hidden)"))?;
    let linked = Linked { child: ChildId::new(child), family: FamilyId::new(family), name, kana, born };
    Ok(Resident { linked, municipality, is_proven: proof.is_some() })
}

const RESIDENT: (
    children::id,
    children::family_id,
    children::name,
    children::kana,
    children::born,
    families::municipality,
    families::residence_proof,
) = (children::id, children::family_id, children::name, children::kana, children::born, families::municipality, families::residence_proof);

/// The children of the families that say they live in a municipality.
pub fn list_residents(conn: &mut AnyConnection, municipality: &MunicipalityCode) -> Result<Vec<Resident>, DbError> {
    let found = children::table.inner_join(families::table).filter(families::municipality.eq(municipality.as_str()));
    let found = found.filter(children::removed_at.is_null()).order(children::id);
    found.select(RESIDENT).load::<ResidentColumns>(conn)?.into_iter().map(resident).collect()
}

/// A child, also one that was taken off its family's list.
pub fn find_resident(conn: &mut AnyConnection, child: &ChildId) -> Result<Option<Resident>, DbError> {
    let found = children::table.inner_join(families::table).filter(children::id.eq(child.as_str()));
    found.select(RESIDENT).get_result::<ResidentColumns>(conn).optional()?.map(resident).transpose()
}

/// What the households of a municipality are for reliefs.
pub fn list_classes(conn: &mut AnyConnection, municipality: &MunicipalityCode) -> Result<Vec<(FamilyId, HouseholdClass)>, DbError> {
    let rows: Vec<(String, String, NaiveDate, Option<NaiveDate>)> = household_classes::table
        .inner_join(families::table)
        .filter(families::municipality.eq(municipality.as_str()))
        .select((household_classes::family_id, household_classes::class, household_classes::valid_from, household_classes::valid_until))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(family, class, valid_from, valid_until)| (FamilyId::new(family), HouseholdClass { class, valid_from, valid_until }))
        .collect())
}

/// Where the children of a municipality are enrolled, as far as it is known.
pub fn list_enrolments(conn: &mut AnyConnection, municipality: &MunicipalityCode) -> Result<Vec<(ChildId, Enrolment)>, DbError> {
    let here = families::table.filter(families::municipality.eq(municipality.as_str())).select(families::id);
    let known = known_facts::table.filter(known_facts::key.eq(ENROLMENT)).filter(known_facts::family_id.eq_any(here));
    let rows = known.select((known_facts::child_id, known_facts::value)).load::<(String, String)>(conn)?;
    Ok(rows.into_iter().filter_map(|(child, value)| Some((ChildId::new(child), Enrolment::from_key(&value)?))).collect())
}

/// Where a child is enrolled, as far as it is known.
pub fn find_enrolment(conn: &mut AnyConnection, child: &ChildId) -> Result<Option<Enrolment>, DbError> {
    let known = known_facts::table.filter(known_facts::child_id.eq(child.as_str())).filter(known_facts::key.eq(ENROLMENT));
    let value: Option<String> = known.select(known_facts::value).get_result(conn).optional()?;
    Ok(value.and_then(|value| Enrolment::from_key(&value)))
}

/// Writes what a register says of a child, under the key by which it is known.
pub fn write_fact(conn: &mut AnyConnection, linked: &Linked, (key, value): (&str, &str), today: NaiveDate) -> Result<(), DbError> {
    let insert = diesel::insert_into(known_facts::table).values((
        known_facts::family_id.eq(linked.family.as_str()),
        known_facts::child_id.eq(linked.child.as_str()),
        known_facts::key.eq(key),
        known_facts::value.eq(value),
        known_facts::origin.eq(Origin::Register.name()),
        known_facts::since.eq(today),
    ));
    let clause =
        " ON CONFLICT (family_id, child_id, key) DO UPDATE SET value = excluded.value, origin = excluded.origin, since = excluded.since";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// A certification as it is held, with its child.
pub struct Held {
    /// Its id.
    pub id: EntitlementId,
    /// Its number.
    pub number: String,
    /// The child.
    pub linked: Linked,
    /// The programme.
    pub programme: ProgrammeKey,
    /// From when to when.
    pub span: Span,
}

type HeldColumns = (String, String, String, NaiveDate, NaiveDate, (String, String, String, String, NaiveDate));

fn held((id, number, programme, from, until, (child, family, name, kana, born)): HeldColumns) -> Result<Held, DbError> {
    let kana = Kana::parse(&kana).map_err(|_| unknown("kana", "(hidden)"))?;
    Ok(Held {
        id: EntitlementId::new(id),
        number,
        linked: Linked { child: ChildId::new(child), family: FamilyId::new(family), name, kana, born },
        programme: ProgrammeKey::new(programme),
        span: Span { from, until },
    })
}

/// The certifications of a municipality, or the one of a number, by number.
fn held_of(conn: &mut AnyConnection, municipality: &MunicipalityCode, number: Option<&str>) -> Result<Vec<Held>, DbError> {
    let mut found = entitlements::table
        .inner_join(children::table)
        .filter(entitlements::municipality.eq(municipality.as_str()))
        .order(entitlements::number)
        .select((
            entitlements::id,
            entitlements::number,
            entitlements::programme,
            entitlements::valid_from,
            entitlements::valid_until,
            (children::id, children::family_id, children::name, children::kana, children::born),
        ))
        .into_boxed();
    if let Some(number) = number {
        found = found.filter(entitlements::number.eq(number.to_owned()));
    }
    found.load::<HeldColumns>(conn)?.into_iter().map(held).collect()
}

/// Every certification of a municipality, by number.
pub fn list_held(conn: &mut AnyConnection, municipality: &MunicipalityCode) -> Result<Vec<Held>, DbError> {
    held_of(conn, municipality, None)
}

/// The certification of a number.
pub fn find_held(conn: &mut AnyConnection, municipality: &MunicipalityCode, number: &str) -> Result<Option<Held>, DbError> {
    Ok(held_of(conn, municipality, Some(number))?.into_iter().next())
}

/// Writes from when to when a child is certified, and why it ends before its time.
pub fn set_span(conn: &mut AnyConnection, id: &EntitlementId, span: Span, ended: Option<&Ended>) -> Result<(), DbError> {
    diesel::update(entitlements::table.filter(entitlements::id.eq(id.as_str())))
        .set((
            entitlements::valid_from.eq(span.from),
            entitlements::valid_until.eq(span.until),
            entitlements::ended.eq(ended.map(to_json).transpose()?),
            entitlements::version.eq(entitlements::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// A row of a register as it is kept.
pub struct KeptRow {
    /// Its key.
    pub key: String,
    /// The child that it means.
    pub child: ChildId,
    /// What it said last time, as text.
    pub said: String,
}

fn kept((key, child, said): (String, String, String)) -> KeptRow {
    KeptRow { key, child: ChildId::new(child), said }
}

/// The rows of a municipality that are kept.
pub fn list_rows(conn: &mut AnyConnection, kind: Kind, municipality: &MunicipalityCode) -> Result<Vec<KeptRow>, DbError> {
    let mine =
        register_rows::table.filter(register_rows::kind.eq(kind.as_str())).filter(register_rows::municipality.eq(municipality.as_str()));
    let rows = mine.select((register_rows::key, register_rows::child_id, register_rows::said)).load::<(String, String, String)>(conn)?;
    Ok(rows.into_iter().map(kept).collect())
}

/// The row of a key.
pub fn find_row(conn: &mut AnyConnection, kind: Kind, municipality: &MunicipalityCode, key: &str) -> Result<Option<KeptRow>, DbError> {
    let mine = register_rows::table
        .filter(register_rows::kind.eq(kind.as_str()))
        .filter(register_rows::municipality.eq(municipality.as_str()))
        .filter(register_rows::key.eq(key));
    let row = mine.select((register_rows::key, register_rows::child_id, register_rows::said)).get_result::<(String, String, String)>(conn);
    Ok(row.optional()?.map(kept))
}

/// Writes what a row says now, in the place of what it said.
pub fn write_row(
    conn: &mut AnyConnection,
    (kind, municipality): (Kind, &MunicipalityCode),
    row: &KeptRow,
    run: &RegisterRunId,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let insert = diesel::insert_into(register_rows::table).values((
        register_rows::kind.eq(kind.as_str()),
        register_rows::municipality.eq(municipality.as_str()),
        register_rows::key.eq(&row.key),
        register_rows::child_id.eq(row.child.as_str()),
        register_rows::said.eq(&row.said),
        register_rows::run_id.eq(run.as_str()),
        register_rows::written_at.eq(stored(now)),
    ));
    let clause = " ON CONFLICT (kind, municipality, key) DO UPDATE SET said = excluded.said, run_id = excluded.run_id, \
         written_at = excluded.written_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Writes that a file begins to go in. `by` is an account's id, or a command.
pub fn insert_run(conn: &mut AnyConnection, run: &RegisterRun) -> Result<(), DbError> {
    diesel::insert_into(register_runs::table)
        .values((
            register_runs::id.eq(run.id.as_str()),
            register_runs::kind.eq(run.kind.as_str()),
            register_runs::name.eq(&run.name),
            register_runs::sha256.eq(&run.sha256),
            register_runs::municipality.eq(run.municipality.as_ref().map(MunicipalityCode::as_str)),
            register_runs::sent_by.eq(&run.by),
            register_runs::started_at.eq(stored(run.started_at)),
            register_runs::ended_at.eq(run.ended_at.map(stored)),
            register_runs::counts.eq(to_json(&run.counts)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes that a file has gone in.
pub fn end_run(conn: &mut AnyConnection, id: &RegisterRunId, counts: &RowCounts, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(register_runs::table.filter(register_runs::id.eq(id.as_str())))
        .set((register_runs::ended_at.eq(stored(now)), register_runs::counts.eq(to_json(counts)?)))
        .execute(conn)?;
    Ok(())
}

type RunColumns = (String, String, String, String, Option<String>, String, NaiveDateTime, Option<NaiveDateTime>, String);

/// The files that a municipality's officers sent, the newest first.
pub fn list_runs(conn: &mut AnyConnection, municipality: &MunicipalityCode, most: i64) -> Result<Vec<RegisterRun>, DbError> {
    let rows = register_runs::table
        .filter(register_runs::municipality.eq(municipality.as_str()))
        .order((register_runs::started_at.desc(), register_runs::id.desc()))
        .limit(most)
        .select((
            register_runs::id,
            register_runs::kind,
            register_runs::name,
            register_runs::sha256,
            register_runs::municipality,
            register_runs::sent_by,
            register_runs::started_at,
            register_runs::ended_at,
            register_runs::counts,
        ))
        .load::<RunColumns>(conn)?;
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.5.as_str()).collect();
    let names: Vec<(String, String)> =
        accounts::table.filter(accounts::id.eq_any(ids)).select((accounts::id, accounts::name)).load(conn)?;
    rows.into_iter()
        .map(|(id, kind, name, sha256, municipality, by, started_at, ended_at, counts)| {
            Ok(RegisterRun {
                id: RegisterRunId::new(id),
                kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(|| unknown("kind", &kind))?,
                name,
                sha256,
                municipality: municipality
                    .map(|code| MunicipalityCode::parse(&code).map_err(|_| unknown("municipality", &code)))
                    .transpose()?,
                by: names.iter().find(|(account, _)| *account == by).map_or(by, |(_, name)| name.clone()),
                started_at: instant(started_at),
                ended_at: ended_at.map(instant),
                counts: from_json(&counts)?,
            })
        })
        .collect()
}
