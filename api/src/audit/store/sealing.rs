//! Linking what waits, with what each line is found by, and walking the chain.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::dsl::{exists, max, not};
use diesel::prelude::*;
use shared::audit::{AuditVerification, BrokenPlace, Damage};
use shared::ids::AuditLineId;

use crate::audit::chain::{self, Line, Link, START};
use crate::db::{AnyConnection, DbError};
use crate::schema::{
    accounts, applications, attachments, audit_chain, audit_cities, audit_families, audit_lines, audit_unsealed, bookings, children,
    clients, entitlements, events, facilities, families, journal_entries, messages, outreach_cases, proxy_sessions, series,
    waitlist_entries,
};

/// Whether lines wait to be linked.
pub fn has_unsealed(conn: &mut AnyConnection) -> Result<bool, DbError> {
    Ok(audit_unsealed::table.select(audit_unsealed::line_id).limit(1).get_result::<String>(conn).optional()?.is_some())
}

/// The last place and its hash.
fn head(conn: &mut AnyConnection) -> Result<(i64, String), DbError> {
    let last = audit_chain::table.order(audit_chain::position.desc()).select((audit_chain::position, audit_chain::hash));
    Ok(last.limit(1).get_result(conn).optional()?.unwrap_or_else(|| (0, START.to_owned())))
}

/// Links the next lines that wait. Two at once take the same places, and the database lets one of them through; the other looks again.
pub fn seal(conn: &mut AnyConnection, most: i64) -> Result<(), DbError> {
    let waiting: Vec<Line> = audit_unsealed::table
        .inner_join(audit_lines::table.on(audit_lines::id.eq(audit_unsealed::line_id)))
        .order(audit_unsealed::line_id)
        .limit(most)
        .select(Line::as_select())
        .load(conn)?;
    let (mut position, mut before) = head(conn)?;
    let known = Known::of(conn, &waiting)?;
    for line in &waiting {
        position += 1;
        before = chain::link(&before, position, line);
        diesel::insert_into(audit_chain::table)
            .values((audit_chain::position.eq(position), audit_chain::line_id.eq(&line.id), audit_chain::hash.eq(&before)))
            .execute(conn)?;
        known.write(conn, line)?;
        diesel::delete(audit_unsealed::table.find(&line.id)).execute(conn)?;
    }
    Ok(())
}

/// The family, and the child where it is about one, empty where it is not.
type Whose = (String, String);

/// What the lines of a batch are about: whose data each id is, and in which cities.
struct Known {
    whose: BTreeMap<String, Whose>,
    cities_of_families: BTreeMap<String, String>,
    cities_of_events: BTreeMap<String, String>,
    cities_of_actors: BTreeMap<String, String>,
}

/// What a line names: its subject, and the ids that stand in its note.
fn named(line: &Line) -> impl Iterator<Item = &str> {
    let is_id = |word: &&str| word.len() == 36 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    std::iter::once(line.subject_id.as_str()).chain(line.note.as_deref().unwrap_or_default().split_whitespace().filter(is_id))
}

impl Known {
    fn of(conn: &mut AnyConnection, lines: &[Line]) -> Result<Self, DbError> {
        let ids: BTreeSet<&str> = lines.iter().flat_map(named).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let mut whose = BTreeMap::new();
        for ids in ids.chunks(400) {
            whose.extend(whose_of(conn, ids)?);
        }
        let of: BTreeSet<&str> = whose.values().map(|(family, _)| family.as_str()).collect();
        let of: Vec<&str> = of.into_iter().collect();
        let mut cities_of_families = BTreeMap::new();
        for of in of.chunks(400) {
            let found = families::table.filter(families::id.eq_any(of.iter().copied())).select((families::id, families::municipality));
            cities_of_families.extend(found.load::<(String, String)>(conn)?);
        }
        let of_lines = lines.iter().map(|line| line.id.as_str());
        let told = events::table.filter(events::id.eq_any(of_lines)).select((events::id, events::municipality));
        let cities_of_events = told.load::<(String, String)>(conn)?.into_iter().collect();
        let actors: BTreeSet<&str> = lines.iter().map(|line| line.actor.as_str()).collect();
        let rows: Vec<(String, Option<String>, Option<String>)> = accounts::table
            .left_join(facilities::table)
            .filter(accounts::id.eq_any(actors.iter().copied()))
            .select((accounts::id, accounts::municipality, facilities::municipality.nullable()))
            .load(conn)?;
        let mut cities_of_actors: BTreeMap<String, String> =
            rows.into_iter().filter_map(|(id, own, of_facility)| Some((id, own.or(of_facility)?))).collect();
        let of = clients::table.filter(clients::id.eq_any(actors)).select((clients::id, clients::municipality));
        cities_of_actors.extend(of.load::<(String, String)>(conn)?);
        Ok(Self { whose, cities_of_families, cities_of_events, cities_of_actors })
    }

