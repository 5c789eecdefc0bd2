//! Municipalities, compacts and holidays in the database.

use chrono::NaiveDate;
use diesel::prelude::*;
use shared::changes::CityData;
use shared::ids::CompactId;
use shared::municipalities::{Compact, CompactTerm, Municipality, MunicipalityCode, Position};
use shared::programmes::{PriceTier, ProgrammeKey};

use crate::db::{AnyConnection, DbError, from_json, to_json, unknown};
use crate::schema::{compact_terms, compacts, holidays, municipalities};

type Row = (String, String, String, f64, f64);

fn municipality((code, name, kana, latitude, longitude): Row) -> Result<Municipality, DbError> {
    Ok(Municipality { code: self::code(&code)?, name: from_json(&name)?, kana, position: Position { latitude, longitude } })
}

/// A stored municipality code.
pub fn code(text: &str) -> Result<MunicipalityCode, DbError> {
    MunicipalityCode::parse(text).map_err(|_| unknown("municipality", text))
}

/// All municipalities, by code.
pub fn list_municipalities(conn: &mut AnyConnection) -> Result<Vec<Municipality>, DbError> {
    municipalities::table.order(municipalities::code).load::<Row>(conn)?.into_iter().map(municipality).collect()
}

/// The municipality with this code.
pub fn find_municipality(conn: &mut AnyConnection, code: &MunicipalityCode) -> Result<Option<Municipality>, DbError> {
    municipalities::table.filter(municipalities::code.eq(code.as_str())).get_result::<Row>(conn).optional()?.map(municipality).transpose()
}

/// Writes what holds of a municipality from now on.
pub fn update_municipality(conn: &mut AnyConnection, code: &MunicipalityCode, data: &CityData) -> Result<(), DbError> {
    diesel::update(municipalities::table.filter(municipalities::code.eq(code.as_str())))
        .set((
            municipalities::name.eq(to_json(&data.name)?),
            municipalities::kana.eq(&data.kana),
            municipalities::latitude.eq(data.latitude),
            municipalities::longitude.eq(data.longitude),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a municipality.
pub fn insert_municipality(conn: &mut AnyConnection, new: &Municipality) -> Result<(), DbError> {
    diesel::insert_into(municipalities::table)
        .values((
            municipalities::code.eq(new.code.as_str()),
            municipalities::name.eq(to_json(&new.name)?),
            municipalities::kana.eq(&new.kana),
            municipalities::latitude.eq(new.position.latitude),
            municipalities::longitude.eq(new.position.longitude),
        ))
        .execute(conn)?;
    Ok(())
}

type TermRow = (String, String, String, String, NaiveDate, Option<NaiveDate>, i64, String);

fn term(row: TermRow) -> Result<CompactTerm, DbError> {
    let (compact, residence, host, programme, valid_from, valid_until, days, tier) = row;
    Ok(CompactTerm {
        compact_id: CompactId::new(compact),
        residence: code(&residence)?,
        host: code(&host)?,
        programme: ProgrammeKey::new(programme),
        valid_from,
        valid_until,
        resident_priority_days: u32::try_from(days).unwrap_or(0),
        price_tier: PriceTier::new(tier),
    })
}

/// What compacts say, of all hosts or one, of all programmes or one.
pub fn list_terms(
    conn: &mut AnyConnection,
    host: Option<&MunicipalityCode>,
    programme: Option<&ProgrammeKey>,
) -> Result<Vec<CompactTerm>, DbError> {
    let mut query = compact_terms::table.into_boxed();
    if let Some(host) = host {
        query = query.filter(compact_terms::host.eq(host.as_str()));
    }
    if let Some(programme) = programme {
        query = query.filter(compact_terms::programme.eq(programme.as_str()));
    }
    query
        .order((compact_terms::residence, compact_terms::host, compact_terms::programme, compact_terms::valid_from))
        .load::<TermRow>(conn)?
        .into_iter()
        .map(term)
        .collect()
}

/// Locks a municipality's own data until the transaction ends.
pub fn lock_municipality(conn: &mut AnyConnection, code: &MunicipalityCode) -> Result<(), DbError> {
    let mine = municipalities::table.filter(municipalities::code.eq(code.as_str()));
    diesel::update(mine).set(municipalities::kana.eq(municipalities::kana)).execute(conn)?;
    Ok(())
}

/// All compacts with their terms.
pub fn list_compacts(conn: &mut AnyConnection) -> Result<Vec<Compact>, DbError> {
    let terms = list_terms(conn, None, None)?;
    compacts::table
        .order(compacts::id)
        .load::<(String, String)>(conn)?
        .into_iter()
        .map(|(id, name)| {
            let id = CompactId::new(id);
            let terms = terms.iter().filter(|term| term.compact_id == id).cloned().collect();
            Ok(Compact { name: from_json(&name)?, id, terms })
        })
        .collect()
}

/// Writes a compact with its terms.
pub fn insert_compact(conn: &mut AnyConnection, new: &Compact) -> Result<(), DbError> {
    diesel::insert_into(compacts::table)
        .values((compacts::id.eq(new.id.as_str()), compacts::name.eq(to_json(&new.name)?)))
        .execute(conn)?;
    for term in &new.terms {
        diesel::insert_into(compact_terms::table)
            .values((
                compact_terms::compact_id.eq(new.id.as_str()),
                compact_terms::residence.eq(term.residence.as_str()),
                compact_terms::host.eq(term.host.as_str()),
                compact_terms::programme.eq(term.programme.as_str()),
                compact_terms::valid_from.eq(term.valid_from),
                compact_terms::valid_until.eq(term.valid_until),
                compact_terms::resident_priority_days.eq(i64::from(term.resident_priority_days)),
                compact_terms::price_tier.eq(term.price_tier.as_str()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// National holidays from one day to another, both included.
pub fn list_holidays(conn: &mut AnyConnection, from: NaiveDate, to: NaiveDate) -> Result<Vec<(NaiveDate, String)>, DbError> {
    Ok(holidays::table.filter(holidays::day.between(from, to)).order(holidays::day).load(conn)?)
}
