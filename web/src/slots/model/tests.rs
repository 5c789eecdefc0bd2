//! What was found stands where a person looks for it.

use serde_json::{Value, json};

use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
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
            "fees": [], "opens": { "kind": "days_before", "days": 30 }, "closes": { "kind": "minutes_before", "minutes": 60 },
            "cancellation": { "free_until": { "kind": "minutes_before", "minutes": 60 }, "late_fee_percent": 0, "late_counts": false, "undo_minutes": 10 },
        },
    });
    Names { municipalities: Vec::new(), programmes: vec![serde_json::from_value(programme).unwrap()] }
}

fn laid_out(found: &[FreePlace]) -> Vec<Offer> {
    lay_out(found, &names(), Whom::default(), None, 0)
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
fn facilities_are_called_as_people_call_them() {
    assert_eq!(facility_name("境保育園", Some("サカイホイクエン"), None, Locale::Easy), "[境保育園|さかいほいくえん]");
    assert_eq!(facility_name("境保育園", Some("サカイホイクエン"), Some("Sakai Nursery"), Locale::En), "Sakai Nursery");
    assert_eq!(facility_name("ひまわり", Some("ヒマワリ"), None, Locale::Easy), "ひまわり");
}
