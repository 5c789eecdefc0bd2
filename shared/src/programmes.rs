//! Programmes (事業) as data: who may use them, in which unit, how much a month, for what fee, until when.
//!
//! A version belongs to one municipality and a range of days. Whether a stay is possible takes two versions: the **host**
//! municipality's says how the place is used and what it costs, the **residence** municipality's says how much of it a child has
//! in a month.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::ids::ProgrammeVersionId;
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::time::{age_class, age_on, at, days_before, last_day_before_school, last_day_under, months_complete_on};

/// Names a programme in every municipality, for example `temporary_care` (一時預かり) or `open_nursery` (こども誰でも通園制度).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "temporary_care"))]
pub struct ProgrammeKey(String);

impl ProgrammeKey {
    /// Takes any text: a programme that nobody offers is simply not found.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A column of the fee table, for example `resident` or `neighbour`; which families pay it, the compact says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "resident"))]
pub struct PriceTier(String);

impl PriceTier {
    /// The tier of the host municipality's own residents.
    pub fn resident() -> Self {
        Self("resident".to_owned())
    }

    /// A tier by its name.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One version of a programme: what holds in one municipality from one day to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Programme {
    /// Id of this version.
    pub id: ProgrammeVersionId,
    /// The programme.
    pub key: ProgrammeKey,
    /// The municipality.
    pub municipality: MunicipalityCode,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; none: open end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// What it is called.
    pub name: Localised,
    /// What it is for, in one or two sentences.
    pub summary: Localised,
    /// The rules.
    pub terms: Terms,
}

/// The rules of a programme's version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Terms {
    /// Whom it takes, by age.
    pub ages: Ages,
    /// How a stay is measured.
    pub unit: Unit,
    /// How much of it a child has in a month; none: as much as there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<MonthLimit>,
    /// What it costs.
    pub fees: Vec<Fee>,
    /// How many days before the day of stay booking opens, at midnight in Tokyo.
    pub opens_days_ahead: u32,
    /// Until when one may book.
    pub closes: Deadline,
    /// How one may cancel.
    pub cancellation: Cancellation,
    /// What the family brings.
    #[serde(default)]
    pub bring: Vec<Localised>,
}

/// Whom a programme takes, by age on the day of stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ages {
    /// Completed months from which a child is taken.
    pub from_months: u32,
    /// Until when.
    pub until: AgeEnd,
    /// Which notion of age the bands of places and fees go by.
    #[serde(default)]
    pub basis: AgeBasis,
}

/// The end of an age range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AgeEnd {
    /// Under so many years on the day; ends two days before the birthday.
    UnderYears {
        /// Years.
        years: u32,
    },
    /// Until 31 March before primary school.
    SchoolEntry,
}

/// Which age decides the band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AgeBasis {
    /// Age on the day of stay.
    #[default]
    OnDay,
    /// Nursery age class: age on 1 April of the fiscal year.
    Class,
}

impl Ages {
    /// The first day a child born then is taken.
    pub fn first_day(&self, born: NaiveDate) -> NaiveDate {
        months_complete_on(born, self.from_months)
    }

    /// The last day a child born then is taken.
    pub fn last_day(&self, born: NaiveDate) -> NaiveDate {
        match self.until {
            AgeEnd::UnderYears { years } => last_day_under(born, years),
            AgeEnd::SchoolEntry => last_day_before_school(born),
        }
    }

    /// Why a child of so many completed months is not taken, as far as months without a birth date can tell; the birth date decides when
    /// booking.
    pub fn outside(&self, months: u32) -> Option<Reason> {
        if months < self.from_months {
            return Some(Reason::new("slots.too_young").with("from", Datum::Count(i64::from(self.from_months))));
        }
        match self.until {
            AgeEnd::UnderYears { years } if months >= years.saturating_mul(12) => {
                Some(Reason::new("slots.too_old").with("under", Datum::Count(i64::from(years))))
            }
            AgeEnd::SchoolEntry if months >= 84 => Some(Reason::new("slots.at_school")),
            AgeEnd::UnderYears { .. } | AgeEnd::SchoolEntry => None,
        }
    }

    /// The age in years that decides band and fee on a day.
    pub fn band_age(&self, born: NaiveDate, day: NaiveDate) -> u32 {
        match self.basis {
            AgeBasis::OnDay => age_on(born, day),
            AgeBasis::Class => age_class(born, day),
        }
    }
}

