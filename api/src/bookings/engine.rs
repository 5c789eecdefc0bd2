//! The engine: one primitive takes places for every way in, one frees them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use shared::attendance::Attended;
use shared::bookings::{
    BookedChild, Booking, BookingState, ChildState, EnteredBy, Entry, Moved, NewBooking, NewEntry, PlaceState, Placed, PlacedChild,
    cancel_by_facility, enter, place,
};
use shared::families::{Child, Family, classes_on};
use shared::ids::{BookingId, FamilyId, PartyId};
use shared::problem::Reason;
use shared::programmes::{LimitVersion, Programme, accounts, is_multiple_birth, touched_days};
use shared::slots::Crossing;

use super::store::{self, Belongs, Stored};
use crate::db::AnyConnection;
use crate::error::{ApiError, part};
use crate::outbox::Act;
use crate::{
    accounts, applications, clients, consents, entitlements, families, interviews, municipalities, new_id, programmes, slots, waitlist,
};

/// Whether the slot is locked before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// It is, until the transaction ends: for taking places.
    Slot,
    /// It is not: for telling what taking would mean.
    Nothing,
}

/// What was found for a decision.
pub struct Seen {
    /// What the rule has to know.
    pub state: PlaceState,
    /// The host's programme.
    pub programme: Programme,
    /// The family.
    pub family: Family,
    /// Its children.
    pub children: Vec<Child>,
    /// How often something became free in the slot since those who wait were asked.
    pub freed: i64,
}

impl Seen {
    /// Nobody overtakes those who wait: where something became free that they have not been asked about, they are asked first.
    pub fn after_those_who_wait(&self) -> Result<(), ApiError> {
        if self.freed > 0 { Err(ApiError::Offering(self.state.slot.id.clone())) } else { Ok(()) }
    }
}

/// What the rule has to know, as it is now. The slot's places are read last: where it is locked, that is the lock's place in the order.
pub fn look(conn: &mut AnyConnection, family: &Family, command: &NewBooking, lock: Lock) -> Result<Seen, ApiError> {
    let known = families::store::list_children(conn, &family.id)?;
    let mut born = Vec::with_capacity(command.child_ids.len());
    for (index, id) in command.child_ids.iter().enumerate() {
        let child = known.iter().find(|child| child.id == *id);
        // Another family's child is as unknown as one that does not exist.
        let child =
            child.ok_or_else(|| ApiError::Invalid(vec![part(Some(format!("/child_ids/{index}")), Reason::new("problem.not_found"))]))?;
        born.push((id.clone(), child.known.born));
    }
    let found = match lock {
        // Its places are read under the lock.
        Lock::Slot => slots::store::find_frame(conn, &command.slot_id)?,
        Lock::Nothing => slots::store::find_slot(conn, &command.slot_id)?,
    };
    let mut stored = found.ok_or(ApiError::NotFound)?;
    let (host, key, day) = (stored.slot.facility.municipality.clone(), stored.slot.programme.clone(), stored.slot.day());
    let starts_at = stored.slot.within(command.starts_at.unwrap_or(stored.slot.starts_at));
    let (first, last) = touched_days(starts_at, stored.slot.within(command.ends_at.unwrap_or(stored.slot.ends_at)));
    let versions = programmes::store::list_versions(conn, (&host, &family.municipality), &key, (day, last))?;
    let programme = programmes::store::on_day(&versions, &host, &key, day).ok_or(ApiError::NotFound)?;
    let limits: Vec<LimitVersion> =
        versions.iter().filter(|version| version.municipality == family.municipality).map(Programme::limits).collect();
    let terms = municipalities::store::list_terms(conn, Some(&host), Some(&key))?;
    let residence = municipalities::store::find_municipality(conn, &family.municipality)?.ok_or(ApiError::NotFound)?;
    let open_days = slots::store::open_days(conn, &stored)?;
    let busy = store::list_busy(conn, &family.id, stored.slot.starts_at, stored.slot.ends_at)?;
    let usages = store::list_usages(conn, &family.id, &accounts(&limits, (first, last)))?;
    let classes =
        if programme.terms.reliefs.is_empty() { Vec::new() } else { classes_on(&families::store::list_household(conn, &family.id)?, day) };
    let interviews = if stored.slot.interview {
        interviews::store::list_outcomes(conn, &command.child_ids, &stored.slot.facility.id)?
    } else {
        Vec::new()
    };
    let certified = match &programme.terms.certification {
        Some(certification) => entitlements::store::list_certified(conn, command.child_ids.iter(), certification, day)?,
        None => Vec::new(),
    };
    let findings = match &programme.terms.eligibility {
        Some(condition) => applications::engine::examine_children(conn, family, &known, condition, (&host, day))?,
        None => Vec::new(),
    };
    let freed = match lock {
        Lock::Slot => slots::store::lock_found(conn, &mut stored.slot)?.ok_or(ApiError::NotFound)?,
        Lock::Nothing => stored.freed,
    };
    let children = born
        .into_iter()
        .map(|(id, born)| ChildState {
            is_multiple_birth: is_multiple_birth(born, known.iter().map(|child| child.known.born)),
            usages: usages.iter().filter(|(child, ..)| child == id.as_str()).map(|(_, account, usage)| (account.clone(), *usage)).collect(),
            busy: busy.iter().filter(|(child, _)| child == id.as_str()).map(|(_, busy)| busy.clone()).collect(),
            interview: interviews.iter().find(|(child, _)| *child == id).map(|(_, outcome)| outcome.clone()),
            certified: certified.iter().filter(|(child, _)| *child == id).map(|(_, held)| *held).collect(),
            finding: findings.iter().find(|(child, _)| *child == id).map(|(_, finding)| finding.clone()),
            id,
            born,
        })
        .collect();
    let state = PlaceState {
        crossing: Crossing::find(&family.municipality, &host, &key, day, &terms),
        slot: stored.slot,
        terms: programme.terms.clone(),
        limits,
        residence_name: residence.name,
        open_days,
        classes,
        children,
    };
    Ok(Seen { state, programme: programme.clone(), family: family.clone(), children: known, freed })
}

