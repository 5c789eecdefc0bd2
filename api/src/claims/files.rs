//! Files of a locked month: the workbook for the facility, the letter to a city, and the statement to a family.

use actix_web::{HttpResponse, get, web};
use shared::claims::{Amounts, Claim, ClaimLine, ClaimLock, Rejection, by_child};
use shared::documents::{Document, Fact};
use shared::ids::FamilyId;
use shared::locale::{Locale, month as month_words, official_day, without_ruby, yen};
use shared::municipalities::MunicipalityCode;
use shared::problem::{Datum, Problem, Reason, sentence};
use shared::time::{Month, tokyo_day};

use super::{engine, month};
use crate::attachments::{File, download};
use crate::documents::pdf::{Column, PaperTable, render_with};
use crate::error::{ApiError, ForStaff};
use crate::outbox::Act;
use crate::session::Staff;
use crate::workbook::{self, Cell, Sheet};
use crate::{App, request};

fn said(key: &str, locale: Locale) -> String {
    without_ruby(&sentence(key, locale))
}

fn with(key: &'static str, name: &str, what: String, locale: Locale) -> String {
    without_ruby(&Reason::new(key).with(name, Datum::Text(what)).sentence(locale))
}

/// The facility's month, once it is locked: only then there is something official to hand on.
async fn locked(app: &App, staff: Staff, month: Month) -> Result<(Claim, ClaimLock), ApiError> {
    let act = Act::of_request(staff.account_id.as_str(), app.now());
    let claim = app.db.read(move |conn| engine::look(conn, &staff.facility_id, month, &act)).await?;
    let lock = claim.locked.clone().ok_or(Rejection::NotLocked)?;
    Ok((claim, lock))
}

/// Work that takes a moment, away from those who answer others.
async fn made(work: impl FnOnce() -> Result<Vec<u8>, ApiError> + Send + 'static) -> Result<Vec<u8>, ApiError> {
    web::block(work).await.map_err(|error| ApiError::Internal(error.to_string()))?
}

/// The locked month as a workbook: by city, by family, by child, and line by line
#[utoipa::path(
    tag = "claims",
    params(("month" = String, Path, description = "The month, `2026-12`")),
    responses(
        (status = 200, description = "The workbook (Excel)", body = File, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 409, description = "`claims.not_locked`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/claims/{month}/claim.xlsx")]
pub async fn get_claim_workbook(app: web::Data<App>, staff: Staff, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let month = month(&path)?;
    let (claim, lock) = locked(&app, staff, month).await?;
    let locale = request::current().locale;
    let name = format!("{}-{month}.xlsx", said("claims.word.title", locale));
    let book = made(move || workbook::write(&sheets(&claim, &lock, locale), lock.at)).await?;
    Ok(download(&name, workbook::MEDIA_TYPE, book))
}

fn columns(keys: &[(&str, f64)], locale: Locale) -> Vec<(String, f64)> {
    keys.iter().map(|(key, width)| (said(key, locale), *width)).collect()
}

/// The sums of amounts, in the order of the columns.
fn sums(amounts: Amounts) -> Vec<Cell> {
    [amounts.minutes, amounts.fee_yen, amounts.benefit_yen, amounts.relief_yen, amounts.city_yen()].map(Cell::Number).to_vec()
}

const SUMS: [(&str, f64); 5] = [
    ("claims.word.col_minutes", 10.0),
    ("claims.word.col_fee", 12.0),
    ("claims.word.col_benefit", 12.0),
    ("claims.word.col_relief", 12.0),
    ("claims.word.col_city_yen", 12.0),
];

