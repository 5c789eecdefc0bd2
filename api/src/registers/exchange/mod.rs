//! Where files of registers come from and go to: a folder, or a service of the city by HTTP.

mod folder;
mod http;

use std::future::Future;

use sha2::{Digest, Sha256};
use shared::registers::RegisterReport;

pub use self::folder::Folder;
pub use self::http::{Http, Pace};
use super::{Sender, Sent, take};
use crate::App;
use crate::error::ApiError;

/// Who takes in files that were fetched, in the audit.
const COMMAND: &str = "exchange receive";

/// A file that waits to be fetched.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Waiting {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// What became of a file that was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    /// Its rows went in, as far as they could.
    TakenIn,
    /// It was refused whole.
    Refused,
}

/// Why a file did not come or go.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The folder cannot be read or written.
    #[error("the folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// The service refused; asking again would not help.
    #[error("the service refused with status {0}")]
    Refused(u16),
    /// The service could not be reached, was busy or failed, also when asked again.
    #[error("the service could not be had: {0}")]
    Unavailable(String),
    /// What came is not what was announced.
    #[error("what came is not what was announced")]
    Damaged,
    /// Another type of content.
    #[error("another type of content: {0}")]
    WrongType(String),
    /// Larger than any file may be.
    #[error("larger than any file may be")]
    TooLarge,
    /// A name that is no plain file name.
    #[error("no plain file name")]
    Name,
    /// Something of ours.
    #[error("{0}")]
    Own(#[from] ApiError),
}

/// Where files come from and go to. Nothing of the database is held while it works.
pub trait Exchange {
    /// The files that wait.
    fn list(&self) -> impl Future<Output = Result<Vec<Waiting>, ExchangeError>>;
    /// What is in a file.
    fn fetch(&self, waiting: &Waiting) -> impl Future<Output = Result<Vec<u8>, ExchangeError>>;
    /// Says what became of a file, so that it waits no more.
    fn acknowledge(&self, waiting: &Waiting, receipt: Receipt) -> impl Future<Output = Result<(), ExchangeError>>;
    /// Hands over a file; once, also when it is told twice.
    fn deliver(&self, name: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), ExchangeError>>;
}

/// SHA-256 in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a name is a plain file name, on our side as on theirs.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=200).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('.')
}

/// Fetches every file that waits and takes it in. One that does not come whole is left for the next time.
pub async fn receive(app: &App, exchange: &impl Exchange) -> Result<Vec<RegisterReport>, ExchangeError> {
    let mut reports = Vec::new();
    for waiting in exchange.list().await? {
        let bytes = exchange.fetch(&waiting).await?;
        if sha256(&bytes) != waiting.sha256 {
            return Err(ExchangeError::Damaged);
        }
        let sent = Sent { name: waiting.name.clone(), bytes, choices: Default::default(), sender: Sender::Command(COMMAND) };
        let report = take(app, sent, None, false).await?;
        let receipt = if report.run_id.is_some() { Receipt::TakenIn } else { Receipt::Refused };
        // Were this lost, the file would come again, and change nothing.
        exchange.acknowledge(&waiting, receipt).await?;
        reports.push(report);
    }
    Ok(reports)
}
