//! Outreach in the database: a city's rules, what families did not open in time, and the cases that came of it.

mod cases;
mod matters;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use shared::municipalities::MunicipalityCode;
use shared::outreach::{DatedRules, NewOutreachRules, OutreachRules};

pub use self::cases::*;
pub use self::matters::*;
use crate::db::{AnyConnection, DbError, OnConflict, from_json, stored, to_json};
use crate::schema::outreach_rules as rules;

/// The rules of a city on a day; the shipped ones where it has none.
pub fn find_rules(conn: &mut AnyConnection, city: &MunicipalityCode, day: NaiveDate) -> Result<DatedRules, DbError> {
    let mine = rules::table.filter(rules::municipality.eq(city.as_str())).filter(rules::valid_from.le(day));
    let columns = (rules::valid_from, rules::rules);
    let found: Option<(NaiveDate, String)> = mine.order(rules::valid_from.desc()).select(columns).first(conn).optional()?;
    match found {
        Some((from, text)) => Ok(DatedRules { valid_from: Some(from), rules: from_json(&text)? }),
        None => Ok(DatedRules { valid_from: None, rules: OutreachRules::default() }),
    }
}

/// The rules of a city that begin after a day.
pub fn list_coming(conn: &mut AnyConnection, city: &MunicipalityCode, day: NaiveDate) -> Result<Vec<DatedRules>, DbError> {
    let mine = rules::table.filter(rules::municipality.eq(city.as_str())).filter(rules::valid_from.gt(day));
    let rows: Vec<(NaiveDate, String)> = mine.order(rules::valid_from).select((rules::valid_from, rules::rules)).load(conn)?;
    rows.into_iter().map(|(from, text)| Ok(DatedRules { valid_from: Some(from), rules: from_json(&text)? })).collect()
}

/// Writes the rules of a city from a day on, in the place of others from the same day.
pub fn write_rules(conn: &mut AnyConnection, city: &MunicipalityCode, new: &NewOutreachRules, now: DateTime<Utc>) -> Result<(), DbError> {
    let insert = diesel::insert_into(rules::table).values((
        rules::municipality.eq(city.as_str()),
        rules::valid_from.eq(new.valid_from),
        rules::rules.eq(to_json(&new.rules)?),
        rules::published_at.eq(stored(now)),
    ));
    let clause = " ON CONFLICT (municipality, valid_from) DO UPDATE SET rules = excluded.rules, published_at = excluded.published_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}
