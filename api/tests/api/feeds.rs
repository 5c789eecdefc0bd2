//! Calendar feeds over HTTP, read back by two parsers that are not ours.

use std::io::Write;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, moment};

/// An event as a parser understood it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Read {
    pub uid: String,
    pub sequence: i64,
    pub status: String,
    pub zone: String,
    pub start: Instant,
    pub end: Instant,
    pub changed: String,
    pub summary: String,
    pub description: String,
    pub location: String,
    pub url: String,
}

/// An instant in UTC, and as the machine says Tokyo's time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Instant {
    pub utc: String,
    pub words: String,
}

#[derive(Deserialize)]
struct Understood {
    zone: String,
    ical_js: Vec<Read>,
    node_ical: Vec<Read>,
}

/// What two parsers understand of a calendar on a machine in this time zone; they must agree. None: they are not installed, which only
/// `make test` insists on.
pub fn read_back(text: &str, zone: &str) -> Option<Vec<Read>> {
    let journeys = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../e2e");
    if !journeys.join("node_modules/node-ical").exists() && std::env::var("YUMIGAHAMA_REQUIRE_POSTGRES").as_deref() != Ok("1") {
        eprintln!("the parsers of calendars are not installed: npm ci in e2e");
        return None;
    }
    let mut parsers = Command::new("node")
        .arg("fixtures/calendars.mjs")
        .current_dir(journeys)
        .env("TZ", zone)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, text) = (parsers.stdin.take().unwrap(), text.to_owned());
    let writing = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let told = parsers.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(told.status.success(), "the parsers failed");
    let understood: Understood = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(understood.zone, zone, "the machine does not know the time zone");
    assert_eq!(understood.ical_js, understood.node_ical, "the parsers disagree");
    Some(understood.ical_js)
}

/// What a calendar gets at an address, with headers.
async fn fetch(test: &TestApp, address: &str, etag: Option<&str>) -> Answer {
    let path = address.strip_prefix("http://localhost:0").unwrap();
    let mut request = reqwest::Client::new().get(format!("{}{path}", test.base));
    if let Some(etag) = etag {
        request = request.header("if-none-match", etag);
    }
    test.anybody().send(request).await
}

async fn make(person: &Person, shows_names: bool) -> String {
    let made = person.post("/calendar_feed", json!({ "shows_names": shows_names })).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    made.body["address"].as_str().unwrap().to_owned()
}

