//! Outreach over HTTP: the list of what nobody opened against a model, the ladder, and cases from opening to their outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};

use api::db::stored;
use api::outreach::jobs;
use api::schema::{accounts, audit_lines, deliveries, events, notices, outreach_cases};
use api::{accounts::store::insert_account, families, new_id};
use reqwest::Method;
use shared::access::Role;
use shared::accounts::Me;
use shared::ids::{AccountId, FamilyId};
use shared::locale::Locale;
use shared::notices::{Kind, words};
use shared::text::{Email, Kana, PersonName, Phone};

use crate::app::{Answer, Person, SAKAIMINATO, TestApp, YONAGO, code, moment};
use crate::notices::recorder::{Recorder, beside};

/// Until when the notices of these tests are to be opened: a Monday noon.
const DEADLINE: &str = "2026-11-23T12:00:00+09:00";

/// One notice of a guardian with its deliveries, each a channel and how it stands.
#[derive(Debug, Clone)]
struct Sent {
    account: String,
    family: String,
    city: &'static str,
    source: String,
    opened: bool,
    deadline: &'static str,
    deliveries: Vec<(&'static str, &'static str)>,
}

/// What the channels say of a notice, whether its guardian opened it, and how its family must then stand on the list.
type Story = (&'static [(&'static str, &'static str)], bool, Option<&'static str>);

async fn send(test: &TestApp, all: Vec<Sent>) {
    test.write(move |conn| {
        for sent in &all {
            let (id, deadline) = (new_id(), stored(moment(sent.deadline)));
            let opened = sent.opened.then(|| deadline - chrono::TimeDelta::hours(2));
            let before = deadline - chrono::TimeDelta::hours(24);
            diesel::insert_into(notices::table)
                .values((
                    notices::id.eq(&id),
                    notices::account_id.eq(&sent.account),
                    notices::family_id.eq(&sent.family),
                    notices::municipality.eq(sent.city),
                    notices::kind.eq("booking.cancelled"),
                    notices::event_id.eq(&sent.source),
                    notices::facts.eq(serde_json::to_string(&words::example(Kind::BookingCancelled)).unwrap()),
                    notices::step.eq("/bookings"),
                    notices::urgent.eq(false),
                    notices::followed.eq(true),
                    notices::deadline_at.eq(deadline),
                    notices::ack_asked.eq(false),
                    notices::created_at.eq(before),
                    notices::due_at.eq(before),
                    notices::opened_at.eq(opened),
                    notices::opened_by.eq(opened.map(|_| "app")),
                ))
                .execute(conn)?;
            for (channel, state) in &sent.deliveries {
                diesel::insert_into(deliveries::table)
                    .values((
                        deliveries::id.eq(new_id()),
                        deliveries::notice_id.eq(&id),
                        deliveries::account_id.eq(&sent.account),
                        deliveries::channel.eq(*channel),
                        deliveries::endpoint.eq(if *channel == "push" { "device" } else { "" }),
                        deliveries::state.eq(*state),
                        deliveries::urgent.eq(false),
                        deliveries::attempts.eq(1),
                        deliveries::next_at.eq(before),
                        deliveries::accepted_at.eq((*state == "accepted").then_some(before)),
                        deliveries::rung.eq(0),
                    ))
                    .execute(conn)?;
            }
        }
        Ok(())
    })
    .await;
}

async fn ids(person: &Person) -> (String, String) {
    let family = person.get("/family").await.body["id"].as_str().unwrap().to_owned();
    let me = person.get("/me").await;
    (me.body["id"].as_str().unwrap().to_owned(), family)
}

/// A notice to a guardian that a push service took, though its endpoint is dead.
async fn dead(person: &Person, source: &str) -> Sent {
    let (account, family) = ids(person).await;
    let deliveries = vec![("push", "accepted")];
    Sent { account, family, city: YONAGO, source: source.to_owned(), opened: false, deadline: DEADLINE, deliveries }
}

/// The guardian opens everything.
async fn open_all(test: &TestApp, person: &Person) {
    let (account, _) = ids(person).await;
    let now = stored(test.app.now());
    test.write(move |conn| {
        let mine = notices::table.filter(notices::account_id.eq(&account));
        Ok(diesel::update(mine).set((notices::opened_at.eq(now), notices::opened_by.eq("app"))).execute(conn)?)
    })
    .await;
}

