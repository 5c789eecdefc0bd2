//! The API's operations of attendance.

use chrono::NaiveDate;
use shared::attendance::{Board, CheckIn, CheckOut, Correction, MarkAbsent};
use shared::bookings::{Booking, Cancel, Decide};
use shared::ids::BookingId;
use shared::page::Page;
use shared::programmes::Programme;

use super::model::{Asked, Command, Live};
use crate::api::{self, Attempt, Failure, percent_encoded, query};
use crate::settings;

/// The board of the asked days, with how far the server's clock runs ahead of this device's.
pub async fn board(asked: Asked) -> Result<Live, Failure> {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let board: Board = api::get(&query("/staff/today", &[("from", day(asked.from)), ("to", day(asked.to))])).await?;
    let ahead = board.now - settings::now();
    Ok(Live { asked, board, ahead })
}

/// The programmes, for the names of parts of the day.
pub async fn programmes() -> Result<Vec<Programme>, Failure> {
    api::get::<Page<Programme>>("/programmes").await.map(|page| page.items)
}

/// A booking as it is now.
pub async fn booking(booking: &BookingId) -> Result<Booking, Failure> {
    api::get(&format!("/bookings/{}", percent_encoded(booking.as_str()))).await
}

/// Accepts or declines a party by one of its bookings.
pub async fn decide(booking: &BookingId, command: &Decide, attempt: &Attempt) -> Result<Vec<Booking>, Failure> {
    api::post(&format!("/bookings/{}/decide", percent_encoded(booking.as_str())), command, attempt).await
}

/// Cancels a booking.
pub async fn cancel(booking: &BookingId, command: &Cancel, attempt: &Attempt) -> Result<Booking, Failure> {
    api::post(&format!("/bookings/{}/cancel", percent_encoded(booking.as_str())), command, attempt).await
}

/// Records that a child came or left.
pub async fn record(booking: &BookingId, command: &Command, attempt: &Attempt) -> Result<Booking, Failure> {
    let path = |verb: &str| format!("/bookings/{}/{verb}", percent_encoded(booking.as_str()));
    match command {
        Command::Come { at, with } => {
            api::post(&path("check_in"), &CheckIn { occurred_at: *at, person: Some(with.clone()) }, attempt).await
        }
        Command::Leave { at, with } => {
            api::post(&path("check_out"), &CheckOut { occurred_at: *at, person: Some(with.clone()) }, attempt).await
        }
    }
}

/// Records that a child did not come.
pub async fn mark_absent(booking: &BookingId, command: &MarkAbsent, attempt: &Attempt) -> Result<Booking, Failure> {
    api::post(&format!("/bookings/{}/absent", percent_encoded(booking.as_str())), command, attempt).await
}

/// Takes back what was recorded last.
pub async fn undo(booking: &BookingId, attempt: &Attempt) -> Result<Booking, Failure> {
    api::post(&format!("/bookings/{}/attendance/undo", percent_encoded(booking.as_str())), &serde_json::json!({}), attempt).await
}

/// Puts times or people right.
pub async fn correct(booking: &BookingId, command: &Correction, attempt: &Attempt) -> Result<Booking, Failure> {
    api::post(&format!("/bookings/{}/attendance/correct", percent_encoded(booking.as_str())), command, attempt).await
}
