//! Whether a condition makes sense: what a city publishes is refused as a whole, with the place of everything wrong.

use super::{Condition, Test};
use crate::problem::{Datum, ProblemPart, Reason};

/// A tree deeper than that no city writes, and no page could show.
const DEPTH: usize = 8;
/// A condition with more parts than that is a mistake.
const PARTS: usize = 40;

/// Why a condition makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Deeper than eight levels.
    TooDeep,
    /// No part, or more than forty.
    PartCount,
    /// It asks for an answer or a document that is not asked for.
    KeyUnknown {
        /// The key.
        key: String,
    },
    /// Nothing it could be.
    NoValue,
    /// A number that makes no sense there.
    OutOfRange {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooDeep => "eligibility.too_deep",
            Self::PartCount => "eligibility.part_count",
            Self::KeyUnknown { .. } => "eligibility.key_unknown",
            Self::NoValue => "eligibility.no_value",
            Self::OutOfRange { .. } => "eligibility.out_of_range",
        }
    }

    /// The reason with the data of its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::KeyUnknown { key } => reason.with("key", Datum::Text(key.clone())),
            Self::OutOfRange { least, most } => reason.with("least", Datum::Count(*least)).with("most", Datum::Count(*most)),
            Self::TooDeep | Self::PartCount | Self::NoValue => reason,
        }
    }
}

/// Everything wrong with a condition at a place; `knows` says whether an answer or a document of that key can be known.
pub fn check(condition: &Condition, place: &str, knows: &dyn Fn(&str) -> bool) -> Vec<ProblemPart> {
    let mut parts = Vec::new();
    walk(condition, place, knows, 0, &mut parts);
    parts
}

fn walk(condition: &Condition, place: &str, knows: &dyn Fn(&str) -> bool, depth: usize, parts: &mut Vec<ProblemPart>) {
    for (name, rejection) in numbers(&condition.test) {
        parts.push(ProblemPart {
            pointer: Some(format!("{place}/{name}")),
            subject: None,
            reason: rejection.reason(),
            detail: String::new(),
        });
    }
    let mut add = |place: String, rejection: Rejection| {
        parts.push(ProblemPart { pointer: Some(place), subject: None, reason: rejection.reason(), detail: String::new() });
    };
    if depth >= DEPTH {
        return add(place.to_owned(), Rejection::TooDeep);
    }
    match &condition.test {
        Test::All { of } | Test::Any { of } => {
            // All of nothing is what everybody has, such as for an end.
            let is_empty = of.is_empty() && matches!(condition.test, Test::Any { .. });
            if is_empty || of.len() > PARTS {
                add(format!("{place}/of"), Rejection::PartCount);
            }
            for (n, part) in of.iter().enumerate().take(PARTS) {
                walk(part, &format!("{place}/of/{n}"), knows, depth + 1, parts);
            }
        }
        Test::Not { of } | Test::InDays { of, .. } => walk(of, &format!("{place}/of"), knows, depth + 1, parts),
        Test::Known { key, values, .. } => {
            if values.is_empty() {
                add(format!("{place}/values"), Rejection::NoValue);
            }
            if !knows(key) {
                add(format!("{place}/key"), Rejection::KeyUnknown { key: key.clone() });
            }
        }
        Test::AtMost { key, .. } | Test::Attached { key, .. } => {
            if !knows(key) {
                add(format!("{place}/key"), Rejection::KeyUnknown { key: key.clone() });
            }
        }
        Test::EnrolledIn { kinds } => {
            if kinds.is_empty() {
                add(format!("{place}/kinds"), Rejection::NoValue);
            }
        }
        Test::Age { .. }
        | Test::WithinMonthsOfBirth { .. }
        | Test::LivesIn { .. }
        | Test::HouseholdIs { .. }
        | Test::Certified { .. }
        | Test::Between { .. }
        | Test::Siblings { .. }
        | Test::HasUsed { .. }
        | Test::Unused { .. }
        | Test::DaysLeftInMonth { .. }
        | Test::MovedIn { .. } => {}
    }
}

/// What is wrong with the numbers of a leaf, each with the name of its field.
fn numbers(test: &Test) -> Vec<(&'static str, Rejection)> {
    let one = |name, value: i64, least, most| (!(least..=most).contains(&value)).then_some((name, Rejection::OutOfRange { least, most }));
    let found = match test {
        Test::Siblings { at_least } => [one("at_least", i64::from(*at_least), 1, 20), None],
        Test::HasUsed { at_least, within_days, .. } => {
            [one("at_least", i64::from(*at_least), 1, 100), one("within_days", i64::from(*within_days), 1, 1000)]
        }
        Test::Unused { at_least_minutes, .. } => [one("at_least_minutes", *at_least_minutes, 1, 60_000), None],
        Test::DaysLeftInMonth { at_most } => [one("at_most", i64::from(*at_most), 0, 31), None],
        Test::InDays { days, .. } => [one("days", i64::from(*days), 1, 400), None],
        Test::MovedIn { within_days } => [one("within_days", i64::from(*within_days), 1, 400), None],
        _ => [None, None],
    };
    found.into_iter().flatten().collect()
}
