//! Who we are to push services (VAPID, RFC 8292): a key of this installation, and what it signs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::json;

use crate::identity::jose::SigningKey;

/// What is signed is good for so long; a day would be the most.
const GOOD_FOR: TimeDelta = TimeDelta::hours(12);

/// Our key to push services.
pub struct Vapid {
    key: SigningKey,
    public: String,
    contact: String,
}

impl Vapid {
    /// Reads the key from PEM (PKCS #8, P-256). Push services write to the contact (`mailto:` or `https:`) when something is wrong.
    pub fn from_pem(pem: &str, contact: &str) -> Option<Self> {
        let key = SigningKey::from_pem(pem)?;
        let SigningKey::Es256(pair) = &key else { return None };
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());
        Some(Self { key, public, contact: contact.to_owned() })
    }

    /// Makes a new key, as PEM.
    pub fn make() -> Option<String> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok()?;
        Some(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(document)))
    }

    /// The public half, as browsers take it (`applicationServerKey`): an uncompressed point, base64url.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The header that says to the service of this address who we are.
    pub fn authorization(&self, address: &Url, now: DateTime<Utc>) -> Option<String> {
        let claims = json!({
            "aud": address.origin().ascii_serialization(),
            "exp": (now + GOOD_FOR).timestamp(),
            "sub": self.contact,
        });
        Some(format!("vapid t={}, k={}", self.key.sign(&claims)?, self.public))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_is_read_again_and_another_kind_is_not() {
        let pem = Vapid::make().unwrap();
        let one = Vapid::from_pem(&pem, "mailto:a@example.jp").unwrap();
        assert_eq!(one.public(), Vapid::from_pem(&pem, "https://example.jp").unwrap().public());
        assert_eq!(URL_SAFE_NO_PAD.decode(one.public()).unwrap().len(), 65);
        assert_ne!(one.public(), Vapid::from_pem(&Vapid::make().unwrap(), "").unwrap().public());
        assert!(Vapid::from_pem(include_str!("../../../tests/keys/rsa.pem"), "").is_none());
        assert!(Vapid::from_pem("", "").is_none());
    }
}
