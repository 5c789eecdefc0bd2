//! The audit: every line gets its one place in the chain, whatever was tampered with is found, and each reads what is theirs to read.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::access::Role;

use api::audit::{jobs, store};
use api::db::{AnyConnection, DbError};
use api::error::ApiError;
use api::new_id;
use api::outbox::Act;
use api::schema::{audit_chain, audit_lines, audit_unsealed};

use crate::app::{Person, SAKAIMINATO, TestApp, YONAGO};

/// Writes so many lines by themselves.
async fn lines(test: &TestApp, count: usize) {
    let now = test.app.now();
    test.write(move |conn| {
        for nth in 0..count {
            Act::of_command("test", now).record_look(conn, "register.looked_at", &format!("subject {nth}"))?;
        }
        Ok(())
    })
    .await;
}

/// What somebody with access to the database does past the guards.
async fn tamper(test: &TestApp, statement: &str) {
    let statement = statement.to_owned();
    let is_postgres = test.app.db.is_postgres();
    test.write(move |conn| {
        let off = if is_postgres {
            "ALTER TABLE audit_lines DISABLE TRIGGER ALL; ALTER TABLE audit_chain DISABLE TRIGGER ALL;"
        } else {
            "DROP TRIGGER IF EXISTS audit_lines_no_update; DROP TRIGGER IF EXISTS audit_lines_no_delete; DROP TRIGGER IF EXISTS audit_lines_queued; \
             DROP TRIGGER IF EXISTS audit_chain_no_update; DROP TRIGGER IF EXISTS audit_chain_no_delete;"
        };
        Ok(conn.batch_execute(&format!("{off}{statement}"))?)
    })
    .await;
}

async fn verified(test: &TestApp) -> Value {
    let officer = test.officer(YONAGO).await;
    let (mut after, mut last) = (0, json!(null));
    for _ in 0..10 {
        let seen = officer.get(&format!("/office/audit/verification?after={after}")).await;
        assert_eq!(seen.status, 200, "{:?}", seen.body);
        (after, last) = (seen.body["position"].as_i64().unwrap(), seen.body);
        if last["goes_on"] != true {
            break;
        }
    }
    last
}

/// The line at a place.
async fn line_at(test: &TestApp, position: i64) -> String {
    test.write(move |conn| Ok(audit_chain::table.find(position).select(audit_chain::line_id).get_result(conn)?)).await
}

async fn chained(test: &TestApp, count: usize) {
    lines(test, count).await;
    jobs::seal(&test.app).await.unwrap();
    let seen = verified(test).await;
    assert_eq!((&seen["broken"], seen["position"].as_u64()), (&json!(null), Some(u64::try_from(count).unwrap())), "{seen}");
}

