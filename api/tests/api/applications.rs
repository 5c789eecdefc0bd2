//! Applications over HTTP: filled in with what is known, decided in the request that sends them, and what a decision does.

use api::schema::programmes;
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use shared::access::Role;

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, certification};

/// Publishes a procedure in a city.
async fn publish(test: &TestApp, city: &str, procedure: Value) {
    test.publish(city, "procedure", procedure).await;
}

/// A family of Yonago whose residence is proven, with a child at home.
async fn family(test: &TestApp, born: &str) -> (Person, String) {
    publish(test, YONAGO, certification("entry", "open_nursery", "2026-11-21")).await;
    let ana = test.guardian("Ana", YONAGO).await;
    test.prove_residence(&ana).await;
    let child = ana.child(born).await;
    (ana, child)
}

/// Lets the open nursery of both cities ask for a certification.
pub async fn ask_for_certification(test: &TestApp) {
    for city in [YONAGO, SAKAIMINATO] {
        test.write(move |conn| {
            let mine = programmes::table.filter(programmes::municipality.eq(city)).filter(programmes::key.eq("open_nursery"));
            let (id, terms): (String, String) = mine.select((programmes::id, programmes::terms)).first(conn)?;
            let mut terms: Value = serde_json::from_str(&terms).unwrap();
            terms["certification"] = json!("open_nursery");
            let mine = programmes::table.filter(programmes::id.eq(id));
            diesel::update(mine).set(programmes::terms.eq(terms.to_string())).execute(conn)?;
            Ok(())
        })
        .await;
    }
}

async fn submit(person: &Person, id: &str, etag: &str) -> Answer {
    person.send(person.request(Method::POST, &format!("/applications/{id}/submit")).header("if-match", etag)).await
}

fn state(answer: &Answer) -> &str {
    answer.body["state"]["kind"].as_str().unwrap_or_default()
}

