//! Limits: how much of a programme a child has, counted in which unit over which time, at home and away.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, IsoWeek, NaiveDate, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Stay, Unit};
use crate::time::{Month, day_start, next_day, tokyo_day};

/// How much a child has, set by the municipality of residence.
///
/// All limits of a version must hold. Those with the same `pool` share one account, also across programmes: the short stays and the day
/// visits of 産後ケア draw on the same seven uses. A limit within a limit has a pool of its own. The national limit of こども誰でも通園制度 is
/// 600 minutes a month; cities may have less as `base`, and more at home as `local`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limit {
    /// The account that is counted in, for example `open_nursery`.
    pub pool: String,
    /// What is counted.
    pub counts: LimitUnit,
    /// Over which time.
    pub per: LimitPeriod,
    /// How much may be used anywhere, in the unit that is counted; 0 or more.
    pub base: i64,
    /// How much more, in the same unit, only in the municipality of residence.
    #[serde(default)]
    pub local: i64,
    /// How much instead of `base` where brothers or sisters were born on the same day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple_birth: Option<i64>,
    /// Only stays for this reason count; none: all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LimitUnit {
    /// Half days: 2 is one day.
    HalfDays,
    /// Minutes.
    Minutes,
    /// Times of use.
    Uses,
}

impl LimitUnit {
    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HalfDays => "half_days",
            Self::Minutes => "minutes",
            Self::Uses => "uses",
        }
    }
}

impl FromStr for LimitUnit {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::HalfDays, Self::Minutes, Self::Uses].into_iter().find(|unit| unit.as_str() == text).ok_or(())
    }
}

/// Over which time a limit counts. Nothing is carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LimitPeriod {
    /// A calendar month in Tokyo.
    Month,
    /// A week in Tokyo, Monday to Sunday.
    Week,
    /// Once for the birth.
    Birth,
}

impl LimitPeriod {
    /// The stretch of time that a day belongs to.
    pub fn of(self, day: NaiveDate) -> Period {
        match self {
            Self::Month => Period::Month(Month::of(day)),
            Self::Week => Period::Week(day.iso_week()),
            Self::Birth => Period::Birth,
        }
    }
}

/// One stretch of time that a limit counts in. Text form `2026-11`, `2026-W47` or `birth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A month.
    Month(Month),
    /// A week.
    Week(IsoWeek),
    /// All the time since the birth.
    Birth,
}

impl Period {
    /// Its first day; none for the time since the birth.
    pub fn first_day(self) -> Option<NaiveDate> {
        match self {
            Self::Month(month) => Some(month.first_day()),
            Self::Week(week) => NaiveDate::from_isoywd_opt(week.year(), week.week(), Weekday::Mon),
            Self::Birth => None,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Week(week) => write!(f, "{:04}-W{:02}", week.year(), week.week()),
            Self::Birth => f.write_str("birth"),
        }
    }
}

impl FromStr for Period {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a month, week or birth";
        if text == "birth" {
            return Ok(Self::Birth);
        }
        match text.split_once("-W") {
            None => text.parse().map(Self::Month).map_err(|_| WRONG),
            Some((year, week)) => {
                let (year, week) = (year.parse().map_err(|_| WRONG)?, week.parse().map_err(|_| WRONG)?);
                NaiveDate::from_isoywd_opt(year, week, Weekday::Mon).map(|monday| Self::Week(monday.iso_week())).ok_or(WRONG)
            }
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'_, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An account of a child: what is counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// The pool.
    pub pool: String,
    /// The stretch of time, `2026-11`, `2026-W47` or `birth`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-11"))]
    pub period: Period,
    /// What is counted.
    pub unit: LimitUnit,
}

/// How much of an account a stay uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counted {
    /// The account.
    #[serde(flatten)]
    pub account: Account,
    /// How much, in its unit.
    pub amount: i64,
}

/// How much of an account a child has used, in its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// In all.
    pub total: i64,
    /// Of that, in other municipalities.
    pub away: i64,
}

impl Usage {
    /// The same with so much more, at home or away; less when negative.
    #[must_use]
    pub const fn plus(self, amount: i64, away: bool) -> Self {
        Self { total: self.total + amount, away: self.away + if away { amount } else { 0 } }
    }
}

