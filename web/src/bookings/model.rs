//! What the pages for bookings decide with: the shared rules over what is on the screen.

pub mod draft;
mod moves;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shared::bookings::{
    Booking, BookingState, Busy, CancelTerms, CancelledBy, ChildState, NewBooking, PlaceState, Quote, Refusal, Rejection, cancel_terms,
    place_stay, quote, usage,
};
use shared::entitlements::{Certified, HeldEntitlement};
use shared::facilities::Listing;
use shared::families::{Child, Family, classes_on};
use shared::ids::ChildId;
use shared::interviews::ChildInterview;
use shared::locale::{Locale, minutes, yen};
use shared::municipalities::Municipality;
use shared::problem::{Problem, Reason};
use shared::programmes::{ExemptReason, FeeItem, LimitVersion, Unit, accounts, is_multiple_birth, touched_days};
use shared::slots::{Crossing, Opening, SlotDetail, openings};
use shared::time::tokyo_day;

pub use self::moves::*;
use crate::i18n::sentence;
use crate::paths::instant;

/// What the family has chosen so far; it lives in the address, so that reload and "back" keep it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The children; none where nobody has chosen yet.
    pub children: Option<Vec<ChildId>>,
    /// Start of the stay.
    pub starts_at: Option<DateTime<Utc>>,
    /// End of the stay.
    pub ends_at: Option<DateTime<Utc>>,
}

impl Chosen {
    /// Reads the address.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let at = |name| get(name).and_then(|text| text.parse().ok());
        Self {
            children: get("children").map(|ids| ids.split(',').filter(|id| !id.is_empty()).map(ChildId::from).collect()),
            starts_at: at("from"),
            ends_at: at("to"),
        }
    }

    /// The address's part after the `?`, as [`crate::api::query`] takes it.
    pub fn query(&self) -> [(&'static str, Option<String>); 3] {
        let children = self.children.as_ref().map(|ids| ids.iter().map(ChildId::as_str).collect::<Vec<_>>().join(","));
        [("children", children), ("from", self.starts_at.map(instant)), ("to", self.ends_at.map(instant))]
    }
}

/// Everything that the rules need to know of a slot for this family.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    pub detail: SlotDetail,
    pub family: Family,
    pub children: Vec<Child>,
    pub cities: Vec<Municipality>,
    /// The limits of the city of residence.
    pub limits: Vec<LimitVersion>,
    /// The family's bookings of the time that the limits count in.
    pub bookings: Vec<Booking>,
    /// What the facility found in the children's first interviews, where it demands them.
    pub interviews: Vec<ChildInterview>,
    /// What the children are certified for, where the programme needs it.
    pub entitlements: Vec<HeldEntitlement>,
}

/// A stay that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Key of the block; none where the length is free.
    pub block: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// What can be said of one child before a time is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Why no stay at all can be had; empty where one can.
    pub against: Vec<Reason>,
    /// Why the stay in mind cannot be had, where another can.
    pub against_asked: Vec<Reason>,
}

impl Ground {
    /// What the rule knows of this party.
    pub fn state(&self, party: &[ChildId]) -> PlaceState {
        let slot = &self.detail.slot;
        let accounts = accounts(&self.limits, touched_days(slot.starts_at, slot.ends_at));
        let children = self
            .children
            .iter()
            .filter(|child| party.contains(&child.id))
            .map(|child| ChildState {
                id: child.id.clone(),
                born: child.known.born,
                is_multiple_birth: is_multiple_birth(child.known.born, self.children.iter().map(|other| other.known.born)),
                usages: accounts.iter().map(|account| (account.clone(), usage(&self.bookings, &child.id, account))).collect(),
                busy: self
                    .bookings
                    .iter()
                    .filter(|booking| booking.child.id == child.id && booking.state.is_active())
                    .map(|b| Busy { starts_at: b.starts_at, ends_at: b.ends_at, facility: b.facility.name.clone() })
                    .collect(),
                certified: self.certified(&child.id),
                // What is known besides, only the server sees.
                finding: None,
                interview: self.interviews.iter().find(|known| known.child_id == child.id).and_then(|known| known.outcome.clone()),
            })
            .collect();
        let home = &self.family.municipality;
        let residence = self.cities.iter().find(|city| city.code == *home);
        PlaceState {
            crossing: Crossing::find(home, &slot.facility.municipality, &slot.programme, slot.day(), &self.detail.compact_terms),
            slot: slot.clone(),
            terms: self.detail.terms.clone(),
            limits: self.limits.clone(),
            classes: classes_on(&self.family.household, slot.day()),
            residence_name: residence
                .map_or_else(|| shared::locale::Localised { ja: home.to_string(), easy: None, en: home.to_string() }, |c| c.name.clone()),
            open_days: self.detail.open_days.clone(),
            children,
        }
    }

