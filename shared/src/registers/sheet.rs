//! Files of rows whose columns have names: the header is recognised once, then each record is read field by field with a finding for all that
//! is wrong.

use chrono::NaiveDate;

use super::individual_number::holds_individual_number;
use super::{Kind, Rejection};
use crate::facilities::columns::plain_header;
use crate::facilities::days;
use crate::facilities::reading::{Rejection as FileRejection, row_length, strange_fields};
use crate::facilities::{Finding, Severity};
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::text::{Kana, to_ascii_width};

/// What a field of a column holds, for the document of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Any text.
    Text,
    /// Letters and digits without meaning, by which the sender knows something: never an individual number.
    Key,
    /// A code of a municipality.
    Code,
    /// A reading in kana.
    Kana,
    /// A day.
    Day,
    /// A month.
    Month,
    /// A whole number, 0 or more.
    Count,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// A column of a kind of file.
pub trait Column: Copy + PartialEq + 'static {
    /// The kind of file.
    const KIND: Kind;
    /// Every column, in the order in which the file is written.
    const ALL: &'static [Self];
    /// Its header.
    fn header(self) -> &'static str;
    /// Whether a file must have it, and every row something in it.
    fn is_required(self) -> bool;
    /// What its fields hold.
    fn holds(self) -> Holds;
    /// What it means, in a sentence for whoever writes such files.
    fn about(self) -> &'static str;
    /// The column that names the form and its version.
    const FORM: Self;
}

/// Every place where an individual number stands, as the line of its record: what was found is not repeated. A file with one is refused.
pub fn individual_numbers<'a>(records: impl Iterator<Item = (u64, Vec<&'a str>)>) -> Vec<Finding> {
    records
        .filter(|(_, fields)| fields.iter().any(|field| holds_individual_number(field)))
        .map(|(line, _)| Rejection::IndividualNumber.at_line(line, Severity::Error))
        .take(MOST_TOLD)
        .collect()
}

/// So many places are told: one is enough to refuse a file.
const MOST_TOLD: usize = 20;
/// The most characters of a key.
const MOST_KEY: usize = 64;

/// The recognised columns of a file.
#[derive(Debug, Clone)]
pub struct Sheet<C> {
    headers: Vec<(String, Option<C>)>,
}

impl<C: Column> Sheet<C> {
    /// Recognises the header, which stands on `line`. Where a column is missing nothing can be read; headers that nobody knows are no error.
    pub fn new<'a>(line: u64, header: impl Iterator<Item = &'a str>) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let mut headers: Vec<(String, Option<C>)> = Vec::new();
        for text in header {
            let plain = plain_header(text);
            let means = C::ALL.iter().copied().find(|column| plain_header(column.header()) == plain);
            let means = means.filter(|column| headers.iter().all(|(_, known)| known.as_ref() != Some(column)));
            headers.push((text.trim().to_owned(), means));
        }
        let is_missing = |column: &&C| column.is_required() && headers.iter().all(|(_, means)| means.as_ref() != Some(*column));
        let missing: Vec<Finding> = C::ALL
            .iter()
            .filter(is_missing)
            .map(|column| Finding {
                reason: FileRejection::ColumnMissing.reason().with("column", Datum::Text(column.header().to_owned())),
                ..FileRejection::ColumnMissing.at_line(line, Severity::Error)
            })
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let sheet = Self { headers };
        let unknown = |header: String| Finding { column: Some(header), ..FileRejection::ColumnUnknown.at_line(line, Severity::Warning) };
        let unknown = sheet.unknown_columns().into_iter().map(unknown).collect();
        Ok((sheet, unknown))
    }

    /// Headers that nobody knows, as the file writes them.
    pub fn unknown_columns(&self) -> Vec<String> {
        self.headers.iter().filter(|(text, means)| means.is_none() && !text.is_empty()).map(|(text, _)| text.clone()).collect()
    }

    /// The record that begins on `line`, to be read; none for one that is only separators.
    pub fn record<'a>(&'a self, line: u64, fields: &'a [&'a str]) -> Result<Option<Record<'a, C>>, Vec<Finding>> {
        if fields.iter().all(|field| field.trim().is_empty()) {
            return Ok(None);
        }
        if fields.len() != self.headers.len() {
            return Err(vec![row_length(self.headers.len(), fields.len(), line)]);
        }
        let findings = strange_fields(self.headers.iter().map(|(text, _)| text.as_str()), fields, line);
        let mut record = Record { sheet: self, fields, line, findings };
        let form = record.text(C::FORM).unwrap_or_default();
        if to_ascii_width(&form) != C::KIND.form() {
            let reason = Rejection::OtherForm.reason().with("form", Datum::Text(C::KIND.form().to_owned()));
            record.report(C::FORM, &form, reason);
        }
        Ok(Some(record))
    }

    /// What is told of a column of a row.
    pub fn finding(&self, line: u64, column: C, value: &str, reason: Reason) -> Finding {
        let header = self.headers.iter().find(|(_, means)| *means == Some(column)).map(|(text, _)| text.clone());
        Finding { line, column: header, value: value.to_owned(), severity: Severity::Error, reason }
    }
}

