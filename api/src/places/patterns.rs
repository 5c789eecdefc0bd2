//! Named weekly patterns of a facility.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use shared::ids::{FacilityId, PatternId};
use shared::page::Page;
use shared::places::{NewPattern, WeekPattern};
use shared::problem::Problem;

use super::{place, store};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForChange, ForStaff, part};
use crate::idempotency::{Answer, Key, once};
use crate::request::{Body, IfMatch};
use crate::session::Staff;
use crate::{App, new_id, slots};

/// The weekly patterns that the signed-in staff's facility has named
#[utoipa::path(
    tag = "places",
    responses(
        (status = 200, description = "By name; the `ETag` for a change is `\"v<version>\"`", body = Page<WeekPattern>),
        ForStaff,
    )
)]
#[get("/staff/patterns")]
pub async fn list_patterns(app: web::Data<App>, staff: Staff) -> Result<web::Json<Page<WeekPattern>>, ApiError> {
    let items = app.db.read(move |conn| store::list_patterns(conn, &staff.facility_id).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// The patterns beside one, after a look at whether it makes sense among them. The facility's offerings are locked for it.
fn checked(conn: &mut AnyConnection, facility: &FacilityId, new: &NewPattern, but: Option<&PatternId>) -> Result<(), ApiError> {
    store::lock_offerings(conn, facility)?;
    let (offering, _) = slots::store::find_offering(conn, &new.offering_id)?.ok_or(ApiError::NotFound)?;
    if offering.facility_id != *facility {
        return Err(ApiError::NotFound);
    }
    let mut others = store::list_patterns(conn, facility)?;
    others.retain(|other| Some(&other.id) != but);
    new.check(&offering, &others).map_err(|reasons| ApiError::Refused(reasons.into_iter().map(|reason| part(None, reason)).collect()))
}

/// Names a weekly pattern
#[utoipa::path(
    tag = "places",
    request_body = NewPattern,
    params(Key),
    responses(
        (status = 201, description = "The pattern", body = WeekPattern),
        (status = 404, description = "No such offering at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`places.name_taken`, `slots.times_invalid`, `slots.bands_invalid`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/patterns")]
pub async fn add_pattern(app: web::Data<App>, staff: Staff, key: Key, body: Body<NewPattern>) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id.clone(), key, body.0, move |conn, new, act| {
        checked(conn, &staff.facility_id, new, None)?;
        let pattern = WeekPattern {
            id: PatternId::new(new_id()),
            offering_id: new.offering_id.clone(),
            name: new.name.trim().to_owned(),
            lines: new.lines.clone(),
            version: 1,
        };
        store::write_pattern(conn, &staff.facility_id, &pattern)?;
        place(conn, &staff.facility_id, act, "pattern.added", pattern.id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &pattern)?.with_version(pattern.version))
    })
    .await
}

/// A pattern of this facility; somebody else's is not found.
fn own(conn: &mut AnyConnection, facility: &FacilityId, id: &PatternId) -> Result<WeekPattern, ApiError> {
    store::list_patterns(conn, facility)?.into_iter().find(|pattern| pattern.id == *id).ok_or(ApiError::NotFound)
}

/// Changes a weekly pattern; slots that came of it stay as they are
#[utoipa::path(
    tag = "places",
    request_body = NewPattern,
    params(
        ("pattern_id" = String, Path, description = "The pattern"),
        ("If-Match" = String, Header, description = "The `ETag` of the pattern as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "The pattern", body = WeekPattern),
        (status = 404, description = "No such pattern at this facility, or of another offering", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`places.name_taken`, `slots.times_invalid`, `slots.bands_invalid`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
        ForChange,
    )
)]
#[patch("/staff/patterns/{pattern_id}")]
pub async fn change_pattern(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    seen: IfMatch,
    id: web::Path<PatternId>,
    body: Body<NewPattern>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id.clone(), key, body.0, move |conn, new, act| {
        own(conn, &staff.facility_id, &id)?;
        checked(conn, &staff.facility_id, new, Some(&id))?;
        let known = own(conn, &staff.facility_id, &id)?;
        if known.offering_id != new.offering_id {
            return Err(ApiError::NotFound);
        }
        seen.check(known.version)?;
        let pattern = WeekPattern { name: new.name.trim().to_owned(), lines: new.lines.clone(), version: known.version + 1, ..known };
        store::write_pattern(conn, &staff.facility_id, &pattern)?;
        place(conn, &staff.facility_id, act, "pattern.changed", pattern.id.as_str())?;
        Ok(Answer::new(StatusCode::OK, &pattern)?.with_version(pattern.version))
    })
    .await
}

/// Takes a weekly pattern away; slots that came of it stay
#[utoipa::path(
    tag = "places",
    params(
        ("pattern_id" = String, Path, description = "The pattern"),
        ("If-Match" = String, Header, description = "The `ETag` of the pattern as it was read"),
        Key,
    ),
    responses(
        (status = 204, description = "Gone"),
        (status = 404, description = "No such pattern at this facility", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForChange,
    )
)]
#[delete("/staff/patterns/{pattern_id}")]
pub async fn remove_pattern(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    seen: IfMatch,
    id: web::Path<PatternId>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id.clone(), key, (), move |conn, (), act| {
        store::lock_offerings(conn, &staff.facility_id)?;
        seen.check(own(conn, &staff.facility_id, &id)?.version)?;
        store::delete_pattern(conn, &id)?;
        place(conn, &staff.facility_id, act, "pattern.removed", id.as_str())?;
        Ok(Answer::empty())
    })
    .await
}