/// How a stay is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Unit {
    /// Named parts of the day, as the slot lays them out.
    Blocks {
        /// The parts.
        blocks: Vec<Block>,
    },
    /// Any length inside the slot.
    Flexible {
        /// The least, in minutes.
        minimum_minutes: i64,
        /// Start and length go in steps of so many minutes from the slot's start.
        step_minutes: i64,
    },
}

impl Unit {
    /// What a stay of this unit counts in.
    pub const fn limit_unit(&self) -> LimitUnit {
        match self {
            Self::Blocks { .. } => LimitUnit::HalfDays,
            Self::Flexible { .. } => LimitUnit::Minutes,
        }
    }
}

/// A part of the day that is booked whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Block {
    /// Its key, for example `day`, `morning`, `afternoon`.
    pub key: String,
    /// What it is called.
    pub name: Localised,
    /// How many half days it counts.
    pub half_days: i64,
}

/// How much a child has in a calendar month in Tokyo, set by the municipality of residence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthLimit {
    /// What is counted.
    pub unit: LimitUnit,
    /// Usable anywhere.
    pub base: i64,
    /// On top, only in the municipality of residence.
    #[serde(default)]
    pub local: i64,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LimitUnit {
    /// Half days: 2 is one day.
    HalfDays,
    /// Minutes.
    Minutes,
}

/// One line of a fee table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fee {
    /// Who pays it.
    pub tier: PriceTier,
    /// From this age in years.
    pub from_age: u32,
    /// Under this age; none: no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_age: Option<u32>,
    /// What it is for.
    pub per: FeeUnit,
    /// Integer yen.
    pub yen: i64,
}

/// What a fee is paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FeeUnit {
    /// A part of the day.
    Block {
        /// Its key.
        block: String,
    },
    /// An hour; parts of an hour in proportion, rounded down to the yen.
    Hour,
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

/// How one may cancel, and what it costs when it is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cancellation {
    /// Free until then.
    pub free_until: Deadline,
    /// Later, this share of the fee is due, in percent, rounded down to the yen.
    pub late_fee_percent: i64,
    /// Later, whether the stay still counts against the month's limit.
    pub late_counts: bool,
    /// For so many minutes after booking, cancelling leaves no trace: a slip of the finger costs nothing.
    pub undo_minutes: i64,
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

impl Terms {
    /// The fee of a stay in integer yen; `None` when the table has no line for it.
    pub fn fee(&self, tier: &PriceTier, age: u32, block: Option<&str>, minutes: i64, hourly_yen: Option<i64>) -> Option<i64> {
        let line = self.fees.iter().find(|fee| {
            fee.tier == *tier
                && fee.from_age <= age
                && fee.under_age.is_none_or(|under| age < under)
                && match &fee.per {
                    FeeUnit::Block { block: key } => Some(key.as_str()) == block,
                    FeeUnit::Hour => block.is_none(),
                }
        })?;
        Some(match line.per {
            FeeUnit::Block { .. } => line.yen,
            // A facility may set its own price of an hour (0 to 500 yen in the national frame).
            FeeUnit::Hour => hourly_yen.unwrap_or(line.yen) * minutes / 60,
        })
    }

