//! Placing: whether a party gets a stay, what it costs and counts, or every reason against.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{BookingState, Busy, NewBooking};
use crate::eligibility::{Finding, Verdict};
use crate::entitlements::{Certified, covers};
use crate::ids::ChildId;
use crate::interviews::Outcome;
use crate::locale::Localised;
use crate::problem::{Datum, Reason};
use crate::programmes::{
    Account, Allowance, Cancellation, Confirmation, Counted, FeeLine, LimitUnit, LimitVersion, OpenDays, Period, PriceTier, Priced, Stay,
    Terms, Unit, Usage, count, total, touched_days,
};
use crate::slots::{BookingPeriod, Crossing, Slot, SlotState, booking_period};

/// What the rule knows of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildState {
    /// The child.
    pub id: ChildId,
    /// Birth date.
    pub born: NaiveDate,
    /// Whether a brother or sister was born on the same day.
    pub is_multiple_birth: bool,
    /// What the child has used of the accounts that the stay may count in.
    pub usages: Vec<(Account, Usage)>,
    /// When the child is booked elsewhere, in any city and programme.
    pub busy: Vec<Busy>,
    /// What was found in the child's first interview, as far as the facility goes by it.
    pub interview: Option<Outcome>,
    /// From when to when the child is certified for what the programme asks for.
    pub certified: Vec<Certified>,
    /// What was found for the programme's condition; none: there is none, or only the server knows.
    pub finding: Option<Finding>,
}

impl ChildState {
    /// What the child has used of an account.
    pub fn used(&self, account: &Account) -> Usage {
        self.usages.iter().find(|(known, _)| known == account).map_or(Usage::default(), |(_, usage)| *usage)
    }
}

/// What the rule knows.
#[derive(Debug, Clone)]
pub struct PlaceState {
    /// The slot.
    pub slot: Slot,
    /// The host municipality's rules on the day.
    pub terms: Terms,
    /// The limits of the municipality of residence on the days of the stay.
    pub limits: Vec<LimitVersion>,
    /// How residence and facility stand to each other.
    pub crossing: Crossing,
    /// The name of the municipality of residence, for sentences.
    pub residence_name: Localised,
    /// The days on which the facility is open.
    pub open_days: OpenDays,
    /// The classes of the family's household on the day, for reliefs.
    pub classes: Vec<String>,
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
    /// A place that became free is being offered to those who wait.
    Offering,
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
    /// Longer than the programme's most.
    TooLong {
        /// The most, in minutes.
        maximum: i64,
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
    /// A limit is too small.
    Limit {
        /// The stretch of time it counts in.
        period: Period,
        /// What is counted.
        unit: LimitUnit,
        /// How much is left.
        left: i64,
        /// How much the stay would count.
        wanted: i64,
    },
    /// The facility wants to see the child in a first interview before.
    InterviewNeeded {
        /// The facility.
        facility: String,
    },
    /// The facility found in the interview that it cannot look after the child.
    InterviewNotPossible {
        /// Why, in its words.
        words: String,
    },
    /// The programme needs a certification, and the child has none.
    NotCertified,
    /// The child is certified from a later day on.
    CertifiedFrom {
        /// The first day.
        from: NaiveDate,
    },
    /// The child's certification ends before.
    CertifiedUntil {
        /// The last day.
        until: NaiveDate,
    },
    /// The programme's condition does not hold.
    NotEligible {
        /// What is so.
        because: Reason,
    },
    /// It is not known whether the programme's condition holds.
    EligibilityUnknown {
        /// What is missing.
        because: Reason,
    },
    /// The fee table has no line for this family and child.
    NoFee,
    /// The programme asks for the reason of the stay, and there is none that it knows.
    ReasonMissing,
    /// A question is not answered, or not with what it asks for.
    AnswerMissing {
        /// The question.
        question: Localised,
    },
    /// A question is answered that is not asked, or one twice.
    AnswerUnknown,
    /// There is no such extra.
    ExtraUnknown,
    /// A move: what was booked is not as it was shown any more.
    ChangedMeanwhile,
    /// A move to where and when it is already.
    SameStay,
    /// A move to another facility or programme.
    OtherFacility,
    /// A move of what was cancelled, declined, has begun or is over.
    NotMovable,
    /// A rule is gone past, and nobody says why.
    OverrideReasonMissing,
    /// A move when cancelling is not free of charge any more.
    RescheduleLate {
        /// Since when.
        free_until: DateTime<Utc>,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PartySize => "bookings.party_size",
            Self::SlotClosed => "bookings.slot_closed",
            Self::Offering => "bookings.offering",
            Self::NotABlock => "bookings.not_a_block",
            Self::OutsideSlot { .. } => "bookings.outside_slot",
            Self::TooShort { .. } => "bookings.too_short",
            Self::TooLong { .. } => "bookings.too_long",
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
            Self::Limit { period: Period::Month(_), .. } => "bookings.month_limit",
            Self::Limit { period: Period::Week(_), .. } => "bookings.week_limit",
            Self::Limit { period: Period::Birth, .. } => "bookings.birth_limit",
            Self::InterviewNeeded { .. } => "bookings.interview_needed",
            Self::InterviewNotPossible { .. } => "bookings.interview_not_possible",
            Self::NotCertified => "bookings.not_certified",
            Self::CertifiedFrom { .. } => "bookings.certified_from",
            Self::CertifiedUntil { .. } => "bookings.certified_until",
            Self::NotEligible { .. } => "bookings.not_eligible",
            Self::EligibilityUnknown { .. } => "bookings.eligibility_unknown",
            Self::NoFee => "bookings.no_fee",
            Self::ReasonMissing => "bookings.reason_missing",
            Self::AnswerMissing { .. } => "bookings.answer_missing",
            Self::AnswerUnknown => "bookings.answer_unknown",
            Self::ExtraUnknown => "bookings.extra_unknown",
            Self::ChangedMeanwhile => "bookings.changed_meanwhile",
            Self::SameStay => "bookings.reschedule_same",
            Self::OtherFacility => "bookings.reschedule_elsewhere",
            Self::NotMovable => "bookings.reschedule_over",
            Self::OverrideReasonMissing => "bookings.override_reason_missing",
            Self::RescheduleLate { .. } => "bookings.reschedule_late",
        }
    }

