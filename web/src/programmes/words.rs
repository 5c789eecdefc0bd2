//! The rules of a version in plain words, section by section, and what differs between two of them.

use shared::locale::{Locale, Localised, clock, minutes};
use shared::programmes::{AgeBasis, AnswerKind, BenefitRate, Programme, Question, Staffing, Terms, Waiting};

use crate::facilities::model as rules;
use crate::i18n::sentence;

/// A part of the rules: the key of its title, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Key of its title.
    pub title: &'static str,
    /// What it says, a sentence each.
    pub lines: Vec<String>,
}

/// What differs in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Key of its title.
    pub title: &'static str,
    /// What no longer holds.
    pub gone: Vec<String>,
    /// What holds instead.
    pub new: Vec<String>,
}

fn said(key: &str, locale: Locale, values: &[(&str, String)]) -> String {
    values.iter().fold(sentence(key, locale), |text, (name, value)| text.replace(&format!("%{{{name}}}"), value))
}

fn named(name: &Localised, locale: Locale) -> String {
    name.get(locale).to_owned()
}

/// Everything that a version says, in the order in which it is edited.
pub fn describe(name: &Localised, summary: &Localised, terms: &Terms, locale: Locale) -> Vec<Section> {
    let section = |title: &'static str, lines: Vec<String>| Section { title, lines };
    vec![
        section("programmes.section_name", vec![named(name, locale), named(summary, locale)]),
        section("programmes.section_ages", ages(terms, locale)),
        section("programmes.section_unit", unit(terms, locale)),
        section("programmes.section_limits", limits(terms, locale)),
        section("programmes.section_booking", booking(terms, locale)),
        section("programmes.section_cancel", rules::cancellation(&terms.cancellation, locale)),
        section("programmes.section_pick_up", rules::pick_up(terms, locale)),
        section("programmes.section_staffing", staffing(terms, locale)),
        section("programmes.section_fees", fees(terms, locale)),
        section("programmes.section_reliefs", rules::reliefs(&terms.reliefs, locale)),
        section("programmes.section_benefit", benefit(terms, locale)),
        section("programmes.section_asked", asked(terms, locale)),
        section("programmes.section_waiting", waiting(&terms.waiting, locale)),
    ]
}

/// A version in words.
pub fn of_version(version: &Programme, locale: Locale) -> Vec<Section> {
    describe(&version.name, &version.summary, &version.terms, locale)
}

fn ages(terms: &Terms, locale: Locale) -> Vec<String> {
    let basis = match terms.ages.basis {
        AgeBasis::OnDay => "programmes.age_on_day",
        AgeBasis::Class => "programmes.age_class",
    };
    let mut lines = vec![rules::ages(&terms.ages, locale), sentence(basis, locale)];
    if terms.interview {
        lines.push(sentence("programmes.is_interview", locale));
    }
    if terms.certification.is_some() {
        lines.push(sentence("programmes.needs_certification", locale));
    }
    if terms.eligibility.is_some() {
        lines.push(sentence("programmes.has_condition", locale));
    }
    lines
}

fn unit(terms: &Terms, locale: Locale) -> Vec<String> {
    vec![rules::unit(&terms.unit, locale)]
}

fn limits(terms: &Terms, locale: Locale) -> Vec<String> {
    if terms.limits.is_empty() {
        return vec![sentence("programmes.no_limit", locale)];
    }
    terms.limits.iter().map(|limit| rules::limit(limit, &terms.reasons, locale)).collect()
}

fn booking(terms: &Terms, locale: Locale) -> Vec<String> {
    let mut lines = vec![
        said("programmes.opens", locale, &[("when", rules::opening(&terms.opens, locale))]),
        said("programmes.closes", locale, &[("when", rules::deadline(terms.closes, locale))]),
    ];
    let decided = rules::confirmation(terms.confirmation, locale);
    lines.extend(if decided.is_empty() { vec![sentence("programmes.instant", locale)] } else { decided });
    lines
}

fn age_span(from: u32, under: Option<u32>, locale: Locale) -> String {
    match under {
        Some(under) => said("programmes.ages_under", locale, &[("from", from.to_string()), ("under", under.to_string())]),
        None => said("programmes.ages_from", locale, &[("from", from.to_string())]),
    }
}

fn staffing(terms: &Terms, locale: Locale) -> Vec<String> {
    let mut lines = match &terms.staffing {
        None => vec![sentence("programmes.no_staffing", locale)],
        Some(Staffing { minimum, ratios }) => {
            let ratio = |one: &shared::programmes::StaffRatio| {
                let ages = age_span(one.from_age, one.under_age, locale);
                said("programmes.ratio", locale, &[("ages", ages), ("children", one.children.to_string())])
            };
            let least = said("programmes.least_staff", locale, &[("count", minimum.to_string())]);
            std::iter::once(least).chain(ratios.iter().map(ratio)).collect()
        }
    };
    lines.extend(terms.at_once.map(|most| said("programmes.at_once_is", locale, &[("count", most.to_string())])));
    lines
}

fn fees(terms: &Terms, locale: Locale) -> Vec<String> {
    let mut lines: Vec<String> = terms
        .fees
        .iter()
        .map(|fee| {
            let values = [
                ("tier", rules::tier(&fee.tier, locale)),
                ("what", rules::fee_words(fee, terms, locale)),
                ("yen", shared::locale::yen(fee.yen, locale)),
            ];
            said("programmes.fee", locale, &values)
        })
        .collect();
    if lines.is_empty() {
        lines.push(sentence("programmes.no_fee", locale));
    }
    lines.extend(rules::extras(&terms.extras, locale).into_iter().map(|extra| said("programmes.extra", locale, &[("extra", extra)])));
    lines
}

