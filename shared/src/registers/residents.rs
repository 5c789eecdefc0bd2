//! Extracts of the register of residents (住民異動・世帯情報): rows by pseudonymous key, whose child they are, and what comes of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::differing::change;
use super::sheet::{self, Holds, Record, Sheet, code, day, in_order, kana, key};
use super::{Change, Choice, Difference, Field, Kind, Rejection, Settled, settle};
use crate::eligibility::{Enrolment, enrolment_name};
use crate::facilities::Finding;
use crate::families::HouseholdClass;
use crate::ids::{ChildId, FamilyId};
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::text::{Kana, check_words, to_ascii_width};

/// A column of an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Form and version.
    Form,
    /// Whose register it is.
    Municipality,
    /// Key of the resident.
    Key,
    /// Key of the household.
    Household,
    /// Reading of the name.
    Kana,
    /// Birth date.
    Born,
    /// First day as a resident.
    Since,
    /// First day as a resident no more.
    Until,
    /// What the household is for reliefs, the first of three.
    Class1,
    /// First day of it.
    Class1From,
    /// Last day of it.
    Class1Until,
    /// The second.
    Class2,
    /// First day of it.
    Class2From,
    /// Last day of it.
    Class2Until,
    /// The third.
    Class3,
    /// First day of it.
    Class3From,
    /// Last day of it.
    Class3Until,
    /// Where the child is enrolled.
    Enrolled,
    /// First day of it.
    EnrolledFrom,
    /// Last day of it.
    EnrolledUntil,
}

/// Where a child is enrolled, as a file names it.
const ENROLLED: [&str; 7] = ["none", "nursery", "centre", "kindergarten", "community", "company", "unlicensed"];

/// The columns of each class of a household.
const CLASSES: [(Column, Column, Column); 3] = [
    (Column::Class1, Column::Class1From, Column::Class1Until),
    (Column::Class2, Column::Class2From, Column::Class2Until),
    (Column::Class3, Column::Class3From, Column::Class3Until),
];

impl sheet::Column for Column {
    const KIND: Kind = Kind::Residents;
    const FORM: Self = Self::Form;
    const ALL: &'static [Self] = &[
        Self::Form,
        Self::Municipality,
        Self::Key,
        Self::Household,
        Self::Kana,
        Self::Born,
        Self::Since,
        Self::Until,
        Self::Class1,
        Self::Class1From,
        Self::Class1Until,
        Self::Class2,
        Self::Class2From,
        Self::Class2Until,
        Self::Class3,
        Self::Class3From,
        Self::Class3Until,
        Self::Enrolled,
        Self::EnrolledFrom,
        Self::EnrolledUntil,
    ];

    fn header(self) -> &'static str {
        match self {
            Self::Form => "様式",
            Self::Municipality => "全国地方公共団体コード",
            Self::Key => "住民キー",
            Self::Household => "世帯キー",
            Self::Kana => "カナ",
            Self::Born => "生年月日",
            Self::Since => "住民となった日",
            Self::Until => "住民でなくなった日",
            Self::Class1 => "世帯区分1",
            Self::Class1From => "世帯区分1開始日",
            Self::Class1Until => "世帯区分1終了日",
            Self::Class2 => "世帯区分2",
            Self::Class2From => "世帯区分2開始日",
            Self::Class2Until => "世帯区分2終了日",
            Self::Class3 => "世帯区分3",
            Self::Class3From => "世帯区分3開始日",
            Self::Class3Until => "世帯区分3終了日",
            Self::Enrolled => "在籍区分",
            Self::EnrolledFrom => "在籍開始日",
            Self::EnrolledUntil => "在籍終了日",
        }
    }

    fn is_required(self) -> bool {
        matches!(self, Self::Form | Self::Municipality | Self::Key | Self::Household | Self::Kana | Self::Born | Self::Since)
    }

    fn holds(self) -> Holds {
        match self {
            Self::Form | Self::Class1 | Self::Class2 | Self::Class3 => Holds::Text,
            Self::Municipality => Holds::Code,
            Self::Key | Self::Household => Holds::Key,
            Self::Kana => Holds::Kana,
            Self::Enrolled => Holds::OneOf(&ENROLLED),
            Self::Born
            | Self::Since
            | Self::Until
            | Self::Class1From
            | Self::Class1Until
            | Self::Class2From
            | Self::Class2Until
            | Self::Class3From
            | Self::Class3Until
            | Self::EnrolledFrom
            | Self::EnrolledUntil => Holds::Day,
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Form => "The form and its version, `residents/1`, in every row",
            Self::Municipality => "Whose register it is",
            Self::Key => "By this the resident is known from file to file, once in a file; never the individual number",
            Self::Household => "The same for everybody of a household",
            Self::Kana => "Reading of the name; with the birth date it finds the child the first time",
            Self::Born => "Birth date",
            Self::Since => "First day as a resident",
            Self::Until => "First day as a resident no more; empty while the resident is there",
            Self::Class1 | Self::Class2 | Self::Class3 => {
                "What the household is for reliefs, as the municipality's programmes name it; the same in all rows of a household"
            }
            Self::Class1From | Self::Class2From | Self::Class3From => "First day of it; needed with a class",
            Self::Class1Until | Self::Class2Until | Self::Class3Until => "Last day of it; empty: open end",
            Self::Enrolled => "Where the child is enrolled; `none`: nowhere; empty: the register does not know",
            Self::EnrolledFrom => "First day of it; needed with a kind",
            Self::EnrolledUntil => "Last day of it; empty: open end",
        }
    }
}

