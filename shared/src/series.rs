//! Series (くり返しの予約): one stay on several dates, each an ordinary booking that is told by itself before and after.

mod cancelling;
mod moving;
mod planning;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc, Weekday};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use self::cancelling::*;
pub use self::moving::*;
use self::planning::changed;
pub use self::planning::*;
use crate::bookings::{Booking, BookingState, NewBooking, QuotedChild};
use crate::calendar::holiday_name;
use crate::ids::{SeriesId, SlotId};
use crate::locale::{Locale, Localised};
use crate::problem::{Datum, Reason};
use crate::slots::Slot;
use crate::waitlist::WaitlistEntry;

/// A series ends so many months after its first date at the latest.
pub const MOST_MONTHS: u32 = 6;
/// So many dates a series has at most.
pub const MOST_DATES: usize = 60;

/// What to do when a date cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IfConflict {
    /// Book nothing.
    #[default]
    Fail,
    /// Book the other dates.
    Skip,
    /// Book the other dates, and let the children wait for those on which nothing but the place is missing; leave out the rest.
    Waitlist,
}

/// Repeats a stay every week on some weekdays until a day. The first date is that of the stay, whatever its weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSeries {
    /// The stay as it would be booked alone; its `if_full` says nothing here. The other dates are at the same facility in the same
    /// programme, at the same time of day.
    #[validate(nested)]
    pub stay: NewBooking,
    /// The weekdays, `Mon` to `Sun`.
    #[validate(length(min = 1, max = 7, code = "series.weekdays"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["Tue", "Thu"])))]
    pub weekdays: Vec<Weekday>,
    /// The last day, at most six months after the first date.
    pub until: NaiveDate,
    /// What to do when a date cannot be had.
    #[serde(default)]
    pub if_conflict: IfConflict,
    /// What was shown of each date. Where anything is different now, nothing is booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 60, code = "series.too_many_dates"))]
    pub seen: Option<Vec<SeenDate>>,
}

/// What was shown of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenDate {
    /// The day.
    pub day: NaiveDate,
    /// Its fee in integer yen; none: it could not be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_yen: Option<i64>,
    /// Whether the facility would have to decide.
    #[serde(default)]
    pub requested: bool,
    /// Whether the children would wait for a place.
    #[serde(default)]
    pub waits: bool,
}

/// One date of a series before or after it is booked: what it costs and uses, or every reason against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesDate {
    /// The day.
    pub day: NaiveDate,
    /// The slot; none: the facility has none on that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_id: Option<SlotId>,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Whether it can be had, with the dates before it in the series.
    pub bookable: bool,
    /// Whether the children go on the waiting list for it, together or not at all: with `if_conflict` = `waitlist`, where nothing but the
    /// place is missing. Neither bookable nor waiting: it is left out.
    #[serde(default)]
    pub waits: bool,
    /// Whether it would hold at once, or until when the facility would decide; none while not bookable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BookingState>,
    /// Sum of the fees in integer yen; none while not bookable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_yen: Option<i64>,
    /// Until when cancelling is free; none where there is no slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_until: Option<DateTime<Utc>>,
    /// Each child, with the limits as the dates before leave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<QuotedChild>,
    /// Reasons that concern the whole party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

impl SeriesDate {
    /// What of it must still hold when it is booked.
    pub fn seen(&self) -> SeenDate {
        SeenDate {
            day: self.day,
            fee_yen: self.fee_yen.filter(|_| self.bookable),
            requested: matches!(self.state, Some(BookingState::Requested { .. })),
            waits: self.waits,
        }
    }

    /// Every reason against it, for all and for each child.
    pub fn against(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().chain(self.children.iter().flat_map(|child| &child.reasons))
    }
}

/// What a series would mean, date by date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesPreview {
    /// Each date in order.
    pub dates: Vec<SeriesDate>,
    /// Sum of the fees of the dates that can be had, in integer yen.
    pub fee_yen: i64,
}

impl SeriesPreview {
    /// Of these dates.
    pub fn of(dates: Vec<SeriesDate>) -> Self {
        let fee_yen = dates.iter().filter_map(|date| date.fee_yen).sum();
        Self { dates, fee_yen }
    }

    /// What was shown, to be sent along.
    pub fn seen(&self) -> Vec<SeenDate> {
        self.dates.iter().map(SeriesDate::seen).collect()
    }
}

/// A series that was booked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookedSeries {
    /// Its id.
    pub id: SeriesId,
    /// What became of each date.
    pub dates: Vec<SeriesDate>,
    /// The bookings, by date: one for each child.
    pub bookings: Vec<Booking>,
    /// The entries of the waiting list, by date: one for all children.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<WaitlistEntry>,
}

