//! Published vectors, and every way in which a ceremony can be wrong.

use serde_json::{Value as Json, json};

use super::*;

// Here nobody answers a page.
#[allow(dead_code)]
#[path = "../../../tests/api/passkeys/device.rs"]
mod device;

use device::{Device, FLAGS, Private, told};

const SITE: &str = "example.org";
const ORIGIN: &str = "https://example.org";

fn party() -> Party {
    Party::of(ORIGIN).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn device(private: Private) -> Device {
    Device::new(private, SITE, ORIGIN)
}

fn add(device: &Device) -> Result<Made, Fault> {
    let client = ClientData::read(&told(device.client("webauthn.create", "AAAA")))?;
    client.check(Kind::Create, &party())?;
    made(&device.attestation(), &party())
}

fn let_in(device: &Device, key: &[u8]) -> Result<Signs, Fault> {
    check(&device.sign(&json!({ "challenge": "AAAA" })), key)
}

fn check(answer: &Json, key: &[u8]) -> Result<Signs, Fault> {
    let part = |name: &str| answer["response"][name].as_str().unwrap().to_owned();
    let client = ClientData::read(&part("clientDataJSON"))?;
    client.check(Kind::Get, &party())?;
    signed(&decoded(&part("authenticatorData"))?, &client, &decoded(&part("signature"))?, (key, &party()))
}

fn all() -> [Device; 3] {
    [device(Private::es256()), device(Private::ed25519()), device(Private::rs256())]
}

/// The vector `none.ES256` of the standard (Web Authentication Level 3, section 16.2), whose device did not verify its user when signing
/// in: it is read up to there, and its signature is right.
#[test]
fn the_published_vector_is_read_as_the_standard_says() {
    let attestation =
        hex("a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5\
         59000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001\
         215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290\
         af2e2664796b9220");
    let key =
        hex("a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717\
         c12cc68ed73290af2e2664796b9220");
    // Its flags are 59: present, may be and is backed up, with a key, and not verified.
    assert_eq!(made(&attestation, &party()), Err(Fault::Verified));
    let verified: Vec<u8> = {
        let mut verified = attestation;
        let flags = verified.iter().position(|byte| *byte == 0x59).unwrap();
        verified[flags] |= VERIFIED;
        verified
    };
    let made = made(&verified, &party()).unwrap();
    assert_eq!(made.credential, hex("f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4"));
    assert_eq!((made.key, made.signs), (key.clone(), Signs { counter: 0, synced: true }));

    let client = told(hex(
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a\
         7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e\
         223a66616c73657d",
    ));
    let client = ClientData::read(&client).unwrap();
    assert_eq!(client.challenge(), told(hex("39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408")));
    assert_eq!(client.check(Kind::Get, &party()), Ok(()));
    let data = hex("bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000");
    let signature =
        hex("3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f\
         937295ea13653e331e87");
    assert_eq!(signed(&data, &client, &signature, (&key, &party())), Err(Fault::Verified));
    let words = [data.as_slice(), &Sha256::digest(&client.bytes)].concat();
    assert!(PublicKey::read(&key).unwrap().verifies(&words, &signature));
}

#[test]
fn every_kind_of_key_opens_what_it_was_made_for_and_nothing_else() {
    let devices = all();
    for (n, device) in devices.iter().enumerate() {
        let made = add(device).unwrap();
        assert_eq!((&made.credential, made.signs), (&device.credential, Signs { counter: 0, synced: false }));
        assert_eq!(let_in(device, &made.key), Ok(made.signs));
        let stranger = &devices[(n + 1) % devices.len()].private;
        assert_eq!(let_in(device, &stranger.public()), Err(Fault::Signature));
    }
    let (one, other) = (device(Private::es256()), device(Private::es256()));
    assert_eq!(let_in(&one, &other.private.public()), Err(Fault::Signature));
}

#[test]
fn whatever_is_wrong_with_a_ceremony_is_told_apart() {
    type Spoil = fn(&mut Device);
    let wrong: [(Spoil, Fault); 9] = [
        (|device| device.origin = "https://example.org.evil.example".to_owned(), Fault::Origin),
        (|device| device.origin = "http://example.org".to_owned(), Fault::Origin),
        (|device| device.origin = "https://example.org:444".to_owned(), Fault::Origin),
        (|device| device.cross_origin = true, Fault::Origin),
        (|device| device.kind = Some("payment.get"), Fault::Kind),
        (|device| device.site = "evil.example".to_owned(), Fault::Site),
        (|device| device.flags = 0x04, Fault::Present),
        (|device| device.flags = 0x01, Fault::Verified),
        (|device| device.flags = FLAGS | 0x10, Fault::Backup),
    ];
    for mut device in all() {
        let key = device.private.public();
        for (spoil, fault) in wrong {
            let (origin, site) = (device.origin.clone(), device.site.clone());
            spoil(&mut device);
            assert_eq!((add(&device), let_in(&device, &key)), (Err(fault), Err(fault)));
            device = Device { origin, site, cross_origin: false, kind: None, flags: FLAGS, ..device };
        }
        // One ceremony is not the other.
        device.kind = Some("webauthn.get");
        assert_eq!(add(&device), Err(Fault::Kind));
        device.kind = Some("webauthn.create");
        assert_eq!(let_in(&device, &key), Err(Fault::Kind));
    }
}

#[test]
fn what_was_signed_cannot_be_changed() {
    let device = Device { flags: FLAGS | 0x18, counter: 9, ..device(Private::es256()) };
    let key = device.private.public();
    let answer = device.sign(&json!({ "challenge": "AAAA" }));
    assert_eq!(check(&answer, &key), Ok(Signs { counter: 9, synced: true }));
    let with = |name: &str, value: String| {
        let mut changed = answer.clone();
        changed["response"][name] = json!(value);
        check(&changed, &key)
    };
    assert_eq!(with("clientDataJSON", told(device.client("webauthn.get", "BBBB"))), Err(Fault::Signature));
    let more = Device { counter: 10, ..device };
    assert_eq!(with("authenticatorData", told(more.data(FLAGS | 0x18))), Err(Fault::Signature));
    assert_eq!(with("signature", String::new()), Err(Fault::Signature));
    assert_eq!(with("signature", "=".to_owned()), Err(Fault::Malformed));
    assert_eq!(with("clientDataJSON", told("[]")), Err(Fault::Malformed));
    // Something behind what is signed, and an end too early.
    assert_eq!(with("authenticatorData", told([more.data(FLAGS), vec![0]].concat())), Err(Fault::Malformed));
    assert_eq!(with("authenticatorData", told(&more.data(FLAGS)[..36])), Err(Fault::Malformed));
}

#[test]
fn extensions_are_read_over() {
    let device = device(Private::ed25519());
    let key = device.private.public();
    let signed_with = |flags: u8, after: &[u8]| {
        let data = [device.data(flags).as_slice(), after].concat();
        device_data(&data, &party()).and_then(|(flags, _, rest)| end(flags, rest))
    };
    assert_eq!(signed_with(FLAGS | HAS_EXTENSIONS, &[0xa1, 0x61, b'x', 0xf5]), Ok(()));
    for rest in [&[][..], &[0xa1], &[0x01], &[0xa0, 0]] {
        assert_eq!(signed_with(FLAGS | HAS_EXTENSIONS, rest), Err(Fault::Malformed), "{rest:?}");
    }
    assert!(PublicKey::read(&key).is_ok());
}

#[test]
fn no_part_of_a_new_passkey_can_be_missing() {
    let whole = device(Private::es256()).attestation();
    assert!(made(&whole, &party()).is_ok());
    for end in 0..whole.len() {
        assert_eq!(made(&whole[..end], &party()), Err(Fault::Malformed), "{end}");
    }
    assert_eq!(made(&[whole.as_slice(), &[0]].concat(), &party()), Err(Fault::Malformed));
    let long = Device { credential: vec![1; 1024], ..device(Private::es256()) };
    assert_eq!(add(&long), Err(Fault::Malformed));
    let none = Device { credential: Vec::new(), ..device(Private::es256()) };
    assert_eq!(add(&none), Err(Fault::Malformed));
}

#[test]
fn other_kinds_of_keys_are_refused() {
    let read = |bytes: &[u8]| PublicKey::read(bytes).err();
    let es256 = Private::es256().public();
    assert_eq!(read(&es256), None);
    // ES384, another curve, a symmetric key.
    for (at, byte) in [(4, 0x38), (6, 2), (2, 4)] {
        let mut other = es256.clone();
        other[at] = byte;
        assert!(read(&other).is_some(), "{at}");
    }
    assert_eq!(read(&[&[0xa5, 1, 2, 3, 0x38, 34, 0x20, 2, 0x21, 0x41, 1][..], &[0x22, 0x41, 1]].concat()), Some(Fault::Algorithm));
    assert_eq!(read(&[0xa1, 1, 2]), Some(Fault::Malformed));
    assert_eq!(read(&[es256.as_slice(), &[0]].concat()), Some(Fault::Malformed));
    assert_eq!(read(&vec![0x81; 100_000]), Some(Fault::Malformed));
    // A point that is none, and a short RSA key, verify nothing or are not read.
    assert_eq!(
        read(&[&[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x58, 128][..], &[0xff; 128], &[0x21, 0x43, 1, 0, 1]].concat()),
        Some(Fault::Malformed)
    );
    let nowhere = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..], &[0; 32], &[0x22, 0x58, 32], &[9; 32]].concat();
    assert_eq!(let_in(&device(Private::es256()), &nowhere), Err(Fault::Signature));
}

#[test]
fn passkeys_need_a_domain_and_a_connection_that_browsers_trust() {
    let party = |url: &str| Party::of(url).map(|party| (party.id, party.origin));
    let is = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
    assert_eq!(party("https://yoyaku.example.jp/"), is("yoyaku.example.jp", "https://yoyaku.example.jp"));
    assert_eq!(party("https://Yoyaku.Example.jp:443"), is("yoyaku.example.jp", "https://yoyaku.example.jp"));
    assert_eq!(party("https://yoyaku.example.jp:8443"), is("yoyaku.example.jp", "https://yoyaku.example.jp:8443"));
    assert_eq!(party("http://localhost:8080"), is("localhost", "http://localhost:8080"));
    for none in ["http://127.0.0.1:8080", "https://192.168.1.2", "https://[::1]", "http://yoyaku.example.jp", "", "localhost:8080"] {
        assert_eq!(party(none), None, "{none}");
    }
}
