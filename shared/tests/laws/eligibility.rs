//! Eligibility: what is explained is what is decided, and what is unknown never grants.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use shared::applications::{Case, Settled, outlook, submit};
use shared::eligibility::{Condition, ENROLMENT, Facts, Missing, Test, Verdict, examine, verdict};
use shared::problem::Datum;
use shared::programmes::{AgeBasis, AgeEnd, Ages, ProgrammeKey};
use shared::time::{days_after, days_before};

use crate::cases;
use crate::world::{certification, day, facts, filled, held, when, word};

const KEYS: usize = 6;

/// A leaf whose sentence names its key.
fn leaf(key: usize) -> Condition {
    let key = format!("k{key}");
    when(Test::Known { values: vec!["yes".to_owned()], yes: word(&key), no: word(&key), key })
}

fn conditions() -> impl Strategy<Value = Condition> {
    (0..KEYS).prop_map(leaf).prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|of| when(Test::All { of })),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|of| when(Test::Any { of })),
            inner.prop_map(|of| when(Test::Not { of: Box::new(of) })),
        ]
    })
}

/// Conditions over everything that campaigns ask, with days to come within days to come.
fn asked_of_families() -> impl Strategy<Value = Condition> {
    let programme = || ProgrammeKey::new("open_nursery");
    let leaf = prop_oneof![
        (0_u32..40).prop_map(|from_months| {
            let ages = Ages { from_months, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
            when(Test::Age { ages })
        }),
        (1_u32..30).prop_map(|months| when(Test::WithinMonthsOfBirth { months })),
        (1_u32..5).prop_map(|at_least| when(Test::Siblings { at_least })),
        (1_u32..4, 1_u32..60).prop_map(move |(at_least, within_days)| {
            when(Test::HasUsed { programme: programme(), name: word("通園"), at_least, within_days })
        }),
        (1_i64..700)
            .prop_map(move |at_least_minutes| { when(Test::Unused { programme: programme(), name: word("通園"), at_least_minutes }) }),
        (0_u32..31).prop_map(|at_most| when(Test::DaysLeftInMonth { at_most })),
        (1_u32..400).prop_map(|within_days| when(Test::MovedIn { within_days })),
        Just(when(Test::LivesIn { municipalities: vec![] })),
        Just(when(Test::Certified { programme: programme(), name: word("通園") })),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|of| when(Test::All { of })),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|of| when(Test::Any { of })),
            inner.clone().prop_map(|of| when(Test::Not { of: Box::new(of) })),
            (1_u32..60, inner).prop_map(|(days, of)| when(Test::InDays { days, of: Box::new(of) })),
        ]
    })
}

/// A family of which some things are known and others not.
fn families() -> impl Strategy<Value = Facts> {
    let born = proptest::option::of(0_u32..1500);
    let used = proptest::option::of(proptest::collection::vec(0_u32..90, 0..4));
    let left = proptest::option::of(0_i64..700);
    let moved = proptest::option::of(0_u32..500);
    (born, used, left, moved, proptest::option::of(0_u32..5), any::<bool>(), any::<bool>()).prop_map(
        |(born, used, left, moved, children, proven, certified)| {
            let today = day("2026-12-01");
            let programme = ProgrammeKey::new("open_nursery");
            let before = |days: u32| days_before(today, days);
            Facts {
                born: born.map(before),
                used: used.map(|days| (programme.clone(), days.into_iter().map(before).collect())).into_iter().collect(),
                left: left.map(|left| (programme, left)).into_iter().collect(),
                moved_in: moved.map(before),
                children,
                is_residence_proven: proven,
                certified: if certified { vec![held("open_nursery")] } else { vec![] },
                ..facts("2025-05-01", "2026-12-01")
            }
        },
    )
}

/// What is known: nothing, yes or no for each key.
fn answers() -> impl Strategy<Value = Vec<Option<bool>>> {
    proptest::collection::vec(proptest::option::of(any::<bool>()), KEYS)
}

fn knowing(answers: &[Option<bool>]) -> Facts {
    let value = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let known = answers.iter().enumerate().filter_map(|(n, answer)| Some((format!("k{n}"), value((*answer)?)))).collect();
    Facts { known, ..facts("2025-05-01", "2026-12-01") }
}

/// Plain logic over whole answers.
fn holds(condition: &Condition, answers: &[bool]) -> bool {
    match &condition.test {
        Test::All { of } => of.iter().all(|part| holds(part, answers)),
        Test::Any { of } => of.iter().any(|part| holds(part, answers)),
        Test::Not { of } => !holds(of, answers),
        Test::Known { key, .. } => answers[key[1..].parse::<usize>().unwrap()],
        other => panic!("{other:?}"),
    }
}

/// Every way in which what is unknown may turn out.
fn completions(answers: &[Option<bool>]) -> Vec<Vec<bool>> {
    answers.iter().fold(vec![vec![]], |whole, answer| {
        let turns = answer.map_or_else(|| vec![false, true], |known| vec![known]);
        whole.iter().flat_map(|begun| turns.iter().map(|turn| [begun.as_slice(), &[*turn]].concat())).collect()
    })
}