    /// From when to when a child is certified for what the programme needs.
    fn certified(&self, child: &ChildId) -> Vec<Certified> {
        let needed = self.detail.terms.certification.as_ref();
        let held = self
            .entitlements
            .iter()
            .map(|held| &held.entitlement)
            .filter(|held| held.child.id == *child && Some(&held.programme) == needed);
        held.map(|held| Certified { from: held.valid_from, until: held.valid_until }).collect()
    }

    /// Asks for a stay for a party.
    pub fn wish(&self, party: &[ChildId], starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> NewBooking {
        NewBooking::new(self.detail.slot.id.clone(), party.to_vec()).between(starts_at, ends_at)
    }

    /// The children of a party, in the family's order; ids that are nobody's fall away.
    pub fn party(&self, chosen: &[ChildId]) -> Vec<&Child> {
        self.children.iter().filter(|child| chosen.contains(&child.id)).collect()
    }

    /// Whether the facility lies in another city than the family.
    pub fn is_away(&self) -> bool {
        self.detail.slot.facility.municipality != self.family.municipality
    }

    /// The shortest stays of the slot, or its blocks: if none of them can be had, none can.
    fn candidates(&self) -> Vec<Stay> {
        let slot = &self.detail.slot;
        match &self.detail.terms.unit {
            Unit::Blocks { .. } => self.blocks(),
            Unit::Flexible { minimum_minutes, .. } => self
                .starts()
                .into_iter()
                .map(|starts_at| Stay { block: None, starts_at, ends_at: starts_at + TimeDelta::minutes(*minimum_minutes) })
                .filter(|stay| stay.ends_at <= slot.ends_at)
                .collect(),
        }
    }

    /// The blocks of the slot.
    pub fn blocks(&self) -> Vec<Stay> {
        let stay =
            |block: &shared::slots::SlotBlock| Stay { block: Some(block.key.clone()), starts_at: block.starts_at, ends_at: block.ends_at };
        self.detail.slot.blocks.iter().map(stay).collect()
    }

    fn steps(&self) -> (i64, i64) {
        match self.detail.terms.unit {
            Unit::Flexible { minimum_minutes, step_minutes, .. } => (minimum_minutes.max(1), step_minutes.max(1)),
            Unit::Blocks { .. } => (1, 1),
        }
    }

    /// The times at which a stay of free length can start.
    pub fn starts(&self) -> Vec<DateTime<Utc>> {
        let (minimum, step) = self.steps();
        let slot = &self.detail.slot;
        instants(slot.starts_at, slot.ends_at - TimeDelta::minutes(minimum), step)
    }

    /// The times at which a stay of free length that starts then can end.
    pub fn ends(&self, starts_at: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let (minimum, step) = self.steps();
        // The least may be no multiple of the step, the length must be.
        let first = (minimum + step - 1) / step * step;
        instants(starts_at + TimeDelta::minutes(first), self.detail.slot.ends_at, step)
    }

    /// An end for a new start: the same length where that fits, else the nearest there is.
    pub fn end_for(&self, starts_at: DateTime<Utc>, length: TimeDelta) -> Option<DateTime<Utc>> {
        let ends = self.ends(starts_at);
        let wanted = starts_at + length;
        ends.iter().rev().find(|end| **end <= wanted).or(ends.first()).copied()
    }

    /// The same decision as the server's.
    pub fn quote(&self, party: &[ChildId], stay: &Stay, now: DateTime<Utc>) -> Quote {
        quote(&self.state(party), &self.wish(party, stay.starts_at, stay.ends_at), now)
    }

    /// What stands against this slot for everybody, whichever child and time.
    pub fn against_all(&self, now: DateTime<Utc>) -> Vec<Reason> {
        let party: Vec<ChildId> = self.children.first().map(|child| child.id.clone()).into_iter().collect();
        let state = self.state(&party);
        let mut fewest: Option<Vec<Reason>> = None;
        for stay in self.candidates() {
            let refusals = place_stay(&state, &self.wish(&party, stay.starts_at, stay.ends_at), now).err().unwrap_or_default();
            let reasons: Vec<Reason> =
                refusals.iter().filter(|refusal| concerns_all(refusal)).map(|refusal| refusal.rejection.reason()).collect();
            if fewest.as_ref().is_none_or(|so_far| reasons.len() < so_far.len()) {
                fewest = Some(reasons);
            }
        }
        fewest.unwrap_or_default()
    }

    /// What can be said of one child before a time is chosen.
    pub fn outlook(&self, child: &ChildId, chosen: &Chosen, now: DateTime<Utc>) -> Outlook {
        let state = self.state(std::slice::from_ref(child));
        let against = |starts_at, ends_at| -> Vec<Reason> {
            let refusals = place_stay(&state, &self.wish(std::slice::from_ref(child), starts_at, ends_at), now).err().unwrap_or_default();
            // Where it is full, one can wait: that is said with the times.
            let counts = |refusal: &&Refusal| !concerns_all(refusal) && !matches!(refusal.rejection, Rejection::SlotFull { .. });
            refusals.iter().filter(counts).map(|refusal| refusal.rejection.reason()).collect()
        };
        let least = self.candidates().iter().map(|stay| against(stay.starts_at, stay.ends_at)).min_by_key(Vec::len).unwrap_or_default();
        let against_asked = match (chosen.starts_at, chosen.ends_at) {
            (Some(starts_at), Some(ends_at)) if least.is_empty() => against(starts_at, ends_at),
            _ => Vec::new(),
        };
        Outlook { against: least, against_asked }
    }

    /// The children chosen, or, while nobody has chosen, the only one who can come.
    pub fn chosen_children(&self, chosen: &Chosen, now: DateTime<Utc>) -> Vec<ChildId> {
        if let Some(ids) = &chosen.children {
            return self.party(ids).into_iter().map(|child| child.id.clone()).collect();
        }
        let mut can = self.children.iter().filter(|child| self.outlook(&child.id, chosen, now).against.is_empty());
        match (can.next(), can.next()) {
            (Some(only), None) => vec![only.id.clone()],
            _ => Vec::new(),
        }
    }

    /// Whether the stay in mind, or every block where there is none, is full for every child who could come, while nobody has chosen who
    /// comes.
    pub fn is_full_for_all(&self, chosen: &Chosen, now: DateTime<Utc>) -> bool {
        if chosen.children.is_some() || !self.against_all(now).is_empty() {
            return false;
        }
        let mut can = self.children.iter().filter(|child| self.outlook(&child.id, chosen, now).against.is_empty()).peekable();
        can.peek().is_some() && can.all(|child| self.is_full_for(std::slice::from_ref(&child.id), chosen, now))
    }

    /// Whether nothing but the place is missing for this party: in the stay in mind, or in every block where there is none.
    pub fn is_full_for(&self, party: &[ChildId], chosen: &Chosen, now: DateTime<Utc>) -> bool {
        let stays = if chosen.starts_at.is_some() { Vec::from_iter(self.chosen_stay(chosen, party, now)) } else { self.blocks() };
        !stays.is_empty() && stays.iter().all(|stay| could_wait(&self.quote(party, stay, now)))
    }

    /// The stay to wait for: the one chosen, else the longest block.
    pub fn stay_to_wait(&self, chosen: &Chosen, party: &[ChildId], now: DateTime<Utc>) -> Option<Stay> {
        let longest = || self.blocks().into_iter().max_by_key(|stay| stay.ends_at - stay.starts_at);
        if chosen.starts_at.is_none() { longest() } else { None }.or_else(|| self.chosen_stay(chosen, party, now))
    }

    /// The stay chosen, if it is one of this slot; while nobody has chosen, the only one that can be had, or the first of a free length.
    pub fn chosen_stay(&self, chosen: &Chosen, party: &[ChildId], now: DateTime<Utc>) -> Option<Stay> {
        let is_flexible = matches!(self.detail.terms.unit, Unit::Flexible { .. });
        match (chosen.starts_at, chosen.ends_at) {
            (Some(starts_at), Some(ends_at)) if is_flexible => {
                let fits = self.starts().contains(&starts_at) && self.ends(starts_at).contains(&ends_at);
                let starts_at = if fits { starts_at } else { *self.starts().first()? };
                let ends_at = if fits { ends_at } else { *self.ends(starts_at).first()? };
                Some(Stay { block: None, starts_at, ends_at })
            }
            (Some(starts_at), Some(ends_at)) => {
                self.blocks().into_iter().find(|stay| stay.starts_at == starts_at && stay.ends_at == ends_at)
            }
            (from, _) => {
                let mut stays = self.candidates();
                // Where a stretch is in mind, its first stay comes before those of earlier ones.
                stays.sort_by_key(|stay| from.is_some_and(|from| stay.starts_at < from));
                let mut can = stays.into_iter().filter(|stay| self.quote(party, stay, now).bookable);
                let first = can.next();
                // Where everything is full, any stay can be waited for.
                if is_flexible {
                    first.or_else(|| self.candidates().into_iter().next())
                } else if can.next().is_none() {
                    first
                } else {
                    None
                }
            }
        }
    }

    /// Places left for the fullest age of the party; none where an age has no places at all.
    pub fn places_left(&self, party: &[ChildId], stay: &Stay) -> Option<i64> {
        let slot = &self.detail.slot;
        self.party(party)
            .iter()
            .map(|child| {
                slot.places_left(&self.detail.terms, slot.band_age(&self.detail.terms.ages, child.known.born), stay.starts_at, stay.ends_at)
            })
            .collect::<Option<Vec<i64>>>()?
            .into_iter()
            .min()
    }

    /// The stretches with places for every child of the party, for programmes of free length.
    pub fn stretches(&self, party: &[ChildId]) -> Vec<Opening> {
        let slot = &self.detail.slot;
        let mut ages: Vec<u32> = self.party(party).iter().map(|child| slot.band_age(&self.detail.terms.ages, child.known.born)).collect();
        ages.sort_unstable();
        ages.dedup();
        match ages.as_slice() {
            [age] => openings(slot, &self.detail.terms, Some(*age), 1),
            _ => Vec::new(),
        }
    }

    /// The name of a child, by id.
    pub fn child_name(&self, id: &str) -> Option<String> {
        self.children.iter().find(|child| child.id.as_str() == id).map(|child| child.known.name.to_string())
    }
}

/// Whether nothing but the missing place is against a stay: then one can wait for it.
pub fn could_wait(quote: &Quote) -> bool {
    let is_full = |reason: &Reason| reason.code == "bookings.slot_full";
    !quote.reasons.is_empty() && quote.reasons.iter().all(is_full) && quote.children.iter().all(|child| child.reasons.is_empty())
}

/// Whether a refusal is the same for every child; too few places is a matter of a child's age.
const fn concerns_all(refusal: &Refusal) -> bool {
    refusal.child.is_none() && !matches!(refusal.rejection, Rejection::SlotFull { .. } | Rejection::PartySize)
}

fn instants(first: DateTime<Utc>, last: DateTime<Utc>, step_minutes: i64) -> Vec<DateTime<Utc>> {
    std::iter::successors(Some(first), |at| Some(*at + TimeDelta::minutes(step_minutes))).take_while(|at| *at <= last).collect()
}

/// Reasons against a party: for all, and for each child by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Against {
    pub all: Vec<Reason>,
    pub children: Vec<(String, Vec<Reason>)>,
}