fn sheets(claim: &Claim, lock: &ClaimLock, locale: Locale) -> Vec<Sheet> {
    let text = |words: &str| Cell::Text(words.to_owned());
    let number = |count: usize| Cell::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let total = said("claims.word.total", locale);
    let facts = vec![
        (said("claims.word.facility", locale), text(&claim.facility)),
        (said("claims.word.month", locale), text(&without_ruby(&month_words(claim.month, locale)))),
        (said("claims.word.locked_on", locale), Cell::Day(tokyo_day(lock.at))),
        (said("claims.word.locked_by", locale), text(&lock.by)),
    ];
    let sheet = |key: &str, head: &[(&str, f64)], rows: Vec<Vec<Cell>>, totals: Vec<Cell>| Sheet {
        name: said(key, locale),
        title: said("claims.word.title", locale),
        facts: facts.clone(),
        columns: columns(head, locale),
        rows,
        totals,
    };
    let beside = |lead: Vec<Cell>, amounts: Amounts| lead.into_iter().chain(sums(amounts)).collect::<Vec<Cell>>();
    let cities =
        claim.cities.iter().map(|city| beside(vec![text(&without_ruby(city.name.get(locale))), Cell::Number(city.lines)], city.amounts));
    let children = claim.children.iter().map(|child| {
        let lead = vec![
            text(&child.child.name),
            text(&child.child.kana),
            text(&without_ruby(child.programme_name.get(locale))),
            Cell::Number(child.lines),
        ];
        beside(lead, child.amounts)
    });
    let paid = |at: Option<&shared::claims::Paid>| at.map_or_else(|| text(""), |paid| Cell::Day(tokyo_day(paid.at)));
    let families = claim.families.iter().map(|family| {
        let by = family.paid.as_ref().map_or("", |paid| paid.by.as_str());
        vec![text(&family.guardian), Cell::Number(family.fee_yen), paid(family.paid.as_ref()), text(by)]
    });
    let head = |lead: &[(&'static str, f64)]| lead.iter().copied().chain(SUMS).collect::<Vec<_>>();
    let (city, child) = (("claims.word.col_city", 20.0), ("claims.word.col_child", 18.0));
    let (count, programme) = (("claims.word.col_lines", 8.0), ("claims.word.col_programme", 24.0));
    let lines: Vec<Vec<Cell>> = claim.lines.iter().map(|line| line_cells(line, claim, locale)).collect();
    let line_head = head(&[
        ("claims.word.col_number", 20.0),
        ("claims.word.col_day", 12.0),
        child,
        ("claims.word.col_kana", 18.0),
        city,
        ("claims.word.col_certificate", 16.0),
        programme,
        ("claims.word.col_usage", 10.0),
        ("claims.word.col_age", 6.0),
        ("claims.word.col_unit", 10.0),
    ]);
    let line_head: Vec<(&str, f64)> =
        line_head.into_iter().chain([("claims.word.col_corrects", 16.0), ("claims.word.col_reason", 30.0)]).collect();
    let after = |cells: Vec<Cell>, n: usize| std::iter::repeat_n(text(""), n).chain(cells).collect::<Vec<_>>();
    let line_total = std::iter::once(text(&total)).chain(after(sums(claim.total), 9)).chain([text(""), text("")]).collect();
    let owed = claim.families.iter().map(|family| family.fee_yen).sum();
    vec![
        sheet(
            "claims.word.by_city",
            &head(&[city, count]),
            cities.collect(),
            beside(vec![text(&total), number(claim.lines.len())], claim.total),
        ),
        sheet(
            "claims.word.by_family",
            &[
                ("claims.word.col_guardian", 20.0),
                ("claims.word.col_owed", 14.0),
                ("claims.word.col_paid_on", 14.0),
                ("claims.word.col_paid_by", 18.0),
            ],
            families.collect(),
            vec![text(&total), Cell::Number(owed), text(""), text("")],
        ),
        sheet(
            "claims.word.by_child",
            &head(&[child, ("claims.word.col_kana", 18.0), programme, count]),
            children.collect(),
            beside(vec![text(&total), text(""), text(""), number(claim.lines.len())], claim.total),
        ),
        sheet("claims.word.by_line", &line_head, lines, line_total),
    ]
}

/// Which line a correction is of, as `2026-12 / 3`.
fn corrected(line: &ClaimLine) -> String {
    line.corrects.as_ref().map_or_else(String::new, |line| format!("{} / {}", line.month, line.number))
}

fn line_cells(line: &ClaimLine, claim: &Claim, locale: Locale) -> Vec<Cell> {
    let city = claim.cities.iter().find(|city| city.municipality == line.residence);
    let lead = [
        Cell::Number(line.number),
        Cell::Day(tokyo_day(line.starts_at)),
        Cell::Text(line.child.name.clone()),
        Cell::Text(line.child.kana.clone()),
        Cell::Text(city.map_or_else(String::new, |city| without_ruby(city.name.get(locale)))),
        Cell::Text(line.certificate.clone().unwrap_or_default()),
        Cell::Text(without_ruby(line.programme_name.get(locale))),
        Cell::Text(said(line.usage.word(), locale)),
        Cell::Number(i64::from(line.age)),
        Cell::Number(line.unit_yen),
    ];
    let reason = line.corrects.as_ref().map_or("", |line| line.reason.as_str());
    let tail = [Cell::Text(corrected(line)), Cell::Text(reason.to_owned())];
    lead.into_iter().chain(sums(line.amounts)).chain(tail).collect()
}

/// The claim to a city, to be printed
///
/// PDF/A-2a and PDF/UA-1, in Japanese; the same claim is always the same bytes.
#[utoipa::path(
    tag = "claims",
    params(
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The city's code"),
    ),
    responses(
        (status = 200, description = "The letter", body = File, content_type = "application/pdf"),
        (status = 404, description = "The month has nothing for this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`claims.not_locked`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/claims/{month}/cities/{municipality}/claim.pdf")]
pub async fn get_claim_letter(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(String, MunicipalityCode)>,
) -> Result<HttpResponse, ApiError> {
    let (text, wanted) = path.into_inner();
    let month = month(&text)?;
    let (claim, lock) = locked(&app, staff, month).await?;
    let city = claim.cities.iter().find(|city| city.municipality == wanted).cloned().ok_or(ApiError::NotFound)?;
    let name = format!("{}-{month}-{}.pdf", said("claims.word.letter", Locale::Ja), city.name.ja);
    let paper = made(move || {
        let lines: Vec<&ClaimLine> = claim.lines.iter().filter(|line| line.residence == city.municipality).collect();
        let to = with("claims.word.addressee_city", "city", city.name.ja.clone(), Locale::Ja);
        let amounts = [
            ("claims.word.claimed", city.city_yen),
            ("claims.word.of_benefit", city.amounts.benefit_yen),
            ("claims.word.of_relief", city.amounts.relief_yen),
        ];
        let letter =
            Letter { claim: &claim, lock: &lock, to, title: "claims.word.letter", body: "claims.word.letter_body", amounts: &amounts };
        render_with(&letter.document(lines.len()), &[children_table(&lines), city_table(&lines)])
    });
    Ok(download(&name, "application/pdf", paper.await?))
}

/// What a family owes of the month, to be printed
///
/// PDF/A-2a and PDF/UA-1, in Japanese.
#[utoipa::path(
    tag = "claims",
    params(("month" = String, Path, description = "The month, `2026-12`"), ("family_id" = String, Path, description = "The family")),
    responses(
        (status = 200, description = "The statement", body = File, content_type = "application/pdf"),
        (status = 404, description = "The month has nothing of this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`claims.not_locked`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/claims/{month}/families/{family_id}/statement.pdf")]
pub async fn get_family_account(app: web::Data<App>, staff: Staff, path: web::Path<(String, FamilyId)>) -> Result<HttpResponse, ApiError> {
    let (text, family) = path.into_inner();
    let month = month(&text)?;
    let (claim, lock) = locked(&app, staff, month).await?;
    let total = claim.families.iter().find(|total| total.family_id == family).cloned().ok_or(ApiError::NotFound)?;
    let name = format!("{}-{month}.pdf", said("claims.word.account", Locale::Ja));
    let paper = made(move || {
        let lines: Vec<&ClaimLine> = claim.lines.iter().filter(|line| line.family_id == family).collect();
        let to = with("claims.word.addressee_family", "name", total.guardian.clone(), Locale::Ja);
        let amounts = [("claims.word.owed", total.fee_yen)];
        let letter =
            Letter { claim: &claim, lock: &lock, to, title: "claims.word.account", body: "claims.word.account_body", amounts: &amounts };
        render_with(&letter.document(lines.len()), &[family_table(&lines)])
    });
    Ok(download(&name, "application/pdf", paper.await?))
}

/// A letter of a facility about its month.
struct Letter<'a> {
    claim: &'a Claim,
    lock: &'a ClaimLock,
    to: String,
    title: &'a str,
    body: &'static str,
    amounts: &'a [(&'a str, i64)],
}

