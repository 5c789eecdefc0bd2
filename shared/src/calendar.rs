//! National holidays (国民の祝日・休日): the Cabinet Office's file, and the days of the fiscal years that a fresh system needs.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::locale::Locale;
use crate::problem::{Datum, Reason, sentence};
use crate::time::next_day;

/// A national holiday.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holiday {
    /// The day.
    pub date: NaiveDate,
    /// Its name, `休日` for a day between or after holidays.
    pub name: String,
}

/// A set of holidays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays(BTreeMap<NaiveDate, String>);

impl Holidays {
    /// Whether a day is a holiday.
    pub fn is_holiday(&self, day: NaiveDate) -> bool {
        self.0.contains_key(&day)
    }

    /// The name of the holiday on a day.
    pub fn name(&self, day: NaiveDate) -> Option<&str> {
        self.0.get(&day).map(String::as_str)
    }

    /// The holidays in order.
    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.0.iter().map(|(day, name)| (*day, name.as_str()))
    }
}

impl FromIterator<Holiday> for Holidays {
    fn from_iter<I: IntoIterator<Item = Holiday>>(holidays: I) -> Self {
        Self(holidays.into_iter().map(|holiday| (holiday.date, holiday.name)).collect())
    }
}

/// Whether a city hall works on a day: Monday to Friday, neither a holiday nor from 29 December to 3 January.
pub fn is_working_day(day: NaiveDate, holidays: &Holidays) -> bool {
    let is_new_year = matches!((day.month(), day.day()), (12, 29..) | (1, ..=3));
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_new_year && !holidays.is_holiday(day)
}

/// The working day so many after a day; 0: the day itself, or the first working day after it.
pub fn working_days_after(day: NaiveDate, days: u32, holidays: &Holidays) -> NaiveDate {
    let mut on = day;
    let mut left = days;
    // Nobody counts further than a year.
    for _ in 0..366 {
        if is_working_day(on, holidays) && (left == 0) {
            break;
        }
        on = next_day(on);
        if left > 0 && is_working_day(on, holidays) {
            left -= 1;
        }
    }
    on
}

/// The last working day up to a day.
pub fn last_working_day(day: NaiveDate, holidays: &Holidays) -> NaiveDate {
    // No rest is longer than a month.
    let days = std::iter::successors(Some(day), |day| Some(crate::time::days_before(*day, 1))).take(31);
    days.into_iter().find(|day| is_working_day(*day, holidays)).unwrap_or(day)
}

/// How many working days lie after one day up to another.
pub fn working_days_between(from: NaiveDate, until: NaiveDate, holidays: &Holidays) -> u32 {
    let days = std::iter::successors(Some(next_day(from)), |day| Some(next_day(*day))).take_while(|day| *day <= until).take(3660);
    u32::try_from(days.filter(|day| is_working_day(*day, holidays)).count()).unwrap_or(u32::MAX)
}

/// Why a line of a file of holidays cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The line is not `2026/5/6,休日`.
    #[error("calendar.import.line_unread")]
    LineUnread,
    /// No day in the file at all.
    #[error("calendar.import.no_holidays")]
    NoHolidays,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 2] = [Self::LineUnread, Self::NoHolidays];

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        match self {
            Self::LineUnread => Reason::new("calendar.import.line_unread"),
            Self::NoHolidays => Reason::new("calendar.import.no_holidays"),
        }
    }
}

/// How many lines that cannot be read are named; more say nothing new.
const MOST_REASONS: usize = 10;

