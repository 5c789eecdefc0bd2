//! Vendors' programs over HTTP: registered, granted, let in by tokens, seen at work, and revoked at once.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use diesel::prelude::*;
use reqwest::Method;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use shared::clients::Rate;
use shared::ids::ClientId;

use api::identity::jose::SigningKey;
use api::schema::{client_credentials, client_tokens, idempotency_keys};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO};

/// A client of a city, with a secret.
pub struct Registered {
    pub id: String,
    pub secret: String,
    pub officer: Person,
}

pub async fn register(test: &TestApp, city: &str, name: &str) -> Registered {
    let officer = test.officer(city).await;
    let made = officer.post("/clients", json!({ "name": name, "contact": "api@vendor.example" })).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let secret = officer.post(&format!("/clients/{id}/secrets"), json!({})).await;
    assert_eq!(secret.status, 201, "{:?}", secret.body);
    Registered { secret: secret.body["client_secret"].as_str().unwrap().to_owned(), id, officer }
}

pub async fn grant(person: &Person, client: &str, facility: &str, scopes: &[&str]) -> Answer {
    let path = format!("/clients/{client}/grants/{facility}");
    person.send(person.request(Method::PUT, &path).json(&json!({ "scopes": scopes }))).await
}

/// Asks for a token by a form.
pub async fn ask(test: &TestApp, path: &str, form: &[(&str, &str)]) -> Answer {
    let nobody = test.anybody();
    nobody.send(nobody.request(Method::POST, path).form(form)).await
}

pub async fn token(test: &TestApp, client: &Registered, scope: Option<&str>) -> Answer {
    let mut form = vec![("grant_type", "client_credentials"), ("client_id", &client.id), ("client_secret", &client.secret)];
    form.extend(scope.map(|scope| ("scope", scope)));
    ask(test, "/oauth/token", &form).await
}

/// A program with a token for all that it is granted.
pub async fn program(test: &TestApp, client: &Registered, scope: Option<&str>) -> Person {
    let answer = token(test, client, scope).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    test.anybody().bearing(answer.body["access_token"].as_str().unwrap())
}

