//! Filling in: answers one by one, and whether the whole can be sent.

use std::collections::{BTreeMap, BTreeSet};

use super::ApplicationChange;
use crate::eligibility::Facts;
use crate::problem::{Datum, ProblemPart, Reason};
use crate::procedures::{ProcedureTerms, walk, wanted};

/// What was filled in so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling {
    /// The answers by question. An empty one leaves a question out that need not be answered.
    pub answers: BTreeMap<String, String>,
    /// The keys of what was declared.
    pub declared: BTreeSet<String>,
}

/// Why an application cannot be filled in so, sent or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// There is no such question.
    AnswerUnknown,
    /// The answer is not what the question asks for.
    AnswerInvalid {
        /// The question.
        question: crate::locale::Localised,
    },
    /// A question is not answered.
    AnswerMissing {
        /// The question.
        question: crate::locale::Localised,
    },
    /// A document is not there.
    AttachmentMissing {
        /// The document.
        name: crate::locale::Localised,
    },
    /// Something has to be declared.
    DeclarationMissing,
    /// There is no such declaration.
    DeclarationUnknown,
    /// It was sent, decided or withdrawn already.
    NotOpen,
    /// The procedure is for a child.
    ChildMissing,
    /// The procedure is for the whole family.
    ChildNotAsked,
    /// It is too early: one may apply from a day on.
    TooEarly {
        /// The day.
        from: chrono::NaiveDate,
    },
    /// The child is certified already.
    AlreadyCertified {
        /// The last day.
        until: chrono::NaiveDate,
    },
    /// The child is not certified: nothing to change or to end.
    NotCertified,
    /// The household is of that class already.
    AlreadyRelieved,
    /// The last day lies outside the certification.
    LastDayOutside {
        /// First possible day.
        from: chrono::NaiveDate,
        /// Last possible day.
        until: chrono::NaiveDate,
    },
    /// The family has an application of this procedure under way, for this child.
    UnderWay,
    /// The family lives in another city than the procedure's.
    OtherCity,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AnswerUnknown => "applications.answer_unknown",
            Self::AnswerInvalid { .. } => "applications.answer_invalid",
            Self::AnswerMissing { .. } => "applications.answer_missing",
            Self::AttachmentMissing { .. } => "applications.attachment_missing",
            Self::DeclarationMissing => "applications.declaration_missing",
            Self::DeclarationUnknown => "applications.declaration_unknown",
            Self::NotOpen => "applications.not_open",
            Self::ChildMissing => "applications.child_missing",
            Self::ChildNotAsked => "applications.child_not_asked",
            Self::TooEarly { .. } => "applications.too_early",
            Self::AlreadyCertified { .. } => "applications.already_certified",
            Self::NotCertified => "applications.not_certified",
            Self::AlreadyRelieved => "applications.already_relieved",
            Self::LastDayOutside { .. } => "applications.last_day_outside",
            Self::UnderWay => "applications.under_way",
            Self::OtherCity => "applications.other_city",
        }
    }

    /// The reason with the data of its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::AnswerInvalid { question } | Self::AnswerMissing { question } => reason.with("question", Datum::Names(question.clone())),
            Self::AttachmentMissing { name } => reason.with("name", Datum::Names(name.clone())),
            Self::TooEarly { from } => reason.with("from", Datum::Day(*from)),
            Self::AlreadyCertified { until } => reason.with("until", Datum::Day(*until)),
            Self::LastDayOutside { from, until } => reason.with("from", Datum::Day(*from)).with("until", Datum::Day(*until)),
            Self::AnswerUnknown
            | Self::DeclarationMissing
            | Self::DeclarationUnknown
            | Self::NotOpen
            | Self::ChildMissing
            | Self::ChildNotAsked
            | Self::NotCertified
            | Self::AlreadyRelieved
            | Self::UnderWay
            | Self::OtherCity => reason,
        }
    }

    fn at(&self, pointer: String) -> ProblemPart {
        ProblemPart { pointer: Some(pointer), subject: None, reason: self.reason(), detail: String::new() }
    }
}

/// Fills in; everything wrong with what was sent, each with its place in the body.
pub fn fill(terms: &ProcedureTerms, filling: &Filling, change: &ApplicationChange) -> Result<Filling, Vec<ProblemPart>> {
    let mut filled = filling.clone();
    let mut parts = Vec::new();
    for (n, answer) in change.answers.iter().enumerate() {
        let Some(asked) = terms.questions.iter().find(|asked| asked.question.key == answer.key) else {
            parts.push(Rejection::AnswerUnknown.at(format!("/answers/{n}/key")));
            continue;
        };
        let value = asked.question.answer.tidy(&answer.value);
        if value.is_empty() && asked.question.required {
            filled.answers.remove(&answer.key);
        } else if value.is_empty() || asked.question.answer.takes(&value) {
            filled.answers.insert(answer.key.clone(), value);
        } else {
            parts.push(Rejection::AnswerInvalid { question: asked.question.text.clone() }.at(format!("/answers/{n}/value")));
        }
    }
    if let Some(declared) = &change.declared {
        if declared.iter().all(|key| terms.declarations.iter().any(|known| known.key == *key)) {
            filled.declared.clone_from(declared);
        } else {
            parts.push(Rejection::DeclarationUnknown.at("/declared".to_owned()));
        }
    }
    if parts.is_empty() { Ok(filled) } else { Err(parts) }
}

/// Everything that is missing before it can be sent, each with the key of its field.
pub fn check(terms: &ProcedureTerms, facts: &Facts, filling: &Filling) -> Vec<ProblemPart> {
    let (asked, facts) = walk(terms, facts, &filling.answers);
    let mut parts = Vec::new();
    for asked in asked {
        let question = &asked.question;
        let answer = facts.known.get(&question.key).filter(|answer| !answer.is_empty());
        // What was kept in another procedure may be an answer that this one does not take.
        if answer.map_or(question.required, |answer| !question.answer.takes(answer)) {
            parts.push(Rejection::AnswerMissing { question: question.text.clone() }.at(format!("/answers/{}", question.key)));
        }
    }
    for wanted in wanted(terms, &facts).into_iter().filter(|wanted| wanted.required && !facts.attached.contains(&wanted.key)) {
        parts.push(Rejection::AttachmentMissing { name: wanted.name.clone() }.at(format!("/attachments/{}", wanted.key)));
    }
    for said in terms.declarations.iter().filter(|said| !filling.declared.contains(&said.key)) {
        parts.push(Rejection::DeclarationMissing.at(format!("/declared/{}", said.key)));
    }
    parts
}
