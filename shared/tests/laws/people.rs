//! What families and facilities do, one after the other, beside the naive model.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;
use shared::attendance::{
    CheckIn, CheckOut, MarkAbsent, Person, RecordedBy, SettleState, absent_terms, check_in, check_out, mark_absent, settle, take_again,
    undo,
};
use shared::bookings::{
    Booking, BookingState, Busy, Cancel, CancelledBy, ChildState, Decide, PlaceState, PlacedChild, cancel, decide, lapse, place, quote,
    usage,
};
use shared::ids::ChildId;
use shared::locale::Localised;
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::programmes::{
    Account, Confirmation, ExemptReason, Fee, FeeUnit, IfSilent, LatePickUp, Limit, LimitUnit, OpenDays, Opens, Period, ProgrammeKey,
    Terms, Unit,
};
use shared::slots::{BandPlaces, Crossing, Occupancy, Slot, SlotChange, SlotState, change};
use shared::time::{Month, at};

use crate::moves::{Goal, change_time, take_back};
use crate::offers::check_openings;
use crate::world::{
    self, ask_for, at_any_time, band, child, day, month_limit, neighbour, open_nursery, sakaiminato, slot, temporary_care, time, yonago,
};
use crate::{DAY, cases, minute_of};

pub const STEP: i64 = 30;
/// Bookings open so many days ahead, and the border so many days later.
const AHEAD: i64 = 20;
const PRIORITY: i64 = 2;
/// What a child has in a month, anywhere and on top at home: little, so that it often runs out.
const HALF_DAYS: (i64, i64) = (1, 1);
const MINUTES: (i64, i64) = (120, 60);
/// In Sakaiminato the facility decides, within so many hours; when it is silent, days are declined and hours confirmed.
const HOURS_TO_DECIDE: i64 = 24;
/// Reasons for cancelling: one that a family may give, one for the facility only, one that nobody knows.
const REASONS: [(&str, bool, bool); 3] = [("child_ill", true, true), ("facility_fault", false, true), ("bored", false, false)];

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

