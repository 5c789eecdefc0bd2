//! Files of a settlement: workbook, letter and table; each says whose side it is, and that of the other city has the opposite sign.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use shared::locale::{Locale, month as month_words, without_ruby};
use shared::municipalities::MunicipalityCode;
use shared::problem::{Problem, sentence};
use shared::registers::for_file as safe;
use shared::settlements::{Settlement, SettlementComment, SettlementLine};
use shared::time::tokyo_day;

use super::letter::letter;
use super::{At, look};
use crate::attachments::{File, download};
use crate::error::{ApiError, ForOfficer};
use crate::session::Officer;
use crate::workbook::{self, Cell, Sheet};
use crate::{App, request};

/// A sentence as it stands in files: without readings.
pub(super) fn said(key: &str, locale: Locale) -> String {
    without_ruby(&sentence(key, locale))
}

async fn found(app: &App, officer: Officer, at: At) -> Result<Settlement, ApiError> {
    app.db.read(move |conn| Ok::<_, ApiError>(look(conn, &officer.municipality, &at)?.told)).await
}

/// The columns with their widths in a workbook, in the order of [`cells`].
const HEAD: [(&str, f64); 17] = [
    ("settlements.word.col_number", 22.0),
    ("settlements.word.col_claim", 14.0),
    ("settlements.word.col_host", 14.0),
    ("settlements.word.col_facility", 24.0),
    ("settlements.word.col_residence", 14.0),
    ("settlements.word.col_certificate", 16.0),
    ("settlements.word.col_programme", 24.0),
    ("settlements.word.col_day", 12.0),
    ("settlements.word.col_usage", 12.0),
    ("settlements.word.col_age", 6.0),
    ("settlements.word.col_minutes", 10.0),
    ("settlements.word.col_fee", 12.0),
    ("settlements.word.col_unit", 10.0),
    ("settlements.word.col_benefit", 12.0),
    ("settlements.word.col_relief", 12.0),
    ("settlements.word.col_own", 14.0),
    ("settlements.word.col_corrects", 14.0),
];

/// What a line means for the city that looks: what it gets, or, negative, pays.
fn own_yen(line: &SettlementLine, own: &MunicipalityCode) -> i64 {
    if line.residence == *own { -line.amounts.city_yen() } else { line.amounts.city_yen() }
}

/// Which line of an earlier claim is corrected, as `2026-12 / 3`; empty: none.
pub(super) fn corrected(line: &SettlementLine) -> String {
    line.corrects.as_ref().map_or_else(String::new, |line| format!("{} / {}", line.month, line.number))
}

fn city(told: &Settlement, code: &MunicipalityCode, locale: Locale) -> String {
    let name = if *code == told.own { &told.own_name } else { &told.head.other_name };
    without_ruby(name.get(locale))
}

fn cells(told: &Settlement, (n, line): (i64, &SettlementLine), locale: Locale) -> Vec<Cell> {
    let amounts = line.amounts;
    vec![
        Cell::Number(n),
        Cell::Text(format!("{} / {}", line.claim_month, line.claim_number)),
        Cell::Text(city(told, &line.host, locale)),
        Cell::Text(line.facility.clone()),
        Cell::Text(city(told, &line.residence, locale)),
        Cell::Text(line.certificate.clone().unwrap_or_default()),
        Cell::Text(without_ruby(line.programme_name.get(locale))),
        Cell::Day(line.day),
        Cell::Text(said(line.usage.word(), locale)),
        Cell::Number(i64::from(line.age)),
        Cell::Number(amounts.minutes),
        Cell::Number(amounts.fee_yen),
        Cell::Number(line.unit_yen),
        Cell::Number(amounts.benefit_yen),
        Cell::Number(amounts.relief_yen),
        Cell::Number(own_yen(line, &told.own)),
        Cell::Text(corrected(line)),
    ]
}

/// The facts above the lines, each with its name.
fn facts(told: &Settlement, locale: Locale) -> Vec<(String, Cell)> {
    let head = &told.head;
    let lock = |key: &str, lock: Option<&shared::settlements::SettlementLock>| {
        let what = lock.map_or_else(|| Cell::Text(said("settlements.word.open", locale)), |lock| Cell::Day(tokyo_day(lock.at)));
        (said(key, locale), what)
    };
    let text = |key: &str, words: String| (said(key, locale), Cell::Text(words));
    let number = |key: &str, number: i64| (said(key, locale), Cell::Number(number));
    vec![
        text("settlements.word.compact", without_ruby(head.compact_name.get(locale))),
        text("settlements.word.month", without_ruby(&month_words(head.month, locale))),
        text("settlements.word.own", city(told, &told.own, locale)),
        text("settlements.word.other", city(told, &head.other, locale)),
        number("settlements.word.gets", head.sides.gets_yen),
        number("settlements.word.pays", head.sides.pays_yen),
        number("settlements.word.balance", head.sides.balance_yen),
        lock("settlements.word.own_lock", head.own_lock.as_ref()),
        lock("settlements.word.other_lock", head.other_lock.as_ref()),
    ]
}

fn name(told: &Settlement, ending: &str) -> String {
    let title = said("settlements.word.title", Locale::Ja);
    format!("{title}-{}-{}-{}.{ending}", told.head.month, told.own_name.ja, told.head.other_name.ja)
}

