//! What time does to notices: they are made of the events in the queue, and delivered by their channels, each channel by itself.
//!
//! Everything that is to be done stands in the database. Making is exactly once, because the event leaves the queue in the transaction that
//! makes its notices; delivering is at least once, because whoever takes a delivery and dies leaves it to the next.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{self, StreamExt as _};
use rand::Rng as _;
use shared::ids::{AccountId, BookingId, DeliveryId};
use shared::notices::{DeliveryState, Group, Kind, LONGEST, MANY, back_off, words};
use tokio::sync::Notify;

use super::making::make_act;
use super::store::{self, Due};
use super::templates::Sentences;
use crate::App;
use crate::bookings::store::{find_booking, list_party};
use crate::channels::{Attachment, Channel, Endpoint, Message, Outcome, Urgency};
use crate::db::{AnyConnection, DbError};
use crate::error::ApiError;
use crate::feeds::booking_attachment;
use crate::session;

/// So many events at a time.
const EVENTS: i64 = 500;
/// So many acts in one transaction, which keeps others from writing for some milliseconds.
const ACTS: usize = 32;
/// So often notices are tried to be made of an act: within an hour and a half.
const MOST_MAKING: u32 = 5;
/// So many deliveries at a time.
const ROUND: i64 = 64;
/// So many messages of a channel are under way at once.
const AT_ONCE: usize = 16;
/// A channel that does not answer is left after that.
const PATIENCE: Duration = Duration::from_secs(20);
/// A delivery that was taken is taken again after that, where nobody wrote what came of it: longer than a round can last.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// Between two looks at the clock.
const TICK: Duration = Duration::from_secs(5);
/// Several changes within so short a time are made notices of together.
const BREATH: Duration = Duration::from_millis(200);
/// The most messages in one list.
const LIST: i64 = 50;

/// What wakes those who make notices and those who deliver them.
#[derive(Debug, Default)]
pub struct Wakes {
    written: Notify,
    made: Notify,
}

impl Wakes {
    /// Something was written of which notices may come.
    pub fn wake(&self) {
        self.written.notify_one();
    }

    /// Deliveries were queued.
    pub fn wake_delivery(&self) {
        self.made.notify_waiters();
    }
}

/// Makes notices as long as the server runs; what was set aside before is tried anew.
pub async fn keep_making(app: App) {
    match app.db.write(|conn| store::take_up(conn).map_err(ApiError::from)).await {
        Ok(0) => {}
        Ok(events) => tracing::info!(events, "notices are made of what was set aside"),
        Err(error) => tracing::warn!(%error, "what was set aside stays so"),
    }
    loop {
        if let Err(error) = make(&app).await {
            tracing::warn!(%error, "notices were not made");
        }
        let _ = tokio::time::timeout(TICK, app.notices.written.notified()).await;
        tokio::time::sleep(BREATH).await;
    }
}

/// Delivers notices as long as the server runs: each channel by itself, so that a slow one keeps no other waiting.
pub async fn keep_delivering(app: App) {
    let all = (0..app.channels.len()).map(|index| keep_channel(app.clone(), index));
    futures_util::future::join_all(all).await;
}

async fn keep_channel(app: App, index: usize) {
    loop {
        if let Err(error) = deliver_by(&app, index).await {
            tracing::warn!(%error, "notices were not delivered");
        }
        let _ = tokio::time::timeout(TICK, app.notices.made.notified()).await;
    }
}

/// Makes the notices of everything in the queue, each act in a transaction of its own; gives how many. An act that fails does not keep the
/// others waiting: it is tried again, ever later, and at last set aside.
pub async fn make(app: &App) -> Result<usize, ApiError> {
    let mut made = 0;
    loop {
        let now = app.now();
        let acts = app.db.read(move |conn| Ok::<_, ApiError>(store::list_acts(conn, now, EVENTS)?)).await?;
        let mut done = false;
        for batch in acts.chunks(ACTS) {
            if let Ok(count) = make_all(app, batch.to_vec(), now).await {
                made += count;
                done = true;
                continue;
            }
            // One of them fails, and the others shall not.
            for act in batch {
                match make_all(app, vec![act.clone()], now).await {
                    Ok(count) => {
                        made += count;
                        done = true;
                    }
                    // The database will be there again; nothing is wrong with the act.
                    Err(ApiError::Busy) => return Err(ApiError::Busy),
                    Err(error) => fail(app, act, &error).await?,
                }
            }
        }
        if !done {
            break;
        }
    }
    if made > 0 {
        app.notices.wake_delivery();
    }
    Ok(made)
}

