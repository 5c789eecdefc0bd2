//! Claims (請求): a facility's month, what is wrong in it, and what becomes of it when it is locked: what families owe, and what each city of
//! residence is asked to pay.
//!
//! A line says what one stay came to. What is locked is never changed: where attendance changes afterwards, the next claim of the facility
//! has a line with the difference, which refers to the first. So at any time the locked lines and those still to come are what attendance is.

mod preparing;
mod totals;

use std::iter::Sum;
use std::ops::{Add, Sub};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use self::preparing::*;
pub use self::totals::*;
use crate::bookings::BookedChild;
use crate::ids::{BookingId, ClaimLineId, CompactId, FamilyId};
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::programmes::ProgrammeKey;
use crate::time::Month;

/// What a stay, or many, come to. In a correction, by how much: then any of it may be negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amounts {
    /// Minutes of use, as the programme measures them.
    pub minutes: i64,
    /// What the family owes, in integer yen.
    pub fee_yen: i64,
    /// What the family pays less because of a relief (減免), in integer yen; its city pays it.
    pub relief_yen: i64,
    /// The benefit by the public unit price (公定単価), in integer yen; its city pays it.
    pub benefit_yen: i64,
}

impl Amounts {
    /// What the city of residence pays, in integer yen.
    pub const fn city_yen(self) -> i64 {
        self.relief_yen + self.benefit_yen
    }
}

impl Add for Amounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            minutes: self.minutes + other.minutes,
            fee_yen: self.fee_yen + other.fee_yen,
            relief_yen: self.relief_yen + other.relief_yen,
            benefit_yen: self.benefit_yen + other.benefit_yen,
        }
    }
}

impl Sub for Amounts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let Self { minutes, fee_yen, relief_yen, benefit_yen } = other;
        self + Self { minutes: -minutes, fee_yen: -fee_yen, relief_yen: -relief_yen, benefit_yen: -benefit_yen }
    }
}

impl Sum for Amounts {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// What became of a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum UsageKind {
    /// The child was there.
    Attended,
    /// The child did not come, and that costs or counts.
    Absent,
    /// It was cancelled too late, and that costs or counts.
    Cancelled,
    /// After a correction nothing is left of it.
    Nothing,
}

impl UsageKind {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attended => "attended",
            Self::Absent => "absent",
            Self::Cancelled => "cancelled",
            Self::Nothing => "nothing",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Attended, Self::Absent, Self::Cancelled, Self::Nothing].into_iter().find(|kind| kind.as_str() == text)
    }

    /// The key of its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attended => "claims.word.attended",
            Self::Absent => "claims.word.absent",
            Self::Cancelled => "claims.word.cancelled",
            Self::Nothing => "claims.word.nothing",
        }
    }
}

/// The line that another one corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Corrects {
    /// The line.
    pub line_id: ClaimLineId,
    /// The month of its claim.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-12"))]
    pub month: Month,
    /// Its number there.
    pub number: i64,
    /// Why, as it was written down with the attendance; empty where nobody wrote a reason.
    pub reason: String,
}

/// A line of a claim: what one stay came to, or by how much that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimLine {
    /// Its id; none before it is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ClaimLineId>,
    /// Its number in the claim, from 1.
    pub number: i64,
    /// The booking.
    pub booking_id: BookingId,
    /// How often the booking had changed when this was written.
    pub booking_version: i64,
    /// The child.
    pub child: BookedChild,
    /// The family.
    pub family_id: FamilyId,
    /// The guardian's name.
    pub guardian: String,
    /// The city that pays: which certified the child for that day, else where the family lives.
    pub residence: MunicipalityCode,
    /// The compact under which a child of another city was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compact_id: Option<CompactId>,
    /// The number of the child's certification, where the programme asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The programme.
    pub programme: ProgrammeKey,
    /// What it is called there.
    pub programme_name: Localised,
    /// Start of the stay as agreed.
    pub starts_at: DateTime<Utc>,
    /// End of the stay as agreed.
    pub ends_at: DateTime<Utc>,
    /// What became of it.
    pub usage: UsageKind,
    /// The child's age in years, as the programme counts it.
    pub age: u32,
    /// The public unit price in integer yen; 0: none.
    pub unit_yen: i64,
    /// What it comes to.
    #[serde(flatten)]
    pub amounts: Amounts,
    /// What it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Corrects>,
}

