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

/// What is said of a facility now, from a day on, with other values.
async fn said(test: &TestApp, id: &str, from: &str, changed: Value) -> Value {
    let held = test.anybody().get(&format!("/facilities/{id}")).await.body;
    let mut facility = json!({ "facility_id": id, "valid_from": from, "name": held["name"], "kind": held["kind"], "weekdays": "月～土" });
    for (field, value) in changed.as_object().unwrap() {
        facility[field] = value.clone();
    }
    json!({ "kind": "facility", "facility": facility })
}

fn closing(id: &str, last_day: &str) -> Value {
    json!({ "kind": "closing", "closing": { "facility_id": id, "last_day": last_day } })
}

/// The kinds of the events about something, in their order.
async fn told(test: &TestApp, subject: &str) -> Vec<String> {
    let subject = subject.to_owned();
    let read = move |conn: &mut api::db::AnyConnection| {
        use api::schema::events;
        use diesel::prelude::*;
        Ok(events::table.filter(events::subject_id.eq(&subject)).order(events::id).select(events::kind).load(conn)?)
    };
    test.write(read).await
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

    async fn a_facility_changes_on_its_day_and_not_before(test) {
        let (ana, bea, other) = (test.officer(YONAGO).await, test.officer(YONAGO).await, test.officer(SAKAIMINATO).await);
        let call = said(test, "yonago", "2027-02-01", json!({ "phone": "（0859）12-3456", "address": "米子市弓ヶ浜町1" })).await;
        assert_eq!(other.post("/office/changes/preview", call.clone()).await.codes(), ["changes.facility_unknown"]);
        let wrong = json!({ "phone": "110", "capacity": 0, "latitude": 133.3, "longitude": 35.5, "opens_at": "18:00:00", "closes_at": "07:00:00" });
        let wrong = ana.post("/office/changes", said(test, "yonago", "2026-11-21", wrong).await).await;
        let at: Vec<_> = wrong.body["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!((wrong.code_number(), at), (422, vec!["/facility/valid_from", "/facility/phone", "/facility/latitude", "/facility/capacity", "/facility/closes_at"]));
        let plain = ana.post("/office/changes", call.clone()).await;
        assert_eq!((plain.code_number(), &plain.body["standing"], &plain.body["weights"]), (201, &json!("agreed"), &json!([])), "{:?}", plain.body);
        assert_eq!((&plain.body["impact"]["kind"], &plain.body["impact"]["before"]["weekdays"]), (&json!("facility"), &json!("月火水木金土")));
        assert_eq!(ana.post("/office/changes", call).await.code(), "changes.day_taken");
        // Whom it takes weighs, and is compared with what will hold by then.
        let places = ana.post("/office/changes", said(test, "yonago", "2027-04-01", json!({ "capacity": 60, "ages": "1歳～5歳" })).await).await;
        assert_eq!((&places.body["standing"], &places.body["weights"]), (&json!("waiting"), &json!(["eligibility"])), "{:?}", places.body);
        assert_eq!(places.body["impact"]["before"]["phone"], "（0859）12-3456");
        assert_eq!(act(&bea, &path(&places), "agree", "").await.status, 200);
        let phone = async || test.anybody().get("/facilities/yonago").await.body["contact"]["phone"].clone();
        let enter = async || api::changes::jobs::enter_due(&test.app).await.unwrap();
        assert_eq!((enter().await, phone().await), (0, Value::Null), "nothing holds before its day");
        test.at("2027-01-31T23:59:59+09:00");
        assert_eq!(enter().await, 0);
        test.at("2027-02-01T00:00:00+09:00");
        assert_eq!((enter().await, enter().await), (1, 0), "once");
        assert_eq!(phone().await, "0859-12-3456");
        assert_eq!(told(test, "yonago").await, ["facility.changed"]);
        let bea = test.officer(YONAGO).await;
        assert_eq!(act(&bea, &path(&plain), "undo", "").await.code(), "changes.begun");
        // What has not begun is taken back, and its day passes without it.
        assert_eq!(act(&bea, &path(&places), "undo", "").await.status, 200);
        test.at("2027-04-01T00:00:00+09:00");
        assert_eq!(enter().await, 0);
        assert_eq!(test.anybody().get("/facilities/yonago").await.body["capacity"], Value::Null);
    }

    async fn a_preview_of_a_facility_counts_who_is_booked_outside_of_it(test) {
        let family = test.guardian("Ana", YONAGO).await;
        let (small, big) = (family.child("2026-01-10").await, family.child("2022-05-01").await);
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (2, 2)).await;
        assert_eq!(family.book(&slot, &[&small]).await.status, 201);
        assert_eq!(family.book(&slot, &[&big]).await.status, 201);
        let officer = test.officer(YONAGO).await;
        let ask = async |from: &str, changed: Value| {
            officer.post("/office/changes/preview", said(test, "yonago", from, changed).await).await.body["impact"].clone()
        };
        let counted = |seen: &Value| ["slots", "bookings", "families", "outside_ages", "outside_hours"].map(|name| seen[name].as_i64().unwrap());
        assert_eq!(counted(&ask(DAY, json!({ "ages": "1歳～5歳", "opens_at": "09:00:00", "closes_at": "18:00:00" })).await), [1, 2, 1, 1, 2]);
        assert_eq!(counted(&ask(DAY, json!({ "weekdays": "水～金" })).await), [1, 2, 1, 0, 2], "it is a Tuesday");
        assert_eq!(counted(&ask("2026-12-02", json!({ "ages": "1歳～5歳" })).await), [0, 0, 0, 0, 0]);
    }

    async fn a_facility_closes_for_good_and_nobody_is_booked_after_its_last_day(test) {
        let (ana, bea) = (test.officer(YONAGO).await, test.officer(YONAGO).await);
        let (family, staff) = (test.guardian("Cho", YONAGO).await, test.staff("yonago").await);
        let child = family.child("2025-05-01").await;
        let (before, after) = (test.slot("yonago_care", "2026-12-01", ("08:30", "17:00"), (2, 0)).await, test.slot("yonago_care", "2026-12-02", ("08:30", "17:00"), (2, 0)).await);
        let booked = family.book(&after, &[&child]).await;
        assert_eq!(booked.status, 201);
        let change = ana.post("/office/changes", closing("yonago", "2026-12-01")).await;
        assert_eq!((&change.body["standing"], &change.body["weights"]), (&json!("waiting"), &json!(["eligibility"])), "{:?}", change.body);
        let impact = &change.body["impact"];
        assert_eq!((&impact["slots"], &impact["bookings"], &impact["families"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!(ana.post("/office/changes", closing("yonago", "2026-11-20")).await.codes(), ["changes.not_ahead"]);
        assert_eq!(ana.post("/office/changes", closing("sakai", "2026-12-01")).await.codes(), ["changes.facility_unknown"]);
        assert_eq!(act(&bea, &path(&change), "agree", "").await.status, 200);
        assert_eq!(told(test, "yonago").await, ["facility.closed"]);
        assert_eq!(ana.post("/office/changes", closing("yonago", "2026-12-05")).await.codes(), ["changes.facility_closed"]);
        let late = said(test, "yonago", "2027-02-01", json!({})).await;
        assert_eq!(ana.post("/office/changes", late).await.codes(), ["changes.facility_closed"]);
        // What is booked stays until the facility ends it; nothing new comes after the last day.
        assert_eq!(family.active_bookings().await, 1);
        let other = family.child("2025-06-01").await;
        assert_eq!(family.book(&after, &[&other]).await.code(), "bookings.slot_closed");
        // Staff change such a slot, even open it: still nobody gets in, and none of it outlasts the closing.
        for change in [json!({ "room": 5 }), json!({ "state": "open" })] {
            let etag = staff.get(&format!("/slots/{after}")).await.etag();
            assert_eq!(staff.patch(&format!("/slots/{after}"), change, &etag).await.status, 200);
            assert_eq!(family.book(&after, &[&other]).await.code(), "bookings.slot_closed");
        }
        assert_eq!(family.book(&before, &[&other]).await.status, 201);
        assert_eq!(test.anybody().get("/facilities/yonago").await.body["last_day"], "2026-12-01");
        let bands = json!([{ "from_age": 0, "under_age": 3, "capacity": 2 }]);
        let pattern = json!([{ "weekdays": ["Mon", "Tue", "Wed"], "starts": "08:30:00", "ends": "17:00:00", "bands": bands }]);
        let publish = |to: &str| json!({ "offering_id": "yonago_care", "from": "2026-11-30", "to": to, "pattern": pattern });
        assert_eq!(staff.post("/staff/slots", publish("2026-12-08")).await.code(), "changes.facility_closed");
        assert_eq!(staff.post("/staff/slots/preview", publish("2026-12-01")).await.status, 200);
        let listed = async || test.anybody().get(&format!("/facilities?municipality={YONAGO}")).await.body["items"].as_array().unwrap().len();
        assert_eq!(listed().await, 1);
        // Taken back, everything is as it was.
        assert_eq!(act(&bea, &path(&change), "undo", "").await.status, 200);
        assert_eq!(family.book(&after, &[&other]).await.status, 201);
        let again = ana.post("/office/changes", closing("yonago", "2026-12-01")).await;
        assert_eq!(act(&bea, &path(&again), "agree", "").await.status, 200);
        test.at("2026-12-02T00:00:00+09:00");
        assert_eq!(listed().await, 0, "whoever is gone is not found");
        assert_eq!(test.anybody().get("/facilities/yonago").await.status, 200, "what it was can be read");
        let bea = test.officer(YONAGO).await;
        assert_eq!(act(&bea, &path(&again), "undo", "").await.code(), "changes.begun");
    }

    async fn a_facility_opens_on_its_day_and_is_taken_back_while_nobody_is_there(test) {
        let (ana, bea) = (test.officer(YONAGO).await, test.officer(YONAGO).await);
        let new = |source: &str| json!({ "kind": "facility", "facility": {
            "source_id": source, "valid_from": "2027-04-01", "name": "なみうち保育園", "kana": "なみうちほいくえん", "kind": "licensed_nursery",
            "latitude": 35.45, "longitude": 133.33, "capacity": 60, "ages": "0歳～5歳", "weekdays": "月～土",
        } });
        assert_eq!(ana.post("/office/changes", new("yonago")).await.codes(), ["changes.listed_already"]);
        assert_eq!(ana.post("/office/changes", new(" ")).await.codes(), ["text.missing"]);
        let open = async |source: &str| {
            let change = ana.post("/office/changes", new(source)).await;
            assert_eq!(change.body["weights"], json!(["eligibility"]), "{:?}", change.body);
            assert_eq!(act(&bea, &path(&change), "agree", "").await.status, 200);
            let found = test.anybody().get("/facilities?q=ナミウチ").await.body["items"][0]["id"].as_str().unwrap().to_owned();
            (change, found)
        };
        let (change, id) = open("99").await;
        let seen = test.anybody().get(&format!("/facilities/{id}")).await.body;
        assert_eq!((&seen["opens_on"], &seen["kana"], &seen["capacity"]), (&json!("2027-04-01"), &json!("ナミウチホイクエン"), &json!(60)));
        assert_eq!(told(test, &id).await, ["facility.registered"]);
        assert_eq!(act(&bea, &path(&change), "undo", "").await.status, 200);
        assert_eq!(test.anybody().get(&format!("/facilities/{id}")).await.status, 404);
        // Once its staff make ready it stays, and nothing is offered before it opens.
        let (change, id) = open("99").await;
        let staff = test.staff(&id).await;
        let offering = json!({ "programme": "temporary_care", "blocks": [{ "key": "day", "starts": "08:30:00", "ends": "17:00:00" }] });
        let offering = staff.post("/staff/offerings", offering).await;
        assert_eq!(offering.status, 201, "{:?}", offering.body);
        let bands = json!([{ "from_age": 0, "under_age": 3, "capacity": 2 }]);
        let pattern = json!([{ "weekdays": ["Thu"], "starts": "08:30:00", "ends": "17:00:00", "bands": bands }]);
        let publish = |from: &str| json!({ "offering_id": offering.body["id"], "from": from, "to": "2027-04-01", "pattern": pattern });
        assert_eq!(staff.post("/staff/slots", publish("2027-03-31")).await.code(), "changes.facility_not_open");
        assert_eq!(staff.post("/staff/slots", publish("2027-04-01")).await.status, 201);
        assert_eq!(act(&bea, &path(&change), "undo", "").await.code(), "changes.used");
    }

    async fn a_city_hall_moves_on_its_day(test) {
        let officer = test.officer(YONAGO).await;
        let city = |from: &str, latitude: f64| json!({ "kind": "municipality", "city": {
            "valid_from": from, "name": { "ja": "米子市", "easy": "[米子市|よなごし]", "en": "Yonago" }, "kana": "ヨナゴシ", "latitude": latitude, "longitude": 133.33,
        } });
        assert_eq!(officer.post("/office/changes", city("2026-11-21", 3.5)).await.codes(), ["changes.not_ahead", "changes.position_invalid"]);
        let change = officer.post("/office/changes", city("2027-01-04", 35.5)).await;
        assert_eq!((&change.body["standing"], &change.body["impact"]["kind"]), (&json!("agreed"), &json!("municipality")), "{:?}", change.body);
        let hall = async || {
            let all = test.anybody().get("/municipalities").await.body;
            let ours = all["items"].as_array().unwrap().iter().find(|city| city["code"] == YONAGO).unwrap().clone();
            ours["position"]["latitude"].as_f64().unwrap()
        };
        let before = hall().await;
        test.at("2027-01-04T00:00:01+09:00");
        assert!((hall().await - before).abs() < f64::EPSILON);
        assert_eq!(api::changes::jobs::enter_due(&test.app).await.unwrap(), 1);
        assert!((hall().await - 35.5).abs() < f64::EPSILON);
        assert_eq!(told(test, YONAGO).await, ["municipality.changed"]);
    }

    async fn sentences_of_notices_hold_from_their_day_and_are_taken_back(test) {
        let officer = test.officer(YONAGO).await;
        let words = |body: &str| json!({ "kind": "wording", "wording": {
            "valid_from": "2027-01-04", "kind": "booking.confirmed", "locale": "ja",
            "title": "予約が決まりました", "body": body, "lock_title": "予約のお知らせ", "step_label": "予約を見る",
        } });
        let wrong = officer.post("/office/changes/preview", words("{hour}にお越しください。")).await;
        assert_eq!((wrong.codes(), &wrong.body["errors"][0]["pointer"]), (vec!["notices.placeholder_unknown".to_owned()], &json!("/wording/body")));
        let change = officer.post("/office/changes", words("{facility}でお待ちしています。")).await;
        assert_eq!((&change.body["standing"], &change.body["weights"]), (&json!("agreed"), &json!([])), "{:?}", change.body);
        let read = change.body["impact"]["after"]["body"].as_str().unwrap();
        assert!(read.ends_with("でお待ちしています。") && !read.contains('{'), "{read}");
        assert_ne!(change.body["impact"]["before"], change.body["impact"]["after"]);
        let versions = async || {
            let all = officer.get("/notice_templates").await.body;
            let kind = all["items"].as_array().unwrap().iter().find(|one| one["kind"] == "booking.confirmed").unwrap().clone();
            kind["versions"].as_array().unwrap().len()
        };
        assert_eq!(versions().await, 1);
        assert_eq!(act(&officer, &path(&change), "undo", "").await.status, 200);
        assert_eq!(versions().await, 0);
    }
}
