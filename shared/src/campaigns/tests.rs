use super::*;
use crate::eligibility::{Facts, Test, Verdict, examine, verdict};
use crate::ids::CampaignId;
use crate::programmes::{Limit, LimitPeriod, LimitUnit, Programme, Terms, Unit};
use crate::world::{day, facts, six_months_to_three, tokyo, when, word};

const NOW: &str = "2026-12-01 9:00";

fn who(id: &str) -> Colleague {
    Colleague { account_id: id.into(), name: id.to_owned() }
}

fn plan(when_: When) -> CampaignPlan {
    CampaignPlan {
        name: "案内".to_owned(),
        audience: when(Test::All { of: vec![] }),
        texts: Texts { ja: Words { subject: "件名".to_owned(), text: "本文".to_owned() }, easy: None, en: None },
        step: Step::Notices,
        when: when_,
        deadline_days: None,
        hold_out_percent: 0,
    }
}

fn once() -> CampaignPlan {
    plan(When::Once { at: None })
}

fn standing(repeat: Repeat) -> When {
    When::Standing { from: day("2026-12-01"), until: None, repeat }
}

fn draft() -> CampaignLife {
    CampaignLife { state: State::Draft, author: who("ana"), editor: who("ana"), proposal: None, approval: None, returned: None }
}

fn rules() -> CampaignRules {
    CampaignRules { four_eyes_over: 100, cap_notices: 3, cap_days: 30, growth_percent: 10 }
}

fn proposed(plan: &CampaignPlan, families: u32) -> CampaignLife {
    propose(&draft(), plan, (families, families), &rules(), (&who("ana"), tokyo(NOW))).unwrap()
}

#[test]
fn a_small_single_campaign_goes_alone_and_a_large_one_takes_two() {
    assert_eq!(proposed(&once(), 100).state, State::Scheduled { at: tokyo(NOW) });
    let waits = proposed(&once(), 101);
    assert_eq!(waits.state, State::Proposed);
    let agreed = approve(&waits, &once(), 101, &rules(), (&who("bea"), tokyo(NOW))).unwrap();
    assert_eq!((agreed.state, agreed.approval.unwrap().by), (State::Scheduled { at: tokyo(NOW) }, who("bea")));
    let later = plan(When::Once { at: Some(tokyo("2026-12-24 9:00")) });
    assert_eq!(proposed(&later, 5).state, State::Scheduled { at: tokyo("2026-12-24 9:00") });
}

#[test]
fn a_standing_offer_always_takes_two_even_for_nobody_today() {
    let offer = plan(standing(Repeat::Child));
    let waits = proposed(&offer, 0);
    assert_eq!(waits.state, State::Proposed);
    assert_eq!(approve(&waits, &offer, 0, &rules(), (&who("bea"), tokyo(NOW))).unwrap().state, State::Running);
    assert_eq!(propose(&draft(), &once(), (0, 0), &rules(), (&who("ana"), tokyo(NOW))), Err(Rejection::Nobody));
}

#[test]
fn nobody_agrees_to_what_they_wrote_changed_or_proposed() {
    let changed = revise(&draft(), &who("bea")).unwrap();
    let waits = propose(&changed, &once(), (200, 200), &rules(), (&who("cleo"), tokyo(NOW))).unwrap();
    let by = |name: &str| approve(&waits, &once(), 200, &rules(), (&who(name), tokyo(NOW))).map(|life| life.state);
    assert_eq!(["ana", "bea", "cleo"].map(by), [Err(Rejection::OwnCampaign), Err(Rejection::OwnCampaign), Err(Rejection::OwnCampaign)]);
    assert_eq!(by("dora"), Ok(State::Scheduled { at: tokyo(NOW) }));
}