impl Against {
    /// The reasons of a quote.
    pub fn of_quote(quote: &Quote, ground: &Ground) -> Self {
        let children = quote
            .children
            .iter()
            .filter(|child| !child.reasons.is_empty())
            .filter_map(|child| Some((ground.child_name(child.child_id.as_str())?, child.reasons.clone())))
            .collect();
        Self { all: quote.reasons.clone(), children }
    }

    /// The reasons of the server's refusal.
    pub fn of_problem(problem: &Problem, ground: &Ground) -> Self {
        let mut against = Self::default();
        if problem.errors.is_empty() {
            against.all = problem.reasons();
        }
        for part in &problem.errors {
            match part.subject.as_deref().and_then(|id| ground.child_name(id)) {
                None => against.all.push(part.reason.clone()),
                Some(name) => match against.children.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, reasons)) => reasons.push(part.reason.clone()),
                    None => against.children.push((name, vec![part.reason.clone()])),
                },
            }
        }
        against
    }

    /// Whether nothing stands against it.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty() && self.children.is_empty()
    }
}

/// The bookings to come, next first, and all others, latest first.
pub fn split(bookings: &[Booking], now: DateTime<Utc>) -> (Vec<Booking>, Vec<Booking>) {
    let (mut next, mut past): (Vec<Booking>, Vec<Booking>) =
        bookings.iter().cloned().partition(|booking| booking.ends_at > now && is_to_come(&booking.state));
    next.sort_by_key(|booking| (booking.starts_at, booking.child.name.clone()));
    past.sort_by_key(|booking| (std::cmp::Reverse(booking.starts_at), booking.child.name.clone()));
    (next, past)
}

