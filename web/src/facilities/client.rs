//! What the page of a facility asks of the server.

use shared::facilities::Facility;

use crate::api::{Failure, get, percent_encoded};

/// A facility with everything that is published about it.
pub async fn facility(id: &str) -> Result<Facility, Failure> {
    get(&format!("/facilities/{}", percent_encoded(id))).await
}
