use super::*;
use crate::bookings::{Busy, CancelTerms, FACILITY_REASON};
use crate::locale::Localised;
use crate::programmes::{EarlyLeaving, ExemptReason, LatePickUp, Relief, ReliefUnit, Terms};
use crate::slots::SlotState;
use crate::world::{ask_for, booking, child, day, open_nursery, slot, state, temporary_care, tokyo};

/// A whole day on 3 December, 9:00 to 17:00.
fn held(state_then: BookingState) -> Booking {
    let asked = state(slot("2026-12-03"), temporary_care(), vec![child("sora", "2024-06-15")]);
    let now = tokyo("2026-11-20 10:00");
    let placed = crate::bookings::place(&asked, &ask_for(&asked), now).unwrap();
    Booking { state: state_then, ..booking(&asked, &placed, &placed.children[0], now) }
}

fn came(clock: &str) -> BookingState {
    BookingState::CheckedIn { at: tokyo(&format!("2026-12-03 {clock}")) }
}

fn left(clock: &str) -> BookingState {
    BookingState::CheckedOut { checked_in_at: tokyo("2026-12-03 9:05"), at: tokyo(&format!("2026-12-03 {clock}")) }
}

fn cancelled() -> BookingState {
    BookingState::Cancelled { at: tokyo("2026-12-01 9:00"), fee_yen: 0, counts: false, exempt: None }
}

/// Staff record that the child came; the state as it then is.
fn come(then: BookingState, occurred_at: Option<&str>, now: &str) -> Result<BookingState, Rejection> {
    let command = CheckIn { occurred_at: occurred_at.map(tokyo), person: None, wall: None };
    let booking = held(then);
    let recorded = check_in(&booking, &command, &[], RecordedBy::Staff, tokyo(now))?;
    Ok(recorded.map_or(booking.state, |recorded| recorded.state))
}

/// Staff record that the guardian fetched the child; the state as it then is.
fn go(then: BookingState, occurred_at: Option<&str>, now: &str) -> Result<BookingState, Rejection> {
    let command = CheckOut { occurred_at: occurred_at.map(tokyo), person: Some(Person::Guardian), wall: None };
    let booking = held(then);
    let recorded = check_out(&booking, &command, &[], RecordedBy::Staff, tokyo(now))?;
    Ok(recorded.map_or(booking.state, |recorded| recorded.state))
}

#[test]
fn a_child_comes_and_goes_at_the_times_as_they_happened() {
    assert_eq!(come(BookingState::Confirmed, None, "2026-12-03 9:05"), Ok(came("9:05")));
    assert_eq!(come(BookingState::Confirmed, Some("2026-12-03 8:50"), "2026-12-03 12:00"), Ok(came("8:50")));
    assert_eq!(go(came("9:05"), None, "2026-12-03 16:40"), Ok(left("16:40")));
    assert_eq!(go(came("9:05"), Some("2026-12-03 16:40"), "2026-12-04 8:00"), Ok(left("16:40")));
    assert_eq!(go(came("9:05"), Some("2026-12-03 9:05"), "2026-12-03 16:40"), Ok(left("9:05")));
}

#[test]
fn a_cancelled_booking_has_no_attendance() {
    assert_eq!(come(cancelled(), None, "2026-12-03 9:00"), Err(Rejection::Cancelled));
    assert_eq!(go(cancelled(), None, "2026-12-03 9:00"), Err(Rejection::Cancelled));
}

#[test]
fn attendance_is_on_the_day_in_tokyo() {
    let other_day = Err(Rejection::OtherDay { day: day("2026-12-03") });
    assert_eq!(come(BookingState::Confirmed, None, "2026-12-02 23:59:59"), other_day);
    assert_eq!(come(BookingState::Confirmed, None, "2026-12-03 0:00"), Ok(came("0:00")));
    assert_eq!(come(BookingState::Confirmed, None, "2026-12-03 23:59:59"), Ok(came("23:59:59")));
    assert_eq!(come(BookingState::Confirmed, None, "2026-12-04 0:00"), other_day);
    assert_eq!(go(came("9:05"), None, "2026-12-04 0:00"), other_day);
}