fn header(answer: &Answer, name: &str) -> String {
    answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn error(answer: &Answer) -> (u16, String) {
    (answer.code_number(), answer.body["error"].as_str().unwrap_or_default().to_owned())
}

/// A key of P-256 with its public half.
fn key() -> (SigningKey, Value) {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", STANDARD.encode(document.as_ref()));
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &SystemRandom::new()).unwrap();
    let point = pair.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    (SigningKey::from_pem(&pem).unwrap(), json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig" }))
}

on_both! {
    async fn a_vendor_is_registered_granted_seen_and_revoked_at_once(test) {
        let client = register(test, YONAGO, "ほいくノート").await;
        let staff = test.staff("sakai").await;
        // Nothing is granted yet.
        assert_eq!(error(&token(test, &client, None).await), (400, "invalid_scope".to_owned()));
        // A facility of another city may grant it too.
        let granted = grant(&staff, &client.id, "sakai", &["slots:read", "bookings:read"]).await;
        assert_eq!((granted.code_number(), granted.body["grants"][0]["scopes"].clone()), (200, json!(["slots:read", "bookings:read"])));
        assert_eq!((&granted.body["is_own"], &granted.body["credentials"]), (&json!(false), &json!([])));
        let given = token(test, &client, Some("slots:read")).await;
        assert_eq!((given.body["token_type"].as_str(), given.body["expires_in"].as_i64(), given.body["scope"].as_str()), (Some("Bearer"), Some(3600), Some("slots:read")));
        assert_eq!(header(&given, "cache-control"), "no-store");
        let program = test.anybody().bearing(given.body["access_token"].as_str().unwrap());
        let read = program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await;
        assert_eq!(read.status, 200, "{:?}", read.body);
        assert_eq!((header(&read, "ratelimit-policy"), header(&read, "ratelimit").starts_with("\"client\";r=")), ("\"client\";q=600;w=60".to_owned(), true));
        let refused = program.get("/bookings").await;
        assert_eq!((refused.code_number(), refused.code()), (403, "clients.scope_missing"));
        assert_eq!(header(&refused, "www-authenticate"), "Bearer error=\"insufficient_scope\", scope=\"bookings:read\"");
        let closed = program.get("/me").await;
        assert_eq!((closed.code_number(), closed.code()), (403, "clients.operation_closed"));
        assert_eq!(program.get("/facilities").await.status, 200);
        assert_eq!(program.get("/nothing").await.status, 404);
        // The facility sees what it did there, its city's officers too, the registering city everything.
        let used = staff.get(&format!("/clients/{}/usage", client.id)).await.body["uses"].clone();
        assert_eq!((used.as_array().unwrap().len(), used[0]["operation"].as_str(), used[0]["requests"].as_i64(), used[0]["refused"].as_i64()), (1, Some("list_staff_slots"), Some(1), Some(0)), "{used}");
        assert!(staff.get(&format!("/clients/{}", client.id)).await.body["grants"][0]["used_at"].is_string());
        assert_eq!(test.officer(SAKAIMINATO).await.get(&format!("/clients/{}/usage", client.id)).await.body["uses"], used);
        assert_eq!(test.staff("yonago").await.get(&format!("/clients/{}/usage", client.id)).await.body["uses"], json!([]));
        let all = client.officer.get(&format!("/clients/{}/usage", client.id)).await.body["uses"].clone();
        let of = |name: &str| all.as_array().unwrap().iter().find(|one| one["operation"] == name).cloned().unwrap();
        assert_eq!((of("list_bookings")["refused"].as_i64(), of("(closed)")["refused"].as_i64(), of("list_facilities")["refused"].as_i64()), (Some(1), Some(2), Some(0)));
        // Taken back: the token ends at once, and there is no other one.
        let revoked = staff.post(&format!("/clients/{}/grants/sakai/revoke", client.id), json!({})).await;
        assert_eq!((revoked.code_number(), &revoked.body["grants"]), (200, &json!([])));
        let ended = program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await;
        assert_eq!((ended.code_number(), header(&ended, "www-authenticate")), (401, "Bearer error=\"invalid_token\"".to_owned()));
        assert_eq!(error(&token(test, &client, None).await), (400, "invalid_scope".to_owned()));
    }

    async fn two_secrets_are_live_and_each_ends_with_its_tokens(test) {
        let first = register(test, YONAGO, "ほいくノート").await;
        let path = format!("/clients/{}", first.id);
        assert_eq!(grant(&test.staff("yonago").await, &first.id, "yonago", &["facilities:read"]).await.status, 200);
        let made = first.officer.post(&format!("{path}/secrets"), json!({})).await;
        let second = Registered { id: first.id.clone(), secret: made.body["client_secret"].as_str().unwrap().to_owned(), officer: first.officer.clone() };
        let third = first.officer.post(&format!("{path}/secrets"), json!({})).await;
        assert_eq!((third.code_number(), third.code()), (409, "clients.too_many_secrets"));
        let (old, new) = (program(test, &first, None).await, program(test, &second, None).await);
        let credentials = first.officer.get(&path).await.body["credentials"].clone();
        assert!(credentials.as_array().unwrap().iter().all(|one| one["used_at"].is_string() && first.secret.ends_with(one["hint"].as_str().unwrap()) != second.secret.ends_with(one["hint"].as_str().unwrap())));
        let oldest = credentials[1]["id"].as_str().unwrap();
        let revoked = first.officer.post(&format!("{path}/credentials/{oldest}/revoke"), json!({})).await;
        assert!(revoked.body["credentials"][1]["revoked_at"].is_string() && revoked.body["credentials"][0]["revoked_at"].is_null());
        assert_eq!((old.get("/staff/offerings").await.code_number(), new.get("/staff/offerings").await.code_number()), (401, 200));
        assert_eq!(error(&token(test, &first, None).await), (401, "invalid_client".to_owned()));
        assert_eq!(first.officer.post(&format!("{path}/secrets"), json!({})).await.status, 201);
        // Nothing that opens anything is in the database.
        let (secret, bearer) = (second.secret.clone(), token(test, &second, None).await.body["access_token"].as_str().unwrap().to_owned());
        test.write(move |conn| {
            let hashes: Vec<Option<String>> = client_credentials::table.select(client_credentials::secret_hash).load(conn)?;
            assert!(hashes.iter().flatten().all(|hash| *hash != secret));
            let tokens: Vec<String> = client_tokens::table.select(client_tokens::token_hash).load(conn)?;
            assert!(tokens.iter().all(|hash| *hash != bearer));
            let kept: Vec<Option<String>> = idempotency_keys::table.select(idempotency_keys::answer).load(conn)?;
            assert!(kept.iter().flatten().all(|answer| !answer.contains(&secret)));
            Ok(())
        })
        .await;
        // The whole client.
        let gone = first.officer.post(&format!("{path}/revoke"), json!({})).await;
        assert!(gone.body["revoked_at"].is_string() && gone.body["grants"] == json!([]), "{:?}", gone.body);
        assert_eq!(new.get("/staff/offerings").await.status, 401);
        assert_eq!(error(&token(test, &second, None).await), (401, "invalid_client".to_owned()));
        let refused = grant(&test.staff("yonago").await, &first.id, "yonago", &["facilities:read"]).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "clients.revoked"));
        assert_eq!(test.staff("yonago").await.get(&path).await.status, 404);
    }

    async fn the_token_endpoint_refuses_as_oauth_says(test) {
        let client = register(test, YONAGO, "ほいくノート").await;
        grant(&test.staff("yonago").await, &client.id, "yonago", &["slots:read", "slots:write"]).await;
        let (id, secret, grant_type) = (client.id.as_str(), client.secret.as_str(), ("grant_type", "client_credentials"));
        for (form, expected) in [
            (vec![("client_id", id), ("client_secret", secret)], (400, "invalid_request")),
            (vec![("grant_type", "password"), ("client_id", id), ("client_secret", secret)], (400, "unsupported_grant_type")),
            (vec![grant_type, grant_type, ("client_id", id), ("client_secret", secret)], (400, "invalid_request")),
            (vec![grant_type], (401, "invalid_client")),
            (vec![grant_type, ("client_id", id)], (401, "invalid_client")),
            (vec![grant_type, ("client_secret", secret)], (400, "invalid_request")),
            (vec![grant_type, ("client_id", id), ("client_secret", "wrong")], (401, "invalid_client")),
            (vec![grant_type, ("client_id", "nobody"), ("client_secret", secret)], (401, "invalid_client")),
            (vec![grant_type, ("client_id", id), ("client_secret", secret), ("scope", "bookings:read")], (400, "invalid_scope")),
            (vec![grant_type, ("client_id", id), ("client_secret", secret), ("scope", "everything")], (400, "invalid_scope")),
            (vec![grant_type, ("client_id", id), ("client_secret", secret), ("client_assertion", "x")], (400, "invalid_request")),
        ] {
            let answer = ask(test, "/oauth/token", &form).await;
            assert_eq!(error(&answer), (expected.0, expected.1.to_owned()), "{form:?}");
            assert_eq!(header(&answer, "www-authenticate").starts_with("Basic "), expected.0 == 401);
        }
        let nobody = test.anybody();
        let json = nobody.post("/oauth/token", json!({ "grant_type": "client_credentials" })).await;
        assert_eq!(error(&json), (400, "invalid_request".to_owned()));
        let basic = |user: &str, password: &str| nobody.request(Method::POST, "/oauth/token").basic_auth(user, Some(password));
        let given = nobody.send(basic(id, secret).form(&[grant_type])).await;
        assert_eq!((given.code_number(), given.body["scope"].as_str()), (200, Some("slots:read slots:write")));
        assert_eq!(error(&nobody.send(basic(id, "wrong").form(&[grant_type])).await), (401, "invalid_client".to_owned()));
        assert_eq!(error(&nobody.send(basic(id, secret).form(&[grant_type, ("client_id", "other")])).await), (400, "invalid_request".to_owned()));
        assert_eq!(error(&nobody.send(basic(id, secret).form(&[grant_type, ("client_id", id), ("client_secret", secret)])).await), (401, "invalid_client".to_owned()));
        // A token ends by itself, and when its client says so; another client's is left alone.
        let bearer = given.body["access_token"].as_str().unwrap().to_owned();
        let program = test.anybody().bearing(&bearer);
        let other = register(test, SAKAIMINATO, "他社").await;
        let end = async |client: &Registered, token: &str| ask(test, "/oauth/revoke", &[("token", token), ("client_id", &client.id), ("client_secret", &client.secret)]).await.code_number();
        assert_eq!((end(&other, &bearer).await, program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await.code_number()), (200, 200));
        assert_eq!((end(&client, &bearer).await, program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await.code_number()), (200, 401));
        assert_eq!((end(&client, &bearer).await, end(&client, "nothing").await), (200, 200));
        assert_eq!(error(&ask(test, "/oauth/revoke", &[("token", &bearer)]).await), (401, "invalid_client".to_owned()));
        let program = self::program(test, &client, None).await;
        test.at("2026-11-21T12:59:59+09:00");
        assert_eq!(program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await.status, 200);
        test.at("2026-11-21T13:00:00+09:00");
        assert_eq!(program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await.status, 401);
        test.write(|conn| { api::clients::store::forget_over(conn, crate::app::moment("2026-11-21T13:00:00+09:00"))?; assert_eq!(client_tokens::table.count().get_result::<i64>(conn)?, 0); Ok(()) }).await;
    }

    async fn a_signed_assertion_is_good_once(test) {
        let client = register(test, YONAGO, "ほいくノート").await;
        grant(&test.staff("yonago").await, &client.id, "yonago", &["slots:read"]).await;
        let path = format!("/clients/{}/keys", client.id);
        let ((private, jwk), (stranger, _)) = (key(), key());
        let secret_half = { let mut jwk = jwk.clone(); jwk["d"] = json!("AAAA"); jwk };
        let refused = client.officer.post_with_key(&path, json!({ "jwk": secret_half }), "k").await;
        assert_eq!((refused.code_number(), refused.code()), (409, "clients.key_private"));
        assert_eq!(client.officer.post(&path, json!({ "jwk": { "kty": "oct" } })).await.code(), "clients.key_unusable");
        let added = client.officer.post(&path, json!({ "jwk": jwk })).await;
        assert_eq!((added.code_number(), added.body["credentials"][0]["kind"].as_str()), (201, Some("key")), "{:?}", added.body);
        let exp = test.app.now().timestamp() + 300;
        let claims = |jti: &str| json!({ "iss": client.id, "sub": client.id, "aud": "http://localhost:0/api/v1/oauth/token", "exp": exp, "jti": jti });
        let send = async |key: &SigningKey, claims: &Value| {
            let assertion = key.sign(claims).unwrap();
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            ask(test, "/oauth/token", &[("grant_type", "client_credentials"), ("client_assertion_type", kind), ("client_assertion", &assertion)]).await
        };
        let given = send(&private, &claims("1")).await;
        assert_eq!(given.status, 200, "{:?}", given.body);
        let program = test.anybody().bearing(given.body["access_token"].as_str().unwrap());
        assert_eq!(program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await.status, 200);
        let again = send(&private, &claims("1")).await;
        assert_eq!((error(&again), again.body["error_description"].as_str()), ((401, "invalid_client".to_owned()), Some("the assertion was used before")));
        assert_eq!(error(&send(&stranger, &claims("2")).await), (401, "invalid_client".to_owned()));
        for (name, value) in [("aud", json!("https://elsewhere.example")), ("exp", json!(exp - 600)), ("exp", json!(exp + 3600)), ("sub", json!("other"))] {
            let mut wrong = claims("3");
            wrong[name] = value;
            assert_eq!(error(&send(&private, &wrong).await), (401, "invalid_client".to_owned()), "{wrong}");
        }
        assert_eq!(send(&private, &claims("3")).await.status, 200);
        let credential = client.officer.get(&format!("/clients/{}", client.id)).await.body["credentials"][0]["id"].as_str().unwrap().to_owned();
        client.officer.post(&format!("/clients/{}/credentials/{credential}/revoke", client.id), json!({})).await;
        assert_eq!(error(&send(&private, &claims("4")).await), (401, "invalid_client".to_owned()));
        assert_eq!(program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await.status, 401);
    }

    async fn each_grants_and_revokes_what_is_theirs(test) {
        let client = register(test, YONAGO, "ほいくノート").await;
        let (staff, officer) = (test.staff("yonago").await, test.officer(SAKAIMINATO).await);
        let path = format!("/clients/{}", client.id);
        assert_eq!(grant(&staff, &client.id, "sakai", &["slots:read"]).await.status, 404);
        assert_eq!(grant(&officer, &client.id, "yonago", &["slots:read"]).await.status, 404);
        assert_eq!(grant(&officer, &client.id, "nowhere", &["slots:read"]).await.status, 404);
        assert_eq!(grant(&officer, "nobody", "sakai", &["slots:read"]).await.status, 404);
        assert_eq!(grant(&officer, &client.id, "sakai", &[]).await.codes(), ["clients.nothing_granted"]);
        assert_eq!(grant(&officer, &client.id, "sakai", &["everything"]).await.status, 422);
        assert_eq!(grant(&officer, &client.id, "sakai", &["slots:read"]).await.status, 200);
        // A facility sees its own grants, a city those of its facilities, the registering city all.
        assert_eq!(staff.get(&path).await.body["grants"], json!([]));
        assert_eq!(officer.get(&path).await.body["grants"][0]["facility_id"], "sakai");
        assert_eq!(client.officer.get(&path).await.body["grants"][0]["facility_id"], "sakai");
        for (method, end) in [("POST", "/secrets"), ("POST", "/revoke"), ("POST", "/credentials/x/revoke")] {
            let refused = officer.send(officer.request(method.parse().unwrap(), &format!("{path}{end}")).json(&json!({}))).await;
            assert_eq!(refused.status, 404, "{end}");
        }
        assert_eq!(staff.post("/clients", json!({ "name": "x", "contact": "a@b.example" })).await.status, 403);
        assert_eq!(client.officer.post("/clients", json!({ "name": " ", "contact": "none" })).await.status, 422);
        assert_eq!(client.officer.post(&format!("{path}/grants/sakai/revoke"), json!({})).await.status, 404, "another city's facility");
        let listed = staff.get("/clients").await.body["items"].clone();
        assert_eq!((listed[0]["name"].as_str(), &listed[0]["is_own"], &listed[0]["grants"]), (Some("ほいくノート"), &json!(false), &json!([])));
        // The narrower grant holds for tokens that are out.
        let program = program(test, &client, None).await;
        assert_eq!(program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await.status, 200);
        grant(&officer, &client.id, "sakai", &["bookings:read"]).await;
        assert_eq!(program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await.code(), "clients.scope_missing");
    }

    async fn a_client_names_the_facility_where_several_grant(test) {
        let client = register(test, YONAGO, "ほいくノート").await;
        for (facility, scopes) in [("yonago", &["slots:read", "bookings:read"][..]), ("sakai", &["slots:read"])] {
            grant(&test.staff(facility).await, &client.id, facility, scopes).await;
        }
        let program = program(test, &client, None).await;
        let unnamed = program.get(&format!("/staff/slots?from={DAY}&to={DAY}")).await;
        assert_eq!((unnamed.code_number(), unnamed.code(), unnamed.body["errors"][0]["pointer"].as_str()), (422, "clients.facility_missing", Some("/facility_id")));
        for facility in ["yonago", "sakai"] {
            assert_eq!(program.get(&format!("/staff/slots?from={DAY}&to={DAY}&facility_id={facility}")).await.status, 200);
        }
        assert_eq!(program.get("/bookings?facility_id=sakai").await.code(), "clients.scope_missing");
        assert_eq!(program.get("/bookings?facility_id=nowhere").await.status, 404);
        // By the thing that the path names.
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let preview = json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": 9 }] });
        let shown = program.send(program.request(Method::POST, &format!("/slots/{slot}/preview")).header("if-match", "\"v1\"").json(&preview)).await;
        assert_eq!(shown.status, 200, "{:?}", shown.body);
        // A slot of one facility is not there at another.
        let wrong = program.request(Method::POST, &format!("/slots/{slot}/preview?facility_id=yonago")).header("if-match", "\"v1\"").json(&preview);
        assert_eq!(program.send(wrong).await.status, 404);
    }

    async fn a_client_sees_of_children_what_their_family_agreed_to(test) {
        let (ana, bea) = (test.guardian("Ana", SAKAIMINATO).await, test.guardian("Bea", SAKAIMINATO).await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        let (child, other) = (ana.child("2025-05-01").await, bea.child("2025-06-01").await);
        let care = json!({ "allergies": [{ "name": "卵", "severity": "severe" }], "care_notes": "昼寝が短い" });
        assert_eq!(ana.patch(&format!("/children/{child}"), care.clone(), "\"v1\"").await.status, 200);
        assert_eq!(bea.patch(&format!("/children/{other}"), care, "\"v1\"").await.status, 200);
        let booked = ana.post("/bookings", json!({ "slot_id": slot, "child_ids": [child], "consent": 1, "notes": "鼻水" })).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        // Bea was never shown the words.
        assert_eq!(bea.post("/bookings", json!({ "slot_id": slot, "child_ids": [other], "notes": "鼻水" })).await.status, 201);
        let client = register(test, YONAGO, "ほいくノート").await;
        let staff = test.staff("sakai").await;
        let names = |answer: &Answer| {
            let mut found: Vec<(String, String)> = answer.body["items"].as_array().unwrap().iter()
                .map(|one| (one["child"]["name"].as_str().unwrap().to_owned(), one["notes"].as_str().unwrap().to_owned())).collect();
            found.sort();
            found
        };
        let hidden = (String::new(), String::new());
        grant(&staff, &client.id, "sakai", &["bookings:read", "attendance:read"]).await;
        let program = self::program(test, &client, None).await;
        assert_eq!(names(&program.get("/bookings").await), [hidden.clone(), hidden.clone()]);
        grant(&staff, &client.id, "sakai", &["bookings:read", "attendance:read", "attendance:write", "children:read"]).await;
        let program = self::program(test, &client, None).await;
        assert_eq!(names(&program.get("/bookings").await), [hidden, ("あおい".to_owned(), "鼻水".to_owned())]);
        let board = program.get(&format!("/staff/today?from={DAY}")).await;
        let entries = board.body["days"][0]["entries"].as_array().unwrap().clone();
        for entry in &entries {
            let is_ana = entry["booking"]["child"]["id"] == child.as_str();
            let (allergies, contacts) = (entry["allergies"].as_array().unwrap().len(), entry["emergency_contacts"].as_array().unwrap().len());
            assert_eq!((allergies, contacts, &entry["is_withheld"]), if is_ana { (1, 1, &json!(false)) } else { (0, 0, &json!(true)) }, "{entry}");
        }
        // The same staff see both.
        assert!(staff.get(&format!("/staff/today?from={DAY}")).await.body["days"][0]["entries"].as_array().unwrap().iter().all(|entry| entry["is_withheld"] == false));
        // A change answers no more than a read.
        let of_bea = entries.iter().find(|entry| entry["booking"]["child"]["id"] == other.as_str()).unwrap()["booking"]["id"].as_str().unwrap().to_owned();
        test.at("2026-12-01T09:00:00+09:00");
        let program = self::program(test, &client, None).await;
        let came = program.post(&format!("/bookings/{of_bea}/check_in"), json!({ "by": { "kind": "guardian" } })).await;
        assert_eq!((came.code_number(), came.body["child"]["name"].as_str(), came.body["state"]["kind"].as_str()), (200, Some(""), Some("checked_in")), "{:?}", came.body);
        assert!(came.body["attended"]["brought_by"].is_null());
        let record = program.get(&format!("/bookings/{of_bea}/attendance")).await;
        assert!(record.body[0]["attended_after"]["brought_by"].is_null() && record.body[0]["by_family"] == false, "{:?}", record.body);
        // The family reads who looked, and the city who did what.
        let accesses = ana.get("/family/accesses").await.body["items"].clone();
        let look = accesses.as_array().unwrap().iter().find(|one| one["kind"] == "client").cloned().unwrap();
        assert_eq!((look["organisation"].as_str(), look["action"].as_str(), &look["is_look"]), (Some("ほいくノート"), Some("child.looked_at"), &json!(true)));
        let seen = bea.get("/family/accesses").await.body["items"].clone();
        assert!(seen.as_array().unwrap().iter().any(|one| one["kind"] == "client" && one["action"] == "booking.checked_in"), "{seen}");
        let lines = test.officer(SAKAIMINATO).await.get(&format!("/office/audit?person={}", client.id)).await.body["items"].clone();
        assert!(lines.as_array().unwrap().iter().any(|line| line["action"] == "booking.checked_in" && line["actor"]["name"] == "ほいくノート" && line["actor"]["kind"] == "client"), "{lines}");
        // Withdrawn is withdrawn.
        ana.post("/consents/sakai/withdraw", json!({})).await;
        assert!(program.get("/bookings").await.body["items"].as_array().unwrap().iter().all(|one| one["child"]["name"] == ""));
    }

    async fn what_a_client_changes_carries_its_name(test) {
        let client = register(test, YONAGO, "ほいくノート").await;
        let staff = test.staff("sakai").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        grant(&staff, &client.id, "sakai", &["slots:read", "slots:write"]).await;
        let program = program(test, &client, None).await;
        let command = json!({ "kind": "change", "slot_ids": [slot], "change": { "bands": [{ "from_age": 0, "under_age": 3, "capacity": 9 }] } });
        let plan = program.post("/staff/places/preview", command.clone()).await;
        let changed = program.post("/staff/places", json!({ "command": command, "mark": plan.body["mark"] })).await;
        assert_eq!((changed.code_number(), changed.body["made_by"].as_str()), (201, Some("ほいくノート")), "{:?}", changed.body);
        assert_eq!(staff.get("/staff/places/changes").await.body["items"][0]["made_by"], "ほいくノート");
    }

    async fn who_guesses_is_slowed_and_locks_nobody_else_out(test) {
        let (client, other) = (register(test, YONAGO, "ほいくノート").await, register(test, YONAGO, "他社").await);
        for id in [&client.id, &other.id] {
            grant(&test.staff("yonago").await, id, "yonago", &["slots:read"]).await;
        }
        let nobody = test.anybody();
        let try_from = async |path: &str, from: &str, id: &str, secret: &str| {
            let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret), ("token", "none")];
            nobody.send(nobody.request(Method::POST, path).header("x-forwarded-for", from).form(&form)).await
        };
        // What comes before the last word is what anybody may claim.
        let (bad, good) = ("10.1.2.3, 203.0.113.7", "198.51.100.9");
        for _ in 0..5 {
            assert_eq!(error(&try_from("/oauth/token", bad, &client.id, "guess").await), (401, "invalid_client".to_owned()));
        }
        for (path, from) in [("/oauth/token", bad), ("/oauth/revoke", bad), ("/oauth/token", "203.0.113.7")] {
            let waits = try_from(path, from, &client.id, "guess").await;
            assert_eq!((waits.code_number(), waits.code(), header(&waits, "retry-after")), (429, "clients.too_many_wrong", "60".to_owned()), "{path}");
        }
        // Not even the right one, from there; from elsewhere the vendor goes on, and there another client does.
        assert_eq!(try_from("/oauth/token", bad, &client.id, &client.secret).await.code(), "clients.too_many_wrong");
        assert_eq!(try_from("/oauth/token", good, &client.id, &client.secret).await.status, 200);
        assert_eq!(try_from("/oauth/token", bad, &other.id, &other.secret).await.status, 200);
        // One a minute.
        test.at("2026-11-21T12:01:00+09:00");
        assert_eq!(try_from("/oauth/token", bad, &client.id, "guess").await.code_number(), 401);
        assert_eq!(try_from("/oauth/token", bad, &client.id, &client.secret).await.code_number(), 429);
        test.at("2026-11-21T12:02:00+09:00");
        assert_eq!(try_from("/oauth/token", bad, &client.id, &client.secret).await.status, 200);
        // Always another name from one address, which is a network in IPv6.
        for nth in 0..30 {
            let from = format!("2001:db8:1:1::{nth}");
            assert_eq!(try_from("/oauth/token", &from, &format!("nobody{nth}"), "guess").await.code_number(), 401);
        }
        assert_eq!(try_from("/oauth/token", "2001:db8:1:1::ffff", &client.id, &client.secret).await.code_number(), 429);
        assert_eq!(try_from("/oauth/token", "2001:db8:1:2::1", &client.id, &client.secret).await.status, 200);
        // Where a proxy says nothing of who asks, only the client counts.
        for nth in 0..40 {
            assert_eq!(token(test, &Registered { id: format!("nobody{nth}"), ..register(test, YONAGO, "x").await }, None).await.code_number(), 401);
        }
        assert_eq!(token(test, &client, None).await.status, 200);
    }

    async fn who_asks_too_much_waits(test) {
        let client = register(test, YONAGO, "ほいくノート").await;
        grant(&test.staff("yonago").await, &client.id, "yonago", &["facilities:read"]).await;
        let program = program(test, &client, None).await;
        let (id, now) = (ClientId::new(client.id.as_str()), test.app.now());
        while test.app.meter.take(&id, now).is_ok_and(|quota| quota.left > 1) {}
        let last = program.get("/staff/offerings").await;
        assert_eq!((last.code_number(), header(&last, "ratelimit")), (200, format!("\"client\";r=0;t={}", Rate::REQUESTS.seconds)));
        let waits = program.get("/staff/offerings").await;
        assert_eq!((waits.code_number(), waits.code(), header(&waits, "retry-after")), (429, "clients.too_many_requests", "1".to_owned()));
        assert_eq!(header(&waits, "ratelimit"), "\"client\";r=0;t=60");
        assert_eq!(token(test, &client, None).await.code_number(), 429);
        // Another client's is its own.
        let other = register(test, YONAGO, "他社").await;
        grant(&test.staff("yonago").await, &other.id, "yonago", &["facilities:read"]).await;
        assert_eq!(self::program(test, &other, None).await.get("/staff/offerings").await.status, 200);
        test.at("2026-11-21T12:00:01+09:00");
        assert_eq!(header(&program.get("/staff/offerings").await, "ratelimit"), "\"client\";r=9;t=60");
    }
}
