//! Procedures (手続): for everybody to read, for a city's officers to publish.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use shared::ids::ProcedureId;
use shared::municipalities::MunicipalityCode;
use shared::page::Page;
use shared::problem::Problem;
use shared::procedures::{NewProcedure, Procedure};
use shared::programmes::follow;
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
    config.service(list_procedures).service(publish_procedure);
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

/// Publishes a version of a procedure in the officer's city, also of one that is new there
///
/// It holds from its first day on; the version that held until then ends the day before. Applications go on by the version that they were
/// begun with.
#[utoipa::path(
    tag = "procedures",
    request_body = NewProcedure,
    params(Key),
    responses(
        (status = 201, description = "Published", body = Procedure),
        (status = 409, description = "`programmes.not_ahead`, `programmes.ends_before_start`, `programmes.overlaps`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/procedures")]
pub async fn publish_procedure(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    body: Plain<NewProcedure>,
) -> Result<HttpResponse, ApiError> {
    let wrong = body.check();
    if !wrong.is_empty() {
        return Err(ApiError::Invalid(wrong));
    }
    once(&app, &officer.account_id, key, body.0, move |conn, new, act| {
        municipalities::store::lock_municipality(conn, &officer.municipality)?;
        let versions = store::list_all_versions(conn, &officer.municipality, &new.key)?;
        let held: Vec<_> = versions.iter().map(|version| (version.id.clone(), version.valid_from, version.valid_until)).collect();
        let succession = follow(&held, (new.valid_from, new.valid_until), tokyo_day(act.now))?;
        if let Some((before, last)) = &succession.ends {
            store::end_procedure(conn, before, *last)?;
        }
        let procedure = Procedure {
            id: ProcedureId::new(new_id()),
            key: new.key.clone(),
            municipality: officer.municipality.clone(),
            valid_from: new.valid_from,
            valid_until: succession.valid_until,
            name: new.name.clone(),
            summary: new.summary.clone(),
            terms: new.terms.clone(),
        };
        store::insert_procedure(conn, &procedure)?;
        act.record(conn, "procedure.published", (&officer.municipality, None), procedure.id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &procedure)?)
    })
    .await
}