/// Reads the Cabinet Office's list: a header, then `2026/5/6,休日` a line. All or nothing: the lines that cannot be read are named.
pub fn read_holidays(text: &str) -> Result<Vec<Holiday>, Vec<Reason>> {
    let mut holidays = Vec::new();
    let mut reasons = Vec::new();
    for (number, line) in (1_i64..).zip(text.lines()) {
        let line = line.trim_start_matches('\u{FEFF}').trim();
        let read = line.split_once(',').and_then(|(day, name)| {
            let date =
                NaiveDate::parse_from_str(day.trim(), "%Y/%m/%d").or_else(|_| NaiveDate::parse_from_str(day.trim(), "%Y-%m-%d")).ok()?;
            let name = name.trim();
            (!name.is_empty() && name.chars().count() <= 60).then(|| Holiday { date, name: name.to_owned() })
        });
        match read {
            Some(holiday) => holidays.push(holiday),
            // The first line is a header, the last may be empty.
            None if number == 1 || line.is_empty() => {}
            None if reasons.len() >= MOST_REASONS => break,
            None => reasons.push(
                Rejection::LineUnread
                    .reason()
                    .with("line", Datum::Count(number))
                    .with("text", Datum::Text(line.chars().take(60).collect())),
            ),
        }
    }
    if holidays.is_empty() && reasons.is_empty() {
        reasons.push(Rejection::NoHolidays.reason());
    }
    if reasons.is_empty() { Ok(holidays) } else { Err(reasons) }
}

/// The national holidays of 2026 and 2027 (Cabinet Office); later years come by `import holidays`.
const KNOWN: [(i32, u32, u32, &str); 35] = [
    (2026, 1, 1, "元日"),
    (2026, 1, 12, "成人の日"),
    (2026, 2, 11, "建国記念の日"),
    (2026, 2, 23, "天皇誕生日"),
    (2026, 3, 20, "春分の日"),
    (2026, 4, 29, "昭和の日"),
    (2026, 5, 3, "憲法記念日"),
    (2026, 5, 4, "みどりの日"),
    (2026, 5, 5, "こどもの日"),
    (2026, 5, 6, "休日"),
    (2026, 7, 20, "海の日"),
    (2026, 8, 11, "山の日"),
    (2026, 9, 21, "敬老の日"),
    (2026, 9, 22, "休日"),
    (2026, 9, 23, "秋分の日"),
    (2026, 10, 12, "スポーツの日"),
    (2026, 11, 3, "文化の日"),
    (2026, 11, 23, "勤労感謝の日"),
    (2027, 1, 1, "元日"),
    (2027, 1, 11, "成人の日"),
    (2027, 2, 11, "建国記念の日"),
    (2027, 2, 23, "天皇誕生日"),
    (2027, 3, 21, "春分の日"),
    (2027, 3, 22, "休日"),
    (2027, 4, 29, "昭和の日"),
    (2027, 5, 3, "憲法記念日"),
    (2027, 5, 4, "みどりの日"),
    (2027, 5, 5, "こどもの日"),
    (2027, 7, 19, "海の日"),
    (2027, 8, 11, "山の日"),
    (2027, 9, 20, "敬老の日"),
    (2027, 9, 23, "秋分の日"),
    (2027, 10, 11, "スポーツの日"),
    (2027, 11, 3, "文化の日"),
    (2027, 11, 23, "勤労感謝の日"),
];

/// The holidays that a fresh system knows.
pub fn known_holidays() -> Vec<Holiday> {
    KNOWN
        .iter()
        .filter_map(|(year, month, day, name)| {
            Some(Holiday { date: NaiveDate::from_ymd_opt(*year, *month, *day)?, name: (*name).to_owned() })
        })
        .collect()
}

