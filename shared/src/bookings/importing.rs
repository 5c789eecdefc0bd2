//! Importing: bookings that another system has, read row by row from a file; each is then booked by the rule of any booking.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Serialize;

use super::{Answer, NewBooking};
use crate::facilities::columns::plain_header;
use crate::facilities::days;
use crate::facilities::reading::{Rejection as FileRejection, row_length, strange_fields, too_long};
use crate::facilities::{Finding, Severity};
use crate::ids::{ChildId, SlotId};
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::programmes::ProgrammeKey;
use crate::text::{Email, Kana, to_ascii_width};
use crate::time::{at, next_day};

/// A column of a file of bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The other system's number of the booking.
    Number,
    /// Code of the municipality, with its check digit.
    Municipality,
    /// The facility's ID in the municipality's list.
    Facility,
    /// Key of the programme.
    Programme,
    /// Day of use.
    Day,
    /// Start.
    Starts,
    /// End; not after the start: on the next day.
    Ends,
    /// Reading of the child's name.
    Kana,
    /// The child's birth date.
    Born,
    /// The guardian's mail address.
    Mail,
    /// Key of the reason for the stay.
    Reason,
    /// Keys of what the child has on top, with spaces between them.
    Extras,
    /// What the carers should know.
    Notes,
}

/// What a header of an answer begins with; the question's key follows.
const ANSWER: &str = "回答:";
/// The most characters of the notes.
const MOST_NOTES: usize = 500;

impl Column {
    /// Every column, with those first that a file must have.
    pub const ALL: [Self; 13] = [
        Self::Number,
        Self::Municipality,
        Self::Facility,
        Self::Programme,
        Self::Day,
        Self::Starts,
        Self::Ends,
        Self::Kana,
        Self::Born,
        Self::Mail,
        Self::Reason,
        Self::Extras,
        Self::Notes,
    ];

    /// Its header.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Number => "予約番号",
            Self::Municipality => "全国地方公共団体コード",
            Self::Facility => "施設ID",
            Self::Programme => "事業",
            Self::Day => "利用日",
            Self::Starts => "開始時刻",
            Self::Ends => "終了時刻",
            Self::Kana => "児童カナ",
            Self::Born => "生年月日",
            Self::Mail => "保護者メールアドレス",
            Self::Reason => "利用理由",
            Self::Extras => "追加",
            Self::Notes => "連絡事項",
        }
    }

    /// Whether a file must have it, and every row something in it.
    pub const fn is_required(self) -> bool {
        !matches!(self, Self::Reason | Self::Extras | Self::Notes)
    }
}

/// Why a row is not booked, beside the rules of any booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportRejection {
    /// No date.
    DateUnread,
    /// No time of day.
    TimeUnread,
    /// The same number stood before in the file.
    NumberTwice {
        /// On which line.
        line: u64,
    },
    /// The municipality has no such facility.
    FacilityUnknown,
    /// The facility has no slot of the programme on that day.
    SlotUnknown,
    /// No guardian has this mail address.
    GuardianUnknown,
    /// The guardian has no child of this reading and birth date.
    ChildUnknown,
    /// The number was imported before, for another stay, child or guardian.
    Changed,
}

impl ImportRejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DateUnread => "bookings.import.date_unread",
            Self::TimeUnread => "bookings.import.time_unread",
            Self::NumberTwice { .. } => "bookings.import.number_twice",
            Self::FacilityUnknown => "bookings.import.facility_unknown",
            Self::SlotUnknown => "bookings.import.slot_unknown",
            Self::GuardianUnknown => "bookings.import.guardian_unknown",
            Self::ChildUnknown => "bookings.import.child_unknown",
            Self::Changed => "bookings.import.changed",
        }
    }

    /// The column that it concerns.
    pub const fn column(self) -> Option<Column> {
        match self {
            Self::NumberTwice { .. } | Self::Changed => Some(Column::Number),
            Self::FacilityUnknown => Some(Column::Facility),
            Self::SlotUnknown => Some(Column::Day),
            Self::GuardianUnknown => Some(Column::Mail),
            Self::ChildUnknown => Some(Column::Kana),
            Self::DateUnread | Self::TimeUnread => None,
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::NumberTwice { line } => reason.with("line", Datum::Count(i64::try_from(line).unwrap_or(i64::MAX))),
            _ => reason,
        }
    }
}

