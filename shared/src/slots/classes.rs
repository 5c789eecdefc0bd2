//! The regular classes (クラス) of a facility, and slots whose places are what is free in them (余裕活用型).
//!
//! A class goes by the age on 1 April (学年年齢, [`age_class`](crate::time::age_class)), a child's age on the day may be one more. A free
//! place of a class is for a child of that class, so the bands of such a slot go by the class too, whatever age the programme counts by:
//! a band from 1 to under 3 has the free places of the classes 1 and 2, and a child of class 2 that is three already comes there.

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::changing::lay;
use super::{AffectedBooking, BandPlaces, Changed, Consequence, Held, MOST_PLACES, Rejection, Slot, SlotChange};
use crate::ids::BookingId;
use crate::programmes::{AgeBasis, Ages, Terms};
use crate::time::{age_class, next_day, tokyo_day};

/// The class of those who enter primary school next.
pub const OLDEST_CLASS: u32 = 5;

/// The regular places of one class from one day to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassPlaces {
    /// The class, 0 to 5: age on 1 April of the fiscal year.
    #[validate(range(max = 5, code = "slots.class_unknown"))]
    pub age_class: u32,
    /// The first day.
    pub from: NaiveDate,
    /// The last day; none: until a later entry of the class begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// How many regular children it takes, 0 to 200.
    #[validate(range(min = 0, max = 200, code = "slots.capacity_range"))]
    pub capacity: i64,
    /// How many are enrolled, 0 to 200; it may be more than it takes.
    #[validate(range(min = 0, max = 200, code = "slots.capacity_range"))]
    pub enrolled: i64,
}

impl ClassPlaces {
    fn covers(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// What is free; below 0 where more are enrolled than it takes.
    pub const fn free(&self) -> i64 {
        self.capacity - self.enrolled
    }
}

/// Which entry of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassDay {
    /// The class.
    pub age_class: u32,
    /// The entry's first day.
    pub from: NaiveDate,
}

/// The regular classes of a facility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Classes {
    /// Every entry, by class and first day. Of those that hold on a day, the one that begins last does.
    pub entries: Vec<ClassPlaces>,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

/// Changes the regular classes of a facility; the slots whose places come from them follow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassesChange {
    /// New entries; one of the same class and first day is replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(nested, length(max = 60, code = "slots.classes_invalid"))]
    pub entries: Vec<ClassPlaces>,
    /// Entries that are taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 60, code = "slots.classes_invalid"))]
    pub removed: Vec<ClassDay>,
    /// What becomes of bookings that find no place any more; without it such a change is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<Consequence>,
    /// The bookings that the preview showed as affected: where another one would be cancelled, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 2000, code = "slots.range_invalid"))]
    pub seen: Option<Vec<BookingId>>,
}

/// What a change of the classes means, or has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClassesPreview {
    /// The classes as they then are.
    pub classes: Classes,
    /// The slots whose places change, as they then are, by start.
    pub slots: Vec<Slot>,
    /// The bookings that the facility cancels, by slot, the last that was made first.
    pub affected: Vec<AffectedBooking>,
}

/// The entry of a class that holds on a day: of those that cover it, the one that begins last.
pub fn class_on(entries: &[ClassPlaces], age_class: u32, day: NaiveDate) -> Option<&ClassPlaces> {
    entries.iter().filter(|entry| entry.age_class == age_class && entry.covers(day)).max_by_key(|entry| entry.from)
}

/// The places of a band on a day: what is free in its classes together, a class that is overfull taking from the others, never below 0. A
/// class of which nothing is known has none.
pub fn free_on(entries: &[ClassPlaces], (from_age, under_age): (u32, u32), day: NaiveDate) -> i64 {
    let classes = from_age..under_age.min(OLDEST_CLASS + 1);
    classes.filter_map(|class| class_on(entries, class, day)).map(ClassPlaces::free).sum::<i64>().clamp(0, MOST_PLACES)
}

