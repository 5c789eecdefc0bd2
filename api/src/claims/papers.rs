//! Letters of a facility about its locked month: the claim to a city, and the statement to a family.

use shared::claims::{Claim, ClaimLine, ClaimLock, by_child, total};
use shared::documents::{Document, Fact};
use shared::locale::{Locale, day_in_column, month as month_words, official_day, yen};
use shared::time::tokyo_day;

use super::files::{corrected, said, with};
use crate::documents::pdf::{Column, PaperTable};

/// A letter of a facility about its month.
pub(super) struct Letter<'a> {
    /// The month.
    pub claim: &'a Claim,
    /// Its lock: the day of the letter.
    pub lock: &'a ClaimLock,
    /// From whom, a line each.
    pub sender: Vec<String>,
    /// To whom.
    pub to: String,
    /// The key of its title.
    pub title: &'a str,
    /// The key of what it says.
    pub body: &'static str,
    /// Its sums: key of the name, and yen.
    pub amounts: &'a [(&'a str, i64)],
}

impl Letter<'_> {
    /// The letter about so many lines.
    pub fn document(&self, lines: usize) -> Document {
        let (issued_on, language) = (tokyo_day(self.lock.at), Locale::Ja);
        let month = month_words(self.claim.month, language);
        let fact = |key: &str, what: String| Fact { name: said(key, language), lines: vec![what] };
        let mut facts = vec![
            fact("claims.word.facility", self.claim.facility.clone()),
            fact("claims.word.month", month.clone()),
            fact("claims.word.col_lines", lines.to_string()),
        ];
        facts.extend(self.amounts.iter().map(|(key, amount)| fact(key, yen(*amount, language))));
        Document {
            language,
            number: with("claims.word.number", "month", month.clone(), language),
            issued_on,
            date: official_day(issued_on, language),
            addressee: self.to.clone(),
            sender: self.sender.clone(),
            title: said(self.title, language),
            body: vec![with(self.body, "month", month, language)],
            facts,
            sections: Vec::new(),
        }
    }
}

fn words(key: &str, share: f32) -> Column {
    Column::words(said(key, Locale::Ja), share)
}

fn numbers(key: &str, share: f32) -> Column {
    Column::numbers(said(key, Locale::Ja), share)
}

/// The word before sums.
fn all() -> String {
    said("claims.word.total", Locale::Ja)
}

/// A number with separators between thousands; less than nothing with a triangle, as offices write.
fn separated(number: i64) -> String {
    yen(number, Locale::Ja).replace('円', "").replace('-', "△")
}

/// Each child's use.
pub(super) fn children_table(lines: &[&ClaimLine]) -> PaperTable {
    let lines: Vec<ClaimLine> = lines.iter().copied().cloned().collect();
    let (count, sum) = (i64::try_from(lines.len()).unwrap_or(i64::MAX), total(&lines));
    let sums = [count, sum.minutes, sum.benefit_yen, sum.relief_yen, sum.city_yen()].map(separated);
    let last = [all(), String::new()].into_iter().chain(sums).collect();
    let rows = by_child(&lines).into_iter().map(|child| {
        let amounts = child.amounts;
        let numbers = [child.lines, amounts.minutes, amounts.benefit_yen, amounts.relief_yen, amounts.city_yen()].map(separated);
        [child.child.name, child.programme_name.ja].into_iter().chain(numbers).collect()
    });
    PaperTable {
        heading: said("claims.word.by_child", Locale::Ja),
        columns: vec![
            words("claims.word.col_child", 80.0),
            words("claims.word.col_programme", 110.0),
            numbers("claims.word.col_lines", 36.0),
            numbers("claims.word.col_minutes", 50.0),
            numbers("claims.word.col_benefit", 60.0),
            numbers("claims.word.col_relief", 55.0),
            numbers("claims.word.col_city_yen", 62.0),
        ],
        rows: rows.chain([last]).collect(),
    }
}

/// Line by line, as the city reads it.
pub(super) fn city_table(lines: &[&ClaimLine]) -> PaperTable {
    let row = |line: &&ClaimLine| {
        let amounts = line.amounts;
        let lead = [
            separated(line.number),
            day_in_column(tokyo_day(line.starts_at)),
            line.child.name.clone(),
            line.certificate.clone().unwrap_or_default(),
        ];
        let mut usage = said(line.usage.word(), Locale::Ja);
        if line.corrects.is_some() {
            usage = with("claims.word.correction", "line", corrected(line), Locale::Ja);
        }
        let numbers = [i64::from(line.age), amounts.minutes, line.unit_yen, amounts.benefit_yen, amounts.relief_yen, amounts.city_yen()];
        lead.into_iter().chain([usage]).chain(numbers.map(separated)).collect()
    };
    let sum = total(lines.iter().copied());
    let empty = String::new;
    let (minutes, sums) = (separated(sum.minutes), [sum.benefit_yen, sum.relief_yen, sum.city_yen()].map(separated));
    let last = [empty(), empty(), all(), empty(), empty(), empty(), minutes, empty()].into_iter().chain(sums).collect();
    PaperTable {
        heading: said("claims.word.by_line", Locale::Ja),
        columns: vec![
            numbers("claims.word.col_number", 26.0),
            words("claims.word.col_day", 52.0),
            words("claims.word.col_child", 62.0),
            words("claims.word.col_certificate", 58.0),
            words("claims.word.col_usage", 44.0),
            numbers("claims.word.col_age", 22.0),
            numbers("claims.word.col_minutes", 34.0),
            numbers("claims.word.col_unit", 36.0),
            numbers("claims.word.col_benefit", 42.0),
            numbers("claims.word.col_relief", 36.0),
            numbers("claims.word.col_city_yen", 42.0),
        ],
        rows: lines.iter().map(row).chain([last]).collect(),
    }
}

/// Line by line, as the family reads it.
pub(super) fn family_table(lines: &[&ClaimLine]) -> PaperTable {
    let row = |line: &&ClaimLine| {
        let mut usage = said(line.usage.word(), Locale::Ja);
        if line.corrects.is_some() {
            usage = with("claims.word.correction", "line", corrected(line), Locale::Ja);
        }
        let lead = [day_in_column(tokyo_day(line.starts_at)), line.child.name.clone(), line.programme_name.ja.clone(), usage];
        lead.into_iter().chain([line.amounts.minutes, line.amounts.fee_yen].map(separated)).collect()
    };
    let sum = total(lines.iter().copied());
    let empty = String::new;
    let last = [all(), empty(), empty(), empty()].into_iter().chain([sum.minutes, sum.fee_yen].map(separated)).collect();
    PaperTable {
        heading: said("claims.word.by_line", Locale::Ja),
        columns: vec![
            words("claims.word.col_day", 60.0),
            words("claims.word.col_child", 90.0),
            words("claims.word.col_programme", 120.0),
            words("claims.word.col_usage", 80.0),
            numbers("claims.word.col_minutes", 46.0),
            numbers("claims.word.col_fee", 57.0),
        ],
        rows: lines.iter().map(row).chain([last]).collect(),
    }
}
