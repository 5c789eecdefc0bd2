//! Who the family is: residence, accounts, children, and what is known of them.

use std::collections::BTreeMap;

use shared::archive::{ArchivedChild, FamilyArchive, GuardianAccount};
use shared::families::Contact;
use shared::locale::Locale;
use shared::programmes::{AnswerKind, Question};

use super::{Html, Page, escaped, lines, words};

/// The questions that applications asked, by key.
pub(super) type Questions<'a> = BTreeMap<&'a str, &'a Question>;

pub(super) fn questions(archive: &FamilyArchive) -> Questions<'_> {
    let forms = archive.applications.iter().flat_map(|one| &one.application.procedure.terms.questions);
    forms.map(|form| (form.question.key.as_str(), &form.question)).collect()
}

impl Page {
    /// What was asked, in the words of the form; the key where no form of the family asks it.
    pub(super) fn question(&self, asked: &Questions<'_>, key: &str) -> Html {
        asked.get(key).map_or_else(|| escaped(key), |question| self.marked(question.text.get(self.locale)))
    }

    /// What was answered: a choice by its name.
    pub(super) fn answer(&self, asked: &Questions<'_>, key: &str, value: &str) -> Html {
        let choice = match asked.get(key).map(|question| &question.answer) {
            Some(AnswerKind::Choice { choices }) => choices.iter().find(|option| option.key == value),
            _ => None,
        };
        match (choice, value) {
            (Some(choice), _) => self.marked(choice.name.get(self.locale)),
            (None, "yes") => self.yes_or_no(true),
            (None, "no") => self.yes_or_no(false),
            (None, value) => words(value),
        }
    }

    pub(super) fn family(&mut self, archive: &FamilyArchive) {
        let family = &archive.family;
        self.part("family", "archive.part.family");
        let proof = family.residence_proof.map(|proof| format!("{} {}", self.word("proof", &proof.by), self.moment(proof.at)));
        let household = family.household.iter().map(|known| {
            let until = known.valid_until.map(|day| self.day(day)).unwrap_or_default();
            format!("{} {} – {until}", escaped(&known.class), self.day(known.valid_from))
        });
        let letter =
            archive.residence_letter.as_ref().map(|letter| format!("{} – {}", self.moment(letter.made_at), self.moment(letter.until)));
        let facts = [
            ("archive.col.guardian", escaped(family.guardian_name.as_str())),
            ("archive.col.kana", escaped(family.guardian_kana.as_str())),
            ("archive.col.phone", escaped(&family.phone.grouped())),
            ("archive.col.residence_confirmed", self.moment(family.residence_confirmed_at)),
            ("archive.col.residence_proof", proof.unwrap_or_default()),
            ("archive.col.residence_letter", letter.unwrap_or_default()),
            ("archive.col.household", lines(household)),
        ];
        self.facts(&facts);
    }

    pub(super) fn guardians(&mut self, archive: &FamilyArchive) {
        self.part("guardians", "archive.part.guardians");
        if archive.guardians.is_empty() {
            self.table(&[], &[]);
        }
        for guardian in &archive.guardians {
            self.heading(&escaped(&guardian.name));
            self.guardian(guardian);
        }
    }

