//! Settlements between cities (市町間の精算): for a compact and a month, which children of one city used what in the other, and what one city
//! owes the other. Each line is a line of a locked claim; the host's facilities are paid by the host, which gets it back here.
//!
//! A line names no child and no family. Each city knows its own children by the number that it certified them under, which tells the other
//! city nothing; where a programme asks for no certification, facility, day and line of the claim are enough to ask the facility. Names
//! would only spread over the border what neither the sums nor a disagreement need.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::claims::{Amounts, UsageKind};
use crate::ids::{ClaimLineId, CompactId, SettlementCommentId};
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::programmes::ProgrammeKey;
use crate::text::check_words;
use crate::time::{Month, day_start};

/// What a city answers to a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettlementAnswer {
    /// The city that answers: either of the two.
    pub municipality: MunicipalityCode,
    /// The name of who wrote it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub words: String,
}

/// What a city says to a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettlementComment {
    /// Its id.
    pub id: SettlementCommentId,
    /// The city that says it.
    pub municipality: MunicipalityCode,
    /// The name of who wrote it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub words: String,
    /// What was answered, the first first.
    #[serde(default)]
    pub answers: Vec<SettlementAnswer>,
    /// Since when it is done with, as its own city says; while there is one that is not, nobody locks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// A line: what a child of one city used in the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettlementLine {
    /// The line of the claim.
    pub claim_line_id: ClaimLineId,
    /// The month of the claim.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-12"))]
    pub claim_month: Month,
    /// Its number in the claim.
    pub claim_number: i64,
    /// The facility's name.
    pub facility: String,
    /// The city of the facility.
    pub host: MunicipalityCode,
    /// The city of the child, which pays.
    pub residence: MunicipalityCode,
    /// The number of the child's certification, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The programme.
    pub programme: ProgrammeKey,
    /// What it is called there.
    pub programme_name: Localised,
    /// The day of the stay.
    pub day: NaiveDate,
    /// What became of it.
    pub usage: UsageKind,
    /// The child's age in years, as the programme counts it.
    pub age: u32,
    /// The public unit price in integer yen; 0: none.
    pub unit_yen: i64,
    /// What it comes to; the family's fee is told and not settled.
    #[serde(flatten)]
    pub amounts: Amounts,
    /// The line of an earlier claim that it corrects: month and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<CorrectedLine>,
    /// What the cities say to it.
    #[serde(default)]
    pub comments: Vec<SettlementComment>,
}

/// A line of an earlier claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CorrectedLine {
    /// The month of its claim.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-12"))]
    pub month: Month,
    /// Its number there.
    pub number: i64,
}

/// What a settlement comes to for one of its cities, in integer yen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sides {
    /// What it pays for its own children in the other city.
    pub pays_yen: i64,
    /// What it gets for the other city's children.
    pub gets_yen: i64,
    /// What it gets in the end; negative: what it pays.
    pub balance_yen: i64,
}

/// A city's lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettlementLock {
    /// When.
    pub at: DateTime<Utc>,
    /// The name of who did.
    pub by: String,
}

/// A settlement in the list, as one of its cities sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettlementHead {
    /// The compact.
    pub compact_id: CompactId,
    /// Its name.
    pub compact_name: Localised,
    /// The month.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-12"))]
    pub month: Month,
    /// The other city.
    pub other: MunicipalityCode,
    /// Its name.
    pub other_name: Localised,
    /// How many lines.
    pub line_count: i64,
    /// What it comes to for the city that looks.
    #[serde(flatten)]
    pub sides: Sides,
    /// The lock of the city that looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_lock: Option<SettlementLock>,
    /// The other city's lock. The first lock closes the list of lines; claims that come later go into the next month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_lock: Option<SettlementLock>,
    /// How many comments are not done with.
    pub open_comments: i64,
}

/// A settlement with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settlement {
    /// What the list says of it.
    #[serde(flatten)]
    pub head: SettlementHead,
    /// The city that looks.
    pub own: MunicipalityCode,
    /// Its name.
    pub own_name: Localised,
    /// The lines, by facility, then day.
    pub lines: Vec<SettlementLine>,
}

/// What a city locks: what it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LockSettlement {
    /// How many lines there were.
    pub line_count: i64,
    /// Its balance, in integer yen.
    pub balance_yen: i64,
}

fn check_comment(words: &str) -> Result<(), ValidationError> {
    check_words(words, 500)
}

