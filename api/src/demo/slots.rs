//! The slots of the demo world: eight weeks from today by each facility's weekly pattern, and two weeks back where staff sign in.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc, Weekday};
use shared::ids::SlotId;
use shared::municipalities::MunicipalityCode;
use shared::programmes::{OpenDays, ProgrammeKey};
use shared::slots::{BandPlaces, NewSlots, Offering, PatternLine, PlanOutcome, PlanState, SlotBlock, SlotState, blocks_within, plan};
use shared::time::{day_start, days_after, days_before};

use super::cities::{TEMPORARY_CARE, code};
use super::facilities::{PLACES, Place, clock, offerings, places};
use super::{ACTOR, Moment};
use crate::db::{AnyConnection, DbError};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{municipalities, programmes, slots};

/// A slot as far as bookings have to know it.
pub struct Published {
    pub id: SlotId,
    /// Its facility, as counted in [`PLACES`].
    pub place: usize,
    pub host: MunicipalityCode,
    pub programme: ProgrammeKey,
    pub day: NaiveDate,
    /// Days from today; negative before.
    pub ahead: i64,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub blocks: Vec<SlotBlock>,
    pub bands: Vec<BandPlaces>,
    pub open: bool,
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

fn line(weekdays: &[Weekday], from: (u32, u32), until: (u32, u32), bands: Vec<BandPlaces>) -> PatternLine {
    PatternLine { weekdays: weekdays.to_vec(), starts: clock(from), ends: clock(until), nights: 0, room: None, carers: None, bands }
}

/// The weekly pattern of an offering.
fn pattern(place: &Place, offering: &Offering) -> Vec<PatternLine> {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let week: &[Weekday] = if place.every_day() { &[Mon, Tue, Wed, Thu, Fri, Sat, Sun] } else { &[Mon, Tue, Wed, Thu, Fri] };
    match (&place.care, &place.window) {
        (Some(care), _) if offering.programme.as_str() == TEMPORARY_CARE => {
            let whole = line(week, care.starts, care.ends, places(care.bands));
            let saturday = line(&[Sat], care.starts, care.midday, places(care.bands));
            if care.saturdays && !place.every_day() { vec![whole, saturday] } else { vec![whole] }
        }
        (_, Some(window)) => vec![line(week, window.starts, window.ends, places(window.bands))],
        _ => Vec::new(),
    }
}

/// Writes all slots, in the order of days.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<Vec<Published>, ApiError> {
    let mut published = Vec::new();
    let to = days_after(moment.today, LAST_DAY);
    let versions = programmes::store::list_programmes(conn, None, None, moment.today, moment.today)?;
    for (n, place) in PLACES.iter().enumerate() {
        let host = code(place.city)?;
        let from = if place.every_day() { days_before(moment.today, DAYS_BACK) } else { moment.today };
        let holidays = municipalities::store::list_holidays(conn, from, to)?;
        for offering in offerings(n, place) {
            let Some(version) = programmes::store::on_day(&versions, &host, &offering.programme, moment.today) else { continue };
            let state = PlanState { offering: &offering, unit: &version.terms.unit, holidays: &holidays, existing: &[] };
            let command =
                NewSlots { offering_id: offering.id.clone(), from, to, pattern: pattern(place, &offering), on_holidays: place.every_day() };
            // Published well before the first of them opens for bookings.
            let at = day_start(days_before(from, 70)) + TimeDelta::hours(10);
            for slot in plan(&state, &command, at)?.slots.into_iter().filter(|slot| slot.outcome == PlanOutcome::New) {
                let blocks = blocks_within(&offering, slot.starts_at, slot.ends_at);
                let id = slots::store::insert_slot(conn, &offering, &host, &slot, at)?;
                let day = shared::time::tokyo_day(slot.starts_at);
                let ahead = (day - moment.today).num_days();
                // One facility closes a day for training, so that a closed slot can be seen.
                let open = !(place.name == "上福原ひなたこども園" && (18..25).contains(&ahead) && day.format("%a").to_string() == "Wed");
                published.push(Published {
                    id,
                    place: n,
                    host: host.clone(),
                    programme: offering.programme.clone(),
                    day,
                    ahead,
                    starts_at: slot.starts_at,
                    ends_at: slot.ends_at,
                    blocks,
                    bands: slot.bands,
                    open,
                });
            }
            record(conn, &offering, &host, at)?;
        }
    }
    close(conn, &published, moment)?;
    published.sort_by_key(|slot| (slot.starts_at, slot.place));
    Ok(published)
}

/// One line for a whole publishing: thousands would tell nobody more.
fn record(conn: &mut AnyConnection, offering: &Offering, host: &MunicipalityCode, at: DateTime<Utc>) -> Result<(), DbError> {
    Act::of_command(ACTOR, at).record(conn, "offering.published", (host, Some(&offering.facility_id)), offering.id.as_str())
}

fn close(conn: &mut AnyConnection, published: &[Published], moment: Moment) -> Result<(), ApiError> {
    for closed in published.iter().filter(|slot| !slot.open) {
        if let Some(mut stored) = slots::store::find_slot(conn, &closed.id)? {
            stored.slot.state = SlotState::Closed;
            stored.slot.version += 1;
            slots::store::update_slot(conn, &stored.slot)?;
            Act::of_command(ACTOR, moment.now - TimeDelta::days(1)).record(
                conn,
                "slot.closed",
                (&closed.host, Some(&stored.slot.facility.id)),
                closed.id.as_str(),
            )?;
        }
    }
    Ok(())
}
