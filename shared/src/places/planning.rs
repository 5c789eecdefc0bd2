//! What becomes of every slot of a command. Preview and doing use the same function, so the preview equals the result.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::{
    BulkChange, DayTimes, Ground, MOST_DAYS, MOST_SLOTS, MOST_WEEKS, PlaceOptions, PlaceStep, PlacesCommand, Rejection, SlotShape, Verdict,
    WeekPattern,
};
use crate::ids::{OfferingId, SlotId};
use crate::problem::Reason;
use crate::programmes::{Terms, Unit};
use crate::slots::{
    BandPlaces, Occupancy, Offering, Rejection as SlotRejection, Slot, SlotBand, SlotChange, SlotState, blocks_within, change, check_line,
    free_between,
};
use crate::time::{at, days_after, tokyo, tokyo_day};

/// The most slots of a selection.
const MOST_SELECTED: usize = 500;

/// A slot as a pattern or another week proposes it.
struct Proposal {
    offering_id: OfferingId,
    shape: SlotShape,
}

/// The Monday of a day's week.
pub fn monday(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())).unwrap_or(day)
}

/// The days that a command touches: what a plan has to know lies within them. For a selection its slots say it.
pub fn days_of(command: &PlacesCommand) -> Result<Option<(NaiveDate, NaiveDate)>, Reason> {
    match command {
        PlacesCommand::Publish { from, to, .. } if *to < *from || (*to - *from).num_days() > MOST_DAYS => {
            Err(SlotRejection::RangeInvalid.reason())
        }
        PlacesCommand::Publish { from, to, .. } => Ok(Some((*from, *to))),
        PlacesCommand::CopyWeek { week, into, weeks, .. } => {
            let (week, into) = (monday(*week), monday(*into));
            if into <= week || !(1..=MOST_WEEKS).contains(weeks) || (into - week).num_days() > 2 * MOST_DAYS {
                return Err(Rejection::WeeksInvalid.reason());
            }
            Ok(Some((week, days_after(into, weeks * 7 - 1))))
        }
        PlacesCommand::Change { slot_ids, change } => {
            let times_right = change.times.is_none_or(|times| times.starts < times.ends);
            if slot_ids.is_empty() || *change == BulkChange::default() {
                Err(Rejection::NothingAsked.reason())
            } else if slot_ids.len() > MOST_SELECTED {
                Err(Rejection::TooMany.reason())
            } else if !times_right {
                Err(SlotRejection::TimesInvalid.reason())
            } else {
                Ok(None)
            }
        }
    }
}

/// What becomes of every slot of a command, by start. `pattern` is the one that a publishing names.
pub fn plan_places(
    ground: &Ground,
    pattern: Option<&WeekPattern>,
    command: &PlacesCommand,
    now: DateTime<Utc>,
) -> Result<Vec<PlaceStep>, Reason> {
    days_of(command)?;
    let mut steps = match command {
        PlacesCommand::Publish { from, to, options, .. } => {
            let proposals = pattern.map(|pattern| from_pattern(ground, pattern, *from, *to)).transpose()?.unwrap_or_default();
            judge(ground, proposals, options, now)?
        }
        PlacesCommand::CopyWeek { week, into, weeks, options } => {
            judge(ground, from_week(ground, monday(*week), monday(*into), *weeks), options, now)?
        }
        PlacesCommand::Change { slot_ids, change } => change_each(ground, slot_ids, change, now),
    };
    steps.sort_by(|a, b| (a.starts_at(), &a.offering_id, &a.slot_id).cmp(&(b.starts_at(), &b.offering_id, &b.slot_id)));
    Ok(steps)
}

fn from_pattern(ground: &Ground, pattern: &WeekPattern, from: NaiveDate, to: NaiveDate) -> Result<Vec<Proposal>, Reason> {
    let is_spare = ground.offering(&pattern.offering_id).is_some_and(|offering| offering.spare);
    pattern.lines.iter().try_for_each(|line| check_line(line, is_spare)).map_err(|rejection| rejection.reason())?;
    let mut proposals = Vec::new();
    for day in from.iter_days().take_while(|day| *day <= to) {
        for line in pattern.lines.iter().filter(|line| line.weekdays.contains(&day.weekday())) {
            let (starts_at, ends_at) = (at(day, line.starts), at(days_after(day, line.nights), line.ends));
            let all_the_time = |carers| Occupancy::default().plus(0, (ends_at - starts_at).num_minutes(), carers);
            let shape = SlotShape {
                starts_at,
                ends_at,
                bands: line.bands.clone(),
                room: line.room,
                carers: line.carers.map(all_the_time),
                state: SlotState::Open,
                closures: Vec::new(),
            };
            proposals.push(Proposal { offering_id: pattern.offering_id.clone(), shape });
        }
    }
    Ok(proposals)
}

