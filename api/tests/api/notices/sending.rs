//! How notices travel: as lists, by which channels, what becomes of a try, whose words they have, and what their links open.

use std::time::Duration;

use api::channels::{Message, Outcome};
use api::notices::{jobs, store};
use api::schema::{notice_links, notices};
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::locale::Locale;

use super::recorder::{Recorder, beside};
use super::{follow, inbox, tell, unread};
use crate::app::{DAY, Person, SAKAIMINATO, YONAGO};

on_both! {
    async fn accepted_or_shown_is_never_opened_and_a_link_that_a_machine_fetches_is_not_either(test) {
        let (push, mail) = (Recorder::new("push"), Recorder::new("mail"));
        let (app, base) = beside(test, &[&push, &mail]);
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        ana.book(&slot, &[&child]).await;
        jobs::make(&app).await.unwrap();
        assert_eq!(inbox(&ana).await[0]["state"], "queued");
        jobs::deliver(&app).await.unwrap();
        assert_eq!(inbox(&ana).await[0]["state"], "accepted");
        let (first, second) = (push.sent().remove(0), mail.sent().remove(0));
        let nobody = test.anybody().elsewhere(&base);
        assert_eq!(nobody.post("/notices/receipts", json!({ "token": "nothing" })).await.status, 404);
        assert_eq!(nobody.post("/notices/receipts", json!({ "token": first.receipt })).await.status, 204);
        assert_eq!(inbox(&ana).await[0]["state"], "shown");
        let step = inbox(&ana).await[0]["step"].as_str().unwrap().to_owned();
        assert_eq!(follow(&base, &second, false).await, (303, step.clone()));
        assert_eq!((inbox(&ana).await[0]["state"].clone(), unread(&ana).await), (json!("shown"), json!(1)), "fetched is not opened");
        assert_eq!(follow(&base, &second, true).await, (303, step));
        assert_eq!((inbox(&ana).await[0]["state"].clone(), unread(&ana).await), (json!("opened"), json!(0)));
        let by: Option<String> = test.write(|conn| Ok(notices::table.select(notices::opened_by).first(conn)?)).await;
        assert_eq!(by.as_deref(), Some("link"));
        // The receipt of a message is no link, and a link that nobody made leads to the inbox.
        let wrong = Message { step_url: format!("x/{}", first.receipt), ..first };
        assert_eq!(follow(&base, &wrong, true).await, (303, "/notices".to_owned()));
    }

    async fn many_within_the_hour_come_as_one_list(test) {
        let push = Recorder::new("push");
        let (app, base) = beside(test, &[&push]);
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        for day in ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-07"] {
            let slot = test.slot("sakai_care", day, ("08:30", "17:00"), (5, 5)).await;
            assert_eq!(ana.book(&slot, &[&child]).await.status, 201);
            tell(&app).await;
        }
        assert_eq!((inbox(&ana).await.len(), push.sent().len()), (5, 2), "the first two at once");
        test.at("2026-11-21T13:00:00+09:00");
        tell(&app).await;
        let sent = push.sent();
        assert_eq!((sent.len(), sent[2].title.as_str(), sent[2].body.lines().count()), (3, "お知らせが3件あります", 3));
        assert!(inbox(&ana).await.iter().all(|notice| notice["state"] == "accepted"));
        // A list opens none of them, but all were shown.
        assert_eq!(follow(&base, &sent[2], true).await, (303, "/notices".to_owned()));
        assert_eq!(unread(&ana).await, 5);
        test.anybody().elsewhere(&base).post("/notices/receipts", json!({ "token": sent[2].receipt })).await;
        assert_eq!(inbox(&ana).await.iter().filter(|notice| notice["state"] == "shown").count(), 3);
        // Pages in a stable order.
        let first = ana.get("/notices?limit=2").await.body;
        let second = ana.get(&format!("/notices?limit=3&cursor={}", first["next_cursor"].as_str().unwrap())).await.body;
        let ids: Vec<Value> = [&first, &second].iter().flat_map(|page| page["items"].as_array().unwrap()).map(|one| one["id"].clone()).collect();
        let whole: Vec<Value> = inbox(&ana).await.iter().map(|one| one["id"].clone()).collect();
        assert_eq!((ids, &second["next_cursor"]), (whole, &json!(null)));
        assert_eq!(ana.get("/notices?limit=0").await.status, 422);
    }

    async fn a_person_chooses_the_channels(test) {
        let (push, mail) = (Recorder::new("push"), Recorder::new("mail"));
        let (app, base) = beside(test, &[&push, &mail]);
        let ana = test.guardian("Ana", YONAGO).await.elsewhere(&base);
        let wants = ana.get("/notices/preferences").await;
        assert_eq!((&wants.body["channels"], &wants.body["quiet_from"], wants.etag().as_str()), (&json!(["push", "mail"]), &json!("21:00:00"), "\"v0\""));
        assert_eq!(wants.body["choices"][0], json!({ "group": "bookings", "channels": ["push", "mail"] }));
        let change = json!({ "choices": [{ "group": "bookings", "channels": ["mail"] }], "digest": false });
        assert_eq!(ana.patch("/notices/preferences", change.clone(), "\"v7\"").await.status, 412);
        let fax = json!({ "choices": [{ "group": "bookings", "channels": ["fax"] }] });
        assert_eq!(ana.patch("/notices/preferences", fax, "\"v0\"").await.code(), "notices.channel_unknown");
        let done = ana.patch("/notices/preferences", change, "\"v0\"").await;
        assert_eq!((done.code_number(), done.etag().as_str(), &done.body["digest"]), (200, "\"v1\"", &json!(false)), "{:?}", done.body);
        let child = ana.child("2025-05-01").await;
        for day in ["2026-12-01", "2026-12-02", "2026-12-03"] {
            let slot = test.slot("sakai_care", day, ("08:30", "17:00"), (5, 5)).await;
            ana.book(&slot, &[&child]).await;
            tell(&app).await;
        }
        assert_eq!((push.sent().len(), mail.sent().len(), inbox(&ana).await.len()), (0, 3, 3));
        // One tap in the mail program ends mails of that kind, without a sign-in, and nothing else.
        let token = mail.sent()[0].step_url.rsplit('/').next().unwrap().to_owned();
        let ended = |token: String| reqwest::Client::new().post(format!("{base}/n/{token}/unsubscribe")).send();
        assert_eq!((ended(token).await.unwrap().status(), ended("x".to_owned()).await.unwrap().status()), (204.try_into().unwrap(), 404.try_into().unwrap()));
        let wants = ana.get("/notices/preferences").await.body["choices"].clone();
        assert_eq!((&wants[0]["channels"], &wants[1]["channels"]), (&json!([]), &json!(["push", "mail"])));
    }

    async fn a_dead_endpoint_is_undeliverable_and_a_failure_is_tried_again(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let (anas, beas) = (ana.child("2025-05-01").await, bea.child("2025-05-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        push.kept().answers = vec![Outcome::Gone];
        ana.book(&slot, &[&anas]).await;
        tell(&app).await;
        assert_eq!((inbox(&ana).await[0]["state"].clone(), unread(&ana).await), (json!("undeliverable"), json!(1)));
        let wait = Duration::from_secs(600);
        push.kept().answers = vec![Outcome::Refused("no".to_owned()), Outcome::Later(Some(wait)), Outcome::Later(None)];
        bea.book(&slot, &[&beas]).await;
        tell(&app).await;
        assert_eq!((inbox(&bea).await[0]["state"].clone(), push.sent().len()), (json!("queued"), 2));
        tell(&app).await;
        assert_eq!(push.sent().len(), 2, "not before its time");
        test.at("2026-11-21T12:02:00+09:00");
        tell(&app).await;
        assert_eq!(push.sent().len(), 3);
        test.at("2026-11-21T12:10:00+09:00");
        tell(&app).await;
        assert_eq!(push.sent().len(), 3, "the other side asked for ten minutes");
        test.at("2026-11-21T12:13:00+09:00");
        tell(&app).await;
        assert_eq!((push.sent().len(), inbox(&bea).await[0]["state"].clone()), (4, json!("undeliverable")));
    }

    async fn an_officer_writes_the_sentences_of_the_city(test) {
        let mail = Recorder::new("mail");
        let (app, base) = beside(test, &[&mail]);
        let officer = test.officer(YONAGO).await.elsewhere(&base);
        let all = officer.get("/notice_templates").await.body["items"].as_array().unwrap().clone();
        let mine = all.iter().find(|kind| kind["kind"] == "booking.confirmed").unwrap();
        assert!(mine["placeholders"].as_array().unwrap().contains(&json!("facility")));
        assert_eq!((mine["templates"].as_array().unwrap().len(), &mine["templates"][0]["version"]), (Locale::ALL.len(), &json!(0)));
        let new = |title: &str, lock: &str| {
            json!({ "kind": "booking.confirmed", "locale": "ja", "title": title, "body": "{facility} {day} {from}から", "lock_title": lock, "step_label": "見る" })
        };
        let wrong = officer.post("/notice_templates", new("{child}", "{facility}")).await;
        assert_eq!(wrong.codes(), ["notices.placeholder_unknown", "notices.placeholder_on_lock"], "{:?}", wrong.body);
        assert_eq!(wrong.body["errors"][1]["pointer"], "/lock_title");
        assert_eq!(officer.post("/notice_templates", new("", "x")).await.codes(), ["text.missing"]);
        let seen = officer.post("/notice_templates/preview", new("決まりました（{day}）", "{day}")).await;
        assert_eq!((&seen.body["title"], &seen.body["body"]), (&json!("決まりました（12月3日（木））"), &json!("なぎさ保育園 12月3日（木） 9:00から")), "{:?}", seen.body);
        let tested = officer.post("/notice_templates/test", new("決まりました（{day}）", "{day}")).await;
        assert_eq!(tested.body, json!([{ "channel": "mail", "accepted": true }]));
        assert_eq!(mail.sent()[0].title, "決まりました（12月3日（木））");

        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", SAKAIMINATO).await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        for person in [&ana, &bea] {
            let child = person.child("2025-05-01").await;
            person.book(&slot, &[&child]).await;
        }
        tell(&app).await;
        test.at("2026-11-21T13:00:00+09:00");
        let published = officer.post("/notice_templates", new("決まりました（{day}）", "{day}")).await;
        assert_eq!((published.code_number(), &published.body["version"]), (201, &json!(1)), "{:?}", published.body);
        let other = test.slot("sakai_care", "2026-12-02", ("08:30", "17:00"), (5, 5)).await;
        for person in [&ana, &bea] {
            let child = person.child("2025-06-01").await;
            person.book(&other, &[&child]).await;
        }
        tell(&app).await;
        let titles = async |person: &Person| inbox(person).await.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(titles(&ana).await, ["決まりました（12月2日（水））", "12月1日（火）の予約が決まりました"], "what was told keeps its words");
        assert_eq!(titles(&bea).await, ["12月2日（水）の予約が決まりました", "12月1日（火）の予約が決まりました"], "another city has its own");
    }

    async fn links_are_forgotten_when_they_open_nothing_any_more(test) {
        let push = Recorder::new("push");
        let (app, base) = beside(test, &[&push]);
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        ana.book(&slot, &[&child]).await;
        tell(&app).await;
        let later = app.now() + TimeDelta::days(61);
        test.at(&later.to_rfc3339());
        assert_eq!(follow(&base, &push.sent()[0], true).await.1, "/notices");
        let left: (i64, i64) = test
            .write(move |conn| {
                store::forget_over(conn, later)?;
                let unopened = notices::table.filter(notices::opened_at.is_null()).count().get_result(conn)?;
                Ok((notice_links::table.count().get_result(conn)?, unopened))
            })
            .await;
        assert_eq!(left, (0, 1));
    }
}