/// Makes the notices of some acts, in their order and in one transaction.
async fn make_all(app: &App, acts: Vec<String>, now: DateTime<Utc>) -> Result<usize, ApiError> {
    let channels = app.channels.clone();
    let write = app.db.write(move |conn| {
        let mut made = 0;
        for act in &acts {
            made += make_act(conn, act, &channels, now)?;
        }
        Ok::<_, ApiError>(made)
    });
    write.await
}

/// Notes that no notices could be made of an act. The log hears of it once: when it is set aside.
async fn fail(app: &App, act: &str, error: &ApiError) -> Result<(), ApiError> {
    let (wanted, now) = (act.to_owned(), app.now());
    let rule: (u32, fn(u32) -> TimeDelta) = (MOST_MAKING, |attempts| back_off(attempts, 0));
    if app.db.write(move |conn| store::mark_unmade(conn, &wanted, rule, now).map_err(ApiError::from)).await? {
        tracing::error!(%act, %error, "no notices could be made of an act: it is set aside, until the next start or `notices again`");
    }
    Ok(())
}

/// Delivers everything whose turn it is, by every channel; gives how many messages were tried.
pub async fn deliver(app: &App) -> Result<usize, ApiError> {
    let all = futures_util::future::join_all((0..app.channels.len()).map(|index| deliver_by(app, index))).await;
    all.into_iter().sum()
}

/// Delivers what waits for one channel, urgent ones first, until nothing is left whose turn it is.
async fn deliver_by(app: &App, index: usize) -> Result<usize, ApiError> {
    let Some(channel) = app.channels.get(index) else { return Ok(0) };
    let mut tried = 0;
    loop {
        // Looking disturbs nobody who writes.
        let (name, now) = (channel.name(), app.now());
        if !app.db.read(move |conn| store::has_due(conn, name, now).map_err(ApiError::from)).await? {
            return Ok(tried);
        }
        let (all, now, base) = (app.channels.clone(), app.now(), app.config.public_url.clone());
        let taken = app
            .db
            .write(move |conn| match all.get(index) {
                Some(channel) => take(conn, channel.as_ref(), &base, now).map_err(ApiError::from),
                None => Ok(Vec::new()),
            })
            .await?;
        let Some(taken) = Some(taken).filter(|taken| !taken.is_empty()) else { return Ok(tried) };
        let sends = taken.into_iter().filter_map(|parcel| {
            let (endpoint, message) = parcel.post?;
            let (ids, attempts) = (parcel.ids, parcel.attempts);
            Some(async move {
                let sent = tokio::time::timeout(PATIENCE, channel.send(&endpoint, &message)).await;
                Came { ids, attempts, account: message.account_id, endpoint: endpoint.id, outcome: sent.unwrap_or(Outcome::Later(None)) }
            })
        });
        // What is known at once is written at once.
        let mut came = stream::iter(sends).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
        while let Some(came) = came.next().await {
            tried += came.len();
            settle_all(app, index, came).await;
        }
    }
}

/// A message on its way, with the deliveries that are in it.
struct Parcel {
    ids: Vec<DeliveryId>,
    /// None: there was nothing to send, and that is written.
    post: Option<(Endpoint, Message)>,
    attempts: u32,
}

impl Parcel {
    fn with_files(mut self, files: Vec<Attachment>) -> Self {
        if let Some((_, message)) = &mut self.post {
            message.attachments = files;
        }
        self
    }
}

