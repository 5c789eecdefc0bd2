//! What is held about a family and no other slice lists for it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::archive::{
    ArchivedAttempt, ArchivedCampaign, ArchivedCase, ArchivedChild, ArchivedEntry, ArchivedSeries, ArchivedSession, GuardianAccount,
    KnownTo, OwnAct, RegisterSaid,
};
use shared::campaigns::CampaignPlan;
use shared::ids::{AccountId, BookingId, CampaignId, ChildId, FacilityId, FamilyId, SeriesId};
use shared::interviews::Outcome;
use shared::locale::Locale;

use crate::db::{AnyConnection, DbError, from_json, instant};
use crate::families::store::{CHILD, ChildRow, child};
use crate::municipalities::store::code;
use crate::schema::{
    accounts, audit_families, audit_lines, bookings, campaign_recipients, campaigns, children, facilities, imported_bookings, interviews,
    journal_entries, known_families, outreach_attempts, outreach_cases, register_rows, seen_children, series,
};
use crate::{accounts as accounts_slice, devices, feeds, identity, notices, passkeys};

/// The accounts of a family's guardians, the first one first.
pub fn list_guardians(conn: &mut AnyConnection, family: &FamilyId, now: DateTime<Utc>) -> Result<Vec<GuardianAccount>, DbError> {
    type Row = (String, String, String, String, NaiveDateTime, Option<NaiveDateTime>, bool);
    let rows: Vec<Row> = accounts::table
        .filter(accounts::family_id.eq(family.as_str()))
        .order((accounts::created_at, accounts::id))
        .select((
            accounts::id,
            accounts::email,
            accounts::name,
            accounts::locale,
            accounts::created_at,
            accounts::email_confirmed_at,
            accounts::password_hash.is_not_null(),
        ))
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, email, name, locale, created_at, confirmed, password) in rows {
        let id = AccountId::new(id);
        let verified = identity::store::find_verified(conn, &id)?;
        let (wants, version) = notices::store::find_wants(conn, &id)?;
        found.push(GuardianAccount {
            passkeys: passkeys::store::list_passkeys(conn, &id)?,
            sessions: sessions(conn, &id, now)?,
            devices: devices::store::list_devices(conn, &id)?,
            calendar_feed: feeds::store::find_feed(conn, &id)?,
            wants: (version > 0).then_some(wants),
            verified_at: verified.as_ref().map(|(_, at)| *at),
            verified: verified.map(|(said, _)| said),
            id,
            email,
            name,
            locale: Locale::from_tag(&locale).unwrap_or_default(),
            created_at: instant(created_at),
            email_confirmed_at: confirmed.map(instant),
            password,
        });
    }
    Ok(found)
}

fn sessions(conn: &mut AnyConnection, account: &AccountId, now: DateTime<Utc>) -> Result<Vec<ArchivedSession>, DbError> {
    let all = accounts_slice::store::list_sessions(conn, account, None, now)?;
    Ok(all
        .into_iter()
        .map(|one| ArchivedSession {
            device: format!("{} {}", one.device.system, one.device.browser).trim().to_owned(),
            since: one.since,
            seen_at: one.seen_at,
            until: one.until,
        })
        .collect())
}

/// Every child that a family ever registered, the oldest first.
pub fn list_children(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<ArchivedChild>, DbError> {
    let mine = children::table.filter(children::family_id.eq(family.as_str())).order((children::born, children::id));
    let rows: Vec<(ChildRow, Option<NaiveDateTime>)> = mine.select((CHILD, children::removed_at)).load(conn)?;
    let one =
        |(row, removed): (ChildRow, Option<NaiveDateTime>)| Ok(ArchivedChild { child: child(row)?, removed_at: removed.map(instant) });
    rows.into_iter().map(one).collect()
}

/// What registers said of a family's children.
pub fn list_register(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<RegisterSaid>, DbError> {
    let rows: Vec<(String, String, String, String, NaiveDateTime)> = register_rows::table
        .inner_join(children::table.on(children::id.eq(register_rows::child_id)))
        .filter(children::family_id.eq(family.as_str()))
        .order((register_rows::written_at, register_rows::kind, register_rows::key))
        .select((register_rows::kind, register_rows::municipality, register_rows::child_id, register_rows::said, register_rows::written_at))
        .load(conn)?;
    let one = |(kind, municipality, child, said, at): (String, String, String, String, NaiveDateTime)| {
        Ok(RegisterSaid {
            kind,
            municipality: code(&municipality)?,
            child_id: ChildId::new(child),
            said: from_json(&said)?,
            written_at: instant(at),
        })
    };
    rows.into_iter().map(one).collect()
}

/// The numbers that a family's bookings had in the system that they came from.
pub fn list_imported(conn: &mut AnyConnection, family: &FamilyId) -> Result<BTreeMap<BookingId, String>, DbError> {
    let rows: Vec<(String, String)> = imported_bookings::table
        .inner_join(bookings::table.on(bookings::id.eq(imported_bookings::booking_id)))
        .filter(bookings::family_id.eq(family.as_str()))
        .select((imported_bookings::booking_id, imported_bookings::number))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, number)| (BookingId::new(id), number)).collect())
}

