//! Kinds of notices: which events tell families something, what each kind knows, and what it asks of the family.

use serde::{Deserialize, Serialize};

/// A group of kinds, for which a person chooses channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeGroup))]
pub enum Group {
    /// Bookings and what facilities do with them.
    Bookings,
    /// The waiting list.
    Waiting,
    /// Applications, certifications, what a city decides.
    Applications,
    /// What is soon.
    Reminders,
    /// What a city offers.
    Campaigns,
}

impl Group {
    /// Every group, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Bookings, Self::Waiting, Self::Applications, Self::Reminders, Self::Campaigns];

    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bookings => "bookings",
            Self::Waiting => "waiting",
            Self::Applications => "applications",
            Self::Reminders => "reminders",
            Self::Campaigns => "campaigns",
        }
    }
}

/// By when somebody should have opened a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// Nobody has to.
    Not,
    /// Within so many hours, and before what it is about begins.
    Hours(i64),
    /// Before the time to answer is over.
    Answer,
}

/// What a kind of notices is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its group.
    pub group: Group,
    /// By when somebody should have opened it.
    pub follow: Follow,
    /// Whether the person is asked to say that it was understood.
    pub ack_asked: bool,
    /// What its facts are called.
    pub facts: &'static [&'static str],
    /// The word of what a lock screen shows.
    pub lock: &'static str,
    /// The word of the next step.
    pub step: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $word:literal $key:literal: $group:ident, $follow:expr, $ack:literal, [$($fact:literal)*], $lock:literal, $step:literal;)+) => {
        /// What a notice tells. The word is, where there is one, the event that it comes of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NoticeKind))]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $word)] $name,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word of it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// The word of its sentences.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)+
                }
            }

            /// What it is like.
            pub const fn rule(self) -> Rule {
                match self {
                    $(Self::$name => Rule {
                        group: Group::$group,
                        follow: $follow,
                        ack_asked: $ack,
                        facts: &[$($fact),*],
                        lock: $lock,
                        step: $step,
                    },)+
                }
            }
        }
    };
}

