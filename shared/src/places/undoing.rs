//! Taking a change of places back: what it changed is as it was before, but for what was booked or changed since, which is named.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{DoneStep, Ground, PlaceStep, Rejection, SlotShape, Verdict, not_movable, verdict_moved, verdict_of};
use crate::ids::SlotId;
use crate::slots::{Slot, SlotState};

/// What becomes of every slot that a change touched when it is taken back, by start.
pub fn undo_places(ground: &Ground, done: &[DoneStep], now: DateTime<Utc>) -> Vec<PlaceStep> {
    // What goes away, or goes back, is in nobody's way any more.
    let mut ground = ground.clone();
    let removed: BTreeSet<SlotId> = done
        .iter()
        .filter(|step| step.before.is_none() && undo_one(&ground, step, now) == Verdict::Removed)
        .map(|step| step.slot_id.clone())
        .collect();
    let slots = ground.slots.clone();
    ground.slots.retain(|slot| !removed.contains(&slot.id));
    let mut steps = Vec::with_capacity(done.len());
    for step in done {
        let verdict = if removed.contains(&step.slot_id) { Verdict::Removed } else { undo_one(&ground, step, now) };
        if let (Verdict::Changed, Some(shape)) = (&verdict, &step.before)
            && let Some(slot) = ground.slots.iter_mut().find(|slot| slot.id == step.slot_id)
        {
            (slot.starts_at, slot.ends_at) = (shape.starts_at, shape.ends_at);
        }
        let now_there = slots.iter().find(|slot| slot.id == step.slot_id).map(SlotShape::of);
        steps.push(PlaceStep {
            offering_id: step.offering_id.clone(),
            programme: step.programme.clone(),
            slot_id: Some(step.slot_id.clone()),
            before: now_there.or_else(|| Some(step.after.clone())),
            after: step.before.clone(),
            verdict,
            notes: Vec::new(),
        });
    }
    steps.sort_by(|a, b| (start(a), &a.slot_id).cmp(&(start(b), &b.slot_id)));
    steps
}

fn start(step: &PlaceStep) -> Option<DateTime<Utc>> {
    step.before.as_ref().map(|shape| shape.starts_at)
}

fn undo_one(ground: &Ground, step: &DoneStep, now: DateTime<Utc>) -> Verdict {
    let Some(slot) = ground.slot(&step.slot_id) else { return Verdict::left_out(Rejection::Gone.reason()) };
    if slot.version != step.version {
        return Verdict::left_out(Rejection::ChangedSince.reason());
    }
    if slot.starts_at <= now {
        return Verdict::left_out(Rejection::Begun.reason());
    }
    match &step.before {
        None if ground.used.contains(&slot.id) => Verdict::left_out(Rejection::UsedSince.reason()),
        None => Verdict::Removed,
        Some(shape) => restored(ground, slot, shape, now),
    }
}

fn restored(ground: &Ground, slot: &Slot, shape: &SlotShape, now: DateTime<Utc>) -> Verdict {
    let Some(terms) = ground.terms(&slot.programme, slot.day()) else { return Verdict::left_out(Rejection::ChangedSince.reason()) };
    let times = (shape.starts_at, shape.ends_at);
    if times != (slot.starts_at, slot.ends_at) {
        return not_movable(ground, slot, times, now).map_or_else(|| verdict_moved(slot, terms, shape, now), Verdict::left_out);
    }
    if (slot.state, shape.state) == (SlotState::Open, SlotState::Closed) && ground.waited_for.contains(&slot.id) {
        return Verdict::left_out(Rejection::WaitedFor.reason());
    }
    verdict_of(slot, terms, shape, now)
}
