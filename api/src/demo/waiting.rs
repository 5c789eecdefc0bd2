//! Who waits in the demo world: a family for a full day of a series, and the same family with a place on offer.

use chrono::{Datelike, TimeDelta};
use shared::bookings::NewBooking;
use shared::series::{IfConflict, NewSeries};
use shared::slots::SlotState;
use shared::time::days_after;
use shared::waitlist::{NewWaitlistEntry, is_only_full};

use super::bookings::filled;
use super::people::{Household, YONAGO_GUARDIAN};
use super::programmes::temporary_care;
use super::slots::Published;
use super::{ACTOR, Moment};
use crate::bookings::engine::{Lock, look};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{families, programmes, series, waitlist};

/// From so many days ahead on there is half a day to think about an offer.
const AHEAD: std::ops::RangeInclusive<i64> = 3..=20;

/// Lets the family that signs in wait for the first full day that it can, and offers it a place on another day.
pub fn insert(conn: &mut AnyConnection, households: &[Household], slots: &[Published], moment: Moment) -> Result<(), ApiError> {
    let Some(household) = households.get(YONAGO_GUARDIAN) else { return Ok(()) };
    let act = Act::of_command(ACTOR, moment.now - TimeDelta::minutes(30));
    let (mut waits, mut offered) = (false, false);
    let open = |published: &&Published| AHEAD.contains(&published.ahead) && published.slot.state == SlotState::Open;
    for published in slots.iter().filter(open).filter(|published| published.slot.programme.as_str() == temporary_care::KEY) {
        let Some(family) = families::store::lock_family(conn, &household.id)? else { return Ok(()) };
        let Some((child, _)) = household.children.first() else { return Ok(()) };
        let slot = &published.slot;
        let Some(block) = slot.blocks.iter().find(|block| block.key == "day") else { continue };
        let Some(programme) = programmes::store::find_programme(conn, &slot.facility.municipality, &slot.programme, slot.day())? else {
            continue;
        };
        let command = NewBooking::new(slot.id.clone(), vec![child.clone()]).between(block.starts_at, block.ends_at);
        let command = filled(command, &programme.terms, YONAGO_GUARDIAN);
        let asked = NewWaitlistEntry::of_booking(&command);
        let seen = look(conn, &family, &command, Lock::Slot)?;
        match shared::bookings::place(&seen.state, &command, act.now) {
            Ok(_) if !offered => {
                let entry = waitlist::enter_slot(conn, (&family, None), &asked, &seen, &act)?;
                offered = waitlist::jobs::offer_now(conn, &entry.id, &slot.id, &act)?;
            }
            Err(refusals) if !waits && is_only_full(&refusals) => {
                let day = slot.day();
                let until = days_after(day, 14);
                let asked =
                    NewSeries { stay: command, weekdays: vec![day.weekday()], until, if_conflict: IfConflict::Waitlist, seen: None };
                series::book(conn, &family, &asked, &act)?;
                waits = true;
            }
            _ => {}
        }
        if waits && offered {
            break;
        }
    }
    Ok(())
}
