//! Programmes (事業) and their rules, for everybody to read.

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
use utoipa_actix_web::service_config::ServiceConfig;

use crate::App;
use crate::error::ApiError;
use crate::request::Query;

/// The slice's operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
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
}

/// The programmes with their rules as they hold on a day
#[utoipa::path(
    tag = "programmes",
    params(ProgrammeQuery),
    responses(
        (status = 200, description = "By municipality and key", body = Page<Programme>),
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
            store::list_programmes(conn, query.municipality.as_ref(), query.programme.as_ref(), day, day).map_err(ApiError::from)
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}
