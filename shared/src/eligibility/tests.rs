use super::*;
use crate::world::{enrolled, facts, rule, sakaiminato, six_months_to_three, when, word};

fn verdict(test: Test, facts: &Facts) -> Verdict {
    examine(&when(test), facts).verdict
}

#[test]
fn all_any_and_not_are_kleenes() {
    let known = facts("2025-05-01", "2026-12-01");
    let yes = || when(Test::All { of: vec![] });
    let no = || when(Test::Any { of: vec![] });
    let unknown = || when(enrolled());
    let all = |of| verdict(Test::All { of }, &known);
    let any = |of| verdict(Test::Any { of }, &known);
    let not = |of| verdict(Test::Not { of: Box::new(of) }, &known);
    assert_eq!(
        [all(vec![yes(), yes()]), all(vec![yes(), unknown()]), all(vec![unknown(), no()])],
        [Verdict::Yes, Verdict::Unknown, Verdict::No]
    );
    assert_eq!(
        [any(vec![no(), yes()]), any(vec![no(), unknown()]), any(vec![unknown(), yes()])],
        [Verdict::Yes, Verdict::Unknown, Verdict::Yes]
    );
    assert_eq!([not(yes()), not(no()), not(unknown())], [Verdict::No, Verdict::Yes, Verdict::Unknown]);
}

#[test]
fn what_the_city_did_not_write_down_is_not_denied() {
    let known = facts("2025-05-01", "2026-12-01");
    let class = || Test::HouseholdIs { class: "public_assistance".to_owned(), name: word("生活保護") };
    assert_eq!(verdict(class(), &known), Verdict::Unknown);
    assert_eq!(verdict(class(), &Facts { classes: vec!["public_assistance".to_owned()], ..known }), Verdict::Yes);
}

#[test]
fn a_residence_elsewhere_needs_no_proof_and_one_here_does() {
    let here = || Test::LivesIn { municipalities: vec![] };
    let proven = facts("2025-05-01", "2026-12-01");
    let said = Facts { is_residence_proven: false, ..proven.clone() };
    let elsewhere = Facts { residence: sakaiminato(), ..said.clone() };
    assert_eq!(
        [verdict(here(), &proven), verdict(here(), &said), verdict(here(), &elsewhere)],
        [Verdict::Yes, Verdict::Unknown, Verdict::No]
    );
    assert_eq!(verdict(Test::LivesIn { municipalities: vec![sakaiminato()] }, &proven), Verdict::No);
    assert_eq!(examine(&when(here()), &said).missing(), [Missing::Residence]);
}

#[test]
fn a_decision_names_what_it_rests_on_and_nothing_else() {
    let mut known = facts("2025-05-01", "2026-12-01");
    let open = examine(&rule(), &known);
    assert_eq!((open.verdict, open.missing()), (Verdict::Unknown, vec![Missing::Known { key: ENROLMENT.to_owned() }]));
    known.known.insert(ENROLMENT.to_owned(), "nursery".to_owned());
    let refused = examine(&rule(), &known);
    assert_eq!((refused.verdict, refused.missing()), (Verdict::No, vec![]));
    let codes = |finding: &Finding| finding.grounds().iter().map(|ground| ground.reason.code.to_string()).collect::<Vec<_>>();
    // That the family lives here decides nothing; the source of the whole rule stands beside.
    assert_eq!(codes(&refused), ["eligibility.enrolled"]);
    assert_eq!(refused.grounds()[0].source, Some(word("法30条の15")));
    known.known.insert(ENROLMENT.to_owned(), "unlicensed".to_owned());
    assert_eq!(codes(&examine(&rule(), &known)), ["eligibility.lives_here", "eligibility.enrolled"]);
}

#[test]
fn months_since_the_birth_end_the_day_before() {
    let within = |today: &str| verdict(Test::WithinMonthsOfBirth { months: 12 }, &facts("2025-12-01", today));
    assert_eq!(
        ["2025-11-30", "2025-12-01", "2026-11-30", "2026-12-01"].map(within),
        [Verdict::No, Verdict::Yes, Verdict::Yes, Verdict::No]
    );
}

#[test]
fn an_age_is_asked_on_the_day() {
    let on = |today: &str| verdict(Test::Age { ages: six_months_to_three() }, &facts("2024-04-10", today));
    assert_eq!(["2024-10-09", "2024-10-10", "2027-04-08", "2027-04-09"].map(on), [Verdict::No, Verdict::Yes, Verdict::Yes, Verdict::No]);
}

#[test]
fn a_condition_travels_as_it_is() {
    let text = serde_json::to_string(&rule()).unwrap();
    assert_eq!(serde_json::from_str::<Condition>(&text).unwrap(), rule());
    assert!(text.contains("\"kind\":\"all\"") && text.contains("\"source\""));
    assert_eq!(serde_json::from_str::<Condition>("{\"kind\":\"lives_in\"}").unwrap(), when(Test::LivesIn { municipalities: vec![] }));
}

#[test]
fn what_makes_no_sense_is_told_where_it_stands() {
    let places = |condition: &Condition| -> Vec<(String, String)> {
        check(condition, "/rule", &|key| key == "work")
            .into_iter()
            .map(|part| (part.pointer.unwrap(), part.reason.code.to_string()))
            .collect()
    };
    assert_eq!(places(&rule()), []);
    let unknown = Test::Known { key: "pet".to_owned(), values: vec![], yes: word("はい"), no: word("いいえ") };
    let wrong = when(Test::All { of: vec![when(Test::Any { of: vec![] }), when(unknown), when(Test::EnrolledIn { kinds: vec![] })] });
    let told = [
        ("/rule/of/0/of", "part_count"),
        ("/rule/of/1/values", "no_value"),
        ("/rule/of/1/key", "key_unknown"),
        ("/rule/of/2/kinds", "no_value"),
    ];
    assert_eq!(places(&wrong), told.map(|(place, code)| (place.to_owned(), format!("eligibility.{code}"))));
    let deep = (0..9).fold(rule(), |inner, _| when(Test::Not { of: Box::new(inner) }));
    assert!(places(&deep)[0].1 == "eligibility.too_deep");
}
