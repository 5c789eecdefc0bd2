//! Bookings and the months' usages in the database.

mod erasing;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use shared::attendance::Attended;
use shared::bookings::{Answer, BookedChild, Booking, BookingState, Busy, Entry, NewBooking, Placed, PlacedChild};
use shared::ids::{BookingId, ChildId, FacilityId, FamilyId, PartyId, ProgrammeVersionId, SeriesId, SlotId};
use shared::programmes::{Account, Allowance, Cancellation, Counted, FeeLine, PriceTier, ProgrammeKey, Terms, Usage};
use shared::slots::Closure;

pub use self::erasing::erase_words;
use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::programmes::store as programmes_store;
use crate::schema::{bookings, children, facilities, programmes, usages};
use crate::slots::store::{FACILITY, FacilityRow};

/// The booking's own columns.
#[derive(Queryable, Selectable)]
#[diesel(table_name = bookings)]
struct Own {
    id: String,
    party_id: String,
    series_id: Option<String>,
    slot_id: String,
    family_id: String,
    programme: String,
    band_from_age: i64,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    state: String,
    active: bool,
    is_away: bool,
    fee_yen: i64,
    agreed: String,
    decide_by: Option<NaiveDateTime>,
    checked_in_at: Option<NaiveDateTime>,
    checked_out_at: Option<NaiveDateTime>,
    attended: Option<String>,
    ended_at: Option<NaiveDateTime>,
    ended: Option<String>,
    cancelled_fee_yen: Option<i64>,
    cancelled_counts: Option<bool>,
    created_at: NaiveDateTime,
    version: i64,
}

/// What was agreed when it was booked, as it is stored.
#[derive(Serialize, Deserialize)]
struct Agreed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    block: Option<String>,
    fee_lines: Vec<FeeLine>,
    counted: Vec<Counted>,
    free_until: DateTime<Utc>,
    cancellation: Cancellation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answers: Vec<Answer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    extras: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tier: Option<PriceTier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entered: Option<Entry>,
}

/// What was said when it was cancelled or declined, as it is stored.
#[derive(Default, Serialize, Deserialize)]
struct Ended {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exempt: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closure: Option<Closure>,
}

type Row = (Own, (String, String, String), FacilityRow, (String, String));

/// A booking with what only the server needs of it.
pub struct Stored {
    /// The booking.
    pub booking: Booking,
    /// The family.
    pub family_id: FamilyId,
    /// The band in which the child has its place.
    pub band_from_age: u32,
    /// Whether it is a first interview.
    pub is_interview: bool,
    /// The rules that it was booked under.
    pub terms: Arc<Terms>,
    /// The price tier that was agreed.
    pub tier: Option<PriceTier>,
}

fn state(own: &Own) -> Result<BookingState, DbError> {
    let ended: Ended = own.ended.as_deref().map(from_json).transpose()?.unwrap_or_default();
    match (own.state.as_str(), own.decide_by, own.checked_in_at, own.checked_out_at, own.ended_at) {
        ("requested", Some(decide_by), ..) => Ok(BookingState::Requested { decide_by: instant(decide_by) }),
        ("offered", Some(until), ..) => Ok(BookingState::Offered { until: instant(until) }),
        ("confirmed", ..) => Ok(BookingState::Confirmed),
        ("checked_in", _, Some(at), ..) => Ok(BookingState::CheckedIn { at: instant(at) }),
        ("checked_out", _, Some(came), Some(left), _) => Ok(BookingState::CheckedOut { checked_in_at: instant(came), at: instant(left) }),
        ("cancelled", .., Some(at)) => Ok(BookingState::Cancelled {
            at: instant(at),
            fee_yen: own.cancelled_fee_yen.unwrap_or(0),
            counts: own.cancelled_counts.unwrap_or(false),
            exempt: ended.exempt,
        }),
        ("absent", .., Some(at)) => Ok(BookingState::Absent {
            at: instant(at),
            fee_yen: own.cancelled_fee_yen.unwrap_or(0),
            counts: own.cancelled_counts.unwrap_or(false),
            exempt: ended.exempt,
            released: !own.active,
        }),
        ("declined", .., Some(at)) => Ok(BookingState::Declined { at: instant(at), message: ended.message }),
        ("released", .., Some(at)) => Ok(BookingState::Released { at: instant(at) }),
        _ => Err(unknown("booking state", &own.state)),
    }
}

