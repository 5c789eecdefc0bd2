//! What the page of figures shows, without a browser.

use chrono::NaiveDate;
use shared::figures::naming::hidden;
use shared::figures::reading::{Figure, Unit, Value};
use shared::figures::{Amounts, FigureRow, last_due, months_after};
use shared::locale::{Locale, yen};
use shared::time::{Month, fiscal_year};

use crate::i18n::filled;

/// The months from the first to the last of a range.
pub type Range = (Month, Month);

/// The ranges to choose from: word and months.
pub const RANGES: [&str; 3] = ["year", "fiscal", "fiscal_before"];

/// April of a fiscal year.
fn april(year: i32) -> Option<Month> {
    NaiveDate::from_ymd_opt(year, 4, 1).map(Month::of)
}

/// The months that a word means: the last twelve, this fiscal year so far, or the one before.
pub fn range(word: &str, today: NaiveDate) -> Range {
    let last = last_due(today);
    let year = fiscal_year(last.first_day());
    let found = match word {
        "fiscal" => april(year).map(|first| (first, last)),
        "fiscal_before" => april(year - 1).map(|first| (first, months_after(first, 11))),
        _ => None,
    };
    found.unwrap_or((months_after(last, -11), last))
}

/// What is compared with.
pub const COMPARED: [&str; 4] = ["year", "before", "city", "none"];

/// The months that a range is compared with, as the word says: a year earlier, or as many months just before.
pub fn before(word: &str, (from, to): Range) -> Option<Range> {
    let months = (to.year() - from.year()) * 12 + i32::try_from(to.month()).unwrap_or(1) - i32::try_from(from.month()).unwrap_or(1) + 1;
    let back = match word {
        "year" => 12,
        "before" => months,
        _ => return None,
    };
    Some((months_after(from, -back), months_after(to, -back)))
}

/// A whole number with commas.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut told = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

/// Tenths with their point.
fn tenths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}.{}", grouped((number / 10).abs()), (number % 10).abs())
}

/// A number in its unit.
fn in_unit(number: i64, unit: Unit, locale: Locale) -> String {
    match unit {
        Unit::Count => grouped(number),
        Unit::Percent => format!("{}%", tenths(number)),
        Unit::Hours => filled("figures.hours", locale, &[("hours", tenths(number))]),
        Unit::Yen => yen(number, locale),
    }
}

/// A value as it is read; a star says that something hidden is not in it.
pub fn said(value: Value, unit: Unit, locale: Locale) -> String {
    match value {
        Value::Hidden => hidden(locale),
        Value::Nothing => "–".to_owned(),
        Value::Is { value, is_part } => format!("{}{}", in_unit(value, unit, locale), if is_part { " *" } else { "" }),
    }
}

/// How much more or less than before, where both can be told.
pub fn difference(now: Value, before: Value, unit: Unit, locale: Locale) -> Option<String> {
    let by = now.get()? - before.get()?;
    let sign = if by > 0 { "+" } else { "" };
    Some(match unit {
        Unit::Percent => filled("figures.points", locale, &[("points", format!("{sign}{}", tenths(by)))]),
        _ => format!("{sign}{}", in_unit(by, unit, locale)),
    })
}

/// A row over all months: what is shown of it, and whether something is hidden.
pub fn total(row: &FigureRow) -> Value {
    let shown: Vec<Amounts> = row.months.iter().flatten().copied().collect();
    if shown.is_empty() && !row.months.is_empty() {
        return Value::Hidden;
    }
    let sum = shown.iter().fold(Amounts::default(), |sum, amounts| sum.plus(*amounts));
    Value::Is { value: sum.count, is_part: shown.len() < row.months.len() }
}

/// The least round number that is not below any of the values: where an axis ends.
pub fn top(values: impl Iterator<Item = Option<i64>>) -> i64 {
    let most = values.flatten().max().unwrap_or(0).max(1);
    let mut step = 1;
    loop {
        for factor in [1, 2, 5] {
            if step * factor * 4 >= most {
                return step * factor * 4;
            }
        }
        step *= 10;
    }
}

