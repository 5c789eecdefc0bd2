//! Slots (枠): the places of one facility and programme from one time to another, minute by minute: per age band, and as far as room,
//! carers and programme allow.

mod changing;
mod classes;
mod closing;
mod offering;
mod publishing;
mod search;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use self::changing::*;
pub use self::classes::*;
pub use self::closing::*;
pub use self::offering::*;
pub use self::publishing::*;
pub use self::search::*;
use crate::ids::{FacilityId, OfferingId, SlotId};
use crate::municipalities::{MunicipalityCode, Position};
use crate::programmes::{Confirmation, ProgrammeKey, StaffRatio, Staffing, Terms};
use crate::time::tokyo_day;

/// The most places of a band, and of a class.
const MOST_PLACES: i64 = 200;

/// How many people are there from which minute on, counted from the slot's start: a step function.
///
/// Serialised as `[[minute, people], …]`, ascending; before the first step and after an entry with 0 nobody is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = Vec<Vec<i64>>))]
pub struct Occupancy(Vec<(i64, i64)>);

impl Occupancy {
    /// The most children there at any minute of `[from, until)`.
    pub fn peak(&self, from: i64, until: i64) -> i64 {
        let before = self.0.iter().take_while(|(minute, _)| *minute <= from).last().map_or(0, |(_, taken)| *taken);
        self.0.iter().filter(|(minute, _)| *minute > from && *minute < until).map(|(_, taken)| *taken).fold(before, i64::max)
    }

    /// The most children there at any minute.
    pub fn highest(&self) -> i64 {
        self.0.iter().map(|(_, taken)| *taken).max().unwrap_or(0)
    }

    /// The same with `children` more in `[from, until)`; fewer when negative.
    #[must_use]
    pub fn plus(&self, from: i64, until: i64, children: i64) -> Self {
        let mut minutes: Vec<i64> = self.0.iter().map(|(minute, _)| *minute).chain([from, until]).collect();
        minutes.sort_unstable();
        minutes.dedup();
        let mut steps: Vec<(i64, i64)> = Vec::with_capacity(minutes.len());
        for minute in minutes {
            let there = self.peak(minute, minute) + if (from..until).contains(&minute) { children } else { 0 };
            if steps.last().map_or(0, |(_, last)| *last) != there {
                steps.push((minute, there));
            }
        }
        Self(steps)
    }

    /// The steps.
    pub fn steps(&self) -> &[(i64, i64)] {
        &self.0
    }
}

/// Places for children of some ages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotBand {
    /// From this age in years.
    pub from_age: u32,
    /// Under this age in years.
    pub under_age: u32,
    /// How many children may be there at once.
    pub capacity: i64,
    /// How many are there when.
    #[serde(default)]
    pub occupancy: Occupancy,
}

impl SlotBand {
    /// Whether a child of this age belongs here.
    pub const fn takes(&self, age: u32) -> bool {
        self.from_age <= age && age < self.under_age
    }

    /// Places left at the fullest minute of `[from, until)`.
    pub fn left(&self, from: i64, until: i64) -> i64 {
        (self.capacity - self.occupancy.peak(from, until)).max(0)
    }
}

/// A part of the day laid out in a slot, for programmes that are booked in blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotBlock {
    /// Key of the programme's block.
    pub key: String,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
}

/// Whether a slot takes bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SlotState {
    /// It does.
    Open,
    /// The facility closed it.
    Closed,
}

/// The facility of a slot, as far as a list needs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotFacility {
    /// Its id.
    pub id: FacilityId,
    /// Its name.
    pub name: String,
    /// Its reading in katakana.
    pub kana: String,
    /// Its name in English or Latin letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Its municipality.
    pub municipality: MunicipalityCode,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// A made-up facility of the demonstration.
    pub fictional: bool,
    /// When it closes for good; whatever starts from then on takes no bookings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<DateTime<Utc>>,
}

