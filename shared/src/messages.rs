//! Messages (メッセージ) between a family and a facility about a booking, each with who has read it. Nobody else reads them.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::ids::BookingId;
use crate::problem::{Datum, Reason};
use crate::text::check_words;
use crate::time::tokyo_day;

/// The most letters of a message.
pub const MOST_LETTERS: usize = 1000;
/// The most messages about a booking.
pub const MOST: u32 = 200;
/// So long after a stay something can still be said about it.
pub const AFTER: TimeDelta = TimeDelta::days(30);

/// On which side somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MessageSide))]
pub enum Side {
    /// The family's guardians.
    Family,
    /// The facility's staff.
    Facility,
}

/// That somebody of the other side has read a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MessageRead))]
pub struct Read {
    /// Who; to the family, staff are the facility, and it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// From 1 on, in the order of writing.
    pub number: u32,
    /// Whose it is.
    pub from: Side,
    /// Who wrote it; to the family, staff are the facility, and it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// As it was written, in whatever language.
    pub words: String,
    /// Who of the other side has read it, the first one first.
    pub reads: Vec<Read>,
}

impl Message {
    /// Whether nobody of the other side has read it.
    pub const fn is_unread(&self) -> bool {
        self.reads.is_empty()
    }
}

/// What was written about a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MessageThread))]
pub struct Thread {
    /// The booking.
    pub booking_id: BookingId,
    /// The child.
    pub child: String,
    /// The facility.
    pub facility: String,
    /// The stay begins.
    pub starts_at: DateTime<Utc>,
    /// The stay ends.
    pub ends_at: DateTime<Utc>,
    /// On which side the reader is.
    pub side: Side,
    /// Until when something can be written.
    pub until: DateTime<Utc>,
    /// In the order of writing.
    pub messages: Vec<Message>,
}

/// A thread with something that nobody of the facility has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UnreadMessageThread))]
pub struct UnreadThread {
    /// The booking.
    pub booking_id: BookingId,
    /// The child.
    pub child: String,
    /// The stay begins.
    pub starts_at: DateTime<Utc>,
    /// How many messages.
    pub unread: u32,
    /// When the first of them was written.
    pub since: DateTime<Utc>,
}

fn check_message(words: &str) -> Result<(), ValidationError> {
    check_words(words, MOST_LETTERS)
}

/// Writes a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMessage {
    /// What is said, 1 to 1,000 letters; kept as it is.
    #[validate(custom(function = "check_message"))]
    pub words: String,
}

/// Says up to which message somebody has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadUpTo {
    /// The number of the last message on the screen; what came later stays unread.
    #[validate(range(min = 1, code = "problem.invalid"))]
    pub number: u32,
}

/// Why nothing can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The stay is long over.
    Over {
        /// Until when something could be written.
        until: DateTime<Utc>,
    },
    /// There are as many messages as there can be.
    TooMany,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Over { .. } => "messages.over",
            Self::TooMany => "messages.too_many",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::Over { until } => reason.with("day", Datum::Day(tokyo_day(until))),
            Self::TooMany => reason,
        }
    }
}

/// Until when something can be written about a stay.
pub fn until(ends_at: DateTime<Utc>) -> DateTime<Utc> {
    ends_at.checked_add_signed(AFTER).unwrap_or(ends_at)
}

/// Decides whether a message about a stay may be written where there are so many; gives its number.
pub fn write(ends_at: DateTime<Utc>, written: u32, now: DateTime<Utc>) -> Result<u32, Rejection> {
    let until = until(ends_at);
    if now > until {
        return Err(Rejection::Over { until });
    }
    if written >= MOST { Err(Rejection::TooMany) } else { Ok(written.saturating_add(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::tokyo;

    #[test]
    fn something_can_be_said_until_thirty_days_after_the_stay() {
        let ends_at = tokyo("2026-12-01 17:00");
        let last = tokyo("2026-12-31 17:00");
        assert_eq!(write(ends_at, 0, last), Ok(1));
        assert_eq!(write(ends_at, 0, last + TimeDelta::seconds(1)), Err(Rejection::Over { until: last }));
        assert_eq!(write(ends_at, MOST - 1, tokyo("2026-11-21 9:00")), Ok(MOST));
        assert_eq!(write(ends_at, MOST, tokyo("2026-11-21 9:00")), Err(Rejection::TooMany));
    }

    #[test]
    fn a_message_says_something_and_has_an_end() {
        let fits = |words: &str| NewMessage { words: words.to_owned() }.validate().is_ok();
        assert!(fits("遅れます") && fits(&"あ".repeat(1000)));
        assert!(!fits("　\n") && !fits(&"あ".repeat(1001)));
    }
}
