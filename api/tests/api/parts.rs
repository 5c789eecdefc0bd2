//! The parts of staff mode that a facility hides.

use api::schema::{audit_lines, events};
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, DAY, Person};

async fn hide(person: &Person, hidden: Value) -> Answer {
    person.send(person.request(Method::PUT, "/staff/hidden_parts").json(&json!({ "hidden": hidden }))).await
}

on_both! {
    async fn a_facility_hides_what_it_does_not_use_and_nothing_else_changes(test) {
        let (one, colleague, other) = (test.staff("sakai").await, test.staff("sakai").await, test.staff("yonago").await);
        assert_eq!(one.get("/staff/hidden_parts").await.body, json!({ "hidden": [] }));
        let hidden = hide(&one, json!(["statements", "scan", "scan"])).await;
        assert_eq!((hidden.code_number(), hidden.body), (200, json!({ "hidden": ["scan", "statements"] })));
        assert_eq!(colleague.get("/staff/hidden_parts").await.body, json!({ "hidden": ["scan", "statements"] }));
        assert_eq!(other.get("/staff/hidden_parts").await.body, json!({ "hidden": [] }));
        assert_eq!(one.get("/staff/wall_code").await.status, 200);
        assert_eq!(one.get(&format!("/staff/today?from={DAY}")).await.status, 200);
        // The same again changes nothing.
        assert_eq!(hide(&colleague, json!(["scan", "statements"])).await.status, 200);
        assert_eq!(hide(&colleague, json!([])).await.body, json!({ "hidden": [] }));
        let me = one.get("/me").await.body["id"].as_str().unwrap().to_owned();
        let colleague = colleague.get("/me").await.body["id"].as_str().unwrap().to_owned();
        let (actors, told): (Vec<String>, i64) = test.write(|conn| {
            let lines = audit_lines::table.filter(audit_lines::action.eq("facility.parts_hidden")).order(audit_lines::id);
            let told = events::table.filter(events::kind.eq("facility.parts_hidden")).count();
            Ok((lines.select(audit_lines::actor).load(conn)?, told.get_result(conn)?))
        }).await;
        assert_eq!((actors, told), (vec![me, colleague], 2));
        let unknown = hide(&one, json!(["board"])).await;
        assert_eq!((unknown.code_number(), &unknown.body["errors"][0]["pointer"]), (422, &json!("/hidden/0")));
    }
}
