//! The channel by mail, against a mail server that is not ours.

use std::time::Duration;

use api::channels::mail::Sender;
use api::channels::{Attachment, Channel as _, Endpoint, Message, Outcome, Urgency};
use serde_json::json;
use shared::ids::DeliveryId;
use shared::locale::Locale;
use shared::notices::Kind;

use crate::peers::Peer;

const FROM: &str = "弓ヶ浜 <notices@example.jp>";
const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n";

fn message() -> Message {
    Message {
        delivery_id: "0199-delivery".into(),
        notice_id: "n1".into(),
        account_id: "a1".into(),
        kind: Kind::BookingConfirmed,
        subject: None,
        locale: Locale::Ja,
        title: "12月1日（火）の予約を受け付けました。さかいみなと保育園、8時30分から17時まで".to_owned(),
        body: "持ち物を確かめてください。\n\n.点で始まる行と <印> もそのままです。".to_owned(),
        lock_title: "予約についてのお知らせ".to_owned(),
        step_url: "https://example.jp/n/abc?a=1&b=2".to_owned(),
        step_label: "予約を見る".to_owned(),
        topic: None,
        urgency: Urgency::Normal,
        ttl: Duration::from_secs(60),
        badge: 1,
        attachments: Vec::new(),
        list_unsubscribe: None,
        receipt: "r1".to_owned(),
    }
}

fn to(address: &str) -> Endpoint {
    Endpoint { id: String::new(), address: address.to_owned(), details: String::new() }
}

#[actix_web::test]
async fn a_mail_is_read_by_another_implementation_as_it_was_written() {
    let Some(server) = Peer::start("mail-server.mjs") else { return };
    let mail = Sender::new(&format!("smtp://127.0.0.1:{}", server.port()), FROM).unwrap();
    let sent = Message {
        attachments: vec![Attachment {
            name: "予約.ics".to_owned(),
            media_type: "text/calendar; method=PUBLISH; charset=utf-8".to_owned(),
            bytes: CALENDAR.as_bytes().to_vec(),
        }],
        ..message()
    };
    assert_eq!(mail.send(&to("hanako@example.jp"), &sent).await, Outcome::Accepted);
    let came = server.next();
    assert_eq!(came["envelope"], json!({ "from": "notices@example.jp", "to": ["hanako@example.jp"] }));
    assert!(came["from"].as_str().unwrap().contains("弓ヶ浜"), "{}", came["from"]);
    assert_eq!((&came["subject"], &came["id"]), (&json!(sent.title), &json!("<0199-delivery@example.jp>")));
    let text = came["text"].as_str().unwrap().replace("\r\n", "\n");
    for words in [
        sent.title.as_str(),
        "持ち物を確かめてください。\n\n.点で始まる行と <印> もそのままです。",
        "予約を見る\nhttps://example.jp/n/abc?a=1&b=2",
    ] {
        assert!(text.contains(words), "{text}");
    }
    let html = came["html"].as_str().unwrap();
    for words in ["<html lang=\"ja\">", "&lt;印&gt;", "<a href=\"https://example.jp/n/abc?a=1&amp;b=2\"", ">予約を見る</a>"] {
        assert!(html.contains(words), "{html}");
    }
    let file = &came["attachments"][0];
    assert_eq!(
        (&file["filename"], &file["contentType"], &file["content"]),
        (&json!("予約.ics"), &json!("text/calendar"), &json!(CALENDAR))
    );
    assert_eq!(file["parameters"]["method"], "PUBLISH");
    assert_eq!(came["headers"]["auto-submitted"], "Auto-Submitted: auto-generated");
    assert_eq!(
        (&came["headers"]["content-language"], &came["headers"]["list-unsubscribe"]),
        (&json!("Content-Language: ja"), &json!(null))
    );

    let campaign = Message { locale: Locale::En, list_unsubscribe: Some("https://example.jp/n/abc/stop".to_owned()), ..message() };
    assert_eq!(mail.send(&to("hanako@example.jp"), &campaign).await, Outcome::Accepted);
    let headers = &server.next()["headers"];
    assert_eq!(headers["list-unsubscribe"], "List-Unsubscribe: <https://example.jp/n/abc/stop>");
    assert_eq!(headers["list-unsubscribe-post"], "List-Unsubscribe-Post: List-Unsubscribe=One-Click");
}

#[actix_web::test]
async fn each_no_of_a_mail_server_is_understood() {
    let Some(server) = Peer::start("mail-server.mjs") else { return };
    let mail = Sender::new(&format!("smtp://127.0.0.1:{}", server.port()), FROM).unwrap();
    for (address, expected) in [
        ("550-unknown@example.jp", Outcome::Refused("550".to_owned())),
        ("553-strange@example.jp", Outcome::Refused("553".to_owned())),
        ("451-wait@example.jp", Outcome::Later(None)),
        ("452-full@example.jp", Outcome::Later(None)),
        ("530-sign-in@example.jp", Outcome::Later(None)),
        ("503-order@example.jp", Outcome::Later(None)),
        ("hanako@example.jp", Outcome::Accepted),
    ] {
        assert_eq!(mail.send(&to(address), &message()).await, expected, "{address}");
    }
    assert!(matches!(mail.send(&to("nobody"), &message()).await, Outcome::Refused(_)));
    // A password that does not fit is ours to mend: nobody becomes undeliverable by it.
    let wrong = Sender::new(&format!("smtp://us:wrong@127.0.0.1:{}", server.port()), FROM).unwrap();
    assert_eq!(wrong.send(&to("hanako@example.jp"), &message()).await, Outcome::Later(None));
    let right = Sender::new(&format!("smtp://us:right@127.0.0.1:{}", server.port()), FROM).unwrap();
    assert_eq!(right.send(&to("hanako@example.jp"), &message()).await, Outcome::Accepted);
    let users: Vec<_> = [server.next(), server.next()].map(|came| came["user"].clone()).to_vec();
    assert_eq!(users, [json!(null), json!("us")]);
    let nobody = Sender::new("smtp://127.0.0.1:9", FROM).unwrap();
    assert_eq!(nobody.send(&to("hanako@example.jp"), &message()).await, Outcome::Later(None));
}

#[actix_web::test]
async fn many_mails_at_once_all_arrive_once() {
    let Some(server) = Peer::start("mail-server.mjs") else { return };
    let mail = Sender::new(&format!("smtp://127.0.0.1:{}", server.port()), FROM).unwrap();
    let messages: Vec<Message> =
        (0..40).map(|number| Message { delivery_id: DeliveryId::new(format!("d{number}")), ..message() }).collect();
    let address = to("hanako@example.jp");
    let outcomes = futures_util::future::join_all(messages.iter().map(|message| mail.send(&address, message))).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Accepted));
    let mut ids: Vec<String> = messages.iter().map(|_| server.next()["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    assert!(server.is_quiet());
}