fn booking((own, (child_id, name, kana), facility, (programme_name, terms)): Row) -> Result<Stored, DbError> {
    let terms = programmes_store::terms(&terms)?;
    let agreed: Agreed = from_json(&own.agreed)?;
    Ok(Stored {
        family_id: FamilyId::new(own.family_id.clone()),
        band_from_age: u32::try_from(own.band_from_age).unwrap_or(0),
        is_interview: terms.interview,
        tier: agreed.tier,
        booking: Booking {
            state: state(&own)?,
            entered: agreed.entered,
            closure: own.ended.as_deref().map(from_json::<Ended>).transpose()?.and_then(|ended| ended.closure),
            id: BookingId::new(own.id),
            party_id: PartyId::new(own.party_id),
            series_id: own.series_id.map(SeriesId::new),
            slot_id: SlotId::new(own.slot_id),
            child: BookedChild { id: ChildId::new(child_id), name, kana },
            facility: facility.facility()?,
            programme: ProgrammeKey::new(own.programme),
            programme_name: from_json(&programme_name)?,
            block: agreed.block,
            starts_at: instant(own.starts_at),
            ends_at: instant(own.ends_at),
            fee_yen: own.fee_yen,
            fee_lines: agreed.fee_lines,
            counted: agreed.counted,
            is_away: own.is_away,
            free_until: agreed.free_until,
            cancellation: agreed.cancellation,
            reason: agreed.reason,
            answers: agreed.answers,
            extras: agreed.extras,
            notes: agreed.notes,
            bring: terms.bring.clone(),
            attended: own.attended.as_deref().map(from_json).transpose()?.unwrap_or_default(),
            created_at: instant(own.created_at),
            version: own.version,
        },
        terms,
    })
}

// What was undone is kept for the audit's sake and seen by nobody.
macro_rules! joined {
    () => {
        bookings::table
            .inner_join(children::table)
            .inner_join(facilities::table)
            .inner_join(programmes::table)
            .filter(bookings::state.ne("undone"))
    };
}

macro_rules! columns {
    () => {
        (Own::as_select(), (children::id, children::name, children::kana), FACILITY, (programmes::name, programmes::terms))
    };
}

/// A booking by its id, whoever's it is.
pub fn find_booking(conn: &mut AnyConnection, id: &BookingId) -> Result<Option<Stored>, DbError> {
    joined!().filter(bookings::id.eq(id.as_str())).select(columns!()).first::<Row>(conn).optional()?.map(booking).transpose()
}

/// The bookings that were made together.
pub fn list_party(conn: &mut AnyConnection, party: &PartyId) -> Result<Vec<Stored>, DbError> {
    let rows = joined!().filter(bookings::party_id.eq(party.as_str())).order(bookings::id).select(columns!()).load::<Row>(conn)?;
    rows.into_iter().map(booking).collect()
}

/// The bookings of a series by start, cancelled ones included.
pub fn list_series_bookings(conn: &mut AnyConnection, series: &SeriesId) -> Result<Vec<Stored>, DbError> {
    let mine = joined!().filter(bookings::series_id.eq(series.as_str()));
    mine.order((bookings::starts_at, bookings::id)).select(columns!()).load::<Row>(conn)?.into_iter().map(booking).collect()
}

/// Bookings by their ids, by start, then id.
pub fn list_by_ids(conn: &mut AnyConnection, ids: &[BookingId]) -> Result<Vec<Stored>, DbError> {
    let mine = joined!().filter(bookings::id.eq_any(ids.iter().map(BookingId::as_str)));
    mine.order((bookings::starts_at, bookings::id)).select(columns!()).load::<Row>(conn)?.into_iter().map(booking).collect()
}

/// Holds bookings as they are until the transaction ends: for who writes down what they come to. Whoever changes one of them waits.
pub fn hold(conn: &mut AnyConnection, ids: &[BookingId]) -> Result<(), DbError> {
    let mine = bookings::table.filter(bookings::id.eq_any(ids.iter().map(BookingId::as_str)));
    diesel::update(mine).set(bookings::version.eq(bookings::version)).execute(conn)?;
    Ok(())
}

/// Requests whose time to be decided is over, the longest first.
pub fn list_overdue(conn: &mut AnyConnection, now: DateTime<Utc>, most: i64) -> Result<Vec<BookingId>, DbError> {
    let overdue = bookings::table.filter(bookings::state.eq("requested")).filter(bookings::decide_by.le(stored(now)));
    let ids = overdue.order((bookings::decide_by, bookings::id)).limit(most).select(bookings::id).load::<String>(conn)?;
    Ok(ids.into_iter().map(BookingId::new).collect())
}

