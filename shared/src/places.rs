//! Places (定員) of many slots at once: named weekly patterns, carers on duty, copying a week, changing a selection, and taking it back.
//!
//! What a place is, and how many are left, is said by [`crate::slots`] alone; here is only laid out what becomes of which slot.

mod duty;
mod planning;
mod undoing;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use self::duty::*;
pub use self::planning::*;
pub use self::undoing::*;
use crate::facilities::Opening;
use crate::ids::{OfferingId, PatternId, PlaceChangeId, SlotId};
use crate::locale::Localised;
use crate::problem::{Datum, Reason};
use crate::programmes::{Programme, ProgrammeKey, Terms};
use crate::slots::{BandPlaces, ClassPlaces, ClosedTime, Occupancy, Offering, PatternLine, Slot, SlotState, blocks_within, check_line};

/// The most slots that are changed at once.
pub const MOST_SLOTS: usize = 3000;
/// The most weeks that a week is copied into at once.
pub const MOST_WEEKS: u32 = 26;
/// The most days that a pattern is laid over at once, after the first.
pub const MOST_DAYS: i64 = 184;

/// A named weekly pattern of one offering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekPattern {
    /// Its id.
    pub id: PatternId,
    /// The offering whose slots it describes.
    pub offering_id: OfferingId,
    /// What the facility calls it.
    pub name: String,
    /// Its lines.
    pub lines: Vec<PatternLine>,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

/// Names a weekly pattern, or changes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPattern {
    /// The offering whose slots it describes; a pattern keeps it.
    pub offering_id: OfferingId,
    /// What the facility calls it, 1 to 60 characters.
    #[validate(length(min = 1, max = 60, code = "places.name_invalid"))]
    pub name: String,
    /// Its lines, 1 to 14.
    #[validate(nested, length(min = 1, max = 14, code = "slots.pattern_empty"))]
    pub lines: Vec<PatternLine>,
}

impl NewPattern {
    /// Whether it may be kept beside the offering's other patterns.
    pub fn check(&self, offering: &Offering, others: &[WeekPattern]) -> Result<(), Vec<Reason>> {
        let lines = self.lines.iter().filter_map(|line| check_line(line, offering.spare).err());
        let mut against: Vec<Reason> = lines.map(|rejection| rejection.reason()).collect();
        against.dedup();
        if others.iter().any(|other| other.offering_id == self.offering_id && other.name.trim() == self.name.trim()) {
            against.push(Rejection::NameTaken.reason());
        }
        if against.is_empty() { Ok(()) } else { Err(against) }
    }
}

/// What a slot offers, and when: what a change of places sets, and what taking it back restores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotShape {
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Places per age band.
    pub bands: Vec<BandPlaces>,
    /// Room for so many of all ages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<i64>,
    /// Carers from which minute of the slot on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carers: Option<Occupancy>,
    /// Whether it takes bookings.
    pub state: SlotState,
    /// The parts of its time that the facility closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closures: Vec<ClosedTime>,
}

impl SlotShape {
    /// The shape that a slot has.
    pub fn of(slot: &Slot) -> Self {
        let places =
            |band: &crate::slots::SlotBand| BandPlaces { from_age: band.from_age, under_age: band.under_age, capacity: band.capacity };
        Self {
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            bands: slot.bands.iter().map(places).collect(),
            room: slot.room,
            carers: slot.carers.clone(),
            state: slot.state,
            closures: slot.closures.clone(),
        }
    }

    /// The slot in this shape, one version later. Who is there stays; other times mean other blocks.
    pub fn laid_on(&self, slot: &Slot, offering: &Offering) -> Slot {
        let mut laid = slot.clone();
        for band in &mut laid.bands {
            if let Some(wanted) = self.bands.iter().find(|wanted| (wanted.from_age, wanted.under_age) == (band.from_age, band.under_age)) {
                band.capacity = wanted.capacity;
            }
        }
        if (self.starts_at, self.ends_at) != (slot.starts_at, slot.ends_at) {
            laid.blocks = blocks_within(offering, self.starts_at, self.ends_at);
        }
        (laid.starts_at, laid.ends_at) = (self.starts_at, self.ends_at);
        (laid.room, laid.carers, laid.state) = (self.room, self.carers.clone(), self.state);
        laid.closures.clone_from(&self.closures);
        laid.version += 1;
        laid
    }
}

/// What becomes of one slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// It is published.
    New,
    /// It gets another shape.
    Changed,
    /// It goes away: nobody was ever booked or waits.
    Removed,
    /// It is as it should be already.
    Same,
    /// It stays as it is, or is not published.
    LeftOut {
        /// Why.
        why: Reason,
    },
}

impl Verdict {
    /// Left out for a rule's no.
    pub fn left_out(why: Reason) -> Self {
        Self::LeftOut { why }
    }

