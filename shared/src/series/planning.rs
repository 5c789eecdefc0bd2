//! Planning: what becomes of each date, decided one after the other, each with what those before it have used.

use chrono::{DateTime, NaiveDate, Utc};

use super::{IfConflict, NewSeries, Rejection, SeenDate, SeriesDate, Times};
use crate::bookings::{Busy, NewBooking, PlaceState, Placed, place, quote};
use crate::ids::SlotId;
use crate::problem::Reason;

/// A date with what the rule has to know of it.
#[derive(Debug, Clone)]
pub struct DateState<'a> {
    /// The day.
    pub day: NaiveDate,
    /// From when to when.
    pub times: Times,
    /// What was found in its slot, or why there is none.
    pub found: Result<&'a PlaceState, Rejection>,
}

/// A date that was decided.
#[derive(Debug, Clone)]
pub struct Planned {
    /// As people are told.
    pub date: SeriesDate,
    /// The booking of that date alone, and the places it gets; none: it cannot be had.
    pub placed: Option<(NewBooking, Placed)>,
}

/// The stay of a series on one of its dates.
pub fn stay_on(command: &NewSeries, slot: &SlotId, times: Times) -> NewBooking {
    NewBooking { slot_id: slot.clone(), ..command.stay.clone() }.between(times.0, times.1)
}

/// Decides every date by the rule of any booking ([`place`]). A date that can be had counts for those after it; one that cannot does not.
pub fn plan(dates: &[DateState<'_>], command: &NewSeries, now: DateTime<Utc>) -> Vec<Planned> {
    let mut before: Vec<(Placed, String)> = Vec::new();
    dates
        .iter()
        .map(|DateState { day, times, found }| {
            let (starts_at, ends_at) = *times;
            let state = match found {
                Ok(state) => *state,
                Err(rejection) => {
                    let reasons = vec![rejection.reason()];
                    let date = SeriesDate {
                        day: *day,
                        slot_id: None,
                        starts_at,
                        ends_at,
                        bookable: false,
                        state: None,
                        fee_yen: None,
                        free_until: None,
                        children: Vec::new(),
                        reasons,
                    };
                    return Planned { date, placed: None };
                }
            };
            let state = after(state, &before);
            let asked = stay_on(command, &state.slot.id, *times);
            let outcome = place(&state, &asked, now);
            let mut told = quote(&state, &asked, now);
            let date = SeriesDate {
                day: *day,
                slot_id: Some(asked.slot_id.clone()),
                starts_at,
                ends_at,
                bookable: outcome.is_ok(),
                state: told.state.filter(|_| outcome.is_ok()),
                fee_yen: told.fee_yen.filter(|_| outcome.is_ok()),
                free_until: Some(told.free_until),
                children: told.children,
                reasons: {
                    told.reasons.append(&mut told.missing);
                    told.reasons
                },
            };
            let placed = outcome.ok().map(|placed| (asked, placed));
            before.extend(placed.iter().map(|(_, placed)| (placed.clone(), state.slot.facility.name.clone())));
            Planned { date, placed }
        })
        .collect()
}

/// What the rule knows after these dates: what they have used of each account, and when the children are there.
fn after(state: &PlaceState, before: &[(Placed, String)]) -> PlaceState {
    let mut state = state.clone();
    for (placed, facility) in before {
        for child in &placed.children {
            let Some(known) = state.children.iter_mut().find(|known| known.id == child.id) else { continue };
            for (account, usage, _) in &child.usages {
                match known.usages.iter_mut().find(|(other, _)| other == account) {
                    Some((_, used)) => *used = *usage,
                    None => known.usages.push((account.clone(), *usage)),
                }
            }
            known.busy.push(Busy { starts_at: placed.starts_at, ends_at: placed.ends_at, facility: facility.clone() });
        }
    }
    state
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
    let refused: Vec<&SeriesDate> = plan.iter().map(|planned| &planned.date).filter(|date| !date.bookable).collect();
    if refused.len() == plan.len() {
        return Err(every(Rejection::NoneBookable, &refused));
    }
    match command.if_conflict {
        IfConflict::Fail if !refused.is_empty() => {
            Err(every(Rejection::HasConflicts { dates: i64::try_from(refused.len()).unwrap_or(i64::MAX) }, &refused))
        }
        IfConflict::Fail | IfConflict::Skip => Ok(()),
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
