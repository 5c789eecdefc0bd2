//! Words that are checked once, where they come in, and are right from then on.

use std::fmt;

use serde::{Deserialize, Serialize};
use validator::ValidationError;

use crate::problem::Reason;

/// Why a text is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Nothing was written.
    #[error("text.missing")]
    Missing,
    /// Longer than the field allows.
    #[error("text.too_long")]
    TooLong,
    /// No mail address.
    #[error("text.email_invalid")]
    Email,
    /// Something other than kana.
    #[error("text.kana_invalid")]
    Kana,
    /// No telephone number of 10 or 11 digits.
    #[error("text.phone_invalid")]
    Phone,
    /// No postal code of seven digits.
    #[error("text.postal_code_invalid")]
    PostalCode,
    /// A password of under 8 characters.
    #[error("text.password_short")]
    PasswordShort,
    /// A password of over 128 characters.
    #[error("text.password_long")]
    PasswordLong,
    /// A password that many people use.
    #[error("text.password_common")]
    PasswordCommon,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 9] = [
        Self::Missing,
        Self::TooLong,
        Self::Email,
        Self::Kana,
        Self::Phone,
        Self::PostalCode,
        Self::PasswordShort,
        Self::PasswordLong,
        Self::PasswordCommon,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "text.missing",
            Self::TooLong => "text.too_long",
            Self::Email => "text.email_invalid",
            Self::Kana => "text.kana_invalid",
            Self::Phone => "text.phone_invalid",
            Self::PostalCode => "text.postal_code_invalid",
            Self::PasswordShort => "text.password_short",
            Self::PasswordLong => "text.password_long",
            Self::PasswordCommon => "text.password_common",
        }
    }

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

/// Words that somebody must write, so many characters at most.
pub(crate) fn check_words(words: &str, most: usize) -> Result<(), ValidationError> {
    match words.chars().count() {
        _ if words.trim().is_empty() => Err(ValidationError::new(Rejection::Missing.code())),
        count if count <= most => Ok(()),
        _ => Err(ValidationError::new(Rejection::TooLong.code())),
    }
}

macro_rules! parsed {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = $example))]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

parsed!(
    /// A mail address, lower case.
    Email, "hanako@example.jp"
);
parsed!(
    /// A name of a person: 1 to 60 characters, spaces folded.
    PersonName, "弓浜 花子"
);
parsed!(
    /// A reading in full-width katakana; hiragana and half-width kana are turned into it.
    Kana, "ユミハマ ハナコ"
);
parsed!(
    /// A telephone number: 10 or 11 digits starting with 0, without signs.
    Phone, "09012345678"
);
parsed!(
    /// A postal code: seven digits, without sign.
    PostalCode, "6838686"
);

/// Full-width digits, letters, signs and spaces as their ASCII selves; other characters stay.
pub fn to_ascii_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
            'ー' | '−' | '‐' | '–' | '—' => c,
            other => other,
        })
        .collect()
}

/// Single spaces between words; what cannot be seen, such as control characters, is no part of a word.
fn fold_spaces(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Email {
    /// Reads a mail address. Only what cannot be delivered at all is refused; whether it arrives, only a mail can tell.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let text = to_ascii_width(text.trim()).to_ascii_lowercase();
        if text.is_empty() {
            return Err(Rejection::Missing);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(Rejection::Email)?;
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let local_ok =
            !local.is_empty() && local.len() <= 64 && local.chars().all(|c| c.is_ascii_graphic() && !"@\"(),:;<>[\\]".contains(c));
        let domain_ok = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label_ok);
        if local_ok && domain_ok { Ok(Self(text)) } else { Err(Rejection::Email) }
    }
}

impl PersonName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let text = fold_spaces(text);
        match text.chars().count() {
            0 => Err(Rejection::Missing),
            1..=60 => Ok(Self(text)),
            _ => Err(Rejection::TooLong),
        }
    }
}

impl Kana {
    /// Reads a reading.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let text = fold_spaces(&katakana(text));
        match text.chars().count() {
            0 => Err(Rejection::Missing),
            n if n > 60 => Err(Rejection::TooLong),
            _ if text.chars().all(|c| matches!(c, 'ァ'..='ヺ' | 'ー' | '・' | ' ')) => Ok(Self(text)),
            _ => Err(Rejection::Kana),
        }
    }
}

