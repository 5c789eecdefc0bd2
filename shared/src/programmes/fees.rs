//! Fees: what a stay costs, line by line, and who pays less. Integer yen; every line is rounded down to the yen by itself.

use serde::{Deserialize, Serialize};

use super::{PriceTier, Stay};
use crate::locale::Localised;

/// One line of a fee table; of several that fit, the first one is the price.
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
    /// An hour of a stay that is not booked in blocks; parts of an hour in proportion. A facility may set its own price of an hour.
    Hour,
    /// A use, however long.
    Use,
}

/// Something the family may have on top, for example a meal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Extra {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub name: Localised,
    /// Integer yen for each child and stay.
    pub yen: i64,
}

/// Whose household pays less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Relief {
    /// The class of household, for example `public_assistance`.
    pub class: String,
    /// What it is called.
    pub name: Localised,
    /// How much less.
    pub off: ReliefUnit,
}

/// How much less a household pays. Never more than the stay costs; extras are paid in full. What is taken off is rounded down to the yen too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ReliefUnit {
    /// So much for an hour; parts of an hour in proportion.
    Hour {
        /// Integer yen.
        yen: i64,
    },
    /// So much for a stay.
    Use {
        /// Integer yen.
        yen: i64,
    },
    /// A share of the price.
    Percent {
        /// 0 to 100.
        percent: i64,
    },
}

/// One line of what a stay costs, with the rule behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeeLine {
    /// What it is for.
    #[serde(flatten)]
    pub item: FeeItem,
    /// Integer yen; negative where less is paid.
    pub yen: i64,
}

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FeeItem {
    /// A part of the day.
    Block {
        /// Its name.
        name: Localised,
    },
    /// Time.
    Hours {
        /// How long.
        minutes: i64,
        /// Integer yen for an hour.
        hourly_yen: i64,
    },
    /// Time after the agreed end, paid like booked time.
    LateHours {
        /// How long.
        minutes: i64,
        /// Integer yen for an hour.
        hourly_yen: i64,
    },
    /// Time after the agreed end, paid by started units.
    LateUnits {
        /// How long.
        minutes: i64,
        /// The unit in minutes.
        unit_minutes: i64,
        /// Integer yen for each.
        unit_yen: i64,
    },
    /// A use.
    Use,
    /// Something on top.
    Extra {
        /// Its name.
        name: Localised,
    },
    /// A relief.
    Relief {
        /// Its name.
        name: Localised,
    },
}

/// What a price depends on besides the table.
#[derive(Debug, Clone, Copy)]
pub struct Priced<'a> {
    /// The family's tier.
    pub tier: &'a PriceTier,
    /// The child's age in years, as the programme counts it.
    pub age: u32,
    /// The stay.
    pub stay: &'a Stay<'a>,
    /// The facility's own price of an hour.
    pub hourly_yen: Option<i64>,
    /// Keys of what the family has on top.
    pub extras: &'a [String],
    /// The classes of the household on the day.
    pub classes: &'a [String],
}

impl super::Terms {
    /// What a stay costs, line by line; `None` when there is a table and no line of it fits. Without a table only extras cost something. Of
    /// several reliefs the largest is given.
    pub fn price(&self, asked: &Priced<'_>) -> Option<Vec<FeeLine>> {
        let mut lines = if self.fees.is_empty() { Vec::new() } else { self.price_of_stay(asked)? };
        let extras = self.extras.iter().filter(|extra| asked.extras.contains(&extra.key));
        lines.extend(extras.map(|extra| FeeLine { item: FeeItem::Extra { name: extra.name.clone() }, yen: extra.yen }));
        Some(lines)
    }

    fn price_of_stay(&self, asked: &Priced<'_>) -> Option<Vec<FeeLine>> {
        let minutes = asked.stay.minutes();
        let line = self.fees.iter().find(|fee| {
            fee.tier == *asked.tier
                && fee.from_age <= asked.age
                && fee.under_age.is_none_or(|under| asked.age < under)
                && match &fee.per {
                    FeeUnit::Block { block } => Some(block.as_str()) == asked.stay.block,
                    FeeUnit::Hour => asked.stay.block.is_none(),
                    FeeUnit::Use => true,
                }
        })?;
        let (item, yen) = match &line.per {
            FeeUnit::Block { block } => (FeeItem::Block { name: self.block(block)?.name.clone() }, line.yen),
            FeeUnit::Hour => {
                let hourly_yen = asked.hourly_yen.unwrap_or(line.yen);
                (FeeItem::Hours { minutes, hourly_yen }, hourly_yen * minutes / 60)
            }
            FeeUnit::Use => (FeeItem::Use, line.yen),
        };
        let mut lines = vec![FeeLine { item, yen }];
        let off = |relief: &Relief| match relief.off {
            ReliefUnit::Hour { yen } => yen * minutes / 60,
            ReliefUnit::Use { yen } => yen,
            ReliefUnit::Percent { percent } => yen * percent / 100,
        };
        let best = self.reliefs.iter().filter(|relief| asked.classes.contains(&relief.class)).max_by_key(|relief| off(relief));
        if let Some(relief) = best.filter(|relief| off(relief) > 0 && yen > 0) {
            lines.push(FeeLine { item: FeeItem::Relief { name: relief.name.clone() }, yen: -off(relief).min(yen) });
        }
        Some(lines)
    }
}

/// What lines come to, in integer yen.
pub fn total(lines: &[FeeLine]) -> i64 {
    lines.iter().map(|line| line.yen).sum()
}
