use super::*;
use crate::applications::{Decision, Proposal};
use crate::eligibility::{ENROLMENT, Test};
use crate::procedures::{Procedure, Review};
use crate::world::{certification, day, facts, filled, procedure, question, rule, tokyo, when, word};

const TODAY: &str = "2026-12-03";

fn in_review(proposed: Option<Proposal>) -> ApplicationState {
    ApplicationState::InReview { points: vec![], proposed }
}

fn granting(words: &str) -> OfficerDecision {
    OfficerDecision { grants: true, words: words.to_owned(), confirms_residence: false, known: vec![] }
}

fn refusing(words: &str) -> OfficerDecision {
    OfficerDecision { grants: false, ..granting(words) }
}

/// Says what comes of a decision on a desk.
fn told(desk: &Desk<'_>, decision: &OfficerDecision) -> Result<String, Vec<String>> {
    match decide(desk, decision) {
        Ok(Ruled::Proposed) => Ok("proposed".to_owned()),
        Ok(Ruled::Decided(judged)) => Ok(judged.grant.map_or("refused".to_owned(), |grant| match grant.days() {
            Some(days) => format!("granted {} {}", days.from, days.until),
            None => "granted".to_owned(),
        })),
        Err(parts) => Err(codes(parts)),
    }
}

fn codes(parts: Vec<ProblemPart>) -> Vec<String> {
    parts.into_iter().map(|part| format!("{} {}", part.pointer.unwrap_or_default(), part.reason.code).trim().to_owned()).collect()
}

