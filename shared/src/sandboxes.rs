//! Sandboxes (お試し環境): fictional worlds in which vendors try their programs, each with a clock that stands still until it is moved.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::clients::Rate;
use crate::ids::{ClientId, FacilityId, SandboxId};
use crate::problem::{Datum, Reason};

/// A sandbox that nobody used for so long is removed.
pub const KEPT: TimeDelta = TimeDelta::days(14);
/// The clock moves so far at once at most.
pub const FARTHEST: TimeDelta = TimeDelta::days(31);
/// There are so many at a time at most.
pub const MOST: i64 = 200;
/// One holds so much at most, in bytes; the world that it begins with is a small part of that.
pub const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// So many may be made from one address: twenty at once, then as many a day.
pub const MADE: Rate = Rate { most: 20, seconds: 86_400 };

/// What time does is done so often on the way of a clock that moves far.
const STEPS: i32 = 100;
/// On a shorter way, not more often than that.
const STEP: TimeDelta = TimeDelta::hours(1);
/// Monday, 5 April 2027, 9:00 in Tokyo, in seconds of the epoch.
const BEGINS: i64 = 1_806_883_200;

/// When every sandbox begins, so that each is like every other: a Monday morning, 2027-04-05T09:00:00+09:00.
pub fn begins() -> DateTime<Utc> {
    DateTime::from_timestamp(BEGINS, 0).unwrap_or_default()
}

/// The instants at which is done what time does, while a clock moves from one to another; the last is the one that was wanted. None where it
/// stands there already.
pub fn advance(clock: DateTime<Utc>, wanted: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, Rejection> {
    if wanted < clock {
        return Err(Rejection::ClockBack { clock });
    }
    if wanted - clock > FARTHEST {
        return Err(Rejection::ClockTooFar { days: FARTHEST.num_days() });
    }
    let step = STEP.max((wanted - clock) / STEPS);
    let on_the_way = (1..=STEPS).map(|n| clock + step * n).take_while(|at| *at < wanted);
    Ok(on_the_way.chain((wanted > clock).then_some(wanted)).collect())
}

/// A facility of a sandbox, which grants its client every scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SandboxFacility {
    /// The facility.
    pub facility_id: FacilityId,
    /// Its fictional name.
    pub name: String,
    /// Mail address of a member of its staff.
    pub staff: String,
}

/// A sandbox. Whoever knows its id may use it: nothing in it is real.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sandbox {
    /// Its id.
    pub id: SandboxId,
    /// Where its API is: put it in the place of the real one.
    pub api: String,
    /// What its clock says. `X-Test-Clock` on any request to its API moves it, only forwards and at most 31 days at once.
    pub clock: DateTime<Utc>,
    /// Its client. Tokens and limits go by the real time, whatever the clock says.
    pub client_id: ClientId,
    /// Its facilities.
    pub facilities: Vec<SandboxFacility>,
    /// Mail addresses of guardians, to sign in as families do.
    pub guardians: Vec<String>,
    /// The password of everybody in it.
    pub password: String,
    /// It is removed then, where nobody uses it before.
    pub kept_until: DateTime<Utc>,
}

/// A sandbox that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeSandbox {
    /// The sandbox.
    pub sandbox: Sandbox,
    /// The secret of its client, told this once.
    pub client_secret: String,
}

/// Why a sandbox does not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// Its clock only moves forwards.
    ClockBack {
        /// What it says.
        clock: DateTime<Utc>,
    },
    /// Its clock does not move so far at once.
    ClockTooFar {
        /// So many days at most.
        days: i64,
    },
    /// The clock of what is real cannot be moved.
    ClockIsReal,
    /// There are as many as there may be.
    Full,
    /// It holds as much as it may.
    TooBig,
    /// Too many were made from this address.
    TooMany {
        /// One more may be made after so many.
        seconds: i64,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ClockBack { .. } => "sandboxes.clock_back",
            Self::ClockTooFar { .. } => "sandboxes.clock_too_far",
            Self::ClockIsReal => "sandboxes.clock_is_real",
            Self::Full => "sandboxes.full",
            Self::TooBig => "sandboxes.too_big",
            Self::TooMany { .. } => "sandboxes.too_many",
        }
    }

    /// The reason with what its sentence needs.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::ClockBack { clock } => reason.with("clock", Datum::Moment(clock)),
            Self::ClockTooFar { days } => reason.with("days", Datum::Count(days)),
            Self::TooMany { seconds } => reason.with("minutes", Datum::Minutes(seconds.div_euclid(60) + 1)),
            Self::ClockIsReal | Self::Full | Self::TooBig => reason,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_moves_forwards_in_steps_and_ends_where_it_was_wanted() {
        let clock = begins();
        assert_eq!(clock.to_rfc3339(), "2027-04-05T00:00:00+00:00");
        let after = |span: TimeDelta| advance(clock, clock + span);
        assert_eq!(after(TimeDelta::zero()), Ok(vec![]));
        assert_eq!(after(TimeDelta::minutes(5)), Ok(vec![clock + TimeDelta::minutes(5)]));
        assert_eq!(after(TimeDelta::hours(1)), Ok(vec![clock + TimeDelta::hours(1)]));
        let day = after(TimeDelta::minutes(150)).unwrap();
        assert_eq!(day, [60, 120, 150].map(|minutes| clock + TimeDelta::minutes(minutes)));
        for span in [TimeDelta::hours(100), TimeDelta::hours(101), FARTHEST] {
            let steps = after(span).unwrap();
            assert!(steps.len() <= 101 && steps.is_sorted() && steps.last() == Some(&(clock + span)), "{span}: {}", steps.len());
        }
        assert_eq!(after(-TimeDelta::seconds(1)), Err(Rejection::ClockBack { clock }));
        assert_eq!(after(FARTHEST + TimeDelta::microseconds(1)), Err(Rejection::ClockTooFar { days: 31 }));
    }
}
