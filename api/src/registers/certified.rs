//! Certified children and what they used: taken in from the national system or another city, and written for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use shared::applications::Days;
use shared::entitlements::{Ended, Entitlement};
use shared::facilities::FileReport;
use shared::ids::{ChildId, EntitlementId, RegisterRunId};
use shared::municipalities::MunicipalityCode;
use shared::programmes::{Account, Allowance, Limit, LimitPeriod, LimitUnit, Period, ProgrammeKey, Usage, is_multiple_birth};
use shared::registers::certified::{
    CertifiedOutcome, CertifiedReader, CertifiedRow, Column, Minutes, SaidCertified, Span, compare_certified,
};
use shared::registers::residents::same_reading;
use shared::registers::sheet::Column as _;
use shared::registers::{Choice, Kind, Linked, RegisterReport, Rejection, RowDifference, link};
use shared::time::Month;

use super::store::{self, Held, KeptRow};
use super::taking::{Came, all, finish, read_rows, retried};
use super::{Sent, source};
use crate::db::{AnyConnection, DbError, from_json, to_json};
use crate::entitlements::store::NewEntitlement;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::tables::Table;
use crate::{App, bookings, entitlements, families, new_id, programmes};

/// A row with the child that it means, and what would come of it.
struct Planned {
    row: CertifiedRow,
    linked: Linked,
    outcome: CertifiedOutcome,
    is_known: bool,
}

impl Planned {
    fn came(&self) -> Came {
        let CertifiedOutcome { differences, span, used, undecided, .. } = &self.outcome;
        let difference = RowDifference {
            line: self.row.line,
            key: self.row.key(),
            child: self.linked.name.clone(),
            born: self.linked.born,
            differences: differences.clone(),
            undecided: *undecided,
        };
        Came { difference, writes: span.is_some() || used.is_some() }
    }
}

/// The limits of a programme that count a month's minutes.
fn limits(conn: &mut AnyConnection, row: &CertifiedRow) -> Result<Vec<Limit>, DbError> {
    monthly(conn, &row.municipality, &row.programme, row.month)
}

fn monthly(conn: &mut AnyConnection, city: &MunicipalityCode, programme: &ProgrammeKey, month: Month) -> Result<Vec<Limit>, DbError> {
    let found = programmes::store::find_programme(conn, city, programme, month.first_day())?;
    let counts = |limit: &Limit| limit.counts == LimitUnit::Minutes && limit.per == LimitPeriod::Month && limit.reason.is_none();
    Ok(found.map(|found| found.terms.limits.into_iter().filter(counts).collect()).unwrap_or_default())
}

/// What a month's minutes are counted in.
fn account(limit: &Limit, month: Month) -> Account {
    Account { pool: limit.pool.clone(), period: Period::Month(month), unit: LimitUnit::Minutes }
}

fn said(kept: Option<&KeptRow>) -> Result<SaidCertified, DbError> {
    Ok(kept.map(|kept| from_json(&kept.said)).transpose()?.unwrap_or_default())
}

/// What would come of a row, or why nothing can.
type Plan = Result<Planned, (CertifiedRow, Rejection)>;
/// The child that a row means, what the row said last time, and from when to when the child is certified here.
type Found = (Linked, SaidCertified, Option<Span>);

