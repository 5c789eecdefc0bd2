//! What a city's officers see and do of certifications: who moved away or here, and revoking with reasons.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use shared::entitlements::{Ended, Entitlement, Fate, MovedAway, Rejection, Revocation, RevocationPreview, revoke};
use shared::ids::{EntitlementId, FamilyId};
use shared::page::Page;
use shared::problem::Problem;
use shared::slots::unseen;
use shared::time::tokyo_day;

use super::life::{list_held, settle_stays, stays_after};
use super::store;
use crate::bookings::store::Stored;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::Officer;
use crate::slots::staff::{affected, not_shown};
use crate::{App, families};

/// The certifications that ended because the family moved away from the officer's city, or to it, with the stays after it
///
/// A stay stands until the new city has decided on the application that was prepared for it (`until_decided`); where that is refused or taken
/// back, or nobody has sent it by the day of the stay, it ends without cost.
#[utoipa::path(
    tag = "entitlements",
    responses(
        (status = 200, description = "The latest first, as long as the certification would have held", body = Page<MovedAway>),
        ForOfficer,
    )
)]
#[get("/office/moved_entitlements")]
pub async fn list_moved_entitlements(app: web::Data<App>, officer: Officer) -> Result<web::Json<Page<MovedAway>>, ApiError> {
    let now = app.now();
    let items = app.db.read(move |conn| moved_away(conn, &officer, now)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

fn moved_away(conn: &mut AnyConnection, officer: &Officer, now: DateTime<Utc>) -> Result<Vec<MovedAway>, ApiError> {
    let mut found = Vec::new();
    for family in store::list_moved(conn, tokyo_day(now))? {
        let family = families::store::find_family(conn, &family)?.ok_or(ApiError::NotFound)?;
        for held in list_held(conn, &family, now)? {
            let Some(Ended::Moved { to }) = &held.entitlement.ended else { continue };
            if held.entitlement.municipality == officer.municipality || to.as_ref() == Some(&officer.municipality) {
                found.push(MovedAway { application_id: held.ending.application_id, stays: held.stays, entitlement: held.entitlement });
            }
        }
    }
    found.sort_by(|a, b| (b.entitlement.valid_until, &b.entitlement.id).cmp(&(a.entitlement.valid_until, &a.entitlement.id)));
    Ok(found)
}

/// What a revocation finds.
struct Ground {
    family: FamilyId,
    after: Entitlement,
    ends: Vec<Stored>,
}

impl Ground {
    /// Reads a certification of the officer's city; another's is not found.
    fn read(
        conn: &mut AnyConnection,
        id: &EntitlementId,
        officer: &Officer,
        command: &Revocation,
        now: DateTime<Utc>,
    ) -> Result<Self, ApiError> {
        let family = store::find_holder(conn, id)?.ok_or(ApiError::NotFound)?;
        let mut held = store::list_entitlements(conn, &family)?;
        let mine = held.iter_mut().find(|held| held.id == *id && held.municipality == officer.municipality).ok_or(ApiError::NotFound)?;
        *mine = revoke(mine, command, tokyo_day(now))?;
        let after = mine.clone();
        let stays = stays_after(conn, &family, &held, now)?;
        let of_it =
            |stored: &Stored| stored.booking.child.id == after.child.id && stored.terms.certification.as_ref() == Some(&after.programme);
        let ends = stays.into_iter().filter(|(stored, fate)| *fate == Fate::Ends && of_it(stored)).map(|(stored, _)| stored).collect();
        Ok(Self { family, after, ends })
    }

    fn preview(&self, conn: &mut AnyConnection) -> Result<RevocationPreview, ApiError> {
        Ok(RevocationPreview { entitlement: self.after.clone(), affected: affected(conn, self.ends.iter())? })
    }
}

/// Shows what revoking a certification would mean: the certification as it then is, and the bookings that would end without cost
#[utoipa::path(
    tag = "entitlements",
    request_body = Revocation,
    params(("entitlement_id" = String, Path, description = "The certification")),
    responses(
        (status = 200, description = "What it would mean; nothing is written", body = RevocationPreview),
        (status = 404, description = "No such certification of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`entitlements.last_day_outside`, `entitlements.over`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/entitlements/{entitlement_id}/revoke/preview")]
pub async fn preview_revocation(
    app: web::Data<App>,
    officer: Officer,
    id: web::Path<EntitlementId>,
    body: Body<Revocation>,
) -> Result<web::Json<RevocationPreview>, ApiError> {
    let (command, now) = (body.0, app.now());
    let told = app.db.read(move |conn| Ground::read(conn, &id, &officer, &command, now)?.preview(conn)).await?;
    Ok(web::Json(told))
}

/// Revokes a certification of the officer's city, with reasons that the family reads
///
/// Bookings follow at once: those after the last day end without cost, and none but those in `seen`; where another one is there, nothing is
/// done, and `slots.affected_changed` names each as `subject`.
#[utoipa::path(
    tag = "entitlements",
    request_body = Revocation,
    params(("entitlement_id" = String, Path, description = "The certification"), Key),
    responses(
        (status = 200, description = "The certification as it now is, and the bookings that ended", body = RevocationPreview),
        (status = 404, description = "No such certification of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`entitlements.last_day_outside`, `entitlements.over`, `slots.affected_changed`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/entitlements/{entitlement_id}/revoke")]
pub async fn revoke_entitlement(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    id: web::Path<EntitlementId>,
    body: Body<Revocation>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, command, act| {
        let holder = store::find_holder(conn, &id)?.ok_or(ApiError::NotFound)?;
        families::store::lock_family(conn, &holder)?.ok_or(ApiError::NotFound)?;
        let ground = Ground::read(conn, &id, &officer, command, act.now)?;
        let new = unseen(ground.ends.iter().map(|stored| &stored.booking.id), &command.seen);
        if !new.is_empty() {
            return Err(not_shown(&new, shared::slots::Rejection::AffectedChanged));
        }
        let told = ground.preview(conn)?;
        let ended = ground.after.ended.clone().ok_or(Rejection::Over)?;
        store::end_entitlement(conn, &id, ground.after.valid_until, &ended)?;
        act.record(conn, "entitlement.revoked", (&officer.municipality, None), id.as_str())?;
        settle_stays(conn, &ground.family, act)?;
        Ok(Answer::new(StatusCode::OK, &told)?)
    })
    .await
}