/// What stands out in a month. Some of it keeps the month open, some is only told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The child came, and nobody has recorded that it left.
    MissingCheckOut {
        /// Start of the stay.
        at: DateTime<Utc>,
    },
    /// Nobody has said whether the child came.
    Unconfirmed {
        /// Start of the stay.
        at: DateTime<Utc>,
    },
    /// The city of residence has no unit price for the child's age that day.
    NoRate {
        /// Start of the stay.
        at: DateTime<Utc>,
    },
    /// The child was not certified that day.
    NotCertified {
        /// Start of the stay.
        at: DateTime<Utc>,
    },
    /// The child lives elsewhere, and no compact covers the stay: it is in no settlement.
    NoCompact {
        /// Start of the stay.
        at: DateTime<Utc>,
    },
    /// It has put the child over a limit.
    OverLimit {
        /// Start of the stay.
        at: DateTime<Utc>,
    },
    /// It was cancelled too late.
    LateCancelled {
        /// Start of the stay.
        at: DateTime<Utc>,
        /// What the family owes for it.
        yen: i64,
    },
    /// Nobody came.
    Absent {
        /// Start of the stay.
        at: DateTime<Utc>,
        /// What the family owes for it.
        yen: i64,
    },
    /// The child was fetched late.
    LatePickUp {
        /// Start of the stay.
        at: DateTime<Utc>,
        /// By so much.
        minutes: i64,
    },
}

impl Finding {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::MissingCheckOut { .. } => "claims.missing_check_out",
            Self::Unconfirmed { .. } => "claims.unconfirmed",
            Self::NoRate { .. } => "claims.no_rate",
            Self::NotCertified { .. } => "claims.not_certified",
            Self::NoCompact { .. } => "claims.no_compact",
            Self::OverLimit { .. } => "claims.over_limit",
            Self::LateCancelled { .. } => "claims.late_cancelled",
            Self::Absent { .. } => "claims.absent",
            Self::LatePickUp { .. } => "claims.late_pick_up",
        }
    }

    /// Whether the month stays open for it.
    pub const fn blocks(self) -> bool {
        matches!(self, Self::MissingCheckOut { .. } | Self::Unconfirmed { .. } | Self::NoRate { .. })
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::MissingCheckOut { at }
            | Self::Unconfirmed { at }
            | Self::NoRate { at }
            | Self::NotCertified { at }
            | Self::NoCompact { at }
            | Self::OverLimit { at } => reason.with("at", Datum::Moment(at)),
            Self::LateCancelled { at, yen } | Self::Absent { at, yen } => reason.with("at", Datum::Moment(at)).with("yen", Datum::Yen(yen)),
            Self::LatePickUp { at, minutes } => reason.with("at", Datum::Moment(at)).with("minutes", Datum::Minutes(minutes)),
        }
    }
}

/// Why a month cannot be locked, or a mark not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// It is locked already.
    AlreadyLocked,
    /// It is not over.
    NotOver {
        /// The first day on which it is.
        from: NaiveDate,
    },
    /// There is nothing in it.
    Nothing,
    /// Only what is locked can be paid.
    NotLocked,
    /// The family is marked so already.
    SameMark,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AlreadyLocked => "claims.already_locked",
            Self::NotOver { .. } => "claims.not_over",
            Self::Nothing => "claims.nothing",
            Self::NotLocked => "claims.not_locked",
            Self::SameMark => "claims.same_mark",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        match self {
            Self::NotOver { from } => Reason::new(self.code()).with("from", Datum::Day(from)),
            Self::AlreadyLocked | Self::Nothing | Self::NotLocked | Self::SameMark => Reason::new(self.code()),
        }
    }
}

#[cfg(test)]
mod tests;
