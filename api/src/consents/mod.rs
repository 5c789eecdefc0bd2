//! Consents: given once with the first booking at a facility, seen and withdrawn by the family; what changed since is marked as seen by staff.

pub mod staff;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use shared::consents::{Agreement, Ask, Consent, Given, Need, WORDS, agree, must_ask, withdraw};
use shared::families::{Child, Family};
use shared::ids::{FacilityId, FamilyId};
use shared::page::Page;
use shared::problem::Problem;
use shared::slots::SlotFacility;

use crate::db::AnyConnection;
use crate::error::{ApiError, ForGuardian};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::routes::Operations;
use crate::session::Guardian;
use crate::{App, facilities, families};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_consent_need).service(list_consents).service(withdraw_consent).service(staff::mark_child_seen);
}

/// Writes down what booking for these children at a facility agrees to, unless that stands already, and what the facility thereby sees of
/// them. The family must be locked, and was read with its children under the lock.
pub fn note(
    conn: &mut AnyConnection,
    (family, children): (&Family, &[&Child]),
    facility: &SlotFacility,
    words: Option<u32>,
    act: &Act,
) -> Result<(), ApiError> {
    let (place, _) = store::find_place(conn, &facility.id)?.ok_or(ApiError::NotFound)?;
    let known = agreements(conn, &family.id)?;
    let given = agree(&known, &place, words, act.now)?;
    let seen = store::list_seen(conn, &facility.id, children.iter().map(|child| &child.id))?;
    // What was seen before a consent was withdrawn is no measure for what is given anew.
    let stands = known.iter().any(|known| known.covers(&place));
    if let Some(agreement) = &given {
        store::write_agreement(conn, &family.id, agreement)?;
        act.record(conn, "consent.given", facility.place(), family.id.as_str())?;
    }
    for Child { id, known, .. } in children.iter().filter(|child| !stands || !seen.iter().any(|(known, ..)| *known == child.id)) {
        store::write_seen(conn, &facility.id, id, &Given::of(family, known), act.now)?;
    }
    Ok(())
}

fn agreements(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<Agreement>, ApiError> {
    Ok(store::list_agreements(conn, std::iter::once(family))?.into_iter().map(|(_, agreement)| agreement).collect())
}

/// Whether the family still has to agree before it books at a facility, and to what
///
/// Once for a facility. What is asked is sent along with the booking as `consent`.
#[utoipa::path(
    tag = "consents",
    params(("facility_id" = String, Path, description = "The facility")),
    responses(
        (status = 200, description = "What to ask, or nothing", body = Need),
        (status = 404, description = "No such facility", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/facilities/{facility_id}/consent")]
pub async fn get_consent_need(app: web::Data<App>, guardian: Guardian, id: web::Path<FacilityId>) -> Result<web::Json<Need>, ApiError> {
    let need = app
        .db
        .read(move |conn| {
            let (place, facility) = store::find_place(conn, &id)?.ok_or(ApiError::NotFound)?;
            if !must_ask(&agreements(conn, &guardian.family_id)?, &place) {
                return Ok(Need { ask: None });
            }
            let others = store::list_others(conn, place.operator.as_deref(), &id)?.into_iter().map(|(_, name)| name).collect();
            Ok::<_, ApiError>(Need { ask: Some(Ask { words: WORDS, facility, others }) })
        })
        .await?;
    Ok(web::Json(need))
}

/// What the family agreed to, also what it withdrew
#[utoipa::path(
    tag = "consents",
    responses(
        (status = 200, description = "The latest first", body = Page<Consent>),
        ForGuardian,
    )
)]
#[get("/consents")]
pub async fn list_consents(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<Page<Consent>>, ApiError> {
    let now = app.now();
    let items = app.db.read(move |conn| list(conn, &guardian.family_id, now)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// What a family agreed to, the latest first.
pub fn list(conn: &mut AnyConnection, family: &FamilyId, now: DateTime<Utc>) -> Result<Vec<Consent>, ApiError> {
    let known = agreements(conn, family)?;
    let ahead = store::list_ahead(conn, family, now)?;
    known.into_iter().map(|agreement| view(conn, agreement, &ahead)).collect()
}

/// An agreement as its family sees it.
fn view(conn: &mut AnyConnection, agreement: Agreement, ahead: &[FacilityId]) -> Result<Consent, ApiError> {
    let facility = facilities::store::find_name(conn, &agreement.facility_id)?.ok_or(ApiError::NotFound)?;
    let others = store::list_others(conn, agreement.operator.as_deref(), &agreement.facility_id)?;
    let covered = |id: &&FacilityId| **id == agreement.facility_id || others.iter().any(|(other, _)| other == *id);
    Ok(Consent {
        bookings_ahead: i64::try_from(ahead.iter().filter(covered).count()).unwrap_or(i64::MAX),
        facility,
        others: others.into_iter().map(|(_, name)| name).collect(),
        words: agreement.words,
        given_at: agreement.given_at,
        withdrawn_at: agreement.withdrawn_at,
        facility_id: agreement.facility_id,
    })
}

/// Withdraws a consent, for the future
///
/// The facility keeps seeing what it must know until the days of the bookings that are made are over; then it sees nothing any more. The
/// next booking there asks again.
#[utoipa::path(
    tag = "consents",
    params(("facility_id" = String, Path, description = "The facility"), Key),
    responses(
        (status = 200, description = "The consent, withdrawn", body = Consent),
        (status = 404, description = "The family never agreed there", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`consents.withdrawn`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/consents/{facility_id}/withdraw")]
pub async fn withdraw_consent(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    id: web::Path<FacilityId>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, (), move |conn, (), act| {
        families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        let known = agreements(conn, &guardian.family_id)?.into_iter().find(|known| known.facility_id == *id);
        let withdrawn = withdraw(known.ok_or(ApiError::NotFound)?, act.now)?;
        let city = facilities::store::find_municipality(conn, &id)?.ok_or(ApiError::NotFound)?;
        store::write_agreement(conn, &guardian.family_id, &withdrawn)?;
        act.record(conn, "consent.withdrawn", (&city, Some(&*id)), guardian.family_id.as_str())?;
        let ahead = store::list_ahead(conn, &guardian.family_id, act.now)?;
        Ok(Answer::new(StatusCode::OK, &view(conn, withdrawn, &ahead)?)?)
    })
    .await
}
