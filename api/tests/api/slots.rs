//! Search and publishing over HTTP.

use api::schema::slot_bands;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::app::{DAY, SAKAIMINATO, YONAGO};

fn pattern() -> Value {
    json!({
        "offering_id": "yonago_care", "from": "2026-12-28", "to": "2027-01-12",
        "pattern": [{ "weekdays": ["Mon", "Tue"], "starts": "08:30:00", "ends": "17:00:00", "bands": [{ "from_age": 0, "under_age": 3, "capacity": 4 }] }]
    })
}

on_both! {
    async fn free_places_are_found_by_city_programme_age_time_length_and_distance(test) {
        let care = test.slot("yonago_care", DAY, ("08:30", "17:00"), (3, 1)).await;
        let open = test.slot("sakai_open", DAY, ("09:00", "15:00"), (2, 0)).await;
        let late = test.slot("sakai_open", "2026-12-02", ("13:00", "15:00"), (2, 0)).await;
        let anybody = test.anybody();
        let found = async |query: &str| -> Vec<String> {
            let answer = anybody.get(&format!("/slots?from={DAY}&to=2026-12-02&{query}")).await;
            assert_eq!(answer.status, 200, "{query}: {:?}", answer.body);
            answer.body["items"].as_array().unwrap().iter().map(|item| item["slot_id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(found("").await, [care.clone(), open.clone(), late.clone()]);
        assert_eq!(found("municipality=312045").await, [open.clone(), late.clone()]);
        assert_eq!(found("municipality=312029,312045&programme=temporary_care").await, std::slice::from_ref(&care));
        assert_eq!(found("age_months=48").await, [care.clone(), open.clone(), late.clone()], "bands without places still say that they are full");
        assert_eq!(found("age_months=48&bookable_only=true").await, std::slice::from_ref(&care));
        assert_eq!(found("min_minutes=300").await, [care.clone(), open.clone()]);
        assert_eq!(found("time_until=12:30").await, [care.clone(), open.clone()]);
        assert_eq!(found("time_from=13:00&min_minutes=120").await, [care.clone(), open.clone(), late.clone()]);
        assert_eq!(found("facility_id=sakai").await, [open.clone(), late.clone()]);
        assert_eq!(found("near=35.5,133.3&within_metres=100").await.len(), 3);
        assert_eq!(found("near=35.0,133.3&within_metres=1000").await.len(), 0);
        let near = anybody.get(&format!("/slots?from={DAY}&to={DAY}&near=35.5,133.31")).await;
        assert_eq!(near.body["items"][0]["distance_metres"], 905);
        for wrong in ["from=2026-13-01", "to=2026-11-01", "municipality=312028", "near=1", "age_months=-1", "limit=0", "limit=201", "cursor=x", "time_from=25:00", "min_minutes=0", "to=2027-12-01"] {
            let answer = anybody.get(&format!("/slots?from={DAY}&{wrong}")).await;
            assert_eq!(answer.status, 422, "{wrong}: {:?}", answer.body);
        }
    }

    async fn what_is_left_is_told_for_the_age_and_the_hours(test) {
        let open = test.slot("sakai_open", DAY, ("09:00", "15:00"), (1, 0)).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        assert_eq!(ana.book_times(&open, &[&child], DAY, ("10:30", "12:00")).await.status, 201);
        let place = test.anybody().get(&format!("/slots?from={DAY}&to={DAY}&age_months=12")).await.body["items"][0].clone();
        assert_eq!(place["places_left"], 0);
        assert_eq!(place["bookable"], true);
        let hours: Vec<(String, String)> = place["openings"].as_array().unwrap().iter().map(|o| (o["starts_at"].as_str().unwrap().to_owned(), o["ends_at"].as_str().unwrap().to_owned())).collect();
        let hours: Vec<(&str, &str)> = hours.iter().map(|(a, b)| (&a[11..16], &b[11..16])).collect();
        assert_eq!(hours, [("00:00", "01:30"), ("03:00", "06:00")]);
        let long = test.anybody().get(&format!("/slots?from={DAY}&to={DAY}&age_months=12&min_minutes=240")).await.body["items"][0].clone();
        assert_eq!((long["bookable"].clone(), long["reasons"][0]["code"].as_str()), (json!(false), Some("slots.full")));
    }

    async fn a_page_that_was_just_made_is_given_again_until_somebody_books(test) {
        let care = test.slot("yonago_care", DAY, ("08:30", "17:00"), (1, 0)).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let look = format!("/slots?from={DAY}&to={DAY}&age_months=12");
        let left = async || test.anybody().get(&look).await.body["items"][0]["places_left"].clone();
        assert_eq!(left().await, 1);
        // Past the server's own door nobody hears of a write: within the same second the page is the one just made.
        let mut behind = test.app.db.single_connection().unwrap();
        diesel::update(slot_bands::table).set(slot_bands::capacity.eq(7)).execute(&mut behind).unwrap();
        assert_eq!(left().await, 1);
        assert_eq!(ana.book(&care, &[&child]).await.status, 201);
        assert_eq!(left().await, 6);
        diesel::update(slot_bands::table).set(slot_bands::capacity.eq(5)).execute(&mut behind).unwrap();
        test.at("2026-11-21T12:00:01+09:00");
        assert_eq!(left().await, 4);
    }

    async fn a_slot_that_has_begun_offers_what_is_left_of_the_day(test) {
        let open = test.slot("sakai_open", DAY, ("09:00", "15:00"), (1, 0)).await;
        let care = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        test.at("2026-12-01T10:10:00+09:00");
        let places = test.anybody().get(&format!("/slots?from={DAY}&to={DAY}&age_months=12")).await.body["items"].clone();
        let (of_care, of_open) = (places[0].clone(), places[1].clone());
        assert_eq!((of_care["slot_id"].as_str(), of_open["slot_id"].as_str()), (Some(care.as_str()), Some(open.as_str())));
        assert_eq!((of_care["bookable"].clone(), of_care["reasons"][0]["code"].as_str()), (json!(false), Some("bookings.in_the_past")));
        // Bookings close an hour before: 11:30 is the first step that is still to be had.
        assert_eq!((of_open["bookable"].clone(), of_open["openings"][0]["starts_at"].as_str()), (json!(true), Some("2026-12-01T02:30:00Z")));
        assert_eq!(ana.book_times(&open, &[&child], DAY, ("11:00", "12:00")).await.code(), "bookings.booking_closed");
        assert_eq!(ana.book_times(&open, &[&child], DAY, ("11:30", "12:30")).await.status, 201);
    }

    async fn an_age_that_the_programme_does_not_take_is_told(test) {
        test.slot("sakai_open", DAY, ("09:00", "15:00"), (1, 1)).await;
        for (months, reason) in [(5, json!("slots.too_young")), (6, Value::Null), (35, Value::Null), (36, json!("slots.too_old"))] {
            let place = test.anybody().get(&format!("/slots?from={DAY}&to={DAY}&age_months={months}")).await.body["items"][0].clone();
            assert_eq!(place["reasons"][0]["code"], reason, "{months}");
        }
    }

    async fn asked_hours_are_cut_to_the_programmes_steps(test) {
        let open = test.slot("sakai_open", DAY, ("09:00", "15:00"), (1, 0)).await;
        let place = test.anybody().get(&format!("/slots?from={DAY}&to={DAY}&time_from=09:15&time_until=12:50")).await.body["items"][0].clone();
        assert_eq!(place["slot_id"], open.as_str());
        assert_eq!((place["openings"][0]["starts_at"].as_str(), place["openings"][0]["ends_at"].as_str()), (Some("2026-12-01T00:30:00Z"), Some("2026-12-01T03:30:00Z")));
    }

    async fn the_border_is_told_to_those_who_live_behind_it(test) {
        test.slot("sakai_care", "2027-01-14", ("08:30", "17:00"), (3, 0)).await;
        let answer = |city: &str| format!("/slots?from=2027-01-14&to=2027-01-14&residence={city}");
        let home = test.anybody().get(&answer(SAKAIMINATO)).await.body["items"][0].clone();
        let away = test.anybody().get(&answer(YONAGO)).await.body["items"][0].clone();
        let far = test.anybody().get(&answer("313840")).await.body["items"][0].clone();
        assert_eq!(home["bookable"], true);
        assert_eq!((away["bookable"].clone(), away["reasons"][0]["code"].as_str()), (json!(false), Some("bookings.not_released")));
        assert_eq!(away["period"]["opens_to_family_at"], "2026-11-23T15:00:00Z");
        assert_eq!(far["reasons"][0]["code"], "slots.no_compact");
    }

    async fn pages_follow_each_other_without_gap_or_repetition(test) {
        let mut all = Vec::new();
        for day in 1..=12 {
            let day = format!("2026-12-{day:02}");
            all.push(test.slot("yonago_care", &day, ("08:30", "17:00"), (1, 1)).await);
            all.push(test.slot("sakai_care", &day, ("08:30", "17:00"), (1, 1)).await);
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = test.anybody().get(&format!("/slots?from=2026-12-01&to=2026-12-31&limit=5{cursor}")).await.body;
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["slot_id"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        all.sort();
        seen.sort();
        assert_eq!(seen, all);
    }

    async fn a_weekly_pattern_is_shown_before_and_published_as_shown(test) {
        let staff = test.staff("yonago").await;
        test.write(|conn| {
            use diesel::prelude::*;
            use api::schema::holidays;
            diesel::insert_into(holidays::table).values((holidays::day.eq(crate::app::date("2027-01-11")), holidays::name.eq("成人の日"))).execute(conn)?;
            Ok(())
        }).await;
        test.slot("yonago_care", "2026-12-29", ("08:30", "12:30"), (1, 1)).await;
        let preview = staff.post("/staff/slots/preview", pattern()).await;
        assert_eq!(preview.status, 200, "{:?}", preview.body);
        let outcomes: Vec<&str> = preview.body["slots"].as_array().unwrap().iter().map(|slot| slot["outcome"]["kind"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["new", "exists", "new", "new", "holiday", "new"]);
        let published = staff.post_with_key("/staff/slots", pattern(), "p").await;
        assert_eq!((published.code_number(), &published.body), (201, &preview.body));
        assert_eq!(staff.post_with_key("/staff/slots", pattern(), "p").await.body, published.body);
        assert_eq!(staff.post("/staff/slots", pattern()).await.body["new_count"], 0);
        let found = test.anybody().get("/slots?from=2026-12-28&to=2027-01-12&limit=200").await;
        assert_eq!(found.body["items"].as_array().unwrap().len(), 5);
        assert_eq!(found.body["items"][0]["openings"].as_array().unwrap().len(), 3);
        let mut wrong = pattern();
        wrong["to"] = json!("2026-12-01");
        assert_eq!(staff.post("/staff/slots/preview", wrong).await.code(), "slots.range_invalid");
        let mut wrong = pattern();
        wrong["pattern"][0]["ends"] = json!("12:00:00");
        assert_eq!(staff.post("/staff/slots/preview", wrong).await.code(), "slots.no_block");
    }

    async fn staff_change_places_but_never_below_what_is_booked(test) {
        let staff = test.staff("yonago").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let (a, b) = (ana.child("2025-05-01").await, ana.child("2024-12-01").await);
        assert_eq!(ana.book(&slot, &[&a, &b]).await.status, 201);
        let path = format!("/slots/{slot}");
        let lower = json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": 1 }] });
        let refused = staff.patch(&path, lower, "\"v1\"").await;
        assert_eq!((refused.code_number(), refused.code()), (409, "slots.below_booked"));
        assert_eq!(refused.body["errors"][0]["data"]["booked"]["value"], 2);
        let closed = staff.patch(&path, json!({ "state": "closed" }), "\"v1\"").await;
        assert_eq!((closed.code_number(), closed.etag()), (200, "\"v2\"".to_owned()));
        let c = ana.child("2022-05-01").await;
        assert_eq!(ana.book(&slot, &[&c]).await.code(), "bookings.slot_closed");
        assert_eq!(staff.patch(&path, json!({ "state": "open" }), "\"v2\"").await.status, 200);
        assert_eq!(ana.book(&slot, &[&c]).await.status, 201);
    }

    async fn room_and_carers_are_changed_and_bound_what_is_offered(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let (a, b, c) = (ana.child("2025-05-01").await, ana.child("2025-05-02").await, ana.child("2022-05-01").await);
        assert_eq!(ana.book(&slot, &[&a, &b]).await.status, 201);
        let (staff, path) = (test.staff("sakai").await, format!("/slots/{slot}"));
        let refused = staff.patch(&path, json!({ "room": 1 }), "\"v1\"").await;
        assert_eq!((refused.code_number(), refused.code()), (409, "slots.below_booked"));
        assert_eq!(staff.patch(&path, json!({ "room": 1001 }), "\"v1\"").await.codes(), ["slots.capacity_range"]);
        assert_eq!(staff.patch(&path, json!({ "carers": [[60, 2], [0, 2]] }), "\"v1\"").await.code(), "slots.carers_invalid");
        let changed = staff.patch(&path, json!({ "room": 2, "carers": [[0, 3], [240, 4]] }), "\"v1\"").await;
        assert_eq!((changed.code_number(), changed.etag()), (200, "\"v2\"".to_owned()), "{:?}", changed.body);
        assert_eq!((&changed.body["room"], &changed.body["carers"]), (&json!(2), &json!([[0, 3], [240, 4]])));
        assert_eq!(ana.book(&slot, &[&c]).await.code(), "bookings.slot_full", "the room is full though the band is not");
        assert_eq!(staff.patch(&path, json!({ "room": 3 }), "\"v2\"").await.status, 200);
        assert_eq!(ana.book(&slot, &[&c]).await.status, 201);
    }

    async fn lowering_below_what_is_booked_cancels_the_last_as_the_preview_says(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 0)).await;
        let (staff, path) = (test.staff("sakai").await, format!("/slots/{slot}"));
        let mut people = Vec::new();
        for (n, name) in ["Ana", "Ben", "Chi"].into_iter().enumerate() {
            test.at(&format!("2026-11-21T12:0{n}:00+09:00"));
            let person = test.guardian(name, SAKAIMINATO).await;
            let child = person.child("2025-05-01").await;
            let booked = person.book(&slot, &[&child]).await;
            assert_eq!(booked.status, 201, "{:?}", booked.body);
            people.push((person, booked.body[0]["id"].as_str().unwrap().to_owned()));
        }
        let lower = |consequence: Option<&str>| json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": 1 }], "consequence": consequence });
        let preview = staff.post(&format!("{path}/preview"), lower(None)).await;
        assert_eq!(preview.status, 200, "{:?}", preview.body);
        let told: Vec<&str> = preview.body["affected"].as_array().unwrap().iter().map(|one| one["booking_id"].as_str().unwrap()).collect();
        assert_eq!(told, [people[2].1.as_str(), people[1].1.as_str()], "the last who came are the first to go");
        assert!(preview.body["affected"][0]["phone"].as_str().is_some_and(|phone| !phone.is_empty()));
        assert_eq!(test.staff("yonago").await.post(&format!("{path}/preview"), lower(None)).await.status, 404);
        assert_eq!(staff.patch(&path, lower(None), "\"v1\"").await.code(), "slots.below_booked");
        let changed = staff.patch(&path, lower(Some("cancel_latest")), "\"v1\"").await;
        assert_eq!(changed.status, 200, "{:?}", changed.body);
        let mut promised = preview.body["slot"].clone();
        promised["version"] = json!(2);
        assert_eq!(changed.body, promised, "the preview is the result");
        assert_eq!(staff.get(&path).await.body["slot"], promised, "and so it is stored");
        for (n, (person, id)) in people.iter().enumerate() {
            let state = person.get(&format!("/bookings/{id}")).await.body["state"].clone();
            if n == 0 {
                assert_eq!(state["kind"], "confirmed");
            } else {
                assert_eq!((&state["kind"], &state["fee_yen"], &state["counts"]), (&json!("cancelled"), &json!(0), &json!(false)));
            }
            let subject = id.clone();
            let kinds: Vec<String> = test
                .write(move |conn| {
                    use api::schema::events;
                    Ok(events::table.filter(events::subject_id.eq(&subject)).order(events::id).select(events::kind).load(conn)?)
                })
                .await;
            let expected: &[&str] = if n == 0 { &["booking.confirmed"] } else { &["booking.confirmed", "booking.cancelled"] };
            assert_eq!(kinds, expected);
        }
        let used: Vec<i64> = test.write(|conn| { use api::schema::usages; Ok(usages::table.select(usages::total).load(conn)?) }).await;
        assert_eq!(used.iter().filter(|total| **total > 0).count(), 1, "what is cancelled counts nothing");
    }
}
