//! What taking in a file has in common for every kind: rows are read, written side by side, and counted.

use std::sync::Arc;

use futures_util::StreamExt as _;
use shared::facilities::{FileReport, Finding};
use shared::ids::RegisterRunId;
use shared::registers::sheet::{Column, Sheet};
use shared::registers::{RegisterReport, RowDifference};

use super::Sent;
use crate::App;
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::tables::Table;

/// So many rows are under way at once: the database commits what waits together.
const AT_ONCE: usize = 32;
/// So often a row is tried where others were busy with the same.
const TRIES: u32 = 5;

/// The rows of a file that can be read, with their reader; what is wrong with the others is in the report. None: not even the header is right.
pub fn read_rows<C: Column, R, Row>(
    table: &Table,
    report: &mut FileReport,
    reader: impl FnOnce(Sheet<C>) -> R,
    read: impl Fn(&mut R, u64, &[&str]) -> Result<Option<Row>, Vec<Finding>>,
) -> Option<(R, Vec<Row>)> {
    let sheet = match Sheet::new(table.header.line, table.header.fields()) {
        Ok((sheet, findings)) => {
            report.findings = findings;
            sheet
        }
        Err(findings) => {
            report.findings = findings;
            return None;
        }
    };
    report.unknown_columns = sheet.unknown_columns();
    let mut reader = reader(sheet);
    let mut rows = Vec::with_capacity(table.rows.len());
    for record in &table.rows {
        let fields: Vec<&str> = record.fields().collect();
        match read(&mut reader, record.line, &fields) {
            Ok(None) => continue,
            Ok(Some(row)) => rows.push(row),
            Err(findings) => {
                report.bad += 1;
                report.findings.extend(findings);
            }
        }
        report.read += 1;
    }
    Some((reader, rows))
}

/// What came of a row.
pub struct Came {
    /// What of it differs.
    pub difference: RowDifference,
    /// Whether something was written, or would be.
    pub writes: bool,
}

/// Runs the writes of rows side by side, and gives what came of them in the order of the file.
pub async fn all<T>(writes: impl Iterator<Item = impl Future<Output = Result<T, ApiError>>>) -> Result<Vec<T>, ApiError> {
    let done: Vec<Result<T, ApiError>> = futures_util::stream::iter(writes).buffered(AT_ONCE).collect().await;
    done.into_iter().collect()
}

/// Runs one row's transaction, again where others were busy with the same.
pub async fn retried<T: Send + 'static>(
    app: &App,
    f: impl Fn(&mut AnyConnection) -> Result<T, ApiError> + Send + Sync + 'static,
) -> Result<T, ApiError> {
    let f = Arc::new(f);
    let mut tries = 0;
    loop {
        tries += 1;
        let f = Arc::clone(&f);
        match app.db.write(move |conn| f(conn)).await {
            Err(ApiError::Busy | ApiError::Retry) if tries < TRIES => {}
            outcome => return outcome,
        }
    }
}

/// Counts what came of the rows, and ends the run.
pub async fn finish(
    app: &App,
    sent: &Sent,
    mut report: RegisterReport,
    run: Option<RegisterRunId>,
    came: Vec<Came>,
) -> Result<RegisterReport, ApiError> {
    let mut differing = Vec::new();
    for Came { difference, writes } in came {
        let counts = &mut report.counts;
        let place = match (difference.undecided, writes, difference.differences.is_empty()) {
            (true, ..) => &mut counts.undecided,
            (_, true, _) => &mut counts.applied,
            (.., true) => &mut counts.unchanged,
            (.., false) => &mut counts.kept,
        };
        *place += 1;
        if !difference.differences.is_empty() {
            differing.push(difference);
        }
    }
    report.counts.read = report.file.read;
    report.counts.bad = report.file.bad;
    report.file.findings.sort_by_key(|finding| finding.line);
    report.tell(differing);
    if let Some(run) = run {
        sent.end(app, &run, report.counts).await?;
        report.run_id = Some(run);
    }
    Ok(report)
}
