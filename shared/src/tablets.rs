//! Shared devices of a facility (共用の端末): a person steps in front of one by name and PIN, so that who did what stays personal.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::access::Role;
use crate::ids::{AccountId, FacilityId};
use crate::problem::{Datum, Reason};

/// A shared device locks itself when nobody has touched it for so many minutes: longer than writing down a telephone call, shorter than
/// a walk to the garden and back.
pub const LOCK_AFTER_MINUTES: i64 = 3;

/// How many digits a PIN has.
const PIN_DIGITS: std::ops::RangeInclusive<usize> = 4..=8;

/// A new PIN for shared devices, with the password of who sets it.
#[derive(Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffPinChange {
    /// The password.
    pub password: String,
    /// 4 to 8 digits that are not easy to guess.
    #[validate(custom(function = "validate_pin"))]
    pub pin: String,
}

impl std::fmt::Debug for StaffPinChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaffPinChange(…)")
    }
}

fn validate_pin(pin: &str) -> Result<(), ValidationError> {
    check_pin(pin).map_err(|rejection| ValidationError::new(rejection.code()))
}

/// Whether a person has a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffPin {
    /// When it was set; none: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_at: Option<DateTime<Utc>>,
}

/// Somebody who may step in front of a shared device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TabletPerson {
    /// The account.
    pub account_id: AccountId,
    /// The name.
    pub name: String,
}

/// A shared device, as whoever stands before it may see it, locked or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tablet {
    /// The name of the facility it belongs to.
    pub facility: String,
    /// Whether nobody is in front of it.
    pub is_locked: bool,
    /// Staff of the facility who have a PIN, by name.
    pub people: Vec<TabletPerson>,
}

/// Somebody steps in front of a shared device.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unlock {
    /// Who.
    pub account_id: AccountId,
    /// This person's PIN.
    pub pin: String,
}

impl std::fmt::Debug for Unlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unlock(…)")
    }
}

/// Why a shared device does not do what it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Nobody is in front of it.
    Locked,
    /// The device is not shared.
    NotShared,
    /// Somebody is in front of it, perhaps since a moment ago.
    NotLocked,
    /// Whoever shares a device must be able to unlock it.
    NoPin,
    /// Not this person's PIN; or nobody of the facility with a PIN, which is not said.
    PinWrong,
    /// Too many wrong PINs.
    TooManyAttempts {
        /// Minutes to wait.
        minutes: i64,
    },
    /// What would open the account elsewhere is set on a device of one's own.
    OwnDeviceOnly,
    /// A PIN that is not 4 to 8 digits.
    PinInvalid,
    /// A PIN that anybody would try first.
    PinEasy,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked => "tablets.locked",
            Self::NotShared => "tablets.not_shared",
            Self::NotLocked => "tablets.not_locked",
            Self::NoPin => "tablets.no_pin",
            Self::PinWrong => "tablets.pin_wrong",
            Self::TooManyAttempts { .. } => "tablets.too_many_attempts",
            Self::OwnDeviceOnly => "tablets.own_device_only",
            Self::PinInvalid => "tablets.pin_invalid",
            Self::PinEasy => "tablets.pin_easy",
        }
    }

    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::TooManyAttempts { minutes } => reason.with("wait", Datum::Minutes(*minutes)),
            _ => reason,
        }
    }
}

/// Whether digits may be a PIN: 4 to 8 of them, and nothing that anybody would try first, which is one figure or group over and over
/// (0000, 1212, 123123) and a run up or down (1234, 98765, 7890).
pub fn check_pin(pin: &str) -> Result<(), Rejection> {
    let digits: Vec<u8> = pin.bytes().collect();
    if !PIN_DIGITS.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Rejection::PinInvalid);
    }
    let repeats =
        |length: usize| digits.len().is_multiple_of(length) && digits.iter().zip(digits.iter().skip(length)).all(|(one, next)| one == next);
    let runs = |step: u8| digits.iter().zip(digits.iter().skip(1)).all(|(one, next)| (one - b'0' + step) % 10 == next - b'0');
    let is_easy = (1..digits.len()).any(repeats) || runs(1) || runs(9);
    if is_easy { Err(Rejection::PinEasy) } else { Ok(()) }
}

/// A PIN as people type it: full-width digits count, spaces do not.
pub fn typed_pin(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        _ => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect()
}

/// Whether a person may be in front of a facility's shared device: only its own staff, and only as long as they are.
pub fn may_be_in_front(role: &Role, facility: &FacilityId) -> bool {
    matches!(role, Role::Staff { facility_id } if facility_id == facility)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_four_to_eight_digits_that_nobody_tries_first() {
        for good in ["2580", "1357", "1235", "19841", "90210734", "1221", "12341"] {
            assert_eq!(check_pin(good), Ok(()), "{good}");
        }
        for easy in ["0000", "1111", "99999999", "1234", "4321", "7890", "2109", "01234567", "1212", "123123", "12341234"] {
            assert_eq!(check_pin(easy), Err(Rejection::PinEasy), "{easy}");
        }
        for wrong in ["", "258", "258025802", "25a0", "２５８０", "25 80", "-258"] {
            assert_eq!(check_pin(wrong), Err(Rejection::PinInvalid), "{wrong}");
        }
    }

    #[test]
    fn a_pin_is_read_as_people_type_it() {
        assert_eq!(
            (typed_pin("２５８０ "), typed_pin("25 80"), typed_pin("25a0")),
            ("2580".to_owned(), "2580".to_owned(), "25a0".to_owned())
        );
    }

    #[test]
    fn only_the_facilitys_own_staff_stand_in_front() {
        let of = |facility: &str| Role::Staff { facility_id: facility.into() };
        assert!(may_be_in_front(&of("f"), &"f".into()));
        assert!(!may_be_in_front(&of("g"), &"f".into()) && !may_be_in_front(&Role::Operator, &"f".into()));
    }

    #[test]
    fn a_secret_is_never_written_out() {
        let change = StaffPinChange { password: "海と松原".to_owned(), pin: "2580".to_owned() };
        let unlock = Unlock { account_id: "a".into(), pin: "2580".to_owned() };
        assert_eq!(format!("{change:?} {unlock:?}"), "StaffPinChange(…) Unlock(…)");
        assert!(change.validate().is_ok());
        let easy = StaffPinChange { pin: "1234".to_owned(), ..change };
        assert_eq!(easy.validate().unwrap_err().field_errors()["pin"][0].code, "tablets.pin_easy");
    }
}
