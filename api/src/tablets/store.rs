//! PINs of staff and the sessions of shared devices in the database.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::ids::{AccountId, FacilityId};
use shared::tablets::TabletPerson;

use crate::db::{AnyConnection, DbError, OnConflict, instant, stored};
use crate::schema::{accounts, sessions, staff_pins};

/// When a person's PIN was set; none: there is none.
pub fn find_set_at(conn: &mut AnyConnection, account: &AccountId) -> Result<Option<DateTime<Utc>>, DbError> {
    let own = staff_pins::table.filter(staff_pins::account_id.eq(account.as_str()));
    Ok(own.select(staff_pins::set_at).first::<NaiveDateTime>(conn).optional()?.map(instant))
}

/// Writes a person's PIN; the one before opens nothing any more, and wrong ones are forgotten.
pub fn write_pin(conn: &mut AnyConnection, account: &AccountId, hash: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    let values = (
        staff_pins::account_id.eq(account.as_str()),
        staff_pins::pin_hash.eq(hash),
        staff_pins::failures.eq(0),
        staff_pins::set_at.eq(stored(now)),
    );
    let insert = diesel::insert_into(staff_pins::table).values(values);
    let clause = " ON CONFLICT (account_id) DO UPDATE SET pin_hash = excluded.pin_hash, failures = 0, locked_until = NULL, \
                  set_at = excluded.set_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Staff of a facility who have a PIN, by name.
pub fn list_people(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Vec<TabletPerson>, DbError> {
    let rows: Vec<(String, String)> = staff_pins::table
        .inner_join(accounts::table)
        .filter(accounts::role.eq("staff"))
        .filter(accounts::facility_id.eq(facility.as_str()))
        .order((accounts::name, accounts::id))
        .select((accounts::id, accounts::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| TabletPerson { account_id: AccountId::new(id), name }).collect())
}

/// What a try is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Try {
    /// The hash of the person's PIN.
    Pin(String),
    /// There is nobody of the facility with a PIN under this id.
    Nobody,
    /// After too many wrong PINs there is a wait.
    LockedUntil(DateTime<Utc>),
}

/// Counts a try as a wrong one, until it has shown to be right, and says what it is checked against.
pub fn begin_try(
    conn: &mut AnyConnection,
    account: &AccountId,
    facility: &FacilityId,
    now: DateTime<Utc>,
    wait: fn(u32) -> i64,
) -> Result<Try, DbError> {
    let of_facility = accounts::table
        .filter(accounts::id.eq(account.as_str()))
        .filter(accounts::role.eq("staff"))
        .filter(accounts::facility_id.eq(facility.as_str()));
    if of_facility.select(accounts::id).first::<String>(conn).optional()?.is_none() {
        return Ok(Try::Nobody);
    }
    let own = staff_pins::table.filter(staff_pins::account_id.eq(account.as_str()));
    // Locks the row: tries come one after another.
    diesel::update(own).set(staff_pins::failures.eq(staff_pins::failures)).execute(conn)?;
    let columns = (staff_pins::pin_hash, staff_pins::failures, staff_pins::locked_until);
    let Some((hash, failures, locked)) = own.select(columns).first::<(String, i64, Option<NaiveDateTime>)>(conn).optional()? else {
        return Ok(Try::Nobody);
    };
    if let Some(until) = locked.map(instant).filter(|until| *until > now) {
        return Ok(Try::LockedUntil(until));
    }
    let failures = failures.saturating_add(1);
    let minutes = wait(u32::try_from(failures).unwrap_or(u32::MAX));
    let until = (minutes > 0).then(|| stored(now + TimeDelta::minutes(minutes)));
    diesel::update(own).set((staff_pins::failures.eq(failures), staff_pins::locked_until.eq(until))).execute(conn)?;
    Ok(Try::Pin(hash))
}

/// Forgets wrong PINs: the right one came.
pub fn forget_tries(conn: &mut AnyConnection, account: &AccountId) -> Result<(), DbError> {
    diesel::update(staff_pins::table.filter(staff_pins::account_id.eq(account.as_str())))
        .set((staff_pins::failures.eq(0), staff_pins::locked_until.eq(None::<NaiveDateTime>)))
        .execute(conn)?;
    Ok(())
}

/// Makes a session that of a facility's shared device; whether it was a person's own before.
pub fn share(conn: &mut AnyConnection, token_hash: &str, facility: &FacilityId) -> Result<bool, DbError> {
    let own = sessions::table.filter(sessions::token_hash.eq(token_hash)).filter(sessions::facility_id.is_null());
    Ok(diesel::update(own).set(sessions::facility_id.eq(facility.as_str())).execute(conn)? == 1)
}

/// Locks a shared device; whether somebody was in front of it.
pub fn lock(conn: &mut AnyConnection, token_hash: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let open = sessions::table
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::facility_id.is_not_null())
        .filter(sessions::locked_at.is_null());
    Ok(diesel::update(open).set(sessions::locked_at.eq(stored(now))).execute(conn)? == 1)
}

/// Puts somebody in front of a shared device and gives its session a new secret; false: somebody else was quicker.
pub fn unlock(conn: &mut AnyConnection, (old, new): (&str, &str), account: &AccountId) -> Result<bool, DbError> {
    let device = sessions::table.filter(sessions::token_hash.eq(old)).filter(sessions::facility_id.is_not_null());
    let front = (sessions::token_hash.eq(new), sessions::account_id.eq(account.as_str()), sessions::locked_at.eq(None::<NaiveDateTime>));
    Ok(diesel::update(device).set(front).execute(conn)? == 1)
}