/// A booking as a row says it. What is said the same is the same row, however the file writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportRow {
    /// The other system's number, once in the municipality.
    pub number: String,
    /// The facility's municipality.
    pub municipality: MunicipalityCode,
    /// The facility's ID there.
    pub facility: String,
    /// The programme.
    pub programme: ProgrammeKey,
    /// Day of use.
    pub day: NaiveDate,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Reading of the child's name.
    pub kana: Kana,
    /// The child's birth date.
    pub born: NaiveDate,
    /// The guardian's mail address.
    pub mail: Email,
    /// Key of the reason for the stay.
    pub reason: Option<String>,
    /// Answers to the programme's questions.
    pub answers: Vec<Answer>,
    /// Keys of what the child has on top.
    pub extras: Vec<String>,
    /// What the carers should know.
    pub notes: String,
}

impl ImportRow {
    /// The booking that it asks for.
    pub fn booking(&self, slot: SlotId, child: ChildId) -> NewBooking {
        NewBooking {
            reason: self.reason.clone(),
            answers: self.answers.clone(),
            extras: self.extras.clone(),
            notes: self.notes.clone(),
            ..NewBooking::new(slot, vec![child]).between(self.starts_at, self.ends_at)
        }
    }

    /// What stands in one of its columns, as a report shows it.
    pub fn shown(&self, column: Column) -> String {
        match column {
            Column::Facility => self.facility.clone(),
            Column::Day => self.day.to_string(),
            Column::Mail => self.mail.to_string(),
            Column::Kana => self.kana.to_string(),
            _ => self.number.clone(),
        }
    }
}

/// What a record was.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportRecord {
    /// Nothing but separators.
    Blank,
    /// A booking.
    Good(Box<ImportRow>),
    /// Left out, and why.
    Bad(Vec<Finding>),
}

/// What a header means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Means {
    Column(Column),
    /// The answer to the question of this key.
    Answer(String),
}

fn recognise(header: &str) -> Option<Means> {
    let plain = plain_header(header);
    let known = Column::ALL.into_iter().find(|column| plain_header(column.header()) == plain).map(Means::Column);
    let answer = || to_ascii_width(header.trim()).strip_prefix(ANSWER).map(|key| Means::Answer(key.trim().to_owned()));
    known.or_else(answer)
}

/// Reads a file of bookings record by record and remembers which numbers it has seen.
#[derive(Debug)]
pub struct ImportReader {
    headers: Vec<(String, Option<Means>)>,
    numbers: BTreeMap<(String, String), u64>,
}

impl ImportReader {
    /// Recognises the header, which stands on `line`. Where a column is missing nothing can be read; headers that nobody knows are no
    /// error.
    pub fn new<'a>(line: u64, header: impl Iterator<Item = &'a str>) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let mut headers: Vec<(String, Option<Means>)> = Vec::new();
        for text in header {
            let means = recognise(text).filter(|means| headers.iter().all(|(_, known)| known.as_ref() != Some(means)));
            headers.push((text.trim().to_owned(), means));
        }
        let is_there = |column: Column| headers.iter().any(|(_, means)| *means == Some(Means::Column(column)));
        let missing = Column::ALL.into_iter().filter(|column| column.is_required() && !is_there(*column));
        let missing: Vec<Finding> = missing
            .map(|column| Finding {
                reason: FileRejection::ColumnMissing.reason().with("column", Datum::Text(column.header().to_owned())),
                ..FileRejection::ColumnMissing.at_line(line, Severity::Error)
            })
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let reader = Self { headers, numbers: BTreeMap::new() };
        let unknown = |header: String| Finding { column: Some(header), ..FileRejection::ColumnUnknown.at_line(line, Severity::Warning) };
        let unknown = reader.unknown_columns().into_iter().map(unknown).collect();
        Ok((reader, unknown))
    }

    /// Headers that nobody knows, as the file writes them.
    pub fn unknown_columns(&self) -> Vec<String> {
        self.headers.iter().filter(|(text, means)| means.is_none() && !text.is_empty()).map(|(text, _)| text.clone()).collect()
    }

    /// Reads the record that begins on `line`.
    pub fn read(&mut self, line: u64, fields: &[&str]) -> ImportRecord {
        if fields.iter().all(|field| field.trim().is_empty()) {
            return ImportRecord::Blank;
        }
        if fields.len() != self.headers.len() {
            return ImportRecord::Bad(vec![row_length(self.headers.len(), fields.len(), line)]);
        }
        let findings = strange_fields(self.headers.iter().map(|(text, _)| text.as_str()), fields, line);
        let mut record = Record { headers: &self.headers, fields, line, findings };
        let row = record.row();
        let mut findings = record.findings;
        let Some(row) = row.filter(|_| findings.is_empty()) else { return ImportRecord::Bad(findings) };
        let key = (row.municipality.as_str().to_owned(), row.number.clone());
        if let Some(first) = self.numbers.get(&key) {
            findings.push(self.finding(line, &row, ImportRejection::NumberTwice { line: *first }));
            return ImportRecord::Bad(findings);
        }
        self.numbers.insert(key, line);
        ImportRecord::Good(Box::new(row))
    }

    /// What is told of a row that cannot be booked.
    pub fn finding(&self, line: u64, row: &ImportRow, rejection: ImportRejection) -> Finding {
        let column = rejection.column();
        let header =
            |column: Column| self.headers.iter().find(|(_, means)| *means == Some(Means::Column(column))).map(|(text, _)| text.clone());
        Finding {
            line,
            column: column.and_then(header),
            value: row.shown(column.unwrap_or(Column::Number)),
            severity: Severity::Error,
            reason: rejection.reason(),
        }
    }
}

