//! The archive of a family: everything that is held about it and nothing else, for its city's officers and itself.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use api::archive::files::{DATA, PAGE};
use api::archive::gather::{self, HELD, LEFT_OUT};
use api::db::{AnyConnection, DbError};
use api::schema::{audit_lines, families};
use api::{audit, demo};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::FamilyId;
use shared::locale::Locale;
use zip::ZipArchive;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, certification, programme};
use crate::attachments::{PHOTOGRAPH, attach};

pub async fn family_of(person: &Person) -> String {
    person.get("/family").await.body["id"].as_str().unwrap().to_owned()
}

/// The files of an archive by name.
async fn unpacked(answer: reqwest::Response) -> BTreeMap<String, Vec<u8>> {
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/zip");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().contains(".zip"));
    let mut zip = ZipArchive::new(Cursor::new(answer.bytes().await.unwrap())).unwrap();
    let mut files = BTreeMap::new();
    for nth in 0..zip.len() {
        let mut file = zip.by_index(nth).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    files
}

async fn made(officer: &Person, family: &str, reason: &str) -> BTreeMap<String, Vec<u8>> {
    let request = officer.request(Method::POST, &format!("/office/families/{family}/archive"));
    unpacked(request.json(&json!({ "reason": reason })).send().await.unwrap()).await
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files[name].clone()).unwrap()
}

fn data(files: &BTreeMap<String, Vec<u8>>) -> Value {
    serde_json::from_slice(&files[DATA]).unwrap()
}

/// A family that has used much: a child with allergies, a stay, messages, an application with a file and a letter.
async fn lived(test: &TestApp) -> Person {
    let ana = test.guardian("Ana", YONAGO).await;
    let child = ana.child("2025-05-01").await;
    let care = json!({ "allergies": [{ "name": "卵<br>", "severity": "severe" }], "care_notes": "昼寝が短い" });
    assert_eq!(ana.patch(&format!("/children/{child}"), care, "\"v1\"").await.status, 200);
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
    let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
    ana.post(&format!("/bookings/{booking}/messages"), json!({ "words": "おむつを3枚入れます" })).await;
    let staff = test.staff("sakai").await;
    staff.post(&format!("/bookings/{booking}/messages/read"), json!({ "number": 1 })).await;
    staff.post(&format!("/bookings/{booking}/messages"), json!({ "words": "わかりました" })).await;
    test.publish(YONAGO, "programme", programme("playroom", "2026-11-21")).await;
    test.publish(YONAGO, "procedure", certification("entry", "playroom", "2026-11-21")).await;
    test.prove_residence(&ana).await;
    let begun = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
    let application = begun.body["id"].as_str().unwrap().to_owned();
    attach(&ana, &format!("/applications/{application}"), "photo.jpg", PHOTOGRAPH).await;
    let second = ana.child("2025-06-01").await;
    let sent = ana.apply("entry", &second, &[("enrolled_in", "none")]).await;
    assert_eq!(sent.body["state"]["kind"], "granted", "{:?}", sent.body);
    ana
}

#[derive(QueryableByName, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    #[diesel(sql_type = Text)]
    pub table_name: String,
    #[diesel(sql_type = Text)]
    pub column_name: String,
}

#[derive(QueryableByName)]
pub struct Reference {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    target: String,
}

