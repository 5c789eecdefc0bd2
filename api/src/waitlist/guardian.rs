//! What a family does on the waiting list: joins, looks where it stands, answers an offer, leaves.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use shared::bookings::BookingState;
use shared::families::Child;
use shared::ids::WaitlistEntryId;
use shared::locale::Localised;
use shared::page::Page;
use shared::problem::Problem;
use shared::programmes::ProgrammeKey;
use shared::waitlist::{AcceptOffer, EntryState, NewWaitlistEntry, WaitlistEntry, Wanted, accept, ahead, decline, leave};

use super::store::{self, Stored};
use super::{enter, lock, release, taken_up, turn};
use crate::bookings::store::{list_party, mark_made};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, OptionalBody, etag};
use crate::session::Guardian;
use crate::{App, consents, families, programmes, slots};

/// Entries as their family sees them.
pub fn view(conn: &mut AnyConnection, all: Vec<Stored>) -> Result<Vec<WaitlistEntry>, ApiError> {
    let children = store::list_children(conn, &all)?;
    let ids: Vec<&str> = all.iter().map(|entry| entry.id.as_str()).collect();
    let skips = store::list_skips(conn, &ids)?;
    let mut waiters = Vec::new();
    let mut found = Vec::with_capacity(all.len());
    for entry in all {
        let mut place = None;
        let mut slot = entry.slot_id.clone();
        if let (None, EntryState::Offered { party_id, .. }) = (&slot, &entry.state) {
            slot = list_party(conn, party_id)?.pop().map(|stored| stored.booking.slot_id);
        }
        if let Some(slot) = &slot {
            place = slots::store::find_frame(conn, slot)?.map(|stored| stored.slot);
        }
        let waits = entry.state == EntryState::Waiting;
        if waits && !waiters.iter().any(|(programme, _)| *programme == entry.programme) {
            waiters.push((entry.programme.clone(), store::list_waiters(conn, &entry.programme)?));
        }
        let others = waiters.iter().find(|(programme, _)| *programme == entry.programme).map(|(_, others)| others);
        let mine = others.and_then(|others| others.iter().find(|other| other.id == entry.id));
        let day = match &entry.asked.wanted {
            Wanted::Wish(wish) => wish.from,
            Wanted::Slot(_) => place.as_ref().map_or_else(|| shared::time::tokyo_day(entry.created_at), |slot| slot.day()),
        };
        found.push(WaitlistEntry {
            ahead: mine.zip(others).filter(|_| waits).map(|(mine, others)| ahead(mine, others)),
            children: entry.asked.child_ids.iter().filter_map(|id| children.iter().find(|child| child.id == *id)).cloned().collect(),
            programme_name: programme_name(conn, &entry.programme, day)?,
            facility: place.map(|slot| slot.facility),
            skips: skips.iter().filter(|(of, _)| of == entry.id.as_str()).map(|(_, skip)| skip.clone()).collect(),
            wanted: entry.asked.wanted,
            programme: entry.programme,
            state: entry.state,
            series_id: entry.series_id,
            created_at: entry.created_at,
            version: entry.version,
            id: entry.id,
        });
    }
    Ok(found)
}

fn programme_name(conn: &mut AnyConnection, key: &ProgrammeKey, day: chrono::NaiveDate) -> Result<Localised, ApiError> {
    let found = programmes::store::list_programmes(conn, None, Some(key), day, day)?;
    Ok(found.into_iter().next().map_or_else(|| Localised::new(key.as_str(), key.as_str(), key.as_str()), |programme| programme.name))
}

/// One entry as its family sees it.
pub fn view_one(conn: &mut AnyConnection, entry: Stored) -> Result<WaitlistEntry, ApiError> {
    view(conn, vec![entry])?.into_iter().next().ok_or(ApiError::NotFound)
}

/// The answer about an entry as it now is.
pub fn answer(conn: &mut AnyConnection, status: StatusCode, id: &WaitlistEntryId) -> Result<Answer, ApiError> {
    let entry = store::find_entry(conn, id)?.ok_or(ApiError::NotFound)?;
    let entry = view_one(conn, entry)?;
    Ok(Answer::new(status, &entry)?.with_version(entry.version))
}

/// The family's entry; anybody else's is not found.
fn mine(conn: &mut AnyConnection, id: &WaitlistEntryId, guardian: &Guardian) -> Result<Stored, ApiError> {
    store::find_entry(conn, id)?.filter(|entry| entry.family_id == guardian.family_id).ok_or(ApiError::NotFound)
}

