//! Municipalities, their codes with check digit, and the compacts (広域利用協定) between them: all data.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::CompactId;
use crate::locale::Localised;
use crate::problem::Reason;
use crate::programmes::{PriceTier, ProgrammeKey};

/// A 6-digit municipality code (全国地方公共団体コード) whose check digit is right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, pattern = "^[0-9]{6}$", example = "312029"))]
pub struct MunicipalityCode(String);

/// Why a text is no municipality code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Not six digits.
    #[error("municipalities.code_malformed")]
    Malformed,
    /// The last digit does not fit the first five.
    #[error("municipalities.code_check_digit")]
    CheckDigit,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 2] = [Self::Malformed, Self::CheckDigit];

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        match self {
            Self::Malformed => Reason::new("municipalities.code_malformed"),
            Self::CheckDigit => Reason::new("municipalities.code_check_digit"),
        }
    }
}

impl MunicipalityCode {
    /// Reads a code. For digits a to e the check digit is `(11 − s mod 11) mod 10` with `s = 6a+5b+4c+3d+2e`, and `11 − s` where
    /// `s < 11` (総務省 全国地方公共団体コード仕様).
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let digits: Vec<u32> = text.chars().map(|c| c.to_digit(10)).collect::<Option<_>>().ok_or(Rejection::Malformed)?;
        let (check, body) = match digits.as_slice() {
            [body @ .., check] if digits.len() == 6 && text.is_ascii() => (*check, body),
            _ => return Err(Rejection::Malformed),
        };
        let sum: u32 = body.iter().zip([6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
        let expected = if sum < 11 { 11 - sum } else { (11 - sum % 11) % 10 };
        if expected % 10 == check { Ok(Self(text.to_owned())) } else { Err(Rejection::CheckDigit) }
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MunicipalityCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A point on the map, WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Position {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl Position {
    /// Distance to another point in metres over a sphere (haversine, mean radius 6,371 km).
    pub fn metres_to(self, other: Self) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half = |x: f64| (x / 2.0).sin().powi(2);
        let h = half(b - a) + a.cos() * b.cos() * half((other.longitude - self.longitude).to_radians());
        2.0 * 6_371_000.0 * h.sqrt().min(1.0).asin()
    }
}

/// A municipality that takes part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Municipality {
    /// Its code.
    pub code: MunicipalityCode,
    /// Its name.
    pub name: Localised,
    /// Its name in katakana.
    pub kana: String,
    /// Its city hall.
    pub position: Position,
}

/// What a compact allows: residents of one municipality, in facilities of another, for one programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompactTerm {
    /// The compact it belongs to.
    pub compact_id: CompactId,
    /// Where the family lives.
    pub residence: MunicipalityCode,
    /// Where the facility is.
    pub host: MunicipalityCode,
    /// The programme.
    pub programme: ProgrammeKey,
    /// First day of stay.
    pub valid_from: NaiveDate,
    /// Last day of stay; none: open end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// By how many days the host's own residents may book earlier.
    pub resident_priority_days: u32,
    /// The price tier that these families pay.
    pub price_tier: PriceTier,
}

impl CompactTerm {
    /// Whether this term is about that residence, host and programme on that day of stay.
    pub fn covers(&self, residence: &MunicipalityCode, host: &MunicipalityCode, programme: &ProgrammeKey, day: NaiveDate) -> bool {
        self.residence == *residence
            && self.host == *host
            && self.programme == *programme
            && self.valid_from <= day
            && self.valid_until.is_none_or(|last| day <= last)
    }
}

/// An agreement between municipalities, with its terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Compact {
    /// Its id.
    pub id: CompactId,
    /// Its name.
    pub name: Localised,
    /// What it allows.
    pub terms: Vec<CompactTerm>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_known_municipalities_are_right() {
        for code in ["312029", "312045", "313840", "313866", "313891", "313904", "011002", "112038", "131016", "010006"] {
            assert!(MunicipalityCode::parse(code).is_ok(), "{code}");
        }
        assert_eq!(MunicipalityCode::parse("312028"), Err(Rejection::CheckDigit));
        assert_eq!(MunicipalityCode::parse("31202"), Err(Rejection::Malformed));
        assert_eq!(MunicipalityCode::parse("３12029"), Err(Rejection::Malformed));
    }

    #[test]
    fn the_two_city_halls_are_some_fifteen_kilometres_apart() {
        let yonago = Position { latitude: 35.42806, longitude: 133.33111 };
        let sakaiminato = Position { latitude: 35.53972, longitude: 133.23167 };
        assert!((15_000.0..16_000.0).contains(&yonago.metres_to(sakaiminato)));
    }
}
