//! Notes to the next shift (申し送り): what a facility's staff leave to each other, and who has read it.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use shared::ids::ShiftNoteId;
use shared::page::Page;
use shared::problem::Problem;
use shared::shift_notes::{NewShiftNote, ShiftNote};
use utoipa::IntoParams;

use crate::App;
use crate::error::{ApiError, ForBody, ForStaff};
use crate::facilities::store::find_municipality;
use crate::idempotency::{Answer, Key, once};
use crate::request::{Body, Query};
use crate::routes::Operations;
use crate::session::Staff;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_shift_notes).service(leave_shift_note).service(read_shift_note);
}

/// Which notes.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShiftNotesQuery {
    /// Those of a day; absent: those that the person who asks has not read, of any day.
    pub day: Option<NaiveDate>,
}

/// The notes of a day by shift, or those that the person who asks has not read
#[utoipa::path(
    tag = "shift_notes",
    params(ShiftNotesQuery),
    responses(
        (status = 200, description = "By day, shift, and as they were written", body = Page<ShiftNote>),
        (status = 422, description = "No day", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/shift_notes")]
pub async fn list_shift_notes(
    app: web::Data<App>,
    staff: Staff,
    query: Query<ShiftNotesQuery>,
) -> Result<web::Json<Page<ShiftNote>>, ApiError> {
    let day = query.0.day;
    let read = move |conn: &mut _| store::list_notes(conn, &staff.facility_id, &staff.account_id, day).map_err(ApiError::from);
    Ok(web::Json(Page { items: app.db.read(read).await?, next_cursor: None }))
}

/// Leaves a note to a shift
#[utoipa::path(
    tag = "shift_notes",
    request_body = NewShiftNote,
    params(Key),
    responses(
        (status = 201, description = "The note", body = ShiftNote),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/shift_notes")]
pub async fn leave_shift_note(app: web::Data<App>, staff: Staff, key: Key, body: Body<NewShiftNote>) -> Result<HttpResponse, ApiError> {
    let Staff { account_id, facility_id } = staff;
    once(&app, &account_id.clone(), key, body.0, move |conn, new, act| {
        let city = find_municipality(conn, &facility_id)?.ok_or(ApiError::NotFound)?;
        let id = store::insert_note(conn, &facility_id, new, (&account_id, act.now))?;
        act.record(conn, "shift_note.written", (&city, Some(&facility_id)), id.as_str())?;
        let note = store::find_note(conn, &facility_id, &account_id, &id)?.ok_or(ApiError::NotFound)?;
        Ok(Answer::new(StatusCode::CREATED, &note)?)
    })
    .await
}

/// Says that the person who asks has read a note; once for each person
#[utoipa::path(
    tag = "shift_notes",
    params(("note_id" = String, Path, description = "The note"), Key),
    responses(
        (status = 200, description = "The note", body = ShiftNote),
        (status = 404, description = "No such note at this facility", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[post("/staff/shift_notes/{note_id}/read")]
pub async fn read_shift_note(app: web::Data<App>, staff: Staff, key: Key, id: web::Path<ShiftNoteId>) -> Result<HttpResponse, ApiError> {
    let Staff { account_id, facility_id } = staff;
    once(&app, &account_id.clone(), key, (), move |conn, (), act| {
        let note = store::find_note(conn, &facility_id, &account_id, &id)?.ok_or(ApiError::NotFound)?;
        if !note.known && store::mark_read(conn, &id, &account_id, act.now)? {
            let city = find_municipality(conn, &facility_id)?.ok_or(ApiError::NotFound)?;
            act.record(conn, "shift_note.read", (&city, Some(&facility_id)), id.as_str())?;
        }
        let note = store::find_note(conn, &facility_id, &account_id, &id)?.ok_or(ApiError::NotFound)?;
        Ok(Answer::new(StatusCode::OK, &note)?)
    })
    .await
}