/// One record while it is read.
struct Record<'a> {
    headers: &'a [(String, Option<Means>)],
    fields: &'a [&'a str],
    line: u64,
    findings: Vec<Finding>,
}

impl Record<'_> {
    fn text(&self, column: Column) -> Option<String> {
        let place = self.headers.iter().position(|(_, means)| *means == Some(Means::Column(column)))?;
        let field = self.fields.get(place)?.trim();
        (!field.is_empty()).then(|| field.replace("\r\n", "\n").replace('\r', "\n"))
    }

    fn report(&mut self, column: Column, value: &str, reason: Reason) {
        let header = self.headers.iter().find(|(_, means)| *means == Some(Means::Column(column))).map(|(text, _)| text.clone());
        self.findings.push(Finding { line: self.line, column: header, value: value.to_owned(), severity: Severity::Error, reason });
    }

    /// A field that must be there, as what it means; what is wrong with it is reported.
    fn required<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, Reason>) -> Option<T> {
        let Some(text) = self.text(column) else {
            self.report(column, "", FileRejection::ValueMissing.reason());
            return None;
        };
        match read(&text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.report(column, &text, reason);
                None
            }
        }
    }

    fn row(&mut self) -> Option<ImportRow> {
        let date = |text: &str| days::date(text).ok_or_else(|| ImportRejection::DateUnread.reason());
        let time = |text: &str| days::time(text).ok_or_else(|| ImportRejection::TimeUnread.reason());
        let word = |text: &str| Ok(to_ascii_width(text));
        // All are looked at, so that one report names all that is wrong.
        let number = self.required(Column::Number, word);
        let municipality = self
            .required(Column::Municipality, |text| MunicipalityCode::parse(&to_ascii_width(text)).map_err(|rejection| rejection.reason()));
        let facility = self.required(Column::Facility, |text| Ok(text.to_owned()));
        let programme = self.required(Column::Programme, |text| Ok(ProgrammeKey::new(to_ascii_width(text))));
        let day = self.required(Column::Day, date);
        let starts = self.required(Column::Starts, time);
        let ends = self.required(Column::Ends, time);
        let kana = self.required(Column::Kana, |text| Kana::parse(text).map_err(|rejection| rejection.reason()));
        let born = self.required(Column::Born, date);
        let mail = self.required(Column::Mail, |text| Email::parse(text).map_err(|rejection| rejection.reason()));
        let notes = self.text(Column::Notes).unwrap_or_default();
        if notes.chars().count() > MOST_NOTES {
            self.report(Column::Notes, &notes, too_long(MOST_NOTES));
        }
        let answers = self.headers.iter().zip(self.fields).filter_map(|((_, means), field)| match means {
            Some(Means::Answer(key)) if !field.trim().is_empty() => Some(Answer { key: key.clone(), value: field.trim().to_owned() }),
            _ => None,
        });
        let answers = answers.collect();
        let (day, starts, ends) = (day?, starts?, ends?);
        let (starts_at, ends_at) = span(day, starts, ends);
        Some(ImportRow {
            number: number?,
            municipality: municipality?,
            facility: facility?,
            programme: programme?,
            day,
            starts_at,
            ends_at,
            kana: kana?,
            born: born?,
            mail: mail?,
            reason: self.text(Column::Reason).map(|text| to_ascii_width(&text)),
            answers,
            extras: self
                .text(Column::Extras)
                .map(|text| to_ascii_width(&text))
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            notes,
        })
    }
}

