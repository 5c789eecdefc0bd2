//! Both sides of the laws on people: the world that the rules make, and the naive model beside it.

use chrono::{DateTime, Utc};
use shared::bookings::{Booking, BookingState, Busy, ChildState, PlaceState, usage};
use shared::ids::ChildId;
use shared::locale::Localised;
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::programmes::{
    Account, Confirmation, ExemptReason, Fee, FeeUnit, IfSilent, LatePickUp, Limit, LimitUnit, OpenDays, Opens, Period, ProgrammeKey,
    Terms, Unit,
};
use shared::slots::{Crossing, Slot};
use shared::time::{Month, at};

use crate::DAY;
use crate::world::{at_any_time, band, child, day, month_limit, neighbour, open_nursery, sakaiminato, slot, temporary_care, time, yonago};

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
pub const REASONS: [(&str, bool, bool); 3] = [("child_ill", true, true), ("facility_fault", false, true), ("bored", false, false)];

/// Two days on both sides of a month's border (which at 8:00 in Tokyo is not yet one in UTC), two cities, two programmes.
pub fn slots() -> Vec<(Slot, Terms)> {
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
    pub counted: i64,
    pub away: bool,
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
    pub left: Option<i64>,
    /// What leaving late has counted on top.
    pub late: i64,
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
    pub fn there(&self, slot: usize, band: usize, minute: i64) -> i64 {
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
    pub fn used(&self, child: &str, slot: usize, day: i64) -> (i64, i64) {
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
pub fn limit(terms: &Terms) -> Limit {
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
pub fn decided(stay: &mut Stay, accepted: bool, booking: &mut Booking, state: BookingState, slot: &mut Slot) {
    (booking.state, booking.version) = (state, booking.version + 1);
    (stay.held, stay.counts, stay.decide_by, stay.untouched) = (accepted, accepted, None, false);
    if !accepted {
        give_back(slot, booking, stay.band);
    }
}
