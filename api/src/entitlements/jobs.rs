//! What time does to certifications: their families are told before they end, and stays whose new application nobody sent end on their day.

use chrono::TimeDelta;
use shared::entitlements::TOLD_DAYS_BEFORE;
use shared::time::{day_start, days_after, next_day, tokyo_day};

use super::life::settle_stays;
use super::store;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{App, families};

/// How the events name this.
const ACTOR: &str = "time";
/// So many in one round; the next round takes the rest.
const ROUND: i64 = 200;

/// Tells of certifications that end by themselves within thirty days, by the event `entitlement.ending`: once for each end, whatever is
/// restarted meanwhile. Says how many.
pub async fn tell_endings(app: &App) -> Result<usize, ApiError> {
    let now = app.now();
    let today = tokyo_day(now);
    let ending =
        app.db.read(move |conn| Ok::<_, ApiError>(store::list_untold(conn, (today, days_after(today, TOLD_DAYS_BEFORE)), ROUND)?)).await?;
    let mut told = 0;
    for (id, municipality, valid_until) in ending {
        let write = app.db.write(move |conn| {
            // Told by another server since it was listed: nothing is left to do.
            if !store::mark_told(conn, &id, valid_until, now)? {
                return Ok::<_, ApiError>(false);
            }
            Act::of_command(ACTOR, now).record(conn, "entitlement.ending", (&municipality, None), id.as_str())?;
            Ok(true)
        });
        match write.await {
            Ok(true) => told += 1,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "an ending certification was not told"),
        }
    }
    Ok(told)
}

/// Ends the stays of today that a move left without a certification, and for which nobody has sent the new application. Says for how many
/// families it looked.
pub async fn end_unkept(app: &App) -> Result<usize, ApiError> {
    let now = app.now();
    let until = day_start(next_day(tokyo_day(now))) - TimeDelta::seconds(1);
    let listed = app.db.read(move |conn| Ok::<_, ApiError>(store::list_with_stays(conn, (now, until))?)).await?;
    let count = listed.len();
    for family in listed {
        let wanted = family.clone();
        let write = app.db.write(move |conn| {
            families::store::lock_family(conn, &wanted)?.ok_or(ApiError::NotFound)?;
            settle_stays(conn, &wanted, &Act::of_command(ACTOR, now))
        });
        if let Err(error) = write.await {
            tracing::warn!(%family, %error, "stays without certification were not ended");
        }
    }
    Ok(count)
}
