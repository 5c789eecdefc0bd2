//! Bookings: one child in one slot, and the one rule that takes places for every way in.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::ids::{BookingId, ChildId, PartyId, SlotId};
use crate::locale::Localised;
use crate::problem::{Datum, Reason};
use crate::programmes::{Cancellation, LimitUnit, MonthLimit, OpenDays, PriceTier, ProgrammeKey, Terms, Unit};
use crate::slots::{BookingPeriod, Crossing, Slot, SlotFacility, SlotState, booking_period};
use crate::time::Month;

/// What to do when there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IfFull {
    /// Refuse.
    #[default]
    Fail,
}

/// Books one or more children of a family into a slot: all of them or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewBooking {
    /// The slot.
    pub slot_id: SlotId,
    /// The children, 1 to 8, each once.
    #[validate(length(min = 1, max = 8, code = "bookings.party_size"))]
    pub child_ids: Vec<ChildId>,
    /// Start of the stay; the slot's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    /// End of the stay; the slot's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// What the carers should know of the child that day.
    #[serde(default)]
    #[validate(length(max = 500, code = "text.too_long"))]
    pub notes: String,
    /// What to do when there is no place.
    #[serde(default)]
    pub if_full: IfFull,
}

/// How a booking stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BookingState {
    /// The place is taken.
    Confirmed,
    /// The child is there.
    CheckedIn {
        /// When the child came.
        at: DateTime<Utc>,
    },
    /// The child has gone home.
    CheckedOut {
        /// When the child came.
        checked_in_at: DateTime<Utc>,
        /// When the child left.
        at: DateTime<Utc>,
    },
    /// Cancelled; the place is free again.
    Cancelled {
        /// When.
        at: DateTime<Utc>,
        /// Integer yen that is due all the same.
        fee_yen: i64,
        /// Whether it still counts against the month's limit.
        counts: bool,
    },
}

impl BookingState {
    /// Whether it holds a place (also after the child left: the past stays as it was).
    pub const fn is_active(&self) -> bool {
        !matches!(self, Self::Cancelled { .. })
    }
}

/// A child as a booking shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookedChild {
    /// The child.
    pub id: ChildId,
    /// Name.
    pub name: String,
    /// Reading.
    pub kana: String,
}

/// A booking: one child in one slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// The bookings made together share it.
    pub party_id: PartyId,
    /// The slot.
    pub slot_id: SlotId,
    /// The child.
    pub child: BookedChild,
    /// The facility.
    pub facility: SlotFacility,
    /// The programme.
    pub programme: ProgrammeKey,
    /// What it is called there.
    pub programme_name: Localised,
    /// Key of the block, where booked in blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Start of the stay.
    pub starts_at: DateTime<Utc>,
    /// End of the stay.
    pub ends_at: DateTime<Utc>,
    /// How it stands.
    pub state: BookingState,
    /// The fee in integer yen.
    pub fee_yen: i64,
    /// How much it counts against the month's limit, in the limit's unit.
    pub counted: i64,
    /// The unit of `counted`.
    pub limit_unit: LimitUnit,
    /// Whether the facility lies in another municipality than the family's.
    pub is_away: bool,
    /// Until when cancelling is free.
    pub free_until: DateTime<Utc>,
    /// What cancelling costs after that, as agreed when it was booked.
    pub cancellation: Cancellation,
    /// What the family wrote for the day.
    #[serde(default)]
    pub notes: String,
    /// What to bring.
    #[serde(default)]
    pub bring: Vec<Localised>,
    /// When it was booked.
    pub created_at: DateTime<Utc>,
    /// Grows by one with every change.
    pub version: i64,
}

/// Time a child is already booked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Busy {
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Name of the facility.
    pub facility: String,
}

/// How much of a month's limit a child has used, in the limit's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthUsage {
    /// In all.
    pub total: i64,
    /// Of that, in other municipalities.
    pub away: i64,
}

impl MonthUsage {
    /// How much is left for a stay at home or away.
    pub fn left(self, limit: MonthLimit, away: bool) -> i64 {
        let whole = limit.base + limit.local - self.total;
        if away { whole.min(limit.base - self.away) } else { whole }.max(0)
    }
}

