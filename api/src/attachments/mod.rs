//! Attachments: sent with an application that is open, checked by content, kept clean, read by its family and the officers it was sent to.

pub mod content;
pub mod store;

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
    HeaderValue,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, get, post, web};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::applications::Application;
use shared::attachments::{Attachment, MAX_BYTES, Rejection, check, clean_name};
use shared::ids::{ApplicationId, AttachmentId};
use shared::problem::Problem;
use shared::time::tokyo_day;
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};

use self::content::{Clean, clean};
use crate::applications::{engine, fills_in, mine, store as applications};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForChange, ForSignedIn};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{IfMatch, Query};
use crate::routes::Operations;
use crate::session::Signed;
use crate::{App, new_id};

/// A file that does not come in this time is given up.
const PATIENCE: Duration = Duration::from_secs(300);
/// So many files are looked into at a time: each takes some times its size of memory.
static PLACES: Semaphore = Semaphore::const_new(4);

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(attach_file).service(get_attachment).service(remove_attachment);
}

/// For which of the documents that the procedure asks for a file is.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AttachmentQuery {
    /// The document's key.
    pub requirement: String,
}

/// The bytes of a file
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct File(pub Vec<u8>);

/// What a key stands for: the file by its sum, so that the fingerprint does not hold it.
#[derive(Serialize)]
struct Sent {
    requirement: String,
    name: String,
    sha256: String,
}

