//! Undoing and moving bookings over HTTP.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, date, time};

/// Another Tuesday of the same month.
const LATER: &str = "2026-12-08";

fn id(answer: &Answer, n: usize) -> String {
    answer.body[n]["id"].as_str().unwrap_or_else(|| panic!("{:?}", answer.body)).to_owned()
}

fn times(day: &str, from: &str, until: &str) -> (Value, Value) {
    (json!(shared::time::at(date(day), time(from))), json!(shared::time::at(date(day), time(until))))
}

async fn move_to(person: &Person, booking: &str, body: Value) -> Answer {
    person.post(&format!("/bookings/{booking}/reschedule"), body).await
}

async fn undo(person: &Person, booking: &str) -> Answer {
    person.post(&format!("/bookings/{booking}/undo"), json!({})).await
}

/// What a child of this age sees of a slot.
async fn left(test: &TestApp, slot: &str, day: &str) -> i64 {
    let found = test.anybody().get(&format!("/slots?from={day}&to={day}&age_months=18")).await;
    let items = found.body["items"].as_array().unwrap().clone();
    items.iter().find(|item| item["slot_id"] == slot).unwrap_or_else(|| panic!("{items:?}"))["places_left"].as_i64().unwrap()
}

/// How often something was written down: events, audit lines.
async fn recorded(test: &TestApp, kind: &'static str) -> (i64, i64) {
    test.write(move |conn| {
        use api::schema::{audit_lines, events};
        Ok((
            events::table.filter(events::kind.eq(kind)).count().get_result(conn)?,
            audit_lines::table.filter(audit_lines::action.eq(kind)).count().get_result(conn)?,
        ))
    })
    .await
}

/// Everything that a family and the facility's staff can see.
async fn seen(test: &TestApp, family: &Person, slot: &str, child: &str) -> Vec<Value> {
    let staff = test.staff("sakai").await;
    let mut all = Vec::new();
    for path in ["/bookings", "/family", "/children"] {
        all.push(family.get(path).await.body);
    }
    all.push(family.post("/bookings/quote", json!({ "slot_id": slot, "child_ids": [child] })).await.body);
    all.push(staff.get(&format!("/staff/today?from={DAY}")).await.body);
    all.push(staff.get(&format!("/staff/slots?from={DAY}")).await.body);
    all
}

