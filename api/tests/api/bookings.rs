//! Bookings over HTTP.

use api::bookings::engine;
use api::families;
use api::outbox::Act;
use serde_json::json;
use shared::bookings::NewBooking;
use shared::ids::{ChildId, FamilyId, SlotId};

use crate::app::{DAY, SAKAIMINATO, YONAGO, counting};

on_both! {
    async fn a_family_books_in_the_other_city(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;

        let quote = ana.post("/bookings/quote", json!({ "slot_id": slot, "child_ids": [child] })).await;
        assert_eq!(quote.status, 200, "{:?}", quote.body);
        assert_eq!(quote.body["bookable"], true, "{:?}", quote.body);
        assert_eq!(quote.body["fee_yen"], 4000);
        assert_eq!(quote.body["children"][0]["limits"][0]["left_after"], 26);

        let booked = ana.book(&slot, &[&child]).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_eq!(booked.body[0]["fee_yen"], 4000);
        assert_eq!(booked.body[0]["block"], "day");
        assert_eq!(booked.body[0]["is_away"], true);
        assert_eq!(booked.body[0]["free_until"], "2026-11-30T06:00:00Z");

        let places = test.anybody().get(&format!("/slots?from={DAY}&to={DAY}&age_months=18")).await;
        assert_eq!(places.body["items"][0]["places_left"], 1, "{:?}", places.body);
        let id = booked.body[0]["id"].as_str().unwrap();
        let read = ana.get(&format!("/bookings/{id}")).await.body;
        assert_eq!(read["state"]["kind"], "confirmed");
        assert_eq!(read, booked.body[0], "a booking is answered as it is read");
        assert_eq!(ana.active_bookings().await, 1);
    }

    async fn a_party_goes_in_whole_or_not_at_all(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let (baby, toddler, older) = (ana.child("2026-01-10").await, ana.child("2024-05-01").await, ana.child("2022-05-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 5)).await;
        let refused = ana.book(&slot, &[&older, &baby, &toddler]).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "bookings.slot_full"));
        assert_eq!(ana.active_bookings().await, 0);
        let booked = ana.book(&slot, &[&older, &baby]).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_eq!(booked.body[0]["party_id"], booked.body[1]["party_id"]);
        assert_eq!(ana.active_bookings().await, 2);
    }

    async fn every_reason_is_told_in_the_asked_language(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let (young, busy) = (ana.child("2026-09-01").await, ana.child("2025-01-01").await);
        let elsewhere = test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        assert_eq!(ana.book(&elsewhere, &[&busy]).await.status, 201);
        let slot = test.slot("sakai_open", DAY, ("09:00", "15:00"), (0, 5)).await;
        let refused = ana.send(
            ana.request(reqwest::Method::POST, "/bookings")
                .header("accept-language", "en")
                .json(&json!({ "slot_id": slot, "child_ids": [young, busy] })),
        ).await;
        assert_eq!(refused.status, 409);
        assert_eq!(refused.codes(), ["bookings.too_young", "bookings.overlap", "bookings.slot_full"]);
        assert_eq!(refused.body["errors"][0]["subject"], young.as_str());
        assert_eq!(refused.body["detail"], "Too young: your child can use this from Mon 1 March 2027.");
        assert_eq!(refused.headers["content-type"], "application/problem+json");
        let quote = ana.post("/bookings/quote", json!({ "slot_id": slot, "child_ids": [young, busy] })).await;
        assert_eq!(quote.body["bookable"], false);
        assert_eq!(quote.body["children"][1]["reasons"][0]["code"], "bookings.overlap");
    }

    async fn the_same_key_books_once(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let body = json!({ "slot_id": slot, "child_ids": [child] });
        let first = ana.post_with_key("/bookings", body.clone(), "k1").await;
        let again = ana.post_with_key("/bookings", body.clone(), "k1").await;
        assert_eq!((first.code_number(), again.code_number()), (201, 201));
        assert_eq!(first.body, again.body);
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(ana.active_bookings().await, 1);
        let other = ana.post_with_key("/bookings", json!({ "slot_id": slot, "child_ids": [child], "notes": "x" }), "k1").await;
        assert_eq!((other.code_number(), other.code()), (422, "problem.idempotency_key_reused"));
        // A refusal is not kept: the same key may succeed once there is a place.
        let full = test.slot("yonago_care", "2026-12-02", ("08:30", "17:00"), (0, 0)).await;
        let body = json!({ "slot_id": full, "child_ids": [child] });
        assert_eq!(ana.post_with_key("/bookings", body.clone(), "k2").await.code(), "bookings.slot_full");
        let staff = test.staff("yonago").await;
        let changed = staff.patch(&format!("/slots/{full}"), json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": 1 }] }), "\"v1\"").await;
        assert_eq!(changed.status, 200, "{:?}", changed.body);
        assert_eq!(ana.post_with_key("/bookings", body, "k2").await.status, 201);
    }

    async fn cancelling_says_its_price_before_and_frees_the_place(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        let booked = ana.book(&slot, &[&child]).await;
        let path = format!("/bookings/{}/cancel", booked.body[0]["id"].as_str().unwrap());
        // After the deadline it costs half; a family that was shown nothing of it is asked again.
        test.at("2026-11-30T15:00:00+09:00");
        let asked = ana.post(&path, json!({ "seen": { "fee_yen": 0, "counts": false } })).await;
        assert_eq!((asked.code_number(), asked.code()), (409, "bookings.cancel_terms_changed"));
        let cancelled = ana.post(&path, json!({ "seen": { "fee_yen": 1000, "counts": true } })).await;
        assert_eq!(cancelled.status, 200, "{:?}", cancelled.body);
        assert_eq!(cancelled.body["state"]["fee_yen"], 1000);
        let again = ana.post(&path, json!({})).await;
        assert_eq!(again.code(), "bookings.already_cancelled");
        // The place is free, the half price and the day stay counted.
        test.at("2026-11-30T16:00:00+09:00");
        let quote = ana.post("/bookings/quote", json!({ "slot_id": slot, "child_ids": [child] })).await;
        assert_eq!(quote.body["children"][0]["limits"][0]["left_before"], 26);
        assert_eq!(ana.book(&slot, &[&child]).await.status, 201);
    }

    async fn a_months_hours_are_exact_across_both_cities(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let home = test.slot("sakai_open", DAY, ("09:00", "15:00"), (5, 0)).await;
        let away = test.slot("yonago_open", "2026-12-02", ("09:00", "15:00"), (5, 0)).await;
        assert_eq!(ana.book(&home, &[&child]).await.status, 201);
        let refused = ana.book_times(&away, &[&child], "2026-12-02", ("09:00", "13:30")).await;
        assert_eq!(refused.code(), "bookings.month_limit");
        assert_eq!(refused.body["errors"][0]["data"]["left"], json!({ "kind": "minutes", "value": 240 }));
        assert_eq!(ana.book_times(&away, &[&child], "2026-12-02", ("09:00", "13:00")).await.status, 201);
        let next = test.slot("yonago_open", "2026-12-03", ("09:00", "15:00"), (5, 0)).await;
        assert_eq!(ana.book_times(&next, &[&child], "2026-12-03", ("09:00", "10:00")).await.code(), "bookings.month_limit");
        test.at("2026-12-20T12:00:00+09:00");
        let january = test.slot("yonago_open", "2027-01-12", ("09:00", "15:00"), (5, 0)).await;
        assert_eq!(ana.book_times(&january, &[&child], "2027-01-12", ("09:00", "10:00")).await.status, 201);
    }

    async fn the_border_opens_later(test) {
        let (home, away) = (test.guardian("Home", SAKAIMINATO).await, test.guardian("Away", YONAGO).await);
        let (a, b) = (home.child("2025-05-01").await, away.child("2025-05-01").await);
        let slot = test.slot("sakai_care", "2027-01-19", ("08:30", "17:00"), (5, 5)).await;
        // 56 days ahead is 24 November; other cities' residents five days later.
        assert_eq!(home.book(&slot, &[&a]).await.code(), "bookings.not_yet_open");
        test.at("2026-11-24T00:00:00+09:00");
        assert_eq!(home.book(&slot, &[&a]).await.status, 201);
        let early = away.book(&slot, &[&b]).await;
        assert_eq!(early.code(), "bookings.not_released");
        assert_eq!(early.body["errors"][0]["data"]["opens_at"]["value"], "2026-11-28T15:00:00Z");
        test.at("2026-11-29T00:00:00+09:00");
        assert_eq!(away.book(&slot, &[&b]).await.status, 201);
    }

    async fn bad_input_gets_a_clear_answer(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        for (body, status, pointer) in [
            (json!({ "slot_id": slot }), 422, "/child_ids"),
            (json!({ "slot_id": slot, "child_ids": [] }), 422, "/child_ids"),
            (json!({ "slot_id": slot, "child_ids": ["nobody"] }), 422, "/child_ids/0"),
            (json!({ "slot_id": slot, "child_ids": [child], "starts_at": "tomorrow" }), 422, "/starts_at"),
            (json!({ "slot_id": slot, "child_ids": [child], "notes": "あ".repeat(501) }), 422, "/notes"),
            (json!({ "slot_id": crate::app::no_slot(), "child_ids": [child] }), 404, ""),
        ] {
            let answer = ana.post("/bookings", body.clone()).await;
            assert_eq!(answer.status, status, "{body} {:?}", answer.body);
            let told = answer.body["errors"][0]["pointer"].as_str().unwrap_or_default();
            assert!(told.starts_with(pointer), "{body}: {told}");
        }
        let twice = ana.post("/bookings", json!({ "slot_id": slot, "child_ids": [child, child] })).await;
        assert!(twice.codes().contains(&"bookings.party_size".to_owned()), "{:?}", twice.body);
        let broken = ana.send(ana.request(reqwest::Method::POST, "/bookings").header("content-type", "application/json").body("{")).await;
        assert_eq!((broken.code_number(), broken.code()), (400, "problem.malformed"));
        let form = ana.send(ana.request(reqwest::Method::POST, "/bookings").body("a=b")).await;
        assert_eq!(form.status, 415);
        assert_eq!(ana.active_bookings().await, 0);
    }

    async fn a_booking_asks_the_database_no_more_than_it_must(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let family = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        let now = test.app.now();
        // The first one at a facility also writes the consent and what the facility sees; from then on it is only looked for. One of them
        // puts the event in the queue of which notices are made.
        for (day, most) in [(DAY, 24), ("2026-12-02", 20)] {
            let slot = test.slot("sakai_care", day, ("08:30", "17:00"), (2, 2)).await;
            let command = NewBooking::new(SlotId::new(slot), vec![ChildId::new(child.clone())]);
            let family = FamilyId::new(family.clone());
            let asked = test.write(move |conn| {
                let (booked, asked) = counting(conn, |conn| {
                    let family = families::store::lock_family(conn, &family).unwrap().unwrap();
                    engine::take(conn, &family, &command, &Act::of_command("test", now))
                });
                assert_eq!(booked.unwrap().len(), 1);
                Ok(asked)
            });
            let asked = asked.await;
            assert!(asked <= most, "{asked} statements for a booking");
        }
    }
}