/// Where a child is enrolled from one day to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Where.
    pub kind: Enrolment,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; none: open end.
    pub valid_until: Option<NaiveDate>,
}

/// What is known of a residence, seen from the municipality whose register it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Residence {
    /// Nothing that is proved.
    #[default]
    Unknown,
    /// A resident.
    Here,
    /// A resident no more.
    Away,
}

impl Residence {
    const fn reason(self) -> Reason {
        match self {
            Self::Unknown => Reason::new("registers.value.residence_unknown"),
            Self::Here => Reason::new("registers.value.residence_here"),
            Self::Away => Reason::new("registers.value.residence_away"),
        }
    }
}

/// A row of an extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResidentRow {
    /// The line of the file.
    pub line: u64,
    /// Whose register it is.
    pub municipality: MunicipalityCode,
    /// Key of the resident.
    pub key: String,
    /// Key of the household.
    pub household: String,
    /// Reading of the name.
    pub kana: Kana,
    /// Birth date.
    pub born: NaiveDate,
    /// First day as a resident.
    pub since: NaiveDate,
    /// First day as a resident no more.
    pub until: Option<NaiveDate>,
    /// What the household is for reliefs, in order.
    pub classes: Vec<HouseholdClass>,
    /// Where the child is enrolled; none: the register does not know.
    pub enrolment: Option<Enrolled>,
}

impl ResidentRow {
    /// Where it says on this day that the child is enrolled: outside of its days nowhere.
    pub fn enrolment_on(&self, day: NaiveDate) -> Option<Enrolment> {
        let Enrolled { kind, valid_from, valid_until } = self.enrolment.as_ref()?;
        let holds = *valid_from <= day && valid_until.is_none_or(|last| day <= last);
        Some(if holds { *kind } else { Enrolment::None })
    }

    /// Whether it says on this day that the resident is there. Who comes later is not there yet.
    pub fn residence_on(&self, day: NaiveDate) -> Residence {
        match self.until {
            Some(until) if until <= day => Residence::Away,
            _ if self.since <= day => Residence::Here,
            _ => Residence::Unknown,
        }
    }
}

/// Reads an extract record by record and remembers what must not stand twice.
#[derive(Debug)]
pub struct ResidentReader {
    sheet: Sheet<Column>,
    keys: BTreeMap<(String, String), u64>,
    households: BTreeMap<(String, String), (u64, Vec<HouseholdClass>)>,
}

