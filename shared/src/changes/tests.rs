use super::*;
use crate::ids::{ChildId, FamilyId};
use crate::locale::Localised;
use crate::programmes::{Cancellation, Fee, FeeUnit, Programme, Terms};
use crate::world::{day, open_nursery, sakaiminato, tokyo, yonago};

fn who(id: &str) -> Colleague {
    Colleague { account_id: id.into(), name: id.to_owned() }
}

fn name() -> Localised {
    Localised::new("遊び場", "[遊|あそ]び[場|ば]", "Playroom")
}

fn new(terms: Terms) -> NewProgramme {
    let (valid_from, valid_until) = (day("2027-04-01"), None);
    NewProgramme { key: ProgrammeKey::new("playroom"), valid_from, valid_until, name: name(), summary: name(), terms }
}

fn held(terms: Terms) -> Programme {
    let NewProgramme { key, name, summary, terms, .. } = new(terms);
    let (valid_from, valid_until) = (day("2026-04-01"), None);
    Programme { id: "version".into(), key, municipality: yonago(), valid_from, valid_until, name, summary, terms }
}

fn weighed(change: impl Fn(&mut Terms)) -> Vec<Weight> {
    let mut terms = open_nursery();
    change(&mut terms);
    let change = Change::Programme { version: Box::new(new(terms)) };
    weights(&change, Before { programme: Some(&held(open_nursery())), ..Before::default() })
}

fn waiting_change() -> RuleChange {
    RuleChange {
        id: "change".into(),
        municipality: yonago(),
        change: Change::Programme { version: Box::new(new(open_nursery())) },
        weights: vec![Weight::Money],
        agreeing: yonago(),
        standing: Standing::Waiting,
        proposed: Step { by: who("ana"), at: tokyo("2026-12-01 9:00"), words: String::new() },
        decided: None,
        undone: None,
        impact: Impact::Stays { stays: StayImpact::default() },
        version: 1,
    }
}

#[test]
fn money_and_eligibility_need_a_second_officer_and_words_do_not() {
    assert_eq!(weighed(|_| {}), []);
    assert_eq!(weighed(|terms| terms.bring.push(name())), []);
    assert_eq!(weighed(|terms| terms.at_once = Some(3)), []);
    let fee = Fee { tier: PriceTier::resident(), from_age: 0, under_age: None, per: FeeUnit::Use, yen: 100 };
    assert_eq!(weighed(|terms| terms.fees.push(fee.clone())), [Weight::Money]);
    assert_eq!(weighed(|terms| terms.ages.from_months += 1), [Weight::Eligibility]);
    assert_eq!(weighed(|terms| terms.certification = Some(ProgrammeKey::new("open_nursery"))), [Weight::Eligibility]);
    let both = |terms: &mut Terms| {
        terms.limits.clear();
        terms.fees.clear();
        terms.cancellation = Cancellation::default();
    };
    assert_eq!(weighed(both), [Weight::Money, Weight::Eligibility]);
    let first = Change::Programme { version: Box::new(new(open_nursery())) };
    assert_eq!(weights(&first, Before::default()), [Weight::Money, Weight::Eligibility], "a new programme is all of it");
    assert_eq!(propose(&[]), Standing::Agreed);
    assert_eq!(propose(&[Weight::Border]), Standing::Waiting);
}

#[test]
fn a_version_that_ends_by_itself_takes_something_away() {
    let ending = NewProgramme { valid_until: Some(day("2027-06-30")), ..new(open_nursery()) };
    let change = Change::Programme { version: Box::new(ending) };
    assert_eq!(
        weights(&change, Before { programme: Some(&held(open_nursery())), ..Before::default() }),
        [Weight::Money, Weight::Eligibility]
    );
}

