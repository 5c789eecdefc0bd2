//! Finding lines: by city, family, child, person, thing and days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use shared::audit::{ARCHIVE_MADE, Actor, ActorKind, AuditLine, AuditPerson, Concerned, RecordAccess, is_look};
use shared::ids::{AccountId, AuditLineId, ChildId, FamilyId};
use shared::locale::{Locale, Localised};
use shared::municipalities::MunicipalityCode;

use crate::audit::chain::Line;
use crate::db::{AnyConnection, DbError, from_json, instant, stored, unknown};
use crate::schema::{
    accounts, audit_chain, audit_cities, audit_families, audit_lines, children, clients, facilities, families, municipalities,
};

/// Where a page ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After {
    /// When its last line was written.
    pub at: NaiveDateTime,
    /// The line.
    pub id: String,
}

/// What is looked for; what is absent may be anything.
#[derive(Debug, Clone)]
pub struct Search {
    /// The city whose lines they are.
    pub city: MunicipalityCode,
    /// Whose data.
    pub family: Option<FamilyId>,
    /// Of which child.
    pub child: Option<ChildId>,
    /// By whom.
    pub person: Option<AccountId>,
    /// The first word of the action.
    pub thing: Option<String>,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until before when.
    pub until: DateTime<Utc>,
    /// Where the page before ended.
    pub after: Option<After>,
    /// So many at most.
    pub limit: i64,
}

type Place = (NaiveDateTime, String);

/// The lines that are looked for, the latest first, and where each stands.
pub fn list_lines(conn: &mut AnyConnection, search: &Search, locale: Locale) -> Result<Vec<(AuditLine, After)>, DbError> {
    let places = match &search.family {
        Some(family) => of_family(conn, search, family)?,
        None => of_city(conn, search)?,
    };
    let ids: Vec<&str> = places.iter().map(|(_, id)| id.as_str()).collect();
    let mut rows: BTreeMap<String, (Line, i64)> = BTreeMap::new();
    for ids in ids.chunks(400) {
        let found = audit_lines::table
            .inner_join(audit_chain::table.on(audit_chain::line_id.eq(audit_lines::id)))
            .filter(audit_lines::id.eq_any(ids.iter().copied()))
            .select((Line::as_select(), audit_chain::position));
        rows.extend(found.load::<(Line, i64)>(conn)?.into_iter().map(|(line, position)| (line.id.clone(), (line, position))));
    }
    let actors = actors_of(conn, rows.values().map(|(line, _)| line.actor.as_str()).collect(), locale)?;
    let mut concerned = concerned_of(conn, &ids, &search.city)?;
    let line = |(at, id): Place| {
        let (line, position) = rows.get(&id)?;
        let (concerned, others) = concerned.remove(&id).unwrap_or_default();
        // What is written of other cities' families is not for this one to read.
        let why = if others == 0 || !concerned.is_empty() { words_of(line.note.as_deref()) } else { None };
        let told = AuditLine {
            id: AuditLineId::new(line.id.as_str()),
            at: instant(line.occurred_at),
            actor: actors.get(&line.actor).cloned().unwrap_or_else(|| system(&line.actor)),
            action: line.action.clone(),
            concerned,
            others,
            why,
            request_id: line.request_id.clone(),
            position: *position,
        };
        Some((told, After { at, id }))
    };
    Ok(places.into_iter().filter_map(line).collect())
}

fn of_city(conn: &mut AnyConnection, search: &Search) -> Result<Vec<Place>, DbError> {
    let mut found = audit_cities::table
        .inner_join(audit_lines::table.on(audit_lines::id.eq(audit_cities::line_id)))
        .filter(audit_cities::municipality.eq(search.city.as_str()))
        .filter(audit_cities::occurred_at.ge(stored(search.from)))
        .filter(audit_cities::occurred_at.lt(stored(search.until)))
        .into_boxed();
    if let Some(person) = &search.person {
        found = found.filter(audit_lines::actor.eq(person.as_str()));
    }
    if let Some(thing) = &search.thing {
        found = found.filter(audit_lines::action.like(format!("{thing}.%")));
    }
    if let Some(after) = &search.after {
        let earlier = audit_cities::occurred_at.lt(after.at);
        found = found.filter(earlier.or(audit_cities::occurred_at.eq(after.at).and(audit_cities::line_id.lt(after.id.as_str()))));
    }
    let columns = (audit_cities::occurred_at, audit_cities::line_id);
    let order = (audit_cities::occurred_at.desc(), audit_cities::line_id.desc());
    Ok(found.select(columns).order(order).limit(search.limit).load(conn)?)
}

