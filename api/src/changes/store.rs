//! Changes of rules in the database, and what their preview counts.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use shared::changes::{BookedFact, Change, RuleChange, Standing};
use shared::ids::{BookingId, FacilityId, FamilyId, ProcedureId, ProgrammeVersionId, RuleChangeId, SlotId, TemplateId};
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::procedures::ProcedureKey;
use shared::programmes::ProgrammeKey;
use shared::time::{day_start, next_day};

use crate::db::{AnyConnection, DbError, from_json, instant, stored, to_json, unknown};
use crate::municipalities::store::code;
use crate::schema::{applications, bookings, children, compact_terms, families, holidays, procedures, programmes, rule_changes, slots};

/// What was written when a change was agreed to, so that it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// A version of a programme.
    Programme {
        /// The version.
        made: Made<ProgrammeVersionId>,
    },
    /// A version of a procedure.
    Procedure {
        /// The version.
        made: Made<ProcedureId>,
    },
    /// A term of a compact, by its first day.
    Compact {
        /// The term.
        made: Made<NaiveDate>,
    },
    /// Holidays: each day with its name before.
    Holidays {
        /// Day, the name before, the name now; no name: no holiday.
        days: Vec<(NaiveDate, Option<String>, Option<String>)>,
    },
    /// Nothing yet: it is written into what holds when its first day comes.
    Later,
    /// A facility that opens.
    Opening {
        /// The facility.
        facility_id: FacilityId,
    },
    /// That a facility closes for good.
    Closing {
        /// The facility.
        facility_id: FacilityId,
    },
    /// Sentences of notices.
    Wording {
        /// The version.
        id: TemplateId,
    },
    /// Periods, by the first day that stands in the change.
    Retention,
}

/// Something that holds from a day on, and what ended for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made<Id> {
    /// What began.
    pub id: Id,
    /// Its last day as it was written.
    pub until: Option<NaiveDate>,
    /// What ended, with the last day that it had had.
    pub ended: Option<(Id, Option<NaiveDate>)>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = rule_changes)]
struct Row {
    id: String,
    municipality: String,
    agreeing: String,
    change: String,
    weights: String,
    impact: String,
    standing: String,
    proposed: String,
    decided: Option<String>,
    undone: Option<String>,
    effect: Option<String>,
    version: i64,
}

/// A change with what it wrote.
pub struct Stored {
    /// The change.
    pub change: RuleChange,
    /// What was written when it was agreed to.
    pub effect: Option<Effect>,
}

fn change(row: Row) -> Result<Stored, DbError> {
    Ok(Stored {
        effect: row.effect.as_deref().map(from_json).transpose()?,
        change: RuleChange {
            id: RuleChangeId::new(row.id),
            municipality: code(&row.municipality)?,
            agreeing: code(&row.agreeing)?,
            change: from_json(&row.change)?,
            weights: from_json(&row.weights)?,
            impact: from_json(&row.impact)?,
            standing: Standing::parse(&row.standing).ok_or_else(|| unknown("standing of a change", &row.standing))?,
            proposed: from_json(&row.proposed)?,
            decided: row.decided.as_deref().map(from_json).transpose()?,
            undone: row.undone.as_deref().map(from_json).transpose()?,
            version: row.version,
        },
    })
}

