//! Whether a procedure makes sense as a whole, before anybody applies by it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Effect, NoticeWords, ProcedureKey, ProcedureTerms, Until};
use crate::eligibility::{self, Condition};
use crate::locale::Localised;
use crate::problem::{ProblemPart, Reason};
use crate::programmes::{AnswerKind, check_key, check_name, check_questions};

/// A procedure's version, as a city publishes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewProcedure {
    /// The procedure, also a new one.
    pub key: ProcedureKey,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; none: until another version begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// What it is called.
    pub name: Localised,
    /// What it is for, in one or two sentences.
    pub summary: Localised,
    /// The rules.
    pub terms: ProcedureTerms,
}

/// Why a procedure makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The question for the last day is not there, not required, or asks for no day.
    LastDayMissing,
    /// A number of days or months is out of bounds.
    DaysOutOfBounds,
    /// A word of the notice is missing.
    WordsMissing,
    /// Two questions, documents or declarations have one key.
    KeyTwice,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 4] = [Self::LastDayMissing, Self::DaysOutOfBounds, Self::WordsMissing, Self::KeyTwice];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LastDayMissing => "procedures.last_day_missing",
            Self::DaysOutOfBounds => "procedures.days_out_of_bounds",
            Self::WordsMissing => "procedures.words_missing",
            Self::KeyTwice => "procedures.key_twice",
        }
    }
}

impl NewProcedure {
    /// Everything wrong with it, each with the JSON pointer of its place.
    pub fn check(&self) -> Vec<ProblemPart> {
        let mut parts = check_key(self.key.as_str(), "/key");
        parts.extend(check_name(&self.name, "/name"));
        parts.extend(check_name(&self.summary, "/summary"));
        parts.extend(check_terms(&self.terms));
        parts
    }
}

fn check_terms(terms: &ProcedureTerms) -> Vec<ProblemPart> {
    let mut parts = check_questions("/terms/questions", terms.questions.iter().map(|asked| &asked.question));
    let wrong = |place: String, rejection: Rejection| ProblemPart {
        pointer: Some(place),
        subject: None,
        reason: Reason::new(rejection.code()),
        detail: String::new(),
    };
    let question_keys = terms.questions.iter().map(|asked| asked.question.key.as_str());
    let document_keys = terms.attachments.iter().map(|wanted| wanted.key.as_str());
    let keys: Vec<&str> = question_keys.chain(document_keys).chain(terms.declarations.iter().map(|said| said.key.as_str())).collect();
    if keys.iter().enumerate().any(|(n, key)| keys.iter().take(n).any(|earlier| earlier == key)) {
        parts.push(wrong("/terms".to_owned(), Rejection::KeyTwice));
    }
    for (n, wanted) in terms.attachments.iter().enumerate() {
        parts.extend(check_key(&wanted.key, &format!("/terms/attachments/{n}/key")));
        parts.extend(check_name(&wanted.name, &format!("/terms/attachments/{n}/name")));
    }
    for (n, said) in terms.declarations.iter().enumerate() {
        parts.extend(check_key(&said.key, &format!("/terms/declarations/{n}/key")));
        parts.extend(check_name(&said.name, &format!("/terms/declarations/{n}/name")));
    }
    let knows = |key: &str| key == eligibility::ENROLMENT || keys.contains(&key);
    let mut condition = |condition: &Condition, place: String| parts.extend(eligibility::check(condition, &place, &knows));
    condition(&terms.rule, "/terms/rule".to_owned());
    for (n, review) in terms.reviews.iter().enumerate() {
        condition(&review.when, format!("/terms/reviews/{n}/when"));
    }
    for (n, asked) in terms.questions.iter().enumerate() {
        if let Some(when) = &asked.when {
            condition(when, format!("/terms/questions/{n}/when"));
        }
    }
    for (n, wanted) in terms.attachments.iter().enumerate() {
        if let Some(when) = &wanted.when {
            condition(when, format!("/terms/attachments/{n}/when"));
        }
    }
    match &terms.effect {
        Effect::Certify { validity, .. } => {
            let months = match validity.until {
                Until::MonthsFromBirth { months } => months,
                Until::Age | Until::FiscalYear => 1,
            };
            if validity.ahead_days > 366 || !(1..=240).contains(&months) {
                parts.push(wrong("/terms/effect/validity".to_owned(), Rejection::DaysOutOfBounds));
            }
        }
        Effect::End { last_day, .. } => {
            let asks = |asked: &super::FormQuestion| {
                asked.question.key == *last_day
                    && asked.question.required
                    && asked.when.is_none()
                    && matches!(asked.question.answer, AnswerKind::Day)
            };
            if !terms.questions.iter().any(asks) {
                parts.push(wrong("/terms/effect/last_day".to_owned(), Rejection::LastDayMissing));
            }
        }
        Effect::Revise { .. } => {}
        Effect::Relieve { class, name } => {
            parts.extend(check_key(class, "/terms/effect/class"));
            parts.extend(check_name(name, "/terms/effect/name"));
        }
    }
    if terms.target_days > 60 {
        parts.push(wrong("/terms/target_days".to_owned(), Rejection::DaysOutOfBounds));
    }
    let NoticeWords { issuer, granted_title, granted, refused_title, refused, objection, contact } = &terms.notice;
    if [issuer, granted_title, granted, refused_title, refused, objection, contact].iter().any(|words| words.trim().is_empty()) {
        parts.push(wrong("/terms/notice".to_owned(), Rejection::WordsMissing));
    }
    parts
}
