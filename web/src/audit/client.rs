//! Requests of the audit.

#[cfg(feature = "family")]
use shared::audit::RecordAccess;
#[cfg(feature = "office")]
use shared::audit::{AuditLine, AuditPerson, AuditVerification};
use shared::page::Page;

use crate::api::{self, Failure, query};

/// What is looked for; what is empty may be anything.
#[cfg(feature = "office")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whose data.
    pub family: Option<String>,
    /// Of which child.
    pub child: String,
    /// By whom.
    pub person: String,
    /// About what.
    pub thing: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

#[cfg(feature = "office")]
impl Wanted {
    fn address(&self, path: &str) -> String {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        query(
            path,
            &[
                ("family_id", self.family.clone()),
                ("child_id", self.family.as_ref().and_then(|_| given(&self.child))),
                ("person", given(&self.person)),
                ("thing", given(&self.thing)),
                ("from", given(&self.from)),
                ("to", given(&self.to)),
                ("cursor", self.cursor.clone()),
            ],
        )
    }

    /// Where the same is to be had as a file.
    pub fn file(&self) -> String {
        Self { cursor: None, ..self.clone() }.address("/api/v1/office/audit.csv")
    }
}

/// A page of lines.
#[cfg(feature = "office")]
pub async fn lines(wanted: &Wanted) -> Result<Page<AuditLine>, Failure> {
    api::get(&wanted.address("/office/audit")).await
}

/// Whose operations may be looked for.
#[cfg(feature = "office")]
pub async fn people() -> Result<Vec<AuditPerson>, Failure> {
    api::get("/office/audit/people").await
}

/// Verifies some more of the chain.
#[cfg(feature = "office")]
pub async fn verify(after: i64) -> Result<AuditVerification, Failure> {
    api::get(&query("/office/audit/verification", &[("after", Some(after.to_string()))])).await
}

/// A page of who saw or changed what is kept of the family.
#[cfg(feature = "family")]
pub async fn accesses(cursor: Option<String>) -> Result<Page<RecordAccess>, Failure> {
    api::get(&query("/family/accesses", &[("cursor", cursor)])).await
}
