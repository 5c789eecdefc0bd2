//! What becomes of slots when a pattern is published, a week copied, a selection changed, and all of it taken back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod laws;

use chrono::{TimeDelta, Weekday};

use super::*;
use crate::ids::{FacilityId, SlotId};
use crate::programmes::{StaffRatio, Staffing};
use crate::slots::{ClosedTime, Closure, ClosureReason};
use crate::time::at;
use crate::world::{band, day, slot, temporary_care, time, tokyo, yonago};

/// A Monday.
pub(super) const MONDAY: &str = "2026-12-07";

pub(super) fn now() -> DateTime<Utc> {
    tokyo("2026-12-01 9:00")
}

pub(super) fn offering() -> Offering {
    let block = |key: &str, starts: &str, ends: &str| crate::slots::BlockTimes {
        key: key.to_owned(),
        starts: time(starts),
        ends: time(ends),
        nights: 0,
    };
    Offering {
        id: "offering".into(),
        facility_id: FacilityId::from("facility"),
        programme: ProgrammeKey::new("temporary_care"),
        blocks: vec![block("day", "9:00", "17:00"), block("morning", "9:00", "12:00")],
        hourly_yen: None,
        confirmation: None,
        interview: false,
        spare: false,
    }
}

/// Babies and toddlers, one carer for three babies or six toddlers, at least two.
pub(super) fn staffing() -> Staffing {
    let ratio = |from_age, under_age, children| StaffRatio { from_age, under_age, children };
    Staffing { minimum: 2, ratios: vec![ratio(0, Some(1), 3), ratio(1, Some(3), 6)] }
}

pub(super) fn ground(slots: Vec<Slot>) -> Ground {
    let programme = Programme {
        id: "version".into(),
        key: ProgrammeKey::new("temporary_care"),
        municipality: yonago(),
        valid_from: day("2026-04-01"),
        valid_until: None,
        name: Localised::new("一時預かり", "一時預かり", "Temporary care"),
        summary: Localised::new("", "", ""),
        terms: Terms { staffing: Some(staffing()), ..temporary_care() },
    };
    Ground { offerings: vec![offering()], programmes: vec![programme], slots, ..Ground::default() }
}

pub(super) fn places(from_age: u32, under_age: u32, capacity: i64) -> BandPlaces {
    BandPlaces { from_age, under_age, capacity }
}

pub(super) fn line(weekdays: &[Weekday], starts: &str, ends: &str, bands: Vec<BandPlaces>) -> PatternLine {
    PatternLine { weekdays: weekdays.to_vec(), starts: time(starts), ends: time(ends), nights: 0, room: None, carers: None, bands }
}

pub(super) fn pattern(lines: Vec<PatternLine>) -> WeekPattern {
    WeekPattern { id: "pattern".into(), offering_id: "offering".into(), name: "ふだんの週".to_owned(), lines, version: 1 }
}

fn usual() -> WeekPattern {
    pattern(vec![line(&[Weekday::Mon, Weekday::Tue, Weekday::Sat], "9:00", "17:00", vec![places(0, 3, 4), places(3, 6, 2)])])
}

fn publish(from: &str, to: &str, options: PlaceOptions) -> PlacesCommand {
    PlacesCommand::Publish { pattern_id: "pattern".into(), from: day(from), to: day(to), options }
}

fn there(id: &str, date: &str) -> Slot {
    Slot { id: SlotId::from(id), ..slot(date) }
}

fn told(steps: &[PlaceStep]) -> Vec<String> {
    steps
        .iter()
        .map(|step| match &step.verdict {
            Verdict::New => "new".to_owned(),
            Verdict::Changed => "changed".to_owned(),
            Verdict::Removed => "removed".to_owned(),
            Verdict::Same => "same".to_owned(),
            Verdict::LeftOut { why } => why.code.to_string(),
        })
        .collect()
}