/// Takes what is to be delivered by a channel now, and puts it into messages. Nothing is sent here.
fn take(conn: &mut AnyConnection, channel: &dyn Channel, base: &str, now: DateTime<Utc>) -> Result<Vec<Parcel>, DbError> {
    let mut sentences = Sentences::default();
    let mut parcels = Vec::new();
    let mut waiting = store::claim(conn, channel.name(), None, (now, now + LEASE), ROUND)?;
    waiting.reverse();
    while let Some(first) = waiting.pop() {
        let (account, endpoint_id) = (first.notice.account.clone(), first.endpoint.clone());
        let asks = first.notice.kind == Kind::MailUnconfirmed;
        let endpoint = if asks {
            channel.unconfirmed(conn, &account)?
        } else {
            store::endpoint(&channel.list_endpoints(conn, &account)?, &endpoint_id)
        };
        let Some(endpoint) = endpoint else {
            store::mark_delivered(conn, &[first.id.as_str()], DeliveryState::Undeliverable, Some("no such endpoint"), now)?;
            parcels.push(nothing(&first));
            continue;
        };
        let mut together = vec![first];
        if !asks && together.iter().all(|due| !due.notice.urgent) && store::find_wants(conn, &account)?.0.digests() {
            let same = |due: &Due| due.notice.account == account && due.endpoint == endpoint_id && !due.notice.urgent;
            let (mine, others): (Vec<Due>, Vec<Due>) = waiting.into_iter().partition(same);
            waiting = others;
            together.extend(mine.into_iter().rev());
            together.extend(store::claim(conn, channel.name(), Some((&account, &endpoint_id)), (now, now + LEASE), LIST)?);
        }
        let (live, over): (Vec<Due>, Vec<Due>) = together.into_iter().partition(|due| why_over(due, now).is_none());
        for due in over {
            let (state, why) = why_over(&due, now).unwrap_or((DeliveryState::Skipped, "over"));
            store::mark_delivered(conn, &[due.id.as_str()], state, Some(why), now)?;
            parcels.push(nothing(&due));
        }
        let unread = store::count_unread(conn, &account)?;
        if live.len() >= MANY {
            parcels.extend(pack(conn, &mut sentences, live, (&endpoint, unread), base, now)?);
        } else {
            for due in live {
                let files = if channel.brings_files() { calendar_files(conn, &due, base)? } else { Vec::new() };
                let packed = pack(conn, &mut sentences, vec![due], (&endpoint, unread), base, now)?;
                parcels.extend(packed.map(|parcel| parcel.with_files(files)));
            }
        }
    }
    Ok(parcels)
}

fn nothing(due: &Due) -> Parcel {
    Parcel { ids: vec![due.id.clone()], post: None, attempts: due.attempts }
}

/// Why a delivery needs no try any more.
fn why_over(due: &Due, now: DateTime<Utc>) -> Option<(DeliveryState, &'static str)> {
    let notice = &due.notice;
    if notice.replaced_at.is_some() {
        return Some((DeliveryState::Skipped, "replaced"));
    }
    if notice.opened_at.is_some() {
        return Some((DeliveryState::Skipped, "opened"));
    }
    let is_offer = notice.kind.rule().follow == shared::notices::Follow::Answer;
    if is_offer && notice.deadline_at.is_some_and(|until| until <= now) {
        return Some((DeliveryState::Skipped, "over"));
    }
    None
}

/// The stays of which a message tells, for the person's calendar: brothers and sisters together.
fn calendar_files(conn: &mut AnyConnection, due: &Due, site: &str) -> Result<Vec<Attachment>, DbError> {
    let Some(subject) = due.subject.as_ref().filter(|_| due.notice.kind.is_of_stay()) else { return Ok(Vec::new()) };
    let Some(told) = find_booking(conn, &BookingId::new(subject.clone()))? else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for one in list_party(conn, &told.booking.party_id)? {
        files.extend(booking_attachment(conn, &one.booking.id, &due.notice.account, site)?);
    }
    Ok(files)
}

