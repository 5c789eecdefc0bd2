//! What a city says of campaigns from a day on, and whether a plan makes sense.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{CampaignPlan, When, Words};
use crate::eligibility;
use crate::problem::{Datum, ProblemPart, Reason};
use crate::time::tokyo_day;

/// The longest subject.
const LONGEST_SUBJECT: usize = 100;
/// The longest text.
const LONGEST_TEXT: usize = 1500;
/// The longest name.
const LONGEST_NAME: usize = 80;

/// How a city sends campaigns, from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignRules {
    /// For more families than that a second officer has to agree, 0 to 1,000,000. A standing offer always takes two.
    pub four_eyes_over: u32,
    /// A family gets at most so many notices of campaigns, 1 to 100,
    pub cap_notices: u32,
    /// in so many days, 1 to 366.
    pub cap_days: u32,
    /// Where so many of a hundred families more than at the proposal would get it, 0 to 100, it is to be proposed anew.
    pub growth_percent: u32,
}

impl Default for CampaignRules {
    /// What holds where a city has said nothing.
    fn default() -> Self {
        Self { four_eyes_over: 100, cap_notices: 3, cap_days: 30, growth_percent: 10 }
    }
}

/// The rules of a city with their first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatedCampaignRules {
    /// The first day; none: the shipped ones, which hold where a city has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// The rules.
    #[serde(flatten)]
    pub rules: CampaignRules,
}

/// Sets a city's rules from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCampaignRules {
    /// The first day; not before today.
    pub valid_from: NaiveDate,
    /// The rules.
    #[serde(flatten)]
    pub rules: CampaignRules,
}

/// Why something of campaigns is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// It is no draft any more.
    NotDraft,
    /// It is not proposed.
    NotProposed,
    /// There is nothing to stop: it has not been let go, or is over.
    NotUnderWay,
    /// Who wrote it cannot agree to it.
    OwnCampaign,
    /// It would go to many more families than were named when it was proposed.
    Grown {
        /// So many were named.
        seen: u32,
        /// So many there are.
        found: u32,
    },
    /// It fits no family.
    Nobody,
    /// It has no name.
    NameMissing,
    /// Its Japanese words are missing, or a language has a subject without a text.
    WordsMissing,
    /// Words hold a brace, and nothing is filled in.
    Brace,
    /// Its time is over.
    TimePast,
    /// It ends before it begins.
    DaysReversed,
    /// Not 1 to 60 days to open it.
    DeadlineInvalid,
    /// Not 0 to 50 of a hundred held out.
    HoldOutInvalid,
    /// The rules would begin in the past.
    RulesPast,
    /// A number of the rules is out of its range.
    RulesInvalid,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotDraft => "campaigns.not_draft",
            Self::NotProposed => "campaigns.not_proposed",
            Self::NotUnderWay => "campaigns.not_under_way",
            Self::OwnCampaign => "campaigns.own_campaign",
            Self::Grown { .. } => "campaigns.grown",
            Self::Nobody => "campaigns.nobody",
            Self::NameMissing => "campaigns.name_missing",
            Self::WordsMissing => "campaigns.words_missing",
            Self::Brace => "campaigns.brace",
            Self::TimePast => "campaigns.time_past",
            Self::DaysReversed => "campaigns.days_reversed",
            Self::DeadlineInvalid => "campaigns.deadline_invalid",
            Self::HoldOutInvalid => "campaigns.hold_out_invalid",
            Self::RulesPast => "campaigns.rules_past",
            Self::RulesInvalid => "campaigns.rules_invalid",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        let count = |number: u32| Datum::Count(i64::from(number));
        match self {
            Self::Grown { seen, found } => reason.with("seen", count(seen)).with("found", count(found)),
            _ => reason,
        }
    }
}

fn part(pointer: &str, reason: Reason) -> ProblemPart {
    ProblemPart { pointer: Some(pointer.to_owned()), subject: None, reason, detail: String::new() }
}

