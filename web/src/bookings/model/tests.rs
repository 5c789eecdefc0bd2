//! What the booking pages say, before any page is drawn.

use serde_json::{Value, json};
use shared::bookings::Answer;
use shared::problem::ProblemPart;
use shared::programmes::Terms;

use super::draft::Draft;
use super::*;

const YONAGO: &str = "312029";
const SAKAIMINATO: &str = "312045";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    at("2026-11-20T10:00:00+09:00")
}

fn localised(text: &str) -> Value {
    json!({ "ja": text, "en": text })
}

fn child(id: &str, born: &str) -> Value {
    json!({ "id": id, "name": id, "kana": "コ", "born": born, "version": 1 })
}

fn terms(unit: Value, limit: Value, fees: Value) -> Value {
    json!({
        "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } },
        "unit": unit, "limits": limit, "fees": fees,
        "opens": { "kind": "days_before", "days": 30 }, "closes": { "kind": "minutes_before", "minutes": 60 },
        "cancellation": { "free_until": { "kind": "days_before", "days": 1, "time": "17:00:00" }, "late_fee_percent": 50, "late_counts": true, "undo_minutes": 10 },
    })
}

/// A slot in Sakaiminato from 9 to 12, two places for children under three, and a family of Yonago with three children.
fn ground(detail_terms: Value, blocks: Value, limit: Value) -> Ground {
    let detail = json!({
        "slot": {
            "id": "s", "offering_id": "o", "programme": "p", "version": 1, "state": "open",
            "facility": { "id": "f", "name": "F", "kana": "エフ", "municipality": SAKAIMINATO, "fictional": true },
            "starts_at": "2026-11-24T09:00:00+09:00", "ends_at": "2026-11-24T12:00:00+09:00",
            "bands": [{ "from_age": 0, "under_age": 3, "capacity": 2, "occupancy": [[0, 1], [60, 0]] }],
            "blocks": blocks,
        },
        "programme_name": localised("P"), "terms": detail_terms,
        "open_days": { "closed_weekdays": ["Sun"], "closed_days": [] },
        "compact_terms": [{
            "compact_id": "c", "residence": YONAGO, "host": SAKAIMINATO, "programme": "p", "valid_from": "2026-04-01",
            "resident_priority_days": 0, "price_tier": "neighbour",
        }],
    });
    Ground {
        detail: serde_json::from_value(detail).unwrap(),
        family: serde_json::from_value(json!({
            "id": "fam", "municipality": YONAGO, "residence_confirmed_at": "2026-04-01T00:00:00Z",
            "guardian_name": "A", "guardian_kana": "ア", "phone": "0859220000", "version": 1,
        }))
        .unwrap(),
        children: serde_json::from_value(json!([child("old", "2020-01-01"), child("two", "2024-05-10"), child("one", "2025-05-10")]))
            .unwrap(),
        cities: Vec::new(),
        limits: vec![serde_json::from_value(json!({ "valid_from": "2026-04-01", "limits": limit })).unwrap()],
        bookings: Vec::new(),
        interviews: Vec::new(),
        entitlements: Vec::new(),
    }
}

fn flexible() -> Ground {
    let unit = json!({ "kind": "flexible", "minimum_minutes": 60, "step_minutes": 30 });
    let fees = json!([{ "tier": "neighbour", "from_age": 0, "per": { "kind": "hour" }, "yen": 300 }]);
    let limit = json!([{ "pool": "p", "counts": "minutes", "per": "month", "base": 600 }]);
    ground(terms(unit, json!([]), fees), json!([]), limit)
}