/// Counts a child's bookings of a programme in a month, as far as they count in this unit: half days and minutes of two cities
/// are never added up. The browser uses it on what it has on screen, the tests on what they know.
pub fn month_usage<'a>(
    bookings: impl IntoIterator<Item = &'a Booking>,
    child: &ChildId,
    programme: &ProgrammeKey,
    month: Month,
    unit: LimitUnit,
) -> MonthUsage {
    bookings
        .into_iter()
        .filter(|b| b.child.id == *child && b.programme == *programme && b.limit_unit == unit && Month::at(b.starts_at) == month)
        .filter(|b| !matches!(b.state, BookingState::Cancelled { counts: false, .. }))
        .fold(MonthUsage::default(), |sum, b| MonthUsage {
            total: sum.total + b.counted,
            away: sum.away + if b.is_away { b.counted } else { 0 },
        })
}

/// What the rule knows of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildState {
    /// The child.
    pub id: ChildId,
    /// Birth date.
    pub born: NaiveDate,
    /// Usage of the programme in the month of the stay.
    pub usage: MonthUsage,
    /// When the child is booked elsewhere, in any city and programme.
    pub busy: Vec<Busy>,
}

/// What the rule knows.
#[derive(Debug, Clone)]
pub struct PlaceState {
    /// The slot.
    pub slot: Slot,
    /// The host municipality's rules on the day.
    pub terms: Terms,
    /// The limit of the municipality of residence in the month; none: as much as there is.
    pub limit: Option<MonthLimit>,
    /// How residence and facility stand to each other.
    pub crossing: Crossing,
    /// The name of the municipality of residence, for sentences.
    pub residence_name: Localised,
    /// The days on which the facility is open.
    pub open_days: OpenDays,
    /// The children of the party.
    pub children: Vec<ChildState>,
}

/// One way in which a stay is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// No child, over eight, or one twice.
    PartySize,
    /// The facility closed the slot.
    SlotClosed,
    /// The stay is no block of the slot.
    NotABlock,
    /// The stay leaves the slot's time.
    OutsideSlot {
        /// The slot's start.
        starts_at: DateTime<Utc>,
        /// The slot's end.
        ends_at: DateTime<Utc>,
    },
    /// Shorter than the programme's least.
    TooShort {
        /// The least, in minutes.
        minimum: i64,
    },
    /// Start or length not in the programme's steps.
    NotInSteps {
        /// The step, in minutes.
        step: i64,
    },
    /// It has begun.
    InThePast,
    /// Bookings are not open yet for anybody.
    NotYetOpen {
        /// When they open.
        opens_at: DateTime<Utc>,
    },
    /// The border: open for the host's residents only.
    NotReleased {
        /// When it opens for residents of other municipalities.
        opens_at: DateTime<Utc>,
    },
    /// Bookings are closed.
    BookingClosed {
        /// Since when.
        closed_at: DateTime<Utc>,
    },
    /// The two municipalities have no compact for this programme on that day.
    NoCompact {
        /// The family's municipality.
        residence: Localised,
    },
    /// Under the programme's age on that day.
    TooYoung {
        /// The first day.
        from: NaiveDate,
    },
    /// Over the programme's age on that day.
    TooOld {
        /// The last day.
        last: NaiveDate,
    },
    /// The slot has no places for this age.
    NoBand {
        /// The age in years that counts.
        age: u32,
    },
    /// Too few places for the party.
    SlotFull {
        /// Places left at the fullest minute of the stay.
        left: i64,
        /// Places wanted in the band.
        wanted: i64,
    },
    /// The child is booked elsewhere at that time.
    Overlap {
        /// The other stay.
        busy: Busy,
    },
    /// The month's limit is too small.
    MonthLimit {
        /// The month.
        month: Month,
        /// What is counted.
        unit: LimitUnit,
        /// How much is left.
        left: i64,
        /// How much the stay would count.
        wanted: i64,
    },
    /// The fee table has no line for this family and child.
    NoFee,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PartySize => "bookings.party_size",
            Self::SlotClosed => "bookings.slot_closed",
            Self::NotABlock => "bookings.not_a_block",
            Self::OutsideSlot { .. } => "bookings.outside_slot",
            Self::TooShort { .. } => "bookings.too_short",
            Self::NotInSteps { .. } => "bookings.not_in_steps",
            Self::InThePast => "bookings.in_the_past",
            Self::NotYetOpen { .. } => "bookings.not_yet_open",
            Self::NotReleased { .. } => "bookings.not_released",
            Self::BookingClosed { .. } => "bookings.booking_closed",
            Self::NoCompact { .. } => "bookings.no_compact",
            Self::TooYoung { .. } => "bookings.too_young",
            Self::TooOld { .. } => "bookings.too_old",
            Self::NoBand { .. } => "bookings.no_band",
            Self::SlotFull { .. } => "bookings.slot_full",
            Self::Overlap { .. } => "bookings.overlap",
            Self::MonthLimit { .. } => "bookings.month_limit",
            Self::NoFee => "bookings.no_fee",
        }
    }

    /// The reason with the data of its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        let amount = |unit: LimitUnit, n: i64| match unit {
            LimitUnit::HalfDays => Datum::HalfDays(n),
            LimitUnit::Minutes => Datum::Minutes(n),
        };
        match self {
            Self::PartySize | Self::SlotClosed | Self::NotABlock | Self::InThePast | Self::NoFee => reason,
            Self::OutsideSlot { starts_at, ends_at } => reason.with("span", Datum::Span { starts_at: *starts_at, ends_at: *ends_at }),
            Self::TooShort { minimum } => reason.with("minimum", Datum::Minutes(*minimum)),
            Self::NotInSteps { step } => reason.with("step", Datum::Minutes(*step)),
            Self::NotYetOpen { opens_at } | Self::NotReleased { opens_at } => reason.with("opens_at", Datum::Moment(*opens_at)),
            Self::BookingClosed { closed_at } => reason.with("closed_at", Datum::Moment(*closed_at)),
            Self::NoCompact { residence } => reason.with("residence", Datum::Names(residence.clone())),
            Self::TooYoung { from } => reason.with("from", Datum::Day(*from)),
            Self::TooOld { last } => reason.with("last", Datum::Day(*last)),
            Self::NoBand { age } => reason.with("age", Datum::Count(i64::from(*age))),
            Self::SlotFull { left, wanted } => reason.with("left", Datum::People(*left)).with("wanted", Datum::People(*wanted)),
            Self::Overlap { busy } => reason
                .with("span", Datum::Span { starts_at: busy.starts_at, ends_at: busy.ends_at })
                .with("facility", Datum::Text(busy.facility.clone())),
            Self::MonthLimit { month, unit, left, wanted } => {
                reason.with("month", Datum::Month(*month)).with("left", amount(*unit, *left)).with("wanted", amount(*unit, *wanted))
            }
        }
    }
}

