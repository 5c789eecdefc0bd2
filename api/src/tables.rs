//! Files of rows (CSV): their text in UTF-8 or CP932, each record with the line on which it begins, and the report of an import as a person
//! reads it in a terminal.

use std::fmt::Write as _;
use std::path::Path;

use encoding_rs::{DecoderResult, SHIFT_JIS};
use shared::facilities::reading::Rejection;
use shared::facilities::{Encoding, FileReport, Finding, ImportReport, Severity};
use shared::locale::Locale;
use shared::problem::{Datum, Reason, sentence};

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

/// A record of a file.
pub struct TableRow {
    /// The line on which it begins, from 1.
    pub line: u64,
    record: csv::StringRecord,
}

impl TableRow {
    /// Its fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.record.iter()
    }
}

/// A file of rows.
pub struct Table {
    /// How its text is written.
    pub encoding: Encoding,
    /// The first record.
    pub header: TableRow,
    /// The records below.
    pub rows: Vec<TableRow>,
}

/// Reads a file into its records; what is no text or has no header is refused whole.
pub fn read_table(bytes: &[u8]) -> Result<Table, Finding> {
    let (text, encoding) = decode(bytes).map_err(|position| {
        let reason = Rejection::NotText.reason().with("byte", Datum::Count(i64::try_from(position).unwrap_or(i64::MAX)));
        Finding { reason, ..Rejection::NotText.at_line(1, Severity::Error) }
    })?;
    let mut lines = Lines { text: &text, byte: 0, line: 1 };
    let records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes()).into_records();
    // A text that is UTF-8 throughout cannot fail as CSV: quotes are read leniently, lengths are checked by the reader.
    let mut rows = records.flatten().map(|record| {
        let byte = record.position().map_or(0, csv::Position::byte);
        TableRow { line: lines.of_record(usize::try_from(byte).unwrap_or(usize::MAX)), record }
    });
    let header = rows.next().ok_or_else(|| Rejection::EmptyFile.at_line(1, Severity::Error))?;
    Ok(Table { encoding, header, rows: rows.collect() })
}

/// A file's name and bytes, or the report that it cannot be opened.
pub fn open_file(file: &Path) -> Result<(String, Vec<u8>), FileReport> {
    let name = file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned());
    std::fs::read(file).map(|bytes| (name, bytes)).map_err(|error| {
        let reason = Rejection::FileUnread.reason().with("cause", Datum::Text(error.to_string()));
        let findings = vec![Finding { reason, ..Rejection::FileUnread.at_line(1, Severity::Error) }];
        FileReport { file: file.display().to_string(), findings, ..FileReport::default() }
    })
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
    let text = |file: &FileReport| {
        let count = |n: u32| Datum::Count(i64::from(n));
        let counts = Reason::new("facilities.report.counts")
            .with("read", count(file.read))
            .with("new", count(file.new))
            .with("changed", count(file.changed))
            .with("unchanged", count(file.unchanged))
            .with("bad", count(file.bad));
        file_text(file, &counts, report.dry_run.then_some("facilities.report.dry_run"), locale)
    };
    report.files.iter().map(text).collect()
}

/// What was found in one file, with what is counted of it and perhaps a remark.
pub fn file_text(file: &FileReport, counts: &Reason, remark: Option<&str>, locale: Locale) -> String {
    let mut text = String::new();
    let encoding = match file.encoding {
        Some(Encoding::Utf8) => " (UTF-8)",
        Some(Encoding::Cp932) => " (CP932)",
        None => "",
    };
    let _ = writeln!(text, "{}{encoding}", file.file);
    let _ = writeln!(text, "  {}", counts.sentence(locale));
    if let Some(remark) = remark {
        let _ = writeln!(text, "  {}", sentence(remark, locale));
    }
    // A column that is empty everywhere says nothing about a record.
    let gaps: Vec<String> = file
        .empty
        .iter()
        .filter(|column| column.records < file.read)
        .map(|column| format!("{} {}", column.column, column.records))
        .collect();
    if !gaps.is_empty() {
        let _ = writeln!(text, "  {}: {}", sentence("facilities.report.empty", locale), gaps.join(", "));
    }
    if !file.findings.is_empty() {
        text.push_str(&table(&file.findings, locale));
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
    use super::*;

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
    fn a_terminal_speaks_the_language_that_it_names() {
        assert_eq!(terminal_locale(Some("en_US.UTF-8")), Locale::En);
        assert_eq!(terminal_locale(Some("C.UTF-8")), Locale::Ja);
        assert_eq!(terminal_locale(None), Locale::Ja);
    }
}
