//! Changes of rules: who has to agree, whom they would touch, what they write, and how they are taken back.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, certification};

/// The programme of temporary care as it holds in a city, from a day on, with other rules.
async fn next(test: &TestApp, city: &str, from: &str, change: impl FnOnce(&mut Value)) -> Value {
    let held = test.anybody().get(&format!("/programmes?municipality={city}&programme=temporary_care&on={from}")).await.body;
    let held = &held["items"][0];
    let mut version = json!({ "key": held["key"], "valid_from": from, "name": held["name"], "terms": held["terms"] });
    version["summary"] = held["name"].clone();
    change(&mut version["terms"]);
    json!({ "kind": "programme", "version": version })
}

fn dearer(terms: &mut Value) {
    for fee in terms["fees"].as_array_mut().unwrap() {
        fee["yen"] = json!(fee["yen"].as_i64().unwrap() + 100);
    }
}

fn path(change: &Answer) -> String {
    format!("/office/changes/{}", change.body["id"].as_str().unwrap())
}

async fn act(officer: &Person, path: &str, verb: &str, words: &str) -> Answer {
    let etag = officer.get(path).await.etag();
    act_seen(officer, path, verb, words, &etag).await
}

async fn act_seen(officer: &Person, path: &str, verb: &str, words: &str, etag: &str) -> Answer {
    let request = officer.request(Method::POST, &format!("{path}/{verb}")).header("if-match", etag);
    officer.send(request.json(&json!({ "words": words }))).await
}

/// First and last day of the versions of temporary care.
async fn versions(test: &TestApp, city: &str) -> Vec<(String, Option<String>)> {
    let ever = test.anybody().get(&format!("/programmes?municipality={city}&programme=temporary_care&every_version=true")).await.body;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let items = ever["items"].as_array().unwrap().iter();
    items.map(|version| (text(&version["valid_from"]).unwrap(), text(&version["valid_until"]))).collect()
}

fn from(day: &str, until: Option<&str>) -> (String, Option<String>) {
    (day.to_owned(), until.map(str::to_owned))
}

fn term(days: i64, tier: &str, start: &str) -> Value {
    json!({ "kind": "compact", "term": {
        "compact_id": "compact", "residence": YONAGO, "host": SAKAIMINATO, "programme": "temporary_care",
        "valid_from": start, "resident_priority_days": days, "price_tier": tier,
    } })
}

