//! Shared devices: who is in front, what a locked one answers, and that who did what stays personal.

use api::schema::{accounts, audit_lines, sessions};
use diesel::prelude::*;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use shared::access::Role;
use shared::ids::AccountId;

use crate::app::{Answer, DAY, Person, TestApp, YONAGO};
use crate::guards::{Caller, Operation, body, call, caller, operations};
use crate::races::count;

const PASSWORD: &str = "松原と海のあいだ";

/// A member of a facility's staff with a password; gives the id as well.
async fn nurse(test: &TestApp, name: &str, facility: &str) -> (Person, String) {
    let person = test.person(name, Role::Staff { facility_id: facility.into() }).await;
    let id = person.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let (hash, account) = (api::accounts::hash_password(PASSWORD.to_owned()).await.unwrap(), AccountId::from(id.as_str()));
    test.write(move |conn| api::accounts::store::set_password(conn, &account, &hash)).await;
    (person, id)
}

async fn set_pin(person: &Person, pin: &str) -> Answer {
    person.send(person.request(Method::PUT, "/auth/pin").json(&json!({ "password": PASSWORD, "pin": pin }))).await
}

/// The same with a PIN.
async fn with_pin(test: &TestApp, name: &str, facility: &str, pin: &str) -> (Person, String) {
    let (person, id) = nurse(test, name, facility).await;
    assert_eq!(set_pin(&person, pin).await.status, 204);
    (person, id)
}

async fn locked(person: &Person) -> Person {
    assert_eq!(person.post("/auth/tablet/share", json!({})).await.status, 204);
    assert_eq!(person.post("/auth/tablet/lock", json!({})).await.status, 204);
    person.clone()
}

async fn unlock(tablet: &Person, account: &str, pin: &str) -> Answer {
    tablet.post("/auth/tablet/unlock", json!({ "account_id": account, "pin": pin })).await
}

async fn audited(test: &TestApp, action: &'static str) -> Vec<String> {
    let lines = audit_lines::table.filter(audit_lines::action.eq(action)).order(audit_lines::id).select(audit_lines::actor);
    test.write(move |conn| Ok(lines.load(conn)?)).await
}

