//! Tokens: given for a secret or a signed assertion (RFC 6749, RFC 7523), and taken back (RFC 7009).

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use shared::clients::{Assertion, PublicJwk, TOKEN_SECONDS, TokenAnswer, TokenProblem, TokenRefusal, check_assertion, issue, scope_words};
use shared::ids::{ClientId, CredentialId};
use shared::problem::Problem;

use super::store::{self, NewToken, Proof};
use crate::App;
use crate::error::ApiError;
use crate::identity::jose::{Jwk, Jwks};
use crate::request::address;
use crate::session::{hash, secret};

/// How a token begins, so that a scanner finds one where it should not be.
const TOKEN: &str = "ygt_";
/// What a signed assertion calls itself (RFC 7523, 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What is asked of the token endpoint; the client proves itself in the header, by its secret here, or by an assertion.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "it is read parameter by parameter, because one that stands there twice is refused")]
pub struct TokenForm {
    /// `client_credentials`
    grant_type: String,
    /// Scopes with spaces between; everything that is granted when absent.
    scope: Option<String>,
    /// The client, where it does not stand in the header.
    client_id: Option<String>,
    /// Its secret (`client_secret_post`).
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
    client_assertion_type: Option<String>,
    /// A JWT signed with a registered key (`private_key_jwt`): `iss` and `sub` the client, `aud` this endpoint, `exp` at most ten minutes
    /// ahead, `jti` never used before.
    client_assertion: Option<String>,
}

/// Which token ends; the client proves itself as for having one.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "it is read parameter by parameter, because one that stands there twice is refused")]
pub struct RevocationForm {
    /// The token.
    token: String,
    /// `access_token`; there are no others.
    token_type_hint: Option<String>,
    /// The client, where it does not stand in the header.
    client_id: Option<String>,
    /// Its secret (`client_secret_post`).
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
    client_assertion_type: Option<String>,
    /// A signed JWT (`private_key_jwt`).
    client_assertion: Option<String>,
}

/// Which half was wrong is not said, nor whether there is such a client.
const UNPROVEN: TokenRefusal = TokenRefusal::InvalidClient("unknown client, or not proven");

type Refused<T> = Result<T, TokenRefusal>;

/// A form whose parameters each stand there once at most; an empty one counts as absent (RFC 6749, 3.2).
struct Form(Vec<(String, String)>);

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Refused<Self> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
        if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
            return Err(TokenRefusal::InvalidRequest("the body is application/x-www-form-urlencoded"));
        }
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(body).map_err(|_| TokenRefusal::InvalidRequest("the body cannot be read"))?;
        let pairs: Vec<(String, String)> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let twice = pairs.iter().enumerate().any(|(nth, (name, _))| pairs.iter().take(nth).any(|(before, _)| before == name));
        if twice { Err(TokenRefusal::InvalidRequest("a parameter stands there twice")) } else { Ok(Self(pairs)) }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// How a request proves who it is.
enum Shown {
    Secret(String),
    Assertion { token: String, claims: Assertion },
}

/// `client_secret_basic`: both halves are form-encoded within (RFC 6749, 2.3.1).
fn basic(headers: &HeaderMap) -> Refused<Option<(ClientId, Shown)>> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let wrong = TokenRefusal::InvalidClient("the header is not that of HTTP Basic authentication");
    let (scheme, rest) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(wrong)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wrong);
    }
    let text = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(wrong)?;
    let (id, secret) = text.split_once(':').ok_or(wrong)?;
    let decoded = |part: &str| {
        let pairs: Option<Vec<(String, String)>> = serde_urlencoded::from_str(&format!("x={part}")).ok();
        pairs.and_then(|pairs| pairs.into_iter().next()).map(|(_, value)| value)
    };
    let (id, secret) = decoded(id).zip(decoded(secret)).ok_or(wrong)?;
    Ok(Some((ClientId::new(id), Shown::Secret(secret))))
}

/// The claims of an assertion that nobody has checked yet: they only say whose keys to check it with.
fn unchecked(token: &str) -> Option<Assertion> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()
}