/// A series with its bookings as they now are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    /// Its id.
    pub id: SeriesId,
    /// The weekdays that were chosen.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub weekdays: Vec<Weekday>,
    /// The last day that was chosen.
    pub until: NaiveDate,
    /// The bookings, cancelled ones included, by start.
    pub bookings: Vec<Booking>,
    /// Its entries of the waiting list of which no booking came (yet), by start; told to the family alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<WaitlistEntry>,
}

/// Why a series, or one of its dates, is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// It ends before its first date or more than six months after it.
    Until {
        /// The last day that is possible.
        last: NaiveDate,
    },
    /// It has over 60 dates.
    TooManyDates,
    /// Some dates cannot be had, and without them nothing is wanted.
    HasConflicts {
        /// So many.
        dates: i64,
    },
    /// Not one date can be had or waited for.
    NoneBookable,
    /// A date is not any more what was shown.
    DateChanged {
        /// The day.
        day: NaiveDate,
    },
    /// The facility has no slot of the programme on that day.
    NoSlot,
    /// The same on a national holiday.
    Holiday {
        /// Its name.
        name: Localised,
    },
    /// The same on a weekday on which the facility is closed.
    ClosedDay,
    /// No date is left that could be cancelled.
    NothingToCancel,
    /// No date is left that could be moved.
    NothingToMove,
    /// Some dates cannot be moved, and without them nothing is wanted; or none can.
    MoveConflicts {
        /// So many.
        dates: i64,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Until { .. } => "series.until",
            Self::TooManyDates => "series.too_many_dates",
            Self::HasConflicts { .. } => "series.has_conflicts",
            Self::NoneBookable => "series.none_bookable",
            Self::DateChanged { .. } => "series.date_changed",
            Self::NoSlot => "series.no_slot",
            Self::Holiday { .. } => "series.holiday",
            Self::ClosedDay => "series.closed_day",
            Self::NothingToCancel => "series.nothing_to_cancel",
            Self::NothingToMove => "series.nothing_to_move",
            Self::MoveConflicts { .. } => "series.move_conflicts",
        }
    }

    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::Until { last } => reason.with("last", Datum::Day(*last)),
            Self::HasConflicts { dates } | Self::MoveConflicts { dates } => reason.with("dates", Datum::Count(*dates)),
            Self::DateChanged { day } => reason.with("day", Datum::Day(*day)),
            Self::Holiday { name } => reason.with("name", Datum::Names(name.clone())),
            Self::TooManyDates | Self::NoneBookable | Self::NoSlot | Self::ClosedDay | Self::NothingToCancel | Self::NothingToMove => {
                reason
            }
        }
    }

    /// What stands against a day without a slot.
    pub fn without_slot(day: NaiveDate, closed: &[Weekday], holiday: Option<&str>) -> Self {
        match holiday {
            Some(name) => {
                let [ja, easy, en] = [Locale::Ja, Locale::Easy, Locale::En].map(|locale| holiday_name(name, locale));
                Self::Holiday { name: Localised::new(&ja, &easy, &en) }
            }
            None if closed.contains(&day.weekday()) => Self::ClosedDay,
            None => Self::NoSlot,
        }
    }
}

/// The last day that a series may have.
pub fn last_day(first: NaiveDate) -> NaiveDate {
    first.checked_add_months(Months::new(MOST_MONTHS)).unwrap_or(NaiveDate::MAX)
}

/// The dates of a series whose stay is in a slot of that day: this one, and those of the weekdays after it.
pub fn dates(first: NaiveDate, weekdays: &[Weekday], until: NaiveDate) -> Result<Vec<NaiveDate>, Rejection> {
    let last = last_day(first);
    if until < first || last < until {
        return Err(Rejection::Until { last });
    }
    let later = first.iter_days().skip(1).take_while(|day| *day <= until).filter(|day| weekdays.contains(&day.weekday()));
    let dates: Vec<NaiveDate> = std::iter::once(first).chain(later).collect();
    if dates.len() > MOST_DATES { Err(Rejection::TooManyDates) } else { Ok(dates) }
}

/// From when to when.
pub type Times = (DateTime<Utc>, DateTime<Utc>);

/// The times of the stay on another date: the same on Tokyo's clock.
pub fn moved((starts_at, ends_at): Times, first: NaiveDate, day: NaiveDate) -> Times {
    let by = day - first;
    // Tokyo has no summer time. An instant at the end of the calendar fits no slot anyway.
    let moved = |instant: DateTime<Utc>| instant.checked_add_signed(by).unwrap_or(instant);
    (moved(starts_at), moved(ends_at))
}

/// The slot of a day for a stay: one that holds it, else any of that day, which then says why it does not.
pub fn fitting(slots: &[Slot], day: NaiveDate, (starts_at, ends_at): Times) -> Option<&Slot> {
    let mut that_day = slots.iter().filter(|slot| slot.day() == day);
    let holding = that_day.clone().find(|slot| slot.starts_at <= starts_at && ends_at <= slot.ends_at);
    holding.or_else(|| that_day.next())
}

#[cfg(test)]
mod tests;
