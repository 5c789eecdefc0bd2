//! Events of which notices are still to be made.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::municipalities::MunicipalityCode;

use crate::db::{AnyConnection, DbError, instant, stored};
use crate::municipalities::store::code;
use crate::schema::{events, outbox};

/// The most events of one act that are taken at once.
const MOST: i64 = 500;

/// An event that waits in the queue.
#[derive(Debug, Clone)]
pub struct Queued {
    /// The event.
    pub id: String,
    /// What happened.
    pub kind: String,
    /// Where.
    pub municipality: MunicipalityCode,
    /// To what.
    pub subject: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
}

/// Puts an event into the queue, in the transaction that writes it.
pub fn insert_queued(conn: &mut AnyConnection, event: &str, act: &str, actor: &str) -> Result<(), DbError> {
    let values = (outbox::event_id.eq(event), outbox::act_id.eq(act), outbox::actor.eq(actor));
    diesel::insert_into(outbox::table).values(values).execute(conn)?;
    Ok(())
}

/// The acts whose turn it is, whose events wait longest first.
pub fn list_acts(conn: &mut AnyConnection, now: DateTime<Utc>, most: i64) -> Result<Vec<String>, DbError> {
    let due = outbox::table
        .filter(outbox::set_aside_at.is_null())
        .filter(outbox::next_at.is_null().or(outbox::next_at.le(stored(now))))
        .order(outbox::event_id)
        .limit(most);
    let ids: Vec<String> = due.select(outbox::act_id).load(conn)?;
    let mut known = BTreeSet::new();
    Ok(ids.into_iter().filter(|id| known.insert(id.clone())).collect())
}

/// Notes that no notices could be made of an act: it waits for its next try, or is set aside after so many. Says whether it is.
pub fn mark_unmade(
    conn: &mut AnyConnection,
    act: &str,
    (tries, wait): (u32, fn(u32) -> TimeDelta),
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let mine = outbox::table.filter(outbox::act_id.eq(act));
    diesel::update(mine).set(outbox::attempts.eq(outbox::attempts + 1)).execute(conn)?;
    let attempts: Option<i64> = mine.select(diesel::dsl::max(outbox::attempts)).get_result(conn)?;
    // Nothing is left of it where another has made them meanwhile.
    let Some(attempts) = attempts.and_then(|attempts| u32::try_from(attempts).ok()) else { return Ok(false) };
    if attempts >= tries {
        diesel::update(mine).set(outbox::set_aside_at.eq(stored(now))).execute(conn)?;
        return Ok(true);
    }
    diesel::update(mine).set(outbox::next_at.eq(stored(now + wait(attempts)))).execute(conn)?;
    Ok(false)
}

/// How many acts are set aside.
pub fn count_set_aside(conn: &mut AnyConnection) -> Result<i64, DbError> {
    let aside = outbox::table.filter(outbox::set_aside_at.is_not_null());
    Ok(aside.select(diesel::dsl::count(outbox::act_id).aggregate_distinct()).get_result(conn)?)
}

/// Puts what was set aside into the queue again; gives how many events.
pub fn take_up(conn: &mut AnyConnection) -> Result<usize, DbError> {
    let aside = outbox::table.filter(outbox::set_aside_at.is_not_null());
    let anew = (outbox::attempts.eq(0), outbox::next_at.eq(None::<NaiveDateTime>), outbox::set_aside_at.eq(None::<NaiveDateTime>));
    Ok(diesel::update(aside).set(anew).execute(conn)?)
}

/// Takes the events of an act out of the queue; none where another has taken them.
pub fn take_act(conn: &mut AnyConnection, act: &str) -> Result<Vec<Queued>, DbError> {
    let rows: Vec<(String, String, String, String, NaiveDateTime, String)> = outbox::table
        .inner_join(events::table)
        .filter(outbox::act_id.eq(act))
        .order(outbox::event_id)
        .limit(MOST)
        .select((events::id, events::kind, events::municipality, events::subject_id, events::occurred_at, outbox::actor))
        .load(conn)?;
    let ids: Vec<&str> = rows.iter().map(|(id, ..)| id.as_str()).collect();
    // On PostgreSQL this waits for another who takes the same, and then finds nothing left.
    let taken = diesel::delete(outbox::table.filter(outbox::event_id.eq_any(&ids))).execute(conn)?;
    if taken != rows.len() {
        return Err(DbError::Retry);
    }
    rows.into_iter()
        .map(|(id, kind, city, subject, at, actor)| Ok(Queued { id, kind, municipality: code(&city)?, subject, at: instant(at), actor }))
        .collect()
}

/// Puts what happened lately into the queue where nothing was put there: for the demo world, which fills years in a moment.
pub fn queue_recent(conn: &mut AnyConnection, since: DateTime<Utc>, most: i64) -> Result<(), DbError> {
    let rows: Vec<(String, String, NaiveDateTime)> = events::table
        .filter(events::occurred_at.ge(stored(since)))
        .order((events::occurred_at.desc(), events::id.desc()))
        .limit(most)
        .select((events::id, events::kind, events::occurred_at))
        .load(conn)?;
    for (id, kind, at) in rows {
        if shared::notices::is_told(&kind) {
            insert_queued(conn, &id, &format!("demo {at}"), crate::demo::ACTOR)?;
        }
    }
    Ok(())
}
