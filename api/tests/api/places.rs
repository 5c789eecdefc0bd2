//! Places of many slots at once over HTTP: publishing what was shown, copying, changing, taking back, and bookings in between.

use api::db::DbError;
use api::places::engine;
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::ids::FacilityId;
use shared::places::PlacesCommand;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, families as many};
use crate::races::taken;

/// A Monday.
const MONDAY: &str = "2026-12-07";

fn pattern(name: &str, places: i64) -> Value {
    json!({
        "offering_id": "sakai_care", "name": name,
        "lines": [{ "weekdays": ["Mon", "Tue", "Sun"], "starts": "08:30:00", "ends": "17:00:00", "bands": [{ "from_age": 0, "under_age": 3, "capacity": places }, { "from_age": 3, "under_age": 7, "capacity": 0 }] }]
    })
}

async fn add_pattern(staff: &Person, places: i64) -> String {
    let added = staff.post("/staff/patterns", pattern("ふだんの週", places)).await;
    assert_eq!((added.code_number(), added.etag()), (201, "\"v1\"".to_owned()), "{:?}", added.body);
    added.body["id"].as_str().unwrap().to_owned()
}

fn publish(pattern: &str, from: &str, to: &str) -> Value {
    json!({ "kind": "publish", "pattern_id": pattern, "from": from, "to": to })
}

/// Looks at what a command would do, and does it.
async fn done(staff: &Person, command: &Value) -> Value {
    let shown = staff.post("/staff/places/preview", command.clone()).await;
    assert_eq!(shown.status, 200, "{:?}", shown.body);
    let made = staff.post("/staff/places", json!({ "command": command, "mark": shown.body["mark"] })).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    made.body
}

/// What becomes of each slot of a plan.
fn told(plan: &Value) -> Vec<String> {
    let one = |step: &Value| {
        let verdict = &step["verdict"];
        verdict["why"]["code"].as_str().or(verdict["kind"].as_str()).unwrap().to_owned()
    };
    plan["steps"].as_array().unwrap().iter().map(one).collect()
}

/// The facility's slots of some days: id, start, state, places of the first band, carers, without versions.
async fn slots(staff: &Person, from: &str, to: &str) -> Vec<Value> {
    let answer = staff.get(&format!("/staff/slots?from={from}&to={to}")).await;
    let days = answer.body["items"].as_array().unwrap().clone();
    let all = days.iter().flat_map(|day| day["slots"].as_array().unwrap().clone());
    all.map(|mut slot| {
        slot.as_object_mut().unwrap().remove("version");
        slot
    })
    .collect()
}

async fn undo(staff: &Person, change: &str) -> crate::app::Answer {
    let shown = staff.get(&format!("/staff/places/changes/{change}")).await;
    assert_eq!(shown.status, 200, "{:?}", shown.body);
    staff.post(&format!("/staff/places/changes/{change}/undo"), json!({ "mark": shown.body["undo"]["mark"] })).await
}

async fn kinds(test: &TestApp, subject: &str) -> Vec<String> {
    let subject = subject.to_owned();
    test.write(move |conn| {
        use api::schema::{audit_lines, events};
        let told = events::table.filter(events::subject_id.eq(&subject)).order(events::id).select(events::kind).load::<String>(conn)?;
        let audited = audit_lines::table.filter(audit_lines::subject_id.eq(&subject)).order(audit_lines::id);
        assert_eq!(told, audited.select(audit_lines::action).load::<String>(conn)?);
        Ok(told)
    })
    .await
}