/// What would come of every row, all from one look at the database.
fn plan(conn: &mut AnyConnection, rows: &[CertifiedRow], choices: &BTreeMap<String, Choice>) -> Result<Vec<Plan>, DbError> {
    let mut towns: BTreeMap<MunicipalityCode, Town> = BTreeMap::new();
    let mut planned = Vec::with_capacity(rows.len());
    for row in rows {
        if !towns.contains_key(&row.municipality) {
            towns.insert(row.municipality.clone(), Town::read(conn, &row.municipality)?);
        }
        let Some(town) = towns.get_mut(&row.municipality) else { continue };
        planned.push(match town.find(conn, row)? {
            Ok((linked, before, held)) => {
                let outcome = compare_certified(row, &before, held, choices.get(&row.key()).copied());
                let is_known =
                    town.rows.contains_key(&row.key()) && outcome.said == before && outcome.span.is_none() && outcome.used.is_none();
                if outcome.span.is_some_and(|span| town.meets_another(row, &linked.child, span)) {
                    Err((row.clone(), Rejection::CertifiedOtherwise))
                } else {
                    if let Some(span) = outcome.span {
                        let spans = town.spans.entry(linked.child.clone()).or_default();
                        spans.retain(|(number, ..)| *number != row.number);
                        spans.push((row.number.clone(), row.programme.clone(), span));
                    }
                    Ok(Planned { row: row.clone(), linked, outcome, is_known })
                }
            }
            Err(rejection) => Err((row.clone(), rejection)),
        });
    }
    Ok(planned)
}

/// Number, programme and days of a certification.
type Certified = (String, ProgrammeKey, Span);

/// What is known of a municipality, read at once.
struct Town {
    by_birth: BTreeMap<(String, NaiveDate), Vec<Linked>>,
    rows: BTreeMap<String, KeptRow>,
    held: BTreeMap<String, Held>,
    /// Under which numbers a child is certified, for what and on which days; rows of the file included as they are planned.
    spans: BTreeMap<ChildId, Vec<Certified>>,
}

impl Town {
    fn read(conn: &mut AnyConnection, municipality: &MunicipalityCode) -> Result<Self, DbError> {
        let mut by_birth = BTreeMap::<_, Vec<Linked>>::new();
        for found in store::list_residents(conn, municipality)? {
            by_birth.entry((same_reading(&found.linked.kana), found.linked.born)).or_default().push(found.linked);
        }
        let rows = store::list_rows(conn, Kind::Certified, municipality)?.into_iter().map(|row| (row.key.clone(), row)).collect();
        let held: BTreeMap<String, Held> =
            store::list_held(conn, municipality)?.into_iter().map(|held| (held.number.clone(), held)).collect();
        let mut spans: BTreeMap<ChildId, Vec<Certified>> = BTreeMap::new();
        for held in held.values() {
            spans.entry(held.linked.child.clone()).or_default().push((held.number.clone(), held.programme.clone(), held.span));
        }
        Ok(Self { by_birth, rows, held, spans })
    }

    /// Whether a child would be certified twice on a day: a city certifies once, whoever writes it down.
    fn meets_another(&self, row: &CertifiedRow, child: &ChildId, span: Span) -> bool {
        let meets = |(number, programme, other): &Certified| *number != row.number && *programme == row.programme && other.meets(span);
        self.spans.get(child).is_some_and(|spans| spans.iter().any(meets))
    }

    /// What a row means, as the database has it.
    fn find(&self, conn: &mut AnyConnection, row: &CertifiedRow) -> Result<Result<Found, Rejection>, DbError> {
        let (kept, held) = (self.rows.get(&row.key()), self.held.get(&row.number));
        let known = match kept.map(|kept| &kept.child).or(held.map(|held| &held.linked.child)) {
            Some(child) => store::find_resident(conn, child)?.map(|resident| resident.linked),
            None => None,
        };
        let none = Vec::new();
        let candidates = self.by_birth.get(&(same_reading(&row.kana), row.born)).unwrap_or(&none);
        let linked = match link((&row.kana, row.born), known.as_ref(), candidates, |_| false) {
            Ok(linked) => linked.clone(),
            Err(rejection) => return Ok(Err(rejection)),
        };
        if held.is_some_and(|held| held.programme != row.programme) || (row.used != Minutes::default() && limits(conn, row)?.is_empty()) {
            return Ok(Err(Rejection::ProgrammeUnknown));
        }
        Ok(Ok((linked, said(kept)?, held.map(|held| held.span))))
    }
}