#[test]
fn nobody_agrees_alone() {
    let change = waiting_change();
    assert_eq!(agree(&change, (&who("ana"), &yonago())), Err(Rejection::OwnChange));
    assert_eq!(agree(&change, (&who("bea"), &yonago())), Ok(Standing::Agreed));
    assert_eq!(decline(&change, (&who("ana"), &yonago()), "no"), Err(Rejection::OwnChange));
    assert_eq!(decline(&change, (&who("bea"), &yonago()), " "), Err(Rejection::WordsMissing));
    assert_eq!(decline(&change, (&who("bea"), &yonago()), "no"), Ok(Standing::Declined));
    assert_eq!(agree(&change, (&who("bea"), &sakaiminato())), Err(Rejection::OtherCity));
    assert_eq!(decline(&change, (&who("bea"), &sakaiminato()), "no"), Err(Rejection::OtherCity));
    assert_eq!(withdraw(&change, &who("bea")), Err(Rejection::NotOwn));
    assert_eq!(withdraw(&change, &who("ana")), Ok(Standing::Withdrawn));
    for standing in Standing::ALL.into_iter().filter(|standing| *standing != Standing::Waiting) {
        let over = RuleChange { standing, ..waiting_change() };
        assert_eq!(agree(&over, (&who("bea"), &yonago())), Err(Rejection::NotWaiting));
        assert_eq!(decline(&over, (&who("bea"), &yonago()), "no"), Err(Rejection::NotWaiting));
        assert_eq!(withdraw(&over, &who("ana")), Err(Rejection::NotWaiting));
    }
}

#[test]
fn only_what_has_not_begun_and_nobody_used_is_taken_back() {
    let agreed = RuleChange { standing: Standing::Agreed, ..waiting_change() };
    let before = day("2027-03-31");
    assert_eq!(undo(&agreed, false, 0, before), Ok(Standing::Undone));
    assert_eq!(undo(&agreed, false, 0, day("2027-04-01")), Err(Rejection::Begun));
    assert_eq!(undo(&agreed, true, 0, before), Err(Rejection::Followed));
    assert_eq!(undo(&agreed, false, 2, before), Err(Rejection::Used { count: 2 }));
    assert_eq!(undo(&waiting_change(), false, 0, before), Err(Rejection::NotAgreed));
}

#[test]
fn every_standing_has_its_word() {
    for standing in Standing::ALL {
        assert_eq!(Standing::parse(standing.as_str()), Some(standing));
    }
    assert_eq!(Standing::parse("agree"), None);
}

#[test]
fn families_are_counted_by_what_their_stays_come_to() {
    let fact = |family: &str, child: &str, takes, yen| StayFact { family: FamilyId::new(family), child: ChildId::new(child), takes, yen };
    let days = (day("2026-09-01"), day("2026-11-29"));
    let facts = [
        // One stay dearer and one cheaper: the family pays the same.
        fact("ana", "ali", (true, true), (Some(300), Some(400))),
        fact("ana", "ali", (true, true), (Some(300), Some(200))),
        fact("bea", "ben", (true, true), (Some(300), Some(400))),
        fact("bea", "bob", (true, false), (Some(300), Some(300))),
        fact("bea", "bob", (true, false), (Some(300), None)),
        fact("eva", "eli", (false, false), (Some(500), Some(450))),
    ];
    let counted = stay_impact(&facts, days, 7);
    assert_eq!((counted.stays, counted.families, counted.dearer, counted.cheaper), (6, 3, 1, 1));
    assert_eq!((counted.yen_before, counted.yen_after), (1700, 1750), "what has no price is in neither sum");
    assert_eq!((counted.shut_out, counted.unpriced, counted.booked), (1, 1, 7));
    assert_eq!(stay_impact(&[], days, 0), StayImpact { from: days.0, until: days.1, ..StayImpact::default() });
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let today = day("2026-12-01");
    let found = |change: Change| -> Vec<(String, &str)> {
        let parts = change.check(today);
        parts
            .into_iter()
            .map(|part| (part.pointer.unwrap_or_default(), part.reason.code.clone()))
            .map(|(place, code)| (place, leak(&code)))
            .collect()
    };
    let holiday = |on: &str, name: &str| Holiday { day: day(on), name: name.to_owned() };
    let days = |added: Vec<Holiday>, removed: Vec<NaiveDate>| Change::Holidays { added, removed };
    assert_eq!(found(days(vec![holiday("2027-02-11", "建国記念の日")], vec![day("2027-02-12")])), []);
    assert_eq!(found(days(vec![], vec![])), [("/added".to_owned(), "changes.nothing")]);
    assert_eq!(
        found(days(vec![holiday("2026-12-01", "今日"), holiday("2027-01-02", " ")], vec![day("2027-01-02")])),
        [
            ("/added/0/day".to_owned(), "changes.not_ahead"),
            ("/removed/0".to_owned(), "changes.day_twice"),
            ("/added/1/name".to_owned(), "changes.name_invalid")
        ]
    );
    let term = NewTerm {
        compact_id: "compact".into(),
        residence: yonago(),
        host: sakaiminato(),
        programme: ProgrammeKey::new("temporary_care"),
        valid_from: day("2027-04-01"),
        valid_until: None,
        resident_priority_days: 14,
        price_tier: PriceTier::new("neighbour"),
    };
    assert_eq!(found(Change::Compact { term: term.clone() }), []);
    let bad = NewTerm { host: yonago(), resident_priority_days: 61, ..term };
    assert_eq!(
        found(Change::Compact { term: bad }),
        [("/term/host".to_owned(), "changes.same_city"), ("/term/resident_priority_days".to_owned(), "changes.priority_invalid")]
    );
    let mut nameless = new(open_nursery());
    nameless.name.en = String::new();
    assert!(found(Change::Programme { version: Box::new(nameless) }).iter().any(|(place, _)| place == "/version/name/en"));
}

