//! Consents over HTTP: given once with the first booking, withdrawn by the family, and what changed since shown until it is seen.

use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};

use api::schema::{audit_lines, events, facilities};
use api::waitlist::jobs;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO};
use crate::entry::acquaint;

async fn ask(person: &Person, facility: &str) -> Value {
    person.get(&format!("/facilities/{facility}/consent")).await.body["ask"].clone()
}

async fn agree(person: &Person, slot: &str, child: &str) -> crate::app::Answer {
    person.post("/bookings", json!({ "slot_id": slot, "child_ids": [child], "consent": 1 })).await
}

/// The only line of a day's board.
async fn line(staff: &Person, day: &str) -> Value {
    let entries = staff.get(&format!("/staff/today?from={day}")).await.body["days"][0]["entries"].clone();
    assert_eq!(entries.as_array().unwrap().len(), 1, "{entries:?}");
    entries[0].clone()
}

async fn change(person: &Person, child: &str, body: Value) {
    let path = format!("/children/{child}");
    let known = person.get(&path).await;
    let changed = person.patch(&path, body, &known.etag()).await;
    assert_eq!(changed.status, 200, "{:?}", changed.body);
}

/// Events and audit lines of a kind.
async fn recorded(test: &TestApp, kind: &'static str) -> (i64, i64) {
    test.write(move |conn| {
        Ok((
            events::table.filter(events::kind.eq(kind)).count().get_result(conn)?,
            audit_lines::table.filter(audit_lines::action.eq(kind)).count().get_result(conn)?,
        ))
    })
    .await
}

