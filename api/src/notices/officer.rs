//! What officers do with the sentences of notices: look at them with example facts, send them to themselves, publish a version.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use shared::ids::{AccountId, DeliveryId, NoticeId};
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::notices::{Kind, KindTemplates, NewTemplate, Preview, Rejection, Template, TestSent, Texts, words};
use shared::page::Page;
use shared::problem::Problem;

use super::templates::{held, insert_template, list_versions};
use crate::channels::{Endpoint, Message, Outcome, Urgency};
use crate::error::{ApiError, ForBody, ForOfficer, part};
use crate::idempotency::{Answer, Key, once};
use crate::request::Plain;
use crate::session::Officer;
use crate::{App, municipalities, new_id};

/// A channel that does not answer is left after that.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is wrong with sentences, each at its field.
fn check(new: &NewTemplate) -> Result<(), ApiError> {
    let at = |field: &str| Some(format!("/{field}"));
    let lengths = words::check_lengths(&new.texts).into_iter().map(|(field, wrong)| part(at(field), wrong.reason()));
    let names = words::check(new.kind, &new.texts).into_iter().map(|(field, wrong)| part(at(field), wrong.reason()));
    let wrong: Vec<_> = lengths.chain(names).collect();
    if wrong.is_empty() { Ok(()) } else { Err(ApiError::Invalid(wrong)) }
}

/// What each kind of notices says in the officer's city, in every language
#[utoipa::path(
    tag = "notices",
    responses((status = 200, description = "Every kind, with what its sentences may name", body = Page<KindTemplates>), ForOfficer)
)]
#[get("/notice_templates")]
pub async fn list_notice_templates(app: web::Data<App>, officer: Officer) -> Result<web::Json<Page<KindTemplates>>, ApiError> {
    let (city, now) = (officer.municipality.clone(), app.now());
    let versions = app.db.read(move |conn| list_versions(conn, &[city.as_str()]).map_err(ApiError::from)).await?;
    let of_kind = |kind: Kind| {
        let one = |locale| match held(&versions, (&officer.municipality, kind, locale), now) {
            Some(held) => held.clone(),
            None => shipped(kind, locale),
        };
        let owned = |names: Vec<&'static str>| names.into_iter().map(str::to_owned).collect();
        KindTemplates {
            kind,
            group: kind.group(),
            placeholders: owned(words::placeholders(kind)),
            lock_placeholders: owned(words::lock_placeholders(kind)),
            templates: Locale::ALL.into_iter().map(one).collect(),
            versions: versions.iter().filter(|version| version.kind == kind && is_of(version, &officer.municipality)).cloned().collect(),
        }
    };
    Ok(web::Json(Page { items: Kind::ALL.iter().copied().map(of_kind).collect(), next_cursor: None }))
}

fn is_of(version: &Template, city: &MunicipalityCode) -> bool {
    version.municipality.as_ref() == Some(city)
}

fn shipped(kind: Kind, locale: Locale) -> Template {
    Template { id: None, municipality: None, kind, locale, version: 0, texts: words::shipped(kind, locale), valid_from: None }
}

/// Shows how sentences read with example facts; nothing is written
#[utoipa::path(
    tag = "notices",
    request_body = NewTemplate,
    responses(
        (status = 200, description = "The sentences, filled", body = Preview),
        (status = 422, description = "`notices.placeholder_unknown`, `notices.placeholder_on_lock`, `notices.brace_open`, `text.*`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/notice_templates/preview")]
pub async fn preview_notice_template(_officer: Officer, body: Plain<NewTemplate>) -> Result<web::Json<Preview>, ApiError> {
    check(&body)?;
    Ok(web::Json(words::preview(body.kind, &body.texts, body.locale)))
}

/// Sends sentences with example facts to the officer, by every channel that reaches the officer
#[utoipa::path(
    tag = "notices",
    request_body = NewTemplate,
    responses(
        (status = 200, description = "What came of each try", body = Vec<TestSent>),
        (status = 409, description = "`notices.no_channel`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "As for the preview", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/notice_templates/test")]
pub async fn test_notice_template(
    app: web::Data<App>,
    officer: Officer,
    body: Plain<NewTemplate>,
) -> Result<web::Json<Vec<TestSent>>, ApiError> {
    check(&body)?;
    let texts = words::plain(&words::preview(body.kind, &body.texts, body.locale).texts);
    Ok(web::Json(send_test(&app, &officer.account_id, (body.kind, body.locale), &texts).await?))
}

/// Sends sentences to an account by every channel that reaches it, and says what came of each try.
pub async fn send_test(app: &App, account: &AccountId, (kind, locale): (Kind, Locale), texts: &Texts) -> Result<Vec<TestSent>, ApiError> {
    let (channels, wanted) = (app.channels.clone(), account.clone());
    // No connection is held while others are asked.
    let endpoints: Vec<(usize, Endpoint)> = app
        .db
        .read(move |conn| {
            let mut found = Vec::new();
            for (index, channel) in channels.iter().enumerate() {
                found.extend(channel.list_endpoints(conn, &wanted)?.into_iter().map(|endpoint| (index, endpoint)));
            }
            Ok::<_, ApiError>(found)
        })
        .await?;
    if endpoints.is_empty() {
        return Err(Rejection::NoChannel.into());
    }
    let mut sent = Vec::with_capacity(endpoints.len());
    for (index, endpoint) in endpoints {
        let Some(channel) = app.channels.get(index) else { continue };
        let message = Message {
            delivery_id: DeliveryId::new(new_id()),
            notice_id: NoticeId::new(new_id()),
            account_id: account.clone(),
            kind,
            subject: None,
            locale,
            title: texts.title.clone(),
            body: texts.body.clone(),
            lock_title: texts.lock_title.clone(),
            step_url: format!("{}/office", app.config.public_url.trim_end_matches('/')),
            step_label: texts.step_label.clone(),
            receipt: String::new(),
            topic: Some("test".to_owned()),
            urgency: Urgency::High,
            ttl: Duration::from_secs(300),
            badge: 0,
            attachments: Vec::new(),
            list_unsubscribe: None,
        };
        let outcome = tokio::time::timeout(PATIENCE, channel.send(&endpoint, &message)).await.unwrap_or(Outcome::Later(None));
        sent.push(TestSent {
            channel: channel.name().to_owned(),
            accepted: outcome == Outcome::Accepted,
            reason: match outcome {
                Outcome::Accepted => None,
                Outcome::Later(_) => Some("later".to_owned()),
                Outcome::Gone => Some("gone".to_owned()),
                Outcome::Refused(why) => Some(why),
            },
        });
    }
    Ok(sent)
}

/// Publishes sentences for the officer's city, at once or from a time on
///
/// What was told before keeps the words of its time.
#[utoipa::path(
    tag = "notices",
    request_body = NewTemplate,
    params(Key),
    responses(
        (status = 201, description = "Published", body = Template),
        (status = 422, description = "As for the preview", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/notice_templates")]
pub async fn publish_notice_template(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    body: Plain<NewTemplate>,
) -> Result<HttpResponse, ApiError> {
    check(&body)?;
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, new, act| {
        municipalities::store::lock_municipality(conn, &officer.municipality)?;
        let made = insert_template(conn, &officer.municipality, new, &officer.account_id, act.now)?;
        let id = made.id.as_ref().map(ToString::to_string).unwrap_or_default();
        act.record(conn, "notice_template.published", (&officer.municipality, None), &id)?;
        Ok(Answer::new(StatusCode::CREATED, &made)?)
    })
    .await
}
