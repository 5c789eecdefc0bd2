//! A facility's hours and a programme's rules in words, and fees as a table.

use chrono::{NaiveTime, Weekday};
use shared::facilities::Opening;
use shared::locale::{Locale, clock, half_days, minutes, uses, weekday, yen};
use shared::programmes::{
    AgeEnd, Ages, Block, Cancellation, Choice, Confirmation, Deadline, EarlyLeaving, Extra, Fee, FeeUnit, IfSilent, LatePickUp, Limit,
    LimitPeriod, LimitUnit, Opens, PriceTier, Relief, ReliefUnit, Terms, Unit,
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
            blocks.iter().map(|block| block_words(block, locale)).collect::<Vec<_>>().join(comma)
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

/// A part of the day or some nights, with what it counts where that is not one.
fn block_words(block: &Block, locale: Locale) -> String {
    let name = block.name.get(locale).to_owned();
    match block.uses {
        1 => name,
        several => said("facilities.block_counts", locale, &[("block", name), ("amount", uses(several, locale))]),
    }
}

/// How much of it a child has, for which of the reasons.
pub fn limit(limit: &Limit, reasons: &[Choice], locale: Locale) -> String {
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
    if let Some(reason) = reasons.iter().find(|reason| Some(&reason.key) == limit.reason.as_ref()) {
        words = said("facilities.limit_reason", locale, &[("reason", reason.name.get(locale).to_owned()), ("limit", words)]);
    }
    if limit.local > 0 {
        words += &said("facilities.limit_local", locale, &[("local", amount(limit.local))]);
    }
    if let Some(multiple) = limit.multiple_birth {
        words += &said("facilities.limit_multiple_birth", locale, &[("amount", amount(multiple))]);
    }
    words
}

/// What a family may have on top, with its price.
pub fn extras(extras: &[Extra], locale: Locale) -> Vec<String> {
    extras
        .iter()
        .map(|extra| said("facilities.extra", locale, &[("name", extra.name.get(locale).to_owned()), ("yen", yen(extra.yen, locale))]))
        .collect()
}

/// Whose household pays how much less.
pub fn reliefs(reliefs: &[Relief], locale: Locale) -> Vec<String> {
    let off = |off: &ReliefUnit| match off {
        ReliefUnit::Percent { percent: 100.. } => sentence("facilities.free_of_charge", locale),
        ReliefUnit::Percent { percent } => said("facilities.relief_percent", locale, &[("percent", percent.to_string())]),
        ReliefUnit::Hour { yen: less } => said("facilities.relief_hour", locale, &[("yen", yen(*less, locale))]),
        ReliefUnit::Use { yen: less } => said("facilities.relief_use", locale, &[("yen", yen(*less, locale))]),
    };
    reliefs
        .iter()
        .map(|relief| said("facilities.relief", locale, &[("name", relief.name.get(locale).to_owned()), ("off", off(&relief.off))]))
        .collect()
}

/// That the facility decides, and what holds when it says nothing; nothing where a booking holds at once.
pub fn confirmation(rule: Confirmation, locale: Locale) -> Vec<String> {
    let Confirmation::ByFacility { hours, if_silent } = rule else { return Vec::new() };
    let silent = match if_silent {
        IfSilent::Confirm => "facilities.silent_confirms",
        IfSilent::Decline => "facilities.silent_declines",
    };
    let length = minutes(i64::from(hours) * 60, locale);
    vec![said("facilities.facility_decides", locale, &[("length", length)]), sentence(silent, locale)]
}

/// When bookings open.
pub fn opening(opens: &Opens, locale: Locale) -> String {
    match opens {
        Opens::DaysBefore { days } => said("facilities.opens_days", locale, &[("days", days.to_string())]),
        Opens::OnDays { days, time, lead } => {
            let comma = if locale == Locale::En { ", " } else { "・" };
            let a_month = u32::try_from(days.len().max(1)).unwrap_or(1);
            let about_days = 30 * lead / a_month;
            let written = days.iter().map(ToString::to_string).collect::<Vec<_>>().join(comma);
            said("facilities.opens_on", locale, &[("days", written), ("time", clock(*time)), ("ahead", about_days.to_string())])
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
    let is_free = rule.late_fee_percent == 0 && !rule.late_counts;
    let exempt: Vec<&str> =
        rule.exempt.iter().filter(|reason| !is_free && reason.by_family).map(|reason| reason.name.get(locale)).collect();
    if !exempt.is_empty() {
        let comma = if locale == Locale::En { ", " } else { "、" };
        sentences.push(said("facilities.cancel_exempt", locale, &[("reasons", exempt.join(comma))]));
    }
    if rule.undo_minutes > 0 {
        sentences.push(said("facilities.cancel_undo", locale, &[("length", minutes(rule.undo_minutes, locale))]));
    }
    sentences
}

/// What fetching later, or leaving earlier, than agreed means; nothing where it means nothing.
pub fn pick_up(terms: &Terms, locale: Locale) -> Vec<String> {
    let late = match terms.late_pick_up {
        LatePickUp::Nothing => None,
        LatePickUp::Counts { .. } => Some(sentence("facilities.late_counts", locale)),
        LatePickUp::Fee { per_minutes, yen: amount, .. } => {
            Some(said("facilities.late_fee", locale, &[("length", minutes(per_minutes, locale)), ("yen", yen(amount, locale))]))
        }
    };
    let grace = match terms.late_pick_up {
        LatePickUp::Counts { grace_minutes } | LatePickUp::Fee { grace_minutes, .. } if grace_minutes > 0 => {
            Some(said("facilities.late_grace", locale, &[("length", minutes(grace_minutes, locale))]))
        }
        _ => None,
    };
    let early = (terms.early_leaving == EarlyLeaving::Shortens).then(|| sentence("facilities.early_shortens", locale));
    [late, grace, early].into_iter().flatten().collect()
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

/// What a fee is for: age and part of the day.
pub fn fee_words(fee: &Fee, terms: &Terms, locale: Locale) -> String {
    price_words((fee.from_age, fee.under_age), &fee.per, terms, locale)
}

/// What a price is for: ages from and under which it holds, and part of the day.
pub fn price_words(ages: (u32, Option<u32>), per: &FeeUnit, terms: &Terms, locale: Locale) -> String {
    let age = match ages {
        (0, None) => None,
        (0, Some(under)) => Some(said("facilities.fee_under", locale, &[("years", under.to_string())])),
        (from, None) => Some(said("facilities.fee_from", locale, &[("years", from.to_string())])),
        (from, Some(under)) if from + 1 == under => Some(said("facilities.fee_age", locale, &[("years", from.to_string())])),
        (from, Some(under)) => {
            Some(said("facilities.fee_between", locale, &[("from", from.to_string()), ("to", under.saturating_sub(1).to_string())]))
        }
    };
    let part = match per {
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
    use shared::locale::Localised;

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
        assert_eq!(limit(&month, &[], Locale::Ja), "1か月に10時間まで");
        let birth = Limit { counts: LimitUnit::Uses, per: LimitPeriod::Birth, base: 7, multiple_birth: Some(10), ..month };
        assert_eq!(limit(&birth, &[], Locale::Ja), "出産1回につき7回まで（双子などは10回まで）");
        let reasons = [Choice { key: "work".to_owned(), name: Localised::new("仕事", "[仕事|しごと]", "Work") }];
        let week = Limit {
            counts: LimitUnit::HalfDays,
            per: LimitPeriod::Week,
            base: 6,
            multiple_birth: None,
            reason: Some("work".to_owned()),
            ..birth
        };
        assert_eq!(limit(&week, &reasons, Locale::Ja), "「仕事」は、1週間に3日まで");
    }

    #[test]
    fn nights_extras_and_reliefs_are_said_in_words() {
        let named = |text: &str| Localised::new(text, text, text);
        let block = |name: &str, uses| Block { key: name.to_owned(), name: named(name), half_days: 0, uses };
        assert_eq!(unit(&Unit::Blocks { blocks: vec![block("1泊2日", 2), block("1日", 1)] }, Locale::Ja), "1泊2日（2回と数えます）・1日");
        assert_eq!(extras(&[Extra { key: "lunch".to_owned(), name: named("給食"), yen: 300 }], Locale::Ja), ["給食 300円"]);
        let relief = |off| Relief { class: "c".to_owned(), name: named("減免"), off };
        let said = reliefs(
            &[
                relief(ReliefUnit::Percent { percent: 100 }),
                relief(ReliefUnit::Percent { percent: 50 }),
                relief(ReliefUnit::Hour { yen: 200 }),
            ],
            Locale::Ja,
        );
        assert_eq!(said, ["減免：無料", "減免：50%引き", "減免：1時間につき200円引き"]);
    }

    #[test]
    fn fixed_opening_days_say_how_far_ahead_they_open() {
        let opens = Opens::OnDays { days: vec![1, 16], lead: 2, time: time(9, 0) };
        assert_eq!(opening(&opens, Locale::Ja), "毎月1・16日の9:00から（およそ30日先からの利用分）");
    }

    #[test]
    fn who_decides_and_what_silence_means_is_said_only_where_a_facility_decides() {
        assert!(confirmation(Confirmation::Instant, Locale::Ja).is_empty());
        let by_facility = Confirmation::ByFacility { hours: 24, if_silent: IfSilent::Decline };
        assert_eq!(
            confirmation(by_facility, Locale::Ja),
            ["申し込みを受けて、施設が24時間以内に決めます。", "それまでにお返事がないときは、お受けできないものとして取り扱います。"]
        );
    }
}
