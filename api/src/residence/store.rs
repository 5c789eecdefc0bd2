//! Letters that prove a residence, in the database.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use shared::ids::FamilyId;
use shared::municipalities::MunicipalityCode;
use shared::residence::Letter;

use crate::db::{AnyConnection, DbError, instant, stored, unknown};
use crate::schema::residence_letters;

type Row = (String, i64, NaiveDateTime, NaiveDateTime, String);

/// The family's letter and the hash of its code.
pub fn find_letter(conn: &mut AnyConnection, family: &FamilyId) -> Result<Option<(Letter, String)>, DbError> {
    let row: Option<Row> = residence_letters::table
        .filter(residence_letters::family_id.eq(family.as_str()))
        .select((
            residence_letters::municipality,
            residence_letters::tries,
            residence_letters::made_at,
            residence_letters::expires_at,
            residence_letters::code_hash,
        ))
        .get_result(conn)
        .optional()?;
    row.map(|(municipality, tries, made, until, hash)| {
        let letter = Letter {
            municipality: MunicipalityCode::parse(&municipality).map_err(|_| unknown("municipality", &municipality))?,
            made_at: instant(made),
            until: instant(until),
            tries: u32::try_from(tries).unwrap_or(u32::MAX),
        };
        Ok((letter, hash))
    })
    .transpose()
}

/// Writes a family's letter in the place of the one before.
pub fn write_letter(conn: &mut AnyConnection, family: &FamilyId, letter: &Letter, code_hash: &str) -> Result<(), DbError> {
    delete_letter(conn, family)?;
    diesel::insert_into(residence_letters::table)
        .values((
            residence_letters::family_id.eq(family.as_str()),
            residence_letters::municipality.eq(letter.municipality.as_str()),
            residence_letters::code_hash.eq(code_hash),
            residence_letters::tries.eq(i64::from(letter.tries)),
            residence_letters::made_at.eq(stored(letter.made_at)),
            residence_letters::expires_at.eq(stored(letter.until)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Counts that a code was typed, before anybody knows whether it is right.
pub fn count_try(conn: &mut AnyConnection, family: &FamilyId) -> Result<(), DbError> {
    diesel::update(residence_letters::table.filter(residence_letters::family_id.eq(family.as_str())))
        .set(residence_letters::tries.eq(residence_letters::tries + 1))
        .execute(conn)?;
    Ok(())
}

/// Forgets a family's letter.
pub fn delete_letter(conn: &mut AnyConnection, family: &FamilyId) -> Result<(), DbError> {
    diesel::delete(residence_letters::table.filter(residence_letters::family_id.eq(family.as_str()))).execute(conn)?;
    Ok(())
}