fn from_week(ground: &Ground, week: NaiveDate, into: NaiveDate, weeks: u32) -> Vec<Proposal> {
    let is_copied = |slot: &&Slot| slot.state == SlotState::Open && (week..days_after(week, 7)).contains(&slot.day());
    let copied: Vec<&Slot> = ground.slots.iter().filter(is_copied).collect();
    let mut proposals = Vec::new();
    for later in 0..weeks {
        let shift = TimeDelta::days((into - week).num_days() + i64::from(later) * 7);
        proposals.extend(copied.iter().map(|slot| {
            let shape = SlotShape {
                starts_at: slot.starts_at + shift,
                ends_at: slot.ends_at + shift,
                // What was closed in that week says nothing of another.
                closures: Vec::new(),
                ..SlotShape::of(slot)
            };
            Proposal { offering_id: slot.offering_id.clone(), shape }
        }));
    }
    proposals
}

fn overlap(a: (DateTime<Utc>, DateTime<Utc>), b: (DateTime<Utc>, DateTime<Utc>)) -> bool {
    a.0 < b.1 && b.0 < a.1
}

fn judge(ground: &Ground, proposals: Vec<Proposal>, options: &PlaceOptions, now: DateTime<Utc>) -> Result<Vec<PlaceStep>, Reason> {
    if proposals.len() > MOST_SLOTS {
        return Err(Rejection::TooMany.reason());
    }
    let mut proposals = proposals;
    proposals.sort_by_key(|proposal| proposal.shape.starts_at);
    let mut steps: Vec<PlaceStep> = Vec::with_capacity(proposals.len());
    for Proposal { offering_id, mut shape } in proposals {
        let Some(offering) = ground.offering(&offering_id) else { continue };
        let (starts_at, ends_at) = (shape.starts_at, shape.ends_at);
        for band in shape.bands.iter_mut().filter(|_| offering.spare) {
            band.capacity = free_between(&ground.classes, (band.from_age, band.under_age), starts_at, ends_at);
        }
        if let Some(carers) = ground.on_duty(&offering_id, starts_at, ends_at) {
            shape.carers = Some(carers);
        }
        let there =
            ground.slots.iter().find(|slot| slot.offering_id == offering_id && (slot.starts_at, slot.ends_at) == (starts_at, ends_at));
        // A pattern whose lines meet gives the time to the first of them.
        let has_it = |step: &&PlaceStep| step.offering_id == offering_id && !matches!(step.verdict, Verdict::LeftOut { .. });
        let mut others = steps.iter().filter(has_it).filter_map(|step| step.after.as_ref()).map(|shape| (shape.starts_at, shape.ends_at));
        let is_taken = others.any(|times| overlap(times, (starts_at, ends_at)));
        let terms = ground.terms(&offering.programme, tokyo_day(starts_at));
        let verdict = match (not_then(ground, offering, &shape, (terms, options), now), terms) {
            (Some(why), _) => Verdict::left_out(why),
            (None, None) => Verdict::left_out(SlotRejection::BandUnknown.reason()),
            (None, Some(_)) if is_taken => Verdict::left_out(Rejection::Overlaps.reason()),
            (None, Some(terms)) => match there {
                Some(slot) => onto(slot, terms, &mut shape, options, now),
                None if is_overlapped(ground, &offering_id, None, (starts_at, ends_at)) => Verdict::left_out(Rejection::Overlaps.reason()),
                None => Verdict::New,
            },
        };
        let mut notes = notes_of(ground, &shape, options);
        notes.extend(terms.and_then(|terms| carers_limit(&shape, terms)));
        steps.push(PlaceStep {
            programme: offering.programme.clone(),
            offering_id,
            slot_id: there.map(|slot| slot.id.clone()),
            before: there.map(SlotShape::of),
            after: Some(shape),
            notes: if verdict.is_done() { notes } else { Vec::new() },
            verdict,
        });
    }
    Ok(steps)
}

