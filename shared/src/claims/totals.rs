//! Totals: a claim by city, by family, and by child and programme. They only add lines up, so that nothing is rounded again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Amounts, ClaimLine, Found};
use crate::bookings::BookedChild;
use crate::ids::FamilyId;
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::Reason;
use crate::programmes::ProgrammeKey;
use crate::time::Month;

/// What one city of residence is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CityTotal {
    /// The city.
    pub municipality: MunicipalityCode,
    /// Its name.
    pub name: Localised,
    /// How many lines.
    pub lines: i64,
    /// What they come to.
    #[serde(flatten)]
    pub amounts: Amounts,
    /// What the city pays in integer yen: reliefs and benefits.
    pub city_yen: i64,
}

/// That a family has paid, as staff marked it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Paid {
    /// When it was marked.
    pub at: DateTime<Utc>,
    /// The name of who marked it.
    pub by: String,
}

/// What one family owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyTotal {
    /// The family.
    pub family_id: FamilyId,
    /// The guardian's name.
    pub guardian: String,
    /// Integer yen; negative where a correction gives more back.
    pub fee_yen: i64,
    /// Whether it has paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Paid>,
}

/// Whether a family has paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkPaid {
    /// True marks it, false takes the mark back.
    pub paid: bool,
}

/// A child's use of one programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildTotal {
    /// The child.
    pub child: BookedChild,
    /// The programme.
    pub programme: ProgrammeKey,
    /// What it is called.
    pub programme_name: Localised,
    /// How many lines.
    pub lines: i64,
    /// What they come to.
    #[serde(flatten)]
    pub amounts: Amounts,
}

/// That a month is locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimLock {
    /// When.
    pub at: DateTime<Utc>,
    /// The name of who did.
    pub by: String,
}

/// A facility's month: as it would be locked, or as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Claim {
    /// The month.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-12"))]
    pub month: Month,
    /// The facility's name.
    pub facility: String,
    /// Its lock; none: it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<ClaimLock>,
    /// Why it cannot be locked as a whole; empty where it is locked.
    pub refusals: Vec<Reason>,
    /// What stands out at single stays, what blocks first; empty where it is locked.
    pub found: Vec<Found>,
    /// The lines.
    pub lines: Vec<ClaimLine>,
    /// By city of residence.
    pub cities: Vec<CityTotal>,
    /// By family.
    pub families: Vec<FamilyTotal>,
    /// By child and programme.
    pub children: Vec<ChildTotal>,
    /// All together.
    pub total: Amounts,
    /// What has changed of a locked month since, and comes with a later claim.
    pub ahead: Vec<ClaimLine>,
}

/// What lines come to.
pub fn total<'a>(lines: impl IntoIterator<Item = &'a ClaimLine>) -> Amounts {
    lines.into_iter().map(|line| line.amounts).sum()
}

/// By city of residence, in the order of codes, each with its name.
pub fn by_city(lines: &[ClaimLine], name: impl Fn(&MunicipalityCode) -> Localised) -> Vec<CityTotal> {
    let mut all: BTreeMap<&MunicipalityCode, (i64, Amounts)> = BTreeMap::new();
    for line in lines {
        let (count, amounts) = all.entry(&line.residence).or_default();
        (*count, *amounts) = (*count + 1, *amounts + line.amounts);
    }
    let total = |(city, (lines, amounts)): (&MunicipalityCode, (i64, Amounts))| CityTotal {
        municipality: city.clone(),
        name: name(city),
        lines,
        amounts,
        city_yen: amounts.city_yen(),
    };
    all.into_iter().map(total).collect()
}

/// By family, in the order of names; whether it has paid is filled in by who knows.
pub fn by_family(lines: &[ClaimLine]) -> Vec<FamilyTotal> {
    let mut all: BTreeMap<(&str, &FamilyId), i64> = BTreeMap::new();
    for line in lines {
        *all.entry((&line.guardian, &line.family_id)).or_default() += line.amounts.fee_yen;
    }
    let total = |((guardian, family), fee_yen): ((&str, &FamilyId), i64)| FamilyTotal {
        family_id: family.clone(),
        guardian: guardian.to_owned(),
        fee_yen,
        paid: None,
    };
    all.into_iter().map(total).collect()
}

/// By child and programme, in the order of readings.
pub fn by_child(lines: &[ClaimLine]) -> Vec<ChildTotal> {
    let mut all: BTreeMap<_, ChildTotal> = BTreeMap::new();
    for line in lines {
        let total = all.entry((&line.child.kana, &line.child.id, &line.programme)).or_insert_with(|| ChildTotal {
            child: line.child.clone(),
            programme: line.programme.clone(),
            programme_name: line.programme_name.clone(),
            lines: 0,
            amounts: Amounts::default(),
        });
        (total.lines, total.amounts) = (total.lines + 1, total.amounts + line.amounts);
    }
    all.into_values().collect()
}
