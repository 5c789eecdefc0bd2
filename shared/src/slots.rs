//! Slots (枠): the places of one facility and programme from one time to another, per age band, minute by minute.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::ids::{FacilityId, OfferingId, SlotId};
use crate::locale::Localised;
use crate::municipalities::{CompactTerm, MunicipalityCode, Position};
use crate::problem::{Datum, Reason};
use crate::programmes::{Deadline, OpenDays, PriceTier, ProgrammeKey, Terms, Unit};
use crate::time::{at, tokyo_day};

/// How many children are there from which minute on, counted from the slot's start: a step function.
///
/// Serialised as `[[minute, children], …]`, ascending; before the first step and after an entry with 0 nobody is there.
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
}

impl SlotFacility {
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
    /// The facility's own price of an hour in yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hourly_yen: Option<i64>,
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

    /// Places left for a child of this age from one time to another; `None` when no band takes the age.
    pub fn places_left(&self, age: u32, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Option<i64> {
        self.bands.iter().find(|band| band.takes(age)).map(|band| band.left(self.minute(starts_at), self.minute(ends_at)))
    }
}

/// A stay that a slot offers: a block, or the longest stretch of time with the same number of places or more.
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
pub fn openings(slot: &Slot, unit: &Unit, age: Option<u32>, minimum: i64) -> Vec<Opening> {
    let bands = slot.bands.iter().filter(|band| age.is_none_or(|age| band.takes(age)));
    match unit {
        Unit::Blocks { .. } => slot
            .blocks
            .iter()
            .filter(|block| (block.ends_at - block.starts_at).num_minutes() >= minimum)
            .filter_map(|block| {
                let (from, until) = (slot.minute(block.starts_at), slot.minute(block.ends_at));
                Some(Opening {
                    block: Some(block.key.clone()),
                    starts_at: block.starts_at,
                    ends_at: block.ends_at,
                    places_left: bands.clone().map(|band| band.left(from, until)).max()?,
                })
            })
            .collect(),
        Unit::Flexible { minimum_minutes, step_minutes } => bands
            .map(|band| stretches(slot, band, minimum.max(*minimum_minutes), (*step_minutes).max(1)))
            .max_by_key(|found| found.iter().map(|opening| (opening.places_left, opening.ends_at - opening.starts_at)).max())
            .unwrap_or_default(),
    }
}

/// Walks a band's steps and joins those that have a place; a step that does not fit the slot whole is not offered.
fn stretches(slot: &Slot, band: &SlotBand, minimum: i64, step: i64) -> Vec<Opening> {
    let end = slot.minute(slot.ends_at);
    let mut found: Vec<Opening> = Vec::new();
    let mut from = None;
    let mut minute = 0;
    while minute <= end {
        let free = minute + step <= end && band.left(minute, minute + step) > 0;
        match (free, from) {
            (true, None) => from = Some(minute),
            (false, Some(start)) => {
                if minute - start >= minimum {
                    let (starts_at, ends_at) = (slot.instant(start), slot.instant(minute));
                    found.push(Opening { block: None, starts_at, ends_at, places_left: band.left(start, minute) });
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
pub fn openings_within(slot: &Slot, unit: &Unit, age: Option<u32>, hours: &Hours) -> Option<Vec<Opening>> {
    let inside = |from, until| hours.earliest.is_none_or(|t| t <= from) && hours.latest.is_none_or(|t| until <= t);
    let found = openings(slot, unit, age, hours.minimum);
    match unit {
        Unit::Blocks { .. } => {
            let kept: Vec<Opening> = found.into_iter().filter(|opening| inside(opening.starts_at, opening.ends_at)).collect();
            (!kept.is_empty()).then_some(kept)
        }
        Unit::Flexible { minimum_minutes, step_minutes } => {
            let (minimum, step) = (hours.minimum.max(*minimum_minutes), (*step_minutes).max(1));
            let from = hours.earliest.map_or(0, |t| (slot.minute(t).max(0) + step - 1) / step * step);
            let until = hours.latest.map_or(i64::MAX, |t| slot.minute(t).max(0) / step * step).min(slot.minute(slot.ends_at));
            if until - from < minimum {
                return None;
            }
            let cut = |mut opening: Opening| {
                opening.starts_at = opening.starts_at.max(slot.instant(from));
                opening.ends_at = opening.ends_at.min(slot.instant(until));
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
        Unit::Flexible { minimum_minutes, step_minutes } => {
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
    let midnight = |days| Deadline::DaysBefore { days, time: NaiveTime::MIN }.before(starts_at, open);
    let priority = match crossing {
        Crossing::Compact { term } => term.resident_priority_days,
        Crossing::Home | Crossing::None => 0,
    };
    BookingPeriod {
        opens_at: midnight(terms.opens_days_ahead),
        opens_to_family_at: midnight(terms.opens_days_ahead.saturating_sub(priority)),
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

/// Places of one band in a weekly pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BandPlaces {
    /// From this age in years.
    pub from_age: u32,
    /// Under this age in years.
    pub under_age: u32,
    /// Places, 0 to 200.
    #[validate(range(min = 0, max = 200, code = "slots.capacity_range"))]
    pub capacity: i64,
}

/// Where a block of the day lies at a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockTimes {
    /// Key of the programme's block.
    pub key: String,
    /// Tokyo time.
    pub starts: NaiveTime,
    /// Tokyo time.
    pub ends: NaiveTime,
}

/// A programme at a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offering {
    /// Its id.
    pub id: OfferingId,
    /// The facility.
    pub facility_id: FacilityId,
    /// The programme.
    pub programme: ProgrammeKey,
    /// The parts of the day, for programmes booked in blocks; only those that lie within a slot are offered in it.
    pub blocks: Vec<BlockTimes>,
    /// The facility's own price of an hour in yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hourly_yen: Option<i64>,
}

/// One line of a weekly pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PatternLine {
    /// The weekdays, as `Mon` to `Sun`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    #[validate(length(min = 1, max = 7, code = "slots.no_weekday"))]
    pub weekdays: Vec<Weekday>,
    /// Tokyo time.
    pub starts: NaiveTime,
    /// Tokyo time.
    pub ends: NaiveTime,
    /// Places per age band.
    #[validate(nested, length(min = 1, max = 8, code = "slots.bands_invalid"))]
    pub bands: Vec<BandPlaces>,
}

/// Publishes slots for a range of days from a weekly pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSlots {
    /// The offering.
    pub offering_id: OfferingId,
    /// First day.
    pub from: NaiveDate,
    /// Last day; at most 184 days after the first.
    pub to: NaiveDate,
    /// The pattern.
    #[validate(nested, length(min = 1, max = 14, code = "slots.pattern_empty"))]
    pub pattern: Vec<PatternLine>,
    /// Publish on national holidays too.
    #[serde(default)]
    pub on_holidays: bool,
}

/// What becomes of one day and line of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedSlot {
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Places per age band.
    pub bands: Vec<BandPlaces>,
    /// What becomes of it.
    pub outcome: PlanOutcome,
}

/// What becomes of a planned slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PlanOutcome {
    /// It is published.
    New,
    /// Left out: a national holiday.
    Holiday {
        /// The holiday's name.
        name: String,
    },
    /// Left out: it overlaps a slot of the same offering that is there already.
    Exists,
    /// Left out: already over.
    Past,
}

/// A plan: the days of a pattern and what becomes of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotPlan {
    /// Every day and line, in order.
    pub slots: Vec<PlannedSlot>,
    /// How many are published.
    pub new_count: u32,
}

/// A facility's slots of one day, closed ones included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotDay {
    /// The day.
    pub day: NaiveDate,
    /// The holiday's name, on a holiday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holiday: Option<String>,
    /// The slots, by start.
    pub slots: Vec<Slot>,
}

/// A change of a slot by its facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotChange {
    /// New places of all bands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub bands: Option<Vec<BandPlaces>>,
    /// Opens or closes it for bookings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SlotState>,
}

/// Why slots cannot be published or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The range of days is empty or over 184 days.
    RangeInvalid,
    /// A line ends before it starts.
    TimesInvalid,
    /// Age bands are empty, overlap, or none is there.
    BandsInvalid,
    /// No block of the offering lies within a line.
    NoBlock,
    /// Fewer places than are booked.
    BelowBooked {
        /// How many are booked at the fullest minute.
        booked: i64,
    },
    /// The bands asked for are not the slot's.
    BandUnknown,
    /// The slot is over.
    Past,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RangeInvalid => "slots.range_invalid",
            Self::TimesInvalid => "slots.times_invalid",
            Self::BandsInvalid => "slots.bands_invalid",
            Self::NoBlock => "slots.no_block",
            Self::BelowBooked { .. } => "slots.below_booked",
            Self::BandUnknown => "slots.band_unknown",
            Self::Past => "slots.past",
        }
    }

    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::BelowBooked { booked } => reason.with("booked", Datum::People(*booked)),
            _ => reason,
        }
    }
}

