//! The daily journal: what the board says, drafts, what is finished, corrections, two at once, and the month as a file.

use calamine::Data;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO};
use crate::claims::{bytes, row, sheet};
use crate::races::count;

/// Two children of temporary care in Sakaiminato on the day: one came and went, the other did not come. Gives their ids.
async fn a_day(test: &TestApp) -> (String, String) {
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (9, 9)).await;
    let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", SAKAIMINATO).await);
    let (one, other) = (ana.child("2025-05-01").await, bea.child("2024-05-01").await);
    let [came, missed] = [ana.book(&slot, &[&one]).await, bea.book(&slot, &[&other]).await];
    let id = |booked: &crate::app::Answer| booked.body[0]["id"].as_str().unwrap().to_owned();
    let person = json!({ "person": { "kind": "guardian" } });
    test.at(&format!("{DAY}T08:41:00+09:00"));
    let staff = test.staff("sakai").await;
    assert_eq!(staff.post(&format!("/bookings/{}/check_in", id(&came)), person.clone()).await.status, 200);
    test.at(&format!("{DAY}T16:52:00+09:00"));
    assert_eq!(staff.post(&format!("/bookings/{}/check_out", id(&came)), person).await.status, 200);
    let ill = json!({ "seen": { "fee_yen": 0, "counts": false }, "reason": "child_ill" });
    let absent = staff.post(&format!("/bookings/{}/absent", id(&missed)), ill).await;
    assert_eq!(absent.status, 200, "{:?}", absent.body);
    (one, other)
}

fn entry(child: Option<&str>, words: &str, finish: bool) -> Value {
    let mut new = json!({ "day": DAY, "programme": "temporary_care", "words": words, "finish": finish });
    if let Some(child) = child {
        new["child_id"] = json!(child);
    }
    new
}

async fn group(staff: &Person) -> Value {
    let day = staff.get(&format!("/staff/journal?day={DAY}")).await;
    assert_eq!(day.status, 200, "{:?}", day.body);
    day.body["groups"][0].clone()
}

