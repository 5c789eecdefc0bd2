//! A service of the city by HTTP, as `openapi/register-exchange.json` describes it: every wait has an end, and what failed for the moment is
//! asked again.

use std::time::Duration;

use rand::Rng as _;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use shared::registers::MOST_BYTES;

use super::{Exchange, ExchangeError, Receipt, Waiting, is_plain, sha256};
use crate::outside;

/// How patiently a service is asked.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// An answer may take so long.
    pub answer: Duration,
    /// The first wait before asking again; each next one is twice as long.
    pub first_wait: Duration,
    /// No wait is longer, also when the service asks for it.
    pub longest_wait: Duration,
    /// So often it is asked.
    pub tries: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { answer: Duration::from_secs(20), first_wait: Duration::from_millis(500), longest_wait: Duration::from_secs(30), tries: 5 }
    }
}

/// The service.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    base: String,
    token: String,
    pace: Pace,
}

#[derive(Deserialize)]
struct Listed {
    files: Vec<Waiting>,
}

/// What asking once came to.
enum Tried<T> {
    Done(T),
    /// It may be otherwise the next time, perhaps only after so long.
    Again(ExchangeError, Option<Duration>),
}

impl Http {
    /// The service at this address.
    pub fn new(base: &str, token: &str, pace: Pace) -> Result<Self, ExchangeError> {
        let client = outside::client().map_err(|error| ExchangeError::Unavailable(error.to_string()))?;
        Ok(Self { client, base: base.trim_end_matches('/').to_owned(), token: token.to_owned(), pace })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token).timeout(self.pace.answer)
    }

    /// Asks until there is an answer that stands: again after failures of the service, its being busy and what did not come in time, never
    /// after a refusal.
    async fn ask(&self, request: impl Fn() -> RequestBuilder, kind: Option<&str>) -> Result<Vec<u8>, ExchangeError> {
        let mut wait = self.pace.first_wait;
        let mut tries = 0;
        loop {
            tries += 1;
            let (error, told) = match answer(request(), kind).await? {
                Tried::Done(body) => return Ok(body),
                Tried::Again(error, told) => (error, told),
            };
            if tries >= self.pace.tries || told.is_some_and(|told| told > self.pace.longest_wait) {
                return Err(error);
            }
            // Not all who failed together ask again together.
            let own = wait.mul_f64(rand::rng().random_range(0.5..1.5)).min(self.pace.longest_wait);
            tokio::time::sleep(told.map_or(own, |told| told.max(own))).await;
            wait = wait.saturating_mul(2);
        }
    }

    /// The key by which the service knows the same request again, also from another process.
    fn key(path: &str, body: &[u8]) -> String {
        sha256(&[path.as_bytes(), &[0], body].concat())
    }

    fn path(name: &str, rest: &str) -> Result<String, ExchangeError> {
        if is_plain(name) { Ok(format!("/files/{name}{rest}")) } else { Err(ExchangeError::Name) }
    }
}

async fn answer(request: RequestBuilder, kind: Option<&str>) -> Result<Tried<Vec<u8>>, ExchangeError> {
    let unavailable = |error: reqwest::Error| ExchangeError::Unavailable(error.without_url().to_string());
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Ok(Tried::Again(unavailable(error), None)),
    };
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT {
        return Ok(Tried::Again(ExchangeError::Unavailable(format!("status {status}")), retry_after(&response)));
    }
    if !status.is_success() {
        return Err(ExchangeError::Refused(status.as_u16()));
    }
    let told = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let is_kind = |kind: &str| told.split(';').next().is_some_and(|told| told.trim().eq_ignore_ascii_case(kind));
    if kind.is_some_and(|kind| !is_kind(kind)) {
        return Err(ExchangeError::WrongType(told));
    }
    match body(response).await? {
        Ok(body) => Ok(Tried::Done(body)),
        // The rest did not come.
        Err(error) => Ok(Tried::Again(unavailable(error), None)),
    }
}

/// The whole body, unless it is larger than any file may be.
async fn body(mut response: Response) -> Result<Result<Vec<u8>, reqwest::Error>, ExchangeError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(Ok(body)),
            Ok(Some(piece)) if body.len() + piece.len() <= MOST_BYTES => body.extend_from_slice(&piece),
            Ok(Some(_)) => return Err(ExchangeError::TooLarge),
            Err(error) => return Ok(Err(error)),
        }
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

impl Exchange for Http {
    async fn list(&self) -> Result<Vec<Waiting>, ExchangeError> {
        let body = self.ask(|| self.request(Method::GET, "/files"), Some("application/json")).await?;
        Ok(serde_json::from_slice::<Listed>(&body).map_err(|_| ExchangeError::Damaged)?.files)
    }

    async fn fetch(&self, waiting: &Waiting) -> Result<Vec<u8>, ExchangeError> {
        let path = Self::path(&waiting.name, "")?;
        let body = self.ask(|| self.request(Method::GET, &path), Some("text/csv")).await?;
        if sha256(&body) == waiting.sha256 { Ok(body) } else { Err(ExchangeError::Damaged) }
    }

    async fn acknowledge(&self, waiting: &Waiting, receipt: Receipt) -> Result<(), ExchangeError> {
        let path = Self::path(&waiting.name, "/receipts")?;
        let body = serde_json::json!({ "outcome": receipt, "sha256": waiting.sha256 });
        let key = Self::key(&path, body.to_string().as_bytes());
        let request = || self.request(Method::POST, &path).header("Idempotency-Key", &key).json(&body);
        self.ask(request, None).await.map(|_| ())
    }

    async fn deliver(&self, name: &str, bytes: Vec<u8>) -> Result<(), ExchangeError> {
        let path = Self::path(name, "/deliveries")?;
        let key = Self::key(&path, &bytes);
        let request = || {
            let request = self.request(Method::POST, &path).header("Idempotency-Key", &key).header(CONTENT_TYPE, "text/csv; charset=utf-8");
            request.body(bytes.clone())
        };
        self.ask(request, None).await.map(|_| ())
    }
}
