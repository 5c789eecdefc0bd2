//! The audit (操作の記録): who saw or changed whose data, when and why, as a chain in which nothing is changed or left out unnoticed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, AuditLineId, ChildId, FamilyId};
use crate::locale::Locale;
use crate::problem::{Datum, Reason, sentence};

/// The things that operations are about: the first word of an action.
pub const THINGS: [&str; 46] = [
    "account",
    "application",
    "attachment",
    "audit",
    "booking",
    "calendar_feed",
    "campaign",
    "child",
    "claim",
    "classes",
    "client",
    "compact",
    "consent",
    "device",
    "duty",
    "entitlement",
    "facility",
    "family",
    "holidays",
    "identity",
    "interview",
    "journal_entry",
    "message",
    "municipality",
    "notice",
    "notice_template",
    "offering",
    "outreach",
    "passkey",
    "pattern",
    "places",
    "procedure",
    "programme",
    "proxy",
    "register",
    "residence",
    "retention",
    "rule_change",
    "series",
    "session",
    "settlement",
    "shift_note",
    "slot",
    "staff",
    "tablet",
    "waitlist",
];

/// What is done with them: the second word of an action.
pub const VERBS: [&str; 108] = [
    "absent",
    "accepted",
    "account_code_made",
    "account_opened",
    "added",
    "agreed",
    "answered",
    "approved",
    "archive_made",
    "assigned",
    "attempted",
    "attendance_corrected",
    "attendance_undone",
    "began",
    "begun",
    "booked",
    "cancelled",
    "changed",
    "checked_in",
    "checked_out",
    "closed",
    "code_renewed",
    "comment_closed",
    "commented",
    "confirmed",
    "copied",
    "corrected",
    "created",
    "credential_revoked",
    "declined",
    "discarded",
    "doubted",
    "ended",
    "ending",
    "enrolment_set",
    "erased",
    "expired",
    "exported",
    "finished",
    "free_until",
    "given",
    "grant_revoked",
    "granted",
    "grown",
    "handed_over",
    "household_set",
    "imported",
    "in_review",
    "joined",
    "key_added",
    "lapsed",
    "left",
    "letter_made",
    "linked",
    "listed",
    "locked",
    "looked_at",
    "looked_up",
    "made",
    "mail_confirmed",
    "moved_out",
    "noted",
    "offered",
    "opened",
    "paid",
    "paid_taken_back",
    "parts_hidden",
    "password_changed",
    "pin_set",
    "previewed",
    "proposal_sent_back",
    "proposed",
    "proven",
    "published",
    "read",
    "received",
    "recorded",
    "refused",
    "registered",
    "released",
    "reminder",
    "removed",
    "requested",
    "rescheduled",
    "residence_proven",
    "resolved",
    "returned",
    "revised",
    "revoked",
    "rules_published",
    "scheduled",
    "screen_locked",
    "screen_unlocked",
    "searched",
    "secret_made",
    "seen",
    "sent",
    "sent_back",
    "shared",
    "stopped",
    "tried_again",
    "undone",
    "unlinked",
    "unopened_listed",
    "usage_counted",
    "wall_code_renewed",
    "withdrawn",
    "written",
];

/// More lines than that no file holds: whoever needs them asks for less at a time.
pub const MOST_EXPORTED: i64 = 50_000;

/// What a person did, for people to read, for example 予約：確定. An action that nobody gave words to is told as it is.
pub fn say(action: &str, locale: Locale) -> String {
    let Some((thing, verb)) = action.split_once('.') else { return action.to_owned() };
    let (thing_key, verb_key) = (format!("audit.thing.{thing}"), format!("audit.verb.{verb}"));
    if !THINGS.contains(&thing) || !VERBS.contains(&verb) {
        return action.to_owned();
    }
    let (said_thing, said_verb) = (sentence(&thing_key, locale), sentence(&verb_key, locale));
    match locale {
        Locale::En => format!("{said_thing}: {said_verb}"),
        Locale::Ja | Locale::Easy => format!("{said_thing}：{said_verb}"),
    }
}

/// What a thing of [`THINGS`] is called.
pub fn thing(word: &str, locale: Locale) -> String {
    sentence(&format!("audit.thing.{word}"), locale)
}

/// Making a family's archive: the family reads why.
pub const ARCHIVE_MADE: &str = "family.archive_made";

/// Whether an action only looked: it changed nothing.
pub fn is_look(action: &str) -> bool {
    let verb = action.split_once('.').map_or(action, |(_, verb)| verb);
    matches!(
        verb,
        "looked_up" | "looked_at" | "listed" | "unopened_listed" | "exported" | "searched" | "previewed" | "verified" | "archive_made"
    )
}