/// The bookings that hold a place in a slot, by their ids.
pub fn list_holding(conn: &mut AnyConnection, slot: &SlotId) -> Result<Vec<Stored>, DbError> {
    let mine = joined!().filter(bookings::slot_id.eq(slot.as_str())).filter(bookings::active);
    mine.order(bookings::id).select(columns!()).load::<Row>(conn)?.into_iter().map(booking).collect()
}

/// Whose bookings.
#[derive(Debug, Clone)]
pub enum Owner {
    /// A family's.
    Family(FamilyId),
    /// A facility's.
    Facility(FacilityId),
}

/// Which bookings.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Whose.
    pub owner: Owner,
    /// That end after this.
    pub from: Option<DateTime<Utc>>,
    /// That start before this.
    pub until: Option<DateTime<Utc>>,
    /// Only those that hold a place.
    pub active_only: bool,
    /// Only those that the facility can still decide now.
    pub waiting_at: Option<DateTime<Utc>>,
    /// Only after this one in the order of start and id.
    pub after: Option<(DateTime<Utc>, BookingId)>,
    /// So many at most.
    pub limit: i64,
}

/// Bookings by start, then id.
pub fn list_bookings(conn: &mut AnyConnection, listing: &Listing) -> Result<Vec<Stored>, DbError> {
    let mut query = joined!().into_boxed();
    query = match &listing.owner {
        Owner::Family(id) => query.filter(bookings::family_id.eq(id.as_str())),
        Owner::Facility(id) => query.filter(bookings::facility_id.eq(id.as_str())),
    };
    if let Some(from) = listing.from {
        query = query.filter(bookings::ends_at.gt(stored(from)));
    }
    if let Some(until) = listing.until {
        query = query.filter(bookings::starts_at.lt(stored(until)));
    }
    if listing.active_only {
        query = query.filter(bookings::active);
    }
    if let Some(now) = listing.waiting_at {
        query = query.filter(bookings::state.eq("requested")).filter(bookings::decide_by.gt(stored(now)));
    }
    if let Some((starts_at, id)) = &listing.after {
        let starts_at = stored(*starts_at);
        query = query.filter(bookings::starts_at.ge(starts_at)).filter(bookings::starts_at.gt(starts_at).or(bookings::id.gt(id.as_str())));
    }
    query
        .order((bookings::starts_at, bookings::id))
        .limit(listing.limit)
        .select(columns!())
        .load::<Row>(conn)?
        .into_iter()
        .map(booking)
        .collect()
}

/// When the children of a family are booked, anywhere, between two instants.
pub fn list_busy(
    conn: &mut AnyConnection,
    family: &FamilyId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(String, Busy)>, DbError> {
    let rows = bookings::table
        .inner_join(facilities::table)
        .filter(bookings::family_id.eq(family.as_str()))
        .filter(bookings::active)
        .filter(bookings::starts_at.lt(stored(until)))
        .filter(bookings::ends_at.gt(stored(from)))
        .select((bookings::child_id, bookings::starts_at, bookings::ends_at, facilities::name))
        .load::<(String, NaiveDateTime, NaiveDateTime, String)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(child, starts, ends, facility)| (child, Busy { starts_at: instant(starts), ends_at: instant(ends), facility }))
        .collect())
}

/// What the children of a family have used of some accounts, and perhaps of others beside them.
pub fn list_usages(conn: &mut AnyConnection, family: &FamilyId, accounts: &[Account]) -> Result<Vec<(String, Account, Usage)>, DbError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let pools: BTreeSet<&str> = accounts.iter().map(|account| account.pool.as_str()).collect();
    let periods: BTreeSet<String> = accounts.iter().map(|account| account.period.to_string()).collect();
    let rows = usages::table
        .inner_join(children::table)
        .filter(children::family_id.eq(family.as_str()))
        .filter(usages::pool.eq_any(pools))
        .filter(usages::period.eq_any(periods))
        .select((usages::child_id, usages::pool, usages::period, usages::unit, usages::total, usages::away))
        .load::<(String, String, String, String, i64, i64)>(conn)?;
    rows.into_iter()
        .map(|(child, pool, period, unit, total, away)| {
            let account = Account {
                period: period.parse().map_err(|_| unknown("period", &period))?,
                unit: unit.parse().map_err(|()| unknown("limit unit", &unit))?,
                pool,
            };
            Ok((child, account, Usage { total, away }))
        })
        .collect()
}

