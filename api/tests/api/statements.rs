//! A month's statement over HTTP, for the family and the facility, and the household classes behind its reliefs.

use reqwest::Method;
use serde_json::{Value, json};
use shared::access::Role;

use crate::app::{Person, SAKAIMINATO, TestApp, YONAGO, code};

/// A child's days in December: one fetched on time, one to come.
async fn two_days(test: &TestApp) -> (Person, Person) {
    let ana = test.guardian("Ana", SAKAIMINATO).await;
    let child = ana.child("2025-05-01").await;
    let mut bookings = Vec::new();
    for day in ["2026-12-01", "2026-12-02"] {
        let slot = test.slot("sakai_care", day, ("08:30", "17:00"), (2, 2)).await;
        bookings.push(ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned());
    }
    test.at("2026-12-01T08:40:00+09:00");
    let staff = test.staff("sakai").await;
    let guardian = json!({ "person": { "kind": "guardian" } });
    staff.post(&format!("/bookings/{}/check_in", bookings[0]), guardian.clone()).await;
    test.at("2026-12-01T17:00:00+09:00");
    assert_eq!(staff.post(&format!("/bookings/{}/check_out", bookings[0]), guardian).await.status, 200);
    (ana, staff)
}

async fn put(person: &Person, path: &str, body: Value) -> crate::app::Answer {
    person.send(person.request(Method::PUT, path).json(&body)).await
}

on_both! {
    async fn a_month_is_added_up_for_the_family_and_the_facility(test) {
        let (ana, staff) = two_days(test).await;
        let told = ana.get("/statements?month=2026-12").await.body;
        assert_eq!((told["total_yen"].as_i64(), told["estimated_yen"].as_i64()), (Some(2000), Some(2000)));
        let line = &told["children"][0]["lines"][0];
        assert_eq!((line["is_final"].as_bool(), line["fee_lines"][0]["item"].as_str(), line["yen"].as_i64()), (Some(true), Some("block"), Some(2000)));
        assert_eq!(ana.get("/statements").await.body, told, "this month when none is named");
        assert_eq!(ana.get("/statements?month=2026-11").await.body["children"], json!([]));
        assert_eq!(ana.get("/statements?month=December").await.status, 422);
        let whole = staff.get("/staff/statements?month=2026-12").await.body;
        assert_eq!((whole["facility"].as_str(), whole["total_yen"].as_i64(), whole["families"][0]["guardian"].as_str()), (Some("sakai園"), Some(2000), Some("Ana")));
        assert_eq!(whole["families"][0]["statement"], told);
        assert_eq!(test.staff("yonago").await.get("/staff/statements?month=2026-12").await.body["families"], json!([]));
    }

    async fn the_facilitys_file_is_read_by_spreadsheets(test) {
        let (_, staff) = two_days(test).await;
        let answer = staff.get("/staff/statements.csv?month=2026-12").await;
        assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"statement-2026-12.csv\"");
        let Value::String(text) = answer.body else { panic!("no text") };
        let rows: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(rows[0], "\u{feff}保護者,お子さん,フリガナ,事業,利用日,開始,終了,状態,確定・見込み,内訳,金額（円）");
        assert_eq!(rows[1], "Ana,あおい,アオイ,temporary_care,2026-12-01,08:30,17:00,利用,確定,day,2000");
        assert_eq!(rows[2], "Ana,あおい,アオイ,temporary_care,2026-12-02,08:30,17:00,予定,見込み,day,2000");
        assert_eq!(rows[3..], [""]);
    }

    async fn an_officer_sets_what_a_household_is_for_reliefs(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let family = ana.get("/family").await.body["id"].as_str().unwrap().to_owned();
        let path = format!("/families/{family}/household_classes");
        let officer = test.person("Officer", Role::Officer { municipality: code(YONAGO) }).await;
        let year = json!({ "class": "little_income", "valid_from": "2026-04-01", "valid_until": "2027-03-31" });
        let set = put(&officer, &path, json!({ "classes": [year] })).await;
        assert_eq!((set.code_number(), &set.body["household"]), (200, &json!([year])), "{:?}", set.body);
        assert_eq!(ana.get("/family").await.body["household"], json!([year]));
        assert_eq!(put(&officer, &path, json!({ "classes": [year, year] })).await.codes(), ["families.household_invalid"]);
        assert_eq!(officer.get(&path).await.body, ana.get("/family").await.body);
        let other = test.person("Other", Role::Officer { municipality: code(SAKAIMINATO) }).await;
        assert_eq!(put(&other, &path, json!({ "classes": [] })).await.status, 404);
        assert_eq!((other.get(&path).await.code_number(), ana.get(&path).await.code_number()), (404, 403));
        assert_eq!(put(&ana, &path, json!({ "classes": [] })).await.status, 403);
        assert_eq!(put(&officer, &path, json!({ "classes": [] })).await.body["household"], json!([]));
        let audited: i64 = test
            .write(|conn| {
                use api::schema::audit_lines;
                use diesel::prelude::*;
                Ok(audit_lines::table.filter(audit_lines::action.eq("family.household_set")).count().get_result(conn)?)
            })
            .await;
        assert_eq!(audited, 2);
    }
}
