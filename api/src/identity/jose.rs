//! Signed tokens (JWS compact): signing with our key, and checking what others signed. ES256 and RS256, nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no signed token.
    #[error("no signed token")]
    Malformed,
    /// It is signed otherwise than ES256 or RS256, or not at all.
    #[error("another algorithm")]
    Algorithm,
    /// It is signed with a key that is not among these.
    #[error("unknown key")]
    UnknownKey,
    /// Its signature is wrong.
    #[error("wrong signature")]
    Signature,
}

/// Our private key.
pub enum SigningKey {
    /// P-256
    Es256(Box<EcdsaKeyPair>),
    /// RSA of 2048 bits or more.
    Rs256(Box<RsaKeyPair>),
}

impl SigningKey {
    /// Reads a key from PEM (PKCS #8).
    pub fn from_pem(text: &str) -> Option<Self> {
        let body = text.split_once("-----BEGIN PRIVATE KEY-----")?.1.split_once("-----END PRIVATE KEY-----")?.0;
        let der = STANDARD.decode(body.split_whitespace().collect::<String>()).ok()?;
        match EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &SystemRandom::new()) {
            Ok(pair) => Some(Self::Es256(Box::new(pair))),
            Err(_) => RsaKeyPair::from_pkcs8(&der).ok().map(|pair| Self::Rs256(Box::new(pair))),
        }
    }

    /// Signs claims.
    pub fn sign(&self, claims: &Value) -> Option<String> {
        let alg = match self {
            Self::Es256(_) => "ES256",
            Self::Rs256(_) => "RS256",
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": alg, "typ": "JWT" })), part(claims));
        let random = SystemRandom::new();
        let signature = match self {
            Self::Es256(pair) => pair.sign(&random, signed.as_bytes()).ok()?.as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).ok()?;
                signature
            }
        };
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// A public key as a provider publishes it (JWK).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Jwk {
    /// Family of keys.
    pub kty: String,
    /// Name of the key.
    #[serde(default)]
    pub kid: Option<String>,
    /// What it is for.
    #[serde(default, rename = "use")]
    pub usage: Option<String>,
    /// Curve.
    #[serde(default)]
    pub crv: Option<String>,
    /// Coordinate.
    #[serde(default)]
    pub x: Option<String>,
    /// Coordinate.
    #[serde(default)]
    pub y: Option<String>,
    /// Modulus.
    #[serde(default)]
    pub n: Option<String>,
    /// Exponent.
    #[serde(default)]
    pub e: Option<String>,
}

/// The keys of a provider.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

fn decoded(text: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Fault::Malformed)
}

impl Jwk {
    /// Whether the signature is of this key, in this algorithm.
    fn verifies(&self, alg: &str, signed: &[u8], signature: &[u8]) -> bool {
        let bytes = |part: &Option<String>| part.as_deref().and_then(|text| decoded(text).ok()).unwrap_or_default();
        match (alg, self.kty.as_str()) {
            ("ES256", "EC") if self.crv.as_deref() == Some("P-256") => {
                let point = [vec![4], bytes(&self.x), bytes(&self.y)].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }
            ("RS256", "RSA") => {
                let (n, e) = (bytes(&self.n), bytes(&self.e));
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
            }
            _ => false,
        }
    }
}

impl Jwks {
    /// These keys.
    pub const fn of(keys: Vec<Jwk>) -> Self {
        Self { keys }
    }