fn of_family(conn: &mut AnyConnection, search: &Search, family: &FamilyId) -> Result<Vec<Place>, DbError> {
    let in_city = audit_cities::table
        .filter(audit_cities::municipality.eq(search.city.as_str()))
        .filter(audit_cities::occurred_at.eq(audit_families::occurred_at))
        .filter(audit_cities::line_id.eq(audit_families::line_id))
        .select(audit_cities::line_id);
    let mut found = audit_families::table
        .inner_join(audit_lines::table.on(audit_lines::id.eq(audit_families::line_id)))
        .filter(audit_families::family_id.eq(family.as_str()))
        .filter(audit_families::occurred_at.ge(stored(search.from)))
        .filter(audit_families::occurred_at.lt(stored(search.until)))
        .filter(exists(in_city))
        .into_boxed();
    if let Some(child) = &search.child {
        found = found.filter(audit_families::child_id.eq(child.as_str()));
    }
    if let Some(person) = &search.person {
        found = found.filter(audit_lines::actor.eq(person.as_str()));
    }
    if let Some(thing) = &search.thing {
        found = found.filter(audit_lines::action.like(format!("{thing}.%")));
    }
    if let Some(after) = &search.after {
        let earlier = audit_families::occurred_at.lt(after.at);
        found = found.filter(earlier.or(audit_families::occurred_at.eq(after.at).and(audit_families::line_id.lt(after.id.as_str()))));
    }
    let columns = (audit_families::occurred_at, audit_families::line_id);
    let order = (audit_families::occurred_at.desc(), audit_families::line_id.desc());
    Ok(found.select(columns).distinct().order(order).limit(search.limit).load(conn)?)
}

/// What somebody wrote; ids that stand there for the machine are left out.
fn words_of(note: Option<&str>) -> Option<String> {
    let is_id = |word: &str| word.len() == 36 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let words: Vec<&str> = note?.split(' ').filter(|word| !is_id(word)).collect();
    Some(words.join(" ")).filter(|words| !words.trim().is_empty())
}

fn system(name: &str) -> Actor {
    Actor { account_id: None, kind: ActorKind::System, name: name.to_owned(), organisation: None }
}

fn kind(role: &str) -> Result<ActorKind, DbError> {
    match role {
        "guardian" => Ok(ActorKind::Guardian),
        "staff" => Ok(ActorKind::Staff),
        "officer" => Ok(ActorKind::Officer),
        "operator" => Ok(ActorKind::Operator),
        other => Err(unknown("role", other)),
    }
}

/// Account, name, role, the facility's name, and the city's in every language.
type PersonRow = (String, String, String, Option<String>, Option<String>);

fn people(conn: &mut AnyConnection, ids: &[&str]) -> Result<Vec<PersonRow>, DbError> {
    let columns = (accounts::id, accounts::name, accounts::role, facilities::name.nullable(), municipalities::name.nullable());
    Ok(accounts::table
        .left_join(facilities::table)
        .left_join(municipalities::table)
        .filter(accounts::id.eq_any(ids.iter().copied()))
        .select(columns)
        .load(conn)?)
}

fn organisation(facility: Option<String>, city: Option<String>, locale: Locale) -> Result<Option<String>, DbError> {
    let city = city.map(|names| from_json::<Localised>(&names)).transpose()?;
    Ok(facility.or_else(|| city.map(|names| names.get(locale).to_owned())))
}

fn actors_of(conn: &mut AnyConnection, ids: BTreeSet<&str>, locale: Locale) -> Result<BTreeMap<String, Actor>, DbError> {
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut actors = BTreeMap::new();
    for ids in ids.chunks(400) {
        for (id, name, role, facility, city) in people(conn, ids)? {
            let organisation = organisation(facility, city, locale)?;
            actors.insert(id.clone(), Actor { account_id: Some(AccountId::new(id)), kind: kind(&role)?, name, organisation });
        }
        let of = clients::table.filter(clients::id.eq_any(ids.iter().copied())).select((clients::id, clients::name));
        for (id, name) in of.load::<(String, String)>(conn)? {
            let account_id = Some(AccountId::new(id.as_str()));
            actors.insert(id, Actor { account_id, kind: ActorKind::Client, name, organisation: None });
        }
    }
    Ok(actors)
}

type Concern = (Vec<Concerned>, u32);

/// Whose data lines are about: families of the city by name, others as a number.
fn concerned_of(conn: &mut AnyConnection, ids: &[&str], city: &MunicipalityCode) -> Result<BTreeMap<String, Concern>, DbError> {
    let mut all: BTreeMap<String, Concern> = BTreeMap::new();
    for ids in ids.chunks(400) {
        let rows: Vec<(String, String, String, String, String, Option<String>)> = audit_families::table
            .inner_join(families::table.on(families::id.eq(audit_families::family_id)))
            .left_join(children::table.on(children::id.eq(audit_families::child_id)))
            .filter(audit_families::line_id.eq_any(ids.iter().copied()))
            .order((audit_families::line_id, families::guardian_kana, audit_families::child_id))
            .select((
                audit_families::line_id,
                audit_families::family_id,
                families::municipality,
                families::guardian_name,
                audit_families::child_id,
                children::name.nullable(),
            ))
            .load(conn)?;
        for (line, family, lives, guardian_name, child, child_name) in rows {
            let (own, others) = all.entry(line).or_default();
            if lives == city.as_str() {
                let child_id = (!child.is_empty()).then(|| ChildId::new(child));
                own.push(Concerned { family_id: FamilyId::new(family), guardian_name, child_id, child_name });
            } else {
                *others += 1;
            }
        }
    }
    Ok(all)
}

