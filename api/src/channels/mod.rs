//! Channels by which notices reach people: the one seam behind which push services, mail servers and whatever comes later stand.
//!
//! A channel knows nothing of notices: it brings one message to one endpoint and says what came of it. Nothing here is called within a
//! transaction or with a held connection, except what only reads and writes the database.

pub mod mail;
pub mod push;

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use shared::ids::{AccountId, DeliveryId, NoticeId};
use shared::locale::Locale;
use shared::notices::Kind;

use crate::db::{AnyConnection, DbError};

/// Where a channel brings a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Which of the account's: a subscription's id; empty where an account has only one.
    pub id: String,
    /// The address: of the push service, or of mail.
    pub address: String,
    /// What only this channel understands, for example the keys of a subscription.
    pub details: String,
}

/// How soon a device should show a message (RFC 8030, section 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Whenever it suits.
    Low,
    /// Soon.
    Normal,
    /// Now.
    High,
}

/// A file that comes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What is brought to an endpoint. Texts are plain, without furigana.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// The notice; the first of them where the message is a list.
    pub notice_id: NoticeId,
    /// The person.
    pub account_id: AccountId,
    /// What it tells.
    pub kind: Kind,
    /// Id of what it is about, for example a booking; none for a campaign or a list.
    pub subject: Option<String>,
    /// The person's language.
    pub locale: Locale,
    /// What it says in a line.
    pub title: String,
    /// What it says, in lines.
    pub body: String,
    /// What a lock screen may show.
    pub lock_title: String,
    /// Where its one next step leads: absolute, with the single-purpose token of this message.
    pub step_url: String,
    /// What the next step is called.
    pub step_label: String,
    /// What a device gives back to say that it has shown the message.
    pub receipt: String,
    /// A newer message of the same topic takes the place of an older one.
    pub topic: Option<String>,
    /// How soon it should be shown.
    pub urgency: Urgency,
    /// For how long it is of use.
    pub ttl: Duration,
    /// How many notices are unopened.
    pub badge: u32,
    /// What comes with it.
    pub attachments: Vec<Attachment>,
    /// Where messages of its kind can be ended (RFC 8058), for campaigns.
    pub list_unsubscribe: Option<String>,
}

/// What came of a try. That a message was accepted never means that anybody opened it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it.
    Accepted,
    /// Not now: again after that long, or after the usual wait.
    Later(Option<Duration>),
    /// The endpoint has ended, and is not tried again.
    Gone,
    /// Refused for good, with the reason for the log and the officer.
    Refused(String),
}

/// A way to reach people. An SMS or LINE provider is added by implementing it.
pub trait Channel: Send + Sync {
    /// Its name, as preferences and deliveries say it: `push`, `mail`.
    fn name(&self) -> &'static str;

    /// Whether its messages can bring files.
    fn brings_files(&self) -> bool {
        false
    }

    /// The endpoints of an account that may be used; none: this channel cannot reach it. Only reads the database.
    fn list_endpoints(&self, conn: &mut AnyConnection, account: &AccountId) -> Result<Vec<Endpoint>, DbError>;

    /// Where it would reach an account, as long as nobody has confirmed that: nothing but the question goes there. Only reads the database.
    fn unconfirmed(&self, _conn: &mut AnyConnection, _account: &AccountId) -> Result<Option<Endpoint>, DbError> {
        Ok(None)
    }

    /// Brings a message to an endpoint.
    fn send<'a>(&'a self, endpoint: &'a Endpoint, message: &'a Message) -> BoxFuture<'a, Outcome>;

    /// Notes what came of a try in the transaction that writes it, for example that a subscription has ended. Only writes the database.
    fn settle(
        &self,
        _conn: &mut AnyConnection,
        _account: &AccountId,
        _endpoint_id: &str,
        _outcome: &Outcome,
        _now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        Ok(())
    }
}

/// Every channel of a server, in the order of the settings.
pub type Channels = Vec<Box<dyn Channel>>;