#[test]
fn a_stay_over_night_ends_on_another_day() {
    let night = |then| Booking { ends_at: tokyo("2026-12-04 10:00"), ..held(then) };
    let leave = CheckOut { occurred_at: None, person: Some(Person::Guardian), wall: None };
    let go = |now: &str| {
        let recorded = check_out(&night(came("17:00")), &leave, &[], RecordedBy::Staff, tokyo(now));
        recorded.map(|recorded| recorded.unwrap().state)
    };
    let left = BookingState::CheckedOut { checked_in_at: tokyo("2026-12-03 17:00"), at: tokyo("2026-12-04 9:30") };
    assert_eq!(go("2026-12-04 9:30"), Ok(left));
    assert_eq!(go("2026-12-05 0:00"), Err(Rejection::OtherDay { day: day("2026-12-03") }));
    let come = |now: &str| {
        let recorded = check_in(&night(BookingState::Confirmed), &CheckIn::default(), &[], RecordedBy::Staff, tokyo(now));
        recorded.map(|recorded| recorded.unwrap().state)
    };
    assert_eq!(come("2026-12-02 23:59"), Err(Rejection::OtherDay { day: day("2026-12-03") }));
    assert_eq!(come("2026-12-04 0:30"), Ok(BookingState::CheckedIn { at: tokyo("2026-12-04 0:30") }));
}

#[test]
fn what_is_not_decided_or_declined_has_no_attendance() {
    let decide_by = tokyo("2026-12-02 9:00");
    assert_eq!(come(BookingState::Requested { decide_by }, None, "2026-12-03 9:00"), Err(Rejection::NotConfirmed));
    assert_eq!(go(BookingState::Requested { decide_by }, None, "2026-12-03 9:00"), Err(Rejection::NotConfirmed));
    let declined = || BookingState::Declined { at: decide_by, message: String::new() };
    assert_eq!(come(declined(), None, "2026-12-03 9:00"), Err(Rejection::Cancelled));
    assert_eq!(go(declined(), None, "2026-12-03 9:00"), Err(Rejection::Cancelled));
}

#[test]
fn a_child_comes_and_goes_once() {
    let at = |clock: &str| tokyo(&format!("2026-12-03 {clock}"));
    assert_eq!(come(came("9:05"), None, "2026-12-03 9:10"), Err(Rejection::AlreadyIn { at: at("9:05") }));
    assert_eq!(come(left("16:40"), None, "2026-12-03 16:50"), Err(Rejection::AlreadyOut { at: at("16:40") }));
    assert_eq!(go(left("16:40"), None, "2026-12-03 16:50"), Err(Rejection::AlreadyOut { at: at("16:40") }));
    assert_eq!(go(BookingState::Confirmed, None, "2026-12-03 16:50"), Err(Rejection::NotIn));
}

#[test]
fn the_future_is_not_recorded_but_a_tablets_clock_may_run_ahead() {
    assert_eq!(come(BookingState::Confirmed, Some("2026-12-03 9:02"), "2026-12-03 9:00"), Ok(came("9:02")));
    assert_eq!(come(BookingState::Confirmed, Some("2026-12-03 9:02:01"), "2026-12-03 9:00"), Err(Rejection::InFuture));
    assert_eq!(go(came("9:05"), Some("2026-12-03 16:42:01"), "2026-12-03 16:40"), Err(Rejection::InFuture));
    let at = |moment| {
        let command = CheckIn { occurred_at: Some(moment), person: None, wall: None };
        check_in(&held(BookingState::Confirmed), &command, &[], RecordedBy::Staff, tokyo("2026-12-03 9:00"))
    };
    assert_eq!(at(DateTime::<Utc>::MAX_UTC), Err(Rejection::InFuture));
    assert_eq!(at(DateTime::<Utc>::MIN_UTC), Err(Rejection::OtherDay { day: day("2026-12-03") }));
}

