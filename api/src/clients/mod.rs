//! Clients: vendors' programs that a city registers, that facilities grant scopes, and that act for them by tokens.

mod credentials;
pub mod gate;
mod granting;
pub mod meter;
pub mod opening;
mod sieve;
pub mod store;
mod tokens;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use shared::clients::{Client, ClientDetail, ClientUsage, NewClient, Rejection};
use shared::ids::ClientId;
use shared::page::Page;
use shared::problem::{Problem, Reason};
use shared::time::{days_before, tokyo_day};
use utoipa::IntoParams;

use crate::db::{AnyConnection, DbError};
use crate::error::{ApiError, ForBody, ForClerk, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::request::{Body, Query};
use crate::routes::Operations;
use crate::session::{Clerk, Desk, Officer};
use crate::{App, facilities, new_id};

/// So many days of use are shown when nobody says.
const DAYS: u32 = 30;
/// And so many at most.
const MOST_DAYS: i64 = 366;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(tokens::issue_token)
        .service(tokens::revoke_token)
        .service(list_clients)
        .service(register_client)
        .service(get_client)
        .service(get_client_usage)
        .service(revoke_client)
        .service(credentials::make_client_secret)
        .service(credentials::add_client_key)
        .service(credentials::revoke_client_credential)
        .service(granting::grant_client)
        .service(granting::revoke_client_grant);
}

/// A limit's refusal with how long to wait.
fn too_many(rejection: Rejection) -> ApiError {
    match rejection {
        Rejection::TooManyRequests { seconds } | Rejection::TooManyWrong { seconds } => {
            ApiError::TooMany(rejection.reason(), u64::try_from(seconds).unwrap_or(1))
        }
        other => other.into(),
    }
}

/// A client as this reader may see it: facilities see what they grant it themselves, cities what their facilities grant, and the city that
/// registered it everything.
fn seen_by(conn: &mut AnyConnection, clerk: &Clerk, client: Client) -> Result<Client, DbError> {
    let is_own = matches!(&clerk.desk, Desk::City(city) if *city == client.municipality);
    let mut grants = store::list_grants(conn, &client.id)?;
    grants.retain(|(grant, city)| match &clerk.desk {
        Desk::Facility(own) => grant.facility_id == *own,
        Desk::City(own) => is_own || city == own,
        Desk::Centre => false,
    });
    Ok(Client { is_own, grants: grants.into_iter().map(|(grant, _)| grant).collect(), ..client })
}

/// Whether a revoked client is still shown: to the city that registered it, for its past.
fn is_listed(client: &Client) -> bool {
    client.is_own || client.revoked_at.is_none()
}

/// A client that its officer may change, locked; another city's is not found.
fn lock_own(conn: &mut AnyConnection, officer: &Officer, id: &ClientId) -> Result<Client, ApiError> {
    store::lock_client(conn, id)?.filter(|client| client.municipality == officer.municipality).ok_or(ApiError::NotFound)
}

fn detail(conn: &mut AnyConnection, clerk: &Clerk, id: &ClientId) -> Result<ClientDetail, ApiError> {
    let client = store::find_client(conn, id)?.ok_or(ApiError::NotFound)?;
    let client = seen_by(conn, clerk, client)?;
    if !is_listed(&client) {
        return Err(ApiError::NotFound);
    }
    let credentials = if client.is_own { store::list_credentials(conn, id)? } else { Vec::new() };
    Ok(ClientDetail { client, credentials })
}

/// The clerk that an officer is.
fn at_city(officer: &Officer) -> Clerk {
    Clerk { account_id: officer.account_id.clone(), desk: Desk::City(officer.municipality.clone()) }
}

/// Clients that a facility or city may grant something, with what they have granted
#[utoipa::path(
    tag = "clients",
    responses(
        (status = 200, description = "By name", body = Page<Client>),
        ForClerk,
    )
)]
#[get("/clients")]
pub async fn list_clients(app: web::Data<App>, clerk: Clerk) -> Result<web::Json<Page<Client>>, ApiError> {
    meter::write_down(&app).await?;
    let found = app.db.read(move |conn| {
        let all = store::list_clients(conn)?;
        let seen: Vec<Client> = all.into_iter().map(|client| seen_by(conn, &clerk, client)).collect::<Result<_, DbError>>()?;
        Ok::<_, ApiError>(seen.into_iter().filter(is_listed).collect())
    });
    Ok(web::Json(Page { items: found.await?, next_cursor: None }))
}