    /// The reason with the data of its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        let amount = |unit: LimitUnit, n: i64| match unit {
            LimitUnit::HalfDays => Datum::HalfDays(n),
            LimitUnit::Minutes => Datum::Minutes(n),
            LimitUnit::Uses => Datum::Uses(n),
        };
        match self {
            Self::PartySize | Self::SlotClosed | Self::Offering | Self::NotABlock | Self::InThePast | Self::NoFee => reason,
            Self::ReasonMissing | Self::AnswerUnknown | Self::ExtraUnknown => reason,
            Self::ChangedMeanwhile | Self::SameStay | Self::OtherFacility | Self::NotMovable => reason,
            Self::OverrideReasonMissing | Self::NotCertified => reason,
            Self::CertifiedFrom { from } => reason.with("from", Datum::Day(*from)),
            Self::CertifiedUntil { until } => reason.with("until", Datum::Day(*until)),
            Self::NotEligible { because } | Self::EligibilityUnknown { because } => {
                reason.with("because", Datum::Because { reason: Box::new(because.clone()) })
            }
            Self::RescheduleLate { free_until } => reason.with("free_until", Datum::Moment(*free_until)),
            Self::AnswerMissing { question } => reason.with("question", Datum::Names(question.clone())),
            Self::TooLong { maximum } => reason.with("maximum", Datum::Minutes(*maximum)),
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
            Self::InterviewNeeded { facility } => reason.with("facility", Datum::Text(facility.clone())),
            Self::InterviewNotPossible { words } => reason.with("words", Datum::Text(words.clone())),
            Self::Limit { period, unit, left, wanted } => {
                let reason = reason.with("left", amount(*unit, *left)).with("wanted", amount(*unit, *wanted));
                match (period, period.first_day()) {
                    (Period::Month(month), _) => reason.with("month", Datum::Month(*month)),
                    (_, Some(monday)) => reason.with("from", Datum::Day(monday)),
                    (_, None) => reason,
                }
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
    /// What it counts against which limit, for each child.
    pub counted: Vec<Counted>,
    /// Whether it holds at once, or until when the facility decides.
    pub state: BookingState,
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
    /// What it costs, line by line.
    pub fee_lines: Vec<FeeLine>,
    /// What the child has used after this booking, and may use, of each account that it counts in.
    pub usages: Vec<(Account, Usage, Allowance)>,
}

impl PlacedChild {
    /// The fee in integer yen.
    pub fn fee_yen(&self) -> i64 {
        total(&self.fee_lines)
    }
}

/// The stay that a command asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) stay: Stay<'a>,
    /// Whether the slot has such a stay, so that its price can be looked up.
    known: bool,
}