/// A comment, or an answer to one, to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSettlementComment {
    /// What is not right, or what is said to that, 500 characters at most.
    #[validate(custom(function = "check_comment"))]
    pub words: String,
}

/// Why a settlement cannot be locked or commented on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The month is not over.
    NotOver {
        /// The first day on which it is.
        from: NaiveDate,
    },
    /// There is nothing in it.
    Nothing,
    /// The city has locked it already.
    AlreadyLocked,
    /// It is not what the city was shown.
    Changed,
    /// Comments are not done with.
    CommentsOpen {
        /// How many.
        count: i64,
    },
    /// Both cities have locked it.
    Closed,
    /// Only the city that wrote a comment says that it is done with.
    NotOwnComment,
    /// The comment is done with.
    CommentClosed,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOver { .. } => "settlements.not_over",
            Self::Nothing => "settlements.nothing",
            Self::AlreadyLocked => "settlements.already_locked",
            Self::Changed => "settlements.changed",
            Self::CommentsOpen { .. } => "settlements.comments_open",
            Self::Closed => "settlements.closed",
            Self::NotOwnComment => "settlements.not_own_comment",
            Self::CommentClosed => "settlements.comment_closed",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::NotOver { from } => reason.with("from", Datum::Day(from)),
            Self::CommentsOpen { count } => reason.with("count", Datum::Count(count)),
            Self::Nothing | Self::AlreadyLocked | Self::Changed | Self::Closed | Self::NotOwnComment | Self::CommentClosed => reason,
        }
    }
}

/// The month in whose settlement the claims of a month are settled, where nobody has settled them: its own, or, where that is locked already,
/// the next that is not.
pub fn settled_in(claim: Month, locked: &[Month]) -> Month {
    let mut month = claim;
    while locked.contains(&month) {
        month = Month::of(month.next_first_day());
    }
    month
}

/// What lines come to for a city. What one city gets the other pays, so the balances of both are always opposite.
pub fn sides<'a>(lines: impl IntoIterator<Item = &'a SettlementLine>, own: &MunicipalityCode) -> Sides {
    let mut sides = Sides::default();
    for line in lines {
        if line.residence == *own {
            sides.pays_yen += line.amounts.city_yen();
        } else {
            sides.gets_yen += line.amounts.city_yen();
        }
    }
    Sides { balance_yen: sides.gets_yen - sides.pays_yen, ..sides }
}

/// How many comments are not done with.
pub fn open_comments<'a>(lines: impl IntoIterator<Item = &'a SettlementLine>) -> i64 {
    lines.into_iter().flat_map(|line| &line.comments).filter(|comment| comment.closed_at.is_none()).map(|_| 1).sum()
}

/// Whether a city may lock what it was shown; all reasons against it.
pub fn lock(head: &SettlementHead, seen: &LockSettlement, now: DateTime<Utc>) -> Result<(), Vec<Rejection>> {
    if head.own_lock.is_some() {
        return Err(vec![Rejection::AlreadyLocked]);
    }
    let mut against = Vec::new();
    let from = head.month.next_first_day();
    if now < day_start(from) {
        against.push(Rejection::NotOver { from });
    }
    if head.line_count == 0 {
        against.push(Rejection::Nothing);
    }
    if (seen.line_count, seen.balance_yen) != (head.line_count, head.sides.balance_yen) {
        against.push(Rejection::Changed);
    }
    if head.open_comments > 0 {
        against.push(Rejection::CommentsOpen { count: head.open_comments });
    }
    if against.is_empty() { Ok(()) } else { Err(against) }
}

/// Whether a line can still be commented on.
pub const fn may_comment(head: &SettlementHead) -> Result<(), Rejection> {
    if head.own_lock.is_some() && head.other_lock.is_some() { Err(Rejection::Closed) } else { Ok(()) }
}

/// Whether a city may say that a comment is done with.
pub fn may_close(comment: &SettlementComment, own: &MunicipalityCode) -> Result<(), Rejection> {
    if comment.municipality == *own { Ok(()) } else { Err(Rejection::NotOwnComment) }
}

/// Whether a comment can still be answered.
pub const fn may_answer(comment: &SettlementComment) -> Result<(), Rejection> {
    if comment.closed_at.is_none() { Ok(()) } else { Err(Rejection::CommentClosed) }
}

#[cfg(test)]
mod tests;
