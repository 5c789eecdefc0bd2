//! The regular classes of facilities in the database.

use chrono::NaiveDate;
use diesel::prelude::*;
use shared::ids::FacilityId;
use shared::slots::{ClassPlaces, Classes};

use crate::db::{AnyConnection, DbError, unknown};
use crate::schema::{facilities, regular_classes};

/// Locks a facility's classes until the transaction ends, and what is published from them: after families, before slots.
pub fn lock(conn: &mut AnyConnection, facility: &FacilityId) -> Result<(), DbError> {
    let mine = facilities::table.filter(facilities::id.eq(facility.as_str()));
    diesel::update(mine).set(facilities::classes_version.eq(facilities::classes_version)).execute(conn)?;
    Ok(())
}

/// The classes of a facility.
pub fn read(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Classes, DbError> {
    let version = facilities::table.filter(facilities::id.eq(facility.as_str())).select(facilities::classes_version);
    let version: i64 = version.first(conn).optional()?.unwrap_or(1);
    let rows = regular_classes::table
        .filter(regular_classes::facility_id.eq(facility.as_str()))
        .order((regular_classes::age_class, regular_classes::valid_from))
        .select((
            regular_classes::age_class,
            regular_classes::valid_from,
            regular_classes::valid_until,
            regular_classes::capacity,
            regular_classes::enrolled,
        ))
        .load::<(i64, NaiveDate, Option<NaiveDate>, i64, i64)>(conn)?;
    let entry = |(age_class, from, until, capacity, enrolled): (i64, NaiveDate, Option<NaiveDate>, i64, i64)| {
        let age_class = u32::try_from(age_class).map_err(|_| unknown("class", &age_class.to_string()))?;
        Ok(ClassPlaces { age_class, from, until, capacity, enrolled })
    };
    Ok(Classes { entries: rows.into_iter().map(entry).collect::<Result<_, DbError>>()?, version })
}

/// Writes the classes of a facility as they now are, with their version.
pub fn write(conn: &mut AnyConnection, facility: &FacilityId, classes: &Classes) -> Result<(), DbError> {
    diesel::delete(regular_classes::table.filter(regular_classes::facility_id.eq(facility.as_str()))).execute(conn)?;
    for entry in &classes.entries {
        diesel::insert_into(regular_classes::table)
            .values((
                regular_classes::facility_id.eq(facility.as_str()),
                regular_classes::age_class.eq(i64::from(entry.age_class)),
                regular_classes::valid_from.eq(entry.from),
                regular_classes::valid_until.eq(entry.until),
                regular_classes::capacity.eq(entry.capacity),
                regular_classes::enrolled.eq(entry.enrolled),
            ))
            .execute(conn)?;
    }
    let mine = facilities::table.filter(facilities::id.eq(facility.as_str()));
    diesel::update(mine).set(facilities::classes_version.eq(classes.version)).execute(conn)?;
    Ok(())
}
