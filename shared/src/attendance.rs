//! Attendance: a child comes and goes, at the times as they happened; and the board that staff work by.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::bookings::{Booking, BookingState};
use crate::families::Allergy;
use crate::problem::{Datum, Reason};
use crate::slots::Slot;
use crate::text::{PersonName, Phone};
use crate::time::tokyo_day;

/// A child comes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckIn {
    /// When it happened; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
}

/// A child goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckOut {
    /// When it happened; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
    /// Who fetched the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 60, code = "text.too_long"))]
    pub picked_up_by: Option<String>,
}

/// Why a child cannot be checked in or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The booking is cancelled.
    Cancelled,
    /// The facility has not decided yet.
    NotConfirmed,
    /// The booking is for another day.
    OtherDay {
        /// The day.
        day: NaiveDate,
    },
    /// The child has come already.
    AlreadyIn {
        /// When.
        at: DateTime<Utc>,
    },
    /// The child has left already.
    AlreadyOut {
        /// When.
        at: DateTime<Utc>,
    },
    /// The child has not come.
    NotIn,
    /// The time is still to come.
    InFuture,
    /// It would leave before it came.
    BeforeCheckIn {
        /// When it came.
        at: DateTime<Utc>,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "attendance.cancelled",
            Self::NotConfirmed => "attendance.not_confirmed",
            Self::OtherDay { .. } => "attendance.other_day",
            Self::AlreadyIn { .. } => "attendance.already_in",
            Self::AlreadyOut { .. } => "attendance.already_out",
            Self::NotIn => "attendance.not_in",
            Self::InFuture => "attendance.in_future",
            Self::BeforeCheckIn { .. } => "attendance.before_check_in",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::Cancelled | Self::NotConfirmed | Self::NotIn | Self::InFuture => reason,
            Self::OtherDay { day } => reason.with("day", Datum::Day(day)),
            Self::AlreadyIn { at } | Self::AlreadyOut { at } | Self::BeforeCheckIn { at } => reason.with("at", Datum::Moment(at)),
        }
    }
}

/// A tablet's clock may run ahead by so much.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(2);

fn check_moment(booking: &Booking, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Rejection> {
    // A stay over night is on all its days.
    let (day, last) = (tokyo_day(booking.starts_at), tokyo_day(booking.ends_at));
    if at > now + CLOCK_SLACK {
        Err(Rejection::InFuture)
    } else if !(day..=last).contains(&tokyo_day(at)) {
        Err(Rejection::OtherDay { day })
    } else {
        Ok(())
    }
}

/// A child comes: the booking's next state.
pub fn check_in(booking: &Booking, command: &CheckIn, now: DateTime<Utc>) -> Result<BookingState, Rejection> {
    match booking.state {
        BookingState::Confirmed => {
            let at = command.occurred_at.unwrap_or(now);
            check_moment(booking, at, now)?;
            Ok(BookingState::CheckedIn { at })
        }
        BookingState::CheckedIn { at } => Err(Rejection::AlreadyIn { at }),
        BookingState::CheckedOut { at, .. } => Err(Rejection::AlreadyOut { at }),
        BookingState::Cancelled { .. } | BookingState::Declined { .. } => Err(Rejection::Cancelled),
        BookingState::Requested { .. } => Err(Rejection::NotConfirmed),
    }
}

/// A child goes: the booking's next state.
pub fn check_out(booking: &Booking, command: &CheckOut, now: DateTime<Utc>) -> Result<BookingState, Rejection> {
    match booking.state {
        BookingState::CheckedIn { at: checked_in_at } => {
            let at = command.occurred_at.unwrap_or(now);
            check_moment(booking, at, now)?;
            if at < checked_in_at {
                return Err(Rejection::BeforeCheckIn { at: checked_in_at });
            }
            Ok(BookingState::CheckedOut { checked_in_at, at })
        }
        BookingState::Confirmed => Err(Rejection::NotIn),
        BookingState::CheckedOut { at, .. } => Err(Rejection::AlreadyOut { at }),
        BookingState::Cancelled { .. } | BookingState::Declined { .. } => Err(Rejection::Cancelled),
        BookingState::Requested { .. } => Err(Rejection::NotConfirmed),
    }
}

/// What somebody is to the child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Relation {
    /// The guardian who has the account.
    Guardian,
    /// Somebody else.
    Other {
        /// What they are, as the family wrote it; may be empty.
        words: String,
    },
}

