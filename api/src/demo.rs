//! The fictional demo world.

use crate::App;
use crate::error::ApiError;

/// Fills an empty database; says whether it did.
pub async fn load_when_empty(_app: &App) -> Result<bool, ApiError> {
    Ok(false)
}

/// Whether the demo world is loaded.
pub async fn is_loaded(_app: &App) -> Result<bool, ApiError> {
    Ok(false)
}

/// The demo sign-ins, for the screen.
pub fn sign_ins() -> String {
    String::new()
}
