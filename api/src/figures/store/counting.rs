//! Counts a month: one query for each measure. Each gives city, facility, programme, age, residence, three words, how many and what
//! they come to, and says in its first lines what exactly is counted. The text differs between the databases only where [`Sql`] says so.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use shared::facilities::Listing;
use shared::figures::publishing::Fact;
use shared::figures::{Amounts, Goals, Measure};
use shared::time::{Month, day_start};

use super::find_goals;
use crate::db::{AnyConnection, DbError, from_json, stored};
use crate::figures::jobs::Facts;
use crate::municipalities::store::code;
use crate::schema::facilities;

type Row = (String, String, String, i64, String, String, String, String, i64, i64);
type Types = (Text, Text, Text, BigInt, Text, Text, Text, Text, BigInt, BigInt);

/// How a database says what SQL has no common words for. Instants are UTC, days Tokyo's.
struct Sql {
    is_postgres: bool,
    /// The month's first instant, and the first after it, as literals.
    instants: (String, String),
    /// Its first day and the first after it, as literals.
    days: (String, String),
    goals: Goals,
}

impl Sql {
    fn pick(&self, postgres: String, sqlite: String) -> String {
        if self.is_postgres { postgres } else { sqlite }
    }

    /// That an instant lies in the month.
    fn within(&self, column: &str) -> String {
        format!("{column} >= {} AND {column} < {}", self.instants.0, self.instants.1)
    }

    /// The day of an instant.
    fn day(&self, column: &str) -> String {
        self.pick(format!("CAST({column} + INTERVAL '9 hours' AS DATE)"), format!("date({column}, '+9 hours')"))
    }

    /// A part of an instant as a whole number: `hour`, `minute`, `weekday` (Sunday is 0).
    fn part(&self, part: &str, column: &str) -> String {
        let (postgres, sqlite) = match part {
            "hour" => ("HOUR", "%H"),
            "minute" => ("MINUTE", "%M"),
            _ => ("DOW", "%w"),
        };
        self.pick(
            format!("CAST(EXTRACT({postgres} FROM {column} + INTERVAL '9 hours') AS BIGINT)"),
            format!("CAST(strftime('{sqlite}', {column}, '+9 hours') AS BIGINT)"),
        )
    }

    /// Whole minutes from one instant to another.
    fn minutes(&self, from: &str, until: &str) -> String {
        self.pick(
            format!("CAST(FLOOR(EXTRACT(EPOCH FROM ({until} - {from})) / 60) AS BIGINT)"),
            format!("((unixepoch({until}) - unixepoch({from})) / 60)"),
        )
    }

    /// Years of age on the day of an instant. An age is reached at the end of the day before the birthday (see `shared::time::age_on`).
    fn age(&self, born: &str, column: &str) -> String {
        self.pick(
            format!(
                "CAST((CAST(to_char({column} + INTERVAL '33 hours', 'YYYYMMDD') AS INTEGER) \
                 - CAST(to_char({born}, 'YYYYMMDD') AS INTEGER)) / 10000 AS BIGINT)"
            ),
            format!("((CAST(strftime('%Y%m%d', {column}, '+33 hours') AS BIGINT) - CAST(strftime('%Y%m%d', {born}) AS BIGINT)) / 10000)"),
        )
    }

    /// A text within a JSON text, by the names that lead to it; NULL where there is none.
    fn json(&self, column: &str, path: &[&str]) -> String {
        let (postgres, sqlite) = (path.join(","), path.join("."));
        self.pick(format!("(CAST({column} AS JSON) #>> '{{{postgres}}}')"), format!("json_extract({column}, '$.{sqlite}')"))
    }
}

const SUM: &str = "CAST(0 AS BIGINT)";

/// `stays`: bookings whose stay begins in the month and which were not cancelled, declined or marked absent, whether or not somebody
/// recorded the arrival. Sum: booked minutes. Age on the day of the stay; residence of today.
fn stays(sql: &Sql) -> String {
    format!(
        "SELECT b.municipality, b.facility_id, b.programme, {age}, f.municipality, '', '', '', COUNT(*), CAST(SUM({minutes}) AS BIGINT) \
         FROM bookings b JOIN children c ON c.id = b.child_id JOIN families f ON f.id = b.family_id \
         WHERE {within} AND b.state IN ('confirmed', 'checked_in', 'checked_out') GROUP BY 1, 2, 3, 4, 5",
        age = sql.age("c.born", "b.starts_at"),
        minutes = sql.minutes("b.starts_at", "b.ends_at"),
        within = sql.within("b.starts_at"),
    )
}

/// `offered`: open slots that begin in the month. Sum: places of all ages, or the room's limit where that is lower, times the slot's minutes.
fn offered(sql: &Sql) -> String {
    format!(
        "SELECT s.municipality, s.facility_id, s.programme, CAST(-1 AS BIGINT), '', '', '', '', COUNT(*), \
         CAST(SUM(CASE WHEN s.room IS NOT NULL AND s.room < t.places THEN s.room ELSE t.places END * {minutes}) AS BIGINT) \
         FROM slots s JOIN (SELECT o.slot_id, SUM(o.capacity) AS places FROM slot_bands o JOIN slots x ON x.id = o.slot_id \
         WHERE {inner} GROUP BY o.slot_id) t ON t.slot_id = s.id \
         WHERE {within} AND s.state = 'open' GROUP BY 1, 2, 3",
        minutes = sql.minutes("s.starts_at", "s.ends_at"),
        inner = sql.within("x.starts_at"),
        within = sql.within("s.starts_at"),
    )
}

