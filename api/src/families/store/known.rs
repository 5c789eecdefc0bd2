//! Which families a facility knows, how they are found, and the codes by which those that were taken down open their accounts.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Text;
use shared::families::Family;
use shared::ids::{FacilityId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::text::{Phone, katakana};

use super::{FAMILY, FamilyRow, family};
use crate::db::{AnyConnection, DbError, OnConflict, stored};
use crate::schema::{account_codes, accounts, bookings, children, families, known_families, slots, waitlist_entries};

diesel::define_sql_function! {
    /// A text with every occurrence of another one replaced.
    fn replace(text: Text, from: Text, to: Text) -> Text;
}

/// What somebody looks for.
pub enum Sought {
    /// A whole telephone number.
    Phone(Phone),
    /// Part of a name, or of its reading in katakana, of the guardian or a child; without spaces.
    Name {
        /// As it was written.
        name: String,
        /// In katakana.
        kana: String,
    },
}

impl Sought {
    /// What these words look for, spaces aside; none where they are fewer than two letters.
    pub fn of(words: &str) -> Option<Self> {
        let words: String = words.split_whitespace().collect();
        if words.chars().count() < 2 {
            return None;
        }
        Some(match Phone::parse(&words) {
            Ok(phone) => Self::Phone(phone),
            Err(_) => Self::Name { kana: katakana(&words), name: words },
        })
    }
}

/// Among which families somebody may look.
pub enum Scope {
    /// Those that a facility knows: by a booking, by waiting there, or because they were taken down there.
    Facility(FacilityId),
    /// Those of a city.
    City(MunicipalityCode),
    /// All.
    All,
}

/// The signs of a pattern are letters here.
fn holding(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Families by reading, so many at most.
pub fn search(conn: &mut AnyConnection, sought: &Sought, scope: &Scope, most: i64) -> Result<Vec<Family>, DbError> {
    let mut query = families::table.filter(families::closed_at.is_null()).into_boxed();
    query = match scope {
        Scope::All => query,
        Scope::City(city) => query.filter(families::municipality.eq(city.as_str())),
        Scope::Facility(facility) => {
            let id = facility.as_str();
            let booked = bookings::table.filter(bookings::facility_id.eq(id)).select(bookings::family_id);
            let met = known_families::table.filter(known_families::facility_id.eq(id)).select(known_families::family_id);
            let there = slots::table.filter(slots::facility_id.eq(id)).select(slots::id.nullable());
            let waiting = waitlist_entries::table.filter(waitlist_entries::slot_id.eq_any(there)).select(waitlist_entries::family_id);
            query.filter(families::id.eq_any(booked).or(families::id.eq_any(met)).or(families::id.eq_any(waiting)))
        }
    };
    query = match sought {
        Sought::Phone(phone) => query.filter(families::phone.eq(phone.as_str())),
        Sought::Name { name, kana } => {
            let (name, kana) = (holding(name), holding(kana));
            let of_child = children::table
                .filter(children::removed_at.is_null())
                .filter(
                    replace(children::kana, " ", "")
                        .like(kana.clone())
                        .escape('\\')
                        .or(replace(children::name, " ", "").like(name.clone()).escape('\\')),
                )
                .select(children::family_id);
            let of_guardian =
                replace(families::guardian_kana, " ", "")
                    .like(kana)
                    .escape('\\')
                    .or(replace(families::guardian_name, " ", "").like(name).escape('\\'));
            query.filter(of_guardian.or(families::id.eq_any(of_child)))
        }
    };
    let rows = query.order((families::guardian_kana, families::id)).limit(most).select(FAMILY).load::<FamilyRow>(conn)?;
    rows.into_iter().map(family).collect()
}

/// Whether a facility knows a family.
pub fn is_known(conn: &mut AnyConnection, facility: &FacilityId, family: &FamilyId) -> Result<bool, DbError> {
    let (at, id) = (facility.as_str(), family.as_str());
    let booked = bookings::table.filter(bookings::facility_id.eq(at)).filter(bookings::family_id.eq(id));
    let met = known_families::table.filter(known_families::facility_id.eq(at)).filter(known_families::family_id.eq(id));
    let there = slots::table.filter(slots::facility_id.eq(at)).select(slots::id.nullable());
    let waiting = waitlist_entries::table.filter(waitlist_entries::family_id.eq(id)).filter(waitlist_entries::slot_id.eq_any(there));
    Ok(diesel::select(exists(booked).or(exists(met)).or(exists(waiting))).get_result(conn)?)
}

/// Writes that a facility knows a family.
pub fn write_known(conn: &mut AnyConnection, facility: &FacilityId, family: &FamilyId, now: DateTime<Utc>) -> Result<(), DbError> {
    let values = (
        known_families::facility_id.eq(facility.as_str()),
        known_families::family_id.eq(family.as_str()),
        known_families::known_at.eq(stored(now)),
    );
    let insert = diesel::insert_into(known_families::table).values(values);
    OnConflict { insert, clause: " ON CONFLICT (facility_id, family_id) DO NOTHING" }.execute(conn)?;
    Ok(())
}

/// Whether somebody signs in for a family.
pub fn has_account(conn: &mut AnyConnection, family: &FamilyId) -> Result<bool, DbError> {
    Ok(diesel::select(exists(accounts::table.filter(accounts::family_id.eq(family.as_str())))).get_result(conn)?)
}

/// Writes the code by which a family opens its account, in the place of the one before.
pub fn write_account_code(
    conn: &mut AnyConnection,
    family: &FamilyId,
    hash: &str,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), DbError> {
    let values = (
        account_codes::family_id.eq(family.as_str()),
        account_codes::code_hash.eq(hash),
        account_codes::made_at.eq(stored(now)),
        account_codes::until.eq(stored(until)),
    );
    let insert = diesel::insert_into(account_codes::table).values(values);
    let clause =
        " ON CONFLICT (family_id) DO UPDATE SET code_hash = excluded.code_hash, made_at = excluded.made_at, until = excluded.until";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Takes a code that holds, so that nobody uses it again; gives its family.
pub fn take_account_code(conn: &mut AnyConnection, hash: &str, now: DateTime<Utc>) -> Result<Option<FamilyId>, DbError> {
    let mine = account_codes::table.filter(account_codes::code_hash.eq(hash)).filter(account_codes::until.gt(stored(now)));
    let found: Option<String> = diesel::delete(mine).returning(account_codes::family_id).get_result(conn).optional()?;
    Ok(found.map(FamilyId::new))
}
