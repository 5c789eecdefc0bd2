//! Requests about notes to the next shift.

use chrono::NaiveDate;
use shared::page::Page;
use shared::shift_notes::{NewShiftNote, ShiftNote};

use crate::api::{self, Attempt, Failure, percent_encoded, query};

/// The notes of a day; without one, those that the person has not read.
pub async fn notes(day: Option<NaiveDate>) -> Result<Vec<ShiftNote>, Failure> {
    let path = query("/staff/shift_notes", &[("day", day.map(|day| day.to_string()))]);
    Ok(api::get::<Page<ShiftNote>>(&path).await?.items)
}

/// Leaves a note.
pub async fn leave(note: &NewShiftNote, attempt: &Attempt) -> Result<ShiftNote, Failure> {
    api::post("/staff/shift_notes", note, attempt).await
}

/// Says that the person has read a note.
pub async fn read(id: &str, attempt: &Attempt) -> Result<ShiftNote, Failure> {
    api::post(&format!("/staff/shift_notes/{}/read", percent_encoded(id)), &(), attempt).await
}
