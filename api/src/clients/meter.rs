//! How often clients ask, and how often somebody fails to prove to be one: the limits, and what is written down day by day.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use shared::clients::{Bucket, Quota, Rate, Rejection};
use shared::ids::{ClientId, FacilityId};
use shared::time::tokyo_day;

use super::store;
use crate::App;
use crate::error::ApiError;

/// More buckets than that are not remembered at a time: full ones go first.
const MOST: usize = 10_000;
/// No client's id is longer; what is longer is not worth remembering.
const ID_MOST: usize = 64;

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

/// Whose wrong secrets and assertions are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Doubt {
    /// Those for a client, from one address: whoever tries from elsewhere locks no vendor out.
    Client(ClientId, Option<IpAddr>),
    /// Those from an address, whoever it claims to be.
    Address(IpAddr),
}

/// What a failed proof counts against. Clients that there are not are counted like others, so that nobody learns which there are.
fn doubts(client: &ClientId, from: Option<IpAddr>) -> impl Iterator<Item = (Doubt, Rate)> {
    let of_client = (client.as_str().len() <= ID_MOST).then(|| (Doubt::Client(client.clone(), from), Rate::WRONG_FOR_CLIENT));
    of_client.into_iter().chain(from.map(|from| (Doubt::Address(from), Rate::WRONG_FROM_ADDRESS)))
}

type Counts = (i64, i64, DateTime<Utc>);

/// The limits of this process, and what it has not written down yet: a write for each request would cost more than the request.
#[derive(Debug, Default)]
pub struct Meter {
    buckets: Mutex<HashMap<ClientId, Bucket>>,
    wrong: Mutex<HashMap<Doubt, Bucket>>,
    uses: Mutex<HashMap<Use, Counts>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bucket of somebody, a full one at first. Where too many are remembered and none is full, all are forgotten.
pub(crate) fn bucket<K: Eq + Hash>(all: &mut HashMap<K, Bucket>, whose: K, rate: Rate, now: DateTime<Utc>) -> &mut Bucket {
    if all.len() >= MOST {
        all.retain(|_, bucket| !bucket.is_full(now));
    }
    if all.len() >= MOST {
        all.clear();
    }
    all.entry(whose).or_insert_with(|| Bucket::full(rate, now))
}

impl Meter {
    /// Lets a client's request through, or says how long to wait.
    pub fn take(&self, client: &ClientId, now: DateTime<Utc>) -> Result<Quota, Rejection> {
        bucket(&mut locked(&self.buckets), client.clone(), Rate::REQUESTS, now).take(now)
    }

    /// Whether somebody at this address may try to prove to be this client, or has to wait after too many wrong proofs.
    pub fn may_prove(&self, client: &ClientId, from: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), Rejection> {
        let wrong = locked(&self.wrong);
        let longest = doubts(client, from).filter_map(|(doubt, _)| wrong.get(&doubt)?.wait(now)).max();
        longest.map_or(Ok(()), |seconds| Err(Rejection::TooManyWrong { seconds }))
    }

    /// Counts a wrong proof.
    pub fn count_wrong(&self, client: &ClientId, from: Option<IpAddr>, now: DateTime<Utc>) {
        let mut wrong = locked(&self.wrong);
        for (doubt, rate) in doubts(client, from) {
            // Several at once may find it empty already.
            let _ = bucket(&mut wrong, doubt, rate, now).take(now);
        }
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
