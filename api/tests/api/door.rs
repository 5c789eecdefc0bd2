//! Codes at the door over HTTP: the family's own, its PIN, and the one on the facility's wall.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp};
use crate::races::count;

/// A family with a child that is booked for the day, and the facility's staff on that morning.
async fn morning(test: &TestApp) -> (Person, Person, String) {
    let ana = test.guardian("Ana", SAKAIMINATO).await;
    let child = ana
        .post(
            "/children",
            json!({
                "name": "弓浜 あおい", "kana": "ゆみはま あおい", "born": "2025-05-01",
                "pick_up_people": [{ "name": "弓浜 月", "relation": "祖母", "phone": "0859112222" }]
            }),
        )
        .await
        .body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 2)).await;
    let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
    test.at("2026-12-01T08:40:00+09:00");
    (ana, test.staff("sakai").await, booking)
}

fn text(answer: &Value) -> String {
    answer["code"]["text"].as_str().unwrap().to_owned()
}

on_both! {
    async fn staff_scan_a_familys_code_and_see_who_is_expected_today(test) {
        let (ana, staff, booking) = morning(test).await;
        assert_eq!(ana.get("/family/code").await.body, json!({ "has_pin": false }));
        let made = ana.post("/family/code", json!({})).await.body;
        assert!(made["code"]["size"].as_i64().unwrap() >= 21 && made["code"]["path"].as_str().unwrap().starts_with("M0 0h1v1h-1z"));
        assert_eq!(ana.get("/family/code").await.body, made);
        let scan = json!({ "kind": "code", "code": format!(" {} ", text(&made)) });
        let found = staff.post("/staff/scans", scan.clone()).await;
        assert_eq!((found.code_number(), found.body["guardian"].as_str(), found.body["entries"][0]["booking"]["id"].as_str()), (200, Some("Ana"), Some(booking.as_str())));
        assert_eq!(found.body["entries"][0]["pick_up_people"][1]["name"], "弓浜 月");
        // Nothing is recorded by it, and another facility expects nobody.
        assert_eq!(ana.get(&format!("/bookings/{booking}")).await.body["state"]["kind"], "confirmed");
        assert_eq!(test.staff("yonago").await.post("/staff/scans", scan.clone()).await.body["entries"], json!([]));
        // The same typed by hand, as it is read out.
        let typed = shared::attendance::grouped_code(&text(&made)).to_lowercase();
        assert_eq!(staff.post("/staff/scans", json!({ "kind": "code", "code": typed })).await.body["guardian"], "Ana");
        // A new code, and the old one is nobody's.
        let renewed = ana.post("/family/code", json!({})).await.body;
        assert_ne!(text(&renewed), text(&made));
        assert_eq!(staff.post("/staff/scans", scan).await.code(), "attendance.code_unknown");
        assert_eq!(ana.post("/staff/scans", json!({ "kind": "code", "code": text(&renewed) })).await.status, 403);
    }

    async fn a_pin_helps_without_a_phone_and_waits_after_wrong_ones(test) {
        let (ana, staff, booking) = morning(test).await;
        let pin = |pin: &str| json!({ "kind": "pin", "booking_id": booking, "pin": pin });
        assert_eq!(staff.post("/staff/scans", pin("384920")).await.code(), "attendance.pin_wrong");
        let set = async |pin: &str| ana.send(ana.request(reqwest::Method::PUT, "/family/pin").json(&json!({ "pin": pin }))).await;
        assert_eq!(set("123456").await.codes(), ["attendance.pin_invalid"]);
        assert_eq!(set("384920").await.status, 204);
        assert_eq!(ana.get("/family/code").await.body["has_pin"], true);
        assert_eq!(staff.post("/staff/scans", pin("384920")).await.body["entries"][0]["booking"]["id"].as_str(), Some(booking.as_str()));
        assert_eq!(test.staff("yonago").await.post("/staff/scans", pin("384920")).await.status, 404);
        for _ in 0..5 {
            assert_eq!(staff.post("/staff/scans", pin("999998")).await.code(), "attendance.pin_wrong");
        }
        let locked = staff.post("/staff/scans", pin("384920")).await;
        assert_eq!((locked.code_number(), locked.code(), locked.headers["retry-after"].to_str().unwrap()), (429, "attendance.pin_locked", "61"));
        test.at("2026-12-01T08:42:00+09:00");
        assert_eq!(staff.post("/staff/scans", pin("384920")).await.status, 200);
        // Many at once are no more tries than one after another.
        let tries = join_all((0..16).map(|n| staff.post("/staff/scans", pin(&format!("99990{}", n % 10))))).await;
        let statuses: Vec<u16> = tries.iter().map(Answer::code_number).collect();
        assert_eq!((count(&statuses, 409), count(&statuses, 429)), (5, 11), "{statuses:?}");
    }

    async fn a_family_records_with_the_code_on_the_wall_and_named_people_only(test) {
        let (ana, staff, booking) = morning(test).await;
        assert_eq!(staff.get("/staff/wall_code").await.body, json!({ "facility": "sakai園" }));
        let address = text(&staff.post("/staff/wall_code", json!({})).await.body);
        let wall = address.rsplit_once("/check_in/").unwrap().1.to_owned();
        let other_wall = text(&test.staff("yonago").await.post("/staff/wall_code", json!({})).await.body);
        let seen = ana.get(&format!("/check_ins/{wall}")).await.body;
        assert_eq!((seen["facility"].as_str(), seen["children"][0]["registered"].clone()), (Some("sakai園"), json!(["弓浜 月"])));
        assert_eq!(ana.get("/check_ins/nothing").await.status, 404);
        let (check_in, check_out) = (format!("/bookings/{booking}/check_in"), format!("/bookings/{booking}/check_out"));
        let other_wall = other_wall.rsplit_once('/').unwrap().1;
        for wrong in [json!({}), json!({ "wall": other_wall })] {
            assert_eq!(ana.post(&check_in, wrong).await.code(), "attendance.wall_unknown");
        }
        let other = json!({ "wall": wall, "person": { "kind": "other", "name": "外江 海", "note": "友人" } });
        assert_eq!(ana.post(&check_in, other).await.code(), "attendance.staff_decide");
        let bea = test.guardian("Bea", SAKAIMINATO).await;
        assert_eq!(bea.post(&check_in, json!({ "wall": wall })).await.status, 404);
        let came = ana.post(&check_in, json!({ "wall": wall, "person": { "kind": "guardian" } })).await;
        assert_eq!((came.code_number(), came.body["state"]["kind"].as_str()), (200, Some("checked_in")), "{:?}", came.body);
        // The same code again at once changes nothing.
        assert_eq!(ana.post(&check_in, json!({ "wall": wall })).await.body, came.body);
        test.at("2026-12-01T16:45:00+09:00");
        let grandmother = json!({ "kind": "registered", "name": "弓浜 月" });
        let left = ana.post(&check_out, json!({ "wall": wall, "person": grandmother })).await;
        assert_eq!((left.code_number(), &left.body["attended"]["fetched_by"]), (200, &grandmother));
        let history = staff.get(&format!("/bookings/{booking}/attendance")).await.body;
        assert!(history.as_array().unwrap().iter().all(|line| line["by_family"] == true) && history.as_array().unwrap().len() == 2);
        // A page of the app may ask for the camera, nobody else's.
        assert!(test.anybody().get("/slots").await.headers["permissions-policy"].to_str().unwrap().contains("camera=(self)"));
    }
}
