//! Eligibility as data: conditions over what is known of a child and its family, answered yes, no or unknown, each with its reasons.
//!
//! A condition is a tree. Its [`Finding`] is the same tree with a verdict and a sentence at every leaf, so what is decided and what is
//! explained are one value. The verdicts are Kleene's: what is unknown stays unknown unless the rest decides without it.

mod asking;
mod check;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use self::asking::{judge, say};
pub use self::check::{Rejection, check};
use crate::entitlements::Certified;
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::Reason;
use crate::programmes::{Ages, ProgrammeKey};
use crate::time::days_after;

/// A condition, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Condition {
    /// What is asked.
    #[serde(flatten)]
    pub test: Test,
    /// The statute or ordinance that says so; people read it with the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Localised>,
}

/// What a condition asks. All of it is asked for one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Test {
    /// All of these hold; of none: yes.
    All {
        /// The conditions.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        of: Vec<Condition>,
    },
    /// One of these holds; of none: no.
    Any {
        /// The conditions.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        of: Vec<Condition>,
    },
    /// This does not hold.
    Not {
        /// The condition.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        of: Box<Condition>,
    },
    /// The child is of an age on the day.
    Age {
        /// From and until.
        ages: Ages,
    },
    /// The child was born at most so many months ago: until the day before that many months are complete.
    WithinMonthsOfBirth {
        /// Months, 1 to 240.
        months: u32,
    },
    /// The family lives in one of these cities, proven.
    LivesIn {
        /// The cities; none: the one whose rule it is.
        #[serde(default)]
        municipalities: Vec<MunicipalityCode>,
    },
    /// The child is enrolled in a facility of one of these kinds.
    EnrolledIn {
        /// The kinds.
        kinds: Vec<Enrolment>,
    },
    /// The household is of a class, as a programme's reliefs name it.
    HouseholdIs {
        /// The class.
        class: String,
        /// What it is called.
        name: Localised,
    },
    /// The child is certified for a programme on the day.
    Certified {
        /// The programme.
        programme: ProgrammeKey,
        /// What it is called.
        name: Localised,
    },
    /// What was answered, or is known, is one of these.
    Known {
        /// The key of the question.
        key: String,
        /// The values.
        values: Vec<String>,
        /// What holds when it is one of them, in a sentence.
        yes: Localised,
        /// What holds when it is another.
        no: Localised,
    },
    /// An amount that was answered, or is known, is at most so much; for example the income part of the residents' tax.
    AtMost {
        /// The key of the question.
        key: String,
        /// Integer yen.
        yen: i64,
        /// What the amount is called.
        name: Localised,
    },
    /// A document was sent.
    Attached {
        /// The key of what is asked for.
        key: String,
        /// What it is called.
        name: Localised,
    },
    /// The day lies between these.
    Between {
        /// First day; none: from ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
        /// Last day; none: no end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
    },
    /// The family has at least so many children.
    Siblings {
        /// Children of the family, this one among them, 1 to 20.
        at_least: u32,
    },
    /// The child has been in a programme at least so often lately.
    HasUsed {
        /// The programme.
        programme: ProgrammeKey,
        /// What it is called.
        name: Localised,
        /// Stays, 1 to 100.
        at_least: u32,
        /// In so many days before the day, 1 to 1000.
        within_days: u32,
    },
    /// So much of what the child may use of a programme in the month is left. Limits that are not counted in minutes by the month leave it
    /// unknown.
    Unused {
        /// The programme.
        programme: ProgrammeKey,
        /// What it is called.
        name: Localised,
        /// Minutes, 1 to 60,000.
        at_least_minutes: i64,
    },
    /// The month is nearly over.
    DaysLeftInMonth {
        /// So many days come after the day at most, 0 to 31.
        at_most: u32,
    },
    /// This will hold so many days later, by what is known now.
    InDays {
        /// Days, 1 to 400.
        days: u32,
        /// The condition.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        of: Box<Condition>,
    },
    /// The family has come to live in the city lately.
    MovedIn {
        /// At most so many days before the day, 1 to 400.
        within_days: u32,
    },
}

