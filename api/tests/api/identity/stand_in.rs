//! A small provider on this machine that does what a test tells it, also what no honest one does. It checks how we ask.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Url;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::{START, moment};

/// Who we are to it.
pub const CLIENT: &str = "yumigahama-test";
/// A key for tests only.
const RSA: &str = include_str!("../../keys/rsa.pem");

/// What it does with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Honest,
    SignsRs256,
    /// Signs with a key that it has had only since now.
    NewKey,
    OtherNonce,
    OtherAudience,
    OtherIssuer,
    OtherParty,
    Expired,
    NotYet,
    Unsigned,
    /// Signs with a key that is not its own, under its own name.
    OtherKey,
    /// Changes the claims after signing.
    Tampered,
    /// Tells another person's data beside.
    OtherPerson,
    /// Answers with an error.
    Broken,
    /// Takes the call and never answers.
    Silent,
    /// Answers what is no JSON.
    Babbling,
    /// Answers without an end.
    Endless,
}

struct Grant {
    code: String,
    nonce: String,
    challenge: String,
    redirect_uri: String,
    claims: Value,
}

struct Inner {
    key: EcdsaKeyPair,
    kid: String,
    rsa: RsaKeyPair,
    manner: Manner,
    /// While true not even its description is to be had.
    down: bool,
    descriptions: usize,
    grants: Vec<Grant>,
}

/// The provider.
pub struct StandIn {
    pub issuer: String,
    files: tempfile::TempDir,
    inner: Arc<Mutex<Inner>>,
    _server: actix_web::dev::ServerHandle,
}

fn pair() -> (Vec<u8>, EcdsaKeyPair) {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
    (document.as_ref().to_vec(), pair)
}

fn rsa() -> RsaKeyPair {
    let body = RSA.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap()
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl StandIn {
    /// Starts it on a free port.
    pub fn start() -> Self {
        let files = tempfile::tempdir().unwrap();
        let (document, ours) = pair();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(document));
        std::fs::write(files.path().join("key.pem"), pem).unwrap();
        let client = ours.public_key().as_ref().to_vec();
        let inner = Inner {
            key: pair().1,
            kid: "first".to_owned(),
            rsa: rsa(),
            manner: Manner::Honest,
            down: false,
            descriptions: 0,
            grants: Vec::new(),
        };
        let inner = Arc::new(Mutex::new(inner));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let data = web::Data::from(Arc::clone(&inner));
        let (client, address) = (web::Data::new(client), web::Data::new(issuer.clone()));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .app_data(client.clone())
                .app_data(address.clone())
                .route("/.well-known/openid-configuration", web::get().to(description))
                .route("/keys", web::get().to(keys))
                .route("/token", web::post().to(token))
                .route("/person", web::get().to(person))
        })
        .workers(1)
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { issuer, files, inner, _server: handle }
    }

    /// The file of our key to it.
    pub fn client_key_file(&self) -> PathBuf {
        self.files.path().join("key.pem")
    }

    /// What it does from now on.
    pub fn behaves(&self, manner: Manner) {
        let mut inner = self.inner.lock().unwrap();
        if manner == Manner::NewKey {
            inner.key = pair().1;
            inner.kid = "second".to_owned();
        }
        inner.manner = manner;
    }

    /// Whether anything is to be had from it.
    pub fn is_down(&self, down: bool) {
        self.inner.lock().unwrap().down = down;
    }

    /// How often it was asked to describe itself.
    pub fn descriptions(&self) -> usize {
        self.inner.lock().unwrap().descriptions
    }

    /// Somebody signs in there: gives the code.
    pub fn grant(&self, url: &Url, claims: Value) -> String {
        let said = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!(said("client_id"), CLIENT);
        let mut inner = self.inner.lock().unwrap();
        let code = format!("code-{}", inner.grants.len());
        let grant = Grant {
            code: code.clone(),
            nonce: said("nonce"),
            challenge: said("code_challenge"),
            redirect_uri: said("redirect_uri"),
            claims,
        };
        inner.grants.push(grant);
        code
    }
}

async fn description(inner: web::Data<Mutex<Inner>>, issuer: web::Data<String>) -> HttpResponse {
    let mut inner = inner.lock().unwrap();
    inner.descriptions += 1;
    if inner.down {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let issuer = issuer.as_str();
    HttpResponse::Ok().json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize?kept=1"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"), "userinfo_endpoint": format!("{issuer}/person"),
    }))
}

