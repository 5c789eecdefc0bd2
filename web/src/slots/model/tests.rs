//! The address holds the search, and what was found stands where a person looks for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

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

fn free(facility: &str, day: &str, left: &[i64], reasons: Value) -> FreePlace {
    let openings: Vec<Value> = left
        .iter()
        .map(|places| {
            json!({ "block": "morning", "starts_at": format!("{day}T00:00:00Z"), "ends_at": format!("{day}T03:00:00Z"), "places_left": places })
        })
        .collect();
    let position = if facility == "near" { (35.44, 133.33) } else { (35.54, 133.24) };
    serde_json::from_value(json!({
        "slot_id": "s",
        "facility": {
            "id": facility, "name": facility, "kana": facility, "municipality": "312029", "fictional": true,
            "position": { "latitude": position.0, "longitude": position.1 },
        },
        "programme": "temporary_care",
        "starts_at": format!("{day}T00:00:00Z"),
        "ends_at": format!("{day}T03:00:00Z"),
        "places_left": 0,
        "openings": openings,
        "bookable": reasons == json!([]),
        "reasons": reasons,
        "period": { "opens_at": "2026-10-01T00:00:00Z", "opens_to_family_at": "2026-10-01T00:00:00Z", "closes_at": "2026-12-01T00:00:00Z" },
    }))
    .unwrap()
}

fn names() -> Names {
    let programme = json!({
        "id": "p", "key": "temporary_care", "municipality": "312029", "valid_from": "2026-04-01",
        "name": { "ja": "一時預かり", "en": "Temporary care" }, "summary": { "ja": "", "en": "" },
        "terms": {
            "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } },
            "unit": { "kind": "flexible", "minimum_minutes": 60, "step_minutes": 30 },
            "fees": [], "opens_days_ahead": 30, "closes": { "kind": "minutes_before", "minutes": 60 },
            "cancellation": { "free_until": { "kind": "minutes_before", "minutes": 60 }, "late_fee_percent": 0, "late_counts": false, "undo_minutes": 10 },
        },
    });
    Names { municipalities: Vec::new(), programmes: vec![serde_json::from_value(programme).unwrap()] }
}

fn laid_out(found: &[FreePlace]) -> Vec<Offer> {
    lay_out(found, &names(), Whom::default(), None, 0)
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
fn places_stand_by_facility_and_day_with_free_ones_first() {
    let full = json!([{ "code": "slots.full" }]);
    let offers = laid_out(&[
        free("full", "2026-11-24", &[0], full),
        free("near", "2026-11-25", &[1], json!([])),
        free("near", "2026-11-24", &[5], json!([])),
    ]);
    assert_eq!(offers.iter().map(|offer| offer.facility.name.as_str()).collect::<Vec<_>>(), ["near", "full"]);
    let near = offers.first().unwrap();
    assert_eq!(near.days.iter().map(|day| day.date).collect::<Vec<_>>(), [date("2026-11-24"), date("2026-11-25")]);
    assert_eq!(near.best(), Standing::Free(5));
    assert_eq!(with_places(&offers), 1);
}

#[test]
fn full_and_closed_and_free_are_told_apart() {
    let closed = json!([{ "code": "slots.no_compact" }, { "code": "slots.full" }]);
    let best = |left: &[i64], reasons| laid_out(&[free("near", "2026-11-24", left, reasons)]).first().unwrap().best();
    assert_eq!(best(&[0], json!([{ "code": "slots.full" }])), Standing::Full);
    assert_eq!(best(&[], json!([{ "code": "slots.full" }])), Standing::Full);
    assert_eq!(best(&[0], closed), Standing::Closed);
    assert_eq!(best(&[4], json!([{ "code": "slots.no_compact" }])), Standing::Closed);
    assert_eq!(best(&[0, 2], json!([])), Standing::Free(2));
    assert_eq!(Standing::Free(2).level(), Level::Few);
    assert_eq!(Standing::Free(3).level(), Level::Many);
    assert_eq!(Standing::Closed.level(), Level::None);
}

#[test]
fn near_a_point_the_nearest_comes_first_and_the_far_are_left_out() {
    let found = [free("far", "2026-11-24", &[5], json!([])), free("near", "2026-11-24", &[0], json!([{ "code": "slots.full" }]))];
    let here = Position { latitude: 35.43, longitude: 133.33 };
    let sorted = lay_out(&found, &names(), Whom::default(), Some(here), 0);
    assert_eq!(sorted.first().map(|offer| offer.facility.name.as_str()), Some("near"));
    assert!(sorted.first().and_then(|offer| offer.metres).is_some_and(|metres| (1000..1200).contains(&metres)));
    assert_eq!(lay_out(&found, &names(), Whom::default(), Some(here), 3000).len(), 1);
}

#[test]
fn a_child_outside_the_programmes_ages_is_told_so() {
    let found = [free("near", "2026-11-24", &[5], json!([]))];
    let against = |whom| {
        let offers = lay_out(&found, &names(), whom, None, 0);
        against(offers.iter().flat_map(|offer| &offer.days).flat_map(|day| &day.places))
    };
    assert_eq!(against(Whom { age: Some(0), born: None }), [Against::FromMonths(6)]);
    assert_eq!(against(Whom { age: Some(6), born: None }), []);
    assert_eq!(against(Whom { age: Some(36), born: None }), [Against::UnderYears(3)]);
    let born = Whom { age: Some(5), born: Some(date("2026-06-10")) };
    let expected = Rejection::TooYoung { from: date("2026-12-09") }.reason();
    assert_eq!(against(born).first().map(|one| matches!(one, Against::Reason(reason) if reason.code == expected.code)), Some(true));
}

#[test]
fn the_first_days_are_those_with_places() {
    let full = json!([{ "code": "slots.full" }]);
    let offers = laid_out(&[free("near", "2026-11-24", &[0], full.clone()), free("near", "2026-11-25", &[2], json!([]))]);
    let offer = offers.first().unwrap();
    assert_eq!(offer.first_days(1).first().map(|day| day.date), Some(date("2026-11-25")));
    let none = laid_out(&[free("near", "2026-11-24", &[0], full)]);
    assert_eq!(none.first().unwrap().first_days(2).len(), 1);
}

#[test]
fn ages_distances_and_names_are_said_as_people_say_them() {
    assert_eq!(age_words(5, Locale::Ja), "0歳（6か月未満）");
    assert_eq!(age_words(23, Locale::Ja), "1歳");
    assert_eq!(distance_words(847, Locale::Ja), "850m");
    assert_eq!(distance_words(1249, Locale::Ja), "1.2km");
    assert_eq!(distance_words(9960, Locale::En), "10 km");
    assert_eq!(facility_name("境保育園", Some("サカイホイクエン"), None, Locale::Easy), "[境保育園|さかいほいくえん]");
    assert_eq!(facility_name("境保育園", Some("サカイホイクエン"), Some("Sakai Nursery"), Locale::En), "Sakai Nursery");
    assert_eq!(facility_name("ひまわり", Some("ヒマワリ"), None, Locale::Easy), "ひまわり");
}
