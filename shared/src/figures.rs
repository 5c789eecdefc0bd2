//! Figures (指標): what a city's months come to, as they are published once for each month, and what is read from them.
//!
//! A month is counted in facts (one for each combination that occurs), split by the views that are offered, and kept with small numbers
//! hidden ([`publishing`]). Pages and open data read the same cells, and totals over months are sums of what is shown, so that nothing
//! hidden can be found by subtracting one from another.

pub mod hiding;
pub mod naming;
pub mod publishing;
pub mod reading;
#[cfg(test)]
mod tests;

use chrono::{Datelike, Months, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::locale::Localised;
use crate::municipalities::{MunicipalityCode, Position};
use crate::problem::Reason;
use crate::time::Month;

/// A month is published from this day of the next one on: what was recorded late is in it, and it never changes afterwards.
pub const PUBLISHED_FROM: u32 = 10;
/// The most months in an answer: two years, for a year and the one before.
pub const MOST_MONTHS: usize = 24;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$case])* $variant,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its word on the wire and in the database.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The one with this word.
            pub fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words!(
    /// What is counted. The city is the facility's, but for demand, applications, waiting and notices, where it is the family's.
    Measure {
        /// Stays of the month that were not cancelled; sum: their booked minutes.
        Stays = "stays",
        /// Open slots; sum: places times minutes, the room's limit where it is lower.
        Offered = "offered",
        /// Days on which a programme was open at a facility; sum: those on which a place stayed free.
        Free = "free",
        /// Stays of the month that were cancelled.
        Cancelled = "cancelled",
        /// Stays of the month to which the child did not come, as staff confirmed.
        Absent = "absent",
        /// Bookings that were made in the month; brothers and sisters who were booked together count once.
        Made = "made",
        /// What was asked for days of the month and nobody could give.
        Unmet = "unmet",
        /// Applications that were decided in the month; sum: minutes from sending to decision.
        Decided = "decided",
        /// Entries of the waiting list that ended in the month.
        Waited = "waited",
        /// Notices that had to be opened by a day of the month.
        Notified = "notified",
    }
);

words!(
    /// By what a month is split.
    View {
        /// Not at all.
        All = "all",
        /// By the district in which the facility lies (町字 of the national list).
        District = "district",
        /// By facility.
        Facility = "facility",
        /// By programme; of applications by procedure.
        Programme = "programme",
        /// By the child's age in years on the day, as the law counts.
        Age = "age",
        /// By where the family lives.
        Residence = "residence",
        /// By the reason of a cancellation.
        Reason = "reason",
        /// By who made a booking.
        Channel = "channel",
        /// By the hour of the day, 0 to 23.
        Hour = "hour",
        /// By whether the city hall was open.
        Office = "office",
        /// By who decided.
        Decider = "decider",
        /// By how long it took.
        Lead = "lead",
        /// By why it was not met.
        Why = "why",
        /// By how it ended.
        Outcome = "outcome",
    }
);

impl Measure {
    /// The views in which it is offered.
    pub const fn views(self) -> &'static [View] {
        match self {
            Self::Stays => &[View::All, View::District, View::Facility, View::Programme, View::Age, View::Residence],
            Self::Offered | Self::Free => &[View::All, View::District, View::Facility, View::Programme],
            Self::Cancelled => &[View::All, View::District, View::Facility, View::Programme, View::Age, View::Reason],
            Self::Absent => &[View::All, View::District, View::Facility, View::Programme, View::Age],
            Self::Made => &[View::All, View::Programme, View::Channel, View::Hour, View::Office],
            Self::Unmet => &[View::All, View::Programme, View::Age, View::Why],
            Self::Decided => &[View::All, View::Programme, View::Decider, View::Lead],
            Self::Waited => &[View::All, View::Programme, View::Outcome],
            Self::Notified => &[View::All, View::Outcome],
        }
    }

    /// Whether it counts what people did, so that small numbers are hidden; places are nobody's.
    pub const fn is_of_people(self) -> bool {
        !matches!(self, Self::Offered | Self::Free)
    }
}

impl View {
    /// Those that a reader chooses; the others always come along.
    pub const CHOSEN: [Self; 4] = [Self::Facility, Self::District, Self::Programme, Self::Age];

    /// Whether a reader chooses it.
    pub fn is_chosen(self) -> bool {
        Self::CHOSEN.contains(&self)
    }
}

/// How many, and what they come to; the unit of the sum is that of the measure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amounts {
    /// How many.
    pub count: i64,
    /// What they come to: minutes, days; 0 where the measure has none.
    pub sum: i64,
}

