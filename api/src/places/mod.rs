//! Places of many slots at once: what a command would do, doing it, and taking it back.

mod duty;
pub mod engine;
mod patterns;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use shared::ids::{FacilityId, PlaceChangeId};
use shared::page::Page;
use shared::places::{
    DoneStep, PlaceChange, PlaceChangeDetail, PlacesCommand, PlacesPlan, Rejection, SeenMark, SeenPlaces, Verdict, undo_places,
};
use shared::problem::{Problem, ProblemPart};
use shared::time::tokyo_day;

use self::engine::Known;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Plain;
use crate::routes::Operations;
use crate::session::Staff;
use crate::{App, new_id};

/// So many changes can be seen.
const LISTED: i64 = 20;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(patterns::list_patterns)
        .service(patterns::add_pattern)
        .service(patterns::change_pattern)
        .service(patterns::remove_pattern)
        .service(duty::get_duty)
        .service(duty::change_duty)
        .service(preview_places)
        .service(change_places)
        .service(list_place_changes)
        .service(get_place_change)
        .service(undo_place_change);
}

/// Shows what publishing a pattern, copying a week or changing a selection would do, slot by slot
#[utoipa::path(
    tag = "places",
    request_body = PlacesCommand,
    responses(
        (status = 200, description = "Every slot with what becomes of it; nothing is written", body = PlacesPlan),
        (status = 404, description = "No such pattern or slot at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`slots.range_invalid`, `slots.times_invalid`, `places.weeks_invalid`, `places.nothing_asked`, `places.too_many`, `changes.facility_not_open`, `changes.facility_closed`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/places/preview")]
pub async fn preview_places(app: web::Data<App>, staff: Staff, body: Plain<PlacesCommand>) -> Result<web::Json<PlacesPlan>, ApiError> {
    let (command, now) = (body.0, app.now());
    let plan = app.db.read(move |conn| engine::plan(conn, &staff.facility_id, &command, now).map(|(_, _, plan)| plan)).await?;
    Ok(web::Json(plan))
}

/// Publishes a pattern, copies a week or changes a selection, exactly as it was shown
///
/// All of it in one transaction, and all of it can be taken back together. No booked place is ever taken: what would, is left out and says
/// why. Where the plan is not the one that `mark` names, nothing is done: `places.plan_changed`.
#[utoipa::path(
    tag = "places",
    request_body = SeenPlaces,
    params(Key),
    responses(
        (status = 201, description = "The change, by whose id it is taken back", body = PlaceChange),
        (status = 404, description = "No such pattern or slot at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`places.plan_changed`, `places.nothing_asked` where nothing would be written, and what the preview says", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/places")]
pub async fn change_places(app: web::Data<App>, staff: Staff, key: Key, body: Plain<SeenPlaces>) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id.clone(), key, body.0, move |conn, seen, act| {
        let facility = &staff.facility_id;
        store::lock_offerings(conn, facility)?;
        let first = engine::plan(conn, facility, &seen.command, act.now)?.2;
        let locked = engine::lock(conn, facility, &first.steps)?;
        let (known, pattern, plan) = engine::plan(conn, facility, &seen.command, act.now)?;
        if plan.mark != seen.mark {
            return Err(Rejection::PlanChanged.into());
        }
        let done = engine::write(conn, (&known, &locked), &plan.steps, act)?;
        let name = pattern.map(|pattern| pattern.name).unwrap_or_default();
        let change = PlaceChange { kind: seen.command.kind(), name, ..summed(&done, act.now)? };
        store::insert_change(conn, facility, &change, (&staff.account_id, &done))?;
        act.record(conn, "places.changed", (&known.city, Some(facility)), change.id.as_str())?;
        let (change, _) = store::find_change(conn, facility, &change.id)?.ok_or(ApiError::NotFound)?;
        Ok(Answer::new(StatusCode::CREATED, &change)?)
    })
    .await
}

/// A change in its figures.
fn summed(done: &[DoneStep], now: DateTime<Utc>) -> Result<PlaceChange, Rejection> {
    let days = done.iter().map(|step| tokyo_day(step.after.starts_at));
    let (first_day, last_day) = days.clone().min().zip(days.max()).ok_or(Rejection::NothingAsked)?;
    let new = done.iter().filter(|step| step.before.is_none()).count();
    Ok(PlaceChange {
        id: PlaceChangeId::new(new_id()),
        kind: shared::places::PlaceChangeKind::Change,
        name: String::new(),
        first_day,
        last_day,
        new_count: u32::try_from(new).unwrap_or(u32::MAX),
        changed_count: u32::try_from(done.len() - new).unwrap_or(u32::MAX),
        made_at: now,
        // The name is the account's, and read with it.
        made_by: String::new(),
        undone_at: None,
    })
}

