//! Bookings and the months' usages in the database.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::bookings::{BookedChild, Booking, BookingState, Busy, MonthUsage, Placed, PlacedChild};
use shared::ids::{BookingId, ChildId, FacilityId, FamilyId, PartyId, ProgrammeVersionId, SlotId};
use shared::programmes::{LimitUnit, MonthLimit, ProgrammeKey, Terms};
use shared::time::Month;

use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::schema::{bookings, children, facilities, month_usages, programmes};
use crate::slots::store::{FACILITY, FacilityRow};

/// The booking's own columns.
#[derive(Queryable, Selectable)]
#[diesel(table_name = bookings)]
struct Own {
    id: String,
    party_id: String,
    slot_id: String,
    family_id: String,
    programme: String,
    block: Option<String>,
    band_from_age: i64,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    state: String,
    month: String,
    counted: i64,
    limit_unit: String,
    is_away: bool,
    fee_yen: i64,
    free_until: NaiveDateTime,
    cancellation: String,
    notes: String,
    checked_in_at: Option<NaiveDateTime>,
    checked_out_at: Option<NaiveDateTime>,
    picked_up_by: Option<String>,
    cancelled_at: Option<NaiveDateTime>,
    cancelled_fee_yen: Option<i64>,
    cancelled_counts: Option<bool>,
    created_at: NaiveDateTime,
    version: i64,
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
    /// The month whose limit it uses.
    pub month: Month,
    /// Who fetched the child.
    pub picked_up_by: Option<String>,
}

fn state(own: &Own) -> Result<BookingState, DbError> {
    match (own.state.as_str(), own.checked_in_at, own.checked_out_at, own.cancelled_at) {
        ("confirmed", ..) => Ok(BookingState::Confirmed),
        ("checked_in", Some(at), ..) => Ok(BookingState::CheckedIn { at: instant(at) }),
        ("checked_out", Some(came), Some(left), _) => Ok(BookingState::CheckedOut { checked_in_at: instant(came), at: instant(left) }),
        ("cancelled", _, _, Some(at)) => Ok(BookingState::Cancelled {
            at: instant(at),
            fee_yen: own.cancelled_fee_yen.unwrap_or(0),
            counts: own.cancelled_counts.unwrap_or(false),
        }),
        _ => Err(unknown("booking state", &own.state)),
    }
}

const fn unit_text(unit: LimitUnit) -> &'static str {
    match unit {
        LimitUnit::HalfDays => "half_days",
        LimitUnit::Minutes => "minutes",
    }
}

fn booking((own, (child_id, name, kana), facility, (programme_name, terms)): Row) -> Result<Stored, DbError> {
    let terms: Terms = from_json(&terms)?;
    let limit_unit = match own.limit_unit.as_str() {
        "half_days" => LimitUnit::HalfDays,
        "minutes" => LimitUnit::Minutes,
        other => return Err(unknown("limit unit", other)),
    };
    Ok(Stored {
        family_id: FamilyId::new(own.family_id.clone()),
        band_from_age: u32::try_from(own.band_from_age).unwrap_or(0),
        month: own.month.parse().map_err(|_| unknown("month", &own.month))?,
        picked_up_by: own.picked_up_by.clone(),
        booking: Booking {
            state: state(&own)?,
            id: BookingId::new(own.id),
            party_id: PartyId::new(own.party_id),
            slot_id: SlotId::new(own.slot_id),
            child: BookedChild { id: ChildId::new(child_id), name, kana },
            facility: facility.facility()?,
            programme: ProgrammeKey::new(own.programme),
            programme_name: from_json(&programme_name)?,
            block: own.block,
            starts_at: instant(own.starts_at),
            ends_at: instant(own.ends_at),
            fee_yen: own.fee_yen,
            counted: own.counted,
            limit_unit,
            is_away: own.is_away,
            free_until: instant(own.free_until),
            cancellation: from_json(&own.cancellation)?,
            notes: own.notes,
            bring: terms.bring,
            created_at: instant(own.created_at),
            version: own.version,
        },
    })
}

