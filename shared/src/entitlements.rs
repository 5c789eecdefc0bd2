//! Entitlements (認定): that a child is certified for a programme, from when to when, by its city of residence.

mod life;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use self::life::*;
use crate::bookings::BookedChild;
use crate::ids::{ApplicationId, EntitlementId};
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::procedures::Effect;
use crate::programmes::ProgrammeKey;

/// A child's certification for a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entitlement {
    /// Its id.
    pub id: EntitlementId,
    /// The number on the notice (認定番号), once in its municipality.
    pub number: String,
    /// The child.
    pub child: BookedChild,
    /// The programme.
    pub programme: ProgrammeKey,
    /// What the programme is called.
    pub programme_name: Localised,
    /// The city that certified: the family's residence then.
    pub municipality: MunicipalityCode,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, also when it was ended before its time.
    pub valid_until: NaiveDate,
    /// Why it ends before its time; none: it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// The application that it was granted on; none: it came from a register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

/// Why a certification ends before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Ended {
    /// The family asked for it (消滅).
    Asked,
    /// The family moved to another city; it held until the day before.
    Moved {
        /// The city that the family moved to; none: a register has the family no more, and does not say where it went.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<MunicipalityCode>,
    },
    /// The city revoked it.
    Revoked {
        /// Why, in its words; the family reads them.
        words: String,
    },
    /// The city's register says so.
    Register,
}

/// Which of a child's certifications by a city for a programme a procedure is about on a day; none: all are over. What certifies anew follows
/// on the last one; a change or an end is of the one that holds, or comes first.
pub fn current<'a>(held: impl Iterator<Item = &'a Entitlement>, effect: &Effect, day: NaiveDate) -> Option<&'a Entitlement> {
    let open = held.filter(|held| day <= held.valid_until && held.holds_at_all());
    match effect {
        Effect::Certify { .. } => open.max_by_key(|held| held.valid_until),
        Effect::Revise { .. } | Effect::End { .. } | Effect::Relieve { .. } => open.min_by_key(|held| held.valid_from),
    }
}

impl Entitlement {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && day <= self.valid_until
    }

    /// The days on which it holds.
    pub const fn days(&self) -> Certified {
        Certified { from: self.valid_from, until: self.valid_until }
    }

    /// Whether there is a day on which it holds: one that was ended before it began has none.
    pub fn holds_at_all(&self) -> bool {
        self.valid_from <= self.valid_until
    }
}

/// From when to when a child is certified, as booking has to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Certified {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

/// Whether a child is certified on all the days from one to another.
pub fn covers(certified: &[Certified], first: NaiveDate, last: NaiveDate) -> bool {
    // Two that follow each other, such as of two fiscal years, cover what lies across.
    let mut reached = first;
    for _ in 0..=certified.len() {
        let Some(until) = certified.iter().filter(|held| held.from <= reached && reached <= held.until).map(|held| held.until).max() else {
            return false;
        };
        if last <= until {
            return true;
        }
        reached = crate::time::next_day(until);
    }
    false
}