impl SlotFacility {
    /// Whether it has closed for good by then.
    pub fn is_gone(&self, starts_at: DateTime<Utc>) -> bool {
        self.closes_at.is_some_and(|closes_at| closes_at <= starts_at)
    }

    /// Where something at this facility happens: its municipality and itself.
    pub const fn place(&self) -> (&MunicipalityCode, Option<&FacilityId>) {
        (&self.municipality, Some(&self.id))
    }
}

/// A slot (枠) with its places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slot {
    /// Its id.
    pub id: SlotId,
    /// The offering it belongs to.
    pub offering_id: OfferingId,
    /// The facility.
    pub facility: SlotFacility,
    /// The programme.
    pub programme: ProgrammeKey,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Whether it takes bookings.
    pub state: SlotState,
    /// Places per age band, ascending, without overlap.
    pub bands: Vec<SlotBand>,
    /// The parts of the day, where the programme is booked in blocks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<SlotBlock>,
    /// How many children of all ages the room takes at once; none: the bands' places alone count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<i64>,
    /// How many carers are there when, by the programme's staffing; none: the bands' places alone count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carers: Option<Occupancy>,
    /// The facility's own price of an hour in yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hourly_yen: Option<i64>,
    /// Whether a booking holds at once, where the facility does it its own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
    /// Whether a child needs a first interview here before.
    #[serde(default)]
    pub interview: bool,
    /// Whether its places are what is free in the facility's regular classes (余裕活用型); its bands then go by the class.
    #[serde(default)]
    pub spare: bool,
    /// The parts of its time that the facility closed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closures: Vec<ClosedTime>,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

impl Slot {
    /// The day of stay in Tokyo.
    pub fn day(&self) -> NaiveDate {
        tokyo_day(self.starts_at)
    }

    /// Minutes from the slot's start.
    pub fn minute(&self, instant: DateTime<Utc>) -> i64 {
        (instant - self.starts_at).num_minutes()
    }

    /// The instant, moved into the slot's time: any instant can be asked for, and the calendar ends somewhere.
    pub fn within(&self, instant: DateTime<Utc>) -> DateTime<Utc> {
        instant.min(self.ends_at).max(self.starts_at)
    }

    /// The instant so many minutes after the slot's start.
    pub fn instant(&self, minute: i64) -> DateTime<Utc> {
        self.starts_at + TimeDelta::minutes(minute)
    }

    /// How a booking is confirmed here: the facility's own way, or the programme's.
    pub fn confirmation(&self, terms: &Terms) -> Confirmation {
        self.confirmation.unwrap_or(terms.confirmation)
    }

    /// Places left for a child of this age from one time to another; `None` when no band takes the age.
    pub fn places_left(&self, terms: &Terms, age: u32, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Option<i64> {
        let (from, until) = (self.minute(starts_at), self.minute(ends_at));
        self.bands.iter().find(|band| band.takes(age)).map(|band| self.left_in(terms, band, from, until))
    }

    /// The most children of all ages there at any minute.
    pub fn peak(&self) -> i64 {
        let steps = self.bands.iter().flat_map(|band| band.occupancy.steps());
        steps.map(|(minute, _)| self.bands.iter().map(|band| band.occupancy.peak(*minute, *minute)).sum()).max().unwrap_or(0)
    }

    /// How many more children one of the slot's bands takes for the whole of `[from, until)`: the least that band, room, programme and
    /// carers leave at any minute of it.
    pub fn left_in(&self, terms: &Terms, band: &SlotBand, from: i64, until: i64) -> i64 {
        if self.closures.iter().any(|closed| self.minute(closed.starts_at) < until && from < self.minute(closed.ends_at)) {
            return 0;
        }
        let carers = self.carers.as_ref().zip(terms.staffing.as_ref());
        if self.room.is_none() && terms.at_once.is_none() && carers.is_none() {
            return band.left(from, until);
        }
        let steps = self.bands.iter().map(|band| &band.occupancy).chain(self.carers.as_ref()).flat_map(Occupancy::steps);
        let inside = steps.map(|(minute, _)| *minute).filter(|minute| from < *minute && *minute < until);
        std::iter::once(from).chain(inside).map(|minute| self.left_at(terms, carers, band, minute)).min().unwrap_or(0)
    }

    fn left_at(&self, terms: &Terms, carers: Option<(&Occupancy, &Staffing)>, band: &SlotBand, minute: i64) -> i64 {
        let there = |band: &SlotBand| band.occupancy.peak(minute, minute);
        let all: i64 = self.bands.iter().map(there).sum();
        let whole = [self.room, terms.at_once].into_iter().flatten().map(|most| most - all);
        let cared_for = carers.map(|(carers, staffing)| {
            let carers = carers.peak(minute, minute);
            if carers < staffing.minimum { 0 } else { staffing.more(carers, &self.bands, there, band) }
        });
        whole.chain(cared_for).chain([band.capacity - there(band)]).min().unwrap_or(0).max(0)
    }
}

/// Carers of a slot in a part of its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// The fewest that are there at any minute.
    pub there: i64,
    /// The most that the children who are booked need at any minute.
    pub needed: i64,
}

