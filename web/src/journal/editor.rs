//! One entry: written as a draft, finished, and corrected after that.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::ids::ChildId;
use shared::journal::{Change, Correction, Entry, NewEntry};
use shared::locale::moment;
use shared::programmes::ProgrammeKey;

use super::client;
use crate::api::{Attempt, Failure};
use crate::i18n::{Say, Text, furigana, locale};
use crate::ui::{Button, Chip, Disclosure, Field, Look, Need, Refusal, TextArea, TextInput, Tone};

/// What an entry is about.
#[derive(Clone)]
pub struct About {
    /// The day.
    pub day: NaiveDate,
    /// The group.
    pub programme: ProgrammeKey,
    /// One of its children; none: the whole group.
    pub child: Option<ChildId>,
    /// How the field is called.
    pub label: Text,
}

/// What is written of a group or child, and writing it. What was typed elsewhere on the page stays: only this entry changes.
#[component]
pub fn Editor(
    /// What it is about.
    about: About,
    /// What is written, corrections after it.
    entries: Vec<Entry>,
) -> impl IntoView {
    let entries = RwSignal::new(entries);
    let about = StoredValue::new(about);
    move || {
        let all = entries.get();
        match all.first().cloned() {
            Some(first) if first.finished_at.is_some() => view! { <Finished about first all entries/> }.into_any(),
            draft => view! { <Draft about draft entries/> }.into_any(),
        }
    }
}

fn id_of(about: &About, what: &str) -> String {
    format!("{what}-{}-{}", about.programme.as_str(), about.child.as_ref().map_or("group", ChildId::as_str))
}

#[component]
fn Draft(about: StoredValue<About>, draft: Option<Entry>, entries: RwSignal<Vec<Entry>>) -> impl IntoView {
    let words = RwSignal::new(draft.as_ref().map(|entry| entry.words.clone()).unwrap_or_default());
    let is_draft = draft.is_some();
    let draft = StoredValue::new(draft);
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let saving = Action::new_local(move |finish: &bool| {
        let (finish, attempt, words) = (*finish, attempt.clone(), words.get_untracked());
        failure.set(None);
        async move {
            let saved = match draft.get_value() {
                Some(entry) => client::change(&entry, &Change { words, finish }, &attempt).await,
                None => {
                    let About { day, programme, child, .. } = about.get_value();
                    client::begin(&NewEntry { day, programme, child_id: child, words, finish }, &attempt).await
                }
            };
            match saved {
                Ok(entry) => entries.set(vec![entry]),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let busy = saving.pending();
    let is_blank = Signal::derive(move || words.with(|words| words.trim().is_empty()));
    let (id, label) = about.with_value(|about| (id_of(about, "journal"), about.label.clone()));
    let save = Callback::new(move |()| drop(saving.dispatch(false)));
    let finish = Callback::new(move |()| drop(saving.dispatch(true)));
    view! {
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        <Field id label required=Need::Unsaid><TextArea value=words rows=3 maxlength=2000/></Field>
        <div class="row">
            <Button look=Look::Outline busy disabled=is_blank on_press=save><Say key="journal.save_draft"/></Button>
            <Button busy disabled=is_blank on_press=finish><Say key="journal.finish"/></Button>
            {is_draft.then(|| view! { <Chip tone=Tone::Info><Say key="journal.is_draft"/></Chip> })}
        </div>
    }
}

#[component]
fn Finished(about: StoredValue<About>, first: Entry, all: Vec<Entry>, entries: RwSignal<Vec<Entry>>) -> impl IntoView {
    let (words, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let first = StoredValue::new(first);
    let correcting = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        let correction = Correction { words: words.get_untracked(), reason: reason.get_untracked() };
        failure.set(None);
        async move {
            match client::correct(&first.get_value(), &correction, &attempt).await {
                Ok(entry) => entries.update(|all| {
                    // The first one has counted it.
                    if let Some(first) = all.first_mut() {
                        first.version += 1;
                    }
                    all.push(entry);
                }),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let busy = correcting.pending();
    let is_blank = Signal::derive(move || words.with(|words| words.trim().is_empty()) || reason.with(|reason| reason.trim().is_empty()));
    let press = Callback::new(move |()| drop(correcting.dispatch(())));
    let [words_id, reason_id] = ["correct", "reason"].map(|what| about.with_value(|about| id_of(about, what)));
    view! {
        <ol class="plain-list stack">
            {all
                .into_iter()
                .map(|entry| {
                    let (at, by, why) = (entry.at, entry.by, entry.reason);
                    let is_correction = entry.corrects_id.is_some();
                    view! {
                        <li>
                            {is_correction.then(|| view! { <p><Chip tone=Tone::Warning><Say key="journal.is_correction"/></Chip> " " {why}</p> })}
                            <p class="as-written">{entry.words}</p>
                            <p class="quiet">{by} " " {furigana(move || moment(at, locale()))}</p>
                        </li>
                    }
                })
                .collect_view()}
        </ol>
        <div class="no-print">
            <Disclosure summary="journal.correct">
                {move || failure.get().map(|why| view! { <Refusal why/> })}
                <Field id=words_id label="journal.right_words"><TextArea value=words rows=3 maxlength=2000/></Field>
                <Field id=reason_id label="journal.why"><TextInput value=reason maxlength=200/></Field>
                <p class="quiet"><Say key="journal.first_stays"/></p>
                <div class="row"><Button look=Look::Outline busy disabled=is_blank on_press=press><Say key="journal.add_correction"/></Button></div>
            </Disclosure>
        </div>
    }
}
