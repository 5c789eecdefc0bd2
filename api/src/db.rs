//! Two databases behind one door: SQLite with one writer thread that commits in groups, PostgreSQL with a pool.
//!
//! `read` and `write` take a closure over one connection. A write runs in one transaction: `BEGIN` on PostgreSQL, a savepoint
//! inside the writer's `BEGIN IMMEDIATE` on SQLite; an error rolls back that write alone. Nothing is answered before it is durable.
//!
//! Rows are looked up by their key with `get_result`, not `first`: SQLite prepares a statement anew whenever a bound `LIMIT` is set.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::sync::{Semaphore, mpsc, oneshot};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// How many writes the SQLite writer commits together at most.
const GROUP: usize = 64;
/// How many writes may wait for it.
const QUEUE: usize = 1024;
/// How often a PostgreSQL transaction is tried again after a deadlock or a serialisation failure.
const TRIES: u32 = 5;

/// One connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL
    Pg(diesel::PgConnection),
    /// SQLite
    Sqlite(diesel::SqliteConnection),
}

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A constraint of this name was violated.
    #[error("constraint {0} violated")]
    Constraint(String),
    /// Too much at once, or a lock was not to be had in time.
    #[error("database is busy")]
    Busy,
    /// A text from outside holds a NUL, which PostgreSQL does not take.
    #[error("a text that no database takes")]
    Text,
    /// A stored text is not what it should be.
    #[error("stored text cannot be read: {0}")]
    Stored(String),
    /// Anything else.
    #[error("database: {0}")]
    Other(String),
    /// The transaction may be tried again.
    #[error("transaction must be tried again")]
    Retry,
}

/// Names of constraints and triggers, as SQLite tells them only in part.
const SQLITE_NAMES: [(&str, &str); 14] = [
    ("accounts.email", "accounts_email_taken"),
    ("passkeys.credential_id", "passkeys_credential_once"),
    ("push_subscriptions.endpoint", "push_subscriptions_endpoint_once"),
    ("slots.offering_id, slots.starts_at", "slots_once"),
    ("offerings.facility_id, offerings.programme", "offerings_once"),
    ("facilities.municipality, facilities.source_id", "facilities_listed_once"),
    ("programmes.municipality, programmes.key, programmes.valid_from", "programmes_one_version_a_day"),
    ("bookings_child_free", "bookings_child_free"),
    ("audit_chain.position", "audit_chain_places_once"),
    ("proxy_sessions.account_id", "proxy_sessions_one_open"),
    ("claims.facility_id, claims.month", "claims_once"),
    ("claim_lines.booking_id", "claim_lines_stay_once"),
    ("settlements.compact_id, settlements.month", "settlements_once"),
    ("register_rows.municipality, register_rows.child_id", "register_rows_one_resident"),
];

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, info) = &error else { return Self::Other(error.to_string()) };
        let message = info.message();
        if let Some(name) = info.constraint_name() {
            return Self::Constraint(name.to_owned());
        }
        match kind {
            DatabaseErrorKind::SerializationFailure => return Self::Retry,
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::CheckViolation | DatabaseErrorKind::ForeignKeyViolation => {}
            _ if message.contains("invalid byte sequence for encoding") => return Self::Text,
            _ if message.contains("deadlock detected") => return Self::Retry,
            _ if message.contains("lock timeout") || message.contains("database is locked") || message.contains("statement timeout") => {
                return Self::Busy;
            }
            _ if ["bookings_child_free", "families_closed", "_append_only"].iter().any(|name| message.contains(name)) => {}
            _ => return Self::Other(message.to_owned()),
        }
        let known = SQLITE_NAMES.iter().find(|(told, _)| message.contains(told)).map(|(_, name)| (*name).to_owned());
        Self::Constraint(known.unwrap_or_else(|| message.rsplit(": ").next().unwrap_or(message).to_owned()))
    }
}

/// An insert that says what to do when the row is there. The words are the same on both databases, but the query builder has none for
/// both at once; the statement stays prepared.
pub struct OnConflict<I> {
    /// The insert.
    pub insert: I,
    /// Beginning with ` ON CONFLICT`.
    pub clause: &'static str,
}

