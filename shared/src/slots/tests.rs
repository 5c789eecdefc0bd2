//! What slots offer, and how they are published and changed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod carers;
mod changing;
mod classes;

use chrono::Weekday;
use validator::Validate;

use super::*;
use crate::municipalities::CompactTerm;
use crate::programmes::{OpenDays, PriceTier, Unit};
use crate::world::{across, band, day, neighbour, open_nursery, sakaiminato, slot, temporary_care, time, tokyo, yonago};

const DAY: &str = "2026-12-03";

#[test]
fn occupancy_is_a_step_function() {
    let one = Occupancy::default().plus(60, 120, 1);
    assert_eq!(one.steps(), [(60, 1), (120, 0)]);
    let two = one.plus(90, 180, 2);
    assert_eq!(two.steps(), [(60, 1), (90, 3), (120, 2), (180, 0)]);
    assert_eq!(
        [two.peak(0, 60), two.peak(0, 61), two.peak(60, 90), two.peak(60, 91), two.peak(120, 180), two.peak(180, 480)],
        [0, 1, 1, 3, 2, 0]
    );
    assert_eq!((two.highest(), Occupancy::default().highest()), (3, 0));
    assert_eq!(two.plus(90, 180, -2), one);
    // Side by side with the same number there is no step.
    assert_eq!(one.plus(120, 180, 1).steps(), [(60, 1), (180, 0)]);
    assert_eq!(serde_json::to_string(&one).unwrap(), "[[60,1],[120,0]]");
    assert_eq!(serde_json::from_str::<Occupancy>("[[60,1],[120,0]]").unwrap(), one);
}

#[test]
fn places_left_are_those_of_the_band() {
    let mut slot = slot(DAY);
    slot.bands[0].occupancy = Occupancy::default().plus(0, 60, 2).plus(30, 90, 1);
    let left = |age, from: &str, until: &str| {
        slot.places_left(&temporary_care(), age, tokyo(&format!("{DAY} {from}")), tokyo(&format!("{DAY} {until}")))
    };
    assert_eq!((left(2, "9:00", "9:30"), left(2, "9:00", "10:00"), left(2, "10:30", "17:00")), (Some(1), Some(0), Some(3)));
    assert_eq!((left(3, "9:00", "17:00"), left(6, "9:00", "17:00")), (Some(2), None));
    slot.bands[0].capacity = 1;
    assert_eq!(slot.places_left(&temporary_care(), 0, slot.starts_at, slot.ends_at), Some(0));
}

fn told(openings: &[Opening]) -> Vec<String> {
    openings
        .iter()
        .map(|o| format!("{} {}", crate::locale::clock_span(o.starts_at, o.ends_at, crate::locale::Locale::En), o.places_left))
        .collect()
}

#[test]
fn blocks_are_offered_full_ones_included() {
    let mut slot = slot(DAY);
    slot.bands[0].occupancy = Occupancy::default().plus(0, 180, 3);
    let terms = temporary_care();
    assert_eq!(told(&openings(&slot, &terms, Some(2), 0)), ["9:00–17:00 0", "9:00–12:00 0", "13:00–17:00 3"]);
    assert_eq!(told(&openings(&slot, &terms, Some(4), 181)), ["9:00–17:00 2", "13:00–17:00 2"]);
    assert_eq!(told(&openings(&slot, &terms, None, 0)), ["9:00–17:00 2", "9:00–12:00 2", "13:00–17:00 3"]);
    assert_eq!(openings(&slot, &terms, Some(6), 0), []);
}

#[test]
fn hours_are_offered_where_there_is_a_place() {
    let mut slot = slot(DAY);
    slot.bands[0].occupancy = Occupancy::default().plus(60, 120, 3).plus(180, 240, 1).plus(450, 480, 3);
    let terms = open_nursery();
    assert_eq!(told(&openings(&slot, &terms, Some(2), 0)), ["9:00–10:00 3", "11:00–16:30 2"]);
    assert_eq!(told(&openings(&slot, &terms, Some(2), 61)), ["11:00–16:30 2"]);
    assert_eq!(told(&openings(&slot, &terms, Some(2), 331)), [""; 0]);
    // Half an hour between two full times is too short; ten minutes at the end are no step.
    slot.bands[0].occupancy = Occupancy::default().plus(30, 60, 3).plus(90, 120, 3);
    slot.ends_at = tokyo("2026-12-03 12:10");
    assert_eq!(told(&openings(&slot, &terms, Some(2), 0)), ["11:00–12:00 3"]);
    slot.bands[0].capacity = 0;
    assert_eq!(told(&openings(&slot, &terms, Some(2), 0)), [""; 0]);
}

