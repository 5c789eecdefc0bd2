//! Settling: what a stay costs and counts when it is over, by the minutes that it really took and the rules that hold there.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::bookings::{Booking, BookingState};
use crate::programmes::{
    Account, Allowance, Counted, EarlyLeaving, FeeItem, FeeLine, LatePickUp, LimitVersion, PriceTier, Priced, Stay, Terms, Unit, count,
    total,
};

/// What a stay has cost and counted in the end. The booking itself keeps what was estimated when it was booked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settled {
    /// The fee in integer yen: the sum of `fee_lines`.
    pub fee_yen: i64,
    /// What it is made of, each line with the rule behind it.
    pub fee_lines: Vec<FeeLine>,
    /// What it counts against which limit.
    pub counted: Vec<Counted>,
    /// By how many minutes the child was fetched late, as far as that counts or costs anything.
    pub late_minutes: i64,
    /// By how much it puts the child over limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<Counted>,
}

/// What the rule knows of a stay that is over.
#[derive(Debug, Clone, Copy)]
pub struct SettleState<'a> {
    /// The rules that it was booked under.
    pub terms: &'a Terms,
    /// The limits of the municipality of residence on its days.
    pub limits: &'a [LimitVersion],
    /// The price tier that was agreed; none: the agreed lines stay.
    pub tier: Option<&'a PriceTier>,
    /// The child's age in years, as the programme counts it.
    pub age: u32,
    /// Whether a brother or sister was born on the same day.
    pub is_multiple_birth: bool,
    /// The facility's own price of an hour.
    pub hourly_yen: Option<i64>,
    /// Keys of what the family had on top.
    pub extras: &'a [String],
    /// The classes of the household on the day.
    pub classes: &'a [String],
}

const fn rounded_up(minutes: i64, step: i64) -> i64 {
    (minutes + step - 1).div_euclid(step) * step
}

/// Started minutes from one instant to another; 0 when it is not later.
fn started_minutes(from: DateTime<Utc>, until: DateTime<Utc>) -> i64 {
    rounded_up((until - from).num_seconds(), 60).div_euclid(60).max(0)
}

/// Until when a stay is measured, and how many minutes late that is.
fn measured(booking: &Booking, terms: &Terms, left_at: DateTime<Utc>) -> (DateTime<Utc>, i64) {
    let late = started_minutes(booking.ends_at, left_at);
    let (minimum, step) = match terms.unit {
        Unit::Flexible { minimum_minutes, step_minutes, .. } => (minimum_minutes, step_minutes.max(1)),
        Unit::Blocks { .. } => return (booking.ends_at, late),
    };
    match (terms.late_pick_up, terms.early_leaving) {
        (LatePickUp::Counts { grace_minutes }, _) if late > grace_minutes => {
            (booking.ends_at + TimeDelta::minutes(rounded_up(late, step)), late)
        }
        (_, EarlyLeaving::Shortens) if left_at < booking.ends_at => {
            let stayed = rounded_up(started_minutes(booking.starts_at, left_at), step).max(minimum);
            ((booking.starts_at + TimeDelta::minutes(stayed)).min(booking.ends_at), 0)
        }
        _ => (booking.ends_at, late),
    }
}

/// How many minutes a stay is measured at, by the rules that it was booked under: as it really was where the child has left, else as agreed.
pub fn measured_minutes(booking: &Booking, terms: &Terms) -> i64 {
    let until = match booking.state {
        BookingState::CheckedOut { at, .. } => measured(booking, terms, at).0,
        _ => booking.ends_at,
    };
    (until - booking.starts_at).num_minutes()
}