    fn guardian(&mut self, guardian: &GuardianAccount) {
        let language = match guardian.locale {
            Locale::Ja => "日本語",
            Locale::Easy => "やさしい日本語",
            Locale::En => "English",
        };
        let verified = guardian.verified.as_ref().map(|said| {
            let person = &said.person;
            let name = person.name.as_ref().map(|name| escaped(name.as_str())).unwrap_or_default();
            let born = person.born.map(|day| self.day(day)).unwrap_or_default();
            lines([name, escaped(person.address.as_deref().unwrap_or_default()), born, self.moment_of(guardian.verified_at)])
        });
        let feed = guardian.calendar_feed.as_ref().map(|feed| self.moment_of(feed.made_at)).unwrap_or_default();
        let wants = guardian.wants.as_ref().map(|wants| {
            lines(wants.channels.iter().map(|(group, channels)| {
                let group = serde_json::to_value(group).ok().and_then(|name| name.as_str().map(escaped)).unwrap_or_default();
                format!("{group}: {}", escaped(&channels.join("、")))
            }))
        });
        let facts = [
            ("archive.col.email", escaped(&guardian.email)),
            ("archive.col.email_confirmed", self.moment_of(guardian.email_confirmed_at)),
            ("archive.col.language", language.to_owned()),
            ("archive.col.registered", self.moment(guardian.created_at)),
            ("archive.col.password", self.yes_or_no(guardian.password)),
            ("archive.col.verified", verified.unwrap_or_default()),
            ("archive.col.feed", feed),
            ("archive.col.wants", wants.unwrap_or_default()),
        ];
        self.facts(&facts);
        let rows: Vec<Vec<Html>> =
            guardian.passkeys.iter().map(|key| vec![escaped(&key.name), self.moment(key.added_at), self.moment_of(key.used_at)]).collect();
        self.more("archive.more.passkeys", &["archive.col.name", "archive.col.added", "archive.col.used"], &rows);
        let rows: Vec<Vec<Html>> =
            guardian.sessions.iter().map(|one| vec![escaped(&one.device), self.moment(one.since), self.moment(one.seen_at)]).collect();
        self.more("archive.more.sessions", &["archive.col.device", "archive.col.since", "archive.col.used"], &rows);
        let rows: Vec<Vec<Html>> = guardian
            .devices
            .iter()
            .map(|one| vec![escaped(&one.name), self.moment(one.created_at), self.moment_of(one.last_success_at)])
            .collect();
        self.more("archive.more.devices", &["archive.col.device", "archive.col.since", "archive.col.used"], &rows);
    }

    pub(super) fn children(&mut self, archive: &FamilyArchive) {
        self.part("children", "archive.part.children");
        if archive.children.is_empty() {
            self.table(&[], &[]);
        }
        for child in &archive.children {
            self.heading(&escaped(child.child.known.name.as_str()));
            self.child(child);
        }
    }

    fn child(&mut self, child: &ArchivedChild) {
        let known = &child.child.known;
        let allergies = known.allergies.iter().map(|one| format!("{}（{}）", escaped(&one.name), self.word("severity", &one.severity)));
        let contact = |one: &Contact| {
            let of = if one.relation.is_empty() { String::new() } else { format!("（{}）", escaped(&one.relation)) };
            format!("{}{of} {}", escaped(one.name.as_str()), escaped(&one.phone.grouped()))
        };
        let facts = [
            ("archive.col.kana", escaped(known.kana.as_str())),
            ("archive.col.born", self.day(known.born)),
            ("archive.col.sex", known.sex.map(|sex| self.word("sex", &sex)).unwrap_or_default()),
            ("archive.col.allergies", lines(allergies)),
            ("archive.col.care_notes", words(&known.care_notes)),
            ("archive.col.emergency", lines(known.emergency_contacts.iter().map(contact))),
            ("archive.col.pick_up", lines(known.pick_up_people.iter().map(contact))),
            ("archive.col.removed", self.moment_of(child.removed_at)),
        ];
        self.facts(&facts);
    }

    pub(super) fn known(&mut self, archive: &FamilyArchive) {
        self.part("known", "archive.part.known");
        let asked = questions(archive);
        let rows: Vec<Vec<Html>> = archive
            .known
            .iter()
            .map(|fact| {
                let child = fact.child_id.as_ref().map(|id| escaped(archive.name_of(id))).unwrap_or_default();
                let (question, answer) = (self.question(&asked, &fact.key), self.answer(&asked, &fact.key, &fact.value));
                vec![child, question, answer, self.word("origin", &fact.origin), self.day(fact.since)]
            })
            .collect();
        let columns = ["archive.col.child", "archive.col.item", "archive.col.content", "archive.col.origin", "archive.col.since"];
        self.table(&columns, &rows);
        let rows: Vec<Vec<Html>> = archive
            .register
            .iter()
            .map(|row| {
                let said = row.said.as_object().map(|said| lines(said.iter().map(|(key, value)| pair(key, value)))).unwrap_or_default();
                vec![escaped(archive.name_of(&row.child_id)), self.word("register", &row.kind), said, self.moment(row.written_at)]
            })
            .collect();
        self.more("archive.more.register", &["archive.col.child", "archive.col.kind", "archive.col.content", "archive.col.at"], &rows);
    }
}

/// A column of a register with what stood there; nothing where nothing did.
fn pair(key: &str, value: &serde_json::Value) -> Html {
    match value {
        serde_json::Value::Null => Html::new(),
        serde_json::Value::String(text) if text.is_empty() => Html::new(),
        serde_json::Value::String(text) => format!("{}: {}", escaped(key), escaped(text)),
        other => format!("{}: {}", escaped(key), escaped(&other.to_string())),
    }
}