/// What is wrong with a plan even as a draft, each at its place.
pub fn check_plan(plan: &CampaignPlan) -> Result<(), Vec<ProblemPart>> {
    let mut wrong = check_audience(&plan.audience);
    let long = || crate::text::Rejection::TooLong.reason();
    if plan.name.chars().count() > LONGEST_NAME {
        wrong.push(part("/name", long()));
    }
    for (language, words) in languages(plan) {
        for (field, text, most) in [("subject", &words.subject, LONGEST_SUBJECT), ("text", &words.text, LONGEST_TEXT)] {
            let place = format!("/texts/{language}/{field}");
            if text.chars().count() > most {
                wrong.push(part(&place, long()));
            }
            if text.contains(['{', '}']) {
                wrong.push(part(&place, Rejection::Brace.reason()));
            }
        }
    }
    if plan.deadline_days.is_some_and(|days| !(1..=60).contains(&days)) {
        wrong.push(part("/deadline_days", Rejection::DeadlineInvalid.reason()));
    }
    if plan.hold_out_percent > 50 {
        wrong.push(part("/hold_out_percent", Rejection::HoldOutInvalid.reason()));
    }
    if let When::Standing { from, until: Some(until), .. } = plan.when
        && until < from
    {
        wrong.push(part("/when/until", Rejection::DaysReversed.reason()));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// What is wrong with whom it is for.
pub fn check_audience(audience: &eligibility::Condition) -> Vec<ProblemPart> {
    // Any answer may have been given in some application; documents belong to one.
    eligibility::check(audience, "/audience", &|_| true)
}

/// What a plan still lacks to be sent, each at its place.
pub fn check_ready(plan: &CampaignPlan, now: DateTime<Utc>) -> Result<(), Vec<ProblemPart>> {
    let mut wrong = check_plan(plan).err().unwrap_or_default();
    if plan.name.trim().is_empty() {
        wrong.push(part("/name", Rejection::NameMissing.reason()));
    }
    for (language, words) in languages(plan) {
        for (field, text) in [("subject", &words.subject), ("text", &words.text)] {
            if text.trim().is_empty() {
                wrong.push(part(&format!("/texts/{language}/{field}"), Rejection::WordsMissing.reason()));
            }
        }
    }
    match plan.when {
        When::Once { at: Some(at) } if at < now => wrong.push(part("/when/at", Rejection::TimePast.reason())),
        When::Standing { until: Some(until), .. } if until < tokyo_day(now) => {
            wrong.push(part("/when/until", Rejection::TimePast.reason()));
        }
        When::Once { .. } | When::Standing { .. } => {}
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The words of each language that there is, with the name of its field.
fn languages(plan: &CampaignPlan) -> impl Iterator<Item = (&'static str, &Words)> {
    let texts = &plan.texts;
    let others = [("easy", texts.easy.as_ref()), ("en", texts.en.as_ref())];
    std::iter::once(("ja", &texts.ja)).chain(others.into_iter().filter_map(|(language, words)| Some((language, words?))))
}

/// What is wrong with rules, each at its place.
pub fn check_rules(new: &NewCampaignRules, today: NaiveDate) -> Result<(), Vec<ProblemPart>> {
    let rules = &new.rules;
    let ranges = [
        ("/four_eyes_over", (0..=1_000_000).contains(&rules.four_eyes_over)),
        ("/cap_notices", (1..=100).contains(&rules.cap_notices)),
        ("/cap_days", (1..=366).contains(&rules.cap_days)),
        ("/growth_percent", rules.growth_percent <= 100),
    ];
    let mut wrong: Vec<ProblemPart> =
        ranges.into_iter().filter(|(_, fits)| !fits).map(|(place, _)| part(place, Rejection::RulesInvalid.reason())).collect();
    if new.valid_from < today {
        wrong.push(part("/valid_from", Rejection::RulesPast.reason()));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
