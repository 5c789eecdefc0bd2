//! Bookings: one primitive takes places, one frees them.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use shared::access::Role;
use shared::bookings::{
    BookedChild, Booking, BookingState, Cancel, CancelledBy, ChildState, NewBooking, PlaceState, Placed, PlacedChild, Quote, cancel, place,
    quote,
};
use shared::families::{Child, Family};
use shared::ids::{BookingId, PartyId};
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use shared::problem::{Problem, Reason};
use shared::programmes::{LimitVersion, Period, Programme, touched_days};
use shared::slots::Crossing;
use shared::time::{day_start, days_after};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::store::{Belongs, Listing, Owner};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian, ForGuardianOrStaff, part};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, OptionalBody, Query, etag};
use crate::session::{Guardian, Signed};
use crate::{App, families, municipalities, new_id, programmes, slots};

/// The slice's operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    // `quote` before `{booking_id}`: the first pattern that fits is taken.
    config.service(quote_booking).service(create_booking).service(list_bookings).service(get_booking).service(cancel_booking);
}

/// Whether the slot is locked before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// It is, until the transaction ends: for taking places.
    Slot,
    /// It is not: for telling what taking would mean.
    Nothing,
}

/// What was found for a decision.
pub struct Seen {
    /// What the rule has to know.
    pub state: PlaceState,
    /// The host's programme.
    pub programme: Programme,
    /// The family's children.
    pub children: Vec<Child>,
}

/// What the rule has to know, as it is now. The slot's places are read last: where it is locked, that is the lock's place in the order.
pub fn look(conn: &mut AnyConnection, family: &Family, command: &NewBooking, lock: Lock) -> Result<Seen, ApiError> {
    let known = families::store::list_children(conn, &family.id)?;
    let mut born = Vec::with_capacity(command.child_ids.len());
    for (index, id) in command.child_ids.iter().enumerate() {
        let child = known.iter().find(|child| child.id == *id);
        // Another family's child is as unknown as one that does not exist.
        let child =
            child.ok_or_else(|| ApiError::Invalid(vec![part(Some(format!("/child_ids/{index}")), Reason::new("problem.not_found"))]))?;
        born.push((id.clone(), child.known.born));
    }
    let found = match lock {
        // Its places are read under the lock.
        Lock::Slot => slots::store::find_frame(conn, &command.slot_id)?,
        Lock::Nothing => slots::store::find_slot(conn, &command.slot_id)?,
    };
    let mut stored = found.ok_or(ApiError::NotFound)?;
    let (host, key, day) = (stored.slot.facility.municipality.clone(), stored.slot.programme.clone(), stored.slot.day());
    let starts_at = stored.slot.within(command.starts_at.unwrap_or(stored.slot.starts_at));
    let (first, last) = touched_days(starts_at, stored.slot.within(command.ends_at.unwrap_or(stored.slot.ends_at)));
    let versions = programmes::store::list_versions(conn, (&host, &family.municipality), &key, (day, last))?;
    let programme = programmes::store::on_day(&versions, &host, &key, day).ok_or(ApiError::NotFound)?;
    let limits: Vec<LimitVersion> =
        versions.iter().filter(|version| version.municipality == family.municipality).map(Programme::limits).collect();
    let terms = municipalities::store::list_terms(conn, Some(&host), Some(&key))?;
    let residence = municipalities::store::find_municipality(conn, &family.municipality)?.ok_or(ApiError::NotFound)?;
    let open_days = slots::store::open_days(conn, &stored)?;
    let busy = store::list_busy(conn, &family.id, stored.slot.starts_at, stored.slot.ends_at)?;
    let (pools, periods) = pools_and_periods(&limits, first, last);
    let usages = store::list_usages(conn, &family.id, &pools, &periods)?;
    let classes = if programme.terms.reliefs.is_empty() { Vec::new() } else { families::store::list_classes(conn, &family.id, day)? };
    if lock == Lock::Slot && !slots::store::lock_found(conn, &mut stored.slot)? {
        return Err(ApiError::NotFound);
    }
    let children = born
        .into_iter()
        .map(|(id, born)| ChildState {
            is_multiple_birth: known.iter().filter(|child| child.known.born == born).count() > 1,
            usages: usages.iter().filter(|(child, ..)| child == id.as_str()).map(|(_, account, usage)| (account.clone(), *usage)).collect(),
            busy: busy.iter().filter(|(child, _)| child == id.as_str()).map(|(_, busy)| busy.clone()).collect(),
            id,
            born,
        })
        .collect();
    let state = PlaceState {
        crossing: Crossing::find(&family.municipality, &host, &key, day, &terms),
        slot: stored.slot,
        terms: programme.terms.clone(),
        limits,
        residence_name: residence.name,
        open_days,
        classes,
        children,
    };
    Ok(Seen { state, programme: programme.clone(), children: known })
}