/// Sends a file with an application that is open
///
/// The body is the file itself: JPEG, PNG or PDF, up to 10 MiB, ten for an application. What it is, its content says; the declared type and
/// the ending of its name say nothing. It is kept clean: pictures lose where and with what they were taken (the way they are held stays),
/// documents lose who wrote them. Refused are files that are cut off, that hide another file, or that would take too much to open, and PDFs
/// that act, hold files or ask for a password. A file that is too large is refused before it is read.
#[utoipa::path(
    tag = "attachments",
    request_body(content = File, content_type = "application/octet-stream", description = "The file"),
    params(
        ("application_id" = String, Path, description = "The application"),
        AttachmentQuery,
        ("Content-Disposition" = Option<String>, Header, description = "The file's name, as `attachment; filename*=UTF-8''…` (RFC 6266). It may name people, so it does not stand in the address"),
        Key,
    ),
    responses(
        (status = 201, description = "The application, with the file in `attached`", body = Application),
        (status = 404, description = "No such application", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attachments.submitted`, `attachments.too_many`", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "`attachments.too_large`", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "`attachments.kind_unknown`, `attachments.heic`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`attachments.*`: why the file is not taken", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[post("/applications/{application_id}/attachments")]
pub async fn attach_file(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    id: web::Path<ApplicationId>,
    req: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let (me, asked) = (signed.0.clone(), id.clone());
    // Who may not send it is told so before the file is read.
    let find = move |conn: &mut AnyConnection| applications::find_application(conn, &asked).map_err(ApiError::from);
    app.db.read(find).await?.filter(|application| fills_in(&me, application)).ok_or(ApiError::NotFound)?;
    let Query(AttachmentQuery { requirement }) = Query::from_request(&req, &mut Payload::None).await?;
    let given = tokio::time::timeout(PATIENCE, read(&req, body)).await.map_err(|_| Rejection::Broken)??;
    let place = PLACES.acquire().await.map_err(|error| ApiError::Internal(error.to_string()))?;
    let Clean { kind, bytes } = web::block(move || clean(&given)).await.map_err(|error| ApiError::Internal(error.to_string()))??;
    drop(place);
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let sent = Sent { name: clean_name(&told_name(&req), kind, &requirement), requirement, sha256 };
    let content = Arc::new(bytes);
    let me = signed.0;
    once(&app, &me.id.clone(), key, sent, move |conn, sent, act| {
        let (mut application, act) = mine(conn, &me, &id, act)?;
        check(&application, &sent.requirement)?;
        let new = Attachment {
            id: AttachmentId::new(new_id()),
            requirement: sent.requirement.clone(),
            name: sent.name.clone(),
            kind,
            bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
            sha256: sent.sha256.clone(),
            added_at: act.now,
        };
        store::insert_attachment(conn, &id, &new, &content)?;
        act.record(conn, "attachment.added", (&application.municipality, None), new.id.as_str())?;
        application.attached.push(new);
        application.version += 1;
        applications::update_application(conn, &application)?;
        engine::answer(conn, StatusCode::CREATED, application, tokyo_day(act.now))
    })
    .await
}

/// Reads a file, no further than the largest that is taken; one that says it is larger is not read at all.
async fn read(req: &HttpRequest, mut body: web::Payload) -> Result<Vec<u8>, ApiError> {
    let told = req.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()).and_then(|length| length.parse::<usize>().ok());
    if told.is_some_and(|told| told > MAX_BYTES) {
        return Err(Rejection::TooLarge.into());
    }
    let mut given = Vec::with_capacity(told.unwrap_or_default());
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| Rejection::Broken)?;
        if given.len() + piece.len() > MAX_BYTES {
            return Err(Rejection::TooLarge.into());
        }
        given.extend_from_slice(&piece);
    }
    Ok(given)
}

/// The name that a request tells; empty where it tells none that can be read.
fn told_name(req: &HttpRequest) -> String {
    let told = req.headers().get(CONTENT_DISPOSITION).and_then(|told| ContentDisposition::from_raw(told).ok());
    let Some(told) = told else { return String::new() };
    let extended = told.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
    extended.or_else(|| told.get_filename().map(str::to_owned)).unwrap_or_default()
}

/// A file for somebody to keep, never shown in the page: exactly what it is, and under its name.
pub fn download(name: &str, media_type: &'static str, bytes: Vec<u8>) -> HttpResponse {
    let value = ExtendedValue { charset: Charset::Ext("UTF-8".to_owned()), language_tag: None, value: name.as_bytes().to_vec() };
    let disposition =
        ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![DispositionParam::FilenameExt(value)] };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, disposition))
        // Nothing in it is run, whatever opens it.
        .insert_header(("content-security-policy", HeaderValue::from_static("sandbox; default-src 'none'")))
        .body(bytes)
}

/// A file of an application
///
/// For its family, for the clerk who files it, and, once it was sent, for the officers of its city; that an officer looked at it stands in the
/// audit.
#[utoipa::path(
    tag = "attachments",
    params(
        ("application_id" = String, Path, description = "The application"),
        ("attachment_id" = String, Path, description = "The file"),
    ),
    responses(
        (status = 200, description = "The file, to be saved", content((File = "image/jpeg"), (File = "image/png"), (File = "application/pdf"))),
        (status = 404, description = "No such file", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[get("/applications/{application_id}/attachments/{attachment_id}")]
pub async fn get_attachment(
    app: web::Data<App>,
    signed: Signed,
    ids: web::Path<(ApplicationId, AttachmentId)>,
) -> Result<HttpResponse, ApiError> {
    let (application_id, id) = ids.into_inner();
    let (found, content) = engine::look_at(&app, signed.0, application_id, "attachment.looked_up", move |conn, application| {
        let found = application.attached.iter().find(|file| file.id == id).cloned().ok_or(ApiError::NotFound)?;
        let content = store::find_content(conn, &found.id)?.ok_or(ApiError::NotFound)?;
        Ok((found, content))
    })
    .await?;
    Ok(download(&found.name, found.kind.media_type(), content))
}

/// Takes a file away from an application that is open
#[utoipa::path(
    tag = "attachments",
    params(
        ("application_id" = String, Path, description = "The application"),
        ("attachment_id" = String, Path, description = "The file"),
        ("If-Match" = String, Header, description = "The `ETag` of the application as it was read"),
        Key,
    ),
    responses(
        (status = 204, description = "Taken away; the application has another `ETag`"),
        (status = 404, description = "No such file", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`attachments.submitted`", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
        ForChange,
    )
)]
#[delete("/applications/{application_id}/attachments/{attachment_id}")]
pub async fn remove_attachment(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    seen: IfMatch,
    ids: web::Path<(ApplicationId, AttachmentId)>,
) -> Result<HttpResponse, ApiError> {
    let me = signed.0;
    once(&app, &me.id.clone(), key, (), move |conn, (), act| {
        let (application_id, id) = &*ids;
        let (mut application, act) = mine(conn, &me, application_id, act)?;
        let at = application.attached.iter().position(|file| file.id == *id).ok_or(ApiError::NotFound)?;
        seen.check(application.version)?;
        if !application.state.is_open() {
            return Err(Rejection::Submitted.into());
        }
        application.attached.remove(at);
        store::remove_attachment(conn, id)?;
        // The file is gone; whose it was can still be told.
        let words = act.note.iter().cloned().chain([application.id.to_string()]).collect::<Vec<_>>();
        let act = Act { note: Some(words.join(" ")), ..act };
        act.record(conn, "attachment.removed", (&application.municipality, None), id.as_str())?;
        application.version += 1;
        applications::update_application(conn, &application)?;
        Ok(Answer::empty())
    })
    .await
}
