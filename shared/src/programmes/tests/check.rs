//! A version is checked as a whole.

use super::super::check as check_terms;
use super::*;

fn name(text: &str) -> Localised {
    Localised::new(text, text, text)
}

fn choice(key: &str) -> Choice {
    Choice { key: key.to_owned(), name: name(key) }
}

fn ratio(from_age: u32, under_age: Option<u32>, children: i64) -> StaffRatio {
    StaffRatio { from_age, under_age, children }
}

fn exempt(key: &str) -> ExemptReason {
    ExemptReason { key: key.to_owned(), name: name(key), by_family: true }
}

/// 一時預かり with everything that a version can say.
fn blocks() -> Terms {
    let question = |key: &str, answer| Question { key: key.to_owned(), text: name(key), answer, required: true };
    let mut terms = crate::world::temporary_care();
    terms.limits.push(Limit { reason: Some("urgent".to_owned()), ..limit("urgent", LimitUnit::HalfDays, LimitPeriod::Month, 28) });
    terms.limits.push(Limit { multiple_birth: Some(10), local: 1, ..limit("uses", LimitUnit::Uses, LimitPeriod::Birth, 7) });
    terms.limits.push(limit("uses", LimitUnit::Uses, LimitPeriod::Week, 0));
    terms.extras = ["lunch", "snack"].map(|key| Extra { key: key.to_owned(), name: name(key), yen: 300 }).to_vec();
    let relief = |class: &str, off| Relief { class: class.to_owned(), name: name(class), off };
    terms.reliefs = vec![
        relief("public_assistance", ReliefUnit::Percent { percent: 100 }),
        relief("little_income", ReliefUnit::Hour { yen: 200 }),
        relief("twins", ReliefUnit::Use { yen: 500 }),
    ];
    terms.opens = Opens::OnDays { days: vec![1, 16, 28], lead: 1, time: time(9, 0) };
    terms.confirmation = Confirmation::ByFacility { hours: 720, if_silent: IfSilent::Decline };
    terms.cancellation.exempt = vec![exempt("child_ill"), exempt("weather")];
    terms.staffing =
        Some(Staffing { minimum: 2, ratios: vec![ratio(4, None, 25), ratio(0, Some(1), 3), ratio(1, Some(3), 6), ratio(3, Some(4), 15)] });
    terms.at_once = Some(12);
    terms.reasons = vec![choice("urgent"), choice("rest")];
    terms.questions = vec![
        question("health", AnswerKind::Choice { choices: vec![choice("well"), choice("cough")] }),
        question("fever", AnswerKind::YesNo),
        question("words", AnswerKind::Text),
    ];
    terms
}

fn hours() -> Terms {
    let mut terms = crate::world::open_nursery();
    terms.unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: Some(240), step_minutes: 30 };
    terms
}

/// Where and why, for a version that is good but for one change. Whatever is named is there to be mended.
fn wrong(mut terms: Terms, change: impl Fn(&mut Terms)) -> Vec<String> {
    assert_eq!(check_terms(&terms, ""), []);
    change(&mut terms);
    let found = check_terms(&terms, "/terms");
    let body = serde_json::json!({ "terms": terms });
    found
        .into_iter()
        .map(|part| {
            let pointer = part.pointer.unwrap();
            assert!(body.pointer(&pointer).is_some() || pointer.ends_with("/easy"), "{pointer} points nowhere");
            assert_eq!((part.subject, part.detail.as_str()), (None, ""));
            let code = part.reason.code.strip_prefix("programmes.").unwrap().to_owned();
            format!("{} {code}", pointer.strip_prefix("/terms").unwrap())
        })
        .collect()
}