impl Amounts {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { count: self.count.saturating_add(other.count), sum: self.sum.saturating_add(other.sum) }
    }
}

/// What the figures are held against, from a day on. Source: the project's founding text, see the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Goals {
    /// Minutes of a call by which a place was booked before.
    pub call_minutes: i64,
    /// Hours of paperwork in a year before, of all cities together.
    pub paperwork_hours: i64,
    /// So many of a hundred of these are to be saved.
    pub saved_percent: i64,
    /// What running it has cost in a year before, in yen, of all cities together.
    pub running_yen: i64,
    /// When city halls open.
    pub opens: NaiveTime,
    /// When they close.
    pub closes: NaiveTime,
}

impl Default for Goals {
    /// What holds where nothing was set: 10 minutes a call, 2,180 hours and about ¥5.2 M a year, 85 % to be saved; 8:30 to 17:15.
    fn default() -> Self {
        Self {
            call_minutes: 10,
            paperwork_hours: 2180,
            saved_percent: 85,
            running_yen: 5_200_000,
            opens: NaiveTime::from_hms_opt(8, 30, 0).unwrap_or(NaiveTime::MIN),
            closes: NaiveTime::from_hms_opt(17, 15, 0).unwrap_or(NaiveTime::MIN),
        }
    }
}

/// One part of a view over the months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FigureRow {
    /// Which part: a facility's id, a district's or programme's key, an age, a word; empty: not said.
    pub key: String,
    /// Its name, where the key is none that the reader knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Localised>,
    /// For each of the months; null: hidden, because it or another one beside it is small.
    pub months: Vec<Option<Amounts>>,
}

/// A measure in one view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FigureTable {
    /// What is counted.
    pub measure: Measure,
    /// By what it is split.
    pub view: View,
    /// Its parts; what is not there is 0 in every month.
    pub rows: Vec<FigureRow>,
}

/// The published figures of a city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// The city.
    pub municipality: MunicipalityCode,
    /// Its name.
    pub name: Localised,
    /// Its city hall, for the map.
    pub position: Position,
    /// The published months of the range, the oldest first.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["2026-11", "2026-12"])))]
    pub months: Vec<Month>,
    /// The tables.
    pub tables: Vec<FigureTable>,
    /// What they are held against.
    pub goals: Goals,
}

/// Which figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct FiguresQuery {
    /// The city; one's own when absent. Every city's figures are public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub municipality: Option<MunicipalityCode>,
    /// First month, `2026-04`; the twelfth before the last when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub from: Option<Month>,
    /// Last month, at most 23 after the first; the last one that is published when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub to: Option<Month>,
    /// `facility`, `district`, `programme` or `age`: these tables as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<View>,
}

/// Why figures cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The last month is before the first, or more than two years are asked for.
    #[error("figures.range")]
    Range,
    /// Not one of the views that are chosen.
    #[error("figures.view")]
    View,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 2] = [Self::Range, Self::View];

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        match self {
            Self::Range => Reason::new("figures.range"),
            Self::View => Reason::new("figures.view"),
        }
    }
}

/// So many months after, or, negative, before.
pub fn months_after(month: Month, months: i32) -> Month {
    let first = month.first_day();
    let by = Months::new(months.unsigned_abs());
    let moved = if months < 0 { first.checked_sub_months(by) } else { first.checked_add_months(by) };
    moved.map_or(month, Month::of)
}

/// The last month that is to be published on a day.
pub fn last_due(today: NaiveDate) -> Month {
    months_after(Month::of(today), if today.day() >= PUBLISHED_FROM { -1 } else { -2 })
}

/// The months from one to another, both included; none where the last is before the first.
pub fn months_between(from: Month, to: Month) -> Vec<Month> {
    std::iter::successors(Some(from), |month| Some(months_after(*month, 1)))
        .take_while(|month| *month <= to)
        .take(MOST_MONTHS + 1)
        .collect()
}

/// The range that a question means.
pub fn range(query: &FiguresQuery, today: NaiveDate) -> Result<(Month, Month), Rejection> {
    let to = query.to.unwrap_or_else(|| last_due(today));
    let from = query.from.unwrap_or_else(|| months_after(to, -11));
    let count = months_between(from, to).len();
    if query.by.is_some_and(|view| !view.is_chosen()) {
        return Err(Rejection::View);
    }
    if (1..=MOST_MONTHS).contains(&count) { Ok((from, to)) } else { Err(Rejection::Range) }
}