    /// Writes by what a line is found.
    fn write(&self, conn: &mut AnyConnection, line: &Line) -> Result<(), DbError> {
        let whose: BTreeSet<&Whose> = named(line).filter_map(|id| self.whose.get(id)).collect();
        let of_families = whose.iter().filter_map(|(family, _)| self.cities_of_families.get(family));
        let of_event = self.cities_of_events.get(&line.id);
        let of_actor = self.cities_of_actors.get(&line.actor);
        let cities: BTreeSet<&String> = of_families.chain(of_event).chain(of_actor).collect();
        for city in cities {
            diesel::insert_into(audit_cities::table)
                .values((
                    audit_cities::municipality.eq(city),
                    audit_cities::occurred_at.eq(line.occurred_at),
                    audit_cities::line_id.eq(&line.id),
                ))
                .execute(conn)?;
        }
        for (family, child) in whose {
            diesel::insert_into(audit_families::table)
                .values((
                    audit_families::family_id.eq(family),
                    audit_families::occurred_at.eq(line.occurred_at),
                    audit_families::line_id.eq(&line.id),
                    audit_families::child_id.eq(child),
                ))
                .execute(conn)?;
        }
        Ok(())
    }
}

/// Whose data ids are, by looking them up wherever a family has something; no id stands in two tables.
fn whose_of(conn: &mut AnyConnection, ids: &[&str]) -> Result<Vec<(String, Whose)>, DbError> {
    let of_family = |(id, family): (String, String)| (id, (family, String::new()));
    let of_child = |(id, family, child): (String, String, Option<String>)| (id, (family, child.unwrap_or_default()));
    let mut found = Vec::new();
    macro_rules! family {
        ($($table:ident),*) => {$(
            let rows = $table::table.filter($table::id.eq_any(ids.iter().copied())).select(($table::id, $table::family_id));
            found.extend(rows.load::<(String, String)>(conn)?.into_iter().map(of_family));
        )*};
    }
    macro_rules! child {
        ($($table:ident),*) => {$(
            let rows = $table::table
                .filter($table::id.eq_any(ids.iter().copied()))
                .select(($table::id, $table::family_id, $table::child_id.nullable()));
            found.extend(rows.load::<(String, String, Option<String>)>(conn)?.into_iter().map(of_child));
        )*};
    }
    let own: Vec<String> = families::table.filter(families::id.eq_any(ids.iter().copied())).select(families::id).load(conn)?;
    found.extend(own.into_iter().map(|id| (id.clone(), (id, String::new()))));
    let own = children::table.filter(children::id.eq_any(ids.iter().copied())).select((children::id, children::family_id));
    found.extend(own.load::<(String, String)>(conn)?.into_iter().map(|(id, family)| (id.clone(), (family, id))));
    let of = accounts::table.filter(accounts::id.eq_any(ids.iter().copied())).filter(accounts::family_id.is_not_null());
    let of: Vec<(String, Option<String>)> = of.select((accounts::id, accounts::family_id)).load(conn)?;
    found.extend(of.into_iter().filter_map(|(id, family)| Some((id, (family?, String::new())))));
    family!(series, waitlist_entries, outreach_cases, proxy_sessions);
    child!(bookings, applications, entitlements);
    let of = attachments::table
        .inner_join(applications::table.on(applications::id.eq(attachments::application_id)))
        .filter(attachments::id.eq_any(ids.iter().copied()))
        .select((attachments::id, applications::family_id, applications::child_id));
    found.extend(of.load::<(String, String, Option<String>)>(conn)?.into_iter().map(of_child));
    let of = messages::table
        .inner_join(bookings::table.on(bookings::id.eq(messages::booking_id)))
        .filter(messages::id.eq_any(ids.iter().copied()))
        .select((messages::id, bookings::family_id, bookings::child_id.nullable()));
    found.extend(of.load::<(String, String, Option<String>)>(conn)?.into_iter().map(of_child));
    let of = journal_entries::table
        .inner_join(children::table.on(journal_entries::child_id.eq(children::id.nullable())))
        .filter(journal_entries::id.eq_any(ids.iter().copied()))
        .select((journal_entries::id, children::family_id, children::id.nullable()));
    found.extend(of.load::<(String, String, Option<String>)>(conn)?.into_iter().map(of_child));
    Ok(found)
}