on_both! {
    async fn a_child_at_home_is_certified_in_the_request_that_asks(test) {
        let (ana, child) = family(test, "2025-05-01").await;
        let begun = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        assert_eq!(begun.status, 201, "{:?}", begun.body);
        assert_eq!(begun.body["outlook"]["ask"], json!(["enrolled_in"]));
        let decided = ana.apply("entry", &child, &[("enrolled_in", "none")]).await;
        assert_eq!((decided.code_number(), state(&decided)), (200, "granted"), "{:?}", decided.body);
        assert_eq!(decided.body["id"], begun.body["id"], "the same application goes on");
        assert_eq!(decided.body["number"], "2026-000001");
        let decision = &decided.body["state"]["decision"];
        assert_eq!(decision["days"], json!({ "from": "2026-11-21", "until": "2028-04-29" }));
        assert_eq!(decision["by"], "rules");
        assert_eq!(decision["grounds"][0]["source"]["ja"], "認定申請");
        let held = &ana.get("/entitlements").await.body["items"];
        assert_eq!((&held[0]["number"], &held[0]["valid_until"]), (&decision["entitlement_number"], &json!("2028-04-29")), "{held:?}");
        assert_eq!(held.as_array().unwrap().len(), 1);
        // Certified once: asked again there is nothing to have.
        let again = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        let refused = submit_filled(&ana, &again).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "applications.already_certified"), "{:?}", refused.body);
        assert_eq!(refused.body["errors"].as_array().unwrap().len(), 1);
    }

    async fn what_was_answered_once_is_not_asked_again(test) {
        let (ana, child) = family(test, "2025-05-01").await;
        publish(test, YONAGO, certification("second", "temporary_care", "2026-11-21")).await;
        assert_eq!(state(&ana.apply("entry", &child, &[("enrolled_in", "unlicensed")]).await), "granted");
        let second = ana.post("/applications", json!({ "procedure": "second", "child_id": child })).await;
        assert_eq!((&second.body["outlook"]["ask"], &second.body["known"]), (&json!([]), &json!({ "enrolled_in": "unlicensed" })));
        assert_eq!(state(&ana.apply("second", &child, &[]).await), "granted");
        // A brother is another child.
        let brother = ana.child("2024-12-01").await;
        let asked = ana.post("/applications", json!({ "procedure": "second", "child_id": brother })).await;
        assert_eq!(asked.body["outlook"]["ask"], json!(["enrolled_in"]));
    }

    async fn without_a_proof_the_rules_say_so_and_an_officer_has_the_open_point(test) {
        publish(test, YONAGO, certification("entry", "open_nursery", "2026-11-21")).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let begun = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        assert_eq!(begun.body["outlook"]["missing"], json!([{ "kind": "residence" }]));
        let sent = ana.apply("entry", &child, &[("enrolled_in", "none")]).await;
        assert_eq!(state(&sent), "in_review");
        assert_eq!(sent.body["state"]["points"][0]["missing"], json!({ "kind": "residence" }));
        // Sent on a Saturday; Monday the 23rd is a holiday only where the calendar was read in.
        assert_eq!(sent.body["due_on"], "2026-11-27");
        assert_eq!(ana.get("/entitlements").await.body["items"], json!([]));
        let again = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        assert_eq!((again.code_number(), again.code()), (409, "applications.under_way"));
        // An officer of the city reads it, one of the other city does not.
        let path = format!("/applications/{}", sent.body["id"].as_str().unwrap());
        assert_eq!(test.officer(YONAGO).await.get(&path).await.status, 200);
        assert_eq!(test.officer(SAKAIMINATO).await.get(&path).await.status, 404);
        let withdrawn = ana.send(ana.request(Method::POST, &format!("{path}/withdraw")).header("if-match", sent.etag())).await;
        assert_eq!(state(&withdrawn), "withdrawn");
        assert_eq!(submit(&ana, sent.body["id"].as_str().unwrap(), &withdrawn.etag()).await.code(), "applications.not_open");
    }

    async fn an_enrolled_child_is_refused_with_the_reason_and_its_source(test) {
        let (ana, child) = family(test, "2025-05-01").await;
        let decided = ana.apply("entry", &child, &[("enrolled_in", "nursery")]).await;
        assert_eq!(state(&decided), "refused");
        assert_eq!(decided.body["state"]["decision"]["grounds"][0]["reason"]["code"], "eligibility.enrolled");
        assert_eq!(ana.get("/entitlements").await.body["items"], json!([]));
        assert_eq!(ana.get("/applications").await.body["items"][0]["state"]["kind"], "refused");
    }

    async fn what_is_missing_is_told_field_by_field_and_nothing_is_sent(test) {
        let (ana, child) = family(test, "2025-05-01").await;
        let begun = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        let id = begun.body["id"].as_str().unwrap();
        let refused = submit(&ana, id, &begun.etag()).await;
        assert_eq!((refused.code_number(), refused.codes()), (422, vec!["applications.answer_missing".to_owned(), "applications.declaration_missing".to_owned()]));
        assert_eq!(refused.body["errors"][0]["pointer"], "/answers/enrolled_in");
        assert_eq!(state(&ana.get(&format!("/applications/{id}")).await), "draft");
        let wrong = ana.patch(&format!("/applications/{id}"), json!({ "answers": [{ "key": "enrolled_in", "value": "mars" }] }), &begun.etag()).await;
        assert_eq!((wrong.code_number(), wrong.codes()), (422, vec!["applications.answer_invalid".to_owned()]));
        // Another device has changed it meanwhile.
        let change = json!({ "answers": [{ "key": "enrolled_in", "value": "none" }] });
        assert_eq!(ana.patch(&format!("/applications/{id}"), change.clone(), &begun.etag()).await.status, 200);
        assert_eq!(ana.patch(&format!("/applications/{id}"), change, &begun.etag()).await.status, 412);
    }

    async fn a_clerk_files_for_a_family_and_it_is_marked(test) {
        let (ana, child) = family(test, "2025-05-01").await;
        let family = ana.get("/family").await.body["id"].clone();
        let operator = test.person("Operator", Role::Operator).await;
        operator.act_for(family.as_str().unwrap(), "application").await;
        let begun = operator.post("/applications", json!({ "procedure": "entry", "child_id": child, "family_id": family })).await;
        assert_eq!(begun.status, 201, "{:?}", begun.body);
        let decided = submit_filled(&operator, &begun).await;
        assert_eq!(state(&decided), "granted", "{:?}", decided.body);
        let shown = ana.get(&format!("/applications/{}", begun.body["id"].as_str().unwrap())).await;
        assert_eq!(shown.body["filed_by"]["role"], json!({ "kind": "operator" }));
        // Whoever has not opened the family's record files nothing for it.
        let elsewhere = test.officer(SAKAIMINATO).await;
        let refused = elsewhere.post("/applications", json!({ "procedure": "entry", "child_id": child, "family_id": family })).await;
        assert_eq!(refused.code(), "proxy.not_open");
    }

    async fn the_family_of_another_city_goes_by_its_own_procedures(test) {
        publish(test, YONAGO, certification("entry", "open_nursery", "2026-11-21")).await;
        let bea = test.guardian("Bea", SAKAIMINATO).await;
        test.prove_residence(&bea).await;
        let child = bea.child("2025-05-01").await;
        let unknown = bea.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        assert_eq!((unknown.code_number(), unknown.body["errors"][0]["pointer"].as_str().unwrap()), (422, "/procedure"));
        // Moved away with a draft: it is not that city's any more, and the proof went with the move.
        publish(test, SAKAIMINATO, certification("entry", "open_nursery", "2026-11-21")).await;
        let begun = bea.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        let seen = bea.get("/family").await;
        assert_eq!(seen.body["residence_proof"]["by"], "counter");
        let moved = bea.patch("/family", json!({ "municipality": YONAGO }), &seen.etag()).await;
        assert_eq!((moved.code_number(), moved.body.get("residence_proof")), (200, None));
        let left = bea.get(&format!("/applications/{}", begun.body["id"].as_str().unwrap())).await;
        assert_eq!(state(&left), "withdrawn");
        assert_eq!(submit(&bea, left.body["id"].as_str().unwrap(), &left.etag()).await.code(), "applications.not_open");
        // The new city's own is begun already.
        let there = bea.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        assert_eq!((there.code_number(), &there.body["municipality"]), (200, &json!(YONAGO)), "{:?}", there.body);
    }

    async fn two_sendings_at_once_certify_once(test) {
        let (ana, child) = family(test, "2025-05-01").await;
        let begun = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        let id = begun.body["id"].as_str().unwrap();
        let change = json!({ "answers": [{ "key": "enrolled_in", "value": "none" }], "declared": ["true"] });
        let filled = ana.patch(&format!("/applications/{id}"), change, &begun.etag()).await;
        let etag = filled.etag();
        let all = futures_util::future::join_all((0..8).map(|_| submit(&ana, id, &etag)));
        let granted = all.await.iter().filter(|answer| answer.status == 200).count();
        assert_eq!((granted, ana.get("/entitlements").await.body["items"].as_array().unwrap().len()), (1, 1));
    }

    async fn certified_at_home_one_books_in_the_other_city_at_once(test) {
        let (ana, child) = family(test, "2025-05-01").await;
        ask_for_certification(test).await;
        let slot = test.slot("sakai_open", DAY, ("08:30", "17:00"), (3, 3)).await;
        let refused = ana.book_times(&slot, &[&child], DAY, ("09:00", "10:00")).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "bookings.not_certified"), "{:?}", refused.body);
        assert_eq!(state(&ana.apply("entry", &child, &[("enrolled_in", "none")]).await), "granted");
        let booked = ana.book_times(&slot, &[&child], DAY, ("09:00", "10:00")).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        // A brother has none of his own.
        let brother = ana.child("2024-12-01").await;
        assert_eq!(ana.book_times(&slot, &[&brother], DAY, ("09:00", "10:00")).await.code(), "bookings.not_certified");
        // Ended from the day before on, the day is not to be had any more.
        let mut end = certification("end", "open_nursery", "2026-11-21");
        end["terms"]["effect"] = json!({ "kind": "end", "programme": "open_nursery", "last_day": "last_day" });
        let name = json!({ "ja": "いつまで", "easy": "いつまで", "en": "Until when" });
        end["terms"]["questions"] = json!([{ "key": "last_day", "text": name, "required": true, "answer": { "kind": "day" } }]);
        end["terms"]["rule"] = json!({ "kind": "all", "of": [] });
        publish(test, YONAGO, end).await;
        assert_eq!(ana.apply("end", &child, &[("last_day", "2026-11-30")]).await.body["state"]["kind"], "granted");
        let refused = ana.book_times(&slot, &[&child], DAY, ("10:00", "11:00")).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "bookings.not_certified"), "{:?}", refused.body);
        assert_eq!(ana.get("/entitlements").await.body["items"][0]["ended"], json!({ "kind": "asked" }));
    }

    async fn a_seventh_procedure_needs_no_code(test) {
        let (ana, child) = family(test, "2025-05-01").await;
        let mut new = certification("forest_day", "playroom", "2026-11-21");
        let name = json!({ "ja": "森の日", "easy": "[森|もり]の[日|ひ]", "en": "Forest day" });
        new["terms"]["effect"]["validity"]["until"] = json!({ "kind": "fiscal_year" });
        new["terms"]["questions"].as_array_mut().unwrap().push(json!({
            "key": "boots", "text": name, "required": true, "answer": { "kind": "yes_no" },
            "when": { "kind": "known", "key": "enrolled_in", "values": ["none"], "yes": name, "no": name },
        }));
        new["terms"]["rule"]["of"].as_array_mut().unwrap().push(json!({ "kind": "known", "key": "boots", "values": ["yes"], "yes": name, "no": name }));
        publish(test, YONAGO, new).await;
        let refused = ana.apply("forest_day", &child, &[("enrolled_in", "none"), ("boots", "no")]).await;
        assert_eq!(state(&refused), "refused", "{:?}", refused.body);
        let granted = ana.apply("forest_day", &child, &[("boots", "yes")]).await;
        assert_eq!((state(&granted), &granted.body["state"]["decision"]["days"]["until"]), ("granted", &json!("2027-03-31")));
        let half = json!({ "kind": "procedure", "version": { "key": "x" } });
        let wrong = test.officer(YONAGO).await.post("/office/changes", half).await;
        assert_eq!(wrong.status, 422);
    }
}

/// Answers that the child is at home, declares, and sends.
async fn submit_filled(person: &Person, begun: &Answer) -> Answer {
    let path = format!("/applications/{}", begun.body["id"].as_str().unwrap());
    let change = json!({ "answers": [{ "key": "enrolled_in", "value": "none" }], "declared": ["true"] });
    let filled = person.patch(&path, change, &begun.etag()).await;
    assert_eq!(filled.status, 200, "{:?}", filled.body);
    person.send(person.request(Method::POST, &format!("{path}/submit")).header("if-match", filled.etag())).await
}
