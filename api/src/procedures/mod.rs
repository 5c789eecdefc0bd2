//! Procedures (手続): for everybody to read. What changes them is in `changes`.

pub mod store;

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use shared::municipalities::MunicipalityCode;
use shared::page::Page;
use shared::problem::Problem;
use shared::procedures::Procedure;
use shared::time::tokyo_day;
use utoipa::IntoParams;

use crate::App;
use crate::error::ApiError;
use crate::request::Query;
use crate::routes::Operations;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_procedures);
}

/// Which procedures.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProcedureQuery {
    /// Only of this municipality.
    #[param(value_type = Option<String>)]
    pub municipality: Option<MunicipalityCode>,
    /// As they hold on this day; today when absent.
    pub on: Option<NaiveDate>,
}

/// The procedures with what they ask and what decides them, as they hold on a day
#[utoipa::path(
    tag = "procedures",
    params(ProcedureQuery),
    responses(
        (status = 200, description = "By municipality, in the order in which they were published", body = Page<Procedure>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/procedures")]
pub async fn list_procedures(app: web::Data<App>, query: Query<ProcedureQuery>) -> Result<web::Json<Page<Procedure>>, ApiError> {
    let (query, today) = (query.0, tokyo_day(app.now()));
    let find =
        move |conn: &mut _| store::list_procedures(conn, query.municipality.as_ref(), query.on.unwrap_or(today)).map_err(ApiError::from);
    Ok(web::Json(Page { items: app.db.read(find).await?, next_cursor: None }))
}