#[derive(QueryableByName)]
pub struct Count {
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

pub fn rows<T>(conn: &mut AnyConnection, sqlite: &str, postgres: &str) -> Result<Vec<T>, DbError>
where
    T: QueryableByName<diesel::sqlite::Sqlite> + QueryableByName<diesel::pg::Pg> + 'static,
{
    Ok(match conn {
        AnyConnection::Sqlite(conn) => diesel::sql_query(sqlite).load(conn)?,
        AnyConnection::Pg(conn) => diesel::sql_query(postgres).load(conn)?,
    })
}

pub fn columns(conn: &mut AnyConnection) -> Result<Vec<Column>, DbError> {
    rows(
        conn,
        "SELECT m.name AS table_name, p.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'",
        "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema()",
    )
}

pub fn references(conn: &mut AnyConnection) -> Result<Vec<Reference>, DbError> {
    rows(
        conn,
        "SELECT m.name AS table_name, f.\"from\" AS column_name, f.\"table\" AS target FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        "SELECT c.conrelid::regclass::text AS table_name, a.attname::text AS column_name, c.confrelid::regclass::text AS target FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f'",
    )
}

/// Columns that say whose a row is, also where the database does not know it.
pub const WHOSE: [(&str, &str); 9] = [
    ("message_id", "message_id IN (SELECT m.id FROM messages m JOIN bookings b ON b.id = m.booking_id WHERE b.family_id = '{}')"),
    ("family_id", "family_id = '{}'"),
    ("child_id", "child_id IN (SELECT id FROM children WHERE family_id = '{}')"),
    ("account_id", "account_id IN (SELECT id FROM accounts WHERE family_id = '{}')"),
    ("booking_id", "booking_id IN (SELECT id FROM bookings WHERE family_id = '{}')"),
    ("application_id", "application_id IN (SELECT id FROM applications WHERE family_id = '{}')"),
    ("case_id", "case_id IN (SELECT id FROM outreach_cases WHERE family_id = '{}')"),
    ("entry_id", "entry_id IN (SELECT id FROM waitlist_entries WHERE family_id = '{}')"),
    ("notice_id", "notice_id IN (SELECT id FROM notices WHERE family_id = '{}')"),
];

/// Every table that has a family's rows: by its columns, and whatever refers to such a table. An account is followed only where a row is its own.
pub fn concerned(columns: &[Column], references: &[Reference]) -> BTreeSet<String> {
    let named = |column: &&Column| WHOSE.iter().any(|(name, _)| *name == column.column_name);
    let mut found: BTreeSet<String> = columns.iter().filter(named).map(|column| column.table_name.clone()).collect();
    found.insert("families".to_owned());
    loop {
        let follows = |one: &&Reference| found.contains(&one.target) && (one.target != "accounts" || one.column_name == "account_id");
        let more: BTreeSet<String> = references.iter().filter(follows).map(|one| one.table_name.clone()).collect();
        if more.is_subset(&found) {
            return found;
        }
        found.extend(more);
    }
}

/// What stands at a place of `data.json`, through every list on the way.
fn at<'a>(value: &'a Value, path: &[&str]) -> Vec<&'a Value> {
    match (value, path) {
        (Value::Array(items), _) => items.iter().flat_map(|item| at(item, path)).collect(),
        (Value::Null, _) => Vec::new(),
        (value, []) => vec![value],
        (value, [name, rest @ ..]) => value.get(*name).map_or_else(Vec::new, |inner| at(inner, rest)),
    }
}

/// The tables that have rows of a family; where one of them stands nowhere in `data.json`, it is told.
fn held_of(conn: &mut AnyConnection, all: &[Column], family: &str, told: &Value) -> Result<BTreeSet<&'static str>, DbError> {
    let mut found = BTreeSet::new();
    for (table, place) in HELD {
        let has = |name: &str| all.iter().any(|one| one.table_name == *table && one.column_name == name);
        let (_, whose) = WHOSE.iter().find(|(name, _)| has(name)).unwrap_or(&("id", "id = '{}'"));
        // What was undone is seen by nobody.
        let but = if *table == "bookings" { " AND state <> 'undone'" } else { "" };
        let query = format!("SELECT count(*) AS count FROM {table} WHERE {}{but}", whose.replace("{}", family));
        let held = rows::<Count>(conn, &query, &query)?[0].count;
        if held > 0 {
            let path: Vec<&str> = place.split('/').collect();
            assert!(!at(told, &path).is_empty(), "{table}: {held} rows of {family}, and nothing at {place}");
            found.insert(*table);
        }
    }
    Ok(found)
}

