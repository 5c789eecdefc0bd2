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

/// A client's requests: so many at once at most, and so many in each minute on the long run (token bucket).
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// What is left.
    left: f64,
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
    /// So many requests fit in, and as many are had again in [`Self::SECONDS`].
    pub const MOST: u32 = 600;
    /// An empty bucket is full again after so many seconds.
    pub const SECONDS: u32 = 60;

    /// A full one.
    pub fn full(now: DateTime<Utc>) -> Self {
        Self { left: f64::from(Self::MOST), at: now }
    }

    /// Takes a request out, or says how many seconds to wait. A clock that goes back refills nothing.
    pub fn take(&mut self, now: DateTime<Utc>) -> Result<Quota, Rejection> {
        let (most, per_second) = (f64::from(Self::MOST), f64::from(Self::MOST) / f64::from(Self::SECONDS));
        let passed = (now - self.at).as_seconds_f64().max(0.0);
        self.left = (self.left + passed * per_second).min(most);
        self.at = self.at.max(now);
        if self.left < 1.0 {
            return Err(Rejection::TooManyRequests { seconds: i64::from(whole((1.0 - self.left) / per_second).max(1)) });
        }
        self.left -= 1.0;
        Ok(Quota { left: whole(self.left.floor()), full_in: whole((most - self.left) / per_second) })
    }

    /// Whether it is as good as new, and need not be remembered.
    pub fn is_full(&self, now: DateTime<Utc>) -> bool {
        (now - self.at).num_seconds() >= i64::from(Self::SECONDS)
    }
}

/// The next whole number, of a small number that is not negative.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::as_conversions)]
fn whole(number: f64) -> u32 {
    number.ceil().clamp(0.0, f64::from(u16::MAX)) as u32
}
