use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::applications::Colleague;
use crate::locale::{Locale, Localised};
use crate::world::{day, tokyo};

fn deadline() -> chrono::DateTime<chrono::Utc> {
    tokyo("2026-12-01 12:00")
}

fn hours(hours: i64) -> chrono::DateTime<chrono::Utc> {
    deadline() + TimeDelta::hours(hours)
}

fn ladder() -> Vec<Rung> {
    OutreachRules::default().ladder
}

fn colleague(id: &str) -> Colleague {
    Colleague { account_id: id.into(), name: id.to_owned() }
}

fn life(state: CaseState, results: &[AttemptResult]) -> CaseLife {
    CaseLife { state, desk: CaseDesk::City, results: results.to_vec() }
}

#[test]
fn acceptance_is_never_opening() {
    assert_eq!(reach(false, &[Sending::Accepted, Sending::Accepted]), Reach::Unopened);
    assert_eq!(reach(true, &[Sending::Lost]), Reach::Opened);
    assert_eq!(reach(false, &[Sending::Lost, Sending::Lost]), Reach::Undeliverable);
    assert_eq!(reach(false, &[Sending::Lost, Sending::Open]), Reach::Unopened);
    assert_eq!(reach(false, &[]), Reach::Undeliverable, "nobody can send what has no channel");
}

#[test]
fn one_guardian_is_enough() {
    assert_eq!(family_reach(&[Reach::Undeliverable, Reach::Opened]), Reach::Opened);
    assert_eq!(family_reach(&[Reach::Undeliverable, Reach::Unopened]), Reach::Unopened);
    assert_eq!(family_reach(&[Reach::Undeliverable]), Reach::Undeliverable);
    assert_eq!(family_reach(&[]), Reach::Undeliverable);
}

#[test]
fn the_ladder_is_climbed_rung_by_rung() {
    let step = |rung, reach, now| climb(&ladder(), rung, deadline(), reach, now);
    assert_eq!(step(0, Reach::Unopened, hours(-1)), Climb::Wait(deadline()));
    assert_eq!(step(0, Reach::Unopened, hours(0)), Climb::Send(1, RungKind::Push));
    assert_eq!(step(1, Reach::Unopened, hours(0)), Climb::Wait(hours(24)));
    assert_eq!(step(1, Reach::Unopened, hours(24)), Climb::Send(2, RungKind::Mail));
    assert_eq!(step(2, Reach::Unopened, hours(71)), Climb::Wait(hours(72)));
    assert_eq!(step(2, Reach::Unopened, hours(72)), Climb::Call(3));
    for rung in 0..3 {
        assert_eq!(step(rung, Reach::Opened, hours(100)), Climb::Done);
    }
}

#[test]
fn after_a_long_silence_of_the_server_only_the_last_rung_that_came_is_done() {
    assert_eq!(climb(&ladder(), 0, deadline(), Reach::Unopened, hours(30)), Climb::Send(2, RungKind::Mail));
    assert_eq!(climb(&ladder(), 0, deadline(), Reach::Unopened, hours(300)), Climb::Call(3));
}

#[test]
fn what_cannot_be_delivered_goes_to_a_person_at_once_but_not_before_the_deadline() {
    assert_eq!(climb(&ladder(), 0, deadline(), Reach::Undeliverable, hours(-1)), Climb::Wait(deadline()));
    assert_eq!(climb(&ladder(), 0, deadline(), Reach::Undeliverable, hours(0)), Climb::Call(3));
}

#[test]
fn a_ladder_without_a_person_still_ends_with_one() {
    let only_push = [Rung { after_hours: 0, by: RungKind::Push }];
    assert_eq!(climb(&only_push, 1, deadline(), Reach::Unopened, hours(1)), Climb::Call(2));
    assert_eq!(climb(&[], 0, deadline(), Reach::Unopened, hours(0)), Climb::Call(1));
}

