//! What a browser and a device say of a ceremony, and whether it proves what it should (Web Authentication, Level 3, sections 7.1 and 7.2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::passkeys::Rejection;

use super::cbor::Value;

/// Why a ceremony proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not written as it should be.
    #[error("malformed")]
    Malformed,
    /// It is another ceremony.
    #[error("another kind of ceremony")]
    Kind,
    /// It was on a page of another site, or inside of one.
    #[error("another origin")]
    Origin,
    /// The passkey is for another site.
    #[error("another site")]
    Site,
    /// Nobody touched the device.
    #[error("nobody present")]
    Present,
    /// The device did not make sure who holds it.
    #[error("user not verified")]
    Verified,
    /// The device contradicts itself about copies.
    #[error("backed up, but cannot be")]
    Backup,
    /// A kind of key that is not understood.
    #[error("another algorithm")]
    Algorithm,
    /// The signature is wrong.
    #[error("wrong signature")]
    Signature,
    /// It is another account's.
    #[error("another account")]
    Account,
}

impl From<Fault> for Rejection {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Verified => Self::UserNotVerified,
            Fault::Algorithm => Self::AlgorithmUnknown,
            _ => Self::NotVerified,
        }
    }
}

/// Reads bytes as they travel.
pub fn decoded(text: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Fault::Malformed)
}

/// Who asks for passkeys: this installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The domain that passkeys are for.
    pub id: String,
    /// The origin of its pages.
    pub origin: String,
}

impl Party {
    /// The party of an installation's public address; none where it has no domain, or where browsers would not trust the connection.
    pub fn of(public_url: &str) -> Option<Self> {
        let url = reqwest::Url::parse(public_url).ok()?;
        let id = url.domain()?.to_owned();
        let is_local = id == "localhost" || id.ends_with(".localhost");
        (url.scheme() == "https" || (url.scheme() == "http" && is_local)).then(|| Self { origin: url.origin().ascii_serialization(), id })
    }
}

/// The two ceremonies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A passkey is made.
    Create,
    /// A passkey signs.
    Get,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// What the browser says of the ceremony.
#[derive(Debug)]
pub struct ClientData {
    bytes: Vec<u8>,
    said: Said,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

impl ClientData {
    /// Reads it.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let bytes = decoded(text)?;
        let said = serde_json::from_slice(&bytes).map_err(|_| Fault::Malformed)?;
        Ok(Self { bytes, said })
    }

    /// What was signed, as it was given out.
    pub fn challenge(&self) -> &str {
        &self.said.challenge
    }

    /// Whether it is this ceremony, on a page of ours.
    pub fn check(&self, kind: Kind, party: &Party) -> Result<(), Fault> {
        if self.said.kind != kind.word() {
            return Err(Fault::Kind);
        }
        if self.said.origin != party.origin || self.said.cross_origin {
            return Err(Fault::Origin);
        }
        Ok(())
    }
}

/// What the device says of the ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs {
    /// How often the passkey has signed; 0 where it does not count.
    pub counter: u32,
    /// Whether it is kept on more than one device.
    pub synced: bool,
}

/// The part that comes first: hash of the site, flags, count.
const HEAD: usize = 37;
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BACK_UP: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_KEY: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// Reads the device's words; gives flags, signs and what comes after them.
fn device_data<'a>(bytes: &'a [u8], party: &Party) -> Result<(u8, Signs, &'a [u8]), Fault> {
    let (head, rest) = bytes.split_at_checked(HEAD).ok_or(Fault::Malformed)?;
    let (site, head) = head.split_at_checked(32).ok_or(Fault::Malformed)?;
    let [flags, counter @ ..] = head else { return Err(Fault::Malformed) };
    let (flags, counter) = (*flags, <[u8; 4]>::try_from(counter).map_err(|_| Fault::Malformed)?);
    if site != Sha256::digest(&party.id).as_slice() {
        return Err(Fault::Site);
    }
    if flags & PRESENT == 0 {
        return Err(Fault::Present);
    }
    if flags & VERIFIED == 0 {
        return Err(Fault::Verified);
    }
    if flags & BACKED_UP != 0 && flags & MAY_BACK_UP == 0 {
        return Err(Fault::Backup);
    }
    Ok((flags, Signs { counter: u32::from_be_bytes(counter), synced: flags & BACKED_UP != 0 }, rest))
}

