//! Where a family lives, proven at the counter or by a letter, until it moves.

use api::schema::{audit_lines, events, residence_letters};
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::access::Role;

use crate::app::{Person, SAKAIMINATO, START, TestApp, YONAGO, code};

async fn officer(test: &TestApp, city: &str) -> Person {
    test.person("Officer", Role::Officer { municipality: code(city) }).await
}

async fn path(family: &Person, what: &str) -> String {
    format!("/families/{}/residence/{what}", family.get("/family").await.body["id"].as_str().unwrap())
}

/// A letter for the family; gives its code.
async fn letter(officer: &Person, family: &Person) -> String {
    let made = officer.post(&path(family, "letter").await, json!({})).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    made.body["code"].as_str().unwrap().to_owned()
}

async fn enter(family: &Person, code: &str) -> crate::app::Answer {
    family.post("/residence/code", json!({ "code": code })).await
}

async fn move_to(family: &Person, city: &str) {
    let known = family.get("/family").await;
    assert_eq!(family.patch("/family", json!({ "municipality": city }), &known.etag()).await.status, 200);
}

async fn recorded(test: &TestApp, kind: &'static str) -> (i64, i64) {
    test.write(move |conn| {
        Ok((
            events::table.filter(events::kind.eq(kind)).count().get_result(conn)?,
            audit_lines::table.filter(audit_lines::action.eq(kind)).count().get_result(conn)?,
        ))
    })
    .await
}

on_both! {
    async fn an_officer_confirms_a_family_of_the_own_city_at_the_counter(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        assert_eq!(ana.get("/residence").await.body, json!({ "municipality": YONAGO }));
        let (ours, theirs) = (officer(test, YONAGO).await, officer(test, SAKAIMINATO).await);
        let confirm = path(&ana, "confirm").await;
        assert_eq!(theirs.post(&confirm, json!({})).await.status, 404);
        assert_eq!(ours.post("/families/nobody/residence/confirm", json!({})).await.status, 404);
        for _ in 0..2 {
            let confirmed = ours.post_with_key(&confirm, json!({}), "once").await;
            assert_eq!((confirmed.code_number(), &confirmed.body["residence_proof"]["by"]), (200, &json!("counter")));
        }
        assert_eq!(ana.get("/residence").await.body["proof"], json!({ "by": "counter", "at": "2026-11-21T03:00:00Z" }));
        assert_eq!(recorded(test, "residence.proven").await, (1, 1));
        // Moving to another city ends the proof; saying the same city again does not.
        move_to(&ana, YONAGO).await;
        assert_eq!(ana.get("/residence").await.body["proof"]["by"], "counter");
        move_to(&ana, SAKAIMINATO).await;
        assert_eq!(ana.get("/residence").await.body["proof"], Value::Null);
        assert_eq!(ours.post(&confirm, json!({})).await.status, 404, "the family is another city's now");
    }

    async fn the_code_of_a_letter_proves_the_city_once(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let ours = officer(test, YONAGO).await;
        assert_eq!(enter(&ana, "ABCD-EFGH-JKMN").await.code(), "residence.no_letter");
        let code = letter(&ours, &ana).await;
        let stored: String = test.write(|conn| Ok(residence_letters::table.select(residence_letters::code_hash).first(conn)?)).await;
        assert!(!stored.contains(&code.replace('-', "")));
        assert_eq!(ana.get("/residence").await.body["letter"]["until"], "2026-12-21T03:00:00Z");
        assert_eq!(enter(&bea, &code).await.code(), "residence.no_letter", "a code is of one family");
        // As people type it: small, wide, without lines. Told twice it is done once.
        let typed: String = code.to_lowercase().replace('-', "　");
        for _ in 0..2 {
            let proven = ana.post_with_key("/residence/code", json!({ "code": typed }), "once").await;
            assert_eq!((proven.code_number(), &proven.body["residence_proof"]["by"]), (200, &json!("letter")));
        }
        assert_eq!((recorded(test, "residence.proven").await, recorded(test, "residence.letter_made").await), ((1, 1), (1, 1)));
        assert_eq!(enter(&ana, &code).await.code(), "residence.no_letter");
    }

    async fn five_wrong_codes_end_a_letter_also_when_they_come_together(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let ours = officer(test, YONAGO).await;
        let code = letter(&ours, &ana).await;
        let wrong = enter(&ana, "0000-0000-0000").await;
        assert_eq!((wrong.code_number(), wrong.code(), &wrong.body["errors"][0]["data"]["left"]["value"]), (409, "residence.code_wrong", &json!(4)), "{:?}", wrong.body);
        let guesses = join_all((1..=9).map(|n| { let ana = &ana; async move { enter(ana, &format!("0000-0000-000{n}")).await } })).await;
        assert!(guesses.iter().all(|guess| guess.status == 409));
        assert_eq!(enter(&ana, &code).await.code(), "residence.too_often");
        let again = letter(&ours, &ana).await;
        assert_eq!(enter(&ana, &code).await.code(), "residence.code_wrong", "a new letter ends the one before");
        assert_eq!(enter(&ana, &again).await.status, 200);
    }

    async fn a_letter_is_good_for_thirty_days_and_for_the_city_that_sent_it(test) {
        // Signed in a day later, the sessions outlive the letters.
        test.at("2026-11-22T12:00:00+09:00");
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let ours = officer(test, YONAGO).await;
        test.at(START);
        let (of_ana, of_bea) = (letter(&ours, &ana).await, letter(&ours, &bea).await);
        move_to(&bea, SAKAIMINATO).await;
        assert_eq!((enter(&bea, &of_bea).await.code(), &bea.get("/residence").await.body["letter"]), ("residence.no_letter", &Value::Null));
        test.at("2026-12-21T12:00:00+09:00");
        assert_eq!(enter(&ana, &of_ana).await.code(), "residence.no_letter");
    }
}