on_both! {
    async fn a_day_is_written_finished_and_corrected(test) {
        let (one, other) = a_day(test).await;
        let staff = test.staff("sakai").await;
        let shown = group(&staff).await;
        assert_eq!(shown["facts"], json!({ "expected": 2, "came": 1, "absent": 1 }));
        let times = |child: &str| {
            let all = shown["children"].as_array().unwrap();
            all.iter().find(|known| known["child_id"] == json!(child)).unwrap()["facts"].clone()
        };
        assert_eq!((times(&one)["came_at"].as_str(), times(&one)["left_at"].as_str()), (Some("2026-11-30T23:41:00Z"), Some("2026-12-01T07:52:00Z")));
        assert_eq!((times(&other)["absent"].clone(), times(&other)["came_at"].clone()), (json!(true), Value::Null));

        let draft = staff.post("/staff/journal", entry(None, "散歩", false)).await;
        assert_eq!((draft.code_number(), draft.etag()), (201, "\"v1\"".to_owned()), "{:?}", draft.body);
        let path = format!("/staff/journal/{}", draft.body["id"].as_str().unwrap());
        assert_eq!(draft.body["facts"], Value::Null);
        let early = staff.send(staff.request(reqwest::Method::POST, &format!("{path}/correct")).header("if-match", "\"v1\"").json(&json!({ "words": "x", "reason": "y" }))).await;
        assert_eq!(early.code(), "journal.not_finished");
        assert_eq!(staff.patch(&path, json!({ "words": " ", "finish": true }), "\"v1\"").await.code(), "journal.words_missing");
        let changed = staff.patch(&path, json!({ "words": "散歩と絵本", "finish": true }), "\"v1\"").await;
        assert_eq!((changed.code_number(), changed.etag()), (200, "\"v2\"".to_owned()));
        assert_eq!(changed.body["facts"], json!({ "kind": "group", "expected": 2, "came": 1, "absent": 1 }));
        // What is finished stays: neither the first tablet nor another changes it.
        assert_eq!(staff.patch(&path, json!({ "words": "遅い" }), "\"v1\"").await.status, 412);
        assert_eq!(staff.patch(&path, json!({ "words": "変える" }), "\"v2\"").await.code(), "journal.finished");
        let correct = |etag: &'static str| {
            let request = staff.request(reqwest::Method::POST, &format!("{path}/correct")).header("if-match", etag);
            staff.send(request.json(&json!({ "words": "絵本だけ", "reason": "雨のため" })))
        };
        let corrected = correct("\"v2\"").await;
        assert_eq!((corrected.code_number(), corrected.body["corrects_id"].clone()), (201, draft.body["id"].clone()), "{:?}", corrected.body);
        assert_eq!(correct("\"v2\"").await.status, 412);
        let words: Vec<Value> = group(&staff).await["entries"].as_array().unwrap().iter().map(|entry| entry["words"].clone()).collect();
        assert_eq!(words, [json!("散歩と絵本"), json!("絵本だけ")]);
    }

    async fn what_is_not_of_the_board_is_not_written(test) {
        let (one, _) = a_day(test).await;
        let staff = test.staff("sakai").await;
        let with = |name: &str, value: Value| {
            let mut new = entry(Some(&one), "x", true);
            new[name] = value;
            new
        };
        for (new, code) in [
            (with("child_id", json!("nobody")), "journal.nobody"),
            (with("programme", json!("open_nursery")), "journal.nobody"),
            (with("day", json!("2026-12-02")), "journal.day_ahead"),
            (with("words", json!(" ")), "journal.words_missing"),
        ] {
            let answer = staff.post("/staff/journal", new).await;
            assert_eq!((answer.code_number(), answer.code()), (409, code));
        }
        assert_eq!(staff.post("/staff/journal", with("words", json!("あ".repeat(2001)))).await.codes(), ["text.too_long"]);
        // Another facility has no such children, and sees and changes nothing.
        let written = staff.post("/staff/journal", entry(Some(&one), "よく食べました", true)).await;
        let other = test.staff("yonago").await;
        assert_eq!(other.post("/staff/journal", entry(Some(&one), "x", true)).await.code(), "journal.nobody");
        assert_eq!(other.get(&format!("/staff/journal?day={DAY}")).await.body["groups"], json!([]));
        let path = format!("/staff/journal/{}", written.body["id"].as_str().unwrap());
        assert_eq!(other.patch(&path, json!({ "words": "x" }), "\"v1\"").await.status, 404);
    }

    async fn two_begin_the_same_entry_and_two_change_it(test) {
        let (one, _) = a_day(test).await;
        let staff = test.staff("sakai").await;
        let calls = (0..8).map(|n| {
            let (staff, new) = (staff.clone(), entry(Some(&one), &format!("{n}"), false));
            async move { staff.post("/staff/journal", new).await }
        });
        let begun = join_all(calls).await;
        let statuses: Vec<u16> = begun.iter().map(crate::app::Answer::code_number).collect();
        assert_eq!((count(&statuses, 201), count(&statuses, 409)), (1, 7), "{statuses:?}");
        assert!(begun.iter().filter(|answer| answer.status == 409).all(|answer| answer.code() == "journal.begun_already"));
        let mine = begun.iter().find(|answer| answer.status == 201).unwrap();
        let path = format!("/staff/journal/{}", mine.body["id"].as_str().unwrap());
        let calls = (0..8).map(|n| {
            let (staff, path) = (staff.clone(), path.clone());
            async move { staff.patch(&path, json!({ "words": format!("{n}"), "finish": true }), "\"v1\"").await.code_number() }
        });
        let statuses = join_all(calls).await;
        assert_eq!((count(&statuses, 200), count(&statuses, 412)), (1, 7), "{statuses:?}");
    }

    async fn a_month_goes_out_as_a_workbook_cell_by_cell(test) {
        let (one, other) = a_day(test).await;
        let staff = test.staff("sakai").await;
        let first = staff.post("/staff/journal", entry(None, "散歩に出かけた。\n雨で早めに戻った。", true)).await;
        assert_eq!(first.status, 201);
        assert_eq!(staff.post("/staff/journal", entry(Some(&one), "=SUM(A1:A9)", true)).await.status, 201);
        assert_eq!(staff.post("/staff/journal", entry(Some(&other), "", false)).await.status, 201);
        test.at("2026-12-02T09:00:00+09:00");
        let staff = test.staff("sakai").await;
        let request = staff.request(reqwest::Method::POST, &format!("/staff/journal/{}/correct", first.body["id"].as_str().unwrap()));
        let corrected = staff.send(request.header("if-match", "\"v1\"").json(&json!({ "words": "園庭で遊んだ。", "reason": "記入誤り" }))).await;
        assert_eq!(corrected.status, 201, "{:?}", corrected.body);

        let book = bytes(&staff, "/staff/journal.xlsx?month=2026-12").await;
        let cells = sheet(&book, "2026-12");
        let line = |n: usize| row(&cells[n]);
        assert_eq!(line(0)[0], "保育日誌");
        assert_eq!(line(1)[1..2], [test.anybody().get("/facilities/sakai").await.body["name"].as_str().unwrap().to_owned()]);
        assert_eq!(line(2)[..2], ["月", "2026年12月"]);
        assert_eq!(line(4), ["日", "事業", "お子さん", "予定", "登園", "降園", "利用人数", "記録", "状態", "訂正の理由", "記入者", "記入日"]);
        let care = group(&staff).await["name"]["ja"].as_str().unwrap().to_owned();
        let care = care.as_str();
        let expected = [
            [DAY, care, "全体", "", "", "", "1", "散歩に出かけた。\n雨で早めに戻った。", "記入済み", "", "Staff", DAY],
            [DAY, care, "あおい", "08:30-17:00", "08:41", "16:52", "", "=SUM(A1:A9)", "記入済み", "", "Staff", DAY],
            [DAY, care, "あおい", "", "", "", "", "", "下書き", "", "Staff", DAY],
            [DAY, care, "全体", "", "", "", "1", "園庭で遊んだ。", "訂正", "記入誤り", "Staff", "2026-12-02"],
        ];
        assert_eq!(cells.len(), 5 + expected.len());
        for (n, wanted) in expected.iter().enumerate() {
            assert_eq!(line(5 + n), wanted, "row {n}");
        }
        // Words are never a formula.
        assert!(matches!(&cells[6][7], Data::String(words) if words == "=SUM(A1:A9)"));
        let empty = sheet(&bytes(&staff, "/staff/journal.xlsx?month=2026-11").await, "2026-11");
        assert_eq!(empty.len(), 5);
        assert_eq!(staff.get("/staff/journal.xlsx?month=13").await.status, 422);
    }

    async fn what_was_written_keeps_its_place_when_the_stay_is_gone(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (9, 9)).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let booked = ana.book(&slot, &[&child]).await;
        test.at(&format!("{DAY}T07:00:00+09:00"));
        let staff = test.staff("sakai").await;
        assert_eq!(staff.post("/staff/journal", entry(Some(&child), "電話で発熱の連絡", true)).await.status, 201);
        let path = format!("/bookings/{}/cancel", booked.body[0]["id"].as_str().unwrap());
        assert_eq!(ana.post(&path, json!({})).await.status, 200);
        let shown = group(&staff).await;
        assert_eq!(shown["facts"]["expected"], 0);
        assert_eq!(shown["children"][0]["entries"][0]["words"], "電話で発熱の連絡");
        assert_eq!(shown["children"][0]["name"], "あおい");
    }
}
