//! Series over HTTP: previewed, booked, cancelled by scope, and raced for.

use diesel::prelude::*;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use api::bookings::engine::{self, Lock, Seen};
use api::bookings::store::Belongs;
use api::error::ApiError;
use api::families;
use api::outbox::Act;
use api::schema::{bookings, events, slot_bands, usages};
use shared::bookings::{NewBooking, place};
use shared::ids::{ChildId, FamilyId, PartyId, SlotId};
use tokio::sync::Barrier;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, families as many};

/// Four Tuesdays from the tests' day on.
const DAYS: [&str; 4] = [DAY, "2026-12-08", "2026-12-15", "2026-12-22"];

/// A slot on each of these days.
async fn slots(test: &TestApp, offering: &str, days: &[&str], times: (&str, &str), places: (i64, i64)) -> Vec<String> {
    let mut slots = Vec::new();
    for day in days {
        slots.push(test.slot(offering, day, times, places).await);
    }
    slots
}

/// Tuesdays until a day, the whole slots.
fn tuesdays(slot: &str, children: &[&str], until: &str) -> Value {
    json!({ "stay": { "slot_id": slot, "child_ids": children }, "weekdays": ["Tue"], "until": until })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

/// What a preview showed, as it is sent along.
fn seen(preview: &Value) -> Value {
    let date = |date: &Value| {
        let fee = if date["bookable"] == true { date["fee_yen"].clone() } else { Value::Null };
        json!({ "day": date["day"], "fee_yen": fee, "requested": date["state"]["kind"] == "requested" })
    };
    preview["dates"].as_array().unwrap().iter().map(date).collect()
}

/// Each date's day with the codes of what stands against it.
fn told(answer: &Value) -> Vec<(String, String)> {
    let codes = |reasons: &Value| -> Vec<String> {
        reasons.as_array().into_iter().flatten().map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
    };
    let one = |date: &Value| {
        let mut all = codes(&date["reasons"]);
        all.extend(date["children"].as_array().into_iter().flatten().flat_map(|child| codes(&child["reasons"])));
        assert_eq!(date["bookable"], all.is_empty());
        (date["day"].as_str().unwrap().to_owned(), all.join(" "))
    };
    answer["dates"].as_array().unwrap().iter().map(one).collect()
}

fn pairs(told: &[(String, String)]) -> Vec<(&str, &str)> {
    told.iter().map(|(day, codes)| (day.as_str(), codes.as_str())).collect()
}

/// The days on which bookings hold a place, by start.
async fn held(person: &Person) -> Vec<String> {
    let items = person.get("/bookings?active_only=true&limit=200").await.body["items"].clone();
    let day = |booking: &Value| {
        let starts: chrono::DateTime<chrono::Utc> = booking["starts_at"].as_str().unwrap().parse().unwrap();
        shared::time::tokyo_day(starts).to_string()
    };
    items.as_array().unwrap().iter().map(day).collect()
}

/// What the database says of slots: bookings that hold a place, and the peaks of the youngest bands.
async fn taken(test: &TestApp, slots: &[String]) -> Vec<(i64, i64)> {
    let slots = slots.to_vec();
    test.write(move |conn| {
        slots
            .iter()
            .map(|slot| {
                let rows = bookings::table.filter(bookings::slot_id.eq(slot)).filter(bookings::active).count().get_result(conn)?;
                let band = slot_bands::table.filter(slot_bands::slot_id.eq(slot)).filter(slot_bands::from_age.eq(0));
                Ok((rows, band.select(slot_bands::peak).first(conn)?))
            })
            .collect()
    })
    .await
}

on_both! {
    async fn each_date_is_told_and_booked_as_it_was_told(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let (young, old) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let slots = slots(test, "sakai_care", &[DAYS[0], DAYS[1], DAYS[3]], ("08:30", "17:00"), (1, 1)).await;
        let ben = test.guardian("Ben", SAKAIMINATO).await;
        let other = ben.child("2025-06-01").await;
        assert_eq!(ben.book(&slots[1], &[&other]).await.status, 201);
        let body = tuesdays(&slots[0], &[&young, &old], "2026-12-29");
        let preview = ana.post("/series/preview", body.clone()).await;
        assert_eq!(preview.status, 200, "{:?}", preview.body);
        let expected =
            [(DAYS[0], ""), (DAYS[1], "bookings.slot_full"), (DAYS[2], "series.no_slot"), (DAYS[3], ""), ("2026-12-29", "series.no_slot")];
        assert_eq!(pairs(&told(&preview.body)), expected);
        // What the first date uses of the month is gone for the last.
        let left = |date: usize| preview.body["dates"][date]["children"][0]["limits"][0]["left_after"].as_i64().unwrap();
        assert_eq!((left(0), left(3)), (26, 24));
        assert_eq!(held(&ana).await, Vec::<String>::new(), "a preview writes nothing");
        // All or nothing, where nothing else is said.
        let whole = ana.post("/series", with(body.clone(), "seen", seen(&preview.body))).await;
        assert_eq!((whole.code_number(), whole.code()), (409, "series.has_conflicts"), "{:?}", whole.body);
        assert_eq!(whole.codes(), ["series.has_conflicts", "bookings.slot_full", "series.no_slot", "series.no_slot"]);
        let days: Vec<&str> = whole.body["errors"].as_array().unwrap().iter().skip(1).map(|part| part["subject"].as_str().unwrap()).collect();
        assert_eq!(days, [DAYS[1], DAYS[2], "2026-12-29"]);
        assert_eq!(held(&ana).await, Vec::<String>::new());
        let skip = with(with(body, "if_conflict", json!("skip")), "seen", seen(&preview.body));
        let booked = ana.post_with_key("/series", skip.clone(), "once").await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_eq!(booked.body["dates"], preview.body["dates"]);
        assert_eq!(ana.post_with_key("/series", skip, "once").await.body, booked.body);
        assert_eq!(held(&ana).await, [DAYS[0], DAYS[0], DAYS[3], DAYS[3]]);
        // A party for each date, one series for all.
        let made = booked.body["bookings"].as_array().unwrap();
        let party = |n: usize| made[n]["party_id"].as_str().unwrap();
        assert!(party(0) == party(1) && party(2) == party(3) && party(1) != party(2));
        assert!(made.iter().all(|booking| booking["series_id"] == booked.body["id"]));
        let series = ana.get(&format!("/series/{}", booked.body["id"].as_str().unwrap())).await;
        assert_eq!((series.status.as_u16(), &series.body["bookings"]), (200, &booked.body["bookings"]));
        assert_eq!(ana.get(&format!("/bookings/{}", made[0]["id"].as_str().unwrap())).await.body, made[0]);
        let kinds: Vec<String> = test.write(|conn| Ok(events::table.select(events::kind).load(conn)?)).await;
        let count = |kind: &str| kinds.iter().filter(|other| *other == kind).count();
        assert_eq!((count("booking.confirmed"), count("series.booked")), (5, 1));
    }

    async fn full_dates_are_waited_for_as_they_were_told_and_belong_to_the_series_when_they_come(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let (young, old) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let slots = slots(test, "sakai_care", &DAYS, ("08:30", "17:00"), (1, 1)).await;
        let ben = test.guardian("Ben", SAKAIMINATO).await;
        let (b, c) = (ben.child("2025-06-01").await, ben.child("2022-06-01").await);
        let second = ben.book(&slots[1], &[&b]).await;
        assert_eq!((second.code_number(), ben.book(&slots[2], &[&c]).await.code_number()), (201, 201));
        let staff = test.staff("sakai").await;
        assert_eq!(staff.patch(&format!("/slots/{}", slots[3]), json!({ "state": "closed" }), "\"v1\"").await.status, 200);
        // She waits for the third date already, with the same child.
        let third = ana.post("/bookings", json!({ "slot_id": slots[2], "child_ids": [old], "if_full": "waitlist" })).await;
        assert_eq!(third.status, 202, "{:?}", third.body);
        let body = with(tuesdays(&slots[0], &[&young, &old], "2026-12-29"), "if_conflict", json!("waitlist"));
        let preview = ana.post("/series/preview", body.clone()).await;
        let dates = preview.body["dates"].as_array().unwrap();
        assert_eq!(dates.iter().map(|date| date["waits"].as_bool().unwrap()).collect::<Vec<_>>(), [false, true, false, false, false], "{dates:?}");
        let expected = [
            (DAYS[0], ""),
            (DAYS[1], "bookings.slot_full"),
            (DAYS[2], "bookings.slot_full waitlist.already"),
            (DAYS[3], "bookings.slot_closed"),
            ("2026-12-29", "series.no_slot"),
        ];
        assert_eq!(pairs(&told(&preview.body)), expected);
        assert_eq!(ana.get("/waitlist_entries").await.body["items"].as_array().unwrap().len(), 1, "a preview writes nothing");
        let shown = |preview: &Value| {
            let mut seen = seen(preview);
            for (date, seen) in preview["dates"].as_array().unwrap().iter().zip(seen.as_array_mut().unwrap()) {
                seen["waits"] = date["waits"].clone();
            }
            seen
        };
        // Shown as waited for, and free now: that is told, and nothing is done.
        let cancel = format!("/bookings/{}/cancel", second.body[0]["id"].as_str().unwrap());
        assert_eq!(ben.post(&cancel, json!({})).await.status, 200);
        let changed = ana.post("/series", with(body.clone(), "seen", shown(&preview.body))).await;
        assert_eq!((changed.code_number(), changed.codes(), changed.body["errors"][0]["subject"].as_str()), (409, vec!["series.date_changed".to_owned()], Some(DAYS[1])), "{:?}", changed.body);
        assert_eq!((held(&ana).await.len(), ana.get("/waitlist_entries").await.body["items"].as_array().unwrap().len()), (0, 1));
        let second = ben.book(&slots[1], &[&b]).await;
        assert_eq!(second.status, 201, "{:?}", second.body);
        let booked = ana.post_with_key("/series", with(body.clone(), "seen", shown(&preview.body)), "once").await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        assert_eq!(booked.body["dates"], preview.body["dates"]);
        assert_eq!(held(&ana).await, [DAYS[0], DAYS[0]]);
        let entries = booked.body["entries"].as_array().unwrap();
        let entry = &entries[0];
        assert_eq!((entries.len(), entry["ahead"].as_i64(), &entry["series_id"]), (1, Some(0), &booked.body["id"]), "{entry:?}");
        assert_eq!(entry["children"].as_array().unwrap().len(), 2, "the party waits as a whole");
        assert_eq!(ana.post_with_key("/series", with(body.clone(), "seen", shown(&preview.body)), "once").await.body, booked.body);
        let path = format!("/series/{}", booked.body["id"].as_str().unwrap());
        assert_eq!(ana.get(&path).await.body["entries"], booked.body["entries"]);
        let mine = booked.body["bookings"][0]["series_id"].clone();
        assert_eq!(staff.get(&path).await.body["entries"], Value::Null, "no word of who waits to the facility");
        // A place frees: both are offered theirs together, and what they take is one more date of the series.
        let cancel = format!("/bookings/{}/cancel", second.body[0]["id"].as_str().unwrap());
        assert_eq!(ben.post(&cancel, json!({})).await.status, 200);
        api::waitlist::jobs::keep(&test.app).await.unwrap();
        assert_eq!(taken(test, &slots[1..2]).await, [(2, 1)]);
        assert_eq!(ana.get(&path).await.body["bookings"].as_array().unwrap().len(), 2, "an offer is no date of it yet");
        let accepted = ana.post(&format!("/waitlist_entries/{}/accept", entry["id"].as_str().unwrap()), json!(null)).await;
        assert_eq!(accepted.status, 200, "{:?}", accepted.body);
        let series = ana.get(&path).await.body;
        assert_eq!((series["bookings"].as_array().unwrap().len(), &series["entries"]), (4, &Value::Null), "{series:?}");
        assert!(series["bookings"].as_array().unwrap().iter().all(|booking| booking["series_id"] == mine));
        let all = json!({ "booking_id": series["bookings"][0]["id"], "scope": "all" });
        assert_eq!(ana.post(&format!("{path}/cancel/preview"), all).await.body["items"].as_array().unwrap().len(), 2, "and is cancelled with it");
        // One event for each change, and one audit line for each event.
        let counts: (i64, i64, i64) = test
            .write(|conn| {
                use api::schema::audit_lines;
                let joined = events::table.filter(events::kind.eq("waitlist.joined")).count().get_result(conn)?;
                Ok((joined, events::table.count().get_result(conn)?, audit_lines::table.count().get_result(conn)?))
            })
            .await;
        assert_eq!((counts.0, counts.1), (2, counts.2));
    }

    async fn a_series_may_wait_for_every_date_and_for_twenty_at_most(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let days: Vec<String> = (0..22).map(|n| (crate::app::date(DAY) + chrono::Days::new(n)).to_string()).collect();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        let slots = slots(test, "yonago_care", &days, ("08:30", "17:00"), (0, 1)).await;
        let week = json!(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
        let body = with(with(tuesdays(&slots[0], &[&child], days[21]), "weekdays", week), "if_conflict", json!("waitlist"));
        let preview = ana.post("/series/preview", body.clone()).await;
        let waits = |body: &Value| body["dates"].as_array().unwrap().iter().filter(|date| date["waits"] == true).count();
        assert_eq!(waits(&preview.body), 20, "{:?}", told(&preview.body));
        assert_eq!(told(&preview.body)[20..].iter().map(|(_, codes)| codes.as_str()).collect::<Vec<_>>(), ["bookings.slot_full waitlist.too_many"; 2]);
        let booked = ana.post("/series", body.clone()).await;
        assert_eq!((booked.code_number(), &booked.body["dates"]), (201, &preview.body["dates"]), "{:?}", booked.body);
        assert_eq!((booked.body["bookings"].as_array().unwrap().len(), booked.body["entries"].as_array().unwrap().len()), (0, 20));
        let path = format!("/series/{}", booked.body["id"].as_str().unwrap());
        assert_eq!(ana.get(&path).await.body["entries"], booked.body["entries"]);
        assert_eq!(ana.post("/series", body).await.code(), "series.none_bookable", "nothing is left to wait for");
        assert_eq!(test.guardian("Ben", YONAGO).await.get(&path).await.status, 404);
    }

    async fn what_changed_since_the_preview_is_told_and_nothing_is_booked(test) {
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        let slots = slots(test, "sakai_care", &DAYS, ("08:30", "17:00"), (1, 1)).await;
        let body = with(tuesdays(&slots[0], &[&a], DAYS[3]), "if_conflict", json!("skip"));
        let preview = ana.post("/series/preview", body.clone()).await;
        let body = with(body, "seen", seen(&preview.body));
        let lost = ben.book(&slots[2], &[&b]).await;
        let changed = ana.post("/series", body.clone()).await;
        assert_eq!((changed.code_number(), changed.codes()), (409, vec!["series.date_changed".to_owned()]), "{:?}", changed.body);
        assert_eq!(changed.body["errors"][0]["subject"], DAYS[2]);
        assert_eq!(held(&ana).await, Vec::<String>::new());
        // As it was again: then it is booked as it was shown.
        let cancel = format!("/bookings/{}/cancel", lost.body[0]["id"].as_str().unwrap());
        assert_eq!(ben.post(&cancel, json!({})).await.status, 200);
        assert_eq!(ana.post("/series", body).await.status, 201);
        assert_eq!(held(&ana).await, DAYS);
        assert_eq!(taken(test, &slots).await, [(1, 1); 4]);
    }

    async fn the_months_hours_run_out_where_the_preview_says(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slots = slots(test, "sakai_open", &[DAYS[0], DAYS[1], DAYS[2], DAYS[3], "2027-01-05"], ("09:00", "15:00"), (3, 0)).await;
        let at = |clock: &str| format!("{DAY}T{clock}:00+09:00");
        let stay = json!({ "slot_id": slots[0], "child_ids": [child], "starts_at": at("09:30"), "ends_at": at("13:30") });
        let body = json!({ "stay": stay, "weekdays": ["Tue"], "until": "2027-01-05", "if_conflict": "skip" });
        let preview = ana.post("/series/preview", body.clone()).await;
        let full = "bookings.month_limit";
        let expected =
            [(DAYS[0], ""), (DAYS[1], ""), (DAYS[2], full), (DAYS[3], full), ("2026-12-29", "series.no_slot"), ("2027-01-05", "")];
        assert_eq!(pairs(&told(&preview.body)), expected, "{:?}", preview.body);
        let booked = ana.post("/series", body).await;
        assert_eq!(booked.body["dates"], preview.body["dates"]);
        assert_eq!(held(&ana).await, [DAYS[0], DAYS[1], "2027-01-05"]);
        let used: Vec<(String, i64)> = test.write(|conn| Ok(usages::table.order(usages::period).select((usages::period, usages::total)).load(conn)?)).await;
        assert_eq!(used, [("2026-12".to_owned(), 480), ("2027-01".to_owned(), 240)]);
    }

    async fn one_following_or_all_are_cancelled_as_previewed(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let (young, old) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let slots = slots(test, "yonago_care", &DAYS, ("08:30", "17:00"), (2, 2)).await;
        let booked = ana.post("/series", tuesdays(&slots[0], &[&young, &old], DAYS[3])).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        let path = format!("/series/{}/cancel", booked.body["id"].as_str().unwrap());
        let mine: Vec<&Value> = booked.body["bookings"].as_array().unwrap().iter().filter(|booking| booking["child"]["id"] == young.as_str()).collect();
        let command = |n: usize, scope: &str| json!({ "booking_id": mine[n]["id"], "scope": scope });
        // Within the last day before the second date: late for it, free for those after.
        test.at("2026-12-07T15:30:00+09:00");
        let preview = ana.post(&format!("{path}/preview"), command(1, "all")).await;
        let fees = |body: &Value| body["items"].as_array().unwrap().iter().map(|date| date["fee_yen"].as_i64().unwrap()).collect::<Vec<_>>();
        assert_eq!(fees(&preview.body), [1000, 0, 0], "the first date has been: {:?}", preview.body);
        let this = ana.post(&format!("{path}/preview"), command(2, "this")).await;
        assert_eq!(fees(&this.body), [0]);
        assert_eq!(ana.post(&path, with(command(2, "this"), "seen", this.body["items"].clone())).await.status, 200);
        // What was shown before is not what would be done now.
        let late = ana.post(&path, with(command(1, "following"), "seen", preview.body["items"].clone())).await;
        assert_eq!((late.code_number(), late.code()), (409, "bookings.cancel_terms_changed"));
        let preview = ana.post(&format!("{path}/preview"), command(1, "following")).await;
        assert_eq!(fees(&preview.body), [1000, 0]);
        let done = ana.post_with_key(&path, with(command(1, "following"), "seen", preview.body["items"].clone()), "once").await;
        assert_eq!(done.status, 200, "{:?}", done.body);
        let states = |child: &str| -> Vec<&str> {
            let items = done.body["bookings"].as_array().unwrap().iter().filter(|booking| booking["child"]["id"] == child);
            items.map(|booking| booking["state"]["kind"].as_str().unwrap()).collect()
        };
        assert_eq!(states(&young), ["confirmed", "cancelled", "cancelled", "cancelled"]);
        assert_eq!(states(&old), ["confirmed"; 4], "a brother's dates are his");
        assert_eq!(taken(test, &slots).await, [(2, 1), (1, 0), (1, 0), (1, 0)]);
        let none = ana.post(&path, command(1, "all")).await;
        assert_eq!((none.code_number(), none.code()), (409, "series.nothing_to_cancel"));
        // The facility cancels what is left, for its own reason and at no cost.
        let brother = booked.body["bookings"].as_array().unwrap().iter().find(|booking| booking["child"]["id"] == old.as_str()).unwrap();
        let by_facility = json!({ "booking_id": brother["id"], "scope": "all", "reason": "facility" });
        assert_eq!(ana.post(&path, by_facility.clone()).await.code(), "bookings.cancel_reason_unknown");
        assert_eq!(test.staff("sakai").await.post(&path, by_facility.clone()).await.status, 404);
        assert_eq!(test.staff("yonago").await.post(&path, by_facility).await.status, 200);
        assert_eq!(taken(test, &slots).await, [(2, 1), (0, 0), (0, 0), (0, 0)]);
        let used: Vec<i64> = test.write(|conn| Ok(usages::table.order(usages::total).select(usages::total).load(conn)?)).await;
        assert_eq!(used, [2, 4], "the first date of both, and the late one of her");
    }

    async fn one_following_or_all_are_moved_as_previewed(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let (young, old) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await);
        let tuesday = slots(test, "sakai_care", &DAYS, ("08:30", "17:00"), (2, 2)).await;
        // Thursdays: the second is full, the third is missing.
        let thursdays = slots(test, "sakai_care", &["2026-12-03", "2026-12-10", "2026-12-24"], ("08:30", "17:00"), (1, 1)).await;
        let ben = test.guardian("Ben", YONAGO).await;
        let other = ben.child("2025-06-01").await;
        assert_eq!(ben.book(&thursdays[1], &[&other]).await.status, 201);
        let booked = ana.post("/series", tuesdays(&tuesday[0], &[&young, &old], DAYS[3])).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        let path = format!("/series/{}/reschedule", booked.body["id"].as_str().unwrap());
        let first = |date: usize| booked.body["bookings"][2 * date]["id"].clone();
        let command = |date: usize, scope: &str| json!({ "booking_id": first(date), "scope": scope, "weekday": "Thu" });
        let told = |body: &Value| {
            let one = |date: &Value| {
                let children = date["children"].as_array().into_iter().flatten().flat_map(|child| child["reasons"].as_array().into_iter().flatten());
                let codes = date["reasons"].as_array().into_iter().flatten().chain(children).map(|reason| reason["code"].as_str().unwrap());
                (date["day"].as_str().unwrap().to_owned(), codes.collect::<Vec<_>>().join(" "))
            };
            body.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
        };
        let preview = ana.post(&format!("{path}/preview"), command(1, "all")).await;
        assert_eq!(preview.status, 200, "{:?}", preview.body);
        let expected = [("2026-12-03", ""), ("2026-12-10", "bookings.slot_full"), ("2026-12-17", "series.no_slot"), ("2026-12-24", "")];
        assert_eq!(pairs(&told(&preview.body["items"])), expected);
        assert_eq!(held(&ana).await.len(), 8, "a preview moves nothing");
        assert_eq!((taken(test, &tuesday).await, taken(test, &thursdays[..1]).await), (vec![(2, 1); 4], vec![(0, 0)]));
        let seen: Value = preview.body["items"].as_array().unwrap().iter().map(|date| {
            json!({ "day": date["day"], "fee_yen": if date["bookable"] == true { date["fee_yen"].clone() } else { Value::Null } })
        }).collect();
        let whole = ana.post(&path, with(command(1, "all"), "seen", seen.clone())).await;
        assert_eq!(whole.codes(), ["series.move_conflicts", "bookings.slot_full", "series.no_slot"], "{:?}", whole.body);
        // Only the third and what follows: the first two stay as they are.
        let following = ana.post(&format!("{path}/preview"), command(2, "following")).await;
        assert_eq!(pairs(&told(&following.body["items"])), expected[2..]);
        let this = ana.post_with_key(&path, command(0, "this"), "once").await;
        assert_eq!((this.code_number(), pairs(&told(&this.body["dates"]))), (200, vec![("2026-12-03", "")]), "{:?}", this.body);
        assert_eq!(held(&ana).await, ["2026-12-03", "2026-12-03", DAYS[1], DAYS[1], DAYS[2], DAYS[2], DAYS[3], DAYS[3]]);
        assert_eq!((taken(test, &tuesday[..1]).await, taken(test, &thursdays[..1]).await), (vec![(0, 0)], vec![(2, 1)]));
        // What was shown of all does not hold any more: the first date has moved.
        let skip = |body: Value| with(body, "if_conflict", json!("skip"));
        let changed = ana.post(&path, with(skip(command(1, "all")), "seen", seen)).await;
        assert_eq!(changed.codes(), ["series.date_changed"], "{:?}", changed.body);
        let preview = ana.post(&format!("{path}/preview"), command(1, "all")).await;
        let done = ana.post(&path, skip(command(1, "all"))).await;
        assert_eq!((done.code_number(), &done.body["dates"]), (200, &preview.body["items"]), "{:?}", done.body);
        assert_eq!(held(&ana).await, ["2026-12-03", "2026-12-03", DAYS[1], DAYS[1], DAYS[2], DAYS[2], "2026-12-24", "2026-12-24"]);
        let ids = |body: &Value| {
            let mut ids: Vec<String> = body.as_array().unwrap().iter().map(|booking| booking["id"].as_str().unwrap().to_owned()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&done.body["series"]["bookings"]), ids(&booked.body["bookings"]), "they are the bookings they were");
        let used: Vec<i64> = test.write(|conn| Ok(usages::table.filter(usages::total.eq(8)).select(usages::total).load(conn)?)).await;
        assert_eq!(used, [8, 8], "four days each, as before");
        // Dates that have begun never move.
        test.at("2026-12-09T09:00:00+09:00");
        let late = ana.post(&format!("{path}/preview"), with(command(1, "all"), "weekday", json!("Wed"))).await;
        assert_eq!(told(&late.body["items"]).iter().map(|(day, _)| day.as_str()).collect::<Vec<_>>(), ["2026-12-16", "2026-12-23"]);
        assert_eq!(test.staff("yonago").await.post(&path, command(2, "this")).await.status, 404);
    }

    async fn bad_series_get_a_clear_answer(test) {
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-05-01").await);
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let good = tuesdays(&slot, &[&a], DAYS[1]);
        for (body, status, code) in [
            (with(good.clone(), "weekdays", json!([])), 422, "series.weekdays"),
            (with(good.clone(), "weekdays", json!(["Someday"])), 422, "problem.invalid"),
            (with(good.clone(), "until", json!("2026-11-30")), 409, "series.until"),
            (with(good.clone(), "until", json!("2027-06-02")), 409, "series.until"),
            (with(with(good.clone(), "until", json!("2027-06-01")), "weekdays", json!(["Mon", "Tue", "Wed"])), 409, "series.too_many_dates"),
            (tuesdays(&slot, &[], DAYS[1]), 422, "bookings.party_size"),
            (tuesdays(&slot, &[&b], DAYS[1]), 422, "problem.not_found"),
            (tuesdays("nothing", &[&a], DAYS[1]), 404, ""),
        ] {
            for path in ["/series/preview", "/series"] {
                let answer = ana.post(path, body.clone()).await;
                assert_eq!(answer.status, status, "{body} {:?}", answer.body);
                assert!(code.is_empty() || answer.codes().iter().any(|told| told == code), "{body} {:?}", answer.body);
            }
        }
        test.at("2026-12-01T09:00:00+09:00");
        let over = ana.post("/series", with(good, "if_conflict", json!("skip"))).await;
        assert_eq!(over.code(), "series.none_bookable", "{:?}", over.body);
        assert_eq!(held(&ana).await, Vec::<String>::new());
    }

    async fn two_series_never_share_the_last_places(test) {
        let slots = slots(test, "sakai_care", &DAYS, ("08:30", "17:00"), (1, 1)).await;
        let people = many(test, 12, YONAGO, "2025-05-01").await;
        // Half of them begin at the first date, half at the second, so that their slots are asked for in another order.
        let bodies = people.iter().enumerate().map(|(n, (person, child))| (person, with(tuesdays(&slots[n % 2], &[child], DAYS[3]), "if_conflict", json!("skip"))));
        let answers = join_all(bodies.map(|(person, body)| async move { person.post("/series", body).await })).await;
        let booked: usize = answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.body["bookings"].as_array().unwrap().len()).sum();
        assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "series.none_bookable"), "{answers:?}");
        assert_eq!((booked, taken(test, &slots).await), (4, vec![(1, 1); 4]));
    }

    async fn a_series_against_single_bookings_never_oversells(test) {
        let slots = slots(test, "sakai_care", &DAYS, ("08:30", "17:00"), (2, 1)).await;
        let people = many(test, 24, YONAGO, "2025-05-01").await;
        let series = join_all(people[..8].iter().map(|(person, child)| person.post("/series", with(tuesdays(&slots[0], &[child], DAYS[3]), "if_conflict", json!("skip")))));
        let singles = join_all(people[8..].iter().enumerate().map(|(n, (person, child))| {
            let slot = slots[n % 4].clone();
            async move { person.book(&slot, &[child]).await }
        }));
        let (series, singles) = join(series, singles).await;
        assert!(singles.iter().all(|answer| answer.status == 201 || answer.code() == "bookings.slot_full"));
        let by_series: usize = series.iter().filter(|answer| answer.status == 201).map(|answer| answer.body["bookings"].as_array().unwrap().len()).sum();
        let by_hand = singles.iter().filter(|answer| answer.status == 201).count();
        assert_eq!((by_series + by_hand, taken(test, &slots).await), (8, vec![(2, 2); 4]));
    }
}

