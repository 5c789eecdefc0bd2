//! Slots as the facility's staff see, publish, change and close them.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use shared::bookings::BookingState;
use shared::ids::{BookingId, FacilityId, FamilyId, SlotId};
use shared::municipalities::MunicipalityCode;
use shared::page::Page;
use shared::problem::{Problem, ProblemPart};
use shared::programmes::Terms;
use shared::slots::{
    AffectedBooking, Changed, Consequence, Held, NewSlots, Offering, PlanOutcome, PlanState, Rejection, Slot, SlotChange, SlotDay,
    SlotPlan, SlotPreview, SlotState, change, plan, unseen,
};
use shared::time::{day_start, days_after, tokyo_day};
use utoipa::IntoParams;

use super::store;
use crate::bookings::store::Stored;
use crate::db::{AnyConnection, DbError};
use crate::error::{ApiError, ForBody, ForChange, ForEntrant, ForStaff, part};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, IfMatch, Query};
use crate::routes::Operations;
use crate::session::{Desk, Entrant, Staff};
use crate::{App, bookings, facilities, families, municipalities, programmes, waitlist};

/// The operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(list_offerings)
        .service(list_staff_slots)
        .service(preview_slots)
        .service(publish_slots)
        .service(super::closures::preview_closure)
        .service(super::closures::close_slots)
        .service(super::classes::get_classes)
        .service(super::classes::preview_classes)
        .service(super::classes::change_regular_classes)
        .service(preview_slot_change)
        .service(change_slot);
}

