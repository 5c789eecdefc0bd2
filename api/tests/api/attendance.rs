//! The staff's board, check-in and check-out over HTTP.

use std::time::Duration;

use api::bookings::store::{find_booking, mark_state};
use api::error::ApiError;
use api::outbox::Act;
use diesel::prelude::*;
use futures_util::future::{join, join_all};
use serde_json::json;
use shared::attendance::{CheckIn, RecordedBy, check_in};
use shared::ids::BookingId;
use tokio::sync::Barrier;

use crate::app::{Answer, Backend, DAY, Person, SAKAIMINATO, TestApp, YONAGO};

on_both! {
    async fn the_board_tells_who_comes_and_what_carers_must_know(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.post("/children", json!({
            "name": "弓浜 あおい", "kana": "ゆみはま あおい", "born": "2025-05-01", "allergies": [{ "name": "卵", "severity": "severe" }],
            "pick_up_people": [{ "name": "祖母", "relation": "祖母", "phone": "0859112222" }]
        })).await.body["id"].as_str().unwrap().to_owned();
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let booking = ana.post("/bookings", json!({ "slot_id": slot, "child_ids": [child], "notes": "薬あり" })).await.body[0]["id"].as_str().unwrap().to_owned();
        let staff = test.staff("sakai").await;
        let board = staff.get(&format!("/staff/today?facility_id=sakai&from={DAY}&to=2026-12-02")).await;
        assert_eq!(board.status, 200, "{:?}", board.body);
        let entry = &board.body["days"][0]["entries"][0];
        assert_eq!((entry["age_years"].as_i64(), entry["age_months"].as_i64()), (Some(1), Some(7)));
        assert_eq!(entry["allergies"][0]["severity"], "severe");
        assert_eq!((&entry["pick_up_people"][0]["relation"], &entry["pick_up_people"][1]["relation"]),
            (&json!({ "kind": "guardian" }), &json!({ "kind": "other", "words": "祖母" })));
        assert_eq!((entry["booking"]["notes"].as_str(), entry["is_away"].as_bool()), (Some("薬あり"), Some(true)));
        assert_eq!(board.body["days"][0]["slots"][0]["bands"][0]["occupancy"], json!([[0, 1], [510, 0]]));
        assert_eq!(ana.post(&format!("/bookings/{booking}/cancel"), json!({})).await.status, 200);
        let board = staff.get(&format!("/staff/today?from={DAY}")).await;
        assert_eq!(board.body["days"][0]["entries"], json!([]));
        assert_eq!(board.body["days"][0]["slots"][0]["bands"][0]["occupancy"], json!([]));
    }

    async fn a_child_comes_and_goes_at_the_times_as_they_happened(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        let staff = test.staff("sakai").await;
        let (check_in, check_out) = (format!("/bookings/{booking}/check_in"), format!("/bookings/{booking}/check_out"));
        assert_eq!(staff.post(&check_in, json!({})).await.code(), "attendance.other_day");
        // A shared tablet's session lasts a working day, so staff sign in again.
        test.at("2026-12-01T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        assert_eq!(staff.post(&check_out, json!({})).await.code(), "attendance.not_in");
        assert_eq!(staff.post(&check_in, json!({ "occurred_at": "2026-12-01T00:30:00Z" })).await.code(), "attendance.in_future");
        let came = staff.post_with_key(&check_in, json!({ "occurred_at": "2026-11-30T23:35:00Z" }), "in").await;
        assert_eq!((came.code_number(), came.body["state"]["at"].as_str()), (200, Some("2026-11-30T23:35:00Z")));
        assert_eq!(staff.post_with_key(&check_in, json!({ "occurred_at": "2026-11-30T23:35:00Z" }), "in").await.body, came.body);
        assert_eq!(staff.post(&check_in, json!({})).await.code(), "attendance.already_in");
        assert_eq!(ana.post(&format!("/bookings/{booking}/cancel"), json!({})).await.code(), "bookings.started");
        assert_eq!(staff.post(&check_out, json!({ "occurred_at": "2026-11-30T23:00:00Z" })).await.code(), "attendance.before_check_in");
        assert_eq!(staff.post(&check_out, json!({})).await.code(), "attendance.person_missing");
        test.at("2026-12-01T16:45:00+09:00");
        let left = staff.post(&check_out, json!({ "person": { "kind": "other", "name": "祖母", "note": "電話で母に確認" } })).await;
        assert_eq!((left.code_number(), left.body["state"]["at"].as_str()), (200, Some("2026-12-01T07:45:00Z")));
        let board = staff.get("/staff/today").await;
        assert_eq!(board.body["days"][0]["entries"][0]["booking"]["attended"]["fetched_by"]["name"], "祖母");
        assert_eq!(ana.get(&format!("/bookings/{booking}")).await.body["state"]["kind"], "checked_out");
    }

    async fn a_child_goes_with_named_people_and_every_act_stays_in_the_history(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.post("/children", json!({
            "name": "弓浜 あおい", "kana": "ゆみはま あおい", "born": "2025-05-01",
            "pick_up_people": [{ "name": "弓浜 月", "relation": "祖母", "phone": "0859112222" }]
        })).await.body["id"].as_str().unwrap().to_owned();
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        let path = |verb: &str| format!("/bookings/{booking}/{verb}");
        test.at("2026-12-01T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let grandmother = json!({ "kind": "registered", "name": "弓浜 月" });
        assert_eq!(staff.post(&path("check_in"), json!({ "person": { "kind": "registered", "name": "だれか" } })).await.code(), "attendance.person_unknown");
        let came = staff.post(&path("check_in"), json!({ "person": grandmother })).await;
        assert_eq!(came.body["attended"]["brought_by"], grandmother);
        // The same again within a minute changes nothing and answers the same, with whatever key.
        test.at("2026-12-01T09:00:50+09:00");
        assert_eq!(staff.post_with_key(&path("check_in"), json!({}), "again").await.body, came.body);
        test.at("2026-12-01T16:45:00+09:00");
        let nobody = json!({ "person": { "kind": "other", "name": "外江 海", "note": " " } });
        assert_eq!(staff.post(&path("check_out"), nobody).await.codes(), ["text.missing"]);
        let left = staff.post(&path("check_out"), json!({ "person": grandmother, "occurred_at": "2026-12-01T07:30:00Z" })).await;
        assert_eq!((&left.body["attended"]["brought_by"], &left.body["attended"]["fetched_by"]), (&grandmother, &grandmother));
        let fix = json!({ "checked_out_at": "2026-12-01T07:40:00Z", "reason": "時計が遅れていました。" });
        assert_eq!(staff.post(&path("attendance/correct"), json!({ "checked_out_at": "2026-12-01T07:40:00Z", "reason": "" })).await.codes(), ["text.missing"]);
        let fixed = staff.post(&path("attendance/correct"), fix.clone()).await;
        assert_eq!(fixed.body["state"], json!({ "kind": "checked_out", "checked_in_at": "2026-12-01T00:00:00Z", "at": "2026-12-01T07:40:00Z" }));
        assert_eq!(staff.post(&path("attendance/correct"), fix).await.code(), "attendance.nothing_to_correct");
        let undone = staff.post(&path("attendance/undo"), json!(null)).await;
        assert_eq!((undone.body["state"].clone(), undone.body["attended"].clone()), (came.body["state"].clone(), came.body["attended"].clone()));
        let history = ana.get(&path("attendance")).await.body;
        let told: Vec<_> = history.as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
        assert_eq!(told, ["checked_in", "checked_out", "corrected", "undone"]);
        assert_eq!((&history[1]["occurred_at"], &history[1]["received_at"]), (&json!("2026-12-01T07:30:00Z"), &json!("2026-12-01T07:45:00Z")));
        assert_eq!((&history[2]["before"]["at"], &history[2]["reason"]), (&json!("2026-12-01T07:30:00Z"), &json!("時計が遅れていました。")));
        assert_eq!(staff.get(&path("attendance")).await.body, history);
        assert_eq!(test.staff("yonago").await.get(&path("attendance")).await.status, 404);
        assert_eq!(kinds(test, &booking).await,
            ["booking.confirmed", "booking.checked_in", "booking.checked_out", "booking.attendance_corrected", "booking.attendance_undone"]);
    }

    async fn an_absence_counts_only_as_staff_confirm_it_and_is_taken_back_whole(test) {
        let (ana, ben) = (test.guardian("Ana", SAKAIMINATO).await, test.guardian("Ben", SAKAIMINATO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
        let booked = ana.book(&slot, &[&a]).await.body[0].clone();
        let booking = booked["id"].as_str().unwrap().to_owned();
        let (absent, undo) = (format!("/bookings/{booking}/absent"), format!("/bookings/{booking}/attendance/undo"));
        let late = json!({ "fee_yen": 1000, "counts": true });
        test.at("2026-12-01T08:00:00+09:00");
        let staff = test.staff("sakai").await;
        assert_eq!(staff.post(&absent, json!({ "seen": late })).await.code(), "attendance.not_begun");
        test.at("2026-12-01T09:30:00+09:00");
        assert_eq!(staff.post(&absent, json!({})).await.status, 422, "nothing holds before somebody has seen what it means");
        assert_eq!(staff.post(&absent, json!({ "seen": { "fee_yen": 0, "counts": false } })).await.code(), "attendance.terms_changed");
        assert_eq!(ana.post(&absent, json!({ "seen": late })).await.status, 403);
        assert_eq!(used(test).await, (2, 0));
        // With its place held: nobody else gets it, and the board still shows the child.
        let marked = staff.post(&absent, json!({ "seen": late })).await;
        assert_eq!(marked.body["state"], json!({ "kind": "absent", "at": "2026-12-01T00:30:00Z", "fee_yen": 1000, "counts": true, "released": false }));
        assert_eq!(used(test).await, (2, 0));
        assert_eq!(staff.post(&format!("/bookings/{booking}/check_in"), json!({})).await.code(), "attendance.marked_absent");
        assert_eq!(ana.post(&format!("/bookings/{booking}/cancel"), json!({})).await.code(), "bookings.over");
        let undone = staff.post(&undo, json!(null)).await.body;
        assert_eq!(undone["state"], booked["state"]);
        // Seen a quarter of an hour ago, while the server was away; sent twice under one key.
        let seen = json!({ "seen": late, "occurred_at": "2026-12-01T00:15:00Z" });
        let marked = staff.post_with_key(&absent, seen.clone(), "queued").await;
        assert_eq!((marked.code_number(), marked.body["state"]["at"].as_str()), (200, Some("2026-12-01T00:15:00Z")));
        assert_eq!(staff.post_with_key(&absent, seen, "queued").await.body, marked.body);
        let history = staff.get(&format!("/bookings/{booking}/attendance")).await.body;
        let last = history.as_array().unwrap().last().unwrap();
        assert_eq!((&last["occurred_at"], &last["received_at"]), (&json!("2026-12-01T00:15:00Z"), &json!("2026-12-01T00:30:00Z")));
        assert_eq!(history.as_array().unwrap().len(), 3);
        assert_eq!(staff.post(&undo, json!(null)).await.status, 200);
        // Ill, and released: nothing counts, the place is free, and is taken back while it is there.
        let ill = json!({ "seen": { "fee_yen": 0, "counts": false }, "reason": "child_ill", "release": true });
        let marked = staff.post(&absent, ill.clone()).await.body;
        assert_eq!((&marked["state"]["exempt"], &marked["state"]["released"]), (&json!("child_ill"), &json!(true)));
        assert_eq!((used(test).await, taken(test, &slot).await), ((0, 0), 0));
        assert_eq!(staff.get("/staff/today").await.body["days"][0]["entries"][0]["booking"]["state"]["kind"], "absent");
        assert_eq!(staff.post(&undo, json!(null)).await.body["state"]["kind"], "confirmed");
        assert_eq!((used(test).await, taken(test, &slot).await), ((2, 0), 1));
        assert_eq!(staff.post(&undo, json!(null)).await.code(), "attendance.nothing_to_undo");
        // Released again, and gone to somebody else: the clock is set back, since nobody may book a day that has begun.
        assert_eq!(staff.post(&absent, ill).await.status, 200);
        test.at("2026-11-30T09:00:00+09:00");
        assert_eq!(ben.book(&slot, &[&b]).await.status, 201);
        test.at("2026-12-01T10:00:00+09:00");
        assert_eq!(staff.post(&undo, json!(null)).await.code(), "attendance.place_given");
        assert_eq!((used(test).await, taken(test, &slot).await), ((2, 0), 1));
    }

    async fn what_was_used_again_meanwhile_goes_over_the_limit_and_is_recorded_so(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let mut bookings = Vec::new();
        for (day, times) in [(DAY, ("08:00", "18:00")), ("2026-12-02", ("08:00", "12:00"))] {
            let slot = test.slot("yonago_open", day, ("08:00", "18:00"), (1, 0)).await;
            if day != DAY {
                // Ten hours of December are booked; the second stay fits only while the first does not count.
                assert_eq!(ana.book_times(&slot, &[&child], day, times).await.codes(), ["bookings.month_limit"]);
                test.at("2026-12-01T08:30:00+09:00");
                let staff = test.staff("yonago").await;
                test.write(|conn| {
                    use api::schema::bookings::dsl;
                    let agreed: String = dsl::bookings.select(dsl::agreed).first(conn)?;
                    let exempt = r#""exempt":[{"key":"child_ill","name":{"ja":"a","en":"a"},"by_family":true}]"#;
                    let agreed = agreed.replace(r#""exempt":[]"#, exempt);
                    diesel::update(dsl::bookings).set(dsl::agreed.eq(agreed)).execute(conn)?;
                    Ok(())
                })
                .await;
                let ill = json!({ "seen": { "fee_yen": 0, "counts": false }, "reason": "child_ill" });
                assert_eq!(staff.post(&format!("/bookings/{}/absent", bookings[0]), ill).await.status, 200);
                assert_eq!(used(test).await, (0, 0));
            }
            let booked = ana.book_times(&slot, &[&child], day, times).await;
            assert_eq!(booked.status, 201, "{:?}", booked.body);
            bookings.push(booked.body[0]["id"].as_str().unwrap().to_owned());
        }
        let staff = test.staff("yonago").await;
        assert_eq!(staff.post(&format!("/bookings/{}/attendance/undo", bookings[0]), json!(null)).await.status, 200);
        assert_eq!(used(test).await, (840, 240));
        test.at("2026-11-30T09:00:00+09:00");
        assert_eq!(ana.post(&format!("/bookings/{}/cancel", bookings[1]), json!({})).await.status, 200);
        assert_eq!(used(test).await, (600, 0));
    }
}

on_both! {
    async fn a_month_of_open_nursery_is_used_to_the_last_half_hour_and_a_late_pick_up_goes_over(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let mut bookings = Vec::new();
        for (day, until) in [("2026-12-01", "13:30"), ("2026-12-02", "12:30"), ("2026-12-03", "09:00")] {
            let slot = test.slot("yonago_open", day, ("08:00", "18:00"), (1, 0)).await;
            let booked = ana.book_times(&slot, &[&child], day, ("08:00", until)).await;
            if until == "09:00" {
                // Ten hours in all are booked; not one half hour is left.
                assert_eq!(booked.codes(), ["bookings.month_limit"]);
            } else {
                bookings.push(booked.body[0]["id"].as_str().unwrap().to_owned());
            }
        }
        let path = |n: usize, verb: &str| format!("/bookings/{}/{verb}", bookings[n]);
        let guardian = json!({ "person": { "kind": "guardian" } });
        // Early leaving changes nothing: the place was held.
        test.at("2026-12-01T08:00:00+09:00");
        let staff = test.staff("yonago").await;
        staff.post(&path(0, "check_in"), guardian.clone()).await;
        test.at("2026-12-01T12:00:00+09:00");
        let left = staff.post(&path(0, "check_out"), guardian.clone()).await.body;
        assert_eq!((left["attended"]["settled"]["fee_yen"].as_i64(), left["fee_yen"].as_i64()), (Some(1650), Some(1650)));
        assert_eq!(used(test).await, (600, 0));
        // Eleven minutes late: half an hour more, over the limit, written so, and never refused.
        test.at("2026-12-02T08:00:00+09:00");
        let staff = test.staff("yonago").await;
        staff.post(&path(1, "check_in"), guardian.clone()).await;
        test.at("2026-12-02T12:41:00+09:00");
        let left = staff.post(&path(1, "check_out"), guardian.clone()).await.body;
        let settled = &left["attended"]["settled"];
        assert_eq!((settled["fee_yen"].as_i64(), left["fee_yen"].as_i64(), settled["late_minutes"].as_i64()), (Some(1500), Some(1350), Some(11)));
        assert_eq!(settled["fee_lines"][1], json!({ "item": "late_hours", "minutes": 30, "hourly_yen": 300, "yen": 150 }));
        assert_eq!((settled["counted"][0]["amount"].as_i64(), settled["over"][0]["amount"].as_i64()), (Some(300), Some(30)));
        assert_eq!(used(test).await, (630, 30));
        // Put right, then taken back: the account follows each time.
        let fix = json!({ "checked_out_at": "2026-12-02T03:30:00Z", "reason": "時計が遅れていました。" });
        let fixed = staff.post(&path(1, "attendance/correct"), fix).await.body;
        assert_eq!((fixed["attended"]["settled"]["fee_yen"].as_i64(), used(test).await), (Some(1350), (600, 0)));
        test.at("2026-12-02T14:00:00+09:00");
        let late = json!({ "checked_out_at": "2026-12-02T04:01:00Z", "reason": "元に戻します。" });
        staff.post(&path(1, "attendance/correct"), late).await;
        assert_eq!(used(test).await, (660, 60));
        let undone = staff.post(&path(1, "attendance/undo"), json!({})).await.body;
        assert_eq!((&undone["state"]["kind"], &undone["attended"]["settled"]), (&json!("checked_in"), &json!(null)));
        assert_eq!(used(test).await, (600, 0));
    }

    async fn a_household_class_from_its_day_on_is_in_the_final_fee(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_open", DAY, ("08:00", "18:00"), (1, 0)).await;
        test.write(|conn| {
            use api::schema::programmes::dsl;
            let relief = r#""reliefs":[{"class":"little_income","name":{"ja":"a","en":"a"},"off":{"kind":"hour","yen":200}}]"#;
            let open: Vec<(String, String)> = dsl::programmes.filter(dsl::key.eq("open_nursery")).select((dsl::id, dsl::terms)).load(conn)?;
            for (id, terms) in open {
                let with = terms.replace(r#""reliefs":[]"#, relief);
                diesel::update(dsl::programmes.filter(dsl::id.eq(id))).set(dsl::terms.eq(with)).execute(conn)?;
            }
            Ok(())
        })
        .await;
        let booked = ana.book_times(&slot, &[&child], DAY, ("09:00", "11:00")).await.body[0].clone();
        let id = booked["id"].as_str().unwrap();
        let family = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        test.write(move |conn| {
            let from = crate::app::date(DAY);
            api::families::store::insert_class(conn, &shared::ids::FamilyId::new(family.clone()), "little_income", (from, None))
        })
        .await;
        test.at("2026-12-01T09:00:00+09:00");
        let staff = test.staff("yonago").await;
        let guardian = json!({ "person": { "kind": "guardian" } });
        staff.post(&format!("/bookings/{id}/check_in"), guardian.clone()).await;
        test.at("2026-12-01T11:00:00+09:00");
        let left = staff.post(&format!("/bookings/{id}/check_out"), guardian).await.body;
        assert_eq!((booked["fee_yen"].as_i64(), left["attended"]["settled"]["fee_yen"].as_i64()), (Some(600), Some(200)));
    }
}

/// The events of a booking.
async fn kinds(test: &TestApp, subject: &str) -> Vec<String> {
    use api::schema::events;
    let subject = subject.to_owned();
    test.write(move |conn| Ok(events::table.filter(events::subject_id.eq(&subject)).order(events::id).select(events::kind).load(conn)?))
        .await
}

/// What all children have used, and what of it is over the limit.
async fn used(test: &TestApp) -> (i64, i64) {
    use api::schema::usages;
    let rows: Vec<(i64, i64)> = test.write(|conn| Ok(usages::table.select((usages::total, usages::over_limit)).load(conn)?)).await;
    (rows.iter().map(|(total, _)| total).sum(), rows.iter().map(|(_, over)| over).sum())
}

/// How many places of a slot are taken at its fullest minute.
async fn taken(test: &TestApp, slot: &str) -> i64 {
    use api::schema::slot_bands;
    let slot = slot.to_owned();
    test.write(move |conn| {
        let mine = slot_bands::table.filter(slot_bands::slot_id.eq(&slot)).filter(slot_bands::from_age.eq(0));
        Ok(mine.select(slot_bands::peak).first(conn)?)
    })
    .await
}

/// How many events say that a child came, and how many lines its history has.
async fn lines(test: &TestApp, booking: &str) -> (usize, i64) {
    use api::schema::attendance_records;
    let id = booking.to_owned();
    let records: i64 = test
        .write(move |conn| Ok(attendance_records::table.filter(attendance_records::booking_id.eq(&id)).count().get_result(conn)?))
        .await;
    (kinds(test, booking).await.iter().filter(|kind| *kind == "booking.checked_in").count(), records)
}

/// Asks again while the server is busy, which is an answer but no decision.
async fn until_not_busy(person: &Person, path: &str) -> Answer {
    loop {
        let answer = person.post(path, json!({})).await;
        if answer.status != 503 {
            return answer;
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

on_both! {
    async fn of_thirty_who_say_that_a_child_came_one_is_written_down(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        test.at("2026-12-01T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let path = format!("/bookings/{booking}/check_in");
        let answers = join_all((0..30).map(|_| async { until_not_busy(&staff, &path).await })).await;
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body), "{answers:?}");
        assert_eq!(lines(test, &booking).await, (1, 1));
        let undo = format!("/bookings/{booking}/attendance/undo");
        let answers = join_all((0..10).map(|_| async { until_not_busy(&staff, &undo).await })).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.code() == "attendance.nothing_to_undo"));
    }

    async fn of_a_released_place_and_the_child_who_comes_after_all_one_gets_it(test) {
        let (ana, ben) = (test.guardian("Ana", SAKAIMINATO).await, test.guardian("Ben", SAKAIMINATO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        for day in ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"] {
            let slot = test.slot("sakai_care", day, ("08:30", "17:00"), (1, 0)).await;
            test.at("2026-11-30T09:00:00+09:00");
            let booking = ana.book(&slot, &[&a]).await.body[0]["id"].as_str().unwrap().to_owned();
            test.at(&format!("{day}T08:30:00+09:00"));
            let staff = test.staff("sakai").await;
            let seen = json!({ "fee_yen": 1000, "counts": true });
            assert_eq!(staff.post(&format!("/bookings/{booking}/absent"), json!({ "seen": seen, "release": true })).await.status, 200);
            // The clock is set back, since nobody may book a day that has begun.
            test.at("2026-11-30T09:00:00+09:00");
            let undo = format!("/bookings/{booking}/attendance/undo");
            let (undone, booked) = join(until_not_busy(&staff, &undo), ben.book(&slot, &[&b])).await;
            assert!((undone.status == 200) != (booked.status == 201), "{undone:?} {booked:?}");
            assert_eq!(taken(test, &slot).await, 1);
        }
    }
}

/// The control: the same decision and the same writing without the locks, and nobody writes before all have decided. Where this does not write twice,
/// the race above proves nothing. Gives how many times the child came.
async fn come_many_times(test: &TestApp) -> usize {
    let ana = test.guardian("Ana", SAKAIMINATO).await;
    let child = ana.child("2025-05-01").await;
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
    let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
    test.at("2026-12-01T09:00:00+09:00");
    let now = test.app.now();
    let all_looked = &Barrier::new(10);
    let all = (0..10).map(|_| {
        let (app, id) = (test.app.clone(), BookingId::new(booking.clone()));
        async move {
            let wanted = id.clone();
            let look = app.db.read(move |conn| find_booking(conn, &wanted)?.ok_or(ApiError::NotFound));
            let booking = look.await.unwrap().booking;
            let recorded = check_in(&booking, &CheckIn::default(), &[], RecordedBy::Staff, now).unwrap();
            all_looked.wait().await;
            let Some(recorded) = recorded else { return };
            let write = app.db.write(move |conn| {
                mark_state(conn, &id, &recorded.state, Some(&recorded.attended))?;
                Ok::<_, ApiError>(Act::of_command("control", now).record(
                    conn,
                    "booking.checked_in",
                    booking.facility.place(),
                    id.as_str(),
                )?)
            });
            write.await.unwrap();
        }
    });
    join_all(all).await;
    kinds(test, &booking).await.iter().filter(|kind| *kind == "booking.checked_in").count()
}

#[actix_web::test]
async fn control_without_the_locks_a_child_comes_many_times_sqlite() {
    let test = TestApp::start(Backend::Sqlite).await.unwrap();
    assert!(come_many_times(&test).await > 1);
}

#[actix_web::test]
async fn control_without_the_locks_a_child_comes_many_times_postgres() {
    if let Some(test) = TestApp::start(Backend::Postgres).await {
        assert!(come_many_times(&test).await > 1);
    }
}
