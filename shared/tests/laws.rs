//! Laws: whatever people do in whatever order, places, children, limits and words stay right. The model beside each rule is
//! naive on purpose: whole minutes of Tokyo's clock as plain numbers, counted one by one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod world;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use proptest::prelude::*;
use shared::attendance::{CheckIn, check_in};
use shared::bookings::{
    Booking, BookingState, Busy, Cancel, CancelledBy, ChildState, PlaceState, PlacedChild, cancel, place, quote, usage,
};
use shared::ids::ChildId;
use shared::locale::{self, Locale, Localised, without_ruby};
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::programmes::{Account, Fee, FeeUnit, LimitUnit, OpenDays, Opens, Period, ProgrammeKey, Terms, Unit};
use shared::slots::{
    BandPlaces, Crossing, NewSlots, Occupancy, Offering, PatternLine, PlanOutcome, PlanState, Slot, SlotBlock, SlotChange, SlotState,
    change, openings, plan,
};
use shared::time::{Month, at};
use world::{
    ask_for, at_any_time, band, child, day, month_limit, neighbour, open_nursery, sakaiminato, slot, temporary_care, time, yonago,
};

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Minutes of Tokyo's clock since 1970-01-01 0:00 there.
fn minute_of(instant: DateTime<Utc>) -> i64 {
    instant.timestamp().div_euclid(60) + 540
}

const DAY: i64 = 1440;
const STEP: i64 = 30;
/// Bookings open so many days ahead, and the border so many days later.
const AHEAD: i64 = 20;
const PRIORITY: i64 = 2;
/// What a child has in a month, anywhere and on top at home: little, so that it often runs out.
const HALF_DAYS: (i64, i64) = (1, 1);
const MINUTES: (i64, i64) = (120, 60);

/// What people do.
#[derive(Debug, Clone)]
enum Command {
    /// A family asks for a stay: slot, family, which of its two children, start and length in steps, whether a quarter beside.
    Place {
        slot: usize,
        family: usize,
        who: usize,
        from: i64,
        steps: i64,
        beside: bool,
    },
    Cancel {
        booking: prop::sample::Index,
    },
    CheckIn {
        booking: prop::sample::Index,
    },
    Capacity {
        slot: usize,
        band: usize,
        places: i64,
    },
    Pass {
        minutes: i64,
    },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let place = (0..8_usize, 0..2_usize, 1..4_usize, 0..9_i64, 1..9_i64, prop::bool::weighted(0.05))
        .prop_map(|(slot, family, who, from, steps, beside)| Command::Place { slot, family, who, from, steps, beside });
    let one = prop_oneof![
        12 => place,
        3 => any::<prop::sample::Index>().prop_map(|booking| Command::Cancel { booking }),
        2 => any::<prop::sample::Index>().prop_map(|booking| Command::CheckIn { booking }),
        2 => (0..8_usize, 0..2_usize, 0..4_i64).prop_map(|(slot, band, places)| Command::Capacity { slot, band, places }),
        2 => prop_oneof![1..90_i64, 1..4 * DAY].prop_map(|minutes| Command::Pass { minutes }),
    ];
    prop::collection::vec(one, 1..60)
}

/// Two days on both sides of a month's border (which at 8:00 in Tokyo is not yet one in UTC), two cities, two programmes.
fn slots() -> Vec<(Slot, Terms)> {
    let mut all = Vec::new();
    for date in ["2026-11-30", "2026-12-01"] {
        for host in [yonago(), sakaiminato()] {
            for hours in [false, true] {
                let mut slot = slot(date);
                slot.id = format!("{date}-{host}-{hours}").as_str().into();
                slot.facility.municipality = host.clone();
                let mut terms = if hours { open_nursery() } else { temporary_care() };
                terms.opens = Opens::DaysBefore { days: AHEAD.try_into().unwrap() };
                if hours {
                    slot.programme = ProgrammeKey::new("open_nursery");
                    slot.starts_at = at(day(date), time("8:00"));
                    slot.ends_at = at(day(date), time("12:00"));
                    slot.bands = vec![band(0, 2, 1), band(2, 3, 2)];
                    slot.blocks.clear();
                } else {
                    for block in ["morning", "afternoon"] {
                        let per = FeeUnit::Block { block: block.to_owned() };
                        terms.fees.push(Fee { tier: neighbour(), from_age: 0, under_age: None, per, yen: 701 });
                    }
                    slot.bands = vec![band(0, 3, 2), band(3, 6, 1)];
                }
                all.push((slot, terms));
            }
        }
    }
    all
}

