//! Notes to the next shift: who has read them, each person for itself, and no other facility.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{DAY, Person};

async fn unread(staff: &Person) -> Vec<Value> {
    staff.get("/staff/shift_notes").await.body["items"].as_array().unwrap().clone()
}

on_both! {
    async fn a_note_stays_until_each_person_has_read_it(test) {
        let (ema, fumi) = (test.staff("sakai").await, test.staff("sakai").await);
        let left = ema.post("/staff/shift_notes", json!({ "day": DAY, "shift": "late", "words": " お迎えは祖母です。 " })).await;
        assert_eq!((left.code_number(), &left.body["words"], &left.body["known"]), (201, &json!("お迎えは祖母です。"), &json!(true)));
        ema.post("/staff/shift_notes", json!({ "day": DAY, "shift": "early", "words": "布団を干す" })).await;
        // Who wrote it knows it; the others are asked, in the order of the day.
        assert_eq!(unread(&ema).await.len(), 0);
        let asked = unread(&fumi).await;
        assert_eq!(asked.iter().map(|note| note["shift"].as_str().unwrap()).collect::<Vec<_>>(), ["early", "late"]);
        let path = format!("/staff/shift_notes/{}/read", left.body["id"].as_str().unwrap());
        // Tapped often, noted once.
        for answer in join_all((0..4).map(|_| fumi.post(&path, json!({})))).await {
            assert_eq!(answer.status, 200, "{:?}", answer.body);
        }
        assert_eq!(unread(&fumi).await.len(), 1);
        let day = ema.get(&format!("/staff/shift_notes?day={DAY}")).await.body;
        assert_eq!(day["items"][1]["readers"], json!([{ "name": "Staff", "at": "2026-11-21T03:00:00Z" }]));
        assert_eq!(ema.get("/staff/shift_notes?day=2026-12-02").await.body["items"], json!([]));
    }

    async fn another_facility_reads_nothing_and_a_note_says_something(test) {
        let (ema, other) = (test.staff("sakai").await, test.staff("yonago").await);
        let left = ema.post("/staff/shift_notes", json!({ "day": DAY, "shift": "day", "words": "鍵は棚" })).await;
        assert_eq!(unread(&other).await, Vec::<Value>::new());
        assert_eq!(other.get(&format!("/staff/shift_notes?day={DAY}")).await.body["items"], json!([]));
        assert_eq!(other.post(&format!("/staff/shift_notes/{}/read", left.body["id"].as_str().unwrap()), json!({})).await.status, 404);
        for (words, code) in [(" ", "text.missing"), (&*"あ".repeat(1001), "text.too_long")] {
            assert_eq!(ema.post("/staff/shift_notes", json!({ "day": DAY, "shift": "day", "words": words })).await.codes(), [code]);
        }
        assert_eq!(ema.post("/staff/shift_notes", json!({ "day": DAY, "shift": "night", "words": "x" })).await.status, 422);
    }
}
