//! What a client may do at a facility: granted and taken back by its staff, or by officers of its city.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, put, web};
use shared::clients::{ClientDetail, GrantChange, Rejection};
use shared::ids::{ClientId, FacilityId};
use shared::municipalities::MunicipalityCode;
use shared::problem::Problem;

use super::{detail, store};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForClerk};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::{Clerk, Desk};
use crate::{App, facilities};

/// The city of a facility for which this clerk may grant; another one is not found.
fn city_of(conn: &mut AnyConnection, clerk: &Clerk, facility: &FacilityId) -> Result<MunicipalityCode, ApiError> {
    let city = facilities::store::find_municipality(conn, facility)?.ok_or(ApiError::NotFound)?;
    let may = match &clerk.desk {
        Desk::Facility(own) => own == facility,
        Desk::City(own) => *own == city,
        Desk::Centre => false,
    };
    if may { Ok(city) } else { Err(ApiError::NotFound) }
}

/// Grants a client scopes at a facility: these and no others
///
/// What is granted less holds at once, also for tokens that are out. What is granted more is in the next token.
#[utoipa::path(
    tag = "clients",
    request_body = GrantChange,
    params(
        ("client_id" = String, Path, description = "The client"),
        ("facility_id" = String, Path, description = "The facility: one's own, or one of the city"),
        Key,
    ),
    responses(
        (status = 200, description = "The client with what it is granted", body = ClientDetail),
        (status = 404, description = "No such client, or not this clerk's facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`clients.revoked`", body = Problem, content_type = "application/problem+json"),
        ForClerk,
        ForBody,
    )
)]
#[put("/clients/{client_id}/grants/{facility_id}")]
pub async fn grant_client(
    app: web::Data<App>,
    clerk: Clerk,
    key: Key,
    path: web::Path<(ClientId, FacilityId)>,
    body: Body<GrantChange>,
) -> Result<HttpResponse, ApiError> {
    let (id, facility) = path.into_inner();
    once(&app, &clerk.account_id.clone(), key, body.0, move |conn, change, act| {
        let city = city_of(conn, &clerk, &facility)?;
        if store::lock_client(conn, &id)?.ok_or(ApiError::NotFound)?.revoked_at.is_some() {
            return Err(Rejection::Revoked.into());
        }
        store::write_grant(conn, &id, &facility, &change.scopes, act.now)?;
        act.record(conn, "client.granted", (&city, Some(&facility)), id.as_str())?;
        Ok(Answer::new(StatusCode::OK, &detail(conn, &clerk, &id)?)?)
    })
    .await
}

/// Takes back at once what a facility granted a client
///
/// Every token of the client ends; the next one has what other facilities grant.
#[utoipa::path(
    tag = "clients",
    params(
        ("client_id" = String, Path, description = "The client"),
        ("facility_id" = String, Path, description = "The facility: one's own, or one of the city"),
        Key,
    ),
    responses(
        (status = 200, description = "The client without it", body = ClientDetail),
        (status = 404, description = "No such client, or not this clerk's facility", body = Problem, content_type = "application/problem+json"),
        ForClerk,
    )
)]
#[post("/clients/{client_id}/grants/{facility_id}/revoke")]
pub async fn revoke_client_grant(
    app: web::Data<App>,
    clerk: Clerk,
    key: Key,
    path: web::Path<(ClientId, FacilityId)>,
) -> Result<HttpResponse, ApiError> {
    let (id, facility) = path.into_inner();
    once(&app, &clerk.account_id.clone(), key, (), move |conn, (), act| {
        let city = city_of(conn, &clerk, &facility)?;
        store::lock_client(conn, &id)?.ok_or(ApiError::NotFound)?;
        if store::delete_grant(conn, &id, &facility)? {
            act.record(conn, "client.grant_revoked", (&city, Some(&facility)), id.as_str())?;
        }
        Ok(Answer::new(StatusCode::OK, &detail(conn, &clerk, &id)?)?)
    })
    .await
}
