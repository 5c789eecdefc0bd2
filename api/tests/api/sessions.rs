//! The devices on which somebody is signed in: listed, ended, and ended by a new password.

use api::schema::audit_lines;
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Person, TestApp, YONAGO};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile/15E148 Safari/604.1";
const DESK: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36";

fn account(email: &str) -> Value {
    json!({
        "email": email, "password": "松原と海のあいだ", "name": "弓浜 花子", "kana": "ゆみはま はなこ",
        "phone": "090-1234-5678", "municipality": YONAGO
    })
}

/// Signs in with this browser; the first time registers.
async fn sign_in(test: &TestApp, path: &str, body: Value, agent: &str) -> Person {
    let nobody = test.anybody();
    let answer = nobody.send(nobody.request(Method::POST, path).header("user-agent", agent).json(&body)).await;
    assert!(answer.status.is_success(), "{:?}", answer.body);
    nobody.keeping(&answer)
}

async fn devices(person: &Person) -> Vec<Value> {
    let listed = person.get("/sessions").await;
    assert_eq!(listed.status, 200, "{:?}", listed.body);
    listed.body["items"].as_array().unwrap().clone()
}

fn login(password: &str) -> Value {
    json!({ "email": "hana@example.jp", "password": password })
}

async fn audited(test: &TestApp, kind: &'static str) -> i64 {
    test.write(move |conn| Ok(audit_lines::table.filter(audit_lines::action.eq(kind)).count().get_result(conn)?)).await
}

on_both! {
    async fn a_person_sees_her_devices_and_ends_one(test) {
        let phone = sign_in(test, "/auth/register", account("hana@example.jp"), PHONE).await;
        test.at("2026-11-21T12:05:00+09:00");
        let desk = sign_in(test, "/auth/login", login("松原と海のあいだ"), DESK).await;
        let seen = devices(&desk).await;
        assert_eq!(seen.len(), 2);
        assert_eq!((&seen[0]["device"], &seen[0]["is_this"]), (&json!({ "system": "Windows", "browser": "Chrome" }), &json!(true)));
        assert_eq!((&seen[1]["device"], &seen[1]["is_this"]), (&json!({ "system": "iPhone", "browser": "Safari" }), &json!(false)));
        assert_eq!((&seen[1]["since"], &seen[1]["until"]), (&json!("2026-11-21T03:00:00Z"), &json!("2026-12-21T03:00:00Z")));

        // What is used is seen, to some minutes.
        test.at("2026-11-21T12:09:00+09:00");
        phone.get("/me").await;
        assert_eq!(devices(&desk).await[1]["seen_at"], "2026-11-21T03:00:00Z");
        test.at("2026-11-21T12:11:00+09:00");
        phone.get("/me").await;
        assert_eq!(devices(&desk).await[0]["seen_at"], "2026-11-21T03:11:00Z", "the one last used comes first");

        let stranger = test.guardian("Bea", YONAGO).await;
        let path = format!("/sessions/{}/end", seen[1]["id"].as_str().unwrap());
        assert_eq!(stranger.post(&path, json!({})).await.status, 404);
        assert_eq!(phone.get("/me").await.status, 200);
        for _ in 0..2 {
            assert_eq!(desk.post_with_key(&path, json!({}), "once").await.status, 204);
        }
        assert_eq!((phone.get("/me").await.code_number(), desk.get("/me").await.code_number()), (401, 200));
        assert_eq!((devices(&desk).await.len(), audited(test, "session.ended").await), (1, 1));
        assert_eq!(desk.post(&path, json!({})).await.status, 404);
    }

    async fn all_others_end_at_once_and_nobody_elses(test) {
        let phone = sign_in(test, "/auth/register", account("hana@example.jp"), PHONE).await;
        let desk = sign_in(test, "/auth/login", login("松原と海のあいだ"), DESK).await;
        let bea = test.guardian("Bea", YONAGO).await;
        assert_eq!(desk.post("/sessions/end_others", json!({})).await.body, json!({ "ended": 1 }));
        assert_eq!((phone.get("/me").await.code_number(), desk.get("/me").await.code_number(), bea.get("/me").await.code_number()), (401, 200, 200));
        assert_eq!(desk.post("/sessions/end_others", json!({})).await.body, json!({ "ended": 0 }));
        assert_eq!(audited(test, "session.ended").await, 1);
        // One that is over is not shown any more.
        test.at("2026-12-21T12:00:00+09:00");
        let later = sign_in(test, "/auth/login", login("松原と海のあいだ"), DESK).await;
        assert_eq!(devices(&later).await.len(), 1);
    }

    async fn staff_see_theirs_too_for_twelve_hours(test) {
        let staff = test.staff("sakai").await;
        let seen = devices(&staff).await;
        assert_eq!(seen.len(), 1);
        assert_eq!((&seen[0]["is_this"], &seen[0]["until"]), (&json!(true), &json!("2026-11-21T15:00:00Z")));
    }

    async fn a_new_password_needs_the_old_one_and_ends_every_other_device(test) {
        let phone = sign_in(test, "/auth/register", account("hana@example.jp"), PHONE).await;
        let desk = sign_in(test, "/auth/login", login("松原と海のあいだ"), DESK).await;
        let change = |current: &str, new: &str| json!({ "current": current, "new": new });
        let wrong = desk.post("/auth/password", change("違うパスワード", "浜から見える大山")).await;
        assert_eq!((wrong.code_number(), wrong.code(), &wrong.body["errors"][0]["pointer"]), (409, "accounts.password_wrong", &json!("/current")));
        let short = desk.post("/auth/password", change("松原と海のあいだ", "短い")).await;
        assert_eq!((short.code_number(), &short.body["errors"][0]["pointer"]), (422, &json!("/new")));
        assert_eq!(desk.post("/auth/password", json!({ "new": "浜から見える大山" })).await.code(), "accounts.password_wrong");
        assert_eq!((phone.get("/me").await.code_number(), audited(test, "account.password_changed").await), (200, 0));

        let changed = desk.post("/auth/password", change("松原と海のあいだ", "浜から見える大山")).await;
        assert_eq!((changed.code_number(), changed.body), (200, json!({ "ended": 1 })));
        assert_eq!((phone.get("/me").await.code_number(), desk.get("/me").await.code_number()), (401, 200));
        assert_eq!(audited(test, "account.password_changed").await, 1);
        assert_eq!(test.anybody().post("/auth/login", login("松原と海のあいだ")).await.status, 401);
        assert_eq!(test.anybody().post("/auth/login", login("浜から見える大山")).await.status, 200);
    }

    async fn guessing_the_old_password_is_slowed_down_as_at_the_door(test) {
        let phone = sign_in(test, "/auth/register", account("hana@example.jp"), PHONE).await;
        let guess = json!({ "current": "違うパスワード", "new": "浜から見える大山" });
        for _ in 0..5 {
            assert_eq!(phone.post("/auth/password", guess.clone()).await.status, 409);
        }
        let locked = phone.post("/auth/password", guess).await;
        assert_eq!((locked.code_number(), locked.code()), (429, "accounts.too_many_attempts"));
        assert_eq!(test.anybody().post("/auth/login", login("松原と海のあいだ")).await.status, 429);
    }
}
