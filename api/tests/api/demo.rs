//! The demo world: laid out on any day, on both databases, it breaks no rule.

use std::collections::BTreeMap;

use api::schema::{bookings, facilities, slot_bands, slots, usages};
use api::{db::DbError, demo};
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use diesel::prelude::*;
use serde_json::json;
use shared::calendar::known_holidays;
use shared::slots::Occupancy;
use shared::time::tokyo_day;

use crate::app::{SAKAIMINATO, TestApp, YONAGO, moment};

/// Days that are not like others: Sunday night, a holiday, the turn of the year and of the fiscal year, a leap day, noon.
const MOMENTS: [&str; 7] = [
    "2026-11-22T23:59:30+09:00",
    "2026-11-23T06:10:00+09:00",
    "2026-12-31T18:00:00+09:00",
    "2027-03-30T09:00:00+09:00",
    "2027-04-01T00:00:10+09:00",
    "2028-02-29T12:00:00+09:00",
    "2026-11-24T15:30:00+09:00",
];

/// Slot, band, start, end, state, child.
type Row = (String, i64, NaiveDateTime, NaiveDateTime, String, String);

/// Child, facility, programme, start, end, fee, state, time of booking.
type Whole = (String, String, String, NaiveDateTime, NaiveDateTime, i64, String, NaiveDateTime);

/// What the bookings say of every band: who is there from when to when.
async fn booked(test: &TestApp) -> BTreeMap<(String, i64), Occupancy> {
    let rows: Vec<Row> = test
        .write(|conn| {
            let columns =
                (bookings::slot_id, bookings::band_from_age, bookings::starts_at, bookings::ends_at, bookings::state, bookings::child_id);
            Ok(bookings::table.filter(bookings::active).select(columns).load(conn)?)
        })
        .await;
    let starts: BTreeMap<String, NaiveDateTime> =
        test.write(|conn| Ok(slots::table.select((slots::id, slots::starts_at)).load(conn)?)).await.into_iter().collect();
    let mut there: BTreeMap<(String, i64), Occupancy> = BTreeMap::new();
    for (slot, band, from, until, ..) in rows {
        let start = starts[&slot];
        let entry = there.entry((slot, band)).or_default();
        *entry = entry.plus((from - start).num_minutes(), (until - start).num_minutes(), 1);
    }
    there
}

on_both! {
    over start_empty;

    async fn the_demo_world_keeps_every_rule_on_any_day(test) {
        test.at(MOMENTS[0]);
        assert!(demo::load_when_empty(&test.app).await.unwrap());
        check(test, MOMENTS[0]).await;
        // Once is enough.
        assert!(!demo::load_when_empty(&test.app).await.unwrap());
        assert!(demo::is_loaded(&test.app).await.unwrap());
    }

    async fn everybody_in_the_printed_table_can_sign_in_and_finds_something(test) {
        test.at(MOMENTS[6]);
        demo::load_when_empty(&test.app).await.unwrap();
        let printed = demo::sign_ins();
        let mails: Vec<&str> = printed.split_whitespace().filter(|word| word.contains('@')).collect();
        assert_eq!(mails.len(), 12);
        let mut roles = Vec::new();
        for mail in mails {
            let answer = test.anybody().post("/auth/login", json!({ "email": mail, "password": demo::PASSWORD })).await;
            assert_eq!(answer.status, 200, "{mail}: {:?}", answer.body);
            roles.push(answer.body["role"]["kind"].as_str().unwrap().to_owned());
        }
        let kinds = [("guardian", 3), ("staff", 4), ("officer", 4), ("operator", 1)];
        assert_eq!(roles, kinds.iter().flat_map(|(kind, count)| vec![*kind; *count]).collect::<Vec<_>>());
        for city in [YONAGO, SAKAIMINATO] {
            let queue = test.officer(city).await.get("/office/applications").await.body;
            assert!(queue["items"].as_array().unwrap().len() >= 2, "{city}: {queue}");
        }
        let facilities = test.anybody().get(&format!("/facilities?municipality={YONAGO}&limit=200")).await;
        assert_eq!(facilities.body["items"].as_array().unwrap().len(), 15);
        assert!(facilities.body["items"].as_array().unwrap().iter().all(|one| one["fictional"] == true));
    }
}

