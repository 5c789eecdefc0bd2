//! Campaigns and standing offers (プッシュ型のご案内): officers of a city write them, another officer agrees, and they are sent to whom they fit.
//!
//! Nobody sees whom one is for: officers see numbers, and a sample that names nobody.

mod deciding;
pub mod engine;
pub mod jobs;
mod rules;
pub mod store;
mod trying;
mod writing;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use shared::applications::Colleague;
use shared::campaigns::Campaign;
use shared::ids::CampaignId;

use crate::applications::office::store::find_colleague;
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::idempotency::Answer;
use crate::outbox::Act;
use crate::request::etag;
use crate::routes::Operations;
use crate::session::Officer;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(rules::get_campaign_rules)
        .service(rules::publish_campaign_rules)
        .service(trying::preview_campaign)
        .service(writing::list_campaigns)
        .service(writing::create_campaign)
        .service(writing::get_campaign)
        .service(writing::change_campaign)
        .service(writing::discard_campaign)
        .service(deciding::propose_campaign)
        .service(deciding::approve_campaign)
        .service(deciding::send_back_campaign)
        .service(deciding::stop_campaign)
        .service(trying::test_campaign)
        .service(trying::get_campaign_figures);
}

/// A campaign of the officer's city, locked; any other is not found.
fn mine(conn: &mut AnyConnection, officer: &Officer, id: &CampaignId) -> Result<Campaign, ApiError> {
    store::lock_campaign(conn, id)?.filter(|campaign| campaign.municipality == officer.municipality).ok_or(ApiError::NotFound)
}

/// The officer with the name that others read.
fn colleague(conn: &mut AnyConnection, officer: &Officer) -> Result<Colleague, ApiError> {
    Ok(find_colleague(conn, &officer.account_id)?)
}

/// Writes a campaign that an officer has changed, and answers with it.
fn written(conn: &mut AnyConnection, campaign: Campaign, event: &'static str, act: &Act) -> Result<Answer, ApiError> {
    let changed = Campaign { version: campaign.version + 1, changed_at: act.now, ..campaign };
    store::write_campaign(conn, &changed)?;
    act.record(conn, event, (&changed.municipality, None), changed.id.as_str())?;
    let version = changed.version;
    Ok(Answer::new(StatusCode::OK, &changed)?.with_version(version))
}

/// Answers with a campaign as it is.
fn shown(campaign: &Campaign) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", etag(campaign.version))).json(campaign)
}
