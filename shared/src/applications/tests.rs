use super::*;
use crate::eligibility::{Condition, ENROLMENT, Facts, Missing, Test, Verdict};
use crate::entitlements::{Ended, Entitlement};
use crate::procedures::{Effect, Keep, Review, Until, Validity};
use crate::programmes::{AnswerKind, ProgrammeKey};
use crate::world::{certification, day, enrolled, facts, filled, procedure, question, rule, six_months_to_three, when, word, yonago};

fn sent(procedure: &Procedure, facts: Facts, answers: &[(&str, &str)], current: Option<&Entitlement>) -> Result<Submitted, Vec<String>> {
    let filling = filled(answers);
    submit(&Case { procedure, facts, filling: &filling, current })
        .map_err(|parts| parts.into_iter().map(|part| format!("{} {}", part.pointer.unwrap_or_default(), part.reason.code)).collect())
}

fn days(submitted: &Submitted) -> String {
    match &submitted.settled {
        Settled::Granted { grant, .. } => grant.days().map_or_else(String::new, |days| format!("{} {}", days.from, days.until)),
        Settled::Refused { grounds } => format!("refused {}", grounds[0].reason.code),
        Settled::Review { points } => format!("review {}", points[0].ground.reason.code),
    }
}

fn certified(from: &str, until: &str, ended: Option<Ended>) -> Entitlement {
    Entitlement {
        id: "e".into(),
        number: "1".to_owned(),
        child: BookedChild { id: "child".into(), name: "子".to_owned(), kana: "コ".to_owned() },
        programme: ProgrammeKey::new("open_nursery"),
        programme_name: word("誰でも通園"),
        municipality: yonago(),
        valid_from: day(from),
        valid_until: day(until),
        ended,
        application_id: None,
        version: 1,
    }
}

#[test]
fn a_child_at_home_is_certified_from_today_to_the_last_day_under_three() {
    let done = sent(&certification(), facts("2025-05-01", "2026-12-01"), &[(ENROLMENT, "none")], None).unwrap();
    assert_eq!(days(&done), "2026-12-01 2028-04-29");
    assert_eq!(done.kept, [(Keep::Child, ENROLMENT.to_owned(), "none".to_owned())]);
}

#[test]
fn applied_for_early_it_begins_when_six_months_are_complete() {
    let born = |born: &str| sent(&certification(), facts(born, "2026-12-01"), &[(ENROLMENT, "none")], None).map(|done| days(&done));
    assert_eq!(born("2026-07-15").unwrap(), "2027-01-15 2029-07-13");
    // There is no 31st in February: the months are complete on the first of March.
    let august = sent(&certification(), facts("2026-08-31", "2027-01-15"), &[(ENROLMENT, "none")], None).unwrap();
    assert_eq!(days(&august), "2027-03-01 2029-08-29");
    assert_eq!(born("2026-08-02").unwrap_err(), [" applications.too_early"]);
}

#[test]
fn what_is_known_is_not_asked_and_what_is_unknown_never_grants() {
    let mut known = facts("2025-05-01", "2026-12-01");
    assert_eq!(
        sent(&certification(), known.clone(), &[], None).unwrap_err(),
        [format!("/answers/{ENROLMENT} applications.answer_missing")]
    );
    known.known.insert(ENROLMENT.to_owned(), "none".to_owned());
    assert_eq!(days(&sent(&certification(), known.clone(), &[], None).unwrap()), "2026-12-01 2028-04-29");
    let unproven = Facts { is_residence_proven: false, ..known };
    let done = sent(&certification(), unproven, &[], None).unwrap();
    assert!(matches!(&done.settled, Settled::Review { points } if points[0].missing == Some(Missing::Residence)));
}

#[test]
fn an_enrolled_child_is_refused_with_the_reason() {
    let done = sent(&certification(), facts("2025-05-01", "2026-12-01"), &[(ENROLMENT, "nursery")], None).unwrap();
    assert_eq!(days(&done), "refused eligibility.enrolled");
    // Too old and enrolled: both are told.
    let done = sent(&certification(), facts("2022-05-01", "2026-12-01"), &[(ENROLMENT, "nursery")], None).unwrap();
    assert!(matches!(&done.settled, Settled::Refused { grounds } if grounds.len() == 2));
}

#[test]
fn nobody_is_certified_twice_at_a_time() {
    let now = || facts("2025-05-01", "2026-12-01");
    let held = certified("2026-06-01", "2028-04-29", None);
    assert_eq!(sent(&certification(), now(), &[(ENROLMENT, "none")], Some(&held)).unwrap_err(), [" applications.already_certified"]);
    let ended = certified("2026-06-01", "2026-12-10", Some(Ended::Asked));
    assert_eq!(days(&sent(&certification(), now(), &[(ENROLMENT, "none")], Some(&ended)).unwrap()), "2026-12-11 2028-04-29");
}

