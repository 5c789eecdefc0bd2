//! Sandboxes in the database of what is real; what is in them stands in files of their own.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::ids::{ClientId, SandboxId};

use crate::db::{AnyConnection, DbError, instant, stored};
use crate::schema::sandboxes;

/// What is kept of a sandbox.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its id.
    pub id: SandboxId,
    /// Its client.
    pub client_id: ClientId,
    /// The hash of its client's secret.
    pub secret_hash: String,
    /// What its clock says.
    pub clock: DateTime<Utc>,
    /// When it was used last.
    pub used_at: DateTime<Utc>,
}

/// How many there are.
pub fn count(conn: &mut AnyConnection) -> Result<i64, DbError> {
    Ok(sandboxes::table.count().get_result(conn)?)
}

/// A sandbox.
pub fn find(conn: &mut AnyConnection, id: &SandboxId) -> Result<Option<Kept>, DbError> {
    type Row = (String, String, String, NaiveDateTime, NaiveDateTime);
    let row = sandboxes::table
        .find(id.as_str())
        .select((sandboxes::id, sandboxes::client_id, sandboxes::secret_hash, sandboxes::clock, sandboxes::used_at))
        .get_result::<Row>(conn)
        .optional()?;
    Ok(row.map(|(id, client_id, secret_hash, clock, used_at)| Kept {
        id: SandboxId::new(id),
        client_id: ClientId::new(client_id),
        secret_hash,
        clock: instant(clock),
        used_at: instant(used_at),
    }))
}

/// Writes a new one down.
pub fn insert(conn: &mut AnyConnection, new: &Kept) -> Result<(), DbError> {
    diesel::insert_into(sandboxes::table)
        .values((
            sandboxes::id.eq(new.id.as_str()),
            sandboxes::client_id.eq(new.client_id.as_str()),
            sandboxes::secret_hash.eq(&new.secret_hash),
            sandboxes::clock.eq(stored(new.clock)),
            sandboxes::made_at.eq(stored(new.used_at)),
            sandboxes::used_at.eq(stored(new.used_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes what its clock says, and that it was used.
pub fn mark(conn: &mut AnyConnection, id: &SandboxId, clock: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(sandboxes::table.find(id.as_str()))
        .set((sandboxes::clock.eq(stored(clock)), sandboxes::used_at.eq(stored(now))))
        .execute(conn)?;
    Ok(())
}

/// Those that nobody used since then.
pub fn list_unused(conn: &mut AnyConnection, since: DateTime<Utc>) -> Result<Vec<SandboxId>, DbError> {
    let ids: Vec<String> = sandboxes::table.filter(sandboxes::used_at.lt(stored(since))).select(sandboxes::id).load(conn)?;
    Ok(ids.into_iter().map(SandboxId::new).collect())
}

/// Forgets one.
pub fn delete(conn: &mut AnyConnection, id: &SandboxId) -> Result<(), DbError> {
    diesel::delete(sandboxes::table.find(id.as_str())).execute(conn)?;
    Ok(())
}
