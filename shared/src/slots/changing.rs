//! Changing a slot: never below what is booked, unless the last who came are cancelled for it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{BandPlaces, MOST_PLACES, Occupancy, Rejection, Slot, SlotBand, SlotState};
use crate::ids::BookingId;
use crate::programmes::Terms;

/// The most people at once: in a room, and carers.
const ROOM: i64 = 1000;
const CARERS: i64 = 200;

/// What becomes of bookings that a change leaves no place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Consequence {
    /// The facility cancels them, the last that was made first, until the others fit. They cost and count nothing.
    CancelLatest,
}

/// A change of a slot by its facility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotChange {
    /// New places of all bands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub bands: Option<Vec<BandPlaces>>,
    /// How many children of all ages the room takes at once from now on, 0 to 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0, max = 1000, code = "slots.capacity_range"))]
    pub room: Option<i64>,
    /// How many carers are there when from now on: `[[minute, carers], …]`, minutes from the slot's start, ascending, each with 0 to 200
    /// carers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carers: Option<Occupancy>,
    /// Opens or closes it for bookings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SlotState>,
    /// What becomes of bookings that find no place any more; without it such a change is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<Consequence>,
    /// The bookings that the preview showed as affected: where another one would be cancelled, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 2000, code = "slots.range_invalid"))]
    pub seen: Option<Vec<BookingId>>,
}

/// A booking that holds a place in the slot, as far as a change has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub booking: BookingId,
    /// The band in which it has its place.
    pub band_from_age: u32,
    /// Start of the stay.
    pub starts_at: DateTime<Utc>,
    /// End of the stay.
    pub ends_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Whether the child has come: then it cannot be cancelled.
    pub has_come: bool,
}

/// A changed slot, and who finds no place in it any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The slot as it then is, without those bookings.
    pub slot: Slot,
    /// The bookings to cancel, the last that was made first.
    pub cancelled: Vec<BookingId>,
}

/// A booking that a change would cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AffectedBooking {
    /// Which.
    pub booking_id: BookingId,
    /// The child's name.
    pub child_name: String,
    /// Whom to tell.
    pub guardian_name: String,
    /// By which number.
    pub phone: String,
    /// Start of the stay.
    pub starts_at: DateTime<Utc>,
    /// End of the stay.
    pub ends_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What a change of a slot would mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotPreview {
    /// The slot as it would then be.
    pub slot: Slot,
    /// The bookings that the facility would cancel, the last that was made first.
    pub affected: Vec<AffectedBooking>,
}

/// What is too little for those who are booked, at one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Short {
    /// Places of the band from this age.
    Band(u32),
    /// Room.
    Room,
    /// Carers: so many are needed.
    Carers(i64),
}

/// Changes places, room, carers or state of a slot. Preview and change use the same function, so the preview equals the result. `held` are the
/// slot's bookings that hold a place; only a change with a consequence needs them.
pub fn change(slot: &Slot, terms: &Terms, held: &[Held], command: &SlotChange, now: DateTime<Utc>) -> Result<Changed, Rejection> {
    if slot.spare && command.bands.is_some() {
        return Err(Rejection::PlacesOfClasses);
    }
    lay(slot, terms, held, command, now)
}

/// The same, whether a person asks for it or the slot's classes do.
pub(super) fn lay(slot: &Slot, terms: &Terms, held: &[Held], command: &SlotChange, now: DateTime<Utc>) -> Result<Changed, Rejection> {
    if slot.ends_at <= now {
        return Err(Rejection::Past);
    }
    let mut changed = wanted(slot, command)?;
    // Who has come or is over stays as it is.
    let mut latest: Vec<&Held> = held.iter().filter(|held| !held.has_come && now < held.ends_at).collect();
    latest.sort_by(|a, b| (b.created_at, &b.booking).cmp(&(a.created_at, &a.booking)));
    let mut cancelled = Vec::new();
    loop {
        let short = shortages(&changed, terms, command);
        let Some((minute, first)) = short.first().copied() else { return Ok(Changed { slot: changed, cancelled }) };
        let helps = |held: &&Held| short.iter().any(|(minute, short)| relieves(&changed, terms, held, *minute, *short));
        let next = command.consequence.and_then(|Consequence::CancelLatest| latest.iter().position(helps));
        let Some(next) = next else { return Err(rejection(&changed, minute, first)) };
        let out = latest.remove(next);
        let (from, until) = (changed.minute(out.starts_at), changed.minute(out.ends_at));
        for band in changed.bands.iter_mut().filter(|band| band.from_age == out.band_from_age) {
            band.occupancy = band.occupancy.plus(from, until, -1);
        }
        cancelled.push(out.booking.clone());
    }
}

