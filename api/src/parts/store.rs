//! Hidden parts of staff mode in the database.

use diesel::prelude::*;
use shared::ids::FacilityId;
use shared::parts::HiddenParts;

use crate::db::{AnyConnection, DbError, OnConflict, from_json, to_json};
use crate::schema::hidden_parts;

/// What a facility hides.
pub fn find_hidden(conn: &mut AnyConnection, facility: &FacilityId) -> Result<HiddenParts, DbError> {
    let own = hidden_parts::table.filter(hidden_parts::facility_id.eq(facility.as_str()));
    let hidden: Option<String> = own.select(hidden_parts::hidden).first(conn).optional()?;
    hidden.map_or_else(|| Ok(HiddenParts::default()), |hidden| from_json(&hidden))
}

/// Writes what a facility hides.
pub fn write_hidden(conn: &mut AnyConnection, facility: &FacilityId, hidden: &HiddenParts) -> Result<(), DbError> {
    let values = (hidden_parts::facility_id.eq(facility.as_str()), hidden_parts::hidden.eq(to_json(hidden)?));
    let insert = diesel::insert_into(hidden_parts::table).values(values);
    OnConflict { insert, clause: " ON CONFLICT (facility_id) DO UPDATE SET hidden = excluded.hidden" }.execute(conn)?;
    Ok(())
}
