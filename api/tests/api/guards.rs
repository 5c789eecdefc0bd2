//! Guards: every operation against every wrong caller, and what holds the house together.

use reqwest::Method;
use serde_json::{Value, json};
use shared::access::Role;

use crate::app::{Answer, Backend, DAY, Person, SAKAIMINATO, TestApp, YONAGO, certification, code, programme};
use crate::attachments::{PHOTOGRAPH, attach};

/// Who may call an operation. An operation that is not in this list fails the test, so a new one cannot be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    Anybody,
    SignedIn,
    Guardian,
    Staff,
    GuardianOrStaff,
    Officer,
    /// Staff and officers, each for their own facilities.
    Clerk,
    /// Officers for their city, operators for what was handed to them.
    Caseworker,
    /// Staff for their facility, officers and operators for the family whose record is open.
    Entrant,
    /// Officers for their city's families, operators for all.
    Proxy,
    /// A vendor's program, about itself.
    Client,
    /// The family that applies, and the clerk who files for it; to everybody else it is not there.
    Applicant,
}

pub fn caller(operation: &str) -> Caller {
    match operation {
        "list_municipalities"
        | "list_compacts"
        | "list_programmes"
        | "list_procedures"
        | "list_facilities"
        | "get_facility"
        | "list_slots"
        | "get_slot"
        | "get_settings"
        | "register"
        | "login"
        | "leave_for_provider"
        | "return_from_provider"
        | "get_newcomer"
        | "register_resident"
        | "begin_passkey_sign_in"
        | "sign_in_with_passkey"
        | "get_push_key"
        | "open_account"
        | "confirm_receipt"
        // A client proves itself to these in its own way; client_guards.rs says how it is refused.
        | "issue_token"
        | "revoke_token"
        // Whoever knows a sandbox's id: nothing in it is real.
        | "make_sandbox"
        | "get_sandbox"
        | "reset_sandbox"
        | "confirm_mail" => Caller::Anybody,
        "list_events" => Caller::Client,
        "list_clients" | "get_client" | "get_client_usage" | "grant_client" | "revoke_client_grant" => Caller::Clerk,
        "register_client" | "make_client_secret" | "add_client_key" | "revoke_client_credential" | "revoke_client" => Caller::Officer,
        "list_devices" | "add_device" | "remove_device" | "try_device" => Caller::Guardian,
        "list_notices"
        | "count_unread_notices"
        | "open_notice"
        | "acknowledge_notice"
        | "get_notice_preferences"
        | "change_notice_preferences"
        | "ask_mail_again" => Caller::Guardian,
        "list_notice_templates" | "preview_notice_template" | "test_notice_template" | "publish_notice_template" => Caller::Officer,
        "get_staff_pin" | "set_staff_pin" | "share_tablet" | "get_hidden_parts" | "hide_parts" => Caller::Staff,
        // Whoever is at a shared device; what a locked one answers stands in tablets.rs.
        "get_tablet" | "lock_tablet" | "unlock_tablet" | "end_tablet" => Caller::SignedIn,
        "begin_passkey" | "add_passkey" | "list_passkeys" | "remove_passkey" => Caller::SignedIn,
        "logout" | "get_me" | "list_sessions" | "end_session" | "end_other_sessions" | "change_password" => Caller::SignedIn,
        "join_waitlist" | "list_waitlist_entries" | "get_waitlist_entry" | "leave_waitlist" | "accept_offer" | "decline_offer" => {
            Caller::Guardian
        }
        "undo_booking" => Caller::Guardian,
        "get_calendar_feed" | "make_calendar_feed" | "change_calendar_feed" | "remove_calendar_feed" | "get_booking_calendar" => {
            Caller::Guardian
        }
        "preview_closure" | "close_slots" => Caller::Staff,
        "search_families" | "register_family" | "make_account_code" => Caller::Clerk,
        "list_staff_slots" | "quote_entry" | "enter_booking" => Caller::Entrant,
        "list_proxy_reasons"
        | "search_proxy_families"
        | "get_proxy_session"
        | "get_today"
        | "open_proxy_session"
        | "end_proxy_session"
        | "get_proxy_family" => Caller::Proxy,
        "list_audit_lines" | "export_audit" | "list_audit_people" | "verify_audit" | "make_notices_again" => Caller::Officer,
        "make_archive" | "get_retention" => Caller::Officer,
        "list_record_accesses" | "get_own_archive" | "preview_closing" | "close_family_account" => Caller::Guardian,
        "reschedule_booking" | "preview_reschedule" => Caller::GuardianOrStaff,
        "get_family"
        | "get_residence"
        | "enter_residence_code"
        | "get_identity"
        | "take_over_verified"
        | "unlink_identity"
        | "get_family_code"
        | "renew_family_code"
        | "set_family_pin"
        | "list_arrivals"
        | "get_statement"
        | "change_family"
        | "list_children"
        | "register_child"
        | "get_child"
        | "update_child"
        | "remove_child"
        | "create_booking"
        | "quote_booking"
        | "create_series"
        | "preview_series"
        | "list_interviews"
        | "get_consent_need"
        | "list_consents"
        | "withdraw_consent" => Caller::Guardian,
        "list_bookings"
        | "get_booking"
        | "cancel_booking"
        | "get_series"
        | "preview_series_cancel"
        | "cancel_series"
        | "preview_series_reschedule"
        | "reschedule_series"
        | "list_attendance"
        | "list_messages"
        | "write_message"
        | "read_messages"
        | "check_in_booking"
        | "check_out_booking" => Caller::GuardianOrStaff,
        "list_unread_messages"
        | "get_journal"
        | "begin_journal_entry"
        | "change_journal_entry"
        | "correct_journal_entry"
        | "get_journal_workbook"
        | "list_shift_notes"
        | "leave_shift_note"
        | "read_shift_note"
        | "get_board"
        | "watch_board"
        | "get_wall_code"
        | "get_facility_statement"
        | "get_facility_statement_file"
        | "renew_wall_code"
        | "scan_family"
        | "mark_booking_absent"
        | "undo_attendance"
        | "correct_attendance"
        | "list_offerings"
        | "preview_slots"
        | "publish_slots"
        | "change_slot"
        | "get_classes"
        | "preview_classes"
        | "change_regular_classes"
        | "preview_slot_change"
        | "list_patterns"
        | "add_pattern"
        | "change_pattern"
        | "remove_pattern"
        | "get_duty"
        | "change_duty"
        | "preview_places"
        | "change_places"
        | "list_place_changes"
        | "get_place_change"
        | "undo_place_change"
        | "decide_booking"
        | "list_slot_queues"
        | "record_interview"
        | "share_interviews"
        | "get_interview_sharing"
        | "mark_child_seen"
        | "offer_programme" => Caller::Staff,
        "begin_application"
        | "get_application"
        | "change_application"
        | "submit_application"
        | "withdraw_application"
        | "attach_file"
        | "get_attachment"
        | "remove_attachment"
        | "get_notice"
        | "get_notice_pdf" => Caller::Applicant,
        "list_applications" | "list_entitlements" => Caller::Guardian,
        "list_moved_entitlements" | "preview_revocation" | "revoke_entitlement" => Caller::Officer,
        "list_unmet_demand" | "get_household" | "set_household" => Caller::Officer,
        "preview_register_file" | "take_in_register_file" | "list_register_runs" | "export_certified" => Caller::Officer,
        "list_settlements"
        | "get_settlement"
        | "lock_settlement"
        | "comment_on_line"
        | "answer_comment"
        | "close_comment"
        | "get_settlement_workbook"
        | "get_settlement_letter"
        | "get_settlement_table" => Caller::Officer,
        "get_claim" | "lock_claim" | "mark_family_paid" | "get_claim_workbook" | "get_claim_letter" | "get_family_account" => Caller::Staff,
        "list_queue"
        | "get_lead_time"
        | "get_review_case"
        | "decide_application"
        | "check_application"
        | "return_application"
        | "hand_over_application"
        | "decide_applications" => Caller::Officer,
        "list_campaigns"
        | "create_campaign"
        | "get_campaign"
        | "change_campaign"
        | "discard_campaign"
        | "preview_change"
        | "propose_change"
        | "list_changes"
        | "get_change"
        | "agree_to_change"
        | "decline_change"
        | "withdraw_change"
        | "undo_change"
        | "preview_campaign"
        | "propose_campaign"
        | "approve_campaign"
        | "send_back_campaign"
        | "stop_campaign"
        | "test_campaign"
        | "get_campaign_figures"
        | "get_campaign_rules"
        | "publish_campaign_rules" => Caller::Officer,
        "get_figures" | "list_unopened" | "get_outreach_rules" | "publish_outreach_rules" => Caller::Officer,
        "list_cases" | "get_case" | "assign_case" | "add_attempt" | "hand_over_case" | "close_case" => Caller::Caseworker,
        "confirm_residence" | "make_residence_letter" => Caller::Officer,
        other => panic!("who may call {other}? Say so in guards.rs"),
    }
}

