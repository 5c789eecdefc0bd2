//! Whom a campaign is for now, and what becomes of each family: the rules over what the database knows.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use shared::campaigns::{
    AgeSpan, CampaignAudience, CampaignPlan, CampaignPreview, CampaignRules, FEW, SAMPLE, SampleFamily, When, is_held_out, needs_approval,
    occasions,
};
use shared::eligibility::Condition;
use shared::ids::{CampaignId, ChildId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::time::{age_months_on, tokyo_day};

use super::store::{self, Fate, Fitting, Reach, Recipient, Selection};
use crate::db::{AnyConnection, DbError};

/// What decides who is passed over, looked up for all families at once.
struct Passing {
    reached: HashMap<String, Vec<Reach>>,
    lately: HashMap<String, u32>,
    rules: CampaignRules,
}

impl Passing {
    fn look(conn: &mut AnyConnection, city: &MunicipalityCode, channels: &[&str], now: DateTime<Utc>) -> Result<Self, DbError> {
        let rules = store::find_rules(conn, city, tokyo_day(now))?.rules;
        let since = now - TimeDelta::days(i64::from(rules.cap_days));
        Ok(Self { reached: store::list_reached(conn, city, channels)?, lately: store::count_lately(conn, since)?, rules })
    }

    /// What becomes of a family now. Chance decides last, so that those who are told and those who are held out are alike.
    fn fate(&mut self, campaign: &CampaignId, family: &FamilyId, percent: u32) -> Fate {
        if !self.reached.contains_key(family.as_str()) {
            return Fate::Unreachable;
        }
        let lately = self.lately.entry(family.to_string()).or_default();
        if *lately >= self.rules.cap_notices {
            Fate::Capped
        } else if is_held_out(drawn(campaign, family), percent) {
            Fate::HeldOut
        } else {
            *lately += 1;
            Fate::Waiting
        }
    }
}

/// A number that is always the same for the same campaign and family.
fn drawn(campaign: &CampaignId, family: &FamilyId) -> u16 {
    let digest = Sha256::new().chain_update(campaign.as_str()).chain_update([0]).chain_update(family.as_str()).finalize();
    digest.first_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes))
}

/// So many, as it is told.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many families a condition fits now.
pub fn count(conn: &mut AnyConnection, city: &MunicipalityCode, condition: &Condition, now: DateTime<Utc>) -> Result<u32, DbError> {
    Ok(number(store::select(conn, city, condition, tokyo_day(now))?.fitting.len()))
}

/// Whom a campaign is for now, with what becomes of each, and how many families they are.
pub fn recipients(
    conn: &mut AnyConnection,
    (campaign, city): (&CampaignId, &MunicipalityCode),
    plan: &CampaignPlan,
    now: DateTime<Utc>,
) -> Result<(Vec<Recipient>, u32), DbError> {
    let day = tokyo_day(now);
    let selection = store::select(conn, city, &plan.audience, day)?;
    let mut passing = Passing::look(conn, city, &[], now)?;
    let mut all = Vec::with_capacity(selection.fitting.len());
    for Fitting { family, children, .. } in &selection.fitting {
        let ids: Vec<ChildId> = children.iter().map(|child| child.id.clone()).collect();
        for (occasion, child) in occasions(&plan.when, &ids, day) {
            let fate = passing.fate(campaign, family, plan.hold_out_percent);
            all.push(Recipient { family: family.clone(), occasion, child: child.cloned(), fate });
        }
    }
    Ok((all, number(selection.fitting.len())))
}

/// Whom a condition fits now, in numbers and a sample that names nobody; `channels` are the names of those that there are.
pub fn preview(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    asked: &CampaignAudience,
    channels: &[&str],
    now: DateTime<Utc>,
) -> Result<CampaignPreview, DbError> {
    let selection = store::select(conn, city, &asked.audience, tokyo_day(now))?;
    let mut passing = Passing::look(conn, city, channels, now)?;
    let families = number(selection.fitting.len());
    let needs_approval = needs_approval(&asked.when, families, &passing.rules);
    if (1..FEW).contains(&families) {
        return Ok(CampaignPreview { families: FEW - 1, few: true, needs_approval, ..CampaignPreview::default() });
    }
    let mut seen = CampaignPreview { families, needs_approval, unknown: number(selection.unknown), ..CampaignPreview::default() };
    let nobody = CampaignId::new("");
    for one in &selection.fitting {
        seen.children = seen.children.saturating_add(number(one.children.len()));
        match passing.fate(&nobody, &one.family, asked.hold_out_percent) {
            Fate::Unreachable => seen.unreachable += 1,
            Fate::Capped => seen.capped += 1,
            Fate::HeldOut => seen.held_out += 1,
            Fate::Waiting | Fate::Sent | Fate::Stopped => {
                for guardian in passing.reached.get(one.family.as_str()).into_iter().flatten() {
                    seen.guardians += 1;
                    seen.push += u32::from(guardian.push);
                    seen.mail += u32::from(guardian.mail && !guardian.push);
                    seen.inbox_only += u32::from(!guardian.push && !guardian.mail);
                }
            }
        }
    }
    seen.sample = sample(conn, city, &selection, &asked.when, now)?;
    Ok(seen)
}

/// A few of the families by chance: neither who registered first nor who is the first by name.
fn sample(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    selection: &Selection,
    when: &When,
    now: DateTime<Utc>,
) -> Result<Vec<SampleFamily>, DbError> {
    let day = tokyo_day(now);
    // Another day draws others; the same question on the same day the same, so that asking again and again shows no more.
    let of_day = CampaignId::new(format!("{day} {}", when.is_standing()));
    let mut mixed: Vec<&Fitting> = selection.fitting.iter().collect();
    mixed.sort_by_cached_key(|one| drawn(&of_day, &one.family));
    mixed.truncate(SAMPLE);
    let shown: Vec<&ChildId> = mixed.iter().filter_map(|one| one.children.first()).map(|child| &child.id).collect();
    let mut certified = store::list_certified(conn, city, &shown, day)?;
    let mut one = |one: &Fitting| {
        let child = one.children.first();
        SampleFamily {
            age: child.map(|child| AgeSpan::of(age_months_on(child.born, day))),
            children: number(one.all).min(3),
            certified: child.and_then(|child| certified.remove(child.id.as_str())).unwrap_or_default(),
        }
    };
    Ok(mixed.into_iter().map(&mut one).collect())
}
