//! Whom a change would touch: the stays of the last quarter under the rules that hold and under those that are proposed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CityData, FacilityData};
use crate::ids::{ChildId, FamilyId};
use crate::notices::Texts;
use crate::retention::RetentionCount;
use crate::time::{tokyo, tokyo_day};

/// Whom a change would touch, by numbers alone, and what it changes where that is not written down elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Of a facility: what is there from the first day on.
    Facility {
        /// What holds before; none: it opens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Box<FacilityData>>,
        /// The numbers.
        #[serde(flatten)]
        counted: FacilityImpact,
    },
    /// Of the city itself.
    Municipality {
        /// What holds before.
        before: Box<CityData>,
    },
    /// Of the sentences of notices, as a fictional family reads them.
    Wording {
        /// What is said before.
        before: Texts,
        /// What would be said.
        after: Texts,
    },
    /// Of periods: what is over on their first day.
    Retention {
        /// Every kind.
        counts: Vec<RetentionCount>,
    },
}

/// What there is at a facility from a day on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacilityImpact {
    /// Open slots.
    pub slots: i64,
    /// Bookings that hold a place.
    pub bookings: i64,
    /// The families that made them.
    pub families: i64,
    /// Bookings of children whom the ages that are to hold leave out.
    pub outside_ages: i64,
    /// Bookings that lie outside of the days and hours that are to hold.
    pub outside_hours: i64,
}

/// A booking that holds a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedFact {
    /// The family.
    pub family: FamilyId,
    /// When the child was born.
    pub born: NaiveDate,
    /// Start of the stay.
    pub starts_at: DateTime<Utc>,
    /// End of the stay.
    pub ends_at: DateTime<Utc>,
}

/// Counts whom a change of a facility would touch. Where it closes there is nothing that is to hold.
pub fn facility_impact(booked: &[BookedFact], slots: i64, after: Option<&FacilityData>) -> FacilityImpact {
    let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let families: BTreeSet<&FamilyId> = booked.iter().map(|fact| &fact.family).collect();
    let ages = after.and_then(FacilityData::age_range);
    let is_too = |fact: &&BookedFact| ages.and_then(|ages| ages.takes(fact.born, tokyo_day(fact.starts_at))) == Some(false);
    let opening = after.map(FacilityData::opening);
    let is_outside = |fact: &&BookedFact| {
        let Some(opening) = &opening else { return false };
        let (starts, ends) = (tokyo(fact.starts_at), tokyo(fact.ends_at));
        let is_closed = opening.weekdays.as_ref().is_some_and(|open| !open.contains(&starts.date_naive().weekday()));
        let too_early = opening.opens_at.is_some_and(|opens| starts.time() < opens);
        let too_late = opening.closes_at.is_some_and(|closes| closes != NaiveTime::MIN && closes < ends.time());
        // Who stays over night is there outside of the hours of a day.
        is_closed || (starts.date_naive() == ends.date_naive() && (too_early || too_late))
    };
    FacilityImpact {
        slots,
        bookings: size(booked.len()),
        families: size(families.len()),
        outside_ages: size(booked.iter().filter(is_too).count()),
        outside_hours: size(booked.iter().filter(is_outside).count()),
    }
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
