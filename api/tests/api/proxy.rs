//! Acting for a family: for a reason, one at a time, for a quarter of an hour, and the family reads it.

use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::access::Role;

use api::proxy::jobs;
use api::schema::{audit_lines, proxy_sessions};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO};
use crate::races::count;

async fn family_of(person: &Person) -> String {
    person.get("/family").await.body["id"].as_str().unwrap().to_owned()
}

async fn open(worker: &Person, family: &str, reason: &str) -> Answer {
    worker.post("/proxy/session", json!({ "family_id": family, "reason": reason, "words": "電話で依頼" })).await
}

fn entry(family: &str, child: &str, slot: &str) -> Value {
    json!({ "family_id": family, "booking": { "slot_id": slot, "child_ids": [child] } })
}

async fn operator(test: &TestApp) -> Person {
    test.person("のぞみ", Role::Operator).await
}

async fn audited(test: &TestApp, action: &'static str) -> Vec<Option<String>> {
    test.write(move |conn| {
        Ok(audit_lines::table.filter(audit_lines::action.eq(action)).order(audit_lines::id).select(audit_lines::note).load(conn)?)
    })
    .await
}

on_both! {
    async fn an_operator_books_for_a_family_and_everything_of_it_is_marked(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let family = family_of(&ana).await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let worker = operator(test).await;
        assert_eq!(worker.post("/staff/bookings", entry(&family, &child, &slot)).await.code(), "proxy.not_open");

        let found = worker.post("/proxy/families/search", json!({ "query": "0859000000", "reason": "booking" })).await.body;
        assert_eq!((&found["items"][0]["guardian_name"], &found["items"][0]["phone_end"], &found["items"][0]["children"]), (&json!("Ana"), &json!("0000"), &json!(1)));
        assert!(!found.to_string().contains("0859000000") && !found.to_string().contains(&child), "no more than is needed: {found}");
        let opened = open(&worker, &family, "booking").await;
        assert_eq!((opened.code_number(), &opened.body["ends_at"]), (201, &json!("2026-11-21T03:15:00Z")), "{:?}", opened.body);
        let seen = worker.get("/proxy/session/family").await.body;
        assert_eq!((&seen["children"][0]["id"], &seen["bookings"]), (&json!(child), &json!([])));
        assert!(seen.get("care").is_none() && seen.get("applications").is_none(), "{seen}");

        assert_eq!(worker.get(&format!("/staff/slots?from={DAY}&facility_id=sakai")).await.body["items"][0]["slots"][0]["id"], json!(slot));
        assert_eq!(worker.post("/staff/bookings/quote", entry(&family, &child, &slot)).await.body["bookable"], true);
        let booked = worker.post("/staff/bookings", entry(&family, &child, &slot)).await;
        assert_eq!((booked.code_number(), &booked.body[0]["entered"]["entered_by"]), (201, &json!("centre")), "{:?}", booked.body);
        assert_eq!(audited(test, "booking.confirmed").await, [Some("電話・窓口で予約を頼まれた：電話で依頼".to_owned())]);

        // Another family's child, and another act, are not covered.
        let bea = test.guardian("Bea", YONAGO).await;
        let hers = bea.child("2025-05-01").await;
        assert_eq!(worker.post("/staff/bookings", entry(&family_of(&bea).await, &hers, &slot)).await.code(), "proxy.not_open");
        let filed = json!({ "procedure": "entry", "child_id": child, "family_id": family });
        assert_eq!(worker.post("/applications", filed).await.code(), "proxy.not_for_this");

        assert_eq!(worker.post("/proxy/session/end", json!({})).await.status, 204);
        assert_eq!(worker.get("/proxy/session").await.body, json!({}));
        assert_eq!(worker.get("/proxy/session/family").await.code(), "proxy.not_open");
        // The family reads all of it, with the reason, and no name.
        let accesses = ana.get("/family/accesses").await.body["items"].clone();
        let told: Vec<&str> = accesses.as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
        assert_eq!(told, ["proxy.ended", "booking.confirmed", "consent.given", "proxy.looked_up", "proxy.opened", "proxy.searched"], "{accesses}");
        assert_eq!((&accesses[4]["kind"], &accesses[4]["why"]), (&json!("operator"), &json!("電話・窓口で予約を頼まれた：電話で依頼")));
        assert!(!accesses.to_string().contains("のぞみ"));
    }

    async fn it_ends_by_itself_by_the_servers_clock_and_goes_on_when_it_is_opened_again(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let family = family_of(&ana).await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let worker = operator(test).await;
        open(&worker, &family, "booking").await;
        test.at("2026-11-21T12:14:59+09:00");
        assert_eq!(worker.post("/staff/bookings/quote", entry(&family, &child, &slot)).await.status, 200);
        test.at("2026-11-21T12:15:00+09:00");
        assert_eq!(worker.get("/proxy/session").await.body, json!({}));
        for (path, status) in [("/staff/bookings/quote", 409), ("/staff/bookings", 409)] {
            let late = worker.post(path, entry(&family, &child, &slot)).await;
            assert_eq!((late.code_number(), late.code()), (status, "proxy.not_open"), "{path}");
        }
        jobs::end_expired(&test.app).await.unwrap();
        jobs::end_expired(&test.app).await.unwrap();
        assert_eq!(audited(test, "proxy.expired").await.len(), 1, "told once");
        assert_eq!(open(&worker, &family, "booking").await.status, 201);
        assert_eq!(worker.post("/staff/bookings", entry(&family, &child, &slot)).await.status, 201);
    }

    async fn one_record_is_open_at_a_time_however_many_try(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let (first, second) = (family_of(&ana).await, family_of(&bea).await);
        let worker = operator(test).await;
        let all = join_all((0..8).map(|n| { let family = if n % 2 == 0 { &first } else { &second }; open(&worker, family, "booking") })).await;
        let statuses: Vec<u16> = all.iter().map(Answer::code_number).collect();
        assert_eq!((count(&statuses, 201), count(&statuses, 409)), (1, 7), "{statuses:?}");
        assert!(all.iter().filter(|answer| answer.code_number() == 409).all(|answer| answer.code() == "proxy.already_open"));
        let open_now: i64 = test.write(|conn| Ok(proxy_sessions::table.filter(proxy_sessions::ended_at.is_null()).count().get_result(conn)?)).await;
        assert_eq!(open_now, 1);
        // Another operator is not held up.
        assert_eq!(open(&operator(test).await, &first, "booking").await.status, 201);
        // Over by its time, though nobody came to end it: the next one opens.
        test.at("2026-11-21T12:15:00+09:00");
        assert_eq!(open(&worker, &second, "booking").await.status, 201);
        assert_eq!(audited(test, "proxy.expired").await.len(), 1);
    }

    async fn officers_act_for_their_citys_families_and_a_reason_has_words(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", SAKAIMINATO).await);
        let officer = test.officer(YONAGO).await;
        assert_eq!(open(&officer, &family_of(&bea).await, "booking").await.status, 404);
        let found = officer.post("/proxy/families/search", json!({ "query": "0859000000", "reason": "booking" })).await.body;
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
        let family = family_of(&ana).await;
        assert_eq!(open(&officer, &family, "curiosity").await.code(), "proxy.reason_unknown");
        let silent = officer.post("/proxy/session", json!({ "family_id": family, "reason": "booking", "words": " " })).await;
        assert_eq!(silent.code(), "proxy.words_missing");
        assert_eq!(officer.post("/proxy/families/search", json!({ "query": "Ana", "reason": "curiosity" })).await.code(), "proxy.reason_unknown");
        assert_eq!(open(&officer, &family, "question").await.status, 201);
        let seen = officer.get("/proxy/session/family").await.body;
        assert!(seen.get("children").is_none() && seen["applications"] == json!([]), "{seen}");
    }

    async fn reasons_are_dated(test) {
        let worker = operator(test).await;
        let keys = async || -> Vec<String> {
            let all = worker.get("/proxy/reasons").await.body;
            all.as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(keys().await, ["booking", "application", "question", "emergency"]);
        test.write(|conn| {
            use api::schema::proxy_reasons as reasons;
            let until = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
            Ok(diesel::update(reasons::table.filter(reasons::key.eq("question"))).set(reasons::valid_until.eq(until)).execute(conn)?)
        })
        .await;
        assert_eq!(keys().await, ["booking", "application", "emergency"]);
    }
}
