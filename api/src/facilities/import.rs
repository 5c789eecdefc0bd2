//! Imports published lists of childcare facilities (子育て施設一覧, CSV): good records go in, bad ones are listed.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use encoding_rs::{DecoderResult, SHIFT_JIS};
use shared::facilities::reading::{Reader, Record, Rejection};
use shared::facilities::{Encoding, FileReport, Finding, ImportReport, Listing, Severity};
use shared::ids::FacilityId;
use shared::locale::Locale;
use shared::problem::{Datum, Reason, sentence};

use super::store::{self, Standing};
use crate::db::{AnyConnection, Db, DbError};
use crate::new_id;
use crate::outbox::Act;

/// Who changed a facility, in the audit, when an import did.
const COMMAND: &str = "import facilities";

/// Reads the text of a published file: UTF-8 with or without its mark, else CP932. Strict: a byte that fits neither makes it no
/// text, and its position (from 1, in the encoding that came further) is the error.
pub fn decode(bytes: &[u8]) -> Result<(String, Encoding), usize> {
    let (body, marked) = bytes.strip_prefix(b"\xEF\xBB\xBF").map_or((bytes, false), |rest| (rest, true));
    let utf8 = match std::str::from_utf8(body) {
        Ok(text) => return Ok((text.to_owned(), Encoding::Utf8)),
        Err(error) => error.valid_up_to(),
    };
    if marked {
        return Err(utf8 + 4);
    }
    cp932(bytes).map(|text| (text, Encoding::Cp932)).map_err(|position| position.max(utf8) + 1)
}

fn cp932(bytes: &[u8]) -> Result<String, usize> {
    let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0);
    let mut text = String::with_capacity(room);
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::Malformed(bad, after) => Err(read.saturating_sub(usize::from(bad)).saturating_sub(usize::from(after))),
        DecoderResult::OutputFull => Err(read),
    }
}

/// Counts lines as an editor does while walking through a text.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record begins that starts at `byte`, line ends before it left out.
    fn of_record(&mut self, byte: usize) -> u64 {
        let rest = self.text.get(byte..).unwrap_or_default();
        let start = byte + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        let passed = self.text.get(self.byte..start).unwrap_or_default();
        let ends = passed.matches('\n').count() + passed.matches('\r').count() - passed.matches("\r\n").count();
        self.line += u64::try_from(ends).unwrap_or(0);
        self.byte = self.byte.max(start);
        self.line
    }
}

/// Reads one file: what is wrong with it, and the facilities that can go in.
pub fn read_list(name: &str, bytes: &[u8]) -> (FileReport, Vec<Listing>) {
    let mut report = FileReport { file: name.to_owned(), ..FileReport::default() };
    let refused = |mut report: FileReport, findings: Vec<Finding>| {
        report.findings = findings;
        (report, Vec::new())
    };
    let (text, encoding) = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(position) => {
            let reason = Rejection::NotText.reason().with("byte", Datum::Count(i64::try_from(position).unwrap_or(i64::MAX)));
            return refused(report, vec![Finding { reason, ..Rejection::NotText.at_line(1, Severity::Error) }]);
        }
    };
    report.encoding = Some(encoding);
    let mut lines = Lines { text: &text, byte: 0, line: 1 };
    let mut records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes()).into_records();
    let mut begins = |record: &csv::StringRecord| {
        let byte = record.position().map_or(0, csv::Position::byte);
        lines.of_record(usize::try_from(byte).unwrap_or(usize::MAX))
    };
    let Some(Ok(header)) = records.next() else {
        return refused(report, vec![Rejection::EmptyFile.at_line(1, Severity::Error)]);
    };
    let (mut reader, findings) = match Reader::new(begins(&header), &header) {
        Ok(ready) => ready,
        Err(findings) => return refused(report, findings),
    };
    report.findings = findings;
    report.unknown_columns = reader.unknown_columns();
    let mut listings = Vec::new();
    // A text that is UTF-8 throughout cannot fail as CSV: quotes are read leniently, lengths are checked by the reader.
    for record in records.flatten() {
        let line = begins(&record);
        let fields: Vec<&str> = record.iter().collect();
        match reader.read(line, &fields) {
            Record::Blank => {}
            Record::Good(listing, findings) => {
                report.read += 1;
                report.findings.extend(findings);
                listings.push(*listing);
            }
            Record::Bad(findings) => {
                report.read += 1;
                report.bad += 1;
                report.findings.extend(findings);
            }
        }
    }
    report.empty = reader.empty_columns();
    (report, listings)
}

/// How many facilities of a file were new, changed and unchanged.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    new: u32,
    changed: u32,
    unchanged: u32,
}