fn benefit(terms: &Terms, locale: Locale) -> Vec<String> {
    let Some(benefit) = &terms.benefit else { return vec![sentence("programmes.no_benefit", locale)] };
    let rate = |rate: &BenefitRate| {
        let what = rules::price_words((rate.from_age, rate.under_age), &rate.per, terms, locale);
        said("programmes.rate", locale, &[("what", what), ("yen", shared::locale::yen(rate.yen, locale))])
    };
    let absence = if benefit.pays_absence { "programmes.absence_is_paid" } else { "programmes.absence_is_not_paid" };
    benefit.rates.iter().map(rate).chain(std::iter::once(sentence(absence, locale))).collect()
}

fn question(question: &Question, locale: Locale) -> String {
    let answer = match &question.answer {
        AnswerKind::YesNo => sentence("programmes.answer_yes_no", locale),
        AnswerKind::Text => sentence("programmes.answer_text", locale),
        AnswerKind::Day => sentence("programmes.answer_day", locale),
        AnswerKind::Yen => sentence("programmes.answer_yen", locale),
        AnswerKind::Choice { choices } => choices.iter().map(|choice| named(&choice.name, locale)).collect::<Vec<_>>().join("／"),
    };
    let key = if question.required { "programmes.question_required" } else { "programmes.question" };
    said(key, locale, &[("question", named(&question.text, locale)), ("answer", answer)])
}

fn asked(terms: &Terms, locale: Locale) -> Vec<String> {
    let reasons = terms.reasons.iter().map(|one| said("programmes.reason", locale, &[("name", named(&one.name, locale))]));
    let questions = terms.questions.iter().map(|one| question(one, locale));
    let bring = terms.bring.iter().map(|one| said("programmes.brings", locale, &[("name", named(one, locale))]));
    reasons.chain(questions).chain(bring).collect()
}

fn waiting(waiting: &Waiting, locale: Locale) -> Vec<String> {
    let times = [
        ("programmes.wait_same_day", waiting.same_day_minutes),
        ("programmes.wait_next_day", waiting.next_day_minutes),
        ("programmes.wait_later", waiting.later_minutes),
    ];
    let quiet = [("from", clock(waiting.quiet_from)), ("until", clock(waiting.quiet_until))];
    let asks = times.into_iter().map(|(key, length)| said(key, locale, &[("length", minutes(length, locale))]));
    asks.chain(std::iter::once(said("programmes.quiet", locale, &quiet))).collect()
}

/// What differs between what was and what is to be, sections without a difference left out.
pub fn differences(before: &[Section], after: &[Section]) -> Vec<Difference> {
    let lines = |all: &[Section], title: &str| {
        all.iter().find(|section| section.title == title).map(|section| section.lines.clone()).unwrap_or_default()
    };
    let without = |mine: &[String], others: &[String]| mine.iter().filter(|line| !others.contains(line)).cloned().collect::<Vec<_>>();
    after
        .iter()
        .map(|section| {
            let old = lines(before, section.title);
            Difference { title: section.title, gone: without(&old, &section.lines), new: without(&section.lines, &old) }
        })
        .filter(|difference| !difference.gone.is_empty() || !difference.new.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::programmes::{AgeEnd, Ages, Benefit, Fee, FeeUnit, PriceTier, StaffRatio, Unit};

    fn terms() -> Terms {
        let ages = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
        let unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 };
        Terms {
            fees: vec![Fee { tier: PriceTier::resident(), from_age: 0, under_age: None, per: FeeUnit::Hour, yen: 300 }],
            staffing: Some(Staffing { minimum: 2, ratios: vec![StaffRatio { from_age: 0, under_age: Some(1), children: 3 }] }),
            ..Terms::new(ages, unit)
        }
    }

    fn sections(terms: &Terms) -> Vec<Section> {
        let name = Localised::new("通園", "[通園|つうえん]", "Nursery");
        describe(&name, &name, terms, Locale::Ja)
    }

    #[test]
    fn a_version_is_a_readable_whole() {
        let all = sections(&terms());
        assert!(all.iter().all(|section| section.lines.iter().all(|line| !line.contains("%{") && !line.trim().is_empty())), "{all:?}");
        let fees = all.iter().find(|section| section.title == "programmes.section_fees").unwrap();
        assert!(fees.lines[0].contains("300円"), "{fees:?}");
        for locale in Locale::ALL {
            let name = Localised::new("通園", "[通園|つうえん]", "Nursery");
            assert_eq!(describe(&name, &name, &terms(), locale).len(), all.len());
        }
    }

    #[test]
    fn only_what_differs_is_told_with_old_and_new() {
        let (before, mut changed) = (sections(&terms()), terms());
        assert_eq!(differences(&before, &before), []);
        changed.fees[0].yen = 350;
        changed.at_once = Some(10);
        let rates = vec![BenefitRate { from_age: 0, under_age: Some(1), per: FeeUnit::Hour, yen: 1700 }];
        changed.benefit = Some(Benefit { rates, pays_absence: true });
        let told = differences(&before, &sections(&changed));
        let titles: Vec<&str> = told.iter().map(|one| one.title).collect();
        assert_eq!(titles, ["programmes.section_staffing", "programmes.section_fees", "programmes.section_benefit"]);
        assert!(told[2].new[0].contains("1,700円") && told[2].new.len() == 2, "{:?}", told[2]);
        assert!(told[0].gone.is_empty() && told[0].new.len() == 1);
        assert!(told[1].gone[0].contains("300円") && told[1].new[0].contains("350円"));
    }
}
