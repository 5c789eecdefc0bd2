//! Quoting: the decision of [`super::place`], told to a person before it is made.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::placing::{Asked, Rejection, asked, check_answers, stay_past};
use super::{BookingState, NewBooking, PlaceState, PlacedChild};
use crate::ids::ChildId;
use crate::locale::Localised;
use crate::problem::Reason;
use crate::programmes::{Cancellation, Counted, FeeLine, count};

/// A booking before it is made: what it costs, uses and leaves, or every reason against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Whether the stay can be had; `missing` says what is still to be answered.
    pub bookable: bool,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Whether it would hold at once, or until when the facility would decide; none while not bookable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BookingState>,
    /// Each child.
    pub children: Vec<QuotedChild>,
    /// Reasons that concern the whole party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What the programme asks for and is not answered yet; a booking without it is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Reason>,
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
    /// What the fee is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fee_lines: Vec<FeeLine>,
    /// Reasons that concern this child.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Under which conditions the facility takes the child, as it said after the first interview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
    /// The limits that the stay counts against; empty where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<QuotedLimit>,
}

/// What a stay does to a limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotedLimit {
    /// What it counts.
    #[serde(flatten)]
    pub counted: Counted,
    /// How much is left before it, at this facility.
    pub left_before: i64,
    /// How much is left after it; none while not bookable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_after: Option<i64>,
}

/// The quote of a stay: the decision of [`super::place`], told to a person.
pub fn quote(state: &PlaceState, command: &NewBooking, now: DateTime<Utc>) -> Quote {
    quote_past(state, command, &[], now)
}

/// [`quote`] past the rules of some codes.
pub(super) fn quote_past(state: &PlaceState, command: &NewBooking, past: &[&'static str], now: DateTime<Utc>) -> Quote {
    let outcome = stay_past(state, command, past, now).map(|(placed, _)| placed);
    let Asked { stay, .. } = asked(state, command, &mut |_| {});
    let counted = count(&state.limits, &state.terms.unit, &stay, command.reason.as_deref());
    let away = state.crossing.is_away();
    let refusals = outcome.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    let children = state
        .children
        .iter()
        .map(|child| {
            let placed = outcome.as_ref().ok().and_then(|placed| placed.children.iter().find(|c| c.id == child.id));
            let limits = counted.iter().map(|(counted, limit)| {
                let (used, allowance) = (child.used(&counted.account), limit.allowance(child.is_multiple_birth));
                QuotedLimit {
                    counted: counted.clone(),
                    left_before: allowance.left(used, away),
                    left_after: placed.map(|_| allowance.left(used.plus(counted.amount, away), away)),
                }
            });
            QuotedChild {
                child_id: child.id.clone(),
                fee_yen: placed.map(PlacedChild::fee_yen),
                fee_lines: placed.map(|placed| placed.fee_lines.clone()).unwrap_or_default(),
                reasons: refusals.iter().filter(|r| r.child.as_ref() == Some(&child.id)).map(|r| r.rejection.reason()).collect(),
                conditions: child.interview.as_ref().and_then(|outcome| outcome.conditions()).map(str::to_owned),
                limits: limits.collect(),
            }
        })
        .collect();
    Quote {
        bookable: outcome.is_ok(),
        starts_at: stay.starts_at,
        ends_at: stay.ends_at,
        state: outcome.as_ref().ok().map(|placed| placed.state.clone()),
        children,
        reasons: refusals.iter().filter(|r| r.child.is_none()).map(|r| r.rejection.reason()).collect(),
        missing: check_answers(&state.terms, command)
            .iter()
            .filter(|missing| !past.contains(&missing.code()))
            .map(Rejection::reason)
            .collect(),
        fee_yen: outcome.as_ref().ok().map(|placed| placed.children.iter().map(PlacedChild::fee_yen).sum()),
        free_until: state.terms.cancellation.free_until.before(state.slot.within(stay.starts_at), &state.open_days),
        cancellation: state.terms.cancellation.clone(),
        bring: state.terms.bring.clone(),
    }
}
