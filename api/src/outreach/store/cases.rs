//! Cases: who calls which family, what came of it, and what one desk leaves to the other.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use shared::applications::Colleague;
use shared::ids::{AccountId, FamilyId, OutreachCaseId};
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::outreach::{
    Attempt, AttemptMeans, AttemptResult, CaseCounts, CaseDesk, CaseLine, CaseNote, CaseOutcome, CaseState, NewAttempt, Priority,
};

use crate::applications::office::store::find_colleague;
use crate::db::{AnyConnection, DbError, from_json, instant, stored, to_json, unknown};
use crate::municipalities::store::{code, list_municipalities};
use crate::new_id;
use crate::schema::{accounts, families, outreach_attempts as attempts, outreach_cases as cases, outreach_notes as notes};

/// The states of what is still to do.
pub const LIVE: [&str; 2] = ["open", "assigned"];

/// A case with what only the server needs of it.
#[derive(Debug, Clone)]
pub struct StoredCase {
    /// Its id.
    pub id: OutreachCaseId,
    /// The family.
    pub family_id: FamilyId,
    /// The city.
    pub municipality: MunicipalityCode,
    /// At which desk.
    pub desk: CaseDesk,
    /// How it stands.
    pub state: CaseState,
    /// How urgent, and why.
    pub priority: Priority,
    /// The earliest deadline.
    pub deadline_at: DateTime<Utc>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The day of the next try, and how.
    pub next: (Option<NaiveDate>, Option<AttemptMeans>),
    /// How often somebody has tried.
    pub attempts: u32,
    /// Grows by one with every change.
    pub version: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
struct Row {
    id: String,
    family_id: String,
    municipality: String,
    desk: String,
    state: String,
    assignee: Option<String>,
    outcome: Option<String>,
    ended_at: Option<NaiveDateTime>,
    priority: String,
    deadline_at: NaiveDateTime,
    opened_at: NaiveDateTime,
    next_on: Option<NaiveDate>,
    next_means: Option<String>,
    attempts: i64,
    version: i64,
}

fn means(word: &str) -> Result<AttemptMeans, DbError> {
    match word {
        "call" => Ok(AttemptMeans::Call),
        "visit" => Ok(AttemptMeans::Visit),
        other => Err(unknown("means of an attempt", other)),
    }
}

const fn means_word(means: AttemptMeans) -> &'static str {
    match means {
        AttemptMeans::Call => "call",
        AttemptMeans::Visit => "visit",
    }
}

fn desk(word: &str) -> Result<CaseDesk, DbError> {
    [CaseDesk::City, CaseDesk::Centre].into_iter().find(|desk| desk.as_str() == word).ok_or_else(|| unknown("desk", word))
}

fn state(conn: &mut AnyConnection, row: &Row) -> Result<CaseState, DbError> {
    let wrong = || unknown("state of a case", &row.state);
    match (row.state.as_str(), &row.assignee, &row.outcome, row.ended_at.map(instant)) {
        ("open", ..) => Ok(CaseState::Open),
        ("assigned", Some(to), ..) => Ok(CaseState::Assigned { to: find_colleague(conn, &AccountId::new(to.as_str()))? }),
        ("resolved", .., Some(at)) => Ok(CaseState::Resolved { at }),
        ("closed", _, Some(word), Some(at)) => {
            let outcome = CaseOutcome::ALL.into_iter().find(|outcome| outcome.as_str() == word).ok_or_else(wrong)?;
            Ok(CaseState::Closed { outcome, at })
        }
        _ => Err(wrong()),
    }
}

fn case(conn: &mut AnyConnection, row: Row) -> Result<StoredCase, DbError> {
    Ok(StoredCase {
        state: state(conn, &row)?,
        id: OutreachCaseId::new(row.id),
        family_id: FamilyId::new(row.family_id),
        municipality: code(&row.municipality)?,
        desk: desk(&row.desk)?,
        priority: from_json(&row.priority)?,
        deadline_at: instant(row.deadline_at),
        opened_at: instant(row.opened_at),
        next: (row.next_on, row.next_means.as_deref().map(means).transpose()?),
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        version: row.version,
    })
}

/// Whose cases somebody sees: an officer those of the city, an operator those that were handed to the centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every case of a city.
    City(MunicipalityCode),
    /// What lies with the BPO centre.
    Centre,
}

impl Scope {
    /// Whether a case is within it.
    pub fn holds(&self, case: &StoredCase) -> bool {
        match self {
            Self::City(city) => case.municipality == *city,
            Self::Centre => case.desk == CaseDesk::Centre,
        }
    }
}

