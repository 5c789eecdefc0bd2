//! The waiting list (順番待ち): joining, answering offers and leaving by families, figures for facilities and cities.

pub mod demand;
mod guardian;
pub mod jobs;
mod office;
pub mod store;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use shared::bookings::{BookingState, Rejection as Against, place};
use shared::families::Family;
use shared::ids::{ChildId, FamilyId, PartyId, SeriesId, SlotId, WaitlistEntryId};
use shared::problem::Reason;
use shared::slots::{Slot, booking_period};
use shared::time::tokyo_day;
use shared::waitlist::{EntryState, NewWaitlistEntry, Rejection, Wanted, WantedSlot, Wish, is_only_full, leave, may_join};
use tokio::sync::{Mutex, Notify};

pub use self::guardian::{answer, view};
use self::store::Stored;
use crate::bookings::engine::{self, Lock, Seen, look};
use crate::bookings::store::list_party;
use crate::db::{AnyConnection, DbError};
use crate::error::{ApiError, part};
use crate::outbox::Act;
use crate::routes::Operations;
use crate::{families, new_id, programmes, slots};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(guardian::join_waitlist)
        .service(guardian::list_waitlist_entries)
        .service(guardian::get_waitlist_entry)
        .service(guardian::leave_waitlist)
        .service(guardian::accept_offer)
        .service(guardian::decline_offer)
        .service(office::list_slot_queues)
        .service(office::list_unmet_demand);
}

/// What wakes those who ask the waiting, and keeps them from asking the same slot's twice at once.
#[derive(Debug, Default)]
pub struct Turns {
    woken: Notify,
    asking: Mutex<()>,
    demand: std::sync::Mutex<demand::Told>,
}

impl Turns {
    /// Something became free.
    pub fn wake(&self) {
        self.woken.notify_one();
    }
}

