//! Campaigns and standing offers (プッシュ型のご案内): what a city tells the families whom a condition fits, once or whenever it comes to fit.
//!
//! Who gets one is the language of eligibility, asked for each child of a family; what is unknown selects nobody.

mod deciding;
mod figures;
mod rules;
mod selecting;
mod starters;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use self::deciding::*;
pub use self::figures::*;
pub use self::rules::*;
pub use self::selecting::*;
pub use self::starters::*;
use crate::applications::Colleague;
use crate::eligibility::Condition;
use crate::ids::{CampaignId, ChildId};
use crate::locale::{Locale, Localised};
use crate::municipalities::MunicipalityCode;
use crate::notices::Facts;
use crate::notices::words::Subject;
use crate::problem::{Datum, sentence};
use crate::procedures::ProcedureKey;
use crate::programmes::ProgrammeKey;
use crate::time::age_months_on;

/// How often a standing offer reaches the same family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignRepeat))]
pub enum Repeat {
    /// Once ever.
    Family,
    /// Once for each child.
    Child,
    /// Once in a month.
    Month,
}

/// When a campaign is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignWhen))]
pub enum When {
    /// Once, to whoever fits then.
    Once {
        /// When; none: as soon as it may.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DateTime<Utc>>,
    },
    /// A standing offer: each day to whoever has come to fit.
    Standing {
        /// The first day.
        from: NaiveDate,
        /// The last day; none: until it is stopped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
        /// How often the same family gets it.
        repeat: Repeat,
    },
}

impl When {
    /// Whether it is a standing offer.
    pub const fn is_standing(&self) -> bool {
        matches!(self, Self::Standing { .. })
    }
}

/// The one next step that a notice of a campaign leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignStep))]
pub enum Step {
    /// Free places of a programme, for the child's age.
    Search {
        /// The programme.
        programme: ProgrammeKey,
    },
    /// Applying, for the child.
    Apply {
        /// The procedure.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        procedure: ProcedureKey,
    },
    /// The family's bookings.
    Bookings,
    /// Nothing more: the notice itself.
    Notices,
}

impl Step {
    /// What it is called, in every language.
    pub fn label(&self) -> Localised {
        let key = match self {
            Self::Search { .. } => "notices.step.search",
            Self::Apply { .. } => "notices.step.apply",
            Self::Bookings => "notices.step.bookings",
            Self::Notices => "notices.step.inbox",
        };
        let [ja, easy, en] = [Locale::Ja, Locale::Easy, Locale::En].map(|locale| sentence(key, locale));
        Localised::new(&ja, &easy, &en)
    }

    /// What the step is about, prefilled for the child that the campaign is about.
    pub fn subject(&self, child: Option<(&ChildId, NaiveDate)>, day: NaiveDate) -> Subject {
        match self {
            Self::Search { programme } => {
                let age_months = child.map(|(_, born)| age_months_on(born, day));
                Subject::Places { programme: programme.clone(), age_months }
            }
            Self::Apply { procedure } => Subject::Procedure { procedure: procedure.clone(), child: child.map(|(id, _)| id.clone()) },
            Self::Bookings => Subject::Bookings,
            Self::Notices => Subject::Inbox,
        }
    }
}

/// What a family reads, in one language. No placeholders; easy Japanese may carry furigana as `[漢字|かんじ]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignWords))]
pub struct Words {
    /// In a line, up to 100 letters.
    pub subject: String,
    /// In lines, up to 1500 letters.
    pub text: String,
}

/// What a family reads, in the languages of the product. A language that is absent reads the Japanese words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignTexts))]
pub struct Texts {
    /// 日本語
    pub ja: Words,
    /// やさしい日本語
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub easy: Option<Words>,
    /// English
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<Words>,
}

impl Texts {
    /// The subject in every language.
    pub fn subject(&self) -> Localised {
        self.localised(|words| &words.subject)
    }

    /// The text in every language.
    pub fn text(&self) -> Localised {
        self.localised(|words| &words.text)
    }

    fn localised(&self, of: impl Fn(&Words) -> &String) -> Localised {
        Localised {
            ja: of(&self.ja).clone(),
            easy: self.easy.as_ref().map(|words| of(words).clone()),
            en: of(self.en.as_ref().unwrap_or(&self.ja)).clone(),
        }
    }
}

