//! What a client has to know of an installation before anybody signs in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Holiday;

/// Settings that the app shows itself by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Template of the map's tiles (`{z}`, `{x}`, `{y}`); empty when there are none.
    pub map_tiles: String,
    /// Whether residents may sign in at a provider (OpenID Connect).
    #[serde(default)]
    pub resident_sign_in: bool,
    /// The origin on whose pages passkeys can be used; none: they are not offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey_origin: Option<String>,
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// The national holidays from last month until a year from now, in order.
    pub holidays: Vec<Holiday>,
}
