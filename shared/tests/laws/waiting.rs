//! The waiting list beside a naive queue: first come first served but for what is recorded, all of a party or none, no place twice, no offer
//! lost.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use shared::bookings::{Booking, BookingState, Busy, Cancel, CancelledBy, ChildState, NewBooking, PlaceState, cancel, place};
use shared::ids::ChildId;
use shared::slots::{BandPlaces, Slot, SlotChange, change};
use shared::waitlist::{EntryState, NewWaitlistEntry, Wanted, WantedSlot, accept, decline, lapse, leave, offer};

use crate::world::{self, band, child, slot, state, temporary_care, tokyo};
use crate::{DAY, cases, minute_of};

/// What people do.
#[derive(Debug, Clone)]
enum Command {
    /// A family with so many of its children for a block, perhaps waiting where it is full.
    Ask {
        family: usize,
        children: usize,
        block: usize,
        waits: bool,
    },
    Cancel(prop::sample::Index),
    Accept(prop::sample::Index),
    Decline(prop::sample::Index),
    Leave(prop::sample::Index),
    Capacity(i64),
    Pass(i64),
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let any = any::<prop::sample::Index>;
    let one = prop_oneof![
        8 => (0..6_usize, 1..4_usize, 0..3_usize, prop::bool::weighted(0.7))
            .prop_map(|(family, children, block, waits)| Command::Ask { family, children, block, waits }),
        3 => any().prop_map(Command::Cancel),
        3 => any().prop_map(Command::Accept),
        2 => any().prop_map(Command::Decline),
        1 => any().prop_map(Command::Leave),
        2 => (0..5_i64).prop_map(Command::Capacity),
        3 => prop_oneof![1..90_i64, 90..DAY].prop_map(Command::Pass),
    ];
    prop::collection::vec(one, 1..60)
}

const BLOCKS: [(i64, i64); 3] = [(0, 480), (0, 180), (240, 480)];

/// A booking of the rules, beside what the model knows of it.
struct Stay {
    booking: Booking,
    party: usize,
    from: i64,
    until: i64,
    held: bool,
}

/// An entry of the rules, beside what the model thinks of it.
struct Entry {
    asked: NewWaitlistEntry,
    state: EntryState,
    children: Vec<String>,
    from: i64,
    until: i64,
    /// What the model says: waiting, on offer until then with this party, or over.
    waits: bool,
    offered: Option<(i64, usize)>,
    skipped: bool,
}

struct World {
    now: DateTime<Utc>,
    slot: Slot,
    stays: Vec<Stay>,
    entries: Vec<Entry>,
    parties: usize,
}

impl World {
    fn child(&self, id: &str) -> ChildState {
        let busy = self.stays.iter().filter(|stay| stay.booking.child.id.as_str() == id && stay.booking.state.is_active());
        let busy = busy.map(|stay| Busy { starts_at: stay.booking.starts_at, ends_at: stay.booking.ends_at, facility: String::new() });
        ChildState { busy: busy.collect(), ..child(id, "2024-06-15") }
    }

    fn ground(&self, children: &[String]) -> PlaceState {
        state(self.slot.clone(), temporary_care(), children.iter().map(|id| self.child(id)).collect())
    }

    fn minutes(&self) -> i64 {
        minute_of(self.now)
    }

    /// The model: whether so many children have a place at every minute, and none of them is elsewhere.
    fn fits(&self, children: &[String], from: i64, until: i64) -> bool {
        let start = minute_of(self.slot.starts_at);
        let there = |minute: i64| self.stays.iter().filter(|stay| stay.held && stay.from <= minute && minute < stay.until).count();
        let elsewhere = |id: &String| {
            self.stays.iter().any(|stay| stay.held && stay.booking.child.id.as_str() == id && stay.from < until && from < stay.until)
        };
        let capacity = usize::try_from(self.slot.bands[0].capacity).unwrap();
        let in_time = self.minutes() < start.div_euclid(DAY) * DAY - DAY + 16 * 60 + 30;
        in_time && !children.iter().any(elsewhere) && (from..until).all(|minute| there(minute) + children.len() <= capacity)
    }

    /// The model: until when an offer may be thought over; none where booking closes before anybody is told.
    fn until(&self) -> Option<i64> {
        let (now, start) = (self.minutes(), minute_of(self.slot.starts_at));
        let (today, time) = (now.div_euclid(DAY), now.rem_euclid(DAY));
        let told = match time {
            1260.. => (today + 1) * DAY + 420,
            ..420 => today * DAY + 420,
            _ => now,
        };
        let think = match start.div_euclid(DAY) - told.div_euclid(DAY) {
            ..=0 => 15,
            1 => 60,
            _ => 720,
        };
        let closes = (start.div_euclid(DAY) - 1) * DAY + 16 * 60 + 30;
        let until = (told + think).min(closes);
        (told < until).then_some(until)
    }

