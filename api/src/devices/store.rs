//! Devices that notices are pushed to, and our key to push services, in the database.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::devices::{PushDevice, PushKeys};
use shared::ids::{AccountId, DeviceId};

use crate::channels::{Endpoint, Outcome};
use crate::db::{AnyConnection, DbError, OnConflict, instant, stored, to_json};
use crate::schema::{push_keys, push_subscriptions};

/// What is kept of a failure at most.
const LONGEST_FAILURE: usize = 200;

/// A device as it was described before.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub account: AccountId,
    /// What messages to it are sealed with: key and secret.
    pub keys: (String, String),
    /// Whether it has ended.
    pub ended: bool,
}

/// A device as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    /// Whose it is.
    pub account: &'a AccountId,
    /// What it is called.
    pub name: &'a str,
    /// Where it can be reached.
    pub endpoint: &'a str,
    /// What messages to it are sealed with: key and secret.
    pub keys: (&'a str, &'a str),
}

/// The device of this address.
pub fn find_held(conn: &mut AnyConnection, endpoint: &str) -> Result<Option<Held>, DbError> {
    type Row = (String, String, String, String, Option<NaiveDateTime>);
    let row: Option<Row> = push_subscriptions::table
        .filter(push_subscriptions::endpoint.eq(endpoint))
        .select((
            push_subscriptions::id,
            push_subscriptions::account_id,
            push_subscriptions::p256dh,
            push_subscriptions::auth,
            push_subscriptions::ended_at,
        ))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(id, account, p256dh, auth, ended)| Held {
        id: DeviceId::new(id),
        account: AccountId::new(account),
        keys: (p256dh, auth),
        ended: ended.is_some(),
    }))
}

