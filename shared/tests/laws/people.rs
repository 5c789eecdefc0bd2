//! What families and facilities do, one after the other, beside the naive model.

mod sides;

use chrono::{NaiveTime, TimeDelta};
use proptest::prelude::*;
use shared::attendance::{
    CheckIn, CheckOut, MarkAbsent, Person, RecordedBy, SettleState, absent_terms, check_in, check_out, mark_absent, settle, take_again,
    undo,
};
use shared::bookings::{Booking, BookingState, Busy, Cancel, CancelledBy, Decide, PlacedChild, cancel, decide, lapse, place, quote, usage};
use shared::ids::ChildId;
use shared::programmes::{Account, Period};
use shared::slots::{BandPlaces, Occupancy, SlotChange, SlotState, change};
use shared::time::{Month, at};

pub use self::sides::{CHILDREN, Model, Rules, STEP, Stay, give_back, is_hours};
use self::sides::{REASONS, decided, limit, slots};
use crate::moves::{Goal, change_time, take_back};
use crate::offers::check_openings;
use crate::world::{self, ask_for, at_any_time, day};
use crate::{DAY, cases, minute_of};

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
    /// The family cancels or the facility, perhaps for a reason.
    Cancel {
        booking: prop::sample::Index,
        by: CancelledBy,
        reason: Option<usize>,
    },
    /// The family takes back what it booked together.
    Unbook {
        booking: prop::sample::Index,
    },
    /// The party moves: to which slot, start and length in steps, and whether only the booking's own child goes.
    Move {
        booking: prop::sample::Index,
        slot: usize,
        from: i64,
        steps: i64,
        alone: bool,
    },
    Decide {
        booking: prop::sample::Index,
        accept: bool,
    },
    /// What nobody decided in time is decided.
    Silence,
    CheckIn {
        booking: prop::sample::Index,
    },
    CheckOut {
        booking: prop::sample::Index,
    },
    /// Staff mark the child absent, perhaps for a reason, and perhaps release the place.
    Absent {
        booking: prop::sample::Index,
        reason: Option<usize>,
        release: bool,
    },
    /// Staff take back what was recorded last.
    Undo {
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
        3 => (any::<prop::sample::Index>(), cancelled_by(), prop::option::weighted(0.3, 0..REASONS.len()))
            .prop_map(|(booking, by, reason)| Command::Cancel { booking, by, reason }),
        2 => any::<prop::sample::Index>().prop_map(|booking| Command::Unbook { booking }),
        4 => (any::<prop::sample::Index>(), 0..8_usize, 0..9_i64, 1..9_i64, any::<bool>())
            .prop_map(|(booking, slot, from, steps, alone)| Command::Move { booking, slot, from, steps, alone }),
        3 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(booking, accept)| Command::Decide { booking, accept }),
        2 => Just(Command::Silence),
        2 => any::<prop::sample::Index>().prop_map(|booking| Command::CheckIn { booking }),
        1 => any::<prop::sample::Index>().prop_map(|booking| Command::CheckOut { booking }),
        2 => (any::<prop::sample::Index>(), prop::option::weighted(0.3, 0..REASONS.len()), any::<bool>())
            .prop_map(|(booking, reason, release)| Command::Absent { booking, reason, release }),
        2 => any::<prop::sample::Index>().prop_map(|booking| Command::Undo { booking }),
        2 => (0..8_usize, 0..2_usize, 0..4_i64).prop_map(|(slot, band, places)| Command::Capacity { slot, band, places }),
        2 => prop_oneof![1..90_i64, 1..4 * DAY].prop_map(|minutes| Command::Pass { minutes }),
    ];
    prop::collection::vec(one, 1..60)
}

