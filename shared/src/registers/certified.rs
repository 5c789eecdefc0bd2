//! Certified children and what they used (認定・利用時間): one form, out and in. What is counted elsewhere counts against the limit here.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::differing::change;
use super::residents::difference;
use super::sheet::{self, Holds, Record, Sheet, code, count, day, in_order, kana, key};
use super::{Change, Choice, Difference, Field, Kind, Rejection, for_file, settle};
use crate::facilities::{Finding, Rejection as FileRejection};
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::programmes::{Allowance, ProgrammeKey, Usage};
use crate::text::{Kana, check_words, to_ascii_width};
use crate::time::Month;

/// A column of such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Form and version.
    Form,
    /// The city that certified.
    Municipality,
    /// The number of the certification.
    Number,
    /// The programme.
    Programme,
    /// Reading of the child's name.
    Kana,
    /// Birth date.
    Born,
    /// First day of the certification.
    From,
    /// Last day of it.
    Until,
    /// The month of use.
    Month,
    /// Minutes used in the city that certified.
    UsedHome,
    /// Minutes used in others.
    UsedAway,
    /// Minutes left in the city.
    LeftHome,
    /// Minutes left in others.
    LeftAway,
    /// Whose count it is.
    Source,
}

impl sheet::Column for Column {
    const KIND: Kind = Kind::Certified;
    const FORM: Self = Self::Form;
    const ALL: &'static [Self] = &[
        Self::Form,
        Self::Municipality,
        Self::Number,
        Self::Programme,
        Self::Kana,
        Self::Born,
        Self::From,
        Self::Until,
        Self::Month,
        Self::UsedHome,
        Self::UsedAway,
        Self::LeftHome,
        Self::LeftAway,
        Self::Source,
    ];

    fn header(self) -> &'static str {
        match self {
            Self::Form => "様式",
            Self::Municipality => "全国地方公共団体コード",
            Self::Number => "認定番号",
            Self::Programme => "事業",
            Self::Kana => "児童カナ",
            Self::Born => "生年月日",
            Self::From => "有効開始日",
            Self::Until => "有効終了日",
            Self::Month => "利用月",
            Self::UsedHome => "市内利用分",
            Self::UsedAway => "市外利用分",
            Self::LeftHome => "市内残り分",
            Self::LeftAway => "市外残り分",
            Self::Source => "記録元",
        }
    }

    fn is_required(self) -> bool {
        !matches!(self, Self::LeftHome | Self::LeftAway)
    }

    fn holds(self) -> Holds {
        match self {
            Self::Form | Self::Number | Self::Programme => Holds::Text,
            Self::Municipality => Holds::Code,
            Self::Kana => Holds::Kana,
            Self::Born | Self::From | Self::Until => Holds::Day,
            Self::Month => Holds::Month,
            Self::UsedHome | Self::UsedAway | Self::LeftHome | Self::LeftAway => Holds::Count,
            Self::Source => Holds::Key,
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Form => "The form and its version, `certified/1`, in every row",
            Self::Municipality => "The city that certified: the child's residence",
            Self::Number => "Number of the certification, once in its city",
            Self::Programme => "Key of the programme, for example `open_nursery`",
            Self::Kana => "Reading of the child's name; with the birth date it finds the child the first time",
            Self::Born => "Birth date",
            Self::From => "First day of the certification",
            Self::Until => "Last day of it",
            Self::Month => "The month of which the minutes are",
            Self::UsedHome => "Minutes used in the city that certified, as the source counted them itself",
            Self::UsedAway => "Minutes used in other cities, as the source counted them itself",
            Self::LeftHome => "Minutes left for the city that certified, with all that the source knows; not read",
            Self::LeftAway => "Minutes left for other cities, with all that the source knows; not read",
            Self::Source => "Whose count the minutes are; rows of the reader's own count are passed over",
        }
    }
}

/// From when to when a child is certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

impl Span {
    /// Whether both have a day in common.
    pub fn meets(self, other: Self) -> bool {
        self.from.max(other.from) <= self.until.min(other.until)
    }
}

/// Minutes used, in the city that certified and in others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// In the city.
    pub home: i64,
    /// In others.
    pub away: i64,
}

impl Minutes {
    /// What is counted of an account beside what others counted.
    pub fn of(usage: Usage, elsewhere: Self) -> Self {
        Self { home: (usage.total - usage.away - elsewhere.home).max(0), away: (usage.away - elsewhere.away).max(0) }
    }
}

/// A row of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedRow {
    /// The line of the file.
    pub line: u64,
    /// The city that certified.
    pub municipality: MunicipalityCode,
    /// The number of the certification.
    pub number: String,
    /// The programme.
    pub programme: ProgrammeKey,
    /// Reading of the child's name.
    pub kana: Kana,
    /// Birth date.
    pub born: NaiveDate,
    /// From when to when.
    pub span: Span,
    /// The month of use.
    pub month: Month,
    /// What was used in it.
    pub used: Minutes,
    /// Whose count it is.
    pub source: String,
}

