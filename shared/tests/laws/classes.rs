//! Places that come from the classes: whatever is enrolled, booked and cancelled, a slot has exactly what is free in its classes on its days.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, TimeDelta};
use proptest::prelude::*;
use shared::bookings::{PlaceState, place};
use shared::ids::BookingId;
use shared::programmes::{AgeBasis, AgeEnd, Ages, Opens, Terms, Unit};
use shared::slots::{ClassDay, ClassPlaces, ClassesChange, Consequence, Held, Slot, change_classes, follow, must_follow};

use crate::cases;
use crate::world::{self, ask_for, band, child, day, slot, tokyo};

/// Days on which slots lie: in December, over the turn of the year, at the end of the fiscal year and in the next one.
const DAYS: [&str; 5] = ["2026-12-03", "2026-12-31", "2027-01-04", "2027-03-31", "2027-04-01"];
const LAYOUTS: [&[(u32, u32)]; 3] = [&[(0, 1), (1, 3), (3, 6)], &[(0, 6)], &[(1, 2), (2, 4), (4, 6)]];

#[derive(Debug, Clone)]
enum Step {
    /// A class, its first day counted from 1 April 2026 in steps of five days, so many steps long, its places and who is enrolled.
    Enrol { class: u32, from: i64, length: Option<i64>, capacity: i64, enrolled: i64, at_all_costs: bool },
    /// Takes the n-th entry away.
    Remove { n: usize },
    /// A child born so many days before 1 April 2026 books the n-th slot.
    Book { slot: usize, born: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let enrol = (0..6_u32, 0..80_i64, prop::option::weighted(0.4, 0..40_i64), 0..5_i64, 0..5_i64, any::<bool>()).prop_map(
        |(class, from, length, capacity, enrolled, at_all_costs)| Step::Enrol { class, from, length, capacity, enrolled, at_all_costs },
    );
    prop_oneof![
        3 => enrol,
        1 => (0..20_usize).prop_map(|n| Step::Remove { n }),
        4 => (0..DAYS.len(), -200..2000_i64).prop_map(|(slot, born)| Step::Book { slot, born }),
    ]
}

/// What is written on each day for each class, painted in the order of the first days.
fn painted(entries: &BTreeMap<(u32, NaiveDate), ClassPlaces>) -> BTreeMap<(u32, NaiveDate), i64> {
    let mut days = BTreeMap::new();
    let mut sorted: Vec<_> = entries.values().collect();
    sorted.sort_by_key(|entry| entry.from);
    for entry in sorted {
        let until = entry.until.unwrap_or(day("2027-12-31"));
        for date in entry.from.iter_days().take_while(|date| *date <= until) {
            days.insert((entry.age_class, date), entry.capacity - entry.enrolled);
        }
    }
    days
}

/// The class by the years in which children are born from 2 April to 1 April.
fn naive_class(born: NaiveDate, on: NaiveDate) -> u32 {
    let year_of_birth = if (born.month(), born.day()) >= (4, 2) { born.year() } else { born.year() - 1 };
    let fiscal_year = if on.month() >= 4 { on.year() } else { on.year() - 1 };
    u32::try_from((fiscal_year - year_of_birth - 1).max(0)).unwrap()
}

/// Who is booked in which band of a slot, in the order of booking.
type Model = Vec<(BookingId, u32)>;

fn naive_places(days: &BTreeMap<(u32, NaiveDate), i64>, slot: &Slot, (from, under): (u32, u32), nights: i64) -> i64 {
    (0..=nights)
        .map(|night| (from..under).filter_map(|class| days.get(&(class, slot.day() + TimeDelta::days(night)))).sum::<i64>().max(0))
        .min()
        .unwrap()
}

fn held(slot: &Slot, model: &Model) -> Vec<Held> {
    let one = |(id, band_from_age): &(BookingId, u32)| Held {
        booking: id.clone(),
        band_from_age: *band_from_age,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        created_at: tokyo("2026-11-01 9:00") + TimeDelta::minutes(id.as_str().parse().unwrap()),
        has_come: false,
    };
    model.iter().map(one).collect()
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn a_slot_has_what_is_free_in_its_classes(
        layout in prop::sample::select(&LAYOUTS[..]),
        basis in prop::sample::select(vec![AgeBasis::OnDay, AgeBasis::Class]),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let now = tokyo("2026-11-15 9:00");
        let ages = Ages { from_months: 0, until: AgeEnd::UnderYears { years: 8 }, basis };
        let unit = Unit::Flexible { minimum_minutes: 30, maximum_minutes: None, step_minutes: 30 };
        let terms = Terms { opens: Opens::DaysBefore { days: 400 }, ..Terms::new(ages, unit) };
        let mut slots: Vec<Slot> = DAYS
            .iter()
            .map(|date| Slot { spare: true, bands: layout.iter().map(|(from, under)| band(*from, *under, 0)).collect(), ..slot(date) })
            .collect();
        // One lasts over the turn of the year.
        slots[1].ends_at = tokyo("2027-01-02 9:00");
        let nights = [0, 2, 0, 0, 0];
        let mut booked: Vec<Model> = vec![Vec::new(); slots.len()];
        let mut entries: Vec<ClassPlaces> = Vec::new();
        let mut model: BTreeMap<(u32, NaiveDate), ClassPlaces> = BTreeMap::new();
        for (n, step) in steps.iter().enumerate() {
            let (command, after) = match step {
                Step::Book { slot, born } => {
                    let (at, born) = (*slot, day("2026-04-01") - TimeDelta::days(*born));
                    let class = naive_class(born, slots[at].day());
                    let state: PlaceState = world::state(slots[at].clone(), terms.clone(), vec![child("child", &born.to_string())]);
                    let placed = place(&state, &ask_for(&state).between(slots[at].starts_at, slots[at].ends_at), now);
                    let mine = layout.iter().position(|(from, under)| (*from..*under).contains(&class));
                    let free = mine.is_some_and(|mine| {
                        let there = booked[at].iter().filter(|(_, from)| *from == layout[mine].0).count();
                        i64::try_from(there).unwrap() < slots[at].bands[mine].capacity
                    });
                    let is_born = born <= slots[at].day();
                    prop_assert_eq!(placed.is_ok(), free && is_born, "class {} on {}", class, slots[at].day());
                    if is_born {
                        // By months alone a child is never told of another band than its own, unless both are thought of.
                        let months = shared::time::age_months_on(born, slots[at].day());
                        let thought_of = slots[at].band_ages(&terms.ages, months);
                        prop_assert!(thought_of.contains(&class), "{:?} of {} months, class {}", thought_of, months, class);
                    }
                    if let (Ok(placed), Some(mine)) = (placed, mine) {
                        slots[at] = placed.slot;
                        booked[at].push((n.to_string().as_str().into(), layout[mine].0));
                    }
                    continue;
                }
                Step::Enrol { class, from, length, capacity, enrolled, at_all_costs } => {
                    let from = day("2026-04-01") + TimeDelta::days(from * 5);
                    let until = length.map(|length| from + TimeDelta::days(length * 5));
                    let entry = ClassPlaces { age_class: *class, from, until, capacity: *capacity, enrolled: *enrolled };
                    let mut after = model.clone();
                    after.insert((*class, from), entry.clone());
                    let consequence = at_all_costs.then_some(Consequence::CancelLatest);
                    (ClassesChange { entries: vec![entry], consequence, ..ClassesChange::default() }, after)
                }
                Step::Remove { n } => {
                    let Some(((age_class, from), _)) = model.iter().nth(*n) else { continue };
                    let gone = ClassDay { age_class: *age_class, from: *from };
                    let mut after = model.clone();
                    after.remove(&(gone.age_class, gone.from));
                    (ClassesChange { removed: vec![gone], ..ClassesChange::default() }, after)
                }
            };
            let wanted = change_classes(&entries, &command).unwrap();
            prop_assert_eq!(&wanted, &after.values().cloned().collect::<Vec<_>>());
            let days = painted(&after);
            let outcomes: Vec<_> = slots
                .iter()
                .zip(&booked)
                .map(|(slot, there)| {
                    must_follow(slot, &wanted, now).then(|| follow(slot, &terms, &held(slot, there), (&wanted, command.consequence), now))
                })
                .collect();
            let too_few = slots.iter().zip(&booked).zip(nights).any(|((slot, there), nights)| {
                layout.iter().any(|(from, under)| {
                    let booked = there.iter().filter(|(_, band)| band == from).count();
                    naive_places(&days, slot, (*from, *under), nights) < i64::try_from(booked).unwrap()
                })
            });
            let refused = outcomes.iter().flatten().any(Result::is_err);
            prop_assert_eq!(refused, too_few && command.consequence.is_none());
            if refused {
                continue;
            }
            (entries, model) = (wanted, after);
            for (at, outcome) in outcomes.into_iter().enumerate() {
                if let Some(Ok(changed)) = outcome {
                    slots[at] = changed.slot;
                    // Nobody goes who could stay, and of those who were too many the last go.
                    let mut stay = Vec::new();
                    for (from, under) in layout {
                        let places = usize::try_from(naive_places(&days, &slots[at], (*from, *under), nights[at])).unwrap();
                        stay.extend(booked[at].iter().filter(|(_, band)| band == from).take(places).cloned());
                    }
                    booked[at].retain(|(id, _)| !changed.cancelled.contains(id));
                    let kept = |one: &(BookingId, u32)| booked[at].contains(one);
                    prop_assert!(stay.iter().all(kept) && stay.len() == booked[at].len(), "{:?} of {:?}", booked[at], stay);
                }
                for (mine, (from, under)) in layout.iter().enumerate() {
                    let (slot, places) = (&slots[at], naive_places(&days, &slots[at], (*from, *under), nights[at]));
                    let there = i64::try_from(booked[at].iter().filter(|(_, band)| band == from).count()).unwrap();
                    prop_assert_eq!((slot.bands[mine].capacity, slot.bands[mine].occupancy.highest()), (places, there));
                    prop_assert_eq!(slot.places_left(&terms, *from, slot.starts_at, slot.ends_at), Some(places - there));
                }
            }
        }
    }
}
