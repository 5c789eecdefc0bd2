//! Weekdays, dates and times of day, read from the texts in which cities publish them.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

use crate::text::to_ascii_width;

const WEEK: [(char, Weekday); 7] = [
    ('月', Weekday::Mon),
    ('火', Weekday::Tue),
    ('水', Weekday::Wed),
    ('木', Weekday::Thu),
    ('金', Weekday::Fri),
    ('土', Weekday::Sat),
    ('日', Weekday::Sun),
];

/// The days on which something is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWeek {
    /// The days of the week, from Monday.
    pub weekdays: Vec<Weekday>,
    /// Whether it is open on national holidays; none: not said.
    pub on_holidays: Option<bool>,
}

/// Half-width, without spaces, with one kind of dash.
fn plain(text: &str) -> String {
    to_ascii_width(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, '〜' | '−' | '‐' | '–' | '—' | 'ー') { '~' } else { c })
        .collect()
}

fn day_of(c: char) -> Option<Weekday> {
    WEEK.iter().find(|(sign, _)| *sign == c).map(|(_, day)| *day)
}

/// Reads days of the week: `月火水木金土`, `月～金`, `平日`, `毎日（祝日を除く）`; none when any part is not understood.
pub fn open_week(text: &str) -> Option<OpenWeek> {
    let plain = plain(text).replace("曜日", "").replace('曜', "").replace("から", "~").replace("まで", "");
    let (body, except) = match plain.strip_suffix(')').and_then(|t| t.split_once('(')) {
        Some((body, note)) => (body.to_owned(), Some(note.to_owned())),
        None => (plain, None),
    };
    let mut week = days(&body)?;
    if let Some(note) = except {
        let listed = ["を除く", "は除く", "除く", "は休み", "休み", "は休館", "休館", "は休所", "休所"]
            .iter()
            .find_map(|word| note.strip_suffix(word))?;
        let closed = days(&listed.replace("年末年始", "").replace("および", "").replace("及び", "").replace('と', ""))
            // Only the days around New Year are left out: the week is as it stands.
            .or_else(|| listed.contains("年末年始").then(|| OpenWeek { weekdays: Vec::new(), on_holidays: None }))?;
        week.weekdays.retain(|day| !closed.weekdays.contains(day));
        if closed.on_holidays.is_some() {
            week.on_holidays = Some(false);
        }
    }
    (!week.weekdays.is_empty()).then_some(week)
}

fn days(text: &str) -> Option<OpenWeek> {
    let all = || WEEK.iter().map(|(_, day)| *day).collect::<Vec<_>>();
    match text {
        "平日" => return Some(OpenWeek { weekdays: all().into_iter().take(5).collect(), on_holidays: Some(false) }),
        "毎日" | "全日" => return Some(OpenWeek { weekdays: all(), on_holidays: None }),
        "年中無休" => return Some(OpenWeek { weekdays: all(), on_holidays: Some(true) }),
        _ => {}
    }
    let text = text.replace("国民の祝日", "祝").replace("祝祭日", "祝").replace("祝日", "祝");
    let mut named = Vec::new();
    let mut on_holidays = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '祝' => on_holidays = Some(true),
            '・' | ',' | '、' | '/' | '.' | '･' => {}
            day => {
                let first = day_of(day)?;
                named.push(first);
                if chars.peek() == Some(&'~') {
                    chars.next();
                    let last = day_of(chars.next()?)?;
                    let mut between = first;
                    while between != last {
                        between = between.succ();
                        named.push(between);
                    }
                }
            }
        }
    }
    let weekdays: Vec<Weekday> = all().into_iter().filter(|day| named.contains(day)).collect();
    (!weekdays.is_empty() || on_holidays.is_some()).then_some(OpenWeek { weekdays, on_holidays })
}

/// Reads a time of day: `7:00`, `07：00`, `７時３０分`, `午後6時半`. `24:00`, the midnight at the end of the day, is `00:00`.
pub fn time(text: &str) -> Option<NaiveTime> {
    let plain = plain(text);
    let (noon, rest) = match plain.strip_prefix("午後") {
        Some(rest) => (12, rest),
        None => (0, plain.strip_prefix("午前").unwrap_or(&plain)),
    };
    let (hours, minutes) = match rest.split_once('時') {
        Some((hours, "")) => (hours, "0"),
        Some((hours, "半")) => (hours, "30"),
        Some((hours, minutes)) => (hours, minutes.strip_suffix('分')?),
        None => {
            let (hours, minutes) = rest.split_once(':')?;
            // Spreadsheets add seconds.
            (hours, minutes.strip_suffix(":00").unwrap_or(minutes))
        }
    };
    let digits = |text: &str| {
        (1..=2)
            .contains(&text.len())
            .then(|| text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse::<u32>().ok()))
            .flatten()
            .flatten()
    };
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    if noon == 12 && hours > 12 {
        return None;
    }
    let hours = if noon == 12 && hours < 12 { hours + 12 } else { hours };
    if hours == 24 && minutes == 0 { Some(NaiveTime::MIN) } else { NaiveTime::from_hms_opt(hours, minutes, 0) }
}

/// A Japanese era.
struct Era {
    name: &'static str,
    letter: char,
    /// The western year of its year 1.
    first_year: i32,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
}

const fn era(name: &'static str, letter: char, first_year: i32, first: (i32, u32, u32), last: (i32, u32, u32)) -> Era {
    Era {
        name,
        letter,
        first_year,
        first: NaiveDate::from_ymd_opt(first.0, first.1, first.2),
        last: NaiveDate::from_ymd_opt(last.0, last.1, last.2),
    }
}

