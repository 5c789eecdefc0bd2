//! What a push service must not read (RFC 8291, `aes128gcm` of RFC 8188): one record for one device, over `ring`.

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom as _, SystemRandom};

/// An uncompressed point of P-256.
pub const POINT: usize = 65;
/// The secret that a device gives besides its key.
pub const AUTH: usize = 16;
/// A push service takes so long a body (RFC 8030, section 7.2).
const LONGEST_BODY: usize = 4096;
const SALT: usize = 16;
const TAG: usize = 16;
/// Salt, size of a record, length of a key, key.
const HEADER: usize = SALT + 4 + 1 + POINT;
/// What can be said at most: the rest is the header, the end mark and the tag.
pub const LONGEST: usize = LONGEST_BODY - HEADER - 1 - TAG;
/// Messages are filled up to one of these lengths, so that a length tells little.
const LENGTHS: [usize; 3] = [1024, 2048, LONGEST];

/// Why a message is not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is longer than a push may be.
    #[error("too long for a push")]
    TooLong,
    /// The device's keys are none.
    #[error("the keys of the device are none")]
    Keys,
    /// No randomness, or the like.
    #[error("cannot be sealed")]
    Broken,
}

impl From<Unspecified> for Fault {
    fn from(_: Unspecified) -> Self {
        Self::Broken
    }
}

/// What a device gave to be written to.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// Its public key (`p256dh`).
    pub key: &'a [u8],
    /// Its secret (`auth`).
    pub auth: &'a [u8],
}

/// A key of so many bytes.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut derived = [0; N];
    Salt::new(HKDF_SHA256, salt).extract(secret).expand(info, Bytes(N))?.fill(&mut derived)?;
    Ok(derived)
}

/// Whether keys that a browser names can be written to.
pub fn are_keys(recipient: Recipient<'_>) -> bool {
    recipient.auth.len() == AUTH && seal(recipient, b"").is_ok()
}

/// Seals a message for a device: the body of the request, as the push service passes it on.
pub fn seal(recipient: Recipient<'_>, message: &[u8]) -> Result<Vec<u8>, Fault> {
    let random = SystemRandom::new();
    let mut salt = [0; SALT];
    random.fill(&mut salt)?;
    let private = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let ours = private.compute_public_key()?;
    // Makes sure that the device's key is a point of the curve.
    let theirs = UnparsedPublicKey::new(&ECDH_P256, recipient.key);
    agree_ephemeral(private, &theirs, |secret| after_agreement(secret, ours.as_ref(), recipient, salt, message)).map_err(|_| Fault::Keys)?
}

/// Everything after the agreement on a secret; with the same salt always the same.
fn after_agreement(secret: &[u8], ours: &[u8], recipient: Recipient<'_>, salt: [u8; SALT], message: &[u8]) -> Result<Vec<u8>, Fault> {
    let length = LENGTHS.into_iter().find(|length| message.len() <= *length).ok_or(Fault::TooLong)?;
    sealed(secret, ours, recipient, salt, message, length)
}

fn sealed(secret: &[u8], ours: &[u8], recipient: Recipient<'_>, salt: [u8; SALT], message: &[u8], length: usize) -> Result<Vec<u8>, Fault> {
    let key_material: [u8; 32] = derive(recipient.auth, secret, &[b"WebPush: info\0", recipient.key, ours])?;
    let key: [u8; 16] = derive(&salt, &key_material, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derive(&salt, &key_material, &[b"Content-Encoding: nonce\0"])?;

    let mut record = Vec::with_capacity(length + 1 + TAG);
    record.extend_from_slice(message);
    // The mark of the last record; what comes after it says nothing.
    record.push(2);
    record.resize(length + 1, 0);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;

    let mut body = Vec::with_capacity(HEADER + record.len());
    body.extend_from_slice(&salt);
    body.extend_from_slice(&u32::try_from(LONGEST_BODY).unwrap_or(u32::MAX).to_be_bytes());
    body.push(u8::try_from(ours.len()).map_err(|_| Fault::Broken)?);
    body.extend_from_slice(ours);
    body.extend_from_slice(&record);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    #[test]
    fn the_example_of_the_standard_comes_out_to_the_byte() {
        // RFC 8291, appendix A, from the agreed secret on: `ring` takes no given private key. That we agree on the right secret is
        // shown by who reads what we sealed: api/tests/api/devices.rs.
        let secret = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let ours = bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let theirs = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let message = b"When I grow up, I want to be a watermelon";
        let recipient = Recipient { key: &theirs, auth: &auth };
        let body = sealed(&secret, &ours, recipient, salt, message, message.len()).unwrap();
        let expected = bytes(concat!(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_",
            "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        ));
        assert_eq!(body, expected);
    }

    fn device() -> (Vec<u8>, [u8; AUTH]) {
        let random = SystemRandom::new();
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &random).unwrap();
        (private.compute_public_key().unwrap().as_ref().to_vec(), [7; AUTH])
    }

    #[test]
    fn a_length_tells_little_and_no_body_is_longer_than_a_push_service_takes() {
        let (key, auth) = device();
        let recipient = Recipient { key: &key, auth: &auth };
        let length = |message: usize| seal(recipient, &vec![b'a'; message]).map(|body| body.len());
        for (message, expected) in
            [(0, 1127), (1, 1127), (1024, 1127), (1025, 2151), (2048, 2151), (2049, LONGEST_BODY), (LONGEST, LONGEST_BODY)]
        {
            assert_eq!(length(message), Ok(expected), "{message}");
        }
        assert_eq!(length(LONGEST + 1), Err(Fault::TooLong));
    }

    #[test]
    fn nothing_is_sealed_twice_alike() {
        let (key, auth) = device();
        let recipient = Recipient { key: &key, auth: &auth };
        let (one, other) = (seal(recipient, b"x").unwrap(), seal(recipient, b"x").unwrap());
        assert_ne!(one[..SALT], other[..SALT]);
        assert_ne!(one[SALT + 5..HEADER], other[SALT + 5..HEADER], "the same key of ours");
    }

    #[test]
    fn keys_that_are_none_are_seen() {
        let (key, auth) = device();
        assert!(are_keys(Recipient { key: &key, auth: &auth }));
        let mut off_curve = key.clone();
        off_curve[64] ^= 1;
        for (key, auth) in [(&off_curve[..], &auth[..]), (&key[1..], &auth[..]), (&[], &auth[..]), (&key[..], &auth[1..]), (&key[..], &[])]
        {
            assert!(!are_keys(Recipient { key, auth }));
        }
    }
}
