//! Web Push (RFC 8030): a sealed message for a device, handed to the push service of its browser.

pub mod address;
pub mod encryption;
pub mod vapid;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use lettre::message::Mailbox;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::devices::PushKeys;
use shared::ids::{AccountId, DeviceId};
use shared::locale::Locale;

use self::encryption::{Fault, Recipient};
use self::vapid::Vapid;
use super::{Channel, Endpoint, Message, Outcome, Urgency};
use crate::config::Config;
use crate::db::{AnyConnection, DbError};
use crate::{App, Clock, devices, outside};

/// The channel's name.
pub const NAME: &str = "push";
/// What tells a declarative message.
const WEB_PUSH: u32 = 8030;
/// A trial that has not arrived by then need not arrive any more.
const TRIAL_TTL: Duration = Duration::from_secs(300);
/// No push service has to keep a message longer than that.
const LONGEST_TTL: Duration = Duration::from_secs(28 * 24 * 60 * 60);
/// The longest topic (RFC 8030, section 5.4).
const TOPIC: usize = 32;

/// The channel to devices.
#[derive(Clone)]
pub struct Push {
    client: Client,
    vapid: Arc<Vapid>,
    loopback: bool,
    clock: Clock,
}

/// What a device is sent, and how.
struct Parcel {
    payload: Value,
    topic: String,
    urgency: Urgency,
    ttl: Duration,
}

impl Push {
    /// The channel of this key. Only tests let it call this machine.
    pub fn new(vapid: Vapid, loopback: bool, clock: Clock) -> Result<Self, reqwest::Error> {
        let client = outside::builder().dns_resolver(Arc::new(address::PublicOnly)).build()?;
        Ok(Self { client, vapid: Arc::new(vapid), loopback, clock })
    }

    /// Our public key, as browsers take it.
    pub fn public_key(&self) -> &str {
        self.vapid.public()
    }

    /// Sends words that come of no notice, to see whether they arrive; they open this page.
    pub async fn try_out(&self, endpoint: &Endpoint, (title, body): (&str, &str), page: &str, locale: Locale) -> Outcome {
        let topic = topic("trial");
        let notification = json!({
            "title": title, "body": body, "lang": locale.html_lang(), "dir": "ltr", "navigate": page, "tag": topic, "silent": false,
        });
        let payload = json!({ "web_push": WEB_PUSH, "notification": notification });
        self.send_parcel(endpoint, Parcel { payload, topic, urgency: Urgency::High, ttl: TRIAL_TTL }).await
    }

    async fn send_parcel(&self, endpoint: &Endpoint, parcel: Parcel) -> Outcome {
        self.deliver(endpoint, parcel).await.unwrap_or_else(|why| Outcome::Refused(why.to_owned()))
    }

    async fn deliver(&self, endpoint: &Endpoint, parcel: Parcel) -> Result<Outcome, &'static str> {
        let address = address::parse(&endpoint.address, self.loopback).ok_or("no address of a push service")?;
        let keys: PushKeys = serde_json::from_str(&endpoint.details).map_err(|_| "no keys")?;
        let (key, auth) = decoded(&keys.p256dh).zip(decoded(&keys.auth)).ok_or("no keys")?;
        let body = encryption::seal(Recipient { key: &key, auth: &auth }, parcel.payload.to_string().as_bytes());
        let body = body.map_err(|fault| match fault {
            Fault::TooLong => "too long",
            Fault::Keys => "no keys",
            Fault::Broken => "cannot be sealed",
        })?;
        let now = (self.clock)();
        let authorization = self.vapid.authorization(&address, now).ok_or("cannot be signed")?;
        let request = self
            .client
            .post(address)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header("ttl", parcel.ttl.min(LONGEST_TTL).as_secs())
            .header("urgency", urgency(parcel.urgency))
            .header("topic", parcel.topic)
            .body(body);
        match request.send().await {
            Ok(answer) => Ok(outcome(answer.status(), answer.headers(), now)),
            Err(error) => {
                // Its address is the device's secret.
                tracing::info!(error = %error.without_url(), "a push service was not reached");
                Ok(Outcome::Later(None))
            }
        }
    }
}

impl Channel for Push {
    fn name(&self) -> &'static str {
        NAME
    }

    fn list_endpoints(&self, conn: &mut AnyConnection, account: &AccountId) -> Result<Vec<Endpoint>, DbError> {
        devices::store::list_endpoints(conn, account)
    }

    fn send<'a>(&'a self, endpoint: &'a Endpoint, message: &'a Message) -> BoxFuture<'a, Outcome> {
        // Of a delivery without a topic the device shows one message, however often it was sent.
        let topic = topic(message.topic.as_deref().unwrap_or(message.delivery_id.as_str()));
        let parcel = Parcel { payload: payload(message, &topic), topic, urgency: message.urgency, ttl: message.ttl };
        Box::pin(self.send_parcel(endpoint, parcel))
    }

    fn settle(
        &self,
        conn: &mut AnyConnection,
        _account: &AccountId,
        endpoint_id: &str,
        outcome: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        devices::store::mark_outcome(conn, &DeviceId::from(endpoint_id), outcome, now)
    }
}

