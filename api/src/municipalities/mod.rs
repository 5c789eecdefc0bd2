//! Municipalities and the compacts between them, for everybody to read.

pub mod store;

use actix_web::{get, web};
use shared::municipalities::{Compact, Municipality};
use shared::page::Page;

use crate::App;
use crate::error::ApiError;
use crate::routes::Operations;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_municipalities).service(list_compacts);
}

/// The municipalities that take part
#[utoipa::path(tag = "municipalities", responses((status = 200, description = "All of them, by code", body = Page<Municipality>)))]
#[get("/municipalities")]
pub async fn list_municipalities(app: web::Data<App>) -> Result<web::Json<Page<Municipality>>, ApiError> {
    let items = app.db.read(|conn| store::list_municipalities(conn).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// The compacts (広域利用協定) between them: whose residents may use what where
#[utoipa::path(tag = "municipalities", responses((status = 200, description = "All of them with their terms", body = Page<Compact>)))]
#[get("/compacts")]
pub async fn list_compacts(app: web::Data<App>) -> Result<web::Json<Page<Compact>>, ApiError> {
    let items = app.db.read(|conn| store::list_compacts(conn).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}