    fn hold(&mut self, ground: &PlaceState, command: &NewBooking, placed: shared::bookings::Placed) -> usize {
        self.parties += 1;
        for one in &placed.children {
            let mut booking = world::booking(ground, &placed, one, self.now);
            booking.id = format!("b{}", self.stays.len()).as_str().into();
            assert_eq!((booking.starts_at, booking.ends_at), (command.starts_at.unwrap(), command.ends_at.unwrap()));
            let (from, until) = (self.slot.minute(booking.starts_at), self.slot.minute(booking.ends_at));
            self.stays.push(Stay { booking, party: self.parties, from, until, held: true });
        }
        self.slot = placed.slot;
        self.parties
    }

    fn free(&mut self, which: usize, next: BookingState) {
        let stay = &mut self.stays[which];
        (stay.held, stay.booking.state) = (false, next);
        self.slot.bands[0].occupancy = self.slot.bands[0].occupancy.plus(stay.from, stay.until, -1);
    }

    fn release(&mut self, party: usize) {
        for n in 0..self.stays.len() {
            if self.stays[n].party == party {
                self.free(n, BookingState::Released { at: self.now });
            }
        }
    }

    /// Those who wait are asked in their order, each against what the ones before left.
    fn serve(&mut self) -> Result<(), TestCaseError> {
        for n in 0..self.entries.len() {
            if self.entries[n].state != EntryState::Waiting {
                continue;
            }
            let (asked, children) = (self.entries[n].asked.clone(), self.entries[n].children.clone());
            let ground = self.ground(&children);
            let told = offer(&ground, &asked, self.now);
            let expected = self.until().filter(|_| self.fits(&children, self.entries[n].from, self.entries[n].until));
            prop_assert_eq!(told.as_ref().ok().map(|offer| minute_of(offer.until)), expected, "{:?}", told);
            match told {
                Ok(offer) => {
                    prop_assert_eq!(offer.placed.children.len(), children.len(), "all of a party or none");
                    let party = self.hold(&ground, &offer.command, offer.placed);
                    let entry = &mut self.entries[n];
                    entry.state = EntryState::Offered { party_id: party.to_string().as_str().into(), from: offer.from, until: offer.until };
                    (entry.waits, entry.offered) = (false, Some((minute_of(offer.until), party)));
                }
                Err(reasons) => {
                    prop_assert!(!reasons.is_empty(), "whoever is passed over can read why");
                    self.entries[n].skipped = true;
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, which: usize, wants: bool) -> Result<bool, TestCaseError> {
        let now = self.minutes();
        let entry = &mut self.entries[which];
        let told = if wants { accept(&entry.state, self.now) } else { decline(&entry.state, self.now) };
        let expected = entry.offered.filter(|(until, _)| now < *until);
        prop_assert_eq!(told.is_ok(), expected.is_some(), "{:?}", told);
        let (Ok(next), Some((_, party))) = (told, expected) else { return Ok(false) };
        (entry.state, entry.offered) = (next, None);
        if wants {
            for stay in self.stays.iter_mut().filter(|stay| stay.party == party) {
                stay.booking.state = BookingState::Confirmed;
            }
        } else {
            self.release(party);
        }
        Ok(!wants)
    }

    fn step(&mut self, command: &Command) -> Result<(), TestCaseError> {
        let mut freed = false;
        match command {
            Command::Ask { family, children, block, waits } => {
                let names: Vec<String> = (0..2).filter(|n| children & (1 << n) != 0).map(|n| format!("{family}-{n}")).collect();
                let (from, until) = BLOCKS[*block];
                let times = (Some(self.slot.instant(from)), Some(self.slot.instant(until)));
                let wanted = WantedSlot { slot_id: self.slot.id.clone(), starts_at: times.0, ends_at: times.1 };
                let ids = names.iter().map(|name| ChildId::from(name.as_str())).collect();
                let new = NewBooking { starts_at: times.0, ends_at: times.1, ..NewBooking::new(self.slot.id.clone(), ids) };
                let asked = NewWaitlistEntry::of_booking(&new);
                prop_assert_eq!(&asked.wanted, &Wanted::Slot(wanted));
                let ground = self.ground(&names);
                let expected = self.fits(&names, from, until);
                match place(&ground, &new, self.now) {
                    Ok(placed) => {
                        prop_assert!(expected);
                        self.hold(&ground, &new, placed);
                    }
                    Err(refusals) => {
                        prop_assert!(!expected);
                        let only_full = refusals.iter().all(|refusal| refusal.rejection.code() == "bookings.slot_full");
                        let already = |entry: &Entry| entry.state.is_open() && entry.children.iter().any(|child| names.contains(child));
                        if *waits && only_full && !self.entries.iter().any(already) {
                            let state = EntryState::Waiting;
                            self.entries.push(Entry {
                                asked,
                                state,
                                children: names,
                                from,
                                until,
                                waits: true,
                                offered: None,
                                skipped: false,
                            });
                        }
                    }
                }
            }
            Command::Cancel(which) if !self.stays.is_empty() => {
                let which = which.index(self.stays.len());
                let on_offer = matches!(self.stays[which].booking.state, BookingState::Offered { .. });
                let done = cancel(&self.stays[which].booking, &Cancel::default(), CancelledBy::Family, self.now);
                let over = self.minutes() >= minute_of(self.stays[which].booking.ends_at);
                prop_assert_eq!(done.is_ok(), self.stays[which].held && !on_offer && !over, "an offer is declined, not cancelled");
                if let Ok(next) = done {
                    self.free(which, next);
                    freed = true;
                }
            }
            Command::Accept(which) | Command::Decline(which) if !self.entries.is_empty() => {
                let wants = matches!(command, Command::Accept(_));
                freed = self.answer(which.index(self.entries.len()), wants)?;
            }
            Command::Leave(which) if !self.entries.is_empty() => {
                let which = which.index(self.entries.len());
                let entry = &mut self.entries[which];
                let told = leave(&entry.state, self.now);
                prop_assert_eq!(told.is_ok(), entry.waits);
                if let Ok(next) = told {
                    (entry.state, entry.waits) = (next, false);
                }
            }
            Command::Capacity(places) => {
                let places =
                    SlotChange { bands: Some(vec![BandPlaces { from_age: 0, under_age: 3, capacity: *places }]), ..SlotChange::default() };
                if let Ok(changed) = change(&self.slot, &temporary_care(), &[], &places, self.now) {
                    self.slot = changed.slot;
                    freed = true;
                }
            }
            Command::Pass(minutes) => {
                self.now += TimeDelta::minutes(*minutes);
                for n in 0..self.entries.len() {
                    let late = self.entries[n].offered.filter(|(until, _)| *until <= self.minutes());
                    let told = lapse(&self.entries[n].state, self.now);
                    prop_assert_eq!(told.is_some(), late.is_some());
                    if let (Some(next), Some((_, party))) = (told, late) {
                        self.entries[n].state = next;
                        self.entries[n].offered = None;
                        self.release(party);
                        freed = true;
                    }
                }
            }
            Command::Cancel(_) | Command::Accept(_) | Command::Decline(_) | Command::Leave(_) => {}
        }
        if freed {
            self.entries.iter_mut().for_each(|entry| entry.skipped = false);
            self.serve()?;
            for entry in self.entries.iter().filter(|entry| entry.waits) {
                prop_assert!(entry.skipped, "whoever still waits was asked");
                prop_assert!(
                    self.until().is_none() || !self.fits(&entry.children, entry.from, entry.until),
                    "and has no place left to take"
                );
            }
        }
        self.check()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        for minute in (0..480).step_by(30) {
            let there = self.stays.iter().filter(|stay| stay.held && stay.from <= minute && minute < stay.until).count();
            prop_assert_eq!(self.slot.bands[0].occupancy.peak(minute, minute), i64::try_from(there).unwrap());
            prop_assert!(i64::try_from(there).unwrap() <= self.slot.bands[0].capacity, "no place twice");
        }
        for entry in &self.entries {
            prop_assert_eq!(entry.waits, entry.state == EntryState::Waiting);
            prop_assert_eq!(entry.offered.is_some(), matches!(entry.state, EntryState::Offered { .. }));
            if let Some((_, party)) = entry.offered {
                let kept: Vec<&Stay> = self.stays.iter().filter(|stay| stay.party == party).collect();
                prop_assert_eq!(kept.len(), entry.children.len());
                prop_assert!(
                    kept.iter().all(|stay| stay.held && matches!(stay.booking.state, BookingState::Offered { .. })),
                    "no offer lost"
                );
            }
        }
        let offered = self.entries.iter().filter_map(|entry| entry.offered.map(|(_, party)| party));
        let held = self.stays.iter().filter(|stay| matches!(stay.booking.state, BookingState::Offered { .. })).map(|stay| stay.party);
        let (mut offered, mut held): (Vec<_>, Vec<_>) = (offered.collect(), held.collect());
        offered.sort_unstable();
        held.sort_unstable();
        held.dedup();
        prop_assert_eq!(offered, held, "each held place belongs to one offer");
        Ok(())
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn those_who_wait_are_served_in_their_order_whatever_people_do(begins in 0..12 * DAY, places in 0..4_i64, commands in commands()) {
        let mut slot = slot("2026-12-03");
        slot.bands = vec![band(0, 3, places)];
        let now = tokyo("2026-11-20 12:00") + TimeDelta::minutes(begins);
        let mut world = World { now, slot, stays: vec![], entries: vec![], parties: 0 };
        for command in &commands {
            world.step(command)?;
        }
    }
}
