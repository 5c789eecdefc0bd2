//! Moving dates of a series to another weekday or time: this one, this and the following, or all, as the preview says.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{Against, Rejection, Scope, SeenDate, Series, SeriesDate, Times, changed, moved};
use crate::bookings::Booking;
use crate::ids::{BookingId, PartyId};
use crate::time::{at, days_after, days_before, tokyo_day};

/// What to do when a date cannot move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IfStuck {
    /// Move nothing.
    #[default]
    Fail,
    /// Leave it where it is and move the others.
    Skip,
}

/// Moves dates of a series within their weeks, brothers and sisters of a date together. Dates that have begun stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveSeries {
    /// The booking from which it is seen.
    pub booking_id: BookingId,
    /// Which dates.
    pub scope: Scope,
    /// The weekday that each goes to, in its own week from Monday to Sunday; the same when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "Thu"))]
    pub weekday: Option<Weekday>,
    /// The new start on Tokyo's clock; the same when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<NaiveTime>,
    /// The new end on Tokyo's clock; as long as before when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<NaiveTime>,
    /// What to do when a date cannot move.
    #[serde(default)]
    pub if_conflict: IfStuck,
    /// What was shown of each date, in order. Where anything is different now, nothing is moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 60, code = "series.too_many_dates"))]
    pub seen: Option<Vec<SeenDate>>,
}

/// One date that is to move, and where to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveDate {
    /// One of the party's bookings.
    pub booking_id: BookingId,
    /// Start of the stay before.
    pub old_starts_at: DateTime<Utc>,
    /// End of the stay before.
    pub old_ends_at: DateTime<Utc>,
    /// The new date: what it costs and uses, or every reason why it stays where it is.
    #[serde(flatten)]
    pub to: SeriesDate,
}

/// A series of which dates were moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedSeries {
    /// What became of each date.
    pub dates: Vec<MoveDate>,
    /// The series as it now is.
    pub series: Series,
}

/// Where one date is to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Move<'a> {
    /// One booking of the date's party: the chosen one, or the first.
    pub booking: &'a Booking,
    /// The new day.
    pub day: NaiveDate,
    /// The new times.
    pub times: Times,
}

/// Which dates of a series are to move where, by their old start. Only dates that stand as they were made and have not begun, the chosen one
/// apart, which is told why it cannot.
pub fn moves<'a>(bookings: &'a [Booking], command: &MoveSeries, now: DateTime<Utc>) -> Result<Vec<Move<'a>>, Rejection> {
    let chosen = bookings.iter().find(|booking| booking.id == command.booking_id).ok_or(Rejection::NothingToMove)?;
    let mut parties: Vec<&PartyId> = vec![&chosen.party_id];
    let mut found = Vec::new();
    if command.scope == Scope::This || (chosen.may_move() && now < chosen.starts_at) {
        found.push(chosen);
    }
    for booking in bookings {
        let wanted = match command.scope {
            Scope::This => false,
            Scope::Following => chosen.starts_at < booking.starts_at,
            Scope::All => true,
        };
        if wanted && booking.may_move() && now < booking.starts_at && !parties.contains(&&booking.party_id) {
            parties.push(&booking.party_id);
            found.push(booking);
        }
    }
    if found.is_empty() {
        return Err(Rejection::NothingToMove);
    }
    found.sort_by_key(|booking| booking.starts_at);
    Ok(found
        .into_iter()
        .map(|booking| {
            let (day, times) = target(booking, command);
            Move { booking, day, times }
        })
        .collect())
}

/// The day and times that a booking goes to.
fn target(booking: &Booking, command: &MoveSeries) -> (NaiveDate, Times) {
    let old = tokyo_day(booking.starts_at);
    let monday = days_before(old, old.weekday().num_days_from_monday());
    let day = command.weekday.map_or(old, |weekday| days_after(monday, weekday.num_days_from_monday()));
    let (starts_at, ends_at) = moved((booking.starts_at, booking.ends_at), old, day);
    let start = command.starts.map_or(starts_at, |time| at(day, time));
    let end = match command.ends {
        Some(time) => at(tokyo_day(ends_at), time),
        None => start + (ends_at - starts_at),
    };
    (day, (start, end))
}

/// Whether the dates may be moved as planned: as they were shown, and as many as are wanted.
pub fn decide_moves(dates: &[MoveDate], command: &MoveSeries) -> Result<(), Vec<Against>> {
    let now: Vec<SeenDate> = dates.iter().map(|date| date.to.seen()).collect();
    if let Some(seen) = &command.seen {
        changed(&now, seen)?;
    }
    let refused: Vec<&SeriesDate> = dates.iter().map(|date| &date.to).filter(|date| !date.bookable).collect();
    if refused.is_empty() || (command.if_conflict == IfStuck::Skip && refused.len() < dates.len()) {
        return Ok(());
    }
    let first = Rejection::MoveConflicts { dates: i64::try_from(refused.len()).unwrap_or(i64::MAX) };
    Err(super::planning::every(first, &refused))
}