/// Imports files one after the other, the good records of each in one transaction. A dry run only looks. Identity is municipality
/// code and ID, so importing a file again changes nothing.
pub async fn import_facilities(db: &Db, files: &[PathBuf], dry_run: bool, now: DateTime<Utc>) -> Result<ImportReport, DbError> {
    let mut reports = Vec::with_capacity(files.len());
    for file in files {
        let name = file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned());
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                let reason = Rejection::FileUnread.reason().with("cause", Datum::Text(error.to_string()));
                let findings = vec![Finding { reason, ..Rejection::FileUnread.at_line(1, Severity::Error) }];
                reports.push(FileReport { file: file.display().to_string(), findings, ..FileReport::default() });
                continue;
            }
        };
        let (report, listings) = read_list(&name, &bytes);
        let listings = Arc::new(listings);
        let counts = if dry_run {
            db.read(move |conn| compare(conn, &listings)).await?
        } else {
            db.write(move |conn| save(conn, &listings, now)).await?
        };
        reports.push(FileReport { new: counts.new, changed: counts.changed, unchanged: counts.unchanged, ..report });
    }
    Ok(ImportReport { dry_run, files: reports })
}

fn compare(conn: &mut AnyConnection, listings: &[Listing]) -> Result<Counts, DbError> {
    let mut counts = Counts::default();
    for listing in listings {
        match store::find_standing(conn, listing, false)? {
            Standing::New => counts.new += 1,
            Standing::Changed(_) => counts.changed += 1,
            Standing::Unchanged => counts.unchanged += 1,
        }
    }
    Ok(counts)
}

fn save(conn: &mut AnyConnection, listings: &[Listing], now: DateTime<Utc>) -> Result<Counts, DbError> {
    let mut counts = Counts::default();
    for listing in listings {
        let (id, kind) = match store::find_standing(conn, listing, false)? {
            Standing::New => {
                let id = FacilityId::new(new_id());
                store::insert_facility(conn, &id, listing, false, now)?;
                counts.new += 1;
                (id, "facility.registered")
            }
            Standing::Changed(id) => {
                store::update_facility(conn, &id, listing, false, now)?;
                counts.changed += 1;
                (id, "facility.changed")
            }
            Standing::Unchanged => {
                counts.unchanged += 1;
                continue;
            }
        };
        Act::of_command(COMMAND, now).record(conn, kind, (&listing.municipality, Some(&id)), id.as_str())?;
    }
    Ok(counts)
}

/// The language of a terminal, from the value of `LANG`: Japanese unless it names another language.
pub fn terminal_locale(lang: Option<&str>) -> Locale {
    match lang.unwrap_or_default().split(['_', '.', '-']).next().unwrap_or_default() {
        "" | "C" | "POSIX" | "ja" => Locale::Ja,
        _ => Locale::En,
    }
}

/// How many columns a terminal gives a text: two for each wide character.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{20000}'..) { 2 } else { 1 }).sum()
}

fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// A value in one short line.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cut: String = line.chars().take(24).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    cut
}

/// A report as a person reads it in a terminal.
pub fn report_text(report: &ImportReport, locale: Locale) -> String {
    let say = |key: &str| sentence(&format!("facilities.report.{key}"), locale);
    let mut text = String::new();
    for file in &report.files {
        let encoding = match file.encoding {
            Some(Encoding::Utf8) => " (UTF-8)",
            Some(Encoding::Cp932) => " (CP932)",
            None => "",
        };
        let _ = writeln!(text, "{}{encoding}", file.file);
        let count = |n: u32| Datum::Count(i64::from(n));
        let counts = Reason::new("facilities.report.counts")
            .with("read", count(file.read))
            .with("new", count(file.new))
            .with("changed", count(file.changed))
            .with("unchanged", count(file.unchanged))
            .with("bad", count(file.bad));
        let _ = writeln!(text, "  {}", counts.sentence(locale));
        if report.dry_run {
            let _ = writeln!(text, "  {}", say("dry_run"));
        }
        // A column that is empty everywhere says nothing about a record.
        let gaps: Vec<String> = file
            .empty
            .iter()
            .filter(|column| column.records < file.read)
            .map(|column| format!("{} {}", column.column, column.records))
            .collect();
        if !gaps.is_empty() {
            let _ = writeln!(text, "  {}: {}", say("empty"), gaps.join(", "));
        }
        if !file.findings.is_empty() {
            text.push_str(&table(&file.findings, locale));
        }
    }
    text
}

