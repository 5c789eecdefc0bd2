//! The life of certifications: whatever is granted, moved away from and revoked, a child is certified on exactly the days of a naive calendar,
//! and a stay stands on those days and no others.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use shared::applications::ApplicationState;
use shared::bookings::BookedChild;
use shared::entitlements::{Certified, Ended, Entitlement, Fate, Revocation, fate, is_ending, moved, revoke};
use shared::locale::Localised;
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::time::day_start;

use crate::cases;
use crate::world::{day, sakaiminato, yonago};

#[derive(Debug, Clone)]
enum Step {
    /// The city of residence certifies from so many days ahead, for so many days.
    Grant { ahead: i64, days: i64 },
    /// The family moves to one of the cities.
    Move { to: usize },
    /// A register has the family no more.
    Leave,
    /// An officer revokes one from so many days around today on.
    Revoke { n: prop::sample::Index, last: i64 },
    /// Days pass.
    Wait { days: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..10_i64, 0..40_i64).prop_map(|(ahead, days)| Step::Grant { ahead, days }),
        2 => (0..2_usize).prop_map(|to| Step::Move { to }),
        1 => Just(Step::Leave),
        1 => (any::<prop::sample::Index>(), -3..30_i64).prop_map(|(n, last)| Step::Revoke { n, last }),
        2 => (1..15_i64).prop_map(|days| Step::Wait { days }),
    ]
}

fn granted(municipality: MunicipalityCode, valid_from: NaiveDate, valid_until: NaiveDate) -> Entitlement {
    Entitlement {
        id: "held".into(),
        number: "1".to_owned(),
        child: BookedChild { id: "child".into(), name: "子".to_owned(), kana: "コ".to_owned() },
        programme: ProgrammeKey::new("open_nursery"),
        programme_name: Localised::new("", "", ""),
        municipality,
        valid_from,
        valid_until,
        ended: None,
        application_id: None,
        version: 1,
    }
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn a_stay_stands_on_the_days_that_are_certified(
        steps in prop::collection::vec(step(), 1..25),
        stays in prop::collection::vec((0..120_i64, 0..3_i64), 1..12),
    ) {
        let first = day("2026-12-01");
        let (mut today, mut home) = (first, yonago());
        let mut held: Vec<Entitlement> = Vec::new();
        let mut calendar: Vec<(MunicipalityCode, BTreeSet<NaiveDate>)> = Vec::new();
        for step in steps {
            match step {
                Step::Wait { days } => today += TimeDelta::days(days),
                Step::Grant { ahead, days } => {
                    let from = today + TimeDelta::days(ahead);
                    held.push(granted(home.clone(), from, from + TimeDelta::days(days)));
                    calendar.push((home.clone(), (0..=days).map(|n| from + TimeDelta::days(n)).collect()));
                }
                Step::Move { to } => {
                    home = [yonago(), sakaiminato()][to].clone();
                    for (one, (city, days)) in held.iter_mut().zip(&mut calendar) {
                        let after = moved(one, Some(&home), today);
                        let loses = *city != home && days.iter().any(|day| today <= *day);
                        let was_placeless = one.ended == Some(Ended::Moved { to: None });
                        prop_assert_eq!(after.is_some(), loses || (*city != home && was_placeless));
                        if let Some(after) = after {
                            let last = if was_placeless { one.valid_until } else { today - TimeDelta::days(1) };
                            prop_assert_eq!((after.version, after.valid_until), (one.version + 1, last));
                            prop_assert_eq!(after.ended.clone(), Some(Ended::Moved { to: Some(home.clone()) }));
                            *one = after;
                            days.retain(|day| *day < today);
                        }
                    }
                }
                Step::Leave => {
                    for (one, (_, days)) in held.iter_mut().zip(&mut calendar).filter(|(_, (city, _))| *city == home) {
                        let after = moved(one, None, today);
                        prop_assert_eq!(after.is_some(), days.iter().any(|day| today <= *day));
                        if let Some(after) = after {
                            *one = after;
                            days.retain(|day| *day < today);
                        }
                    }
                }
                Step::Revoke { n, last } => {
                    if held.is_empty() {
                        continue;
                    }
                    let n = n.index(held.len());
                    let command = Revocation { last_day: today + TimeDelta::days(last), words: "理由".to_owned(), seen: Vec::new() };
                    if let Ok(after) = revoke(&held[n], &command, today) {
                        prop_assert!(-1 <= last, "what was used stays used");
                        prop_assert!(after.valid_until < held[n].valid_until);
                        held[n] = after;
                        calendar[n].1.retain(|day| *day <= command.last_day);
                    } else {
                        let days = &calendar[n].1;
                        let is_over = !days.iter().any(|day| today <= *day);
                        let cuts = days.iter().any(|day| command.last_day < *day);
                        prop_assert!(is_over || last < -1 || !cuts || days.iter().all(|day| command.last_day + TimeDelta::days(1) < *day));
                    }
                }
            }
            let certified: Vec<Certified> =
                held.iter().map(|held| Certified { from: held.valid_from, until: held.valid_until }).collect();
            for n in 0..150 {
                let date = first + TimeDelta::days(n);
                for (one, (_, days)) in held.iter().zip(&calendar) {
                    prop_assert_eq!(one.holds_on(date), days.contains(&date));
                }
            }
            for one in &held {
                let told = is_ending(one, today);
                prop_assert!(!told || (one.ended.is_none() && (0..=30).contains(&(one.valid_until - today).num_days())));
            }
            for (from, more) in &stays {
                let (from, until) = (first + TimeDelta::days(*from), first + TimeDelta::days(from + more));
                let now = day_start(today) + TimeDelta::hours(9);
                let of = |application: Option<&ApplicationState>| fate(&certified, (from, until), application, now);
                let covered = from.iter_days().take_while(|day| *day <= until).all(|day| calendar.iter().any(|(_, days)| days.contains(&day)));
                let review = ApplicationState::InReview { points: Vec::new(), proposed: None };
                let expected = |open: Fate| if covered { Fate::Stands } else { open };
                prop_assert_eq!(of(None), expected(Fate::Ends));
                prop_assert_eq!(of(Some(&ApplicationState::Withdrawn { at: now })), expected(Fate::Ends));
                prop_assert_eq!(of(Some(&review)), expected(Fate::UntilDecided));
                let unsent = if today < from { Fate::UntilDecided } else { Fate::Ends };
                prop_assert_eq!(of(Some(&ApplicationState::Draft)), expected(unsent));
            }
        }
    }
}
