//! Notices: whom an event tells what, the inbox, channels, links and receipts, preferences and templates; and that nothing is told twice or
//! lost, whatever breaks on the way.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use api::channels::{Channel, Endpoint, Message, Outcome, Urgency};
use api::db::{AnyConnection, DbError};
use api::notices::{jobs, making, store};
use api::schema::{accounts, deliveries, events, notice_links, notices, outbox};
use api::{App, demo, new_id, server};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use futures_util::future::BoxFuture;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::redirect;
use serde_json::{Value, json};
use shared::access::Role;
use shared::accounts::Me;
use shared::ids::{AccountId, FamilyId};
use shared::locale::Locale;
use shared::text::Email;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, families as many, moment};
use crate::waitlist::{answer, cancel, full, keep, wait};

/// A channel that keeps what it is given, and breaks where it is told to.
#[derive(Clone)]
struct Recorder {
    name: &'static str,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    sent: Vec<Message>,
    /// What the other side says, the last first; accepted when nothing is left.
    answers: Vec<Outcome>,
    /// One in so many steps breaks; 0: none.
    breaks: u32,
    rng: Option<StdRng>,
    gone: Vec<String>,
}

impl Recorder {
    fn new(name: &'static str) -> Self {
        Self { name, kept: Arc::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    fn sent(&self) -> Vec<Message> {
        self.kept().sent.clone()
    }

    fn breaks(&self) -> bool {
        let mut kept = self.kept();
        let one_in = kept.breaks;
        one_in > 0 && kept.rng.as_mut().is_some_and(|rng| rng.random_range(0..one_in) == 0)
    }
}

impl Channel for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn list_endpoints(&self, _: &mut AnyConnection, account: &AccountId) -> Result<Vec<Endpoint>, DbError> {
        if self.breaks() {
            return Err(DbError::Other("the connection broke".to_owned()));
        }
        let one = Endpoint { id: String::new(), address: account.to_string(), details: String::new() };
        Ok(if self.kept().gone.contains(&account.to_string()) { Vec::new() } else { vec![one] })
    }

    fn send<'a>(&'a self, _: &'a Endpoint, message: &'a Message) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let wait = self.kept().rng.as_mut().map(|rng| rng.random_range(0..3000));
            if let Some(micros) = wait {
                tokio::time::sleep(Duration::from_micros(micros)).await;
            }
            if self.breaks() {
                return Outcome::Later(None);
            }
            let mut kept = self.kept();
            kept.sent.push(message.clone());
            kept.answers.pop().unwrap_or(Outcome::Accepted)
        })
    }

    fn settle(&self, _: &mut AnyConnection, account: &AccountId, _: &str, outcome: &Outcome, _: DateTime<Utc>) -> Result<(), DbError> {
        if self.breaks() {
            return Err(DbError::Other("the connection broke".to_owned()));
        }
        if *outcome == Outcome::Gone {
            self.kept().gone.push(account.to_string());
        }
        Ok(())
    }
}

/// The same server with channels that keep what they are given, and its address.
fn beside(test: &TestApp, recorders: &[&Recorder]) -> (App, String) {
    let channels = recorders.iter().map(|one| Box::new((*one).clone()) as Box<dyn Channel>).collect();
    let app = test.app.clone().with_channels(channels);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    actix_web::rt::spawn(server::serve(app.clone(), listener, 1).unwrap());
    (app, base)
}

/// Makes and delivers what is due.
async fn tell(app: &App) {
    jobs::make(app).await.unwrap();
    jobs::deliver(app).await.unwrap();
}

async fn inbox(person: &Person) -> Vec<Value> {
    person.get("/notices").await.body["items"].as_array().unwrap_or_else(|| panic!("no inbox")).clone()
}

