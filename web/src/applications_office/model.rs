//! What the desk says of an application: answers in words, and everything the rule looked at.

use shared::applications::{Application, ApplicationState, Clock};
use shared::eligibility::{Finding, Ground, Missing, Verdict};
use shared::locale::{Locale, Localised, full_day, yen};
use shared::programmes::{AnswerKind, Choice};

use crate::i18n::sentence;

/// One thing that the rule looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// What is so.
    pub ground: Ground,
    /// Whether it is not known.
    pub is_open: bool,
}

/// Everything that a finding rests on, in the order of the rule; a part without a source of its own has that of the whole.
pub fn looked_at(finding: &Finding) -> Vec<Looked> {
    fn walk(finding: &Finding, source: Option<&Localised>, into: &mut Vec<Looked>) {
        let source = finding.source.as_ref().or(source);
        if let Some(reason) = &finding.reason {
            let looked =
                Looked { ground: Ground { reason: reason.clone(), source: source.cloned() }, is_open: finding.verdict == Verdict::Unknown };
            if !into.contains(&looked) {
                into.push(looked);
            }
        }
        finding.of.iter().for_each(|part| walk(part, source, into));
    }
    let mut all = Vec::new();
    walk(finding, None, &mut all);
    all
}

/// What is asked for under a key: a question or a document.
pub fn asked_for(application: &Application, key: &str) -> Option<Localised> {
    let terms = &application.procedure.terms;
    let question = terms.questions.iter().find(|asked| asked.question.key == key).map(|asked| asked.question.text.clone());
    question.or_else(|| terms.attachments.iter().find(|wanted| wanted.key == key).map(|wanted| wanted.name.clone()))
}

/// The questions that were answered, in order, with the answers' keys.
pub fn answered(application: &Application) -> Vec<(Localised, AnswerKind, String)> {
    let questions = application.procedure.terms.questions.iter().map(|asked| &asked.question);
    questions
        .filter_map(|question| {
            let value = application.answers.get(&question.key)?;
            Some((question.text.clone(), question.answer.clone(), value.clone()))
        })
        .collect()
}

/// An answer in words.
pub fn in_words(kind: &AnswerKind, value: &str, locale: Locale) -> String {
    match kind {
        AnswerKind::YesNo if value == "yes" => sentence("applications_office.yes", locale),
        AnswerKind::YesNo => sentence("applications_office.no", locale),
        AnswerKind::Day => value.parse().map_or_else(|_| value.to_owned(), |day| full_day(day, locale)),
        AnswerKind::Yen => value.parse().map_or_else(|_| value.to_owned(), |amount| yen(amount, locale)),
        AnswerKind::Choice { choices } => {
            let chosen = choices.iter().find(|choice: &&Choice| choice.key == value);
            chosen.map_or_else(|| value.to_owned(), |choice| choice.name.get(locale).to_owned())
        }
        AnswerKind::Text => value.to_owned(),
    }
}

/// The clock in words: how many working days are left, or by how many it is late; how many it took, once it is decided.
pub fn clock_words(clock: &Clock, state: &ApplicationState) -> (&'static str, String) {
    if state.decision().is_some() {
        let key = if clock.waited == 0 { "applications_office.took_no_day" } else { "applications_office.took" };
        (key, clock.waited.to_string())
    } else if matches!(state, ApplicationState::Returned { .. }) {
        ("applications_office.rests", clock.waited.to_string())
    } else if clock.is_overdue() {
        ("applications_office.late", clock.left.abs().to_string())
    } else if clock.left == 0 {
        ("applications_office.last_day", String::new())
    } else {
        ("applications_office.left", clock.left.to_string())
    }
}

/// Whether the residence is open.
pub fn is_residence_open(points: &[shared::applications::OpenPoint]) -> bool {
    points.iter().any(|point| point.missing == Some(Missing::Residence))
}

/// A length of time in words, rounded down to its largest unit.
pub fn lasted(seconds: i64) -> (&'static str, String) {
    match seconds {
        ..60 => ("applications_office.seconds", seconds.to_string()),
        60..3_600 => ("applications_office.minutes", (seconds / 60).to_string()),
        3_600..86_400 => ("applications_office.hours", (seconds / 3_600).to_string()),
        _ => ("applications_office.days_long", (seconds / 86_400).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_says_how_much_is_left_or_how_late_it_is() {
        let in_review = ApplicationState::InReview { points: Vec::new(), proposed: None };
        let words = |left: i64| clock_words(&Clock { waited: 3, target: 5, left }, &in_review);
        assert_eq!(words(2), ("applications_office.left", "2".to_owned()));
        assert_eq!(words(0).0, "applications_office.last_day");
        assert_eq!(words(-4), ("applications_office.late", "4".to_owned()));
        let back = ApplicationState::Returned { at: chrono::DateTime::UNIX_EPOCH };
        assert_eq!(clock_words(&Clock { waited: 3, target: 5, left: 2 }, &back), ("applications_office.rests", "3".to_owned()));
    }

    #[test]
    fn times_are_told_in_their_largest_unit() {
        assert_eq!(lasted(0), ("applications_office.seconds", "0".to_owned()));
        assert_eq!(lasted(3_599), ("applications_office.minutes", "59".to_owned()));
        assert_eq!(lasted(86_399), ("applications_office.hours", "23".to_owned()));
        assert_eq!(lasted(259_200), ("applications_office.days_long", "3".to_owned()));
    }

    #[test]
    fn all_that_the_rule_looked_at_is_told_with_its_source() {
        let finding: Finding = serde_json::from_value(serde_json::json!({
            "verdict": "unknown", "source": { "ja": "法", "easy": "法", "en": "law" },
            "of": [
                { "verdict": "yes", "reason": { "code": "eligibility.age_fits" } },
                { "verdict": "unknown", "reason": { "code": "eligibility.residence_unproven" }, "missing": { "kind": "residence" } },
                { "verdict": "yes", "reason": { "code": "eligibility.age_fits" } },
            ],
        }))
        .unwrap();
        let told = looked_at(&finding);
        assert_eq!(told.iter().map(|one| one.is_open).collect::<Vec<_>>(), [false, true]);
        assert!(told.iter().all(|one| one.ground.source.is_some()));
    }
}