/// What a plan has to know.
#[derive(Debug, Clone)]
pub struct PlanState<'a> {
    /// The offering.
    pub offering: &'a Offering,
    /// How the programme is measured there.
    pub unit: &'a Unit,
    /// Holidays in the range.
    pub holidays: &'a [(NaiveDate, String)],
    /// From when to when the offering's slots in the range already go.
    pub existing: &'a [(DateTime<Utc>, DateTime<Utc>)],
}

/// Lays a weekly pattern over a range of days. Preview and publishing use the same plan, so the preview equals the result.
pub fn plan(state: &PlanState<'_>, command: &NewSlots, now: DateTime<Utc>) -> Result<SlotPlan, Rejection> {
    use chrono::Datelike;
    if command.to < command.from || (command.to - command.from).num_days() > 184 {
        return Err(Rejection::RangeInvalid);
    }
    for line in &command.pattern {
        if line.ends <= line.starts {
            return Err(Rejection::TimesInvalid);
        }
        check_bands(&line.bands)?;
        if matches!(state.unit, Unit::Blocks { .. })
            && !state.offering.blocks.iter().any(|b| line.starts <= b.starts && b.ends <= line.ends)
        {
            return Err(Rejection::NoBlock);
        }
    }
    let mut slots: Vec<PlannedSlot> = Vec::new();
    for day in command.from.iter_days().take_while(|day| *day <= command.to) {
        let mut lines: Vec<&PatternLine> = command.pattern.iter().filter(|line| line.weekdays.contains(&day.weekday())).collect();
        lines.sort_by_key(|line| line.starts);
        for line in lines {
            let (starts_at, ends_at) = (at(day, line.starts), at(day, line.ends));
            let overlaps = |(from, until): (DateTime<Utc>, DateTime<Utc>)| from < ends_at && starts_at < until;
            let outcome = if starts_at <= now {
                PlanOutcome::Past
            } else if let Some((_, name)) = state.holidays.iter().find(|(holiday, _)| *holiday == day).filter(|_| !command.on_holidays) {
                PlanOutcome::Holiday { name: name.clone() }
            } else if state.existing.iter().copied().any(overlaps)
                || slots.iter().any(|slot| slot.outcome == PlanOutcome::New && overlaps((slot.starts_at, slot.ends_at)))
            {
                PlanOutcome::Exists
            } else {
                PlanOutcome::New
            };
            slots.push(PlannedSlot { starts_at, ends_at, bands: line.bands.clone(), outcome });
        }
    }
    let new_count = u32::try_from(slots.iter().filter(|slot| slot.outcome == PlanOutcome::New).count()).unwrap_or(u32::MAX);
    Ok(SlotPlan { slots, new_count })
}

