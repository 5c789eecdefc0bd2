//! The waiting list: joining, offers in their order, answers and silence, and what could not be given.

use diesel::prelude::*;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use api::schema::{audit_lines, events, slots, usages};
use api::waitlist::jobs;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, code, date, families as many, time};
use crate::races::taken;

/// The instant of a time on a day in Tokyo, as the API takes it.
pub fn at(day: &str, clock: &str) -> Value {
    json!(shared::time::at(date(day), time(clock)))
}

/// Joins for a whole slot.
pub async fn wait(person: &Person, slot: &str, children: &[&str]) -> Value {
    let joined = person.post("/waitlist_entries", json!({ "child_ids": children, "wanted": { "kind": "slot", "slot_id": slot } })).await;
    assert_eq!(joined.status, 201, "{:?}", joined.body);
    joined.body
}

pub fn id(entry: &Value) -> &str {
    entry["id"].as_str().unwrap()
}

pub async fn entry(person: &Person, waiting: &Value) -> Value {
    person.get(&format!("/waitlist_entries/{}", id(waiting))).await.body
}

pub async fn kind(person: &Person, waiting: &Value) -> String {
    entry(person, waiting).await["state"]["kind"].as_str().unwrap().to_owned()
}

/// What the clock's own work does.
pub async fn keep(test: &TestApp) {
    jobs::keep(&test.app).await.unwrap();
}