#[test]
fn nobody_leaves_before_coming() {
    let at = tokyo("2026-12-03 9:05");
    assert_eq!(go(came("9:05"), Some("2026-12-03 9:04:59"), "2026-12-03 16:40"), Err(Rejection::BeforeCheckIn { at }));
}

#[test]
fn what_is_said_twice_within_a_minute_was_said_once() {
    let at = |clock: &str| tokyo(&format!("2026-12-03 {clock}"));
    assert_eq!(come(came("9:05"), None, "2026-12-03 9:05:59"), Ok(came("9:05")));
    assert_eq!(come(came("9:05"), Some("2026-12-03 9:04:01"), "2026-12-03 9:05:59"), Ok(came("9:05")));
    assert_eq!(come(came("9:05"), None, "2026-12-03 9:06"), Err(Rejection::AlreadyIn { at: at("9:05") }));
    assert_eq!(go(left("16:40"), None, "2026-12-03 16:40:59"), Ok(left("16:40")));
    assert_eq!(go(left("16:40"), None, "2026-12-03 16:41"), Err(Rejection::AlreadyOut { at: at("16:40") }));
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn other() -> Person {
    Person::Other { name: name("弓浜 星"), note: "電話で母に確認".to_owned() }
}

#[test]
fn a_child_goes_with_named_people_and_with_others_only_when_staff_say_so() {
    let grandmother = Person::Registered { name: name("弓浜 月") };
    let known = [name("弓浜 月")];
    let go = |person: Option<Person>, known: &[PersonName], by| {
        let command = CheckOut { occurred_at: None, person, wall: None };
        check_out(&held(came("9:05")), &command, known, by, tokyo("2026-12-03 16:40")).map(|recorded| recorded.unwrap().attended.fetched_by)
    };
    for by in [RecordedBy::Family, RecordedBy::Staff] {
        assert_eq!(go(None, &known, by), Err(Rejection::PersonMissing));
        assert_eq!(go(Some(Person::Guardian), &[], by), Ok(Some(Person::Guardian)));
        assert_eq!(go(Some(grandmother.clone()), &known, by), Ok(Some(grandmother.clone())));
        assert_eq!(go(Some(grandmother.clone()), &[], by), Err(Rejection::PersonUnknown));
    }
    assert_eq!(go(Some(other()), &known, RecordedBy::Staff), Ok(Some(other())));
    assert_eq!(go(Some(other()), &known, RecordedBy::Family), Err(Rejection::StaffDecide));
    let bring = |by| {
        let command = CheckIn { occurred_at: None, person: Some(other()), wall: None };
        check_in(&held(BookingState::Confirmed), &command, &known, by, tokyo("2026-12-03 9:05"))
    };
    assert_eq!(bring(RecordedBy::Family), Err(Rejection::StaffDecide));
    assert_eq!(bring(RecordedBy::Staff).unwrap().unwrap().attended.brought_by, Some(other()));
    assert!(check_person(&Person::Other { name: name("弓浜 星"), note: "　".to_owned() }).is_err());
    assert!(check_person(&Person::Other { name: name("弓浜 星"), note: "あ".repeat(201) }).is_err());
    assert!(check_person(&other()).is_ok() && check_person(&Person::Guardian).is_ok());
}

/// The same with a reason that only the facility may give.
fn with_reason(booking: Booking) -> Booking {
    let mut booking = booking;
    let own = ExemptReason { key: FACILITY_REASON.to_owned(), name: Localised::new("a", "a", "a"), by_family: false };
    booking.cancellation.exempt = vec![own];
    booking
}

#[test]
fn an_absence_means_what_was_agreed_and_only_as_staff_were_shown() {
    let booking = with_reason(held(BookingState::Confirmed));
    let late = CancelTerms { fee_yen: 1000, counts: true };
    let begun = tokyo("2026-12-03 9:00");
    assert_eq!(absent_terms(&booking, None, tokyo("2026-12-03 8:59:59")), Err(Rejection::NotBegun { starts_at: begun }));
    assert_eq!(absent_terms(&booking, None, begun), Ok(late));
    assert_eq!(absent_terms(&booking, Some(FACILITY_REASON), begun), Ok(CancelTerms::FREE));
    assert_eq!(absent_terms(&booking, Some("bored"), begun), Err(Rejection::ReasonUnknown));
    let mark = |release, reason: Option<&str>, seen, now: &str| {
        mark_absent(&booking, &MarkAbsent { occurred_at: None, release, reason: reason.map(str::to_owned), seen }, tokyo(now))
    };
    assert_eq!(mark(true, None, CancelTerms::FREE, "2026-12-03 10:00"), Err(Rejection::TermsChanged));
    let absent = |now: &str, terms: CancelTerms, exempt: Option<&str>, released| BookingState::Absent {
        at: tokyo(now),
        fee_yen: terms.fee_yen,
        counts: terms.counts,
        exempt: exempt.map(str::to_owned),
        released,
    };
    let now = "2026-12-03 10:00";
    assert_eq!(mark(false, None, late, now), Ok(absent(now, late, None, false)));
    assert_eq!(mark(true, Some(FACILITY_REASON), CancelTerms::FREE, now), Ok(absent(now, CancelTerms::FREE, Some(FACILITY_REASON), true)));
    // When the stay is over there is nothing left to release.
    assert_eq!(mark(true, None, late, "2026-12-03 17:00"), Ok(absent("2026-12-03 17:00", late, None, false)));
    let held_place = absent(now, late, None, false);
    assert!(held_place.is_active() && held_place.counts() && held_place.attendance() == Attendance::Absent);
    assert!(!absent(now, late, None, true).is_active() && !absent(now, CancelTerms::FREE, None, true).counts());
    assert_eq!(absent_terms(&held(came("9:05")), None, begun), Err(Rejection::AlreadyIn { at: tokyo("2026-12-03 9:05") }));
    assert_eq!(absent_terms(&held(left("9:30")), None, begun), Err(Rejection::AlreadyOut { at: tokyo("2026-12-03 9:30") }));
    assert_eq!(absent_terms(&held(held_place.clone()), None, begun), Err(Rejection::MarkedAbsent));
    assert_eq!(come(held_place, None, "2026-12-03 11:00"), Err(Rejection::MarkedAbsent));
}

#[test]
fn an_absence_stands_at_the_time_as_it_was_seen_whenever_the_server_hears_of_it() {
    let booking = held(BookingState::Confirmed);
    let seen = CancelTerms { fee_yen: 1000, counts: true };
    let mark = |at: &str, now: &str| {
        mark_absent(&booking, &MarkAbsent { occurred_at: Some(tokyo(at)), release: true, reason: None, seen }, tokyo(now))
    };
    let absent =
        |at: &str, released| Ok(BookingState::Absent { at: tokyo(at), fee_yen: seen.fee_yen, counts: seen.counts, exempt: None, released });
    assert_eq!(mark("2026-12-03 9:30", "2026-12-03 10:30"), absent("2026-12-03 9:30", true));
    // Heard of when the stay is over: nothing is left to release.
    assert_eq!(mark("2026-12-03 9:30", "2026-12-04 8:00"), absent("2026-12-03 9:30", false));
    assert_eq!(mark("2026-12-04 8:00", "2026-12-04 8:00"), absent("2026-12-04 8:00", false));
    assert_eq!(mark("2026-12-03 10:02", "2026-12-03 10:00"), absent("2026-12-03 10:02", true));
    assert_eq!(mark("2026-12-03 10:02:01", "2026-12-03 10:00"), Err(Rejection::InFuture));
    assert_eq!(mark("2026-12-03 8:59", "2026-12-03 10:00"), Err(Rejection::NotBegun { starts_at: tokyo("2026-12-03 9:00") }));
}

#[test]
fn what_is_taken_back_was_never_said() {
    let before = held(BookingState::Confirmed);
    let came = check_in(
        &before,
        &CheckIn { occurred_at: None, person: Some(Person::Guardian), wall: None },
        &[],
        RecordedBy::Staff,
        tokyo("2026-12-03 9:05"),
    )
    .unwrap()
    .unwrap();
    let here = Booking { state: came.state, attended: came.attended, ..before.clone() };
    let went = check_out(
        &here,
        &CheckOut { occurred_at: None, person: Some(other()), wall: None },
        &[],
        RecordedBy::Staff,
        tokyo("2026-12-03 16:40"),
    );
    let went = went.unwrap().unwrap();
    let gone = Booking { state: went.state, attended: went.attended, ..before.clone() };
    assert_eq!(undo(&gone), Ok((here.state.clone(), here.attended.clone())));
    assert_eq!(undo(&here), Ok((before.state.clone(), before.attended.clone())));
    assert_eq!(undo(&before), Err(Rejection::NothingToUndo));
    let seen = absent_terms(&before, None, tokyo("2026-12-03 10:00")).unwrap();
    let absent =
        mark_absent(&before, &MarkAbsent { occurred_at: None, release: true, reason: None, seen }, tokyo("2026-12-03 10:00")).unwrap();
    assert_eq!(undo(&held(absent)), Ok((before.state, before.attended)));
    assert_eq!(undo(&held(cancelled())), Err(Rejection::NothingToUndo));
}

#[test]
fn a_released_place_is_taken_again_only_while_it_is_there() {
    let booking = held(BookingState::Confirmed);
    let terms = temporary_care();
    let mut free = slot("2026-12-03");
    let taken = take_again(&booking, 0, &free, &terms, &[]).unwrap();
    assert_eq!(taken.bands[0].occupancy.peak(0, 480), 1);
    let elsewhere = Busy { starts_at: tokyo("2026-12-03 16:00"), ends_at: tokyo("2026-12-03 18:00"), facility: String::new() };
    assert_eq!(take_again(&booking, 0, &free, &terms, &[elsewhere]), Err(Rejection::ChildElsewhere));
    assert_eq!(take_again(&booking, 1, &free, &terms, &[]), Err(Rejection::PlaceGiven));
    free.bands[0].occupancy = free.bands[0].occupancy.plus(400, 480, 3);
    assert_eq!(take_again(&booking, 0, &free, &terms, &[]), Err(Rejection::PlaceGiven));
    let closed = Slot { state: SlotState::Closed, ..slot("2026-12-03") };
    assert_eq!(take_again(&booking, 0, &closed, &terms, &[]), Err(Rejection::PlaceGiven));
}

#[test]
fn a_correction_changes_what_it_names() {
    let correction =
        Correction { checked_in_at: None, checked_out_at: None, brought_by: None, fetched_by: None, reason: "押し間違い".to_owned() };
    let at = |clock: &str| Some(tokyo(&format!("2026-12-03 {clock}")));
    let now = tokyo("2026-12-04 9:00");
    let fix = |then: BookingState, command: Correction| correct(&held(then), &command, &[], now).map(|(state, _)| state);
    let from = |clock: &str| Correction { checked_in_at: at(clock), ..correction.clone() };
    let until = |clock: &str| Correction { checked_out_at: at(clock), ..correction.clone() };
    assert_eq!(fix(came("9:05"), from("8:55")), Ok(came("8:55")));
    assert_eq!(fix(left("16:40"), until("17:20")), Ok(left("17:20")));
    assert_eq!(fix(left("16:40"), until("9:00")), Err(Rejection::BeforeCheckIn { at: tokyo("2026-12-03 9:05") }));
    assert_eq!(fix(left("16:40"), from("16:41")), Err(Rejection::BeforeCheckIn { at: tokyo("2026-12-03 16:41") }));
    assert_eq!(fix(came("9:05"), until("16:00")), Err(Rejection::NothingToCorrect));
    assert_eq!(fix(came("9:05"), from("9:05")), Err(Rejection::NothingToCorrect));
    assert_eq!(fix(came("9:05"), correction.clone()), Err(Rejection::NothingToCorrect));
    assert_eq!(fix(BookingState::Confirmed, from("9:05")), Err(Rejection::NotIn));
    let tomorrow = Correction { checked_in_at: Some(tokyo("2026-12-04 8:00")), ..correction.clone() };
    assert_eq!(fix(came("9:05"), tomorrow), Err(Rejection::OtherDay { day: day("2026-12-03") }));
    let with = |person| Correction { fetched_by: Some(person), ..correction.clone() };
    assert_eq!(fix(left("16:40"), with(other())), Ok(left("16:40")));
    assert_eq!(fix(left("16:40"), with(Person::Registered { name: name("誰か") })), Err(Rejection::PersonUnknown));
}

/// What a stay that began at 9:00 costs and counts when the child left then: line by line, counted, late minutes.
fn settled(terms: Terms, until: &str, classes: &[&str], left: &str) -> (Vec<i64>, Vec<i64>, i64) {
    let at = |clock: &str| tokyo(&format!("2026-12-03 {clock}"));
    let asked = state(slot("2026-12-03"), terms, vec![child("sora", "2024-06-15")]);
    let now = tokyo("2026-11-20 10:00");
    let placed = crate::bookings::place(&asked, &ask_for(&asked).between(at("9:00"), at(until)), now).unwrap();
    let booking = booking(&asked, &placed, &placed.children[0], now);
    let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
    let known = SettleState {
        terms: &asked.terms,
        limits: &asked.limits,
        tier: Some(&placed.tier),
        age: 2,
        is_multiple_birth: false,
        hourly_yen: None,
        extras: &[],
        classes: &classes,
    };
    let (settled, allowances) = settle(&booking, &known, at(left));
    assert_eq!(settled.fee_yen, settled.fee_lines.iter().map(|line| line.yen).sum::<i64>());
    assert_eq!(allowances.len(), asked.terms.limits.len());
    (
        settled.fee_lines.iter().map(|line| line.yen).collect(),
        settled.counted.iter().map(|counted| counted.amount).collect(),
        settled.late_minutes,
    )
}

#[test]
fn late_minutes_count_and_are_paid_as_the_programme_says() {
    let hours = |yen: i64, grace_minutes| {
        let mut terms = open_nursery();
        terms.fees[0].yen = yen;
        terms.late_pick_up = LatePickUp::Counts { grace_minutes };
        terms.reliefs =
            vec![Relief { class: "little_income".to_owned(), name: Localised::new("a", "a", "a"), off: ReliefUnit::Hour { yen: 200 } }];
        terms
    };
    /// Yen for an hour, grace, classes, left at; then lines, minutes counted, minutes late.
    type Row = (i64, i64, &'static [&'static str], &'static str, &'static [i64], i64, i64);
    let rows: [Row; 9] = [
        (300, 0, &[], "11:00", &[600], 120, 0),
        (300, 0, &[], "10:20", &[600], 120, 0),
        (300, 0, &[], "11:00:01", &[600, 150], 150, 1),
        (300, 0, &[], "11:30", &[600, 150], 150, 30),
        (300, 0, &[], "11:30:01", &[600, 300], 180, 31),
        (401, 0, &[], "11:10", &[802, 200], 150, 10),
        (300, 5, &[], "11:05", &[600], 120, 0),
        (300, 5, &[], "11:05:01", &[600, 150], 150, 6),
        (300, 0, &["little_income"], "11:10", &[600, 150, -500], 150, 10),
    ];
    for (yen, grace, classes, left, lines, counted, late) in rows {
        assert_eq!(settled(hours(yen, grace), "11:00", classes, left), (lines.to_vec(), vec![counted], late), "{yen} {grace} {left}");
    }
    let plain = |left: &str| settled(open_nursery(), "11:00", &[], left);
    assert_eq!((plain("12:00"), plain("9:10")), ((vec![600], vec![120], 0), (vec![600], vec![120], 0)));
    let shortens = |left: &str| settled(Terms { early_leaving: EarlyLeaving::Shortens, ..open_nursery() }, "11:00", &[], left);
    for (left, yen, counted) in [("9:10", 300, 60), ("10:00", 300, 60), ("10:00:01", 450, 90), ("10:31", 600, 120), ("11:20", 600, 120)] {
        assert_eq!(shortens(left), (vec![yen], vec![counted], 0), "{left}");
    }
}

