//! The languages a sentence can be read in, and the one formatter of dates, times, lengths and money.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::time::{Month, tokyo, tokyo_day};

/// A language of the product. Serialised as its language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Locale {
    /// 日本語
    #[default]
    #[serde(rename = "ja")]
    Ja,
    /// やさしい日本語, with furigana written as `[漢字|かんじ]` in its sentences.
    #[serde(rename = "ja-x-easy")]
    Easy,
    /// English
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// Every language, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Ja, Self::Easy, Self::En];

    /// The language tag, also the name of the file of sentences.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::Easy => "ja-x-easy",
            Self::En => "en",
        }
    }

    /// What the `lang` attribute of a page says.
    pub const fn html_lang(self) -> &'static str {
        match self {
            Self::Ja | Self::Easy => "ja",
            Self::En => "en",
        }
    }

    /// The language with exactly this tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.tag().eq_ignore_ascii_case(tag))
    }

    /// Picks from an `Accept-Language` header by its order of preference; Japanese when nothing fits.
    pub fn from_accept_language(header: &str) -> Self {
        let mut wanted: Vec<(u16, Self)> = header
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.trim().split(';');
                let tag = pieces.next()?.trim().to_ascii_lowercase();
                let weight = pieces
                    .find_map(|p| p.trim().strip_prefix("q="))
                    .and_then(|q| q.parse::<f32>().ok())
                    .map_or(1000, |q| if q >= 1.0 { 1000 } else { (0..1000).rev().find(|n| f32::from(*n) / 1000.0 <= q).unwrap_or(0) });
                let locale = Self::from_tag(&tag).or_else(|| match tag.split('-').next()? {
                    "ja" => Some(Self::Ja),
                    "en" => Some(Self::En),
                    _ => None,
                })?;
                (weight > 0).then_some((weight, locale))
            })
            .collect();
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        wanted.first().map_or(Self::Ja, |(_, locale)| *locale)
    }
}

/// Names in the languages of the product. `easy` may carry furigana marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Localised {
    /// 日本語
    pub ja: String,
    /// やさしい日本語; the Japanese text where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub easy: Option<String>,
    /// English
    pub en: String,
}

impl Localised {
    /// The same thing in three languages.
    pub fn new(ja: &str, easy: &str, en: &str) -> Self {
        Self { ja: ja.to_owned(), easy: Some(easy.to_owned()), en: en.to_owned() }
    }

    /// The text in this language.
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ja => &self.ja,
            Locale::Easy => self.easy.as_deref().unwrap_or(&self.ja),
            Locale::En => &self.en,
        }
    }
}

/// Takes the furigana marks out: `[予約|よやく]する` becomes `予約する`.
pub fn without_ruby(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for piece in ruby(text) {
        plain.push_str(piece.0);
    }
    plain
}

/// Splits a sentence into pieces of text, each with its reading where one is marked.
pub fn ruby(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        match after.split_once(']').and_then(|(inside, tail)| inside.split_once('|').map(|(base, reading)| (base, reading, tail))) {
            Some((base, reading, tail)) => {
                if !before.is_empty() {
                    pieces.push((before, None));
                }
                pieces.push((base, Some(reading)));
                rest = tail;
            }
            None => break,
        }
    }
    if !rest.is_empty() {
        pieces.push((rest, None));
    }
    pieces
}

/// One formatter for screen, mail, calendar and list: a day with its weekday.
pub fn day(date: NaiveDate, locale: Locale) -> String {
    let weekday = weekday(date.weekday(), locale);
    match locale {
        Locale::Ja => format!("{}月{}日（{weekday}）", date.month(), date.day()),
        Locale::Easy => format!("{}[月|がつ]{}（{weekday}）", date.month(), easy_days(date.day().into(), "ついたち")),
        Locale::En => format!("{weekday} {} {}", date.day(), month_name(date.month())),
    }
}

/// A day of the month or a number of days with its reading, which is irregular up to ten and for 14, 20 and 24.
fn easy_days(days: i64, one: &str) -> String {
    let reading = match days {
        1 => one,
        2 => "ふつか",
        3 => "みっか",
        4 => "よっか",
        5 => "いつか",
        6 => "むいか",
        7 => "なのか",
        8 => "ようか",
        9 => "ここのか",
        10 => "とおか",
        14 => "じゅうよっか",
        20 => "はつか",
        24 => "にじゅうよっか",
        _ => return format!("{days}[日|にち]"),
    };
    format!("[{days}日|{reading}]")
}

