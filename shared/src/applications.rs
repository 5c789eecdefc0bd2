//! Applications (申請): filled in with what is known, sent, decided by the rules in the same request, or handed to an officer with exactly
//! the open points.

mod deciding;
mod filling;
mod queue;
mod reviewing;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use self::deciding::{Case, Grant, Settled, Submitted, grant, outlook, submit};
pub use self::filling::{Filling, Rejection, check, fill};
pub use self::queue::{
    BulkDecision, BulkOutcome, Clock, Colleague, HandOver, Handled, LeadFigures, LeadTime, NewHandOver, ProcedureCount, Queue, QueueCounts,
    QueueLine, ReviewCase, SeenApplication, due_again, lead_time,
};
pub use self::reviewing::{
    ApplicationReturn, Checked, Desk, Judged, OfficerDecision, ProposalCheck, ReviewRejection, Ruled, Weighed, check_proposal, decide,
    give_back, needs_words, weigh,
};
use crate::access::Role;
use crate::attachments::Attachment;
use crate::bookings::{Answer, BookedChild};
use crate::eligibility::{Ground, Missing, Verdict};
use crate::ids::{AccountId, ApplicationId, ChildId, EntitlementId, FamilyId};
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::Reason;
use crate::procedures::{Procedure, ProcedureKey};

/// Begins an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApplication {
    /// The procedure of the family's city.
    pub procedure: ProcedureKey,
    /// The child it is for, where it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_id: Option<ChildId>,
    /// For which family a clerk files it; left out by guardians.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_id: Option<FamilyId>,
}

/// Fills in a draft, or corrects what was given back. Answers that are not named stay; an empty value takes one back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApplicationChange {
    /// Answers, each of a question that is asked.
    #[serde(default)]
    #[validate(length(max = 100, code = "applications.too_many"))]
    pub answers: Vec<Answer>,
    /// The keys of what is declared; in the place of those before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<BTreeSet<String>>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// The receipt number (受付番号), from sending on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The procedure's version that it goes by.
    pub procedure: Procedure,
    /// The family.
    pub family_id: FamilyId,
    /// The city that decides.
    pub municipality: MunicipalityCode,
    /// The child it is for; none: the whole family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<BookedChild>,
    /// The answers of this application, those that were known included once it was sent.
    pub answers: BTreeMap<String, String>,
    /// What was known before and is not asked again, by question.
    pub known: BTreeMap<String, String>,
    /// The documents that were sent with it.
    pub attached: Vec<Attachment>,
    /// The keys of what was declared.
    pub declared: BTreeSet<String>,
    /// How it stands.
    pub state: ApplicationState,
    /// What would be decided now and what is still to be asked; for a draft and what was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlook: Option<Outlook>,
    /// Who filed it for the family; none: the family itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_by: Option<FiledBy>,
    /// Remarks of the officer on single fields, to be corrected; those of the last time it was given back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<FieldComment>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
    /// The day until which the city wants to have decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

impl Application {
    /// A draft of a procedure for a child or a whole family.
    pub fn draft(
        id: ApplicationId,
        procedure: Procedure,
        (family_id, child): (&FamilyId, Option<BookedChild>),
        filed_by: Option<FiledBy>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            number: None,
            municipality: procedure.municipality.clone(),
            procedure,
            family_id: family_id.clone(),
            child,
            answers: BTreeMap::new(),
            known: BTreeMap::new(),
            attached: Vec::new(),
            declared: BTreeSet::new(),
            state: ApplicationState::Draft,
            outlook: None,
            filed_by,
            comments: Vec::new(),
            created_at: now,
            submitted_at: None,
            due_on: None,
            version: 1,
        }
    }

    /// The requirements that documents were sent for.
    pub fn attached_keys(&self) -> BTreeSet<String> {
        self.attached.iter().map(|file| file.requirement.clone()).collect()
    }
}

