//! Accounts and sessions in the database.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::access::Role;
use shared::accounts::{Device, Me, SessionDevice};
use shared::ids::{AccountId, FacilityId, FamilyId, SessionId};
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::tablets::may_be_in_front;
use shared::text::Email;

use crate::db::{AnyConnection, DbError, from_json, instant, stored, to_json, unknown};
use crate::schema::{accounts, facilities, municipalities, sessions};

/// An account with what its sign-in is checked against.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Who it is.
    pub me: Me,
    /// argon2id; none: this person signs in otherwise.
    pub password_hash: Option<String>,
    /// Locked until then after too many wrong passwords.
    pub locked_until: Option<DateTime<Utc>>,
}

type Row = (String, String, String, String, Option<String>, Option<String>, Option<String>, String, bool, Option<String>, Option<String>);

macro_rules! me_columns {
    () => {
        (
            accounts::id,
            accounts::email,
            accounts::name,
            accounts::role,
            accounts::family_id,
            accounts::facility_id,
            accounts::municipality,
            accounts::locale,
            accounts::password_hash.is_not_null(),
            facilities::name.nullable(),
            municipalities::name.nullable(),
        )
    };
}

fn me(row: Row) -> Result<Me, DbError> {
    let (id, email, name, role, family, facility, municipality, locale, password, facility_name, municipality_name) = row;
    let role = match (role.as_str(), family, facility, municipality) {
        ("guardian", Some(family), _, _) => Role::Guardian { family_id: FamilyId::new(family) },
        ("staff", _, Some(facility), _) => Role::Staff { facility_id: FacilityId::new(facility) },
        ("officer", _, _, Some(code)) => {
            Role::Officer { municipality: MunicipalityCode::parse(&code).map_err(|_| unknown("municipality", &code))? }
        }
        ("operator", ..) => Role::Operator,
        _ => return Err(unknown("role", &role)),
    };
    let locale = Locale::from_tag(&locale).unwrap_or_default();
    let city = municipality_name.map(|text| from_json::<shared::locale::Localised>(&text)).transpose()?;
    Ok(Me {
        id: AccountId::new(id),
        email: Email::parse(&email).map_err(|_| unknown("email", "(hidden)"))?,
        name,
        role,
        organisation: facility_name.or_else(|| city.map(|city| city.get(locale).to_owned())),
        locale,
        password,
        is_shared: false,
    })
}

/// A session that has not ended.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who is in front of the device, or was last where it is locked.
    pub me: Me,
    /// The facility whose shared device it is; none: a person's own.
    pub facility: Option<FacilityId>,
    /// Whether nobody is in front of it: somebody locked it, or who was there is no longer staff of the facility.
    pub is_locked: bool,
    /// When it was last seen.
    pub seen_at: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// A session that has not ended.
pub fn find_session(conn: &mut AnyConnection, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Session>, DbError> {
    type SessionRow = (Row, NaiveDateTime, NaiveDateTime, Option<String>, Option<NaiveDateTime>);
    let found = sessions::table
        .inner_join(accounts::table.left_join(facilities::table).left_join(municipalities::table))
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::expires_at.gt(stored(now)))
        .select((me_columns!(), sessions::seen_at, sessions::expires_at, sessions::facility_id, sessions::locked_at))
        .get_result::<SessionRow>(conn)
        .optional()?;
    let one = |(row, seen, until, facility, locked): SessionRow| {
        let facility = facility.map(FacilityId::new);
        let me = Me { is_shared: facility.is_some(), ..me(row)? };
        let has_left = facility.as_ref().is_some_and(|facility| !may_be_in_front(&me.role, facility));
        Ok(Session { is_locked: locked.is_some() || has_left, me, facility, seen_at: instant(seen), until: instant(until) })
    };
    found.map(one).transpose()
}

/// Writes down that a session is in use.
pub fn mark_seen(conn: &mut AnyConnection, token_hash: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(sessions::table.filter(sessions::token_hash.eq(token_hash))).set(sessions::seen_at.eq(stored(now))).execute(conn)?;
    Ok(())
}

/// The account with this mail address.
pub fn find_credentials(conn: &mut AnyConnection, email: &Email) -> Result<Option<Credentials>, DbError> {
    let found = accounts::table
        .left_join(facilities::table)
        .left_join(municipalities::table)
        .filter(accounts::email.eq(email.as_str()))
        .select((me_columns!(), accounts::password_hash, accounts::locked_until))
        .first::<CredentialsRow>(conn)
        .optional()?;
    found.map(credentials).transpose()
}

type CredentialsRow = (Row, Option<String>, Option<NaiveDateTime>);

fn credentials((row, password_hash, locked): CredentialsRow) -> Result<Credentials, DbError> {
    Ok(Credentials { me: me(row)?, password_hash, locked_until: locked.map(instant) })
}

