//! What an officer has begun to write about an application: it stays while the application is read again.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::applications::HandOver;

/// What is not sent yet.
#[derive(Clone, Copy)]
pub struct Draft {
    /// `grant`, `refuse`, `return`, or nothing yet.
    pub verdict: RwSignal<String>,
    /// Why; the family reads it.
    pub words: RwSignal<String>,
    /// A document that proves the residence was looked at.
    pub seen: RwSignal<bool>,
    /// Why a proposal is sent back.
    pub check_words: RwSignal<String>,
    /// The hand-over note.
    pub note: RwSignal<String>,
    /// Who goes on with it.
    pub assignee: RwSignal<String>,
    is_note_begun: StoredValue<bool>,
    fields: StoredValue<BTreeMap<(&'static str, String), ArcRwSignal<String>>>,
}

impl Draft {
    /// Nothing written yet. Made by the page, which outlives the application as it was read.
    pub fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            verdict: empty(),
            words: empty(),
            seen: RwSignal::new(false),
            check_words: empty(),
            note: empty(),
            assignee: empty(),
            is_note_begun: StoredValue::new(false),
            fields: StoredValue::default(),
        }
    }

    /// What is written at a field of the application.
    pub fn field(self, kind: &'static str, key: &str) -> RwSignal<String> {
        let place = (kind, key.to_owned());
        let value = self.fields.try_update_value(|all| all.entry(place).or_default().clone());
        RwSignal::from(value.unwrap_or_default())
    }

    /// Begins the note with the one that stands, unless it was begun already.
    pub fn begin_note(self, before: Option<&HandOver>) {
        if !self.is_note_begun.get_value() {
            self.is_note_begun.set_value(true);
            self.note.set(before.map(|note| note.words.clone()).unwrap_or_default());
            let assignee = before.and_then(|note| note.assignee.as_ref());
            self.assignee.set(assignee.map(|one| one.account_id.to_string()).unwrap_or_default());
        }
    }

    /// Forgets what is decided; the note is another thing.
    pub fn clear(self) {
        for text in [self.verdict, self.words, self.check_words] {
            text.set(String::new());
        }
        self.seen.set(false);
        self.fields.update_value(|all| all.values().for_each(|value| value.set(String::new())));
    }
}