/// Notes that something became free in a slot, where somebody may wait for it. The slot must be locked.
pub fn note_freed(conn: &mut AnyConnection, slot: &Slot, act: &Act) -> Result<(), ApiError> {
    if act.now < slot.ends_at && store::note_freed(conn, slot)? {
        act.freed.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// Where an entry is when something happens to it, for events: where its slot is, or where the family lives.
fn record(conn: &mut AnyConnection, entry: &Stored, kind: &'static str, act: &Act) -> Result<(), ApiError> {
    let slot = entry.slot_id.as_ref().map(|slot| slots::store::find_frame(conn, slot)).transpose()?.flatten();
    match slot {
        Some(found) => act.record(conn, kind, found.slot.facility.place(), entry.id.as_str())?,
        None => {
            let family = families::store::find_family(conn, &entry.family_id)?.ok_or(ApiError::NotFound)?;
            act.record(conn, kind, (&family.municipality, None), entry.id.as_str())?;
        }
    }
    Ok(())
}

/// Gives an entry its next state, with its event.
fn turn(conn: &mut AnyConnection, entry: &Stored, next: &EntryState, act: &Act) -> Result<(), ApiError> {
    let kind = match next {
        EntryState::Waiting => "waitlist.returned",
        EntryState::Offered { .. } => "waitlist.offered",
        EntryState::Accepted { .. } => "waitlist.accepted",
        EntryState::Declined { .. } => "waitlist.declined",
        EntryState::Lapsed { .. } => "waitlist.lapsed",
        EntryState::Left { .. } => "waitlist.left",
        EntryState::Expired { .. } => "waitlist.expired",
        EntryState::Closed { .. } => "waitlist.closed",
    };
    // In quiet hours the place is kept; the family is told when they end, and that is the event.
    let told = !matches!(next, EntryState::Offered { from, .. } if act.now < *from);
    store::write_state(conn, &entry.id, next, told)?;
    if told { record(conn, entry, kind, act) } else { Ok(()) }
}

/// Puts children on the waiting list. The family must be locked. A slot is waited for where nothing but the missing place is against the
/// stay.
pub fn enter(conn: &mut AnyConnection, family: &Family, new: &NewWaitlistEntry, act: &Act) -> Result<Stored, ApiError> {
    may_join(store::count_open(conn, &family.id)?)?;
    match &new.wanted {
        Wanted::Slot(wanted) => {
            let command = new.booking(&wanted.slot_id, (wanted.starts_at, wanted.ends_at));
            let seen = look(conn, family, &command, Lock::Slot)?;
            match place(&seen.state, &command, act.now) {
                // What is free is for those who came earlier.
                Ok(_) if seen.freed > 0 => Err(ApiError::Offering(wanted.slot_id.clone())),
                Ok(_) => Err(Rejection::HasPlaces.into()),
                Err(refusals) if is_only_full(&refusals) => enter_slot(conn, (family, None), new, &seen, act),
                Err(refusals) => Err(refusals.into()),
            }
        }
        Wanted::Wish(wish) => enter_wish(conn, family, new, wish, act),
    }
}

/// Lets children wait for a slot that was found full under its lock, perhaps as a date of a series.
pub fn enter_slot(
    conn: &mut AnyConnection,
    (family, series): (&Family, Option<&SeriesId>),
    new: &NewWaitlistEntry,
    seen: &Seen,
    act: &Act,
) -> Result<Stored, ApiError> {
    let Wanted::Slot(wanted) = &new.wanted else { return Err(ApiError::NotFound) };
    let (state, slot) = (&seen.state, &seen.state.slot);
    if store::is_waited_for(conn, &slot.id, &new.child_ids)? {
        return Err(Rejection::Already.into());
    }
    let (starts_at, ends_at) = (wanted.starts_at.unwrap_or(slot.starts_at), wanted.ends_at.unwrap_or(slot.ends_at));
    let closes_at = booking_period(&state.terms, starts_at, &state.crossing, &state.open_days).closes_at;
    let shares = slot.room.is_some() || slot.carers.is_some() || state.terms.at_once.is_some();
    let ages: Vec<u32> = state.children.iter().map(|child| slot.band_age(&state.terms.ages, child.born)).collect();
    let counts = |band: &&shared::slots::SlotBand| shares || ages.iter().any(|age| band.takes(*age));
    let entry = Stored {
        id: WaitlistEntryId::new(new_id()),
        family_id: family.id.clone(),
        programme: slot.programme.clone(),
        slot_id: Some(slot.id.clone()),
        series_id: series.cloned(),
        asked: NewWaitlistEntry {
            wanted: Wanted::Slot(WantedSlot { slot_id: slot.id.clone(), starts_at: Some(starts_at), ends_at: Some(ends_at) }),
            ..new.clone()
        },
        bands: slot.bands.iter().filter(counts).map(|band| band.from_age).collect(),
        state: EntryState::Waiting,
        told: false,
        over_at: closes_at.min(starts_at),
        created_at: act.now,
        version: 1,
    };
    store::insert_entry(conn, &entry, (slot.day(), slot.day()))?;
    act.record(conn, "waitlist.joined", slot.facility.place(), entry.id.as_str())?;
    Ok(entry)
}

/// Lets children wait for any place that fits; the places that are free are looked at as soon as it is written.
fn enter_wish(conn: &mut AnyConnection, family: &Family, new: &NewWaitlistEntry, wish: &Wish, act: &Act) -> Result<Stored, ApiError> {
    wish.check(tokyo_day(act.now))?;
    let known = families::store::list_children(conn, &family.id)?;
    for (index, id) in new.child_ids.iter().enumerate() {
        let is_twice = new.child_ids.iter().take(index).any(|earlier| earlier == id);
        if is_twice {
            return Err(ApiError::invalid("/child_ids", Against::PartySize.reason()));
        }
        if !known.iter().any(|child| child.id == *id) {
            return Err(ApiError::Invalid(vec![part(Some(format!("/child_ids/{index}")), Reason::new("problem.not_found"))]));
        }
    }
    let versions = programmes::store::list_programmes(conn, None, Some(&wish.programme), wish.from, wish.until)?;
    let hosts = versions.iter().filter(|version| wish.municipalities.is_empty() || wish.municipalities.contains(&version.municipality));
    // Whatever any of the hosts asks for is asked now: an offer must not wait for it.
    let command = new.booking(&SlotId::new(""), (None, None));
    let mut asked = hosts.map(|version| shared::bookings::check_answers(&version.terms, &command)).collect::<Vec<_>>();
    asked.sort_by_key(Vec::len);
    match asked.into_iter().next() {
        None => return Err(Rejection::WishUnknown.into()),
        Some(missing) if !missing.is_empty() => {
            return Err(ApiError::Refused(missing.iter().map(|rejection| part(None, rejection.reason())).collect()));
        }
        Some(_) => {}
    }
    let entry = Stored {
        id: WaitlistEntryId::new(new_id()),
        family_id: family.id.clone(),
        programme: wish.programme.clone(),
        slot_id: None,
        series_id: None,
        asked: new.clone(),
        bands: Vec::new(),
        state: EntryState::Waiting,
        told: false,
        over_at: wish.over_at(),
        created_at: act.now,
        version: 1,
    };
    store::insert_entry(conn, &entry, (wish.from, wish.until))?;
    act.record(conn, "waitlist.joined", (&family.municipality, None), entry.id.as_str())?;
    act.freed.store(true, Ordering::Relaxed);
    Ok(entry)
}

/// Locks the family of an entry that has an offer, and its slot, in this order, and reads it as it then is.
fn lock(conn: &mut AnyConnection, id: &WaitlistEntryId) -> Result<Stored, ApiError> {
    let found = store::find_entry(conn, id)?.ok_or(ApiError::NotFound)?;
    families::store::lock_family(conn, &found.family_id)?.ok_or(ApiError::NotFound)?;
    // Under the family's lock no offer comes or goes but by the slot's facility.
    let found = store::find_entry(conn, id)?.ok_or(ApiError::NotFound)?;
    if let EntryState::Offered { party_id, .. } = &found.state
        && let Some(first) = list_party(conn, party_id)?.first()
    {
        slots::store::lock_slot(conn, &first.booking.slot_id)?;
    }
    store::find_entry(conn, id)?.ok_or(ApiError::NotFound)
}

/// Gives the places of an offer back that nobody took. Family and slot must be locked.
fn release(conn: &mut AnyConnection, party: &PartyId, act: &Act) -> Result<(), ApiError> {
    for stored in list_party(conn, party)? {
        if matches!(stored.booking.state, BookingState::Offered { .. }) {
            engine::end(conn, &stored, &BookingState::Released { at: act.now }, act)?;
        }
    }
    Ok(())
}

/// Lets those wait on whose offer the facility had to take back for one of them: all get a place or none. Family and slot must be locked.
pub fn take_back(conn: &mut AnyConnection, party: &PartyId, act: &Act) -> Result<(), ApiError> {
    let Some(entry) = store::find_of_party(conn, party)? else { return Ok(()) };
    release(conn, party, act)?;
    turn(conn, &entry, &EntryState::Waiting, act)?;
    // When its places became free it did not wait yet: it is among those who are asked about them.
    let Some(first) = list_party(conn, party)?.into_iter().next() else { return Ok(()) };
    let slot = slots::store::find_slot(conn, &first.booking.slot_id)?.ok_or(ApiError::NotFound)?.slot;
    note_freed(conn, &slot, act)
}

/// Ends what a child waits for that is taken off the family's list. The family must be locked.
pub fn leave_all(conn: &mut AnyConnection, child: &ChildId, act: &Act) -> Result<(), ApiError> {
    for entry in store::list_of_child(conn, child)? {
        if let Ok(next) = leave(&entry.state, act.now) {
            turn(conn, &entry, &next, act)?;
        }
    }
    Ok(())
}

/// The families that wait for a slot itself.
pub fn families_of_slot(conn: &mut AnyConnection, slot: &SlotId) -> Result<Vec<FamilyId>, DbError> {
    Ok(store::list_of_slot(conn, slot)?.into_iter().map(|entry| entry.family_id).collect())
}

/// Ends what is waited for in a slot that its facility closed; the families are told by the events. The slot must be locked, and the
/// families in `locked`; one that joined since they were looked up begins all again.
pub fn close(conn: &mut AnyConnection, slot: &SlotId, locked: &BTreeSet<FamilyId>, act: &Act) -> Result<(), ApiError> {
    for entry in store::list_of_slot(conn, slot)? {
        if !locked.contains(&entry.family_id) {
            return Err(ApiError::Retry);
        }
        turn(conn, &entry, &EntryState::Closed { at: act.now }, act)?;
        demand::note_unserved(conn, &entry, act)?;
    }
    Ok(())
}

/// When an offer that was taken up begins to hold.
fn taken_up(conn: &mut AnyConnection, slot: &SlotId, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<BookingState, ApiError> {
    let slot = slots::store::find_slot(conn, slot)?.ok_or(ApiError::NotFound)?.slot;
    let programme = programmes::store::find_programme(conn, &slot.facility.municipality, &slot.programme, slot.day())?;
    Ok(shared::bookings::first_state(slot.confirmation(&programme.ok_or(ApiError::NotFound)?.terms), starts_at, now))
}