/// The pools that limits count in, and the stretches of time of the days from the first to the last.
fn pools_and_periods(limits: &[LimitVersion], first: NaiveDate, last: NaiveDate) -> (Vec<&str>, Vec<Period>) {
    let all = || limits.iter().flat_map(|version| &version.limits);
    let mut periods: Vec<Period> =
        first.iter_days().take_while(|day| *day <= last).flat_map(|day| all().map(move |l| l.per.of(day))).collect();
    let mut pools: Vec<&str> = all().map(|limit| limit.pool.as_str()).collect();
    periods.sort_unstable();
    periods.dedup();
    pools.sort_unstable();
    pools.dedup();
    (pools, periods)
}

/// Writes a decided party: bookings, usages, the slot's bands, one event and audit line each; gives the bookings as they now are. The
/// slot must have been locked before it was looked at.
pub fn settle(
    conn: &mut AnyConnection,
    (seen, placed): (&Seen, &Placed),
    belongs: &Belongs<'_>,
    act: &Act,
) -> Result<Vec<Booking>, ApiError> {
    let mut bookings = Vec::with_capacity(placed.children.len());
    for child in &placed.children {
        let id = BookingId::new(new_id());
        for usage in &child.usages {
            store::write_usage(conn, &child.id, usage)?;
        }
        store::insert_booking(conn, &id, belongs, placed, child, act.now)?;
        let kind = if placed.state == BookingState::Confirmed { "booking.confirmed" } else { "booking.requested" };
        act.record(conn, kind, placed.slot.facility.place(), id.as_str())?;
        bookings.push(booked(id, seen, placed, belongs, child, act.now)?);
    }
    slots::store::update_bands(conn, &seen.state.slot, &placed.slot)?;
    Ok(bookings)
}

/// A booking that was just written, as it would be read.
fn booked(
    id: BookingId,
    seen: &Seen,
    placed: &Placed,
    belongs: &Belongs<'_>,
    child: &PlacedChild,
    now: DateTime<Utc>,
) -> Result<Booking, ApiError> {
    let known = seen.children.iter().find(|known| known.id == child.id).ok_or(ApiError::NotFound)?;
    Ok(Booking {
        id,
        party_id: belongs.party_id.clone(),
        slot_id: placed.slot.id.clone(),
        child: BookedChild { id: child.id.clone(), name: known.known.name.to_string(), kana: known.known.kana.to_string() },
        facility: placed.slot.facility.clone(),
        programme: placed.slot.programme.clone(),
        programme_name: seen.programme.name.clone(),
        block: placed.block.clone(),
        starts_at: placed.starts_at,
        ends_at: placed.ends_at,
        state: placed.state.clone(),
        fee_yen: child.fee_yen(),
        fee_lines: child.fee_lines.clone(),
        counted: placed.counted.clone(),
        is_away: placed.is_away,
        free_until: placed.free_until,
        cancellation: placed.cancellation.clone(),
        reason: belongs.command.reason.clone(),
        answers: belongs.command.answers.clone(),
        notes: belongs.command.notes.clone(),
        bring: seen.programme.terms.bring.clone(),
        created_at: now,
        version: 1,
    })
}

