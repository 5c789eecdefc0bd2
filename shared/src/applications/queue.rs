//! The officers' queue: what waits for a decision, with the clock against the target, and how long decisions took.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{Application, ApplicationLine, ApplicationState, Days, Decider, OfficerDecision, OpenPoint};
use crate::calendar::{Holidays, working_days_after, working_days_between};
use crate::eligibility::Finding;
use crate::families::ResidenceProof;
use crate::ids::{AccountId, ApplicationId};
use crate::locale::Localised;
use crate::problem::Reason;
use crate::procedures::ProcedureKey;
use crate::text::Phone;
use crate::time::tokyo_day;

/// The clock of an application, in working days; it stands still while the family has it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Clock {
    /// So many it has lain with the city; until it was decided, once it is.
    pub waited: u32,
    /// Within so many the city wants to have decided.
    pub target: u32,
    /// So many are left; below 0 when the target is past.
    pub left: i64,
}

impl Clock {
    /// The clock of what is to be decided until a day, so many days after it was sent, read on another.
    pub fn read((due, target): (NaiveDate, u32), on: NaiveDate, holidays: &Holidays) -> Self {
        let left = i64::from(working_days_between(on, due, holidays)) - i64::from(working_days_between(due, on, holidays));
        // By the day it is due, because that is moved by the days that the family had it back.
        Self { waited: u32::try_from(i64::from(target) - left).unwrap_or(0), target, left }
    }

    /// Whether the target is past.
    pub const fn is_overdue(&self) -> bool {
        self.left < 0
    }
}

/// Until when to decide what the family had back from one day to another: the city loses no working day by it, and wins none.
pub fn due_again(due: NaiveDate, (back, again): (NaiveDate, NaiveDate), holidays: &Holidays) -> NaiveDate {
    working_days_after(due, working_days_between(back, again, holidays), holidays)
}

/// An officer of the city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Colleague {
    /// The account.
    pub account_id: AccountId,
    /// The name.
    pub name: String,
}

/// What one officer leaves to the next (引き継ぎ); the family does not see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOver {
    /// In free words.
    pub words: String,
    /// Who goes on with it; none: anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Colleague>,
    /// Who wrote it.
    pub by: Colleague,
    /// When.
    pub at: DateTime<Utc>,
    /// Grows by one with every note on this application.
    pub version: i64,
}

/// Writes the hand-over note, in the place of the one before. The application itself stays as it is, so nobody who is deciding it is disturbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewHandOver {
    /// In free words; empty where only the assignee is named.
    #[serde(default)]
    #[validate(length(max = 2000, code = "text.too_long"))]
    pub words: String,
    /// Who goes on with it: an officer of the city; none: anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<AccountId>,
    /// The version of the note that was read, so that no colleague's is lost; 0: there was none.
    #[serde(default)]
    pub seen: i64,
}

/// A row of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueLine {
    /// The application, a proposal included.
    #[serde(flatten)]
    pub line: ApplicationLine,
    /// The guardian.
    pub guardian_name: String,
    /// Whether its decision takes two officers.
    pub two_officers: bool,
    /// Its clock; none: the rules decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// Who goes on with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Colleague>,
    /// Its version: what is decided on several at once is decided as it was seen.
    pub version: i64,
}

/// The officers' queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// Past the target first, then the oldest first.
    pub items: Vec<QueueLine>,
    /// Give this back as `cursor` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many there are in the city, whatever was asked for.
    pub counts: QueueCounts,
}

/// How many applications wait in a city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueCounts {
    /// For an officer's decision.
    pub in_review: u32,
    /// Of them past the target.
    pub overdue: u32,
    /// For the family's correction.
    pub returned: u32,
    /// What waits for a decision, by procedure.
    pub procedures: Vec<ProcedureCount>,
}

/// How many applications of a procedure wait for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProcedureCount {
    /// The procedure.
    pub procedure: ProcedureKey,
    /// What it is called.
    pub name: Localised,
    /// How many.
    pub in_review: u32,
}