/// Writes a decided party: bookings, usages, the slot's bands, one event and audit line each; gives the bookings as they now are. The
/// slot must have been locked before it was looked at.
pub fn settle(
    conn: &mut AnyConnection,
    (seen, placed): (&Seen, &Placed),
    belongs: &Belongs<'_>,
    act: &Act,
) -> Result<Vec<Booking>, ApiError> {
    // Whoever is offered a place has not asked for it: accepting it agrees.
    if !matches!(placed.state, BookingState::Offered { .. }) {
        seen.after_those_who_wait()?;
        let children: Vec<&Child> = seen.children.iter().filter(|known| placed.children.iter().any(|child| child.id == known.id)).collect();
        consents::note(conn, (&seen.family, &children), &placed.slot.facility, belongs.command.consent, act)?;
    }
    let mut bookings = Vec::with_capacity(placed.children.len());
    for child in &placed.children {
        let id = BookingId::new(new_id());
        for usage in &child.usages {
            store::write_usage(conn, &child.id, usage)?;
        }
        store::insert_booking(conn, &id, belongs, placed, child, act.now)?;
        let kind = match placed.state {
            BookingState::Confirmed => "booking.confirmed",
            BookingState::Offered { .. } => "booking.offered",
            _ => "booking.requested",
        };
        act.record(conn, kind, placed.slot.facility.place(), id.as_str())?;
        bookings.push(booked(id, seen, placed, belongs, child, act.now)?);
    }
    slots::store::update_bands(conn, &seen.state.slot, &placed.slot)?;
    Ok(bookings)
}

