//! Requests of what a family's children are certified for.

use shared::entitlements::HeldEntitlement;
use shared::page::Page;

use crate::api::{self, Failure};

/// What the children are certified for, also what is over; the one that ends last first.
pub async fn entitlements() -> Result<Vec<HeldEntitlement>, Failure> {
    Ok(api::get::<Page<HeldEntitlement>>("/entitlements").await?.items)
}
