//! Every operation against every kind of token: none, garbage, expired, revoked, without the scope, for another facility or city, and right.

use serde_json::json;
use shared::clients::{DEEDS, Scope};

use api::clients::opening::{Need, OPEN};

use crate::app::{Answer, DAY, Person, SAKAIMINATO, TestApp, YONAGO, facility_row};
use crate::clients::{Registered, grant, program, register};
use crate::guards::{Caller, Operation, answer, call, caller, operations};

/// What is promised of an operation to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// OAuth's own endpoints, which no token opens.
    OAuth,
    /// Anybody may read it, a client as well.
    Public,
    /// Any token that holds: it is about the client.
    Own,
    /// With this scope.
    With(Scope),
    /// Never.
    Closed,
}

/// Said once more by hand: the list in the code is what is tested. `caller` fails for an operation that nobody has thought of.
fn promise(operation: &str) -> Promise {
    let who = caller(operation);
    match operation {
        "issue_token" | "revoke_token" => Promise::OAuth,
        "list_municipalities"
        | "list_compacts"
        | "list_programmes"
        | "list_procedures"
        | "list_facilities"
        | "get_facility"
        | "list_slots"
        | "get_slot"
        | "get_settings" => Promise::Public,
        "list_events" => Promise::Own,
        "list_offerings" | "get_classes" | "list_patterns" | "get_duty" => Promise::With(Scope::FacilitiesRead),
        "list_staff_slots"
        | "list_slot_queues"
        | "list_place_changes"
        | "get_place_change"
        | "preview_slots"
        | "preview_slot_change"
        | "preview_places"
        | "preview_closure"
        | "preview_classes" => Promise::With(Scope::SlotsRead),
        "publish_slots"
        | "change_slot"
        | "close_slots"
        | "change_places"
        | "undo_place_change"
        | "change_regular_classes"
        | "add_pattern"
        | "change_pattern"
        | "remove_pattern"
        | "change_duty" => Promise::With(Scope::SlotsWrite),
        "list_bookings" | "get_booking" | "preview_reschedule" | "quote_entry" => Promise::With(Scope::BookingsRead),
        "decide_booking" | "cancel_booking" | "reschedule_booking" | "enter_booking" => Promise::With(Scope::BookingsWrite),
        "get_board" | "list_attendance" => Promise::With(Scope::AttendanceRead),
        "check_in_booking" | "check_out_booking" | "mark_booking_absent" | "undo_attendance" | "correct_attendance" => {
            Promise::With(Scope::AttendanceWrite)
        }
        _ => {
            assert!(!matches!(who, Caller::Anybody) || !operation.starts_with("list_"), "{operation}: may clients read it?");
            Promise::Closed
        }
    }
}

/// A client that every scope but one is granted at a facility.
async fn without(test: &TestApp, missing: Option<Scope>, facility: &str) -> (Registered, Person) {
    let client = register(test, YONAGO, "ほいくノート").await;
    let scopes: Vec<&str> = Scope::ALL.into_iter().filter(|scope| Some(*scope) != missing).map(Scope::word).collect();
    assert_eq!(grant(&test.staff(facility).await, &client.id, facility, &scopes).await.status, 200);
    let program = program(test, &client, None).await;
    (client, program)
}

/// Every operation with these ids in its path, and one that nothing has for the others.
fn filled(ids: &[(&str, &str)]) -> Vec<Operation> {
    let templates = operations(&[]);
    let parts = templates.iter().flat_map(|one| one.path.split('/'));
    let names = parts.filter_map(|part| part.strip_prefix('{')?.split_once('}')).map(|(name, _)| (name, "nobodys"));
    operations(&ids.iter().copied().chain(names).collect::<Vec<_>>())
}

/// The same operation with the facility named, where the path names nothing of it.
fn at_sakai(operation: &Operation) -> Operation {
    let names_it = OPEN.iter().any(|known| known.operation == operation.name && known.path.contains('{'));
    let path = if names_it { operation.path.clone() } else { format!("{}?facility_id=sakai", operation.path) };
    Operation { name: operation.name.clone(), method: operation.method.clone(), path }
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.code_number(), answer.code().to_owned())
}

