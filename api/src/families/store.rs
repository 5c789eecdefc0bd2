//! Families and children in the database.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use shared::families::{Allergy, Child, Contact, Family, HouseholdClass, NewChild, ProofKind, ResidenceProof, Sex};
use shared::ids::{ChildId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::text::{Kana, PersonName, Phone};

use crate::db::{AnyConnection, DbError, MultiBackend, from_json, instant, stored, to_json, unknown};
use crate::schema::{bookings, children, families, household_classes};

type FamilyRow = (String, String, NaiveDateTime, Option<String>, Option<NaiveDateTime>, String, String, String, i64);
const FAMILY: (
    families::id,
    families::municipality,
    families::residence_confirmed_at,
    families::residence_proof,
    families::residence_proven_at,
    families::guardian_name,
    families::guardian_kana,
    families::phone,
    families::version,
) = (
    families::id,
    families::municipality,
    families::residence_confirmed_at,
    families::residence_proof,
    families::residence_proven_at,
    families::guardian_name,
    families::guardian_kana,
    families::phone,
    families::version,
);

fn proof_kind(name: &str) -> Result<ProofKind, DbError> {
    ProofKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| unknown("residence_proof", name))
}

/// A family without its household, which is another table's.
fn family(row: FamilyRow) -> Result<Family, DbError> {
    let (id, municipality, confirmed, proof, proven, name, kana, phone, version) = row;
    Ok(Family {
        id: FamilyId::new(id),
        municipality: MunicipalityCode::parse(&municipality).map_err(|_| unknown("municipality", &municipality))?,
        residence_confirmed_at: instant(confirmed),
        residence_proof: proof
            .zip(proven)
            .map(|(by, at)| Ok::<_, DbError>(ResidenceProof { by: proof_kind(&by)?, at: instant(at) }))
            .transpose()?,
        guardian_name: PersonName::parse(&name).map_err(|_| unknown("name", "(hidden)"))?,
        guardian_kana: Kana::parse(&kana).map_err(|_| unknown("kana", "(hidden)"))?,
        phone: Phone::parse(&phone).map_err(|_| unknown("phone", "(hidden)"))?,
        household: Vec::new(),
        version,
    })
}

/// The family, as it is, with its household.
pub fn find_family(conn: &mut AnyConnection, id: &FamilyId) -> Result<Option<Family>, DbError> {
    let row = families::table.filter(families::id.eq(id.as_str())).select(FAMILY).first::<FamilyRow>(conn).optional()?;
    row.map(|row| Ok(Family { household: list_household(conn, id)?, ..family(row)? })).transpose()
}

/// Families by their ids, without their households.
pub fn list_families<'a>(conn: &mut AnyConnection, ids: impl Iterator<Item = &'a FamilyId>) -> Result<Vec<Family>, DbError> {
    let ids: BTreeSet<&str> = ids.map(FamilyId::as_str).collect();
    families::table.filter(families::id.eq_any(ids)).select(FAMILY).load::<FamilyRow>(conn)?.into_iter().map(family).collect()
}

/// Families with this telephone number, perhaps of one city only, by reading.
pub fn search_by_phone(
    conn: &mut AnyConnection,
    phone: &Phone,
    city: Option<&MunicipalityCode>,
    most: i64,
) -> Result<Vec<Family>, DbError> {
    found_in(conn, families::table.filter(families::phone.eq(phone.as_str())).into_boxed(), city, most)
}

/// Families whose guardian's name or reading has these letters in it, perhaps of one city only, by reading.
pub fn search_by_name(
    conn: &mut AnyConnection,
    (name, kana): (&str, &str),
    city: Option<&MunicipalityCode>,
    most: i64,
) -> Result<Vec<Family>, DbError> {
    // The signs of a pattern are letters here.
    let holding = |text: &str| format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let found = families::table
        .filter(families::guardian_kana.like(holding(kana)).escape('\\').or(families::guardian_name.like(holding(name)).escape('\\')));
    found_in(conn, found.into_boxed(), city, most)
}

