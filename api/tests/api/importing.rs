//! Bookings of another system: taken in once, by the rules of any booking, and against those who book meanwhile.

use std::path::PathBuf;
use std::time::Duration;

use diesel::prelude::*;
use futures_util::future::{join, join_all};
use serde_json::json;

use api::bookings::engine::{self, Lock};
use api::bookings::import::import_bookings;
use api::error::ApiError;
use api::families;
use api::outbox::Act;
use api::schema::{accounts, audit_lines, bookings, children, events, imported_bookings};
use shared::bookings::{NewBooking, place};
use shared::facilities::{Encoding, ImportReport};
use shared::ids::{ChildId, FamilyId, SlotId};
use shared::locale::Locale;
use tokio::sync::Barrier;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, families as many};
use crate::races::taken;

const HEAD: &str = "予約番号,全国地方公共団体コード,施設ID,事業,利用日,開始時刻,終了時刻,児童カナ,生年月日,保護者メールアドレス";

/// A row for a whole day of care at one of the tests' facilities.
fn row(number: &str, facility: &str, day: &str, child: &Known) -> String {
    let city = if facility == "sakai" { SAKAIMINATO } else { YONAGO };
    let Known { kana, born, mail } = child;
    format!("{number},{city},{facility},temporary_care,{day},8:30,17:00,{kana},{born},{mail}")
}

fn file(rows: &[String]) -> String {
    std::iter::once(HEAD.to_owned()).chain(rows.iter().cloned()).collect::<Vec<_>>().join("\r\n")
}

/// What another system knows of a child.
struct Known {
    kana: String,
    born: String,
    mail: String,
}

/// What the other system would write of these children.
async fn known(test: &TestApp, ids: &[&str]) -> Vec<Known> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    test.write(move |conn| {
        ids.iter()
            .map(|id| {
                let child = children::table.filter(children::id.eq(id));
                let (family, kana, born): (String, String, chrono::NaiveDate) =
                    child.select((children::family_id, children::kana, children::born)).first(conn)?;
                let mail = accounts::table.filter(accounts::family_id.eq(&family)).select(accounts::email).first(conn)?;
                Ok(Known { kana, born: born.format("%Y/%-m/%-d").to_string(), mail })
            })
            .collect()
    })
    .await
}

async fn import(test: &TestApp, bytes: &[u8], dry_run: bool) -> ImportReport {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("bookings.csv");
    std::fs::write(&file, bytes).unwrap();
    import_bookings(&test.app, &[file], dry_run).await.unwrap()
}

/// Read, booked, known before, left out.
fn counts(report: &ImportReport) -> [u32; 4] {
    let file = &report.files[0];
    [file.read, file.new, file.unchanged, file.bad]
}

/// Line, column and code of everything that was told.
fn told(report: &ImportReport) -> Vec<(u64, &str, &str)> {
    let findings = report.files[0].findings.iter();
    findings.map(|finding| (finding.line, finding.column.as_deref().unwrap_or_default(), finding.reason.code.as_ref())).collect()
}

async fn all(test: &TestApp) -> (i64, i64, i64) {
    test.write(|conn| {
        Ok((
            bookings::table.count().get_result(conn)?,
            imported_bookings::table.count().get_result(conn)?,
            events::table.count().get_result(conn)?,
        ))
    })
    .await
}

