//! The waiting list (順番待ち): who waits for which place, who is asked next, and what becomes of an offer.

mod offering;
mod wishing;

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use self::offering::*;
pub use self::wishing::*;
use crate::bookings::{Answer, BookedChild, NewBooking, Refusal, Rejection as Against};
use crate::ids::{ChildId, PartyId, SeriesId, SlotId, WaitlistEntryId};
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::programmes::ProgrammeKey;
use crate::slots::SlotFacility;

/// The most entries of a family that wait at a time.
pub const MOST_ENTRIES: usize = 20;

/// Puts one or more children of a family on the waiting list: all of them get a place together, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewWaitlistEntry {
    /// The children, 1 to 8, each once.
    #[validate(length(min = 1, max = 8, code = "bookings.party_size"))]
    pub child_ids: Vec<ChildId>,
    /// What they wait for.
    pub wanted: Wanted,
    /// Key of the programme's reason for the stay, where it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Answers to the programme's questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 50, code = "bookings.answers_too_many"))]
    pub answers: Vec<Answer>,
    /// Keys of what each child has on top, for example a meal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 20, code = "bookings.extras_too_many"))]
    pub extras: Vec<String>,
    /// What the carers should know of the child that day.
    #[serde(default)]
    #[validate(length(max = 500, code = "text.too_long"))]
    pub notes: String,
}

impl NewWaitlistEntry {
    /// Waits for what could not be booked.
    pub fn of_booking(command: &NewBooking) -> Self {
        let NewBooking { slot_id, child_ids, starts_at, ends_at, reason, answers, extras, notes, .. } = command.clone();
        Self { child_ids, wanted: Wanted::Slot(WantedSlot { slot_id, starts_at, ends_at }), reason, answers, extras, notes }
    }

    /// The booking that is asked for in a slot.
    pub fn booking(&self, slot: &SlotId, stay: (Option<DateTime<Utc>>, Option<DateTime<Utc>>)) -> NewBooking {
        NewBooking {
            starts_at: stay.0,
            ends_at: stay.1,
            reason: self.reason.clone(),
            answers: self.answers.clone(),
            extras: self.extras.clone(),
            notes: self.notes.clone(),
            ..NewBooking::new(slot.clone(), self.child_ids.clone())
        }
    }
}

/// Takes a place on offer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptOffer {
    /// Version of the words by which the family agrees that the facility gets what it must know of the children, as with a booking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<u32>,
}

/// What somebody waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Wanted {
    /// A stay in one slot.
    Slot(WantedSlot),
    /// Any place that fits.
    Wish(Wish),
}

/// A stay in one slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WantedSlot {
    /// The slot.
    pub slot_id: SlotId,
    /// Start of the stay; the slot's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    /// End of the stay; the slot's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
}

/// How an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EntryState {
    /// It waits.
    Waiting,
    /// A place is kept for it.
    Offered {
        /// The bookings that keep the place.
        party_id: PartyId,
        /// From then on the time to answer counts; later than now in quiet hours.
        from: DateTime<Utc>,
        /// Until then it may be accepted.
        until: DateTime<Utc>,
    },
    /// The family took the place.
    Accepted {
        /// Its bookings.
        party_id: PartyId,
        /// When.
        at: DateTime<Utc>,
    },
    /// The family did not want the place.
    Declined {
        /// When.
        at: DateTime<Utc>,
    },
    /// The family did not answer in time.
    Lapsed {
        /// When.
        at: DateTime<Utc>,
    },
    /// The family left the list.
    Left {
        /// When.
        at: DateTime<Utc>,
    },
    /// Its time came and no place was free.
    Expired {
        /// When.
        at: DateTime<Utc>,
    },
    /// The facility closed the slot.
    Closed {
        /// When.
        at: DateTime<Utc>,
    },
}

impl EntryState {
    /// Whether a place may still come of it.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::Offered { .. })
    }
}

/// An entry of the waiting list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitlistEntry {
    /// Its id.
    pub id: WaitlistEntryId,
    /// The children, who get a place together or not at all.
    pub children: Vec<BookedChild>,
    /// What they wait for; the stay in a slot with its times.
    pub wanted: Wanted,
    /// The slot's facility, where they wait for one slot or have an offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<SlotFacility>,
    /// The programme.
    pub programme: ProgrammeKey,
    /// What it is called.
    pub programme_name: Localised,
    /// How it stands.
    pub state: EntryState,
    /// While it waits: how many parties came earlier that could take the same place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<i64>,
    /// Where a place was free and could not be given to them, the latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skips: Vec<Skip>,
    /// The series of which it is a date; what comes of it belongs to the series too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_id: Option<SeriesId>,
    /// When it joined.
    pub created_at: DateTime<Utc>,
    /// Grows by one with every change.
    pub version: i64,
}

/// A place that was free and that a party could not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Skip {
    /// When.
    pub at: DateTime<Utc>,
    /// The slot.
    pub slot_id: SlotId,
    /// The facility's name.
    pub facility: String,
    /// Start of the slot.
    pub starts_at: DateTime<Utc>,
    /// Why, every reason.
    pub reasons: Vec<Reason>,
}