impl<I: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for OnConflict<I> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.insert.walk_ast(out.reborrow())?;
        out.push_sql(self.clause);
        Ok(())
    }
}

impl<I> QueryId for OnConflict<I> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<I> RunQueryDsl<AnyConnection> for OnConflict<I> {}

/// Reads a JSON text that this program wrote.
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Stored(error.to_string()))
}

/// Values parsed from stored JSON texts, by the text itself: what seldom changes and is read all the time is parsed once. Nothing in it can
/// be stale, because another text is another entry.
pub struct Parsed<T>(RwLock<HashMap<String, Arc<T>>>);

impl<T> Default for Parsed<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: serde::de::DeserializeOwned> Parsed<T> {
    /// More texts than that are forgotten together: nothing has so many at a time.
    const MOST: usize = 2048;

    /// The value of a text.
    pub fn read(&self, text: &str) -> Result<Arc<T>, DbError> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(Arc::clone(known));
        }
        let value = Arc::new(from_json(text)?);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(text.to_owned(), Arc::clone(&value));
        Ok(value)
    }
}

/// Writes a value as JSON text.
pub fn to_json<T: serde::Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Stored(error.to_string()))
}

/// A stored word that this program does not know.
pub fn unknown(what: &str, text: &str) -> DbError {
    DbError::Stored(format!("{what}: {text}"))
}

/// A stored instant as such.
pub fn instant(stored: NaiveDateTime) -> DateTime<Utc> {
    stored.and_utc()
}

/// An instant as it is stored.
pub fn stored(instant: DateTime<Utc>) -> NaiveDateTime {
    instant.naive_utc()
}

/// Opens connections of the kind that the address names.
struct Manager {
    url: String,
    read_only: bool,
}

impl Manager {
    fn open(&self) -> Result<AnyConnection, DbError> {
        if is_postgres(&self.url) {
            let mut conn = diesel::PgConnection::establish(&self.url).map_err(|e| DbError::Other(e.to_string()))?;
            conn.batch_execute("SET TIME ZONE 'UTC'; SET lock_timeout = '5s'; SET statement_timeout = '30s'")?;
            Ok(AnyConnection::Pg(conn))
        } else {
            let mut conn = diesel::SqliteConnection::establish(&self.url).map_err(|e| DbError::Other(e.to_string()))?;
            conn.batch_execute(
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
            )?;
            if self.read_only {
                conn.batch_execute("PRAGMA query_only = ON;")?;
            }
            Ok(AnyConnection::Sqlite(conn))
        }
    }
}

/// A pooled connection that remembers when it is of no more use.
pub struct Pooled {
    conn: AnyConnection,
    broken: bool,
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = DbError;

    fn connect(&self) -> Result<Pooled, DbError> {
        Ok(Pooled { conn: self.open()?, broken: false })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), DbError> {
        Ok(pooled.conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.broken || std::thread::panicking()
    }
}

/// Whether an address names a PostgreSQL database.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn pool(url: &str, read_only: bool, size: u32) -> Result<Pool<Manager>, DbError> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(false)
        .connection_timeout(Duration::from_secs(5))
        .build(Manager { url: url.to_owned(), read_only })
        .map_err(|error| DbError::Other(error.to_string()))
}

/// The verdict on a job's commit, delivered after it.
type Finish = Box<dyn FnOnce(Result<(), DbError>) + Send>;
/// A write on its way to the SQLite writer; it says whether its savepoint is kept.
type Job = Box<dyn FnOnce(Result<&mut AnyConnection, DbError>) -> (bool, Finish) + Send>;

enum Engine {
    Sqlite { readers: Pool<Manager>, writer: mpsc::Sender<Job> },
    Postgres { pool: Pool<Manager> },
}

/// The database.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    /// As many as the pool has connections.
    places: Arc<Semaphore>,
    /// How many writes came to their end through this.
    writes: Arc<AtomicU64>,
    url: Arc<str>,
}

