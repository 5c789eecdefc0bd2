//! The API's operations of a facility's own slots.

use chrono::NaiveDate;
use shared::ids::SlotId;
use shared::page::Page;
use shared::programmes::Programme;
use shared::slots::{
    Classes, ClassesChange, ClassesPreview, ClosurePreview, NewClosure, NewSlots, Offering, Slot, SlotChange, SlotDay, SlotDetail,
    SlotPlan, SlotPreview,
};

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};

/// The facility's slots from one day to another, closed ones included: the public search knows only the open ones.
pub async fn slots(from: NaiveDate, to: NaiveDate) -> Result<Vec<SlotDay>, Failure> {
    let days = [("from", Some(from.to_string())), ("to", Some(to.to_string()))];
    api::get::<Page<SlotDay>>(&query("/staff/slots", &days)).await.map(|page| page.items)
}

/// One slot with the tag to change it by.
pub async fn slot(id: &SlotId) -> Result<Tagged<SlotDetail>, Failure> {
    api::get_tagged(&path(id)).await
}

/// What changing a slot would mean for those who are booked.
pub async fn preview_change(id: &SlotId, command: &SlotChange) -> Result<SlotPreview, Failure> {
    api::post(&format!("{}/preview", path(id)), command, &Attempt::new()).await
}

/// Changes places or state of a slot.
pub async fn change(id: &SlotId, command: &SlotChange, etag: &str, attempt: &Attempt) -> Result<Slot, Failure> {
    api::patch(&path(id), command, etag, attempt).await
}

fn path(id: &SlotId) -> String {
    format!("/slots/{}", percent_encoded(id.as_str()))
}

/// What the facility offers.
pub async fn offerings() -> Result<Vec<Offering>, Failure> {
    api::get::<Page<Offering>>("/staff/offerings").await.map(|page| page.items)
}

/// The programmes, for their names and ages.
pub async fn programmes() -> Result<Vec<Programme>, Failure> {
    api::get::<Page<Programme>>("/programmes").await.map(|page| page.items)
}

/// What publishing would do.
pub async fn preview(command: &NewSlots) -> Result<SlotPlan, Failure> {
    api::post("/staff/slots/preview", command, &Attempt::new()).await
}

/// Publishes.
pub async fn publish(command: &NewSlots, attempt: &Attempt) -> Result<SlotPlan, Failure> {
    api::post("/staff/slots", command, attempt).await
}

/// What closing a day or some hours would mean.
pub async fn preview_closure(command: &NewClosure) -> Result<ClosurePreview, Failure> {
    api::post("/staff/closures/preview", command, &Attempt::new()).await
}

/// Closes a day or some hours, and ends the bookings that were shown.
pub async fn close(command: &NewClosure, attempt: &Attempt) -> Result<ClosurePreview, Failure> {
    api::post("/staff/closures", command, attempt).await
}

/// The facility's regular classes with the tag to change them by.
pub async fn classes() -> Result<Tagged<Classes>, Failure> {
    api::get_tagged("/staff/classes").await
}

/// What changing the classes would mean for slots and families.
pub async fn preview_classes(command: &ClassesChange) -> Result<ClassesPreview, Failure> {
    api::post("/staff/classes/preview", command, &Attempt::new()).await
}

/// Changes the classes, and the slots that come from them.
pub async fn change_classes(command: &ClassesChange, etag: &str, attempt: &Attempt) -> Result<ClassesPreview, Failure> {
    api::patch("/staff/classes", command, etag, attempt).await
}