/// Whether another slot of an offering is there then, but for one.
pub(super) fn is_overlapped(ground: &Ground, offering: &OfferingId, but: Option<&SlotId>, times: (DateTime<Utc>, DateTime<Utc>)) -> bool {
    let is_other = |slot: &&Slot| slot.offering_id == *offering && Some(&slot.id) != but;
    ground.slots.iter().filter(is_other).any(|slot| overlap((slot.starts_at, slot.ends_at), times))
}

/// Why no slot is offered then, whatever its places.
fn not_then(
    ground: &Ground,
    offering: &Offering,
    shape: &SlotShape,
    (terms, options): (Option<&Terms>, &PlaceOptions),
    now: DateTime<Utc>,
) -> Option<Reason> {
    let day = tokyo_day(shape.starts_at);
    if shape.starts_at <= now {
        return Some(Rejection::Begun.reason());
    }
    if let Some((_, name)) = ground.holidays.iter().find(|(holiday, _)| *holiday == day).filter(|_| !options.on_holidays) {
        return Some(Rejection::Holiday { name: name.clone() }.reason());
    }
    let no_blocks = terms.is_some_and(|terms| matches!(terms.unit, Unit::Blocks { .. }))
        && blocks_within(offering, shape.starts_at, shape.ends_at).is_empty();
    if no_blocks {
        return Some(SlotRejection::NoBlock.reason());
    }
    closed_then(ground, shape).or_else(|| not_open(ground, shape).filter(|_| !options.beyond_hours))
}

/// The closure under which everything lies that the facility has in that time.
fn closed_then(ground: &Ground, shape: &SlotShape) -> Option<Reason> {
    let times = (shape.starts_at, shape.ends_at);
    let mut there = ground.slots.iter().filter(|slot| overlap((slot.starts_at, slot.ends_at), times)).peekable();
    let first = there.peek()?.closures.iter().find(|closed| overlap((closed.starts_at, closed.ends_at), times))?.closure.reason();
    let is_closed = |slot: &Slot| slot.closures.iter().any(|closed| overlap((closed.starts_at, closed.ends_at), times));
    there.all(is_closed).then_some(first)
}

/// Why the facility is not open then, by what is published of it.
fn not_open(ground: &Ground, shape: &SlotShape) -> Option<Reason> {
    let (starts, ends) = (tokyo(shape.starts_at), tokyo(shape.ends_at));
    let is_closed = |weekday: Weekday| ground.opening.weekdays.as_ref().is_some_and(|open| !open.contains(&weekday));
    if is_closed(starts.date_naive().weekday()) {
        return Some(Rejection::ClosedWeekday.reason());
    }
    // Hours are those of a day; who stays over night is there outside of them.
    if starts.date_naive() != ends.date_naive() {
        return None;
    }
    let too_early = ground.opening.opens_at.is_some_and(|opens| starts.time() < opens);
    let too_late = ground.opening.closes_at.is_some_and(|closes| closes != NaiveTime::MIN && closes < ends.time());
    (too_early || too_late).then(|| Rejection::OutsideHours.reason())
}

/// What is worth knowing of a slot that is offered all the same.
fn notes_of(ground: &Ground, shape: &SlotShape, options: &PlaceOptions) -> Vec<Reason> {
    not_open(ground, shape).filter(|_| options.beyond_hours).into_iter().collect()
}

/// Where carers are fewer than all the places of a slot need by the ratios.
pub(super) fn carers_limit(shape: &SlotShape, terms: &Terms) -> Option<Reason> {
    let (carers, staffing) = shape.carers.as_ref().zip(terms.staffing.as_ref())?;
    let bands: Vec<SlotBand> = shape
        .bands
        .iter()
        .map(|band| SlotBand {
            from_age: band.from_age,
            under_age: band.under_age,
            capacity: band.capacity,
            occupancy: Occupancy::default(),
        })
        .collect();
    let needed = staffing.needed(&bands, |band| band.capacity);
    let length = (shape.ends_at - shape.starts_at).num_minutes();
    let minutes = std::iter::once(0).chain(carers.steps().iter().map(|(minute, _)| *minute).filter(|minute| (1..length).contains(minute)));
    let fewest = minutes.map(|minute| (minute, carers.peak(minute, minute))).min_by_key(|(_, there)| *there)?;
    let (minute, there) = fewest;
    let at = shape.starts_at + TimeDelta::minutes(minute);
    (there < needed).then(|| Rejection::CarersLimit { at, there, needed }.reason())
}

