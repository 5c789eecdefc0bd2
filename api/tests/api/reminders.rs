//! Reminders: once for each stay, whatever is restarted, moved or asked twice.

use api::reminders::jobs::remind;
use futures_util::future::join_all;
use serde_json::json;

use crate::app::{Person, TestApp, YONAGO};

/// Kinds and subjects of all reminders, in order.
async fn told(test: &TestApp) -> Vec<(String, String)> {
    test.write(|conn| {
        use api::schema::events;
        use diesel::prelude::*;
        let kinds = ["booking.reminder", "booking.free_until"];
        Ok(events::table.filter(events::kind.eq_any(kinds)).order(events::id).select((events::kind, events::subject_id)).load(conn)?)
    })
    .await
}

async fn booked(test: &TestApp, person: &Person, children: &[&str], day: &str) -> Vec<String> {
    let slot = test.slot("yonago_care", day, ("08:30", "17:00"), (5, 5)).await;
    let answer = person.book(&slot, children).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.body.as_array().unwrap().iter().map(|booking| booking["id"].as_str().unwrap().to_owned()).collect()
}

/// Tells what is due at a moment; how many were told.
async fn at(test: &TestApp, moment: &str) -> usize {
    test.at(moment);
    remind(&test.app).await.unwrap()
}

fn is(kind: &str, ids: &[&String]) -> Vec<(String, String)> {
    ids.iter().map(|id| (kind.to_owned(), (*id).clone())).collect()
}

