//! The API's operations of places.

use shared::ids::{OfferingId, PatternId, PlaceChangeId};
use shared::page::Page;
use shared::places::{
    Duty, DutyChange, NewPattern, PlaceChange, PlaceChangeDetail, PlacesCommand, PlacesPlan, SeenMark, SeenPlaces, WeekPattern,
};

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded};

/// The facility's named patterns.
pub async fn patterns() -> Result<Vec<WeekPattern>, Failure> {
    api::get::<Page<WeekPattern>>("/staff/patterns").await.map(|page| page.items)
}

fn pattern_path(id: &PatternId) -> String {
    format!("/staff/patterns/{}", percent_encoded(id.as_str()))
}

fn etag(version: i64) -> String {
    format!("\"v{version}\"")
}

/// Names a pattern, or changes the one that it was.
pub async fn write_pattern(new: &NewPattern, before: Option<&WeekPattern>, attempt: &Attempt) -> Result<WeekPattern, Failure> {
    match before {
        None => api::post("/staff/patterns", new, attempt).await,
        Some(known) => api::patch(&pattern_path(&known.id), new, &etag(known.version), attempt).await,
    }
}

/// Takes a pattern away.
pub async fn remove_pattern(known: &WeekPattern, attempt: &Attempt) -> Result<(), Failure> {
    api::delete(&pattern_path(&known.id), &etag(known.version), attempt).await
}

fn duty_path(offering: &OfferingId) -> String {
    format!("/staff/duties/{}", percent_encoded(offering.as_str()))
}

/// Who is on duty for an offering.
pub async fn duty(offering: &OfferingId) -> Result<Tagged<Duty>, Failure> {
    api::get_tagged(&duty_path(offering)).await
}

/// Sets who is on duty for an offering.
pub async fn change_duty(offering: &OfferingId, command: &DutyChange, etag: &str, attempt: &Attempt) -> Result<Tagged<Duty>, Failure> {
    api::patch_tagged(&duty_path(offering), command, etag, attempt).await
}

/// What a command would do.
pub async fn preview(command: &PlacesCommand) -> Result<PlacesPlan, Failure> {
    api::post("/staff/places/preview", command, &Attempt::new()).await
}

/// Does what was shown.
pub async fn change(seen: &SeenPlaces, attempt: &Attempt) -> Result<PlaceChange, Failure> {
    api::post("/staff/places", seen, attempt).await
}

/// The latest changes.
pub async fn changes() -> Result<Vec<PlaceChange>, Failure> {
    api::get::<Page<PlaceChange>>("/staff/places/changes").await.map(|page| page.items)
}

fn change_path(id: &PlaceChangeId) -> String {
    format!("/staff/places/changes/{}", percent_encoded(id.as_str()))
}

/// One change, with what taking it back would do.
pub async fn change_detail(id: &PlaceChangeId) -> Result<PlaceChangeDetail, Failure> {
    api::get(&change_path(id)).await
}

/// Takes a change back, as it was shown.
pub async fn undo(id: &PlaceChangeId, mark: &str, attempt: &Attempt) -> Result<PlaceChangeDetail, Failure> {
    api::post(&format!("{}/undo", change_path(id)), &SeenMark { mark: mark.to_owned() }, attempt).await
}
