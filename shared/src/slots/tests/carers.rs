//! Places that depend on carers, room and programme.

use super::*;
use crate::programmes::{StaffRatio, Staffing, Terms};

/// The national standard: a carer for 3 children of age 0, 6 of ages 1 and 2, 15 of age 3, 25 from age 4; at least two carers.
fn standard() -> Staffing {
    let ratio = |from_age, under_age, children| StaffRatio { from_age, under_age, children };
    Staffing { minimum: 2, ratios: vec![ratio(0, Some(1), 3), ratio(1, Some(3), 6), ratio(3, Some(4), 15), ratio(4, None, 25)] }
}

pub(super) fn with_standard() -> Terms {
    Terms { staffing: Some(standard()), ..open_nursery() }
}

/// A slot with so many places in each of these bands, and so many carers all day.
pub(super) fn staffed(bands: &[(u32, u32)], carers: i64) -> Slot {
    let bands = bands.iter().map(|(from, under)| band(*from, *under, 99)).collect();
    Slot { bands, carers: Some(Occupancy::default().plus(0, 480, carers)), ..slot(DAY) }
}

/// The four bands of the standard.
pub(super) const ALL: [(u32, u32); 4] = [(0, 1), (1, 3), (3, 4), (4, 6)];

/// The same slot with so many children there all day, by band.
pub(super) fn filled(mut slot: Slot, children: &[i64]) -> Slot {
    for (band, children) in slot.bands.iter_mut().zip(children) {
        band.occupancy = Occupancy::default().plus(0, 480, *children);
    }
    slot
}

/// Places left all day, by band.
fn left(slot: &Slot, terms: &Terms) -> Vec<i64> {
    slot.bands.iter().map(|band| slot.left_in(terms, band, 0, 480)).collect()
}

#[test]
fn each_age_has_its_ratio() {
    assert_eq!(left(&staffed(&ALL, 2), &with_standard()), [6, 12, 30, 50]);
    assert_eq!(left(&staffed(&ALL, 3), &with_standard()), [9, 18, 45, 75]);
    // Never more than the band's places.
    assert_eq!(left(&Slot { bands: vec![band(0, 1, 4), band(4, 6, 20)], ..staffed(&ALL, 3) }, &with_standard()), [4, 20]);
}

#[test]
fn fewer_carers_than_the_minimum_look_after_nobody() {
    assert_eq!(left(&staffed(&ALL, 1), &with_standard()), [0; 4]);
    assert_eq!(left(&staffed(&ALL, 0), &with_standard()), [0; 4]);
    let mut alone = with_standard();
    alone.staffing.as_mut().unwrap().minimum = 1;
    assert_eq!(left(&staffed(&ALL, 1), &alone), [3, 6, 15, 25]);
}

#[test]
fn children_of_all_ages_share_the_carers() {
    let terms = with_standard();
    // Three babies are a carer, three toddlers half of one: half of one is left.
    assert_eq!(left(&filled(staffed(&ALL, 2), &[3, 3]), &terms), [1, 3, 7, 12]);
    // 1/3 + 4/6 + 14/15: one fifteenth is left, which is one of three years, or one of four, but no baby.
    assert_eq!(left(&filled(staffed(&ALL, 2), &[1, 4, 14]), &terms), [0, 0, 1, 1]);
    // Exactly full: thirds and sixths are no rounded numbers.
    assert_eq!(left(&filled(staffed(&ALL, 2), &[1, 4, 15]), &terms), [0; 4]);
    assert_eq!(left(&filled(staffed(&ALL, 2), &[6]), &terms), [0; 4]);
    // A carer fell ill after the booking: nobody more, and never fewer than none.
    assert_eq!(left(&filled(staffed(&ALL, 2), &[7]), &terms), [0; 4]);
}

#[test]
fn the_strictest_ratio_of_a_band_counts() {
    assert_eq!(left(&staffed(&[(0, 3), (3, 6)], 2), &with_standard()), [6, 30]);
    assert_eq!(left(&staffed(&[(2, 4), (4, 6)], 2), &with_standard()), [12, 50]);
    assert_eq!(left(&staffed(&[(0, 6)], 2), &with_standard()), [6]);
}

#[test]
fn carers_come_and_go_by_the_half_hour() {
    let terms = with_standard();
    // Three until 10:00, one until 10:30, two until the end but nobody in the last half hour.
    let carers = Occupancy::default().plus(0, 60, 3).plus(60, 90, 1).plus(90, 450, 2);
    let slot = Slot { carers: Some(carers), ..staffed(&[(0, 1)], 0) };
    let left = |from, until| slot.left_in(&terms, &slot.bands[0], from, until);
    assert_eq!(
        [left(0, 60), left(0, 61), left(60, 90), left(90, 450), left(30, 120), left(90, 480), left(450, 480)],
        [9, 0, 0, 6, 0, 0, 0]
    );
    assert_eq!(told(&openings(&slot, &terms, Some(0), 0)), ["9:00–10:00 9", "10:30–16:30 6"]);
    assert_eq!(slot.places_left(&terms, 0, slot.instant(90), slot.instant(450)), Some(6));
}

