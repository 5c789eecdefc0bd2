//! Retention: what is over is erased on its day and not before, a closed account leaves nothing of its people, and sums and the audit stay.

use std::collections::BTreeSet;

use api::db::{AnyConnection, DbError};
use api::error::ApiError;
use api::retention::{jobs, store};
use api::schema::{audit_lines, events, families, retention_runs};
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use shared::access::Role;
use shared::locale::Localised;
use shared::retention::{Kind, Period, RetentionRules, erased_on};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, certification, code, date, programme};
use crate::archive::{Column, WHOSE, columns, concerned, family_of, references, rows};
use crate::attachments::{PHOTOGRAPH, attach};
use crate::claims::stay;

/// A word that stands nowhere but in what is about one family.
const MARK: &str = "Zzmark";
const PASSWORD: &str = "tsubaki-no-ki-31";

/// Periods of both cities.
async fn periods(test: &TestApp, months: &'static [(Kind, u32)]) {
    test.write(move |conn| {
        for city in [YONAGO, SAKAIMINATO] {
            let period =
                |(kind, months): &(Kind, u32)| Period {
                    kind: *kind, months: *months, source: Localised::new("規程", "きまり", "Rules")
                };
            let periods = months.iter().map(period).collect();
            store::insert_rules(conn, &code(city), &RetentionRules { valid_from: date("2026-04-01"), periods })?;
        }
        Ok(())
    })
    .await;
}

const ALL: &[(Kind, u32)] = &[
    (Kind::Drafts, 6),
    (Kind::Messages, 12),
    (Kind::Notices, 24),
    (Kind::Outreach, 18),
    (Kind::Journal, 36),
    (Kind::Applications, 48),
    (Kind::Families, 60),
];

/// A guardian who registered with a password, and whose every word is marked.
async fn registered(test: &TestApp, email: &str) -> Person {
    let account = json!({
        "email": email, "password": PASSWORD, "name": format!("{MARK} 花子"), "kana": "ズマーク ハナコ", "phone": "0859777777",
        "municipality": YONAGO, "locale": "ja",
    });
    let nobody = test.anybody();
    let answer = nobody.post("/auth/register", account).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    nobody.keeping(&answer)
}

async fn again(test: &TestApp, email: &str) -> Person {
    let nobody = test.anybody();
    let answer = nobody.post("/auth/login", json!({ "email": email, "password": PASSWORD })).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    nobody.keeping(&answer)
}