#[test]
fn a_year_is_renewed_in_its_last_days() {
    let mut yearly = certification();
    let validity = Validity { ages: six_months_to_three(), ahead_days: 60, until: Until::FiscalYear };
    yearly.terms.effect = Effect::Certify { programme: ProgrammeKey::new("open_nursery"), validity };
    let held = certified("2026-06-01", "2027-03-31", None);
    let on = |today| sent(&yearly, facts("2025-05-01", today), &[(ENROLMENT, "none")], Some(&held)).map(|done| days(&done));
    assert_eq!(on("2027-01-29").unwrap_err(), [" applications.already_certified"]);
    assert_eq!(on("2027-01-30").unwrap(), "2027-04-01 2028-03-31");
}

#[test]
fn the_end_has_a_day_within_the_certification() {
    let effect = Effect::End { programme: ProgrammeKey::new("open_nursery"), last_day: "last_day".to_owned() };
    let end = procedure("end", effect, vec![question("last_day", AnswerKind::Day, Keep::No)], when(Test::All { of: vec![] }));
    let held = certified("2026-06-01", "2028-04-29", None);
    let on = |day: &str, held| sent(&end, facts("2025-05-01", "2026-12-01"), &[("last_day", day)], held);
    assert!(matches!(on("2026-12-31", Some(&held)).unwrap().settled, Settled::Granted { grant: Grant::End { .. }, .. }));
    assert_eq!(on("2026-11-29", Some(&held)).unwrap_err(), [" applications.last_day_outside"]);
    assert_eq!(on("2028-04-30", Some(&held)).unwrap_err(), [" applications.last_day_outside"]);
    assert_eq!(on("2026-12-31", None).unwrap_err(), [" applications.not_certified"]);
}

#[test]
fn a_change_that_would_end_it_goes_to_a_person() {
    let revise =
        procedure("change", Effect::Revise { programme: ProgrammeKey::new("open_nursery") }, certification().terms.questions, rule());
    let held = certified("2026-06-01", "2028-04-29", None);
    let on = |kind: &str| sent(&revise, facts("2025-05-01", "2026-12-01"), &[(ENROLMENT, kind)], Some(&held)).unwrap();
    assert_eq!(days(&on("unlicensed")), "2026-06-01 2028-04-29");
    assert_eq!(days(&on("nursery")), "review eligibility.enrolled");
}

#[test]
fn a_relief_holds_until_the_fiscal_year_ends() {
    let at_most = Test::AtMost { key: "tax".to_owned(), yen: 77_100, name: word("税") };
    let effect = Effect::Relieve { class: "little_income".to_owned(), name: word("低所得") };
    let relief = procedure("relief", effect, vec![question("tax", AnswerKind::Yen, Keep::No)], when(at_most));
    let family = |classes: Vec<String>| Facts { born: None, classes, ..facts("2025-05-01", "2026-12-01") };
    assert_eq!(days(&sent(&relief, family(vec![]), &[("tax", "77100")], None).unwrap()), "2026-12-01 2027-03-31");
    assert_eq!(days(&sent(&relief, family(vec![]), &[("tax", "77101")], None).unwrap()), "refused eligibility.over");
    let already = family(vec!["little_income".to_owned()]);
    assert_eq!(sent(&relief, already, &[("tax", "0")], None).unwrap_err(), [" applications.already_relieved"]);
}

#[test]
fn what_a_person_must_see_is_named() {
    let mut looked = certification();
    looked.terms.reviews.push(Review { when: when(enrolled()), point: word("在籍の確認") });
    let at_home = sent(&looked, facts("2025-05-01", "2026-12-01"), &[(ENROLMENT, "none")], None).unwrap();
    assert_eq!(days(&at_home), "2026-12-01 2028-04-29");
    looked.terms.reviews[0].when = when(Test::Attached { key: "card".to_owned(), name: word("証明書") });
    let unknown = sent(&looked, facts("2025-05-01", "2026-12-01"), &[(ENROLMENT, "none")], None).unwrap();
    assert_eq!(days(&unknown), "review applications.point");
    // What is refused anyway needs nobody.
    let refused = sent(&looked, facts("2025-05-01", "2026-12-01"), &[(ENROLMENT, "centre")], None).unwrap();
    assert_eq!(days(&refused), "refused eligibility.enrolled");
}

#[test]
fn questions_follow_from_answers_and_a_withdrawn_branch_decides_nothing() {
    let mut branching = certification();
    let unlicensed =
        Test::Known { key: ENROLMENT.to_owned(), values: vec!["unlicensed".to_owned()], yes: word("はい"), no: word("いいえ") };
    let mut name = question("facility", AnswerKind::Text, Keep::Child);
    name.when = Some(when(unlicensed));
    branching.terms.questions.push(name);
    let look = |answers: &[(&str, &str)]| {
        outlook(&Case { procedure: &branching, facts: facts("2025-05-01", "2026-12-01"), filling: &filled(answers), current: None })
    };
    assert_eq!(look(&[]).ask, [ENROLMENT]);
    assert_eq!(look(&[(ENROLMENT, "unlicensed")]).ask, ["facility"]);
    assert_eq!(look(&[(ENROLMENT, "none")]).ask, Vec::<String>::new());
    let changed = [(ENROLMENT, "none"), ("facility", "ちびっこ園")];
    let done = sent(&branching, facts("2025-05-01", "2026-12-01"), &changed, None).unwrap();
    assert!(!done.answers.contains_key("facility") && done.kept.len() == 1);
}

