//! The life of certifications: told before they end, ended by a move, a revocation or an age, and what becomes of stays after it.

use serde_json::{Value, json};

use api::entitlements::jobs::{end_unkept, tell_endings};
use api::entitlements::life::list_held;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, certification, counting};
use crate::applications::ask_for_certification;

async fn publish(test: &TestApp, city: &str) {
    test.publish(city, "procedure", certification("entry", "open_nursery", "2026-11-21")).await;
}

/// A family of Yonago with a certified child; both cities certify.
async fn certified(test: &TestApp) -> (Person, String) {
    ask_for_certification(test).await;
    publish(test, YONAGO).await;
    publish(test, SAKAIMINATO).await;
    let ana = test.guardian("Ana", YONAGO).await;
    test.prove_residence(&ana).await;
    let child = ana.child("2025-05-01").await;
    let decided = ana.apply("entry", &child, &[("enrolled_in", "none")]).await;
    assert_eq!(decided.body["state"]["kind"], "granted", "{:?}", decided.body);
    (ana, child)
}

async fn held(person: &Person) -> Value {
    person.get("/entitlements").await.body["items"].clone()
}

/// Books two hours of a day at the other city's nursery.
async fn stay(test: &TestApp, person: &Person, child: &str, day: &str) -> String {
    let slot = test.slot("sakai_open", day, ("08:30", "17:00"), (5, 5)).await;
    let answer = person.book_times(&slot, &[child], day, ("09:00", "11:00")).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.body[0]["id"].as_str().unwrap().to_owned()
}

/// A family of Yonago with a certified child, and its stays of these days at the other city's nursery.
pub async fn certified_with_stays(test: &TestApp, days: &[&str]) -> (Person, String, Vec<String>) {
    let (person, child) = certified(test).await;
    let mut stays = Vec::new();
    for day in days {
        stays.push(stay(test, &person, &child, day).await);
    }
    (person, child, stays)
}

async fn state(person: &Person, booking: &str) -> Value {
    person.get(&format!("/bookings/{booking}")).await.body["state"].clone()
}

async fn moves(person: &Person, city: &str) {
    let etag = person.get("/family").await.etag();
    let answer = person.patch("/family", json!({ "municipality": city }), &etag).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
}

async fn count(test: &TestApp, kind: &'static str) -> i64 {
    test.write(move |conn| {
        use api::schema::{audit_lines, events};
        use diesel::prelude::*;
        let told: i64 = events::table.filter(events::kind.eq(kind)).count().get_result(conn)?;
        let audited: i64 = audit_lines::table.filter(audit_lines::action.eq(kind)).count().get_result(conn)?;
        assert_eq!(told, audited);
        Ok(told)
    })
    .await
}

/// How many statements a family's list of certifications takes, and how long it is.
async fn list_asks(test: &TestApp, person: &Person) -> (usize, usize) {
    let (family, now) = (person.get("/family").await.body["id"].as_str().unwrap().to_owned(), test.app.now());
    test.write(move |conn| {
        let family = api::families::store::find_family(conn, &family.as_str().into())?.unwrap();
        let (held, asked) = counting(conn, |conn| list_held(conn, &family, now));
        Ok((held.unwrap().len(), asked))
    })
    .await
}

