//! What a client has to know of an installation before anybody signs in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Settings that the app shows itself by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Template of the map's tiles (`{z}`, `{x}`, `{y}`); empty when there are none.
    pub map_tiles: String,
    /// The server's clock.
    pub now: DateTime<Utc>,
}
