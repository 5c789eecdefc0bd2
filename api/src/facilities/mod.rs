//! Facilities (施設).

pub mod store;

use utoipa_actix_web::service_config::ServiceConfig;

/// The slice's operations.
pub fn configure(_config: &mut ServiceConfig<'_>) {}
