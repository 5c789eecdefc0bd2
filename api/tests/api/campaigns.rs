//! Campaigns over HTTP: whom they fit, four eyes, sending exactly once, stopping, figures, and standing offers from day to day.

use std::collections::BTreeSet;
use std::time::Duration;

use api::campaigns::{engine, jobs, store};
use api::db::{DbError, stored};
use api::schema::{
    accounts, audit_lines, bookings, campaign_recipients as recipients, events, families, notices, outreach_cases, outreach_matters, usages,
};
use api::{App, outreach};
use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use shared::eligibility::Condition;
use shared::ids::CampaignId;
use shared::registers::Kind;
use shared::registers::residents::Column;

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, code, date, families as many, moment};
use crate::registers::{file, import_into, row};

/// A whole plan to everybody, at once.
pub fn plan(name: &str) -> Value {
    json!({
        "name": name,
        "audience": { "kind": "all", "of": [] },
        "texts": { "ja": { "subject": "一時預かりのご案内", "text": "空きがあります。" }, "en": { "subject": "Care", "text": "Places are free." } },
        "step": { "kind": "search", "programme": "open_nursery" },
        "when": { "kind": "once" },
    })
}

fn with(mut plan: Value, name: &str, value: Value) -> Value {
    plan[name] = value;
    plan
}

fn standing(repeat: &str) -> Value {
    json!({ "kind": "standing", "from": "2026-11-21", "repeat": repeat })
}

async fn begin(officer: &Person, plan: Value) -> (String, String) {
    let made = officer.post("/campaigns", plan).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    (format!("/campaigns/{}", made.body["id"].as_str().unwrap()), made.etag())
}

async fn act(officer: &Person, path: &str, verb: &str, body: Value) -> Answer {
    let etag = officer.get(path).await.etag();
    officer.send(officer.request(Method::POST, &format!("{path}/{verb}")).header("if-match", etag).json(&body)).await
}

async fn propose(officer: &Person, path: &str) -> Answer {
    let plan = officer.get(path).await.body;
    let seen = officer.post("/campaigns/preview", json!({ "audience": plan["audience"], "when": plan["when"] })).await;
    assert_eq!(seen.status, 200, "{:?}", seen.body);
    act(officer, path, "propose", json!({ "families": seen.body["families"] })).await
}

/// Written by one officer and agreed to by another.
async fn let_go(test: &TestApp, plan: Value) -> (Person, String) {
    let (ana, bea) = (test.officer(YONAGO).await, test.officer(YONAGO).await);
    let (path, _) = begin(&ana, plan).await;
    let proposed = propose(&ana, &path).await;
    assert_eq!(proposed.status, 200, "{:?}", proposed.body);
    if proposed.body["state"]["kind"] == "proposed" {
        let agreed = act(&bea, &path, "approve", json!({})).await;
        assert_eq!(agreed.status, 200, "{:?}", agreed.body);
    }
    (ana, path)
}

async fn keep(app: &App) {
    jobs::keep(app).await.unwrap();
}

/// What a guardian has in the inbox of campaigns.
async fn inbox(person: &Person) -> Vec<Value> {
    let items = person.get("/notices?limit=200").await.body["items"].as_array().cloned().unwrap();
    items.into_iter().filter(|one| one["kind"] == "campaign").collect()
}

/// What an officer who signs in now sees: nobody stays signed in for days.
async fn look(test: &TestApp, path: &str) -> Value {
    let seen = test.officer(YONAGO).await.get(path).await;
    assert_eq!(seen.status, 200, "{:?}", seen.body);
    seen.body
}

async fn state(test: &TestApp, path: &str) -> String {
    look(test, path).await["state"]["kind"].as_str().unwrap().to_owned()
}

