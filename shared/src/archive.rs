//! The archive of a family (開示用の資料): everything that is held about it, for people to read and for programs to take over.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use validator::Validate;

use crate::applications::{Application, KnownFact};
use crate::attendance::AttendanceRecord;
use crate::audit::RecordAccess;
use crate::bookings::Booking;
use crate::claims::ClaimLine;
use crate::consents::{Consent, Given};
use crate::devices::PushDevice;
use crate::documents::Document;
use crate::entitlements::Entitlement;
use crate::families::{Child, Family};
use crate::feeds::CalendarFeed;
use crate::identity::Verified;
use crate::ids::{AccountId, CampaignId, ChildId, FacilityId, SeriesId};
use crate::interviews::Outcome;
use crate::journal::Facts;
use crate::locale::Locale;
use crate::messages::Message;
use crate::municipalities::MunicipalityCode;
use crate::notices::{Notice, Wants};
use crate::passkeys::Passkey;
use crate::problem::sentence;
use crate::residence::Letter;
use crate::series::NewSeries;
use crate::text::check_words;
use crate::time::Month;
use crate::waitlist::WaitlistEntry;

/// An officer makes a family's archive, for a reason that the audit keeps and the family reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArchiveRequest {
    /// Why, 1 to 300 characters.
    #[validate(custom(function = "check_reason"))]
    pub reason: String,
}

fn check_reason(reason: &str) -> Result<(), validator::ValidationError> {
    check_words(reason, 300)
}

/// Everything that is held about a family: `data.json` of its archive, in the shapes that the API answers with. No secrets, no other family, no
/// names of those who work with it beyond what it sees anyway.
#[derive(Debug, Clone, Serialize)]
pub struct FamilyArchive {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The family.
    pub family: Family,
    /// The letter that is to prove its residence, without its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residence_letter: Option<Letter>,
    /// Who signs in for it.
    pub guardians: Vec<GuardianAccount>,
    /// Its children, also those that it took off its list.
    pub children: Vec<ArchivedChild>,
    /// What is known of it from applications and registers.
    pub known: Vec<KnownFact>,
    /// What the city's registers said.
    pub register: Vec<RegisterSaid>,
    /// Its bookings, by start.
    pub bookings: Vec<ArchivedBooking>,
    /// The series that it asked for.
    pub series: Vec<ArchivedSeries>,
    /// What it waits or waited for.
    pub waitlist: Vec<WaitlistEntry>,
    /// Its applications, the latest first.
    pub applications: Vec<ArchivedApplication>,
    /// Its certifications, the last one to end first.
    pub entitlements: Vec<Entitlement>,
    /// What it was told, the latest first.
    pub notices: Vec<Notice>,
    /// The campaigns that it was chosen for.
    pub campaigns: Vec<ArchivedCampaign>,
    /// What it agreed to.
    pub consents: Vec<Consent>,
    /// The facilities that know it, or saw something of its children.
    pub facilities: Vec<KnownTo>,
    /// What facilities finished writing about its children.
    pub journal: Vec<ArchivedEntry>,
    /// What facilities claimed for its stays.
    pub claims: Vec<ArchivedClaim>,
    /// When somebody tried to reach it.
    pub outreach: Vec<ArchivedCase>,
    /// Who outside it saw or changed what is held, the latest first.
    pub accesses: Vec<RecordAccess>,
    /// What it did itself, and what followed by the rules, the latest first.
    pub acts: Vec<OwnAct>,
}

/// An account of a guardian, without what its sign-in is checked against.
#[derive(Debug, Clone, Serialize)]
pub struct GuardianAccount {
    /// Its id.
    pub id: AccountId,
    /// The mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// The language.
    pub locale: Locale,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When the mail address was confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_confirmed_at: Option<DateTime<Utc>>,
    /// Whether it has a password.
    pub password: bool,
    /// What the sign-in with the My Number card said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verified>,
    /// When it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<DateTime<Utc>>,
    /// Its passkeys.
    pub passkeys: Vec<Passkey>,
    /// Where it is signed in.
    pub sessions: Vec<ArchivedSession>,
    /// The devices that notices go to.
    pub devices: Vec<PushDevice>,
    /// Its calendar feed, without the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_feed: Option<CalendarFeed>,
    /// What it wants of notices; none: it never said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wants: Option<Wants>,
}

