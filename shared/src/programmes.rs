//! Programmes (事業) as data: who may use them, in which unit, how much a month, for what fee, until when.
//!
//! A version belongs to one municipality and a range of days. Whether a stay is possible takes two versions: the **host**
//! municipality's says how the place is used and what it costs, the **residence** municipality's says how much of it a child has
//! in a month. What makes sense of it, and in which bounds, is said by [`check`].

mod benefits;
mod check;
mod deadlines;
mod fees;
mod limits;
mod versions;
mod waiting;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use self::benefits::{Benefit, BenefitRate};
pub use self::check::{Rejection, check, check_key, check_name, check_questions};
pub use self::deadlines::{Deadline, OpenDays, Opens};
pub use self::fees::{Extra, Fee, FeeItem, FeeLine, FeeUnit, Priced, Relief, ReliefUnit, total};
pub use self::limits::{
    Account, Allowance, Counted, Limit, LimitPeriod, LimitUnit, LimitVersion, Period, Usage, accounts, count, is_multiple_birth,
    touched_days,
};
pub use self::versions::{NewProgramme, Succession, Validity, VersionRejection, current, follow, succeed};
pub use self::waiting::Waiting;

use crate::eligibility::Condition;
use crate::ids::ProgrammeVersionId;
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::text::to_ascii_width;
use crate::time::{age_class, age_on, last_day_before_school, last_day_under, months_complete_on};

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

impl Programme {
    /// The limits of this version with the days on which they hold.
    pub fn limits(&self) -> LimitVersion {
        LimitVersion { valid_from: self.valid_from, valid_until: self.valid_until, limits: self.terms.limits.clone() }
    }
}

/// The rules of a programme's version. All but ages and unit may be left out: then booking is open to everybody at any time, free of charge,
/// without a limit and confirmed at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Terms {
    /// Whom it takes, by age.
    pub ages: Ages,
    /// How a stay is measured.
    pub unit: Unit,
    /// How much of it a child has; all must hold, each with an account of its own. Only the municipality of residence's say counts.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// What it costs; empty: nothing. Where there is a table, who is not in it cannot book.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// What the family may have on top.
    #[serde(default)]
    pub extras: Vec<Extra>,
    /// Whose household pays less.
    #[serde(default)]
    pub reliefs: Vec<Relief>,
    /// What the city of residence pays the facility for a stay (公定単価), beside the family's fee; none: nothing. Only the municipality of
    /// residence's say counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit: Option<Benefit>,
    /// When bookings open.
    #[serde(default)]
    pub opens: Opens,
    /// Until when one may book.
    #[serde(default)]
    pub closes: Deadline,
    /// Whether a booking holds at once.
    #[serde(default)]
    pub confirmation: Confirmation,
    /// How one may cancel.
    #[serde(default)]
    pub cancellation: Cancellation,
    /// What fetching a child later than agreed means.
    #[serde(default)]
    pub late_pick_up: LatePickUp,
    /// What leaving earlier than agreed means.
    #[serde(default)]
    pub early_leaving: EarlyLeaving,
    /// How long those who wait may think over an offer.
    #[serde(default)]
    pub waiting: Waiting,
    /// How many children a carer may look after; none: only places count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staffing: Option<Staffing>,
    /// How many children may be in one slot at once, of all ages, 1 to 1000; none: as many as there are places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<i64>,
    /// The reasons for a stay that a family chooses from; empty: none is asked for.
    #[serde(default)]
    pub reasons: Vec<Choice>,
    /// What the family is asked with a booking.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// What the family brings.
    #[serde(default)]
    pub bring: Vec<Localised>,
    /// Whether its bookings are first interviews, held with the child before it comes for the first time.
    #[serde(default)]
    pub interview: bool,
    /// What the child must be certified for on every day of a stay (認定, also 利用登録); none: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certification: Option<ProgrammeKey>,
    /// What must hold of child and family on the first day of a stay; none: nothing but the ages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<Condition>,
}

