//! Moving dates of a series: done in one transaction; the preview is the same, taken back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use shared::bookings::{Booking, Reschedule};
use shared::families::Family;
use shared::ids::SeriesId;
use shared::page::Page;
use shared::problem::Problem;
use shared::series::{Move, MoveDate, MoveSeries, MovedSeries, Rejection, SeriesDate, Times, decide_moves, fitting, moves};
use shared::slots::Slot;

use super::{bookings, days_of, lock_slots, series, visible};
use crate::bookings::engine::Lock;
use crate::bookings::moving::{Ground, change};
use crate::bookings::owner;
use crate::bookings::store::{Stored, list_series_bookings};
use crate::db::{AnyConnection, DbError, RetryAsk};
use crate::error::{ApiError, ForBody, ForGuardianOrStaff};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::routes::Operations;
use crate::session::Signed;
use crate::{App, families};

/// The operations.
pub fn configure(config: &mut impl Operations) {
    config.service(preview_series_reschedule).service(reschedule_series);
}

/// A date that stays where it is, because there is no slot where it is to go.
fn without_slot(booking: &Booking, (day, times): (NaiveDate, Times), why: &Rejection) -> MoveDate {
    let to = SeriesDate::without_slot(day, times, why);
    MoveDate { booking_id: booking.id.clone(), old_starts_at: booking.starts_at, old_ends_at: booking.ends_at, to }
}

