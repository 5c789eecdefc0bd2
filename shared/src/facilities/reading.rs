//! Reads records of a published list into listings. What cannot be read for sure stays as text and is reported, never guessed.

use std::collections::BTreeMap;

use super::columns::{Column, Columns};
use super::report::{EmptyColumn, Finding, Severity};
use super::words::CorporateNumberError;
use super::{Address, AgeRange, Ages, Amenities, Care, Contact, Elevation, FacilityKind, Listing, Opening, Operator, days, words};
use crate::municipalities::{MunicipalityCode, Position};
use crate::problem::{Datum, Reason};
use crate::text::{katakana, to_ascii_width};

/// The most characters that a field may have.
pub const MAX_CHARS: usize = 4_000;

macro_rules! rejections {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why something in a file is left out or stays as text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum Rejection {
            $($(#[$doc])* #[error($code)] $name,)*
        }

        impl Rejection {
            /// Every case, for the tests of the sentences.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

rejections! {
    /// Neither UTF-8 nor CP932; datum `byte`.
    NotText = "facilities.import.not_text";
    /// The file cannot be opened; datum `cause`.
    FileUnread = "facilities.import.file_unread";
    /// Nothing in it.
    EmptyFile = "facilities.import.empty_file";
    /// A column without which nothing can be imported is missing; datum `column`.
    ColumnMissing = "facilities.import.column_missing";
    /// Nobody knows this header, or it names a column that was there before.
    ColumnUnknown = "facilities.import.column_unknown";
    /// More or fewer fields than the header; data `expected`, `found`.
    RowLength = "facilities.import.row_length";
    /// A field that must not be empty is.
    ValueMissing = "facilities.import.value_missing";
    /// Longer than any field may be; datum `most`.
    ValueTooLong = "facilities.import.value_too_long";
    /// Characters that no text has.
    ControlCharacter = "facilities.import.control_character";
    /// The same code and ID stood before; datum `line`.
    IdTwice = "facilities.import.id_twice";
    /// The same name stood before under another ID; datum `line`.
    NameTwice = "facilities.import.name_twice";
    /// No kind that we know.
    KindUnread = "facilities.import.kind_unread";
    /// No range of ages that we can read.
    AgesUnread = "facilities.import.ages_unread";
    /// No weekdays that we can read.
    WeekdaysUnread = "facilities.import.weekdays_unread";
    /// No time of day.
    TimeUnread = "facilities.import.time_unread";
    /// No date.
    DateUnread = "facilities.import.date_unread";
    /// No number.
    NumberUnread = "facilities.import.number_unread";
    /// Neither yes nor no.
    YesNoUnread = "facilities.import.yes_no_unread";
    /// No telephone number.
    PhoneUnread = "facilities.import.phone_unread";
    /// No postal code.
    PostalCodeUnread = "facilities.import.postal_code_unread";
    /// No mail address.
    MailUnread = "facilities.import.mail_unread";
    /// No address of a page.
    WebAddressUnread = "facilities.import.web_address_unread";
    /// No code of a municipality.
    CodeUnread = "facilities.import.code_unread";
    /// Not 13 digits.
    CorporateNumberUnread = "facilities.import.corporate_number_unread";
    /// The check digit does not fit.
    CorporateNumberCheckDigit = "facilities.import.corporate_number_check_digit";
    /// A coordinate is no number.
    CoordinateUnread = "facilities.import.coordinate_unread";
    /// The point is not in Japan.
    PositionOutside = "facilities.import.position_outside";
    /// One or both coordinates are missing, so it is on no map.
    PositionMissing = "facilities.import.position_missing";
}

impl Rejection {
    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }

    /// A finding about a whole record or file.
    pub fn at_line(self, line: u64, severity: Severity) -> Finding {
        Finding { line, column: None, value: String::new(), severity, reason: self.reason() }
    }
}

/// Reads a file's records one after the other and remembers what must not occur twice.
#[derive(Debug)]
pub struct Reader {
    columns: Columns,
    ids: BTreeMap<(String, String), u64>,
    names: BTreeMap<(String, String), u64>,
    empty: Vec<u32>,
}

/// What a record was.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// Nothing but separators.
    Blank,
    /// A facility, perhaps with texts that could not be read.
    Good(Box<Listing>, Vec<Finding>),
    /// Left out; at least one finding is an error.
    Bad(Vec<Finding>),
}

impl Reader {
    /// Recognises the header, which stands on `line`. Without an identity and a name nothing can be read; the findings say what is
    /// missing. Headers that nobody knows are no error.
    pub fn new<'a>(line: u64, header: impl IntoIterator<Item = &'a str>) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let columns = Columns::recognise(header);
        let missing: Vec<Finding> = columns
            .missing()
            .map(|column| Finding {
                reason: Rejection::ColumnMissing.reason().with("column", Datum::Text(column.official().to_owned())),
                ..Rejection::ColumnMissing.at_line(line, Severity::Error)
            })
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let unknown = columns
            .unknown()
            .map(|header| Finding { column: Some(header.to_owned()), ..Rejection::ColumnUnknown.at_line(line, Severity::Warning) })
            .collect();
        let empty = vec![0; columns.len()];
        Ok((Self { columns, ids: BTreeMap::new(), names: BTreeMap::new(), empty }, unknown))
    }

    /// Headers that nobody knows, as the file writes them.
    pub fn unknown_columns(&self) -> Vec<String> {
        self.columns.unknown().map(str::to_owned).collect()
    }

    /// The columns that were empty in records read so far.
    pub fn empty_columns(&self) -> Vec<EmptyColumn> {
        self.columns
            .headers()
            .zip(&self.empty)
            .filter(|(header, records)| **records > 0 && !header.is_empty())
            .map(|(header, records)| EmptyColumn { column: header.to_owned(), records: *records })
            .collect()
    }

    /// Reads the record that begins on `line`.
    pub fn read(&mut self, line: u64, fields: &[&str]) -> Record {
        if fields.iter().all(|field| field.trim().is_empty()) {
            return Record::Blank;
        }
        for (field, count) in fields.iter().zip(&mut self.empty) {
            *count += u32::from(field.trim().is_empty());
        }
        if fields.len() != self.columns.len() {
            return Record::Bad(vec![row_length(self.columns.len(), fields.len(), line)]);
        }
        let findings = strange_fields(self.columns.headers(), fields, line);
        let mut row = Row { columns: &self.columns, fields, line, findings, unread: BTreeMap::new() };
        let listing = row.listing();
        let mut findings = row.findings;
        let Some(listing) = listing.filter(|_| findings.iter().all(|finding| finding.severity == Severity::Warning)) else {
            return Record::Bad(findings);
        };
        let earlier = |line: u64| Datum::Count(i64::try_from(line).unwrap_or(i64::MAX));
        let code = listing.municipality.as_str().to_owned();
        let finding = |column, value: &str, severity, reason| Finding {
            line,
            column: self.columns.header(column).map(str::to_owned),
            value: value.to_owned(),
            severity,
            reason,
        };
        if let Some(first) = self.ids.get(&(code.clone(), listing.source_id.clone())) {
            let reason = Rejection::IdTwice.reason().with("line", earlier(*first));
            findings.push(finding(Column::SourceId, &listing.source_id, Severity::Error, reason));
            return Record::Bad(findings);
        }
        self.ids.insert((code.clone(), listing.source_id.clone()), line);
        if let Some(first) = self.names.get(&(code.clone(), listing.name.clone())) {
            let reason = Rejection::NameTwice.reason().with("line", earlier(*first));
            findings.push(finding(Column::Name, &listing.name, Severity::Warning, reason));
        } else {
            self.names.insert((code, listing.name.clone()), line);
        }
        Record::Good(Box::new(listing), findings)
    }
}

