//! The ways on which a notice reaches somebody: a seam at which a provider of SMS or LINE is one more [`Channel`].

pub mod mail;
pub mod push;

use std::time::Duration;

use futures_util::future::BoxFuture;
use shared::locale::Locale;

/// A message as a channel sends it.
#[derive(Debug, Clone)]
pub struct Message {
    /// The delivery; the same when it is tried again.
    pub delivery_id: String,
    /// The notice; empty for a trial.
    pub notice_id: String,
    /// For whom.
    pub account_id: String,
    /// In which language.
    pub locale: Locale,
    /// Title.
    pub title: String,
    /// What it says; lines are paragraphs.
    pub body: String,
    /// What a lock screen may show.
    pub lock_title: String,
    /// Where its one next step opens, with the link's token.
    pub step_url: String,
    /// What the next step is called.
    pub step_label: String,
    /// Messages of one topic replace each other.
    pub topic: Option<String>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// After that it need not arrive any more.
    pub ttl: Duration,
    /// How many notices are unopened.
    pub badge: u32,
    /// Files that come along.
    pub attachments: Vec<Attachment>,
    /// Where one unsubscribes by one click.
    pub list_unsubscribe: Option<String>,
    /// What a device says when it has shown the message; none: it need not.
    pub receipt: Option<String>,
}

/// A file that comes along.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub media_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// How urgent a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// May wait until the device is in use.
    Low,
    /// As any message.
    Normal,
    /// Today's.
    High,
}

/// Where a channel sends to.
#[derive(Debug, Clone)]
pub enum Endpoint {
    /// A device.
    Push {
        /// Where its push service is called.
        address: String,
        /// Its public key, base64url.
        p256dh: String,
        /// Its secret, base64url.
        auth: String,
    },
    /// A mail address.
    Mail(String),
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The service took it. That says nothing about whether somebody reads it.
    Accepted,
    /// Try again later, perhaps not before so long.
    Later(Option<Duration>),
    /// The address has ended.
    Gone,
    /// It will never be taken, and why.
    Refused(String),
}

/// A way to send.
pub trait Channel: Send + Sync {
    /// Its name in the database.
    fn name(&self) -> &'static str;

    /// Sends a message; ends by itself also where nobody answers.
    fn send<'a>(&'a self, endpoint: &'a Endpoint, message: &'a Message) -> BoxFuture<'a, Outcome>;
}
