//! What needs a person today: each matter with its clock, for whom it is, and fast over a year of two hundred facilities.

use diesel::prelude::*;
use serde_json::{Value, json};
use shared::access::Role;

use api::db::stored;
use api::new_id;
use api::schema::{outbox, outreach_cases, register_runs, slots};

use crate::app::{Person, SAKAIMINATO, TestApp, YONAGO, moment};

async fn lines(worker: &Person) -> Vec<Value> {
    let answer = worker.get("/office/today").await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.body["lines"].as_array().unwrap().clone()
}

fn matters(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["matter"].as_str().unwrap()).collect()
}

/// A case of a family at a desk, whose next try is on a day.
async fn case(test: &TestApp, family: &str, city: &'static str, desk: &'static str, next_on: Option<&'static str>) {
    let family = family.to_owned();
    let (now, deadline) = (stored(test.app.now()), stored(moment("2026-11-19T12:00:00+09:00")));
    test.write(move |conn| {
        Ok(diesel::insert_into(outreach_cases::table)
            .values((
                outreach_cases::id.eq(new_id()),
                outreach_cases::family_id.eq(&family),
                outreach_cases::municipality.eq(city),
                outreach_cases::desk.eq(desk),
                outreach_cases::state.eq("open"),
                outreach_cases::points.eq(0),
                outreach_cases::priority.eq("{\"points\":0,\"parts\":[]}"),
                outreach_cases::deadline_at.eq(deadline),
                outreach_cases::opened_at.eq(now),
                outreach_cases::next_on.eq(next_on.map(|day| day.parse::<chrono::NaiveDate>().unwrap())),
                outreach_cases::attempts.eq(0),
                outreach_cases::version.eq(1),
            ))
            .execute(conn)?)
    })
    .await;
}

async fn family(test: &TestApp, city: &str) -> String {
    test.guardian("Ana", city).await.get("/family").await.body["id"].as_str().unwrap().to_owned()
}

on_both! {
    async fn where_nothing_waits_there_is_nothing_to_do(test) {
        for worker in [test.officer(YONAGO).await, test.person("Operator", Role::Operator).await] {
            assert_eq!(lines(&worker).await, Vec::<Value>::new());
        }
    }

    async fn each_matter_stands_there_with_its_clock_and_for_whom_it_is(test) {
        let (yonago, sakaiminato) = (test.officer(YONAGO).await, test.officer(SAKAIMINATO).await);
        let operator = test.person("Operator", Role::Operator).await;
        case(test, &family(test, YONAGO).await, YONAGO, "city", None).await;
        case(test, &family(test, YONAGO).await, YONAGO, "city", Some("2026-11-20")).await;
        case(test, &family(test, YONAGO).await, YONAGO, "city", Some("2026-11-22")).await;
        case(test, &family(test, YONAGO).await, YONAGO, "centre", None).await;
        let seen = lines(&yonago).await;
        assert_eq!(seen, [json!({ "matter": "outreach", "count": 2, "overdue": 1, "at": "2026-11-19T03:00:00Z" })]);
        assert_eq!(lines(&operator).await, [json!({ "matter": "outreach", "count": 1, "overdue": 0, "at": "2026-11-19T03:00:00Z" })]);
        assert_eq!(lines(&sakaiminato).await, Vec::<Value>::new());

        // A facility closes tomorrow, and one the day after: only what is near is told.
        let near = test.slot("sakai_care", "2026-11-22", ("08:30", "17:00"), (1, 1)).await;
        let far = test.slot("sakai_care", "2026-11-23", ("08:30", "17:00"), (1, 1)).await;
        test.write(move |conn| {
            let both = slots::table.filter(slots::id.eq_any([near.as_str(), far.as_str()]));
            Ok(diesel::update(both).set(slots::state.eq("closed")).execute(conn)?)
        })
        .await;
        let seen = lines(&sakaiminato).await;
        assert_eq!((matters(&seen), &seen[0]["count"], &seen[0]["facilities"][0]["id"]), (vec!["closures"], &json!(1), &json!("sakai")), "{seen:?}");

        // The last file of a kind counts: what was put right is no matter any more.
        let file = |name: &'static str, at: &'static str, ended: bool, bad: u32| {
            test.write(move |conn| {
                let counts = json!({ "read": 2, "applied": 1, "unchanged": 0, "kept": 0, "undecided": 0, "unregistered": 0, "bad": bad });
                Ok(diesel::insert_into(register_runs::table)
                    .values((
                        register_runs::id.eq(new_id()),
                        register_runs::kind.eq(name),
                        register_runs::name.eq("file.csv"),
                        register_runs::sha256.eq(new_id()),
                        register_runs::municipality.eq(SAKAIMINATO),
                        register_runs::sent_by.eq("test"),
                        register_runs::started_at.eq(stored(moment(at))),
                        register_runs::ended_at.eq(ended.then(|| stored(moment(at)))),
                        register_runs::counts.eq(counts.to_string()),
                    ))
                    .execute(conn)?)
            })
        };
        file("residents", "2026-11-20T09:00:00+09:00", true, 1).await;
        assert_eq!(matters(&lines(&sakaiminato).await), ["imports", "closures"]);
        file("residents", "2026-11-20T10:00:00+09:00", true, 0).await;
        assert_eq!(matters(&lines(&sakaiminato).await), ["closures"]);
        file("certified", "2026-11-21T11:00:00+09:00", false, 0).await;
        let seen = lines(&sakaiminato).await;
        assert_eq!((matters(&seen), &seen[0]["overdue"]), (vec!["imports", "closures"], &json!(1)), "it broke off: {seen:?}");
        assert_eq!(matters(&lines(&yonago).await), ["outreach"]);
    }

    async fn what_was_set_aside_is_tried_again_from_here(test) {
        let officer = test.officer(YONAGO).await;
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2025-05-01").await;
        let at = stored(moment("2026-11-21T11:00:00+09:00"));
        test.write(move |conn| {
            use api::schema::events;
            let event: String = events::table.select(events::id).limit(1).get_result(conn)?;
            Ok(diesel::insert_into(outbox::table)
                .values((
                    outbox::event_id.eq(event),
                    outbox::act_id.eq("act"),
                    outbox::actor.eq("test"),
                    outbox::attempts.eq(5),
                    outbox::set_aside_at.eq(at),
                ))
                .execute(conn)?)
        })
        .await;
        let seen = lines(&officer).await;
        assert_eq!(seen, [json!({ "matter": "set_aside", "count": 1, "overdue": 1, "at": "2026-11-21T02:00:00Z" })]);
        assert_eq!(officer.post("/office/today/set_aside/again", json!({})).await.status, 204);
        assert_eq!(lines(&officer).await, Vec::<Value>::new());
    }
}