/// What was found in a family's first interviews.
pub fn list_interviews(conn: &mut AnyConnection, family: &FamilyId) -> Result<BTreeMap<BookingId, Outcome>, DbError> {
    let rows: Vec<(String, String)> = interviews::table
        .inner_join(bookings::table.on(bookings::id.eq(interviews::booking_id)))
        .filter(bookings::family_id.eq(family.as_str()))
        .select((interviews::booking_id, interviews::outcome))
        .load(conn)?;
    rows.into_iter().map(|(id, outcome)| Ok((BookingId::new(id), from_json(&outcome)?))).collect()
}

/// The series that a family asked for.
pub fn list_series(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<ArchivedSeries>, DbError> {
    let rows: Vec<(String, String, String, NaiveDateTime)> = series::table
        .inner_join(facilities::table.on(facilities::id.eq(series::facility_id)))
        .filter(series::family_id.eq(family.as_str()))
        .order((series::created_at, series::id))
        .select((series::id, facilities::name, series::asked, series::created_at))
        .load(conn)?;
    let one = |(id, facility, asked, at): (String, String, String, NaiveDateTime)| {
        Ok(ArchivedSeries { id: SeriesId::new(id), facility, asked: from_json(&asked)?, created_at: instant(at) })
    };
    rows.into_iter().map(one).collect()
}

/// The campaigns that a family was chosen for, the latest first.
pub fn list_campaigns(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<ArchivedCampaign>, DbError> {
    let rows: Vec<(String, String, String, NaiveDateTime, Option<String>)> = campaign_recipients::table
        .inner_join(campaigns::table)
        .filter(campaign_recipients::family_id.eq(family.as_str()))
        .order((campaign_recipients::at.desc(), campaign_recipients::campaign_id, campaign_recipients::occasion))
        .select((campaigns::id, campaigns::plan, campaign_recipients::state, campaign_recipients::at, campaign_recipients::child_id))
        .load(conn)?;
    let one = |(id, plan, state, at, child): (String, String, String, NaiveDateTime, Option<String>)| {
        let plan: CampaignPlan = from_json(&plan)?;
        Ok(ArchivedCampaign { id: CampaignId::new(id), name: plan.name, state, at: instant(at), child_id: child.map(ChildId::new) })
    };
    rows.into_iter().map(one).collect()
}

/// The facilities that know a family, or that saw something of its children.
pub fn list_known_to(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<KnownTo>, DbError> {
    let known: Vec<(String, String, NaiveDateTime)> = known_families::table
        .inner_join(facilities::table.on(facilities::id.eq(known_families::facility_id)))
        .filter(known_families::family_id.eq(family.as_str()))
        .order((known_families::known_at, known_families::facility_id))
        .select((facilities::id, facilities::name, known_families::known_at))
        .load(conn)?;
    let seen: Vec<(String, String, String, String, NaiveDateTime)> = seen_children::table
        .inner_join(facilities::table.on(facilities::id.eq(seen_children::facility_id)))
        .inner_join(children::table.on(children::id.eq(seen_children::child_id)))
        .filter(children::family_id.eq(family.as_str()))
        .order((seen_children::seen_at, seen_children::facility_id, seen_children::child_id))
        .select((facilities::id, facilities::name, seen_children::child_id, seen_children::given, seen_children::seen_at))
        .load(conn)?;
    let mut found: Vec<KnownTo> = known
        .into_iter()
        .map(|(id, facility, at)| KnownTo { facility_id: FacilityId::new(id), facility, at: instant(at), child_id: None, given: None })
        .collect();
    for (id, facility, child, given, at) in seen {
        let (child_id, given) = (Some(ChildId::new(child)), Some(from_json(&given)?));
        found.push(KnownTo { facility_id: FacilityId::new(id), facility, at: instant(at), child_id, given });
    }
    Ok(found)
}

/// What facilities finished writing about a family's children, by day.
pub fn list_journal(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<ArchivedEntry>, DbError> {
    type Row = (String, NaiveDate, String, String, Option<String>, String, Option<NaiveDateTime>);
    let rows: Vec<Row> = journal_entries::table
        .inner_join(facilities::table.on(facilities::id.eq(journal_entries::facility_id)))
        .inner_join(children::table.on(journal_entries::child_id.eq(children::id.nullable())))
        .filter(children::family_id.eq(family.as_str()))
        .filter(journal_entries::finished_at.is_not_null())
        .order((journal_entries::day, journal_entries::id))
        .select((
            facilities::name,
            journal_entries::day,
            children::id,
            journal_entries::words,
            journal_entries::facts,
            journal_entries::reason,
            journal_entries::finished_at,
        ))
        .load(conn)?;
    let one = |(facility, day, child, words, facts, reason, finished): Row| {
        let facts = facts.as_deref().map(from_json).transpose()?;
        let entry = |at| ArchivedEntry { facility, day, child_id: ChildId::new(child), words, facts, reason, finished_at: instant(at) };
        Ok(finished.map(entry))
    };
    rows.into_iter().filter_map(|row| one(row).transpose()).collect()
}

/// When somebody tried to reach a family, the latest first.
pub fn list_cases(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<ArchivedCase>, DbError> {
    type Row = (String, NaiveDateTime, NaiveDateTime, String, Option<String>, Option<NaiveDateTime>);
    let rows: Vec<Row> = outreach_cases::table
        .filter(outreach_cases::family_id.eq(family.as_str()))
        .order((outreach_cases::opened_at.desc(), outreach_cases::id))
        .select((
            outreach_cases::id,
            outreach_cases::opened_at,
            outreach_cases::deadline_at,
            outreach_cases::state,
            outreach_cases::outcome,
            outreach_cases::ended_at,
        ))
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, opened, deadline, state, outcome, ended) in rows {
        let tries: Vec<(NaiveDateTime, String, String)> = outreach_attempts::table
            .filter(outreach_attempts::case_id.eq(&id))
            .order((outreach_attempts::made_at, outreach_attempts::id))
            .select((outreach_attempts::made_at, outreach_attempts::means, outreach_attempts::result))
            .load(conn)?;
        let attempts = tries.into_iter().map(|(at, means, result)| ArchivedAttempt { at: instant(at), means, result }).collect();
        let (opened_at, deadline_at) = (instant(opened), instant(deadline));
        found.push(ArchivedCase { opened_at, deadline_at, state, outcome, ended_at: ended.map(instant), attempts });
    }
    Ok(found)
}

/// What a family did itself and what followed by the rules, the latest first.
pub fn list_own_acts(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<OwnAct>, DbError> {
    let rows: Vec<(NaiveDateTime, String, bool, Option<String>)> = audit_families::table
        .inner_join(audit_lines::table.on(audit_lines::id.eq(audit_families::line_id)))
        .left_join(accounts::table.on(accounts::id.eq(audit_lines::actor)))
        .left_join(children::table.on(children::id.eq(audit_families::child_id)))
        .filter(audit_families::family_id.eq(family.as_str()))
        .filter(accounts::id.is_null().or(accounts::family_id.eq(family.as_str())))
        .order((audit_families::occurred_at.desc(), audit_families::line_id.desc(), audit_families::child_id))
        .select((audit_families::occurred_at, audit_lines::action, accounts::id.nullable().is_not_null(), children::name.nullable()))
        .load(conn)?;
    let one = |(at, action, by_family, child_name): (NaiveDateTime, String, bool, Option<String>)| OwnAct {
        at: instant(at),
        by_family,
        action,
        child_name,
    };
    Ok(rows.into_iter().map(one).collect())
}