async fn keys(inner: web::Data<Mutex<Inner>>) -> HttpResponse {
    let inner = inner.lock().unwrap();
    let point = inner.key.public_key().as_ref().to_vec();
    let ring::rsa::PublicKeyComponents::<Vec<u8>> { n, e } = inner.rsa.public().into();
    HttpResponse::Ok().json(json!({ "keys": [
        { "kty": "EC", "crv": "P-256", "kid": inner.kid, "use": "sig", "alg": "ES256", "x": encoded(&point[1..33]), "y": encoded(&point[33..]) },
        { "kty": "RSA", "kid": "rsa", "use": "sig", "n": encoded(n), "e": encoded(e) },
    ] }))
}

/// Checks the call as a strict provider would: our assertion, the verifier, the address.
fn granted<'a>(inner: &'a Inner, form: &[(String, String)], client: &[u8], issuer: &str) -> &'a Grant {
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap();
    assert_eq!(field("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let assertion = field("client_assertion");
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, client).verify(signed.as_bytes(), &signature).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap()).unwrap();
    assert_eq!((&claims["iss"], &claims["sub"], &claims["aud"]), (&json!(CLIENT), &json!(CLIENT), &json!(issuer)));
    assert!(claims["jti"].is_string() && claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() == 60);
    let grant = inner.grants.iter().find(|grant| grant.code == field("code")).unwrap();
    assert_eq!(encoded(Sha256::digest(field("code_verifier"))), grant.challenge);
    assert_eq!((field("redirect_uri"), field("grant_type")), (grant.redirect_uri.as_str(), "authorization_code"));
    grant
}

async fn token(
    inner: web::Data<Mutex<Inner>>,
    client: web::Data<Vec<u8>>,
    issuer: web::Data<String>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    let manner = inner.lock().unwrap().manner;
    match manner {
        Manner::Broken => return HttpResponse::InternalServerError().body("broken"),
        Manner::Babbling => return HttpResponse::Ok().body("<html>"),
        Manner::Endless => return HttpResponse::Ok().body("x".repeat(3_000_000)),
        Manner::Silent => actix_web::rt::time::sleep(std::time::Duration::from_secs(60)).await,
        _ => {}
    }
    let inner = inner.lock().unwrap();
    if !inner.grants.iter().any(|grant| form.iter().any(|(name, value)| name == "code" && *value == grant.code)) {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    }
    let grant = granted(&inner, &form, &client, &issuer);
    let now = moment(START).timestamp();
    let mut claims = json!({
        "iss": issuer.as_str(), "aud": CLIENT, "sub": grant.claims["sub"], "nonce": grant.nonce, "iat": now, "exp": now + 300,
    });
    match manner {
        Manner::OtherNonce => claims["nonce"] = json!("another"),
        Manner::OtherAudience => claims["aud"] = json!("another"),
        Manner::OtherIssuer => claims["iss"] = json!("https://another.example"),
        Manner::OtherParty => claims["azp"] = json!("another"),
        Manner::Expired => claims["exp"] = json!(now - 60),
        Manner::NotYet => claims["iat"] = json!(now + 61),
        _ => {}
    }
    let (alg, kid) = match manner {
        Manner::Unsigned => ("none", inner.kid.as_str()),
        Manner::SignsRs256 => ("RS256", "rsa"),
        _ => ("ES256", inner.kid.as_str()),
    };
    let head = encoded(json!({ "alg": alg, "kid": kid }).to_string());
    let signed = format!("{head}.{}", encoded(claims.to_string()));
    let random = SystemRandom::new();
    let signature = match manner {
        Manner::Unsigned => Vec::new(),
        Manner::SignsRs256 => {
            let mut signature = vec![0; inner.rsa.public().modulus_len()];
            inner.rsa.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
            signature
        }
        Manner::OtherKey => pair().1.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
        _ => inner.key.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
    };
    let signed = if manner == Manner::Tampered {
        claims["sub"] = json!("somebody else");
        format!("{head}.{}", encoded(claims.to_string()))
    } else {
        signed
    };
    let token = format!("{signed}.{}", encoded(signature));
    HttpResponse::Ok().json(json!({ "id_token": token, "access_token": grant.code, "token_type": "Bearer", "expires_in": 60 }))
}

async fn person(inner: web::Data<Mutex<Inner>>, req: HttpRequest) -> HttpResponse {
    let inner = inner.lock().unwrap();
    let token = req.headers().get("authorization").unwrap().to_str().unwrap().strip_prefix("Bearer ").unwrap();
    let mut claims = inner.grants.iter().find(|grant| grant.code == token).unwrap().claims.clone();
    if inner.manner == Manner::OtherPerson {
        claims["sub"] = json!("somebody else");
    }
    HttpResponse::Ok().json(claims)
}
