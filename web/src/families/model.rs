//! What was typed about a child, and what it is; ages in words.

use chrono::{DateTime, NaiveDate, Utc};
use shared::families::{Allergy, Child, ChildChange, Contact, NewChild, Severity, Sex, check_born};
use shared::locale::{Locale, Localised};
use shared::problem::Reason;
use shared::programmes::Programme;
use shared::text::{Kana, PersonName, Phone, Rejection};
use shared::time::age_months_on;

use crate::accounts::model::{Wrong, noted};

/// Ids of a field of a list, one for each row that the longest list can have.
macro_rules! row_ids {
    ($base:literal) => { row_ids!($base: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20) };
    ($base:literal: $($row:literal)+) => { [$(concat!($base, "_", $row)),+] };
}

/// Ids of the fields of one row, by row.
pub type RowIds<const FIELDS: usize> = [[&'static str; 20]; FIELDS];

/// Ids of the fields of one allergy.
pub const ALLERGY: RowIds<2> = [row_ids!("allergy_name"), row_ids!("allergy_severity")];
/// Ids of the fields of one emergency contact: name, relation, telephone.
pub const EMERGENCY: RowIds<3> = [row_ids!("emergency_name"), row_ids!("emergency_relation"), row_ids!("emergency_phone")];
/// Ids of the fields of one pick-up person: name, relation, telephone.
pub const PICK_UP: RowIds<3> = [row_ids!("pick_up_name"), row_ids!("pick_up_relation"), row_ids!("pick_up_phone")];

/// The id of one field of one row.
pub fn row_id<const FIELDS: usize>(ids: &RowIds<FIELDS>, field: usize, row: usize) -> &'static str {
    ids.get(field).and_then(|rows| rows.get(row)).copied().unwrap_or("")
}

/// The labels of the fields, for the summary of what is wrong.
pub const LABELS: [(&str, &str); 9] = [
    ("child_name", "families.name"),
    ("child_kana", "families.kana"),
    ("allergy_name", "families.allergy"),
    ("care_notes", "families.care_notes"),
    ("emergency_name", "families.emergency_name"),
    ("emergency_phone", "families.emergency_phone"),
    ("pick_up_name", "families.pick_up_name"),
    ("pick_up_phone", "families.pick_up_phone"),
    ("born", "families.born"),
];

/// An allergy as typed; `row` is its place among the ids of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllergyDraft {
    pub row: usize,
    pub name: String,
    pub severe: bool,
}

/// A contact as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactDraft {
    pub row: usize,
    pub name: String,
    pub relation: String,
    pub phone: String,
}

impl ContactDraft {
    fn is_blank(&self) -> bool {
        [&self.name, &self.relation, &self.phone].iter().all(|text| text.trim().is_empty())
    }

    /// A known contact in a row.
    pub fn of(row: usize, contact: &Contact) -> Self {
        Self { row, name: contact.name.to_string(), relation: contact.relation.clone(), phone: contact.phone.grouped() }
    }
}

/// A child as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChildDraft {
    pub name: String,
    pub kana: String,
    pub born: Option<NaiveDate>,
    pub sex: String,
    pub allergies: Vec<AllergyDraft>,
    pub care_notes: String,
    pub emergency: Vec<ContactDraft>,
    pub pick_up: Vec<ContactDraft>,
}

/// The word of a sex in the form.
pub const fn sex_value(sex: Option<Sex>) -> &'static str {
    match sex {
        Some(Sex::Female) => "female",
        Some(Sex::Male) => "male",
        Some(Sex::Other) => "other",
        None => "",
    }
}

fn sex(value: &str) -> Option<Sex> {
    match value {
        "female" => Some(Sex::Female),
        "male" => Some(Sex::Male),
        "other" => Some(Sex::Other),
        _ => None,
    }
}

impl ChildDraft {
    /// What is known of a child, to be changed.
    pub fn of(known: &NewChild) -> Self {
        Self {
            name: known.name.to_string(),
            kana: known.kana.to_string(),
            born: Some(known.born),
            sex: sex_value(known.sex).to_owned(),
            allergies: known
                .allergies
                .iter()
                .enumerate()
                .map(|(row, allergy)| AllergyDraft { row, name: allergy.name.clone(), severe: allergy.severity == Severity::Severe })
                .collect(),
            care_notes: known.care_notes.clone(),
            emergency: rows(&known.emergency_contacts),
            pick_up: rows(&known.pick_up_people),
        }
    }

