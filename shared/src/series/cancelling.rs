//! Cancelling dates of a series: this one, this and the following, or all, as the preview says.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::Rejection;
use crate::bookings::{Booking, BookingState, Cancel, CancelRejection, CancelTerms, CancelledBy, cancel};
use crate::ids::BookingId;
use crate::problem::Reason;

/// Which dates of a series, seen from one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// This one.
    This,
    /// This one and those after it.
    Following,
    /// All of them.
    All,
}

/// Cancels dates of one child's series. Dates that have begun stay as they are, unless it is the chosen one itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelSeries {
    /// The booking from which it is seen; only its child's bookings are meant.
    pub booking_id: BookingId,
    /// Which dates.
    pub scope: Scope,
    /// Key of the bookings' exempt reason, for example `child_ill`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the preview said. Where anything is different now, nothing is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 60, code = "series.too_many_dates"))]
    pub seen: Option<Vec<CancelDate>>,
}

/// One date that is cancelled, and what that means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelDate {
    /// The booking.
    pub booking_id: BookingId,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// What it costs and counts all the same.
    #[serde(flatten)]
    pub terms: CancelTerms,
}

/// Why dates of a series are not cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelRefusal {
    /// By the rule of any booking.
    Booking(CancelRejection),
    /// By the rule of series.
    Series(Rejection),
}

impl CancelRefusal {
    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Booking(rejection) => rejection.reason(),
            Self::Series(rejection) => rejection.reason(),
        }
    }
}

impl From<CancelRejection> for CancelRefusal {
    fn from(rejection: CancelRejection) -> Self {
        Self::Booking(rejection)
    }
}

/// The bookings of a series that a scope means, seen from one of them: of the same child, and beside the chosen one none that has begun.
pub fn in_scope<'a>(bookings: &'a [Booking], chosen: &'a Booking, scope: Scope, now: DateTime<Utc>) -> impl Iterator<Item = &'a Booking> {
    let mine = bookings.iter().filter(|booking| booking.child.id == chosen.child.id);
    mine.filter(move |booking| {
        let others = match scope {
            Scope::This => false,
            Scope::Following => chosen.starts_at < booking.starts_at,
            Scope::All => true,
        };
        booking.id == chosen.id || (others && now < booking.starts_at)
    })
}

/// Cancels dates of a series: each date as shown, with its next state. Preview and change use the same function. Dates that hold no place
/// any more are left alone.
pub fn cancel_dates(
    bookings: &[Booking],
    command: &CancelSeries,
    by: CancelledBy,
    now: DateTime<Utc>,
) -> Result<Vec<(CancelDate, BookingState)>, CancelRefusal> {
    let chosen = bookings.iter().find(|booking| booking.id == command.booking_id);
    let chosen = chosen.ok_or(CancelRefusal::Series(Rejection::NothingToCancel))?;
    let request = Cancel { seen: None, reason: command.reason.clone() };
    let mut dates = Vec::new();
    for booking in in_scope(bookings, chosen, command.scope, now) {
        match cancel(booking, &request, by, now) {
            Ok(next) => {
                let BookingState::Cancelled { fee_yen, counts, .. } = next else { continue };
                let terms = CancelTerms { fee_yen, counts };
                let Booking { id, starts_at, ends_at, .. } = booking;
                dates.push((CancelDate { booking_id: id.clone(), starts_at: *starts_at, ends_at: *ends_at, terms }, next));
            }
            Err(CancelRejection::Already | CancelRejection::Started | CancelRejection::Over) if command.scope != Scope::This => {}
            Err(rejection) => return Err(rejection.into()),
        }
    }
    if dates.is_empty() {
        return Err(CancelRefusal::Series(Rejection::NothingToCancel));
    }
    dates.sort_by(|(a, _), (b, _)| (a.starts_at, &a.booking_id).cmp(&(b.starts_at, &b.booking_id)));
    match &command.seen {
        Some(seen) if !seen.iter().eq(dates.iter().map(|(date, _)| date)) => Err(CancelRejection::TermsChanged.into()),
        _ => Ok(dates),
    }
}
