//! What time does to reminders: each is told once, by an event in the transaction of its mark, so that a notice comes of it once whatever is
//! restarted meanwhile.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use shared::bookings::Booking;
use shared::ids::{BookingId, FamilyId};
use shared::reminders::Reminder;
use shared::time::tokyo_day;

use super::store;
use crate::bookings::store::find_booking;
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{App, families};

/// How the events name this.
const ACTOR: &str = "time";
/// So many in one round; the next round takes the rest.
const ROUND: i64 = 200;

/// Plans and tells what is due. Says of how many bookings families were reminded.
pub async fn remind(app: &App) -> Result<usize, ApiError> {
    let now = app.now();
    plan(app, now).await?;
    let due = app.db.read(move |conn| Ok::<_, ApiError>(store::list_due(conn, now, ROUND)?)).await?;
    let mut told = 0;
    for family in due {
        let wanted = family.clone();
        match app.db.write(move |conn| tell(conn, &wanted, now)).await {
            Ok(count) => told += count,
            Err(error) => tracing::warn!(%family, %error, "a family was not reminded"),
        }
    }
    Ok(told)
}

/// Writes down when to remind of bookings that were not seen yet.
async fn plan(app: &App, now: DateTime<Utc>) -> Result<(), ApiError> {
    let unplanned = app.db.read(move |conn| Ok::<_, ApiError>(store::list_unplanned(conn, now, ROUND)?)).await?;
    if unplanned.is_empty() {
        return Ok(());
    }
    let write = app.db.write(move |conn| {
        for id in &unplanned {
            // Moved or cancelled since it was listed: the next round sees it as it is.
            if let Some(stored) = find_booking(conn, id)? {
                store::insert_plan(conn, &stored.booking)?;
            }
        }
        Ok::<_, ApiError>(())
    });
    write.await
}

/// Reminds a family: brothers and sisters and all stays of a day at once, in one act, of which one notice comes.
fn tell(conn: &mut AnyConnection, family: &FamilyId, now: DateTime<Utc>) -> Result<usize, ApiError> {
    families::store::lock_family(conn, family)?.ok_or(ApiError::NotFound)?;
    let mut stays: BTreeMap<(DateTime<Utc>, BookingId), (Booking, Vec<Reminder>)> = BTreeMap::new();
    for (id, starts_at, reminder) in store::list_due_of(conn, family, now)? {
        store::mark_told(conn, &id, starts_at, reminder, now)?;
        let booking = find_booking(conn, &id)?.map(|stored| stored.booking);
        if let Some(booking) = booking.filter(|booking| booking.starts_at == starts_at && reminder.is_due(booking, now)) {
            stays.entry((starts_at, id)).or_insert_with(|| (booking, Vec::new())).1.push(reminder);
        }
    }
    let mut days: BTreeMap<(NaiveDate, Reminder), Vec<Booking>> = BTreeMap::new();
    for ((starts_at, _), (booking, due)) in stays {
        if let Some(reminder) = Reminder::that_says_all(due) {
            days.entry((tokyo_day(starts_at), reminder)).or_default().push(booking);
        }
    }
    let mut told = 0;
    for ((_, reminder), bookings) in days {
        let act = Act::of_command(ACTOR, now);
        for booking in bookings {
            act.record(conn, reminder.event(), booking.facility.place(), booking.id.as_str())?;
            told += 1;
        }
    }
    Ok(told)
}
