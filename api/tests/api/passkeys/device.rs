//! A device that makes passkeys and signs with them; anything that it says can be made wrong.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Present, verified.
pub const FLAGS: u8 = 0x05;
const HAS_KEY: u8 = 0x40;

/// The device's private key.
pub enum Private {
    Es256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

impl Private {
    pub fn es256() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self::Es256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap())
    }

    pub fn ed25519() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed25519(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap())
    }

    pub fn rs256() -> Self {
        let pem = include_str!("../../keys/rsa.pem");
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        Self::Rs256(Box::new(RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap()))
    }

    /// The public half (COSE).
    pub fn public(&self) -> Vec<u8> {
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21][..], &bytes(&point[1..33]), &[0x22], &bytes(&point[33..])].concat()
            }
            Self::Ed25519(pair) => [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21][..], &bytes(pair.public_key().as_ref())].concat(),
            Self::Rs256(pair) => {
                let PublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
                [&[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20][..], &bytes(&n), &[0x21], &bytes(&e)].concat()
            }
        }
    }

    fn sign(&self, words: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) => pair.sign(&random, words).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(words).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, words, &mut signature).unwrap();
                signature
            }
        }
    }
}

/// Bytes in CBOR.
fn bytes(own: &[u8]) -> Vec<u8> {
    let length = u16::try_from(own.len()).unwrap().to_be_bytes();
    [&[0x59][..], &length, own].concat()
}

/// As bytes travel.
pub fn told(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A device with one passkey.
pub struct Device {
    pub private: Private,
    pub credential: Vec<u8>,
    pub site: String,
    pub origin: String,
    pub cross_origin: bool,
    pub flags: u8,
    pub counter: u32,
    /// What it says that it does, where that is not what it does.
    pub kind: Option<&'static str>,
    /// Whose the passkey is, once it is made.
    pub handle: Option<String>,
}

impl Device {
    pub fn new(private: Private, site: &str, origin: &str) -> Self {
        let mut credential = vec![0; 32];
        SystemRandom::new().fill(&mut credential).unwrap();
        let (site, origin) = (site.to_owned(), origin.to_owned());
        Self { private, credential, site, origin, cross_origin: false, flags: FLAGS, counter: 0, kind: None, handle: None }
    }

    pub fn id(&self) -> String {
        told(&self.credential)
    }

    /// What the browser says.
    pub fn client(&self, kind: &str, challenge: &str) -> String {
        let kind = self.kind.unwrap_or(kind);
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin }).to_string()
    }

    /// What the device says.
    pub fn data(&self, flags: u8) -> Vec<u8> {
        [&Sha256::digest(&self.site)[..], &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// What the device says when it has made the passkey.
    pub fn attestation(&self) -> Vec<u8> {
        let length = u16::try_from(self.credential.len()).unwrap().to_be_bytes();
        let data = [self.data(self.flags | HAS_KEY), vec![7; 16], length.to_vec(), self.credential.clone(), self.private.public()].concat();
        [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData"[..], &bytes(&data)].concat()
    }

    /// Makes the passkey, as the browser tells it.
    pub fn make(&mut self, options: &Value) -> Value {
        self.handle = options["user"]["id"].as_str().map(str::to_owned);
        let client = told(self.client("webauthn.create", options["challenge"].as_str().unwrap()));
        let response = json!({ "clientDataJSON": client, "attestationObject": told(self.attestation()) });
        json!({ "id": self.id(), "rawId": self.id(), "type": "public-key", "response": response, "clientExtensionResults": {} })
    }

    /// Signs, as the browser tells it.
    pub fn sign(&self, options: &Value) -> Value {
        let client = self.client("webauthn.get", options["challenge"].as_str().unwrap());
        let data = self.data(self.flags);
        let signature = self.private.sign(&[data.as_slice(), &Sha256::digest(&client)].concat());
        let response = json!({
            "clientDataJSON": told(client), "authenticatorData": told(data), "signature": told(signature), "userHandle": self.handle
        });
        json!({ "id": self.id(), "rawId": self.id(), "type": "public-key", "response": response, "clientExtensionResults": {} })
    }
}
