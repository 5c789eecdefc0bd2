//! Bookings: one child in one slot, and the one rule that takes places for every way in.

mod cancelling;
mod deciding;
mod entering;
mod following;
mod importing;
mod moving;
mod placing;
mod quoting;
mod undoing;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use self::cancelling::*;
pub use self::deciding::*;
pub use self::entering::*;
pub use self::importing::*;
pub use self::moving::*;
pub use self::placing::*;
pub use self::quoting::*;
pub use self::undoing::*;
use crate::attendance::Attended;
use crate::families::Child;
use crate::ids::{BookingId, ChildId, PartyId, SeriesId, SlotId};
use crate::locale::Localised;
use crate::programmes::{Account, Cancellation, Counted, FeeLine, ProgrammeKey, Usage};
use crate::slots::{Closure, SlotFacility};

/// What to do when there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IfFull {
    /// Refuse.
    #[default]
    Fail,
    /// Join the waiting list, where nothing but the missing place is against it.
    Waitlist,
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
    /// What to do when there is no place.
    #[serde(default)]
    pub if_full: IfFull,
    /// Version of the words by which the family agrees that the facility gets what it must know of the children
    /// (`GET /facilities/{facility_id}/consent`). Without it the booking is made all the same, and the family is asked the next time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<u32>,
}

impl NewBooking {
    /// Asks for the whole slot for some children, and for nothing else.
    pub const fn new(slot_id: SlotId, child_ids: Vec<ChildId>) -> Self {
        Self {
            slot_id,
            child_ids,
            starts_at: None,
            ends_at: None,
            reason: None,
            answers: Vec::new(),
            extras: Vec::new(),
            notes: String::new(),
            if_full: IfFull::Fail,
            consent: None,
        }
    }

    /// The same from one time to another.
    #[must_use]
    pub fn between(mut self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Self {
        (self.starts_at, self.ends_at) = (Some(starts_at), Some(ends_at));
        self
    }
}

/// An answer to one of a programme's questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// Key of the question.
    pub key: String,
    /// `yes` or `no`, words, or the key of a choice.
    pub value: String,
}

/// How a booking stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BookingState {
    /// The place is held until the facility decides.
    Requested {
        /// Until then; after that the programme's rule decides.
        decide_by: DateTime<Utc>,
    },
    /// The place is on offer to a family that waited, and held for it.
    Offered {
        /// Until then it may be accepted.
        until: DateTime<Utc>,
    },
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
        /// Whether it still counts against the limits.
        counts: bool,
        /// Key of the reason for which it costs and counts nothing, where there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exempt: Option<String>,
    },
    /// The child did not come, as staff have confirmed.
    Absent {
        /// When staff said so.
        at: DateTime<Utc>,
        /// Integer yen that is due all the same.
        fee_yen: i64,
        /// Whether it still counts against the limits.
        counts: bool,
        /// Key of the reason for which it costs and counts nothing, where there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exempt: Option<String>,
        /// Whether the place is free again.
        released: bool,
    },
    /// Not confirmed by the facility; the place is free again, and nothing counts.
    Declined {
        /// When.
        at: DateTime<Utc>,
        /// What the facility says of it; empty where the time to decide passed.
        #[serde(default)]
        message: String,
    },
    /// An offer that the family did not take up; the place is free again, and nothing counts.
    Released {
        /// When.
        at: DateTime<Utc>,
    },
}

impl BookingState {
    /// Whether it holds a place (also after the child left: the past stays as it was).
    pub const fn is_active(&self) -> bool {
        !matches!(self, Self::Cancelled { .. } | Self::Declined { .. } | Self::Released { .. } | Self::Absent { released: true, .. })
    }

    /// Whether it uses up what the child has.
    pub const fn counts(&self) -> bool {
        match self {
            Self::Cancelled { counts, .. } | Self::Absent { counts, .. } => *counts,
            Self::Declined { .. } | Self::Released { .. } => false,
            Self::Requested { .. } | Self::Offered { .. } | Self::Confirmed | Self::CheckedIn { .. } | Self::CheckedOut { .. } => true,
        }
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

impl From<&Child> for BookedChild {
    fn from(child: &Child) -> Self {
        Self { id: child.id.clone(), name: child.known.name.to_string(), kana: child.known.kana.to_string() }
    }
}

/// A booking: one child in one slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// The bookings made together share it.
    pub party_id: PartyId,
    /// The series that it is one date of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_id: Option<SeriesId>,
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
    /// The fee in integer yen: the sum of `fee_lines`.
    pub fee_yen: i64,
    /// What it is made of.
    pub fee_lines: Vec<FeeLine>,
    /// What it counts against which limit.
    pub counted: Vec<Counted>,
    /// Whether the facility lies in another municipality than the family's.
    pub is_away: bool,
    /// Until when cancelling is free.
    pub free_until: DateTime<Utc>,
    /// What cancelling costs after that, as agreed when it was booked.
    pub cancellation: Cancellation,
    /// Key of the reason for the stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the family answered.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// Keys of what the child has on top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<String>,
    /// What the family wrote for the day.
    #[serde(default)]
    pub notes: String,
    /// What to bring.
    #[serde(default)]
    pub bring: Vec<Localised>,
    /// What became of it on the day.
    #[serde(default)]
    pub attended: Attended,
    /// Who took it down for the family, where the family did not book itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Entry>,
    /// What the facility said when it closed and the booking ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<Closure>,
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

/// What a child has used of an account, counted from its bookings. The browser uses it on what it has on screen, the tests on what they
/// know.
pub fn usage<'a>(bookings: impl IntoIterator<Item = &'a Booking>, child: &ChildId, account: &Account) -> Usage {
    bookings
        .into_iter()
        .filter(|booking| booking.child.id == *child)
        .flat_map(|booking| booking.uses().iter().map(|counted| (booking.is_away, counted)))
        .filter(|(_, counted)| counted.account == *account)
        .fold(Usage::default(), |sum, (away, counted)| sum.plus(counted.amount, away))
}

#[cfg(test)]
mod tests;
