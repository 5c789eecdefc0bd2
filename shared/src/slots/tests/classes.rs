//! Regular classes, what is free in them on a day, and slots that follow them.

use super::*;
use crate::programmes::{AgeBasis, AgeEnd, Ages};

fn entry(age_class: u32, from: &str, until: Option<&str>, capacity: i64, enrolled: i64) -> ClassPlaces {
    ClassPlaces { age_class, from: day(from), until: until.map(day), capacity, enrolled }
}

/// Twelve in class 1 with ten of them enrolled, full from January; one too many in class 2; a free class 3.
fn year() -> Vec<ClassPlaces> {
    vec![
        entry(1, "2026-04-01", None, 12, 10),
        entry(1, "2027-01-01", None, 12, 12),
        entry(2, "2026-04-01", None, 12, 13),
        entry(3, "2026-04-01", Some("2027-03-31"), 20, 15),
    ]
}

fn spare(date: &str) -> Slot {
    Slot { spare: true, bands: vec![band(0, 1, 9), band(1, 3, 9), band(3, 6, 9)], ..slot(date) }
}

#[test]
fn what_is_free_is_the_sum_over_the_bands_classes_on_that_day() {
    let free = |ages, date: &str| free_on(&year(), ages, day(date));
    assert_eq!((free((1, 2), "2026-12-31"), free((1, 2), "2027-01-01")), (2, 0));
    // Whoever is too many in one class takes from the others of the band, but never more than there is.
    assert_eq!((free((1, 3), "2026-12-31"), free((2, 3), "2026-12-31"), free((1, 3), "2027-01-01")), (1, 0, 0));
    // Nothing is known of class 0, of days before April, and of class 3 in the next year.
    assert_eq!((free((0, 1), DAY), free((1, 3), "2026-03-31"), free((3, 6), "2027-04-01")), (0, 0, 0));
    assert_eq!((free((3, 6), "2027-03-31"), free((3, 9), DAY)), (5, 5));
    let crowd: Vec<ClassPlaces> = (0..6).map(|class| entry(class, "2026-04-01", None, 200, 0)).collect();
    assert_eq!(free_on(&crowd, (0, 6), day(DAY)), 200);
}

#[test]
fn of_the_entries_that_hold_the_one_that_begins_last_does() {
    let mut entries = year();
    entries.push(entry(1, "2026-12-01", Some("2026-12-10"), 6, 5));
    let free = |date: &str| free_on(&entries, (1, 2), day(date));
    assert_eq!(["2026-11-30", "2026-12-01", "2026-12-10", "2026-12-11", "2027-01-01"].map(free), [2, 1, 1, 2, 0]);
}

#[test]
fn a_slot_over_several_days_has_the_fewest_places_of_any() {
    let free = |from: &str, until: &str| free_between(&year(), (1, 2), tokyo(from), tokyo(until));
    assert_eq!(free("2026-12-30 10:00", "2026-12-31 10:00"), 2);
    assert_eq!(free("2026-12-31 10:00", "2027-01-01 00:00"), 2);
    assert_eq!(free("2026-12-31 10:00", "2027-01-01 00:01"), 0);
}

#[test]
fn a_change_adds_replaces_and_takes_away() {
    let change = |entries: Vec<ClassPlaces>, removed: &[(u32, &str)]| {
        let removed = removed.iter().map(|(age_class, from)| ClassDay { age_class: *age_class, from: day(from) }).collect();
        change_classes(&year(), &ClassesChange { entries, removed, ..ClassesChange::default() })
    };
    let after = change(vec![entry(1, "2027-01-01", None, 12, 11), entry(0, "2026-04-01", None, 6, 3)], &[(3, "2026-04-01")]).unwrap();
    let told: Vec<_> = after.iter().map(|entry| (entry.age_class, entry.from.to_string(), entry.enrolled)).collect();
    let expected = [(0, "2026-04-01", 3), (1, "2026-04-01", 10), (1, "2027-01-01", 11), (2, "2026-04-01", 13)];
    assert_eq!(told, expected.map(|(class, from, enrolled)| (class, from.to_owned(), enrolled)));
    for wrong in [
        vec![entry(6, "2026-04-01", None, 6, 3)],
        vec![entry(1, "2026-04-01", Some("2026-03-31"), 6, 3)],
        vec![entry(1, "2026-04-01", None, -1, 3)],
        vec![entry(1, "2026-04-01", None, 6, 201)],
        vec![entry(1, "2026-05-01", None, 6, 3), entry(1, "2026-05-01", None, 6, 4)],
        vec![],
    ] {
        assert_eq!(change(wrong.clone(), &[]), Err(Rejection::ClassesInvalid), "{wrong:?}");
    }
    assert_eq!(change(vec![], &[(1, "2026-05-01")]), Err(Rejection::ClassesInvalid));
    assert!(entry(6, "2026-04-01", None, 6, 3).validate().is_err() && entry(5, "2026-04-01", None, 0, 200).validate().is_ok());
}

