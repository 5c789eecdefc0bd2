//! The waiting list in figures: for a facility who waits for its slots, for a city what nobody could be given.

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use shared::page::Page;
use shared::problem::{Problem, Reason};
use shared::time::{day_start, days_after, tokyo_day};
use shared::waitlist::{SlotQueue, UnmetDemand};
use utoipa::IntoParams;

use super::{demand, store};
use crate::App;
use crate::error::{ApiError, ForOfficer, ForStaff};
use crate::request::Query;
use crate::session::{Officer, Staff};

/// The longest range in days: a year.
const MAX_DAYS: i64 = 366;

/// Which days.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// First day; today when absent.
    pub from: Option<NaiveDate>,
    /// Last day, at most 365 after the first; the first when absent.
    pub to: Option<NaiveDate>,
}

fn range(query: RangeQuery, app: &App) -> Result<(NaiveDate, NaiveDate), ApiError> {
    let from = query.from.unwrap_or_else(|| tokyo_day(app.now()));
    let to = query.to.unwrap_or(from);
    if to < from || (to - from).num_days() >= MAX_DAYS {
        return Err(ApiError::invalid("/to", Reason::new("problem.invalid")));
    }
    Ok((from, to))
}

/// How many wait for the slots of the signed-in staff's facility
///
/// Only slots that somebody waits for, or for which an offer is being thought over; no word of who.
#[utoipa::path(
    tag = "waitlist",
    params(RangeQuery),
    responses(
        (status = 200, description = "By start of the slot", body = Page<SlotQueue>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/waitlist")]
pub async fn list_slot_queues(app: web::Data<App>, staff: Staff, query: Query<RangeQuery>) -> Result<web::Json<Page<SlotQueue>>, ApiError> {
    let (from, to) = range(query.0, &app)?;
    let times = (day_start(from), day_start(days_after(to, 1)));
    let items = app.db.read(move |conn| store::list_queues(conn, &staff.facility_id, times).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// What residents of the signed-in officer's city asked for and nobody could give
///
/// Searches without a place and entries of the waiting list that ended without one, without a word of who. Demand of people who did not say
/// where they live is told to every city.
#[utoipa::path(
    tag = "waitlist",
    params(RangeQuery),
    responses(
        (status = 200, description = "By first day, 10000 at most", body = Page<UnmetDemand>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/unmet_demand")]
pub async fn list_unmet_demand(
    app: web::Data<App>,
    officer: Officer,
    query: Query<RangeQuery>,
) -> Result<web::Json<Page<UnmetDemand>>, ApiError> {
    let days = range(query.0, &app)?;
    let items = app.db.read(move |conn| demand::list(conn, &officer.municipality, days).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}