const fn is_to_come(state: &BookingState) -> bool {
    matches!(
        state,
        BookingState::Requested { .. } | BookingState::Offered { .. } | BookingState::Confirmed | BookingState::CheckedIn { .. }
    )
}

/// What a facility declined or ended by closing, is still to come, and has nothing else in its place: the family may want to search on.
pub fn lost_ahead(bookings: &[Booking], lost: fn(&Booking) -> bool, now: DateTime<Utc>) -> Vec<Booking> {
    let has_other = |gone: &Booking| {
        let same_day = |other: &&Booking| tokyo_day(other.starts_at) == tokyo_day(gone.starts_at) && other.child.id == gone.child.id;
        bookings.iter().filter(same_day).any(|other| other.state.is_active())
    };
    let is_open = |booking: &&Booking| lost(booking) && booking.starts_at > now;
    bookings.iter().filter(is_open).filter(|booking| !has_other(booking)).cloned().collect()
}

/// Whether the facility declined it.
pub const fn is_declined(booking: &Booking) -> bool {
    matches!(booking.state, BookingState::Declined { .. })
}

/// Whether it ended because the facility closed.
pub const fn is_closed(booking: &Booking) -> bool {
    matches!(booking.state, BookingState::Cancelled { .. }) && booking.closure.is_some()
}

