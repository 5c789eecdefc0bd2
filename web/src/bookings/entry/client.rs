//! Requests of the page for bookings on the phone.

use chrono::NaiveDate;
use shared::bookings::{Booking, NewEntry, Quote};
use shared::families::{FamilySearch, FoundFamily, NewFamily};
use shared::page::Page;
use shared::slots::{Slot, SlotDay, SlotDetail};

use crate::api::{self, Attempt, Failure, percent_encoded, query};

/// Families by telephone number or name.
pub async fn search(words: &str) -> Result<Vec<FoundFamily>, Failure> {
    let search = FamilySearch { query: words.to_owned() };
    Ok(api::post::<_, Page<FoundFamily>>("/staff/families/search", &search, &Attempt::new()).await?.items)
}

/// Takes down a family.
pub async fn register(family: &NewFamily, attempt: &Attempt) -> Result<FoundFamily, Failure> {
    api::post("/staff/families", family, attempt).await
}

/// The facility's slots of a day.
pub async fn slots(day: NaiveDate) -> Result<Vec<Slot>, Failure> {
    let days = [("from", Some(day.to_string())), ("to", Some(day.to_string()))];
    let found = api::get::<Page<SlotDay>>(&query("/staff/slots", &days)).await?;
    Ok(found.items.into_iter().flat_map(|day| day.slots).collect())
}

/// One slot with its rules.
pub async fn slot(id: &str) -> Result<SlotDetail, Failure> {
    api::get(&format!("/slots/{}", percent_encoded(id))).await
}

/// What taking it down would mean.
pub async fn quote(command: &NewEntry) -> Result<Quote, Failure> {
    api::post("/staff/bookings/quote", command, &Attempt::new()).await
}

/// Takes it down.
pub async fn enter(command: &NewEntry, attempt: &Attempt) -> Result<Vec<Booking>, Failure> {
    api::post("/staff/bookings", command, attempt).await
}
