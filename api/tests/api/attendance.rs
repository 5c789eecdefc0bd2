//! The staff's board, check-in and check-out over HTTP.

use serde_json::json;

use crate::app::{DAY, SAKAIMINATO, YONAGO};

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
        test.at("2026-12-01T16:45:00+09:00");
        let left = staff.post(&check_out, json!({ "picked_up_by": "祖母" })).await;
        assert_eq!((left.code_number(), left.body["state"]["at"].as_str()), (200, Some("2026-12-01T07:45:00Z")));
        let board = staff.get("/staff/today").await;
        assert_eq!(board.body["days"][0]["entries"][0]["picked_up_by"], "祖母");
        assert_eq!(ana.get(&format!("/bookings/{booking}")).await.body["state"]["kind"], "checked_out");
    }
}
