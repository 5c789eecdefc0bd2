//! Accounts: who somebody is, and how they sign in.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::access::Role;
use crate::ids::{AccountId, DeviceId, SessionId};
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

/// For so long a code opens an account.
pub const ACCOUNT_CODE: TimeDelta = TimeDelta::days(30);

/// The code by which a family that was taken down on the phone opens its own account; shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountCode {
    /// Twelve letters in groups.
    pub code: String,
    /// Until when it holds.
    pub until: DateTime<Utc>,
}

/// Opens the account of a family that was taken down: what it told on the phone is not told again.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountOpening {
    /// The code, however it is written.
    #[validate(length(min = 1, max = 40, code = "text.too_long"))]
    pub code: String,
    /// Mail address, the name to sign in with.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// The language of choice.
    #[serde(default)]
    pub locale: Locale,
}

/// Somebody leaves a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignOut {
    /// The device in hand, where the person's notices come to it: they stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<DeviceId>,
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
    /// Whether this person has a password; others sign in by a card or a passkey.
    pub password: bool,
    /// Whether this person is in front of a facility's shared device.
    #[serde(default)]
    pub is_shared: bool,
}

/// A device as a person knows it, for example an iPhone with Safari; empty where the browser does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    /// The device or its system, for example `iPhone`.
    pub system: String,
    /// The browser, for example `Safari`.
    pub browser: String,
}

impl Device {
    /// Reads what a browser says of itself. The first sign that fits counts, because most browsers name others along with themselves.
    pub fn of_user_agent(text: &str) -> Self {
        const SYSTEMS: [(&str, &str); 8] = [
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("CrOS", "Chromebook"),
            ("Windows", "Windows"),
            ("Macintosh", "Mac"),
            ("Linux", "Linux"),
            ("X11", "Linux"),
        ];
        const BROWSERS: [(&str, &str); 9] = [
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser", "Samsung Internet"),
            ("Line/", "LINE"),
            ("CriOS", "Chrome"),
            ("FxiOS", "Firefox"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ];
        let named = |signs: &[(&str, &str)]| signs.iter().find(|(sign, _)| text.contains(sign)).map_or("", |(_, name)| name).to_owned();
        Self { system: named(&SYSTEMS), browser: named(&BROWSERS) }
    }
}

/// A device on which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionDevice {
    /// Its session.
    pub id: SessionId,
    /// What it is.
    pub device: Device,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// Whether it is a facility's shared device, with this person in front of it, or last.
    pub is_shared: bool,
    /// Signed in since.
    pub since: DateTime<Utc>,
    /// When something was last done on it, to some minutes.
    pub seen_at: DateTime<Utc>,
    /// Until when it stays signed in.
    pub until: DateTime<Utc>,
}

/// How many sessions were ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndedSessions {
    /// So many.
    pub ended: usize,
}

/// A new password for the one before.
#[derive(Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The password until now; left out by who has none.
    #[serde(default)]
    pub current: Option<String>,
    /// The password from now on.
    pub new: Password,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordChange(…)")
    }
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
    /// The password until now is another one.
    PasswordWrong,
    /// No code that holds.
    CodeUnknown,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmailTaken => "accounts.email_taken",
            Self::LoginWrong => "accounts.login_wrong",
            Self::TooManyAttempts { .. } => "accounts.too_many_attempts",
            Self::MunicipalityUnknown => "accounts.municipality_unknown",
            Self::PasswordWrong => "accounts.password_wrong",
            Self::CodeUnknown => "accounts.code_unknown",
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
        for plain in [Rejection::EmailTaken, Rejection::LoginWrong, Rejection::MunicipalityUnknown, Rejection::PasswordWrong] {
            assert_eq!(plain.reason(), Reason::new(plain.code()));
        }
    }

    #[test]
    fn a_device_is_known_by_the_name_that_people_give_it() {
        let known = [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
                "iPhone Safari",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1",
                "iPhone Chrome",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
                "Android Chrome",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
                "Windows Edge",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Mac Firefox"),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                "Chromebook Chrome",
            ),
            ("curl/8", " "),
        ];
        for (text, words) in known {
            let device = Device::of_user_agent(text);
            assert_eq!(format!("{} {}", device.system, device.browser), words);
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
