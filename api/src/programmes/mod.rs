//! Programmes (事業) and their rules: for everybody to read. What changes them is in `changes`.

pub mod store;

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use shared::municipalities::MunicipalityCode;
use shared::page::Page;
use shared::problem::Problem;
use shared::programmes::{Programme, ProgrammeKey};
use shared::time::tokyo_day;
use utoipa::IntoParams;

use crate::App;
use crate::error::ApiError;
use crate::request::Query;
use crate::routes::Operations;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_programmes);
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