impl ResidentReader {
    /// A reader of what stands below a recognised header.
    pub const fn new(sheet: Sheet<Column>) -> Self {
        Self { sheet, keys: BTreeMap::new(), households: BTreeMap::new() }
    }

    /// Reads the record that begins on `line`; none for a blank one.
    pub fn read(&mut self, line: u64, fields: &[&str]) -> Result<Option<ResidentRow>, Vec<Finding>> {
        let Some(mut record) = self.sheet.record(line, fields)? else { return Ok(None) };
        let row = row(&mut record, line);
        let mut findings = record.findings;
        let Some(row) = row.filter(|_| findings.is_empty()) else { return Err(findings) };
        let code = row.municipality.as_str();
        let of_key = (code.to_owned(), row.key.clone());
        if let Some(first) = self.keys.get(&of_key) {
            findings.push(self.finding(&row, Rejection::KeyTwice { line: *first }));
            return Err(findings);
        }
        let of_household = (code.to_owned(), row.household.clone());
        if let Some((first, _)) = self.households.get(&of_household).filter(|(_, classes)| *classes != row.classes) {
            findings.push(self.finding(&row, Rejection::HouseholdDiffers { line: *first }));
            return Err(findings);
        }
        self.keys.insert(of_key, line);
        self.households.entry(of_household).or_insert_with(|| (line, row.classes.clone()));
        Ok(Some(row))
    }

    /// What is told of a row.
    pub fn finding(&self, row: &ResidentRow, rejection: Rejection) -> Finding {
        let (column, value) = match rejection {
            Rejection::OtherMunicipality => (Column::Municipality, row.municipality.as_str()),
            Rejection::HouseholdDiffers { .. } => (Column::Household, row.household.as_str()),
            _ => (Column::Key, row.key.as_str()),
        };
        self.sheet.finding(row.line, column, value, rejection.reason())
    }
}

fn row(record: &mut Record<'_, Column>, line: u64) -> Option<ResidentRow> {
    // All are looked at, so that one report names all that is wrong.
    let municipality = record.required(Column::Municipality, code);
    let resident = record.required(Column::Key, key);
    let household = record.required(Column::Household, key);
    let kana = record.required(Column::Kana, kana);
    let born = record.required(Column::Born, day);
    let since = record.required(Column::Since, day);
    let until = record.optional(Column::Until, day);
    in_order(record, since, Column::Until, until);
    let mut classes: Vec<HouseholdClass> = CLASSES.iter().filter_map(|columns| class(record, *columns)).collect();
    classes.sort_by(|a, b| (&a.class, a.valid_from).cmp(&(&b.class, b.valid_from)));
    if classes.windows(2).any(|two| matches!(two, [a, b] if a.class == b.class && a.valid_until.is_none_or(|last| b.valid_from <= last))) {
        record.report(Column::Class2, "", Reason::new("families.household_invalid"));
    }
    let enrolment = enrolment(record);
    Some(ResidentRow {
        line,
        municipality: municipality?,
        key: resident?,
        household: household?,
        kana: kana?,
        born: born?,
        since: since?,
        until,
        classes,
        enrolment,
    })
}

/// What belongs together: something, its first day, and perhaps its last.
fn spanned<T>(
    record: &mut Record<'_, Column>,
    (column, from, until): (Column, Column, Column),
    read: impl FnOnce(&str) -> Result<T, Reason>,
) -> Option<(T, NaiveDate, Option<NaiveDate>)> {
    let is_there = [column, from, until].map(|column| record.text(column).is_some());
    if is_there == [false; 3] {
        return None;
    }
    for (column, is_there) in [(column, is_there[0]), (from, is_there[1])] {
        if !is_there {
            record.report(column, "", Rejection::Incomplete.reason());
        }
    }
    let what = record.optional(column, read);
    let valid_from = record.optional(from, day);
    let valid_until = record.optional(until, day);
    in_order(record, valid_from, until, valid_until);
    Some((what?, valid_from?, valid_until))
}

