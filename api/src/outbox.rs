//! What changed: one event for those who follow along and one line of audit for those who ask later, in the change's transaction.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::ids::FacilityId;
use shared::municipalities::MunicipalityCode;
use shared::time::{day_start, tokyo_day};

use crate::db::{AnyConnection, DbError, stored};
use crate::schema::{audit_lines, events};
use crate::{demo, new_id, notices};

/// Somebody's change: who makes it, when, in which request. Every change is written down with it.
#[derive(Debug, Clone)]
pub struct Act {
    /// What was done together: notices of it are made together.
    pub id: String,
    /// The account that does it, or the name of a command.
    pub actor: String,
    /// In which request; empty for a command.
    pub request_id: String,
    /// When.
    pub now: DateTime<Utc>,
    /// Whether something became free that somebody waits for: then those who wait are asked as soon as it is written.
    pub freed: Arc<AtomicBool>,
    /// What the audit keeps besides, for example why a rule was gone past.
    pub note: Option<String>,
    /// It follows by the rules from what the actor does: the actor is told of it like anybody else.
    pub follows: bool,
}

/// Who does what follows by the rules, for those who make notices.
const RULES: &str = "rules";

impl Act {
    /// What a command of this program does.
    pub fn of_command(name: &str, now: DateTime<Utc>) -> Self {
        Self { id: new_id(), actor: name.to_owned(), request_id: String::new(), now, freed: Arc::default(), note: None, follows: false }
    }

    /// What an account does in the request under way.
    pub fn of_request(account: &str, now: DateTime<Utc>) -> Self {
        Self {
            id: new_id(),
            actor: account.to_owned(),
            request_id: crate::request::current().id,
            now,
            freed: Arc::default(),
            note: None,
            follows: false,
        }
    }

    /// The same act, for what follows from it by the rules.
    pub fn that_follows(&self) -> Self {
        Self { follows: true, ..self.clone() }
    }

    /// Writes the event and the audit line of a change of state, for example `booking.confirmed`, in a municipality and perhaps at one of
    /// its facilities. It names ids only: whoever may see more asks for it.
    pub fn record(
        &self,
        conn: &mut AnyConnection,
        kind: &'static str,
        (municipality, facility): (&MunicipalityCode, Option<&FacilityId>),
        subject: &str,
    ) -> Result<(), DbError> {
        let id = new_id();
        diesel::insert_into(events::table)
            .values((
                events::id.eq(&id),
                events::kind.eq(kind),
                events::municipality.eq(municipality.as_str()),
                events::facility_id.eq(facility.map(FacilityId::as_str)),
                events::subject_id.eq(subject),
                events::occurred_at.eq(stored(self.now)),
            ))
            .execute(conn)?;
        // The demo world says itself what is told of it.
        if shared::notices::is_told(kind) && self.actor != demo::ACTOR {
            let teller = if self.follows { RULES } else { &self.actor };
            notices::store::insert_queued(conn, &id, &self.id, teller)?;
        }
        self.audit(conn, &id, kind, subject)
    }

    /// Writes the audit line of a look at personal data, which is no change.
    pub fn record_look(&self, conn: &mut AnyConnection, kind: &'static str, subject: &str) -> Result<(), DbError> {
        self.audit(conn, &new_id(), kind, subject)
    }

    /// The same once a day for a person, where somebody who types looks many times at the same.
    pub fn record_look_of_day(&self, conn: &mut AnyConnection, kind: &'static str, subject: &str) -> Result<(), DbError> {
        let today = audit_lines::table
            .filter(audit_lines::actor.eq(&self.actor))
            .filter(audit_lines::occurred_at.ge(stored(day_start(tokyo_day(self.now)))))
            .filter(audit_lines::action.eq(kind))
            .filter(audit_lines::subject_id.eq(subject));
        match today.select(audit_lines::id).limit(1).get_result::<String>(conn).optional()? {
            Some(_) => Ok(()),
            None => self.record_look(conn, kind, subject),
        }
    }

    /// The same for many: one question, and a line for each that was not seen yet today.
    pub fn record_looks_of_day(&self, conn: &mut AnyConnection, kind: &'static str, subjects: &BTreeSet<String>) -> Result<(), DbError> {
        let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
        for subjects in subjects.chunks(400) {
            let known: BTreeSet<String> = audit_lines::table
                .filter(audit_lines::actor.eq(&self.actor))
                .filter(audit_lines::occurred_at.ge(stored(day_start(tokyo_day(self.now)))))
                .filter(audit_lines::action.eq(kind))
                .filter(audit_lines::subject_id.eq_any(subjects.iter().copied()))
                .select(audit_lines::subject_id)
                .load::<String>(conn)?
                .into_iter()
                .collect();
            for subject in subjects.iter().filter(|subject| !known.contains(**subject)) {
                self.record_look(conn, kind, subject)?;
            }
        }
        Ok(())
    }

    /// Writes the audit line of a change that concerns the person's own account only: nobody follows that along.
    pub fn record_own(&self, conn: &mut AnyConnection, kind: &'static str, account: &str) -> Result<(), DbError> {
        self.audit(conn, &new_id(), kind, account)
    }

    fn audit(&self, conn: &mut AnyConnection, id: &str, kind: &'static str, subject: &str) -> Result<(), DbError> {
        diesel::insert_into(audit_lines::table)
            .values((
                audit_lines::id.eq(id),
                audit_lines::occurred_at.eq(stored(self.now)),
                audit_lines::actor.eq(&self.actor),
                audit_lines::action.eq(kind),
                audit_lines::subject_id.eq(subject),
                audit_lines::request_id.eq(&self.request_id),
                audit_lines::note.eq(self.note.as_deref()),
            ))
            .execute(conn)?;
        Ok(())
    }
}
