//! The API's operations of statements.

use shared::statements::{FacilityStatement, Statement};
use shared::time::Month;

use crate::api::{self, Failure, query};

/// The family's month.
pub async fn statement(month: Month) -> Result<Statement, Failure> {
    api::get(&query("/statements", &[("month", Some(month.to_string()))])).await
}

/// The facility's month.
pub async fn facility_statement(month: Month) -> Result<FacilityStatement, Failure> {
    api::get(&query("/staff/statements", &[("month", Some(month.to_string()))])).await
}

/// Where the facility's month is to be had as a file.
pub fn file(month: Month) -> String {
    format!("/api/v1{}", query("/staff/statements.csv", &[("month", Some(month.to_string()))]))
}
