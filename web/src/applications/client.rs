//! Requests of the family's pages of applications.

use futures_util::future::{join, join4};
use shared::applications::{Application, ApplicationChange, ApplicationLine, NewApplication};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::page::Page;
use shared::procedures::Procedure;

use super::model::Overview;
use crate::accounts::client::municipalities;
use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};
use crate::entitlements::client::entitlements;
use crate::families::client::{children, family};

/// Everything of the family's procedures at a glance.
pub async fn overview() -> Result<Overview, Failure> {
    let (family, children, held, lines) = join4(family(), children(), entitlements(), applications()).await;
    let family = family?.value;
    let (procedures, city) = join(procedures(&family.municipality), city(&family.municipality)).await;
    Ok(Overview { procedures: procedures?, city: city?, family, children: children?, held: held?, lines: lines? })
}

/// The procedures of a city, as they hold today.
pub async fn procedures(municipality: &MunicipalityCode) -> Result<Vec<Procedure>, Failure> {
    let path = query("/procedures", &[("municipality", Some(municipality.to_string()))]);
    Ok(api::get::<Page<Procedure>>(&path).await?.items)
}

async fn city(code: &MunicipalityCode) -> Result<Option<Municipality>, Failure> {
    Ok(municipalities().await?.into_iter().find(|city| city.code == *code))
}

async fn applications() -> Result<Vec<ApplicationLine>, Failure> {
    Ok(api::get::<Page<ApplicationLine>>("/applications").await?.items)
}

fn path(id: &str) -> String {
    format!("/applications/{}", percent_encoded(id))
}

/// One application with its tag.
pub async fn application(id: &str) -> Result<Tagged<Application>, Failure> {
    api::get_tagged(&path(id)).await
}

/// Begins an application, or gives the one that is under way.
pub async fn begin(new: &NewApplication, attempt: &Attempt) -> Result<Application, Failure> {
    api::post("/applications", new, attempt).await
}

/// Fills in an application.
pub async fn fill(id: &str, change: &ApplicationChange, etag: &str, attempt: &Attempt) -> Result<Tagged<Application>, Failure> {
    api::patch_tagged(&path(id), change, etag, attempt).await
}

/// Sends an application.
pub async fn submit(id: &str, etag: &str, attempt: &Attempt) -> Result<Tagged<Application>, Failure> {
    api::post_tagged(&format!("{}/submit", path(id)), etag, attempt).await
}

/// Takes an application back.
pub async fn withdraw(id: &str, etag: &str, attempt: &Attempt) -> Result<Tagged<Application>, Failure> {
    api::post_tagged(&format!("{}/withdraw", path(id)), etag, attempt).await
}