fn planned(ground: &Ground, pattern: &WeekPattern, options: PlaceOptions) -> Vec<String> {
    told(&plan_places(ground, Some(pattern), &publish(MONDAY, "2026-12-13", options), now()).unwrap())
}

#[test]
fn every_day_of_a_pattern_says_what_becomes_of_it() {
    let options = PlaceOptions::default();
    let mut known = ground(Vec::new());
    assert_eq!(planned(&known, &usual(), options), ["new", "new", "new"]);
    known.holidays = vec![(day(MONDAY), Localised::new("休日", "休日", "Holiday"))];
    known.opening.weekdays = Some(vec![Weekday::Mon, Weekday::Tue]);
    known.opening.opens_at = Some(time("9:00"));
    assert_eq!(planned(&known, &usual(), options), ["places.holiday", "new", "places.closed_weekday"]);
    known.opening.opens_at = Some(time("9:30"));
    assert_eq!(
        planned(&known, &usual(), PlaceOptions { on_holidays: true, ..options }),
        ["places.outside_hours", "places.outside_hours", "places.closed_weekday"]
    );
    let all = PlaceOptions { on_holidays: true, beyond_hours: true, ..options };
    assert_eq!(planned(&known, &usual(), all), ["new", "new", "new"]);
    let steps = plan_places(&known, Some(&usual()), &publish(MONDAY, MONDAY, all), now()).unwrap();
    assert_eq!(steps[0].notes, [Rejection::OutsideHours.reason()], "beyond the hours it is said all the same");
    // The same moment is over.
    let late = plan_places(&known, Some(&usual()), &publish(MONDAY, MONDAY, all), tokyo("2026-12-07 9:00")).unwrap();
    assert_eq!(told(&late), ["places.begun"]);
}

#[test]
fn what_is_there_stays_changes_or_is_in_the_way() {
    let changing = PlaceOptions { changes_existing: true, ..PlaceOptions::default() };
    let mut one = there("one", MONDAY);
    one.bands = vec![band(0, 3, 4), band(3, 6, 2)];
    assert_eq!(planned(&ground(vec![one.clone()]), &usual(), changing)[0], "same");
    one.bands[0].capacity = 2;
    assert_eq!(planned(&ground(vec![one.clone()]), &usual(), PlaceOptions::default())[0], "places.differs");
    assert_eq!(planned(&ground(vec![one.clone()]), &usual(), changing)[0], "changed");
    // Five are booked where the pattern has four places.
    one.bands[0] = SlotBandOf(0, 3, 6).booked(5);
    assert_eq!(planned(&ground(vec![one.clone()]), &usual(), changing)[0], "slots.below_booked");
    let shorter = Slot { starts_at: tokyo("2026-12-07 13:00"), ..one.clone() };
    assert_eq!(planned(&ground(vec![shorter]), &usual(), changing)[0], "places.overlaps");
    let closed = Slot { state: SlotState::Closed, ..one.clone() };
    assert_eq!(planned(&ground(vec![closed]), &usual(), changing)[0], "places.slot_closed");
    // A typhoon closed all that was there.
    let closure = Closure { reason: ClosureReason::Weather, message: String::new() };
    one.closures = vec![ClosedTime { starts_at: one.starts_at, ends_at: one.ends_at, closure }];
    assert_eq!(planned(&ground(vec![one.clone()]), &usual(), changing)[0], "slots.closed_weather");
    // One slot of two was closed: the facility is there.
    let other = Slot { id: "other".into(), offering_id: "another".into(), closures: Vec::new(), ..one.clone() };
    assert_ne!(planned(&ground(vec![one, other]), &usual(), changing)[0], "slots.closed_weather");
}

/// A band with children in it.
struct SlotBandOf(u32, u32, i64);

impl SlotBandOf {
    fn booked(self, children: i64) -> crate::slots::SlotBand {
        crate::slots::SlotBand { occupancy: Occupancy::default().plus(0, 480, children), ..band(self.0, self.1, self.2) }
    }
}