/// What is due for a booking that does not take place any more; none while it does, or has.
pub const fn due_without_stay(state: &BookingState) -> Option<i64> {
    match state {
        BookingState::Cancelled { fee_yen, .. } | BookingState::Absent { fee_yen, .. } => Some(*fee_yen),
        BookingState::Declined { .. } | BookingState::Released { .. } => Some(0),
        BookingState::Requested { .. }
        | BookingState::Offered { .. }
        | BookingState::Confirmed
        | BookingState::CheckedIn { .. }
        | BookingState::CheckedOut { .. } => None,
    }
}

/// Until when at the latest the facility decides on what waits for it; none where everything is decided.
pub fn decided_by<'a>(states: impl IntoIterator<Item = &'a BookingState>) -> Option<DateTime<Utc>> {
    let waiting = states.into_iter().filter_map(|state| match state {
        BookingState::Requested { decide_by } => Some(*decide_by),
        _ => None,
    });
    waiting.max()
}

/// The reasons that a family may give for cancelling now; none where it costs and counts nothing anyway.
pub fn exempt_reasons(booking: &Booking, now: DateTime<Utc>) -> Vec<ExemptReason> {
    match cancel_terms(booking, None, CancelledBy::Family, now) {
        Ok(terms) if terms != CancelTerms::FREE => booking.cancellation.exempt.iter().filter(|reason| reason.by_family).cloned().collect(),
        _ => Vec::new(),
    }
}

