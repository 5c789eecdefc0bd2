//! Closures: a facility ends a day, some hours or a slot in one action, and every booking in it with a word to its family.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use shared::ids::{FacilityId, FamilyId};
use shared::problem::Problem;
use shared::slots::{Closed, ClosurePreview, Held, NewClosure, Rejection, SlotState, close, unseen};

use super::staff::{affected, held, not_shown};
use super::store;
use crate::bookings::store::{Stored, list_holding, mark_closure};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::Staff;
use crate::{App, bookings, families, waitlist};

/// What a closure finds.
struct Ground {
    /// The slots that change, by id, each with those who hold a place in it.
    slots: Vec<(Closed, Vec<Stored>)>,
}

impl Ground {
    /// Reads what lies in the time; another facility's is not found.
    fn read(conn: &mut AnyConnection, facility: &FacilityId, command: &NewClosure, now: DateTime<Utc>) -> Result<Self, ApiError> {
        if command.facility_id != *facility {
            return Err(ApiError::NotFound);
        }
        command.check(now)?;
        let mut slots = Vec::new();
        for slot in store::list_between(conn, facility, command.from, command.until)? {
            let stored = list_holding(conn, &slot.id)?;
            let held: Vec<Held> = stored.iter().map(held).collect();
            if let Some(closed) = close(&slot, &held, command, now) {
                slots.push((closed, stored));
            }
        }
        Ok(Self { slots })
    }

    /// The bookings that end, by slot and start.
    fn ended<'a>(&'a self) -> impl Iterator<Item = &'a Stored> {
        let of = |(closed, stored): &'a (Closed, Vec<Stored>)| {
            closed.ended.iter().filter_map(move |id| stored.iter().find(|one| one.booking.id == *id))
        };
        self.slots.iter().flat_map(of)
    }

    /// What it means, as a person reads it.
    fn preview(&self, conn: &mut AnyConnection) -> Result<ClosurePreview, ApiError> {
        let mut slots: Vec<_> = self.slots.iter().map(|(closed, _)| closed.slot.clone()).collect();
        slots.sort_by(|a, b| (a.starts_at, &a.id).cmp(&(b.starts_at, &b.id)));
        let mut affected = affected(conn, self.ended())?;
        affected.sort_by(|a, b| (a.starts_at, &a.booking_id).cmp(&(b.starts_at, &b.booking_id)));
        Ok(ClosurePreview { slots, affected })
    }
}

/// Shows what closing a day, some hours or a slot would mean: the slots, and the bookings that would end
#[utoipa::path(
    tag = "slots",
    request_body = NewClosure,
    responses(
        (status = 200, description = "What the closure would mean; nothing is written", body = ClosurePreview),
        (status = 404, description = "Another facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`slots.range_invalid`, `slots.past`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/closures/preview")]
pub async fn preview_closure(app: web::Data<App>, staff: Staff, body: Body<NewClosure>) -> Result<web::Json<ClosurePreview>, ApiError> {
    let (command, now) = (body.0, app.now());
    let told = app.db.read(move |conn| Ground::read(conn, &staff.facility_id, &command, now)?.preview(conn)).await?;
    Ok(web::Json(told))
}

/// Closes a day, some hours or a slot of the facility, and ends every booking in it without cost
///
/// Only the bookings in `seen` end: where another one is there, nothing is done, and `slots.affected_changed` names each as `subject`.
/// Nothing that ends costs or counts; the family reads the reason and the message with its booking. A slot that is closed in part
/// offers the rest. Children who have come stay until they are fetched. Opening again is a change of the slot.
#[utoipa::path(
    tag = "slots",
    request_body = NewClosure,
    params(Key),
    responses(
        (status = 201, description = "The slots as they now are, and the bookings that ended", body = ClosurePreview),
        (status = 404, description = "Another facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`slots.range_invalid`, `slots.past`, `slots.affected_changed`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/closures")]
pub async fn close_slots(app: web::Data<App>, staff: Staff, key: Key, body: Body<NewClosure>) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id.clone(), key, body.0, move |conn, command, act| {
        let first = Ground::read(conn, &staff.facility_id, command, act.now)?;
        // The one order of locks: families, then slots, each by their ids.
        let mut locked: BTreeSet<FamilyId> =
            first.slots.iter().flat_map(|(_, stored)| stored).map(|stored| stored.family_id.clone()).collect();
        for (closed, _) in &first.slots {
            locked.extend(waitlist::families_of_slot(conn, &closed.slot.id)?);
        }
        for family in &locked {
            families::store::lock_family(conn, family)?;
        }
        for (closed, _) in &first.slots {
            store::lock_slot(conn, &closed.slot.id)?;
        }
        let ground = Ground::read(conn, &staff.facility_id, command, act.now)?;
        if ground.slots.len() != first.slots.len() {
            return Err(ApiError::Retry);
        }
        let new = unseen(ground.slots.iter().flat_map(|(closed, _)| &closed.ended), &command.seen);
        if !new.is_empty() {
            return Err(not_shown(&new, Rejection::AffectedChanged));
        }
        let told = ground.preview(conn)?;
        for stored in ground.ended() {
            if bookings::engine::end_by_facility(conn, stored, &locked, act)? {
                mark_closure(conn, &stored.booking.id, &command.closure())?;
            }
        }
        let mut slots = Vec::with_capacity(told.slots.len());
        for slot in told.slots {
            // With those who ended out of it.
            let now = store::find_slot(conn, &slot.id)?.ok_or(ApiError::NotFound)?.slot;
            let closed = shared::slots::Slot { state: slot.state, closures: slot.closures, version: now.version + 1, ..now };
            store::update_slot(conn, &closed)?;
            if closed.state == SlotState::Closed {
                waitlist::close(conn, &closed.id, &locked, act)?;
            }
            act.record(conn, "slot.closed", closed.facility.place(), closed.id.as_str())?;
            slots.push(closed);
        }
        Ok(Answer::new(StatusCode::CREATED, &ClosurePreview { slots, affected: told.affected })?)
    })
    .await
}
