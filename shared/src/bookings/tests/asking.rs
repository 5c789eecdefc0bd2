//! What a programme asks for with a booking: reason, answers, extras, length.

use super::*;
use crate::programmes::{AnswerKind, Choice, Extra, Limit, Question, Relief, ReliefUnit};

fn name(text: &str) -> Localised {
    Localised::new(text, text, text)
}

fn choice(key: &str) -> Choice {
    Choice { key: key.to_owned(), name: name(key) }
}

fn question(key: &str, answer: AnswerKind, required: bool) -> Question {
    Question { key: key.to_owned(), text: name(key), answer, required }
}

/// Asks for the whole slot with some answers.
fn answered(asked: &PlaceState, answers: &[(&str, &str)]) -> Result<Placed, Vec<Refusal>> {
    let answers = answers.iter().map(|(key, value)| Answer { key: (*key).to_owned(), value: (*value).to_owned() }).collect();
    place(asked, &NewBooking { answers, ..ask_for(asked) }, now())
}

/// Asks for the whole slot for a reason.
fn because(asked: &PlaceState, reason: Option<&str>) -> Result<Placed, Vec<Refusal>> {
    place(asked, &NewBooking { reason: reason.map(str::to_owned), ..ask_for(asked) }, now())
}

/// Asks for the whole slot with something on top.
fn with_extras(asked: &PlaceState, extras: &[&str]) -> Result<Placed, Vec<Refusal>> {
    place(asked, &NewBooking { extras: extras.iter().map(|key| (*key).to_owned()).collect(), ..ask_for(asked) }, now())
}

#[test]
fn a_reason_is_one_of_the_programmes() {
    let mut asked = by_blocks();
    assert!(because(&asked, None).is_ok());
    assert_eq!(codes(because(&asked, Some("urgent"))), ["bookings.reason_missing"]);
    asked.terms.reasons = vec![choice("urgent"), choice("rest")];
    assert!(because(&asked, Some("urgent")).is_ok() && because(&asked, Some("rest")).is_ok());
    assert_eq!([codes(because(&asked, None)), codes(because(&asked, Some("other")))].concat(), ["bookings.reason_missing"; 2]);
}

#[test]
fn a_reason_may_have_a_limit_of_its_own() {
    let mut asked = by_blocks();
    asked.terms.reasons = vec![choice("urgent"), choice("rest")];
    // 28 half days for anything, and of these no more than two for rest.
    let of_rest = Limit { reason: Some("rest".to_owned()), ..month_limit("rest", LimitUnit::HalfDays, 2, 0) };
    asked.limits[0].limits.push(of_rest);
    let pools = |placed: Placed| placed.counted.into_iter().map(|c| (c.account.pool, c.amount)).collect::<Vec<_>>();
    let account = |pool: &str| december(pool, LimitUnit::HalfDays);
    assert_eq!(pools(because(&asked, Some("rest")).unwrap()), [("temporary_care".to_owned(), 2), ("rest".to_owned(), 2)]);
    assert_eq!(pools(because(&asked, Some("urgent")).unwrap()), [("temporary_care".to_owned(), 2)]);
    asked.children[0].usages =
        vec![(account("temporary_care"), Usage { total: 20, away: 0 }), (account("rest"), Usage { total: 1, away: 0 })];
    let period = account("rest").period;
    let too_little = Rejection::Limit { period, unit: LimitUnit::HalfDays, left: 1, wanted: 2 };
    assert_eq!(rejections(because(&asked, Some("rest"))), [too_little]);
    assert!(because(&asked, Some("urgent")).is_ok());
}

