//! Which ages a facility takes, read from texts such as `０歳～５歳`, `生後57日から` or `小学校1年生から6年生`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::locale::Locale;
use crate::problem::{Datum, Reason};
use crate::text::to_ascii_width;
use crate::time::{age_class, age_months_on, age_on, days_after, last_day_before_school, months_complete_on};

/// A range of ages as it was published. Years of age, nursery classes and school grades are different things and stay apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgeRange {
    /// From when on.
    pub from: AgeStart,
    /// Until when; absent: not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<AgeLimit>,
}

/// From when on a facility takes children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AgeStart {
    /// From so many completed months and days of life: `生後57日` is 0 months and 57 days.
    Age {
        /// Completed months.
        months: u32,
        /// Days on top of them.
        days: u32,
    },
    /// From this nursery class (age on 1 April): `3歳児`.
    AgeClass {
        /// The class.
        age: u32,
    },
    /// From this school grade, counted on through middle school: 7 is the first of middle school.
    Grade {
        /// The grade.
        grade: u32,
    },
}

/// Until when a facility takes children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AgeLimit {
    /// This age in years is the last one: `5歳まで`.
    Through {
        /// The last age.
        years: u32,
    },
    /// Until this age is reached: `3歳未満` is under 36 months.
    Under {
        /// Completed months that are too many.
        months: u32,
    },
    /// This nursery class is the last one.
    AgeClass {
        /// The class.
        age: u32,
    },
    /// Until the child enters school: `就学前`.
    SchoolEntry,
    /// This school grade is the last one.
    Grade {
        /// The grade.
        grade: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    Age {
        years: u32,
        months: Option<u32>,
        days: u32,
    },
    Months(u32),
    Class(u32),
    Grade(u32),
    SchoolEntry,
    /// A number whose unit stands behind the next one: the 0 of `0～5歳`.
    Bare(u32),
}

impl AgeRange {
    /// Reads a published text; none when any part of it is not understood.
    pub fn read(text: &str) -> Option<Self> {
        let plain: String = to_ascii_width(text)
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| if matches!(c, '〜' | '−' | '‐' | '–' | '—' | 'ー' | '-' | '－') { '~' } else { c })
            .collect();
        let plain = plain.replace('才', "歳").replace("から", "~").replace("より", "~");
        range(&plain)
    }

    /// The range as people of this language say it.
    pub fn say(&self, locale: Locale) -> String {
        let count = |key, n: u32| Reason::new(key).with("n", Datum::Count(i64::from(n)));
        let from = match self.from {
            AgeStart::Age { months, days: 0 } if months % 12 == 0 => count("facilities.ages.from_years", months / 12),
            AgeStart::Age { months, days: 0 } if months < 12 => count("facilities.ages.from_months", months),
            AgeStart::Age { months, days: 0 } => {
                count("facilities.ages.from_years_months", months / 12).with("m", Datum::Count(i64::from(months % 12)))
            }
            AgeStart::Age { days, .. } => count("facilities.ages.from_days", days),
            AgeStart::AgeClass { age } => count("facilities.ages.from_class", age),
            AgeStart::Grade { grade } if grade > 6 => count("facilities.ages.from_middle_grade", grade - 6),
            AgeStart::Grade { grade } => count("facilities.ages.from_grade", grade),
        };
        let until = self.until.map(|limit| match limit {
            AgeLimit::Through { years } => count("facilities.ages.through_years", years),
            AgeLimit::Under { months } if months % 12 == 0 => count("facilities.ages.under_years", months / 12),
            AgeLimit::Under { months } if months < 12 => count("facilities.ages.under_months", months),
            AgeLimit::Under { months } => {
                count("facilities.ages.under_years_months", months / 12).with("m", Datum::Count(i64::from(months % 12)))
            }
            AgeLimit::AgeClass { age } => count("facilities.ages.through_class", age),
            AgeLimit::SchoolEntry => Reason::new("facilities.ages.until_school"),
            AgeLimit::Grade { grade } if grade > 6 => count("facilities.ages.through_middle_grade", grade - 6),
            AgeLimit::Grade { grade } => count("facilities.ages.through_grade", grade),
        });
        let text = from.sentence(locale);
        match until {
            Some(limit) if locale == Locale::En => format!("{text} {}", limit.sentence(locale)),
            Some(limit) => format!("{text}{}", limit.sentence(locale)),
            None => text,
        }
    }
}