/// Two families of two: in Yonago both of two years, in Sakaiminato one of one and one of four.
const CHILDREN: [[(&str, &str, usize); 2]; 2] =
    [[("sora", "2024-06-15", 2), ("umi", "2024-07-15", 2)], [("nagi", "2025-06-15", 1), ("riku", "2022-06-15", 4)]];

fn residence(family: usize) -> MunicipalityCode {
    if family == 0 { yonago() } else { sakaiminato() }
}

/// Families of Sakaiminato may use everything in Yonago; families of Yonago only the hours in Sakaiminato.
fn compacts() -> Vec<CompactTerm> {
    let term = |residence, host, programme: &str| CompactTerm {
        compact_id: "compact".into(),
        residence,
        host,
        programme: ProgrammeKey::new(programme),
        valid_from: day("2026-04-01"),
        valid_until: None,
        resident_priority_days: PRIORITY.try_into().unwrap(),
        price_tier: neighbour(),
    };
    vec![
        term(sakaiminato(), yonago(), "temporary_care"),
        term(sakaiminato(), yonago(), "open_nursery"),
        term(yonago(), sakaiminato(), "open_nursery"),
    ]
}

/// What the rules have made of the world.
struct Rules {
    now: DateTime<Utc>,
    slots: Vec<(Slot, Terms)>,
    bookings: Vec<Booking>,
}

/// What the model remembers of a stay that was accepted.
#[derive(Debug, Clone)]
struct Stay {
    slot: usize,
    band: usize,
    child: &'static str,
    from: i64,
    until: i64,
    counted: i64,
    away: bool,
    booked: i64,
    /// It holds its place.
    held: bool,
    /// It uses up the month.
    counts: bool,
    came: bool,
}

/// The naive side.
struct Model {
    now: i64,
    capacity: Vec<[i64; 2]>,
    stays: Vec<Stay>,
}

const fn is_hours(slot: usize) -> bool {
    slot % 2 == 1
}

const fn is_in_yonago(slot: usize) -> bool {
    slot % 4 < 2
}

impl Model {
    fn there(&self, slot: usize, band: usize, minute: i64) -> i64 {
        let mut there = 0;
        for stay in &self.stays {
            if stay.held && stay.slot == slot && stay.band == band && stay.from <= minute && minute < stay.until {
                there += 1;
            }
        }
        there
    }

    /// The stays that a party would get, or none.
    fn accepts(&self, slot: usize, start: i64, family: usize, who: usize, from: i64, until: i64) -> Option<Vec<Stay>> {
        let away = (family == 0) != is_in_yonago(slot);
        let (day, end) = (start.div_euclid(DAY), start + if is_hours(slot) { 240 } else { 480 });
        let opens = (day - AHEAD + if away { PRIORITY } else { 0 }) * DAY;
        let closes = if is_hours(slot) { from - 120 } else { (day - 1) * DAY + 16 * 60 + 30 };
        if from < start || until > end || self.now < opens || self.now >= closes || self.now >= from {
            return None;
        }
        if away && family == 0 && !is_hours(slot) {
            return None;
        }
        let counted = if is_hours(slot) {
            if until - from < 60 || (from - start) % STEP != 0 || (until - from) % STEP != 0 {
                return None;
            }
            until - from
        } else {
            match (from - start, until - start) {
                (0, 480) => 2,
                (0, 180) | (240, 480) => 1,
                _ => return None,
            }
        };
        let mut party = Vec::new();
        for (n, (child, _, age)) in CHILDREN[family].into_iter().enumerate() {
            if who & (1 << n) == 0 {
                continue;
            }
            let band = match (is_hours(slot), age) {
                (true, 1) | (false, 1 | 2) => 0,
                (true, 2) | (false, 4) => 1,
                _ => return None,
            };
            party.push(Stay { slot, band, child, from, until, counted, away, booked: self.now, held: true, counts: true, came: false });
        }
        // Seat one after the other and look at every minute.
        let mut after = Self { now: self.now, capacity: self.capacity.clone(), stays: self.stays.clone() };
        after.stays.extend(party.iter().cloned());
        for minute in from..until {
            for (band, places) in after.capacity[slot].into_iter().enumerate() {
                if party.iter().any(|stay| stay.band == band) && after.there(slot, band, minute) > places {
                    return None;
                }
            }
            for stay in &party {
                if after.stays.iter().filter(|s| s.held && s.child == stay.child && s.from <= minute && minute < s.until).count() > 1 {
                    return None;
                }
            }
        }
        for stay in &party {
            let (total, abroad) = after.used(stay.child, slot, day);
            let (anywhere, at_home) = if is_hours(slot) { MINUTES } else { HALF_DAYS };
            if total > anywhere + at_home || (away && abroad > anywhere) {
                return None;
            }
        }
        Some(party)
    }

