//! Requests about first interviews.

use shared::interviews::{ChildInterview, Interview, NewResult, Sharing, SharingState};
use shared::page::Page;

use crate::api::{self, Attempt, Failure, percent_encoded};

/// Whether the family's children have had their first interview at a facility.
pub async fn interviews(facility_id: &str) -> Result<Vec<ChildInterview>, Failure> {
    let page: Page<ChildInterview> = api::get(&format!("/facilities/{}/interviews", percent_encoded(facility_id))).await?;
    Ok(page.items)
}

/// Records the result of an interview.
pub async fn record(booking_id: &str, command: &NewResult, attempt: &Attempt) -> Result<Interview, Failure> {
    api::post(&format!("/interviews/{}/result", percent_encoded(booking_id)), command, attempt).await
}

/// Whether the facility shares its interviews.
pub async fn sharing() -> Result<SharingState, Failure> {
    api::get("/staff/interview_sharing").await
}

/// Shares them, or keeps them.
pub async fn share(shares: bool, attempt: &Attempt) -> Result<Sharing, Failure> {
    api::post("/staff/interview_sharing", &Sharing { shares }, attempt).await
}