/// Hiragana and half-width kana as full-width katakana; other characters stay.
pub fn katakana(text: &str) -> String {
    const HALF: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ぁ'..='ゖ' => out.extend(u32::from(c).checked_add(0x60).and_then(char::from_u32)),
            'ｦ'..='ﾝ' => {
                let index = usize::try_from(u32::from(c).saturating_sub(0xFF66)).unwrap_or(usize::MAX);
                out.extend(HALF.chars().nth(index));
            }
            // A half-width sound mark changes the kana before it.
            'ﾞ' | 'ﾟ' => {
                if let Some(last) = out.pop() {
                    let step = if c == 'ﾞ' { 1 } else { 2 };
                    let voiced = match last {
                        'ウ' if step == 1 => Some('ヴ'),
                        'カ'..='ト' if step == 1 => char::from_u32(u32::from(last).saturating_add(1)),
                        'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' => char::from_u32(u32::from(last).saturating_add(step)),
                        _ => None,
                    };
                    out.push(voiced.unwrap_or(last));
                }
            }
            '\u{3000}' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// Area codes of four digits that no shorter code shares a beginning with: those of San'in.
const AREAS_OF_FOUR: [&str; 8] = ["0852", "0853", "0854", "0855", "0856", "0857", "0858", "0859"];
/// The same of three digits: cities whose code is theirs alone.
const AREAS_OF_THREE: [&str; 6] = ["011", "044", "045", "052", "075", "078"];

/// How many digits stand before the first hyphen of a number, and how many between it and the second.
fn groups(digits: &str) -> Option<(usize, usize)> {
    let begins = |codes: &[&str]| codes.iter().any(|code| digits.starts_with(code));
    match digits.len() {
        11 if begins(&["0800"]) => Some((4, 3)),
        11 if begins(&["050", "060", "070", "080", "090"]) => Some((3, 4)),
        10 if begins(&["0120", "0570"]) => Some((4, 3)),
        10 if begins(&["03", "06"]) => Some((2, 4)),
        10 if begins(&AREAS_OF_FOUR) => Some((4, 2)),
        10 if begins(&AREAS_OF_THREE) => Some((3, 3)),
        _ => None,
    }
}

impl Phone {
    /// Reads a telephone number; signs and spaces are left out, and `+81` is the 0 at its beginning.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let text = to_ascii_width(text.trim());
        if text.is_empty() {
            return Err(Rejection::Missing);
        }
        // Some write the 0 in brackets besides.
        let abroad = text.strip_prefix("+81").map(|rest| format!("0{}", rest.trim_start().trim_start_matches("(0)")));
        let text = abroad.unwrap_or(text);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_sign = |c| matches!(c, '-' | ' ' | '(' | ')' | '.' | 'ー' | 'ｰ' | '−' | '‐' | '‑' | '–' | '—' | '―');
        let signs_ok = text.chars().all(|c| c.is_ascii_digit() || is_sign(c));
        if signs_ok && digits.starts_with('0') && (10..=11).contains(&digits.len()) { Ok(Self(digits)) } else { Err(Rejection::Phone) }
    }

    /// The number as people read it, `0859-22-7111`. Area codes differ in length: where it is not certain, the digits stay together.
    pub fn grouped(&self) -> String {
        let parts = groups(&self.0).and_then(|(first, second)| {
            let (area, rest) = self.0.split_at_checked(first)?;
            let (exchange, number) = rest.split_at_checked(second)?;
            Some(format!("{area}-{exchange}-{number}"))
        });
        parts.unwrap_or_else(|| self.0.clone())
    }
}

impl PostalCode {
    /// Reads a postal code with or without its sign.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let text = to_ascii_width(text.trim());
        if text.is_empty() {
            return Err(Rejection::Missing);
        }
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | '〒' | ' ' | 'ー' | '−' | '‐')).collect();
        if digits.len() == 7 && digits.chars().all(|c| c.is_ascii_digit()) { Ok(Self(digits)) } else { Err(Rejection::PostalCode) }
    }
}

/// A new password that may be used. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Passwords that are tried first, and what they are built of; checked without regard to case.
const COMMON: [&str; 24] = [
    "password",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "qwertyui",
    "qwerty123",
    "11111111",
    "00000000",
    "abcd1234",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "yumigahama",
    "yonago2026",
    "sakaiminato",
    "asdfghjk",
    "1qaz2wsx",
    "zaq12wsx",
    "password1",
    "letmein1",
    "a1234567",
];

