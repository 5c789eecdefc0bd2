//! Consents (情報提供の同意): a family agrees once that a facility gets what it must know, and the facility sees what changed since.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::bookings::{Booking, BookingState};
use crate::families::{Allergy, Contact, Family, NewChild};
use crate::ids::FacilityId;
use crate::problem::Reason;
use crate::text::{PersonName, Phone};
use crate::time::tokyo_day;

/// Version of the words by which families agree, as the screens show them.
pub const WORDS: u32 = 1;

/// What a family agreed to at a facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The facility.
    pub facility_id: FacilityId,
    /// Its operator, where the words named the operator's other facilities too.
    pub operator: Option<String>,
    /// Version of the words that the family was shown; none: it booked without having been shown any.
    pub words: Option<u32>,
    /// Since when.
    pub given_at: DateTime<Utc>,
    /// When the family withdrew it.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// A facility as far as consents go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The facility.
    pub id: FacilityId,
    /// Its operator, where it shares with the operator's other facilities.
    pub operator: Option<String>,
}

impl Agreement {
    /// Whether it holds at a facility.
    pub fn covers(&self, place: &Place) -> bool {
        self.withdrawn_at.is_none() && (self.facility_id == place.id || (self.operator.is_some() && self.operator == place.operator))
    }
}

/// What a family is asked to agree to before it first books at a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ask {
    /// Version of the words; sent along with the booking as `consent`.
    pub words: u32,
    /// The facility's name.
    pub facility: String,
    /// Names of its operator's other facilities, which share with it.
    pub others: Vec<String>,
}

/// Whether a family still has to agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Need {
    /// To what; none: it has agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Ask>,
}

/// A consent as its family sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Consent {
    /// The facility.
    pub facility_id: FacilityId,
    /// Its name.
    pub facility: String,
    /// Names of its operator's other facilities for which it holds too.
    pub others: Vec<String>,
    /// Version of the words that the family was shown; none: it booked without having been shown any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<u32>,
    /// Since when.
    pub given_at: DateTime<Utc>,
    /// When the family withdrew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The family's bookings to come there: for these the facility keeps seeing what it must know.
    pub bookings_ahead: i64,
}

/// Why a consent cannot be given or withdrawn, or a change not be marked as seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The family was shown other words than those that hold.
    OtherWords,
    /// It is withdrawn already.
    Withdrawn,
    /// The family changed something after it was looked at.
    ChangedAgain,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherWords => "consents.other_words",
            Self::Withdrawn => "consents.withdrawn",
            Self::ChangedAgain => "consents.changed_again",
        }
    }

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

/// Whether a family must still be asked at a facility: once, unless it withdrew, was never shown the words, or they are others now.
pub fn must_ask(agreements: &[Agreement], place: &Place) -> bool {
    !agreements.iter().any(|known| known.covers(place) && known.words == Some(WORDS))
}

/// What booking at a facility agrees to, if that is not agreed to already. `words` are those that the family was shown. What it was not
/// shown holds for this facility alone.
pub fn agree(agreements: &[Agreement], place: &Place, words: Option<u32>, now: DateTime<Utc>) -> Result<Option<Agreement>, Rejection> {
    if words.is_some_and(|words| words != WORDS) {
        return Err(Rejection::OtherWords);
    }
    let stands = agreements.iter().any(|known| known.covers(place) && (words.is_none() || known.words == words));
    Ok((!stands).then(|| Agreement {
        facility_id: place.id.clone(),
        operator: place.operator.clone().filter(|_| words.is_some()),
        words,
        given_at: now,
        withdrawn_at: None,
    }))
}

/// Takes a consent back, for the future.
pub fn withdraw(known: Agreement, now: DateTime<Utc>) -> Result<Agreement, Rejection> {
    match known.withdrawn_at {
        Some(_) => Err(Rejection::Withdrawn),
        None => Ok(Agreement { withdrawn_at: Some(now), ..known }),
    }
}

