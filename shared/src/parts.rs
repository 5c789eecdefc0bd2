//! The parts of staff mode that a facility does not use and hides from its pages; the API is the same for everybody.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use validator::Validate;

/// A part of staff mode that can be hidden. The board of the day always stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StaffPart {
    /// Who comes in a week.
    Week,
    /// Codes of families at the door.
    Scan,
    /// Taking down bookings on the telephone.
    Entry,
    /// Places: publishing and changing them.
    Slots,
    /// What a month comes to.
    Statements,
}

impl StaffPart {
    /// Every part, in the order of the pages.
    pub const ALL: [Self; 5] = [Self::Week, Self::Scan, Self::Entry, Self::Slots, Self::Statements];
}

/// What a facility hides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HiddenParts {
    /// These; none: everything is shown.
    pub hidden: BTreeSet<StaffPart>,
}
