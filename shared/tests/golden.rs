//! Golden vectors: ages, months and codes as the law, the calendar and the ministry's list have them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "golden/certification.rs"]
mod certification;
mod world;

use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use shared::municipalities::MunicipalityCode;
use shared::time::{
    Month, age_class, age_months_on, age_on, at, day_start, days_after, days_before, fiscal_year, last_day_before_school, last_day_under,
    months_complete_on, next_day, tokyo_day,
};
use world::{day, time, tokyo};

#[test]
fn under_three_ends_on_the_day_before_the_day_before_the_birthday() {
    for (born, last) in [
        ("2024-04-10", "2027-04-08"),
        ("2024-04-03", "2027-04-01"),
        ("2024-04-02", "2027-03-31"),
        ("2024-04-01", "2027-03-30"),
        ("2024-02-29", "2027-02-27"),
        ("2024-03-01", "2027-02-27"),
        ("2025-02-28", "2028-02-26"),
        ("2025-03-01", "2028-02-28"),
        ("2025-03-02", "2028-02-29"),
        ("2024-01-01", "2026-12-30"),
    ] {
        assert_eq!(last_day_under(day(born), 3), day(last), "{born}");
    }
}

#[test]
fn an_age_is_reached_at_the_end_of_the_day_before_the_birthday() {
    for (born, on, age) in [
        ("2024-04-10", "2027-04-08", 2),
        ("2024-04-10", "2027-04-09", 3),
        ("2024-02-29", "2025-02-27", 0),
        ("2024-02-29", "2025-02-28", 1),
        ("2024-02-29", "2028-02-27", 3),
        ("2024-02-29", "2028-02-28", 4),
        ("2024-01-01", "2024-12-30", 0),
        ("2024-01-01", "2024-12-31", 1),
        ("2024-06-15", "2024-06-15", 0),
        ("2024-06-15", "2024-01-01", 0),
    ] {
        assert_eq!(age_on(day(born), day(on)), age, "born {born}, on {on}");
    }
}

#[test]
fn months_of_life_end_with_short_months() {
    for (born, complete) in [
        ("2026-08-31", "2027-03-01"),
        ("2026-08-30", "2027-03-01"),
        ("2026-08-29", "2027-03-01"),
        ("2026-08-28", "2027-02-28"),
        ("2027-08-29", "2028-02-29"),
        ("2027-08-30", "2028-03-01"),
        ("2026-03-31", "2026-10-01"),
        ("2026-06-03", "2026-12-03"),
    ] {
        let (born, complete) = (day(born), day(complete));
        assert_eq!(months_complete_on(born, 6), complete, "{born}");
        assert_eq!((age_months_on(born, days_before(complete, 1)), age_months_on(born, complete)), (5, 6), "{born}");
    }
}

#[test]
fn first_of_april_is_one_school_year_above_second_of_april() {
    for (born, on, class) in [
        ("2024-04-01", "2026-12-03", 2),
        ("2024-04-02", "2026-12-03", 1),
        ("2024-04-02", "2027-03-31", 1),
        ("2024-04-02", "2027-04-01", 2),
        ("2025-04-01", "2026-04-01", 1),
        ("2025-04-02", "2026-04-01", 0),
        ("2026-04-01", "2026-04-01", 0),
        ("2026-09-01", "2026-12-03", 0),
    ] {
        assert_eq!(age_class(day(born), day(on)), class, "born {born}, on {on}");
    }
    for (born, last) in
        [("2020-04-01", "2026-03-31"), ("2020-04-02", "2027-03-31"), ("2020-02-29", "2026-03-31"), ("2020-12-31", "2027-03-31")]
    {
        assert_eq!(last_day_before_school(day(born)), day(last), "{born}");
    }
    assert_eq!((fiscal_year(day("2027-03-31")), fiscal_year(day("2027-04-01"))), (2026, 2027));
}

#[test]
fn months_and_days_cut_at_tokyos_midnight() {
    let utc = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    for (instant, month, date) in [
        ("2026-11-30T14:59:59Z", "2026-11", "2026-11-30"),
        ("2026-11-30T15:00:00Z", "2026-12", "2026-12-01"),
        ("2026-12-31T14:59:59Z", "2026-12", "2026-12-31"),
        ("2026-12-31T15:00:00Z", "2027-01", "2027-01-01"),
        ("2028-02-29T14:59:59Z", "2028-02", "2028-02-29"),
        ("2028-02-29T15:00:00Z", "2028-03", "2028-03-01"),
    ] {
        assert_eq!((Month::at(utc(instant)).to_string().as_str(), tokyo_day(utc(instant))), (month, day(date)), "{instant}");
    }
    assert_eq!(day_start(day("2026-12-01")), utc("2026-11-30T15:00:00Z"));
    assert_eq!(tokyo("2026-12-03 9:00"), utc("2026-12-03T00:00:00Z"));
    let month: Month = "2026-12".parse().unwrap();
    assert_eq!((month.first_day(), month.next_first_day()), (day("2026-12-01"), day("2027-01-01")));
    assert_eq!(serde_json::to_string(&month).unwrap(), "\"2026-12\"");
    assert!(["2026-00", "2026-13", "2026", "2026-12-01", ""].iter().all(|text| text.parse::<Month>().is_err()));
}

#[test]
fn the_ends_of_the_calendar_are_days_like_others() {
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        for clock in [NaiveTime::MIN, time("23:59")] {
            assert!(tokyo_day(at(date, clock)) <= NaiveDate::MAX);
        }
        assert!(next_day(date) >= date && days_before(date, 2) <= date && days_after(date, 2) >= date);
        assert!(months_complete_on(date, 72) >= date);
        assert_eq!((age_on(date, date), age_months_on(date, date)), (0, 0));
        assert!(last_day_before_school(date) >= NaiveDate::MIN && age_class(date, date) == 0);
    }
    assert!(
        tokyo_day(DateTime::<Utc>::MAX_UTC) <= NaiveDate::MAX && Month::at(DateTime::<Utc>::MIN_UTC) < Month::at(DateTime::<Utc>::MAX_UTC)
    );
}

#[test]
fn every_published_code_has_its_check_digit() {
    for code in ["312029", "312045", "313840", "313866", "313891", "313904"] {
        assert!(MunicipalityCode::parse(code).is_ok(), "{code}");
    }
    // The list of all municipalities lies beside the repository on some machines only.
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/localgovjp-utf8.csv");
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let codes: Vec<String> = text.lines().skip(1).filter_map(|line| line.rsplit(',').next()).map(str::to_owned).collect();
    assert_eq!(codes.len(), 1916);
    for code in codes {
        assert_eq!(MunicipalityCode::parse(&code).map(|read| read.to_string()), Ok(code.clone()));
        let (body, digit) = code.split_at(5);
        let digit: u32 = digit.parse().unwrap();
        for other in (0..10).filter(|other| *other != digit) {
            assert!(MunicipalityCode::parse(&format!("{body}{other}")).is_err(), "{body}{other}");
        }
    }
}