on_both! {
    async fn a_pin_is_set_with_the_password_and_is_not_easy_to_guess(test) {
        let (kaede, id) = nurse(test, "江島 かえで", "sakai").await;
        assert_eq!(kaede.get("/auth/pin").await.body, json!({}));
        let wrong = kaede.send(kaede.request(Method::PUT, "/auth/pin").json(&json!({ "password": "違う", "pin": "2580" }))).await;
        assert_eq!((wrong.code_number(), wrong.code(), &wrong.body["errors"][0]["pointer"]), (409, "accounts.password_wrong", &json!("/password")));
        for (pin, code) in [("0000", "tablets.pin_easy"), ("1234", "tablets.pin_easy"), ("258", "tablets.pin_invalid"), ("２５８０", "tablets.pin_invalid")] {
            let refused = set_pin(&kaede, pin).await;
            assert_eq!((refused.code_number(), &refused.body["errors"][0]["code"], &refused.body["errors"][0]["pointer"]), (422, &json!(code), &json!("/pin")), "{pin}");
        }
        assert_eq!(kaede.get("/auth/pin").await.body, json!({}));
        assert_eq!(kaede.post("/auth/tablet/share", json!({})).await.code(), "tablets.no_pin");
        assert_eq!(set_pin(&kaede, "2580").await.status, 204);
        assert_eq!(kaede.get("/auth/pin").await.body, json!({ "set_at": "2026-11-21T03:00:00Z" }));
        assert_eq!(audited(test, "account.pin_set").await, [id]);
        // Guessing the password here is slowed down as at the door.
        for _ in 0..5 {
            kaede.send(kaede.request(Method::PUT, "/auth/pin").json(&json!({ "password": "違う", "pin": "2580" }))).await;
        }
        assert_eq!(set_pin(&kaede, "1357").await.code(), "accounts.too_many_attempts");
    }

    async fn who_did_what_stays_personal_on_a_shared_device(test) {
        let (kaede, kaede_id) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        let (_, makoto_id) = with_pin(test, "余子 まこと", "sakai", "90210734").await;
        let (other, _) = with_pin(test, "米原 さくら", "yonago", "1357").await;
        nurse(test, "夜見 あかり", "sakai").await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        for person in [&kaede, &other] {
            assert_eq!(person.get("/auth/tablet").await.code(), "tablets.not_shared");
            assert_eq!(person.post("/auth/tablet/lock", json!({})).await.code(), "tablets.not_shared");
            assert_eq!(person.post("/auth/tablet/end", json!({})).await.code(), "tablets.not_shared");
            assert_eq!(person.get("/me").await.body["is_shared"], false);
        }
        let me = serde_json::from_value(kaede.get("/me").await.body).unwrap();
        test.at("2026-12-01T08:30:00+09:00");
        let kaede = test.signed_in(me).await;
        for _ in 0..2 {
            assert_eq!(kaede.post("/auth/tablet/share", json!({})).await.status, 204);
        }
        assert_eq!(audited(test, "tablet.shared").await, vec![kaede_id.clone()]);
        assert_eq!(kaede.get("/me").await.body["is_shared"], true);
        assert_eq!(kaede.get("/sessions").await.body["items"][0]["is_shared"], true);
        // Who is in front is not replaced without a lock.
        assert_eq!(unlock(&kaede, &makoto_id, "90210734").await.code(), "tablets.not_locked");
        assert_eq!(kaede.post(&format!("/bookings/{booking}/check_in"), json!({})).await.status, 200);

        assert_eq!(kaede.post("/auth/tablet/lock", json!({})).await.status, 204);
        let seen = kaede.get("/auth/tablet").await.body;
        assert_eq!((&seen["facility"], &seen["is_locked"]), (&json!("sakai園"), &json!(true)));
        let names: Vec<&Value> = seen["people"].as_array().unwrap().iter().map(|person| &person["name"]).collect();
        assert_eq!(names.len(), 2, "only those with a PIN, and only of this facility: {names:?}");
        assert!(!names.contains(&&json!("米原 さくら")));

        let entered = unlock(&kaede, &makoto_id, "90210734").await;
        assert_eq!((entered.code_number(), &entered.body["id"], &entered.body["is_shared"]), (200, &json!(makoto_id), &json!(true)));
        assert!(entered.headers["set-cookie"].to_str().unwrap().contains("HttpOnly"));
        let makoto = kaede.keeping(&entered);
        assert_eq!(kaede.get("/auth/tablet").await.status, 401, "the secret before opens nothing");
        assert_eq!(makoto.get("/me").await.body["id"], json!(makoto_id));
        test.at("2026-12-01T09:30:00+09:00");
        let person = json!({ "person": { "kind": "guardian" } });
        assert_eq!(makoto.post(&format!("/bookings/{booking}/check_out"), person).await.status, 200);
        assert_eq!((audited(test, "booking.checked_in").await, audited(test, "booking.checked_out").await), (vec![kaede_id.clone()], vec![makoto_id.clone()]));
        assert_eq!((audited(test, "tablet.screen_locked").await, audited(test, "tablet.screen_unlocked").await), (vec![kaede_id], vec![makoto_id.clone()]));
        // It is in the list of who is in front, and ends no later than it would have.
        let listed = makoto.get("/sessions").await.body;
        let own: Vec<&Value> = listed["items"].as_array().unwrap().iter().filter(|device| device["is_this"] == true).collect();
        assert_eq!((own.len(), &own[0]["is_shared"], &own[0]["until"]), (1, &json!(true), &json!("2026-12-01T11:30:00Z")));
        test.at("2026-12-01T20:31:00+09:00");
        assert_eq!(makoto.get("/me").await.status, 401);
    }

    async fn the_same_key_is_another_persons_own(test) {
        let (kaede, _) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        let (_, makoto_id) = with_pin(test, "余子 まこと", "sakai", "90210734").await;
        assert_eq!(kaede.post_with_key("/staff/wall_code", json!({}), "one").await.status, 200);
        let tablet = locked(&kaede).await;
        let makoto = tablet.keeping(&unlock(&tablet, &makoto_id, "90210734").await);
        let answer = makoto.post_with_key("/staff/wall_code", json!({}), "one").await;
        assert!(!answer.headers.contains_key("idempotency-replayed"));
    }

    async fn a_locked_device_is_refused_everywhere(test) {
        let (kaede, id) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        let tablet = locked(&kaede).await;
        for operation in operations(&[]) {
            let answered = ["get_tablet", "unlock_tablet", "end_tablet"].contains(&operation.name.as_str());
            // For these whoever asks is nobody.
            if answered || caller(&operation.name) == Caller::Anybody {
                continue;
            }
            let path = operation.path.replace("{month}", "2026-12").replace("{municipality}", YONAGO);
            let operation = Operation { path, ..operation };
            let status = call(&tablet, &operation, "any", "any").await;
            // A request that cannot be read is refused as such, perhaps before it is known who asks.
            let is_unreadable = body(&operation.name, "any", "any").is_none() && [400, 415, 422].contains(&status);
            assert!(status == 423 || is_unreadable, "{}: {status}", operation.name);
        }
        assert_eq!(tablet.get("/me").await.code(), "tablets.locked");
        assert_eq!(tablet.get("/auth/tablet").await.body["people"], json!([{ "account_id": id, "name": "江島 かえで" }]));
        let again = tablet.keeping(&unlock(&tablet, &id, "2580").await);
        assert_eq!(again.get("/me").await.status, 200);
        let twice = locked(&again).await;
        assert_eq!(twice.post("/auth/tablet/end", json!({})).await.status, 204);
        assert_eq!((twice.get("/auth/tablet").await.code_number(), twice.get("/me").await.code_number()), (401, 401));
        assert_eq!(audited(test, "tablet.ended").await, ["tablet"]);
    }

    async fn wrong_pins_are_counted_for_each_person_and_say_nothing_of_whom_there_is(test) {
        let (kaede, id) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        let (_, makoto) = with_pin(test, "余子 まこと", "sakai", "90210734").await;
        let (_, elsewhere) = with_pin(test, "米原 さくら", "yonago", "1357").await;
        let (_, without) = nurse(test, "夜見 あかり", "sakai").await;
        let tablet = locked(&kaede).await;
        let wrong = unlock(&tablet, &id, "2581").await;
        assert_eq!((wrong.code_number(), wrong.code()), (409, "tablets.pin_wrong"));
        for nobody in [elsewhere.as_str(), &without, "nobody"] {
            let refused = unlock(&tablet, nobody, "1357").await;
            assert_eq!((refused.code(), &refused.body["detail"]), ("tablets.pin_wrong", &wrong.body["detail"]));
        }
        // Another person's PIN is a wrong one.
        assert_eq!(unlock(&tablet, &id, "90210734").await.code(), "tablets.pin_wrong");
        for _ in 0..3 {
            assert_eq!(unlock(&tablet, &id, "2581").await.status, 409);
        }
        let waits = unlock(&tablet, &id, "2580").await;
        assert_eq!((waits.code_number(), waits.code()), (429, "tablets.too_many_attempts"));
        assert!(waits.headers.contains_key("retry-after"));
        // The others and the password are not locked with it.
        let entered = unlock(&tablet, &makoto, "90210734").await;
        let tablet = locked(&tablet.keeping(&entered)).await;
        assert_eq!(set_pin(&test.signed_in(serde_json::from_value(entered.body).unwrap()).await, "4711").await.status, 204);
        test.at("2026-11-21T12:01:01+09:00");
        assert_eq!(unlock(&tablet, &id, "2580").await.status, 200);
    }

    async fn many_guesses_at_once_are_no_more_than_one_after_another(test) {
        let (kaede, id) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        let tablet = locked(&kaede).await;
        let statuses: Vec<u16> = join_all((0..40).map(|_| async { unlock(&tablet, &id, "2581").await.code_number() })).await;
        assert_eq!((count(&statuses, 409), count(&statuses, 429)), (5, 35), "{statuses:?}");
    }

    async fn of_two_people_who_unlock_at_once_one_is_in_front(test) {
        let (kaede, kaede_id) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        let (_, makoto_id) = with_pin(test, "余子 まこと", "sakai", "90210734").await;
        let tablet = locked(&kaede).await;
        let (one, other) = join(unlock(&tablet, &kaede_id, "2580"), unlock(&tablet, &makoto_id, "90210734")).await;
        let (first, second, id) = if one.status == 200 { (one, other, kaede_id) } else { (other, one, makoto_id) };
        assert_eq!(first.status, 200);
        assert!(["tablets.not_locked", "problem.unauthenticated"].contains(&second.code()), "{:?}", second.body);
        assert_eq!(tablet.keeping(&first).get("/me").await.body["id"], json!(id));
        assert_eq!(audited(test, "tablet.screen_unlocked").await, [id]);
    }

    async fn a_request_and_a_lock_at_once_leave_a_whole_or_nothing(test) {
        let (kaede, kaede_id) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        let me = serde_json::from_value(kaede.get("/me").await.body).unwrap();
        test.at("2026-12-01T08:30:00+09:00");
        let kaede = test.signed_in(me).await;
        assert_eq!(kaede.post("/auth/tablet/share", json!({})).await.status, 204);
        let (came, lock) = join(kaede.post(&format!("/bookings/{booking}/check_in"), json!({})), kaede.post("/auth/tablet/lock", json!({}))).await;
        assert_eq!(lock.status, 204);
        let recorded = audited(test, "booking.checked_in").await;
        assert_eq!((came.code_number(), recorded), if came.status == 200 { (200, vec![kaede_id]) } else { (423, Vec::new()) });
        assert_eq!(kaede.get("/me").await.status, 423);
    }

    async fn whoever_leaves_the_facility_is_out_at_once(test) {
        let (kaede, kaede_id) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        let (_, makoto_id) = with_pin(test, "余子 まこと", "sakai", "90210734").await;
        assert_eq!(kaede.post("/auth/tablet/share", json!({})).await.status, 204);
        let moved = kaede_id.clone();
        test.write(move |conn| {
            let own = accounts::table.filter(accounts::id.eq(&moved));
            Ok(diesel::update(own).set(accounts::facility_id.eq("yonago")).execute(conn)?)
        }).await;
        // At another facility now: the device is locked for her, and not listed.
        assert_eq!(kaede.get("/staff/today").await.code(), "tablets.locked");
        assert_eq!(kaede.get("/auth/tablet").await.body["people"], json!([{ "account_id": makoto_id, "name": "余子 まこと" }]));
        assert_eq!(unlock(&kaede, &kaede_id, "2580").await.code(), "tablets.pin_wrong");
        let makoto = kaede.keeping(&unlock(&kaede, &makoto_id, "90210734").await);
        assert_eq!(makoto.get("/me").await.body["id"], json!(makoto_id));
        // An account that is removed takes its session along.
        test.write(move |conn| Ok(diesel::delete(accounts::table.filter(accounts::id.eq(&makoto_id))).execute(conn)?)).await;
        assert_eq!(makoto.get("/me").await.status, 401);
    }

    async fn a_pin_does_not_grow_into_a_way_in_from_everywhere(test) {
        let (kaede, id) = with_pin(test, "江島 かえで", "sakai", "2580").await;
        assert_eq!(kaede.post("/auth/tablet/share", json!({})).await.status, 204);
        let refused = kaede.post("/passkeys/begin", json!({})).await;
        assert!(["tablets.own_device_only", "passkeys.not_offered"].contains(&refused.code()), "{:?}", refused.body);
        test.write(move |conn| {
            let own = accounts::table.filter(accounts::id.eq(&id));
            Ok(diesel::update(own).set(accounts::password_hash.eq(None::<String>)).execute(conn)?)
        }).await;
        let first = kaede.post("/auth/password", json!({ "new": "浜から見える大山" })).await;
        assert_eq!(first.code(), "tablets.own_device_only");
    }

    async fn only_a_shared_session_can_be_locked_in_the_database(test) {
        let staff = test.staff("sakai").await;
        let refused = test.app.db.write(|conn| {
            let now = chrono::NaiveDateTime::default();
            diesel::update(sessions::table).set(sessions::locked_at.eq(now)).execute(conn).map_err(api::db::DbError::from)
        }).await;
        assert!(refused.is_err());
        assert_eq!(staff.get("/me").await.status, 200);
    }
}
