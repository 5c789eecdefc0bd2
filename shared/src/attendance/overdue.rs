//! Children who should have been fetched some time ago.

use chrono::{DateTime, TimeDelta, Utc};

use super::BoardEntry;
use crate::bookings::{Booking, BookingState};
use crate::programmes::{LatePickUp, Terms};

/// So long after the agreed time nobody worries.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// From when on a child that is there should have been fetched: after the programme's grace, and some minutes in any case.
fn worried_at(booking: &Booking, terms: Option<&Terms>) -> DateTime<Utc> {
    let grace = match terms.map(|terms| terms.late_pick_up) {
        Some(LatePickUp::Counts { grace_minutes } | LatePickUp::Fee { grace_minutes, .. }) => TimeDelta::minutes(grace_minutes),
        Some(LatePickUp::Nothing) | None => TimeDelta::zero(),
    };
    booking.ends_at + grace.max(PATIENCE)
}

/// Whether a child is there and should have been fetched some time ago, by its programme's rules where they are known.
pub fn is_overdue(booking: &Booking, terms: Option<&Terms>, now: DateTime<Utc>) -> bool {
    matches!(booking.state, BookingState::CheckedIn { .. }) && worried_at(booking, terms) < now
}

/// Those of a board whose check-out is overdue, the longest first.
pub fn overdue<'a, 't>(
    entries: &'a [BoardEntry],
    terms: impl Fn(&Booking) -> Option<&'t Terms>,
    now: DateTime<Utc>,
) -> Vec<&'a BoardEntry> {
    let mut found: Vec<&BoardEntry> = entries.iter().filter(|entry| is_overdue(&entry.booking, terms(&entry.booking), now)).collect();
    found.sort_by(|a, b| (a.booking.ends_at, &a.booking.child.kana).cmp(&(b.booking.ends_at, &b.booking.child.kana)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{ask_for, booking, child, slot, state, temporary_care, tokyo};

    /// Booked from 9:00 to 17:00.
    fn held(then: BookingState) -> Booking {
        let asked = state(slot("2026-12-03"), temporary_care(), vec![child("sora", "2024-06-15")]);
        let now = tokyo("2026-11-20 10:00");
        let placed = crate::bookings::place(&asked, &ask_for(&asked), now).unwrap();
        Booking { state: then, ..booking(&asked, &placed, &placed.children[0], now) }
    }

    #[test]
    fn staff_worry_after_the_programmes_grace_and_ten_minutes_at_least() {
        let here = held(BookingState::CheckedIn { at: tokyo("2026-12-03 9:05") });
        let with = |late_pick_up| Terms { late_pick_up, ..temporary_care() };
        let after = |terms: Option<&Terms>, now: &str| is_overdue(&here, terms, tokyo(&format!("2026-12-03 {now}")));
        assert_eq!([after(None, "17:10"), after(None, "17:10:01")], [false, true]);
        let short = with(LatePickUp::Counts { grace_minutes: 0 });
        assert_eq!([after(Some(&short), "17:10"), after(Some(&short), "17:11")], [false, true]);
        let long = with(LatePickUp::Fee { grace_minutes: 15, per_minutes: 30, yen: 500 });
        assert_eq!([after(Some(&long), "17:15"), after(Some(&long), "17:16")], [false, true]);
    }

    #[test]
    fn only_who_is_there_is_overdue() {
        let now = tokyo("2026-12-03 20:00");
        let gone = BookingState::CheckedOut { checked_in_at: tokyo("2026-12-03 9:05"), at: tokyo("2026-12-03 17:00") };
        assert!(!is_overdue(&held(BookingState::Confirmed), None, now) && !is_overdue(&held(gone), None, now));
    }
}
