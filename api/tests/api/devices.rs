//! Devices that notices are pushed to, against a push service that is not ours.

use std::time::Duration;

use api::channels::push::Push;
use api::channels::push::vapid::Vapid;
use api::channels::{Channel as _, Endpoint, Message, Outcome, Urgency};
use api::{devices, system_clock};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use serde_json::{Value, json};
use shared::ids::{AccountId, DeviceId};
use shared::locale::Locale;
use shared::notices::Kind;

use crate::app::{Answer, Backend, Person, SAKAIMINATO, START, TestApp, YONAGO, moment};
use crate::peers::Peer;

/// Keys of a device that nobody writes to.
const KEY: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const OTHER_KEY: &str = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn subscription(endpoint: &str, key: &str) -> Value {
    json!({ "endpoint": endpoint, "expirationTime": null, "keys": { "p256dh": key, "auth": AUTH } })
}

async fn add(person: &Person, endpoint: &str) -> Answer {
    person.post("/devices", subscription(endpoint, KEY)).await
}

async fn listed(person: &Person) -> Vec<Value> {
    person.get("/devices").await.body["items"].as_array().unwrap().clone()
}

/// The device of the push service, at the address under which it answers so.
fn at(service: &Peer, path: &str) -> Value {
    let endpoint = format!("http://127.0.0.1:{}{path}", service.port());
    json!({ "endpoint": endpoint, "keys": { "p256dh": service.hello["p256dh"], "auth": service.hello["auth"] } })
}

fn reached(address: &str, keys: &Value) -> Endpoint {
    Endpoint { id: String::new(), address: address.to_owned(), details: keys.to_string() }
}

fn endpoint(service: &Peer, path: &str) -> Endpoint {
    let at = at(service, path);
    reached(at["endpoint"].as_str().unwrap(), &at["keys"])
}

fn message() -> Message {
    Message {
        delivery_id: "d1".into(),
        notice_id: "n1".into(),
        account_id: "a1".into(),
        kind: Kind::BookingConfirmed,
        subject: None,
        locale: Locale::Ja,
        title: "あおいさんの予約".to_owned(),
        body: "あおいさん、病児保育".to_owned(),
        lock_title: "予約についてのお知らせ".to_owned(),
        step_url: "https://example.jp/n/abc".to_owned(),
        step_label: "開いて確かめる".to_owned(),
        topic: Some("offer/1".to_owned()),
        urgency: Urgency::High,
        ttl: Duration::from_secs(1800),
        badge: 3,
        attachments: Vec::new(),
        list_unsubscribe: None,
        receipt: "r1".to_owned(),
    }
}

fn channel() -> (Push, String) {
    api::outside::choose_tls();
    let vapid = Vapid::from_pem(&Vapid::make().unwrap(), "mailto:notices@example.jp").unwrap();
    let public = vapid.public().to_owned();
    (Push::new(vapid, true, system_clock()).unwrap(), public)
}

#[actix_web::test]
async fn what_we_seal_is_read_by_another_implementation_and_says_no_more_than_a_lock_screen_may() {
    let Some(service) = Peer::start("push-service.mjs") else { return };
    let (push, public) = channel();
    let sent = message();
    assert_eq!(push.send(&endpoint(&service, "/201/one"), &sent).await, Outcome::Accepted);
    let came = service.next();
    assert_eq!(came["method"], "POST");
    let said = &came["message"];
    assert_eq!(
        (&said["web_push"], &said["app_badge"], &said["notification"]["title"], &said["notification"]["navigate"]),
        (&json!(8030), &json!(3), &json!("予約についてのお知らせ"), &json!("https://example.jp/n/abc")),
    );
    assert_eq!(said["notification"]["data"], json!({ "receipt": "r1" }));
    let whole = said.to_string();
    assert!(!whole.contains("あおい") && !whole.contains("病児"), "{whole}");

    let headers = &came["headers"];
    let header = |name: &str| headers[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (header("ttl"), header("urgency"), header("content-encoding")),
        ("1800".to_owned(), "high".to_owned(), "aes128gcm".to_owned())
    );
    let topic = header("topic");
    assert!(topic.len() == 32 && URL_SAFE_NO_PAD.decode(&topic).is_ok() && !topic.contains("offer"), "{topic}");
    // The same on the device, so that a newer offer takes the place of the one before.
    assert_eq!(said["notification"]["tag"], json!(topic));

    let vapid = &came["vapid"];
    assert_eq!((&vapid["good"], &vapid["key"], &vapid["head"]["alg"]), (&json!(true), &json!(public), &json!("ES256")));
    assert_eq!(
        (&vapid["claims"]["aud"], &vapid["claims"]["sub"]),
        (&json!(format!("http://127.0.0.1:{}", service.port())), &json!("mailto:notices@example.jp"))
    );
    let lasts = vapid["claims"]["exp"].as_i64().unwrap() - Utc::now().timestamp();
    assert!((60..=24 * 60 * 60).contains(&lasts), "{lasts}");

    // A length tells little.
    let longer = Message { lock_title: "お知らせ".repeat(20), ..sent.clone() };
    assert_eq!(push.send(&endpoint(&service, "/201/one"), &longer).await, Outcome::Accepted);
    assert_eq!(service.next()["length"], came["length"]);
    let endless = Message { lock_title: "あ".repeat(2000), ..sent };
    assert!(matches!(push.send(&endpoint(&service, "/201/one"), &endless).await, Outcome::Refused(_)));
    assert!(service.is_quiet());
}