/// Those whose operations a city's officers may look for: its officers, the staff of its facilities, the operators of the BPO centre, and
/// vendors' programs.
pub fn list_people(conn: &mut AnyConnection, city: &MunicipalityCode, locale: Locale) -> Result<Vec<AuditPerson>, DbError> {
    let of_city = accounts::role.eq("officer").and(accounts::municipality.eq(city.as_str()));
    let of_facility = accounts::role.eq("staff").and(facilities::municipality.nullable().eq(city.as_str()));
    let rows: Vec<PersonRow> = accounts::table
        .left_join(facilities::table)
        .left_join(municipalities::table)
        .filter(accounts::role.eq("operator").or(of_city).or(of_facility))
        .order((accounts::role, facilities::name, accounts::name, accounts::id))
        .select((accounts::id, accounts::name, accounts::role, facilities::name.nullable(), municipalities::name.nullable()))
        .load(conn)?;
    let mut people = rows
        .into_iter()
        .map(|(id, name, role, facility, own)| {
            let organisation = organisation(facility, own, locale)?;
            Ok(AuditPerson { account_id: AccountId::new(id), kind: kind(&role)?, name, organisation })
        })
        .collect::<Result<Vec<AuditPerson>, DbError>>()?;
    // What a client did at a facility of the city stands among the city's lines, whoever registered it.
    let known: Vec<(String, String)> =
        clients::table.order((clients::name, clients::id)).select((clients::id, clients::name)).load(conn)?;
    people.extend(known.into_iter().map(|(id, name)| AuditPerson {
        account_id: AccountId::new(id),
        kind: ActorKind::Client,
        name,
        organisation: None,
    }));
    Ok(people)
}

/// Who outside a family saw or changed its data, the latest first, and where each stands.
pub fn list_accesses(
    conn: &mut AnyConnection,
    family: &FamilyId,
    (after, limit): (Option<&After>, i64),
    locale: Locale,
) -> Result<Vec<(RecordAccess, After)>, DbError> {
    let mut found = audit_families::table
        .inner_join(audit_lines::table.on(audit_lines::id.eq(audit_families::line_id)))
        .left_join(accounts::table.on(accounts::id.eq(audit_lines::actor)))
        .left_join(clients::table.on(clients::id.eq(audit_lines::actor)))
        .left_join(children::table.on(children::id.eq(audit_families::child_id)))
        .filter(audit_families::family_id.eq(family.as_str()))
        .filter(accounts::role.nullable().ne("guardian").or(clients::id.nullable().is_not_null()))
        .into_boxed();
    if let Some(after) = after {
        let earlier = audit_families::occurred_at.lt(after.at);
        found = found.filter(earlier.or(audit_families::occurred_at.eq(after.at).and(audit_families::line_id.lt(after.id.as_str()))));
    }
    type Row = (NaiveDateTime, String, String, String, Option<String>, Option<String>);
    let rows: Vec<Row> = found
        .select((
            audit_families::occurred_at,
            audit_families::line_id,
            audit_lines::actor,
            audit_lines::action,
            audit_lines::note,
            children::name.nullable(),
        ))
        .order((audit_families::occurred_at.desc(), audit_families::line_id.desc(), audit_families::child_id))
        .limit(limit)
        .load(conn)?;
    let actors = actors_of(conn, rows.iter().map(|row| row.2.as_str()).collect(), locale)?;
    let access = |(at, id, actor, action, note, child_name): Row| {
        let actor = actors.get(&actor).cloned().unwrap_or_else(|| system(&actor));
        // A program is told by its name: it is nobody's.
        let program = (actor.kind == ActorKind::Client).then(|| actor.name.clone());
        let access = RecordAccess {
            at: instant(at),
            kind: actor.kind,
            organisation: actor.organisation.or(program),
            is_look: is_look(&action),
            // What is written for colleagues stays with them; a reason to open the record is for the family to read.
            why: (action.starts_with("proxy.") || action == ARCHIVE_MADE).then(|| words_of(note.as_deref())).flatten(),
            action,
            child_name,
        };
        (access, After { at, id })
    };
    Ok(rows.into_iter().map(access).collect())
}