/// A body that would do something if the caller were right.
pub fn body(operation: &str, slot: &str, child: &str) -> Option<Value> {
    let places = json!([{ "from_age": 0, "under_age": 3, "capacity": 9 }]);
    let pattern = json!([{ "weekdays": ["Mon"], "starts": "08:30:00", "ends": "17:00:00", "bands": places }]);
    match operation {
        "register_child" => Some(json!({ "name": "子", "kana": "コ", "born": "2025-01-01" })),
        "create_booking" | "quote_booking" => Some(json!({ "slot_id": slot, "child_ids": [child] })),
        "create_series" | "preview_series" => {
            Some(json!({ "stay": { "slot_id": slot, "child_ids": [child] }, "weekdays": ["Tue"], "until": DAY }))
        }
        "preview_series_cancel" | "cancel_series" | "preview_series_reschedule" | "reschedule_series" => {
            Some(json!({ "booking_id": "any", "scope": "all" }))
        }
        "reschedule_booking" | "preview_reschedule" => Some(json!({ "slot_id": slot })),
        "join_waitlist" => Some(json!({ "child_ids": [child], "wanted": { "kind": "slot", "slot_id": slot } })),
        "preview_closure" | "close_slots" => Some(json!({
            "facility_id": "sakai", "from": "2026-12-01T00:00:00Z", "until": "2026-12-02T00:00:00Z", "reason": "weather"
        })),
        "search_families" => Some(json!({ "query": "0859000009" })),
        "register_family" => Some(json!({
            "municipality": YONAGO, "guardian_name": "保護者", "guardian_kana": "ホゴシャ", "phone": "0859000009",
            "children": [{ "name": "子", "kana": "コ", "born": "2025-01-01" }]
        })),
        "quote_entry" | "enter_booking" => Some(json!({ "family_id": "any", "booking": { "slot_id": slot, "child_ids": [child] } })),
        "make_archive" => Some(json!({ "reason": "by a stranger" })),
        "close_family_account" => Some(json!({ "password": "a stranger's" })),
        "search_proxy_families" => Some(json!({ "query": "0859000009", "reason": "booking" })),
        "open_proxy_session" => Some(json!({ "family_id": "nobody", "reason": "booking", "words": "by a stranger" })),
        "change_family" => Some(json!({ "phone": "0859111111" })),
        "update_child" => Some(json!({ "care_notes": "changed by a stranger" })),
        "change_slot" | "preview_slot_change" => Some(json!({ "bands": places })),
        "preview_revocation" | "revoke_entitlement" => Some(json!({ "last_day": "2026-12-01", "words": "x" })),
        "preview_classes" | "change_regular_classes" => {
            Some(json!({ "entries": [{ "age_class": 1, "from": "2026-12-01", "capacity": 12, "enrolled": 10 }] }))
        }
        "preview_slots" | "publish_slots" => {
            Some(json!({ "offering_id": "sakai_care", "from": "2026-12-07", "to": "2026-12-07", "pattern": pattern }))
        }
        "add_pattern" | "change_pattern" => Some(json!({ "offering_id": "sakai_care", "name": "by a stranger", "lines": pattern })),
        "change_duty" => Some(json!({ "weekly": [], "days": [] })),
        "preview_places" => Some(json!({ "kind": "change", "slot_ids": [slot], "change": { "bands": places } })),
        "change_places" => {
            Some(json!({ "command": { "kind": "change", "slot_ids": [slot], "change": { "bands": places } }, "mark": "a stranger's" }))
        }
        "undo_place_change" => Some(json!({ "mark": "a stranger's" })),
        "offer_programme" => Some(json!({ "programme": "playroom" })),
        "begin_application" => Some(json!({ "procedure": "entry", "child_id": child })),
        "change_application" => Some(json!({ "answers": [{ "key": "enrolled_in", "value": "nursery" }] })),
        "decide_application" => Some(json!({ "grants": false, "words": "by a stranger" })),
        "check_application" => Some(json!({ "confirms": true })),
        "return_application" => Some(json!({ "comments": [{ "key": "enrolled_in", "words": "by a stranger" }] })),
        "hand_over_application" => Some(json!({ "words": "by a stranger" })),
        "decide_applications" => {
            Some(json!({ "items": [{ "application_id": "any", "seen": 1 }], "decision": { "grants": false, "words": "by a stranger" } }))
        }
        "change_notice_preferences" => Some(json!({ "digest": false })),
        "preview_notice_template" | "test_notice_template" | "publish_notice_template" => Some(json!({
            "kind": "campaign", "locale": "ja", "title": "x", "body": "x", "lock_title": "x", "step_label": "x"
        })),
        "write_message" => Some(json!({ "words": "by a stranger" })),
        "read_messages" => Some(json!({ "number": 1 })),
        "begin_journal_entry" => Some(json!({ "day": "2026-11-20", "programme": "playroom", "words": "by a stranger" })),
        "change_journal_entry" => Some(json!({ "words": "by a stranger" })),
        "correct_journal_entry" => Some(json!({ "words": "by a stranger", "reason": "x" })),
        "register_client" => Some(json!({ "name": "by a stranger", "contact": "stranger@example.jp" })),
        "add_client_key" => {
            let part = "A".repeat(43);
            Some(json!({ "jwk": { "kty": "EC", "crv": "P-256", "x": part, "y": part } }))
        }
        "grant_client" => Some(json!({ "scopes": ["slots:read"] })),
        "leave_shift_note" => Some(json!({ "day": DAY, "shift": "late", "words": "theirs" })),
        "record_interview" => Some(json!({ "verdict": "accepted" })),
        "mark_child_seen" => Some(json!({ "child_version": 1, "family_version": 1 })),
        "share_interviews" => Some(json!({ "shares": false })),
        "decide_booking" => Some(json!({ "accept": true })),
        "publish_outreach_rules" => {
            Some(json!({ "valid_from": "2026-12-01", "least_attempts": 1, "ladder": [{ "after_hours": 1, "by": "person" }] }))
        }
        "create_campaign" | "change_campaign" => Some(crate::campaigns::plan("by a stranger")),
        "preview_campaign" => Some(json!({ "audience": { "kind": "all", "of": [] }, "when": { "kind": "once" } })),
        "preview_change" | "propose_change" => Some(json!({ "kind": "holidays", "added": [], "removed": ["2027-05-05"] })),
        "agree_to_change" | "decline_change" => Some(json!({ "words": "理由" })),
        "propose_campaign" => Some(json!({ "families": 1 })),
        "send_back_campaign" => Some(json!({ "words": "by a stranger" })),
        "test_campaign" => Some(json!({ "locale": "ja" })),
        "publish_campaign_rules" => {
            Some(json!({ "valid_from": "2026-12-01", "four_eyes_over": 1, "cap_notices": 1, "cap_days": 1, "growth_percent": 1 }))
        }
        "assign_case" => Some(json!({})),
        "add_attempt" => Some(json!({ "means": "call", "result": "reached" })),
        "hand_over_case" => Some(json!({ "desk": "centre", "words": "by a stranger" })),
        "close_case" => Some(json!({ "outcome": "told" })),
        "lock_settlement" => Some(json!({ "line_count": 0, "balance_yen": 0 })),
        "comment_on_line" | "answer_comment" => Some(json!({ "words": "by a stranger" })),
        "mark_family_paid" => Some(json!({ "paid": true })),
        "set_household" => Some(json!({ "classes": [] })),
        "add_device" => Some(json!({
            "endpoint": "https://push.example.jp/guards",
            "keys": {
                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            },
        })),
        "make_calendar_feed" | "change_calendar_feed" => Some(json!({ "shows_names": true })),
        "take_over_verified" => Some(json!({})),
        "preview_register_file" | "take_in_register_file" => Some(json!({ "name": "residents_v1.csv", "content": "" })),
        "enter_residence_code" => Some(json!({ "code": "ABCD" })),
        "set_staff_pin" => Some(json!({ "password": "by a stranger", "pin": "2580" })),
        "hide_parts" => Some(json!({ "hidden": ["week"] })),
        "unlock_tablet" => Some(json!({ "account_id": "nobody", "pin": "2580" })),
        "set_family_pin" => Some(json!({ "pin": "384920" })),
        "scan_family" => Some(json!({ "kind": "pin", "booking_id": "another facility's", "pin": "384920" })),
        "mark_booking_absent" => Some(json!({ "seen": { "fee_yen": 0, "counts": false } })),
        "correct_attendance" => Some(json!({ "checked_in_at": "2026-12-01T00:00:00Z", "reason": "x" })),
        "cancel_booking" | "check_in_booking" | "check_out_booking" => Some(json!({})),
        _ => None,
    }
}

