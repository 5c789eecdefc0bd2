//! Verified people and attempts to sign in, in the database.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use shared::identity::Verified;
use shared::ids::AccountId;

use crate::db::{AnyConnection, DbError, from_json, instant, stored, to_json};
use crate::schema::{identities, sign_in_attempts};

/// Whom the provider has vouched for, with the city of the address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Known {
    /// The provider.
    pub issuer: String,
    /// The person's name there.
    pub subject: String,
    /// Who it is.
    pub verified: Verified,
}

/// Who left for the provider, and why.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The account that wants this way in, where somebody was signed in.
    pub account: Option<AccountId>,
    /// Where the person wants to be afterwards.
    pub next: Option<String>,
}

/// Writes down that somebody leaves for the provider.
pub fn insert_attempt(conn: &mut AnyConnection, secret_hash: &str, attempt: &Attempt, until: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(sign_in_attempts::table)
        .values((
            sign_in_attempts::secret_hash.eq(secret_hash),
            sign_in_attempts::account_id.eq(attempt.account.as_ref().map(AccountId::as_str)),
            sign_in_attempts::next.eq(attempt.next.as_deref()),
            sign_in_attempts::expires_at.eq(stored(until)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Uses up an attempt that is not over: once.
pub fn take_attempt(conn: &mut AnyConnection, secret_hash: &str, now: DateTime<Utc>) -> Result<Option<Attempt>, DbError> {
    let mine = sign_in_attempts::table
        .filter(sign_in_attempts::secret_hash.eq(secret_hash))
        .filter(sign_in_attempts::vouched.is_null())
        .filter(sign_in_attempts::expires_at.gt(stored(now)));
    let row: Option<(Option<String>, Option<String>)> =
        diesel::delete(mine).returning((sign_in_attempts::account_id, sign_in_attempts::next)).get_result(conn).optional()?;
    Ok(row.map(|(account, next)| Attempt { account: account.map(AccountId::new), next }))
}

/// Keeps somebody who was vouched for and has no account, until the rest is filled in.
pub fn insert_newcomer(conn: &mut AnyConnection, secret_hash: &str, known: &Known, until: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(sign_in_attempts::table)
        .values((
            sign_in_attempts::secret_hash.eq(secret_hash),
            sign_in_attempts::vouched.eq(to_json(known)?),
            sign_in_attempts::expires_at.eq(stored(until)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Who was vouched for and registers with this secret.
pub fn find_newcomer(conn: &mut AnyConnection, secret_hash: &str, now: DateTime<Utc>) -> Result<Option<Known>, DbError> {
    let text: Option<Option<String>> = sign_in_attempts::table
        .filter(sign_in_attempts::secret_hash.eq(secret_hash))
        .filter(sign_in_attempts::expires_at.gt(stored(now)))
        .select(sign_in_attempts::vouched)
        .get_result(conn)
        .optional()?;
    text.flatten().map(|text| from_json(&text)).transpose()
}

/// Forgets who registered; whether it was still there.
pub fn delete_newcomer(conn: &mut AnyConnection, secret_hash: &str) -> Result<bool, DbError> {
    let mine = sign_in_attempts::table.filter(sign_in_attempts::secret_hash.eq(secret_hash));
    Ok(diesel::delete(mine).execute(conn)? == 1)
}

/// The account of a person.
pub fn find_account(conn: &mut AnyConnection, issuer: &str, subject: &str) -> Result<Option<AccountId>, DbError> {
    let found: Option<String> = identities::table
        .filter(identities::issuer.eq(issuer))
        .filter(identities::subject.eq(subject))
        .select(identities::account_id)
        .get_result(conn)
        .optional()?;
    Ok(found.map(AccountId::new))
}

/// What was verified of the person behind an account, and when.
pub fn find_verified(conn: &mut AnyConnection, account: &AccountId) -> Result<Option<(Verified, DateTime<Utc>)>, DbError> {
    let found: Option<(String, NaiveDateTime)> = identities::table
        .filter(identities::account_id.eq(account.as_str()))
        .select((identities::verified, identities::verified_at))
        .get_result(conn)
        .optional()?;
    found.map(|(text, at)| Ok((from_json(&text)?, instant(at)))).transpose()
}

/// Gives an account this way in.
pub fn insert_identity(conn: &mut AnyConnection, account: &AccountId, known: &Known, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::insert_into(identities::table)
        .values((
            identities::issuer.eq(&known.issuer),
            identities::subject.eq(&known.subject),
            identities::account_id.eq(account.as_str()),
            identities::verified.eq(to_json(&known.verified)?),
            identities::verified_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps what was verified anew.
pub fn update_identity(conn: &mut AnyConnection, account: &AccountId, verified: &Verified, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(identities::table.filter(identities::account_id.eq(account.as_str())))
        .set((identities::verified.eq(to_json(verified)?), identities::verified_at.eq(stored(now))))
        .execute(conn)?;
    Ok(())
}

/// Takes this way in away from an account; whether it had it.
pub fn delete_identity(conn: &mut AnyConnection, account: &AccountId) -> Result<bool, DbError> {
    Ok(diesel::delete(identities::table.filter(identities::account_id.eq(account.as_str()))).execute(conn)? == 1)
}

/// Forgets attempts that are over.
pub fn forget_over(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize, DbError> {
    Ok(diesel::delete(sign_in_attempts::table.filter(sign_in_attempts::expires_at.le(stored(now)))).execute(conn)?)
}
