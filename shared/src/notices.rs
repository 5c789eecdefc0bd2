//! Notices (お知らせ): what families are told of, when, in which words, and how far each has come.
//!
//! The inbox is the master; push and mail are channels. That a channel accepted a notice never means that anybody opened it.

mod kinds;
mod timing;
pub mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use self::kinds::*;
pub use self::timing::*;
use crate::ids::{CampaignId, NoticeId, TemplateId};
use crate::locale::Locale;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};

/// What the sentences of a notice need, by name.
pub type Facts = BTreeMap<String, Datum>;

/// How far a notice has come with its person, derived from what is known of it and its deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeState))]
pub enum State {
    /// Nothing reached the person: no channel, or each ended without taking it. It stands in the inbox all the same.
    Undeliverable,
    /// On its way.
    Queued,
    /// A push service or mail server took it; nobody knows whether it was seen.
    Accepted,
    /// A device has shown it.
    Shown,
    /// The person opened it.
    Opened,
    /// The person said that it was understood.
    Acknowledged,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeliveryState {
    /// It waits for its turn, or for the next try.
    Queued,
    /// The push service or mail server took it.
    Accepted,
    /// The device has shown it.
    Shown,
    /// It was refused, or tried for too long.
    Failed,
    /// Its endpoint has ended.
    Undeliverable,
    /// Nobody needs it any more: the notice was opened or replaced before.
    Skipped,
}

impl DeliveryState {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Queued, Self::Accepted, Self::Shown, Self::Failed, Self::Undeliverable, Self::Skipped];

    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Accepted => "accepted",
            Self::Shown => "shown",
            Self::Failed => "failed",
            Self::Undeliverable => "undeliverable",
            Self::Skipped => "skipped",
        }
    }

    /// The state of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl State {
    /// The state of a notice that was opened and acknowledged or not, with these deliveries.
    pub fn of(opened: bool, acknowledged: bool, deliveries: impl IntoIterator<Item = DeliveryState>) -> Self {
        if acknowledged {
            return Self::Acknowledged;
        }
        if opened {
            return Self::Opened;
        }
        let reached = deliveries.into_iter().map(|delivery| match delivery {
            DeliveryState::Shown => Self::Shown,
            DeliveryState::Accepted => Self::Accepted,
            DeliveryState::Queued => Self::Queued,
            DeliveryState::Failed | DeliveryState::Undeliverable | DeliveryState::Skipped => Self::Undeliverable,
        });
        reached.max().unwrap_or(Self::Undeliverable)
    }
}

/// A notice as its person reads it. Texts are in the asked language; easy Japanese has furigana as `[漢字|かんじ]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InboxNotice))]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// What it tells.
    pub kind: Kind,
    /// The group of kinds to which it belongs.
    pub group: Group,
    /// What it says in a line.
    pub title: String,
    /// What it says, in lines.
    pub body: String,
    /// The one next step: an address of the app.
    pub step: String,
    /// What the next step is called.
    pub step_label: String,
    /// It is about today.
    pub urgent: bool,
    /// How far it has come.
    pub state: State,
    /// The person is asked to say that it was understood.
    pub ack_asked: bool,
    /// Until then somebody should have opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Since when it is out of date, because something newer was told or done; it needs no answer any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_at: Option<DateTime<Utc>>,
    /// The campaign that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<CampaignId>,
}

/// How many notices nobody has opened: the number on the app's icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnreadCount {
    /// Neither opened nor out of date.
    pub unread: u32,
}

/// What opening or acknowledging a notice comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opened {
    /// The notice.
    pub notice_id: NoticeId,
    /// How far it has come.
    pub state: State,
    /// The one next step: an address of the app.
    pub step: String,
    /// How many are left unopened.
    pub unread: u32,
}

/// A device says that it has shown a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeReceipt))]
pub struct Receipt {
    /// The receipt token that came with the message.
    #[validate(length(min = 1, max = 200, code = "text.too_long"))]
    pub token: String,
}

/// By which channels a person wants to hear of a group of kinds. The inbox has all of them in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeChoice))]
pub struct Choice {
    /// The group.
    pub group: Group,
    /// Names of channels, such as `push` and `mail`; none: the inbox alone.
    pub channels: Vec<String>,
}

/// A mail address that nobody has confirmed: nothing but the question goes there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnconfirmedMail {
    /// The address.
    pub address: String,
    /// When the question was last sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<DateTime<Utc>>,
}

/// Somebody who reads the mail of an address confirms it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailConfirmation {
    /// The token of the link in the mail.
    #[validate(length(min = 1, max = 200, code = "text.too_long"))]
    pub token: String,
}

/// What a person wants of notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticePreferences))]
pub struct Preferences {
    /// One for each group.
    pub choices: Vec<Choice>,
    /// Where there are many within the hour, they come as one message with a list.
    pub digest: bool,
    /// The channels that there are.
    pub channels: Vec<String>,
    /// From this time (Tokyo) on nothing is sent but what is about the same day.
    pub quiet_from: NaiveTime,
    /// Until this time.
    pub quiet_until: NaiveTime,
    /// The mail address, as long as nobody has confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<UnconfirmedMail>,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

/// Changes what a person wants; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticePreferencesChange))]
pub struct PreferencesChange {
    /// For these groups.
    #[serde(default)]
    #[validate(length(max = 10, code = "notices.choices_too_many"))]
    pub choices: Vec<Choice>,
    /// Whether many come as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<bool>,
}

/// What a person said of it, as it is kept; what is not said is as it is for everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wants {
    /// Names of channels, by group.
    #[serde(default)]
    pub channels: BTreeMap<Group, Vec<String>>,
    /// Whether many come as one.
    #[serde(default)]
    pub digest: Option<bool>,
}