impl Slot {
    /// The carers in `[from, until)`, in minutes from the slot's start, by the programme's staffing; none where the slot counts no carers.
    pub fn cover(&self, staffing: &Staffing, from: i64, until: i64) -> Option<Cover> {
        let carers = self.carers.as_ref()?;
        let steps = self.bands.iter().map(|band| &band.occupancy).chain([carers]).flat_map(Occupancy::steps);
        let inside = steps.map(|(minute, _)| *minute).filter(|minute| from < *minute && *minute < until);
        let at = |minute: i64| {
            let needed = staffing.needed(&self.bands, |band| band.occupancy.peak(minute, minute));
            Cover { there: carers.peak(minute, minute), needed }
        };
        Some(inside.map(at).fold(at(from), |all, one| Cover { there: all.there.min(one.there), needed: all.needed.max(one.needed) }))
    }
}

impl Staffing {
    /// Children that one carer may look after in a band: where it holds several ratios, the strictest. None: no ratio for these ages.
    fn children(&self, band: &SlotBand) -> Option<i64> {
        let meets = |ratio: &&StaffRatio| ratio.from_age < band.under_age && ratio.under_age.is_none_or(|under| band.from_age < under);
        self.ratios.iter().filter(meets).map(|ratio| ratio.children.max(1)).min()
    }

    /// Whether the children of a band need carers by a ratio.
    fn has_ratio(&self, band: &SlotBand) -> bool {
        self.children(band).is_some()
    }

    /// How many carers those who are there need: by the ratios, and the least number as soon as one child is there.
    pub(crate) fn needed(&self, bands: &[SlotBand], there: impl Fn(&SlotBand) -> i64) -> i64 {
        if bands.iter().all(|band| there(band) == 0) {
            return 0;
        }
        let common = bands.iter().filter_map(|band| self.children(band)).fold(1, least_common_multiple);
        let used: i64 = bands.iter().filter_map(|band| Some(there(band) * (common / self.children(band)?))).sum();
        (used + common - 1).div_euclid(common).max(self.minimum)
    }

    /// How many more children of a band these carers may look after beside those who are there: Σ children ÷ ratio ≤ carers, in whole
    /// numbers.
    fn more(&self, carers: i64, bands: &[SlotBand], there: impl Fn(&SlotBand) -> i64, band: &SlotBand) -> i64 {
        let Some(mine) = self.children(band) else { return i64::MAX };
        // Every ratio as a share of one common number, so that nothing is rounded.
        let common = bands.iter().filter_map(|band| self.children(band)).fold(mine, least_common_multiple);
        let used: i64 = bands.iter().filter_map(|band| Some(there(band) * (common / self.children(band)?))).sum();
        (carers * common - used).div_euclid(common / mine)
    }
}

fn least_common_multiple(a: i64, b: i64) -> i64 {
    let (mut divisor, mut rest) = (a, b);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    a / divisor * b
}

#[cfg(test)]
mod tests;
