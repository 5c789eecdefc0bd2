//! The API's operations of files.

use shared::ids::AttachmentId;

use crate::api::{self, Attempt, Failure, percent_encoded, query};

fn path(application_id: &str) -> String {
    format!("/applications/{}/attachments", percent_encoded(application_id))
}

fn path_of(application_id: &str, file: &AttachmentId) -> String {
    format!("{}/{}", path(application_id), percent_encoded(file.as_str()))
}

/// Sends a file for one of the documents.
pub async fn send(application_id: &str, requirement: &str, file: &web_sys::File, attempt: &Attempt) -> Result<(), Failure> {
    let path = query(&path(application_id), &[("requirement", Some(requirement.to_owned()))]);
    api::upload(&path, file, attempt).await
}

/// Takes a file away again.
pub async fn remove(application_id: &str, file: &AttachmentId, etag: &str, attempt: &Attempt) -> Result<(), Failure> {
    api::delete(&path_of(application_id, file), etag, attempt).await
}

/// Where a file is to be had.
pub fn address(application_id: &str, file: &AttachmentId) -> String {
    format!("/api/v1{}", path_of(application_id, file))
}
