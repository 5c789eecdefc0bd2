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