fn duty(weekly: &[(&str, &str, i64)]) -> Duty {
    let one = |(starts, ends, carers): &(&str, &str, i64)| DutyLine {
        weekdays: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        span: DutySpan { starts: time(starts), ends: time(ends), carers: *carers },
    };
    Duty { offering_id: "offering".into(), weekly: weekly.iter().map(one).collect(), days: Vec::new(), version: 1 }
}

#[test]
fn carers_on_duty_add_up_and_a_day_of_its_own_goes_before_the_week() {
    let mut duty = duty(&[("8:30", "17:00", 2), ("10:00", "15:00", 1)]);
    let on = |duty: &Duty, date: &str| duty.carers(at(day(date), time("9:00")), at(day(date), time("17:00")));
    assert_eq!(on(&duty, MONDAY).steps(), [(0, 2), (60, 3), (360, 2), (480, 0)]);
    assert_eq!(on(&duty, "2026-12-06").steps(), [], "on a Sunday nobody is there");
    duty.days = vec![DutyDay { day: day(MONDAY), spans: vec![DutySpan { starts: time("9:00"), ends: time("12:00"), carers: 1 }] }];
    assert_eq!(on(&duty, MONDAY).steps(), [(0, 1), (180, 0)]);
    // Over midnight.
    let night = DutyLine { weekdays: vec![Weekday::Mon], span: DutySpan { starts: time("20:00"), ends: time("0:00"), carers: 1 } };
    let night = Duty { weekly: vec![night], days: Vec::new(), ..duty };
    assert_eq!(night.carers(tokyo("2026-12-07 18:00"), tokyo("2026-12-08 8:00")).steps(), [(120, 1), (360, 0)]);
}

#[test]
fn carers_on_duty_are_right_or_refused() {
    let of = |starts: &str, ends: &str, carers| DutyChange {
        weekly: vec![DutyLine { weekdays: vec![Weekday::Mon], span: DutySpan { starts: time(starts), ends: time(ends), carers } }],
        days: Vec::new(),
    };
    let changed = |command: &DutyChange| Duty::unsaid("offering".into()).changed(command).map(|duty| duty.version);
    assert_eq!(changed(&of("9:00", "17:30", 200)), Ok(1));
    assert_eq!(changed(&of("9:00", "0:00", 0)), Ok(1));
    for wrong in [of("9:15", "17:00", 1), of("9:00", "17:10", 1), of("17:00", "9:00", 1), of("9:00", "17:00", 201), of("9:00", "17:00", -1)]
    {
        assert_eq!(changed(&wrong), Err(Rejection::DutyInvalid), "{wrong:?}");
    }
    let twice = DutyDay { day: day(MONDAY), spans: Vec::new() };
    assert_eq!(changed(&DutyChange { days: vec![twice.clone(), twice], ..of("9:00", "17:00", 1) }), Err(Rejection::DutyInvalid));
}

#[test]
fn carers_on_duty_limit_what_can_be_booked_by_the_half_hour() {
    let mut known = ground(Vec::new());
    known.duties = vec![duty(&[("9:00", "17:00", 2), ("10:00", "15:30", 1)])];
    let babies = pattern(vec![line(&[Weekday::Mon], "9:00", "17:00", vec![places(0, 1, 9), places(1, 3, 6)])]);
    let steps = plan_places(&known, Some(&babies), &publish(MONDAY, MONDAY, PlaceOptions::default()), now()).unwrap();
    let limit = Rejection::CarersLimit { at: tokyo("2026-12-07 9:00"), there: 2, needed: 4 };
    assert_eq!((told(&steps), &steps[0].notes), (vec!["new".to_owned()], &vec![limit.reason()]));
    let shape = steps[0].after.clone().unwrap();
    let bands = shape.bands.iter().map(|one| band(one.from_age, one.under_age, one.capacity)).collect();
    let published = Slot { bands, carers: shape.carers, ..there("new", MONDAY) };
    let halves = half_hour_limits(&published, &known.programmes[0].terms);
    let at = |clock: &str| halves.iter().find(|half| half.starts_at == tokyo(&format!("{MONDAY} {clock}"))).unwrap();
    assert_eq!(halves.len(), 16);
    // Two carers look after six babies or twelve toddlers; there are places for six toddlers.
    assert_eq!((at("9:30").carers, at("9:30").places.as_slice()), (Some(2), [6, 6].as_slice()));
    assert_eq!((at("10:00").carers, at("10:00").places.as_slice()), (Some(3), [9, 6].as_slice()));
    assert_eq!(at("15:30").places, [6, 6]);
}

