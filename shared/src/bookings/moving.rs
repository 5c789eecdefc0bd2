//! Moving: a booking gets another time of its facility and programme; the old place goes only where the new one is gained.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{
    Booking, BookingState, CancelTerms, CancelledBy, NewBooking, PlaceState, Placed, Quote, Refusal, Rejection, cancel_terms, place, quote,
};
use crate::ids::{BookingId, ChildId, SlotId};
use crate::slots::Slot;

/// A booking as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenBooking {
    /// Which.
    pub booking_id: BookingId,
    /// Its version then.
    pub version: i64,
}

/// Moves a booking, with the brothers and sisters who were booked together, to another slot or time of the same facility and programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reschedule {
    /// The slot: another one, or the same for another time in it.
    pub slot_id: SlotId,
    /// Start of the stay; the slot's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    /// End of the stay; the slot's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// The children who move; all of the party when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 8, code = "bookings.party_size"))]
    pub child_ids: Vec<ChildId>,
    /// The bookings that move as they were shown: where one is not like that any more, nothing is moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 8, code = "bookings.party_size"))]
    pub seen: Vec<SeenBooking>,
}

/// A booking that is to move.
#[derive(Debug, Clone, Copy)]
pub struct Moving<'a> {
    /// As it is.
    pub booking: &'a Booking,
    /// The band in which it has its place.
    pub band_from_age: u32,
}

/// A move that can be had.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The new stay.
    pub placed: Placed,
    /// The new stay's slot as it is without those who move.
    pub without: Slot,
}

impl Reschedule {
    /// The new stay as a booking would ask for it, with all that was said with the old one.
    pub fn asks(&self, booking: &Booking, child_ids: Vec<ChildId>) -> NewBooking {
        NewBooking {
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            reason: booking.reason.clone(),
            answers: booking.answers.clone(),
            extras: booking.extras.clone(),
            notes: booking.notes.clone(),
            ..NewBooking::new(self.slot_id.clone(), child_ids)
        }
    }
}

