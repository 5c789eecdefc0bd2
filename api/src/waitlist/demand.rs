//! Unmet demand: what nobody could be given, for later figures, without a word of who asked.

use std::collections::HashSet;

use chrono::{DateTime, DurationRound, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::time::{age_on, tokyo, tokyo_day};
use shared::waitlist::{Unmet, UnmetDemand, Wanted};

use super::store::Stored;
use crate::App;
use crate::db::{AnyConnection, DbError, OnConflict, instant, stored, to_json, unknown};
use crate::error::ApiError;
use crate::families;
use crate::municipalities::store::code;
use crate::outbox::Act;
use crate::schema::unmet_demand;

/// The most different searches that are noted in an hour: whoever asks for nonsense all the time fills no table.
const MOST_AN_HOUR: usize = 2000;
/// The most rows that are told.
const MOST: i64 = 10_000;

/// What was noted in this hour.
#[derive(Debug, Default)]
pub struct Told {
    hour: Option<DateTime<Utc>>,
    known: HashSet<UnmetDemand>,
}

impl Told {
    /// Whether a demand is new in its hour.
    fn is_new(&mut self, demand: &UnmetDemand) -> bool {
        if self.hour != Some(demand.hour) {
            (self.hour, self.known) = (Some(demand.hour), HashSet::new());
        }
        self.known.len() < MOST_AN_HOUR && self.known.insert(demand.clone())
    }
}

/// The hour of an instant.
fn hour(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now)
}

/// A time of day to the hour: the exact minute would tell more of the asker than any figure needs.
fn to_hour(time: NaiveTime) -> NaiveTime {
    NaiveTime::from_hms_opt(time.hour(), 0, 0).unwrap_or(time)
}

/// A search that found nothing to book.
#[derive(Debug, Clone)]
pub struct Search {
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// Where the family lives.
    pub residence: Option<MunicipalityCode>,
    /// The programme.
    pub programme: Option<ProgrammeKey>,
    /// The child's age in years.
    pub age: Option<u32>,
    /// Not before, and not after.
    pub times: (Option<NaiveTime>, Option<NaiveTime>),
}

/// Notes a search that found nothing, once an hour, after it was answered.
pub fn note_search(app: &App, search: Search) {
    let demand = UnmetDemand {
        first_day: search.days.0,
        last_day: search.days.1,
        residence: search.residence,
        programme: search.programme,
        age: search.age,
        earliest: search.times.0.map(to_hour),
        latest: search.times.1.map(to_hour),
        why: Unmet::SearchEmpty,
        hour: hour(app.now()),
    };
    let is_new = app.turns.demand.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_new(&demand);
    if is_new {
        let db = app.db.clone();
        actix_web::rt::spawn(async move {
            if let Err(error) = db.write(move |conn| note(conn, &demand)).await {
                tracing::warn!(%error, "a search without result was not noted");
            }
        });
    }
}

/// Notes an entry that ended without a place: each child once.
pub fn note_unserved(conn: &mut AnyConnection, entry: &Stored, act: &Act) -> Result<(), ApiError> {
    let family = families::store::find_family(conn, &entry.family_id)?.ok_or(ApiError::NotFound)?;
    let children = families::store::list_any_children(conn, entry.asked.child_ids.iter())?;
    let (days, times) = match &entry.asked.wanted {
        Wanted::Slot(wanted) => {
            let (starts_at, ends_at) = (wanted.starts_at.unwrap_or(act.now), wanted.ends_at.unwrap_or(act.now));
            ((tokyo_day(starts_at), tokyo_day(ends_at)), (Some(tokyo(starts_at).time()), Some(tokyo(ends_at).time())))
        }
        Wanted::Wish(wish) => ((wish.from, wish.until), (wish.earliest, wish.latest)),
    };
    for child in children {
        let demand = UnmetDemand {
            first_day: days.0,
            last_day: days.1,
            residence: Some(family.municipality.clone()),
            programme: Some(entry.programme.clone()),
            age: Some(age_on(child.known.born, days.0)),
            earliest: times.0.map(to_hour),
            latest: times.1.map(to_hour),
            why: Unmet::Unserved,
            hour: hour(act.now),
        };
        // Two families may miss the same thing in the same hour: each entry counts.
        insert_as(conn, &format!("{}/{}", entry.id, child.id), &demand)?;
    }
    Ok(())
}

/// Notes a demand, once an hour.
pub fn note(conn: &mut AnyConnection, demand: &UnmetDemand) -> Result<(), ApiError> {
    insert_as(conn, &to_json(demand)?, demand)
}

/// Writes a demand unless it is there: `what` names it, and only as a hash.
fn insert_as(conn: &mut AnyConnection, what: &str, demand: &UnmetDemand) -> Result<(), ApiError> {
    let id: String = Sha256::digest(what).iter().map(|byte| format!("{byte:02x}")).collect();
    let insert = diesel::insert_into(unmet_demand::table).values((
        unmet_demand::id.eq(id),
        unmet_demand::first_day.eq(demand.first_day),
        unmet_demand::last_day.eq(demand.last_day),
        unmet_demand::residence.eq(demand.residence.as_ref().map(MunicipalityCode::as_str)),
        unmet_demand::programme.eq(demand.programme.as_ref().map(ProgrammeKey::as_str)),
        unmet_demand::age.eq(demand.age.map(i64::from)),
        unmet_demand::earliest.eq(demand.earliest),
        unmet_demand::latest.eq(demand.latest),
        unmet_demand::why.eq(demand.why.as_str()),
        unmet_demand::hour.eq(stored(demand.hour)),
    ));
    OnConflict { insert, clause: " ON CONFLICT (id) DO NOTHING" }.execute(conn).map_err(DbError::from)?;
    Ok(())
}

type Row = (NaiveDate, NaiveDate, Option<String>, Option<String>, Option<i64>, Option<NaiveTime>, Option<NaiveTime>, String, NaiveDateTime);

/// The demand of a city's residents, and of those who did not say where they live, for stays between two days.
pub fn list(
    conn: &mut AnyConnection,
    residence: &MunicipalityCode,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<UnmetDemand>, DbError> {
    let rows = unmet_demand::table
        .filter(unmet_demand::first_day.le(to))
        .filter(unmet_demand::last_day.ge(from))
        .filter(unmet_demand::residence.eq(residence.as_str()).or(unmet_demand::residence.is_null()))
        .order((unmet_demand::first_day, unmet_demand::hour, unmet_demand::id))
        .limit(MOST)
        .select((
            unmet_demand::first_day,
            unmet_demand::last_day,
            unmet_demand::residence,
            unmet_demand::programme,
            unmet_demand::age,
            unmet_demand::earliest,
            unmet_demand::latest,
            unmet_demand::why,
            unmet_demand::hour,
        ))
        .load::<Row>(conn)?;
    rows.into_iter()
        .map(|(first_day, last_day, residence, programme, age, earliest, latest, why, hour)| {
            Ok(UnmetDemand {
                first_day,
                last_day,
                residence: residence.as_deref().map(code).transpose()?,
                programme: programme.map(ProgrammeKey::new),
                age: age.map(|age| u32::try_from(age).unwrap_or(0)),
                earliest,
                latest,
                why: match why.as_str() {
                    "search_empty" => Unmet::SearchEmpty,
                    "unserved" => Unmet::Unserved,
                    other => return Err(unknown("reason of an unmet demand", other)),
                },
                hour: instant(hour),
            })
        })
        .collect()
}
