//! What a slot offers to whom: stays, when they can be booked, and what a search shows.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Slot, SlotBand, SlotFacility};
use crate::ids::SlotId;
use crate::locale::Localised;
use crate::municipalities::{CompactTerm, MunicipalityCode};
use crate::problem::Reason;
use crate::programmes::{OpenDays, PriceTier, ProgrammeKey, Terms, Unit};
use crate::time::tokyo_day;

/// A stay that a slot offers: a block, or the longest stretch of time that has a place throughout; of a stretch longer than the programme's
/// longest stay, any part may be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    /// Key of the block; none where any length inside may be booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Places left for the whole of it.
    pub places_left: i64,
}

/// The stays of at least `minimum` minutes that a slot offers to a child of this age, the full ones (0 left) included where a
/// block is full. Ages are years; with `None` the band with most places speaks.
pub fn openings(slot: &Slot, terms: &Terms, age: Option<u32>, minimum: i64) -> Vec<Opening> {
    match &terms.unit {
        Unit::Blocks { .. } => slot
            .blocks
            .iter()
            .filter(|block| (block.ends_at - block.starts_at).num_minutes() >= minimum)
            .filter_map(|block| {
                let (starts_at, ends_at) = (block.starts_at, block.ends_at);
                let places_left = most_left(slot, terms, age, starts_at, ends_at)?;
                Some(Opening { block: Some(block.key.clone()), starts_at, ends_at, places_left })
            })
            .collect(),
        // Nothing may be booked that is so long.
        Unit::Flexible { maximum_minutes: Some(maximum), .. } if *maximum < minimum => Vec::new(),
        Unit::Flexible { minimum_minutes, step_minutes, .. } => bands(slot, age)
            .map(|band| stretches(slot, terms, band, minimum.max(*minimum_minutes), (*step_minutes).max(1)))
            .max_by_key(|found| found.iter().map(|opening| (opening.places_left, opening.ends_at - opening.starts_at)).max())
            .unwrap_or_default(),
    }
}

fn bands(slot: &Slot, age: Option<u32>) -> impl Iterator<Item = &SlotBand> {
    slot.bands.iter().filter(move |band| age.is_none_or(|age| band.takes(age)))
}

/// The most places that a band for this age has left from one time to another.
fn most_left(slot: &Slot, terms: &Terms, age: Option<u32>, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Option<i64> {
    let (from, until) = (slot.minute(starts_at), slot.minute(ends_at));
    bands(slot, age).map(|band| slot.left_in(terms, band, from, until)).max()
}

/// Walks a band's steps and joins those that have a place; a step that does not fit the slot whole is not offered.
fn stretches(slot: &Slot, terms: &Terms, band: &SlotBand, minimum: i64, step: i64) -> Vec<Opening> {
    let end = slot.minute(slot.ends_at);
    let mut found: Vec<Opening> = Vec::new();
    let mut from = None;
    let mut minute = 0;
    while minute <= end {
        let free = minute + step <= end && slot.left_in(terms, band, minute, minute + step) > 0;
        match (free, from) {
            (true, None) => from = Some(minute),
            (false, Some(start)) => {
                if minute - start >= minimum {
                    let (starts_at, ends_at) = (slot.instant(start), slot.instant(minute));
                    found.push(Opening { block: None, starts_at, ends_at, places_left: slot.left_in(terms, band, start, minute) });
                }
                from = None;
            }
            _ => {}
        }
        minute += step;
    }
    found
}

/// The hours that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hours {
    /// At least so many minutes.
    pub minimum: i64,
    /// Not before this.
    pub earliest: Option<DateTime<Utc>>,
    /// Not after this.
    pub latest: Option<DateTime<Utc>>,
}

/// The stays that a slot offers within some hours: blocks whole, free stretches cut to the programme's steps. `None` when the slot does
/// not have those hours at all, full or free.
pub fn openings_within(slot: &Slot, terms: &Terms, age: Option<u32>, hours: &Hours) -> Option<Vec<Opening>> {
    let inside = |from, until| hours.earliest.is_none_or(|t| t <= from) && hours.latest.is_none_or(|t| until <= t);
    let found = openings(slot, terms, age, hours.minimum);
    match &terms.unit {
        Unit::Blocks { .. } => {
            let kept: Vec<Opening> = found.into_iter().filter(|opening| inside(opening.starts_at, opening.ends_at)).collect();
            (!kept.is_empty()).then_some(kept)
        }
        Unit::Flexible { minimum_minutes, maximum_minutes, step_minutes } => {
            let (minimum, step) = (hours.minimum.max(*minimum_minutes), (*step_minutes).max(1));
            let from = hours.earliest.map_or(0, |t| (slot.minute(t).max(0) + step - 1) / step * step);
            let until = hours.latest.map_or(i64::MAX, |t| slot.minute(t).max(0) / step * step).min(slot.minute(slot.ends_at));
            if until - from < minimum || maximum_minutes.is_some_and(|maximum| maximum < minimum) {
                return None;
            }
            let cut = |mut opening: Opening| {
                opening.starts_at = opening.starts_at.max(slot.instant(from));
                opening.ends_at = opening.ends_at.min(slot.instant(until));
                // In fewer hours there may be more places.
                opening.places_left = most_left(slot, terms, age, opening.starts_at, opening.ends_at)?;
                ((opening.ends_at - opening.starts_at).num_minutes() >= minimum).then_some(opening)
            };
            Some(found.into_iter().filter_map(cut).collect())
        }
    }
}

