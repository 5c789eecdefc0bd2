//! Cancelling: when it is free, what it costs and counts otherwise, and who may say why.

use super::*;

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
