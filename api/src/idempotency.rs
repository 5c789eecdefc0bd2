//! A request told twice is done once: key, fingerprint and answer are stored in the transaction of the write.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use shared::ids::AccountId;

use crate::App;
use crate::db::{AnyConnection, DbError, OnConflict, from_json, stored, to_json};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::schema::idempotency_keys;
use crate::waitlist;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// For so long an answer is kept; check-ins may arrive a week late.
const KEPT: TimeDelta = TimeDelta::days(7);
/// So often a change is tried that has to let those who wait go first.
const TRIES: u32 = 4;

/// The key of a request, if it has one, and what it was sent for.
#[derive(Debug, Clone, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Key {
    /// The same key again gives the same answer, for seven days
    #[param(rename = "Idempotency-Key")]
    key: Option<String>,
    #[param(ignore)]
    target: String,
}

impl Key {
    /// The key of one of several changes that a request makes, each in a transaction of its own.
    #[must_use]
    pub fn of_part(&self, part: &str) -> Self {
        Self { key: self.key.as_ref().map(|key| format!("{key}/{part}")), target: self.target.clone() }
    }
}

impl FromRequest for Key {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = req.headers().get(HEADER).map(|value| value.to_str().map(str::to_owned));
        let target = format!("{} {}", req.method(), req.path());
        std::future::ready(match key {
            None => Ok(Self { key: None, target }),
            Some(Ok(key)) if (1..=255).contains(&key.len()) => Ok(Self { key: Some(key), target }),
            Some(_) => Err(ApiError::KeyInvalid),
        })
    }
}

/// What a write answers.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    body: String,
    etag: Option<String>,
    replayed: bool,
}

impl Answer {
    /// An answer with a JSON body.
    pub fn new<T: Serialize>(status: StatusCode, value: &T) -> Result<Self, DbError> {
        Ok(Self { status, body: to_json(value)?, etag: None, replayed: false })
    }

    /// An answer without a body.
    pub const fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: String::new(), etag: None, replayed: false }
    }

    /// The same with the entity tag of a version.
    #[must_use]
    pub fn with_version(mut self, version: i64) -> Self {
        self.etag = Some(crate::request::etag(version));
        self
    }

    /// The body, read again.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DbError> {
        from_json(&self.body)
    }

    /// The HTTP answer.
    pub fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(etag) = self.etag {
            response.insert_header((ETAG, etag));
        }
        if self.replayed {
            response.insert_header((REPLAYED, "true"));
        }
        if self.body.is_empty() {
            return response.finish();
        }
        response.insert_header((CONTENT_TYPE, "application/json")).body(self.body)
    }
}

#[derive(Queryable)]
struct Kept {
    fingerprint: String,
    status: Option<i64>,
    answer: Option<String>,
    etag: Option<String>,
}

/// Runs a change once per account and key. The same key again gives the same answer; with another body it is refused; while the
/// first still runs it is refused for now. Refusals are not kept: they write nothing, and may be a success the next time.
pub async fn once<B, F>(app: &App, account: &AccountId, key: Key, body: B, f: F) -> Result<HttpResponse, ApiError>
where
    B: Serialize + Send + Sync + 'static,
    F: Fn(&mut AnyConnection, &B, &Act) -> Result<Answer, ApiError> + Send + Sync + 'static,
{
    Ok(once_told(app, account, key, body, f).await?.respond())
}

/// The same, for who makes more than one answer of it.
pub async fn once_told<B, F>(app: &App, account: &AccountId, key: Key, body: B, f: F) -> Result<Answer, ApiError>
where
    B: Serialize + Send + Sync + 'static,
    F: Fn(&mut AnyConnection, &B, &Act) -> Result<Answer, ApiError> + Send + Sync + 'static,
{
    let fingerprint = key.key.is_some().then(|| to_json(&body).map(|body| fingerprint(&key.target, &body))).transpose()?;
    let change = Arc::new((f, body, key.key.zip(fingerprint)));
    let mut tries = 0;
    loop {
        tries += 1;
        let (act, change) = (Act::of_request(account.as_str(), app.now()), Arc::clone(&change));
        let freed = Arc::clone(&act.freed);
        let written = app.db.write(move |conn| {
            let (f, body, key) = &*change;
            match key {
                None => f(conn, body, &act),
                Some((name, fingerprint)) => with_key(conn, (&act, name, fingerprint), &|conn| f(conn, body, &act)),
            }
        });
        match written.await {
            // Those who wait are asked first; what they leave can then be had.
            Err(ApiError::Offering(slot)) if tries < TRIES => waitlist::jobs::serve(app, &slot).await?,
            Err(error) => return Err(error),
            Ok(answer) => {
                if freed.load(Ordering::Relaxed) {
                    app.turns.wake();
                }
                app.notices.wake();
                return Ok(answer);
            }
        }
    }
}

