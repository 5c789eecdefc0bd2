//! Practice (練習モード): a facility that does not exist, on one day, with fictional children. It is a value in memory and decides by the very
//! rules by which the server does, so whatever is done in it stays in it: nothing here could reach anybody.

mod children;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use self::children::{children, programme, slot, time};
use crate::attendance::{
    AttendanceRecord, Attended, Board, BoardDay, BoardEntry, CheckIn, CheckOut, Correction, MarkAbsent, RecordKind, Recorded, RecordedBy,
    Rejection, check_in, check_out, correct, mark_absent, take_again, undo,
};
use crate::bookings::{Booking, BookingState, Cancel, CancelledBy, Decide, cancel, decide};
use crate::families::Severity;
use crate::ids::BookingId;
use crate::problem::Reason;
use crate::programmes::Programme;
use crate::slots::Slot;
use crate::text::PersonName;
use crate::time::tokyo_day;

/// Something to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Recording that a child comes.
    CheckIn,
    /// The same of one with a severe allergy, which is shown before it is recorded.
    Allergy,
    /// Taking back what was recorded by mistake.
    Undo,
    /// Recording that a child leaves, and with whom.
    CheckOut,
    /// Recording later that a child left, at the time as it was.
    Forgotten,
    /// Putting right a time or a person.
    Correct,
    /// Recording that a child does not come.
    Absent,
    /// Accepting or declining a request.
    Decide,
    /// Recording without the server, which is sent when it is back.
    Away,
}

impl Step {
    /// Every one, in the order in which they are told.
    pub const ALL: [Self; 9] =
        [Self::CheckIn, Self::Allergy, Self::Undo, Self::CheckOut, Self::Forgotten, Self::Correct, Self::Absent, Self::Decide, Self::Away];
}

/// Why nothing came of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The practised server is away.
    Away,
    /// There is no such booking.
    Missing,
    /// A rule is against it.
    Rule(Reason),
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Rule(rejection.reason())
    }
}

/// A record that comes so long after what it says was forgotten at first.
const FORGOTTEN: TimeDelta = TimeDelta::minutes(15);

/// The whole of a practice.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    day: NaiveDate,
    programme: Programme,
    slot: Slot,
    /// Every booking, however it stands.
    entries: Vec<BoardEntry>,
    history: Vec<(BookingId, AttendanceRecord)>,
    done: BTreeSet<Step>,
    /// Since when the server is away.
    away_since: Option<DateTime<Utc>>,
    /// From when until when it was away before.
    gaps: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

impl World {
    /// A practice that begins on a day. None: its own data are broken, which a test rules out.
    pub fn new(day: NaiveDate) -> Option<Self> {
        let (programme, slot) = (programme(day)?, slot(day)?);
        let entries = children(day, &programme, &slot)?;
        Some(Self { day, programme, slot, entries, history: Vec::new(), done: BTreeSet::new(), away_since: None, gaps: Vec::new() })
    }

    /// What its clock shows when it begins, 10:30: in the middle of a morning, whenever somebody practises.
    pub fn begins_at(&self) -> DateTime<Utc> {
        time(self.day, 10, 30)
    }

    /// What was tried already.
    pub const fn done(&self) -> &BTreeSet<Step> {
        &self.done
    }

    /// The rules.
    pub fn programmes(&self) -> Vec<Programme> {
        vec![self.programme.clone()]
    }

    /// Whether the server is away.
    pub const fn is_away(&self) -> bool {
        self.away_since.is_some()
    }

    /// The server goes away.
    pub fn leave(&mut self, now: DateTime<Utc>) {
        self.away_since.get_or_insert(now);
    }

    /// The server comes back.
    pub fn come_back(&mut self, now: DateTime<Utc>) {
        self.gaps.extend(self.away_since.take().map(|since| (since, now)));
    }

    fn reached(&self) -> Result<(), Refusal> {
        if self.is_away() { Err(Refusal::Away) } else { Ok(()) }
    }

