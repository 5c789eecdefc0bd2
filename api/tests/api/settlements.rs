//! Settlements between cities over HTTP: both sides, comments, locks, late claims, files, and who sees them.

use api::municipalities;
use serde_json::{Value, json};
use shared::locale::Localised;
use shared::municipalities::{Municipality, Position};

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, code};
use crate::claims::{bytes, correct, row, sheet, stay};

const THIRD: &str = "313840";

/// A child of Yonago in Sakaiminato (age 1: ¥2,800) and a child of Sakaiminato in Yonago (age 0: ¥3,400), December locked at both facilities.
async fn crossing(test: &TestApp) -> String {
    let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", SAKAIMINATO).await);
    let (a, b) = (ana.child("2025-05-01").await, ben.child("2026-01-15").await);
    let booking = stay(test, &ana, &a, ("sakai_open", DAY)).await;
    stay(test, &ben, &b, ("yonago_open", "2026-12-02")).await;
    // At home: in no settlement.
    stay(test, &ben, &b, ("sakai_open", "2026-12-03")).await;
    test.at("2027-01-04T09:00:00+09:00");
    for facility in ["sakai", "yonago"] {
        let locked = test.staff(facility).await.post("/staff/claims/2026-12/lock", json!({})).await;
        assert_eq!(locked.status, 200, "{:?}", locked.body);
    }
    booking
}

fn path(other: &str) -> String {
    format!("/settlements/compact/2026-12/{other}")
}

async fn lock(officer: &Person, other: &str, lines: i64, balance: i64) -> crate::app::Answer {
    officer.post(&format!("{}/lock", path(other)), json!({ "line_count": lines, "balance_yen": balance })).await
}