/// How much a child may use of an account: in all, and away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// In all.
    pub total: i64,
    /// Of that, in other municipalities.
    pub away: i64,
}

impl Allowance {
    /// How much is left for a stay at home or away.
    pub fn left(self, usage: Usage, away: bool) -> i64 {
        let whole = self.total - usage.total;
        if away { whole.min(self.away - usage.away) } else { whole }.max(0)
    }
}

impl Limit {
    /// What the limit allows one child.
    pub fn allowance(&self, is_multiple_birth: bool) -> Allowance {
        let away = self.multiple_birth.filter(|_| is_multiple_birth).unwrap_or(self.base);
        Allowance { total: away + self.local, away }
    }
}

/// The limits of a municipality from one day to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LimitVersion {
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; none: open end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// The limits.
    pub limits: Vec<Limit>,
}

impl LimitVersion {
    fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|last| day <= last)
    }
}

/// What a stay counts in which accounts, each with the limit that holds there.
///
/// Minutes belong to the days on which they pass, so a stay across the end of a month counts in both, each under the limit of its own day;
/// half days and uses belong to the day on which the stay begins.
pub fn count<'a>(versions: &'a [LimitVersion], unit: &Unit, stay: &Stay<'_>, reason: Option<&str>) -> Vec<(Counted, &'a Limit)> {
    let mut counted: Vec<(Counted, &Limit)> = Vec::new();
    for (day, minutes) in days(stay.starts_at, stay.ends_at) {
        let limits = versions.iter().find(|version| version.holds_on(day)).map(|version| version.limits.as_slice()).unwrap_or_default();
        for limit in limits.iter().filter(|limit| limit.reason.is_none() || limit.reason.as_deref() == reason) {
            let amount = match limit.counts {
                LimitUnit::Minutes => minutes,
                LimitUnit::HalfDays | LimitUnit::Uses if day == tokyo_day(stay.starts_at) => unit.amount(limit.counts, stay.block),
                LimitUnit::HalfDays | LimitUnit::Uses => 0,
            };
            if amount == 0 {
                continue;
            }
            let account = Account { pool: limit.pool.clone(), period: limit.per.of(day), unit: limit.counts };
            match counted.iter_mut().find(|(known, _)| known.account == account) {
                Some((known, _)) => known.amount += amount,
                None => counted.push((Counted { account, amount }, limit)),
            }
        }
    }
    counted
}

/// The days in Tokyo that a stay touches, each with the minutes that pass on it. A stay is at most a month long.
fn days(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Vec<(NaiveDate, i64)> {
    let last = starts_at.checked_add_signed(TimeDelta::days(31)).map_or(starts_at, |latest| ends_at.min(latest));
    let mut found = Vec::new();
    let (mut day, mut from) = (tokyo_day(starts_at), starts_at);
    while from < last {
        let until = day_start(next_day(day)).min(last);
        if until <= from {
            break;
        }
        found.push((day, (until - from).num_minutes()));
        (day, from) = (next_day(day), until);
    }
    found
}

/// Every account that a stay on these days, both included, may count in: what has to be looked up before it is counted.
pub fn accounts(versions: &[LimitVersion], (first, last): (NaiveDate, NaiveDate)) -> Vec<Account> {
    let limits = || versions.iter().flat_map(|version| &version.limits);
    let mut accounts: Vec<Account> = first
        .iter_days()
        .take_while(|day| *day <= last)
        .flat_map(|day| limits().map(move |limit| Account { pool: limit.pool.clone(), period: limit.per.of(day), unit: limit.counts }))
        .collect();
    accounts.sort();
    accounts.dedup();
    accounts
}

/// Whether a child has brothers or sisters born on the same day, among the birth dates of all children of the family.
pub fn is_multiple_birth(born: NaiveDate, mut family: impl Iterator<Item = NaiveDate>) -> bool {
    family.by_ref().filter(|other| *other == born).nth(1).is_some()
}

/// The days on which any account of a stay may begin or end: what the shell has to look up versions and usages for.
pub fn touched_days(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let first = tokyo_day(starts_at);
    let last = tokyo_day(ends_at.max(starts_at));
    (first, last.min(first.checked_add_days(Days::new(31)).unwrap_or(last)))
}
