//! First interviews: booked like a place, their result recorded by staff, valid at once.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use shared::ids::{BookingId, FacilityId};
use shared::interviews::{ChildInterview, Interview, NewResult, Sharing, SharingState, record};
use shared::page::Page;
use shared::problem::Problem;

use crate::App;
use crate::bookings::store::find_booking;
use crate::error::{ApiError, ForBody, ForGuardian, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::routes::Operations;
use crate::session::{Guardian, Staff};
use crate::slots::store::lock_slot;
use crate::{facilities, families};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_interviews).service(record_interview).service(get_interview_sharing).service(share_interviews);
}

/// Whether the family's children have had their first interview, as far as a facility goes by it
#[utoipa::path(
    tag = "interviews",
    params(("facility_id" = String, Path, description = "The facility")),
    responses(
        (status = 200, description = "Each child, oldest first", body = Page<ChildInterview>),
        (status = 404, description = "No such facility", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/facilities/{facility_id}/interviews")]
pub async fn list_interviews(
    app: web::Data<App>,
    guardian: Guardian,
    id: web::Path<FacilityId>,
) -> Result<web::Json<Page<ChildInterview>>, ApiError> {
    let items = app
        .db
        .read(move |conn| {
            facilities::store::find_name(conn, &id)?.ok_or(ApiError::NotFound)?;
            let children = families::store::list_children(conn, &guardian.family_id)?;
            let known = store::list_outcomes(conn, children.iter().map(|child| &child.id), &id)?;
            let one = |child: shared::families::Child| ChildInterview {
                outcome: known.iter().find(|(id, _)| *id == child.id).map(|(_, outcome)| outcome.clone()),
                child_id: child.id,
            };
            Ok::<_, ApiError>(children.into_iter().map(one).collect())
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// Records the result of a first interview; it holds at once
///
/// Recorded again, the later one holds. Conditions are shown to family and carers; a reason against refuses later bookings with it.
#[utoipa::path(
    tag = "interviews",
    request_body = NewResult,
    params(
        ("booking_id" = String, Path, description = "The booking by which it was held"),
        Key,
    ),
    responses(
        (status = 200, description = "The result", body = Interview),
        (status = 404, description = "No such booking at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`interviews.*`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/interviews/{booking_id}/result")]
pub async fn record_interview(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    id: web::Path<BookingId>,
    body: Body<NewResult>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let mine = find_booking(conn, &id)?.filter(|stored| stored.booking.facility.id == staff.facility_id);
        lock_slot(conn, &mine.ok_or(ApiError::NotFound)?.booking.slot_id)?;
        let stored = find_booking(conn, &id)?.ok_or(ApiError::NotFound)?;
        let booking = stored.booking;
        let found = Interview {
            outcome: record(&booking, stored.is_interview, command, act.now)?,
            booking_id: booking.id,
            child_id: booking.child.id,
            facility_id: booking.facility.id.clone(),
            decided_at: act.now,
        };
        store::write_interview(conn, &found)?;
        act.record(conn, "interview.recorded", booking.facility.place(), found.booking_id.as_str())?;
        Ok(Answer::new(StatusCode::OK, &found)?)
    })
    .await
}

/// Whether the facility shares its interviews with its operator's others, and which of those do
#[utoipa::path(
    tag = "interviews",
    responses(
        (status = 200, description = "As it is", body = SharingState),
        ForStaff,
    )
)]
#[get("/staff/interview_sharing")]
pub async fn get_interview_sharing(app: web::Data<App>, staff: Staff) -> Result<web::Json<SharingState>, ApiError> {
    let state = app.db.read(move |conn| store::find_sharing(conn, &staff.facility_id)?.ok_or(ApiError::NotFound)).await?;
    Ok(web::Json(state))
}

/// Lets the operator's other facilities go by this one's interviews, and it by theirs, where they say so too
#[utoipa::path(
    tag = "interviews",
    request_body = Sharing,
    params(Key),
    responses(
        (status = 200, description = "As it now is", body = Sharing),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/interview_sharing")]
pub async fn share_interviews(app: web::Data<App>, staff: Staff, key: Key, body: Body<Sharing>) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id, key, body.0, move |conn, command, act| {
        let city = facilities::store::find_municipality(conn, &staff.facility_id)?.ok_or(ApiError::NotFound)?;
        store::mark_shared(conn, &staff.facility_id, command.shares, act.now)?;
        act.record(conn, "facility.changed", (&city, Some(&staff.facility_id)), staff.facility_id.as_str())?;
        Ok(Answer::new(StatusCode::OK, command)?)
    })
    .await
}
