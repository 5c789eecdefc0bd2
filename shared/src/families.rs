//! The family, registered once: residence, children, and what a facility must know on the day.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::ids::{ChildId, FamilyId};
use crate::municipalities::MunicipalityCode;
use crate::problem::Reason;
use crate::text::{Kana, PersonName, Phone, check_words};
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
    /// How the residence was proven; none: the guardian only says so. It ends when the family moves to another city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence_proof: Option<ResidenceProof>,
    /// The guardian's name.
    pub guardian_name: PersonName,
    /// Its reading.
    pub guardian_kana: Kana,
    /// The guardian's telephone number.
    pub phone: Phone,
    /// What its household is for reliefs, as the municipality wrote it.
    #[serde(default)]
    pub household: Vec<HouseholdClass>,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

/// How and when it was proven that a family lives in its city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResidenceProof {
    /// How.
    pub by: ProofKind,
    /// When.
    pub at: DateTime<Utc>,
}

/// What proves where a family lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ProofKind {
    /// The verified address of a sign-in with the My Number card.
    SignIn,
    /// An officer saw a document at the counter.
    Counter,
    /// A code that was sent by letter to the address.
    Letter,
    /// A document that was sent with an application, and that an officer looked at.
    Document,
    /// The city's register of residents.
    Register,
}

impl ProofKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::SignIn, Self::Counter, Self::Letter, Self::Document, Self::Register];

    /// Its name as the wire and the database have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Counter => "counter",
            Self::Letter => "letter",
            Self::Document => "document",
            Self::Register => "register",
        }
    }
}

/// What a household is for reliefs from one day to another, for example `public_assistance`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdClass {
    /// The class, as a programme's reliefs name it.
    pub class: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; none: open end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
}

/// What a household is, in the place of what was known before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Household {
    /// The classes with their days, 50 at most.
    #[validate(length(max = 50, code = "families.too_many"), custom(function = "check_household"))]
    pub classes: Vec<HouseholdClass>,
}

fn check_household(classes: &[HouseholdClass]) -> Result<(), ValidationError> {
    let named = |known: &HouseholdClass| check_words(&known.class, 40).is_ok();
    let ends = |known: &HouseholdClass| known.valid_until.is_none_or(|last| known.valid_from <= last);
    let meets = |a: &HouseholdClass, b: &HouseholdClass| {
        a.class == b.class && a.valid_until.is_none_or(|last| b.valid_from <= last) && b.valid_until.is_none_or(|last| a.valid_from <= last)
    };
    let once = |n: usize, known: &HouseholdClass| !classes.iter().take(n).any(|earlier| meets(earlier, known));
    if classes.iter().enumerate().all(|(n, known)| named(known) && ends(known) && once(n, known)) {
        Ok(())
    } else {
        Err(ValidationError::new("families.household_invalid"))
    }
}

/// The classes of a household on a day.
pub fn classes_on(household: &[HouseholdClass], day: NaiveDate) -> Vec<String> {
    let holds = |known: &&HouseholdClass| known.valid_from <= day && known.valid_until.is_none_or(|last| day <= last);
    household.iter().filter(holds).map(|known| known.class.clone()).collect()
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

/// A family that is taken down on the phone: without an account, with its children.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewFamily {
    /// The city of residence, as the guardian says.
    pub municipality: MunicipalityCode,
    /// The guardian's name.
    pub guardian_name: PersonName,
    /// Its reading.
    pub guardian_kana: Kana,
    /// The guardian's telephone number.
    pub phone: Phone,
    /// The children, 1 to 12.
    #[validate(nested, length(min = 1, max = 12, code = "families.too_many"))]
    pub children: Vec<NewChild>,
}

/// Looks for a family: a whole telephone number, or at least two letters of the guardian's or a child's name or its reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilySearch {
    /// What to look for.
    #[validate(length(min = 2, max = 60, code = "families.search_short"))]
    pub query: String,
}