/// An account with what its sign-in is checked against.
pub fn find_account(conn: &mut AnyConnection, id: &AccountId) -> Result<Option<Credentials>, DbError> {
    let found = accounts::table
        .left_join(facilities::table)
        .left_join(municipalities::table)
        .filter(accounts::id.eq(id.as_str()))
        .select((me_columns!(), accounts::password_hash, accounts::locked_until))
        .first::<CredentialsRow>(conn)
        .optional()?;
    found.map(credentials).transpose()
}

/// Sets the password.
pub fn set_password(conn: &mut AnyConnection, id: &AccountId, password_hash: &str) -> Result<(), DbError> {
    diesel::update(accounts::table.filter(accounts::id.eq(id.as_str())))
        .set((accounts::password_hash.eq(password_hash), accounts::failures.eq(0), accounts::locked_until.eq(None::<NaiveDateTime>)))
        .execute(conn)?;
    Ok(())
}

/// The family of the guardian with this mail address.
pub fn find_family_of(conn: &mut AnyConnection, email: &Email) -> Result<Option<FamilyId>, DbError> {
    let mine = accounts::table.filter(accounts::email.eq(email.as_str()));
    let family: Option<Option<String>> = mine.select(accounts::family_id).first(conn).optional()?;
    Ok(family.flatten().map(FamilyId::new))
}

/// Writes an account, with a password or without.
pub fn insert_account<'a>(
    conn: &mut AnyConnection,
    me: &Me,
    password_hash: impl Into<Option<&'a str>>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (role, family, facility, municipality) = match &me.role {
        Role::Guardian { family_id } => ("guardian", Some(family_id.as_str()), None, None),
        Role::Staff { facility_id } => ("staff", None, Some(facility_id.as_str()), None),
        Role::Officer { municipality } => ("officer", None, None, Some(municipality.as_str())),
        Role::Operator => ("operator", None, None, None),
    };
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(me.id.as_str()),
            accounts::email.eq(me.email.as_str()),
            accounts::password_hash.eq(password_hash.into()),
            accounts::name.eq(&me.name),
            accounts::role.eq(role),
            accounts::family_id.eq(family),
            accounts::facility_id.eq(facility),
            accounts::municipality.eq(municipality),
            accounts::locale.eq(me.locale.tag()),
            accounts::failures.eq(0),
            accounts::created_at.eq(stored(now)),
            accounts::email_confirmed_at.eq(family.is_none().then(|| stored(now))),
        ))
        .execute(conn)?;
    Ok(())
}

/// The name of a person.
pub fn find_name(conn: &mut AnyConnection, id: &str) -> Result<Option<String>, DbError> {
    Ok(accounts::table.filter(accounts::id.eq(id)).select(accounts::name).first(conn).optional()?)
}

/// Where mail to an account goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress {
    /// The address.
    pub email: String,
    /// Whether somebody has confirmed it.
    pub is_confirmed: bool,
    /// When that was last asked for.
    pub asked_at: Option<DateTime<Utc>>,
}

/// Where mail to an account goes.
pub fn find_address(conn: &mut AnyConnection, id: &AccountId) -> Result<Option<MailAddress>, DbError> {
    let mine = accounts::table.filter(accounts::id.eq(id.as_str()));
    let found: Option<(String, Option<NaiveDateTime>, Option<NaiveDateTime>)> =
        mine.select((accounts::email, accounts::email_confirmed_at, accounts::email_asked_at)).get_result(conn).optional()?;
    Ok(found.map(|(email, confirmed, asked)| MailAddress { email, is_confirmed: confirmed.is_some(), asked_at: asked.map(instant) }))
}

/// Writes that somebody is asked to confirm the address; not where it is confirmed, or was asked after `before`, or at all where that is none.
/// Says whether it was written.
pub fn mark_mail_asked(
    conn: &mut AnyConnection,
    id: &AccountId,
    before: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let mine = accounts::table.filter(accounts::id.eq(id.as_str())).filter(accounts::email_confirmed_at.is_null());
    let never = accounts::email_asked_at.is_null();
    let set = accounts::email_asked_at.eq(stored(now));
    let written = match before {
        Some(before) => diesel::update(mine.filter(never.or(accounts::email_asked_at.le(stored(before))))).set(set).execute(conn)?,
        None => diesel::update(mine.filter(never)).set(set).execute(conn)?,
    };
    Ok(written == 1)
}

/// Writes that somebody who reads the mail of an account has confirmed its address; says whether it was not confirmed before.
pub fn mark_mail_confirmed(conn: &mut AnyConnection, id: &AccountId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mine = accounts::table.filter(accounts::id.eq(id.as_str())).filter(accounts::email_confirmed_at.is_null());
    Ok(diesel::update(mine).set(accounts::email_confirmed_at.eq(stored(now))).execute(conn)? == 1)
}

