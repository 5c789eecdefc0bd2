//! The certification of 誰でも通園, and what is known of a child that applies for it.

use std::collections::{BTreeMap, BTreeSet};

use shared::applications::Filling;
use shared::eligibility::{Condition, ENROLMENT, Enrolment, Facts, Test, examine};
use shared::entitlements::Certified;
use shared::locale::Localised;
use shared::problem::Reason;
use shared::procedures::{Effect, FormQuestion, Keep, NoticeWords, Procedure, ProcedureKey, ProcedureTerms, Until, Validity};
use shared::programmes::{AgeBasis, AgeEnd, Ages, AnswerKind, Choice, ProgrammeKey, Question};

use super::{day, sakaiminato, yonago};

/// A condition without a source.
pub fn when(test: Test) -> Condition {
    Condition { test, source: None }
}

/// The same word in every language.
pub fn word(text: &str) -> Localised {
    Localised::new(text, text, text)
}

/// Six months to under three.
pub fn six_months_to_three() -> Ages {
    Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay }
}

/// Enrolled in a kind of facility that the certification excludes.
pub fn enrolled() -> Test {
    let kinds = vec![Enrolment::Nursery, Enrolment::Centre, Enrolment::Kindergarten, Enrolment::Community, Enrolment::Company];
    Test::EnrolledIn { kinds }
}

/// Lives in the city, and is not enrolled.
pub fn rule() -> Condition {
    let here = Test::LivesIn { municipalities: vec![] };
    Condition {
        test: Test::All { of: vec![when(here), when(Test::Not { of: Box::new(when(enrolled())) })] },
        source: Some(word("法30条の15")),
    }
}

/// A question about the enrolment, which is kept of the child.
pub fn enrolment_question() -> FormQuestion {
    let choices = Enrolment::ALL.iter().map(|kind| Choice { key: kind.key().to_owned(), name: word(kind.key()) }).collect();
    question(ENROLMENT, AnswerKind::Choice { choices }, Keep::Child)
}

/// A question that has to be answered.
pub fn question(key: &str, answer: AnswerKind, keep: Keep) -> FormQuestion {
    FormQuestion { question: Question { key: key.to_owned(), text: word(key), answer, required: true }, hint: None, when: None, keep }
}

/// The words of a notice.
pub fn notice() -> NoticeWords {
    let said = |text: &str| text.to_owned();
    NoticeWords {
        issuer: said("米子市長"),
        granted_title: said("認定通知書"),
        granted: said("認定しました。"),
        refused_title: said("却下通知書"),
        refused: said("却下しました。"),
        objection: said("審査請求をすることができます。"),
        contact: said("こども施設課"),
    }
}

/// What an effect needs for a procedure.
pub fn procedure(key: &str, effect: Effect, questions: Vec<FormQuestion>, rule: Condition) -> Procedure {
    Procedure {
        id: key.into(),
        key: ProcedureKey::new(key),
        municipality: yonago(),
        valid_from: day("2026-04-01"),
        valid_until: None,
        name: word(key),
        summary: word(key),
        terms: ProcedureTerms {
            effect,
            questions,
            attachments: vec![],
            declarations: vec![Choice { key: "true".to_owned(), name: word("true") }],
            rule,
            reviews: vec![],
            two_officers: false,
            target_days: 5,
            follow_ups: vec![],
            notice: notice(),
        },
    }
}

/// 認定申請: applied for up to 60 days ahead.
pub fn certification() -> Procedure {
    let validity = Validity { ages: six_months_to_three(), ahead_days: 60, until: Until::Age };
    let effect = Effect::Certify { programme: ProgrammeKey::new("open_nursery"), validity };
    procedure("open_nursery_certification", effect, vec![enrolment_question()], rule())
}

