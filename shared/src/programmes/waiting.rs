//! How long those who wait may think over an offer, and when they are let sleep.

use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::time::{at, next_day, tokyo, tokyo_day};

/// The time to answer an offer of the waiting list, by how soon the stay is, and the hours in which no offer is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waiting {
    /// Minutes to answer for a stay on the same day, 1 to 10080 as the others.
    pub same_day_minutes: i64,
    /// Minutes to answer for a stay on the next day.
    pub next_day_minutes: i64,
    /// Minutes to answer for a later stay.
    pub later_minutes: i64,
    /// From this time (Tokyo) on nobody is asked, but for the same day.
    pub quiet_from: NaiveTime,
    /// Until this time; the same as `quiet_from`: there are no quiet hours.
    pub quiet_until: NaiveTime,
}

const fn hour(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

impl Default for Waiting {
    /// 15 minutes on the day, an hour the day before, else twelve hours; nobody is asked between 21:00 and 7:00.
    fn default() -> Self {
        Self { same_day_minutes: 15, next_day_minutes: 60, later_minutes: 720, quiet_from: hour(21), quiet_until: hour(7) }
    }
}

impl Waiting {
    /// When a family is told of a place that frees now: at once, or when the quiet hours end.
    pub fn told_at(&self, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        let (today, time) = (tokyo_day(now), tokyo(now).time());
        let (from, until) = (self.quiet_from, self.quiet_until);
        let is_quiet = if from <= until { from <= time && time < until } else { from <= time || time < until };
        if !is_quiet || tokyo_day(starts_at) == today {
            return now;
        }
        at(if time < until { today } else { next_day(today) }, until)
    }

    /// Minutes to answer an offer that is told then.
    pub fn minutes(&self, starts_at: DateTime<Utc>, told_at: DateTime<Utc>) -> i64 {
        let (stay, told) = (tokyo_day(starts_at), tokyo_day(told_at));
        if stay <= told {
            self.same_day_minutes
        } else if stay == next_day(told) {
            self.next_day_minutes
        } else {
            self.later_minutes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{time, tokyo as at};

    #[test]
    fn nobody_is_asked_at_night_but_for_the_same_day() {
        let rule = Waiting::default();
        let stay = at("2026-12-03 9:00");
        for (now, told) in [
            ("2026-12-01 20:59", "2026-12-01 20:59"),
            ("2026-12-01 21:00", "2026-12-02 7:00"),
            ("2026-12-02 0:00", "2026-12-02 7:00"),
            ("2026-12-02 6:59", "2026-12-02 7:00"),
            ("2026-12-02 7:00", "2026-12-02 7:00"),
            ("2026-12-02 23:30", "2026-12-03 7:00"),
            ("2026-12-03 5:00", "2026-12-03 5:00"),
        ] {
            assert_eq!(rule.told_at(stay, at(now)), at(told), "{now}");
        }
        let never = Waiting { quiet_until: rule.quiet_from, ..rule.clone() };
        assert_eq!(never.told_at(stay, at("2026-12-01 23:00")), at("2026-12-01 23:00"));
        let noon = Waiting { quiet_from: time("12:00"), quiet_until: time("13:00"), ..rule };
        assert_eq!(noon.told_at(stay, at("2026-12-01 12:30")), at("2026-12-01 13:00"));
        assert_eq!(noon.told_at(stay, at("2026-12-01 23:30")), at("2026-12-01 23:30"));
    }

    #[test]
    fn the_sooner_the_stay_the_shorter_the_time() {
        let (rule, stay) = (Waiting::default(), at("2026-12-03 0:00"));
        for (told, minutes) in [("2026-12-03 0:00", 15), ("2026-12-02 23:59", 60), ("2026-12-02 0:00", 60), ("2026-12-01 23:59", 720)] {
            assert_eq!(rule.minutes(stay, at(told)), minutes, "{told}");
        }
    }
}
