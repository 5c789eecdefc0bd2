//! Requests of the officers' desk.

use serde::Serialize;
use shared::applications::{
    ApplicationReturn, BulkDecision, BulkOutcome, LeadTime, NewHandOver, OfficerDecision, ProposalCheck, Queue, ReviewCase,
};

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};

/// What of the queue is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the state.
    pub state: String,
    /// The procedure; empty: every one.
    pub procedure: String,
    /// Only past the target.
    pub overdue: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of the queue.
pub async fn queue(wanted: &Wanted) -> Result<Queue, Failure> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let values = [
        ("state", given(&wanted.state)),
        ("procedure", given(&wanted.procedure)),
        ("overdue", wanted.overdue.then(|| "true".to_owned())),
        ("cursor", wanted.cursor.clone()),
    ];
    api::get(&query("/office/applications", &values)).await
}

/// How long decisions took.
pub async fn lead_time() -> Result<LeadTime, Failure> {
    api::get("/office/applications/lead_time").await
}

/// Decides several.
pub async fn decide_all(bulk: &BulkDecision, attempt: &Attempt) -> Result<Vec<BulkOutcome>, Failure> {
    api::post("/office/applications/decide", bulk, attempt).await
}

fn path(id: &str) -> String {
    format!("/office/applications/{}", percent_encoded(id))
}

/// One application with its tag.
pub async fn case(id: &str) -> Result<Tagged<ReviewCase>, Failure> {
    api::get_tagged(&path(id)).await
}

/// What an officer does with an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Decides, or proposes.
    Decide(OfficerDecision),
    /// Confirms a proposal, or sends it back.
    Check(ProposalCheck),
    /// Gives it back to the family.
    Return(ApplicationReturn),
    /// Leaves a note.
    Note(NewHandOver),
}

/// Takes a step with an application as it was read.
pub async fn take(id: &str, step: &Step, etag: &str, attempt: &Attempt) -> Result<ReviewCase, Failure> {
    let path = path(id);
    match step {
        Step::Decide(decision) => send(&format!("{path}/decide"), decision, etag, attempt).await,
        Step::Check(check) => send(&format!("{path}/check"), check, etag, attempt).await,
        Step::Return(back) => send(&format!("{path}/return"), back, etag, attempt).await,
        Step::Note(note) => api::post(&format!("{path}/note"), note, attempt).await,
    }
}

async fn send<B: Serialize>(path: &str, body: &B, etag: &str, attempt: &Attempt) -> Result<ReviewCase, Failure> {
    api::post_to(path, body, etag, attempt).await
}