/// The cases of a scope.
macro_rules! within {
    ($scope:expr) => {{
        let all = cases::table.into_boxed();
        match $scope {
            Scope::City(city) => all.filter(cases::municipality.eq(city.as_str())),
            Scope::Centre => all.filter(cases::desk.eq(CaseDesk::Centre.as_str())),
        }
    }};
}

/// Where a page of the list ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After {
    /// The points.
    pub points: i64,
    /// The deadline, or when it ended.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: OutreachCaseId,
}

/// What is looked for in the list.
#[derive(Debug, Clone)]
pub struct Search {
    /// Whose.
    pub scope: Scope,
    /// In these states.
    pub states: Vec<&'static str>,
    /// Only of this worker.
    pub assignee: Option<AccountId>,
    /// Only what is to be tried on this day, or was to be before.
    pub due_on: Option<NaiveDate>,
    /// After where a page ended.
    pub after: Option<After>,
    /// So many.
    pub limit: i64,
}

/// Cases: what is still to do by urgency and deadline, what is over the latest first; each with where a page would end with it.
pub fn list_cases(conn: &mut AnyConnection, search: &Search) -> Result<Vec<(StoredCase, After)>, DbError> {
    let is_live = search.states.iter().all(|state| LIVE.contains(state));
    let mut found = within!(&search.scope).filter(cases::state.eq_any(search.states.clone()));
    if let Some(assignee) = &search.assignee {
        found = found.filter(cases::assignee.eq(assignee.as_str().to_owned()));
    }
    if let Some(day) = search.due_on {
        found = found.filter(cases::next_on.le(day));
    }
    if let Some(After { points, at, id }) = &search.after {
        let (points, at, id) = (*points, stored(*at), id.as_str().to_owned());
        found = if is_live {
            let later = cases::deadline_at.gt(at).or(cases::deadline_at.eq(at).and(cases::id.gt(id)));
            found.filter(cases::points.lt(points).or(cases::points.eq(points).and(later)))
        } else {
            found.filter(cases::ended_at.lt(at).or(cases::ended_at.eq(at).and(cases::id.lt(id))))
        };
    }
    found = if is_live {
        found.order((cases::points.desc(), cases::deadline_at, cases::id))
    } else {
        found.order((cases::ended_at.desc(), cases::id.desc()))
    };
    let rows = found.limit(search.limit).select(Row::as_select()).load::<Row>(conn)?;
    let mut told = Vec::with_capacity(rows.len());
    for row in rows {
        let at = row.ended_at.filter(|_| !is_live).unwrap_or(row.deadline_at);
        let one = case(conn, row)?;
        let after = After { points: one.priority.points, at: instant(at), id: one.id.clone() };
        told.push((one, after));
    }
    Ok(told)
}

/// How many cases there are.
pub fn count_cases(conn: &mut AnyConnection, scope: &Scope, today: NaiveDate, now: DateTime<Utc>) -> Result<CaseCounts, DbError> {
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let open: i64 = within!(scope).filter(cases::state.eq("open")).select(count_star()).get_result(conn)?;
    let assigned: i64 = within!(scope).filter(cases::state.eq("assigned")).select(count_star()).get_result(conn)?;
    let due = within!(scope).filter(cases::state.eq_any(LIVE)).filter(cases::next_on.le(today));
    let due: i64 = due.select(count_star()).get_result(conn)?;
    let lately = stored(now - TimeDelta::days(7));
    let resolved = within!(scope).filter(cases::state.eq("resolved")).filter(cases::ended_at.ge(lately));
    let resolved: i64 = resolved.select(count_star()).get_result(conn)?;
    Ok(CaseCounts { open: number(open), assigned: number(assigned), due: number(due), resolved: number(resolved) })
}

/// A case.
pub fn find_case(conn: &mut AnyConnection, id: &OutreachCaseId) -> Result<Option<StoredCase>, DbError> {
    let row = cases::table.filter(cases::id.eq(id.as_str())).select(Row::as_select()).get_result::<Row>(conn).optional()?;
    row.map(|row| case(conn, row)).transpose()
}

/// The case of a family that somebody still works on.
pub fn find_live(conn: &mut AnyConnection, family: &FamilyId, city: &MunicipalityCode) -> Result<Option<StoredCase>, DbError> {
    let mine = cases::table.filter(cases::family_id.eq(family.as_str())).filter(cases::municipality.eq(city.as_str()));
    let row = mine.filter(cases::state.eq_any(LIVE)).select(Row::as_select()).get_result::<Row>(conn).optional()?;
    row.map(|row| case(conn, row)).transpose()
}