pub struct Operation {
    pub name: String,
    pub method: Method,
    pub path: String,
}

pub fn operations(ids: &[(&str, &str)]) -> Vec<Operation> {
    let document: Value = serde_json::from_str(api::openapi::text()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let filled = ids.iter().fold(path.clone(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
        assert!(ids.is_empty() || !filled.contains('{'), "{path}: no id for it");
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            found.push(Operation { name: operation["operationId"].as_str().unwrap().to_owned(), method, path: filled.clone() });
        }
    }
    found
}

pub async fn call(person: &Person, operation: &Operation, slot: &str, child: &str) -> u16 {
    answer(person, operation, slot, child).await.code_number()
}

pub async fn answer(person: &Person, operation: &Operation, slot: &str, child: &str) -> Answer {
    // A stream of one's own does not end.
    let path = if operation.name == "watch_board" { format!("{}?facility_id=sakai", operation.path) } else { operation.path.clone() };
    let mut request = person.request(operation.method.clone(), &path).header("if-match", "\"v1\"");
    if let Some(body) = body(&operation.name, slot, child) {
        request = request.json(&body);
    }
    person.send(request).await
}

on_both! {
    async fn every_operation_refuses_every_wrong_caller(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let booked = ana.post("/series", body("create_series", &slot, &child).unwrap()).await.body;
        let [series, booking] = [&booked["id"], &booked["bookings"][0]["id"]].map(|id| id.as_str().unwrap().to_owned());
        let full = test.slot("sakai_care", "2026-12-02", ("08:30", "17:00"), (0, 0)).await;
        let entry = ana.post("/waitlist_entries", json!({ "child_ids": [child], "wanted": { "kind": "slot", "slot_id": full } })).await;
        let entry = entry.body["id"].as_str().unwrap().to_owned();
        let ids = [("entry_id", entry.as_str()), ("child_id", child.as_str()), ("slot_id", &slot), ("booking_id", &booking), ("code", "no-code"), ("family_id", "nobody"), ("series_id", &series), ("facility_id", "sakai"), ("entitlement_id", "nobodys"), ("session_id", "nobodys"), ("passkey_id", "nobodys"), ("device_id", "nobodys"), ("case_id", "nobodys"), ("campaign_id", "nobodys"), ("change_id", "nobodys"), ("month", "2026-12"), ("compact_id", "compact"), ("municipality", YONAGO), ("claim_line_id", "nobodys"), ("comment_id", "nobodys"), ("note_id", "nobodys"), ("offering_id", "sakai_care"), ("pattern_id", "nobodys"), ("client_id", "nobodys"), ("credential_id", "nobodys"), ("sandbox_id", "nobodys")];
        let nobody = test.anybody();
        let other_family = test.guardian("Bea", SAKAIMINATO).await;
        let other_staff = test.staff("yonago").await;
        let own_staff = test.staff("sakai").await;
        let officer = test.person("Officer", Role::Officer { municipality: code(SAKAIMINATO) }).await;
        let operator = test.person("Operator", Role::Operator).await;
        for city in [YONAGO, SAKAIMINATO] {
            test.publish(city, "programme", programme("playroom", "2026-11-21")).await;
            test.publish(city, "procedure", certification("entry", "playroom", "2026-11-21")).await;
        }
        let begun = ana.post("/applications", body("begin_application", &slot, &child).unwrap()).await;
        let application = begun.body["id"].as_str().unwrap().to_owned();
        let begun = attach(&ana, &format!("/applications/{application}"), "photo.jpg", PHOTOGRAPH).await;
        let file = begun.body["attached"][0]["id"].as_str().unwrap().to_owned();
        let ids: Vec<(&str, &str)> = ids.into_iter().chain([("application_id", application.as_str()), ("attachment_id", &file)]).collect();
        api::notices::jobs::make(&test.app).await.unwrap();
        let notice = ana.get("/notices").await.body["items"][0]["id"].as_str().unwrap().to_owned();
        let ids: Vec<(&str, &str)> = ids.into_iter().chain([("notice_id", notice.as_str())]).collect();
        assert_eq!(other_family.patch("/notices/preferences", json!({}), "\"v0\"").await.status, 200);
        let before = ana.get(&format!("/bookings/{booking}")).await.body;
        for operation in operations(&ids) {
            let who = caller(&operation.name);
            if who == Caller::Anybody || operation.name == "logout" {
                continue;
            }
            let status = call(&nobody, &operation, &slot, &child).await;
            assert_eq!(status, 401, "nobody: {}", operation.name);
            if who == Caller::SignedIn {
                continue;
            }
            if who == Caller::Client {
                for person in [&officer, &operator, &other_staff, &own_staff, &other_family, &ana] {
                    assert_eq!(call(person, &operation, &slot, &child).await, 403, "a person: {}", operation.name);
                }
                continue;
            }
            if who == Caller::Applicant {
                let own_city = test.officer(YONAGO).await;
                for person in [&officer, &operator, &other_staff, &own_staff, &other_family, &own_city] {
                    // Whoever files says for which family; another's child is not found.
                    let expected = if operation.name == "begin_application" { 422 } else { 404 };
                    assert_eq!(call(person, &operation, &slot, &child).await, expected, "{}", operation.name);
                }
                continue;
            }
            for (name, person) in [("officer", &officer), ("operator", &operator)] {
                if matches!(who, Caller::Officer | Caller::Clerk) && name == "officer" {
                    continue;
                }
                if who == Caller::Proxy {
                    // Nobody's record is open, and there is no such family.
                    let expected = match operation.name.as_str() {
                        "open_proxy_session" => 404,
                        "end_proxy_session" => 204,
                        "get_proxy_family" => 409,
                        _ => 200,
                    };
                    assert_eq!(call(person, &operation, &slot, &child).await, expected, "{name}: {}", operation.name);
                    continue;
                }
                if who == Caller::Entrant {
                    let expected = if operation.name == "list_staff_slots" { 422 } else { 409 };
                    assert_eq!(call(person, &operation, &slot, &child).await, expected, "{name}: {}", operation.name);
                    continue;
                }
                if who == Caller::Caseworker {
                    // What is not theirs is not there.
                    let expected = if operation.name == "list_cases" { 200 } else { 404 };
                    assert_eq!(call(person, &operation, &slot, &child).await, expected, "{name}: {}", operation.name);
                    continue;
                }
                assert_eq!(call(person, &operation, &slot, &child).await, 403, "{name}: {}", operation.name);
            }
            let status = call(&other_staff, &operation, &slot, &child).await;
            let own_list = ["list_bookings", "get_board", "list_offerings", "list_staff_slots", "get_classes", "preview_classes", "change_regular_classes", "offer_programme", "list_slot_queues", "share_interviews", "get_interview_sharing", "search_families", "register_family", "list_clients", "get_wall_code", "renew_wall_code", "get_facility_statement", "get_facility_statement_file", "get_claim", "get_staff_pin", "get_hidden_parts", "hide_parts", "list_unread_messages", "get_journal", "get_journal_workbook", "list_shift_notes", "leave_shift_note", "list_patterns", "list_place_changes"].contains(&operation.name.as_str());
            match who {
                Caller::Guardian | Caller::Officer | Caller::Caseworker | Caller::Proxy => assert_eq!(status, 403, "staff: {}", operation.name),
                // Their own they may see and add to; it must not hold anything of the other facility.
                _ if own_list => assert!((200..300).contains(&status), "staff: {} {status}", operation.name),
                // It is another password than theirs, and without a PIN nothing is shared.
                _ if ["set_staff_pin", "share_tablet"].contains(&operation.name.as_str()) => assert_eq!(status, 409),
                // Their own month has nothing in it, and is open.
                _ if ["lock_claim", "mark_family_paid", "get_claim_workbook", "get_claim_letter", "get_family_account", "begin_journal_entry"].contains(&operation.name.as_str()) => assert_eq!(status, 409),
                _ => assert_eq!(status, 404, "another facility's staff: {}", operation.name),
            }
            let status = call(&other_family, &operation, &slot, &child).await;
            match who {
                Caller::Staff | Caller::Officer | Caller::Clerk | Caller::Entrant | Caller::Caseworker | Caller::Proxy => assert_eq!(status, 403, "guardian: {}", operation.name),
                _ if ["list_arrivals", "withdraw_consent"].contains(&operation.name.as_str()) || [&child, &booking, &series, &entry, &notice].iter().any(|id| operation.path.contains(*id)) => {
                    assert_eq!(status, 404, "another family: {}", operation.name);
                }
                _ if ["create_booking", "quote_booking", "create_series", "preview_series", "join_waitlist"].contains(&operation.name.as_str()) => assert_eq!(status, 422, "{}", operation.name),
                // They have no card, and no such device.
                _ if ["unlink_identity", "remove_device", "try_device"].contains(&operation.name.as_str()) => assert_eq!(status, 404),
                // They have no feed.
                _ if operation.name == "change_calendar_feed" => assert!([200, 404].contains(&status)),
                // Nothing was verified of them, no letter sent, and no mail goes from here.
                _ if ["take_over_verified", "enter_residence_code", "ask_mail_again"].contains(&operation.name.as_str()) => assert_eq!(status, 409),
                // It is another password than theirs.
                _ if operation.name == "close_family_account" => assert_eq!(status, 409),
                // The rest is about the caller's own family, changed or read.
                _ => assert!(status < 300, "another family's own: {} {status}", operation.name),
            }
            if who == Caller::Guardian {
                assert_eq!(call(&own_staff, &operation, &slot, &child).await, 403, "the facility's staff: {}", operation.name);
            }
        }
        assert_eq!(other_family.get("/bookings").await.body["items"], json!([]));
        assert_eq!(other_staff.get("/bookings").await.body["items"], json!([]));
        assert_eq!(other_staff.get(&format!("/staff/today?from={DAY}")).await.body["days"][0]["entries"], json!([]));
        assert_eq!(other_staff.get(&format!("/staff/today?facility_id=sakai&from={DAY}")).await.status, 404);
        assert_eq!(ana.get(&format!("/applications/{application}")).await.body, begun.body, "a wrong caller changed something");
        assert_eq!(ana.get(&format!("/bookings/{booking}")).await.body, before, "a wrong caller changed something");
        assert_eq!(ana.get(&format!("/children/{child}")).await.body["care_notes"], "");
    }

    async fn another_sites_page_cannot_change_anything(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let child = json!({ "name": "子", "kana": "コ", "born": "2025-01-01" });
        let request = ana.request(Method::POST, "/children").header("origin", "https://evil.example").json(&child);
        let answer = ana.send(request).await;
        assert_eq!((answer.code_number(), answer.code()), (403, "problem.origin"));
        let host = test.base.clone();
        let request = ana.request(Method::POST, "/children").header("origin", host).json(&child);
        assert_eq!(ana.send(request).await.status, 201);
    }

    async fn every_answer_protects_itself(test) {
        let nobody = test.anybody();
        let answer = nobody.get("/slots").await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("'wasm-unsafe-eval'"));
        assert!(!answer.headers["x-request-id"].is_empty());
        let named = nobody.send(nobody.request(Method::GET, "/slots").header("x-request-id", "abc-1")).await;
        assert_eq!(named.headers["x-request-id"], "abc-1");
        let forged = nobody.send(nobody.request(Method::GET, "/slots").header("x-request-id", "a b\"c")).await;
        assert_ne!(forged.headers["x-request-id"], "a b\"c");
    }

    async fn the_type_of_a_problem_leads_to_its_place_on_the_page_of_codes(test) {
        let kind = test.anybody().get("/facilities/nobody").await.body["type"].as_str().unwrap().to_owned();
        assert_eq!(kind, "/docs/errors#problem.not_found");
        let page = reqwest::get(format!("{}{kind}", test.base)).await.unwrap();
        assert!(!page.headers()["content-security-policy"].to_str().unwrap().contains("unsafe-inline"));
        assert!(page.text().await.unwrap().contains("<article id=\"problem.not_found\">"));
        let style = reqwest::get(format!("{}/docs/errors.css", test.base)).await.unwrap();
        assert_eq!((style.status().as_u16(), style.headers()["content-type"].to_str().unwrap()), (200, "text/css; charset=utf-8"));
    }

    async fn a_known_address_says_how_it_is_called(test) {
        let nobody = test.anybody();
        let call = async |method: &str, path: &str| nobody.send(nobody.request(method.parse().unwrap(), path)).await;
        for (path, allowed) in [("/slots", "GET, HEAD, OPTIONS"), ("/children", "GET, HEAD, POST, OPTIONS"), ("/bookings/x/cancel", "POST, OPTIONS")] {
            let wrong = call("PUT", path).await;
            assert_eq!((wrong.code_number(), wrong.code()), (405, "problem.method_not_allowed"), "{path}");
            assert_eq!(wrong.headers["allow"], allowed);
            let asked = call("OPTIONS", path).await;
            assert_eq!((asked.code_number(), asked.headers["allow"].to_str().unwrap()), (204, allowed));
        }
        assert_eq!(call("PUT", "/nothing").await.status, 404);
        let head = call("HEAD", "/municipalities").await;
        assert_eq!((head.code_number(), head.body), (200, json!("")));
        assert_eq!(call("HEAD", "/nothing").await.status, 404);
    }

    async fn the_audit_is_only_ever_added_to(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2025-05-01").await;
        for statement in [
            "UPDATE audit_lines SET actor = 'x'",
            "DELETE FROM audit_lines",
        ] {
            let refused = test.app.db.write(move |conn| {
                use diesel::connection::SimpleConnection;
                conn.batch_execute(statement).map_err(api::db::DbError::from)
            }).await;
            assert!(refused.is_err(), "{statement}");
        }
    }

    async fn the_database_refuses_what_the_rules_refuse(test) {
        use api::db::DbError;
        use diesel::connection::SimpleConnection;
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("yonago_care", DAY, ("08:30", "17:00"), (1, 1)).await;
        assert_eq!(ana.book(&slot, &[&child]).await.status, 201);
        for (statement, name) in [
            ("UPDATE slot_bands SET peak = capacity + 1", "slot_bands_not_overfull"),
            ("UPDATE usages SET total = limit_total + 1", "usages_within_limit"),
            ("UPDATE slots SET room = 0, peak = 1", "slots_not_overfull"),
            ("UPDATE bookings SET state = 'checked_out'", "bookings_state_known"),
            ("UPDATE slots SET ends_at = starts_at", "slots_end_after_start"),
        ] {
            let refused = test.app.db.write(move |conn| conn.batch_execute(statement).map_err(DbError::from)).await;
            assert!(matches!(&refused, Err(DbError::Constraint(told)) if told == name), "{statement}: {refused:?}");
        }
        let columns = "party_id, slot_id, child_id, family_id, facility_id, municipality, programme, programme_id, band_from_age, starts_at, ends_at, state, \
            active, is_away, fee_yen, agreed, created_at, version";
        let twice = format!("INSERT INTO bookings (id, {columns}) SELECT 'twice', {columns} FROM bookings");
        let refused = test.app.db.write(move |conn| conn.batch_execute(&twice).map_err(DbError::from)).await;
        assert!(matches!(&refused, Err(DbError::Constraint(told)) if told == "bookings_child_free"), "{refused:?}");
    }
}