#[actix_web::test]
async fn the_demo_world_keeps_every_rule_around_every_turn_of_the_year() {
    for moment in &MOMENTS[1..] {
        let test = TestApp::start_empty(crate::app::Backend::Sqlite).await.unwrap();
        test.at(moment);
        assert!(demo::load_when_empty(&test.app).await.unwrap(), "{moment}");
        check(&test, moment).await;
    }
}

#[actix_web::test]
async fn the_same_moment_gives_the_same_world() {
    let mut worlds = Vec::new();
    for _ in 0..2 {
        let test = TestApp::start_empty(crate::app::Backend::Sqlite).await.unwrap();
        test.at(MOMENTS[2]);
        demo::load_when_empty(&test.app).await.unwrap();
        let rows: Vec<Whole> = test
            .write(|conn| {
                Ok(bookings::table
                    .select((
                        bookings::child_id,
                        bookings::facility_id,
                        bookings::programme,
                        bookings::starts_at,
                        bookings::ends_at,
                        bookings::fee_yen,
                        bookings::state,
                        bookings::created_at,
                    ))
                    .order((bookings::child_id, bookings::starts_at))
                    .load(conn)?)
            })
            .await;
        worlds.push(rows);
    }
    assert!(worlds[0].len() > 300);
    assert_eq!(worlds[0], worlds[1]);
}

fn is_closed(day: NaiveDate) -> bool {
    day.weekday() == Weekday::Sun || known_holidays().iter().any(|holiday| holiday.date == day)
}

