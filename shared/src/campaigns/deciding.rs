//! How a campaign goes on: proposed, agreed to by another officer, sent, stopped. Who writes one never lets a large one go alone.

use chrono::{DateTime, Utc};

use super::{Approval, CampaignLife, CampaignPlan, CampaignRules, Proposal, Rejection, Returned, State, When};
use crate::applications::Colleague;

/// Whether a second officer has to agree.
pub const fn needs_approval(when: &When, families: u32, rules: &CampaignRules) -> bool {
    when.is_standing() || families > rules.four_eyes_over
}

/// Whether there are many more families than were named: more than the city's share, and more than one.
pub fn has_grown(seen: u32, found: u32, rules: &CampaignRules) -> bool {
    let share = u64::from(seen) * u64::from(rules.growth_percent) / 100;
    u64::from(found) > u64::from(seen) + share.max(1)
}

/// Where a campaign that is let go stands.
fn let_go(when: &When, now: DateTime<Utc>) -> State {
    match when {
        When::Once { at } => State::Scheduled { at: at.map_or(now, |at| at.max(now)) },
        When::Standing { .. } => State::Running,
    }
}

/// May be changed: only a draft may.
pub fn revise(life: &CampaignLife, by: &Colleague) -> Result<CampaignLife, Rejection> {
    match life.state {
        State::Draft => Ok(CampaignLife { editor: by.clone(), ..life.clone() }),
        _ => Err(Rejection::NotDraft),
    }
}

/// May be thrown away: only a draft may.
pub const fn discard(life: &CampaignLife) -> Result<(), Rejection> {
    match life.state {
        State::Draft => Ok(()),
        _ => Err(Rejection::NotDraft),
    }
}

/// Proposes it to `seen` families, where there are `found` now. Where nobody else has to agree, it is let go at once.
pub fn propose(
    life: &CampaignLife,
    plan: &CampaignPlan,
    (seen, found): (u32, u32),
    rules: &CampaignRules,
    (by, now): (&Colleague, DateTime<Utc>),
) -> Result<CampaignLife, Rejection> {
    if life.state != State::Draft {
        return Err(Rejection::NotDraft);
    }
    if found == 0 && !plan.when.is_standing() {
        return Err(Rejection::Nobody);
    }
    if has_grown(seen, found, rules) {
        return Err(Rejection::Grown { seen, found });
    }
    let state = if needs_approval(&plan.when, found, rules) { State::Proposed } else { let_go(&plan.when, now) };
    let proposal = Some(Proposal { by: by.clone(), at: now, families: found });
    Ok(CampaignLife { state, proposal, approval: None, returned: None, ..life.clone() })
}

/// Agrees to it: neither who began it, nor who changed it last, nor who proposed it.
pub fn approve(
    life: &CampaignLife,
    plan: &CampaignPlan,
    found: u32,
    rules: &CampaignRules,
    (by, now): (&Colleague, DateTime<Utc>),
) -> Result<CampaignLife, Rejection> {
    let (State::Proposed, Some(proposal)) = (&life.state, &life.proposal) else { return Err(Rejection::NotProposed) };
    let own = [&life.author, &life.editor, &proposal.by].into_iter().any(|other| other.account_id == by.account_id);
    if own {
        return Err(Rejection::OwnCampaign);
    }
    if has_grown(proposal.families, found, rules) {
        return Err(Rejection::Grown { seen: proposal.families, found });
    }
    let approval = Some(Approval { by: by.clone(), at: now });
    Ok(CampaignLife { state: let_go(&plan.when, now), approval, ..life.clone() })
}

/// Sends it back with words, or takes one's own proposal back.
pub fn send_back(life: &CampaignLife, words: &str, (by, now): (&Colleague, DateTime<Utc>)) -> Result<CampaignLife, Rejection> {
    match life.state {
        State::Proposed if words.trim().is_empty() => Err(Rejection::WordsMissing),
        State::Proposed => {
            let returned = Some(Returned { by: by.clone(), at: now, words: words.trim().to_owned() });
            Ok(CampaignLife { state: State::Draft, returned, ..life.clone() })
        }
        _ => Err(Rejection::NotProposed),
    }
}

/// Stops it, also in the middle of sending. Nothing that was sent is taken back.
pub fn stop(life: &CampaignLife, (by, now): (&Colleague, DateTime<Utc>)) -> Result<CampaignLife, Rejection> {
    match life.state {
        State::Scheduled { .. } | State::Sending | State::Running => {
            Ok(CampaignLife { state: State::Stopped { at: now, by: by.clone() }, ..life.clone() })
        }
        State::Draft | State::Proposed | State::Sent { .. } | State::Stopped { .. } => Err(Rejection::NotUnderWay),
    }
}

/// Begins to send a single campaign whose time has come. Where it would go to more families meanwhile than may be told without asking
/// again, it waits for another officer.
pub fn begin(life: &CampaignLife, plan: &CampaignPlan, found: u32, rules: &CampaignRules, now: DateTime<Utc>) -> CampaignLife {
    let has_to_wait = match (&life.approval, &life.proposal) {
        (Some(_), Some(proposal)) => has_grown(proposal.families, found, rules),
        _ => needs_approval(&plan.when, found, rules),
    };
    match &life.proposal {
        Some(proposal) if has_to_wait => {
            let proposal = Some(Proposal { families: found, at: now, ..proposal.clone() });
            CampaignLife { state: State::Proposed, proposal, approval: None, ..life.clone() }
        }
        _ => CampaignLife { state: State::Sending, ..life.clone() },
    }
}