fn check_bands(bands: &[BandPlaces]) -> Result<(), Rejection> {
    let mut sorted: Vec<&BandPlaces> = bands.iter().collect();
    sorted.sort_by_key(|band| band.from_age);
    let each = sorted.iter().all(|band| band.from_age < band.under_age && (0..=200).contains(&band.capacity));
    let apart = sorted.iter().zip(sorted.iter().skip(1)).all(|(a, b)| a.under_age <= b.from_age);
    if bands.is_empty() || !each || !apart { Err(Rejection::BandsInvalid) } else { Ok(()) }
}

/// The blocks of an offering that lie within a slot.
pub fn blocks_within(offering: &Offering, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Vec<SlotBlock> {
    let day = tokyo_day(starts_at);
    offering
        .blocks
        .iter()
        .map(|block| SlotBlock { key: block.key.clone(), starts_at: at(day, block.starts), ends_at: at(day, block.ends) })
        .filter(|block| starts_at <= block.starts_at && block.ends_at <= ends_at)
        .collect()
}

/// Changes places or state of a slot. Never below what is booked: those families would stand before a closed door.
pub fn change(slot: &Slot, command: &SlotChange, now: DateTime<Utc>) -> Result<Slot, Rejection> {
    if slot.ends_at <= now {
        return Err(Rejection::Past);
    }
    let mut changed = slot.clone();
    if let Some(places) = &command.bands {
        for wanted in places {
            let band = changed
                .bands
                .iter_mut()
                .find(|band| band.from_age == wanted.from_age && band.under_age == wanted.under_age)
                .ok_or(Rejection::BandUnknown)?;
            if !(0..=200).contains(&wanted.capacity) {
                return Err(Rejection::BandsInvalid);
            }
            let booked = band.occupancy.highest();
            if wanted.capacity < booked {
                return Err(Rejection::BelowBooked { booked });
            }
            band.capacity = wanted.capacity;
        }
    }
    if let Some(state) = command.state {
        changed.state = state;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{across, band, day, neighbour, open_nursery, sakaiminato, slot, temporary_care, time, tokyo, yonago};

    const DAY: &str = "2026-12-03";

    #[test]
    fn occupancy_is_a_step_function() {
        let one = Occupancy::default().plus(60, 120, 1);
        assert_eq!(one.steps(), [(60, 1), (120, 0)]);
        let two = one.plus(90, 180, 2);
        assert_eq!(two.steps(), [(60, 1), (90, 3), (120, 2), (180, 0)]);
        assert_eq!(
            [two.peak(0, 60), two.peak(0, 61), two.peak(60, 90), two.peak(60, 91), two.peak(120, 180), two.peak(180, 480)],
            [0, 1, 1, 3, 2, 0]
        );
        assert_eq!((two.highest(), Occupancy::default().highest()), (3, 0));
        assert_eq!(two.plus(90, 180, -2), one);
        // Side by side with the same number there is no step.
        assert_eq!(one.plus(120, 180, 1).steps(), [(60, 1), (180, 0)]);
        assert_eq!(serde_json::to_string(&one).unwrap(), "[[60,1],[120,0]]");
        assert_eq!(serde_json::from_str::<Occupancy>("[[60,1],[120,0]]").unwrap(), one);
    }

    #[test]
    fn places_left_are_those_of_the_band() {
        let mut slot = slot(DAY);
        slot.bands[0].occupancy = Occupancy::default().plus(0, 60, 2).plus(30, 90, 1);
        let left = |age, from: &str, until: &str| slot.places_left(age, tokyo(&format!("{DAY} {from}")), tokyo(&format!("{DAY} {until}")));
        assert_eq!((left(2, "9:00", "9:30"), left(2, "9:00", "10:00"), left(2, "10:30", "17:00")), (Some(1), Some(0), Some(3)));
        assert_eq!((left(3, "9:00", "17:00"), left(6, "9:00", "17:00")), (Some(2), None));
        slot.bands[0].capacity = 1;
        assert_eq!(slot.places_left(0, slot.starts_at, slot.ends_at), Some(0));
    }

    fn told(openings: &[Opening]) -> Vec<String> {
        openings
            .iter()
            .map(|o| format!("{} {}", crate::locale::clock_span(o.starts_at, o.ends_at, crate::locale::Locale::En), o.places_left))
            .collect()
    }

    #[test]
    fn blocks_are_offered_full_ones_included() {
        let mut slot = slot(DAY);
        slot.bands[0].occupancy = Occupancy::default().plus(0, 180, 3);
        let unit = temporary_care().unit;
        assert_eq!(told(&openings(&slot, &unit, Some(2), 0)), ["9:00–17:00 0", "9:00–12:00 0", "13:00–17:00 3"]);
        assert_eq!(told(&openings(&slot, &unit, Some(4), 181)), ["9:00–17:00 2", "13:00–17:00 2"]);
        assert_eq!(told(&openings(&slot, &unit, None, 0)), ["9:00–17:00 2", "9:00–12:00 2", "13:00–17:00 3"]);
        assert_eq!(openings(&slot, &unit, Some(6), 0), []);
    }

    #[test]
    fn hours_are_offered_where_there_is_a_place() {
        let mut slot = slot(DAY);
        slot.bands[0].occupancy = Occupancy::default().plus(60, 120, 3).plus(180, 240, 1).plus(450, 480, 3);
        let unit = open_nursery().unit;
        assert_eq!(told(&openings(&slot, &unit, Some(2), 0)), ["9:00–10:00 3", "11:00–16:30 2"]);
        assert_eq!(told(&openings(&slot, &unit, Some(2), 61)), ["11:00–16:30 2"]);
        assert_eq!(told(&openings(&slot, &unit, Some(2), 331)), [""; 0]);
        // Half an hour between two full times is too short; ten minutes at the end are no step.
        slot.bands[0].occupancy = Occupancy::default().plus(30, 60, 3).plus(90, 120, 3);
        slot.ends_at = tokyo("2026-12-03 12:10");
        assert_eq!(told(&openings(&slot, &unit, Some(2), 0)), ["11:00–12:00 3"]);
        slot.bands[0].capacity = 0;
        assert_eq!(told(&openings(&slot, &unit, Some(2), 0)), [""; 0]);
    }

    #[test]
    fn without_an_age_one_band_speaks_and_promises_what_it_has() {
        let mut slot = slot(DAY);
        slot.bands = vec![band(0, 1, 2), band(1, 3, 1)];
        slot.bands[0].occupancy = Occupancy::default().plus(240, 480, 2);
        slot.bands[1].occupancy = Occupancy::default().plus(0, 240, 1);
        let unit = open_nursery().unit;
        // The morning is free in one band and the afternoon in the other: no child has the whole day.
        assert_eq!(told(&openings(&slot, &unit, None, 0)), ["9:00–13:00 2"]);
        slot.bands[0].capacity = 0;
        assert_eq!(told(&openings(&slot, &unit, None, 0)), ["13:00–17:00 1"]);
        slot.bands.clear();
        assert_eq!(openings(&slot, &unit, None, 0), []);
    }

    #[test]
    fn bookings_open_later_across_the_border() {
        let (terms, open) = (temporary_care(), OpenDays::default());
        let period = |crossing: &Crossing| booking_period(&terms, slot(DAY).starts_at, crossing, &open);
        let home = period(&Crossing::Home);
        assert_eq!((home.opens_at, home.closes_at), (tokyo("2026-11-03 00:00"), tokyo("2026-12-02 16:30")));
        assert_eq!(home.opens_to_family_at, home.opens_at);
        assert_eq!(period(&across(5)).opens_to_family_at, tokyo("2026-11-08 00:00"));
        assert_eq!(period(&across(31)).opens_to_family_at, tokyo("2026-12-03 00:00"));
    }

    #[test]
    fn a_compact_decides_who_crosses() {
        let Crossing::Compact { term } = across(5) else { unreachable!() };
        let terms = [term.clone()];
        let programme = ProgrammeKey::new("temporary_care");
        let find = |residence, host, programme: &str, date: &str| {
            Crossing::find(&residence, &host, &ProgrammeKey::new(programme), day(date), &terms)
        };
        assert_eq!(find(yonago(), yonago(), "anything", DAY), Crossing::Home);
        assert_eq!(find(sakaiminato(), yonago(), "temporary_care", "2026-04-01"), across(5));
        assert_eq!(find(sakaiminato(), yonago(), "temporary_care", "2027-03-31"), across(5));
        assert_eq!(find(sakaiminato(), yonago(), "temporary_care", "2026-03-31"), Crossing::None);
        assert_eq!(find(sakaiminato(), yonago(), "temporary_care", "2027-04-01"), Crossing::None);
        assert_eq!(find(yonago(), sakaiminato(), "temporary_care", DAY), Crossing::None);
        assert_eq!(find(sakaiminato(), yonago(), "open_nursery", DAY), Crossing::None);
        let endless = CompactTerm { valid_until: None, ..term };
        assert!(endless.covers(&sakaiminato(), &yonago(), &programme, day("2099-01-01")));
        assert_eq!(
            (Crossing::Home.tier(), across(0).tier(), Crossing::None.tier()),
            (Some(PriceTier::resident()), Some(neighbour()), None)
        );
        assert_eq!([Crossing::Home, across(0), Crossing::None].map(|c| c.is_away()), [false, true, true]);
    }

    #[test]
    fn marks_say_how_many() {
        use Availability::{Few, Full, Plenty};
        assert_eq!([-1, 0, 1, 2, 3, 99].map(Availability::of), [Full, Full, Few, Few, Plenty, Plenty]);
    }

    fn offering() -> Offering {
        let block = |key: &str, starts: &str, ends: &str| BlockTimes { key: key.to_owned(), starts: time(starts), ends: time(ends) };
        Offering {
            id: "offering".into(),
            facility_id: "facility".into(),
            programme: ProgrammeKey::new("temporary_care"),
            blocks: vec![block("day", "9:00", "17:00"), block("morning", "9:00", "12:00")],
            hourly_yen: None,
        }
    }

    fn places(from_age: u32, under_age: u32, capacity: i64) -> BandPlaces {
        BandPlaces { from_age, under_age, capacity }
    }

    fn line(weekdays: &[Weekday], starts: &str, ends: &str) -> PatternLine {
        PatternLine { weekdays: weekdays.to_vec(), starts: time(starts), ends: time(ends), bands: vec![places(0, 3, 3), places(3, 6, 5)] }
    }

    fn asked(from: &str, to: &str, pattern: Vec<PatternLine>) -> NewSlots {
        NewSlots { offering_id: "offering".into(), from: day(from), to: day(to), pattern, on_holidays: false }
    }

    fn planned(unit: &Unit, command: &NewSlots, now: &str) -> Result<SlotPlan, Rejection> {
        let holidays = [(day("2026-11-23"), "勤労感謝の日".to_owned())];
        let existing = [("2026-11-24 15:00", "2026-11-24 16:00"), ("2026-11-25 10:00", "2026-11-25 12:00")];
        let existing = existing.map(|(from, until)| (tokyo(from), tokyo(until)));
        plan(&PlanState { offering: &offering(), unit, holidays: &holidays, existing: &existing }, command, tokyo(now))
    }

    const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

    #[test]
    fn a_plan_says_what_becomes_of_each_day() {
        let unit = open_nursery().unit;
        let mut command = asked("2026-11-20", "2026-11-25", vec![line(&WORKDAYS, "12:00", "15:00"), line(&WORKDAYS, "9:00", "12:00")]);
        let told = |plan: &SlotPlan| {
            plan.slots
                .iter()
                .map(|s| format!("{} {:?}", crate::locale::moment(s.starts_at, crate::locale::Locale::Ja), s.outcome))
                .collect::<Vec<_>>()
        };
        let holiday = r#"Holiday { name: "勤労感謝の日" }"#;
        let plan = planned(&unit, &command, "2026-11-20 12:00").unwrap();
        assert_eq!(
            told(&plan),
            [
                "11月20日（金） 9:00 Past".to_owned(),
                "11月20日（金） 12:00 Past".to_owned(),
                format!("11月23日（月） 9:00 {holiday}"),
                format!("11月23日（月） 12:00 {holiday}"),
                "11月24日（火） 9:00 New".to_owned(),
                "11月24日（火） 12:00 New".to_owned(),
                "11月25日（水） 9:00 Exists".to_owned(),
                "11月25日（水） 12:00 New".to_owned(),
            ]
        );
        assert_eq!(plan.new_count, 3);
        command.on_holidays = true;
        assert_eq!(planned(&unit, &command, "2026-11-20 11:59:59").unwrap().new_count, 6);
        // Two lines of the pattern that overlap: the earlier one is published.
        command.pattern = vec![line(&WORKDAYS, "10:00", "15:00"), line(&WORKDAYS, "9:00", "11:00")];
        let plan = planned(&unit, &command, "2026-11-23 20:00").unwrap();
        assert_eq!(told(&plan).get(4..6).unwrap(), ["11月24日（火） 9:00 New", "11月24日（火） 10:00 Exists"]);
    }

    #[test]
    fn a_range_is_one_to_184_days_after_its_first() {
        let unit = open_nursery().unit;
        let range = |from, to| {
            planned(&unit, &asked(from, to, vec![line(&WORKDAYS, "9:00", "12:00")]), "2026-11-01 9:00").map(|plan| plan.slots.len())
        };
        assert_eq!(range("2026-11-20", "2026-11-20"), Ok(1));
        assert_eq!(range("2026-11-21", "2026-11-20"), Err(Rejection::RangeInvalid));
        assert_eq!(range("2026-11-20", "2027-05-23"), Ok(131));
        assert_eq!(range("2026-11-20", "2027-05-24"), Err(Rejection::RangeInvalid));
    }

    #[test]
    fn a_line_ends_after_it_starts() {
        let with =
            |starts, ends| planned(&open_nursery().unit, &asked(DAY, DAY, vec![line(&WORKDAYS, starts, ends)]), "2026-11-01 9:00").err();
        assert_eq!([with("9:00", "9:00"), with("12:00", "9:00")], [Some(Rejection::TimesInvalid), Some(Rejection::TimesInvalid)]);
        assert_eq!(with("9:00", "9:01"), None);
    }

    #[test]
    fn bands_lie_side_by_side() {
        let with = |bands: &[BandPlaces]| {
            let line = PatternLine { bands: bands.to_vec(), ..line(&WORKDAYS, "9:00", "12:00") };
            planned(&open_nursery().unit, &asked(DAY, DAY, vec![line]), "2026-11-01 9:00").err()
        };
        assert_eq!(with(&[places(3, 6, 200), places(0, 3, 0)]), None);
        for bad in [
            vec![],
            vec![places(3, 3, 1)],
            vec![places(3, 2, 1)],
            vec![places(0, 3, 1), places(2, 6, 1)],
            vec![places(0, 3, 1), places(0, 3, 1)],
            vec![places(0, 3, -1)],
            vec![places(0, 3, 201)],
        ] {
            assert_eq!(with(&bad), Some(Rejection::BandsInvalid), "{bad:?}");
        }
    }

    #[test]
    fn a_line_holds_a_block() {
        let with =
            |starts, ends| planned(&temporary_care().unit, &asked(DAY, DAY, vec![line(&WORKDAYS, starts, ends)]), "2026-11-01 9:00").err();
        assert_eq!(with("9:00", "12:00"), None);
        assert_eq!([with("9:01", "17:00"), with("9:00", "11:59")], [Some(Rejection::NoBlock), Some(Rejection::NoBlock)]);
        let keys = |from: &str, until: &str| {
            blocks_within(&offering(), tokyo(&format!("{DAY} {from}")), tokyo(&format!("{DAY} {until}")))
                .into_iter()
                .map(|b| b.key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys("9:00", "17:00"), ["day", "morning"]);
        assert_eq!(keys("8:00", "16:59"), ["morning"]);
        assert_eq!(keys("9:30", "17:00"), [""; 0]);
    }

    #[test]
    fn places_never_fall_below_what_is_booked() {
        let mut slot = slot(DAY);
        slot.bands[0].occupancy = Occupancy::default().plus(0, 60, 2).plus(120, 180, 1);
        let (before, over) = (tokyo("2026-12-03 16:59:59"), tokyo("2026-12-03 17:00"));
        let to = |bands: Vec<BandPlaces>| change(&slot, &SlotChange { bands: Some(bands), state: None }, before);
        let changed = to(vec![places(0, 3, 2), places(3, 6, 0)]).unwrap();
        assert_eq!(changed.bands.iter().map(|b| b.capacity).collect::<Vec<_>>(), [2, 0]);
        assert_eq!(changed.bands[0].occupancy, slot.bands[0].occupancy);
        assert_eq!(to(vec![places(0, 3, 1)]), Err(Rejection::BelowBooked { booked: 2 }));
        assert_eq!(to(vec![places(0, 2, 5)]), Err(Rejection::BandUnknown));
        assert_eq!(to(vec![places(0, 3, 201)]), Err(Rejection::BandsInvalid));
        assert_eq!(to(vec![places(3, 6, -1)]), Err(Rejection::BandsInvalid));
        let close = SlotChange { bands: None, state: Some(SlotState::Closed) };
        assert_eq!(change(&slot, &close, before).unwrap(), Slot { state: SlotState::Closed, ..slot.clone() });
        assert_eq!(change(&slot, &close, over), Err(Rejection::Past));
        assert_eq!(change(&slot, &SlotChange { bands: None, state: None }, before), Ok(slot.clone()));
    }

    #[test]
    fn requests_are_checked_where_they_come_in() {
        let code = |command: &NewSlots| match command.validate() {
            Ok(()) => String::new(),
            Err(errors) => {
                let text = serde_json::to_string(&errors).unwrap();
                ["slots.pattern_empty", "slots.no_weekday", "slots.bands_invalid", "slots.capacity_range"]
                    .into_iter()
                    .filter(|code| text.contains(&format!("\"{code}\"")))
                    .collect()
            }
        };
        let good = line(&WORKDAYS, "9:00", "12:00");
        assert_eq!(code(&asked(DAY, DAY, vec![good.clone()])), "");
        assert_eq!(code(&asked(DAY, DAY, vec![])), "slots.pattern_empty");
        assert_eq!(code(&asked(DAY, DAY, vec![good.clone(); 15])), "slots.pattern_empty");
        assert_eq!(code(&asked(DAY, DAY, vec![PatternLine { weekdays: vec![], ..good.clone() }])), "slots.no_weekday");
        assert_eq!(code(&asked(DAY, DAY, vec![PatternLine { bands: vec![], ..good.clone() }])), "slots.bands_invalid");
        assert_eq!(code(&asked(DAY, DAY, vec![PatternLine { bands: vec![places(0, 3, 201)], ..good }])), "slots.capacity_range");
    }
}