fn cancelled_by() -> impl Strategy<Value = CancelledBy> {
    prop_oneof![2 => Just(CancelledBy::Family), 1 => Just(CancelledBy::Facility)]
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
                    let decide_by = match placed.state {
                        BookingState::Requested { decide_by } => Some(minute_of(decide_by)),
                        _ => None,
                    };
                    prop_assert_eq!(decide_by, stay.decide_by);
                    prop_assert_eq!((child.id.as_str(), placed.counted[0].amount, placed.is_away), (stay.child, stay.counted, stay.away));
                    let id = format!("{}-{}", party[0].party, child.id).as_str().into();
                    rules.bookings.push(Booking { id, ..world::booking(&state, &placed, child, rules.now) });
                }
                rules.slots[*slot].0 = placed.slot;
                model.stays.extend(party);
            }
        }
        Command::Cancel { booking, by, reason } if !model.stays.is_empty() => {
            let index = booking.index(model.stays.len());
            let is_free = model.is_free(&model.stays[index]);
            let (booking, stay) = (&mut rules.bookings[index], &mut model.stays[index]);
            let reason = reason.map(|n| REASONS[n]);
            let may = reason.is_none_or(|(_, by_family, known)| known && (by_family || *by == CancelledBy::Facility));
            let request = Cancel { seen: None, reason: reason.map(|(key, _, _)| key.to_owned()) };
            let outcome = cancel(booking, &request, *by, rules.now);
            let open = stay.held && stay.came.is_none() && !stay.absent && model.now < stay.until;
            prop_assert_eq!(outcome.is_ok(), open && may, "{:?} {:?}", booking, outcome);
            if let Ok(state) = outcome {
                let BookingState::Cancelled { fee_yen, counts, .. } = state else { panic!("cancelled, but {state:?}") };
                let free = is_free || reason.is_some();
                prop_assert_eq!(counts, !free);
                prop_assert_eq!(fee_yen, if free { 0 } else { booking.fee_yen * booking.cancellation.late_fee_percent / 100 });
                booking.state = state;
                (stay.held, stay.counts, stay.untouched) = (false, counts, false);
                give_back(&mut rules.slots[stay.slot].0, booking, stay.band);
            }
        }
        Command::Decide { booking, accept } if !model.stays.is_empty() => {
            let index = booking.index(model.stays.len());
            let (booking, stay) = (&mut rules.bookings[index], &mut model.stays[index]);
            let outcome = decide(booking, &Decide { accept: *accept, message: String::new() }, rules.now);
            let in_time = stay.decide_by.is_some_and(|decide_by| model.now < decide_by);
            prop_assert_eq!(outcome.is_ok(), stay.held && in_time, "{:?} {:?}", booking, outcome);
            if let Ok(state) = outcome {
                prop_assert_eq!(state.is_active(), *accept);
                decided(stay, *accept, booking, state, &mut rules.slots[stay.slot].0);
            }
        }
        Command::Silence => {
            for (booking, stay) in rules.bookings.iter_mut().zip(&mut model.stays) {
                let (slot, terms) = &mut rules.slots[stay.slot];
                let outcome = lapse(booking, terms.confirmation, rules.now);
                let late = stay.held && stay.decide_by.is_some_and(|decide_by| decide_by <= model.now);
                prop_assert_eq!(outcome.is_some(), late, "{:?} {:?}", booking, outcome);
                if let Some(state) = outcome {
                    prop_assert_eq!(state.is_active(), is_hours(stay.slot));
                    decided(stay, is_hours(stay.slot), booking, state, slot);
                }
            }
        }
        Command::CheckIn { booking } if !model.stays.is_empty() => {
            let index = booking.index(model.stays.len());
            let (booking, stay) = (&mut rules.bookings[index], &mut model.stays[index]);
            let outcome = check_in(booking, &CheckIn::default(), &[], RecordedBy::Staff, rules.now);
            let same_day = model.now.div_euclid(DAY) == stay.from.div_euclid(DAY);
            let again = stay.came == Some(model.now) && stay.left.is_none();
            let comes = stay.held && stay.came.is_none() && !stay.absent && same_day && stay.decide_by.is_none();
            prop_assert_eq!(outcome.is_ok(), comes || again, "{:?} {:?}", booking, outcome);
            prop_assert_eq!(outcome == Ok(None), again);
            if let Ok(Some(recorded)) = outcome {
                (booking.state, booking.attended) = (recorded.state, recorded.attended);
                booking.version += 1;
                (stay.came, stay.untouched) = (Some(model.now), false);
            }
        }
        Command::CheckOut { booking } if !model.stays.is_empty() => {
            let index = booking.index(model.stays.len());
            let (booking, stay) = (&mut rules.bookings[index], &mut model.stays[index]);
            let command = CheckOut { occurred_at: None, person: Some(Person::Guardian), wall: None };
            let outcome = check_out(booking, &command, &[], RecordedBy::Staff, rules.now);
            let same_day = model.now.div_euclid(DAY) == stay.from.div_euclid(DAY);
            let again = stay.left == Some(model.now);
            let goes = stay.came.is_some() && stay.left.is_none() && same_day;
            prop_assert_eq!(outcome.is_ok(), goes || again, "{:?} {:?}", booking, outcome);
            prop_assert_eq!(outcome == Ok(None), again);
            if let Ok(Some(recorded)) = outcome {
                (booking.state, booking.attended) = (recorded.state, recorded.attended);
                stay.left = Some(model.now);
                let (_, terms) = &rules.slots[stay.slot];
                let limits = at_any_time(vec![limit(terms)]);
                let state = SettleState {
                    terms,
                    limits: &limits,
                    tier: None,
                    age: 0,
                    is_multiple_birth: false,
                    hourly_yen: None,
                    extras: &[],
                    classes: &[],
                };
                let (settled, _) = settle(booking, &state, rules.now);
                booking.attended.settled = Some(settled);
                // By hours every started half hour counts, also over the limit: nobody is refused at the door.
                let late = (model.now - stay.until).max(0);
                stay.late = if is_hours(stay.slot) { (late + STEP - 1) / STEP * STEP } else { 0 };
            }
        }
        Command::Absent { booking, reason, release } if !model.stays.is_empty() => {
            let index = booking.index(model.stays.len());
            let (booking, stay) = (&mut rules.bookings[index], &mut model.stays[index]);
            let reason = reason.map(|n| REASONS[n]);
            let key = reason.map(|(key, _, _)| key.to_owned());
            let waits = stay.held && stay.came.is_none() && !stay.absent && stay.decide_by.is_none();
            let expected = waits && model.now >= stay.from && reason.is_none_or(|(_, _, known)| known);
            let terms = absent_terms(booking, key.as_deref(), rules.now);
            prop_assert_eq!(terms.is_ok(), expected, "{:?} {:?}", booking, terms);
            if let Ok(seen) = terms {
                let late = if reason.is_some() { 0 } else { booking.fee_yen * booking.cancellation.late_fee_percent / 100 };
                prop_assert_eq!((seen.fee_yen, seen.counts), (late, reason.is_none()));
                booking.state =
                    mark_absent(booking, &MarkAbsent { occurred_at: None, release: *release, reason: key, seen }, rules.now).unwrap();
                let released = *release && model.now < stay.until;
                booking.version += 1;
                (stay.absent, stay.held, stay.counts, stay.untouched) = (true, !released, seen.counts, false);
                if released {
                    give_back(&mut rules.slots[stay.slot].0, booking, stay.band);
                }
            }
        }
        Command::Undo { booking } if !model.stays.is_empty() => {
            let index = booking.index(model.stays.len());
            let booking = rules.bookings[index].clone();
            let stay = model.stays[index].clone();
            let outcome = undo(&booking);
            prop_assert_eq!(outcome.is_ok(), stay.came.is_some() || stay.absent, "{:?} {:?}", booking, outcome);
            let Ok((state, attended)) = outcome else { return Ok(()) };
            if stay.absent && !stay.held {
                let mut with = Model { now: model.now, capacity: model.capacity.clone(), stays: model.stays.clone() };
                with.stays[index].held = true;
                let (slot, terms) = &rules.slots[stay.slot];
                let busy: Vec<Busy> = rules
                    .bookings
                    .iter()
                    .filter(|b| b.child.id == booking.child.id && b.state.is_active())
                    .map(|b| Busy { starts_at: b.starts_at, ends_at: b.ends_at, facility: String::new() })
                    .collect();
                let again = take_again(&booking, slot.bands[stay.band].from_age, slot, terms, &busy);
                let fits = (stay.from..stay.until).all(|minute| {
                    let here = |s: &&Stay| s.held && s.child == stay.child && s.from <= minute && minute < s.until;
                    with.there(stay.slot, stay.band, minute) <= with.capacity[stay.slot][stay.band]
                        && with.stays.iter().filter(here).count() == 1
                });
                prop_assert_eq!(again.is_ok(), fits, "{:?}", again);
                let Ok(taken) = again else { return Ok(()) };
                rules.slots[stay.slot].0 = taken;
            }
            (rules.bookings[index].state, rules.bookings[index].attended) = (state, attended);
            let stay = &mut model.stays[index];
            if stay.left.is_some() {
                (stay.left, stay.late) = (None, 0);
            } else if stay.came.is_some() {
                stay.came = None;
            } else {
                (stay.absent, stay.held, stay.counts) = (false, true, true);
            }
        }
        Command::Unbook { booking } if !model.stays.is_empty() => {
            take_back(rules, model, booking.index(model.stays.len()))?;
        }
        Command::Move { booking, slot, from, steps, alone } if !model.stays.is_empty() => {
            let goal = Goal { slot: *slot, from: *from, steps: *steps, alone: *alone };
            change_time(rules, model, booking.index(model.stays.len()), goal)?;
        }
        Command::Cancel { .. }
        | Command::Decide { .. }
        | Command::CheckIn { .. }
        | Command::CheckOut { .. }
        | Command::Absent { .. }
        | Command::Undo { .. }
        | Command::Unbook { .. }
        | Command::Move { .. } => {}
        Command::Capacity { slot, band, places } => {
            let current = &rules.slots[*slot].0;
            let wanted =
                BandPlaces { from_age: current.bands[*band].from_age, under_age: current.bands[*band].under_age, capacity: *places };
            let (start, end) = (minute_of(current.starts_at), minute_of(current.ends_at));
            let outcome =
                change(current, &rules.slots[*slot].1, &[], &SlotChange { bands: Some(vec![wanted]), ..SlotChange::default() }, rules.now);
            let enough = (start..end).all(|minute| model.there(*slot, *band, minute) <= *places);
            prop_assert_eq!(outcome.is_ok(), enough && model.now < end, "{:?}", outcome);
            if let Ok(changed) = outcome {
                rules.slots[*slot].0 = changed.slot;
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
    // What the rules say that a child has used is what its bookings count, however they came to it.
    for (n, (slot, terms)) in rules.slots.iter().enumerate() {
        let limit = limit(terms);
        let account = Account { pool: limit.pool, period: Period::Month(Month::at(slot.starts_at)), unit: limit.counts };
        for (child, ..) in CHILDREN.as_flattened() {
            let told = usage(&rules.bookings, &ChildId::from(*child), &account);
            prop_assert_eq!((told.total, told.away), model.used(child, n, minute_of(slot.starts_at).div_euclid(DAY)));
        }
    }
    for stay in model.stays.iter().filter(|stay| stay.held) {
        let at_once = model.stays.iter().filter(|s| s.held && s.child == stay.child && s.from < stay.until && stay.from < s.until).count();
        prop_assert_eq!(at_once, 1, "{} is in two places", stay.child);
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
            give_back(&mut rules.slots[stay.slot].0, booking, stay.band);
        }
        prop_assert!(rules.slots.iter().all(|(slot, _)| slot.bands.iter().all(|band| band.occupancy == Occupancy::default())));
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
