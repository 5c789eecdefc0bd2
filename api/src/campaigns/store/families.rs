//! Whom a condition fits, over all families of a city: one query for each kind of fact that the condition mentions, then the rule in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::campaigns::{Fit, Needs, fit};
use shared::eligibility::{Condition, Facts, RESIDENT_SINCE};
use shared::entitlements::Certified;
use shared::ids::{ChildId, FamilyId};
use shared::locale::Localised;
use shared::municipalities::MunicipalityCode;
use shared::programmes::{Limit, LimitPeriod, LimitUnit, ProgrammeKey, Usage, is_multiple_birth};
use shared::time::{Month, day_start, days_before, next_day, tokyo_day};

use crate::db::{AnyConnection, DbError, instant, unknown};
use crate::programmes::store::list_programmes;
use crate::schema::{bookings, children, entitlements, families, household_classes, known_facts, usages};

/// Whoever is registered longer than that, and has not moved since, has not moved lately.
const LONG_AGO: TimeDelta = TimeDelta::days(400);

/// A child of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The child.
    pub id: ChildId,
    /// Its birth date.
    pub born: NaiveDate,
}

/// A family whom a condition fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitting {
    /// The family.
    pub family: FamilyId,
    /// The children whom it fits, the youngest first; none: it fits the family itself.
    pub children: Vec<Known>,
    /// So many children the family has.
    pub all: usize,
}

/// Whom a condition fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Whom it fits, by id.
    pub fitting: Vec<Fitting>,
    /// So many families more it might fit.
    pub unknown: usize,
}

/// What was looked up for all families at once.
#[derive(Default)]
struct Looked {
    classes: HashMap<String, Vec<String>>,
    certified: HashMap<String, Vec<(ProgrammeKey, Certified)>>,
    /// By family: of which child, if any, the key, the value.
    answers: HashMap<String, Vec<(String, String, String)>>,
    used: Vec<(ProgrammeKey, HashMap<String, Vec<NaiveDate>>)>,
    left: Vec<(ProgrammeKey, Vec<Limit>)>,
    /// By family: of which child the register says since when it lives there.
    since: HashMap<String, Vec<(String, NaiveDate)>>,
    /// By child: the pool and what was used of it in the month.
    usages: HashMap<String, Vec<(String, Usage)>>,
}

type FamilyRow = (String, Option<String>, NaiveDateTime, NaiveDateTime);

/// Whom a condition fits on a day, of all families of a city.
pub fn select(conn: &mut AnyConnection, city: &MunicipalityCode, condition: &Condition, day: NaiveDate) -> Result<Selection, DbError> {
    let needs = Needs::of(condition);
    let rows: Vec<FamilyRow> = families::table
        .filter(families::municipality.eq(city.as_str()))
        .order(families::id)
        .select((families::id, families::residence_proof, families::residence_confirmed_at, families::created_at))
        .load(conn)?;
    let mut theirs = list_children(conn, city)?;
    let looked = look(conn, city, &needs, day)?;
    let mut found = Selection::default();
    for (id, proof, confirmed, created) in rows {
        let children = theirs.remove(&id).unwrap_or_default();
        let registered = looked.since.get(&id).map(|days| since_of(days, &children, day));
        let moved_in = needs.moved_in.then(|| registered.unwrap_or_else(|| moved_in(instant(confirmed), instant(created), day))).flatten();
        let facts = |child: Option<&Known>| Facts {
            day,
            city: city.clone(),
            born: child.map(|child| child.born),
            residence: city.clone(),
            is_residence_proven: proof.is_some(),
            classes: looked.classes.get(&id).cloned().unwrap_or_default(),
            certified: child.and_then(|child| looked.certified.get(child.id.as_str())).cloned().unwrap_or_default(),
            known: looked.known(&id, child),
            confirmed: BTreeSet::new(),
            attached: BTreeSet::new(),
            children: u32::try_from(children.len()).ok(),
            moved_in,
            used: looked.used(child),
            left: looked.left(child, &children),
        };
        match fit(condition, &children, facts) {
            Fit::Yes(fitting) => found.fitting.push(Fitting { family: FamilyId::new(id), children: fitting, all: children.len() }),
            Fit::Unknown => found.unknown += 1,
            Fit::No => {}
        }
    }
    Ok(found)
}

