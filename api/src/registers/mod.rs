//! The city's registers and the national system: files that officers or the command line take in, and what came of them.

mod certified;
pub mod command;
pub mod exchange;
mod residents;
mod store;
mod taking;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use shared::facilities::{FileReport, Severity};
use shared::ids::{AccountId, RegisterRunId};
use shared::municipalities::MunicipalityCode;
use shared::page::Page;
use shared::problem::{Problem, Reason};
use shared::registers::individual_number::holds_individual_number;
use shared::registers::sheet::individual_numbers;
use shared::registers::{Choice, Kind, RegisterReport, RegisterRun, Rejection, RowCounts, SentFile};
use shared::text::to_ascii_width;
use shared::time::Month;
use utoipa::IntoParams;

use crate::error::{ApiError, ForBody, ForOfficer};
use crate::idempotency::{Answer, Key, answered, once};
use crate::outbox::Act;
use crate::request::{FileBody, Query};
use crate::routes::Operations;
use crate::session::Officer;
use crate::tables::{Table, read_table};
use crate::{App, new_id};

/// So many runs are listed: whoever looks for an older one asks the audit.
const MOST_RUNS: i64 = 100;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(preview_register_file).service(take_in_register_file).service(list_register_runs).service(export_certified);
}

/// Who sends a file.
#[derive(Debug, Clone)]
enum Sender {
    /// A command of this program, by its name.
    Command(&'static str),
    /// An officer, for the own municipality.
    Officer { account: AccountId, municipality: MunicipalityCode },
}

impl Sender {
    /// Whether this sender may send rows of a municipality.
    fn may_send(&self, of: &MunicipalityCode) -> bool {
        match self {
            Self::Command(_) => true,
            Self::Officer { municipality, .. } => municipality == of,
        }
    }
}

/// A file that was sent.
#[derive(Debug)]
struct Sent {
    name: String,
    bytes: Vec<u8>,
    choices: BTreeMap<String, Choice>,
    sender: Sender,
}

impl Sent {
    fn sha256(&self) -> String {
        exchange::sha256(&self.bytes)
    }

    fn act(&self, app: &App) -> Act {
        match &self.sender {
            Sender::Command(name) => Act::of_command(name, app.now()),
            Sender::Officer { account, .. } => Act::of_request(account.as_str(), app.now()),
        }
    }

    /// Writes that the file begins to go in.
    async fn begin(&self, app: &App, kind: Kind) -> Result<RegisterRunId, ApiError> {
        let act = self.act(app);
        let run = RegisterRun {
            id: RegisterRunId::new(new_id()),
            kind,
            name: self.name.clone(),
            sha256: self.sha256(),
            municipality: match &self.sender {
                Sender::Command(_) => None,
                Sender::Officer { municipality, .. } => Some(municipality.clone()),
            },
            by: act.actor.clone(),
            started_at: act.now,
            ended_at: None,
            counts: RowCounts::default(),
        };
        let id = run.id.clone();
        app.db
            .write(move |conn| {
                store::insert_run(conn, &run)?;
                act.record_look(conn, "register.received", run.id.as_str()).map_err(ApiError::from)
            })
            .await?;
        Ok(id)
    }