/// What fetching a child later than agreed means. So many minutes of grace are nothing; after them all late minutes are late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LatePickUp {
    /// Nothing.
    #[default]
    Nothing,
    /// The stay is as long as it was, rounded up to the unit's step: it counts against limits and is paid like booked time. Only where stays
    /// are of free length.
    Counts {
        /// Minutes of grace, 0 to 60.
        #[serde(default)]
        grace_minutes: i64,
    },
    /// A fee for each started unit of time; limits stay as they were.
    Fee {
        /// Minutes of grace, 0 to 60.
        #[serde(default)]
        grace_minutes: i64,
        /// The unit in minutes, 1 to 1440.
        per_minutes: i64,
        /// Integer yen for each.
        yen: i64,
    },
}

/// What leaving earlier than agreed means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EarlyLeaving {
    /// Nothing: the place was held.
    #[default]
    Nothing,
    /// The stay is as long as it was, rounded up to the unit's step and its least. Only where stays are of free length.
    Shortens,
}

/// Whether a booking holds at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Confirmation {
    /// It does.
    #[default]
    Instant,
    /// The facility decides; until then the place is held.
    ByFacility {
        /// Within so many hours, 1 to 720; at the latest when the stay begins.
        hours: u32,
        /// What holds when it says nothing.
        if_silent: IfSilent,
    },
}

/// What becomes of a request that nobody decided in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IfSilent {
    /// It is confirmed.
    Confirm,
    /// It is declined, and the place is free again.
    Decline,
}

/// How many children a carer may look after (職員配置基準). At every minute the sum over the bands of children ÷ ratio is at most the number of
/// carers. The national standard: 3 of age 0, 6 of ages 1 and 2, 15 of age 3, 25 from age 4; two carers at least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Staffing {
    /// So many carers at least, as soon as one child is there.
    pub minimum: i64,
    /// By age, no age twice. For an age without a ratio only places and the least number of carers count; a band of places with several ratios
    /// goes by the strictest.
    pub ratios: Vec<StaffRatio>,
}

/// How many children of an age one carer may look after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffRatio {
    /// From this age in years.
    pub from_age: u32,
    /// Under this age; none: no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_age: Option<u32>,
    /// Children for each carer, 1 to 100.
    pub children: i64,
}

/// One of several things to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub name: Localised,
}

/// Something the family is asked with a booking, for example how the child is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Its key.
    pub key: String,
    /// The question.
    pub text: Localised,
    /// What is answered.
    pub answer: AnswerKind,
    /// Whether it must be answered.
    #[serde(default)]
    pub required: bool,
}

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AnswerKind {
    /// `yes` or `no`.
    YesNo,
    /// Words, 200 characters at most.
    Text,
    /// A day, `YYYY-MM-DD`.
    Day,
    /// An amount in integer yen, from 0 to 999,999,999.
    Yen,
    /// The key of one of these.
    Choice {
        /// What there is to choose from.
        choices: Vec<Choice>,
    },
}

impl AnswerKind {
    /// What was typed, as it is kept: an amount loses its signs (`５０，０００円`).
    pub fn tidy(&self, typed: &str) -> String {
        match self {
            Self::Yen => to_ascii_width(typed).chars().filter(|c| !matches!(c, ',' | '円' | '¥' | '￥' | ' ')).collect(),
            Self::YesNo | Self::Text | Self::Day | Self::Choice { .. } => typed.trim().to_owned(),
        }
    }

    /// Whether a value answers it.
    pub fn takes(&self, value: &str) -> bool {
        match self {
            Self::YesNo => matches!(value, "yes" | "no"),
            Self::Text => !value.trim().is_empty() && value.chars().count() <= 200,
            Self::Day => value.len() == 10 && value.parse::<NaiveDate>().is_ok(),
            Self::Yen => value.parse::<i64>().is_ok_and(|yen| (0..=999_999_999).contains(&yen)),
            Self::Choice { choices } => choices.iter().any(|choice| choice.key == value),
        }
    }
}