/// Whether a facility sees, with a booking, what the family gave: where the family agrees, and until the day of a stay is over, because
/// whoever looks after a child must know. An offer is no stay yet.
pub fn shows(agrees: bool, booking: &Booking, now: DateTime<Utc>) -> bool {
    let is_ahead =
        booking.state.is_active() && !matches!(booking.state, BookingState::Offered { .. }) && tokyo_day(booking.ends_at) >= tokyo_day(now);
    agrees || is_ahead
}

/// What a family gives to a facility of one of its children.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The guardian's name.
    pub guardian: PersonName,
    /// The guardian's telephone number.
    pub phone: Phone,
    /// The child's name.
    pub name: PersonName,
    /// Birth date.
    pub born: NaiveDate,
    /// Allergies.
    pub allergies: Vec<Allergy>,
    /// What carers must know.
    pub care_notes: String,
    /// Whom to call, after the guardian.
    pub emergency_contacts: Vec<Contact>,
    /// Who may pick up, besides the guardian.
    pub pick_up_people: Vec<Contact>,
}

impl Given {
    /// What a family gives of a child, as it now is.
    pub fn of(family: &Family, known: &NewChild) -> Self {
        Self {
            guardian: family.guardian_name.clone(),
            phone: family.phone.clone(),
            name: known.name.clone(),
            born: known.born,
            allergies: known.allergies.clone(),
            care_notes: known.care_notes.clone(),
            emergency_contacts: known.emergency_contacts.clone(),
            pick_up_people: known.pick_up_people.clone(),
        }
    }
}

/// Something that a family changed of what it gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Change {
    /// Allergies.
    Allergies {
        /// As they were.
        before: Vec<Allergy>,
        /// As they are.
        now: Vec<Allergy>,
    },
    /// What carers must know.
    CareNotes {
        /// As it was.
        before: String,
        /// As it is.
        now: String,
    },
    /// Who may pick up, besides the guardian.
    PickUpPeople {
        /// As they were.
        before: Vec<Contact>,
        /// As they are.
        now: Vec<Contact>,
    },
    /// Whom to call, after the guardian.
    EmergencyContacts {
        /// As they were.
        before: Vec<Contact>,
        /// As they are.
        now: Vec<Contact>,
    },
    /// The guardian's name.
    Guardian {
        /// As it was.
        before: PersonName,
        /// As it is.
        now: PersonName,
    },
    /// The guardian's telephone number.
    Phone {
        /// As it was.
        before: Phone,
        /// As it is.
        now: Phone,
    },
    /// The child's name.
    Name {
        /// As it was.
        before: PersonName,
        /// As it is.
        now: PersonName,
    },
    /// The child's birth date.
    Born {
        /// As it was.
        before: NaiveDate,
        /// As it is.
        now: NaiveDate,
    },
}

