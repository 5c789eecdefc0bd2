//! Requests about the journal.

use chrono::NaiveDate;
use shared::ids::JournalEntryId;
use shared::journal::{Change, Correction, Day, Entry, NewEntry};
use shared::time::Month;

use crate::api::{self, Attempt, Failure, percent_encoded, query};

/// The journal of a day.
pub async fn day(day: NaiveDate) -> Result<Day, Failure> {
    api::get(&query("/staff/journal", &[("day", Some(day.to_string()))])).await
}

/// Begins an entry.
pub async fn begin(new: &NewEntry, attempt: &Attempt) -> Result<Entry, Failure> {
    api::post("/staff/journal", new, attempt).await
}

fn path(id: &JournalEntryId) -> String {
    format!("/staff/journal/{}", percent_encoded(id.as_str()))
}

fn etag(version: i64) -> String {
    format!("\"v{version}\"")
}

/// Changes a draft as it was read.
pub async fn change(entry: &Entry, change: &Change, attempt: &Attempt) -> Result<Entry, Failure> {
    api::patch(&path(&entry.id), change, &etag(entry.version), attempt).await
}

/// Corrects a finished entry as it was read.
pub async fn correct(entry: &Entry, correction: &Correction, attempt: &Attempt) -> Result<Entry, Failure> {
    api::post_to(&format!("{}/correct", path(&entry.id)), correction, &etag(entry.version), attempt).await
}

/// Where a month is to be had as a file.
pub fn file(month: Month) -> String {
    format!("/api/v1{}", query("/staff/journal.xlsx", &[("month", Some(month.to_string()))]))
}