impl Letter<'_> {
    fn document(&self, lines: usize) -> Document {
        let (issued_on, language) = (tokyo_day(self.lock.at), Locale::Ja);
        let month = month_words(self.claim.month, language);
        let fact = |key: &str, what: String| Fact { name: said(key, language), lines: vec![what] };
        let mut facts = vec![
            fact("claims.word.facility", self.claim.facility.clone()),
            fact("claims.word.month", month.clone()),
            fact("claims.word.col_lines", lines.to_string()),
        ];
        facts.extend(self.amounts.iter().map(|(key, amount)| fact(key, yen(*amount, language))));
        Document {
            language,
            number: with("claims.word.number", "month", month.clone(), language),
            issued_on,
            date: official_day(issued_on, language),
            addressee: self.to.clone(),
            sender: vec![self.claim.facility.clone()],
            title: said(self.title, language),
            body: vec![with(self.body, "month", month, language)],
            facts,
            sections: Vec::new(),
        }
    }
}

fn words(key: &str, share: f32) -> Column {
    Column::words(said(key, Locale::Ja), share)
}

fn numbers(key: &str, share: f32) -> Column {
    Column::numbers(said(key, Locale::Ja), share)
}

/// A number with separators between thousands.
fn separated(number: i64) -> String {
    yen(number, Locale::Ja).replace('円', "")
}

