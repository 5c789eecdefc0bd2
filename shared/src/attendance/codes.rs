//! Codes at the door: the family's own, the one on the facility's wall, and the PIN for days without a phone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::BoardEntry;
use super::recording::SAME;
use crate::bookings::{Booking, BookingState};
use crate::ids::BookingId;
use crate::text::{PersonName, to_ascii_width};

/// What codes are written with: no letter that looks like another.
const LETTERS: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T',
    'V', 'W', 'X', 'Y', 'Z',
];

/// A code of a letter for each of these random bytes: twelve are sixty bits, too many to guess and few enough to type.
pub fn code_of(chance: &[u8]) -> String {
    chance.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32))).collect()
}

/// A code as it was made, from one that was scanned, or typed by a person: in small or wide letters, in groups, an O for a zero.
pub fn read_code(typed: &str) -> String {
    to_ascii_width(typed)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// A code as a person reads and types it, in groups of four.
pub fn grouped_code(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A code to be shown and scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryCode {
    /// What the code says: an opaque text, or the address of the facility's page for arriving.
    pub text: String,
    /// How many squares the picture is wide and high.
    pub size: i32,
    /// The dark squares as the path of an SVG of that size.
    pub path: String,
}

/// What a family can identify itself with at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyCode {
    /// The code, once the family has made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<EntryCode>,
    /// Whether a PIN is set.
    pub has_pin: bool,
}

/// The code on a facility's wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WallCode {
    /// The facility's name.
    pub facility: String,
    /// The code, once staff have made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<EntryCode>,
}

/// A new PIN: six digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, validator::Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPin {
    /// The digits.
    #[validate(custom(function = "check_pin"))]
    pub pin: String,
}

fn check_pin(pin: &str) -> Result<(), validator::ValidationError> {
    let digits = pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit());
    // Six times the same, and the first that anybody would try.
    let easy = pin.bytes().zip(pin.bytes().skip(1)).all(|(a, b)| a == b) || matches!(pin, "012345" | "123456" | "654321");
    if digits && !easy { Ok(()) } else { Err(validator::ValidationError::new("attendance.pin_invalid")) }
}

/// What a family shows at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scan {
    /// Its code, scanned or typed.
    Code {
        /// What the code says.
        code: String,
    },
    /// Its PIN, beside one of its bookings of the day.
    Pin {
        /// The booking.
        booking_id: BookingId,
        /// Six digits.
        pin: String,
    },
}

/// A family at the door.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scanned {
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// The guardian's name.
    pub guardian: PersonName,
    /// Its children who are expected at the facility today.
    pub entries: Vec<BoardEntry>,
}

/// A child of the family who is expected at a facility today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Arrival {
    /// The booking.
    pub booking: Booking,
    /// Who may be with the child besides the guardian.
    pub registered: Vec<PersonName>,
}

/// What a family sees when it has scanned the code on a facility's wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Arrivals {
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// The facility's name.
    pub facility: String,
    /// The family's children who are expected there today.
    pub children: Vec<Arrival>,
}

/// What can be recorded next of a child at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAct {
    /// That it came.
    CheckIn,
    /// That it goes.
    CheckOut,
}

/// What can be recorded next of a child; nothing right after it came, so that a code that is scanned twice does not send the child home.
pub fn next_act(state: &BookingState, now: DateTime<Utc>) -> Option<NextAct> {
    match state {
        BookingState::Confirmed => Some(NextAct::CheckIn),
        BookingState::CheckedIn { at } if now - *at >= SAME => Some(NextAct::CheckOut),
        _ => None,
    }
}