/// The keys that the grounds name.
fn named(condition: &Condition, facts: &Facts) -> BTreeSet<String> {
    let finding = examine(condition, facts);
    let words = finding.grounds().into_iter().filter_map(|ground| match ground.reason.data.get("words")? {
        Datum::Names(names) => Some(names.ja.clone()),
        _ => None,
    });
    words
        .chain(finding.missing().into_iter().map(|missing| match missing {
            Missing::Known { key } => key,
            other => panic!("{other:?}"),
        }))
        .collect()
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn the_verdict_alone_is_the_one_that_is_explained(condition in asked_of_families(), known in families()) {
        let finding = examine(&condition, &known);
        prop_assert_eq!(verdict(&condition, &known), finding.verdict);
        // Whatever is decided, some leaf decides it, unless nothing was asked.
        let has_leaf = { let mut any = false; shared::eligibility::leaves(&condition, &mut |_| any = true); any };
        prop_assert!(finding.verdict != Verdict::Unknown || (has_leaf && !finding.open().is_empty()));
    }

    #[test]
    fn days_to_come_add_up(condition in asked_of_families(), known in families(), first in 1_u32..40, second in 1_u32..40) {
        let later = |days, of| when(Test::InDays { days, of: Box::new(of) });
        let twice = later(first, later(second, condition.clone()));
        prop_assert_eq!(verdict(&twice, &known), verdict(&later(first + second, condition.clone()), &known));
        // What is known of the month alone does not go on into another one; everything else is as if asked on that day.
        if known.left.is_empty() {
            let then = Facts { day: days_after(known.day, first), ..known.clone() };
            prop_assert_eq!(verdict(&later(first, condition.clone()), &known), verdict(&condition, &then));
        }
    }

    #[test]
    fn what_is_decided_holds_however_the_unknown_turns_out(condition in conditions(), answers in answers()) {
        let turns: BTreeSet<bool> = completions(&answers).iter().map(|whole| holds(&condition, whole)).collect();
        match examine(&condition, &knowing(&answers)).verdict {
            Verdict::Yes => prop_assert_eq!(turns, BTreeSet::from([true])),
            Verdict::No => prop_assert_eq!(turns, BTreeSet::from([false])),
            Verdict::Unknown => prop_assert!(answers.contains(&None)),
        }
    }

    #[test]
    fn the_reasons_alone_decide_the_same(condition in conditions(), answers in answers()) {
        let known = knowing(&answers);
        let finding = examine(&condition, &known);
        let named = named(&condition, &known);
        // Whatever the explanation does not name may be forgotten.
        let only: BTreeMap<String, String> = known.known.iter().filter(|(key, _)| named.contains(*key)).map(|(k, v)| (k.clone(), v.clone())).collect();
        prop_assert_eq!(examine(&condition, &Facts { known: only, ..known }).verdict, finding.verdict);
        prop_assert_eq!(finding.verdict == Verdict::Unknown, !finding.missing().is_empty());
    }

    #[test]
    fn answering_what_is_missing_always_decides(condition in conditions(), answers in answers(), turns in proptest::collection::vec(any::<bool>(), KEYS)) {
        let mut answers = answers;
        // "What would I need?", one question at a time.
        for _ in 0..=KEYS {
            let missing = examine(&condition, &knowing(&answers)).missing();
            let Some(Missing::Known { key }) = missing.first() else { break };
            let n: usize = key[1..].parse().unwrap();
            prop_assert!(answers[n].is_none(), "asked again");
            answers[n] = Some(turns[n]);
        }
        prop_assert!(examine(&condition, &knowing(&answers)).verdict != Verdict::Unknown);
    }

    #[test]
    fn what_is_shown_before_sending_is_what_sending_decides(
        age in 0_i64..1500, proven in any::<bool>(), enrolled in proptest::option::of(prop_oneof!["none", "nursery", "unlicensed"]),
    ) {
        let today = crate::world::day("2026-12-01");
        let born = today - chrono::TimeDelta::days(age);
        let mut procedure = certification();
        procedure.terms.questions[0].question.required = false;
        let answers: Vec<(&str, &str)> = enrolled.as_deref().map(|kind| (ENROLMENT, kind)).into_iter().collect();
        let filling = filled(&answers);
        let facts = Facts { is_residence_proven: proven, ..facts(&born.to_string(), "2026-12-01") };
        let case = Case { procedure: &procedure, facts, filling: &filling, current: None };
        let shown = outlook(&case);
        match submit(&case) {
            Ok(done) => match done.settled {
                Settled::Granted { grant, grounds } => {
                    prop_assert_eq!((shown.verdict, shown.days, &shown.grounds), (Verdict::Yes, grant.days(), &grounds));
                    prop_assert!(proven && enrolled.as_deref().is_some_and(|kind| kind != "nursery"), "granted what is not known");
                }
                Settled::Refused { grounds } => prop_assert_eq!((shown.verdict, &shown.grounds), (Verdict::No, &grounds)),
                Settled::Review { .. } => prop_assert_eq!(shown.verdict, Verdict::Unknown),
            },
            Err(parts) => prop_assert_eq!(shown.against, parts.into_iter().map(|part| part.reason).collect::<Vec<_>>()),
        }
    }
}