/// Where a child is enrolled. Known under the key [`ENROLMENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Enrolment {
    /// Nowhere.
    None,
    /// 認可保育所
    Nursery,
    /// 認定こども園
    Centre,
    /// 幼稚園
    Kindergarten,
    /// 地域型保育事業所
    Community,
    /// 企業主導型保育施設
    Company,
    /// 認可外保育施設
    Unlicensed,
}

/// The key under which a child's enrolment is known.
pub const ENROLMENT: &str = "enrolled_in";

/// The key under which it is known since when a child is a resident, as the register says; a day.
pub const RESIDENT_SINCE: &str = "resident_since";

impl Enrolment {
    /// Every kind, as a family chooses from them.
    pub const ALL: [Self; 7] =
        [Self::None, Self::Nursery, Self::Centre, Self::Kindergarten, Self::Community, Self::Company, Self::Unlicensed];

    /// Its name on the wire, as a known value and as the end of its sentence's key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Nursery => "nursery",
            Self::Centre => "centre",
            Self::Kindergarten => "kindergarten",
            Self::Community => "community",
            Self::Company => "company",
            Self::Unlicensed => "unlicensed",
        }
    }

    /// The kind of a known value.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What is known when a condition is asked. What is not in it is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The day that the condition is asked for.
    pub day: NaiveDate,
    /// The city whose rule it is.
    pub city: MunicipalityCode,
    /// The child's birth date; none: there is no child.
    pub born: Option<NaiveDate>,
    /// Where the family says it lives.
    pub residence: MunicipalityCode,
    /// Whether that is proven.
    pub is_residence_proven: bool,
    /// The household's classes on the day.
    pub classes: Vec<String>,
    /// What the child is certified for, each from one day to another.
    pub certified: Vec<(ProgrammeKey, Certified)>,
    /// What was answered or is known, by the question's key.
    pub known: BTreeMap<String, String>,
    /// The keys of what an officer or the city's register has confirmed.
    pub confirmed: BTreeSet<String>,
    /// The keys of the documents that were sent.
    pub attached: BTreeSet<String>,
    /// How many children the family has.
    pub children: Option<u32>,
    /// Since when the family lives in the city.
    pub moved_in: Option<NaiveDate>,
    /// The days on which the child was in a programme, for each programme that was looked up.
    pub used: BTreeMap<ProgrammeKey, Vec<NaiveDate>>,
    /// The minutes that are left in the month of the day, for each programme that was looked up.
    pub left: BTreeMap<ProgrammeKey, i64>,
}

/// Yes, no or unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// It does not hold.
    No,
    /// Something is missing.
    Unknown,
    /// It holds.
    Yes,
}

impl Verdict {
    const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    const fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

/// What would have to be known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Missing {
    /// Which child it is about.
    Child,
    /// A proof of the residence: sign-in with the My Number card, a letter's code, the counter, a document.
    Residence,
    /// Whether the household is of a class.
    Household {
        /// The class.
        class: String,
    },
    /// An answer.
    Known {
        /// The key of the question.
        key: String,
    },
    /// A document.
    Attachment {
        /// The key of what is asked for.
        key: String,
    },
}

/// What was found for a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// What is so, as a sentence; at leaves only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What is missing; at unknown leaves only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// Where the rule is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Localised>,
    /// What it was found from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub of: Vec<Finding>,
    /// Whether it says the contrary of what it was found from.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub negated: bool,
}

/// One reason of a decision, with where its rule is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ground {
    /// What is so.
    pub reason: Reason,
    /// The statute or ordinance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Localised>,
}

impl Finding {
    /// What the verdict rests on: of everything asked, the reasons without which it would be another. In the order of the rule.
    pub fn grounds(&self) -> Vec<Ground> {
        let mut grounds = Vec::new();
        self.each_decisive(self.verdict, None, &mut |leaf, source| {
            if let Some(reason) = &leaf.reason {
                let ground = Ground { reason: reason.clone(), source: source.cloned() };
                if !grounds.contains(&ground) {
                    grounds.push(ground);
                }
            }
        });
        grounds
    }