    /// Whether something is written.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::New | Self::Changed | Self::Removed)
    }
}

/// One slot of a plan, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceStep {
    /// The offering.
    pub offering_id: OfferingId,
    /// The programme.
    pub programme: ProgrammeKey,
    /// The slot; none: it is not there yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_id: Option<SlotId>,
    /// As it is now; none: it is not there yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<SlotShape>,
    /// As it is wanted; none: it goes away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<SlotShape>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// What is worth knowing of it all the same, such as carers too few for every place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Reason>,
}

impl PlaceStep {
    /// Start of the slot as it is wanted, or as it is.
    pub fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.after.as_ref().or(self.before.as_ref()).map(|shape| shape.starts_at)
    }
}

/// What is done besides what a pattern or week says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceOptions {
    /// Also on national holidays.
    #[serde(default)]
    pub on_holidays: bool,
    /// Also on weekdays and at hours on which the facility is not open.
    #[serde(default)]
    pub beyond_hours: bool,
    /// Slots that are there at the same time already get these places; without it they stay as they are.
    #[serde(default)]
    pub changes_existing: bool,
}

/// Times of day in Tokyo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayTimes {
    /// Start.
    pub starts: NaiveTime,
    /// End, on the same day.
    pub ends: NaiveTime,
}

/// What changes of each slot of a selection; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkChange {
    /// Places of the bands with exactly these ages; slots without such a band keep theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandPlaces>,
    /// Room for so many of all ages, 0 to 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<i64>,
    /// Other times; only where nobody is booked or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<DayTimes>,
    /// Carers as they are on duty.
    #[serde(default)]
    pub carers_on_duty: bool,
    /// Opens them for bookings, or stops bookings; who is booked stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SlotState>,
}

/// Changes the places of many slots at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PlacesCommand {
    /// Lays a named pattern over some days.
    Publish {
        /// The pattern.
        pattern_id: PatternId,
        /// First day.
        from: NaiveDate,
        /// Last day; at most 184 days after the first.
        to: NaiveDate,
        /// What is done besides.
        #[serde(default)]
        options: PlaceOptions,
    },
    /// Lays the slots of one week over later weeks.
    CopyWeek {
        /// Any day of the week that is copied.
        week: NaiveDate,
        /// Any day of the first week that it is copied into.
        into: NaiveDate,
        /// For so many weeks, 1 to 26.
        weeks: u32,
        /// What is done besides.
        #[serde(default)]
        options: PlaceOptions,
    },
    /// Changes a selection of slots.
    Change {
        /// Which, 1 to 500.
        slot_ids: Vec<SlotId>,
        /// How.
        change: BulkChange,
    },
}

/// Does what was shown, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenPlaces {
    /// What.
    pub command: PlacesCommand,
    /// The `mark` of the plan that was shown; where the plan is another one by now, nothing is done.
    pub mark: String,
}

/// The mark of what was shown before something is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenMark {
    /// The `mark` of the plan that was shown; where the plan is another one by now, nothing is done.
    pub mark: String,
}

/// What becomes of every slot of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacesPlan {
    /// Slot by slot, by start.
    pub steps: Vec<PlaceStep>,
    /// Names exactly this plan.
    pub mark: String,
}

/// What a change of places was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PlaceChangeKind {
    /// A pattern was published.
    Publish,
    /// A week was copied.
    CopyWeek,
    /// A selection was changed.
    Change,
}

impl PlacesCommand {
    /// What kind of change it is.
    pub const fn kind(&self) -> PlaceChangeKind {
        match self {
            Self::Publish { .. } => PlaceChangeKind::Publish,
            Self::CopyWeek { .. } => PlaceChangeKind::CopyWeek,
            Self::Change { .. } => PlaceChangeKind::Change,
        }
    }
}

/// A change of places as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceChange {
    /// Its id.
    pub id: PlaceChangeId,
    /// What it was.
    pub kind: PlaceChangeKind,
    /// The pattern's name, where one was published.
    pub name: String,
    /// The first day whose slots it changed.
    pub first_day: NaiveDate,
    /// The last day whose slots it changed.
    pub last_day: NaiveDate,
    /// How many slots it published.
    pub new_count: u32,
    /// How many it changed.
    pub changed_count: u32,
    /// When.
    pub made_at: DateTime<Utc>,
    /// By whom.
    pub made_by: String,
    /// When it was taken back, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<DateTime<Utc>>,
}

/// A change of places with what taking it back would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceChangeDetail {
    /// The change.
    pub change: PlaceChange,
    /// What taking it back would do, or has done; what cannot be taken back is left out and says why.
    pub undo: PlacesPlan,
}

