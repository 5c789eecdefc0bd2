//! Requests of the pages for passkeys. What the browser is asked and answers goes through as it is.

use serde::Serialize;
use serde_json::Value;
use shared::accounts::Me;
use shared::page::Page;
use shared::passkeys::Passkey;

use crate::api::{self, Attempt, Failure, percent_encoded};

/// A new passkey as it is sent.
#[derive(Serialize)]
pub struct NewPasskey {
    /// What the person calls it.
    pub name: String,
    /// What the device answered.
    pub credential: Value,
}

/// The passkeys of the person.
pub async fn passkeys() -> Result<Vec<Passkey>, Failure> {
    Ok(api::get::<Page<Passkey>>("/passkeys").await?.items)
}

/// What a device is asked that makes a passkey.
pub async fn begin() -> Result<Value, Failure> {
    api::post("/passkeys/begin", &serde_json::json!({}), &Attempt::new()).await
}

/// Adds a passkey.
pub async fn add(passkey: &NewPasskey) -> Result<Passkey, Failure> {
    api::post("/passkeys", passkey, &Attempt::new()).await
}

/// Removes a passkey.
pub async fn remove(passkey_id: &str, attempt: &Attempt) -> Result<(), Failure> {
    api::post(&format!("/passkeys/{}/remove", percent_encoded(passkey_id)), &serde_json::json!({}), attempt).await
}

/// What a device is asked that signs in.
pub async fn begin_sign_in() -> Result<Value, Failure> {
    api::post("/auth/passkeys/begin", &serde_json::json!({}), &Attempt::new()).await
}

/// Signs in.
pub async fn sign_in(credential: &Value) -> Result<Me, Failure> {
    api::post("/auth/passkeys", credential, &Attempt::new()).await
}
