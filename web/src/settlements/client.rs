//! Requests of settlements.

use shared::ids::{ClaimLineId, SettlementCommentId};
use shared::page::Page;
use shared::settlements::{LockSettlement, NewSettlementComment, Settlement, SettlementHead};

use crate::api::{self, Attempt, Failure, percent_encoded};

/// Which settlement: of a compact's month, with which other city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The compact.
    pub compact_id: String,
    /// The month, `2026-12`.
    pub month: String,
    /// The other city's code.
    pub municipality: String,
}

impl At {
    fn path(&self) -> String {
        let [compact, month, city] = [&self.compact_id, &self.month, &self.municipality].map(|part| percent_encoded(part));
        format!("/settlements/{compact}/{month}/{city}")
    }

    /// Where it is to be had as a file with this ending.
    pub fn file(&self, ending: &str) -> String {
        format!("/api/v1{}/settlement.{ending}", self.path())
    }
}

/// The settlements of the officer's city.
pub async fn settlements() -> Result<Page<SettlementHead>, Failure> {
    api::get("/settlements").await
}

/// One with its lines.
pub async fn settlement(at: &At) -> Result<Settlement, Failure> {
    api::get(&at.path()).await
}

/// What an officer does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Locks it as it was shown.
    Lock(LockSettlement),
    /// Says what is not right about a line.
    Comment(ClaimLineId, String),
    /// Answers a comment.
    Answer(SettlementCommentId, String),
    /// Says that a comment is done with.
    Close(SettlementCommentId),
}

/// Takes a step.
pub async fn take(at: &At, step: &Step, attempt: &Attempt) -> Result<Settlement, Failure> {
    let path = at.path();
    match step {
        Step::Lock(seen) => api::post(&format!("{path}/lock"), seen, attempt).await,
        Step::Comment(line, words) => {
            let new = NewSettlementComment { words: words.clone() };
            api::post(&format!("{path}/lines/{}/comments", percent_encoded(line.as_str())), &new, attempt).await
        }
        Step::Answer(comment, words) => {
            let new = NewSettlementComment { words: words.clone() };
            api::post(&format!("{path}/comments/{}/answers", percent_encoded(comment.as_str())), &new, attempt).await
        }
        Step::Close(comment) => api::post(&format!("{path}/comments/{}/close", percent_encoded(comment.as_str())), &(), attempt).await,
    }
}
