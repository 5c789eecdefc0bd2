//! Programmes: deadlines, ages, fees, limits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod check;

use chrono::{NaiveTime, Weekday};

use super::*;
use crate::time::at;

fn time(h: u32, m: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(h, m, 0).unwrap()
}

#[test]
fn open_days_before_skips_sunday_and_holiday() {
    let open = OpenDays { closed_weekdays: vec![Weekday::Sun], closed_days: vec!["2026-11-23".parse().unwrap()] };
    let tuesday = at("2026-11-24".parse().unwrap(), time(9, 0));
    let deadline = Deadline::OpenDaysBefore { days: 1, time: time(15, 0) };
    assert_eq!(deadline.before(tuesday, &open), at("2026-11-21".parse().unwrap(), time(15, 0)));
    assert_eq!(
        Deadline::DaysBefore { days: 1, time: time(16, 30) }.before(tuesday, &open),
        at("2026-11-23".parse().unwrap(), time(16, 30))
    );
    assert_eq!(Deadline::MinutesBefore { minutes: 90 }.before(tuesday, &open), at("2026-11-24".parse().unwrap(), time(7, 30)));
}

#[test]
fn a_facility_that_never_opens_has_a_deadline_all_the_same() {
    use Weekday::*;
    let never = OpenDays { closed_weekdays: vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun], closed_days: vec![] };
    let day = at("2026-11-24".parse().unwrap(), time(9, 0));
    assert!(Deadline::OpenDaysBefore { days: 1, time: time(15, 0) }.before(day, &never) < day);
}

#[test]
fn a_deadline_may_be_the_day_itself() {
    let open = OpenDays { closed_weekdays: vec![], closed_days: vec!["2026-11-24".parse().unwrap()] };
    let tuesday = at("2026-11-24".parse().unwrap(), time(9, 0));
    let same_day = at("2026-11-24".parse().unwrap(), time(8, 0));
    assert_eq!(Deadline::OpenDaysBefore { days: 0, time: time(8, 0) }.before(tuesday, &open), same_day);
    assert_eq!(Deadline::DaysBefore { days: 0, time: time(8, 0) }.before(tuesday, &open), same_day);
}

#[test]
fn days_before_are_tokyos_days() {
    // 8:00 on 1 March in Tokyo is the last of February in UTC; one day before is 28 February all the same.
    let starts_at = at("2027-03-01".parse().unwrap(), time(8, 0));
    let deadline = Deadline::DaysBefore { days: 1, time: NaiveTime::MIN }.before(starts_at, &OpenDays::default());
    assert_eq!(deadline, at("2027-02-28".parse().unwrap(), NaiveTime::MIN));
}

#[test]
fn ages_begin_and_end_as_the_law_counts() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let ages = |until, basis| Ages { from_months: 6, until, basis };
    let under_three = ages(AgeEnd::UnderYears { years: 3 }, AgeBasis::OnDay);
    assert_eq!(under_three.first_day(day("2026-08-31")), day("2027-03-01"));
    assert_eq!(under_three.last_day(day("2024-04-10")), day("2027-04-08"));
    assert_eq!(ages(AgeEnd::SchoolEntry, AgeBasis::OnDay).last_day(day("2020-04-02")), day("2027-03-31"));
    assert_eq!(
        (under_three.band_age(day("2024-04-02"), day("2027-03-31")), under_three.band_age(day("2024-04-02"), day("2027-04-01"))),
        (2, 3)
    );
    let class = ages(AgeEnd::SchoolEntry, AgeBasis::Class);
    assert_eq!((class.band_age(day("2024-04-01"), day("2026-12-03")), class.band_age(day("2024-04-02"), day("2026-12-03"))), (2, 1));
}

fn price(terms: &Terms, tier: &PriceTier, age: u32, block: Option<&str>, minutes: i64, hourly_yen: Option<i64>) -> Option<i64> {
    let starts_at = at("2026-12-03".parse().unwrap(), time(9, 0));
    let stay = Stay { starts_at, ends_at: starts_at + chrono::TimeDelta::minutes(minutes), block };
    terms.price(&Priced { tier, age, stay: &stay, hourly_yen, extras: &[], classes: &[] }).map(|lines| total(&lines))
}

