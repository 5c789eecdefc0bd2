//! Requests about consents.

use shared::consents::{Ask, Consent, Need, Seen};
use shared::page::Page;

use crate::api::{self, Attempt, Failure, percent_encoded};

/// What the family must agree to before it books at a facility; nothing where it has agreed.
pub async fn ask(facility_id: &str) -> Result<Option<Ask>, Failure> {
    let need: Need = api::get(&format!("/facilities/{}/consent", percent_encoded(facility_id))).await?;
    Ok(need.ask)
}

/// What the family agreed to.
pub async fn consents() -> Result<Vec<Consent>, Failure> {
    Ok(api::get::<Page<Consent>>("/consents").await?.items)
}

/// Withdraws one.
pub async fn withdraw(facility_id: &str, attempt: &Attempt) -> Result<Consent, Failure> {
    api::post(&format!("/consents/{}/withdraw", percent_encoded(facility_id)), &(), attempt).await
}

/// Marks what a family changed as seen.
pub async fn mark_seen(child_id: &str, seen: Seen, attempt: &Attempt) -> Result<(), Failure> {
    api::post(&format!("/staff/children/{}/seen", percent_encoded(child_id)), &seen, attempt).await
}