fn table(findings: &[Finding], locale: Locale) -> String {
    let say = |key: &str| sentence(&format!("facilities.report.{key}"), locale);
    let head = ["line", "severity", "column", "value", "reason"].map(say).to_vec();
    let rows = findings.iter().map(|finding| {
        let severity = match finding.severity {
            Severity::Error => say("error"),
            Severity::Warning => say("warning"),
        };
        vec![
            finding.line.to_string(),
            severity,
            finding.column.clone().unwrap_or_default(),
            short(&finding.value),
            finding.reason.sentence(locale),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let widest = |place: usize| rows.iter().filter_map(|row| row.get(place)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(widest).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect();
        let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Wed};
    use shared::facilities::{AgeLimit, AgeStart, FacilityKind};

    use super::*;

    fn codes(report: &FileReport) -> Vec<(u64, &str, &str)> {
        report.findings.iter().map(|f| (f.line, f.column.as_deref().unwrap_or_default(), f.reason.code.as_ref())).collect()
    }

    #[test]
    fn texts_are_read_in_both_encodings_and_nothing_else_is_a_text() {
        assert_eq!(decode("保育園".as_bytes()).unwrap(), ("保育園".to_owned(), Encoding::Utf8));
        assert_eq!(decode(b"\xEF\xBB\xBFID").unwrap(), ("ID".to_owned(), Encoding::Utf8));
        assert_eq!(decode(b"\x95\xDB\x88\xE7\x89\x80").unwrap(), ("保育園".to_owned(), Encoding::Cp932));
        // ① and ㈱ are the CP932 that plain Shift_JIS does not have.
        assert_eq!(decode(b"\x87\x40\x87\x8A").unwrap(), ("①㈱".to_owned(), Encoding::Cp932));
        assert_eq!(decode(b"abc\xFFdef"), Err(4));
        // Good UTF-8 up to its last byte: the position is there, not where CP932 gives up.
        let mut broken = "保育園です。".as_bytes().to_vec();
        broken.push(0xFF);
        assert_eq!(decode(&broken), Err(19));
        assert_eq!(decode(b"\xEF\xBB\xBFab\xFF"), Err(6));
        // UTF-16 is none of both.
        assert_eq!(decode(b"\xFF\xFEI\0D\0"), Err(1));
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        let text = "\u{FEFF}自治体コード,NO,名称,緯度,経度,備考\r\n\
            312029,1,甲園,35.4,133.3,\"一行目\n二行目\r\n三行目\"\r\n\
            \r\n\
            312029,2,,35.4,133.3,乙\r\n\
            ,,,,,\r\n\
            312029,3,丙園\r\n\
            312029,1,丁園,35.4,133.3,x";
        for text in [text.to_owned(), text.replace("\r\n", "\n")] {
            let (report, listings) = read_list("a.csv", text.as_bytes());
            assert_eq!(
                codes(&report),
                [
                    (6, "名称", "facilities.import.value_missing"),
                    (8, "", "facilities.import.row_length"),
                    (9, "NO", "facilities.import.id_twice")
                ]
            );
            assert_eq!((report.read, report.bad, listings.len()), (4, 3, 1));
            assert_eq!(listings[0].notes.as_deref(), Some("一行目\n二行目\n三行目"));
        }
    }

    #[test]
    fn a_file_that_is_no_list_is_refused_whole() {
        for (bytes, code) in [
            (&b""[..], "facilities.import.empty_file"),
            (b"\xFF\xFE", "facilities.import.not_text"),
            ("名称,住所\n甲園,乙町".as_bytes(), "facilities.import.column_missing"),
        ] {
            let (report, listings) = read_list("a.csv", bytes);
            assert!(listings.is_empty());
            assert_eq!(report.findings[0].reason.code, code);
            assert_eq!(report.findings[0].severity, Severity::Error);
            assert!(!ImportReport { dry_run: true, files: vec![report] }.is_clean());
        }
    }

    #[test]
    fn a_quote_that_never_ends_does_not_pass_for_a_record() {
        let text = "自治体コード,NO,名称,緯度,経度\n312029,1,\"甲園,35.4,133.3\n312029,2,乙園,35.4,133.3\n";
        let (report, listings) = read_list("a.csv", text.as_bytes());
        assert!(listings.is_empty());
        assert_eq!(codes(&report), [(2, "", "facilities.import.row_length")]);
    }

    #[test]
    fn the_report_is_a_table_in_the_readers_language() {
        let text = "自治体コード,NO,名称,緯度,経度,定員\n312029,1,甲園,35.4,133.3,約60\n312028,2,乙園,35.4,133.3,\n";
        let (report, _) = read_list("a.csv", text.as_bytes());
        let report = ImportReport { dry_run: true, files: vec![FileReport { new: 1, ..report }] };
        let text = report_text(&report, Locale::En);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "a.csv (UTF-8)");
        assert_eq!(lines[1], "  2 records read: 1 new, 0 changed, 0 unchanged, 1 left out");
        assert_eq!(lines[3], "  Columns empty in some records (how many): 定員 1");
        assert_eq!(lines[5], "  2     warning   定員          約60    This is no number. It stays as text.");
        assert_eq!(lines[6], "  3     left out  自治体コード  312028  The check digit of the municipality code is wrong.");
        assert!(report_text(&report, Locale::Ja).contains("読み込み 2件、新規 1件"));
        assert_eq!(terminal_locale(Some("en_US.UTF-8")), Locale::En);
        assert_eq!(terminal_locale(Some("C.UTF-8")), Locale::Ja);
        assert_eq!(terminal_locale(None), Locale::Ja);
    }

    /// The real list of a city of 600,000, where the folder of data stands beside the project. The figures were counted by hand
    /// with another program.
    #[test]
    fn the_list_of_kawaguchi_is_read_whole() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/112038_preschool_kawaguchi.csv");
        let Ok(bytes) = std::fs::read(file) else { return };
        let (report, listings) = read_list("kawaguchi.csv", &bytes);
        assert_eq!((report.read, report.bad, listings.len(), report.encoding), (302, 0, 302, Some(Encoding::Utf8)));
        assert_eq!(codes(&report), [(236, "緯度", "facilities.import.position_missing"), (460, "名称", "facilities.import.name_twice")]);
        assert!(report.unknown_columns.is_empty());
        let empty = |header: &str| report.empty.iter().find(|column| column.column == header).map_or(0, |column| column.records);
        let gaps = ["収容定員", "受入年齢", "開始時間", "終了時間", "一時預かりの有無", "認可等年月日", "緯度", "利用可能曜日"].map(empty);
        assert_eq!(gaps, [57, 38, 56, 56, 4, 92, 1, 0]);

        let count = |test: &dyn Fn(&Listing) -> bool| listings.iter().filter(|listing| test(listing)).count();
        assert_eq!(listings.iter().filter_map(|listing| listing.capacity).sum::<u32>(), 23_745);
        assert_eq!(count(&|l| l.capacity.is_none()), 57);
        assert_eq!(count(&|l| l.opening.opens_at.is_none() || l.opening.closes_at.is_none()), 56);
        assert_eq!(count(&|l| l.position.is_none()), 1);
        assert_eq!(count(&|l| l.ages.range.is_some()), 264);
        assert_eq!(count(&|l| l.ages.range.is_none()), 38);
        assert_eq!(count(&|l| l.care.temporary == Some(true)), 54);
        assert_eq!(count(&|l| l.care.temporary == Some(false)), 244);
        assert_eq!(count(&|l| l.operator.approved_on.is_some()), 210);
        assert_eq!(count(&|l| l.contact.phone.is_some()), 302);
        assert_eq!(count(&|l| l.contact.fax.is_some()), 298);
        assert_eq!(count(&|l| l.unread.is_empty()), 302);
        assert_eq!(count(&|l| l.kind == FacilityKind::LicensedNursery), 198);
        assert_eq!(count(&|l| l.kind == FacilityKind::AfterSchool), 56);
        assert_eq!(count(&|l| l.kind == FacilityKind::Kindergarten), 39);
        assert_eq!(count(&|l| l.kind == FacilityKind::CertifiedCentre), 6);
        assert_eq!(count(&|l| l.kind == FacilityKind::ChildrensHall), 3);

        let first = &listings[0];
        assert_eq!(first.source_id, "k130000001");
        assert_eq!(first.contact.phone.as_deref(), Some("048-252-4384"));
        assert_eq!(first.opening.opens_at.unwrap().to_string(), "07:00:00");
        let hall = listings.iter().find(|listing| listing.kind == FacilityKind::ChildrensHall).unwrap();
        assert_eq!(hall.opening.weekdays.as_deref(), Some(&[Mon, Wed, Thu, Fri, Sat, Sun][..]));
        assert_eq!(hall.ages.range.unwrap().until, Some(AgeLimit::Under { months: 216 }));
        let club = listings.iter().find(|l| l.ages.text.as_deref() == Some("６歳～１２歳（小学校１年生～６年生）")).unwrap();
        assert_eq!(club.ages.range.unwrap().from, AgeStart::Age { months: 72, days: 0 });
        assert_eq!(club.ages.range.unwrap().until, Some(AgeLimit::Through { years: 12 }));
    }
}
