//! Places that come from the regular classes: published, followed when a class fills or empties, and never given twice.

use std::time::Duration;

use futures_util::future::{join, join_all};
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

use api::bookings::store::list_holding;
use api::error::ApiError;
use api::outbox::Act;
use api::slots::classes::store as classes;
use api::slots::staff::held;
use api::{slots, waitlist};
use shared::slots::{ClassPlaces, Classes, Consequence, Held, follow};

use crate::app::{Person, SAKAIMINATO, TestApp, YONAGO, date, facility_row, families as many, temporary_care};
use crate::races::{count, taken};
use crate::ways_races::{control, lawful};

fn entry(age_class: u32, from: &str, capacity: i64, enrolled: i64) -> Value {
    json!({ "age_class": age_class, "from": from, "capacity": capacity, "enrolled": enrolled })
}

/// A nursery of Yonago that offers temporary care in the free places of its classes; gives its staff and the offering.
async fn nursery(test: &TestApp) -> (Person, String) {
    test.write(|conn| facility_row(conn, "classes", YONAGO)).await;
    let staff = test.staff("classes").await;
    let offering = json!({
        "programme": "temporary_care", "spare": true, "blocks": [{ "key": "day", "starts": "08:30:00", "ends": "17:00:00" }]
    });
    let answer = staff.post("/staff/offerings", offering).await;
    assert_eq!((answer.code_number(), &answer.body["spare"]), (201, &json!(true)), "{:?}", answer.body);
    (staff, answer.body["id"].as_str().unwrap().to_owned())
}

async fn etag(staff: &Person) -> String {
    staff.get("/staff/classes").await.etag()
}

/// Changes the classes as they are now.
async fn enrol(staff: &Person, change: Value) -> crate::app::Answer {
    staff.patch("/staff/classes", change, &etag(staff).await).await
}

/// Publishes a day's slot from the classes; gives it.
async fn publish(staff: &Person, offering: &str, day: &str) -> String {
    let bands = json!([{ "from_age": 0, "under_age": 2, "capacity": 0 }, { "from_age": 2, "under_age": 6, "capacity": 0 }]);
    let every = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let pattern = json!([{ "weekdays": every, "starts": "08:30:00", "ends": "17:00:00", "bands": bands }]);
    let command = json!({ "offering_id": offering, "from": day, "to": day, "pattern": pattern, "on_holidays": true });
    assert_eq!(staff.post("/staff/slots/preview", command.clone()).await.body["new_count"], 1);
    assert_eq!(staff.post("/staff/slots", command).await.status, 201);
    let days = staff.get(&format!("/staff/slots?from={day}")).await.body;
    days["items"][0]["slots"][0]["id"].as_str().unwrap().to_owned()
}

/// The places of a slot's bands.
async fn places(person: &Person, slot: &str) -> Vec<i64> {
    let detail = person.get(&format!("/slots/{slot}")).await.body;
    detail["slot"]["bands"].as_array().unwrap().iter().map(|band| band["capacity"].as_i64().unwrap()).collect()
}

async fn kinds(test: &TestApp, subject: &str) -> Vec<String> {
    let subject = subject.to_owned();
    test.write(move |conn| {
        use api::schema::{audit_lines, events};
        use diesel::prelude::*;
        let told: Vec<String> = events::table.filter(events::subject_id.eq(&subject)).order(events::id).select(events::kind).load(conn)?;
        let audited: Vec<String> = audit_lines::table
            .filter(audit_lines::subject_id.eq(&subject))
            .order(audit_lines::id)
            .select(audit_lines::action)
            .load(conn)?;
        assert_eq!(told, audited);
        Ok(told)
    })
    .await
}

