//! A facility's month over HTTP: what stands out, the lock, corrections after it, what families owe, and its files; with races and their controls.

use std::io::Cursor;

use api::claims::{engine, store};
use api::db::DbError;
use api::error::ApiError;
use api::outbox::Act;
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::FacilityId;
use shared::time::Month;
use tokio::sync::Barrier;

use crate::app::{Answer, Backend, DAY, Person, SAKAIMINATO, TestApp, YONAGO, code, counting, date, families as many};

pub fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// A child's stay of open nursery from 9 to 11, checked in and out on time; gives the booking.
pub async fn stay(test: &TestApp, guardian: &Person, child: &str, (offering, day): (&str, &str)) -> String {
    test.at("2026-11-25T12:00:00+09:00");
    let slot = test.slot(offering, day, ("09:00", "15:00"), (9, 9)).await;
    let booked = guardian.book_times(&slot, &[child], day, ("09:00", "11:00")).await;
    assert_eq!(booked.status, 201, "{:?}", booked.body);
    let booking = booked.body[0]["id"].as_str().unwrap().to_owned();
    let facility = offering.split('_').next().unwrap();
    let person = json!({ "person": { "kind": "guardian" } });
    test.at(&format!("{day}T09:00:00+09:00"));
    let staff = test.staff(facility).await;
    assert_eq!(staff.post(&format!("/bookings/{booking}/check_in"), person.clone()).await.status, 200);
    test.at(&format!("{day}T11:00:00+09:00"));
    assert_eq!(staff.post(&format!("/bookings/{booking}/check_out"), person).await.status, 200);
    booking
}

/// Puts a check-out right to this time.
pub async fn correct(staff: &Person, booking: &str, at: &str) -> Answer {
    let body = json!({ "checked_out_at": at, "reason": "時刻の誤り" });
    staff.post(&format!("/bookings/{booking}/attendance/correct"), body).await
}

