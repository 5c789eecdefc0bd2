//! The address holds the search.

use std::collections::BTreeMap;

use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn read(address: &str) -> Wanted {
    let pairs: BTreeMap<String, String> = address
        .trim_start_matches("/?")
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.replace("%3A", ":")))
        .collect();
    Wanted::read(|name| pairs.get(name).cloned())
}

#[test]
fn a_search_survives_its_address() {
    let wanted = Wanted {
        city: MunicipalityCode::parse("312045").ok(),
        programme: Some(ProgrammeKey::new("open_nursery")),
        age: Some(14),
        day: Some(date("2026-11-24")),
        hours: Hours::between(9, 15),
        minimum: Some(120),
        near: Some(5000),
        bookable: true,
        view: View::Week,
        week: Some(date("2026-11-29")),
    };
    assert_eq!(read(&wanted.written()), wanted);
    assert_eq!(read("/"), Wanted::default());
    assert_eq!(Wanted::default().written(), "/");
}

#[test]
fn nonsense_in_an_address_is_as_if_it_were_not_there() {
    let wanted = read("/?city=312028&age=abc&day=2026-02-30&hours=15:00-09:00&minutes=-5&near=x&bookable=yes&view=tree&programme=");
    assert_eq!(wanted, Wanted::default());
}

#[test]
fn a_day_that_is_over_counts_as_no_day() {
    let today = date("2026-11-22");
    let wanted = read("/?day=2026-11-21");
    assert_eq!(wanted.range(today), (today, date("2026-11-28")));
    assert_eq!(read("/?day=2026-11-24").range(today), (date("2026-11-24"), date("2026-11-24")));
    assert_eq!(read("/?day=2026-11-24&view=week").range(today), (date("2026-11-24"), date("2026-11-30")));
    assert_eq!(read("/?week=2026-11-01&view=week").range(today), (today, date("2026-11-28")));
}

#[test]
fn each_condition_of_the_summary_can_be_taken_out() {
    let mut wanted = read("/?city=312045&programme=x&age=14&day=2026-11-24&hours=morning&minutes=60&near=0&bookable=1");
    assert_eq!(wanted.facets().len(), 8);
    for facet in wanted.facets() {
        wanted = wanted.without(facet);
        assert!(!wanted.facets().contains(&facet));
    }
    assert_eq!(wanted, Wanted::default());
}

#[test]
fn the_server_is_asked_for_what_is_wanted_and_never_told_where_the_person_is() {
    let wanted = read("/?city=312045&age=14&day=2026-11-24&hours=morning&minutes=60&near=5000&bookable=1");
    let path = wanted.ask(date("2026-11-22"), MunicipalityCode::parse("312029").ok(), None).path(200, None);
    assert_eq!(
        path,
        "/slots?from=2026-11-24&to=2026-11-24&municipality=312045&age_months=14&time_until=13%3A00&min_minutes=60&residence=312029\
         &bookable_only=true&limit=200"
    );
}

#[test]
fn the_age_asked_for_is_that_of_the_day_of_stay() {
    let wanted = read("/?age=11&day=2026-12-24");
    assert_eq!(wanted.ask(date("2026-11-22"), None, Some(date("2025-12-01"))).age, Some(12));
}

#[test]
fn ages_and_distances_are_said_as_people_say_them() {
    assert_eq!(age_words(5, Locale::Ja), "0歳（6か月未満）");
    assert_eq!(age_words(23, Locale::Ja), "1歳");
    assert_eq!(distance_words(847, Locale::Ja), "850m");
    assert_eq!(distance_words(1249, Locale::Ja), "1.2km");
    assert_eq!(distance_words(9960, Locale::En), "10 km");
}
