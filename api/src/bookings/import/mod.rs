//! Imports bookings that another system has (CSV): each row is booked by the rule of any booking, and one that cannot be is listed.

mod store;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use shared::bookings::{Booking, EnteredBy, ImportReader, ImportRecord, ImportRejection, ImportRow, NewBooking, NewEntry, Placed, place};
use shared::facilities::{FileReport, Finding, ImportReport, Severity};
use shared::ids::{ChildId, FamilyId, SlotId};
use shared::problem::Reason;
use shared::series::fitting;
use shared::slots::Slot;
use shared::time::{day_start, next_day};

use self::store::Imported;
use super::engine::{self, Lock, look};
use crate::db::{AnyConnection, DbError, to_json};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::tables::{open_file, read_table};
use crate::{App, accounts, facilities, families, slots, waitlist};

/// Who made a booking, in the audit, when an import did.
const COMMAND: &str = "import bookings";
/// So often a row is tried where others were busy with the same, or have to be asked first.
const TRIES: u32 = 5;
/// More slots than that no offering has on a day.
const MOST_SLOTS: i64 = 200;

/// A row with the line on which it stands.
type Line = (u64, ImportRow);

/// Reads one file: what is wrong with it, its reader, and the rows that can be booked.
fn read_file(name: &str, bytes: &[u8]) -> (FileReport, Option<(ImportReader, Vec<Line>)>) {
    let mut report = FileReport { file: name.to_owned(), ..FileReport::default() };
    let table = match read_table(bytes) {
        Ok(table) => table,
        Err(finding) => return (FileReport { findings: vec![finding], ..report }, None),
    };
    report.encoding = Some(table.encoding);
    let mut reader = match ImportReader::new(table.header.line, table.header.fields()) {
        Ok((reader, findings)) => {
            report.findings = findings;
            reader
        }
        Err(findings) => return (FileReport { findings, ..report }, None),
    };
    report.unknown_columns = reader.unknown_columns();
    let mut rows = Vec::new();
    for row in &table.rows {
        let fields: Vec<&str> = row.fields().collect();
        match reader.read(row.line, &fields) {
            ImportRecord::Blank => continue,
            ImportRecord::Good(read) => rows.push((row.line, *read)),
            ImportRecord::Bad(findings) => {
                report.bad += 1;
                report.findings.extend(findings);
            }
        }
        report.read += 1;
    }
    (report, Some((reader, rows)))
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// It was booked now.
    Booked,
    /// It was imported before; nothing was done.
    Known,
    /// What it names is not here, or not any more what was imported.
    Rejected(ImportRejection),
    /// The rules of any booking say no.
    Refused(Vec<Reason>),
}

/// Imports files one after the other, each row in a transaction of its own. A dry run only looks. Identity is the municipality and the other
/// system's number, so importing a file again books nothing twice, and takes in what could not be had before.
pub async fn import_bookings(app: &App, files: &[PathBuf], dry_run: bool) -> Result<ImportReport, ApiError> {
    let mut reports = Vec::with_capacity(files.len());
    for file in files {
        let (name, bytes) = match open_file(file) {
            Ok(opened) => opened,
            Err(report) => {
                reports.push(report);
                continue;
            }
        };
        let (mut report, read) = read_file(&name, &bytes);
        let Some((reader, rows)) = read else {
            reports.push(report);
            continue;
        };
        let rows = Arc::new(rows);
        let outcomes = if dry_run {
            let (rows, now) = (Arc::clone(&rows), app.now());
            app.db.read(move |conn| rehearse(conn, &rows, now)).await?
        } else {
            let mut outcomes = Vec::with_capacity(rows.len());
            for place in 0..rows.len() {
                outcomes.push(import_row(app, &rows, place).await?);
            }
            outcomes
        };
        for ((line, row), outcome) in rows.iter().zip(outcomes) {
            match outcome {
                Outcome::Booked => report.new += 1,
                Outcome::Known => report.unchanged += 1,
                Outcome::Rejected(rejection) => {
                    report.bad += 1;
                    report.findings.push(reader.finding(*line, row, rejection));
                }
                Outcome::Refused(reasons) => {
                    report.bad += 1;
                    let about =
                        |reason| Finding { line: *line, column: None, value: row.number.clone(), severity: Severity::Error, reason };
                    report.findings.extend(reasons.into_iter().map(about));
                }
            }
        }
        report.findings.sort_by_key(|finding| finding.line);
        reports.push(report);
    }
    Ok(ImportReport { dry_run, files: reports })
}

/// Books a row, unless it was imported before or the rules say no.
async fn import_row(app: &App, rows: &Arc<Vec<Line>>, place: usize) -> Result<Outcome, ApiError> {
    let looked = Arc::clone(rows);
    let found = app.db.read(move |conn| looked.get(place).map(|(_, row)| find(conn, row)).ok_or(ApiError::NotFound)?).await?;
    let found = match found {
        Found::Here(asked) => asked,
        Found::Known => return Ok(Outcome::Known),
        Found::Not(rejection) => return Ok(Outcome::Rejected(rejection)),
    };
    let mut tries = 0;
    loop {
        tries += 1;
        let (rows, found, now) = (Arc::clone(rows), found.clone(), app.now());
        let written = app.db.write(move |conn| {
            let (_, row) = rows.get(place).ok_or(ApiError::NotFound)?;
            let act = Act { note: Some(format!("import {}", row.number)), ..Act::of_command(COMMAND, now) };
            take_in(conn, row, &found, &act)
        });
        match written.await {
            // Those who wait are asked first, as with every booking.
            Err(ApiError::Offering(slot)) if tries < TRIES => waitlist::jobs::serve(app, &slot).await?,
            Err(ApiError::Busy | ApiError::Retry) if tries < TRIES => {}
            Err(ApiError::Internal(cause)) => return Err(ApiError::Internal(cause)),
            Err(error) => return Ok(Outcome::Refused(error.reasons())),
            Ok(outcome) => return Ok(outcome),
        }
    }
}

