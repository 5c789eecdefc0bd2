//! Requests about vendors' systems.

use std::collections::BTreeSet;

use shared::clients::{Client, ClientDetail, ClientUsage, GrantChange, Scope};
#[cfg(feature = "office")]
use shared::clients::{NewClient, NewKey, NewSecret, PublicJwk};
#[cfg(feature = "office")]
use shared::facilities::FacilitySummary;
#[cfg(feature = "office")]
use shared::municipalities::MunicipalityCode;
use shared::page::Page;

use crate::api::{self, Attempt, Failure, percent_encoded};

fn path(id: &str) -> String {
    format!("/clients/{}", percent_encoded(id))
}

/// Every system that may be granted something.
pub async fn clients() -> Result<Vec<Client>, Failure> {
    api::get::<Page<Client>>("/clients").await.map(|page| page.items)
}

/// One of them.
pub async fn client(id: &str) -> Result<ClientDetail, Failure> {
    api::get(&path(id)).await
}

/// What it did in the last month.
pub async fn usage(id: &str) -> Result<ClientUsage, Failure> {
    api::get(&format!("{}/usage", path(id))).await
}

/// Grants it these scopes at a facility, and no others.
pub async fn grant(id: &str, facility_id: &str, scopes: BTreeSet<Scope>) -> Result<ClientDetail, Failure> {
    api::put(&format!("{}/grants/{}", path(id), percent_encoded(facility_id)), &GrantChange { scopes }).await
}

/// Takes back what a facility granted it.
pub async fn revoke_grant(id: &str, facility_id: &str, attempt: &Attempt) -> Result<ClientDetail, Failure> {
    api::post(&format!("{}/grants/{}/revoke", path(id), percent_encoded(facility_id)), &(), attempt).await
}

/// Registers a system.
#[cfg(feature = "office")]
pub async fn register(new: &NewClient, attempt: &Attempt) -> Result<ClientDetail, Failure> {
    api::post("/clients", new, attempt).await
}

/// Makes it a secret, which is told this once.
#[cfg(feature = "office")]
pub async fn make_secret(id: &str) -> Result<NewSecret, Failure> {
    api::post(&format!("{}/secrets", path(id)), &(), &Attempt::new()).await
}

/// Registers the public half of its key.
#[cfg(feature = "office")]
pub async fn add_key(id: &str, jwk: PublicJwk, attempt: &Attempt) -> Result<ClientDetail, Failure> {
    api::post(&format!("{}/keys", path(id)), &NewKey { jwk }, attempt).await
}

/// Revokes a secret or key.
#[cfg(feature = "office")]
pub async fn revoke_credential(id: &str, credential_id: &str, attempt: &Attempt) -> Result<ClientDetail, Failure> {
    api::post(&format!("{}/credentials/{}/revoke", path(id), percent_encoded(credential_id)), &(), attempt).await
}

/// Revokes the system.
#[cfg(feature = "office")]
pub async fn revoke(id: &str, attempt: &Attempt) -> Result<ClientDetail, Failure> {
    api::post(&format!("{}/revoke", path(id)), &(), attempt).await
}

/// The city's facilities.
#[cfg(feature = "office")]
pub async fn facilities(city: &MunicipalityCode) -> Result<Vec<FacilitySummary>, Failure> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let values = [("municipality", Some(city.to_string())), ("limit", Some("200".to_owned())), ("cursor", cursor)];
        let page: Page<FacilitySummary> = api::get(&api::query("/facilities", &values)).await?;
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}
