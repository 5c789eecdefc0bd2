//! What a city's officers read and write of its families: what a household is for reliefs.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, put, web};
use shared::families::{Family, Household};
use shared::ids::FamilyId;
use shared::problem::Problem;

use super::store;
use crate::App;
use crate::error::{ApiError, ForBody, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::session::Officer;

/// A family of the officer's city with its household
///
/// Whose data was looked at stands in the audit.
#[utoipa::path(
    tag = "families",
    params(("family_id" = String, Path, description = "The family")),
    responses(
        (status = 200, description = "The family with its household", body = Family),
        (status = 404, description = "No such family in this city", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/families/{family_id}/household_classes")]
pub async fn get_household(app: web::Data<App>, officer: Officer, id: web::Path<FamilyId>) -> Result<web::Json<Family>, ApiError> {
    let act = Act::of_request(officer.account_id.as_str(), app.now());
    let family = app
        .db
        .write(move |conn| {
            let family = store::find_family(conn, &id)?.filter(|family| family.municipality == officer.municipality);
            act.record_look(conn, "family.looked_up", id.as_str())?;
            family.ok_or(ApiError::NotFound)
        })
        .await?;
    Ok(web::Json(family))
}

/// Sets what a family's household is for reliefs, with dates
///
/// It stands in the place of what was known before. Fees of stays that are over stay as they were settled.
#[utoipa::path(
    tag = "families",
    request_body = Household,
    params(
        ("family_id" = String, Path, description = "The family"),
        Key,
    ),
    responses(
        (status = 200, description = "The family with its household", body = Family),
        (status = 404, description = "No such family in this city", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[put("/families/{family_id}/household_classes")]
pub async fn set_household(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    id: web::Path<FamilyId>,
    body: Body<Household>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &officer.account_id, key, body.0, move |conn, household, act| {
        let family = store::lock_family(conn, &id)?.filter(|family| family.municipality == officer.municipality);
        family.ok_or(ApiError::NotFound)?;
        store::delete_household(conn, &id)?;
        for known in &household.classes {
            store::insert_class(conn, &id, &known.class, (known.valid_from, known.valid_until))?;
        }
        act.record(conn, "family.household_set", (&officer.municipality, None), id.as_str())?;
        Ok(Answer::new(StatusCode::OK, &store::find_family(conn, &id)?.ok_or(ApiError::NotFound)?)?)
    })
    .await
}