/// A stay, as fees and limits measure it.
#[derive(Debug, Clone, Copy)]
pub struct Stay<'a> {
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// Key of the block, where booked in blocks.
    pub block: Option<&'a str>,
}

impl Stay<'_> {
    /// How long it is.
    pub fn minutes(&self) -> i64 {
        (self.ends_at - self.starts_at).num_minutes().max(0)
    }
}

/// Whom a programme takes, by age on the day of stay. An age is reached at the end of the day before the birthday (年齢計算ニ関スル法律).
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
    /// Named parts of the day or nights, as the slot lays them out.
    Blocks {
        /// The parts.
        blocks: Vec<Block>,
    },
    /// Any length inside the slot.
    Flexible {
        /// The least, in minutes; a multiple of the step.
        minimum_minutes: i64,
        /// The most, in minutes; a multiple of the step; none: the whole slot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maximum_minutes: Option<i64>,
        /// Start and length go in steps of so many minutes from the slot's start.
        step_minutes: i64,
    },
}

impl Unit {
    /// How much a stay counts in half days or uses.
    pub fn amount(&self, counts: LimitUnit, block: Option<&str>) -> i64 {
        let block = match self {
            Self::Blocks { blocks } => blocks.iter().find(|known| Some(known.key.as_str()) == block),
            Self::Flexible { .. } => None,
        };
        match counts {
            LimitUnit::HalfDays => block.map_or(0, |block| block.half_days),
            LimitUnit::Uses => block.map_or(1, |block| block.uses),
            LimitUnit::Minutes => 0,
        }
    }
}

/// A part of the day, or some nights, booked whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Block {
    /// Its key, for example `day`, `morning`, `night`.
    pub key: String,
    /// What it is called.
    pub name: Localised,
    /// How many half days it counts.
    #[serde(default)]
    pub half_days: i64,
    /// How many uses it counts, for example 2 for a night.
    #[serde(default = "one")]
    pub uses: i64,
}

const fn one() -> i64 {
    1
}

/// How one may cancel, and what it costs when it is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cancellation {
    /// Free until then.
    pub free_until: Deadline,
    /// Later, this share of the fee with its extras is due, in percent from 0 to 100, rounded down to the yen.
    pub late_fee_percent: i64,
    /// Later, whether the stay still counts against the month's limit.
    pub late_counts: bool,
    /// For so many minutes after booking, 1440 at most and never after the start, cancelling is free: a slip of the finger costs nothing.
    pub undo_minutes: i64,
    /// The reasons for which a late cancellation costs and counts nothing.
    #[serde(default)]
    pub exempt: Vec<ExemptReason>,
}

/// A reason for which a late cancellation costs and counts nothing, for example a child's illness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExemptReason {
    /// Its key, for example `child_ill`.
    pub key: String,
    /// What it is called.
    pub name: Localised,
    /// Whether the family may say so itself; if not, only the facility does.
    #[serde(default)]
    pub by_family: bool,
}

impl Default for Cancellation {
    fn default() -> Self {
        Self { free_until: Deadline::default(), late_fee_percent: 0, late_counts: false, undo_minutes: 10, exempt: Vec::new() }
    }
}

impl Terms {
    /// Terms with nothing but whom they take and how a stay is measured.
    pub fn new(ages: Ages, unit: Unit) -> Self {
        Self {
            ages,
            unit,
            limits: Vec::new(),
            fees: Vec::new(),
            extras: Vec::new(),
            reliefs: Vec::new(),
            benefit: None,
            opens: Opens::default(),
            closes: Deadline::default(),
            confirmation: Confirmation::default(),
            cancellation: Cancellation::default(),
            late_pick_up: LatePickUp::default(),
            early_leaving: EarlyLeaving::default(),
            waiting: Waiting::default(),
            staffing: None,
            at_once: None,
            reasons: Vec::new(),
            questions: Vec::new(),
            bring: Vec::new(),
            interview: false,
            certification: None,
            eligibility: None,
        }
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
mod tests;
