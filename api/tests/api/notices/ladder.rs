//! The ladder from a notice that nobody opens to the case, over the channels themselves.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::recorder::{Recorder, beside};
use super::{inbox, tell};
use crate::app::{DAY, Person, TestApp, YONAGO};

/// Ana has a day booked, and her facility closes it: told at noon of the 21st, to be opened until noon of the 22nd.
async fn closed(test: &TestApp, app: &api::App) -> Person {
    let ana = test.guardian("Ana", YONAGO).await;
    let child = ana.child("2025-05-01").await;
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
    let booked = ana.book(&slot, &[&child]).await.body;
    tell(app).await;
    let closure = json!({
        "facility_id": "sakai", "from": "2026-12-01T00:00:00+09:00", "until": "2026-12-01T23:59:00+09:00", "reason": "weather",
        "message": "", "seen": [booked[0]["id"]]
    });
    assert_eq!(test.staff("sakai").await.post("/staff/closures", closure).await.status, 201);
    tell(app).await;
    ana
}

/// What was sent of the closing, and what is queued at all.
async fn sent(test: &TestApp, app: &api::App, at: &str, recorders: &[&Recorder]) -> Vec<usize> {
    test.at(at);
    // However often somebody looks.
    for _ in 0..2 {
        api::outreach::jobs::keep(app).await.unwrap();
        tell(app).await;
    }
    let of_closing = |one: &&Recorder| one.sent().iter().filter(|message| message.kind.as_str() == "slot.closed").count();
    recorders.iter().map(of_closing).collect()
}

on_both! {
    async fn a_notice_that_nobody_opens_is_pushed_again_then_mailed_and_then_a_person_calls(test) {
        let (push, mail) = (Recorder::new("push"), Recorder::new("mail"));
        let both = [&push, &mail];
        let (app, base) = beside(test, &both);
        let ana = closed(test, &app).await;
        let title = inbox(&ana).await[0]["title"].clone();
        assert_eq!(sent(test, &app, "2026-11-22T11:59:00+09:00", &both).await, [1, 1]);
        // A telephone that came later is tried too.
        push.kept().more = vec!["new"];
        assert_eq!(sent(test, &app, "2026-11-22T12:00:00+09:00", &both).await, [3, 1]);
        assert_eq!(sent(test, &app, "2026-11-23T12:00:00+09:00", &both).await, [3, 2]);
        let cases = async || {
            let officer = test.officer(YONAGO).await.elsewhere(&base);
            officer.get("/outreach/cases").await.body["items"].as_array().unwrap().clone()
        };
        assert_eq!(cases().await, Vec::<Value>::new());
        assert_eq!(sent(test, &app, "2026-11-25T12:00:00+09:00", &both).await, [3, 2]);
        let [case] = &cases().await[..] else { panic!("one case") };
        let officer = test.officer(YONAGO).await;
        let whole = officer.get(&format!("/outreach/cases/{}", case["id"].as_str().unwrap())).await.body;
        assert_eq!((&whole["matters"][0]["title"], &whole["matters"][0]["rung"]), (&title, &json!(3)), "{whole}");
        // Who opens it is left in peace.
        let notice = inbox(&ana).await[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(ana.post(&format!("/notices/{notice}/open"), json!(null)).await.status, 200);
        assert_eq!(cases().await, Vec::<Value>::new());
    }

    async fn a_rung_tries_what_there_is_and_nobody_is_opened_against_their_wish(test) {
        let push = Recorder::new("push");
        let (app, base) = beside(test, &[&push]);
        let ana = closed(test, &app).await;
        let tries = async || -> i64 {
            test.write(|conn| {
                use api::schema::deliveries;
                Ok(deliveries::table.filter(deliveries::rung.gt(0)).count().get_result(conn)?)
            })
            .await
        };
        assert_eq!(sent(test, &app, "2026-11-22T12:00:00+09:00", &[&push]).await, [2]);
        assert_eq!(sent(test, &app, "2026-11-23T12:00:00+09:00", &[&push]).await, [2]);
        assert_eq!(tries().await, 1, "no mail is queued where there is no mail server");
        // Another family wants nothing pushed of bookings.
        let bea = test.guardian("Bea", YONAGO).await.elsewhere(&base);
        let change = json!({ "choices": [{ "group": "bookings", "channels": [] }] });
        assert_eq!(bea.patch("/notices/preferences", change, "\"v0\"").await.status, 200);
        let child = bea.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booked = bea.book(&slot, &[&child]).await.body;
        let closure = json!({
            "facility_id": "yonago", "from": "2026-12-01T00:00:00+09:00", "until": "2026-12-01T23:59:00+09:00", "reason": "weather",
            "message": "", "seen": [booked[0]["id"]]
        });
        assert_eq!(test.staff("yonago").await.post("/staff/closures", closure).await.status, 201);
        tell(&app).await;
        assert_eq!(sent(test, &app, "2026-11-24T12:00:00+09:00", &[&push]).await, [2]);
        assert_eq!((tries().await, inbox(&ana).await.len()), (1, 2));
    }

    async fn the_list_of_who_did_not_open_has_the_words_of_the_city(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let words = json!({
            "kind": "slot.closed", "locale": "ja", "title": "{day}はお休みです", "body": "{facility}", "lock_title": "お休み", "step_label": "見る"
        });
        assert_eq!(test.officer(YONAGO).await.post("/notice_templates", words).await.status, 201);
        let ana = closed(test, &app).await;
        test.at("2026-11-22T12:00:00+09:00");
        let officer = test.officer(YONAGO).await;
        let listed = officer.get("/office/outreach/unopened").await.body;
        assert_eq!((&listed["items"][0]["title"], &inbox(&ana).await[0]["title"]), (&json!("12月1日（火）はお休みです"), &json!("12月1日（火）はお休みです")));
        assert_eq!(sent(test, &app, "2026-11-26T12:00:00+09:00", &[&push]).await, [1], "what comes late goes to a person");
        let officer = test.officer(YONAGO).await;
        let case = officer.get("/outreach/cases").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let whole = officer.get(&format!("/outreach/cases/{case}")).await.body;
        assert!(whole["script"].as_str().unwrap().contains("12月1日（火）はお休みです"), "{}", whole["script"]);
    }
}