#[actix_web::test]
async fn each_answer_of_a_push_service_is_understood() {
    let Some(service) = Peer::start("push-service.mjs") else { return };
    let push = channel().0;
    for (path, expected) in [
        ("/201/x", Outcome::Accepted),
        ("/410/x", Outcome::Gone),
        ("/404/x", Outcome::Gone),
        ("/429/120/x", Outcome::Later(Some(Duration::from_secs(120)))),
        ("/503/x", Outcome::Later(None)),
        ("/403/x", Outcome::Refused("403".to_owned())),
        ("/307/x", Outcome::Refused("307".to_owned())),
    ] {
        assert_eq!(push.send(&endpoint(&service, path), &message()).await, expected, "{path}");
        assert_eq!(service.next()["path"], path);
    }
    // Nobody was followed to where the answer pointed.
    assert!(service.is_quiet());
    // Who never answers is not waited for without end.
    assert_eq!(push.send(&endpoint(&service, "/silent/x"), &message()).await, Outcome::Later(None));
    let nobody = reached("http://127.0.0.1:9/x", &json!({ "p256dh": KEY, "auth": AUTH }));
    assert_eq!(push.send(&nobody, &message()).await, Outcome::Later(None));
    let inside = reached("https://10.0.0.1/x", &json!({ "p256dh": KEY, "auth": AUTH }));
    assert!(matches!(push.send(&inside, &message()).await, Outcome::Refused(_)));
}

