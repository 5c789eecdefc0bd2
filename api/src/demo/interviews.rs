//! First interviews in the demo world: one facility demands them, and goes by those of its operator's house at the station.

use diesel::prelude::*;

use super::Moment;
use super::facilities::facility_id;
use super::places::YONAGO_EVERY_DAY;
use super::programmes::temporary_care;
use crate::db::{AnyConnection, DbError};
use crate::interviews::store::mark_shared;
use crate::schema::{offerings, slots};

/// The facility that wants to see a child before its first stay.
const DEMANDING: usize = 1;

/// Demands interviews from now on; who was there before stays booked.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), DbError> {
    for n in [YONAGO_EVERY_DAY, DEMANDING] {
        mark_shared(conn, &facility_id(n), true, moment.now)?;
    }
    let facility = facility_id(DEMANDING);
    let care = offerings::table.filter(offerings::facility_id.eq(facility.as_str())).filter(offerings::programme.eq(temporary_care::KEY));
    diesel::update(care).set(offerings::interview.eq(true)).execute(conn)?;
    let care = slots::table.filter(slots::facility_id.eq(facility.as_str())).filter(slots::programme.eq(temporary_care::KEY));
    diesel::update(care).set(slots::interview.eq(true)).execute(conn)?;
    Ok(())
}
