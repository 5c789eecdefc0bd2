//! Messages about a booking: who reads and writes, what is read, who is told, and what many at once come to.

use api::notices::jobs;
use api::schema::{messages, notices};
use diesel::prelude::*;
use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use shared::locale::Locale;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO};
use crate::notices::recorder::{Recorder, beside};
use crate::notices::{family_of, inbox, kinds, partner, tell};
use crate::races::count;

/// A family of Yonago with a booking at the facility of Sakaiminato; gives the guardian and where its messages are.
async fn booked(test: &TestApp) -> (Person, String) {
    let ana = test.guardian("Ana", YONAGO).await;
    let child = ana.child("2025-05-01").await;
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (9, 9)).await;
    let booked = ana.book(&slot, &[&child]).await;
    assert_eq!(booked.status, 201, "{:?}", booked.body);
    (ana, format!("/bookings/{}/messages", booked.body[0]["id"].as_str().unwrap()))
}

async fn write(person: &Person, thread: &str, words: &str) -> Value {
    let answer = person.post(thread, json!({ "words": words })).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.body
}

async fn read(person: &Person, thread: &str, number: u32) {
    assert_eq!(person.post(&format!("{thread}/read"), json!({ "number": number })).await.status, 204);
}

async fn messages(person: &Person, thread: &str) -> Vec<Value> {
    person.get(thread).await.body["messages"].as_array().unwrap().clone()
}