async fn child(person: &Person, born: &str) -> String {
    let known = json!({
        "name": format!("{MARK} はな"), "kana": "ズマーク ハナ", "born": born,
        "allergies": [{ "name": MARK, "severity": "severe" }], "care_notes": MARK,
        "emergency_contacts": [{ "name": MARK, "relation": MARK, "phone": "0859777778" }],
        "pick_up_people": [{ "name": MARK, "relation": MARK, "phone": "0859777779" }],
    });
    let answer = person.post("/children", known).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

async fn close(person: &Person, password: &str) -> Answer {
    person.post("/family/close", json!({ "password": password })).await
}

/// Where a word stands in the database, by table and column; what is about nobody is not looked at.
fn places_of(conn: &mut AnyConnection, words: &[&str]) -> Result<BTreeSet<(String, String)>, DbError> {
    let mut found = BTreeSet::new();
    for Column { table_name, column_name } in columns(conn)? {
        for word in words {
            let query = format!("SELECT count(*) AS count FROM {table_name} WHERE CAST({column_name} AS TEXT) LIKE '%{word}%'");
            if rows::<crate::archive::Count>(conn, &query, &query)?[0].count > 0 {
                found.insert((table_name.clone(), column_name.clone()));
            }
        }
    }
    Ok(found)
}

async fn count(test: &TestApp, table: &'static str) -> i64 {
    let query = format!("SELECT count(*) AS count FROM {table}");
    test.write(move |conn| Ok(rows::<crate::archive::Count>(conn, &query, &query)?[0].count)).await
}

async fn held(test: &TestApp, kind: Kind) -> i64 {
    test.write(move |conn| {
        let mut all = 0;
        for city in [YONAGO, SAKAIMINATO] {
            all += store::count_held(conn, (&code(city), kind))?;
        }
        Ok(all)
    })
    .await
}

/// What rows of a family stay, without a word about it: sums and the audit point to them.
const KEPT: [&str; 7] = ["audit_families", "bookings", "children", "claim_lines", "claim_payments", "families", "settlement_lines"];

on_both! {
    async fn what_is_over_is_erased_on_its_day_and_not_a_minute_before(test) {
        periods(test, ALL).await;
        test.publish(YONAGO, "programme", programme("playroom", "2026-11-21")).await;
        test.publish(YONAGO, "procedure", certification("entry", "playroom", "2026-11-21")).await;
        let ana = test.guardian("Ana", YONAGO).await;
        test.prove_residence(&ana).await;
        let (first, second) = (ana.child("2025-05-01").await, ana.child("2024-08-01").await);
        let begun = ana.post("/applications", json!({ "procedure": "entry", "child_id": first })).await;
        attach(&ana, &format!("/applications/{}", begun.body["id"].as_str().unwrap()), "photo.jpg", PHOTOGRAPH).await;
        let sent = ana.apply("entry", &second, &[("enrolled_in", "none")]).await;
        assert_eq!(sent.body["state"]["kind"], "granted", "{:?}", sent.body);
        let until = ana.get("/entitlements").await.body["items"][0]["valid_until"].as_str().map(date).unwrap();
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let booking = ana.book(&slot, &[&first]).await.body[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(ana.post(&format!("/bookings/{booking}/messages"), json!({ "words": "おむつ" })).await.status, 201);
        api::notices::jobs::make(&test.app).await.unwrap();
        test.at(&format!("{DAY}T17:00:00+09:00"));
        let staff = test.staff("sakai").await;
        let journal = json!({ "day": DAY, "programme": "temporary_care", "words": "散歩", "finish": true });
        let entry = staff.post("/staff/journal", journal).await;
        assert_eq!(entry.status, 201, "{:?}", entry.body);
        let correction = json!({ "words": "散歩と昼寝", "reason": "書きもれ" });
        let path = format!("/staff/journal/{}/correct", entry.body["id"].as_str().unwrap());
        let corrected = staff.send(staff.request(Method::POST, &path).header("if-match", entry.etag()).json(&correction)).await;
        assert!(corrected.status.is_success(), "{:?}", corrected.body);
        let family = family_of(&ana).await;
        test.write(move |conn| {
            // A case that ended, with a try and the matter of which it came.
            for query in [
                format!("INSERT INTO outreach_cases (id, family_id, municipality, desk, state, ended_at, points, priority, deadline_at, opened_at, attempts, version) VALUES ('case', '{family}', '{YONAGO}', 'city', 'resolved', '2026-11-21 02:00:00', 0, '[]', '2026-11-20 00:00:00', '2026-11-20 00:00:00', 1, 1)"),
                format!("INSERT INTO outreach_matters (id, family_id, municipality, source, deadline_at, rung, case_id, over_at) VALUES ('matter', '{family}', '{YONAGO}', 'x', '2026-11-20 00:00:00', 0, 'case', '2026-11-21 00:00:00')"),
            ] {
                diesel::sql_query(query).execute(conn)?;
            }
            Ok(())
        }).await;

        let counted = [
            (Kind::Drafts, date("2026-11-21"), 6),
            (Kind::Messages, date(DAY), 12),
            (Kind::Outreach, date("2026-11-21"), 18),
            (Kind::Notices, date("2026-11-21"), 24),
            (Kind::Journal, date(DAY), 36),
            (Kind::Applications, until.max(date("2026-11-21")), 48),
        ];
        let mut days: Vec<(chrono::NaiveDate, Kind)> = counted.iter().map(|(kind, day, months)| (erased_on(*day, *months).unwrap(), *kind)).collect();
        days.sort_by_key(|(day, _)| *day);
        for (day, kind) in days {
            let before = held(test, kind).await;
            assert!(before > 0, "{kind:?} is not tried");
            test.at(&format!("{}T23:59:00+09:00", day.pred_opt().unwrap()));
            jobs::keep(&test.app).await.unwrap();
            assert_eq!(held(test, kind).await, before, "{kind:?} is erased before its day");
            test.at(&format!("{day}T00:00:00+09:00"));
            let erased = jobs::keep(&test.app).await.unwrap();
            assert_eq!(held(test, kind).await, 0, "{kind:?} is still there on its day");
            let runs: Vec<(String, i64)> = test.write(move |conn| {
                let mine = retention_runs::table.filter(retention_runs::day.eq(day)).filter(retention_runs::kind.eq(kind.as_str()));
                Ok(mine.select((retention_runs::kind, retention_runs::count)).load(conn)?)
            }).await;
            assert!(erased > 0 && !runs.is_empty(), "{kind:?}: {runs:?}");
        }
        for table in ["attachments", "documents", "hand_overs", "deliveries", "outreach_matters", "outreach_cases", "journal_entries", "message_reads"] {
            assert_eq!(count(test, table).await, 0, "{table}");
        }
        assert_eq!((count(test, "bookings").await, count(test, "entitlements").await), (1, 1), "what a family used and has stays");
        // The audit says that and how many, and still holds.
        while test.app.db.read(api::audit::store::has_unsealed).await.unwrap() {
            api::audit::jobs::seal(&test.app).await.unwrap();
        }
        let officer = test.officer(YONAGO).await;
        let verified = officer.get("/office/audit/verification").await;
        assert!(verified.status.is_success() && verified.body.get("broken").is_none(), "{:?}", verified.body);
        let notes: Vec<Option<String>> = test.write(|conn| {
            let mine = audit_lines::table.filter(audit_lines::action.eq("retention.erased")).order(audit_lines::id);
            Ok(mine.select(audit_lines::note).load(conn)?)
        }).await;
        assert!(notes.len() >= 6 && notes[0].as_deref() == Some("drafts 1 < 2026-11-22"), "{notes:?}");
        let shown = officer.get("/office/retention").await.body;
        assert_eq!((&shown["valid_from"], shown["kinds"].as_array().unwrap().len()), (&json!("2026-04-01"), 7));
        assert!(shown["runs"].as_array().unwrap().iter().any(|run| run["kind"] == "drafts" && run["count"] == 1), "{shown}");
    }

    async fn without_a_period_nothing_is_erased(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let child = ana.child("2025-05-01").await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        ana.post(&format!("/bookings/{booking}/messages"), json!({ "words": "おむつ" })).await;
        periods(test, &[(Kind::Journal, 12)]).await;
        test.at("2056-12-01T00:00:00+09:00");
        assert_eq!(jobs::keep(&test.app).await.unwrap(), 0);
        assert_eq!(count(test, "messages").await, 1);
        let kinds = test.officer(YONAGO).await.get("/office/retention").await.body["kinds"].clone();
        let of = |kind: &str| kinds.as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap().clone();
        assert_eq!((of("messages")["period"].clone(), of("messages")["due"].clone()), (Value::Null, json!(0)));
    }

    async fn an_account_is_closed_only_when_nothing_is_under_way_and_by_who_knows_the_password(test) {
        let hana = registered(test, "zzmark@example.jp").await;
        let baby = child(&hana, "2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let full = test.slot("sakai_care", "2026-12-02", ("08:30", "17:00"), (1, 1)).await;
        let booked = hana.book(&slot, &[&baby]).await;
        let booking = booked.body[0]["id"].as_str().unwrap().to_owned();
        let bea = test.guardian("Bea", YONAGO).await;
        let theirs = bea.child("2025-05-01").await;
        assert_eq!(bea.book(&full, &[&theirs]).await.status, 201);
        let waiting = crate::waitlist::wait(&hana, &full, &[&baby]).await;

        assert_eq!(close(&hana, "wrong").await.codes(), ["accounts.password_wrong"]);
        let refused = close(&hana, PASSWORD).await;
        assert_eq!((refused.code_number(), refused.codes()), (409, vec!["retention.stays_open".to_owned(), "retention.waiting_open".to_owned()]));
        let outlook = hana.get("/family/closing").await.body;
        assert_eq!((&outlook["password"], &outlook["keeps"]), (&json!(true), &json!(true)));
        assert!(outlook["against"][0]["detail"].as_str().unwrap().contains("1件"), "{outlook}");

        assert_eq!(hana.post(&format!("/waitlist_entries/{}/leave", crate::waitlist::id(&waiting)), json!({})).await.status, 200);
        let seen = json!({ "seen": { "fee_yen": 0, "counts": false } });
        assert_eq!(hana.post(&format!("/bookings/{booking}/cancel"), seen).await.status, 200);
        let family = family_of(&hana).await;
        let operator = test.person("のぞみ", Role::Operator).await;
        let search = json!({ "query": "0859777777", "reason": "booking" });
        assert_eq!(operator.post("/proxy/families/search", search.clone()).await.body["items"].as_array().unwrap().len(), 1);
        periods(test, ALL).await;
        let outlook = hana.get("/family/closing").await.body;
        assert_eq!((&outlook["against"], &outlook["months"], &outlook["erased_on"]), (&json!([]), &json!(60), &json!("2031-11-22")), "{outlook}");
        let closed = close(&hana, PASSWORD).await;
        assert_eq!(closed.status, 204, "{:?}", closed.body);

        // Nobody is in, nobody gets in, nobody finds it, and nothing more is written about it.
        assert_eq!(hana.get("/me").await.status, 401);
        assert_eq!(test.anybody().post("/auth/login", json!({ "email": "zzmark@example.jp", "password": PASSWORD })).await.status, 401);
        assert_eq!(operator.post("/proxy/families/search", search).await.body["items"], json!([]));
        let opening = json!({ "family_id": family, "reason": "booking", "words": "電話" });
        assert_eq!(operator.post("/proxy/session", opening).await.status, 404);
        let staff = test.staff("sakai").await;
        assert_eq!(staff.post("/staff/families/search", json!({ "query": "0859777777" })).await.body["items"], json!([]));
        for (id, query) in [
            ("child", format!("INSERT INTO children (id, family_id, name, kana, born, details, version, created_at) VALUES ('late', '{family}', 'x', 'x', '2025-01-01', '{{}}', 1, '2026-11-21 00:00:00')")),
            ("waiting", format!("INSERT INTO waitlist_entries (id, family_id, programme, first_day, last_day, asked, bands, state, told, over_at, created_at, version) VALUES ('late', '{family}', 'x', '2026-12-01', '2026-12-01', '[]', '[]', 'waiting', FALSE, '2026-12-01 00:00:00', '2026-11-21 00:00:00', 1)")),
        ] {
            let refused = test.app.db.write(move |conn| Ok::<_, ApiError>(diesel::sql_query(query.clone()).execute(conn)?)).await;
            assert_eq!(refused.unwrap_err().reasons()[0].code, "retention.closed", "{id}");
        }
        // What must be kept is still there for who has to answer for it, and no more.
        let officer = test.officer(YONAGO).await;
        let archive = officer.request(Method::POST, &format!("/office/families/{family}/archive")).json(&json!({ "reason": "開示請求" }));
        assert_eq!(archive.send().await.unwrap().status(), 200);
        let listed = officer.get("/office/retention").await.body["closed"].clone();
        assert_eq!((&listed[0]["family_id"], &listed[0]["erased_on"]), (&json!(family), &json!("2031-11-22")), "{listed}");
        assert_eq!(test.officer(SAKAIMINATO).await.get("/office/retention").await.body["closed"], json!([]));
        let places = test.write(|conn| places_of(conn, &[MARK])).await;
        assert!(!places.iter().any(|(_, column)| column == "details"), "care details go at once: {places:?}");
        // The address is free for somebody new.
        let new = registered(test, "zzmark@example.jp").await;
        assert_ne!(family_of(&new).await, family);
    }

    async fn who_used_nothing_is_erased_at_once(test) {
        let hana = registered(test, "zzmark@example.jp").await;
        child(&hana, "2025-05-01").await;
        let outlook = hana.get("/family/closing").await.body;
        assert_eq!((&outlook["keeps"], outlook.get("erased_on")), (&json!(false), None));
        assert!(test.write(|conn| places_of(conn, &[MARK, "0859777777"])).await.len() > 3);
        assert_eq!(close(&hana, PASSWORD).await.status, 204);
        let places = test.write(|conn| places_of(conn, &[MARK, "0859777", "zzmark@"])).await;
        assert!(places.is_empty(), "{places:?}");
        let told: Vec<String> = test.write(|conn| {
            Ok(events::table.filter(events::kind.like("family.%")).order(events::id).select(events::kind).load(conn)?)
        }).await;
        assert_eq!(told, ["family.registered", "family.closed", "family.erased"]);
    }

    async fn nothing_of_a_family_is_left_when_its_period_is_over_but_sums_without_a_name(test) {
        periods(test, ALL).await;
        test.publish(YONAGO, "programme", programme("playroom", "2026-11-21")).await;
        test.publish(YONAGO, "procedure", certification("entry", "playroom", "2026-11-21")).await;
        let hana = registered(test, "zzmark@example.jp").await;
        test.prove_residence(&hana).await;
        let baby = child(&hana, "2025-05-17").await;
        let family = family_of(&hana).await;
        let begun = hana.post("/applications", json!({ "procedure": "entry", "child_id": baby })).await;
        attach(&hana, &format!("/applications/{}", begun.body["id"].as_str().unwrap()), "Zzmark.jpg", PHOTOGRAPH).await;
        let sent = hana.apply("entry", &baby, &[("enrolled_in", "none")]).await;
        assert_eq!(sent.body["state"]["kind"], "granted", "{:?}", sent.body);
        hana.post("/family/code", json!({})).await;
        hana.post("/calendar_feed", json!({ "shows_names": true })).await;
        // A stay with everything that is said about it, and a month that is claimed.
        let booking = stay(test, &hana, &baby, ("sakai_open", DAY)).await;
        hana.post(&format!("/bookings/{booking}/messages"), json!({ "words": MARK })).await;
        let staff = test.staff("sakai").await;
        staff.post(&format!("/bookings/{booking}/messages"), json!({ "words": MARK })).await;
        let journal = json!({ "day": DAY, "programme": "open_nursery", "child_id": baby, "words": MARK, "finish": true });
        let entry = staff.post("/staff/journal", journal).await;
        assert_eq!(entry.status, 201, "{:?}", entry.body);
        let path = format!("/staff/journal/{}/correct", entry.body["id"].as_str().unwrap());
        let correction = staff.request(Method::POST, &path).header("if-match", entry.etag()).json(&json!({ "words": MARK, "reason": MARK }));
        assert_eq!(staff.send(correction).await.status, 201);
        let wrong = json!({ "checked_out_at": "2026-12-01T10:55:00+09:00", "reason": MARK });
        assert_eq!(staff.post(&format!("/bookings/{booking}/attendance/correct"), wrong).await.status, 200);
        let noted = test.slot("sakai_care", "2026-12-10", ("08:30", "17:00"), (2, 2)).await;
        let hana = again(test, "zzmark@example.jp").await;
        let body = json!({ "slot_id": noted, "child_ids": [baby], "notes": MARK, "consent": 1 });
        let booked = hana.post("/bookings", body).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        let cancel = format!("/bookings/{}/cancel", booked.body[0]["id"].as_str().unwrap());
        assert_eq!(hana.post(&cancel, json!({ "seen": { "fee_yen": 0, "counts": false } })).await.status, 200);
        api::notices::jobs::make(&test.app).await.unwrap();
        test.at("2027-01-04T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let locked = staff.post("/staff/claims/2026-12/lock", json!({})).await;
        assert_eq!(locked.status, 200, "{:?}", locked.body);

        let whole = |conn: &mut AnyConnection| places_of(conn, &[MARK, "zzmark@", "0859777"]);
        let before = test.write(whole).await;
        for table in ["families", "children", "accounts", "bookings", "attendance_records", "messages", "journal_entries", "attachments"] {
            assert!(before.iter().any(|(name, _)| name == table), "{table} has no mark: {before:?}");
        }
        let hana = again(test, "zzmark@example.jp").await;
        assert_eq!(close(&hana, PASSWORD).await.status, 204);
        test.at("2032-01-04T23:59:00+09:00");
        jobs::keep(&test.app).await.unwrap();
        assert!(test.write(whole).await.contains(&("families".to_owned(), "guardian_name".to_owned())), "not before its day");
        test.at("2032-01-05T00:00:00+09:00");
        jobs::keep(&test.app).await.unwrap();
        // What clerks wrote into claims and the audit is theirs to keep.
        let theirs = |(table, column): &(String, String)| matches!((table.as_str(), column.as_str()), ("audit_lines", "note") | ("claim_lines", "reason"));
        let left: Vec<_> = test.write(whole).await.into_iter().filter(|place| !theirs(place)).collect();
        assert!(left.is_empty(), "{left:?}");

        let id = family.clone();
        let (kept, told) = test.write(move |conn| {
            let all = columns(conn)?;
            let mut kept = BTreeSet::new();
            for table in concerned(&all, &references(conn)?) {
                let has = |name: &str| all.iter().any(|one| one.table_name == table && one.column_name == name);
                let Some((_, whose)) = WHOSE.iter().find(|(name, _)| has(name)) else { continue };
                let query = format!("SELECT count(*) AS count FROM {table} WHERE {}", whose.replace("{}", &id));
                if rows::<crate::archive::Count>(conn, &query, &query)?[0].count > 0 {
                    kept.insert(table);
                }
            }
            let told: Option<(String, Option<chrono::NaiveDateTime>)> = families::table
                .filter(families::id.eq(&id)).select((families::guardian_name, families::erased_at)).first(conn).optional()?;
            Ok((kept, told))
        }).await;
        assert!(kept.iter().all(|table| KEPT.contains(&table.as_str())), "{kept:?}");
        assert!(kept.contains("claim_lines") && told.is_some_and(|(name, at)| name == "（消去済み）" && at.is_some()));
        let staff = test.staff("sakai").await;
        let after = staff.get("/staff/claims/2026-12").await.body;
        assert_eq!((&after["total"], &after["lines"][0]["benefit_yen"]), (&locked.body["total"], &locked.body["lines"][0]["benefit_yen"]));
        assert!(!after.to_string().contains(MARK), "{after}");
        jobs::keep(&test.app).await.unwrap();
        let erased: i64 = test.write(|conn| Ok(events::table.filter(events::kind.eq("family.erased")).count().get_result(conn)?)).await;
        assert_eq!(erased, 1, "once");
    }

    async fn periods_are_changed_by_two_officers_from_a_day_to_come_and_taken_back_before(test) {
        periods(test, &[(Kind::Messages, 12)]).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        let booking = ana.book(&slot, &[&ana.child("2025-05-01").await]).await.body[0]["id"].as_str().unwrap().to_owned();
        ana.post(&format!("/bookings/{booking}/messages"), json!({ "words": "おむつ" })).await;
        let (one, other) = (test.officer(SAKAIMINATO).await, test.officer(SAKAIMINATO).await);
        let source = json!({ "ja": "規程", "easy": "きまり", "en": "Rules" });
        let change = |from: &str, months: u32| {
            let period = json!({ "kind": "messages", "months": months, "source": source });
            json!({ "kind": "retention", "rules": { "valid_from": from, "periods": [period] } })
        };
        let short = one.post("/office/changes", change("2027-04-01", 2)).await;
        assert_eq!((short.code_number(), short.codes(), &short.body["errors"][0]["pointer"]), (422, vec!["retention.months_invalid".to_owned()], &json!("/rules/periods/0/months")));
        assert_eq!(one.post("/office/changes", change("2026-11-21", 3)).await.codes(), ["changes.not_ahead"]);
        let proposed = one.post("/office/changes", change("2027-04-01", 3)).await;
        assert_eq!((proposed.code_number(), &proposed.body["standing"], &proposed.body["weights"]), (201, &json!("waiting"), &json!(["erasure"])), "{:?}", proposed.body);
        let counts = proposed.body["impact"]["counts"].as_array().unwrap();
        let messages = counts.iter().find(|count| count["kind"] == "messages").unwrap();
        assert_eq!((&messages["months"], &messages["over"], &messages["new_months"], &messages["newly_over"]), (&json!(12), &json!(0), &json!(3), &json!(1)));
        let path = format!("/office/changes/{}", proposed.body["id"].as_str().unwrap());
        let step = async |who: &Person, verb: &str| {
            let etag = who.get(&path).await.etag();
            who.send(who.request(Method::POST, &format!("{path}/{verb}")).header("if-match", etag).json(&json!({}))).await
        };
        assert_eq!(step(&one, "agree").await.codes(), ["changes.own_change"]);
        assert_eq!(step(&other, "agree").await.status, 200);
        assert_eq!(one.post("/office/changes", change("2027-04-01", 4)).await.codes(), ["changes.day_taken"]);
        // Taken back before its day it never held; agreed to again it holds from its day on.
        assert_eq!(step(&one, "undo").await.status, 200);
        test.at("2027-04-01T00:10:00+09:00");
        assert_eq!(jobs::keep(&test.app).await.unwrap(), 0);
        let (one, other) = (test.officer(SAKAIMINATO).await, test.officer(SAKAIMINATO).await);
        let again = one.post("/office/changes", change("2027-04-02", 3)).await;
        let path = format!("/office/changes/{}/agree", again.body["id"].as_str().unwrap());
        let agreed = other.send(other.request(Method::POST, &path).header("if-match", again.etag()).json(&json!({}))).await;
        assert_eq!(agreed.status, 200, "{:?}", agreed.body);
        assert_eq!(jobs::keep(&test.app).await.unwrap(), 0, "not before its first day");
        test.at("2027-04-02T00:10:00+09:00");
        assert_eq!(jobs::keep(&test.app).await.unwrap(), 1);
        assert_eq!(count(test, "messages").await, 0);
    }

    async fn retention_is_for_officers_and_closing_for_guardians(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        for person in [&ana, &test.staff("sakai").await, &test.person("のぞみ", Role::Operator).await] {
            assert_eq!(person.get("/office/retention").await.status, 403);
        }
        for person in [&test.officer(YONAGO).await, &test.staff("sakai").await] {
            assert_eq!(person.get("/family/closing").await.status, 403);
            assert_eq!(close(person, PASSWORD).await.status, 403);
        }
        assert_eq!(test.anybody().get("/family/closing").await.status, 401);
    }
}
