//! Requests of campaigns.

use futures_util::future::join;
use serde_json::json;
use shared::campaigns::{
    Campaign, CampaignAudience, CampaignFigures, CampaignPlan, CampaignPreview, CampaignProposing, CampaignReturning, DatedCampaignRules,
    NewCampaignRules,
};
use shared::locale::{Locale, Localised};
use shared::notices::TestSent;
use shared::page::Page;
use shared::procedures::Procedure;
use shared::programmes::Programme;

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};

/// What of the list is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The word of the state; empty: every one.
    pub state: String,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// What a city has that campaigns are about.
#[derive(Debug, Clone)]
pub struct City {
    /// Its programmes.
    pub programmes: Vec<Programme>,
    /// Its procedures, by key.
    pub procedures: Vec<(String, Localised)>,
}

/// A page of the list.
pub async fn campaigns(wanted: &Wanted) -> Result<Page<Campaign>, Failure> {
    let state = (!wanted.state.is_empty()).then(|| wanted.state.clone());
    api::get(&query("/campaigns", &[("state", state), ("cursor", wanted.cursor.clone())])).await
}

/// The programmes and procedures of a city.
pub async fn city(municipality: &str) -> Result<City, Failure> {
    let of = |path: &str| query(path, &[("municipality", Some(municipality.to_owned()))]);
    let (programmes, procedures) = (of("/programmes"), of("/procedures"));
    let (programmes, procedures) = join(api::get::<Page<Programme>>(&programmes), api::get::<Page<Procedure>>(&procedures)).await;
    let procedures = procedures?.items.into_iter().map(|one| (one.key.as_str().to_owned(), one.name)).collect();
    Ok(City { programmes: programmes?.items, procedures })
}

fn path(id: &str) -> String {
    format!("/campaigns/{}", percent_encoded(id))
}

/// One campaign with its tag.
pub async fn campaign(id: &str) -> Result<Tagged<Campaign>, Failure> {
    api::get_tagged(&path(id)).await
}

/// Whom an audience would reach now.
pub async fn preview(audience: &CampaignAudience) -> Result<CampaignPreview, Failure> {
    api::post("/campaigns/preview", audience, &Attempt::new()).await
}

/// Begins a draft, or saves one as it was read.
pub async fn save(before: Option<&Tagged<Campaign>>, plan: &CampaignPlan, attempt: &Attempt) -> Result<Campaign, Failure> {
    match before {
        Some(known) => api::patch(&path(known.value.id.as_str()), plan, &known.etag, attempt).await,
        None => api::post("/campaigns", plan, attempt).await,
    }
}

/// What an officer does with a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Wants it sent to so many families.
    Propose(CampaignProposing),
    /// Agrees.
    Approve,
    /// Sends it back.
    SendBack(CampaignReturning),
    /// Stops it.
    Stop,
    /// Throws the draft away.
    Discard,
}

/// Does something with a campaign as it was read.
pub async fn act(id: &str, act: &Act, etag: &str, attempt: &Attempt) -> Result<(), Failure> {
    let path = path(id);
    let nothing = json!({});
    let done: Result<serde_json::Value, Failure> = match act {
        Act::Propose(proposing) => api::post_to(&format!("{path}/propose"), proposing, etag, attempt).await,
        Act::Approve => api::post_to(&format!("{path}/approve"), &nothing, etag, attempt).await,
        Act::SendBack(returning) => api::post_to(&format!("{path}/send_back"), returning, etag, attempt).await,
        Act::Stop => api::post(&format!("{path}/stop"), &nothing, attempt).await,
        Act::Discard => api::post_to(&format!("{path}/discard"), &nothing, etag, attempt).await,
    };
    done.map(drop)
}

/// Sends it to oneself.
pub async fn test(id: &str, locale: Locale) -> Result<Vec<TestSent>, Failure> {
    api::post(&format!("{}/test", path(id)), &json!({ "locale": locale }), &Attempt::new()).await
}

/// What came of it so far.
pub async fn figures(id: &str) -> Result<CampaignFigures, Failure> {
    api::get(&format!("{}/figures", path(id))).await
}

/// The city's rules: what holds first, then what comes.
pub async fn rules() -> Result<Vec<DatedCampaignRules>, Failure> {
    api::get("/campaigns/rules").await
}

/// Sets the city's rules from a day on.
pub async fn publish_rules(new: &NewCampaignRules, attempt: &Attempt) -> Result<DatedCampaignRules, Failure> {
    api::post("/campaigns/rules", new, attempt).await
}
