//! The pages of applications decide by what the server says, and by the rule that the server decides by.

use serde_json::{Value, json};

use super::*;

fn words(text: &str) -> Value {
    json!({ "ja": text, "en": text })
}

fn question_of(key: &str, answer: Value) -> Value {
    json!({ "key": key, "text": words(key), "required": true, "answer": answer })
}

fn procedure(key: &str, effect: Value) -> Procedure {
    let rule = json!({ "kind": "all", "of": [{ "kind": "lives_in" }] });
    serde_json::from_value(json!({
        "id": key, "key": key, "municipality": "312029", "valid_from": "2026-04-01", "name": words(key), "summary": words(key),
        "terms": {
            "effect": effect,
            "questions": [
                question_of("place", json!({ "kind": "choice", "choices": [{ "key": "none", "name": words("どこにも") }] })),
                question_of("twins", json!({ "kind": "yes_no" })),
                { "key": "note", "text": words("note"), "answer": { "kind": "text" } },
            ],
            "rule": rule, "target_days": 5,
            "notice": {
                "issuer": "a", "granted_title": "b", "granted": "c", "refused_title": "d", "refused": "e", "objection": "f", "contact": "g",
            },
        },
    }))
    .unwrap()
}

fn certify(key: &str) -> Procedure {
    let validity = json!({ "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } }, "ahead_days": 60 });
    procedure(key, json!({ "kind": "certify", "programme": "open_nursery", "validity": validity }))
}

fn application(answers: Value, known: Value, asked: Value, ask: Value) -> Application {
    serde_json::from_value(json!({
        "id": "a", "procedure": certify("entry"), "family_id": "f", "municipality": "312029", "answers": answers, "known": known,
        "attached": [], "declared": [], "state": { "kind": "draft" }, "created_at": "2026-12-01T00:00:00Z", "version": 1,
        "outlook": { "ask": ask, "asked": asked, "wanted": [], "verdict": "unknown", "grounds": [], "missing": [] },
    }))
    .unwrap()
}

fn overview(held: Value, lines: Value) -> Overview {
    let family = json!({
        "id": "f", "municipality": "312029", "residence_confirmed_at": "2026-04-01T00:00:00Z", "guardian_name": "A", "guardian_kana": "ア",
        "phone": "0859220000", "version": 1,
    });
    let end = procedure("end", json!({ "kind": "end", "programme": "open_nursery", "last_day": "note" }));
    Overview {
        family: serde_json::from_value(family).unwrap(),
        city: None,
        children: serde_json::from_value(json!([{ "id": "c", "name": "A", "kana": "ア", "born": "2025-05-01", "version": 1 }])).unwrap(),
        procedures: vec![certify("entry"), end],
        held: serde_json::from_value(held).unwrap(),
        lines: serde_json::from_value(lines).unwrap(),
    }
}

fn held() -> Value {
    let why = json!({ "code": "entitlements.ends_day" });
    json!([{
        "ending": { "on": "2028-04-29", "why": why, "next": why, "soon": false },
        "id": "e", "number": "1", "child": { "id": "c", "name": "A", "kana": "ア" }, "programme": "open_nursery", "programme_name": words("x"),
        "municipality": "312029", "valid_from": "2026-04-01", "valid_until": "2028-04-29", "version": 1,
    }])
}

fn line(state: Value) -> Value {
    json!([{
        "id": "l", "procedure": "entry", "procedure_name": words("x"), "municipality": "312029",
        "child": { "id": "c", "name": "A", "kana": "ア" }, "state": state, "created_at": "2026-12-01T00:00:00Z",
    }])
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn standing(seen: &Overview, procedure: usize, today: &str) -> Standing {
    seen.standing(&seen.procedures[procedure], seen.children.first(), day(today))
}

fn code(standing: Standing) -> String {
    match standing {
        Standing::Against(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}

#[test]
fn what_can_be_applied_for_goes_by_age_and_what_is_held() {
    let seen = overview(json!([]), json!([]));
    assert_eq!(standing(&seen, 0, "2026-12-01"), Standing::Open);
    assert_eq!(code(standing(&seen, 0, "2025-06-01")), "applications.too_early");
    assert_eq!(code(standing(&seen, 0, "2028-05-01")), "eligibility.too_old");
    assert_eq!(code(standing(&seen, 1, "2026-12-01")), "applications.not_certified");
    let seen = overview(held(), json!([]));
    assert_eq!(code(standing(&seen, 0, "2026-12-01")), "applications.already_certified");
    assert_eq!(standing(&seen, 1, "2026-12-01"), Standing::Open);
    // What changes or ends something stands with what is held.
    assert_eq!(seen.offers().iter().map(|procedure| procedure.key.as_str()).collect::<Vec<_>>(), ["entry"]);
    assert_eq!(seen.follow_ups(&seen.held[0].entitlement).iter().map(|procedure| procedure.key.as_str()).collect::<Vec<_>>(), ["end"]);
}

#[test]
fn what_is_under_way_is_gone_on_with() {
    let of = |state| standing(&overview(json!([]), line(state)), 0, "2026-12-01");
    assert_eq!(of(json!({ "kind": "draft" })), Standing::GoOn("l".into()));
    assert_eq!(of(json!({ "kind": "returned", "at": "2026-12-01T00:00:00Z" })), Standing::GoOn("l".into()));
    assert_eq!(of(json!({ "kind": "in_review", "points": [] })), Standing::Waiting("l".into()));
    assert_eq!(of(json!({ "kind": "withdrawn", "at": "2026-12-01T00:00:00Z" })), Standing::Open);
}

#[test]
fn one_goes_on_at_the_first_open_question_and_back_to_the_one_before() {
    let begun = application(json!({ "place": "none" }), json!({ "twins": "no" }), json!(["place", "twins", "note"]), json!(["note"]));
    assert_eq!(next_step(&begun), Step::Question("note".to_owned()));
    // What was known is no step of the way.
    assert_eq!(before(&begun, "note").as_deref(), Some("place"));
    assert_eq!(before(&begun, "place"), None);
    assert_eq!((place(&begun, "note"), place(&begun, "twins")), (Some((2, 2)), None));
    let done = application(json!({ "place": "none", "note": "" }), json!({ "twins": "no" }), json!(["place", "twins", "note"]), json!([]));
    assert_eq!(next_step(&done), Step::Check);
    let (answered, known) = rows(&done);
    assert_eq!(answered.iter().map(|row| row.value.as_deref()).collect::<Vec<_>>(), [Some("none"), Some("")]);
    assert_eq!(known.iter().map(|row| row.asked.question.key.as_str()).collect::<Vec<_>>(), ["twins"]);
}

#[test]
fn a_known_answer_that_is_changed_is_an_answer_of_this_application() {
    let changed = application(json!({ "twins": "yes" }), json!({ "twins": "no" }), json!(["twins"]), json!([]));
    assert_eq!(value_of(&changed, "twins"), "yes");
    let (answered, known) = rows(&changed);
    assert_eq!((answered.len(), known.len()), (1, 0));
}

#[test]
fn an_answer_is_judged_before_it_is_sent() {
    let begun = application(json!({}), json!({}), json!([]), json!([]));
    let judged = |key: &str, value: &str| {
        let asked = question(&begun, key).unwrap();
        answer(asked, &begun.procedure, value).map(|change| change.answers[0].value.clone()).map_err(|reason| reason.code.to_string())
    };
    assert_eq!(judged("place", "none"), Ok("none".to_owned()));
    assert_eq!(judged("place", ""), Err("applications.answer_missing".to_owned()));
    assert_eq!(judged("twins", "perhaps"), Err("applications.answer_invalid".to_owned()));
    // A question that need not be answered is left out by an empty answer.
    assert_eq!(judged("note", " "), Ok(String::new()));
}

#[test]
fn answers_are_shown_in_words() {
    let choice = question(&application(json!({}), json!({}), json!([]), json!([])), "place").unwrap().question.answer.clone();
    assert_eq!(shown(&choice, "none", Locale::Ja), "どこにも");
    assert_eq!(shown(&AnswerKind::YesNo, "no", Locale::Ja), "いいえ");
    assert_eq!(shown(&AnswerKind::Yen, "48600", Locale::Ja), "48,600円");
    assert_eq!(shown(&AnswerKind::Day, "2026-12-01", Locale::En), full_day(day("2026-12-01"), Locale::En));
    assert_eq!(shown(&AnswerKind::Text, "", Locale::Ja), "回答なし");
}
