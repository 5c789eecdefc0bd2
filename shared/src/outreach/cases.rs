//! A case: a family that somebody should call or visit, from opening to its outcome.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::rules::{Priority, Reach, Rejection};
use crate::applications::Colleague;
use crate::ids::{AccountId, FamilyId, MatterId, OutreachCaseId};
use crate::locale::{Locale, Localised};
use crate::municipalities::MunicipalityCode;
use crate::text::Phone;

/// At which desk a case lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CaseDesk {
    /// 市の担当
    City,
    /// BPOセンター
    Centre,
}

impl CaseDesk {
    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Centre => "centre",
        }
    }
}

/// How a case ends by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CaseOutcome {
    /// The family was told.
    Told,
    /// The family was told and wants nothing of it.
    Declined,
    /// Another service goes on with the family, for example こども家庭センター.
    Referred,
    /// The family lives elsewhere now.
    Moved,
    /// Nobody could be reached.
    Unreached,
}

impl CaseOutcome {
    /// Every outcome, as they are chosen from.
    pub const ALL: [Self; 5] = [Self::Told, Self::Declined, Self::Referred, Self::Moved, Self::Unreached];

    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Declined => "declined",
            Self::Referred => "referred",
            Self::Moved => "moved",
            Self::Unreached => "unreached",
        }
    }
}

/// How a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CaseState {
    /// Nobody has taken it.
    Open,
    /// Somebody works on it.
    Assigned {
        /// Who.
        to: Colleague,
    },
    /// The family opened all of it meanwhile.
    Resolved {
        /// When.
        at: DateTime<Utc>,
    },
    /// Somebody closed it.
    Closed {
        /// How it ended.
        outcome: CaseOutcome,
        /// When.
        at: DateTime<Utc>,
    },
}

impl CaseState {
    /// The word of it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned { .. } => "assigned",
            Self::Resolved { .. } => "resolved",
            Self::Closed { .. } => "closed",
        }
    }

    /// Whether there is still something to do.
    pub const fn is_live(&self) -> Result<(), Rejection> {
        match self {
            Self::Open | Self::Assigned { .. } => Ok(()),
            Self::Resolved { .. } => Err(Rejection::Resolved),
            Self::Closed { .. } => Err(Rejection::Closed),
        }
    }
}

/// How somebody tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AttemptMeans {
    /// 電話
    Call,
    /// 訪問
    Visit,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AttemptResult {
    /// They spoke.
    Reached,
    /// They spoke, and shall speak again.
    CallBack,
    /// A message was left.
    Message,
    /// Nobody answered, or nobody was at home.
    NoAnswer,
    /// The number or the address is not theirs.
    Wrong,
}

impl AttemptResult {
    /// Every result, as they are chosen from.
    pub const ALL: [Self; 5] = [Self::Reached, Self::CallBack, Self::Message, Self::NoAnswer, Self::Wrong];

    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::CallBack => "call_back",
            Self::Message => "message",
            Self::NoAnswer => "no_answer",
            Self::Wrong => "wrong",
        }
    }

    /// Whether somebody of the family was spoken to.
    pub const fn is_reached(self) -> bool {
        matches!(self, Self::Reached | Self::CallBack)
    }
}

/// Writes down that somebody tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAttempt {
    /// How.
    pub means: AttemptMeans,
    /// What came of it.
    pub result: AttemptResult,
    /// What to know the next time. Nothing of the child's health.
    #[serde(default)]
    #[validate(length(max = 500, code = "text.too_long"))]
    pub words: String,
    /// The day of the next try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<NaiveDate>,
    /// How the next try is made, where it is not a call: a visit is planned so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_means: Option<AttemptMeans>,
}

/// Gives a case to somebody, or to nobody in particular.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseAssignment {
    /// Who works on it; none: whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<AccountId>,
}

/// Hands a case to the other desk: from the city to the BPO centre, or back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseHandOver {
    /// Where to.
    pub desk: CaseDesk,
    /// What they should know, 1 to 500 characters.
    #[validate(length(min = 1, max = 500, code = "text.too_long"))]
    pub words: String,
}

/// Closes a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseClosing {
    /// How it ended.
    pub outcome: CaseOutcome,
    /// What is left to say; needed where another service goes on.
    #[serde(default)]
    #[validate(length(max = 500, code = "text.too_long"))]
    pub words: String,
}

/// What the rules need of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLife {
    /// How it stands.
    pub state: CaseState,
    /// At which desk.
    pub desk: CaseDesk,
    /// What came of each try so far.
    pub results: Vec<AttemptResult>,
}

/// Somebody takes a case. Who is named must be one of those who may: the officers of its city, or the operators where it lies with the centre.
pub fn assign(life: &CaseLife, to: &AccountId, workers: &[Colleague]) -> Result<CaseState, Rejection> {
    life.state.is_live()?;
    let to = workers.iter().find(|one| one.account_id == *to).ok_or(Rejection::WorkerUnknown)?;
    Ok(CaseState::Assigned { to: to.clone() })
}

/// Somebody tried. Who tries has the case from then on, where nobody had it.
pub fn attempt(life: &CaseLife, new: &NewAttempt, by: &Colleague, today: NaiveDate) -> Result<CaseState, Rejection> {
    life.state.is_live()?;
    if new.next_on.is_some_and(|day| day < today) {
        return Err(Rejection::NextPast);
    }
    match &life.state {
        CaseState::Assigned { to } => Ok(CaseState::Assigned { to: to.clone() }),
        _ => Ok(CaseState::Assigned { to: by.clone() }),
    }
}