/// Takes the places of a party: the one primitive for every way in. The family must be locked.
pub fn take(conn: &mut AnyConnection, family: &Family, command: &NewBooking, act: &Act) -> Result<Vec<Booking>, ApiError> {
    let seen = look(conn, family, command, Lock::Slot)?;
    let placed = place(&seen.state, command, act.now)?;
    let party_id = PartyId::new(new_id());
    let belongs = Belongs { party_id: &party_id, family_id: &family.id, programme_id: &seen.programme.id, command };
    settle(conn, (&seen, &placed), &belongs, act)
}

/// Books one or more children of the family into a slot: all of them or none
///
/// Without `starts_at` and `ends_at` the whole slot is meant. Every reason against is in `errors`, with the child it concerns as
/// `subject`.
#[utoipa::path(
    tag = "bookings",
    request_body = NewBooking,
    params(Key),
    responses(
        (status = 201, description = "One booking for each child", body = Vec<Booking>),
        (status = 404, description = "No such slot", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The rules say no: `bookings.*`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/bookings")]
pub async fn create_booking(app: web::Data<App>, guardian: Guardian, key: Key, body: Body<NewBooking>) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, body.0, move |conn, command, act| {
        let family = families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        let bookings = take(conn, &family, command, act)?;
        Ok(Answer::new(StatusCode::CREATED, &bookings)?)
    })
    .await
}

/// The same rules without writing: fee, limits used and left, or every reason against
#[utoipa::path(
    tag = "bookings",
    request_body = NewBooking,
    responses(
        (status = 200, description = "What booking now would mean", body = Quote),
        (status = 404, description = "No such slot", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/bookings/quote")]
pub async fn quote_booking(app: web::Data<App>, guardian: Guardian, body: Body<NewBooking>) -> Result<web::Json<Quote>, ApiError> {
    let (command, now) = (body.0, app.now());
    let quote = app
        .db
        .read(move |conn| {
            let family = families::store::find_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
            let seen = look(conn, &family, &command, Lock::Nothing)?;
            Ok::<_, ApiError>(quote(&seen.state, &command, now))
        })
        .await?;
    Ok(web::Json(quote))
}

/// Which bookings.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BookingQuery {
    /// Stays that end on or after this day.
    pub from: Option<NaiveDate>,
    /// Stays that start on or before this day.
    pub to: Option<NaiveDate>,
    /// Only those that hold a place.
    #[serde(default)]
    pub active_only: bool,
    /// So many at most, up to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// From the page before.
    pub cursor: Option<String>,
}

fn cursor(booking: &Booking) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}|{}", booking.starts_at.timestamp(), booking.id))
}

fn read_cursor(text: &str) -> Option<(DateTime<Utc>, BookingId)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (seconds, id) = text.split_once('|')?;
    Some((DateTime::from_timestamp(seconds.parse().ok()?, 0)?, BookingId::new(id)))
}

/// Whose bookings a person may see: a guardian the family's, staff the facility's.
fn owner(signed: &Signed) -> Result<Owner, ApiError> {
    match &signed.0.role {
        Role::Guardian { family_id } => Ok(Owner::Family(family_id.clone())),
        Role::Staff { facility_id } => Ok(Owner::Facility(facility_id.clone())),
        Role::Officer { .. } | Role::Operator => Err(ApiError::Forbidden),
    }
}

