//! Facilities: the public catalogue, and its import from published lists.

pub mod import;
pub mod store;

use actix_web::{get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use shared::changes;
use shared::facilities::{Facility, FacilityQuery, FacilitySummary};
use shared::ids::FacilityId;
use shared::municipalities::MunicipalityCode;
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use shared::problem::{Problem, Reason};

use crate::App;
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::request::Query;
use crate::routes::Operations;
use crate::slots::position;

/// The most characters that a search for words may have.
const MAX_WORDS: usize = 100;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_facilities).service(get_facility);
}

/// Refuses days on which a facility is not there: before it opens, or after it has closed for good.
pub fn check_days(conn: &mut AnyConnection, id: &FacilityId, (from, to): (NaiveDate, NaiveDate)) -> Result<(), ApiError> {
    Ok(changes::check_days(store::find_days(conn, id)?, from, to)?)
}

fn wrong(parameter: &str) -> ApiError {
    ApiError::invalid(&format!("/{parameter}"), Reason::new("facilities.query_invalid"))
}

fn cursor(after: &store::After) -> Result<String, ApiError> {
    Ok(URL_SAFE_NO_PAD.encode(crate::db::to_json(after)?))
}

fn read_cursor(text: &str) -> Option<store::After> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// A question that makes sense, as a search that looks one row further than the page.
fn search(query: FacilityQuery, at: DateTime<Utc>) -> Result<store::Search, ApiError> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let words = query.q.as_deref().unwrap_or_default();
    if words.chars().count() > MAX_WORDS || words.contains('\0') {
        return Err(wrong("q"));
    }
    let codes = query.municipality.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty());
    let municipalities = codes
        .map(|code| MunicipalityCode::parse(code).map_err(|error| ApiError::invalid("/municipality", error.reason())))
        .collect::<Result<_, _>>()?;
    let near = query.near.as_deref().map(|text| position("near", text).map_err(|_| wrong("near"))).transpose()?;
    let after = query.cursor.as_deref().map(|text| read_cursor(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    if after.as_ref().is_some_and(|after| matches!(after, store::After::Distance(..)) != near.is_some()) {
        return Err(wrong("cursor"));
    }
    let (programme, words) = (query.programme, store::words(words));
    Ok(store::Search { municipalities, programme, near, words, after, limit: i64::from(limit) + 1, at })
}

/// Facilities of all cities, by reading or nearest first
#[utoipa::path(
    tag = "facilities",
    params(FacilityQuery),
    responses(
        (status = 200, description = "A page of facilities", body = Page<FacilitySummary>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/facilities")]
pub async fn list_facilities(app: web::Data<App>, query: Query<FacilityQuery>) -> Result<web::Json<Page<FacilitySummary>>, ApiError> {
    let search = search(query.0, app.now())?;
    let limit = usize::try_from(search.limit - 1).unwrap_or(1);
    let mut listed = app.db.read(move |conn| store::list_facilities(conn, &search).map_err(ApiError::from)).await?;
    let goes_on = listed.len() > limit;
    listed.truncate(limit);
    let next_cursor = listed.last().filter(|_| goes_on).map(|last| cursor(&last.after)).transpose()?;
    Ok(web::Json(Page { items: listed.into_iter().map(|one| one.summary).collect(), next_cursor }))
}

/// A facility with everything that is published about it
#[utoipa::path(
    tag = "facilities",
    params(("facility_id" = String, Path, description = "The facility")),
    responses(
        (status = 200, description = "The facility", body = Facility),
        (status = 404, description = "No such facility", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/facilities/{facility_id}")]
pub async fn get_facility(app: web::Data<App>, id: web::Path<FacilityId>) -> Result<web::Json<Facility>, ApiError> {
    let found = app.db.read(move |conn| store::find_facility(conn, &id).map_err(ApiError::from)).await?;
    Ok(web::Json(found.ok_or(ApiError::NotFound)?))
}