fn class(record: &mut Record<'_, Column>, columns: (Column, Column, Column)) -> Option<HouseholdClass> {
    let word = |text: &str| {
        let word = to_ascii_width(text);
        check_words(&word, 40).map(|()| word).map_err(|_| Rejection::WordUnknown.reason())
    };
    spanned(record, columns, word).map(|(class, valid_from, valid_until)| HouseholdClass { class, valid_from, valid_until })
}

fn enrolment(record: &mut Record<'_, Column>) -> Option<Enrolled> {
    let kind = |text: &str| Enrolment::from_key(&to_ascii_width(text)).ok_or_else(|| Rejection::WordUnknown.reason());
    let columns = (Column::Enrolled, Column::EnrolledFrom, Column::EnrolledUntil);
    spanned(record, columns, kind).map(|(kind, valid_from, valid_until)| Enrolled { kind, valid_from, valid_until })
}

/// A child of ours who may be the one that a row means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The child.
    pub child: ChildId,
    /// Its family.
    pub family: FamilyId,
    /// Its name, for the report.
    pub name: String,
    /// Its reading.
    pub kana: Kana,
    /// Its birth date.
    pub born: NaiveDate,
}

impl Linked {
    /// Whether it has the reading, with or without spaces, and the birth date.
    fn is(&self, kana: &Kana, born: NaiveDate) -> bool {
        self.born == born && same_reading(&self.kana) == same_reading(kana)
    }
}

/// A reading without its spaces, which registers write their own way.
pub fn same_reading(kana: &Kana) -> String {
    kana.as_str().replace(' ', "")
}

/// Which child a row means: the one that its key is known for, else the only one of this reading and birth date that has no key yet. `keyed`
/// is the key by which that one is known already.
pub fn link<'a>(
    (kana, born): (&Kana, NaiveDate),
    known: Option<&'a Linked>,
    candidates: &'a [Linked],
    keyed: impl Fn(&ChildId) -> bool,
) -> Result<&'a Linked, Rejection> {
    match (known, candidates) {
        (Some(known), _) if known.is(kana, born) => Ok(known),
        (Some(_), _) => Err(Rejection::KeyOfAnother),
        (None, []) => Err(Rejection::NotRegistered),
        (None, [only]) if !keyed(&only.child) => Ok(only),
        (None, [_]) => Err(Rejection::ChildHasKey),
        (None, _) => Err(Rejection::Ambiguous),
    }
}

/// What is held here of a child and its household.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Whether the residence is proved.
    pub residence: Residence,
    /// What the household is for reliefs.
    pub classes: Vec<HouseholdClass>,
    /// Where the child is enrolled.
    pub enrolment: Option<Enrolment>,
}

/// What a row said last time; with the key it is all that is kept of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Whether the resident was there.
    pub residence: Residence,
    /// What the household was for reliefs.
    pub classes: Vec<HouseholdClass>,
    /// Where the child was enrolled.
    pub enrolment: Option<Enrolment>,
}

/// What comes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What of it differs.
    pub differences: Vec<Difference>,
    /// The residence to be written.
    pub residence: Option<Residence>,
    /// What the household is from now on.
    pub classes: Option<Vec<HouseholdClass>>,
    /// Where the child is enrolled from now on.
    pub enrolment: Option<Enrolment>,
    /// What the next file is held against.
    pub said: Said,
    /// Whether a person has to decide.
    pub undecided: bool,
}

impl Outcome {
    /// Whether anything here changes.
    pub const fn writes(&self) -> bool {
        self.residence.is_some() || self.classes.is_some() || self.enrolment.is_some()
    }
}

