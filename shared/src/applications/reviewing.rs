//! Deciding by officers (窓口で決める分): what the rules left open is granted or refused by one officer, or by two where the procedure says
//! so, or given back for correction.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::deciding::{open_points, ruled};
use super::{ApplicationState, Case, FieldComment, Filling, Grant, OpenPoint, grant};
use crate::bookings::Answer;
use crate::eligibility::{Facts, Finding, Ground, Missing, Verdict};
use crate::ids::AccountId;
use crate::locale::Localised;
use crate::problem::{Datum, ProblemPart, Reason};
use crate::procedures::{Effect, Keep, ProcedureTerms, walk};

/// What an officer decides, or proposes where it takes two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficerDecision {
    /// Granted or refused.
    pub grants: bool,
    /// Why; the family reads it. Needed where it answers an open point or goes past one.
    #[serde(default)]
    #[validate(length(max = 1000, code = "text.too_long"))]
    pub words: String,
    /// The officer has looked at a document that proves the residence; only where that is an open point.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirms_residence: bool,
    /// What the officer knows for certain, by the keys of kept questions or of open points. It decides in the place of what was answered,
    /// and is not asked again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 100, code = "applications.too_many"))]
    pub known: Vec<Answer>,
}

/// What a second officer says to a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposalCheck {
    /// Confirms it, and it is decided; or sends it back to the first.
    pub confirms: bool,
    /// Why it is sent back; colleagues read it in the hand-over note.
    #[serde(default)]
    #[validate(length(max = 1000, code = "text.too_long"))]
    pub words: String,
}

/// Gives an application back to the family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApplicationReturn {
    /// What to correct, field by field; one at least.
    #[validate(length(max = 100, code = "applications.too_many"), nested)]
    pub comments: Vec<FieldComment>,
}

/// Why an officer cannot do so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewRejection {
    /// It is decided, given back or withdrawn already, or was never sent.
    NotInReview,
    /// The words for the family are missing.
    WordsMissing,
    /// The rule says no; its reasons follow.
    RuleSaysNo,
    /// No day is left on which it could hold.
    NothingLeft,
    /// Another officer has proposed a decision: to be confirmed or sent back.
    Proposed,
    /// Nobody has proposed anything.
    NotProposed,
    /// Who proposed it cannot confirm it.
    SameOfficer,
    /// The residence is no open point.
    ResidenceNotOpen,
    /// What is noted is neither kept nor open.
    FactUnknown,
    /// What is noted is no answer to its question.
    FactInvalid {
        /// The question.
        question: Localised,
    },
    /// Nothing is said that has to be corrected.
    CommentMissing,
    /// There is no such question or document.
    CommentUnknown,
    /// The one who is to go on with it is no officer of the city.
    AssigneeUnknown,
}

impl ReviewRejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotInReview => "applications.not_in_review",
            Self::WordsMissing => "applications.words_missing",
            Self::RuleSaysNo => "applications.rule_says_no",
            Self::NothingLeft => "applications.nothing_left",
            Self::Proposed => "applications.proposed",
            Self::NotProposed => "applications.not_proposed",
            Self::SameOfficer => "applications.same_officer",
            Self::ResidenceNotOpen => "applications.residence_not_open",
            Self::FactUnknown => "applications.fact_unknown",
            Self::FactInvalid { .. } => "applications.fact_invalid",
            Self::CommentMissing => "applications.comment_missing",
            Self::CommentUnknown => "applications.comment_unknown",
            Self::AssigneeUnknown => "applications.assignee_unknown",
        }
    }

    /// The reason with the data of its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::FactInvalid { question } => reason.with("question", Datum::Names(question.clone())),
            _ => reason,
        }
    }
}

fn part(pointer: Option<String>, reason: Reason) -> ProblemPart {
    ProblemPart { pointer, subject: None, reason, detail: String::new() }
}

fn whole(rejection: &ReviewRejection) -> Vec<ProblemPart> {
    vec![part(None, rejection.reason())]
}

/// How an application stands under its rule, with what is known now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// What the rule finds.
    pub finding: Finding,
    /// What is still open.
    pub points: Vec<OpenPoint>,
    /// What a grant would do; none: nothing can be granted.
    pub grant: Option<Grant>,
    /// Why it cannot be granted; nothing: it can.
    pub against: Vec<Reason>,
}