on_both! {
    async fn both_sides_write_as_they_like_and_see_who_has_read(test) {
        let (ana, thread) = booked(test).await;
        let staff = test.staff("sakai").await;
        let ben = partner(test, &family_of(&ana).await, Locale::En).await;
        // Untouched, in whatever language; only the space around it goes.
        let words = "明日、9:30に着きます。\n<b>We will be late</b> 🙏 =1+1";
        assert_eq!(write(&ana, &thread, &format!("  {words}\n")).await["words"], words);
        let unread = staff.get("/staff/messages").await.body["items"].clone();
        assert_eq!((unread[0]["unread"].as_u64(), unread[0]["child"].as_str()), (Some(1), Some("あおい")), "{unread:?}");
        assert_eq!(messages(&ana, &thread).await[0]["reads"], json!([]));
        read(&staff, &thread, 1).await;
        assert_eq!(staff.get("/staff/messages").await.body["items"], json!([]));
        write(&staff, &thread, "承知しました。").await;

        // The facility sees who; the family sees the facility.
        let seen = messages(&staff, &thread).await;
        assert_eq!((&seen[0]["by"], &seen[0]["words"], &seen[0]["reads"][0]["by"]), (&json!("Ana"), &json!(words), &json!("Staff")));
        let seen = messages(&ana, &thread).await;
        assert_eq!((seen[0]["reads"][0]["by"].clone(), seen[1]["by"].clone()), (Value::Null, Value::Null));
        assert_eq!(seen[0]["reads"][0]["at"], "2026-11-21T03:00:00Z");
        for person in [&ana, &ben, &ana] {
            read(person, &thread, 2).await;
        }
        let seen = messages(&staff, &thread).await;
        let readers: Vec<&str> = seen[1]["reads"].as_array().unwrap().iter().map(|read| read["by"].as_str().unwrap()).collect();
        assert_eq!(readers.len(), 2);
        assert!(readers.contains(&"Ana") && readers.contains(&"Ben"));
        // Nobody reads what the own side wrote.
        assert_eq!(seen[0]["reads"].as_array().unwrap().len(), 1);
    }

    async fn what_came_later_than_the_screen_stays_unread(test) {
        let (ana, thread) = booked(test).await;
        let staff = test.staff("sakai").await;
        for words in ["一", "二", "三"] {
            write(&ana, &thread, words).await;
        }
        read(&staff, &thread, 2).await;
        assert_eq!(staff.get("/staff/messages").await.body["items"][0]["unread"], 1);
    }

    async fn nobody_else_reads_or_writes_and_there_is_an_end(test) {
        let (ana, thread) = booked(test).await;
        write(&ana, &thread, "薬を持たせます").await;
        let others = [
            (test.guardian("Bea", SAKAIMINATO).await, 404),
            (test.staff("yonago").await, 404),
            (test.officer(SAKAIMINATO).await, 403),
            (test.officer(YONAGO).await, 403),
        ];
        for (other, status) in others {
            assert_eq!(other.get(&thread).await.status, status);
            assert_eq!(other.post(&thread, json!({ "words": "x" })).await.status, status);
            assert_eq!(other.post(&format!("{thread}/read"), json!({ "number": 1 })).await.status, status);
        }
        assert_eq!(test.staff("yonago").await.get("/staff/messages").await.body["items"], json!([]));
        for (words, code) in [("", "text.missing"), (" \n", "text.missing"), (&*"あ".repeat(1001), "text.too_long")] {
            assert_eq!(ana.post(&thread, json!({ "words": words })).await.codes(), [code]);
        }
        write(&ana, &thread, &"あ".repeat(1000)).await;
        let family = family_of(&ana).await;
        test.at("2026-12-31T17:00:00+09:00");
        // Signed in anew: it is a month later.
        let ben = partner(test, &family, Locale::Ja).await;
        write(&ben, &thread, "最後に").await;
        test.at("2026-12-31T17:00:01+09:00");
        let late = ben.post(&thread, json!({ "words": "遅い" })).await;
        assert_eq!((late.code_number(), late.code()), (409, "messages.over"));
        assert_eq!(messages(&ben, &thread).await.len(), 3);
    }

    async fn a_message_is_told_without_a_word_of_it_and_reading_it_ends_the_notice(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let (ana, thread) = booked(test).await;
        tell(&app).await;
        let before = push.sent().len();
        let staff = test.staff("sakai").await;
        write(&ana, &thread, "熱が出ました").await;
        tell(&app).await;
        assert_eq!(push.sent().len(), before, "the family is not told of its own");
        write(&staff, &thread, "水ぼうそうが出ています").await;
        tell(&app).await;
        let sent = push.sent();
        assert_eq!(sent.len(), before + 1);
        let lock = format!("{:?}", sent.last().unwrap().lock_title);
        assert_eq!(lock, "\"施設からメッセージが届きました\"");
        assert!(!format!("{:?}", sent.last().unwrap()).contains("水ぼうそう"));
        let told = inbox(&ana).await;
        assert_eq!((told[0]["kind"].as_str(), &told[0]["step"]), (Some("message.sent"), &json!(thread)));
        assert_eq!(told[0]["replaced_at"], Value::Null);
        read(&ana, &thread, 2).await;
        let told = inbox(&ana).await;
        assert!(told[0]["replaced_at"].is_string(), "{:?}", told[0]);
        // The booking's own notice stands.
        assert_eq!(told[1]["replaced_at"], Value::Null);
    }

    async fn each_message_of_the_facility_is_told_once_to_each_guardian_whatever_breaks(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let (ana, thread) = booked(test).await;
        let ben = partner(test, &family_of(&ana).await, Locale::Ja).await;
        let staff = test.staff("sakai").await;
        let mut rng = StdRng::seed_from_u64(20_261_125);
        push.kept().rng = Some(StdRng::seed_from_u64(7));
        push.kept().breaks = 3;
        let mut sent = 0;
        for step in 0..60 {
            match rng.random_range(0..4) {
                0 => drop(write(&ana, &thread, &format!("家から{step}")).await),
                1 => {
                    write(&staff, &thread, &format!("園から{step}")).await;
                    sent += 1;
                }
                2 => drop(jobs::make(&app).await),
                _ => read(if rng.random() { &ana } else { &ben }, &thread, rng.random_range(1..9)).await,
            }
        }
        push.kept().breaks = 0;
        for hours in [1, 2, 6, 24] {
            test.at(&(test.app.now() + chrono::TimeDelta::hours(hours)).to_rfc3339());
            tell(&app).await;
        }
        assert!(sent > 5);
        for person in [&ana, &ben] {
            let of_messages = kinds(person).await.into_iter().filter(|kind| kind == "message.sent").count();
            assert_eq!(of_messages, sent);
        }
        let made: i64 = test.write(|conn| Ok(notices::table.filter(notices::kind.eq("message.sent")).count().get_result(conn)?)).await;
        assert_eq!(usize::try_from(made).unwrap(), 2 * sent);
    }

    async fn many_write_at_once_and_each_has_a_number_of_its_own(test) {
        let (ana, thread) = booked(test).await;
        let staff = test.staff("sakai").await;
        let calls = (0..20).map(|n| {
            let (person, thread) = (if n % 2 == 0 { ana.clone() } else { staff.clone() }, thread.clone());
            async move {
                loop {
                    let answer = person.post_with_key(&thread, json!({ "words": format!("{n}") }), &format!("key-{n}")).await;
                    if answer.status != 503 {
                        return answer.code_number();
                    }
                    actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            }
        });
        let statuses = join_all(calls).await;
        assert_eq!(count(&statuses, 201), 20, "{statuses:?}");
        let mut numbers: Vec<i64> = test.write(|conn| Ok(messages::table.select(messages::number).load(conn)?)).await;
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<i64>>());
        // The same key again is the same message.
        assert_eq!(ana.post_with_key(&thread, json!({ "words": "0" }), "key-0").await.status, 201);
        assert_eq!(messages(&ana, &thread).await.len(), 20);
    }
}