/// Locks an account: its ways in are counted before one is taken away.
pub fn lock_account(conn: &mut AnyConnection, id: &AccountId) -> Result<(), DbError> {
    diesel::update(accounts::table.filter(accounts::id.eq(id.as_str()))).set(accounts::failures.eq(accounts::failures)).execute(conn)?;
    Ok(())
}

/// Counts a wrong password and locks the account for as long as the rule says.
pub fn mark_failure(conn: &mut AnyConnection, id: &AccountId, now: DateTime<Utc>, wait: fn(u32) -> i64) -> Result<(), DbError> {
    let mine = accounts::table.filter(accounts::id.eq(id.as_str()));
    diesel::update(mine).set(accounts::failures.eq(accounts::failures + 1)).execute(conn)?;
    let failures: i64 = mine.select(accounts::failures).first(conn)?;
    let minutes = wait(u32::try_from(failures).unwrap_or(u32::MAX));
    if minutes > 0 {
        diesel::update(mine).set(accounts::locked_until.eq(stored(now + TimeDelta::minutes(minutes)))).execute(conn)?;
    }
    Ok(())
}

/// Forgets wrong passwords, and ends the session that the browser had before.
pub fn mark_login(conn: &mut AnyConnection, id: &AccountId, old_session: Option<&str>) -> Result<(), DbError> {
    diesel::update(accounts::table.filter(accounts::id.eq(id.as_str())))
        .set((accounts::failures.eq(0), accounts::locked_until.eq(None::<NaiveDateTime>)))
        .execute(conn)?;
    match old_session {
        Some(hash) => delete_session(conn, hash),
        None => Ok(()),
    }
}

/// Writes a session.
pub fn insert_session(
    conn: &mut AnyConnection,
    token_hash: &str,
    (id, account, device): (&SessionId, &AccountId, &Device),
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token_hash),
            sessions::id.eq(id.as_str()),
            sessions::account_id.eq(account.as_str()),
            sessions::device.eq(to_json(device)?),
            sessions::created_at.eq(stored(now)),
            sessions::seen_at.eq(stored(now)),
            sessions::expires_at.eq(stored(until)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a session.
pub fn delete_session(conn: &mut AnyConnection, token_hash: &str) -> Result<(), DbError> {
    diesel::delete(sessions::table.filter(sessions::token_hash.eq(token_hash))).execute(conn)?;
    Ok(())
}

/// The sessions of an account that have not ended, the one last used first; `this` is the hash of the one that asks.
pub fn list_sessions(
    conn: &mut AnyConnection,
    account: &AccountId,
    this: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<SessionDevice>, DbError> {
    type SessionRow = (String, String, String, NaiveDateTime, NaiveDateTime, NaiveDateTime, bool);
    let rows: Vec<SessionRow> = sessions::table
        .filter(sessions::account_id.eq(account.as_str()))
        .filter(sessions::expires_at.gt(stored(now)))
        .order((sessions::seen_at.desc(), sessions::id.desc()))
        .select((
            sessions::token_hash,
            sessions::id,
            sessions::device,
            sessions::created_at,
            sessions::seen_at,
            sessions::expires_at,
            sessions::facility_id.is_not_null(),
        ))
        .load(conn)?;
    let one = |(hash, id, device, since, seen, until, is_shared): SessionRow| {
        Ok(SessionDevice {
            id: SessionId::new(id),
            device: from_json(&device)?,
            is_this: this == Some(hash.as_str()),
            is_shared,
            since: instant(since),
            seen_at: instant(seen),
            until: instant(until),
        })
    };
    rows.into_iter().map(one).collect()
}

/// Ends one session of an account; whether there was one.
pub fn end_session(conn: &mut AnyConnection, account: &AccountId, id: &SessionId) -> Result<bool, DbError> {
    let mine = sessions::table.filter(sessions::account_id.eq(account.as_str())).filter(sessions::id.eq(id.as_str()));
    Ok(diesel::delete(mine).execute(conn)? == 1)
}

/// Ends every session of an account but this one; how many there were.
pub fn end_others(conn: &mut AnyConnection, account: &AccountId, this: &str) -> Result<usize, DbError> {
    let others = sessions::table.filter(sessions::account_id.eq(account.as_str())).filter(sessions::token_hash.ne(this));
    Ok(diesel::delete(others).execute(conn)?)
}

/// Forgets sessions that ended.
pub fn forget_ended(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize, DbError> {
    Ok(diesel::delete(sessions::table.filter(sessions::expires_at.le(stored(now)))).execute(conn)?)
}
