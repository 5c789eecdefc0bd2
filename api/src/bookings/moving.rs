//! What becomes of a booking before its day: undone at once, or moved to another time.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use shared::bookings::{Booking, Moving, NewBooking, Quote, Reschedule, reschedule, reschedule_quote, undo};
use shared::families::Family;
use shared::ids::{BookingId, PartyId};
use shared::problem::{Problem, Reason};

use super::engine::{Lock, Seen, free, look, resettle};
use super::store::{self, Belongs, Stored};
use super::{owner, visible};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian, ForGuardianOrStaff, part};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::session::{Guardian, Signed};
use crate::{App, families, new_id, slots};

/// Undoes what was booked together, for some minutes after booking: as if it had never been booked
///
/// For a mis-tap. Place and limits are as they were, nothing is due, and the bookings are not found any more.
#[utoipa::path(
    tag = "bookings",
    params(
        ("booking_id" = String, Path, description = "One of the party's bookings"),
        Key,
    ),
    responses(
        (status = 204, description = "It was never booked"),
        (status = 404, description = "No such booking of this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`bookings.undo_over`, `bookings.undo_changed`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/bookings/{booking_id}/undo")]
pub async fn undo_booking(app: web::Data<App>, guardian: Guardian, key: Key, id: web::Path<BookingId>) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, (), move |conn, (), act| {
        let mine = store::find_booking(conn, &id)?.filter(|stored| stored.family_id == guardian.family_id);
        let found = mine.ok_or(ApiError::NotFound)?;
        lock_party(conn, &found, None)?;
        let party = store::list_party(conn, &found.booking.party_id)?;
        let bookings: Vec<Booking> = party.iter().map(|stored| stored.booking.clone()).collect();
        undo(&bookings, act.now)?;
        for stored in &party {
            free(conn, stored, act)?;
            store::give_back(conn, &stored.booking)?;
            store::mark_undone(conn, &stored.booking.id, act.now)?;
            act.record(conn, "booking.undone", stored.booking.facility.place(), stored.booking.id.as_str())?;
        }
        Ok(Answer::empty())
    })
    .await
}

