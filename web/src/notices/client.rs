//! Requests of notices, and what this device keeps of them for times without network.

use futures_util::future::join;
#[cfg(feature = "staff")]
use shared::notices::{KindTemplates, NewTemplate, Template};
use shared::notices::{Notice, Opened, Preferences, PreferencesChange};
use shared::page::Page;

use super::model::Inbox;

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
    let (unread, all) = join(api::get::<Page<Notice>>(&unread), page(None)).await;
    match (unread, all) {
        (Ok(unread), Ok(all)) => {
            let mut inbox = Inbox { unread: unread.items, others: Vec::new(), next: None, as_of: Some(settings::now()) };
            inbox.append(all);
            offline::remember(&account, KEPT, &inbox);
            Ok(Inbox { as_of: None, ..inbox })
        }
        (Err(Failure::Offline), _) | (_, Err(Failure::Offline)) => offline::recall(&account, KEPT).ok_or(Failure::Offline),
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    }
}

/// A page of all of them, the latest first.
pub async fn page(cursor: Option<String>) -> Result<Page<Notice>, Failure> {
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

/// Opens or acknowledges a notice.
pub async fn tell(notice_id: &str, word: Word, attempt: &Attempt) -> Result<Opened, Failure> {
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

/// Every kind of notices with the sentences that the officer's city uses.
#[cfg(feature = "staff")]
pub async fn templates() -> Result<Vec<KindTemplates>, Failure> {
    api::get("/notice_templates").await
}

/// Publishes sentences.
#[cfg(feature = "staff")]
pub async fn publish(new: &NewTemplate, attempt: &Attempt) -> Result<Template, Failure> {
    api::post("/notice_templates", new, attempt).await
}

/// Sends sentences with example facts to the officer alone.
#[cfg(feature = "staff")]
pub async fn test(new: &NewTemplate, attempt: &Attempt) -> Result<(), Failure> {
    api::post("/notice_templates/test", new, attempt).await
}
