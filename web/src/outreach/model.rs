//! The words of cases, as far as no page is needed for them.

use chrono::NaiveDate;
use serde_json::Value;
use shared::locale::{Locale, Localised, full_day};
use shared::outreach::{
    AttemptMeans, AttemptResult, CaseDesk, CaseOutcome, CaseState, Factor, NewOutreachRules, OutreachRules, Reach, RungKind, Weight,
    fill_script,
};
use shared::time::next_day;

use crate::i18n::sentence;
use crate::ui::Tone;

/// How a case stands: the key of its words, and the tone of its chip.
pub const fn state_words(state: &CaseState) -> (&'static str, Tone) {
    match state {
        CaseState::Open => ("outreach.is_open", Tone::Warning),
        CaseState::Assigned { .. } => ("outreach.is_assigned", Tone::Info),
        CaseState::Resolved { .. } => ("outreach.is_resolved", Tone::Success),
        CaseState::Closed { outcome, .. } => (outcome_words(*outcome), Tone::Info),
    }
}

/// How a case ended.
pub const fn outcome_words(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Told => "outreach.outcome_told",
        CaseOutcome::Declined => "outreach.outcome_declined",
        CaseOutcome::Referred => "outreach.outcome_referred",
        CaseOutcome::Moved => "outreach.outcome_moved",
        CaseOutcome::Unreached => "outreach.outcome_unreached",
    }
}

/// What came of a try.
pub const fn result_words(result: AttemptResult) -> &'static str {
    match result {
        AttemptResult::Reached => "outreach.result_reached",
        AttemptResult::CallBack => "outreach.result_call_back",
        AttemptResult::Message => "outreach.result_message",
        AttemptResult::NoAnswer => "outreach.result_no_answer",
        AttemptResult::Wrong => "outreach.result_wrong",
    }
}

/// How somebody tried.
pub const fn means_words(means: AttemptMeans) -> &'static str {
    match means {
        AttemptMeans::Call => "outreach.means_call",
        AttemptMeans::Visit => "outreach.means_visit",
    }
}

/// At which desk a case lies.
pub const fn desk_words(desk: CaseDesk) -> &'static str {
    match desk {
        CaseDesk::City => "outreach.desk_city",
        CaseDesk::Centre => "outreach.desk_centre",
    }
}

/// How a notice stands.
pub const fn reach_words(reach: Reach) -> (&'static str, Tone) {
    match reach {
        Reach::Opened => ("outreach.reach_opened", Tone::Success),
        Reach::Unopened => ("outreach.reach_unopened", Tone::Warning),
        Reach::Undeliverable => ("outreach.reach_undeliverable", Tone::Error),
    }
}

/// The result that was chosen.
pub fn result_of(word: &str) -> Option<AttemptResult> {
    AttemptResult::ALL.into_iter().find(|result| result.as_str() == word)
}

/// The outcome that was chosen.
pub fn outcome_of(word: &str) -> Option<CaseOutcome> {
    CaseOutcome::ALL.into_iter().find(|outcome| outcome.as_str() == word)
}

/// How long after the deadline a rung comes: the key of its words, and the number in them.
pub const fn after_words(hours: u32) -> (&'static str, u32) {
    match hours {
        0 => ("outreach.at_deadline", 0),
        hours if hours.is_multiple_of(24) => ("outreach.days_after", hours / 24),
        hours => ("outreach.hours_after", hours),
    }
}

/// How a rung tries.
pub const fn rung_words(by: RungKind) -> &'static str {
    match by {
        RungKind::Push => "outreach.by_push",
        RungKind::Mail => "outreach.by_mail",
        RungKind::Person => "outreach.by_person",
    }
}

/// What makes a case more urgent, as a choice: its word.
pub fn factor_word(factor: &Factor) -> String {
    match factor {
        Factor::FirstChild => "first_child".to_owned(),
        Factor::NeverUsed => "never_used".to_owned(),
        Factor::UnopenedInRow => "unopened_in_row".to_owned(),
        Factor::Undeliverable => "undeliverable".to_owned(),
        Factor::Household { class, .. } => format!("household {class}"),
    }
}

