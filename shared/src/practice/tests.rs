use std::ops::Deref;

use super::*;
use crate::attendance::{Person, absent_terms, is_overdue};
use crate::bookings::{CancelTerms, cancel_terms};
use crate::problem::codes;

/// A practice with its clock.
struct Trial {
    world: World,
    now: DateTime<Utc>,
}

impl Deref for Trial {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

fn day() -> NaiveDate {
    "2026-11-24".parse().unwrap()
}

fn come() -> CheckIn {
    CheckIn { person: Some(Person::Guardian), ..CheckIn::default() }
}

fn go() -> CheckOut {
    CheckOut { person: Some(Person::Guardian), ..CheckOut::default() }
}

impl Trial {
    fn begin() -> Self {
        let world = World::new(day()).unwrap();
        let now = world.begins_at();
        Self { world, now }
    }

    fn come(&mut self, child: &str) -> Result<Booking, Refusal> {
        self.world.check_in(&child.into(), &come(), self.now)
    }

    fn go(&mut self, child: &str, command: &CheckOut) -> Result<Booking, Refusal> {
        self.world.check_out(&child.into(), command, self.now)
    }

    fn undo(&mut self, child: &str) -> Result<Booking, Refusal> {
        self.world.undo(&child.into(), self.now)
    }

    fn absent(&mut self, child: &str, release: bool) -> Result<Booking, Refusal> {
        let seen = absent_terms(&self.booking(&child.into())?, None, self.now)?;
        self.world.mark_absent(&child.into(), &MarkAbsent { occurred_at: None, release, reason: None, seen }, self.now)
    }

    fn decide(&mut self, child: &str, accept: bool) -> Result<Vec<Booking>, Refusal> {
        self.world.decide(&child.into(), &Decide { accept, message: String::new() }, self.now)
    }

    fn later(&mut self, minutes: i64) {
        self.now += TimeDelta::minutes(minutes);
    }

