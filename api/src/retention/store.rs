//! Periods, what was erased by them, and what of each kind is held and due.

/// Databases take only so many values in one statement.
const CHUNK: usize = 400;

macro_rules! delete {
    ($conn:expr, $table:ident, $column:ident, $ids:expr) => {
        for some in $ids.chunks($crate::retention::store::CHUNK) {
            diesel::delete($table::table.filter($table::$column.eq_any(some))).execute($conn)?;
        }
    };
}

mod closing;
mod erasing;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use shared::ids::FamilyId;
use shared::municipalities::MunicipalityCode;
use shared::retention::{ClosedFamily, Kind, Period, RetentionRules, RetentionRun, erased_on};
use shared::time::{day_start, tokyo_day};

pub use self::closing::{close_family, find_under_way, is_closed, keeps};
pub use self::erasing::{erase, erase_family};
use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::schema::{
    applications, bookings, entitlements, facilities, families, journal_entries, messages, notices, outreach_cases, retention_rules,
    retention_runs,
};

/// So many families and runs are shown.
const SHOWN: i64 = 100;
/// Days of no calendar here: whatever is counted from a day counts.
const NO_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// The periods that hold in a city on a day.
pub fn find_rules(conn: &mut AnyConnection, city: &MunicipalityCode, day: NaiveDate) -> Result<Option<RetentionRules>, DbError> {
    let found: Option<(NaiveDate, String)> = retention_rules::table
        .filter(retention_rules::municipality.eq(city.as_str()))
        .filter(retention_rules::valid_from.le(day))
        .order(retention_rules::valid_from.desc())
        .select((retention_rules::valid_from, retention_rules::periods))
        .first(conn)
        .optional()?;
    let rules = |(valid_from, periods): (NaiveDate, String)| {
        let periods: Vec<Period> = from_json(&periods)?;
        Ok(RetentionRules { valid_from, periods })
    };
    found.map(rules).transpose()
}

