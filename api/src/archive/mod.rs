//! The archive of a family: for an officer who has a request for disclosure to answer, and for the family itself.

pub mod files;
pub mod gather;
mod page;
mod store;

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use shared::archive::ArchiveRequest;
use shared::audit::ARCHIVE_MADE;
use shared::ids::FamilyId;
use shared::problem::Problem;
use shared::time::tokyo_day;

use crate::attachments::{File, download};
use crate::error::{ApiError, ForBody, ForGuardian, ForOfficer};
use crate::outbox::Act;
use crate::request::{Body, current};
use crate::routes::Operations;
use crate::session::{Guardian, Officer};
use crate::{App, audit, families};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(make_archive).service(get_own_archive);
}

/// The file of a family as it is now. What was just written to the audit stands in it.
async fn file(app: &App, family: FamilyId, now: DateTime<Utc>) -> Result<HttpResponse, ApiError> {
    audit::jobs::seal(app).await?;
    let locale = current().locale;
    let gathered = app.db.read(move |conn| gather::family(conn, &family, now, locale)).await?;
    let packed = web::block(move || files::pack(&gathered, locale)).await.map_err(|error| ApiError::Internal(error.to_string()))??;
    Ok(download(&format!("archive-{}.zip", tokyo_day(now)), "application/zip", packed))
}

/// Makes the archive of a family of the officer's city: everything that is held about it, in one file
///
/// A ZIP with a page for people (`index.html`), the same in the shapes of this API (`data.json`), the letters as PDF, and the files that the
/// family sent. No secrets, no other family, no names of officers and staff. That it was made, and why, stands in the audit, and the family
/// reads it.
#[utoipa::path(
    tag = "archive",
    params(("family_id" = String, Path, description = "The family")),
    request_body = ArchiveRequest,
    responses(
        (status = 200, description = "The archive, to be saved", body = File, content_type = "application/zip"),
        (status = 404, description = "No such family in this city", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/office/families/{family_id}/archive")]
pub async fn make_archive(
    app: web::Data<App>,
    officer: Officer,
    id: web::Path<FamilyId>,
    body: Body<ArchiveRequest>,
) -> Result<HttpResponse, ApiError> {
    let (id, now) = (id.into_inner(), app.now());
    let note = Some(body.0.reason.trim().to_owned());
    let act = Act { note, ..Act::of_request(officer.account_id.as_str(), now) };
    let asked = id.clone();
    // Written before anything is answered, and in a transaction of its own, so that a long archive holds nobody up.
    let write = app.db.write(move |conn| {
        let family = families::store::find_family(conn, &asked)?;
        family.filter(|family| family.municipality == officer.municipality).ok_or(ApiError::NotFound)?;
        Ok::<_, ApiError>(act.record_look(conn, ARCHIVE_MADE, asked.as_str())?)
    });
    write.await?;
    file(&app, id, now).await
}

/// The archive of the family itself, as officers make it
#[utoipa::path(
    tag = "archive",
    responses(
        (status = 200, description = "The archive, to be saved", body = File, content_type = "application/zip"),
        ForGuardian,
    )
)]
#[get("/family/archive")]
pub async fn get_own_archive(app: web::Data<App>, guardian: Guardian) -> Result<HttpResponse, ApiError> {
    let now = app.now();
    let act = Act::of_request(guardian.account_id.as_str(), now);
    let family = guardian.family_id.clone();
    app.db.write(move |conn| Ok::<_, ApiError>(act.record_look(conn, ARCHIVE_MADE, family.as_str())?)).await?;
    file(&app, guardian.family_id, now).await
}