/// The latest changes of places of the signed-in staff's facility
#[utoipa::path(
    tag = "places",
    responses(
        (status = 200, description = "The last 20, the last first", body = Page<PlaceChange>),
        ForStaff,
    )
)]
#[get("/staff/places/changes")]
pub async fn list_place_changes(app: web::Data<App>, staff: Staff) -> Result<web::Json<Page<PlaceChange>>, ApiError> {
    let items = app.db.read(move |conn| store::list_changes(conn, &staff.facility_id, LISTED).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// What taking a change back would do now.
fn undoing(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    id: &PlaceChangeId,
    now: DateTime<Utc>,
) -> Result<(Known, PlaceChange, PlacesPlan), ApiError> {
    let (change, done) = store::find_change(conn, facility, id)?.ok_or(ApiError::NotFound)?;
    let shapes = done.iter().flat_map(|step| step.before.iter().chain([&step.after]));
    let days = shapes.flat_map(|shape| [tokyo_day(shape.starts_at), tokyo_day(shape.ends_at)]);
    let (from, to) = days.clone().min().zip(days.max()).unwrap_or((change.first_day, change.last_day));
    let known = engine::read(conn, facility, (from, to))?;
    let steps = if change.undone_at.is_some() { Vec::new() } else { undo_places(&known.ground, &done, now) };
    Ok((known, change, engine::marked(steps)?))
}

/// One change of places, with what taking it back would do
#[utoipa::path(
    tag = "places",
    params(("change_id" = String, Path, description = "The change")),
    responses(
        (status = 200, description = "The change; what cannot be taken back says why. Nothing more to do where it was taken back", body = PlaceChangeDetail),
        (status = 404, description = "No such change at this facility", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/places/changes/{change_id}")]
pub async fn get_place_change(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PlaceChangeId>,
) -> Result<web::Json<PlaceChangeDetail>, ApiError> {
    let now = app.now();
    let (_, change, undo) = app.db.read(move |conn| undoing(conn, &staff.facility_id, &id, now)).await?;
    Ok(web::Json(PlaceChangeDetail { change, undo }))
}

/// Takes a change of places back, exactly as it was shown
///
/// Every slot is as it was before. What was booked, waited for or changed since stays and is named. Where nothing can be taken back, it is
/// refused with every reason; `subject` is the slot.
#[utoipa::path(
    tag = "places",
    request_body = SeenMark,
    params(("change_id" = String, Path, description = "The change"), Key),
    responses(
        (status = 200, description = "What was taken back, and what stays and why", body = PlaceChangeDetail),
        (status = 404, description = "No such change at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`places.already_undone`, `places.plan_changed`, or why nothing can be taken back", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/places/changes/{change_id}/undo")]
pub async fn undo_place_change(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    id: web::Path<PlaceChangeId>,
    body: Plain<SeenMark>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id.clone(), key, body.0, move |conn, seen, act| {
        let facility = &staff.facility_id;
        store::lock_offerings(conn, facility)?;
        let first = undoing(conn, facility, &id, act.now)?.2;
        let locked = engine::lock(conn, facility, &first.steps)?;
        let (known, change, plan) = undoing(conn, facility, &id, act.now)?;
        if change.undone_at.is_some() {
            return Err(Rejection::AlreadyUndone.into());
        }
        if plan.mark != seen.mark {
            return Err(Rejection::PlanChanged.into());
        }
        if !plan.steps.iter().any(|step| step.verdict.is_done()) {
            return Err(ApiError::Refused(against(&plan)));
        }
        engine::write(conn, (&known, &locked), &plan.steps, act)?;
        store::mark_undone(conn, &id, &staff.account_id, act.now)?;
        act.record(conn, "places.undone", (&known.city, Some(facility)), id.as_str())?;
        let change = PlaceChange { undone_at: Some(act.now), ..change };
        Ok(Answer::new(StatusCode::OK, &PlaceChangeDetail { change, undo: plan })?)
    })
    .await
}

/// Why each slot stays as it is.
fn against(plan: &PlacesPlan) -> Vec<ProblemPart> {
    let one = |step: &shared::places::PlaceStep| match &step.verdict {
        Verdict::LeftOut { why } => {
            Some(ProblemPart { subject: step.slot_id.as_ref().map(ToString::to_string), ..crate::error::part(None, why.clone()) })
        }
        _ => None,
    };
    plan.steps.iter().filter_map(one).collect()
}

/// An act of one's own facility.
fn place(conn: &mut AnyConnection, facility: &FacilityId, act: &Act, kind: &'static str, subject: &str) -> Result<(), ApiError> {
    let city = crate::facilities::store::find_municipality(conn, facility)?.ok_or(ApiError::NotFound)?;
    Ok(act.record(conn, kind, (&city, Some(facility)), subject)?)
}
