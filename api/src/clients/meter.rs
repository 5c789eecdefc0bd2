//! How often clients ask: the limit of each, and what is written down of it day by day.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use shared::clients::{Bucket, Quota, Rejection};
use shared::ids::{ClientId, FacilityId};
use shared::time::tokyo_day;

use super::store;
use crate::App;
use crate::error::ApiError;

/// More clients than that are not remembered at a time: full buckets go first.
const MOST: usize = 10_000;

/// What is counted together: a client's requests by one operation at one facility on one day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Use {
    /// The client.
    pub client: ClientId,
    /// The facility, once it was clear.
    pub facility: Option<FacilityId>,
    /// The day in Tokyo.
    pub day: NaiveDate,
    /// The operation's id.
    pub operation: String,
}

type Counts = (i64, i64, DateTime<Utc>);

/// The limits of this process, and what it has not written down yet: a write for each request would cost more than the request.
#[derive(Debug, Default)]
pub struct Meter {
    buckets: Mutex<HashMap<ClientId, Bucket>>,
    uses: Mutex<HashMap<Use, Counts>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Meter {
    /// Lets a client's request through, or says how long to wait.
    pub fn take(&self, client: &ClientId, now: DateTime<Utc>) -> Result<Quota, Rejection> {
        let mut buckets = locked(&self.buckets);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        buckets.entry(client.clone()).or_insert_with(|| Bucket::full(now)).take(now)
    }

    /// Counts a request.
    pub fn count(&self, client: &ClientId, facility: Option<&FacilityId>, operation: &str, is_refused: bool, now: DateTime<Utc>) {
        let what = Use { client: client.clone(), facility: facility.cloned(), day: tokyo_day(now), operation: operation.to_owned() };
        self.add(what, (1, i64::from(is_refused), now));
    }

    fn add(&self, what: Use, (requests, refused, at): Counts) {
        let mut uses = locked(&self.uses);
        let known = uses.entry(what).or_insert((0, 0, at));
        *known = (known.0 + requests, known.1 + refused, known.2.max(at));
    }
}

/// Writes down what was counted since the last time.
pub async fn write_down(app: &App) -> Result<(), ApiError> {
    let counted = std::mem::take(&mut *locked(&app.meter.uses));
    if counted.is_empty() {
        return Ok(());
    }
    let all = counted.clone();
    let written = app.db.write(move |conn| {
        for (what, counts) in &all {
            store::add_use(conn, what, *counts)?;
        }
        Ok::<_, ApiError>(())
    });
    let written = written.await;
    if written.is_err() {
        counted.into_iter().for_each(|(what, counts)| app.meter.add(what, counts));
    }
    written
}