fn blocks() -> Ground {
    let unit = json!({ "kind": "blocks", "blocks": [
        { "key": "early", "name": localised("E"), "half_days": 1 }, { "key": "late", "name": localised("L"), "half_days": 1 },
    ] });
    let fee = |block: &str| json!({ "tier": "neighbour", "from_age": 0, "per": { "kind": "block", "block": block }, "yen": 1200 });
    let laid_out = json!([
        { "key": "early", "starts_at": "2026-11-24T09:00:00+09:00", "ends_at": "2026-11-24T10:30:00+09:00" },
        { "key": "late", "starts_at": "2026-11-24T10:30:00+09:00", "ends_at": "2026-11-24T12:00:00+09:00" },
    ]);
    ground(terms(unit, json!([]), json!([fee("early"), fee("late")])), laid_out, json!([]))
}

fn booking(child: &str, starts_at: &str, ends_at: &str, state: Value) -> Booking {
    serde_json::from_value(json!({
        "id": format!("{child} {starts_at}"), "party_id": "party", "slot_id": "other", "child": { "id": child, "name": child, "kana": "コ" },
        "facility": { "id": "g", "name": "G", "kana": "ジー", "municipality": YONAGO, "fictional": true },
        "programme": "p", "programme_name": localised("P"), "starts_at": starts_at, "ends_at": ends_at, "state": state,
        "fee_yen": 300, "fee_lines": [], "counted": [{ "pool": "p", "period": "2026-11", "unit": "minutes", "amount": 60 }], "is_away": false, "free_until": "2026-11-01T00:00:00Z",
        "cancellation": { "free_until": { "kind": "minutes_before", "minutes": 0 }, "late_fee_percent": 0, "late_counts": false, "undo_minutes": 0 },
        "created_at": "2026-11-01T00:00:00Z", "version": 1,
    }))
    .unwrap()
}

fn ids(names: &[&str]) -> Vec<ChildId> {
    names.iter().map(|name| ChildId::from(*name)).collect()
}

fn codes(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(|reason| reason.code.as_ref()).collect()
}

#[test]
fn the_address_keeps_what_is_chosen() {
    let chosen =
        Chosen { children: Some(ids(&["a", "b"])), starts_at: Some(at("2026-11-24T00:00:00Z")), ends_at: Some(at("2026-11-24T03:00:00Z")) };
    let query = chosen.query();
    let read = Chosen::read(|key| query.iter().find(|(name, _)| *name == key).and_then(|(_, value)| value.clone()));
    assert_eq!(read, chosen);
    // Nobody chosen is another thing than nothing chosen yet.
    assert_eq!(Chosen::read(|key| (key == "children").then(String::new)).children, Some(Vec::new()));
    assert_eq!(Chosen::read(|_| None), Chosen::default());
    assert_eq!(Chosen::read(|_| Some("no time".to_owned())).starts_at, None);
}

#[test]
fn a_child_who_cannot_come_is_told_why_and_the_only_one_who_can_is_chosen() {
    let mut ground = flexible();
    let none = Chosen::default();
    assert_eq!(codes(&ground.outlook(&"old".into(), &none, now()).against), ["bookings.too_old", "bookings.no_band"]);
    assert!(ground.outlook(&"two".into(), &none, now()).against.is_empty());
    assert_eq!(ground.chosen_children(&none, now()), ids(&[]));
    ground.children.pop();
    assert_eq!(ground.chosen_children(&none, now()), ids(&["two"]));
    let someone_elses = Chosen { children: Some(ids(&["two", "stranger"])), ..none };
    assert_eq!(ground.chosen_children(&someone_elses, now()), ids(&["two"]));
}

#[test]
fn where_only_a_beginning_is_in_mind_the_first_stay_from_there_is_offered() {
    let ground = flexible();
    let starts = ground.starts();
    let stay = |from| ground.chosen_stay(&Chosen { starts_at: from, ..Chosen::default() }, &ids(&["two"]), now()).unwrap().starts_at;
    assert_eq!((stay(None), stay(Some(starts[1]))), (starts[0], starts[1]));
}

