//! Codes at the door: a family shows its own or its PIN to staff, or scans the one on the facility's wall.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, put, web};
use qrcodegen::{QrCode, QrCodeEcc};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use shared::accounts::wait_minutes;
use shared::attendance::{
    Arrival, Arrivals, Attendance, EntryCode, FamilyCode, NewPin, Rejection, Scan, Scanned, WallCode, code_of, read_code,
};
use shared::bookings::BookingState;
use shared::ids::{FacilityId, FamilyId};
use shared::problem::Problem;
use shared::time::{day_start, days_after, tokyo_day};

use super::store::{self, Try};
use crate::accounts::{hash_password, verify, wait};
use crate::bookings::store::{Listing, Owner, Stored, find_booking, list_bookings};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::request::{Body, Plain};
use crate::session::{Guardian, Staff};
use crate::{App, facilities, families};

/// So many bookings of a day no family has.
const MANY: i64 = 100;

/// A new opaque code.
pub fn new_code() -> Result<String, ApiError> {
    let mut chance = [0_u8; 12];
    OsRng.try_fill_bytes(&mut chance).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(code_of(&chance))
}

/// A text as a picture of squares.
fn picture(text: String) -> Result<EntryCode, ApiError> {
    let code = QrCode::encode_text(&text, QrCodeEcc::Medium).map_err(|error| ApiError::Internal(error.to_string()))?;
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    Ok(EntryCode { text, size, path: dark.map(|(x, y)| format!("M{x} {y}h1v1h-1z")).collect() })
}

fn wall_address(app: &App, code: &str) -> String {
    format!("{}/check_in/{code}", app.config.public_url.trim_end_matches('/'))
}

/// The family's code for the door, and whether it has a PIN
#[utoipa::path(
    tag = "attendance",
    responses(
        (status = 200, description = "The code, if the family has made one", body = FamilyCode),
        ForGuardian,
    )
)]
#[get("/family/code")]
pub async fn get_family_code(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<FamilyCode>, ApiError> {
    let known = app.db.read(move |conn| Ok::<_, ApiError>(store::find_family_code(conn, &guardian.family_id)?)).await?;
    Ok(web::Json(match known {
        Some((code, has_pin)) => FamilyCode { code: code.map(picture).transpose()?, has_pin },
        None => FamilyCode { code: None, has_pin: false },
    }))
}

/// Makes a new code for the family; the one before is worth nothing any more
#[utoipa::path(
    tag = "attendance",
    params(Key),
    responses(
        (status = 200, description = "The new code", body = FamilyCode),
        ForGuardian,
    )
)]
#[post("/family/code")]
pub async fn renew_family_code(app: web::Data<App>, guardian: Guardian, key: Key) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, (), move |conn, (), act| {
        let code = new_code()?;
        let family = families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        store::write_family_code(conn, &family.id, &code, act.now)?;
        act.record(conn, "family.code_renewed", (&family.municipality, None), family.id.as_str())?;
        let has_pin = store::find_family_code(conn, &family.id)?.is_some_and(|(_, has_pin)| has_pin);
        Ok(Answer::new(StatusCode::OK, &FamilyCode { code: Some(picture(code)?), has_pin })?)
    })
    .await
}

/// Sets the family's PIN for days without a phone
#[utoipa::path(
    tag = "attendance",
    request_body = NewPin,
    responses(
        (status = 204, description = "The PIN is set"),
        ForGuardian,
        ForBody,
    )
)]
#[put("/family/pin")]
pub async fn set_family_pin(app: web::Data<App>, guardian: Guardian, body: Body<NewPin>) -> Result<HttpResponse, ApiError> {
    let hash = hash_password(body.0.pin).await?;
    let act = crate::outbox::Act::of_request(guardian.account_id.as_str(), app.now());
    app.db
        .write(move |conn| {
            let family = families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
            store::write_pin(conn, &family.id, &hash, act.now)?;
            Ok::<_, ApiError>(act.record(conn, "family.pin_set", (&family.municipality, None), family.id.as_str())?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The code on the facility's wall
#[utoipa::path(
    tag = "attendance",
    responses(
        (status = 200, description = "The code, if staff have made one", body = WallCode),
        ForStaff,
    )
)]
#[get("/staff/wall_code")]
pub async fn get_wall_code(app: web::Data<App>, staff: Staff) -> Result<web::Json<WallCode>, ApiError> {
    let (facility, code) = app
        .db
        .read(move |conn| {
            let name = facilities::store::find_name(conn, &staff.facility_id)?.ok_or(ApiError::NotFound)?;
            Ok::<_, ApiError>((name, store::find_wall_code(conn, &staff.facility_id)?))
        })
        .await?;
    let code = code.map(|code| picture(wall_address(&app, &code))).transpose()?;
    Ok(web::Json(WallCode { facility, code }))
}

/// Makes a new code for the facility's wall; the one before is worth nothing any more
#[utoipa::path(
    tag = "attendance",
    params(Key),
    responses(
        (status = 200, description = "The new code", body = WallCode),
        ForStaff,
    )
)]
#[post("/staff/wall_code")]
pub async fn renew_wall_code(app: web::Data<App>, staff: Staff, key: Key) -> Result<HttpResponse, ApiError> {
    let shown = app.clone();
    once(&app, &staff.account_id, key, (), move |conn, (), act| {
        let code = new_code()?;
        let city = facilities::store::find_municipality(conn, &staff.facility_id)?.ok_or(ApiError::NotFound)?;
        store::write_wall_code(conn, &staff.facility_id, &code, act.now)?;
        act.record(conn, "facility.wall_code_renewed", (&city, Some(&staff.facility_id)), staff.facility_id.as_str())?;
        let name = facilities::store::find_name(conn, &staff.facility_id)?.ok_or(ApiError::NotFound)?;
        Ok(Answer::new(StatusCode::OK, &WallCode { facility: name, code: Some(picture(wall_address(&shown, &code))?) })?)
    })
    .await
}

