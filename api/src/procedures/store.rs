//! Procedures in the database: versions by municipality and day.

use chrono::NaiveDate;
use diesel::prelude::*;
use shared::ids::ProcedureId;
use shared::municipalities::MunicipalityCode;
use shared::procedures::{Procedure, ProcedureKey};

use crate::db::{AnyConnection, DbError, from_json, to_json};
use crate::municipalities::store::code;
use crate::schema::procedures;

/// A procedure's row, as other slices select it too.
pub type Row = (String, String, String, NaiveDate, Option<NaiveDate>, String, String, String);

/// Reads a row.
pub fn procedure((id, key, municipality, valid_from, valid_until, name, summary, terms): Row) -> Result<Procedure, DbError> {
    Ok(Procedure {
        id: ProcedureId::new(id),
        key: ProcedureKey::new(key),
        municipality: code(&municipality)?,
        valid_from,
        valid_until,
        name: from_json(&name)?,
        summary: from_json(&summary)?,
        terms: from_json(&terms)?,
    })
}

/// Versions that hold on a day, of one municipality or all.
pub fn list_procedures(
    conn: &mut AnyConnection,
    municipality: Option<&MunicipalityCode>,
    day: NaiveDate,
) -> Result<Vec<Procedure>, DbError> {
    let mut query = procedures::table
        .filter(procedures::valid_from.le(day))
        .filter(procedures::valid_until.is_null().or(procedures::valid_until.ge(day)))
        .into_boxed();
    if let Some(code) = municipality {
        query = query.filter(procedures::municipality.eq(code.as_str()));
    }
    query.order((procedures::municipality, procedures::id)).load::<Row>(conn)?.into_iter().map(procedure).collect()
}

/// The version of a municipality's procedure that holds on a day.
pub fn find_procedure(
    conn: &mut AnyConnection,
    municipality: &MunicipalityCode,
    key: &ProcedureKey,
    day: NaiveDate,
) -> Result<Option<Procedure>, DbError> {
    let all = list_all_versions(conn, municipality, key)?;
    Ok(all.into_iter().find(|version| version.valid_from <= day && version.valid_until.is_none_or(|last| day <= last)))
}

/// Every version that a municipality ever had or plans of a procedure, by first day.
pub fn list_all_versions(conn: &mut AnyConnection, municipality: &MunicipalityCode, key: &ProcedureKey) -> Result<Vec<Procedure>, DbError> {
    let mine = procedures::table.filter(procedures::municipality.eq(municipality.as_str())).filter(procedures::key.eq(key.as_str()));
    mine.order(procedures::valid_from).load::<Row>(conn)?.into_iter().map(procedure).collect()
}

/// Writes a version.
pub fn insert_procedure(conn: &mut AnyConnection, new: &Procedure) -> Result<(), DbError> {
    diesel::insert_into(procedures::table)
        .values((
            procedures::id.eq(new.id.as_str()),
            procedures::key.eq(new.key.as_str()),
            procedures::municipality.eq(new.municipality.as_str()),
            procedures::valid_from.eq(new.valid_from),
            procedures::valid_until.eq(new.valid_until),
            procedures::name.eq(to_json(&new.name)?),
            procedures::summary.eq(to_json(&new.summary)?),
            procedures::terms.eq(to_json(&new.terms)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a version its last day.
pub fn end_procedure(conn: &mut AnyConnection, id: &ProcedureId, last: NaiveDate) -> Result<(), DbError> {
    diesel::update(procedures::table.filter(procedures::id.eq(id.as_str()))).set(procedures::valid_until.eq(last)).execute(conn)?;
    Ok(())
}