on_both! {
    async fn both_cities_see_the_same_lines_with_opposite_signs_and_lock_them(test) {
        let booking = crossing(test).await;
        let (yonago, sakai) = (test.officer(YONAGO).await, test.officer(SAKAIMINATO).await);
        let list = sakai.get("/settlements").await.body;
        assert_eq!((list["items"].as_array().unwrap().len(), list["items"][0]["balance_yen"].as_i64()), (1, Some(-600)));
        let told = yonago.get(&path(SAKAIMINATO)).await.body;
        assert_eq!((told["pays_yen"].as_i64(), told["gets_yen"].as_i64(), told["balance_yen"].as_i64(), told["lines"].as_array().unwrap().len()), (Some(2800), Some(3400), Some(600), 2));
        assert_eq!(sakai.get(&path(YONAGO)).await.body["lines"], told["lines"]);
        assert!(!told.to_string().contains("あおい"), "no child is named");

        // A comment keeps it open until its own city closes it.
        let line = told["lines"][1]["claim_line_id"].as_str().unwrap().to_owned();
        let said = yonago.post(&format!("{}/lines/{line}/comments", path(SAKAIMINATO)), json!({ "words": "時刻をご確認ください。" })).await;
        assert_eq!((said.code_number(), said.body["open_comments"].as_i64()), (200, Some(1)), "{:?}", said.body);
        assert_eq!(yonago.post(&format!("{}/lines/{line}/comments", path(SAKAIMINATO)), json!({ "words": " " })).await.status, 422);
        assert_eq!(yonago.post(&format!("{}/lines/nobodys/comments", path(SAKAIMINATO)), json!({ "words": "x" })).await.status, 404);
        assert_eq!(lock(&sakai, YONAGO, 2, 0).await.codes(), ["settlements.changed", "settlements.comments_open"]);
        assert_eq!(sakai.get("/settlements").await.body["items"][0]["open_comments"], 1);
        let comment = said.body["lines"][1]["comments"][0]["id"].as_str().unwrap().to_owned();
        let close = |other: &str| format!("{}/comments/{comment}/close", path(other));
        assert_eq!(sakai.post(&close(YONAGO), json!({})).await.codes(), ["settlements.not_own_comment"]);
        let answer = |other: &str| format!("{}/comments/{comment}/answers", path(other));
        let words = json!({ "words": "=記録のとおりです。" });
        let answered = sakai.post(&answer(YONAGO), words.clone()).await;
        let told_answer = &answered.body["lines"][1]["comments"][0]["answers"][0];
        assert_eq!((answered.code_number(), told_answer["words"].as_str(), told_answer["municipality"].as_str()), (200, Some("=記録のとおりです。"), Some(SAKAIMINATO)));
        assert_eq!(answered.body["open_comments"], 1, "an answer closes nothing, and is none itself");
        assert_eq!(sakai.post(&answer(YONAGO), json!({ "words": " " })).await.status, 422);
        assert_eq!(sakai.post(&format!("{}/comments/nobodys/answers", path(YONAGO)), words.clone()).await.status, 404);
        let book = bytes(&yonago, &format!("{}/settlement.xlsx", path(SAKAIMINATO))).await;
        let comments = sheet(&book, "コメント");
        assert_eq!(row(&comments[12]), ["2", "米子市", "2027-01-04", "時刻をご確認ください。", "未"]);
        assert_eq!(row(&comments[13]), ["2", "境港市", "2027-01-04", "=記録のとおりです。", "回答"], "words are never a formula");
        assert_eq!(yonago.post(&close(SAKAIMINATO), json!({})).await.status, 200);
        assert_eq!(sakai.post(&answer(YONAGO), words).await.codes(), ["settlements.comment_closed"]);

        let first = lock(&sakai, YONAGO, 2, -600).await;
        assert_eq!((first.code_number(), first.body["own_lock"]["by"].as_str(), first.body["other_lock"].is_null()), (200, Some("Officer"), true), "{:?}", first.body);
        assert_eq!(lock(&sakai, YONAGO, 2, -600).await.codes(), ["settlements.already_locked"]);
        // What is claimed from now on goes into the next month, and what was locked stays.
        let staff = test.staff("sakai").await;
        assert_eq!(correct(&staff, &booking, "2026-12-01T11:40:00+09:00").await.status, 200);
        test.at("2027-02-01T09:00:00+09:00");
        assert_eq!(test.staff("sakai").await.post("/staff/claims/2027-01/lock", json!({})).await.status, 200);
        let (yonago, sakai) = (test.officer(YONAGO).await, test.officer(SAKAIMINATO).await);
        let second = lock(&yonago, SAKAIMINATO, 2, 600).await;
        assert_eq!((second.code_number(), second.body["other_lock"]["by"].as_str()), (200, Some("Officer")), "{:?}", second.body);
        assert_eq!(yonago.post(&format!("{}/lines/{line}/comments", path(SAKAIMINATO)), json!({ "words": "x" })).await.codes(), ["settlements.closed"]);
        let list = sakai.get("/settlements").await.body;
        let balances: Vec<(&str, i64)> = list["items"].as_array().unwrap().iter().map(|head| (head["month"].as_str().unwrap(), head["balance_yen"].as_i64().unwrap())).collect();
        assert_eq!(balances, [("2027-01", 1400), ("2026-12", -600)]);
        let january = yonago.get(&format!("/settlements/compact/2027-01/{SAKAIMINATO}")).await.body;
        assert_eq!((january["balance_yen"].as_i64(), &january["lines"][0]["corrects"]), (Some(-1400), &json!({ "month": "2026-12", "number": 1 })));
    }

    async fn the_files_say_what_the_page_says(test) {
        crossing(test).await;
        let yonago = test.officer(YONAGO).await;
        let book = bytes(&yonago, &format!("{}/settlement.xlsx", path(SAKAIMINATO))).await;
        let lines = sheet(&book, "明細");
        assert_eq!(row(&lines[7])[..2], ["差引（受取が正、円）", "600"]);
        assert_eq!(row(&lines[11])[..4], ["番号", "請求月／行", "施設の市町", "施設"]);
        assert_eq!(row(&lines[12]), ["1", "2026-12 / 1", "米子市", "yonago園", "境港市", "", "open_nursery", "2026-12-02", "利用", "0", "120", "600", "1700", "3400", "0", "3400", ""]);
        assert_eq!(row(&lines[13])[13..16], ["2800", "0", "-2800"]);
        assert_eq!(row(&lines[14])[15], "600");
        let Value::String(table) = yonago.get(&format!("{}/settlement.csv", path(SAKAIMINATO))).await.body else { panic!("no text") };
        let rows: Vec<&str> = table.split("\r\n").collect();
        assert_eq!(rows[1], "1,2026-12 / 1,米子市,yonago園,境港市,,open_nursery,2026-12-02,利用,0,120,600,1700,3400,0,3400,");
        assert!(rows[2].ends_with(",2800,0,-2800,"), "{}", rows[2]);
        let paper = bytes(&yonago, &format!("{}/settlement.pdf", path(SAKAIMINATO))).await;
        assert_eq!(lopdf::Document::load_mem(&paper).unwrap().get_pages().len(), 1);
    }

    async fn only_the_two_cities_see_a_settlement(test) {
        crossing(test).await;
        test.write(|conn| {
            let name = Localised::new("日吉津村", "[日吉津村|ひえづそん]", "Hiezu");
            let position = Position { latitude: 35.44, longitude: 133.38 };
            municipalities::store::insert_municipality(conn, &Municipality { code: code(THIRD), name, kana: "ヒエヅソン".to_owned(), position })
        }).await;
        let third = test.officer(THIRD).await;
        assert_eq!(third.get("/settlements").await.body["items"], json!([]));
        for other in [YONAGO, SAKAIMINATO, THIRD] {
            assert_eq!(third.get(&path(other)).await.status, 404);
            assert_eq!(lock(&third, other, 2, 0).await.status, 404);
        }
        let sakai = test.officer(SAKAIMINATO).await;
        assert_eq!((sakai.get(&path(SAKAIMINATO)).await.code_number(), sakai.get(&path(THIRD)).await.code_number()), (404, 404));
        assert_eq!(sakai.get(&format!("/settlements/other/2026-12/{YONAGO}")).await.status, 404);
        for (person, status) in [(test.anybody(), 401), (test.staff("sakai").await, 403), (test.guardian("Bea", YONAGO).await, 403)] {
            assert_eq!(person.get("/settlements").await.status, status);
            assert_eq!(person.get(&path(YONAGO)).await.status, status);
        }
    }

    async fn of_many_locks_of_a_city_one_is_taken(test) {
        crossing(test).await;
        let sakai = test.officer(SAKAIMINATO).await;
        let yonago = test.officer(YONAGO).await;
        let all = futures_util::future::join_all((0..10).map(|n| {
            let (officer, other, balance) = if n % 2 == 0 { (&sakai, YONAGO, -600) } else { (&yonago, SAKAIMINATO, 600) };
            async move {
                loop {
                    let answer = lock(officer, other, 2, balance).await;
                    if answer.status != 503 {
                        return answer;
                    }
                }
            }
        })).await;
        assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 2, "{all:?}");
        let told = sakai.get(&path(YONAGO)).await.body;
        assert!(told["own_lock"].is_object() && told["other_lock"].is_object() && told["lines"].as_array().unwrap().len() == 2);
    }
}
