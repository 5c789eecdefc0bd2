//! The first page of the office: what needs a person today.

mod store;

use actix_web::{HttpResponse, get, post, web};
use shared::outreach::CaseDesk;
use shared::today::{Today, in_order};

use crate::error::{ApiError, ForCaseworker, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::routes::Operations;
use crate::session::{Caseworker, Officer};
use crate::{App, notices};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_today).service(make_notices_again);
}

/// What needs a person today, with clocks: the late first
///
/// Officers see what their city's office decides, facilities that should answer, closures, files of registers, and families to call; operators the
/// families that were handed to the BPO centre.
#[utoipa::path(
    tag = "today",
    responses(
        (status = 200, description = "What waits; nothing where `lines` is empty", body = Today),
        ForCaseworker,
    )
)]
#[get("/office/today")]
pub async fn get_today(app: web::Data<App>, worker: Caseworker) -> Result<web::Json<Today>, ApiError> {
    let now = app.now();
    let lines = app.db.read(move |conn| {
        let lines = match &worker.municipality {
            Some(city) => vec![
                store::applications(conn, city, now)?,
                store::requests(conn, city, now)?,
                store::outreach(conn, (CaseDesk::City, Some(city)), now)?,
                store::closures(conn, city, now)?,
                store::imports(conn, city, now)?,
                store::set_aside(conn)?,
            ],
            None => vec![store::outreach(conn, (CaseDesk::Centre, None), now)?],
        };
        Ok::<_, ApiError>(in_order(lines.into_iter().flatten().collect()))
    });
    Ok(web::Json(Today { at: now, lines: lines.await? }))
}

/// Tries once more to make the notices that could not be made
#[utoipa::path(
    tag = "today",
    params(Key),
    responses(
        (status = 204, description = "They are tried again"),
        ForOfficer,
    )
)]
#[post("/office/today/set_aside/again")]
pub async fn make_notices_again(app: web::Data<App>, officer: Officer, key: Key) -> Result<HttpResponse, ApiError> {
    once(&app, &officer.account_id.clone(), key, (), move |conn, (), act| {
        notices::store::take_up(conn)?;
        act.record_look(conn, "notice.tried_again", officer.municipality.as_str())?;
        Ok(Answer::empty())
    })
    .await
}