/// Deliveries by rung and channel.
async fn tries(test: &TestApp) -> Vec<(i64, String)> {
    let load = |conn: &mut api::db::AnyConnection| {
        let again = deliveries::table.filter(deliveries::rung.gt(0)).order((deliveries::rung, deliveries::id));
        Ok(again.select((deliveries::rung, deliveries::channel)).load(conn)?)
    };
    test.write(load).await
}

async fn act(person: &Person, case: &str, verb: &str, body: Value) -> Answer {
    let path = format!("/outreach/cases/{case}");
    let etag = person.get(&path).await.etag();
    person.send(person.request(Method::POST, &format!("{path}/{verb}")).header("if-match", etag).json(&body)).await
}

async fn counted(test: &TestApp, kind: &'static str) -> (i64, i64) {
    test.write(move |conn| {
        Ok((
            events::table.filter(events::kind.eq(kind)).count().get_result(conn)?,
            audit_lines::table.filter(audit_lines::action.eq(kind)).count().get_result(conn)?,
        ))
    })
    .await
}

/// Every family on the list with its source and how it stands, page by page.
async fn unopened(officer: &Person) -> BTreeMap<(String, String), String> {
    let (mut found, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let page = officer.get(&format!("/office/outreach/unopened?limit=7{cursor}")).await;
        assert_eq!(page.status, 200, "{:?}", page.body);
        for item in page.body["items"].as_array().unwrap() {
            let key = (item["family_id"].as_str().unwrap().to_owned(), item["sent_at"].as_str().unwrap().to_owned());
            assert!(found.insert(key, item["reach"].as_str().unwrap().to_owned()).is_none(), "twice: {item}");
        }
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

on_both! {
    async fn who_did_not_open_it_is_listed_whatever_the_channels_say(test) {
        // By number: what the channels say, and whether one of the guardians opened it. The model is the last column alone.
        let stories: [Story; 8] = [
            (&[("push", "accepted")], false, Some("unopened")),
            (&[("push", "accepted"), ("mail", "accepted")], false, Some("unopened")),
            (&[("push", "undeliverable"), ("mail", "accepted")], false, Some("unopened")),
            (&[("push", "undeliverable"), ("mail", "failed")], false, Some("undeliverable")),
            (&[], false, Some("undeliverable")),
            (&[("push", "queued")], false, Some("unopened")),
            (&[("push", "undeliverable")], true, None),
            (&[("push", "accepted")], true, None),
        ];
        let mut expected = BTreeSet::new();
        for (index, (deliveries, opened, reach)) in stories.iter().enumerate() {
            for partner_opened in [false, true] {
                let person = test.guardian(&format!("Family {index}"), YONAGO).await;
                let (account, family) = ids(&person).await;
                let partner = Me {
                    id: AccountId::new(new_id()),
                    email: Email::parse(&format!("{}@example.jp", new_id())).unwrap(),
                    name: "Partner".to_owned(),
                    role: Role::Guardian { family_id: FamilyId::new(family.clone()) },
                    organisation: None,
                    locale: Locale::En,
                    password: true,
                    is_shared: false,
                };
                let (other, now) = (partner.id.to_string(), test.app.now());
                test.write(move |conn| insert_account(conn, &partner, "no password", now)).await;
                let one = Sent { account, family: family.clone(), city: YONAGO, source: format!("event {index}"), opened: *opened, deadline: DEADLINE, deliveries: deliveries.to_vec() };
                let two = Sent { account: other, opened: partner_opened, ..one.clone() };
                send(test, vec![one, two]).await;
                if let (Some(reach), false) = (reach, partner_opened) {
                    expected.insert((family, (*reach).to_owned()));
                }
            }
        }
        let elsewhere = test.guardian("Elsewhere", SAKAIMINATO).await;
        let there = Sent { city: SAKAIMINATO, ..dead(&elsewhere, "there").await };
        send(test, vec![there]).await;
        let officer = test.officer(YONAGO).await;
        assert_eq!(unopened(&officer).await, BTreeMap::new(), "nobody is late before the deadline");
        test.at(DEADLINE);
        // Officers are signed in for some hours only.
        let officer = test.officer(YONAGO).await;
        let found = unopened(&officer).await;
        let counts = json!([{ "kind": "booking.cancelled", "matters": found.len() }]);
        assert_eq!(found.into_iter().map(|((family, _), reach)| (family, reach)).collect::<BTreeSet<_>>(), expected);
        // Counted on all pages, and whatever kind is shown.
        for (kind, shown) in [("booking.cancelled", expected.len()), ("booking.declined", 0)] {
            let page = officer.get(&format!("/office/outreach/unopened?limit=200&kind={kind}")).await.body;
            assert_eq!((&page["counts"], page["items"].as_array().unwrap().len()), (&counts, shown), "{kind}");
        }
        assert_eq!(officer.get("/office/outreach/unopened?kind=something").await.status, 422);
        assert_eq!(unopened(&test.officer(SAKAIMINATO).await).await.len(), 1);
    }

    async fn the_ladder_is_climbed_once_and_ends_with_one_case(test) {
        let (push, mail) = (Recorder::new("push"), Recorder::new("mail"));
        let (app, _) = beside(test, &[&push, &mail]);
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2026-02-01").await;
        send(test, vec![dead(&ana, "one").await]).await;
        let keep = async || join_all((0..3).map(|_| jobs::keep(&app))).await.into_iter().for_each(|kept| kept.unwrap());
        keep().await;
        assert_eq!(tries(test).await, vec![]);
        test.at(DEADLINE);
        keep().await;
        assert_eq!(tries(test).await, vec![(1, "push".to_owned())]);
        test.at("2026-11-24T12:00:00+09:00");
        keep().await;
        assert_eq!(tries(test).await, vec![(1, "push".to_owned()), (2, "mail".to_owned())]);
        assert_eq!(test.officer(YONAGO).await.get("/outreach/cases").await.body["items"], json!([]));
        test.at("2026-11-26T12:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        keep().await;
        let list = officer.get("/outreach/cases").await.body;
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        let case = &list["items"][0];
        // First child, no use yet.
        assert_eq!((case["priority"]["points"].as_i64(), case["priority"]["parts"].as_array().unwrap().len()), (Some(50), 2));
        assert_eq!((list["counts"]["open"].as_i64(), case["state"]["kind"].as_str()), (Some(1), Some("open")));
        keep().await;
        assert_eq!((tries(test).await.len(), counted(test, "outreach.opened").await), (2, (1, 1)));
        // A second one that nobody opened comes to the same case: a family is called once.
        send(test, vec![Sent { deadline: "2026-11-25T12:00:00+09:00", deliveries: vec![], ..dead(&ana, "two").await }]).await;
        keep().await;
        let id = case["id"].as_str().unwrap();
        let whole = officer.get(&format!("/outreach/cases/{id}")).await.body;
        assert_eq!(whole["matters"].as_array().unwrap().len(), 2, "{whole}");
        assert_eq!(whole["priority"]["points"], 50 + 15 + 25, "one before in a row, and nothing could be delivered");
        assert!(whole["script"].as_str().unwrap().contains("Ana") && !whole["script"].as_str().unwrap().contains('{'));
        assert_eq!(counted(test, "outreach.looked_up").await, (0, 1));
    }

    async fn a_family_that_opens_it_leaves_the_list_by_itself(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        send(test, vec![dead(&ana, "one").await, dead(&bea, "one").await]).await;
        test.at("2026-11-27T12:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        jobs::keep(&test.app).await.unwrap();
        let list = officer.get("/outreach/cases").await.body;
        let of = |name: &str| {
            let all = list["items"].as_array().unwrap();
            all.iter().find(|case| case["guardian_name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let (of_ana, of_bea) = (of("Ana"), of("Bea"));
        let call = json!({ "means": "call", "result": "no_answer", "next_on": "2026-11-28" });
        let tried = act(&officer, &of_ana, "attempts", call.clone()).await;
        assert_eq!((tried.code_number(), tried.body["state"]["kind"].as_str()), (200, Some("assigned")), "{:?}", tried.body);
        let seen = tried.etag();
        open_all(test, &ana).await;
        // The worker has the page still open, and no job has run.
        let path = format!("/outreach/cases/{of_ana}/attempts");
        let late = officer.send(officer.request(Method::POST, &path).header("if-match", seen).json(&call)).await;
        assert_eq!((late.code_number(), late.code()), (409, "outreach.resolved"));
        let shown = officer.get(&format!("/outreach/cases/{of_ana}")).await.body;
        assert_eq!((shown["state"]["kind"].as_str(), shown["matters"][0]["reach"].as_str()), (Some("resolved"), Some("opened")));
        let list = officer.get("/outreach/cases").await.body;
        assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["id"]), (1, &json!(of_bea)));
        assert_eq!(list["counts"]["resolved"], 1);
        let left = officer.get("/outreach/cases?state=resolved").await.body;
        assert_eq!(left["items"][0]["id"], json!(of_ana));
        jobs::keep(&test.app).await.unwrap();
        assert_eq!(counted(test, "outreach.resolved").await, (1, 1));
        assert_eq!(tries(test).await.len(), 0, "what comes late goes to a person, not through every rung");
    }

    async fn a_case_goes_to_the_centre_whose_operator_closes_it(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        send(test, vec![Sent { deliveries: vec![("push", "undeliverable")], ..dead(&ana, "one").await }]).await;
        test.at("2026-11-23T13:00:00+09:00");
        jobs::keep(&test.app).await.unwrap();
        let (officer, operator) = (test.officer(YONAGO).await, test.person("Operator", Role::Operator).await);
        let id = officer.get("/outreach/cases").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/outreach/cases/{id}");
        for stranger in [&operator, &test.officer(SAKAIMINATO).await] {
            assert_eq!(stranger.get("/outreach/cases").await.body["items"], json!([]));
            assert_eq!(stranger.get(&path).await.status, 404);
        }
        for (name, person) in [("staff", &test.staff("yonago").await), ("the family itself", &ana)] {
            assert_eq!((person.get("/outreach/cases").await.code_number(), person.get(&path).await.code_number()), (403, 403), "{name}");
        }
        let words = json!({ "desk": "centre", "words": "夕方が つながりやすいです" });
        let handed = act(&officer, &id, "hand_over", words.clone()).await;
        assert_eq!((handed.code_number(), handed.body["desk"].as_str()), (200, Some("centre")), "{:?}", handed.body);
        assert_eq!(act(&officer, &id, "hand_over", words).await.code(), "outreach.same_desk");
        assert_eq!(act(&officer, &id, "assign", json!({})).await.code(), "outreach.worker_unknown", "the centre works on it now");
        let list = operator.get("/outreach/cases").await.body;
        assert_eq!((list["items"][0]["id"].as_str(), list["items"][0]["phone"].as_str()), (Some(id.as_str()), Some("0859000000")));
        assert_eq!(act(&operator, &id, "assign", json!({})).await.body["state"]["to"]["name"], "Operator");
        assert_eq!(act(&operator, &id, "close", json!({ "outcome": "told" })).await.code(), "outreach.not_reached");
        assert_eq!(act(&operator, &id, "close", json!({ "outcome": "unreached" })).await.code(), "outreach.too_few_attempts");
        let next = json!({ "means": "call", "result": "call_back", "words": "明日の午後", "next_on": "2026-11-24", "next_means": "visit" });
        let tried = act(&operator, &id, "attempts", next).await.body;
        assert_eq!((tried["next_on"].as_str(), tried["next_means"].as_str(), tried["attempts"].as_i64()), (Some("2026-11-24"), Some("visit"), Some(1)));
        assert_eq!(operator.get("/outreach/cases?due=true").await.body["items"], json!([]));
        test.at("2026-11-24T00:30:00+09:00");
        assert_eq!(operator.get("/outreach/cases?due=true&mine=true").await.body["items"].as_array().unwrap().len(), 1);
        let past = json!({ "means": "visit", "result": "no_answer", "next_on": "2026-11-23" });
        assert_eq!(act(&operator, &id, "attempts", past).await.code(), "outreach.next_past");
        let stale = operator.send(operator.request(Method::POST, &format!("{path}/close")).header("if-match", "\"v1\"").json(&json!({ "outcome": "told" }))).await;
        assert_eq!(stale.status, 412);
        let closed = act(&operator, &id, "close", json!({ "outcome": "told", "words": "お伝えしました" })).await.body;
        assert_eq!((closed["state"]["outcome"].as_str(), closed["tries"].as_array().unwrap().len(), closed["notes"].as_array().unwrap().len()), (Some("told"), 1, 2));
        assert_eq!(act(&operator, &id, "assign", json!({})).await.code(), "outreach.closed");
        assert_eq!(operator.get("/outreach/cases").await.body["items"], json!([]));
        for kind in ["outreach.opened", "outreach.handed_over", "outreach.assigned", "outreach.attempted", "outreach.closed"] {
            assert_eq!(counted(test, kind).await, (1, 1), "{kind}");
        }
        let (events, looks) = counted(test, "outreach.looked_up").await;
        assert!(events == 0 && looks >= 10, "every look stands in the audit: {looks}");
        // No event of it concerns a facility.
        let with_facility = test.write(|conn| {
            let all = events::table.filter(events::kind.like("outreach.%")).filter(events::facility_id.is_not_null());
            Ok(all.count().get_result::<i64>(conn)?)
        });
        assert_eq!(with_facility.await, 0);
    }

    async fn a_city_sets_its_own_ladder_and_weights_from_a_day_on(test) {
        let officer = test.officer(YONAGO).await;
        let shipped = officer.get("/office/outreach/rules").await.body;
        assert_eq!((shipped.as_array().unwrap().len(), &shipped[0]["valid_from"]), (1, &Value::Null));
        let rules = json!({
            "valid_from": "2026-11-22", "least_attempts": 1, "ladder": [{ "after_hours": 1, "by": "person" }],
            "weights": [{ "factor": { "kind": "never_used" }, "points": 7 }],
            "script": { "ja": "{guardian}さん、{matter}の件です。", "en": "{guardian}, about {matter}." }
        });
        let mut wrong = rules.clone();
        wrong["ladder"] = json!([]);
        assert_eq!(officer.post("/office/outreach/rules", wrong).await.codes(), vec!["outreach.ladder_invalid"]);
        assert_eq!(officer.post("/office/outreach/rules", rules).await.status, 201);
        assert_eq!(officer.get("/office/outreach/rules").await.body.as_array().unwrap().len(), 2);
        let ana = test.guardian("Ana", YONAGO).await;
        send(test, vec![dead(&ana, "one").await]).await;
        test.at(DEADLINE);
        let officer = test.officer(YONAGO).await;
        jobs::keep(&test.app).await.unwrap();
        assert_eq!(officer.get("/outreach/cases").await.body["items"], json!([]));
        test.at("2026-11-23T13:00:00+09:00");
        jobs::keep(&test.app).await.unwrap();
        let list = officer.get("/outreach/cases").await.body;
        assert_eq!(list["items"][0]["priority"]["points"], 7);
        let id = list["items"][0]["id"].as_str().unwrap();
        let script = officer.get(&format!("/outreach/cases/{id}")).await.body["script"].as_str().unwrap().to_owned();
        assert!(script.starts_with("Anaさん、") && script.ends_with("の件です。"), "{script}");
        let tried = act(&officer, id, "attempts", json!({ "means": "call", "result": "wrong" })).await;
        assert_eq!(tried.status, 200, "{:?}", tried.body);
        assert_eq!(act(&officer, id, "close", json!({ "outcome": "unreached" })).await.body["state"]["outcome"], "unreached");
    }

    async fn the_unopened_list_of_a_real_sized_nursery_is_right(test) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/open_hoikuict_demo");
        if !folder.is_dir() {
            return;
        }
        let read = |name: &str| -> Vec<BTreeMap<String, String>> {
            let bytes = std::fs::read(folder.join(format!("{name}.csv"))).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            reader.deserialize().map(|row| row.unwrap()).collect()
        };
        let (people, families_, children) = (read("parent_accounts"), read("families"), read("children"));
        let (links, targets, reads) = (read("parent_child_links"), read("notice_targets"), read("notice_reads"));
        let published: BTreeMap<String, String> = read("notices").into_iter().map(|row| (row["id"].clone(), row["publish_start_at"].clone())).collect();
        let rooms: BTreeMap<&str, &str> = children.iter().map(|row| (row["id"].as_str(), row["classroom_id"].as_str())).collect();
        let is_told = |notice: &BTreeMap<String, String>, account: &str| {
            notice["target_type"] == "all" || links.iter().any(|link| link["parent_account_id"] == account && rooms[link["child_id"].as_str()] == notice["target_value"])
        };
        let has_read: BTreeSet<(&str, &str)> = reads.iter().map(|row| (row["notice_id"].as_str(), row["parent_account_id"].as_str())).collect();
        let family_of: BTreeMap<&str, &str> = people.iter().map(|row| (row["id"].as_str(), row["family_id"].as_str())).collect();
        // The answer by itself: sets of the files' rows, without a word of the product.
        let mut expected: BTreeMap<(String, String), BTreeSet<(String, bool)>> = BTreeMap::new();
        for target in &targets {
            let notice = target["notice_id"].as_str();
            let mut told: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            people.iter().map(|row| row["id"].as_str()).filter(|id| is_told(target, id)).for_each(|id| {
                told.entry(family_of[id]).or_default().insert(id);
            });
            told.retain(|_, all| all.iter().all(|id| !has_read.contains(&(notice, *id))));
            for (family, all) in told {
                expected.insert((format!("family {family}"), notice.to_owned()), all.into_iter().map(|id| (format!("account {id}"), false)).collect());
            }
        }
        assert_eq!((people.len(), families_.len(), reads.len(), expected.len()), (156, 84, 676, 44));
        let mut sent = Vec::new();
        for target in &targets {
            for row in people.iter().filter(|row| is_told(target, &row["id"])) {
                let (notice, account) = (target["notice_id"].clone(), row["id"].clone());
                let from = published[&notice].clone();
                sent.push((notice.clone(), account.clone(), row["family_id"].clone(), from, has_read.contains(&(notice.as_str(), account.as_str()))));
            }
        }
        let now = test.app.now();
        test.write(move |conn| {
            for row in &families_ {
                let id = FamilyId::new(format!("family {}", row["id"]));
                let name = PersonName::parse(&row["family_name"]).unwrap();
                families::store::insert_family(conn, &id, &code(YONAGO), &name, &Kana::parse("テスト").unwrap(), &Phone::parse("0300000000").unwrap(), now)?;
            }
            for row in &people {
                let me = Me {
                    id: AccountId::new(format!("account {}", row["id"])),
                    email: Email::parse(&row["email"]).unwrap(),
                    name: row["display_name"].clone(),
                    role: Role::Guardian { family_id: FamilyId::new(format!("family {}", row["family_id"])) },
                    organisation: None,
                    locale: Locale::Ja,
                    password: false,
                    is_shared: false,
                };
                insert_account(conn, &me, None, now)?;
            }
            for (notice, account, family, from, opened) in &sent {
                let from: chrono::NaiveDateTime = from.parse().unwrap();
                let (id, from) = (new_id(), from - chrono::TimeDelta::hours(9));
                diesel::insert_into(notices::table)
                    .values((
                        notices::id.eq(&id),
                        notices::account_id.eq(format!("account {account}")),
                        notices::family_id.eq(format!("family {family}")),
                        notices::municipality.eq(YONAGO),
                        notices::kind.eq("campaign"),
                        notices::campaign_id.eq(notice),
                        notices::facts.eq("{}"),
                        notices::step.eq("/"),
                        notices::urgent.eq(false),
                        notices::followed.eq(true),
                        notices::deadline_at.eq(from + chrono::TimeDelta::days(14)),
                        notices::ack_asked.eq(false),
                        notices::created_at.eq(from),
                        notices::due_at.eq(from),
                        notices::opened_at.eq(opened.then_some(from)),
                        notices::opened_by.eq(opened.then_some("app")),
                    ))
                    .execute(conn)?;
                // A push service that says yes to everything.
                diesel::insert_into(deliveries::table)
                    .values((
                        deliveries::id.eq(new_id()),
                        deliveries::notice_id.eq(&id),
                        deliveries::account_id.eq(format!("account {account}")),
                        deliveries::channel.eq("push"),
                        deliveries::endpoint.eq("device"),
                        deliveries::state.eq("accepted"),
                        deliveries::urgent.eq(false),
                        deliveries::attempts.eq(1),
                        deliveries::next_at.eq(from),
                        deliveries::accepted_at.eq(from),
                        deliveries::rung.eq(0),
                    ))
                    .execute(conn)?;
            }
            Ok(())
        })
        .await;
        test.at("2026-06-10T12:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        let mut found = BTreeMap::new();
        for notice in published.keys() {
            let page = officer.get(&format!("/office/outreach/unopened?limit=200&source={notice}")).await;
            assert_eq!((page.code_number(), &page.body["next_cursor"]), (200, &Value::Null));
            for item in page.body["items"].as_array().unwrap() {
                let guardians = item["guardians"].as_array().unwrap().iter();
                let guardians = guardians.map(|one| (one["account_id"].as_str().unwrap().to_owned(), one["reach"] == "opened")).collect();
                found.insert((item["family_id"].as_str().unwrap().to_owned(), notice.clone()), guardians);
            }
        }
        assert_eq!(found, expected);
        // And so are the cases: one for each family that missed anything.
        jobs::keep(&test.app).await.unwrap();
        let missed: BTreeSet<&String> = expected.keys().map(|(family, _)| family).collect();
        let cases: Vec<String> = test.write(|conn| Ok(outreach_cases::table.select(outreach_cases::family_id).order(outreach_cases::family_id).load(conn)?)).await;
        assert_eq!(cases.iter().collect::<BTreeSet<_>>(), missed);
        assert_eq!(cases.len(), missed.len());
        let guardians: i64 = test.write(|conn| Ok(accounts::table.filter(accounts::role.eq("guardian")).count().get_result(conn)?)).await;
        assert_eq!(guardians, 156);
    }
}
