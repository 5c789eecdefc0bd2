//! Proxy (代理): somebody of a city or of the BPO centre opens a family's record for a stated reason, for a quarter of an hour at most.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::applications::ApplicationLine;
use crate::bookings::BookingState;
use crate::entitlements::Entitlement;
use crate::families::{Allergy, Contact, FoundChild};
use crate::ids::{ChildId, FamilyId, ProxySessionId};
use crate::locale::Localised;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::text::Phone;

/// A session ends by itself after so many minutes.
pub const MINUTES: i64 = 15;

/// A part of a family's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Sight {
    /// Names and birth dates of the children.
    Children,
    /// Their health, and whom to call. Special-care data.
    Care,
    /// Bookings that are not over.
    Bookings,
    /// Applications.
    Applications,
    /// Certifications.
    Entitlements,
}

/// Something that can be done for a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Deed {
    /// Booking a place.
    Book,
    /// Filing an application.
    Apply,
}

/// What a reason is called, lets one see and lets one do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonTerms {
    /// What it is called.
    pub name: Localised,
    /// What is seen besides the guardian's name, city and telephone number.
    pub sees: Vec<Sight>,
    /// What may be done.
    pub may: Vec<Deed>,
}

/// A reason to open a family's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxyReason {
    /// Its key.
    pub key: String,
    /// The rest.
    #[serde(flatten)]
    pub terms: ReasonTerms,
}

/// Looks for a family for a reason: by a whole telephone number, or at least two letters of the guardian's name or its reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxySearch {
    /// What to look for.
    #[validate(length(min = 2, max = 60, code = "families.search_short"))]
    pub query: String,
    /// The reason's key.
    #[validate(length(min = 1, max = 40, code = "text.too_long"))]
    pub reason: String,
}

/// A family that may be meant: no more than is needed to ask "is it you?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxyCandidate {
    /// The family.
    pub family_id: FamilyId,
    /// The guardian's name.
    pub guardian_name: String,
    /// Its reading.
    pub guardian_kana: String,
    /// The last digits of the telephone number.
    pub phone_end: String,
    /// The city.
    pub municipality: MunicipalityCode,
    /// How many children it has.
    pub children: u32,
}

/// Opens a family's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewProxySession {
    /// The family.
    pub family_id: FamilyId,
    /// The reason's key.
    #[validate(length(min = 1, max = 40, code = "text.too_long"))]
    pub reason: String,
    /// Why in one's own words; the family can read them.
    #[validate(length(max = 300, code = "text.too_long"))]
    pub words: String,
}

/// Somebody acts for a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxySession {
    /// Its id.
    pub id: ProxySessionId,
    /// The family.
    pub family_id: FamilyId,
    /// The guardian's name.
    pub guardian_name: String,
    /// Why, as it held when it was opened.
    pub reason: ProxyReason,
    /// Why in one's own words.
    pub words: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When it ends by itself.
    pub ends_at: DateTime<Utc>,
}

/// The session of the person who asks, if one is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxyStanding {
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ProxySession>,
}

/// What must be known of a child in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildCare {
    /// The child.
    pub child_id: ChildId,
    /// Name.
    pub name: String,
    /// Allergies.
    pub allergies: Vec<Allergy>,
    /// What carers must know.
    pub care_notes: String,
    /// Whom to call.
    pub emergency_contacts: Vec<Contact>,
}

/// A booking as somebody sees it who acts for the family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxyBooking {
    /// The child's name.
    pub child_name: String,
    /// The facility's name.
    pub facility_name: String,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// How it stands.
    pub state: BookingState,
}

/// A family as the reason lets one see it; what it does not need is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxyFamily {
    /// The family.
    pub id: FamilyId,
    /// The city.
    pub municipality: MunicipalityCode,
    /// The guardian's name.
    pub guardian_name: String,
    /// Its reading.
    pub guardian_kana: String,
    /// The telephone number.
    pub phone: Phone,
    /// The children.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<Vec<FoundChild>>,
    /// Their health.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<Vec<ChildCare>>,
    /// Bookings that are not over, by start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookings: Option<Vec<ProxyBooking>>,
    /// Applications, the latest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applications: Option<Vec<ApplicationLine>>,
    /// Certifications, the last one to end first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlements: Option<Vec<Entitlement>>,
}

/// Why one may not act for a family.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Another record is open; one at a time.
    #[error("another record is open")]
    AlreadyOpen {
        /// Whose.
        guardian: String,
    },
    /// None is open for this family, or its time is over.
    #[error("no record is open")]
    NotOpen,
    /// The reason is none of those that hold today.
    #[error("unknown reason")]
    ReasonUnknown,
    /// Why, in one's own words, is missing.
    #[error("no words")]
    WordsMissing,
    /// The record was opened for something else.
    #[error("not for this")]
    NotForThis,
}