impl Db {
    /// Opens the database. For SQLite the file and its folder are made when missing.
    pub fn open(url: &str, connections: u32) -> Result<Self, DbError> {
        let engine = if is_postgres(url) {
            Engine::Postgres { pool: pool(url, false, connections)? }
        } else {
            if let Some(folder) = Path::new(url).parent() {
                std::fs::create_dir_all(folder).map_err(|error| DbError::Other(error.to_string()))?;
            }
            let conn = Manager { url: url.to_owned(), read_only: false }.open()?;
            let (writer, jobs) = mpsc::channel(QUEUE);
            std::thread::Builder::new()
                .name("sqlite-writer".to_owned())
                .spawn(move || write_in_groups(conn, jobs))
                .map_err(|error| DbError::Other(error.to_string()))?;
            Engine::Sqlite { readers: pool(url, true, connections)?, writer }
        };
        let places = Arc::new(Semaphore::new(usize::try_from(connections).unwrap_or(8)));
        Ok(Self { engine: Arc::new(engine), places, writes: Arc::default(), url: url.into() })
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(*self.engine, Engine::Postgres { .. })
    }

    /// Brings the tables up to date; says which migrations ran.
    pub fn migrate(&self) -> Result<Vec<String>, DbError> {
        let mut conn = self.single_connection()?;
        let ran = match &mut conn {
            AnyConnection::Pg(conn) => {
                conn.run_pending_migrations(POSTGRES_MIGRATIONS).map(|v| v.iter().map(ToString::to_string).collect())
            }
            AnyConnection::Sqlite(conn) => {
                conn.run_pending_migrations(SQLITE_MIGRATIONS).map(|v| v.iter().map(ToString::to_string).collect())
            }
        };
        ran.map_err(|error| DbError::Other(error.to_string()))
    }

    /// Takes every migration back; for tests and for leaving.
    pub fn revert_all(&self) -> Result<(), DbError> {
        let mut conn = self.single_connection()?;
        let reverted = match &mut conn {
            AnyConnection::Pg(conn) => conn.revert_all_migrations(POSTGRES_MIGRATIONS).map(|_| ()),
            AnyConnection::Sqlite(conn) => conn.revert_all_migrations(SQLITE_MIGRATIONS).map(|_| ()),
        };
        reverted.map_err(|error| DbError::Other(error.to_string()))
    }

    /// How many migrations there are; 0 when the set cannot be read.
    pub fn migration_count() -> usize {
        MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE_MIGRATIONS).map_or(0, |all| all.len())
    }

    /// A connection of its own, beside pool and writer: for migrations and tests.
    pub fn single_connection(&self) -> Result<AnyConnection, DbError> {
        Manager { url: self.url.to_string(), read_only: false }.open()
    }

    /// Runs a closure that only reads.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    {
        let _place = self.place().await?;
        let engine = Arc::clone(&self.engine);
        blocking(move || {
            let pool = match &*engine {
                Engine::Sqlite { readers, .. } => readers,
                Engine::Postgres { pool } => pool,
            };
            let mut pooled = checkout(pool)?;
            match f(&mut pooled.conn) {
                Ok(value) => Ok(value),
                Err(error) => {
                    // A read that failed may have lost its connection; one question tells.
                    pooled.broken = pooled.conn.batch_execute("SELECT 1").is_err();
                    Err(error)
                }
            }
        })
        .await?
    }

    /// Runs a closure in one transaction. It may be run again after a deadlock, so it takes nothing with it that it uses up.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + RetryAsk + Send + 'static,
        F: Fn(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    {
        let writes = Arc::clone(&self.writes);
        match &*self.engine {
            Engine::Sqlite { writer, .. } => {
                let (answer, answered) = oneshot::channel();
                let job: Job = Box::new(move |conn| {
                    let outcome = conn.map_err(E::from).and_then(&f);
                    let keep = outcome.is_ok();
                    let finish: Finish = Box::new(move |committed| {
                        writes.fetch_add(1, Ordering::AcqRel);
                        // A family that went away meanwhile does not hear of it; its write stands.
                        let _ = answer.send(match (outcome, committed) {
                            (Ok(_), Err(error)) => Err(E::from(error)),
                            (outcome, _) => outcome,
                        });
                    });
                    (keep, finish)
                });
                writer.try_send(job).map_err(|_| E::from(DbError::Busy))?;
                answered.await.map_err(|_| E::from(DbError::Other("the writer dropped a write".to_owned())))?
            }
            Engine::Postgres { .. } => {
                let _place = self.place().await?;
                let engine = Arc::clone(&self.engine);
                blocking(move || match &*engine {
                    Engine::Postgres { pool } => {
                        let outcome = postgres_transaction(pool, &f);
                        // Also after one that failed: it may have been committed all the same.
                        writes.fetch_add(1, Ordering::AcqRel);
                        outcome
                    }
                    Engine::Sqlite { .. } => Err(E::from(DbError::Other("no pool".to_owned()))),
                })
                .await?
            }
        }
    }

    /// Grows with every write through this, before anybody hears of it: what was read since the same number misses nothing that anybody
    /// was told of.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    /// Waits for a place at the pool: more threads than connections would only hold memory and wait for each other.
    async fn place(&self) -> Result<tokio::sync::SemaphorePermit<'_>, DbError> {
        match tokio::time::timeout(Duration::from_secs(10), self.places.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(DbError::Busy),
        }
    }
}

