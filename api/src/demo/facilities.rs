//! The facilities of the demo world, written as if they had been there for a year.

use chrono::TimeDelta;
use shared::facilities::days::open_week;
use shared::facilities::{AgeRange, Listing};
use shared::ids::FacilityId;
use shared::municipalities::Position;
use shared::slots::SlotFacility;
use shared::time::day_start;

use super::cities::{City, code};
use super::offers::{clock, offers};
use super::places::{PLACES, Place};
use super::{ACTOR, Kind, Moment, id};
use crate::db::{AnyConnection, DbError};
use crate::outbox::Act;
use crate::{facilities, slots};

/// The id of a facility, counted from 0.
pub fn facility_id(n: usize) -> FacilityId {
    FacilityId::new(id(Kind::Facility, n + 1))
}

/// Writes facilities and offerings, as if they had been there for a year.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), DbError> {
    let registered = day_start(moment.today) - TimeDelta::days(365);
    for (n, place) in PLACES.iter().enumerate() {
        let facility = facility_id(n);
        let listing = listing(n, place)?;
        facilities::store::insert_facility(conn, &facility, &listing, true, registered)?;
        Act::of_command(ACTOR, registered).record(
            conn,
            "facility.registered",
            (&listing.municipality, Some(&facility)),
            facility.as_str(),
        )?;
        for offered in offers(n, place) {
            slots::store::insert_offering(conn, &offered.offering, &listing.municipality)?;
        }
    }
    Ok(())
}

/// A facility as its slots show it.
pub fn shown(n: usize, place: &Place) -> Result<SlotFacility, DbError> {
    Ok(SlotFacility {
        id: facility_id(n),
        name: place.name.to_owned(),
        kana: place.kana.to_owned(),
        name_en: Some(place.name_en.to_owned()),
        municipality: code(place.city)?,
        position: Some(Position { latitude: place.position.0, longitude: place.position.1 }),
        fictional: true,
        closes_at: None,
    })
}

/// What is published about a facility. Addresses end in an invented number, telephones in an exchange that does not exist.
fn listing(n: usize, place: &Place) -> Result<Listing, DbError> {
    let city = match place.city {
        City::Yonago => "米子市",
        City::Sakaiminato => "境港市",
    };
    let municipality = code(place.city)?;
    let mut listing = Listing::named(municipality.clone(), &format!("demo-{:02}", n + 1), place.name, place.kind);
    let text = |text: &str| Some(text.to_owned());
    listing.kana = text(place.kana);
    listing.name_en = text(place.name_en);
    listing.kind_text = text(place.kind_text);
    listing.address.municipality = Some(municipality);
    listing.address.text = Some(format!("鳥取県{city}{}（番地は架空）", place.town));
    listing.address.prefecture = text("鳥取県");
    listing.address.city = text(city);
    listing.address.town = text(place.town);
    listing.address.block = text("（番地は架空）");
    listing.position = Some(Position { latitude: place.position.0, longitude: place.position.1 });
    listing.access = text(place.access);
    listing.parking = text(place.parking);
    listing.contact.phone = Some(format!("0859-00-{:04}", n + 1));
    listing.operator.name = text("架空の法人");
    listing.capacity = Some(place.capacity);
    listing.ages.range = AgeRange::read(place.ages);
    listing.ages.text = text(place.ages);
    let week = open_week(if place.every_day() { "年中無休" } else { place.week });
    listing.opening.weekdays = week.as_ref().map(|week| week.weekdays.clone());
    listing.opening.on_holidays = Some(place.every_day());
    listing.opening.weekdays_text =
        Some(if place.every_day() { "年中無休".to_owned() } else { format!("{}（祝日を除く）", place.week) });
    listing.opening.opens_at = Some(clock(place.opens));
    listing.opening.closes_at = Some(clock(place.closes));
    listing.care.temporary = Some(place.care.is_some());
    listing.care.opens_at = place.care.as_ref().map(|care| clock(care.starts));
    listing.care.closes_at = place.care.as_ref().map(|care| clock(care.ends));
    listing.amenities.nursing_room = Some(true);
    listing.amenities.changing_corner = Some(true);
    listing.amenities.strollers_allowed = Some(place.every_day() || !n.is_multiple_of(3));
    listing.notes = Some(format!("{}（デモ用の架空の施設です）", place.notes));
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::places::{Other, SAKAIMINATO_CLINIC, SAKAIMINATO_EVERY_DAY, YONAGO_EVERY_DAY};
    use crate::demo::programmes::{open_nursery, postnatal, sick_child, temporary_care, visit};

    #[test]
    fn every_text_of_a_listing_is_one_that_the_import_would_read() {
        for (n, place) in PLACES.iter().enumerate() {
            let listing = listing(n, place).unwrap();
            assert!(listing.ages.range.is_some(), "{}", place.ages);
            assert!(listing.opening.weekdays.is_some(), "{}", place.week);
            assert!(listing.notes.unwrap().contains("架空"));
        }
        let count = |city| PLACES.iter().filter(|place| place.city == city).count();
        assert_eq!((count(City::Yonago), count(City::Sakaiminato)), (15, 9));
        assert!(PLACES[YONAGO_EVERY_DAY].every_day() && PLACES[SAKAIMINATO_EVERY_DAY].every_day());
        assert_eq!((PLACES[YONAGO_EVERY_DAY].city, PLACES[SAKAIMINATO_EVERY_DAY].city), (City::Yonago, City::Sakaiminato));
    }

    #[test]
    fn every_programme_is_offered_in_both_cities() {
        let offered = |city, programme: &str| {
            let places = PLACES.iter().enumerate().filter(|(_, place)| place.city == city);
            places.filter(|(n, place)| offers(*n, place).iter().any(|o| o.offering.programme.as_str() == programme)).count()
        };
        for (programme, yonago, sakaiminato) in [
            (temporary_care::KEY, 13, 8),
            (open_nursery::KEY, 8, 5),
            (visit::KEY, 13, 8),
            (postnatal::STAY, 1, 1),
            (postnatal::DAY, 2, 1),
            (postnatal::HOME, 1, 1),
            (sick_child::KEY, 1, 1),
        ] {
            assert_eq!((offered(City::Yonago, programme), offered(City::Sakaiminato, programme)), (yonago, sakaiminato), "{programme}");
        }
        assert!(PLACES[SAKAIMINATO_CLINIC].others.contains(&Other::Stay));
    }

    #[test]
    fn every_facility_lies_on_the_land_of_its_city() {
        // The peninsula runs north-west between lake and sea; a straight band along it is land, and so is the plain of the town.
        for place in &PLACES {
            let (latitude, longitude) = place.position;
            let middle = 133.3260 - (latitude - 35.44) * 0.99;
            match place.city {
                City::Sakaiminato => assert!((35.50..35.55).contains(&latitude) && (longitude - middle).abs() < 0.04, "{}", place.name),
                City::Yonago if latitude > 35.46 => {
                    assert!((35.46..35.50).contains(&latitude) && (longitude - middle).abs() < 0.035, "{}", place.name);
                }
                City::Yonago => assert!((35.42..35.46).contains(&latitude) && (133.29..133.44).contains(&longitude), "{}", place.name),
            }
        }
    }
}
