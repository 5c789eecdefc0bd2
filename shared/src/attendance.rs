//! Attendance: a child comes and goes, at the times as they happened; and the board that staff work by.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::bookings::{Booking, BookingState};
use crate::families::{Allergy, Contact};
use crate::problem::{Datum, Reason};
use crate::slots::Slot;
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
            Self::Cancelled | Self::NotIn | Self::InFuture => reason,
            Self::OtherDay { day } => reason.with("day", Datum::Day(day)),
            Self::AlreadyIn { at } | Self::AlreadyOut { at } | Self::BeforeCheckIn { at } => reason.with("at", Datum::Moment(at)),
        }
    }
}

/// A tablet's clock may run ahead by so much.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(2);

fn check_moment(booking: &Booking, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Rejection> {
    let day = tokyo_day(booking.starts_at);
    if at > now + CLOCK_SLACK {
        Err(Rejection::InFuture)
    } else if tokyo_day(at) != day {
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
        BookingState::Cancelled { .. } => Err(Rejection::Cancelled),
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
        BookingState::Cancelled { .. } => Err(Rejection::Cancelled),
    }
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
    pub emergency_contacts: Vec<Contact>,
    /// Who may pick up, the guardian first.
    pub pick_up_people: Vec<Contact>,
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
}