/// Looks at a file, and takes it in unless it is only looked at.
pub async fn take(app: &App, sent: &Arc<Sent>, table: &Table, mut file: FileReport, dry_run: bool) -> Result<RegisterReport, ApiError> {
    let own = source(app);
    let read = read_rows(table, &mut file, CertifiedReader::new, |reader, line, fields| {
        let row = reader.read(line, fields)?;
        match row {
            Some(row) if !sent.sender.may_send(&row.municipality) => Err(vec![reader.finding(&row, Rejection::OtherMunicipality)]),
            // What we counted ourselves is counted already.
            Some(row) if row.source == own => Ok(Some(CertifiedRow { used: Minutes::default(), ..row })),
            row => Ok(row),
        }
    });
    let mut report = RegisterReport::refused(file, Some(Kind::Certified), dry_run);
    let Some((reader, rows)) = read else { return Ok(report) };
    let sending = Arc::clone(sent);
    let planned = app.db.read(move |conn| plan(conn, &rows, &sending.choices).map_err(ApiError::from)).await?;
    let going = report.sort_out(planned, |(row, rejection)| (rejection, reader.finding(&row, rejection)));
    if dry_run {
        return finish(app, sent, report, None, going.iter().map(Planned::came).collect()).await;
    }
    let run = sent.begin(app, Kind::Certified).await?;
    let done = all(going.into_iter().map(|planned| write(app, sent, &run, planned))).await?;
    finish(app, sent, report, Some(run), done.iter().map(Planned::came).collect()).await
}

/// Takes in one row in a transaction of its own.
async fn write(app: &App, sent: &Arc<Sent>, run: &RegisterRunId, planned: Planned) -> Result<Planned, ApiError> {
    if planned.is_known {
        return Ok(planned);
    }
    let Planned { row, linked, .. } = planned;
    let choice = sent.choices.get(&row.key()).copied();
    let act = Act { note: Some(format!("register {run}")), ..sent.act(app) };
    let change = Arc::new((row, linked, run.clone(), act));
    let (shared, kept) = (Arc::clone(&change), Arc::clone(&change));
    let outcome = retried(app, move |conn| {
        let (row, linked, run, act) = &*shared;
        apply(conn, (row, linked), choice, run, act)
    })
    .await?;
    Ok(Planned { row: kept.0.clone(), linked: kept.1.clone(), outcome, is_known: true })
}

fn apply(
    conn: &mut AnyConnection,
    (row, linked): (&CertifiedRow, &Linked),
    choice: Option<Choice>,
    run: &RegisterRunId,
    act: &Act,
) -> Result<CertifiedOutcome, ApiError> {
    families::store::lock_family(conn, &linked.family)?.ok_or(ApiError::NotFound)?;
    let kept = store::find_row(conn, Kind::Certified, &row.municipality, &row.key())?;
    let held = store::find_held(conn, &row.municipality, &row.number)?;
    let before = said(kept.as_ref())?;
    let outcome = compare_certified(row, &before, held.as_ref().map(|held| held.span), choice);
    if let Some(span) = outcome.span {
        // Certified here since the file was looked at: look again.
        let is_other = |held: &Entitlement| {
            held.number != row.number
                && held.child.id == linked.child
                && (&held.programme, &held.municipality) == (&row.programme, &row.municipality)
        };
        let others = entitlements::store::list_entitlements(conn, &linked.family)?;
        if others.iter().filter(|held| is_other(held)).any(|held| span.meets(Span { from: held.valid_from, until: held.valid_until })) {
            return Err(ApiError::Retry);
        }
        certify(conn, (row, linked), span, held.as_ref(), act)?;
    }
    if let Some(used) = outcome.used {
        let more = Minutes { home: used.home - before.used.home, away: used.away - before.used.away };
        let children = families::store::list_children(conn, &linked.family)?;
        let is_multiple = is_multiple_birth(linked.born, children.iter().map(|child| child.known.born));
        for limit in limits(conn, row)? {
            for (amount, is_away) in [(more.home, false), (more.away, true)] {
                let (account, allowance) = (account(&limit, row.month), limit.allowance(is_multiple));
                bookings::store::add_usage(conn, &linked.child, &account, (amount, is_away), Some(allowance))?;
            }
        }
        act.record(conn, "child.usage_counted", (&row.municipality, None), linked.child.as_str())?;
    }
    let kept = KeptRow { key: row.key(), child: linked.child.clone(), said: to_json(&outcome.said)? };
    store::write_row(conn, (Kind::Certified, &row.municipality), &kept, run, act.now)?;
    Ok(outcome)
}