pub async fn cancel(person: &Person, booked: &Value) {
    let answer = person.post(&format!("/bookings/{}/cancel", booked[0]["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
}

pub async fn answer(person: &Person, waiting: &Value, word: &str) -> crate::app::Answer {
    person.post(&format!("/waitlist_entries/{}/{word}", id(waiting)), json!(null)).await
}

pub async fn kinds(test: &TestApp, subject: &str) -> Vec<String> {
    let subject = subject.to_owned();
    test.write(move |conn| Ok(events::table.filter(events::subject_id.eq(&subject)).order(events::id).select(events::kind).load(conn)?))
        .await
}

/// Every event has its audit line, and nothing else has one.
pub async fn all_recorded(test: &TestApp) {
    type Lines = Vec<(String, String)>;
    let (told, kept): (Lines, Lines) = test
        .write(|conn| {
            Ok((
                events::table.order(events::id).select((events::kind, events::subject_id)).load(conn)?,
                audit_lines::table.order(audit_lines::id).select((audit_lines::action, audit_lines::subject_id)).load(conn)?,
            ))
        })
        .await;
    assert_eq!(told, kept);
}

async fn used(test: &TestApp) -> i64 {
    let totals: Vec<i64> = test.write(|conn| Ok(usages::table.select(usages::total).load(conn)?)).await;
    totals.iter().sum()
}

/// A slot of that many places that these fill, and who filled it.
pub async fn full(test: &TestApp, offering: &str, places: usize) -> (String, Vec<(Person, Value)>) {
    let slot = test.slot(offering, DAY, ("08:30", "17:00"), (i64::try_from(places).unwrap(), 0)).await;
    let mut there = Vec::new();
    for (person, child) in many(test, places, YONAGO, "2025-05-01").await {
        let booked = person.book(&slot, &[&child]).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        there.push((person, booked.body));
    }
    (slot, there)
}

on_both! {
    async fn one_waits_where_nothing_but_the_place_is_missing(test) {
        let (slot, there) = full(test, "yonago_care", 1).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let (a, school) = (ana.child("2025-05-01").await, ana.child("2018-05-01").await);
        let ask = json!({ "slot_id": slot, "child_ids": [a], "if_full": "waitlist" });
        assert_eq!(ana.book(&slot, &[&a]).await.code(), "bookings.slot_full");
        let told = ana.post_with_key("/bookings", ask.clone(), "once").await;
        assert_eq!((told.code_number(), told.body["state"]["kind"].as_str(), told.body["ahead"].as_i64()), (202, Some("waiting"), Some(0)), "{:?}", told.body);
        assert_eq!(told.body["wanted"]["starts_at"], at(DAY, "08:30"));
        assert_eq!(ana.post_with_key("/bookings", ask.clone(), "once").await.body, told.body, "the same key, the same entry");
        assert_eq!(ana.active_bookings().await, 0, "an entry is no booking");
        assert_eq!(ana.post("/bookings", ask.clone()).await.code(), "waitlist.already");
        let too_old = ana.post("/bookings", json!({ "slot_id": slot, "child_ids": [school], "if_full": "waitlist" })).await;
        assert!(too_old.status == 409 && too_old.codes().contains(&"bookings.too_old".to_owned()), "{:?}", too_old.body);
        let free = test.slot("yonago_care", "2026-12-02", ("08:30", "17:00"), (1, 0)).await;
        let has_places = ana.post("/waitlist_entries", json!({ "child_ids": [a], "wanted": { "kind": "slot", "slot_id": free } })).await;
        assert_eq!(has_places.code(), "waitlist.has_places");
        assert_eq!(ana.post("/bookings", json!({ "slot_id": free, "child_ids": [a], "if_full": "waitlist" })).await.status, 201);
        let nobody = ana.post("/waitlist_entries", json!({ "child_ids": [], "wanted": { "kind": "slot", "slot_id": slot } })).await;
        assert_eq!(nobody.codes(), ["bookings.party_size"]);
        // The facility sees that somebody waits, and not who.
        let queue = test.staff("yonago").await.get(&format!("/staff/waitlist?from={DAY}")).await.body["items"].clone();
        assert_eq!(queue, json!([{ "slot_id": slot, "parties": 1, "children": 1, "offered": 0 }]));
        assert_eq!(test.staff("sakai").await.get(&format!("/staff/waitlist?from={DAY}")).await.body["items"], json!([]));
        drop(there);
        all_recorded(test).await;
    }

    async fn the_first_is_offered_what_frees_and_the_next_when_it_declines(test) {
        let (slot, there) = full(test, "yonago_care", 1).await;
        let (ana, ben, cleo) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await, test.guardian("Cleo", YONAGO).await);
        let (a, b, c) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await, cleo.child("2025-07-01").await);
        let (first, second, third) = (wait(&ana, &slot, &[&a]).await, wait(&ben, &slot, &[&b]).await, wait(&cleo, &slot, &[&c]).await);
        assert_eq!([&first, &second, &third].map(|entry| entry["ahead"].as_i64()), [Some(0), Some(1), Some(2)]);
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        let offered = entry(&ana, &first).await;
        // Ten days ahead: half a day to think about it.
        assert_eq!(offered["state"]["until"], at("2026-11-22", "00:00"), "{offered:?}");
        assert_eq!(offered["ahead"], json!(null));
        let bookings = ana.get("/bookings?active_only=true").await.body["items"].clone();
        assert_eq!((bookings[0]["state"]["kind"].as_str(), bookings[0]["party_id"].clone()), (Some("offered"), offered["state"]["party_id"].clone()));
        let dora = test.guardian("Dora", YONAGO).await;
        let d = dora.child("2025-08-01").await;
        assert_eq!(dora.book(&slot, &[&d]).await.code(), "bookings.slot_full", "a place on offer is taken");
        assert_eq!(entry(&ben, &second).await["ahead"], 0, "one less is ahead");
        let booking = bookings[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(ana.post(&format!("/bookings/{booking}/cancel"), json!({})).await.code(), "bookings.is_offer");
        assert_eq!(answer(&ana, &first, "leave").await.code(), "waitlist.has_offer");
        assert_eq!(answer(&ben, &first, "accept").await.status, 404);
        assert_eq!(answer(&ben, &second, "accept").await.code(), "waitlist.not_offered");
        assert_eq!(answer(&ana, &first, "decline").await.body["state"]["kind"], "declined");
        assert_eq!((ana.active_bookings().await, used(test).await), (0, 0), "an offer that was not taken costs and counts nothing");
        keep(test).await;
        let taken = answer(&ben, &second, "accept").await;
        assert_eq!(taken.body["state"]["kind"], "accepted", "{:?}", taken.body);
        assert_eq!(answer(&ben, &second, "accept").await.code(), "waitlist.not_offered");
        let booked = ben.get("/bookings").await.body["items"].clone();
        assert_eq!((booked[0]["state"]["kind"].as_str(), used(test).await), (Some("confirmed"), 2));
        assert_eq!((kind(&cleo, &third).await.as_str(), entry(&cleo, &third).await["ahead"].as_i64()), ("waiting", Some(0)));
        assert_eq!(answer(&cleo, &third, "leave").await.body["state"]["kind"], "left");
        assert_eq!(answer(&cleo, &third, "leave").await.code(), "waitlist.not_waiting");
        assert_eq!(kinds(test, id(&first)).await, ["waitlist.joined", "waitlist.offered", "waitlist.declined"]);
        assert_eq!(kinds(test, &booking).await, ["booking.offered", "booking.released"]);
        assert_eq!(kinds(test, booked[0]["id"].as_str().unwrap()).await, ["booking.offered", "booking.confirmed"]);
        all_recorded(test).await;
    }

    async fn brothers_and_sisters_wait_together_and_are_promoted_together(test) {
        let (slot, there) = full(test, "yonago_care", 2).await;
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (one, two, b) = (ana.child("2025-05-01").await, ana.child("2024-08-01").await, ben.child("2025-06-01").await);
        let siblings = wait(&ana, &slot, &[&one, &two]).await;
        let alone = wait(&ben, &slot, &[&b]).await;
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        // One place is not enough for two: they are skipped, and can read why; the next has it.
        let skipped = entry(&ana, &siblings).await;
        assert_eq!((skipped["state"]["kind"].as_str(), kind(&ben, &alone).await.as_str()), (Some("waiting"), "offered"), "{skipped:?}");
        assert_eq!(skipped["skips"][0]["reasons"][0]["code"], "bookings.slot_full", "{skipped:?}");
        assert_eq!((skipped["skips"][0]["facility"].as_str(), skipped["skips"][0]["starts_at"].clone()), (Some("yonago園"), at(DAY, "08:30")));
        cancel(&there[1].0, &there[1].1).await;
        keep(test).await;
        assert_eq!(kind(&ana, &siblings).await, "waiting");
        // With the second place both are offered theirs in one moment, and take them in one.
        answer(&ben, &alone, "decline").await;
        keep(test).await;
        assert_eq!((kind(&ana, &siblings).await.as_str(), ana.active_bookings().await), ("offered", 2));
        assert_eq!(answer(&ana, &siblings, "accept").await.status, 200);
        let states: Vec<String> = ana.get("/bookings").await.body["items"].as_array().unwrap().iter().map(|b| b["state"]["kind"].as_str().unwrap().to_owned()).collect();
        assert_eq!((states, used(test).await), (vec!["confirmed".to_owned(), "confirmed".to_owned()], 4));
        all_recorded(test).await;
    }

    async fn silence_passes_the_offer_on_at_once(test) {
        let (slot, there) = full(test, "yonago_open", 1).await;
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        let (first, second) = (wait(&ana, &slot, &[&a]).await, wait(&ben, &slot, &[&b]).await);
        // The day before: one hour.
        test.at("2026-11-30T10:00:00+09:00");
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        assert_eq!(entry(&ana, &first).await["state"]["until"], at("2026-11-30", "11:00"));
        test.at("2026-11-30T10:59:59+09:00");
        keep(test).await;
        assert_eq!(kind(&ana, &first).await, "offered");
        test.at("2026-11-30T11:00:00+09:00");
        assert_eq!(answer(&ana, &first, "accept").await.code(), "waitlist.offer_over", "too late to the second, before the clock's own work too");
        keep(test).await;
        assert_eq!([kind(&ana, &first).await, kind(&ben, &second).await], ["lapsed", "offered"]);
        assert_eq!(kinds(test, id(&first)).await, ["waitlist.joined", "waitlist.offered", "waitlist.lapsed"]);
        // On the day: a quarter of an hour; never past the end of booking (an hour before).
        test.at("2026-12-01T07:20:00+09:00");
        keep(test).await;
        assert_eq!(kind(&ben, &second).await, "lapsed");
        all_recorded(test).await;
    }

    async fn the_time_to_answer_ends_with_booking_itself(test) {
        let (slot, there) = full(test, "yonago_open", 1).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let a = ana.child("2025-05-01").await;
        let waiting = wait(&ana, &slot, &[&a]).await;
        test.at("2026-12-01T07:20:00+09:00");
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        assert_eq!(entry(&ana, &waiting).await["state"]["until"], at(DAY, "07:30"));
    }

    async fn those_who_wait_are_asked_the_moment_a_place_frees(test) {
        let (slot, there) = full(test, "yonago_care", 1).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let a = ana.child("2025-05-01").await;
        let waiting = wait(&ana, &slot, &[&a]).await;
        let asking = actix_web::rt::spawn(jobs::keep_asking(test.app.clone()));
        cancel(&there[0].0, &there[0].1).await;
        for _ in 0..100 {
            if kind(&ana, &waiting).await == "offered" {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(kind(&ana, &waiting).await, "offered");
        asking.abort();
    }

    async fn nobody_overtakes_those_who_wait(test) {
        let (slot, there) = full(test, "yonago_care", 1).await;
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        let waiting = wait(&ana, &slot, &[&a]).await;
        cancel(&there[0].0, &there[0].1).await;
        // Nobody has asked Ana yet; who books now makes sure that she is asked first.
        assert_eq!(ben.book(&slot, &[&b]).await.code(), "bookings.slot_full");
        assert_eq!(kind(&ana, &waiting).await, "offered");
        // Who cannot have it does not keep others from it.
        answer(&ana, &waiting, "decline").await;
        assert_eq!(ben.book(&slot, &[&b]).await.status, 201);
    }

    async fn a_direct_booking_races_a_promotion_and_loses(test) {
        for round in 0..5 {
            let day = format!("2026-12-{:02}", round + 7);
            let slot = test.slot("yonago_care", &day, ("08:30", "17:00"), (1, 0)).await;
            let people = many(test, 22, YONAGO, "2025-05-01").await;
            let (holder, child) = &people[0];
            let booked = holder.book(&slot, &[child]).await.body;
            let (ana, a) = &people[1];
            let waiting = wait(ana, &slot, &[a]).await;
            let others = join_all(people[2..].iter().map(|(person, child)| async { person.book(&slot, &[child]).await.code_number() }));
            let ((), statuses, kept) = futures_util::future::join3(cancel(holder, &booked), others, jobs::keep(&test.app)).await;
            kept.unwrap();
            keep(test).await;
            assert!(statuses.iter().all(|status| *status == 409 || *status == 503), "{statuses:?}");
            assert_eq!(kind(ana, &waiting).await, "offered");
        }
        all_recorded(test).await;
    }

    async fn one_place_is_offered_once_however_many_ask(test) {
        let (slot, there) = full(test, "yonago_care", 2).await;
        let people = many(test, 6, YONAGO, "2025-05-01").await;
        let mut waiting = Vec::new();
        for (person, child) in &people {
            waiting.push(wait(person, &slot, &[child]).await);
        }
        join(cancel(&there[0].0, &there[0].1), cancel(&there[1].0, &there[1].1)).await;
        // Two servers on one database, each of which asks.
        let other = api::App::new(test.app.db.clone(), (*test.app.config).clone(), { let app = test.app.clone(); std::sync::Arc::new(move || app.now()) });
        let done = join_all((0..8).map(|n| jobs::keep(if n % 2 == 0 { &test.app } else { &other }))).await;
        assert!(done.into_iter().all(|kept| kept.is_ok()));
        keep(test).await;
        let mut states = Vec::new();
        for ((person, _), entry) in people.iter().zip(&waiting) {
            states.push(kind(person, entry).await);
        }
        assert_eq!(states, ["offered", "offered", "waiting", "waiting", "waiting", "waiting"]);
        all_recorded(test).await;
    }

    async fn accepting_races_the_end_of_its_time(test) {
        for round in 0..6 {
            let day = format!("2026-12-{:02}", round + 7);
            let slot = test.slot("yonago_care", &day, ("08:30", "17:00"), (1, 0)).await;
            let people = many(test, 2, YONAGO, "2025-05-01").await;
            let booked = people[0].0.book(&slot, &[&people[0].1]).await.body;
            let waiting = wait(&people[1].0, &slot, &[&people[1].1]).await;
            cancel(&people[0].0, &booked).await;
            keep(test).await;
            let ana = &people[1].0;
            // Two fingers on two phones, and the facility that takes the place away.
            let staff = test.staff("yonago").await;
            let lower = json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": 0 }], "consequence": "cancel_latest" });
            let path = format!("/slots/{slot}");
            let (yes, no, lowered) =
                futures_util::future::join3(answer(ana, &waiting, "accept"), answer(ana, &waiting, "decline"), staff.patch(&path, lower, "\"v1\"")).await;
            assert_eq!(lowered.status, 200, "{:?}", lowered.body);
            let won = [&yes, &no].iter().filter(|answer| answer.status == 200).count();
            assert!(won <= 1, "{:?} {:?}", yes.body, no.body);
            // The facility took it back before any answer: then they go on waiting.
            let now = kind(ana, &waiting).await;
            assert!(now == "waiting" || won == 1, "{now}");
            assert_eq!((ana.active_bookings().await, used(test).await), (0, 0), "{now}");
        }
        all_recorded(test).await;
    }

    async fn a_day_that_closes_takes_an_offer_back_whole_and_ends_the_waiting(test) {
        let (slot, there) = full(test, "yonago_care", 2).await;
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (one, two, b) = (ana.child("2025-05-01").await, ana.child("2024-08-01").await, ben.child("2025-06-01").await);
        let siblings = wait(&ana, &slot, &[&one, &two]).await;
        for (person, booked) in &there {
            cancel(person, booked).await;
        }
        keep(test).await;
        assert_eq!((kind(&ana, &siblings).await.as_str(), taken(test, &slot).await), ("offered", (2, 2)));
        let alone = wait(&ben, &slot, &[&b]).await;
        let offered = ana.get("/bookings?active_only=true").await.body["items"].clone();
        let seen: Vec<&Value> = offered.as_array().unwrap().iter().map(|booking| &booking["id"]).collect();
        let staff = test.staff("yonago").await;
        let typhoon = json!({
            "facility_id": "yonago", "from": at(DAY, "00:00"), "until": at(DAY, "23:59"), "reason": "weather", "message": "", "seen": seen
        });
        let closed = staff.post("/staff/closures", typhoon).await;
        assert_eq!(closed.status, 201, "{:?}", closed.body);
        assert_eq!((taken(test, &slot).await, used(test).await), ((0, 0), 0), "each place is freed once");
        assert_eq!([kind(&ana, &siblings).await, kind(&ben, &alone).await], ["closed", "closed"]);
        assert_eq!(answer(&ana, &siblings, "accept").await.code(), "waitlist.not_offered");
        all_recorded(test).await;
    }

    async fn a_slot_that_closes_ends_the_waiting(test) {
        let (slot, _) = full(test, "yonago_care", 1).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let waiting = wait(&ana, &slot, &[&ana.child("2025-05-01").await]).await;
        let etag = test.anybody().get(&format!("/slots/{slot}")).await.etag();
        let closed = test.staff("yonago").await.patch(&format!("/slots/{slot}"), json!({ "state": "closed" }), &etag).await;
        assert_eq!((closed.code_number(), kind(&ana, &waiting).await.as_str()), (200, "closed"), "{:?}", closed.body);
        all_recorded(test).await;
    }

    async fn a_facility_that_takes_an_offer_back_leaves_the_family_its_turn(test) {
        let (slot, there) = full(test, "yonago_care", 2).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let (one, two) = (ana.child("2025-05-01").await, ana.child("2024-08-01").await);
        let waiting = wait(&ana, &slot, &[&one, &two]).await;
        for (person, booked) in &there {
            cancel(person, booked).await;
        }
        keep(test).await;
        assert_eq!(kind(&ana, &waiting).await, "offered");
        let staff = test.staff("yonago").await;
        let lower = json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": 1 }], "consequence": "cancel_latest" });
        let changed = staff.patch(&format!("/slots/{slot}"), lower, "\"v1\"").await;
        assert_eq!((changed.code_number(), changed.body["bands"][0]["occupancy"].clone()), (200, json!([])), "{:?}", changed.body);
        keep(test).await;
        assert_eq!((kind(&ana, &waiting).await.as_str(), ana.active_bookings().await, used(test).await), ("waiting", 0, 0));
        // More places: they are asked again.
        let raise = json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": 2 }] });
        assert_eq!(staff.patch(&format!("/slots/{slot}"), raise, "\"v2\"").await.status, 200);
        keep(test).await;
        assert_eq!(kind(&ana, &waiting).await, "offered");
        // Taken back while the places stay: nobody else books them before the family was asked again.
        let held = ana.get("/bookings?active_only=true").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(staff.post(&format!("/bookings/{held}/cancel"), json!({})).await.status, 200);
        assert_eq!(kind(&ana, &waiting).await, "waiting");
        let ben = test.guardian("Ben", YONAGO).await;
        let b = ben.child("2025-06-01").await;
        assert_eq!((ben.book(&slot, &[&b]).await.code(), kind(&ana, &waiting).await.as_str()), ("bookings.slot_full", "offered"));
        all_recorded(test).await;
    }

    async fn a_place_that_the_facility_decides_about_waits_for_it_once_accepted(test) {
        let (slot, there) = full(test, "yonago_care", 1).await;
        test.write(|conn| {
            diesel::update(slots::table).set(slots::confirmation.eq(r#"{"kind":"by_facility","hours":2,"if_silent":"decline"}"#)).execute(conn)?;
            Ok(())
        }).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let a = ana.child("2025-05-01").await;
        let waiting = wait(&ana, &slot, &[&a]).await;
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        test.at("2026-11-21T13:00:00+09:00");
        assert_eq!(answer(&ana, &waiting, "accept").await.status, 200);
        let booking = ana.get("/bookings").await.body["items"][0].clone();
        assert_eq!(booking["state"], json!({ "kind": "requested", "decide_by": "2026-11-21T06:00:00Z" }), "from the answer on, not from the offer");
        assert_eq!(booking["created_at"], "2026-11-21T04:00:00Z");
    }

    async fn any_place_that_fits_is_found_among_the_free_and_the_freed(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let a = ana.child("2025-05-01").await;
        let wish = |changes: Value| {
            let mut wish = json!({ "kind": "wish", "programme": "temporary_care", "from": DAY, "until": "2026-12-11", "minutes": 200 });
            wish.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            json!({ "child_ids": [a], "wanted": wish })
        };
        for (changes, wrong) in [
            (json!({ "until": "2026-11-30" }), "waitlist.wish_days"),
            (json!({ "until": "2027-02-01" }), "waitlist.wish_days"),
            (json!({ "earliest": "09:00:00", "latest": "10:00:00" }), "waitlist.wish_times"),
            (json!({ "minutes": 0 }), "waitlist.wish_times"),
            (json!({ "programme": "ballet" }), "waitlist.wish_unknown"),
        ] {
            assert_eq!(ana.post("/waitlist_entries", wish(changes)).await.code(), wrong);
        }
        // Only mornings of Wednesdays in Sakaiminato.
        let choosy = json!({ "weekdays": ["Wed"], "latest": "13:00:00", "municipalities": [SAKAIMINATO] });
        let joined = ana.post("/waitlist_entries", wish(choosy)).await;
        assert_eq!((joined.code_number(), joined.body["ahead"].as_i64()), (201, Some(0)), "{:?}", joined.body);
        keep(test).await;
        let waiting = joined.body;
        let staff = test.staff("sakai").await;
        let publish = async |staff: &Person, offering: &str, from: &str, to: &str| {
            let pattern = json!([{ "weekdays": ["Tue", "Wed"], "starts": "08:30:00", "ends": "17:00:00", "bands": [{ "from_age": 0, "under_age": 3, "capacity": 1 }] }]);
            let answer = staff.post("/staff/slots", json!({ "offering_id": offering, "from": from, "to": to, "pattern": pattern })).await;
            assert_eq!(answer.status, 201, "{:?}", answer.body);
        };
        publish(&test.staff("yonago").await, "yonago_care", "2026-12-01", "2026-12-02").await;
        keep(test).await;
        assert_eq!(kind(&ana, &waiting).await, "waiting", "the other city");
        publish(&staff, "sakai_care", "2026-12-01", "2026-12-01").await;
        keep(test).await;
        assert_eq!(kind(&ana, &waiting).await, "waiting", "another day of the week");
        publish(&staff, "sakai_care", "2026-12-08", "2026-12-09").await;
        keep(test).await;
        let offered = entry(&ana, &waiting).await;
        assert_eq!(offered["state"]["kind"], "offered", "{offered:?}");
        let booking = ana.get("/bookings").await.body["items"][0].clone();
        assert_eq!((booking["starts_at"].clone(), booking["ends_at"].clone()), (at("2026-12-09", "08:30"), at("2026-12-09", "12:30")), "the shortest that is long enough");
        // What is free already is found as soon as somebody wishes for it.
        answer(&ana, &waiting, "decline").await;
        let again = ana.post("/waitlist_entries", wish(json!({ "municipalities": [YONAGO], "earliest": "12:30:00" }))).await.body;
        keep(test).await;
        let booking = ana.get("/bookings?active_only=true").await.body["items"][0].clone();
        assert_eq!((kind(&ana, &again).await.as_str(), booking["starts_at"].clone()), ("offered", at(DAY, "13:00")), "{booking:?}");
        all_recorded(test).await;
    }

    async fn who_joined_first_is_ahead_whatever_it_waits_for(test) {
        let (slot, there) = full(test, "yonago_care", 1).await;
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        let wish = json!({ "kind": "wish", "programme": "temporary_care", "from": DAY, "until": DAY, "minutes": 60 });
        let joined = ana.post("/waitlist_entries", json!({ "child_ids": [a], "wanted": wish })).await.body;
        keep(test).await;
        let second = wait(&ben, &slot, &[&b]).await;
        assert_eq!(second["ahead"], 1);
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        assert_eq!(kind(&ana, &joined).await, "offered");
        // Her afternoon is shorter than the day he waits for, so the day is not free.
        let skipped = entry(&ben, &second).await;
        assert_eq!((skipped["state"]["kind"].as_str(), skipped["skips"][0]["reasons"][0]["code"].as_str()), (Some("waiting"), Some("bookings.slot_full")));
    }

    async fn what_was_not_met_is_told_to_the_city_without_a_word_of_who(test) {
        let (slot, _there) = full(test, "yonago_care", 1).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let a = ana.child("2025-05-01").await;
        // Residents of the other city may book five days later.
        test.at("2026-11-22T09:00:00+09:00");
        wait(&ana, &slot, &[&a]).await;
        let nobody = test.anybody();
        let search = "/slots?from=2026-12-20&to=2026-12-21&age_months=20&programme=temporary_care&residence=312045&time_from=09:40";
        for _ in 0..3 {
            assert_eq!(nobody.get(search).await.body["items"], json!([]));
        }
        test.at("2026-11-30T16:30:00+09:00");
        keep(test).await;
        let officer = test.person("Officer", shared::access::Role::Officer { municipality: code(SAKAIMINATO) }).await;
        let mut found = json!([]);
        for _ in 0..100 {
            found = officer.get("/unmet_demand?from=2026-12-01&to=2026-12-31").await.body["items"].clone();
            if found.as_array().unwrap().len() == 2 {
                break;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(found, json!([
            { "first_day": DAY, "last_day": DAY, "residence": SAKAIMINATO, "programme": "temporary_care", "age": 1, "earliest": "08:00:00", "latest": "17:00:00", "why": "unserved", "hour": "2026-11-30T07:00:00Z" },
            { "first_day": "2026-12-20", "last_day": "2026-12-21", "residence": SAKAIMINATO, "programme": "temporary_care", "age": 1, "earliest": "09:00:00", "why": "search_empty", "hour": "2026-11-22T00:00:00Z" },
        ]));
        let other = test.person("Other", shared::access::Role::Officer { municipality: code(YONAGO) }).await;
        assert_eq!(other.get("/unmet_demand?from=2026-12-01&to=2026-12-31").await.body["items"], json!([]));
        assert_eq!(kinds(test, ana.get("/waitlist_entries").await.body["items"][0]["id"].as_str().unwrap()).await, ["waitlist.joined", "waitlist.expired"]);
        all_recorded(test).await;
    }

    async fn a_child_that_is_taken_off_the_list_waits_no_more(test) {
        let (slot, _there) = full(test, "yonago_care", 1).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let a = ana.child("2025-05-01").await;
        let waiting = wait(&ana, &slot, &[&a]).await;
        assert_eq!(ana.delete(&format!("/children/{a}"), "\"v1\"").await.status, 204);
        assert_eq!(kind(&ana, &waiting).await, "left");
    }
}

/// The control: the same statements without asking those who wait first. Where nobody is overtaken here, the races above prove nothing.
async fn overtakes(test: &TestApp) -> bool {
    use api::bookings::engine::{self, Lock};
    use api::error::ApiError;
    use api::outbox::Act;
    use shared::bookings::{NewBooking, place};
    use shared::ids::{ChildId, FamilyId, SlotId};

    let (slot, there) = full(test, "yonago_care", 1).await;
    let people = many(test, 2, YONAGO, "2025-05-01").await;
    let waiting = wait(&people[0].0, &slot, &[&people[0].1]).await;
    cancel(&there[0].0, &there[0].1).await;
    let family = FamilyId::new(people[1].0.get("/family").await.body["id"].as_str().unwrap());
    let command = NewBooking::new(SlotId::new(slot), vec![ChildId::new(people[1].1.clone())]);
    let now = test.app.now();
    let write = test.app.db.write(move |conn| {
        let family = api::families::store::lock_family(conn, &family)?.ok_or(ApiError::NotFound)?;
        let seen = engine::Seen { freed: 0, ..engine::look(conn, &family, &command, Lock::Slot)? };
        let placed = place(&seen.state, &command, now)?;
        engine::seat(conn, &family, (&seen, &placed), &command, &Act::of_command("control", now))
    });
    write.await.unwrap();
    keep(test).await;
    let skipped = entry(&people[0].0, &waiting).await;
    skipped["state"]["kind"] == "waiting" && skipped["skips"][0]["reasons"][0]["code"] == "bookings.slot_full"
}

#[actix_web::test]
async fn control_without_asking_first_the_one_who_waits_is_overtaken_sqlite() {
    assert!(overtakes(&TestApp::start(crate::app::Backend::Sqlite).await.unwrap()).await);
}

#[actix_web::test]
async fn control_without_asking_first_the_one_who_waits_is_overtaken_postgres() {
    if let Some(test) = TestApp::start(crate::app::Backend::Postgres).await {
        assert!(overtakes(&test).await);
    }
}
