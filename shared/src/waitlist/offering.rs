//! Offering: whether a party that waits can have a free place, and until when it may think about it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{NewWaitlistEntry, Rejection, Wanted};
use crate::bookings::{BookingState, NewBooking, PlaceState, Placed, Refusal, place};
use crate::problem::Reason;
use crate::programmes::{OpenDays, Terms};

/// A place for a party, kept until it answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The stay, as it would be booked.
    pub command: NewBooking,
    /// The places it takes, in the state of an offer.
    pub placed: Placed,
    /// When the family is told, and its time to answer begins.
    pub from: DateTime<Utc>,
    /// Until when it may accept.
    pub until: DateTime<Utc>,
}

/// Decides whether a party that waits gets a place in a slot, by the same rule as any booking. Of a wish's stays the first that can be had
/// is offered; where none can, the reasons of the one that fails least are told.
pub fn offer(state: &PlaceState, entry: &NewWaitlistEntry, now: DateTime<Utc>) -> Result<Offer, Vec<Reason>> {
    let stays = match &entry.wanted {
        Wanted::Slot(wanted) => vec![(wanted.starts_at, wanted.ends_at)],
        Wanted::Wish(wish) => wish.stays(&state.slot, &state.terms).into_iter().map(|(from, until)| (Some(from), Some(until))).collect(),
    };
    let mut least: Option<Vec<Reason>> = None;
    for stay in stays {
        let against = match offer_stay(state, entry.booking(&state.slot.id, stay), now) {
            Ok(offer) => return Ok(offer),
            Err(against) => against,
        };
        if least.as_ref().is_none_or(|least| against.len() < least.len()) {
            least = Some(against);
        }
    }
    Err(least.unwrap_or_else(|| vec![Rejection::WishTimes.reason()]))
}

fn offer_stay(state: &PlaceState, command: NewBooking, now: DateTime<Utc>) -> Result<Offer, Vec<Reason>> {
    let placed = place(state, &command, now).map_err(|refusals| reasons(&refusals))?;
    let from = state.terms.waiting.told_at(placed.starts_at, now);
    let until = answer_by(&state.terms, &state.open_days, placed.starts_at, from).ok_or_else(|| vec![Rejection::NoTime.reason()])?;
    Ok(Offer { command, placed: Placed { state: BookingState::Offered { until }, ..placed }, from, until })
}

/// Until when a family may answer an offer of a stay that it is told of then; none where bookings close before it could.
pub fn answer_by(terms: &Terms, open_days: &OpenDays, starts_at: DateTime<Utc>, told_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let closes_at = terms.closes.before(starts_at, open_days).min(starts_at);
    let until = (told_at + TimeDelta::minutes(terms.waiting.minutes(starts_at, told_at))).min(closes_at);
    (told_at < until).then_some(until)
}

/// The reasons of refusals, each once.
fn reasons(refusals: &[Refusal]) -> Vec<Reason> {
    let mut told: Vec<Reason> = Vec::new();
    for reason in refusals.iter().map(|refusal| refusal.rejection.reason()) {
        if !told.contains(&reason) {
            told.push(reason);
        }
    }
    told
}