on_both! {
    async fn a_named_pattern_is_published_as_shown_and_taken_back(test) {
        let staff = test.staff("sakai").await;
        let id = add_pattern(&staff, 4).await;
        let command = publish(&id, MONDAY, "2026-12-15");
        let shown = staff.post("/staff/places/preview", command.clone()).await;
        // Sundays the facility is closed.
        assert_eq!(told(&shown.body), ["new", "new", "places.closed_weekday", "new", "new"]);
        assert_eq!(slots(&staff, MONDAY, "2026-12-15").await, Vec::<Value>::new(), "a preview writes nothing");
        let wrong = staff.post("/staff/places", json!({ "command": command, "mark": "another" })).await;
        assert_eq!((wrong.code_number(), wrong.code()), (409, "places.plan_changed"));
        let body = json!({ "command": command, "mark": shown.body["mark"] });
        let made = staff.post_with_key("/staff/places", body.clone(), "once").await;
        assert_eq!((made.code_number(), &made.body["new_count"], &made.body["made_by"]), (201, &json!(4), &json!("Staff")));
        assert_eq!(staff.post_with_key("/staff/places", body.clone(), "once").await.body, made.body);
        assert_eq!(staff.post("/staff/places", body).await.code(), "places.plan_changed", "what was shown is done by now");
        let there = slots(&staff, MONDAY, "2026-12-15").await;
        let times = |slot: &Value| slot["starts_at"].as_str().unwrap().to_owned();
        let planned: Vec<String> = shown.body["steps"].as_array().unwrap().iter().filter(|step| step["verdict"]["kind"] == "new").map(|step| times(&step["after"])).collect();
        assert_eq!(there.iter().map(times).collect::<Vec<_>>(), planned);
        assert_eq!(there[0]["blocks"].as_array().unwrap().len(), 3);
        assert_eq!(kinds(test, there[0]["id"].as_str().unwrap()).await, ["slot.published"]);
        let again = staff.post("/staff/places/preview", command.clone()).await;
        assert_eq!(told(&again.body), ["same", "same", "places.closed_weekday", "same", "same"]);
        let none = staff.post("/staff/places", json!({ "command": command, "mark": again.body["mark"] })).await;
        assert_eq!(none.code(), "places.nothing_asked");

        // Somebody books one of them: that one stays, the others go.
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let booked = there[1]["id"].as_str().unwrap();
        assert_eq!(ana.book(booked, &[&child]).await.status, 201);
        let change = made.body["id"].as_str().unwrap();
        let listed = staff.get("/staff/places/changes").await.body["items"].clone();
        assert_eq!(listed, json!([made.body]));
        assert_eq!(staff.post(&format!("/staff/places/changes/{change}/undo"), json!({ "mark": "another" })).await.code(), "places.plan_changed");
        let undone = undo(&staff, change).await;
        assert_eq!((undone.code_number(), told(&undone.body["undo"])), (200, ["removed", "places.used_since", "removed", "removed"].map(str::to_owned).to_vec()));
        assert_eq!(undone.body["undo"]["steps"][1]["slot_id"], booked);
        assert_eq!(slots(&staff, MONDAY, "2026-12-15").await.iter().map(|slot| slot["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), [booked]);
        assert_eq!(ana.active_bookings().await, 1);
        assert_eq!(kinds(test, there[0]["id"].as_str().unwrap()).await, ["slot.published", "slot.removed"]);
        assert_eq!(kinds(test, change).await, ["places.changed", "places.undone"]);
        assert_eq!(undo(&staff, change).await.code(), "places.already_undone");
        assert_eq!(ana.book(there[0]["id"].as_str().unwrap(), &[&child]).await.status, 404);
    }

    async fn patterns_are_named_changed_and_removed_by_their_own_facility(test) {
        let (staff, others) = (test.staff("sakai").await, test.staff("yonago").await);
        let id = add_pattern(&staff, 4).await;
        let path = format!("/staff/patterns/{id}");
        assert_eq!(staff.post("/staff/patterns", pattern(" ふだんの週 ", 2)).await.code(), "places.name_taken");
        assert_eq!(staff.post("/staff/patterns", pattern("", 2)).await.codes(), ["places.name_invalid"]);
        let mut wrong = pattern("夏休み", 2);
        wrong["lines"][0]["ends"] = json!("08:00:00");
        assert_eq!(staff.post("/staff/patterns", wrong).await.code(), "slots.times_invalid");
        assert_eq!(others.post("/staff/patterns", pattern("夏休み", 2)).await.status, 404);
        assert_eq!(others.patch(&path, pattern("夏休み", 2), "\"v1\"").await.status, 404);
        let changed = staff.patch(&path, pattern("夏休み", 2), "\"v1\"").await;
        assert_eq!((changed.code_number(), changed.etag(), &changed.body["name"]), (200, "\"v2\"".to_owned(), &json!("夏休み")));
        assert_eq!(staff.patch(&path, pattern("冬休み", 2), "\"v1\"").await.status, 412);
        assert_eq!(staff.get("/staff/patterns").await.body["items"], json!([changed.body]));
        assert_eq!(others.get("/staff/patterns").await.body["items"], json!([]));
        assert_eq!(others.post("/staff/places/preview", publish(&id, MONDAY, MONDAY)).await.status, 404);
        assert_eq!(others.delete(&path, "\"v2\"").await.status, 404);
        assert_eq!(staff.delete(&path, "\"v2\"").await.status, 204);
        assert_eq!(staff.get("/staff/patterns").await.body["items"], json!([]));
    }

    async fn carers_on_duty_become_the_carers_of_slots(test) {
        let staff = test.staff("sakai").await;
        let path = "/staff/duties/sakai_care";
        let unsaid = staff.get(path).await;
        assert_eq!((unsaid.code_number(), unsaid.etag(), &unsaid.body["weekly"]), (200, "\"v0\"".to_owned(), &json!([])));
        let duty = json!({
            "weekly": [{ "weekdays": ["Mon", "Tue"], "starts": "08:30:00", "ends": "17:00:00", "carers": 2 }],
            "days": [{ "day": "2026-12-08", "spans": [{ "starts": "08:30:00", "ends": "12:00:00", "carers": 1 }] }]
        });
        assert_eq!(staff.patch(path, json!({ "weekly": [{ "weekdays": ["Mon"], "starts": "08:15:00", "ends": "17:00:00", "carers": 2 }] }), "\"v0\"").await.code(), "places.duty_invalid");
        assert_eq!(staff.patch(path, duty.clone(), "\"v7\"").await.status, 412);
        let set = staff.patch(path, duty.clone(), "\"v0\"").await;
        assert_eq!((set.code_number(), set.etag()), (200, "\"v1\"".to_owned()), "{:?}", set.body);
        assert_eq!(staff.get(path).await.body, set.body);
        assert_eq!(test.staff("yonago").await.get(path).await.status, 404);
        let before = test.slot("sakai_care", "2026-12-14", ("08:30", "17:00"), (3, 0)).await;
        let id = add_pattern(&staff, 4).await;
        done(&staff, &publish(&id, MONDAY, "2026-12-08")).await;
        let carers: Vec<Value> = slots(&staff, MONDAY, "2026-12-08").await.iter().map(|slot| slot["carers"].clone()).collect();
        assert_eq!(carers, [json!([[0, 2], [510, 0]]), json!([[0, 1], [210, 0]])]);
        // What is there gets them when it is asked for, and loses them again.
        let was = slots(&staff, "2026-12-14", "2026-12-14").await;
        let change = done(&staff, &json!({ "kind": "change", "slot_ids": [before], "change": { "carers_on_duty": true } })).await;
        assert_eq!(slots(&staff, "2026-12-14", "2026-12-14").await[0]["carers"], json!([[0, 2], [510, 0]]));
        assert_eq!(undo(&staff, change["id"].as_str().unwrap()).await.status, 200);
        assert_eq!(slots(&staff, "2026-12-14", "2026-12-14").await, was, "exactly as it was");
    }

    async fn a_week_is_copied_and_taken_back(test) {
        let staff = test.staff("sakai").await;
        for (offering, day) in [("sakai_care", "2026-12-07"), ("sakai_care", "2026-12-09"), ("sakai_open", "2026-12-08")] {
            test.slot(offering, day, ("08:30", "17:00"), (3, 1)).await;
        }
        test.slot("sakai_care", "2026-12-14", ("13:00", "17:00"), (1, 1)).await;
        let was = slots(&staff, MONDAY, "2027-01-03").await;
        let copy = json!({ "kind": "copy_week", "week": "2026-12-10", "into": "2026-12-14", "weeks": 2 });
        let shown = staff.post("/staff/places/preview", copy.clone()).await;
        assert_eq!(told(&shown.body), ["places.overlaps", "new", "new", "new", "new", "new"]);
        let change = done(&staff, &copy).await;
        assert_eq!((&change["kind"], &change["new_count"], &change["first_day"]), (&json!("copy_week"), &json!(5), &json!("2026-12-15")));
        assert_eq!(slots(&staff, MONDAY, "2027-01-03").await.len(), 9);
        assert_eq!(undo(&staff, change["id"].as_str().unwrap()).await.status, 200);
        assert_eq!(slots(&staff, MONDAY, "2027-01-03").await, was);
        let wrong = json!({ "kind": "copy_week", "week": "2026-12-10", "into": "2026-12-07", "weeks": 1 });
        assert_eq!(staff.post("/staff/places/preview", wrong).await.code(), "places.weeks_invalid");
    }

    async fn a_selection_is_changed_without_taking_a_booked_place(test) {
        let staff = test.staff("sakai").await;
        let full = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 0)).await;
        let free = test.slot("sakai_care", "2026-12-02", ("08:30", "17:00"), (2, 0)).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let (a, b) = (ana.child("2025-05-01").await, ana.child("2024-12-01").await);
        assert_eq!(ana.book(&full, &[&a, &b]).await.status, 201);
        let was = slots(&staff, DAY, "2026-12-02").await;
        let ids = [&full, &free];
        let lower = json!({ "kind": "change", "slot_ids": ids, "change": { "bands": [{ "from_age": 0, "under_age": 3, "capacity": 1 }] } });
        let shown = staff.post("/staff/places/preview", lower.clone()).await;
        assert_eq!(told(&shown.body), ["slots.below_booked", "changed"]);
        let lowered = done(&staff, &lower).await;
        assert_eq!((&lowered["new_count"], &lowered["changed_count"]), (&json!(0), &json!(1)));
        let times = json!({ "kind": "change", "slot_ids": ids, "change": { "times": { "starts": "08:30:00", "ends": "13:00:00" } } });
        assert_eq!(told(&staff.post("/staff/places/preview", times.clone()).await.body), ["places.times_booked", "changed"]);
        let moved = done(&staff, &times).await;
        let now_there = slots(&staff, "2026-12-02", "2026-12-02").await;
        assert_eq!((&now_there[0]["ends_at"], now_there[0]["blocks"].as_array().unwrap().len()), (&json!("2026-12-02T04:00:00Z"), 1));
        // The first change cannot be taken back any more while the second stands.
        let refused = undo(&staff, lowered["id"].as_str().unwrap()).await;
        assert_eq!((refused.code_number(), refused.code(), &refused.body["errors"][0]["subject"]), (409, "places.changed_since", &json!(free)));
        assert_eq!(undo(&staff, moved["id"].as_str().unwrap()).await.status, 200);
        let close = json!({ "kind": "change", "slot_ids": ids, "change": { "state": "closed" } });
        let closed = done(&staff, &close).await;
        let c = ana.child("2025-06-01").await;
        assert_eq!(ana.book(&free, &[&c]).await.code(), "bookings.slot_closed");
        assert_eq!(ana.active_bookings().await, 2, "who is booked stays");
        assert_eq!(undo(&staff, closed["id"].as_str().unwrap()).await.status, 200);
        let mut expected = was.clone();
        expected[1]["bands"][0]["capacity"] = json!(1);
        assert_eq!(slots(&staff, DAY, "2026-12-02").await, expected);
        for wrong in [json!({ "kind": "change", "slot_ids": ids, "change": {} }), json!({ "kind": "change", "slot_ids": [], "change": { "room": 3 } })] {
            assert_eq!(staff.post("/staff/places/preview", wrong).await.code(), "places.nothing_asked");
        }
        assert_eq!(test.staff("yonago").await.post("/staff/places/preview", close).await.status, 404);
        assert_eq!(staff.post("/staff/places/preview", json!({ "kind": "nothing" })).await.code_number(), 422);
    }

    async fn who_waits_is_asked_when_places_become_more_and_is_never_closed_out_by_the_way(test) {
        let staff = test.staff("sakai").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (0, 0)).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let joined = ana.post("/waitlist_entries", json!({ "child_ids": [child], "wanted": { "kind": "slot", "slot_id": slot } })).await;
        assert_eq!(joined.status, 201, "{:?}", joined.body);
        let close = json!({ "kind": "change", "slot_ids": [slot], "change": { "state": "closed" } });
        assert_eq!(told(&staff.post("/staff/places/preview", close).await.body), ["places.waited_for"]);
        let more = json!({ "kind": "change", "slot_ids": [slot], "change": { "bands": [{ "from_age": 0, "under_age": 3, "capacity": 1 }] } });
        let change = done(&staff, &more).await;
        let bea = test.guardian("Bea", SAKAIMINATO).await;
        let other = bea.child("2025-05-01").await;
        assert_eq!(bea.book(&slot, &[&other]).await.status, 409, "the place is for who waits");
        api::waitlist::jobs::serve(&test.app, &slot.as_str().into()).await.unwrap();
        // It is on offer now, so it cannot be taken back.
        assert_eq!(undo(&staff, change["id"].as_str().unwrap()).await.code(), "slots.below_booked");
    }

    async fn bookings_against_lowering_never_lose_a_place(test) {
        let staff = test.staff("sakai").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (20, 0)).await;
        let people = many(test, 20, SAKAIMINATO, "2025-05-01").await;
        let lower = json!({ "kind": "change", "slot_ids": [slot], "change": { "bands": [{ "from_age": 0, "under_age": 3, "capacity": 5 }] } });
        let shown = staff.post("/staff/places/preview", lower.clone()).await;
        let body = json!({ "command": lower, "mark": shown.body["mark"] });
        let books = join_all(people.iter().map(|(person, child)| async { person.book(&slot, &[child]).await.code_number() }));
        let (booked, lowered) = futures_util::future::join(books, staff.post("/staff/places", body)).await;
        let got = i64::try_from(booked.iter().filter(|status| **status == 201).count()).unwrap();
        assert_eq!(taken(test, &slot).await, (got, got));
        let places = slots(&staff, DAY, DAY).await[0]["bands"][0]["capacity"].as_i64().unwrap();
        assert!(got <= places && places == if lowered.status == 201 { 5 } else { 20 }, "{got} {places} {:?}", lowered.body);
    }

    async fn bookings_against_taking_back_find_a_slot_or_none(test) {
        let staff = test.staff("sakai").await;
        let id = add_pattern(&staff, 9).await;
        let change = done(&staff, &publish(&id, MONDAY, "2026-12-15")).await;
        let there = slots(&staff, MONDAY, "2026-12-15").await;
        let people = many(test, 8, SAKAIMINATO, "2025-05-01").await;
        let path = format!("/staff/places/changes/{}", change["id"].as_str().unwrap());
        let mark = staff.get(&path).await.body["undo"]["mark"].clone();
        let books = join_all(people.iter().enumerate().map(|(n, (person, child))| {
            let slot = there[n % 2]["id"].as_str().unwrap().to_owned();
            async move { person.book(&slot, &[child]).await.code_number() }
        }));
        let (booked, undone) = futures_util::future::join(books, staff.post(&format!("{path}/undo"), json!({ "mark": mark }))).await;
        assert!(booked.iter().all(|status| [201, 404, 503].contains(status)), "{booked:?}");
        let got = booked.iter().filter(|status| **status == 201).count();
        let mut active = 0;
        for (person, _) in &people {
            active += person.active_bookings().await;
        }
        assert_eq!(active, got, "nobody lost what was booked");
        let left = slots(&staff, MONDAY, "2026-12-15").await.len();
        match undone.code_number() {
            200 => assert_eq!((left, got), (0, 0), "what was shown was that all of it goes"),
            _ => assert_eq!((left, undone.code()), (4, "places.plan_changed")),
        }
    }

    async fn bookings_against_other_times_are_never_outside_of_them(test) {
        let staff = test.staff("sakai").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (9, 0)).await;
        let people = many(test, 8, SAKAIMINATO, "2025-05-01").await;
        let times = json!({ "kind": "change", "slot_ids": [slot], "change": { "times": { "starts": "08:30:00", "ends": "12:30:00" } } });
        let shown = staff.post("/staff/places/preview", times.clone()).await;
        let body = json!({ "command": times, "mark": shown.body["mark"] });
        let whole = ("08:30", "17:00");
        let books = join_all(people.iter().map(|(person, child)| {
            let slot = slot.clone();
            async move { person.book_times(&slot, &[child], DAY, whole).await.code_number() }
        }));
        let (booked, moved) = futures_util::future::join(books, staff.post("/staff/places", body)).await;
        let got = booked.iter().filter(|status| **status == 201).count();
        let ends_at = slots(&staff, DAY, DAY).await[0]["ends_at"].clone();
        if moved.status == 201 {
            assert_eq!((got, ends_at), (0, json!("2026-12-01T03:30:00Z")), "{booked:?}");
        } else {
            assert_eq!((moved.code(), ends_at), ("places.plan_changed", json!("2026-12-01T08:00:00Z")));
        }
    }

    async fn without_the_lock_a_booking_is_lost(test) {
        // The control: what was read before somebody booked is written afterwards.
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 0)).await;
        let command: PlacesCommand = serde_json::from_value(json!({
            "kind": "change", "slot_ids": [slot], "change": { "bands": [{ "from_age": 0, "under_age": 3, "capacity": 1 }] }
        })).unwrap();
        let (facility, now) = (FacilityId::from("sakai"), test.app.now());
        let stale = test.app.db.read(move |conn| engine::plan(conn, &facility, &command, now)).await.unwrap();
        let people = many(test, 2, SAKAIMINATO, "2025-05-01").await;
        for (person, child) in &people {
            assert_eq!(person.book(&slot, &[child]).await.status, 201);
        }
        assert_eq!(taken(test, &slot).await, (2, 2));
        let locked = [slot.as_str().into()].into();
        let written = test.app.db.write(move |conn| {
            let act = api::outbox::Act::of_command("test", now);
            engine::write(conn, (&stale.0, &locked), &stale.2.steps, &act).map(drop)
        });
        written.await.unwrap();
        assert_eq!(taken(test, &slot).await, (2, 0), "two children where one place is counted, and nobody in it");
    }

    async fn half_a_year_of_slots_is_one_change(test) {
        let staff = test.staff("sakai").await;
        let mut all = pattern("毎日", 4);
        all["lines"][0]["weekdays"] = json!(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]);
        let id = staff.post("/staff/patterns", all).await.body["id"].as_str().unwrap().to_owned();
        let change = done(&staff, &publish(&id, MONDAY, "2027-06-06")).await;
        assert_eq!(change["new_count"], 156);
        let undone = undo(&staff, change["id"].as_str().unwrap()).await;
        assert_eq!(undone.body["undo"]["steps"].as_array().unwrap().len(), 156);
        let left = test.write(|conn| { use api::schema::slots; Ok::<i64, DbError>(slots::table.count().get_result(conn)?) }).await;
        assert_eq!(left, 0);
        assert_eq!(staff.post("/staff/places/preview", publish(&id, MONDAY, "2027-06-10")).await.code(), "slots.range_invalid");
    }
}
