//! Proposing a campaign, agreeing to it or sending it back, and stopping it.

use actix_web::{HttpResponse, post, web};
use shared::campaigns::{Campaign, CampaignProposing, CampaignReturning, State, approve, check_ready, propose, send_back, stop};
use shared::ids::CampaignId;
use shared::problem::Problem;
use shared::time::tokyo_day;

use super::{colleague, engine, mine, store, written};
use crate::App;
use crate::error::{ApiError, ForBody, ForChange, ForOfficer};
use crate::idempotency::{Key, once};
use crate::request::{Body, IfMatch, Plain};
use crate::session::Officer;

/// What is said of where a campaign stands now.
const fn event(state: &State) -> &'static str {
    match state {
        State::Scheduled { .. } | State::Running => "campaign.scheduled",
        _ => "campaign.proposed",
    }
}

/// Proposes a draft to the families that the preview named; where it takes no second officer, it is let go at once
///
/// Who it is for is counted anew, and refused where there are many more by now than were named.
#[utoipa::path(
    tag = "campaigns",
    request_body = CampaignProposing,
    params(
        ("campaign_id" = String, Path, description = "The campaign"),
        ("If-Match" = String, Header, description = "The `ETag` of the campaign as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Proposed, or let go", body = Campaign),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`campaigns.not_draft`, `campaigns.nobody`, `campaigns.grown`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
        ForChange,
    )
)]
#[post("/campaigns/{campaign_id}/propose")]
pub async fn propose_campaign(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<CampaignId>,
    body: Plain<CampaignProposing>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, proposing, act| {
        let campaign = mine(conn, &officer, &id)?;
        seen.check(campaign.version)?;
        check_ready(&campaign.plan, act.now).map_err(ApiError::Invalid)?;
        let found = engine::count(conn, &campaign.municipality, &campaign.plan.audience, act.now)?;
        let rules = store::find_rules(conn, &campaign.municipality, tokyo_day(act.now))?.rules;
        let by = colleague(conn, &officer)?;
        let life = propose(&campaign.life, &campaign.plan, (proposing.families, found), &rules, (&by, act.now))?;
        let event = event(&life.state);
        written(conn, Campaign { life, ..campaign }, event, act)
    })
    .await
}

/// Agrees to a campaign that another officer wrote and proposed; it is let go
#[utoipa::path(
    tag = "campaigns",
    params(
        ("campaign_id" = String, Path, description = "The campaign"),
        ("If-Match" = String, Header, description = "The `ETag` of the campaign as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Let go", body = Campaign),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`campaigns.not_proposed`, `campaigns.own_campaign`, `campaigns.grown`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForChange,
    )
)]
#[post("/campaigns/{campaign_id}/approve")]
pub async fn approve_campaign(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<CampaignId>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, (), move |conn, (), act| {
        let campaign = mine(conn, &officer, &id)?;
        seen.check(campaign.version)?;
        let found = engine::count(conn, &campaign.municipality, &campaign.plan.audience, act.now)?;
        let rules = store::find_rules(conn, &campaign.municipality, tokyo_day(act.now))?.rules;
        let by = colleague(conn, &officer)?;
        let life = approve(&campaign.life, &campaign.plan, found, &rules, (&by, act.now))?;
        written(conn, Campaign { life, ..campaign }, "campaign.approved", act)
    })
    .await
}

/// Sends a proposed campaign back to its writer with words, or takes one's own proposal back
#[utoipa::path(
    tag = "campaigns",
    request_body = CampaignReturning,
    params(
        ("campaign_id" = String, Path, description = "The campaign"),
        ("If-Match" = String, Header, description = "The `ETag` of the campaign as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "A draft again, with the words", body = Campaign),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`campaigns.not_proposed`, `campaigns.words_missing`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
        ForChange,
    )
)]
#[post("/campaigns/{campaign_id}/send_back")]
pub async fn send_back_campaign(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<CampaignId>,
    body: Body<CampaignReturning>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, returning, act| {
        let campaign = mine(conn, &officer, &id)?;
        seen.check(campaign.version)?;
        let by = colleague(conn, &officer)?;
        let life = send_back(&campaign.life, &returning.words, (&by, act.now))?;
        written(conn, Campaign { life, ..campaign }, "campaign.sent_back", act)
    })
    .await
}

/// Stops a campaign at once, also while it is being sent: nobody more is told
///
/// What was sent is not taken back. It needs no `If-Match`: whoever stops it means it as it is.
#[utoipa::path(
    tag = "campaigns",
    params(("campaign_id" = String, Path, description = "The campaign"), Key),
    responses(
        (status = 200, description = "Stopped", body = Campaign),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`campaigns.not_under_way`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[post("/campaigns/{campaign_id}/stop")]
pub async fn stop_campaign(app: web::Data<App>, officer: Officer, key: Key, id: web::Path<CampaignId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, (), move |conn, (), act| {
        let campaign = mine(conn, &officer, &id)?;
        let life = stop(&campaign.life, (&colleague(conn, &officer)?, act.now))?;
        store::stop_waiting(conn, &id)?;
        written(conn, Campaign { life, ..campaign }, "campaign.stopped", act)
    })
    .await
}