    /// Reads the fields, or says everything that is wrong with them, in the order of the page. Rows without anything in them are left
    /// out.
    pub fn read(&self, now: DateTime<Utc>) -> Result<NewChild, Vec<Wrong>> {
        let mut wrong: Vec<Wrong> = Vec::new();
        let name = noted(&mut wrong, "child_name", PersonName::parse(&self.name));
        let kana = noted(&mut wrong, "child_kana", Kana::parse(&self.kana));
        match self.born.map(|born| check_born(born, now)) {
            None => wrong.push(("born", Reason::new("families.choose_born"))),
            Some(Err(rejection)) => wrong.push(("born", rejection.reason())),
            Some(Ok(())) => {}
        }
        let allergies: Vec<Allergy> = self
            .allergies
            .iter()
            .filter(|row| !row.name.trim().is_empty())
            .map(|row| {
                let name = row.name.trim().to_owned();
                if name.chars().count() > 60 {
                    wrong.push((row_id(&ALLERGY, 0, row.row), Rejection::TooLong.reason()));
                }
                Allergy { name, severity: if row.severe { Severity::Severe } else { Severity::Mild } }
            })
            .collect();
        let emergency_contacts = contacts(&self.emergency, &EMERGENCY, &mut wrong);
        let pick_up_people = contacts(&self.pick_up, &PICK_UP, &mut wrong);
        let care_notes = self.care_notes.trim().to_owned();
        if care_notes.chars().count() > 1000 {
            wrong.push(("care_notes", Rejection::TooLong.reason()));
        }
        match (name, kana, self.born) {
            (Some(name), Some(kana), Some(born)) if wrong.is_empty() => {
                Ok(NewChild { name, kana, born, sex: sex(&self.sex), allergies, care_notes, emergency_contacts, pick_up_people })
            }
            _ => Err(wrong),
        }
    }
}

fn rows(contacts: &[Contact]) -> Vec<ContactDraft> {
    contacts.iter().enumerate().map(|(row, contact)| ContactDraft::of(row, contact)).collect()
}

fn contacts(drafts: &[ContactDraft], ids: &RowIds<3>, wrong: &mut Vec<Wrong>) -> Vec<Contact> {
    drafts
        .iter()
        .filter(|draft| !draft.is_blank())
        .filter_map(|draft| {
            let name = noted(wrong, row_id(ids, 0, draft.row), PersonName::parse(&draft.name));
            let relation = draft.relation.trim().to_owned();
            if relation.chars().count() > 30 {
                wrong.push((row_id(ids, 1, draft.row), Rejection::TooLong.reason()));
            }
            let phone = noted(wrong, row_id(ids, 2, draft.row), Phone::parse(&draft.phone));
            Some(Contact { name: name?, relation, phone: phone? })
        })
        .collect()
}

/// Everything that is known now, as a change of what was known.
pub fn change(known: NewChild) -> ChildChange {
    ChildChange {
        name: Some(known.name),
        kana: Some(known.kana),
        born: Some(known.born),
        sex: known.sex,
        allergies: Some(known.allergies),
        care_notes: Some(known.care_notes),
        emergency_contacts: Some(known.emergency_contacts),
        pick_up_people: Some(known.pick_up_people),
    }
}

/// The brother or sister whose contacts can be taken over, so that nothing is typed twice.
pub fn contacts_to_copy(children: &[Child]) -> Option<&Child> {
    children.iter().find(|child| !child.known.emergency_contacts.is_empty() || !child.known.pick_up_people.is_empty())
}

/// The first row that is free, where there may be so many.
pub fn free_row(taken: impl Iterator<Item = usize>, most: u64) -> Option<usize> {
    let taken: Vec<usize> = taken.collect();
    (0..most).filter_map(|row| usize::try_from(row).ok()).find(|row| !taken.contains(row))
}