#[test]
fn what_has_grown_is_looked_at_again() {
    let grows = |seen, found| has_grown(seen, found, &rules());
    assert_eq!(
        [(100, 110), (100, 111), (4, 5), (4, 6), (0, 1), (0, 2)].map(|(seen, found)| grows(seen, found)),
        [false, true, false, true, false, true]
    );
    let refused = propose(&draft(), &once(), (100, 111), &rules(), (&who("ana"), tokyo(NOW)));
    assert_eq!(refused, Err(Rejection::Grown { seen: 100, found: 111 }));
    let waits = proposed(&once(), 200);
    assert_eq!(approve(&waits, &once(), 221, &rules(), (&who("bea"), tokyo(NOW))), Err(Rejection::Grown { seen: 200, found: 221 }));
    // A campaign of one officer that meanwhile is for many waits for another one when its time has come.
    let small = proposed(&once(), 100);
    assert_eq!(begin(&small, &once(), 100, &rules(), tokyo(NOW)).state, State::Sending);
    let held = begin(&small, &once(), 101, &rules(), tokyo(NOW));
    assert_eq!((held.state, held.proposal.unwrap().families), (State::Proposed, 101));
    let agreed = approve(&waits, &once(), 200, &rules(), (&who("bea"), tokyo(NOW))).unwrap();
    assert_eq!(begin(&agreed, &once(), 220, &rules(), tokyo(NOW)).state, State::Sending);
    let again = begin(&agreed, &once(), 221, &rules(), tokyo(NOW));
    assert_eq!((again.state, again.approval), (State::Proposed, None));
}

#[test]
fn it_is_sent_back_with_words_and_only_a_draft_is_changed() {
    let waits = proposed(&once(), 200);
    assert_eq!(revise(&waits, &who("ana")), Err(Rejection::NotDraft));
    assert_eq!(discard(&waits), Err(Rejection::NotDraft));
    assert_eq!(send_back(&waits, "  ", (&who("bea"), tokyo(NOW))), Err(Rejection::WordsMissing));
    let back = send_back(&waits, " 対象を確かめて ", (&who("bea"), tokyo(NOW))).unwrap();
    assert_eq!((back.state.clone(), back.returned.clone().unwrap().words), (State::Draft, "対象を確かめて".to_owned()));
    let again = propose(&back, &once(), (200, 200), &rules(), (&who("ana"), tokyo(NOW))).unwrap();
    assert_eq!(again.returned, None);
    assert_eq!(send_back(&back, "x", (&who("bea"), tokyo(NOW))), Err(Rejection::NotProposed));
}

#[test]
fn only_what_is_under_way_is_stopped() {
    let at = tokyo(NOW);
    let state = |state| stop(&CampaignLife { state, ..draft() }, (&who("bea"), at)).map(|life| life.state);
    let stopped = || State::Stopped { at, by: who("bea") };
    for under_way in [State::Scheduled { at }, State::Sending, State::Running] {
        assert_eq!(state(under_way), Ok(stopped()));
    }
    for other in [State::Draft, State::Proposed, State::Sent { at }, stopped()] {
        assert_eq!(state(other), Err(Rejection::NotUnderWay));
    }
}

#[test]
fn a_family_is_told_once_for_each_occasion() {
    let children: Vec<ChildId> = vec!["young".into(), "old".into()];
    let keys = |when: &When, children: &[ChildId]| {
        let found = occasions(when, children, day("2026-12-05"));
        found.into_iter().map(|(key, child)| (key, child.map(ToString::to_string))).collect::<Vec<_>>()
    };
    let one = |key: &str, child: Option<&str>| (key.to_owned(), child.map(str::to_owned));
    assert_eq!(keys(&once().when, &children), [one("", Some("young"))]);
    assert_eq!(keys(&standing(Repeat::Family), &children), [one("", Some("young"))]);
    assert_eq!(keys(&standing(Repeat::Month), &children), [one("2026-12", Some("young"))]);
    assert_eq!(keys(&standing(Repeat::Child), &children), [one("young", Some("young")), one("old", Some("old"))]);
    assert_eq!(keys(&standing(Repeat::Child), &[]), [one("", None)]);
}