    /// What a child uses of the slot's programme in the slot's month: in all, and away. There are two days, one in each month.
    fn used(&self, child: &str, slot: usize, day: i64) -> (i64, i64) {
        let mut used = (0, 0);
        for stay in &self.stays {
            if stay.counts && stay.child == child && is_hours(stay.slot) == is_hours(slot) && stay.from.div_euclid(DAY) == day {
                used.0 += stay.counted;
                used.1 += if stay.away { stay.counted } else { 0 };
            }
        }
        used
    }
}

impl Rules {
    fn state(&self, slot: usize, family: usize, who: usize) -> PlaceState {
        let (slot, terms) = &self.slots[slot];
        let host = &slot.facility.municipality;
        let limit = match terms.unit {
            Unit::Flexible { .. } => month_limit("hours", LimitUnit::Minutes, MINUTES.0, MINUTES.1),
            Unit::Blocks { .. } => month_limit("days", LimitUnit::HalfDays, HALF_DAYS.0, HALF_DAYS.1),
        };
        let account = Account { pool: limit.pool.clone(), period: Period::Month(Month::at(slot.starts_at)), unit: limit.counts };
        let children = CHILDREN[family].iter().enumerate().filter(|(n, _)| who & (1 << n) != 0).map(|(_, (id, born, _))| {
            let id = ChildId::from(*id);
            ChildState {
                usages: vec![(account.clone(), usage(&self.bookings, &id, &account))],
                busy: self
                    .bookings
                    .iter()
                    .filter(|b| b.child.id == id && b.state.is_active())
                    .map(|b| Busy { starts_at: b.starts_at, ends_at: b.ends_at, facility: b.facility.name.clone() })
                    .collect(),
                ..child(id.as_str(), born)
            }
        });
        PlaceState {
            slot: slot.clone(),
            terms: terms.clone(),
            limits: at_any_time(vec![limit.clone()]),
            crossing: Crossing::find(&residence(family), host, &slot.programme, slot.day(), &compacts()),
            residence_name: Localised::new("市", "[市|し]", "City"),
            open_days: OpenDays::default(),
            classes: vec![],
            children: children.collect(),
        }
    }
}