#[test]
fn what_must_be_answered_is_answered_with_what_is_asked_for() {
    let mut asked = by_blocks();
    asked.terms.questions = vec![
        question("fever", AnswerKind::YesNo, true),
        question("health", AnswerKind::Choice { choices: vec![choice("well"), choice("cough")] }, true),
        question("words", AnswerKind::Text, false),
    ];
    let missing = |key: &str| Rejection::AnswerMissing { question: name(key) };
    assert!(answered(&asked, &[("fever", "no"), ("health", "well")]).is_ok());
    assert!(answered(&asked, &[("health", "cough"), ("words", &"あ".repeat(200)), ("fever", "yes")]).is_ok());
    assert_eq!(rejections(answered(&asked, &[])), [missing("fever"), missing("health")]);
    assert_eq!(rejections(answered(&asked, &[("fever", "maybe"), ("health", "Well")])), [missing("fever"), missing("health")]);
    let words = |text: &str| answered(&asked, &[("fever", "no"), ("health", "well"), ("words", text)]);
    assert_eq!(rejections(words(&"あ".repeat(201))), [missing("words")]);
    // An empty field is no answer: wrong only where one must be given.
    assert!(words("　").is_ok());
    assert_eq!(rejections(answered(&asked, &[("fever", " "), ("health", "well")])), [missing("fever")]);
}

#[test]
fn nothing_is_answered_that_is_not_asked() {
    let mut asked = by_blocks();
    assert_eq!(codes(answered(&asked, &[("fever", "no")])), ["bookings.answer_unknown"]);
    asked.terms.questions = vec![question("fever", AnswerKind::YesNo, true)];
    assert_eq!(codes(answered(&asked, &[("fever", "no"), ("mood", "good")])), ["bookings.answer_unknown"]);
    assert_eq!(codes(answered(&asked, &[("fever", "no"), ("fever", "yes")])), ["bookings.answer_unknown"]);
}

#[test]
fn extras_are_paid_by_each_child_once() {
    let mut asked = by_blocks();
    asked.children.push(four_year_old("riku"));
    assert_eq!(codes(with_extras(&asked, &["lunch"])), ["bookings.extra_unknown"]);
    asked.terms.extras = [("lunch", 300), ("snack", 50)].map(|(key, yen)| Extra { key: key.to_owned(), name: name(key), yen }).to_vec();
    let fees = |extras: &[&str]| with_extras(&asked, extras).unwrap().children.iter().map(PlacedChild::fee_yen).collect::<Vec<_>>();
    assert_eq!([fees(&[]), fees(&["lunch"]), fees(&["lunch", "snack", "lunch"])], [[2000, 1000], [2300, 1300], [2350, 1350]]);
    assert_eq!(codes(with_extras(&asked, &["lunch", "dinner"])), ["bookings.extra_unknown"]);
    // A family that pays nothing for the stay pays its lunch; every line says what it is for.
    asked.terms.reliefs = vec![Relief { class: "assisted".to_owned(), name: name("relief"), off: ReliefUnit::Percent { percent: 100 } }];
    asked.classes = vec!["assisted".to_owned()];
    let told = quote(&asked, &NewBooking { extras: vec!["lunch".to_owned()], ..ask_for(&asked) }, now());
    let line = |item, yen| FeeLine { item, yen };
    assert_eq!(
        told.children[0].fee_lines,
        [
            line(FeeItem::Block { name: name("day") }, 2000),
            line(FeeItem::Relief { name: name("relief") }, -2000),
            line(FeeItem::Extra { name: name("lunch") }, 300),
        ]
    );
    assert_eq!((told.children[0].fee_yen, told.fee_yen), (Some(300), Some(600)));
}

#[test]
fn a_stay_may_have_a_longest() {
    let mut asked = by_hours();
    asked.terms.unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: Some(240), step_minutes: 30 };
    assert!(ask(&asked, "10:00", "14:00", now()).is_ok());
    assert_eq!(rejections(ask(&asked, "10:00", "14:30", now())), [Rejection::TooLong { maximum: 240 }]);
    assert_eq!(rejections(whole(&asked, now())), [Rejection::TooLong { maximum: 240 }]);
}

#[test]
fn a_request_has_so_many_answers_and_extras() {
    let answer = Answer { key: "fever".to_owned(), value: "no".to_owned() };
    let asked = |answers: usize, extras: usize| NewBooking {
        answers: vec![answer.clone(); answers],
        extras: vec!["lunch".to_owned(); extras],
        ..NewBooking::new("slot".into(), any_children(1))
    };
    assert!(asked(50, 20).validate().is_ok());
    for (bad, field, code) in [(asked(51, 0), "answers", "bookings.answers_too_many"), (asked(0, 21), "extras", "bookings.extras_too_many")]
    {
        assert_eq!(bad.validate().unwrap_err().field_errors()[field][0].code, code);
    }
}