    /// Writes that the file has gone in.
    async fn end(&self, app: &App, run: &RegisterRunId, counts: RowCounts) -> Result<(), ApiError> {
        let (run, now) = (run.clone(), app.now());
        app.db.write(move |conn| store::end_run(conn, &run, &counts, now).map_err(ApiError::from)).await
    }
}

/// Looks at a file, and takes it in unless it is only looked at. A file in which an individual number stands is refused before anything else:
/// nothing of it is written, and the report repeats nothing of it.
async fn take(app: &App, sent: Sent, wanted: Option<Kind>, dry_run: bool) -> Result<RegisterReport, ApiError> {
    let refused = |file: FileReport, kind| Ok(RegisterReport::refused(file, kind, dry_run));
    if holds_individual_number(&sent.name) {
        return refused(
            FileReport { findings: vec![Rejection::IndividualNumber.at_line(1, Severity::Error)], ..FileReport::default() },
            None,
        );
    }
    let mut file = FileReport { file: sent.name.clone(), ..FileReport::default() };
    let table = match read_table(&sent.bytes) {
        Ok(table) => table,
        Err(finding) => return refused(FileReport { findings: vec![finding], ..file }, None),
    };
    let records = std::iter::once(&table.header).chain(&table.rows);
    let numbers = individual_numbers(records.map(|record| (record.line, record.fields().collect())));
    if !numbers.is_empty() {
        return refused(FileReport { findings: numbers, ..file }, None);
    }
    file.encoding = Some(table.encoding);
    let Some(kind) = wanted.or_else(|| kind_of(&table)) else {
        return refused(FileReport { findings: vec![Rejection::UnknownKind.at_line(table.header.line, Severity::Error)], ..file }, None);
    };
    match kind {
        Kind::Residents => residents::take(app, &Arc::new(sent), &table, file, dry_run).await,
        Kind::Certified => certified::take(app, &Arc::new(sent), &table, file, dry_run).await,
    }
}

/// Takes in a file as an officer of a municipality does.
pub async fn take_in_as(
    app: &App,
    (account, municipality): (AccountId, MunicipalityCode),
    name: &str,
    bytes: Vec<u8>,
) -> Result<RegisterReport, ApiError> {
    let sender = Sender::Officer { account, municipality };
    take(app, Sent { name: name.to_owned(), bytes, choices: BTreeMap::new(), sender }, None, false).await
}

/// The kind that the first row names.
fn kind_of(table: &Table) -> Option<Kind> {
    let forms = table.rows.iter().flat_map(|row| row.fields());
    forms.take(MOST_COLUMNS).find_map(|field| Kind::of_form(&to_ascii_width(field.trim())))
}

/// In so many fields the form is looked for: no file has more columns.
const MOST_COLUMNS: usize = 100;

fn sent(officer: &Officer, body: &SentFile) -> Result<Sent, ApiError> {
    let bytes = STANDARD.decode(&body.content).map_err(|_| ApiError::invalid("/content", Reason::new("problem.invalid")))?;
    let sender = Sender::Officer { account: officer.account_id.clone(), municipality: officer.municipality.clone() };
    Ok(Sent { name: body.name.clone(), bytes, choices: body.choices.clone(), sender })
}

/// Tells what a file of a register would change, three ways: what it said last time, what it says now, what is held here
///
/// Nothing is written but that it was looked at. Rows of other municipalities are refused. A file in which an individual number (個人番号)
/// stands is refused whole and kept nowhere.
#[utoipa::path(
    tag = "registers",
    request_body = SentFile,
    responses(
        (status = 200, description = "What would come of it", body = RegisterReport),
        ForOfficer,
        ForBody,
    )
)]
#[post("/registers/preview")]
pub async fn preview_register_file(
    app: web::Data<App>,
    officer: Officer,
    body: FileBody<SentFile>,
) -> Result<web::Json<RegisterReport>, ApiError> {
    let sent = sent(&officer, &body.0)?;
    let (act, subject) = (sent.act(&app), sent.sha256());
    let report = take(&app, sent, None, true).await?;
    app.db.write(move |conn| act.record_look(conn, "register.looked_at", &subject).map_err(ApiError::from)).await?;
    Ok(web::Json(report))
}

