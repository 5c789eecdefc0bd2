//! Planning: what becomes of each date, decided one after the other, each with what those before it have used.

use chrono::{DateTime, NaiveDate, Utc};

use super::{IfConflict, NewSeries, Rejection, SeenDate, SeriesDate, Times};
use crate::bookings::{NewBooking, PlaceState, Placed, Refusal, place, quote};
use crate::ids::SlotId;
use crate::problem::Reason;
use crate::waitlist::{self, is_only_full, may_join};

/// A date with what the rule has to know of it.
#[derive(Debug, Clone)]
pub struct DateState<'a> {
    /// The day.
    pub day: NaiveDate,
    /// From when to when.
    pub times: Times,
    /// What was found in its slot, or why there is none.
    pub found: Result<&'a PlaceState, Rejection>,
    /// Whether one of the children waits for that slot already.
    pub waited_for: bool,
}

/// What becomes of a date.
#[derive(Debug, Clone)]
pub enum Becomes {
    /// The booking of that date alone, and the places it gets.
    Booked(NewBooking, Box<Placed>),
    /// The booking for which the children wait.
    Waits(NewBooking),
    /// It is left out.
    Nothing,
}

/// A date that was decided.
#[derive(Debug, Clone)]
pub struct Planned {
    /// As people are told.
    pub date: SeriesDate,
    /// What is done.
    pub becomes: Becomes,
}

/// The stay of a series on one of its dates.
pub fn stay_on(command: &NewSeries, slot: &SlotId, times: Times) -> NewBooking {
    NewBooking { slot_id: slot.clone(), ..command.stay.clone() }.between(times.0, times.1)
}

impl SeriesDate {
    /// A date on which there is no slot.
    pub fn without_slot(day: NaiveDate, (starts_at, ends_at): Times, why: &Rejection) -> Self {
        Self {
            day,
            slot_id: None,
            starts_at,
            ends_at,
            bookable: false,
            waits: false,
            state: None,
            fee_yen: None,
            free_until: None,
            children: Vec::new(),
            reasons: vec![why.reason()],
        }
    }
}

/// Decides every date by the rule of any booking ([`place`]). A date that can be had counts for those after it; one that cannot does not.
/// Where waiting is wanted, a date on which only the place is missing is waited for, by the rules of the waiting list; the family has
/// `open` entries on it already.
pub fn plan(dates: &[DateState<'_>], command: &NewSeries, open: usize, now: DateTime<Utc>) -> Vec<Planned> {
    let mut before: Vec<Placed> = Vec::new();
    let mut open = open;
    dates
        .iter()
        .map(|DateState { day, times, found, waited_for }| {
            let (starts_at, ends_at) = *times;
            let state = match found {
                Ok(state) => *state,
                Err(rejection) => {
                    return Planned { date: SeriesDate::without_slot(*day, *times, rejection), becomes: Becomes::Nothing };
                }
            };
            let state = state.after(&before);
            let asked = stay_on(command, &state.slot.id, *times);
            let outcome = place(&state, &asked, now);
            let mut told = quote(&state, &asked, now);
            told.reasons.append(&mut told.missing);
            let slot_id = Some(asked.slot_id.clone());
            let becomes = match outcome {
                Ok(placed) => {
                    before.push(placed.clone());
                    Becomes::Booked(asked, Box::new(placed))
                }
                Err(refusals) => match waits(&refusals, command, *waited_for, open) {
                    Some(Ok(())) => {
                        open += 1;
                        Becomes::Waits(asked)
                    }
                    Some(Err(rejection)) => {
                        told.reasons.push(rejection.reason());
                        Becomes::Nothing
                    }
                    None => Becomes::Nothing,
                },
            };
            let bookable = matches!(becomes, Becomes::Booked(..));
            let date = SeriesDate {
                day: *day,
                slot_id,
                starts_at,
                ends_at,
                bookable,
                waits: matches!(becomes, Becomes::Waits(_)),
                state: told.state.filter(|_| bookable),
                fee_yen: told.fee_yen.filter(|_| bookable),
                free_until: Some(told.free_until),
                children: told.children,
                reasons: told.reasons,
            };
            Planned { date, becomes }
        })
        .collect()
}

/// Whether a date that cannot be had is waited for, or why not; none where waiting is not wanted or would not help.
fn waits(refusals: &[Refusal], command: &NewSeries, waited_for: bool, open: usize) -> Option<Result<(), waitlist::Rejection>> {
    (command.if_conflict == IfConflict::Waitlist && is_only_full(refusals))
        .then(|| if waited_for { Err(waitlist::Rejection::Already) } else { may_join(open) })
}

/// A reason against a series, and the date that it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// The date; none when it concerns the whole series.
    pub day: Option<NaiveDate>,
    /// Why.
    pub reason: Reason,
}

impl From<Rejection> for Against {
    fn from(rejection: Rejection) -> Self {
        let day = match rejection {
            Rejection::DateChanged { day } => Some(day),
            _ => None,
        };
        Self { day, reason: rejection.reason() }
    }
}

/// Whether the series may be booked as planned: as it was shown, and with as many dates as are wanted.
pub fn decide(plan: &[Planned], command: &NewSeries) -> Result<(), Vec<Against>> {
    let now: Vec<SeenDate> = plan.iter().map(|planned| planned.date.seen()).collect();
    if let Some(seen) = &command.seen {
        changed(&now, seen)?;
    }
    let refused: Vec<&SeriesDate> =
        plan.iter().filter(|planned| matches!(planned.becomes, Becomes::Nothing)).map(|planned| &planned.date).collect();
    if refused.len() == plan.len() {
        return Err(every(Rejection::NoneBookable, &refused));
    }
    match command.if_conflict {
        IfConflict::Fail if !refused.is_empty() => {
            Err(every(Rejection::HasConflicts { dates: i64::try_from(refused.len()).unwrap_or(i64::MAX) }, &refused))
        }
        IfConflict::Fail | IfConflict::Skip | IfConflict::Waitlist => Ok(()),
    }
}

/// A reason against the whole, followed by those of each date that cannot be had.
pub(super) fn every(first: Rejection, refused: &[&SeriesDate]) -> Vec<Against> {
    let each = refused.iter().flat_map(|date| date.against().map(|reason| Against { day: Some(date.day), reason: reason.clone() }));
    std::iter::once(first.into()).chain(each).collect()
}

/// Tells each day of which something else was shown than holds now.
pub(super) fn changed(now: &[SeenDate], seen: &[SeenDate]) -> Result<(), Vec<Against>> {
    let mut days: Vec<NaiveDate> = now.iter().chain(seen).map(|date| date.day).collect();
    days.sort_unstable();
    days.dedup();
    let of = |dates: &[SeenDate], day: NaiveDate| dates.iter().filter(|date| date.day == day).copied().collect::<Vec<_>>();
    let changed: Vec<Against> =
        days.into_iter().filter(|day| of(now, *day) != of(seen, *day)).map(|day| Rejection::DateChanged { day }.into()).collect();
    if changed.is_empty() { Ok(()) } else { Err(changed) }
}
