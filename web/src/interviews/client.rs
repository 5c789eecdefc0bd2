//! Requests about first interviews.

use futures_util::future::join;
use shared::interviews::{ChildInterview, Interview, NewResult, Sharing, SharingState};
use shared::page::Page;
use shared::programmes::Programme;
use shared::slots::{FreePlace, Opening};
use shared::time::days_after;

use crate::api::{self, Attempt, Failure, percent_encoded, query};
use crate::settings;

/// Whether the family's children have had their first interview at a facility.
pub async fn interviews(facility_id: &str) -> Result<Vec<ChildInterview>, Failure> {
    let page: Page<ChildInterview> = api::get(&format!("/facilities/{}/interviews", percent_encoded(facility_id))).await?;
    Ok(page.items)
}

/// So far ahead an interview is looked for.
const AHEAD: u32 = 35;
/// So many are offered at once; the facility's page has the others.
const OFFERED: usize = 3;

/// The next free times for an interview at a facility: the slot, from when to when, and how many places.
pub async fn free_visits(facility_id: &str) -> Result<Vec<(FreePlace, Opening)>, Failure> {
    let today = settings::today();
    let places = query(
        "/slots",
        &[
            ("facility_id", Some(facility_id.to_owned())),
            ("from", Some(today.to_string())),
            ("to", Some(days_after(today, AHEAD).to_string())),
            ("bookable_only", Some("true".to_owned())),
            ("limit", Some("200".to_owned())),
        ],
    );
    let (places, programmes) = join(api::get::<Page<FreePlace>>(&places), api::get::<Page<Programme>>("/programmes")).await;
    let programmes = programmes?.items;
    let is_visit = |place: &FreePlace| programmes.iter().any(|programme| programme.key == place.programme && programme.terms.interview);
    let places = places?.items.into_iter().filter(is_visit);
    let mut found: Vec<(FreePlace, Opening)> = places
        .flat_map(|place| {
            let free = place.openings.clone().into_iter().filter(|opening| opening.places_left > 0);
            free.map(|opening| (place.clone(), opening)).collect::<Vec<_>>()
        })
        .collect();
    found.sort_by_key(|(_, opening)| opening.starts_at);
    found.truncate(OFFERED);
    Ok(found)
}

/// Records the result of an interview.
pub async fn record(booking_id: &str, command: &NewResult, attempt: &Attempt) -> Result<Interview, Failure> {
    api::post(&format!("/interviews/{}/result", percent_encoded(booking_id)), command, attempt).await
}

/// Whether the facility shares its interviews.
pub async fn sharing() -> Result<SharingState, Failure> {
    api::get("/staff/interview_sharing").await
}

/// Shares them, or keeps them.
pub async fn share(shares: bool, attempt: &Attempt) -> Result<Sharing, Failure> {
    api::post("/staff/interview_sharing", &Sharing { shares }, attempt).await
}
