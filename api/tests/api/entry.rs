//! Bookings on the phone: who finds whom, what may be gone past, and what is written down of it.

use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::access::Role;

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, code, date, families as many, time};
use crate::races::{count, taken};

fn family(name: &str, phone: &str) -> Value {
    json!({
        "municipality": YONAGO, "guardian_name": name, "guardian_kana": "ベッショ ナオ", "phone": phone,
        "children": [{ "name": "別所 空", "kana": "ベッショ ソラ", "born": "2025-05-01" }]
    })
}

/// Takes down a family; gives it with its first child's id.
async fn taken_down(clerk: &Person, phone: &str) -> (String, String) {
    let answer = clerk.post("/staff/families", family("別所 直", phone)).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    (answer.body["id"].as_str().unwrap().to_owned(), answer.body["children"][0]["id"].as_str().unwrap().to_owned())
}

fn entry(family: &str, child: &str, slot: &str) -> Value {
    json!({ "family_id": family, "booking": { "slot_id": slot, "child_ids": [child] } })
}

fn past(mut entry: Value, codes: &[&str], why: &str) -> Value {
    (entry["overrides"], entry["override_reason"]) = (json!(codes), json!(why));
    entry
}

async fn enter(clerk: &Person, body: Value) -> Answer {
    clerk.post("/staff/bookings", body).await
}

/// The audit lines of an action: their subjects and notes.
async fn audited(test: &TestApp, action: &'static str) -> Vec<(String, Option<String>)> {
    test.write(move |conn| {
        use api::schema::audit_lines;
        let mine = audit_lines::table.filter(audit_lines::action.eq(action)).order(audit_lines::id);
        Ok(mine.select((audit_lines::subject_id, audit_lines::note)).load(conn)?)
    })
    .await
}

