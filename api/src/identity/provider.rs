//! The provider of residents' sign-in (OpenID Connect): its description and keys, the way to it, and what a code is worth.

use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::identity::{Rejection, VerifiedPerson};
use shared::text::PersonName;

use super::jose::{Fault, Jwks, SigningKey};
use crate::config::Config;
use crate::{new_id, outside};

/// What is asked for.
const SCOPE: &str = "openid name address birthdate";
/// The provider's description and keys are asked for anew after that.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// Clocks may differ by so much.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// An assertion of ours is good for so long.
const ASSERTION: TimeDelta = TimeDelta::seconds(60);
/// The call by which a code is redeemed.
const TOKENS: &str = "tokens";
/// Longer answers are not read, in bytes.
const LONGEST: usize = 256 * 1024;

/// The provider, and who we are to it.
pub struct Provider {
    issuer: String,
    client_id: String,
    redirect_uri: String,
    key: SigningKey,
    client: reqwest::Client,
    known: RwLock<Option<Known>>,
}

/// The provider as it describes itself, and when it was asked.
#[derive(Clone)]
struct Known {
    description: Description,
    keys: Jwks,
    at: DateTime<Utc>,
}

#[derive(Clone, Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: Option<String>,
}

/// A person whom the provider has vouched for.
#[derive(Debug, Clone)]
pub struct Vouched {
    /// By whom.
    pub issuer: String,
    /// Under which name; the provider tells every service another one.
    pub subject: String,
    /// Who it is.
    pub person: VerifiedPerson,
}

/// What a browser's secret stands for at the provider. The database has only the secret's hash, so none of these is stored.
pub struct Marks {
    /// Comes back with the person.
    pub state: String,
    /// Comes back in the token.
    pub nonce: String,
    /// Shows that who redeems the code is who began.
    pub verifier: String,
}

impl Marks {
    /// The marks of a secret.
    pub fn of(secret: &str) -> Self {
        let mark = |purpose: &str| digest(&format!("{purpose}.{secret}"));
        Self { state: mark("state"), nonce: mark("nonce"), verifier: mark("verifier") }
    }
}

fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

fn down(what: &str, error: &dyn std::fmt::Display) -> Rejection {
    tracing::warn!(%error, what, "the provider of sign-ins does not answer as it should");
    Rejection::ProviderDown
}

fn unproven(why: &str) -> Rejection {
    tracing::warn!(why, "a sign-in proved nothing");
    Rejection::NotVerified
}

impl Provider {
    /// The provider of the settings; none where there is none.
    pub fn of(config: &Config) -> Result<Option<Self>, String> {
        let (Some(issuer), Some(client_id), Some(file)) = (&config.oidc_issuer, &config.oidc_client_id, &config.oidc_key_file) else {
            return if config.oidc_issuer.is_none() && config.oidc_client_id.is_none() && config.oidc_key_file.is_none() {
                Ok(None)
            } else {
                Err("the sign-in of residents needs all three: issuer, client id and key file".to_owned())
            };
        };
        let is_loopback = ["http://127.0.0.1:", "http://localhost:"].iter().any(|local| issuer.starts_with(local));
        if !issuer.starts_with("https://") && !is_loopback {
            return Err(format!("the issuer must begin with https: {issuer}"));
        }
        let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let key = SigningKey::from_pem(&text)
            .ok_or_else(|| format!("{} holds no private key in PEM (PKCS #8) of P-256 or RSA", file.display()))?;
        Ok(Some(Self {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            redirect_uri: format!("{}/sign_in/return", config.public_url.trim_end_matches('/')),
            key,
            client: outside::client().map_err(|error| error.to_string())?,
            known: RwLock::new(None),
        }))
    }