impl PlaceState {
    /// The same without the old stays of those who move: their places, hours and times are free again.
    #[must_use]
    pub fn without(&self, moving: &[Moving<'_>]) -> Self {
        let mut state = self.clone();
        for Moving { booking, band_from_age } in moving {
            if booking.slot_id == state.slot.id {
                let (from, until) = (state.slot.minute(booking.starts_at), state.slot.minute(booking.ends_at));
                for band in state.slot.bands.iter_mut().filter(|band| band.from_age == *band_from_age) {
                    band.occupancy = band.occupancy.plus(from, until, -1);
                }
            }
            for child in state.children.iter_mut().filter(|child| child.id == booking.child.id) {
                // A child is in one place at a time, so the time tells which stay it is.
                child.busy.retain(|busy| (busy.starts_at, busy.ends_at) != (booking.starts_at, booking.ends_at));
                for (account, usage) in &mut child.usages {
                    let given_back = booking.counted.iter().filter(|counted| counted.account == *account).map(|counted| -counted.amount);
                    *usage = given_back.fold(*usage, |usage, amount| usage.plus(amount, booking.is_away));
                }
            }
        }
        state
    }
}

/// Decides a move. It is [`place`] on the new day's terms with the old stays left out; and what may not be cancelled free of charge may only
/// be made longer or shorter in its slot.
pub fn reschedule(
    state: &PlaceState,
    moving: &[Moving<'_>],
    (command, asks): (&Reschedule, &NewBooking),
    now: DateTime<Utc>,
) -> Result<Moved, Vec<Refusal>> {
    let against = against(state, moving, (command, asks), now);
    let state = state.without(moving);
    match place(&state, asks, now) {
        Ok(mut placed) if against.is_empty() => {
            // Who may no longer cancel free of charge does not win that back by coming later in the day.
            let late = moving.iter().filter(|moving| !is_free(moving.booking, now)).map(|moving| moving.booking.free_until);
            placed.free_until = late.fold(placed.free_until, DateTime::min);
            Ok(Moved { placed, without: state.slot })
        }
        Ok(_) => Err(against),
        Err(refusals) => Err(against.into_iter().chain(refusals).collect()),
    }
}

/// What a move would mean: the decision of [`reschedule`], told to a person before it is made.
pub fn reschedule_quote(
    state: &PlaceState,
    moving: &[Moving<'_>],
    (command, asks): (&Reschedule, &NewBooking),
    now: DateTime<Utc>,
) -> Quote {
    let mut told = quote(&state.without(moving), asks, now);
    let against = against(state, moving, (command, asks), now);
    if !against.is_empty() {
        told.bookable = false;
        (told.state, told.fee_yen) = (None, None);
        for child in &mut told.children {
            child.fee_yen = None;
            child.limits.iter_mut().for_each(|limit| limit.left_after = None);
        }
        told.reasons.splice(0..0, against.iter().map(|refusal| refusal.rejection.reason()));
    }
    if let Ok(moved) = reschedule(state, moving, (command, asks), now) {
        told.free_until = moved.placed.free_until;
    }
    told
}

impl Booking {
    /// Whether it stands as it was made, so that it goes along where its party moves.
    pub const fn may_move(&self) -> bool {
        matches!(self.state, BookingState::Requested { .. } | BookingState::Confirmed)
    }
}

/// Whether cancelling would cost and count nothing.
fn is_free(booking: &Booking, now: DateTime<Utc>) -> bool {
    cancel_terms(booking, None, CancelledBy::Family, now) == Ok(CancelTerms::FREE)
}

/// What stands against moving these bookings at all.
fn against(state: &PlaceState, moving: &[Moving<'_>], (command, asks): (&Reschedule, &NewBooking), now: DateTime<Utc>) -> Vec<Refusal> {
    let slot = &state.slot;
    let (starts_at, ends_at) = (asks.starts_at.unwrap_or(slot.starts_at), asks.ends_at.unwrap_or(slot.ends_at));
    let is_seen = |booking: &Booking| command.seen.iter().any(|seen| seen.booking_id == booking.id && seen.version == booking.version);
    let mut rejections = Vec::new();
    if !command.seen.is_empty() && (command.seen.len() != moving.len() || !moving.iter().all(|moving| is_seen(moving.booking))) {
        rejections.push(Rejection::ChangedMeanwhile);
    }
    let is_same = |booking: &Booking| booking.slot_id == slot.id && (booking.starts_at, booking.ends_at) == (starts_at, ends_at);
    if moving.iter().all(|moving| is_same(moving.booking)) {
        rejections.push(Rejection::SameStay);
    }
    for booking in moving.iter().map(|moving| moving.booking) {
        if booking.facility.id != slot.facility.id || booking.programme != slot.programme {
            rejections.push(Rejection::OtherFacility);
        }
        // Longer or shorter in its slot: one of the two stays lies within the other.
        let inside = (booking.starts_at <= starts_at && ends_at <= booking.ends_at)
            || (starts_at <= booking.starts_at && booking.ends_at <= ends_at);
        match cancel_terms(booking, None, CancelledBy::Family, now) {
            Err(_) => rejections.push(Rejection::NotMovable),
            Ok(_) if booking.starts_at <= now => rejections.push(Rejection::NotMovable),
            Ok(terms) if terms != CancelTerms::FREE && !(booking.slot_id == slot.id && inside) => {
                rejections.push(Rejection::RescheduleLate { free_until: booking.free_until });
            }
            Ok(_) => {}
        }
    }
    // What holds for brothers and sisters alike is said once.
    let mut once: Vec<Rejection> = Vec::new();
    for rejection in rejections {
        if !once.contains(&rejection) {
            once.push(rejection);
        }
    }
    once.into_iter().map(|rejection| Refusal { child: None, rejection }).collect()
}
