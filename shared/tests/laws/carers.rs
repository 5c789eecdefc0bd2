//! Places by band, room, programme and carers at once: nobody is promised one too many, and nobody is sent away from a free one.

use chrono::{NaiveTime, TimeDelta};
use proptest::prelude::*;
use shared::bookings::{PlaceState, place};
use shared::programmes::{AgeBasis, AgeEnd, Ages, StaffRatio, Staffing, Terms, Unit};
use shared::slots::{Occupancy, Slot};
use shared::time::at;

use crate::cases;
use crate::offers::check_openings;
use crate::world::{self, ask_for, band, child, day, slot};

const HALF_HOURS: usize = 16;

/// The age bands that facilities have.
const LAYOUTS: [&[(u32, u32)]; 5] =
    [&[(0, 6)], &[(0, 3), (3, 6)], &[(0, 1), (1, 3), (3, 6)], &[(0, 2), (2, 4), (4, 5)], &[(0, 1), (1, 3), (3, 4), (4, 6)]];

/// What limits the places.
#[derive(Debug, Clone)]
struct House {
    bands: Vec<(u32, u32, i64)>,
    room: Option<i64>,
    at_once: Option<i64>,
    /// Least number of carers, and children for one carer at each age from 0 to 5.
    staffing: Option<(i64, Vec<Option<i64>>)>,
    /// Carers in each half hour.
    carers: Option<Vec<i64>>,
}

fn carers() -> impl Strategy<Value = Vec<i64>> {
    // Mostly the same people for some hours.
    prop::collection::vec((0..5_i64, 1..7_usize), HALF_HOURS).prop_map(|shifts| {
        shifts.into_iter().flat_map(|(carers, half_hours)| std::iter::repeat_n(carers, half_hours)).take(HALF_HOURS).collect()
    })
}

fn house() -> impl Strategy<Value = House> {
    let bands = (prop::sample::select(&LAYOUTS[..]), prop::collection::vec(0..7_i64, 4))
        .prop_map(|(ages, places)| ages.iter().zip(places).map(|((from, under), places)| (*from, *under, places)).collect());
    let ratio = prop::option::weighted(0.9, prop::sample::select(vec![1_i64, 2, 3, 5, 6, 7, 15, 25]));
    let usual = Just([3, 6, 6, 15, 25, 25].map(Some).to_vec());
    let ratios = prop_oneof![2 => usual, 3 => prop::collection::vec(ratio, 6)];
    let staffing = prop::option::weighted(0.8, (0..3_i64, ratios));
    (bands, prop::option::of(0..10_i64), prop::option::of(0..10_i64), staffing, prop::option::weighted(0.9, carers()))
        .prop_map(|(bands, room, at_once, staffing, carers)| House { bands, room, at_once, staffing, carers })
}

/// Some children of some ages for some half hours.
fn stays() -> impl Strategy<Value = Vec<(usize, usize, Vec<u32>)>> {
    prop::collection::vec((0..HALF_HOURS, 1..HALF_HOURS, prop::collection::vec(0..6_u32, 1..4)), 1..16)
}

fn timetable(carers: &[i64]) -> Occupancy {
    carers.iter().zip(0..).fold(Occupancy::default(), |all, (carers, n)| all.plus(n * 30, n * 30 + 30, *carers))
}

impl House {
    fn rules(&self) -> (Slot, Terms) {
        let ages = Ages { from_months: 0, until: AgeEnd::UnderYears { years: 6 }, basis: AgeBasis::OnDay };
        let mut terms = Terms::new(ages, Unit::Flexible { minimum_minutes: 30, maximum_minutes: None, step_minutes: 30 });
        terms.at_once = self.at_once;
        terms.staffing = self.staffing.as_ref().map(|(minimum, ratios)| Staffing {
            minimum: *minimum,
            ratios: (0..)
                .zip(ratios)
                .filter_map(|(age, children)| {
                    Some(StaffRatio { from_age: age, under_age: (age < 5).then_some(age + 1), children: (*children)? })
                })
                .collect(),
        });
        let mut slot = slot("2026-12-03");
        slot.bands = self.bands.iter().map(|(from, under, places)| band(*from, *under, *places)).collect();
        slot.room = self.room;
        slot.carers = self.carers.as_deref().map(timetable);
        (slot, terms)
    }

    /// Children for one carer in a band: the fewest of any of its ages.
    fn ratio(&self, band: usize) -> Option<i64> {
        let (from, under, _) = self.bands[band];
        let (_, ratios) = self.staffing.as_ref()?;
        (from..under).filter_map(|age| ratios[usize::try_from(age).unwrap()]).min()
    }

