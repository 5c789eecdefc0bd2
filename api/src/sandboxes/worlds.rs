//! The worlds themselves: a database file and an app for each, copied from one that is laid out once, and a clock that stands still.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::web;
use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection as _;
use shared::clients::{Bucket, NewClient, Scope};
use shared::ids::{CredentialId, SandboxId};
use shared::sandboxes::{MADE, MOST_BYTES, Rejection, advance, begins};
use shared::text::Email;

use super::store::Kept;
use crate::clients::meter::bucket;
use crate::clients::store::{self as client_store, Proof};
use crate::config::Config;
use crate::db::{AnyConnection, Db, DbError};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{App, Clock, clock_at, demo, new_id, notices, server};

/// Below this everything about sandboxes is.
pub const BASE: &str = "/sandbox";
/// The world that others are copied from.
const FIRST: &str = "first.db";
/// So many worlds are open at once; the one that was used longest ago is closed for another.
const MOST_OPEN: usize = 24;
/// A world that nobody uses is closed after that.
const IDLE: Duration = Duration::from_secs(600);
/// Connections of one world.
const CONNECTIONS: u32 = 2;
/// What follows of what follows is done so many times before the next request.
const ROUNDS: u32 = 8;

/// A world that is open.
#[derive(Clone)]
pub struct World {
    /// Its app.
    pub app: web::Data<App>,
    clock: Arc<AtomicI64>,
    /// How many writes there had been when everything was done that was due.
    settled: Arc<Mutex<Option<u64>>>,
    used: Instant,
}

/// All worlds of this server.
pub struct Worlds {
    folder: PathBuf,
    open: Mutex<HashMap<SandboxId, World>>,
    /// Worlds are laid out, opened and removed one after another.
    turn: tokio::sync::Mutex<()>,
    /// Whether this process has laid out the world that others are copied from.
    laid_out: AtomicBool,
    made: Mutex<HashMap<Option<IpAddr>, Bucket>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn broken(error: impl std::fmt::Display) -> ApiError {
    ApiError::Internal(error.to_string())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, ApiError> + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(broken)?
}

/// Removes a database of SQLite with what belongs to it.
fn remove(file: &Path) -> Result<(), ApiError> {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(broken(error)),
            _ => {}
        }
    }
    Ok(())
}

impl World {
    /// What its clock says.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.now()
    }

    /// Moves its clock, and does on the way what time does.
    pub async fn advance(&self, wanted: DateTime<Utc>) -> Result<(), ApiError> {
        for at in advance(self.now(), wanted)? {
            // Two may move it at once: it never goes back.
            self.clock.fetch_max(at.timestamp_micros(), Ordering::SeqCst);
            self.do_what_is_due().await;
        }
        self.settle().await;
        Ok(())
    }

    async fn do_what_is_due(&self) {
        server::do_what_is_due(&self.app).await;
        if let Err(error) = notices::jobs::make(&self.app).await {
            tracing::warn!(%error, "notices were not made in a sandbox");
        }
    }

    /// Does what follows of what was written, until nothing more follows. While its clock stands still, nothing else is ever due.
    pub async fn settle(&self) {
        for _ in 0..ROUNDS {
            let writes = self.app.db.writes();
            if *locked(&self.settled) == Some(writes) {
                return;
            }
            self.do_what_is_due().await;
            *locked(&self.settled) = Some(writes);
        }
    }
}

impl Worlds {
    /// The worlds in this folder.
    pub fn at(folder: &str) -> Self {
        Self {
            folder: folder.into(),
            open: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            laid_out: AtomicBool::default(),
            made: Mutex::default(),
        }
    }

    /// Whether one more may be made from this address.
    pub fn may_make(&self, from: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), Rejection> {
        let mut made = locked(&self.made);
        let bucket = bucket(&mut made, from, MADE, now);
        if let Some(seconds) = bucket.wait(now) {
            return Err(Rejection::TooMany { seconds });
        }
        // It was just looked that there is one to take.
        let _ = bucket.take(now);
        Ok(())
    }

    fn file(&self, id: &SandboxId) -> PathBuf {
        self.folder.join(format!("{id}.db"))
    }

    fn draft(&self) -> PathBuf {
        self.folder.join(format!("{}.draft", new_id()))
    }

    /// Whether a sandbox holds as much as it may; then it has to begin anew.
    pub fn is_full(&self, id: &SandboxId) -> bool {
        std::fs::metadata(self.file(id)).is_ok_and(|file| file.len() > MOST_BYTES)
    }

    /// The world of a sandbox, opened where it is not.
    pub async fn open(&self, real: &App, kept: &Kept) -> Result<World, ApiError> {
        if let Some(world) = self.opened(&kept.id) {
            return Ok(world);
        }
        let _turn = self.turn.lock().await;
        // Somebody may have been first.
        if let Some(world) = self.opened(&kept.id) {
            return Ok(world);
        }
        self.prepare(real, kept).await
    }

    /// The same as it was in the beginning.
    pub async fn reset(&self, real: &App, kept: &Kept) -> Result<World, ApiError> {
        let _turn = self.turn.lock().await;
        self.close(&kept.id)?;
        self.prepare(real, &Kept { clock: begins(), ..kept.clone() }).await
    }

    /// Removes the world of a sandbox.
    pub async fn remove(&self, id: &SandboxId) -> Result<(), ApiError> {
        let _turn = self.turn.lock().await;
        self.close(id)
    }

