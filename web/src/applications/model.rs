//! What the pages of applications decide with: the shared rules over what is on the screen.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use shared::applications::{Application, ApplicationChange, ApplicationLine, ApplicationState, Case, Filling, fill, outlook};
use shared::bookings::Answer;
use shared::eligibility::{Facts, Verdict};
use shared::entitlements::{Entitlement, HeldEntitlement, current};
use shared::families::{Child, Family, classes_on};
use shared::ids::ApplicationId;
use shared::locale::{Locale, full_day, yen};
use shared::municipalities::Municipality;
use shared::problem::Reason;
use shared::procedures::{Effect, FormQuestion, Procedure};
use shared::programmes::AnswerKind;

use crate::i18n::sentence;

/// Everything of the family's procedures at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The family.
    pub family: Family,
    /// Its city.
    pub city: Option<Municipality>,
    /// Its children, oldest first.
    pub children: Vec<Child>,
    /// The procedures of its city.
    pub procedures: Vec<Procedure>,
    /// What the children are certified for, also what is over.
    pub held: Vec<HeldEntitlement>,
    /// Its applications, the latest first.
    pub lines: Vec<ApplicationLine>,
}

/// How a procedure stands for a child, or for the family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It can be applied for.
    Open,
    /// It is being filled in.
    GoOn(ApplicationId),
    /// It was sent, and is looked at.
    Waiting(ApplicationId),
    /// It makes no sense now.
    Against(Vec<Reason>),
}

impl Overview {
    /// How a procedure stands for a child, by the rules that the server decides by; they know here what the family's registration says.
    pub fn standing(&self, procedure: &Procedure, child: Option<&Child>, today: NaiveDate) -> Standing {
        let same = |line: &&ApplicationLine| {
            line.procedure == procedure.key && line.child.as_ref().map(|of| &of.id) == child.map(|child| &child.id)
        };
        if let Some(line) = self.lines.iter().filter(same).find(|line| is_under_way(&line.state)) {
            return if line.state.is_open() { Standing::GoOn(line.id.clone()) } else { Standing::Waiting(line.id.clone()) };
        }
        let of_child = |held: &&Entitlement| child.is_some_and(|child| held.child.id == child.id);
        let all = || self.held.iter().map(|held| &held.entitlement);
        let effect = &procedure.terms.effect;
        let of_city = |held: &&Entitlement| held.municipality == procedure.municipality && Some(&held.programme) == effect.programme();
        let current = current(all().filter(of_child).filter(of_city), effect, today);
        let facts = Facts {
            day: today,
            city: procedure.municipality.clone(),
            born: child.map(|child| child.known.born),
            residence: self.family.municipality.clone(),
            is_residence_proven: self.family.residence_proof.is_some(),
            classes: classes_on(&self.family.household, today),
            certified: all().filter(of_child).map(|held| (held.programme.clone(), held.days())).collect(),
            known: Default::default(),
            confirmed: BTreeSet::new(),
            attached: BTreeSet::new(),
            children: None,
            moved_in: None,
            used: Default::default(),
            left: Default::default(),
        };
        let seen = outlook(&Case { procedure, facts, filling: &Filling::default(), current });
        if !seen.against.is_empty() {
            Standing::Against(seen.against)
        } else if seen.verdict == Verdict::No {
            Standing::Against(seen.grounds.into_iter().map(|ground| ground.reason).collect())
        } else {
            Standing::Open
        }
    }

    /// What can be had anew: procedures that do not change or end something that is held.
    pub fn offers(&self) -> Vec<&Procedure> {
        let is_new = |procedure: &&Procedure| matches!(procedure.terms.effect, Effect::Certify { .. } | Effect::Relieve { .. });
        self.procedures.iter().filter(is_new).collect()
    }

    /// What can be changed or ended of a certification by its city.
    pub fn follow_ups(&self, held: &Entitlement) -> Vec<&Procedure> {
        let is_about = |procedure: &&Procedure| match &procedure.terms.effect {
            Effect::Revise { programme } | Effect::End { programme, .. } => *programme == held.programme,
            Effect::Certify { .. } | Effect::Relieve { .. } => false,
        };
        self.procedures.iter().filter(|procedure| procedure.municipality == held.municipality).filter(is_about).collect()
    }
}

/// Whether the family or the city still has something to do.
pub const fn is_under_way(state: &ApplicationState) -> bool {
    matches!(state, ApplicationState::Draft | ApplicationState::Returned { .. } | ApplicationState::InReview { .. })
}

