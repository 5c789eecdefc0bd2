//! Requests of outreach.

use serde::Serialize;
use shared::outreach::{CaseAssignment, CaseClosing, CaseHandOver, CaseList, NewAttempt, OutreachCase};

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};

/// What of the list is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the state.
    pub state: String,
    /// Only one's own.
    pub mine: bool,
    /// Only what is to be tried today.
    pub due: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of the list.
pub async fn cases(wanted: &Wanted) -> Result<CaseList, Failure> {
    let values = [
        ("state", Some(wanted.state.clone())),
        ("mine", wanted.mine.then(|| "true".to_owned())),
        ("due", wanted.due.then(|| "true".to_owned())),
        ("cursor", wanted.cursor.clone()),
    ];
    api::get(&query("/outreach/cases", &values)).await
}

fn path(id: &str) -> String {
    format!("/outreach/cases/{}", percent_encoded(id))
}

/// One case with its tag.
pub async fn case(id: &str) -> Result<Tagged<OutreachCase>, Failure> {
    api::get_tagged(&path(id)).await
}

/// What a worker does with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Takes it.
    Take,
    /// Writes down a call or a visit.
    Try(NewAttempt),
    /// Hands it to the other desk.
    HandOver(CaseHandOver),
    /// Closes it.
    Close(CaseClosing),
}

/// Takes a step with a case as it was read.
pub async fn take(id: &str, step: &Step, etag: &str, attempt: &Attempt) -> Result<OutreachCase, Failure> {
    let path = path(id);
    match step {
        Step::Take => send(&format!("{path}/assign"), &CaseAssignment::default(), etag, attempt).await,
        Step::Try(new) => send(&format!("{path}/attempts"), new, etag, attempt).await,
        Step::HandOver(to) => send(&format!("{path}/hand_over"), to, etag, attempt).await,
        Step::Close(closing) => send(&format!("{path}/close"), closing, etag, attempt).await,
    }
}

async fn send<B: Serialize>(path: &str, body: &B, etag: &str, attempt: &Attempt) -> Result<OutreachCase, Failure> {
    api::post_to(path, body, etag, attempt).await
}