/// Decides whether a party gets a stay: the one rule behind every way in.
///
/// All reasons are collected, for the whole party and each child, never only the first.
pub fn place(state: &PlaceState, command: &NewBooking, now: DateTime<Utc>) -> Result<Placed, Vec<Refusal>> {
    placed_past(state, command, &[], now).map(|(placed, _)| placed)
}

/// The same before the programme's questions are answered: whether the stay can be had at all.
pub fn place_stay(state: &PlaceState, command: &NewBooking, now: DateTime<Utc>) -> Result<Placed, Vec<Refusal>> {
    stay_past(state, command, &[], now).map(|(placed, _)| placed)
}

/// A stay that can be had, and the codes of the rules that were gone past for it.
type Past = (Placed, Vec<&'static str>);

/// [`place`] past the rules of some codes.
pub(super) fn placed_past(
    state: &PlaceState,
    command: &NewBooking,
    past: &[&'static str],
    now: DateTime<Utc>,
) -> Result<Past, Vec<Refusal>> {
    let (gone, missing): (Vec<Rejection>, Vec<Rejection>) =
        check_answers(&state.terms, command).into_iter().partition(|rejection| past.contains(&rejection.code()));
    let missing: Vec<Refusal> = missing.into_iter().map(|rejection| Refusal { child: None, rejection }).collect();
    match stay_past(state, command, past, now) {
        Ok((placed, mut used)) if missing.is_empty() => {
            used.extend(gone.iter().map(Rejection::code));
            Ok((placed, used))
        }
        Ok(_) => Err(missing),
        Err(refusals) => Err(refusals.into_iter().chain(missing).collect()),
    }
}

/// [`place_stay`] past the rules of some codes.
pub(super) fn stay_past(state: &PlaceState, command: &NewBooking, past: &[&'static str], now: DateTime<Utc>) -> Result<Past, Vec<Refusal>> {
    let mut refusals: Vec<Refusal> = Vec::new();
    let mut used: Vec<&'static str> = Vec::new();
    // A part of a minute is no stay in any programme: nobody could count it.
    let in_minutes =
        [command.starts_at, command.ends_at].into_iter().flatten().all(|at| at.timestamp_subsec_nanos() == 0 && at.timestamp() % 60 == 0);
    let mut refuse = |child: Option<&ChildId>, rejection: Rejection| {
        let is_minute = in_minutes || !matches!(rejection, Rejection::NotInSteps { .. });
        if is_minute && past.contains(&rejection.code()) {
            used.push(rejection.code());
        } else {
            refusals.push(Refusal { child: child.cloned(), rejection });
        }
    };

    let slot = &state.slot;
    let Asked { stay, known } = asked(state, command, &mut |rejection| refuse(None, rejection));
    for rejection in check_time(state, stay.starts_at, now) {
        refuse(None, rejection);
    }
    let is_closed = slot.state != SlotState::Closed && slot.is_closed_between(stay.starts_at, stay.ends_at);
    if is_closed {
        refuse(None, Rejection::SlotClosed);
    }
    if !party_size_ok(&state.children) {
        refuse(None, Rejection::PartySize);
    }
    let tier = state.crossing.tier();
    if tier.is_none() {
        refuse(None, Rejection::NoCompact { residence: state.residence_name.clone() });
    }
    let away = state.crossing.is_away();
    let counted = count(&state.limits, &state.terms.unit, &stay, command.reason.as_deref());
    let mut children = Vec::with_capacity(state.children.len());
    let mut wanted: Vec<(u32, i64)> = Vec::new();
    for child in &state.children {
        let against = check_child(state, child, &stay);
        let fits_age = !against.iter().any(|r| matches!(r, Rejection::TooYoung { .. } | Rejection::TooOld { .. }));
        for rejection in against {
            refuse(Some(&child.id), rejection);
        }
        let mut usages = Vec::with_capacity(counted.len());
        for (counted, limit) in &counted {
            let (used, allowance) = (child.used(&counted.account), limit.allowance(child.is_multiple_birth));
            let left = allowance.left(used, away);
            if counted.amount > left {
                let Account { period, unit, .. } = counted.account;
                refuse(Some(&child.id), Rejection::Limit { period, unit, left, wanted: counted.amount });
            }
            usages.push((counted.account.clone(), used.plus(counted.amount, away), allowance));
        }
        let (age, place) = (state.terms.ages.band_age(child.born, slot.day()), slot.band_age(&state.terms.ages, child.born));
        let band = slot.bands.iter().find(|band| band.takes(place));
        match band {
            None => refuse(Some(&child.id), Rejection::NoBand { age: place }),
            Some(band) => match wanted.iter_mut().find(|(from, _)| *from == band.from_age) {
                Some((_, count)) => *count += 1,
                None => wanted.push((band.from_age, 1)),
            },
        }
        let price = |tier| Priced { tier, age, stay: &stay, hourly_yen: slot.hourly_yen, extras: &command.extras, classes: &state.classes };
        let fee = tier.as_ref().map(|tier| state.terms.price(&price(tier)));
        // What is not offered to the child at all has no price; saying so too would send the family asking for nothing.
        if fee == Some(None) && known && fits_age && band.is_some() {
            refuse(Some(&child.id), Rejection::NoFee);
        }
        if let (Some(band), Some(Some(fee_lines))) = (band, fee) {
            children.push(PlacedChild { id: child.id.clone(), band_from_age: band.from_age, fee_lines, usages });
        }
    }

    let mut taken = slot.clone();
    let (from, until) = (slot.minute(stay.starts_at), slot.minute(stay.ends_at));
    for (from_age, count) in wanted {
        // One band after the other: what the first takes of room and carers, the next no longer finds.
        let left =
            taken.bands.iter().find(|band| band.from_age == from_age).map_or(0, |band| taken.left_in(&state.terms, band, from, until));
        if left < count && !(is_closed && left == 0) {
            refuse(None, Rejection::SlotFull { left, wanted: count });
        } else if let Some(band) = taken.bands.iter_mut().find(|band| band.from_age == from_age) {
            band.occupancy = band.occupancy.plus(from, until, count);
        }
    }

    match tier {
        Some(tier) if refusals.is_empty() => Ok((
            Placed {
                starts_at: stay.starts_at,
                ends_at: stay.ends_at,
                block: stay.block.map(str::to_owned),
                counted: counted.into_iter().map(|(counted, _)| counted).collect(),
                state: first_state(slot.confirmation(&state.terms), stay.starts_at, now),
                is_away: away,
                tier,
                free_until: state.terms.cancellation.free_until.before(stay.starts_at, &state.open_days),
                cancellation: state.terms.cancellation.clone(),
                children,
                slot: taken,
            },
            used,
        )),
        _ => Err(refusals),
    }
}

/// How a booking begins that is made now: it holds at once, or waits for the facility.
pub fn first_state(confirmation: Confirmation, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> BookingState {
    match confirmation {
        Confirmation::Instant => BookingState::Confirmed,
        Confirmation::ByFacility { hours, .. } => BookingState::Requested {
            decide_by: now.checked_add_signed(TimeDelta::hours(hours.into())).map_or(starts_at, |by| by.min(starts_at)),
        },
    }
}

fn party_size_ok(children: &[ChildState]) -> bool {
    let mut ids: Vec<&ChildId> = children.iter().map(|child| &child.id).collect();
    ids.sort();
    ids.dedup();
    (1..=8).contains(&children.len()) && ids.len() == children.len()
}

/// Measures the asked stay by the programme's unit.
pub(super) fn asked<'a>(state: &'a PlaceState, command: &NewBooking, refuse: &mut dyn FnMut(Rejection)) -> Asked<'a> {
    let slot = &state.slot;
    let (starts_at, ends_at) = (command.starts_at.unwrap_or(slot.starts_at), command.ends_at.unwrap_or(slot.ends_at));
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
            Asked { stay: Stay { starts_at, ends_at, block: known.map(|b| b.key.as_str()) }, known: known.is_some() }
        }
        Unit::Flexible { minimum_minutes, maximum_minutes, step_minutes } => {
            let step = (*step_minutes).max(1);
            if minutes < *minimum_minutes {
                refuse(Rejection::TooShort { minimum: *minimum_minutes });
            }
            if let Some(maximum) = maximum_minutes.filter(|maximum| minutes > *maximum) {
                refuse(Rejection::TooLong { maximum });
            }
            // Exact: half a second beside the step would take a minute that nobody counts.
            let in_steps = |length: TimeDelta| length == TimeDelta::minutes(length.num_minutes()) && length.num_minutes() % step == 0;
            if !in_steps(ends_at - starts_at) || !in_steps(starts_at - slot.starts_at) {
                refuse(Rejection::NotInSteps { step });
            }
            Asked { stay: Stay { starts_at, ends_at, block: None }, known: true }
        }
    }
}

