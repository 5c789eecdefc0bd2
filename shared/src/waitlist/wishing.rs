//! Wishes: any place that fits, which stays of a slot would do, and who waits for the same place.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::{Rejection, Wanted};
use crate::ids::{FacilityId, WaitlistEntryId};
use crate::municipalities::MunicipalityCode;
use crate::programmes::{ProgrammeKey, Terms, Unit};
use crate::slots::Slot;
use crate::time::{at, days_after, next_day, tokyo_day};

/// The most days of a wish.
pub const MOST_DAYS: u32 = 62;

/// Any place that fits: the shortest stay of at least so many minutes, the earliest of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wish {
    /// The programme.
    pub programme: ProgrammeKey,
    /// Where; anywhere when empty.
    #[serde(default)]
    pub municipalities: Vec<MunicipalityCode>,
    /// At which facilities; at any when empty.
    #[serde(default)]
    pub facilities: Vec<FacilityId>,
    /// First day.
    pub from: NaiveDate,
    /// Last day, at most 61 after the first.
    pub until: NaiveDate,
    /// On which days of the week; on any when empty.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub weekdays: Vec<Weekday>,
    /// Not before this time of day (Tokyo).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<NaiveTime>,
    /// Not after this time of day (Tokyo).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<NaiveTime>,
    /// At least so many minutes, 1 to 1440.
    pub minutes: i64,
}

fn any_of<T: PartialEq>(wanted: &[T], one: &T) -> bool {
    wanted.is_empty() || wanted.contains(one)
}

fn meet<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.is_empty() || b.is_empty() || a.iter().any(|one| b.contains(one))
}

impl Wish {
    /// Whether it makes sense.
    pub fn check(&self, today: NaiveDate) -> Result<(), Rejection> {
        if self.until < self.from.max(today) || self.until >= days_after(self.from, MOST_DAYS) || self.days().next().is_none() {
            return Err(Rejection::WishDays);
        }
        let window = self.latest.unwrap_or(NaiveTime::MIN) - self.earliest.unwrap_or(NaiveTime::MIN);
        let fits = self.latest.is_none() || window >= TimeDelta::minutes(self.minutes);
        if (1..=1440).contains(&self.minutes) && fits { Ok(()) } else { Err(Rejection::WishTimes) }
    }

    /// The days that would do.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        let days = usize::try_from(MOST_DAYS).unwrap_or(0);
        self.from.iter_days().take(days).take_while(|day| *day <= self.until).filter(|day| any_of(&self.weekdays, &day.weekday()))
    }

    /// From when to when on a day.
    fn window(&self, day: NaiveDate) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
        (at(day, self.earliest.unwrap_or(NaiveTime::MIN)), self.latest.map(|latest| at(day, latest)))
    }

    /// Whether some hours at a place would do.
    pub fn fits(&self, spot: &Spot) -> bool {
        let day = tokyo_day(spot.starts_at);
        let (earliest, latest) = self.window(day);
        let hours = latest.map_or(spot.ends_at, |latest| latest.min(spot.ends_at)) - earliest.max(spot.starts_at);
        self.programme == spot.programme
            && any_of(&self.municipalities, &spot.municipality)
            && any_of(&self.facilities, &spot.facility)
            && (self.from..=self.until).contains(&day)
            && any_of(&self.weekdays, &day.weekday())
            && hours >= TimeDelta::minutes(self.minutes)
    }

    /// Whether one place might do for both.
    fn meets(&self, other: &Self) -> bool {
        let share_a_day = || {
            let mine: BTreeSet<NaiveDate> = self.days().collect();
            other.days().any(|day| mine.contains(&day))
        };
        let before = |a: Option<NaiveTime>, b: Option<NaiveTime>| a.zip(b).is_none_or(|(a, b)| a < b);
        self.programme == other.programme
            && meet(&self.municipalities, &other.municipalities)
            && meet(&self.facilities, &other.facilities)
            && before(self.earliest, other.latest)
            && before(other.earliest, self.latest)
            && share_a_day()
    }

    /// The stays of a slot that would do, free or not: the shortest first, then the earliest.
    pub fn stays(&self, slot: &Slot, terms: &Terms) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let (earliest, latest) = self.window(slot.day());
        let inside = |(from, until): &(DateTime<Utc>, DateTime<Utc>)| earliest <= *from && latest.is_none_or(|latest| *until <= latest);
        let length = |(from, until): &(DateTime<Utc>, DateTime<Utc>)| (*until - *from).num_minutes();
        let mut stays: Vec<_> = match &terms.unit {
            Unit::Blocks { .. } => slot.blocks.iter().map(|block| (block.starts_at, block.ends_at)).collect(),
            Unit::Flexible { minimum_minutes, step_minutes, .. } => {
                let step = (*step_minutes).max(1);
                let wanted = (self.minutes.max(*minimum_minutes) + step - 1) / step * step;
                let starts = (0..).map(|n| n * step).take_while(|minute| slot.instant(minute + wanted) <= slot.ends_at);
                starts.map(|minute| (slot.instant(minute), slot.instant(minute + wanted))).collect()
            }
        };
        stays.retain(|stay| inside(stay) && length(stay) >= self.minutes);
        stays.sort_by_key(|stay| (length(stay), stay.0));
        stays
    }

    /// When nothing can come of it any more: when its last day is over.
    pub fn over_at(&self) -> DateTime<Utc> {
        at(next_day(self.until), NaiveTime::MIN)
    }
}

