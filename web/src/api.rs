//! Requests to the API, and what can go wrong with them.
//!
//! | call | for |
//! |---|---|
//! | `get::<T>("/facilities").await` | reading |
//! | `get_tagged::<T>(path).await` | reading what will be edited: `Tagged { value, etag }` |
//! | `post::<_, T>(path, &body, &attempt).await` | doing something |
//! | `patch::<_, T>(path, &body, &etag, &attempt).await`, `delete(path, &etag, &attempt).await` | editing |
//! | `patch_tagged::<_, T>(…)`, `post_tagged::<T>(path, &etag, &attempt)` | editing on, with the new tag |
//!
//! Paths are below `/api/v1` and begin with a slash; build their query with [`query`]. One [`Attempt`] belongs to one form or button: it
//! keeps the idempotency key while the same thing is tried again, so that a lost answer never books twice.
//!
//! Futures of the browser cannot change threads: use `LocalResource::new` and `Action::new_local`.

use std::sync::{Arc, Mutex};

use gloo_net::http::{Request, RequestBuilder, Response};
use leptos::prelude::window;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::locale::Locale;
use shared::problem::{Problem, Reason};
use web_sys::AbortSignal;

use crate::i18n::{locale_of_document, sentence};
use crate::ui::{Explain, FieldError};

const BASE: &str = "/api/v1";

/// The event by which the session learns that it has ended.
pub const SIGNED_OUT_EVENT: &str = "yumigahama:signed-out";
/// The event by which the session learns that the shared device was locked.
pub const LOCKED_EVENT: &str = "yumigahama:locked";

/// Why there is no answer to work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server refused, and says why.
    Problem(Box<Problem>),
    /// The server could not be reached.
    Offline,
    /// The answer could not be understood.
    Unexpected,
}

impl Failure {
    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            Self::Offline | Self::Unexpected => None,
        }
    }

    /// Whether the server refused with this code.
    pub fn is(&self, code: &str) -> bool {
        matches!(self, Self::Problem(problem) if problem.code == code || problem.errors.iter().any(|part| part.reason.code == code))
    }

    /// The reasons of a refusal; none where no server answered.
    pub fn reasons(&self) -> Vec<Reason> {
        match self {
            Self::Problem(problem) => problem.reasons(),
            Self::Offline | Self::Unexpected => Vec::new(),
        }
    }

    /// What is wrong with the fields of a form, for `ui::ErrorSummary` and `ui::Field`: `fields` pairs JSON pointers with ids of fields,
    /// `[("/email", "email")]`. What concerns no field named here stays with [`Explain::sentences`].
    pub fn field_errors(&self, fields: &[(&str, &'static str)], locale: Locale) -> Vec<FieldError> {
        let Self::Problem(problem) = self else { return Vec::new() };
        problem
            .errors
            .iter()
            .filter_map(|part| {
                let pointer = part.pointer.as_deref()?;
                let (_, field) = fields.iter().find(|(known, _)| *known == pointer)?;
                Some(FieldError { field, sentence: sentence_or(&part.reason, &part.detail, locale) })
            })
            .collect()
    }
}

/// The sentence of a reason, or the server's own words for a code that this version of the app does not know.
fn sentence_or(reason: &Reason, detail: &str, locale: Locale) -> String {
    let known = reason.sentence(locale);
    if known == reason.code && !detail.is_empty() { detail.to_owned() } else { known }
}

impl Explain for Failure {
    fn sentences(&self, locale: Locale) -> Vec<String> {
        match self {
            Self::Offline => vec![sentence("api.offline", locale)],
            Self::Unexpected => vec![sentence("api.unexpected", locale)],
            Self::Problem(problem) if problem.errors.is_empty() => {
                let reason = Reason { code: problem.code.clone().into(), data: Default::default() };
                vec![sentence_or(&reason, &problem.detail, locale)]
            }
            Self::Problem(problem) => {
                let mut sentences = Vec::new();
                for part in &problem.errors {
                    let sentence = sentence_or(&part.reason, &part.detail, locale);
                    if !sentences.contains(&sentence) {
                        sentences.push(sentence);
                    }
                }
                sentences
            }
        }
    }

    fn is_missing(&self) -> bool {
        self.status() == Some(404)
    }

    fn is_stale(&self) -> bool {
        matches!(self.status(), Some(409 | 412))
    }
}

/// A value with the tag that must be given back to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged<T> {
    /// The value.
    pub value: T,
    /// Its `ETag`.
    pub etag: String,
}