/// A child of Yonago, whose residence is proven.
pub fn facts(born: &str, today: &str) -> Facts {
    Facts {
        day: day(today),
        city: yonago(),
        born: Some(day(born)),
        residence: yonago(),
        is_residence_proven: true,
        classes: vec![],
        certified: vec![],
        known: BTreeMap::new(),
        confirmed: BTreeSet::new(),
        attached: BTreeSet::new(),
        children: None,
        moved_in: None,
        used: BTreeMap::new(),
        left: BTreeMap::new(),
    }
}

/// That a child is certified for a programme, this fiscal year.
pub fn held(programme: &str) -> (ProgrammeKey, Certified) {
    (ProgrammeKey::new(programme), Certified { from: day("2026-04-01"), until: day("2027-03-31") })
}

/// Answers, and everything declared.
pub fn filled(answers: &[(&str, &str)]) -> Filling {
    Filling {
        answers: answers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        declared: BTreeSet::from(["true".to_owned()]),
    }
}

/// Every sentence that a condition can say.
pub fn findings() -> Vec<Reason> {
    let known = Facts {
        classes: vec!["needs_support".to_owned()],
        certified: vec![held("open_nursery")],
        children: Some(2),
        moved_in: Some(day("2026-11-20")),
        used: BTreeMap::from([(ProgrammeKey::new("open_nursery"), vec![day("2026-11-20")])]),
        left: BTreeMap::from([(ProgrammeKey::new("open_nursery"), 360)]),
        known: [("work", "yes"), ("tax", "70000"), (ENROLMENT, "nursery")].map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        attached: BTreeSet::from(["card".to_owned()]),
        ..facts("2025-05-01", "2026-12-01")
    };
    let nowhere = Facts { known: [(ENROLMENT.to_owned(), "none".to_owned())].into(), ..known.clone() };
    let other = Facts {
        residence: sakaiminato(),
        known: [("work".to_owned(), "no".to_owned()), ("tax".to_owned(), "90000".to_owned())].into(),
        children: Some(1),
        moved_in: Some(day("2020-04-01")),
        used: BTreeMap::from([(ProgrammeKey::new("open_nursery"), vec![])]),
        left: BTreeMap::from([(ProgrammeKey::new("open_nursery"), 0)]),
        ..facts("2026-09-01", "2026-12-01")
    };
    let nothing = Facts { is_residence_proven: false, born: None, ..facts("2026-09-01", "2026-12-01") };
    let old = facts("2022-01-01", "2026-12-01");
    let tests = [
        Test::Age { ages: six_months_to_three() },
        Test::WithinMonthsOfBirth { months: 24 },
        Test::LivesIn { municipalities: vec![] },
        enrolled(),
        Test::HouseholdIs { class: "needs_support".to_owned(), name: word("支援") },
        Test::Certified { programme: ProgrammeKey::new("open_nursery"), name: word("通園") },
        Test::Known { key: "work".to_owned(), values: vec!["yes".to_owned()], yes: word("はい"), no: word("いいえ") },
        Test::AtMost { key: "tax".to_owned(), yen: 77_101, name: word("税") },
        Test::Attached { key: "card".to_owned(), name: word("証明書") },
        Test::Between { from: Some(day("2026-04-01")), until: Some(day("2027-03-31")) },
        Test::Between { from: Some(day("2027-04-01")), until: None },
        Test::Siblings { at_least: 2 },
        Test::HasUsed { programme: ProgrammeKey::new("open_nursery"), name: word("通園"), at_least: 1, within_days: 90 },
        Test::Unused { programme: ProgrammeKey::new("open_nursery"), name: word("通園"), at_least_minutes: 360 },
        Test::DaysLeftInMonth { at_most: 10 },
        Test::MovedIn { within_days: 30 },
    ];
    let named = |code, key: &str| Reason::new(code).with(key, shared::problem::Datum::Names(word("確認")));
    let mut said = vec![named("applications.point", "words"), named("applications.contradicts", "question")];
    for test in tests {
        for facts in [&known, &nowhere, &other, &nothing, &old] {
            said.extend(examine(&when(test.clone()), facts).reason);
        }
    }
    said
}
