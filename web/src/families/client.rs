//! Requests of the family's pages.

use shared::families::{Child, ChildChange, Family, FamilyChange, Household, NewChild};
use shared::page::Page;
use shared::programmes::Programme;

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};

/// The family with its tag.
pub async fn family() -> Result<Tagged<Family>, Failure> {
    api::get_tagged("/family").await
}

/// Changes the family.
pub async fn change_family(change: &FamilyChange, etag: &str, attempt: &Attempt) -> Result<Family, Failure> {
    api::patch("/family", change, etag, attempt).await
}

/// The children, oldest first.
pub async fn children() -> Result<Vec<Child>, Failure> {
    Ok(api::get::<Page<Child>>("/children").await?.items)
}

fn path(child_id: &str) -> String {
    format!("/children/{}", percent_encoded(child_id))
}

/// One child with its tag.
pub async fn child(child_id: &str) -> Result<Tagged<Child>, Failure> {
    api::get_tagged(&path(child_id)).await
}

/// Registers a child.
pub async fn register_child(child: &NewChild, attempt: &Attempt) -> Result<Child, Failure> {
    api::post("/children", child, attempt).await
}

/// Changes what is known of a child.
pub async fn change_child(child_id: &str, change: &ChildChange, etag: &str, attempt: &Attempt) -> Result<Child, Failure> {
    api::patch(&path(child_id), change, etag, attempt).await
}

/// Takes a child off the list.
pub async fn remove_child(child_id: &str, etag: &str, attempt: &Attempt) -> Result<(), Failure> {
    api::delete(&path(child_id), etag, attempt).await
}

fn household_path(family_id: &str) -> String {
    format!("/families/{}/household_classes", percent_encoded(family_id))
}

/// A family of the officer's city with its household.
pub async fn household(family_id: &str) -> Result<Family, Failure> {
    api::get(&household_path(family_id)).await
}

/// Sets what a household is.
pub async fn set_household(family_id: &str, household: &Household) -> Result<Family, Failure> {
    api::put(&household_path(family_id), household).await
}

/// The programmes of a city, for their reliefs.
pub async fn programmes_of(municipality: &str) -> Result<Vec<Programme>, Failure> {
    let path = query("/programmes", &[("municipality", Some(municipality.to_owned()))]);
    Ok(api::get::<Page<Programme>>(&path).await?.items)
}
