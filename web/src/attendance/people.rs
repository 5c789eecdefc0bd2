//! Who brings or fetches a child: one of its named people, or somebody whom staff decide for.

use leptos::prelude::*;
use shared::attendance::{BoardContact, Person};
use shared::text::PersonName;

use super::card::relation;
use super::model::person_of;
use crate::i18n::{locale, sentence, text};
use crate::ui::{Choice, Field, FieldError, Need, RadioGroup, TextInput};

const OTHER: &str = "other";

/// What is chosen and typed.
#[derive(Debug, Clone, Copy)]
pub struct Who {
    /// Index of one of the people, or [`OTHER`].
    choice: RwSignal<String>,
    name: RwSignal<String>,
    note: RwSignal<String>,
}

impl Who {
    /// Nobody yet.
    pub fn nobody() -> Self {
        Self { choice: RwSignal::new(String::new()), name: RwSignal::new(String::new()), note: RwSignal::new(String::new()) }
    }

    /// Nobody again.
    pub fn forget(self) {
        for words in [self.choice, self.name, self.note] {
            words.set(String::new());
        }
    }

    /// Who is chosen among these people; none where nobody is.
    pub fn person(self, people: &[BoardContact]) -> Result<Option<Person>, FieldError> {
        let choice = self.choice.get_untracked();
        if choice == OTHER {
            let wrong = |field, key| FieldError { field, sentence: sentence(key, locale()) };
            let name = PersonName::parse(&self.name.get_untracked()).map_err(|_| wrong("who-name", "attendance.other_missing"))?;
            let note = self.note.get_untracked().trim().to_owned();
            if note.is_empty() {
                return Err(wrong("who-note", "attendance.note_missing"));
            }
            return Ok(Some(Person::Other { name, note }));
        }
        Ok(choice.parse().ok().and_then(|index: usize| people.get(index)).map(person_of))
    }
}

/// Asks who it is.
#[component]
pub fn WhoChoice(
    /// What is asked.
    legend: &'static str,
    /// The child's people.
    people: Vec<BoardContact>,
    /// What is chosen.
    who: Who,
    /// What is wrong.
    errors: RwSignal<Vec<FieldError>>,
    /// Whether somebody must be chosen.
    #[prop(optional)]
    required: Need,
) -> impl IntoView {
    let choices = Signal::derive(move || {
        let known = people.iter().enumerate().map(|(index, contact)| {
            let (name, relation) = (contact.name.to_string(), relation(contact));
            Choice::new(index.to_string(), text(move || name.clone())).hint(text(relation))
        });
        known.chain([Choice::new(OTHER, "attendance.other_person")]).collect::<Vec<_>>()
    });
    view! {
        <div class="record-choices">
            <RadioGroup id="who" legend choices value=who.choice required error=FieldError::of(errors, "who")/>
        </div>
        <Show when=move || who.choice.get() == OTHER>
            <Field id="who-name" label="attendance.other_name" hint="attendance.other_hint" error=FieldError::of(errors, "who-name")>
                <TextInput value=who.name maxlength=60/>
            </Field>
            <Field id="who-note" label="attendance.note" hint="attendance.note_hint" error=FieldError::of(errors, "who-note")>
                <TextInput value=who.note maxlength=200/>
            </Field>
        </Show>
    }
}