#[test]
fn without_an_age_one_band_speaks_and_promises_what_it_has() {
    let mut slot = slot(DAY);
    slot.bands = vec![band(0, 1, 2), band(1, 3, 1)];
    slot.bands[0].occupancy = Occupancy::default().plus(240, 480, 2);
    slot.bands[1].occupancy = Occupancy::default().plus(0, 240, 1);
    let terms = open_nursery();
    // The morning is free in one band and the afternoon in the other: no child has the whole day.
    assert_eq!(told(&openings(&slot, &terms, None, 0)), ["9:00–13:00 2"]);
    slot.bands[0].capacity = 0;
    assert_eq!(told(&openings(&slot, &terms, None, 0)), ["13:00–17:00 1"]);
    slot.bands.clear();
    assert_eq!(openings(&slot, &terms, None, 0), []);
}

#[test]
fn bookings_open_later_across_the_border() {
    let (terms, open) = (temporary_care(), OpenDays::default());
    let period = |crossing: &Crossing| booking_period(&terms, slot(DAY).starts_at, crossing, &open);
    let home = period(&Crossing::Home);
    assert_eq!((home.opens_at, home.closes_at), (tokyo("2026-11-03 00:00"), tokyo("2026-12-02 16:30")));
    assert_eq!(home.opens_to_family_at, home.opens_at);
    assert_eq!(period(&across(5)).opens_to_family_at, tokyo("2026-11-08 00:00"));
    assert_eq!(period(&across(31)).opens_to_family_at, tokyo("2026-12-03 00:00"));
}

#[test]
fn a_compact_decides_who_crosses() {
    let Crossing::Compact { term } = across(5) else { unreachable!() };
    let terms = [term.clone()];
    let programme = ProgrammeKey::new("temporary_care");
    let find =
        |residence, host, programme: &str, date: &str| Crossing::find(&residence, &host, &ProgrammeKey::new(programme), day(date), &terms);
    assert_eq!(find(yonago(), yonago(), "anything", DAY), Crossing::Home);
    assert_eq!(find(sakaiminato(), yonago(), "temporary_care", "2026-04-01"), across(5));
    assert_eq!(find(sakaiminato(), yonago(), "temporary_care", "2027-03-31"), across(5));
    assert_eq!(find(sakaiminato(), yonago(), "temporary_care", "2026-03-31"), Crossing::None);
    assert_eq!(find(sakaiminato(), yonago(), "temporary_care", "2027-04-01"), Crossing::None);
    assert_eq!(find(yonago(), sakaiminato(), "temporary_care", DAY), Crossing::None);
    assert_eq!(find(sakaiminato(), yonago(), "open_nursery", DAY), Crossing::None);
    let endless = CompactTerm { valid_until: None, ..term };
    assert!(endless.covers(&sakaiminato(), &yonago(), &programme, day("2099-01-01")));
    assert_eq!((Crossing::Home.tier(), across(0).tier(), Crossing::None.tier()), (Some(PriceTier::resident()), Some(neighbour()), None));
    assert_eq!([Crossing::Home, across(0), Crossing::None].map(|c| c.is_away()), [false, true, true]);
}

#[test]
fn marks_say_how_many() {
    use Availability::{Few, Full, Plenty};
    assert_eq!([-1, 0, 1, 2, 3, 99].map(Availability::of), [Full, Full, Few, Few, Plenty, Plenty]);
}

fn offering() -> Offering {
    let block = |key: &str, starts: &str, ends: &str| BlockTimes { key: key.to_owned(), starts: time(starts), ends: time(ends), nights: 0 };
    Offering {
        id: "offering".into(),
        facility_id: "facility".into(),
        programme: ProgrammeKey::new("temporary_care"),
        blocks: vec![block("day", "9:00", "17:00"), block("morning", "9:00", "12:00")],
        hourly_yen: None,
        confirmation: None,
        interview: false,
        spare: false,
    }
}

fn places(from_age: u32, under_age: u32, capacity: i64) -> BandPlaces {
    BandPlaces { from_age, under_age, capacity }
}

fn line(weekdays: &[Weekday], starts: &str, ends: &str) -> PatternLine {
    PatternLine {
        weekdays: weekdays.to_vec(),
        starts: time(starts),
        ends: time(ends),
        nights: 0,
        room: None,
        carers: None,
        bands: vec![places(0, 3, 3), places(3, 6, 5)],
    }
}

