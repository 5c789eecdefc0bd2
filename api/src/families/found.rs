//! Families as staff and officers find them who take down a booking on the phone, and those they take down with it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::accounts::{ACCOUNT_CODE, AccountCode, Rejection as AccountRejection};
use shared::attendance::grouped_code;
use shared::families::{Child, Family, FamilySearch, FoundChild, FoundFamily, NewFamily, Rejection, check_born, is_same};
use shared::ids::{ChildId, FacilityId, FamilyId};
use shared::page::Page;
use shared::problem::{Problem, Reason};

use super::store::{self, Scope, Sought};
use crate::attendance::new_code;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForClerk};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::session::{self, Clerk, Desk};
use crate::{App, municipalities, new_id};

/// So many families at most: whoever looks for one says more.
const MOST: i64 = 20;

/// The facility that a clerk books for; none: a city's.
const fn facility(desk: &Desk) -> Option<&FacilityId> {
    match desk {
        Desk::Facility(id) => Some(id),
        Desk::City(_) | Desk::Centre => None,
    }
}

/// Whose families a clerk finds.
fn scope(desk: &Desk) -> Scope {
    match desk {
        Desk::Facility(id) => Scope::Facility(id.clone()),
        Desk::City(code) => Scope::City(code.clone()),
        Desk::Centre => Scope::All,
    }
}

/// A family with its children, as it is found.
fn found(conn: &mut AnyConnection, family: Family) -> Result<FoundFamily, ApiError> {
    let children = store::list_children(conn, &family.id)?;
    let has_account = store::has_account(conn, &family.id)?;
    let child = |child: Child| FoundChild { id: child.id, name: child.known.name, kana: child.known.kana, born: child.known.born };
    Ok(FoundFamily {
        id: family.id,
        municipality: family.municipality,
        guardian_name: family.guardian_name,
        guardian_kana: family.guardian_kana,
        phone: family.phone,
        children: children.into_iter().map(child).collect(),
        has_account,
    })
}

