//! Requests of the page for devices. What the browser says of itself goes through as it is.

use serde_json::Value;
use shared::devices::{PushDevice, PushKey};
use shared::page::Page;

use crate::api::{self, Attempt, Failure, percent_encoded};

/// The devices of the person.
pub async fn devices() -> Result<Vec<PushDevice>, Failure> {
    Ok(api::get::<Page<PushDevice>>("/devices").await?.items)
}

/// The server's key, for the browser.
pub async fn key() -> Result<String, Failure> {
    Ok(api::get::<PushKey>("/push/key").await?.key)
}

/// Turns notices on for what the browser describes.
pub async fn add(subscription: &Value) -> Result<PushDevice, Failure> {
    api::post("/devices", subscription, &Attempt::new()).await
}

/// Sends a trial message.
pub async fn try_out(device_id: &str) -> Result<PushDevice, Failure> {
    api::post(&format!("/devices/{}/try", percent_encoded(device_id)), &serde_json::json!({}), &Attempt::new()).await
}

/// Removes a device.
pub async fn remove(device_id: &str, attempt: &Attempt) -> Result<(), Failure> {
    api::post(&format!("/devices/{}/remove", percent_encoded(device_id)), &serde_json::json!({}), attempt).await
}
