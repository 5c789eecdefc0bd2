//! Carers on duty for an offering.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, web};
use shared::ids::{FacilityId, OfferingId};
use shared::places::{Duty, DutyChange};
use shared::problem::Problem;

use super::{place, store};
use crate::App;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForChange, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::request::{Body, IfMatch, etag};
use crate::session::Staff;
use crate::slots;

/// Who is on duty for an offering of this facility; another's is not found.
fn own(conn: &mut AnyConnection, facility: &FacilityId, id: &OfferingId) -> Result<Duty, ApiError> {
    let (offering, _) = slots::store::find_offering(conn, id)?.ok_or(ApiError::NotFound)?;
    if offering.facility_id != *facility {
        return Err(ApiError::NotFound);
    }
    let known = store::list_duties(conn, facility)?.into_iter().find(|duty| duty.offering_id == *id);
    Ok(known.unwrap_or_else(|| Duty::unsaid(id.clone())))
}

/// Who is on duty for an offering: the usual week by the half hour, and the days that differ
#[utoipa::path(
    tag = "places",
    params(("offering_id" = String, Path, description = "The offering")),
    responses(
        (status = 200, description = "Who is on duty; `ETag` for a change", body = Duty),
        (status = 404, description = "No such offering at this facility", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/duties/{offering_id}")]
pub async fn get_duty(app: web::Data<App>, staff: Staff, id: web::Path<OfferingId>) -> Result<HttpResponse, ApiError> {
    let duty = app.db.read(move |conn| own(conn, &staff.facility_id, &id)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(duty.version))).json(duty))
}

/// Sets who is on duty for an offering
///
/// What is published from then on has these carers; slots that are there get them by a change of a selection with `carers_on_duty`.
#[utoipa::path(
    tag = "places",
    request_body = DutyChange,
    params(
        ("offering_id" = String, Path, description = "The offering"),
        ("If-Match" = String, Header, description = "The `ETag` as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Who is on duty", body = Duty),
        (status = 404, description = "No such offering at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`places.duty_invalid`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
        ForChange,
    )
)]
#[patch("/staff/duties/{offering_id}")]
pub async fn change_duty(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    seen: IfMatch,
    id: web::Path<OfferingId>,
    body: Body<DutyChange>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id.clone(), key, body.0, move |conn, command, act| {
        store::lock_offerings(conn, &staff.facility_id)?;
        let before = own(conn, &staff.facility_id, &id)?;
        seen.check(before.version)?;
        let duty = before.changed(command)?;
        store::write_duty(conn, &duty)?;
        place(conn, &staff.facility_id, act, "duty.changed", id.as_str())?;
        Ok(Answer::new(StatusCode::OK, &duty)?.with_version(duty.version))
    })
    .await
}
