//! Closing a day, some hours or a slot over HTTP, and who is in it.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, date, families as many, time};
use crate::races::{count, taken};

fn at(day: &str, clock: &str) -> Value {
    json!(shared::time::at(date(day), time(clock)))
}

fn typhoon(from: &str, until: &str, seen: &[&str]) -> Value {
    json!({
        "facility_id": "sakai", "from": at(DAY, from), "until": at(DAY, until), "reason": "weather",
        "message": "台風10号が近づいています。", "seen": seen
    })
}

async fn booked(person: &Person, slot: &str, child: &str, times: (&str, &str)) -> String {
    let answer = person.book_times(slot, &[child], DAY, times).await;
    answer.body[0]["id"].as_str().unwrap_or_else(|| panic!("{:?}", answer.body)).to_owned()
}

async fn place(test: &TestApp, slot: &str) -> Value {
    let found = test.anybody().get(&format!("/slots?from={DAY}&to={DAY}&age_months=18")).await;
    found.body["items"].as_array().unwrap().iter().find(|item| item["slot_id"] == slot).cloned().unwrap()
}

async fn close(staff: &Person, body: Value) -> Answer {
    staff.post("/staff/closures", body).await
}

on_both! {
    async fn a_typhoon_ends_a_day_and_tells_every_family_why(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", SAKAIMINATO).await);
        let (anas, beas) = (ana.child("2025-05-01").await, bea.child("2025-05-01").await);
        let (care, open) =
            (test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await, test.slot("sakai_open", DAY, ("08:30", "17:00"), (2, 2)).await);
        let other = test.slot("yonago_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let (hers, his) = (ana.book(&care, &[&anas]).await, booked(&bea, &open, &beas, ("09:00", "11:00")).await);
        let hers = hers.body[0]["id"].as_str().unwrap().to_owned();
        // The evening before: too late to cancel for nothing.
        test.at("2026-11-30T20:00:00+09:00");
        let staff = test.staff("sakai").await;
        let told = staff.post("/staff/closures/preview", typhoon("00:00", "23:59", &[])).await;
        assert_eq!(told.status, 200, "{:?}", told.body);
        assert_eq!((told.body["slots"].as_array().unwrap().len(), told.body["affected"].as_array().unwrap().len()), (2, 2));
        assert_eq!(told.body["affected"][0]["phone"], "0859000000");
        assert_eq!(ana.active_bookings().await, 1, "a preview ends nothing");

        // Nobody who was not shown is swept away.
        let refused = close(&staff, typhoon("00:00", "23:59", &[&hers])).await;
        assert_eq!((refused.code_number(), refused.codes()), (409, vec!["slots.affected_changed".to_owned()]));
        assert_eq!(refused.body["errors"][0]["subject"], json!(his));
        let done = close(&staff, typhoon("00:00", "23:59", &[&hers, &his])).await;
        assert_eq!(done.status, 201, "{:?}", done.body);
        assert_eq!(done.body["affected"], told.body["affected"], "the preview is the result");
        for (person, booking) in [(&ana, &hers), (&bea, &his)] {
            let read = person.get(&format!("/bookings/{booking}")).await.body;
            assert_eq!((&read["state"]["kind"], &read["state"]["fee_yen"], &read["state"]["counts"]), (&json!("cancelled"), &json!(0), &json!(false)));
            assert_eq!(read["closure"], json!({ "reason": "weather", "message": "台風10号が近づいています。" }));
        }
        for slot in [&care, &open] {
            let found = place(test, slot).await;
            assert_eq!((&found["bookable"], &found["reasons"][0]["code"]), (&json!(false), &json!("slots.closed_weather")));
            assert_eq!(taken(test, slot).await, (0, 0));
        }
        assert_eq!(place(test, &other).await["reasons"].as_array().unwrap().iter().filter(|r| r["code"] == "slots.closed_weather").count(), 0);

        // Opened again, it is as any other day.
        let slot = staff.get(&format!("/slots/{open}")).await;
        assert_eq!(staff.patch(&format!("/slots/{open}"), json!({ "state": "open" }), &slot.etag()).await.status, 200);
        assert_eq!(place(test, &open).await["bookable"], json!(true));
        assert_eq!(bea.book_times(&open, &[&beas], DAY, ("09:00", "11:00")).await.status, 201);
    }

    async fn closing_some_hours_leaves_the_others(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let (one, two) = (ana.child("2025-05-01").await, ana.child("2025-06-01").await);
        let slot = test.slot("sakai_open", DAY, ("08:30", "17:00"), (2, 2)).await;
        let (early, late) = (booked(&ana, &slot, &one, ("08:30", "12:00")).await, booked(&ana, &slot, &two, ("11:00", "13:00")).await);
        let staff = test.staff("sakai").await;
        assert_eq!(close(&staff, typhoon("12:00", "17:00", &[])).await.code(), "slots.affected_changed");
        let done = close(&staff, typhoon("12:00", "17:00", &[&late])).await;
        assert_eq!(done.status, 201, "{:?}", done.body);
        assert_eq!(done.body["affected"].as_array().unwrap().len(), 1);
        assert_eq!(ana.get(&format!("/bookings/{early}")).await.body["state"]["kind"], "confirmed");
        assert_eq!(ana.get(&format!("/bookings/{late}")).await.body["state"]["kind"], "cancelled");
        let found = place(test, &slot).await;
        assert_eq!(found["bookable"], json!(true), "{found:?}");
        let openings: Vec<&str> = found["openings"].as_array().unwrap().iter().map(|o| o["ends_at"].as_str().unwrap()).collect();
        assert_eq!(openings, ["2026-12-01T03:00:00Z"], "until noon");
        for (from, until, status) in [("11:00", "12:30", 409), ("13:00", "14:00", 409), ("11:00", "12:00", 201)] {
            let answer = ana.book_times(&slot, &[&two], DAY, (from, until)).await;
            assert_eq!(answer.code_number(), status, "{:?}", answer.body);
            assert!(status == 201 || answer.codes() == ["bookings.slot_closed"], "{:?}", answer.codes());
        }
    }

    async fn only_its_own_staff_closes_a_facility_and_only_what_is_ahead(test) {
        let slot = test.slot("sakai_open", DAY, ("08:30", "17:00"), (2, 2)).await;
        assert_eq!(close(&test.staff("yonago").await, typhoon("00:00", "23:59", &[])).await.status, 404);
        let staff = test.staff("sakai").await;
        assert_eq!(close(&staff, typhoon("12:00", "12:00", &[])).await.code(), "slots.range_invalid");
        let one = json!({ "facility_id": "sakai", "from": at(DAY, "00:00"), "until": at(DAY, "23:59"), "slot_id": "other", "reason": "infection" });
        assert_eq!(close(&staff, one).await.body["slots"], json!([]));
        assert_eq!(place(test, &slot).await["bookable"], json!(true));
        test.at("2026-12-02T08:00:00+09:00");
        assert_eq!(close(&test.staff("sakai").await, typhoon("00:00", "23:59", &[])).await.code(), "slots.past");
    }

    async fn lowering_cancels_nobody_who_was_not_shown(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 0)).await;
        let people = many(test, 3, SAKAIMINATO, "2025-05-01").await;
        let mut ids = Vec::new();
        for (n, (person, child)) in people.iter().enumerate() {
            // Each a minute later, so that it is clear who came last.
            test.at(&format!("2026-11-21T12:{n:02}:00+09:00"));
            ids.push(person.book(&slot, &[child]).await.body[0]["id"].as_str().unwrap().to_owned());
        }
        let staff = test.staff("sakai").await;
        let lower = |seen: &[&String]| {
            json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": 2 }], "consequence": "cancel_latest", "seen": seen })
        };
        let path = format!("/slots/{slot}");
        let refused = staff.patch(&path, lower(&[&ids[1]]), "\"v1\"").await;
        assert_eq!((refused.code_number(), refused.code(), &refused.body["errors"][0]["subject"]), (409, "slots.affected_changed", &json!(ids[2])));
        assert_eq!(staff.patch(&path, lower(&[&ids[2]]), "\"v1\"").await.status, 200);
        assert_eq!(taken(test, &slot).await, (2, 2));
    }

    async fn a_closure_against_bookings_leaves_nobody_in_a_closed_slot(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (40, 0)).await;
        let people = many(test, 40, SAKAIMINATO, "2025-05-01").await;
        let staff = test.staff("sakai").await;
        let books = join_all(people.iter().map(|(person, child)| async {
            loop {
                let status = person.book(&slot, &[child]).await.code_number();
                if status != 503 {
                    return status;
                }
                actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }));
        let closes = async {
            // Looks and closes until nobody came in between.
            for _ in 0..200 {
                let told = staff.post("/staff/closures/preview", typhoon("00:00", "23:59", &[])).await;
                let ids: Vec<String> =
                    told.body["affected"].as_array().unwrap().iter().map(|one| one["booking_id"].as_str().unwrap().to_owned()).collect();
                let done = close(&staff, typhoon("00:00", "23:59", &ids.iter().map(String::as_str).collect::<Vec<_>>())).await;
                match done.code_number() {
                    201 => return done.body["affected"].as_array().unwrap().len(),
                    409 => assert_eq!(done.code(), "slots.affected_changed"),
                    503 => {}
                    other => panic!("{other}: {:?}", done.body),
                }
            }
            panic!("never closed");
        };
        let (statuses, ended) = join(books, closes).await;
        assert_eq!(taken(test, &slot).await, (0, 0));
        assert_eq!((count(&statuses, 201), count(&statuses, 201) + count(&statuses, 409)), (ended, 40), "{statuses:?}");
    }
}