/// Does one command on both sides and compares what they say.
fn step(rules: &mut Rules, model: &mut Model, command: &Command) -> Result<(), TestCaseError> {
    match command {
        Command::Place { slot, family, who, from, steps, beside } => {
            let start = rules.slots[*slot].0.starts_at;
            let (mut from, mut length) = (from * STEP, steps * STEP);
            if !is_hours(*slot) && *steps < 7 {
                // Mostly one of the blocks; any time at all is asked for as well.
                (from, length) = [(0, 480), (0, 180), (240, 240)][usize::try_from(*steps).unwrap() % 3];
            }
            from += if *beside { 15 } else { 0 };
            let (starts_at, ends_at) = (start + TimeDelta::minutes(from), start + TimeDelta::minutes(from + length));
            let state = rules.state(*slot, *family, *who);
            let command = ask_for(&state).between(starts_at, ends_at);
            let outcome = place(&state, &command, rules.now);
            let expected = model.accepts(*slot, minute_of(start), *family, *who, minute_of(starts_at), minute_of(ends_at));
            prop_assert_eq!(outcome.is_ok(), expected.is_some(), "{:?} at {}: {:?}", command, rules.now, outcome);
            let told = quote(&state, &command, rules.now);
            prop_assert_eq!(told.bookable, outcome.is_ok());
            if let Err(refusals) = &outcome {
                prop_assert_eq!(refusals.len(), told.reasons.len() + told.children.iter().map(|c| c.reasons.len()).sum::<usize>());
                prop_assert!(!refusals.is_empty());
            }
            if let (Ok(placed), Some(party)) = (outcome, expected) {
                prop_assert_eq!(placed.children.len(), party.len());
                prop_assert_eq!(told.fee_yen, Some(placed.children.iter().map(PlacedChild::fee_yen).sum()));
                for (child, stay) in placed.children.iter().zip(&party) {
                    prop_assert_eq!(placed.counted.len(), 1);
                    prop_assert_eq!((child.id.as_str(), placed.counted[0].amount, placed.is_away), (stay.child, stay.counted, stay.away));
                    rules.bookings.push(world::booking(&state, &placed, child, rules.now));
                }
                rules.slots[*slot].0 = placed.slot;
                model.stays.extend(party);
            }
        }
        Command::Cancel { booking } if !model.stays.is_empty() => {
            let index = booking.index(model.stays.len());
            let (booking, stay) = (&mut rules.bookings[index], &mut model.stays[index]);
            let outcome = cancel(booking, &Cancel::default(), CancelledBy::Family, rules.now);
            prop_assert_eq!(outcome.is_ok(), stay.held && !stay.came && model.now < stay.until, "{:?} {:?}", booking, outcome);
            if let Ok(state) = outcome {
                let BookingState::Cancelled { fee_yen, counts, .. } = state else { panic!("cancelled, but {state:?}") };
                let free_until = if is_hours(stay.slot) { stay.from - 60 } else { (stay.from.div_euclid(DAY) - 1) * DAY + 15 * 60 };
                let free = model.now < free_until || (model.now < stay.booked + 10 && model.now < stay.from);
                prop_assert_eq!(counts, !free);
                prop_assert_eq!(fee_yen, if free { 0 } else { booking.fee_yen * booking.cancellation.late_fee_percent / 100 });
                booking.state = state;
                (stay.held, stay.counts) = (false, counts);
                let slot = &mut rules.slots[stay.slot].0;
                let (from, until) = (slot.minute(booking.starts_at), slot.minute(booking.ends_at));
                slot.bands[stay.band].occupancy = slot.bands[stay.band].occupancy.plus(from, until, -1);
            }
        }
        Command::CheckIn { booking } if !model.stays.is_empty() => {
            let index = booking.index(model.stays.len());
            let (booking, stay) = (&mut rules.bookings[index], &mut model.stays[index]);
            let outcome = check_in(booking, &CheckIn::default(), rules.now);
            let same_day = model.now.div_euclid(DAY) == stay.from.div_euclid(DAY);
            prop_assert_eq!(outcome.is_ok(), stay.held && !stay.came && same_day, "{:?} {:?}", booking, outcome);
            if let Ok(state) = outcome {
                booking.state = state;
                stay.came = true;
            }
        }
        Command::Cancel { .. } | Command::CheckIn { .. } => {}
        Command::Capacity { slot, band, places } => {
            let current = &rules.slots[*slot].0;
            let wanted =
                BandPlaces { from_age: current.bands[*band].from_age, under_age: current.bands[*band].under_age, capacity: *places };
            let (start, end) = (minute_of(current.starts_at), minute_of(current.ends_at));
            let outcome = change(current, &SlotChange { bands: Some(vec![wanted]), state: None }, rules.now);
            let enough = (start..end).all(|minute| model.there(*slot, *band, minute) <= *places);
            prop_assert_eq!(outcome.is_ok(), enough && model.now < end, "{:?}", outcome);
            if let Ok(changed) = outcome {
                rules.slots[*slot].0 = changed;
                model.capacity[*slot][*band] = *places;
            }
        }
        Command::Pass { minutes } => {
            rules.now += TimeDelta::minutes(*minutes);
            model.now += minutes;
        }
    }
    Ok(())
}