fn count_of(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

async fn told(test: &TestApp) -> i64 {
    test.write(|conn| Ok(notices::table.filter(notices::kind.eq("campaign")).count().get_result(conn)?)).await
}

/// The city takes two officers for more families than that, and a family gets so many in 30 days.
async fn rule(officer: &Person, over: u32, cap: u32) {
    let rules = json!({ "valid_from": "2026-11-21", "four_eyes_over": over, "cap_notices": cap, "cap_days": 30, "growth_percent": 10 });
    assert_eq!(officer.post("/campaigns/rules", rules).await.status, 201);
}

on_both! {
    async fn a_preview_counts_and_names_nobody(test) {
        let officer = test.officer(YONAGO).await;
        let ask = async |audience: Value| {
            let seen = officer.post("/campaigns/preview", json!({ "audience": audience, "when": { "kind": "once" } })).await;
            assert_eq!(seen.status, 200, "{:?}", seen.body);
            seen.body
        };
        let age = |from: u32| json!({ "kind": "age", "ages": { "from_months": from, "until": { "kind": "under_years", "years": 3 } } });
        let babies = many(test, 6, YONAGO, "2026-09-01").await;
        let toddlers = many(test, 3, YONAGO, "2025-01-10").await;
        many(test, 4, SAKAIMINATO, "2025-01-10").await;
        let everybody = ask(json!({ "kind": "all", "of": [] })).await;
        assert_eq!((&everybody["families"], &everybody["children"], &everybody["guardians"]), (&json!(9), &json!(9), &json!(9)));
        assert_eq!(everybody["sample"].as_array().unwrap().len(), 5);
        let text = everybody.to_string();
        for person in babies.iter().chain(&toddlers) {
            let family = person.0.get("/family").await.body;
            for said in [family["id"].as_str().unwrap(), person.1.as_str(), "保護者", "0859"] {
                assert!(!text.contains(said), "{said} in {text}");
            }
        }
        // Three families are few: nothing but that is said of them.
        let few = ask(age(6)).await;
        assert_eq!((&few["families"], &few["few"], &few["children"], &few["sample"]), (&json!(4), &json!(true), &json!(0), &json!([])));
        // Where nobody's residence is proven, it is not known whether they live here.
        let here = ask(json!({ "kind": "lives_in" })).await;
        assert_eq!((&here["families"], &here["few"], &here["unknown"]), (&json!(0), &json!(false), &json!(9)));
        let next = ask(json!({ "kind": "all", "of": [{ "kind": "not", "of": age(3) }, { "kind": "in_days", "days": 14, "of": age(3) }] })).await;
        assert_eq!((&next["families"], &next["sample"][0]["age"]), (&json!(6), &json!({ "from_months": 0, "to_months": 5 })));
        let wrong = officer.post("/campaigns/preview", json!({ "audience": { "kind": "siblings", "at_least": 0 }, "when": { "kind": "once" } })).await;
        assert_eq!((wrong.code_number(), wrong.codes()), (422, vec!["eligibility.out_of_range".to_owned()]));
        let looked: i64 =
            test.write(|conn| Ok(audit_lines::table.filter(audit_lines::action.eq("campaign.previewed")).count().get_result(conn)?)).await;
        assert_eq!(looked, 1, "once a day, however often the numbers are asked for");
    }

    async fn use_and_what_is_left_select_families(test) {
        let people = many(test, 12, YONAGO, "2025-05-01").await;
        let children: Vec<String> = people.iter().map(|(_, child)| child.clone()).collect();
        // Five have used up all but five hours of this month's ten; the others nothing.
        let used = children[..5].to_vec();
        test.write(move |conn| {
            for child in &used {
                let row = (
                    usages::child_id.eq(child), usages::pool.eq("open_nursery"), usages::period.eq("2026-11"), usages::unit.eq("minutes"),
                    usages::total.eq(300), usages::away.eq(0), usages::limit_total.eq(600), usages::limit_away.eq(600), usages::over_limit.eq(0),
                );
                diesel::insert_into(usages::table).values(row).execute(conn)?;
            }
            Ok(())
        })
        .await;
        for child in &children[..7] {
            let (person, _) = people.iter().find(|(_, own)| own == child).unwrap();
            test.certify(person, child, "open_nursery").await;
        }
        let count = async |audience: Value| {
            let officer = test.officer(YONAGO).await;
            let seen = officer.post("/campaigns/preview", json!({ "audience": audience, "when": { "kind": "once" } })).await;
            assert_eq!(seen.status, 200, "{:?}", seen.body);
            (seen.body["families"].as_i64().unwrap(), seen.body["unknown"].as_i64().unwrap())
        };
        let name = json!({ "ja": "通園", "en": "Open nursery" });
        let left = |minutes: i64| json!({ "kind": "unused", "programme": "open_nursery", "name": name, "at_least_minutes": minutes });
        assert_eq!(count(left(301)).await, (7, 0));
        assert_eq!(count(left(300)).await, (12, 0));
        // Half days are no minutes, and another month is not known yet.
        assert_eq!(count(json!({ "kind": "unused", "programme": "temporary_care", "name": name, "at_least_minutes": 1 })).await, (0, 12));
        assert_eq!(count(json!({ "kind": "in_days", "days": 10, "of": left(300) })).await, (0, 12));
        let certified = json!({ "kind": "certified", "programme": "open_nursery", "name": name });
        assert_eq!(count(certified.clone()).await, (7, 0));
        assert_eq!(count(json!({ "kind": "all", "of": [certified, { "kind": "days_left_in_month", "at_most": 9 }] })).await, (7, 0));
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (20, 5)).await;
        for (person, child) in &people[..6] {
            assert_eq!(person.book(&slot, &[child]).await.status, 201);
        }
        let ever = json!({ "kind": "has_used", "programme": "temporary_care", "name": name, "at_least": 1, "within_days": 90 });
        assert_eq!(count(ever.clone()).await, (0, 0), "a booking is no use");
        test.at("2026-12-02T12:00:00+09:00");
        test.write(|conn| {
            let came = (bookings::state.eq("checked_in"), bookings::checked_in_at.eq(stored(moment("2026-12-01T09:00:00+09:00"))));
            Ok(diesel::update(bookings::table).set(came).execute(conn)?)
        })
        .await;
        assert_eq!(count(ever.clone()).await, (6, 0));
        assert_eq!(count(json!({ "kind": "not", "of": ever })).await, (6, 0));
        let moved = json!({ "kind": "moved_in", "within_days": 14 });
        assert_eq!(count(moved.clone()).await, (0, 12), "who has just been registered may have lived here before");
        test.write(|conn| {
            let long_ago = families::created_at.eq(stored(moment("2024-01-01T00:00:00+09:00")));
            let since = families::residence_confirmed_at.eq(stored(moment("2024-01-01T00:00:00+09:00")));
            diesel::update(families::table).set((long_ago, since)).execute(conn)?;
            let ids: Vec<String> = families::table.order(families::id).limit(5).select(families::id).load(conn)?;
            let moved = families::residence_confirmed_at.eq(stored(moment("2026-11-20T00:00:00+09:00")));
            Ok(diesel::update(families::table.filter(families::id.eq_any(ids))).set(moved).execute(conn)?)
        })
        .await;
        assert_eq!(count(moved).await, (5, 0));
        assert_eq!(count(json!({ "kind": "siblings", "at_least": 2 })).await, (0, 0));
    }

    async fn the_register_says_who_has_come(test) {
        let people = many(test, 5, YONAGO, "2025-05-01").await;
        // Readings tell them apart: all came on the same day but one, who was born here.
        let kana = ["アオイ", "イチカ", "ウタ", "エマ", "オト"];
        for ((person, child), kana) in people.iter().zip(kana) {
            let etag = person.get(&format!("/children/{child}")).await.etag();
            assert_eq!(person.patch(&format!("/children/{child}"), json!({ "kana": kana }), &etag).await.status, 200);
        }
        let came = |(n, kana): (usize, &str)| {
            let since = if n == 0 { "2025-05-01" } else { "2026-11-10" };
            row(&format!("R{n}"), &[(Column::Kana, kana), (Column::Since, since)])
        };
        let rows: Vec<String> = kana.into_iter().enumerate().map(came).collect();
        let report = import_into(&test.app, Kind::Residents, file(&rows).as_bytes(), false).await;
        assert_eq!(report.counts.applied, 5, "{:?}", report.file.findings);
        let moved: Condition = serde_json::from_value(json!({ "kind": "moved_in", "within_days": 14 })).unwrap();
        let day = date("2026-11-21");
        let found = test.write(move |conn| store::select(conn, &code(YONAGO), &moved, day)).await;
        assert_eq!((found.fitting.len(), found.unknown), (4, 0));
    }

    async fn it_takes_two_for_many_and_nobody_agrees_to_their_own(test) {
        let (ana, bea) = (test.officer(YONAGO).await, test.officer(YONAGO).await);
        rule(&ana, 5, 3).await;
        let people = many(test, 6, YONAGO, "2025-05-01").await;
        let unfinished = json!({ "texts": { "ja": { "subject": "", "text": "" } } });
        let mut draft = plan("ご案内");
        draft["texts"] = unfinished["texts"].clone();
        let (path, etag) = begin(&ana, draft).await;
        let early = act(&ana, &path, "propose", json!({ "families": 6 })).await;
        assert_eq!((early.code_number(), early.codes()), (422, vec!["campaigns.words_missing".to_owned(); 2]));
        let written = ana.patch(&path, plan("ご案内"), &etag).await;
        assert_eq!((written.code_number(), &written.body["version"]), (200, &json!(2)));
        assert_eq!(bea.patch(&path, plan("遅い"), &etag).await.status, 412, "another device was faster");
        let grown = act(&ana, &path, "propose", json!({ "families": 4 })).await;
        assert_eq!((grown.code_number(), grown.code()), (409, "campaigns.grown"));
        let proposed = propose(&ana, &path).await;
        assert_eq!((&proposed.body["state"]["kind"], &proposed.body["proposal"]["families"]), (&json!("proposed"), &json!(6)));
        assert_eq!(act(&ana, &path, "approve", json!({})).await.code(), "campaigns.own_campaign");
        assert_eq!(ana.patch(&path, plan("後から"), &proposed.etag()).await.code(), "campaigns.not_draft");
        keep(&test.app).await;
        assert_eq!(told(test).await, 0);
        let back = act(&bea, &path, "send_back", json!({ "words": "対象を確かめてください" })).await;
        assert_eq!((&back.body["state"]["kind"], &back.body["returned"]["words"]), (&json!("draft"), &json!("対象を確かめてください")));
        propose(&ana, &path).await;
        let agreed = act(&bea, &path, "approve", json!({})).await;
        assert_eq!((&agreed.body["state"]["kind"], agreed.body["approval"]["by"]["name"].as_str()), (&json!("scheduled"), Some("Officer")));
        keep(&test.app).await;
        assert_eq!((state(test, &path).await.as_str(), told(test).await), ("sent", 6));
        let notice = inbox(&people[0].0).await;
        assert_eq!((notice.len(), &notice[0]["title"], &notice[0]["body"]), (1, &json!("一時預かりのご案内"), &json!("空きがあります。")));
        assert_eq!((&notice[0]["step"], &notice[0]["step_label"]), (&json!("/?programme=open_nursery&age=18"), &json!("空きを探す")));
        // Five are few enough for one officer.
        let (small, _) = begin(&ana, with(plan("少人数"), "audience", json!({ "kind": "siblings", "at_least": 2 }))).await;
        assert_eq!(propose(&ana, &small).await.code(), "campaigns.nobody");
        let elsewhere = test.officer(SAKAIMINATO).await;
        assert_eq!(elsewhere.get(&path).await.status, 404);
        assert_eq!(elsewhere.post(&format!("{path}/stop"), json!({})).await.status, 404);
        assert_eq!(elsewhere.get("/campaigns").await.body["items"], json!([]));
        assert_eq!(ana.get("/campaigns?state=sent").await.body["items"].as_array().unwrap().len(), 1);
        let first = ana.get("/campaigns?limit=1").await.body;
        let second = ana.get(&format!("/campaigns?limit=1&cursor={}", first["next_cursor"].as_str().unwrap())).await.body;
        assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
        assert_eq!(second["next_cursor"], Value::Null);
        let discarded = act(&ana, &small, "discard", json!({})).await;
        assert_eq!((discarded.code_number(), ana.get(&small).await.code_number()), (204, 404));
        assert_eq!(act(&ana, &path, "discard", json!({})).await.code(), "campaigns.not_draft");
        let acts: BTreeSet<String> = test
            .write(|conn| {
                let kinds: Vec<String> = events::table.filter(events::kind.like("campaign.%")).select(events::kind).load(conn)?;
                let lines: Vec<String> = audit_lines::table.filter(audit_lines::action.like("campaign.%")).select(audit_lines::action).load(conn)?;
                let said = |all: &[String]| all.iter().filter(|kind| *kind != "campaign.previewed").cloned().collect::<BTreeSet<_>>();
                assert_eq!(said(&kinds), said(&lines));
                Ok(said(&kinds))
            })
            .await;
        let all = ["created", "changed", "proposed", "sent_back", "approved", "began", "sent", "discarded", "rules_published"];
        assert_eq!(acts, all.map(|word| format!("campaign.{word}")).into());
    }

    async fn a_family_has_its_rest_and_its_wish(test) {
        let officer = test.officer(YONAGO).await;
        rule(&officer, 100, 1).await;
        let people = many(test, 6, YONAGO, "2025-05-01").await;
        let seen = people[0].0.get("/notices/preferences").await;
        let off = json!({ "choices": [{ "group": "campaigns", "channels": [] }] });
        assert_eq!(people[0].0.patch("/notices/preferences", off, &seen.etag()).await.status, 200);
        // Somebody who has no account any more cannot be told.
        let gone = people[1].0.get("/me").await.body["id"].as_str().unwrap().to_owned();
        test.write(move |conn| Ok(diesel::delete(accounts::table.filter(accounts::id.eq(&gone))).execute(conn)?)).await;
        let (_, first) = let_go(test, plan("一通目")).await;
        keep(&test.app).await;
        let figures = look(test, &format!("{first}/figures")).await;
        assert_eq!((&figures["selected"], &figures["sent"], &figures["unreachable"]), (&json!(6), &json!(5), &json!(1)));
        assert_eq!(inbox(&people[0].0).await.len(), 1, "the inbox has everything");
        let (_, second) = let_go(test, plan("二通目")).await;
        keep(&test.app).await;
        let figures = look(test, &format!("{second}/figures")).await;
        assert_eq!((&figures["sent"], &figures["capped"]), (&json!(0), &json!(5)));
        test.at("2026-12-21T13:00:00+09:00");
        let (_, third) = let_go(test, plan("三通目")).await;
        keep(&test.app).await;
        assert_eq!(look(test, &format!("{third}/figures")).await["sent"], 5, "thirty days later");
        assert_eq!(told(test).await, 10);
    }

    async fn nobody_is_told_twice_whatever_breaks(test) {
        let people = many(test, 90, YONAGO, "2025-05-01").await;
        // A campaign that began and broke in the middle of its first batch has told nobody.
        let (_, path) = let_go(test, plan("全世帯")).await;
        let id = CampaignId::new(path.rsplit('/').next().unwrap());
        let (app, wanted) = (test.app.clone(), id.clone());
        let broken = app.db.write(move |conn| {
            let plan = store::find_campaign(conn, &wanted)?.unwrap().plan;
            let (all, families) = engine::recipients(conn, (&wanted, &code(YONAGO)), &plan, moment(crate::app::START))?;
            assert_eq!((all.len(), families), (90, 90));
            store::insert_recipients(conn, &wanted, &all, moment(crate::app::START))?;
            Err::<(), _>(DbError::Other("killed".to_owned()))
        });
        assert!(broken.await.is_err());
        assert_eq!(look(test, &format!("{path}/figures")).await["selected"], 0);
        let mut rng = StdRng::seed_from_u64(20_261_124);
        for _ in 0..40 {
            // Two servers at once, killed at some moment.
            let tasks: Vec<_> = (0..2).map(|_| { let app = test.app.clone(); actix_web::rt::spawn(async move { jobs::keep(&app).await }) }).collect();
            actix_web::rt::time::sleep(Duration::from_micros(rng.random_range(0..8000))).await;
            tasks.iter().for_each(|task| task.abort());
        }
        keep(&test.app).await;
        keep(&test.app).await;
        assert_eq!(state(test, &path).await, "sent");
        let ids: Vec<(String, String)> =
            test.write(|conn| Ok(notices::table.filter(notices::kind.eq("campaign")).select((notices::family_id, notices::account_id)).load(conn)?)).await;
        let each: BTreeSet<_> = ids.iter().cloned().collect();
        assert_eq!((ids.len(), each.len(), people.len()), (90, 90, 90));
        let done: i64 = test.write(|conn| Ok(events::table.filter(events::kind.eq_any(["campaign.began", "campaign.sent"])).count().get_result(conn)?)).await;
        assert_eq!(done, 2, "begun once, over once");
    }

    async fn whoever_stops_it_stops_it_in_the_middle(test) {
        many(test, usize::try_from(jobs::BATCH).unwrap() + 30, YONAGO, "2025-05-01").await;
        let (ana, path) = let_go(test, with(plan("止める"), "when", json!({ "kind": "once", "at": "2026-11-21T15:00:00+09:00" }))).await;
        keep(&test.app).await;
        assert_eq!((state(test, &path).await.as_str(), told(test).await), ("scheduled", 0));
        test.at("2026-11-21T15:00:00+09:00");
        let id = CampaignId::new(path.rsplit('/').next().unwrap());
        jobs::look_again(&test.app, &id).await.unwrap();
        assert_eq!(jobs::send_some(&test.app, &id).await.unwrap(), usize::try_from(jobs::BATCH).unwrap());
        let half = look(test, &format!("{path}/figures")).await;
        assert_eq!((&half["sent"], &half["waiting"]), (&json!(jobs::BATCH), &json!(30)));
        let stopped = ana.post(&format!("{path}/stop"), json!({})).await;
        assert_eq!((stopped.code_number(), &stopped.body["state"]["kind"]), (200, &json!("stopped")));
        keep(&test.app).await;
        assert_eq!((told(test).await, look(test, &format!("{path}/figures")).await["stopped"].clone()), (jobs::BATCH, json!(30)));
        assert_eq!(ana.post(&format!("{path}/stop"), json!({})).await.code(), "campaigns.not_under_way");
    }

    async fn figures_stand_beside_those_who_were_held_out(test) {
        let people = many(test, 60, YONAGO, "2025-05-01").await;
        let (_, path) = let_go(test, with(plan("比べる"), "hold_out_percent", json!(50))).await;
        keep(&test.app).await;
        let figures = async || look(test, &format!("{path}/figures")).await;
        let first = figures().await;
        let (sent, held) = (count_of(&first["sent"]), count_of(&first["held_out"]));
        assert!(sent + held == 60 && sent > 10 && held > 10, "{first}");
        assert_eq!((&first["opened"], &first["opened_by_hour"]), (&json!(0), &json!([0])));
        let (mut got, mut none) = (Vec::new(), Vec::new());
        for (person, child) in &people {
            let list = inbox(person).await;
            match list.first() {
                Some(notice) => got.push((person, child, notice["id"].as_str().unwrap().to_owned())),
                None => none.push((person, child)),
            }
        }
        assert_eq!((got.len(), none.len()), (sent, held));
        test.at("2026-11-21T14:30:00+09:00");
        for (person, _, notice) in &got[..3] {
            assert_eq!(person.post(&format!("/notices/{notice}/open"), json!({})).await.status, 200);
        }
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (50, 5)).await;
        for (person, child) in got[..4].iter().map(|(person, child, _)| (person, child)).chain(none[..1].iter().map(|(person, child)| (person, child))) {
            let booked = person.book(&slot, &[child]).await;
            assert_eq!(booked.status, 201, "{:?}", booked.body);
        }
        test.at("2026-12-05T12:00:00+09:00");
        let late = test.slot("yonago_care", "2026-12-15", ("08:30", "17:00"), (50, 5)).await;
        assert_eq!(got[4].0.book(&late, &[got[4].1]).await.status, 201, "fourteen days later says nothing");
        let seen = figures().await;
        assert_eq!((&seen["opened"], &seen["opened_by_hour"][2], seen["opened_by_hour"].as_array().unwrap().len()), (&json!(3), &json!(3), 48));
        assert_eq!((&seen["acted"], &seen["acted_held_out"]), (&json!({ "count": 4, "of": sent }), &json!({ "count": 1, "of": held })));
    }

    async fn a_standing_offer_finds_each_child_on_its_day(test) {
        let age = json!({ "kind": "age", "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } } });
        let next_week = json!({ "kind": "all", "of": [{ "kind": "not", "of": age }, { "kind": "in_days", "days": 7, "of": age }] });
        // Six months are complete on 28 November, on 30 November, and long ago.
        let soon = many(test, 1, YONAGO, "2026-05-28").await.remove(0);
        let later = many(test, 1, YONAGO, "2026-05-30").await.remove(0);
        let old = many(test, 1, YONAGO, "2025-05-01").await.remove(0);
        let (_, path) = let_go(test, with(with(plan("もうすぐ六か月"), "audience", next_week), "when", standing("child"))).await;
        assert_eq!(state(test, &path).await, "running");
        let got = async |person: &Person| inbox(person).await.len();
        keep(&test.app).await;
        keep(&test.app).await;
        assert_eq!([got(&soon.0).await, got(&later.0).await, got(&old.0).await], [1, 0, 0]);
        // At night nobody is looked at; in the morning once.
        for (at, expected) in [
            ("2026-11-22T12:00:00+09:00", [1, 0, 0]),
            ("2026-11-23T03:00:00+09:00", [1, 0, 0]),
            ("2026-11-23T07:00:00+09:00", [1, 1, 0]),
            ("2026-11-24T12:00:00+09:00", [1, 1, 0]),
        ] {
            test.at(at);
            keep(&test.app).await;
            assert_eq!([got(&soon.0).await, got(&later.0).await, got(&old.0).await], expected, "{at}");
        }
        // A brother is another occasion for the same family.
        let brother = soon.0.child("2026-06-01").await;
        test.at("2026-11-25T12:00:00+09:00");
        keep(&test.app).await;
        let notices = inbox(&soon.0).await;
        assert_eq!(notices.len(), 2);
        let rows: Vec<(String, Option<String>)> =
            test.write(|conn| Ok(recipients::table.order(recipients::at).select((recipients::occasion, recipients::child_id)).load(conn)?)).await;
        assert_eq!(rows.iter().map(|(occasion, _)| occasion.clone()).collect::<Vec<_>>(), [soon.1.clone(), later.1.clone(), brother.clone()]);
        assert!(rows.iter().all(|(occasion, child)| Some(occasion) == child.as_ref()));
        let campaign = look(test, &path).await;
        assert_eq!((&campaign["sent"], &campaign["looked_on"]), (&json!(3), &json!("2026-11-25")));
    }

    async fn a_monthly_offer_comes_again_and_ends_on_its_day(test) {
        let people = many(test, 2, YONAGO, "2025-05-01").await;
        let when = json!({ "kind": "standing", "from": "2026-11-22", "until": "2026-12-02", "repeat": "month" });
        let (_, path) = let_go(test, with(plan("毎月"), "when", when)).await;
        let mut counts = Vec::new();
        for at in ["2026-11-21T13:00:00+09:00", "2026-11-22T13:00:00+09:00", "2026-11-23T13:00:00+09:00", "2026-12-01T13:00:00+09:00", "2026-12-02T13:00:00+09:00"] {
            test.at(at);
            keep(&test.app).await;
            counts.push(inbox(&people[0].0).await.len());
        }
        assert_eq!(counts, [0, 1, 1, 2, 2]);
        test.at("2026-12-03T07:00:00+09:00");
        keep(&test.app).await;
        assert_eq!(state(test, &path).await, "sent");
        assert_eq!(look(test, &format!("{path}/figures")).await["sent"], 4);
    }

    async fn what_nobody_opened_becomes_a_case_on_each_occasion(test) {
        let people = many(test, 2, YONAGO, "2025-05-01").await;
        let offer = with(with(plan("毎月"), "when", standing("month")), "deadline_days", json!(3));
        let (_, path) = let_go(test, offer).await;
        keep(&test.app).await;
        let notice = inbox(&people[0].0).await[0]["id"].as_str().unwrap().to_owned();
        people[0].0.post(&format!("/notices/{notice}/open"), json!({})).await;
        // Deadline, a mail's day, a person: nobody has a device here, so a person calls at once.
        test.at("2026-11-24T13:00:00+09:00");
        outreach::jobs::keep(&test.app).await.unwrap();
        let cases: Vec<String> = test.write(|conn| Ok(outreach_cases::table.select(outreach_cases::family_id).load(conn)?)).await;
        let family = people[1].0.get("/family").await.body["id"].as_str().unwrap().to_owned();
        assert_eq!(cases, std::slice::from_ref(&family));
        let id = path.rsplit('/').next().unwrap();
        let missed = look(test, &format!("/office/outreach/unopened?source={id}")).await;
        assert_eq!(missed["items"].as_array().unwrap().len(), 1);
        // The next month's is a matter of its own.
        test.at("2026-12-01T13:00:00+09:00");
        keep(&test.app).await;
        test.at("2026-12-04T14:00:00+09:00");
        outreach::jobs::keep(&test.app).await.unwrap();
        let sources: Vec<String> =
            test.write(move |conn| Ok(outreach_matters::table.filter(outreach_matters::family_id.eq(&family)).order(outreach_matters::source).select(outreach_matters::source).load(conn)?)).await;
        assert_eq!(sources, [format!("{id}/2026-11"), format!("{id}/2026-12")]);
    }

    async fn one_officers_campaign_that_has_grown_waits_for_another(test) {
        let ana = test.officer(YONAGO).await;
        rule(&ana, 5, 3).await;
        many(test, 5, YONAGO, "2025-05-01").await;
        let (path, _) = begin(&ana, with(plan("来週"), "when", json!({ "kind": "once", "at": "2026-11-28T12:00:00+09:00" }))).await;
        assert_eq!(propose(&ana, &path).await.body["state"]["kind"], "scheduled");
        many(test, 1, YONAGO, "2025-05-01").await;
        test.at("2026-11-28T12:00:00+09:00");
        keep(&test.app).await;
        assert_eq!((state(test, &path).await.as_str(), told(test).await), ("proposed", 0));
        let cleo = test.officer(YONAGO).await;
        assert_eq!(act(&cleo, &path, "approve", json!({})).await.status, 200);
        keep(&test.app).await;
        assert_eq!((state(test, &path).await.as_str(), told(test).await), ("sent", 6));
    }
}

on_both! {
    over start_with_channels;

    async fn an_officer_reads_it_first(test) {
        let ana = test.officer(YONAGO).await;
        let (path, _) = begin(&ana, plan("試す")).await;
        let none = ana.post(&format!("{path}/test"), json!({ "locale": "en" })).await;
        assert_eq!((none.code_number(), none.code()), (409, "notices.no_channel"));
        let people = many(test, 6, YONAGO, "2025-05-01").await;
        drop(people);
        let asked = json!({ "audience": { "kind": "all", "of": [] }, "when": { "kind": "once" } });
        let seen = ana.post("/campaigns/preview", asked).await.body;
        assert_eq!([&seen["guardians"], &seen["push"], &seen["mail"], &seen["inbox_only"]], [6, 0, 0, 6], "no device, and no mail server");
    }
}