/// A family as whoever takes down a booking sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundFamily {
    /// The family.
    pub id: FamilyId,
    /// The city of residence.
    pub municipality: MunicipalityCode,
    /// The guardian's name.
    pub guardian_name: PersonName,
    /// Its reading.
    pub guardian_kana: Kana,
    /// The guardian's telephone number.
    pub phone: Phone,
    /// The children, the oldest first: no word of their health.
    pub children: Vec<FoundChild>,
    /// Whether somebody signs in for it; else it was taken down, and can be given a code to open its account.
    #[serde(default)]
    pub has_account: bool,
}

/// Whether a family that is being taken down is this one: the same telephone number and reading of the guardian, and of one of the children the
/// same reading and birth date. Only the family itself says all of that.
pub fn is_same(family: &Family, children: &[Child], new: &NewFamily) -> bool {
    let letters = |kana: &Kana| kana.as_str().replace(' ', "");
    let has =
        |one: &NewChild| children.iter().any(|child| child.known.born == one.born && letters(&child.known.kana) == letters(&one.kana));
    family.phone == new.phone && letters(&family.guardian_kana) == letters(&new.guardian_kana) && new.children.iter().any(has)
}

/// A child of a family that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundChild {
    /// The child.
    pub id: ChildId,
    /// Name.
    pub name: PersonName,
    /// Reading.
    pub kana: Kana,
    /// Birth date.
    pub born: NaiveDate,
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
    #[validate(custom(function = "check_allergen"))]
    pub name: String,
    /// How badly.
    #[serde(default)]
    pub severity: Severity,
}