#[test]
fn the_first_fitting_line_of_the_table_is_the_fee() {
    let terms = crate::world::temporary_care();
    let resident = PriceTier::resident();
    assert_eq!(price(&terms, &resident, 2, Some("day"), 480, None), Some(2000));
    assert_eq!(price(&terms, &resident, 3, Some("day"), 480, None), Some(1000));
    assert_eq!(price(&terms, &resident, 2, Some("night"), 480, None), None);
    assert_eq!(price(&terms, &resident, 2, None, 480, None), None);
    assert_eq!(price(&terms, &PriceTier::new("far"), 2, Some("day"), 480, None), None);
    // A price of an hour says nothing about blocks.
    assert_eq!(price(&terms, &resident, 2, Some("day"), 480, Some(1)), Some(2000));
    let hours = crate::world::open_nursery();
    assert_eq!(price(&hours, &resident, 2, None, 90, None), Some(450));
    assert_eq!(price(&hours, &resident, 2, None, 90, Some(333)), Some(499));
    assert_eq!(price(&hours, &resident, 3, None, 90, None), None);
    assert_eq!(price(&hours, &resident, 2, Some("day"), 90, None), None);
    assert_eq!((terms.block("morning").map(|b| b.half_days), terms.block("night"), hours.block("day")), (Some(1), None, None));
}

#[test]
fn the_largest_relief_is_given_and_extras_are_paid_in_full() {
    let name = |text: &str| Localised::new(text, text, text);
    let relief = |class: &str, off| Relief { class: class.to_owned(), name: name(class), off };
    let mut terms = crate::world::open_nursery();
    // The usual form of the reliefs (-300 under public assistance, -200 with little income), meals on top.
    terms.reliefs = vec![
        relief("little_income", ReliefUnit::Hour { yen: 200 }),
        relief("public_assistance", ReliefUnit::Hour { yen: 300 }),
        relief("gift", ReliefUnit::Use { yen: 10_000 }),
        relief("half", ReliefUnit::Percent { percent: 50 }),
    ];
    terms.extras = vec![Extra { key: "lunch".to_owned(), name: name("lunch"), yen: 300 }];
    let starts_at = at("2026-12-03".parse().unwrap(), time(9, 0));
    let stay = Stay { starts_at, ends_at: starts_at + chrono::TimeDelta::minutes(150), block: None };
    let lines = |extras: &[&str], classes: &[&str]| {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let (extras, classes) = (owned(extras), owned(classes));
        let asked = Priced { tier: &PriceTier::resident(), age: 1, stay: &stay, hourly_yen: None, extras: &extras, classes: &classes };
        terms.price(&asked).unwrap().into_iter().map(|line| line.yen).collect::<Vec<_>>()
    };
    assert_eq!(lines(&[], &[]), [750]);
    assert_eq!(lines(&[], &["little_income"]), [750, -500]);
    assert_eq!(lines(&["lunch"], &["little_income", "public_assistance"]), [750, -750, 300]);
    assert_eq!(lines(&["lunch"], &["gift"]), [750, -750, 300]);
    assert_eq!(lines(&[], &["half"]), [750, -375]);
    assert_eq!(lines(&["dinner"], &["unknown"]), [750]);
}

#[test]
fn bookings_open_on_fixed_days_for_a_later_stretch() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let opens = Opens::OnDays { days: vec![1, 16], lead: 1, time: time(9, 0) };
    for (stay, opening) in [
        ("2026-11-15", "2026-10-16"),
        ("2026-11-16", "2026-11-01"),
        ("2026-11-30", "2026-11-01"),
        ("2026-12-01", "2026-11-16"),
        ("2027-03-15", "2027-02-16"),
    ] {
        assert_eq!(opens.before(day(stay), 0), at(day(opening), time(9, 0)), "{stay}");
    }
    assert_eq!(opens.before(day("2026-12-01"), 5), at(day("2026-11-21"), time(9, 0)));
    let monthly = Opens::OnDays { days: vec![1], lead: 2, time: time(9, 0) };
    assert_eq!(monthly.before(day("2027-01-31"), 0), at(day("2026-11-01"), time(9, 0)));
}

fn limit(pool: &str, counts: LimitUnit, per: LimitPeriod, base: i64) -> Limit {
    Limit { pool: pool.to_owned(), counts, per, base, local: 0, multiple_birth: None, reason: None }
}

