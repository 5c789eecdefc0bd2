//! What the facilities of the demo world offer: each programme with its hours and its weekly pattern of slots.

use chrono::{NaiveTime, Weekday};
use shared::ids::OfferingId;
use shared::programmes::{Confirmation, IfSilent, ProgrammeKey};
use shared::slots::{BandPlaces, BlockTimes, Offering, PatternLine};

use super::classes::SPARE;
use super::facilities::facility_id;
use super::places::{Band, Care, Other, Place, SAKAIMINATO_EVERY_DAY};
use super::programmes::{open_nursery, postnatal, sick_child, temporary_care, visit};
use super::{Kind, id, time};

/// A programme as a facility offers it, with the weekly pattern of its slots.
pub struct Offered {
    pub offering: Offering,
    pub pattern: Vec<PatternLine>,
}

/// The facility that decides on temporary care itself.
const CONFIRMS_ITSELF: usize = 13;

const SICK: &[Band] = &[(0, 1, 2), (1, 3, 4), (3, 7, 4)];
const FAMILY: &[Band] = &[(0, 7, 2)];

/// What a facility offers: temporary care first, then open nursery, visits, and what else there is.
pub fn offers(n: usize, place: &Place) -> Vec<Offered> {
    let care = place.care.as_ref().map(|care| care_offered(n, place, care));
    let window = place.window.as_ref().map(|window| {
        let mut offered = offered(n, 2, open_nursery::KEY, &[], vec![line(weekdays(place), window.starts, window.ends, window.bands)]);
        offered.offering.hourly_yen = window.hourly_yen;
        offered
    });
    let visit = place.care.is_some().then(|| visit_offered(n, place));
    care.into_iter().chain(window).chain(visit).chain(place.others.iter().map(|other| other_offered(n, *other))).collect()
}

/// A block of an offering: its key, from when to when, and so many nights later.
type Part = (&'static str, (u32, u32), (u32, u32), u32);

/// The k-th offering of a facility.
fn offered(n: usize, k: usize, programme: &str, parts: &[Part], pattern: Vec<PatternLine>) -> Offered {
    let block = |(key, starts, ends, nights): &Part| BlockTimes {
        key: (*key).to_owned(),
        starts: clock(*starts),
        ends: clock(*ends),
        nights: *nights,
    };
    let offering = Offering {
        id: OfferingId::new(id(Kind::Offering, if k <= 2 { n * 2 + k } else { 1000 + n * 10 + k })),
        facility_id: facility_id(n),
        programme: ProgrammeKey::new(programme),
        blocks: parts.iter().map(block).collect(),
        hourly_yen: None,
        confirmation: None,
        interview: false,
        spare: false,
    };
    Offered { offering, pattern }
}

fn care_offered(n: usize, place: &Place, care: &Care) -> Offered {
    let parts = [("day", care.starts, care.ends, 0), ("morning", care.starts, care.midday, 0), ("afternoon", care.midday, care.ends, 0)];
    let mut pattern = vec![line(weekdays(place), care.starts, care.ends, care.bands)];
    if care.saturdays && !place.every_day() {
        pattern.push(line(&[Weekday::Sat], care.starts, care.midday, care.bands));
    }
    for line in &mut pattern {
        (line.room, line.carers) = care.staffed.unzip();
    }
    let spare = SPARE.contains(&n);
    for line in pattern.iter_mut().filter(|_| spare) {
        // Bands of classes; how many places they have, the classes say.
        line.bands = places(&[(0, 1, 0), (1, 3, 0), (3, 6, 0)]);
    }
    let mut offered = offered(n, 1, temporary_care::KEY, &parts, pattern);
    offered.offering.spare = spare;
    // Here the carers want to hear how the child is before they say yes.
    if n == CONFIRMS_ITSELF {
        offered.offering.confirmation = Some(Confirmation::ByFacility { hours: 24, if_silent: IfSilent::Confirm });
    }
    offered
}

/// Two mornings a week, not the same everywhere. Where staff of Sakaiminato sign in they confirm visits, so that they see requests.
fn visit_offered(n: usize, place: &Place) -> Offered {
    let days = if n.is_multiple_of(2) { [Weekday::Tue, Weekday::Thu] } else { [Weekday::Wed, Weekday::Fri] };
    let from = if place.every_day() { (14, 0) } else { (10, 0) };
    let mut offered = offered(n, 3, visit::KEY, &[], vec![line(&days, from, (from.0 + 1, 30), FAMILY)]);
    if n == SAKAIMINATO_EVERY_DAY {
        offered.offering.confirmation = Some(Confirmation::ByFacility { hours: 48, if_silent: IfSilent::Confirm });
    }
    offered
}

fn other_offered(n: usize, other: Other) -> Offered {
    let babies = |places| vec![BandPlaces { from_age: 0, under_age: 1, capacity: places }];
    match other {
        Other::Stay => {
            let parts = [("night", (10, 0), (10, 0), 1), ("two_nights", (10, 0), (10, 0), 2)];
            let nights = |weekday: &[Weekday], nights| PatternLine { nights, bands: babies(2), ..line(weekday, (10, 0), (10, 0), &[]) };
            let pattern = vec![nights(&[Weekday::Mon, Weekday::Wed], 2), nights(&[Weekday::Fri], 1)];
            offered(n, 4, postnatal::STAY, &parts, pattern)
        }
        Other::Day => {
            let line = PatternLine { bands: babies(2), ..line(&[Weekday::Tue, Weekday::Thu], (10, 0), (16, 0), &[]) };
            offered(n, 5, postnatal::DAY, &[("day", (10, 0), (16, 0), 0)], vec![line])
        }
        Other::Home => {
            // One midwife; twins are one visit.
            let line = PatternLine { bands: babies(2), room: Some(2), ..line(&[Weekday::Mon, Weekday::Fri], (9, 0), (17, 0), &[]) };
            offered(n, 6, postnatal::HOME, &[], vec![line])
        }
        Other::Sick { room, carers } => {
            let line = PatternLine { room: Some(room), carers: Some(carers), ..line(WORKDAYS, (8, 30), (17, 30), SICK) };
            offered(n, 7, sick_child::KEY, &[("day", (8, 30), (17, 30), 0)], vec![line])
        }
    }
}

/// A line of a weekly pattern where the bands alone count.
fn line(weekdays: &[Weekday], from: (u32, u32), until: (u32, u32), bands: &[Band]) -> PatternLine {
    PatternLine {
        weekdays: weekdays.to_vec(),
        starts: clock(from),
        ends: clock(until),
        nights: 0,
        room: None,
        carers: None,
        bands: places(bands),
    }
}

const WORKDAYS: &[Weekday] = &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const ALL_DAYS: &[Weekday] = &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn weekdays(place: &Place) -> &'static [Weekday] {
    if place.every_day() { ALL_DAYS } else { WORKDAYS }
}

/// A time of day from hour and minute.
pub fn clock((hour, minute): (u32, u32)) -> NaiveTime {
    time(hour, minute)
}

/// Bands as a pattern has them.
fn places(bands: &[Band]) -> Vec<BandPlaces> {
    bands
        .iter()
        .map(|(from_age, under_age, capacity)| BandPlaces { from_age: *from_age, under_age: *under_age, capacity: *capacity })
        .collect()
}