/// Some hours at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The programme.
    pub programme: ProgrammeKey,
    /// The municipality.
    pub municipality: MunicipalityCode,
    /// The facility.
    pub facility: FacilityId,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
}

impl Spot {
    /// A slot's whole time.
    pub fn of(slot: &Slot) -> Self {
        Self {
            programme: slot.programme.clone(),
            municipality: slot.facility.municipality.clone(),
            facility: slot.facility.id.clone(),
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
        }
    }
}

/// An entry that waits, as far as others have to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// Which.
    pub id: WaitlistEntryId,
    /// When it joined.
    pub created_at: DateTime<Utc>,
    /// What it waits for.
    pub wanted: Wanted,
    /// Where and when that is, for a slot.
    pub spot: Option<Spot>,
    /// The bands of the slot in which its children count, by their lower ages; all of them where bands share a room or carers.
    pub bands: Vec<u32>,
}

impl Waiter {
    /// Whether one place might do for both.
    fn competes(&self, other: &Self) -> bool {
        match (&self.wanted, &other.wanted) {
            (Wanted::Slot(mine), Wanted::Slot(others)) => {
                let overlap =
                    self.spot.as_ref().zip(other.spot.as_ref()).is_some_and(|(a, b)| a.starts_at < b.ends_at && b.starts_at < a.ends_at);
                mine.slot_id == others.slot_id && overlap && meet(&self.bands, &other.bands)
            }
            (Wanted::Wish(wish), Wanted::Slot(_)) => other.spot.as_ref().is_some_and(|spot| wish.fits(spot)),
            (Wanted::Slot(_), Wanted::Wish(wish)) => self.spot.as_ref().is_some_and(|spot| wish.fits(spot)),
            (Wanted::Wish(mine), Wanted::Wish(others)) => mine.meets(others),
        }
    }

    /// Its place in the order of joining.
    fn order(&self) -> (DateTime<Utc>, &WaitlistEntryId) {
        (self.created_at, &self.id)
    }
}

/// How many of those who wait came earlier than one of them and could take the same place.
pub fn ahead(mine: &Waiter, all: &[Waiter]) -> i64 {
    let earlier = all.iter().filter(|other| other.order() < mine.order() && mine.competes(other)).count();
    i64::try_from(earlier).unwrap_or(i64::MAX)
}