fn range(text: &str) -> Option<AgeRange> {
    // A note in brackets at the end must itself be about ages: `６歳～１２歳（小学校１年生～６年生）`. Anything else may restrict
    // the range in a way that we would miss.
    if let Some((body, note)) = text.strip_suffix(')').and_then(|t| t.rsplit_once('('))
        && !body.is_empty()
        && !body.contains('(')
    {
        return range(body).filter(|_| range(note).is_some());
    }
    let text = text.strip_prefix("満").unwrap_or(text);
    // `18歳未満`, `就学前`, `5歳まで`
    if let Some((point, rest)) = point(text) {
        if let Some(until) = limit(point, rest).filter(|_| point == Point::SchoolEntry || !rest.is_empty()) {
            return Some(AgeRange { from: AgeStart::Age { months: 0, days: 0 }, until: Some(until) });
        }
        let (point, rest) = refined(point, rest)?;
        // `3歳児`, `0歳`
        if rest.is_empty() {
            return Some(AgeRange { from: start(point)?, until: Some(limit(point, "")?) });
        }
        let rest = ["以上~", "以降~", "以上", "以降", "~"].iter().find_map(|word| rest.strip_prefix(word))?;
        if rest.is_empty() {
            return Some(AgeRange { from: start(point)?, until: None });
        }
        let (last, tail) = last_point(point, rest)?;
        let first = match (point, last) {
            (Point::Bare(n), Point::Age { months: None, days: 0, .. }) => Point::Age { years: n, months: None, days: 0 },
            (Point::Bare(n), Point::Class(_)) => Point::Class(n),
            (Point::Bare(n), Point::Months(_)) => Point::Months(n),
            (Point::Bare(n), Point::Grade(_)) => Point::Grade(n),
            (other, _) => other,
        };
        let range = AgeRange { from: start(first)?, until: Some(limit(last, tail)?) };
        return range.in_order().then_some(range);
    }
    None
}

impl AgeRange {
    /// Whether a child is taken on a day; none: only a school knows.
    pub fn takes(&self, born: NaiveDate, day: NaiveDate) -> Option<bool> {
        let has_begun = match self.from {
            // Whole years are reached the day before the birthday, months and days on their day.
            AgeStart::Age { months, days: 0 } if months % 12 == 0 => months / 12 <= age_on(born, day),
            AgeStart::Age { months, days } => days_after(months_complete_on(born, months), days) <= day,
            AgeStart::AgeClass { age } => age <= age_class(born, day),
            AgeStart::Grade { .. } => return None,
        };
        let is_over = match self.until {
            None => false,
            Some(AgeLimit::Through { years }) => years < age_on(born, day),
            Some(AgeLimit::Under { months }) if months % 12 == 0 => months / 12 <= age_on(born, day),
            Some(AgeLimit::Under { months }) => months <= age_months_on(born, day),
            Some(AgeLimit::AgeClass { age }) => age < age_class(born, day),
            Some(AgeLimit::SchoolEntry) => last_day_before_school(born) < day,
            Some(AgeLimit::Grade { .. }) => return None,
        };
        Some(has_begun && !is_over)
    }

    fn in_order(&self) -> bool {
        match (self.from, self.until) {
            (AgeStart::Age { months, .. }, Some(AgeLimit::Under { months: end })) => months < end,
            (AgeStart::Age { months, .. }, Some(AgeLimit::Through { years })) => months / 12 <= years,
            (AgeStart::AgeClass { age }, Some(AgeLimit::AgeClass { age: last } | AgeLimit::Through { years: last })) => age <= last,
            (AgeStart::Grade { grade }, Some(AgeLimit::Grade { grade: last })) => grade <= last,
            (AgeStart::Grade { .. }, Some(AgeLimit::SchoolEntry)) => false,
            _ => true,
        }
    }
}

/// `0歳(生後57日)`: the brackets say what the 0 means.
fn refined(point: Point, rest: &str) -> Option<(Point, &str)> {
    let Some((inside, tail)) = rest.strip_prefix('(').and_then(|r| r.split_once(')')) else { return Some((point, rest)) };
    let is_zero = matches!(point, Point::Age { years: 0, months: None, days: 0 } | Point::Class(0));
    let inside = inside.trim_end_matches("以上").trim_end_matches('~');
    match self::point(inside)? {
        (finer @ (Point::Months(0..12) | Point::Age { years: 0, .. }), "") if is_zero => Some((finer, tail)),
        _ => None,
    }
}