#[test]
fn what_is_open_is_what_was_promised() {
    let document: serde_json::Value = serde_json::from_str(api::openapi::text()).unwrap();
    let all = operations(&[]);
    // What facilities read of it has words for each.
    assert!(OPEN.iter().map(|opening| opening.operation).eq(DEEDS.iter().copied()));
    for opening in OPEN {
        let path = format!("/api/v1{}", opening.path);
        assert!(
            all.iter().any(|known| known.name == opening.operation && known.path == path && known.method == opening.method),
            "{opening:?}"
        );
    }
    for operation in all {
        let opening = OPEN.iter().find(|known| known.operation == operation.name);
        let expected = match opening.map(|opening| opening.need) {
            None if promise(&operation.name) == Promise::OAuth => Promise::OAuth,
            None => Promise::Closed,
            Some(Need::Nothing) => Promise::Public,
            Some(Need::Token) => Promise::Own,
            Some(Need::Scope(scope)) => Promise::With(scope),
        };
        assert_eq!(promise(&operation.name), expected, "{}", operation.name);
        // And the document says so.
        let security = &document["paths"][&operation.path][operation.method.as_str().to_lowercase()]["security"];
        let scopes = security.as_array().and_then(|ways| ways.iter().find_map(|way| way.get("oauth2"))).cloned();
        let said = match expected {
            Promise::With(scope) => Some(json!([scope.word()])),
            Promise::Public | Promise::Own => Some(json!([])),
            Promise::OAuth | Promise::Closed => None,
        };
        assert_eq!(scopes, said, "{}", operation.name);
    }
}

on_both! {
    async fn every_operation_keeps_its_promise_to_every_token(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booking = ana.book(&slot, &[&child]).await.body[0]["id"].as_str().unwrap().to_owned();
        // A change of places and a pattern, so that every path names something of the facility.
        let staff = test.staff("sakai").await;
        let pattern = staff.post("/staff/patterns", crate::guards::body("add_pattern", &slot, &child).unwrap()).await;
        let pattern = pattern.body["id"].as_str().unwrap().to_owned();
        let command = json!({ "kind": "change", "slot_ids": [slot], "change": { "bands": [{ "from_age": 0, "under_age": 3, "capacity": 9 }] } });
        let mark = staff.post("/staff/places/preview", command.clone()).await.body["mark"].clone();
        let change = staff.post("/staff/places", json!({ "command": command, "mark": mark })).await;
        let change = change.body["id"].as_str().unwrap().to_owned();
        let named = [("slot_id", slot.as_str()), ("booking_id", &booking), ("child_id", &child), ("pattern_id", &pattern), ("change_id", &change), ("facility_id", "sakai"), ("offering_id", "sakai_care"), ("month", "2026-12"), ("compact_id", "compact"), ("municipality", YONAGO)];
        let all = filled(&named);
        // Another facility of the same city.
        test.write(|conn| facility_row(conn, "sakai_two", SAKAIMINATO)).await;

        let nobody = test.anybody();
        let garbage = nobody.bearing("garbage");
        let (revoked_client, revoked) = without(test, None, "sakai").await;
        revoked_client.officer.post(&format!("/clients/{}/revoke", revoked_client.id), json!({})).await;
        for operation in &all {
            let promise = promise(&operation.name);
            if promise == Promise::OAuth {
                continue;
            }
            if caller(&operation.name) != Caller::Anybody && operation.name != "logout" {
                assert_eq!(call(&nobody, operation, &slot, &child).await, 401, "no token: {}", operation.name);
            }
            for (name, program) in [("garbage", &garbage), ("revoked", &revoked)] {
                assert_eq!(told(&answer(program, operation, &slot, &child).await), (401, "problem.unauthenticated".to_owned()), "{name}: {}", operation.name);
            }
        }
        // Each scope missing in turn; the other facility, in this city and in the other.
        for missing in Scope::ALL {
            let (_, program) = without(test, Some(missing), "sakai").await;
            for operation in all.iter().filter(|one| promise(&one.name) == Promise::With(missing)) {
                let refused = answer(&program, operation, &slot, &child).await;
                assert_eq!(told(&refused), (403, "clients.scope_missing".to_owned()), "{}", operation.name);
                assert!(refused.headers["www-authenticate"].to_str().unwrap().contains("insufficient_scope"));
            }
        }
        let (_, neighbour) = without(test, None, "sakai_two").await;
        let (_, elsewhere) = without(test, None, "yonago").await;
        for operation in all.iter().filter(|one| matches!(promise(&one.name), Promise::With(_))) {
            for (name, program) in [("wrong facility", &neighbour), ("other city", &elsewhere)] {
                assert_eq!(told(&answer(program, &at_sakai(operation), &slot, &child).await), (404, "problem.not_found".to_owned()), "{name}: {}", operation.name);
            }
        }
        let before = ana.get(&format!("/bookings/{booking}")).await.body;
        assert_eq!(before["state"]["kind"], "confirmed", "a wrong token changed something");
        // The right one.
        let (_, right) = without(test, None, "sakai").await;
        // What goes away goes last.
        let (last, first): (Vec<&Operation>, Vec<&Operation>) = all.iter().partition(|one| one.name == "remove_pattern");
        for operation in first.into_iter().chain(last) {
            let answered = answer(&right, operation, &slot, &child).await;
            let status = answered.code_number();
            match promise(&operation.name) {
                Promise::OAuth => assert_eq!(status, 400, "{}", operation.name),
                Promise::Closed => assert_eq!(told(&answered), (403, "clients.operation_closed".to_owned()), "{}", operation.name),
                Promise::Public | Promise::Own => assert_eq!(status, 200, "{}", operation.name),
                Promise::With(_) => assert!(status < 500 && ![401, 403, 404, 429].contains(&status) || (operation.name == "enter_booking" || operation.name == "quote_entry") && status == 404, "{}: {status} {:?}", operation.name, answered.body),
            }
        }
        // Old ones.
        let (_, expired) = without(test, None, "sakai").await;
        test.at("2026-11-21T13:00:00+09:00");
        for operation in all.iter().filter(|one| promise(&one.name) != Promise::OAuth) {
            assert_eq!(call(&expired, operation, &slot, &child).await, 401, "expired: {}", operation.name);
        }
    }
}