/// An error that can say whether its transaction may be tried again.
pub trait RetryAsk {
    /// Whether it may.
    fn may_retry(&self) -> bool;
}

impl RetryAsk for DbError {
    fn may_retry(&self) -> bool {
        matches!(self, Self::Retry)
    }
}

fn checkout(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, DbError> {
    pool.get().map_err(|_| DbError::Busy)
}

async fn blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Result<T, DbError> {
    tokio::task::spawn_blocking(f).await.map_err(|error| DbError::Other(error.to_string()))
}

fn postgres_transaction<T, E: From<DbError> + RetryAsk>(
    pool: &Pool<Manager>,
    f: &dyn Fn(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut pooled = checkout(pool)?;
        if let Err(error) = pooled.conn.batch_execute("BEGIN") {
            // The server was restarted: this connection is gone, the next one may be new.
            pooled.broken = true;
            if tries < TRIES {
                continue;
            }
            return Err(DbError::from(error).into());
        }
        let outcome = f(&mut pooled.conn).and_then(|value| {
            pooled.conn.batch_execute("COMMIT").map_err(DbError::from)?;
            Ok(value)
        });
        match outcome {
            Ok(value) => return Ok(value),
            Err(error) => {
                pooled.broken = pooled.conn.batch_execute("ROLLBACK").is_err();
                if error.may_retry() && tries < TRIES {
                    std::thread::sleep(Duration::from_millis(u64::from(tries) * 5));
                    continue;
                }
                return Err(error);
            }
        }
    }
}

/// The one writer of SQLite: takes what waits, gives each write its own savepoint, commits them together, then answers.
fn write_in_groups(mut conn: AnyConnection, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.blocking_recv() {
        if let Err(error) = conn.batch_execute("BEGIN IMMEDIATE") {
            refuse(first, error.into());
            continue;
        }
        let mut finishes = Vec::with_capacity(GROUP);
        let mut next = Some(first);
        while let Some(job) = next {
            finishes.extend(in_savepoint(&mut conn, job));
            next = if finishes.len() < GROUP { jobs.try_recv().ok() } else { None };
        }
        let committed = conn.batch_execute("COMMIT");
        if committed.is_err() {
            // Nothing of the group may stay open; the rollback of a failed commit may itself find nothing to do.
            let _ = conn.batch_execute("ROLLBACK");
        }
        for finish in finishes {
            finish(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(DbError::Other(error.to_string())),
            });
        }
    }
}

/// Answers a write that never ran.
fn refuse(job: Job, error: DbError) {
    let (_, finish) = job(Err(error));
    finish(Ok(()));
}

fn in_savepoint(conn: &mut AnyConnection, job: Job) -> Option<Finish> {
    if let Err(error) = conn.batch_execute("SAVEPOINT job") {
        refuse(job, error.into());
        return None;
    }
    // A panic in one write must not take the writer, and with it every later write, along.
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(Ok(&mut *conn))));
    let keep = matches!(&ran, Ok((true, _)));
    let end = if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    let ended = conn.batch_execute(end);
    match (ran, ended) {
        (Ok((_, finish)), Ok(())) => Some(finish),
        (Ok((_, finish)), Err(error)) => {
            finish(Err(error.into()));
            None
        }
        (Err(_), _) => None,
    }
}
