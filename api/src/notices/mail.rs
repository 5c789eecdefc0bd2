//! Mail addresses: a person is asked once whether the address is theirs, and until they say so nothing else goes there. The inbox has everything.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use shared::ids::{AccountId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::notices::words::Subject;
use shared::notices::{BETWEEN_ASKS, Facts, Kind, MailConfirmation, Rejection, due_at};
use shared::problem::Problem;

use super::store::{self, NewNotice, Source};
use crate::channels::Channel;
use crate::db::{AnyConnection, DbError};
use crate::error::{ApiError, ForBody, ForGuardian};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::session::Guardian;
use crate::{App, accounts, families};

/// What asks for a mail address is about.
const MAIL: &str = "mail";

/// Asks a person to confirm where a channel would reach them, in the inbox and by the only message that goes there before. Once, or again where
/// it was last asked `before`. Says whether it asks.
pub fn ask(
    conn: &mut AnyConnection,
    channel: &dyn Channel,
    (account, family, city): (&AccountId, &FamilyId, &MunicipalityCode),
    before: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let Some(endpoint) = channel.unconfirmed(conn, account)? else { return Ok(false) };
    if !accounts::store::mark_mail_asked(conn, account, before, now)? {
        return Ok(false);
    }
    store::replace_topic(conn, account, MAIL, now)?;
    let new = NewNotice {
        account: account.clone(),
        family: family.clone(),
        municipality: city.clone(),
        kind: Kind::MailUnconfirmed,
        source: Source::Nothing,
        topic: Some(MAIL.to_owned()),
        facts: Facts::new(),
        step: Subject::Preferences.step(),
        urgent: false,
        deadline_at: None,
        ack_asked: false,
        created_at: now,
        due_at: due_at(false, now),
    };
    if let Some(id) = store::insert_notice(conn, &new)? {
        store::insert_delivery(conn, (&id, account), (channel.name(), &endpoint.id, 0), false, new.due_at)?;
    }
    Ok(true)
}

/// Confirms the mail address to which a message came that asks for it
///
/// Until then no other mail goes there; the inbox has everything. Nobody needs to be signed in: whoever has the message reads the mail of the
/// address. Once confirmed it stays so.
#[utoipa::path(
    tag = "notices",
    request_body = MailConfirmation,
    responses(
        (status = 204, description = "Confirmed"),
        (status = 404, description = "No message with this token asks for anything", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/notices/mail_confirmations")]
pub async fn confirm_mail(app: web::Data<App>, body: Body<MailConfirmation>) -> Result<HttpResponse, ApiError> {
    let (token, now) = (body.0.token, app.now());
    let act = Act::of_request("mail", now);
    let write = app.db.write(move |conn| {
        let link = store::find_link(conn, &token, now)?.filter(|link| link.asks).ok_or(ApiError::NotFound)?;
        let (account, ..) = store::find_linked(conn, &token, now)?.ok_or(ApiError::NotFound)?;
        if accounts::store::mark_mail_confirmed(conn, &account, now)? {
            act.record_own(conn, "account.mail_confirmed", account.as_str())?;
        }
        if let Some(notice) = &link.notice {
            store::mark_opened(conn, notice, "link", now)?;
        }
        Ok::<_, ApiError>(())
    });
    write.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends the mail once more that asks to confirm the person's address
#[utoipa::path(
    tag = "notices",
    params(Key),
    responses(
        (status = 204, description = "On its way"),
        (status = 409, description = "`notices.mail_not_asked`: it is confirmed, or no notice goes by mail", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`notices.mail_too_soon`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[post("/notices/mail_confirmations/ask")]
pub async fn ask_mail_again(app: web::Data<App>, guardian: Guardian, key: Key) -> Result<HttpResponse, ApiError> {
    let (channels, actor) = (app.channels.clone(), guardian.account_id.clone());
    let asked = once(&app, &actor, key, (), move |conn, (), act| {
        let (account, family) = (&guardian.account_id, &guardian.family_id);
        let city = families::store::find_family(conn, family)?.ok_or(ApiError::NotFound)?.municipality;
        let mut wanting = Err(ApiError::from(Rejection::MailNotAsked));
        for channel in channels.iter() {
            if channel.unconfirmed(conn, account)?.is_none() {
                continue;
            }
            if !ask(conn, channel.as_ref(), (account, family, &city), Some(act.now - BETWEEN_ASKS), act.now)? {
                return Err(ApiError::TooMany(Rejection::MailTooSoon.reason(), BETWEEN_ASKS.num_seconds().unsigned_abs()));
            }
            wanting = Ok(Answer::empty());
        }
        wanting
    });
    let answer = asked.await?;
    app.notices.wake_delivery();
    Ok(answer)
}