/// The second point may leave out what the first one said: `小学校1年生から6年生`.
fn last_point(first: Point, text: &str) -> Option<(Point, &str)> {
    let text = text.strip_prefix("満").unwrap_or(text);
    if let (Point::Grade(_), Some((n, rest))) = (first, number(text))
        && let Some(rest) = rest.strip_prefix("年生").or_else(|| rest.strip_prefix("年"))
    {
        return (1..=6).contains(&n).then_some((Point::Grade(n), rest));
    }
    point(text).filter(|(point, _)| !matches!(point, Point::Bare(_)))
}

fn start(point: Point) -> Option<AgeStart> {
    match point {
        Point::Age { years, months, days } => Some(AgeStart::Age { months: years * 12 + months.unwrap_or(0), days }),
        Point::Months(months) => Some(AgeStart::Age { months, days: 0 }),
        Point::Class(age) => Some(AgeStart::AgeClass { age }),
        Point::Grade(grade) => Some(AgeStart::Grade { grade }),
        Point::SchoolEntry | Point::Bare(_) => None,
    }
}

fn limit(point: Point, tail: &str) -> Option<AgeLimit> {
    let inclusive = matches!(tail, "" | "まで" | "以下" | "児まで");
    match point {
        Point::Age { years, months, days: 0 } if tail == "未満" => Some(AgeLimit::Under { months: years * 12 + months.unwrap_or(0) }),
        Point::Months(months) if tail == "未満" => Some(AgeLimit::Under { months }),
        Point::Age { years, months: None, days: 0 } if inclusive => Some(AgeLimit::Through { years }),
        Point::Class(age) if inclusive => Some(AgeLimit::AgeClass { age }),
        Point::Grade(grade) if inclusive => Some(AgeLimit::Grade { grade }),
        Point::SchoolEntry if inclusive || matches!(tail, "の児童" | "の子ども" | "のこども" | "の子" | "児童" | "児" | "の乳幼児") => {
            Some(AgeLimit::SchoolEntry)
        }
        _ => None,
    }
}

fn number(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(text.chars().take_while(char::is_ascii_digit).count())?;
    (digits.len() <= 3).then_some(())?;
    Some((digits.parse().ok()?, rest))
}

fn months(text: &str) -> Option<(u32, &str)> {
    let (n, rest) = number(text)?;
    ["か月", "ヶ月", "カ月", "ヵ月", "ケ月", "箇月", "ヶ月", "ｹ月", "ｶ月"]
        .iter()
        .find_map(|word| rest.strip_prefix(word))
        .map(|rest| (n, rest))
}

