//! Bookings that the facility decides on: the place is held, and for how long.

use super::*;
use crate::programmes::{Confirmation, IfSilent};

fn by_facility(hours: u32) -> Confirmation {
    Confirmation::ByFacility { hours, if_silent: IfSilent::Decline }
}

/// Until when the facility decides; the stay begins on 3 December at 9:00.
fn decide_by(asked: &PlaceState, now: &str) -> DateTime<Utc> {
    match whole(asked, tokyo(now)).unwrap().state {
        BookingState::Requested { decide_by } => decide_by,
        other => panic!("{other:?} is no request"),
    }
}

#[test]
fn the_facility_decides_in_time_and_never_after_the_start() {
    let mut asked = by_blocks();
    asked.terms.closes = Deadline::MinutesBefore { minutes: 0 };
    asked.terms.confirmation = by_facility(48);
    assert_eq!(decide_by(&asked, "2026-11-20 10:00"), tokyo("2026-11-22 10:00"));
    assert_eq!(decide_by(&asked, "2026-12-01 9:00"), tokyo("2026-12-03 9:00"));
    assert_eq!(decide_by(&asked, "2026-12-01 9:01"), tokyo("2026-12-03 9:00"));
    assert_eq!(decide_by(&asked, "2026-12-03 8:59"), tokyo("2026-12-03 9:00"));
    for hours in [720, u32::MAX] {
        asked.terms.confirmation = by_facility(hours);
        assert_eq!(decide_by(&asked, "2026-11-20 10:00"), tokyo("2026-12-03 9:00"));
    }
    // The stay's own start, not the slot's.
    let mut asked = by_hours();
    asked.terms.confirmation = by_facility(720);
    let afternoon = ask(&asked, "14:00", "16:00", now()).unwrap();
    assert_eq!(afternoon.state, BookingState::Requested { decide_by: tokyo("2026-12-03 14:00") });
}

#[test]
fn a_facility_may_do_it_its_own_way() {
    let mut asked = by_blocks();
    asked.slot.confirmation = Some(by_facility(1));
    assert_eq!(decide_by(&asked, "2026-11-20 10:00"), tokyo("2026-11-20 11:00"));
    asked.terms.confirmation = by_facility(48);
    assert_eq!(decide_by(&asked, "2026-11-20 10:00"), tokyo("2026-11-20 11:00"));
    asked.slot.confirmation = Some(Confirmation::Instant);
    assert_eq!(whole(&asked, now()).unwrap().state, BookingState::Confirmed);
}

#[test]
fn the_family_is_told_before_that_it_must_wait() {
    let mut asked = by_blocks();
    asked.terms.confirmation = by_facility(48);
    let told = quote(&asked, &ask_for(&asked), now());
    assert_eq!(told.state, Some(BookingState::Requested { decide_by: tokyo("2026-11-22 10:00") }));
    asked.slot.state = SlotState::Closed;
    assert_eq!(quote(&asked, &ask_for(&asked), now()).state, None);
}

#[test]
fn what_is_held_is_taken_and_what_is_declined_is_not() {
    let mut asked = by_blocks();
    asked.terms.confirmation = by_facility(48);
    asked.slot.bands[0].capacity = 1;
    let placed = whole(&asked, now()).unwrap();
    let held = booking(&asked, &placed, &placed.children[0], now());
    let declined = Booking { state: BookingState::Declined { at: now(), message: "満室".to_owned() }, ..held.clone() };
    assert_eq!((held.state.is_active(), declined.state.is_active()), (true, false));
    let account = december("temporary_care", LimitUnit::HalfDays);
    let used = |booking: &Booking| usage([booking], &"sora".into(), &account).total;
    assert_eq!((used(&held), used(&declined)), (2, 0));
    let next = PlaceState { slot: placed.slot, children: vec![two_year_old("umi")], ..asked };
    assert_eq!(rejections(whole(&next, now())), [Rejection::SlotFull { left: 0, wanted: 1 }]);
}

#[test]
fn a_state_has_a_form_on_the_wire() {
    let wire = |state: &BookingState| serde_json::to_value(state).unwrap();
    let declined = BookingState::Declined { at: now(), message: String::new() };
    assert_eq!(wire(&declined), serde_json::json!({ "kind": "declined", "at": "2026-11-20T01:00:00Z", "message": "" }));
    let requested = BookingState::Requested { decide_by: now() };
    assert_eq!(wire(&requested), serde_json::json!({ "kind": "requested", "decide_by": "2026-11-20T01:00:00Z" }));
    for state in [declined, requested] {
        assert_eq!(serde_json::from_value::<BookingState>(wire(&state)).unwrap(), state);
    }
}

/// Asked for on 20 November at 10:00; the facility decides until 22 November, 10:00.
fn requested() -> Booking {
    let mut asked = by_blocks();
    asked.terms.confirmation = by_facility(48);
    let placed = whole(&asked, now()).unwrap();
    booking(&asked, &placed, &placed.children[0], now())
}

const LAST: &str = "2026-11-22 9:59:59";
const OVER: &str = "2026-11-22 10:00";

#[test]
fn the_facility_confirms_or_declines_while_there_is_time() {
    let say = |accept, clock: &str| decide(&requested(), &Decide { accept, message: "満室".to_owned() }, tokyo(clock));
    assert_eq!(say(true, LAST), Ok(BookingState::Confirmed));
    assert_eq!(say(false, LAST), Ok(BookingState::Declined { at: tokyo(LAST), message: "満室".to_owned() }));
    let too_late = DecideRejection::TooLate { decide_by: tokyo(OVER) };
    assert_eq!([say(true, OVER), say(false, OVER)], [Err(too_late), Err(too_late)]);
    // What is decided, cancelled or begun stays as it is.
    let at = tokyo(LAST);
    let cancelled = BookingState::Cancelled { at, fee_yen: 0, counts: false, exempt: None };
    let declined = BookingState::Declined { at, message: String::new() };
    let (came, left) = (BookingState::CheckedIn { at }, BookingState::CheckedOut { checked_in_at: at, at });
    for state in [BookingState::Confirmed, cancelled, declined, came, left] {
        let command = Decide { accept: false, message: String::new() };
        assert_eq!(decide(&Booking { state, ..requested() }, &command, at), Err(DecideRejection::NotRequested));
    }
}

#[test]
fn what_nobody_decides_the_programme_does() {
    let silent = |if_silent| Confirmation::ByFacility { hours: 48, if_silent };
    let then = |confirmation, clock: &str| lapse(&requested(), confirmation, tokyo(clock));
    assert_eq!([then(silent(IfSilent::Confirm), LAST), then(silent(IfSilent::Decline), LAST)], [None, None]);
    assert_eq!(then(silent(IfSilent::Confirm), OVER), Some(BookingState::Confirmed));
    let declined = BookingState::Declined { at: tokyo(OVER), message: String::new() };
    assert_eq!(then(silent(IfSilent::Decline), OVER), Some(declined));
    assert_eq!(then(Confirmation::Instant, OVER), Some(BookingState::Confirmed));
    let confirmed = Booking { state: BookingState::Confirmed, ..requested() };
    assert_eq!(lapse(&confirmed, silent(IfSilent::Decline), tokyo(OVER)), None);
}
