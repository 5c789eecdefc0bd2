//! Statements: a family's month, a facility's month, and the facility's as a file for its own bookkeeping.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use shared::bookings::Booking;
use shared::ids::{FacilityId, FamilyId};
use shared::locale::{Locale, iso_clock_at, iso_day_at, without_ruby};
use shared::problem::{Problem, sentence};
use shared::registers::for_file as safe;
use shared::statements::{FacilityStatement, FamilyStatement, Statement, item_words, state_key, statement};
use shared::time::{Month, day_start};
use utoipa::IntoParams;

use crate::bookings::store::{Listing, Owner, Stored, list_bookings};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForGuardian, ForStaff};
use crate::request::Query;
use crate::routes::Operations;
use crate::session::{Guardian, Staff};
use crate::{App, facilities, families};

/// More bookings than that no month of a facility has.
const MANY: i64 = 20_000;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_statement).service(get_facility_statement).service(get_facility_statement_file);
}

/// Which month.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    /// The month, `2026-12`; this month when absent.
    #[param(value_type = Option<String>, example = "2026-12")]
    pub month: Option<Month>,
}

/// The bookings of a month.
fn bookings(conn: &mut AnyConnection, owner: Owner, month: Month) -> Result<Vec<Stored>, ApiError> {
    let listing = Listing {
        owner,
        from: Some(day_start(month.first_day())),
        until: Some(day_start(month.next_first_day())),
        active_only: false,
        waiting_at: None,
        after: None,
        limit: MANY,
    };
    Ok(list_bookings(conn, &listing)?)
}

/// What the family's month comes to: final amounts of stays that are over, estimates of the others
#[utoipa::path(
    tag = "statements",
    params(StatementQuery),
    responses(
        (status = 200, description = "Child by child, stay by stay", body = Statement),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/statements")]
pub async fn get_statement(
    app: web::Data<App>,
    guardian: Guardian,
    query: Query<StatementQuery>,
) -> Result<web::Json<Statement>, ApiError> {
    let month = query.0.month.unwrap_or_else(|| Month::at(app.now()));
    let found = app.db.read(move |conn| bookings(conn, Owner::Family(guardian.family_id.clone()), month)).await?;
    let found: Vec<Booking> = found.into_iter().map(|stored| stored.booking).collect();
    Ok(web::Json(statement(month, &found)))
}

fn facility_statement(conn: &mut AnyConnection, facility: &FacilityId, month: Month) -> Result<FacilityStatement, ApiError> {
    let found = bookings(conn, Owner::Facility(facility.clone()), month)?;
    let mut known = families::store::list_families(conn, found.iter().map(|stored| &stored.family_id))?;
    known.sort_by(|a, b| (a.guardian_kana.as_str(), &a.id).cmp(&(b.guardian_kana.as_str(), &b.id)));
    let of =
        |family: &FamilyId| found.iter().filter(|stored| stored.family_id == *family).map(|stored| &stored.booking).collect::<Vec<_>>();
    let families: Vec<FamilyStatement> = known
        .into_iter()
        .map(|family| FamilyStatement {
            statement: statement(month, of(&family.id)),
            guardian: family.guardian_name.to_string(),
            family_id: family.id,
        })
        .filter(|family| !family.statement.children.is_empty())
        .collect();
    Ok(FacilityStatement {
        month,
        facility: facilities::store::find_name(conn, facility)?.ok_or(ApiError::NotFound)?,
        total_yen: families.iter().map(|family| family.statement.total_yen).sum(),
        estimated_yen: families.iter().map(|family| family.statement.estimated_yen).sum(),
        families,
    })
}

/// What the facility's month comes to, family by family
#[utoipa::path(
    tag = "statements",
    params(StatementQuery),
    responses(
        (status = 200, description = "Family by family, child by child, stay by stay", body = FacilityStatement),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/statements")]
pub async fn get_facility_statement(
    app: web::Data<App>,
    staff: Staff,
    query: Query<StatementQuery>,
) -> Result<web::Json<FacilityStatement>, ApiError> {
    let month = query.0.month.unwrap_or_else(|| Month::at(app.now()));
    Ok(web::Json(app.db.read(move |conn| facility_statement(conn, &staff.facility_id, month)).await?))
}

/// The facility's month as a CSV file, a row for each line of each stay: UTF-8 with a byte order mark, so that spreadsheets read it
#[utoipa::path(
    tag = "statements",
    params(StatementQuery),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv"),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/statements.csv")]
pub async fn get_facility_statement_file(
    app: web::Data<App>,
    staff: Staff,
    query: Query<StatementQuery>,
) -> Result<HttpResponse, ApiError> {
    let month = query.0.month.unwrap_or_else(|| Month::at(app.now()));
    let locale = crate::request::current().locale;
    let told = app.db.read(move |conn| facility_statement(conn, &staff.facility_id, month)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"statement-{month}.csv\"")))
        .body(file(&told, locale)?))
}

/// The columns of the file.
const HEAD: [&str; 11] = [
    "statements.word.col_guardian",
    "statements.word.col_child",
    "statements.word.col_kana",
    "statements.word.col_programme",
    "statements.word.col_day",
    "statements.word.col_from",
    "statements.word.col_until",
    "statements.word.col_state",
    "statements.word.col_final",
    "statements.word.col_item",
    "statements.word.col_yen",
];

fn file(told: &FacilityStatement, locale: Locale) -> Result<Vec<u8>, ApiError> {
    let said = |key: &str| without_ruby(&sentence(key, locale));
    let broken = |error: &dyn std::fmt::Display| ApiError::Internal(format!("statement: {error}"));
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    csv.write_record(HEAD.map(said)).map_err(|error| broken(&error))?;
    for family in &told.families {
        for child in &family.statement.children {
            for line in &child.lines {
                let whole = [
                    safe(&family.guardian),
                    safe(&child.child.name),
                    safe(&child.child.kana),
                    without_ruby(line.programme_name.get(locale)),
                    iso_day_at(line.starts_at),
                    iso_clock_at(line.starts_at),
                    iso_clock_at(line.ends_at),
                    said(state_key(&line.state)),
                    said(if line.is_final { "statements.word.final" } else { "statements.word.estimate" }),
                ];
                let parts: Vec<(String, i64)> = if line.fee_lines.is_empty() {
                    vec![(String::new(), line.yen)]
                } else {
                    line.fee_lines.iter().map(|part| (safe(&item_words(&part.item, locale)), part.yen)).collect()
                };
                for (words, yen) in parts {
                    let row = whole.iter().cloned().chain([words, yen.to_string()]);
                    csv.write_record(row).map_err(|error| broken(&error))?;
                }
            }
        }
    }
    csv.into_inner().map_err(|error| broken(&error))
}