/// The programmes that the signed-in staff's facility offers
#[utoipa::path(
    tag = "slots",
    responses(
        (status = 200, description = "By programme", body = Page<Offering>),
        ForStaff,
    )
)]
#[get("/staff/offerings")]
pub async fn list_offerings(app: web::Data<App>, staff: Staff) -> Result<web::Json<Page<Offering>>, ApiError> {
    let items = app.db.read(move |conn| store::list_offerings(conn, &staff.facility_id).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// More slots than that no facility has in that time.
const MAX_SLOTS: i64 = 5000;

/// A facility's slots day by day, closed ones included.
pub fn days(conn: &mut AnyConnection, facility: &FacilityId, from: NaiveDate, to: NaiveDate) -> Result<Vec<SlotDay>, DbError> {
    let search = store::Search {
        from: day_start(from),
        until: day_start(days_after(to, 1)),
        municipalities: Vec::new(),
        programme: None,
        facility: Some(facility.clone()),
        within: None,
        after: None,
        open_only: false,
        limit: MAX_SLOTS,
    };
    let slots = store::list_slots(conn, &search)?;
    let holidays = municipalities::store::list_holidays(conn, from, to)?;
    let days = from.iter_days().take_while(|day| *day <= to);
    Ok(days
        .map(|day| SlotDay {
            day,
            holiday: holidays.iter().find(|(holiday, _)| *holiday == day).map(|(_, name)| name.clone()),
            slots: slots.iter().filter(|stored| stored.slot.day() == day).map(|stored| stored.slot.clone()).collect(),
        })
        .collect())
}

/// Which days of which facility.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SlotsQuery {
    /// The facility; the signed-in staff's when absent. Officers name one of their city; another one is not found.
    #[param(value_type = Option<String>)]
    pub facility_id: Option<FacilityId>,
    /// First day; today when absent.
    pub from: Option<NaiveDate>,
    /// Last day, at most 61 after the first; the first when absent.
    pub to: Option<NaiveDate>,
}

/// The slots of the signed-in staff's facility, or of one of the officer's city, closed ones included: no word of the children
#[utoipa::path(
    tag = "slots",
    params(SlotsQuery),
    responses(
        (status = 200, description = "Day by day", body = Page<SlotDay>),
        (status = 404, description = "Not a facility of this clerk", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForEntrant,
    )
)]
#[get("/staff/slots")]
pub async fn list_staff_slots(
    app: web::Data<App>,
    entrant: Entrant,
    query: Query<SlotsQuery>,
) -> Result<web::Json<Page<SlotDay>>, ApiError> {
    let from = query.0.from.unwrap_or_else(|| tokyo_day(app.now()));
    let to = query.0.to.unwrap_or(from);
    if to < from || (to - from).num_days() >= super::MAX_DAYS {
        return Err(super::wrong("to"));
    }
    let asked = query.0.facility_id;
    let items = app
        .db
        .read(move |conn| {
            let facility = match (&entrant.0.desk, &asked) {
                (Desk::Facility(own), None) => own,
                (Desk::Facility(own), Some(asked)) if own == asked => own,
                (Desk::City(_) | Desk::Centre, None) => return Err(super::wrong("facility_id")),
                (Desk::City(_) | Desk::Centre, Some(asked)) if facilities::store::find_municipality(conn, asked)?.is_some() => asked,
                (Desk::Facility(_) | Desk::City(_) | Desk::Centre, Some(_)) => return Err(ApiError::NotFound),
            };
            Ok(days(conn, facility, from, to)?)
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// An offering of this facility with what a plan has to know; somebody else's is not found.
fn planned(
    conn: &mut AnyConnection,
    (offering, municipality): (Offering, MunicipalityCode),
    facility: &FacilityId,
    command: &NewSlots,
    now: DateTime<Utc>,
) -> Result<(Offering, MunicipalityCode, SlotPlan), ApiError> {
    if offering.facility_id != *facility {
        return Err(ApiError::NotFound);
    }
    let versions = programmes::store::list_programmes(conn, Some(&municipality), Some(&offering.programme), command.from, command.to)?;
    let mut units: Vec<_> = versions.iter().map(|version| (version.valid_from, &version.terms.unit)).collect();
    units.sort_by_key(|(from, _)| *from);
    if units.is_empty() {
        return Err(ApiError::NotFound);
    }
    if command.to < command.from {
        return Err(Rejection::RangeInvalid.into());
    }
    facilities::check_days(conn, facility, (command.from, command.to))?;
    let holidays = municipalities::store::list_holidays(conn, command.from, command.to)?;
    let existing = store::list_times(conn, &offering.id, command.from, command.to)?;
    let classes = if offering.spare { super::classes::store::read(conn, facility)?.entries } else { Vec::new() };
    let known = PlanState { offering: &offering, units: &units, holidays: &holidays, existing: &existing, classes: &classes };
    let plan = plan(&known, command, now)?;
    Ok((offering, municipality, plan))
}

/// Shows what publishing a weekly pattern would do, day by day
#[utoipa::path(
    tag = "slots",
    request_body = NewSlots,
    responses(
        (status = 200, description = "Every day and line with what becomes of it; nothing is written", body = SlotPlan),
        (status = 404, description = "No such offering at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`slots.range_invalid`, `slots.times_invalid`, `slots.bands_invalid`, `slots.no_block`, `changes.facility_not_open`, `changes.facility_closed`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/slots/preview")]
pub async fn preview_slots(app: web::Data<App>, staff: Staff, body: Body<NewSlots>) -> Result<web::Json<SlotPlan>, ApiError> {
    let (command, now) = (body.0, app.now());
    let plan = app
        .db
        .read(move |conn| {
            let offering = store::find_offering(conn, &command.offering_id)?.ok_or(ApiError::NotFound)?;
            planned(conn, offering, &staff.facility_id, &command, now).map(|(_, _, plan)| plan)
        })
        .await?;
    Ok(web::Json(plan))
}

/// Publishes slots for a range of days from a weekly pattern
///
/// Days with holidays and slots that are there already are left out, as the preview said.
#[utoipa::path(
    tag = "slots",
    request_body = NewSlots,
    params(Key),
    responses(
        (status = 201, description = "Every day and line with what became of it", body = SlotPlan),
        (status = 404, description = "No such offering at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`slots.range_invalid`, `slots.times_invalid`, `slots.bands_invalid`, `slots.no_block`, `changes.facility_not_open`, `changes.facility_closed`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/slots")]
pub async fn publish_slots(app: web::Data<App>, staff: Staff, key: Key, body: Body<NewSlots>) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let offering = store::lock_offering(conn, &command.offering_id)?.ok_or(ApiError::NotFound)?;
        if offering.0.spare {
            // The classes do not change between the look at them and the places that come of it.
            super::classes::store::lock(conn, &staff.facility_id)?;
        }
        let (offering, municipality, plan) = planned(conn, offering, &staff.facility_id, command, act.now)?;
        for slot in plan.slots.iter().filter(|slot| slot.outcome == PlanOutcome::New) {
            let id = store::insert_slot(conn, &offering, &municipality, slot, act.now)?;
            let published = store::find_slot(conn, &id)?.ok_or(ApiError::NotFound)?.slot;
            waitlist::note_freed(conn, &published, act)?;
            act.record(conn, "slot.published", (&municipality, Some(&offering.facility_id)), id.as_str())?;
        }
        Ok(Answer::new(StatusCode::CREATED, &plan)?)
    })
    .await
}

