//! Whom a change would touch: the stays of the last quarter under the rules that hold and under those that are proposed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{ChildId, FamilyId};

/// Whom a change would touch, by numbers alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleChangeImpact))]
pub enum Impact {
    /// Of a programme or a compact: stays that were, had they been under the new rules.
    Stays {
        /// The numbers.
        #[serde(flatten)]
        stays: StayImpact,
    },
    /// Of a procedure: applications that go on by the version they were begun with.
    Applications {
        /// Under way.
        under_way: i64,
        /// Decided in the last 365 days.
        decided: i64,
    },
    /// Of holidays: what is there on these days already, and stays.
    Days {
        /// Slots.
        slots: i64,
        /// Bookings that hold a place.
        bookings: i64,
    },
}

/// What stays of some days would be under new rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StayImpact {
    /// The first day that was looked at.
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// Stays.
    pub stays: i64,
    /// The families that had them.
    pub families: i64,
    /// Families that would pay more for the same stays.
    pub dearer: i64,
    /// Families that would pay less.
    pub cheaper: i64,
    /// What all of it comes to by the rules that hold, in integer yen.
    pub yen_before: i64,
    /// What it would come to.
    pub yen_after: i64,
    /// Children whom the new rules would not take at their age.
    pub shut_out: i64,
    /// Stays for which the new table has no price.
    pub unpriced: i64,
    /// Bookings that are made already for days from the first day on: they keep the terms that they were made on.
    pub booked: i64,
}

/// One stay that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayFact {
    /// The family.
    pub family: FamilyId,
    /// The child.
    pub child: ChildId,
    /// Whether the rules that hold take the child at its age on that day, and whether the new ones would.
    pub takes: (bool, bool),
    /// The price by the rules that hold, in integer yen, and by the new ones; none: there is none in the table.
    pub yen: (Option<i64>, Option<i64>),
}

/// Counts what stays would be. A family's sum decides whether it pays more; what has no price on one side is in neither sum.
pub fn stay_impact(facts: &[StayFact], (from, until): (NaiveDate, NaiveDate), booked: i64) -> StayImpact {
    let mut sums: BTreeMap<&FamilyId, (i64, i64)> = BTreeMap::new();
    let mut shut_out = BTreeSet::new();
    let mut counted = StayImpact { from, until, booked, ..StayImpact::default() };
    for fact in facts {
        counted.stays += 1;
        let sum = sums.entry(&fact.family).or_default();
        match fact.yen {
            (Some(before), Some(after)) => *sum = (sum.0 + before, sum.1 + after),
            (Some(_), None) => counted.unpriced += 1,
            _ => {}
        }
        if let (true, false) = fact.takes {
            shut_out.insert(&fact.child);
        }
    }
    let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    counted.families = size(sums.len());
    counted.dearer = size(sums.values().filter(|(before, after)| before < after).count());
    counted.cheaper = size(sums.values().filter(|(before, after)| after < before).count());
    counted.yen_before = sums.values().map(|(before, _)| before).sum();
    counted.yen_after = sums.values().map(|(_, after)| after).sum();
    counted.shut_out = size(shut_out.len());
    counted
}