/// What must hold at any time.
fn check(rules: &Rules, model: &Model) -> Result<(), TestCaseError> {
    for (n, (slot, _)) in rules.slots.iter().enumerate() {
        let start = minute_of(slot.starts_at);
        for (b, band) in slot.bands.iter().enumerate() {
            prop_assert_eq!(band.capacity, model.capacity[n][b]);
            for minute in (0..slot.minute(slot.ends_at)).step_by(15) {
                let there = model.there(n, b, start + minute);
                prop_assert!(there <= band.capacity);
                prop_assert_eq!(band.occupancy.peak(minute, minute + 1), there);
            }
        }
    }
    for stay in model.stays.iter().filter(|stay| stay.held) {
        let at_once = model.stays.iter().filter(|s| s.held && s.child == stay.child && s.from < stay.until && stay.from < s.until).count();
        prop_assert_eq!(at_once, 1, "{} is in two places", stay.child);
    }
    Ok(())
}

/// What a slot offers to fresh children of an age is what they get: no more, no less.
fn check_openings(slot: &Slot, terms: &Terms, age: u32) -> Result<(), TestCaseError> {
    let mut terms = terms.clone();
    terms.opens = Opens::DaysBefore { days: 60 };
    let born = slot.day() - TimeDelta::days(i64::from(age) * 366 + 200);
    let asked = |from: DateTime<Utc>, until: DateTime<Utc>, children: i64| {
        let children = (0..children).map(|n| child(&format!("fresh{n}"), &born.to_string())).collect();
        let state = PlaceState { limits: vec![], ..world::state(slot.clone(), terms.clone(), children) };
        place(&state, &ask_for(&state).between(from, until), at(day("2026-11-15"), NaiveTime::MIN)).is_ok()
    };
    let offered = openings(slot, &terms, Some(age), 0);
    for opening in &offered {
        let (from, until) = (opening.starts_at, opening.ends_at);
        prop_assert_eq!(slot.places_left(&terms, age, from, until), Some(opening.places_left));
        prop_assert_eq!(asked(from, until, opening.places_left), opening.places_left > 0);
        prop_assert!(!asked(from, until, opening.places_left + 1), "{:?}", opening);
    }
    let length = slot.minute(slot.ends_at);
    for from in (0..length).step_by(30) {
        for until in (from + 30..=length).step_by(30) {
            let (starts_at, ends_at) = (slot.instant(from), slot.instant(until));
            let within = offered.iter().any(|o| match terms.unit {
                Unit::Blocks { .. } => o.starts_at == starts_at && o.ends_at == ends_at && o.places_left > 0,
                Unit::Flexible { minimum_minutes, .. } => {
                    until - from >= minimum_minutes && o.starts_at <= starts_at && ends_at <= o.ends_at
                }
            });
            prop_assert_eq!(asked(starts_at, ends_at, 1), within, "{} to {}", starts_at, ends_at);
        }
    }
    // Without an age nothing is promised that no age gets.
    for opening in openings(slot, &terms, None, 0) {
        let best = slot.bands.iter().filter_map(|band| slot.places_left(&terms, band.from_age, opening.starts_at, opening.ends_at)).max();
        prop_assert!(Some(opening.places_left) <= best);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn places_children_and_limits_stay_right_whatever_people_do(begins in 0..40 * DAY, commands in commands()) {
        let now = at(day("2026-10-25"), NaiveTime::MIN) + TimeDelta::minutes(begins);
        let mut rules = Rules { now, slots: slots(), bookings: vec![] };
        let capacity = rules.slots.iter().map(|(slot, _)| [slot.bands[0].capacity, slot.bands[1].capacity]).collect();
        let mut model = Model { now: minute_of(now), capacity, stays: vec![] };
        for command in &commands {
            step(&mut rules, &mut model, command)?;
            check(&rules, &model)?;
        }
        for (slot, terms) in &rules.slots {
            for band in &slot.bands {
                check_openings(slot, terms, band.from_age)?;
            }
        }
        // Everything given back: as if nobody had ever come.
        for (booking, stay) in rules.bookings.iter().zip(&model.stays).filter(|(_, stay)| stay.held) {
            let slot = &mut rules.slots[stay.slot].0;
            let (from, until) = (slot.minute(booking.starts_at), slot.minute(booking.ends_at));
            slot.bands[stay.band].occupancy = slot.bands[stay.band].occupancy.plus(from, until, -1);
        }
        prop_assert!(rules.slots.iter().all(|(slot, _)| slot.bands.iter().all(|band| band.occupancy == Occupancy::default())));
    }

    #[test]
    fn occupancy_is_what_one_counts(
        stays in prop::collection::vec((0..60_i64, 1..60_i64, 1..4_i64), 0..12),
        ask in (0..120_i64, 1..120_i64),
        undo in any::<prop::sample::Index>(),
    ) {
        let mut counted = [0_i64; 240];
        let mut occupancy = Occupancy::default();
        for (from, length, children) in &stays {
            let before = occupancy.clone();
            occupancy = occupancy.plus(*from, from + length, *children);
            prop_assert_eq!(occupancy.plus(*from, from + length, -children), before);
            for minute in *from..from + length {
                counted[usize::try_from(minute).unwrap()] += children;
            }
        }
        let range = usize::try_from(ask.0).unwrap()..usize::try_from(ask.0 + ask.1).unwrap();
        prop_assert_eq!(occupancy.peak(ask.0, ask.0 + ask.1), *counted[range].iter().max().unwrap());
        prop_assert_eq!(occupancy.highest(), *counted.iter().max().unwrap());
        for (minute, there) in (0..).zip(counted) {
            prop_assert_eq!(occupancy.peak(minute, minute + 1), there);
        }
        // No step says twice the same, and the last one leaves nobody.
        prop_assert!(occupancy.steps().windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 != two[1].1));
        prop_assert_eq!(occupancy.steps().last().map_or(0, |(_, there)| *there), 0);
        // Whoever leaves, it is as if they had never come.
        if !stays.is_empty() {
            let gone = undo.index(stays.len());
            let (from, length, children) = stays[gone];
            let without = stays.iter().enumerate().filter(|(n, _)| *n != gone).fold(Occupancy::default(), |o, (_, (f, l, c))| o.plus(*f, f + l, *c));
            prop_assert_eq!(occupancy.plus(from, from + length, -children), without);
        }
        let text = serde_json::to_string(&occupancy).unwrap();
        prop_assert_eq!(serde_json::from_str::<Occupancy>(&text).unwrap(), occupancy);
    }

    #[test]
    fn openings_are_kept(
        taken in prop::collection::vec((0..16_i64, 1..9_i64, 0..2_usize), 0..12),
        capacity in (0..4_i64, 0..4_i64),
        hours: bool,
        cut in 0..40_i64,
    ) {
        let mut slot = slot("2026-12-03");
        slot.bands = if hours { vec![band(0, 2, capacity.0), band(2, 3, capacity.1)] } else { vec![band(0, 3, capacity.0), band(3, 6, capacity.1)] };
        if hours {
            slot.ends_at -= TimeDelta::minutes(cut);
        }
        for (from, steps, band) in taken {
            let until = ((from + steps) * 30).min(slot.minute(slot.ends_at));
            slot.bands[band].occupancy = slot.bands[band].occupancy.plus(from * 30, until.max(from * 30), 1);
        }
        let terms = if hours { open_nursery() } else { temporary_care() };
        for age in [1, 2] {
            check_openings(&slot, &terms, age)?;
        }
    }

    #[test]
    fn the_preview_is_what_is_published(
        first in 0..40_i64,
        days in 0..40_i64,
        lines in prop::collection::vec((prop::collection::vec(0..7_u8, 1..6), 6..20_u32, 1..6_u32), 1..6),
        holidays in prop::collection::vec(0..80_i64, 0..6),
        existing in prop::collection::vec((0..80_i64, 6..20_u32, 1..6_u32), 0..40),
        now in 0..80 * DAY,
        on_holidays: bool,
        hours: bool,
    ) {
        let date = |n: i64| day("2026-11-01") + TimeDelta::days(n);
        let hour = |h: u32| NaiveTime::from_hms_opt(h.min(23), 0, 0).unwrap();
        let weekday = |n: u8| Weekday::try_from(n).unwrap();
        let pattern: Vec<PatternLine> = lines
            .iter()
            .map(|(weekdays, starts, length)| PatternLine {
                weekdays: weekdays.iter().copied().map(weekday).collect(),
                starts: hour(*starts),
                ends: hour(starts + length),
                nights: 0,
                room: None,
                carers: None,
                bands: vec![BandPlaces { from_age: 0, under_age: 3, capacity: 3 }],
            })
            .collect();
        let block = shared::slots::BlockTimes { key: "day".to_owned(), starts: hour(9), ends: hour(10), nights: 0 };
        let offering = Offering {
            id: "offering".into(), facility_id: "facility".into(), programme: ProgrammeKey::new("p"), blocks: vec![block], hourly_yen: None, confirmation: None,
        };
        let unit = if hours { open_nursery().unit } else { temporary_care().unit };
        let holidays: Vec<(NaiveDate, String)> = holidays.into_iter().map(|n| (date(n), "祝日".to_owned())).collect();
        let mut existing: Vec<_> = existing.into_iter().map(|(n, h, l)| (at(date(n), hour(h)), at(date(n), hour(h + l)))).collect();
        let command = NewSlots { offering_id: "offering".into(), from: date(first), to: date(first + days), pattern, on_holidays };
        let now = at(date(0), NaiveTime::MIN) + TimeDelta::minutes(now);
        let preview = plan(&PlanState { offering: &offering, unit: &unit, holidays: &holidays, existing: &existing }, &command, now);
        let all_hold_a_block = command.pattern.iter().all(|line| line.starts <= hour(9) && hour(10) <= line.ends);
        prop_assert_eq!(preview.is_ok(), hours || all_hold_a_block);
        let Ok(preview) = preview else { return Ok(()) };
        let asked: usize = (0..=days)
            .map(|n| command.pattern.iter().filter(|line| line.weekdays.contains(&chrono::Datelike::weekday(&date(first + n)))).count())
            .sum();
        prop_assert_eq!(preview.slots.len(), asked);
        let mut published = 0;
        for planned in &preview.slots {
            let taken = existing.iter().any(|(from, until)| *from < planned.ends_at && planned.starts_at < *until);
            let holiday = !on_holidays && holidays.iter().any(|(holiday, _)| minute_of(planned.starts_at).div_euclid(DAY) == minute_of(at(*holiday, NaiveTime::MIN)).div_euclid(DAY));
            match &planned.outcome {
                PlanOutcome::Past => prop_assert!(planned.starts_at <= now),
                PlanOutcome::Holiday { .. } => prop_assert!(holiday && planned.starts_at > now),
                PlanOutcome::Exists => prop_assert!(taken && !holiday && planned.starts_at > now),
                PlanOutcome::New => {
                    prop_assert!(!taken && !holiday && planned.starts_at > now);
                    existing.push((planned.starts_at, planned.ends_at));
                    published += 1;
                }
            }
        }
        prop_assert_eq!(preview.new_count, published);
        let again = plan(&PlanState { offering: &offering, unit: &unit, holidays: &holidays, existing: &existing }, &command, now).unwrap();
        prop_assert_eq!(again.new_count, 0);
        prop_assert_eq!(again.slots.len(), preview.slots.len());
    }

    #[test]
    fn a_slot_takes_its_blocks_with_it(starts in 0..24_u32, length in 0..24_u32) {
        let hour = |h: u32| NaiveTime::from_hms_opt(h.min(23), 0, 0).unwrap();
        let template = slot("2026-12-03");
        let clock = |instant: DateTime<Utc>| locale::clock_at(instant);
        let blocks = ["day", "morning", "afternoon"].into_iter().zip([(9, 17), (9, 12), (13, 17)]);
        let offering = Offering {
            id: "offering".into(),
            facility_id: "facility".into(),
            programme: ProgrammeKey::new("p"),
            blocks: blocks.clone().map(|(key, (s, e))| shared::slots::BlockTimes { key: key.to_owned(), starts: hour(s), ends: hour(e), nights: 0 }).collect(),
            hourly_yen: None,
            confirmation: None,
        };
        let (from, until) = (hour(starts), hour(starts + length));
        let found: Vec<SlotBlock> = shared::slots::blocks_within(&offering, at(template.day(), from), at(template.day(), until));
        let expected: Vec<&str> = blocks.filter(|(_, (s, e))| from <= hour(*s) && hour(*e) <= until).map(|(key, _)| key).collect();
        prop_assert_eq!(found.iter().map(|b| b.key.as_str()).collect::<Vec<_>>(), expected);
        for block in found {
            let laid = template.blocks.iter().find(|b| b.key == block.key).unwrap();
            prop_assert_eq!((clock(block.starts_at), clock(block.ends_at)), (clock(laid.starts_at), clock(laid.ends_at)));
        }
    }

    #[test]
    fn a_closed_slot_takes_nobody(slot in 0..8_usize, family in 0..2_usize, who in 1..4_usize, begins in 0..40 * DAY) {
        let now = at(day("2026-10-25"), NaiveTime::MIN) + TimeDelta::minutes(begins);
        let mut rules = Rules { now, slots: slots(), bookings: vec![] };
        rules.slots[slot].0.state = SlotState::Closed;
        let state = rules.state(slot, family, who);
        prop_assert!(place(&state, &ask_for(&state), now).is_err());
    }
}