    /// The claims of a token that one of these keys signed. The algorithm is ours to choose, never the token's.
    pub fn verify(&self, token: &str) -> Result<Value, Fault> {
        let mut parts = token.split('.');
        let (Some(head), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(Fault::Malformed);
        };
        let header: Header = serde_json::from_slice(&decoded(head)?).map_err(|_| Fault::Malformed)?;
        let kty = match header.alg.as_str() {
            "ES256" => "EC",
            "RS256" => "RSA",
            _ => return Err(Fault::Algorithm),
        };
        if header.crit.is_some() {
            return Err(Fault::Algorithm);
        }
        let fits = |key: &&Jwk| {
            key.kty == kty && key.usage.as_deref().is_none_or(|usage| usage == "sig") && (header.kid.is_none() || key.kid == header.kid)
        };
        let candidates: Vec<&Jwk> = self.keys.iter().filter(fits).collect();
        if candidates.is_empty() {
            return Err(Fault::UnknownKey);
        }
        let (signed, signature) = (format!("{head}.{claims}"), decoded(signature)?);
        if !candidates.iter().any(|key| key.verifies(&header.alg, signed.as_bytes(), &signature)) {
            return Err(Fault::Signature);
        }
        serde_json::from_slice(&decoded(claims)?).map_err(|_| Fault::Malformed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use ring::rsa::PublicKeyComponents;
    use ring::signature::KeyPair as _;

    const RSA: &str = include_str!("../../tests/keys/rsa.pem");

    fn rsa() -> (SigningKey, Jwk) {
        let key = SigningKey::from_pem(RSA).unwrap();
        let SigningKey::Rs256(pair) = &key else { panic!("not RSA") };
        let PublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
        let encoded = |bytes: Vec<u8>| Some(URL_SAFE_NO_PAD.encode(bytes));
        let jwk = Jwk { kty: "RSA".to_owned(), kid: Some("rsa".to_owned()), n: encoded(n), e: encoded(e), ..Jwk::default() };
        (key, jwk)
    }

    fn p256() -> (SigningKey, Jwk) {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", STANDARD.encode(document.as_ref()));
        let key = SigningKey::from_pem(&pem).unwrap();
        let SigningKey::Es256(pair) = &key else { panic!("not P-256") };
        let point = pair.public_key().as_ref().to_vec();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let jwk = Jwk { kty: "EC".to_owned(), crv: Some("P-256".to_owned()), x: Some(x), y: Some(y), ..Jwk::default() };
        (key, jwk)
    }

    #[test]
    fn what_either_kind_of_key_signs_is_read_with_its_public_half_only() {
        let ((rsa_key, rsa_jwk), (ec_key, ec_jwk)) = (rsa(), p256());
        let claims = json!({ "iss": "弓ヶ浜" });
        for (key, jwk, other) in [(&rsa_key, &rsa_jwk, &ec_jwk), (&ec_key, &ec_jwk, &rsa_jwk)] {
            let token = key.sign(&claims).unwrap();
            let with = |keys: &[&Jwk]| Jwks { keys: keys.iter().map(|key| (*key).clone()).collect() }.verify(&token);
            assert_eq!(with(&[other, jwk]), Ok(claims.clone()));
            assert_eq!(with(&[other]), Err(Fault::UnknownKey));
            assert_eq!(with(&[&Jwk { usage: Some("enc".to_owned()), ..jwk.clone() }]), Err(Fault::UnknownKey));
        }
        let stranger = p256().1;
        let token = ec_key.sign(&claims).unwrap();
        assert_eq!(Jwks { keys: vec![stranger] }.verify(&token), Err(Fault::Signature));
    }

    #[test]
    fn what_is_no_token_of_ours_to_read_is_refused() {
        let (key, jwk) = p256();
        let keys = Jwks { keys: vec![jwk] };
        let token = key.sign(&json!({})).unwrap();
        let (head, rest) = token.split_once('.').unwrap();
        let with = |header: Value| keys.verify(&format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string())));
        for alg in ["none", "HS256", "ES384", "es256", ""] {
            assert_eq!(with(json!({ "alg": alg })), Err(Fault::Algorithm), "{alg}");
        }
        assert_eq!(with(json!({ "alg": "ES256", "crit": ["x"] })), Err(Fault::Algorithm));
        assert_eq!(with(json!({ "alg": "ES256", "kid": "another" })), Err(Fault::UnknownKey));
        assert_eq!(with(json!({ "alg": "ES256", "typ": "other" })), Err(Fault::Signature));
        for text in ["", "a.b", head, &format!("{token}.x"), "ä.b.c", &token.replace('.', "")] {
            assert_eq!(keys.verify(text), Err(Fault::Malformed), "{text}");
        }
        assert!(SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").is_none());
        assert!(SigningKey::from_pem("no key").is_none());
    }
}