    /// The board as it is now.
    pub fn board(&self, now: DateTime<Utc>) -> Result<Board, Refusal> {
        self.reached()?;
        let is_shown = |entry: &&BoardEntry| {
            let state = &entry.booking.state;
            let is_absent = matches!(state, BookingState::Absent { .. });
            tokyo_day(entry.booking.starts_at) == self.day && (state.is_active() || is_absent) && !is_request(entry)
        };
        let mut entries: Vec<BoardEntry> = self.entries.iter().filter(is_shown).cloned().collect();
        entries.sort_by(|a, b| (a.booking.starts_at, &a.booking.child.kana).cmp(&(b.booking.starts_at, &b.booking.child.kana)));
        let mut requests: Vec<BoardEntry> = self.entries.iter().filter(|entry| is_request(entry)).cloned().collect();
        requests.sort_by_key(|entry| entry.booking.starts_at);
        let day = BoardDay { day: self.day, holiday: None, slots: vec![self.taken_slot()], entries };
        Ok(Board { now, facility: self.slot.facility.name.clone(), days: vec![day], requests })
    }

    /// The slot with every place that is held in it.
    fn taken_slot(&self) -> Slot {
        let mut slot = self.slot.clone();
        for entry in self.entries.iter().filter(|entry| entry.booking.slot_id == slot.id && entry.booking.state.is_active()) {
            let (from, until) = (slot.minute(entry.booking.starts_at), slot.minute(entry.booking.ends_at));
            for band in slot.bands.iter_mut().filter(|band| band.takes(entry.age_years)) {
                band.occupancy = band.occupancy.plus(from, until, 1);
            }
        }
        slot
    }

    fn entry(&self, booking: &BookingId) -> Result<&BoardEntry, Refusal> {
        self.reached()?;
        self.entries.iter().find(|entry| entry.booking.id == *booking).ok_or(Refusal::Missing)
    }

    /// A booking as it stands.
    pub fn booking(&self, booking: &BookingId) -> Result<Booking, Refusal> {
        self.entry(booking).map(|entry| entry.booking.clone())
    }

    /// What was recorded of a booking, the first first.
    pub fn history(&self, booking: &BookingId) -> Vec<AttendanceRecord> {
        self.history.iter().filter(|(of, _)| of == booking).map(|(_, record)| record.clone()).collect()
    }

    /// A child comes.
    pub fn check_in(&mut self, booking: &BookingId, command: &CheckIn, now: DateTime<Utc>) -> Result<Booking, Refusal> {
        let entry = self.entry(booking)?;
        let is_severe = entry.allergies.iter().any(|allergy| allergy.severity == Severity::Severe);
        let Some(recorded) = check_in(&entry.booking, command, &registered(entry), RecordedBy::Staff, now)? else {
            return self.booking(booking);
        };
        self.done.insert(Step::CheckIn);
        if is_severe {
            self.done.insert(Step::Allergy);
        }
        self.record(booking, RecordKind::CheckedIn, recorded, "", now)
    }

    /// A child goes.
    pub fn check_out(&mut self, booking: &BookingId, command: &CheckOut, now: DateTime<Utc>) -> Result<Booking, Refusal> {
        let entry = self.entry(booking)?;
        let Some(recorded) = check_out(&entry.booking, command, &registered(entry), RecordedBy::Staff, now)? else {
            return self.booking(booking);
        };
        let was_forgotten = now - recorded.occurred_at >= FORGOTTEN;
        self.done.insert(if was_forgotten { Step::Forgotten } else { Step::CheckOut });
        self.record(booking, RecordKind::CheckedOut, recorded, "", now)
    }

    /// A child does not come.
    pub fn mark_absent(&mut self, booking: &BookingId, command: &MarkAbsent, now: DateTime<Utc>) -> Result<Booking, Refusal> {
        let known = &self.entry(booking)?.booking;
        let recorded = Recorded {
            state: mark_absent(known, command, now)?,
            attended: known.attended.clone(),
            occurred_at: command.occurred_at.unwrap_or(now),
        };
        self.done.insert(Step::Absent);
        self.record(booking, RecordKind::Absent, recorded, "", now)
    }

