//! Entitlements (認定): what a family's children are certified for.

pub mod jobs;
pub mod life;
mod officer;
pub mod store;

use actix_web::{get, web};
use shared::entitlements::HeldEntitlement;
use shared::page::Page;

use crate::error::{ApiError, ForGuardian};
use crate::routes::Operations;
use crate::session::Guardian;
use crate::{App, families};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(list_entitlements)
        .service(officer::list_moved_entitlements)
        .service(officer::preview_revocation)
        .service(officer::revoke_entitlement);
}

/// What the family's children are certified for, also what is over: with when and why it ends, what to do next, and the stays after it
#[utoipa::path(
    tag = "entitlements",
    responses(
        (status = 200, description = "The one that ends last first", body = Page<HeldEntitlement>),
        ForGuardian,
    )
)]
#[get("/entitlements")]
pub async fn list_entitlements(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<Page<HeldEntitlement>>, ApiError> {
    let now = app.now();
    let items = app
        .db
        .read(move |conn| {
            let family = families::store::find_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
            life::list_held(conn, &family, now)
        })
        .await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}