impl Rejection {
    /// The reason with its data.
    pub fn reason(&self) -> Reason {
        match self {
            Self::AlreadyOpen { guardian } => Reason::new("proxy.already_open").with("guardian", Datum::Text(guardian.clone())),
            Self::NotOpen => Reason::new("proxy.not_open"),
            Self::ReasonUnknown => Reason::new("proxy.reason_unknown"),
            Self::WordsMissing => Reason::new("proxy.words_missing"),
            Self::NotForThis => Reason::new("proxy.not_for_this"),
        }
    }
}

/// Opens a record where none is open: for which reason, and until when.
pub fn open(
    open: Option<&ProxySession>,
    command: &NewProxySession,
    reasons: Vec<ProxyReason>,
    now: DateTime<Utc>,
) -> Result<(ProxyReason, DateTime<Utc>), Rejection> {
    if let Some(session) = open.filter(|session| is_open(session, now)) {
        return Err(Rejection::AlreadyOpen { guardian: session.guardian_name.clone() });
    }
    if command.words.trim().is_empty() {
        return Err(Rejection::WordsMissing);
    }
    let reason = reasons.into_iter().find(|reason| reason.key == command.reason).ok_or(Rejection::ReasonUnknown)?;
    Ok((reason, now + TimeDelta::minutes(MINUTES)))
}

/// Whether a session's time is not over.
pub fn is_open(session: &ProxySession, now: DateTime<Utc>) -> bool {
    now < session.ends_at
}

/// Whether a session lets this be done for this family.
pub fn check(session: Option<&ProxySession>, family: &FamilyId, deed: Deed, now: DateTime<Utc>) -> Result<(), Rejection> {
    let session = session.filter(|session| session.family_id == *family && is_open(session, now)).ok_or(Rejection::NotOpen)?;
    if session.reason.terms.may.contains(&deed) { Ok(()) } else { Err(Rejection::NotForThis) }
}

/// Whether a reason that holds from one day to another holds on a day.
pub fn holds_on(valid_from: NaiveDate, valid_until: Option<NaiveDate>, day: NaiveDate) -> bool {
    valid_from <= day && valid_until.is_none_or(|last| day <= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-12-01T00:00:00Z".parse().unwrap()
    }

    fn reason() -> ProxyReason {
        let terms = ReasonTerms { name: Localised::new("予約", "予約", "Booking"), sees: vec![Sight::Children], may: vec![Deed::Book] };
        ProxyReason { key: "booking".to_owned(), terms }
    }

    fn session() -> ProxySession {
        ProxySession {
            id: "s".into(),
            family_id: "f".into(),
            guardian_name: "花子".to_owned(),
            reason: reason(),
            words: "電話".to_owned(),
            opened_at: now(),
            ends_at: now() + TimeDelta::minutes(MINUTES),
        }
    }

    fn asked(reason: &str, words: &str) -> NewProxySession {
        NewProxySession { family_id: "f".into(), reason: reason.to_owned(), words: words.to_owned() }
    }

    #[test]
    fn a_record_is_opened_for_a_reason_with_words_and_one_at_a_time() {
        let (_, until) = open(None, &asked("booking", "電話"), vec![reason()], now()).unwrap();
        assert_eq!(until, now() + TimeDelta::minutes(15));
        assert_eq!(open(None, &asked("booking", " "), vec![reason()], now()), Err(Rejection::WordsMissing));
        assert_eq!(open(None, &asked("other", "電話"), vec![reason()], now()), Err(Rejection::ReasonUnknown));
        let held = session();
        let twice = open(Some(&held), &asked("booking", "電話"), vec![reason()], held.ends_at - TimeDelta::seconds(1));
        assert_eq!(twice, Err(Rejection::AlreadyOpen { guardian: "花子".to_owned() }));
        assert!(open(Some(&held), &asked("booking", "電話"), vec![reason()], held.ends_at).is_ok());
    }

    #[test]
    fn a_session_is_for_its_family_its_reason_and_its_time() {
        let held = session();
        assert_eq!(check(Some(&held), &"f".into(), Deed::Book, now()), Ok(()));
        assert_eq!(check(Some(&held), &"f".into(), Deed::Apply, now()), Err(Rejection::NotForThis));
        assert_eq!(check(Some(&held), &"g".into(), Deed::Book, now()), Err(Rejection::NotOpen));
        assert_eq!(check(Some(&held), &"f".into(), Deed::Book, held.ends_at), Err(Rejection::NotOpen));
        assert_eq!(check(None, &"f".into(), Deed::Book, now()), Err(Rejection::NotOpen));
    }

    #[test]
    fn a_reason_holds_on_its_days() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (first, last) = (day("2026-04-01"), day("2026-04-30"));
        assert!(holds_on(first, Some(last), first) && holds_on(first, Some(last), last) && holds_on(first, None, day("2030-01-01")));
        assert!(!holds_on(first, Some(last), day("2026-03-31")) && !holds_on(first, Some(last), day("2026-05-01")));
    }
}
