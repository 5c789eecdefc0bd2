//! What happened, for vendors' programs: everything they may know, once, in one order, from wherever they stopped.

use std::collections::BTreeSet;

use api::audit;
use api::schema::events;
use diesel::prelude::*;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use shared::events::TOLD;

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, families as many};
use crate::clients::{grant, program, register};

const READS: [&str; 4] = ["bookings:read", "attendance:read", "slots:read", "facilities:read"];

async fn sealed(test: &TestApp) {
    audit::jobs::seal(&test.app).await.unwrap();
}

/// A program that these scopes are granted at a facility.
async fn follower(test: &TestApp, facility: &str, scopes: &[&str]) -> Person {
    let client = register(test, YONAGO, "ほいくノート").await;
    assert_eq!(grant(&test.staff(facility).await, &client.id, facility, scopes).await.status, 200);
    program(test, &client, None).await
}

/// What happened to what, from a page.
fn told(page: &Answer) -> Vec<(String, String)> {
    assert_eq!(page.status, 200, "{:?}", page.body);
    let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    page.body["items"].as_array().unwrap().iter().map(|one| (word(one, "kind"), word(one, "subject_id"))).collect()
}

fn next(page: &Answer) -> String {
    page.body["next_cursor"].as_str().unwrap().to_owned()
}

on_both! {
    async fn a_program_is_told_what_it_may_read_and_goes_on_where_it_stopped(test) {
        let all = follower(test, "sakai", &READS).await;
        let places = follower(test, "sakai", &["slots:read"]).await;
        let elsewhere = follower(test, "yonago", &READS).await;
        sealed(test).await;
        // From now on.
        let begun = all.get(&format!("/events?since={}", test.app.now().to_rfc3339().replace('+', "%2B"))).await;
        let (mut at, before) = (next(&begun), told(&begun).len());
        assert_eq!((&begun.body["has_more"], before), (&json!(false), 0));
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 0)).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(ana.post(&format!("/bookings/{booking}/messages"), json!({ "words": "よろしくお願いします。" })).await.status, 201);
        assert_eq!(ana.post(&format!("/bookings/{booking}/cancel"), json!({})).await.status, 200);
        // What is not linked yet is told a moment later, and nothing is passed over.
        let early = all.get(&format!("/events?cursor={at}")).await;
        assert_eq!((told(&early), next(&early)), (Vec::new(), at.clone()));
        sealed(test).await;
        let mut seen = Vec::new();
        loop {
            let page = all.get(&format!("/events?limit=1&cursor={at}")).await;
            seen.extend(told(&page));
            at = next(&page);
            if page.body["has_more"] == false {
                break;
            }
        }
        let of = |kind: &str| (kind.to_owned(), booking.clone());
        let of_booking: Vec<_> = seen.iter().filter(|(kind, _)| kind.starts_with("booking.")).cloned().collect();
        assert_eq!(of_booking, [of("booking.confirmed"), of("booking.cancelled")]);
        // A message is nobody else's business.
        assert!(seen.iter().all(|(kind, _)| TOLD.iter().any(|known| known.kind == kind)), "{seen:?}");
        let page = all.get("/events").await;
        let one = page.body["items"].as_array().unwrap().iter().find(|one| one["kind"] == "booking.cancelled").unwrap().clone();
        assert_eq!((&one["subject"], &one["facility_id"], &one["municipality"]), (&json!("booking"), &json!("sakai"), &json!(SAKAIMINATO)));
        assert_eq!(one.as_object().unwrap().len(), 7, "an event says more than it should: {one}");
        assert_eq!(all.get(&format!("/bookings/{booking}")).await.status, 200);
        // Nobody is told of what it may not read.
        assert!(told(&places.get("/events").await).iter().all(|(kind, _)| kind.starts_with("slot.") || kind.starts_with("places.")));
        assert!(told(&elsewhere.get("/events").await).iter().all(|(_, subject)| *subject != booking));
        assert_eq!(elsewhere.get("/events?facility_id=sakai").await.status, 404);
        assert_eq!(told(&all.get("/events?facility_id=sakai").await), told(&page));
        let writes = follower(test, "sakai", &["slots:write"]).await;
        let nothing = writes.get("/events").await;
        assert_eq!((nothing.code_number(), nothing.code()), (409, "events.nothing_told"));
        // People read it on their pages.
        let (nobody, staff) = (test.anybody().get("/events").await, test.staff("sakai").await.get("/events").await);
        assert_eq!((nobody.code_number(), staff.code_number()), (401, 403));
    }

    async fn a_wrong_cursor_is_told_and_an_old_one_too(test) {
        let all = follower(test, "sakai", &READS).await;
        test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 0)).await;
        sealed(test).await;
        let first = all.get("/events?limit=1").await;
        for wrong in ["cursor=xyz", "cursor=OTk5OTk5OTk", "cursor=LTE", "limit=0", "limit=201", "since=2026-01-01T00:00:00Z", "since=yesterday"] {
            let refused = all.get(&format!("/events?{wrong}")).await;
            assert_eq!(refused.code_number(), 422, "{wrong}: {:?}", refused.body);
        }
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2025-05-01").await;
        sealed(test).await;
        // What would follow is no longer told: to go on would leave something out.
        test.write(|conn| {
            let long_ago = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
            Ok(diesel::update(events::table).set(events::occurred_at.eq(long_ago)).execute(conn)?)
        }).await;
        let refused = all.get(&format!("/events?cursor={}", next(&first))).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "events.cursor_expired"));
        let anew = all.get("/events").await;
        assert_eq!(told(&anew), Vec::new());
        assert_eq!(all.get(&format!("/events?cursor={}", next(&anew))).await.status, 200);
    }

    async fn while_many_write_at_once_whoever_follows_misses_nothing(test) {
        let all = follower(test, "sakai", &["bookings:read"]).await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (40, 0)).await;
        sealed(test).await;
        let mut at = next(&all.get("/events").await);
        let people = many(test, 24, SAKAIMINATO, "2025-05-01").await;
        let books = join_all(people.iter().map(|(person, child)| {
            let slot = slot.clone();
            async move {
                loop {
                    let status = person.book(&slot, &[child]).await.code_number();
                    if status != 503 {
                        return status;
                    }
                }
            }
        }));
        let follows = async {
            let mut seen: Vec<(String, String)> = Vec::new();
            for _ in 0..400 {
                sealed(test).await;
                let page = all.get(&format!("/events?limit=3&cursor={at}")).await;
                seen.extend(told(&page));
                at = next(&page);
                if seen.len() >= people.len() {
                    break;
                }
            }
            seen
        };
        let (statuses, seen) = join(books, follows).await;
        assert!(statuses.iter().all(|status| *status == 201), "{statuses:?}");
        let once: BTreeSet<&(String, String)> = seen.iter().collect();
        assert_eq!((seen.len(), once.len()), (24, 24));
    }
}
