//! Correcting: what was recorded wrongly is taken back or put right, and the old value stays in the booking's history.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::recording::check_moment;
use super::{Attended, Person, RecordedBy, Rejection, check_person, check_reason, may_be_with};
use crate::bookings::{Booking, BookingState, Busy};
use crate::programmes::Terms;
use crate::slots::{Slot, SlotState};
use crate::text::PersonName;

/// Other times or people than were recorded. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Correction {
    /// When the child came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_in_at: Option<DateTime<Utc>>,
    /// When the child left; only where it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_out_at: Option<DateTime<Utc>>,
    /// Who brought the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "check_person"))]
    pub brought_by: Option<Person>,
    /// Who fetched the child; only where it has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "check_person"))]
    pub fetched_by: Option<Person>,
    /// Why; the family reads it.
    #[validate(custom(function = "check_reason"))]
    pub reason: String,
}

/// Takes back the last thing that was recorded: the state before, exactly as it was. An absence whose place was released needs it again:
/// see [`take_again`].
pub fn undo(booking: &Booking) -> Result<(BookingState, Attended), Rejection> {
    let known = &booking.attended;
    match booking.state {
        BookingState::CheckedOut { checked_in_at, .. } => {
            Ok((BookingState::CheckedIn { at: checked_in_at }, Attended { brought_by: known.brought_by.clone(), ..Attended::default() }))
        }
        BookingState::CheckedIn { .. } | BookingState::Absent { .. } => Ok((BookingState::Confirmed, Attended::default())),
        BookingState::Requested { .. }
        | BookingState::Offered { .. }
        | BookingState::Confirmed
        | BookingState::Cancelled { .. }
        | BookingState::Declined { .. }
        | BookingState::Released { .. } => Err(Rejection::NothingToUndo),
    }
}

/// The slot with a released place taken again, if it is still there: by the same measure as for anybody else.
pub fn take_again(booking: &Booking, band_from_age: u32, slot: &Slot, terms: &Terms, busy: &[Busy]) -> Result<Slot, Rejection> {
    if busy.iter().any(|busy| busy.starts_at < booking.ends_at && booking.starts_at < busy.ends_at) {
        return Err(Rejection::ChildElsewhere);
    }
    let (from, until) = (slot.minute(booking.starts_at), slot.minute(booking.ends_at));
    let mut taken = slot.clone();
    let band = taken.bands.iter_mut().find(|band| band.from_age == band_from_age).ok_or(Rejection::PlaceGiven)?;
    if slot.state == SlotState::Closed || slot.left_in(terms, band, from, until) < 1 {
        return Err(Rejection::PlaceGiven);
    }
    band.occupancy = band.occupancy.plus(from, until, 1);
    Ok(taken)
}

/// Puts right what was recorded.
pub fn correct(
    booking: &Booking,
    command: &Correction,
    registered: &[PersonName],
    now: DateTime<Utc>,
) -> Result<(BookingState, Attended), Rejection> {
    for at in [command.checked_in_at, command.checked_out_at].into_iter().flatten() {
        check_moment(booking, at, now)?;
    }
    for person in [&command.brought_by, &command.fetched_by].into_iter().flatten() {
        may_be_with(person, registered, RecordedBy::Staff)?;
    }
    let state = match booking.state {
        BookingState::CheckedIn { at } if command.checked_out_at.is_none() && command.fetched_by.is_none() => {
            BookingState::CheckedIn { at: command.checked_in_at.unwrap_or(at) }
        }
        BookingState::CheckedIn { .. } => return Err(Rejection::NothingToCorrect),
        BookingState::CheckedOut { checked_in_at, at } => {
            let checked_in_at = command.checked_in_at.unwrap_or(checked_in_at);
            let at = command.checked_out_at.unwrap_or(at);
            if at < checked_in_at {
                return Err(Rejection::BeforeCheckIn { at: checked_in_at });
            }
            BookingState::CheckedOut { checked_in_at, at }
        }
        BookingState::Requested { .. }
        | BookingState::Confirmed
        | BookingState::Absent { .. }
        | BookingState::Cancelled { .. }
        | BookingState::Offered { .. }
        | BookingState::Declined { .. }
        | BookingState::Released { .. } => return Err(Rejection::NotIn),
    };
    let known = booking.attended.clone();
    let attended = Attended {
        brought_by: command.brought_by.clone().or(known.brought_by),
        fetched_by: command.fetched_by.clone().or(known.fetched_by),
        settled: known.settled,
    };
    if state == booking.state && attended == booking.attended {
        return Err(Rejection::NothingToCorrect);
    }
    Ok((state, attended))
}

/// What was done to a booking's attendance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RecordKind {
    /// The child came.
    CheckedIn,
    /// The child left.
    CheckedOut,
    /// The child did not come.
    Absent,
    /// The last record was taken back.
    Undone,
    /// Times or people were put right.
    Corrected,
}

/// One line of a booking's history: what was, what is since then, and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttendanceRecord {
    /// What was done.
    pub kind: RecordKind,
    /// How the booking stood before.
    pub before: BookingState,
    /// What was known of the day before.
    pub attended_before: Attended,
    /// How it stands since.
    pub after: BookingState,
    /// What is known of the day since.
    pub attended_after: Attended,
    /// Why, where somebody said so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Whether the family recorded it itself.
    pub by_family: bool,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When the server heard of it.
    pub received_at: DateTime<Utc>,
}