on_both! {
    async fn an_officer_makes_the_archive_for_a_reason_that_the_family_reads(test) {
        let ana = lived(test).await;
        let family = family_of(&ana).await;
        let officer = test.officer(YONAGO).await;
        let files = made(&officer, &family, " 開示請求（第12号） ").await;
        let told = data(&files);
        assert_eq!((&told["family"]["guardian_name"], &told["children"][0]["allergies"][0]["name"]), (&json!("Ana"), &json!("卵<br>")));
        assert_eq!(told["bookings"][0]["messages"][0]["words"], "おむつを3枚入れます");
        assert_eq!(told["bookings"][0]["messages"][1]["by"], json!(null), "the family is told no names of staff");
        assert_eq!((&told["accesses"][0]["action"], &told["accesses"][0]["why"]), (&json!("family.archive_made"), &json!("開示請求（第12号）")));

        let page = text(&files, PAGE);
        for words in ["Ana", "卵&lt;br&gt;", "昼寝が短い", "おむつを3枚入れます", "sakai園", "予約確定", "ご家庭の情報：開示用の資料を作成", "開示請求（第12号）"] {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains("archive.") && !page.contains("<script") && !page.contains("src=") && !page.contains("卵<br>"), "{page}");

        let photo = files.keys().find(|name| name.starts_with("attachments/")).unwrap();
        assert!(page.contains(&format!("href=\"{photo}\"")) && photo.ends_with(".jpg"));
        let sent = at(&told, &["applications", "attached", "id"]);
        let id = sent[0].as_str().unwrap();
        assert_eq!(*photo, format!("attachments/{id}.jpg"));

        let notes: Vec<(String, Option<String>)> = test.write(|conn| {
            let mine = audit_lines::table.filter(audit_lines::action.eq("family.archive_made"));
            Ok(mine.select((audit_lines::subject_id, audit_lines::note)).load(conn)?)
        }).await;
        assert_eq!(notes, [(family, Some("開示請求（第12号）".to_owned()))]);
        let accesses = ana.get("/family/accesses").await.body;
        let seen = &accesses["items"][0];
        assert_eq!((&seen["action"], &seen["why"], &seen["kind"], &seen["is_look"]), (&json!("family.archive_made"), &json!("開示請求（第12号）"), &json!("officer"), &json!(true)));
    }

    async fn nobody_else_makes_it_and_never_without_a_reason(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let path = format!("/office/families/{}/archive", family_of(&ana).await);
        let asked = json!({ "reason": "開示請求" });
        assert_eq!(test.officer(SAKAIMINATO).await.post(&path, asked.clone()).await.status, 404);
        for person in [&ana, &test.staff("yonago").await] {
            assert_eq!(person.post(&path, asked.clone()).await.status, 403);
        }
        let officer = test.officer(YONAGO).await;
        for reason in ["", "   ", &"x".repeat(301)] {
            assert_eq!(officer.post(&path, json!({ "reason": reason })).await.status, 422, "{reason:?}");
        }
        assert_eq!(officer.post("/office/families/nobody/archive", asked).await.status, 404);
        let lines: i64 = test.write(|conn| Ok(audit_lines::table.filter(audit_lines::action.eq("family.archive_made")).count().get_result(conn)?)).await;
        assert_eq!(lines, 0, "what was refused is no archive");
    }

    async fn a_family_gets_its_own_with_the_letter_and_without_secrets(test) {
        let ana = lived(test).await;
        assert_eq!(ana.patch("/notices/preferences", json!({ "digest": false }), "\"v0\"").await.status, 200);
        api::notices::jobs::make(&test.app).await.unwrap();
        let code = ana.post("/family/code", json!({})).await.body["code"].as_str().map(str::to_owned);
        let feed = ana.post("/calendar_feed", json!({ "shows_names": true })).await.body["address"].as_str().unwrap().to_owned();
        let bea = test.guardian("Bea", YONAGO).await;
        let theirs = bea.child("2024-05-01").await;
        let files = unpacked(ana.request(Method::GET, "/family/archive").header("accept-language", "en").send().await.unwrap()).await;
        let letter = files.iter().find(|(name, _)| name.starts_with("letters/")).unwrap();
        assert!(letter.1.starts_with(b"%PDF-"), "{}", letter.0);
        let (page, told) = (text(&files, PAGE), text(&files, DATA));
        assert!(page.contains("lang=\"en\"") && page.contains("Record of your family"));
        assert_eq!(data(&files)["guardians"][0]["calendar_feed"]["shows_names"], true);
        let token = feed.rsplit('/').next().unwrap().trim_end_matches(".ics").to_owned();
        let hashes: Vec<String> = test.write(|conn| {
            use api::schema::{accounts, calendar_feeds, sessions};
            let mut all: Vec<String> = sessions::table.select(sessions::token_hash).load(conn)?;
            all.extend(calendar_feeds::table.select(calendar_feeds::token_hash).load::<String>(conn)?);
            all.extend(accounts::table.select(accounts::password_hash).load::<Option<String>>(conn)?.into_iter().flatten());
            Ok(all)
        }).await;
        assert!(hashes.len() >= 3, "{hashes:?}");
        for secret in hashes.iter().map(String::as_str).chain(code.as_deref()).chain([token.as_str(), ana.cookie_value().as_str()]) {
            assert!(!told.contains(secret) && !page.contains(secret), "{secret}");
        }
        for other in ["Bea", theirs.as_str(), &family_of(&bea).await] {
            assert!(!told.contains(other) && !page.contains(other), "{other}");
        }
        assert_eq!(ana.get("/family/accesses").await.body["items"].as_array().unwrap().iter().filter(|one| one["action"] == "family.archive_made").count(), 0);
        let (family, own) = (family_of(&ana).await, data(&files));
        let held = test.write(move |conn| {
            let all = columns(conn)?;
            held_of(conn, &all, &family, &own)
        }).await;
        for table in ["attachments", "calendar_feeds", "documents", "message_reads", "messages", "notice_preferences", "notices", "sessions"] {
            assert!(held.contains(table), "{table} is not tried: {held:?}");
        }
        let acts = data(&files)["acts"].clone();
        assert!(acts.as_array().unwrap().iter().any(|act| act["action"] == "family.archive_made" && act["by_family"] == true), "{acts}");
        for stranger in [test.anybody(), test.staff("yonago").await, test.officer(YONAGO).await] {
            assert!([401, 403].contains(&stranger.get("/family/archive").await.code_number()));
        }
    }

    async fn every_table_about_families_is_held_or_left_out_for_a_reason(test) {
        let (all, references) = test.write(|conn| Ok((columns(conn)?, references(conn)?))).await;
        assert!(references.iter().any(|one| one.table_name == "children" && one.target == "families"), "the catalogue is not read");
        let concerned = concerned(&all, &references);
        let held: BTreeSet<String> = HELD.iter().map(|(table, _)| (*table).to_owned()).collect();
        let left_out: BTreeSet<String> = LEFT_OUT.iter().map(|(table, _)| (*table).to_owned()).collect();
        assert_eq!((held.len(), left_out.len()), (HELD.len(), LEFT_OUT.len()), "named twice");
        assert!(held.is_disjoint(&left_out));
        let named: BTreeSet<String> = held.union(&left_out).cloned().collect();
        let forgotten: Vec<&String> = concerned.difference(&named).collect();
        assert!(forgotten.is_empty(), "neither in a family's archive nor left out for a reason (api/src/archive/gather.rs): {forgotten:?}");
        let past: Vec<&String> = named.difference(&concerned).collect();
        assert!(past.is_empty(), "no table about families: {past:?}");
    }
}