/// When the stays of a slot may begin, ascending: its blocks' starts, or every step that leaves the least length.
pub fn starts(slot: &Slot, unit: &Unit) -> Vec<DateTime<Utc>> {
    match unit {
        Unit::Blocks { .. } => {
            let mut starts: Vec<DateTime<Utc>> = slot.blocks.iter().map(|block| block.starts_at).collect();
            starts.sort_unstable();
            starts
        }
        Unit::Flexible { minimum_minutes, step_minutes, .. } => {
            let last = slot.minute(slot.ends_at) - minimum_minutes;
            std::iter::successors(Some(0), |minute| Some(minute + (*step_minutes).max(1)))
                .take_while(|minute| *minute <= last)
                .map(|minute| slot.instant(minute))
                .collect()
        }
    }
}

/// When bookings of a slot open and close for a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookingPeriod {
    /// From then on the host's own residents may book.
    pub opens_at: DateTime<Utc>,
    /// From then on this family may book: later across the border where the compact gives residents priority.
    pub opens_to_family_at: DateTime<Utc>,
    /// Until then.
    pub closes_at: DateTime<Utc>,
}

/// When bookings open and close for a stay.
pub fn booking_period(terms: &Terms, starts_at: DateTime<Utc>, crossing: &Crossing, open: &OpenDays) -> BookingPeriod {
    let priority = match crossing {
        Crossing::Compact { term } => term.resident_priority_days,
        Crossing::Home | Crossing::None => 0,
    };
    let day = tokyo_day(starts_at);
    BookingPeriod {
        opens_at: terms.opens.before(day, 0),
        opens_to_family_at: terms.opens.before(day, priority),
        closes_at: terms.closes.before(starts_at, open),
    }
}

/// How a family's residence and a facility's municipality stand to each other for a programme on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Crossing {
    /// The same municipality.
    Home,
    /// Another one, with a compact.
    Compact {
        /// Its term.
        term: CompactTerm,
    },
    /// Another one, without.
    None,
}

impl Crossing {
    /// Finds how a residence stands to a host for a programme on a day of stay.
    pub fn find(
        residence: &MunicipalityCode,
        host: &MunicipalityCode,
        programme: &ProgrammeKey,
        day: NaiveDate,
        terms: &[CompactTerm],
    ) -> Self {
        if residence == host {
            return Self::Home;
        }
        terms
            .iter()
            .find(|term| term.covers(residence, host, programme, day))
            .map_or(Self::None, |term| Self::Compact { term: term.clone() })
    }

    /// The price tier of the family; none where it may not use the place.
    pub fn tier(&self) -> Option<PriceTier> {
        match self {
            Self::Home => Some(PriceTier::resident()),
            Self::Compact { term } => Some(term.price_tier.clone()),
            Self::None => None,
        }
    }

    /// Whether the facility lies in another municipality than the family's.
    pub const fn is_away(&self) -> bool {
        !matches!(self, Self::Home)
    }
}

/// A free place of a search: a slot with what it offers to a child of the asked age.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FreePlace {
    /// Id of the slot, for booking.
    pub slot_id: SlotId,
    /// The facility.
    pub facility: SlotFacility,
    /// The programme.
    pub programme: ProgrammeKey,
    /// Start of the slot.
    pub starts_at: DateTime<Utc>,
    /// End of the slot.
    pub ends_at: DateTime<Utc>,
    /// Places left for a child of the asked age (or of the band with most places) who stays for the whole slot.
    pub places_left: i64,
    /// The stays it offers; the one with most places first decides ○ △ ×.
    pub openings: Vec<Opening>,
    /// Whether it can be booked now, by a family of the asked residence.
    pub bookable: bool,
    /// Every reason against, when it cannot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Whether a child needs a first interview there before.
    #[serde(default)]
    pub interview: bool,
    /// When bookings open and close.
    pub period: BookingPeriod,
    /// Metres from the asked point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_metres: Option<i64>,
}

impl FreePlace {
    /// The most places any of its openings has.
    pub fn best(&self) -> i64 {
        self.openings.iter().map(|opening| opening.places_left).max().unwrap_or(0)
    }
}

/// ○ △ ×: how many places are left, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// ○ three or more.
    Plenty,
    /// △ one or two.
    Few,
    /// × none.
    Full,
}

impl Availability {
    /// The mark for so many places.
    pub const fn of(places: i64) -> Self {
        match places {
            ..=0 => Self::Full,
            1..=2 => Self::Few,
            _ => Self::Plenty,
        }
    }
}

/// A slot with all that the rules of booking need to know of it: what the browser decides with before it asks the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotDetail {
    /// The slot.
    pub slot: Slot,
    /// What the programme is called there.
    pub programme_name: Localised,
    /// The rules of the host municipality on that day.
    pub terms: Terms,
    /// The days on which the facility is open.
    pub open_days: OpenDays,
    /// What compacts say about this host and programme.
    pub compact_terms: Vec<CompactTerm>,
}
