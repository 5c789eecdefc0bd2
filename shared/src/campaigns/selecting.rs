//! Whom a campaign is for: which families, about which child, on which occasion, and who of them gets none.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Repeat, When};
use crate::eligibility::{Condition, Facts, Test, Verdict, leaves, verdict};
use crate::ids::ChildId;
use crate::locale::Localised;
use crate::programmes::ProgrammeKey;
use crate::time::Month;

/// A sample shows so many families at most.
pub const SAMPLE: usize = 5;
/// Of fewer families than that nothing is told but that there are few.
pub const FEW: u32 = 5;

/// Asks whom a condition fits today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignAudience {
    /// The condition.
    pub audience: Condition,
    /// When it would be sent: once, or as a standing offer.
    pub when: When,
    /// So many of a hundred get none.
    #[serde(default)]
    pub hold_out_percent: u32,
}

/// Whom a condition fits today. Nothing of it names anybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignPreview {
    /// So many families it fits: what a proposal names. Where `few`, the most that it could be.
    pub families: u32,
    /// There are a few families, but fewer than five: then all the numbers below are 0 and there is no sample.
    pub few: bool,
    /// So many children of theirs it fits.
    pub children: u32,
    /// So many guardians would hear of it.
    pub guardians: u32,
    /// So many families more it might fit, but something of them is not known.
    pub unknown: u32,
    /// So many of the families have had as many notices of campaigns lately as the city's rules allow, and would get none now.
    pub capped: u32,
    /// So many of the families have nobody with an account.
    pub unreachable: u32,
    /// So many of the families are held out by chance.
    pub held_out: u32,
    /// So many of those who would get it have a device that takes a push message.
    pub push: u32,
    /// So many have none, but take mail.
    pub mail: u32,
    /// So many find it in the app only.
    pub inbox_only: u32,
    /// Up to five of the families, by chance.
    pub sample: Vec<SampleFamily>,
    /// Another officer would have to agree.
    pub needs_approval: bool,
}

/// A family of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleFamily {
    /// How old the child is that the condition fits; none: it fits the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<AgeSpan>,
    /// How many children the family has; three stands for more, too.
    pub children: u32,
    /// What the child is certified for.
    pub certified: Vec<Localised>,
}

/// About how old a child is, in completed months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgeSpan {
    /// From.
    pub from_months: u32,
    /// To, this one included.
    pub to_months: u32,
}

impl AgeSpan {
    /// The half year of life in which a child is; from three years on the year.
    pub const fn of(months: u32) -> Self {
        let width = if months < 36 { 6 } else { 12 };
        let from_months = months / width * width;
        Self { from_months, to_months: from_months + width - 1 }
    }
}

/// What has to be looked up of families so that a condition can be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Children's enrolment and other answers.
    pub known: bool,
    /// Classes of households.
    pub classes: bool,
    /// Certifications.
    pub certified: bool,
    /// Since when they live here.
    pub moved_in: bool,
    /// Uses of programmes, each with the days to look back.
    pub used: Vec<(ProgrammeKey, u32)>,
    /// What is left of programmes.
    pub left: Vec<ProgrammeKey>,
}

impl Needs {
    /// What a condition mentions.
    pub fn of(condition: &Condition) -> Self {
        let mut needs = Self::default();
        leaves(condition, &mut |leaf| match leaf {
            Test::Known { .. } | Test::AtMost { .. } | Test::EnrolledIn { .. } => needs.known = true,
            Test::HouseholdIs { .. } => needs.classes = true,
            Test::Certified { .. } => needs.certified = true,
            Test::MovedIn { .. } => needs.moved_in = true,
            Test::HasUsed { programme, within_days, .. } => match needs.used.iter_mut().find(|(known, _)| known == programme) {
                Some((_, days)) => *days = (*days).max(*within_days),
                None => needs.used.push((programme.clone(), *within_days)),
            },
            Test::Unused { programme, .. } if !needs.left.contains(programme) => needs.left.push(programme.clone()),
            _ => {}
        });
        needs
    }
}

/// What a condition says of a family: of its children those that it fits, or of the family itself where it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit<C> {
    /// It fits, because of these children; none: the family has no child.
    Yes(Vec<C>),
    /// It fits nobody of the family by what is known, but something is not known.
    Unknown,
    /// It does not fit.
    No,
}

/// Asks a condition of a family: for each child, or once where there is none. The facts of each are made as they are asked.
pub fn fit<C: Clone>(condition: &Condition, children: &[C], facts: impl Fn(Option<&C>) -> Facts) -> Fit<C> {
    if children.is_empty() {
        return match verdict(condition, &facts(None)) {
            Verdict::Yes => Fit::Yes(Vec::new()),
            Verdict::Unknown => Fit::Unknown,
            Verdict::No => Fit::No,
        };
    }
    let (mut fitting, mut open) = (Vec::new(), false);
    for child in children {
        match verdict(condition, &facts(Some(child))) {
            Verdict::Yes => fitting.push(child.clone()),
            Verdict::Unknown => open = true,
            Verdict::No => {}
        }
    }
    match (fitting.is_empty(), open) {
        (false, _) => Fit::Yes(fitting),
        (true, true) => Fit::Unknown,
        (true, false) => Fit::No,
    }
}

/// The occasions on which a family is told, each with the child that it is about: a family is told at most once of each.
pub fn occasions<'a>(when: &When, children: &'a [ChildId], day: NaiveDate) -> Vec<(String, Option<&'a ChildId>)> {
    let first = children.first();
    match when {
        When::Once { .. } | When::Standing { repeat: Repeat::Family, .. } => vec![(String::new(), first)],
        When::Standing { repeat: Repeat::Month, .. } => vec![(Month::of(day).to_string(), first)],
        When::Standing { repeat: Repeat::Child, .. } if children.is_empty() => vec![(String::new(), None)],
        When::Standing { repeat: Repeat::Child, .. } => children.iter().map(|child| (child.to_string(), Some(child))).collect(),
    }
}

/// Whether a family gets none of a campaign, so that one sees what it does. `drawn` is a number that is always the same for the same
/// campaign and family, and by chance otherwise.
pub fn is_held_out(drawn: u16, percent: u32) -> bool {
    // 65,536 is no multiple of a hundred; that tilts a share by less than a thousandth.
    u32::from(drawn) % 100 < percent
}
