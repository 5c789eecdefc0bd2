//! Where a booking may move, and how long it can be taken back.

use chrono::{DateTime, NaiveDate, Utc};
use shared::bookings::{Booking, Reschedule, SeenBooking};
use shared::ids::SlotId;
use shared::locale::Locale;
use shared::programmes::Unit;
use shared::slots::{FreePlace, SlotFacility};
use shared::time::tokyo_day;

/// Whole minutes that are left to undo, the one under way among them.
pub fn minutes_left(party: &[Booking], now: DateTime<Utc>) -> i64 {
    let until = party.iter().map(Booking::undo_until).min();
    until.map_or(0, |until| ((until - now).num_seconds() + 59).div_euclid(60).max(0))
}

/// A place to which a booking can move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveChoice {
    pub slot_id: SlotId,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The free time around it, for stays of any length.
    pub free_from: DateTime<Utc>,
    pub free_until: DateTime<Utc>,
    /// Key of the block.
    pub block: Option<String>,
    pub left: i64,
}

/// The places to which a booking can move, by day: the days nearest to its own first, and on each day its own block or hour first. A stay of
/// any length keeps its hour where that is free, else it comes as near as it can.
pub fn move_choices(old: &Booking, places: &[FreePlace]) -> Vec<(NaiveDate, Vec<MoveChoice>)> {
    let day = tokyo_day(old.starts_at);
    let length = old.ends_at - old.starts_at;
    let mut days: Vec<(NaiveDate, Vec<MoveChoice>)> = Vec::new();
    for place in places.iter().filter(|place| place.bookable) {
        let date = tokyo_day(place.starts_at);
        let same_hour = old.starts_at + (date - day);
        for opening in place.openings.iter().filter(|opening| opening.places_left > 0) {
            let (starts_at, ends_at) = match &opening.block {
                Some(_) => (opening.starts_at, opening.ends_at),
                None if opening.starts_at + length > opening.ends_at => continue,
                None => {
                    let starts_at = same_hour.max(opening.starts_at).min(opening.ends_at - length);
                    (starts_at, starts_at + length)
                }
            };
            if place.slot_id == old.slot_id && (starts_at, ends_at) == (old.starts_at, old.ends_at) {
                continue;
            }
            let choice = MoveChoice {
                slot_id: place.slot_id.clone(),
                starts_at,
                ends_at,
                free_from: opening.starts_at,
                free_until: opening.ends_at,
                block: opening.block.clone(),
                left: opening.places_left,
            };
            match days.iter_mut().find(|(known, _)| *known == date) {
                Some((_, choices)) => choices.push(choice),
                None => days.push((date, vec![choice])),
            }
        }
    }
    days.sort_by_key(|(date, _)| ((*date - day).num_days().abs(), *date));
    for (date, choices) in &mut days {
        let same_hour = old.starts_at + (*date - day);
        choices.sort_by_key(|choice| (choice.block != old.block, (choice.starts_at - same_hour).num_minutes().abs(), choice.starts_at));
    }
    days
}

/// Places on the booking's own day at any facility, those nearest to its hours first; each facility once.
pub fn instead(old: &Booking, places: &[FreePlace], most: usize) -> Vec<(MoveChoice, SlotFacility)> {
    let mut found: Vec<(MoveChoice, SlotFacility)> = places
        .iter()
        .filter_map(|place| {
            let choice = move_choices(old, std::slice::from_ref(place)).into_iter().flat_map(|(_, choices)| choices).next()?;
            Some((choice, place.facility.clone()))
        })
        .collect();
    found.sort_by_key(|(choice, _)| (choice.block != old.block, (choice.starts_at - old.starts_at).num_minutes().abs(), choice.starts_at));
    let mut once: Vec<(MoveChoice, SlotFacility)> = Vec::new();
    for one in found {
        if once.len() < most && !once.iter().any(|(_, facility)| facility.id == one.1.id) {
            once.push(one);
        }
    }
    once
}

/// The booking's own slot for another length or hour of the same day, where a stay may have any length.
pub fn same_day_choice(old: &Booking, unit: Option<&Unit>, places: &[FreePlace]) -> Option<MoveChoice> {
    let Some(Unit::Flexible { .. }) = unit else { return None };
    let slot = places.iter().find(|place| place.slot_id == old.slot_id)?;
    Some(MoveChoice {
        slot_id: old.slot_id.clone(),
        starts_at: old.starts_at,
        ends_at: old.ends_at,
        free_from: slot.starts_at,
        free_until: slot.ends_at,
        block: None,
        left: slot.best(),
    })
}

/// What a block is called.
pub fn block_name(unit: Option<&Unit>, key: Option<&str>, locale: Locale) -> String {
    let Some(Unit::Blocks { blocks }) = unit else { return String::new() };
    let found = blocks.iter().find(|block| Some(block.key.as_str()) == key);
    found.map(|block| block.name.get(locale).to_owned()).unwrap_or_default()
}

/// Moves a party as it is shown there.
pub fn reschedule_to(party: &[Booking], slot_id: SlotId, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Reschedule {
    Reschedule {
        slot_id,
        starts_at: Some(starts_at),
        ends_at: Some(ends_at),
        child_ids: party.iter().map(|booking| booking.child.id.clone()).collect(),
        seen: party.iter().map(|booking| SeenBooking { booking_id: booking.id.clone(), version: booking.version }).collect(),
    }
}