/// The family's bookings, or the facility's for staff, by start
#[utoipa::path(
    tag = "bookings",
    params(BookingQuery),
    responses(
        (status = 200, description = "By start, then id", body = Page<Booking>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
    )
)]
#[get("/bookings")]
pub async fn list_bookings(app: web::Data<App>, signed: Signed, query: Query<BookingQuery>) -> Result<web::Json<Page<Booking>>, ApiError> {
    let query = query.0;
    let wrong = |parameter: &str| ApiError::invalid(&format!("/{parameter}"), Reason::new("problem.invalid"));
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let listing = Listing {
        owner: owner(&signed)?,
        from: query.from.map(day_start),
        until: query.to.map(|day| day_start(days_after(day, 1))),
        active_only: query.active_only,
        after: query.cursor.as_deref().map(|text| read_cursor(text).ok_or_else(|| wrong("cursor"))).transpose()?,
        limit: i64::from(limit) + 1,
    };
    let mut items: Vec<Booking> = app
        .db
        .read(move |conn| store::list_bookings(conn, &listing).map_err(ApiError::from))
        .await?
        .into_iter()
        .map(|stored| stored.booking)
        .collect();
    // One more than asked was read: whether it is there tells whether there is a next page.
    let more = items.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        items.pop();
    }
    let next_cursor = if more { items.last().map(cursor) } else { None };
    Ok(web::Json(Page { items, next_cursor }))
}

/// A booking that this person may see; anybody else's is not found.
fn visible(stored: store::Stored, owner: &Owner) -> Result<store::Stored, ApiError> {
    let mine = match owner {
        Owner::Family(id) => stored.family_id == *id,
        Owner::Facility(id) => stored.booking.facility.id == *id,
    };
    if mine { Ok(stored) } else { Err(ApiError::NotFound) }
}

/// One booking of the family, or of the facility for staff
#[utoipa::path(
    tag = "bookings",
    params(("booking_id" = String, Path, description = "The booking")),
    responses(
        (status = 200, description = "The booking", body = Booking),
        (status = 404, description = "No such booking for this person", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
    )
)]
#[get("/bookings/{booking_id}")]
pub async fn get_booking(app: web::Data<App>, signed: Signed, id: web::Path<BookingId>) -> Result<HttpResponse, ApiError> {
    let owner = owner(&signed)?;
    let stored = app.db.read(move |conn| visible(store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?, &owner)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(stored.booking.version))).json(stored.booking))
}

/// Cancels a booking on the terms it was made on
///
/// With `seen`, the terms that the family was shown: where the deadline passed meanwhile nothing is cancelled and
/// `bookings.cancel_terms_changed` is answered.
#[utoipa::path(
    tag = "bookings",
    request_body = Cancel,
    params(
        ("booking_id" = String, Path, description = "The booking"),
        Key,
    ),
    responses(
        (status = 200, description = "The cancelled booking, with what is due all the same", body = Booking),
        (status = 404, description = "No such booking in this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`bookings.already_cancelled`, `bookings.started`, `bookings.over`, `bookings.cancel_terms_changed`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/bookings/{booking_id}/cancel")]
pub async fn cancel_booking(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    id: web::Path<BookingId>,
    body: OptionalBody<Cancel>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, body.0, move |conn, command, act| {
        families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        let stored = visible(store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?, &Owner::Family(guardian.family_id.clone()))?;
        // A check-in at the same moment locks the slot, not the family: lock both, then look.
        slots::store::lock_slot(conn, &stored.booking.slot_id)?;
        let stored = store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?;
        let next = cancel(&stored.booking, command, CancelledBy::Family, act.now)?;
        let slot = slots::store::find_slot(conn, &stored.booking.slot_id)?.ok_or(ApiError::NotFound)?.slot;
        let mut freed = slot.clone();
        let (from, until) = (slot.minute(stored.booking.starts_at), slot.minute(stored.booking.ends_at));
        for band in freed.bands.iter_mut().filter(|band| band.from_age == stored.band_from_age) {
            band.occupancy = band.occupancy.plus(from, until, -1);
        }
        slots::store::update_bands(conn, &slot, &freed)?;
        if !matches!(next, BookingState::Cancelled { counts: true, .. }) {
            store::give_back(conn, &stored.booking)?;
        }
        store::mark_state(conn, &id, &next, None)?;
        act.record(conn, "booking.cancelled", stored.booking.facility.place(), id.as_str())?;
        let booking = store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?.booking;
        Ok(Answer::new(StatusCode::OK, &booking)?.with_version(booking.version))
    })
    .await
}
