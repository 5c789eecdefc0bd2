//! People who act through the API.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use shared::time::at;

use super::{date, time};

/// Somebody who acts through the API.
#[derive(Clone)]
pub struct Person {
    pub(super) client: reqwest::Client,
    pub(super) base: String,
    pub(super) cookie: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// The code of the problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The codes of everything that is wrong.
    pub fn codes(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["code"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The entity tag.
    pub fn etag(&self) -> String {
        self.headers.get("etag").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The status as a number.
    pub fn code_number(&self) -> u16 {
        self.status.as_u16()
    }
}

impl Person {
    /// The same person at another server over the same database.
    pub fn elsewhere(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// A program with a token, and nothing else.
    pub fn bearing(&self, token: &str) -> Self {
        let mut value = reqwest::header::HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        value.set_sensitive(true);
        let headers = reqwest::header::HeaderMap::from_iter([(reqwest::header::AUTHORIZATION, value)]);
        Self { client: reqwest::Client::builder().default_headers(headers).build().unwrap(), base: self.base.clone(), cookie: None }
    }

    /// The same browser with the cookie that an answer sets.
    pub fn keeping(&self, answer: &Answer) -> Self {
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { cookie: Some(cookie), ..self.clone() }
    }

    /// The same browser with the cookie that an answer sets beside those that it has.
    pub fn also_keeping(&self, answer: &Answer) -> Self {
        let all = [self.cookie.clone(), self.keeping(answer).cookie].into_iter().flatten().collect::<Vec<_>>().join("; ");
        Self { cookie: Some(all), ..self.clone() }
    }

    /// The secret in its only cookie.
    pub fn cookie_value(&self) -> String {
        self.cookie.as_ref().unwrap().split_once('=').unwrap().1.to_owned()
    }

    /// A request to the API.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = if path.starts_with("/api/") || !path.starts_with('/') { path.to_owned() } else { format!("/api/v1{path}") };
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// A request to what stands beside the API.
    pub fn beside(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, body, headers }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn post_with_key(&self, path: &str, body: Value, key: &str) -> Answer {
        self.send(self.request(Method::POST, path).header("idempotency-key", key).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value, etag: &str) -> Answer {
        self.send(self.request(Method::PATCH, path).header("if-match", etag).json(&body)).await
    }

    pub async fn delete(&self, path: &str, etag: &str) -> Answer {
        self.send(self.request(Method::DELETE, path).header("if-match", etag)).await
    }

    /// Begins an application, answers and declares, and sends it; gives the last answer.
    pub async fn apply(&self, procedure: &str, child: &str, answers: &[(&str, &str)]) -> Answer {
        let begun = self.post("/applications", json!({ "procedure": procedure, "child_id": child })).await;
        assert!(begun.status.is_success(), "{:?}", begun.body);
        let path = format!("/applications/{}", begun.body["id"].as_str().unwrap());
        let answers: Vec<Value> = answers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let filled = self.patch(&path, json!({ "answers": answers, "declared": ["true"] }), &begun.etag()).await;
        assert_eq!(filled.status, 200, "{:?}", filled.body);
        self.send(self.request(Method::POST, &format!("{path}/submit")).header("if-match", filled.etag())).await
    }

    /// Registers a child born then; gives its id.
    pub async fn child(&self, born: &str) -> String {
        let answer = self.post("/children", json!({ "name": "あおい", "kana": "あおい", "born": born })).await;
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Books children into a whole slot.
    pub async fn book(&self, slot: &str, children: &[&str]) -> Answer {
        self.post("/bookings", json!({ "slot_id": slot, "child_ids": children })).await
    }

    /// Books children from one time to another.
    pub async fn book_times(&self, slot: &str, children: &[&str], day: &str, times: (&str, &str)) -> Answer {
        let body = json!({ "slot_id": slot, "child_ids": children, "starts_at": at(date(day), time(times.0)), "ends_at": at(date(day), time(times.1)) });
        self.post("/bookings", body).await
    }

    /// How many bookings hold a place.
    pub async fn active_bookings(&self) -> usize {
        self.get("/bookings?active_only=true&limit=200").await.body["items"].as_array().unwrap().len()
    }

    /// Opens a family's record for a reason; what was open before is ended.
    pub async fn act_for(&self, family: &str, reason: &str) -> Answer {
        assert_eq!(self.post("/proxy/session/end", json!({})).await.status, 204);
        let opened = self.post("/proxy/session", json!({ "family_id": family, "reason": reason, "words": "電話で依頼" })).await;
        assert_eq!(opened.status, 201, "{:?}", opened.body);
        opened
    }
}