/// Writes that a child is certified, or from when to when it is now.
fn certify(
    conn: &mut AnyConnection,
    (row, linked): (&CertifiedRow, &Linked),
    span: Span,
    held: Option<&Held>,
    act: &Act,
) -> Result<(), ApiError> {
    let Some(held) = held else {
        let new = NewEntitlement {
            id: EntitlementId::new(new_id()),
            number: row.number.clone(),
            family: linked.family.clone(),
            child: linked.child.clone(),
            programme: row.programme.clone(),
            municipality: row.municipality.clone(),
            days: Days { from: span.from, until: span.until },
            application: None,
        };
        entitlements::store::insert_entitlement(conn, &new, act.now)?;
        return Ok(act.record(conn, "entitlement.granted", (&row.municipality, None), new.id.as_str())?);
    };
    let ended = (span.until < held.span.until).then_some(Ended::Register);
    store::set_span(conn, &held.id, span, ended.as_ref())?;
    Ok(act.record(conn, "entitlement.revised", (&row.municipality, None), held.id.as_str())?)
}

/// The certified children of a municipality with what they used in a month and what is left: the rows of a file, its header first.
pub fn rows(conn: &mut AnyConnection, city: &MunicipalityCode, month: Month, source: &str) -> Result<Vec<Vec<String>>, DbError> {
    let mut elsewhere: BTreeMap<(ChildId, String), Minutes> = BTreeMap::new();
    let ending = format!("/{month}/");
    for kept in store::list_rows(conn, Kind::Certified, city)? {
        let Some((number, _)) = kept.key.split_once(&ending) else { continue };
        let used = said(Some(&kept))?.used;
        let sum = elsewhere.entry((kept.child.clone(), number.to_owned())).or_default();
        *sum = Minutes { home: sum.home + used.home, away: sum.away + used.away };
    }
    let mut limits: BTreeMap<ProgrammeKey, Option<Limit>> = BTreeMap::new();
    let mut rows = vec![Column::ALL.iter().map(|column| column.header().to_owned()).collect()];
    for held in store::list_held(conn, city)? {
        let holds = held.span.from < month.next_first_day() && month.first_day() <= held.span.until;
        if !holds {
            continue;
        }
        if !limits.contains_key(&held.programme) {
            limits.insert(held.programme.clone(), monthly(conn, city, &held.programme, month)?.into_iter().next());
        }
        let counted: Option<(Allowance, Usage)> = match limits.get(&held.programme) {
            Some(Some(limit)) => {
                let born = families::store::list_children(conn, &held.linked.family)?;
                let is_multiple = is_multiple_birth(held.linked.born, born.iter().map(|child| child.known.born));
                let used = bookings::store::list_usages(conn, &held.linked.family, &[account(limit, month)])?;
                let used = used.into_iter().find(|(child, of, _)| child == held.linked.child.as_str() && *of == account(limit, month));
                Some((limit.allowance(is_multiple), used.map(|(_, _, usage)| usage).unwrap_or_default()))
            }
            _ => None,
        };
        let others = elsewhere.get(&(held.linked.child.clone(), held.number.clone())).copied().unwrap_or_default();
        let row = CertifiedRow {
            line: 0,
            municipality: city.clone(),
            number: held.number,
            programme: held.programme,
            kana: held.linked.kana,
            born: held.linked.born,
            span: held.span,
            month,
            used: counted.map(|(_, usage)| Minutes::of(usage, others)).unwrap_or_default(),
            source: source.to_owned(),
        };
        rows.push(row.fields(counted));
    }
    Ok(rows)
}
