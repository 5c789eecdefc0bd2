//! The API's operations of retention.

#[cfg(feature = "office")]
use shared::retention::RetentionOverview;
#[cfg(feature = "family")]
use shared::retention::{ClosingOutlook, FamilyClosing};

#[cfg(feature = "family")]
use crate::api::Attempt;
use crate::api::{self, Failure};

/// What the city keeps for how long, and what was erased.
#[cfg(feature = "office")]
pub async fn overview() -> Result<RetentionOverview, Failure> {
    api::get("/office/retention").await
}

/// What closing the account would do.
#[cfg(feature = "family")]
pub async fn outlook() -> Result<ClosingOutlook, Failure> {
    api::get("/family/closing").await
}

/// Closes the account.
#[cfg(feature = "family")]
pub async fn close(closing: &FamilyClosing, attempt: &Attempt) -> Result<(), Failure> {
    api::post("/family/close", closing, attempt).await
}
