//! The family's own data: residence, guardian, children. Only the family itself reads and changes it here.

mod found;
mod officer;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use shared::accounts::Rejection as AccountRejection;
use shared::families::{Child, ChildChange, Family, FamilyChange, NewChild, Rejection, change_child, check_born};
use shared::ids::ChildId;
use shared::page::Page;
use shared::problem::Problem;

use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForChange, ForGuardian};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, IfMatch, Plain, etag};
use crate::routes::Operations;
use crate::session::Guardian;
use crate::{App, entitlements, municipalities, new_id, waitlist};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(found::search_families)
        .service(found::register_family)
        .service(found::make_account_code)
        .service(get_family)
        .service(change_family)
        .service(list_children)
        .service(register_child)
        .service(get_child)
        .service(update_child)
        .service(remove_child)
        .service(officer::get_household)
        .service(officer::set_household);
}

/// Writes a changed family, whichever way it was changed: where it lives in another city now, all that follows from the move. It must be
/// locked.
pub fn write(conn: &mut AnyConnection, family: &Family, act: &Act) -> Result<(), ApiError> {
    let before = store::find_family(conn, &family.id)?.ok_or(ApiError::NotFound)?;
    store::update_family(conn, family)?;
    if before.municipality == family.municipality { Ok(()) } else { entitlements::life::follow_move(conn, family, act) }
}

/// The signed-in guardian's family
#[utoipa::path(
    tag = "families",
    responses(
        (status = 200, description = "The family; `ETag` for a change", body = Family),
        ForGuardian,
    )
)]
#[get("/family")]
pub async fn get_family(app: web::Data<App>, guardian: Guardian) -> Result<HttpResponse, ApiError> {
    let family =
        app.db.read(move |conn| store::find_family(conn, &guardian.family_id).map_err(ApiError::from)).await?.ok_or(ApiError::NotFound)?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(family.version))).json(family))
}

/// Changes the family: residence (confirmed anew), guardian, telephone
#[utoipa::path(
    tag = "families",
    request_body = FamilyChange,
    params(("If-Match" = String, Header, description = "The `ETag` of the family as it was read"), Key),
    responses(
        (status = 200, description = "The changed family", body = Family),
        (status = 409, description = "`accounts.municipality_unknown`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
        ForChange,
    )
)]
#[patch("/family")]
pub async fn change_family(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    seen: IfMatch,
    body: Plain<FamilyChange>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, body.0, move |conn, change, act| {
        let mut family = store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        seen.check(family.version)?;
        if let Some(code) = &change.municipality {
            if municipalities::store::find_municipality(conn, code)?.is_none() {
                return Err(AccountRejection::MunicipalityUnknown.into());
            }
            if family.municipality != *code {
                family.residence_proof = None;
            }
            family.municipality = code.clone();
            family.residence_confirmed_at = act.now;
        }
        family.guardian_name = change.guardian_name.clone().unwrap_or(family.guardian_name);
        family.guardian_kana = change.guardian_kana.clone().unwrap_or(family.guardian_kana);
        family.phone = change.phone.clone().unwrap_or(family.phone);
        family.version += 1;
        write(conn, &family, act)?;
        family.household = store::list_household(conn, &family.id)?;
        act.record(conn, "family.changed", (&family.municipality, None), family.id.as_str())?;
        Ok(Answer::new(StatusCode::OK, &family)?.with_version(family.version))
    })
    .await
}