on_both! {
    async fn words_hold_at_once_and_money_waits_for_another_officer(test) {
        let (ana, bea, other) = (test.officer(YONAGO).await, test.officer(YONAGO).await, test.officer(SAKAIMINATO).await);
        let words = next(test, YONAGO, "2027-02-01", |terms| terms["bring"] = json!([{ "ja": "帽子", "easy": "ぼうし", "en": "A hat" }])).await;
        let plain = ana.post("/office/changes", words).await;
        assert_eq!((plain.code_number(), &plain.body["standing"], &plain.body["weights"]), (201, &json!("agreed"), &json!([])), "{:?}", plain.body);
        let money = next(test, YONAGO, "2027-04-01", dearer).await;
        let waiting = ana.post_with_key("/office/changes", money.clone(), "april").await;
        assert_eq!((&waiting.body["standing"], &waiting.body["weights"]), (&json!("waiting"), &json!(["money"])));
        assert_eq!(ana.post_with_key("/office/changes", money, "april").await.body["id"], waiting.body["id"], "told twice, proposed once");
        let mine = path(&waiting);
        let held = [from("2026-04-01", Some("2027-01-31")), from("2027-02-01", None)];
        assert_eq!(versions(test, YONAGO).await, held, "nothing is written before somebody agrees");
        assert_eq!(act(&ana, &mine, "agree", "").await.code(), "changes.own_change");
        assert_eq!(other.get(&mine).await.status, 404);
        assert_eq!(act_seen(&other, &mine, "agree", "", "\"v1\"").await.status, 404);
        assert_eq!(act(&bea, &mine, "withdraw", "").await.code(), "changes.not_own");
        assert_eq!(act_seen(&bea, &mine, "agree", "", "\"v7\"").await.status, 412);
        let agreed = act(&bea, &mine, "agree", "確かめました。").await;
        assert_eq!((agreed.code_number(), &agreed.body["decided"]["words"]), (200, &json!("確かめました。")), "{:?}", agreed.body);
        assert_eq!(act(&bea, &mine, "agree", "").await.code(), "changes.not_waiting");
        let mut held = held.to_vec();
        held[1].1 = Some("2027-03-31".to_owned());
        held.push(from("2027-04-01", None));
        assert_eq!(versions(test, YONAGO).await, held);
        assert_eq!(versions(test, SAKAIMINATO).await.len(), 1, "the other city's rules are its own");
        let found = bea.get("/office/changes").await.body;
        let standing: Vec<_> = found["items"].as_array().unwrap().iter().map(|one| one["standing"].as_str().unwrap()).collect();
        assert_eq!(standing, ["agreed", "agreed"]);
        let page = bea.get("/office/changes?limit=1&standing=agreed").await.body;
        let rest = bea.get(&format!("/office/changes?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await.body;
        assert_eq!((&page["items"][0]["id"], &rest["items"][0]["id"]), (&waiting.body["id"], &plain.body["id"]));
        assert_eq!(bea.get("/office/changes?standing=agree").await.status, 422);
        assert_eq!(other.get("/office/changes").await.body["items"], json!([]));
    }

    async fn who_does_not_agree_says_why_and_who_proposed_takes_it_back(test) {
        let (ana, bea) = (test.officer(YONAGO).await, test.officer(YONAGO).await);
        let money = next(test, YONAGO, "2027-04-01", dearer).await;
        let one = path(&ana.post("/office/changes", money.clone()).await);
        assert_eq!(act(&bea, &one, "decline", " ").await.code(), "changes.words_missing");
        let declined = act(&bea, &one, "decline", "議会の議決を待ちます。").await;
        assert_eq!((&declined.body["standing"], &declined.body["decided"]["words"]), (&json!("declined"), &json!("議会の議決を待ちます。")));
        let two = path(&ana.post("/office/changes", money).await);
        assert_eq!(act(&ana, &two, "withdraw", "").await.body["standing"], "withdrawn");
        for done in [&one, &two] {
            assert_eq!(act(&bea, done, "agree", "").await.code(), "changes.not_waiting");
            assert_eq!(act(&bea, done, "undo", "").await.code(), "changes.not_agreed");
        }
        assert_eq!(versions(test, YONAGO).await.len(), 1);
    }

    async fn what_has_not_begun_is_taken_back_whole_and_what_is_used_stays(test) {
        let (ana, bea) = (test.officer(SAKAIMINATO).await, test.officer(SAKAIMINATO).await);
        let before = versions(test, SAKAIMINATO).await;
        let change = next(test, SAKAIMINATO, "2026-11-30", dearer).await;
        let first = path(&ana.post("/office/changes", change.clone()).await);
        assert_eq!(act(&bea, &first, "agree", "").await.status, 200);
        let later = next(test, SAKAIMINATO, "2027-04-01", |terms| terms["bring"] = json!([])).await;
        let later = ana.post("/office/changes", later).await;
        assert_eq!(act(&bea, &first, "undo", "").await.code(), "changes.followed");
        assert_eq!(act(&bea, &path(&later), "undo", "").await.status, 200);
        let undone = act(&bea, &first, "undo", "").await;
        assert_eq!((undone.code_number(), &undone.body["standing"]), (200, &json!("undone")));
        assert_eq!(versions(test, SAKAIMINATO).await, before);
        // The same once more, and a family books on it.
        let again = path(&ana.post("/office/changes", change).await);
        assert_eq!(act(&bea, &again, "agree", "").await.status, 200);
        let family = test.guardian("Cho", SAKAIMINATO).await;
        let child = family.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
        assert_eq!(family.book(&slot, &[&child]).await.status, 201);
        let used = act(&bea, &again, "undo", "").await;
        assert_eq!((used.code(), used.body["detail"].as_str().is_some()), ("changes.used", true));
        test.at("2026-11-30T00:00:00+09:00");
        let ana = test.officer(SAKAIMINATO).await;
        assert_eq!(act(&ana, &again, "undo", "").await.code(), "changes.begun");
    }

    async fn a_preview_says_whose_stays_would_cost_more(test) {
        let (ana, bea) = (test.guardian("Ana", SAKAIMINATO).await, test.guardian("Bea", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, bea.child("2024-05-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (3, 3)).await;
        for (family, child) in [(&ana, &a), (&bea, &b)] {
            assert_eq!(family.book(&slot, &[child]).await.status, 201);
        }
        let officer = test.officer(SAKAIMINATO).await;
        let change = next(test, SAKAIMINATO, "2027-04-01", |terms| {
            dearer(terms);
            terms["ages"]["from_months"] = json!(24);
        })
        .await;
        let ask = async |change: &Value| officer.post("/office/changes/preview", change.clone()).await.body;
        let ahead = ask(&change).await;
        assert_eq!((&ahead["impact"]["stays"], &ahead["impact"]["booked"]), (&json!(0), &json!(0)), "what is to come is no stay yet: {ahead}");
        let soon = next(test, SAKAIMINATO, "2026-11-30", dearer).await;
        assert_eq!(ask(&soon).await["impact"]["booked"], 2);
        test.at("2026-12-05T09:00:00+09:00");
        let officer = test.officer(SAKAIMINATO).await;
        let ask = async |change: &Value| officer.post("/office/changes/preview", change.clone()).await.body;
        let seen = ask(&change).await;
        assert_eq!(seen["weights"], json!(["money", "eligibility"]));
        let impact = &seen["impact"];
        assert_eq!((&impact["stays"], &impact["families"], &impact["dearer"], &impact["cheaper"]), (&json!(2), &json!(2), &json!(2), &json!(0)), "{seen}");
        assert_eq!(impact["yen_after"].as_i64().unwrap() - impact["yen_before"].as_i64().unwrap(), 200);
        assert_eq!(impact["shut_out"], 1, "the younger one had not completed its second year");
        // Only the neighbours' price: what the compact says.
        let cheap = ask(&term(5, "resident", "2027-04-01")).await;
        assert_eq!((&cheap["agreeing"], &cheap["impact"]["stays"], &cheap["impact"]["cheaper"]), (&json!(YONAGO), &json!(1), &json!(1)), "{cheap}");
    }

    async fn a_compact_takes_both_cities(test) {
        let (ours, ours_too, theirs) = (test.officer(SAKAIMINATO).await, test.officer(SAKAIMINATO).await, test.officer(YONAGO).await);
        let ask = async |body: Value| ours.post("/office/changes", body).await;
        assert_eq!(ask(term(5, "nobody", "2027-04-01")).await.codes(), ["changes.tier_unknown"]);
        let mut strange = term(5, "neighbour", "2027-04-01");
        strange["term"]["compact_id"] = json!("another");
        assert_eq!(ask(strange).await.codes(), ["changes.compact_unknown"]);
        let mut unknown = term(5, "neighbour", "2027-04-01");
        unknown["term"]["programme"] = json!("playroom");
        assert_eq!(ask(unknown).await.codes(), ["changes.programme_unknown"]);
        assert_eq!(ask(term(5, "neighbour", "2026-11-20")).await.code(), "programmes.not_ahead");
        let change = path(&ask(term(0, "resident", "2027-04-01")).await);
        assert_eq!(act(&ours_too, &change, "agree", "").await.code(), "changes.other_city");
        let terms = async || {
            let all = test.anybody().get("/compacts").await.body;
            let all = all["items"][0]["terms"].as_array().unwrap().clone();
            let ours = all.into_iter().filter(|term| term["residence"] == YONAGO && term["programme"] == "temporary_care");
            ours.map(|term| json!([term["valid_from"], term["valid_until"], term["price_tier"]])).collect::<Vec<_>>()
        };
        let before = terms().await;
        assert_eq!(act(&theirs, &change, "agree", "").await.status, 200);
        assert_eq!(terms().await, [json!(["2026-04-01", "2027-03-31", "neighbour"]), json!(["2027-04-01", null, "resident"])]);
        assert_eq!(act(&theirs, &change, "undo", "").await.status, 200);
        assert_eq!(terms().await, before);
    }

    async fn holidays_are_named_dropped_and_put_back(test) {
        let officer = test.officer(YONAGO).await;
        test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
        let add = |day: &str, name: &str| json!({ "kind": "holidays", "added": [{ "day": day, "name": name }], "removed": [] });
        assert_eq!(officer.post("/office/changes/preview", add(DAY, "祝日")).await.body["impact"], json!({ "kind": "days", "slots": 1, "bookings": 0 }));
        assert_eq!(officer.post("/office/changes", add("2026-11-20", "昨日")).await.codes(), ["changes.not_ahead"]);
        let names = async || test.write(|conn| api::municipalities::store::list_holidays(conn, crate::app::date("2026-12-01"), crate::app::date("2026-12-31"))).await;
        let before = names().await;
        let first = officer.post("/office/changes", add(DAY, "祝日")).await;
        assert_eq!(first.body["standing"], "agreed");
        let second = officer.post("/office/changes", add(DAY, "別の祝日")).await;
        assert_eq!(names().await, [(crate::app::date(DAY), "別の祝日".to_owned())]);
        assert_eq!(act(&officer, &path(&first), "undo", "").await.code(), "changes.followed");
        for change in [&second, &first] {
            assert_eq!(act(&officer, &path(change), "undo", "").await.status, 200);
        }
        assert_eq!(names().await, before);
    }

    async fn a_procedure_that_somebody_began_on_stays(test) {
        let change = test.publish(YONAGO, "procedure", certification("entry", "open_nursery", "2026-11-21")).await;
        assert_eq!((&change["weights"], &change["impact"]), (&json!(["eligibility"]), &json!({ "kind": "applications", "under_way": 0, "decided": 0 })));
        let officer = test.officer(YONAGO).await;
        let mut renamed = certification("entry", "open_nursery", "2027-04-01");
        renamed["name"]["ja"] = json!("新しい名前");
        let same = officer.post("/office/changes", json!({ "kind": "procedure", "version": renamed })).await;
        assert_eq!((&same.body["standing"], &same.body["weights"]), (&json!("agreed"), &json!([])), "{:?}", same.body);
        let begun = path(&Answer { body: change, ..same });
        assert_eq!(act(&officer, &begun, "undo", "").await.code(), "changes.begun");
    }

    async fn of_two_who_decide_at_once_one_does(test) {
        let ana = test.officer(YONAGO).await;
        let others = [test.officer(YONAGO).await, test.officer(YONAGO).await, test.officer(YONAGO).await];
        let change = ana.post("/office/changes", next(test, YONAGO, "2027-04-01", dearer).await).await;
        let (mine, etag) = (path(&change), change.etag());
        let verbs = ["agree", "decline", "agree"];
        let answers = join_all(others.iter().zip(verbs).map(|(officer, verb)| act_seen(officer, &mine, verb, "理由", &etag))).await;
        let done = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(done, 1, "{:?}", answers.iter().map(|answer| &answer.body).collect::<Vec<_>>());
        assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.status == 412));
        let is_agreed = ana.get(&mine).await.body["standing"] == "agreed";
        assert_eq!(versions(test, YONAGO).await.len(), if is_agreed { 2 } else { 1 });
    }
}