/// Year, month and day of a day since 1970-01-01, by counting years and months one after the other.
fn calendar(mut day: i64) -> (i64, i64, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while day >= if leap(year) { 366 } else { 365 } {
        day -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    for (month, length) in (1..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
        if day < length {
            return (year, month, day + 1);
        }
        day -= length;
    }
    unreachable!("a year has twelve months")
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn every_screen_shows_tokyos_time(second in 0..4_102_444_800_i64, length in 0..2 * DAY) {
        let starts_at = DateTime::from_timestamp(second, 0).unwrap();
        let ends_at = starts_at + TimeDelta::minutes(length);
        let told = |instant| {
            let minute = minute_of(instant);
            let (year, month, date) = calendar(minute.div_euclid(DAY));
            // 1970-01-01 was a Thursday.
            let weekday = usize::try_from((minute.div_euclid(DAY) + 3) % 7).unwrap();
            let clock = format!("{}:{:02}", minute % DAY / 60, minute % 60);
            (year, month, date, weekday, clock)
        };
        let (year, month, date, weekday, clock) = told(starts_at);
        let (_, end_month, end_date, end_weekday, end_clock) = told(ends_at);
        let ja = ["月", "火", "水", "木", "金", "土", "日"];
        let en = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let names = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        let name = |month: i64| names[usize::try_from(month - 1).unwrap()];
        prop_assert_eq!(locale::clock_at(starts_at), clock.clone());
        let moment = format!("{month}月{date}日（{}） {clock}", ja[weekday]);
        let end_moment = format!("{end_month}月{end_date}日（{}） {end_clock}", ja[end_weekday]);
        let same_day = minute_of(starts_at).div_euclid(DAY) == minute_of(ends_at).div_euclid(DAY);
        let span = format!("{moment}〜{}", if same_day { &end_clock } else { &end_moment });
        let tokyos = shared::time::tokyo_day(starts_at);
        prop_assert_eq!(locale::full_day(tokyos, Locale::Ja), format!("{year}年{month}月{date}日（{}）", ja[weekday]));
        prop_assert_eq!(locale::moment(starts_at, Locale::Ja), moment.clone());
        prop_assert_eq!(locale::span(starts_at, ends_at, Locale::Ja), span.clone());
        prop_assert_eq!(locale::clock_span(starts_at, ends_at, Locale::Ja), format!("{clock}〜{end_clock}"));
        prop_assert_eq!(locale::month(Month::at(starts_at), Locale::Ja), format!("{year}年{month}月"));
        prop_assert_eq!(Month::at(starts_at).to_string(), format!("{year:04}-{month:02}"));
        // Easy Japanese is the same with readings over it.
        prop_assert_eq!(without_ruby(&locale::moment(starts_at, Locale::Easy)), moment);
        prop_assert_eq!(without_ruby(&locale::span(starts_at, ends_at, Locale::Easy)), span);
        let moment = format!("{} {date} {} {clock}", en[weekday], name(month));
        let end_moment = format!("{} {end_date} {} {end_clock}", en[end_weekday], name(end_month));
        prop_assert_eq!(locale::moment(starts_at, Locale::En), moment.clone());
        prop_assert_eq!(locale::span(starts_at, ends_at, Locale::En), format!("{moment}–{}", if same_day { end_clock } else { end_moment }));
    }
}