/// The idempotency key of one user action, kept while the same thing is tried again. Cheap to clone; clones are the same attempt.
#[derive(Debug, Clone, Default)]
pub struct Attempt(Arc<Mutex<Option<(String, String)>>>);

impl Attempt {
    /// A new action.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key for this body: the one before while the same body is sent again, a new one for another.
    fn key_for(&self, body: &str, fresh: impl FnOnce() -> String) -> String {
        let Ok(mut kept) = self.0.lock() else { return fresh() };
        match kept.as_ref() {
            Some((for_body, key)) if for_body == body => key.clone(),
            _ => {
                let key = fresh();
                *kept = Some((body.to_owned(), key.clone()));
                key
            }
        }
    }

    /// Forgets the key after an answer that is final; without answer, and after those that the server does not keep, the same key is right.
    fn conclude(&self, status: u16) {
        let is_final = !matches!(status, 409 | 429 | 500..);
        if let (true, Ok(mut kept)) = (is_final, self.0.lock()) {
            *kept = None;
        }
    }
}

/// A key for something that is done once however often it is sent.
pub fn random_key() -> String {
    let window = window();
    match window.crypto() {
        Ok(crypto) if window.is_secure_context() => crypto.random_uuid(),
        // Elsewhere the browser has no such function, for example on a test machine without https.
        _ => format!("{:016x}{:016x}", js_sys::Math::random().to_bits(), js_sys::Math::random().to_bits()),
    }
}

/// Joins a path and its query; values that are `None` are left out.
pub fn query(path: &str, values: &[(&str, Option<String>)]) -> String {
    let mut url = path.to_owned();
    let mut separator = '?';
    for (name, value) in values {
        if let Some(value) = value {
            url.push(separator);
            url.push_str(name);
            url.push('=');
            url.push_str(&percent_encoded(value));
            separator = '&';
        }
    }
    url
}

/// Text as one piece of a URL (RFC 3986: everything but unreserved characters is escaped).
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn prepared(method: fn(&str) -> RequestBuilder, path: &str) -> RequestBuilder {
    method(&format!("{BASE}{path}"))
        .header("Accept", "application/json, application/problem+json")
        .header("Accept-Language", locale_of_document().tag())
}

async fn answered(path: &str, answer: Result<Response, gloo_net::Error>) -> Result<Response, Failure> {
    let response = answer.map_err(|_| Failure::Offline)?;
    if response.ok() {
        return Ok(response);
    }
    // Whoever asks who is signed in, or signs in, expects this answer; for all others the session has ended under them.
    if response.status() == 401 && path != "/me" && !path.starts_with("/auth/") {
        tell(SIGNED_OUT_EVENT);
    }
    if response.status() == 423 {
        tell(LOCKED_EVENT);
    }
    Err(response.json::<Problem>().await.map_or(Failure::Unexpected, |problem| Failure::Problem(Box::new(problem))))
}

fn tell(event: &str) {
    if let Ok(event) = web_sys::Event::new(event) {
        let _ = window().dispatch_event(&event);
    }
}

async fn read<T: DeserializeOwned>(response: &Response) -> Result<T, Failure> {
    let text = response.text().await.map_err(|_| Failure::Offline)?;
    // 204 has no body; `()` reads from `null`.
    let text = if text.is_empty() { "null" } else { &text };
    serde_json::from_str(text).map_err(|_| Failure::Unexpected)
}

/// Reads something.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    let response = answered(path, prepared(Request::get, path).send().await).await?;
    read(&response).await
}

