//! What the app has to know of this installation before anybody signs in.

use actix_web::{get, web};
use shared::calendar::Holiday;
use shared::settings::Settings;
use shared::time::{days_after, days_before, tokyo_day};

use crate::error::ApiError;
use crate::municipalities::store::list_holidays;
use crate::routes::Operations;
use crate::{App, passkeys};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_settings);
}

/// What a client shows itself by
#[utoipa::path(tag = "settings", responses((status = 200, description = "The settings", body = Settings)))]
#[get("/settings")]
pub async fn get_settings(app: web::Data<App>) -> Result<web::Json<Settings>, ApiError> {
    let now = app.now();
    let today = tokyo_day(now);
    let (from, to) = (days_before(today, 31), days_after(today, 366));
    let holidays = app.db.read(move |conn| list_holidays(conn, from, to).map_err(ApiError::from)).await?;
    let holidays = holidays.into_iter().map(|(date, name)| Holiday { date, name }).collect();
    let passkey_origin = passkeys::origin(&app.config.public_url);
    Ok(web::Json(Settings { map_tiles: app.config.tiles.clone(), resident_sign_in: app.provider.is_some(), passkey_origin, now, holidays }))
}