/// Whom and what a row names.
#[derive(Debug, Clone)]
struct Asked {
    family: FamilyId,
    booking: NewBooking,
}

enum Found {
    Here(Asked),
    Known,
    Not(ImportRejection),
}

/// Looks up what a row names; whether it was imported before comes first, because what it names may be gone since.
fn find(conn: &mut AnyConnection, row: &ImportRow) -> Result<Found, ApiError> {
    match known(conn, row)? {
        Some(Outcome::Rejected(rejection)) => return Ok(Found::Not(rejection)),
        Some(_) => return Ok(Found::Known),
        None => {}
    }
    let Some(facility) = facilities::store::find_listed(conn, &row.municipality, &row.facility)? else {
        return Ok(Found::Not(ImportRejection::FacilityUnknown));
    };
    let search = slots::store::Search {
        from: day_start(row.day),
        until: day_start(next_day(row.day)),
        municipalities: Vec::new(),
        programme: Some(row.programme.clone()),
        facility: Some(facility),
        within: None,
        after: None,
        open_only: false,
        limit: MOST_SLOTS,
    };
    let that_day: Vec<Slot> = slots::store::list_slots(conn, &search)?.into_iter().map(|stored| stored.slot).collect();
    let Some(slot) = fitting(&that_day, row.day, (row.starts_at, row.ends_at)) else {
        return Ok(Found::Not(ImportRejection::SlotUnknown));
    };
    let Some(family) = accounts::store::find_family_of(conn, &row.mail)? else {
        return Ok(Found::Not(ImportRejection::GuardianUnknown));
    };
    let children = families::store::list_children(conn, &family)?;
    let Some(child) = children.into_iter().find(|child| child.known.kana == row.kana && child.known.born == row.born) else {
        return Ok(Found::Not(ImportRejection::ChildUnknown));
    };
    Ok(Found::Here(Asked { family, booking: row.booking(slot.id.clone(), child.id) }))
}

/// What is known of a row's number: imported as it stands, or for something else.
fn known(conn: &mut AnyConnection, row: &ImportRow) -> Result<Option<Outcome>, ApiError> {
    let Some(before) = store::find_imported(conn, &row.municipality, &row.number)? else { return Ok(None) };
    Ok(Some(if before == fingerprint(row)? { Outcome::Known } else { Outcome::Rejected(ImportRejection::Changed) }))
}

/// What a row says, without keeping it.
fn fingerprint(row: &ImportRow) -> Result<String, DbError> {
    Ok(Sha256::digest(to_json(row)?).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Takes the place of a row by the one primitive, and notes that it was imported. Under the family's lock nobody takes in the same meanwhile.
fn take_in(conn: &mut AnyConnection, row: &ImportRow, asked: &Asked, act: &Act) -> Result<Outcome, ApiError> {
    let family = families::store::lock_family(conn, &asked.family)?.ok_or(ApiError::NotFound)?;
    if let Some(known) = known(conn, row)? {
        return Ok(known);
    }
    let entry =
        NewEntry { family_id: family.id.clone(), booking: asked.booking.clone(), overrides: Vec::new(), override_reason: String::new() };
    for Booking { id, facility, .. } in engine::take_entry(conn, &family, &entry, EnteredBy::Import, act)? {
        let imported =
            Imported { municipality: &row.municipality, number: &row.number, fingerprint: &fingerprint(row)?, booking: &id, at: act.now };
        if !store::insert_imported(conn, &imported)? {
            // Another import has it under another family: look again.
            return Err(ApiError::Retry);
        }
        act.record(conn, "booking.imported", facility.place(), id.as_str())?;
    }
    Ok(Outcome::Booked)
}

/// Tells what importing these rows one after the other would do, and writes nothing: each with what those before it would have taken.
fn rehearse(conn: &mut AnyConnection, rows: &[Line], now: DateTime<Utc>) -> Result<Vec<Outcome>, ApiError> {
    let mut taken: BTreeMap<SlotId, Slot> = BTreeMap::new();
    let mut before: BTreeMap<ChildId, Vec<Placed>> = BTreeMap::new();
    let mut outcomes = Vec::with_capacity(rows.len());
    for (_, row) in rows {
        let asked = match find(conn, row)? {
            Found::Here(asked) => asked,
            Found::Known => {
                outcomes.push(Outcome::Known);
                continue;
            }
            Found::Not(rejection) => {
                outcomes.push(Outcome::Rejected(rejection));
                continue;
            }
        };
        let family = families::store::find_family(conn, &asked.family)?.ok_or(ApiError::NotFound)?;
        let mut state = look(conn, &family, &asked.booking, Lock::Nothing)?.state;
        for child in &asked.booking.child_ids {
            state = state.after(before.get(child).map(Vec::as_slice).unwrap_or_default());
        }
        if let Some(slot) = taken.get(&state.slot.id) {
            state.slot = slot.clone();
        }
        outcomes.push(match place(&state, &asked.booking, now) {
            Ok(placed) => {
                taken.insert(placed.slot.id.clone(), placed.slot.clone());
                for child in &asked.booking.child_ids {
                    before.entry(child.clone()).or_default().push(placed.clone());
                }
                Outcome::Booked
            }
            Err(refusals) => Outcome::Refused(ApiError::from(refusals).reasons()),
        });
    }
    Ok(outcomes)
}