/// One record while it is read.
#[derive(Debug)]
pub struct Record<'a, C> {
    sheet: &'a Sheet<C>,
    fields: &'a [&'a str],
    line: u64,
    /// What is wrong with it so far.
    pub findings: Vec<Finding>,
}

impl<C: Column> Record<'_, C> {
    /// A field's text without spaces around it, and without the sign by which a file that we wrote keeps words from becoming formulas; none
    /// when nothing is left or the file has no such column.
    pub fn text(&self, column: C) -> Option<String> {
        let place = self.sheet.headers.iter().position(|(_, means)| *means == Some(column))?;
        let field = super::from_file(self.fields.get(place)?.trim());
        (!field.is_empty()).then(|| field.replace("\r\n", "\n").replace('\r', "\n"))
    }

    /// Something is wrong with a field.
    pub fn report(&mut self, column: C, value: &str, reason: Reason) {
        let finding = self.sheet.finding(self.line, column, value, reason);
        self.findings.push(finding);
    }

    /// A field as what it means, where there is something in it; what is wrong is reported.
    pub fn optional<T>(&mut self, column: C, read: impl FnOnce(&str) -> Result<T, Reason>) -> Option<T> {
        let text = self.text(column)?;
        read(&text).map_err(|reason| self.report(column, &text, reason)).ok()
    }

    /// A field that must be there.
    pub fn required<T>(&mut self, column: C, read: impl FnOnce(&str) -> Result<T, Reason>) -> Option<T> {
        if self.text(column).is_none() {
            self.report(column, "", FileRejection::ValueMissing.reason());
        }
        self.optional(column, read)
    }
}

/// A day.
pub fn day(text: &str) -> Result<NaiveDate, Reason> {
    days::date(text).ok_or_else(|| FileRejection::DateUnread.reason())
}

/// A whole number, 0 or more.
pub fn count(text: &str) -> Result<i64, Reason> {
    let plain = to_ascii_width(text).replace(',', "");
    plain.parse().ok().filter(|count| (0..=1_000_000).contains(count)).ok_or_else(|| FileRejection::NumberUnread.reason())
}

/// A code of a municipality.
pub fn code(text: &str) -> Result<MunicipalityCode, Reason> {
    MunicipalityCode::parse(&to_ascii_width(text)).map_err(|rejection| rejection.reason())
}

/// A reading in kana.
pub fn kana(text: &str) -> Result<Kana, Reason> {
    Kana::parse(text).map_err(|rejection| rejection.reason())
}

/// A key: letters, digits and few signs.
pub fn key(text: &str) -> Result<String, Reason> {
    let plain = to_ascii_width(text);
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-');
    let fits = (1..=MOST_KEY).contains(&plain.chars().count()) && plain.chars().all(is_key);
    if fits { Ok(plain) } else { Err(Rejection::KeyUnread.reason()) }
}

/// Two days in their order, where both are there; else it is reported at the second.
pub fn in_order<C: Column>(record: &mut Record<'_, C>, from: Option<NaiveDate>, column: C, until: Option<NaiveDate>) {
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        record.report(column, &until.to_string(), Rejection::DaysTurned.reason());
    }
}