fn check_allergen(name: &str) -> Result<(), ValidationError> {
    check_words(name, 60)
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

/// At most so many allergies of a child.
pub const MAX_ALLERGIES: u64 = 20;
/// At most so many people to call, the guardian apart.
pub const MAX_EMERGENCY_CONTACTS: u64 = 5;
/// At most so many people who may pick the child up, the guardian apart.
pub const MAX_PICK_UP_PEOPLE: u64 = 8;

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
    #[validate(nested, length(max = MAX_ALLERGIES, code = "families.too_many"))]
    pub allergies: Vec<Allergy>,
    /// What carers must know.
    #[serde(default)]
    #[validate(length(max = 1000, code = "text.too_long"))]
    pub care_notes: String,
    /// Whom to call, the guardian apart.
    #[serde(default)]
    #[validate(nested, length(max = MAX_EMERGENCY_CONTACTS, code = "families.too_many"))]
    pub emergency_contacts: Vec<Contact>,
    /// Who may pick the child up, the guardian apart.
    #[serde(default)]
    #[validate(nested, length(max = MAX_PICK_UP_PEOPLE, code = "families.too_many"))]
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
    #[validate(nested, length(max = MAX_ALLERGIES, code = "families.too_many"))]
    pub allergies: Option<Vec<Allergy>>,
    /// What carers must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 1000, code = "text.too_long"))]
    pub care_notes: Option<String>,
    /// Whom to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested, length(max = MAX_EMERGENCY_CONTACTS, code = "families.too_many"))]
    pub emergency_contacts: Option<Vec<Contact>>,
    /// Who may pick up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested, length(max = MAX_PICK_UP_PEOPLE, code = "families.too_many"))]
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
    /// Somebody signs in for the family already.
    HasAccount,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 6] =
        [Self::BornInFuture, Self::BornTooLongAgo, Self::HasBookings, Self::BornFixed, Self::TooMany, Self::HasAccount];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BornInFuture => "families.born_in_future",
            Self::BornTooLongAgo => "families.born_too_long_ago",
            Self::HasBookings => "families.has_bookings",
            Self::BornFixed => "families.born_fixed",
            Self::TooMany => "families.too_many",
            Self::HasAccount => "families.has_account",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{day, tokyo};

    fn known() -> NewChild {
        NewChild {
            name: PersonName::parse("弓浜 空").unwrap(),
            kana: Kana::parse("ゆみはま そら").unwrap(),
            born: day("2024-06-15"),
            sex: Some(Sex::Female),
            allergies: vec![Allergy { name: "卵".to_owned(), severity: Severity::Severe }],
            care_notes: "昼寝は短め".to_owned(),
            emergency_contacts: vec![contact()],
            pick_up_people: vec![contact()],
        }
    }

    fn contact() -> Contact {
        Contact {
            name: PersonName::parse("弓浜 月").unwrap(), relation: "祖母".to_owned(), phone: Phone::parse("0859-22-7111").unwrap()
        }
    }

    #[test]
    fn a_child_is_born_by_today_and_under_eighteen() {
        let now = tokyo("2026-12-03 0:00");
        let before_midnight = tokyo("2026-12-02 23:59:59");
        assert_eq!(check_born(day("2026-12-03"), now), Ok(()));
        assert_eq!(check_born(day("2026-12-03"), before_midnight), Err(Rejection::BornInFuture));
        assert_eq!(check_born(day("2026-12-04"), now), Err(Rejection::BornInFuture));
        // Eighteen is reached at the end of the day before the birthday, so that day already counts.
        assert_eq!(check_born(day("2008-12-05"), now), Ok(()));
        assert_eq!(check_born(day("2008-12-04"), now), Err(Rejection::BornTooLongAgo));
        assert_eq!(check_born(day("2008-12-04"), before_midnight), Ok(()));
        assert_eq!(check_born(NaiveDate::MIN, now), Err(Rejection::BornTooLongAgo));
        assert_eq!(check_born(NaiveDate::MAX, now), Err(Rejection::BornInFuture));
    }

    #[test]
    fn who_says_number_reading_and_a_childs_birth_date_is_that_family() {
        let family = Family {
            id: "f".into(),
            municipality: crate::world::yonago(),
            residence_confirmed_at: tokyo("2026-12-03 9:00"),
            residence_proof: None,
            guardian_name: PersonName::parse("弓浜 月").unwrap(),
            guardian_kana: Kana::parse("ユミハマ ツキ").unwrap(),
            phone: Phone::parse("0859-22-7111").unwrap(),
            household: vec![],
            version: 1,
        };
        let children = [Child { id: "c".into(), known: known(), version: 1 }];
        let said = NewFamily {
            municipality: crate::world::yonago(),
            guardian_name: PersonName::parse("弓浜月").unwrap(),
            guardian_kana: Kana::parse("ゆみはまつき").unwrap(),
            phone: Phone::parse("+81 859 22 7111").unwrap(),
            children: vec![NewChild { kana: Kana::parse("ﾕﾐﾊﾏｿﾗ").unwrap(), ..known() }],
        };
        assert!(is_same(&family, &children, &said));
        let with = |change: fn(&mut NewFamily)| {
            let mut other = said.clone();
            change(&mut other);
            is_same(&family, &children, &other)
        };
        assert!(!with(|said| said.phone = Phone::parse("0859227112").unwrap()));
        assert!(!with(|said| said.guardian_kana = Kana::parse("ユミハマ ホシ").unwrap()));
        assert!(!with(|said| said.children = vec![NewChild { born: day("2024-06-16"), ..known() }]));
        assert!(!with(|said| said.children = vec![NewChild { kana: Kana::parse("ユミハマ ウミ").unwrap(), ..known() }]));
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name() {
        let now = tokyo("2026-12-03 9:00");
        assert_eq!(change_child(known(), ChildChange::default(), true, now), Ok(known()));
        let all = ChildChange {
            name: Some(PersonName::parse("弓浜 海").unwrap()),
            kana: Some(Kana::parse("ユミハマ ウミ").unwrap()),
            born: Some(day("2023-01-02")),
            sex: Some(Sex::Other),
            allergies: Some(vec![]),
            care_notes: Some(String::new()),
            emergency_contacts: Some(vec![]),
            pick_up_people: Some(vec![]),
        };
        let changed = change_child(known(), all, false, now).unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.kana.as_str(), changed.born, changed.sex),
            ("弓浜 海", "ユミハマ ウミ", day("2023-01-02"), Some(Sex::Other))
        );
        assert!(changed.allergies.is_empty() && changed.care_notes.is_empty());
        assert!(changed.emergency_contacts.is_empty() && changed.pick_up_people.is_empty());
    }

    #[test]
    fn a_birth_date_stays_while_there_are_bookings() {
        let now = tokyo("2026-12-03 9:00");
        let to = |born: &str, has_bookings| {
            change_child(known(), ChildChange { born: Some(day(born)), ..ChildChange::default() }, has_bookings, now)
                .map(|child| child.born)
        };
        assert_eq!(to("2024-06-16", true), Err(Rejection::BornFixed));
        assert_eq!(to("2024-06-15", true), Ok(day("2024-06-15")));
        assert_eq!(to("2024-06-16", false), Ok(day("2024-06-16")));
        assert_eq!(to("2026-12-04", false), Err(Rejection::BornInFuture));
        assert_eq!(to("2008-12-04", false), Err(Rejection::BornTooLongAgo));
    }

    #[test]
    fn lists_and_notes_have_an_end() {
        let allergy = Allergy { name: "卵".to_owned(), severity: Severity::Mild };
        let full = NewChild {
            allergies: vec![allergy.clone(); 20],
            care_notes: "あ".repeat(1000),
            emergency_contacts: vec![contact(); 5],
            pick_up_people: vec![contact(); 8],
            ..known()
        };
        assert!(full.validate().is_ok());
        let code =
            |child: NewChild, code: &str| serde_json::to_string(&child.validate().unwrap_err()).unwrap().contains(&format!("\"{code}\""));
        let too_many = Rejection::TooMany.code();
        assert!(code(NewChild { allergies: vec![allergy; 21], ..known() }, too_many));
        assert!(code(NewChild { emergency_contacts: vec![contact(); 6], ..known() }, too_many));
        assert!(code(NewChild { pick_up_people: vec![contact(); 9], ..known() }, too_many));
        assert!(code(NewChild { care_notes: "あ".repeat(1001), ..known() }, "text.too_long"));
        let long_relation = Contact { relation: "あ".repeat(31), ..contact() };
        assert!(code(NewChild { pick_up_people: vec![long_relation], ..known() }, "text.too_long"));
        let change = ChildChange { pick_up_people: Some(vec![contact(); 9]), ..ChildChange::default() };
        assert!(serde_json::to_string(&change.validate().unwrap_err()).unwrap().contains(too_many));
    }

    #[test]
    fn a_household_is_what_it_is_from_the_first_day_to_the_last() {
        let class = |class: &str, until: Option<&str>| HouseholdClass {
            class: class.to_owned(),
            valid_from: day("2026-04-01"),
            valid_until: until.map(day),
        };
        let household = [class("year", Some("2027-03-31")), class("open", None)];
        let on = |date: &str| classes_on(&household, day(date)).join(" ");
        assert_eq!(["2026-03-31", "2026-04-01", "2027-03-31", "2027-04-01"].map(on), ["", "year open", "year open", "open"]);
    }

    #[test]
    fn a_household_is_no_class_twice_on_a_day() {
        let class = |class: &str, from: &str, until: Option<&str>| HouseholdClass {
            class: class.to_owned(),
            valid_from: day(from),
            valid_until: until.map(day),
        };
        let fits = |classes: Vec<HouseholdClass>| Household { classes }.validate().is_ok();
        let year = class("little_income", "2026-04-01", Some("2027-03-31"));
        assert!(
            fits(vec![])
                && fits(vec![year.clone(), class("little_income", "2027-04-01", None), class("needs_support", "2026-05-01", None)])
        );
        assert!(!fits(vec![year.clone(), class("little_income", "2027-03-31", None)]));
        assert!(!fits(vec![class("little_income", "2026-04-01", Some("2026-03-31"))]) && !fits(vec![class(" ", "2026-04-01", None)]));
        assert!(!fits(vec![year; 51]));
    }

    #[test]
    fn an_empty_allergy_is_missing_not_too_long() {
        let unnamed = |name: &str| NewChild { allergies: vec![Allergy { name: name.to_owned(), severity: Severity::Mild }], ..known() };
        let told = |child: NewChild| serde_json::to_string(&child.validate().unwrap_err()).unwrap();
        assert!(told(unnamed("")).contains("\"text.missing\""));
        assert!(told(unnamed("　")).contains("\"text.missing\""));
        assert!(told(unnamed(&"あ".repeat(61))).contains("\"text.too_long\""));
        assert!(unnamed("卵").validate().is_ok());
    }
}
