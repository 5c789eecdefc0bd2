//! Entering: staff, an officer or an operator book for a family on the phone, by the same rule, and past its soft parts where they say why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::placing::placed_past;
use super::quoting::quote_past;
use super::{NewBooking, PlaceState, Placed, Quote, Refusal, Rejection};
use crate::ids::FamilyId;

/// Who took a booking down for the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EnteredBy {
    /// The facility's staff.
    Facility,
    /// An officer who acted for the family.
    Office,
    /// An operator of the BPO centre who acted for the family.
    Centre,
    /// Another system, from which it was imported.
    Import,
}

/// How a booking came in that the family did not make itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Who took it down.
    pub entered_by: EnteredBy,
    /// The name of who answered the phone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clerk: String,
    /// Codes of the rules that would have refused it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<String>,
    /// Why it was taken all the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub override_reason: String,
}

/// Books for a family that asks on the phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEntry {
    /// The family.
    pub family_id: FamilyId,
    /// What it asks for.
    #[validate(nested)]
    pub booking: NewBooking,
    /// Codes of the rules to go past, of those that may be: `bookings.booking_closed`, `bookings.not_yet_open`, `bookings.not_released`,
    /// `bookings.answer_missing`, `bookings.too_short`, `bookings.too_long`, `bookings.not_in_steps`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 10, code = "bookings.overrides_too_many"))]
    pub overrides: Vec<String>,
    /// Why; must be given where a rule is gone past.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[validate(length(max = 300, code = "text.too_long"))]
    pub override_reason: String,
}

/// The rules that may be gone past; never capacity, age, another stay, a limit or a closed slot.
pub const SOFT: [&str; 7] = [
    "bookings.booking_closed",
    "bookings.not_yet_open",
    "bookings.not_released",
    "bookings.answer_missing",
    "bookings.too_short",
    "bookings.too_long",
    "bookings.not_in_steps",
];

impl NewEntry {
    /// Those of the rules named that may be gone past.
    fn past(&self) -> Vec<&'static str> {
        SOFT.into_iter().filter(|soft| self.overrides.iter().any(|code| code == soft)).collect()
    }
}

/// Decides a booking that somebody takes down for a family: [`super::place`], past the soft rules that are named. Says what it went past.
pub fn enter(state: &PlaceState, command: &NewEntry, entered_by: EnteredBy, now: DateTime<Utc>) -> Result<(Placed, Entry), Vec<Refusal>> {
    let (placed, mut overrides) = placed_past(state, &command.booking, &command.past(), now)?;
    overrides.sort_unstable();
    overrides.dedup();
    let why = command.override_reason.trim();
    if !overrides.is_empty() && why.is_empty() {
        return Err(vec![Refusal { child: None, rejection: Rejection::OverrideReasonMissing }]);
    }
    let override_reason = if overrides.is_empty() { String::new() } else { why.to_owned() };
    Ok((placed, Entry { entered_by, clerk: String::new(), overrides: overrides.into_iter().map(str::to_owned).collect(), override_reason }))
}

/// What entering would mean: the quote past the soft rules that are named.
pub fn enter_quote(state: &PlaceState, command: &NewEntry, now: DateTime<Utc>) -> Quote {
    quote_past(state, &command.booking, &command.past(), now)
}
