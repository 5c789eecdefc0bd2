//! Standing offers to begin from, made from a city's own programmes.

use chrono::NaiveDate;

use super::{CampaignPlan, Repeat, Step, Texts, When, Words};
use crate::eligibility::{Condition, Test, leaves};
use crate::locale::{Locale, without_ruby};
use crate::problem::sentence;
use crate::programmes::{LimitPeriod, LimitUnit, Programme};

/// So many hours left are worth telling, in minutes.
const WORTH: i64 = 360;

/// A standing offer that an officer may begin from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// The word of it.
    pub key: &'static str,
    /// The draft.
    pub plan: CampaignPlan,
}

fn when(test: Test) -> Condition {
    Condition { test, source: None }
}

fn all(of: Vec<Condition>) -> Condition {
    when(Test::All { of })
}

fn not(of: Condition) -> Condition {
    when(Test::Not { of: Box::new(of) })
}

fn in_days(days: u32, of: Condition) -> Condition {
    when(Test::InDays { days, of: Box::new(of) })
}

/// The key of a starter's sentence.
fn keyed(key: &str, what: &str) -> String {
    match key {
        "old_enough" => format!("campaigns.starter.old_enough.{what}"),
        "hours_left" => format!("campaigns.starter.hours_left.{what}"),
        "birth_ending" => format!("campaigns.starter.birth_ending.{what}"),
        _ => format!("campaigns.starter.moved_here.{what}"),
    }
}

/// A draft with its shipped words.
fn starter(key: &'static str, programme: Option<&Programme>, audience: Condition, repeat: Repeat, from: NaiveDate) -> Starter {
    let said = |what: &str, locale: Locale| {
        let name = programme.map_or("", |programme| programme.name.get(locale));
        sentence(&keyed(key, what), locale).replace("{programme}", name)
    };
    let words = |locale| Words { subject: said("subject", locale), text: said("text", locale) };
    let plan = CampaignPlan {
        name: without_ruby(&said("name", Locale::Ja)),
        audience,
        texts: Texts { ja: words(Locale::Ja), easy: Some(words(Locale::Easy)), en: Some(words(Locale::En)) },
        step: programme.map_or(Step::Notices, |programme| Step::Search { programme: programme.key.clone() }),
        when: When::Standing { from, until: None, repeat },
        deadline_days: None,
        hold_out_percent: 0,
    };
    Starter { key, plan }
}

/// The months after a birth that a programme is for.
fn months_after_birth(programme: &Programme) -> Option<u32> {
    let mut found = None;
    leaves(programme.terms.eligibility.as_ref()?, &mut |leaf| {
        if let Test::WithinMonthsOfBirth { months } = leaf {
            found = Some(*months);
        }
    });
    found
}

/// The standing offers that a city's programmes allow: who is old enough next week, who has hours left and ten days to go, whose care after
/// the birth ends in a month, who has moved here.
pub fn starters(programmes: &[Programme], from: NaiveDate) -> Vec<Starter> {
    let mut found = Vec::new();
    if let Some(programme) =
        programmes.iter().find(|programme| programme.terms.ages.from_months > 0 && programme.terms.certification.is_some())
    {
        let age = when(Test::Age { ages: programme.terms.ages.clone() });
        let audience = all(vec![not(age.clone()), in_days(7, age)]);
        found.push(starter("old_enough", Some(programme), audience, Repeat::Child, from));
    }
    let is_monthly = |limit: &crate::programmes::Limit| limit.counts == LimitUnit::Minutes && limit.per == LimitPeriod::Month;
    if let Some((programme, limit)) =
        programmes.iter().find_map(|programme| Some((programme, programme.terms.limits.iter().find(|limit| is_monthly(limit))?)))
    {
        let left =
            Test::Unused { programme: programme.key.clone(), name: programme.name.clone(), at_least_minutes: WORTH.min(limit.base.max(1)) };
        let mut of = vec![when(left), when(Test::DaysLeftInMonth { at_most: 10 }), when(Test::Age { ages: programme.terms.ages.clone() })];
        if let Some(certified) = &programme.terms.certification {
            of.push(when(Test::Certified { programme: certified.clone(), name: programme.name.clone() }));
        }
        found.push(starter("hours_left", Some(programme), all(of), Repeat::Month, from));
    }
    if let Some((programme, months)) = programmes.iter().find_map(|programme| Some((programme, months_after_birth(programme)?))) {
        let recent = when(Test::WithinMonthsOfBirth { months });
        let audience = all(vec![recent.clone(), not(in_days(30, recent))]);
        found.push(starter("birth_ending", Some(programme), audience, Repeat::Child, from));
    }
    found.push(starter("moved_here", None, when(Test::MovedIn { within_days: 14 }), Repeat::Family, from));
    found
}