/// The children of a city's families, the youngest first.
fn list_children(conn: &mut AnyConnection, city: &MunicipalityCode) -> Result<HashMap<String, Vec<Known>>, DbError> {
    let rows: Vec<(String, String, NaiveDate)> = children::table
        .inner_join(families::table)
        .filter(families::municipality.eq(city.as_str()))
        .filter(children::removed_at.is_null())
        .select((children::family_id, children::id, children::born))
        .load(conn)?;
    let mut found: HashMap<String, Vec<Known>> = HashMap::with_capacity(rows.len());
    for (family, id, born) in rows {
        found.entry(family).or_default().push(Known { id: ChildId::new(id), born });
    }
    for children in found.values_mut().filter(|children| children.len() > 1) {
        children.sort_by(|a, b| b.born.cmp(&a.born).then_with(|| a.id.cmp(&b.id)));
    }
    Ok(found)
}

/// Since when a family lives in the city: since it said that it moved. Who never moved lives there since before it was registered.
fn moved_in(confirmed: DateTime<Utc>, created: DateTime<Utc>, day: NaiveDate) -> Option<NaiveDate> {
    let has_moved = confirmed > created;
    let is_old = created + LONG_AGO < day_start(day);
    (has_moved || is_old).then(|| tokyo_day(confirmed))
}

/// Since when a family lives in the city, by what the register says of its children: since the first of them came. A child who was born there
/// says only that its parents have not come after that.
fn since_of(days: &[(String, NaiveDate)], children: &[Known], day: NaiveDate) -> Option<NaiveDate> {
    let came = |child: &Known| days.iter().find(|(id, _)| id == child.id.as_str()).map(|(_, since)| (*since, child.born));
    let (since, born) = children.iter().filter_map(came).min()?;
    (born < since || since + LONG_AGO < day).then_some(since)
}

fn look(conn: &mut AnyConnection, city: &MunicipalityCode, needs: &Needs, day: NaiveDate) -> Result<Looked, DbError> {
    let mut looked = Looked::default();
    if needs.classes {
        let rows: Vec<(String, String)> = household_classes::table
            .inner_join(families::table)
            .filter(families::municipality.eq(city.as_str()))
            .filter(household_classes::valid_from.le(day))
            .filter(household_classes::valid_until.is_null().or(household_classes::valid_until.ge(day)))
            .select((household_classes::family_id, household_classes::class))
            .load(conn)?;
        for (family, class) in rows {
            looked.classes.entry(family).or_default().push(class);
        }
    }
    if needs.certified {
        let rows: Vec<(String, String, NaiveDate, NaiveDate)> = entitlements::table
            .inner_join(children::table.inner_join(families::table))
            .filter(families::municipality.eq(city.as_str()))
            .filter(entitlements::valid_until.ge(day))
            .select((entitlements::child_id, entitlements::programme, entitlements::valid_from, entitlements::valid_until))
            .load(conn)?;
        for (child, programme, from, until) in rows {
            looked.certified.entry(child).or_default().push((ProgrammeKey::new(programme), Certified { from, until }));
        }
    }
    if needs.moved_in {
        let rows: Vec<(String, String, String)> = known_facts::table
            .inner_join(families::table.on(families::id.eq(known_facts::family_id)))
            .filter(families::municipality.eq(city.as_str()))
            .filter(known_facts::key.eq(RESIDENT_SINCE))
            .select((known_facts::family_id, known_facts::child_id, known_facts::value))
            .load(conn)?;
        for (family, child, value) in rows {
            let since = value.parse().map_err(|_| unknown("day", &value))?;
            looked.since.entry(family).or_default().push((child, since));
        }
    }
    if needs.known {
        let rows: Vec<(String, String, String, String)> = known_facts::table
            .inner_join(families::table.on(families::id.eq(known_facts::family_id)))
            .filter(families::municipality.eq(city.as_str()))
            .select((known_facts::family_id, known_facts::child_id, known_facts::key, known_facts::value))
            .load(conn)?;
        for (family, child, key, value) in rows {
            looked.answers.entry(family).or_default().push((child, key, value));
        }
    }
    for (programme, days) in &needs.used {
        looked.used.push((programme.clone(), list_used(conn, city, programme, (days_before(day, *days), day))?));
    }
    if !needs.left.is_empty() {
        look_left(conn, city, needs, day, &mut looked)?;
    }
    Ok(looked)
}