/// What moving a booking would mean: the quote of the new stay, or every reason against
#[utoipa::path(
    tag = "bookings",
    request_body = Reschedule,
    params(("booking_id" = String, Path, description = "One of the party's bookings")),
    responses(
        (status = 200, description = "What moving now would mean; nothing is written", body = Quote),
        (status = 404, description = "No such booking for this person, or no such slot", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/reschedule/preview")]
pub async fn preview_reschedule(
    app: web::Data<App>,
    signed: Signed,
    id: web::Path<BookingId>,
    body: Body<Reschedule>,
) -> Result<web::Json<Quote>, ApiError> {
    let (command, now, owner) = (body.0, app.now(), owner(&signed)?);
    let told = app
        .db
        .read(move |conn| {
            let found = visible(store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?, &owner)?;
            let family = families::store::find_family(conn, &found.family_id)?.ok_or(ApiError::NotFound)?;
            let ground = Ground::look(conn, &family, &found, &command, Lock::Nothing)?;
            Ok::<_, ApiError>(ground.told(&command, now).0)
        })
        .await?;
    Ok(web::Json(told))
}

/// Moves a booking to another time of its facility and programme: the old place goes only where the new one is gained
///
/// Brothers and sisters who were booked together move together, unless `child_ids` names some of them. The new day's terms hold. Once
/// cancelling is not free of charge any more, a stay can only be made longer or shorter in its slot. With `seen`, the bookings as they
/// were shown: where one has changed meanwhile, nothing is moved and `bookings.changed_meanwhile` is answered.
#[utoipa::path(
    tag = "bookings",
    request_body = Reschedule,
    params(
        ("booking_id" = String, Path, description = "One of the party's bookings"),
        Key,
    ),
    responses(
        (status = 200, description = "The bookings that moved, with the ids they had", body = Vec<Booking>),
        (status = 404, description = "No such booking for this person, or no such slot", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The rules say no: `bookings.reschedule_*`, `bookings.changed_meanwhile`, and what a booking may be refused with", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/reschedule")]
pub async fn reschedule_booking(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<Reschedule>,
) -> Result<HttpResponse, ApiError> {
    let owner = owner(&signed)?;
    once(&app, &signed.0.id, key, body.0, move |conn, command, act| {
        let found = visible(store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?, &owner)?;
        let family = lock_party(conn, &found, Some(command))?;
        let found = store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?;
        let ground = Ground::look(conn, &family, &found, command, Lock::Slot)?;
        Ok(Answer::new(StatusCode::OK, &change(conn, ground, command, act)?)?)
    })
    .await
}

/// Locks the family, then the slots that its party is in or goes to, by their ids.
fn lock_party(conn: &mut AnyConnection, found: &Stored, command: Option<&Reschedule>) -> Result<Family, ApiError> {
    let family = families::store::lock_family(conn, &found.family_id)?.ok_or(ApiError::NotFound)?;
    let party = store::list_party(conn, &found.booking.party_id)?;
    let mut slots: BTreeSet<_> = party.iter().map(|stored| &stored.booking.slot_id).collect();
    slots.extend(command.map(|command| &command.slot_id));
    for slot in slots {
        slots::store::lock_slot(conn, slot)?;
    }
    Ok(family)
}

/// What a move has to know.
pub struct Ground {
    /// Those who move.
    moving: Vec<Stored>,
    /// Whether others of the party stay.
    others_stay: bool,
    /// The new stay as a booking would ask for it.
    asks: NewBooking,
    /// What was found for it.
    seen: Seen,
}

impl Ground {
    /// Looks at a booking's party and where it is to go, as both are now.
    pub fn look(conn: &mut AnyConnection, family: &Family, found: &Stored, command: &Reschedule, lock: Lock) -> Result<Self, ApiError> {
        let party = store::list_party(conn, &found.booking.party_id)?;
        let wanted = |stored: &Stored| command.child_ids.is_empty() || command.child_ids.contains(&stored.booking.child.id);
        if let Some(index) = command.child_ids.iter().position(|id| !party.iter().any(|stored| stored.booking.child.id == *id)) {
            return Err(ApiError::Invalid(vec![part(Some(format!("/child_ids/{index}")), Reason::new("problem.not_found"))]));
        }
        // Who is asked for by name, or by this very booking, is told why not; of the others, only who still comes moves along.
        let is_named = |stored: &Stored| !command.child_ids.is_empty() || stored.booking.id == found.booking.id;
        let (moving, stay): (Vec<Stored>, Vec<Stored>) =
            party.into_iter().partition(|stored| wanted(stored) && (is_named(stored) || stored.booking.may_move()));
        let asks = command.asks(&found.booking, moving.iter().map(|stored| stored.booking.child.id.clone()).collect());
        let seen = look(conn, family, &asks, lock)?;
        Ok(Self { others_stay: stay.iter().any(|stored| stored.booking.state.is_active()), moving, asks, seen })
    }

    /// What moving now would mean, and whether it can be done.
    pub fn told(&self, command: &Reschedule, now: DateTime<Utc>) -> (Quote, bool) {
        let (moving, asked) = (self.moving(), (command, &self.asks));
        (reschedule_quote(&self.seen.state, &moving, asked, now), reschedule(&self.seen.state, &moving, asked, now).is_ok())
    }

    fn moving(&self) -> Vec<Moving<'_>> {
        self.moving.iter().map(|stored| Moving { booking: &stored.booking, band_from_age: stored.band_from_age }).collect()
    }
}

/// Decides and writes a move. Family and slots must be locked.
pub fn change(conn: &mut AnyConnection, ground: Ground, command: &Reschedule, act: &Act) -> Result<Vec<Booking>, ApiError> {
    let moved = reschedule(&ground.seen.state, &ground.moving(), (command, &ground.asks), act.now)?;
    ground.seen.after_those_who_wait()?;
    let first = ground.moving.first().ok_or(ApiError::NotFound)?;
    // Who moves alone is decided alone from now on.
    let party_id = if ground.others_stay { PartyId::new(new_id()) } else { first.booking.party_id.clone() };
    let belongs = Belongs {
        party_id: &party_id,
        series_id: first.booking.series_id.as_ref(),
        family_id: &first.family_id,
        programme_id: &ground.seen.programme.id,
        command: &ground.asks,
        entered: first.booking.entered.as_ref(),
    };
    resettle(conn, &ground.moving, &moved, &belongs, act)?;
    Ok(store::list_party(conn, &party_id)?.into_iter().map(|stored| stored.booking).filter(|b| b.state.is_active()).collect())
}