/// How an application stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ApplicationState {
    /// Being filled in; the family may go on with it on any device.
    Draft,
    /// An officer decides what the rules could not.
    InReview {
        /// The open points.
        points: Vec<OpenPoint>,
        /// What a first officer proposes, where it takes two.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposed: Option<Proposal>,
    },
    /// Given back to the family for correction.
    Returned {
        /// When; the city's clock stands still from then on.
        at: DateTime<Utc>,
    },
    /// Granted.
    Granted {
        /// The decision.
        decision: Decision,
    },
    /// Refused.
    Refused {
        /// The decision.
        decision: Decision,
    },
    /// Taken back by the family.
    Withdrawn {
        /// When.
        at: DateTime<Utc>,
    },
}

impl ApplicationState {
    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview { .. } => "in_review",
            Self::Returned { .. } => "returned",
            Self::Granted { .. } => "granted",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Whether the family may fill it in.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Draft | Self::Returned { .. })
    }

    /// As its family may know it: what one officer proposes to another is no decision yet.
    #[must_use]
    pub fn for_family(self) -> Self {
        match self {
            Self::InReview { points, .. } => Self::InReview { points, proposed: None },
            other => other,
        }
    }

    /// The decision, once there is one.
    pub const fn decision(&self) -> Option<&Decision> {
        match self {
            Self::Granted { decision } | Self::Refused { decision } => Some(decision),
            Self::Draft | Self::InReview { .. } | Self::Returned { .. } | Self::Withdrawn { .. } => None,
        }
    }
}

/// What the rules could not decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenPoint {
    /// What is so, or what is not known.
    pub ground: Ground,
    /// What would have to be known; none: a person has to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

/// What a first officer proposes to a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proposal {
    /// What is proposed.
    #[serde(flatten)]
    pub decision: OfficerDecision,
    /// The officer.
    pub by: AccountId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// The number of its notice (文書番号), once in its municipality and fiscal year.
    pub number: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Who decided.
    pub by: Decider,
    /// Why.
    pub grounds: Vec<Ground>,
    /// Why, in the officer's words; empty where the rules decided.
    #[serde(default)]
    pub words: String,
    /// First and last day of what was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// The certification that was granted, changed or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement_id: Option<EntitlementId>,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement_number: Option<String>,
}

/// First and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Days {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Decider {
    /// The rules, in the request that sent it.
    Rules,
    /// An officer, by what the rules left open.
    Officer,
}

/// What would be decided now, and what is still to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outlook {
    /// The keys of the questions that are asked and not answered, the next one first.
    pub ask: Vec<String>,
    /// The keys of all questions that are asked, in order.
    pub asked: Vec<String>,
    /// The keys of the documents that are asked for, in order.
    pub wanted: Vec<String>,
    /// What would be decided.
    pub verdict: Verdict,
    /// Why.
    pub grounds: Vec<Ground>,
    /// What would have to be known besides the answers.
    pub missing: Vec<Missing>,
    /// First and last day of what would be granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// What stands against sending it at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<Reason>,
}

/// Who filed an application for a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FiledBy {
    /// What the clerk is.
    pub role: Role,
    /// The account.
    pub account_id: AccountId,
}

/// A remark of the officer on a single field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldComment {
    /// The key of the question or document.
    pub key: String,
    /// What to correct.
    #[validate(length(min = 1, max = 500, code = "text.too_long"))]
    pub words: String,
}

/// Something that is known of a child or a family, because it was answered once or a register says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownFact {
    /// The child; none: the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_id: Option<ChildId>,
    /// The key of the question.
    pub key: String,
    /// The answer.
    pub value: String,
    /// Who says so.
    pub origin: Origin,
    /// Since when it is known.
    pub since: NaiveDate,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Origin {
    /// The family declared it.
    Declared,
    /// An officer confirmed it.
    Officer,
    /// The city's register says so.
    Register,
}

impl Origin {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Officer => "officer",
            Self::Register => "register",
        }
    }

    /// The origin of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Declared, Self::Officer, Self::Register].into_iter().find(|origin| origin.name() == name)
    }
}

/// A row of a list of applications: what the family sees at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApplicationLine {
    /// Its id.
    pub id: ApplicationId,
    /// The receipt number, from sending on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The procedure.
    pub procedure: ProcedureKey,
    /// What it is called.
    pub procedure_name: Localised,
    /// The city that decides.
    pub municipality: MunicipalityCode,
    /// The child it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<BookedChild>,
    /// How it stands.
    pub state: ApplicationState,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
    /// The day until which the city wants to have decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