    fn state(&self, child: &str) -> BookingState {
        self.booking(&child.into()).unwrap().state
    }
}

fn came_late() -> Correction {
    Correction {
        checked_in_at: Some(time(day(), 8, 40)),
        checked_out_at: None,
        brought_by: None,
        fetched_by: None,
        reason: "時計の遅れ".to_owned(),
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> String {
    match answer.unwrap_err() {
        Refusal::Rule(reason) => reason.code.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_morning_with_everything_that_can_happen_is_there_on_any_day() {
    for date in ["2026-11-24", "2027-03-31", "2028-02-29"] {
        let world = World::new(date.parse().unwrap()).unwrap();
        let now = world.begins_at();
        let board = world.board(now).unwrap();
        let [today] = board.days.as_slice() else { panic!("one day") };
        let terms = &world.programme.terms;
        let late: Vec<&str> = today
            .entries
            .iter()
            .filter(|entry| is_overdue(&entry.booking, Some(terms), now))
            .map(|entry| entry.booking.id.as_str())
            .collect();
        assert_eq!(late, ["mei", "riku"]);
        assert_eq!(today.entries.len(), 8);
        assert_eq!(
            board.requests.iter().map(|entry| entry.booking.party_id.as_str()).collect::<Vec<_>>(),
            ["fuyu", "tomorrow", "tomorrow"]
        );
        assert!(today.entries.iter().any(|entry| entry.allergies.iter().any(|allergy| allergy.severity == Severity::Severe)));
        assert!(today.entries.iter().all(|entry| entry.pick_up_people.len() == 2 && entry.booking.child.name.starts_with("練習 ")));
        assert!(today.slots[0].facility.fictional);
        for band in &today.slots[0].bands {
            assert!((1..=band.capacity).contains(&band.occupancy.highest()), "{band:?}");
        }
    }
}

#[test]
fn every_step_can_be_reached_one_after_another() {
    let mut trial = Trial::begin();
    let mut seen = Vec::new();
    let mut note = |trial: &Trial| {
        let new: Vec<Step> = trial.done().iter().filter(|step| !seen.contains(*step)).copied().collect();
        seen.extend(new.iter().copied());
        new
    };
    trial.come("sora").unwrap();
    assert_eq!(note(&trial), [Step::CheckIn]);
    trial.come("hinata").unwrap();
    assert_eq!(note(&trial), [Step::Allergy]);
    trial.undo("sora").unwrap();
    assert_eq!(note(&trial), [Step::Undo]);
    trial.go("riku", &go()).unwrap();
    assert_eq!(note(&trial), [Step::CheckOut]);
    trial.go("mei", &CheckOut { occurred_at: Some(time(day(), 9, 0)), ..go() }).unwrap();
    assert_eq!(note(&trial), [Step::Forgotten]);
    trial.world.correct(&"tsumugi".into(), &came_late(), trial.now).unwrap();
    assert_eq!(note(&trial), [Step::Correct]);
    trial.absent("aoi", true).unwrap();
    assert_eq!(note(&trial), [Step::Absent]);
    trial.decide("haru", true).unwrap();
    assert_eq!(note(&trial), [Step::Decide]);
    trial.world.leave(trial.now);
    trial.later(2);
    let then = trial.now;
    trial.later(3);
    trial.world.come_back(trial.now);
    assert_eq!(note(&trial), []);
    trial.world.check_in(&"sora".into(), &CheckIn { occurred_at: Some(then), ..come() }, trial.now).unwrap();
    assert_eq!(note(&trial), [Step::Away]);
    assert_eq!(trial.done().len(), Step::ALL.len());
}

#[test]
fn it_refuses_what_the_real_rules_refuse() {
    let mut trial = Trial::begin();
    assert_eq!(refused(trial.come("koharu")), "attendance.already_out");
    assert_eq!(refused(trial.come("fuyu")), "attendance.not_confirmed");
    assert_eq!(refused(trial.go("sora", &go())), "attendance.not_in");
    assert_eq!(refused(trial.go("riku", &CheckOut::default())), "attendance.person_missing");
    assert_eq!(refused(trial.go("riku", &CheckOut { occurred_at: Some(time(day(), 8, 0)), ..go() })), "attendance.before_check_in");
    let stranger = Person::Registered { name: PersonName::parse("知らない 人").unwrap() };
    assert_eq!(refused(trial.go("riku", &CheckOut { person: Some(stranger), ..go() })), "attendance.person_unknown");
    let later = CheckIn { occurred_at: Some(time(day(), 11, 0)), ..come() };
    assert_eq!(refused(trial.world.check_in(&"sora".into(), &later, trial.now)), "attendance.in_future");
    assert_eq!(refused(trial.absent("yui", false)), "attendance.not_begun");
    let other_terms = MarkAbsent { occurred_at: None, release: false, reason: None, seen: CancelTerms::FREE };
    assert_eq!(refused(trial.world.mark_absent(&"aoi".into(), &other_terms, trial.now)), "attendance.terms_changed");
    assert_eq!(refused(trial.undo("sora")), "attendance.nothing_to_undo");
    assert_eq!(refused(trial.decide("sora", true)), "bookings.not_requested");
    assert_eq!(refused(trial.world.cancel(&"riku".into(), &Cancel::default(), trial.now)), "bookings.started");
    let nothing = Correction { checked_in_at: None, ..came_late() };
    assert_eq!(refused(trial.world.correct(&"tsumugi".into(), &nothing, trial.now)), "attendance.nothing_to_correct");
    trial.later(120);
    assert_eq!(refused(trial.decide("fuyu", true)), "bookings.decide_too_late");
    assert!(trial.done().is_empty() && trial.world == World::new(day()).unwrap(), "what is refused changes nothing");
}

#[test]
fn what_it_refuses_has_a_sentence() {
    let mut trial = Trial::begin();
    let code = refused(trial.undo("sora"));
    assert!(codes().contains(&code));
}

#[test]
fn nothing_is_answered_while_its_server_is_away() {
    let mut trial = Trial::begin();
    trial.world.leave(trial.now);
    let before = trial.world.clone();
    assert_eq!(trial.board(trial.now), Err(Refusal::Away));
    assert_eq!(trial.come("sora"), Err(Refusal::Away));
    assert_eq!(trial.undo("riku"), Err(Refusal::Away));
    assert_eq!(trial.decide("fuyu", true), Err(Refusal::Away));
    assert_eq!(trial.world, before);
    trial.world.come_back(trial.now);
    assert!(trial.come("sora").is_ok());
}

#[test]
fn the_same_told_twice_is_recorded_once() {
    let mut trial = Trial::begin();
    let first = trial.come("sora").unwrap();
    assert_eq!(trial.come("sora").unwrap(), first);
    assert_eq!(trial.history(&"sora".into()).len(), 1);
    assert_eq!(trial.come("nobody"), Err(Refusal::Missing));
}

#[test]
fn brothers_and_sisters_are_decided_together_and_who_is_accepted_for_today_is_on_the_board() {
    let mut trial = Trial::begin();
    assert_eq!(trial.decide("natsu", false).unwrap().len(), 2);
    assert!(matches!(trial.state("haru"), BookingState::Declined { .. }));
    trial.decide("fuyu", true).unwrap();
    let board = trial.board(trial.now).unwrap();
    assert!(board.requests.is_empty());
    assert!(board.days[0].entries.iter().any(|entry| entry.booking.id.as_str() == "fuyu"));
}

#[test]
fn a_place_that_was_released_is_taken_again_and_a_cancelled_child_leaves_the_board() {
    let mut trial = Trial::begin();
    let places = |trial: &Trial| trial.taken_slot().bands[1].occupancy.peak(121, 122);
    let before = places(&trial);
    trial.absent("aoi", true).unwrap();
    assert_eq!(places(&trial), before - 1);
    trial.undo("aoi").unwrap();
    assert_eq!((places(&trial), trial.state("aoi")), (before, BookingState::Confirmed));
    assert_eq!(trial.history(&"aoi".into()).iter().map(|line| line.kind).collect::<Vec<_>>(), [RecordKind::Absent, RecordKind::Undone]);
    let yui = trial.booking(&"yui".into()).unwrap();
    let seen = cancel_terms(&yui, None, CancelledBy::Facility, trial.now).unwrap();
    assert_eq!(seen.fee_yen, yui.fee_yen / 2);
    trial.world.cancel(&yui.id, &Cancel { seen: Some(seen), reason: None }, trial.now).unwrap();
    assert!(trial.board(trial.now).unwrap().days[0].entries.iter().all(|entry| entry.booking.id != yui.id));
}
