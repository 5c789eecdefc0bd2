//! The regular classes of the demo world's nurseries that give their free places to temporary care: a year as it is, and a class that fills
//! up while the weeks of slots go on.

use chrono::NaiveDate;
use shared::slots::{ClassPlaces, Classes};
use shared::time::{Month, days_after, fiscal_year};

use super::facilities::facility_id;
use super::{ACTOR, Moment, places::PLACES};
use crate::db::{AnyConnection, DbError};
use crate::outbox::Act;
use crate::slots;

/// A nursery in each city.
pub const SPARE: [usize; 2] = [3, 17];

/// Places and enrolled children of the classes 0 to 5.
const YEAR: [(i64, i64); 6] = [(6, 5), (10, 8), (12, 11), (14, 12), (14, 13), (14, 14)];

/// The classes of a facility; none where it gives no places from them.
pub fn classes(n: usize, today: NaiveDate) -> Vec<ClassPlaces> {
    if !SPARE.contains(&n) {
        return Vec::new();
    }
    let april = NaiveDate::from_ymd_opt(fiscal_year(today), 4, 1).unwrap_or(today);
    let mut entries: Vec<ClassPlaces> = (0..)
        .zip(YEAR)
        .map(|(age_class, (capacity, enrolled))| ClassPlaces { age_class, from: april, until: None, capacity, enrolled })
        .collect();
    // Somebody moves here in the month after next.
    let later = Month::of(days_after(Month::of(today).next_first_day(), 31)).first_day();
    entries.push(ClassPlaces { age_class: 1, from: later, until: None, capacity: 10, enrolled: 9 });
    entries.sort();
    entries
}

/// Writes them, as if they had been there since the year began.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), DbError> {
    for (n, place) in PLACES.iter().enumerate().filter(|(n, _)| SPARE.contains(n)) {
        let facility = facility_id(n);
        slots::classes::store::write(conn, &facility, &Classes { entries: classes(n, moment.today), version: 2 })?;
        let city = super::cities::code(place.city)?;
        Act::of_command(ACTOR, moment.now).record(conn, "classes.changed", (&city, Some(&facility)), facility.as_str())?;
    }
    Ok(())
}
