//! Claims: a facility's month with what stands out in it, locked in one click, and what families owe.

pub mod engine;
mod files;
mod papers;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use shared::claims::{Claim, MarkPaid, Rejection};
use shared::ids::FamilyId;
use shared::problem::{Problem, Reason};
use shared::time::Month;

use crate::error::{ApiError, ForBody, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Plain;
use crate::routes::Operations;
use crate::session::Staff;
use crate::{App, facilities, slots};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(get_claim)
        .service(lock_claim)
        .service(mark_family_paid)
        .service(files::get_claim_workbook)
        .service(files::get_claim_letter)
        .service(files::get_family_account);
}

/// The month that an address names.
pub fn month(text: &str) -> Result<Month, ApiError> {
    text.parse().map_err(|_| ApiError::invalid("/month", Reason::new("problem.invalid")))
}

/// The facility's month: what stands out first, then what it comes to
///
/// While it is open, as it would be locked now; once it is locked, as it was, with what has changed since and comes with a later claim.
#[utoipa::path(
    tag = "claims",
    params(("month" = String, Path, description = "The month, `2026-12`")),
    responses(
        (status = 200, description = "The month", body = Claim),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/claims/{month}")]
pub async fn get_claim(app: web::Data<App>, staff: Staff, path: web::Path<String>) -> Result<web::Json<Claim>, ApiError> {
    let (month, act) = (month(&path)?, Act::of_request(staff.account_id.as_str(), app.now()));
    Ok(web::Json(app.db.read(move |conn| engine::look(conn, &staff.facility_id, month, &act)).await?))
}

/// Locks the month, which is the claim to each child's city of residence
///
/// Refused with every reason while something keeps it open: `subject` is the booking. What changes afterwards is a line of a later claim.
#[utoipa::path(
    tag = "claims",
    params(
        ("month" = String, Path, description = "The month, `2026-12`"),
        Key,
    ),
    responses(
        (status = 200, description = "The month, locked", body = Claim),
        (status = 409, description = "`claims.*`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[post("/staff/claims/{month}/lock")]
pub async fn lock_claim(app: web::Data<App>, staff: Staff, key: Key, path: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let month = month(&path)?;
    once(&app, &staff.account_id, key, (), move |conn, (), act| {
        engine::lock(conn, &staff.facility_id, month, act)?;
        Ok(Answer::new(StatusCode::OK, &engine::look(conn, &staff.facility_id, month, act)?)?)
    })
    .await
}

/// Marks that a family has paid what it owes of a locked month, or takes the mark back
#[utoipa::path(
    tag = "claims",
    request_body = MarkPaid,
    params(
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("family_id" = String, Path, description = "The family"),
        Key,
    ),
    responses(
        (status = 204, description = "Marked"),
        (status = 404, description = "The month has nothing of this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`claims.not_locked`, `claims.same_mark`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/claims/{month}/families/{family_id}/paid")]
pub async fn mark_family_paid(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    path: web::Path<(String, FamilyId)>,
    body: Plain<MarkPaid>,
) -> Result<HttpResponse, ApiError> {
    let (text, family) = path.into_inner();
    let month = month(&text)?;
    once(&app, &staff.account_id.clone(), key, body.0, move |conn, command, act| {
        let facility = &staff.facility_id;
        slots::classes::store::lock(conn, facility)?;
        let claim = store::find_claim(conn, facility, month)?.ok_or(Rejection::NotLocked)?;
        if !store::list_families(conn, &claim.id)?.contains(&family) {
            return Err(ApiError::NotFound);
        }
        if store::list_paid(conn, &claim.id)?.contains_key(&family) == command.paid {
            return Err(Rejection::SameMark.into());
        }
        let event = if command.paid {
            store::insert_payment(conn, (&claim.id, &family), (&staff.account_id, act.now))?;
            "claim.paid"
        } else {
            store::delete_payment(conn, &claim.id, &family)?;
            "claim.paid_taken_back"
        };
        let host = facilities::store::find_municipality(conn, facility)?.ok_or(ApiError::NotFound)?;
        let act = Act { note: Some(family.to_string()), ..act.clone() };
        act.record(conn, event, (&host, Some(facility)), claim.id.as_str())?;
        Ok(Answer::empty())
    })
    .await
}
