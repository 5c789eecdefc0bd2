//! First interviews over HTTP: demanded, booked, recorded, valid at once, and shared where facilities say so.

use diesel::prelude::*;
use serde_json::{Value, json};

use api::schema::{events, facilities, offerings};

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, programme};

/// Where the interview is held.
const VISIT_DAY: &str = "2026-11-24";

/// Makes facilities demand a first interview for temporary care from now on, and offer interviews; gives the slot of one at each.
pub async fn demanding(test: &TestApp, facilities: &[&'static str]) -> Vec<String> {
    let mut slots = Vec::new();
    for (facility, city) in
        [("sakai", SAKAIMINATO), ("yonago", crate::app::YONAGO)].into_iter().filter(|(name, _)| facilities.contains(name))
    {
        let mut visit = programme("visit", "2026-11-21");
        visit["terms"] = json!({
            "ages": { "from_months": 0, "until": { "kind": "school_entry" } },
            "unit": { "kind": "flexible", "minimum_minutes": 30, "maximum_minutes": 30, "step_minutes": 30 },
            "interview": true,
        });
        test.publish(city, "programme", visit).await;
        let offered = test.staff(facility).await.post("/staff/offerings", json!({ "programme": "visit" })).await;
        assert_eq!(offered.status, 201, "{:?}", offered.body);
        slots.push(test.slot(offered.body["id"].as_str().unwrap(), VISIT_DAY, ("10:00", "10:30"), (3, 3)).await);
        test.write(move |conn| {
            let care = offerings::table.filter(offerings::id.eq(format!("{facility}_care")));
            diesel::update(care).set(offerings::interview.eq(true)).execute(conn)?;
            Ok(())
        })
        .await;
    }
    slots
}

async fn outcome(person: &Person, facility: &str) -> Value {
    person.get(&format!("/facilities/{facility}/interviews")).await.body["items"][0]["outcome"].clone()
}

on_both! {
    async fn a_place_is_had_as_soon_as_the_interview_is_accepted(test) {
        let visits = demanding(test, &["sakai"]).await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        // Everybody is told before.
        let found = test.anybody().get(&format!("/slots?from={DAY}&to={DAY}")).await;
        assert_eq!(found.body["items"][0]["interview"], true, "{:?}", found.body);
        let programmes = test.anybody().get("/facilities/sakai").await.body["programmes"].clone();
        let demands: Vec<(&str, bool)> =
            programmes.as_array().unwrap().iter().map(|p| (p["key"].as_str().unwrap(), p["interview"].as_bool().unwrap())).collect();
        assert_eq!(demands, [("open_nursery", false), ("temporary_care", true), ("visit", false)]);
        assert_eq!(outcome(&ana, "sakai").await, Value::Null);
        let refused = ana.book(&slot, &[&child]).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "bookings.interview_needed"), "{:?}", refused.body);
        assert_eq!(refused.body["errors"][0]["subject"], child.as_str());
        // Each date of a series says the same.
        let body = json!({ "stay": { "slot_id": slot, "child_ids": [child] }, "weekdays": ["Tue"], "until": DAY });
        let preview = ana.post("/series/preview", body).await;
        assert_eq!(preview.body["dates"][0]["children"][0]["reasons"][0]["code"], "bookings.interview_needed");
        let visit = ana.book(&visits[0], &[&child]).await;
        assert_eq!(visit.status, 201, "{:?}", visit.body);
        let path = format!("/interviews/{}/result", visit.body[0]["id"].as_str().unwrap());
        let staff = test.staff("sakai").await;
        assert_eq!(staff.post(&path, json!({ "verdict": "accepted" })).await.code(), "interviews.not_yet");
        test.at("2026-11-24T10:00:00+09:00");
        let staff = test.staff("sakai").await;
        let board = staff.get("/staff/today").await.body["days"][0]["entries"][0].clone();
        assert_eq!((board["is_interview"].as_bool(), &board["interview"]), (Some(true), &Value::Null));
        assert_eq!(ana.post(&path, json!({ "verdict": "accepted" })).await.status, 403);
        assert_eq!(test.staff("yonago").await.post(&path, json!({ "verdict": "accepted" })).await.status, 404);
        assert_eq!(staff.post(&path, json!({ "verdict": "conditions", "words": " " })).await.code(), "interviews.words_missing");
        let accepted = staff.post_with_key(&path, json!({ "verdict": "accepted" }), "once").await;
        assert_eq!(accepted.body["outcome"], json!({ "kind": "accepted" }), "{:?}", accepted.body);
        assert_eq!(staff.post_with_key(&path, json!({ "verdict": "accepted" }), "once").await.body, accepted.body);
        assert_eq!(outcome(&ana, "sakai").await, json!({ "kind": "accepted" }));
        let booked = ana.book(&slot, &[&child]).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        // No other booking is an interview.
        let care = format!("/interviews/{}/result", booked.body[0]["id"].as_str().unwrap());
        assert_eq!(staff.post(&care, json!({ "verdict": "accepted" })).await.code(), "interviews.not_an_interview");
        let recorded: i64 = test.write(|conn| Ok(events::table.filter(events::kind.eq("interview.recorded")).count().get_result(conn)?)).await;
        assert_eq!(recorded, 1);
        // A brother needs one of his own.
        let brother = ana.child("2022-05-01").await;
        assert_eq!(ana.book(&slot, &[&brother]).await.code(), "bookings.interview_needed");
    }

    async fn conditions_are_shown_and_a_reason_against_refuses(test) {
        let visits = demanding(test, &["sakai"]).await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let visit = ana.book(&visits[0], &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        test.at("2026-11-24T10:20:00+09:00");
        let (staff, path) = (test.staff("sakai").await, format!("/interviews/{visit}/result"));
        let words = "食事は持参してください。";
        assert_eq!(staff.post(&path, json!({ "verdict": "conditions", "words": words })).await.status, 200);
        let quote = ana.post("/bookings/quote", json!({ "slot_id": slot, "child_ids": [child] })).await;
        assert_eq!((quote.body["bookable"].as_bool(), quote.body["children"][0]["conditions"].as_str()), (Some(true), Some(words)));
        assert_eq!(ana.book(&slot, &[&child]).await.status, 201);
        let board = staff.get(&format!("/staff/today?from={DAY}")).await.body["days"][0]["entries"][0].clone();
        assert_eq!(board["interview"], json!({ "kind": "conditions", "words": words }));
        // Said otherwise later: what is booked stays, what comes is refused with the reason.
        assert_eq!(staff.post(&path, json!({ "verdict": "not_possible", "words": "看護師がいません。" })).await.status, 200);
        let next = test.slot("sakai_care", "2026-12-02", ("08:30", "17:00"), (3, 3)).await;
        let refused = ana.book(&next, &[&child]).await;
        assert_eq!(refused.code(), "bookings.interview_not_possible");
        assert_eq!(refused.body["errors"][0]["data"]["words"]["value"], "看護師がいません。");
        assert_eq!(ana.active_bookings().await, 2);
    }

    async fn an_operators_facilities_go_by_each_others_interviews_where_both_say_so(test) {
        let visits = demanding(test, &["sakai", "yonago"]).await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        test.write(|conn| {
            diesel::update(facilities::table).set(facilities::operator.eq("7000020312045")).execute(conn)?;
            Ok(())
        })
        .await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let visit = ana.book(&visits[0], &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        test.at("2026-11-24T10:20:00+09:00");
        let (sakai, yonago) = (test.staff("sakai").await, test.staff("yonago").await);
        assert_eq!(sakai.post(&format!("/interviews/{visit}/result"), json!({ "verdict": "accepted" })).await.status, 200);
        for (staff, shares, known) in [(&sakai, true, false), (&yonago, true, true), (&sakai, false, false), (&sakai, true, true)] {
            assert_eq!(staff.post("/staff/interview_sharing", json!({ "shares": shares })).await.body, json!({ "shares": shares }));
            assert_eq!(!outcome(&ana, "yonago").await.is_null(), known);
            let quote = ana.post("/bookings/quote", json!({ "slot_id": slot, "child_ids": [child] })).await;
            assert_eq!(quote.body["bookable"], known, "{:?}", quote.body);
        }
        // Staff see how it stands on both sides.
        let state = yonago.get("/staff/interview_sharing").await.body;
        assert_eq!((state["shares"].as_bool(), state["others"][0]["shares"].as_bool()), (Some(true), Some(true)), "{state:?}");
        assert_eq!(yonago.post("/staff/interview_sharing", json!({ "shares": false })).await.status, 200);
        let state = sakai.get("/staff/interview_sharing").await.body;
        assert_eq!((state["shares"].as_bool(), state["others"][0]["shares"].as_bool()), (Some(true), Some(false)), "{state:?}");
        assert_eq!(yonago.post("/staff/interview_sharing", json!({ "shares": true })).await.status, 200);
        // Another operator's facility does not go by it.
        test.write(|conn| {
            diesel::update(facilities::table.filter(facilities::id.eq("yonago"))).set(facilities::operator.eq("another")).execute(conn)?;
            Ok(())
        })
        .await;
        assert_eq!(outcome(&ana, "yonago").await, Value::Null);
    }
}