    /// The block with this key.
    pub fn block(&self, key: &str) -> Option<&Block> {
        match &self.unit {
            Unit::Blocks { blocks } => blocks.iter().find(|block| block.key == key),
            Unit::Flexible { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(h: u32, m: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(h, m, 0).unwrap()
    }

    #[test]
    fn open_days_before_skips_sunday_and_holiday() {
        let open = OpenDays { closed_weekdays: vec![Weekday::Sun], closed_days: vec!["2026-11-23".parse().unwrap()] };
        let tuesday = at("2026-11-24".parse().unwrap(), time(9, 0));
        let deadline = Deadline::OpenDaysBefore { days: 1, time: time(15, 0) };
        assert_eq!(deadline.before(tuesday, &open), at("2026-11-21".parse().unwrap(), time(15, 0)));
        assert_eq!(
            Deadline::DaysBefore { days: 1, time: time(16, 30) }.before(tuesday, &open),
            at("2026-11-23".parse().unwrap(), time(16, 30))
        );
        assert_eq!(Deadline::MinutesBefore { minutes: 90 }.before(tuesday, &open), at("2026-11-24".parse().unwrap(), time(7, 30)));
    }

    #[test]
    fn a_facility_that_never_opens_has_a_deadline_all_the_same() {
        use Weekday::*;
        let never = OpenDays { closed_weekdays: vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun], closed_days: vec![] };
        let day = at("2026-11-24".parse().unwrap(), time(9, 0));
        assert!(Deadline::OpenDaysBefore { days: 1, time: time(15, 0) }.before(day, &never) < day);
    }

    #[test]
    fn a_deadline_may_be_the_day_itself() {
        let open = OpenDays { closed_weekdays: vec![], closed_days: vec!["2026-11-24".parse().unwrap()] };
        let tuesday = at("2026-11-24".parse().unwrap(), time(9, 0));
        let same_day = at("2026-11-24".parse().unwrap(), time(8, 0));
        assert_eq!(Deadline::OpenDaysBefore { days: 0, time: time(8, 0) }.before(tuesday, &open), same_day);
        assert_eq!(Deadline::DaysBefore { days: 0, time: time(8, 0) }.before(tuesday, &open), same_day);
    }

    #[test]
    fn days_before_are_tokyos_days() {
        // 8:00 on 1 March in Tokyo is the last of February in UTC; one day before is 28 February all the same.
        let starts_at = at("2027-03-01".parse().unwrap(), time(8, 0));
        let deadline = Deadline::DaysBefore { days: 1, time: NaiveTime::MIN }.before(starts_at, &OpenDays::default());
        assert_eq!(deadline, at("2027-02-28".parse().unwrap(), NaiveTime::MIN));
    }

    #[test]
    fn ages_begin_and_end_as_the_law_counts() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let ages = |until, basis| Ages { from_months: 6, until, basis };
        let under_three = ages(AgeEnd::UnderYears { years: 3 }, AgeBasis::OnDay);
        assert_eq!(under_three.first_day(day("2026-08-31")), day("2027-03-01"));
        assert_eq!(under_three.last_day(day("2024-04-10")), day("2027-04-08"));
        assert_eq!(ages(AgeEnd::SchoolEntry, AgeBasis::OnDay).last_day(day("2020-04-02")), day("2027-03-31"));
        assert_eq!(
            (under_three.band_age(day("2024-04-02"), day("2027-03-31")), under_three.band_age(day("2024-04-02"), day("2027-04-01"))),
            (2, 3)
        );
        let class = ages(AgeEnd::SchoolEntry, AgeBasis::Class);
        assert_eq!((class.band_age(day("2024-04-01"), day("2026-12-03")), class.band_age(day("2024-04-02"), day("2026-12-03"))), (2, 1));
    }

    #[test]
    fn the_first_fitting_line_of_the_table_is_the_fee() {
        let terms = crate::world::temporary_care();
        let resident = PriceTier::resident();
        assert_eq!(terms.fee(&resident, 2, Some("day"), 480, None), Some(2000));
        assert_eq!(terms.fee(&resident, 3, Some("day"), 480, None), Some(1000));
        assert_eq!(terms.fee(&resident, 2, Some("night"), 480, None), None);
        assert_eq!(terms.fee(&resident, 2, None, 480, None), None);
        assert_eq!(terms.fee(&PriceTier::new("far"), 2, Some("day"), 480, None), None);
        // A price of an hour says nothing about blocks.
        assert_eq!(terms.fee(&resident, 2, Some("day"), 480, Some(1)), Some(2000));
        let hours = crate::world::open_nursery();
        assert_eq!(hours.fee(&resident, 2, None, 90, None), Some(450));
        assert_eq!(hours.fee(&resident, 3, None, 90, None), None);
        assert_eq!(hours.fee(&resident, 2, Some("day"), 90, None), None);
        assert_eq!((terms.block("morning").map(|b| b.half_days), terms.block("night"), hours.block("day")), (Some(1), None, None));
    }

    #[test]
    fn months_alone_tell_who_is_too_young_or_too_old() {
        let hours = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
        let code = |ages: &Ages, months| ages.outside(months).map(|reason| reason.code.into_owned());
        assert_eq!(code(&hours, 5).as_deref(), Some("slots.too_young"));
        assert_eq!([6, 35].map(|months| code(&hours, months)), [None, None]);
        assert_eq!(code(&hours, 36).as_deref(), Some("slots.too_old"));
        let days = Ages { until: AgeEnd::SchoolEntry, ..hours };
        assert_eq!(code(&days, 83), None);
        assert_eq!(code(&days, 84).as_deref(), Some("slots.at_school"));
    }
}
