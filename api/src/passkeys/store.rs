//! Passkeys and what devices were asked to sign, in the database.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::accounts::wait_minutes;
use shared::ids::{AccountId, PasskeyId};
use shared::passkeys::Passkey;

use super::ceremony::Signs;
use crate::db::{AnyConnection, DbError, instant, stored};
use crate::schema::{passkey_challenges, passkeys};

/// Writes down what a device is asked to sign: for this account where it adds a passkey, in the session or browser of this hash.
pub fn insert_challenge(
    conn: &mut AnyConnection,
    (challenge_hash, holder_hash): (&str, &str),
    account: Option<&AccountId>,
    until: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(passkey_challenges::table)
        .values((
            passkey_challenges::challenge_hash.eq(challenge_hash),
            passkey_challenges::holder_hash.eq(holder_hash),
            passkey_challenges::account_id.eq(account.map(AccountId::as_str)),
            passkey_challenges::expires_at.eq(stored(until)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Uses up a challenge that is not over, for the one whom it was given to: once.
pub fn take_challenge(
    conn: &mut AnyConnection,
    (challenge_hash, holder_hash): (&str, &str),
    account: Option<&AccountId>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let mine = passkey_challenges::table
        .filter(passkey_challenges::challenge_hash.eq(challenge_hash))
        .filter(passkey_challenges::holder_hash.eq(holder_hash))
        .filter(passkey_challenges::expires_at.gt(stored(now)));
    let taken = match account {
        Some(account) => diesel::delete(mine.filter(passkey_challenges::account_id.eq(account.as_str()))).execute(conn)?,
        None => diesel::delete(mine.filter(passkey_challenges::account_id.is_null())).execute(conn)?,
    };
    Ok(taken == 1)
}

/// A passkey with what its signatures are checked against.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: PasskeyId,
    /// Whose it is.
    pub account: AccountId,
    /// The public key (COSE), as it travels.
    pub key: String,
    /// How often it had signed.
    pub counter: u32,
    /// Locked until then after too many wrong answers.
    pub locked_until: Option<DateTime<Utc>>,
}

/// The passkey of this name among devices.
pub fn find_held(conn: &mut AnyConnection, credential: &str) -> Result<Option<Held>, DbError> {
    type Row = (String, String, String, i64, Option<NaiveDateTime>);
    let row: Option<Row> = passkeys::table
        .filter(passkeys::credential_id.eq(credential))
        .select((passkeys::id, passkeys::account_id, passkeys::public_key, passkeys::counter, passkeys::locked_until))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(id, account, key, counter, locked)| Held {
        id: PasskeyId::new(id),
        account: AccountId::new(account),
        key,
        counter: u32::try_from(counter).unwrap_or(u32::MAX),
        locked_until: locked.map(instant),
    }))
}

/// The passkeys of an account, the newest first.
pub fn list_passkeys(conn: &mut AnyConnection, account: &AccountId) -> Result<Vec<Passkey>, DbError> {
    type Row = (String, String, bool, NaiveDateTime, Option<NaiveDateTime>);
    let rows: Vec<Row> = passkeys::table
        .filter(passkeys::account_id.eq(account.as_str()))
        .order((passkeys::added_at.desc(), passkeys::id.desc()))
        .select((passkeys::id, passkeys::name, passkeys::synced, passkeys::added_at, passkeys::used_at))
        .load(conn)?;
    let one = |(id, name, synced, added, used): Row| Passkey {
        id: PasskeyId::new(id),
        name,
        synced,
        added_at: instant(added),
        used_at: used.map(instant),
    };
    Ok(rows.into_iter().map(one).collect())
}

/// How many passkeys an account has.
pub fn count_passkeys(conn: &mut AnyConnection, account: &AccountId) -> Result<usize, DbError> {
    let count: i64 = passkeys::table.filter(passkeys::account_id.eq(account.as_str())).count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The names among devices of an account's passkeys.
pub fn list_credentials(conn: &mut AnyConnection, account: &AccountId) -> Result<Vec<String>, DbError> {
    Ok(passkeys::table.filter(passkeys::account_id.eq(account.as_str())).select(passkeys::credential_id).load(conn)?)
}

/// Writes a passkey.
pub fn insert_passkey(
    conn: &mut AnyConnection,
    account: &AccountId,
    passkey: &Passkey,
    (credential, key, counter): (&str, &str, u32),
) -> Result<(), DbError> {
    diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(passkey.id.as_str()),
            passkeys::account_id.eq(account.as_str()),
            passkeys::credential_id.eq(credential),
            passkeys::public_key.eq(key),
            passkeys::name.eq(&passkey.name),
            passkeys::counter.eq(i64::from(counter)),
            passkeys::synced.eq(passkey.synced),
            passkeys::failures.eq(0),
            passkeys::added_at.eq(stored(passkey.added_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes down that a passkey was used, unless its count has changed since it was read; whether it was written.
pub fn mark_used(conn: &mut AnyConnection, held: &Held, signs: Signs, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mine = passkeys::table.filter(passkeys::id.eq(held.id.as_str())).filter(passkeys::counter.eq(i64::from(held.counter)));
    let written = diesel::update(mine)
        .set((
            passkeys::counter.eq(i64::from(signs.counter)),
            passkeys::synced.eq(signs.synced),
            passkeys::failures.eq(0),
            passkeys::locked_until.eq(None::<NaiveDateTime>),
            passkeys::used_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(written == 1)
}

/// Counts a wrong answer and locks the passkey for as long as the rule says.
pub fn mark_failure(conn: &mut AnyConnection, id: &PasskeyId, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = passkeys::table.filter(passkeys::id.eq(id.as_str()));
    diesel::update(mine).set(passkeys::failures.eq(passkeys::failures + 1)).execute(conn)?;
    let failures: Option<i64> = mine.select(passkeys::failures).first(conn).optional()?;
    let minutes = wait_minutes(u32::try_from(failures.unwrap_or_default()).unwrap_or(u32::MAX));
    if minutes > 0 {
        diesel::update(mine).set(passkeys::locked_until.eq(stored(now + TimeDelta::minutes(minutes)))).execute(conn)?;
    }
    Ok(())
}

/// Removes a passkey of an account; whether there was one.
pub fn delete_passkey(conn: &mut AnyConnection, account: &AccountId, id: &PasskeyId) -> Result<bool, DbError> {
    let mine = passkeys::table.filter(passkeys::account_id.eq(account.as_str())).filter(passkeys::id.eq(id.as_str()));
    Ok(diesel::delete(mine).execute(conn)? == 1)
}

/// Forgets challenges that are over.
pub fn forget_over(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize, DbError> {
    Ok(diesel::delete(passkey_challenges::table.filter(passkey_challenges::expires_at.le(stored(now)))).execute(conn)?)
}