on_both! {
    async fn a_longer_list_of_certifications_asks_the_database_no_more(test) {
        let (ana, _) = certified(test).await;
        let one = list_asks(test, &ana).await;
        for born in ["2025-02-01", "2024-12-01"] {
            let child = ana.child(born).await;
            test.certify(&ana, &child, "open_nursery").await;
            test.certify(&ana, &child, "temporary_care").await;
        }
        assert_eq!((one.0, list_asks(test, &ana).await), (1, (5, one.1)), "as many statements for five as for one");
    }

    async fn a_move_ends_it_the_day_before_and_prepares_the_new_citys_application(test) {
        let (ana, child) = certified(test).await;
        let booking = stay(test, &ana, &child, DAY).await;
        test.at("2026-11-25T10:00:00+09:00");
        moves(&ana, SAKAIMINATO).await;
        let after = held(&ana).await;
        assert_eq!((&after[0]["valid_until"], &after[0]["ended"]), (&json!("2026-11-24"), &json!({ "kind": "moved", "to": SAKAIMINATO })));
        assert_eq!(after[0]["ending"]["why"]["code"], "entitlements.ends_moved");
        assert_eq!(after[0]["ending"]["next"]["code"], "entitlements.next_there");
        let stays = json!([{
            "booking_id": booking, "child_id": child, "certification": "open_nursery", "facility_name": "sakai園",
            "starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-01T02:00:00Z", "fate": "until_decided"
        }]);
        assert_eq!(after[0]["stays"], stays);
        let draft = ana.get("/applications").await.body["items"][0].clone();
        assert_eq!((&draft["state"]["kind"], &draft["municipality"], &draft["id"]), (&json!("draft"), &json!(SAKAIMINATO), &after[0]["ending"]["application_id"]));
        // What was answered is known: nothing is asked again.
        let shown = ana.get(&format!("/applications/{}", draft["id"].as_str().unwrap())).await;
        assert_eq!((&shown.body["outlook"]["ask"], &shown.body["known"]), (&json!([]), &json!({ "enrolled_in": "none" })));
        // Both cities see the stays and what becomes of them.
        for city in [YONAGO, SAKAIMINATO] {
            let seen = test.officer(city).await.get("/office/moved_entitlements").await.body;
            assert_eq!((&seen["items"][0]["stays"], &seen["items"][0]["application_id"]), (&stays, &draft["id"]), "{city}");
        }
        assert_eq!(state(&ana, &booking).await["kind"], "confirmed");
        // The new city certifies: the stay stands, and there is nothing left to say.
        test.prove_residence(&ana).await;
        assert_eq!(ana.apply("entry", &child, &[]).await.body["state"]["kind"], "granted");
        assert_eq!(state(&ana, &booking).await["kind"], "confirmed");
        assert!(held(&ana).await.as_array().unwrap().iter().all(|held| held.get("stays").is_none()));
        assert_eq!((count(test, "entitlement.ended").await, count(test, "entitlement.granted").await), (1, 2));
    }

    async fn stays_end_without_cost_where_the_new_city_does_not_certify(test) {
        let (ana, child) = certified(test).await;
        let (first, second) = (stay(test, &ana, &child, DAY).await, stay(test, &ana, &child, "2026-11-27").await);
        test.at("2026-11-25T10:00:00+09:00");
        moves(&ana, SAKAIMINATO).await;
        // Nobody sends it until the second stay's day: that one ends by itself, the other still may be certified.
        end_unkept(&test.app).await.unwrap();
        assert_eq!(state(&ana, &second).await["kind"], "confirmed");
        test.at("2026-11-27T00:00:10+09:00");
        end_unkept(&test.app).await.unwrap();
        let over = state(&ana, &second).await;
        assert_eq!((&over["kind"], &over["fee_yen"], &over["counts"]), (&json!("cancelled"), &json!(0), &json!(false)));
        assert_eq!(state(&ana, &first).await["kind"], "confirmed");
        // The child goes to a nursery now: refused, and so the other ends as well.
        test.prove_residence(&ana).await;
        assert_eq!(ana.apply("entry", &child, &[("enrolled_in", "nursery")]).await.body["state"]["kind"], "refused");
        assert_eq!(state(&ana, &first).await["kind"], "cancelled");
        assert_eq!(held(&ana).await[0].get("stays"), None);
    }

    async fn an_application_under_way_moves_along(test) {
        publish(test, YONAGO).await;
        publish(test, SAKAIMINATO).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let begun = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        let path = format!("/applications/{}", begun.body["id"].as_str().unwrap());
        let filled = ana.patch(&path, json!({ "answers": [{ "key": "enrolled_in", "value": "unlicensed" }] }), &begun.etag()).await;
        assert_eq!(filled.status, 200);
        moves(&ana, SAKAIMINATO).await;
        let all = ana.get("/applications").await.body["items"].clone();
        let kinds: Vec<&Value> = all.as_array().unwrap().iter().map(|one| &one["state"]["kind"]).collect();
        assert!(kinds.contains(&&json!("withdrawn")) && kinds.contains(&&json!("draft")) && kinds.len() == 2, "{kinds:?}");
        let open = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        assert_eq!((open.code_number(), &open.body["municipality"], &open.body["answers"]), (200, &json!(SAKAIMINATO), &json!({ "enrolled_in": "unlicensed" })));
        // There and back on one day it is again the first city's.
        moves(&ana, YONAGO).await;
        let back = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        assert_eq!((&back.body["municipality"], &back.body["answers"]), (&json!(YONAGO), &json!({ "enrolled_in": "unlicensed" })));
    }

    async fn a_brother_or_sister_who_joins_finds_the_application_prepared(test) {
        let (ana, _) = certified(test).await;
        let brother = ana.child("2026-03-01").await;
        let all = ana.get("/applications").await.body["items"].clone();
        let draft = all.as_array().unwrap().iter().find(|one| one["child"]["id"] == json!(brother)).unwrap();
        assert_eq!((&draft["state"]["kind"], &draft["procedure"]), (&json!("draft"), &json!("entry")));
        // Who is too old for it gets none.
        let sister = ana.child("2021-03-01").await;
        let all = ana.get("/applications").await.body["items"].clone();
        assert!(all.as_array().unwrap().iter().all(|one| one["child"]["id"] != json!(sister)));
    }

    async fn the_family_is_told_thirty_days_before_and_once(test) {
        let (ana, _) = certified(test).await;
        let end = held(&ana).await[0]["ending"].clone();
        assert_eq!((&end["on"], &end["why"]["code"], &end["soon"]), (&json!("2028-04-29"), &json!("entitlements.ends_age"), &json!(false)));
        test.at("2028-03-29T12:00:00+09:00");
        assert_eq!(tell_endings(&test.app).await.unwrap(), 0);
        test.at("2028-03-30T00:00:00+09:00");
        let (one, other) = futures_util::future::join(tell_endings(&test.app), tell_endings(&test.app)).await;
        // The server's own clock may have been first.
        assert!(one.unwrap() + other.unwrap() <= 1);
        assert_eq!(count(test, "entitlement.ending").await, 1);
        assert_eq!(tell_endings(&test.app).await.unwrap(), 0);
        test.at("2028-04-20T00:00:00+09:00");
        assert_eq!((tell_endings(&test.app).await.unwrap(), count(test, "entitlement.ending").await), (0, 1));
    }

    async fn an_officer_revokes_with_reasons_and_stays_follow_at_once(test) {
        let (ana, child) = certified(test).await;
        let first = stay(test, &ana, &child, DAY).await;
        let id = held(&ana).await[0]["id"].as_str().unwrap().to_owned();
        let (officer, other) = (test.officer(YONAGO).await, test.officer(SAKAIMINATO).await);
        let path = format!("/entitlements/{id}/revoke");
        let command = json!({ "last_day": "2026-11-30", "words": "保育所に入園したため" });
        assert_eq!(other.post(&path, command.clone()).await.status, 404);
        assert_eq!(ana.post(&path, command.clone()).await.status, 403);
        let preview = officer.post(&format!("{path}/preview"), command.clone()).await.body;
        assert_eq!((preview["affected"].as_array().unwrap().len(), &preview["affected"][0]["booking_id"]), (1, &json!(first)));
        let unseen = officer.post(&path, command.clone()).await;
        assert_eq!((unseen.code(), &unseen.body["errors"][0]["subject"]), ("slots.affected_changed", &json!(first)));
        let with = |seen: Value| json!({ "last_day": "2026-11-30", "words": "保育所に入園したため", "seen": seen });
        let done = officer.post(&path, with(json!([first]))).await;
        assert_eq!((done.code_number(), &done.body), (200, &preview), "{:?}", done.body);
        assert_eq!(state(&ana, &first).await["kind"], "cancelled");
        let after = held(&ana).await[0].clone();
        assert_eq!((&after["valid_until"], &after["ending"]["why"]["data"]["words"]["value"]), (&json!("2026-11-30"), &json!("保育所に入園したため")));
        assert_eq!(officer.post(&path, json!({ "last_day": "2026-11-30", "words": "x" })).await.code(), "entitlements.last_day_outside");
        assert_eq!(officer.post(&path, json!({ "last_day": "2026-11-29", "words": "" })).await.status, 422);
        test.at("2026-12-02T12:00:00+09:00");
        let late = test.officer(YONAGO).await.post(&path, json!({ "last_day": "2026-12-02", "words": "x" })).await;
        assert_eq!(late.code(), "entitlements.over");
        assert_eq!(count(test, "entitlement.revoked").await, 1);
    }
}