/// Writes a device that was not known.
pub fn insert_device(conn: &mut AnyConnection, id: &DeviceId, new: Described<'_>, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(push_subscriptions::table)
        .values((
            push_subscriptions::id.eq(id.as_str()),
            push_subscriptions::account_id.eq(new.account.as_str()),
            push_subscriptions::name.eq(new.name),
            push_subscriptions::endpoint.eq(new.endpoint),
            push_subscriptions::p256dh.eq(new.keys.0),
            push_subscriptions::auth.eq(new.keys.1),
            push_subscriptions::created_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a known device as it is described now; it is written to again.
pub fn renew_device(conn: &mut AnyConnection, id: &DeviceId, new: Described<'_>) -> Result<(), DbError> {
    diesel::update(push_subscriptions::table.filter(push_subscriptions::id.eq(id.as_str())))
        .set((
            push_subscriptions::account_id.eq(new.account.as_str()),
            push_subscriptions::name.eq(new.name),
            push_subscriptions::endpoint.eq(new.endpoint),
            push_subscriptions::p256dh.eq(new.keys.0),
            push_subscriptions::auth.eq(new.keys.1),
            push_subscriptions::last_failure.eq(None::<String>),
            push_subscriptions::ended_at.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Somebody else's device begins anew with who has it now.
pub fn forget_past(conn: &mut AnyConnection, id: &DeviceId, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(push_subscriptions::table.filter(push_subscriptions::id.eq(id.as_str())))
        .set((push_subscriptions::created_at.eq(stored(now)), push_subscriptions::last_success_at.eq(None::<NaiveDateTime>)))
        .execute(conn)?;
    Ok(())
}

type Row = (String, String, NaiveDateTime, Option<NaiveDateTime>, Option<String>, Option<NaiveDateTime>);

fn device((id, name, created_at, last_success_at, last_failure, ended_at): Row) -> PushDevice {
    PushDevice {
        id: DeviceId::new(id),
        name,
        created_at: instant(created_at),
        last_success_at: last_success_at.map(instant),
        last_failure,
        ended_at: ended_at.map(instant),
    }
}

/// The devices of an account, the newest first.
pub fn list_devices(conn: &mut AnyConnection, account: &AccountId) -> Result<Vec<PushDevice>, DbError> {
    let rows: Vec<Row> = push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(account.as_str()))
        .order((push_subscriptions::created_at.desc(), push_subscriptions::id.desc()))
        .select((
            push_subscriptions::id,
            push_subscriptions::name,
            push_subscriptions::created_at,
            push_subscriptions::last_success_at,
            push_subscriptions::last_failure,
            push_subscriptions::ended_at,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(device).collect())
}

/// Removes a device of an account; whether there was one.
pub fn delete_device(conn: &mut AnyConnection, account: &AccountId, id: &DeviceId) -> Result<bool, DbError> {
    let mine = push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(account.as_str()))
        .filter(push_subscriptions::id.eq(id.as_str()));
    Ok(diesel::delete(mine).execute(conn)? == 1)
}

fn reached((id, address, p256dh, auth): (String, String, String, String)) -> Result<Endpoint, DbError> {
    Ok(Endpoint { id, address, details: to_json(&PushKeys { p256dh, auth })? })
}

/// Where an account's devices can be reached, without those that have ended.
pub fn list_endpoints(conn: &mut AnyConnection, account: &AccountId) -> Result<Vec<Endpoint>, DbError> {
    let rows: Vec<(String, String, String, String)> = push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(account.as_str()))
        .filter(push_subscriptions::ended_at.is_null())
        .order(push_subscriptions::id)
        .select((push_subscriptions::id, push_subscriptions::endpoint, push_subscriptions::p256dh, push_subscriptions::auth))
        .load(conn)?;
    rows.into_iter().map(reached).collect()
}

/// A device of an account that is to be tried: where it can be reached, and when it was last tried.
pub struct Tried {
    /// Where it can be reached.
    pub endpoint: Endpoint,
    /// Last tried at.
    pub tried_at: Option<DateTime<Utc>>,
    /// Whether it has ended.
    pub ended: bool,
}

/// A device of an account, to be tried.
pub fn find_tried(conn: &mut AnyConnection, account: &AccountId, id: &DeviceId) -> Result<Option<Tried>, DbError> {
    type Row = (String, String, String, Option<NaiveDateTime>, Option<NaiveDateTime>);
    let row: Option<Row> = push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(account.as_str()))
        .filter(push_subscriptions::id.eq(id.as_str()))
        .select((
            push_subscriptions::endpoint,
            push_subscriptions::p256dh,
            push_subscriptions::auth,
            push_subscriptions::tried_at,
            push_subscriptions::ended_at,
        ))
        .get_result(conn)
        .optional()?;
    row.map(|(address, p256dh, auth, tried, ended)| {
        Ok(Tried { endpoint: reached((id.to_string(), address, p256dh, auth))?, tried_at: tried.map(instant), ended: ended.is_some() })
    })
    .transpose()
}

/// Writes down that a trial message is sent, unless another was meanwhile; whether it may be.
pub fn mark_tried(conn: &mut AnyConnection, id: &DeviceId, before: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mine = push_subscriptions::table.filter(push_subscriptions::id.eq(id.as_str()));
    let set = push_subscriptions::tried_at.eq(stored(now));
    let marked = match before {
        Some(at) => diesel::update(mine.filter(push_subscriptions::tried_at.eq(stored(at)))).set(set).execute(conn)?,
        None => diesel::update(mine.filter(push_subscriptions::tried_at.is_null())).set(set).execute(conn)?,
    };
    Ok(marked == 1)
}

/// Writes down what became of a message to a device: when its push service last took one, why it did not, or that the device has ended.
pub fn mark_outcome(conn: &mut AnyConnection, id: &DeviceId, outcome: &Outcome, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = push_subscriptions::table.filter(push_subscriptions::id.eq(id.as_str()));
    match outcome {
        Outcome::Accepted => diesel::update(mine)
            .set((push_subscriptions::last_success_at.eq(stored(now)), push_subscriptions::last_failure.eq(None::<String>)))
            .execute(conn)?,
        Outcome::Gone => diesel::update(mine.filter(push_subscriptions::ended_at.is_null()))
            .set(push_subscriptions::ended_at.eq(stored(now)))
            .execute(conn)?,
        Outcome::Later(_) => diesel::update(mine).set(push_subscriptions::last_failure.eq("later")).execute(conn)?,
        Outcome::Refused(why) => {
            let why: String = why.chars().take(LONGEST_FAILURE).collect();
            diesel::update(mine).set(push_subscriptions::last_failure.eq(why)).execute(conn)?
        }
    };
    Ok(())
}

/// The key of this installation, which is the given one where there is none yet. Of several processes that start at once, all have the
/// same.
pub fn key_or(conn: &mut AnyConnection, made: &str, now: DateTime<Utc>) -> Result<String, DbError> {
    let insert =
        diesel::insert_into(push_keys::table).values((push_keys::id.eq(1), push_keys::pem.eq(made), push_keys::created_at.eq(stored(now))));
    OnConflict { insert, clause: " ON CONFLICT (id) DO NOTHING" }.execute(conn)?;
    Ok(push_keys::table.filter(push_keys::id.eq(1)).select(push_keys::pem).get_result(conn)?)
}