fn children_table(lines: &[&ClaimLine]) -> PaperTable {
    let lines: Vec<ClaimLine> = lines.iter().copied().cloned().collect();
    let rows = by_child(&lines).into_iter().map(|child| {
        let amounts = child.amounts;
        let numbers = [child.lines, amounts.minutes, amounts.benefit_yen, amounts.relief_yen, amounts.city_yen()].map(separated);
        [child.child.name, child.programme_name.ja].into_iter().chain(numbers).collect()
    });
    PaperTable {
        heading: said("claims.word.by_child", Locale::Ja),
        columns: vec![
            words("claims.word.col_child", 80.0),
            words("claims.word.col_programme", 110.0),
            numbers("claims.word.col_lines", 36.0),
            numbers("claims.word.col_minutes", 50.0),
            numbers("claims.word.col_benefit", 60.0),
            numbers("claims.word.col_relief", 55.0),
            numbers("claims.word.col_city_yen", 62.0),
        ],
        rows: rows.collect(),
    }
}

fn city_table(lines: &[&ClaimLine]) -> PaperTable {
    let row = |line: &&ClaimLine| {
        let amounts = line.amounts;
        let lead = [
            separated(line.number),
            tokyo_day(line.starts_at).to_string(),
            line.child.name.clone(),
            line.certificate.clone().unwrap_or_default(),
        ];
        let mut usage = said(line.usage.word(), Locale::Ja);
        if line.corrects.is_some() {
            usage = with("claims.word.correction", "line", corrected(line), Locale::Ja);
        }
        let numbers = [i64::from(line.age), amounts.minutes, line.unit_yen, amounts.benefit_yen, amounts.relief_yen, amounts.city_yen()];
        lead.into_iter().chain([usage]).chain(numbers.map(separated)).collect()
    };
    PaperTable {
        heading: said("claims.word.by_line", Locale::Ja),
        columns: vec![
            numbers("claims.word.col_number", 26.0),
            words("claims.word.col_day", 52.0),
            words("claims.word.col_child", 62.0),
            words("claims.word.col_certificate", 58.0),
            words("claims.word.col_usage", 44.0),
            numbers("claims.word.col_age", 22.0),
            numbers("claims.word.col_minutes", 34.0),
            numbers("claims.word.col_unit", 36.0),
            numbers("claims.word.col_benefit", 42.0),
            numbers("claims.word.col_relief", 36.0),
            numbers("claims.word.col_city_yen", 42.0),
        ],
        rows: lines.iter().map(row).collect(),
    }
}

fn family_table(lines: &[&ClaimLine]) -> PaperTable {
    let row = |line: &&ClaimLine| {
        let mut usage = said(line.usage.word(), Locale::Ja);
        if line.corrects.is_some() {
            usage = with("claims.word.correction", "line", corrected(line), Locale::Ja);
        }
        let lead = [tokyo_day(line.starts_at).to_string(), line.child.name.clone(), line.programme_name.ja.clone(), usage];
        lead.into_iter().chain([line.amounts.minutes, line.amounts.fee_yen].map(separated)).collect()
    };
    PaperTable {
        heading: said("claims.word.by_line", Locale::Ja),
        columns: vec![
            words("claims.word.col_day", 60.0),
            words("claims.word.col_child", 90.0),
            words("claims.word.col_programme", 120.0),
            words("claims.word.col_usage", 80.0),
            numbers("claims.word.col_minutes", 46.0),
            numbers("claims.word.col_fee", 57.0),
        ],
        rows: lines.iter().map(row).collect(),
    }
}