/// An age as people say it: months under one year, years and months under six, then years.
pub fn age(born: NaiveDate, day: NaiveDate, locale: Locale) -> String {
    let months = age_months_on(born, day);
    let (years, rest) = (months / 12, months % 12);
    match (locale, years, rest) {
        (Locale::Ja, 0, m) => format!("{m}か月"),
        (Locale::Ja, y, 0) => format!("{y}歳"),
        (Locale::Ja, y @ 6.., _) => format!("{y}歳"),
        (Locale::Ja, y, m) => format!("{y}歳{m}か月"),
        (Locale::Easy, 0, m) => format!("{m}か[月|げつ]"),
        (Locale::Easy, y, 0) => format!("{y}[歳|さい]"),
        (Locale::Easy, y @ 6.., _) => format!("{y}[歳|さい]"),
        (Locale::Easy, y, m) => format!("{y}[歳|さい]{m}か[月|げつ]"),
        (Locale::En, 0, 1) => "1 month".to_owned(),
        (Locale::En, 0, m) => format!("{m} months"),
        (Locale::En, 1, 0) => "1 year".to_owned(),
        (Locale::En, y, 0) => format!("{y} years"),
        (Locale::En, y @ 6.., _) => format!("{y} years"),
        (Locale::En, y, m) => format!("{} {m} mo", if y == 1 { "1 yr".to_owned() } else { format!("{y} yr") }),
    }
}

/// The classes that the city's programmes have reliefs for, each once, with the name that the first of them has.
pub fn classes_of(programmes: &[Programme]) -> Vec<(String, Localised)> {
    let mut found: Vec<(String, Localised)> = Vec::new();
    for relief in programmes.iter().flat_map(|programme| &programme.terms.reliefs) {
        if !found.iter().any(|(class, _)| *class == relief.class) {
            found.push((relief.class.clone(), relief.name.clone()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use shared::families::{MAX_ALLERGIES, MAX_EMERGENCY_CONTACTS, MAX_PICK_UP_PEOPLE};

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T00:00:00Z".parse().unwrap()
    }

    fn filled() -> ChildDraft {
        ChildDraft {
            name: "弓浜 そら".to_owned(),
            kana: "ゆみはま そら".to_owned(),
            born: "2024-05-10".parse().ok(),
            emergency: vec![
                ContactDraft { row: 0, ..ContactDraft::default() },
                ContactDraft { row: 3, name: "弓浜 梅".to_owned(), relation: "祖母".to_owned(), phone: "0859-22-0000".to_owned() },
            ],
            ..ChildDraft::default()
        }
    }

    #[test]
    fn a_child_is_read_and_given_back_the_same() {
        let known = filled().read(now()).unwrap();
        assert_eq!(known.emergency_contacts.len(), 1);
        let again = ChildDraft::of(&known).read(now()).unwrap();
        assert_eq!(again, known);
        assert_eq!(change(known.clone()).apply(again), known);
    }

    #[test]
    fn everything_wrong_is_said_at_its_own_row() {
        let mut draft = filled();
        draft.born = "2027-01-01".parse().ok();
        draft.emergency[1].phone = "12".to_owned();
        draft.name = String::new();
        let fields: Vec<&str> = draft.read(now()).unwrap_err().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["child_name", "born", "emergency_phone_4"]);
    }

    #[test]
    fn ages_are_said_as_people_say_them() {
        let age = |born: &str, day: &str, locale| age(born.parse().unwrap(), day.parse().unwrap(), locale);
        assert_eq!(age("2026-05-10", "2026-11-22", Locale::Ja), "6か月");
        assert_eq!(age("2024-05-10", "2026-11-22", Locale::Ja), "2歳6か月");
        assert_eq!(age("2024-11-22", "2026-11-22", Locale::En), "2 years");
        assert_eq!(age("2019-11-01", "2026-11-22", Locale::Easy), "7[歳|さい]");
    }

    #[test]
    fn a_removed_row_is_free_again() {
        assert_eq!(free_row([0, 2].into_iter(), 5), Some(1));
        assert_eq!(free_row([0, 1].into_iter(), 2), None);
    }

    #[test]
    fn every_row_that_the_api_takes_has_its_fields() {
        for (most, ids) in [(MAX_ALLERGIES, &ALLERGY[0]), (MAX_EMERGENCY_CONTACTS, &EMERGENCY[0]), (MAX_PICK_UP_PEOPLE, &PICK_UP[0])] {
            let last = free_row((0..).take(usize::try_from(most).unwrap() - 1), most).unwrap();
            assert!(ids[last].ends_with(&format!("_{most}")), "{most}");
        }
    }
}
