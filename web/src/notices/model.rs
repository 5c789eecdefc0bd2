//! What the inbox shows, and in which order.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::ids::NoticeId;
use shared::notices::{Choice, Group, Preferences, PreferencesChange};
use shared::page::Page;

/// What the inbox shows of a `shared::notices::Notice`; what it does not show it does not read, so that the app stays small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The notice.
    pub id: NoticeId,
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
    /// The person is asked to say that it was understood.
    pub ack_asked: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Since when it is out of date.
    pub replaced_at: Option<DateTime<Utc>>,
}

/// The inbox as far as it was read: what nobody has opened before all others, in each the latest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// What nobody has opened.
    pub unread: Vec<Line>,
    /// The others.
    pub others: Vec<Line>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
    /// When it was read, if not just now.
    pub as_of: Option<DateTime<Utc>>,
}

impl Inbox {
    /// The same with the next page; what is shown already does not come twice.
    #[must_use]
    pub fn and(&self, page: Page<Line>) -> Self {
        let mut all = self.clone();
        all.others.extend(page.items.into_iter().filter(|new| self.unread.iter().chain(&self.others).all(|known| known.id != new.id)));
        all.next = page.next_cursor;
        all
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.unread.is_empty() && self.others.is_empty()
    }
}

/// What is to be said beside a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Something newer has taken its place.
    Past,
    /// Nobody has opened it, and it is about today.
    Urgent,
    /// Nobody has opened it.
    New,
    /// It was read, and an answer is waited for.
    Asked,
    /// The family has said that it was understood.
    Understood,
}

/// What is to be said beside a notice, from what is known of it; nothing of one that is simply read.
pub fn mark(notice: &Line, opened: bool, acknowledged: bool) -> Option<Mark> {
    if acknowledged {
        Some(Mark::Understood)
    } else if notice.replaced_at.is_some() {
        Some(Mark::Past)
    } else if !opened {
        Some(if notice.urgent { Mark::Urgent } else { Mark::New })
    } else {
        notice.ack_asked.then_some(Mark::Asked)
    }
}

/// What changes when the person wants these channels for these groups; nothing where all is as it was.
pub fn change(before: &Preferences, chosen: &[(Group, Vec<String>)], digest: bool) -> Option<PreferencesChange> {
    let wanted = |group: Group| before.choices.iter().find(|choice| choice.group == group).map(|choice| set(&choice.channels));
    let choices: Vec<Choice> = chosen
        .iter()
        .filter(|(group, channels)| wanted(*group).as_ref() != Some(&set(channels)))
        .map(|(group, channels)| Choice { group: *group, channels: channels.clone() })
        .collect();
    let digest = (digest != before.digest).then_some(digest);
    (!choices.is_empty() || digest.is_some()).then_some(PreferencesChange { choices, digest })
}

fn set(channels: &[String]) -> BTreeSet<&String> {
    channels.iter().collect()
}

/// The key of a group's name.
pub const fn group_words(group: Group) -> &'static str {
    match group {
        Group::Bookings => "notices.group_bookings",
        Group::Waiting => "notices.group_waiting",
        Group::Applications => "notices.group_applications",
        Group::Reminders => "notices.group_reminders",
        Group::Campaigns => "notices.group_campaigns",
    }
}

#[cfg(test)]
mod tests;