#[test]
fn ages_without_a_ratio_need_only_the_minimum() {
    let mut terms = with_standard();
    terms.staffing.as_mut().unwrap().ratios.truncate(1);
    assert_eq!(left(&staffed(&[(0, 1), (1, 6)], 2), &terms), [6, 99]);
    assert_eq!(left(&filled(staffed(&[(0, 1), (1, 6)], 2), &[6, 98]), &terms), [0, 1]);
    assert_eq!(left(&staffed(&[(0, 1), (1, 6)], 1), &terms), [0, 0]);
}

#[test]
fn carers_and_ratios_count_only_together() {
    let nobody = Slot { carers: None, ..staffed(&ALL, 0) };
    assert_eq!(left(&nobody, &with_standard()), [99; 4]);
    assert_eq!(left(&staffed(&ALL, 0), &open_nursery()), [99; 4]);
}

#[test]
fn the_room_takes_so_many_of_all_ages() {
    let (mut terms, bands) = (open_nursery(), [(0, 3), (3, 6)]);
    let mut slot = Slot { carers: None, room: Some(5), ..filled(staffed(&bands, 0), &[3, 1]) };
    assert_eq!(left(&slot, &terms), [1, 1]);
    slot.bands[1].occupancy = Occupancy::default().plus(0, 240, 2);
    assert_eq!(left(&slot, &terms), [0, 0]);
    assert_eq!(slot.left_in(&terms, &slot.bands[0], 240, 480), 2);
    // The programme's own number for a slot, however large the room is.
    slot.room = Some(50);
    terms.at_once = Some(4);
    assert_eq!(slot.left_in(&terms, &slot.bands[1], 240, 480), 1);
    slot.bands[0].capacity = 3;
    assert_eq!(slot.left_in(&terms, &slot.bands[0], 240, 480), 0);
    slot.room = Some(2);
    assert_eq!(left(&slot, &terms), [0, 0]);
}

#[test]
fn what_is_longer_than_the_longest_stay_is_not_offered() {
    let mut terms = open_nursery();
    terms.unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: Some(240), step_minutes: 30 };
    let slot = slot(DAY);
    assert_eq!(told(&openings(&slot, &terms, Some(2), 240)), ["9:00–17:00 3"]);
    assert_eq!(told(&openings(&slot, &terms, Some(2), 241)), [""; 0]);
    let hours = |minimum| Hours { minimum, ..Hours::default() };
    assert!(openings_within(&slot, &terms, Some(2), &hours(240)).is_some());
    assert_eq!(openings_within(&slot, &terms, Some(2), &hours(241)), None);
}

#[test]
fn fewer_hours_may_have_more_places() {
    let mut slot = slot(DAY);
    slot.bands[0].occupancy = Occupancy::default().plus(240, 480, 2);
    let within = |from: &str, until: &str| {
        let clock = |text: &str| Some(tokyo(&format!("{DAY} {text}")));
        let hours = Hours { minimum: 0, earliest: clock(from), latest: clock(until) };
        told(&openings_within(&slot, &open_nursery(), Some(2), &hours).unwrap())
    };
    assert_eq!(within("9:00", "17:00"), ["9:00–17:00 1"]);
    assert_eq!(within("9:00", "13:00"), ["9:00–13:00 3"]);
    assert_eq!(within("12:50", "17:00"), ["13:00–17:00 1"]);
}

#[test]
fn cover_is_the_fewest_carers_and_the_most_that_are_needed() {
    let staffing = standard();
    let mut slot = filled(staffed(&ALL, 2), &[3, 6]);
    let cover = |slot: &Slot, from, until| slot.cover(&staffing, from, until).map(|cover| (cover.there, cover.needed));
    assert_eq!(cover(&slot, 0, 30), Some((2, 2)));
    slot.bands[0].occupancy = slot.bands[0].occupancy.plus(40, 50, 1);
    slot.carers = Some(Occupancy::default().plus(0, 480, 2).plus(45, 60, -1));
    assert_eq!([cover(&slot, 0, 30), cover(&slot, 30, 60), cover(&slot, 60, 90)], [Some((2, 2)), Some((1, 3)), Some((2, 2))]);
    // Nobody is there: nobody is needed; and where carers are not counted nothing is said.
    assert_eq!(cover(&staffed(&ALL, 2), 0, 30), Some((2, 0)));
    assert_eq!(cover(&Slot { carers: None, ..slot }, 0, 30), None);
}
