//! Series in the database; their dates are bookings.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::ids::{FacilityId, FamilyId, SeriesId};
use shared::series::NewSeries;

use crate::db::{AnyConnection, DbError, from_json, stored, to_json};
use crate::schema::series;

/// A series as it was asked for.
pub struct Row {
    /// Its id.
    pub id: SeriesId,
    /// The family.
    pub family_id: FamilyId,
    /// The facility.
    pub facility_id: FacilityId,
    /// What the family asked for.
    pub asked: NewSeries,
}

/// A series by its id, whoever's it is.
pub fn find_series(conn: &mut AnyConnection, id: &SeriesId) -> Result<Option<Row>, DbError> {
    let columns = (series::family_id, series::facility_id, series::asked);
    let row = series::table.filter(series::id.eq(id.as_str())).select(columns).get_result::<(String, String, String)>(conn).optional()?;
    row.map(|(family_id, facility_id, asked)| {
        Ok(Row {
            id: id.clone(),
            family_id: FamilyId::new(family_id),
            facility_id: FacilityId::new(facility_id),
            asked: from_json(&asked)?,
        })
    })
    .transpose()
}

/// Writes a series.
pub fn insert_series(
    conn: &mut AnyConnection,
    id: &SeriesId,
    (family, facility): (&FamilyId, &FacilityId),
    asked: &NewSeries,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(series::table)
        .values((
            series::id.eq(id.as_str()),
            series::family_id.eq(family.as_str()),
            series::facility_id.eq(facility.as_str()),
            series::asked.eq(to_json(&NewSeries { seen: None, ..asked.clone() })?),
            series::created_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}