/// A device on which somebody is signed in.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedSession {
    /// System and browser.
    pub device: String,
    /// Signed in since.
    pub since: DateTime<Utc>,
    /// When something was last done on it, to some minutes.
    pub seen_at: DateTime<Utc>,
    /// Until when it stays signed in.
    pub until: DateTime<Utc>,
}

/// A child, and whether the family took it off its list.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedChild {
    /// The child.
    #[serde(flatten)]
    pub child: Child,
    /// When it was taken off the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<DateTime<Utc>>,
}

/// What a row of a city's register said last.
#[derive(Debug, Clone, Serialize)]
pub struct RegisterSaid {
    /// Which register: `residents` or `certified`.
    pub kind: String,
    /// Whose.
    pub municipality: MunicipalityCode,
    /// The child.
    pub child_id: ChildId,
    /// What it said, by column.
    pub said: Value,
    /// When that was taken in.
    pub written_at: DateTime<Utc>,
}

/// A booking with what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedBooking {
    /// The booking.
    #[serde(flatten)]
    pub booking: Booking,
    /// What was recorded on the day and corrected later, in order.
    pub attendance: Vec<AttendanceRecord>,
    /// What was written about it.
    pub messages: Vec<Message>,
    /// What was found, where it was a first interview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interview: Option<Outcome>,
    /// Its number in the system that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported_as: Option<String>,
}

/// A series as the family asked for it.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedSeries {
    /// Its id.
    pub id: SeriesId,
    /// The facility.
    pub facility: String,
    /// What was asked for.
    pub asked: NewSeries,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// An application with the letters of its decision.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedApplication {
    /// The application.
    #[serde(flatten)]
    pub application: Application,
    /// The letter, in its languages.
    pub letters: Vec<Document>,
}

/// That a campaign chose the family, and what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedCampaign {
    /// The campaign.
    pub id: CampaignId,
    /// What the city calls it.
    pub name: String,
    /// `waiting`, `sent`, `held_out`, `capped`, `unreachable` or `stopped`.
    pub state: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The child, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child_id: Option<ChildId>,
}

/// A facility that knows the family, or that saw something of a child.
#[derive(Debug, Clone, Serialize)]
pub struct KnownTo {
    /// The facility.
    pub facility_id: FacilityId,
    /// Its name.
    pub facility: String,
    /// Since when it knows the family, or when its staff last looked at the child.
    pub at: DateTime<Utc>,
    /// The child, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child_id: Option<ChildId>,
    /// What its staff last saw of the child.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}

/// What a facility wrote about a child's day, without who wrote it.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedEntry {
    /// The facility.
    pub facility: String,
    /// The day.
    pub day: NaiveDate,
    /// The child.
    pub child_id: ChildId,
    /// What was written.
    pub words: String,
    /// What the board said then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// Why it corrects an earlier one; empty: it does not.
    pub reason: String,
    /// When it was finished.
    pub finished_at: DateTime<Utc>,
}

/// A line of a facility's claim.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedClaim {
    /// The facility.
    pub facility: String,
    /// The month.
    pub month: Month,
    /// The line.
    #[serde(flatten)]
    pub line: ClaimLine,
    /// When the facility marked the family's part of the month as paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
}

/// That the city or the BPO centre tried to reach the family, without what colleagues wrote to each other.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedCase {
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// By when the family had to be reached.
    pub deadline_at: DateTime<Utc>,
    /// `open`, `assigned`, `resolved` or `closed`.
    pub state: String,
    /// `told`, `declined`, `referred`, `moved` or `unreached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// The tries, in order.
    pub attempts: Vec<ArchivedAttempt>,
}