fn with_desk<T>(
    procedure: &Procedure,
    facts: Facts,
    answers: &[(&str, &str)],
    state: &ApplicationState,
    see: impl Fn(&Desk<'_>) -> T,
) -> T {
    let filling = filled(answers);
    let officer = AccountId::from("first");
    see(&Desk { case: Case { procedure, facts, filling: &filling, current: None }, state, officer: &officer, today: day(TODAY) })
}

fn unproven() -> Facts {
    Facts { is_residence_proven: false, ..facts("2025-05-01", "2026-12-01") }
}

#[test]
fn an_open_point_is_answered_by_a_document_or_in_words() {
    with_desk(&certification(), unproven(), &[(ENROLMENT, "none")], &in_review(None), |desk| {
        assert_eq!(told(desk, &granting("")).unwrap_err(), ["/words applications.words_missing"]);
        assert_eq!(told(desk, &granting("窓口で確認しました")).unwrap(), "granted 2026-12-01 2028-04-29");
        let seen = OfficerDecision { confirms_residence: true, ..granting("") };
        assert_eq!(told(desk, &seen).unwrap(), "granted 2026-12-01 2028-04-29");
        assert_eq!(told(desk, &refusing(" ")).unwrap_err(), ["/words applications.words_missing"]);
        assert_eq!(told(desk, &refusing("住所が確認できません")).unwrap(), "refused");
    });
    with_desk(&certification(), facts("2025-05-01", "2026-12-01"), &[(ENROLMENT, "none")], &in_review(None), |desk| {
        let seen = OfficerDecision { confirms_residence: true, ..granting("") };
        assert_eq!(told(desk, &seen).unwrap_err(), ["/confirms_residence applications.residence_not_open"]);
        // Nothing is open any more: the rule grants by itself, and a refusal has to be explained.
        assert_eq!(told(desk, &granting("")).unwrap(), "granted 2026-12-01 2028-04-29");
        assert_eq!(told(desk, &refusing("")).unwrap_err(), ["/words applications.words_missing"]);
    });
}

#[test]
fn what_the_rule_refuses_no_officer_grants() {
    with_desk(&certification(), unproven(), &[(ENROLMENT, "nursery")], &in_review(None), |desk| {
        assert_eq!(told(desk, &granting("特例")).unwrap_err(), ["applications.rule_says_no", "eligibility.enrolled"]);
        assert_eq!(told(desk, &refusing("")).unwrap(), "refused");
        // The family has left the nursery since: what the officer knows decides.
        let known = |key: &str, value: &str| vec![Answer { key: key.to_owned(), value: value.to_owned() }];
        let left = OfficerDecision { known: known(ENROLMENT, "none"), confirms_residence: true, ..granting("") };
        assert_eq!(told(desk, &left).unwrap(), "granted 2026-12-01 2028-04-29");
        let idle = OfficerDecision { confirms_residence: true, ..refusing("") };
        assert_eq!(told(desk, &idle).unwrap_err(), ["/confirms_residence applications.residence_not_open"], "it decides nothing here");
        let left = OfficerDecision { known: known(ENROLMENT, "none"), ..granting("退園を確認しました") };
        assert_eq!(told(desk, &left).unwrap(), "granted 2026-12-01 2028-04-29");
        let wrong = OfficerDecision { known: [known(ENROLMENT, "mars"), known("pet", "cat")].concat(), ..granting("") };
        let told = told(desk, &wrong).unwrap_err();
        assert_eq!(&told[..2], ["/known/0/value applications.fact_invalid", "/known/1/key applications.fact_unknown"]);
    });
}

#[test]
fn what_is_over_or_moved_away_is_refused_by_rule() {
    let almost_three = Facts { is_residence_proven: false, ..facts("2023-12-04", "2026-12-01") };
    with_desk(&certification(), almost_three, &[(ENROLMENT, "none")], &in_review(None), |desk| {
        assert_eq!(told(desk, &granting("可")).unwrap_err(), ["applications.nothing_left"]);
        assert_eq!(told(&Desk { today: day("2026-12-02"), ..desk.clone() }, &granting("可")).unwrap(), "granted 2026-12-01 2026-12-02");
    });
    let moved = Facts { residence: crate::world::sakaiminato(), ..unproven() };
    let anywhere = procedure("any", certification().terms.effect, certification().terms.questions, when(Test::All { of: vec![] }));
    with_desk(&anywhere, moved, &[(ENROLMENT, "none")], &in_review(None), |desk| {
        assert_eq!(told(desk, &granting("可")).unwrap_err(), ["applications.other_city"]);
        assert_eq!(told(desk, &refusing("転出されたため")).unwrap(), "refused");
    });
}

#[test]
fn it_takes_two_where_the_procedure_says_so() {
    let mut two = certification();
    two.terms.two_officers = true;
    let proposal =
        |by: &str| Proposal { decision: granting("確認しました"), by: by.into(), at: crate::world::tokyo("2026-12-02 9:00") };
    let check = |confirms, words: &str| ProposalCheck { confirms, words: words.to_owned() };
    with_desk(&two, unproven(), &[(ENROLMENT, "none")], &in_review(None), |desk| {
        assert_eq!(told(desk, &granting("確認しました")).unwrap(), "proposed");
        assert_eq!(codes(check_proposal(desk, &check(true, "")).unwrap_err()), ["applications.not_proposed"]);
    });
    with_desk(&two, unproven(), &[(ENROLMENT, "none")], &in_review(Some(proposal("first"))), |desk| {
        assert_eq!(codes(check_proposal(desk, &check(true, "")).unwrap_err()), ["applications.same_officer"]);
        assert_eq!(told(desk, &refusing("考え直しました")).unwrap(), "proposed");
    });
    with_desk(&two, unproven(), &[(ENROLMENT, "none")], &in_review(Some(proposal("another"))), |desk| {
        assert_eq!(told(desk, &granting("確認しました")).unwrap_err(), ["applications.proposed"]);
        assert_eq!(codes(check_proposal(desk, &check(false, " ")).unwrap_err()), ["/words applications.words_missing"]);
        assert_eq!(check_proposal(desk, &check(false, "住民票の日付を見てください")).unwrap(), Checked::SentBack);
        let Checked::Decided(judged, decision) = check_proposal(desk, &check(true, "")).unwrap() else { panic!("not decided") };
        assert!(judged.grant.is_some() && decision.words == "確認しました");
    });
    // What was proposed may not be possible any more.
    with_desk(&two, unproven(), &[(ENROLMENT, "nursery")], &in_review(Some(proposal("another"))), |desk| {
        assert_eq!(codes(check_proposal(desk, &check(true, "")).unwrap_err())[0], "applications.rule_says_no");
    });
}

#[test]
fn only_what_is_in_review_is_decided_or_given_back() {
    let decision = Decision {
        number: "1".to_owned(),
        decided_at: crate::world::tokyo("2026-12-02 9:00"),
        by: crate::applications::Decider::Officer,
        grounds: vec![],
        words: String::new(),
        days: None,
        entitlement_id: None,
        entitlement_number: None,
    };
    let comment = |key: &str, words: &str| FieldComment { key: key.to_owned(), words: words.to_owned() };
    let terms = certification().terms;
    for state in
        [ApplicationState::Draft, ApplicationState::Returned { at: tokyo("2026-11-24 9:00") }, ApplicationState::Refused { decision }]
    {
        with_desk(&certification(), unproven(), &[(ENROLMENT, "none")], &state, |desk| {
            assert_eq!(told(desk, &granting("可")).unwrap_err(), ["applications.not_in_review"]);
        });
        assert_eq!(codes(give_back(&terms, &state, &[comment(ENROLMENT, "園の名前")]).unwrap_err()), ["applications.not_in_review"]);
    }
    let state = in_review(None);
    assert_eq!(give_back(&terms, &state, &[comment(ENROLMENT, "園の名前を書いてください")]), Ok(()));
    assert_eq!(codes(give_back(&terms, &state, &[]).unwrap_err()), ["/comments applications.comment_missing"]);
    let wrong = [comment("pet", "ねこ"), comment(ENROLMENT, " ")];
    let expected = ["/comments/0/key applications.comment_unknown", "/comments/1/words applications.comment_missing"];
    assert_eq!(codes(give_back(&terms, &state, &wrong).unwrap_err()), expected);
}

#[test]
fn a_change_that_the_rule_would_end_is_for_a_person_to_judge() {
    let effect = Effect::Revise { programme: crate::programmes::ProgrammeKey::new("open_nursery") };
    let revise = procedure("change", effect, certification().terms.questions, rule());
    let filling = filled(&[(ENROLMENT, "nursery")]);
    let held = crate::entitlements::Entitlement {
        id: "e".into(),
        number: "1".to_owned(),
        child: crate::bookings::BookedChild { id: "child".into(), name: "子".to_owned(), kana: "コ".to_owned() },
        programme: crate::programmes::ProgrammeKey::new("open_nursery"),
        programme_name: word("誰でも通園"),
        municipality: crate::world::yonago(),
        valid_from: day("2026-06-01"),
        valid_until: day("2028-04-29"),
        ended: None,
        application_id: None,
        version: 1,
    };
    let case = Case { procedure: &revise, facts: facts("2025-05-01", "2026-12-01"), filling: &filling, current: Some(&held) };
    let (state, officer) = (in_review(None), AccountId::from("first"));
    let desk = Desk { case, state: &state, officer: &officer, today: day(TODAY) };
    assert_eq!(told(&desk, &granting("")).unwrap_err(), ["/words applications.words_missing"]);
    assert_eq!(told(&desk, &granting("一時的な在籍です")).unwrap(), "granted 2026-06-01 2028-04-29");
}

#[test]
fn what_a_person_must_see_needs_words_and_no_grounds_are_made_up() {
    let mut looked = certification();
    looked.terms.reviews.push(Review { when: when(Test::All { of: vec![] }), point: word("在籍の確認") });
    looked.terms.questions.push(question("day", crate::programmes::AnswerKind::Day, Keep::No));
    with_desk(&looked, facts("2025-05-01", "2026-12-01"), &[(ENROLMENT, "none")], &in_review(None), |desk| {
        assert_eq!(told(desk, &granting("")).unwrap_err(), ["/words applications.words_missing"]);
        let Ruled::Decided(judged) = decide(desk, &granting("確認済み")).unwrap() else { panic!("not decided") };
        assert!(!judged.grounds.is_empty() && judged.kept.is_empty());
        let Ruled::Decided(judged) = decide(desk, &refusing("在籍中でした")).unwrap() else { panic!("not decided") };
        assert!(judged.grounds.is_empty(), "what was to be looked at is no reason to refuse");
        // What belongs to this application alone is the family's to correct.
        let noted = vec![Answer { key: "day".to_owned(), value: "2026-12-01".to_owned() }];
        let told = told(desk, &OfficerDecision { known: noted, ..granting("可") }).unwrap_err();
        assert_eq!(told, ["/known/0/key applications.fact_unknown"]);
    });
}

#[test]
fn an_open_point_is_no_reason_of_a_refusal() {
    let reasons = |facts: Facts, enrolment: &str, words: &str| {
        with_desk(&certification(), facts, &[(ENROLMENT, enrolment)], &in_review(None), |desk| {
            let Ruled::Decided(judged) = decide(desk, &refusing(words)).unwrap() else { panic!("not decided") };
            judged.grounds.into_iter().map(|ground| ground.reason.code).collect::<Vec<_>>()
        })
    };
    // The residence is open, and the officer refuses for something else.
    assert!(reasons(unproven(), "none", "証明書の年度が違います").is_empty());
    // The rule's own no stays a reason, and what is open beside it is none.
    assert_eq!(reasons(unproven(), "nursery", "在園中です"), ["eligibility.enrolled"]);
}

#[test]
fn the_family_sees_no_proposal() {
    let proposal = Proposal { decision: refusing("案"), by: "first".into(), at: crate::world::tokyo("2026-12-02 9:00") };
    assert_eq!(in_review(Some(proposal)).for_family(), in_review(None));
}