/// What a holiday is called, by its name in the Cabinet Office's list; a name that is not known here stays as it is.
pub fn holiday_name(name: &str, locale: Locale) -> String {
    let key = match name {
        "元日" => "calendar.holiday.new_year",
        "成人の日" => "calendar.holiday.coming_of_age",
        "建国記念の日" => "calendar.holiday.national_foundation",
        "天皇誕生日" => "calendar.holiday.emperors_birthday",
        "春分の日" => "calendar.holiday.vernal_equinox",
        "昭和の日" => "calendar.holiday.showa",
        "憲法記念日" => "calendar.holiday.constitution",
        "みどりの日" => "calendar.holiday.greenery",
        "こどもの日" => "calendar.holiday.children",
        "海の日" => "calendar.holiday.marine",
        "山の日" => "calendar.holiday.mountain",
        "敬老の日" => "calendar.holiday.respect_for_the_aged",
        "秋分の日" => "calendar.holiday.autumnal_equinox",
        "スポーツの日" => "calendar.holiday.sports",
        "文化の日" => "calendar.holiday.culture",
        "勤労感謝の日" => "calendar.holiday.labour_thanksgiving",
        "休日" => "calendar.holiday.day_off",
        _ => return name.to_owned(),
    };
    sentence(key, locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_between_holidays_are_holidays() {
        let holidays: Holidays = known_holidays().into_iter().collect();
        assert_eq!(holidays.iter().count(), KNOWN.len());
        assert!(holidays.is_holiday(d("2026-09-22")));
        assert!(holidays.is_holiday(d("2027-03-22")));
        assert_eq!(holidays.name(d("2026-11-23")), Some("勤労感謝の日"));
        assert!(!holidays.is_holiday(d("2026-11-24")));
    }

    #[test]
    fn working_days_leave_out_weekends_holidays_and_the_new_year() {
        let holidays: Holidays = [Holiday { date: d("2026-11-23"), name: "勤労感謝の日".to_owned() }].into_iter().collect();
        let after = |day: &str, days| working_days_after(d(day), days, &holidays);
        assert_eq!([after("2026-11-20", 0), after("2026-11-21", 0)], [d("2026-11-20"), d("2026-11-24")]);
        assert_eq!([after("2026-11-20", 1), after("2026-11-21", 5)], [d("2026-11-24"), d("2026-11-30")]);
        assert_eq!(after("2026-12-28", 1), d("2027-01-04"));
        let between = |from: &str, until: &str| working_days_between(d(from), d(until), &holidays);
        assert_eq!([between("2026-11-20", "2026-11-20"), between("2026-11-20", "2026-11-24")], [0, 1]);
        assert_eq!([between("2026-11-21", "2026-11-30"), between("2026-12-28", "2027-01-04")], [5, 1]);
        assert_eq!(between("2026-11-24", "2026-11-20"), 0);
    }

    #[test]
    fn every_holiday_is_called_something_in_every_language() {
        for Holiday { name, .. } in known_holidays() {
            assert_eq!(holiday_name(&name, Locale::Ja), name);
            assert!(holiday_name(&name, Locale::En).is_ascii(), "{name}");
        }
        assert_eq!(holiday_name("即位礼正殿の儀", Locale::En), "即位礼正殿の儀");
    }

    #[test]
    fn the_list_is_read_whole_or_its_bad_lines_are_named() {
        let read = read_holidays("国民の祝日・休日月日,国民の祝日・休日名称\r\n2026/5/6,休日\r\n2026/7/20,海の日\r\n").unwrap();
        assert_eq!(
            read,
            [Holiday { date: d("2026-05-06"), name: "休日".to_owned() }, Holiday { date: d("2026-07-20"), name: "海の日".to_owned() }]
        );
        let reasons = read_holidays("月日,名称\n2026/2/29,うるう日\n2026/5/6,休日\nもう一行\n").unwrap_err();
        assert_eq!(reasons.len(), 2);
        assert!(reasons[0].sentence(Locale::Ja).contains("2行目"));
        assert_eq!(read_holidays(&"another file\n".repeat(500)).unwrap_err().len(), MOST_REASONS);
        assert_eq!(read_holidays("月日,名称\n").unwrap_err(), [Rejection::NoHolidays.reason()]);
        assert_eq!(read_holidays("").unwrap_err(), [Rejection::NoHolidays.reason()]);
    }

    #[test]
    fn every_rejection_has_a_sentence_in_every_language() {
        for rejection in Rejection::ALL {
            for locale in Locale::ALL {
                let sentence = rejection.reason().sentence(locale);
                assert!(!sentence.contains("calendar."), "{rejection:?} {locale:?}");
            }
        }
    }
}