/// A rejection and whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The child; none when it concerns the whole party.
    pub child: Option<ChildId>,
    /// Why.
    pub rejection: Rejection,
}

/// A stay that can be had.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Key of the block, where booked in blocks.
    pub block: Option<String>,
    /// The month whose limit it uses.
    pub month: Month,
    /// How much it counts, per child.
    pub counted: i64,
    /// What is counted.
    pub unit: LimitUnit,
    /// Whether across the border.
    pub is_away: bool,
    /// The price tier.
    pub tier: PriceTier,
    /// Until when cancelling is free.
    pub free_until: DateTime<Utc>,
    /// What holds after.
    pub cancellation: Cancellation,
    /// Each child.
    pub children: Vec<PlacedChild>,
    /// The slot's bands with the party in them.
    pub slot: Slot,
}

/// One child of a party that can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedChild {
    /// The child.
    pub id: ChildId,
    /// The band, by its lower age.
    pub band_from_age: u32,
    /// Fee in integer yen.
    pub fee_yen: i64,
    /// Usage after this booking.
    pub usage: MonthUsage,
}

/// The stay that a command asks for.
#[derive(Debug, Clone, Copy)]
struct Stay<'a> {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    block: Option<&'a str>,
    counted: i64,
    unit: LimitUnit,
    /// Whether the slot has such a stay, so that its price can be looked up.
    known: bool,
}

