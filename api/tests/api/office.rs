//! The officers' desk over HTTP: the queue with its clock, decisions by one officer or two, corrections by the family, several at once, and
//! who gets in whose way.

use reqwest::Method;
use serde_json::{Value, json};
use shared::access::Role;

use api::applications::office::store::{Search, list_queue};

use crate::app::{Answer, Person, SAKAIMINATO, TestApp, YONAGO, certification, counting};

/// Publishes the certification of Yonago, decided by one officer or two.
async fn publish(test: &TestApp, two_officers: bool) {
    let mut new = certification("entry", "open_nursery", "2026-11-21");
    new["terms"]["two_officers"] = json!(two_officers);
    test.publish(YONAGO, "procedure", new).await;
}

/// A family of Yonago whose residence is not proven, and its application in review: id and answer.
async fn in_review(test: &TestApp, name: &str) -> (Person, String, Answer) {
    let family = test.guardian(name, YONAGO).await;
    let child = family.child("2025-05-01").await;
    let sent = family.apply("entry", &child, &[("enrolled_in", "none")]).await;
    assert_eq!(sent.body["state"]["kind"], "in_review", "{:?}", sent.body);
    (family, sent.body["id"].as_str().unwrap().to_owned(), sent)
}

async fn act(person: &Person, id: &str, verb: &str, body: Value, version: i64) -> Answer {
    let request = person.request(Method::POST, &format!("/office/applications/{id}/{verb}"));
    person.send(request.header("if-match", format!("\"v{version}\"")).json(&body)).await
}

fn version(answer: &Answer) -> i64 {
    answer.body["version"].as_i64().or_else(|| answer.body["application"]["version"].as_i64()).unwrap()
}

fn state(answer: &Answer) -> &str {
    answer.body["application"]["state"]["kind"].as_str().unwrap_or_default()
}

fn granting(words: &str) -> Value {
    json!({ "grants": true, "words": words })
}

/// How many statements the whole queue of Yonago takes, and how long it is.
async fn queue_asks(test: &TestApp) -> (usize, usize) {
    let late_before = crate::app::date("2026-11-21");
    test.write(move |conn| {
        let search = Search {
            city: crate::app::code(YONAGO),
            state: "in_review",
            procedure: None,
            only_late: false,
            late_before,
            after: None,
            limit: 50,
        };
        let (found, asked) = counting(conn, |conn| list_queue(conn, &search));
        Ok((found?.len(), asked))
    })
    .await
}