/// Walks at most so many places after one that holds; none where there is no such place. At the end of the chain it looks besides for lines
/// that have no place.
pub fn verify(conn: &mut AnyConnection, after: i64, most: i64) -> Result<Option<AuditVerification>, DbError> {
    let before = match after {
        0 => Some(START.to_owned()),
        _ => audit_chain::table.find(after).select(audit_chain::hash).get_result(conn).optional()?,
    };
    let Some(before) = before else { return Ok(None) };
    type Row = (i64, String, String, Option<Line>);
    let rows: Vec<Row> = audit_chain::table
        .left_join(audit_lines::table.on(audit_lines::id.eq(audit_chain::line_id)))
        .filter(audit_chain::position.gt(after))
        .order(audit_chain::position)
        .limit(most)
        .select((audit_chain::position, audit_chain::line_id, audit_chain::hash, Option::<Line>::as_select()))
        .load(conn)?;
    let links: Vec<Link> = rows.into_iter().map(|(position, line_id, hash, line)| Link { position, line_id, hash, line }).collect();
    let position = links.last().map_or(after, |link| link.position);
    let last = audit_chain::table.select(max(audit_chain::position)).get_result::<Option<i64>>(conn)?.unwrap_or_default();
    let goes_on = position < last;
    let told = |hash: String, broken: Option<BrokenPlace>| AuditVerification {
        position,
        last,
        hash,
        goes_on: goes_on && broken.is_none(),
        broken,
    };
    Ok(Some(match chain::verify(after, &before, &links) {
        Err(broken) => told(before, Some(broken)),
        Ok(hash) if goes_on => told(hash, None),
        Ok(hash) => told(hash, stray(conn)?),
    }))
}

/// A line that nobody handed to the chain, or one that went away before it was linked.
fn stray(conn: &mut AnyConnection) -> Result<Option<BrokenPlace>, DbError> {
    let linked = audit_chain::table.filter(audit_chain::line_id.eq(audit_lines::id)).select(audit_chain::position);
    let waits = audit_unsealed::table.filter(audit_unsealed::line_id.eq(audit_lines::id)).select(audit_unsealed::line_id);
    let added: Option<(String, NaiveDateTime)> = audit_lines::table
        .filter(not(exists(linked)))
        .filter(not(exists(waits)))
        .select((audit_lines::id, audit_lines::occurred_at))
        .limit(1)
        .get_result(conn)
        .optional()?;
    if let Some((id, _)) = added {
        return Ok(Some(BrokenPlace { position: None, line_id: AuditLineId::new(id), damage: Damage::Added }));
    }
    let line = audit_lines::table.filter(audit_lines::id.eq(audit_unsealed::line_id)).select(audit_lines::id);
    let removed: Option<String> =
        audit_unsealed::table.filter(not(exists(line))).select(audit_unsealed::line_id).limit(1).get_result(conn).optional()?;
    Ok(removed.map(|id| BrokenPlace { position: None, line_id: AuditLineId::new(id), damage: Damage::Removed }))
}