/// Decides whether a party gets a stay: the one rule behind every way in.
///
/// All reasons are collected, for the whole party and each child, never only the first.
pub fn place(
    state: &PlaceState,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Placed, Vec<Refusal>> {
    let mut refusals: Vec<Refusal> = Vec::new();
    let mut refuse = |child: Option<&ChildId>, rejection: Rejection| refusals.push(Refusal { child: child.cloned(), rejection });

    let slot = &state.slot;
    let stay = stay(state, starts_at.unwrap_or(slot.starts_at), ends_at.unwrap_or(slot.ends_at), &mut |r| refuse(None, r));
    for rejection in check_time(state, stay.starts_at, now) {
        refuse(None, rejection);
    }
    if !party_size_ok(&state.children) {
        refuse(None, Rejection::PartySize);
    }
    let tier = state.crossing.tier();
    if tier.is_none() {
        refuse(None, Rejection::NoCompact { residence: state.residence_name.clone() });
    }
    let month = Month::at(slot.within(stay.starts_at));
    let minutes = (stay.ends_at - stay.starts_at).num_minutes();
    let away = state.crossing.is_away();
    let mut children = Vec::with_capacity(state.children.len());
    let mut wanted: Vec<(u32, i64)> = Vec::new();
    for child in &state.children {
        let against = check_child(state, child, &stay, month);
        let fits_age = !against.iter().any(|r| matches!(r, Rejection::TooYoung { .. } | Rejection::TooOld { .. }));
        for rejection in against {
            refuse(Some(&child.id), rejection);
        }
        let age = state.terms.ages.band_age(child.born, slot.day());
        let band = slot.bands.iter().find(|band| band.takes(age));
        match band {
            None => refuse(Some(&child.id), Rejection::NoBand { age }),
            Some(band) => match wanted.iter_mut().find(|(from, _)| *from == band.from_age) {
                Some((_, count)) => *count += 1,
                None => wanted.push((band.from_age, 1)),
            },
        }
        let fee = tier.as_ref().map(|tier| state.terms.fee(tier, age, stay.block, minutes, slot.hourly_yen));
        // What is not offered to the child at all has no price; saying so too would send the family asking for nothing.
        if fee == Some(None) && stay.known && fits_age && band.is_some() {
            refuse(Some(&child.id), Rejection::NoFee);
        }
        if let (Some(band), Some(Some(fee_yen))) = (band, fee) {
            let usage =
                MonthUsage { total: child.usage.total + stay.counted, away: child.usage.away + if away { stay.counted } else { 0 } };
            children.push(PlacedChild { id: child.id.clone(), band_from_age: band.from_age, fee_yen, usage });
        }
    }

    let mut taken = slot.clone();
    let (from, until) = (slot.minute(stay.starts_at), slot.minute(stay.ends_at));
    for (from_age, count) in wanted {
        if let Some(band) = taken.bands.iter_mut().find(|band| band.from_age == from_age) {
            let left = band.left(from, until);
            if left < count {
                refuse(None, Rejection::SlotFull { left, wanted: count });
            } else {
                band.occupancy = band.occupancy.plus(from, until, count);
            }
        }
    }

    match tier {
        Some(tier) if refusals.is_empty() => Ok(Placed {
            starts_at: stay.starts_at,
            ends_at: stay.ends_at,
            block: stay.block.map(str::to_owned),
            month,
            counted: stay.counted,
            unit: stay.unit,
            is_away: away,
            tier,
            free_until: state.terms.cancellation.free_until.before(stay.starts_at, &state.open_days),
            cancellation: state.terms.cancellation,
            children,
            slot: taken,
        }),
        _ => Err(refusals),
    }
}

fn party_size_ok(children: &[ChildState]) -> bool {
    let mut ids: Vec<&ChildId> = children.iter().map(|child| &child.id).collect();
    ids.sort();
    ids.dedup();
    (1..=8).contains(&children.len()) && ids.len() == children.len()
}

/// Measures the asked stay by the programme's unit.
fn stay<'a>(state: &'a PlaceState, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, refuse: &mut dyn FnMut(Rejection)) -> Stay<'a> {
    let slot = &state.slot;
    let minutes = (ends_at - starts_at).num_minutes();
    if starts_at < slot.starts_at || ends_at > slot.ends_at || ends_at <= starts_at {
        refuse(Rejection::OutsideSlot { starts_at: slot.starts_at, ends_at: slot.ends_at });
    }
    match &state.terms.unit {
        Unit::Blocks { blocks } => {
            let block = slot.blocks.iter().find(|block| block.starts_at == starts_at && block.ends_at == ends_at);
            let known = block.and_then(|block| blocks.iter().find(|known| known.key == block.key));
            if known.is_none() {
                refuse(Rejection::NotABlock);
            }
            Stay {
                starts_at,
                ends_at,
                block: known.map(|b| b.key.as_str()),
                counted: known.map_or(0, |b| b.half_days),
                unit: LimitUnit::HalfDays,
                known: known.is_some(),
            }
        }
        Unit::Flexible { minimum_minutes, step_minutes } => {
            let step = (*step_minutes).max(1);
            if minutes < *minimum_minutes {
                refuse(Rejection::TooShort { minimum: *minimum_minutes });
            }
            // Exact: half a second beside the step would take a minute that nobody counts.
            let in_steps = |length: TimeDelta| length == TimeDelta::minutes(length.num_minutes()) && length.num_minutes() % step == 0;
            if !in_steps(ends_at - starts_at) || !in_steps(starts_at - slot.starts_at) {
                refuse(Rejection::NotInSteps { step });
            }
            Stay { starts_at, ends_at, block: None, counted: minutes.max(0), unit: LimitUnit::Minutes, known: true }
        }
    }
}