#[test]
fn a_full_place_leads_to_waiting_unless_somebody_could_have_it() {
    let mut ground = flexible();
    let tapped = Chosen { starts_at: Some(at("2026-11-24T00:00:00Z")), ends_at: Some(at("2026-11-24T01:00:00Z")), children: None };
    assert!(!ground.is_full_for_all(&tapped, now()), "one place is left");
    ground.detail.slot.bands[0].capacity = 1;
    assert!(ground.is_full_for_all(&tapped, now()));
    // Who has no stay in mind, or has chosen who comes, goes the usual way.
    assert!(!ground.is_full_for_all(&Chosen::default(), now()));
    assert!(!ground.is_full_for_all(&Chosen { children: Some(ids(&["two"])), ..tapped.clone() }, now()));
    ground.children.retain(|child| child.id.as_str() == "old");
    assert!(!ground.is_full_for_all(&tapped, now()), "nobody could come anyway");
    // Where all blocks are full no stay is in mind: one waits for the longest until another is chosen.
    let mut ground = blocks();
    assert!(!ground.is_full_for_all(&Chosen::default(), now()));
    ground.detail.slot.bands[0].capacity = 0;
    assert!(ground.is_full_for_all(&Chosen::default(), now()));
    assert_eq!(ground.stay_to_wait(&Chosen::default(), &ids(&["two"]), now()).and_then(|stay| stay.block).as_deref(), Some("late"));
}

#[test]
fn who_waits_finds_what_was_said_the_last_time() {
    let mut first = booking("two", "2026-11-24T09:00:00+09:00", "2026-11-24T10:00:00+09:00", json!({ "kind": "confirmed" }));
    first.reason = Some("work".to_owned());
    let mut last = Booking { reason: Some("private".to_owned()), notes: "その日だけ".to_owned(), ..first.clone() };
    last.created_at = first.created_at + TimeDelta::days(1);
    let other = Booking { programme: shared::programmes::ProgrammeKey::new("other"), created_at: now(), ..first.clone() };
    let said = Draft::of_last(&[first, last, other], &shared::programmes::ProgrammeKey::new("p"));
    assert_eq!((said.reason.as_str(), said.notes.as_str()), ("private", ""));
    assert_eq!(Draft::of_last(&[], &shared::programmes::ProgrammeKey::new("p")), Draft::default());
}

#[test]
fn a_time_that_is_taken_is_told_apart_from_a_day_that_is() {
    let mut ground = flexible();
    ground.bookings = vec![booking("two", "2026-11-24T09:00:00+09:00", "2026-11-24T10:00:00+09:00", json!({ "kind": "confirmed" }))];
    let asked = Chosen { children: None, starts_at: Some(at("2026-11-24T09:00:00+09:00")), ends_at: Some(at("2026-11-24T10:00:00+09:00")) };
    let outlook = ground.outlook(&"two".into(), &asked, now());
    assert!(outlook.against.is_empty());
    assert_eq!(codes(&outlook.against_asked), ["bookings.overlap"]);
    ground.bookings = vec![booking("two", "2026-11-24T08:00:00+09:00", "2026-11-24T13:00:00+09:00", json!({ "kind": "confirmed" }))];
    assert_eq!(codes(&ground.outlook(&"two".into(), &asked, now()).against), ["bookings.overlap"]);
}

#[test]
fn what_stands_against_everybody_is_said_once_for_all() {
    let mut ground = flexible();
    assert!(ground.against_all(now()).is_empty());
    ground.detail.compact_terms.clear();
    assert_eq!(codes(&ground.against_all(now())), ["bookings.no_compact"]);
    assert!(ground.outlook(&"two".into(), &Chosen::default(), now()).against.is_empty());
    assert_eq!(codes(&flexible().against_all(at("2026-11-24T13:00:00+09:00"))), ["bookings.in_the_past"]);
}