    async fn json<T: DeserializeOwned>(&self, what: &str, request: reqwest::RequestBuilder) -> Result<T, Rejection> {
        let mut answer = request.send().await.map_err(|error| down(what, &error.without_url()))?;
        if what == TOKENS && answer.status() == StatusCode::BAD_REQUEST {
            // The code is used up, too old or of another attempt.
            return Err(Rejection::AttemptOver);
        }
        if !answer.status().is_success() {
            return Err(down(what, &answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| down(what, &error.without_url()))? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST {
                return Err(down(what, &"too long"));
            }
        }
        serde_json::from_slice(&body).map_err(|_| down(what, &"it is not what was expected"))
    }

    /// The provider's description and keys, asked for when they are not known, too old, or lack a key.
    async fn known(&self, now: DateTime<Utc>, anew: bool) -> Result<Known, Rejection> {
        let kept = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| !anew && now - kept.at < KEPT) {
            return Ok(kept);
        }
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let description: Description = self.json("description", self.client.get(address)).await?;
        if description.issuer != self.issuer {
            return Err(down("description", &"it describes another provider"));
        }
        let keys: Jwks = self.json("keys", self.client.get(&description.jwks_uri)).await?;
        let known = Known { description, keys, at: now };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    /// The address at which somebody with these marks signs in.
    pub async fn page(&self, marks: &Marks, now: DateTime<Utc>) -> Result<String, Rejection> {
        let known = self.known(now, false).await?;
        let mut url = reqwest::Url::parse(&known.description.authorization_endpoint).map_err(|error| down("description", &error))?;
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", SCOPE),
            ("state", &marks.state),
            ("nonce", &marks.nonce),
            ("code_challenge", &digest(&marks.verifier)),
            ("code_challenge_method", "S256"),
        ]);
        Ok(url.into())
    }

    /// Redeems a code: who it is, by a token that the provider signed for us and for this attempt.
    pub async fn redeem(&self, code: &str, iss: Option<&str>, marks: &Marks, now: DateTime<Utc>) -> Result<Vouched, Rejection> {
        if iss.is_some_and(|iss| iss != self.issuer) {
            return Err(unproven("the answer is another provider's"));
        }
        let known = self.known(now, false).await?;
        let tokens = self.tokens(&known.description, code, marks, now).await?;
        let claims = match known.keys.verify(&tokens.id_token) {
            // The provider may have changed its keys since they were asked for.
            Err(Fault::UnknownKey) => self.known(now, true).await?.keys.verify(&tokens.id_token),
            verified => verified,
        }
        .map_err(|fault| unproven(&fault.to_string()))?;
        let subject = self.check(&claims, marks, now).map_err(unproven)?;
        let told = match (&known.description.userinfo_endpoint, tokens.access_token) {
            (Some(address), Some(token)) => {
                let told: Value = self.json("person", self.client.get(address).bearer_auth(token)).await?;
                if told.get("sub") != claims.get("sub") {
                    return Err(unproven("the person is another one than the token's"));
                }
                told
            }
            _ => Value::Null,
        };
        Ok(Vouched { issuer: self.issuer.clone(), subject, person: person(&claims, &told) })
    }

    async fn tokens(&self, description: &Description, code: &str, marks: &Marks, now: DateTime<Utc>) -> Result<Tokens, Rejection> {
        let assertion = self
            .key
            .sign(&json!({
                "iss": self.client_id, "sub": self.client_id, "aud": self.issuer, "jti": new_id(),
                "iat": now.timestamp(), "exp": (now + ASSERTION).timestamp(),
            }))
            .ok_or_else(|| down("assertion", &"it cannot be signed"))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("client_id", &self.client_id),
            ("code_verifier", &marks.verifier),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let request = self.client.post(&description.token_endpoint).form(&form);
        self.json(TOKENS, request).await
    }

    /// Checks what a token claims; gives the subject.
    fn check(&self, claims: &Value, marks: &Marks, now: DateTime<Utc>) -> Result<String, &'static str> {
        let instant = |name: &str| claims[name].as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let audience: Vec<&str> = match &claims["aud"] {
            Value::String(one) => vec![one],
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let party = claims["azp"].as_str();
        if claims["iss"] != json!(self.issuer) {
            Err("the token is another provider's")
        } else if !audience.contains(&self.client_id.as_str()) || (audience.len() > 1 && party.is_none()) {
            Err("the token is for somebody else")
        } else if party.is_some_and(|party| party != self.client_id) {
            Err("the token was given to somebody else")
        } else if instant("exp").is_none_or(|until| until + SKEW <= now) {
            Err("the token is over")
        } else if instant("iat").is_none_or(|since| since - SKEW > now) {
            Err("the token is not good yet")
        } else if claims["nonce"] != json!(marks.nonce) {
            Err("the token is of another attempt")
        } else {
            match claims["sub"].as_str() {
                Some(subject) if (1..=255).contains(&subject.len()) => Ok(subject.to_owned()),
                _ => Err("the token names nobody"),
            }
        }
    }
}

/// What is said of a person, in the token or beside it. What cannot be read is left out, as if it had not been said.
fn person(claims: &Value, told: &Value) -> VerifiedPerson {
    let said = |name: &str| if told[name].is_null() { claims[name].clone() } else { told[name].clone() };
    let address = match said("address") {
        Value::String(line) => Some(line),
        Value::Object(parts) => {
            let part = |name: &str| parts.get(name).and_then(Value::as_str).unwrap_or_default();
            let whole = part("formatted").to_owned();
            Some(if whole.is_empty() { [part("region"), part("locality"), part("street_address")].concat() } else { whole })
        }
        _ => None,
    };
    VerifiedPerson {
        name: said("name").as_str().and_then(|name| PersonName::parse(name).ok()),
        address: address
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| (1..=200).contains(&line.chars().count())),
        born: said("birthdate").as_str().and_then(|day| day.parse::<NaiveDate>().ok()),
    }
}
