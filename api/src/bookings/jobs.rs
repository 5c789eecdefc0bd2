//! What time does to bookings: a request that nobody decided is decided by the programme's rule.

use shared::bookings::{Booking, lapse};
use shared::programmes::Confirmation;

use super::engine::lock;
use super::staff::settle_party;
use super::store;
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{App, programmes, slots};

/// How the events name this.
const ACTOR: &str = "time";
/// So many in one round; the next round takes the rest.
const ROUND: i64 = 200;

/// Decides requests whose time is over, each in a transaction of its own; says how many. One that fails is told to the log and does not
/// keep the others waiting.
pub async fn decide_overdue(app: &App) -> Result<usize, ApiError> {
    let now = app.now();
    let overdue = app.db.read(move |conn| Ok::<_, ApiError>(store::list_overdue(conn, now, ROUND)?)).await?;
    let mut decided = 0;
    for id in overdue {
        let wanted = id.clone();
        let write = app.db.write(move |conn| {
            let booking = lock(conn, &wanted)?.booking;
            // Decided or cancelled since it was listed: nothing is left to do.
            let Some(next) = lapse(&booking, confirmation(conn, &booking)?, now) else { return Ok(()) };
            settle_party(conn, &booking, &next, &Act::of_command(ACTOR, now)).map(drop)
        });
        match write.await {
            Ok(()) => decided += 1,
            Err(error) => tracing::warn!(booking = %id, %error, "an overdue request was not decided"),
        }
    }
    Ok(decided)
}

/// How a booking is confirmed at its facility on its day.
fn confirmation(conn: &mut AnyConnection, booking: &Booking) -> Result<Confirmation, ApiError> {
    let slot = slots::store::find_slot(conn, &booking.slot_id)?.ok_or(ApiError::NotFound)?.slot;
    let programme = programmes::store::find_programme(conn, &slot.facility.municipality, &slot.programme, slot.day())?;
    Ok(slot.confirmation(&programme.ok_or(ApiError::NotFound)?.terms))
}