async fn up_down_up(backend: Backend) {
    let Some(test) = TestApp::start_empty(backend).await else { return };
    test.app.db.revert_all().unwrap();
    assert_eq!(test.app.db.migrate().unwrap().len(), api::db::Db::migration_count());
    assert!(test.app.db.migrate().unwrap().is_empty());
    // Every table and column that the program knows is there.
    test.write(|conn| {
        use api::schema::*;
        use diesel::prelude::*;
        macro_rules! read {
            ($($table:ident),*) => { $($table::table.select($table::all_columns).limit(0).execute(conn)?;)* };
        }
        read!(
            municipalities,
            compacts,
            compact_terms,
            programmes,
            procedures,
            applications,
            attachments,
            documents,
            entitlements,
            hand_overs,
            known_facts,
            known_families,
            account_codes,
            messages,
            message_reads,
            journal_entries,
            shift_notes,
            shift_note_reads,
            last_numbers,
            holidays,
            facilities,
            families,
            children,
            accounts,
            sessions,
            identities,
            passkeys,
            passkey_challenges,
            proxy_reasons,
            proxy_sessions,
            push_keys,
            push_subscriptions,
            residence_letters,
            sign_in_attempts,
            offerings,
            regular_classes,
            entitlement_endings,
            slots,
            slot_bands,
            household_classes,
            usages,
            bookings,
            calendar_feeds,
            outbox,
            notices,
            deliveries,
            notice_templates,
            notice_preferences,
            notice_links,
            interviews,
            consents,
            seen_children,
            series,
            events,
            attendance_records,
            family_codes,
            wall_codes,
            audit_chain,
            audit_cities,
            audit_families,
            audit_lines,
            audit_unsealed,
            idempotency_keys,
            waitlist_entries,
            waitlist_children,
            waitlist_skips,
            unmet_demand,
            register_runs,
            reminders,
            register_rows,
            claims,
            claim_lines,
            claim_payments,
            clients,
            client_assertions,
            client_credentials,
            client_grants,
            client_tokens,
            client_uses,
            week_patterns,
            duties,
            place_changes,
            settlements,
            settlement_lines,
            settlement_comments,
            settlement_answers,
            figure_months,
            figure_cells,
            figure_goals
        );
        Ok(())
    })
    .await;
}

#[actix_web::test]
async fn migrations_go_up_down_and_up_again_on_sqlite() {
    up_down_up(Backend::Sqlite).await;
}

#[actix_web::test]
async fn migrations_go_up_down_and_up_again_on_postgres() {
    up_down_up(Backend::Postgres).await;
}