/// So many milliseconds an answer may take on a bad network, where one can go on without it.
const SOON: u32 = 8000;

/// Reads something that one can do without for a while: on a network that does not answer it is as if there were none.
pub async fn get_soon<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    let request = prepared(Request::get, path).abort_signal(Some(&AbortSignal::timeout_with_u32(SOON)));
    read(&answered(path, request.send().await).await?).await
}

/// Does something under a key that is kept elsewhere; on a network that does not answer it is as if there were none.
pub async fn post_keyed<B: Serialize + ?Sized, T: DeserializeOwned>(path: &str, body: &B, key: &str) -> Result<T, Failure> {
    let request = prepared(Request::post, path).abort_signal(Some(&AbortSignal::timeout_with_u32(SOON)));
    let request = request.header("Idempotency-Key", key).json(body).map_err(|_| Failure::Unexpected)?;
    read(&answered(path, request.send().await).await?).await
}

/// Reads something together with its tag.
pub async fn get_tagged<T: DeserializeOwned>(path: &str) -> Result<Tagged<T>, Failure> {
    tagged(&answered(path, prepared(Request::get, path).send().await).await?).await
}

async fn tagged<T: DeserializeOwned>(response: &Response) -> Result<Tagged<T>, Failure> {
    let etag = response.headers().get("ETag").unwrap_or_default();
    Ok(Tagged { value: read(response).await?, etag })
}

async fn send<T: DeserializeOwned>(request: RequestBuilder, path: &str, body: Option<String>, attempt: &Attempt) -> Result<T, Failure> {
    read(&sent(request, path, body, attempt).await?).await
}

async fn sent(request: RequestBuilder, path: &str, body: Option<String>, attempt: &Attempt) -> Result<Response, Failure> {
    let key = attempt.key_for(&format!("{path}\n{}", body.as_deref().unwrap_or_default()), random_key);
    let request = request.header("Idempotency-Key", &key);
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
        None => request.build(),
    }
    .map_err(|_| Failure::Unexpected)?;
    let answer = request.send().await;
    if let Ok(response) = &answer {
        attempt.conclude(response.status());
    }
    answered(path, answer).await
}

fn json<B: Serialize + ?Sized>(body: &B) -> Result<Option<String>, Failure> {
    serde_json::to_string(body).map(Some).map_err(|_| Failure::Unexpected)
}

/// Does something. `T` is `()` where nothing is answered.
pub async fn post<B: Serialize + ?Sized, T: DeserializeOwned>(path: &str, body: &B, attempt: &Attempt) -> Result<T, Failure> {
    send(prepared(Request::post, path), path, json(body)?, attempt).await
}

/// Does something with what was read with this tag.
pub async fn post_to<B: Serialize + ?Sized, T: DeserializeOwned>(
    path: &str,
    body: &B,
    etag: &str,
    attempt: &Attempt,
) -> Result<T, Failure> {
    send(prepared(Request::post, path).header("If-Match", etag), path, json(body)?, attempt).await
}

/// Changes something that was read with this tag.
pub async fn patch<B: Serialize + ?Sized, T: DeserializeOwned>(path: &str, body: &B, etag: &str, attempt: &Attempt) -> Result<T, Failure> {
    send(prepared(Request::patch, path).header("If-Match", etag), path, json(body)?, attempt).await
}

/// Changes something that was read with this tag, and gives it with its new one.
pub async fn patch_tagged<B, T>(path: &str, body: &B, etag: &str, attempt: &Attempt) -> Result<Tagged<T>, Failure>
where
    B: Serialize + ?Sized,
    T: DeserializeOwned,
{
    let request = prepared(Request::patch, path).header("If-Match", etag);
    tagged(&sent(request, path, json(body)?, attempt).await?).await
}

/// Does something with what was read with this tag, and gives it with its new one.
pub async fn post_tagged<T: DeserializeOwned>(path: &str, etag: &str, attempt: &Attempt) -> Result<Tagged<T>, Failure> {
    let request = prepared(Request::post, path).header("If-Match", etag);
    tagged(&sent(request, path, None, attempt).await?).await
}