/// Registers a vendor's program; what it proves itself by is made next
#[utoipa::path(
    tag = "clients",
    request_body = NewClient,
    params(Key),
    responses(
        (status = 201, description = "Registered", body = ClientDetail),
        ForOfficer,
        ForBody,
    )
)]
#[post("/clients")]
pub async fn register_client(app: web::Data<App>, officer: Officer, key: Key, body: Body<NewClient>) -> Result<HttpResponse, ApiError> {
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, new, act| {
        let id = ClientId::new(new_id());
        store::insert_client(conn, (&id, &officer.municipality), new, act.now)?;
        act.record(conn, "client.registered", (&officer.municipality, None), id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &detail(conn, &at_city(&officer), &id)?)?)
    })
    .await
}

/// A client, with how it proves itself for the city that registered it
#[utoipa::path(
    tag = "clients",
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 200, description = "The client", body = ClientDetail),
        (status = 404, description = "No such client", body = Problem, content_type = "application/problem+json"),
        ForClerk,
    )
)]
#[get("/clients/{client_id}")]
pub async fn get_client(app: web::Data<App>, clerk: Clerk, id: web::Path<ClientId>) -> Result<web::Json<ClientDetail>, ApiError> {
    meter::write_down(&app).await?;
    Ok(web::Json(app.db.read(move |conn| detail(conn, &clerk, &id)).await?))
}

/// Which days.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// First day; 29 days before the last one when absent.
    pub from: Option<NaiveDate>,
    /// Last day; today when absent.
    pub to: Option<NaiveDate>,
}

/// What a client did, by day and operation: at the own facility, at the city's, or everywhere for the city that registered it
#[utoipa::path(
    tag = "clients",
    params(("client_id" = String, Path, description = "The client"), UsageQuery),
    responses(
        (status = 200, description = "The latest day first", body = ClientUsage),
        (status = 404, description = "No such client", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForClerk,
    )
)]
#[get("/clients/{client_id}/usage")]
pub async fn get_client_usage(
    app: web::Data<App>,
    clerk: Clerk,
    id: web::Path<ClientId>,
    query: Query<UsageQuery>,
) -> Result<web::Json<ClientUsage>, ApiError> {
    let to = query.0.to.unwrap_or_else(|| tokyo_day(app.now()));
    let from = query.0.from.unwrap_or_else(|| days_before(to, DAYS - 1));
    if to < from || (to - from).num_days() >= MOST_DAYS {
        return Err(ApiError::invalid("/to", Reason::new("problem.invalid")));
    }
    meter::write_down(&app).await?;
    let uses = app.db.read(move |conn| {
        let client = detail(conn, &clerk, &id)?.client;
        let mut uses = store::list_uses(conn, &id, from, to)?;
        if !client.is_own {
            // What was taken back is the facility's past all the same.
            let mut own = Vec::with_capacity(uses.len());
            for one in uses {
                let is_mine = match (&clerk.desk, &one.facility_id) {
                    (_, None) | (Desk::Centre, _) => false,
                    (Desk::Facility(own), Some(at)) => own == at,
                    (Desk::City(city), Some(at)) => facilities::store::find_municipality(conn, at)?.as_ref() == Some(city),
                };
                own.extend(Some(one).filter(|_| is_mine));
            }
            uses = own;
        }
        Ok::<_, ApiError>(uses)
    });
    Ok(web::Json(ClientUsage { from, to, uses: uses.await? }))
}

/// Revokes a client at once: its tokens, credentials and grants are good for nothing any more
#[utoipa::path(
    tag = "clients",
    params(("client_id" = String, Path, description = "The client"), Key),
    responses(
        (status = 200, description = "Revoked, perhaps before", body = ClientDetail),
        (status = 404, description = "No client that this city registered", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[post("/clients/{client_id}/revoke")]
pub async fn revoke_client(app: web::Data<App>, officer: Officer, key: Key, id: web::Path<ClientId>) -> Result<HttpResponse, ApiError> {
    once(&app, &officer.account_id.clone(), key, (), move |conn, (), act| {
        if lock_own(conn, &officer, &id)?.revoked_at.is_none() {
            store::mark_revoked(conn, &id, act.now)?;
            act.record(conn, "client.revoked", (&officer.municipality, None), id.as_str())?;
        }
        Ok(Answer::new(StatusCode::OK, &detail(conn, &at_city(&officer), &id)?)?)
    })
    .await
}