/// Two days on both sides of a month's border (which at 8:00 in Tokyo is not yet one in UTC), two cities, two programmes.
fn slots() -> Vec<(Slot, Terms)> {
    let mut all = Vec::new();
    for date in ["2026-11-30", "2026-12-01"] {
        for host in [yonago(), sakaiminato()] {
            for hours in [false, true] {
                let mut slot = slot(date);
                slot.id = format!("{date}-{host}-{hours}").as_str().into();
                slot.facility.municipality = host.clone();
                slot.facility.id = host.as_str().into();
                let mut terms = if hours { open_nursery() } else { temporary_care() };
                terms.opens = Opens::DaysBefore { days: AHEAD.try_into().unwrap() };
                if host == sakaiminato() {
                    let if_silent = if hours { IfSilent::Confirm } else { IfSilent::Decline };
                    terms.confirmation = Confirmation::ByFacility { hours: HOURS_TO_DECIDE.try_into().unwrap(), if_silent };
                }
                terms.cancellation.exempt = REASONS
                    .into_iter()
                    .filter(|(_, _, known)| *known)
                    .map(|(key, by_family, _)| ExemptReason { key: key.to_owned(), name: Localised::new(key, key, key), by_family })
                    .collect();
                if hours {
                    terms.late_pick_up = LatePickUp::Counts { grace_minutes: 0 };
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
pub const CHILDREN: [[(&str, &str, usize); 2]; 2] =
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
pub struct Rules {
    pub now: DateTime<Utc>,
    pub slots: Vec<(Slot, Terms)>,
    pub bookings: Vec<Booking>,
}

/// What the model remembers of a stay that was accepted.
#[derive(Debug, Clone)]
pub struct Stay {
    pub slot: usize,
    pub band: usize,
    pub child: &'static str,
    pub from: i64,
    pub until: i64,
    counted: i64,
    away: bool,
    pub booked: i64,
    /// Who was booked together has the same number.
    pub party: usize,
    /// Nobody has decided, moved, cancelled or begun it.
    pub untouched: bool,
    /// Until when cancelling is free.
    pub free_until: i64,
    /// It holds its place.
    pub held: bool,
    /// It uses up the month.
    pub counts: bool,
    /// Until when the facility decides, while it has not.
    pub decide_by: Option<i64>,
    /// When the child came and left.
    pub came: Option<i64>,
    left: Option<i64>,
    /// What leaving late has counted on top.
    late: i64,
    pub absent: bool,
}

/// The naive side.
pub struct Model {
    pub now: i64,
    pub capacity: Vec<[i64; 2]>,
    pub stays: Vec<Stay>,
}

pub const fn is_hours(slot: usize) -> bool {
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
    pub fn accepts(&self, slot: usize, start: i64, family: usize, who: usize, from: i64, until: i64) -> Option<Vec<Stay>> {
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
            let decide_by = (!is_in_yonago(slot)).then(|| from.min(self.now + HOURS_TO_DECIDE * 60));
            let booked = self.now;
            party.push(Stay {
                slot,
                band,
                child,
                from,
                until,
                counted,
                away,
                booked,
                party: self.new_party(),
                untouched: true,
                free_until: if is_hours(slot) { from - 60 } else { (day - 1) * DAY + 15 * 60 },
                held: true,
                counts: true,
                decide_by,
                came: None,
                left: None,
                late: 0,
                absent: false,
            });
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

    pub fn new_party(&self) -> usize {
        self.stays.iter().map(|stay| stay.party + 1).max().unwrap_or(0)
    }

    /// Whether the family may cancel it now for nothing.
    pub fn is_free(&self, stay: &Stay) -> bool {
        let undone = self.now < stay.booked + 10 && self.now < stay.from;
        self.now < stay.free_until || undone || stay.decide_by.is_some()
    }

    /// What a child uses of the slot's programme in the slot's month: in all, and away. There are two days, one in each month.
    fn used(&self, child: &str, slot: usize, day: i64) -> (i64, i64) {
        let mut used = (0, 0);
        for stay in &self.stays {
            if stay.counts && stay.child == child && is_hours(stay.slot) == is_hours(slot) && stay.from.div_euclid(DAY) == day {
                used.0 += stay.counted + stay.late;
                used.1 += if stay.away { stay.counted + stay.late } else { 0 };
            }
        }
        used
    }
}

/// What a child has in a month.
fn limit(terms: &Terms) -> Limit {
    match terms.unit {
        Unit::Flexible { .. } => month_limit("hours", LimitUnit::Minutes, MINUTES.0, MINUTES.1),
        Unit::Blocks { .. } => month_limit("days", LimitUnit::HalfDays, HALF_DAYS.0, HALF_DAYS.1),
    }
}

impl Rules {
    pub fn state(&self, slot: usize, family: usize, who: usize) -> PlaceState {
        let (slot, terms) = &self.slots[slot];
        let host = &slot.facility.municipality;
        let limit = limit(terms);
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

/// A booking's place is free again.
pub fn give_back(slot: &mut Slot, booking: &Booking, band: usize) {
    let (from, until) = (slot.minute(booking.starts_at), slot.minute(booking.ends_at));
    slot.bands[band].occupancy = slot.bands[band].occupancy.plus(from, until, -1);
}

/// A request is decided on both sides.
fn decided(stay: &mut Stay, accepted: bool, booking: &mut Booking, state: BookingState, slot: &mut Slot) {
    (booking.state, booking.version) = (state, booking.version + 1);
    (stay.held, stay.counts, stay.decide_by, stay.untouched) = (accepted, accepted, None, false);
    if !accepted {
        give_back(slot, booking, stay.band);
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
                booking.state = mark_absent(booking, &MarkAbsent { release: *release, reason: key, seen }, rules.now).unwrap();
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