/// What was said to a line, and below it what was answered.
fn comment_rows(told: &Settlement, n: i64, comment: &SettlementComment, locale: Locale) -> Vec<Vec<Cell>> {
    let row = |by: &MunicipalityCode, at: chrono::DateTime<chrono::Utc>, words: &str, state: Cell| {
        vec![Cell::Number(n), Cell::Text(city(told, by, locale)), Cell::Day(tokyo_day(at)), Cell::Text(words.to_owned()), state]
    };
    let text = |key: &str| Cell::Text(said(key, locale));
    let closed = comment.closed_at.map_or_else(|| text("settlements.word.open"), |at| Cell::Day(tokyo_day(at)));
    let answers = comment.answers.iter().map(|answer| row(&answer.municipality, answer.at, &answer.words, text("settlements.word.answer")));
    std::iter::once(row(&comment.municipality, comment.at, &comment.words, closed)).chain(answers).collect()
}

fn sheets(told: &Settlement, locale: Locale) -> Vec<Sheet> {
    let sheet = |key: &str, columns: Vec<(String, f64)>, rows: Vec<Vec<Cell>>, totals: Vec<Cell>| Sheet {
        name: said(key, locale),
        title: said("settlements.word.title", locale),
        facts: facts(told, locale),
        columns,
        rows,
        totals,
    };
    let head = HEAD.iter().map(|(key, width)| (said(key, locale), *width)).collect();
    let rows: Vec<Vec<Cell>> = (1..).zip(&told.lines).map(|line| cells(told, line, locale)).collect();
    let mut totals = vec![Cell::Text(said("claims.word.total", locale))];
    totals.extend(std::iter::repeat_n(Cell::Text(String::new()), HEAD.len() - 3));
    totals.extend([Cell::Number(told.head.sides.balance_yen), Cell::Text(String::new())]);
    let comments = (1..).zip(&told.lines).flat_map(|(n, line): (i64, _)| line.comments.iter().map(move |comment| (n, comment)));
    let comments = comments.flat_map(|(n, comment)| comment_rows(told, n, comment, locale));
    let columns = [
        ("settlements.word.col_number", 22.0),
        ("settlements.word.col_by", 24.0),
        ("settlements.word.col_at", 12.0),
        ("settlements.word.col_words", 60.0),
        ("settlements.word.col_closed", 12.0),
    ];
    let columns = columns.map(|(key, width)| (said(key, locale), width)).to_vec();
    vec![sheet("settlements.word.lines", head, rows, totals), sheet("settlements.word.comments", columns, comments.collect(), Vec::new())]
}

/// The settlement as a workbook: its lines, and what was said to them
#[utoipa::path(
    tag = "settlements",
    params(
        ("compact_id" = String, Path, description = "The compact"),
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The other city's code"),
    ),
    responses(
        (status = 200, description = "The workbook (Excel)", body = File, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 404, description = "No such compact between the two", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/settlements/{compact_id}/{month}/{municipality}/settlement.xlsx")]
pub async fn get_settlement_workbook(app: web::Data<App>, officer: Officer, at: web::Path<At>) -> Result<HttpResponse, ApiError> {
    let locale = request::current().locale;
    let (told, now) = (found(&app, officer, at.into_inner()).await?, app.now());
    let name = name(&told, "xlsx");
    let book = web::block(move || workbook::write(&sheets(&told, locale), now)).await;
    Ok(download(&name, workbook::MEDIA_TYPE, book.map_err(|error| ApiError::Internal(error.to_string()))??))
}

/// The settlement, to be printed
///
/// PDF/A-2a and PDF/UA-1, in Japanese; a draft until both cities have locked it.
#[utoipa::path(
    tag = "settlements",
    params(
        ("compact_id" = String, Path, description = "The compact"),
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The other city's code"),
    ),
    responses(
        (status = 200, description = "The letter", body = File, content_type = "application/pdf"),
        (status = 404, description = "No such compact between the two", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/settlements/{compact_id}/{month}/{municipality}/settlement.pdf")]
pub async fn get_settlement_letter(app: web::Data<App>, officer: Officer, at: web::Path<At>) -> Result<HttpResponse, ApiError> {
    let (told, now) = (found(&app, officer, at.into_inner()).await?, app.now());
    let name = name(&told, "pdf");
    let paper = web::block(move || letter(&told, now)).await.map_err(|error| ApiError::Internal(error.to_string()))??;
    Ok(download(&name, "application/pdf", paper))
}

/// The settlement's lines as a CSV file: UTF-8 with a byte order mark, so that spreadsheets read it
#[utoipa::path(
    tag = "settlements",
    params(
        ("compact_id" = String, Path, description = "The compact"),
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The other city's code"),
    ),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv"),
        (status = 404, description = "No such compact between the two", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/settlements/{compact_id}/{month}/{municipality}/settlement.csv")]
pub async fn get_settlement_table(app: web::Data<App>, officer: Officer, at: web::Path<At>) -> Result<HttpResponse, ApiError> {
    let locale = request::current().locale;
    let told = found(&app, officer, at.into_inner()).await?;
    let name = format!("attachment; filename=\"settlement-{}-{}.csv\"", told.head.month, told.head.other);
    let table = table(&told, locale).map_err(|error| ApiError::Internal(format!("settlement: {error}")))?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/csv; charset=utf-8")).insert_header((CONTENT_DISPOSITION, name)).body(table))
}

fn table(told: &Settlement, locale: Locale) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    csv.write_record(HEAD.map(|(key, _)| said(key, locale)))?;
    for line in (1..).zip(&told.lines) {
        csv.write_record(cells(told, line, locale).into_iter().map(|cell| match cell {
            Cell::Text(words) => safe(&words),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.to_string(),
        }))?;
    }
    csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