/// Where an application goes on that is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The question with this key.
    Question(String),
    /// Everything is answered.
    Check,
}

/// The next step.
pub fn next_step(application: &Application) -> Step {
    let next = application.outlook.as_ref().and_then(|outlook| outlook.ask.first());
    next.map_or(Step::Check, |key| Step::Question(key.clone()))
}

/// The questions that this family answers: those that are asked and were not known before, or were answered anew all the same.
fn own_questions(application: &Application) -> Vec<&str> {
    let Some(outlook) = &application.outlook else { return Vec::new() };
    let own = |key: &&str| application.answers.contains_key(*key) || !application.known.contains_key(*key);
    outlook.asked.iter().map(String::as_str).filter(own).collect()
}

/// The question before one; none at the first.
pub fn before(application: &Application, key: &str) -> Option<String> {
    let own = own_questions(application);
    let end = own.iter().position(|other| *other == key).unwrap_or(own.len());
    own.iter().take(end).next_back().map(|key| (*key).to_owned())
}

/// Which of how many questions one is, counted from 1; none for one that is known and only looked at again.
pub fn place(application: &Application, key: &str) -> Option<(usize, usize)> {
    let own = own_questions(application);
    own.iter().position(|other| *other == key).map(|at| (at + 1, own.len()))
}

/// A question by its key.
pub fn question<'a>(application: &'a Application, key: &str) -> Option<&'a FormQuestion> {
    application.procedure.terms.questions.iter().find(|asked| asked.question.key == key)
}

/// What stands in the field of a question: the answer, else what is known.
pub fn value_of(application: &Application, key: &str) -> String {
    application.answers.get(key).or_else(|| application.known.get(key)).cloned().unwrap_or_default()
}

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The question.
    pub asked: FormQuestion,
    /// The answer as the API has it; none: not answered yet; empty: left out.
    pub value: Option<String>,
}

/// What was answered in this application, and what was known before; in the order of asking.
pub fn rows(application: &Application) -> (Vec<Row>, Vec<Row>) {
    let asked: Vec<&str> = match &application.outlook {
        Some(outlook) => outlook.asked.iter().map(String::as_str).collect(),
        // Sent: the answers are those to all that was asked.
        None => application.procedure.terms.questions.iter().map(|asked| asked.question.key.as_str()).collect(),
    };
    let row = |key: &str, value: Option<String>| question(application, key).map(|asked| Row { asked: asked.clone(), value });
    let (mut answered, mut known) = (Vec::new(), Vec::new());
    for key in asked {
        match (application.answers.get(key), application.known.get(key)) {
            (Some(answer), _) => answered.extend(row(key, Some(answer.clone()))),
            (None, Some(value)) if application.outlook.is_some() => known.extend(row(key, Some(value.clone()))),
            (None, _) if application.outlook.is_some() => answered.extend(row(key, None)),
            (None, _) => {}
        }
    }
    (answered, known)
}

/// An answer in words.
pub fn shown(kind: &AnswerKind, value: &str, locale: Locale) -> String {
    match kind {
        _ if value.is_empty() => sentence("applications.left_out", locale),
        AnswerKind::YesNo => sentence(if value == "yes" { "bookings.yes" } else { "bookings.no" }, locale),
        AnswerKind::Text => value.to_owned(),
        AnswerKind::Day => value.parse::<NaiveDate>().map_or_else(|_| value.to_owned(), |day| full_day(day, locale)),
        AnswerKind::Yen => value.parse::<i64>().map_or_else(|_| value.to_owned(), |amount| yen(amount, locale)),
        AnswerKind::Choice { choices } => {
            choices.iter().find(|choice| choice.key == value).map_or_else(|| value.to_owned(), |choice| choice.name.get(locale).to_owned())
        }
    }
}

/// The change that answers one question, or what is wrong with the answer; by the rule that the server fills in by.
pub fn answer(asked: &FormQuestion, procedure: &Procedure, value: &str) -> Result<ApplicationChange, Reason> {
    let value = value.trim();
    let question = &asked.question;
    if value.is_empty() && question.required {
        return Err(shared::applications::Rejection::AnswerMissing { question: question.text.clone() }.reason());
    }
    let change = ApplicationChange { answers: vec![Answer { key: question.key.clone(), value: value.to_owned() }], declared: None };
    match fill(&procedure.terms, &Filling::default(), &change) {
        Ok(_) => Ok(change),
        Err(parts) => Err(parts.into_iter().next().map_or_else(|| Reason::new("problem.invalid"), |part| part.reason)),
    }
}

#[cfg(test)]
mod tests;