#[test]
fn a_family_fits_by_any_child_and_what_is_unknown_selects_nobody() {
    let asked = when(Test::Age { ages: six_months_to_three() });
    let fits = |births: &[&'static str]| {
        fit(&asked, births, |born| Facts { born: born.map(|born| day(born)), ..facts("2026-01-01", "2026-12-01") })
    };
    assert_eq!(fits(&["2025-05-01", "2015-05-01"]), Fit::Yes(vec!["2025-05-01"]));
    assert_eq!(fits(&["2015-05-01"]), Fit::No);
    // Of nobody the age is not known.
    assert_eq!(fits(&[]), Fit::Unknown);
    let everybody = when(Test::All { of: vec![] });
    assert_eq!(fit::<&str>(&everybody, &[], |_| facts("2026-01-01", "2026-12-01")), Fit::Yes(vec![]));
}

#[test]
fn what_is_asked_is_looked_up_and_nothing_else() {
    let programme = ProgrammeKey::new("open_nursery");
    let used = |days| when(Test::HasUsed { programme: programme.clone(), name: word("通園"), at_least: 1, within_days: days });
    let left = Test::Unused { programme: programme.clone(), name: word("通園"), at_least_minutes: 60 };
    let asked = when(Test::InDays { days: 7, of: Box::new(when(Test::Any { of: vec![used(30), used(90), when(left)] })) });
    let needs = Needs { used: vec![(programme.clone(), 90)], left: vec![programme], ..Needs::default() };
    assert_eq!(Needs::of(&asked), needs);
    assert_eq!(Needs::of(&when(Test::Siblings { at_least: 2 })), Needs::default());
}

#[test]
fn completes_six_months_next_week() {
    let age = when(Test::Age { ages: six_months_to_three() });
    let next_week = when(Test::InDays { days: 7, of: Box::new(age.clone()) });
    let asked = when(Test::All { of: vec![when(Test::Not { of: Box::new(age) }), next_week] });
    // Born on 5 June: six months are complete on 5 December.
    let on = |today| verdict(&asked, &facts("2026-06-05", today));
    assert_eq!(["2026-11-27", "2026-11-28", "2026-12-04", "2026-12-05"].map(on), [Verdict::No, Verdict::Yes, Verdict::Yes, Verdict::No]);
    let finding = examine(&asked, &facts("2026-06-05", "2026-12-01"));
    assert_eq!(finding.verdict, Verdict::Yes);
    let codes: Vec<_> = finding.grounds().iter().map(|ground| ground.reason.code.to_string()).collect();
    assert_eq!(codes, ["eligibility.too_young", "eligibility.age_fits"]);
}

#[test]
fn hours_left_are_known_for_the_month_that_was_looked_up() {
    let programme = ProgrammeKey::new("open_nursery");
    let left = Test::Unused { programme: programme.clone(), name: word("通園"), at_least_minutes: 360 };
    let known = |minutes: i64| Facts { left: [(programme.clone(), minutes)].into(), ..facts("2025-05-01", "2026-12-21") };
    assert_eq!([359, 360].map(|minutes| verdict(&when(left.clone()), &known(minutes))), [Verdict::No, Verdict::Yes]);
    let later = when(Test::InDays { days: 11, of: Box::new(when(left.clone())) });
    assert_eq!(verdict(&later, &known(600)), Verdict::Unknown);
    assert_eq!(verdict(&when(left), &facts("2025-05-01", "2026-12-21")), Verdict::Unknown);
    let ten = |today| verdict(&when(Test::DaysLeftInMonth { at_most: 10 }), &facts("2025-05-01", today));
    assert_eq!(["2026-12-20", "2026-12-21", "2027-02-17", "2027-02-18"].map(ten), [Verdict::No, Verdict::Yes, Verdict::No, Verdict::Yes]);
}

#[test]
fn use_is_counted_to_the_day() {
    let programme = ProgrammeKey::new("open_nursery");
    let asked = |at_least| when(Test::HasUsed { programme: programme.clone(), name: word("通園"), at_least, within_days: 30 });
    let known = Facts {
        used: [(programme.clone(), vec![day("2026-10-31"), day("2026-11-01"), day("2026-12-01")])].into(),
        ..facts("2025-05-01", "2026-12-01")
    };
    assert_eq!([1, 2, 3].map(|least| verdict(&asked(least), &known)), [Verdict::Yes, Verdict::Yes, Verdict::No]);
}