    /// Whether some more children fit beside those who are there, in one minute.
    fn fits(&self, there: &[i64], more: &[i64], carers: Option<i64>) -> bool {
        let after: Vec<i64> = there.iter().zip(more).map(|(there, more)| there + more).collect();
        let all: i64 = after.iter().sum();
        let in_bands = (0..after.len()).all(|band| more[band] == 0 || after[band] <= self.bands[band].2);
        let in_room = self.room.is_none_or(|most| all <= most) && self.at_once.is_none_or(|most| all <= most);
        let cared_for = match (&self.staffing, carers) {
            (Some((minimum, _)), Some(carers)) => {
                // Every band's share of a carer, over one denominator that all ratios divide.
                let whole: i64 = (0..after.len()).filter_map(|band| self.ratio(band)).product();
                let used: i64 = (0..after.len()).filter_map(|band| Some(after[band] * whole / self.ratio(band)?)).sum();
                let anybody_counts = (0..after.len()).any(|band| more[band] > 0 && self.ratio(band).is_some());
                carers >= *minimum && (!anybody_counts || used <= carers * whole)
            }
            _ => true,
        };
        in_bands && in_room && cared_for
    }

    fn band_of(&self, age: u32) -> Option<usize> {
        self.bands.iter().position(|(from, under, _)| (*from..*under).contains(&age))
    }
}

/// Who is there in each minute of the day, by band.
type Minutes = Vec<Vec<i64>>;

fn fits(house: &House, there: &Minutes, ages: &[u32], from: usize, until: usize) -> bool {
    let mut more = vec![0; house.bands.len()];
    for age in ages {
        match house.band_of(*age) {
            Some(band) => more[band] += 1,
            None => return false,
        }
    }
    (from..until).all(|minute| house.fits(&there[minute], &more, house.carers.as_ref().map(|carers| carers[minute / 30])))
}

fn asked(slot: &Slot, terms: &Terms, ages: &[u32], from: usize, until: usize) -> Option<Slot> {
    let children = ages.iter().enumerate().map(|(n, age)| {
        let born = slot.day() - TimeDelta::days(i64::from(*age) * 366 + 100);
        child(&format!("child{n}"), &born.to_string())
    });
    let state: PlaceState = world::state(slot.clone(), terms.clone(), children.collect());
    let minute = |minute: usize| slot.instant(i64::try_from(minute).unwrap());
    place(&state, &ask_for(&state).between(minute(from), minute(until)), at(day("2026-11-15"), NaiveTime::MIN))
        .ok()
        .map(|placed| placed.slot)
}

/// The places that are left are the largest party that gets one, for every band at these times.
fn check_left(house: &House, slot: &Slot, terms: &Terms, there: &Minutes, from: usize, until: usize) -> Result<(), TestCaseError> {
    for (age, _, _) in &house.bands {
        let minute = |minute: usize| slot.instant(i64::try_from(minute).unwrap());
        let left = usize::try_from(slot.places_left(terms, *age, minute(from), minute(until)).unwrap()).unwrap();
        let party = |children: usize| vec![*age; children];
        let largest = (1..=8).take_while(|children| fits(house, there, &party(*children), from, until)).count();
        prop_assert_eq!(left, largest, "age {} from {} until {}", age, from, until);
        prop_assert_eq!(asked(slot, terms, &party(left), from, until).is_some(), left > 0);
        prop_assert!(asked(slot, terms, &party(left + 1), from, until).is_none());
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn places_left_are_the_largest_party_that_gets_one(
        house in house(),
        stays in stays(),
        windows in prop::collection::vec((0..HALF_HOURS, 1..=HALF_HOURS), 1..6),
        ill in carers(),
    ) {
        let (mut slot, terms) = house.rules();
        let mut there: Minutes = vec![vec![0; house.bands.len()]; HALF_HOURS * 30];
        for (from, half_hours, ages) in &stays {
            let (from, until) = (from * 30, (from + half_hours).min(HALF_HOURS) * 30);
            let expected = fits(&house, &there, ages, from, until);
            let outcome = asked(&slot, &terms, ages, from, until);
            prop_assert_eq!(outcome.is_some(), expected, "{:?} from {} until {}", ages, from, until);
            if let Some(taken) = outcome {
                slot = taken;
                for minute in &mut there[from..until] {
                    ages.iter().filter_map(|age| house.band_of(*age)).for_each(|band| minute[band] += 1);
                }
            }
            // No limit is passed at any minute, counted from what the rules wrote down.
            for (minute, model) in (0..).zip(&there) {
                let written: Vec<i64> = slot.bands.iter().map(|band| band.occupancy.peak(minute, minute + 1)).collect();
                prop_assert_eq!(&written, model);
                if written.iter().any(|children| *children > 0) {
                    let carers = house.carers.as_ref().map(|carers| carers[usize::try_from(minute / 30).unwrap()]);
                    prop_assert!(house.fits(&vec![0; written.len()], &written, carers), "{:?} at {}", written, minute);
                }
            }
        }
        for (from, half_hours) in &windows {
            check_left(&house, &slot, &terms, &there, from * 30, (from + half_hours).min(HALF_HOURS) * 30)?;
        }
        for (age, _, _) in &house.bands {
            check_openings(&slot, &terms, *age)?;
        }
        // Some carers stay at home: those who are there stay, and what is left is told as truly as before.
        let house = House { carers: Some(ill), ..house };
        slot.carers = house.carers.as_deref().map(timetable);
        for (from, half_hours) in windows {
            check_left(&house, &slot, &terms, &there, from * 30, (from + half_hours).min(HALF_HOURS) * 30)?;
        }
    }
}