/// `free`: days of the month on which a facility had open slots of a programme. Sum: those on which one of them had a place left for some
/// age through its fullest minute.
fn free(sql: &Sql) -> String {
    format!(
        "SELECT d.municipality, d.facility_id, d.programme, CAST(-1 AS BIGINT), '', '', '', '', COUNT(*), CAST(SUM(d.free) AS BIGINT) \
         FROM (SELECT s.municipality, s.facility_id, s.programme, {day} AS day, MAX(CASE WHEN (s.room IS NULL OR s.peak < s.room) \
         AND EXISTS (SELECT 1 FROM slot_bands o WHERE o.slot_id = s.id AND o.peak < o.capacity) THEN 1 ELSE 0 END) AS free \
         FROM slots s WHERE {within} AND s.state = 'open' GROUP BY 1, 2, 3, 4) d GROUP BY 1, 2, 3",
        day = sql.day("s.starts_at"),
        within = sql.within("s.starts_at"),
    )
}

/// `cancelled`: bookings whose stay would have begun in the month. Word: `closure` where the facility closed, else the exempt reason, else
/// `none`.
fn cancelled(sql: &Sql) -> String {
    format!(
        "SELECT b.municipality, b.facility_id, b.programme, {age}, '', \
         CASE WHEN {closure} IS NOT NULL THEN 'closure' ELSE COALESCE({exempt}, 'none') END, '', '', COUNT(*), {SUM} \
         FROM bookings b JOIN children c ON c.id = b.child_id WHERE {within} AND b.state = 'cancelled' GROUP BY 1, 2, 3, 4, 6",
        age = sql.age("c.born", "b.starts_at"),
        closure = sql.json("b.ended", &["closure"]),
        exempt = sql.json("b.ended", &["exempt"]),
        within = sql.within("b.starts_at"),
    )
}

/// `absent`: bookings whose stay would have begun in the month and whose child did not come, as staff confirmed.
fn absent(sql: &Sql) -> String {
    format!(
        "SELECT b.municipality, b.facility_id, b.programme, {age}, '', '', '', '', COUNT(*), {SUM} \
         FROM bookings b JOIN children c ON c.id = b.child_id WHERE {within} AND b.state = 'absent' GROUP BY 1, 2, 3, 4",
        age = sql.age("c.born", "b.starts_at"),
        within = sql.within("b.starts_at"),
    )
}

/// `made`: parties (brothers and sisters together) that were booked in the month and not undone, for the facility's city. Words: who made it
/// (`family`, `waitlist`, `facility`, `office`, `import`), the hour, and whether the city hall was open then: `in_hours` or `out_of_hours` (weekends,
/// national holidays and outside its hours).
fn made(sql: &Sql) -> String {
    let minute = |time: chrono::NaiveTime| chrono::Timelike::num_seconds_from_midnight(&time) / 60;
    format!(
        "SELECT m.municipality, '', m.programme, CAST(-1 AS BIGINT), '', m.channel, m.hour, \
         CASE WHEN m.weekday IN (0, 6) OR m.minute < {opens} OR m.minute >= {closes} \
         OR EXISTS (SELECT 1 FROM holidays h WHERE h.day = m.day) THEN 'out_of_hours' ELSE 'in_hours' END, COUNT(DISTINCT m.party_id), {SUM} \
         FROM (SELECT b.municipality, b.programme, b.party_id, {day} AS day, {weekday} AS weekday, {hour} * 60 + {min} AS minute, \
         CAST({hour} AS TEXT) AS hour, CASE WHEN {entered} IS NOT NULL THEN {entered} \
         WHEN EXISTS (SELECT 1 FROM waitlist_entries w WHERE w.party_id = b.party_id) THEN 'waitlist' ELSE 'family' END AS channel \
         FROM bookings b WHERE {within} AND b.state <> 'undone') m GROUP BY 1, 3, 6, 7, 8",
        opens = minute(sql.goals.opens),
        closes = minute(sql.goals.closes),
        day = sql.day("b.created_at"),
        weekday = sql.part("weekday", "b.created_at"),
        hour = sql.part("hour", "b.created_at"),
        min = sql.part("minute", "b.created_at"),
        entered = sql.json("b.agreed", &["entered", "entered_by"]),
        within = sql.within("b.created_at"),
    )
}

