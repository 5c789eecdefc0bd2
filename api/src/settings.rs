//! What the app has to know of this installation before anybody signs in.

use actix_web::{get, web};
use shared::settings::Settings;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::App;

/// The slice's operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_settings);
}

/// What a client shows itself by
#[utoipa::path(tag = "settings", responses((status = 200, description = "The settings", body = Settings)))]
#[get("/settings")]
pub async fn get_settings(app: web::Data<App>) -> web::Json<Settings> {
    web::Json(Settings { map_tiles: app.config.tiles.clone(), now: app.now() })
}