macro_rules! joined {
    () => {
        bookings::table.inner_join(children::table).inner_join(facilities::table).inner_join(programmes::table)
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

/// What the children of a family have used of a programme in a month.
pub fn list_usages(
    conn: &mut AnyConnection,
    family: &FamilyId,
    programme: &ProgrammeKey,
    month: Month,
    unit: LimitUnit,
) -> Result<Vec<(String, MonthUsage)>, DbError> {
    let rows = month_usages::table
        .inner_join(children::table)
        .filter(children::family_id.eq(family.as_str()))
        .filter(month_usages::programme.eq(programme.as_str()))
        .filter(month_usages::month.eq(month.to_string()))
        .filter(month_usages::unit.eq(unit_text(unit)))
        .select((month_usages::child_id, month_usages::total, month_usages::away))
        .load::<(String, i64, i64)>(conn)?;
    Ok(rows.into_iter().map(|(child, total, away)| (child, MonthUsage { total, away })).collect())
}

/// Writes what a child has used of a programme in a month, with the limit that the database holds it to. The family is locked, so
/// nobody changes the same row meanwhile.
pub fn write_usage(
    conn: &mut AnyConnection,
    child: &ChildId,
    programme: &ProgrammeKey,
    (month, unit): (Month, LimitUnit),
    usage: MonthUsage,
    limit: Option<MonthLimit>,
) -> Result<(), DbError> {
    let values = (
        month_usages::child_id.eq(child.as_str()),
        month_usages::programme.eq(programme.as_str()),
        month_usages::month.eq(month.to_string()),
        month_usages::unit.eq(unit_text(unit)),
        month_usages::total.eq(usage.total),
        month_usages::away.eq(usage.away),
        month_usages::limit_total.eq(limit.map(|limit| limit.base + limit.local)),
        month_usages::limit_away.eq(limit.map(|limit| limit.base)),
    );
    let insert = diesel::insert_into(month_usages::table).values(values);
    let clause = " ON CONFLICT (child_id, programme, month, unit) DO UPDATE SET total = excluded.total, away = excluded.away, \
                  limit_total = excluded.limit_total, limit_away = excluded.limit_away";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// Gives back what a cancelled booking had used.
pub fn give_back(conn: &mut AnyConnection, cancelled: &Stored) -> Result<(), DbError> {
    let away = if cancelled.booking.is_away { cancelled.booking.counted } else { 0 };
    let mine = month_usages::table
        .filter(month_usages::child_id.eq(cancelled.booking.child.id.as_str()))
        .filter(month_usages::programme.eq(cancelled.booking.programme.as_str()))
        .filter(month_usages::month.eq(cancelled.month.to_string()))
        .filter(month_usages::unit.eq(unit_text(cancelled.booking.limit_unit)));
    diesel::update(mine)
        .set((month_usages::total.eq(month_usages::total - cancelled.booking.counted), month_usages::away.eq(month_usages::away - away)))
        .execute(conn)?;
    Ok(())
}

/// What a new booking belongs to.
pub struct Belongs<'a> {
    /// The party.
    pub party_id: &'a PartyId,
    /// The family.
    pub family_id: &'a FamilyId,
    /// The host's programme.
    pub programme_id: &'a ProgrammeVersionId,
    /// What the family wrote for the day.
    pub notes: &'a str,
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
    diesel::insert_into(bookings::table)
        .values((
            bookings::id.eq(id.as_str()),
            bookings::party_id.eq(belongs.party_id.as_str()),
            bookings::slot_id.eq(placed.slot.id.as_str()),
            bookings::child_id.eq(child.id.as_str()),
            bookings::family_id.eq(belongs.family_id.as_str()),
            bookings::facility_id.eq(placed.slot.facility.id.as_str()),
            bookings::municipality.eq(placed.slot.facility.municipality.as_str()),
            bookings::programme.eq(placed.slot.programme.as_str()),
            bookings::programme_id.eq(belongs.programme_id.as_str()),
            (
                bookings::block.eq(placed.block.as_deref()),
                bookings::band_from_age.eq(i64::from(child.band_from_age)),
                bookings::starts_at.eq(stored(placed.starts_at)),
                bookings::ends_at.eq(stored(placed.ends_at)),
                bookings::state.eq("confirmed"),
                bookings::active.eq(true),
                bookings::month.eq(placed.month.to_string()),
                bookings::counted.eq(placed.counted),
                bookings::limit_unit.eq(unit_text(placed.unit)),
                bookings::is_away.eq(placed.is_away),
                bookings::fee_yen.eq(child.fee_yen),
                bookings::free_until.eq(stored(placed.free_until)),
                bookings::cancellation.eq(to_json(&placed.cancellation)?),
                bookings::notes.eq(belongs.notes),
                bookings::created_at.eq(stored(now)),
                bookings::version.eq(1),
            ),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes the next state of a booking; its version grows.
pub fn mark_state(conn: &mut AnyConnection, id: &BookingId, state: &BookingState, picked_up_by: Option<&str>) -> Result<(), DbError> {
    let mine = bookings::table.filter(bookings::id.eq(id.as_str()));
    let version = bookings::version.eq(bookings::version + 1);
    match state {
        BookingState::Confirmed => return Err(unknown("next state", "confirmed")),
        BookingState::CheckedIn { at } => {
            diesel::update(mine).set((bookings::state.eq("checked_in"), bookings::checked_in_at.eq(stored(*at)), version)).execute(conn)?
        }
        BookingState::CheckedOut { at, .. } => diesel::update(mine)
            .set((
                bookings::state.eq("checked_out"),
                bookings::checked_out_at.eq(stored(*at)),
                bookings::picked_up_by.eq(picked_up_by),
                version,
            ))
            .execute(conn)?,
        BookingState::Cancelled { at, fee_yen, counts } => diesel::update(mine)
            .set((
                bookings::state.eq("cancelled"),
                bookings::active.eq(false),
                bookings::cancelled_at.eq(stored(*at)),
                bookings::cancelled_fee_yen.eq(fee_yen),
                bookings::cancelled_counts.eq(counts),
                version,
            ))
            .execute(conn)?,
    };
    Ok(())
}
