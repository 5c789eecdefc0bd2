//! What only open data need of facilities.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use shared::facilities::Listing;
use shared::municipalities::MunicipalityCode;

use crate::db::{AnyConnection, DbError, from_json, instant, stored};
use crate::schema::facilities;

/// What a municipality publishes of its facilities that have not closed for good by then, by ID.
pub fn list_facilities(conn: &mut AnyConnection, city: &MunicipalityCode, at: DateTime<Utc>) -> Result<Vec<Listing>, DbError> {
    let rows: Vec<String> = facilities::table
        .filter(facilities::municipality.eq(city.as_str()))
        .filter(facilities::closes_at.is_null().or(facilities::closes_at.gt(stored(at))))
        .order(facilities::source_id)
        .select(facilities::details)
        .load(conn)?;
    rows.iter().map(|details| from_json(details)).collect()
}

/// The published ID of each facility, by ours.
pub fn source_ids(conn: &mut AnyConnection, city: &MunicipalityCode) -> Result<BTreeMap<String, String>, DbError> {
    let of_city = facilities::table.filter(facilities::municipality.eq(city.as_str()));
    let rows: Vec<(String, String)> = of_city.select((facilities::id, facilities::source_id)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// When a facility of the city changed last, and whether one of them is made up.
pub fn find_change(conn: &mut AnyConnection, city: &MunicipalityCode) -> Result<(Option<DateTime<Utc>>, bool), DbError> {
    let of_city = facilities::table.filter(facilities::municipality.eq(city.as_str()));
    let changed: Option<NaiveDateTime> = of_city.select(max(facilities::updated_at)).get_result(conn)?;
    let fictional: i64 = of_city.filter(facilities::fictional).count().get_result(conn)?;
    Ok((changed.map(instant), fictional > 0))
}