fn asked(from: &str, to: &str, pattern: Vec<PatternLine>) -> NewSlots {
    NewSlots { offering_id: "offering".into(), from: day(from), to: day(to), pattern, on_holidays: false }
}

fn planned(unit: &Unit, command: &NewSlots, now: &str) -> Result<SlotPlan, Rejection> {
    let holidays = [(day("2026-11-23"), "勤労感謝の日".to_owned())];
    let existing = [("2026-11-24 15:00", "2026-11-24 16:00"), ("2026-11-25 10:00", "2026-11-25 12:00")];
    let existing = existing.map(|(from, until)| (tokyo(from), tokyo(until)));
    plan(
        &PlanState { offering: &offering(), units: &[(day("2026-01-01"), unit)], holidays: &holidays, existing: &existing, classes: &[] },
        command,
        tokyo(now),
    )
}

const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

#[test]
fn a_plan_says_what_becomes_of_each_day() {
    let terms = open_nursery();
    let mut command = asked("2026-11-20", "2026-11-25", vec![line(&WORKDAYS, "12:00", "15:00"), line(&WORKDAYS, "9:00", "12:00")]);
    let told = |plan: &SlotPlan| {
        plan.slots
            .iter()
            .map(|s| format!("{} {:?}", crate::locale::moment(s.starts_at, crate::locale::Locale::Ja), s.outcome))
            .collect::<Vec<_>>()
    };
    let holiday = r#"Holiday { name: "勤労感謝の日" }"#;
    let plan = planned(&terms.unit, &command, "2026-11-20 12:00").unwrap();
    assert_eq!(
        told(&plan),
        [
            "11月20日（金） 9:00 Past".to_owned(),
            "11月20日（金） 12:00 Past".to_owned(),
            format!("11月23日（月） 9:00 {holiday}"),
            format!("11月23日（月） 12:00 {holiday}"),
            "11月24日（火） 9:00 New".to_owned(),
            "11月24日（火） 12:00 New".to_owned(),
            "11月25日（水） 9:00 Exists".to_owned(),
            "11月25日（水） 12:00 New".to_owned(),
        ]
    );
    assert_eq!(plan.new_count, 3);
    command.on_holidays = true;
    assert_eq!(planned(&terms.unit, &command, "2026-11-20 11:59:59").unwrap().new_count, 6);
    // Two lines of the pattern that overlap: the earlier one is published.
    command.pattern = vec![line(&WORKDAYS, "10:00", "15:00"), line(&WORKDAYS, "9:00", "11:00")];
    let plan = planned(&terms.unit, &command, "2026-11-23 20:00").unwrap();
    assert_eq!(told(&plan).get(4..6).unwrap(), ["11月24日（火） 9:00 New", "11月24日（火） 10:00 Exists"]);
}

#[test]
fn a_range_is_one_to_184_days_after_its_first() {
    let terms = open_nursery();
    let range = |from, to| {
        planned(&terms.unit, &asked(from, to, vec![line(&WORKDAYS, "9:00", "12:00")]), "2026-11-01 9:00").map(|plan| plan.slots.len())
    };
    assert_eq!(range("2026-11-20", "2026-11-20"), Ok(1));
    assert_eq!(range("2026-11-21", "2026-11-20"), Err(Rejection::RangeInvalid));
    assert_eq!(range("2026-11-20", "2027-05-23"), Ok(131));
    assert_eq!(range("2026-11-20", "2027-05-24"), Err(Rejection::RangeInvalid));
}

#[test]
fn a_line_ends_after_it_starts() {
    let with = |starts, ends| planned(&open_nursery().unit, &asked(DAY, DAY, vec![line(&WORKDAYS, starts, ends)]), "2026-11-01 9:00").err();
    assert_eq!([with("9:00", "9:00"), with("12:00", "9:00")], [Some(Rejection::TimesInvalid), Some(Rejection::TimesInvalid)]);
    assert_eq!(with("9:00", "9:01"), None);
}

#[test]
fn bands_lie_side_by_side() {
    let with = |bands: &[BandPlaces]| {
        let line = PatternLine { bands: bands.to_vec(), ..line(&WORKDAYS, "9:00", "12:00") };
        planned(&open_nursery().unit, &asked(DAY, DAY, vec![line]), "2026-11-01 9:00").err()
    };
    assert_eq!(with(&[places(3, 6, 200), places(0, 3, 0)]), None);
    for bad in [
        vec![],
        vec![places(3, 3, 1)],
        vec![places(3, 2, 1)],
        vec![places(0, 3, 1), places(2, 6, 1)],
        vec![places(0, 3, 1), places(0, 3, 1)],
        vec![places(0, 3, -1)],
        vec![places(0, 3, 201)],
    ] {
        assert_eq!(with(&bad), Some(Rejection::BandsInvalid), "{bad:?}");
    }
}