async fn text_of(test: &TestApp, address: &str) -> String {
    let answer = fetch(test, address, None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/calendar; charset=utf-8");
    answer.body.as_str().unwrap().to_owned()
}

async fn put(person: &Person, path: &str, body: Value) -> Answer {
    person.send(person.request(Method::PUT, path).json(&body)).await
}

/// The one event of a calendar, unfolded.
fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

fn has(text: &str, line: &str) -> bool {
    lines(text).iter().any(|one| one == line)
}

on_both! {
    async fn a_feed_follows_a_booking_from_made_to_moved_to_cancelled(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let [first, other] = [test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await, test.slot("yonago_care", "2026-12-02", ("08:30", "17:00"), (5, 5)).await];
        let address = make(&ana, false).await;
        assert!(!text_of(test, &address).await.contains("BEGIN:VEVENT"));
        let id = ana.book(&first, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        let text = text_of(test, &address).await;
        for line in [
            &format!("UID:{id}"), "SEQUENCE:0", "STATUS:CONFIRMED", "DTSTART;TZID=Asia/Tokyo:20261201T083000", "DTEND;TZID=Asia/Tokyo:20261201T170000",
            "SUMMARY:予約：yonago園", "LAST-MODIFIED:20261121T030000Z", &format!("URL:http://localhost:0/bookings/{id}"),
        ] {
            assert!(has(&text, line), "{line} is not in {text}");
        }
        test.at("2026-11-22T12:00:00+09:00");
        assert_eq!(ana.post(&format!("/bookings/{id}/reschedule"), json!({ "slot_id": other })).await.status, 200);
        let text = text_of(test, &address).await;
        for line in [&format!("UID:{id}"), "SEQUENCE:1", "DTSTART;TZID=Asia/Tokyo:20261202T083000", "LAST-MODIFIED:20261122T030000Z"] {
            assert!(has(&text, line), "{line} is not in {text}");
        }
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
        assert_eq!(ana.post(&format!("/bookings/{id}/cancel"), json!({})).await.status, 200);
        let text = text_of(test, &address).await;
        for line in [&format!("UID:{id}"), "SEQUENCE:2", "STATUS:CANCELLED", "SUMMARY:（取り消し済み）予約：yonago園"] {
            assert!(has(&text, line), "{line} is not in {text}");
        }
        // Whoever is away for weeks still learns of it; some day it is over.
        test.at("2027-01-30T12:00:00+09:00");
        assert!(text_of(test, &address).await.contains("STATUS:CANCELLED"));
        test.at("2027-02-02T12:00:00+09:00");
        assert!(!text_of(test, &address).await.contains("BEGIN:VEVENT"));
    }

    async fn an_address_is_secret_and_renewed_and_removed(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        assert_eq!(ana.get("/calendar_feed").await.body, json!({ "shows_names": false }));
        let first = make(&ana, false).await;
        assert_eq!(first.strip_prefix("http://localhost:0/calendar/").and_then(|rest| rest.strip_suffix(".ics")).unwrap().len(), 43);
        assert_eq!(ana.get("/calendar_feed").await.body["read_at"], Value::Null);
        text_of(test, &first).await;
        let known = ana.get("/calendar_feed").await.body;
        assert_eq!(known["read_at"], "2026-11-21T03:00:00Z");
        assert!(!known.to_string().contains("calendar/"), "the address is told once");
        let second = make(&ana, false).await;
        assert_eq!((fetch(test, &first, None).await.code_number(), fetch(test, &second, None).await.code_number()), (404, 200));
        for _ in 0..2 {
            assert_eq!(ana.post("/calendar_feed/remove", json!({})).await.status, 204);
        }
        assert_eq!(fetch(test, &second, None).await.status, 404);
        assert_eq!(put(&ana, "/calendar_feed", json!({ "shows_names": true })).await.status, 404);
        for wrong in ["/calendar/x.ics", "/calendar/.ics"] {
            assert_eq!(fetch(test, &format!("http://localhost:0{wrong}"), None).await.status, 404);
        }
        // Nothing that is kept gives the address away.
        let secret = second.rsplit('/').next().unwrap().trim_end_matches(".ics").to_owned();
        let kept = test.write(move |conn| {
            use api::schema::{calendar_feeds, idempotency_keys};
            use diesel::prelude::*;
            let hashes: Vec<String> = calendar_feeds::table.select(calendar_feeds::token_hash).load(conn)?;
            let answers: Vec<Option<String>> = idempotency_keys::table.select(idempotency_keys::answer).load(conn)?;
            Ok(hashes.into_iter().chain(answers.into_iter().flatten()).any(|text| text.contains(&secret)))
        }).await;
        assert!(!kept);
    }

    async fn no_child_is_named_until_the_guardian_says_so(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let id = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        let address = make(&ana, false).await;
        let file = format!("/bookings/{id}/calendar");
        assert!(!text_of(test, &address).await.contains("あおい"));
        assert!(!ana.get(&file).await.body.as_str().unwrap().contains("あおい"));
        assert_eq!(put(&ana, "/calendar_feed", json!({ "shows_names": true })).await.body["shows_names"], true);
        assert!(has(&text_of(test, &address).await, "SUMMARY:あおい yonago園"));
        assert!(has(ana.get(&file).await.body.as_str().unwrap(), "SUMMARY:あおい yonago園"));
        // Nobody else's booking is in it, and nobody else has the file.
        let bea = test.guardian("Bea", SAKAIMINATO).await;
        assert!(!text_of(test, &make(&bea, true).await).await.contains("BEGIN:VEVENT"));
        assert_eq!(bea.get(&file).await.status, 404);
    }

    async fn what_did_not_change_is_not_sent_again(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let address = make(&ana, false).await;
        let first = fetch(test, &address, None).await;
        assert_eq!((first.headers["cache-control"].to_str().unwrap(), first.headers["x-robots-tag"].to_str().unwrap()), ("private, no-cache", "noindex"));
        test.at("2026-11-21T18:00:00+09:00");
        let again = fetch(test, &address, Some(&first.etag())).await;
        assert_eq!((again.code_number(), again.etag()), (304, first.etag()));
        assert_eq!(ana.get("/calendar_feed").await.body["read_at"], "2026-11-21T09:00:00Z");
        ana.book(&slot, &[&child]).await;
        assert_eq!(fetch(test, &address, Some(&first.etag())).await.status, 200);
    }

    async fn a_booking_is_a_file_for_a_calendar(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let id = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        let file = ana.get(&format!("/bookings/{id}/calendar")).await;
        assert_eq!(file.headers["content-type"], "text/calendar; charset=utf-8; method=PUBLISH");
        assert!(file.headers["content-disposition"].to_str().unwrap().contains("2026"));
        let text = file.body.as_str().unwrap();
        assert!(has(text, "METHOD:PUBLISH") && has(text, &format!("UID:{id}")));
        // The same, to go along with a mail; for nobody but the family.
        let (account, stranger) = (me(&ana).await, me(&test.guardian("Bea", YONAGO).await).await);
        let (booking, wanted) = (shared::ids::BookingId::new(id), text.to_owned());
        test.write(move |conn| {
            let of = |conn: &mut api::db::AnyConnection, account: &str| api::feeds::booking_attachment(conn, &booking, &account.into(), "http://localhost:0/");
            assert_eq!(of(conn, &account)?.map(|file| String::from_utf8(file.bytes).unwrap()), Some(wanted.clone()));
            assert_eq!(of(conn, &stranger)?, None);
            Ok(())
        }).await;
    }

    async fn two_parsers_read_what_the_app_says(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        for (day, times) in [(DAY, ("08:30", "17:00")), ("2026-12-02", ("08:30", "12:30")), ("2026-12-03", ("08:30", "17:00"))] {
            let slot = test.slot("yonago_care", day, ("08:30", "17:00"), (5, 5)).await;
            assert_eq!(ana.book_times(&slot, &[&child], day, times).await.status, 201);
        }
        let shown = ana.get("/bookings").await.body["items"].as_array().unwrap().clone();
        ana.post(&format!("/bookings/{}/cancel", shown[2]["id"].as_str().unwrap()), json!({})).await;
        let text = text_of(test, &make(&ana, false).await).await;
        for zone in ["Asia/Tokyo", "America/New_York", "Pacific/Auckland"] {
            let Some(read) = read_back(&text, zone) else { return };
            let shown = ana.get("/bookings").await.body["items"].as_array().unwrap().clone();
            assert_eq!(read.len(), shown.len());
            for (event, booking) in read.iter().zip(&shown) {
                assert_eq!(event.uid, booking["id"].as_str().unwrap());
                assert_eq!(moment(&event.start.utc), moment(booking["starts_at"].as_str().unwrap()), "{zone}");
                assert_eq!(moment(&event.end.utc), moment(booking["ends_at"].as_str().unwrap()), "{zone}");
                assert_eq!(event.sequence + 1, booking["version"].as_i64().unwrap());
            }
            assert_eq!(read.iter().map(|event| event.status.as_str()).collect::<Vec<_>>(), ["CONFIRMED", "CONFIRMED", "CANCELLED"]);
        }
    }
}

async fn me(person: &Person) -> String {
    person.get("/me").await.body["id"].as_str().unwrap().to_owned()
}