/// What a line of a fee is for, in words.
pub fn fee_item(item: &FeeItem, locale: Locale) -> String {
    match item {
        FeeItem::Block { name } | FeeItem::Extra { name } | FeeItem::Relief { name } => name.get(locale).to_owned(),
        FeeItem::Hours { minutes: length, hourly_yen } => sentence("bookings.fee_hours", locale)
            .replace("%{length}", &minutes(*length, locale))
            .replace("%{yen}", &yen(*hourly_yen, locale)),
        FeeItem::LateHours { minutes: length, hourly_yen } => sentence("bookings.fee_late_hours", locale)
            .replace("%{length}", &minutes(*length, locale))
            .replace("%{yen}", &yen(*hourly_yen, locale)),
        FeeItem::LateUnits { minutes: length, unit_minutes, unit_yen } => sentence("bookings.fee_late_units", locale)
            .replace("%{length}", &minutes(*length, locale))
            .replace("%{unit}", &minutes(*unit_minutes, locale))
            .replace("%{yen}", &yen(*unit_yen, locale)),
        FeeItem::Use => sentence("bookings.fee_use", locale),
    }
}

/// Bookings under their days, in the given order.
pub fn by_day(bookings: Vec<Booking>) -> Vec<(NaiveDate, Vec<Booking>)> {
    let mut days: Vec<(NaiveDate, Vec<Booking>)> = Vec::new();
    for booking in bookings {
        let day = tokyo_day(booking.starts_at);
        match days.last_mut() {
            Some((last, list)) if *last == day => list.push(booking),
            _ => days.push((day, vec![booking])),
        }
    }
    days
}

/// Everything needed on the day of a booking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    pub booking: Booking,
    /// The facility's address in one line.
    pub address: Option<String>,
    /// The facility's telephone number.
    pub phone: Option<String>,
    /// How to get there.
    pub access: Option<String>,
    /// Where to park.
    pub parking: Option<String>,
    /// Who may pick the child up besides the guardian: names with what they are to the child.
    pub pick_up: Vec<(String, String)>,
}

impl Sheet {
    /// Puts a booking together with what is known of its facility and child.
    pub fn of(booking: Booking, listing: Option<Listing>, children: &[Child]) -> Self {
        let child = children.iter().find(|child| child.id == booking.child.id);
        let pick_up = child.map(|child| {
            child.known.pick_up_people.iter().map(|person| (person.name.to_string(), person.relation.clone())).collect::<Vec<_>>()
        });
        let (address, phone, access, parking) = listing.map_or((None, None, None, None), |listing| {
            let building = listing.address.building.clone().map_or_else(String::new, |building| format!(" {building}"));
            (listing.address.text.map(|text| format!("{text}{building}")), listing.contact.phone, listing.access, listing.parking)
        });
        Self { booking, address, phone, access, parking, pick_up: pick_up.unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests;