    /// Those that are open; closed are those that nobody used for a while.
    pub fn in_use(&self) -> Vec<World> {
        let mut open = locked(&self.open);
        open.retain(|_, world| world.used.elapsed() < IDLE);
        open.values().cloned().collect()
    }

    fn opened(&self, id: &SandboxId) -> Option<World> {
        let mut open = locked(&self.open);
        let world = open.get_mut(id)?;
        world.used = Instant::now();
        Some(world.clone())
    }

    fn close(&self, id: &SandboxId) -> Result<(), ApiError> {
        locked(&self.open).remove(id);
        remove(&self.file(id))
    }

    /// Lays a world out where there is none, and opens it.
    async fn prepare(&self, real: &App, kept: &Kept) -> Result<World, ApiError> {
        let file = self.file(&kept.id);
        if !file.exists() {
            let first = self.first(real).await?;
            let (draft, to) = (self.draft(), file.clone());
            // Half a file is none.
            blocking(move || std::fs::copy(first, &draft).and_then(|_| std::fs::rename(draft, to)).map_err(broken)).await?;
        }
        let clock = Arc::new(AtomicI64::new(kept.clock.timestamp_micros()));
        let hand = Arc::clone(&clock);
        let clock_of_world: Clock = Arc::new(move || DateTime::from_timestamp_micros(hand.load(Ordering::SeqCst)).unwrap_or_default());
        let site = format!("{}{BASE}/{}", real.config.public_url.trim_end_matches('/'), kept.id);
        let app = open(real, &file, site, clock_of_world).await?;
        let client = kept.clone();
        app.db.write(move |conn| let_in(conn, &client).map_err(ApiError::from)).await?;
        let world = World { app: web::Data::new(app), clock, settled: Arc::default(), used: Instant::now() };
        world.settle().await;
        let mut open = locked(&self.open);
        if open.len() >= MOST_OPEN
            && let Some(oldest) = open.iter().min_by_key(|(_, world)| world.used).map(|(id, _)| id.clone())
        {
            open.remove(&oldest);
        }
        open.insert(kept.id.clone(), world.clone());
        Ok(world)
    }

    /// The world that others are copied from, laid out by this program and not by an older one.
    async fn first(&self, real: &App) -> Result<PathBuf, ApiError> {
        let file = self.folder.join(FIRST);
        if self.laid_out.load(Ordering::Acquire) && file.exists() {
            return Ok(file);
        }
        let draft = self.draft();
        let app = open(real, &draft, real.config.public_url.clone(), clock_at(begins())).await?;
        demo::load_when_empty(&app).await?;
        let world = World { app: web::Data::new(app), clock: Arc::default(), settled: Arc::default(), used: Instant::now() };
        world.settle().await;
        let (to, db) = (file.clone(), world.app.db.clone());
        blocking(move || {
            remove(&to)?;
            // Whole and without a log beside it, so that it can be copied as one file.
            let into = format!("VACUUM INTO '{}'", to.to_string_lossy().replace('\'', "''"));
            db.single_connection()?.batch_execute(&into).map_err(DbError::from)?;
            remove(&draft)
        })
        .await?;
        self.laid_out.store(true, Ordering::Release);
        Ok(file)
    }
}

/// Opens the app of a world: its file, its address, its clock; by no channel does anything leave it to people.
async fn open(real: &App, file: &Path, site: String, clock: Clock) -> Result<App, ApiError> {
    let url = file.to_string_lossy().into_owned();
    let config = Config {
        database_url: url.clone(),
        public_url: site,
        oidc_issuer: None,
        smtp_url: None,
        sandboxes: String::new(),
        db_connections: CONNECTIONS,
        ..Config::clone(&real.config)
    };
    let db = blocking(move || {
        let db = Db::open(&url, CONNECTIONS)?;
        db.migrate()?;
        Ok(db)
    })
    .await?;
    Ok(App::new(db, config, clock).with_real_clock(real.real_clock()))
}

/// Registers the sandbox's client where it is not yet, and lets its facilities grant it everything.
fn let_in(conn: &mut AnyConnection, kept: &Kept) -> Result<(), DbError> {
    if client_store::find_client(conn, &kept.client_id)?.is_some() {
        return Ok(());
    }
    let act = Act::of_command(demo::ACTOR, kept.clock);
    let contact = Email::parse("vendor@example.jp").map_err(|_| DbError::Stored("the contact of a sandbox".to_owned()))?;
    let new = NewClient { name: "お試しの連携システム / sandbox client".to_owned(), contact };
    let all = Scope::ALL.into_iter().collect();
    for (n, known) in demo::staffed()?.into_iter().enumerate() {
        if n == 0 {
            client_store::insert_client(conn, (&kept.client_id, &known.municipality), &new, act.now)?;
            act.record(conn, "client.registered", (&known.municipality, None), kept.client_id.as_str())?;
            let proof = Proof::Secret(kept.secret_hash.clone());
            client_store::insert_credential(conn, (&kept.client_id, &CredentialId::new(new_id())), (&proof, ""), act.now)?;
        }
        client_store::write_grant(conn, &kept.client_id, &known.facility_id, &all, act.now)?;
        act.record(conn, "client.granted", (&known.municipality, Some(&known.facility_id)), kept.client_id.as_str())?;
    }
    Ok(())
}