/// A slot of a facility with what a change has to know.
pub struct Ground {
    /// The slot as it is.
    pub slot: Slot,
    /// The rules of its programme.
    pub terms: Terms,
    bookings: Vec<Stored>,
}

impl Ground {
    /// Reads it as it is now; somebody else's is not found.
    fn read(conn: &mut AnyConnection, id: &SlotId, facility: &FacilityId) -> Result<Self, ApiError> {
        let slot = store::find_slot(conn, id)?.map(|stored| stored.slot).filter(|slot| slot.facility.id == *facility);
        Self::of(conn, slot.ok_or(ApiError::NotFound)?)
    }

    /// What a change of this slot has to know.
    pub fn of(conn: &mut AnyConnection, slot: Slot) -> Result<Self, ApiError> {
        let programme = programmes::store::find_programme(conn, &slot.facility.municipality, &slot.programme, slot.day())?;
        let terms = programme.ok_or(ApiError::NotFound)?.terms;
        let bookings = bookings::store::list_holding(conn, &slot.id)?;
        Ok(Self { slot, terms, bookings })
    }

    fn change(&self, command: &SlotChange, now: DateTime<Utc>) -> Result<Changed, Rejection> {
        change(&self.slot, &self.terms, &self.held(), command, now)
    }

    /// The bookings that hold a place, as a change has to know them.
    pub fn held(&self) -> Vec<Held> {
        self.bookings.iter().map(held).collect()
    }

    /// The bookings that a change cancels, in its order.
    pub fn cancelled<'a>(&'a self, changed: &'a Changed) -> impl Iterator<Item = &'a Stored> {
        changed.cancelled.iter().filter_map(|id| self.bookings.iter().find(|stored| stored.booking.id == *id))
    }

    /// Writes a decided change: who finds no place any more is cancelled, who waits is asked or told, one event and audit line. The slot
    /// must be locked, and the families in `locked`.
    pub fn write(&self, conn: &mut AnyConnection, changed: Changed, locked: &BTreeSet<FamilyId>, act: &Act) -> Result<Slot, ApiError> {
        for stored in self.cancelled(&changed) {
            bookings::engine::end_by_facility(conn, stored, locked, act)?;
        }
        // Who is there, as it now is: with one of a party that was offered its places all of it went.
        let current = store::find_slot(conn, &self.slot.id)?.ok_or(ApiError::NotFound)?.slot;
        let mut slot = changed.slot;
        slot.version += 1;
        for (band, there) in slot.bands.iter_mut().zip(&current.bands) {
            band.occupancy = there.occupancy.clone();
        }
        store::update_bands(conn, &current, &slot)?;
        store::update_slot(conn, &slot)?;
        match slot.state {
            SlotState::Open => waitlist::note_freed(conn, &slot, act)?,
            SlotState::Closed => waitlist::close(conn, &slot.id, locked, act)?,
        }
        let kind = match (self.slot.state, slot.state) {
            (SlotState::Open, SlotState::Closed) => "slot.closed",
            (SlotState::Closed, SlotState::Open) => "slot.opened",
            _ => "slot.changed",
        };
        act.record(conn, kind, slot.facility.place(), slot.id.as_str())?;
        Ok(slot)
    }
}

/// A booking as a change of its slot has to know it.
pub fn held(stored: &Stored) -> Held {
    let booking = &stored.booking;
    Held {
        booking: booking.id.clone(),
        band_from_age: stored.band_from_age,
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        created_at: booking.created_at,
        has_come: !matches!(booking.state, BookingState::Requested { .. } | BookingState::Offered { .. } | BookingState::Confirmed),
    }
}

/// Bookings with whom to call about them.
pub fn affected<'a>(conn: &mut AnyConnection, bookings: impl Iterator<Item = &'a Stored>) -> Result<Vec<AffectedBooking>, ApiError> {
    let bookings: Vec<&Stored> = bookings.collect();
    let families = families::store::list_families(conn, bookings.iter().map(|stored| &stored.family_id))?;
    let one = |stored: &&Stored| {
        let family = families.iter().find(|family| family.id == stored.family_id).ok_or(ApiError::NotFound)?;
        let booking = &stored.booking;
        Ok(AffectedBooking {
            booking_id: booking.id.clone(),
            child_name: booking.child.name.clone(),
            guardian_name: family.guardian_name.to_string(),
            phone: family.phone.as_str().to_owned(),
            starts_at: booking.starts_at,
            ends_at: booking.ends_at,
            created_at: booking.created_at,
        })
    };
    bookings.iter().map(one).collect()
}