on_both! {
    async fn a_class_that_fills_in_january_leaves_fewer_places_from_then_on(test) {
        let (staff, offering) = nursery(test).await;
        let full = json!({ "entries": [entry(0, "2026-04-01", 6, 5), entry(1, "2026-04-01", 12, 10), entry(1, "2027-01-01", 12, 12), entry(2, "2026-04-01", 12, 13), entry(3, "2026-04-01", 20, 18)] });
        let answer = enrol(&staff, full).await;
        assert_eq!((answer.code_number(), answer.etag(), &answer.body["slots"]), (200, "\"v2\"".to_owned(), &json!([])), "{:?}", answer.body);
        let (before, after) = (publish(&staff, &offering, "2026-12-28").await, publish(&staff, &offering, "2027-01-04").await);
        assert_eq!((places(&staff, &before).await, places(&staff, &after).await), (vec![3, 1], vec![1, 1]));
        // Nobody types them over; the room may still be smaller.
        let typed = json!({ "bands": [{ "from_age": 0, "under_age": 2, "capacity": 9 }] });
        assert_eq!(staff.patch(&format!("/slots/{before}"), typed, "\"v1\"").await.code(), "slots.places_of_classes");
        assert_eq!(staff.patch(&format!("/slots/{before}"), json!({ "room": 3 }), "\"v1\"").await.status, 200);
        // A child comes back later than thought: the slots after it follow, those before stay.
        let later = json!({ "entries": [entry(1, "2027-01-01", 12, 11)] });
        let preview = staff.post("/staff/classes/preview", later.clone()).await.body;
        assert_eq!((preview["slots"].as_array().unwrap().len(), &preview["affected"]), (1, &json!([])));
        assert_eq!(places(&staff, &after).await, [1, 1]);
        let answer = enrol(&staff, later).await;
        assert_eq!((&answer.body["slots"][0]["id"], &answer.body["slots"][0]["bands"][0]["capacity"]), (&json!(after), &json!(2)));
        assert_eq!((places(&staff, &before).await, places(&staff, &after).await), (vec![3, 1], vec![2, 1]));
        assert_eq!(kinds(test, &after).await, ["slot.published", "slot.changed"]);
        assert_eq!(kinds(test, "classes").await, ["classes.changed", "classes.changed"]);
        // Taken away it is as before.
        let removed = json!({ "removed": [{ "age_class": 1, "from": "2027-01-01" }] });
        assert_eq!(enrol(&staff, removed.clone()).await.status, 200);
        assert_eq!(places(&staff, &after).await, [3, 1]);
        assert_eq!(enrol(&staff, removed).await.code(), "slots.classes_invalid");
        assert_eq!(staff.patch("/staff/classes", json!({ "entries": [entry(1, "2026-04-01", 1, 1)] }), "\"v2\"").await.status, 412);
        let wrong = json!({ "entries": [entry(7, "2026-04-01", 1, 1)] });
        assert_eq!(staff.post("/staff/classes/preview", wrong).await.codes(), ["slots.class_unknown"]);
    }

    async fn who_is_booked_goes_only_when_they_were_shown(test) {
        let (staff, offering) = nursery(test).await;
        assert_eq!(enrol(&staff, json!({ "entries": [entry(1, "2026-04-01", 12, 10)] })).await.status, 200);
        let slot = publish(&staff, &offering, "2026-12-28").await;
        let people = many(test, 3, YONAGO, "2025-03-01").await;
        assert_eq!(people[0].0.book(&slot, &[&people[0].1]).await.status, 201);
        let fills = json!({ "entries": [entry(1, "2026-12-01", 12, 12)] });
        let preview = staff.post("/staff/classes/preview", fills.clone()).await.body;
        assert_eq!(preview["affected"].as_array().unwrap().len(), 1);
        assert_eq!((&preview["affected"][0]["guardian_name"], &preview["affected"][0]["phone"]), (&json!("保護者"), &json!("0859000000")));
        let refused = enrol(&staff, fills.clone()).await;
        assert_eq!((refused.code(), &refused.body["errors"][0]["subject"]), ("slots.below_booked", &json!(slot)));
        // One comes in between: it was not shown, so nobody goes.
        let second = people[1].0.book(&slot, &[&people[1].1]).await;
        assert_eq!(second.status, 201);
        let seen: Vec<&Value> = preview["affected"].as_array().unwrap().iter().map(|one| &one["booking_id"]).collect();
        let with = |seen: Value| json!({ "entries": fills["entries"], "consequence": "cancel_latest", "seen": seen });
        let refused = enrol(&staff, with(json!(seen))).await;
        assert_eq!((refused.code(), &refused.body["errors"][0]["subject"]), ("slots.affected_changed", &second.body[0]["id"]));
        assert_eq!((places(&staff, &slot).await, taken(test, &slot).await), (vec![2, 0], (2, 2)));
        // The third waits.
        let waits = json!({ "child_ids": [people[2].1], "wanted": { "kind": "slot", "slot_id": slot } });
        let third = people[2].0.post("/waitlist_entries", waits).await.body["id"].as_str().unwrap().to_owned();
        let preview = staff.post("/staff/classes/preview", fills.clone()).await.body;
        let seen: Vec<&Value> = preview["affected"].as_array().unwrap().iter().map(|one| &one["booking_id"]).collect();
        assert_eq!(seen, [&second.body[0]["id"], &json!(people[0].0.get("/bookings").await.body["items"][0]["id"])]);
        let done = enrol(&staff, with(json!(seen))).await;
        assert_eq!((done.code_number(), &done.body["affected"]), (200, &preview["affected"]), "{:?}", done.body);
        assert_eq!((places(&staff, &slot).await, taken(test, &slot).await), (vec![0, 0], (0, 0)));
        let ended = people[0].0.get("/bookings").await.body["items"][0]["state"].clone();
        assert_eq!((&ended["kind"], &ended["fee_yen"], &ended["counts"]), (&json!("cancelled"), &json!(0), &json!(false)));
        waitlist::jobs::keep(&test.app).await.unwrap();
        assert_eq!(people[2].0.get(&format!("/waitlist_entries/{third}")).await.body["state"]["kind"], "waiting");
        // One moves away: whoever waits is asked first.
        assert_eq!(enrol(&staff, json!({ "entries": [entry(1, "2026-12-15", 12, 11)] })).await.status, 200);
        assert_eq!(people[0].0.book(&slot, &[&people[0].1]).await.status, 409);
        waitlist::jobs::keep(&test.app).await.unwrap();
        assert_eq!(people[2].0.get(&format!("/waitlist_entries/{third}")).await.body["state"]["kind"], "offered");
        lawful(test).await.unwrap();
    }

    async fn a_child_takes_a_place_of_its_own_class_whatever_its_birthday(test) {
        let (staff, offering) = nursery(test).await;
        let answer = enrol(&staff, json!({ "entries": [entry(1, "2026-04-01", 12, 11), entry(2, "2026-04-01", 12, 12), entry(3, "2026-04-01", 20, 18)] })).await;
        assert_eq!(answer.status, 200);
        let slot = publish(&staff, &offering, "2026-12-28").await;
        assert_eq!(places(&staff, &slot).await, [1, 2]);
        // Two since September and in class 1: the only place is hers, and the search says so.
        let found = |months: u32| {
            let path = format!("/slots?from=2026-12-28&to=2026-12-28&facility_id=classes&age_months={months}");
            let staff = staff.clone();
            async move { staff.get(&path).await.body["items"][0]["places_left"].clone() }
        };
        assert_eq!((found(27).await, found(31).await, found(32).await, found(33).await), (json!(1), json!(1), json!(1), json!(2)));
        let ana = test.guardian("Ana", YONAGO).await;
        let [first, second] = [ana.child("2024-09-10").await, ana.child("2024-09-11").await];
        assert_eq!(ana.book(&slot, &[&first, &second]).await.codes(), ["bookings.slot_full"]);
        assert_eq!(ana.book(&slot, &[&first]).await.status, 201);
        assert_eq!((found(27).await, found(33).await), (json!(0), json!(2)));
        let elder = ana.child("2024-03-10").await;
        assert_eq!(ana.book(&slot, &[&elder]).await.status, 201);
        assert_eq!((found(27).await, found(33).await), (json!(0), json!(1)));
    }

    async fn the_free_places_of_the_classes_are_offered_once(test) {
        let (staff, _) = nursery(test).await;
        let other = |spare: bool| json!({ "programme": "open_nursery", "spare": spare });
        assert_eq!(staff.post("/staff/offerings", other(true)).await.code(), "slots.spare_already");
        assert_eq!(staff.post("/staff/offerings", other(false)).await.status, 201);
        let (ana, another) = (test.guardian("Ana", YONAGO).await, test.staff("sakai").await);
        assert_eq!(ana.get("/staff/classes").await.status, 403);
        assert_eq!(another.get("/staff/classes").await.body, json!({ "entries": [], "version": 1 }));
    }

    async fn a_class_that_fills_while_families_book_is_never_overbooked(test) {
        let (staff, offering) = nursery(test).await;
        assert_eq!(enrol(&staff, json!({ "entries": [entry(1, "2026-04-01", 40, 0)] })).await.status, 200);
        let slot = publish(&staff, &offering, "2026-12-28").await;
        let people = many(test, 60, SAKAIMINATO, "2025-03-01").await;
        let asked = stream::iter(&people).map(|(person, child)| async {
            loop {
                let status = person.book(&slot, &[child]).await.code_number();
                if status != 503 {
                    return status;
                }
                actix_web::rt::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let fill = async {
            let mut filled = 0;
            for enrolled in [10, 20, 28, 34] {
                let change = json!({ "entries": [entry(1, "2026-04-01", 40, enrolled)], "consequence": "cancel_latest" });
                // Busy is an answer, not a decision: families that come between the look and the lock make it begin again.
                for _ in 0..50 {
                    let answer = enrol(&staff, change.clone()).await;
                    if answer.status == 200 {
                        filled += 1;
                        break;
                    }
                    assert_eq!(answer.status, 503, "{:?}", answer.body);
                    actix_web::rt::time::sleep(Duration::from_millis(20)).await;
                }
            }
            filled
        };
        let (statuses, filled) = join(asked.buffer_unordered(30).collect::<Vec<u16>>(), fill).await;
        assert_eq!((filled, places(&staff, &slot).await), (4, vec![6, 0]));
        let (rows, peak) = taken(test, &slot).await;
        assert!(rows == peak && peak <= 6 && count(&statuses, 201) >= 6, "{rows} booked, peak {peak}, {statuses:?}");
        lawful(test).await.unwrap();
    }

    async fn slots_published_while_a_class_fills_have_what_is_then_free(test) {
        let (staff, offering) = nursery(test).await;
        assert_eq!(enrol(&staff, json!({ "entries": [entry(1, "2026-04-01", 12, 2)] })).await.status, 200);
        for round in 0..6 {
            let day = format!("2026-12-{:02}", round + 7);
            let change = json!({ "entries": [entry(1, &day, 12, 12 - round)] });
            let (slot, answer) = join(publish(&staff, &offering, &day), enrol(&staff, change)).await;
            assert_eq!((answer.code_number(), places(&staff, &slot).await), (200, vec![round, 0]));
        }
    }
}

/// Without the locks: the slots follow a class by what was seen before others booked. Gives whether more are there than there are places.
async fn follow_past_bookings(test: &TestApp) -> bool {
    let (staff, offering) = nursery(test).await;
    assert_eq!(enrol(&staff, json!({ "entries": [entry(1, "2026-04-01", 40, 0)] })).await.status, 200);
    let slot = publish(&staff, &offering, "2026-12-28").await;
    let (now, id) = (test.app.now(), slot.as_str().into());
    let entries = vec![ClassPlaces { age_class: 1, from: date("2026-04-01"), until: None, capacity: 40, enrolled: 38 }];
    let wanted = entries.clone();
    let look = test.app.db.read(move |conn| {
        let before = slots::store::find_slot(conn, &id)?.ok_or(ApiError::NotFound)?.slot;
        let there: Vec<Held> = list_holding(conn, &id)?.iter().map(held).collect();
        let changed = follow(&before, &temporary_care(), &there, (&wanted, Some(Consequence::CancelLatest)), now);
        Ok::<_, ApiError>((before, changed.map_err(|rejection| ApiError::Internal(format!("{rejection:?}")))?))
    });
    let (before, changed) = look.await.unwrap();
    let people = many(test, 6, SAKAIMINATO, "2025-03-01").await;
    let statuses = join_all(people.iter().map(|(person, child)| async { person.book(&slot, &[child]).await.code_number() })).await;
    assert_eq!(count(&statuses, 201), 6);
    let write = test.app.db.write(move |conn| {
        classes::write(conn, &before.facility.id, &Classes { entries: entries.clone(), version: 3 })?;
        let slot = shared::slots::Slot { version: before.version + 1, ..changed.slot.clone() };
        slots::store::update_bands(conn, &before, &slot)?;
        slots::store::update_slot(conn, &slot)?;
        Act::of_command("control", now).record(conn, "slot.changed", slot.facility.place(), slot.id.as_str())?;
        Ok::<_, ApiError>(())
    });
    write.await.unwrap();
    lawful(test).await.is_err()
}

control! {
    control_without_the_locks_a_class_is_overbooked: |test| follow_past_bookings(test).await;
}