#[test]
fn times_go_in_steps_and_keep_their_length() {
    let ground = flexible();
    let (nine, ten) = (at("2026-11-24T09:00:00+09:00"), at("2026-11-24T10:00:00+09:00"));
    assert_eq!((ground.starts().len(), ground.starts().last().copied()), (5, Some(at("2026-11-24T11:00:00+09:00"))));
    assert_eq!(ground.ends(nine).first().copied(), Some(ten));
    assert_eq!(ground.end_for(ten, TimeDelta::minutes(90)), Some(at("2026-11-24T11:30:00+09:00")));
    assert_eq!(ground.end_for(at("2026-11-24T11:00:00+09:00"), TimeDelta::minutes(180)), Some(at("2026-11-24T12:00:00+09:00")));
}

#[test]
fn a_stay_is_offered_only_where_it_can_be_had() {
    let party = ids(&["two", "one"]);
    // One of two places is taken for the first hour: two children fit from ten on.
    let ground = flexible();
    let first = ground.chosen_stay(&Chosen::default(), &party, now()).unwrap();
    assert_eq!(first.starts_at, at("2026-11-24T10:00:00+09:00"));
    assert_eq!(ground.places_left(&party, &first), Some(2));
    assert_eq!(ground.quote(&party, &first, now()).fee_yen, Some(600));
    // In blocks only the second takes both; asked for by itself each block is found.
    let ground = blocks();
    let late = ground.chosen_stay(&Chosen::default(), &party, now()).unwrap();
    assert_eq!(late.block.as_deref(), Some("late"));
    let early = Chosen { children: None, starts_at: Some(at("2026-11-24T09:00:00+09:00")), ends_at: Some(at("2026-11-24T10:30:00+09:00")) };
    assert_eq!(ground.chosen_stay(&early, &party, now()).unwrap().block.as_deref(), Some("early"));
    assert_eq!(ground.chosen_stay(&Chosen { ends_at: Some(now()), ..early }, &party, now()), None);
}

#[test]
fn the_servers_refusal_is_told_child_by_child() {
    let part = |subject: Option<&str>, code: &'static str| ProblemPart {
        pointer: None,
        subject: subject.map(str::to_owned),
        reason: Reason::new(code),
        detail: String::new(),
    };
    let problem = Problem {
        kind: String::new(),
        title: String::new(),
        status: 409,
        detail: String::new(),
        code: "bookings.slot_full".to_owned(),
        errors: vec![part(None, "bookings.slot_full"), part(Some("two"), "bookings.overlap"), part(Some("two"), "bookings.month_limit")],
        request_id: None,
    };
    let against = Against::of_problem(&problem, &flexible());
    assert_eq!(codes(&against.all), ["bookings.slot_full"]);
    assert_eq!(against.children.len(), 1);
    assert_eq!((against.children[0].0.as_str(), codes(&against.children[0].1).len()), ("two", 2));
    let plain = Problem { errors: Vec::new(), code: "problem.idempotency_key_running".to_owned(), ..problem };
    assert_eq!(codes(&Against::of_problem(&plain, &flexible()).all), ["problem.idempotency_key_running"]);
}

