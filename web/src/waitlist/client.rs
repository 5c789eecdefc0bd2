//! Requests of the waiting list.

use shared::page::Page;
use shared::programmes::Programme;
use shared::waitlist::{AcceptOffer, NewWaitlistEntry, SlotQueue, UnmetDemand, WaitlistEntry};

use crate::api::{self, Attempt, Failure, percent_encoded, query};

/// The family's entries, the latest first.
pub async fn entries() -> Result<Vec<WaitlistEntry>, Failure> {
    Ok(api::get::<Page<WaitlistEntry>>("/waitlist_entries").await?.items)
}

/// Joins.
pub async fn join(new: &NewWaitlistEntry, attempt: &Attempt) -> Result<WaitlistEntry, Failure> {
    api::post("/waitlist_entries", new, attempt).await
}

/// Takes the place on offer, with the words by which the family agrees.
pub async fn accept(entry_id: &str, consent: Option<u32>, attempt: &Attempt) -> Result<WaitlistEntry, Failure> {
    api::post(&format!("/waitlist_entries/{}/accept", percent_encoded(entry_id)), &AcceptOffer { consent }, attempt).await
}

/// Declines an offer, or leaves: `decline` or `leave`.
pub async fn answer(entry_id: &str, word: &str, attempt: &Attempt) -> Result<WaitlistEntry, Failure> {
    api::post(&format!("/waitlist_entries/{}/{word}", percent_encoded(entry_id)), &(), attempt).await
}

/// How many wait for the slots of the staff's facility between two days.
pub async fn queues(from: String, to: String) -> Result<Vec<SlotQueue>, Failure> {
    Ok(api::get::<Page<SlotQueue>>(&query("/staff/waitlist", &[("from", Some(from)), ("to", Some(to))])).await?.items)
}

/// What nobody could be given, for stays between two days.
pub async fn unmet_demand(from: String, to: String) -> Result<Vec<UnmetDemand>, Failure> {
    Ok(api::get::<Page<UnmetDemand>>(&query("/unmet_demand", &[("from", Some(from)), ("to", Some(to))])).await?.items)
}

/// The programmes of a city as they are on a day.
pub async fn programmes(municipality: String, day: String) -> Result<Vec<Programme>, Failure> {
    let path = query("/programmes", &[("municipality", Some(municipality)), ("on", Some(day))]);
    Ok(api::get::<Page<Programme>>(&path).await?.items)
}