/// Somebody's try to reach the family.
#[derive(Debug, Clone, Serialize)]
pub struct ArchivedAttempt {
    /// When.
    pub at: DateTime<Utc>,
    /// `call` or `visit`.
    pub means: String,
    /// `reached`, `call_back`, `message`, `no_answer` or `wrong`.
    pub result: String,
}

/// Something that the family did itself, or that followed by the rules.
#[derive(Debug, Clone, Serialize)]
pub struct OwnAct {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether the family did it; else no person did.
    pub by_family: bool,
    /// What, for example `booking.confirmed`.
    pub action: String,
    /// The child, where it was about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child_name: Option<String>,
}

impl FamilyArchive {
    /// What a child of the family is called.
    pub fn name_of(&self, child: &ChildId) -> &str {
        let found = self.children.iter().find(|one| one.child.id == *child);
        found.map_or("", |one| one.child.known.name.as_str())
    }
}

/// The words of the wire that a reader of the archive meets, each after what it is of.
pub const WORDS: [&str; 71] = [
    "proof_sign_in",
    "proof_counter",
    "proof_letter",
    "proof_document",
    "proof_register",
    "sex_female",
    "sex_male",
    "sex_other",
    "severity_mild",
    "severity_severe",
    "origin_declared",
    "origin_officer",
    "origin_register",
    "register_residents",
    "register_certified",
    "booking_requested",
    "booking_offered",
    "booking_confirmed",
    "booking_checked_in",
    "booking_checked_out",
    "booking_cancelled",
    "booking_absent",
    "booking_declined",
    "booking_released",
    "record_checked_in",
    "record_checked_out",
    "record_absent",
    "record_undone",
    "record_corrected",
    "interview_accepted",
    "interview_conditions",
    "interview_not_possible",
    "waitlist_waiting",
    "waitlist_offered",
    "waitlist_accepted",
    "waitlist_declined",
    "waitlist_lapsed",
    "waitlist_left",
    "waitlist_expired",
    "waitlist_closed",
    "application_draft",
    "application_in_review",
    "application_returned",
    "application_granted",
    "application_refused",
    "application_withdrawn",
    "ended_asked",
    "ended_moved",
    "ended_revoked",
    "ended_register",
    "campaign_waiting",
    "campaign_sent",
    "campaign_held_out",
    "campaign_capped",
    "campaign_unreachable",
    "campaign_stopped",
    "usage_attended",
    "usage_absent",
    "usage_cancelled",
    "usage_nothing",
    "case_open",
    "case_assigned",
    "case_resolved",
    "case_closed",
    "means_call",
    "means_visit",
    "result_reached",
    "result_call_back",
    "result_message",
    "result_no_answer",
    "result_wrong",
];

/// What a word of the wire says to people; one that nobody gave a sentence stays as it is.
pub fn word(of: &str, word: &str, locale: Locale) -> String {
    let key = format!("{of}_{word}");
    if WORDS.contains(&key.as_str()) { sentence(&format!("archive.word.{key}"), locale) } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_said_in_every_language() {
        for one in WORDS {
            for locale in Locale::ALL {
                assert_ne!(sentence(&format!("archive.word.{one}"), locale), format!("archive.word.{one}"));
            }
        }
        assert_eq!((word("sex", "female", Locale::Ja), word("sex", "female", Locale::En)), ("女".to_owned(), "Female".to_owned()));
        assert_eq!(word("sex", "unheard", Locale::Ja), "unheard");
    }

    #[test]
    fn a_reason_has_words() {
        assert!(ArchiveRequest { reason: "開示請求（第12号）".to_owned() }.validate().is_ok());
        assert!(ArchiveRequest { reason: "  ".to_owned() }.validate().is_err());
    }
}
