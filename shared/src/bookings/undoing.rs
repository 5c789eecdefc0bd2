//! Undoing: taking back what was booked by mistake, for some minutes and without a trace.

use chrono::{DateTime, TimeDelta, Utc};

use super::Booking;
use crate::problem::{Datum, Reason};

/// Why what was booked together cannot be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoRejection {
    /// Somebody has decided, changed, cancelled or begun it since.
    Changed,
    /// The minutes for it are over.
    Over {
        /// Since when.
        until: DateTime<Utc>,
    },
}

impl UndoRejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Changed => "bookings.undo_changed",
            Self::Over { .. } => "bookings.undo_over",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        match self {
            Self::Changed => Reason::new(self.code()),
            Self::Over { until } => Reason::new(self.code()).with("until", Datum::Moment(until)),
        }
    }
}

impl Booking {
    /// Until when it can be undone, if nothing else happens to it: some minutes after booking, and before the stay begins.
    pub fn undo_until(&self) -> DateTime<Utc> {
        (self.created_at + TimeDelta::minutes(self.cancellation.undo_minutes)).min(self.starts_at)
    }

    /// Whether it is still as it was made.
    const fn is_untouched(&self) -> bool {
        self.version == 1 && self.may_move()
    }
}

/// Whether what was booked together may be undone now, all of it: then the world is as if it had never been booked.
pub fn undo(party: &[Booking], now: DateTime<Utc>) -> Result<(), UndoRejection> {
    if !party.iter().all(Booking::is_untouched) {
        return Err(UndoRejection::Changed);
    }
    match party.iter().map(Booking::undo_until).min() {
        Some(until) if now < until => Ok(()),
        Some(until) => Err(UndoRejection::Over { until }),
        None => Err(UndoRejection::Changed),
    }
}
