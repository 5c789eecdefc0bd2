//! The API's operations of attendance.

use chrono::{NaiveDate, TimeDelta};
use shared::attendance::{
    Arrivals, Board, CheckIn, CheckOut, Correction, FamilyCode, MarkAbsent, NewPin, NextAct, Person, Scan, Scanned, WallCode,
};
use shared::bookings::{Booking, Cancel, Decide};
use shared::ids::{BookingId, FacilityId};
use shared::page::Page;
use shared::programmes::Programme;

use super::kept::{Kept, recall};
use super::model::{Asked, Live};
use super::unsent::Command;
use crate::api::{self, Attempt, Failure, percent_encoded, query};
use crate::settings;

/// Where changes are told as they happen.
pub const EVENTS: &str = "/api/v1/staff/events";

/// The board of the asked days, with how far the server's clock runs ahead of this device's.
pub async fn board(asked: Asked) -> Result<Live, Failure> {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let board: Board = api::get_soon(&query("/staff/today", &[("from", day(asked.from)), ("to", day(asked.to))])).await?;
    let ahead = board.now - settings::now();
    Ok(Live { asked, board, ahead, programmes: Vec::new() })
}

/// What this device keeps of today for this facility, where today was asked for.
pub async fn kept_board(asked: Asked, facility: &FacilityId) -> Option<Box<Live>> {
    if asked != Asked::default() {
        return None;
    }
    let Kept { board, programmes, .. } = recall(facility, settings::today()).await?;
    Some(Box::new(Live { asked, board, ahead: TimeDelta::zero(), programmes }))
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

/// Records what happened, once however often it is sent.
pub async fn record(booking: &BookingId, command: &Command, key: &str) -> Result<Booking, Failure> {
    let path = |verb: &str| format!("/bookings/{}/{verb}", percent_encoded(booking.as_str()));
    match command.clone() {
        Command::Come { at, with } => {
            api::post_keyed(&path("check_in"), &CheckIn { occurred_at: Some(at), person: Some(with), wall: None }, key).await
        }
        Command::Leave { at, with } => {
            api::post_keyed(&path("check_out"), &CheckOut { occurred_at: Some(at), person: Some(with), wall: None }, key).await
        }
        Command::Absent { at, release, reason, seen } => {
            api::post_keyed(&path("absent"), &MarkAbsent { occurred_at: Some(at), release, reason, seen }, key).await
        }
    }
}

/// Takes back what was recorded last.
pub async fn undo(booking: &BookingId, attempt: &Attempt) -> Result<Booking, Failure> {
    api::post(&format!("/bookings/{}/attendance/undo", percent_encoded(booking.as_str())), &serde_json::json!({}), attempt).await
}

/// Puts times or people right.
pub async fn correct(booking: &BookingId, command: &Correction, attempt: &Attempt) -> Result<Booking, Failure> {
    api::post(&format!("/bookings/{}/attendance/correct", percent_encoded(booking.as_str())), command, attempt).await
}

/// The family's code.
pub async fn family_code() -> Result<FamilyCode, Failure> {
    api::get("/family/code").await
}

/// Makes a new code for the family.
pub async fn renew_family_code(attempt: &Attempt) -> Result<FamilyCode, Failure> {
    api::post("/family/code", &serde_json::json!({}), attempt).await
}

/// Sets the family's PIN.
pub async fn set_pin(pin: &str) -> Result<(), Failure> {
    api::put("/family/pin", &NewPin { pin: pin.to_owned() }).await
}

/// The code on the facility's wall.
pub async fn wall_code() -> Result<WallCode, Failure> {
    api::get("/staff/wall_code").await
}

/// Makes a new code for the facility's wall.
pub async fn renew_wall_code(attempt: &Attempt) -> Result<WallCode, Failure> {
    api::post("/staff/wall_code", &serde_json::json!({}), attempt).await
}

/// A family at the door.
pub async fn scan(scan: &Scan) -> Result<Scanned, Failure> {
    api::post("/staff/scans", scan, &Attempt::new()).await
}

/// The family's children who are expected where this code is on the wall.
pub async fn arrivals(code: String) -> Result<Arrivals, Failure> {
    api::get(&format!("/check_ins/{}", percent_encoded(&code))).await
}

/// The family records that its child came or goes, with the code on the wall.
pub async fn arrive(booking: &BookingId, act: NextAct, with: Person, wall: String, attempt: &Attempt) -> Result<Booking, Failure> {
    let path = |verb: &str| format!("/bookings/{}/{verb}", percent_encoded(booking.as_str()));
    let (person, wall) = (Some(with), Some(wall));
    match act {
        NextAct::CheckIn => api::post(&path("check_in"), &CheckIn { occurred_at: None, person, wall }, attempt).await,
        NextAct::CheckOut => api::post(&path("check_out"), &CheckOut { occurred_at: None, person, wall }, attempt).await,
    }
}