/// Sets something to what the body says, however often it is sent.
pub async fn put<B: Serialize + ?Sized, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Failure> {
    send(prepared(Request::put, path), path, json(body)?, &Attempt::new()).await
}

/// Sends a file as it is; its name goes along where no address shows it. What is answered is read again by whoever needs it.
pub async fn upload(path: &str, file: &web_sys::File, attempt: &Attempt) -> Result<(), Failure> {
    let (name, size, changed) = (file.name(), file.size(), file.last_modified());
    let key = attempt.key_for(&format!("{path}\n{name}\n{size}\n{changed}"), random_key);
    let request = prepared(Request::post, path)
        .header("Idempotency-Key", &key)
        .header("Content-Type", "application/octet-stream")
        .header("Content-Disposition", &format!("attachment; filename*=UTF-8''{}", percent_encoded(&name)));
    let answer = request.body(file.clone()).map_err(|_| Failure::Unexpected)?.send().await;
    if let Ok(response) = &answer {
        attempt.conclude(response.status());
    }
    answered(path, answer).await.map(drop)
}

/// Has a file made that is told to nobody else: what is asked is in the body. Nothing changes by it, so it has no key.
#[cfg(feature = "office")]
pub async fn file_of<B: Serialize + ?Sized>(path: &str, body: &B) -> Result<Vec<u8>, Failure> {
    let request = prepared(Request::post, path).json(body).map_err(|_| Failure::Unexpected)?;
    answered(path, request.send().await).await?.binary().await.map_err(|_| Failure::Offline)
}

/// Deletes something that was read with this tag.
pub async fn delete(path: &str, etag: &str, attempt: &Attempt) -> Result<(), Failure> {
    send(prepared(Request::delete, path).header("If-Match", etag), path, None, attempt).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_tried_again_keeps_its_key() {
        let attempt = Attempt::new();
        let first = attempt.key_for("a", || "1".to_owned());
        assert_eq!(attempt.clone().key_for("a", || "2".to_owned()), first);
        attempt.conclude(503);
        attempt.conclude(409);
        assert_eq!(attempt.key_for("a", || "3".to_owned()), first);
    }

    #[test]
    fn another_body_or_a_new_action_gets_a_new_key() {
        let attempt = Attempt::new();
        attempt.key_for("a", || "1".to_owned());
        assert_eq!(attempt.key_for("b", || "2".to_owned()), "2");
        attempt.conclude(201);
        assert_eq!(attempt.key_for("b", || "3".to_owned()), "3");
        attempt.conclude(422);
        assert_eq!(attempt.key_for("b", || "4".to_owned()), "4");
    }

    #[test]
    fn a_query_leaves_out_what_is_not_asked() {
        let url = query("/slots", &[("from", Some("2026-11-22".to_owned())), ("near", None), ("programme", Some("一 a&b".to_owned()))]);
        assert_eq!(url, "/slots?from=2026-11-22&programme=%E4%B8%80%20a%26b");
    }

    #[test]
    fn errors_find_their_fields_and_the_rest_is_said_once() {
        let part = |pointer: Option<&str>, code: &'static str| shared::problem::ProblemPart {
            pointer: pointer.map(str::to_owned),
            subject: None,
            reason: Reason::new(code),
            detail: format!("words of {code}"),
        };
        let failure = Failure::Problem(Box::new(Problem {
            kind: String::new(),
            title: String::new(),
            status: 422,
            detail: String::new(),
            code: "x.first".to_owned(),
            errors: vec![part(Some("/email"), "x.first"), part(None, "x.second"), part(None, "x.second")],
            request_id: None,
        }));
        assert_eq!(
            failure.field_errors(&[("/email", "mail")], Locale::En),
            vec![FieldError { field: "mail", sentence: "words of x.first".to_owned() }]
        );
        assert_eq!(failure.sentences(Locale::En), vec!["words of x.first", "words of x.second"]);
        assert!(failure.is("x.second") && !failure.is("x.third"));
    }
}