    /// What would have to be known to decide, in the order in which to ask; nothing when it is decided.
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        for (_, one) in self.open() {
            missing.extend(one.filter(|one| !missing.contains(one)));
        }
        missing
    }

    /// Each reason why it is unknown, with what is missing, in the order of the rule; nothing when it is decided.
    pub fn open(&self) -> Vec<(Ground, Option<Missing>)> {
        let mut open = Vec::new();
        if self.verdict == Verdict::Unknown {
            self.each_decisive(Verdict::Unknown, None, &mut |leaf, source| {
                if let Some(reason) = &leaf.reason {
                    let one = (Ground { reason: reason.clone(), source: source.cloned() }, leaf.missing.clone());
                    if !open.contains(&one) {
                        open.push(one);
                    }
                }
            });
        }
        open
    }

    /// Walks to the leaves whose verdict makes this one's. A leaf without a source of its own has its nearest condition's.
    fn each_decisive<'a>(&'a self, verdict: Verdict, source: Option<&'a Localised>, see: &mut dyn FnMut(&'a Self, Option<&'a Localised>)) {
        let source = self.source.as_ref().or(source);
        if self.of.is_empty() {
            return see(self, source);
        }
        let wanted = if self.negated { verdict.not() } else { verdict };
        for part in self.of.iter().filter(|part| part.verdict == wanted) {
            part.each_decisive(wanted, source, see);
        }
    }
}

/// Asks a condition.
pub fn examine(condition: &Condition, facts: &Facts) -> Finding {
    examine_on(condition, facts, facts.day)
}

fn examine_on(condition: &Condition, facts: &Facts, day: NaiveDate) -> Finding {
    let part = |conditions: &[Condition]| conditions.iter().map(|condition| examine_on(condition, facts, day)).collect::<Vec<_>>();
    let whole = |verdict, of, negated| Finding { verdict, reason: None, missing: None, source: condition.source.clone(), of, negated };
    match &condition.test {
        Test::All { of } => {
            let of = part(of);
            whole(of.iter().map(|part| part.verdict).min().unwrap_or(Verdict::Yes), of, false)
        }
        Test::Any { of } => {
            let of = part(of);
            whole(of.iter().map(|part| part.verdict).max().unwrap_or(Verdict::No), of, false)
        }
        Test::Not { of } => {
            let of = examine_on(of, facts, day);
            whole(of.verdict.not(), vec![of], true)
        }
        Test::InDays { days, of } => {
            let of = examine_on(of, facts, days_after(day, *days));
            whole(of.verdict, vec![of], false)
        }
        leaf => {
            let verdict = judge(leaf, facts, day);
            let (reason, missing) = say(leaf, verdict, facts, day);
            Finding { verdict, reason: Some(reason), missing, source: condition.source.clone(), of: Vec::new(), negated: false }
        }
    }
}

/// The verdict alone, for asking very many: the same as [`examine`] finds.
pub fn verdict(condition: &Condition, facts: &Facts) -> Verdict {
    verdict_on(condition, facts, facts.day)
}

fn verdict_on(condition: &Condition, facts: &Facts, day: NaiveDate) -> Verdict {
    match &condition.test {
        Test::All { of } => {
            let mut found = Verdict::Yes;
            for part in of {
                found = found.min(verdict_on(part, facts, day));
                if found == Verdict::No {
                    break;
                }
            }
            found
        }
        Test::Any { of } => {
            let mut found = Verdict::No;
            for part in of {
                found = found.max(verdict_on(part, facts, day));
                if found == Verdict::Yes {
                    break;
                }
            }
            found
        }
        Test::Not { of } => verdict_on(of, facts, day).not(),
        Test::InDays { days, of } => verdict_on(of, facts, days_after(day, *days)),
        leaf => judge(leaf, facts, day),
    }
}

/// Every leaf of a condition, in its order.
pub fn leaves<'a>(condition: &'a Condition, see: &mut dyn FnMut(&'a Test)) {
    match &condition.test {
        Test::All { of } | Test::Any { of } => of.iter().for_each(|part| leaves(part, see)),
        Test::Not { of } | Test::InDays { of, .. } => leaves(of, see),
        leaf => see(leaf),
    }
}

/// What a kind of enrolment is called.
pub fn enrolment_name(kind: Enrolment) -> Localised {
    let said = |locale| crate::problem::sentence(&format!("eligibility.enrolment.{}", kind.key()), locale);
    Localised::new(&said(crate::locale::Locale::Ja), &said(crate::locale::Locale::Easy), &said(crate::locale::Locale::En))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
