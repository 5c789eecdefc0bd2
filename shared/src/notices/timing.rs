//! When a notice goes out: not at night unless it is about the same day, many within the hour as one, and again after a failure.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{Follow, Kind};
use crate::programmes::Waiting;

/// So many within the hour come as one message with a list.
pub const MANY: usize = 3;
/// The hour within which they are counted.
pub const TOGETHER: TimeDelta = TimeDelta::hours(1);
/// Nobody is asked to confirm a mail address again before that.
pub const BETWEEN_ASKS: TimeDelta = TimeDelta::minutes(10);
/// Nothing is tried longer than that.
pub const LONGEST: TimeDelta = TimeDelta::hours(24);
/// Before a stay begins its family must have had so long to hear of a change.
const AHEAD: TimeDelta = TimeDelta::hours(1);

/// From when to when (Tokyo) nothing is sent but what is about the same day: the quiet hours of the waiting list.
pub fn quiet_hours() -> (NaiveTime, NaiveTime) {
    let Waiting { quiet_from, quiet_until, .. } = Waiting::default();
    (quiet_from, quiet_until)
}

/// Whether a notice ignores the quiet hours. An offer is told by the rule of its waiting list, which lets sleep; its time to answer runs.
pub fn is_urgent(kind: Kind, starts_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    match kind {
        Kind::WaitlistOffered | Kind::WaitlistReturned => true,
        Kind::SlotClosed
        | Kind::BookingCancelled
        | Kind::BookingDeclined
        | Kind::BookingRescheduled
        | Kind::BookingConfirmed
        | Kind::BookingFreeUntil => starts_at.is_some_and(|starts_at| {
            let told = Waiting::default().told_at(starts_at, now);
            now < starts_at && (crate::time::tokyo_day(starts_at) == crate::time::tokyo_day(now) || starts_at < told + AHEAD)
        }),
        _ => false,
    }
}

/// When a notice may go out: at once, or when the quiet hours end.
pub fn due_at(urgent: bool, now: DateTime<Utc>) -> DateTime<Utc> {
    // The far day is never today, so only the hour counts.
    if urgent { now } else { Waiting::default().told_at(DateTime::<Utc>::MAX_UTC, now) }
}

/// When a notice goes out to somebody who wants many as one, by when the last ones went out or will: where it would be one of many within the
/// hour, it waits for the others until the hour is over.
pub fn digest_at(due: DateTime<Utc>, recent: &[DateTime<Utc>]) -> DateTime<Utc> {
    let mut within: Vec<DateTime<Utc>> = recent.iter().copied().filter(|at| *at <= due && due < *at + TOGETHER).collect();
    within.sort_unstable();
    match within.first() {
        Some(first) if within.len() + 1 >= MANY => {
            let together = *first + TOGETHER;
            due_at(false, together)
        }
        _ => due,
    }
}

/// By when somebody should have opened it; none where nobody has to. Nobody's time runs while they sleep: it begins when it is due.
pub fn deadline(
    kind: Kind,
    due: DateTime<Utc>,
    (starts_at, answer_by): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> Option<DateTime<Utc>> {
    match kind.rule().follow {
        Follow::Not => None,
        Follow::Answer => answer_by,
        Follow::Hours(hours) => {
            let by = due + TimeDelta::hours(hours);
            // Who hears of it when the stay has begun hears too late; but somebody must have had the time to look.
            Some(starts_at.map_or(by, |starts_at| by.min(starts_at).max(due + AHEAD)))
        }
    }
}

/// How long to wait after so many tries (from 1): 1 minute, 4, 16, 64 and so on, with up to a quarter more by chance, 24 hours at most.
/// `chance` is any number.
pub fn back_off(attempts: u32, chance: u32) -> TimeDelta {
    let seconds = 60_i64.saturating_mul(4_i64.saturating_pow(attempts.saturating_sub(1).min(16)));
    let seconds = seconds.min(LONGEST.num_seconds());
    let more = seconds.saturating_mul(i64::from(chance % 256)) / 1024;
    TimeDelta::seconds((seconds + more).min(LONGEST.num_seconds()))
}