/// Looks at an application again: by its day of sending, and with what can still be granted today.
pub fn weigh(case: &Case<'_>, today: NaiveDate) -> Weighed {
    let (_, facts) = walk(&case.procedure.terms, &case.facts, &case.filling.answers);
    let (grant, mut against) = match grant(case) {
        Ok(grant) => (grant, Vec::new()),
        Err(rejection) => (None, vec![rejection.reason()]),
    };
    let finding = ruled(case, &facts, grant.as_ref());
    let points = open_points(case, &facts, &finding);
    if facts.residence != case.procedure.municipality {
        against.push(super::Rejection::OtherCity.reason());
    }
    // A change that would end what a child has is for a person to judge; any other no is the rule's.
    if finding.verdict == Verdict::No && !matches!(case.procedure.terms.effect, Effect::Revise { .. }) {
        against.push(ReviewRejection::RuleSaysNo.reason());
        against.extend(finding.grounds().into_iter().map(|ground| ground.reason));
    } else if against.is_empty() && grant.as_ref().is_none_or(|grant| grant.days().is_some_and(|days| days.until < today)) {
        against.push(ReviewRejection::NothingLeft.reason());
    }
    Weighed { finding, points, grant, against }
}

/// Whether the family has to be told in words: unless the rule says the same by itself.
pub fn needs_words(verdict: Verdict, points: &[OpenPoint], grants: bool) -> bool {
    !points.is_empty() || verdict != if grants { Verdict::Yes } else { Verdict::No }
}

/// An application on an officer's desk.
#[derive(Debug, Clone)]
pub struct Desk<'a> {
    /// What is known of it.
    pub case: Case<'a>,
    /// How it stands.
    pub state: &'a ApplicationState,
    /// The officer.
    pub officer: &'a AccountId,
    /// Today.
    pub today: NaiveDate,
}

/// What a decision of an officer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What it grants; none: it is refused.
    pub grant: Option<Grant>,
    /// Why, by the rule; nothing where the officer's words alone say it.
    pub grounds: Vec<Ground>,
    /// What is known from now on, by an officer.
    pub kept: Vec<(Keep, String, String)>,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruled {
    /// It is decided.
    Decided(Judged),
    /// It is proposed to a second officer.
    Proposed,
}

/// What becomes of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is decided as the first officer proposed.
    Decided(Judged, OfficerDecision),
    /// The first officer looks again.
    SentBack,
}

/// Decides, or proposes where it takes two officers. Everything against it is told.
pub fn decide(desk: &Desk<'_>, decision: &OfficerDecision) -> Result<Ruled, Vec<ProblemPart>> {
    let ApplicationState::InReview { proposed, .. } = desk.state else { return Err(whole(&ReviewRejection::NotInReview)) };
    // Who proposed may think better of it.
    if proposed.as_ref().is_some_and(|proposed| proposed.by != *desk.officer) {
        return Err(whole(&ReviewRejection::Proposed));
    }
    let judged = judge(desk, decision)?;
    Ok(if desk.case.procedure.terms.two_officers { Ruled::Proposed } else { Ruled::Decided(judged) })
}

/// A second officer confirms what the first proposed, by what is known then, or sends it back.
pub fn check_proposal(desk: &Desk<'_>, check: &ProposalCheck) -> Result<Checked, Vec<ProblemPart>> {
    let ApplicationState::InReview { proposed, .. } = desk.state else { return Err(whole(&ReviewRejection::NotInReview)) };
    let Some(proposed) = proposed else { return Err(whole(&ReviewRejection::NotProposed)) };
    if proposed.by == *desk.officer {
        return Err(whole(&ReviewRejection::SameOfficer));
    }
    if check.confirms {
        return Ok(Checked::Decided(judge(desk, &proposed.decision)?, proposed.decision.clone()));
    }
    if check.words.trim().is_empty() {
        return Err(vec![part(Some("/words".to_owned()), ReviewRejection::WordsMissing.reason())]);
    }
    Ok(Checked::SentBack)
}