#[test]
fn priority_is_the_sum_of_what_is_so_and_says_why() {
    let standing = Standing {
        children: 1,
        has_used: false,
        unopened_before: 2,
        undeliverable: true,
        classes: vec!["single_parent".to_owned(), "other".to_owned()],
    };
    let priority = weigh(&OutreachRules::default().weights, &standing);
    assert_eq!(priority.points, 20 + 30 + 2 * 15 + 25 + 20);
    assert_eq!(priority.parts.len(), 5);
    assert_eq!(priority.parts[2].times, 2);
    let settled = Standing { children: 2, has_used: true, ..Standing::default() };
    assert_eq!(weigh(&OutreachRules::default().weights, &settled), Priority::default());
    let often = Standing { children: 2, has_used: true, unopened_before: 40, ..Standing::default() };
    assert_eq!(weigh(&OutreachRules::default().weights, &often).points, 5 * 15);
}

#[test]
fn only_what_was_missed_in_a_row_before_counts() {
    use Reach::{Opened, Undeliverable, Unopened};
    assert_eq!(missed_before(&[Unopened, Unopened, Undeliverable, Opened, Unopened]), 2);
    assert_eq!(missed_before(&[Unopened, Opened]), 0);
    assert_eq!(missed_before(&[Unopened]), 0);
    assert_eq!(missed_before(&[]), 0);
}

#[test]
fn rules_are_checked_at_their_places() {
    let today = day("2026-12-01");
    let good = NewOutreachRules { valid_from: today, rules: OutreachRules::default() };
    assert_eq!(check_rules(&good, today), Ok(()));
    let wrong = |change: &dyn Fn(&mut NewOutreachRules), pointer: &str, rejection: Rejection| {
        let mut rules = good.clone();
        change(&mut rules);
        let parts = check_rules(&rules, today).unwrap_err();
        let found: Vec<_> = parts.iter().map(|part| (part.pointer.clone().unwrap(), part.reason.code.clone())).collect();
        assert_eq!(found, vec![(pointer.to_owned(), rejection.code().into())]);
    };
    wrong(&|new| new.valid_from = day("2026-11-30"), "/valid_from", Rejection::RulesPast);
    wrong(&|new| new.rules.ladder.clear(), "/ladder", Rejection::LadderInvalid);
    wrong(&|new| new.rules.ladder.reverse(), "/ladder", Rejection::LadderInvalid);
    wrong(&|new| new.rules.ladder[0].by = RungKind::Person, "/ladder", Rejection::LadderInvalid);
    wrong(&|new| new.rules.ladder[2].after_hours = 1441, "/ladder", Rejection::LadderInvalid);
    wrong(&|new| new.rules.weights[1] = new.rules.weights[0].clone(), "/weights/1", Rejection::WeightInvalid);
    wrong(&|new| new.rules.weights[1].points = 0, "/weights/1", Rejection::WeightInvalid);
    wrong(&|new| new.rules.least_attempts = 0, "/least_attempts", Rejection::AttemptsInvalid);
    let script = |ja: &str| Some(Localised { ja: ja.to_owned(), easy: None, en: "Hello {guardian}".to_owned() });
    wrong(&|new| new.rules.script = script("{child}さん"), "/script/ja", Rejection::ScriptInvalid);
    wrong(&|new| new.rules.script = script(" "), "/script/ja", Rejection::ScriptInvalid);
}

#[test]
fn the_script_is_filled_in_once() {
    let values = [("guardian", "{city}".to_owned()), ("city", "米子市".to_owned())];
    assert_eq!(fill_script("{guardian}さん、{city}です。{matter", &values), "{city}さん、米子市です。{matter");
}

#[test]
fn the_shipped_script_uses_only_what_is_filled_in() {
    for locale in Locale::ALL {
        let script = shipped_script(locale);
        let values: Vec<(&str, String)> = SCRIPT_NAMES.iter().map(|name| (*name, "x".to_owned())).collect();
        assert!(script.contains("{guardian}") && !fill_script(&script, &values).contains('{'), "{script}");
    }
}

