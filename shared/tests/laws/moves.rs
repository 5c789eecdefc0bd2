//! Undoing and moving what was booked together, beside the naive model.

use chrono::TimeDelta;
use proptest::prelude::*;
use shared::bookings::{Booking, BookingState, Moving, Reschedule, SeenBooking, reschedule, reschedule_quote, undo};

use crate::minute_of;
use crate::people::{CHILDREN, Model, Rules, STEP, Stay, give_back, is_hours};
use crate::world;

/// The bookings that were made together with this one, itself among them.
fn party(model: &Model, index: usize) -> Vec<usize> {
    (0..model.stays.len()).filter(|n| model.stays[*n].party == model.stays[index].party).collect()
}

/// Whoever booked takes it back, all of it: nothing of it is left on either side.
pub fn take_back(rules: &mut Rules, model: &mut Model, index: usize) -> Result<(), TestCaseError> {
    let mut together = party(model, index);
    let bookings: Vec<Booking> = together.iter().map(|n| rules.bookings[*n].clone()).collect();
    let outcome = undo(&bookings, rules.now);
    let fresh = |stay: &Stay| stay.untouched && stay.held && model.now < stay.booked + 10 && model.now < stay.from;
    prop_assert_eq!(outcome.is_ok(), together.iter().all(|n| fresh(&model.stays[*n])), "{:?} {:?}", bookings, outcome);
    if outcome.is_ok() {
        while let Some(n) = together.pop() {
            let (booking, stay) = (rules.bookings.remove(n), model.stays.remove(n));
            give_back(&mut rules.slots[stay.slot].0, &booking, stay.band);
        }
    }
    Ok(())
}

/// Where somebody wants to go.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    pub slot: usize,
    pub from: i64,
    pub steps: i64,
    pub alone: bool,
}

impl Model {
    /// The stays that these would have after a move, or none.
    fn moves(&self, indexes: &[usize], slot: usize, start: i64, (from, until): (i64, i64)) -> Option<Vec<Stay>> {
        let old: Vec<&Stay> = indexes.iter().map(|n| &self.stays[*n]).collect();
        if old.iter().all(|stay| stay.slot == slot && (stay.from, stay.until) == (from, until)) {
            return None;
        }
        for stay in &old {
            let inside = (stay.from <= from && until <= stay.until) || (from <= stay.from && stay.until <= until);
            let here = stay.slot == slot && inside;
            if !stay.held
                || stay.came.is_some()
                || stay.absent
                || self.now >= stay.from
                || stay.slot % 4 != slot % 4
                || !(self.is_free(stay) || here)
            {
                return None;
            }
        }
        let family = usize::from(CHILDREN[0].iter().all(|(child, ..)| *child != old[0].child));
        let who: usize = CHILDREN[family].iter().enumerate().filter(|(_, c)| old.iter().any(|s| s.child == c.0)).map(|(n, _)| 1 << n).sum();
        // As if they had never been booked; then like anybody else.
        let mut without = Self { now: self.now, capacity: self.capacity.clone(), stays: self.stays.clone() };
        for n in indexes {
            (without.stays[*n].held, without.stays[*n].counts) = (false, false);
        }
        let mut new = without.accepts(slot, start, family, who, from, until)?;
        let until_when = old.iter().filter(|stay| !self.is_free(stay)).map(|stay| stay.free_until).min();
        for stay in &mut new {
            stay.free_until = until_when.map_or(stay.free_until, |until| until.min(stay.free_until));
        }
        Some(new)
    }
}