impl CertifiedRow {
    /// The key of the row in its city.
    pub fn key(&self) -> String {
        format!("{}/{}/{}", self.number, self.month, self.source)
    }

    /// The row as it is written, with what is left of an allowance and what is used in all.
    pub fn fields(&self, left: Option<(Allowance, Usage)>) -> Vec<String> {
        let left = |away: bool| left.map(|(allowance, usage)| allowance.left(usage, away).to_string()).unwrap_or_default();
        let field = |column: &Column| match column {
            Column::Form => Kind::Certified.form().to_owned(),
            Column::Municipality => self.municipality.to_string(),
            Column::Number => self.number.clone(),
            Column::Programme => self.programme.as_str().to_owned(),
            Column::Kana => self.kana.to_string(),
            Column::Born => self.born.to_string(),
            Column::From => self.span.from.to_string(),
            Column::Until => self.span.until.to_string(),
            Column::Month => self.month.to_string(),
            Column::UsedHome => self.used.home.to_string(),
            Column::UsedAway => self.used.away.to_string(),
            Column::LeftHome => left(false),
            Column::LeftAway => left(true),
            Column::Source => self.source.clone(),
        };
        <Column as sheet::Column>::ALL.iter().map(|column| for_file(&field(column))).collect()
    }
}

/// Reads such a file record by record and remembers which rows it has seen.
#[derive(Debug)]
pub struct CertifiedReader {
    sheet: Sheet<Column>,
    keys: BTreeMap<(String, String), u64>,
}

impl CertifiedReader {
    /// A reader of what stands below a recognised header.
    pub const fn new(sheet: Sheet<Column>) -> Self {
        Self { sheet, keys: BTreeMap::new() }
    }

    /// Reads the record that begins on `line`; none for a blank one.
    pub fn read(&mut self, line: u64, fields: &[&str]) -> Result<Option<CertifiedRow>, Vec<Finding>> {
        let Some(mut record) = self.sheet.record(line, fields)? else { return Ok(None) };
        let row = row(&mut record, line);
        let mut findings = record.findings;
        let Some(row) = row.filter(|_| findings.is_empty()) else { return Err(findings) };
        let key = (row.municipality.as_str().to_owned(), row.key());
        if let Some(first) = self.keys.get(&key) {
            findings.push(self.finding(&row, Rejection::KeyTwice { line: *first }));
            return Err(findings);
        }
        self.keys.insert(key, line);
        Ok(Some(row))
    }

    /// What is told of a row.
    pub fn finding(&self, row: &CertifiedRow, rejection: Rejection) -> Finding {
        let (column, value) = match rejection {
            Rejection::OtherMunicipality => (Column::Municipality, row.municipality.as_str()),
            Rejection::ProgrammeUnknown => (Column::Programme, row.programme.as_str()),
            _ => (Column::Number, row.number.as_str()),
        };
        self.sheet.finding(row.line, column, value, rejection.reason())
    }
}

fn row(record: &mut Record<'_, Column>, line: u64) -> Option<CertifiedRow> {
    let word = |text: &str| {
        let word = to_ascii_width(text);
        check_words(&word, 64).map(|()| word).map_err(|_| Rejection::KeyUnread.reason())
    };
    let month = |text: &str| to_ascii_width(text).parse::<Month>().map_err(|_| FileRejection::DateUnread.reason());
    // All are looked at, so that one report names all that is wrong.
    let municipality = record.required(Column::Municipality, code);
    let number = record.required(Column::Number, word);
    let programme = record.required(Column::Programme, |text| Ok(ProgrammeKey::new(to_ascii_width(text))));
    let kana = record.required(Column::Kana, kana);
    let born = record.required(Column::Born, day);
    let from = record.required(Column::From, day);
    let until = record.required(Column::Until, day);
    in_order(record, from, Column::Until, until);
    let month = record.required(Column::Month, month);
    let home = record.required(Column::UsedHome, count);
    let away = record.required(Column::UsedAway, count);
    let source = record.required(Column::Source, key);
    Some(CertifiedRow {
        line,
        municipality: municipality?,
        number: number?,
        programme: programme?,
        kana: kana?,
        born: born?,
        span: Span { from: from?, until: until? },
        month: month?,
        used: Minutes { home: home?, away: away? },
        source: source?,
    })
}

/// What a row said last time, and what of it is counted here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidCertified {
    /// From when to when.
    pub span: Option<Span>,
    /// What was used.
    pub used: Minutes,
}

