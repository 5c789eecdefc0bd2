//! Cancelling: when it is free, what it costs and counts otherwise, and who may say why.

use super::*;
use crate::programmes::ExemptReason;

/// Cancels for the family: what it means. What was shown before is what is done.
fn terms(booking: &Booking, command: &Cancel, now: DateTime<Utc>) -> Result<CancelTerms, CancelRejection> {
    by(CancelledBy::Family, booking, command, now)
}

fn by(who: CancelledBy, booking: &Booking, command: &Cancel, now: DateTime<Utc>) -> Result<CancelTerms, CancelRejection> {
    let shown = cancel_terms(booking, command.reason.as_deref(), who, now);
    cancel(booking, command, who, now).map(|state| {
        let terms = shown.unwrap();
        let CancelTerms { fee_yen, counts } = terms;
        assert_eq!(state, BookingState::Cancelled { at: now, fee_yen, counts, exempt: command.reason.clone() });
        terms
    })
}

/// Booked on 20 November at 10:00 for ¥3,001; free until 2 December, 15:00.
fn held() -> Booking {
    let mut asked = by_blocks();
    asked.crossing = across(0);
    let placed = whole(&asked, now()).unwrap();
    booking(&asked, &placed, &placed.children[0], now())
}

const FREE: CancelTerms = CancelTerms::FREE;
/// Half of ¥3,001, rounded down.
const LATE: CancelTerms = CancelTerms { fee_yen: 1500, counts: true };

#[test]
fn cancelling_is_free_until_its_deadline() {
    let cancel_at = |clock: &str| terms(&held(), &Cancel::default(), tokyo(clock));
    assert_eq!(cancel_at("2026-12-02 14:59:59"), Ok(FREE));
    assert_eq!(cancel_at("2026-12-02 15:00"), Ok(LATE));
    assert_eq!(cancel_at("2026-12-03 09:00"), Ok(LATE));
    assert_eq!(cancel_at("2026-12-03 16:59:59"), Ok(LATE));
    assert_eq!(cancel_at("2026-12-03 17:00"), Err(CancelRejection::Over));
}

#[test]
fn a_slip_of_the_finger_can_be_undone() {
    let late = Booking { created_at: tokyo("2026-12-02 16:00"), ..held() };
    assert_eq!(terms(&late, &Cancel::default(), tokyo("2026-12-02 16:09:59")), Ok(FREE));
    assert_eq!(terms(&late, &Cancel::default(), tokyo("2026-12-02 16:10")), Ok(LATE));
    let last_minute = Booking { created_at: tokyo("2026-12-03 08:55"), ..held() };
    assert_eq!(terms(&last_minute, &Cancel::default(), tokyo("2026-12-03 08:59:59")), Ok(FREE));
    assert_eq!(terms(&last_minute, &Cancel::default(), tokyo("2026-12-03 09:00")), Ok(LATE));
}

#[test]
fn nobody_learns_the_price_afterwards() {
    let seen = |terms| Cancel { seen: Some(terms), reason: None };
    let (early, late) = (tokyo("2026-12-02 14:59:59"), tokyo("2026-12-02 15:00"));
    assert_eq!(terms(&held(), &seen(FREE), early), Ok(FREE));
    assert_eq!(terms(&held(), &seen(FREE), late), Err(CancelRejection::TermsChanged));
    assert_eq!(terms(&held(), &seen(LATE), late), Ok(LATE));
    assert_eq!(terms(&held(), &seen(CancelTerms { counts: false, ..LATE }), late), Err(CancelRejection::TermsChanged));
}

#[test]
fn what_is_cancelled_or_begun_cannot_be_cancelled() {
    let at = tokyo("2026-12-03 09:05");
    let in_state = |state| terms(&Booking { state, ..held() }, &Cancel::default(), at);
    assert_eq!(in_state(BookingState::Cancelled { at, fee_yen: 0, counts: false, exempt: None }), Err(CancelRejection::Already));
    assert_eq!(in_state(BookingState::CheckedIn { at }), Err(CancelRejection::Started));
    assert_eq!(in_state(BookingState::CheckedOut { checked_in_at: at, at }), Err(CancelRejection::Started));
}

