//! Pages of a list: items and an opaque cursor to the next ones.

use serde::{Deserialize, Serialize};

/// The most items a page may hold.
pub const MAX_LIMIT: u32 = 200;
/// How many items a page holds when nobody says.
pub const DEFAULT_LIMIT: u32 = 50;

/// A page of a list in a stable order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Give this back as `cursor` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