/// Moves one date where the rule lets it, and tells what becomes of it. Family and slots must be locked.
fn move_one(
    conn: &mut AnyConnection,
    (family, found): (&Family, &Stored),
    (to, slot): (&Move<'_>, &Slot),
    act: &Act,
) -> Result<MoveDate, ApiError> {
    let (starts_at, ends_at) = to.times;
    let command = Reschedule {
        slot_id: slot.id.clone(),
        starts_at: Some(starts_at),
        ends_at: Some(ends_at),
        child_ids: Vec::new(),
        seen: Vec::new(),
    };
    let ground = match Ground::look(conn, family, found, &command, Lock::Nothing) {
        // The programme has no version on that day yet.
        Err(ApiError::NotFound) => return Ok(without_slot(to.booking, (to.day, to.times), &Rejection::NoSlot)),
        looked => looked?,
    };
    let (mut told, bookable) = ground.told(&command, act.now);
    if bookable {
        change(conn, ground, &command, act)?;
    }
    told.reasons.append(&mut told.missing);
    let date = SeriesDate {
        day: to.day,
        slot_id: Some(slot.id.clone()),
        starts_at,
        ends_at,
        bookable,
        waits: false,
        state: told.state.filter(|_| bookable),
        fee_yen: told.fee_yen.filter(|_| bookable),
        free_until: Some(told.free_until),
        children: told.children,
        reasons: told.reasons,
    };
    Ok(MoveDate { booking_id: to.booking.id.clone(), old_starts_at: to.booking.starts_at, old_ends_at: to.booking.ends_at, to: date })
}

/// Moves what can be moved, one date after the other, and tells what becomes of each.
fn move_all(conn: &mut AnyConnection, family: &Family, id: &SeriesId, command: &MoveSeries, act: &Act) -> Result<Vec<MoveDate>, ApiError> {
    let stored = list_series_bookings(conn, id)?;
    let known = bookings(&stored);
    let moves = moves(&known, command, act.now)?;
    let first = moves.iter().map(|one| one.day).min().ok_or(Rejection::NothingToMove)?;
    let last = moves.iter().map(|one| one.day).max().ok_or(Rejection::NothingToMove)?;
    let place = known.first().ok_or(ApiError::NotFound)?;
    let days = days_of(conn, (&place.facility.id, &place.programme), (first, last))?;
    let targets: Vec<Option<&Slot>> = moves.iter().map(|one| fitting(&days.slots, one.day, one.times)).collect();
    lock_slots(conn, known.iter().map(|booking| &booking.slot_id).chain(targets.iter().flatten().map(|slot| &slot.id)))?;
    let mut dates = Vec::with_capacity(moves.len());
    for (one, target) in moves.iter().zip(targets) {
        let found = stored.iter().find(|stored| stored.booking.id == one.booking.id).ok_or(ApiError::NotFound)?;
        dates.push(match target {
            Some(slot) => move_one(conn, (family, found), (one, slot), act)?,
            None => without_slot(one.booking, (one.day, one.times), &days.without_slot(one.day)),
        });
    }
    Ok(dates)
}

/// How a rehearsal ends: with what it told, so that its transaction is taken back.
enum Rehearsed {
    Told(Vec<MoveDate>),
    Failed(ApiError),
}

impl From<DbError> for Rehearsed {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl RetryAsk for Rehearsed {
    fn may_retry(&self) -> bool {
        matches!(self, Self::Failed(error) if error.may_retry())
    }
}

/// Shows what moving dates of a series would mean, date by date
#[utoipa::path(
    tag = "series",
    request_body = MoveSeries,
    params(("series_id" = String, Path, description = "The series")),
    responses(
        (status = 200, description = "Every date with where it would go, or every reason why it would stay; nothing is written", body = Page<MoveDate>),
        (status = 404, description = "No such series for this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`series.nothing_to_move`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/series/{series_id}/reschedule/preview")]
pub async fn preview_series_reschedule(
    app: web::Data<App>,
    signed: Signed,
    id: web::Path<SeriesId>,
    body: Body<MoveSeries>,
) -> Result<web::Json<Page<MoveDate>>, ApiError> {
    let (owner, command) = (owner(&signed)?, body.0);
    let act = Act::of_request(signed.0.id.as_str(), app.now());
    let rehearsal = app.db.write(move |conn| -> Result<(), Rehearsed> {
        let rehearse = |conn: &mut AnyConnection| -> Result<Vec<MoveDate>, ApiError> {
            let row = visible(conn, &id, &owner)?;
            let family = families::store::lock_family(conn, &row.family_id)?.ok_or(ApiError::NotFound)?;
            move_all(conn, &family, &id, &command, &act)
        };
        Err(rehearse(conn).map_or_else(Rehearsed::Failed, Rehearsed::Told))
    });
    match rehearsal.await {
        Err(Rehearsed::Told(items)) => Ok(web::Json(Page { items, next_cursor: None })),
        Err(Rehearsed::Failed(error)) => Err(error),
        Ok(()) => Err(ApiError::Internal("a rehearsal was not taken back".to_owned())),
    }
}

/// Moves dates of a series to another weekday or time, in one transaction
///
/// Each date by the rule of any move, brothers and sisters of a date together. Dates that have begun stay as they are. With `seen`, what the
/// preview showed: where a date is different now, nothing is moved and each such date is told (`series.date_changed`, the day as `subject`).
#[utoipa::path(
    tag = "series",
    request_body = MoveSeries,
    params(
        ("series_id" = String, Path, description = "The series"),
        Key,
    ),
    responses(
        (status = 200, description = "Every date, and the series as it now is", body = MovedSeries),
        (status = 404, description = "No such series for this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`series.date_changed`, `series.nothing_to_move`; `series.move_conflicts`, followed by the reasons of its dates with the day as `subject`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/series/{series_id}/reschedule")]
pub async fn reschedule_series(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<SeriesId>,
    body: Body<MoveSeries>,
) -> Result<HttpResponse, ApiError> {
    let owner = owner(&signed)?;
    once(&app, &signed.0.id, key, body.0, move |conn, command, act| {
        let row = visible(conn, &id, &owner)?;
        let family = families::store::lock_family(conn, &row.family_id)?.ok_or(ApiError::NotFound)?;
        let dates = move_all(conn, &family, &id, command, act)?;
        decide_moves(&dates, command)?;
        Ok(Answer::new(StatusCode::OK, &MovedSeries { dates, series: series(conn, row, &owner)? })?)
    })
    .await
}