/// A record that has more or fewer fields than the header.
pub fn row_length(expected: usize, found: usize, line: u64) -> Finding {
    let count = |n: usize| Datum::Count(i64::try_from(n).unwrap_or(i64::MAX));
    let reason = Rejection::RowLength.reason().with("expected", count(expected)).with("found", count(found));
    Finding { reason, ..Rejection::RowLength.at_line(line, Severity::Error) }
}

/// A field that is longer than it may be.
pub fn too_long(most: usize) -> Reason {
    Rejection::ValueTooLong.reason().with("most", Datum::Count(i64::try_from(most).unwrap_or(i64::MAX)))
}

/// Characters that a database refuses and fields that are no fields any more make a record bad, in whichever column.
pub fn strange_fields<'a>(headers: impl Iterator<Item = &'a str>, fields: &[&str], line: u64) -> Vec<Finding> {
    let strange = |field: &str| {
        if field.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            Some(Rejection::ControlCharacter.reason())
        } else {
            (field.chars().count() > MAX_CHARS).then(|| too_long(MAX_CHARS))
        }
    };
    let finding = |(header, field): (&str, &&str)| {
        let value = field.chars().filter(|c| !c.is_control()).take(40).collect();
        Some(Finding { line, column: Some(header.to_owned()), value, severity: Severity::Error, reason: strange(field)? })
    };
    headers.zip(fields).filter_map(finding).collect()
}

