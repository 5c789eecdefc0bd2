//! What the pages of campaigns say and count, as far as no page is needed for it.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};
use shared::campaigns::{Campaign, CampaignAudience, CampaignPlan, Repeat, Share, State, Step, Texts, When};
use shared::eligibility::{Condition, Test, enrolment_name};
use shared::ids::AccountId;
use shared::locale::{Locale, full_day, iso_clock_at, iso_day_at, minutes, moment, yen};
use shared::programmes::{AgeEnd, Ages};
use shared::time::at;

use crate::i18n::{filled, sentence};
use crate::ui::Tone;

/// How a campaign stands: the key of its words, and the tone of its chip.
pub const fn state_words(state: &State) -> (&'static str, Option<Tone>) {
    match state {
        State::Draft => ("campaigns.is_draft", None),
        State::Proposed => ("campaigns.is_proposed", Some(Tone::Warning)),
        State::Scheduled { .. } => ("campaigns.is_scheduled", Some(Tone::Info)),
        State::Sending => ("campaigns.is_sending", Some(Tone::Info)),
        State::Running => ("campaigns.is_running", Some(Tone::Success)),
        State::Sent { .. } => ("campaigns.is_sent", Some(Tone::Success)),
        State::Stopped { .. } => ("campaigns.is_stopped", Some(Tone::Error)),
    }
}

/// A state by its word, with the key of its words.
pub fn state_of(word: &str) -> &'static str {
    match word {
        "draft" => "campaigns.is_draft",
        "proposed" => "campaigns.is_proposed",
        "scheduled" => "campaigns.is_scheduled",
        "sending" => "campaigns.is_sending",
        "running" => "campaigns.is_running",
        "sent" => "campaigns.is_sent",
        "stopped" => "campaigns.is_stopped",
        _ => "campaigns.every_state",
    }
}

/// How often a standing offer reaches a family.
pub const fn repeat_words(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::Family => "campaigns.repeat_family",
        Repeat::Child => "campaigns.repeat_child",
        Repeat::Month => "campaigns.repeat_month",
    }
}

/// When a campaign is sent, in a sentence.
pub fn when_said(when: &When, locale: Locale) -> String {
    match when {
        When::Once { at: None } => sentence("campaigns.when_now", locale),
        When::Once { at: Some(at) } => filled("campaigns.when_at", locale, &[("at", moment(*at, locale))]),
        When::Standing { from, until, repeat } => {
            let days = match until {
                Some(until) => {
                    filled("campaigns.when_days", locale, &[("from", full_day(*from, locale)), ("until", full_day(*until, locale))])
                }
                None => filled("campaigns.when_from", locale, &[("from", full_day(*from, locale))]),
            };
            format!("{days} {}", sentence(repeat_words(*repeat), locale))
        }
    }
}

/// Whether one of those who made or proposed a campaign is this person: then somebody else has to agree.
pub fn is_own(campaign: &Campaign, me: Option<&AccountId>) -> bool {
    let life = &campaign.life;
    let makers = [Some(&life.author), Some(&life.editor), life.proposal.as_ref().map(|proposal| &proposal.by)];
    makers.into_iter().flatten().any(|maker| Some(&maker.account_id) == me)
}

/// Whether a campaign may be stopped.
pub const fn is_under_way(state: &State) -> bool {
    matches!(state, State::Scheduled { .. } | State::Sending | State::Running)
}

/// One line of a condition in words, with how deep it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// 0 for what stands alone.
    pub depth: usize,
    /// The words.
    pub words: String,
}

/// Whom a condition is for, in words.
pub fn describe(condition: &Condition, locale: Locale) -> Vec<Said> {
    let mut said = Vec::new();
    walk(condition, 0, locale, &mut said);
    said
}

fn walk(condition: &Condition, depth: usize, locale: Locale, said: &mut Vec<Said>) {
    let mut head = |words: String| said.push(Said { depth, words });
    match &condition.test {
        Test::All { of } if of.is_empty() => head(sentence("campaigns.says_everybody", locale)),
        Test::All { of } | Test::Any { of } => {
            let is_all = matches!(condition.test, Test::All { .. });
            // Of a single part there is nothing to combine.
            let deeper = depth + usize::from(of.len() > 1);
            if of.len() > 1 {
                head(sentence(if is_all { "campaigns.says_all" } else { "campaigns.says_any" }, locale));
            }
            of.iter().for_each(|part| walk(part, deeper, locale, said));
        }
        Test::Not { of } => {
            head(sentence("campaigns.says_not", locale));
            walk(of, depth + 1, locale, said);
        }
        Test::InDays { days, of } => {
            head(filled("campaigns.says_in_days", locale, &[("days", days.to_string())]));
            walk(of, depth + 1, locale, said);
        }
        leaf => head(leaf_said(leaf, locale)),
    }
}

fn age_said(ages: &Ages, locale: Locale) -> String {
    let months = ("months", ages.from_months.to_string());
    match ages.until {
        AgeEnd::UnderYears { years } => filled("campaigns.says_age_under", locale, &[months, ("years", years.to_string())]),
        AgeEnd::SchoolEntry => filled("campaigns.says_age_school", locale, &[months]),
    }
}

