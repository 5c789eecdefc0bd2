//! Mail goes only where somebody has confirmed the address, against a mail server that is not ours.

use api::channels::mail::Sender;
use serde_json::{Value, json};

use super::recorder::beside_with;
use super::{inbox, kinds, tell};
use crate::app::{Person, TestApp, YONAGO};
use crate::peers::Peer;

const FROM: &str = "弓ヶ浜 <notices@example.jp>";
const ASKED: &str = "メールアドレスの確認をお願いします";

fn mail(server: &Peer) -> Sender {
    Sender::new(&format!("smtp://127.0.0.1:{}", server.port()), FROM).unwrap()
}

/// The token in the link of a mail.
fn token(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    text.split("/n/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

async fn book(test: &TestApp, person: &Person, child: &str, day: &str) {
    let slot = test.slot("sakai_care", day, ("08:30", "17:00"), (5, 5)).await;
    assert_eq!(person.book(&slot, &[child]).await.status, 201);
}

async fn unconfirmed(person: &Person) -> Value {
    person.get("/notices/preferences").await.body["unconfirmed"].clone()
}

on_both! {
    async fn nothing_but_the_question_goes_to_an_address_that_nobody_confirmed(test) {
        let Some(server) = Peer::start("mail-server.mjs") else { return };
        let (app, base) = beside_with(test, vec![Box::new(mail(&server))]);
        let ana = test.guardian("Ana", YONAGO).await.elsewhere(&base);
        let address = ana.get("/me").await.body["email"].clone();
        assert_eq!(unconfirmed(&ana).await, json!({ "address": address }));
        let child = ana.child("2025-05-01").await;
        book(test, &ana, &child, "2026-12-01").await;
        tell(&app).await;
        let asked = server.next();
        assert_eq!((&asked["subject"], &asked["envelope"]["to"]), (&json!(ASKED), &json!([address])));
        assert!(!asked["text"].as_str().unwrap().contains("12月1日"), "not a word of the booking");
        book(test, &ana, &child, "2026-12-02").await;
        tell(&app).await;
        assert!(server.is_quiet());
        let mut told = kinds(&ana).await;
        told.sort();
        assert_eq!(told, ["booking.confirmed", "booking.confirmed", "mail.unconfirmed"], "the inbox has everything");
        assert_eq!(unconfirmed(&ana).await, json!({ "address": address, "asked_at": "2026-11-21T03:00:00Z" }));
        // Following the link, as machines do, is not enough: it leads to a page with a button.
        let nobody = test.anybody().elsewhere(&base);
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let asking = client.get(format!("{base}/n/{}", token(&asked))).header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
        let led = asking.send().await.unwrap();
        assert_eq!((led.status().as_u16(), led.headers()["location"].to_str().unwrap()), (303, format!("/mail_confirmation?token={}", token(&asked)).as_str()));
        assert!(unconfirmed(&ana).await.is_object());
        let confirm = async |token: String| nobody.post("/notices/mail_confirmations", json!({ "token": token })).await.code_number();
        assert_eq!((confirm("x".to_owned()).await, confirm(String::new()).await), (404, 422));
        assert_eq!((confirm(token(&asked)).await, confirm(token(&asked)).await), (204, 204));
        assert_eq!(unconfirmed(&ana).await, Value::Null);
        let question = inbox(&ana).await.into_iter().find(|notice| notice["kind"] == "mail.unconfirmed").unwrap();
        assert_eq!((&question["state"], &question["step"]), (&json!("opened"), &json!("/notices/preferences")));
        book(test, &ana, &child, "2026-12-03").await;
        test.at("2026-11-21T13:00:00+09:00");
        tell(&app).await;
        let news = server.next();
        assert_eq!(news["subject"], "12月3日（木）の予約が決まりました");
        // The link of a notice confirms nothing.
        assert_eq!(confirm(token(&news)).await, 404);
        let again = ana.post("/notices/mail_confirmations/ask", json!(null)).await;
        assert_eq!((again.code_number(), again.code()), (409, "notices.mail_not_asked"));
        assert!(server.is_quiet());
    }

    async fn the_question_is_asked_again_when_somebody_wants_it(test) {
        let Some(server) = Peer::start("mail-server.mjs") else { return };
        let (app, base) = beside_with(test, vec![Box::new(mail(&server))]);
        let ana = test.guardian("Ana", YONAGO).await;
        let ask = "/notices/mail_confirmations/ask";
        assert_eq!(ana.post(ask, json!(null)).await.code(), "notices.mail_not_asked", "nothing goes by mail from the other server");
        let ana = ana.elsewhere(&base);
        let child = ana.child("2025-05-01").await;
        // At night the question waits like anything else.
        test.at("2026-11-21T22:00:00+09:00");
        book(test, &ana, &child, "2026-12-01").await;
        tell(&app).await;
        assert!(server.is_quiet());
        test.at("2026-11-22T07:00:00+09:00");
        tell(&app).await;
        let first = server.next();
        test.at("2026-11-22T07:05:00+09:00");
        assert_eq!(ana.post(ask, json!(null)).await.status, 204);
        let soon = ana.post(ask, json!(null)).await;
        assert_eq!((soon.code_number(), soon.code(), soon.headers["retry-after"].to_str().unwrap()), (429, "notices.mail_too_soon", "600"));
        tell(&app).await;
        let second = server.next();
        assert_eq!((&first["subject"], &second["subject"]), (&json!(ASKED), &json!(ASKED)));
        assert!(server.is_quiet() && token(&first) != token(&second));
        let open = inbox(&ana).await.into_iter().filter(|notice| notice["kind"] == "mail.unconfirmed" && notice["replaced_at"].is_null()).count();
        assert_eq!(open, 1);
        // Either mail came to the address.
        let nobody = test.anybody().elsewhere(&base);
        assert_eq!(nobody.post("/notices/mail_confirmations", json!({ "token": token(&first) })).await.status, 204);
        assert_eq!(unconfirmed(&ana).await, Value::Null);
    }

    async fn who_wants_no_mail_is_asked_nothing(test) {
        let Some(server) = Peer::start("mail-server.mjs") else { return };
        let (app, base) = beside_with(test, vec![Box::new(mail(&server))]);
        let ana = test.guardian("Ana", YONAGO).await.elsewhere(&base);
        let change = json!({ "choices": [{ "group": "bookings", "channels": [] }] });
        assert_eq!(ana.patch("/notices/preferences", change, "\"v0\"").await.status, 200);
        let child = ana.child("2025-05-01").await;
        book(test, &ana, &child, "2026-12-01").await;
        tell(&app).await;
        assert_eq!(kinds(&ana).await, ["booking.confirmed"]);
        assert!(server.is_quiet());
        // Addresses of officers are given by their city.
        let officer = test.officer(YONAGO).await.elsewhere(&base);
        let words = json!({ "kind": "booking.confirmed", "locale": "ja", "title": "試し", "body": "試し", "lock_title": "試し", "step_label": "見る" });
        let tried = officer.post("/notice_templates/test", words).await;
        assert_eq!((&tried.body, &server.next()["subject"]), (&json!([{ "channel": "mail", "accepted": true }]), &json!("試し")));
    }
}