/// Minutes with the reading that the last digit asks for.
fn easy_minutes(minutes: i64) -> String {
    let reading = if matches!(minutes % 10, 2 | 5 | 7 | 9) { "ふん" } else { "ぷん" };
    format!("{minutes}[分|{reading}]")
}

/// A day with its year and weekday.
pub fn full_day(date: NaiveDate, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("{}年{}", date.year(), day(date, locale)),
        Locale::Easy => format!("{}[年|ねん]{}", date.year(), day(date, locale)),
        Locale::En => format!("{} {}", day(date, locale), date.year()),
    }
}

/// The eras since today's calendar came (明治6年), the latest first: name, first day, and the year of the common calendar before its first.
const ERAS: [(&str, (i32, u32, u32), i32); 5] = [
    ("令和", (2019, 5, 1), 2018),
    ("平成", (1989, 1, 8), 1988),
    ("昭和", (1926, 12, 25), 1925),
    ("大正", (1912, 7, 30), 1911),
    ("明治", (1873, 1, 1), 1867),
];

/// A day as official letters write it, `令和8年11月22日`; other languages than Japanese have no eras.
pub fn official_day(date: NaiveDate, locale: Locale) -> String {
    let era = ERAS.iter().find(|(_, first, _)| (date.year(), date.month(), date.day()) >= *first);
    match (era, locale) {
        (Some((name, _, before)), Locale::Ja) => {
            let year = Some(date.year() - before).filter(|year| *year > 1).map_or("元".to_owned(), |year| year.to_string());
            format!("{name}{year}年{}月{}日", date.month(), date.day())
        }
        _ => full_day(date, locale),
    }
}

/// The short name of a weekday.
pub fn weekday(weekday: Weekday, locale: Locale) -> &'static str {
    let (ja, easy, en) = match weekday {
        Weekday::Mon => ("月", "[月|げつ]", "Mon"),
        Weekday::Tue => ("火", "[火|か]", "Tue"),
        Weekday::Wed => ("水", "[水|すい]", "Wed"),
        Weekday::Thu => ("木", "[木|もく]", "Thu"),
        Weekday::Fri => ("金", "[金|きん]", "Fri"),
        Weekday::Sat => ("土", "[土|ど]", "Sat"),
        Weekday::Sun => ("日", "[日|にち]", "Sun"),
    };
    match locale {
        Locale::Ja => ja,
        Locale::Easy => easy,
        Locale::En => en,
    }
}

const fn month_name(month: u32) -> &'static str {
    match month {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}

/// A month.
pub fn month(month: Month, locale: Locale) -> String {
    match locale {
        Locale::Ja => format!("{}年{}月", month.year(), month.month()),
        Locale::Easy => format!("{}[年|ねん]{}[月|がつ]", month.year(), month.month()),
        Locale::En => format!("{} {}", month_name(month.month()), month.year()),
    }
}

/// A time of day, 24 hours.
pub fn clock(time: NaiveTime) -> String {
    format!("{}:{:02}", time.hour(), time.minute())
}

/// The time of day of an instant in Tokyo.
pub fn clock_at(instant: DateTime<Utc>) -> String {
    clock(tokyo(instant).time())
}

