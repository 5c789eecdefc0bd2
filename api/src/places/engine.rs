//! Planning and writing changes of places: the one order is offerings, classes, slots by their ids.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};
use shared::calendar::holiday_name;
use shared::ids::{FacilityId, SlotId};
use shared::locale::{Locale, Localised};
use shared::municipalities::MunicipalityCode;
use shared::places::{DoneStep, Ground, PlaceStep, PlacesCommand, PlacesPlan, WeekPattern, days_of, plan_places};
use shared::slots::{Slot, SlotState};
use shared::time::{day_start, days_after, tokyo_day};

use super::store;
use crate::db::{AnyConnection, DbError, to_json};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{facilities, municipalities, programmes, slots, waitlist};

/// A slot is at most so many days long.
const LONGEST_DAYS: u32 = 8;

/// A facility as plans have to know it.
pub struct Known {
    /// What a plan has to know.
    pub ground: Ground,
    /// The facility's city.
    pub city: MunicipalityCode,
}

/// Reads what plans of these days have to know, as it is now.
pub fn read(conn: &mut AnyConnection, facility: &FacilityId, (from, to): (NaiveDate, NaiveDate)) -> Result<Known, ApiError> {
    let listing = facilities::store::find_facility(conn, facility)?.ok_or(ApiError::NotFound)?.listing;
    let until = days_after(to, LONGEST_DAYS);
    let times = (day_start(from), day_start(until));
    let (waited_for, used) = store::list_used(conn, facility, times)?;
    let holidays = municipalities::store::list_holidays(conn, from, to)?;
    let named = |name: &str| {
        let [ja, easy, en] = [Locale::Ja, Locale::Easy, Locale::En].map(|locale| holiday_name(name, locale));
        Localised::new(&ja, &easy, &en)
    };
    let ground = Ground {
        offerings: slots::store::list_offerings(conn, facility)?,
        programmes: programmes::store::list_programmes(conn, Some(&listing.municipality), None, from, until)?,
        duties: store::list_duties(conn, facility)?,
        holidays: holidays.into_iter().map(|(day, name)| (day, named(&name))).collect(),
        classes: slots::classes::store::read(conn, facility)?.entries,
        slots: slots::store::list_between(conn, facility, times.0, times.1)?,
        opening: listing.opening,
        waited_for,
        used,
    };
    Ok(Known { ground, city: listing.municipality })
}

/// A plan with its mark.
pub fn marked(steps: Vec<PlaceStep>) -> Result<PlacesPlan, DbError> {
    let digest = Sha256::digest(to_json(&steps)?);
    let mark = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(PlacesPlan { steps, mark })
}

/// What a command means now. The pattern that it names must be the facility's own, and every slot of a selection.
pub fn plan(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    command: &PlacesCommand,
    now: DateTime<Utc>,
) -> Result<(Known, Option<WeekPattern>, PlacesPlan), ApiError> {
    let days = match (days_of(command).map_err(ApiError::refused)?, command) {
        (Some(days), _) => days,
        (None, PlacesCommand::Change { slot_ids, .. }) => {
            let (from, until) = store::span_of(conn, facility, &slot_ids.iter().collect())?.ok_or(ApiError::NotFound)?;
            (tokyo_day(from), tokyo_day(until))
        }
        (None, _) => return Err(ApiError::NotFound),
    };
    if !matches!(command, PlacesCommand::Change { .. }) {
        facilities::check_days(conn, facility, days)?;
    }
    let pattern = match command {
        PlacesCommand::Publish { pattern_id, .. } => {
            let own = store::list_patterns(conn, facility)?.into_iter().find(|pattern| pattern.id == *pattern_id);
            Some(own.ok_or(ApiError::NotFound)?)
        }
        _ => None,
    };
    let known = read(conn, facility, days)?;
    let steps = plan_places(&known.ground, pattern.as_ref(), command, now).map_err(ApiError::refused)?;
    Ok((known, pattern, marked(steps)?))
}

