//! What goes on in sandboxes between requests, and those that nobody uses any more.

use std::time::Duration;

use shared::sandboxes::KEPT;

use super::store;
use crate::App;
use crate::error::ApiError;

/// Between two looks at the worlds that are in use.
const LOOK: Duration = Duration::from_millis(500);

/// Does what follows of what is done in sandboxes, as long as the server runs.
pub async fn keep_settled(app: App) {
    let Some(worlds) = app.sandboxes.clone() else { return };
    loop {
        for world in worlds.in_use() {
            world.settle().await;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Removes sandboxes that nobody used for two weeks.
pub async fn remove_unused(app: &App) -> Result<(), ApiError> {
    let Some(worlds) = &app.sandboxes else { return Ok(()) };
    let since = app.real_now() - KEPT;
    for id in app.db.read(move |conn| store::list_unused(conn, since).map_err(ApiError::from)).await? {
        worlds.remove(&id).await?;
        app.db.write(move |conn| store::delete(conn, &id).map_err(ApiError::from)).await?;
    }
    Ok(())
}
