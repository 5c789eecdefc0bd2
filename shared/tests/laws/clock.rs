//! Every screen shows Tokyo's time.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use shared::locale::{self, Locale, without_ruby};
use shared::time::Month;

use crate::{DAY, cases, minute_of};

/// Year, month and day of a day since 1970-01-01, by counting years and months one after the other.
pub fn calendar(mut day: i64) -> (i64, i64, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while day >= if leap(year) { 366 } else { 365 } {
        day -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    for (month, length) in (1..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
        if day < length {
            return (year, month, day + 1);
        }
        day -= length;
    }
    unreachable!("a year has twelve months")
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn every_screen_shows_tokyos_time(second in 0..4_102_444_800_i64, length in 0..2 * DAY) {
        let starts_at = DateTime::from_timestamp(second, 0).unwrap();
        let ends_at = starts_at + TimeDelta::minutes(length);
        let told = |instant| {
            let minute = minute_of(instant);
            let (year, month, date) = calendar(minute.div_euclid(DAY));
            // 1970-01-01 was a Thursday.
            let weekday = usize::try_from((minute.div_euclid(DAY) + 3) % 7).unwrap();
            let clock = format!("{}:{:02}", minute % DAY / 60, minute % 60);
            (year, month, date, weekday, clock)
        };
        let (year, month, date, weekday, clock) = told(starts_at);
        let (_, end_month, end_date, end_weekday, end_clock) = told(ends_at);
        let ja = ["月", "火", "水", "木", "金", "土", "日"];
        let en = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let names = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        let name = |month: i64| names[usize::try_from(month - 1).unwrap()];
        prop_assert_eq!(locale::clock_at(starts_at), clock.clone());
        let moment = format!("{month}月{date}日（{}） {clock}", ja[weekday]);
        let end_moment = format!("{end_month}月{end_date}日（{}） {end_clock}", ja[end_weekday]);
        let same_day = minute_of(starts_at).div_euclid(DAY) == minute_of(ends_at).div_euclid(DAY);
        let span = format!("{moment}〜{}", if same_day { &end_clock } else { &end_moment });
        let tokyos = shared::time::tokyo_day(starts_at);
        prop_assert_eq!(locale::full_day(tokyos, Locale::Ja), format!("{year}年{month}月{date}日（{}）", ja[weekday]));
        prop_assert_eq!(locale::moment(starts_at, Locale::Ja), moment.clone());
        prop_assert_eq!(locale::span(starts_at, ends_at, Locale::Ja), span.clone());
        prop_assert_eq!(locale::clock_span(starts_at, ends_at, Locale::Ja), format!("{clock}〜{end_clock}"));
        prop_assert_eq!(locale::month(Month::at(starts_at), Locale::Ja), format!("{year}年{month}月"));
        prop_assert_eq!(Month::at(starts_at).to_string(), format!("{year:04}-{month:02}"));
        // Easy Japanese is the same with readings over it.
        prop_assert_eq!(without_ruby(&locale::moment(starts_at, Locale::Easy)), moment);
        prop_assert_eq!(without_ruby(&locale::span(starts_at, ends_at, Locale::Easy)), span);
        let moment = format!("{} {date} {} {clock}", en[weekday], name(month));
        let end_moment = format!("{} {end_date} {} {end_clock}", en[end_weekday], name(end_month));
        prop_assert_eq!(locale::moment(starts_at, Locale::En), moment.clone());
        prop_assert_eq!(locale::span(starts_at, ends_at, Locale::En), format!("{moment}–{}", if same_day { end_clock } else { end_moment }));
    }
}
