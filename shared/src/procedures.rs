//! Procedures (手続) as data: what an application asks, what decides it, and what a grant does.
//!
//! A version belongs to one municipality and a range of days, like a programme's. Nothing that the family's registration holds is asked;
//! an answer that is kept ([`Keep`]) is never asked again, whichever procedure asks next.

mod check;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use self::check::{NewProcedure, Rejection};
use crate::eligibility::{Condition, Facts, Verdict, examine};
use crate::ids::ProcedureId;
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::programmes::{Ages, Choice, ProgrammeKey, Question};
use crate::time::{days_before, fiscal_year, months_complete_on};

/// Names a procedure in every municipality, for example `open_nursery_certification` (認定申請).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "open_nursery_certification"))]
pub struct ProcedureKey(String);

impl ProcedureKey {
    /// Takes any text: a procedure that no city has is simply not found.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One version of a procedure: what holds in one municipality from one day to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Procedure {
    /// Id of this version.
    pub id: ProcedureId,
    /// The procedure.
    pub key: ProcedureKey,
    /// The municipality that decides it: the family's.
    pub municipality: MunicipalityCode,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; none: open end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// What it is called.
    pub name: Localised,
    /// What it is for, in one or two sentences.
    pub summary: Localised,
    /// The rules.
    pub terms: ProcedureTerms,
}

/// The rules of a procedure's version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProcedureTerms {
    /// What a grant does. Whether an application is for a child or the whole family follows from it.
    pub effect: Effect,
    /// What is asked, in order, one question on a page.
    #[serde(default)]
    pub questions: Vec<FormQuestion>,
    /// Documents that are asked for.
    #[serde(default)]
    pub attachments: Vec<Requirement>,
    /// What the guardian declares before sending; each has to be ticked.
    #[serde(default)]
    pub declarations: Vec<Choice>,
    /// What decides: yes grants, no refuses, unknown goes to an officer with what is missing.
    pub rule: Condition,
    /// What a person has to look at although the rule could decide.
    #[serde(default)]
    pub reviews: Vec<Review>,
    /// Whether an officer's decision takes a second officer's.
    #[serde(default)]
    pub two_officers: bool,
    /// Within so many working days the city wants to have decided, 0 to 60.
    pub target_days: u32,
    /// What may have to be done after it, for example 変更 and 消滅.
    #[serde(default)]
    pub follow_ups: Vec<ProcedureKey>,
    /// The words of the decision notice.
    pub notice: NoticeWords,
}

/// A question of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormQuestion {
    /// Key, words and kind of answer.
    #[serde(flatten)]
    pub question: Question,
    /// What helps to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Localised>,
    /// Asked only when this holds, by what is known and was answered before; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Whether the answer is kept, so that nobody asks it again.
    #[serde(default)]
    pub keep: Keep,
}

/// Whether an answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Keep {
    /// It belongs to this application only.
    #[default]
    No,
    /// It is known of the child from now on.
    Child,
    /// It is known of the family from now on.
    Family,
}

/// A document that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Requirement {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub name: Localised,
    /// What helps to find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Localised>,
    /// Whether the application cannot be sent without it.
    #[serde(default)]
    pub required: bool,
    /// Asked for only when this holds; none: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// What a person has to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    /// Looked at when this holds, or when it is unknown whether it does.
    pub when: Condition,
    /// What to look at.
    pub point: Localised,
}

/// What a grant does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Effect {
    /// The child is certified for a programme (認定, also 利用登録).
    Certify {
        /// The programme.
        programme: ProgrammeKey,
        /// From when to when.
        validity: Validity,
    },
    /// What is known of a certified child is changed (変更): the certification stays, and the rule has looked at it again.
    Revise {
        /// The programme.
        programme: ProgrammeKey,
    },
    /// The certification ends (消滅).
    End {
        /// The programme.
        programme: ProgrammeKey,
        /// The key of the question for the last day.
        last_day: String,
    },
    /// The household is of a class from today (減免), until the fiscal year ends.
    Relieve {
        /// The class, as a programme's reliefs name it.
        class: String,
        /// What it is called.
        name: Localised,
    },
}

impl Effect {
    /// The programme it is about; none: the whole family's.
    pub const fn programme(&self) -> Option<&ProgrammeKey> {
        match self {
            Self::Certify { programme, .. } | Self::Revise { programme } | Self::End { programme, .. } => Some(programme),
            Self::Relieve { .. } => None,
        }
    }

    /// Whether an application is for one child.
    pub const fn is_for_child(&self) -> bool {
        self.programme().is_some()
    }
}

/// From when to when a certification holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Validity {
    /// From the first day of this age on, and no longer than its last.
    pub ages: Ages,
    /// So many days before its first day one may apply, 0 to 366.
    #[serde(default)]
    pub ahead_days: u32,
    /// When it ends at the latest.
    #[serde(default)]
    pub until: Until,
}

/// When a certification ends at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Until {
    /// With the age.
    #[default]
    Age,
    /// With the fiscal year in which it begins, on 31 March.
    FiscalYear,
    /// On the day before so many months from the birth are complete.
    MonthsFromBirth {
        /// Months, 1 to 240.
        months: u32,
    },
}

impl Validity {
    /// First and last day for a child born then, when it is applied for on a day; none: the age is over.
    pub fn days(&self, born: NaiveDate, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let first = today.max(self.ages.first_day(born));
        let last = self.ages.last_day(born).min(match self.until {
            Until::Age => NaiveDate::MAX,
            Until::FiscalYear => fiscal_year_end(first),
            Until::MonthsFromBirth { months } => days_before(months_complete_on(born, months), 1),
        });
        (first <= last).then_some((first, last))
    }
}

/// The last day of the fiscal year of a day.
pub fn fiscal_year_end(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(fiscal_year(day).saturating_add(1), 3, 31).unwrap_or(NaiveDate::MAX)
}

/// The words of a decision notice, in Japanese: it is an official document. Which reasons and days stand in it follows from the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeWords {
    /// Who decides, for example 米子市長.
    pub issuer: String,
    /// Title when granted, for example 乳児等支援給付認定通知書.
    pub granted_title: String,
    /// Body when granted.
    pub granted: String,
    /// Title when refused.
    pub refused_title: String,
    /// Body when refused.
    pub refused: String,
    /// How to object (教示), one paragraph a line.
    pub objection: String,
    /// Whom to ask: office and telephone number.
    pub contact: String,
}

/// Walks through a form: the questions that are asked, and what is then known. An answer comes before what was known; one to what is not
/// asked, or not any more, is not seen, and neither is what hangs on it. A question whose condition is unknown is not asked yet.
pub fn walk<'a>(terms: &'a ProcedureTerms, before: &Facts, answers: &BTreeMap<String, String>) -> (Vec<&'a FormQuestion>, Facts) {
    let mut facts = before.clone();
    let mut asked = Vec::new();
    for question in &terms.questions {
        if is_asked(question.when.as_ref(), &facts) {
            let key = &question.question.key;
            if let Some(answer) = answers.get(key) {
                facts.known.insert(key.clone(), answer.clone());
            }
            asked.push(question);
        }
    }
    (asked, facts)
}

/// The documents that are asked for.
pub fn wanted<'a>(terms: &'a ProcedureTerms, facts: &Facts) -> Vec<&'a Requirement> {
    terms.attachments.iter().filter(|wanted| is_asked(wanted.when.as_ref(), facts)).collect()
}

fn is_asked(when: Option<&Condition>, facts: &Facts) -> bool {
    when.is_none_or(|when| examine(when, facts).verdict == Verdict::Yes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