/// The control: the same statements without the slots' locks, and nobody writes before everybody has looked. Where this does not
/// oversell, the races above prove nothing. Gives how many bookings the one place of each date was sold for.
async fn oversell(test: &TestApp) -> Vec<i64> {
    let slots = slots(test, "sakai_care", &DAYS[..2], ("08:30", "17:00"), (1, 0)).await;
    let people = many(test, 10, SAKAIMINATO, "2025-05-01").await;
    let now = test.app.now();
    let all_looked = &Barrier::new(people.len());
    let buyers = people.iter().map(|(person, child)| {
        let (app, slots, child) = (test.app.clone(), slots.clone(), ChildId::new(child.clone()));
        async move {
            let family = FamilyId::new(person.get("/family").await.body["id"].as_str().unwrap().to_owned());
            let stays: Vec<NewBooking> = slots.iter().map(|slot| NewBooking::new(SlotId::new(slot.clone()), vec![child.clone()])).collect();
            let (asked, mine) = (stays.clone(), family.clone());
            let look = app.db.read(move |conn| {
                let family = families::store::find_family(conn, &mine)?.ok_or(ApiError::NotFound)?;
                asked.iter().map(|stay| engine::look(conn, &family, stay, Lock::Nothing)).collect::<Result<Vec<Seen>, ApiError>>()
            });
            let seen = look.await.unwrap();
            all_looked.wait().await;
            let write = app.db.write(move |conn| {
                for (seen, stay) in seen.iter().zip(&stays) {
                    let Ok(placed) = place(&seen.state, stay, now) else { continue };
                    let party = PartyId::new(api::new_id());
                    let belongs = Belongs {
                        party_id: &party,
                        series_id: None,
                        family_id: &family,
                        programme_id: &seen.programme.id,
                        command: stay,
                        entered: None,
                    };
                    engine::settle(conn, (seen, &placed), &belongs, &Act::of_command("control", now))?;
                }
                Ok::<_, ApiError>(())
            });
            write.await.unwrap();
        }
    });
    join_all(buyers).await;
    taken(test, &slots).await.into_iter().map(|(rows, _)| rows).collect()
}

#[actix_web::test]
async fn control_without_the_locks_sells_each_last_place_many_times_sqlite() {
    let test = TestApp::start(crate::app::Backend::Sqlite).await.unwrap();
    assert!(oversell(&test).await.iter().all(|sold| *sold > 1));
}

#[actix_web::test]
async fn control_without_the_locks_sells_each_last_place_many_times_postgres() {
    if let Some(test) = TestApp::start(crate::app::Backend::Postgres).await {
        assert!(oversell(&test).await.iter().all(|sold| *sold > 1));
    }
}
