//! Notices: whom an event tells what, and the inbox.

mod breaking;
mod confirming;
mod kinds;
mod ladder;
pub mod recorder;
mod sending;

use api::channels::{Message, Urgency};
use api::notices::jobs;
use api::schema::outbox;
use api::{App, demo, new_id};
use diesel::prelude::*;
use reqwest::redirect;
use serde_json::{Value, json};
use shared::access::Role;
use shared::accounts::Me;
use shared::ids::{AccountId, FamilyId};
use shared::locale::Locale;
use shared::text::Email;

use self::recorder::{Recorder, beside};
use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO};
use crate::waitlist::{answer, cancel, full, keep, wait};

/// Makes and delivers what is due.
pub async fn tell(app: &App) {
    jobs::make(app).await.unwrap();
    jobs::deliver(app).await.unwrap();
}

pub async fn inbox(person: &Person) -> Vec<Value> {
    person.get("/notices").await.body["items"].as_array().unwrap_or_else(|| panic!("no inbox")).clone()
}

pub async fn kinds(person: &Person) -> Vec<String> {
    inbox(person).await.iter().map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

async fn unread(person: &Person) -> Value {
    person.get("/notices/unread_count").await.body["unread"].clone()
}

pub async fn family_of(person: &Person) -> FamilyId {
    FamilyId::from(person.get("/family").await.body["id"].as_str().unwrap())
}

/// Another guardian of the same family.
pub async fn partner(test: &TestApp, family: &FamilyId, locale: Locale) -> Person {
    let email = Email::parse(&format!("{}@example.jp", new_id())).unwrap();
    let role = Role::Guardian { family_id: family.clone() };
    let me = Me {
        id: AccountId::new(new_id()),
        email,
        name: "Ben".to_owned(),
        role,
        organisation: None,
        locale,
        password: true,
        is_shared: false,
    };
    let (now, account) = (test.app.now(), me.clone());
    test.write(move |conn| api::accounts::store::insert_account(conn, &account, "no password", now)).await;
    test.signed_in(me).await
}

/// Follows a link as a browser does when a person taps it, or as a machine that looks at it.
async fn follow(base: &str, message: &Message, by_person: bool) -> (u16, String) {
    let token = message.step_url.rsplit('/').next().unwrap();
    let client = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let mut request = client.get(format!("{base}/n/{token}"));
    if by_person {
        request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.headers()["location"].to_str().unwrap().to_owned())
}

on_both! {
    async fn a_booking_tells_every_guardian_of_the_family_once(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let ana = test.guardian("Ana", YONAGO).await;
        let ben = partner(test, &family_of(&ana).await, Locale::En).await;
        let (one, two) = (ana.child("2025-05-01").await, ana.child("2023-05-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booked = ana.book(&slot, &[&one, &two]).await;
        assert_eq!(booked.status, 201, "{:?}", booked.body);
        tell(&app).await;
        tell(&app).await;
        for person in [&ana, &ben] {
            let all = inbox(person).await;
            assert_eq!(all.len(), 1, "one for both children: {all:?}");
            assert_eq!((&all[0]["kind"], &all[0]["group"], &all[0]["state"]), (&json!("booking.confirmed"), &json!("bookings"), &json!("accepted")));
            assert_eq!(all[0]["step"], format!("/bookings/{}", booked.body[0]["id"].as_str().unwrap()));
            assert_eq!(all[0]["title"], "12月1日（火）の予約が決まりました");
            assert!(all[0]["body"].as_str().unwrap().contains("12月1日（火） 8:30〜17:00"), "{}", all[0]["body"]);
            assert_eq!(unread(person).await, 1);
        }
        let mut sent = push.sent();
        sent.sort_by_key(|message| message.locale != Locale::Ja);
        assert_eq!(sent.len(), 2);
        assert_eq!((sent[0].title.as_str(), sent[1].title.as_str()), ("12月1日（火）の予約が決まりました", "Your booking on Tue 1 December is confirmed"));
        assert!(sent.iter().all(|message| message.badge == 1 && message.subject.as_deref() == booked.body[0]["id"].as_str()));
        // Nothing on a lock screen names a child, a place or a programme, and nothing that is sent names a child.
        for message in &sent {
            assert!(!message.lock_title.contains("sakai") && !message.lock_title.contains("care"), "{}", message.lock_title);
            assert!(![&message.title, &message.body, &message.lock_title].iter().any(|text| text.contains("あおい")));
        }
        let notice = inbox(&ana).await[0]["id"].as_str().unwrap().to_owned();
        let opened = ana.post(&format!("/notices/{notice}/open"), json!(null)).await;
        assert_eq!((&opened.body["state"], &opened.body["unread"]), (&json!("opened"), &json!(0)), "{:?}", opened.body);
        assert_eq!((unread(&ana).await, unread(&ben).await), (json!(0), json!(1)), "each person opens alone");
        assert_eq!(ben.post(&format!("/notices/{notice}/open"), json!(null)).await.status, 404);
        assert_eq!(ana.post(&format!("/notices/{notice}/acknowledge"), json!(null)).await.code(), "notices.ack_not_asked");
    }

    async fn a_message_that_brings_files_brings_each_stay_for_the_calendar(test) {
        let (push, mail) = (Recorder::new("push"), Recorder::new("mail"));
        let (app, _) = beside(test, &[&push, &mail]);
        let ana = test.guardian("Ana", YONAGO).await;
        let (one, two) = (ana.child("2025-05-01").await, ana.child("2023-05-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        assert_eq!(ana.book(&slot, &[&one, &two]).await.status, 201);
        tell(&app).await;
        assert!(push.sent()[0].attachments.is_empty());
        let [message] = &mail.sent()[..] else { panic!("one mail") };
        assert_eq!(message.attachments.len(), 2, "one for each child");
        for file in &message.attachments {
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            assert!(file.media_type.starts_with("text/calendar") && text.starts_with("BEGIN:VCALENDAR\r\n"), "{text}");
            assert!(text.contains("STATUS:CONFIRMED") && !text.contains("あおい"), "{text}");
        }
    }

    async fn what_the_family_does_itself_is_no_news_and_ends_older_news(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booked = ana.book(&slot, &[&child]).await.body;
        tell(&app).await;
        test.at("2026-11-21T13:00:00+09:00");
        cancel(&ana, &booked).await;
        tell(&app).await;
        assert_eq!((kinds(&ana).await, push.sent().len()), (vec!["booking.confirmed".to_owned()], 1));
        assert!(inbox(&ana).await[0]["replaced_at"].is_string());
        assert_eq!(unread(&ana).await, 0, "what is out of date needs nobody");
        assert_eq!(ana.get("/notices?unread=true").await.body["items"], json!([]));
    }

    async fn a_closed_day_tells_each_family_once_with_a_way_on(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let ana = test.guardian("Ana", YONAGO).await;
        let (one, two) = (ana.child("2025-05-01").await, ana.child("2023-05-01").await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booked = ana.book(&slot, &[&one, &two]).await.body;
        tell(&app).await;
        // Late in the evening before: it waits for the morning, as it is not about that day.
        test.at("2026-11-29T22:00:00+09:00");
        let seen: Vec<Value> = booked.as_array().unwrap().iter().map(|booking| booking["id"].clone()).collect();
        let closure = json!({
            "facility_id": "sakai", "from": "2026-12-01T00:00:00+09:00", "until": "2026-12-01T23:59:00+09:00", "reason": "weather",
            "message": "台風が近づいています。", "seen": seen
        });
        assert_eq!(test.staff("sakai").await.post("/staff/closures", closure).await.status, 201);
        tell(&app).await;
        assert_eq!((kinds(&ana).await, push.sent().len()), (vec!["slot.closed".to_owned(), "booking.confirmed".to_owned()], 1));
        let closed = inbox(&ana).await[0].clone();
        assert_eq!((closed["state"].clone(), closed["ack_asked"].clone()), (json!("queued"), json!(true)), "the inbox has it at once");
        assert_eq!(closed["step"], format!("/?programme=temporary_care&day={DAY}"));
        assert!(closed["body"].as_str().unwrap().contains("台風が近づいています。"), "{}", closed["body"]);
        assert_eq!(closed["deadline_at"], "2026-12-01T00:00:00Z".replace("2026-12-01T00:00:00Z", "2026-11-30T22:00:00Z"));
        assert!(inbox(&ana).await[1]["replaced_at"].is_string());
        test.at("2026-11-30T07:00:00+09:00");
        tell(&app).await;
        assert_eq!(push.sent().len(), 2);
        let done = ana.post(&format!("/notices/{}/acknowledge", closed["id"].as_str().unwrap()), json!(null)).await;
        assert_eq!((done.code_number(), &done.body["state"]), (200, &json!("acknowledged")));
    }

    async fn what_is_about_the_same_day_is_told_at_night(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booked = ana.book(&slot, &[&child]).await.body;
        tell(&app).await;
        test.at("2026-12-01T06:10:00+09:00");
        let closure = json!({
            "facility_id": "sakai", "from": "2026-12-01T06:30:00+09:00", "until": "2026-12-01T23:59:00+09:00", "reason": "infection",
            "message": "", "seen": [booked[0]["id"]]
        });
        assert_eq!(test.staff("sakai").await.post("/staff/closures", closure).await.status, 201);
        tell(&app).await;
        let last = push.sent().pop().unwrap();
        assert_eq!((last.kind.as_str(), last.urgency), ("slot.closed", Urgency::High));
    }

    async fn an_offer_is_told_with_its_time_and_replaced_by_what_becomes_of_it(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let (slot, there) = full(test, "sakai_care", 1).await;
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let (anas, beas) = (ana.child("2025-05-01").await, bea.child("2025-05-01").await);
        let (waiting, next) = (wait(&ana, &slot, &[&anas]).await, wait(&bea, &slot, &[&beas]).await);
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        tell(&app).await;
        let offered = inbox(&ana).await[0].clone();
        assert_eq!((&offered["kind"], &offered["step"], &offered["urgent"]), (&json!("waitlist.offered"), &json!("/bookings"), &json!(true)));
        let state = crate::waitlist::entry(&ana, &waiting).await["state"].clone();
        assert_eq!(offered["deadline_at"], state["until"], "one time to answer, not two");
        let message = push.sent().into_iter().find(|message| message.kind.as_str() == "waitlist.offered").unwrap();
        assert_eq!(message.topic, Some(format!("waitlist:{}", crate::waitlist::id(&waiting))));
        assert!(kinds(&bea).await.is_empty());
        // Declined by herself: no news for her, but her offer is over; the next family is told.
        assert_eq!(answer(&ana, &waiting, "decline").await.status, 200);
        keep(test).await;
        tell(&app).await;
        assert_eq!((kinds(&ana).await, unread(&ana).await), (vec!["waitlist.offered".to_owned()], json!(0)));
        assert_eq!(kinds(&bea).await, ["waitlist.offered"]);
        // Nobody answers: the offer is replaced by the word that its time is over.
        let until = crate::waitlist::entry(&bea, &next).await["state"]["until"].as_str().unwrap().to_owned();
        test.at(&until);
        keep(test).await;
        tell(&app).await;
        assert_eq!(kinds(&bea).await, ["waitlist.lapsed", "waitlist.offered"]);
        let all = inbox(&bea).await;
        assert!(all[1]["replaced_at"].is_string() && all[0]["replaced_at"].is_null());
        assert!(all[0]["body"].as_str().unwrap().contains("12月1日（火） 8:30〜17:00"), "{}", all[0]["body"]);
        assert_eq!(unread(&bea).await, 1);
    }

    async fn an_offer_that_is_kept_over_night_is_told_in_the_morning_by_the_same_rule(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let (slot, there) = full(test, "sakai_care", 1).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        wait(&ana, &slot, &[&child]).await;
        test.at("2026-11-25T22:00:00+09:00");
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        tell(&app).await;
        assert!(kinds(&ana).await.is_empty());
        test.at("2026-11-26T07:00:00+09:00");
        keep(test).await;
        tell(&app).await;
        assert_eq!(kinds(&ana).await, ["waitlist.offered"]);
        assert_eq!(push.sent().last().map(|message| message.kind.as_str()), Some("waitlist.offered"));
    }

    async fn what_a_city_decides_is_told_once_with_its_words(test) {
        let (ana, _, stays) = crate::entitlements::certified_with_stays(test, &[DAY]).await;
        jobs::make(&test.app).await.unwrap();
        let mut told = kinds(&ana).await;
        told.sort();
        // The certification comes of the application, and is told with it.
        assert_eq!(told, ["application.granted", "booking.confirmed"]);
        assert!(inbox(&ana).await.iter().all(|notice| notice["state"] == "undeliverable"), "there is no channel");
        let held = ana.get("/entitlements").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let command = json!({ "last_day": "2026-11-30", "words": "保育所に入園したため", "seen": stays });
        let done = test.officer(YONAGO).await.post(&format!("/entitlements/{held}/revoke"), command).await;
        assert_eq!(done.status, 200, "{:?}", done.body);
        jobs::make(&test.app).await.unwrap();
        let all = inbox(&ana).await;
        let revoked = all.iter().find(|notice| notice["kind"] == "entitlement.revoked").unwrap();
        assert!(revoked["body"].as_str().unwrap().contains("保育所に入園したため"), "{revoked:?}");
        assert_eq!((&revoked["ack_asked"], &revoked["step"], &revoked["deadline_at"]), (&json!(true), &json!("/applications"), &json!("2026-11-24T03:00:00Z")));
        let cancelled = all.iter().find(|notice| notice["kind"] == "booking.cancelled").unwrap();
        assert_eq!(cancelled["step"], format!("/bookings/{}", stays[0]));
        assert!(all.iter().find(|notice| notice["kind"] == "booking.confirmed").unwrap()["replaced_at"].is_string());
    }

    async fn the_result_of_an_interview_is_told_and_a_later_one_replaces_it(test) {
        let visits = crate::interviews::demanding(test, &["sakai"]).await;
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let child = ana.child("2025-05-01").await;
        let visit = ana.book(&visits[0], &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        test.at("2026-11-24T10:20:00+09:00");
        let (staff, path) = (test.staff("sakai").await, format!("/interviews/{visit}/result"));
        assert_eq!(staff.post(&path, json!({ "verdict": "conditions", "words": "食事は持参してください。" })).await.status, 200);
        jobs::make(&test.app).await.unwrap();
        test.at("2026-11-24T10:30:00+09:00");
        assert_eq!(staff.post(&path, json!({ "verdict": "not_possible", "words": "看護師がいません。" })).await.status, 200);
        jobs::make(&test.app).await.unwrap();
        let all = inbox(&ana).await;
        assert_eq!([&all[0]["kind"], &all[1]["kind"]], [&json!("interview.not_possible"), &json!("interview.recorded")]);
        assert!(all[0]["body"].as_str().unwrap().contains("看護師がいません。") && all[1]["body"].as_str().unwrap().contains("食事は持参"));
        assert!(all[1]["replaced_at"].is_string() && all[0]["replaced_at"].is_null());
    }
}

on_both! {
    over start_empty;

    async fn the_demo_world_has_some_notices_and_no_flood(test) {
        assert!(demo::load_when_empty(&test.app).await.unwrap());
        let queued: i64 = test.write(|conn| Ok(outbox::table.count().get_result(conn)?)).await;
        assert!((1..200).contains(&queued), "{queued}");
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let began = std::time::Instant::now();
        let made = jobs::make(&app).await.unwrap();
        eprintln!("{made} notices of {queued} events in {:?}", began.elapsed());
        assert!(made > 0);
        let left: i64 = test.write(|conn| Ok(outbox::table.count().get_result(conn)?)).await;
        assert_eq!(left, 0);
    }
}
