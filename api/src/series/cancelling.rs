//! Cancelling dates of a series: this date, this and the following, or all, exactly as the preview says.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::bookings::CancelledBy;
use shared::ids::SeriesId;
use shared::page::Page;
use shared::problem::Problem;
use shared::series::{CancelDate, CancelSeries, Series, cancel_dates};

use super::{bookings, lock_slots, series, visible};
use crate::App;
use crate::bookings::engine::end;
use crate::bookings::owner;
use crate::bookings::store::{Owner, list_series_bookings};
use crate::error::{ApiError, ForBody, ForGuardianOrStaff};
use crate::families;
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::routes::Operations;
use crate::session::Signed;

/// The operations.
pub fn configure(config: &mut impl Operations) {
    config.service(preview_series_cancel).service(cancel_series);
}

const fn by(owner: &Owner) -> CancelledBy {
    match owner {
        Owner::Family(_) => CancelledBy::Family,
        Owner::Facility(_) => CancelledBy::Facility,
    }
}

/// Shows what cancelling dates of a series would mean, date by date
#[utoipa::path(
    tag = "series",
    request_body = CancelSeries,
    params(("series_id" = String, Path, description = "The series")),
    responses(
        (status = 200, description = "The dates that would be cancelled, each on its own terms; nothing is written", body = Page<CancelDate>),
        (status = 404, description = "No such series for this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`series.nothing_to_cancel`, `bookings.already_cancelled`, `bookings.started`, `bookings.over`, `bookings.cancel_reason_unknown`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/series/{series_id}/cancel/preview")]
pub async fn preview_series_cancel(
    app: web::Data<App>,
    signed: Signed,
    id: web::Path<SeriesId>,
    body: Body<CancelSeries>,
) -> Result<web::Json<Page<CancelDate>>, ApiError> {
    let (owner, command, now) = (owner(&signed)?, CancelSeries { seen: None, ..body.0 }, app.now());
    let items = app
        .db
        .read(move |conn| {
            visible(conn, &id, &owner)?;
            let dates = cancel_dates(&bookings(&list_series_bookings(conn, &id)?), &command, by(&owner), now)?;
            Ok::<_, ApiError>(dates.into_iter().map(|(date, _)| date).collect())
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// Cancels dates of a series on the terms each was made on, in one transaction
///
/// Only dates of the chosen booking's child. Dates that have begun stay as they are. With `seen`, what the preview said: where a date or its
/// terms are different now, nothing is cancelled and `bookings.cancel_terms_changed` is answered.
#[utoipa::path(
    tag = "series",
    request_body = CancelSeries,
    params(
        ("series_id" = String, Path, description = "The series"),
        Key,
    ),
    responses(
        (status = 200, description = "The series as it now is", body = Series),
        (status = 404, description = "No such series for this person", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`bookings.cancel_terms_changed`, `series.nothing_to_cancel`, `bookings.already_cancelled`, `bookings.started`, `bookings.over`, `bookings.cancel_reason_unknown`", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
        ForBody,
    )
)]
#[post("/series/{series_id}/cancel")]
pub async fn cancel_series(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<SeriesId>,
    body: Body<CancelSeries>,
) -> Result<HttpResponse, ApiError> {
    let owner = owner(&signed)?;
    once(&app, &signed.0.id, key, body.0, move |conn, command, act| {
        let row = visible(conn, &id, &owner)?;
        // Nobody changes the bookings of a locked family; the slots are locked for their places.
        families::store::lock_family(conn, &row.family_id)?.ok_or(ApiError::NotFound)?;
        let stored = list_series_bookings(conn, &id)?;
        let dates = cancel_dates(&bookings(&stored), command, by(&owner), act.now)?;
        let chosen = dates.iter().filter_map(|(date, next)| Some((stored.iter().find(|one| one.booking.id == date.booking_id)?, next)));
        let chosen: Vec<_> = chosen.collect();
        lock_slots(conn, chosen.iter().map(|(stored, _)| &stored.booking.slot_id))?;
        for (stored, next) in chosen {
            end(conn, stored, next, act)?;
        }
        Ok(Answer::new(StatusCode::OK, &series(conn, row, &owner)?)?)
    })
    .await
}