on_both! {
    async fn a_device_is_turned_on_seen_and_removed(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
        let request = ana.request(reqwest::Method::POST, "/devices").header("user-agent", agent).json(&subscription("https://push.example.jp/1", KEY));
        let added = ana.send(request).await;
        assert_eq!(added.status, 201, "{:?}", added.body);
        let id = added.body["id"].as_str().unwrap().to_owned();
        let name = added.body["name"].as_str().unwrap();
        assert!(name.contains("iPhone") && name.contains("Safari"), "{name}");
        assert_eq!(listed(&ana).await, [json!({ "id": id, "name": name, "created_at": "2026-11-21T03:00:00Z" })]);
        // The same browser again is the same device.
        test.at("2026-11-22T12:00:00+09:00");
        let again = ana.post("/devices", subscription("https://push.example.jp/1", OTHER_KEY)).await;
        assert_eq!((again.status.as_u16(), &again.body["id"]), (200, &json!(id)));
        assert_eq!(listed(&ana).await.len(), 1);
        let held = test.write(|conn| devices::store::find_held(conn, "https://push.example.jp/1")).await.unwrap();
        assert_eq!(held.keys, (OTHER_KEY.to_owned(), AUTH.to_owned()));

        let bea = test.guardian("Bea", SAKAIMINATO).await;
        assert_eq!(listed(&bea).await, [Value::Null; 0]);
        for path in ["remove", "try"] {
            assert_eq!(bea.post(&format!("/devices/{id}/{path}"), json!({})).await.status, 404);
        }
        assert_eq!(ana.post(&format!("/devices/{id}/remove"), json!({})).await.status, 204);
        assert_eq!(ana.post(&format!("/devices/{id}/remove"), json!({})).await.status, 404);
        assert_eq!(listed(&ana).await, [Value::Null; 0]);
    }

    async fn what_is_no_device_is_refused(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        for address in ["http://push.example.jp/1", "https://localhost/1", "https://10.0.0.1/1", "https://169.254.169.254/latest/meta-data", "https://[::1]/1", "x", ""] {
            let refused = add(&ana, address).await;
            assert_eq!((refused.status.as_u16(), refused.codes()), (422, vec!["devices.endpoint_refused".to_owned()]), "{address}");
            assert_eq!(refused.body["errors"][0]["pointer"], "/endpoint");
        }
        for (key, auth) in [("", AUTH), (KEY, ""), ("AAAA", AUTH), (&KEY.replace('B', "C"), AUTH), (KEY, "AAAA"), ("!", AUTH)] {
            let body = json!({ "endpoint": "https://push.example.jp/1", "keys": { "p256dh": key, "auth": auth } });
            assert_eq!(ana.post("/devices", body).await.codes(), ["devices.keys_refused"], "{key} {auth}");
        }
        assert_eq!(listed(&ana).await, [Value::Null; 0]);
    }

    async fn a_device_goes_to_who_has_it_in_hand_and_to_nobody_else(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", SAKAIMINATO).await);
        assert_eq!(add(&ana, "https://push.example.jp/1").await.status, 201);
        // Who only knows the address gets nothing.
        let refused = bea.post("/devices", subscription("https://push.example.jp/1", OTHER_KEY)).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (409, "devices.endpoint_taken"));
        assert_eq!(listed(&ana).await.len(), 1);
        // The same browser, now in other hands.
        assert_eq!(add(&bea, "https://push.example.jp/1").await.status, 200);
        assert_eq!((listed(&ana).await.len(), listed(&bea).await.len()), (0, 1));
    }

    async fn a_browser_that_changes_its_address_stays_one_device(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", SAKAIMINATO).await);
        let first = add(&ana, "https://push.example.jp/1").await.body["id"].clone();
        let moved = |to: &str, from: &str| json!({ "endpoint": to, "keys": { "p256dh": KEY, "auth": AUTH }, "replaces": from });
        let changed = ana.post("/devices", moved("https://push.example.jp/2", "https://push.example.jp/1")).await;
        assert_eq!((changed.status.as_u16(), &changed.body["id"]), (200, &first));
        // Nobody replaces another's.
        let other = bea.post("/devices", moved("https://push.example.jp/3", "https://push.example.jp/2")).await;
        assert_eq!(other.status, 201);
        assert_eq!((listed(&ana).await.len(), listed(&bea).await.len()), (1, 1));
        // Both addresses known: one device is left.
        assert_eq!(add(&ana, "https://push.example.jp/4").await.status, 201);
        assert_eq!(ana.post("/devices", moved("https://push.example.jp/4", "https://push.example.jp/2")).await.status, 200);
        assert_eq!(listed(&ana).await.len(), 1);
    }

    async fn an_account_has_so_many_devices_and_no_more(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let mut first = String::new();
        for number in 0..10 {
            test.at(&format!("2026-11-21T12:{number:02}:00+09:00"));
            let added = add(&ana, &format!("https://push.example.jp/{number}")).await;
            assert_eq!(added.status, 201);
            if number == 0 {
                first = added.body["id"].as_str().unwrap().to_owned();
            }
        }
        let refused = add(&ana, "https://push.example.jp/more").await;
        assert_eq!((refused.status.as_u16(), refused.code()), (409, "devices.too_many"));
        let (id, now) = (DeviceId::new(first.clone()), test.app.now());
        test.write(move |conn| devices::store::mark_outcome(conn, &id, &Outcome::Gone, now)).await;
        assert_eq!(add(&ana, "https://push.example.jp/more").await.status, 201);
        let left = listed(&ana).await;
        assert!(left.len() == 10 && !left.iter().any(|device| device["id"] == first));
    }

    async fn without_a_channel_nothing_is_promised(test) {
        let refused = test.anybody().get("/push/key").await;
        assert_eq!((refused.status.as_u16(), refused.code()), (503, "devices.not_taken"));
    }

    async fn the_key_to_push_services_is_made_once(test) {
        let now = moment(START);
        let first = test.write(move |conn| devices::store::key_or(conn, "one", now)).await;
        let second = test.write(move |conn| devices::store::key_or(conn, "two", now)).await;
        assert_eq!((first.as_str(), second.as_str()), ("one", "one"));
    }
}