/// Whether the stay can be booked at all now; the same for every child. Its deadlines count from the stay's own start.
fn check_time(state: &PlaceState, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Vec<Rejection> {
    let period = booking_period(&state.terms, state.slot.within(starts_at), &state.crossing, &state.open_days);
    check_period(state.slot.state, starts_at, &period, now)
}

/// Whether a stay that starts then can be booked now: closed slot, past, not yet open, border, closed bookings.
pub fn check_period(slot: SlotState, starts_at: DateTime<Utc>, period: &BookingPeriod, now: DateTime<Utc>) -> Vec<Rejection> {
    let mut rejections = Vec::new();
    if slot == SlotState::Closed {
        rejections.push(Rejection::SlotClosed);
    }
    if starts_at <= now {
        rejections.push(Rejection::InThePast);
    } else if now >= period.closes_at {
        rejections.push(Rejection::BookingClosed { closed_at: period.closes_at });
    }
    if now < period.opens_at {
        rejections.push(Rejection::NotYetOpen { opens_at: period.opens_to_family_at });
    } else if now < period.opens_to_family_at {
        rejections.push(Rejection::NotReleased { opens_at: period.opens_to_family_at });
    }
    rejections
}

/// The first start among these at which bookings are not over yet; none when they are over for all of them. For a slot that has begun, or
/// whose first hours are too near, later stays may still be had.
pub fn first_start(
    starts: &[DateTime<Utc>],
    terms: &Terms,
    crossing: &Crossing,
    open_days: &OpenDays,
    now: DateTime<Utc>,
) -> Option<(DateTime<Utc>, BookingPeriod)> {
    starts
        .iter()
        .map(|start| (*start, booking_period(terms, *start, crossing, open_days)))
        .find(|(start, period)| now < *start && now < period.closes_at)
}

/// What stands against one child: age, another stay, the month's limit.
fn check_child(state: &PlaceState, child: &ChildState, stay: &Stay<'_>, month: Month) -> Vec<Rejection> {
    let mut rejections = Vec::new();
    let day = state.slot.day();
    let ages = &state.terms.ages;
    let (first, last) = (ages.first_day(child.born), ages.last_day(child.born));
    if day < first {
        rejections.push(Rejection::TooYoung { from: first });
    }
    if day > last {
        rejections.push(Rejection::TooOld { last });
    }
    for busy in child.busy.iter().filter(|busy| busy.starts_at < stay.ends_at && stay.starts_at < busy.ends_at) {
        rejections.push(Rejection::Overlap { busy: busy.clone() });
    }
    if let Some(limit) = state.limit.filter(|limit| limit.unit == stay.unit) {
        let left = child.usage.left(limit, state.crossing.is_away());
        if stay.counted > left {
            rejections.push(Rejection::MonthLimit { month, unit: limit.unit, left, wanted: stay.counted });
        }
    }
    rejections
}

/// What cancelling would mean now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelTerms {
    /// Integer yen that is due all the same.
    pub fee_yen: i64,
    /// Whether it still counts against the month's limit.
    pub counts: bool,
}

/// Why a booking cannot be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelRejection {
    /// It is cancelled already.
    Already,
    /// The child has come.
    Started,
    /// The stay is over.
    Over,
    /// The answer was given for other terms than hold now.
    TermsChanged,
}

impl CancelRejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 4] = [Self::Already, Self::Started, Self::Over, Self::TermsChanged];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Already => "bookings.already_cancelled",
            Self::Started => "bookings.started",
            Self::Over => "bookings.over",
            Self::TermsChanged => "bookings.cancel_terms_changed",
        }
    }

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

