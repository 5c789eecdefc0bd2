use super::*;
use crate::problem::sentence;
use chrono::TimeDelta;

fn scopes(words: &str) -> BTreeSet<Scope> {
    words.split_whitespace().map(|word| Scope::of_word(word).unwrap()).collect()
}

fn grants(all: &[(&str, &str)]) -> Vec<Granted> {
    all.iter().map(|(facility, words)| Granted { facility_id: (*facility).into(), scopes: scopes(words) }).collect()
}

fn noon() -> DateTime<Utc> {
    "2026-11-27T03:00:00Z".parse().unwrap()
}

#[test]
fn a_word_is_the_same_in_a_request_in_json_and_in_the_list() {
    for scope in Scope::ALL {
        assert_eq!(Scope::of_word(scope.word()), Some(scope));
        assert_eq!(serde_json::to_value(scope).unwrap(), scope.word());
        assert_ne!(sentence(scope.key(), crate::locale::Locale::Ja), scope.key());
    }
    assert_eq!(Scope::of_word("slots"), None);
    assert_eq!(scope_words(&scopes("slots:write slots:read")), "slots:read slots:write");
}

#[test]
fn a_request_is_let_in_for_a_facility_that_grants_what_it_needs() {
    let (token, two) = (scopes("slots:read bookings:read"), grants(&[("a", "slots:read slots:write"), ("b", "bookings:read")]));
    let ask = |needed, named: Option<&str>| admit(&token, &two, needed, named.map(FacilityId::from).as_ref());
    assert_eq!(ask(Scope::SlotsRead, Some("a")), Ok("a".into()));
    assert_eq!(ask(Scope::BookingsRead, Some("b")), Ok("b".into()));
    // The facility grants it, the token was not asked for it; and the other way round.
    assert_eq!(ask(Scope::SlotsWrite, Some("a")), Err(Denial::ScopeMissing { scope: Scope::SlotsWrite }));
    assert_eq!(ask(Scope::BookingsRead, Some("a")), Err(Denial::ScopeMissing { scope: Scope::BookingsRead }));
    assert_eq!(ask(Scope::SlotsRead, Some("c")), Err(Denial::NotGranted));
    assert_eq!(ask(Scope::SlotsRead, None), Err(Denial::FacilityMissing));
    // A token without the scope learns nothing of facilities.
    assert_eq!(ask(Scope::ChildrenRead, Some("c")), Err(Denial::ScopeMissing { scope: Scope::ChildrenRead }));
    let only = grants(&[("a", "slots:read")]);
    assert_eq!(admit(&token, &only, Scope::SlotsRead, None), Ok("a".into()));
    assert_eq!(admit(&token, &[], Scope::SlotsRead, None), Err(Denial::NotGranted));
}

#[test]
fn children_are_seen_where_token_and_facility_both_allow_it() {
    let two = grants(&[("a", "bookings:read children:read"), ("b", "bookings:read")]);
    assert!(sees_children(&scopes("children:read"), &two, &"a".into()));
    assert!(!sees_children(&scopes("children:read"), &two, &"b".into()));
    assert!(!sees_children(&scopes("bookings:read"), &two, &"a".into()));
}

#[test]
fn a_token_is_good_for_what_is_asked_and_never_for_more_than_is_granted() {
    let two = grants(&[("a", "slots:read"), ("b", "bookings:read")]);
    assert_eq!(issue(&two, None), Ok(scopes("slots:read bookings:read")));
    assert_eq!(issue(&two, Some(" ")), Ok(scopes("slots:read bookings:read")));
    assert_eq!(issue(&two, Some("slots:read")), Ok(scopes("slots:read")));
    for asked in ["slots:write", "slots:read slots:write", "slots:all", "SLOTS:READ"] {
        assert!(matches!(issue(&two, Some(asked)), Err(TokenRefusal::InvalidScope(_))), "{asked}");
    }
    assert!(matches!(issue(&[], None), Err(TokenRefusal::InvalidScope(_))));
}

#[test]
fn an_assertion_is_for_us_for_now_and_for_once() {
    let us = ["https://y.example/api/v1/oauth/token".to_owned(), "https://y.example".to_owned()];
    let good = Assertion {
        iss: "c".to_owned(),
        sub: "c".to_owned(),
        aud: Audience::One(us[0].clone()),
        exp: noon().timestamp() + 300,
        nbf: Some(noon().timestamp()),
        jti: "1".to_owned(),
    };
    let check = |claims: &Assertion| check_assertion(claims, &us, noon());
    assert_eq!(check(&good), Ok(noon() + TimeDelta::seconds(360)));
    assert!(check(&Assertion { aud: Audience::Many(vec!["https://x.example".to_owned(), us[1].clone()]), ..good.clone() }).is_ok());
    assert!(check(&Assertion { exp: noon().timestamp() - 59, ..good.clone() }).is_ok());
    for wrong in [
        Assertion { sub: "d".to_owned(), ..good.clone() },
        Assertion { aud: Audience::One("https://x.example".to_owned()), ..good.clone() },
        Assertion { aud: Audience::Many(Vec::new()), ..good.clone() },
        Assertion { exp: noon().timestamp() - 60, ..good.clone() },
        Assertion { exp: noon().timestamp() + 661, ..good.clone() },
        Assertion { exp: i64::MAX, ..good.clone() },
        Assertion { nbf: Some(noon().timestamp() + 61), ..good.clone() },
        Assertion { jti: String::new(), ..good.clone() },
        Assertion { jti: "x".repeat(256), ..good.clone() },
    ] {
        assert!(matches!(check(&wrong), Err(TokenRefusal::InvalidClient(_))), "{wrong:?}");
    }
    assert_eq!(TokenRefusal::UnsupportedGrantType.problem().error, "unsupported_grant_type");
    assert_eq!(TokenRefusal::InvalidRequest("x").problem().error, "invalid_request");
}