#[test]
fn started_units_after_the_end_are_paid_and_the_limit_stays() {
    let fee = LatePickUp::Fee { grace_minutes: 10, per_minutes: 30, yen: 500 };
    for (left, lines, late) in [
        ("16:00", vec![2000], 0),
        ("17:10", vec![2000], 0),
        ("17:10:01", vec![2000, 500], 11),
        ("17:30", vec![2000, 500], 30),
        ("17:30:01", vec![2000, 1000], 31),
    ] {
        let terms = Terms { late_pick_up: fee, ..temporary_care() };
        assert_eq!(settled(terms, "17:00", &[], left), (lines, vec![2], late), "{left}");
    }
}

#[test]
fn what_is_due_and_used_follows_the_state() {
    let mut booking = held(left("17:20"));
    assert_eq!((booking.due().0, booking.uses().len()), (2000, 1));
    booking.attended.settled = Some(Settled { fee_yen: 2500, late_minutes: 20, ..Settled::default() });
    assert_eq!((booking.due().0, booking.uses().len()), (2500, 0));
    let gone = |state| (held(BookingState::Confirmed).due().0, Booking { state, ..held(BookingState::Confirmed) });
    let (estimate, cancelled) = gone(cancelled());
    assert_eq!((estimate, cancelled.due().0, cancelled.uses().len()), (2000, 0, 0));
}

