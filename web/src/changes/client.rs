//! Requests about changes of rules.

use shared::changes::{Change, RuleChange, RuleChangePreview, RuleChangeWords};
use shared::facilities::FacilitySummary;
use shared::municipalities::{Compact, Municipality, MunicipalityCode};
use shared::page::Page;
use shared::programmes::Programme;

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};

/// What of the list is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The word of the standing; empty: every one.
    pub standing: String,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of the list.
pub async fn changes(wanted: &Wanted) -> Result<Page<RuleChange>, Failure> {
    let standing = (!wanted.standing.is_empty()).then(|| wanted.standing.clone());
    api::get(&query("/office/changes", &[("standing", standing), ("cursor", wanted.cursor.clone())])).await
}

fn path(id: &str) -> String {
    format!("/office/changes/{}", percent_encoded(id))
}

/// One change with its tag.
pub async fn change(id: &str) -> Result<Tagged<RuleChange>, Failure> {
    api::get_tagged(&path(id)).await
}

/// What a change would do.
pub async fn preview(change: &Change) -> Result<RuleChangePreview, Failure> {
    api::post("/office/changes/preview", change, &Attempt::new()).await
}

/// Proposes a change.
pub async fn propose(change: &Change, attempt: &Attempt) -> Result<RuleChange, Failure> {
    api::post("/office/changes", change, attempt).await
}

/// What is done with a change.
#[derive(Debug, Clone)]
pub enum Act {
    /// Another officer agrees.
    Agree(RuleChangeWords),
    /// Another officer does not.
    Decline(RuleChangeWords),
    /// Who proposed it takes it back.
    Withdraw,
    /// It is taken back before its first day.
    Undo,
}

/// Takes a step with a change as it was read.
pub async fn act(id: &str, act: &Act, etag: &str, attempt: &Attempt) -> Result<(), Failure> {
    let nothing = RuleChangeWords::default();
    let (verb, words) = match act {
        Act::Agree(words) => ("agree", words),
        Act::Decline(words) => ("decline", words),
        Act::Withdraw => ("withdraw", &nothing),
        Act::Undo => ("undo", &nothing),
    };
    api::post_to::<_, serde::de::IgnoredAny>(&format!("{}/{verb}", path(id)), words, etag, attempt).await.map(drop)
}

/// The compacts.
pub async fn compacts() -> Result<Vec<Compact>, Failure> {
    api::get::<Page<Compact>>("/compacts").await.map(|page| page.items)
}

/// Every facility of a city, by reading.
pub async fn facilities(city: &MunicipalityCode) -> Result<Vec<FacilitySummary>, Failure> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let wanted = [("municipality", Some(city.to_string())), ("limit", Some("200".to_owned())), ("cursor", cursor)];
        let page: Page<FacilitySummary> = api::get(&query("/facilities", &wanted)).await?;
        all.extend(page.items);
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(all),
        }
    }
}

/// The cities that take part.
pub async fn cities() -> Result<Vec<Municipality>, Failure> {
    api::get::<Page<Municipality>>("/municipalities").await.map(|page| page.items)
}

/// Every version of every city's programmes.
pub async fn programmes() -> Result<Vec<Programme>, Failure> {
    api::get::<Page<Programme>>(&query("/programmes", &[("every_version", Some("true".to_owned()))])).await.map(|page| page.items)
}