/// From when to when a stay is; one that does not end after it starts ends on the next day.
fn span(day: NaiveDate, starts: NaiveTime, ends: NaiveTime) -> (DateTime<Utc>, DateTime<Utc>) {
    let last = if starts < ends { day } else { next_day(day) };
    (at(day, starts), at(last, ends))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{day, tokyo};

    const HEAD: [&str; 10] = [
        "予約番号",
        "全国地方公共団体コード",
        "施設ID",
        "事業",
        "利用日",
        "開始時刻",
        "終了時刻",
        "児童カナ",
        "生年月日",
        "保護者メールアドレス",
    ];
    const ROW: [&str; 10] =
        ["A-1", "312029", "k1", "temporary_care", "2026/12/1", "8：30", "17:00", "みなと ソラ", "令和7年5月1日", "ana@example.jp"];

    fn reader(more: &[&'static str]) -> ImportReader {
        ImportReader::new(1, HEAD.iter().chain(more).copied()).unwrap().0
    }

    fn good(record: ImportRecord) -> ImportRow {
        match record {
            ImportRecord::Good(row) => *row,
            other => panic!("{other:?}"),
        }
    }

    fn codes(record: ImportRecord) -> Vec<(String, String)> {
        match record {
            ImportRecord::Bad(findings) => {
                findings.into_iter().map(|f| (f.column.unwrap_or_default(), f.reason.code.into_owned())).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_row_is_read_as_people_and_spreadsheets_write_it() {
        let mut reader = reader(&["利用理由", "追加", "連絡事項", "回答：health"]);
        let fields: Vec<&str> = ROW.iter().chain(&["private", "lunch　snack", "よく眠ります", "well"]).copied().collect();
        let row = good(reader.read(2, &fields));
        assert_eq!((row.number.as_str(), row.kana.to_string(), row.born), ("A-1", "ミナト ソラ".to_owned(), day("2025-05-01")));
        assert_eq!((row.starts_at, row.ends_at), (tokyo("2026-12-01 8:30"), tokyo("2026-12-01 17:00")));
        let booking = row.booking("slot".into(), "sora".into());
        assert_eq!((booking.reason.as_deref(), booking.extras.len(), booking.notes.as_str()), (Some("private"), 2, "よく眠ります"));
        assert_eq!(booking.answers, [Answer { key: "health".to_owned(), value: "well".to_owned() }]);
        assert_eq!((booking.starts_at, booking.child_ids.len()), (Some(row.starts_at), 1));
        // A night ends on the next day.
        let night = ["16:00", "10:00"];
        let fields: Vec<&str> = ["A-2"].iter().chain(&ROW[1..5]).chain(&night).chain(&ROW[7..]).chain(&["", "", "", ""]).copied().collect();
        assert_eq!(good(reader.read(3, &fields)).ends_at, tokyo("2026-12-02 10:00"));
        assert_eq!(reader.read(4, &[""; 14]), ImportRecord::Blank);
    }

    #[test]
    fn everything_that_is_wrong_with_a_row_is_told_with_its_column() {
        let mut reader = reader(&[]);
        let bad = ["", "312028", "k1", "temporary_care", "明日", "25:00", "17:00", "Sora", "2025-13-01", "ana"];
        assert_eq!(
            codes(reader.read(2, &bad)),
            [
                ("予約番号", "facilities.import.value_missing"),
                ("全国地方公共団体コード", "municipalities.code_check_digit"),
                ("利用日", "bookings.import.date_unread"),
                ("開始時刻", "bookings.import.time_unread"),
                ("児童カナ", "text.kana_invalid"),
                ("生年月日", "bookings.import.date_unread"),
                ("保護者メールアドレス", "text.email_invalid"),
            ]
            .map(|(column, code)| (column.to_owned(), code.to_owned()))
        );
        assert_eq!(codes(reader.read(3, &ROW[..9]))[0].1, "facilities.import.row_length");
        good(reader.read(4, &ROW));
        let ImportRecord::Bad(twice) = reader.read(7, &ROW) else { panic!() };
        assert_eq!((twice[0].column.as_deref(), twice[0].value.as_str()), (Some("予約番号"), "A-1"));
        assert_eq!(twice[0].reason, ImportRejection::NumberTwice { line: 4 }.reason());
        // Another city may use the same number.
        let mut other = ROW;
        other[1] = "312045";
        good(reader.read(8, &other));
        let mut strange = ROW;
        (strange[0], strange[2]) = ("A-3", "k\u{0}1");
        assert_eq!(codes(reader.read(9, &strange))[0].1, "facilities.import.control_character");
    }

    #[test]
    fn a_file_without_a_column_is_refused_and_one_more_is_no_error() {
        let missing = ImportReader::new(1, HEAD[1..].iter().copied()).unwrap_err();
        assert_eq!(missing.iter().map(|f| f.reason.code.as_ref()).collect::<Vec<_>>(), ["facilities.import.column_missing"]);
        let (reader, unknown) = ImportReader::new(1, HEAD.iter().chain(&["備考", "利用日", ""]).copied()).unwrap();
        assert_eq!(reader.unknown_columns(), ["備考", "利用日"]);
        assert_eq!(unknown.iter().map(|f| f.column.as_deref().unwrap()).collect::<Vec<_>>(), ["備考", "利用日"]);
    }
}