/// Writes a decided move: the old places and hours are given back, the new ones taken, one event and audit line each. Family and slots
/// must have been locked before they were looked at.
pub fn resettle(conn: &mut AnyConnection, moving: &[Stored], moved: &Moved, belongs: &Belongs<'_>, act: &Act) -> Result<(), ApiError> {
    for stored in moving {
        free(conn, stored, act)?;
        store::give_back(conn, &stored.booking)?;
    }
    for child in &moved.placed.children {
        let stored = moving.iter().find(|stored| stored.booking.child.id == child.id).ok_or(ApiError::NotFound)?;
        for usage in &child.usages {
            store::write_usage(conn, &child.id, usage)?;
        }
        store::move_booking(conn, &stored.booking.id, belongs, &moved.placed, child)?;
        act.record(conn, "booking.rescheduled", stored.booking.facility.place(), stored.booking.id.as_str())?;
    }
    Ok(slots::store::update_bands(conn, &moved.without, &moved.placed.slot)?)
}

/// A booking that was just written, as it would be read.
fn booked(
    id: BookingId,
    seen: &Seen,
    placed: &Placed,
    belongs: &Belongs<'_>,
    child: &PlacedChild,
    now: DateTime<Utc>,
) -> Result<Booking, ApiError> {
    let known = seen.children.iter().find(|known| known.id == child.id).ok_or(ApiError::NotFound)?;
    Ok(Booking {
        id,
        party_id: belongs.party_id.clone(),
        series_id: belongs.series_id.cloned(),
        slot_id: placed.slot.id.clone(),
        child: BookedChild::from(known),
        facility: placed.slot.facility.clone(),
        programme: placed.slot.programme.clone(),
        programme_name: seen.programme.name.clone(),
        block: placed.block.clone(),
        starts_at: placed.starts_at,
        ends_at: placed.ends_at,
        state: placed.state.clone(),
        fee_yen: child.fee_yen(),
        fee_lines: child.fee_lines.clone(),
        counted: placed.counted.clone(),
        is_away: placed.is_away,
        free_until: placed.free_until,
        cancellation: placed.cancellation.clone(),
        reason: belongs.command.reason.clone(),
        answers: belongs.command.answers.clone(),
        extras: belongs.command.extras.clone(),
        notes: belongs.command.notes.clone(),
        bring: seen.programme.terms.bring.clone(),
        attended: Attended::default(),
        entered: belongs.entered.cloned(),
        closure: None,
        created_at: now,
        version: 1,
    })
}

/// Takes the places of a party: the one primitive for every way in. The family must be locked.
pub fn take(conn: &mut AnyConnection, family: &Family, command: &NewBooking, act: &Act) -> Result<Vec<Booking>, ApiError> {
    let seen = look(conn, family, command, Lock::Slot)?;
    let placed = place(&seen.state, command, act.now)?;
    seat(conn, family, (&seen, &placed), command, act)
}

/// Writes a decided party as a new one.
pub fn seat(
    conn: &mut AnyConnection,
    family: &Family,
    decided: (&Seen, &Placed),
    command: &NewBooking,
    act: &Act,
) -> Result<Vec<Booking>, ApiError> {
    let party_id = PartyId::new(new_id());
    let belongs = Belongs {
        party_id: &party_id,
        series_id: None,
        family_id: &family.id,
        programme_id: &decided.0.programme.id,
        command,
        entered: None,
    };
    settle(conn, decided, &belongs, act)
}

/// Takes the places of a party for a family that does not book itself. The family must be locked.
pub fn take_entry(
    conn: &mut AnyConnection,
    family: &Family,
    command: &NewEntry,
    by: EnteredBy,
    act: &Act,
) -> Result<Vec<Booking>, ApiError> {
    let seen = look(conn, family, &command.booking, Lock::Slot)?;
    let (placed, entry) = enter(&seen.state, command, by, act.now)?;
    let person = accounts::store::find_name(conn, &act.actor)?;
    let clerk = person.map_or_else(|| clients::store::find_name(conn, &act.actor), |name| Ok(Some(name)))?.unwrap_or_default();
    let entry = Entry { clerk, ..entry };
    let party_id = PartyId::new(new_id());
    let belongs = Belongs {
        party_id: &party_id,
        series_id: None,
        family_id: &family.id,
        programme_id: &seen.programme.id,
        command: &command.booking,
        entered: Some(&entry),
    };
    // The audit says for what reason the family's record was open, and what was gone past and why.
    let past = (!entry.overrides.is_empty()).then(|| format!("{}: {}", entry.overrides.join(" "), entry.override_reason));
    let notes: Vec<String> = act.note.iter().cloned().chain(past).collect();
    let note = (!notes.is_empty()).then(|| notes.join(" / "));
    settle(conn, (&seen, &placed), &belongs, &Act { note, ..act.clone() })
}

