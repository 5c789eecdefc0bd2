//! The campaigns of a city: the list, and writing one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::campaigns::{Campaign, CampaignLife, CampaignPlan, State, check_plan, discard, revise};
use shared::ids::CampaignId;
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use shared::problem::{Problem, Reason};
use utoipa::IntoParams;

use super::{colleague, mine, shown, store, written};
use crate::error::{ApiError, ForBody, ForChange, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::request::{Body, IfMatch, Query};
use crate::session::Officer;
use crate::{App, new_id};

/// Which campaigns.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CampaignsQuery {
    /// All when absent; `draft`, `proposed`, `scheduled`, `sending`, `running`, `sent` or `stopped`.
    pub state: Option<String>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Where a page ended: the latest change of the last campaign on it, and its id.
type After = (DateTime<Utc>, String);

/// The campaigns of the officer's city: the latest changed first
#[utoipa::path(
    tag = "campaigns",
    params(CampaignsQuery),
    responses(
        (status = 200, description = "A page of them", body = Page<Campaign>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/campaigns")]
pub async fn list_campaigns(
    app: web::Data<App>,
    officer: Officer,
    query: Query<CampaignsQuery>,
) -> Result<web::Json<Page<Campaign>>, ApiError> {
    let wrong = |name: &str| ApiError::invalid(&format!("/{name}"), Reason::new("problem.invalid"));
    let query = query.0;
    if query.state.as_deref().is_some_and(|word| !State::WORDS.contains(&word)) {
        return Err(wrong("state"));
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let read = |text: &str| serde_json::from_slice::<After>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let after = query.cursor.as_deref().map(|text| read(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    let page = app.db.read(move |conn| {
        // One more tells whether it goes on.
        let mut items = store::list_campaigns(conn, &officer.municipality, query.state.as_deref(), after.as_ref(), i64::from(limit) + 1)?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let goes_on = items.len() > most;
        items.truncate(most);
        let last = items.last().filter(|_| goes_on).map(|last| (last.changed_at, last.id.to_string()));
        let ended = last.map(|after: After| crate::db::to_json(&after)).transpose()?;
        Ok::<_, ApiError>(Page { items, next_cursor: ended.map(|text| URL_SAFE_NO_PAD.encode(text)) })
    });
    Ok(web::Json(page.await?))
}

/// Begins a campaign as a draft, which may be unfinished
#[utoipa::path(
    tag = "campaigns",
    request_body = CampaignPlan,
    params(Key),
    responses(
        (status = 201, description = "The draft, with an `ETag`", body = Campaign),
        ForOfficer,
        ForBody,
    )
)]
#[post("/campaigns")]
pub async fn create_campaign(app: web::Data<App>, officer: Officer, key: Key, body: Body<CampaignPlan>) -> Result<HttpResponse, ApiError> {
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, plan, act| {
        check_plan(plan).map_err(ApiError::Invalid)?;
        let by = colleague(conn, &officer)?;
        let life = CampaignLife { state: State::Draft, author: by.clone(), editor: by, proposal: None, approval: None, returned: None };
        let campaign = Campaign {
            id: CampaignId::new(new_id()),
            municipality: officer.municipality.clone(),
            plan: plan.clone(),
            life,
            created_at: act.now,
            changed_at: act.now,
            began_at: None,
            looked_on: None,
            sent: 0,
            version: 1,
        };
        store::insert_campaign(conn, &campaign)?;
        act.record(conn, "campaign.created", (&campaign.municipality, None), campaign.id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &campaign)?.with_version(campaign.version))
    })
    .await
}

/// A campaign
#[utoipa::path(
    tag = "campaigns",
    params(("campaign_id" = String, Path, description = "The campaign")),
    responses(
        (status = 200, description = "It, with an `ETag`", body = Campaign),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/campaigns/{campaign_id}")]
pub async fn get_campaign(app: web::Data<App>, officer: Officer, id: web::Path<CampaignId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let found = app.db.read(move |conn| {
        let found = store::find_campaign(conn, &id)?;
        found.filter(|campaign| campaign.municipality == officer.municipality).ok_or(ApiError::NotFound)
    });
    Ok(shown(&found.await?))
}

/// Writes a draft anew
#[utoipa::path(
    tag = "campaigns",
    request_body = CampaignPlan,
    params(
        ("campaign_id" = String, Path, description = "The campaign"),
        ("If-Match" = String, Header, description = "The `ETag` of the campaign as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Written", body = Campaign),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`campaigns.not_draft`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
        ForChange,
    )
)]
#[patch("/campaigns/{campaign_id}")]
pub async fn change_campaign(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    seen: IfMatch,
    id: web::Path<CampaignId>,
    body: Body<CampaignPlan>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, plan, act| {
        check_plan(plan).map_err(ApiError::Invalid)?;
        let campaign = mine(conn, &officer, &id)?;
        seen.check(campaign.version)?;
        let life = revise(&campaign.life, &colleague(conn, &officer)?)?;
        written(conn, Campaign { plan: plan.clone(), life, ..campaign }, "campaign.changed", act)
    })
    .await
}

/// Throws a draft away
#[utoipa::path(
    tag = "campaigns",
    params(
        ("campaign_id" = String, Path, description = "The campaign"),
        ("If-Match" = String, Header, description = "The `ETag` of the campaign as it was read"),
        Key,
    ),
    responses(
        (status = 204, description = "Gone"),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`campaigns.not_draft`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForChange,
    )
)]
#[post("/campaigns/{campaign_id}/discard")]
pub async fn discard_campaign(
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
        discard(&campaign.life)?;
        store::delete_campaign(conn, &id)?;
        act.record(conn, "campaign.discarded", (&campaign.municipality, None), id.as_str())?;
        Ok(Answer::empty())
    })
    .await
}