#[test]
fn a_case_is_taken_worked_on_and_closed() {
    let (ana, bea) = (colleague("ana"), colleague("bea"));
    let workers = [ana.clone(), bea.clone()];
    let open = life(CaseState::Open, &[]);
    assert_eq!(assign(&open, &"stranger".into(), &workers), Err(Rejection::WorkerUnknown));
    let taken = assign(&open, &ana.account_id, &workers).unwrap();
    assert_eq!(taken, CaseState::Assigned { to: ana.clone() });
    let new = NewAttempt {
        means: AttemptMeans::Call,
        result: AttemptResult::NoAnswer,
        words: String::new(),
        next_on: Some(day("2026-12-02")),
        next_means: Some(AttemptMeans::Visit),
    };
    assert_eq!(attempt(&open, &new, &bea, day("2026-12-02")), Ok(CaseState::Assigned { to: bea.clone() }), "who tries has it");
    assert_eq!(attempt(&life(taken.clone(), &[]), &new, &bea, day("2026-12-02")), Ok(taken.clone()), "a colleague's help takes nothing");
    assert_eq!(attempt(&open, &new, &bea, day("2026-12-03")), Err(Rejection::NextPast));
    let closing = |outcome, words: &str| CaseClosing { outcome, words: words.to_owned() };
    let end = |results: &[AttemptResult], closing: &CaseClosing| close(&life(taken.clone(), results), closing, 3, deadline());
    use AttemptResult::{CallBack, Message, NoAnswer, Reached, Wrong};
    let closed = |outcome| Ok(CaseState::Closed { outcome, at: deadline() });
    assert_eq!(end(&[NoAnswer, Message], &closing(CaseOutcome::Told, "")), Err(Rejection::NotReached));
    assert_eq!(end(&[NoAnswer, Reached], &closing(CaseOutcome::Told, "")), closed(CaseOutcome::Told));
    assert_eq!(end(&[CallBack], &closing(CaseOutcome::Declined, "")), closed(CaseOutcome::Declined));
    assert_eq!(end(&[NoAnswer; 2], &closing(CaseOutcome::Unreached, "")), Err(Rejection::TooFewAttempts { least: 3 }));
    assert_eq!(end(&[NoAnswer, Wrong, Message], &closing(CaseOutcome::Unreached, "")), closed(CaseOutcome::Unreached));
    assert_eq!(end(&[], &closing(CaseOutcome::Moved, " ")), Err(Rejection::WordsMissing));
    assert_eq!(end(&[], &closing(CaseOutcome::Referred, "こども家庭センターへ")), closed(CaseOutcome::Referred));
}

#[test]
fn a_case_goes_to_the_other_desk_where_nobody_has_it_yet() {
    let to = |desk, words: &str| CaseHandOver { desk, words: words.to_owned() };
    let taken = life(CaseState::Assigned { to: colleague("ana") }, &[]);
    assert_eq!(hand_over(&taken, &to(CaseDesk::Centre, "夕方に")), Ok(CaseState::Open));
    assert_eq!(hand_over(&taken, &to(CaseDesk::City, "夕方に")), Err(Rejection::SameDesk));
    assert_eq!(hand_over(&taken, &to(CaseDesk::Centre, " ")), Err(Rejection::WordsMissing));
}

#[test]
fn what_ended_is_left_alone() {
    let over = [
        (CaseState::Resolved { at: deadline() }, Rejection::Resolved),
        (CaseState::Closed { outcome: CaseOutcome::Told, at: deadline() }, Rejection::Closed),
    ];
    for (state, rejection) in over {
        let over = life(state.clone(), &[AttemptResult::Reached]);
        let new =
            NewAttempt { means: AttemptMeans::Call, result: AttemptResult::Reached, words: String::new(), next_on: None, next_means: None };
        assert_eq!(assign(&over, &"ana".into(), &[colleague("ana")]), Err(rejection));
        assert_eq!(attempt(&over, &new, &colleague("ana"), day("2026-12-01")), Err(rejection));
        assert_eq!(hand_over(&over, &CaseHandOver { desk: CaseDesk::Centre, words: "x".to_owned() }), Err(rejection));
        assert_eq!(close(&over, &CaseClosing { outcome: CaseOutcome::Told, words: String::new() }, 3, deadline()), Err(rejection));
        assert_eq!(resolve(&state, &[Reach::Opened], deadline()), None);
    }
}

