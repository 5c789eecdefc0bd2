//! One formatter: whatever says when a stay is says the same, for ten thousand instants and on devices in four time zones.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use shared::bookings::Booking;
use shared::feeds::{Entry, Reader, feed};
use shared::ids::BookingId;
use shared::locale::{Locale, clock_at, clock_span, iso_clock_at, iso_day_at, span, without_ruby};
use shared::notices::{Facts, Kind, words};
use shared::problem::Datum;

use crate::app::{Backend, DAY, TestApp, YONAGO};
use crate::feeds::read_back;

/// Where the devices are: Tokyo, two places with summer time and one on the other side of the date line.
const ZONES: [&str; 4] = ["Asia/Tokyo", "America/New_York", "Europe/London", "Pacific/Honolulu"];
/// So many instants.
const MANY: usize = 10_000;
/// Set in the process that says all instants on a machine elsewhere.
const ELSEWHERE: &str = "YUMIGAHAMA_FORMATS_ELSEWHERE";

/// From when to when, to the minute; every tenth ends at or after a midnight in Tokyo.
fn instants() -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut rng = StdRng::seed_from_u64(20_261_124);
    let first: DateTime<Utc> = "2020-01-01T00:00:00Z".parse().unwrap();
    (0..MANY)
        .map(|n| {
            let from = first + TimeDelta::minutes(rng.random_range(0..40 * 365 * 24 * 60));
            let midnight = shared::time::day_start(shared::time::next_day(shared::time::tokyo_day(from)));
            let until = if n % 10 == 0 {
                midnight + TimeDelta::minutes(rng.random_range(0..60))
            } else {
                from + TimeDelta::minutes(rng.random_range(1..3 * 24 * 60))
            };
            (from, until.max(from + TimeDelta::minutes(1)))
        })
        .collect()
}

