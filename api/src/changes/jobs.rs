//! What time does to changes: those of facilities and cities are written into what holds when their first day comes.

use shared::changes::Standing;
use shared::time::tokyo_day;

use super::{applying, store};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{App, municipalities};

/// How the events name this.
const ACTOR: &str = "time";

/// Writes every change whose first day has come, each in a transaction of its own; says how many. One that fails is told to the log and does
/// not keep the others waiting.
pub async fn enter_due(app: &App) -> Result<usize, ApiError> {
    let now = app.now();
    let today = tokyo_day(now);
    let due = app.db.read(move |conn| Ok::<_, ApiError>(store::list_due(conn, today)?)).await?;
    let mut entered = 0;
    for id in due {
        let wanted = id.clone();
        let write = app.db.write(move |conn| {
            let Some(stored) = store::lock_change(conn, &wanted)? else { return Ok(false) };
            // Somebody else was faster.
            if stored.change.standing != Standing::Agreed || store::is_entered(conn, &wanted)? {
                return Ok(false);
            }
            municipalities::store::lock_municipality(conn, &stored.change.municipality)?;
            applying::enter(conn, &stored.change.municipality, &stored.change.change, &Act::of_command(ACTOR, now))?;
            store::mark_entered(conn, &wanted, now)?;
            Ok::<_, ApiError>(true)
        });
        match write.await {
            Ok(is_entered) => entered += usize::from(is_entered),
            Err(error) => tracing::warn!(change = %id, %error, "a change was not written on its first day"),
        }
    }
    Ok(entered)
}