/// `unmet`: what was asked for from a day of the month on and nobody could give, by residents of the city; who did not say where they live
/// is not counted. Word: `search_empty`, once an hour for the same question, or `unserved`, a child that waited in vain.
fn unmet(sql: &Sql) -> String {
    format!(
        "SELECT u.residence, '', COALESCE(u.programme, ''), COALESCE(u.age, CAST(-1 AS BIGINT)), '', u.why, '', '', COUNT(*), {SUM} \
         FROM unmet_demand u WHERE u.first_day >= {from} AND u.first_day < {until} AND u.residence IS NOT NULL GROUP BY 1, 3, 4, 6",
        from = sql.days.0,
        until = sql.days.1,
    )
}

/// `decided`: applications that the city decided in the month. Sum: minutes from sending to decision, days on which the family had it back
/// included. Words: `rules` or `officer`; `day` (within 24 hours), `five_days`, `ten_days`, `longer`.
fn decided(sql: &Sql) -> String {
    format!(
        "SELECT a.municipality, '', a.procedure, CAST(-1 AS BIGINT), '', a.decider, \
         CASE WHEN a.minutes <= 1440 THEN 'day' WHEN a.minutes <= 7200 THEN 'five_days' WHEN a.minutes <= 14400 THEN 'ten_days' ELSE 'longer' END, \
         '', COUNT(*), CAST(SUM(a.minutes) AS BIGINT) \
         FROM (SELECT p.municipality, r.key AS procedure, {decider} AS decider, {minutes} AS minutes \
         FROM applications p JOIN procedures r ON r.id = p.procedure_id \
         WHERE {within} AND p.submitted_at IS NOT NULL AND p.state IN ('granted', 'refused')) a GROUP BY 1, 3, 6, 7",
        decider = sql.json("p.decided", &["decision", "by"]),
        minutes = sql.minutes("p.submitted_at", "p.decided_at"),
        within = sql.within("p.decided_at"),
    )
}

/// `waited`: entries of the waiting list of the city's families that ended in the month, however they ended. Word: how.
fn waited(sql: &Sql) -> String {
    format!(
        "SELECT f.municipality, '', w.programme, CAST(-1 AS BIGINT), '', w.state, '', '', COUNT(*), {SUM} \
         FROM waitlist_entries w JOIN families f ON f.id = w.family_id WHERE {within} GROUP BY 1, 3, 6",
        within = sql.within("w.ended_at"),
    )
}

/// `notified`: notices that had to be opened until an instant of the month and were not replaced. Word: `opened` in time, `late`, or
/// `unopened`.
fn notified(sql: &Sql) -> String {
    format!(
        "SELECT n.municipality, '', '', CAST(-1 AS BIGINT), '', CASE WHEN n.opened_at IS NULL THEN 'unopened' \
         WHEN n.opened_at > n.deadline_at THEN 'late' ELSE 'opened' END, '', '', COUNT(*), {SUM} \
         FROM notices n WHERE {within} AND n.followed AND n.replaced_at IS NULL GROUP BY 1, 6",
        within = sql.within("n.deadline_at"),
    )
}

fn query(measure: Measure, sql: &Sql) -> String {
    match measure {
        Measure::Stays => stays(sql),
        Measure::Offered => offered(sql),
        Measure::Free => free(sql),
        Measure::Cancelled => cancelled(sql),
        Measure::Absent => absent(sql),
        Measure::Made => made(sql),
        Measure::Unmet => unmet(sql),
        Measure::Decided => decided(sql),
        Measure::Waited => waited(sql),
        Measure::Notified => notified(sql),
    }
}

/// Counts a month of every city.
pub fn count(conn: &mut AnyConnection, month: Month) -> Result<Facts, DbError> {
    let (first, next) = (month.first_day(), month.next_first_day());
    let literal = |day| format!("'{}'", stored(day_start(day)).format("%Y-%m-%d %H:%M:%S"));
    let said = Sql {
        is_postgres: matches!(conn, AnyConnection::Pg(_)),
        instants: (literal(first), literal(next)),
        days: (format!("'{first}'"), format!("'{next}'")),
        goals: find_goals(conn, first)?,
    };
    let districts = districts(conn)?;
    let mut facts = Facts::new();
    for measure in Measure::ALL {
        let rows: Vec<Row> = sql::<Types>(&query(*measure, &said)).load(conn)?;
        for row in rows {
            let (city, fact) = fact(row, &districts);
            facts.entry((code(&city)?, *measure)).or_default().push(fact);
        }
    }
    Ok(facts)
}

fn fact(row: Row, districts: &BTreeMap<String, String>) -> (String, Fact) {
    let (city, facility, programme, age, residence, one, two, three, count, sum) = row;
    let district = districts.get(&facility).cloned().unwrap_or_default();
    let age = u32::try_from(age).ok();
    (city, Fact { facility, district, programme, age, residence, words: [one, two, three], amounts: Amounts { count, sum } })
}

/// The district of each facility: 町字 of its address.
fn districts(conn: &mut AnyConnection) -> Result<BTreeMap<String, String>, DbError> {
    let rows: Vec<(String, String)> = facilities::table.select((facilities::id, facilities::details)).load(conn)?;
    rows.into_iter()
        .map(|(id, details)| {
            let listing: Listing = from_json(&details)?;
            Ok((id, listing.address.town.unwrap_or_default()))
        })
        .collect()
}
