//! Laws: whatever people do in whatever order, places, children, limits and words stay right. The model beside each rule is
//! naive on purpose: whole minutes of Tokyo's clock as plain numbers, counted one by one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod carers;
mod claims;
mod classes;
mod clock;
mod eligibility;
mod entitlements;
mod moves;
mod offers;
mod people;
mod programmes;
mod publishing;
mod series;
mod waiting;
#[path = "../world/mod.rs"]
mod world;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Minutes of Tokyo's clock since 1970-01-01 0:00 there.
fn minute_of(instant: DateTime<Utc>) -> i64 {
    instant.timestamp().div_euclid(60) + 540
}

const DAY: i64 = 1440;