/// A time of day for programs, inputs and lists: `09:05`.
pub fn iso_clock(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The time of day of an instant in Tokyo, for programs and lists.
pub fn iso_clock_at(instant: DateTime<Utc>) -> String {
    iso_clock(tokyo(instant).time())
}

/// A day in a narrow column of a paper: `2026/12/01`.
pub fn day_in_column(date: NaiveDate) -> String {
    date.format("%Y/%m/%d").to_string()
}

/// An instant in Tokyo for other programs, to the millisecond: `2026-12-01 08:30:00.000`.
pub fn iso_moment(instant: DateTime<Utc>) -> String {
    tokyo(instant).format("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// The day of an instant in Tokyo, for programs and lists: `2026-12-03`.
pub fn iso_day_at(instant: DateTime<Utc>) -> String {
    tokyo_day(instant).to_string()
}

/// A day and time of an instant in Tokyo.
pub fn moment(instant: DateTime<Utc>, locale: Locale) -> String {
    let local = tokyo(instant);
    format!("{} {}", day(local.date_naive(), locale), clock(local.time()))
}

/// From when to when, both in Tokyo: `12月3日（木） 9:00〜12:30`.
pub fn span(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, locale: Locale) -> String {
    if tokyo_day(starts_at) == tokyo_day(ends_at) {
        format!("{}{}", moment(starts_at, locale), until(ends_at, locale))
    } else {
        format!("{}{}{}", moment(starts_at, locale), dash(locale), moment(ends_at, locale))
    }
}

/// Only the times: `9:00〜12:30`.
pub fn clock_span(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, locale: Locale) -> String {
    format!("{}{}", clock_at(starts_at), until(ends_at, locale))
}

fn until(ends_at: DateTime<Utc>, locale: Locale) -> String {
    format!("{}{}", dash(locale), clock_at(ends_at))
}

fn dash(locale: Locale) -> &'static str {
    if locale == Locale::En { "–" } else { "〜" }
}

/// A length of time given in minutes; negative: by how much less.
pub fn minutes(minutes: i64, locale: Locale) -> String {
    if minutes < 0 {
        return format!("-{}", self::minutes(minutes.saturating_neg(), locale));
    }
    let (hours, rest) = (minutes / 60, minutes % 60);
    match (locale, hours, rest) {
        (Locale::Ja, 0, m) => format!("{m}分"),
        (Locale::Ja, h, 0) => format!("{h}時間"),
        (Locale::Ja, h, m) => format!("{h}時間{m}分"),
        (Locale::Easy, 0, m) => easy_minutes(m),
        (Locale::Easy, h, 0) => format!("{h}[時間|じかん]"),
        (Locale::Easy, h, m) => format!("{h}[時間|じかん]{}", easy_minutes(m)),
        (Locale::En, 0, m) => format!("{m} min"),
        (Locale::En, h, 0) => format!("{h} h"),
        (Locale::En, h, m) => format!("{h} h {m} min"),
    }
}

/// A number of days given in half days: 3 is one and a half.
pub fn half_days(halves: i64, locale: Locale) -> String {
    let number = if halves % 2 == 0 { format!("{}", halves / 2) } else { format!("{}.5", halves / 2) };
    match locale {
        Locale::Ja => format!("{number}日"),
        Locale::Easy if halves % 2 == 0 => easy_days(halves / 2, "いちにち"),
        Locale::Easy => format!("{number}[日|にち]"),
        Locale::En if halves == 2 => "1 day".to_owned(),
        Locale::En => format!("{number} days"),
    }
}

/// A number of times of use.
pub fn uses(uses: i64, locale: Locale) -> String {
    match (locale, uses) {
        (Locale::Ja, n) => format!("{n}回"),
        (Locale::Easy, n) => format!("{n}[回|かい]"),
        (Locale::En, 1) => "1 time".to_owned(),
        (Locale::En, n) => format!("{n} times"),
    }
}

/// A number of people.
pub fn people(people: i64, locale: Locale) -> String {
    match (locale, people) {
        (Locale::Ja, n) => format!("{n}人"),
        (Locale::Easy, 1) => "[1人|ひとり]".to_owned(),
        (Locale::Easy, 2) => "[2人|ふたり]".to_owned(),
        (Locale::Easy, 4) => "[4人|よにん]".to_owned(),
        (Locale::Easy, n) => format!("{n}[人|にん]"),
        (Locale::En, n) => n.to_string(),
    }
}

/// Integer yen.
pub fn yen(yen: i64, locale: Locale) -> String {
    let sign = if yen < 0 { "-" } else { "" };
    let digits = yen.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(c);
    }
    match locale {
        Locale::Ja => format!("{sign}{grouped}円"),
        Locale::Easy => format!("{sign}{grouped}[円|えん]"),
        Locale::En => format!("{sign}¥{grouped}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_name_the_era_of_their_day() {
        let said = |year, month, day| official_day(NaiveDate::from_ymd_opt(year, month, day).unwrap(), Locale::Ja);
        assert_eq!(said(2026, 11, 22), "令和8年11月22日");
        assert_eq!((said(2019, 5, 1), said(2019, 4, 30)), ("令和元年5月1日".to_owned(), "平成31年4月30日".to_owned()));
        assert_eq!((said(1989, 1, 8), said(1989, 1, 7)), ("平成元年1月8日".to_owned(), "昭和64年1月7日".to_owned()));
        assert_eq!((said(1926, 12, 25), said(1926, 12, 24)), ("昭和元年12月25日".to_owned(), "大正15年12月24日".to_owned()));
        assert_eq!((said(1912, 7, 30), said(1912, 7, 29)), ("大正元年7月30日".to_owned(), "明治45年7月29日".to_owned()));
        assert_eq!((said(1873, 1, 1), said(1872, 12, 31)), ("明治6年1月1日".to_owned(), "1872年12月31日（火）".to_owned()));
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        assert_eq!(official_day(day, Locale::En), "Sun 22 November 2026");
    }

    #[test]
    fn accept_language_is_read_by_weight() {
        assert_eq!(Locale::from_accept_language("fr, en;q=0.8, ja;q=0.9"), Locale::Ja);
        assert_eq!(Locale::from_accept_language("en-GB,en;q=0.9"), Locale::En);
        assert_eq!(Locale::from_accept_language("ja-x-easy, ja;q=0.5"), Locale::Easy);
        assert_eq!(Locale::from_accept_language("EN-gb"), Locale::En);
        assert_eq!(Locale::from_accept_language("en;q=0, *"), Locale::Ja);
        assert_eq!(Locale::from_accept_language(""), Locale::Ja);
    }

    #[test]
    fn furigana_is_split_and_stripped() {
        assert_eq!(ruby("[予約|よやく]を[見|み]る"), vec![("予約", Some("よやく")), ("を", None), ("見", Some("み")), ("る", None)]);
        assert_eq!(without_ruby("[予約|よやく]する"), "予約する");
        assert_eq!(without_ruby("a [b] c"), "a [b] c");
    }

    #[test]
    fn money_days_and_lengths_are_written_as_people_write_them() {
        assert_eq!(yen(2000, Locale::Ja), "2,000円");
        assert_eq!(yen(-1_234_567, Locale::En), "-¥1,234,567");
        assert_eq!(half_days(27, Locale::Ja), "13.5日");
        assert_eq!(minutes(90, Locale::Ja), "1時間30分");
        assert_eq!((minutes(-90, Locale::Ja), minutes(-60, Locale::En)), ("-1時間30分".to_owned(), "-1 h".to_owned()));
        assert_eq!(day(NaiveDate::from_ymd_opt(2026, 12, 3).unwrap(), Locale::Ja), "12月3日（木）");
        assert_eq!(day(NaiveDate::from_ymd_opt(2026, 12, 3).unwrap(), Locale::En), "Thu 3 December");
    }

    #[test]
    fn easy_japanese_reads_numbers_as_people_say_them() {
        let date = |d| NaiveDate::from_ymd_opt(2026, 12, d).unwrap();
        assert_eq!(day(date(1), Locale::Easy), "12[月|がつ][1日|ついたち]（[火|か]）");
        assert_eq!(day(date(20), Locale::Easy), "12[月|がつ][20日|はつか]（[日|にち]）");
        assert_eq!(day(date(21), Locale::Easy), "12[月|がつ]21[日|にち]（[月|げつ]）");
        assert_eq!([2, 3, 28].map(|n| half_days(n, Locale::Easy)), ["[1日|いちにち]", "1.5[日|にち]", "[14日|じゅうよっか]"]);
        assert_eq!([30, 45, 65].map(|n| minutes(n, Locale::Easy)), ["30[分|ぷん]", "45[分|ふん]", "1[時間|じかん]5[分|ふん]"]);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|n| people(n, Locale::Easy)),
            ["0[人|にん]", "[1人|ひとり]", "[2人|ふたり]", "3[人|にん]", "[4人|よにん]"]
        );
        for n in 1..=31 {
            assert_eq!(without_ruby(&day(date(n), Locale::Easy)), day(date(n), Locale::Ja));
        }
    }

    #[test]
    fn a_span_over_midnight_names_both_days() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (evening, late, next) = (at("2026-12-03T09:00:00Z"), at("2026-12-03T14:59:00Z"), at("2026-12-03T15:00:00Z"));
        assert_eq!(span(evening, late, Locale::Ja), "12月3日（木） 18:00〜23:59");
        assert_eq!(span(evening, next, Locale::Ja), "12月3日（木） 18:00〜12月4日（金） 0:00");
        assert_eq!(span(evening, next, Locale::En), "Thu 3 December 18:00–Fri 4 December 0:00");
    }
}