on_both! {
    async fn a_mistap_is_undone_without_a_trace(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let (baby, older) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let before = seen(test, &ana, &slot, &baby).await;
        let booked = ana.book(&slot, &[&baby, &older]).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_ne!(seen(test, &ana, &slot, &baby).await, before);
        test.at("2026-11-21T12:09:59+09:00");
        let undone = undo(&ana, &id(&booked, 1)).await;
        assert_eq!(undone.code_number(), 204, "{:?}", undone.body);
        test.at("2026-11-21T12:00:00+09:00");
        assert_eq!(seen(test, &ana, &slot, &baby).await, before);
        assert_eq!(recorded(test, "booking.undone").await, (2, 2));
        assert_eq!(undo(&ana, &id(&booked, 0)).await.status, 404, "what was undone is not there any more");
        // The place and the time are free for the same children.
        assert_eq!(ana.book(&slot, &[&baby, &older]).await.status, 201);
    }

    async fn what_is_older_or_was_touched_is_not_undone(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_open", DAY, ("08:30", "17:00"), (2, 2)).await;
        let (other, staff) = (test.guardian("Bea", YONAGO).await, test.staff("sakai").await);
        let booked = ana.book_times(&slot, &[&child], DAY, ("09:00", "11:00")).await;
        let booking = id(&booked, 0);
        assert_eq!(undo(&other, &booking).await.status, 404);
        assert_eq!(undo(&staff, &booking).await.status, 403);
        test.at("2026-11-21T12:10:00+09:00");
        let late = undo(&ana, &booking).await;
        assert_eq!((late.code_number(), late.code()), (409, "bookings.undo_over"));
        assert_eq!(ana.active_bookings().await, 1);
        assert_eq!(ana.post(&format!("/bookings/{booking}/cancel"), json!({})).await.status, 200);
        let again = ana.book_times(&slot, &[&child], DAY, ("09:00", "11:00")).await;
        assert_eq!(ana.post(&format!("/bookings/{}/cancel", id(&again, 0)), json!({})).await.status, 200);
        assert_eq!(undo(&ana, &id(&again, 0)).await.code(), "bookings.undo_changed");
    }

    async fn a_booking_moves_with_its_id_and_its_old_place_is_free(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let (one, two) =
            (test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await, test.slot("sakai_care", LATER, ("08:30", "17:00"), (1, 1)).await);
        let booked = ana.book(&one, &[&child]).await;
        let booking = id(&booked, 0);
        test.at("2026-11-22T12:00:00+09:00");
        let body = json!({ "slot_id": two, "seen": [{ "booking_id": booking, "version": 1 }] });
        let told = ana.post(&format!("/bookings/{booking}/reschedule/preview"), body.clone()).await;
        assert_eq!((told.code_number(), &told.body["bookable"]), (200, &json!(true)), "{:?}", told.body);
        assert_eq!(left(test, &one, DAY).await, 0, "a preview writes nothing");
        let moved = move_to(&ana, &booking, body.clone()).await;
        assert_eq!(moved.status, 200, "{:?}", moved.body);
        let read = ana.get(&format!("/bookings/{booking}")).await.body;
        assert_eq!((&moved.body[0], moved.body.as_array().unwrap().len()), (&read, 1));
        assert_eq!((&read["slot_id"], &read["version"], &read["state"]["kind"]), (&json!(two), &json!(2), &json!("confirmed")));
        assert_eq!((&read["fee_yen"], &read["free_until"]), (&told.body["fee_yen"], &told.body["free_until"]));
        assert_eq!((left(test, &one, DAY).await, left(test, &two, LATER).await), (1, 0));
        assert_eq!(recorded(test, "booking.rescheduled").await, (1, 1));
        // What was shown is not so any more.
        let stale = move_to(&ana, &booking, json!({ "slot_id": one, "seen": [{ "booking_id": booking, "version": 1 }] })).await;
        assert_eq!((stale.code_number(), stale.code()), (409, "bookings.changed_meanwhile"));
        assert_eq!(move_to(&ana, &booking, json!({ "slot_id": two })).await.code(), "bookings.reschedule_same");
        // And back, by the facility's staff on the phone.
        let staff = test.staff("sakai").await;
        assert_eq!(move_to(&staff, &booking, json!({ "slot_id": one })).await.status, 200);
        assert_eq!((left(test, &one, DAY).await, left(test, &two, LATER).await), (0, 1));
        assert_eq!(move_to(&test.guardian("Bea", YONAGO).await, &booking, json!({ "slot_id": two })).await.status, 404);
        assert_eq!(move_to(&test.staff("yonago").await, &booking, json!({ "slot_id": two })).await.status, 404);
    }

    async fn the_last_hours_of_a_month_can_still_be_moved(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let (one, two) =
            (test.slot("sakai_open", DAY, ("08:00", "18:00"), (1, 1)).await, test.slot("sakai_open", LATER, ("08:00", "18:00"), (1, 1)).await);
        let booked = ana.book_times(&one, &[&child], DAY, ("08:00", "18:00")).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        let booking = id(&booked, 0);
        assert_eq!(move_to(&ana, &booking, json!({ "slot_id": two })).await.status, 200);
        // Shorter by two hours: they can be used again, to the last half hour.
        let (from, until) = times(LATER, "09:00", "17:00");
        assert_eq!(move_to(&ana, &booking, json!({ "slot_id": two, "starts_at": from, "ends_at": until })).await.status, 200);
        let too_much = ana.book_times(&one, &[&child], DAY, ("09:00", "11:30")).await;
        assert_eq!(too_much.codes(), ["bookings.month_limit"]);
        assert_eq!(ana.book_times(&one, &[&child], DAY, ("09:00", "11:00")).await.status, 201);
        // Now the hour over the limit is refused, and nothing has changed.
        let (from, until) = times(LATER, "09:00", "17:30");
        let refused = move_to(&ana, &booking, json!({ "slot_id": two, "starts_at": from, "ends_at": until })).await;
        assert_eq!((refused.code_number(), refused.codes()), (409, vec!["bookings.month_limit".to_owned()]));
        assert_eq!(ana.get(&format!("/bookings/{booking}")).await.body["version"], 3);
    }

    async fn a_full_place_leaves_the_old_one_untouched(test) {
        let (ana, bea) = (test.guardian("Ana", SAKAIMINATO).await, test.guardian("Bea", SAKAIMINATO).await);
        let (anas, beas) = (ana.child("2025-05-01").await, bea.child("2025-05-01").await);
        let (one, two) =
            (test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await, test.slot("sakai_care", LATER, ("08:30", "17:00"), (1, 1)).await);
        let booked = ana.book(&one, &[&anas]).await;
        assert_eq!(bea.book(&two, &[&beas]).await.status, 201);
        let refused = move_to(&ana, &id(&booked, 0), json!({ "slot_id": two })).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "bookings.slot_full"));
        assert_eq!(ana.get(&format!("/bookings/{}", id(&booked, 0))).await.body, booked.body[0]);
        assert_eq!((left(test, &one, DAY).await, left(test, &two, LATER).await), (0, 0));
        let elsewhere = test.slot("yonago_care", LATER, ("08:30", "17:00"), (1, 1)).await;
        assert_eq!(move_to(&ana, &id(&booked, 0), json!({ "slot_id": elsewhere })).await.codes(), ["bookings.reschedule_elsewhere"]);
    }

    async fn late_a_stay_only_gets_longer_or_shorter(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let (one, two) =
            (test.slot("sakai_open", DAY, ("08:00", "18:00"), (1, 1)).await, test.slot("sakai_open", LATER, ("08:00", "18:00"), (1, 1)).await);
        let booking = id(&ana.book_times(&one, &[&child], DAY, ("14:00", "16:00")).await, 0);
        // Free until 17:00 on the day before; now it is the morning itself.
        test.at("2026-12-01T08:00:00+09:00");
        assert_eq!(move_to(&ana, &booking, json!({ "slot_id": two })).await.codes(), ["bookings.reschedule_late"]);
        for (from, until, status) in [("12:00", "14:00", 409), ("13:00", "15:00", 409), ("14:00", "17:00", 200), ("15:00", "16:00", 200)] {
            let (from, until) = times(DAY, from, until);
            let moved = move_to(&ana, &booking, json!({ "slot_id": one, "starts_at": from, "ends_at": until })).await;
            assert_eq!(moved.code_number(), status, "{:?}", moved.body);
        }
        let read = ana.get(&format!("/bookings/{booking}")).await.body;
        assert_eq!((&read["fee_yen"], &read["free_until"]), (&json!(300), &json!("2026-11-30T08:00:00Z")), "free until when it was");
        test.at("2026-12-01T15:00:00+09:00");
        assert!(move_to(&ana, &booking, json!({ "slot_id": two })).await.codes().contains(&"bookings.reschedule_over".to_owned()));
    }

    async fn brothers_and_sisters_move_together_or_by_name(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let (baby, older) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let (one, two) =
            (test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await, test.slot("sakai_care", LATER, ("08:30", "17:00"), (1, 1)).await);
        let booked = ana.book(&one, &[&baby, &older]).await;
        let ids = [id(&booked, 0), id(&booked, 1)];
        let moved = move_to(&ana, &ids[0], json!({ "slot_id": two })).await;
        assert_eq!(moved.body.as_array().unwrap().len(), 2, "{:?}", moved.body);
        assert!(moved.body.as_array().unwrap().iter().all(|b| b["slot_id"] == json!(two) && b["party_id"] == booked.body[0]["party_id"]));
        // One of them alone, who is then decided alone.
        let alone = move_to(&ana, &ids[0], json!({ "slot_id": one, "child_ids": [older] })).await;
        assert_eq!((&alone.body[0]["id"], alone.body.as_array().unwrap().len()), (&json!(ids[1]), 1), "{:?}", alone.body);
        assert_ne!(alone.body[0]["party_id"], booked.body[0]["party_id"]);
        assert_eq!(ana.get(&format!("/bookings/{}", ids[0])).await.body["slot_id"], json!(two));
        let unknown = move_to(&ana, &ids[0], json!({ "slot_id": one, "child_ids": [older] })).await;
        assert_eq!(unknown.code_number(), 422);
        // All or none: the older child's place at the new time is taken.
        let third = test.slot("sakai_care", "2026-12-09", ("08:30", "17:00"), (1, 0)).await;
        assert_eq!(move_to(&ana, &ids[1], json!({ "slot_id": third })).await.codes(), ["bookings.slot_full"]);
    }
}
