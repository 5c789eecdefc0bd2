//! Cancelling: what it would mean, shown before and done after by the same function.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Booking, BookingState};
use crate::problem::Reason;
use crate::programmes::Cancellation;

/// What cancelling would mean now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelTerms {
    /// Integer yen that is due all the same.
    pub fee_yen: i64,
    /// Whether it still counts against the limits.
    pub counts: bool,
}

impl CancelTerms {
    /// Nothing is due and nothing counts.
    pub const FREE: Self = Self { fee_yen: 0, counts: false };
}

/// Who cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelledBy {
    /// The family.
    Family,
    /// The facility.
    Facility,
}

/// Why a booking cannot be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelRejection {
    /// It holds no place any more.
    Already,
    /// It is an offer of the waiting list: the family accepts or declines it.
    IsOffer,
    /// The child has come.
    Started,
    /// The stay is over.
    Over,
    /// The answer was given for other terms than hold now.
    TermsChanged,
    /// The programme knows no such reason, or only the facility may give it.
    ReasonUnknown,
}

impl CancelRejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 6] = [Self::Already, Self::IsOffer, Self::Started, Self::Over, Self::TermsChanged, Self::ReasonUnknown];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Already => "bookings.already_cancelled",
            Self::IsOffer => "bookings.is_offer",
            Self::Started => "bookings.started",
            Self::Over => "bookings.over",
            Self::TermsChanged => "bookings.cancel_terms_changed",
            Self::ReasonUnknown => "bookings.cancel_reason_unknown",
        }
    }

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

/// Cancels a booking. Shown before and done after are the same function: no family learns the price afterwards. A family that
/// has seen terms sends them along (`seen`); where the deadline passed meanwhile, nothing is cancelled and it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cancel {
    /// The terms that the family was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<CancelTerms>,
    /// Key of the booking's exempt reason, for example `child_ill`: then a late cancellation costs and counts nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What it means to cancel a booking now: free while the facility has not decided, until the deadline, for some minutes after booking, and
/// for an exempt reason.
pub fn cancel_terms(booking: &Booking, reason: Option<&str>, by: CancelledBy, now: DateTime<Utc>) -> Result<CancelTerms, CancelRejection> {
    match booking.state {
        BookingState::Cancelled { .. } | BookingState::Declined { .. } | BookingState::Released { .. } => {
            return Err(CancelRejection::Already);
        }
        BookingState::Offered { .. } if by == CancelledBy::Family => return Err(CancelRejection::IsOffer),
        BookingState::CheckedIn { .. } | BookingState::CheckedOut { .. } => return Err(CancelRejection::Started),
        BookingState::Absent { .. } => return Err(CancelRejection::Over),
        BookingState::Requested { .. } | BookingState::Offered { .. } | BookingState::Confirmed if now >= booking.ends_at => {
            return Err(CancelRejection::Over);
        }
        BookingState::Requested { .. } | BookingState::Offered { .. } | BookingState::Confirmed => {}
    }
    let rule = &booking.cancellation;
    if reason.is_some_and(|key| !may_say(rule, key, by)) {
        return Err(CancelRejection::ReasonUnknown);
    }
    let undone = now < booking.created_at + TimeDelta::minutes(rule.undo_minutes) && now < booking.starts_at;
    let undecided = matches!(booking.state, BookingState::Requested { .. } | BookingState::Offered { .. });
    if now < booking.free_until || undone || undecided || reason.is_some() {
        return Ok(CancelTerms::FREE);
    }
    Ok(late_terms(booking))
}

/// What a stay costs and counts that was given up too late, as agreed when it was booked.
pub(crate) fn late_terms(booking: &Booking) -> CancelTerms {
    let rule = &booking.cancellation;
    CancelTerms { fee_yen: booking.fee_yen * rule.late_fee_percent / 100, counts: rule.late_counts }
}

/// Whether somebody may give this reason for which nothing is due.
pub(crate) fn may_say(rule: &Cancellation, key: &str, by: CancelledBy) -> bool {
    rule.exempt.iter().any(|exempt| exempt.key == key && (exempt.by_family || by == CancelledBy::Facility))
}

/// The key of the exempt reason that is the facility's own.
pub const FACILITY_REASON: &str = "facility";

/// Ends a booking for which the facility has no place any more: it costs and counts nothing, whatever was agreed.
pub fn cancel_by_facility(booking: &Booking, now: DateTime<Utc>) -> BookingState {
    let exempt = booking.cancellation.exempt.iter().find(|exempt| exempt.key == FACILITY_REASON).map(|exempt| exempt.key.clone());
    BookingState::Cancelled { at: now, fee_yen: 0, counts: false, exempt }
}

/// Cancels a booking now: its next state.
pub fn cancel(booking: &Booking, command: &Cancel, by: CancelledBy, now: DateTime<Utc>) -> Result<BookingState, CancelRejection> {
    let terms = cancel_terms(booking, command.reason.as_deref(), by, now)?;
    match command.seen {
        Some(seen) if seen != terms => Err(CancelRejection::TermsChanged),
        _ => Ok(BookingState::Cancelled { at: now, fee_yen: terms.fee_yen, counts: terms.counts, exempt: command.reason.clone() }),
    }
}
