//! A facility's hours and a programme's rules in words, and fees as a table.

use chrono::{NaiveTime, Weekday};
use shared::facilities::Opening;
use shared::locale::{Locale, clock, half_days, minutes, uses, weekday, yen};
use shared::programmes::{
    AgeEnd, Ages, Cancellation, Deadline, Fee, FeeUnit, Limit, LimitPeriod, LimitUnit, Opens, PriceTier, Terms, Unit,
};

use crate::i18n::sentence;

fn said(key: &str, locale: Locale, values: &[(&str, String)]) -> String {
    values.iter().fold(sentence(key, locale), |text, (name, value)| text.replace(&format!("%{{{name}}}"), value))
}

/// From when to when a facility is open; midnight at the end of a day is 24:00.
pub fn hours(opening: &Opening, locale: Locale) -> Option<String> {
    let (opens, closes) = (opening.opens_at?, opening.closes_at?);
    let closes = if closes == NaiveTime::MIN { "24:00".to_owned() } else { clock(closes) };
    let dash = if locale == Locale::En { "–" } else { "〜" };
    Some(format!("{}{dash}{closes}", clock(opens)))
}

/// On which days of the week it is open: runs of three and more as a span.
pub fn weekdays(days: &[Weekday], locale: Locale) -> String {
    let all = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    let mut runs: Vec<Vec<Weekday>> = Vec::new();
    for day in all.into_iter().filter(|day| days.contains(day)) {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| last.succ() == day) => run.push(day),
            _ => runs.push(vec![day]),
        }
    }
    let (dash, comma) = if locale == Locale::En { ("–", ", ") } else { ("〜", "・") };
    let parts: Vec<String> = runs
        .iter()
        .flat_map(|run| match run.as_slice() {
            [first, _, .., last] => vec![format!("{}{dash}{}", weekday(*first, locale), weekday(*last, locale))],
            few => few.iter().map(|day| weekday(*day, locale).to_owned()).collect(),
        })
        .collect();
    parts.join(comma)
}

/// Whom a programme takes.
pub fn ages(ages: &Ages, locale: Locale) -> String {
    let from = ages.from_months;
    let from = if from.is_multiple_of(12) {
        said("facilities.from_years", locale, &[("years", (from / 12).to_string())])
    } else {
        said("facilities.from_months", locale, &[("months", from.to_string())])
    };
    let until = match ages.until {
        AgeEnd::UnderYears { years } => said("facilities.under_years", locale, &[("years", years.to_string())]),
        AgeEnd::SchoolEntry => sentence("facilities.until_school", locale),
    };
    said("facilities.age_range", locale, &[("from", from), ("until", until)])
}

/// How long a stay is.
pub fn unit(unit: &Unit, locale: Locale) -> String {
    match unit {
        Unit::Blocks { blocks } => {
            let comma = if locale == Locale::En { ", " } else { "・" };
            blocks.iter().map(|block| block.name.get(locale)).collect::<Vec<_>>().join(comma)
        }
        Unit::Flexible { minimum_minutes, maximum_minutes, step_minutes } => {
            let words = [("minimum", minutes(*minimum_minutes, locale)), ("step", minutes(*step_minutes, locale))];
            match maximum_minutes {
                None => said("facilities.flexible", locale, &words),
                Some(most) if most == minimum_minutes => minutes(*most, locale),
                Some(most) => {
                    said("facilities.flexible_most", locale, &[words, [("maximum", minutes(*most, locale)), ("", String::new())]].concat())
                }
            }
        }
    }
}

/// How much of it a child has.
pub fn limit(limit: &Limit, locale: Locale) -> String {
    let amount = |n| match limit.counts {
        LimitUnit::HalfDays => half_days(n, locale),
        LimitUnit::Minutes => minutes(n, locale),
        LimitUnit::Uses => uses(n, locale),
    };
    let period = match limit.per {
        LimitPeriod::Month => "facilities.limit",
        LimitPeriod::Week => "facilities.limit_week",
        LimitPeriod::Birth => "facilities.limit_birth",
    };
    let mut words = said(period, locale, &[("amount", amount(limit.base))]);
    if limit.local > 0 {
        words += &said("facilities.limit_local", locale, &[("local", amount(limit.local))]);
    }
    if let Some(multiple) = limit.multiple_birth {
        words += &said("facilities.limit_multiple_birth", locale, &[("amount", amount(multiple))]);
    }
    words
}

