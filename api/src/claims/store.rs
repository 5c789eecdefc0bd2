//! Claims in the database: locked months, their lines, and who has paid.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use shared::archive::ArchivedClaim;
use shared::bookings::BookedChild;
use shared::claims::{Amounts, ClaimLine, ClaimLock, Claimed, Corrects, Paid, UsageKind};
use shared::ids::{AccountId, BookingId, ChildId, ClaimId, ClaimLineId, CompactId, FacilityId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::time::{Month, day_start};

use crate::db::{AnyConnection, DbError, from_json, instant, stored, unknown};
use crate::municipalities::store::code;
use crate::new_id;
use crate::schema::{accounts, bookings, children, claim_lines, claim_payments, claims, facilities, families, programmes};

/// A stored month.
pub fn month(text: &str) -> Result<Month, DbError> {
    text.parse().map_err(|_| unknown("month", text))
}

/// A locked month.
pub struct Locked {
    /// The claim.
    pub id: ClaimId,
    /// When, and by whom.
    pub lock: ClaimLock,
}

/// A facility's locked month; none: it is open.
pub fn find_claim(conn: &mut AnyConnection, facility: &FacilityId, month: Month) -> Result<Option<Locked>, DbError> {
    let mine = claims::table
        .inner_join(accounts::table)
        .filter(claims::facility_id.eq(facility.as_str()))
        .filter(claims::month.eq(month.to_string()))
        .select((claims::id, claims::locked_at, accounts::name));
    let row: Option<(String, NaiveDateTime, String)> = mine.get_result(conn).optional()?;
    Ok(row.map(|(id, at, by)| Locked { id: ClaimId::new(id), lock: ClaimLock { at: instant(at), by } }))
}

/// The months that a facility has locked, in order.
pub fn list_locked(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Vec<Month>, DbError> {
    let mine = claims::table.filter(claims::facility_id.eq(facility.as_str())).order(claims::month);
    mine.select(claims::month).load::<String>(conn)?.iter().map(|text| month(text)).collect()
}

/// The bookings of a month that can come to something. Of first interviews nothing ever comes; they are left out where they are read.
pub fn list_of_month(conn: &mut AnyConnection, facility: &FacilityId, month: Month) -> Result<Vec<BookingId>, DbError> {
    let ids = bookings::table
        .filter(bookings::facility_id.eq(facility.as_str()))
        .filter(bookings::starts_at.ge(stored(day_start(month.first_day()))))
        .filter(bookings::starts_at.lt(stored(day_start(month.next_first_day()))))
        .filter(
            bookings::state
                .eq_any(["requested", "confirmed", "checked_in", "checked_out", "absent"])
                .or(bookings::state.eq("cancelled").and(bookings::cancelled_counts.or(bookings::cancelled_fee_yen.gt(0)))),
        )
        .select(bookings::id)
        .load::<String>(conn)?;
    Ok(ids.into_iter().map(BookingId::new).collect())
}

/// The bookings of locked months that have changed since they were claimed, or came to something only then.
pub fn list_changed(conn: &mut AnyConnection, facility: &FacilityId, months: &[Month]) -> Result<Vec<BookingId>, DbError> {
    let (Some(first), Some(last)) = (months.iter().min(), months.iter().max()) else { return Ok(Vec::new()) };
    let as_it_is = claim_lines::table
        .filter(claim_lines::booking_id.eq(bookings::id))
        .filter(claim_lines::booking_version.eq(bookings::version))
        .select(claim_lines::id);
    let claimed = claim_lines::table.filter(claim_lines::booking_id.eq(bookings::id)).select(claim_lines::number);
    let rows: Vec<(String, NaiveDateTime)> = bookings::table
        .filter(bookings::facility_id.eq(facility.as_str()))
        .filter(bookings::starts_at.ge(stored(day_start(first.first_day()))))
        .filter(bookings::starts_at.lt(stored(day_start(last.next_first_day()))))
        .filter(not(exists(as_it_is)))
        .filter(
            exists(claimed)
                .or(bookings::state.eq_any(["confirmed", "checked_in", "checked_out", "absent"]))
                .or(bookings::state.eq("cancelled").and(bookings::cancelled_counts.or(bookings::cancelled_fee_yen.gt(0)))),
        )
        .select((bookings::id, bookings::starts_at))
        .load(conn)?;
    let of_locked = rows.into_iter().filter(|(_, starts_at)| months.contains(&Month::at(instant(*starts_at))));
    Ok(of_locked.map(|(id, _)| BookingId::new(id)).collect())
}

/// What was claimed for bookings, the first line first.
pub fn list_claimed(conn: &mut AnyConnection, ids: &[BookingId]) -> Result<BTreeMap<BookingId, Vec<Claimed>>, DbError> {
    type Row = ((String, String, String, i64), (String, Option<String>, Option<String>), (i64, i64, i64, i64));
    let rows: Vec<Row> = claim_lines::table
        .filter(claim_lines::booking_id.eq_any(ids.iter().map(BookingId::as_str)))
        .order(claim_lines::id)
        .select((
            (claim_lines::booking_id, claim_lines::id, claim_lines::month, claim_lines::number),
            (claim_lines::residence, claim_lines::compact_id, claim_lines::certificate),
            (claim_lines::minutes, claim_lines::fee_yen, claim_lines::relief_yen, claim_lines::benefit_yen),
        ))
        .load(conn)?;
    let mut all: BTreeMap<BookingId, Vec<Claimed>> = BTreeMap::new();
    for ((booking, id, month, number), (residence, compact, certificate), (minutes, fee_yen, relief_yen, benefit_yen)) in rows {
        all.entry(BookingId::new(booking)).or_default().push(Claimed {
            line_id: ClaimLineId::new(id),
            month: self::month(&month)?,
            number,
            residence: code(&residence)?,
            compact_id: compact.map(CompactId::new),
            certificate,
            amounts: Amounts { minutes, fee_yen, relief_yen, benefit_yen },
        });
    }
    Ok(all)
}

/// The columns of a line.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = claim_lines, treat_none_as_default_value = false)]
struct Line {
    id: String,
    claim_id: String,
    number: i64,
    month: String,
    facility_id: String,
    host: String,
    residence: String,
    compact_id: Option<String>,
    booking_id: String,
    booking_version: i64,
    child_id: String,
    family_id: String,
    programme: String,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    kind: String,
    age: i64,
    unit_yen: i64,
    minutes: i64,
    fee_yen: i64,
    relief_yen: i64,
    benefit_yen: i64,
    certificate: Option<String>,
    corrects_id: Option<String>,
    corrects_month: Option<String>,
    corrects_number: Option<i64>,
    reason: String,
}

/// What a line is written with besides itself.
struct Place<'a> {
    claim: &'a ClaimId,
    facility: &'a FacilityId,
    host: &'a MunicipalityCode,
    month: Month,
}

fn row(line: &ClaimLine, place: &Place<'_>) -> Line {
    let corrects = line.corrects.as_ref();
    Line {
        id: new_id(),
        claim_id: place.claim.to_string(),
        number: line.number,
        month: place.month.to_string(),
        facility_id: place.facility.to_string(),
        host: place.host.to_string(),
        residence: line.residence.to_string(),
        compact_id: line.compact_id.as_ref().map(CompactId::to_string),
        booking_id: line.booking_id.to_string(),
        booking_version: line.booking_version,
        child_id: line.child.id.to_string(),
        family_id: line.family_id.to_string(),
        programme: line.programme.as_str().to_owned(),
        starts_at: stored(line.starts_at),
        ends_at: stored(line.ends_at),
        kind: line.usage.as_str().to_owned(),
        age: i64::from(line.age),
        unit_yen: line.unit_yen,
        minutes: line.amounts.minutes,
        fee_yen: line.amounts.fee_yen,
        relief_yen: line.amounts.relief_yen,
        benefit_yen: line.amounts.benefit_yen,
        certificate: line.certificate.clone(),
        corrects_id: corrects.map(|line| line.line_id.to_string()),
        corrects_month: corrects.map(|line| line.month.to_string()),
        corrects_number: corrects.map(|line| line.number),
        reason: corrects.map(|line| line.reason.clone()).unwrap_or_default(),
    }
}

/// So many lines in one statement: each binds as many values as a line has columns, and SQLite takes 32,766.
const AT_ONCE: usize = 1000;

/// Locks a month: writes its claim and the lines.
pub fn insert_claim(
    conn: &mut AnyConnection,
    (facility, host, month): (&FacilityId, &MunicipalityCode, Month),
    lines: &[ClaimLine],
    (account, now): (&str, DateTime<Utc>),
) -> Result<ClaimId, DbError> {
    let id = ClaimId::new(new_id());
    diesel::insert_into(claims::table)
        .values((
            claims::id.eq(id.as_str()),
            claims::facility_id.eq(facility.as_str()),
            claims::month.eq(month.to_string()),
            claims::locked_at.eq(stored(now)),
            claims::locked_by.eq(account),
        ))
        .execute(conn)?;
    let place = Place { claim: &id, facility, host, month };
    for lines in lines.chunks(AT_ONCE) {
        let rows: Vec<Line> = lines.iter().map(|line| row(line, &place)).collect();
        // The query builder has a batch for each database, and none for both at once.
        match conn {
            AnyConnection::Pg(conn) => diesel::insert_into(claim_lines::table).values(rows).execute(conn)?,
            AnyConnection::Sqlite(conn) => diesel::insert_into(claim_lines::table).values(rows).execute(conn)?,
        };
    }
    Ok(id)
}

type LineRow = (Line, (String, String), String, String);

fn line((line, (name, kana), guardian, programme_name): LineRow) -> Result<ClaimLine, DbError> {
    let corrects = match (line.corrects_id, line.corrects_month, line.corrects_number) {
        (Some(id), Some(text), Some(number)) => {
            Some(Corrects { line_id: ClaimLineId::new(id), month: month(&text)?, number, reason: line.reason })
        }
        _ => None,
    };
    Ok(ClaimLine {
        id: Some(ClaimLineId::new(line.id)),
        number: line.number,
        booking_id: BookingId::new(line.booking_id),
        booking_version: line.booking_version,
        child: BookedChild { id: ChildId::new(line.child_id), name, kana },
        family_id: FamilyId::new(line.family_id),
        guardian,
        residence: code(&line.residence)?,
        compact_id: line.compact_id.map(CompactId::new),
        certificate: line.certificate,
        programme: ProgrammeKey::new(line.programme),
        programme_name: from_json(&programme_name)?,
        starts_at: instant(line.starts_at),
        ends_at: instant(line.ends_at),
        usage: UsageKind::parse(&line.kind).ok_or_else(|| unknown("kind of use", &line.kind))?,
        age: u32::try_from(line.age).unwrap_or(0),
        unit_yen: line.unit_yen,
        amounts: Amounts { minutes: line.minutes, fee_yen: line.fee_yen, relief_yen: line.relief_yen, benefit_yen: line.benefit_yen },
        corrects,
    })
}

/// The lines of a claim, by number.
pub fn list_lines(conn: &mut AnyConnection, claim: &ClaimId) -> Result<Vec<ClaimLine>, DbError> {
    let rows: Vec<LineRow> = claim_lines::table
        .inner_join(children::table)
        .inner_join(families::table)
        .inner_join(bookings::table.inner_join(programmes::table))
        .filter(claim_lines::claim_id.eq(claim.as_str()))
        .order(claim_lines::number)
        .select((Line::as_select(), (children::name, children::kana), families::guardian_name, programmes::name))
        .load(conn)?;
    rows.into_iter().map(line).collect()
}

/// What facilities claimed for a family's stays, by month: each with the facility's name, and when the family's part was marked as paid.
pub fn list_of_family(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<ArchivedClaim>, DbError> {
    type OwnRow = (Line, (String, String), String, String, String);
    let rows: Vec<OwnRow> = claim_lines::table
        .inner_join(children::table)
        .inner_join(families::table)
        .inner_join(bookings::table.inner_join(programmes::table))
        .inner_join(facilities::table)
        .filter(claim_lines::family_id.eq(family.as_str()))
        .order((claim_lines::month, claim_lines::facility_id, claim_lines::number))
        .select((Line::as_select(), (children::name, children::kana), families::guardian_name, programmes::name, facilities::name))
        .load(conn)?;
    let marked = claim_payments::table.filter(claim_payments::family_id.eq(family.as_str()));
    let marked: Vec<(String, NaiveDateTime)> = marked.select((claim_payments::claim_id, claim_payments::marked_at)).load(conn)?;
    let paid: BTreeMap<String, NaiveDateTime> = marked.into_iter().collect();
    let one = |(own, child, guardian, programme, facility): OwnRow| {
        let (month, paid_at) = (month(&own.month)?, paid.get(&own.claim_id).copied().map(instant));
        Ok(ArchivedClaim { facility, month, paid_at, line: line((own, child, guardian, programme))? })
    };
    rows.into_iter().map(one).collect()
}

/// Which families have paid.
pub fn list_paid(conn: &mut AnyConnection, claim: &ClaimId) -> Result<BTreeMap<FamilyId, Paid>, DbError> {
    let rows: Vec<(String, NaiveDateTime, String)> = claim_payments::table
        .inner_join(accounts::table)
        .filter(claim_payments::claim_id.eq(claim.as_str()))
        .select((claim_payments::family_id, claim_payments::marked_at, accounts::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(family, at, by)| (FamilyId::new(family), Paid { at: instant(at), by })).collect())
}

/// The families that a claim has lines of.
pub fn list_families(conn: &mut AnyConnection, claim: &ClaimId) -> Result<BTreeSet<FamilyId>, DbError> {
    let mine = claim_lines::table.filter(claim_lines::claim_id.eq(claim.as_str()));
    Ok(mine.select(claim_lines::family_id).distinct().load::<String>(conn)?.into_iter().map(FamilyId::new).collect())
}

/// Marks that a family has paid.
pub fn insert_payment(
    conn: &mut AnyConnection,
    (claim, family): (&ClaimId, &FamilyId),
    (account, now): (&AccountId, DateTime<Utc>),
) -> Result<(), DbError> {
    diesel::insert_into(claim_payments::table)
        .values((
            claim_payments::claim_id.eq(claim.as_str()),
            claim_payments::family_id.eq(family.as_str()),
            claim_payments::marked_at.eq(stored(now)),
            claim_payments::marked_by.eq(account.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes the mark back; that it was there stands in the audit.
pub fn delete_payment(conn: &mut AnyConnection, claim: &ClaimId, family: &FamilyId) -> Result<(), DbError> {
    let mine = claim_payments::table.filter(claim_payments::claim_id.eq(claim.as_str()));
    diesel::delete(mine.filter(claim_payments::family_id.eq(family.as_str()))).execute(conn)?;
    Ok(())
}