/// Whether an application can be given back with these comments.
pub fn give_back(terms: &ProcedureTerms, state: &ApplicationState, comments: &[FieldComment]) -> Result<(), Vec<ProblemPart>> {
    if !matches!(state, ApplicationState::InReview { .. }) {
        return Err(whole(&ReviewRejection::NotInReview));
    }
    if comments.is_empty() {
        return Err(vec![part(Some("/comments".to_owned()), ReviewRejection::CommentMissing.reason())]);
    }
    let is_known = |key: &str| {
        terms.questions.iter().any(|asked| asked.question.key == key) || terms.attachments.iter().any(|wanted| wanted.key == key)
    };
    let mut wrong = Vec::new();
    for (n, comment) in comments.iter().enumerate() {
        if !is_known(&comment.key) {
            wrong.push(part(Some(format!("/comments/{n}/key")), ReviewRejection::CommentUnknown.reason()));
        }
        if comment.words.trim().is_empty() {
            wrong.push(part(Some(format!("/comments/{n}/words")), ReviewRejection::CommentMissing.reason()));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// What a decision means by what the officer knows besides, or everything against it.
fn judge(desk: &Desk<'_>, decision: &OfficerDecision) -> Result<Judged, Vec<ProblemPart>> {
    let case = &desk.case;
    let (kept, mut wrong) = noted(case, &weigh(case, desk.today).points, &decision.known);
    let mut filling = Filling::clone(case.filling);
    filling.answers.extend(kept.iter().map(|(_, key, value)| (key.clone(), value.clone())));
    let with = |facts: Facts| weigh(&Case { procedure: case.procedure, facts, filling: &filling, current: case.current }, desk.today);
    if decision.confirms_residence && !with(case.facts.clone()).points.iter().any(|point| point.missing == Some(Missing::Residence)) {
        wrong.push(part(Some("/confirms_residence".to_owned()), ReviewRejection::ResidenceNotOpen.reason()));
    }
    let proven = case.facts.is_residence_proven || decision.confirms_residence;
    let now = with(Facts { is_residence_proven: proven, ..case.facts.clone() });
    if decision.words.trim().is_empty() && needs_words(now.finding.verdict, &now.points, decision.grants) {
        wrong.push(part(Some("/words".to_owned()), ReviewRejection::WordsMissing.reason()));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    if !decision.grants {
        // An open point is no reason: where the rule does not say no, the officer's words are the whole of it.
        let grounds = if now.finding.verdict == Verdict::No { now.finding.grounds() } else { Vec::new() };
        return Ok(Judged { grant: None, grounds, kept });
    }
    match now.grant.filter(|_| now.against.is_empty()) {
        Some(grant) => {
            // Where the rule itself does not say yes, the officer's words stand for it.
            let grounds = if now.finding.verdict == Verdict::Yes { now.finding.grounds() } else { Vec::new() };
            Ok(Judged { grant: Some(grant), grounds, kept })
        }
        None => Err(now.against.into_iter().map(|reason| part(None, reason)).collect()),
    }
}

/// What an officer notes, with how it is kept, and what is wrong with it.
fn noted(case: &Case<'_>, points: &[OpenPoint], known: &[Answer]) -> (Vec<(Keep, String, String)>, Vec<ProblemPart>) {
    let terms = &case.procedure.terms;
    let (mut kept, mut wrong) = (Vec::new(), Vec::new());
    for (n, fact) in known.iter().enumerate() {
        let value = fact.value.trim();
        let asked = terms.questions.iter().find(|asked| asked.question.key == fact.key && asked.keep != Keep::No);
        let is_open = points.iter().any(|point| matches!(&point.missing, Some(Missing::Known { key }) if *key == fact.key));
        match asked {
            Some(asked) if asked.question.answer.takes(value) => kept.push((asked.keep, fact.key.clone(), value.to_owned())),
            Some(asked) => {
                let rejection = ReviewRejection::FactInvalid { question: asked.question.text.clone() };
                wrong.push(part(Some(format!("/known/{n}/value")), rejection.reason()));
            }
            None if is_open && (1..=200).contains(&value.chars().count()) => {
                let keep = if terms.effect.is_for_child() { Keep::Child } else { Keep::Family };
                kept.push((keep, fact.key.clone(), value.to_owned()));
            }
            None => wrong.push(part(Some(format!("/known/{n}/key")), ReviewRejection::FactUnknown.reason())),
        }
    }
    (kept, wrong)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