#[test]
fn publishing_takes_the_places_from_the_classes() {
    let terms = open_nursery();
    let offering = Offering { spare: true, ..offering() };
    let unit = [(day("2026-01-01"), &terms.unit)];
    let entries = year();
    let state = PlanState { offering: &offering, units: &unit, holidays: &[], existing: &[], classes: &entries };
    let laid = |bands: Vec<BandPlaces>| {
        let line = PatternLine { bands, ..line(&WORKDAYS, "9:00", "12:00") };
        plan(&state, &asked("2026-12-31", "2027-01-01", vec![line]), tokyo("2026-12-01 9:00"))
    };
    let plan = laid(vec![places(0, 1, 7), places(1, 2, 7), places(3, 6, 7)]).unwrap();
    let told: Vec<Vec<i64>> = plan.slots.iter().map(|slot| slot.bands.iter().map(|band| band.capacity).collect()).collect();
    assert_eq!(told, [[0, 2, 5], [0, 0, 5]]);
    // The last class ends at five.
    assert_eq!(laid(vec![places(3, 7, 1)]), Err(Rejection::BandsInvalid));
}

#[test]
fn a_slot_follows_its_classes_and_is_not_typed_over() {
    let now = tokyo("2026-12-01 9:00");
    let mut slot = spare(DAY);
    let held = |id: &str, minute: i64| Held {
        booking: id.into(),
        band_from_age: 1,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        created_at: tokyo("2026-11-01 9:00") + TimeDelta::minutes(minute),
        has_come: false,
    };
    let all = [held("first", 0), held("last", 1)];
    slot.bands[1].occupancy = Occupancy::default().plus(0, 480, 2);
    let typed = SlotChange { bands: Some(vec![places(1, 3, 9)]), ..SlotChange::default() };
    assert_eq!(change(&slot, &temporary_care(), &[], &typed, now), Err(Rejection::PlacesOfClasses));
    let room = SlotChange { room: Some(4), ..SlotChange::default() };
    assert!(change(&slot, &temporary_care(), &[], &room, now).is_ok());
    let entries = year();
    assert!(must_follow(&slot, &entries, now));
    assert_eq!(follow(&slot, &temporary_care(), &all, (&entries, None), now), Err(Rejection::BelowBooked { booked: 2 }));
    let changed = follow(&slot, &temporary_care(), &all, (&entries, Some(Consequence::CancelLatest)), now).unwrap();
    assert_eq!(changed.cancelled, ["last".into()]);
    assert_eq!(changed.slot.bands.iter().map(|band| band.capacity).collect::<Vec<_>>(), [0, 1, 5]);
    assert!(!must_follow(&changed.slot, &entries, now), "once is enough");
    // What has begun, and what is typed, stays.
    assert!(!must_follow(&slot, &entries, slot.starts_at));
    assert!(!must_follow(&Slot { spare: false, ..slot.clone() }, &entries, now));
}

#[test]
fn a_child_has_its_place_in_the_band_of_its_class() {
    let ages = |basis| Ages { from_months: 6, until: AgeEnd::SchoolEntry, basis };
    let (by_day, by_class) = (ages(AgeBasis::OnDay), ages(AgeBasis::Class));
    let (slot, typed) = (spare(DAY), slot(DAY));
    let band = |slot: &Slot, ages: &Ages, born: &str| slot.band_age(ages, day(born));
    // Three since May, and in the class of two-year-olds until March.
    assert_eq!((band(&slot, &by_day, "2023-05-10"), band(&typed, &by_day, "2023-05-10"), band(&typed, &by_class, "2023-05-10")), (2, 3, 2));
    // One day decides: born on 1 April is one class above.
    assert_eq!((band(&slot, &by_day, "2023-04-02"), band(&slot, &by_day, "2023-04-01")), (2, 3));
    // On 3 December, of 43 months: the eldest born 4 April 2023, all of class 2; of 44 months, from 4 March to 3 April, of 2 or 3.
    let told = |slot: &Slot, months| slot.band_ages(&by_day, months);
    assert_eq!((told(&typed, 43), told(&slot, 43), told(&slot, 42)), (vec![3], vec![2], vec![2]));
    assert_eq!((told(&slot, 44), told(&slot, 45), told(&typed, 44)), (vec![3, 2], vec![3], vec![3]));
    assert_eq!((told(&slot, 0), told(&slot, 8)), (vec![0], vec![0]));
}