/// The places of a band for a whole slot: the fewest of any day that it touches.
pub fn free_between(entries: &[ClassPlaces], ages: (u32, u32), starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> i64 {
    let last = tokyo_day(ends_at - TimeDelta::seconds(1));
    let days = tokyo_day(starts_at).iter_days().take_while(|day| *day <= last);
    days.map(|day| free_on(entries, ages, day)).min().unwrap_or(0)
}

/// The classes after a change, by class and first day.
pub fn change_classes(entries: &[ClassPlaces], command: &ClassesChange) -> Result<Vec<ClassPlaces>, Rejection> {
    let is_right = |entry: &ClassPlaces| {
        let numbers = [entry.capacity, entry.enrolled].iter().all(|number| (0..=MOST_PLACES).contains(number));
        entry.age_class <= OLDEST_CLASS && numbers && entry.until.is_none_or(|until| entry.from <= until)
    };
    let named: Vec<(u32, NaiveDate)> = command.entries.iter().map(|entry| (entry.age_class, entry.from)).collect();
    let is_twice = named.iter().enumerate().any(|(n, one)| named.iter().take(n).any(|before| before == one));
    if named.is_empty() && command.removed.is_empty() || is_twice || !command.entries.iter().all(is_right) {
        return Err(Rejection::ClassesInvalid);
    }
    let known = |gone: &ClassDay| entries.iter().any(|entry| (entry.age_class, entry.from) == (gone.age_class, gone.from));
    if !command.removed.iter().all(known) {
        return Err(Rejection::ClassesInvalid);
    }
    let stays = |entry: &&ClassPlaces| {
        let key = (entry.age_class, entry.from);
        !named.contains(&key) && !command.removed.iter().any(|gone| (gone.age_class, gone.from) == key)
    };
    let mut after: Vec<ClassPlaces> = entries.iter().filter(stays).chain(&command.entries).cloned().collect();
    after.sort();
    Ok(after)
}

/// The places that a slot's bands have by the classes.
pub fn places_by(slot: &Slot, entries: &[ClassPlaces]) -> Vec<BandPlaces> {
    let free = |ages| free_between(entries, ages, slot.starts_at, slot.ends_at);
    let one = |from_age, under_age| BandPlaces { from_age, under_age, capacity: free((from_age, under_age)) };
    slot.bands.iter().map(|band| one(band.from_age, band.under_age)).collect()
}

/// Whether a slot's places would be others by these classes: it takes them from there, has not begun, and differs.
pub fn must_follow(slot: &Slot, entries: &[ClassPlaces], now: DateTime<Utc>) -> bool {
    let differs = || places_by(slot, entries).iter().zip(&slot.bands).any(|(wanted, band)| wanted.capacity != band.capacity);
    slot.spare && now < slot.starts_at && differs()
}

/// Lets a slot's places follow its classes, by the rule of a change by hand: never below what is booked, unless the last who came are
/// cancelled for it. Preview and change use the same function.
pub fn follow(
    slot: &Slot,
    terms: &Terms,
    held: &[Held],
    (entries, consequence): (&[ClassPlaces], Option<Consequence>),
    now: DateTime<Utc>,
) -> Result<Changed, Rejection> {
    let command = SlotChange { bands: Some(places_by(slot, entries)), consequence, ..SlotChange::default() };
    lay(slot, terms, held, &command, now)
}

impl Slot {
    /// Whether its bands go by the class (age on 1 April) instead of the age on the day.
    pub fn goes_by_class(&self, ages: &Ages) -> bool {
        self.spare || ages.basis == AgeBasis::Class
    }

    /// The age that decides in which band a child born then has its place.
    pub fn band_age(&self, ages: &Ages, born: NaiveDate) -> u32 {
        if self.spare { age_class(born, self.day()) } else { ages.band_age(born, self.day()) }
    }

    /// The ages in years that decide the band of a child of so many completed months on the day, as far as months tell: by age on the day
    /// there is one; by class there may be two, because some children of as many months were born before the line and some after it.
    pub fn band_ages(&self, ages: &Ages, months: u32) -> Vec<u32> {
        if !self.goes_by_class(ages) {
            return vec![months / 12];
        }
        let day = self.day();
        let born = |months: u32| day.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN);
        // The oldest is born the day after the day of the same number a month earlier, the youngest on the day of the same number.
        let mut classes = [next_day(born(months.saturating_add(1))), born(months)].map(|born| age_class(born, day)).to_vec();
        classes.dedup();
        classes
    }
}
