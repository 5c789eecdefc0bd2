//! Requests about messages.

use shared::messages::{Message, NewMessage, ReadUpTo, Thread, UnreadThread};
use shared::page::Page;

use crate::api::{self, Attempt, Failure, percent_encoded};

fn path(booking_id: &str) -> String {
    format!("/bookings/{}/messages", percent_encoded(booking_id))
}

/// What was written about a booking.
pub async fn thread(booking_id: &str) -> Result<Thread, Failure> {
    api::get(&path(booking_id)).await
}

/// Writes to the other side.
pub async fn write(booking_id: &str, message: &NewMessage, attempt: &Attempt) -> Result<Message, Failure> {
    api::post(&path(booking_id), message, attempt).await
}

/// Says up to which message somebody has read.
pub async fn read(booking_id: &str, number: u32) -> Result<(), Failure> {
    api::post(&format!("{}/read", path(booking_id)), &ReadUpTo { number }, &Attempt::new()).await
}

/// The threads in which nobody of the facility has read something.
pub async fn unread() -> Result<Vec<UnreadThread>, Failure> {
    Ok(api::get::<Page<UnreadThread>>("/staff/messages").await?.items)
}
