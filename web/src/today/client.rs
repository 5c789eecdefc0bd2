//! Requests of the office's first page.

use serde_json::json;
use shared::today::Today;

use crate::api::{self, Attempt, Failure};

/// What needs a person today.
pub async fn today() -> Result<Today, Failure> {
    api::get("/office/today").await
}

/// Tries once more to make the notices that could not be made.
pub async fn again() -> Result<(), Failure> {
    api::post("/office/today/set_aside/again", &json!({}), &Attempt::new()).await
}
