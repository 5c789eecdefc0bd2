//! Programmes as data: a city publishes one that the code knows nothing of, and it is booked like any other.

use serde_json::json;

use crate::app::{YONAGO, programme};

on_both! {
    async fn a_programme_made_of_data_is_published_offered_and_booked(test) {
        test.publish(YONAGO, "programme", programme("playroom", "2026-11-21")).await;
        let held = test.anybody().get("/programmes?programme=playroom").await.body;
        assert_eq!((held["items"][0]["municipality"].as_str(), held["items"].as_array().unwrap().len()), (Some(YONAGO), 1));

        let staff = test.staff("yonago").await;
        assert_eq!(test.staff("sakai").await.post("/staff/offerings", json!({ "programme": "playroom" })).await.code(), "slots.programme_unknown");
        let offering = staff.post("/staff/offerings", json!({ "programme": "playroom" })).await;
        assert_eq!(offering.status, 201, "{:?}", offering.body);
        assert_eq!(staff.post("/staff/offerings", json!({ "programme": "playroom" })).await.code(), "slots.offered_already");
        let line = json!({ "weekdays": ["Tue"], "starts": "09:00:00", "ends": "12:00:00", "carers": 2, "bands": [{ "from_age": 1, "under_age": 7, "capacity": 10 }] });
        let slots = staff.post("/staff/slots", json!({ "offering_id": offering.body["id"], "from": "2026-12-01", "to": "2026-12-08", "pattern": [line] })).await;
        assert_eq!((slots.code_number(), slots.body["new_count"].as_i64()), (201, Some(2)), "{:?}", slots.body);

        let found = test.anybody().get("/slots?from=2026-12-01&to=2026-12-01&programme=playroom&age_months=30").await.body;
        assert_eq!(found["items"][0]["places_left"], 3, "the programme's own limit counts: {found}");
        let slot = found["items"][0]["slot_id"].as_str().unwrap().to_owned();
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2024-05-01").await;
        let ask = |from: &str, until: &str, more: serde_json::Value| {
            let mut body = json!({ "slot_id": slot, "child_ids": [child], "starts_at": format!("2026-12-01T{from}+09:00"), "ends_at": format!("2026-12-01T{until}+09:00") });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let quote = ana.post("/bookings/quote", ask("09:00:00", "10:00:00", json!({ "extras": ["snack"] }))).await.body;
        assert_eq!((quote["bookable"].as_bool(), quote["fee_yen"].as_i64(), quote["missing"][0]["code"].as_str()), (Some(true), Some(300), Some("bookings.answer_missing")));
        assert_eq!(quote["children"][0]["limits"][0]["left_after"], 1);
        assert_eq!(ana.post("/bookings", ask("09:00:00", "10:00:00", json!({}))).await.codes(), ["bookings.answer_missing"]);
        let answers = json!([{ "key": "fever", "value": "no" }]);
        assert_eq!(ana.post("/bookings", ask("09:00:00", "11:30:00", json!({ "answers": answers }))).await.codes(), ["bookings.too_long"]);
        for (from, until) in [("09:00:00", "10:00:00"), ("10:00:00", "11:00:00")] {
            let booked = ana.post("/bookings", ask(from, until, json!({ "answers": answers, "extras": ["snack"] }))).await;
            assert_eq!((booked.code_number(), booked.body[0]["fee_yen"].as_i64()), (201, Some(300)), "{:?}", booked.body);
            assert_eq!(booked.body[0]["answers"], answers);
        }
        assert_eq!(ana.post("/bookings", ask("11:00:00", "12:00:00", json!({ "answers": answers }))).await.codes(), ["bookings.week_limit"]);
    }

    async fn a_version_follows_the_one_before_and_what_was_agreed_stays(test) {
        let officer = test.officer(YONAGO).await;
        let propose = |version: &serde_json::Value| json!({ "kind": "programme", "version": version });
        test.publish(YONAGO, "programme", programme("playroom", "2026-11-21")).await;
        let again = programme("playroom", "2026-11-21");
        assert_eq!(officer.post("/office/changes", propose(&again)).await.code(), "programmes.not_ahead");
        let mut next = programme("playroom", "2027-04-01");
        next["terms"]["fees"][0]["yen"] = json!(250);
        test.publish(YONAGO, "programme", next.clone()).await;
        assert_eq!(officer.post("/office/changes", propose(&next)).await.code(), "programmes.overlaps");
        let ever = officer.get(&format!("/programmes?municipality={YONAGO}&programme=playroom&every_version=true")).await.body;
        let days: Vec<&str> = ever["items"].as_array().unwrap().iter().map(|version| version["valid_from"].as_str().unwrap()).collect();
        assert_eq!(days, ["2026-11-21", "2027-04-01"]);
        for (day, yen) in [("2027-03-31", 200), ("2027-04-01", 250)] {
            let on = officer.get(&format!("/programmes?municipality={YONAGO}&programme=playroom&on={day}")).await.body;
            assert_eq!(on["items"][0]["terms"]["fees"][0]["yen"], yen, "{day}");
        }
        next["terms"]["unit"]["step_minutes"] = json!(0);
        next["terms"]["fees"][0]["yen"] = json!(-1);
        next["name"]["en"] = json!("");
        let wrong = officer.post("/office/changes", propose(&next)).await;
        let pointers: Vec<&str> = wrong.body["errors"].as_array().unwrap().iter().map(|part| part["pointer"].as_str().unwrap()).collect();
        assert_eq!((wrong.code_number(), pointers), (422, vec!["/version/name/en", "/version/terms/unit/step_minutes", "/version/terms/fees/0/yen"]), "{:?}", wrong.body);
        assert!(wrong.body["errors"].as_array().unwrap().iter().all(|part| !part["detail"].as_str().unwrap().is_empty()));
    }
}
