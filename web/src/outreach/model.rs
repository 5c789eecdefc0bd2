//! The words of cases, as far as no page is needed for them.

use shared::outreach::{AttemptMeans, AttemptResult, CaseDesk, CaseOutcome, CaseState, Reach};

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
}