fn leak(code: &str) -> &'static str {
    Box::leak(code.to_owned().into_boxed_str())
}

fn facility(change: impl Fn(&mut FacilityData)) -> NewFacilityData {
    let listing = crate::facilities::Listing::named(yonago(), "1", "なぎさ保育園", crate::facilities::FacilityKind::LicensedNursery);
    let mut data = FacilityData::of(&listing);
    change(&mut data);
    NewFacilityData { facility_id: Some("nagisa".into()), source_id: None, valid_from: day("2027-04-01"), data }
}

#[test]
fn how_many_children_and_which_ages_a_facility_takes_weighs_and_its_telephone_does_not() {
    let before = facility(|_| {}).data;
    let weighed = |change: NewFacilityData| {
        let change = Change::Facility { facility: Box::new(change) };
        weights(&change, Before { facility: Some(&before), ..Before::default() })
    };
    assert_eq!(weighed(facility(|data| data.phone = Some("0859-00-0000".to_owned()))), []);
    assert_eq!(weighed(facility(|data| data.capacity = Some(60))), [Weight::Eligibility]);
    assert_eq!(weighed(facility(|data| data.ages = Some("1歳～5歳".to_owned()))), [Weight::Eligibility]);
    let opens = Change::Facility { facility: Box::new(facility(|_| {})) };
    assert_eq!(weights(&opens, Before::default()), [Weight::Eligibility], "a new one is all of it");
    let closes = Change::Closing { closing: NewClosing { facility_id: "nagisa".into(), last_day: day("2027-03-31") } };
    assert_eq!((weights(&closes, Before::default()), closes.first_day()), (vec![Weight::Eligibility], Some(day("2027-04-01"))));
    assert_eq!((closes.check(day("2027-03-31")).len(), closes.check(day("2027-04-01")).len()), (0, 1));
    assert_eq!((closes.subject(&yonago()), opens.subject(&yonago()).as_deref()), (None, Some("facility nagisa")));
}

#[test]
fn who_is_booked_outside_of_ages_and_hours_is_counted() {
    let fact = |family: &str, born: &str, from: &str, until: &str| BookedFact {
        family: FamilyId::new(family),
        born: day(born),
        starts_at: tokyo(from),
        ends_at: tokyo(until),
    };
    // 5 April 2027 is a Monday.
    let booked = [
        fact("ana", "2026-05-01", "2027-04-05 9:00", "2027-04-05 17:00"),
        fact("ana", "2024-05-01", "2027-04-05 7:00", "2027-04-05 17:00"),
        fact("bea", "2024-05-01", "2027-04-11 9:00", "2027-04-11 17:00"),
        fact("bea", "2024-05-01", "2027-04-10 9:00", "2027-04-11 9:00"),
    ];
    let at = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0);
    let after = facility(|data| {
        data.ages = Some("1歳～5歳".to_owned());
        data.weekdays = Some("月～土".to_owned());
        (data.opens_at, data.closes_at) = (at(8), at(18));
    });
    let counted = facility_impact(&booked, 3, Some(&after.data));
    assert_eq!(counted, FacilityImpact { slots: 3, bookings: 4, families: 2, outside_ages: 1, outside_hours: 2 });
    assert_eq!(facility_impact(&booked, 3, None), FacilityImpact { outside_ages: 0, outside_hours: 0, ..counted });
}
