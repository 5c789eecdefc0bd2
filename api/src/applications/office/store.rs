//! The officers' queue, hand-over notes and the times of decisions, in the database.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use shared::applications::{Application, ApplicationState, Colleague, HandOver, Handled, ProcedureCount, QueueCounts};
use shared::ids::{AccountId, ApplicationId};
use shared::municipalities::MunicipalityCode;
use shared::procedures::ProcedureKey;

use crate::applications::store::{Row, columns, read_applications};
use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored};
use crate::schema::{accounts, applications, children, families, hand_overs, procedures};

/// The state of what waits for an officer; only that can be past the target.
pub const IN_REVIEW: &str = "in_review";

/// Where a page of the queue ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// Whether it was past the target.
    pub late: bool,
    /// When it was sent.
    pub sent: DateTime<Utc>,
    /// Its id.
    pub id: ApplicationId,
}

/// What is looked for in the queue.
#[derive(Debug, Clone)]
pub struct Search {
    /// The city.
    pub city: MunicipalityCode,
    /// The name of the state.
    pub state: &'static str,
    /// Only of this procedure.
    pub procedure: Option<ProcedureKey>,
    /// Only what is past the target.
    pub only_late: bool,
    /// What is due before this day is past the target.
    pub late_before: NaiveDate,
    /// After where a page ended.
    pub after: Option<After>,
    /// So many.
    pub limit: i64,
}

/// A row of the queue.
#[derive(Debug, Clone)]
pub struct Queued {
    /// The application.
    pub application: Application,
    /// The guardian.
    pub guardian_name: String,
    /// Who goes on with it.
    pub assignee: Option<Colleague>,
    /// Where the page would end with it.
    pub after: After,
}

/// The queue: past the target first, then the oldest first; of what is over the latest first.
pub fn list_queue(conn: &mut AnyConnection, search: &Search) -> Result<Vec<Queued>, DbError> {
    let mut found = Vec::new();
    let is_timed = search.state == IN_REVIEW;
    let is_latest_first = !is_timed && search.state != "returned";
    for late in [true, false] {
        let is_over = (late && !is_timed) || (search.only_late && !late) || search.after.as_ref().is_some_and(|after| late && !after.late);
        let left = search.limit.saturating_sub(i64::try_from(found.len()).unwrap_or(i64::MAX));
        if is_over || left <= 0 {
            continue;
        }
        let mut rows = applications::table
            .inner_join(procedures::table)
            .inner_join(families::table)
            .left_join(hand_overs::table)
            .left_join(children::table)
            .filter(applications::municipality.eq(search.city.as_str()))
            .filter(applications::state.eq(search.state))
            .filter(applications::submitted_at.is_not_null())
            .into_boxed();
        rows = match late {
            true => rows.filter(applications::due_on.lt(search.late_before)),
            false if !is_timed => rows,
            false => rows.filter(applications::due_on.is_null().or(applications::due_on.ge(search.late_before))),
        };
        if let Some(procedure) = &search.procedure {
            rows = rows.filter(applications::procedure.eq(procedure.as_str()));
        }
        if let Some(after) = search.after.as_ref().filter(|after| after.late == late) {
            let sent = stored(after.sent);
            let (same, id) = (applications::submitted_at.eq(sent), after.id.as_str().to_owned());
            rows = match is_latest_first {
                true => rows.filter(applications::submitted_at.lt(sent).or(same.and(applications::id.lt(id)))),
                false => rows.filter(applications::submitted_at.gt(sent).or(same.and(applications::id.gt(id)))),
            };
        }
        rows = match is_latest_first {
            true => rows.order((applications::submitted_at.desc(), applications::id.desc())),
            false => rows.order((applications::submitted_at, applications::id)),
        };
        let rows: Vec<(Row, String, Option<String>)> =
            rows.limit(left).select((columns(), families::guardian_name, hand_overs::assignee.nullable())).load(conn)?;
        let (rows, beside): (Vec<Row>, Vec<_>) = rows.into_iter().map(|(row, guardian, assignee)| (row, (guardian, assignee))).unzip();
        for (application, (guardian_name, assignee)) in read_applications(conn, rows)?.into_iter().zip(beside) {
            let sent = application.submitted_at.unwrap_or(application.created_at);
            let assignee = assignee.map(|id| Colleague { account_id: AccountId::new(id), name: String::new() });
            found.push(Queued { after: After { late, sent, id: application.id.clone() }, application, guardian_name, assignee });
        }
    }
    let names = names_of(conn, found.iter().filter_map(|one| one.assignee.as_ref()).map(|one| &one.account_id))?;
    for assignee in found.iter_mut().filter_map(|one| one.assignee.as_mut()) {
        assignee.name = names.get(assignee.account_id.as_str()).cloned().unwrap_or_default();
    }
    Ok(found)
}

