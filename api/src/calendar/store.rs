//! Rows of holidays, written.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use shared::calendar::Holidays;

use crate::db::{AnyConnection, DbError};
use crate::municipalities::store::list_holidays;
use crate::schema::holidays;

/// What an import of holidays did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct HolidayCounts {
    /// Days that were not known.
    pub new: u32,
    /// Days that have another name now.
    pub changed: u32,
    /// Days that stay as they were.
    pub unchanged: u32,
    /// Days that are no holidays any more.
    pub removed: u32,
}

/// Makes the holidays of the years that a list covers exactly those of the list.
pub fn replace_holidays(conn: &mut AnyConnection, list: &Holidays) -> Result<HolidayCounts, DbError> {
    let mut counts = HolidayCounts::default();
    let (Some(first), Some(last)) = (list.iter().next(), list.iter().last()) else { return Ok(counts) };
    let (Some(from), Some(until)) = (NaiveDate::from_ymd_opt(first.0.year(), 1, 1), NaiveDate::from_ymd_opt(last.0.year(), 12, 31)) else {
        return Ok(counts);
    };
    let known = list_holidays(conn, from, until)?;
    for (day, _) in known.iter().filter(|(day, _)| !list.is_holiday(*day)) {
        diesel::delete(holidays::table.filter(holidays::day.eq(*day))).execute(conn)?;
        counts.removed += 1;
    }
    for (day, name) in list.iter() {
        match known.iter().find(|(known, _)| *known == day) {
            None => {
                diesel::insert_into(holidays::table).values((holidays::day.eq(day), holidays::name.eq(name))).execute(conn)?;
                counts.new += 1;
            }
            Some((_, known)) if known != name => {
                diesel::update(holidays::table.filter(holidays::day.eq(day))).set(holidays::name.eq(name)).execute(conn)?;
                counts.changed += 1;
            }
            Some(_) => counts.unchanged += 1,
        }
    }
    Ok(counts)
}