/// Takes in a file of a register: what only the file changed, and what a person decided in `choices`
///
/// Each row goes in by itself. The same file again changes nothing, so it may be sent again when an answer was lost. What both sides changed
/// and nobody decided stays as it is. Events are
/// `family.residence_proven`, `family.moved_out`, `family.household_set`, `child.enrolment_set`, `entitlement.granted`,
/// `entitlement.revised` and `child.usage_counted`.
#[utoipa::path(
    tag = "registers",
    request_body = SentFile,
    params(Key),
    responses(
        (status = 200, description = "What came of it", body = RegisterReport),
        (status = 503, description = "Others write at the same time; sent again, it goes on", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/registers/runs")]
pub async fn take_in_register_file(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    body: FileBody<SentFile>,
) -> Result<HttpResponse, ApiError> {
    if let Some(known) = answered(&app, &officer.account_id, &key, &body.0).await? {
        return Ok(known);
    }
    let report = take(&app, sent(&officer, &body.0)?, None, false).await?;
    if report.run_id.is_none() {
        // Nothing of a file that is refused is kept.
        return Ok(HttpResponse::Ok().json(report));
    }
    once(&app, &officer.account_id, key, body.0, move |_, _, _| Ok(Answer::new(StatusCode::OK, &report)?)).await
}

/// By what name the minutes are known that this installation counts.
fn source(app: &App) -> String {
    let host = app.config.public_url.split("://").nth(1).unwrap_or_default();
    host.split('/').next().unwrap_or_default().to_owned()
}

/// How a file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileEncoding {
    /// UTF-8 with a byte order mark.
    #[default]
    Utf8,
    /// CP932, the Shift_JIS of Windows.
    Cp932,
}

/// Which certified children.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CertifiedQuery {
    /// The month of use, `2026-12`; this month when absent.
    #[param(value_type = Option<String>, example = "2026-12")]
    pub month: Option<Month>,
    /// `utf8` (with a byte order mark) or `cp932`.
    #[serde(default)]
    #[param(inline)]
    pub encoding: FileEncoding,
}

/// The certified children of a municipality, as a file with its name.
async fn certified_file(
    app: &App,
    city: &MunicipalityCode,
    month: Option<Month>,
    encoding: FileEncoding,
    act: Act,
) -> Result<(String, Vec<u8>), ApiError> {
    let month = month.unwrap_or_else(|| Month::at(app.now()));
    let name = format!("certified_{city}_{month}_v1.csv");
    let (city, source) = (city.clone(), source(app));
    let rows = app
        .db
        .write(move |conn| {
            act.record_look(conn, "register.exported", city.as_str())?;
            certified::rows(conn, &city, month, &source).map_err(ApiError::from)
        })
        .await?;
    Ok((name, written(&rows, encoding)?))
}

/// Rows as a file.
fn written(rows: &[Vec<String>], encoding: FileEncoding) -> Result<Vec<u8>, ApiError> {
    let broken = |error: &dyn std::fmt::Display| ApiError::Internal(format!("register: {error}"));
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        csv.write_record(row).map_err(|error| broken(&error))?;
    }
    let bytes = csv.into_inner().map_err(|error| broken(&error))?;
    if encoding == FileEncoding::Utf8 {
        return Ok([b"\xEF\xBB\xBF", bytes.as_slice()].concat());
    }
    let text = String::from_utf8(bytes).map_err(|error| broken(&error))?;
    let (bytes, _, is_lossy) = encoding_rs::SHIFT_JIS.encode(&text);
    if is_lossy { Err(Rejection::NotInEncoding.into()) } else { Ok(bytes.into_owned()) }
}

/// The municipality's certified children, with what they used in a month and what is left, as a file
///
/// Its columns stand in `registers-certified.csvw.json`. The minutes are those that were counted here; what is left takes account of all.
#[utoipa::path(
    tag = "registers",
    params(CertifiedQuery),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv"),
        (status = 409, description = "`registers.not_in_encoding`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/registers/certified.csv")]
pub async fn export_certified(app: web::Data<App>, officer: Officer, query: Query<CertifiedQuery>) -> Result<HttpResponse, ApiError> {
    let CertifiedQuery { month, encoding } = query.0;
    let act = Act::of_request(officer.account_id.as_str(), app.now());
    let (name, bytes) = certified_file(&app, &officer.municipality, month, encoding, act).await?;
    let charset = if encoding == FileEncoding::Utf8 { "utf-8" } else { "shift_jis" };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format!("text/csv; charset={charset}")))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes))
}

/// The files that the municipality's officers sent, the newest first, 100 at most
#[utoipa::path(
    tag = "registers",
    responses(
        (status = 200, description = "Who sent which when, and what came of it", body = Page<RegisterRun>),
        ForOfficer,
    )
)]
#[get("/registers/runs")]
pub async fn list_register_runs(app: web::Data<App>, officer: Officer) -> Result<web::Json<Page<RegisterRun>>, ApiError> {
    let items = app.db.read(move |conn| store::list_runs(conn, &officer.municipality, MOST_RUNS).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}
