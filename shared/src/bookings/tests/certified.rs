use super::*;
use crate::eligibility::{Condition, ENROLMENT, Facts, Test, examine};
use crate::entitlements::Certified;
use crate::programmes::ProgrammeKey;
use crate::world::{enrolled, facts, when};

fn held(days: &[(&str, &str)]) -> Vec<Certified> {
    days.iter().map(|(from, until)| Certified { from: day(from), until: day(until) }).collect()
}

/// A stay on 3 December, of a programme that needs a certification.
fn certified(days: &[(&str, &str)]) -> Vec<&'static str> {
    let mut asked = by_hours();
    asked.terms.certification = Some(ProgrammeKey::new("open_nursery"));
    asked.children[0].certified = held(days);
    told(&asked)
}

fn told(asked: &PlaceState) -> Vec<&'static str> {
    ask(asked, "9:00", "10:00", now()).err().unwrap_or_default().iter().map(|refusal| refusal.rejection.code()).collect()
}

#[test]
fn a_stay_needs_a_certification_on_its_day() {
    assert_eq!(certified(&[]), ["bookings.not_certified"]);
    assert_eq!(certified(&[("2026-12-03", "2026-12-03")]), Vec::<&str>::new());
    assert_eq!(certified(&[("2026-06-01", "2026-12-02")]), ["bookings.not_certified"]);
    assert_eq!(certified(&[("2026-12-04", "2027-12-02")]), ["bookings.certified_from"]);
    // Of two fiscal years, one after the other.
    assert!(crate::entitlements::covers(
        &held(&[("2026-04-01", "2027-03-31"), ("2027-04-01", "2028-03-31")]),
        day("2027-03-31"),
        day("2027-04-01")
    ));
    assert!(!crate::entitlements::covers(
        &held(&[("2026-04-01", "2027-03-31"), ("2027-04-02", "2028-03-31")]),
        day("2027-03-31"),
        day("2027-04-02")
    ));
}

#[test]
fn a_condition_of_the_programme_is_refused_with_what_is_so() {
    let condition = Condition { test: Test::Not { of: Box::new(when(enrolled())) }, source: None };
    let mut asked = by_hours();
    let mut finding = |kind: Option<&str>| {
        let known = kind.map(|kind| (ENROLMENT.to_owned(), kind.to_owned())).into_iter().collect();
        asked.children[0].finding = Some(examine(&condition, &Facts { known, ..facts("2024-06-15", "2026-12-03") }));
        told(&asked)
    };
    assert_eq!(finding(Some("none")), Vec::<&str>::new());
    assert_eq!(finding(Some("nursery")), ["bookings.not_eligible"]);
    assert_eq!(finding(None), ["bookings.eligibility_unknown"]);
}
