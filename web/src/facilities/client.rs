//! What the page of a facility asks of the server.

use shared::facilities::Facility;
use shared::municipalities::MunicipalityCode;
use shared::page::Page;
use shared::programmes::Programme;

use crate::api::{Failure, get, percent_encoded, query};

/// A facility with everything that is published about it.
pub async fn facility(id: &str) -> Result<Facility, Failure> {
    get(&format!("/facilities/{}", percent_encoded(id))).await
}

/// A municipality's programmes with all their rules as they hold today.
pub async fn programmes(municipality: &MunicipalityCode) -> Result<Vec<Programme>, Failure> {
    let path = query("/programmes", &[("municipality", Some(municipality.to_string()))]);
    Ok(get::<Page<Programme>>(&path).await?.items)
}