#[test]
fn a_week_is_copied_with_its_shape() {
    let mut one = there("one", MONDAY);
    (one.room, one.carers) = (Some(4), Some(Occupancy::default().plus(0, 480, 2)));
    one.bands[0] = SlotBandOf(0, 3, 4).booked(3);
    let closed = Slot { state: SlotState::Closed, ..there("closed", "2026-12-08") };
    let copy =
        |into: &str, weeks| PlacesCommand::CopyWeek { week: day("2026-12-10"), into: day(into), weeks, options: PlaceOptions::default() };
    let known = ground(vec![one.clone(), closed]);
    let steps = plan_places(&known, None, &copy("2026-12-16", 2), now()).unwrap();
    assert_eq!(told(&steps), ["new", "new"], "a closed slot is not copied");
    let shift = |weeks| SlotShape {
        starts_at: one.starts_at + TimeDelta::weeks(weeks),
        ends_at: one.ends_at + TimeDelta::weeks(weeks),
        ..SlotShape::of(&one)
    };
    let after: Vec<SlotShape> = steps.into_iter().filter_map(|step| step.after).collect();
    assert_eq!(after, [shift(1), shift(2)]);
    for wrong in [copy("2026-12-11", 1), copy("2026-12-01", 1), copy("2026-12-16", 0), copy("2026-12-16", 27)] {
        assert_eq!(plan_places(&known, None, &wrong, now()), Err(Rejection::WeeksInvalid.reason()), "{wrong:?}");
    }
}

fn bulk(ids: &[&str], change: BulkChange) -> PlacesCommand {
    PlacesCommand::Change { slot_ids: ids.iter().map(|id| SlotId::from(*id)).collect(), change }
}

#[test]
fn a_selection_changes_but_never_takes_a_booked_place() {
    let mut full = there("full", "2026-12-08");
    full.bands[0] = SlotBandOf(0, 3, 3).booked(3);
    let known = ground(vec![there("one", MONDAY), full, there("other", "2026-12-09")]);
    let fewer = BulkChange { bands: vec![places(0, 3, 2)], ..BulkChange::default() };
    let steps = plan_places(&known, None, &bulk(&["full", "one"], fewer), now()).unwrap();
    assert_eq!(told(&steps), ["changed", "slots.below_booked"]);
    let nothing = plan_places(&known, None, &bulk(&["one"], BulkChange::default()), now());
    assert_eq!(nothing, Err(Rejection::NothingAsked.reason()));
    // Other times only where nobody is.
    let times = DayTimes { starts: time("9:00"), ends: time("12:00") };
    let moved = BulkChange { times: Some(times), ..BulkChange::default() };
    let steps = plan_places(&known, None, &bulk(&["full", "one"], moved.clone()), now()).unwrap();
    assert_eq!(told(&steps), ["changed", "places.times_booked"]);
    let laid = steps[0].after.as_ref().unwrap().laid_on(&known.slots[0], &offering());
    assert_eq!((laid.ends_at, laid.version), (tokyo("2026-12-07 12:00"), 2));
    assert_eq!(laid.blocks.iter().map(|block| block.key.as_str()).collect::<Vec<_>>(), ["morning"]);
    let nowhere = BulkChange { times: Some(DayTimes { starts: time("13:00"), ends: time("15:00") }), ..BulkChange::default() };
    assert_eq!(told(&plan_places(&known, None, &bulk(&["one"], nowhere), now()).unwrap()), ["slots.no_block"]);
    // Two of one day do not become one.
    let twin =
        Slot { id: "twin".into(), starts_at: tokyo("2026-12-07 17:00"), ends_at: tokyo("2026-12-07 19:00"), ..there("twin", MONDAY) };
    let mut known = ground(vec![there("one", MONDAY), twin]);
    assert_eq!(told(&plan_places(&known, None, &bulk(&["one", "twin"], moved), now()).unwrap()), ["changed", "places.overlaps"]);
    // Who waits is told by closing the day, never by the way.
    known.waited_for.insert("one".into());
    let close = BulkChange { state: Some(SlotState::Closed), ..BulkChange::default() };
    assert_eq!(told(&plan_places(&known, None, &bulk(&["one", "twin"], close), now()).unwrap()), ["places.waited_for", "changed"]);
}