fn fingerprint(target: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(target);
    hash.update([0]);
    hash.update(body);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with_key(
    conn: &mut AnyConnection,
    (act, name, fingerprint): (&Act, &str, &str),
    f: &dyn Fn(&mut AnyConnection) -> Result<Answer, ApiError>,
) -> Result<Answer, ApiError> {
    use idempotency_keys::dsl;
    // On PostgreSQL this waits for a request with the same key that is still under way, and then sees its answer.
    if !insert_key(conn, act, name, fingerprint)? {
        return find_answer(conn, &act.actor, name, fingerprint)?.ok_or(ApiError::Retry);
    }
    let mine = dsl::idempotency_keys.filter(dsl::actor.eq(&act.actor)).filter(dsl::key.eq(name));
    let answer = f(conn)?;
    diesel::update(mine)
        .set((
            dsl::status.eq(i64::from(answer.status.as_u16())),
            dsl::answer.eq(answer.body.as_str()),
            dsl::etag.eq(answer.etag.as_deref()),
        ))
        .execute(conn)
        .map_err(DbError::from)?;
    Ok(answer)
}

/// The answer that is kept under a key; none: nothing was asked under it.
fn find_answer(conn: &mut AnyConnection, actor: &str, name: &str, fingerprint: &str) -> Result<Option<Answer>, ApiError> {
    use idempotency_keys::dsl;
    let mine = dsl::idempotency_keys.filter(dsl::actor.eq(actor)).filter(dsl::key.eq(name));
    let kept = mine.select((dsl::fingerprint, dsl::status, dsl::answer, dsl::etag)).first::<Kept>(conn).optional();
    let Some(kept) = kept.map_err(DbError::from)? else { return Ok(None) };
    if kept.fingerprint != fingerprint {
        return Err(ApiError::KeyReused);
    }
    let status = kept.status.and_then(|status| u16::try_from(status).ok()).and_then(|status| StatusCode::from_u16(status).ok());
    let (Some(status), Some(body)) = (status, kept.answer) else { return Err(ApiError::KeyRunning) };
    Ok(Some(Answer { status, body, etag: kept.etag, replayed: true }))
}

/// What a request was answered with before: for a change of many transactions, which keeps its answer by [`once`] when all are through.
pub async fn answered<B: Serialize>(app: &App, account: &AccountId, key: &Key, body: &B) -> Result<Option<HttpResponse>, ApiError> {
    let Some(name) = key.key.clone() else { return Ok(None) };
    let (actor, fingerprint) = (account.to_string(), fingerprint(&key.target, &to_json(body)?));
    let found = app.db.read(move |conn| find_answer(conn, &actor, &name, &fingerprint)).await?;
    Ok(found.map(Answer::respond))
}

/// Inserts the key unless it is there.
fn insert_key(conn: &mut AnyConnection, act: &Act, name: &str, fingerprint: &str) -> Result<bool, DbError> {
    use idempotency_keys::dsl;
    let values = (dsl::actor.eq(&act.actor), dsl::key.eq(name), dsl::fingerprint.eq(fingerprint), dsl::created_at.eq(stored(act.now)));
    let insert = diesel::insert_into(dsl::idempotency_keys).values(values);
    Ok(OnConflict { insert, clause: " ON CONFLICT (actor, key) DO NOTHING" }.execute(conn)? == 1)
}

/// Forgets answers that nobody asks for any more.
pub fn forget_old(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize, DbError> {
    use idempotency_keys::dsl;
    Ok(diesel::delete(dsl::idempotency_keys.filter(dsl::created_at.lt(stored(now - KEPT)))).execute(conn)?)
}