/// What somebody is who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActorKind {
    /// A guardian.
    Guardian,
    /// A facility's staff.
    Staff,
    /// An officer of a city.
    Officer,
    /// An operator of the BPO centre.
    Operator,
    /// A vendor's program, for a facility that granted it.
    Client,
    /// No person: a command or the rules.
    System,
}

impl ActorKind {
    /// What it is called, in the reader's language.
    pub fn say(self, locale: Locale) -> String {
        let key = match self {
            Self::Guardian => "audit.actor.guardian",
            Self::Staff => "audit.actor.staff",
            Self::Officer => "audit.actor.officer",
            Self::Operator => "audit.actor.operator",
            Self::Client => "audit.actor.client",
            Self::System => "audit.actor.system",
        };
        sentence(key, locale)
    }
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// The account; absent where no person did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// What it is.
    pub kind: ActorKind,
    /// The person's name, or the name of the command.
    pub name: String,
    /// The facility or city that the person belongs to, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

/// Whose data a line is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Concerned {
    /// The family.
    pub family_id: FamilyId,
    /// Its first guardian's name.
    pub guardian_name: String,
    /// The child, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_id: Option<ChildId>,
    /// The child's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_name: Option<String>,
}

/// A line of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    /// Its id.
    pub id: AuditLineId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What, for example `booking.confirmed`.
    pub action: String,
    /// Whose data, of families of the reader's city.
    pub concerned: Vec<Concerned>,
    /// How many families of other cities it is about besides.
    pub others: u32,
    /// Why, or what the person wrote to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// In which request; empty where no request did it.
    pub request_id: String,
    /// Its place in the chain.
    pub position: i64,
}

/// Somebody whose operations may be looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPerson {
    /// The account.
    pub account_id: AccountId,
    /// What it is.
    pub kind: ActorKind,
    /// Name.
    pub name: String,
    /// The facility or city that the person belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

/// That somebody outside a family saw or changed its data, as the family reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordAccess {
    /// When.
    pub at: DateTime<Utc>,
    /// What the person is.
    pub kind: ActorKind,
    /// The facility or city; absent for the BPO centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// What, for example `family.looked_up`.
    pub action: String,
    /// Whether nothing was changed.
    pub is_look: bool,
    /// The child, where it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_name: Option<String>,
    /// Why, where a reason had to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What is wrong at a place of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Damage {
    /// The line, or its place, is not as it was linked.
    Changed,
    /// A line or a place is gone.
    Removed,
    /// A line stands there that was never handed to the chain.
    Added,
}

/// The first broken place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BrokenPlace {
    /// Where in the chain; absent for a line that has no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// The line.
    pub line_id: AuditLineId,
    /// What is wrong.
    pub damage: Damage,
}

/// How far the chain was verified, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditVerification {
    /// The last place that was looked at.
    pub position: i64,
    /// The last place of the chain.
    pub last: i64,
    /// The hash there; noted elsewhere it proves later that nothing before it was changed.
    pub hash: String,
    /// The first broken place; none: it holds as far as it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<BrokenPlace>,
    /// Whether there is more to look at: ask again from `position`.
    pub goes_on: bool,
}

/// Why the audit does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// More lines than a file holds.
    #[error("too many lines")]
    TooMany {
        /// So many at most.
        most: i64,
    },
}

impl Rejection {
    /// The reason with its data.
    pub fn reason(&self) -> Reason {
        match self {
            Self::TooMany { most } => Reason::new("audit.too_many").with("most", Datum::Count(*most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_told_in_words_and_unknown_actions_as_they_are() {
        assert_eq!(say("booking.confirmed", Locale::Ja), "予約：確定");
        assert_eq!(say("booking.confirmed", Locale::En), "Booking: confirmed");
        assert_eq!(say("spaceship.landed", Locale::Ja), "spaceship.landed");
    }

    #[test]
    fn every_word_has_a_sentence() {
        for locale in Locale::ALL {
            for word in THINGS {
                assert_ne!(thing(word, locale), format!("audit.thing.{word}"));
            }
            for word in VERBS {
                assert!(!say(&format!("booking.{word}"), locale).contains("verb"), "{word}");
            }
        }
    }

    #[test]
    fn looks_are_told_from_changes() {
        assert!(is_look("family.looked_up") && is_look("register.looked_at"));
        assert!(!is_look("family.changed") && !is_look("booking.cancelled"));
    }
}