/// Somebody to call, or who may pick the child up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardContact {
    /// Name.
    pub name: PersonName,
    /// What they are to the child.
    pub relation: Relation,
    /// Telephone number.
    pub phone: Phone,
}

/// A line of the board: a booking with what staff must know of the child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardEntry {
    /// The booking.
    pub booking: Booking,
    /// Age in years that day.
    pub age_years: u32,
    /// Completed months over that.
    pub age_months: u32,
    /// Allergies.
    pub allergies: Vec<Allergy>,
    /// What carers must know.
    pub care_notes: String,
    /// Whom to call, the guardian first.
    pub emergency_contacts: Vec<BoardContact>,
    /// Who may pick up, the guardian first.
    pub pick_up_people: Vec<BoardContact>,
    /// The family lives in another municipality.
    pub is_away: bool,
    /// Who fetched the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picked_up_by: Option<String>,
}

/// A day of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardDay {
    /// The day.
    pub day: NaiveDate,
    /// The holiday's name, on a holiday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holiday: Option<String>,
    /// The slots, closed ones included.
    pub slots: Vec<Slot>,
    /// The bookings that hold a place, by start, then kana.
    pub entries: Vec<BoardEntry>,
}

/// The board of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// The facility's name.
    pub facility: String,
    /// The days, in order.
    pub days: Vec<BoardDay>,
    /// The bookings of any day that wait for the facility's decision, the most urgent first, those of a party together.
    #[serde(default)]
    pub requests: Vec<BoardEntry>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{ask_for, booking, child, day, slot, state, temporary_care, tokyo};

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

    fn come(then: BookingState, occurred_at: Option<&str>, now: &str) -> Result<BookingState, Rejection> {
        check_in(&held(then), &CheckIn { occurred_at: occurred_at.map(tokyo) }, tokyo(now))
    }

    fn go(then: BookingState, occurred_at: Option<&str>, now: &str) -> Result<BookingState, Rejection> {
        check_out(&held(then), &CheckOut { occurred_at: occurred_at.map(tokyo), picked_up_by: None }, tokyo(now))
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
        let go = |now: &str| check_out(&night(came("17:00")), &CheckOut::default(), tokyo(now));
        let left = BookingState::CheckedOut { checked_in_at: tokyo("2026-12-03 17:00"), at: tokyo("2026-12-04 9:30") };
        assert_eq!(go("2026-12-04 9:30"), Ok(left));
        assert_eq!(go("2026-12-05 0:00"), Err(Rejection::OtherDay { day: day("2026-12-03") }));
        let come = |now: &str| check_in(&night(BookingState::Confirmed), &CheckIn::default(), tokyo(now));
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
        let far = CheckIn { occurred_at: Some(DateTime::<Utc>::MAX_UTC) };
        assert_eq!(check_in(&held(BookingState::Confirmed), &far, tokyo("2026-12-03 9:00")), Err(Rejection::InFuture));
        let long_ago = CheckIn { occurred_at: Some(DateTime::<Utc>::MIN_UTC) };
        let other_day = Rejection::OtherDay { day: day("2026-12-03") };
        assert_eq!(check_in(&held(BookingState::Confirmed), &long_ago, tokyo("2026-12-03 9:00")), Err(other_day));
    }

    #[test]
    fn nobody_leaves_before_coming() {
        let at = tokyo("2026-12-03 9:05");
        assert_eq!(go(came("9:05"), Some("2026-12-03 9:04:59"), "2026-12-03 16:40"), Err(Rejection::BeforeCheckIn { at }));
    }
}