/// Who asks, and by what it shows it; exactly one way (RFC 6749, 2.3).
fn shown(headers: &HeaderMap, form: &Form) -> Refused<(ClientId, Shown)> {
    let assertion = match (form.get("client_assertion_type"), form.get("client_assertion")) {
        (None, None) => None,
        (Some(JWT_BEARER), Some(token)) => {
            let claims = unchecked(token).ok_or(TokenRefusal::InvalidClient("the assertion is no JWT with iss, sub, aud, exp and jti"))?;
            Some((ClientId::new(claims.iss.clone()), Shown::Assertion { token: token.to_owned(), claims }))
        }
        _ => return Err(TokenRefusal::InvalidRequest("client_assertion and its type, jwt-bearer, go together")),
    };
    let posted = match (form.get("client_id"), form.get("client_secret")) {
        (Some(id), Some(secret)) => Some((ClientId::new(id), Shown::Secret(secret.to_owned()))),
        (None, Some(_)) => return Err(TokenRefusal::InvalidRequest("client_secret needs client_id")),
        (_, None) => None,
    };
    let mut ways = [basic(headers)?, posted, assertion].into_iter().flatten();
    let (Some((id, way)), None) = (ways.next(), ways.next()) else {
        return Err(TokenRefusal::InvalidClient("prove who you are in exactly one way: Basic, client_secret or client_assertion"));
    };
    if form.get("client_id").is_some_and(|named| named != id.as_str()) {
        return Err(TokenRefusal::InvalidRequest("client_id is another one than the client that proves itself"));
    }
    Ok((id, way))
}

/// The addresses by which an assertion may call us: the endpoints, and the issuer.
fn audiences(app: &App) -> Vec<String> {
    let site = app.config.public_url.trim_end_matches('/');
    ["/api/v1/oauth/token", "/api/v1/oauth/revoke", ""].iter().map(|path| format!("{site}{path}")).collect()
}

fn jwk(key: &PublicJwk) -> Jwk {
    let PublicJwk { kty, kid, usage, crv, x, y, n, e, d: _ } = key.clone();
    Jwk { kty, kid, usage, crv, x, y, n, e }
}

/// By which live credential the client has proven itself, and what must not come again.
fn proven(
    shown: &Shown,
    proofs: &[(CredentialId, Proof)],
    audiences: &[String],
    now: DateTime<Utc>,
) -> Refused<(CredentialId, Option<Used>)> {
    match shown {
        Shown::Secret(secret) => {
            let hash = hash(secret);
            let fits = |proof: &Proof| matches!(proof, Proof::Secret(known) if *known == hash);
            proofs.iter().find(|(_, proof)| fits(proof)).map(|(id, _)| (id.clone(), None)).ok_or(UNPROVEN)
        }
        Shown::Assertion { token, claims } => {
            let signed = |proof: &Proof| match proof {
                Proof::Key(key) => Jwks::of(vec![jwk(key)]).verify(token).is_ok(),
                Proof::Secret(_) => false,
            };
            let (id, _) = proofs.iter().find(|(_, proof)| signed(proof)).ok_or(UNPROVEN)?;
            let until = check_assertion(claims, audiences, now)?;
            Ok((id.clone(), Some(Used { jti: hash(&claims.jti), until })))
        }
    }
}

/// An assertion that is used up.
#[derive(Clone)]
struct Used {
    jti: String,
    until: DateTime<Utc>,
}

/// A client that has proven itself.
struct Proven {
    client: ClientId,
    credential: CredentialId,
    used: Option<Used>,
}

