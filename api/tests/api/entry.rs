//! Bookings on the phone: who finds whom, what may be gone past, and what is written down of it.

use api::families::store;
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::access::Role;
use shared::ids::FamilyId;

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

/// Lets a facility know a family, as a stay there would.
pub async fn acquaint(test: &TestApp, facility: &'static str, family: &str) {
    let (family, now) = (FamilyId::from(family), test.app.now());
    test.write(move |conn| store::write_known(conn, &facility.into(), &family, now)).await;
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
        let spellings = [
            "0859221234", "０８５９−２２−１２３４", "+81 859-22-1234", "べっしょ", "別所", "ショ ナ", "ﾍﾞｯｼｮ ﾅｵ", "べっしょなお", "別所直", "そら", "ﾍﾞｯｼｮｿﾗ", "別所 空",
        ];
        for query in spellings {
            let found = staff.post("/staff/families/search", json!({ "query": query })).await;
            assert_eq!(found.body["items"][0]["id"], json!(id), "{query}: {:?}", found.body);
            assert_eq!(found.body["items"][0]["children"][0]["id"], json!(child));
        }
        for nobody in ["0859221235", "%%", "べつ"] {
            assert_eq!(staff.post("/staff/families/search", json!({ "query": nobody })).await.body["items"], json!([]), "{nobody}");
        }
        assert_eq!(staff.post("/staff/families/search", json!({ "query": "べ" })).await.status, 422);
        assert_eq!(audited(test, "family.looked_up").await, vec![(id.clone(), None); spellings.len()], "whose data was looked at");

        let quote = staff.post("/staff/bookings/quote", entry(&id, &child, &slot)).await;
        assert_eq!((&quote.body["bookable"], &quote.body["fee_yen"]), (&json!(true), &json!(4000)), "{:?}", quote.body);
        let booked = enter(&staff, entry(&id, &child, &slot)).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_eq!(booked.body[0]["entered"], json!({ "entered_by": "facility", "clerk": "Staff" }), "who answered the phone");
        let board = staff.get(&format!("/staff/today?from={DAY}")).await.body;
        assert_eq!(board["days"][0]["entries"][0]["booking"], booked.body[0], "the board reads it as it was answered");
    }

    async fn a_facility_finds_no_family_that_it_does_not_know(test) {
        let (here, elsewhere) = (test.staff("sakai").await, test.staff("yonago").await);
        let found = |staff: Person, query: &'static str| async move {
            let answer = staff.post("/staff/families/search", json!({ "query": query })).await;
            assert_eq!(answer.status, 200);
            answer.body["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let (id, child) = taken_down(&here, "0859-22-1234").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        // Neither by name nor by the whole number, and nothing of it is told.
        for query in ["べっしょ", "0859221234"] {
            assert_eq!((found(here.clone(), query).await, found(elsewhere.clone(), query).await), (vec![id.clone()], vec![]), "{query}");
        }
        for path in ["/staff/bookings", "/staff/bookings/quote"] {
            assert_eq!(elsewhere.post(path, entry(&id, &child, &slot)).await.status, 404, "{path}");
        }
        assert_eq!(elsewhere.post(&format!("/staff/families/{id}/account_code"), json!({})).await.status, 404);
        // Who says number, readings and birth date is that family, and is not taken down twice.
        let wrong = json!({ "name": "別所 空", "kana": "ベッショ ソラ", "born": "2025-05-02" });
        let mut other = family("別所 直", "0859221234");
        other["children"] = json!([wrong]);
        let twice = elsewhere.post("/staff/families", other).await;
        assert_eq!(twice.status, 201);
        assert!(twice.body["id"] != json!(id));
        let named = elsewhere.post("/staff/families", family("別所直", "+81 859 22 1234")).await;
        assert_eq!((named.code_number(), named.body["id"].as_str()), (200, Some(id.as_str())));
        assert!(found(elsewhere.clone(), "0859221234").await.contains(&id));
        assert_eq!(enter(&elsewhere, entry(&id, &child, &slot)).await.status, 201);
        // A booking of its own, or waiting there, makes a family known as well.
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let hers = ana.child("2025-05-01").await;
        assert_eq!(found(here.clone(), "Ana").await, Vec::<String>::new());
        let full = test.slot("sakai_care", DAY, ("08:30", "17:00"), (0, 0)).await;
        let waits = ana.post("/waitlist_entries", json!({ "child_ids": [hers], "wanted": { "kind": "slot", "slot_id": full } })).await;
        assert_eq!(waits.status, 201, "{:?}", waits.body);
        assert_eq!(found(here, "Ana").await.len(), 1);
        assert_eq!(found(elsewhere.clone(), "Ana").await.len(), 0);
        assert_eq!(ana.book(&slot, &[&hers]).await.status, 201);
        assert_eq!(found(elsewhere, "Ana").await.len(), 1);
    }

    async fn a_family_that_was_taken_down_opens_its_account_once_with_everything_there(test) {
        let staff = test.staff("sakai").await;
        let (id, child) = taken_down(&staff, "0859-22-1234").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        let booked = enter(&staff, entry(&id, &child, &slot)).await;
        assert_eq!(booked.status, 201);
        let path = format!("/staff/families/{id}/account_code");
        let made = [staff.post(&path, json!({})).await, staff.post(&path, json!({})).await];
        let [first, second] = made.map(|made| {
            assert_eq!(made.status, 201, "{:?}", made.body);
            made.body["code"].as_str().unwrap().to_owned()
        });
        let opening = |code: &str, email: &str| json!({ "code": code, "email": email, "password": "hamabe-no-asa-2027", "locale": "ja" });
        let nobody = test.anybody();
        let old = nobody.post("/auth/open", opening(&first, "a@example.jp")).await;
        assert_eq!((old.code_number(), old.code()), (409, "accounts.code_unknown"));
        // Many at once: it opens once.
        let typed = second.to_lowercase().replace('-', " ");
        let calls = (0..4).map(|n| {
            let (nobody, body) = (nobody.clone(), opening(&typed, &format!("bessho{n}@example.jp")));
            async move { nobody.post("/auth/open", body).await }
        });
        let opened = join_all(calls).await;
        let statuses: Vec<u16> = opened.iter().map(Answer::code_number).collect();
        assert_eq!((count(&statuses, 201), count(&statuses, 409)), (1, 3), "{statuses:?}");
        let mine = nobody.keeping(opened.iter().find(|answer| answer.status == 201).unwrap());
        assert_eq!(mine.get("/family").await.body["id"], json!(id));
        assert_eq!(mine.get("/children").await.body["items"][0]["id"], json!(child));
        assert_eq!(mine.get("/bookings").await.body["items"][0]["id"], booked.body[0]["id"]);
        // Now it signs in for itself.
        let again = staff.post(&path, json!({})).await;
        assert_eq!((again.code_number(), again.code()), (409, "families.has_account"));
        let found = staff.post("/staff/families/search", json!({ "query": "べっしょ" })).await;
        assert_eq!(found.body["items"][0]["has_account"], true);
    }

    async fn a_code_for_an_account_ends_after_thirty_days(test) {
        let staff = test.staff("sakai").await;
        let (id, _) = taken_down(&staff, "0859-22-1234").await;
        let code = staff.post(&format!("/staff/families/{id}/account_code"), json!({})).await.body["code"].clone();
        let open = || async {
            let body = json!({ "code": code, "email": "a@example.jp", "password": "hamabe-no-asa-2027" });
            test.anybody().post("/auth/open", body).await.code_number()
        };
        test.at("2026-12-21T12:00:00+09:00");
        assert_eq!(open().await, 409);
        test.at("2026-12-21T11:59:59+09:00");
        assert_eq!(open().await, 201);
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
        acquaint(test, "sakai", &family).await;
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
        let entered = json!({ "entered_by": "facility", "clerk": "Staff", "overrides": ["bookings.booking_closed"], "override_reason": "急な出勤" });
        assert_eq!(ana.get(&format!("/bookings/{id}")).await.body["entered"], entered);
        assert_eq!(audited(test, "booking.confirmed").await, [(id, Some("bookings.booking_closed: 急な出勤".to_owned()))]);
        // The one place is taken: no reason makes another.
        let other = test.guardian("Bea", SAKAIMINATO).await;
        let (others, hers) = (other.get("/family").await.body["id"].as_str().unwrap().to_owned(), other.child("2025-05-01").await);
        acquaint(test, "sakai", &others).await;
        let full = past(entry(&others, &hers, &slot), &["bookings.booking_closed", "bookings.slot_full"], "急な出勤");
        assert_eq!(enter(&staff, full).await.codes(), ["bookings.slot_full"]);
    }

    async fn steps_and_lengths_bend_but_never_a_part_of_a_minute(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let family = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        acquaint(test, "sakai", &family).await;
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
            acquaint(test, "sakai", &family).await;
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
