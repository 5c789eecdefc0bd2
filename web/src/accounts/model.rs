//! What was typed into the forms for accounts, and what it is.

use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::problem::Reason;
use shared::text::{Email, Kana, Password, PersonName, Phone, Rejection};

use super::client::Registration;
use crate::i18n::sentence;
use crate::ui::FieldError;

/// Where a wrong field is said: its id and the reason.
pub type Wrong = (&'static str, Reason);

/// The fields of a registration as typed.
#[derive(Debug, Clone, Default)]
pub struct RegistrationDraft {
    pub email: String,
    pub password: String,
    pub name: String,
    pub kana: String,
    pub phone: String,
    pub municipality: String,
    pub residence_confirmed: bool,
}

/// Pointers of the API with the fields of this form.
pub const REGISTRATION_FIELDS: [(&str, &str); 6] = [
    ("/email", "email"),
    ("/password", "password"),
    ("/name", "name"),
    ("/kana", "kana"),
    ("/phone", "phone"),
    ("/municipality", "municipality"),
];

/// The labels of the fields, for the summary of what is wrong.
pub const LABELS: [(&str, &str); 5] = [
    ("name", "accounts.name"),
    ("kana", "accounts.kana"),
    ("phone", "accounts.phone"),
    ("email", "accounts.email"),
    ("password", "accounts.password"),
];

impl RegistrationDraft {
    /// Reads the fields, or says everything that is wrong with them, in the order of the page.
    pub fn read(&self, locale: Locale) -> Result<Registration, Vec<Wrong>> {
        let mut wrong: Vec<Wrong> = Vec::new();
        let municipality = MunicipalityCode::parse(&self.municipality).ok();
        if municipality.is_none() {
            wrong.push(("municipality", Reason::new("accounts.choose_city")));
        }
        if !self.residence_confirmed {
            wrong.push(("residence_confirmed", Reason::new("accounts.confirm_residence")));
        }
        let name = noted(&mut wrong, "name", PersonName::parse(&self.name));
        let kana = noted(&mut wrong, "kana", Kana::parse(&self.kana));
        let phone = noted(&mut wrong, "phone", Phone::parse(&self.phone));
        let email = noted(&mut wrong, "email", Email::parse(&self.email));
        let password = noted(&mut wrong, "password", Password::parse(&self.password));
        match (email, password, name, kana, phone, municipality) {
            (Some(email), Some(password), Some(name), Some(kana), Some(phone), Some(municipality)) if wrong.is_empty() => {
                Ok(Registration { email, password: password.expose().to_owned(), name, kana, phone, municipality, locale })
            }
            _ => Err(wrong),
        }
    }
}

/// The value, or a note of what is wrong with the field.
pub fn noted<T>(wrong: &mut Vec<Wrong>, field: &'static str, parsed: Result<T, Rejection>) -> Option<T> {
    parsed.map_err(|rejection| wrong.push((field, rejection.reason()))).ok()
}

/// What is wrong, in the reader's language.
pub fn said(wrong: &[Wrong], locale: Locale) -> Vec<FieldError> {
    wrong
        .iter()
        .map(|(field, reason)| {
            let sentence = if reason.data.is_empty() { sentence(&reason.code, locale) } else { reason.sentence(locale) };
            FieldError { field, sentence }
        })
        .collect()
}

/// The same for the summary above the form, where each sentence must say which field it is about. `labels` pairs ids with the keys of
/// their labels; a field of a list has its row's number behind.
pub fn summarised(errors: Vec<FieldError>, labels: &[(&str, &str)], locale: Locale) -> Vec<FieldError> {
    errors
        .into_iter()
        .map(|FieldError { field, sentence: what }| {
            let label = labels.iter().find(|(id, _)| *id == field.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_'));
            let sentence = match (label, locale) {
                (None, _) => what,
                (Some((_, key)), Locale::En) => format!("{}: {what}", sentence(key, locale)),
                (Some((_, key)), _) => format!("{}：{what}", sentence(key, locale)),
            };
            FieldError { field, sentence }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> RegistrationDraft {
        RegistrationDraft {
            email: "Hanako@example.jp".to_owned(),
            password: "海と松原の道を歩く".to_owned(),
            name: "弓浜　花子".to_owned(),
            kana: "ゆみはま はなこ".to_owned(),
            phone: "090-1234-5678".to_owned(),
            municipality: "312029".to_owned(),
            residence_confirmed: true,
        }
    }

    #[test]
    fn a_registration_is_read_as_people_type_it() {
        let read = filled().read(Locale::Easy).ok().unwrap();
        assert_eq!((read.email.as_str(), read.kana.as_str(), read.phone.as_str()), ("hanako@example.jp", "ユミハマ ハナコ", "09012345678"));
    }

    #[test]
    fn the_summary_says_which_field_it_is_about() {
        let wrong: [Wrong; 2] = [("name", Rejection::Missing.reason()), ("pick_up_phone_3", Rejection::Phone.reason())];
        let labels = [("name", "accounts.name"), ("pick_up_phone", "accounts.phone")];
        let summary = summarised(said(&wrong, Locale::En), &labels, Locale::En);
        let sentences: Vec<&str> = summary.iter().map(|error| error.sentence.as_str()).collect();
        assert!(sentences[0].starts_with("Name: ") && sentences[1].starts_with("Phone number: "), "{sentences:?}");
    }

    #[test]
    fn everything_wrong_is_said_at_once_in_the_order_of_the_page() {
        let wrong = RegistrationDraft::default().read(Locale::Ja).err().unwrap();
        let fields: Vec<&str> = wrong.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["municipality", "residence_confirmed", "name", "kana", "phone", "email", "password"]);
        let unconfirmed = RegistrationDraft { residence_confirmed: false, ..filled() }.read(Locale::Ja).err().unwrap();
        assert_eq!(unconfirmed, [("residence_confirmed", Reason::new("accounts.confirm_residence"))]);
    }
}
