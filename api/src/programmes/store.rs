//! Programmes in the database: versions by municipality and day.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use diesel::prelude::*;
use shared::ids::ProgrammeVersionId;
use shared::municipalities::MunicipalityCode;
use shared::programmes::{Programme, ProgrammeKey, Terms};

use crate::db::{AnyConnection, DbError, Parsed, from_json, to_json};
use crate::municipalities::store::code;
use crate::schema::programmes;

/// The rules of versions, parsed.
static TERMS: LazyLock<Parsed<Terms>> = LazyLock::new(Parsed::default);

/// Stored rules of a version.
pub fn terms(text: &str) -> Result<Arc<Terms>, DbError> {
    TERMS.read(text)
}

type Row = (String, String, String, NaiveDate, Option<NaiveDate>, String, String, String);

fn programme((id, key, municipality, valid_from, valid_until, name, summary, terms): Row) -> Result<Programme, DbError> {
    Ok(Programme {
        id: ProgrammeVersionId::new(id),
        key: ProgrammeKey::new(key),
        municipality: code(&municipality)?,
        valid_from,
        valid_until,
        name: from_json(&name)?,
        summary: from_json(&summary)?,
        terms: self::terms(&terms)?.as_ref().clone(),
    })
}

/// Versions that touch a range of days, both included, of one municipality or all.
pub fn list_programmes(
    conn: &mut AnyConnection,
    municipality: Option<&MunicipalityCode>,
    key: Option<&ProgrammeKey>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Programme>, DbError> {
    let mut query = programmes::table
        .filter(programmes::valid_from.le(to))
        .filter(programmes::valid_until.is_null().or(programmes::valid_until.ge(from)))
        .into_boxed();
    if let Some(code) = municipality {
        query = query.filter(programmes::municipality.eq(code.as_str()));
    }
    if let Some(key) = key {
        query = query.filter(programmes::key.eq(key.as_str()));
    }
    query.order((programmes::municipality, programmes::key, programmes::valid_from)).load::<Row>(conn)?.into_iter().map(programme).collect()
}

/// The version of a municipality's programme that holds on a day.
pub fn find_programme(
    conn: &mut AnyConnection,
    municipality: &MunicipalityCode,
    key: &ProgrammeKey,
    day: NaiveDate,
) -> Result<Option<Programme>, DbError> {
    Ok(list_programmes(conn, Some(municipality), Some(key), day, day)?.into_iter().next())
}

/// The versions of a programme in two municipalities that touch a range of days, both included.
pub fn list_versions(
    conn: &mut AnyConnection,
    (one, other): (&MunicipalityCode, &MunicipalityCode),
    key: &ProgrammeKey,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<Programme>, DbError> {
    programmes::table
        .filter(programmes::municipality.eq(one.as_str()).or(programmes::municipality.eq(other.as_str())))
        .filter(programmes::key.eq(key.as_str()))
        .filter(programmes::valid_from.le(to))
        .filter(programmes::valid_until.is_null().or(programmes::valid_until.ge(from)))
        .load::<Row>(conn)?
        .into_iter()
        .map(programme)
        .collect()
}

/// Every version that a municipality ever had or plans of a programme, by first day.
pub fn list_all_versions(conn: &mut AnyConnection, municipality: &MunicipalityCode, key: &ProgrammeKey) -> Result<Vec<Programme>, DbError> {
    let mine = programmes::table.filter(programmes::municipality.eq(municipality.as_str())).filter(programmes::key.eq(key.as_str()));
    mine.order(programmes::valid_from).load::<Row>(conn)?.into_iter().map(programme).collect()
}

/// Writes a version.
pub fn insert_programme(conn: &mut AnyConnection, new: &Programme) -> Result<(), DbError> {
    diesel::insert_into(programmes::table)
        .values((
            programmes::id.eq(new.id.as_str()),
            programmes::key.eq(new.key.as_str()),
            programmes::municipality.eq(new.municipality.as_str()),
            programmes::valid_from.eq(new.valid_from),
            programmes::valid_until.eq(new.valid_until),
            programmes::name.eq(to_json(&new.name)?),
            programmes::summary.eq(to_json(&new.summary)?),
            programmes::terms.eq(to_json(&new.terms)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a version its last day.
pub fn end_programme(conn: &mut AnyConnection, id: &ProgrammeVersionId, last: NaiveDate) -> Result<(), DbError> {
    diesel::update(programmes::table.filter(programmes::id.eq(id.as_str()))).set(programmes::valid_until.eq(last)).execute(conn)?;
    Ok(())
}

/// The version of a municipality among these that holds on a day.
pub fn on_day<'a>(all: &'a [Programme], municipality: &MunicipalityCode, key: &ProgrammeKey, day: NaiveDate) -> Option<&'a Programme> {
    all.iter()
        .find(|p| p.municipality == *municipality && p.key == *key && p.valid_from <= day && p.valid_until.is_none_or(|last| day <= last))
}
