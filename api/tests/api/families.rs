//! Children over HTTP.

use diesel::prelude::*;
use serde_json::json;
use shared::ids::FamilyId;
use shared::locale::Localised;
use shared::programmes::{Relief, ReliefUnit, Terms};

use api::families::store::insert_class;
use api::schema::{families, programmes};

use crate::app::{DAY, YONAGO, date, temporary_care};

on_both! {
    async fn a_child_is_registered_once_and_changed_where_it_may_be(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let new = json!({
            "name": "弓浜 あおい", "kana": "ゆみはま あおい", "born": "2025-05-01", "sex": "female",
            "allergies": [{ "name": "卵", "severity": "severe" }], "care_notes": "昼寝が短い",
            "emergency_contacts": [{ "name": "弓浜 良子", "relation": "祖母", "phone": "0859-11-2222" }],
            "pick_up_people": [{ "name": "弓浜 太郎", "relation": "父", "phone": "090-1111-2222" }]
        });
        let child = ana.post_with_key("/children", new.clone(), "c").await;
        assert_eq!(child.status, 201, "{:?}", child.body);
        assert_eq!(ana.post_with_key("/children", new, "c").await.body["id"], child.body["id"]);
        let path = format!("/children/{}", child.body["id"].as_str().unwrap());
        let read = ana.get(&path).await;
        assert_eq!(read.body["allergies"][0]["severity"], "severe");
        assert_eq!(read.body["pick_up_people"][0]["phone"], "09011112222");
        let changed = ana.patch(&path, json!({ "care_notes": "" , "allergies": [] }), &read.etag()).await;
        assert_eq!((changed.code_number(), changed.body["allergies"].clone(), changed.body["name"].as_str()), (200, json!([]), Some("弓浜 あおい")));
        assert_eq!(ana.patch(&path, json!({ "care_notes": "x" }), &read.etag()).await.status, 412);
        let wrong = ana.patch(&path, json!({ "pick_up_people": [{ "name": "", "phone": "1" }] }), &changed.etag()).await;
        assert_eq!((wrong.code_number(), wrong.body["errors"][0]["pointer"].as_str()), (422, Some("/pick_up_people/0/name")));
        assert_eq!(ana.get("/children").await.body["items"].as_array().unwrap().len(), 1);
    }

    async fn birth_dates_are_checked_and_fixed_while_bookings_wait(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        for (born, code) in [("2026-11-22", "families.born_in_future"), ("2008-11-20", "families.born_too_long_ago")] {
            assert_eq!(ana.post("/children", json!({ "name": "子", "kana": "コ", "born": born })).await.code(), code);
        }
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/children/{child}");
        assert_eq!(ana.patch(&path, json!({ "born": "2025-05-02" }), "\"v1\"").await.code(), "families.born_fixed");
        assert_eq!(ana.delete(&path, "\"v1\"").await.code(), "families.has_bookings");
        assert_eq!(ana.post(&format!("/bookings/{booking}/cancel"), json!({})).await.status, 200);
        assert_eq!(ana.delete(&path, "\"v1\"").await.status, 204);
        assert_eq!(ana.get(&path).await.status, 404);
        assert_eq!(ana.get(&format!("/bookings/{booking}")).await.body["child"]["name"], "あおい", "the past keeps the child");
    }

    async fn a_family_reads_what_its_household_is_and_pays_by_it(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        let percent = |class: &str, percent| Relief { class: class.to_owned(), name: Localised::new(class, class, class), off: ReliefUnit::Percent { percent } };
        let terms = Terms { reliefs: vec![percent("tax_exempt", 50), percent("public_assistance", 100)], ..temporary_care() };
        let terms = serde_json::to_string(&terms).unwrap();
        test.write(move |conn| {
            let family = FamilyId::new(families::table.select(families::id).first::<String>(conn)?);
            for (class, from, until) in [("tax_exempt", "2026-04-01", None), ("public_assistance", "2025-04-01", Some("2026-03-31"))] {
                insert_class(conn, &family, class, (date(from), until.map(date)))?;
            }
            let version = programmes::table.filter(programmes::key.eq("temporary_care")).filter(programmes::municipality.eq(YONAGO));
            diesel::update(version).set(programmes::terms.eq(&terms)).execute(conn)?;
            Ok(())
        })
        .await;
        let household = json!([
            { "class": "public_assistance", "valid_from": "2025-04-01", "valid_until": "2026-03-31" },
            { "class": "tax_exempt", "valid_from": "2026-04-01" },
        ]);
        let read = ana.get("/family").await;
        assert_eq!(read.body["household"], household);
        let changed = ana.patch("/family", json!({ "phone": "0859-22-7111", "household": [] }), &read.etag()).await;
        assert_eq!((changed.code_number(), &changed.body["household"]), (200, &household), "the family only reads it");
        let booked = ana.book(&slot, &[&child]).await;
        assert_eq!((booked.body[0]["fee_yen"].as_i64(), booked.body[0]["fee_lines"][1]["yen"].as_i64()), (Some(1000), Some(-1000)), "{:?}", booked.body);
    }
}
