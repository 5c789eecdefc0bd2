//! The slots of the demo world: eight weeks from today by each facility's weekly pattern, and two weeks back where staff sign in.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use shared::ids::SlotId;
use shared::municipalities::MunicipalityCode;
use shared::programmes::OpenDays;
use shared::slots::{
    BandPlaces, NewSlots, Occupancy, Offering, PlanOutcome, PlanState, PlannedSlot, Slot, SlotBand, SlotFacility, SlotState, blocks_within,
    plan,
};
use shared::time::{day_start, days_after, days_before, tokyo_day};

use super::cities::code;
use super::classes::classes;
use super::facilities::shown;
use super::offers::{Offered, offers};
use super::places::{PLACES, Place};
use super::{ACTOR, Moment};
use crate::db::{AnyConnection, DbError};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{municipalities, programmes, slots};

/// A slot with what bookings have to know beside it.
pub struct Published {
    pub slot: Slot,
    /// Its facility, as counted in [`PLACES`].
    pub place: usize,
    pub day: NaiveDate,
    /// Days from today; negative before.
    pub ahead: i64,
}

/// The holidays around today, on which most facilities are closed.
pub fn open_days(conn: &mut AnyConnection, place: &Place, moment: Moment) -> Result<OpenDays, DbError> {
    let holidays = municipalities::store::list_holidays(conn, days_before(moment.today, 100), days_after(moment.today, LAST_DAY))?;
    let closed_weekdays = match place.week {
        "月～金" => vec![Weekday::Sat, Weekday::Sun],
        "月～土" => vec![Weekday::Sun],
        _ => Vec::new(),
    };
    Ok(OpenDays { closed_weekdays, closed_days: holidays.into_iter().map(|(day, _)| day).collect() })
}

/// The last of eight weeks, counted from today.
const LAST_DAY: u32 = 55;
/// So many days back where staff sign in.
const DAYS_BACK: u32 = 14;

/// Writes all slots, in the order of days.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<Vec<Published>, ApiError> {
    let mut published = Vec::new();
    let to = days_after(moment.today, LAST_DAY);
    let versions = programmes::store::list_programmes(conn, None, None, moment.today, moment.today)?;
    for (n, place) in PLACES.iter().enumerate() {
        let (host, facility) = (code(place.city)?, shown(n, place)?);
        let from = if place.every_day() { days_before(moment.today, DAYS_BACK) } else { moment.today };
        let holidays = municipalities::store::list_holidays(conn, from, to)?;
        let classes = classes(n, moment.today);
        for Offered { offering, pattern } in offers(n, place) {
            let Some(version) = programmes::store::on_day(&versions, &host, &offering.programme, moment.today) else { continue };
            let state = PlanState {
                offering: &offering,
                units: &[(version.valid_from, &version.terms.unit)],
                holidays: &holidays,
                existing: &[],
                classes: &classes,
            };
            let command = NewSlots { offering_id: offering.id.clone(), from, to, pattern, on_holidays: place.every_day() };
            // Published well before the first of them opens for bookings.
            let at = day_start(days_before(from, 70)) + TimeDelta::hours(10);
            for planned in plan(&state, &command, at)?.slots.into_iter().filter(|slot| slot.outcome == PlanOutcome::New) {
                let id = slots::store::insert_slot(conn, &offering, &host, &planned, at)?;
                let day = tokyo_day(planned.starts_at);
                let ahead = (day - moment.today).num_days();
                // One facility closes a day for training, so that a closed slot can be seen.
                let closes = place.name == "上福原ひなたこども園" && (18..25).contains(&ahead) && day.weekday() == Weekday::Wed;
                let mut slot = published_slot(id, &offering, &facility, &planned);
                if closes {
                    slot.state = SlotState::Closed;
                    close(conn, &slot, moment)?;
                }
                published.push(Published { slot, place: n, day, ahead });
            }
            record(conn, &offering, &host, at)?;
        }
    }
    published.sort_by_key(|published| (published.slot.starts_at, published.place));
    Ok(published)
}

/// One line for a whole publishing: thousands would tell nobody more.
fn record(conn: &mut AnyConnection, offering: &Offering, host: &MunicipalityCode, at: DateTime<Utc>) -> Result<(), DbError> {
    Act::of_command(ACTOR, at).record(conn, "offering.published", (host, Some(&offering.facility_id)), offering.id.as_str())
}

/// The slot as it was just written.
fn published_slot(id: SlotId, offering: &Offering, facility: &SlotFacility, planned: &PlannedSlot) -> Slot {
    let PlannedSlot { starts_at, ends_at, .. } = *planned;
    let empty = |band: &BandPlaces| SlotBand {
        from_age: band.from_age,
        under_age: band.under_age,
        capacity: band.capacity,
        occupancy: Occupancy::default(),
    };
    Slot {
        id,
        offering_id: offering.id.clone(),
        facility: facility.clone(),
        programme: offering.programme.clone(),
        starts_at,
        ends_at,
        state: SlotState::Open,
        bands: planned.bands.iter().map(empty).collect(),
        blocks: blocks_within(offering, starts_at, ends_at),
        room: planned.room,
        carers: planned.carers.map(|carers| Occupancy::default().plus(0, (ends_at - starts_at).num_minutes(), carers)),
        hourly_yen: offering.hourly_yen,
        confirmation: offering.confirmation,
        interview: offering.interview,
        spare: offering.spare,
        closures: Vec::new(),
        version: 1,
    }
}

fn close(conn: &mut AnyConnection, closed: &Slot, moment: Moment) -> Result<(), DbError> {
    let changed = Slot { version: closed.version + 1, ..closed.clone() };
    slots::store::update_slot(conn, &changed)?;
    Act::of_command(ACTOR, moment.now - TimeDelta::days(1)).record(conn, "slot.closed", closed.facility.place(), closed.id.as_str())
}
