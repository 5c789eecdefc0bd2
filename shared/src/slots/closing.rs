//! Closing: a facility ends a day or some hours of it in one action, and whoever was booked then is told why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{AffectedBooking, Held, Rejection, Slot, SlotState};
use crate::ids::{BookingId, FacilityId, SlotId};
use crate::problem::{Datum, Reason};

/// The longest stretch that is closed at once, in days.
const LONGEST: i64 = 31;

/// Why a facility closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ClosureReason {
    /// An infection, or the suspicion of one.
    Infection,
    /// A typhoon, snow, a warning.
    Weather,
    /// Anything else; the message says what.
    Other,
}

impl ClosureReason {
    /// Every case.
    pub const ALL: [Self; 3] = [Self::Infection, Self::Weather, Self::Other];
}

/// What families are told of a closure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Closure {
    /// Why.
    pub reason: ClosureReason,
    /// What the facility says of it; may be empty.
    #[serde(default)]
    pub message: String,
}

impl Closure {
    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(match self.reason {
            ClosureReason::Infection => "slots.closed_infection",
            ClosureReason::Weather => "slots.closed_weather",
            ClosureReason::Other => "slots.closed_other",
        });
        reason.with("message", Datum::Text(self.message.clone()))
    }
}

/// A part of a slot's time that the facility closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosedTime {
    /// From.
    pub starts_at: DateTime<Utc>,
    /// Until.
    pub ends_at: DateTime<Utc>,
    /// Why.
    #[serde(flatten)]
    pub closure: Closure,
}

/// Closes a day, some hours or one slot of a facility: nobody can book them, and bookings in them end without cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewClosure {
    /// The facility.
    pub facility_id: FacilityId,
    /// From.
    pub from: DateTime<Utc>,
    /// Until, at most 31 days later.
    pub until: DateTime<Utc>,
    /// Only this slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_id: Option<SlotId>,
    /// Why.
    pub reason: ClosureReason,
    /// What families are told.
    #[serde(default)]
    #[validate(length(max = 500, code = "text.too_long"))]
    pub message: String,
    /// The bookings that were shown as affected: none but these end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 2000, code = "slots.range_invalid"))]
    pub seen: Vec<BookingId>,
}

/// What a closure means, or has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosurePreview {
    /// The slots as they then are, by start.
    pub slots: Vec<Slot>,
    /// The bookings that end, with whom to call, by start.
    pub affected: Vec<AffectedBooking>,
}

/// A slot after a closure.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// The slot, still with those who end in it.
    pub slot: Slot,
    /// The bookings that end, by start.
    pub ended: Vec<BookingId>,
}

impl NewClosure {
    /// Whether the time makes sense.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), Rejection> {
        if self.until <= self.from || (self.until - self.from).num_days() > LONGEST {
            return Err(Rejection::RangeInvalid);
        }
        if self.until <= now { Err(Rejection::Past) } else { Ok(()) }
    }

    /// What families are told.
    pub fn closure(&self) -> Closure {
        Closure { reason: self.reason, message: self.message.trim().to_owned() }
    }
}

impl Slot {
    /// Whether the facility closed some of this time.
    pub fn is_closed_between(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> bool {
        self.state == SlotState::Closed || self.closures.iter().any(|closed| closed.starts_at < ends_at && starts_at < closed.ends_at)
    }
}

/// Closes what of a slot lies in the time; none where nothing does, or the slot is over. Whoever has come stays until fetched. Preview and
/// closure use the same function.
pub fn close(slot: &Slot, held: &[Held], command: &NewClosure, now: DateTime<Utc>) -> Option<Closed> {
    let (starts_at, ends_at) = (command.from.max(slot.starts_at), command.until.min(slot.ends_at));
    let is_meant = command.slot_id.as_ref().is_none_or(|only| *only == slot.id);
    if !is_meant || ends_at <= starts_at || slot.ends_at <= now {
        return None;
    }
    let mut closed = slot.clone();
    closed.closures.push(ClosedTime { starts_at, ends_at, closure: command.closure() });
    if (starts_at, ends_at) == (slot.starts_at, slot.ends_at) {
        closed.state = SlotState::Closed;
    }
    let mut ended: Vec<&Held> =
        held.iter().filter(|held| !held.has_come && now < held.ends_at && held.starts_at < ends_at && starts_at < held.ends_at).collect();
    ended.sort_by(|a, b| (a.starts_at, &a.booking).cmp(&(b.starts_at, &b.booking)));
    Some(Closed { slot: closed, ended: ended.into_iter().map(|held| held.booking.clone()).collect() })
}

/// Those of the affected bookings that were not shown: while there is one, nothing is done.
pub fn unseen<'a>(affected: impl IntoIterator<Item = &'a BookingId>, seen: &[BookingId]) -> Vec<&'a BookingId> {
    affected.into_iter().filter(|id| !seen.contains(id)).collect()
}