/// A party, or one of it, wants another time.
pub fn change_time(rules: &mut Rules, model: &mut Model, index: usize, goal: Goal) -> Result<(), TestCaseError> {
    let together = party(model, index);
    let (indexes, stay): (Vec<usize>, Vec<usize>) =
        together.into_iter().partition(|n| *n == index || (!goal.alone && rules.bookings[*n].may_move()));
    let others_stay = stay.iter().any(|n| model.stays[*n].held);
    let start = rules.slots[goal.slot].0.starts_at;
    let (mut from, mut length) = (goal.from * STEP, goal.steps * STEP);
    if !is_hours(goal.slot) && goal.steps < 7 {
        (from, length) = [(0, 480), (0, 180), (240, 240)][usize::try_from(goal.steps).unwrap() % 3];
    }
    let (starts_at, ends_at) = (start + TimeDelta::minutes(from), start + TimeDelta::minutes(from + length));
    let booking = &rules.bookings[index];
    let old: Vec<Booking> = indexes.iter().map(|n| rules.bookings[*n].clone()).collect();
    let command = Reschedule {
        slot_id: rules.slots[goal.slot].0.id.clone(),
        starts_at: Some(starts_at),
        ends_at: Some(ends_at),
        child_ids: vec![],
        seen: old.iter().map(|b| SeenBooking { booking_id: b.id.clone(), version: b.version }).collect(),
    };
    let family = usize::from(CHILDREN[0].iter().all(|(child, ..)| *child != booking.child.id.as_str()));
    let is_wanted = |child: &str| old.iter().any(|b| b.child.id.as_str() == child);
    let who = CHILDREN[family].iter().enumerate().filter(|(_, c)| is_wanted(c.0)).map(|(n, _)| 1 << n).sum();
    let state = rules.state(goal.slot, family, who);
    let asks = command.asks(booking, state.children.iter().map(|child| child.id.clone()).collect());
    let moving: Vec<Moving<'_>> = indexes
        .iter()
        .map(|n| {
            let band = model.stays[*n].band;
            Moving { booking: &rules.bookings[*n], band_from_age: rules.slots[model.stays[*n].slot].0.bands[band].from_age }
        })
        .collect();
    let outcome = reschedule(&state, &moving, (&command, &asks), rules.now);
    let expected = model.moves(&indexes, goal.slot, minute_of(start), (minute_of(starts_at), minute_of(ends_at)));
    prop_assert_eq!(outcome.is_ok(), expected.is_some(), "{:?} at {}: {:?}", command, rules.now, outcome);
    let told = reschedule_quote(&state, &moving, (&command, &asks), rules.now);
    prop_assert_eq!(told.bookable, outcome.is_ok());
    let stale = Reschedule { seen: vec![SeenBooking { booking_id: booking.id.clone(), version: booking.version + 1 }], ..command.clone() };
    prop_assert!(reschedule(&state, &moving, (&stale, &asks), rules.now).is_err(), "what has changed meanwhile moves nowhere");
    let (Ok(moved), Some(stays)) = (outcome, expected) else { return Ok(()) };
    prop_assert_eq!(told.free_until, moved.placed.free_until);
    // What is left behind is the slot without them.
    for (n, booking) in indexes.iter().zip(&old) {
        give_back(&mut rules.slots[model.stays[*n].slot].0, booking, model.stays[*n].band);
    }
    prop_assert_eq!(&rules.slots[goal.slot].0, &moved.without);
    let party = if others_stay { model.new_party() } else { model.stays[index].party };
    for (child, mut stay) in moved.placed.children.iter().zip(stays) {
        let (n, old) = indexes.iter().zip(&old).find(|(_, b)| b.child.id == child.id).unwrap();
        let decide_by = match moved.placed.state {
            BookingState::Requested { decide_by } => Some(minute_of(decide_by)),
            _ => None,
        };
        prop_assert_eq!((decide_by, minute_of(moved.placed.free_until)), (stay.decide_by, stay.free_until));
        let new = world::booking(&state, &moved.placed, child, old.created_at);
        rules.bookings[*n] = Booking { id: old.id.clone(), version: old.version + 1, ..new };
        (stay.booked, stay.untouched, stay.party) = (model.stays[*n].booked, false, party);
        model.stays[*n] = stay;
    }
    rules.slots[goal.slot].0 = moved.placed.slot;
    Ok(())
}
