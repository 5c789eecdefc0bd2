//! The API's operations of shared devices.

use serde::Serialize;
use shared::accounts::Me;
use shared::tablets::{StaffPin, Tablet, Unlock};

use crate::api::{self, Attempt, Failure, random_key};

/// A new PIN as it is sent; `shared` never writes one out, so the page brings its own.
#[derive(Clone, Serialize)]
pub struct NewPin {
    /// The person's password.
    pub password: String,
    /// The digits.
    pub pin: String,
}

/// Whether the person has a PIN.
pub async fn own_pin() -> Result<StaffPin, Failure> {
    api::get("/auth/pin").await
}

/// Sets the person's PIN.
pub async fn set_pin(pin: &NewPin) -> Result<(), Failure> {
    api::put("/auth/pin", pin).await
}

/// The shared device, and who may step in front of it.
pub async fn tablet() -> Result<Tablet, Failure> {
    api::get_soon("/auth/tablet").await
}

/// Makes this device a shared one.
pub async fn share(attempt: &Attempt) -> Result<(), Failure> {
    api::post("/auth/tablet/share", &serde_json::json!({}), attempt).await
}

/// Locks this device; on a network that does not answer it is as if there were none.
pub async fn lock() -> Result<(), Failure> {
    api::post_keyed("/auth/tablet/lock", &serde_json::json!({}), &random_key()).await
}

/// Steps in front of this device.
pub async fn unlock(unlock: &Unlock) -> Result<Me, Failure> {
    api::post_keyed("/auth/tablet/unlock", unlock, &random_key()).await
}

/// Ends the shared use of this device.
pub async fn end(attempt: &Attempt) -> Result<(), Failure> {
    api::post("/auth/tablet/end", &serde_json::json!({}), attempt).await
}