/// Everything an officer says of a campaign. A draft may be unfinished; what is missing is told when it is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignPlan {
    /// What officers call it, up to 80 letters. Families do not see it.
    #[validate(length(max = 80, code = "text.too_long"))]
    pub name: String,
    /// Whom it is for: asked for each child of a family of the city, and of a family without a child once.
    pub audience: Condition,
    /// What families read.
    pub texts: Texts,
    /// What they do next.
    pub step: Step,
    /// When it is sent.
    pub when: When,
    /// Somebody of the family has to open it within so many days, 1 to 60, or outreach takes it up; none: nobody has to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_days: Option<u32>,
    /// So many of a hundred families get none, 0 to 50, so that one sees what it does.
    #[serde(default)]
    pub hold_out_percent: u32,
}

impl CampaignPlan {
    /// What its notice says.
    pub fn facts(&self) -> Facts {
        let words = [("subject", self.texts.subject()), ("text", self.texts.text()), ("step", self.step.label())];
        words.into_iter().map(|(name, words)| (name.to_owned(), Datum::Names(words))).collect()
    }
}

/// How a campaign stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignState))]
pub enum State {
    /// It is being written.
    Draft,
    /// It waits for another officer.
    Proposed,
    /// It is sent at its time.
    Scheduled {
        /// When.
        at: DateTime<Utc>,
    },
    /// It is being sent.
    Sending,
    /// A standing offer that is looked at each day.
    Running,
    /// All of it is sent, or its last day is over.
    Sent {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// An officer stopped it.
    Stopped {
        /// When.
        at: DateTime<Utc>,
        /// Who.
        by: Colleague,
    },
}

impl State {
    /// Every word of a state, as lists are asked for.
    pub const WORDS: [&str; 7] = ["draft", "proposed", "scheduled", "sending", "running", "sent", "stopped"];

    /// The word of it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Proposed => "proposed",
            Self::Scheduled { .. } => "scheduled",
            Self::Sending => "sending",
            Self::Running => "running",
            Self::Sent { .. } => "sent",
            Self::Stopped { .. } => "stopped",
        }
    }
}

/// That an officer wants a campaign to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignProposal))]
pub struct Proposal {
    /// Who.
    pub by: Colleague,
    /// When.
    pub at: DateTime<Utc>,
    /// So many families it would have been for.
    pub families: u32,
}

/// That another officer agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignApproval))]
pub struct Approval {
    /// Who.
    pub by: Colleague,
    /// When.
    pub at: DateTime<Utc>,
}

/// That it was sent back to its writer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CampaignReturn))]
pub struct Returned {
    /// Who.
    pub by: Colleague,
    /// When.
    pub at: DateTime<Utc>,
    /// What should change.
    pub words: String,
}

/// The life of a campaign: who did what with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignLife {
    /// How it stands.
    pub state: State,
    /// Who began it.
    pub author: Colleague,
    /// Who changed it last.
    pub editor: Colleague,
    /// The latest proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// Who agreed to it; none: nobody had to, or has yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Why it was sent back the last time, until it is proposed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Returned>,
}

/// A campaign as the officers of its city read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// The city.
    pub municipality: MunicipalityCode,
    /// What it is.
    #[serde(flatten)]
    pub plan: CampaignPlan,
    /// How it stands, and by whom.
    #[serde(flatten)]
    pub life: CampaignLife,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When anything of it was last changed by somebody.
    pub changed_at: DateTime<Utc>,
    /// When sending began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<DateTime<Utc>>,
    /// The day of its latest look at the families, for a standing offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_on: Option<NaiveDate>,
    /// So many families have been told so far.
    pub sent: u32,
    /// Grows by one with every change by somebody; the `ETag`.
    pub version: i64,
}

/// Proposes a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignProposing {
    /// So many families the preview named.
    pub families: u32,
}

/// Sends a campaign to oneself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignTest {
    /// In this language.
    pub locale: Locale,
}

/// Sends a proposed campaign back to its writer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignReturning {
    /// What should change, 1 to 500 letters.
    #[validate(length(min = 1, max = 500, code = "text.too_long"))]
    pub words: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