/// The eras since the calendar of today began, in 明治6年.
const ERAS: [Era; 5] = [
    era("明治", 'M', 1868, (1873, 1, 1), (1912, 7, 29)),
    era("大正", 'T', 1912, (1912, 7, 30), (1926, 12, 24)),
    era("昭和", 'S', 1926, (1926, 12, 25), (1989, 1, 7)),
    era("平成", 'H', 1989, (1989, 1, 8), (2019, 4, 30)),
    era("令和", 'R', 2019, (2019, 5, 1), (9999, 12, 31)),
];

/// Reads a date: `1952/1/25`, `1952-01-25`, `19520125`, `昭和27年1月25日`, `S27.1.25`. A date outside its era is not read.
pub fn date(text: &str) -> Option<NaiveDate> {
    let plain = to_ascii_width(text).chars().filter(|c| !c.is_whitespace()).collect::<String>();
    if plain.len() == 8 && plain.chars().all(|c| c.is_ascii_digit()) {
        return NaiveDate::parse_from_str(&plain, "%Y%m%d").ok().filter(|day| (1868..=2200).contains(&day.year()));
    }
    let named = ERAS.iter().find_map(|era| {
        let letters = [era.letter, era.letter.to_ascii_lowercase()];
        Some((era, plain.strip_prefix(era.name).or_else(|| plain.strip_prefix(letters))?))
    });
    let body = named.map_or(plain.as_str(), |(_, rest)| rest);
    let body = body.replace("元年", "1年").replace(['年', '月', '.', '-'], "/");
    let body = body.strip_suffix('日').unwrap_or(&body);
    let number = |part: &str| (part.len() <= 4 && part.chars().all(|c| c.is_ascii_digit())).then(|| part.parse::<u32>().ok()).flatten();
    let parts: Vec<u32> = body.split('/').map(number).collect::<Option<_>>()?;
    let [year, month, day] = parts.as_slice() else { return None };
    let year = i32::try_from(*year).ok()?;
    match named {
        None => NaiveDate::from_ymd_opt(year, *month, *day).filter(|_| (1868..=2200).contains(&year)),
        Some((era, _)) => {
            let date = NaiveDate::from_ymd_opt(era.first_year.checked_add(year)?.checked_sub(1)?, *month, *day)?;
            (year >= 1 && era.first? <= date && date <= era.last?).then_some(date)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(text: &str) -> Option<(String, Option<bool>)> {
        let week = open_week(text)?;
        Some((week.weekdays.iter().map(|day| WEEK.iter().find(|(_, d)| d == day).unwrap().0).collect(), week.on_holidays))
    }

    #[test]
    fn weekdays_are_read_in_every_spelling_seen() {
        for (text, days, holidays) in [
            ("月火水木金土", "月火水木金土", None),
            ("月水木金土日", "月水木金土日", None),
            ("月～金", "月火水木金", None),
            ("月曜日から土曜日", "月火水木金土", None),
            ("月・水・金", "月水金", None),
            ("平日", "月火水木金", Some(false)),
            ("毎日", "月火水木金土日", None),
            ("年中無休", "月火水木金土日", Some(true)),
            ("土日祝", "土日", Some(true)),
            ("月～土（祝日を除く）", "月火水木金土", Some(false)),
            ("毎日（日曜・祝日を除く）", "月火水木金土", Some(false)),
            ("月〜金（祝日・年末年始を除く）", "月火水木金", Some(false)),
            ("月〜金（年末年始を除く）", "月火水木金", None),
            ("土～月", "月土日", None),
        ] {
            assert_eq!(signs(text), Some((days.to_owned(), holidays)), "{text}");
        }
        for text in ["", "第2月", "要相談", "月～", "月～金（第3土曜は開所）", "祝", "週5日"] {
            assert_eq!(signs(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_read_in_every_spelling_seen() {
        for (text, expected) in [
            ("7:00", "07:00:00"),
            ("07：00", "07:00:00"),
            ("７時３０分", "07:30:00"),
            ("7時", "07:00:00"),
            ("午後6時半", "18:30:00"),
            ("午前9時", "09:00:00"),
            ("19:00:00", "19:00:00"),
            ("24:00", "00:00:00"),
        ] {
            assert_eq!(time(text).map(|t| t.to_string()), Some(expected.to_owned()), "{text}");
        }
        for text in ["", "25:00", "7", "700", "7:60", "7:00～", "24:30", "午後13時", "朝", "+7:00"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_read_in_western_years_and_in_eras() {
        for (text, expected) in [
            ("1952/1/25", "1952-01-25"),
            ("2015/4/1", "2015-04-01"),
            ("1952-01-25", "1952-01-25"),
            ("19520125", "1952-01-25"),
            ("１９５２年１月２５日", "1952-01-25"),
            ("昭和27年1月25日", "1952-01-25"),
            ("S27.1.25", "1952-01-25"),
            ("平成31年4月30日", "2019-04-30"),
            ("令和元年5月1日", "2019-05-01"),
            ("R6/4/1", "2024-04-01"),
            ("昭和64年1月7日", "1989-01-07"),
        ] {
            assert_eq!(date(text).map(|d| d.to_string()), Some(expected.to_owned()), "{text}");
        }
        for text in [
            "",
            "平成31年5月1日",
            "令和元年4月1日",
            "昭和64年1月8日",
            "2023/2/29",
            "2015/4",
            "4月1日",
            "2015年度",
            "27/1/25",
            "昭和0年1月1日",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
