//! A city's rules for campaigns: for how many families it takes two officers, and how many notices a family gets at most.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use shared::campaigns::{DatedCampaignRules, NewCampaignRules, check_rules};
use shared::time::tokyo_day;

use super::store;
use crate::App;
use crate::error::{ApiError, ForBody, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::request::Body;
use crate::session::Officer;

/// The city's rules for campaigns: what holds today first, then what begins later
#[utoipa::path(
    tag = "campaigns",
    responses(
        (status = 200, description = "The rules; without `valid_from` the shipped ones", body = Vec<DatedCampaignRules>),
        ForOfficer,
    )
)]
#[get("/campaigns/rules")]
pub async fn get_campaign_rules(app: web::Data<App>, officer: Officer) -> Result<web::Json<Vec<DatedCampaignRules>>, ApiError> {
    let today = tokyo_day(app.now());
    let rules = app.db.read(move |conn| {
        let mut rules = vec![store::find_rules(conn, &officer.municipality, today)?];
        rules.extend(store::list_coming_rules(conn, &officer.municipality, today)?);
        Ok::<_, ApiError>(rules)
    });
    Ok(web::Json(rules.await?))
}

/// Sets the city's rules for campaigns from a day on
#[utoipa::path(
    tag = "campaigns",
    request_body = NewCampaignRules,
    params(Key),
    responses(
        (status = 201, description = "They hold from that day on", body = DatedCampaignRules),
        ForOfficer,
        ForBody,
    )
)]
#[post("/campaigns/rules")]
pub async fn publish_campaign_rules(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    body: Body<NewCampaignRules>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, new, act| {
        check_rules(new, tokyo_day(act.now)).map_err(ApiError::Invalid)?;
        store::write_rules(conn, &officer.municipality, new, act.now)?;
        act.record(conn, "campaign.rules_published", (&officer.municipality, None), officer.municipality.as_str())?;
        let rules = DatedCampaignRules { valid_from: Some(new.valid_from), rules: new.rules };
        Ok(Answer::new(StatusCode::CREATED, &rules)?)
    })
    .await
}
