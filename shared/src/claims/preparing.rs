//! Preparing: the lines that a month's stays come to, with the differences of what was claimed before and has changed since.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Amounts, ClaimLine, Corrects, Finding, Rejection, UsageKind};
use crate::bookings::{BookedChild, Booking, BookingState};
use crate::ids::{BookingId, ClaimLineId, CompactId, FamilyId};
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::Reason;
use crate::programmes::{BenefitRate, FeeItem};
use crate::time::{Month, day_start};

/// What the city of residence pays for a stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rate {
    /// Nothing: its programme has no public unit price.
    Nothing,
    /// It has unit prices, but none for this child.
    Missing,
    /// So much.
    Unit {
        /// The unit price.
        rate: BenefitRate,
        /// Whether a stay that counts without the child is paid too.
        pays_absence: bool,
    },
}

/// A locked line of a stay, as far as a correction must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The line.
    pub line_id: ClaimLineId,
    /// The month of its claim.
    pub month: Month,
    /// Its number there.
    pub number: i64,
    /// The city that it was claimed from.
    pub residence: MunicipalityCode,
    /// Its compact.
    pub compact_id: Option<CompactId>,
    /// The certification that it named.
    pub certificate: Option<String>,
    /// What it said.
    pub amounts: Amounts,
}

/// A stay as the rule knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimStay {
    /// The booking as it is now.
    pub booking: Booking,
    /// The family.
    pub family_id: FamilyId,
    /// The guardian's name.
    pub guardian: String,
    /// The city that pays.
    pub residence: MunicipalityCode,
    /// The compact that covers it, where the child is another city's.
    pub compact_id: Option<CompactId>,
    /// Whether the programme asks for a certification.
    pub needs_certificate: bool,
    /// The number of the certification that holds that day.
    pub certificate: Option<String>,
    /// How many minutes it is measured at: [`crate::attendance::measured_minutes`].
    pub minutes: i64,
    /// The child's age in years, as the programme counts it.
    pub age: u32,
    /// What the city pays.
    pub rate: Rate,
    /// What was claimed for it, the first line first.
    pub claimed: Vec<Claimed>,
    /// Why its attendance was changed last; empty where nobody wrote a reason.
    pub reason: String,
}

/// What stands out, and at which stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// What.
    pub reason: Reason,
    /// Whether the month stays open for it.
    pub blocks: bool,
    /// The booking.
    pub booking_id: BookingId,
    /// The child.
    pub child: BookedChild,
    /// What the programme is called.
    pub programme_name: Localised,
    /// Start of the stay.
    pub starts_at: DateTime<Utc>,
}

/// A month as it would be locked now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The lines.
    pub lines: Vec<ClaimLine>,
    /// What stands out: what blocks first, then by start.
    pub found: Vec<Found>,
}

impl ClaimStay {
    /// What it comes to as it is now; none: nothing, or not yet.
    pub fn comes_to(&self) -> Option<(UsageKind, Amounts)> {
        let (fee_yen, lines) = self.booking.due();
        match self.booking.state {
            BookingState::CheckedOut { .. } => {
                let reliefs = lines.iter().filter(|line| matches!(line.item, FeeItem::Relief { .. }));
                let relief_yen = -reliefs.map(|line| line.yen).sum::<i64>();
                let benefit_yen = match &self.rate {
                    Rate::Unit { rate, .. } => rate.yen_for(self.minutes),
                    Rate::Nothing | Rate::Missing => 0,
                };
                Some((UsageKind::Attended, Amounts { minutes: self.minutes, fee_yen, relief_yen, benefit_yen }))
            }
            BookingState::Absent { counts, .. } if counts || fee_yen > 0 => Some((UsageKind::Absent, self.without_child(counts, fee_yen))),
            BookingState::Cancelled { counts, .. } if counts || fee_yen > 0 => {
                Some((UsageKind::Cancelled, self.without_child(counts, fee_yen)))
            }
            _ => None,
        }
    }

    fn without_child(&self, counts: bool, fee_yen: i64) -> Amounts {
        match &self.rate {
            Rate::Unit { rate, pays_absence: true } if counts => {
                Amounts { minutes: self.minutes, fee_yen, relief_yen: 0, benefit_yen: rate.yen_for(self.minutes) }
            }
            Rate::Unit { .. } | Rate::Nothing | Rate::Missing => Amounts { fee_yen, ..Amounts::default() },
        }
    }

