//! What changed: one event for those who follow along and one line of audit for those who ask later, in the change's transaction.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::ids::FacilityId;
use shared::municipalities::MunicipalityCode;

use crate::db::{AnyConnection, DbError, stored};
use crate::new_id;
use crate::schema::{audit_lines, events};

/// A change of state. It names ids only: whoever may see more asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// For example `booking.confirmed`.
    pub kind: &'static str,
    /// Where.
    pub municipality: &'a MunicipalityCode,
    /// At which facility, if at one.
    pub facility_id: Option<&'a FacilityId>,
    /// What changed.
    pub subject_id: &'a str,
    /// The account that did it, or the name of a command.
    pub actor: &'a str,
    /// In which request.
    pub request_id: &'a str,
}

/// Writes the event and the audit line of a change.
pub fn record(conn: &mut AnyConnection, change: Change<'_>, now: DateTime<Utc>) -> Result<(), DbError> {
    let id = new_id();
    diesel::insert_into(events::table)
        .values((
            events::id.eq(&id),
            events::kind.eq(change.kind),
            events::municipality.eq(change.municipality.as_str()),
            events::facility_id.eq(change.facility_id.map(FacilityId::as_str)),
            events::subject_id.eq(change.subject_id),
            events::occurred_at.eq(stored(now)),
        ))
        .execute(conn)?;
    diesel::insert_into(audit_lines::table)
        .values((
            audit_lines::id.eq(&id),
            audit_lines::occurred_at.eq(stored(now)),
            audit_lines::actor.eq(change.actor),
            audit_lines::action.eq(change.kind),
            audit_lines::subject_id.eq(change.subject_id),
            audit_lines::request_id.eq(change.request_id),
        ))
        .execute(conn)?;
    Ok(())
}
