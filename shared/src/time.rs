//! Tokyo's days and months, and ages as Japanese law counts them.
//!
//! Instants are UTC; every day, month and age is Tokyo's (Asia/Tokyo, no summer time). A person reaches an age at the end of
//! the day before the birthday (年齢計算ニ関スル法律, 民法143条).

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{Asia::Tokyo, Tz};
use serde::{Deserialize, Serialize};

/// An instant on Tokyo's clock. The last hours of the calendar that chrono knows would have no day there; they stay before its end.
pub fn tokyo(instant: DateTime<Utc>) -> DateTime<Tz> {
    let day = TimeDelta::days(1);
    instant.max(DateTime::<Utc>::MIN_UTC + day).min(DateTime::<Utc>::MAX_UTC - day).with_timezone(&Tokyo)
}

/// The day on which an instant falls in Tokyo.
pub fn tokyo_day(instant: DateTime<Utc>) -> NaiveDate {
    tokyo(instant).date_naive()
}

/// The instant of a time of day in Tokyo. Tokyo has no gaps or folds, so there is always one.
pub fn at(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    Tokyo.from_local_datetime(&day.and_time(time)).earliest().map_or_else(|| day.and_time(time).and_utc(), |t| t.to_utc())
}

/// The first instant of a day in Tokyo.
pub fn day_start(day: NaiveDate) -> DateTime<Utc> {
    at(day, NaiveTime::MIN)
}

/// The day after; the last day that chrono knows has none and stays.
pub fn next_day(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// So many days before; the first day that chrono knows stays.
pub fn days_before(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN)
}

/// So many days after; the last day that chrono knows stays.
pub fn days_after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// The first day on which `months` months of life are complete: the day of the same number, or, where the month has no such
/// day, the first of the next month (民法143条2項: the period then ends with the month's last day).
pub fn months_complete_on(born: NaiveDate, months: u32) -> NaiveDate {
    let Some(day) = born.checked_add_months(Months::new(months)) else { return NaiveDate::MAX };
    if day.day() == born.day() { day } else { next_day(day) }
}

/// Completed months of life on a day; 0 before birth.
pub fn age_months_on(born: NaiveDate, day: NaiveDate) -> u32 {
    let years = day.year().saturating_sub(born.year());
    let rough = years.saturating_mul(12).saturating_add_unsigned(day.month()).saturating_sub_unsigned(born.month());
    let rough = u32::try_from(rough).unwrap_or(0);
    if rough > 0 && months_complete_on(born, rough) > day { rough - 1 } else { rough }
}

/// Age in years on a day as the law counts: the age is reached at the end of the day before the birthday, so that day already
/// counts. Born 2024-04-10 is 3 from 2027-04-09.
pub fn age_on(born: NaiveDate, day: NaiveDate) -> u32 {
    age_months_on(born, next_day(day)) / 12
}

/// The last day on which the child is under `years`: the day before the day before the birthday.
pub fn last_day_under(born: NaiveDate, years: u32) -> NaiveDate {
    days_before(months_complete_on(born, years.saturating_mul(12)), 2)
}

/// The fiscal year (April to March) of a day.
pub fn fiscal_year(day: NaiveDate) -> i32 {
    if day.month() >= 4 { day.year() } else { day.year() - 1 }
}

/// Nursery age class: age on 1 April of the fiscal year of `day` (born 1 April is one class above born 2 April). A child born
/// within the fiscal year is in class 0.
pub fn age_class(born: NaiveDate, day: NaiveDate) -> u32 {
    NaiveDate::from_ymd_opt(fiscal_year(day), 4, 1).map_or(0, |april| {
        // Age "on 1 April" is the age at the start of the day: it was reached at the end of 31 March at the latest.
        age_on(born, days_before(april, 1))
    })
}