#[test]
fn only_cancelled_bookings_give_their_place_back() {
    let at = now();
    assert!(BookingState::Confirmed.is_active());
    assert!(BookingState::CheckedIn { at }.is_active());
    assert!(BookingState::CheckedOut { checked_in_at: at, at }.is_active());
    assert!(!BookingState::Cancelled { at, fee_yen: 0, counts: true, exempt: None }.is_active());
}

/// The same booking with two exempt reasons: a child's illness, which the family may say, and the facility's fault, which it may not.
fn with_exempt_reasons() -> Booking {
    let mut booking = held();
    booking.cancellation.exempt = [("child_ill", true), ("facility_fault", false)]
        .map(|(key, by_family)| ExemptReason { key: key.to_owned(), name: Localised::new(key, key, key), by_family })
        .to_vec();
    booking
}

fn because(reason: &str) -> Cancel {
    Cancel { seen: None, reason: Some(reason.to_owned()) }
}

#[test]
fn an_exempt_reason_costs_and_counts_nothing() {
    let (booking, late) = (with_exempt_reasons(), tokyo("2026-12-03 8:00"));
    assert_eq!(terms(&booking, &Cancel::default(), late), Ok(LATE));
    assert_eq!(terms(&booking, &because("child_ill"), late), Ok(FREE));
    assert_eq!(by(CancelledBy::Facility, &booking, &because("child_ill"), late), Ok(FREE));
    assert_eq!(by(CancelledBy::Facility, &booking, &because("facility_fault"), late), Ok(FREE));
    // Also when the stay has begun and the child has not come; not when it is over.
    assert_eq!(terms(&booking, &because("child_ill"), tokyo("2026-12-03 16:59")), Ok(FREE));
    assert_eq!(terms(&booking, &because("child_ill"), tokyo("2026-12-03 17:00")), Err(CancelRejection::Over));
    // The month's limit is given back.
    let state = cancel(&booking, &because("child_ill"), CancelledBy::Family, late).unwrap();
    assert_eq!(state, BookingState::Cancelled { at: late, fee_yen: 0, counts: false, exempt: Some("child_ill".to_owned()) });
    let (account, cancelled) = (booking.counted[0].account.clone(), Booking { state, ..booking.clone() });
    let used = |booking: &Booking| usage([booking], &"sora".into(), &account);
    assert_eq!((used(&booking), used(&cancelled)), (Usage { total: 2, away: 2 }, Usage::default()));
}

#[test]
fn only_known_reasons_are_given_and_some_only_by_the_facility() {
    let (booking, late) = (with_exempt_reasons(), tokyo("2026-12-03 8:00"));
    assert_eq!(terms(&booking, &because("facility_fault"), late), Err(CancelRejection::ReasonUnknown));
    for who in [CancelledBy::Family, CancelledBy::Facility] {
        assert_eq!(by(who, &booking, &because("bored"), late), Err(CancelRejection::ReasonUnknown));
        // What was agreed when it was booked holds: no reasons then, none now.
        assert_eq!(by(who, &held(), &because("child_ill"), late), Err(CancelRejection::ReasonUnknown));
    }
    // Also where cancelling is free anyway: a reason is never written down that nobody may give.
    assert_eq!(terms(&booking, &because("facility_fault"), tokyo("2026-12-01 8:00")), Err(CancelRejection::ReasonUnknown));
}

#[test]
fn what_the_facility_has_not_decided_is_cancelled_free() {
    let requested = Booking { state: BookingState::Requested { decide_by: tokyo("2026-12-03 9:00") }, ..held() };
    for clock in ["2026-11-21 9:00", "2026-12-02 15:00", "2026-12-03 8:59:59", "2026-12-03 16:59:59"] {
        assert_eq!(terms(&requested, &Cancel::default(), tokyo(clock)), Ok(FREE), "{clock}");
    }
    assert_eq!(terms(&requested, &Cancel::default(), tokyo("2026-12-03 17:00")), Err(CancelRejection::Over));
    assert_eq!(terms(&Booking { state: BookingState::Confirmed, ..requested }, &Cancel::default(), tokyo("2026-12-02 15:00")), Ok(LATE));
    let declined = Booking { state: BookingState::Declined { at: now(), message: String::new() }, ..held() };
    assert_eq!(terms(&declined, &Cancel::default(), now()), Err(CancelRejection::Already));
}