impl Wants {
    /// Whether this channel is wanted for this group: all are, unless somebody said which.
    pub fn has(&self, group: Group, channel: &str) -> bool {
        self.channels.get(&group).is_none_or(|wanted| wanted.iter().any(|name| name == channel))
    }

    /// Whether many come as one: they do unless somebody said otherwise.
    pub fn digests(&self) -> bool {
        self.digest.unwrap_or(true)
    }

    /// The same after a change; a channel that does not exist is refused.
    pub fn changed(mut self, change: &PreferencesChange, channels: &[String]) -> Result<Self, Rejection> {
        for choice in &change.choices {
            if let Some(unknown) = choice.channels.iter().find(|name| !channels.contains(name)) {
                return Err(Rejection::ChannelUnknown { channel: unknown.clone() });
            }
            self.channels.insert(choice.group, choice.channels.clone());
        }
        self.digest = change.digest.or(self.digest);
        Ok(self)
    }

    /// As the person reads it.
    pub fn shown(&self, channels: &[String], version: i64) -> Preferences {
        let (quiet_from, quiet_until) = quiet_hours();
        let wanted = |group| channels.iter().filter(|name| self.has(group, name)).cloned().collect();
        Preferences {
            choices: Group::ALL.into_iter().map(|group| Choice { group, channels: wanted(group) }).collect(),
            digest: self.digests(),
            channels: channels.to_vec(),
            quiet_from,
            quiet_until,
            unconfirmed: None,
            version,
        }
    }
}

/// The sentences of a notice with `{placeholders}` for its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeTexts))]
pub struct Texts {
    /// What it says in a line, 120 letters at most.
    pub title: String,
    /// What it says, in lines; a line whose placeholders are all empty is left out.
    pub body: String,
    /// What a lock screen may show: times only, no child, facility, programme or reason.
    pub lock_title: String,
    /// What the one next step is called.
    pub step_label: String,
}

/// A template: the sentences of a kind in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeTemplate))]
pub struct Template {
    /// Its id; none: the sentences that come with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<TemplateId>,
    /// The city that says so; none: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
    /// What it tells.
    pub kind: Kind,
    /// The language.
    pub locale: Locale,
    /// Grows by one with every version of the city, kind and language; 0: comes with the program.
    pub version: i64,
    /// The sentences.
    #[serde(flatten)]
    pub texts: Texts,
    /// Since when it holds, or from when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime<Utc>>,
}

/// A kind of notices with its templates, for who writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeKindTemplates))]
pub struct KindTemplates {
    /// The kind.
    pub kind: Kind,
    /// Its group.
    pub group: Group,
    /// What a sentence may name, in braces.
    pub placeholders: Vec<String>,
    /// Those of them that a lock screen may show.
    pub lock_placeholders: Vec<String>,
    /// What holds now, one for each language.
    pub templates: Vec<Template>,
    /// Every version of the city, the latest first.
    pub versions: Vec<Template>,
}

/// A new version of a template, for the officer's own city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewNoticeTemplate))]
pub struct NewTemplate {
    /// What it tells.
    pub kind: Kind,
    /// The language.
    pub locale: Locale,
    /// The sentences.
    #[serde(flatten)]
    pub texts: Texts,
    /// From when on; at once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<DateTime<Utc>>,
}

/// Sentences as they read with example facts. Easy Japanese has furigana as `[漢字|かんじ]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticePreview))]
pub struct Preview {
    /// The language.
    pub locale: Locale,
    /// The sentences.
    #[serde(flatten)]
    pub texts: Texts,
}

/// What came of sending sentences to oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeTestSent))]
pub struct TestSent {
    /// By which channel.
    pub channel: String,
    /// Whether the other side took it.
    pub accepted: bool,
    /// Why not, as the other side said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Why something about notices is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// There is no such channel.
    ChannelUnknown {
        /// Its name.
        channel: String,
    },
    /// A sentence names something that the notice does not know.
    PlaceholderUnknown {
        /// Its name.
        name: String,
    },
    /// A lock screen must not show this.
    PlaceholderOnLock {
        /// Its name.
        name: String,
    },
    /// A brace is not closed.
    BraceOpen,
    /// There is no channel by which a test could be sent to this person.
    NoChannel,
    /// The notice does not ask to be acknowledged.
    AckNotAsked,
    /// There is no mail address to confirm.
    MailNotAsked,
    /// The mail that asks was sent just now.
    MailTooSoon,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ChannelUnknown { .. } => "notices.channel_unknown",
            Self::PlaceholderUnknown { .. } => "notices.placeholder_unknown",
            Self::PlaceholderOnLock { .. } => "notices.placeholder_on_lock",
            Self::BraceOpen => "notices.brace_open",
            Self::NoChannel => "notices.no_channel",
            Self::AckNotAsked => "notices.ack_not_asked",
            Self::MailNotAsked => "notices.mail_not_asked",
            Self::MailTooSoon => "notices.mail_too_soon",
        }
    }

    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason { code: Cow::Borrowed(self.code()), data: BTreeMap::default() };
        match self {
            Self::ChannelUnknown { channel } => reason.with("channel", Datum::Text(channel.clone())),
            Self::PlaceholderUnknown { name } | Self::PlaceholderOnLock { name } => reason.with("name", Datum::Text(name.clone())),
            Self::BraceOpen | Self::NoChannel | Self::AckNotAsked | Self::MailNotAsked | Self::MailTooSoon => reason,
        }
    }
}

#[cfg(test)]
mod tests;
