//! Imports published lists of childcare facilities (子育て施設一覧, CSV): good records go in, bad ones are listed.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use shared::facilities::reading::{Reader, Record};
use shared::facilities::{FileReport, Finding, ImportReport, Listing};
use shared::ids::FacilityId;

use super::store::{self, Standing};
use crate::db::{AnyConnection, Db, DbError};
use crate::new_id;
use crate::outbox::Act;
use crate::tables::{open_file, read_table};

/// Who changed a facility, in the audit, when an import did.
const COMMAND: &str = "import facilities";

/// Reads one file: what is wrong with it, and the facilities that can go in.
pub fn read_list(name: &str, bytes: &[u8]) -> (FileReport, Vec<Listing>) {
    let mut report = FileReport { file: name.to_owned(), ..FileReport::default() };
    let refused = |report: FileReport, findings: Vec<Finding>| (FileReport { findings, ..report }, Vec::new());
    let table = match read_table(bytes) {
        Ok(table) => table,
        Err(finding) => return refused(report, vec![finding]),
    };
    report.encoding = Some(table.encoding);
    let (mut reader, findings) = match Reader::new(table.header.line, table.header.fields()) {
        Ok(ready) => ready,
        Err(findings) => return refused(report, findings),
    };
    report.findings = findings;
    report.unknown_columns = reader.unknown_columns();
    let mut listings = Vec::new();
    for row in &table.rows {
        let fields: Vec<&str> = row.fields().collect();
        match reader.read(row.line, &fields) {
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
        let (name, bytes) = match open_file(file) {
            Ok(opened) => opened,
            Err(report) => {
                reports.push(report);
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
        match store::find_standing(conn, listing)? {
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
        let (id, kind) = match store::find_standing(conn, listing)? {
            Standing::New => {
                let id = FacilityId::new(new_id());
                store::insert_facility(conn, &id, listing, false, now)?;
                counts.new += 1;
                (id, "facility.registered")
            }
            Standing::Changed(id) => {
                store::update_facility(conn, &id, listing, now)?;
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Wed};
    use shared::facilities::{AgeLimit, AgeStart, Encoding, FacilityKind, Severity};
    use shared::locale::Locale;

    use super::*;
    use crate::tables::report_text;

    fn codes(report: &FileReport) -> Vec<(u64, &str, &str)> {
        report.findings.iter().map(|f| (f.line, f.column.as_deref().unwrap_or_default(), f.reason.code.as_ref())).collect()
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