#[test]
fn an_answer_to_what_is_not_asked_any_more_decides_nothing_neither_before_nor_after_sending() {
    let choice =
        |key: &str| Test::Known { key: key.to_owned(), values: vec!["yes".to_owned()], yes: word("はい"), no: word("いいえ") };
    let mut branching = certification();
    let mut hung = question("work", AnswerKind::YesNo, Keep::No);
    hung.when =
        Some(when(Test::Known {
            key: ENROLMENT.to_owned(), values: vec!["unlicensed".to_owned()], yes: word("はい"), no: word("いいえ")
        }));
    let mut deeper = question("tax", AnswerKind::Yen, Keep::No);
    deeper.when = Some(when(choice("work")));
    branching.terms.questions.extend([hung, deeper]);
    let idle = Test::Not { of: Box::new(when(choice("work"))) };
    branching.terms.reviews.push(Review { when: when(idle), point: word("就労の確認") });
    let look = |answers: &[(&str, &str)]| {
        outlook(&Case { procedure: &branching, facts: facts("2025-05-01", "2026-12-01"), filling: &filled(answers), current: None })
    };
    let asked = look(&[(ENROLMENT, "unlicensed"), ("work", "yes")]);
    assert_eq!((asked.ask, asked.verdict), (vec!["tax".to_owned()], Verdict::Yes));
    // The family turns back: the answer about work stands in the draft, and neither it nor what hung on it is seen.
    let stale = [(ENROLMENT, "none"), ("work", "yes")];
    let seen = look(&stale);
    assert_eq!((seen.ask.len(), seen.verdict), (0, Verdict::Unknown));
    assert_eq!(days(&sent(&branching, facts("2025-05-01", "2026-12-01"), &stale, None).unwrap()), "review applications.point");
    assert_eq!(seen, look(&[(ENROLMENT, "none")]));
}

#[test]
fn what_the_city_confirmed_is_not_undone_by_a_declaration_alone() {
    let confirmed = |value: &str| Facts {
        known: [(ENROLMENT.to_owned(), value.to_owned())].into(),
        confirmed: [ENROLMENT.to_owned()].into(),
        ..facts("2025-05-01", "2026-12-01")
    };
    let on = |value: &str, answers: &[(&str, &str)]| days(&sent(&certification(), confirmed(value), answers, None).unwrap());
    assert_eq!(on("nursery", &[(ENROLMENT, "none")]), "review applications.contradicts");
    assert_eq!(on("none", &[(ENROLMENT, "none")]), "2026-12-01 2028-04-29");
    assert_eq!(on("none", &[]), "2026-12-01 2028-04-29");
    // What speaks against the family itself needs nobody.
    assert_eq!(on("none", &[(ENROLMENT, "nursery")]), "refused eligibility.enrolled");
}

#[test]
fn an_answer_has_to_fit_its_question() {
    let terms = certification().terms;
    let change = |key: &str, value: &str| ApplicationChange {
        answers: vec![Answer { key: key.to_owned(), value: value.to_owned() }],
        declared: None,
    };
    let told = |key, value| fill(&terms, &Filling::default(), &change(key, value)).map_err(|parts| parts[0].reason.code.to_string());
    assert_eq!(told(ENROLMENT, "none").unwrap().answers[ENROLMENT], "none");
    assert_eq!(told(ENROLMENT, "mars").unwrap_err(), "applications.answer_invalid");
    assert_eq!(told("pet", "cat").unwrap_err(), "applications.answer_unknown");
    assert!(fill(&terms, &filled(&[(ENROLMENT, "none")]), &change(ENROLMENT, " ")).unwrap().answers.is_empty());
    let relief = procedure("relief", certification().terms.effect, vec![question("tax", AnswerKind::Yen, Keep::No)], rule());
    let typed = fill(&relief.terms, &Filling::default(), &change("tax", "５０，０００円")).unwrap();
    assert_eq!(typed.answers["tax"], "50000");
    let declared = ApplicationChange { answers: vec![], declared: Some(BTreeSet::from(["all".to_owned()])) };
    assert_eq!(fill(&terms, &Filling::default(), &declared).unwrap_err()[0].reason.code, "applications.declaration_unknown");
}

#[test]
fn the_rule_is_asked_on_the_first_day_of_what_is_granted() {
    let mut until_march = certification();
    let spring = Condition { test: Test::Between { from: None, until: Some(day("2026-12-31")) }, source: None };
    until_march.terms.rule = when(Test::All { of: vec![rule(), spring] });
    let on = |born: &str| days(&sent(&until_march, facts(born, "2026-12-01"), &[(ENROLMENT, "none")], None).unwrap());
    assert_eq!(on("2025-05-01"), "2026-12-01 2028-04-29");
    assert_eq!(on("2026-07-15"), "refused eligibility.out_of_time");
}