fn counted(versions: &[LimitVersion], unit: &Unit, from: &str, until: &str, block: Option<&str>, reason: Option<&str>) -> Vec<String> {
    let stay = Stay { starts_at: crate::world::tokyo(from), ends_at: crate::world::tokyo(until), block };
    let told = count(versions, unit, &stay, reason);
    told.iter().map(|(c, limit)| format!("{} {} {} of {}", c.account.pool, c.account.period, c.amount, limit.base)).collect()
}

#[test]
fn minutes_count_on_their_own_day_and_uses_on_the_first() {
    let version = |from: &str, until: Option<&str>, base| LimitVersion {
        valid_from: from.parse().unwrap(),
        valid_until: until.map(|day| day.parse().unwrap()),
        limits: vec![
            limit("hours", LimitUnit::Minutes, LimitPeriod::Month, base),
            limit("stays", LimitUnit::Uses, LimitPeriod::Week, base),
            limit("care", LimitUnit::Uses, LimitPeriod::Birth, base),
        ],
    };
    // Two fiscal years, and a night between them: each side counts under its own year.
    let versions = [version("2026-04-01", Some("2027-03-31"), 1), version("2027-04-01", None, 2)];
    let block = Block { key: "night".to_owned(), name: Localised::new("泊", "泊", "Night"), half_days: 2, uses: 2 };
    let nights = Unit::Blocks { blocks: vec![block] };
    assert_eq!(
        counted(&versions, &nights, "2027-03-31 16:00", "2027-04-01 10:00", Some("night"), None),
        ["hours 2027-03 480 of 1", "stays 2027-W13 2 of 1", "care birth 2 of 1", "hours 2027-04 600 of 2"]
    );
    // 8:00 on the first is not yet that month in UTC.
    let flexible = Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 };
    assert_eq!(
        counted(&versions, &flexible, "2026-12-01 8:00", "2026-12-01 9:30", None, None),
        ["hours 2026-12 90 of 1", "stays 2026-W49 1 of 1", "care birth 1 of 1"]
    );
    // A stay without end is cut, not counted for ever.
    assert!(!counted(&versions, &flexible, "2026-12-01 8:00", "2099-12-01 9:30", None, None).is_empty());
}

#[test]
fn a_limit_for_a_reason_counts_only_that_reason() {
    let urgent = Limit { reason: Some("urgent".to_owned()), ..limit("urgent", LimitUnit::HalfDays, LimitPeriod::Month, 28) };
    let versions = crate::world::at_any_time(vec![urgent]);
    let unit = crate::world::temporary_care().unit;
    let asked = |reason| counted(&versions, &unit, "2026-12-03 9:00", "2026-12-03 17:00", Some("day"), reason);
    assert_eq!((asked(Some("urgent")).len(), asked(Some("rest")).len(), asked(None).len()), (1, 0, 0));
}

#[test]
fn allowances_know_home_and_twins() {
    let hours = Limit { local: 180, multiple_birth: Some(900), ..limit("hours", LimitUnit::Minutes, LimitPeriod::Month, 600) };
    let one = hours.allowance(false);
    let used = Usage { total: 540, away: 540 };
    assert_eq!((one.left(used, true), one.left(used, false)), (60, 240));
    assert_eq!(hours.allowance(true).left(used, true), 360);
    assert_eq!(one.left(Usage { total: 800, away: 0 }, false), 0);
    assert_eq!(used.plus(60, true), Usage { total: 600, away: 600 });
}

#[test]
fn periods_have_a_text_form() {
    for text in ["2026-11", "2026-W53", "birth"] {
        assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
    }
    for bad in ["2026-W54", "2026-13", "Birth", "", "2026-W", "-W1"] {
        assert!(bad.parse::<Period>().is_err(), "{bad}");
    }
    let week: Period = "2026-W47".parse().unwrap();
    assert_eq!(week.first_day(), Some("2026-11-16".parse().unwrap()));
}

#[test]
fn months_alone_tell_who_is_too_young_or_too_old() {
    let hours = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
    let code = |ages: &Ages, months| ages.outside(months).map(|reason| reason.code.into_owned());
    assert_eq!(code(&hours, 5).as_deref(), Some("slots.too_young"));
    assert_eq!([6, 35].map(|months| code(&hours, months)), [None, None]);
    assert_eq!(code(&hours, 36).as_deref(), Some("slots.too_old"));
    let days = Ages { until: AgeEnd::SchoolEntry, ..hours };
    assert_eq!(code(&days, 83), None);
    assert_eq!(code(&days, 84).as_deref(), Some("slots.at_school"));
}