/// Holds a row against what it said last time and what is held here.
pub fn compare(row: &ResidentRow, before: &Said, held: &Held, choice: Option<Choice>, today: NaiveDate) -> Outcome {
    let file = row.residence_on(today);
    let mut ours = held.clone();
    ours.classes.sort_by(|a, b| (&a.class, a.valid_from).cmp(&(&b.class, b.valid_from)));
    // A residence that nobody has proved is no word of ours against the register's; one that the register took back stays taken back.
    let (was, is) = match (before.residence, held.residence) {
        (Residence::Away, Residence::Unknown) => (Residence::Away, Residence::Away),
        (_, Residence::Unknown) => (Residence::Unknown, Residence::Unknown),
        (was, is) => (was, is),
    };
    // What the register does not know yet is no difference.
    let file = if file == Residence::Unknown { is } else { file };
    let enrolled = row.enrolment_on(today).or(ours.enrolment);
    // A decision is about what both sides changed; where there is nothing of the kind, about all that differs.
    let both = [
        change(&was, &file, &is),
        change(&before.classes, &row.classes, &ours.classes),
        change(&before.enrolment, &enrolled, &ours.enrolment),
    ]
    .contains(&Change::Both);
    let decided = |change: Change| choice.filter(|_| !both || change == Change::Both);
    let residence = settle(&was, &file, &is, decided);
    let classes = settle(&before.classes, &row.classes, &ours.classes, decided);
    let enrolment = settle(&before.enrolment, &enrolled, &ours.enrolment, decided);
    let undecided = both && choice.is_none();
    let told = [
        difference(Field::Residence, &residence, (&was, &file, &is), |value| vec![value.reason()]),
        difference(Field::Household, &classes, (&before.classes, &row.classes, &ours.classes), |classes| class_words(classes)),
        difference(Field::Enrolment, &enrolment, (&before.enrolment, &enrolled, &ours.enrolment), |value| enrolment_words(*value)),
    ];
    Outcome {
        differences: told.into_iter().flatten().collect(),
        residence: residence.write,
        classes: classes.write,
        enrolment: enrolment.write.flatten(),
        said: Said { residence: residence.before, classes: classes.before, enrolment: enrolment.before },
        undecided,
    }
}

/// A field that differs, in words; none where nobody changed it.
pub fn difference<T>(
    field: Field,
    settled: &Settled<T>,
    (before, file, ours): (&T, &T, &T),
    words: impl Fn(&T) -> Vec<Reason>,
) -> Option<Difference> {
    let (before, file, ours) = (words(before), words(file), words(ours));
    let applied = settled.write.is_some();
    (settled.change != Change::Nobody).then_some(Difference { field, change: settled.change, before, file, ours, applied })
}

fn class_words(classes: &[HouseholdClass]) -> Vec<Reason> {
    let class = |known: &HouseholdClass| {
        let code = if known.valid_until.is_some() { "registers.value.class_until" } else { "registers.value.class" };
        let reason = Reason::new(code).with("class", Datum::Text(known.class.clone())).with("from", Datum::Day(known.valid_from));
        known.valid_until.map(|day| reason.clone().with("until", Datum::Day(day))).unwrap_or(reason)
    };
    if classes.is_empty() { vec![Reason::new("registers.value.none")] } else { classes.iter().map(class).collect() }
}

fn enrolment_words(enrolment: Option<Enrolment>) -> Vec<Reason> {
    vec![enrolment.map_or(Reason::new("registers.value.none"), |kind| {
        Reason::new("registers.value.enrolled").with("kind", Datum::Names(enrolment_name(kind)))
    })]
}

#[cfg(test)]
mod tests {
    use super::sheet::Column as _;
    use super::*;
    use crate::world::day;

