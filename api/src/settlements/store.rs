//! Settlements in the database: lines of locked claims between two cities, what they say to them, and their locks.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use shared::claims::{Amounts, UsageKind};
use shared::ids::{AccountId, ClaimLineId, CompactId, SettlementCommentId, SettlementId};
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::settlements::{CorrectedLine, SettlementAnswer, SettlementComment, SettlementLine, SettlementLock, sides};
use shared::time::{Month, tokyo_day};

use crate::claims::store::month;
use crate::db::{AnyConnection, DbError, from_json, instant, stored, unknown};
use crate::municipalities::store::code;
use crate::new_id;
use crate::schema::{
    accounts, bookings, claim_lines, compacts, facilities, programmes, settlement_answers, settlement_comments, settlement_lines,
    settlements,
};

/// Two cities of a compact, the one with the lower code first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The compact.
    pub compact: CompactId,
    /// The city with the lower code.
    pub a: MunicipalityCode,
    /// The other one.
    pub b: MunicipalityCode,
}

impl Pair {
    /// Of two cities in any order.
    pub fn new(compact: CompactId, one: MunicipalityCode, other: MunicipalityCode) -> Self {
        if one < other { Self { compact, a: one, b: other } } else { Self { compact, a: other, b: one } }
    }
}

/// A settlement that at least one city has locked.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The settlement.
    pub id: SettlementId,
    /// Between whom.
    pub pair: Pair,
    /// Its month.
    pub month: Month,
    /// How many lines it has.
    pub lines: i64,
    /// What the city with the lower code pays, and what the other does, in integer yen.
    pub pay: (i64, i64),
    /// The lock of the city with the lower code.
    pub lock_a: Option<SettlementLock>,
    /// The lock of the other.
    pub lock_b: Option<SettlementLock>,
}

/// Locks a compact's settlements until the transaction ends.
pub fn lock_compact(conn: &mut AnyConnection, id: &CompactId) -> Result<bool, DbError> {
    let mine = compacts::table.filter(compacts::id.eq(id.as_str()));
    Ok(diesel::update(mine).set(compacts::name.eq(compacts::name)).execute(conn)? == 1)
}

/// The settlements of a city that have begun.
pub fn list_begun(conn: &mut AnyConnection, own: &MunicipalityCode) -> Result<Vec<Begun>, DbError> {
    type By = (Option<NaiveDateTime>, Option<String>);
    type Row = ((String, String, String, String, String), (i64, i64, i64), By, By);
    let rows: Vec<Row> = settlements::table
        .filter(settlements::city_a.eq(own.as_str()).or(settlements::city_b.eq(own.as_str())))
        .select((
            (settlements::id, settlements::compact_id, settlements::month, settlements::city_a, settlements::city_b),
            (settlements::lines, settlements::pays_a_yen, settlements::pays_b_yen),
            (settlements::locked_a_at, settlements::locked_a_by),
            (settlements::locked_b_at, settlements::locked_b_by),
        ))
        .load(conn)?;
    let ids: Vec<&str> = rows.iter().flat_map(|(.., a, b)| [a.1.as_deref(), b.1.as_deref()]).flatten().collect();
    let names: BTreeMap<String, String> = accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::name))
        .load::<(String, String)>(conn)?
        .into_iter()
        .collect();
    let lock = |(at, by): (Option<NaiveDateTime>, Option<String>)| {
        at.map(|at| SettlementLock { at: instant(at), by: by.and_then(|by| names.get(&by).cloned()).unwrap_or_default() })
    };
    rows.into_iter()
        .map(|((id, compact, text, a, b), (lines, a_yen, b_yen), by_a, by_b)| {
            let pair = Pair { compact: CompactId::new(compact), a: code(&a)?, b: code(&b)? };
            let (id, month, pay) = (SettlementId::new(id), month(&text)?, (a_yen, b_yen));
            Ok(Begun { id, pair, month, lines, pay, lock_a: lock(by_a), lock_b: lock(by_b) })
        })
        .collect()
}

/// What lines that are in no settlement yet come to from one city to another.
pub struct Flow {
    /// Between whom.
    pub pair: Pair,
    /// The city that pays.
    pub residence: MunicipalityCode,
    /// The month of the claims.
    pub month: Month,
    /// How many lines.
    pub lines: i64,
    /// Integer yen.
    pub yen: i64,
}