/// What comes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedOutcome {
    /// What of it differs.
    pub differences: Vec<Difference>,
    /// From when to when the child is certified from now on.
    pub span: Option<Span>,
    /// What is counted of others from now on.
    pub used: Option<Minutes>,
    /// What the next file is held against.
    pub said: SaidCertified,
    /// Whether a person has to decide.
    pub undecided: bool,
}

/// Holds a row against what it said last time and what is held here. What others count is theirs to say, so here it never differs by
/// anybody else.
pub fn compare_certified(row: &CertifiedRow, before: &SaidCertified, held: Option<Span>, choice: Option<Choice>) -> CertifiedOutcome {
    let file = Some(row.span);
    let undecided = choice.is_none() && change(&before.span, &file, &held) == Change::Both;
    let span = settle(&before.span, &file, &held, |_| choice);
    let used = settle(&before.used, &row.used, &before.used, |_| None);
    let told = [
        difference(Field::Certificate, &span, (&before.span, &file, &held), |span| span_words(*span)),
        difference(Field::Usage, &used, (&before.used, &row.used, &before.used), |used| minute_words(*used)),
    ];
    CertifiedOutcome {
        differences: told.into_iter().flatten().collect(),
        span: span.write.flatten(),
        used: used.write,
        said: SaidCertified { span: span.before, used: used.before },
        undecided,
    }
}

fn span_words(span: Option<Span>) -> Vec<Reason> {
    vec![span.map_or(Reason::new("registers.value.none"), |span| {
        Reason::new("registers.value.span").with("from", Datum::Day(span.from)).with("until", Datum::Day(span.until))
    })]
}

fn minute_words(used: Minutes) -> Vec<Reason> {
    vec![Reason::new("registers.value.used").with("home", Datum::Minutes(used.home)).with("away", Datum::Minutes(used.away))]
}

#[cfg(test)]
mod tests {
    use super::sheet::Column as _;
    use super::*;
    use crate::world::day;

    fn row() -> CertifiedRow {
        CertifiedRow {
            line: 2,
            municipality: MunicipalityCode::parse("312029").unwrap(),
            number: "=2026-1".to_owned(),
            programme: ProgrammeKey::new("open_nursery"),
            kana: Kana::parse("ソラ").unwrap(),
            born: day("2025-05-01"),
            span: Span { from: day("2026-04-01"), until: day("2027-03-31") },
            month: "2026-12".parse().unwrap(),
            used: Minutes { home: 120, away: 60 },
            source: "city-a".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_is_no_formula() {
        let fields = row().fields(Some((Allowance { total: 600, away: 600 }, Usage { total: 300, away: 60 })));
        assert_eq!((fields[2].as_str(), fields[11].as_str(), fields[12].as_str()), ("'=2026-1", "300", "300"));
        let headers = Column::ALL.iter().map(|column| column.header());
        let mut reader = CertifiedReader::new(Sheet::new(1, headers).unwrap().0);
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        assert_eq!(reader.read(2, &fields).unwrap().unwrap(), row());
        assert_eq!(reader.read(3, &fields).unwrap_err()[0].reason.code, "registers.key_twice");
        let mut bad = fields;
        (bad[8], bad[9], bad[13]) = ("2026-13", "-1", "");
        let codes: Vec<String> = reader.read(4, &bad).unwrap_err().into_iter().map(|told| told.reason.code.into_owned()).collect();
        assert_eq!(codes, ["facilities.import.date_unread", "facilities.import.number_unread", "facilities.import.value_missing"]);
    }

    #[test]
    fn a_certification_is_taken_in_once_and_ours_is_kept() {
        let first = compare_certified(&row(), &SaidCertified::default(), None, None);
        assert_eq!((first.span, first.used), (Some(row().span), Some(row().used)));
        let again = compare_certified(&row(), &first.said, Some(row().span), None);
        assert!(again.differences.is_empty() && again.span.is_none() && again.used.is_none());
        // Ended here since: kept. Prolonged there as well: a person decides.
        let ended = Some(Span { until: day("2026-12-31"), ..row().span });
        let kept = compare_certified(&row(), &first.said, ended, None);
        assert_eq!((kept.differences[0].change, kept.span), (Change::Ours, None));
        let longer = CertifiedRow { span: Span { until: day("2028-03-31"), ..row().span }, ..row() };
        assert!(compare_certified(&longer, &first.said, ended, None).undecided);
        assert_eq!(compare_certified(&longer, &first.said, ended, Some(Choice::File)).span, Some(longer.span));
        // More was used: only that is written.
        let more = CertifiedRow { used: Minutes { home: 180, away: 60 }, ..row() };
        let used = compare_certified(&more, &first.said, Some(row().span), None);
        assert_eq!((used.span, used.used), (None, Some(more.used)));
    }
}