/// What the programme asks for with a booking: its reason, answers, extras.
pub fn check_answers(terms: &Terms, command: &NewBooking) -> Vec<Rejection> {
    let mut rejections = Vec::new();
    let reason_known = command.reason.as_ref().is_some_and(|reason| terms.reasons.iter().any(|known| known.key == *reason));
    if terms.reasons.is_empty() == command.reason.is_some() || (!terms.reasons.is_empty() && !reason_known) {
        rejections.push(Rejection::ReasonMissing);
    }
    for question in &terms.questions {
        // An empty field of a form is no answer.
        let answer = command.answers.iter().find(|answer| answer.key == question.key && !answer.value.trim().is_empty());
        if answer.map_or(question.required, |answer| !question.answer.takes(&answer.value)) {
            rejections.push(Rejection::AnswerMissing { question: question.text.clone() });
        }
    }
    let is_asked = |key: &String| terms.questions.iter().any(|question| question.key == *key);
    let is_twice = |n: usize, key: &String| command.answers.iter().take(n).any(|earlier| earlier.key == *key);
    if command.answers.iter().enumerate().any(|(n, answer)| !is_asked(&answer.key) || is_twice(n, &answer.key)) {
        rejections.push(Rejection::AnswerUnknown);
    }
    if command.extras.iter().any(|key| !terms.extras.iter().any(|extra| extra.key == *key)) {
        rejections.push(Rejection::ExtraUnknown);
    }
    rejections
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

/// What stands against one child before limits: age, a first interview, another stay.
fn check_child(state: &PlaceState, child: &ChildState, stay: &Stay<'_>) -> Vec<Rejection> {
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
    match &child.interview {
        // An interview needs none before it.
        _ if !state.slot.interview || state.terms.interview => {}
        None => rejections.push(Rejection::InterviewNeeded { facility: state.slot.facility.name.clone() }),
        Some(Outcome::NotPossible { words }) => rejections.push(Rejection::InterviewNotPossible { words: words.clone() }),
        Some(Outcome::Accepted | Outcome::Conditions { .. }) => {}
    }
    if state.terms.certification.is_some() {
        rejections.extend(check_certified(&child.certified, stay));
    }
    if let Some(finding) = &child.finding {
        let because = || finding.grounds().into_iter().map(|ground| ground.reason);
        match finding.verdict {
            Verdict::Yes => {}
            Verdict::No => rejections.extend(because().map(|because| Rejection::NotEligible { because })),
            Verdict::Unknown => rejections.extend(because().map(|because| Rejection::EligibilityUnknown { because })),
        }
    }
    for busy in child.busy.iter().filter(|busy| busy.starts_at < stay.ends_at && stay.starts_at < busy.ends_at) {
        rejections.push(Rejection::Overlap { busy: busy.clone() });
    }
    rejections
}

/// What a child lacks of being certified on every day of a stay.
fn check_certified(certified: &[Certified], stay: &Stay<'_>) -> Option<Rejection> {
    let (first, last) = touched_days(stay.starts_at, stay.ends_at);
    if covers(certified, first, last) {
        return None;
    }
    let held = certified.iter().filter(|held| first <= held.until).min_by_key(|held| held.from);
    Some(match held {
        None => Rejection::NotCertified,
        Some(held) if first < held.from => Rejection::CertifiedFrom { from: held.from },
        Some(held) => Rejection::CertifiedUntil { until: held.until },
    })
}
