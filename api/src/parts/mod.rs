//! The parts of staff mode that a facility hides from its pages.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, put, web};
use shared::parts::HiddenParts;

use crate::error::{ApiError, ForBody, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::routes::Operations;
use crate::session::Staff;
use crate::{App, facilities};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_hidden_parts).service(hide_parts);
}

/// What the facility hides from its pages
#[utoipa::path(
    tag = "parts",
    responses(
        (status = 200, description = "The hidden parts", body = HiddenParts),
        ForStaff,
    )
)]
#[get("/staff/hidden_parts")]
pub async fn get_hidden_parts(app: web::Data<App>, staff: Staff) -> Result<web::Json<HiddenParts>, ApiError> {
    Ok(web::Json(app.db.read(move |conn| store::find_hidden(conn, &staff.facility_id).map_err(ApiError::from)).await?))
}

/// Sets what the facility hides from its pages, for all of its staff
///
/// Nothing that the pages do by the API changes with it. Every member of staff may; the audit says who did.
#[utoipa::path(
    tag = "parts",
    request_body = HiddenParts,
    params(Key),
    responses(
        (status = 200, description = "What is hidden from now on", body = HiddenParts),
        ForStaff,
        ForBody,
    )
)]
#[put("/staff/hidden_parts")]
pub async fn hide_parts(app: web::Data<App>, staff: Staff, key: Key, body: Body<HiddenParts>) -> Result<HttpResponse, ApiError> {
    let facility = staff.facility_id;
    once(&app, &staff.account_id, key, body.0, move |conn, wanted, act| {
        if store::find_hidden(conn, &facility)? != *wanted {
            store::write_hidden(conn, &facility, wanted)?;
            let city = facilities::store::find_municipality(conn, &facility)?.ok_or(ApiError::NotFound)?;
            act.record(conn, "facility.parts_hidden", (&city, Some(&facility)), facility.as_str())?;
        }
        Ok(Answer::new(StatusCode::OK, wanted)?)
    })
    .await
}