/// When bookings open.
pub fn opening(opens: &Opens, locale: Locale) -> String {
    match opens {
        Opens::DaysBefore { days } => said("facilities.opens_days", locale, &[("days", days.to_string())]),
        Opens::OnDays { days, time, .. } => {
            let days = days.iter().map(ToString::to_string).collect::<Vec<_>>().join(if locale == Locale::En { ", " } else { "・" });
            said("facilities.opens_on", locale, &[("days", days), ("time", clock(*time))])
        }
    }
}

/// A moment before a stay.
pub fn deadline(deadline: Deadline, locale: Locale) -> String {
    match deadline {
        Deadline::MinutesBefore { minutes: 0 } => sentence("facilities.until_start", locale),
        Deadline::MinutesBefore { minutes: n } => said("facilities.minutes_before", locale, &[("length", minutes(n, locale))]),
        Deadline::DaysBefore { days: 0, time } | Deadline::OpenDaysBefore { days: 0, time } => {
            said("facilities.same_day", locale, &[("time", clock(time))])
        }
        Deadline::DaysBefore { days: 1, time } => said("facilities.day_before", locale, &[("time", clock(time))]),
        Deadline::DaysBefore { days, time } => said("facilities.days_before", locale, &[("days", days.to_string()), ("time", clock(time))]),
        Deadline::OpenDaysBefore { days: 1, time } => said("facilities.open_day_before", locale, &[("time", clock(time))]),
        Deadline::OpenDaysBefore { days, time } => {
            said("facilities.open_days_before", locale, &[("days", days.to_string()), ("time", clock(time))])
        }
    }
}

/// How one may cancel, sentence by sentence.
pub fn cancellation(rule: &Cancellation, locale: Locale) -> Vec<String> {
    let mut sentences = vec![said("facilities.cancel_free", locale, &[("deadline", deadline(rule.free_until, locale))])];
    sentences.push(match rule.late_fee_percent {
        0 => sentence("facilities.cancel_late_free", locale),
        percent => said("facilities.cancel_late", locale, &[("percent", percent.to_string())]),
    });
    if rule.late_counts {
        sentences.push(sentence("facilities.cancel_counts", locale));
    }
    if rule.undo_minutes > 0 {
        sentences.push(said("facilities.cancel_undo", locale, &[("length", minutes(rule.undo_minutes, locale))]));
    }
    sentences
}

/// A fee table: the tiers above, a row for each age and part of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeTable {
    /// The tiers, residents first.
    pub tiers: Vec<PriceTier>,
    /// What it is for, and the price in each tier.
    pub rows: Vec<(String, Vec<Option<String>>)>,
}

/// Lays out what a programme costs; where a facility has its own price of an hour, that is the one.
pub fn fee_table(terms: &Terms, hourly_yen: Option<i64>, locale: Locale) -> FeeTable {
    let mut tiers: Vec<PriceTier> = Vec::new();
    let mut kinds: Vec<&Fee> = Vec::new();
    for fee in &terms.fees {
        if !tiers.contains(&fee.tier) {
            tiers.push(fee.tier.clone());
        }
        if !kinds.iter().any(|kind| same_kind(kind, fee)) {
            kinds.push(fee);
        }
    }
    tiers.sort_by_key(|tier| *tier != PriceTier::resident());
    let price = |kind: &Fee, tier: &PriceTier| {
        let fee = terms.fees.iter().find(|fee| fee.tier == *tier && same_kind(kind, fee))?;
        let amount = if fee.per == FeeUnit::Hour { hourly_yen.unwrap_or(fee.yen) } else { fee.yen };
        Some(if amount == 0 { sentence("facilities.free_of_charge", locale) } else { yen(amount, locale) })
    };
    let rows = kinds.iter().map(|kind| (fee_words(kind, terms, locale), tiers.iter().map(|tier| price(kind, tier)).collect())).collect();
    FeeTable { tiers, rows }
}

fn same_kind(a: &Fee, b: &Fee) -> bool {
    a.per == b.per && a.from_age == b.from_age && a.under_age == b.under_age
}