#[test]
fn what_is_shipped_and_what_says_nothing_is_right() {
    let least = [Unit::Flexible { minimum_minutes: 1, maximum_minutes: None, step_minutes: 1 }, crate::world::temporary_care().unit];
    for unit in least {
        assert_eq!(check_terms(&Terms::new(crate::world::temporary_care().ages, unit), ""), []);
    }
    for terms in [crate::world::temporary_care(), crate::world::open_nursery(), blocks(), hours()] {
        assert_eq!(check_terms(&terms, ""), []);
    }
}

#[test]
fn a_unit_price_fits_the_ages_and_the_unit() {
    let with = |terms: Terms, under_age, per: FeeUnit, yen| {
        wrong(terms, |terms| {
            let rates = vec![BenefitRate { from_age: 1, under_age, per: per.clone(), yen }];
            terms.benefit = Some(Benefit { rates, pays_absence: false });
        })
    };
    let day = |block: &str| FeeUnit::Block { block: block.to_owned() };
    assert_eq!(with(hours(), Some(3), FeeUnit::Hour, 1400), [""; 0]);
    assert_eq!(with(blocks(), None, day("day"), 1400), [""; 0]);
    assert_eq!(with(hours(), Some(1), FeeUnit::Hour, 100_001), ["/benefit/rates/0/under_age ages_empty", "/benefit/rates/0/yen range"]);
    assert_eq!(with(blocks(), None, FeeUnit::Hour, 0), ["/benefit/rates/0/per hour_in_blocks"]);
    assert_eq!(with(blocks(), None, day("never"), 0), ["/benefit/rates/0/per/block block_unknown"]);
    let none = wrong(hours(), |terms| terms.benefit = Some(Benefit { rates: Vec::new(), pays_absence: false }));
    assert_eq!(none, ["/benefit/rates no_rate"]);
}

#[test]
fn ages_hold_at_least_a_month() {
    let with = |from_months, until| wrong(hours(), |terms| (terms.ages.from_months, terms.ages.until) = (from_months, until));
    let years = |years| AgeEnd::UnderYears { years };
    assert_eq!(with(35, years(3)), [""; 0]);
    assert_eq!(with(36, years(3)), ["/ages/from_months ages_empty"]);
    assert_eq!(with(83, AgeEnd::SchoolEntry), [""; 0]);
    assert_eq!(with(84, AgeEnd::SchoolEntry), ["/ages/from_months ages_empty"]);
    assert_eq!(with(0, years(0)), ["/ages/until/years range", "/ages/from_months ages_empty"]);
    assert_eq!([with(0, years(18)), with(0, years(22))].concat(), ["/ages/until/years range"]);
}

#[test]
fn blocks_are_some_each_with_a_key_of_its_own() {
    let with = |change: fn(&mut Vec<Block>)| {
        wrong(Terms { fees: vec![], limits: vec![], ..blocks() }, |terms| match &mut terms.unit {
            Unit::Blocks { blocks } => change(blocks),
            Unit::Flexible { .. } => unreachable!(),
        })
    };
    assert_eq!(with(Vec::clear), ["/unit/blocks no_block"]);
    assert_eq!(with(|blocks| blocks[2].key = "day".to_owned()), ["/unit/blocks/2/key key_twice"]);
    for key in ["", "Day", "一日", "half day", &"a".repeat(41)] {
        let mut terms = Terms { fees: vec![], ..blocks() };
        terms.unit = Unit::Blocks { blocks: vec![Block { key: key.to_owned(), name: name("day"), half_days: 2, uses: 1 }] };
        let told = check_terms(&terms, "");
        assert_eq!(told.iter().map(|part| part.reason.code.as_ref()).collect::<Vec<_>>(), ["programmes.key_invalid"], "{key}");
    }
    assert_eq!(
        with(|blocks| (blocks[0].half_days, blocks[1].uses) = (-1, 101)),
        ["/unit/blocks/0/half_days range", "/unit/blocks/1/uses range"]
    );
}

