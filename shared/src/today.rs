//! What needs a person today: matters with their clocks, for officers and operators, and nothing else.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::FacilityId;

/// A kind of thing that waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Matter {
    /// Applications that nobody has decided.
    Applications,
    /// Requests that a facility has to answer within a day.
    Requests,
    /// Families to call today.
    Outreach,
    /// Facilities that are closed today or tomorrow.
    Closures,
    /// Files of registers that did not go in whole.
    Imports,
    /// Acts of which no notices could be made.
    SetAside,
}

/// A facility of a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TodayFacility {
    /// The facility.
    pub id: FacilityId,
    /// Its name.
    pub name: String,
    /// How many there are at it.
    pub count: u32,
}

/// A matter that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TodayLine {
    /// What.
    pub matter: Matter,
    /// How many.
    pub count: u32,
    /// How many of these are late.
    pub overdue: u32,
    /// The earliest clock: until when something is to be done, or since when it waits.
    pub at: DateTime<Utc>,
    /// At which facilities, by name; empty where it is about none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facilities: Vec<TodayFacility>,
}

/// What needs a person today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Today {
    /// When it was looked at.
    pub at: DateTime<Utc>,
    /// What waits: the late first, then by clock. Empty: there is nothing to do.
    pub lines: Vec<TodayLine>,
}

/// Puts matters in the order in which they are worked: the late first, then by clock; what has nothing waiting is left out.
pub fn in_order(mut lines: Vec<TodayLine>) -> Vec<TodayLine> {
    lines.retain(|line| line.count > 0);
    lines.sort_by_key(|line| (line.overdue == 0, line.at, line.matter));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(matter: Matter, count: u32, overdue: u32, at: &str) -> TodayLine {
        TodayLine { matter, count, overdue, at: at.parse().unwrap(), facilities: Vec::new() }
    }

    #[test]
    fn the_late_come_first_and_what_has_nothing_waiting_is_not_there() {
        let lines = in_order(vec![
            line(Matter::Outreach, 3, 0, "2026-12-01T00:00:00Z"),
            line(Matter::Imports, 0, 0, "2026-11-01T00:00:00Z"),
            line(Matter::Applications, 2, 1, "2026-12-02T00:00:00Z"),
            line(Matter::Closures, 1, 0, "2026-11-30T00:00:00Z"),
        ]);
        let order: Vec<Matter> = lines.iter().map(|line| line.matter).collect();
        assert_eq!(order, [Matter::Applications, Matter::Closures, Matter::Outreach]);
    }
}