/// Locks a booking's family and slot, in this order, and reads it as it then is.
pub fn lock(conn: &mut AnyConnection, id: &BookingId) -> Result<Stored, ApiError> {
    let found = store::find_booking(conn, id)?.ok_or(ApiError::NotFound)?;
    families::store::lock_family(conn, &found.family_id)?.ok_or(ApiError::NotFound)?;
    slots::store::lock_slot(conn, &found.booking.slot_id)?;
    store::find_booking(conn, id)?.ok_or(ApiError::NotFound)
}

/// Frees the place that a booking holds. Family and slot must be locked.
pub(super) fn free(conn: &mut AnyConnection, stored: &Stored, act: &Act) -> Result<(), ApiError> {
    let booking = &stored.booking;
    let slot = slots::store::find_slot(conn, &booking.slot_id)?.ok_or(ApiError::NotFound)?.slot;
    let mut freed = slot.clone();
    let (from, until) = (slot.minute(booking.starts_at), slot.minute(booking.ends_at));
    for band in freed.bands.iter_mut().filter(|band| band.from_age == stored.band_from_age) {
        band.occupancy = band.occupancy.plus(from, until, -1);
    }
    slots::store::update_bands(conn, &slot, &freed)?;
    waitlist::note_freed(conn, &freed, act)
}

/// Ends a booking: frees the place unless its next state holds it, gives back what counts no more, writes the next state. Family and slot
/// must be locked.
pub fn end(conn: &mut AnyConnection, stored: &Stored, next: &BookingState, act: &Act) -> Result<(), ApiError> {
    let booking = &stored.booking;
    if !next.is_active() {
        free(conn, stored, act)?;
    }
    let (kind, counts) = match next {
        BookingState::Cancelled { counts, .. } => ("booking.cancelled", *counts),
        BookingState::Declined { .. } => ("booking.declined", false),
        BookingState::Absent { counts, .. } => ("booking.absent", *counts),
        BookingState::Released { .. } => ("booking.released", false),
        BookingState::Requested { .. }
        | BookingState::Offered { .. }
        | BookingState::Confirmed
        | BookingState::CheckedIn { .. }
        | BookingState::CheckedOut { .. } => {
            return Err(ApiError::Internal("a booking cannot end in a state that is on its way".to_owned()));
        }
    };
    if !counts {
        store::give_back(conn, booking)?;
    }
    store::mark_state(conn, &booking.id, next, None)?;
    act.record(conn, kind, booking.facility.place(), booking.id.as_str())?;
    if matches!(booking.state, BookingState::Offered { .. }) && !matches!(next, BookingState::Released { .. }) {
        waitlist::take_back(conn, &booking.party_id, act)?;
    }
    Ok(())
}

/// Ends a booking for which its facility has no place any more; says whether there was still something to end, because an offer is taken
/// back with all its party. The slot must be locked, and the families in `locked`; one that booked since they were looked up begins all
/// again.
pub fn end_by_facility(conn: &mut AnyConnection, stored: &Stored, locked: &BTreeSet<FamilyId>, act: &Act) -> Result<bool, ApiError> {
    if !locked.contains(&stored.family_id) {
        return Err(ApiError::Retry);
    }
    let held = store::find_booking(conn, &stored.booking.id)?.filter(|now| now.booking.state.is_active());
    let Some(now) = held else { return Ok(false) };
    end(conn, &now, &cancel_by_facility(&now.booking, act.now), act)?;
    Ok(true)
}
