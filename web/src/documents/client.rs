//! The API's operations of letters.

use shared::documents::Notice;

use crate::api::{self, Failure, percent_encoded};

/// The letter of an application's decision.
pub async fn notice(application_id: &str) -> Result<Notice, Failure> {
    api::get(&format!("/applications/{}/notice", percent_encoded(application_id))).await
}

/// Where the letter is to be had for paper.
pub fn paper(application_id: &str) -> String {
    format!("/api/v1/applications/{}/notice.pdf", percent_encoded(application_id))
}