#[test]
fn lengths_are_in_steps() {
    let with = |minimum_minutes, maximum_minutes, step_minutes| {
        wrong(hours(), |terms| terms.unit = Unit::Flexible { minimum_minutes, maximum_minutes, step_minutes })
    };
    assert_eq!(with(60, Some(60), 60), [""; 0]);
    assert_eq!(with(60, Some(30), 30), ["/unit/maximum_minutes maximum_below"]);
    assert_eq!(with(45, Some(100), 30), ["/unit/minimum_minutes not_in_steps", "/unit/maximum_minutes not_in_steps"]);
    assert_eq!(with(60, None, 0), ["/unit/step_minutes range"]);
    assert_eq!(with(60, None, -30), ["/unit/step_minutes range"]);
    assert_eq!(with(0, None, 30), ["/unit/minimum_minutes range"]);
    assert_eq!(with(60, Some(60_000), 60), ["/unit/maximum_minutes range"]);
}

#[test]
fn limits_have_a_name_and_count_what_there_is() {
    let with = |terms: Terms, at: usize, change: fn(&mut Limit)| wrong(terms, |terms| change(&mut terms.limits[at]));
    assert_eq!(with(blocks(), 0, |limit| limit.pool.clear()), ["/limits/0/pool key_invalid"]);
    assert_eq!(with(blocks(), 0, |limit| limit.base = -1), ["/limits/0/base range"]);
    assert_eq!(with(blocks(), 2, |limit| limit.local = -1), ["/limits/2/local range"]);
    assert_eq!(with(blocks(), 2, |limit| limit.multiple_birth = Some(90_001)), ["/limits/2/multiple_birth range"]);
    assert_eq!(with(blocks(), 1, |limit| limit.reason = Some("other".to_owned())), ["/limits/1/reason reason_unknown"]);
    assert_eq!(with(blocks(), 0, |limit| limit.counts = LimitUnit::Minutes), [""; 0]);
    assert_eq!(with(hours(), 0, |limit| limit.counts = LimitUnit::Uses), [""; 0]);
    assert_eq!(with(hours(), 0, |limit| limit.counts = LimitUnit::HalfDays), ["/limits/0/counts limit_uncountable"]);
    // One account may not stand twice, for whatever reason; another period is another account.
    assert_eq!(with(blocks(), 1, |limit| limit.pool = "temporary_care".to_owned()), ["/limits/1/pool limit_twice"]);
    assert_eq!(with(blocks(), 3, |limit| limit.per = LimitPeriod::Birth), ["/limits/3/pool limit_twice"]);
    let uncounted = |change: fn(&mut Block)| {
        wrong(blocks(), |terms| match &mut terms.unit {
            Unit::Blocks { blocks } => blocks.iter_mut().for_each(change),
            Unit::Flexible { .. } => unreachable!(),
        })
    };
    assert_eq!(uncounted(|block| block.half_days = 0), ["/limits/0/counts limit_uncountable", "/limits/1/counts limit_uncountable"]);
    assert_eq!(uncounted(|block| block.uses = 0), ["/limits/2/counts limit_uncountable", "/limits/3/counts limit_uncountable"]);
}

#[test]
fn fees_are_for_what_can_be_booked() {
    let with = |terms: Terms, change: fn(&mut Fee)| wrong(terms, |terms| change(&mut terms.fees[1]));
    assert_eq!(with(blocks(), |fee| fee.per = FeeUnit::Block { block: "night".to_owned() }), ["/fees/1/per/block block_unknown"]);
    assert_eq!(with(hours(), |fee| fee.per = FeeUnit::Block { block: "day".to_owned() }), ["/fees/1/per/block block_unknown"]);
    assert_eq!(with(blocks(), |fee| fee.per = FeeUnit::Hour), ["/fees/1/per hour_in_blocks"]);
    assert_eq!(with(blocks(), |fee| fee.per = FeeUnit::Use), [""; 0]);
    assert_eq!(with(blocks(), |fee| fee.tier = PriceTier::new("")), ["/fees/1/tier key_invalid"]);
    assert_eq!(with(blocks(), |fee| fee.yen = -1), ["/fees/1/yen range"]);
    assert_eq!(with(blocks(), |fee| fee.yen = 100_001), ["/fees/1/yen range"]);
    assert_eq!(with(blocks(), |fee| (fee.from_age, fee.under_age) = (3, Some(3))), ["/fees/1/under_age ages_empty"]);
    assert_eq!(with(blocks(), |fee| (fee.from_age, fee.under_age) = (21, None)), ["/fees/1/from_age range"]);
}

