//! Files of registers on the command line: each is taken in, and told as a person reads it in a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::problem::{Reason, sentence};
use shared::registers::{Difference, Kind, RegisterReport};
use shared::time::Month;

use super::exchange::{Exchange as _, ExchangeError, Folder, Http, Pace, receive};
use super::{FileEncoding, Sender, Sent, certified_file, take};
use crate::App;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::tables::{file_text, open_file};

/// Who takes in a file, in the audit.
const fn command(kind: Kind) -> &'static str {
    match kind {
        Kind::Residents => "import residents",
        Kind::Certified => "import certified",
    }
}

/// Takes in files of one kind one after the other. A dry run only looks.
pub async fn import_files(app: &App, kind: Kind, files: &[PathBuf], dry_run: bool) -> Result<Vec<RegisterReport>, ApiError> {
    let mut reports = Vec::with_capacity(files.len());
    for file in files {
        let report = match open_file(file) {
            Ok((name, bytes)) => {
                let sent = Sent { name, bytes, choices: BTreeMap::new(), sender: Sender::Command(command(kind)) };
                take(app, sent, Some(kind), dry_run).await?
            }
            Err(unread) => RegisterReport::refused(unread, Some(kind), dry_run),
        };
        reports.push(report);
    }
    Ok(reports)
}

/// Writes the certified children of a municipality, and hands them over at a place, or says them.
pub async fn export_certified(
    app: &App,
    city: &MunicipalityCode,
    month: Option<Month>,
    encoding: FileEncoding,
    place: Option<&str>,
) -> Result<Option<Vec<u8>>, ExchangeError> {
    let act = Act::of_command("export certified", app.now());
    let (name, bytes) = certified_file(app, city, month, encoding, act).await?;
    let Some(place) = place else { return Ok(Some(bytes)) };
    if is_service(place) {
        service(place)?.deliver(&name, bytes).await?
    } else {
        Folder::open(Path::new(place))?.deliver(&name, bytes).await?
    }
    Ok(None)
}

fn is_service(place: &str) -> bool {
    place.starts_with("http://") || place.starts_with("https://")
}

fn service(place: &str) -> Result<Http, ExchangeError> {
    Http::new(place, &std::env::var("YUMIGAHAMA_EXCHANGE_TOKEN").unwrap_or_default(), Pace::default())
}

/// Takes in what waits at a place: a folder, or the address of a service, whose token is in the environment.
pub async fn receive_from(app: &App, place: &str) -> Result<Vec<RegisterReport>, ExchangeError> {
    if is_service(place) { receive(app, &service(place)?).await } else { receive(app, &Folder::open(Path::new(place))?).await }
}

/// Reports as a person reads them in a terminal.
pub fn reports_text(reports: &[RegisterReport], locale: Locale) -> String {
    reports.iter().map(|report| report_text(report, locale)).collect()
}

fn report_text(report: &RegisterReport, locale: Locale) -> String {
    let mut text = file_text(&report.file, &report.counted(), report.dry_run.then_some("registers.report.dry_run"), locale);
    for row in &report.rows {
        for told in &row.differences {
            let _ = writeln!(text, "  {}  {}  {}", row.line, row.key, difference_text(told, locale));
        }
    }
    text
}

fn difference_text(told: &Difference, locale: Locale) -> String {
    let side = |words: &[Reason]| words.iter().map(|word| word.sentence(locale)).collect::<Vec<_>>().join(", ");
    let Difference { field, change, before, file, ours, .. } = told;
    let [field, change] = [field.key(), change.key()].map(|key| sentence(key, locale));
    format!("{field}: {change}  {} → {} | {}", side(before), side(file), side(ours))
}