on_both! { over start_with_channels;
    async fn a_trial_message_reaches_the_device_and_is_written_down(test) {
        let Some(service) = Peer::start("push-service.mjs") else { return };
        let key = test.anybody().get("/push/key").await.body["key"].as_str().unwrap().to_owned();
        let ana = test.guardian("Ana", YONAGO).await;
        let added = ana.post("/devices", at(&service, "/201/ana")).await;
        assert_eq!(added.status, 201, "{:?}", added.body);
        let path = format!("/devices/{}/try", added.body["id"].as_str().unwrap());
        let tried = ana.post(&path, json!({})).await;
        assert_eq!((tried.status.as_u16(), &tried.body["last_success_at"]), (200, &json!("2026-11-21T03:00:00Z")), "{:?}", tried.body);
        let came = service.next();
        assert_eq!((&came["vapid"]["good"], &came["vapid"]["key"]), (&json!(true), &json!(key)));
        assert_eq!(came["message"]["notification"]["title"], "通知は正しく届いています");
        assert_eq!(came["message"]["notification"]["navigate"], "http://localhost:0/notices/devices");

        let soon = ana.post(&path, json!({})).await;
        assert_eq!((soon.status.as_u16(), soon.code(), soon.headers["retry-after"].to_str().unwrap()), (429, "devices.trial_too_soon", "15"));
        assert!(service.is_quiet());
        // After a new start the key is the same: devices need not be turned on again.
        let again = test.app.clone().with_own_channels().await.unwrap();
        assert_eq!(again.push.unwrap().public_key(), key);
    }

    async fn signing_out_ends_the_notices_of_the_device_in_hand_alone(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let mut ids = Vec::new();
        for (person, path) in [(&ana, "one"), (&ana, "two"), (&bea, "three")] {
            let added = add(person, &format!("http://127.0.0.1:9/{path}")).await;
            assert_eq!(added.status, 201, "{:?}", added.body);
            ids.push(added.body["id"].as_str().unwrap().to_owned());
        }
        // From a phone without notices, and one that names what is not the person's.
        let me = ana.get("/me").await.body;
        let again: shared::accounts::Me = serde_json::from_value(me).unwrap();
        for body in [json!({}), json!({ "device_id": ids[2] })] {
            let phone = test.signed_in(again.clone()).await;
            assert_eq!(phone.post("/auth/logout", body).await.status, 204);
            assert_eq!(phone.get("/me").await.status, 401);
        }
        assert_eq!((listed(&ana).await.len(), listed(&bea).await.len()), (2, 1));
        let phone = test.signed_in(again).await;
        assert_eq!(phone.post("/auth/logout", json!({ "device_id": ids[0] })).await.status, 204);
        let left = listed(&ana).await;
        assert_eq!((left.len(), left[0]["id"].as_str().unwrap()), (1, ids[1].as_str()));
        let kept: Vec<String> = test
            .write(|conn| {
                use api::schema::audit_lines;
                use diesel::prelude::*;
                Ok(audit_lines::table.filter(audit_lines::action.eq("device.removed")).select(audit_lines::actor).load(conn)?)
            })
            .await;
        assert_eq!(kept.len(), 1);
    }

    async fn a_device_that_has_ended_is_told_and_comes_back(test) {
        let Some(service) = Peer::start("push-service.mjs") else { return };
        let ana = test.guardian("Ana", YONAGO).await;
        let gone = at(&service, "/410/ana");
        let id = ana.post("/devices", gone.clone()).await.body["id"].as_str().unwrap().to_owned();
        let path = format!("/devices/{id}/try");
        let ended = ana.post(&path, json!({})).await;
        assert_eq!((ended.status.as_u16(), ended.code()), (409, "devices.ended"));
        assert_eq!(listed(&ana).await[0]["ended_at"], "2026-11-21T03:00:00Z");
        let (account, push) = (AccountId::new(ana.get("/me").await.body["id"].as_str().unwrap()), test.app.push.clone().unwrap());
        assert_eq!(test.write(move |conn| push.list_endpoints(conn, &account)).await, []);
        test.at("2026-11-21T12:01:00+09:00");
        assert_eq!(ana.post(&path, json!({})).await.code(), "devices.ended");
        // Turned on again, also by who has it in hand now.
        let again = ana.post("/devices", gone).await;
        assert_eq!((again.status.as_u16(), &again.body["id"], &again.body["ended_at"]), (200, &json!(id), &Value::Null));
    }

    async fn a_service_that_is_down_does_not_end_a_device(test) {
        let Some(service) = Peer::start("push-service.mjs") else { return };
        let ana = test.guardian("Ana", YONAGO).await;
        for (number, path) in ["/503/ana", "/403/ana"].into_iter().enumerate() {
            let id = ana.post("/devices", at(&service, path)).await.body["id"].as_str().unwrap().to_owned();
            let failed = ana.post(&format!("/devices/{id}/try"), json!({})).await;
            assert_eq!((failed.status.as_u16(), failed.code()), (503, "devices.not_taken"), "{path}");
            let known = listed(&ana).await.into_iter().find(|device| device["id"] == json!(id)).unwrap();
            assert_eq!((&known["ended_at"], &known["last_failure"]), (&Value::Null, &json!(["later", "403"][number])));
        }
    }
}

#[actix_web::test]
async fn the_database_is_free_while_a_push_service_is_silent() {
    let Some(service) = Peer::start("push-service.mjs") else { return };
    let test = TestApp::start_with_channels(Backend::Sqlite).await.unwrap();
    let ana = test.guardian("Ana", YONAGO).await;
    let id = ana.post("/devices", at(&service, "/silent/ana")).await.body["id"].as_str().unwrap().to_owned();
    let waiting = ana.clone();
    let tried = actix_web::rt::spawn(async move { waiting.post(&format!("/devices/{id}/try"), json!({})).await });
    while service.is_quiet() {
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
    let written = std::time::Instant::now();
    ana.child("2025-05-01").await;
    assert!(written.elapsed() < Duration::from_secs(2), "a write waited for the push service");
    assert_eq!(tried.await.unwrap().status, 503);
}