#[test]
fn carers_at_other_times_are_those_who_were_there() {
    let mut one = there("one", MONDAY);
    one.carers = Some(Occupancy::default().plus(0, 240, 2).plus(240, 480, 3));
    let known = ground(vec![one]);
    let carers = |starts: &str, ends: &str| {
        let times = Some(DayTimes { starts: time(starts), ends: time(ends) });
        let steps = plan_places(&known, None, &bulk(&["one"], BulkChange { times, ..BulkChange::default() }), now()).unwrap();
        steps[0].after.as_ref().unwrap().carers.clone().unwrap().steps().to_vec()
    };
    assert_eq!(carers("8:00", "18:00"), [(0, 2), (300, 3), (600, 0)]);
    assert_eq!(carers("9:00", "12:00"), [(0, 2), (180, 0)]);
    assert_eq!(carers("14:00", "18:00"), [(0, 3), (240, 0)]);
}

#[test]
fn taking_back_names_what_was_booked_or_changed_since() {
    let published = |id: &str, date: &str| {
        let slot = there(id, date);
        let done = DoneStep {
            offering_id: "offering".into(),
            programme: slot.programme.clone(),
            slot_id: slot.id.clone(),
            before: None,
            after: SlotShape::of(&slot),
            version: 1,
        };
        (slot, done)
    };
    let (free, of_free) = published("free", MONDAY);
    let (used, of_used) = published("used", "2026-12-08");
    let (changed, of_changed) = published("changed", "2026-12-09");
    let (_, of_gone) = published("gone", "2026-12-10");
    // Raised from three to five, and four came.
    let mut raised = there("raised", "2026-12-11");
    let before = SlotShape::of(&raised);
    (raised.bands[0], raised.version) = (SlotBandOf(0, 3, 5).booked(4), 2);
    let of_raised =
        DoneStep { before: Some(before.clone()), after: SlotShape::of(&raised), version: 2, slot_id: "raised".into(), ..of_free.clone() };
    let mut known = ground(vec![free, used, Slot { version: 2, ..changed }, raised.clone()]);
    known.used.insert("used".into());
    let done = [of_free, of_used, of_changed, of_gone, of_raised.clone()];
    let steps = undo_places(&known, &done, now());
    assert_eq!(told(&steps), ["removed", "places.used_since", "places.changed_since", "places.gone", "slots.below_booked"]);
    raised.bands[0] = SlotBandOf(0, 3, 5).booked(3);
    let steps = undo_places(&ground(vec![raised.clone()]), std::slice::from_ref(&of_raised), now());
    assert_eq!((told(&steps), steps[0].after.as_ref()), (vec!["changed".to_owned()], Some(&before)));
    assert_eq!(told(&undo_places(&ground(vec![raised]), &[of_raised], tokyo("2026-12-11 9:00"))), ["places.begun"]);
}