/// The days on which children were in a programme, anywhere, by child.
fn list_used(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    programme: &ProgrammeKey,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<HashMap<String, Vec<NaiveDate>>, DbError> {
    let rows: Vec<(String, NaiveDateTime)> = bookings::table
        .inner_join(children::table.inner_join(families::table))
        .filter(families::municipality.eq(city.as_str()))
        .filter(bookings::programme.eq(programme.as_str()))
        .filter(bookings::checked_in_at.is_not_null())
        .filter(bookings::starts_at.ge(day_start(from).naive_utc()))
        .filter(bookings::starts_at.lt(day_start(next_day(until)).naive_utc()))
        .select((bookings::child_id, bookings::starts_at))
        .load(conn)?;
    let mut found: HashMap<String, Vec<NaiveDate>> = HashMap::new();
    for (child, starts_at) in rows {
        found.entry(child).or_default().push(tokyo_day(instant(starts_at)));
    }
    Ok(found)
}

/// The monthly limits in minutes of programmes on a day, and what was used of them in the month.
fn look_left(conn: &mut AnyConnection, city: &MunicipalityCode, needs: &Needs, day: NaiveDate, looked: &mut Looked) -> Result<(), DbError> {
    let is_monthly = |limit: &Limit| limit.counts == LimitUnit::Minutes && limit.per == LimitPeriod::Month && limit.reason.is_none();
    let mut pools = BTreeSet::new();
    for version in list_programmes(conn, Some(city), None, day, day)? {
        if needs.left.contains(&version.key) {
            let limits: Vec<Limit> = version.terms.limits.into_iter().filter(is_monthly).collect();
            pools.extend(limits.iter().map(|limit| limit.pool.clone()));
            looked.left.push((version.key, limits));
        }
    }
    let rows: Vec<(String, String, i64, i64)> = usages::table
        .inner_join(children::table.inner_join(families::table))
        .filter(families::municipality.eq(city.as_str()))
        .filter(usages::pool.eq_any(pools))
        .filter(usages::period.eq(Month::of(day).to_string()))
        .filter(usages::unit.eq(LimitUnit::Minutes.as_str()))
        .select((usages::child_id, usages::pool, usages::total, usages::away))
        .load(conn)?;
    for (child, pool, total, away) in rows {
        looked.usages.entry(child).or_default().push((pool, Usage { total, away }));
    }
    Ok(())
}

impl Looked {
    /// What was answered for a family or a child of it; what is known of the child comes before.
    fn known(&self, family: &str, child: Option<&Known>) -> BTreeMap<String, String> {
        let Some(answers) = self.answers.get(family) else { return BTreeMap::new() };
        let mut known = BTreeMap::new();
        for of in std::iter::once("").chain(child.map(|child| child.id.as_str())) {
            known.extend(answers.iter().filter(|(child, ..)| child == of).map(|(_, key, value)| (key.clone(), value.clone())));
        }
        known
    }

    /// When a child was in each programme that was looked up; who has no child has been nowhere.
    fn used(&self, child: Option<&Known>) -> BTreeMap<ProgrammeKey, Vec<NaiveDate>> {
        let days =
            |found: &HashMap<String, Vec<NaiveDate>>| child.and_then(|child| found.get(child.id.as_str())).cloned().unwrap_or_default();
        self.used.iter().map(|(programme, found)| (programme.clone(), days(found))).collect()
    }

    /// What is left to a child of each programme that was looked up, at home; by the narrowest of its limits.
    fn left(&self, child: Option<&Known>, family: &[Known]) -> BTreeMap<ProgrammeKey, i64> {
        let Some(child) = child else { return BTreeMap::new() };
        let is_multiple = || is_multiple_birth(child.born, family.iter().map(|other| other.born));
        let used = |pool: &str| {
            let mine = self.usages.get(child.id.as_str()).into_iter().flatten();
            mine.filter(|(known, _)| known == pool).map(|(_, usage)| *usage).next().unwrap_or_default()
        };
        let of = |limits: &[Limit]| limits.iter().map(|limit| limit.allowance(is_multiple()).left(used(&limit.pool), false)).min();
        self.left.iter().filter_map(|(programme, limits)| Some((programme.clone(), of(limits)?))).collect()
    }
}

/// What children are certified for on a day, as the programmes are called there, by child.
pub fn list_certified(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    ids: &[&ChildId],
    day: NaiveDate,
) -> Result<BTreeMap<String, Vec<Localised>>, DbError> {
    let rows: Vec<(String, String)> = entitlements::table
        .filter(entitlements::child_id.eq_any(ids.iter().map(|id| id.as_str())))
        .filter(entitlements::valid_from.le(day))
        .filter(entitlements::valid_until.ge(day))
        .order(entitlements::programme)
        .select((entitlements::child_id, entitlements::programme))
        .load(conn)?;
    let names: BTreeMap<ProgrammeKey, Localised> =
        list_programmes(conn, Some(city), None, day, day)?.into_iter().map(|version| (version.key, version.name)).collect();
    let mut found: BTreeMap<String, Vec<Localised>> = BTreeMap::new();
    for (child, programme) in rows {
        if let Some(name) = names.get(&ProgrammeKey::new(programme)) {
            found.entry(child).or_default().push(name.clone());
        }
    }
    Ok(found)
}