#[test]
fn a_step_is_prefilled_for_the_child() {
    let child: ChildId = "c1".into();
    let step = |step: Step, with: bool| step.subject(with.then_some((&child, day("2026-06-05"))), day("2026-12-05")).step();
    let search = || Step::Search { programme: ProgrammeKey::new("open_nursery") };
    let apply = || Step::Apply { procedure: ProcedureKey::new("entry") };
    assert_eq!([step(search(), true), step(search(), false)], ["/?programme=open_nursery&age=6", "/?programme=open_nursery"]);
    assert_eq!([step(apply(), true), step(apply(), false)], ["/applications/new/entry?child=c1", "/applications/new/entry"]);
    assert_eq!([step(Step::Bookings, true), step(Step::Notices, true)], ["/bookings", "/notices"]);
}

#[test]
fn a_language_without_words_reads_the_japanese_ones() {
    let mut texts = once().texts;
    assert_eq!([Locale::Ja, Locale::Easy, Locale::En].map(|locale| texts.subject().get(locale).to_owned()), ["件名"; 3]);
    texts.en = Some(Words { subject: "Subject".to_owned(), text: "Text".to_owned() });
    assert_eq!([Locale::Easy, Locale::En].map(|locale| texts.text().get(locale).to_owned()), ["本文", "Text"]);
}

#[test]
fn a_draft_may_be_unfinished_but_not_wrong() {
    let places = |found: Result<(), Vec<crate::problem::ProblemPart>>| {
        let parts = found.err().unwrap_or_default();
        parts.into_iter().map(|part| (part.pointer.unwrap(), part.reason.code.to_string())).collect::<Vec<_>>()
    };
    let one = |place: &str, code: &str| (place.to_owned(), code.to_owned());
    let mut unfinished = CampaignPlan { name: String::new(), texts: Texts::default(), ..once() };
    unfinished.texts.en = Some(Words { subject: "Hello".to_owned(), text: String::new() });
    assert_eq!(places(check_plan(&unfinished)), []);
    let missing = ["/texts/ja/subject", "/texts/ja/text", "/texts/en/text"].map(|place| one(place, "campaigns.words_missing"));
    assert_eq!(places(check_ready(&unfinished, tokyo(NOW))), [vec![one("/name", "campaigns.name_missing")], missing.to_vec()].concat());
    let ends = Some(day("2026-11-30"));
    let mut wrong = plan(When::Standing { from: day("2026-12-01"), until: ends, repeat: Repeat::Family });
    (wrong.deadline_days, wrong.hold_out_percent, wrong.texts.ja.text) = (Some(61), 51, "{name}さんへ".to_owned());
    wrong.audience = when(Test::InDays { days: 0, of: Box::new(when(Test::Siblings { at_least: 21 })) });
    let told = [
        one("/audience/days", "eligibility.out_of_range"),
        one("/audience/of/at_least", "eligibility.out_of_range"),
        one("/texts/ja/text", "campaigns.brace"),
        one("/deadline_days", "campaigns.deadline_invalid"),
        one("/hold_out_percent", "campaigns.hold_out_invalid"),
        one("/when/until", "campaigns.days_reversed"),
    ];
    assert_eq!(places(check_plan(&wrong)), told);
    let past = plan(When::Once { at: Some(tokyo("2026-12-01 8:59")) });
    assert_eq!(places(check_ready(&past, tokyo(NOW))), [one("/when/at", "campaigns.time_past")]);
    assert_eq!(places(check_ready(&once(), tokyo(NOW))), []);
    let rules = CampaignRules { cap_notices: 0, cap_days: 367, growth_percent: 101, four_eyes_over: 1_000_001 };
    let found = check_rules(&NewCampaignRules { valid_from: day("2026-11-30"), rules }, day("2026-12-01"));
    let invalid = ["/four_eyes_over", "/cap_notices", "/cap_days", "/growth_percent"].map(|place| one(place, "campaigns.rules_invalid"));
    assert_eq!(places(found), [invalid.to_vec(), vec![one("/valid_from", "campaigns.rules_past")]].concat());
}