/// Puts deliveries to one endpoint into one message.
fn pack(
    conn: &mut AnyConnection,
    sentences: &mut Sentences,
    dues: Vec<Due>,
    (endpoint, unread): (&Endpoint, u32),
    base: &str,
    now: DateTime<Utc>,
) -> Result<Option<Parcel>, DbError> {
    let Some(lead) = dues.first() else { return Ok(None) };
    let (notice, is_list) = (&lead.notice, dues.len() > 1);
    let plain = |texts| words::plain(&texts);
    let texts = if is_list {
        let titles =
            dues.iter().map(|due| Ok(plain(sentences.of(conn, &due.notice, due.locale)?).title)).collect::<Result<Vec<_>, DbError>>()?;
        plain(words::digest(&titles, lead.locale))
    } else {
        plain(sentences.of(conn, notice, lead.locale)?)
    };
    let secret = || session::secret().map_err(|error| DbError::Other(error.to_string()));
    let (token, receipt) = (secret()?, secret()?);
    store::insert_link(conn, (&token, &receipt), ((!is_list).then_some(&notice.id), &lead.id), now)?;
    if is_list {
        store::mark_led(conn, &dues.iter().map(|due| due.id.as_str()).collect::<Vec<_>>(), &lead.id)?;
    }
    let base = base.trim_end_matches('/');
    let is_offer = notice.kind.group() == Group::Waiting && !is_list;
    let until = notice.deadline_at.filter(|_| is_offer).unwrap_or(notice.created_at.max(now) + LONGEST);
    let message = Message {
        delivery_id: lead.id.clone(),
        notice_id: notice.id.clone(),
        account_id: notice.account.clone(),
        kind: notice.kind,
        subject: lead.subject.clone().filter(|_| !is_list),
        locale: lead.locale,
        title: texts.title,
        body: texts.body,
        lock_title: texts.lock_title,
        step_url: format!("{base}/n/{token}"),
        step_label: texts.step_label,
        receipt,
        topic: if is_list { Some("inbox".to_owned()) } else { notice.topic.clone() },
        urgency: match (notice.urgent && !is_list, notice.kind.group()) {
            (true, _) => Urgency::High,
            (false, Group::Campaigns) => Urgency::Low,
            (false, _) => Urgency::Normal,
        },
        ttl: (until - now).to_std().unwrap_or_default(),
        badge: unread,
        attachments: Vec::new(),
        list_unsubscribe: (notice.kind.group() == Group::Campaigns && !is_list).then(|| format!("{base}/n/{token}/unsubscribe")),
    };
    Ok(Some(Parcel {
        attempts: dues.iter().map(|due| due.attempts).max().unwrap_or(1),
        ids: dues.into_iter().map(|due| due.id).collect(),
        post: Some((endpoint.clone(), message)),
    }))
}

/// What came of a try.
#[derive(Debug, Clone)]
struct Came {
    ids: Vec<DeliveryId>,
    attempts: u32,
    account: AccountId,
    endpoint: String,
    outcome: Outcome,
}

/// Writes what came of tries, in one transaction; each by itself where that fails.
async fn settle_all(app: &App, index: usize, all: Vec<Came>) {
    if all.len() > 1 && settle(app, index, all.clone()).await.is_ok() {
        return;
    }
    for one in all {
        if let Err(error) = settle(app, index, vec![one]).await {
            // It is tried again when the lease is over.
            tracing::warn!(%error, "what came of a delivery was not written");
        }
    }
}

async fn settle(app: &App, index: usize, all: Vec<Came>) -> Result<(), ApiError> {
    let (channels, now, chance) = (app.channels.clone(), app.now(), rand::rng().random::<u32>());
    let write = move |conn: &mut AnyConnection| {
        for came in &all {
            mark(conn, came, now, chance)?;
            if let Some(channel) = channels.get(index) {
                channel.settle(conn, &came.account, &came.endpoint, &came.outcome, now)?;
            }
        }
        Ok::<_, ApiError>(())
    };
    app.db.write(write).await
}

fn mark(conn: &mut AnyConnection, came: &Came, now: DateTime<Utc>, chance: u32) -> Result<(), DbError> {
    let ids: Vec<&str> = came.ids.iter().map(DeliveryId::as_str).collect();
    match &came.outcome {
        Outcome::Accepted => store::mark_delivered(conn, &ids, DeliveryState::Accepted, None, now),
        Outcome::Gone => store::mark_delivered(conn, &ids, DeliveryState::Undeliverable, Some("gone"), now),
        Outcome::Refused(why) => store::mark_delivered(conn, &ids, DeliveryState::Failed, Some(why), now),
        Outcome::Later(asked) => {
            let asked = asked.and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or_default().min(LONGEST);
            if came.attempts < MOST_TRIES {
                store::mark_later(conn, &ids, now + back_off(came.attempts, chance).max(asked), "later")
            } else {
                store::mark_delivered(conn, &ids, DeliveryState::Failed, Some("tried for too long"), now)
            }
        }
    }
}

/// So many tries fit into a day.
const MOST_TRIES: u32 = 7;
