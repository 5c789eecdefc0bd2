//! Letters of decisions: written with the decision, kept as they were, for the screen in the reader's language and for paper.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Person, TestApp, YONAGO, certification};

/// A family of Yonago that applied for its child; the path of the application.
async fn decided(test: &TestApp, enrolled: &str) -> (Person, String, Answer) {
    test.publish(YONAGO, "procedure", certification("entry", "open_nursery", "2026-11-21")).await;
    let ana = test.guardian("Ana", YONAGO).await;
    test.prove_residence(&ana).await;
    let child = ana.child("2025-05-01").await;
    let sent = ana.apply("entry", &child, &[("enrolled_in", enrolled)]).await;
    assert_eq!(sent.code_number(), 200, "{:?}", sent.body);
    let path = format!("/applications/{}", sent.body["id"].as_str().unwrap());
    (ana, path, sent)
}

async fn read(person: &Person, path: &str, language: &str) -> Value {
    person.send(person.request(Method::GET, &format!("{path}/notice")).header("accept-language", language)).await.body
}

async fn print(person: &Person, path: &str) -> Vec<u8> {
    let answer = person.request(Method::GET, &format!("{path}/notice.pdf")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename*=UTF-8''"));
    answer.bytes().await.unwrap().to_vec()
}

on_both! {
    async fn a_grant_comes_with_its_letter(test) {
        let (ana, path, sent) = decided(test, "none").await;
        let decision = &sent.body["state"]["decision"];
        let notice = read(&ana, &path, "ja").await;
        let letter = &notice["document"];
        assert_eq!((&letter["title"], &letter["number"]), (&json!("認定通知書"), &decision["number"]), "{notice}");
        assert_eq!((&letter["date"], &letter["addressee"]), (&json!("令和8年11月21日"), &json!("Ana 様")));
        assert_eq!(notice["reading"], Value::Null);
        let fact = |name: &str| letter["facts"].as_array().unwrap().iter().find(|fact| fact["name"] == name).map(|fact| fact["lines"].clone());
        assert_eq!(fact("認定番号"), Some(json!([decision["entitlement_number"]])));
        assert_eq!(fact("認定の期間"), Some(json!(["令和8年11月21日から令和10年4月29日まで"])));
        assert!(fact("利用できる量").is_some_and(|lines| lines[0].as_str().unwrap().contains("まで")), "{letter}");
        let bytes = print(&ana, &path).await;
        assert!(bytes.starts_with(b"%PDF-1.7"));
        assert_eq!(print(&ana, &path).await, bytes);
    }

    async fn a_refusal_names_its_reasons_and_can_be_read_in_other_languages(test) {
        let (ana, path, _) = decided(test, "nursery").await;
        let notice = read(&ana, &path, "en").await;
        assert_eq!((&notice["document"]["title"], &notice["document"]["language"]), (&json!("却下通知書"), &json!("ja")), "{notice}");
        assert_eq!((&notice["reading"]["title"], &notice["reading"]["language"]), (&json!("Notice of refusal"), &json!("en")));
        let sections = notice["document"]["sections"].as_array().unwrap();
        assert_eq!(sections.len(), 3, "{notice}");
        assert!(sections[0]["paragraphs"][0].as_str().unwrap().contains("（根拠：認定申請）"), "{notice}");
        assert_eq!(sections[1]["paragraphs"], json!(["審査請求をすることができます。"]));
        assert!(read(&ana, &path, "ja-x-easy").await["reading"]["title"].as_str().unwrap().contains("[認|みと]"));
    }

    async fn a_letter_stays_as_it_was_whatever_changes(test) {
        let (ana, path, _) = decided(test, "none").await;
        let (before, paper) = (read(&ana, &path, "en").await, print(&ana, &path).await);
        let family = ana.get("/family").await;
        let renamed = ana.patch("/family", json!({ "guardian_name": "Ana Nova" }), &family.etag()).await;
        assert_eq!(renamed.code_number(), 200, "{:?}", renamed.body);
        assert_eq!((read(&ana, &path, "en").await, print(&ana, &path).await), (before, paper));
    }
}
