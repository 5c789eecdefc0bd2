//! The API's operations of registers.

use shared::page::Page;
use shared::registers::{RegisterReport, RegisterRun, SentFile};

use crate::api::{self, Attempt, Failure, query};

/// What a file would change.
pub async fn preview(file: &SentFile) -> Result<RegisterReport, Failure> {
    api::post("/registers/preview", file, &Attempt::new()).await
}

/// Where the certified children of a month are to be had as a file.
pub fn certified(month: &str, encoding: &str) -> String {
    format!("/api/v1{}", query("/registers/certified.csv", &[("month", Some(month.to_owned())), ("encoding", Some(encoding.to_owned()))]))
}

/// Takes a file in.
pub async fn take_in(file: &SentFile) -> Result<RegisterReport, Failure> {
    api::post("/registers/runs", file, &Attempt::new()).await
}

/// The files that went in.
pub async fn runs() -> Result<Vec<RegisterRun>, Failure> {
    Ok(api::get::<Page<RegisterRun>>("/registers/runs").await?.items)
}
