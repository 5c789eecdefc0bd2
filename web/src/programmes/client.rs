//! Requests about a city's programmes.

use shared::page::Page;
use shared::programmes::Programme;

use crate::api::{self, Failure, query};

/// Every version that a city has, by programme and first day.
pub async fn versions(municipality: &str) -> Result<Vec<Programme>, Failure> {
    let asked = [("municipality", Some(municipality.to_owned())), ("every_version", Some("true".to_owned()))];
    Ok(api::get::<Page<Programme>>(&query("/programmes", &asked)).await?.items)
}