fn found_in(
    conn: &mut AnyConnection,
    found: families::BoxedQuery<'_, MultiBackend>,
    city: Option<&MunicipalityCode>,
    most: i64,
) -> Result<Vec<Family>, DbError> {
    let found = match city {
        Some(city) => found.filter(families::municipality.eq(city.as_str().to_owned())),
        None => found,
    };
    let rows = found.order((families::guardian_kana, families::id)).limit(most).select(FAMILY).load::<FamilyRow>(conn)?;
    rows.into_iter().map(family).collect()
}

/// The family without its household, locked until the transaction ends: first in the order of locks, and with it its children and their limits.
pub fn lock_family(conn: &mut AnyConnection, id: &FamilyId) -> Result<Option<Family>, DbError> {
    diesel::update(families::table.filter(families::id.eq(id.as_str())))
        .set(families::turn.eq(families::turn + 1))
        .returning(FAMILY)
        .get_result::<FamilyRow>(conn)
        .optional()?
        .map(family)
        .transpose()
}

/// Writes a family whose residence is confirmed now.
pub fn insert_family(
    conn: &mut AnyConnection,
    id: &FamilyId,
    municipality: &MunicipalityCode,
    name: &PersonName,
    kana: &Kana,
    phone: &Phone,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(families::table)
        .values((
            families::id.eq(id.as_str()),
            families::municipality.eq(municipality.as_str()),
            families::residence_confirmed_at.eq(stored(now)),
            families::guardian_name.eq(name.as_str()),
            families::guardian_kana.eq(kana.as_str()),
            families::phone.eq(phone.as_str()),
            families::turn.eq(0),
            families::version.eq(1),
            families::created_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a changed family; its version says which one it was changed from.
pub(super) fn update_family(conn: &mut AnyConnection, family: &Family) -> Result<(), DbError> {
    diesel::update(families::table.filter(families::id.eq(family.id.as_str())))
        .set((
            families::municipality.eq(family.municipality.as_str()),
            families::residence_confirmed_at.eq(stored(family.residence_confirmed_at)),
            families::residence_proof.eq(family.residence_proof.map(|proof| proof.by.name())),
            families::residence_proven_at.eq(family.residence_proof.map(|proof| stored(proof.at))),
            families::guardian_name.eq(family.guardian_name.as_str()),
            families::guardian_kana.eq(family.guardian_kana.as_str()),
            families::phone.eq(family.phone.as_str()),
            families::version.eq(family.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// The part of a child that only people read.
#[derive(Serialize, Deserialize)]
struct Details {
    sex: Option<Sex>,
    allergies: Vec<Allergy>,
    care_notes: String,
    emergency_contacts: Vec<Contact>,
    pick_up_people: Vec<Contact>,
}

/// A child's row, as other slices select it too.
pub type ChildRow = (String, String, String, NaiveDate, String, i64);
/// The columns of a child's row.
pub const CHILD: (children::id, children::name, children::kana, children::born, children::details, children::version) =
    (children::id, children::name, children::kana, children::born, children::details, children::version);

/// Reads a child's row.
pub fn child(row: ChildRow) -> Result<Child, DbError> {
    let (id, name, kana, born, details, version) = row;
    let details: Details = from_json(&details)?;
    Ok(Child {
        id: ChildId::new(id),
        known: NewChild {
            name: PersonName::parse(&name).map_err(|_| unknown("name", "(hidden)"))?,
            kana: Kana::parse(&kana).map_err(|_| unknown("kana", "(hidden)"))?,
            born,
            sex: details.sex,
            allergies: details.allergies,
            care_notes: details.care_notes,
            emergency_contacts: details.emergency_contacts,
            pick_up_people: details.pick_up_people,
        },
        version,
    })
}

fn details(known: &NewChild) -> Result<String, DbError> {
    to_json(&Details {
        sex: known.sex,
        allergies: known.allergies.clone(),
        care_notes: known.care_notes.clone(),
        emergency_contacts: known.emergency_contacts.clone(),
        pick_up_people: known.pick_up_people.clone(),
    })
}

/// The children of a family, oldest first.
pub fn list_children(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<Child>, DbError> {
    children::table
        .filter(children::family_id.eq(family.as_str()))
        .filter(children::removed_at.is_null())
        .order((children::born, children::id))
        .select(CHILD)
        .load::<ChildRow>(conn)?
        .into_iter()
        .map(child)
        .collect()
}

/// A child of this family.
pub fn find_child(conn: &mut AnyConnection, family: &FamilyId, id: &ChildId) -> Result<Option<Child>, DbError> {
    children::table
        .filter(children::id.eq(id.as_str()))
        .filter(children::family_id.eq(family.as_str()))
        .filter(children::removed_at.is_null())
        .select(CHILD)
        .first::<ChildRow>(conn)
        .optional()?
        .map(child)
        .transpose()
}

/// Whose child it is.
pub fn find_family_of(conn: &mut AnyConnection, child: &ChildId) -> Result<Option<FamilyId>, DbError> {
    let found = children::table.filter(children::id.eq(child.as_str())).select(children::family_id).first::<String>(conn);
    Ok(found.optional()?.map(FamilyId::new))
}

/// Children by their ids, also those that their family took off the list: past and present bookings keep them.
pub fn list_any_children<'a>(conn: &mut AnyConnection, ids: impl Iterator<Item = &'a ChildId>) -> Result<Vec<Child>, DbError> {
    let ids: BTreeSet<&str> = ids.map(ChildId::as_str).collect();
    children::table.filter(children::id.eq_any(ids)).select(CHILD).load::<ChildRow>(conn)?.into_iter().map(child).collect()
}

/// Writes a child.
pub fn insert_child(conn: &mut AnyConnection, family: &FamilyId, child: &Child, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(children::table)
        .values((
            children::id.eq(child.id.as_str()),
            children::family_id.eq(family.as_str()),
            children::name.eq(child.known.name.as_str()),
            children::kana.eq(child.known.kana.as_str()),
            children::born.eq(child.known.born),
            children::details.eq(details(&child.known)?),
            children::version.eq(child.version),
            children::created_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a changed child.
pub fn update_child(conn: &mut AnyConnection, child: &Child) -> Result<(), DbError> {
    diesel::update(children::table.filter(children::id.eq(child.id.as_str())))
        .set((
            children::name.eq(child.known.name.as_str()),
            children::kana.eq(child.known.kana.as_str()),
            children::born.eq(child.known.born),
            children::details.eq(details(&child.known)?),
            children::version.eq(child.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a child off the family's list; bookings of the past keep it.
pub fn mark_removed(conn: &mut AnyConnection, id: &ChildId, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(children::table.filter(children::id.eq(id.as_str()))).set(children::removed_at.eq(stored(now))).execute(conn)?;
    Ok(())
}

/// Whether a child has bookings to come.
pub fn has_bookings(conn: &mut AnyConnection, id: &ChildId, now: DateTime<Utc>) -> Result<bool, DbError> {
    Ok(diesel::select(diesel::dsl::exists(
        bookings::table.filter(bookings::child_id.eq(id.as_str())).filter(bookings::active).filter(bookings::ends_at.gt(stored(now))),
    ))
    .get_result(conn)?)
}

/// Writes what a family's household is from one day to another.
pub fn insert_class(
    conn: &mut AnyConnection,
    family: &FamilyId,
    class: &str,
    (valid_from, valid_until): (NaiveDate, Option<NaiveDate>),
) -> Result<(), DbError> {
    diesel::insert_into(household_classes::table)
        .values((
            household_classes::family_id.eq(family.as_str()),
            household_classes::class.eq(class),
            household_classes::valid_from.eq(valid_from),
            household_classes::valid_until.eq(valid_until),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets what a family's household is.
pub fn delete_household(conn: &mut AnyConnection, family: &FamilyId) -> Result<(), DbError> {
    diesel::delete(household_classes::table.filter(household_classes::family_id.eq(family.as_str()))).execute(conn)?;
    Ok(())
}

/// What a family's household is for reliefs, by first day.
pub fn list_household(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<HouseholdClass>, DbError> {
    let rows: Vec<(String, NaiveDate, Option<NaiveDate>)> = household_classes::table
        .filter(household_classes::family_id.eq(family.as_str()))
        .order((household_classes::valid_from, household_classes::class))
        .select((household_classes::class, household_classes::valid_from, household_classes::valid_until))
        .load(conn)?;
    Ok(rows.into_iter().map(|(class, valid_from, valid_until)| HouseholdClass { class, valid_from, valid_until }).collect())
}