on_both! {
    async fn good_rows_are_booked_once_and_bad_ones_are_told(test) {
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", SAKAIMINATO).await);
        let (a, old, b) = (ana.child("2025-05-01").await, ana.child("2022-05-01").await, ben.child("2025-06-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        let closed = test.slot("yonago_care", "2026-12-02", ("08:30", "17:00"), (1, 1)).await;
        assert_eq!(test.staff("yonago").await.patch(&format!("/slots/{closed}"), json!({ "state": "closed" }), "\"v1\"").await.status, 200);
        let people = known(test, &[&a, &old, &b]).await;
        let [a, old, b] = people.as_slice() else { panic!() };
        let stranger = Known { kana: a.kana.clone(), born: a.born.clone(), mail: "nobody@example.jp".to_owned() };
        let twin = Known { born: "2025/5/2".to_owned(), kana: a.kana.clone(), mail: a.mail.clone() };
        let rows = [
            row("1", "sakai", DAY, a),
            row("2", "sakai", DAY, b),
            row("3", "sakai", DAY, old),
            row("4", "nowhere", DAY, a),
            row("5", "sakai", "2026-12-03", a),
            row("6", "sakai", DAY, &stranger),
            row("7", "sakai", DAY, &twin),
            row("8", "yonago", "2026-12-02", a),
            row("1", "yonago", "2026-12-02", a).replace(YONAGO, SAKAIMINATO),
            row("10", "sakai", "夕方", a),
            // Overlaps with what the first row took, and at another facility.
            row("11", "sakai", DAY, a),
        ];
        let list = file(&rows);
        let expected = [
            (3, "", "bookings.slot_full"),
            (5, "施設ID", "bookings.import.facility_unknown"),
            (6, "利用日", "bookings.import.slot_unknown"),
            (7, "保護者メールアドレス", "bookings.import.guardian_unknown"),
            (8, "児童カナ", "bookings.import.child_unknown"),
            (9, "", "bookings.slot_closed"),
            (10, "予約番号", "bookings.import.number_twice"),
            (11, "利用日", "bookings.import.date_unread"),
            (12, "", "bookings.overlap"),
            (12, "", "bookings.slot_full"),
        ];
        let before = all(test).await;
        let dry = import(test, list.as_bytes(), true).await;
        assert_eq!((told(&dry), counts(&dry), dry.dry_run), (expected.to_vec(), [11, 2, 0, 9], true));
        assert_eq!(all(test).await, before, "a dry run writes nothing");
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode(&list);
        let wet = import(test, &bytes, false).await;
        assert_eq!((wet.files[0].encoding, &wet.files[0].findings), (Some(Encoding::Cp932), &dry.files[0].findings));
        assert_eq!((counts(&wet), wet.is_clean()), ([11, 2, 0, 9], false));
        assert_eq!(taken(test, &slot).await, (2, 1));
        assert_eq!((ana.active_bookings().await, ben.active_bookings().await), (2, 0));
        let booking = ana.get("/bookings?active_only=true").await.body["items"][0].clone();
        assert_eq!((booking["state"]["kind"].as_str(), booking["entered"]["entered_by"].as_str()), (Some("confirmed"), Some("import")));
        // Each import is an event of its own beside the booking's, and the audit names the other system's number.
        let id = booking["id"].as_str().unwrap().to_owned();
        type Lines = Vec<(String, String, Option<String>)>;
        let (kinds, lines): (Vec<String>, Lines) = test
            .write(move |conn| {
                let mine = audit_lines::table.filter(audit_lines::subject_id.eq(&id)).order(audit_lines::id);
                Ok((
                    events::table.filter(events::subject_id.eq(&id)).order(events::id).select(events::kind).load(conn)?,
                    mine.select((audit_lines::action, audit_lines::actor, audit_lines::note)).load(conn)?,
                ))
            })
            .await;
        assert_eq!(kinds, ["booking.confirmed", "booking.imported"]);
        let line = |action: &str| (action.to_owned(), "import bookings".to_owned(), Some("import 1".to_owned()));
        assert_eq!(lines, [line("booking.confirmed"), line("booking.imported")]);
        // Again: nothing is booked twice, also when a booking ended since.
        let cancel = format!("/bookings/{}/cancel", booking["id"].as_str().unwrap());
        assert_eq!(ana.post(&cancel, json!({})).await.status, 200);
        let again = import(test, file(&[row("1", "sakai", DAY, a), row("3", "sakai", DAY, old)]).as_bytes(), false).await;
        assert_eq!((counts(&again), again.is_clean(), ana.active_bookings().await), ([2, 0, 2, 0], true, 1));
        // The same number for something else is told, and changes nothing.
        let other = import(test, file(&[row("1", "sakai", DAY, old)]).as_bytes(), false).await;
        assert_eq!((told(&other), counts(&other)), (vec![(2, "予約番号", "bookings.import.changed")], [1, 0, 0, 1]));
        let text = api::tables::report_text(&other, Locale::Ja);
        assert!(text.contains("この予約番号は、別の内容で取り込み済みです。") && text.contains("予約番号"), "{text}");
    }

    async fn a_file_is_rehearsed_as_it_would_be_imported(test) {
        // Ten hours a month, two places, three children, eight days: places and hours run out on the way.
        let ana = test.guardian("Ana", YONAGO).await;
        let ids = [ana.child("2025-05-01").await, ana.child("2025-05-02").await, ana.child("2025-05-03").await];
        let people = known(test, &ids.each_ref().map(String::as_str)).await;
        let mut rows = Vec::new();
        for (n, day) in (1..9).map(|day| format!("2026-12-{day:02}")).enumerate() {
            test.slot("sakai_open", &day, ("09:00", "15:00"), (2, 0)).await;
            for (m, child) in people.iter().enumerate() {
                let hours = if (n + m) % 2 == 0 { "9:00,13:00" } else { "9:30,12:00" };
                rows.push(row(&format!("{n}-{m}"), "sakai", &day, child).replace("temporary_care", "open_nursery").replace("8:30,17:00", hours));
            }
        }
        let list = file(&rows);
        let dry = import(test, list.as_bytes(), true).await;
        assert_eq!(all(test).await.0, 0);
        let wet = import(test, list.as_bytes(), false).await;
        assert_eq!(dry.files, wet.files);
        let codes: std::collections::BTreeSet<&str> = told(&wet).iter().map(|(_, _, code)| *code).collect();
        assert!(codes.contains("bookings.slot_full") && codes.contains("bookings.month_limit"), "{codes:?}");
        let booked = i64::from(wet.files[0].new);
        assert!(booked > 3 && all(test).await.0 == booked && all(test).await.1 == booked);
    }

    async fn those_who_wait_are_asked_before_a_file_is(test) {
        let people = many(test, 3, YONAGO, "2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (1, 0)).await;
        let booked = people[0].0.book(&slot, &[&people[0].1]).await;
        let waiting = json!({ "slot_id": slot, "child_ids": [people[1].1], "if_full": "waitlist" });
        assert_eq!(people[1].0.post("/bookings", waiting).await.status, 202);
        let cancel = format!("/bookings/{}/cancel", booked.body[0]["id"].as_str().unwrap());
        assert_eq!(people[0].0.post(&cancel, json!({})).await.status, 200);
        let third = known(test, &[&people[2].1]).await;
        let report = import(test, file(&[row("1", "yonago", DAY, &third[0])]).as_bytes(), false).await;
        assert_eq!(told(&report), [(2, "", "bookings.slot_full")]);
        let entry = people[1].0.get("/waitlist_entries").await.body["items"][0]["state"]["kind"].clone();
        assert_eq!((entry, taken(test, &slot).await), (json!("offered"), (1, 1)));
    }

    async fn a_file_and_families_that_book_meanwhile_never_share_a_place(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (8, 0)).await;
        let people = many(test, 48, SAKAIMINATO, "2025-05-01").await;
        let (in_file, at_home) = people.split_at(24);
        let ids: Vec<&str> = in_file.iter().map(|(_, id)| id.as_str()).collect();
        let rows: Vec<String> = known(test, &ids).await.iter().enumerate().map(|(n, child)| row(&n.to_string(), "sakai", DAY, child)).collect();
        // Twice the same file at once, as a nervous hand starts it, against families at home.
        let list = file(&rows);
        let files = join(import(test, list.as_bytes(), false), import(test, list.as_bytes(), false));
        let homes = join_all(at_home.iter().map(|(person, child)| book(person, &slot, child)));
        let ((one, other), homes) = join(files, homes).await;
        let by_file = i64::from(one.files[0].new + other.files[0].new);
        let by_hand = i64::try_from(homes.iter().filter(|status| **status == 201).count()).unwrap();
        assert!(homes.iter().all(|status| matches!(status, 201 | 409)), "{homes:?}");
        assert_eq!((by_file + by_hand, taken(test, &slot).await), (8, (8, 8)));
        assert_eq!(all(test).await.1, by_file);
        for report in [&one, &other] {
            assert!(told(report).iter().all(|(_, _, code)| *code == "bookings.slot_full"), "{:?}", told(report));
        }
    }
}

async fn book(person: &Person, slot: &str, child: &str) -> u16 {
    loop {
        let status = person.book(slot, &[child]).await.code_number();
        // Busy is an answer, not a decision.
        if status != 503 {
            return status;
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The control: rows that are looked at without the slot's lock and written when all have been, against families at home. Where this does
/// not oversell, the race above proves nothing. Gives how many bookings the one place was sold for.
async fn oversell(test: &TestApp) -> i64 {
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
    let people = many(test, 10, SAKAIMINATO, "2025-05-01").await;
    let now = test.app.now();
    let (rows, homes) = people.split_at(8);
    // However slow the machine is: nobody writes before everybody has looked, and the families at home wait for that too.
    let all_looked = &Barrier::new(rows.len() + 1);
    let rows = rows.iter().map(|(person, child)| {
        let (app, slot, child, person) = (test.app.clone(), SlotId::new(slot.clone()), ChildId::new(child.clone()), person.clone());
        async move {
            let id = FamilyId::new(person.get("/family").await.body["id"].as_str().unwrap().to_owned());
            let command = NewBooking::new(slot, vec![child]);
            let (wanted, asked) = (id.clone(), command.clone());
            let look = app.db.read(move |conn| {
                let family = families::store::find_family(conn, &wanted)?.ok_or(ApiError::NotFound)?;
                let seen = engine::look(conn, &family, &asked, Lock::Nothing)?;
                let placed = place(&seen.state, &asked, now);
                Ok::<_, ApiError>((family, seen, placed))
            });
            let (family, seen, placed) = look.await.unwrap();
            all_looked.wait().await;
            let Ok(placed) = placed else { return };
            let write = app.db.write(move |conn| engine::seat(conn, &family, (&seen, &placed), &command, &Act::of_command("control", now)));
            write.await.unwrap();
        }
    });
    let homes = async {
        all_looked.wait().await;
        join_all(homes.iter().map(|(person, child)| book(person, &slot, child))).await
    };
    join(join_all(rows), homes).await;
    taken(test, &slot).await.0
}

#[actix_web::test]
async fn control_without_the_lock_sells_the_place_to_many_rows_sqlite() {
    let test = TestApp::start(crate::app::Backend::Sqlite).await.unwrap();
    assert!(oversell(&test).await > 1);
}

#[actix_web::test]
async fn control_without_the_lock_sells_the_place_to_many_rows_postgres() {
    if let Some(test) = TestApp::start(crate::app::Backend::Postgres).await {
        assert!(oversell(&test).await > 1);
    }
}