/// The longest point at the beginning of a text, and what follows it.
fn point(text: &str) -> Option<(Point, &str)> {
    for word in ["小学校就学前", "小学校入学前", "就学前", "未就学", "小学校就学の始期に達するまで", "小学校就学始期"]
    {
        if let Some(rest) = text.strip_prefix(word) {
            return Some((Point::SchoolEntry, rest));
        }
    }
    for (word, offset, last) in [("小学校", 0, 6), ("小学", 0, 6), ("小", 0, 6), ("中学校", 6, 3), ("中学", 6, 3)] {
        if let Some(rest) = text.strip_prefix(word) {
            let (n, rest) = number(rest)?;
            let rest = rest.strip_prefix("年生").or_else(|| rest.strip_prefix("年")).unwrap_or(rest);
            return (1..=last).contains(&n).then_some((Point::Grade(n + offset), rest));
        }
    }
    let text = text.strip_prefix("生後").unwrap_or(text);
    if let Some((n, rest)) = months(text) {
        return (n <= 240).then_some((Point::Months(n), rest));
    }
    let (n, rest) = number(text)?;
    if let Some(rest) = rest.strip_prefix('日') {
        return Some((Point::Age { years: 0, months: None, days: n }, rest.strip_prefix('目').unwrap_or(rest)));
    }
    if let Some(rest) = rest.strip_prefix("年生") {
        return (1..=6).contains(&n).then_some((Point::Grade(n), rest));
    }
    let Some(rest) = rest.strip_prefix('歳') else { return Some((Point::Bare(n), rest)) };
    if n > 20 {
        return None;
    }
    if let Some(rest) = ["児クラス", "児"].iter().find_map(|word| rest.strip_prefix(word)) {
        return Some((Point::Class(n), rest));
    }
    if let Some((months, rest)) = months(rest) {
        return (months < 12).then_some((Point::Age { years: n, months: Some(months), days: 0 }, rest));
    }
    Some((Point::Age { years: n, months: None, days: 0 }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn age(months: u32) -> AgeStart {
        AgeStart::Age { months, days: 0 }
    }

    #[test]
    fn a_child_is_taken_by_its_age_on_the_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let takes = |ages: &str, born: &str, on: &str| AgeRange::read(ages).unwrap().takes(day(born), day(on));
        assert_eq!(takes("1歳～5歳", "2026-04-02", "2027-03-31"), Some(false));
        assert_eq!(takes("1歳～5歳", "2026-04-02", "2027-04-02"), Some(true));
        assert_eq!(takes("3歳未満", "2024-04-10", "2027-04-08"), Some(true));
        assert_eq!(takes("3歳未満", "2024-04-10", "2027-04-09"), Some(false), "an age is reached the day before");
        assert_eq!(takes("生後57日から就学前", "2027-01-01", "2027-02-27"), Some(true));
        assert_eq!(takes("生後57日から就学前", "2027-01-01", "2027-02-26"), Some(false));
        assert_eq!(takes("生後57日から就学前", "2020-04-01", "2027-03-31"), Some(false), "it is in its first year of school");
        assert_eq!(takes("小学校1年生から6年生", "2018-05-01", "2027-04-01"), None);
    }

    #[test]
    fn ages_are_read_in_every_spelling_seen() {
        let through = |years| Some(AgeLimit::Through { years });
        let under = |months| Some(AgeLimit::Under { months });
        let days = |days| AgeStart::Age { months: 0, days };
        for (text, from, until) in [
            ("0歳から5歳", age(0), through(5)),
            ("０歳～５歳", age(0), through(5)),
            ("０歳〜５歳", age(0), through(5)),
            ("1歳から5歳", age(12), through(5)),
            ("0～2歳", age(0), through(2)),
            ("6か月～3歳未満", age(6), under(36)),
            ("0歳6か月～3歳未満", age(6), under(36)),
            ("生後６ヶ月から２歳まで", age(6), through(2)),
            ("1歳6ヵ月以上3歳未満", age(18), under(36)),
            ("満3歳から5歳", age(36), through(5)),
            ("生後57日から", days(57), None),
            ("生後57日～就学前", days(57), Some(AgeLimit::SchoolEntry)),
            ("0歳児(生後57日)～5歳児", days(57), Some(AgeLimit::AgeClass { age: 5 })),
            ("3歳児", AgeStart::AgeClass { age: 3 }, Some(AgeLimit::AgeClass { age: 3 })),
            ("0歳児～2歳児", AgeStart::AgeClass { age: 0 }, Some(AgeLimit::AgeClass { age: 2 })),
            ("0～5歳児", AgeStart::AgeClass { age: 0 }, Some(AgeLimit::AgeClass { age: 5 })),
            ("3歳以上", age(36), None),
            ("18歳未満", age(0), under(216)),
            ("就学前児童", age(0), Some(AgeLimit::SchoolEntry)),
            ("未就学児", age(0), Some(AgeLimit::SchoolEntry)),
            ("小学校1年生から6年生", AgeStart::Grade { grade: 1 }, Some(AgeLimit::Grade { grade: 6 })),
            ("小学1～6年生", AgeStart::Grade { grade: 1 }, Some(AgeLimit::Grade { grade: 6 })),
            ("小学1年生～中学3年生", AgeStart::Grade { grade: 1 }, Some(AgeLimit::Grade { grade: 9 })),
            ("６歳～１２歳（小学校１年生～６年生）", age(72), through(12)),
            ("0歳～5歳（就学前）", age(0), through(5)),
        ] {
            assert_eq!(AgeRange::read(text), Some(AgeRange { from, until }), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_read() {
        for text in [
            "",
            "要相談",
            "産休明けから",
            "5歳から0歳",
            "0歳～5歳（公立は3歳まで）",
            "0歳～5歳、学童",
            "0歳～99歳",
            "1歳18か月から",
            "2歳から2歳6か月",
            "3",
            "3～5",
            "小学校7年生",
            "0歳から5歳から6歳",
        ] {
            assert_eq!(AgeRange::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_is_said_in_every_language() {
        let range = AgeRange::read("0歳6か月～3歳未満").unwrap();
        assert_eq!(range.say(Locale::Ja), "6か月から3歳未満");
        assert_eq!(range.say(Locale::En), "from 6 months to under 3 years");
        assert_eq!(AgeRange::read("0歳～5歳").unwrap().say(Locale::Ja), "0歳から5歳まで");
        assert_eq!(AgeRange::read("生後57日から").unwrap().say(Locale::En), "from 57 days after birth");
        assert_eq!(AgeRange::read("小1～6年生").unwrap().say(Locale::Ja), "小学1年生から小学6年生まで");
    }
}
