//! Recording: a child comes, goes, or does not come.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{Attended, Person, Rejection, check_person};
use crate::bookings::{Booking, BookingState, CancelTerms, CancelledBy, late_terms, may_say};
use crate::text::PersonName;
use crate::time::tokyo_day;

/// A child comes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckIn {
    /// When it happened; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
    /// Who brought the child, where somebody says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "check_person"))]
    pub person: Option<Person>,
    /// The code on the facility's wall; a family must have scanned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<String>,
}

/// A child goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckOut {
    /// When it happened; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
    /// Who fetched the child; must be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "check_person"))]
    pub person: Option<Person>,
    /// The code on the facility's wall; a family must have scanned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<String>,
}

/// A child did not come. Nothing of it holds before staff confirm it: they send along what they were shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkAbsent {
    /// When staff saw that the child does not come; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
    /// Whether the rest of the time is free for others.
    #[serde(default)]
    pub release: bool,
    /// Key of one of the booking's exempt reasons, for example `child_ill`: then it costs and counts nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it means for the family, as staff were shown it.
    pub seen: CancelTerms,
}

/// Who records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedBy {
    /// The family itself.
    Family,
    /// The facility's staff.
    Staff,
}

/// What is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The booking's next state.
    pub state: BookingState,
    /// What is known of the day with it.
    pub attended: Attended,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// A tablet's clock may run ahead by so much.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(2);
/// What is said twice within this time was said once.
pub(super) const SAME: TimeDelta = TimeDelta::minutes(1);

pub(super) fn check_moment(booking: &Booking, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Rejection> {
    // A stay over night is on all its days.
    let (day, last) = (tokyo_day(booking.starts_at), tokyo_day(booking.ends_at));
    if at > now + CLOCK_SLACK {
        Err(Rejection::InFuture)
    } else if !(day..=last).contains(&tokyo_day(at)) {
        Err(Rejection::OtherDay { day })
    } else {
        Ok(())
    }
}

/// Whether the child may be with this person: the guardian, somebody registered, or whom staff decide for.
pub fn may_be_with(person: &Person, registered: &[PersonName], by: RecordedBy) -> Result<(), Rejection> {
    match person {
        Person::Guardian => Ok(()),
        Person::Registered { name } if registered.contains(name) => Ok(()),
        Person::Registered { .. } => Err(Rejection::PersonUnknown),
        Person::Other { .. } if by == RecordedBy::Staff => Ok(()),
        Person::Other { .. } => Err(Rejection::StaffDecide),
    }
}

/// What is wrong with recording anything for a booking that is not on its way.
const fn not_held(state: &BookingState) -> Option<Rejection> {
    match state {
        BookingState::Cancelled { .. } | BookingState::Declined { .. } | BookingState::Released { .. } => Some(Rejection::Cancelled),
        BookingState::Requested { .. } | BookingState::Offered { .. } => Some(Rejection::NotConfirmed),
        BookingState::Absent { .. } => Some(Rejection::MarkedAbsent),
        BookingState::Confirmed | BookingState::CheckedIn { .. } | BookingState::CheckedOut { .. } => None,
    }
}

/// A child comes. None: the same was recorded less than a minute before, and nothing changes.
pub fn check_in(
    booking: &Booking,
    command: &CheckIn,
    registered: &[PersonName],
    by: RecordedBy,
    now: DateTime<Utc>,
) -> Result<Option<Recorded>, Rejection> {
    let at = command.occurred_at.unwrap_or(now);
    if let Some(rejection) = not_held(&booking.state) {
        return Err(rejection);
    }
    match booking.state {
        BookingState::CheckedIn { at: before } if is_same(before, at) => Ok(None),
        BookingState::CheckedIn { at } => Err(Rejection::AlreadyIn { at }),
        BookingState::CheckedOut { at, .. } => Err(Rejection::AlreadyOut { at }),
        _ => {
            check_moment(booking, at, now)?;
            if let Some(person) = &command.person {
                may_be_with(person, registered, by)?;
            }
            let attended = Attended { brought_by: command.person.clone(), ..booking.attended.clone() };
            Ok(Some(Recorded { state: BookingState::CheckedIn { at }, attended, occurred_at: at }))
        }
    }
}

/// A child goes. None: the same was recorded less than a minute before, and nothing changes.
pub fn check_out(
    booking: &Booking,
    command: &CheckOut,
    registered: &[PersonName],
    by: RecordedBy,
    now: DateTime<Utc>,
) -> Result<Option<Recorded>, Rejection> {
    let at = command.occurred_at.unwrap_or(now);
    if let Some(rejection) = not_held(&booking.state) {
        return Err(rejection);
    }
    match booking.state {
        BookingState::CheckedOut { at: before, .. } if is_same(before, at) => Ok(None),
        BookingState::CheckedOut { at, .. } => Err(Rejection::AlreadyOut { at }),
        BookingState::CheckedIn { at: checked_in_at } => {
            check_moment(booking, at, now)?;
            if at < checked_in_at {
                return Err(Rejection::BeforeCheckIn { at: checked_in_at });
            }
            let person = command.person.as_ref().ok_or(Rejection::PersonMissing)?;
            may_be_with(person, registered, by)?;
            let attended = Attended { fetched_by: Some(person.clone()), ..booking.attended.clone() };
            Ok(Some(Recorded { state: BookingState::CheckedOut { checked_in_at, at }, attended, occurred_at: at }))
        }
        _ => Err(Rejection::NotIn),
    }
}

fn is_same(before: DateTime<Utc>, at: DateTime<Utc>) -> bool {
    (at - before).abs() < SAME
}

/// What it means to mark a child absent now: what a late cancellation means, or nothing for an exempt reason. Before the stay begins
/// nobody is absent.
pub fn absent_terms(booking: &Booking, reason: Option<&str>, now: DateTime<Utc>) -> Result<CancelTerms, Rejection> {
    if let Some(rejection) = not_held(&booking.state) {
        return Err(rejection);
    }
    match booking.state {
        BookingState::CheckedIn { at } => return Err(Rejection::AlreadyIn { at }),
        BookingState::CheckedOut { at, .. } => return Err(Rejection::AlreadyOut { at }),
        _ => {}
    }
    if now < booking.starts_at {
        return Err(Rejection::NotBegun { starts_at: booking.starts_at });
    }
    match reason {
        Some(key) if !may_say(&booking.cancellation, key, CancelledBy::Facility) => Err(Rejection::ReasonUnknown),
        Some(_) => Ok(CancelTerms::FREE),
        None => Ok(late_terms(booking)),
    }
}

/// A child did not come: the booking's next state. A place is released only while there is time left.
pub fn mark_absent(booking: &Booking, command: &MarkAbsent, now: DateTime<Utc>) -> Result<BookingState, Rejection> {
    let at = command.occurred_at.unwrap_or(now);
    let terms = absent_terms(booking, command.reason.as_deref(), at)?;
    // Staff may say so days later, but not before.
    if at > now + CLOCK_SLACK {
        return Err(Rejection::InFuture);
    }
    if terms != command.seen {
        return Err(Rejection::TermsChanged);
    }
    Ok(BookingState::Absent {
        at,
        fee_yen: terms.fee_yen,
        counts: terms.counts,
        exempt: command.reason.clone(),
        released: command.release && now < booking.ends_at,
    })
}
