//! Events (できごと): what happened at facilities, in order, for clients that follow along. Ids only: whoever may see more asks for it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::clients::{Granted, Scope};
use crate::ids::{EventId, FacilityId};
use crate::municipalities::MunicipalityCode;
use crate::problem::Reason;

/// So long events are told; whoever was away for longer reads everything anew.
pub const KEPT: TimeDelta = TimeDelta::days(90);

/// What an event is about: what its `subject_id` is the id of, and by which operation one reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Subject {
    /// A booking (`GET /bookings/{booking_id}`).
    Booking,
    /// A slot (`GET /slots/{slot_id}`).
    Slot,
    /// Many slots that were changed at once (`GET /staff/places/changes/{change_id}`).
    PlaceChange,
    /// An offering (`GET /staff/offerings`).
    Offering,
    /// A named weekly pattern (`GET /staff/patterns`).
    Pattern,
    /// The facility itself (`GET /facilities/{facility_id}`).
    Facility,
}

/// A kind of event that clients are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The kind, for example `booking.confirmed`.
    pub kind: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// What the facility must have granted: the scope that reads the subject.
    pub scope: Scope,
}

const fn told(kind: &'static str, subject: Subject, scope: Scope) -> Told {
    Told { kind, subject, scope }
}

/// All of them. What is not here happens between a family and its facility or city, and is nobody else's business.
pub const TOLD: &[Told] = &[
    told("booking.requested", Subject::Booking, Scope::BookingsRead),
    told("booking.confirmed", Subject::Booking, Scope::BookingsRead),
    told("booking.declined", Subject::Booking, Scope::BookingsRead),
    told("booking.offered", Subject::Booking, Scope::BookingsRead),
    told("booking.released", Subject::Booking, Scope::BookingsRead),
    told("booking.cancelled", Subject::Booking, Scope::BookingsRead),
    told("booking.rescheduled", Subject::Booking, Scope::BookingsRead),
    told("booking.undone", Subject::Booking, Scope::BookingsRead),
    told("booking.imported", Subject::Booking, Scope::BookingsRead),
    told("booking.checked_in", Subject::Booking, Scope::AttendanceRead),
    told("booking.checked_out", Subject::Booking, Scope::AttendanceRead),
    told("booking.absent", Subject::Booking, Scope::AttendanceRead),
    told("booking.attendance_undone", Subject::Booking, Scope::AttendanceRead),
    told("booking.attendance_corrected", Subject::Booking, Scope::AttendanceRead),
    told("slot.published", Subject::Slot, Scope::SlotsRead),
    told("slot.changed", Subject::Slot, Scope::SlotsRead),
    told("slot.closed", Subject::Slot, Scope::SlotsRead),
    told("slot.opened", Subject::Slot, Scope::SlotsRead),
    told("slot.removed", Subject::Slot, Scope::SlotsRead),
    told("places.changed", Subject::PlaceChange, Scope::SlotsRead),
    told("places.undone", Subject::PlaceChange, Scope::SlotsRead),
    told("offering.published", Subject::Offering, Scope::FacilitiesRead),
    told("duty.changed", Subject::Offering, Scope::FacilitiesRead),
    told("pattern.added", Subject::Pattern, Scope::FacilitiesRead),
    told("pattern.changed", Subject::Pattern, Scope::FacilitiesRead),
    told("pattern.removed", Subject::Pattern, Scope::FacilitiesRead),
    told("classes.changed", Subject::Facility, Scope::FacilitiesRead),
    told("facility.registered", Subject::Facility, Scope::FacilitiesRead),
    told("facility.changed", Subject::Facility, Scope::FacilitiesRead),
    told("facility.closed", Subject::Facility, Scope::FacilitiesRead),
];

/// What clients are told of a kind; none: nothing.
pub fn find(kind: &str) -> Option<&'static Told> {
    TOLD.iter().find(|known| known.kind == kind)
}

/// The kinds that a client is told of, with the facilities at which it is: those whose scope both token and facility allow.
pub fn audience(token: &BTreeSet<Scope>, grants: &[Granted]) -> BTreeMap<&'static str, Vec<FacilityId>> {
    let at = |scope: Scope| {
        let allowed = grants.iter().filter(move |one| token.contains(&scope) && one.scopes.contains(&scope));
        allowed.map(|one| one.facility_id.clone()).collect::<Vec<_>>()
    };
    TOLD.iter().map(|one| (one.kind, at(one.scope))).filter(|(_, facilities)| !facilities.is_empty()).collect()
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its id; who gets it twice knows it by this.
    pub id: EventId,
    /// What happened, for example `booking.confirmed`. New kinds may come; pass over those you do not know.
    pub kind: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// The facility's municipality.
    pub municipality: MunicipalityCode,
    /// Where.
    pub facility_id: FacilityId,
    /// What it is about.
    pub subject: Subject,
    /// Its id.
    pub subject_id: String,
}

/// What happened after a cursor, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    /// The events, the earliest first.
    pub items: Vec<Event>,
    /// From where to go on; there is always one, also where nothing has happened yet.
    pub next_cursor: String,
    /// Whether there is more already; else ask again in a while.
    pub has_more: bool,
}

/// Why events are not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// What follows the cursor is no longer told: some of it would be missing.
    CursorExpired,
    /// Nothing is granted that events are told of.
    NothingTold,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CursorExpired => "events.cursor_expired",
            Self::NothingTold => "events.nothing_told",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn granted(id: &str, scopes: &[Scope]) -> Granted {
        Granted { facility_id: FacilityId::new(id), scopes: scopes.iter().copied().collect() }
    }

    #[test]
    fn who_is_told_is_who_may_read_what_it_is_about() {
        let grants = [granted("a", &[Scope::BookingsRead, Scope::SlotsRead]), granted("b", &[Scope::SlotsRead, Scope::BookingsWrite])];
        let all = audience(&Scope::ALL.into_iter().collect(), &grants);
        let at = |kind: &str| all.get(kind).map(|facilities| facilities.iter().map(FacilityId::as_str).collect::<Vec<_>>());
        assert_eq!((at("booking.confirmed"), at("slot.closed")), (Some(vec!["a"]), Some(vec!["a", "b"])));
        assert_eq!((at("booking.checked_in"), at("facility.changed"), at("message.sent")), (None, None, None));
        // The token decides as well.
        let narrow = audience(&BTreeSet::from([Scope::BookingsRead]), &grants);
        assert!(narrow.keys().all(|kind| kind.starts_with("booking.")) && !narrow.is_empty());
        assert!(audience(&BTreeSet::new(), &grants).is_empty());
    }

    #[test]
    fn every_kind_stands_once_and_is_read_by_a_scope_that_reads() {
        let kinds: BTreeSet<&str> = TOLD.iter().map(|one| one.kind).collect();
        assert_eq!(kinds.len(), TOLD.len());
        assert!(TOLD.iter().all(|one| one.scope.word().ends_with(":read") && find(one.kind) == Some(one)));
    }
}
