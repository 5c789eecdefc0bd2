//! The regular classes of a facility, and the slots that take their places from them.

pub mod store;

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, Utc};
use shared::ids::{FacilityId, FamilyId};
use shared::problem::{Problem, ProblemPart};
use shared::slots::{
    Changed, ClassPlaces, Classes, ClassesChange, ClassesPreview, Consequence, Rejection, change_classes, follow, must_follow, unseen,
};

use super::staff::{Ground, affected, not_shown};
use super::store as slots;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForChange, ForStaff, part};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, IfMatch, etag};
use crate::session::Staff;
use crate::{App, facilities, families};

/// The slots that other classes mean other places for, each with what becomes of it.
struct Following(Vec<(Ground, Changed)>);

impl Following {
    /// Reads them as they are now; every slot where the rule says no is named.
    fn read(
        conn: &mut AnyConnection,
        facility: &FacilityId,
        (entries, consequence): (&[ClassPlaces], Option<Consequence>),
        now: DateTime<Utc>,
    ) -> Result<Self, ApiError> {
        let (mut followed, mut against) = (Vec::new(), Vec::new());
        for slot in slots::list_spare(conn, facility, now)?.into_iter().filter(|slot| must_follow(slot, entries, now)) {
            let ground = Ground::of(conn, slot)?;
            match follow(&ground.slot, &ground.terms, &ground.held(), (entries, consequence), now) {
                Ok(changed) => followed.push((ground, changed)),
                Err(rejection) => {
                    against.push(ProblemPart { subject: Some(ground.slot.id.to_string()), ..part(None, rejection.reason()) });
                }
            }
        }
        if against.is_empty() { Ok(Self(followed)) } else { Err(ApiError::Refused(against)) }
    }

    /// What it means, as a person reads it.
    fn preview(&self, conn: &mut AnyConnection, classes: Classes) -> Result<ClassesPreview, ApiError> {
        let mut by_start: Vec<&(Ground, Changed)> = self.0.iter().collect();
        by_start.sort_by(|(a, _), (b, _)| (a.slot.starts_at, &a.slot.id).cmp(&(b.slot.starts_at, &b.slot.id)));
        let affected = affected(conn, by_start.iter().flat_map(|(ground, changed)| ground.cancelled(changed)))?;
        Ok(ClassesPreview { classes, slots: by_start.into_iter().map(|(_, changed)| changed.slot.clone()).collect(), affected })
    }
}

/// The regular classes of the signed-in staff's facility, with what is free in them
#[utoipa::path(
    tag = "slots",
    responses(
        (status = 200, description = "Every entry, by class and first day; `ETag` for a change", body = Classes),
        ForStaff,
    )
)]
#[get("/staff/classes")]
pub async fn get_classes(app: web::Data<App>, staff: Staff) -> Result<HttpResponse, ApiError> {
    let classes = app.db.read(move |conn| store::read(conn, &staff.facility_id).map_err(ApiError::from)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(classes.version))).json(classes))
}

/// Shows what changing the classes would mean: the slots whose places change, and the bookings that would be cancelled
///
/// As if the change had the consequence `cancel_latest`. Slots that have begun stay as they are.
#[utoipa::path(
    tag = "slots",
    request_body = ClassesChange,
    responses(
        (status = 200, description = "What the change would mean; nothing is written", body = ClassesPreview),
        (status = 409, description = "`slots.classes_invalid`, `slots.below_booked`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/classes/preview")]
pub async fn preview_classes(app: web::Data<App>, staff: Staff, body: Body<ClassesChange>) -> Result<web::Json<ClassesPreview>, ApiError> {
    let (command, now) = (body.0, app.now());
    let preview = app
        .db
        .read(move |conn| {
            let now_there = store::read(conn, &staff.facility_id)?;
            let classes = after(&now_there, &command)?;
            let wanted = (classes.entries.as_slice(), Some(Consequence::CancelLatest));
            Following::read(conn, &staff.facility_id, wanted, now)?.preview(conn, classes)
        })
        .await?;
    Ok(web::Json(preview))
}

fn after(classes: &Classes, command: &ClassesChange) -> Result<Classes, Rejection> {
    Ok(Classes { entries: change_classes(&classes.entries, command)?, version: classes.version + 1 })
}

/// Changes the regular classes of the signed-in staff's facility, and with them the places of slots that come from them (余裕活用型)
///
/// Where fewer places are left than are booked, it is refused, and `subject` names each slot, unless `consequence` says what becomes of the
/// bookings; the preview says which they are. With `seen`, no other than those is cancelled: `slots.affected_changed` names who came in
/// between as `subject`. Places that become more are offered to those who wait first.
#[utoipa::path(
    tag = "slots",
    request_body = ClassesChange,
    params(("If-Match" = String, Header, description = "The `ETag` of the classes as they were read"), Key),
    responses(
        (status = 200, description = "The classes and slots as they now are, and the bookings that ended", body = ClassesPreview),
        (status = 409, description = "`slots.classes_invalid`, `slots.below_booked`, `slots.affected_changed`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
        ForChange,
    )
)]
#[patch("/staff/classes")]
pub async fn change_regular_classes(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    seen: IfMatch,
    body: Body<ClassesChange>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &staff.account_id.clone(), key, body.0, move |conn, command, act| {
        let told = write_change(conn, &staff.facility_id, command, Some(&seen), act)?;
        let version = told.classes.version;
        Ok(Answer::new(StatusCode::OK, &told)?.with_version(version))
    })
    .await
}

/// Changes the classes of a facility and what is published from them, in the one order of locks: families, classes, slots.
pub fn write_change(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    command: &ClassesChange,
    seen: Option<&IfMatch>,
    act: &Act,
) -> Result<ClassesPreview, ApiError> {
    let first = after(&store::read(conn, facility)?, command)?;
    let wanted = (first.entries.as_slice(), command.consequence);
    // What the first look refuses may have changed until the locks are held, so it refuses only there.
    let first = Following::read(conn, facility, wanted, act.now).map(|found| found.0).unwrap_or_default();
    let locked: BTreeSet<FamilyId> =
        first.iter().flat_map(|(ground, changed)| ground.cancelled(changed)).map(|stored| stored.family_id.clone()).collect();
    for family in &locked {
        families::store::lock_family(conn, family)?;
    }
    store::lock(conn, facility)?;
    for slot in slots::list_spare(conn, facility, act.now)? {
        slots::lock_slot(conn, &slot.id)?;
    }
    let before = store::read(conn, facility)?;
    if let Some(seen) = seen {
        seen.check(before.version)?;
    }
    let classes = after(&before, command)?;
    let following = Following::read(conn, facility, (&classes.entries, command.consequence), act.now)?;
    let cancelled = following.0.iter().flat_map(|(_, changed)| &changed.cancelled);
    let new = command.seen.as_ref().map(|seen| unseen(cancelled, seen)).unwrap_or_default();
    if !new.is_empty() {
        return Err(not_shown(&new, Rejection::AffectedChanged));
    }
    let mut told = following.preview(conn, classes)?;
    store::write(conn, facility, &told.classes)?;
    let mut written = Vec::with_capacity(following.0.len());
    for (ground, changed) in following.0 {
        written.push(ground.write(conn, changed, &locked, act)?);
    }
    written.sort_by(|a, b| (a.starts_at, &a.id).cmp(&(b.starts_at, &b.id)));
    told.slots = written;
    let city = facilities::store::find_municipality(conn, facility)?.ok_or(ApiError::NotFound)?;
    act.record(conn, "classes.changed", (&city, Some(facility)), facility.as_str())?;
    Ok(told)
}
