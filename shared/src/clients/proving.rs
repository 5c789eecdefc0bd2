//! How a client proves itself, and for what it gets a token.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Granted, Rejection, Scope, TokenProblem};

/// An assertion may live for so long: it is for one request.
const ASSERTION_MOST: TimeDelta = TimeDelta::minutes(10);
/// Clocks may differ by so much.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// Base64url characters of a coordinate on P-256.
const P256_PART: usize = 43;
/// Base64url characters of the modulus of the smallest RSA key: 2048 bits.
const RSA_LEAST: usize = 342;
/// And of the largest, 8192 bits.
const RSA_MOST: usize = 1366;

/// The public half of a key (JWK, RFC 7517). Members of a private key are known only to be refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicJwk {
    /// `EC` or `RSA`
    pub kty: String,
    /// Its name, which assertions carry in their header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// `sig`, where it is said.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// `P-256`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// Coordinate, 32 bytes in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Coordinate, 32 bytes in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Modulus in base64url, 2048 to 8192 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// Exponent in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// A private key has this; it is refused.
    #[serde(default, skip_serializing)]
    pub d: Option<String>,
}

impl PublicJwk {
    /// Whether assertions can be signed with its private half: `ES256` or `RS256`.
    pub fn check(&self) -> Result<(), Rejection> {
        if self.d.is_some() {
            return Err(Rejection::KeyPrivate);
        }
        let is_base64 = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        let has = |part: &Option<String>, least: usize, most: usize| {
            part.as_deref().is_some_and(|text| (least..=most).contains(&text.len()) && is_base64(text))
        };
        let is_for_signing = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let is_named = self.kid.as_deref().is_none_or(|kid| (1..=100).contains(&kid.len()));
        let is_whole = match self.kty.as_str() {
            "EC" => self.crv.as_deref() == Some("P-256") && has(&self.x, P256_PART, P256_PART) && has(&self.y, P256_PART, P256_PART),
            "RSA" => has(&self.n, RSA_LEAST, RSA_MOST) && has(&self.e, 2, 12),
            _ => false,
        };
        if is_for_signing && is_named && is_whole { Ok(()) } else { Err(Rejection::KeyUnusable) }
    }
}

/// For whom an assertion is: one address, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// The claims of a client's assertion (RFC 7523, 3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Assertion {
    /// The client.
    pub iss: String,
    /// The client again.
    pub sub: String,
    /// Us.
    pub aud: Audience,
    /// Seconds since 1970, until when it holds.
    pub exp: i64,
    /// From when on.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// Names this one assertion, so that nobody uses it twice.
    pub jti: String,
}

/// Why no token is given (RFC 6749, 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// A parameter is missing, twice there, or contradicts another.
    InvalidRequest(&'static str),
    /// Who asks has not proven itself.
    InvalidClient(&'static str),
    /// Another grant than client credentials.
    UnsupportedGrantType,
    /// A scope that nobody granted.
    InvalidScope(&'static str),
}

impl TokenRefusal {
    /// The answer's body.
    pub fn problem(self) -> TokenProblem {
        let (error, words) = match self {
            Self::InvalidRequest(words) => ("invalid_request", words),
            Self::InvalidClient(words) => ("invalid_client", words),
            Self::UnsupportedGrantType => ("unsupported_grant_type", "grant_type is client_credentials here"),
            Self::InvalidScope(words) => ("invalid_scope", words),
        };
        TokenProblem { error: error.to_owned(), error_description: words.to_owned() }
    }
}

/// Whether an assertion of a client is for us and for now; until when it must not come again (RFC 7523, 3).
pub fn check_assertion(claims: &Assertion, audiences: &[String], now: DateTime<Utc>) -> Result<DateTime<Utc>, TokenRefusal> {
    let refuse = |words| Err(TokenRefusal::InvalidClient(words));
    if claims.iss != claims.sub {
        return refuse("iss and sub of the assertion are both the client_id");
    }
    let is_for_us = match &claims.aud {
        Audience::One(one) => audiences.contains(one),
        Audience::Many(many) => many.iter().any(|one| audiences.contains(one)),
    };
    if !is_for_us {
        return refuse("aud of the assertion is the address of this token endpoint");
    }
    if !(1..=255).contains(&claims.jti.len()) {
        return refuse("jti of the assertion has 1 to 255 characters");
    }
    let Some(until) = DateTime::from_timestamp(claims.exp, 0) else { return refuse("exp of the assertion is no time") };
    if until <= now - LEEWAY {
        return refuse("the assertion has expired");
    }
    if until > now + ASSERTION_MOST + LEEWAY {
        return refuse("exp of the assertion is more than ten minutes ahead");
    }
    if claims.nbf.and_then(|from| DateTime::from_timestamp(from, 0)).is_some_and(|from| from > now + LEEWAY) {
        return refuse("the assertion does not hold yet");
    }
    Ok(until + LEEWAY)
}

/// What a token is good for: what is asked, or everything that any facility grants.
pub fn issue(grants: &[Granted], asked: Option<&str>) -> Result<BTreeSet<Scope>, TokenRefusal> {
    let granted: BTreeSet<Scope> = grants.iter().flat_map(|one| one.scopes.iter().copied()).collect();
    if granted.is_empty() {
        return Err(TokenRefusal::InvalidScope("no facility has granted this client anything yet"));
    }
    let Some(asked) = asked.map(str::trim).filter(|asked| !asked.is_empty()) else { return Ok(granted) };
    let wanted: Option<BTreeSet<Scope>> = asked.split_ascii_whitespace().map(Scope::of_word).collect();
    match wanted {
        None => Err(TokenRefusal::InvalidScope("there is no such scope")),
        Some(wanted) if wanted.is_subset(&granted) => Ok(wanted),
        Some(_) => Err(TokenRefusal::InvalidScope("no facility has granted one of these scopes")),
    }
}