/// Writes what a child has used of an account, with the allowance that the database holds it to. The family is locked, so nobody changes
/// the same row meanwhile.
pub fn write_usage(
    conn: &mut AnyConnection,
    child: &ChildId,
    (account, usage, allowance): &(Account, Usage, Allowance),
) -> Result<(), DbError> {
    let values = (
        usages::child_id.eq(child.as_str()),
        usages::pool.eq(&account.pool),
        usages::period.eq(account.period.to_string()),
        usages::unit.eq(account.unit.as_str()),
        usages::total.eq(usage.total),
        usages::away.eq(usage.away),
        usages::limit_total.eq(allowance.total),
        usages::limit_away.eq(allowance.away),
        usages::over_limit.eq(0),
    );
    let insert = diesel::insert_into(usages::table).values(values);
    let clause = " ON CONFLICT (child_id, pool, period, unit) DO UPDATE SET total = excluded.total, away = excluded.away, \
                  limit_total = excluded.limit_total, limit_away = excluded.limit_away";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Gives back what a booking uses.
pub fn give_back(conn: &mut AnyConnection, booking: &Booking) -> Result<(), DbError> {
    move_usage(conn, booking, (booking.uses(), &[]), &[]).map(drop)
}

/// Moves what a booking's child has used from what the booking counted to what it counts; gives what is then over the limits of the accounts
/// that it counts in. What attendance puts over a limit is recorded as such: nobody is refused at the door. The family is locked, so nobody
/// changes the same rows meanwhile.
pub fn move_usage(
    conn: &mut AnyConnection,
    booking: &Booking,
    (before, after): (&[Counted], &[Counted]),
    allowances: &[(Account, Allowance)],
) -> Result<Vec<Counted>, DbError> {
    let accounts: BTreeSet<&Account> = before.iter().chain(after).map(|counted| &counted.account).collect();
    let mut all_over = Vec::new();
    for account in accounts {
        let of = |all: &[Counted]| all.iter().filter(|counted| counted.account == *account).map(|counted| counted.amount).sum::<i64>();
        let allowance = allowances.iter().find(|(of, _)| of == account).map(|(_, allowance)| *allowance);
        let over = add_usage(conn, &booking.child.id, account, (of(after) - of(before), booking.is_away), allowance)?;
        if over > 0 && after.iter().any(|counted| counted.account == *account) {
            all_over.push(Counted { account: account.clone(), amount: over });
        }
    }
    Ok(all_over)
}

/// Adds to what a child has used of an account, at home or away, and takes from it when negative; gives what is then over the limit. The
/// family is locked.
pub fn add_usage(
    conn: &mut AnyConnection,
    child: &ChildId,
    account: &Account,
    (amount, is_away): (i64, bool),
    allowance: Option<Allowance>,
) -> Result<i64, DbError> {
    let mine = usages::table
        .filter(usages::child_id.eq(child.as_str()))
        .filter(usages::pool.eq(&account.pool))
        .filter(usages::period.eq(account.period.to_string()))
        .filter(usages::unit.eq(account.unit.as_str()));
    let columns = (usages::total, usages::away, usages::limit_total, usages::limit_away);
    let known = mine.clone().select(columns).first::<(i64, i64, i64, i64)>(conn).optional()?;
    let (usage, allowance) = match known {
        Some((total, away, limit_total, limit_away)) => (Usage { total, away }, Allowance { total: limit_total, away: limit_away }),
        None => {
            let allowance = allowance.unwrap_or(Allowance { total: 0, away: 0 });
            write_usage(conn, child, &(account.clone(), Usage::default(), allowance))?;
            (Usage::default(), allowance)
        }
    };
    let used = usage.plus(amount, is_away);
    let over = (used.total - allowance.total).max(used.away - allowance.away).max(0);
    diesel::update(mine).set((usages::total.eq(used.total), usages::away.eq(used.away), usages::over_limit.eq(over))).execute(conn)?;
    Ok(over)
}

/// What a new booking belongs to.
pub struct Belongs<'a> {
    /// The party.
    pub party_id: &'a PartyId,
    /// The series, for one of its dates.
    pub series_id: Option<&'a SeriesId>,
    /// The family.
    pub family_id: &'a FamilyId,
    /// The host's programme.
    pub programme_id: &'a ProgrammeVersionId,
    /// What the family asked for.
    pub command: &'a NewBooking,
    /// Who took it down for the family, where it did not book itself.
    pub entered: Option<&'a Entry>,
}