impl Password {
    /// Checks a new password: 8 to 128 characters, any characters, not one that everybody tries, not one character repeated.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let lower = text.to_lowercase();
        let mut chars = text.chars();
        let first = chars.next();
        match text.chars().count() {
            0 => Err(Rejection::Missing),
            1..=7 => Err(Rejection::PasswordShort),
            129.. => Err(Rejection::PasswordLong),
            _ if COMMON.contains(&lower.as_str()) || chars.all(|c| Some(c) == first) => Err(Rejection::PasswordCommon),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The characters, for hashing only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
mod schema {
    use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};

    impl utoipa::PartialSchema for super::Password {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(8))
                .max_length(Some(128))
                .description(Some("8 to 128 characters, not one that everybody tries"))
                .into()
        }
    }

    impl utoipa::ToSchema for super::Password {
        fn name() -> std::borrow::Cow<'static, str> {
            std::borrow::Cow::Borrowed("Password")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_read_as_people_type_them() {
        assert_eq!(Email::parse(" Hanako@Example.JP ").unwrap().as_str(), "hanako@example.jp");
        assert_eq!(Email::parse("ｈａｎａ＠example.jp").unwrap().as_str(), "hana@example.jp");
        for bad in ["hanako", "a@b", "a b@c.jp", "@c.jp", "a@-c.jp", "a@c..jp"] {
            assert_eq!(Email::parse(bad), Err(Rejection::Email), "{bad}");
        }
        assert_eq!(Email::parse(" "), Err(Rejection::Missing));
    }

    #[test]
    fn a_name_is_something_to_be_seen() {
        assert_eq!(PersonName::parse(" 弓浜\u{3000}\u{7} 花子\t").unwrap().as_str(), "弓浜 花子");
        assert_eq!(PersonName::parse("\u{0}"), Err(Rejection::Missing));
    }

    #[test]
    fn kana_in_every_shape_becomes_katakana() {
        assert_eq!(Kana::parse("ゆみはま　はなこ").unwrap().as_str(), "ユミハマ ハナコ");
        assert_eq!(Kana::parse("ﾊﾞﾝﾋﾞｰﾉ ﾎﾟﾎﾟ ｶﾞｯｺｳ ｳﾞ").unwrap().as_str(), "バンビーノ ポポ ガッコウ ヴ");
        assert_eq!(Kana::parse("花子"), Err(Rejection::Kana));
    }

    #[test]
    fn numbers_lose_their_signs() {
        assert_eq!(Phone::parse("０９０-1234－5678").unwrap().as_str(), "09012345678");
        assert_eq!(Phone::parse("(0859)22-7111").unwrap().as_str(), "0859227111");
        for written in ["+81 859-22-7111", "＋８１（0）859 22 7111", "0859—22―7111", "0859.22.7111", "0859 22　7111", "0859ｰ22‑7111"]
        {
            assert_eq!(Phone::parse(written).unwrap().as_str(), "0859227111", "{written}");
        }
        assert_eq!(Phone::parse("+1 859 22 7111"), Err(Rejection::Phone));
        assert_eq!(Phone::parse("12345"), Err(Rejection::Phone));
        assert_eq!(PostalCode::parse("〒683-8686").unwrap().as_str(), "6838686");
        assert_eq!(PostalCode::parse("683868"), Err(Rejection::PostalCode));
    }

    #[test]
    fn telephone_numbers_are_read_in_groups_where_the_groups_are_certain() {
        for written in [
            "0859-22-7111",
            "0857-22-7111",
            "090-1234-5678",
            "080-1234-5678",
            "070-1234-5678",
            "060-1234-5678",
            "050-1234-5678",
            "0120-123-456",
            "0570-012-345",
            "0800-123-4567",
            "03-1234-5678",
            "06-1234-5678",
            "011-123-4567",
            "075-123-4567",
        ] {
            assert_eq!(Phone::parse(written).unwrap().grouped(), written);
        }
        // 0475 and 047 are both area codes, 04 is one as well; 020 is not for people.
        for digits in ["0475123456", "0920123456", "0824123456", "0482524384", "02012345678", "08591234567"] {
            assert_eq!(Phone::parse(digits).unwrap().grouped(), digits);
        }
    }

    #[test]
    fn a_password_is_long_enough_and_not_everybodys() {
        assert_eq!(Password::parse("short"), Err(Rejection::PasswordShort));
        assert_eq!(Password::parse("PassWord"), Err(Rejection::PasswordCommon));
        assert_eq!(Password::parse("ああああああああ"), Err(Rejection::PasswordCommon));
        assert!(Password::parse("海と松原の道").is_err());
        assert!(Password::parse("海と松原の道を歩く").is_ok());
        assert!(!format!("{:?}", Password::parse("correct horse")).contains("horse"));
    }
}