fn leaf_said(test: &Test, locale: Locale) -> String {
    let say = |key: &str, values: &[(&str, String)]| filled(key, locale, values);
    let day = |day: &Option<NaiveDate>| day.map(|day| full_day(day, locale)).unwrap_or_default();
    match test {
        Test::Age { ages } => age_said(ages, locale),
        Test::WithinMonthsOfBirth { months } => say("campaigns.says_birth", &[("months", months.to_string())]),
        Test::LivesIn { .. } => say("campaigns.says_lives", &[]),
        Test::EnrolledIn { kinds } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| enrolment_name(*kind).get(locale).to_owned()).collect();
            say("campaigns.says_enrolled", &[("kinds", kinds.join(&sentence("campaigns.or", locale)))])
        }
        Test::HouseholdIs { name, .. } => say("campaigns.says_household", &[("name", name.get(locale).to_owned())]),
        Test::Certified { name, .. } => say("campaigns.says_certified", &[("name", name.get(locale).to_owned())]),
        Test::Known { yes, .. } => yes.get(locale).to_owned(),
        Test::AtMost { name, yen: most, .. } => {
            say("campaigns.says_at_most", &[("name", name.get(locale).to_owned()), ("yen", yen(*most, locale))])
        }
        Test::Attached { name, .. } => name.get(locale).to_owned(),
        Test::Between { from, until } => say("campaigns.says_between", &[("from", day(from)), ("until", day(until))]),
        Test::Siblings { at_least } => say("campaigns.says_siblings", &[("count", at_least.to_string())]),
        Test::HasUsed { name, at_least, within_days, .. } => say(
            "campaigns.says_used",
            &[("name", name.get(locale).to_owned()), ("count", at_least.to_string()), ("days", within_days.to_string())],
        ),
        Test::Unused { name, at_least_minutes, .. } => {
            say("campaigns.says_unused", &[("name", name.get(locale).to_owned()), ("time", minutes(*at_least_minutes, locale))])
        }
        Test::DaysLeftInMonth { at_most } => say("campaigns.says_month_end", &[("days", at_most.to_string())]),
        Test::MovedIn { within_days } => say("campaigns.says_moved", &[("days", within_days.to_string())]),
        Test::All { .. } | Test::Any { .. } | Test::Not { .. } | Test::InDays { .. } => String::new(),
    }
}

/// A draft that nothing is written in.
pub fn blank() -> CampaignPlan {
    CampaignPlan {
        name: String::new(),
        audience: Condition { test: Test::All { of: Vec::new() }, source: None },
        texts: Texts::default(),
        step: Step::Notices,
        when: When::Once { at: None },
        deadline_days: None,
        hold_out_percent: 0,
    }
}

/// A plan as it is written on: a list of conditions at the top, and a place for each language.
pub fn opened(plan: &CampaignPlan) -> Value {
    let mut plan = plan.clone();
    if !matches!(plan.audience.test, Test::All { .. } | Test::Any { .. }) {
        plan.audience = Condition { test: Test::All { of: vec![plan.audience] }, source: None };
    }
    let mut draft = serde_json::to_value(plan).unwrap_or_default();
    if let Some(texts) = draft.get_mut("texts").and_then(Value::as_object_mut) {
        for language in ["easy", "en"] {
            texts.entry(language).or_insert_with(|| json!({ "subject": "", "text": "" }));
        }
    }
    draft
}

/// The plan that is written; a language in which nothing is written is left out.
pub fn read_plan(draft: &Value) -> Option<CampaignPlan> {
    let mut plan: CampaignPlan = serde_json::from_value(draft.clone()).ok()?;
    let written = |words: &shared::campaigns::Words| !words.subject.trim().is_empty() || !words.text.trim().is_empty();
    plan.texts.easy = plan.texts.easy.filter(written);
    plan.texts.en = plan.texts.en.filter(written);
    Some(plan)
}

/// Whom the plan that is written is for, also while its other parts are not finished; none while the conditions make no sense.
pub fn read_audience(draft: &Value) -> Option<CampaignAudience> {
    let audience: Condition = serde_json::from_value(draft.get("audience")?.clone()).ok()?;
    if !shared::campaigns::check_audience(&audience).is_empty() {
        return None;
    }
    let when = draft.get("when").and_then(|when| serde_json::from_value(when.clone()).ok()).unwrap_or(When::Once { at: None });
    let share = draft.get("hold_out_percent").and_then(Value::as_u64).and_then(|share| u32::try_from(share).ok());
    Some(CampaignAudience { audience, when, hold_out_percent: share.filter(|share| *share <= 50).unwrap_or_default() })
}

/// The instant of a day and a time in Tokyo, as a plan has it; null while one of them is missing.
pub fn instant(day: &str, time: &str) -> Value {
    let day = day.parse::<NaiveDate>().ok();
    let time = NaiveTime::parse_from_str(time, "%H:%M").ok();
    day.zip(time).and_then(|(day, time)| serde_json::to_value(at(day, time)).ok()).unwrap_or_default()
}

/// Day and time of an instant, as they are typed.
pub fn typed_instant(at: Option<DateTime<Utc>>) -> (String, String) {
    at.map(|at| (iso_day_at(at), iso_clock_at(at))).unwrap_or_default()
}

/// Of so many, how many in a hundred; none of none.
pub fn percent(share: Share) -> Option<u64> {
    (share.of > 0).then(|| u64::from(share.count) * 100 / u64::from(share.of))
}

/// The bars of what was opened by hour: the hour from 0, how many, and how high in a hundred of the highest.
pub fn bars(by_hour: &[u32]) -> Vec<(usize, u32, u32)> {
    let most = by_hour.iter().copied().max().unwrap_or(0).max(1);
    by_hour.iter().enumerate().map(|(hour, count)| (hour, *count, count.saturating_mul(100) / most)).collect()
}

/// How many of those who get one have been told, in a hundred.
pub fn progress(sent: u32, waiting: u32) -> u32 {
    let all = u64::from(sent) + u64::from(waiting);
    u32::try_from((u64::from(sent) * 100).checked_div(all).unwrap_or(100)).unwrap_or(100)
}

#[cfg(test)]
mod tests;