/// Everything that our formatter says of all instants.
fn all_words() -> String {
    let mut hash = Sha256::new();
    for (from, until) in instants() {
        for locale in Locale::ALL {
            hash.update(span(from, until, locale));
            hash.update(shared::locale::moment(until, locale));
            hash.update(clock_span(from, until, locale));
        }
        hash.update(iso_day_at(from));
        hash.update(iso_clock_at(until));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tokyo's clock by plain arithmetic: nine hours ahead, no summer time.
fn by_hand(at: DateTime<Utc>) -> (String, String) {
    let text = (at.naive_utc() + TimeDelta::hours(9)).to_string();
    let (day, clock) = text.split_once(' ').unwrap();
    (day.to_owned(), clock[..5].to_owned())
}

#[test]
fn a_machine_elsewhere_says_the_same() {
    if std::env::var_os(ELSEWHERE).is_some() {
        println!("words {}", all_words());
        return;
    }
    let here = format!("words {}", all_words());
    for zone in ZONES {
        let told = Command::new(std::env::current_exe().unwrap())
            .args(["formats::a_machine_elsewhere_says_the_same", "--exact", "--nocapture"])
            .env(ELSEWHERE, "1")
            .env("TZ", zone)
            .output()
            .unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(told.lines().any(|line| line.contains(&here)), "{zone}: {told}");
    }
}

#[actix_web::test]
async fn screen_calendar_and_list_say_the_same_of_ten_thousand_instants() {
    let test = TestApp::start(Backend::Sqlite).await.unwrap();
    let ana = test.guardian("Ana", YONAGO).await;
    let child = ana.child("2025-05-01").await;
    let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await;
    let booking: Booking = serde_json::from_value(ana.book(&slot, &[&child]).await.body[0].clone()).unwrap();
    let bookings: Vec<Booking> = instants()
        .into_iter()
        .enumerate()
        .map(|(n, (starts_at, ends_at))| Booking {
            id: BookingId::new(n.to_string()),
            starts_at,
            ends_at,
            free_until: starts_at,
            ..booking.clone()
        })
        .collect();
    std::thread::scope(|threads| {
        for zone in ZONES {
            let bookings = &bookings;
            // In parts: one of the parsers takes ten times as long for each event of a calendar of ten times the length.
            threads.spawn(move || bookings.chunks(MANY / 10).for_each(|some| all_agree(some, zone)));
        }
    });
}

/// A calendar and a list of bookings, read on a machine in a time zone, say what the screen says.
fn all_agree(bookings: &[Booking], zone: &str) {
    let entries = bookings.iter().map(|booking| Entry { booking, address: None, changed_at: booking.starts_at });
    let text = feed(entries, Reader { site: "https://example.jp", locale: Locale::Ja, shows_names: false });
    let Some(read) = read_back(&text, zone) else { return };
    assert_eq!(read.len(), bookings.len());
    for (event, booking) in read.iter().zip(bookings) {
        let Booking { starts_at, ends_at, .. } = *booking;
        // The calendar: the same instants, and the words of a device that is elsewhere.
        assert_eq!((&event.uid, event.start.utc.parse().ok()), (&booking.id.to_string(), Some(starts_at)), "{zone}");
        assert_eq!(event.end.utc.parse().ok(), Some(ends_at), "{zone}");
        let screen = |at| shared::locale::moment(at, Locale::Ja);
        assert_eq!((&event.start.words, &event.end.words), (&screen(starts_at), &screen(ends_at)), "{zone}");
        // Its description: the words of the screen.
        let said: Vec<&str> = event.description.lines().collect();
        assert_eq!(said[1], span(starts_at, ends_at, Locale::Ja), "{zone}");
        assert!(event.description.contains(&screen(starts_at)));
        // The list.
        let told = (iso_day_at(starts_at), iso_clock_at(starts_at));
        assert_eq!(told, by_hand(starts_at));
        assert_eq!(clock_at(starts_at).parse::<chrono::NaiveTime>().ok(), told.1.parse().ok());
        assert_eq!(without_ruby(&span(starts_at, ends_at, Locale::Easy)), span(starts_at, ends_at, Locale::Ja));
    }
}

/// Mail, push and inbox fill their sentences with what the screen says.
#[test]
fn notices_say_the_same_of_ten_thousand_instants() {
    let shipped = |kind, locale| words::plain(&words::shipped(kind, locale));
    for (from, until) in instants() {
        let facts: Facts = [
            ("facility", Datum::Text("園".to_owned())),
            ("stay", Datum::Span { starts_at: from, ends_at: until }),
            ("free_until", Datum::Moment(from)),
        ]
        .map(|(name, datum)| (name.to_owned(), datum))
        .into();
        for locale in Locale::ALL {
            let screen = |text: String| without_ruby(&text);
            let told = words::plain(&words::say(&shipped(Kind::BookingFreeUntil, locale), &facts, locale));
            assert!(told.body.contains(&screen(span(from, until, locale))), "{told:?}");
            assert!(told.body.contains(&screen(shared::locale::moment(from, locale))), "{told:?}");
            let word = |name| words::word(name, &facts, locale);
            assert_eq!(word("day"), shared::locale::day(shared::time::tokyo_day(from), locale));
            assert_eq!((word("from"), word("until")), (clock_at(from), clock_at(until)));
        }
    }
}

/// Every source below a folder.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.to_string_lossy().into_owned();
        if entry.is_dir() && !name.ends_with("/vendor") && !name.ends_with("/tests") {
            sources(&entry, found);
        } else if [".rs", ".js"].iter().any(|kind| name.ends_with(kind)) && !name.ends_with("tests.rs") {
            found.push((name.clone(), std::fs::read_to_string(&entry).unwrap()));
        }
    }
}

#[test]
fn nothing_else_writes_days_and_times() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut all = Vec::new();
    for folder in ["shared/src", "api/src", "web/src", "web/public"] {
        sources(&root.join(folder), &mut all);
    }
    assert!(all.len() > 200);
    // The device's zone, and patterns of chrono or of the browser.
    let words = [
        ".format(\"",
        "Local::now",
        "chrono::Local",
        "offset::Local",
        "toLocale",
        "Intl.DateTimeFormat",
        "getHours(",
        "getTimezoneOffset",
        "js_sys::Date",
    ];
    // Where formats are laid down: the one place, iCalendar and SQL.
    let allowed = ["shared/src/locale.rs", "shared/src/feeds/writer.rs", "api/src/figures/store/counting.rs"];
    for (name, text) in all {
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for word in words.iter().filter(|word| text.contains(**word)) {
            assert!(
                *word == ".format(\"" && allowed.iter().any(|file| name.ends_with(file)),
                "{name} has {word}: days and times are said by shared::locale"
            );
        }
    }
}