/// Joins the waiting list for a slot that is full, or for any place that fits
///
/// Children of one entry get their places together or not at all. As soon as a place is free the first party that fits is offered it, by the
/// rules of any booking, and has some time to answer.
#[utoipa::path(
    tag = "waitlist",
    request_body = NewWaitlistEntry,
    params(Key),
    responses(
        (status = 201, description = "The entry, with how many are ahead", body = WaitlistEntry),
        (status = 404, description = "No such slot", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`waitlist.has_places`, `waitlist.already`, `waitlist.too_many`, `waitlist.wish_*`, or what is against the stay besides: `bookings.*`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/waitlist_entries")]
pub async fn join_waitlist(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    body: Body<NewWaitlistEntry>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, body.0, move |conn, command, act| {
        let family = families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        let entry = enter(conn, &family, command, act)?;
        answer(conn, StatusCode::CREATED, &entry.id)
    })
    .await
}

/// The family's entries, the latest first, also those that are over
#[utoipa::path(
    tag = "waitlist",
    responses(
        (status = 200, description = "The latest first, 200 at most", body = Page<WaitlistEntry>),
        ForGuardian,
    )
)]
#[get("/waitlist_entries")]
pub async fn list_waitlist_entries(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<Page<WaitlistEntry>>, ApiError> {
    let items = app
        .db
        .read(move |conn| {
            let all = store::list_entries(conn, &guardian.family_id)?;
            view(conn, all)
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// One entry of the family
#[utoipa::path(
    tag = "waitlist",
    params(("entry_id" = String, Path, description = "The entry")),
    responses(
        (status = 200, description = "The entry", body = WaitlistEntry),
        (status = 404, description = "No such entry of this family", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/waitlist_entries/{entry_id}")]
pub async fn get_waitlist_entry(app: web::Data<App>, guardian: Guardian, id: web::Path<WaitlistEntryId>) -> Result<HttpResponse, ApiError> {
    let entry = app
        .db
        .read(move |conn| {
            let entry = mine(conn, &id, &guardian)?;
            view_one(conn, entry)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(entry.version))).json(entry))
}

/// Leaves the waiting list
#[utoipa::path(
    tag = "waitlist",
    params(("entry_id" = String, Path, description = "The entry"), Key),
    responses(
        (status = 200, description = "The entry, which has ended", body = WaitlistEntry),
        (status = 404, description = "No such entry of this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`waitlist.not_waiting`, `waitlist.has_offer`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/waitlist_entries/{entry_id}/leave")]
pub async fn leave_waitlist(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    id: web::Path<WaitlistEntryId>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id.clone(), key, (), move |conn, (), act| {
        mine(conn, &id, &guardian)?;
        let entry = lock(conn, &id)?;
        turn(conn, &entry, &leave(&entry.state, act.now)?, act)?;
        answer(conn, StatusCode::OK, &id)
    })
    .await
}

/// Takes the place on offer: it is booked, or waits for the facility where it decides for itself
#[utoipa::path(
    tag = "waitlist",
    request_body(content = Option<AcceptOffer>, description = "With it the words by which the family agrees"),
    params(("entry_id" = String, Path, description = "The entry"), Key),
    responses(
        (status = 200, description = "The entry, with the party of its bookings", body = WaitlistEntry),
        (status = 404, description = "No such entry of this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`waitlist.not_offered`, `waitlist.offer_over`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/waitlist_entries/{entry_id}/accept")]
pub async fn accept_offer(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    id: web::Path<WaitlistEntryId>,
    body: OptionalBody<Option<AcceptOffer>>,
) -> Result<HttpResponse, ApiError> {
    let command = body.0.unwrap_or_default();
    once(&app, &guardian.account_id.clone(), key, command, move |conn, command, act| {
        mine(conn, &id, &guardian)?;
        let entry = lock(conn, &id)?;
        let next = accept(&entry.state, act.now)?;
        take_up(conn, &entry, command.consent, act)?;
        turn(conn, &entry, &next, act)?;
        answer(conn, StatusCode::OK, &id)
    })
    .await
}

/// Makes bookings of an offer: they count as made now, so that they can be undone like any other.
fn take_up(conn: &mut AnyConnection, entry: &Stored, consent: Option<u32>, act: &Act) -> Result<(), ApiError> {
    let EntryState::Offered { party_id, .. } = &entry.state else { return Err(ApiError::NotFound) };
    let party = list_party(conn, party_id)?;
    if let Some(first) = party.first() {
        let family = families::store::find_family(conn, &first.family_id)?.ok_or(ApiError::NotFound)?;
        let children = families::store::list_any_children(conn, party.iter().map(|stored| &stored.booking.child.id))?;
        let children: Vec<&Child> = children.iter().collect();
        consents::note(conn, (&family, &children), &first.booking.facility, consent, act)?;
    }
    for stored in party {
        let booking = stored.booking;
        let next = taken_up(conn, &booking.slot_id, booking.starts_at, act.now)?;
        mark_made(conn, &booking.id, (&next, entry.series_id.as_ref()), act.now)?;
        let kind = if next == BookingState::Confirmed { "booking.confirmed" } else { "booking.requested" };
        act.record(conn, kind, booking.facility.place(), booking.id.as_str())?;
    }
    Ok(())
}

/// Does not want the place on offer: it goes to the next, and the entry ends
#[utoipa::path(
    tag = "waitlist",
    params(("entry_id" = String, Path, description = "The entry"), Key),
    responses(
        (status = 200, description = "The entry, which has ended", body = WaitlistEntry),
        (status = 404, description = "No such entry of this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`waitlist.not_offered`, `waitlist.offer_over`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/waitlist_entries/{entry_id}/decline")]
pub async fn decline_offer(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    id: web::Path<WaitlistEntryId>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id.clone(), key, (), move |conn, (), act| {
        mine(conn, &id, &guardian)?;
        let entry = lock(conn, &id)?;
        let next = decline(&entry.state, act.now)?;
        if let EntryState::Offered { party_id, .. } = &entry.state {
            release(conn, party_id, act)?;
        }
        turn(conn, &entry, &next, act)?;
        answer(conn, StatusCode::OK, &id)
    })
    .await
}