/// What a change of places has done to one slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneStep {
    /// The offering.
    pub offering_id: OfferingId,
    /// The programme.
    pub programme: ProgrammeKey,
    /// The slot.
    pub slot_id: SlotId,
    /// As it was before; none: it was not there.
    pub before: Option<SlotShape>,
    /// As it was afterwards.
    pub after: SlotShape,
    /// Its version afterwards.
    pub version: i64,
}

/// What a plan has to know of a facility.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// What it offers.
    pub offerings: Vec<Offering>,
    /// The versions of its city's programmes that hold in the days.
    pub programmes: Vec<Programme>,
    /// Who is on duty, by offering.
    pub duties: Vec<Duty>,
    /// National holidays in the days.
    pub holidays: Vec<(NaiveDate, Localised)>,
    /// When it is open, as it is published.
    pub opening: Opening,
    /// Its regular classes.
    pub classes: Vec<ClassPlaces>,
    /// Every slot of it that touches the days.
    pub slots: Vec<Slot>,
    /// The slots that somebody waits for.
    pub waited_for: BTreeSet<SlotId>,
    /// The slots that somebody ever booked or waited for.
    pub used: BTreeSet<SlotId>,
}

impl Ground {
    fn offering(&self, id: &OfferingId) -> Option<&Offering> {
        self.offerings.iter().find(|offering| offering.id == *id)
    }

    /// The rules of a programme on a day.
    fn terms(&self, programme: &ProgrammeKey, day: NaiveDate) -> Option<&Terms> {
        let holds = |one: &&Programme| one.key == *programme && one.valid_from <= day && one.valid_until.is_none_or(|until| day <= until);
        self.programmes.iter().filter(holds).max_by_key(|one| one.valid_from).map(|one| &one.terms)
    }

    fn slot(&self, id: &SlotId) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.id == *id)
    }

    /// Carers on duty in this time; none where nobody said who is.
    fn on_duty(&self, offering: &OfferingId, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Option<Occupancy> {
        self.duties.iter().find(|duty| duty.offering_id == *offering && duty.is_set()).map(|duty| duty.carers(starts_at, ends_at))
    }
}

/// Why places cannot be changed so, or why a slot is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Another pattern of the offering is called so.
    NameTaken,
    /// Carers on duty end before they begin, not on the half hour, too many, or a day stands twice.
    DutyInvalid,
    /// A week is copied onto itself or into no week, or too many.
    WeeksInvalid,
    /// Nothing is asked for, or of no slot.
    NothingAsked,
    /// Too many slots at once.
    TooMany,
    /// What was shown is not what would be done by now.
    PlanChanged,
    /// It was taken back already.
    AlreadyUndone,
    /// It has begun.
    Begun,
    /// A national holiday.
    Holiday {
        /// Its name.
        name: Localised,
    },
    /// The facility is closed on that weekday.
    ClosedWeekday,
    /// The facility is not open at all of these hours.
    OutsideHours,
    /// Another slot of the offering is there at that time.
    Overlaps,
    /// The slot is there with other places.
    Differs,
    /// The slot takes no bookings.
    SlotClosed,
    /// Somebody waits for it.
    WaitedFor,
    /// Somebody is booked at the times that it has.
    TimesBooked,
    /// It is not there any more.
    Gone,
    /// Somebody changed it since.
    ChangedSince,
    /// Somebody booked it or waits for it since.
    UsedSince,
    /// Fewer carers than all its places need: fewer can be booked then.
    CarersLimit {
        /// From when on.
        at: DateTime<Utc>,
        /// How many are there.
        there: i64,
        /// How many all places need.
        needed: i64,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NameTaken => "places.name_taken",
            Self::DutyInvalid => "places.duty_invalid",
            Self::WeeksInvalid => "places.weeks_invalid",
            Self::NothingAsked => "places.nothing_asked",
            Self::TooMany => "places.too_many",
            Self::PlanChanged => "places.plan_changed",
            Self::AlreadyUndone => "places.already_undone",
            Self::Begun => "places.begun",
            Self::Holiday { .. } => "places.holiday",
            Self::ClosedWeekday => "places.closed_weekday",
            Self::OutsideHours => "places.outside_hours",
            Self::Overlaps => "places.overlaps",
            Self::Differs => "places.differs",
            Self::SlotClosed => "places.slot_closed",
            Self::WaitedFor => "places.waited_for",
            Self::TimesBooked => "places.times_booked",
            Self::Gone => "places.gone",
            Self::ChangedSince => "places.changed_since",
            Self::UsedSince => "places.used_since",
            Self::CarersLimit { .. } => "places.carers_limit",
        }
    }

    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::Holiday { name } => reason.with("name", Datum::Names(name.clone())),
            Self::CarersLimit { at, there, needed } => {
                reason.with("at", Datum::Moment(*at)).with("there", Datum::People(*there)).with("needed", Datum::People(*needed))
            }
            _ => reason,
        }
    }
}

#[cfg(test)]
mod tests;