    fn head() -> Vec<&'static str> {
        Column::ALL.iter().map(|column| column.header()).collect()
    }

    fn reader() -> ResidentReader {
        ResidentReader::new(Sheet::new(1, head().into_iter()).unwrap().0)
    }

    /// A row with these fields in place of the usual ones.
    fn fields(changed: &[(Column, &'static str)]) -> Vec<&'static str> {
        let usual = |column: Column| match column {
            Column::Form => "residents/1",
            Column::Municipality => "312029",
            Column::Key => "R-1",
            Column::Household => "H-1",
            Column::Kana => "ﾐﾅﾄｿﾗ",
            Column::Born => "2025/5/1",
            Column::Since => "令和7年5月1日",
            _ => "",
        };
        let of = |column: &Column| changed.iter().find(|(known, _)| known == column).map_or_else(|| usual(*column), |(_, text)| *text);
        Column::ALL.iter().map(of).collect()
    }

    fn read(changed: &[(Column, &'static str)]) -> ResidentRow {
        reader().read(2, &fields(changed)).unwrap().unwrap()
    }

    fn codes(findings: Vec<Finding>) -> Vec<(String, String)> {
        findings.into_iter().map(|f| (f.column.unwrap_or_default(), f.reason.code.into_owned())).collect()
    }

    const POOR: [(Column, &str); 3] =
        [(Column::Class2, "public_assistance"), (Column::Class2From, "2026-04-01"), (Column::Class2Until, "2027-03-31")];

    fn poor() -> Vec<HouseholdClass> {
        vec![HouseholdClass { class: "public_assistance".to_owned(), valid_from: day("2026-04-01"), valid_until: Some(day("2027-03-31")) }]
    }

    #[test]
    fn a_row_is_read_as_cities_write_it() {
        let row = read(&[POOR[0], POOR[1], POOR[2], (Column::Enrolled, "kindergarten"), (Column::EnrolledFrom, "2026/4/1")]);
        assert_eq!((row.key.as_str(), row.kana.as_str(), row.since), ("R-1", "ミナトソラ", day("2025-05-01")));
        assert_eq!(&row.classes, &poor());
        assert_eq!(row.enrolment_on(day("2026-04-01")), Some(Enrolment::Kindergarten));
        assert_eq!(reader().read(3, &[""; 20]), Ok(None));
        assert_eq!(ENROLLED.map(|word| Enrolment::from_key(word).unwrap()), Enrolment::ALL);
        assert_eq!((row.enrolment_on(day("2026-03-31")), read(&[]).enrolment_on(day("2026-04-01"))), (Some(Enrolment::None), None));
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_column() {
        let bad = fields(&[
            (Column::Form, "residents/2"),
            (Column::Municipality, "312028"),
            (Column::Key, "鍵"),
            (Column::Kana, "空"),
            (Column::Until, "2025-04-30"),
            (Column::Class1From, "2026-04-01"),
            (Column::Enrolled, "小学校"),
            (Column::EnrolledFrom, "2026-04-01"),
        ]);
        let told = codes(reader().read(2, &bad).unwrap_err());
        let expected = [
            ("様式", "registers.other_form"),
            ("全国地方公共団体コード", "municipalities.code_check_digit"),
            ("住民キー", "registers.key_unread"),
            ("カナ", "text.kana_invalid"),
            ("住民でなくなった日", "registers.days_turned"),
            ("世帯区分1", "registers.incomplete"),
            ("在籍区分", "registers.word_unknown"),
        ];
        assert_eq!(told, expected.map(|(column, code)| (column.to_owned(), code.to_owned())));
        let mut reader = reader();
        reader.read(2, &fields(&POOR)).unwrap();
        assert_eq!(codes(reader.read(3, &fields(&POOR)).unwrap_err())[0].1, "registers.key_twice");
        assert_eq!(codes(reader.read(4, &fields(&[(Column::Key, "R-2")])).unwrap_err())[0].1, "registers.household_differs");
        assert!(reader.read(5, &fields(&[(Column::Key, "R-2"), POOR[0], POOR[1], POOR[2]])).is_ok());
        assert_eq!(codes(reader.read(6, &["residents/1"]).unwrap_err())[0].1, "facilities.import.row_length");
        let missing = Sheet::<Column>::new(1, ["様式", "カナ"].into_iter()).unwrap_err();
        assert_eq!(missing.len(), 5);
    }

    fn linked(child: &str, kana: &str) -> Linked {
        Linked {
            child: child.into(), family: "f".into(), name: "空".to_owned(), kana: Kana::parse(kana).unwrap(), born: day("2025-05-01")
        }
    }

    #[test]
    fn a_child_is_linked_where_nobody_else_can_be_meant() {
        let row = read(&[]);
        let (one, other, twin) = (linked("a", "ミナト ソラ"), linked("b", "ミナト ソラ"), linked("c", "ミナト ウミ"));
        let free = |_: &ChildId| false;
        assert_eq!(link((&row.kana, row.born), None, std::slice::from_ref(&one), free), Ok(&one));
        assert_eq!(link((&row.kana, row.born), None, &[], free), Err(Rejection::NotRegistered));
        assert_eq!(link((&row.kana, row.born), None, &[one.clone(), other.clone()], free), Err(Rejection::Ambiguous));
        assert_eq!(link((&row.kana, row.born), None, std::slice::from_ref(&one), |_| true), Err(Rejection::ChildHasKey));
        // A known key decides, also between two of the same name; but not for a child of another name.
        assert_eq!(link((&row.kana, row.born), Some(&other), &[one, other.clone()], |_| true), Ok(&other));
        assert_eq!(link((&row.kana, row.born), Some(&twin), &[], free), Err(Rejection::KeyOfAnother));
    }

    #[test]
    fn the_first_extract_proves_and_the_second_changes_nothing() {
        let (row, today) = (read(&POOR), day("2026-12-01"));
        let first = compare(&row, &Said::default(), &Held::default(), None, today);
        assert_eq!((first.residence, first.classes.clone(), first.undecided), (Some(Residence::Here), Some(poor()), false));
        let held = Held { residence: Residence::Here, classes: poor(), enrolment: None };
        let again = compare(&row, &first.said, &held, None, today);
        assert!(!again.writes() && again.differences.is_empty() && again.said == first.said);
    }

    #[test]
    fn moving_out_takes_the_proof_back_on_its_day_and_once() {
        let said = Said { residence: Residence::Here, ..Said::default() };
        let held = Held { residence: Residence::Here, ..Held::default() };
        let row = read(&[(Column::Until, "2026-12-02")]);
        assert!(!compare(&row, &said, &held, None, day("2026-12-01")).writes());
        let gone = compare(&row, &said, &held, None, day("2026-12-02"));
        assert_eq!(gone.residence, Some(Residence::Away));
        let after = compare(&row, &gone.said, &Held::default(), None, day("2026-12-03"));
        assert!(!after.writes() && after.differences.is_empty());
        // Back again: proved again.
        assert_eq!(compare(&read(&[]), &gone.said, &Held::default(), None, day("2027-01-01")).residence, Some(Residence::Here));
        // A family that says itself that it moved is kept, and told.
        let told = compare(&read(&[]), &said, &Held { residence: Residence::Away, ..Held::default() }, None, day("2026-12-01"));
        assert_eq!((told.residence, told.differences[0].change), (None, Change::Ours));
        // Who moves in next month is no resident yet.
        assert!(!compare(&read(&[(Column::Since, "2027-01-01")]), &Said::default(), &Held::default(), None, day("2026-12-01")).writes());
    }

    #[test]
    fn a_decision_is_about_what_both_changed() {
        let (row, today) = (read(&POOR), day("2026-12-01"));
        let other = vec![HouseholdClass { class: "single_parent".to_owned(), valid_from: day("2026-04-01"), valid_until: None }];
        let held = Held { classes: other, ..Held::default() };
        let open = compare(&row, &Said::default(), &held, None, today);
        assert!(open.undecided && open.classes.is_none() && open.residence == Some(Residence::Here));
        assert_eq!(open.said.classes, []);
        let ours = compare(&row, &Said::default(), &held, Some(Choice::Ours), today);
        assert_eq!((ours.undecided, ours.classes, ours.residence, ours.said.classes), (false, None, Some(Residence::Here), poor()));
        let file = compare(&row, &Said::default(), &held, Some(Choice::File), today);
        assert_eq!(file.classes, Some(poor()));
    }
}
