//! Programmes (事業) and their rules: for everybody to read, for a city's officers to publish.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use shared::ids::ProgrammeVersionId;
use shared::municipalities::MunicipalityCode;
use shared::page::Page;
use shared::problem::Problem;
use shared::programmes::{NewProgramme, Programme, ProgrammeKey, succeed};
use shared::time::tokyo_day;
use utoipa::IntoParams;

use crate::error::{ApiError, ForBody, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::request::{Plain, Query};
use crate::routes::Operations;
use crate::session::Officer;
use crate::{App, municipalities, new_id};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_programmes).service(publish_programme);
}

/// Which programmes.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProgrammeQuery {
    /// Only of this municipality.
    #[param(value_type = Option<String>)]
    pub municipality: Option<MunicipalityCode>,
    /// Only this programme.
    #[param(value_type = Option<String>)]
    pub programme: Option<ProgrammeKey>,
    /// As they hold on this day; today when absent.
    pub on: Option<NaiveDate>,
    /// Every version, also those that are over and those to come, instead of a day's.
    #[serde(default)]
    pub every_version: bool,
}

/// The programmes with their rules as they hold on a day
#[utoipa::path(
    tag = "programmes",
    params(ProgrammeQuery),
    responses(
        (status = 200, description = "By municipality, key and first day", body = Page<Programme>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/programmes")]
pub async fn list_programmes(app: web::Data<App>, query: Query<ProgrammeQuery>) -> Result<web::Json<Page<Programme>>, ApiError> {
    let (query, today) = (query.0, tokyo_day(app.now()));
    let items = app
        .db
        .read(move |conn| {
            let day = query.on.unwrap_or(today);
            // As far as both databases count days.
            let ever = NaiveDate::from_yo_opt(1, 1).zip(NaiveDate::from_ymd_opt(9999, 12, 31));
            let (from, to) = ever.filter(|_| query.every_version).unwrap_or((day, day));
            store::list_programmes(conn, query.municipality.as_ref(), query.programme.as_ref(), from, to).map_err(ApiError::from)
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// Publishes a version of a programme in the officer's city, also of a programme that is new there
///
/// It holds from its first day on; the version that held until then ends the day before. What has begun is never changed: bookings keep the
/// terms that they were made on.
#[utoipa::path(
    tag = "programmes",
    request_body = NewProgramme,
    params(Key),
    responses(
        (status = 201, description = "Published", body = Programme),
        (status = 409, description = "`programmes.not_ahead`, `programmes.ends_before_start`, `programmes.overlaps`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/programmes")]
pub async fn publish_programme(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    body: Plain<NewProgramme>,
) -> Result<HttpResponse, ApiError> {
    let wrong = body.check();
    if !wrong.is_empty() {
        return Err(ApiError::Invalid(wrong));
    }
    once(&app, &officer.account_id, key, body.0, move |conn, new, act| {
        municipalities::store::lock_municipality(conn, &officer.municipality)?;
        let versions = store::list_all_versions(conn, &officer.municipality, &new.key)?;
        let succession = succeed(&versions, new, tokyo_day(act.now))?;
        if let Some((before, last)) = &succession.ends {
            store::end_programme(conn, before, *last)?;
        }
        let programme = Programme {
            id: ProgrammeVersionId::new(new_id()),
            key: new.key.clone(),
            municipality: officer.municipality.clone(),
            valid_from: new.valid_from,
            valid_until: succession.valid_until,
            name: new.name.clone(),
            summary: new.summary.clone(),
            terms: new.terms.clone(),
        };
        store::insert_programme(conn, &programme)?;
        act.record(conn, "programme.published", (&officer.municipality, None), programme.id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &programme)?)
    })
    .await
}
