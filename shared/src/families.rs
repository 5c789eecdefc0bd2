//! The family, registered once: residence, children, and what a facility must know on the day.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::ids::{ChildId, FamilyId};
use crate::municipalities::MunicipalityCode;
use crate::problem::Reason;
use crate::text::{Kana, PersonName, Phone};
use crate::time::tokyo_day;

/// A family (世帯).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Family {
    /// Its id.
    pub id: FamilyId,
    /// The city of residence.
    pub municipality: MunicipalityCode,
    /// When the guardian confirmed the residence.
    pub residence_confirmed_at: DateTime<Utc>,
    /// The guardian's name.
    pub guardian_name: PersonName,
    /// Its reading.
    pub guardian_kana: Kana,
    /// The guardian's telephone number.
    pub phone: Phone,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

/// More children than that no family registers.
pub const MAX_CHILDREN: usize = 12;

/// A change of the family. Absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyChange {
    /// The city of residence, confirmed anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
    /// The guardian's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian_name: Option<PersonName>,
    /// Its reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian_kana: Option<Kana>,
    /// The guardian's telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

/// A child's sex, asked only because some forms need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Sex {
    /// 女
    Female,
    /// 男
    Male,
    /// その他・回答しない
    Other,
}

/// How badly a child reacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Severity {
    /// 軽い
    #[default]
    Mild,
    /// 強い、アナフィラキシーのおそれ
    Severe,
}

/// Something a child must not meet. Special-care data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Allergy {
    /// To what.
    #[validate(length(min = 1, max = 60, code = "text.too_long"))]
    pub name: String,
    /// How badly.
    #[serde(default)]
    pub severity: Severity,
}

/// Somebody to call, or somebody who may pick the child up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Name.
    pub name: PersonName,
    /// What this person is to the child, for example 祖母.
    #[serde(default)]
    #[validate(length(max = 30, code = "text.too_long"))]
    pub relation: String,
    /// Telephone number.
    pub phone: Phone,
}

/// What is known of a child; also the body of a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewChild {
    /// Name.
    pub name: PersonName,
    /// Its reading.
    pub kana: Kana,
    /// Birth date.
    pub born: NaiveDate,
    /// Sex, when told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Allergies.
    #[serde(default)]
    #[validate(nested, length(max = 20, code = "families.too_many"))]
    pub allergies: Vec<Allergy>,
    /// What carers must know.
    #[serde(default)]
    #[validate(length(max = 1000, code = "text.too_long"))]
    pub care_notes: String,
    /// Whom to call, the guardian apart.
    #[serde(default)]
    #[validate(nested, length(max = 5, code = "families.too_many"))]
    pub emergency_contacts: Vec<Contact>,
    /// Who may pick the child up, the guardian apart.
    #[serde(default)]
    #[validate(nested, length(max = 8, code = "families.too_many"))]
    pub pick_up_people: Vec<Contact>,
}

/// A child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Child {
    /// Its id.
    pub id: ChildId,
    /// What is known.
    #[serde(flatten)]
    pub known: NewChild,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

/// A change of a child. Absent fields stay; lists are replaced whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildChange {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// Its reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<Kana>,
    /// Birth date; fixed once the child has bookings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<NaiveDate>,
    /// Sex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Allergies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested, length(max = 20, code = "families.too_many"))]
    pub allergies: Option<Vec<Allergy>>,
    /// What carers must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 1000, code = "text.too_long"))]
    pub care_notes: Option<String>,
    /// Whom to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested, length(max = 5, code = "families.too_many"))]
    pub emergency_contacts: Option<Vec<Contact>>,
    /// Who may pick up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested, length(max = 8, code = "families.too_many"))]
    pub pick_up_people: Option<Vec<Contact>>,
}

impl ChildChange {
    /// The child after the change.
    pub fn apply(self, known: NewChild) -> NewChild {
        NewChild {
            name: self.name.unwrap_or(known.name),
            kana: self.kana.unwrap_or(known.kana),
            born: self.born.unwrap_or(known.born),
            sex: self.sex.or(known.sex),
            allergies: self.allergies.unwrap_or(known.allergies),
            care_notes: self.care_notes.unwrap_or(known.care_notes),
            emergency_contacts: self.emergency_contacts.unwrap_or(known.emergency_contacts),
            pick_up_people: self.pick_up_people.unwrap_or(known.pick_up_people),
        }
    }
}

/// Why a family or child cannot be registered or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// Born after today.
    BornInFuture,
    /// 18 or older.
    BornTooLongAgo,
    /// The child has bookings to come.
    HasBookings,
    /// The birth date decides places and fees; it stays while there are bookings to come.
    BornFixed,
    /// A list is longer than anybody needs.
    TooMany,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 5] = [Self::BornInFuture, Self::BornTooLongAgo, Self::HasBookings, Self::BornFixed, Self::TooMany];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BornInFuture => "families.born_in_future",
            Self::BornTooLongAgo => "families.born_too_long_ago",
            Self::HasBookings => "families.has_bookings",
            Self::BornFixed => "families.born_fixed",
            Self::TooMany => "families.too_many",
        }
    }

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

/// Checks a birth date: not after today, under 18 years.
pub fn check_born(born: NaiveDate, now: DateTime<Utc>) -> Result<(), Rejection> {
    let today = tokyo_day(now);
    if born > today {
        Err(Rejection::BornInFuture)
    } else if crate::time::age_on(born, today) >= 18 {
        Err(Rejection::BornTooLongAgo)
    } else {
        Ok(())
    }
}

/// Checks a change of a child who has bookings to come or not.
pub fn change_child(known: NewChild, change: ChildChange, has_bookings: bool, now: DateTime<Utc>) -> Result<NewChild, Rejection> {
    if has_bookings && change.born.is_some_and(|born| born != known.born) {
        return Err(Rejection::BornFixed);
    }
    let changed = change.apply(known);
    check_born(changed.born, now)?;
    Ok(changed)
}