/// Families by a whole telephone number, or by part of the guardian's or a child's name or its reading
///
/// For bookings on the phone; at most 20. Staff find only families that their facility knows: by a booking, by waiting there, or taken down
/// there; officers those of their city. Whose data was looked at stands in the audit. The words are in the body, so that no name stands in an address.
#[utoipa::path(
    tag = "families",
    request_body = FamilySearch,
    responses(
        (status = 200, description = "By reading", body = Page<FoundFamily>),
        ForClerk,
        ForBody,
    )
)]
#[post("/staff/families/search")]
pub async fn search_families(
    app: web::Data<App>,
    clerk: Clerk,
    body: Body<FamilySearch>,
) -> Result<web::Json<Page<FoundFamily>>, ApiError> {
    let sought = Sought::of(&body.0.query).ok_or_else(|| ApiError::invalid("/query", Reason::new("families.search_short")))?;
    let act = Act::of_request(clerk.account_id.as_str(), app.now());
    let items = app
        .db
        .write(move |conn| {
            let mut items = Vec::new();
            for family in store::search(conn, &sought, &scope(&clerk.desk), MOST)? {
                act.record_look(conn, "family.looked_up", family.id.as_str())?;
                items.push(found(conn, family)?);
            }
            Ok::<_, ApiError>(items)
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// Takes down a family on the phone: without an account, with its children
///
/// Where the telephone number, the guardian's reading, and the reading and birth date of one of the children are those of a family that is
/// registered, it is that family: nothing is written but that the facility knows it.
#[utoipa::path(
    tag = "families",
    request_body = NewFamily,
    params(Key),
    responses(
        (status = 200, description = "The family was registered before", body = FoundFamily),
        (status = 201, description = "Registered", body = FoundFamily),
        (status = 409, description = "`accounts.municipality_unknown`, `families.born_in_future`, `families.born_too_long_ago`", body = Problem, content_type = "application/problem+json"),
        ForClerk,
        ForBody,
    )
)]
#[post("/staff/families")]
pub async fn register_family(app: web::Data<App>, clerk: Clerk, key: Key, body: Body<NewFamily>) -> Result<HttpResponse, ApiError> {
    for child in &body.children {
        check_born(child.born, app.now())?;
    }
    let Clerk { account_id, desk } = clerk;
    once(&app, &account_id, key, body.0, move |conn, new, act| {
        let known = registered(conn, new)?;
        let status = if known.is_some() { StatusCode::OK } else { StatusCode::CREATED };
        let family = match known {
            Some(family) => {
                act.record_look(conn, "family.looked_up", family.id.as_str())?;
                family
            }
            None => register(conn, new, act)?,
        };
        if let Some(facility) = facility(&desk) {
            store::write_known(conn, facility, &family.id, act.now)?;
        }
        Ok(Answer::new(status, &found(conn, family)?)?)
    })
    .await
}

/// The family that this is, where it is registered already.
fn registered(conn: &mut AnyConnection, new: &NewFamily) -> Result<Option<Family>, ApiError> {
    for family in store::search(conn, &Sought::Phone(new.phone.clone()), &Scope::All, MOST)? {
        let children = store::list_children(conn, &family.id)?;
        if is_same(&family, &children, new) {
            return Ok(Some(family));
        }
    }
    Ok(None)
}

fn register(conn: &mut AnyConnection, new: &NewFamily, act: &Act) -> Result<Family, ApiError> {
    if municipalities::store::find_municipality(conn, &new.municipality)?.is_none() {
        return Err(AccountRejection::MunicipalityUnknown.into());
    }
    let id = FamilyId::new(new_id());
    store::insert_family(conn, &id, &new.municipality, &new.guardian_name, &new.guardian_kana, &new.phone, act.now)?;
    act.record(conn, "family.registered", (&new.municipality, None), id.as_str())?;
    for known in &new.children {
        let child = Child { id: ChildId::new(new_id()), known: known.clone(), version: 1 };
        store::insert_child(conn, &id, &child, act.now)?;
        act.record(conn, "child.registered", (&new.municipality, None), child.id.as_str())?;
    }
    store::find_family(conn, &id)?.ok_or(ApiError::NotFound)
}

/// Makes the code by which a family that was taken down opens its own account
///
/// It is shown once and kept hashed only; a new one ends the one before. It is good for 30 days.
#[utoipa::path(
    tag = "families",
    params(("family_id" = String, Path, description = "The family")),
    responses(
        (status = 201, description = "The code, to be handed over", body = AccountCode),
        (status = 404, description = "No family that this facility knows, or of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`families.has_account`", body = Problem, content_type = "application/problem+json"),
        ForClerk,
    )
)]
#[post("/staff/families/{family_id}/account_code")]
pub async fn make_account_code(app: web::Data<App>, clerk: Clerk, id: web::Path<FamilyId>) -> Result<HttpResponse, ApiError> {
    let (code, now) = (new_code()?, app.now());
    let act = Act::of_request(clerk.account_id.as_str(), now);
    let (hash, until) = (session::hash(&code), now + ACCOUNT_CODE);
    app.db
        .write(move |conn| {
            let family = store::lock_family(conn, &id)?.ok_or(ApiError::NotFound)?;
            check_known(conn, &clerk.desk, &family)?;
            if store::has_account(conn, &family.id)? {
                return Err(Rejection::HasAccount.into());
            }
            store::write_account_code(conn, &family.id, &hash, (now, until))?;
            act.record(conn, "family.account_code_made", (&family.municipality, facility(&clerk.desk)), family.id.as_str())?;
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(HttpResponse::Created().json(AccountCode { code: grouped_code(&code), until }))
}

/// That a clerk may have to do with a family: staff with those that their facility knows, officers with those of their city.
fn check_known(conn: &mut AnyConnection, desk: &Desk, family: &Family) -> Result<(), ApiError> {
    let may = match desk {
        Desk::Facility(facility) => store::is_known(conn, facility, &family.id)?,
        Desk::City(code) => family.municipality == *code,
        Desk::Centre => false,
    };
    if may { Ok(()) } else { Err(ApiError::NotFound) }
}