/// An application with all that an officer decides it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewCase {
    /// The application, a proposal included.
    pub application: Application,
    /// The guardian.
    pub guardian_name: String,
    /// The guardian's telephone.
    pub phone: Phone,
    /// The child's birth date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<NaiveDate>,
    /// How the residence is proven; none: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence_proof: Option<ResidenceProof>,
    /// What the rule finds with what is known now.
    pub finding: Finding,
    /// What is still open.
    pub points: Vec<OpenPoint>,
    /// First and last day of what a grant would mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// Why it cannot be granted; nothing: it can.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<Reason>,
    /// Its clock; none: the rules decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// Who proposed a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<Colleague>,
    /// The hand-over note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<HandOver>,
    /// The officers of the city, to hand over to.
    pub colleagues: Vec<Colleague>,
}

/// The same decision on several applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDecision {
    /// Which, each as it was seen; 1 to 100.
    #[validate(length(min = 1, max = 100, code = "applications.too_many"))]
    pub items: Vec<SeenApplication>,
    /// What is decided.
    #[validate(nested)]
    pub decision: OfficerDecision,
}

/// An application as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenApplication {
    /// The application.
    pub application_id: ApplicationId,
    /// Its version then; one that changed meanwhile is not decided.
    pub seen: i64,
}

/// What came of one of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkOutcome {
    /// The application.
    pub application_id: ApplicationId,
    /// How it stands now; none: nothing was done to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ApplicationState>,
    /// Why nothing was done to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

/// A decision, for the figures.
#[derive(Debug, Clone, Copy)]
pub struct Handled {
    /// When the application was sent.
    pub sent: DateTime<Utc>,
    /// When it was decided.
    pub decided: DateTime<Utc>,
    /// The day until which the city wanted to have decided; none: the rules decided at once.
    pub due_on: Option<NaiveDate>,
    /// Who decided.
    pub by: Decider,
}

/// How long decisions took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadTime {
    /// Of decisions from this day.
    pub from: NaiveDate,
    /// To this day.
    pub until: NaiveDate,
    /// All of them.
    pub all: LeadFigures,
    /// Those of the rules.
    pub by_rules: LeadFigures,
    /// Those of officers.
    pub by_officers: LeadFigures,
}

/// Figures of some decisions, each from sending to deciding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadFigures {
    /// How many.
    pub decided: u32,
    /// How many within the target.
    pub within_target: u32,
    /// The median, in seconds; of an even number the longer of the two in the middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_seconds: Option<i64>,
    /// The longest, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_seconds: Option<i64>,
    /// The median, in working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_working_days: Option<u32>,
    /// The longest, in working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_working_days: Option<u32>,
}

/// How long decisions took.
pub fn lead_time((from, until): (NaiveDate, NaiveDate), handled: &[Handled], holidays: &Holidays) -> LeadTime {
    let of = |by: Decider| figures(handled.iter().filter(|one| one.by == by), holidays);
    LeadTime { from, until, all: figures(handled.iter(), holidays), by_rules: of(Decider::Rules), by_officers: of(Decider::Officer) }
}

fn figures<'a>(handled: impl Iterator<Item = &'a Handled>, holidays: &Holidays) -> LeadFigures {
    let (mut seconds, mut days, mut within) = (Vec::new(), Vec::new(), 0_u32);
    for one in handled {
        let (sent, decided) = (tokyo_day(one.sent), tokyo_day(one.decided));
        seconds.push((one.decided - one.sent).num_seconds());
        days.push(working_days_between(sent, decided, holidays));
        if one.due_on.is_none_or(|due| working_days_between(due, decided, holidays) == 0) {
            within = within.saturating_add(1);
        }
    }
    seconds.sort_unstable();
    days.sort_unstable();
    LeadFigures {
        decided: u32::try_from(seconds.len()).unwrap_or(u32::MAX),
        within_target: within,
        median_seconds: seconds.get(seconds.len() / 2).copied(),
        longest_seconds: seconds.last().copied(),
        median_working_days: days.get(days.len() / 2).copied(),
        longest_working_days: days.last().copied(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