kinds! {
    /// A booking holds.
    BookingConfirmed "booking.confirmed" "booking_confirmed":
        Bookings, Follow::Not, false, ["facility" "programme" "stay" "free_until"], "booking", "booking";
    /// A booking waits for its facility.
    BookingRequested "booking.requested" "booking_requested":
        Bookings, Follow::Not, false, ["facility" "programme" "stay" "decide_by"], "booking", "booking";
    /// The facility said no to a booking.
    BookingDeclined "booking.declined" "booking_declined":
        Bookings, Follow::Hours(24), false, ["facility" "programme" "stay" "words"], "booking_changed", "search";
    /// Somebody else cancelled a booking.
    BookingCancelled "booking.cancelled" "booking_cancelled":
        Bookings, Follow::Hours(24), true, ["facility" "programme" "stay"], "booking_changed", "booking";
    /// The facility closed, and a booking ended with it.
    SlotClosed "slot.closed" "slot_closed":
        Bookings, Follow::Hours(24), true, ["facility" "programme" "stay" "why"], "booking_changed", "alternatives";
    /// Somebody else moved a booking.
    BookingRescheduled "booking.rescheduled" "booking_rescheduled":
        Bookings, Follow::Hours(24), true, ["facility" "programme" "stay"], "booking_changed", "booking";
    /// Staff confirmed that a child did not come.
    BookingAbsent "booking.absent" "booking_absent":
        Bookings, Follow::Not, false, ["facility" "programme" "stay" "fee"], "booking", "booking";
    /// The facility wrote to the family.
    MessageSent "message.sent" "message_sent":
        Bookings, Follow::Not, false, ["facility" "programme" "stay"], "message", "message";
    /// A place is kept for the family until it answers.
    WaitlistOffered "waitlist.offered" "waitlist_offered":
        Waiting, Follow::Answer, false, ["facility" "programme" "stay" "answer_by"], "offer", "answer";
    /// The time to answer an offer is over.
    WaitlistLapsed "waitlist.lapsed" "waitlist_lapsed":
        Waiting, Follow::Not, false, ["programme" "wanted"], "waiting", "bookings";
    /// An offer was taken back; the family waits on.
    WaitlistReturned "waitlist.returned" "waitlist_returned":
        Waiting, Follow::Not, false, ["programme" "wanted"], "waiting", "bookings";
    /// No place became free in time.
    WaitlistExpired "waitlist.expired" "waitlist_expired":
        Waiting, Follow::Not, false, ["programme" "wanted"], "waiting", "search";
    /// The facility closed what was waited for.
    WaitlistClosed "waitlist.closed" "waitlist_closed":
        Waiting, Follow::Not, false, ["programme" "wanted"], "waiting", "search";
    /// The city has an application and looks at it.
    ApplicationInReview "application.in_review" "application_in_review":
        Applications, Follow::Not, false, ["procedure" "due"], "application", "application";
    /// An application was granted.
    ApplicationGranted "application.granted" "application_granted":
        Applications, Follow::Not, false, ["procedure"], "result", "application";
    /// An application was refused.
    ApplicationRefused "application.refused" "application_refused":
        Applications, Follow::Hours(168), false, ["procedure"], "result", "application";
    /// The city asks for corrections.
    ApplicationReturned "application.returned" "application_returned":
        Applications, Follow::Hours(72), false, ["procedure"], "application_asked", "correct";
    /// An application was taken back, because the family moved.
    ApplicationWithdrawn "application.withdrawn" "application_withdrawn":
        Applications, Follow::Not, false, ["procedure"], "application", "applications";
    /// An application was prepared for the family, because it moved.
    ApplicationBegun "application.begun" "application_begun":
        Applications, Follow::Hours(168), false, ["procedure"], "application_asked", "send";
    /// A child is certified.
    EntitlementGranted "entitlement.granted" "entitlement_granted":
        Applications, Follow::Not, false, ["programme" "valid_from" "valid_until"], "application", "applications";
    /// What a child is certified for was changed.
    EntitlementRevised "entitlement.revised" "entitlement_revised":
        Applications, Follow::Not, false, ["programme" "valid_from" "valid_until"], "application", "applications";
    /// A certification ends soon.
    EntitlementEnding "entitlement.ending" "entitlement_ending":
        Applications, Follow::Hours(168), false, ["programme" "valid_until"], "application_asked", "applications";
    /// A certification ends before its time.
    EntitlementEnded "entitlement.ended" "entitlement_ended":
        Applications, Follow::Hours(168), false, ["programme" "valid_until"], "application", "applications";
    /// The city revoked a certification.
    EntitlementRevoked "entitlement.revoked" "entitlement_revoked":
        Applications, Follow::Hours(72), true, ["programme" "valid_until" "words"], "result", "applications";
    /// A first interview was held, and the child may come.
    InterviewAccepted "interview.recorded" "interview_accepted":
        Applications, Follow::Not, false, ["facility" "words"], "result", "facility";
    /// A first interview was held, and the child cannot be looked after there.
    InterviewNotPossible "interview.not_possible" "interview_not_possible":
        Applications, Follow::Hours(72), false, ["facility" "words"], "result", "search";
    /// It is proven where the family lives.
    ResidenceProven "residence.proven" "residence_proven":
        Applications, Follow::Not, false, ["city"], "application", "residence";
    /// The register has the family no more, and it should say where it lives.
    FamilyMovedOut "family.moved_out" "family_moved_out":
        Applications, Follow::Hours(168), false, ["city"], "application_asked", "family";
    /// Nobody has confirmed yet that the mail address is the person's.
    MailUnconfirmed "mail.unconfirmed" "mail_unconfirmed":
        Applications, Follow::Not, false, [], "application_asked", "confirm";
    /// A stay is tomorrow.
    BookingReminder "booking.reminder" "booking_reminder":
        Reminders, Follow::Not, false, ["facility" "programme" "stay" "bring" "free_until"], "reminder", "booking";
    /// Cancelling is free only for a short time.
    BookingFreeUntil "booking.free_until" "booking_free_until":
        Reminders, Follow::Not, false, ["facility" "programme" "stay" "free_until"], "reminder", "booking";
    /// What a city offers or says.
    Campaign "campaign" "campaign":
        Campaigns, Follow::Hours(168), false, ["subject" "text" "step"], "campaign", "campaign";
}

impl Kind {
    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// The keys of its shipped sentences: title, body, what a lock screen shows, the next step.
    pub fn sentences(self) -> [String; 4] {
        let (key, rule) = (self.key(), self.rule());
        [
            format!("notices.title.{key}"),
            format!("notices.body.{key}"),
            format!("notices.lock.{}", rule.lock),
            format!("notices.step.{}", rule.step),
        ]
    }

    /// The group of it.
    pub const fn group(self) -> Group {
        self.rule().group
    }

    /// Whether a notice of this kind makes older ones about the same thing out of date. A reminder says nothing new.
    pub const fn replaces(self) -> bool {
        !matches!(self, Self::BookingReminder | Self::BookingFreeUntil | Self::Campaign)
    }

    /// Whether it is about a stay that stands in the family's calendar, or did.
    pub fn is_of_stay(self) -> bool {
        let rule = self.rule();
        rule.group != Group::Waiting && rule.facts.contains(&"stay") && !matches!(self, Self::BookingAbsent | Self::MessageSent)
    }

    /// Whether the family is told even of what it did itself: what is worth keeping.
    pub const fn is_confirmation(self) -> bool {
        matches!(
            self,
            Self::BookingConfirmed
                | Self::BookingRequested
                | Self::ApplicationInReview
                | Self::ApplicationGranted
                | Self::ApplicationRefused
                | Self::EntitlementRevoked
                | Self::BookingReminder
                | Self::BookingFreeUntil
        )
    }
}

/// Whether notices could come of an event, or make others out of date.
pub fn is_told(event: &str) -> bool {
    Kind::from_word(event).is_some() || is_settled(event)
}

/// Whether an event tells nobody anything and makes what was told about the same thing out of date: the family answered, left or undid it
/// itself.
pub fn is_settled(event: &str) -> bool {
    match event.split_once('.') {
        Some(("waitlist", word)) => matches!(word, "accepted" | "declined" | "left"),
        Some(("booking", word)) => word == "undone",
        _ => false,
    }
}
