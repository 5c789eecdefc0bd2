//! Ends sessions whose time is over and that nobody ended.

use super::{end, store};
use crate::App;
use crate::error::ApiError;
use crate::outbox::Act;

/// Ends them all, each in a transaction of its own.
pub async fn end_expired(app: &App) -> Result<(), ApiError> {
    let now = app.now();
    for account in app.db.read(move |conn| Ok::<_, ApiError>(store::list_expired(conn, now)?)).await? {
        let act = Act::of_command("proxy", now);
        app.db
            .write(move |conn| match store::find_session(conn, &account)? {
                Some(session) if session.ends_at <= act.now => end(conn, &session, &act),
                _ => Ok(()),
            })
            .await?;
    }
    Ok(())
}