/// What a family changed between two looks, what carers need first at the top. Another order of a list is no change.
pub fn changes(before: &Given, now: &Given) -> Vec<Change> {
    fn differs<T: Clone + PartialEq, C>(before: &T, now: &T, change: impl FnOnce(T, T) -> C) -> Option<C> {
        (before != now).then(|| change(before.clone(), now.clone()))
    }
    fn lists<T: Clone + Serialize, C>(before: &[T], now: &[T], change: impl FnOnce(Vec<T>, Vec<T>) -> C) -> Option<C> {
        let sorted = |all: &[T]| all.iter().filter_map(|one| serde_json::to_string(one).ok()).collect::<BTreeSet<_>>();
        (sorted(before) != sorted(now)).then(|| change(before.to_vec(), now.to_vec()))
    }
    [
        lists(&before.allergies, &now.allergies, |before, now| Change::Allergies { before, now }),
        differs(&before.care_notes, &now.care_notes, |before, now| Change::CareNotes { before, now }),
        lists(&before.pick_up_people, &now.pick_up_people, |before, now| Change::PickUpPeople { before, now }),
        lists(&before.emergency_contacts, &now.emergency_contacts, |before, now| Change::EmergencyContacts { before, now }),
        differs(&before.guardian, &now.guardian, |before, now| Change::Guardian { before, now }),
        differs(&before.phone, &now.phone, |before, now| Change::Phone { before, now }),
        differs(&before.name, &now.name, |before, now| Change::Name { before, now }),
        differs(&before.born, &now.born, |before, now| Change::Born { before, now }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a family changed since a facility's staff last looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// When they last looked; at first, when the child was first booked there.
    pub since: DateTime<Utc>,
    /// What, with old and new.
    pub changes: Vec<Change>,
    /// What is marked as seen.
    pub seen: Seen,
}

/// Marks what a family changed as seen: as it was shown, so that nothing newer is swept away with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seen {
    /// The child's version.
    pub child_version: i64,
    /// The family's version.
    pub family_version: i64,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bookings::place;
    use crate::families::Severity;
    use crate::text::Kana;
    use crate::world::{ask_for, booking, child, day, open_nursery, slot, state, tokyo};

    fn at(id: &str, operator: Option<&str>) -> Place {
        Place { id: id.into(), operator: operator.map(str::to_owned) }
    }

    #[test]
    fn a_family_is_asked_once_and_again_after_withdrawing() {
        let (here, now) = (at("a", None), tokyo("2026-12-01 9:00"));
        assert!(must_ask(&[], &here));
        let given = agree(&[], &here, Some(WORDS), now).unwrap().unwrap();
        assert_eq!((given.words, given.given_at, given.withdrawn_at), (Some(WORDS), now, None));
        let known = [given.clone()];
        assert!(!must_ask(&known, &here) && must_ask(&known, &at("b", None)));
        assert_eq!(agree(&known, &here, Some(WORDS), now), Ok(None));
        assert_eq!(agree(&known, &here, None, now), Ok(None));
        assert_eq!(agree(&known, &here, Some(WORDS + 1), now), Err(Rejection::OtherWords));
        let later = tokyo("2026-12-02 9:00");
        let withdrawn = withdraw(given, later).unwrap();
        assert_eq!(withdrawn.withdrawn_at, Some(later));
        assert_eq!(withdraw(withdrawn.clone(), later), Err(Rejection::Withdrawn));
        let known = [withdrawn];
        assert!(must_ask(&known, &here));
        assert_eq!(agree(&known, &here, Some(WORDS), later).unwrap().unwrap().given_at, later);
    }

    #[test]
    fn who_booked_without_the_words_is_still_shown_them() {
        let (here, now) = (at("a", Some("op")), tokyo("2026-12-01 9:00"));
        let silent = agree(&[], &here, None, now).unwrap().unwrap();
        // Nobody told the family of the other facilities, so it holds for this one alone.
        assert_eq!((silent.words, silent.operator.clone()), (None, None));
        let known = [silent];
        assert!(must_ask(&known, &here));
        assert_eq!(agree(&known, &here, None, now), Ok(None));
        assert_eq!(agree(&known, &here, Some(WORDS), now).unwrap().unwrap().operator.as_deref(), Some("op"));
    }

    #[test]
    fn an_operators_sharing_facilities_are_agreed_to_together() {
        let now = tokyo("2026-12-01 9:00");
        let known = [agree(&[], &at("a", Some("op")), Some(WORDS), now).unwrap().unwrap()];
        assert!(!must_ask(&known, &at("b", Some("op"))));
        // One that does not share, and another operator's, were not named.
        assert!(must_ask(&known, &at("b", None)) && must_ask(&known, &at("b", Some("other"))));
        // The facility itself is, whatever it shares later.
        assert!(!must_ask(&known, &at("a", None)));
        let alone = [agree(&[], &at("a", None), Some(WORDS), now).unwrap().unwrap()];
        assert!(must_ask(&alone, &at("b", None)));
    }

    #[test]
    fn a_facility_sees_while_agreed_or_until_the_day_of_the_stay_is_over() {
        let asked = state(slot("2026-12-03"), open_nursery(), vec![child("sora", "2024-06-15")]);
        let before = tokyo("2026-11-20 9:00");
        let placed = place(&asked, &ask_for(&asked), before).unwrap();
        let stay = booking(&asked, &placed, &placed.children[0], before);
        let (that_night, next_day) = (tokyo("2026-12-03 23:59"), tokyo("2026-12-04 0:00"));
        for now in [before, that_night, next_day] {
            assert!(shows(true, &stay, now));
        }
        assert!(shows(false, &stay, before) && shows(false, &stay, that_night) && !shows(false, &stay, next_day));
        let offered = Booking { state: BookingState::Offered { until: that_night }, ..stay.clone() };
        assert!(!shows(false, &offered, before) && shows(true, &offered, before));
        let cancelled = Booking { state: BookingState::Declined { at: before, message: String::new() }, ..stay };
        assert!(!shows(false, &cancelled, before));
    }

    fn given() -> Given {
        let contact = |name: &str| Contact {
            name: PersonName::parse(name).unwrap(),
            relation: "祖母".to_owned(),
            phone: Phone::parse("0859-22-7111").unwrap(),
        };
        Given {
            guardian: PersonName::parse("弓浜 花子").unwrap(),
            phone: Phone::parse("0859-22-7110").unwrap(),
            name: PersonName::parse("弓浜 空").unwrap(),
            born: day("2024-06-15"),
            allergies: ["卵", "乳"].map(|name| Allergy { name: name.to_owned(), severity: Severity::Severe }).to_vec(),
            care_notes: "昼寝は短め".to_owned(),
            emergency_contacts: vec![contact("弓浜 月")],
            pick_up_people: vec![contact("弓浜 月"), contact("弓浜 星")],
        }
    }

    #[test]
    fn nothing_changed_means_no_change_and_each_change_is_told_with_old_and_new() {
        let before = given();
        let mut other_order = before.clone();
        other_order.allergies.reverse();
        other_order.pick_up_people.reverse();
        assert_eq!(changes(&before, &before), []);
        assert_eq!(changes(&before, &other_order), []);
        let mut now = before.clone();
        now.allergies[0].severity = Severity::Mild;
        now.care_notes = "抱っこで眠ります".to_owned();
        now.phone = Phone::parse("0859-22-7112").unwrap();
        let told = changes(&before, &now);
        assert_eq!(told.len(), 3);
        assert_eq!(told[0], Change::Allergies { before: before.allergies.clone(), now: now.allergies.clone() });
        assert_eq!(told[1], Change::CareNotes { before: "昼寝は短め".to_owned(), now: "抱っこで眠ります".to_owned() });
        assert_eq!(told[2], Change::Phone { before: before.phone.clone(), now: now.phone.clone() });
        let mut all = before.clone();
        all.allergies.clear();
        all.care_notes.clear();
        all.pick_up_people.clear();
        all.emergency_contacts.clear();
        all.guardian = PersonName::parse("弓浜 次郎").unwrap();
        all.phone = Phone::parse("0859-22-7113").unwrap();
        all.name = PersonName::parse("浜 空").unwrap();
        all.born = day("2024-06-16");
        assert_eq!(changes(&before, &all).len(), 8);
    }

    #[test]
    fn what_is_given_is_the_whole_of_what_the_board_shows() {
        let family = Family {
            id: "f".into(),
            municipality: crate::world::yonago(),
            residence_confirmed_at: tokyo("2026-12-01 9:00"),
            residence_proof: None,
            guardian_name: given().guardian,
            guardian_kana: Kana::parse("ユミハマ ハナコ").unwrap(),
            phone: given().phone,
            household: vec![],
            version: 1,
        };
        let Given { name, born, allergies, care_notes, emergency_contacts, pick_up_people, .. } = given();
        let kana = Kana::parse("ユミハマ ソラ").unwrap();
        let known = NewChild { name, kana, born, sex: None, allergies, care_notes, emergency_contacts, pick_up_people };
        assert_eq!(Given::of(&family, &known), given());
    }
}