#[test]
fn a_code_that_is_scanned_twice_sends_nobody_home() {
    let next = |state: &BookingState, now: &str| next_act(state, tokyo(&format!("2026-12-03 {now}")));
    assert_eq!(next(&BookingState::Confirmed, "9:05"), Some(NextAct::CheckIn));
    assert_eq!((next(&came("9:05"), "9:05:59"), next(&came("9:05"), "9:06")), (None, Some(NextAct::CheckOut)));
    assert_eq!((next(&left("16:40"), "17:00"), next(&cancelled(), "17:00")), (None, None));
}

#[test]
fn a_pin_is_six_digits_that_nobody_would_try_first() {
    use validator::Validate;
    let fits = |pin: &str| NewPin { pin: pin.to_owned() }.validate().is_ok();
    assert!(fits("384920") && fits("000001"));
    assert!(["", "38492", "3849201", "38492a", "３８４９２０", "111111", "123456", "654321", "012345"].iter().all(|pin| !fits(pin)));
}

#[test]
fn a_code_is_read_however_it_is_typed() {
    let code = code_of(&[0, 1, 17, 31, 32, 63, 255, 20, 21, 22, 23, 24]);
    assert_eq!(code, "01HZ0ZZMNPQR");
    assert_eq!(grouped_code(&code), "01HZ-0ZZM-NPQR");
    for typed in [" 01hz-0zzm-npqr\n", "０１ＨＺ　０ＺＺＭ　ＮＰＱＲ", "olhz ozzm npqr", "01HZ−0ZZMーNPQR"] {
        assert_eq!(read_code(typed), code, "{typed}");
    }
    assert_eq!(read_code("  - "), "");
}