/// Counts again, from the bookings alone, everything that is kept beside them.
async fn check(test: &TestApp, now: &str) {
    let now = moment(now);
    let there = booked(test).await;
    let bands: Vec<(String, i64, i64, i64, String)> = test
        .write(|conn| {
            let columns = (slot_bands::slot_id, slot_bands::from_age, slot_bands::capacity, slot_bands::peak, slot_bands::occupancy);
            Ok(slot_bands::table.select(columns).load(conn)?)
        })
        .await;
    let (mut full, mut nearly) = (0, 0);
    for (slot, from_age, capacity, peak, occupancy) in &bands {
        let expected = there.get(&(slot.clone(), *from_age)).cloned().unwrap_or_default();
        assert_eq!(serde_json::from_str::<Occupancy>(occupancy).unwrap(), expected);
        assert_eq!(*peak, expected.highest());
        assert!(peak <= capacity);
        full += i32::from(peak == capacity);
        nearly += i32::from(peak + 1 == *capacity && *peak > 0);
    }
    assert!(full > 40 && nearly > 40, "{full} full, {nearly} nearly");
    let rooms: Vec<(i64, Option<i64>)> =
        test.write(|conn| Ok(slots::table.filter(slots::room.is_not_null()).select((slots::peak, slots::room)).load(conn)?)).await;
    assert!(rooms.iter().all(|(peak, room)| Some(*peak) <= *room) && rooms.iter().any(|(peak, room)| Some(*peak) == *room));

    let agreed: Vec<(String, String, Option<String>, bool)> = test
        .write(|conn| {
            let columns = (bookings::child_id, bookings::agreed, bookings::attended, bookings::is_away);
            Ok(bookings::table.select(columns).load(conn)?)
        })
        .await;
    let mut counted: BTreeMap<(String, String, String), (i64, i64)> = BTreeMap::new();
    for (child, agreed, attended, away) in agreed {
        let agreed: serde_json::Value = serde_json::from_str(&agreed).unwrap();
        let attended: serde_json::Value = serde_json::from_str(attended.as_deref().unwrap_or("{}")).unwrap();
        // Where the child has left, what it really used counts.
        let counting = if attended["settled"].is_null() { &agreed } else { &attended["settled"] };
        for part in counting["counted"].as_array().unwrap() {
            let text = |key: &str| part[key].as_str().unwrap().to_owned();
            let usage = counted.entry((child.clone(), text("pool"), text("period"))).or_default();
            let amount = part["amount"].as_i64().unwrap();
            usage.0 += amount;
            usage.1 += if away { amount } else { 0 };
        }
    }
    let kept: Vec<(String, String, String, i64, i64)> = test
        .write(|conn| {
            let columns = (usages::child_id, usages::pool, usages::period, usages::total, usages::away);
            Ok(usages::table.select(columns).load(conn)?)
        })
        .await;
    let kept: BTreeMap<_, _> = kept.into_iter().map(|(child, pool, period, total, away)| ((child, pool, period), (total, away))).collect();
    assert_eq!(counted, kept);
    assert!(counted.iter().all(|((_, pool, _), (total, _))| *total <= if pool == "open_nursery" { 600 } else { 28 }));

    let mut stays: Vec<(String, NaiveDateTime, NaiveDateTime, String, NaiveDateTime)> = test
        .write(|conn| {
            let columns = (bookings::child_id, bookings::starts_at, bookings::ends_at, bookings::state, bookings::created_at);
            Ok(bookings::table.filter(bookings::active).select(columns).load(conn)?)
        })
        .await;
    stays.sort();
    assert!(stays.windows(2).all(|two| two[0].0 != two[1].0 || two[0].2 <= two[1].1), "nobody is in two places");
    assert!(stays.iter().all(|stay| stay.4 < now.naive_utc() && stay.4 < stay.1), "nobody booked in the future or too late");
    let soon = now.naive_utc() + chrono::TimeDelta::minutes(15);
    assert!(stays.iter().all(|stay| match stay.3.as_str() {
        "confirmed" => true,
        "requested" | "offered" => stay.1 > now.naive_utc(),
        _ => stay.1 <= soon,
    }));
    let entries: Vec<String> = test
        .write(|conn| {
            use api::schema::waitlist_entries;
            Ok(waitlist_entries::table.order(waitlist_entries::state).select(waitlist_entries::state).load(conn)?)
        })
        .await;
    assert_eq!(entries[..2], ["offered", "waiting"], "{now}: one place on offer");
    assert!(entries.len() <= 4 && entries[1..].iter().all(|state| state == "waiting"), "{now}: a series of three dates waits: {entries:?}");
    let waits: Vec<Option<NaiveDateTime>> =
        test.write(|conn| Ok(bookings::table.filter(bookings::state.eq("requested")).select(bookings::decide_by).load(conn)?)).await;
    assert!(waits.len() >= 5 && waits.iter().all(|by| by.is_some_and(|by| by > now.naive_utc())), "what waits can still be decided");

    let today = tokyo_day(now);
    // Sundays and holidays are closed but where it is said otherwise.
    let days: Vec<(NaiveDateTime, String)> =
        test.write(|conn| Ok(slots::table.select((slots::starts_at, slots::facility_id)).load(conn)?)).await;
    let closed: Vec<_> = days.iter().map(|(at, place)| (tokyo_day(at.and_utc()), place)).filter(|(day, _)| is_closed(*day)).collect();
    assert!(closed.len() >= 8 && closed.iter().all(|(_, place)| place.ends_with("000001") || place.ends_with("00000f")));
    let eight_weeks = (0..56).map(|n| today + Days::new(n)).filter(|day| days.iter().any(|(at, _)| tokyo_day(at.and_utc()) == *day));
    assert_eq!(eight_weeks.count(), 56);

    // Where staff sign in there is somebody today, and somebody to check in still, whatever day it is.
    let staffed: Vec<(String, String)> = test
        .write(|conn| {
            let rows: Vec<(String, Option<String>, String)> =
                facilities::table.select((facilities::id, facilities::open_weekdays, facilities::municipality)).load(conn)?;
            Ok::<_, DbError>(
                rows.into_iter()
                    .filter(|row| row.1.as_deref().is_some_and(|days| days.contains("Sun")))
                    .map(|row| (row.0, row.2))
                    .collect(),
            )
        })
        .await;
    assert_eq!(staffed.len(), 2);
    for (facility, _) in staffed {
        let (from, until) = (shared::time::day_start(today).naive_utc(), shared::time::day_start(today + Days::new(1)).naive_utc());
        let states: Vec<String> = test
            .write(move |conn| {
                Ok(bookings::table
                    .filter(bookings::facility_id.eq(&facility))
                    .filter(bookings::starts_at.ge(from))
                    .filter(bookings::starts_at.lt(until))
                    .select(bookings::state)
                    .load(conn)?)
            })
            .await;
        assert!(states.len() >= 6, "{now}: {states:?}");
        assert!(states.iter().filter(|state| *state == "confirmed").count() >= 2, "{now}: {states:?}");
    }
}