on_both! {
    async fn a_family_agrees_once_for_a_facility(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let brother = ana.child("2022-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        let next = test.slot("sakai_care", "2026-12-02", ("08:30", "17:00"), (3, 3)).await;
        let asked = ask(&ana, "sakai").await;
        assert_eq!((asked["words"].as_i64(), &asked["others"]), (Some(1), &json!([])));
        let old = ana.post("/bookings", json!({ "slot_id": slot, "child_ids": [child], "consent": 2 })).await;
        assert_eq!((old.code_number(), old.code()), (409, "consents.other_words"));
        assert_eq!((ana.active_bookings().await, recorded(test, "consent.given").await), (0, (0, 0)));
        let booked = agree(&ana, &slot, &child).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_eq!(ask(&ana, "sakai").await, Value::Null);
        // Brothers and sisters are the same family's; said again, it is not given again.
        assert_eq!(agree(&ana, &next, &brother).await.status, 201);
        assert_eq!(recorded(test, "consent.given").await, (1, 1));
        let known = ana.get("/consents").await.body["items"].clone();
        assert_eq!(known.as_array().unwrap().len(), 1);
        assert_eq!((known[0]["facility_id"].as_str(), known[0]["words"].as_i64(), known[0]["bookings_ahead"].as_i64()), (Some("sakai"), Some(1), Some(2)));
        // Another facility and another family are asked on their own.
        assert!(!ask(&ana, "yonago").await.is_null());
        let bea = test.guardian("Bea", SAKAIMINATO).await;
        assert!(!ask(&bea, "sakai").await.is_null());
        assert_eq!(bea.get("/consents").await.body["items"], json!([]));
    }

    async fn who_books_without_the_words_is_asked_the_next_time(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        let next = test.slot("sakai_care", "2026-12-02", ("08:30", "17:00"), (3, 3)).await;
        assert_eq!(ana.book(&slot, &[&child]).await.status, 201);
        assert!(!ask(&ana, "sakai").await.is_null());
        assert_eq!(ana.get("/consents").await.body["items"][0]["words"], Value::Null);
        assert_eq!(agree(&ana, &next, &child).await.status, 201);
        assert_eq!(ask(&ana, "sakai").await, Value::Null);
        assert_eq!(ana.get("/consents").await.body["items"][0]["words"], 1);
        assert_eq!(recorded(test, "consent.given").await, (2, 2));
    }

    async fn two_first_bookings_at_once_agree_once(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let mut slots = Vec::new();
        for day in [DAY, "2026-12-02", "2026-12-03", "2026-12-04"] {
            slots.push(test.slot("sakai_care", day, ("08:30", "17:00"), (3, 3)).await);
        }
        for booked in join_all(slots.iter().map(|slot| agree(&ana, slot, &child))).await {
            assert_eq!(booked.status, 201, "{:?}", booked.body);
        }
        assert_eq!(recorded(test, "consent.given").await, (1, 1));
    }

    async fn on_the_phone_the_clerk_says_that_the_family_agrees(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let family = ana.get("/family").await.body["id"].clone();
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        let staff = test.staff("sakai").await;
        acquaint(test, "sakai", family.as_str().unwrap()).await;
        let entry = json!({ "family_id": family, "booking": { "slot_id": slot, "child_ids": [child], "consent": 1 } });
        let entered = staff.post("/staff/bookings", entry).await;
        assert_eq!(entered.status, 201, "{:?}", entered.body);
        assert_eq!((ask(&ana, "sakai").await, recorded(test, "consent.given").await), (Value::Null, (1, 1)));
        let actor: String = test
            .write(|conn| Ok(audit_lines::table.filter(audit_lines::action.eq("consent.given")).select(audit_lines::actor).first(conn)?))
            .await;
        let by_family: String = test
            .write(|conn| Ok(audit_lines::table.filter(audit_lines::action.eq("child.registered")).select(audit_lines::actor).first(conn)?))
            .await;
        assert_ne!(actor, by_family, "the audit says who said so");
    }

    async fn an_operators_sharing_facilities_are_agreed_to_together(test) {
        test.write(|conn| {
            diesel::update(facilities::table).set((facilities::operator.eq("7000020312045"), facilities::shares_interviews.eq(true))).execute(conn)?;
            Ok(())
        })
        .await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        assert_eq!(ask(&ana, "sakai").await["others"].as_array().unwrap().len(), 1);
        assert_eq!(agree(&ana, &slot, &child).await.status, 201);
        assert_eq!(ask(&ana, "yonago").await, Value::Null);
        // One that keeps its interviews to itself is not of the group any more.
        let yonago = test.staff("yonago").await;
        assert_eq!(yonago.post("/staff/interview_sharing", json!({ "shares": false })).await.status, 200);
        assert!(!ask(&ana, "yonago").await.is_null());
        assert_eq!(ask(&ana, "sakai").await, Value::Null);
    }

    async fn a_consent_withdrawn_holds_until_the_stay_is_over_and_the_next_booking_asks_again(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        change(&ana, &child, json!({ "care_notes": "抱っこで眠ります" })).await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        assert_eq!(ana.post("/consents/sakai/withdraw", json!({})).await.status, 404);
        assert_eq!(agree(&ana, &slot, &child).await.status, 201);
        let withdrawn = ana.post_with_key("/consents/sakai/withdraw", json!({}), "once").await;
        assert_eq!((withdrawn.code_number(), withdrawn.body["bookings_ahead"].as_i64()), (200, Some(1)), "{:?}", withdrawn.body);
        assert!(!withdrawn.body["withdrawn_at"].is_null());
        assert_eq!(ana.post_with_key("/consents/sakai/withdraw", json!({}), "once").await.body, withdrawn.body);
        assert_eq!(ana.post("/consents/sakai/withdraw", json!({})).await.code(), "consents.withdrawn");
        assert_eq!(recorded(test, "consent.withdrawn").await, (1, 1));
        assert!(!ask(&ana, "sakai").await.is_null());
        // Whoever looks after the child must know.
        let staff = test.staff("sakai").await;
        let shown = line(&staff, DAY).await;
        assert_eq!((shown["is_withheld"].as_bool(), shown["care_notes"].as_str()), (Some(false), Some("抱っこで眠ります")));
        // Once it is over, nobody there needs it any more.
        test.at("2026-12-02T00:00:00+09:00");
        let staff = test.staff("sakai").await;
        let hidden = line(&staff, DAY).await;
        assert_eq!((hidden["is_withheld"].as_bool(), hidden["care_notes"].as_str()), (Some(true), Some("")));
        assert_eq!((&hidden["emergency_contacts"], &hidden["pick_up_people"]), (&json!([]), &json!([])));
        assert_eq!(staff.post(&format!("/staff/children/{child}/seen"), json!({ "child_version": 2, "family_version": 1 })).await.status, 404);
        let next = test.slot("sakai_care", "2026-12-08", ("08:30", "17:00"), (3, 3)).await;
        assert_eq!(agree(&ana, &next, &child).await.status, 201);
        assert_eq!(ask(&ana, "sakai").await, Value::Null);
        assert_eq!(line(&staff, DAY).await["care_notes"], "抱っこで眠ります");
    }

    async fn what_a_family_changes_is_shown_with_old_and_new_until_staff_have_seen_it(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let (staff, other) = (test.staff("sakai").await, test.staff("yonago").await);
        let seen = format!("/staff/children/{child}/seen");
        // Before anything is booked, there is nothing to see.
        assert_eq!(staff.post(&seen, json!({ "child_version": 1, "family_version": 1 })).await.status, 404);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        assert_eq!(agree(&ana, &slot, &child).await.status, 201);
        assert_eq!(line(&staff, DAY).await["changed"], Value::Null);
        let egg = json!([{ "name": "卵", "severity": "severe" }]);
        change(&ana, &child, json!({ "allergies": egg })).await;
        let family = ana.get("/family").await;
        let phoned = ana.patch("/family", json!({ "phone": "0859111111" }), &family.etag()).await;
        assert_eq!(phoned.status, 200, "{:?}", phoned.body);
        let changed = line(&staff, DAY).await["changed"].clone();
        assert_eq!(changed["changes"][0], json!({ "kind": "allergies", "before": [], "now": egg }));
        assert_eq!((changed["changes"][1]["kind"].as_str(), changed["changes"][1]["now"].as_str()), (Some("phone"), Some("0859111111")));
        assert_eq!(changed["changes"].as_array().unwrap().len(), 2);
        // Changed once more while staff look: what they did not see stays.
        let shown = changed["seen"].clone();
        change(&ana, &child, json!({ "care_notes": "吸入があります" })).await;
        let stale = staff.post(&seen, shown).await;
        assert_eq!((stale.code_number(), stale.code()), (409, "consents.changed_again"));
        let now = line(&staff, DAY).await["changed"].clone();
        assert_eq!(now["changes"].as_array().unwrap().len(), 3);
        assert_eq!(other.post(&seen, now["seen"].clone()).await.status, 404);
        assert_eq!(ana.post(&seen, now["seen"].clone()).await.status, 403);
        assert_eq!(staff.post(&seen, now["seen"].clone()).await.status, 204);
        assert_eq!(recorded(test, "child.seen").await, (1, 1));
        assert_eq!(line(&staff, DAY).await["changed"], Value::Null);
        // Changed back is a change again, against what was seen.
        change(&ana, &child, json!({ "allergies": [] })).await;
        assert_eq!(line(&staff, DAY).await["changed"]["changes"][0], json!({ "kind": "allergies", "before": egg, "now": [] }));
    }

    async fn a_place_on_offer_shows_nothing_until_it_is_accepted(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        let (ana, bea) = (test.guardian("Ana", SAKAIMINATO).await, test.guardian("Bea", YONAGO).await);
        let (first, second) = (ana.child("2025-05-01").await, bea.child("2025-05-01").await);
        change(&bea, &second, json!({ "care_notes": "吸入があります" })).await;
        let booked = agree(&ana, &slot, &first).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        let joined = bea.post("/waitlist_entries", json!({ "child_ids": [second], "wanted": { "kind": "slot", "slot_id": slot } })).await;
        assert_eq!(joined.status, 201, "{:?}", joined.body);
        let freed = ana.post(&format!("/bookings/{}/cancel", booked.body[0]["id"].as_str().unwrap()), json!({})).await;
        assert_eq!(freed.status, 200);
        jobs::keep(&test.app).await.unwrap();
        let staff = test.staff("sakai").await;
        let offered = line(&staff, DAY).await;
        assert_eq!((offered["booking"]["state"]["kind"].as_str(), offered["is_withheld"].as_bool(), offered["care_notes"].as_str()), (Some("offered"), Some(true), Some("")));
        let path = format!("/waitlist_entries/{}/accept", joined.body["id"].as_str().unwrap());
        assert_eq!(bea.post(&path, json!({ "consent": 9 })).await.code(), "consents.other_words");
        assert_eq!(bea.post(&path, json!({ "consent": 1 })).await.status, 200);
        assert_eq!(ask(&bea, "sakai").await, Value::Null);
        let taken = line(&staff, DAY).await;
        assert_eq!((taken["is_withheld"].as_bool(), taken["care_notes"].as_str()), (Some(false), Some("吸入があります")));
    }
}