/// How many applications wait in a city.
pub fn count_queue(conn: &mut AnyConnection, city: &MunicipalityCode, late_before: NaiveDate) -> Result<QueueCounts, DbError> {
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let of = |state: &'static str| {
        applications::table.filter(applications::municipality.eq(city.as_str())).filter(applications::state.eq(state))
    };
    let overdue: i64 = of("in_review").filter(applications::due_on.lt(late_before)).select(count_star()).first(conn)?;
    let sent_back = of("returned").filter(applications::submitted_at.is_not_null());
    let returned: i64 = sent_back.select(count_star()).first(conn)?;
    let rows: Vec<(String, String, i64)> = applications::table
        .inner_join(procedures::table)
        .filter(applications::municipality.eq(city.as_str()))
        .filter(applications::state.eq("in_review"))
        .group_by((procedures::key, procedures::name))
        .select((procedures::key, procedures::name, count_star()))
        .order((procedures::key, procedures::name))
        .load(conn)?;
    let mut counts: Vec<ProcedureCount> = Vec::new();
    for (key, name, count) in rows {
        // Versions of a procedure may be called otherwise; it is one all the same.
        match counts.iter_mut().find(|one| one.procedure.as_str() == key) {
            Some(one) => one.in_review += number(count),
            None => counts.push(ProcedureCount { procedure: ProcedureKey::new(key), name: from_json(&name)?, in_review: number(count) }),
        }
    }
    let in_review = counts.iter().map(|one| one.in_review).sum();
    Ok(QueueCounts { in_review, overdue: number(overdue), returned: number(returned), procedures: counts })
}

/// What was decided in a city between two instants.
pub fn list_handled(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Handled>, DbError> {
    let rows: Vec<(Option<NaiveDateTime>, Option<NaiveDate>, String)> = applications::table
        .filter(applications::municipality.eq(city.as_str()))
        .filter(applications::decided_at.ge(stored(from)))
        .filter(applications::decided_at.lt(stored(until)))
        .select((applications::submitted_at, applications::due_on, applications::decided))
        .load(conn)?;
    let mut handled = Vec::new();
    for (sent, due_on, state) in rows {
        let state: ApplicationState = from_json(&state)?;
        if let (Some(sent), Some(decision)) = (sent, state.decision()) {
            handled.push(Handled { sent: instant(sent), decided: decision.decided_at, due_on, by: decision.by });
        }
    }
    Ok(handled)
}

/// The officers of a city, by name.
pub fn list_colleagues(conn: &mut AnyConnection, city: &MunicipalityCode) -> Result<Vec<Colleague>, DbError> {
    let theirs = accounts::table.filter(accounts::role.eq("officer")).filter(accounts::municipality.eq(city.as_str()));
    let rows: Vec<(String, String)> = theirs.select((accounts::id, accounts::name)).order((accounts::name, accounts::id)).load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| Colleague { account_id: AccountId::new(id), name }).collect())
}

fn names_of<'a>(conn: &mut AnyConnection, ids: impl Iterator<Item = &'a AccountId>) -> Result<BTreeMap<String, String>, DbError> {
    let ids: Vec<&str> = ids.map(AccountId::as_str).collect();
    let rows: Vec<(String, String)> = accounts::table.filter(accounts::id.eq_any(ids)).select((accounts::id, accounts::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// An account with its name, also of one that is no officer any more.
pub fn find_colleague(conn: &mut AnyConnection, id: &AccountId) -> Result<Colleague, DbError> {
    let name = names_of(conn, std::iter::once(id))?.remove(id.as_str()).unwrap_or_default();
    Ok(Colleague { account_id: id.clone(), name })
}

/// The hand-over note of an application.
pub fn find_hand_over(conn: &mut AnyConnection, id: &ApplicationId) -> Result<Option<HandOver>, DbError> {
    let mine = hand_overs::table.filter(hand_overs::application_id.eq(id.as_str()));
    let columns = (hand_overs::words, hand_overs::assignee, hand_overs::written_by, hand_overs::written_at, hand_overs::version);
    let row: Option<(String, Option<String>, String, NaiveDateTime, i64)> = mine.select(columns).first(conn).optional()?;
    let Some((words, assignee, by, at, version)) = row else { return Ok(None) };
    let assignee = assignee.map(|id| find_colleague(conn, &AccountId::new(id))).transpose()?;
    Ok(Some(HandOver { words, assignee, by: find_colleague(conn, &AccountId::new(by))?, at: instant(at), version }))
}

/// Writes the hand-over note, in the place of the one before.
pub fn write_hand_over(
    conn: &mut AnyConnection,
    id: &ApplicationId,
    (words, assignee): (&str, Option<&AccountId>),
    (by, at): (&AccountId, DateTime<Utc>),
) -> Result<(), DbError> {
    let insert = diesel::insert_into(hand_overs::table).values((
        hand_overs::application_id.eq(id.as_str()),
        hand_overs::words.eq(words.trim()),
        hand_overs::assignee.eq(assignee.map(AccountId::as_str)),
        hand_overs::written_by.eq(by.as_str()),
        hand_overs::written_at.eq(stored(at)),
        hand_overs::version.eq(1),
    ));
    let clause = " ON CONFLICT (application_id) DO UPDATE SET words = excluded.words, assignee = excluded.assignee, \
        written_by = excluded.written_by, written_at = excluded.written_at, version = hand_overs.version + 1";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}