on_both! {
    async fn a_longer_queue_asks_the_database_no_more(test) {
        publish(test, false).await;
        in_review(test, "Ana").await;
        let one = queue_asks(test).await;
        for name in ["Bea", "Cho", "Dan", "Eri"] {
            let (family, id, sent) = in_review(test, name).await;
            let officer = test.officer(YONAGO).await;
            act(&officer, &id, "note", json!({ "words": "見ています" }), version(&sent)).await;
            assert_eq!(family.get("/applications").await.body["items"][0]["child"]["id"], sent.body["child"]["id"]);
        }
        assert_eq!((one.0, queue_asks(test).await), (1, (5, one.1)), "as many statements for five as for one");
    }

    async fn an_officer_looks_at_a_document_and_the_child_is_certified_from_the_day_of_sending(test) {
        publish(test, false).await;
        let (family, id, sent) = in_review(test, "Ana").await;
        test.at("2026-11-24T10:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        let case = officer.get(&format!("/office/applications/{id}")).await;
        assert_eq!(case.status, 200, "{:?}", case.body);
        assert_eq!(case.body["points"][0]["missing"], json!({ "kind": "residence" }));
        assert_eq!((&case.body["finding"]["verdict"], &case.body["days"]["from"]), (&json!("unknown"), &json!("2026-11-21")));
        let silent = act(&officer, &id, "decide", granting(" "), version(&sent)).await;
        assert_eq!((silent.code_number(), silent.codes()), (422, vec!["applications.words_missing".to_owned()]));
        let seen = json!({ "grants": true, "words": "", "confirms_residence": true });
        let decided = act(&officer, &id, "decide", seen, version(&sent)).await;
        assert_eq!((decided.code_number(), state(&decided)), (200, "granted"), "{:?}", decided.body);
        let shown = family.get(&format!("/applications/{id}")).await;
        let decision = &shown.body["state"]["decision"];
        assert_eq!((&decision["by"], &decision["days"]["from"]), (&json!("officer"), &json!("2026-11-21")));
        assert_eq!(family.get("/family").await.body["residence_proof"]["by"], "document");
        assert_eq!(family.get("/entitlements").await.body["items"].as_array().unwrap().len(), 1);
        let again = act(&officer, &id, "decide", granting("もう一度"), version(&decided)).await;
        assert_eq!((again.code_number(), again.code()), (409, "applications.not_in_review"));
    }

    async fn a_refusal_needs_words_and_the_family_reads_them(test) {
        publish(test, false).await;
        let (family, id, sent) = in_review(test, "Ana").await;
        let officer = test.officer(YONAGO).await;
        let refused = act(&officer, &id, "decide", json!({ "grants": false, "words": "住所を確認できませんでした。" }), version(&sent)).await;
        assert_eq!(state(&refused), "refused", "{:?}", refused.body);
        let shown = family.get(&format!("/applications/{id}")).await;
        assert_eq!(shown.body["state"]["decision"]["words"], "住所を確認できませんでした。");
        assert_eq!(shown.body["state"]["decision"]["grounds"], json!([]), "the words are the whole reason, and what was open is none");
        assert_eq!(family.get("/entitlements").await.body["items"], json!([]));
    }

    async fn what_an_officer_knows_decides_and_is_not_asked_again(test) {
        publish(test, false).await;
        let (family, id, sent) = in_review(test, "Ana").await;
        let officer = test.officer(YONAGO).await;
        let known = |value: &str, grants: bool| json!({ "grants": grants, "words": "園に確認しました", "known": [{ "key": "enrolled_in", "value": value }] });
        let wrong = act(&officer, &id, "decide", known("mars", true), version(&sent)).await;
        assert_eq!((wrong.code_number(), wrong.body["errors"][0]["pointer"].as_str().unwrap()), (422, "/known/0/value"));
        let refused = act(&officer, &id, "decide", known("nursery", true), version(&sent)).await;
        assert_eq!((refused.code_number(), refused.codes()), (409, vec!["applications.rule_says_no".to_owned(), "eligibility.enrolled".to_owned()]));
        assert_eq!(state(&act(&officer, &id, "decide", known("nursery", false), version(&sent)).await), "refused");
        let child = sent.body["child"]["id"].clone();
        let next = family.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        assert_eq!((&next.body["known"]["enrolled_in"], &next.body["outlook"]["ask"]), (&json!("nursery"), &json!([])));
        // A family that now declares otherwise is not certified by that alone, and what the officer wrote down stays.
        let declared = family.apply("entry", child.as_str().unwrap(), &[("enrolled_in", "none")]).await;
        assert_eq!(declared.body["state"]["kind"], "in_review", "{:?}", declared.body);
        let points = declared.body["state"]["points"].as_array().unwrap();
        assert!(points.iter().any(|point| point["ground"]["reason"]["code"] == "applications.contradicts"), "{points:?}");
        assert_eq!(declared.body["known"]["enrolled_in"], "nursery");
    }

    async fn it_takes_two_officers_and_never_the_same_twice(test) {
        publish(test, true).await;
        let (family, id, sent) = in_review(test, "Ana").await;
        let (maker, checker) = (test.officer(YONAGO).await, test.person("Checker", Role::Officer { municipality: crate::app::code(YONAGO) }).await);
        let proposed = act(&maker, &id, "decide", granting("住民票を確認しました"), version(&sent)).await;
        assert_eq!((proposed.code_number(), state(&proposed)), (200, "in_review"), "{:?}", proposed.body);
        assert_eq!(proposed.body["application"]["state"]["proposed"]["words"], "住民票を確認しました");
        // The family sees nothing of it, and has no certification.
        let shown = family.get(&format!("/applications/{id}")).await;
        assert_eq!((&shown.body["state"]["kind"], shown.body["state"].get("proposed")), (&json!("in_review"), None));
        assert_eq!(family.get("/applications").await.body["items"][0]["state"].get("proposed"), None);
        assert_eq!(family.get("/entitlements").await.body["items"], json!([]));
        let own = act(&maker, &id, "check", json!({ "confirms": true }), version(&proposed)).await;
        assert_eq!((own.code_number(), own.code()), (409, "applications.same_officer"));
        let past = act(&checker, &id, "decide", granting("よし"), version(&proposed)).await;
        assert_eq!((past.code_number(), past.code()), (409, "applications.proposed"));
        let back = act(&checker, &id, "check", json!({ "confirms": false, "words": "日付を見てください" }), version(&proposed)).await;
        assert_eq!(back.body["hand_over"]["words"], "日付を見てください", "{:?}", back.body);
        let again = act(&maker, &id, "decide", granting("日付も確認しました"), version(&back)).await;
        let decided = act(&checker, &id, "check", json!({ "confirms": true }), version(&again)).await;
        assert_eq!(state(&decided), "granted", "{:?}", decided.body);
        assert_eq!(decided.body["application"]["state"]["decision"]["words"], "日付も確認しました");
        assert_eq!(family.get("/entitlements").await.body["items"].as_array().unwrap().len(), 1);
    }

    async fn a_family_corrects_what_was_given_back_without_starting_over(test) {
        publish(test, false).await;
        let (family, id, sent) = in_review(test, "Ana").await;
        let officer = test.officer(YONAGO).await;
        let unknown = act(&officer, &id, "return", json!({ "comments": [{ "key": "pet", "words": "？" }] }), version(&sent)).await;
        assert_eq!((unknown.code_number(), unknown.codes()), (422, vec!["applications.comment_unknown".to_owned()]));
        let back = act(&officer, &id, "return", json!({ "comments": [{ "key": "enrolled_in", "words": "もう一度ご確認ください" }] }), version(&sent)).await;
        assert_eq!(state(&back), "returned", "{:?}", back.body);
        let path = format!("/applications/{id}");
        let shown = family.get(&path).await;
        assert_eq!(shown.body["comments"][0]["words"], "もう一度ご確認ください");
        assert_eq!(shown.body["answers"]["enrolled_in"], "none", "what was filled in is still there");
        let corrected = family.patch(&path, json!({ "answers": [{ "key": "enrolled_in", "value": "unlicensed" }] }), &shown.etag()).await;
        let resent = family.send(family.request(Method::POST, &format!("{path}/submit")).header("if-match", corrected.etag())).await;
        assert_eq!((&resent.body["state"]["kind"], &resent.body["number"]), (&json!("in_review"), &sent.body["number"]), "{:?}", resent.body);
        assert_eq!((&resent.body["submitted_at"], resent.body.get("comments")), (&sent.body["submitted_at"], None));
    }

    async fn the_clock_stands_still_while_the_family_has_it_back(test) {
        publish(test, false).await;
        let (family, id, sent) = in_review(test, "Ana").await;
        // Sent on a Saturday, due on the Friday after; three working days have passed on Wednesday.
        assert_eq!(sent.body["due_on"], "2026-11-27");
        test.at("2026-11-25T10:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        let back = act(&officer, &id, "return", json!({ "comments": [{ "key": "enrolled_in", "words": "ご確認ください" }] }), version(&sent)).await;
        let stands = json!({ "waited": 3, "target": 5, "left": 2 });
        assert_eq!(back.body["clock"], stands, "{:?}", back.body);
        test.at("2026-12-09T10:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        assert_eq!(officer.get("/office/applications?state=returned").await.body["items"][0]["clock"], stands);
        assert_eq!(officer.get("/office/applications?state=returned&overdue=true").await.status, 422);
        let shown = family.get(&format!("/applications/{id}")).await;
        let resent = family.send(family.request(Method::POST, &format!("/applications/{id}/submit")).header("if-match", shown.etag())).await;
        assert_eq!((&resent.body["state"]["kind"], &resent.body["due_on"]), (&json!("in_review"), &json!("2026-12-11")), "{:?}", resent.body);
        let listed = officer.get("/office/applications").await;
        assert_eq!((&listed.body["items"][0]["clock"], &listed.body["counts"]["overdue"]), (&stands, &json!(0)));
        // Decided on its last day, it counts as within the target, however long the family took.
        test.at("2026-12-11T17:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        let decided = act(&officer, &id, "decide", granting("確認しました"), version(&resent)).await;
        assert_eq!(decided.body["clock"], json!({ "waited": 5, "target": 5, "left": 0 }), "{:?}", decided.body);
        let told = officer.get("/office/applications/lead_time").await;
        assert_eq!(told.body["by_officers"]["within_target"], 1, "{:?}", told.body);
    }

    async fn the_queue_shows_what_is_late_first_and_then_the_oldest(test) {
        publish(test, false).await;
        let officer = test.officer(YONAGO).await;
        let empty = officer.get("/office/applications").await;
        assert_eq!((&empty.body["items"], &empty.body["counts"]["in_review"]), (&json!([]), &json!(0)));
        let (_, first, _) = in_review(test, "Ana").await;
        test.at("2026-12-07T09:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        let (_, second, _) = in_review(test, "Bea").await;
        let (_, third, sent) = in_review(test, "Cai").await;
        assert_eq!(act(&officer, &third, "return", json!({ "comments": [{ "key": "enrolled_in", "words": "確認" }] }), version(&sent)).await.status, 200);
        let listed = officer.get("/office/applications").await;
        let ids = |answer: &Answer| answer.body["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(&listed), [first.clone(), second.clone()]);
        assert_eq!(listed.body["counts"], json!({ "in_review": 2, "overdue": 1, "returned": 1, "procedures": [
            { "procedure": "entry", "name": listed.body["items"][0]["procedure_name"], "in_review": 2 }
        ] }));
        let clocks: Vec<&Value> = listed.body["items"].as_array().unwrap().iter().map(|one| &one["clock"]).collect();
        assert!(clocks[0]["left"].as_i64().unwrap() < 0 && clocks[0]["waited"].as_i64().unwrap() >= 10, "{clocks:?}");
        assert_eq!(clocks[1], &json!({ "waited": 0, "target": 5, "left": 5 }));
        let page = officer.get("/office/applications?limit=1").await;
        let next = officer.get(&format!("/office/applications?limit=1&cursor={}", page.body["next_cursor"].as_str().unwrap())).await;
        assert_eq!((ids(&page), ids(&next), next.body.get("next_cursor")), (vec![first.clone()], vec![second], None));
        assert_eq!(ids(&officer.get("/office/applications?overdue=true").await), [first]);
        assert_eq!(ids(&officer.get("/office/applications?state=returned&procedure=entry").await), [third]);
        assert_eq!(ids(&officer.get("/office/applications?procedure=other").await), Vec::<String>::new());
        for bad in ["state=draft", "limit=0", "cursor=x"] {
            assert_eq!(officer.get(&format!("/office/applications?{bad}")).await.status, 422, "{bad}");
        }
        assert_eq!(test.officer(SAKAIMINATO).await.get("/office/applications").await.body["items"], json!([]));
    }

    async fn a_note_is_for_colleagues_alone(test) {
        publish(test, false).await;
        let (family, id, sent) = in_review(test, "Ana").await;
        let officer = test.officer(YONAGO).await;
        let other = test.officer(SAKAIMINATO).await.get("/me").await.body["id"].clone();
        let refused = act(&officer, &id, "note", json!({ "words": "転入の電話待ち", "assignee": other }), version(&sent)).await;
        assert_eq!((refused.code_number(), refused.codes()), (422, vec!["applications.assignee_unknown".to_owned()]));
        let me = officer.get("/me").await.body["id"].clone();
        let noted = act(&officer, &id, "note", json!({ "words": "転入の電話待ち", "assignee": me }), version(&sent)).await;
        assert_eq!((&noted.body["hand_over"]["words"], &noted.body["hand_over"]["assignee"]["account_id"]), (&json!("転入の電話待ち"), &me), "{:?}", noted.body);
        assert_eq!(officer.get("/office/applications").await.body["items"][0]["assignee"]["account_id"], me);
        assert!(!family.get(&format!("/applications/{id}")).await.body.to_string().contains("電話待ち"));
        // Another note was written meanwhile: it is not lost.
        assert_eq!(act(&officer, &id, "note", json!({ "words": "x" }), version(&sent)).await.status, 412);
        let seen = noted.body["hand_over"]["version"].clone();
        let next = act(&officer, &id, "note", json!({ "words": "電話がありました", "seen": seen }), version(&sent)).await;
        assert_eq!((next.code_number(), &next.body["hand_over"]["version"]), (200, &json!(2)), "{:?}", next.body);
        // Who was deciding meanwhile is not disturbed.
        let decided = act(&officer, &id, "decide", granting("住民票を確認しました"), version(&sent)).await;
        assert_eq!((decided.code_number(), state(&decided)), (200, "granted"), "{:?}", decided.body);
    }

    async fn another_citys_officer_finds_nothing(test) {
        publish(test, false).await;
        let (_, id, sent) = in_review(test, "Ana").await;
        let other = test.officer(SAKAIMINATO).await;
        assert_eq!(other.get(&format!("/office/applications/{id}")).await.status, 404);
        for (verb, body) in [("decide", granting("可")), ("check", json!({ "confirms": true })), ("note", json!({ "words": "x" })), ("return", json!({ "comments": [{ "key": "enrolled_in", "words": "x" }] }))] {
            assert_eq!(act(&other, &id, verb, body, version(&sent)).await.status, 404, "{verb}");
        }
        let bulk = other.post("/office/applications/decide", json!({ "items": [{ "application_id": id, "seen": version(&sent) }], "decision": granting("可") })).await;
        assert_eq!((bulk.code_number(), &bulk.body[0]["reasons"][0]["code"]), (200, &json!("problem.not_found")), "{:?}", bulk.body);
        // What was not sent is nobody's business.
        let draft = test.guardian("Bea", YONAGO).await;
        let child = draft.child("2025-05-01").await;
        let begun = draft.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
        let path = format!("/office/applications/{}", begun.body["id"].as_str().unwrap());
        assert_eq!(test.officer(YONAGO).await.get(&path).await.status, 404);
    }

    async fn several_are_decided_at_once_each_for_itself(test) {
        publish(test, false).await;
        let officer = test.officer(YONAGO).await;
        let mut items = Vec::new();
        for name in ["Ana", "Bea", "Cai"] {
            let (_, id, sent) = in_review(test, name).await;
            items.push(json!({ "application_id": id, "seen": version(&sent) }));
        }
        items[1]["seen"] = json!(1);
        let body = json!({ "items": items, "decision": granting("窓口で確認しました") });
        let told = officer.post_with_key("/office/applications/decide", body.clone(), "bulk").await;
        let kinds: Vec<&Value> = told.body.as_array().unwrap().iter().map(|one| &one["state"]["kind"]).collect();
        assert_eq!(kinds, [&json!("granted"), &Value::Null, &json!("granted")], "{:?}", told.body);
        assert_eq!(told.body[1]["reasons"][0]["code"], "problem.stale");
        // The same again changes nothing.
        assert_eq!(officer.post_with_key("/office/applications/decide", body, "bulk").await.body, told.body);
        assert_eq!(officer.get("/office/applications").await.body["counts"]["in_review"], 1);
        let none = officer.post("/office/applications/decide", json!({ "items": [], "decision": granting("可") })).await;
        assert_eq!(none.status, 422);
    }

    async fn two_officers_at_once_decide_once(test) {
        publish(test, false).await;
        let (family, id, sent) = in_review(test, "Ana").await;
        let mut officers = Vec::new();
        for _ in 0..6 {
            officers.push(test.officer(YONAGO).await);
        }
        let seen = version(&sent);
        let all = futures_util::future::join_all(officers.iter().enumerate().map(|(n, officer)| {
            let decision = json!({ "grants": n % 2 == 0, "words": "確認しました" });
            let id = &id;
            async move { act(officer, id, "decide", decision, seen).await.code_number() }
        }));
        let statuses = all.await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 412].contains(status)), "{statuses:?}");
        let granted = family.get(&format!("/applications/{id}")).await.body["state"]["kind"] == "granted";
        assert_eq!(family.get("/entitlements").await.body["items"].as_array().unwrap().len(), usize::from(granted));
    }

    async fn an_officer_decides_or_the_family_withdraws_but_not_both(test) {
        publish(test, false).await;
        let officer = test.officer(YONAGO).await;
        for name in ["Ana", "Bea", "Cai", "Dai"] {
            let (family, id, sent) = in_review(test, name).await;
            let withdraw = family.send(family.request(Method::POST, &format!("/applications/{id}/withdraw")).header("if-match", sent.etag()));
            let (decided, withdrawn) = futures_util::future::join(act(&officer, &id, "decide", granting("可"), version(&sent)), withdraw).await;
            let codes = [decided.code_number(), withdrawn.code_number()];
            assert!([[200, 412], [412, 200]].contains(&codes), "{codes:?}");
            let held = family.get("/entitlements").await.body["items"].as_array().unwrap().len();
            assert_eq!(held, usize::from(decided.code_number() == 200), "a certification of what was withdrawn");
        }
    }

    async fn lead_times_are_told_by_rules_and_by_officers(test) {
        publish(test, false).await;
        let quick = test.guardian("Quick", YONAGO).await;
        test.prove_residence(&quick).await;
        let child = quick.child("2025-05-01").await;
        assert_eq!(quick.apply("entry", &child, &[("enrolled_in", "none")]).await.body["state"]["kind"], "granted");
        let (_, id, sent) = in_review(test, "Ana").await;
        test.at("2026-12-08T12:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        assert_eq!(act(&officer, &id, "decide", granting("確認しました"), version(&sent)).await.status, 200);
        let told = officer.get("/office/applications/lead_time?from=2026-11-01&until=2026-12-31").await;
        assert_eq!((&told.body["by_rules"]["decided"], &told.body["by_rules"]["median_seconds"]), (&json!(1), &json!(0)), "{:?}", told.body);
        assert_eq!((&told.body["by_officers"]["decided"], &told.body["by_officers"]["within_target"]), (&json!(1), &json!(0)));
        assert!(told.body["by_officers"]["median_working_days"].as_i64().unwrap() >= 10);
        assert_eq!(told.body["all"]["decided"], 2);
        assert_eq!(officer.get("/office/applications/lead_time?from=2026-12-31&until=2026-11-01").await.status, 422);
        assert_eq!(test.officer(SAKAIMINATO).await.get("/office/applications/lead_time").await.body["all"]["decided"], 0);
    }
}