/// The channel of an installation: its key is in the file that the settings name, or made once and kept in the database, so that it is there
/// after every start, in every process and in every backup. With another key all devices would have to be turned on again.
pub async fn of(app: &App) -> Result<Push, String> {
    let config = &app.config;
    let (pem, place) = match &config.push_key_file {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
            (text, file.display().to_string())
        }
        None => {
            let (made, now) = (Vapid::make().ok_or("no key for push services could be made")?, app.now());
            let kept = app.db.write(move |conn| devices::store::key_or(conn, &made, now)).await;
            (kept.map_err(|error| error.to_string())?, "the database".to_owned())
        }
    };
    let vapid = Vapid::from_pem(&pem, &contact(config)).ok_or_else(|| format!("{place} holds no private key in PEM (PKCS #8) of P-256"))?;
    Push::new(vapid, config.push_to_loopback, app.clock()).map_err(|error| error.to_string())
}

/// To whom push services write when something is wrong.
fn contact(config: &Config) -> String {
    let from = config.mail_from.as_deref().and_then(|from| from.parse::<Mailbox>().ok());
    from.map_or_else(|| config.public_url.trim_end_matches('/').to_owned(), |from| format!("mailto:{}", from.email))
}

/// Whether keys that a browser names can be sealed with.
pub fn are_keys(p256dh: &str, auth: &str) -> bool {
    match (decoded(p256dh), decoded(auth)) {
        (Some(key), Some(auth)) => encryption::are_keys(Recipient { key: &key, auth: &auth }),
        _ => false,
    }
}

/// Some browsers fill base64url up, others do not.
fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

const fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Low => "low",
        Urgency::Normal => "normal",
        Urgency::High => "high",
    }
}

/// A topic as a push service reads it: it fits, and tells nothing.
fn topic(topic: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(topic)).chars().take(TOPIC).collect()
}

/// What a device reads: a message that recent browsers show by themselves (declarative web push), and that our service worker shows in
/// the others. It says no more than a lock screen may show.
fn payload(message: &Message, topic: &str) -> Value {
    json!({
        "web_push": WEB_PUSH,
        // The worker may say that it was shown.
        "mutable": true,
        "app_badge": message.badge,
        "notification": {
            "title": message.lock_title,
            "body": message.step_label,
            "lang": message.locale.html_lang(),
            "dir": "ltr",
            "navigate": message.step_url,
            // The same on the device, so that a newer message takes the place of the one before.
            "tag": topic,
            "silent": false,
            // Where the first browsers that showed such messages looked for it.
            "app_badge": message.badge.to_string(),
            "data": { "receipt": message.receipt },
        },
    })
}

/// What a push service's answer means.
fn outcome(status: StatusCode, headers: &HeaderMap, now: DateTime<Utc>) -> Outcome {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Gone,
        status if status.is_success() => Outcome::Accepted,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => Outcome::Later(retry_after(headers, now)),
        status if status.is_server_error() => Outcome::Later(retry_after(headers, now)),
        status => Outcome::Refused(status.as_u16().to_string()),
    }
}

/// How long a service asks to wait: seconds, or until when.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().or_else(|| {
        let until = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
        u64::try_from((until - now).num_seconds()).ok()
    })?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_answer_of_a_push_service_means_one_of_four_things() {
        let told = |status: u16, wait: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(wait) = wait {
                headers.insert(RETRY_AFTER, wait.parse().unwrap());
            }
            outcome(StatusCode::from_u16(status).unwrap(), &headers, now())
        };
        for status in [200, 201, 202] {
            assert_eq!(told(status, None), Outcome::Accepted);
        }
        for status in [404, 410] {
            assert_eq!(told(status, None), Outcome::Gone);
        }
        for status in [408, 429, 500, 502, 503] {
            assert_eq!(told(status, None), Outcome::Later(None), "{status}");
            assert_eq!(told(status, Some("120")), Outcome::Later(Some(Duration::from_secs(120))));
        }
        assert_eq!(told(503, Some("Sat, 21 Nov 2026 03:01:30 GMT")), Outcome::Later(Some(Duration::from_secs(90))));
        for nonsense in ["Sat, 21 Nov 2026 02:00:00 GMT", "soon", "-1", ""] {
            assert_eq!(told(429, Some(nonsense)), Outcome::Later(None), "{nonsense}");
        }
        // Nobody is followed to where an answer points.
        for status in [301, 307, 400, 401, 403, 413] {
            assert_eq!(told(status, None), Outcome::Refused(status.to_string()));
        }
    }

    #[test]
    fn a_topic_fits_and_tells_nothing() {
        for text in ["", "offer", &"弓ヶ浜".repeat(40)] {
            let topic = topic(text);
            assert_eq!(topic.len(), TOPIC);
            assert!(topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        }
        assert_ne!(topic("a"), topic("b"));
    }
}