/// The last day before the child enters primary school: 31 March of the fiscal year in which the age of 6 is reached.
pub fn last_day_before_school(born: NaiveDate) -> NaiveDate {
    // Six is reached at the end of the day before the sixth birthday; school begins on the next 1 April (学校教育法17条).
    let reached = days_before(months_complete_on(born, 72), 1);
    NaiveDate::from_ymd_opt(fiscal_year(reached).saturating_add(1), 3, 31).unwrap_or(NaiveDate::MAX)
}

/// A calendar month in Tokyo. Text form `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    month: u32,
}

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// The month in which an instant falls in Tokyo, also where its UTC date differs.
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self::of(tokyo_day(instant))
    }

    /// The year.
    pub const fn year(self) -> i32 {
        self.year
    }

    /// 1 to 12.
    pub const fn month(self) -> u32 {
        self.month
    }

    /// The first day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or(NaiveDate::MIN)
    }

    /// The first day of the next month.
    pub fn next_first_day(self) -> NaiveDate {
        self.first_day().checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The text is no month of the form `YYYY-MM`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a month of the form YYYY-MM")]
pub struct NotAMonth;

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").map(Self::of).map_err(|_| NotAMonth)
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn under_three_ends_two_days_before_the_birthday() {
        assert_eq!(last_day_under(d("2024-04-10"), 3), d("2027-04-08"));
        assert_eq!(last_day_under(d("2024-04-03"), 3), d("2027-04-01"));
        assert_eq!(last_day_under(d("2024-02-29"), 3), d("2027-02-27"));
        assert_eq!(last_day_under(d("2024-04-01"), 3), d("2027-03-30"));
        for born in ["2024-04-10", "2024-02-29", "2023-12-31", "2024-01-01"] {
            let last = last_day_under(d(born), 3);
            assert_eq!(age_on(d(born), last), 2, "{born}");
            assert_eq!(age_on(d(born), next_day(last)), 3, "{born}");
        }
    }

    #[test]
    fn six_months_are_complete_on_the_day_of_the_same_number() {
        assert_eq!(months_complete_on(d("2026-05-21"), 6), d("2026-11-21"));
        assert_eq!(months_complete_on(d("2026-08-31"), 6), d("2027-03-01"));
        assert_eq!(months_complete_on(d("2025-08-29"), 6), d("2026-03-01"));
        assert_eq!(age_months_on(d("2026-08-31"), d("2027-02-28")), 5);
        assert_eq!(age_months_on(d("2026-08-31"), d("2027-03-01")), 6);
        assert_eq!(age_months_on(d("2026-05-21"), d("2026-05-20")), 0);
    }

    #[test]
    fn first_of_april_belongs_to_the_older_class() {
        assert_eq!(age_class(d("2024-04-01"), d("2026-11-21")), 2);
        assert_eq!(age_class(d("2024-04-02"), d("2026-11-21")), 1);
        assert_eq!(age_class(d("2026-05-01"), d("2026-11-21")), 0);
        assert_eq!(age_class(d("2024-04-02"), d("2027-03-31")), 1);
        assert_eq!(age_class(d("2024-04-02"), d("2027-04-01")), 2);
        assert_eq!(last_day_before_school(d("2020-04-01")), d("2026-03-31"));
        assert_eq!(last_day_before_school(d("2020-04-02")), d("2027-03-31"));
    }

    #[test]
    fn months_cut_at_tokyos_midnight() {
        let late: DateTime<Utc> = "2026-11-30T14:59:59Z".parse().unwrap();
        let next: DateTime<Utc> = "2026-11-30T15:00:00Z".parse().unwrap();
        assert_eq!(Month::at(late).to_string(), "2026-11");
        assert_eq!(Month::at(next).to_string(), "2026-12");
        assert_eq!(day_start(d("2026-12-01")), next);
        assert_eq!("2026-12".parse::<Month>().unwrap().next_first_day(), d("2027-01-01"));
        assert!("2026-13".parse::<Month>().is_err());
    }
}