on_both! {
    async fn a_family_without_a_phone_app_is_taken_down_and_booked(test) {
        let staff = test.staff("sakai").await;
        let (id, child) = taken_down(&staff, "0859-22-1234").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        for query in ["0859221234", "０８５９−２２−１２３４", "べっしょ", "別所", "ショ ナ"] {
            let found = staff.post("/staff/families/search", json!({ "query": query })).await;
            assert_eq!(found.body["items"][0]["id"], json!(id), "{query}: {:?}", found.body);
            assert_eq!(found.body["items"][0]["children"][0]["id"], json!(child));
        }
        for nobody in ["0859221235", "%%", "べつ"] {
            assert_eq!(staff.post("/staff/families/search", json!({ "query": nobody })).await.body["items"], json!([]), "{nobody}");
        }
        assert_eq!(staff.post("/staff/families/search", json!({ "query": "べ" })).await.status, 422);
        assert_eq!(audited(test, "family.looked_up").await, vec![(id.clone(), None); 5], "whose data was looked at");

        let quote = staff.post("/staff/bookings/quote", entry(&id, &child, &slot)).await;
        assert_eq!((&quote.body["bookable"], &quote.body["fee_yen"]), (&json!(true), &json!(4000)), "{:?}", quote.body);
        let booked = enter(&staff, entry(&id, &child, &slot)).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_eq!(booked.body[0]["entered"], json!({ "entered_by": "facility" }));
        let board = staff.get(&format!("/staff/today?from={DAY}")).await.body;
        assert_eq!(board["days"][0]["entries"][0]["booking"], booked.body[0], "the board reads it as it was answered");
    }

    async fn officers_see_the_slots_of_any_facility_and_staff_their_own(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        let officer = test.person("Officer", Role::Officer { municipality: code(SAKAIMINATO) }).await;
        let (staff, other) = (test.staff("sakai").await, test.staff("yonago").await);
        let path = format!("/staff/slots?from={DAY}&facility_id=sakai");
        for person in [&officer, &staff] {
            let seen = person.get(&path).await;
            assert_eq!((seen.code_number(), seen.body["items"][0]["slots"][0]["id"].as_str()), (200, Some(slot.as_str())), "{:?}", seen.body);
        }
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(officer.get("/staff/slots?facility_id=yonago").await.status, 200);
        assert_eq!(officer.get("/staff/slots?facility_id=nowhere").await.status, 404);
        assert_eq!(officer.get("/staff/slots").await.status, 422);
    }

    async fn soft_rules_are_gone_past_with_a_reason_and_hard_ones_never(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let (child, baby) = (ana.child("2025-05-01").await, ana.child("2026-10-01").await);
        let family = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        // The evening before: bookings closed at 16:30.
        test.at("2026-11-30T19:00:00+09:00");
        let staff = test.staff("sakai").await;
        let asked = entry(&family, &child, &slot);
        assert_eq!(enter(&staff, asked.clone()).await.codes(), ["bookings.booking_closed"]);
        let silent = past(asked.clone(), &["bookings.booking_closed"], " ");
        assert_eq!(enter(&staff, silent).await.codes(), ["bookings.override_reason_missing"]);
        let hard = past(entry(&family, &baby, &slot), &["bookings.booking_closed", "bookings.too_young"], "急な出勤");
        assert_eq!(enter(&staff, hard).await.codes(), ["bookings.too_young"]);
        let booked = enter(&staff, past(asked.clone(), &["bookings.booking_closed", "bookings.not_yet_open"], "急な出勤")).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        // Only what was really gone past is written down, for the family too.
        let id = booked.body[0]["id"].as_str().unwrap().to_owned();
        let entered = json!({ "entered_by": "facility", "overrides": ["bookings.booking_closed"], "override_reason": "急な出勤" });
        assert_eq!(ana.get(&format!("/bookings/{id}")).await.body["entered"], entered);
        assert_eq!(audited(test, "booking.confirmed").await, [(id, Some("bookings.booking_closed: 急な出勤".to_owned()))]);
        // The one place is taken: no reason makes another.
        let other = test.guardian("Bea", SAKAIMINATO).await;
        let (others, hers) = (other.get("/family").await.body["id"].as_str().unwrap().to_owned(), other.child("2025-05-01").await);
        let full = past(entry(&others, &hers, &slot), &["bookings.booking_closed", "bookings.slot_full"], "急な出勤");
        assert_eq!(enter(&staff, full).await.codes(), ["bookings.slot_full"]);
    }

    async fn steps_and_lengths_bend_but_never_a_part_of_a_minute(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let family = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        let slot = test.slot("sakai_open", DAY, ("08:30", "17:00"), (1, 1)).await;
        let staff = test.staff("sakai").await;
        let mut asked = past(entry(&family, &child, &slot), &["bookings.not_in_steps", "bookings.too_short"], "送迎の都合");
        asked["booking"]["starts_at"] = json!(shared::time::at(date(DAY), time("09:10")));
        asked["booking"]["ends_at"] = json!("2026-12-01T00:50:30Z");
        assert_eq!(enter(&staff, asked.clone()).await.codes(), ["bookings.not_in_steps"]);
        asked["booking"]["ends_at"] = json!("2026-12-01T00:50:00Z");
        let booked = enter(&staff, asked).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_eq!(booked.body[0]["counted"][0]["amount"], 40);
    }

    async fn staff_book_for_their_own_facility_and_officers_for_the_family_whose_record_is_open(test) {
        let staff = test.staff("sakai").await;
        let (id, child) = taken_down(&staff, "0859000001").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let officer = test.officer(YONAGO).await;
        for (wrong, code) in [(&test.staff("yonago").await, "problem.not_found"), (&officer, "proxy.not_open")] {
            for path in ["/staff/bookings", "/staff/bookings/quote"] {
                assert_eq!(wrong.post(path, entry(&id, &child, &slot)).await.code(), code, "{path}");
            }
        }
        // The family's own city books for it also across the border.
        officer.act_for(&id, "booking").await;
        let booked = enter(&officer, entry(&id, &child, &slot)).await;
        assert_eq!((booked.code_number(), &booked.body[0]["entered"]["entered_by"]), (201, &json!("office")), "{:?}", booked.body);
        assert_eq!(enter(&staff, entry("nobody", &child, &slot)).await.status, 404);
    }

    async fn a_booking_that_was_taken_down_stays_marked_when_it_moves(test) {
        let staff = test.staff("sakai").await;
        let (id, child) = taken_down(&staff, "0859000001").await;
        let (one, two) =
            (test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await, test.slot("sakai_care", "2026-12-08", ("08:30", "17:00"), (1, 1)).await);
        let booked = enter(&staff, entry(&id, &child, &one)).await;
        let path = format!("/bookings/{}/reschedule", booked.body[0]["id"].as_str().unwrap());
        let moved = staff.post(&path, json!({ "slot_id": two })).await;
        assert_eq!((moved.code_number(), &moved.body[0]["entered"]), (200, &booked.body[0]["entered"]), "{:?}", moved.body);
    }

    // Its control is that of the primitive it shares with every booking: `races::oversell`.
    async fn phone_and_app_race_for_the_last_place_and_one_wins(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
        let staff = test.staff("sakai").await;
        let people = many(test, 40, SAKAIMINATO, "2025-05-01").await;
        let mut calls = Vec::new();
        for (n, (person, child)) in people.iter().enumerate() {
            let family = person.get("/family").await.body["id"].as_str().unwrap().to_owned();
            let (person, staff, slot) = (person.clone(), staff.clone(), slot.clone());
            calls.push(async move {
                loop {
                    let answer = if n % 2 == 0 { enter(&staff, entry(&family, child, &slot)).await } else { person.book(&slot, &[child]).await };
                    if answer.status != 503 {
                        return answer.code_number();
                    }
                    actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            });
        }
        let statuses = join_all(calls).await;
        assert_eq!((count(&statuses, 201), count(&statuses, 409)), (1, 39), "{statuses:?}");
        assert_eq!(taken(test, &slot).await, (1, 1));
    }
}
