//! Requests of the pages about who one is.

use shared::accounts::Me;
use shared::families::Family;
use shared::identity::{Arrival, Departure, Identity, NewResident, ProviderPage, Return, TakeOver, Verified};
use shared::residence::{NewLetter, Residence, TypedCode};

use crate::api::{self, Attempt, Failure, percent_encoded};

/// Where to sign in.
pub async fn leave(departure: &Departure, attempt: &Attempt) -> Result<ProviderPage, Failure> {
    api::post("/auth/resident/leave", departure, attempt).await
}

/// Comes back from there.
pub async fn come_back(back: &Return) -> Result<Arrival, Failure> {
    api::post("/auth/resident/return", back, &Attempt::new()).await
}

/// Who was verified and registers.
pub async fn newcomer() -> Result<Verified, Failure> {
    api::get("/auth/resident/newcomer").await
}

/// Registers whoever was verified.
pub async fn register(resident: &NewResident, attempt: &Attempt) -> Result<Me, Failure> {
    api::post("/auth/resident/register", resident, attempt).await
}

/// What was verified of the person.
pub async fn identity() -> Result<Identity, Failure> {
    api::get("/identity").await
}

/// Puts what was verified in the place of what the family says.
pub async fn take_over(wanted: TakeOver, attempt: &Attempt) -> Result<Family, Failure> {
    api::post("/identity/take_over", &wanted, attempt).await
}

/// Where the family lives and what proves it.
pub async fn residence() -> Result<Residence, Failure> {
    api::get("/residence").await
}

/// Types the code of a letter.
pub async fn enter_code(code: &TypedCode, attempt: &Attempt) -> Result<Family, Failure> {
    api::post("/residence/code", code, attempt).await
}

/// Takes the card away as a way in.
pub async fn unlink(attempt: &Attempt) -> Result<(), Failure> {
    api::post("/identity/unlink", &serde_json::json!({}), attempt).await
}

fn of_family(family_id: &str, what: &str) -> String {
    format!("/families/{}/residence/{what}", percent_encoded(family_id))
}

/// Confirms at the counter.
pub async fn confirm(family_id: &str, attempt: &Attempt) -> Result<Family, Failure> {
    api::post(&of_family(family_id, "confirm"), &serde_json::json!({}), attempt).await
}

/// Makes the code for a letter.
pub async fn letter(family_id: &str) -> Result<NewLetter, Failure> {
    api::post(&of_family(family_id, "letter"), &serde_json::json!({}), &Attempt::new()).await
}