#[test]
fn a_line_holds_a_block() {
    let with =
        |starts, ends| planned(&temporary_care().unit, &asked(DAY, DAY, vec![line(&WORKDAYS, starts, ends)]), "2026-11-01 9:00").err();
    assert_eq!(with("9:00", "12:00"), None);
    assert_eq!([with("9:01", "17:00"), with("9:00", "11:59")], [Some(Rejection::NoBlock), Some(Rejection::NoBlock)]);
    let keys = |from: &str, until: &str| {
        blocks_within(&offering(), tokyo(&format!("{DAY} {from}")), tokyo(&format!("{DAY} {until}")))
            .into_iter()
            .map(|b| b.key)
            .collect::<Vec<_>>()
    };
    assert_eq!(keys("9:00", "17:00"), ["day", "morning"]);
    assert_eq!(keys("8:00", "16:59"), ["morning"]);
    assert_eq!(keys("9:30", "17:00"), [""; 0]);
}

#[test]
fn places_never_fall_below_what_is_booked() {
    let mut slot = slot(DAY);
    slot.bands[0].occupancy = Occupancy::default().plus(0, 60, 2).plus(120, 180, 1);
    let (before, over) = (tokyo("2026-12-03 16:59:59"), tokyo("2026-12-03 17:00"));
    let to = |bands: Vec<BandPlaces>| {
        change(&slot, &temporary_care(), &[], &SlotChange { bands: Some(bands), ..SlotChange::default() }, before)
            .map(|changed| changed.slot)
    };
    let changed = to(vec![places(0, 3, 2), places(3, 6, 0)]).unwrap();
    assert_eq!(changed.bands.iter().map(|b| b.capacity).collect::<Vec<_>>(), [2, 0]);
    assert_eq!(changed.bands[0].occupancy, slot.bands[0].occupancy);
    assert_eq!(to(vec![places(0, 3, 1)]), Err(Rejection::BelowBooked { booked: 2 }));
    assert_eq!(to(vec![places(0, 2, 5)]), Err(Rejection::BandUnknown));
    assert_eq!(to(vec![places(0, 3, 201)]), Err(Rejection::BandsInvalid));
    assert_eq!(to(vec![places(3, 6, -1)]), Err(Rejection::BandsInvalid));
    let close = SlotChange { state: Some(SlotState::Closed), ..SlotChange::default() };
    let change = |command: &SlotChange, now| change(&slot, &temporary_care(), &[], command, now).map(|changed| changed.slot);
    assert_eq!(change(&close, before).unwrap(), Slot { state: SlotState::Closed, ..slot.clone() });
    assert_eq!(change(&close, over), Err(Rejection::Past));
    assert_eq!(change(&SlotChange::default(), before), Ok(slot.clone()));
}

#[test]
fn requests_are_checked_where_they_come_in() {
    let code = |command: &NewSlots| match command.validate() {
        Ok(()) => String::new(),
        Err(errors) => {
            let text = serde_json::to_string(&errors).unwrap();
            ["slots.pattern_empty", "slots.no_weekday", "slots.bands_invalid", "slots.capacity_range"]
                .into_iter()
                .filter(|code| text.contains(&format!("\"{code}\"")))
                .collect()
        }
    };
    let good = line(&WORKDAYS, "9:00", "12:00");
    assert_eq!(code(&asked(DAY, DAY, vec![good.clone()])), "");
    assert_eq!(code(&asked(DAY, DAY, vec![])), "slots.pattern_empty");
    assert_eq!(code(&asked(DAY, DAY, vec![good.clone(); 15])), "slots.pattern_empty");
    assert_eq!(code(&asked(DAY, DAY, vec![PatternLine { weekdays: vec![], ..good.clone() }])), "slots.no_weekday");
    assert_eq!(code(&asked(DAY, DAY, vec![PatternLine { bands: vec![], ..good.clone() }])), "slots.bands_invalid");
    assert_eq!(code(&asked(DAY, DAY, vec![PatternLine { bands: vec![places(0, 3, 201)], ..good }])), "slots.capacity_range");
}
