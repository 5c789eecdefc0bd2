//! Open boards are told what happens at their facility, and nobody else's.

use std::time::{Duration, Instant};

use api::db::Db;
use api::outbox::Act;
use api::schema::events::dsl as events;
use api::{App, attendance, system_clock};
use diesel::prelude::*;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use shared::ids::FacilityId;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, code};

/// Longer than anything should take, also where the machine has other things to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open board.
struct Board {
    stream: Response,
    read: String,
}

impl Board {
    async fn open(person: &Person) -> Self {
        let stream = person.request(Method::GET, "/staff/events").send().await.unwrap();
        assert_eq!((stream.status().as_u16(), stream.headers()["content-type"].to_str().unwrap()), (200, "text/event-stream"));
        let mut board = Self { stream, read: String::new() };
        assert_eq!(board.next().await, Some(("hello".to_owned(), json!({}))));
        board
    }

    /// What is said next; none where the stream ends.
    async fn next(&mut self) -> Option<(String, Value)> {
        while !self.read.contains("\n\n") {
            let chunk = tokio::time::timeout(PATIENCE, self.stream.chunk()).await.unwrap().unwrap_or(None)?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        let (frame, rest) = self.read.split_once("\n\n").map(|(frame, rest)| (frame.to_owned(), rest.to_owned())).unwrap();
        self.read = rest;
        let (event, data) = frame.strip_prefix("event: ").and_then(|frame| frame.split_once("\ndata: ")).unwrap();
        Some((event.to_owned(), serde_json::from_str(data).unwrap()))
    }

    /// The next change.
    async fn change(&mut self) -> Option<Value> {
        loop {
            let (event, data) = self.next().await?;
            if event == "change" {
                return Some(data);
            }
        }
    }
}

/// Tells the open boards of this test, as the serving process does.
fn tell(test: &TestApp) {
    actix_web::rt::spawn(attendance::live::keep_telling(test.app.clone()));
}

/// Writes an event at a facility as another process on the same database would.
async fn happens_elsewhere(test: &TestApp, facility: &str, subject: &str) {
    let db = Db::open(&test.app.config.database_url, 1).unwrap();
    let other = App::new(db, (*test.app.config).clone(), system_clock());
    let (act, facility, subject) = (Act::of_command("elsewhere", test.app.now()), FacilityId::from(facility), subject.to_owned());
    let write = move |conn: &mut api::db::AnyConnection| act.record(conn, "slot.changed", (&code(SAKAIMINATO), Some(&facility)), &subject);
    other.db.write(write).await.unwrap();
}

on_both! {
    async fn what_another_session_does_is_told_within_a_second_and_by_ids_only(test) {
        tell(test);
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        test.at("2026-12-01T09:00:00+09:00");
        let (one, other) = (test.staff("sakai").await, test.staff("sakai").await);
        let mut board = Board::open(&one).await;
        // What happened a moment before the board opened may be told as well: it is read again, and nothing is lost.
        let began = Instant::now();
        assert_eq!(other.post(&format!("/bookings/{booking}/check_in"), json!({})).await.status, 200);
        let told = loop {
            let change = board.change().await.unwrap();
            if change["kind"] == "booking.checked_in" {
                break change;
            }
        };
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        assert_eq!(told, json!({ "kind": "booking.checked_in", "subject_id": booking }));
    }

    async fn what_another_process_writes_is_told_and_nothing_of_another_facility(test) {
        tell(test);
        let (mut here, mut there) = (Board::open(&test.staff("sakai").await).await, Board::open(&test.staff("yonago").await).await);
        happens_elsewhere(test, "sakai", "one").await;
        happens_elsewhere(test, "yonago", "two").await;
        happens_elsewhere(test, "sakai", "three").await;
        let subject = |change: Option<Value>| change.unwrap()["subject_id"].as_str().unwrap().to_owned();
        assert_eq!([subject(here.change().await), subject(here.change().await)], ["one", "three"]);
        assert_eq!(subject(there.change().await), "two");
    }

    async fn an_event_that_is_written_late_with_an_earlier_id_is_told_once(test) {
        tell(test);
        let mut board = Board::open(&test.staff("sakai").await).await;
        let earlier = Act::of_command("early", test.app.now()).id;
        happens_elsewhere(test, "sakai", "first").await;
        assert_eq!(board.change().await.unwrap()["subject_id"], "first");
        test.write(move |conn| {
            let row = (events::id.eq(&earlier), events::kind.eq("slot.changed"), events::municipality.eq(SAKAIMINATO), events::facility_id.eq("sakai"), events::subject_id.eq("late"), events::occurred_at.eq(chrono::Utc::now().naive_utc()));
            diesel::insert_into(events::events).values(row).execute(conn)?;
            Ok(())
        }).await;
        assert_eq!(board.change().await.unwrap()["subject_id"], "late");
        happens_elsewhere(test, "sakai", "last").await;
        assert_eq!(board.change().await.unwrap()["subject_id"], "last", "something was told twice");
    }

    async fn only_the_facilitys_own_staff_may_watch(test) {
        let path = "/staff/events?facility_id=sakai";
        for (person, status) in [
            (test.anybody(), 401),
            (test.guardian("Ana", YONAGO).await, 403),
            (test.officer(SAKAIMINATO).await, 403),
            (test.staff("yonago").await, 404),
        ] {
            assert_eq!(person.get(path).await.status, status);
        }
    }

    async fn the_stream_ends_with_the_session_and_with_the_server(test) {
        tell(test);
        let (staff, other) = (test.staff("sakai").await, test.staff("sakai").await);
        let (mut board, mut second) = (Board::open(&staff).await, Board::open(&other).await);
        assert_eq!(staff.post("/auth/logout", json!({})).await.status, 204);
        happens_elsewhere(test, "sakai", "after").await;
        assert_eq!(board.change().await, None, "somebody who has signed out was told");
        assert_eq!(second.change().await.unwrap()["subject_id"], "after");
        test.app.boards.end();
        assert_eq!(second.change().await, None);
    }
}
