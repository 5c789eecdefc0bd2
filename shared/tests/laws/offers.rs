//! What a slot offers is what one gets.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;
use shared::bookings::{PlaceState, place};
use shared::programmes::{Opens, Terms, Unit};
use shared::slots::{Occupancy, Slot, openings};
use shared::time::at;

use crate::cases;
use crate::world::{self, ask_for, band, child, day, open_nursery, slot, temporary_care};

/// What a slot offers to fresh children of an age is what they get: no more, no less.
pub fn check_openings(slot: &Slot, terms: &Terms, age: u32) -> Result<(), TestCaseError> {
    let mut terms = terms.clone();
    terms.opens = Opens::DaysBefore { days: 60 };
    let born = slot.day() - TimeDelta::days(i64::from(age) * 366 + 200);
    let asked = |from: DateTime<Utc>, until: DateTime<Utc>, children: i64| {
        let children = (0..children).map(|n| child(&format!("fresh{n}"), &born.to_string())).collect();
        let state = PlaceState { limits: vec![], ..world::state(slot.clone(), terms.clone(), children) };
        place(&state, &ask_for(&state).between(from, until), at(day("2026-11-15"), NaiveTime::MIN)).is_ok()
    };
    let offered = openings(slot, &terms, Some(age), 0);
    for opening in &offered {
        let (from, until) = (opening.starts_at, opening.ends_at);
        prop_assert_eq!(slot.places_left(&terms, age, from, until), Some(opening.places_left));
        prop_assert_eq!(asked(from, until, opening.places_left), opening.places_left > 0);
        prop_assert!(!asked(from, until, opening.places_left + 1), "{:?}", opening);
    }
    let length = slot.minute(slot.ends_at);
    for from in (0..length).step_by(30) {
        for until in (from + 30..=length).step_by(30) {
            let (starts_at, ends_at) = (slot.instant(from), slot.instant(until));
            let within = offered.iter().any(|o| match terms.unit {
                Unit::Blocks { .. } => o.starts_at == starts_at && o.ends_at == ends_at && o.places_left > 0,
                Unit::Flexible { minimum_minutes, .. } => {
                    until - from >= minimum_minutes && o.starts_at <= starts_at && ends_at <= o.ends_at
                }
            });
            prop_assert_eq!(asked(starts_at, ends_at, 1), within, "{} to {}", starts_at, ends_at);
        }
    }
    // Without an age nothing is promised that no age gets.
    for opening in openings(slot, &terms, None, 0) {
        let best = slot.bands.iter().filter_map(|band| slot.places_left(&terms, band.from_age, opening.starts_at, opening.ends_at)).max();
        prop_assert!(Some(opening.places_left) <= best);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn occupancy_is_what_one_counts(
        stays in prop::collection::vec((0..60_i64, 1..60_i64, 1..4_i64), 0..12),
        ask in (0..120_i64, 1..120_i64),
        undo in any::<prop::sample::Index>(),
    ) {
        let mut counted = [0_i64; 240];
        let mut occupancy = Occupancy::default();
        for (from, length, children) in &stays {
            let before = occupancy.clone();
            occupancy = occupancy.plus(*from, from + length, *children);
            prop_assert_eq!(occupancy.plus(*from, from + length, -children), before);
            for minute in *from..from + length {
                counted[usize::try_from(minute).unwrap()] += children;
            }
        }
        let range = usize::try_from(ask.0).unwrap()..usize::try_from(ask.0 + ask.1).unwrap();
        prop_assert_eq!(occupancy.peak(ask.0, ask.0 + ask.1), *counted[range].iter().max().unwrap());
        prop_assert_eq!(occupancy.highest(), *counted.iter().max().unwrap());
        for (minute, there) in (0..).zip(counted) {
            prop_assert_eq!(occupancy.peak(minute, minute + 1), there);
        }
        // No step says twice the same, and the last one leaves nobody.
        prop_assert!(occupancy.steps().windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 != two[1].1));
        prop_assert_eq!(occupancy.steps().last().map_or(0, |(_, there)| *there), 0);
        // Whoever leaves, it is as if they had never come.
        if !stays.is_empty() {
            let gone = undo.index(stays.len());
            let (from, length, children) = stays[gone];
            let without = stays.iter().enumerate().filter(|(n, _)| *n != gone).fold(Occupancy::default(), |o, (_, (f, l, c))| o.plus(*f, f + l, *c));
            prop_assert_eq!(occupancy.plus(from, from + length, -children), without);
        }
        let text = serde_json::to_string(&occupancy).unwrap();
        prop_assert_eq!(serde_json::from_str::<Occupancy>(&text).unwrap(), occupancy);
    }

    #[test]
    fn openings_are_kept(
        taken in prop::collection::vec((0..16_i64, 1..9_i64, 0..2_usize), 0..12),
        capacity in (0..4_i64, 0..4_i64),
        hours: bool,
        cut in 0..40_i64,
    ) {
        let mut slot = slot("2026-12-03");
        slot.bands = if hours { vec![band(0, 2, capacity.0), band(2, 3, capacity.1)] } else { vec![band(0, 3, capacity.0), band(3, 6, capacity.1)] };
        if hours {
            slot.ends_at -= TimeDelta::minutes(cut);
        }
        for (from, steps, band) in taken {
            let until = ((from + steps) * 30).min(slot.minute(slot.ends_at));
            slot.bands[band].occupancy = slot.bands[band].occupancy.plus(from * 30, until.max(from * 30), 1);
        }
        let terms = if hours { open_nursery() } else { temporary_care() };
        for age in [1, 2] {
            check_openings(&slot, &terms, age)?;
        }
    }
}