/// Writes a case that nobody has taken yet.
pub fn insert_case(conn: &mut AnyConnection, new: &StoredCase) -> Result<(), DbError> {
    diesel::insert_into(cases::table)
        .values((
            cases::id.eq(new.id.as_str()),
            cases::family_id.eq(new.family_id.as_str()),
            cases::municipality.eq(new.municipality.as_str()),
            cases::desk.eq(new.desk.as_str()),
            cases::state.eq(new.state.as_str()),
            cases::points.eq(new.priority.points),
            cases::priority.eq(to_json(&new.priority)?),
            cases::deadline_at.eq(stored(new.deadline_at)),
            cases::opened_at.eq(stored(new.opened_at)),
            cases::attempts.eq(i64::from(new.attempts)),
            cases::version.eq(new.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a changed case. Its family must be locked.
pub fn write_case(conn: &mut AnyConnection, case: &StoredCase) -> Result<(), DbError> {
    let (assignee, outcome, ended) = match &case.state {
        CaseState::Open => (None, None, None),
        CaseState::Assigned { to } => (Some(to.account_id.as_str()), None, None),
        CaseState::Resolved { at } => (None, None, Some(*at)),
        CaseState::Closed { outcome, at } => (None, Some(outcome.as_str()), Some(*at)),
    };
    let mine = diesel::update(cases::table.filter(cases::id.eq(case.id.as_str())));
    let set = (
        cases::desk.eq(case.desk.as_str()),
        cases::state.eq(case.state.as_str()),
        cases::outcome.eq(outcome),
        cases::ended_at.eq(ended.map(stored)),
        cases::points.eq(case.priority.points),
        cases::priority.eq(to_json(&case.priority)?),
        cases::deadline_at.eq(stored(case.deadline_at)),
        cases::next_on.eq(case.next.0),
        cases::next_means.eq(case.next.1.map(means_word)),
        cases::attempts.eq(i64::from(case.attempts)),
        cases::version.eq(case.version),
    );
    match case.state {
        // Who had it last stays readable once it is over.
        CaseState::Resolved { .. } | CaseState::Closed { .. } => mine.set(set).execute(conn)?,
        CaseState::Open | CaseState::Assigned { .. } => mine.set((set, cases::assignee.eq(assignee))).execute(conn)?,
    };
    Ok(())
}

/// Cases as they stand in the list.
pub fn lines(conn: &mut AnyConnection, all: Vec<StoredCase>) -> Result<Vec<CaseLine>, DbError> {
    let ids: Vec<&str> = all.iter().map(|case| case.family_id.as_str()).collect();
    let found = crate::families::store::list_families(conn, all.iter().map(|case| &case.family_id))?;
    let found: BTreeMap<String, _> = found.into_iter().map(|family| (family.id.to_string(), family)).collect();
    let mut languages: BTreeMap<String, Locale> = BTreeMap::new();
    let rows: Vec<(Option<String>, String)> = accounts::table
        .filter(accounts::family_id.eq_any(ids))
        .order((accounts::created_at, accounts::id))
        .select((accounts::family_id, accounts::locale))
        .load(conn)?;
    for (family, tag) in rows {
        if let Some(family) = family {
            languages.entry(family).or_insert_with(|| Locale::from_tag(&tag).unwrap_or_default());
        }
    }
    let cities = list_municipalities(conn)?;
    let line = |case: StoredCase| {
        let family = found.get(case.family_id.as_str()).ok_or_else(|| unknown("family of a case", case.id.as_str()))?;
        let city = cities.iter().find(|city| city.code == case.municipality);
        let city = city.ok_or_else(|| unknown("municipality of a case", case.municipality.as_str()))?;
        Ok(CaseLine {
            id: case.id,
            municipality_name: city.name.clone(),
            municipality: case.municipality,
            guardian_name: family.guardian_name.to_string(),
            guardian_kana: family.guardian_kana.to_string(),
            phone: family.phone.clone(),
            locale: languages.get(case.family_id.as_str()).copied().unwrap_or_default(),
            state: case.state,
            desk: case.desk,
            priority: case.priority,
            deadline_at: case.deadline_at,
            opened_at: case.opened_at,
            next_on: case.next.0,
            next_means: case.next.1,
            attempts: case.attempts,
            version: case.version,
        })
    };
    all.into_iter().map(line).collect()
}

/// The first guardian's name of families.
pub fn names_of<'a>(conn: &mut AnyConnection, ids: impl Iterator<Item = &'a FamilyId>) -> Result<BTreeMap<String, String>, DbError> {
    let ids: Vec<&str> = ids.map(FamilyId::as_str).collect();
    let mut names = BTreeMap::new();
    for ids in ids.chunks(500) {
        let rows: Vec<(String, String)> =
            families::table.filter(families::id.eq_any(ids.iter().copied())).select((families::id, families::guardian_name)).load(conn)?;
        names.extend(rows);
    }
    Ok(names)
}

/// Writes somebody's try.
pub fn insert_attempt(
    conn: &mut AnyConnection,
    case: &OutreachCaseId,
    new: &NewAttempt,
    (by, at): (&AccountId, DateTime<Utc>),
) -> Result<(), DbError> {
    diesel::insert_into(attempts::table)
        .values((
            attempts::id.eq(new_id()),
            attempts::case_id.eq(case.as_str()),
            attempts::made_by.eq(by.as_str()),
            attempts::made_at.eq(stored(at)),
            attempts::means.eq(means_word(new.means)),
            attempts::result.eq(new.result.as_str()),
            attempts::words.eq(new.words.trim()),
            attempts::next_on.eq(new.next_on),
        ))
        .execute(conn)?;
    Ok(())
}

/// The tries of a case, the latest first.
pub fn list_attempts(conn: &mut AnyConnection, case: &OutreachCaseId) -> Result<Vec<Attempt>, DbError> {
    let rows: Vec<(String, NaiveDateTime, String, String, String, Option<NaiveDate>)> = attempts::table
        .filter(attempts::case_id.eq(case.as_str()))
        .order((attempts::made_at.desc(), attempts::id.desc()))
        .select((attempts::made_by, attempts::made_at, attempts::means, attempts::result, attempts::words, attempts::next_on))
        .load(conn)?;
    let mut tries = Vec::with_capacity(rows.len());
    for (by, at, how, result, words, next_on) in rows {
        let came = AttemptResult::ALL.into_iter().find(|known| known.as_str() == result);
        tries.push(Attempt {
            by: find_colleague(conn, &AccountId::new(by))?,
            at: instant(at),
            means: means(&how)?,
            result: came.ok_or_else(|| unknown("result of an attempt", &result))?,
            words,
            next_on,
        });
    }
    Ok(tries)
}

/// Writes what is left to say.
pub fn insert_note(
    conn: &mut AnyConnection,
    case: &OutreachCaseId,
    words: &str,
    (by, at): (&AccountId, DateTime<Utc>),
) -> Result<(), DbError> {
    diesel::insert_into(notes::table)
        .values((
            notes::id.eq(new_id()),
            notes::case_id.eq(case.as_str()),
            notes::written_by.eq(by.as_str()),
            notes::written_at.eq(stored(at)),
            notes::words.eq(words.trim()),
        ))
        .execute(conn)?;
    Ok(())
}

/// What was left to say, the latest first.
pub fn list_notes(conn: &mut AnyConnection, case: &OutreachCaseId) -> Result<Vec<CaseNote>, DbError> {
    let mine = notes::table.filter(notes::case_id.eq(case.as_str())).order((notes::written_at.desc(), notes::id.desc()));
    let rows: Vec<(String, NaiveDateTime, String)> = mine.select((notes::written_by, notes::written_at, notes::words)).load(conn)?;
    rows.into_iter()
        .map(|(by, at, words)| Ok(CaseNote { by: find_colleague(conn, &AccountId::new(by))?, at: instant(at), words }))
        .collect()
}

/// Who may take a case: the officers of its city, or the operators where it lies with the centre.
pub fn list_workers(conn: &mut AnyConnection, case: &StoredCase) -> Result<Vec<Colleague>, DbError> {
    let theirs = accounts::table.into_boxed();
    let theirs = match case.desk {
        CaseDesk::City => theirs.filter(accounts::role.eq("officer")).filter(accounts::municipality.eq(case.municipality.as_str())),
        CaseDesk::Centre => theirs.filter(accounts::role.eq("operator")),
    };
    let rows: Vec<(String, String)> = theirs.select((accounts::id, accounts::name)).order((accounts::name, accounts::id)).load(conn)?;
    Ok(rows.into_iter().map(|(id, name)| Colleague { account_id: AccountId::new(id), name }).collect())
}
