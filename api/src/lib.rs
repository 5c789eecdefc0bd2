//! The server of Yumigahama: one process with the API, the app and the database.

pub mod accounts;
pub mod applications;
pub mod archive;
pub mod assets;
pub mod attachments;
pub mod attendance;
pub mod audit;
pub mod bookings;
pub mod calendar;
pub mod campaigns;
pub mod changes;
pub mod channels;
pub mod claims;
pub mod clients;
pub mod config;
pub mod consents;
pub mod db;
pub mod demo;
pub mod devices;
pub mod docs;
pub mod documents;
pub mod entitlements;
pub mod error;
pub mod events;
pub mod facilities;
pub mod families;
pub mod feeds;
pub mod figures;
pub mod idempotency;
pub mod identity;
pub mod interviews;
pub mod journal;
pub mod messages;
pub mod municipalities;
pub mod notices;
pub mod open_data;
pub mod openapi;
pub mod outbox;
pub mod outreach;
pub mod outside;
pub mod parts;
pub mod passkeys;
pub mod places;
pub mod procedures;
pub mod programmes;
pub mod proxy;
pub mod registers;
pub mod reminders;
pub mod request;
pub mod residence;
pub mod retention;
pub mod routes;
pub mod sandboxes;
pub mod schema;
pub mod series;
pub mod server;
pub mod session;
pub mod settings;
pub mod settlements;
pub mod shift_notes;
pub mod slots;
pub mod statements;
pub mod tables;
pub mod tablets;
pub mod telemetry;
pub mod today;
pub mod waitlist;
pub mod workbook;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use crate::config::Config;
use crate::db::Db;
use crate::error::ApiError;

/// Where the time comes from: the clock, or a test's hand.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What every request works with.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The settings.
    pub config: Arc<Config>,
    /// Pages of the search that were just made.
    pub recent: Arc<slots::Recent>,
    clock: Clock,
    /// The real time, by which tokens and limits go; another one only in a sandbox.
    real_clock: Clock,
    /// The worlds in which vendors try their programs, where they are offered.
    pub sandboxes: Option<Arc<sandboxes::worlds::Worlds>>,
    /// Those who wait, and who asks them.
    pub turns: Arc<waitlist::Turns>,
    /// The provider of residents' sign-in, where there is one.
    pub provider: Option<Arc<identity::Provider>>,
    /// The channels by which notices reach people.
    pub channels: Arc<channels::Channels>,
    /// The channel to their devices, where there is one.
    pub push: Option<channels::push::Push>,
    /// What wakes those who make notices and those who deliver them.
    pub notices: Arc<notices::jobs::Wakes>,
    /// The boards that are open, to be told of changes.
    pub boards: Arc<attendance::live::Boards>,
    /// The limits of clients, and what they did since it was last written down.
    pub meter: Arc<clients::meter::Meter>,
    policy: Arc<str>,
    decoy: Arc<OnceCell<String>>,
}

impl App {
    /// Puts an app together.
    pub fn new(db: Db, config: Config, clock: Clock) -> Self {
        let policy = routes::policy(&config.tiles).into();
        let sandboxes = (!config.sandboxes.is_empty()).then(|| Arc::new(sandboxes::worlds::Worlds::at(&config.sandboxes)));
        Self {
            db,
            config: Arc::new(config),
            recent: Arc::default(),
            real_clock: Arc::clone(&clock),
            clock,
            sandboxes,
            turns: Arc::default(),
            provider: None,
            channels: Arc::default(),
            push: None,
            notices: Arc::default(),
            boards: Arc::default(),
            meter: Arc::default(),
            policy,
            decoy: Arc::new(OnceCell::new()),
        }
    }

    /// The same with the provider of residents' sign-in that the settings name.
    pub fn with_provider(self) -> Result<Self, String> {
        Ok(Self { provider: identity::Provider::of(&self.config)?.map(Arc::new), ..self })
    }

    /// The same with these channels for notices.
    #[must_use]
    pub fn with_channels(self, channels: channels::Channels) -> Self {
        Self { channels: Arc::new(channels), ..self }
    }

    /// The same with the channels that the settings name: to devices always, by mail where there is a mail server.
    pub async fn with_own_channels(self) -> Result<Self, String> {
        let push = channels::push::of(&self).await?;
        let mut channels: channels::Channels = vec![Box::new(push.clone())];
        if let Some(mail) = channels::mail::of(&self.config)? {
            channels.push(Box::new(mail));
        }
        Ok(Self { push: Some(push), ..self.with_channels(channels) })
    }

    /// The same with another clock for what must not be moved with the first.
    #[must_use]
    pub fn with_real_clock(self, real_clock: Clock) -> Self {
        Self { real_clock, ..self }
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }

    /// The time, to the microsecond that both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        to_the_microsecond((self.clock)())
    }

    /// The real time, which nobody moves.
    pub fn real_now(&self) -> DateTime<Utc> {
        to_the_microsecond((self.real_clock)())
    }

    /// The clock of the real time.
    pub fn real_clock(&self) -> Clock {
        Arc::clone(&self.real_clock)
    }

    /// The content security policy of the app's pages.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// A hash that no password fits, for sign-ins with unknown addresses.
    pub async fn decoy_hash(&self) -> Result<String, ApiError> {
        self.decoy.get_or_try_init(|| accounts::hash_password(new_id())).await.cloned()
    }
}

fn to_the_microsecond(now: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}

/// A new id: UUIDv7 as text.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(Utc::now)
}

/// A clock that stands still.
pub fn clock_at(instant: DateTime<Utc>) -> Clock {
    Arc::new(move || instant)
}

/// A clock that begins at an instant and then runs as the machine's.
pub fn clock_starting_at(start: DateTime<Utc>) -> Clock {
    let ahead = start - Utc::now();
    Arc::new(move || Utc::now() + ahead)
}
