//! Whom a campaign would be for, how it reads, and what came of it.

use actix_web::{get, post, web};
use shared::campaigns::{CampaignAudience, CampaignFigures, CampaignPreview, CampaignTest, check_audience};
use shared::ids::CampaignId;
use shared::notices::{Kind, TestSent, words};
use shared::problem::Problem;

use super::{engine, store};
use crate::App;
use crate::error::{ApiError, ForBody, ForOfficer};
use crate::notices::officer::send_test;
use crate::notices::templates::{held, list_versions};
use crate::outbox::Act;
use crate::request::Plain;
use crate::session::Officer;

/// Whom a condition fits in the officer's city today: numbers, and a sample that names nobody
///
/// Of fewer than five families nothing is told but that there are few. That an officer asked stands in the audit, once a day.
#[utoipa::path(
    tag = "campaigns",
    request_body = CampaignAudience,
    responses(
        (status = 200, description = "The numbers", body = CampaignPreview),
        (status = 422, description = "`eligibility.*`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/campaigns/preview")]
pub async fn preview_campaign(
    app: web::Data<App>,
    officer: Officer,
    body: Plain<CampaignAudience>,
) -> Result<web::Json<CampaignPreview>, ApiError> {
    let wrong = check_audience(&body.audience);
    if !wrong.is_empty() {
        return Err(ApiError::Invalid(wrong));
    }
    let (asked, now) = (body.0, app.now());
    let act = Act::of_request(officer.account_id.as_str(), now);
    let city = officer.municipality.clone();
    let channels = app.channels.clone();
    let look = app.db.read(move |conn| {
        let names: Vec<&str> = channels.iter().map(|channel| channel.name()).collect();
        Ok::<_, ApiError>(engine::preview(conn, &city, &asked, &names, now)?)
    });
    let seen = look.await?;
    app.db.write(move |conn| Ok::<_, ApiError>(act.record_look_of_day(conn, "campaign.previewed", officer.municipality.as_str())?)).await?;
    Ok(web::Json(seen))
}

/// Sends a campaign to the officer alone, by every channel that reaches the officer
#[utoipa::path(
    tag = "campaigns",
    request_body = CampaignTest,
    params(("campaign_id" = String, Path, description = "The campaign")),
    responses(
        (status = 200, description = "What came of each try", body = Vec<TestSent>),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`notices.no_channel`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/campaigns/{campaign_id}/test")]
pub async fn test_campaign(
    app: web::Data<App>,
    officer: Officer,
    id: web::Path<CampaignId>,
    body: Plain<CampaignTest>,
) -> Result<web::Json<Vec<TestSent>>, ApiError> {
    let (id, locale, now, city) = (id.into_inner(), body.locale, app.now(), officer.municipality.clone());
    let texts = app
        .db
        .read(move |conn| {
            let found = store::find_campaign(conn, &id)?.filter(|campaign| campaign.municipality == city).ok_or(ApiError::NotFound)?;
            let versions = list_versions(conn, &[city.as_str()])?;
            let own = held(&versions, (&city, Kind::Campaign, locale), now);
            let sentences = own.map_or_else(|| words::shipped(Kind::Campaign, locale), |template| template.texts.clone());
            Ok::<_, ApiError>(words::plain(&words::say(&sentences, &found.plan.facts(), locale)))
        })
        .await?;
    Ok(web::Json(send_test(&app, &officer.account_id, (Kind::Campaign, locale), &texts).await?))
}

/// What came of a campaign so far: told, opened by the hour, booked or applied within 14 days, beside those who were held out
#[utoipa::path(
    tag = "campaigns",
    params(("campaign_id" = String, Path, description = "The campaign")),
    responses(
        (status = 200, description = "The figures", body = CampaignFigures),
        (status = 404, description = "None of this city", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/campaigns/{campaign_id}/figures")]
pub async fn get_campaign_figures(
    app: web::Data<App>,
    officer: Officer,
    id: web::Path<CampaignId>,
) -> Result<web::Json<CampaignFigures>, ApiError> {
    let (id, now) = (id.into_inner(), app.now());
    let figures = app.db.read(move |conn| {
        store::find_campaign(conn, &id)?.filter(|campaign| campaign.municipality == officer.municipality).ok_or(ApiError::NotFound)?;
        let told = store::list_outcomes(conn, &id)?;
        Ok::<_, ApiError>(store::count_fates(conn, &id)?.with(&told, now))
    });
    Ok(web::Json(figures.await?))
}
