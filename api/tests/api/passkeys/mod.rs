//! Passkeys: added by their owner, coming back with one, and everything that opens nothing.

mod device;

use api::config::Config;
use api::schema::{accounts, audit_lines, passkey_challenges, passkeys};
use diesel::prelude::*;
use serde_json::{Value, json};

use self::device::{Device, FLAGS, Private};
use crate::app::{Answer, Person, SAKAIMINATO, TestApp, YONAGO};
use crate::identity::{hanako, register, travel};

/// As the tests' server is configured.
const ORIGIN: &str = "http://localhost:0";

fn phone() -> Device {
    Device::new(Private::es256(), "localhost", ORIGIN)
}

async fn begin(person: &Person) -> Value {
    let begun = person.post("/passkeys/begin", json!({})).await;
    assert_eq!(begun.status, 200, "{:?}", begun.body);
    begun.body
}

async fn send(person: &Person, credential: Value) -> Answer {
    person.post("/passkeys", json!({ "name": "わたしのスマホ", "credential": credential })).await
}

/// Adds the device's passkey.
async fn add(person: &Person, device: &mut Device) -> Answer {
    let options = begin(person).await;
    send(person, device.make(&options)).await
}

async fn added(person: &Person, device: &mut Device) -> String {
    let answer = add(person, device).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

/// A browser on its way in, and what its device is asked.
async fn ask(person: &Person) -> (Person, Value) {
    let asked = person.post("/auth/passkeys/begin", json!({})).await;
    assert_eq!(asked.status, 200, "{:?}", asked.body);
    (person.also_keeping(&asked), asked.body)
}

/// Signs in with the device's passkey, in a browser of its own.
async fn come_back(test: &TestApp, device: &Device) -> Answer {
    let (browser, options) = ask(&test.anybody()).await;
    browser.post("/auth/passkeys", device.sign(&options)).await
}

async fn list(person: &Person) -> Vec<Value> {
    person.get("/passkeys").await.body["items"].as_array().unwrap().clone()
}

async fn audited(test: &TestApp, kind: &'static str) -> i64 {
    test.write(move |conn| Ok(audit_lines::table.filter(audit_lines::action.eq(kind)).count().get_result(conn)?)).await
}

fn refusal(answer: &Answer) -> (u16, &str) {
    (answer.code_number(), answer.code())
}

on_both! {
    async fn a_guardian_adds_a_passkey_and_comes_back_with_it(test) {
        assert_eq!(test.anybody().get("/settings").await.body["passkey_origin"], ORIGIN);
        let ana = test.guardian("Ana", YONAGO).await;
        let me = ana.get("/me").await.body;
        let options = begin(&ana).await;
        assert_eq!((&options["rp"]["id"], &options["user"]["name"], &options["attestation"]), (&json!("localhost"), &me["email"], &json!("none")));
        assert_eq!(options["authenticatorSelection"], json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" }));
        assert_eq!(options["pubKeyCredParams"].as_array().unwrap().iter().map(|kind| kind["alg"].as_i64().unwrap()).collect::<Vec<_>>(), [-7, -8, -257]);
        assert_eq!(options["excludeCredentials"], json!([]));

        let mut phone = phone();
        let id = added(&ana, &mut phone).await;
        assert_eq!(list(&ana).await, [json!({ "id": id, "name": "わたしのスマホ", "synced": false, "added_at": "2026-11-21T03:00:00Z" })]);
        assert_eq!(begin(&ana).await["excludeCredentials"], json!([{ "type": "public-key", "id": phone.id() }]));

        test.at("2026-11-22T12:00:00+09:00");
        let (browser, options) = ask(&test.anybody()).await;
        assert_eq!((&options["rpId"], &options["allowCredentials"], &options["userVerification"]), (&json!("localhost"), &json!([]), &json!("required")));
        phone.counter = 1;
        phone.flags = FLAGS | 0x18;
        let back = browser.post("/auth/passkeys", phone.sign(&options)).await;
        assert_eq!((back.status.as_u16(), &back.body), (200, &me));
        let cookie = back.headers["set-cookie"].to_str().unwrap();
        for word in ["session=", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"] {
            assert!(cookie.contains(word), "{cookie}");
        }
        let again = test.anybody().keeping(&back);
        assert_eq!(again.get("/family").await.body["id"], me["role"]["family_id"]);
        let seen = list(&again).await;
        assert_eq!((&seen[0]["used_at"], &seen[0]["synced"]), (&json!("2026-11-22T03:00:00Z"), &json!(true)));
        assert_eq!(audited(test, "passkey.added").await, 1);
    }

    async fn every_kind_of_key_and_of_person_is_let_in_as_who_it_is(test) {
        let people = [test.guardian("Ana", YONAGO).await, test.staff("sakai").await, test.officer(SAKAIMINATO).await];
        for (person, private) in people.iter().zip([Private::ed25519(), Private::rs256(), Private::es256()]) {
            let mut device = Device::new(private, "localhost", ORIGIN);
            added(person, &mut device).await;
            let back = come_back(test, &device).await;
            assert_eq!((back.status.as_u16(), &back.body), (200, &person.get("/me").await.body));
            // As long as any other way in: a family's phone a month, a shared tablet twelve hours.
            let lasts = if person.get("/family").await.status == 200 { "Max-Age=2592000" } else { "Max-Age=43200" };
            assert!(back.headers["set-cookie"].to_str().unwrap().contains(lasts));
        }
    }

    async fn a_challenge_is_for_once_for_five_minutes_and_for_one_browser(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let mut phone = phone();
        let options = begin(&ana).await;
        let made = phone.make(&options);
        assert_eq!(refusal(&send(&bea, made.clone()).await), (409, "passkeys.ceremony_over"), "another person's");
        let other = test.guardian("Cara", YONAGO).await;
        assert_eq!(refusal(&send(&other, made.clone()).await), (409, "passkeys.ceremony_over"));
        assert_eq!(send(&ana, made.clone()).await.status, 201);
        assert_eq!(refusal(&send(&ana, made).await), (409, "passkeys.ceremony_over"), "used");
        let (late, invented) = (begin(&ana).await, json!({ "challenge": "AAAA", "user": {} }));
        let mut tablet = self::phone();
        assert_eq!(refusal(&send(&ana, tablet.make(&invented)).await), (409, "passkeys.ceremony_over"));
        test.at("2026-11-21T12:05:00+09:00");
        assert_eq!(refusal(&send(&ana, tablet.make(&late)).await), (409, "passkeys.ceremony_over"), "late");

        let (browser, options) = ask(&test.anybody()).await;
        let signed = phone.sign(&options);
        assert_eq!(refusal(&test.anybody().post("/auth/passkeys", signed.clone()).await), (409, "passkeys.ceremony_over"), "no browser");
        let elsewhere = ask(&test.anybody()).await.0;
        assert_eq!(refusal(&elsewhere.post("/auth/passkeys", signed.clone()).await), (409, "passkeys.ceremony_over"), "another browser");
        assert_eq!(browser.post("/auth/passkeys", signed.clone()).await.status, 200);
        assert_eq!(refusal(&browser.post("/auth/passkeys", signed).await), (409, "passkeys.ceremony_over"), "replayed");
        // A second page of the same browser does not end the first one's.
        let (_, first) = ask(&browser).await;
        let (_, second) = ask(&browser).await;
        for options in [second, first] {
            assert_eq!(browser.post("/auth/passkeys", phone.sign(&options)).await.status, 200);
        }
        // What is for adding is not for signing in.
        let (_, adding) = (ask(&browser).await, begin(&ana).await);
        assert_eq!(refusal(&browser.post("/auth/passkeys", phone.sign(&adding)).await), (409, "passkeys.ceremony_over"));
        let (browser, options) = ask(&test.anybody()).await;
        test.at("2026-11-21T12:10:00+09:00");
        assert_eq!(refusal(&browser.post("/auth/passkeys", phone.sign(&options)).await), (409, "passkeys.ceremony_over"), "late");
        let now = test.app.now();
        test.write(move |conn| api::passkeys::store::forget_over(conn, now)).await;
        assert_eq!(test.write(|conn| Ok(passkey_challenges::table.count().get_result::<i64>(conn)?)).await, 0);
    }

    async fn adding_twice_under_one_key_adds_once(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let mut phone = phone();
        let options = begin(&ana).await;
        let body = json!({ "name": "スマホ", "credential": phone.make(&options) });
        let first = ana.post_with_key("/passkeys", body.clone(), "once").await;
        let second = ana.post_with_key("/passkeys", body, "once").await;
        assert_eq!((first.status.as_u16(), second.status.as_u16(), &first.body), (201, 201, &second.body));
        assert_eq!(list(&ana).await.len(), 1);
        // The same passkey is nobody's a second time.
        let bea = test.guardian("Bea", YONAGO).await;
        assert_eq!(refusal(&add(&bea, &mut phone).await), (409, "passkeys.already_added"));
        let unnamed = json!({ "name": " ", "credential": phone.make(&begin(&ana).await) });
        assert_eq!(ana.post("/passkeys", unnamed).await.codes(), ["text.missing"]);
    }

    async fn what_proves_nothing_adds_nothing(test) {
        type Spoil = fn(&mut Device);
        let wrong: [(Spoil, &str); 6] = [
            (|device| device.origin = "https://evil.example".to_owned(), "passkeys.not_verified"),
            (|device| device.site = "evil.example".to_owned(), "passkeys.not_verified"),
            (|device| device.kind = Some("webauthn.get"), "passkeys.not_verified"),
            (|device| device.cross_origin = true, "passkeys.not_verified"),
            (|device| device.flags = 0x01, "passkeys.user_not_verified"),
            (|device| device.flags = 0x04, "passkeys.not_verified"),
        ];
        let ana = test.guardian("Ana", YONAGO).await;
        for (spoil, code) in wrong {
            let mut device = phone();
            spoil(&mut device);
            assert_eq!(refusal(&add(&ana, &mut device).await), (409, code));
        }
        let mut device = phone();
        let mut other = device.make(&begin(&ana).await);
        other["id"] = json!("AAAA");
        assert_eq!(refusal(&send(&ana, other).await), (409, "passkeys.not_verified"));
        for attestation in ["", "AA", "=", &device::told(vec![0x81; 100_000])] {
            let mut broken = device.make(&begin(&ana).await);
            broken["response"]["attestationObject"] = json!(attestation);
            assert_eq!(refusal(&send(&ana, broken).await), (409, "passkeys.not_verified"));
        }
        // A kind of signature that nobody has heard of.
        let mut attestation = device.attestation();
        let kind = attestation.windows(5).position(|bytes| bytes == [0xa5, 1, 2, 3, 0x26]).unwrap() + 4;
        attestation[kind] = 0x25;
        let mut unknown = device.make(&begin(&ana).await);
        unknown["response"]["attestationObject"] = json!(device::told(attestation));
        assert_eq!(refusal(&send(&ana, unknown).await), (409, "passkeys.algorithm_unknown"));
        assert_eq!((list(&ana).await.len(), audited(test, "passkey.added").await), (0, 0));
    }

    async fn what_proves_nothing_opens_nothing(test) {
        type Spoil = fn(&mut Device);
        let wrong: [(Spoil, &str); 7] = [
            (|device| device.origin = "https://evil.example".to_owned(), "passkeys.not_verified"),
            (|device| device.site = "evil.example".to_owned(), "passkeys.not_verified"),
            (|device| device.kind = Some("webauthn.create"), "passkeys.not_verified"),
            (|device| device.flags = 0x01, "passkeys.user_not_verified"),
            (|device| device.private = Private::es256(), "passkeys.not_verified"),
            (|device| device.handle = None, "passkeys.not_verified"),
            (|device| device.credential = vec![1; 32], "passkeys.unknown"),
        ];
        for (spoil, code) in wrong {
            let ana = test.guardian("Ana", YONAGO).await;
            let mut device = phone();
            added(&ana, &mut device).await;
            spoil(&mut device);
            let refused = come_back(test, &device).await;
            assert_eq!(refusal(&refused), (401, code));
            assert!(refused.headers.get("set-cookie").is_none());
        }
        // Another account's handle: whoever is told to sign in as Bea is not Ana.
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let (mut hers, mut others) = (phone(), phone());
        added(&ana, &mut hers).await;
        added(&bea, &mut others).await;
        hers.handle = others.handle.clone();
        assert_eq!(refusal(&come_back(test, &hers).await), (401, "passkeys.not_verified"));
    }

    async fn wrong_answers_in_a_row_have_to_wait_and_the_right_one_forgets_them(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let mut phone = phone();
        added(&ana, &mut phone).await;
        let (right, wrong) = (phone.handle.clone(), Some("bm9ib2R5".to_owned()));
        phone.handle = wrong.clone();
        for _ in 0..5 {
            assert_eq!(refusal(&come_back(test, &phone).await), (401, "passkeys.not_verified"));
        }
        phone.handle = right.clone();
        let waiting = come_back(test, &phone).await;
        assert_eq!(refusal(&waiting), (429, "passkeys.too_many_attempts"));
        assert!(waiting.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() <= 61);
        test.at("2026-11-21T12:01:01+09:00");
        assert_eq!(come_back(test, &phone).await.status, 200);
        phone.handle = wrong;
        assert_eq!(come_back(test, &phone).await.status, 401);
        phone.handle = right;
        assert_eq!(come_back(test, &phone).await.status, 200, "one wrong answer is free again");
    }

    async fn a_count_that_goes_back_is_refused_and_told(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let mut phone = phone();
        added(&ana, &mut phone).await;
        assert_eq!(come_back(test, &phone).await.status, 200, "who does not count says 0 for ever");
        phone.counter = 8;
        assert_eq!(come_back(test, &phone).await.status, 200);
        for counter in [8, 7, 0] {
            phone.counter = counter;
            assert_eq!(refusal(&come_back(test, &phone).await), (401, "passkeys.copied"), "{counter}");
        }
        assert_eq!(audited(test, "passkey.copied").await, 3);
        phone.counter = 9;
        assert_eq!(come_back(test, &phone).await.status, 200);
    }

    async fn a_removed_passkey_opens_nothing_any_more(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let (mut phone, mut tablet) = (phone(), phone());
        let path = format!("/passkeys/{}/remove", added(&ana, &mut phone).await);
        added(&ana, &mut tablet).await;
        assert_eq!(bea.post(&path, json!({})).await.status, 404);
        assert_eq!(come_back(test, &phone).await.status, 200);
        for _ in 0..2 {
            assert_eq!(ana.post_with_key(&path, json!({}), "once").await.status, 204);
        }
        assert_eq!(ana.post(&path, json!({})).await.status, 404);
        assert_eq!(refusal(&come_back(test, &phone).await), (401, "passkeys.unknown"));
        assert_eq!(come_back(test, &tablet).await.status, 200);
        assert_eq!((list(&ana).await.len(), audited(test, "passkey.removed").await), (1, 1));
    }

    async fn ten_are_enough(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let spare = begin(&ana).await;
        for _ in 0..10 {
            added(&ana, &mut phone()).await;
        }
        assert_eq!(refusal(&ana.post("/passkeys/begin", json!({})).await), (409, "passkeys.too_many"));
        assert_eq!(refusal(&send(&ana, phone().make(&spare)).await), (409, "passkeys.too_many"));
        assert_eq!(list(&ana).await.len(), 10);
    }

    async fn a_new_password_leaves_passkeys_and_a_removed_account_takes_them_along(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let (mut phone, account) = (phone(), ana.get("/me").await.body["id"].as_str().unwrap().to_owned());
        added(&ana, &mut phone).await;
        begin(&ana).await;
        let mine = account.clone();
        test.write(move |conn| {
            let mine = accounts::table.filter(accounts::id.eq(mine.clone()));
            Ok(diesel::update(mine).set(accounts::password_hash.eq(None::<String>)).execute(conn)?)
        })
        .await;
        assert_eq!(ana.get("/me").await.body["password"], false);
        let other = test.anybody().keeping(&come_back(test, &phone).await);
        let changed = ana.post("/auth/password", json!({ "new": "松原と海のあいだ" })).await;
        assert_eq!((changed.status.as_u16(), changed.body), (200, json!({ "ended": 1 })));
        assert_eq!((other.get("/me").await.status.as_u16(), ana.get("/me").await.body["password"].clone()), (401, json!(true)));
        assert_eq!(come_back(test, &phone).await.status, 200, "a passkey is a way in of its own");

        test.write(move |conn| Ok(diesel::delete(accounts::table.filter(accounts::id.eq(account.clone()))).execute(conn)?)).await;
        assert_eq!(refusal(&come_back(test, &phone).await), (401, "passkeys.unknown"));
        let left = test.write(|conn| Ok((passkeys::table.count().get_result::<i64>(conn)?, passkey_challenges::table.filter(passkey_challenges::account_id.is_not_null()).count().get_result::<i64>(conn)?))).await;
        assert_eq!(left, (0, 0));
    }

    async fn without_a_domain_there_are_no_passkeys(test) {
        let config = Config { public_url: "http://127.0.0.1:8080".to_owned(), ..(*test.app.config).clone() };
        let mut bare = test.app.clone();
        bare.config = std::sync::Arc::new(config);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = api::server::serve(bare, listener, 1).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let ana = test.guardian("Ana", YONAGO).await.elsewhere(&base);
        assert!(ana.get("/settings").await.body.get("passkey_origin").is_none());
        for path in ["/passkeys/begin", "/auth/passkeys/begin"] {
            assert_eq!(refusal(&ana.post(path, json!({})).await), (409, "passkeys.not_offered"));
        }
        handle.stop(false).await;
    }
}

on_both! { over start_with_provider;
    async fn the_last_way_in_stays(test) {
        let ana = register(test, hanako(), YONAGO, "hanako@example.jp").await;
        assert_eq!(ana.get("/me").await.body["password"], false);
        assert_eq!(refusal(&ana.post("/identity/unlink", json!({})).await), (409, "identity.last_way"));
        let mut phone = phone();
        let path = format!("/passkeys/{}/remove", added(&ana, &mut phone).await);
        let proof = ana.get("/family").await.body["residence_proof"].clone();
        for _ in 0..2 {
            assert_eq!(ana.post_with_key("/identity/unlink", json!({}), "once").await.status, 204);
        }
        assert_eq!(ana.post("/identity/unlink", json!({})).await.status, 404);
        assert_eq!(audited(test, "identity.unlinked").await, 1);
        // What the card has proven was true; the card itself opens nothing any more.
        assert_eq!(ana.get("/family").await.body["residence_proof"], proof);
        let (_, arrival) = travel(test, &test.anybody(), hanako()).await;
        assert_eq!(arrival.body["kind"], "new");
        assert_eq!(refusal(&ana.post(&path, json!({})).await), (409, "passkeys.last_way"));
        assert_eq!(come_back(test, &phone).await.status, 200);
        assert_eq!(ana.post("/auth/password", json!({ "new": "松原と海のあいだ" })).await.status, 200);
        assert_eq!(ana.post(&path, json!({})).await.status, 204);
        assert_eq!(refusal(&come_back(test, &phone).await), (401, "passkeys.unknown"));
    }
}