/// The slot as it is asked for, whoever is booked.
fn wanted(slot: &Slot, command: &SlotChange) -> Result<Slot, Rejection> {
    let mut changed = slot.clone();
    for wanted in command.bands.iter().flatten() {
        let mut bands = changed.bands.iter_mut();
        let band = bands.find(|band| band.from_age == wanted.from_age && band.under_age == wanted.under_age);
        let band = band.ok_or(Rejection::BandUnknown)?;
        if !(0..=MOST_PLACES).contains(&wanted.capacity) {
            return Err(Rejection::BandsInvalid);
        }
        band.capacity = wanted.capacity;
    }
    if let Some(room) = command.room {
        if !(0..=ROOM).contains(&room) {
            return Err(Rejection::BandsInvalid);
        }
        changed.room = Some(room);
    }
    if let Some(carers) = &command.carers {
        let steps = carers.steps();
        let inside = steps.iter().all(|(minute, people)| (0..=slot.minute(slot.ends_at)).contains(minute) && (0..=CARERS).contains(people));
        let ascending = steps.iter().zip(steps.iter().skip(1)).all(|(a, b)| a.0 < b.0);
        if !inside || !ascending {
            return Err(Rejection::CarersInvalid);
        }
        changed.carers = Some(carers.clone());
    }
    if let Some(state) = command.state {
        changed.state = state;
        if state == SlotState::Open {
            changed.closures.clear();
        }
    }
    Ok(changed)
}

/// Where what the command sets is too little, minute by minute from the first.
fn shortages(slot: &Slot, terms: &Terms, command: &SlotChange) -> Vec<(i64, Short)> {
    let carers = slot.carers.as_ref().filter(|_| command.carers.is_some()).zip(terms.staffing.as_ref());
    let steps = slot.bands.iter().map(|band| &band.occupancy).chain(carers.map(|(carers, _)| carers)).flat_map(Occupancy::steps);
    let mut minutes: Vec<i64> = steps.map(|(minute, _)| *minute).chain([0]).collect();
    minutes.sort_unstable();
    minutes.dedup();
    let sets = |band: &SlotBand| command.bands.iter().flatten().any(|wanted| wanted.from_age == band.from_age);
    let room = slot.room.filter(|_| command.room.is_some());
    let at = |minute: i64| {
        let there = move |band: &SlotBand| band.occupancy.peak(minute, minute);
        let bands = slot.bands.iter().filter(|band| sets(band) && band.capacity < there(band)).map(|band| Short::Band(band.from_age));
        let all: i64 = slot.bands.iter().map(there).sum();
        let room = room.filter(|room| *room < all).map(|_| Short::Room);
        let carers = carers.and_then(|(carers, staffing)| {
            let needed = staffing.needed(&slot.bands, there);
            (carers.peak(minute, minute) < needed).then_some(Short::Carers(needed))
        });
        bands.chain(room).chain(carers).map(|short| (minute, short)).collect::<Vec<_>>()
    };
    minutes.into_iter().flat_map(at).collect()
}

/// Whether there would be less of a shortage without this booking.
fn relieves(slot: &Slot, terms: &Terms, held: &Held, minute: i64, short: Short) -> bool {
    let is_there = slot.minute(held.starts_at) <= minute && minute < slot.minute(held.ends_at);
    is_there
        && match short {
            Short::Band(from_age) => held.band_from_age == from_age,
            Short::Room => true,
            // A child of an age without a ratio needs nobody of its own, but the least number for whoever is there.
            Short::Carers(needed) => {
                let staffing = terms.staffing.as_ref();
                let counts = |band: &SlotBand| band.from_age == held.band_from_age && staffing.is_some_and(|s| s.has_ratio(band));
                staffing.is_some_and(|staffing| needed <= staffing.minimum) || slot.bands.iter().any(counts)
            }
        }
}

fn rejection(slot: &Slot, minute: i64, short: Short) -> Rejection {
    match short {
        Short::Band(from_age) => {
            let band = slot.bands.iter().find(|band| band.from_age == from_age);
            Rejection::BelowBooked { booked: band.map_or(0, |band| band.occupancy.highest()) }
        }
        Short::Room => Rejection::BelowBooked { booked: slot.peak() },
        Short::Carers(needed) => Rejection::CarersTooFew { at: slot.instant(minute), needed },
    }
}