#[test]
fn figures_tell_hours_and_acts_beside_those_held_out() {
    let at = |hour: &str| tokyo(&format!("2026-12-01 {hour}"));
    let told = |opened_at, acted_at| Told { at: at("9:00"), held_out: false, opened_at, acted_at };
    let out = |acted_at| Told { held_out: true, ..told(None, acted_at) };
    let day14 = at("9:00") + ACTED;
    let all = [
        told(Some(at("9:59")), Some(at("10:00"))),
        told(Some(at("10:00")), Some(day14)),
        told(Some(at("9:00") + chrono::TimeDelta::hours(48)), None),
        told(None, None),
        out(Some(day14 - chrono::TimeDelta::minutes(1))),
        out(None),
    ];
    let figures = CampaignFigures::default().with(&all, at("9:00") + chrono::TimeDelta::days(20));
    assert_eq!((figures.opened, figures.opened_later, figures.opened_by_hour.len()), (3, 1, HOURS));
    assert_eq!(figures.opened_by_hour[..3], [1, 1, 0]);
    assert_eq!((figures.acted, figures.acted_held_out), (Share { count: 1, of: 4 }, Share { count: 1, of: 2 }));
    assert_eq!(CampaignFigures::default().with(&all[..2], at("10:30")).opened_by_hour, [1, 1]);
}

#[test]
fn ages_of_a_sample_are_told_roughly() {
    let span = |months| AgeSpan::of(months);
    assert_eq!([0, 5, 6, 35].map(|months| span(months).from_months), [0, 0, 6, 30]);
    assert_eq!([36, 47, 48].map(|months| (span(months).from_months, span(months).to_months)), [(36, 47), (36, 47), (48, 59)]);
    assert_eq!(span(7), AgeSpan { from_months: 6, to_months: 11 });
}

#[test]
fn a_state_travels_as_it_is() {
    let campaign = Campaign {
        id: CampaignId::new("c"),
        municipality: crate::world::yonago(),
        plan: once(),
        life: proposed(&once(), 200),
        created_at: tokyo(NOW),
        changed_at: tokyo(NOW),
        began_at: None,
        looked_on: None,
        sent: 0,
        version: 2,
    };
    let text = serde_json::to_string(&campaign).unwrap();
    assert_eq!(serde_json::from_str::<Campaign>(&text).unwrap(), campaign);
    assert!(text.contains("\"state\":{\"kind\":\"proposed\"}") && text.contains("\"audience\":{\"kind\":\"all\""));
}

#[test]
fn a_city_begins_from_what_its_programmes_allow() {
    let keys = |programmes: &[Programme]| starters(programmes, day("2026-12-01")).iter().map(|starter| starter.key).collect::<Vec<_>>();
    assert_eq!(keys(&[]), ["moved_here"]);
    let terms = Terms::new(six_months_to_three(), Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 });
    let hours = Limit {
        pool: "open".to_owned(),
        counts: LimitUnit::Minutes,
        per: LimitPeriod::Month,
        base: 600,
        local: 0,
        multiple_birth: None,
        reason: None,
    };
    let programme = |key: &str, terms: Terms| Programme {
        id: "v".into(),
        key: ProgrammeKey::new(key),
        municipality: crate::world::yonago(),
        valid_from: day("2026-04-01"),
        valid_until: None,
        name: word("通園"),
        summary: word("通園"),
        terms,
    };
    let open = programme("open", Terms { limits: vec![hours], certification: Some(ProgrammeKey::new("open")), ..terms.clone() });
    let after_birth = Some(when(Test::WithinMonthsOfBirth { months: 12 }));
    let care = programme("care", Terms { eligibility: after_birth, ..terms });
    let all = [open, care];
    assert_eq!(keys(&all), ["old_enough", "hours_left", "birth_ending", "moved_here"]);
    for starter in starters(&all, day("2026-12-01")) {
        assert_eq!(check_ready(&starter.plan, tokyo(NOW)), Ok(()), "{}", starter.key);
        let texts = &starter.plan.texts;
        assert!(starter.key == "moved_here" || texts.ja.subject.contains("通園"), "{texts:?}");
    }
}