on_both! {
    over start_empty;

    async fn what_the_tables_hold_of_a_family_stands_in_its_archive_and_nothing_of_others(test) {
        test.at("2026-11-24T15:30:00+09:00");
        assert!(demo::load_when_empty(&test.app).await.unwrap());
        while test.app.db.read(audit::store::has_unsealed).await.unwrap() {
            audit::jobs::seal(&test.app).await.unwrap();
        }
        let now = test.app.now();
        let (seen, known) = test.write(move |conn| {
            let ids: Vec<String> = families::table.order(families::id).select(families::id).load(conn)?;
            let all = columns(conn)?;
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            for family in ids.iter().take(40) {
                let gathered = gather::family(conn, &FamilyId::new(family.clone()), now, Locale::Ja).map_err(|error| DbError::Stored(error.to_string()))?;
                let told = serde_json::to_value(&gathered.archive).unwrap();
                seen.extend(held_of(conn, &all, family, &told)?);
                let text = told.to_string();
                assert!(ids.iter().all(|other| other == family || !text.contains(other.as_str())), "another family in {family}");
            }
            Ok((seen, ids.len()))
        }).await;
        assert!(known > 5, "{known} families");
        for table in ["accounts", "bookings", "children", "families", "consents", "attendance_records", "entitlements", "waitlist_entries"] {
            assert!(seen.contains(table), "the demo world has no {table}");
        }
    }
}
