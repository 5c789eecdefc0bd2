//! Reasons to open a family's record, and the sessions in which it is open.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::ids::{AccountId, FamilyId, ProxySessionId};
use shared::proxy::{ProxyReason, ProxySession, holds_on};

use crate::db::{AnyConnection, DbError, from_json, instant, stored, to_json};
use crate::schema::{families, proxy_reasons, proxy_sessions};

/// The reasons that hold on a day, in their order.
pub fn list_reasons(conn: &mut AnyConnection, day: NaiveDate) -> Result<Vec<ProxyReason>, DbError> {
    let rows: Vec<(String, NaiveDate, Option<NaiveDate>, String)> = proxy_reasons::table
        .order((proxy_reasons::rank, proxy_reasons::key))
        .select((proxy_reasons::key, proxy_reasons::valid_from, proxy_reasons::valid_until, proxy_reasons::terms))
        .load(conn)?;
    rows.into_iter()
        .filter(|(_, from, until, _)| holds_on(*from, *until, day))
        .map(|(key, _, _, terms)| Ok(ProxyReason { key, terms: from_json(&terms)? }))
        .collect()
}

/// The session that a person has not ended, also where its time is over.
pub fn find_session(conn: &mut AnyConnection, account: &AccountId) -> Result<Option<ProxySession>, DbError> {
    type Row = (String, String, String, String, String, NaiveDateTime, NaiveDateTime);
    let row: Option<Row> = proxy_sessions::table
        .inner_join(families::table)
        .filter(proxy_sessions::account_id.eq(account.as_str()))
        .filter(proxy_sessions::ended_at.is_null())
        .select((
            proxy_sessions::id,
            proxy_sessions::family_id,
            families::guardian_name,
            proxy_sessions::reason,
            proxy_sessions::words,
            proxy_sessions::opened_at,
            proxy_sessions::ends_at,
        ))
        .get_result(conn)
        .optional()?;
    let Some((id, family, guardian_name, reason, words, opened_at, ends_at)) = row else { return Ok(None) };
    Ok(Some(ProxySession {
        id: ProxySessionId::new(id),
        family_id: FamilyId::new(family),
        guardian_name,
        reason: from_json(&reason)?,
        words,
        opened_at: instant(opened_at),
        ends_at: instant(ends_at),
    }))
}

/// Writes a session that begins; the database lets a person have one.
pub fn insert_session(conn: &mut AnyConnection, account: &AccountId, new: &ProxySession) -> Result<(), DbError> {
    diesel::insert_into(proxy_sessions::table)
        .values((
            proxy_sessions::id.eq(new.id.as_str()),
            proxy_sessions::account_id.eq(account.as_str()),
            proxy_sessions::family_id.eq(new.family_id.as_str()),
            proxy_sessions::reason.eq(to_json(&new.reason)?),
            proxy_sessions::words.eq(&new.words),
            proxy_sessions::opened_at.eq(stored(new.opened_at)),
            proxy_sessions::ends_at.eq(stored(new.ends_at)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a session; says whether it was still open.
pub fn end_session(conn: &mut AnyConnection, id: &ProxySessionId, at: DateTime<Utc>) -> Result<bool, DbError> {
    let open = proxy_sessions::table.find(id.as_str()).filter(proxy_sessions::ended_at.is_null());
    Ok(diesel::update(open).set(proxy_sessions::ended_at.eq(stored(at))).execute(conn)? == 1)
}

/// People whose session's time is over and that nobody ended.
pub fn list_expired(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Vec<AccountId>, DbError> {
    let over = proxy_sessions::table.filter(proxy_sessions::ended_at.is_null()).filter(proxy_sessions::ends_at.le(stored(now)));
    Ok(over.order(proxy_sessions::id).select(proxy_sessions::account_id).load::<String>(conn)?.into_iter().map(AccountId::new).collect())
}
