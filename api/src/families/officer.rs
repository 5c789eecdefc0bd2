//! What a city's officers write of its families: what a household is for reliefs.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, put, web};
use shared::families::{Family, Household};
use shared::ids::FamilyId;
use shared::problem::Problem;

use super::store;
use crate::App;
use crate::error::{ApiError, ForBody, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::Officer;

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