/// The family's children, oldest first
#[utoipa::path(
    tag = "families",
    responses(
        (status = 200, description = "All of them", body = Page<Child>),
        ForGuardian,
    )
)]
#[get("/children")]
pub async fn list_children(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<Page<Child>>, ApiError> {
    let items = app.db.read(move |conn| store::list_children(conn, &guardian.family_id).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// Registers a child, once for every facility, city and programme
#[utoipa::path(
    tag = "families",
    request_body = NewChild,
    params(Key),
    responses(
        (status = 201, description = "Registered", body = Child),
        (status = 409, description = "`families.born_in_future`, `families.born_too_long_ago`, `families.too_many`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/children")]
pub async fn register_child(app: web::Data<App>, guardian: Guardian, key: Key, body: Body<NewChild>) -> Result<HttpResponse, ApiError> {
    check_born(body.born, app.now())?;
    once(&app, &guardian.account_id, key, body.0, move |conn, known, act| {
        let family = store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        if store::list_children(conn, &family.id)?.len() >= shared::families::MAX_CHILDREN {
            return Err(Rejection::TooMany.into());
        }
        let child = Child { id: ChildId::new(new_id()), known: known.clone(), version: 1 };
        store::insert_child(conn, &family.id, &child, act.now)?;
        act.record(conn, "child.registered", (&family.municipality, None), child.id.as_str())?;
        entitlements::life::follow_siblings(conn, &family, &child.id, act)?;
        Ok(Answer::new(StatusCode::CREATED, &child)?.with_version(child.version))
    })
    .await
}

/// One child of the family
#[utoipa::path(
    tag = "families",
    params(("child_id" = String, Path, description = "The child")),
    responses(
        (status = 200, description = "The child; `ETag` for a change", body = Child),
        (status = 404, description = "No such child in this family", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/children/{child_id}")]
pub async fn get_child(app: web::Data<App>, guardian: Guardian, id: web::Path<ChildId>) -> Result<HttpResponse, ApiError> {
    let found = app.db.read(move |conn| store::find_child(conn, &guardian.family_id, &id).map_err(ApiError::from)).await?;
    let child = found.ok_or(ApiError::NotFound)?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(child.version))).json(child))
}

/// Changes what is known of a child
#[utoipa::path(
    tag = "families",
    request_body = ChildChange,
    params(
        ("child_id" = String, Path, description = "The child"),
        ("If-Match" = String, Header, description = "The `ETag` of the child as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "The changed child", body = Child),
        (status = 404, description = "No such child in this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`families.born_fixed`, `families.born_in_future`, `families.born_too_long_ago`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
        ForChange,
    )
)]
#[patch("/children/{child_id}")]
pub async fn update_child(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    seen: IfMatch,
    id: web::Path<ChildId>,
    body: Body<ChildChange>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, body.0, move |conn, change, act| {
        let family = store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        let child = store::find_child(conn, &family.id, &id)?.ok_or(ApiError::NotFound)?;
        seen.check(child.version)?;
        let has_bookings = store::has_bookings(conn, &id, act.now)?;
        let child =
            Child { known: change_child(child.known, change.clone(), has_bookings, act.now)?, version: child.version + 1, id: child.id };
        store::update_child(conn, &child)?;
        act.record(conn, "child.changed", (&family.municipality, None), child.id.as_str())?;
        Ok(Answer::new(StatusCode::OK, &child)?.with_version(child.version))
    })
    .await
}

/// Takes a child off the family's list
#[utoipa::path(
    tag = "families",
    params(
        ("child_id" = String, Path, description = "The child"),
        ("If-Match" = String, Header, description = "The `ETag` of the child as it was read"),
        Key,
    ),
    responses(
        (status = 204, description = "Taken off; past bookings keep the child"),
        (status = 404, description = "No such child in this family", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`families.has_bookings`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForChange,
    )
)]
#[delete("/children/{child_id}")]
pub async fn remove_child(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    seen: IfMatch,
    id: web::Path<ChildId>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, (), move |conn, (), act| {
        let family = store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        let child = store::find_child(conn, &family.id, &id)?.ok_or(ApiError::NotFound)?;
        seen.check(child.version)?;
        if store::has_bookings(conn, &id, act.now)? {
            return Err(Rejection::HasBookings.into());
        }
        waitlist::leave_all(conn, &id, act)?;
        store::mark_removed(conn, &id, act.now)?;
        act.record(conn, "child.removed", (&family.municipality, None), child.id.as_str())?;
        Ok(Answer::empty())
    })
    .await
}
