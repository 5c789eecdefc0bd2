//! Facilities in the database.

use diesel::prelude::*;
use shared::ids::FacilityId;

use crate::db::{AnyConnection, DbError};
use crate::schema::facilities;

/// The name of a facility.
pub fn find_name(conn: &mut AnyConnection, id: &FacilityId) -> Result<Option<String>, DbError> {
    Ok(facilities::table.filter(facilities::id.eq(id.as_str())).select(facilities::name).first(conn).optional()?)
}
