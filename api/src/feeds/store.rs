//! Calendar feeds in the database, and what only they need of bookings.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use shared::bookings::Booking;
use shared::feeds::{CalendarFeed, FeedOptions};
use shared::ids::{AccountId, FacilityId, FamilyId};
use shared::locale::Locale;

use crate::db::{AnyConnection, DbError, OnConflict, instant, stored};
use crate::schema::{accounts, calendar_feeds, events};

/// When a calendar last read a feed is written down no more often than that.
const READ_EVERY: TimeDelta = TimeDelta::hours(1);
/// Events about a booking that change nothing of it.
const NO_CHANGES: [&str; 2] = ["booking.reminder", "booking.free_until"];

/// A person's feed; none.
pub fn find_feed(conn: &mut AnyConnection, account: &AccountId) -> Result<Option<CalendarFeed>, DbError> {
    let mine = calendar_feeds::table.filter(calendar_feeds::account_id.eq(account.as_str()));
    let row = mine.select((calendar_feeds::made_at, calendar_feeds::shows_names, calendar_feeds::read_at));
    let row: Option<(NaiveDateTime, bool, Option<NaiveDateTime>)> = row.first(conn).optional()?;
    Ok(row.map(|(made_at, shows_names, read_at)| CalendarFeed {
        made_at: Some(instant(made_at)),
        shows_names,
        read_at: read_at.map(instant),
    }))
}

/// Makes a person's feed, or gives it another address: the one before ends.
pub fn write_feed(
    conn: &mut AnyConnection,
    account: &AccountId,
    token_hash: &str,
    options: FeedOptions,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let insert = diesel::insert_into(calendar_feeds::table).values((
        calendar_feeds::account_id.eq(account.as_str()),
        calendar_feeds::token_hash.eq(token_hash),
        calendar_feeds::shows_names.eq(options.shows_names),
        calendar_feeds::made_at.eq(stored(now)),
    ));
    let clause = " ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash, shows_names = excluded.shows_names, \
                  made_at = excluded.made_at, read_at = NULL";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Writes what a person's feed shows; says whether there is one.
pub fn set_options(conn: &mut AnyConnection, account: &AccountId, options: FeedOptions) -> Result<bool, DbError> {
    let mine = calendar_feeds::table.filter(calendar_feeds::account_id.eq(account.as_str()));
    Ok(diesel::update(mine).set(calendar_feeds::shows_names.eq(options.shows_names)).execute(conn)? == 1)
}

/// Ends a person's feed; says whether there was one.
pub fn remove_feed(conn: &mut AnyConnection, account: &AccountId) -> Result<bool, DbError> {
    Ok(diesel::delete(calendar_feeds::table.filter(calendar_feeds::account_id.eq(account.as_str()))).execute(conn)? == 1)
}

/// Whose calendar reads, and how it is written for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// The family.
    pub family_id: FamilyId,
    /// The guardian's language.
    pub locale: Locale,
    /// Whether children are named.
    pub shows_names: bool,
    /// When a calendar last read it.
    pub read_at: Option<DateTime<Utc>>,
}

impl Subscriber {
    /// Whether this reading is to be written down.
    pub fn is_news(&self, now: DateTime<Utc>) -> bool {
        self.read_at.is_none_or(|read_at| now - read_at >= READ_EVERY)
    }
}

/// The guardian whose feed has this hash.
pub fn find_subscriber(conn: &mut AnyConnection, token_hash: &str) -> Result<Option<Subscriber>, DbError> {
    let row: Option<(Option<String>, String, bool, Option<NaiveDateTime>)> = calendar_feeds::table
        .inner_join(accounts::table)
        .filter(calendar_feeds::token_hash.eq(token_hash))
        .select((accounts::family_id, accounts::locale, calendar_feeds::shows_names, calendar_feeds::read_at))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(family, locale, shows_names, read_at)| {
        Some(Subscriber {
            family_id: FamilyId::new(family?),
            locale: Locale::from_tag(&locale).unwrap_or_default(),
            shows_names,
            read_at: read_at.map(instant),
        })
    }))
}

/// Writes that a calendar has read a feed.
pub fn mark_read(conn: &mut AnyConnection, token_hash: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = calendar_feeds::table.filter(calendar_feeds::token_hash.eq(token_hash));
    diesel::update(mine).set(calendar_feeds::read_at.eq(stored(now))).execute(conn)?;
    Ok(())
}

/// When bookings last changed, by their ids.
pub fn list_changes(conn: &mut AnyConnection, bookings: &[Booking]) -> Result<BTreeMap<String, DateTime<Utc>>, DbError> {
    let rows = events::table
        .filter(events::subject_id.eq_any(bookings.iter().map(|booking| booking.id.as_str())))
        .filter(events::kind.ne_all(NO_CHANGES))
        .group_by(events::subject_id)
        .select((events::subject_id, max(events::occurred_at)))
        .load::<(String, Option<NaiveDateTime>)>(conn)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id, instant(at?)))).collect())
}

/// The addresses of the facilities of bookings, each in one line.
pub fn list_addresses(conn: &mut AnyConnection, bookings: &[Booking]) -> Result<BTreeMap<FacilityId, String>, DbError> {
    let mut found = BTreeMap::new();
    for booking in bookings {
        let id = &booking.facility.id;
        if !found.contains_key(id) {
            let address = crate::facilities::store::find_facility(conn, id)?.and_then(|facility| facility.listing.address.line());
            found.insert(id.clone(), address.unwrap_or_default());
        }
    }
    Ok(found)
}