#[test]
fn extras_and_reliefs_are_named_and_priced() {
    assert_eq!(wrong(blocks(), |terms| terms.extras[1].key = "lunch".to_owned()), ["/extras/1/key key_twice"]);
    assert_eq!(wrong(blocks(), |terms| terms.extras[0].yen = -1), ["/extras/0/yen range"]);
    assert_eq!(wrong(blocks(), |terms| terms.reliefs[0].off = ReliefUnit::Percent { percent: 101 }), ["/reliefs/0/off/percent range"]);
    assert_eq!(wrong(blocks(), |terms| terms.reliefs[0].off = ReliefUnit::Percent { percent: -1 }), ["/reliefs/0/off/percent range"]);
    assert_eq!(wrong(blocks(), |terms| terms.reliefs[1].off = ReliefUnit::Hour { yen: -1 }), ["/reliefs/1/off/yen range"]);
    assert_eq!(wrong(blocks(), |terms| terms.reliefs[2].off = ReliefUnit::Use { yen: -1 }), ["/reliefs/2/off/yen range"]);
    assert_eq!(wrong(blocks(), |terms| terms.reliefs[2].class.clear()), ["/reliefs/2/class key_invalid"]);
}

#[test]
fn bookings_open_on_days_of_every_month() {
    let with = |days: &[u32], lead| wrong(blocks(), |terms| terms.opens = Opens::OnDays { days: days.to_vec(), lead, time: time(9, 0) });
    assert_eq!(with(&[28], 24), [""; 0]);
    for days in [vec![], vec![0], vec![29], vec![16, 1], vec![1, 1]] {
        assert_eq!(with(&days, 1), ["/opens/days opening_days"], "{days:?}");
    }
    assert_eq!([with(&[1], 0), with(&[1], 25)].concat(), ["/opens/lead range"; 2]);
    assert_eq!(wrong(blocks(), |terms| terms.opens = Opens::DaysBefore { days: 801 }), ["/opens/days range"]);
}

#[test]
fn deadlines_and_deciding_have_bounds() {
    let minutes = |minutes| Deadline::MinutesBefore { minutes };
    assert_eq!(wrong(hours(), |terms| terms.closes = minutes(-1)), ["/closes/minutes range"]);
    assert_eq!(wrong(hours(), |terms| terms.closes = minutes(i64::MAX)), ["/closes/minutes range"]);
    let days = Deadline::DaysBefore { days: 367, time: time(15, 0) };
    assert_eq!(wrong(hours(), |terms| terms.closes = days), ["/closes/days range"]);
    let open_days = Deadline::OpenDaysBefore { days: 31, time: time(15, 0) };
    assert_eq!(wrong(hours(), |terms| terms.cancellation.free_until = open_days), ["/cancellation/free_until/days range"]);
    for hours in [0, 721] {
        let by_facility = Confirmation::ByFacility { hours, if_silent: IfSilent::Confirm };
        assert_eq!(wrong(blocks(), |terms| terms.confirmation = by_facility), ["/confirmation/hours range"]);
    }
}