/// How high a value stands in a chart of this height.
pub fn height(value: i64, top: i64, of: i64) -> i64 {
    (value.max(0) * of).checked_div(top.max(1)).unwrap_or(0).min(of)
}

/// The keys of a figure's name, of how it is computed, and of where that comes from.
pub const fn words(figure: Figure) -> (&'static str, &'static str) {
    match figure {
        Figure::Fill => ("figures.name_fill", "figures.formula_fill"),
        Figure::Stays => ("figures.name_stays", "figures.formula_stays"),
        Figure::Unmet => ("figures.name_unmet", "figures.formula_unmet"),
        Figure::FreeDays => ("figures.name_free_days", "figures.formula_free_days"),
        Figure::Lead => ("figures.name_lead", "figures.formula_lead"),
        Figure::ByRules => ("figures.name_by_rules", "figures.formula_by_rules"),
        Figure::FromElsewhere => ("figures.name_from_elsewhere", "figures.formula_from_elsewhere"),
        Figure::OutOfHours => ("figures.name_out_of_hours", "figures.formula_out_of_hours"),
        Figure::Calls => ("figures.name_calls", "figures.formula_calls"),
        Figure::Hours => ("figures.name_hours", "figures.formula_hours"),
        Figure::Cost => ("figures.name_cost", "figures.formula_cost"),
        Figure::Cancelled => ("figures.name_cancelled", "figures.formula_cancelled"),
        Figure::Absent => ("figures.name_absent", "figures.formula_absent"),
        Figure::Converted => ("figures.name_converted", "figures.formula_converted"),
        Figure::Unopened => ("figures.name_unopened", "figures.formula_unopened"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_ends_with_what_is_published() {
        let today = "2027-01-18".parse().unwrap();
        assert_eq!(range("year", today), (month("2026-01"), month("2026-12")));
        assert_eq!(range("fiscal", today), (month("2026-04"), month("2026-12")));
        assert_eq!(range("fiscal_before", today), (month("2025-04"), month("2026-03")));
        // On 5 May the last month is March, of the fiscal year before.
        assert_eq!(range("fiscal", "2027-05-05".parse().unwrap()), (month("2026-04"), month("2027-03")));
        let nine = (month("2026-04"), month("2026-12"));
        assert_eq!(before("year", nine), Some((month("2025-04"), month("2025-12"))));
        assert_eq!(before("before", nine), Some((month("2025-07"), month("2026-03"))));
        assert_eq!(before("none", nine), None);
    }

    #[test]
    fn values_are_said_in_their_unit() {
        let is = |value, is_part| Value::Is { value, is_part };
        assert_eq!(said(is(575, false), Unit::Percent, Locale::Ja), "57.5%");
        assert_eq!(said(is(1234, true), Unit::Count, Locale::Ja), "1,234 *");
        assert_eq!(said(is(18_535, false), Unit::Hours, Locale::En), "1,853.5 h");
        assert_eq!(said(is(71_559, false), Unit::Yen, Locale::Ja), yen(71_559, Locale::Ja));
        assert_eq!(
            (said(Value::Hidden, Unit::Count, Locale::Ja), said(Value::Nothing, Unit::Count, Locale::Ja)),
            ("秘匿".to_owned(), "–".to_owned())
        );
        assert_eq!(difference(is(575, false), is(600, false), Unit::Percent, Locale::En).unwrap(), "-2.5 points");
        assert_eq!(difference(is(12, false), is(5, true), Unit::Count, Locale::Ja).unwrap(), "+7");
        assert_eq!(difference(is(12, false), Value::Hidden, Unit::Count, Locale::Ja), None);
        let row = FigureRow { key: String::new(), name: None, months: vec![None, Some(Amounts { count: 7, sum: 0 })] };
        assert_eq!(total(&row), is(7, true));
        assert_eq!(total(&FigureRow { months: vec![None], ..row }), Value::Hidden);
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (most, end) in [(0, 4), (3, 4), (7, 8), (83, 200), (575, 800), (1000, 2000)] {
            assert_eq!(top([Some(most), None].into_iter()), end, "{most}");
        }
        assert_eq!((height(50, 200, 100), height(-3, 200, 100), height(500, 200, 100)), (25, 0, 100));
    }
}