/// After everything else there may be one map of extensions, and nothing more.
fn end(flags: u8, rest: &[u8]) -> Result<(), Fault> {
    let rest = match flags & HAS_EXTENSIONS {
        0 => rest,
        _ => match Value::read(rest) {
            Some((Value::Map(_), rest)) => rest,
            _ => return Err(Fault::Malformed),
        },
    };
    if rest.is_empty() { Ok(()) } else { Err(Fault::Malformed) }
}

/// A passkey that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its name among devices.
    pub credential: Vec<u8>,
    /// Its public key, as the device wrote it (COSE).
    pub key: Vec<u8>,
    /// What the device says of it.
    pub signs: Signs,
}

/// The longest name of a passkey among devices that there may be.
const LONGEST_CREDENTIAL: usize = 1023;

/// Reads a passkey that was made. What is stated about the device's make is not looked at.
pub fn made(attestation: &[u8], party: &Party) -> Result<Made, Fault> {
    let (object, rest) = Value::read(attestation).ok_or(Fault::Malformed)?;
    let data = object.get(&Value::Text("authData")).and_then(Value::bytes).ok_or(Fault::Malformed)?;
    if !rest.is_empty() {
        return Err(Fault::Malformed);
    }
    let (flags, signs, rest) = device_data(data, party)?;
    if flags & HAS_KEY == 0 {
        return Err(Fault::Malformed);
    }
    // The make of the device, 16 bytes, then the length of the name.
    let (length, rest) = rest.split_at_checked(16).and_then(|(_, rest)| rest.split_at_checked(2)).ok_or(Fault::Malformed)?;
    let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let (credential, rest) = rest.split_at_checked(length).ok_or(Fault::Malformed)?;
    if credential.is_empty() || length > LONGEST_CREDENTIAL {
        return Err(Fault::Malformed);
    }
    let (_, after) = Value::read(rest).ok_or(Fault::Malformed)?;
    let key = rest.split_at_checked(rest.len() - after.len()).map(|(key, _)| key.to_vec()).ok_or(Fault::Malformed)?;
    PublicKey::read(&key)?;
    end(flags, after)?;
    Ok(Made { credential: credential.to_vec(), key, signs })
}

/// A public key that is understood.
enum PublicKey<'a> {
    Es256 { x: &'a [u8], y: &'a [u8] },
    Ed25519 { x: &'a [u8] },
    Rs256 { n: &'a [u8], e: &'a [u8] },
}

impl<'a> PublicKey<'a> {
    /// Reads a key (COSE, RFC 9053): kind 1, algorithm 3, and the parameters of each kind.
    fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let (map, rest) = Value::read(bytes).ok_or(Fault::Malformed)?;
        let number = |key| map.get(&Value::Number(key)).and_then(Value::number);
        let part = |key, length: std::ops::RangeInclusive<usize>| {
            map.get(&Value::Number(key)).and_then(Value::bytes).filter(|bytes| length.contains(&bytes.len())).ok_or(Fault::Malformed)
        };
        if !rest.is_empty() {
            return Err(Fault::Malformed);
        }
        match (number(1), number(3), number(-1)) {
            (Some(2), Some(-7), Some(1)) => Ok(Self::Es256 { x: part(-2, 32..=32)?, y: part(-3, 32..=32)? }),
            (Some(1), Some(-8), Some(6)) => Ok(Self::Ed25519 { x: part(-2, 32..=32)? }),
            (Some(3), Some(-257), _) => Ok(Self::Rs256 { n: part(-1, 256..=1024)?, e: part(-2, 1..=5)? }),
            (Some(_), Some(_), _) => Err(Fault::Algorithm),
            _ => Err(Fault::Malformed),
        }
    }

    /// Whether the signature is of this key. The algorithm is the key's, never the signature's.
    fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256 { x, y } => {
                let point = [&[4], *x, *y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature).is_ok()
            }
            Self::Ed25519 { x } => UnparsedPublicKey::new(&ED25519, x).verify(signed, signature).is_ok(),
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok(),
        }
    }
}

/// Whether a passkey has signed this ceremony; gives what its device says.
pub fn signed(data: &[u8], client: &ClientData, signature: &[u8], (key, party): (&[u8], &Party)) -> Result<Signs, Fault> {
    let (flags, signs, rest) = device_data(data, party)?;
    if flags & HAS_KEY == 0 {
        end(flags, rest)?;
    }
    let told = [data, Sha256::digest(&client.bytes).as_slice()].concat();
    if PublicKey::read(key)?.verifies(&told, signature) { Ok(signs) } else { Err(Fault::Signature) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]
mod tests;