#[test]
fn a_family_that_opened_all_of_it_leaves_the_list_by_itself() {
    let taken = CaseState::Assigned { to: colleague("ana") };
    assert_eq!(resolve(&taken, &[Reach::Opened, Reach::Unopened], deadline()), None);
    assert_eq!(resolve(&taken, &[Reach::Opened, Reach::Opened], deadline()), Some(CaseState::Resolved { at: deadline() }));
}

/// What may happen to one followed notice that two guardians got, each on two channels.
#[derive(Debug, Clone, Copy)]
enum Happens {
    /// The service says 201, also for an endpoint that is dead.
    Accept(usize, usize),
    /// The service says that it is gone, or it was tried too often.
    Lose(usize, usize),
    Open(usize),
    HoursPass(i64),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        (0..2_usize, 0..2_usize).prop_map(|(guardian, channel)| Happens::Accept(guardian, channel)),
        (0..2_usize, 0..2_usize).prop_map(|(guardian, channel)| Happens::Lose(guardian, channel)),
        (0..2_usize).prop_map(Happens::Open),
        (1..40_i64).prop_map(Happens::HoursPass),
    ]
}

proptest! {
    /// A naive model: a set of those who opened it, and a clock. Whatever the channels say, the family is on the list exactly from the
    /// deadline on until one of them opens it; a person is called at most once, and never for a family that opened it.
    #[test]
    fn the_list_is_who_did_not_open_it_whatever_the_channels_say(story in proptest::collection::vec(happens(), 0..60)) {
        let mut sendings = [[Sending::Open; 2]; 2];
        let mut opened = [false; 2];
        let mut now = hours(-48);
        let (mut rung, mut sent, mut called) = (0, 0, 0);
        for one in story {
            match one {
                Happens::Accept(guardian, channel) if sendings[guardian][channel] == Sending::Open => sendings[guardian][channel] = Sending::Accepted,
                Happens::Lose(guardian, channel) if sendings[guardian][channel] == Sending::Open => sendings[guardian][channel] = Sending::Lost,
                Happens::Open(guardian) => opened[guardian] = true,
                Happens::HoursPass(hours) => now += TimeDelta::hours(hours),
                _ => {}
            }
            let guardians: Vec<Reach> = (0..2).map(|guardian| reach(opened[guardian], &sendings[guardian])).collect();
            let family = family_reach(&guardians);
            prop_assert_eq!(is_missed(deadline(), family, now), now >= deadline() && !opened[0] && !opened[1]);
            let lost = sendings.iter().flatten().all(|sending| *sending == Sending::Lost);
            prop_assert_eq!(family == Reach::Undeliverable, lost && !opened[0] && !opened[1]);
            if called > 0 {
                continue;
            }
            match climb(&ladder(), rung, deadline(), family, now) {
                Climb::Wait(at) => prop_assert!(at > now),
                Climb::Send(next, by) => {
                    prop_assert!(next > rung && by != RungKind::Person && is_missed(deadline(), family, now));
                    (rung, sent) = (next, sent + 1);
                }
                Climb::Call(next) => {
                    prop_assert!(next > rung && is_missed(deadline(), family, now));
                    prop_assert!(lost || now >= hours(72));
                    (rung, called) = (next, called + 1);
                }
                Climb::Done => prop_assert!(opened[0] || opened[1]),
            }
        }
        prop_assert!(sent <= 2 && called <= 1);
    }
}