#[test]
fn only_the_public_half_of_a_usable_key_is_registered() {
    let (part, modulus) = (Some("A".repeat(43)), Some("A".repeat(342)));
    let ec = PublicJwk { kty: "EC".to_owned(), crv: Some("P-256".to_owned()), x: part.clone(), y: part.clone(), ..PublicJwk::default() };
    let rsa = PublicJwk { kty: "RSA".to_owned(), n: modulus, e: Some("AQAB".to_owned()), ..PublicJwk::default() };
    assert_eq!((ec.check(), rsa.check()), (Ok(()), Ok(())));
    assert_eq!(PublicJwk { d: part.clone(), ..ec.clone() }.check(), Err(Rejection::KeyPrivate));
    for wrong in [
        PublicJwk { crv: Some("P-384".to_owned()), ..ec.clone() },
        PublicJwk { y: None, ..ec.clone() },
        PublicJwk { x: Some("A".repeat(42)), ..ec.clone() },
        PublicJwk { x: Some("ä".repeat(21) + "A"), ..ec.clone() },
        PublicJwk { usage: Some("enc".to_owned()), ..ec.clone() },
        PublicJwk { kid: Some(String::new()), ..ec.clone() },
        PublicJwk { n: Some("A".repeat(171)), ..rsa.clone() },
        PublicJwk { e: None, ..rsa.clone() },
        PublicJwk { kty: "oct".to_owned(), ..rsa.clone() },
    ] {
        assert_eq!(wrong.check(), Err(Rejection::KeyUnusable), "{wrong:?}");
    }
}

#[test]
fn two_secrets_and_two_keys_are_live_at_a_time() {
    let credential = |kind, revoked: bool| ClientCredential {
        id: "c".into(),
        kind,
        hint: String::new(),
        made_at: noon(),
        used_at: None,
        revoked_at: revoked.then(noon),
    };
    let (secret, key) = (CredentialKind::Secret, CredentialKind::Key);
    let two = [credential(secret, false), credential(secret, false), credential(key, false)];
    assert_eq!(add_credential(false, &two, secret), Err(Rejection::TooManySecrets));
    assert_eq!(add_credential(false, &two, key), Ok(()));
    assert_eq!(add_credential(false, &[credential(secret, true), credential(secret, false)], secret), Ok(()));
    assert_eq!(add_credential(false, &[credential(key, false), credential(key, false)], key), Err(Rejection::TooManyKeys));
    assert_eq!(add_credential(true, &[], secret), Err(Rejection::Revoked));
}

#[test]
fn a_bucket_empties_says_how_long_to_wait_and_fills_again() {
    let mut bucket = Bucket::full(Rate::REQUESTS, noon());
    assert_eq!(bucket.take(noon()), Ok(Quota { left: Rate::REQUESTS.most - 1, full_in: 1 }));
    for _ in 1..Rate::REQUESTS.most {
        bucket.take(noon()).unwrap();
    }
    assert_eq!(bucket.take(noon()), Err(Rejection::TooManyRequests { seconds: 1 }));
    // A clock that is set back gives nothing.
    assert!(bucket.take(noon() - TimeDelta::minutes(5)).is_err());
    let later = noon() + TimeDelta::seconds(1);
    assert_eq!(bucket.take(later), Ok(Quota { left: 9, full_in: 60 }));
    let much_later = noon() + TimeDelta::hours(1);
    assert!(bucket.is_full(much_later) && !bucket.is_full(later));
    assert_eq!(bucket.take(much_later).map(|quota| quota.left), Ok(Rate::REQUESTS.most - 1));
}

#[test]
fn after_five_wrong_proofs_there_is_one_a_minute() {
    let mut wrong = Bucket::full(Rate::WRONG_FOR_CLIENT, noon());
    for _ in 0..Rate::WRONG_FOR_CLIENT.most {
        assert_eq!(wrong.wait(noon()), None);
        wrong.take(noon()).unwrap();
    }
    assert_eq!(wrong.wait(noon()), Some(60));
    assert_eq!(wrong.wait(noon() + TimeDelta::seconds(59)), Some(1));
    let later = noon() + TimeDelta::seconds(60);
    assert_eq!(wrong.wait(later), None);
    wrong.take(later).unwrap();
    assert_eq!(wrong.wait(later), Some(60));
    assert!(wrong.is_full(later + TimeDelta::seconds(300)));
    let reason = Rejection::TooManyWrong { seconds: 60 }.reason();
    assert!(reason.sentence(crate::locale::Locale::En).contains("60 s"));
}

#[test]
fn every_deed_has_words_and_the_rest_is_told_as_one() {
    for locale in crate::locale::Locale::ALL {
        let words: BTreeSet<String> = DEEDS.iter().map(|operation| deed(operation, locale)).collect();
        assert_eq!(words.len(), DEEDS.len(), "two are told alike in {}", locale.tag());
        assert!(words.iter().all(|words| !words.starts_with("clients.did.")));
        assert_eq!(deed("(closed)", locale), deed("get_child", locale));
        assert!(!words.contains(&deed("(closed)", locale)));
    }
}