/// Cancels a booking. Shown before and done after are the same function: no family learns the price afterwards. A family that
/// has seen terms sends them along (`seen`); where the deadline passed meanwhile, nothing is cancelled and it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cancel {
    /// The terms that the family was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<CancelTerms>,
}

/// What it means to cancel a booking now: free until its deadline and for some minutes after booking.
pub fn cancel(booking: &Booking, command: &Cancel, now: DateTime<Utc>) -> Result<CancelTerms, CancelRejection> {
    match booking.state {
        BookingState::Cancelled { .. } => return Err(CancelRejection::Already),
        BookingState::CheckedIn { .. } | BookingState::CheckedOut { .. } => return Err(CancelRejection::Started),
        BookingState::Confirmed if now >= booking.ends_at => return Err(CancelRejection::Over),
        BookingState::Confirmed => {}
    }
    let rule = booking.cancellation;
    let undone = now < booking.created_at + TimeDelta::minutes(rule.undo_minutes) && now < booking.starts_at;
    let terms = if now < booking.free_until || undone {
        CancelTerms { fee_yen: 0, counts: false }
    } else {
        CancelTerms { fee_yen: booking.fee_yen * rule.late_fee_percent / 100, counts: rule.late_counts }
    };
    match command.seen {
        Some(seen) if seen != terms => Err(CancelRejection::TermsChanged),
        _ => Ok(terms),
    }
}

/// A booking before it is made: what it costs, uses and leaves, or every reason against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Whether it would be made.
    pub bookable: bool,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Each child.
    pub children: Vec<QuotedChild>,
    /// Reasons that concern the whole party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Sum of the fees in integer yen; none while not bookable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_yen: Option<i64>,
    /// Until when cancelling is free.
    pub free_until: DateTime<Utc>,
    /// What holds after.
    pub cancellation: Cancellation,
    /// What to bring.
    pub bring: Vec<Localised>,
}

/// One child of a quote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotedChild {
    /// The child.
    pub child_id: ChildId,
    /// Fee in integer yen; none while not bookable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_yen: Option<i64>,
    /// Reasons that concern this child.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The month's limit; none where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<QuotedLimit>,
}

/// What a stay does to a month's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotedLimit {
    /// The month, `YYYY-MM`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub month: Month,
    /// What is counted.
    pub unit: LimitUnit,
    /// How much this stay counts.
    pub counted: i64,
    /// How much is left before it, at this facility.
    pub left_before: i64,
    /// How much is left after it; none while not bookable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_after: Option<i64>,
}

/// The quote of a stay: the decision of [`place`], told to a person.
pub fn quote(state: &PlaceState, starts_at: Option<DateTime<Utc>>, ends_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Quote {
    let outcome = place(state, starts_at, ends_at, now);
    let (starts_at, ends_at) = (starts_at.unwrap_or(state.slot.starts_at), ends_at.unwrap_or(state.slot.ends_at));
    let asked = stay(state, starts_at, ends_at, &mut |_| {});
    let away = state.crossing.is_away();
    let refusals = outcome.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    let children = state
        .children
        .iter()
        .map(|child| {
            let placed = outcome.as_ref().ok().and_then(|placed| placed.children.iter().find(|c| c.id == child.id));
            QuotedChild {
                child_id: child.id.clone(),
                fee_yen: placed.map(|c| c.fee_yen),
                reasons: refusals.iter().filter(|r| r.child.as_ref() == Some(&child.id)).map(|r| r.rejection.reason()).collect(),
                limit: state.limit.filter(|limit| limit.unit == asked.unit).map(|limit| QuotedLimit {
                    month: Month::at(state.slot.within(starts_at)),
                    unit: limit.unit,
                    counted: asked.counted,
                    left_before: child.usage.left(limit, away),
                    left_after: placed.map(|c| c.usage.left(limit, away)),
                }),
            }
        })
        .collect();
    Quote {
        bookable: outcome.is_ok(),
        starts_at,
        ends_at,
        children,
        reasons: refusals.iter().filter(|r| r.child.is_none()).map(|r| r.rejection.reason()).collect(),
        fee_yen: outcome.as_ref().ok().map(|placed| placed.children.iter().map(|c| c.fee_yen).sum()),
        free_until: state.terms.cancellation.free_until.before(state.slot.within(starts_at), &state.open_days),
        cancellation: state.terms.cancellation,
        bring: state.terms.bring.clone(),
    }
}

#[cfg(test)]
mod tests;