async fn kinds(person: &Person) -> Vec<String> {
    inbox(person).await.iter().map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

async fn unread(person: &Person) -> Value {
    person.get("/notices/unread_count").await.body["unread"].clone()
}

async fn family_of(person: &Person) -> FamilyId {
    FamilyId::from(person.get("/family").await.body["id"].as_str().unwrap())
}

/// Another guardian of the same family.
async fn partner(test: &TestApp, family: &FamilyId, locale: Locale) -> Person {
    let email = Email::parse(&format!("{}@example.jp", new_id())).unwrap();
    let role = Role::Guardian { family_id: family.clone() };
    let me = Me { id: AccountId::new(new_id()), email, name: "Ben".to_owned(), role, organisation: None, locale, password: true };
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
        let (app, base) = beside(test, &[&push]);
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
            assert_eq!(all[0]["title"], "予約が決まりました");
            assert!(all[0]["body"].as_str().unwrap().contains("12月1日（火） 8:30〜17:00"), "{}", all[0]["body"]);
            assert_eq!(unread(person).await, 1);
        }
        let mut sent = push.sent();
        sent.sort_by_key(|message| message.locale != Locale::Ja);
        assert_eq!(sent.len(), 2);
        assert_eq!((sent[0].title.as_str(), sent[1].title.as_str()), ("予約が決まりました", "Your booking is confirmed"));
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
        let _ = base;
    }

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
        assert_eq!(titles(&ana).await, ["決まりました（12月2日（水））", "予約が決まりました"], "what was told keeps its words");
        assert_eq!(titles(&bea).await, ["予約が決まりました", "予約が決まりました"], "another city has its own");
    }

    async fn an_act_that_breaks_in_the_middle_made_nothing(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        ana.book(&slot, &[&child]).await;
        let (channels, now) = (app.channels.clone(), app.now());
        let killed = app.db.write(move |conn| {
            for act in store::list_acts(conn, 10)? {
                assert_eq!(making::make_act(conn, &act, &channels, now)?, 1);
            }
            Err::<(), _>(DbError::Other("killed".to_owned()))
        });
        assert!(killed.await.is_err());
        assert!(inbox(&ana).await.is_empty());
        tell(&app).await;
        assert_eq!((inbox(&ana).await.len(), push.sent().len()), (1, 1));
    }

    async fn each_event_is_told_once_to_each_person_whatever_breaks(test) {
        let (push, mail) = (Recorder::new("push"), Recorder::new("mail"));
        let (app, _) = beside(test, &[&push, &mail]);
        let mut rng = StdRng::seed_from_u64(20_261_124);
        let people = many(test, 6, YONAGO, "2025-05-01").await;
        let mut partners = Vec::new();
        for (person, _) in people.iter().take(3) {
            partners.push(partner(test, &family_of(person).await, Locale::Ja).await);
        }
        let mut slots = Vec::new();
        for day in ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"] {
            slots.push(test.slot("sakai_care", day, ("08:30", "17:00"), (9, 9)).await);
        }
        for recorder in [&push, &mail] {
            recorder.kept().breaks = 5;
            recorder.kept().rng = Some(StdRng::seed_from_u64(rng.random()));
        }
        let mut clock = moment(crate::app::START);
        for slot in &slots {
            for (person, child) in &people {
                assert_eq!(person.book(slot, &[child]).await.status, 201);
                // Those who make and deliver are killed at some moment, and others begin where they were; some come twice at once.
                for _ in 0..2 {
                    let (one, two) = (app.clone(), app.clone());
                    let making = actix_web::rt::spawn(async move { jobs::make(&one).await.map(drop) });
                    let delivering = actix_web::rt::spawn(async move { jobs::deliver(&two).await.map(drop) });
                    actix_web::rt::time::sleep(Duration::from_micros(rng.random_range(0..6000))).await;
                    making.abort();
                    delivering.abort();
                }
                clock += TimeDelta::minutes(rng.random_range(0..10));
                test.at(&clock.to_rfc3339());
            }
        }
        for recorder in [&push, &mail] {
            recorder.kept().breaks = 0;
        }
        // Whatever was left is taken up when the leases and waits are over, before anybody gives up.
        for _ in 0..30 {
            clock += TimeDelta::hours(2);
            test.at(&clock.to_rfc3339());
            tell(&app).await;
        }
        let (left, told, sent): (i64, Vec<(String, Option<String>)>, Vec<(String, String, String, String)>) = test
            .write(|conn| {
                let all = notices::table.inner_join(deliveries::table.on(deliveries::notice_id.eq(notices::id)));
                Ok((
                    outbox::table.count().get_result(conn)?,
                    notices::table.select((notices::account_id, notices::event_id)).load(conn)?,
                    all.select((notices::id, deliveries::channel, deliveries::state, deliveries::id)).load(conn)?,
                ))
            })
            .await;
        assert_eq!(left, 0, "the queue drains");
        let guardians: Vec<(String, i64)> = test
            .write(|conn| {
                let joined = accounts::table.inner_join(api::schema::bookings::table.on(accounts::family_id.eq(api::schema::bookings::family_id.nullable())));
                let ids: Vec<String> = joined.select(accounts::id).load(conn)?;
                let mut counts = std::collections::BTreeMap::new();
                ids.into_iter().for_each(|id| *counts.entry(id).or_insert(0) += 1);
                Ok(counts.into_iter().collect())
            })
            .await;
        assert_eq!(guardians.len(), people.len() + partners.len());
        for (account, bookings) in &guardians {
            let mine = told.iter().filter(|(of, _)| of == account).count();
            assert_eq!(i64::try_from(mine).unwrap(), *bookings, "each booking is told once to each person");
        }
        let asked: i64 = test.write(|conn| Ok(events::table.filter(events::kind.eq("booking.confirmed")).count().get_result(conn)?)).await;
        assert_eq!(asked, 24);
        // Each notice went to each channel: once in the inbox, at least once to the channel.
        assert_eq!(sent.len(), told.len() * 2);
        for (_, channel, state, _) in &sent {
            assert_eq!(state, "accepted", "{channel}");
        }
        let leads: Vec<(String, Option<String>)> = test.write(|conn| Ok(deliveries::table.select((deliveries::id, deliveries::lead_id)).load(conn)?)).await;
        let reached: std::collections::BTreeSet<String> = push.sent().into_iter().chain(mail.sent()).map(|message| message.delivery_id.to_string()).collect();
        for (id, lead) in leads {
            assert!(reached.contains(&id) || lead.is_some_and(|lead| reached.contains(&lead)), "accepted, and never sent: {id}");
        }
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