    /// Takes back what was recorded last.
    pub fn undo(&mut self, booking: &BookingId, now: DateTime<Utc>) -> Result<Booking, Refusal> {
        let entry = self.entry(booking)?;
        let (state, attended) = undo(&entry.booking)?;
        if matches!(entry.booking.state, BookingState::Absent { released: true, .. }) {
            let band = self.slot.bands.iter().find(|band| band.takes(entry.age_years)).ok_or(Rejection::PlaceGiven)?;
            take_again(&entry.booking, band.from_age, &self.taken_slot(), &self.programme.terms, &[])?;
        }
        self.done.insert(Step::Undo);
        self.record(booking, RecordKind::Undone, Recorded { state, attended, occurred_at: now }, "", now)
    }

    /// Puts times or people right.
    pub fn correct(&mut self, booking: &BookingId, command: &Correction, now: DateTime<Utc>) -> Result<Booking, Refusal> {
        let entry = self.entry(booking)?;
        let (state, attended) = correct(&entry.booking, command, &registered(entry), now)?;
        self.done.insert(Step::Correct);
        self.record(booking, RecordKind::Corrected, Recorded { state, attended, occurred_at: now }, &command.reason, now)
    }

    /// Cancels a booking before it begins.
    pub fn cancel(&mut self, booking: &BookingId, command: &Cancel, now: DateTime<Utc>) -> Result<Booking, Refusal> {
        let known = &self.entry(booking)?.booking;
        let state = cancel(known, command, CancelledBy::Facility, now).map_err(|rejection| Refusal::Rule(rejection.reason()))?;
        let attended = known.attended.clone();
        self.change(booking, state, attended)
    }

    /// Accepts or declines a party by one of its bookings.
    pub fn decide(&mut self, booking: &BookingId, command: &Decide, now: DateTime<Utc>) -> Result<Vec<Booking>, Refusal> {
        let party = self.booking(booking)?.party_id;
        let all: Vec<Booking> = self.entries.iter().map(|entry| entry.booking.clone()).filter(|known| known.party_id == party).collect();
        let mut decided = Vec::new();
        for known in all {
            let state = decide(&known, command, now).map_err(|rejection| Refusal::Rule(rejection.reason()))?;
            decided.push(self.change(&known.id, state, known.attended)?);
        }
        self.done.insert(Step::Decide);
        Ok(decided)
    }

    fn record(
        &mut self,
        booking: &BookingId,
        kind: RecordKind,
        recorded: Recorded,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Booking, Refusal> {
        let before = self.booking(booking)?;
        let Recorded { state, attended, occurred_at } = recorded;
        let line = AttendanceRecord {
            kind,
            before: before.state,
            attended_before: before.attended,
            after: state.clone(),
            attended_after: attended.clone(),
            reason: reason.to_owned(),
            by_family: false,
            occurred_at,
            received_at: now,
        };
        self.history.push((booking.clone(), line));
        if self.gaps.iter().any(|(from, until)| (*from..=*until).contains(&occurred_at)) {
            self.done.insert(Step::Away);
        }
        self.change(booking, state, attended)
    }

    fn change(&mut self, booking: &BookingId, state: BookingState, attended: Attended) -> Result<Booking, Refusal> {
        let known = self.entries.iter_mut().map(|entry| &mut entry.booking).find(|known| known.id == *booking).ok_or(Refusal::Missing)?;
        known.state = state;
        known.attended = attended;
        known.version += 1;
        Ok(known.clone())
    }
}

const fn is_request(entry: &BoardEntry) -> bool {
    matches!(entry.booking.state, BookingState::Requested { .. })
}

fn registered(entry: &BoardEntry) -> Vec<PersonName> {
    entry.pick_up_people.iter().map(|contact| contact.name.clone()).collect()
}

#[cfg(test)]
mod tests;