/// One record while it is read.
struct Row<'a> {
    columns: &'a Columns,
    fields: &'a [&'a str],
    line: u64,
    findings: Vec<Finding>,
    unread: BTreeMap<String, String>,
}

impl Row<'_> {
    /// A field's text without spaces around it; none when nothing is left or the file has no such column.
    fn text(&self, column: Column) -> Option<String> {
        let field = self.fields.get(self.columns.place(column)?)?.trim();
        (!field.is_empty()).then(|| field.replace("\r\n", "\n").replace('\r', "\n"))
    }

    fn report(&mut self, column: Column, value: &str, severity: Severity, reason: Reason) {
        let column = self.columns.header(column).map(str::to_owned);
        self.findings.push(Finding { line: self.line, column, value: value.to_owned(), severity, reason });
    }

    /// A field as something more than text; where it cannot be read, its text is set aside and reported.
    fn read<T>(&mut self, column: Column, rejection: Rejection, reader: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(column)?;
        let read = reader(&text);
        if read.is_none() {
            self.set_aside(column, text, rejection);
        }
        read
    }

    fn set_aside(&mut self, column: Column, text: String, rejection: Rejection) {
        self.report(column, &text, Severity::Warning, rejection.reason());
        self.unread.insert(column.official().to_owned(), text);
    }

    fn required(&mut self, column: Column) -> Option<String> {
        let text = self.text(column);
        if text.is_none() {
            self.report(column, "", Severity::Error, Rejection::ValueMissing.reason());
        }
        text
    }

    fn yes_no(&mut self, column: Column) -> Option<bool> {
        self.read(column, Rejection::YesNoUnread, words::yes_no)
    }

    fn listing(&mut self) -> Option<Listing> {
        // All three are looked at, so that one report names all that is wrong.
        let code = self.required(Column::Municipality);
        let code = code.and_then(|text| match MunicipalityCode::parse(&to_ascii_width(&text)) {
            Ok(code) => Some(code),
            Err(rejection) => {
                self.report(Column::Municipality, &text, Severity::Error, rejection.reason());
                None
            }
        });
        let source_id = self.required(Column::SourceId);
        let name = self.required(Column::Name);
        let (code, source_id, name) = (code?, source_id?, name?);

        let kind_text = self.text(Column::Kind);
        let kind = kind_text.as_deref().map_or(Some(FacilityKind::Other), FacilityKind::read);
        if let (None, Some(text)) = (kind, &kind_text) {
            self.report(Column::Kind, text, Severity::Warning, Rejection::KindUnread.reason());
        }
        let listing = Listing {
            kana: self.text(Column::Kana).map(|text| katakana(&text)),
            name_en: self.text(Column::NameEn),
            kind_text,
            address: self.address(),
            position: self.position(),
            elevation: self.elevation(),
            access: self.text(Column::Access),
            parking: self.text(Column::Parking),
            contact: self.contact(),
            operator: self.operator(),
            capacity: self.read(Column::Capacity, Rejection::NumberUnread, words::whole_number),
            ages: self.ages(),
            opening: self.opening(),
            care: self.care(),
            sick_care: self.yes_no(Column::SickCare),
            amenities: Amenities {
                nursing_room: self.yes_no(Column::NursingRoom),
                changing_corner: self.yes_no(Column::ChangingCorner),
                eating: self.yes_no(Column::Eating),
                stroller_rental: self.yes_no(Column::StrollerRental),
                strollers_allowed: self.yes_no(Column::StrollersAllowed),
            },
            url: self.read(Column::Url, Rejection::WebAddressUnread, words::web_address),
            image: self.read(Column::Image, Rejection::WebAddressUnread, words::web_address),
            image_licence: self.text(Column::ImageLicence),
            notes: self.text(Column::Notes),
            ..Listing::named(code, &source_id, &name, kind.unwrap_or(FacilityKind::Other))
        };
        Some(Listing { unread: std::mem::take(&mut self.unread), ..listing })
    }

    fn address(&mut self) -> Address {
        Address {
            text: self.text(Column::Address),
            municipality: self
                .read(Column::AddressMunicipality, Rejection::CodeUnread, |text| MunicipalityCode::parse(&to_ascii_width(text)).ok()),
            town_id: self.text(Column::TownId),
            prefecture: self.text(Column::Prefecture),
            city: self.text(Column::City),
            town: self.text(Column::Town),
            block: self.text(Column::Block),
            building: self.text(Column::Building),
            postal_code: self.read(Column::PostalCode, Rejection::PostalCodeUnread, words::postal_code),
        }
    }

    fn position(&mut self) -> Option<Position> {
        let latitude = self.read(Column::Latitude, Rejection::CoordinateUnread, words::decimal);
        let longitude = self.read(Column::Longitude, Rejection::CoordinateUnread, words::decimal);
        let (texts, unread) = (
            [Column::Latitude, Column::Longitude].map(|column| self.text(column)),
            [Column::Latitude, Column::Longitude].iter().any(|column| self.unread.contains_key(column.official())),
        );
        match (latitude, longitude) {
            (Some(latitude), Some(longitude)) => {
                let position = Position { latitude, longitude };
                if words::in_japan(position) {
                    return Some(position);
                }
                let value = texts.iter().flatten().cloned().collect::<Vec<_>>().join(",");
                self.report(Column::Latitude, &value, Severity::Warning, Rejection::PositionOutside.reason());
            }
            _ if unread => {}
            _ => {
                let value = texts.iter().flatten().cloned().collect::<Vec<_>>().join(",");
                let column = if latitude.is_some() { Column::Longitude } else { Column::Latitude };
                self.report(column, &value, Severity::Warning, Rejection::PositionMissing.reason());
            }
        }
        for (column, text) in [Column::Latitude, Column::Longitude].into_iter().zip(texts) {
            if let Some(text) = text {
                self.unread.insert(column.official().to_owned(), text);
            }
        }
        None
    }

    fn elevation(&mut self) -> Option<Elevation> {
        let value = self.read(Column::ElevationValue, Rejection::NumberUnread, words::decimal)?;
        Some(Elevation { kind: self.text(Column::ElevationKind), value })
    }

    fn contact(&mut self) -> Contact {
        Contact {
            phone: self.read(Column::Phone, Rejection::PhoneUnread, words::phone),
            extension: self.text(Column::Extension),
            fax: self.read(Column::Fax, Rejection::PhoneUnread, words::phone),
            mail: self.read(Column::Mail, Rejection::MailUnread, words::mail),
            form_url: self.read(Column::FormUrl, Rejection::WebAddressUnread, words::web_address),
            notes: self.text(Column::ContactNotes),
        }
    }

    fn operator(&mut self) -> Operator {
        let corporate_number = self.text(Column::CorporateNumber).and_then(|text| match words::corporate_number(&text) {
            Ok(number) => Some(number),
            Err(error) => {
                let rejection = match error {
                    CorporateNumberError::Malformed => Rejection::CorporateNumberUnread,
                    CorporateNumberError::CheckDigit => Rejection::CorporateNumberCheckDigit,
                };
                self.set_aside(Column::CorporateNumber, text, rejection);
                None
            }
        });
        Operator {
            corporate_number,
            name: self.text(Column::Operator),
            approved_on: self.read(Column::ApprovedOn, Rejection::DateUnread, days::date),
        }
    }

    fn ages(&mut self) -> Ages {
        let text = self.text(Column::Ages);
        let range = text.as_deref().and_then(AgeRange::read);
        if let (None, Some(text)) = (range, &text) {
            self.report(Column::Ages, text, Severity::Warning, Rejection::AgesUnread.reason());
        }
        Ages { range, text }
    }

    fn opening(&mut self) -> Opening {
        let weekdays_text = self.text(Column::Weekdays);
        let week = weekdays_text.as_deref().and_then(days::open_week);
        if let (None, Some(text)) = (&week, &weekdays_text) {
            self.report(Column::Weekdays, text, Severity::Warning, Rejection::WeekdaysUnread.reason());
        }
        Opening {
            on_holidays: week.as_ref().and_then(|week| week.on_holidays),
            weekdays: week.map(|week| week.weekdays),
            weekdays_text,
            opens_at: self.read(Column::OpensAt, Rejection::TimeUnread, days::time),
            closes_at: self.read(Column::ClosesAt, Rejection::TimeUnread, days::time),
            notes: self.text(Column::OpeningNotes),
        }
    }

    fn care(&mut self) -> Care {
        Care {
            temporary: self.yes_no(Column::TemporaryCare),
            fee_kind: self.text(Column::CareFeeKind),
            fee: self.text(Column::CareFee),
            fee_notes: self.text(Column::CareFeeNotes),
            opens_at: self.read(Column::CareOpensAt, Rejection::TimeUnread, days::time),
            closes_at: self.read(Column::CareClosesAt, Rejection::TimeUnread, days::time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;

    const HEADER: [&str; 9] = ["全国地方公共団体コード", "ID", "名称", "種別", "緯度", "経度", "収容定員", "開始時間", "URL"];
    const GOOD: [&str; 9] = ["312029", "1", "弓浜保育園", "認可保育所", "35.4", "133.3", "60", "7:00", "https://example.jp/"];

    fn reader() -> Reader {
        Reader::new(1, HEADER).unwrap().0
    }

    fn codes(findings: &[Finding]) -> Vec<(&str, Option<&str>, Severity)> {
        findings.iter().map(|f| (f.reason.code.as_ref(), f.column.as_deref(), f.severity)).collect()
    }

    fn with(changes: &[(usize, &'static str)]) -> [&'static str; 9] {
        let mut row = GOOD;
        for (place, text) in changes {
            row[*place] = text;
        }
        row
    }

    #[test]
    fn a_good_record_becomes_a_listing_without_findings() {
        let Record::Good(listing, findings) = reader().read(2, &GOOD) else { panic!("bad") };
        assert!(findings.is_empty());
        assert_eq!(listing.kind, FacilityKind::LicensedNursery);
        assert_eq!(listing.capacity, Some(60));
        assert_eq!(listing.opening.opens_at.unwrap().to_string(), "07:00:00");
        assert_eq!(listing.position, Some(Position { latitude: 35.4, longitude: 133.3 }));
    }

    #[test]
    fn what_cannot_be_read_stays_as_text_and_is_reported() {
        let row = with(&[(3, "図書館"), (6, "約60"), (7, "朝から"), (8, "javascript:alert(1)")]);
        let Record::Good(listing, findings) = reader().read(7, &row) else { panic!("bad") };
        assert_eq!(
            codes(&findings),
            [
                ("facilities.import.kind_unread", Some("種別"), Severity::Warning),
                ("facilities.import.number_unread", Some("収容定員"), Severity::Warning),
                ("facilities.import.time_unread", Some("開始時間"), Severity::Warning),
                ("facilities.import.web_address_unread", Some("URL"), Severity::Warning),
            ]
        );
        assert!(findings.iter().all(|finding| finding.line == 7));
        assert_eq!((listing.capacity, listing.opening.opens_at, &listing.url), (None, None, &None));
        assert_eq!(listing.kind_text.as_deref(), Some("図書館"));
        assert_eq!(listing.unread.get("収容定員").unwrap(), "約60");
        assert_eq!(listing.unread.len(), 3);
    }

    #[test]
    fn positions_are_whole_or_not_there() {
        for (latitude, longitude, code) in [
            ("", "", "facilities.import.position_missing"),
            ("35.4", "", "facilities.import.position_missing"),
            ("133.3", "35.4", "facilities.import.position_outside"),
            ("北緯35度", "133.3", "facilities.import.coordinate_unread"),
        ] {
            let Record::Good(listing, findings) = reader().read(2, &with(&[(4, latitude), (5, longitude)])) else { panic!("bad") };
            assert_eq!(listing.position, None);
            assert_eq!(findings.iter().map(|f| f.reason.code.as_ref()).collect::<Vec<_>>(), [code]);
            let kept = [latitude, longitude].iter().filter(|text| !text.is_empty()).count();
            assert_eq!(listing.unread.len(), kept, "{latitude} {longitude}");
        }
    }

    #[test]
    fn a_record_without_identity_or_name_is_left_out_with_every_reason() {
        let Record::Bad(findings) = reader().read(3, &with(&[(0, "312028"), (1, " "), (2, "")])) else { panic!("good") };
        assert_eq!(
            codes(&findings),
            [
                ("municipalities.code_check_digit", Some("全国地方公共団体コード"), Severity::Error),
                ("facilities.import.value_missing", Some("ID"), Severity::Error),
                ("facilities.import.value_missing", Some("名称"), Severity::Error),
            ]
        );
        let Record::Bad(findings) = reader().read(3, &GOOD[..8]) else { panic!("good") };
        assert_eq!(findings[0].reason.code, "facilities.import.row_length");
        let Record::Bad(findings) = reader().read(3, &with(&[(2, "弓浜\0保育園")])) else { panic!("good") };
        assert_eq!(findings[0].reason.code, "facilities.import.control_character");
        assert_eq!(reader().read(3, &["", " ", "　", "", "", "", "", "", ""]), Record::Blank);
    }

    #[test]
    fn an_id_counts_once_and_a_name_twice_is_told() {
        let mut reader = reader();
        assert!(matches!(reader.read(2, &GOOD), Record::Good(_, findings) if findings.is_empty()));
        let Record::Bad(findings) = reader.read(3, &GOOD) else { panic!("good") };
        assert_eq!(codes(&findings), [("facilities.import.id_twice", Some("ID"), Severity::Error)]);
        let Record::Good(_, findings) = reader.read(4, &with(&[(1, "2")])) else { panic!("bad") };
        assert_eq!(codes(&findings), [("facilities.import.name_twice", Some("名称"), Severity::Warning)]);
        assert_eq!(
            findings[0].reason.sentence(Locale::En),
            "Line 2 has the same name under another ID. Both were taken in; check that they are two facilities."
        );
    }

    #[test]
    fn a_file_without_identity_is_refused_and_an_unknown_column_is_told() {
        let findings = Reader::new(1, ["名称", "住所"]).unwrap_err();
        assert_eq!(findings.iter().map(|f| f.reason.sentence(Locale::Ja)).collect::<Vec<_>>().len(), 2);
        assert!(findings[0].reason.sentence(Locale::Ja).contains("全国地方公共団体コード"));
        let (reader, findings) = Reader::new(1, ["自治体コード", "NO", "名称", "園庭"]).unwrap();
        assert_eq!(reader.unknown_columns(), ["園庭"]);
        assert_eq!(codes(&findings), [("facilities.import.column_unknown", Some("園庭"), Severity::Warning)]);
    }

    proptest::proptest! {
        /// Whatever stands in a field, a record is read, and a text that became no value is still there.
        #[test]
        fn no_text_is_lost_and_none_breaks_the_reader(fields in proptest::collection::vec("[ 0-9０-９:：年月日時分歳か～~・（）()有無a-z/.,-]{0,12}", 9)) {
            let mut texts: Vec<&str> = fields.iter().map(String::as_str).collect();
            texts[..3].copy_from_slice(&GOOD[..3]);
            let headers = ["全国地方公共団体コード", "ID", "名称", "受入年齢", "利用可能曜日", "開始時間", "認可等年月日", "一時預かりの有無", "電話番号"];
            let Record::Good(listing, _) = Reader::new(1, headers).unwrap().0.read(2, &texts) else { panic!("bad") };
            let kept = |header: &str, read: bool, text: &str| text.trim().is_empty() || read != listing.unread.contains_key(header);
            proptest::prop_assert_eq!(listing.ages.text.as_deref().unwrap_or_default(), texts[3].trim());
            proptest::prop_assert_eq!(listing.opening.weekdays_text.as_deref().unwrap_or_default(), texts[4].trim());
            proptest::prop_assert!(kept("開始時間", listing.opening.opens_at.is_some(), texts[5]));
            proptest::prop_assert!(kept("認可等年月日", listing.operator.approved_on.is_some(), texts[6]));
            proptest::prop_assert!(kept("一時預かりの有無", listing.care.temporary.is_some(), texts[7]));
            proptest::prop_assert!(kept("電話番号", listing.contact.phone.is_some(), texts[8]));
        }
    }

    #[test]
    fn a_facility_reads_back_what_it_wrote() {
        let Record::Good(listing, _) = reader().read(2, &with(&[(6, "約60")])) else { panic!("bad") };
        let facility = crate::facilities::Facility {
            id: "f".into(),
            listing: *listing,
            fictional: true,
            opens_on: None,
            last_day: None,
            programmes: vec![crate::facilities::FacilityProgramme {
                key: crate::programmes::ProgrammeKey::new("temporary_care"),
                hourly_yen: Some(300),
                interview: true,
            }],
            updated_at: "2026-11-21T00:00:00Z".parse().unwrap(),
        };
        let json = serde_json::to_string(&facility).unwrap();
        assert!(json.contains(r#""name":"弓浜保育園""#) && !json.contains("listing"));
        assert_eq!(serde_json::from_str::<crate::facilities::Facility>(&json).unwrap(), facility);
    }

    #[test]
    fn every_rejection_has_a_sentence_in_every_language() {
        for rejection in Rejection::ALL {
            for locale in Locale::ALL {
                let sentence = rejection.reason().sentence(locale);
                assert!(!sentence.is_empty() && !sentence.contains(rejection.code()), "{rejection:?} {locale:?}");
            }
        }
    }
}
