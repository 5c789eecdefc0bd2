//! Whether a request with a token is let in: its scope, its facility, and how many there were.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Rejection, Scope};
use crate::ids::FacilityId;
use crate::problem::{Datum, Reason};

/// What a client is granted at one facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The facility.
    pub facility_id: FacilityId,
    /// What it may do there.
    pub scopes: BTreeSet<Scope>,
}

/// Why a request with a valid token is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// No client may call the operation, whatever it is granted.
    OperationClosed,
    /// Token or facility do not grant it.
    ScopeMissing {
        /// What is missing.
        scope: Scope,
    },
    /// Several facilities grant something, and the request names none.
    FacilityMissing,
    /// The facility grants nothing; whether it is there at all is not said.
    NotGranted,
}

impl Denial {
    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        match self {
            Self::OperationClosed => Reason::new("clients.operation_closed"),
            Self::ScopeMissing { scope } => Reason::new("clients.scope_missing").with("scope", Datum::Text(scope.word().to_owned())),
            Self::FacilityMissing => Reason::new("clients.facility_missing"),
            Self::NotGranted => Reason::new("problem.not_found"),
        }
    }
}

/// For which facility a request is let in: the one that it names, or the only one that grants anything. What the token is good for is asked
/// first, so that a wrong facility tells nothing to a token without the scope.
pub fn admit(token: &BTreeSet<Scope>, grants: &[Granted], needed: Scope, named: Option<&FacilityId>) -> Result<FacilityId, Denial> {
    let missing = Err(Denial::ScopeMissing { scope: needed });
    if !token.contains(&needed) {
        return missing;
    }
    let granted = match (named, grants) {
        (Some(named), _) => grants.iter().find(|one| one.facility_id == *named).ok_or(Denial::NotGranted)?,
        (None, [only]) => only,
        (None, []) => return Err(Denial::NotGranted),
        (None, _) => return Err(Denial::FacilityMissing),
    };
    if granted.scopes.contains(&needed) { Ok(granted.facility_id.clone()) } else { missing }
}

/// Whether the client sees what families gave there, where they agreed.
pub fn sees_children(token: &BTreeSet<Scope>, grants: &[Granted], facility: &FacilityId) -> bool {
    let there = grants.iter().find(|one| one.facility_id == *facility);
    token.contains(&Scope::ChildrenRead) && there.is_some_and(|one| one.scopes.contains(&Scope::ChildrenRead))
}

/// How much of something may be at once, and how soon as much may be again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So many at once.
    pub most: u32,
    /// So many seconds after none was left, as many again.
    pub seconds: u32,
}

impl Rate {
    /// A client's requests.
    pub const REQUESTS: Self = Self { most: 600, seconds: 60 };
    /// Wrong secrets and assertions for one client from one address: after five, one a minute.
    pub const WRONG_FOR_CLIENT: Self = Self { most: 5, seconds: 300 };
    /// Those from one address, whoever it claims to be: after thirty, three a minute.
    pub const WRONG_FROM_ADDRESS: Self = Self { most: 30, seconds: 600 };

    /// Milliseconds that fill an empty one.
    fn whole(self) -> i64 {
        i64::from(self.seconds) * 1000
    }

    /// Milliseconds until one more may be.
    fn one(self) -> i64 {
        self.whole() / i64::from(self.most.max(1))
    }
}

/// So many at once at most, and so many over time (token bucket).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// How much fits in, and how soon it fills.
    rate: Rate,
    /// Milliseconds until it is full, in whole numbers, so that a wait is told to the second.
    lacks: i64,
    /// As of when.
    at: DateTime<Utc>,
}

/// What is left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// So many requests may follow at once.
    pub left: u32,
    /// Seconds until as many as ever may follow.
    pub full_in: u32,
}

impl Bucket {
    /// A full one.
    pub fn full(rate: Rate, now: DateTime<Utc>) -> Self {
        Self { rate, lacks: 0, at: now }
    }

    /// What it lacks by now. A clock that goes back refills nothing.
    fn lacks(&self, now: DateTime<Utc>) -> i64 {
        let passed = (now - self.at).num_milliseconds().max(0);
        self.lacks.saturating_sub(passed).max(0)
    }

    /// How many seconds to wait until one can be taken; none: one can be now.
    pub fn wait(&self, now: DateTime<Utc>) -> Option<i64> {
        let missing = self.lacks(now) + self.rate.one() - self.rate.whole();
        (missing > 0).then(|| seconds(missing))
    }

    /// Takes one out, or says how many seconds to wait.
    pub fn take(&mut self, now: DateTime<Utc>) -> Result<Quota, Rejection> {
        if let Some(seconds) = self.wait(now) {
            return Err(Rejection::TooManyRequests { seconds });
        }
        self.lacks = self.lacks(now) + self.rate.one();
        self.at = self.at.max(now);
        let left = (self.rate.whole() - self.lacks) / self.rate.one().max(1);
        Ok(Quota { left: u32::try_from(left).unwrap_or_default(), full_in: u32::try_from(seconds(self.lacks)).unwrap_or_default() })
    }

    /// Whether it is as good as new, and need not be remembered.
    pub fn is_full(&self, now: DateTime<Utc>) -> bool {
        (now - self.at).num_seconds() >= i64::from(self.rate.seconds)
    }
}

/// Milliseconds as seconds, each begun one whole.
fn seconds(milliseconds: i64) -> i64 {
    (milliseconds + 999) / 1000
}
