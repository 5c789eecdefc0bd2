//! Notices of decisions: the official letter, written with the decision and kept as it was; as data for the screen and as PDF for paper.

mod lines;
pub mod pdf;
pub mod store;

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use shared::applications::Application;
use shared::documents::{Document, Notice, Particulars, notice};
use shared::ids::ApplicationId;
use shared::locale::Locale;
use shared::problem::Problem;
use shared::programmes::Limit;
use shared::time::tokyo_day;

use crate::applications::engine::look_at;
use crate::attachments::{File, download};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForSignedIn};
use crate::routes::Operations;
use crate::session::Signed;
use crate::{App, families, municipalities, programmes, request};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_notice).service(get_notice_pdf);
}

/// Writes the letter of a decision, in every language, in the decision's transaction: what a family was told stays as it was told.
pub fn write(conn: &mut AnyConnection, application: &Application, born: Option<NaiveDate>) -> Result<(), ApiError> {
    let family = families::store::find_family(conn, &application.family_id)?.ok_or(ApiError::NotFound)?;
    let city = municipalities::store::find_municipality(conn, &application.municipality)?.ok_or(ApiError::NotFound)?.name;
    let (mut service, mut limits) = (None, Vec::<Limit>::new());
    if let (Some(key), Some(decision)) = (application.procedure.terms.effect.programme(), application.state.decision()) {
        let first = decision.days.map_or_else(|| tokyo_day(decision.decided_at), |days| days.from);
        if let Some(found) = programmes::store::find_programme(conn, &application.municipality, key, first)? {
            limits = found.terms.limits;
            service = Some(found.name);
        }
    }
    let particulars =
        Particulars { city: &city, guardian: family.guardian_name.as_str(), born, service: service.as_ref(), limits: &limits };
    let letters: Vec<Document> = Locale::ALL.into_iter().filter_map(|language| notice(application, &particulars, language)).collect();
    Ok(store::write_letters(conn, &application.id, &letters)?)
}

fn letters(conn: &mut AnyConnection, application: &Application) -> Result<Vec<Document>, ApiError> {
    store::find_letters(conn, &application.id)?.ok_or(ApiError::NotFound)
}

/// The letter of a decision, to be read
///
/// As it was when it was decided, whatever changed since. For the family, for the clerk who filed it, and for the officers of the city; that
/// an officer looked at it stands in the audit. `Accept-Language` picks the language of `reading`.
#[utoipa::path(
    tag = "documents",
    params(("application_id" = String, Path, description = "The application")),
    responses(
        (status = 200, description = "The letter", body = Notice),
        (status = 404, description = "No such application, or not decided yet", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[get("/applications/{application_id}/notice")]
pub async fn get_notice(app: web::Data<App>, signed: Signed, id: web::Path<ApplicationId>) -> Result<web::Json<Notice>, ApiError> {
    let language = request::current().locale;
    let mut letters = look_at(&app, signed.0, id.into_inner(), "notice.looked_up", letters).await?;
    let mut take = |language| letters.iter().position(|letter| letter.language == language).map(|at| letters.swap_remove(at));
    let document = take(Locale::Ja).ok_or(ApiError::NotFound)?;
    Ok(web::Json(Notice { document, reading: take(language) }))
}

/// The letter of a decision, to be printed
///
/// PDF/A-2a and PDF/UA-1; the same letter is always the same bytes.
#[utoipa::path(
    tag = "documents",
    params(("application_id" = String, Path, description = "The application")),
    responses(
        (status = 200, description = "The letter, to be saved", body = File, content_type = "application/pdf"),
        (status = 404, description = "No such application, or not decided yet", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[get("/applications/{application_id}/notice.pdf")]
pub async fn get_notice_pdf(app: web::Data<App>, signed: Signed, id: web::Path<ApplicationId>) -> Result<HttpResponse, ApiError> {
    let letters = look_at(&app, signed.0, id.into_inner(), "notice.looked_up", letters).await?;
    let letter = letters.into_iter().find(|letter| letter.language == Locale::Ja).ok_or(ApiError::NotFound)?;
    let name = format!("{}.pdf", letter.title);
    let paper = web::block(move || pdf::render(&letter)).await.map_err(|error| ApiError::Internal(error.to_string()))??;
    Ok(download(&name, "application/pdf", paper))
}