/// Writes a new change.
pub fn insert_change(conn: &mut AnyConnection, new: &RuleChange, effect: Option<&Effect>) -> Result<(), DbError> {
    diesel::insert_into(rule_changes::table)
        .values((
            rule_changes::id.eq(new.id.as_str()),
            rule_changes::municipality.eq(new.municipality.as_str()),
            rule_changes::agreeing.eq(new.agreeing.as_str()),
            rule_changes::change.eq(to_json(&new.change)?),
            rule_changes::first_day.eq(new.change.first_day().unwrap_or_default()),
            rule_changes::weights.eq(to_json(&new.weights)?),
            rule_changes::impact.eq(to_json(&new.impact)?),
            rule_changes::standing.eq(new.standing.as_str()),
            rule_changes::proposed.eq(to_json(&new.proposed)?),
            rule_changes::proposed_at.eq(stored(new.proposed.at)),
            rule_changes::effect.eq(effect.map(to_json).transpose()?),
            rule_changes::version.eq(new.version),
            rule_changes::subject.eq(new.change.subject(&new.municipality)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether another change of the same begins on that day.
pub fn is_taken(conn: &mut AnyConnection, subject: &str, first: NaiveDate) -> Result<bool, DbError> {
    let same = rule_changes::table.filter(rule_changes::subject.eq(subject)).filter(rule_changes::first_day.eq(first));
    Ok(diesel::select(exists(same.filter(rule_changes::standing.eq(Standing::Agreed.as_str())))).get_result(conn)?)
}

/// The latest change of the same that waits for its first day and begins before another day.
pub fn find_planned(conn: &mut AnyConnection, subject: &str, before: NaiveDate) -> Result<Option<Change>, DbError> {
    let planned: Option<String> = rule_changes::table
        .filter(rule_changes::subject.eq(subject))
        .filter(rule_changes::standing.eq(Standing::Agreed.as_str()))
        .filter(rule_changes::entered_at.is_null())
        .filter(rule_changes::first_day.lt(before))
        .order(rule_changes::first_day.desc())
        .select(rule_changes::change)
        .first(conn)
        .optional()?;
    planned.as_deref().map(from_json).transpose()
}

/// Whether a change of something waits for its first day.
pub fn is_planned(conn: &mut AnyConnection, subject: &str) -> Result<bool, DbError> {
    let waits = rule_changes::table.filter(rule_changes::subject.eq(subject)).filter(rule_changes::entered_at.is_null());
    Ok(diesel::select(exists(waits.filter(rule_changes::standing.eq(Standing::Agreed.as_str())))).get_result(conn)?)
}

/// Changes whose first day has come, the earliest first, that nobody has written into what holds.
pub fn list_due(conn: &mut AnyConnection, today: NaiveDate) -> Result<Vec<RuleChangeId>, DbError> {
    let ids = rule_changes::table
        .filter(rule_changes::standing.eq(Standing::Agreed.as_str()))
        .filter(rule_changes::subject.is_not_null())
        .filter(rule_changes::entered_at.is_null())
        .filter(rule_changes::first_day.le(today))
        .order((rule_changes::first_day, rule_changes::id))
        .select(rule_changes::id)
        .load::<String>(conn)?;
    Ok(ids.into_iter().map(RuleChangeId::new).collect())
}

/// Whether a change was written into what holds.
pub fn is_entered(conn: &mut AnyConnection, id: &RuleChangeId) -> Result<bool, DbError> {
    let mine = rule_changes::table.filter(rule_changes::id.eq(id.as_str()));
    Ok(mine.select(rule_changes::entered_at).get_result::<Option<NaiveDateTime>>(conn)?.is_some())
}

/// Notes that a change was written into what holds.
pub fn mark_entered(conn: &mut AnyConnection, id: &RuleChangeId, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = rule_changes::table.filter(rule_changes::id.eq(id.as_str()));
    diesel::update(mine).set(rule_changes::entered_at.eq(stored(now))).execute(conn)?;
    Ok(())
}

/// The bookings at a facility that hold a place from a day on, and how many slots are open then.
pub fn list_at(conn: &mut AnyConnection, facility: &FacilityId, from: NaiveDate) -> Result<(Vec<BookedFact>, i64), DbError> {
    let start = stored(day_start(from));
    let rows: Vec<(String, NaiveDate, NaiveDateTime, NaiveDateTime)> = bookings::table
        .inner_join(children::table)
        .filter(bookings::facility_id.eq(facility.as_str()))
        .filter(bookings::starts_at.ge(start))
        .filter(bookings::active)
        .select((bookings::family_id, children::born, bookings::starts_at, bookings::ends_at))
        .load(conn)?;
    let fact = |(family, born, starts, ends)| BookedFact {
        family: FamilyId::new(family),
        born,
        starts_at: instant(starts),
        ends_at: instant(ends),
    };
    let open =
        slots::table.filter(slots::facility_id.eq(facility.as_str())).filter(slots::starts_at.ge(start)).filter(slots::state.eq("open"));
    Ok((rows.into_iter().map(fact).collect(), open.count().get_result(conn)?))
}

/// Writes how a change stands now.
pub fn write_change(conn: &mut AnyConnection, change: &RuleChange, effect: Option<&Effect>) -> Result<(), DbError> {
    diesel::update(rule_changes::table.filter(rule_changes::id.eq(change.id.as_str())))
        .set((
            rule_changes::standing.eq(change.standing.as_str()),
            rule_changes::decided.eq(change.decided.as_ref().map(to_json).transpose()?),
            rule_changes::undone.eq(change.undone.as_ref().map(to_json).transpose()?),
            rule_changes::effect.eq(effect.map(to_json).transpose()?),
            rule_changes::version.eq(change.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// A change that an officer of this city may read, and nobody else changes it until this transaction is over.
pub fn lock_change(conn: &mut AnyConnection, id: &RuleChangeId) -> Result<Option<Stored>, DbError> {
    let mine = rule_changes::table.filter(rule_changes::id.eq(id.as_str()));
    diesel::update(mine).set(rule_changes::version.eq(rule_changes::version)).execute(conn)?;
    find_change(conn, id)
}

/// A change.
pub fn find_change(conn: &mut AnyConnection, id: &RuleChangeId) -> Result<Option<Stored>, DbError> {
    let mine = rule_changes::table.filter(rule_changes::id.eq(id.as_str()));
    mine.select(Row::as_select()).get_result(conn).optional()?.map(change).transpose()
}

/// The changes that a city proposed or has to agree to, the newest first: only those of a standing, only those after an id.
pub fn list_changes(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    standing: Option<Standing>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<RuleChange>, DbError> {
    let of_city = rule_changes::municipality.eq(city.as_str()).or(rule_changes::agreeing.eq(city.as_str()));
    let mut query = rule_changes::table.filter(of_city).into_boxed();
    if let Some(standing) = standing {
        query = query.filter(rule_changes::standing.eq(standing.as_str()));
    }
    // Ids grow with time.
    if let Some(after) = after {
        query = query.filter(rule_changes::id.lt(after.to_owned()));
    }
    let rows = query.order(rule_changes::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(|row| change(row).map(|stored| stored.change)).collect()
}

/// Stays of some days at a city's facilities, of families of one city or all.
pub fn list_stays(
    conn: &mut AnyConnection,
    (host, programme): (&MunicipalityCode, &ProgrammeKey),
    residence: Option<&MunicipalityCode>,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<Vec<BookingId>, DbError> {
    let mut query = bookings::table
        .filter(bookings::municipality.eq(host.as_str()))
        .filter(bookings::programme.eq(programme.as_str()))
        .filter(bookings::starts_at.ge(stored(day_start(from))))
        .filter(bookings::starts_at.lt(stored(day_start(next_day(until)))))
        .filter(bookings::state.eq_any(["confirmed", "checked_in", "checked_out"]))
        .into_boxed();
    if let Some(residence) = residence {
        query = query.filter(exists(
            families::table.filter(families::id.eq(bookings::family_id)).filter(families::municipality.eq(residence.as_str().to_owned())),
        ));
    }
    let ids = query.select(bookings::id).load::<String>(conn)?;
    Ok(ids.into_iter().map(BookingId::new).collect())
}

/// How many bookings hold a place from a day on; only those that were made since then.
pub fn count_booked(
    conn: &mut AnyConnection,
    (host, programme): (&MunicipalityCode, &ProgrammeKey),
    residence: Option<&MunicipalityCode>,
    (from, until): (NaiveDate, Option<NaiveDate>),
    made_since: Option<DateTime<Utc>>,
) -> Result<i64, DbError> {
    let mut query = bookings::table
        .filter(bookings::municipality.eq(host.as_str()))
        .filter(bookings::programme.eq(programme.as_str()))
        .filter(bookings::starts_at.ge(stored(day_start(from))))
        .filter(bookings::active)
        .into_boxed();
    if let Some(until) = until {
        query = query.filter(bookings::starts_at.lt(stored(day_start(next_day(until)))));
    }
    if let Some(since) = made_since {
        query = query.filter(bookings::created_at.ge(stored(since)));
    }
    if let Some(residence) = residence {
        query = query.filter(exists(
            families::table.filter(families::id.eq(bookings::family_id)).filter(families::municipality.eq(residence.as_str().to_owned())),
        ));
    }
    Ok(query.count().get_result(conn)?)
}

/// The facility's own price of an hour of each slot that has one.
pub fn list_hourly_yen<'a>(conn: &mut AnyConnection, ids: impl Iterator<Item = &'a SlotId>) -> Result<Vec<(String, Option<i64>)>, DbError> {
    let ids: std::collections::BTreeSet<&str> = ids.map(SlotId::as_str).collect();
    Ok(slots::table.filter(slots::id.eq_any(ids)).select((slots::id, slots::hourly_yen)).load(conn)?)
}

/// Bookings that were made on a version of a programme.
pub fn count_on_programme(conn: &mut AnyConnection, id: &ProgrammeVersionId) -> Result<i64, DbError> {
    Ok(bookings::table.filter(bookings::programme_id.eq(id.as_str())).count().get_result(conn)?)
}

/// Applications that were begun on a version of a procedure.
pub fn count_on_procedure(conn: &mut AnyConnection, id: &ProcedureId) -> Result<i64, DbError> {
    Ok(applications::table.filter(applications::procedure_id.eq(id.as_str())).count().get_result(conn)?)
}

/// Applications of a city's procedure, in any version: under way, and decided since a day.
pub fn count_applications(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    key: &ProcedureKey,
    since: NaiveDate,
) -> Result<(i64, i64), DbError> {
    let mine = || applications::table.filter(applications::municipality.eq(city.as_str())).filter(applications::procedure.eq(key.as_str()));
    let under_way = mine().filter(applications::state.eq_any(["draft", "in_review", "returned"])).count().get_result(conn)?;
    let decided = mine().filter(applications::decided_at.ge(stored(day_start(since)))).count().get_result(conn)?;
    Ok((under_way, decided))
}

/// Slots that start on one of these days, and the bookings that hold a place then.
pub fn count_on_days(conn: &mut AnyConnection, days: &[NaiveDate]) -> Result<(i64, i64), DbError> {
    let mut counted = (0, 0);
    for day in days {
        let (start, end) = (stored(day_start(*day)), stored(day_start(next_day(*day))));
        let open: i64 = slots::table.filter(slots::starts_at.ge(start)).filter(slots::starts_at.lt(end)).count().get_result(conn)?;
        let booked = bookings::table.filter(bookings::starts_at.ge(start)).filter(bookings::starts_at.lt(end)).filter(bookings::active);
        counted = (counted.0 + open, counted.1 + booked.count().get_result::<i64>(conn)?);
    }
    Ok(counted)
}

/// The last day of a version of a programme.
pub fn last_day_of_programme(conn: &mut AnyConnection, id: &ProgrammeVersionId) -> Result<Option<NaiveDate>, DbError> {
    Ok(programmes::table.filter(programmes::id.eq(id.as_str())).select(programmes::valid_until).get_result(conn)?)
}

/// Takes a version of a programme away, and gives the one before its last day back.
pub fn undo_programme(conn: &mut AnyConnection, made: &Made<ProgrammeVersionId>) -> Result<(), DbError> {
    diesel::delete(programmes::table.filter(programmes::id.eq(made.id.as_str()))).execute(conn)?;
    if let Some((before, last)) = &made.ended {
        let before = programmes::table.filter(programmes::id.eq(before.as_str()));
        diesel::update(before).set(programmes::valid_until.eq(*last)).execute(conn)?;
    }
    Ok(())
}

/// The last day of a version of a procedure.
pub fn last_day_of_procedure(conn: &mut AnyConnection, id: &ProcedureId) -> Result<Option<NaiveDate>, DbError> {
    Ok(procedures::table.filter(procedures::id.eq(id.as_str())).select(procedures::valid_until).get_result(conn)?)
}

/// Takes a version of a procedure away, and gives the one before its last day back.
pub fn undo_procedure(conn: &mut AnyConnection, made: &Made<ProcedureId>) -> Result<(), DbError> {
    diesel::delete(procedures::table.filter(procedures::id.eq(made.id.as_str()))).execute(conn)?;
    if let Some((before, last)) = &made.ended {
        let before = procedures::table.filter(procedures::id.eq(before.as_str()));
        diesel::update(before).set(procedures::valid_until.eq(*last)).execute(conn)?;
    }
    Ok(())
}

/// Writes a term of a compact.
pub fn insert_term(conn: &mut AnyConnection, new: &CompactTerm) -> Result<(), DbError> {
    diesel::insert_into(compact_terms::table)
        .values((
            compact_terms::compact_id.eq(new.compact_id.as_str()),
            compact_terms::residence.eq(new.residence.as_str()),
            compact_terms::host.eq(new.host.as_str()),
            compact_terms::programme.eq(new.programme.as_str()),
            compact_terms::valid_from.eq(new.valid_from),
            compact_terms::valid_until.eq(new.valid_until),
            compact_terms::resident_priority_days.eq(i64::from(new.resident_priority_days)),
            compact_terms::price_tier.eq(new.price_tier.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

macro_rules! term {
    ($way:expr, $from:expr) => {
        compact_terms::table
            .filter(compact_terms::residence.eq($way.residence.as_str()))
            .filter(compact_terms::host.eq($way.host.as_str()))
            .filter(compact_terms::programme.eq($way.programme.as_str()))
            .filter(compact_terms::valid_from.eq($from))
    };
}

/// Gives a term its last day.
pub fn end_term(conn: &mut AnyConnection, way: &CompactTerm, from: NaiveDate, last: Option<NaiveDate>) -> Result<(), DbError> {
    diesel::update(term!(way, from)).set(compact_terms::valid_until.eq(last)).execute(conn)?;
    Ok(())
}

/// The last day of a term.
pub fn last_day_of_term(conn: &mut AnyConnection, way: &CompactTerm, from: NaiveDate) -> Result<Option<NaiveDate>, DbError> {
    Ok(term!(way, from).select(compact_terms::valid_until).get_result(conn)?)
}

/// Takes a term away, and gives the one before its last day back.
pub fn undo_term(conn: &mut AnyConnection, way: &CompactTerm, made: &Made<NaiveDate>) -> Result<(), DbError> {
    diesel::delete(term!(way, made.id)).execute(conn)?;
    made.ended.map_or(Ok(()), |(before, last)| end_term(conn, way, before, last))
}

/// The name of a holiday; none: it is none.
pub fn find_holiday(conn: &mut AnyConnection, day: NaiveDate) -> Result<Option<String>, DbError> {
    Ok(holidays::table.filter(holidays::day.eq(day)).select(holidays::name).get_result(conn).optional()?)
}

/// Makes a day a holiday with this name, or none.
pub fn write_holiday(conn: &mut AnyConnection, day: NaiveDate, name: Option<&str>) -> Result<(), DbError> {
    diesel::delete(holidays::table.filter(holidays::day.eq(day))).execute(conn)?;
    if let Some(name) = name {
        diesel::insert_into(holidays::table).values((holidays::day.eq(day), holidays::name.eq(name))).execute(conn)?;
    }
    Ok(())
}
