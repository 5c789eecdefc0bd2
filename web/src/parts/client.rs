//! The API's operations of hidden parts.

use shared::parts::HiddenParts;

use crate::api::{self, Failure};

/// What the facility hides; one can do without it for a while.
pub async fn hidden() -> Result<HiddenParts, Failure> {
    api::get_soon("/staff/hidden_parts").await
}

/// Sets what the facility hides.
pub async fn hide(parts: &HiddenParts) -> Result<HiddenParts, Failure> {
    api::put("/staff/hidden_parts", parts).await
}
