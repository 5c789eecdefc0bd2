//! Entitlements in the database.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use shared::applications::Days;
use shared::bookings::BookedChild;
use shared::entitlements::{Certified, Ended, Entitlement};
use shared::ids::{ApplicationId, ChildId, EntitlementId, FamilyId};
use shared::locale::Localised;
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::time::days_before;

use crate::db::{AnyConnection, DbError, OnConflict, from_json, stored, to_json};
use crate::municipalities::store::code;
use crate::schema::{bookings, children, entitlement_endings, entitlements, programmes};

type Row =
    ((String, String, String, String, String, String), (NaiveDate, NaiveDate, Option<String>, Option<String>, i64), (String, String));

/// A family's certifications, also those that are over, the one that ends last first.
pub fn list_entitlements(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<Entitlement>, DbError> {
    let rows: Vec<Row> = entitlements::table
        .inner_join(children::table)
        .filter(entitlements::family_id.eq(family.as_str()))
        .order((entitlements::valid_until.desc(), entitlements::id))
        .select((
            (
                entitlements::id,
                entitlements::number,
                entitlements::family_id,
                entitlements::child_id,
                entitlements::programme,
                entitlements::municipality,
            ),
            (entitlements::valid_from, entitlements::valid_until, entitlements::ended, entitlements::application_id, entitlements::version),
            (children::name, children::kana),
        ))
        .load(conn)?;
    let names = programme_names(conn, &rows)?;
    rows.into_iter().map(|row| entitlement(row, &names)).collect()
}

fn entitlement(row: Row, names: &ProgrammeNames) -> Result<Entitlement, DbError> {
    let ((id, number, _, child_id, programme, municipality), (valid_from, valid_until, ended, application_id, version), (name, kana)) = row;
    Ok(Entitlement {
        id: EntitlementId::new(id),
        number,
        child: BookedChild { id: ChildId::new(child_id), name, kana },
        municipality: code(&municipality)?,
        programme_name: match names.get(&(municipality, programme.clone())) {
            Some(name) => from_json(name)?,
            None => Localised::new(&programme, &programme, &programme),
        },
        programme: ProgrammeKey::new(programme),
        valid_from,
        valid_until,
        ended: ended.as_deref().map(from_json::<Ended>).transpose()?,
        application_id: application_id.map(ApplicationId::new),
        version,
    })
}

/// What municipalities call their programmes, by municipality and key.
type ProgrammeNames = BTreeMap<(String, String), String>;

/// The names of the certifications' programmes in the latest version of each municipality.
fn programme_names(conn: &mut AnyConnection, rows: &[Row]) -> Result<ProgrammeNames, DbError> {
    let keys: BTreeSet<&str> = rows.iter().map(|((.., programme, _), ..)| programme.as_str()).collect();
    let named: Vec<(String, String, String)> = programmes::table
        .filter(programmes::key.eq_any(keys))
        .order(programmes::valid_from)
        .select((programmes::municipality, programmes::key, programmes::name))
        .load(conn)?;
    // The latest stands last, and so remains.
    Ok(named.into_iter().map(|(municipality, key, name)| ((municipality, key), name)).collect())
}

/// From when to when children are certified for a programme, whichever city certified.
pub fn list_certified<'a>(
    conn: &mut AnyConnection,
    children: impl Iterator<Item = &'a ChildId>,
    programme: &ProgrammeKey,
    from: NaiveDate,
) -> Result<Vec<(ChildId, Certified)>, DbError> {
    let children: BTreeSet<&str> = children.map(ChildId::as_str).collect();
    let rows: Vec<(String, NaiveDate, NaiveDate)> = entitlements::table
        .filter(entitlements::child_id.eq_any(children))
        .filter(entitlements::programme.eq(programme.as_str()))
        .filter(entitlements::valid_until.ge(from))
        .order(entitlements::valid_from)
        .select((entitlements::child_id, entitlements::valid_from, entitlements::valid_until))
        .load(conn)?;
    Ok(rows.into_iter().map(|(child, from, until)| (ChildId::new(child), Certified { from, until })).collect())
}

/// A certification as a claim names it.
pub struct CertifiedBy {
    /// The child.
    pub child: ChildId,
    /// For which programme.
    pub programme: ProgrammeKey,
    /// Its number.
    pub number: String,
    /// By which municipality.
    pub municipality: MunicipalityCode,
    /// First and last day.
    pub days: Days,
}

/// The certifications of children that touch a range of days, both included, whichever city certified.
pub fn list_certifying<'a>(
    conn: &mut AnyConnection,
    children: impl Iterator<Item = &'a ChildId>,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<Vec<CertifiedBy>, DbError> {
    let children: BTreeSet<&str> = children.map(ChildId::as_str).collect();
    let rows: Vec<(String, String, String, String, NaiveDate, NaiveDate)> = entitlements::table
        .filter(entitlements::child_id.eq_any(children))
        .filter(entitlements::valid_until.ge(from))
        .filter(entitlements::valid_from.le(until))
        .order((entitlements::valid_from, entitlements::id))
        .select((
            entitlements::child_id,
            entitlements::programme,
            entitlements::number,
            entitlements::municipality,
            entitlements::valid_from,
            entitlements::valid_until,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(child, programme, number, municipality, from, until)| {
            Ok(CertifiedBy {
                child: ChildId::new(child),
                programme: ProgrammeKey::new(programme),
                number,
                municipality: code(&municipality)?,
                days: Days { from, until },
            })
        })
        .collect()
}