/// A family with words that stand nowhere else, and a booking of its child.
async fn secretive(test: &TestApp, guardian: &str, child: &str, slot: &str, consent: Option<u32>) -> (Person, String, String) {
    let family = test.guardian(guardian, SAKAIMINATO).await;
    let made = family.post("/children", json!({ "name": child, "kana": child, "born": "2025-05-01" })).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let care = json!({ "allergies": [{ "name": child, "severity": "severe" }], "care_notes": child });
    assert_eq!(family.patch(&format!("/children/{id}"), care, "\"v1\"").await.status, 200);
    let booked = family.post("/bookings", json!({ "slot_id": slot, "child_ids": [id], "notes": child, "consent": consent })).await;
    assert_eq!(booked.status, 201, "{:?}", booked.body);
    (family, id, booked.body[0]["id"].as_str().unwrap().to_owned())
}

on_both! {
    async fn no_operation_tells_a_client_what_it_may_not_see_of_children(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        // One family was never shown the words, the other agreed to them.
        let (_, silent_child, silent) = secretive(test, "Zenobia", "ひみつ", &slot, None).await;
        let (_, open_child, open) = secretive(test, "Quentin", "ないしょ", &slot, Some(1)).await;
        test.at("2026-12-01T09:00:00+09:00");
        let (_, everything) = without(test, None, "sakai").await;
        let (_, no_children) = without(test, Some(Scope::ChildrenRead), "sakai").await;
        let of = |booking: &str| filled(&[("slot_id", slot.as_str()), ("booking_id", booking), ("facility_id", "sakai"), ("offering_id", "sakai_care")])
            .into_iter().filter(|one| matches!(promise(&one.name), Promise::With(_))).collect::<Vec<_>>();
        // What must not be said can be: staff are told, and so is a client that may see it.
        let told = |answer: &Answer, words: &str| answer.body.to_string().contains(words);
        let listed = test.staff("sakai").await.get("/bookings").await;
        assert!(told(&listed, "ひみつ") && told(&listed, "ないしょ"));
        assert!(told(&everything.get("/bookings").await, "ないしょ"));
        let of_silent = ["ひみつ", "ヒミツ", "Zenobia"];
        let of_both = ["ひみつ", "ヒミツ", "Zenobia", "ないしょ", "ナイショ", "Quentin"];
        // Reads before what changes the bookings they are about.
        let rounds = [(&everything, &silent, &silent_child, &of_silent[..]), (&no_children, &silent, &silent_child, &of_both), (&no_children, &open, &open_child, &of_both)];
        for is_write in [false, true] {
            for (program, booking, child, hidden) in rounds {
                for operation in of(booking) {
                    let writes = operation.method != reqwest::Method::GET && !operation.name.starts_with("preview_") && !operation.name.starts_with("quote_");
                    if writes == is_write {
                        let answered = answer(program, &operation, &slot, child).await;
                        let leaked: Vec<&&str> = hidden.iter().filter(|words| told(&answered, words)).collect();
                        assert!(leaked.is_empty(), "{} says {leaked:?}: {}", operation.name, answered.body);
                    }
                }
            }
        }
    }
}