#[test]
fn the_next_booking_comes_first_and_the_cancelled_are_past() {
    let confirmed = || json!({ "kind": "confirmed" });
    let cancelled = json!({ "kind": "cancelled", "at": "2026-11-19T00:00:00Z", "fee_yen": 0, "counts": false });
    let bookings = [
        booking("a", "2026-11-01T09:00:00+09:00", "2026-11-01T12:00:00+09:00", confirmed()),
        booking("b", "2026-12-01T09:00:00+09:00", "2026-12-01T12:00:00+09:00", confirmed()),
        booking("c", "2026-11-20T09:00:00+09:00", "2026-11-20T12:00:00+09:00", confirmed()),
        booking("d", "2026-11-25T09:00:00+09:00", "2026-11-25T12:00:00+09:00", cancelled),
    ];
    let (next, past) = split(&bookings, now());
    let names = |bookings: &[Booking]| bookings.iter().map(|booking| booking.child.name.clone()).collect::<String>();
    assert_eq!((names(&next).as_str(), names(&past).as_str()), ("cb", "da"));
    let late = booking("e", "2026-11-30T23:30:00+09:00", "2026-12-01T01:00:00+09:00", confirmed());
    let days: Vec<NaiveDate> = by_day([vec![late], next].concat()).into_iter().map(|(day, _)| day).collect();
    assert_eq!(days.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-11-30", "2026-11-20", "2026-12-01"]);
}

#[test]
fn a_sheet_says_who_may_come_for_the_child() {
    let mut children = flexible().children;
    children[1].known.pick_up_people =
        serde_json::from_value(json!([{ "name": "祖母 梅", "relation": "祖母", "phone": "0859220000" }])).unwrap();
    let sheet = Sheet::of(
        booking("two", "2026-11-24T09:00:00+09:00", "2026-11-24T10:00:00+09:00", json!({ "kind": "confirmed" })),
        None,
        &children,
    );
    assert_eq!(sheet.pick_up, [("祖母 梅".to_owned(), "祖母".to_owned())]);
    assert_eq!((sheet.address, sheet.phone), (None, None));
}

#[test]
fn a_household_pays_less_in_the_browser_too() {
    let mut ground = flexible();
    ground.detail.terms.reliefs = serde_json::from_value(json!([
        { "class": "tax_exempt", "name": localised("R"), "off": { "kind": "percent", "percent": 50 } },
    ]))
    .unwrap();
    let party = ids(&["two"]);
    let fee = |ground: &Ground| {
        let stay = ground.chosen_stay(&Chosen::default(), &party, now()).unwrap();
        ground.quote(&party, &stay, now()).children[0].fee_lines.iter().map(|line| line.yen).collect::<Vec<_>>()
    };
    assert_eq!(fee(&ground), [300]);
    ground.family.household = serde_json::from_value(json!([{ "class": "tax_exempt", "valid_from": "2026-04-01" }])).unwrap();
    assert_eq!(fee(&ground), [300, -150]);
    // What ended before the day of the stay is nothing any more.
    ground.family.household[0].valid_until = Some(now().date_naive());
    assert_eq!(fee(&ground), [300]);
}

/// Terms with two reasons, an extra and three questions.
fn asking() -> Terms {
    let mut terms = flexible().detail.terms;
    let choice = |key: &str| json!({ "key": key, "name": localised(key) });
    let question =
        |key: &str, answer: Value, required: bool| json!({ "key": key, "text": localised(key), "answer": answer, "required": required });
    terms.reasons = serde_json::from_value(json!([choice("work"), choice("rest")])).unwrap();
    terms.extras = serde_json::from_value(json!([{ "key": "lunch", "name": localised("L"), "yen": 300 }])).unwrap();
    terms.questions = serde_json::from_value(json!([
        question("doctor", json!({ "kind": "yes_no" }), true),
        question("words", json!({ "kind": "text" }), false),
        question("health", json!({ "kind": "choice", "choices": [choice("well"), choice("ill")] }), true),
    ]))
    .unwrap();
    terms
}

fn answered(answers: &[(&str, &str)]) -> Vec<Answer> {
    answers.iter().map(|(key, value)| Answer { key: (*key).to_owned(), value: (*value).to_owned() }).collect()
}

fn fields(draft: &Draft) -> Vec<String> {
    draft.missing(&asking()).into_iter().map(|(field, _)| field).collect()
}

#[test]
fn what_is_missing_is_said_at_its_field_from_the_top_down() {
    let mut draft = Draft::default();
    assert_eq!(fields(&draft), ["reason", "question-0", "question-2"]);
    assert_eq!(draft.missing(&asking())[1].1.code, "bookings.answer_missing");
    draft.reason = "work".to_owned();
    draft.answers = answered(&[("doctor", "no"), ("health", "well"), ("words", "  ")]);
    assert_eq!(fields(&draft), [""; 0]);
    // An answer that the question does not take is none, also where none is needed.
    draft.answers = answered(&[("doctor", "perhaps"), ("health", "well"), ("words", &"あ".repeat(201))]);
    assert_eq!(fields(&draft), ["question-0", "question-1"]);
    assert!(Draft::default().missing(&flexible().detail.terms).is_empty());
}

#[test]
fn only_what_the_programme_asks_for_is_sent() {
    let draft = Draft {
        slot_id: "s".to_owned(),
        reason: "rest".to_owned(),
        extras: vec!["dinner".to_owned(), "lunch".to_owned()],
        answers: answered(&[("gone", "yes"), ("words", ""), ("doctor", " yes ")]),
        notes: " n ".to_owned(),
    };
    let wish = || NewBooking::new("s".into(), ids(&["two"]));
    let command = draft.command(&asking(), wish());
    assert_eq!((command.reason.as_deref(), command.extras, command.notes.as_str()), (Some("rest"), vec!["lunch".to_owned()], "n"));
    assert_eq!(command.answers, answered(&[("doctor", "yes")]));
    let plain = draft.command(&flexible().detail.terms, wish());
    assert_eq!((plain.reason, plain.extras.len(), plain.answers.len()), (None, 0, 0));
    assert_eq!(Draft::priced(String::new(), Vec::new(), wish()), wish());
}

#[test]
fn what_waits_is_to_come_and_what_was_declined_is_told_until_something_takes_its_place() {
    let requested = json!({ "kind": "requested", "decide_by": "2026-11-21T00:00:00Z" });
    let declined = || json!({ "kind": "declined", "at": "2026-11-19T00:00:00Z", "message": "M" });
    let (from, to) = ("2026-11-25T09:00:00+09:00", "2026-11-25T12:00:00+09:00");
    let waiting = booking("a", from, to, requested);
    assert_eq!(decided_by([&waiting.state]), Some(at("2026-11-21T00:00:00Z")));
    let mut bookings = vec![waiting, booking("b", from, to, declined()), booking("c", "2026-11-01T09:00:00+09:00", to, declined())];
    let (next, past) = split(&bookings, now());
    assert_eq!((next.len(), past.len()), (1, 2));
    let told = |bookings: &[Booking]| {
        lost_ahead(bookings, is_declined, now()).iter().map(|booking| booking.child.name.clone()).collect::<String>()
    };
    assert_eq!(told(&bookings), "b");
    let later = ("2026-11-25T13:00:00+09:00", "2026-11-25T14:00:00+09:00");
    bookings.push(booking("b", later.0, later.1, json!({ "kind": "confirmed" })));
    assert_eq!(told(&bookings), "");
    assert_eq!(decided_by([&bookings[3].state]), None);
}

#[test]
fn reasons_are_asked_for_only_where_cancelling_costs_or_counts() {
    let mut late = booking("a", "2026-11-25T09:00:00+09:00", "2026-11-25T12:00:00+09:00", json!({ "kind": "confirmed" }));
    let exempt = |key: &str, by_family: bool| json!({ "key": key, "name": localised(key), "by_family": by_family });
    late.cancellation.exempt = serde_json::from_value(json!([exempt("child_ill", true), exempt("facility", false)])).unwrap();
    // Nothing is due after the deadline.
    assert!(exempt_reasons(&late, now()).is_empty());
    late.cancellation.late_counts = true;
    let keys = |booking: &Booking| exempt_reasons(booking, now()).into_iter().map(|reason| reason.key).collect::<String>();
    assert_eq!(keys(&late), "child_ill");
    late.free_until = at("2026-11-24T00:00:00Z");
    assert_eq!(keys(&late), "");
}

#[test]
fn each_line_of_a_fee_says_what_it_is_for() {
    let said = |item: Value| fee_item(&serde_json::from_value(item).unwrap(), Locale::Ja);
    assert_eq!(said(json!({ "item": "hours", "minutes": 150, "hourly_yen": 300 })), "2時間30分 × 1時間300円");
    assert_eq!(said(json!({ "item": "extra", "name": localised("給食") })), "給食");
    assert_eq!(said(json!({ "item": "use" })), "1回の利用");
}

#[test]
fn what_is_asked_later_stands_against_nobody_before() {
    let mut ground = flexible();
    ground.detail.terms.reasons = serde_json::from_value(json!([{ "key": "rest", "name": localised("R") }])).unwrap();
    ground.detail.terms.questions =
        serde_json::from_value(json!([{ "key": "health", "text": localised("H"), "answer": { "kind": "yes_no" }, "required": true }]))
            .unwrap();
    let now = at("2026-11-20T00:00:00Z");
    let two = ids(&["two"]);
    let outlook = ground.outlook(&two[0], &Chosen::default(), now);
    assert_eq!((outlook.against, ground.against_all(now)), (vec![], vec![]));
    let stay = ground.chosen_stay(&Chosen::default(), &two, now).unwrap();
    let quote = ground.quote(&two, &stay, now);
    assert_eq!((quote.bookable, codes(&quote.missing)), (true, vec!["bookings.reason_missing", "bookings.answer_missing"]));
}

fn free(slot: &str, from: &str, until: &str, openings: Value) -> Value {
    json!({
        "slot_id": slot, "programme": "p", "starts_at": from, "ends_at": until, "places_left": 1, "bookable": true,
        "facility": { "id": "f", "name": "F", "kana": "エフ", "municipality": SAKAIMINATO, "fictional": true },
        "openings": openings, "period": { "opens_at": from, "opens_to_family_at": from, "closes_at": until },
    })
}

#[test]
fn a_booking_moves_to_the_nearest_day_and_keeps_its_hour() {
    let old = Booking {
        slot_id: "s2".into(),
        ..booking("sora", "2026-11-25T10:00:00+09:00", "2026-11-25T12:00:00+09:00", json!({ "kind": "confirmed" }))
    };
    let hours = |day: u32, from: u32, until: u32| {
        let at = |hour: u32| format!("2026-11-{day:02}T{hour:02}:00:00+09:00");
        let openings = json!([{ "starts_at": at(from), "ends_at": at(until), "places_left": 2 }]);
        free(&format!("s{}", day - 23), &at(9), &at(17), openings)
    };
    let places: Vec<shared::slots::FreePlace> =
        serde_json::from_value(json!([hours(24, 13, 17), hours(25, 10, 12), hours(26, 9, 17), hours(29, 9, 10)])).unwrap();
    let days = move_choices(&old, &places);
    let told: Vec<(String, DateTime<Utc>)> =
        days.iter().flat_map(|(day, choices)| choices.iter().map(move |one| (day.to_string(), one.starts_at))).collect();
    // The same stay and a stretch that is too short are no choices.
    assert_eq!(
        told,
        [("2026-11-24".to_owned(), at("2026-11-24T13:00:00+09:00")), ("2026-11-26".to_owned(), at("2026-11-26T10:00:00+09:00"))]
    );
    let unit: shared::programmes::Unit =
        serde_json::from_value(json!({ "kind": "flexible", "minimum_minutes": 60, "step_minutes": 30 })).unwrap();
    let here = same_day_choice(&old, Some(&unit), &places).unwrap();
    assert_eq!((here.free_from, here.free_until), (at("2026-11-25T09:00:00+09:00"), at("2026-11-25T17:00:00+09:00")));
    assert_eq!(reschedule_to(&[old], "s1".into(), now(), now()).seen.len(), 1);
}

#[test]
fn the_minutes_left_to_undo_are_whole_and_never_fewer_than_none() {
    let mut booked = Booking {
        created_at: now(),
        ..booking("sora", "2026-11-25T10:00:00+09:00", "2026-11-25T12:00:00+09:00", json!({ "kind": "confirmed" }))
    };
    booked.cancellation.undo_minutes = 10;
    let left = |seconds: i64| minutes_left(std::slice::from_ref(&booked), now() + TimeDelta::seconds(seconds));
    assert_eq!([0, 1, 59, 60, 599, 600, 9000].map(left), [10, 10, 10, 9, 1, 0, 0]);
}
