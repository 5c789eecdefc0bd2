//! Requests of claims.

use shared::claims::{Claim, MarkPaid};
use shared::ids::FamilyId;
use shared::municipalities::MunicipalityCode;
use shared::time::Month;

use crate::api::{self, Attempt, Failure, percent_encoded};

fn path(month: Month) -> String {
    format!("/staff/claims/{month}")
}

/// The facility's month.
pub async fn claim(month: Month) -> Result<Claim, Failure> {
    api::get(&path(month)).await
}

/// Locks it.
pub async fn lock(month: Month, attempt: &Attempt) -> Result<Claim, Failure> {
    api::post(&format!("{}/lock", path(month)), &(), attempt).await
}

/// Marks that a family has paid, or takes the mark back.
pub async fn mark(month: Month, family: &FamilyId, paid: bool, attempt: &Attempt) -> Result<(), Failure> {
    let family = percent_encoded(family.as_str());
    api::post(&format!("{}/families/{family}/paid", path(month)), &MarkPaid { paid }, attempt).await
}

/// Where the workbook is to be had.
pub fn workbook(month: Month) -> String {
    format!("/api/v1{}/claim.xlsx", path(month))
}

/// Where the letter to a city is to be had.
pub fn letter(month: Month, city: &MunicipalityCode) -> String {
    format!("/api/v1{}/cities/{city}/claim.pdf", path(month))
}

/// Where a family's statement is to be had.
pub fn statement(month: Month, family: &FamilyId) -> String {
    format!("/api/v1{}/families/{}/statement.pdf", path(month), percent_encoded(family.as_str()))
}