/// What can make a case more urgent: what every city knows, the classes of households that it names, and those that its rules name already.
pub fn factors(classes: &[(String, Localised)], used: &[Weight]) -> Vec<Factor> {
    let mut all = vec![Factor::FirstChild, Factor::NeverUsed, Factor::UnopenedInRow, Factor::Undeliverable];
    let named = classes.iter().map(|(class, name)| Factor::Household { class: class.clone(), name: name.clone() });
    for factor in named.chain(used.iter().map(|weight| weight.factor.clone())) {
        if !all.iter().any(|known| factor_word(known) == factor_word(&factor)) {
            all.push(factor);
        }
    }
    all
}

/// New rules that say what others say, from tomorrow on.
pub fn following(rules: &OutreachRules, today: NaiveDate) -> Value {
    serde_json::to_value(NewOutreachRules { valid_from: next_day(today), rules: rules.clone() }).unwrap_or_default()
}

/// The rules that are written, with the rungs in the order of time, whoever added which one last.
pub fn read_rules(draft: &Value) -> Option<NewOutreachRules> {
    let mut new: NewOutreachRules = serde_json::from_value(draft.clone()).ok()?;
    new.rules.ladder.sort_by_key(|rung| (rung.after_hours, rung.by));
    Some(new)
}

/// What a script reads like, with somebody's values in it.
pub fn sample_script(script: &str, day: NaiveDate, locale: Locale) -> String {
    let day = full_day(day, locale);
    let values = [
        ("guardian", sentence("outreach.sample_guardian", locale)),
        ("city", sentence("outreach.sample_city", locale)),
        ("matter", sentence("outreach.sample_matter", locale)),
        ("sent", day.clone()),
        ("deadline", day),
    ];
    fill_script(script, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_what_is_meant() {
        for result in AttemptResult::ALL {
            assert_eq!(result_of(result.as_str()), Some(result));
        }
        for outcome in CaseOutcome::ALL {
            assert_eq!(outcome_of(outcome.as_str()), Some(outcome));
        }
        assert_eq!((result_of(""), outcome_of("")), (None, None));
    }

    #[test]
    fn rungs_are_told_in_days_where_they_are_days() {
        assert_eq!(after_words(0), ("outreach.at_deadline", 0));
        assert_eq!(after_words(36), ("outreach.hours_after", 36));
        assert_eq!(after_words(72), ("outreach.days_after", 3));
    }

    #[test]
    fn new_rules_begin_tomorrow_and_stand_in_the_order_of_time() {
        let today: NaiveDate = "2027-01-18".parse().unwrap();
        let mut draft = following(&OutreachRules::default(), today);
        let rungs = draft.pointer_mut("/ladder").unwrap().as_array_mut().unwrap();
        rungs.push(serde_json::json!({ "after_hours": 12, "by": "mail" }));
        let new = read_rules(&draft).unwrap();
        assert_eq!(new.valid_from.to_string(), "2027-01-19");
        assert_eq!(new.rules.ladder.iter().map(|rung| rung.after_hours).collect::<Vec<_>>(), [0, 12, 24, 72]);
        assert_eq!(shared::outreach::check_rules(&new, today), Ok(()));
    }

    #[test]
    fn what_weighs_can_be_chosen_once() {
        let single = || Localised::new("ひとり親家庭", "ひとり", "One parent");
        let all = factors(&[("single_parent".to_owned(), single()), ("low".to_owned(), single())], &OutreachRules::default().weights);
        let words: Vec<String> = all.iter().map(factor_word).collect();
        assert_eq!(words, ["first_child", "never_used", "unopened_in_row", "undeliverable", "household single_parent", "household low"]);
    }

    #[test]
    fn a_script_is_shown_with_values() {
        let said = sample_script("{guardian}: {matter} ({x})", "2027-01-18".parse().unwrap(), Locale::En);
        assert!(!said.contains("{guardian}") && !said.contains("{matter}") && said.contains("{x}"), "{said}");
    }
}