    /// What stands out at it.
    fn findings(&self) -> Vec<Finding> {
        let at = self.booking.starts_at;
        match self.booking.state {
            BookingState::CheckedIn { .. } => return vec![Finding::MissingCheckOut { at }],
            BookingState::Confirmed | BookingState::Requested { .. } => return vec![Finding::Unconfirmed { at }],
            _ => {}
        }
        let Some((usage, amounts)) = self.comes_to() else { return Vec::new() };
        let is_abroad = self.residence != self.booking.facility.municipality;
        let settled = self.booking.attended.settled.as_ref().filter(|_| usage == UsageKind::Attended);
        let late = settled.map_or(0, |settled| settled.late_minutes);
        [
            (self.rate == Rate::Missing, Finding::NoRate { at }),
            (self.needs_certificate && self.certificate.is_none(), Finding::NotCertified { at }),
            (is_abroad && self.compact_id.is_none(), Finding::NoCompact { at }),
            (settled.is_some_and(|settled| !settled.over.is_empty()), Finding::OverLimit { at }),
            (usage == UsageKind::Cancelled, Finding::LateCancelled { at, yen: amounts.fee_yen }),
            (usage == UsageKind::Absent, Finding::Absent { at, yen: amounts.fee_yen }),
            (late > 0, Finding::LatePickUp { at, minutes: late }),
        ]
        .into_iter()
        .filter_map(|(holds, finding)| holds.then_some(finding))
        .collect()
    }

    /// The line that is still to be claimed; none: nothing is, or nobody knows yet.
    fn line(&self) -> Option<ClaimLine> {
        if self.findings().into_iter().any(Finding::blocks) {
            return None;
        }
        let comes_to = self.comes_to();
        let (usage, now) = comes_to.unwrap_or((UsageKind::Nothing, Amounts::default()));
        let first = self.claimed.first();
        let difference = now - self.claimed.iter().map(|line| line.amounts).sum();
        let is_told = if first.is_some() { difference != Amounts::default() } else { comes_to.is_some() };
        let booking = &self.booking;
        is_told.then(|| ClaimLine {
            id: None,
            number: 0,
            booking_id: booking.id.clone(),
            booking_version: booking.version,
            child: booking.child.clone(),
            family_id: self.family_id.clone(),
            guardian: self.guardian.clone(),
            // A correction goes to the city that was asked before.
            residence: first.map_or(&self.residence, |line| &line.residence).clone(),
            compact_id: first.map_or(&self.compact_id, |line| &line.compact_id).clone(),
            certificate: first.map_or(&self.certificate, |line| &line.certificate).clone(),
            programme: booking.programme.clone(),
            programme_name: booking.programme_name.clone(),
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            usage,
            age: self.age,
            unit_yen: match &self.rate {
                Rate::Unit { rate, .. } => rate.yen,
                Rate::Nothing | Rate::Missing => 0,
            },
            amounts: difference,
            corrects: first.map(|line| Corrects {
                line_id: line.line_id.clone(),
                month: line.month,
                number: line.number,
                reason: self.reason.clone(),
            }),
        })
    }

    fn found(&self) -> impl Iterator<Item = Found> {
        // Of what was claimed before, only what keeps this month open is told again.
        self.findings().into_iter().filter(|finding| self.claimed.is_empty() || finding.blocks()).map(|finding| Found {
            reason: finding.reason(),
            blocks: finding.blocks(),
            booking_id: self.booking.id.clone(),
            child: self.booking.child.clone(),
            programme_name: self.booking.programme_name.clone(),
            starts_at: self.booking.starts_at,
        })
    }
}

/// A facility's month as it would be locked now: its own stays, and of locked months before it what has changed since.
pub fn prepare(mut stays: Vec<ClaimStay>) -> Draft {
    stays.sort_by(|a, b| {
        let key = |stay: &ClaimStay| (!stay.claimed.is_empty(), stay.booking.starts_at, stay.booking.id.clone());
        key(a).cmp(&key(b))
    });
    let mut lines: Vec<ClaimLine> = stays.iter().filter_map(ClaimStay::line).collect();
    for (line, number) in lines.iter_mut().zip(1..) {
        line.number = number;
    }
    let mut found: Vec<Found> = stays.iter().flat_map(ClaimStay::found).collect();
    found.sort_by_key(|found| !found.blocks);
    Draft { lines, found }
}

/// Why a month cannot be locked as a whole, besides what blocks at single stays.
pub fn refusals(draft: &Draft, month: Month, now: DateTime<Utc>) -> Vec<Rejection> {
    let from = month.next_first_day();
    let mut against = Vec::new();
    if now < day_start(from) {
        against.push(Rejection::NotOver { from });
    }
    if draft.lines.is_empty() && !draft.found.iter().any(|found| found.blocks) {
        against.push(Rejection::Nothing);
    }
    against
}