fn fee_words(fee: &Fee, terms: &Terms, locale: Locale) -> String {
    let age = match (fee.from_age, fee.under_age) {
        (0, None) => None,
        (0, Some(under)) => Some(said("facilities.fee_under", locale, &[("years", under.to_string())])),
        (from, None) => Some(said("facilities.fee_from", locale, &[("years", from.to_string())])),
        (from, Some(under)) if from + 1 == under => Some(said("facilities.fee_age", locale, &[("years", from.to_string())])),
        (from, Some(under)) => {
            Some(said("facilities.fee_between", locale, &[("from", from.to_string()), ("to", under.saturating_sub(1).to_string())]))
        }
    };
    let part = match &fee.per {
        FeeUnit::Hour => sentence("facilities.per_hour", locale),
        FeeUnit::Use => sentence("facilities.per_use", locale),
        FeeUnit::Block { block } => terms.block(block).map(|block| block.name.get(locale).to_owned()).unwrap_or_default(),
    };
    match age {
        Some(age) => format!("{age} {part}"),
        None => part,
    }
}

/// Who pays a tier.
pub fn tier(tier: &PriceTier, locale: Locale) -> String {
    let key = match tier.as_str() {
        "resident" => "facilities.tier_resident",
        "neighbour" => "facilities.tier_neighbour",
        _ => "facilities.tier_other",
    };
    sentence(key, locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn weekdays_in_a_row_are_a_span() {
        use Weekday::*;
        assert_eq!(weekdays(&[Mon, Tue, Wed, Thu, Fri, Sat], Locale::Ja), "月〜土");
        assert_eq!(weekdays(&[Sat, Mon, Tue, Thu], Locale::Ja), "月・火・木・土");
        assert_eq!(weekdays(&[Mon, Tue, Wed, Fri], Locale::En), "Mon–Wed, Fri");
    }

    #[test]
    fn a_facility_open_until_midnight_closes_at_24() {
        let opening = Opening { opens_at: Some(time(7, 0)), closes_at: Some(NaiveTime::MIN), ..Opening::default() };
        assert_eq!(hours(&opening, Locale::Ja).as_deref(), Some("7:00〜24:00"));
        assert_eq!(hours(&Opening::default(), Locale::Ja), None);
    }

    #[test]
    fn deadlines_are_said_in_words() {
        assert_eq!(deadline(Deadline::DaysBefore { days: 1, time: time(16, 30) }, Locale::Ja), "前日の16:30まで");
        assert_eq!(deadline(Deadline::OpenDaysBefore { days: 1, time: time(15, 0) }, Locale::Ja), "直前の開所日の15:00まで");
        assert_eq!(deadline(Deadline::MinutesBefore { minutes: 90 }, Locale::Ja), "開始の1時間30分前まで");
    }

    #[test]
    fn the_fee_table_has_residents_first_and_a_row_for_each_age() {
        let fee = |tier: &str, from_age, under_age, yen| Fee { tier: PriceTier::new(tier), from_age, under_age, per: FeeUnit::Hour, yen };
        let terms = Terms {
            fees: vec![fee("neighbour", 0, Some(3), 450), fee("resident", 0, Some(3), 300), fee("resident", 3, None, 0)],
            ..Terms::new(
                Ages { from_months: 6, until: AgeEnd::SchoolEntry, basis: Default::default() },
                Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 },
            )
        };
        let table = fee_table(&terms, None, Locale::Ja);
        assert_eq!(table.tiers, [PriceTier::resident(), PriceTier::new("neighbour")]);
        assert_eq!(
            table.rows,
            [
                ("3歳未満 1時間".to_owned(), vec![Some("300円".to_owned()), Some("450円".to_owned())]),
                ("3歳以上 1時間".to_owned(), vec![Some("無料".to_owned()), None]),
            ]
        );
        let own = fee_table(&terms, Some(250), Locale::Ja);
        assert_eq!(own.rows.first().map(|(_, prices)| prices.clone()), Some(vec![Some("250円".to_owned()), Some("250円".to_owned())]));
    }

    #[test]
    fn ages_and_limits_are_said_in_words() {
        let range = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: Default::default() };
        assert_eq!(ages(&range, Locale::Ja), "生後6か月から、3歳になる前まで");
        let month = Limit {
            pool: "open_nursery".to_owned(),
            counts: LimitUnit::Minutes,
            per: LimitPeriod::Month,
            base: 600,
            local: 0,
            multiple_birth: None,
            reason: None,
        };
        assert_eq!(limit(&month, Locale::Ja), "1か月に10時間まで");
        let birth = Limit { counts: LimitUnit::Uses, per: LimitPeriod::Birth, base: 7, multiple_birth: Some(10), ..month };
        assert_eq!(limit(&birth, Locale::Ja), "出産1回につき7回まで（双子などは10回まで）");
    }
}