/// Refuses to end bookings that were not shown, and names them.
pub fn not_shown(new: &[&BookingId], rejection: Rejection) -> ApiError {
    let part = |id: &&BookingId| ProblemPart { subject: Some(id.to_string()), ..part(None, rejection.reason()) };
    ApiError::Refused(new.iter().map(part).collect())
}

/// Shows what changing a slot would mean: the slot as it would be, and the bookings that would be cancelled
///
/// As if the change had the consequence `cancel_latest`. Where not even that helps, because children have come already, it is refused.
#[utoipa::path(
    tag = "slots",
    request_body = SlotChange,
    params(("slot_id" = String, Path, description = "The slot")),
    responses(
        (status = 200, description = "What the change would mean; nothing is written", body = SlotPreview),
        (status = 404, description = "No such slot at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`slots.below_booked`, `slots.carers_too_few`, `slots.carers_invalid`, `slots.band_unknown`, `slots.places_of_classes`, `slots.past`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/slots/{slot_id}/preview")]
pub async fn preview_slot_change(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<SlotId>,
    body: Body<SlotChange>,
) -> Result<web::Json<SlotPreview>, ApiError> {
    let (command, now) = (SlotChange { consequence: Some(Consequence::CancelLatest), ..body.0 }, app.now());
    let preview = app
        .db
        .read(move |conn| {
            let ground = Ground::read(conn, &id, &staff.facility_id)?;
            let changed = ground.change(&command, now)?;
            let affected = affected(conn, ground.cancelled(&changed))?;
            Ok::<_, ApiError>(SlotPreview { slot: changed.slot, affected })
        })
        .await?;
    Ok(web::Json(preview))
}

/// Locks the families whose bookings or waiting a change may end, then the slot: the one order of locks.
fn lock_for(conn: &mut AnyConnection, id: &SlotId, command: &SlotChange) -> Result<BTreeSet<FamilyId>, DbError> {
    let mut locked = BTreeSet::new();
    if command.consequence.is_some() {
        locked.extend(bookings::store::list_holding(conn, id)?.into_iter().map(|stored| stored.family_id));
    }
    if command.state == Some(SlotState::Closed) {
        locked.extend(waitlist::families_of_slot(conn, id)?);
    }
    for family in &locked {
        families::store::lock_family(conn, family)?;
    }
    store::lock_slot(conn, id)?;
    Ok(locked)
}

/// Changes places, room and carers of a slot, closes it or opens it again
///
/// Never below what is booked: that is refused, unless `consequence` says what becomes of the bookings; the preview says which they are.
/// With `seen`, no other than those is cancelled: `slots.affected_changed` names who came in between as `subject`. Opening takes back
/// every closure.
#[utoipa::path(
    tag = "slots",
    request_body = SlotChange,
    params(
        ("slot_id" = String, Path, description = "The slot"),
        ("If-Match" = String, Header, description = "The `ETag` of the slot as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "The changed slot", body = Slot),
        (status = 404, description = "No such slot at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`slots.below_booked`, `slots.carers_too_few`, `slots.carers_invalid`, `slots.band_unknown`, `slots.places_of_classes`, `slots.affected_changed`, `slots.past`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
        ForChange,
    )
)]
#[patch("/slots/{slot_id}")]
pub async fn change_slot(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    seen: IfMatch,
    id: web::Path<SlotId>,
    body: Body<SlotChange>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let mine = store::find_frame(conn, &id)?.filter(|stored| stored.slot.facility.id == staff.facility_id);
        mine.ok_or(ApiError::NotFound)?;
        let locked = lock_for(conn, &id, command)?;
        let ground = Ground::read(conn, &id, &staff.facility_id)?;
        seen.check(ground.slot.version)?;
        let changed = ground.change(command, act.now)?;
        let new = command.seen.as_ref().map(|seen| unseen(&changed.cancelled, seen)).unwrap_or_default();
        if !new.is_empty() {
            return Err(not_shown(&new, Rejection::AffectedChanged));
        }
        let slot = ground.write(conn, changed, &locked, act)?;
        Ok(Answer::new(StatusCode::OK, &slot)?.with_version(slot.version))
    })
    .await
}