async fn found(test: &TestApp, officer: &Person, query: &str) -> Vec<Value> {
    let answer = officer.get(&format!("/office/audit?limit=200{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {:?}", answer.body);
    let _ = test;
    answer.body["items"].as_array().unwrap().clone()
}

fn actions(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| line["action"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn a_line_that_was_changed_is_found(test) {
        chained(test, 20).await;
        let line = line_at(test, 7).await;
        tamper(test, &format!("UPDATE audit_lines SET actor = 'nobody' WHERE id = '{line}'")).await;
        assert_eq!(verified(test).await["broken"], json!({ "position": 7, "line_id": line, "damage": "changed" }));
    }

    async fn a_line_that_was_removed_is_found(test) {
        chained(test, 20).await;
        let line = line_at(test, 20).await;
        tamper(test, &format!("DELETE FROM audit_lines WHERE id = '{line}'")).await;
        assert_eq!(verified(test).await["broken"], json!({ "position": 20, "line_id": line, "damage": "removed" }));
    }

    async fn a_line_that_was_removed_with_its_place_is_found(test) {
        chained(test, 20).await;
        let (line, next) = (line_at(test, 7).await, line_at(test, 8).await);
        tamper(test, &format!("DELETE FROM audit_lines WHERE id = '{line}'; DELETE FROM audit_chain WHERE position = 7")).await;
        assert_eq!(verified(test).await["broken"], json!({ "position": 7, "line_id": next, "damage": "removed" }));
    }

    async fn a_line_that_was_added_past_the_queue_is_found(test) {
        chained(test, 20).await;
        let line = new_id();
        tamper(test, &format!(
            "INSERT INTO audit_lines (id, occurred_at, actor, action, subject_id, request_id) VALUES ('{line}', '2026-11-21 03:00:00', 'x', 'y.z', 's', '')"
        )).await;
        assert_eq!(verified(test).await["broken"], json!({ "line_id": line, "damage": "added" }));
    }

    async fn two_lines_that_changed_places_are_found(test) {
        chained(test, 20).await;
        let (one, other) = (line_at(test, 5).await, line_at(test, 15).await);
        // Each gets the other's id.
        tamper(test, &format!(
            "UPDATE audit_lines SET id = 'between' WHERE id = '{one}'; UPDATE audit_lines SET id = '{one}' WHERE id = '{other}'; \
             UPDATE audit_lines SET id = '{other}' WHERE id = 'between'"
        )).await;
        assert_eq!(verified(test).await["broken"], json!({ "position": 5, "line_id": one, "damage": "changed" }));
    }

    async fn a_line_that_went_away_before_it_was_linked_is_found(test) {
        chained(test, 3).await;
        lines(test, 1).await;
        let line: String = test.write(|conn| Ok(audit_unsealed::table.select(audit_unsealed::line_id).get_result(conn)?)).await;
        tamper(test, &format!("DELETE FROM audit_lines WHERE id = '{line}'")).await;
        assert_eq!(verified(test).await["broken"], json!({ "line_id": line, "damage": "removed" }));
    }

    async fn the_chain_is_only_ever_added_to(test) {
        chained(test, 2).await;
        for statement in ["UPDATE audit_chain SET hash = 'x'", "DELETE FROM audit_chain"] {
            let refused = test.app.db.write(move |conn| conn.batch_execute(statement).map_err(DbError::from)).await;
            assert!(refused.is_err(), "{statement}");
        }
    }

    async fn lines_are_linked_once_however_many_write_and_seal(test) {
        let writers = (0..20).map(|_| async { for _ in 0..10 { lines(test, 3).await } });
        let sealers = (0..4).map(|_| async { for _ in 0..20 { jobs::seal(&test.app).await.unwrap() } });
        futures_util::future::join(join_all(writers), join_all(sealers)).await;
        jobs::seal(&test.app).await.unwrap();
        let (written, linked): (i64, i64) = test.write(|conn| {
            Ok((audit_lines::table.count().get_result(conn)?, audit_chain::table.count().get_result(conn)?))
        }).await;
        assert_eq!((written, linked), (600, 600));
        assert_eq!(verified(test).await["broken"], json!(null));
    }

    async fn who_looked_and_changed_is_found_by_family_child_person_thing_and_day(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", SAKAIMINATO).await);
        let (child, hers) = (ana.child("2025-05-01").await, bea.child("2025-05-01").await);
        let [family, other] = [&ana, &bea].map(|person| person.clone());
        let (family, other) = (family.get("/family").await.body["id"].as_str().unwrap().to_owned(), other.get("/family").await.body["id"].as_str().unwrap().to_owned());
        let slot = test.slot("sakai_care", crate::app::DAY, ("08:30", "17:00"), (5, 5)).await;
        assert_eq!(ana.book(&slot, &[&child]).await.status, 201);
        assert_eq!(bea.book(&slot, &[&hers]).await.status, 201);
        let (officer, host) = (test.officer(YONAGO).await, test.officer(SAKAIMINATO).await);
        assert_eq!(officer.get(&format!("/families/{family}/household_classes")).await.status, 200);

        let seen = found(test, &officer, &format!("&family_id={family}")).await;
        let said = actions(&seen);
        for action in ["family.looked_up", "booking.confirmed", "child.registered"] {
            assert!(said.contains(&action.to_owned()), "{action} in {said:?}");
        }
        let booked = seen.iter().find(|line| line["action"] == "booking.confirmed").unwrap();
        assert_eq!((&booked["actor"]["kind"], &booked["concerned"][0]["child_name"]), (&json!("guardian"), &json!("あおい")), "{booked}");
        let of_child = found(test, &officer, &format!("&family_id={family}&child_id={child}")).await;
        assert!(actions(&of_child).iter().all(|action| action.starts_with("booking.") || action.starts_with("child.")), "{of_child:?}");
        let me = officer.get("/me").await.body["id"].as_str().unwrap().to_owned();
        let mine = found(test, &officer, &format!("&person={me}")).await;
        assert!(actions(&mine).contains(&"family.looked_up".to_owned()) && actions(&mine).contains(&"audit.searched".to_owned()));
        assert!(actions(&found(test, &officer, "&thing=booking").await).iter().all(|action| action.starts_with("booking.")));
        assert_eq!(found(test, &officer, "&from=2026-11-01&to=2026-11-20").await, Vec::<Value>::new());

        // The host city sees that it was booked there, and not whose family it is; a family of another city cannot be looked for.
        let there = found(test, &host, "&thing=booking").await;
        let hosted = there.iter().find(|line| line["request_id"] == booked["request_id"]).unwrap();
        assert_eq!((&hosted["concerned"], &hosted["others"]), (&json!([]), &json!(1)), "{hosted}");
        assert_eq!(officer.get(&format!("/office/audit?family_id={other}")).await.status, 404);
        for wrong in ["thing=spaceship", "from=2026-12-02&to=2026-12-01", "cursor=x", "limit=0", &format!("child_id={child}")] {
            assert_eq!(officer.get(&format!("/office/audit?{wrong}")).await.status, 422, "{wrong}");
        }

        // Page by page it is the same, and nothing twice.
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = officer.get(&format!("/office/audit?thing=child&limit=1{cursor}")).await.body;
            paged.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, found(test, &officer, "&thing=child").await);

        let file = officer.get(&format!("/office/audit.csv?family_id={family}")).await;
        let text = file.body.as_str().unwrap().trim_start_matches('\u{feff}').to_owned();
        let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), found(test, &officer, &format!("&family_id={family}")).await.len() - 1, "that it was saved came later");
        assert!(rows.iter().any(|row| &row[5] == "予約：確定" && &row[7] == "あおい"), "{text}");
    }

    async fn a_family_reads_who_opened_its_record_and_not_what_it_did_itself(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        ana.child("2025-05-01").await;
        assert_eq!(ana.get("/family/accesses").await.body, json!({ "items": [] }));
        let family = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        let officer = test.officer(YONAGO).await;
        assert_eq!(officer.get(&format!("/families/{family}/household_classes")).await.status, 200);
        let seen = ana.get("/family/accesses").await.body["items"].clone();
        assert_eq!(seen.as_array().unwrap().len(), 1, "{seen}");
        assert_eq!(
            (&seen[0]["action"], &seen[0]["kind"], &seen[0]["organisation"], &seen[0]["is_look"]),
            (&json!("family.looked_up"), &json!("officer"), &json!("米子市"), &json!(true))
        );
        assert!(!seen.to_string().contains("Officer"), "no name: {seen}");
        assert_eq!(bea.get("/family/accesses").await.body, json!({ "items": [] }));
    }

    async fn people_to_look_for_are_those_of_the_city_and_of_the_centre(test) {
        let officer = test.officer(YONAGO).await;
        test.officer(SAKAIMINATO).await;
        test.staff("yonago").await;
        test.staff("sakai").await;
        test.person("のぞみ", Role::Operator).await;
        test.guardian("Ana", YONAGO).await;
        let people = officer.get("/office/audit/people").await.body;
        let kinds: Vec<&str> = people.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["officer", "operator", "staff"], "{people}");
    }
}