/// The bookings of a family at a facility today that are on their way or over.
fn today(
    conn: &mut AnyConnection,
    app_now: chrono::DateTime<chrono::Utc>,
    family: &FamilyId,
    facility: &FacilityId,
) -> Result<Vec<Stored>, ApiError> {
    let day = tokyo_day(app_now);
    let listing = Listing {
        owner: Owner::Family(family.clone()),
        from: Some(day_start(day)),
        until: Some(day_start(days_after(day, 1))),
        active_only: false,
        waiting_at: None,
        after: None,
        limit: MANY,
    };
    let mut found = list_bookings(conn, &listing)?;
    found.retain(|stored| {
        let state = &stored.booking.state;
        stored.booking.facility.id == *facility && (*state == BookingState::Confirmed || state.attendance() != Attendance::Unknown)
    });
    Ok(found)
}

/// A family at the door: its code or PIN, and its children who are expected today
///
/// Nothing is recorded by it: staff then tap who comes or goes. Five wrong PINs in a row make the family wait.
#[utoipa::path(
    tag = "attendance",
    request_body = Scan,
    responses(
        (status = 200, description = "The family's children who are expected today", body = Scanned),
        (status = 404, description = "No such booking at this facility today", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attendance.code_unknown`, `attendance.pin_wrong`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`attendance.pin_locked`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/scans")]
pub async fn scan_family(app: web::Data<App>, staff: Staff, body: Plain<Scan>) -> Result<web::Json<Scanned>, ApiError> {
    let now = app.now();
    let family = match body.0 {
        Scan::Code { code } => {
            let found = app.db.read(move |conn| Ok::<_, ApiError>(store::find_family_of_code(conn, &read_code(&code))?)).await?;
            found.ok_or(Rejection::CodeUnknown)?
        }
        Scan::Pin { booking_id, pin } => {
            let facility = staff.facility_id.clone();
            let family = app
                .db
                .read(move |conn| {
                    let mine = find_booking(conn, &booking_id)?.filter(|stored| stored.booking.facility.id == facility);
                    mine.map(|stored| stored.family_id).ok_or(ApiError::NotFound)
                })
                .await?;
            check_pin(&app, &family, pin).await?;
            family
        }
    };
    let scanned = app
        .db
        .read(move |conn| {
            let guardian = families::store::find_family(conn, &family)?.ok_or(ApiError::NotFound)?.guardian_name;
            let found = today(conn, now, &family, &staff.facility_id)?;
            Ok::<_, ApiError>(Scanned { now, guardian, entries: super::entries(conn, &staff.facility_id, found, now)? })
        })
        .await?;
    Ok(web::Json(scanned))
}

/// Whether it is the family's PIN; wrong ones are counted, and after some the family waits.
async fn check_pin(app: &App, family: &FamilyId, pin: String) -> Result<(), ApiError> {
    let (now, wanted) = (app.now(), family.clone());
    // Counted before it is looked at: many tries at once are no more tries than one after another.
    let hash = match app.db.write(move |conn| Ok::<_, ApiError>(store::begin_try(conn, &wanted, now, wait_minutes)?)).await? {
        Try::Pin(hash) => hash,
        Try::NoPin => return Err(Rejection::PinWrong.into()),
        Try::LockedUntil(until) => {
            let (minutes, seconds) = wait(until, now);
            return Err(ApiError::TooMany(Rejection::PinLocked { minutes }.reason(), seconds));
        }
    };
    if !verify(pin, hash).await? {
        return Err(Rejection::PinWrong.into());
    }
    let family = family.clone();
    app.db.write(move |conn| Ok::<_, ApiError>(store::forget_tries(conn, &family)?)).await
}

/// What a family sees when it has scanned the code on a facility's wall: its children who are expected there today
#[utoipa::path(
    tag = "attendance",
    params(("code" = String, Path, description = "The code on the wall")),
    responses(
        (status = 200, description = "The family's children who are expected there today", body = Arrivals),
        (status = 404, description = "No such code", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/check_ins/{code}")]
pub async fn list_arrivals(app: web::Data<App>, guardian: Guardian, code: web::Path<String>) -> Result<web::Json<Arrivals>, ApiError> {
    let now = app.now();
    let arrivals = app
        .db
        .read(move |conn| {
            let facility = store::find_facility_of_code(conn, &read_code(&code))?.ok_or(ApiError::NotFound)?;
            let found = today(conn, now, &guardian.family_id, &facility)?;
            let known = families::store::list_any_children(conn, found.iter().map(|stored| &stored.booking.child.id))?;
            let children = found.into_iter().map(|stored| {
                let child = known.iter().find(|child| child.id == stored.booking.child.id);
                let people = child.map(|child| child.known.pick_up_people.iter().map(|contact| contact.name.clone()).collect());
                Arrival { booking: stored.booking, registered: people.unwrap_or_default() }
            });
            let facility = facilities::store::find_name(conn, &facility)?.ok_or(ApiError::NotFound)?;
            Ok::<_, ApiError>(Arrivals { now, facility, children: children.collect() })
        })
        .await?;
    Ok(web::Json(arrivals))
}