/// The case goes to the other desk, where nobody has it yet.
pub fn hand_over(life: &CaseLife, to: &CaseHandOver) -> Result<CaseState, Rejection> {
    life.state.is_live()?;
    if to.words.trim().is_empty() {
        return Err(Rejection::WordsMissing);
    }
    if life.desk == to.desk { Err(Rejection::SameDesk) } else { Ok(CaseState::Open) }
}

/// Somebody closes the case.
pub fn close(life: &CaseLife, closing: &CaseClosing, least_attempts: u32, now: DateTime<Utc>) -> Result<CaseState, Rejection> {
    life.state.is_live()?;
    let tried = u32::try_from(life.results.len()).unwrap_or(u32::MAX);
    match closing.outcome {
        CaseOutcome::Told | CaseOutcome::Declined if !life.results.iter().any(|result| result.is_reached()) => Err(Rejection::NotReached),
        CaseOutcome::Unreached if tried < least_attempts => Err(Rejection::TooFewAttempts { least: least_attempts }),
        CaseOutcome::Referred | CaseOutcome::Moved if closing.words.trim().is_empty() => Err(Rejection::WordsMissing),
        outcome => Ok(CaseState::Closed { outcome, at: now }),
    }
}

/// The family opened some of it meanwhile: the case ends by itself once nothing of it is left; none while something is, or where it ended.
pub fn resolve(state: &CaseState, matters: &[Reach], now: DateTime<Utc>) -> Option<CaseState> {
    let all = matters.iter().all(|reach| *reach == Reach::Opened);
    (state.is_live().is_ok() && all).then_some(CaseState::Resolved { at: now })
}

/// A guardian of a family, as far as outreach needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GuardianReach {
    /// The account.
    pub account_id: AccountId,
    /// The name.
    pub name: String,
    /// The language of the account.
    pub locale: Locale,
    /// How the notice stands with this guardian.
    pub reach: Reach,
}

/// A notice that somebody of a family had to open until a deadline, and nobody did in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Matter {
    /// Its id.
    pub id: MatterId,
    /// The family.
    pub family_id: FamilyId,
    /// The family's first guardian.
    pub guardian_name: String,
    /// The kind of the notice.
    pub kind: String,
    /// The notice's title, in the language that was asked for.
    pub title: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// Until when somebody should have opened it.
    pub deadline_at: DateTime<Utc>,
    /// How it stands with the family.
    pub reach: Reach,
    /// How it stands with each guardian.
    pub guardians: Vec<GuardianReach>,
    /// On which rung of the ladder it stands; 0: none yet.
    pub rung: u32,
    /// When the next rung comes; none: a person has it, or it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<DateTime<Utc>>,
    /// The case that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<OutreachCaseId>,
}

/// How many matters of a kind nobody opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnopenedCount {
    /// The kind of the notices.
    pub kind: String,
    /// So many, each of one family.
    pub matters: u32,
}

/// A page of what nobody opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnopenedList {
    /// The matters, the earliest deadline first.
    pub items: Vec<Matter>,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many there are of each kind, on all pages and whatever kind was asked for; the most first.
    pub counts: Vec<UnopenedCount>,
}

/// A case in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseLine {
    /// Its id.
    pub id: OutreachCaseId,
    /// The city whose family it is.
    pub municipality: MunicipalityCode,
    /// What the city is called.
    pub municipality_name: Localised,
    /// The family's guardian.
    pub guardian_name: String,
    /// How the name is read.
    pub guardian_kana: String,
    /// The number to call.
    pub phone: Phone,
    /// The language of the family's first account.
    pub locale: Locale,
    /// How it stands.
    pub state: CaseState,
    /// At which desk.
    pub desk: CaseDesk,
    /// How urgent it is, and why.
    pub priority: Priority,
    /// The earliest deadline of what nobody opened.
    pub deadline_at: DateTime<Utc>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The day of the next try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<NaiveDate>,
    /// How the next try is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_means: Option<AttemptMeans>,
    /// How often somebody has tried.
    pub attempts: u32,
    /// Grows by one with every change.
    pub version: i64,
}

/// How many cases there are at a desk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseCounts {
    /// Nobody has taken them.
    pub open: u32,
    /// Somebody works on them.
    pub assigned: u32,
    /// The next try is today or was to be before.
    pub due: u32,
    /// Families who opened it by themselves in the last seven days.
    pub resolved: u32,
}

/// A page of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseList {
    /// The cases: the most urgent first, of these the earliest deadline first; of what is over the latest first.
    pub items: Vec<CaseLine>,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many there are.
    pub counts: CaseCounts,
}

/// Somebody's try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// Who.
    pub by: Colleague,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub means: AttemptMeans,
    /// What came of it.
    pub result: AttemptResult,
    /// What was written down.
    pub words: String,
    /// The day of the next try that was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<NaiveDate>,
}

/// What one desk wrote to the other, or with the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseNote {
    /// Who.
    pub by: Colleague,
    /// When.
    pub at: DateTime<Utc>,
    /// The words.
    pub words: String,
}

/// A case with all that somebody works on it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutreachCase {
    /// The case as in the list.
    #[serde(flatten)]
    pub line: CaseLine,
    /// What nobody opened in time, the earliest deadline first; what was opened meanwhile says so.
    pub matters: Vec<Matter>,
    /// What to say, filled in, in the worker's language.
    pub script: String,
    /// The same in the family's language, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_for_family: Option<String>,
    /// The tries, the latest first.
    pub tries: Vec<Attempt>,
    /// What was handed over and left to say, the latest first.
    pub notes: Vec<CaseNote>,
    /// Who may take it.
    pub workers: Vec<Colleague>,
    /// So often somebody must have tried before it is closed as not reached.
    pub least_attempts: u32,
}