/// A line is written first and committed last: who seals by the newest line would never come to it.
#[actix_web::test]
async fn a_line_that_is_committed_late_is_linked_all_the_same() {
    let Some(test) = TestApp::start(crate::app::Backend::Postgres).await else { return };
    let now = test.app.now();
    let mut slow = test.app.db.single_connection().unwrap();
    slow.batch_execute("BEGIN").unwrap();
    Act::of_command("slow", now).record_look(&mut slow, "register.looked_at", "slow").unwrap();
    lines(&test, 2).await;
    jobs::seal(&test.app).await.unwrap();
    slow.batch_execute("COMMIT").unwrap();
    let newest: String = test
        .write(|conn| {
            let last = audit_chain::table.order(audit_chain::line_id.desc()).select(audit_chain::line_id);
            Ok(last.limit(1).get_result(conn)?)
        })
        .await;
    let newer = move |conn: &mut AnyConnection| {
        Ok::<i64, DbError>(audit_lines::table.filter(audit_lines::id.gt(&newest)).count().get_result(conn)?)
    };
    assert_eq!(test.write(newer).await, 0, "the control: by the newest line there is nothing left to link");
    let is_waiting = test.app.db.read(|conn| Ok::<_, ApiError>(store::has_unsealed(conn)?)).await.unwrap();
    assert!(is_waiting);
    jobs::seal(&test.app).await.unwrap();
    assert_eq!(verified(&test).await["position"], json!(3));
}

/// Two look at the same end of the chain: without the unique places both would link theirs there.
#[actix_web::test]
async fn two_sealers_never_take_the_same_place() {
    let Some(test) = TestApp::start(crate::app::Backend::Postgres).await else { return };
    lines(&test, 4).await;
    let mut first = test.app.db.single_connection().unwrap();
    first.batch_execute("BEGIN").unwrap();
    store::seal(&mut first, 2).unwrap();
    let db = test.app.db.clone();
    let second = actix_web::rt::spawn(async move { db.write(|conn| Ok::<_, ApiError>(store::seal(conn, 4)?)).await });
    actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
    first.batch_execute("COMMIT").unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(verified(&test).await["position"], json!(4));
}

/// What is written down: every text in quotes that looks like `thing.verb`, of a thing that has words or handed on with the connection.
fn actions_in(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            actions_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let is_action = |text: &&str| text.split_once('.').is_some_and(|(thing, verb)| is_word(thing) && is_word(verb));
            let is_ours = |text: &str| shared::audit::THINGS.iter().any(|thing| text.split('.').next() == Some(thing));
            found.extend(text.split('"').filter(is_action).filter(|text| is_ours(text)).map(str::to_owned));
            // What is written down of a thing that has no words yet.
            let written = text.split("conn,").filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
            found.extend(written.filter(is_action).map(str::to_owned));
        }
    }
}

#[test]
fn every_action_that_is_written_down_has_words() {
    let mut actions = Vec::new();
    actions_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut actions);
    assert!(actions.len() > 90, "{}", actions.len());
    for action in actions {
        assert_ne!(shared::audit::say(&action, shared::locale::Locale::Ja), action, "add its words to shared::audit and audit.yml");
    }
}