#[test]
fn cancelling_costs_a_share_at_most_the_whole() {
    let with = |change: fn(&mut Cancellation)| wrong(blocks(), |terms| change(&mut terms.cancellation));
    assert_eq!(with(|cancellation| cancellation.late_fee_percent = 101), ["/cancellation/late_fee_percent range"]);
    assert_eq!(with(|cancellation| cancellation.late_fee_percent = -1), ["/cancellation/late_fee_percent range"]);
    assert_eq!(with(|cancellation| cancellation.undo_minutes = -1), ["/cancellation/undo_minutes range"]);
    assert_eq!(with(|cancellation| cancellation.exempt.push(exempt("weather"))), ["/cancellation/exempt/2/key key_twice"]);
    assert_eq!(with(|cancellation| cancellation.exempt[0].name.en.clear()), ["/cancellation/exempt/0/name/en name_missing"]);
}

#[test]
fn every_age_has_one_ratio() {
    let with = |change: fn(&mut Staffing)| wrong(blocks(), |terms| change(terms.staffing.as_mut().unwrap()));
    assert_eq!(with(|staffing| staffing.ratios[1].children = 0), ["/staffing/ratios/1/children range"]);
    assert_eq!(with(|staffing| staffing.minimum = -1), ["/staffing/minimum range"]);
    // 25 for one carer from four, without end; three-year-olds and five-year-olds are there already.
    assert_eq!(with(|staffing| staffing.ratios.push(ratio(5, Some(6), 30))), ["/staffing/ratios/4/from_age ratio_twice"]);
    assert_eq!(with(|staffing| staffing.ratios[3].under_age = Some(5)), ["/staffing/ratios/3/from_age ratio_twice"]);
    assert_eq!(
        with(|staffing| staffing.ratios[1].under_age = Some(0)),
        ["/staffing/ratios/1/under_age range", "/staffing/ratios/1/under_age ages_empty"]
    );
    let twice = Terms { staffing: Some(Staffing { minimum: 0, ratios: vec![ratio(0, Some(3), 3), ratio(1, None, 6)] }), ..hours() };
    assert_eq!(check_terms(&twice, "")[0].reason, Rejection::RatioTwice { age: 1 }.reason());
    // Ages without a ratio are allowed: only places count for them.
    assert_eq!(with(|staffing| staffing.ratios.clear()), [""; 0]);
}

#[test]
fn what_the_family_chooses_and_answers_is_named() {
    assert_eq!(wrong(blocks(), |terms| terms.at_once = Some(0)), ["/at_once range"]);
    assert_eq!(wrong(blocks(), |terms| terms.reasons[1].key = "urgent".to_owned()), ["/reasons/1/key key_twice"]);
    assert_eq!(wrong(blocks(), |terms| terms.questions[1].key = "health".to_owned()), ["/questions/1/key key_twice"]);
    assert_eq!(wrong(blocks(), |terms| terms.questions[2].text.ja = " ".to_owned()), ["/questions/2/text/ja name_missing"]);
    let choices =
        |choices: Vec<Choice>| wrong(blocks(), |terms| terms.questions[0].answer = AnswerKind::Choice { choices: choices.clone() });
    assert_eq!(choices(vec![]), ["/questions/0/answer/choices no_choice"]);
    assert_eq!(choices(vec![choice("well"), choice("well")]), ["/questions/0/answer/choices/1/key key_twice"]);
    assert_eq!(wrong(blocks(), |terms| terms.bring[0].easy = None), ["/bring/0/easy name_missing"]);
    let empty = Localised { ja: String::new(), easy: Some("　".to_owned()), en: String::new() };
    let told = check_name(&empty, "/name").into_iter().map(|part| part.pointer.unwrap()).collect::<Vec<_>>();
    assert_eq!(told, ["/name/ja", "/name/easy", "/name/en"]);
    assert_eq!(check_name(&name("一時預かり"), "/name"), []);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let told = wrong(blocks(), |terms| {
        terms.limits[0].base = -1;
        terms.fees[0].yen = -1;
        terms.closes = Deadline::MinutesBefore { minutes: -1 };
        terms.reasons.clear();
    });
    assert_eq!(told, ["/limits/0/base range", "/limits/1/reason reason_unknown", "/fees/0/yen range", "/closes/minutes range"]);
}