/// What a stay costs and counts when the child has left, with the allowance of each account that it counts in. Late minutes count, cost, or
/// are nothing, and leaving early changes something only where the programme says so. Nobody is refused at the door: what goes over a limit
/// is recorded as such by whoever knows the account.
pub fn settle(booking: &Booking, state: &SettleState<'_>, left_at: DateTime<Utc>) -> (Settled, Vec<(Account, Allowance)>) {
    let SettleState { terms, .. } = *state;
    let (until, late) = measured(booking, terms, left_at);
    let stay = Stay { starts_at: booking.starts_at, ends_at: until, block: booking.block.as_deref() };
    let mut fee_lines = state.tier.and_then(|tier| {
        let asked =
            Priced { tier, age: state.age, stay: &stay, hourly_yen: state.hourly_yen, extras: state.extras, classes: state.classes };
        terms.price(&asked)
    });
    let agreed_minutes = (booking.ends_at - booking.starts_at).num_minutes();
    let fee_lines = match &mut fee_lines {
        Some(lines) => late_apart(std::mem::take(lines), agreed_minutes),
        None => booking.fee_lines.clone(),
    };
    let mut settled = Settled { fee_lines, ..Settled::default() };
    match terms.late_pick_up {
        LatePickUp::Counts { .. } if until > booking.ends_at => settled.late_minutes = late,
        LatePickUp::Fee { grace_minutes, per_minutes, yen } if late > grace_minutes => {
            let units = rounded_up(late, per_minutes.max(1)).div_euclid(per_minutes.max(1));
            let item = FeeItem::LateUnits { minutes: late, unit_minutes: per_minutes, unit_yen: yen };
            settled.fee_lines.push(FeeLine { item, yen: units * yen });
            settled.late_minutes = late;
        }
        LatePickUp::Nothing | LatePickUp::Counts { .. } | LatePickUp::Fee { .. } => {}
    }
    let counted = count(state.limits, &terms.unit, &stay, booking.reason.as_deref());
    let allowances = counted.iter().map(|(counted, limit)| (counted.account.clone(), limit.allowance(state.is_multiple_birth))).collect();
    // Where nothing is measured anew, what was agreed stays as it was.
    settled.counted =
        if until == booking.ends_at { booking.counted.clone() } else { counted.into_iter().map(|(counted, _)| counted).collect() };
    settled.fee_yen = total(&settled.fee_lines);
    (settled, allowances)
}

/// The line of time in two: the time that was agreed, and what came late. Their sum is as it was, so that nothing is rounded twice.
fn late_apart(lines: Vec<FeeLine>, agreed_minutes: i64) -> Vec<FeeLine> {
    lines
        .into_iter()
        .flat_map(|line| match line.item {
            FeeItem::Hours { minutes, hourly_yen } if minutes > agreed_minutes => {
                let agreed = hourly_yen * agreed_minutes / 60;
                let late = FeeItem::LateHours { minutes: minutes - agreed_minutes, hourly_yen };
                vec![
                    FeeLine { item: FeeItem::Hours { minutes: agreed_minutes, hourly_yen }, yen: agreed },
                    FeeLine { item: late, yen: line.yen - agreed },
                ]
            }
            _ => vec![line],
        })
        .collect()
}

impl Booking {
    /// What it uses of which limit now: by attendance where the child has left, else as agreed; nothing where it does not count.
    pub fn uses(&self) -> &[Counted] {
        match &self.attended.settled {
            _ if !self.state.counts() => &[],
            Some(settled) => &settled.counted,
            None => &self.counted,
        }
    }

    /// What is due for it now, line by line: after attendance where the child has left, else as estimated. What is due for a stay that was
    /// given up has no lines.
    pub fn due(&self) -> (i64, &[FeeLine]) {
        match (&self.state, &self.attended.settled) {
            (BookingState::Cancelled { fee_yen, .. } | BookingState::Absent { fee_yen, .. }, _) => (*fee_yen, &[]),
            (BookingState::Declined { .. } | BookingState::Released { .. }, _) => (0, &[]),
            (_, Some(settled)) => (settled.fee_yen, &settled.fee_lines),
            (_, None) => (self.fee_yen, &self.fee_lines),
        }
    }
}
