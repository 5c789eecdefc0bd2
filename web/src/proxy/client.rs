//! Requests of acting for a family.

use serde_json::json;
use shared::ids::FamilyId;
use shared::page::Page;
use shared::proxy::{NewProxySession, ProxyCandidate, ProxyFamily, ProxyReason, ProxySearch, ProxySession, ProxyStanding};

use crate::api::{self, Attempt, Failure};

/// The reasons that hold today.
pub async fn reasons() -> Result<Vec<ProxyReason>, Failure> {
    api::get("/proxy/reasons").await
}

/// Families by telephone number or name.
pub async fn search(words: &str, reason: &str) -> Result<Vec<ProxyCandidate>, Failure> {
    let search = ProxySearch { query: words.to_owned(), reason: reason.to_owned() };
    Ok(api::post::<_, Page<ProxyCandidate>>("/proxy/families/search", &search, &Attempt::new()).await?.items)
}

/// The session of who is signed in.
pub async fn standing() -> Result<Option<ProxySession>, Failure> {
    Ok(api::get::<ProxyStanding>("/proxy/session").await?.session)
}

/// Opens a family's record.
pub async fn open(family: &FamilyId, reason: &str, words: &str, attempt: &Attempt) -> Result<ProxySession, Failure> {
    let new = NewProxySession { family_id: family.clone(), reason: reason.to_owned(), words: words.to_owned() };
    api::post("/proxy/session", &new, attempt).await
}

/// Closes it.
pub async fn end(attempt: &Attempt) -> Result<(), Failure> {
    api::post("/proxy/session/end", &json!({}), attempt).await
}

/// The family, as the reason lets one see it.
pub async fn family() -> Result<ProxyFamily, Failure> {
    api::get("/proxy/session/family").await
}