/// A certification that begins.
pub struct NewEntitlement {
    /// Its id.
    pub id: EntitlementId,
    /// Its number, once in its municipality.
    pub number: String,
    /// The child's family.
    pub family: FamilyId,
    /// The child.
    pub child: ChildId,
    /// For which programme.
    pub programme: ProgrammeKey,
    /// By which municipality.
    pub municipality: MunicipalityCode,
    /// First and last day.
    pub days: Days,
    /// The application that it was granted on.
    pub application: Option<ApplicationId>,
}

/// Writes a new certification.
pub fn insert_entitlement(conn: &mut AnyConnection, new: &NewEntitlement, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(entitlements::table)
        .values((
            entitlements::id.eq(new.id.as_str()),
            entitlements::number.eq(&new.number),
            entitlements::family_id.eq(new.family.as_str()),
            entitlements::child_id.eq(new.child.as_str()),
            entitlements::programme.eq(new.programme.as_str()),
            entitlements::municipality.eq(new.municipality.as_str()),
            entitlements::valid_from.eq(new.days.from),
            entitlements::valid_until.eq(new.days.until),
            entitlements::application_id.eq(new.application.as_ref().map(ApplicationId::as_str)),
            entitlements::version.eq(1),
            entitlements::created_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a certification its last day, and why.
pub fn end_entitlement(conn: &mut AnyConnection, id: &EntitlementId, last_day: NaiveDate, ended: &Ended) -> Result<(), DbError> {
    diesel::update(entitlements::table.filter(entitlements::id.eq(id.as_str())))
        .set((
            entitlements::valid_until.eq(last_day),
            entitlements::ended.eq(to_json(ended)?),
            entitlements::version.eq(entitlements::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that what a certification rests on was looked at again.
pub fn touch_entitlement(conn: &mut AnyConnection, id: &EntitlementId) -> Result<(), DbError> {
    let mine = entitlements::table.filter(entitlements::id.eq(id.as_str()));
    diesel::update(mine).set(entitlements::version.eq(entitlements::version + 1)).execute(conn)?;
    Ok(())
}

/// Whose child is certified.
pub fn find_holder(conn: &mut AnyConnection, id: &EntitlementId) -> Result<Option<FamilyId>, DbError> {
    let mine = entitlements::table.filter(entitlements::id.eq(id.as_str()));
    Ok(mine.select(entitlements::family_id).first::<String>(conn).optional()?.map(FamilyId::new))
}

/// The families of certifications that ended with a move, at most a year ago.
pub fn list_moved(conn: &mut AnyConnection, today: NaiveDate) -> Result<Vec<FamilyId>, DbError> {
    let rows: Vec<String> = entitlements::table
        .filter(entitlements::ended.like("%\"moved\"%"))
        .filter(entitlements::valid_until.ge(days_before(today, 366)))
        .select(entitlements::family_id)
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().map(FamilyId::new).collect())
}

/// Certifications that end by themselves between two days, and whose families were not told of this end; the next to end first.
pub fn list_untold(
    conn: &mut AnyConnection,
    (from, until): (NaiveDate, NaiveDate),
    most: i64,
) -> Result<Vec<(EntitlementId, MunicipalityCode, NaiveDate)>, DbError> {
    let told = entitlement_endings::table
        .filter(entitlement_endings::entitlement_id.eq(entitlements::id))
        .filter(entitlement_endings::valid_until.eq(entitlements::valid_until))
        .select(entitlement_endings::entitlement_id);
    let rows: Vec<(String, String, NaiveDate)> = entitlements::table
        .filter(entitlements::ended.is_null())
        .filter(entitlements::valid_until.between(from, until))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order((entitlements::valid_until, entitlements::id))
        .limit(most)
        .select((entitlements::id, entitlements::municipality, entitlements::valid_until))
        .load(conn)?;
    rows.into_iter().map(|(id, city, until)| Ok((EntitlementId::new(id), code(&city)?, until))).collect()
}

/// Notes that a family is told of an end; says whether nobody had noted it before.
pub fn mark_told(conn: &mut AnyConnection, id: &EntitlementId, valid_until: NaiveDate, now: DateTime<Utc>) -> Result<bool, DbError> {
    let insert = diesel::insert_into(entitlement_endings::table).values((
        entitlement_endings::entitlement_id.eq(id.as_str()),
        entitlement_endings::valid_until.eq(valid_until),
        entitlement_endings::told_at.eq(stored(now)),
    ));
    Ok(OnConflict { insert, clause: " ON CONFLICT (entitlement_id, valid_until) DO NOTHING" }.execute(conn)? == 1)
}

/// The families with stays that begin between two instants, for which a child's certification ended before its time.
pub fn list_with_stays(conn: &mut AnyConnection, (from, until): (DateTime<Utc>, DateTime<Utc>)) -> Result<Vec<FamilyId>, DbError> {
    let ended = entitlements::table
        .filter(entitlements::child_id.eq(bookings::child_id))
        .filter(entitlements::programme.eq(bookings::programme))
        .filter(entitlements::ended.is_not_null())
        .select(entitlements::id);
    let rows: Vec<String> = bookings::table
        .filter(bookings::active)
        .filter(bookings::starts_at.between(stored(from), stored(until)))
        .filter(diesel::dsl::exists(ended))
        .select(bookings::family_id)
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().map(FamilyId::new).collect())
}
