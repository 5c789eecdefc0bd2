//! Requests of notices, and what this device keeps of them for times without network.

#[cfg(feature = "office")]
use chrono::{DateTime, Utc};
use futures_util::future::join;
#[cfg(feature = "office")]
use serde::{Deserialize, Serialize};
#[cfg(feature = "office")]
use shared::locale::Locale;
use shared::notices::{Preferences, PreferencesChange, UnreadCount};
use shared::page::Page;

use super::model::{Inbox, Line};

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};
use crate::{offline, settings};

/// So many are on a page of the list.
const AT_ONCE: &str = "20";
/// So many unopened ones are shown, which stand before all others.
const UNREAD_AT_ONCE: &str = "200";
const KEPT: &str = "notices";

/// The unopened ones, and the first page of all. Without network: as they were at the last visit.
pub async fn inbox(account: String) -> Result<Inbox, Failure> {
    let unread = query("/notices", &[("unread", Some("true".to_owned())), ("limit", Some(UNREAD_AT_ONCE.to_owned()))]);
    let (unread, all) = join(api::get::<Page<Line>>(&unread), page(None)).await;
    match (unread, all) {
        (Ok(unread), Ok(all)) => {
            let inbox = Inbox { unread: unread.items, as_of: Some(settings::now()), ..Inbox::default() }.and(all);
            offline::remember(&account, KEPT, &inbox);
            Ok(Inbox { as_of: None, ..inbox })
        }
        (Err(Failure::Offline), _) | (_, Err(Failure::Offline)) => offline::recall(&account, KEPT).ok_or(Failure::Offline),
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    }
}

/// A page of all of them, the latest first.
pub async fn page(cursor: Option<String>) -> Result<Page<Line>, Failure> {
    api::get(&query("/notices", &[("limit", Some(AT_ONCE.to_owned())), ("cursor", cursor)])).await
}

/// What the person does with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Opens it.
    Open,
    /// Says that it was understood.
    Acknowledge,
}

/// Opens or acknowledges a notice; says how many are left unopened.
pub async fn tell(notice_id: &str, word: Word, attempt: &Attempt) -> Result<UnreadCount, Failure> {
    let word = match word {
        Word::Open => "open",
        Word::Acknowledge => "acknowledge",
    };
    api::post(&format!("/notices/{}/{word}", percent_encoded(notice_id)), &(), attempt).await
}

/// What the person wants of notices.
pub async fn preferences() -> Result<Tagged<Preferences>, Failure> {
    api::get_tagged("/notices/preferences").await
}

/// Wants something else.
pub async fn change_preferences(change: &PreferencesChange, etag: &str, attempt: &Attempt) -> Result<Preferences, Failure> {
    api::patch("/notices/preferences", change, etag, attempt).await
}

/// Confirms the address to which the mail with this token came.
pub async fn confirm_mail(token: &str, attempt: &Attempt) -> Result<(), Failure> {
    api::post("/notices/mail_confirmations", &serde_json::json!({ "token": token }), attempt).await
}

/// Has the mail sent once more that asks for it.
pub async fn ask_mail_again(attempt: &Attempt) -> Result<(), Failure> {
    api::post("/notices/mail_confirmations/ask", &(), attempt).await
}

/// What the pages of officers read of a kind of notices.
#[cfg(feature = "office")]
#[derive(Debug, Clone, Deserialize)]
pub struct KnownKind {
    /// The word of the kind.
    pub kind: String,
    /// What holds now, one for each language.
    pub templates: Vec<Known>,
    /// Every version of the city, the one that begins last first.
    pub versions: Vec<Known>,
}

/// What the pages of officers read of a template.
#[cfg(feature = "office")]
#[derive(Debug, Clone, Deserialize)]
pub struct Known {
    /// The city that says so; none: everybody's.
    pub municipality: Option<String>,
    /// The language.
    pub locale: Locale,
    /// Its number.
    pub version: i64,
    /// The line.
    pub title: String,
    /// The lines.
    pub body: String,
    /// What a lock screen shows.
    pub lock_title: String,
    /// The next step.
    pub step_label: String,
    /// Since when it holds, or from when on.
    pub valid_from: Option<DateTime<Utc>>,
}

/// Sentences to publish: `shared::notices::NewTemplate` as it stands on the wire.
#[cfg(feature = "office")]
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// The word of the kind.
    pub kind: &'static str,
    /// The language.
    pub locale: Locale,
    /// The line.
    pub title: String,
    /// The lines.
    pub body: String,
    /// What a lock screen shows.
    pub lock_title: String,
    /// The next step.
    pub step_label: String,
    /// From when on; none: at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime<Utc>>,
}

/// What came of one try of a test.
#[cfg(feature = "office")]
#[derive(Debug, Clone, Deserialize)]
pub struct Tried {
    /// Whether the other side took it.
    pub accepted: bool,
}

/// Every kind of notices with the sentences that the officer's city uses.
#[cfg(feature = "office")]
pub async fn templates() -> Result<Vec<KnownKind>, Failure> {
    Ok(api::get::<Page<KnownKind>>("/notice_templates").await?.items)
}

/// Publishes sentences.
#[cfg(feature = "office")]
pub async fn publish(new: &Written, attempt: &Attempt) -> Result<(), Failure> {
    api::post::<_, serde::de::IgnoredAny>("/notice_templates", new, attempt).await.map(drop)
}

/// Sends sentences with example facts to the officer alone, by every channel that reaches the officer.
#[cfg(feature = "office")]
pub async fn test(new: &Written) -> Result<Vec<Tried>, Failure> {
    api::post("/notice_templates/test", new, &Attempt::new()).await
}