async fn prove(app: &App, req: &HttpRequest, form: &Form) -> Result<Refused<Proven>, ApiError> {
    let (client, shown) = match shown(req.headers(), form) {
        Ok(shown) => shown,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (asked, from, now) = (client.clone(), address(req), app.real_now());
    app.meter.may_prove(&client, from, now).map_err(super::too_many)?;
    let proofs = app.db.read(move |conn| store::list_proofs(conn, &asked).map_err(ApiError::from)).await?;
    let proven = proven(&shown, &proofs, &audiences(app), now);
    // Who has the key and says something wrong with it guesses nothing.
    if proven.as_ref().err() == Some(&UNPROVEN) {
        app.meter.count_wrong(&client, from, now);
    }
    Ok(proven.map(|(credential, used)| Proven { client, credential, used }))
}

fn answer(refusal: TokenRefusal) -> HttpResponse {
    let status = match refusal {
        TokenRefusal::InvalidClient(_) => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((WWW_AUTHENTICATE, "Basic realm=\"Yumigahama\", charset=\"UTF-8\""));
    }
    response.json(refusal.problem())
}

/// Gives a client a token for an hour (OAuth 2.0 client credentials)
///
/// The client proves itself by its secret in the header (`client_secret_basic`), by its secret in the form (`client_secret_post`), or by an
/// assertion signed with a registered key (`private_key_jwt`, RFC 7523). The token is good for the scopes that are asked for, or for all that
/// any facility grants, and ends at once when secret, key, grant or client are revoked.
#[utoipa::path(
    tag = "clients",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token; it is told this once and kept as a hash", body = TokenAnswer),
        (status = 400, description = "`invalid_request`, `invalid_scope`, `unsupported_grant_type` (RFC 6749, 5.2)", body = TokenProblem),
        (status = 401, description = "`invalid_client`", body = TokenProblem),
        (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`clients.too_many_requests`, `clients.too_many_wrong`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/oauth/token")]
pub async fn issue_token(app: web::Data<App>, req: HttpRequest, body: web::Bytes) -> Result<HttpResponse, ApiError> {
    let form = match Form::read(req.headers(), &body) {
        Ok(form) => form,
        Err(refusal) => return Ok(answer(refusal)),
    };
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Ok(answer(TokenRefusal::UnsupportedGrantType)),
        None => return Ok(answer(TokenRefusal::InvalidRequest("grant_type is missing"))),
    }
    let Proven { client, credential, used } = match prove(&app, &req, &form).await? {
        Ok(proven) => proven,
        Err(refusal) => return Ok(answer(refusal)),
    };
    let now = app.real_now();
    app.meter.take(&client, now).map_err(super::too_many)?;
    let token = format!("{TOKEN}{}", secret()?);
    let (hash, asked) = (hash(&token), form.get("scope").map(str::to_owned));
    let given = app.db.write(move |conn| {
        // Whoever revokes meanwhile waits for this, or was first.
        if !store::lock_live_credential(conn, &client, &credential)? {
            return Ok(Err(UNPROVEN));
        }
        if let Some(used) = &used
            && !store::insert_assertion(conn, &client, &used.jti, used.until)?
        {
            return Ok(Err(TokenRefusal::InvalidClient("the assertion was used before")));
        }
        let scopes = match issue(&store::list_granted(conn, &client)?, asked.as_deref()) {
            Ok(scopes) => scopes,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let new = NewToken { hash: &hash, client: &client, credential: &credential, scopes: &scopes };
        store::insert_token(conn, &new, now, now + TimeDelta::seconds(TOKEN_SECONDS))?;
        Ok::<_, ApiError>(Ok(scopes))
    });
    Ok(match given.await? {
        Err(refusal) => answer(refusal),
        Ok(scopes) => HttpResponse::Ok().json(TokenAnswer {
            access_token: token,
            token_type: "Bearer".to_owned(),
            expires_in: TOKEN_SECONDS,
            scope: scope_words(&scopes),
        }),
    })
}

/// Ends a token at once (RFC 7009)
///
/// A token that is none, or another client's, is answered alike and left alone.
#[utoipa::path(
    tag = "clients",
    request_body(content = RevocationForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is good for nothing now"),
        (status = 400, description = "`invalid_request` (RFC 6749, 5.2)", body = TokenProblem),
        (status = 401, description = "`invalid_client`", body = TokenProblem),
        (status = 413, description = "The body is too large", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`clients.too_many_wrong`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/oauth/revoke")]
pub async fn revoke_token(app: web::Data<App>, req: HttpRequest, body: web::Bytes) -> Result<HttpResponse, ApiError> {
    let form = match Form::read(req.headers(), &body) {
        Ok(form) => form,
        Err(refusal) => return Ok(answer(refusal)),
    };
    let proven = match prove(&app, &req, &form).await? {
        Ok(proven) => proven,
        Err(refusal) => return Ok(answer(refusal)),
    };
    let Some(token) = form.get("token").map(hash) else { return Ok(answer(TokenRefusal::InvalidRequest("token is missing"))) };
    let ended = app.db.write(move |conn| {
        if let Some(used) = &proven.used
            && !store::insert_assertion(conn, &proven.client, &used.jti, used.until)?
        {
            return Ok(Err(TokenRefusal::InvalidClient("the assertion was used before")));
        }
        Ok::<_, ApiError>(Ok(store::delete_token(conn, &proven.client, &token)?))
    });
    Ok(match ended.await? {
        Err(refusal) => answer(refusal),
        Ok(()) => HttpResponse::Ok().finish(),
    })
}