/// How many wait for a slot, for its facility: no word of who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotQueue {
    /// The slot.
    pub slot_id: SlotId,
    /// Parties that wait.
    pub parties: i64,
    /// Children in them.
    pub children: i64,
    /// Children whose families think over an offer.
    pub offered: i64,
}

/// Why something about the waiting list is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// There is a place: it can be booked.
    HasPlaces,
    /// One of the children waits for this slot already.
    Already,
    /// The family has as many entries as it may have.
    TooMany,
    /// The wish has no day, or too many.
    WishDays,
    /// The wish has no time in which the stay would fit.
    WishTimes,
    /// No programme fits the wish.
    WishUnknown,
    /// It does not wait any more.
    NotWaiting,
    /// There is no offer to answer.
    NotOffered,
    /// The time to answer is over.
    OfferOver {
        /// Since when.
        until: DateTime<Utc>,
    },
    /// A place is on offer: it is declined, not left.
    HasOffer,
    /// Bookings close before anybody could answer.
    NoTime,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HasPlaces => "waitlist.has_places",
            Self::Already => "waitlist.already",
            Self::TooMany => "waitlist.too_many",
            Self::WishDays => "waitlist.wish_days",
            Self::WishTimes => "waitlist.wish_times",
            Self::WishUnknown => "waitlist.wish_unknown",
            Self::NotWaiting => "waitlist.not_waiting",
            Self::NotOffered => "waitlist.not_offered",
            Self::OfferOver { .. } => "waitlist.offer_over",
            Self::HasOffer => "waitlist.has_offer",
            Self::NoTime => "waitlist.no_time",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason { code: Cow::Borrowed(self.code()), data: Default::default() };
        match self {
            Self::OfferOver { until } => reason.with("until", Datum::Moment(until)),
            Self::TooMany => reason.with("most", Datum::Count(i64::try_from(MOST_ENTRIES).unwrap_or(i64::MAX))),
            _ => reason,
        }
    }
}

/// Whether waiting helps against a refusal: nothing but the missing place is against the stay.
pub fn is_only_full(refusals: &[Refusal]) -> bool {
    refusals.iter().all(|refusal| matches!(refusal.rejection, Against::SlotFull { .. }))
}

/// Whether a family that has so many entries open may have one more.
pub fn may_join(open: usize) -> Result<(), Rejection> {
    if open < MOST_ENTRIES { Ok(()) } else { Err(Rejection::TooMany) }
}

/// The family leaves the list: the entry's next state.
pub fn leave(state: &EntryState, now: DateTime<Utc>) -> Result<EntryState, Rejection> {
    match state {
        EntryState::Waiting => Ok(EntryState::Left { at: now }),
        EntryState::Offered { .. } => Err(Rejection::HasOffer),
        _ => Err(Rejection::NotWaiting),
    }
}

/// The family takes the place on offer: the entry's next state.
pub fn accept(state: &EntryState, now: DateTime<Utc>) -> Result<EntryState, Rejection> {
    match state {
        EntryState::Offered { until, .. } if now >= *until => Err(Rejection::OfferOver { until: *until }),
        EntryState::Offered { party_id, .. } => Ok(EntryState::Accepted { party_id: party_id.clone(), at: now }),
        _ => Err(Rejection::NotOffered),
    }
}

/// The family does not want the place on offer: the entry's next state.
pub fn decline(state: &EntryState, now: DateTime<Utc>) -> Result<EntryState, Rejection> {
    accept(state, now).map(|_| EntryState::Declined { at: now })
}

/// The next state of an offer that nobody answered in time; none while there is time, or nothing to answer.
pub fn lapse(state: &EntryState, now: DateTime<Utc>) -> Option<EntryState> {
    match state {
        EntryState::Offered { until, .. } if *until <= now => Some(EntryState::Lapsed { at: now }),
        _ => None,
    }
}

/// The next state of an entry that waits and can no longer be served, because its time came; none while it can.
pub fn expire(state: &EntryState, over_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<EntryState> {
    (*state == EntryState::Waiting && over_at <= now).then_some(EntryState::Expired { at: now })
}

/// Why a demand was not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Unmet {
    /// A search found nothing that could be booked.
    SearchEmpty,
    /// An entry of the waiting list ended without a place.
    Unserved,
}

impl Unmet {
    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SearchEmpty => "search_empty",
            Self::Unserved => "unserved",
        }
    }
}

/// A demand that was not met, without a word of who asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmetDemand {
    /// First day that would have done.
    pub first_day: NaiveDate,
    /// Last day that would have done.
    pub last_day: NaiveDate,
    /// Where the family lives, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence: Option<MunicipalityCode>,
    /// The programme, if it named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<ProgrammeKey>,
    /// The child's age in years on the first day, if it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u32>,
    /// Not before this time, to the hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<NaiveTime>,
    /// Not after this time, to the hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<NaiveTime>,
    /// Why it was not met.
    pub why: Unmet,
    /// In which hour that was; the same demand counts once an hour.
    pub hour: DateTime<Utc>,
}

#[cfg(test)]
mod tests;
