//! Links what was written to the audit since, a batch in a transaction.

use crate::App;
use crate::error::ApiError;

use super::store;

/// So many lines in one transaction.
const BATCH: i64 = 200;
/// So many transactions in one round of the clock; the next one goes on.
const ROUNDS: usize = 20;

/// Links every line that waits.
pub async fn seal(app: &App) -> Result<(), ApiError> {
    for _ in 0..ROUNDS {
        let waiting = app.db.read(|conn| Ok::<_, ApiError>(store::has_unsealed(conn)?)).await?;
        if !waiting {
            break;
        }
        match app.db.write(|conn| Ok::<_, ApiError>(store::seal(conn, BATCH)?)).await {
            // Another was quicker; what it left is looked for again.
            Ok(()) | Err(ApiError::Retry) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