/// What becomes of a slot that is there when the same times are proposed again.
fn onto(slot: &Slot, terms: &Terms, shape: &mut SlotShape, options: &PlaceOptions, now: DateTime<Utc>) -> Verdict {
    // What is not proposed stays, and places of classes follow the classes.
    shape.room = shape.room.or(slot.room);
    shape.carers = shape.carers.take().or_else(|| slot.carers.clone());
    shape.closures.clone_from(&slot.closures);
    let now_there = SlotShape::of(slot);
    if slot.spare {
        shape.bands.clone_from(&now_there.bands);
    }
    if slot.state == SlotState::Closed {
        return Verdict::left_out(Rejection::SlotClosed.reason());
    }
    shape.bands.sort_by_key(|band| band.from_age);
    if *shape == now_there {
        return Verdict::Same;
    }
    if !options.changes_existing {
        return Verdict::left_out(Rejection::Differs.reason());
    }
    verdict_of(slot, terms, shape, now)
}

/// Whether a slot can get a shape at the times that it has: never below what is booked.
pub(super) fn verdict_of(slot: &Slot, terms: &Terms, shape: &SlotShape, now: DateTime<Utc>) -> Verdict {
    let is = SlotShape::of(slot);
    let same_ages = |a: &[BandPlaces], b: &[BandPlaces]| {
        a.iter().map(|band| (band.from_age, band.under_age)).eq(b.iter().map(|band| (band.from_age, band.under_age)))
    };
    if !same_ages(&is.bands, &shape.bands) {
        return Verdict::left_out(SlotRejection::BandUnknown.reason());
    }
    let command = SlotChange {
        bands: (is.bands != shape.bands).then(|| shape.bands.clone()),
        room: shape.room.filter(|_| is.room != shape.room),
        carers: shape.carers.clone().filter(|_| is.carers != shape.carers),
        ..SlotChange::default()
    };
    match change(slot, terms, &[], &command, now) {
        Ok(_) => Verdict::Changed,
        Err(rejection) => Verdict::left_out(rejection.reason()),
    }
}

fn change_each(ground: &Ground, slot_ids: &[SlotId], wanted: &BulkChange, now: DateTime<Utc>) -> Vec<PlaceStep> {
    let mut chosen: Vec<&Slot> = ground.slots.iter().filter(|slot| slot_ids.contains(&slot.id)).collect();
    chosen.sort_by(|a, b| (a.starts_at, &a.id).cmp(&(b.starts_at, &b.id)));
    // As the slots are after the ones before were changed: two of a selection may not meet.
    let mut ground = ground.clone();
    let mut steps = Vec::with_capacity(chosen.len());
    for slot in chosen {
        let shape = wanted_shape(&ground, slot, wanted);
        let terms = ground.terms(&slot.programme, slot.day()).cloned();
        let verdict = terms.as_ref().map_or_else(
            || Verdict::left_out(SlotRejection::BandUnknown.reason()),
            |terms| change_one(&ground, (slot, terms), (wanted, &shape), now),
        );
        if verdict == Verdict::Changed
            && let Some(known) = ground.slots.iter_mut().find(|known| known.id == slot.id)
        {
            (known.starts_at, known.ends_at) = (shape.starts_at, shape.ends_at);
        }
        let limit = terms.as_ref().and_then(|terms| carers_limit(&shape, terms)).filter(|_| verdict == Verdict::Changed);
        steps.push(PlaceStep {
            offering_id: slot.offering_id.clone(),
            programme: slot.programme.clone(),
            slot_id: Some(slot.id.clone()),
            before: Some(SlotShape::of(slot)),
            after: Some(shape),
            verdict,
            notes: limit.into_iter().collect(),
        });
    }
    steps
}

