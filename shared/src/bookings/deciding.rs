//! Deciding: a facility confirms or declines what waits for it; when it says nothing in time, the programme's rule does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{Booking, BookingState};
use crate::problem::{Datum, Reason};
use crate::programmes::{Confirmation, IfSilent};

/// Confirms or declines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decide {
    /// Whether the place is theirs.
    pub accept: bool,
    /// What the family is told with a decline.
    #[serde(default)]
    #[validate(length(max = 500, code = "text.too_long"))]
    pub message: String,
}

/// Why a booking cannot be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecideRejection {
    /// It does not wait for a decision.
    NotRequested,
    /// The time to decide is over.
    TooLate {
        /// Since when.
        decide_by: DateTime<Utc>,
    },
}

impl DecideRejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotRequested => "bookings.not_requested",
            Self::TooLate { .. } => "bookings.decide_too_late",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        match self {
            Self::NotRequested => Reason::new(self.code()),
            Self::TooLate { decide_by } => Reason::new(self.code()).with("decide_by", Datum::Moment(decide_by)),
        }
    }
}

/// Decides a request: its next state.
pub fn decide(booking: &Booking, command: &Decide, now: DateTime<Utc>) -> Result<BookingState, DecideRejection> {
    match booking.state {
        BookingState::Requested { decide_by } if now >= decide_by => Err(DecideRejection::TooLate { decide_by }),
        BookingState::Requested { .. } if command.accept => Ok(BookingState::Confirmed),
        BookingState::Requested { .. } => Ok(BookingState::Declined { at: now, message: command.message.clone() }),
        BookingState::Offered { .. }
        | BookingState::Confirmed
        | BookingState::CheckedIn { .. }
        | BookingState::CheckedOut { .. }
        | BookingState::Absent { .. }
        | BookingState::Cancelled { .. }
        | BookingState::Declined { .. }
        | BookingState::Released { .. } => Err(DecideRejection::NotRequested),
    }
}

/// The next state of a request that nobody decided in time; none while there is time, or nothing to decide. Where the programme no longer
/// waits for facilities, nothing stands against the family.
pub fn lapse(booking: &Booking, confirmation: Confirmation, now: DateTime<Utc>) -> Option<BookingState> {
    let BookingState::Requested { decide_by } = booking.state else { return None };
    if now < decide_by {
        return None;
    }
    Some(match confirmation {
        Confirmation::ByFacility { if_silent: IfSilent::Decline, .. } => BookingState::Declined { at: now, message: String::new() },
        Confirmation::Instant | Confirmation::ByFacility { if_silent: IfSilent::Confirm, .. } => BookingState::Confirmed,
    })
}