/// The state in which a placed stay is written, and until when the facility decides.
fn begins_as(placed: &Placed) -> (&'static str, Option<NaiveDateTime>) {
    match &placed.state {
        BookingState::Requested { decide_by } => ("requested", Some(stored(*decide_by))),
        BookingState::Offered { until } => ("offered", Some(stored(*until))),
        _ => ("confirmed", None),
    }
}

fn agreed(belongs: &Belongs<'_>, placed: &Placed, child: &PlacedChild) -> Agreed {
    let command = belongs.command;
    Agreed {
        entered: belongs.entered.cloned(),
        block: placed.block.clone(),
        fee_lines: child.fee_lines.clone(),
        counted: placed.counted.clone(),
        free_until: placed.free_until,
        cancellation: placed.cancellation.clone(),
        reason: command.reason.clone(),
        answers: command.answers.clone(),
        extras: command.extras.clone(),
        notes: command.notes.clone(),
        tier: Some(placed.tier.clone()),
    }
}

/// Writes one child's booking.
pub fn insert_booking(
    conn: &mut AnyConnection,
    id: &BookingId,
    belongs: &Belongs<'_>,
    placed: &Placed,
    child: &PlacedChild,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (state, decide_by) = begins_as(placed);
    diesel::insert_into(bookings::table)
        .values((
            bookings::id.eq(id.as_str()),
            bookings::party_id.eq(belongs.party_id.as_str()),
            bookings::series_id.eq(belongs.series_id.map(SeriesId::as_str)),
            bookings::slot_id.eq(placed.slot.id.as_str()),
            bookings::child_id.eq(child.id.as_str()),
            bookings::family_id.eq(belongs.family_id.as_str()),
            bookings::facility_id.eq(placed.slot.facility.id.as_str()),
            bookings::municipality.eq(placed.slot.facility.municipality.as_str()),
            bookings::programme.eq(placed.slot.programme.as_str()),
            bookings::programme_id.eq(belongs.programme_id.as_str()),
            (
                bookings::band_from_age.eq(i64::from(child.band_from_age)),
                bookings::starts_at.eq(stored(placed.starts_at)),
                bookings::ends_at.eq(stored(placed.ends_at)),
                bookings::state.eq(state),
                bookings::active.eq(true),
                bookings::decide_by.eq(decide_by),
                bookings::is_away.eq(placed.is_away),
                bookings::fee_yen.eq(child.fee_yen()),
                bookings::agreed.eq(to_json(&agreed(belongs, placed, child))?),
                bookings::created_at.eq(stored(now)),
                bookings::version.eq(1),
            ),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes the new stay of a booking that moves; its version grows.
pub fn move_booking(
    conn: &mut AnyConnection,
    id: &BookingId,
    belongs: &Belongs<'_>,
    placed: &Placed,
    child: &PlacedChild,
) -> Result<(), DbError> {
    let (state, decide_by) = begins_as(placed);
    diesel::update(bookings::table.filter(bookings::id.eq(id.as_str())))
        .set((
            bookings::party_id.eq(belongs.party_id.as_str()),
            bookings::slot_id.eq(placed.slot.id.as_str()),
            bookings::programme_id.eq(belongs.programme_id.as_str()),
            bookings::band_from_age.eq(i64::from(child.band_from_age)),
            bookings::starts_at.eq(stored(placed.starts_at)),
            bookings::ends_at.eq(stored(placed.ends_at)),
            bookings::state.eq(state),
            bookings::decide_by.eq(decide_by),
            bookings::is_away.eq(placed.is_away),
            bookings::fee_yen.eq(child.fee_yen()),
            bookings::agreed.eq(to_json(&agreed(belongs, placed, child))?),
            bookings::version.eq(bookings::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes what the facility said when it closed and a booking ended.
pub fn mark_closure(conn: &mut AnyConnection, id: &BookingId, closure: &Closure) -> Result<(), DbError> {
    let mine = bookings::table.filter(bookings::id.eq(id.as_str()));
    let ended: Option<String> = mine.select(bookings::ended).first(conn)?;
    let ended: Ended = ended.as_deref().map(from_json).transpose()?.unwrap_or_default();
    let ended = to_json(&Ended { closure: Some(closure.clone()), ..ended })?;
    diesel::update(mine).set(bookings::ended.eq(ended)).execute(conn)?;
    Ok(())
}

/// Marks a booking as undone: nobody finds it any more.
pub fn mark_undone(conn: &mut AnyConnection, id: &BookingId, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(bookings::table.filter(bookings::id.eq(id.as_str())))
        .set((
            bookings::state.eq("undone"),
            bookings::active.eq(false),
            bookings::ended_at.eq(stored(now)),
            bookings::version.eq(bookings::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes until when an offer may be accepted, of which the family is told later than was thought.
pub fn prolong_offer(conn: &mut AnyConnection, id: &BookingId, until: DateTime<Utc>) -> Result<(), DbError> {
    let mine = bookings::table.filter(bookings::id.eq(id.as_str())).filter(bookings::state.eq("offered"));
    diesel::update(mine).set((bookings::decide_by.eq(stored(until)), bookings::version.eq(bookings::version + 1))).execute(conn)?;
    Ok(())
}

/// Writes what becomes of an offer that was taken up: it counts as made now, and belongs to the series of which it is a date.
pub fn mark_made(
    conn: &mut AnyConnection,
    id: &BookingId,
    (state, series): (&BookingState, Option<&SeriesId>),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    mark_state(conn, id, state, None)?;
    let mine = bookings::table.filter(bookings::id.eq(id.as_str()));
    let made = (bookings::created_at.eq(stored(now)), bookings::series_id.eq(series.map(SeriesId::as_str)));
    diesel::update(mine).set(made).execute(conn)?;
    if let BookingState::Requested { decide_by } = state {
        diesel::update(mine).set(bookings::decide_by.eq(stored(*decide_by))).execute(conn)?;
    }
    Ok(())
}

/// Writes the next state of a booking, and what is known of its day where that changes too; its version grows. What belongs to other states
/// is forgotten.
pub fn mark_state(conn: &mut AnyConnection, id: &BookingId, state: &BookingState, attended: Option<&Attended>) -> Result<(), DbError> {
    let mine = bookings::table.filter(bookings::id.eq(id.as_str()));
    let (name, came, left, ended) = match state {
        BookingState::Offered { .. } => return Err(unknown("next state", "offered")),
        BookingState::Requested { .. } => ("requested", None, None, None),
        BookingState::Confirmed => ("confirmed", None, None, None),
        BookingState::CheckedIn { at } => ("checked_in", Some(*at), None, None),
        BookingState::CheckedOut { checked_in_at, at } => ("checked_out", Some(*checked_in_at), Some(*at), None),
        BookingState::Cancelled { at, fee_yen, counts, exempt } => {
            ("cancelled", None, None, Some((*at, Ended { exempt: exempt.clone(), ..Ended::default() }, Some((*fee_yen, *counts)))))
        }
        BookingState::Absent { at, fee_yen, counts, exempt, .. } => {
            ("absent", None, None, Some((*at, Ended { exempt: exempt.clone(), ..Ended::default() }, Some((*fee_yen, *counts)))))
        }
        BookingState::Declined { at, message } => {
            ("declined", None, None, Some((*at, Ended { message: message.clone(), ..Ended::default() }, None)))
        }
        BookingState::Released { at } => ("released", None, None, Some((*at, Ended::default(), None))),
    };
    let due = ended.as_ref().and_then(|(.., due)| *due);
    diesel::update(mine)
        .set((
            bookings::state.eq(name),
            bookings::active.eq(state.is_active()),
            bookings::checked_in_at.eq(came.map(stored)),
            bookings::checked_out_at.eq(left.map(stored)),
            bookings::ended_at.eq(ended.as_ref().map(|(at, ..)| stored(*at))),
            bookings::ended.eq(ended.as_ref().map(|(_, said, _)| to_json(said)).transpose()?),
            bookings::cancelled_fee_yen.eq(due.map(|(fee_yen, _)| fee_yen)),
            bookings::cancelled_counts.eq(due.map(|(_, counts)| counts)),
            bookings::version.eq(bookings::version + 1),
        ))
        .execute(conn)?;
    if let Some(attended) = attended {
        let known = (*attended != Attended::default()).then(|| to_json(attended)).transpose()?;
        diesel::update(mine).set(bookings::attended.eq(known)).execute(conn)?;
    }
    Ok(())
}
