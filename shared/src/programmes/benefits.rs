//! Benefits: what the city of residence pays a facility for its child's stays, by age, beside what the family pays (給付費、公定単価).

use serde::{Deserialize, Serialize};

use super::FeeUnit;

/// What the city of residence pays the facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Benefit {
    /// The unit prices, by age; the first that fits holds.
    pub rates: Vec<BenefitRate>,
    /// Whether a stay that was given up too late, or that nobody came to, is paid as well where it counts against the child's limit.
    #[serde(default)]
    pub pays_absence: bool,
}

/// A unit price, for example ¥1,700 an hour at age 0 (こども誰でも通園制度, fiscal 2026).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BenefitRate {
    /// From this age in years, as the programme counts it.
    pub from_age: u32,
    /// Under this age; none: no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_age: Option<u32>,
    /// What it is paid for.
    pub per: FeeUnit,
    /// Integer yen for each.
    pub yen: i64,
}

impl Benefit {
    /// The unit price of a stay of a child of this age, booked as this block or by the hour.
    pub fn rate(&self, age: u32, block: Option<&str>) -> Option<&BenefitRate> {
        self.rates.iter().find(|rate| {
            rate.from_age <= age
                && rate.under_age.is_none_or(|under| age < under)
                && match &rate.per {
                    FeeUnit::Block { block: key } => Some(key.as_str()) == block,
                    FeeUnit::Hour => block.is_none(),
                    FeeUnit::Use => true,
                }
        })
    }
}

impl BenefitRate {
    /// What a stay of so many minutes comes to in integer yen; parts of an hour in proportion, rounded down.
    pub const fn yen_for(&self, minutes: i64) -> i64 {
        match self.per {
            FeeUnit::Hour => self.yen * minutes / 60,
            FeeUnit::Block { .. } | FeeUnit::Use => self.yen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(from_age: u32, under_age: Option<u32>, yen: i64) -> BenefitRate {
        BenefitRate { from_age, under_age, per: FeeUnit::Hour, yen }
    }

    #[test]
    fn fiscal_2026_pays_by_age_and_hour() {
        let benefit = Benefit { rates: vec![hour(0, Some(1), 1700), hour(1, Some(3), 1400)], pays_absence: false };
        // Golden: age, minutes, yen.
        for (age, minutes, yen) in [(0, 60, 1700), (0, 90, 2550), (1, 60, 1400), (2, 150, 3500), (2, 1, 23)] {
            assert_eq!(benefit.rate(age, None).unwrap().yen_for(minutes), yen, "{age} {minutes}");
        }
        assert_eq!((benefit.rate(3, None), benefit.rate(1, Some("day"))), (None, None));
        let day = BenefitRate { per: FeeUnit::Block { block: "day".to_owned() }, ..hour(0, None, 900) };
        let benefit = Benefit { rates: vec![day], pays_absence: false };
        assert_eq!(benefit.rate(2, Some("day")).unwrap().yen_for(480), 900);
        assert_eq!((benefit.rate(2, Some("night")), benefit.rate(2, None)), (None, None));
    }
}