/// Writes a city's periods.
pub fn insert_rules(conn: &mut AnyConnection, city: &MunicipalityCode, rules: &RetentionRules) -> Result<(), DbError> {
    diesel::insert_into(retention_rules::table)
        .values((
            retention_rules::municipality.eq(city.as_str()),
            retention_rules::valid_from.eq(rules.valid_from),
            retention_rules::periods.eq(to_json(&rules.periods)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes the periods away that would begin on a day.
pub fn delete_rules(conn: &mut AnyConnection, city: &MunicipalityCode, valid_from: NaiveDate) -> Result<(), DbError> {
    let mine = retention_rules::table.filter(retention_rules::municipality.eq(city.as_str()));
    diesel::delete(mine.filter(retention_rules::valid_from.eq(valid_from))).execute(conn)?;
    Ok(())
}

/// The start of a day in Tokyo as it is stored; of a day beyond the calendar, that day.
fn begin(day: NaiveDate) -> NaiveDateTime {
    if day == NO_DAY { day.and_time(NaiveTime::MIN) } else { stored(day_start(day)) }
}

/// What a city holds of a kind that counts from a day before one. Which day that is, is said at [`Kind`].
macro_rules! records {
    ($kind:expr, $city:expr, $before:expr, |$query:ident, $id:ident| $body:expr) => {{
        let (city, day, before): (&str, NaiveDate, NaiveDateTime) = ($city.as_str(), $before, begin($before));
        match $kind {
            Kind::Drafts => {
                let $query = applications::table
                    .filter(applications::municipality.eq(city))
                    .filter(applications::submitted_at.is_null())
                    .filter(applications::created_at.lt(before));
                let $id = applications::id;
                $body
            }
            Kind::Messages => {
                let $query = messages::table
                    .inner_join(bookings::table)
                    .filter(bookings::municipality.eq(city))
                    .filter(bookings::ends_at.lt(before));
                let $id = messages::id;
                $body
            }
            Kind::Notices => {
                let $query = notices::table.filter(notices::municipality.eq(city)).filter(notices::created_at.lt(before));
                let $id = notices::id;
                $body
            }
            Kind::Outreach => {
                let $query =
                    outreach_cases::table.filter(outreach_cases::municipality.eq(city)).filter(outreach_cases::ended_at.lt(before));
                let $id = outreach_cases::id;
                $body
            }
            Kind::Journal => {
                let correction = diesel::alias!(journal_entries as corrections);
                let corrected = correction
                    .filter(correction.field(journal_entries::corrects_id).eq(journal_entries::id.nullable()))
                    .select(correction.field(journal_entries::id));
                let of_city = facilities::table.filter(facilities::municipality.eq(city)).select(facilities::id);
                // A correction goes before what it corrects; the next round takes that.
                let $query = journal_entries::table
                    .filter(journal_entries::facility_id.eq_any(of_city))
                    .filter(journal_entries::day.lt(day))
                    .filter(not(exists(corrected)));
                let $id = journal_entries::id;
                $body
            }
            Kind::Applications => {
                let needed = entitlements::table
                    .filter(entitlements::application_id.eq(applications::id.nullable()))
                    .filter(entitlements::valid_until.ge(day))
                    .select(entitlements::id);
                let decided =
                    applications::decided_at.lt(before).or(applications::decided_at.is_null().and(applications::submitted_at.lt(before)));
                let $query = applications::table
                    .filter(applications::municipality.eq(city))
                    .filter(applications::submitted_at.is_not_null())
                    .filter(applications::state.ne_all(["draft", "returned", "in_review"]))
                    .filter(decided)
                    .filter(not(exists(needed)));
                let $id = applications::id;
                $body
            }
            Kind::Families => {
                let $query = families::table
                    .filter(families::municipality.eq(city))
                    .filter(families::erased_at.is_null())
                    .filter(families::closed_at.lt(before));
                let $id = families::id;
                $body
            }
        }
    }};
}

/// What of a kind counts from a day before this one, so many at most.
pub fn list_due(
    conn: &mut AnyConnection,
    (city, kind): (&MunicipalityCode, Kind),
    before: NaiveDate,
    most: i64,
) -> Result<Vec<String>, DbError> {
    Ok(records!(kind, city, before, |query, id| query.order(id).limit(most).select(id).load(conn)?))
}

/// How many of a kind count from a day before this one.
pub fn count_due(conn: &mut AnyConnection, (city, kind): (&MunicipalityCode, Kind), before: NaiveDate) -> Result<i64, DbError> {
    Ok(records!(kind, city, before, |query, id| query.select(diesel::dsl::count(id)).get_result(conn)?))
}

/// How many of a kind a city holds, of those that are over.
pub fn count_held(conn: &mut AnyConnection, (city, kind): (&MunicipalityCode, Kind)) -> Result<i64, DbError> {
    match kind {
        // Of these there are so many that they are counted without a look at each.
        Kind::Notices => Ok(notices::table.filter(notices::municipality.eq(city.as_str())).count().get_result(conn)?),
        Kind::Messages => {
            let of_city = facilities::table.filter(facilities::municipality.eq(city.as_str())).select(facilities::id);
            Ok(messages::table.filter(messages::facility_id.eq_any(of_city)).count().get_result(conn)?)
        }
        _ => count_due(conn, (city, kind), NO_DAY),
    }
}

/// Writes that so many more of a kind were erased on a day.
pub fn add_run(conn: &mut AnyConnection, city: &MunicipalityCode, run: &RetentionRun) -> Result<(), DbError> {
    let values = (
        retention_runs::municipality.eq(city.as_str()),
        retention_runs::day.eq(run.day),
        retention_runs::kind.eq(run.kind.as_str()),
        retention_runs::kept_from.eq(run.kept_from),
        retention_runs::count.eq(run.count),
    );
    let insert = diesel::insert_into(retention_runs::table).values(values);
    let clause = " ON CONFLICT (municipality, day, kind) DO UPDATE SET count = retention_runs.count + excluded.count";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// What was erased in a city lately, the latest first.
pub fn list_runs(conn: &mut AnyConnection, city: &MunicipalityCode) -> Result<Vec<RetentionRun>, DbError> {
    let rows: Vec<(NaiveDate, String, NaiveDate, i64)> = retention_runs::table
        .filter(retention_runs::municipality.eq(city.as_str()))
        .order((retention_runs::day.desc(), retention_runs::kind))
        .limit(SHOWN)
        .select((retention_runs::day, retention_runs::kind, retention_runs::kept_from, retention_runs::count))
        .load(conn)?;
    let one = |(day, kind, kept_from, count): (NaiveDate, String, NaiveDate, i64)| {
        let kind = Kind::parse(&kind).ok_or_else(|| unknown("retention kind", &kind))?;
        Ok(RetentionRun { day, kind, kept_from, count })
    };
    rows.into_iter().map(one).collect()
}

/// The families of a city that closed their accounts and of which something is left, the one that closed first first.
pub fn list_closed(conn: &mut AnyConnection, city: &MunicipalityCode, months: Option<u32>) -> Result<Vec<ClosedFamily>, DbError> {
    let rows: Vec<(String, String, Option<NaiveDateTime>)> = families::table
        .filter(families::municipality.eq(city.as_str()))
        .filter(families::closed_at.is_not_null())
        .filter(families::erased_at.is_null())
        .order((families::closed_at, families::id))
        .limit(SHOWN)
        .select((families::id, families::guardian_name, families::closed_at))
        .load(conn)?;
    let one = |(id, guardian_name, closed): (String, String, Option<NaiveDateTime>)| {
        let closed_at: DateTime<Utc> = instant(closed?);
        let erased_on = months.and_then(|months| erased_on(tokyo_day(closed_at), months));
        Some(ClosedFamily { family_id: FamilyId::new(id), guardian_name, closed_at, erased_on })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}
