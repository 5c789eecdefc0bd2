//! Proving that a family lives in its city: at the counter, or by a code in a letter to its address. The sign-in at a provider and documents
//! prove it elsewhere.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::families::ResidenceProof;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};

/// A letter's code is good for so long.
pub const LETTER: TimeDelta = TimeDelta::days(30);
/// So often a code may be typed wrongly.
pub const TRIES: u32 = 5;

/// Where a family lives, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Residence {
    /// The city, as the family says.
    pub municipality: MunicipalityCode,
    /// What proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ResidenceProof>,
    /// The letter that is on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<Letter>,
}

/// A letter with a code that is on its way to a family, or there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Letter {
    /// The city that it proves.
    pub municipality: MunicipalityCode,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Until when its code is good.
    pub until: DateTime<Utc>,
    /// How often a code was typed for it.
    pub tries: u32,
}

/// A new letter with its code, for the officer who prints it: it is shown only now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewLetter {
    /// The code, in groups of four.
    pub code: String,
    /// Until when it is good.
    pub until: DateTime<Utc>,
}

/// The code of a letter, as it is typed.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TypedCode {
    /// Small or capital letters, with or without lines between.
    #[validate(length(min = 1, max = 60, code = "text.missing"))]
    pub code: String,
}

impl std::fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedCode(…)")
    }
}

/// Why a residence is not proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// There is no letter, it is too old, or it is for another city.
    NoLetter,
    /// The code is another one.
    CodeWrong {
        /// How often it may still be typed.
        left: u32,
    },
    /// It was typed wrongly too often; a new letter is needed.
    TooOften,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoLetter => "residence.no_letter",
            Self::CodeWrong { .. } => "residence.code_wrong",
            Self::TooOften => "residence.too_often",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::CodeWrong { left } => reason.with("left", Datum::Count(i64::from(left))),
            Self::NoLetter | Self::TooOften => reason,
        }
    }
}

/// Checks a typed code: `letter` counts this try already, `right` says whether it is the letter's.
pub fn check_code(letter: Option<&Letter>, lives: &MunicipalityCode, right: bool, now: DateTime<Utc>) -> Result<(), Rejection> {
    let letter = letter.filter(|letter| now < letter.until && letter.municipality == *lives).ok_or(Rejection::NoLetter)?;
    match TRIES.checked_sub(letter.tries) {
        None => Err(Rejection::TooOften),
        Some(_) if right => Ok(()),
        Some(0) => Err(Rejection::TooOften),
        Some(left) => Err(Rejection::CodeWrong { left }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{sakaiminato, tokyo, yonago};

    #[test]
    fn a_code_is_good_for_its_city_for_thirty_days_and_five_tries() {
        let made_at = tokyo("2026-12-01 9:00");
        let letter = |tries| Letter { municipality: yonago(), made_at, until: made_at + LETTER, tries };
        let soon = tokyo("2026-12-03 9:00");
        let check = |tries, right| check_code(Some(&letter(tries)), &yonago(), right, soon);
        assert_eq!((check(1, true), check(5, true)), (Ok(()), Ok(())));
        assert_eq!((check(1, false), check(4, false)), (Err(Rejection::CodeWrong { left: 4 }), Err(Rejection::CodeWrong { left: 1 })));
        assert_eq!((check(5, false), check(6, true)), (Err(Rejection::TooOften), Err(Rejection::TooOften)));
        let at = |city: &MunicipalityCode, when: &str| check_code(Some(&letter(1)), city, true, tokyo(when));
        assert_eq!(at(&yonago(), "2026-12-31 8:59"), Ok(()));
        assert_eq!(at(&yonago(), "2026-12-31 9:00"), Err(Rejection::NoLetter));
        assert_eq!(at(&sakaiminato(), "2026-12-03 9:00"), Err(Rejection::NoLetter), "the family has moved since");
        assert_eq!(check_code(None, &yonago(), true, soon), Err(Rejection::NoLetter));
    }
}