/// The city's lines that are in no settlement yet, in and out.
pub fn list_flows(conn: &mut AnyConnection, own: &MunicipalityCode) -> Result<Vec<Flow>, DbError> {
    let taken = settlement_lines::table.filter(settlement_lines::claim_line_id.eq(claim_lines::id)).select(settlement_lines::settlement_id);
    let columns = (claim_lines::compact_id, claim_lines::residence, claim_lines::host, claim_lines::month);
    let rows: Vec<(Option<String>, String, String, String, i64, i64)> = claim_lines::table
        .filter(claim_lines::compact_id.is_not_null())
        .filter(claim_lines::residence.eq(own.as_str()).or(claim_lines::host.eq(own.as_str())))
        .filter(not(exists(taken)))
        .group_by(columns)
        .select((
            claim_lines::compact_id,
            claim_lines::residence,
            claim_lines::host,
            claim_lines::month,
            sql::<BigInt>("COUNT(*)"),
            sql::<BigInt>("CAST(SUM(claim_lines.relief_yen + claim_lines.benefit_yen) AS BIGINT)"),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(compact, residence, host, text, lines, yen)| {
            let (residence, pair) = (code(&residence)?, pair((compact, &residence, &host))?);
            Ok(Flow { pair, residence, month: month(&text)?, lines, yen })
        })
        .collect()
}

fn pair((compact, residence, host): (Option<String>, &str, &str)) -> Result<Pair, DbError> {
    let compact = compact.ok_or_else(|| unknown("compact", ""))?;
    Ok(Pair::new(CompactId::new(compact), code(residence)?, code(host)?))
}

/// Where a city's comments that are not done with stand: between whom, the month of the claim, and the settlement, if it has begun.
pub fn list_open_comments(conn: &mut AnyConnection, own: &MunicipalityCode) -> Result<Vec<(Pair, Month, Option<SettlementId>)>, DbError> {
    type Row = (Option<String>, String, String, String, Option<String>);
    let rows: Vec<Row> = settlement_comments::table
        .inner_join(claim_lines::table.left_join(settlement_lines::table))
        .filter(settlement_comments::closed_at.is_null())
        .filter(claim_lines::residence.eq(own.as_str()).or(claim_lines::host.eq(own.as_str())))
        .select((
            claim_lines::compact_id,
            claim_lines::residence,
            claim_lines::host,
            claim_lines::month,
            settlement_lines::settlement_id.nullable(),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(compact, residence, host, text, settlement)| {
            Ok((pair((compact, &residence, &host))?, month(&text)?, settlement.map(SettlementId::new)))
        })
        .collect()
}

/// Which lines of a pair.
pub enum Which<'a> {
    /// Those of a settlement that has begun.
    Of(&'a SettlementId),
    /// Those of claims of these months that are in none.
    Open(&'a [Month]),
}

type Row = (
    (String, String, i64, String, String, String, Option<String>),
    (String, NaiveDateTime, String, i64, i64),
    (i64, i64, i64, i64),
    (Option<String>, Option<i64>),
    (String, String),
);

/// Lines of a pair, by host and facility, then day, with what was said to them.
pub fn list_lines(conn: &mut AnyConnection, pair: &Pair, which: &Which<'_>) -> Result<Vec<SettlementLine>, DbError> {
    let (a, b) = (pair.a.as_str(), pair.b.as_str());
    let mut query = claim_lines::table
        .left_join(settlement_lines::table)
        .inner_join(facilities::table)
        .inner_join(bookings::table.inner_join(programmes::table))
        .filter(claim_lines::compact_id.eq(pair.compact.as_str()))
        .filter((claim_lines::residence.eq(a).and(claim_lines::host.eq(b))).or(claim_lines::residence.eq(b).and(claim_lines::host.eq(a))))
        .into_boxed();
    query = match which {
        Which::Of(id) => query.filter(settlement_lines::settlement_id.eq(id.as_str())),
        Which::Open(months) => query
            .filter(settlement_lines::claim_line_id.nullable().is_null())
            .filter(claim_lines::month.eq_any(months.iter().map(Month::to_string))),
    };
    let rows: Vec<Row> = query
        .order((claim_lines::host, facilities::name, claim_lines::facility_id, claim_lines::starts_at, claim_lines::id))
        .select((
            (
                claim_lines::id,
                claim_lines::month,
                claim_lines::number,
                facilities::name,
                claim_lines::host,
                claim_lines::residence,
                claim_lines::certificate,
            ),
            (claim_lines::programme, claim_lines::starts_at, claim_lines::kind, claim_lines::age, claim_lines::unit_yen),
            (claim_lines::minutes, claim_lines::fee_yen, claim_lines::relief_yen, claim_lines::benefit_yen),
            (claim_lines::corrects_month, claim_lines::corrects_number),
            (programmes::name, claim_lines::facility_id),
        ))
        .load(conn)?;
    let mut comments = list_comments(conn, rows.iter().map(|row| row.0.0.as_str()))?;
    rows.into_iter().map(|row| line(row, &mut comments)).collect()
}

type Comments = BTreeMap<String, Vec<SettlementComment>>;

fn line(row: Row, comments: &mut Comments) -> Result<SettlementLine, DbError> {
    let ((id, claim_month, claim_number, facility, host, residence, certificate), stay, amounts, corrects, (programme_name, _)) = row;
    let ((programme, starts_at, kind, age, unit_yen), (minutes, fee_yen, relief_yen, benefit_yen)) = (stay, amounts);
    Ok(SettlementLine {
        comments: comments.remove(&id).unwrap_or_default(),
        claim_line_id: ClaimLineId::new(id),
        claim_month: month(&claim_month)?,
        claim_number,
        facility,
        host: code(&host)?,
        residence: code(&residence)?,
        certificate,
        programme: ProgrammeKey::new(programme),
        programme_name: from_json(&programme_name)?,
        day: tokyo_day(instant(starts_at)),
        usage: UsageKind::parse(&kind).ok_or_else(|| unknown("kind of use", &kind))?,
        age: u32::try_from(age).unwrap_or(0),
        unit_yen,
        amounts: Amounts { minutes, fee_yen, relief_yen, benefit_yen },
        corrects: match corrects {
            (Some(text), Some(number)) => Some(CorrectedLine { month: month(&text)?, number }),
            _ => None,
        },
    })
}

fn list_comments<'a>(conn: &mut AnyConnection, lines: impl Iterator<Item = &'a str>) -> Result<Comments, DbError> {
    type Row = (String, String, String, String, NaiveDateTime, String, Option<NaiveDateTime>);
    let rows: Vec<Row> = settlement_comments::table
        .inner_join(accounts::table)
        .filter(settlement_comments::claim_line_id.eq_any(lines))
        .order((settlement_comments::written_at, settlement_comments::id))
        .select((
            settlement_comments::claim_line_id,
            settlement_comments::id,
            settlement_comments::municipality,
            accounts::name,
            settlement_comments::written_at,
            settlement_comments::words,
            settlement_comments::closed_at,
        ))
        .load(conn)?;
    let mut answers = list_answers(conn, rows.iter().map(|row| row.1.as_str()))?;
    let mut all = Comments::new();
    for (line, id, municipality, by, at, words, closed_at) in rows {
        all.entry(line).or_default().push(SettlementComment {
            answers: answers.remove(&id).unwrap_or_default(),
            id: SettlementCommentId::new(id),
            municipality: code(&municipality)?,
            by,
            at: instant(at),
            words,
            closed_at: closed_at.map(instant),
        });
    }
    Ok(all)
}

fn list_answers<'a>(
    conn: &mut AnyConnection,
    comments: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Vec<SettlementAnswer>>, DbError> {
    let rows: Vec<(String, String, String, NaiveDateTime, String)> = settlement_answers::table
        .inner_join(accounts::table)
        .filter(settlement_answers::comment_id.eq_any(comments))
        .order((settlement_answers::written_at, settlement_answers::id))
        .select((
            settlement_answers::comment_id,
            settlement_answers::municipality,
            accounts::name,
            settlement_answers::written_at,
            settlement_answers::words,
        ))
        .load(conn)?;
    let mut all: BTreeMap<String, Vec<SettlementAnswer>> = BTreeMap::new();
    for (comment, municipality, by, at, words) in rows {
        let answer = SettlementAnswer { municipality: code(&municipality)?, by, at: instant(at), words };
        all.entry(comment).or_default().push(answer);
    }
    Ok(all)
}

/// Writes a city's lock; the first one takes the lines in.
pub fn write_lock(
    conn: &mut AnyConnection,
    (pair, month, begun): (&Pair, Month, Option<&Begun>),
    lines: &[SettlementLine],
    (own, account, now): (&MunicipalityCode, &AccountId, DateTime<Utc>),
) -> Result<SettlementId, DbError> {
    let (at, by) = (Some(stored(now)), Some(account.as_str()));
    let is_a = pair.a == *own;
    if let Some(begun) = begun {
        let mine = settlements::table.filter(settlements::id.eq(begun.id.as_str()));
        if is_a {
            diesel::update(mine).set((settlements::locked_a_at.eq(at), settlements::locked_a_by.eq(by))).execute(conn)?;
        } else {
            diesel::update(mine).set((settlements::locked_b_at.eq(at), settlements::locked_b_by.eq(by))).execute(conn)?;
        }
        return Ok(begun.id.clone());
    }
    let id = SettlementId::new(new_id());
    let by_city = |is_own: bool| (at.filter(|_| is_own), by.filter(|_| is_own));
    let ((a_at, a_by), (b_at, b_by)) = (by_city(is_a), by_city(!is_a));
    let pays = sides(lines, &pair.a);
    diesel::insert_into(settlements::table)
        .values((
            settlements::id.eq(id.as_str()),
            settlements::compact_id.eq(pair.compact.as_str()),
            settlements::month.eq(month.to_string()),
            settlements::city_a.eq(pair.a.as_str()),
            settlements::city_b.eq(pair.b.as_str()),
            (
                settlements::lines.eq(i64::try_from(lines.len()).unwrap_or(i64::MAX)),
                settlements::pays_a_yen.eq(pays.pays_yen),
                settlements::pays_b_yen.eq(pays.gets_yen),
            ),
            (settlements::locked_a_at.eq(a_at), settlements::locked_a_by.eq(a_by)),
            (settlements::locked_b_at.eq(b_at), settlements::locked_b_by.eq(b_by)),
        ))
        .execute(conn)?;
    for lines in lines.chunks(10_000) {
        let rows: Vec<_> = lines
            .iter()
            .map(|line| (settlement_lines::claim_line_id.eq(line.claim_line_id.as_str()), settlement_lines::settlement_id.eq(id.as_str())))
            .collect();
        // The query builder has a batch for each database, and none for both at once.
        match conn {
            AnyConnection::Pg(conn) => diesel::insert_into(settlement_lines::table).values(rows).execute(conn)?,
            AnyConnection::Sqlite(conn) => diesel::insert_into(settlement_lines::table).values(rows).execute(conn)?,
        };
    }
    Ok(id)
}

/// Writes a comment.
pub fn insert_comment(
    conn: &mut AnyConnection,
    line: &ClaimLineId,
    words: &str,
    (own, account, now): (&MunicipalityCode, &AccountId, DateTime<Utc>),
) -> Result<SettlementCommentId, DbError> {
    let id = SettlementCommentId::new(new_id());
    diesel::insert_into(settlement_comments::table)
        .values((
            settlement_comments::id.eq(id.as_str()),
            settlement_comments::claim_line_id.eq(line.as_str()),
            settlement_comments::municipality.eq(own.as_str()),
            settlement_comments::written_by.eq(account.as_str()),
            settlement_comments::written_at.eq(stored(now)),
            settlement_comments::words.eq(words),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Writes an answer.
pub fn insert_answer(
    conn: &mut AnyConnection,
    comment: &SettlementCommentId,
    words: &str,
    (own, account, now): (&MunicipalityCode, &AccountId, DateTime<Utc>),
) -> Result<(), DbError> {
    diesel::insert_into(settlement_answers::table)
        .values((
            settlement_answers::id.eq(new_id()),
            settlement_answers::comment_id.eq(comment.as_str()),
            settlement_answers::municipality.eq(own.as_str()),
            settlement_answers::written_by.eq(account.as_str()),
            settlement_answers::written_at.eq(stored(now)),
            settlement_answers::words.eq(words),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that a comment is done with.
pub fn close_comment(conn: &mut AnyConnection, id: &SettlementCommentId, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = settlement_comments::table.filter(settlement_comments::id.eq(id.as_str()));
    diesel::update(mine.filter(settlement_comments::closed_at.is_null()))
        .set(settlement_comments::closed_at.eq(stored(now)))
        .execute(conn)?;
    Ok(())
}
