//! Reminders: the evening before a stay, with what to bring, and before cancelling it stops being free.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::bookings::{Booking, BookingState, CancelTerms, late_terms};
use crate::time::{at, days_before, tokyo, tokyo_day};

/// Of what a family is reminded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reminder {
    /// That a stay is tomorrow.
    Eve,
    /// That cancelling stops being free.
    FreeUntil,
}

/// In the evening: day care is over and children are fetched (延長保育 ends between 18:00 and 19:00), there is time to pack, and three hours
/// are left until notices rest at night.
fn evening() -> NaiveTime {
    NaiveTime::from_hms_opt(18, 0, 0).unwrap_or_default()
}

/// So long before the deadline a family hears of it, where that is by day.
const BEFORE_DEADLINE: TimeDelta = TimeDelta::hours(3);
/// By day: when somebody who works can be expected to look and decide (Tokyo).
fn is_by_day(time: NaiveTime) -> bool {
    NaiveTime::from_hms_opt(9, 0, 0).is_some_and(|from| from <= time) && time <= NaiveTime::from_hms_opt(20, 0, 0).unwrap_or_default()
}

impl Reminder {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Eve, Self::FreeUntil];

    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eve => "eve",
            Self::FreeUntil => "free_until",
        }
    }

    /// The reminder of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reminder| reminder.as_str() == word)
    }

    /// The event by which the family is told.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Eve => "booking.reminder",
            Self::FreeUntil => "booking.free_until",
        }
    }

    /// When the family of a booking is reminded, as the booking stands; none where there is nothing to be reminded of, or where it was booked
    /// so late that everything was just said.
    pub fn due_at(self, booking: &Booking) -> Option<DateTime<Utc>> {
        if booking.state != BookingState::Confirmed {
            return None;
        }
        let due = match self {
            Self::Eve => at(days_before(tokyo_day(booking.starts_at), 1), evening()),
            // A deadline that costs nothing to miss is none.
            Self::FreeUntil if late_terms(booking) == CancelTerms::FREE || booking.free_until > booking.starts_at => return None,
            Self::FreeUntil => by_day(booking.free_until - BEFORE_DEADLINE),
        };
        (booking.created_at < due).then_some(due)
    }

    /// Until when telling it still helps.
    pub fn over_at(self, booking: &Booking) -> DateTime<Utc> {
        match self {
            Self::Eve => booking.starts_at,
            Self::FreeUntil => booking.free_until.min(booking.starts_at),
        }
    }

    /// Of what a family would hear at once of one stay, the one that says all of it: the notice on the eve names the deadline too.
    pub fn that_says_all(due: impl IntoIterator<Item = Self>) -> Option<Self> {
        due.into_iter().min()
    }

    /// Whether a booking is reminded of now.
    pub fn is_due(self, booking: &Booking, now: DateTime<Utc>) -> bool {
        self.due_at(booking).is_some_and(|due| due <= now) && now < self.over_at(booking)
    }
}

/// The moment itself where it is by day, else the last evening before it.
fn by_day(moment: DateTime<Utc>) -> DateTime<Utc> {
    let local = tokyo(moment);
    if is_by_day(local.time()) {
        return moment;
    }
    let day = local.date_naive();
    at(if local.time() < evening() { days_before(day, 1) } else { day }, evening())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::{ask_for, booking, child, slot, state, temporary_care, tokyo};

    /// A day on 3 December, 9:00 to 17:00, that costs something to cancel late.
    fn held(created: &str, free_until: &str) -> Booking {
        let asked = state(slot("2026-12-03"), temporary_care(), vec![child("sora", "2024-06-15")]);
        let now = tokyo("2026-11-20 10:00");
        let placed = crate::bookings::place(&asked, &ask_for(&asked), now).unwrap();
        let mut held = booking(&asked, &placed, &placed.children[0], now);
        held.cancellation.late_counts = true;
        Booking { state: BookingState::Confirmed, created_at: tokyo(created), free_until: tokyo(free_until), ..held }
    }

    #[test]
    fn the_evening_before_is_at_six_and_not_for_who_booked_after_it() {
        let due = |created| Reminder::Eve.due_at(&held(created, "2026-12-02 15:00"));
        assert_eq!(due("2026-11-20 10:00"), Some(tokyo("2026-12-02 18:00")));
        assert_eq!(due("2026-12-02 17:59:59"), Some(tokyo("2026-12-02 18:00")));
        assert_eq!(due("2026-12-02 18:00"), None);
        let asked = Booking {
            state: BookingState::Requested { decide_by: tokyo("2026-12-02 17:00") },
            ..held("2026-11-20 10:00", "2026-12-02 15:00")
        };
        assert_eq!(Reminder::ALL.map(|reminder| reminder.due_at(&asked)), [None, None]);
    }

    #[test]
    fn a_deadline_is_told_three_hours_before_or_the_evening_before() {
        let due = |free_until| Reminder::FreeUntil.due_at(&held("2026-11-20 10:00", free_until));
        for (free_until, told) in [
            ("2026-12-02 15:00", "2026-12-02 12:00"),
            ("2026-12-02 12:00", "2026-12-02 09:00"),
            ("2026-12-02 11:59", "2026-12-01 18:00"),
            ("2026-12-02 23:00", "2026-12-02 20:00"),
            ("2026-12-03 00:00", "2026-12-02 18:00"),
            ("2026-12-03 02:30", "2026-12-02 18:00"),
            ("2026-12-03 08:00", "2026-12-02 18:00"),
            ("2026-12-03 09:00", "2026-12-02 18:00"),
        ] {
            assert_eq!(due(free_until), Some(tokyo(told)), "{free_until}");
        }
        assert_eq!(Reminder::FreeUntil.due_at(&held("2026-12-02 12:00", "2026-12-02 15:00")), None);
    }

    #[test]
    fn nobody_is_told_of_a_deadline_that_costs_nothing() {
        let mut free = held("2026-11-20 10:00", "2026-12-02 15:00");
        free.cancellation.late_counts = false;
        free.cancellation.late_fee_percent = 0;
        assert_eq!(Reminder::FreeUntil.due_at(&free), None);
    }

    #[test]
    fn what_is_over_is_not_told() {
        let held = held("2026-11-20 10:00", "2026-12-02 15:00");
        let told = |reminder: Reminder, now| reminder.is_due(&held, tokyo(now));
        assert_eq!(
            ["2026-12-02 17:59", "2026-12-02 18:00", "2026-12-03 8:59", "2026-12-03 9:00"].map(|now| told(Reminder::Eve, now)),
            [false, true, true, false]
        );
        assert_eq!(
            ["2026-12-02 11:59", "2026-12-02 12:00", "2026-12-02 15:00"].map(|now| told(Reminder::FreeUntil, now)),
            [false, true, false]
        );
    }

    proptest! {
        #[test]
        fn a_deadline_is_told_by_day_and_in_time(minutes in 0_i64..60 * 24 * 20) {
            let mut held = held("2026-01-01 10:00", "2026-12-02 15:00");
            held.free_until = held.starts_at - TimeDelta::minutes(minutes);
            let due = Reminder::FreeUntil.due_at(&held).unwrap();
            prop_assert!(is_by_day(crate::time::tokyo(due).time()));
            let ahead = held.free_until - due;
            prop_assert!(ahead >= BEFORE_DEADLINE && ahead < TimeDelta::hours(24), "{ahead}");
        }
    }
}