fn touched(steps: &[PlaceStep]) -> BTreeSet<SlotId> {
    steps.iter().filter(|step| step.verdict.is_done()).filter_map(|step| step.slot_id.clone()).collect()
}

/// Locks what a plan would write, in the one order; gives the slots that are locked.
pub fn lock(conn: &mut AnyConnection, facility: &FacilityId, steps: &[PlaceStep]) -> Result<BTreeSet<SlotId>, DbError> {
    if slots::store::list_offerings(conn, facility)?.iter().any(|offering| offering.spare) {
        // The classes do not change between the look at them and the places that come of it.
        slots::classes::store::lock(conn, facility)?;
    }
    let ids = touched(steps);
    for id in &ids {
        slots::store::lock_slot(conn, id)?;
    }
    Ok(ids)
}

/// Writes what a plan says, which was made under the locks: one event and audit line for each slot. Whoever waits for what became free is asked.
pub fn write(
    conn: &mut AnyConnection,
    (known, locked): (&Known, &BTreeSet<SlotId>),
    steps: &[PlaceStep],
    act: &Act,
) -> Result<Vec<DoneStep>, ApiError> {
    if !touched(steps).is_subset(locked) {
        return Err(ApiError::Retry);
    }
    let mut done = Vec::new();
    for step in steps.iter().filter(|step| step.verdict.is_done()) {
        let before = step.slot_id.as_ref().and_then(|id| known.ground.slots.iter().find(|slot| slot.id == *id));
        let written = match (before, &step.after) {
            (Some(slot), None) => {
                slots::store::delete_slot(conn, &slot.id)?;
                act.record(conn, "slot.removed", slot.facility.place(), slot.id.as_str())?;
                continue;
            }
            (Some(slot), Some(_)) => rewrite(conn, known, (slot, step), act)?,
            (None, Some(_)) => publish(conn, known, step, act)?,
            (None, None) => return Err(ApiError::Retry),
        };
        done.push(DoneStep {
            offering_id: step.offering_id.clone(),
            programme: step.programme.clone(),
            before: step.before.clone(),
            after: shared::places::SlotShape::of(&written),
            version: written.version,
            slot_id: written.id,
        });
    }
    Ok(done)
}

fn publish(conn: &mut AnyConnection, known: &Known, step: &PlaceStep, act: &Act) -> Result<Slot, ApiError> {
    let offering = known.ground.offerings.iter().find(|one| one.id == step.offering_id).ok_or(ApiError::NotFound)?;
    let shape = step.after.as_ref().ok_or(ApiError::NotFound)?;
    let id = slots::store::insert_shape(conn, offering, &known.city, shape, act.now)?;
    let published = slots::store::find_slot(conn, &id)?.ok_or(ApiError::NotFound)?.slot;
    waitlist::note_freed(conn, &published, act)?;
    act.record(conn, "slot.published", published.facility.place(), id.as_str())?;
    Ok(published)
}

fn rewrite(conn: &mut AnyConnection, known: &Known, (slot, step): (&Slot, &PlaceStep), act: &Act) -> Result<Slot, ApiError> {
    let offering = known.ground.offerings.iter().find(|one| one.id == step.offering_id).ok_or(ApiError::NotFound)?;
    let changed = step.after.as_ref().ok_or(ApiError::NotFound)?.laid_on(slot, offering);
    slots::store::update_bands(conn, slot, &changed)?;
    slots::store::update_slot(conn, &changed)?;
    if (slot.starts_at, slot.ends_at) != (changed.starts_at, changed.ends_at) {
        slots::store::update_times(conn, &changed)?;
    }
    if changed.state == SlotState::Open {
        waitlist::note_freed(conn, &changed, act)?;
    }
    let kind = match (slot.state, changed.state) {
        (SlotState::Open, SlotState::Closed) => "slot.closed",
        (SlotState::Closed, SlotState::Open) => "slot.opened",
        _ => "slot.changed",
    };
    act.record(conn, kind, changed.facility.place(), changed.id.as_str())?;
    Ok(changed)
}
