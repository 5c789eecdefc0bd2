//! Moments before a stay: when bookings open and close, until when one cancels for free.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::time::{at, day_start, days_after, days_before};

/// When bookings of a day of stay open for the host's own residents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Opens {
    /// At midnight so many days before.
    DaysBefore {
        /// Days.
        days: u32,
    },
    /// On fixed days of the month, each for the days of stay from a later one of them to the next: with 1 and 16 and a lead of 1, the 1st
    /// opens the 16th and all after it in that month, the 16th opens the first half of the next.
    OnDays {
        /// Days of the month, 1 to 28, ascending.
        days: Vec<u32>,
        /// How many of them lie between opening and the days that are opened; 1 to 24.
        lead: u32,
        /// Tokyo time.
        time: NaiveTime,
    },
}

impl Default for Opens {
    /// A year before: any day that a facility has published.
    fn default() -> Self {
        Self::DaysBefore { days: 366 }
    }
}

/// Days before a stay on which nobody has not yet been able to book: over two years.
const LONG_BEFORE: u32 = 800;

impl Opens {
    /// The instant, for a stay on a day, for families that wait so many days longer.
    pub fn before(&self, day: NaiveDate, later_by: u32) -> DateTime<Utc> {
        match self {
            Self::DaysBefore { days } => day_start(days_before(day, days.saturating_sub(later_by))),
            Self::OnDays { days, lead, time } => {
                // The day's own stretch begins at the first such day; each one further back is a lead of one. Where none is found, as in a
                // list without days, bookings have long been open.
                let back = (0..LONG_BEFORE).map(|back| days_before(day, back));
                let nth = usize::try_from(*lead).unwrap_or(usize::MAX);
                let opening = back.filter(|candidate| days.contains(&candidate.day())).nth(nth);
                at(days_after(opening.unwrap_or_else(|| days_before(day, LONG_BEFORE)), later_by), *time)
            }
        }
    }
}

/// A moment before a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Deadline {
    /// So many minutes before it starts.
    MinutesBefore {
        /// Minutes.
        minutes: i64,
    },
    /// At a time so many calendar days before.
    DaysBefore {
        /// Days.
        days: u32,
        /// Tokyo time.
        time: NaiveTime,
    },
    /// At a time so many days before on which the facility is open.
    OpenDaysBefore {
        /// Days.
        days: u32,
        /// Tokyo time.
        time: NaiveTime,
    },
}

/// The days on which a facility is open, for deadlines that count them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenDays {
    /// Weekdays on which it is closed.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub closed_weekdays: Vec<Weekday>,
    /// Single days on which it is closed, holidays included.
    pub closed_days: Vec<NaiveDate>,
}

impl OpenDays {
    /// Whether it is open on a day.
    pub fn is_open(&self, day: NaiveDate) -> bool {
        use chrono::Datelike;
        !self.closed_weekdays.contains(&day.weekday()) && !self.closed_days.contains(&day)
    }
}

impl Default for Deadline {
    /// When it starts.
    fn default() -> Self {
        Self::MinutesBefore { minutes: 0 }
    }
}

impl Deadline {
    /// The instant, for a stay that starts then.
    pub fn before(self, starts_at: DateTime<Utc>, open: &OpenDays) -> DateTime<Utc> {
        let day = crate::time::tokyo_day(starts_at);
        match self {
            Self::MinutesBefore { minutes } => starts_at - chrono::TimeDelta::minutes(minutes),
            Self::DaysBefore { days, time } => at(days_before(day, days), time),
            Self::OpenDaysBefore { days, time } => {
                let mut before = day;
                let mut left = days;
                // A facility that never opens would have no such day; two months back is as good as never.
                for _ in 0..60 {
                    if left == 0 {
                        break;
                    }
                    before = days_before(before, 1);
                    if open.is_open(before) {
                        left -= 1;
                    }
                }
                at(before, time)
            }
        }
    }
}