pub async fn bytes(person: &Person, path: &str) -> Vec<u8> {
    let answer = person.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

/// A sheet of a workbook as an independent reader reads it.
pub fn sheet(book: &[u8], name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(book.to_vec())).unwrap();
    book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// A row as words: numbers plain, days as days.
pub fn row(cells: &[Data]) -> Vec<String> {
    cells
        .iter()
        .map(|cell| match cell {
            // Days since the last but one of 1899, as spreadsheets count.
            Data::DateTime(day) => (date("1899-12-30") + TimeDelta::days(day.as_f64().to_string().parse().unwrap())).to_string(),
            other => other.to_string(),
        })
        .collect()
}

async fn stale(test: &TestApp) -> usize {
    test.write(|conn| Ok(store::list_changed(conn, &FacilityId::from("sakai"), &[month("2026-12")])?.len())).await
}

on_both! {
    async fn a_month_is_locked_when_nothing_blocks_and_corrected_by_a_later_line(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let booking = stay(test, &ana, &child, ("sakai_open", DAY)).await;
        let slot = test.slot("sakai_open", "2026-12-02", ("09:00", "15:00"), (9, 9)).await;
        let second = ana.book_times(&slot, &[&child], "2026-12-02", ("09:00", "11:00")).await.body[0]["id"].as_str().unwrap().to_owned();
        let staff = test.staff("sakai").await;
        let open = staff.get("/staff/claims/2026-12").await.body;
        assert_eq!((open["locked"].is_null(), open["refusals"][0]["code"].as_str()), (true, Some("claims.not_over")));
        assert_eq!(open["found"][0]["reason"]["code"], "claims.unconfirmed");
        let refused = staff.post("/staff/claims/2026-12/lock", json!({})).await;
        assert_eq!((refused.code_number(), refused.codes()), (409, vec!["claims.not_over".to_owned(), "claims.unconfirmed".to_owned()]));
        assert_eq!(refused.body["errors"][1]["subject"], second.as_str());
        test.at("2026-12-02T10:00:00+09:00");
        let seen = json!({ "fee_yen": 0, "counts": true });
        let absent = test.staff("sakai").await.post(&format!("/bookings/{second}/absent"), json!({ "seen": seen })).await;
        assert_eq!(absent.status, 200, "{:?}", absent.body);

        test.at("2027-01-04T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let open = staff.get("/staff/claims/2026-12").await.body;
        assert_eq!((&open["refusals"], open["found"][0]["reason"]["code"].as_str()), (&json!([]), Some("claims.absent")));
        assert_eq!((open["total"]["fee_yen"].as_i64(), open["total"]["benefit_yen"].as_i64(), open["total"]["minutes"].as_i64()), (Some(600), Some(2800), Some(120)));
        let locked = staff.post("/staff/claims/2026-12/lock", json!({})).await;
        assert_eq!((locked.code_number(), locked.body["locked"]["by"].as_str()), (200, Some("Staff")), "{:?}", locked.body);
        let line = &locked.body["lines"][0];
        assert_eq!((line["residence"].as_str(), line["compact_id"].as_str(), line["unit_yen"].as_i64(), line["age"].as_i64()), (Some(YONAGO), Some("compact"), Some(1400), Some(1)));
        assert_eq!((locked.body["cities"][0]["city_yen"].as_i64(), locked.body["lines"].as_array().unwrap().len()), (Some(2800), 2));
        assert_eq!(staff.post("/staff/claims/2026-12/lock", json!({})).await.codes(), ["claims.already_locked"]);

        // Forty minutes late after all: an hour more, by the unit's step.
        assert_eq!(correct(&staff, &booking, "2026-12-01T11:40:00+09:00").await.status, 200);
        let december = staff.get("/staff/claims/2026-12").await.body;
        assert_eq!(december["lines"], locked.body["lines"], "what is locked stays");
        let ahead = &december["ahead"][0];
        assert_eq!((ahead["fee_yen"].as_i64(), ahead["benefit_yen"].as_i64(), ahead["minutes"].as_i64()), (Some(300), Some(1400), Some(60)));
        let january = staff.get("/staff/claims/2027-01").await.body;
        assert_eq!(january["lines"][0]["corrects"], json!({ "line_id": line["id"], "month": "2026-12", "number": 1, "reason": "時刻の誤り" }));
        test.at("2027-02-01T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let january = staff.post("/staff/claims/2027-01/lock", json!({})).await;
        assert_eq!((january.code_number(), january.body["total"]["benefit_yen"].as_i64()), (200, Some(1400)), "{:?}", january.body);
        assert_eq!(staff.get("/staff/claims/2026-12").await.body["ahead"], json!([]));
        assert_eq!(staff.post("/staff/claims/2027-02/lock", json!({})).await.codes(), ["claims.not_over", "claims.nothing"]);
        assert_eq!(staff.get("/staff/claims/December").await.status, 422);
        for statement in ["UPDATE claim_lines SET fee_yen = 0", "DELETE FROM claim_lines"] {
            let refused = test.app.db.write(move |conn| conn.batch_execute(statement).map_err(DbError::from)).await;
            assert!(matches!(&refused, Err(DbError::Constraint(told)) if told.contains("claim_lines_append_only")), "{statement}: {refused:?}");
        }
    }

    async fn what_a_family_owes_is_marked_and_printed(test) {
        let ana = test.guardian("=Ana", SAKAIMINATO).await;
        let family = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        let child = ana.child("2025-05-01").await;
        stay(test, &ana, &child, ("sakai_open", DAY)).await;
        test.at("2027-01-04T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let paid = format!("/staff/claims/2026-12/families/{family}/paid");
        let files = ["claim.xlsx".to_owned(), format!("cities/{SAKAIMINATO}/claim.pdf"), format!("families/{family}/statement.pdf")];
        for file in &files {
            assert_eq!(staff.get(&format!("/staff/claims/2026-12/{file}")).await.codes(), ["claims.not_locked"], "{file}");
        }
        assert_eq!(staff.post(&paid, json!({ "paid": true })).await.codes(), ["claims.not_locked"]);
        assert_eq!(staff.post("/staff/claims/2026-12/lock", json!({})).await.status, 200);
        assert_eq!(staff.post(&paid, json!({ "paid": true })).await.status, 204);
        assert_eq!(staff.post(&paid, json!({ "paid": true })).await.codes(), ["claims.same_mark"]);
        let told = staff.get("/staff/claims/2026-12").await.body;
        assert_eq!((told["families"][0]["fee_yen"].as_i64(), told["families"][0]["paid"]["by"].as_str()), (Some(600), Some("Staff")));
        assert_eq!(staff.post("/staff/claims/2026-12/families/nobody/paid", json!({ "paid": true })).await.status, 404);

        let book = bytes(&staff, "/staff/claims/2026-12/claim.xlsx").await;
        assert_eq!(book, bytes(&staff, "/staff/claims/2026-12/claim.xlsx").await, "the same claim is the same file");
        let cities = sheet(&book, "市町別");
        assert_eq!(row(&cities[0])[0], "月次利用実績");
        assert_eq!(row(&cities[1])[..2], ["施設", "sakai園"]);
        assert_eq!(row(&cities[3])[..2], ["締めた日", "2027-01-04"]);
        assert_eq!(row(&cities[6]), ["市町", "件数", "利用時間（分）", "利用料金（円）", "給付費（円）", "減免分（円）", "市町負担（円）"]);
        assert_eq!(row(&cities[7]), ["境港市", "1", "120", "600", "2800", "0", "2800"]);
        assert_eq!(row(&cities[8]), ["合計", "1", "120", "600", "2800", "0", "2800"]);
        let families = sheet(&book, "保護者負担");
        assert_eq!(row(&families[7]), ["=Ana", "600", "2027-01-04", "Staff"], "words are never a formula");
        let children = sheet(&book, "お子さん・事業別");
        assert_eq!(row(&children[7]), ["あおい", "アオイ", "open_nursery", "1", "120", "600", "2800", "0", "2800"]);
        let lines = sheet(&book, "利用明細");
        assert_eq!(row(&lines[7]), ["1", "2026-12-01", "あおい", "アオイ", "境港市", "", "open_nursery", "利用", "1", "1400", "120", "600", "2800", "0", "2800", "", ""]);
        assert_eq!(row(&lines[8])[10..15], ["120", "600", "2800", "0", "2800"]);
        for file in &files[1..] {
            let paper = bytes(&staff, &format!("/staff/claims/2026-12/{file}")).await;
            assert!(paper.starts_with(b"%PDF-"), "{file}");
            assert_eq!(lopdf::Document::load_mem(&paper).unwrap().get_pages().len(), 1, "{file}");
        }
        assert_eq!(staff.get(&format!("/staff/claims/2026-12/cities/{YONAGO}/claim.pdf")).await.status, 404);
        assert_eq!(staff.post(&paid, json!({ "paid": false })).await.status, 204);
        assert_eq!(staff.get("/staff/claims/2026-12").await.body["families"][0]["paid"], Value::Null);
    }

    async fn nobody_else_sees_a_facilitys_month(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        stay(test, &ana, &child, ("sakai_open", DAY)).await;
        test.at("2027-01-04T09:00:00+09:00");
        assert_eq!(test.staff("sakai").await.post("/staff/claims/2026-12/lock", json!({})).await.status, 200);
        let other = test.staff("yonago").await;
        assert_eq!(other.get("/staff/claims/2026-12").await.body["lines"], json!([]));
        assert_eq!(other.get("/staff/claims/2026-12/claim.xlsx").await.codes(), ["claims.not_locked"]);
        let bea = test.guardian("Bea", SAKAIMINATO).await;
        for (person, status) in [(test.anybody(), 401), (bea, 403), (test.officer(SAKAIMINATO).await, 403), (test.person("Operator", shared::access::Role::Operator).await, 403)] {
            assert_eq!(person.get("/staff/claims/2026-12").await.status, status);
            assert_eq!(person.post("/staff/claims/2026-12/lock", json!({})).await.status, status);
        }
    }

    async fn of_many_who_lock_at_once_one_does(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        stay(test, &ana, &child, ("sakai_open", DAY)).await;
        test.at("2027-01-04T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let answers = join_all((0..20).map(|_| async {
            loop {
                let answer = staff.post("/staff/claims/2026-12/lock", json!({})).await;
                if answer.status != 503 {
                    return answer;
                }
            }
        })).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.codes() == ["claims.already_locked"]));
    }

    async fn a_change_at_the_moment_of_the_lock_is_in_it_or_corrects_it(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let booking = stay(test, &ana, &child, ("sakai_open", DAY)).await;
        test.at("2027-01-04T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let now = test.app.now();
        let account = staff.get("/me").await.body["id"].as_str().unwrap().to_owned();
        let lock = test.app.db.write(move |conn| {
            let act = Act { actor: account.clone(), ..Act::of_command("test", now) };
            engine::lock(conn, &FacilityId::from("sakai"), month("2026-12"), &act)?;
            // Whoever changes one of its stays waits: at its end no line is out of date.
            Ok::<_, ApiError>(store::list_changed(conn, &FacilityId::from("sakai"), &[month("2026-12")])?.len())
        });
        let (out_of_date, corrected) = join(lock, correct(&staff, &booking, "2026-12-01T11:40:00+09:00")).await;
        assert_eq!((out_of_date.unwrap(), corrected.code_number()), (0, 200), "{:?}", corrected.body);
        let told = staff.get("/staff/claims/2026-12").await.body;
        let ahead: i64 = told["ahead"].as_array().unwrap().iter().map(|line| line["fee_yen"].as_i64().unwrap()).sum();
        assert_eq!(told["total"]["fee_yen"].as_i64().unwrap() + ahead, 900, "never lost, never twice");
    }

    async fn a_full_month_is_locked_in_sets(test) {
        let (few, few_asked, _, _) = full_month(test, "yonago", 4).await;
        let (lines, asked, took, reference) = full_month(test, "sakai", 60).await;
        assert_eq!((few, lines), (100, 1500));
        // A second batch of lines, and nothing else.
        assert!(asked <= few_asked + 1, "{asked} statements for 1,500 stays, {few_asked} for 100");
        println!("1,500 stays locked in {took:?}; the same month read as a statement: {reference:?}; {asked} statements");
        assert!(took < reference * 12, "{took:?} against {reference:?}");
    }
}

/// A month of 25 stays for so many children, locked: lines, statements, time, and the time in which the same month's statement is read.
async fn full_month(test: &TestApp, facility: &'static str, children: usize) -> (usize, usize, std::time::Duration, std::time::Duration) {
    let ana = test.guardian("Ana", SAKAIMINATO).await;
    let child = ana.child("2025-05-01").await;
    let booking = stay(test, &ana, &child, (&format!("{facility}_open"), "2026-11-30")).await;
    let people = many(test, children, SAKAIMINATO, "2025-05-01").await;
    test.write(move |conn| {
        use api::schema::bookings;
        let rest = "party_id, slot_id, facility_id, municipality, programme, programme_id, band_from_age, state, active, is_away, fee_yen, agreed, \
                    attended, created_at, version";
        for (_, child) in &people {
            let family: String = api::schema::children::table
                .filter(api::schema::children::id.eq(child))
                .select(api::schema::children::family_id)
                .get_result(conn)?;
            let mut all = String::new();
            for day in 1..=25 {
                let at = |hour: u32| format!("'2026-12-{day:02} {hour:02}:00:00'");
                all += &format!(
                    "INSERT INTO bookings (id, child_id, family_id, starts_at, ends_at, checked_in_at, checked_out_at, {rest}) \
                     SELECT '{child}-{day}', '{child}', '{family}', {}, {}, {}, {}, {rest} FROM bookings WHERE id = '{booking}';",
                    at(1), at(3), at(1), at(3)
                );
            }
            conn.batch_execute(&all)?;
        }
        Ok(bookings::table.count().get_result::<i64>(conn)?)
    })
    .await;
    test.at("2027-01-04T09:00:00+09:00");
    let staff = test.staff(facility).await;
    let account = staff.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let now = test.app.now();
    let begun = std::time::Instant::now();
    assert_eq!(staff.get("/staff/statements?month=2026-12").await.status, 200);
    let reference = begun.elapsed();
    let locked = test.app.db.write(move |conn| {
        let act = Act { actor: account.clone(), ..Act::of_command("test", now) };
        let begun = std::time::Instant::now();
        let (claim, asked) = counting(conn, |conn| engine::lock(conn, &FacilityId::from(facility), month("2026-12"), &act));
        let took = begun.elapsed();
        Ok::<_, ApiError>((store::list_lines(conn, &claim?)?.len(), asked, took))
    });
    let (lines, asked, took) = locked.await.unwrap();
    (lines, asked, took, reference)
}

/// The control of the race of many locks: the same look and the same writing without the facility's lock, and nobody writes before all have
/// looked. All may lock by the rule, and only the database refuses; where it does not, the race above proves nothing.
async fn lock_many_times(test: &TestApp) -> (usize, usize) {
    let ana = test.guardian("Ana", SAKAIMINATO).await;
    let child = ana.child("2025-05-01").await;
    stay(test, &ana, &child, ("sakai_open", DAY)).await;
    test.at("2027-01-04T09:00:00+09:00");
    let account = test.staff("sakai").await.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let now = test.app.now();
    let all_looked = &Barrier::new(10);
    let all = (0..10).map(|_| {
        let (app, account) = (test.app.clone(), account.clone());
        async move {
            let facility = FacilityId::from("sakai");
            let draft = app.db.read(move |conn| engine::draft(conn, &facility, month("2026-12"))).await.unwrap();
            all_looked.wait().await;
            let write = app.db.write(move |conn| {
                let act = Act { actor: account.clone(), ..Act::of_command("control", now) };
                engine::settle(conn, (&FacilityId::from("sakai"), &code(SAKAIMINATO), month("2026-12")), &draft, &act)
            });
            write.await.map(drop)
        }
    });
    let written = join_all(all).await;
    let by_rule = written.iter().filter(|written| matches!(written, Err(ApiError::Refused(_)))).count();
    (by_rule, written.iter().filter(|written| written.is_err()).count())
}

/// The control of the race with a change: the month is looked at, a stay is changed, and what was looked at is written.
async fn lock_what_was(test: &TestApp) -> usize {
    let ana = test.guardian("Ana", SAKAIMINATO).await;
    let child = ana.child("2025-05-01").await;
    let booking = stay(test, &ana, &child, ("sakai_open", DAY)).await;
    test.at("2027-01-04T09:00:00+09:00");
    let staff = test.staff("sakai").await;
    let account = staff.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let now = test.app.now();
    let draft = test.app.db.read(|conn| engine::draft(conn, &FacilityId::from("sakai"), month("2026-12"))).await.unwrap();
    assert_eq!(correct(&staff, &booking, "2026-12-01T11:40:00+09:00").await.status, 200);
    let write = test.app.db.write(move |conn| {
        let act = Act { actor: account.clone(), ..Act::of_command("control", now) };
        engine::settle(conn, (&FacilityId::from("sakai"), &code(SAKAIMINATO), month("2026-12")), &draft, &act)
    });
    write.await.unwrap();
    stale(test).await
}

async fn controls(backend: Backend) {
    let Some(test) = TestApp::start(backend).await else { return };
    assert_eq!(lock_many_times(&test).await, (0, 9), "all may by the rule, and nine by the database not");
    let Some(test) = TestApp::start(backend).await else { return };
    assert_eq!(lock_what_was(&test).await, 1, "without the lock a line is out of date when it is written");
}

#[actix_web::test]
async fn controls_without_the_locks_sqlite() {
    controls(Backend::Sqlite).await;
}

#[actix_web::test]
async fn controls_without_the_locks_postgres() {
    controls(Backend::Postgres).await;
}
