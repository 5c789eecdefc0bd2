//! Bookings that a facility decides: held, confirmed, declined, and what silence means.

use diesel::prelude::*;
use futures_util::future::join;
use serde_json::{Value, json};

use api::bookings::jobs::decide_overdue;
use api::schema::{events, slots, usages};

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO};

/// A slot with one place for each age whose facility decides within two hours.
pub async fn undecided_slot(test: &TestApp, if_silent: &'static str, day: &str) -> String {
    let slot = test.slot("yonago_care", day, ("08:30", "17:00"), (1, 1)).await;
    let id = slot.clone();
    test.write(move |conn| {
        let rule = format!(r#"{{"kind":"by_facility","hours":2,"if_silent":"{if_silent}"}}"#);
        diesel::update(slots::table.filter(slots::id.eq(&id))).set(slots::confirmation.eq(rule)).execute(conn)?;
        Ok(())
    })
    .await;
    slot
}

fn id(booked: &Value) -> String {
    booked[0]["id"].as_str().unwrap().to_owned()
}

async fn state(person: &Person, id: &str) -> String {
    person.get(&format!("/bookings/{id}")).await.body["state"]["kind"].as_str().unwrap().to_owned()
}

async fn kinds(test: &TestApp, subject: &str) -> Vec<String> {
    let subject = subject.to_owned();
    test.write(move |conn| Ok(events::table.filter(events::subject_id.eq(&subject)).order(events::id).select(events::kind).load(conn)?))
        .await
}

async fn used(test: &TestApp) -> i64 {
    let totals: Vec<i64> = test.write(|conn| Ok(usages::table.select(usages::total).load(conn)?)).await;
    totals.iter().sum()
}

on_both! {
    async fn a_held_place_is_taken_until_the_facility_decides(test) {
        let slot = undecided_slot(test, "decline", DAY).await;
        let (ana, ben) = (test.guardian("Ana", SAKAIMINATO).await, test.guardian("Ben", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        let quote = ana.post("/bookings/quote", json!({ "slot_id": slot, "child_ids": [a] })).await;
        assert_eq!(quote.body["state"], json!({ "kind": "requested", "decide_by": "2026-11-21T05:00:00Z" }), "{:?}", quote.body);
        let booked = ana.book(&slot, &[&a]).await;
        assert_eq!(booked.body[0]["state"], quote.body["state"]);
        let booking = id(&booked.body);
        assert_eq!(ben.book(&slot, &[&b]).await.code(), "bookings.slot_full");
        let decide = format!("/bookings/{booking}/decide");
        assert_eq!(ana.post(&decide, json!({ "accept": true })).await.status, 403);
        assert_eq!(test.staff("sakai").await.post(&decide, json!({ "accept": true })).await.status, 404);
        let staff = test.staff("yonago").await;
        assert_eq!(staff.post(&decide, json!({})).await.codes(), ["text.missing"]);
        let confirmed = staff.post_with_key(&decide, json!({ "accept": true }), "yes").await;
        assert_eq!((confirmed.code_number(), confirmed.body[0]["state"]["kind"].as_str()), (200, Some("confirmed")), "{:?}", confirmed.body);
        assert_eq!(staff.post_with_key(&decide, json!({ "accept": true }), "yes").await.body, confirmed.body);
        assert_eq!(staff.post(&decide, json!({ "accept": false })).await.code(), "bookings.not_requested");
        assert_eq!(kinds(test, &booking).await, ["booking.requested", "booking.confirmed"]);
    }

    async fn what_waits_is_told_for_all_days_until_it_is_decided(test) {
        let slot = undecided_slot(test, "decline", DAY).await;
        let (ana, staff) = (test.guardian("Ana", YONAGO).await, test.staff("yonago").await);
        let (young, old) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let booked = ana.book(&slot, &[&young, &old]).await;
        // The board of today tells of a request for a later day, with what carers must know.
        let board = staff.get("/staff/today").await.body;
        assert_eq!((board["days"][0]["entries"].as_array().unwrap().len(), board["requests"].as_array().unwrap().len()), (0, 2));
        assert_eq!(board["requests"][0]["booking"]["party_id"], booked.body[0]["party_id"]);
        assert_eq!(board["requests"][0]["booking"]["state"]["decide_by"], "2026-11-21T05:00:00Z");
        assert_eq!(staff.get("/bookings?waiting_only=true").await.body["items"].as_array().unwrap().len(), 2);
        assert_eq!(test.staff("sakai").await.get("/staff/today").await.body["requests"], json!([]));
        // Too late to be decided, though the clock's own work has not come round: nobody is asked any more.
        test.at("2026-11-21T14:00:00+09:00");
        assert_eq!(test.staff("yonago").await.get("/staff/today").await.body["requests"], json!([]));
        test.at("2026-11-21T13:00:00+09:00");
        assert_eq!(staff.post(&format!("/bookings/{}/decide", id(&booked.body)), json!({ "accept": true })).await.status, 200);
        assert_eq!(staff.get("/staff/today").await.body["requests"], json!([]));
        assert_eq!(staff.get("/bookings?waiting_only=true").await.body["items"], json!([]));
    }

    async fn brothers_and_sisters_are_declined_together_and_nothing_counts(test) {
        let slot = undecided_slot(test, "decline", DAY).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let (young, old) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let booked = ana.book(&slot, &[&young, &old]).await;
        assert_eq!((booked.code_number(), used(test).await), (201, 4));
        let staff = test.staff("yonago").await;
        let declined = staff.post(&format!("/bookings/{}/decide", id(&booked.body)), json!({ "accept": false, "message": "職員が足りません。" })).await;
        assert_eq!(declined.body.as_array().unwrap().len(), 2);
        for booking in declined.body.as_array().unwrap() {
            assert_eq!((booking["state"]["kind"].as_str(), booking["state"]["message"].as_str()), (Some("declined"), Some("職員が足りません。")));
        }
        assert_eq!((used(test).await, ana.active_bookings().await), (0, 0));
        assert_eq!(ana.book(&slot, &[&young, &old]).await.status, 201, "the places are free again");
    }

    async fn silence_decides_by_the_rule(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let (young, old) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let declines = undecided_slot(test, "decline", DAY).await;
        let lost = id(&ana.book(&declines, &[&young]).await.body);
        assert_eq!(decide_overdue(&test.app).await.unwrap(), 0);
        test.at("2026-11-21T14:00:00+09:00");
        // From the very minute on the facility is too late, whether or not the clock's own work has come round.
        let staff = test.staff("yonago").await;
        assert_eq!(staff.post(&format!("/bookings/{lost}/decide"), json!({ "accept": true })).await.code(), "bookings.decide_too_late");
        assert_eq!(decide_overdue(&test.app).await.unwrap(), 1);
        assert_eq!(decide_overdue(&test.app).await.unwrap(), 0);
        assert_eq!((state(&ana, &lost).await.as_str(), used(test).await), ("declined", 0));
        assert_eq!(kinds(test, &lost).await, ["booking.requested", "booking.declined"]);
        test.write(|conn| {
            diesel::update(slots::table).set(slots::confirmation.eq(r#"{"kind":"by_facility","hours":2,"if_silent":"confirm"}"#)).execute(conn)?;
            Ok(())
        }).await;
        let kept = id(&ana.book(&declines, &[&old]).await.body);
        test.at("2026-11-21T16:00:00+09:00");
        assert_eq!(decide_overdue(&test.app).await.unwrap(), 1);
        assert_eq!((state(&ana, &kept).await.as_str(), used(test).await), ("confirmed", 2));
    }

    async fn a_request_is_given_up_for_free_and_only_once(test) {
        let slot = undecided_slot(test, "confirm", DAY).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        for _ in 0..6 {
            let booking = id(&ana.book(&slot, &[&child]).await.body);
            let staff = test.staff("yonago").await;
            let (cancel, decide) = (format!("/bookings/{booking}/cancel"), format!("/bookings/{booking}/decide"));
            let (cancelled, declined) = join(ana.post(&cancel, json!({})), staff.post(&decide, json!({ "accept": false }))).await;
            assert_eq!([cancelled.code_number(), declined.code_number()].iter().filter(|status| **status == 200).count(), 1);
            assert_eq!((used(test).await, kinds(test, &booking).await.len()), (0, 2));
        }
    }

    async fn a_facility_cancels_for_its_own_reasons_at_no_cost(test) {
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let booking = id(&ana.book(&slot, &[&child]).await.body);
        test.at("2026-12-01T08:00:00+09:00");
        let (staff, cancel) = (test.staff("yonago").await, format!("/bookings/{booking}/cancel"));
        assert_eq!(test.staff("sakai").await.post(&cancel, json!({ "reason": "facility" })).await.status, 404);
        assert_eq!(ana.post(&cancel, json!({ "reason": "facility" })).await.code(), "bookings.cancel_reason_unknown");
        let cancelled = staff.post(&cancel, json!({ "reason": "facility" })).await;
        assert_eq!((cancelled.code_number(), cancelled.body["state"]["fee_yen"].as_i64()), (200, Some(0)), "{:?}", cancelled.body);
        assert_eq!((cancelled.body["state"]["exempt"].as_str(), used(test).await), (Some("facility"), 0));
    }
}
