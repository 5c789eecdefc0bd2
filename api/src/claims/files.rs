//! Files of a locked month: the workbook for the facility, the letter to a city, and the statement to a family.

use actix_web::{HttpResponse, get, web};
use shared::claims::{Amounts, Claim, ClaimLine, ClaimLock, Rejection};
use shared::ids::FamilyId;
use shared::locale::{Locale, month as month_words, without_ruby};
use shared::municipalities::MunicipalityCode;
use shared::problem::{Datum, Problem, Reason, sentence};
use shared::time::{Month, tokyo_day};

use super::papers::{Letter, children_table, city_table, family_table};
use super::{engine, month};
use crate::attachments::{File, download};
use crate::documents::pdf::render_with;
use crate::error::{ApiError, ForStaff};
use crate::outbox::Act;
use crate::session::Staff;
use crate::workbook::{self, Cell, Sheet};
use crate::{App, facilities, request};

/// A sentence as it stands in files: without readings.
pub(super) fn said(key: &str, locale: Locale) -> String {
    without_ruby(&sentence(key, locale))
}

/// A sentence with something filled in.
pub(super) fn with(key: &'static str, name: &str, what: String, locale: Locale) -> String {
    without_ruby(&Reason::new(key).with(name, Datum::Text(what)).sentence(locale))
}

/// The facility's month, once it is locked: only then there is something official to hand on.
async fn locked(app: &App, staff: Staff, month: Month) -> Result<(Claim, ClaimLock), ApiError> {
    let act = Act::of_request(staff.account_id.as_str(), app.now());
    let claim = app.db.read(move |conn| engine::look(conn, &staff.facility_id, month, &act)).await?;
    let lock = claim.locked.clone().ok_or(Rejection::NotLocked)?;
    Ok((claim, lock))
}

/// The locked month with who it is from, as letters say it: address, operator, facility, telephone.
async fn locked_by(app: &App, staff: Staff, month: Month) -> Result<(Claim, ClaimLock, Vec<String>), ApiError> {
    let id = staff.facility_id.clone();
    let (claim, lock) = locked(app, staff, month).await?;
    let facility = app.db.read(move |conn| facilities::store::find_facility(conn, &id)).await?.ok_or(ApiError::NotFound)?;
    let listing = facility.listing;
    let phone = listing.contact.phone.as_ref().map(|phone| with("claims.word.phone", "phone", phone.clone(), Locale::Ja));
    let sender = [listing.address.line(), listing.operator.name, Some(listing.name), phone];
    Ok((claim, lock, sender.into_iter().flatten().collect()))
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
pub(super) fn corrected(line: &ClaimLine) -> String {
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
    let (claim, lock, sender) = locked_by(&app, staff, month).await?;
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
        let letter = Letter {
            claim: &claim,
            lock: &lock,
            sender,
            to,
            title: "claims.word.letter",
            body: "claims.word.letter_body",
            amounts: &amounts,
        };
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
    let (claim, lock, sender) = locked_by(&app, staff, month).await?;
    let total = claim.families.iter().find(|total| total.family_id == family).cloned().ok_or(ApiError::NotFound)?;
    let name = format!("{}-{month}.pdf", said("claims.word.account", Locale::Ja));
    let paper = made(move || {
        let lines: Vec<&ClaimLine> = claim.lines.iter().filter(|line| line.family_id == family).collect();
        let to = with("claims.word.addressee_family", "name", total.guardian.clone(), Locale::Ja);
        let amounts = [("claims.word.owed", total.fee_yen)];
        let letter = Letter {
            claim: &claim,
            lock: &lock,
            sender,
            to,
            title: "claims.word.account",
            body: "claims.word.account_body",
            amounts: &amounts,
        };
        render_with(&letter.document(lines.len()), &[family_table(&lines)])
    });
    Ok(download(&name, "application/pdf", paper.await?))
}
