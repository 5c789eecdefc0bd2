//! Requests of the page for bookings on the phone.

#[cfg(feature = "office")]
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use shared::accounts::AccountCode;
use shared::bookings::{Booking, NewEntry, Quote};
#[cfg(feature = "office")]
use shared::facilities::FacilitySummary;
use shared::families::{FamilySearch, FoundFamily, NewFamily};
use shared::page::Page;
use shared::programmes::Programme;
use shared::slots::{FreePlace, Slot, SlotDay, SlotDetail};

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

/// The slots of a day: those of the staff's own facility, or of one that an officer chose.
pub async fn slots(facility: Option<String>, day: NaiveDate) -> Result<Vec<Slot>, Failure> {
    let asked = [("from", Some(day.to_string())), ("to", Some(day.to_string())), ("facility_id", facility)];
    let found = api::get::<Page<SlotDay>>(&query("/staff/slots", &asked)).await?;
    Ok(found.items.into_iter().flat_map(|day| day.slots).collect())
}

/// Places of a facility that can be booked now, in two weeks from a day on, for a child of so many months.
pub async fn free(facility: &str, from: NaiveDate, age_months: u32) -> Result<Vec<FreePlace>, Failure> {
    let asked = [
        ("facility_id", Some(facility.to_owned())),
        ("from", Some(from.to_string())),
        ("age_months", Some(age_months.to_string())),
        ("bookable_only", Some("true".to_owned())),
        ("limit", Some("20".to_owned())),
    ];
    Ok(api::get::<Page<FreePlace>>(&query("/slots", &asked)).await?.items)
}

/// The code by which a family that was taken down opens its account.
pub async fn account_code(family: &str) -> Result<AccountCode, Failure> {
    api::post(&format!("/staff/families/{}/account_code", percent_encoded(family)), &(), &Attempt::new()).await
}

/// The facilities of all cities where something can be booked, each once, with id and name.
#[cfg(feature = "office")]
pub async fn all_facilities() -> Result<Vec<(String, String)>, Failure> {
    let keys: BTreeSet<String> = programmes().await?.into_iter().map(|one| one.key.as_str().to_owned()).collect();
    let mut found = BTreeMap::new();
    for key in keys {
        let asked = [("programme", Some(key)), ("limit", Some("200".to_owned()))];
        let page: Page<FacilitySummary> = api::get(&query("/facilities", &asked)).await?;
        found.extend(page.items.into_iter().map(|one| (one.kana.unwrap_or_default(), (one.id.to_string(), one.name))));
    }
    Ok(found.into_values().collect())
}

/// The programmes, for their names.
pub async fn programmes() -> Result<Vec<Programme>, Failure> {
    Ok(api::get::<Page<Programme>>("/programmes").await?.items)
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
