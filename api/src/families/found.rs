//! Families as staff and officers find them who take down a booking on the phone, and those they take down with it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::accounts::Rejection as AccountRejection;
use shared::families::{Child, Family, FamilySearch, FoundChild, FoundFamily, NewFamily, check_born};
use shared::ids::{ChildId, FamilyId};
use shared::page::Page;
use shared::problem::{Problem, Reason};
use shared::text::{Phone, katakana};

use super::store;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForClerk};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::session::Clerk;
use crate::{App, municipalities, new_id};

/// So many families at most: whoever looks for one says more.
const MOST: i64 = 20;

/// A family with its children, as it is found.
fn found(family: Family, children: Vec<Child>) -> FoundFamily {
    let child = |child: Child| FoundChild { id: child.id, name: child.known.name, kana: child.known.kana, born: child.known.born };
    FoundFamily {
        id: family.id,
        municipality: family.municipality,
        guardian_name: family.guardian_name,
        guardian_kana: family.guardian_kana,
        phone: family.phone,
        children: children.into_iter().map(child).collect(),
    }
}

/// Families by a whole telephone number, or by part of the guardian's name or its reading
///
/// For bookings on the phone; at most 20. Whose data was looked at stands in the audit. The words are in the body, so that no name stands
/// in an address.
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
    let query = body.0.query.trim().to_owned();
    if query.chars().count() < 2 {
        return Err(ApiError::invalid("/query", Reason::new("families.search_short")));
    }
    let act = Act::of_request(clerk.account_id.as_str(), app.now());
    let items = app
        .db
        .write(move |conn| {
            let families = match Phone::parse(&query) {
                Ok(phone) => store::search_by_phone(conn, &phone, None, MOST)?,
                Err(_) => store::search_by_name(conn, (&query, &katakana(&query)), None, MOST)?,
            };
            let mut items = Vec::with_capacity(families.len());
            for family in families {
                act.record_look(conn, "family.looked_up", family.id.as_str())?;
                let children = store::list_children(conn, &family.id)?;
                items.push(found(family, children));
            }
            Ok::<_, ApiError>(items)
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// Takes down a family on the phone: without an account, with its children
#[utoipa::path(
    tag = "families",
    request_body = NewFamily,
    params(Key),
    responses(
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
    once(&app, &clerk.account_id, key, body.0, move |conn, new, act| Ok(Answer::new(StatusCode::CREATED, &register(conn, new, act)?)?))
        .await
}

fn register(conn: &mut AnyConnection, new: &NewFamily, act: &Act) -> Result<FoundFamily, ApiError> {
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
    let family = store::find_family(conn, &id)?.ok_or(ApiError::NotFound)?;
    let children = store::list_children(conn, &id)?;
    Ok(found(family, children))
}
