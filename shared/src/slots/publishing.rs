//! Publishing slots from a weekly pattern.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{ClassPlaces, MOST_PLACES, OLDEST_CLASS, Slot, SlotBlock, free_between};
use crate::ids::{FacilityId, OfferingId};
use crate::problem::{Datum, Reason};
use crate::programmes::{Confirmation, ProgrammeKey, Unit};
use crate::time::{at, days_after, tokyo_day};

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
    /// It ends so many days later.
    #[serde(default)]
    pub nights: u32,
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
    /// Whether a booking holds at once, where the facility does it its own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
    /// Whether a child needs a first interview before.
    #[serde(default)]
    pub interview: bool,
    /// Whether its places are what is free in the facility's regular classes (余裕活用型).
    #[serde(default)]
    pub spare: bool,
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
    /// It ends so many days later, at most 7.
    #[serde(default)]
    #[validate(range(max = 7, code = "slots.nights_range"))]
    pub nights: u32,
    /// How many children of all ages the room takes at once; none: the bands' places alone count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0, max = 1000, code = "slots.capacity_range"))]
    pub room: Option<i64>,
    /// How many carers are there all the time; none: the bands' places alone count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0, max = 200, code = "slots.carers_range"))]
    pub carers: Option<i64>,
    /// Places per age band. Where the offering takes them from the regular classes, the ages are classes, and the numbers do not count.
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
    /// Room for so many of all ages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<i64>,
    /// Carers all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carers: Option<i64>,
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
    /// Fewer carers than those who are booked need.
    CarersTooFew {
        /// From when on.
        at: DateTime<Utc>,
        /// How many they need.
        needed: i64,
    },
    /// The carers' hours are not ascending, outside the slot, or not 0 to 200 people.
    CarersInvalid,
    /// The bands asked for are not the slot's.
    BandUnknown,
    /// The slot is over.
    Past,
    /// A booking would end that was not shown.
    AffectedChanged,
    /// The places come from the regular classes: they are not typed.
    PlacesOfClasses,
    /// Entries of the classes make no sense: unknown class, ends before it begins, numbers out of range, twice, or nothing at all.
    ClassesInvalid,
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
            Self::CarersTooFew { .. } => "slots.carers_too_few",
            Self::CarersInvalid => "slots.carers_invalid",
            Self::BandUnknown => "slots.band_unknown",
            Self::Past => "slots.past",
            Self::AffectedChanged => "slots.affected_changed",
            Self::PlacesOfClasses => "slots.places_of_classes",
            Self::ClassesInvalid => "slots.classes_invalid",
        }
    }

    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::BelowBooked { booked } => reason.with("booked", Datum::People(*booked)),
            Self::CarersTooFew { at, needed } => reason.with("at", Datum::Moment(*at)).with("needed", Datum::People(*needed)),
            _ => reason,
        }
    }
}

/// What a plan has to know.
#[derive(Debug, Clone)]
pub struct PlanState<'a> {
    /// The offering.
    pub offering: &'a Offering,
    /// How the programme is measured there, from which day on; ascending.
    pub units: &'a [(NaiveDate, &'a Unit)],
    /// Holidays in the range.
    pub holidays: &'a [(NaiveDate, String)],
    /// From when to when the offering's slots in the range already go.
    pub existing: &'a [(DateTime<Utc>, DateTime<Utc>)],
    /// The facility's regular classes, where the offering takes its places from them.
    pub classes: &'a [ClassPlaces],
}

/// Lays a weekly pattern over a range of days. Preview and publishing use the same plan, so the preview equals the result.
pub fn plan(state: &PlanState<'_>, command: &NewSlots, now: DateTime<Utc>) -> Result<SlotPlan, Rejection> {
    use chrono::Datelike;
    if command.to < command.from || (command.to - command.from).num_days() > 184 {
        return Err(Rejection::RangeInvalid);
    }
    command.pattern.iter().try_for_each(|line| check_line(line, state.offering.spare))?;
    let has_block = |line: &PatternLine| {
        state.offering.blocks.iter().any(|b| line.starts <= b.starts && (b.nights, b.ends) <= (line.nights, line.ends))
    };
    // The rules of each day decide, also where another version begins within the range.
    let in_blocks = |day: NaiveDate| {
        let unit = state.units.iter().rev().find(|(from, _)| *from <= day).map(|(_, unit)| *unit);
        matches!(unit, Some(Unit::Blocks { .. }))
    };
    for line in command.pattern.iter().filter(|line| !has_block(line)) {
        let mut days =
            command.from.iter_days().take_while(|day| *day <= command.to).filter(|day| line.weekdays.contains(&day.weekday())).peekable();
        if days.peek().is_none() && in_blocks(command.from) || days.any(in_blocks) {
            return Err(Rejection::NoBlock);
        }
    }
    let mut slots: Vec<PlannedSlot> = Vec::new();
    for day in command.from.iter_days().take_while(|day| *day <= command.to) {
        let mut lines: Vec<&PatternLine> = command.pattern.iter().filter(|line| line.weekdays.contains(&day.weekday())).collect();
        lines.sort_by_key(|line| line.starts);
        for line in lines {
            let (starts_at, ends_at) = (at(day, line.starts), at(days_after(day, line.nights), line.ends));
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
            let mut bands = line.bands.clone();
            for band in bands.iter_mut().filter(|_| state.offering.spare) {
                band.capacity = free_between(state.classes, (band.from_age, band.under_age), starts_at, ends_at);
            }
            slots.push(PlannedSlot { starts_at, ends_at, bands, room: line.room, carers: line.carers, outcome });
        }
    }
    let new_count = u32::try_from(slots.iter().filter(|slot| slot.outcome == PlanOutcome::New).count()).unwrap_or(u32::MAX);
    Ok(SlotPlan { slots, new_count })
}

/// Whether a line makes sense: its times, and its bands; `of_classes`: where they are classes.
pub fn check_line(line: &PatternLine, of_classes: bool) -> Result<(), Rejection> {
    if (line.nights, line.ends) <= (0, line.starts) {
        return Err(Rejection::TimesInvalid);
    }
    check_bands(&line.bands, of_classes)
}

fn check_bands(bands: &[BandPlaces], of_classes: bool) -> Result<(), Rejection> {
    let mut sorted: Vec<&BandPlaces> = bands.iter().collect();
    sorted.sort_by_key(|band| band.from_age);
    let has_classes = |band: &BandPlaces| !of_classes || band.under_age <= OLDEST_CLASS + 1;
    let each = sorted.iter().all(|band| band.from_age < band.under_age && (0..=MOST_PLACES).contains(&band.capacity) && has_classes(band));
    let apart = sorted.iter().zip(sorted.iter().skip(1)).all(|(a, b)| a.under_age <= b.from_age);
    if bands.is_empty() || !each || !apart { Err(Rejection::BandsInvalid) } else { Ok(()) }
}

/// The blocks of an offering that lie within a slot.
pub fn blocks_within(offering: &Offering, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Vec<SlotBlock> {
    let day = tokyo_day(starts_at);
    offering
        .blocks
        .iter()
        .map(|block| SlotBlock {
            key: block.key.clone(),
            starts_at: at(day, block.starts),
            ends_at: at(days_after(day, block.nights), block.ends),
        })
        .filter(|block| starts_at <= block.starts_at && block.ends_at <= ends_at)
        .collect()
}