fn wanted_shape(ground: &Ground, slot: &Slot, wanted: &BulkChange) -> SlotShape {
    let mut shape = SlotShape::of(slot);
    for band in &mut shape.bands {
        let same = |one: &&BandPlaces| (one.from_age, one.under_age) == (band.from_age, band.under_age);
        if let Some(places) = wanted.bands.iter().find(same) {
            band.capacity = places.capacity;
        }
    }
    shape.room = wanted.room.or(shape.room);
    if let Some(DayTimes { starts, ends }) = wanted.times {
        (shape.starts_at, shape.ends_at) = (at(slot.day(), starts), at(slot.day(), ends));
        shape.carers = slot.carers.as_ref().map(|carers| moved(carers, slot, &shape));
    }
    if wanted.carers_on_duty
        && let Some(carers) = ground.on_duty(&slot.offering_id, shape.starts_at, shape.ends_at)
    {
        shape.carers = Some(carers);
    }
    if let Some(state) = wanted.state {
        shape.state = state;
        if state == SlotState::Open {
            shape.closures.clear();
        }
    }
    shape
}

/// The carers of a slot at other times: those who are there first and last stay before and after.
fn moved(carers: &Occupancy, slot: &Slot, shape: &SlotShape) -> Occupancy {
    let length = (shape.ends_at - shape.starts_at).num_minutes();
    let last = slot.minute(slot.ends_at) - 1;
    let there = |minute: i64| {
        let of_slot = slot.minute(shape.starts_at) + minute;
        let of_slot = of_slot.clamp(0, last);
        carers.peak(of_slot, of_slot)
    };
    (0..length)
        .fold((Occupancy::default(), 0), |(moved, from), minute| {
            // A stretch ends where the next minute has another number.
            if minute + 1 < length && there(minute + 1) == there(minute) {
                return (moved, from);
            }
            (moved.plus(from, minute + 1, there(minute)), minute + 1)
        })
        .0
}

fn change_one(ground: &Ground, (slot, terms): (&Slot, &Terms), (wanted, shape): (&BulkChange, &SlotShape), now: DateTime<Utc>) -> Verdict {
    let is = SlotShape::of(slot);
    if slot.spare && !wanted.bands.is_empty() {
        return Verdict::left_out(SlotRejection::PlacesOfClasses.reason());
    }
    if *shape == is {
        return Verdict::Same;
    }
    let times = (shape.starts_at, shape.ends_at);
    if times != (slot.starts_at, slot.ends_at) {
        if let Some(why) = not_movable(ground, slot, times, now) {
            return Verdict::left_out(why);
        }
        let no_block = matches!(terms.unit, Unit::Blocks { .. })
            && ground.offering(&slot.offering_id).is_none_or(|offering| blocks_within(offering, times.0, times.1).is_empty());
        if no_block {
            return Verdict::left_out(SlotRejection::NoBlock.reason());
        }
        return verdict_moved(slot, terms, shape, now);
    }
    // Who waits would have to be told that it is over: that is what closing a day is for.
    if (slot.state, shape.state) == (SlotState::Open, SlotState::Closed) && ground.waited_for.contains(&slot.id) {
        return Verdict::left_out(Rejection::WaitedFor.reason());
    }
    verdict_of(slot, terms, shape, now)
}

/// Why a slot cannot have other times.
pub(super) fn not_movable(ground: &Ground, slot: &Slot, times: (DateTime<Utc>, DateTime<Utc>), now: DateTime<Utc>) -> Option<Reason> {
    if slot.starts_at <= now || times.0 <= now {
        Some(Rejection::Begun.reason())
    } else if slot.peak() > 0 {
        Some(Rejection::TimesBooked.reason())
    } else if ground.waited_for.contains(&slot.id) {
        Some(Rejection::WaitedFor.reason())
    } else if !slot.closures.is_empty() {
        Some(Rejection::SlotClosed.reason())
    } else {
        is_overlapped(ground, &slot.offering_id, Some(&slot.id), times).then(|| Rejection::Overlaps.reason())
    }
}

/// Whether a slot without children can get a shape at other times.
pub(super) fn verdict_moved(slot: &Slot, terms: &Terms, shape: &SlotShape, now: DateTime<Utc>) -> Verdict {
    let there = Slot { starts_at: shape.starts_at, ends_at: shape.ends_at, ..slot.clone() };
    verdict_of(&there, terms, shape, now)
}