on_both! {
    async fn a_family_hears_before_the_deadline_and_on_the_eve_once_each(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        // On Tuesday; cancelling is free until Monday at three.
        let ids = booked(test, &ana, &[&child], "2026-12-01").await;
        assert_eq!(at(test, "2026-11-30T11:59:00+09:00").await, 0);
        assert_eq!(at(test, "2026-11-30T12:00:00+09:00").await, 1);
        assert_eq!(at(test, "2026-11-30T12:00:05+09:00").await, 0);
        assert_eq!(told(test).await, is("booking.free_until", &[&ids[0]]));
        assert_eq!(at(test, "2026-11-30T17:59:59+09:00").await, 0);
        assert_eq!(at(test, "2026-11-30T18:00:00+09:00").await, 1);
        for _ in 0..3 {
            assert_eq!(at(test, "2026-11-30T18:05:00+09:00").await, 0);
        }
        assert_eq!(told(test).await[1..], is("booking.reminder", &[&ids[0]]));
        // A reminder changes nothing of the booking.
        assert_eq!(ana.get(&format!("/bookings/{}", ids[0])).await.body["version"], 1);
    }

    async fn brothers_and_sisters_are_one_act_and_two_servers_tell_once(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let [sora, umi] = [ana.child("2025-05-01").await, ana.child("2024-05-01").await];
        let party = booked(test, &ana, &[&sora, &umi], "2026-12-01").await;
        test.at("2026-11-30T18:00:00+09:00");
        let done = join_all((0..6).map(|_| remind(&test.app))).await;
        assert!(done.iter().all(Result::is_ok));
        let mut eve: Vec<String> = told(test).await.into_iter().filter(|(kind, _)| kind == "booking.reminder").map(|(_, id)| id).collect();
        eve.sort();
        let mut party = party;
        party.sort();
        assert_eq!(eve, party);
    }

    async fn a_party_is_told_in_one_notice_however_often_the_clock_strikes(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let [sora, umi] = [ana.child("2025-05-01").await, ana.child("2024-05-01").await];
        booked(test, &ana, &[&sora, &umi], "2026-12-01").await;
        test.at("2026-11-30T18:00:00+09:00");
        for _ in 0..3 {
            remind(&test.app).await.unwrap();
            api::notices::jobs::make(&test.app).await.unwrap();
        }
        let inbox = ana.get("/notices").await.body;
        let reminders: Vec<&serde_json::Value> =
            inbox["items"].as_array().unwrap().iter().filter(|notice| notice["kind"] == "booking.reminder").collect();
        assert_eq!(reminders.len(), 1, "{inbox}");
        let body = reminders[0]["body"].as_str().unwrap();
        assert!(body.contains("12月1日（火） 8:30〜17:00") && body.contains("着替え"), "{body}");
        assert!(!body.contains("取り消せます"), "the deadline is over: {body}");
    }

    async fn two_reminders_of_one_stay_that_fall_together_are_one_notice_that_says_both(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let [sora, umi] = [ana.child("2025-05-01").await, ana.child("2024-05-01").await];
        let ids = booked(test, &ana, &[&sora, &umi], "2026-12-01").await;
        assert_eq!(at(test, "2026-11-21T13:00:00+09:00").await, 0);
        // Where cancelling is free until eight in the morning, both would be told at six in the evening.
        test.write(|conn| {
            use api::db::stored;
            use api::schema::{bookings, reminders};
            use diesel::prelude::*;
            let [until, due] = ["2026-12-01T08:00:00+09:00", "2026-11-30T18:00:00+09:00"].map(|text| stored(crate::app::moment(text)));
            for (id, agreed) in bookings::table.select((bookings::id, bookings::agreed)).load::<(String, String)>(conn)? {
                let mut agreed: serde_json::Value = serde_json::from_str(&agreed).unwrap();
                assert!(agreed["free_until"].is_string());
                agreed["free_until"] = json!(until.and_utc());
                diesel::update(bookings::table.filter(bookings::id.eq(id))).set(bookings::agreed.eq(agreed.to_string())).execute(conn)?;
            }
            Ok(diesel::update(reminders::table).set(reminders::due_at.eq(due)).execute(conn)?)
        })
        .await;
        assert_eq!(at(test, "2026-11-30T18:00:00+09:00").await, 2);
        assert_eq!(at(test, "2026-11-30T19:30:00+09:00").await, 0);
        let mut told = told(test).await;
        told.sort();
        let mut eve = is("booking.reminder", &[&ids[0], &ids[1]]);
        eve.sort();
        assert_eq!(told, eve);
        api::notices::jobs::make(&test.app).await.unwrap();
        let inbox = ana.get("/notices").await.body;
        let [notice] = inbox["items"].as_array().unwrap().iter().filter(|one| one["group"] == "reminders").collect::<Vec<_>>()[..] else {
            panic!("one notice: {inbox}")
        };
        let body = notice["body"].as_str().unwrap();
        assert!(body.contains("着替え") && body.contains("8:00まで、キャンセル料なしで取り消せます。"), "{body}");
    }

    async fn what_was_booked_late_cancelled_or_is_over_is_not_told(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let kept = booked(test, &ana, &[&child], "2026-12-01").await;
        let cancelled = booked(test, &ana, &[&child], "2026-12-03").await;
        assert_eq!(at(test, "2026-11-25T12:00:00+09:00").await, 0);
        assert_eq!(ana.post(&format!("/bookings/{}/cancel", cancelled[0]), json!({})).await.status, 200);
        // The server was away over the deadline and the evening, and comes back in the night: the eve can still be told, the deadline is over.
        assert_eq!(at(test, "2026-11-30T23:00:00+09:00").await, 1);
        assert_eq!(told(test).await, is("booking.reminder", &[&kept[0]]));
        assert_eq!(at(test, "2026-12-01T18:00:00+09:00").await, 0);
        // Booked in the last hours, after the evening of the reminder would have been.
        test.at("2026-12-01T12:30:00+09:00");
        let late = booked(test, &ana, &[&child], "2026-12-02").await;
        assert_eq!(at(test, "2026-12-01T12:31:00+09:00").await, 0);
        assert_eq!(at(test, "2026-12-01T18:00:00+09:00").await, 1);
        assert_eq!(told(test).await[1..], is("booking.reminder", &[&late[0]]));
        assert_eq!(at(test, "2026-12-02T18:00:00+09:00").await, 0, "who cancelled is left in peace");
    }

    async fn a_moved_stay_is_told_for_its_new_day(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let ids = booked(test, &ana, &[&child], "2026-12-02").await;
        assert_eq!(at(test, "2026-11-25T12:00:00+09:00").await, 0);
        let other = test.slot("yonago_care", "2026-12-04", ("08:30", "17:00"), (5, 5)).await;
        assert_eq!(ana.post(&format!("/bookings/{}/reschedule", ids[0]), json!({ "slot_id": other })).await.status, 200);
        assert_eq!(at(test, "2026-12-01T18:00:00+09:00").await, 0, "the old day is not told");
        assert_eq!(at(test, "2026-12-03T12:00:00+09:00").await, 1);
        assert_eq!(at(test, "2026-12-03T18:00:00+09:00").await, 1);
        assert_eq!(told(test).await, [is("booking.free_until", &[&ids[0]]), is("booking.reminder", &[&ids[0]])].concat());
    }
}
