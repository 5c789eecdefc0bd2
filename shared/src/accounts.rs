//! Accounts: who somebody is, and how they sign in.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::access::Role;
use crate::ids::AccountId;
use crate::locale::Locale;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::text::{Email, Kana, Password, PersonName, Phone};

/// A guardian's first registration. The family is made with it.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAccount {
    /// Mail address, the name to sign in with.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// The guardian's name.
    pub name: PersonName,
    /// Its reading.
    pub kana: Kana,
    /// A telephone number for the day of stay.
    pub phone: Phone,
    /// The city of residence, as the guardian confirms it.
    pub municipality: MunicipalityCode,
    /// The language of choice.
    #[serde(default)]
    pub locale: Locale,
}

/// A sign-in.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// Mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(…)")
    }
}

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account.
    pub id: AccountId,
    /// Mail address.
    pub email: Email,
    /// Name.
    pub name: String,
    /// What this person is, and of what.
    pub role: Role,
    /// The name of the facility or city that this person belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The language of choice.
    pub locale: Locale,
}

/// Why an account cannot be made or entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The mail address has an account.
    EmailTaken,
    /// Mail address or password is wrong; which one is not said.
    LoginWrong,
    /// Too many wrong passwords.
    TooManyAttempts {
        /// Minutes to wait.
        minutes: i64,
    },
    /// The municipality does not take part.
    MunicipalityUnknown,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmailTaken => "accounts.email_taken",
            Self::LoginWrong => "accounts.login_wrong",
            Self::TooManyAttempts { .. } => "accounts.too_many_attempts",
            Self::MunicipalityUnknown => "accounts.municipality_unknown",
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

/// How many wrong passwords in a row are free.
const FREE_ATTEMPTS: u32 = 5;

/// How many minutes to wait after so many wrong passwords in a row: none for five, then 1, 2, 4 … up to 60.
pub fn wait_minutes(failures: u32) -> i64 {
    match failures.checked_sub(FREE_ATTEMPTS) {
        None => 0,
        Some(more) => 1_i64.checked_shl(more).map_or(60, |minutes| minutes.clamp(1, 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_and_ends_at_an_hour() {
        assert_eq!([0, 4, 5, 6, 7, 10, 11, 40, 200].map(wait_minutes), [0, 0, 1, 2, 4, 32, 60, 60, 60]);
    }

    #[test]
    fn waiting_is_told_with_its_length() {
        let reason = Rejection::TooManyAttempts { minutes: wait_minutes(11) }.reason();
        assert_eq!(reason.code, "accounts.too_many_attempts");
        assert_eq!(reason.sentence(Locale::En), "Too many wrong passwords. Please wait about 1 h.");
        for plain in [Rejection::EmailTaken, Rejection::LoginWrong, Rejection::MunicipalityUnknown] {
            assert_eq!(plain.reason(), Reason::new(plain.code()));
        }
    }

    #[test]
    fn a_registration_is_read_with_its_words() {
        let body = |email: &str, password: &str, municipality: &str| {
            serde_json::from_value::<NewAccount>(serde_json::json!({
                "email": email, "password": password, "name": "弓浜 花子", "kana": "ゆみはま はなこ",
                "phone": "090-1234-5678", "municipality": municipality,
            }))
            .map_err(|error| error.to_string())
        };
        let read = body("Hanako@example.jp", "correct horse", "312045").unwrap();
        assert_eq!((read.email.as_str(), read.kana.as_str(), read.phone.as_str()), ("hanako@example.jp", "ユミハマ ハナコ", "09012345678"));
        assert_eq!(read.locale, Locale::Ja);
        assert!(!format!("{read:?}").contains("horse"));
        assert!(body("hanako", "correct horse", "312045").unwrap_err().contains("text.email_invalid"));
        assert!(body("hanako@example.jp", "horse", "312045").unwrap_err().contains("text.password_short"));
        assert!(body("hanako@example.jp", "correct horse", "312046").unwrap_err().contains("municipalities.code_check_digit"));
        let login = Login { email: "hanako@example.jp".to_owned(), password: "correct horse".to_owned() };
        assert_eq!(format!("{login:?}"), "Login(…)");
    }
}
