//! Fields of what is written: each stands at a pointer of the draft, and shows what the check says of that place.

use leptos::prelude::*;
use serde_json::Value;
use shared::problem::ProblemPart;

use super::tree::{self, Kind, field_id};
use crate::i18n::{Say, Text, locale, marked, say, text};
use crate::ui::{Banner, Button, Field, Glyph, Look, Need, Select, TextArea, TextInput, Tone, focus};

/// What is being written, and what is wrong with it.
#[derive(Clone, Copy)]
pub struct Editing {
    /// What is sent.
    pub draft: RwSignal<Value>,
    /// Everything wrong, each with its pointer.
    pub wrong: Memo<Vec<ProblemPart>>,
}

impl Editing {
    /// What the page around writes.
    pub fn here() -> Self {
        use_context().unwrap_or_else(|| Self { draft: RwSignal::new(Value::Null), wrong: Memo::new(|_| Vec::new()) })
    }

    /// What is wrong at a place.
    pub fn error(self, at: String) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.wrong.with(|all| all.iter().find(|part| part.pointer.as_deref() == Some(&at)).map(|part| part.reason.sentence(locale())))
        })
    }

    fn text(self, at: &str) -> String {
        self.draft.with_untracked(|draft| tree::text_at(draft, at))
    }

    fn set(self, at: &str, value: Value) {
        self.draft.update(|draft| tree::set(draft, at, value));
    }
}

/// A value that is written to its place whenever it changes.
fn bound(at: &str, kind: Kind) -> RwSignal<String> {
    let (editing, at) = (Editing::here(), at.to_owned());
    let value = RwSignal::new(editing.text(&at));
    Effect::new(move |before: Option<()>| {
        let text = value.get();
        if before.is_some() {
            editing.set(&at, tree::typed(kind, &text));
        }
    });
    value
}

/// Something that is typed.
#[component]
pub fn Typed(
    /// Where.
    #[prop(into)]
    at: String,
    /// What it is.
    label: &'static str,
    /// What kind of thing.
    #[prop(default = Kind::Words)]
    kind: Kind,
    /// Whether it is more than a line.
    #[prop(optional)]
    long: bool,
    /// The most characters of several lines.
    #[prop(default = 500)]
    most: u32,
    /// Whether it may be left out, where its kind does not say so.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let value = bound(&at, kind);
    // A time is stored with seconds that nobody types.
    if matches!(kind, Kind::Time | Kind::MaybeTime) {
        value.update(|text| *text = text.chars().take(5).collect());
    }
    let required = if optional || matches!(kind, Kind::MaybeNumber | Kind::MaybeDay | Kind::MaybeTime | Kind::MaybeFraction) {
        Need::Optional
    } else {
        Need::Required
    };
    let error = Editing::here().error(at.clone());
    // Made inside of the field: there it finds its label.
    let input = move || match kind {
        Kind::Words | Kind::MaybeWords if long => view! { <TextArea value maxlength=most/> }.into_any(),
        Kind::Words | Kind::MaybeWords | Kind::Flag => view! { <TextInput value maxlength=200/> }.into_any(),
        Kind::Number | Kind::MaybeNumber => view! { <TextInput value inputmode="numeric" short=true/> }.into_any(),
        Kind::Days => view! { <TextInput value short=true/> }.into_any(),
        Kind::Day | Kind::MaybeDay => view! { <TextInput value kind="date" short=true/> }.into_any(),
        Kind::Time | Kind::MaybeTime => view! { <TextInput value kind="time" short=true/> }.into_any(),
        Kind::Fraction | Kind::MaybeFraction => view! { <TextInput value inputmode="decimal" short=true/> }.into_any(),
    };
    view! { <Field id=field_id(&at) label required error>{input()}</Field> }
}

/// Something in the three languages.
#[component]
pub fn Names(
    /// Where.
    #[prop(into)]
    at: String,
    /// What it is.
    label: &'static str,
    /// Whether it is more than a line.
    #[prop(optional)]
    long: bool,
    /// The most characters of several lines.
    #[prop(default = 500)]
    most: u32,
) -> impl IntoView {
    view! {
        <fieldset class="names">
            <legend>{say(label)}</legend>
            <Typed at=format!("{at}/ja") label="ui.in_japanese" long most/>
            <Typed at=format!("{at}/easy") label="ui.in_easy" long most/>
            <Typed at=format!("{at}/en") label="ui.in_english" long most/>
        </fieldset>
    }
}

/// One of several words.
#[component]
pub fn Pick(
    /// Where.
    #[prop(into)]
    at: String,
    /// What it is.
    label: &'static str,
    /// The words with what they mean.
    #[prop(into)]
    options: Signal<Vec<(String, Text)>>,
    /// How it is written.
    #[prop(default = Kind::Words)]
    kind: Kind,
) -> impl IntoView {
    let value = bound(&at, kind);
    let error = Editing::here().error(at.clone());
    view! { <Field id=field_id(&at) label error><Select value options/></Field> }
}

/// Words with keys of their meaning, as [`Pick`] takes them.
pub fn words(all: &'static [(&'static str, &'static str)]) -> Signal<Vec<(String, Text)>> {
    Signal::stored(all.iter().map(|(word, key)| ((*word).to_owned(), Text::from(*key))).collect())
}

/// Yes or no.
#[component]
pub fn Flag(
    /// Where.
    #[prop(into)]
    at: String,
    /// What it is.
    label: &'static str,
) -> impl IntoView {
    const ANSWERS: [(&str, &str); 2] = [("false", "ui.no"), ("true", "ui.yes")];
    let editing = Editing::here();
    // What is left out is no.
    if editing.text(&at).is_empty() {
        editing.draft.update_untracked(|draft| tree::set(draft, &at, false.into()));
    }
    view! { <Pick at label options=words(&ANSWERS) kind=Kind::Flag/> }
}

/// One of several kinds of a rule, each with fields of its own; another kind begins with what is usual.
#[component]
pub fn Kinds(
    /// Where.
    #[prop(into)]
    at: String,
    /// What it is.
    label: &'static str,
    /// The kinds: word, key of the meaning, and how it begins.
    kinds: Vec<(&'static str, &'static str, Value)>,
    /// The fields of a kind.
    fields: fn(String, &str) -> AnyView,
    /// A field that every kind has, and that stays when another is chosen.
    #[prop(optional)]
    keep: Option<&'static str>,
) -> impl IntoView {
    let editing = Editing::here();
    let kind = RwSignal::new(editing.text(&format!("{at}/kind")));
    let options: Vec<(String, Text)> = kinds.iter().map(|(word, key, _)| ((*word).to_owned(), Text::from(*key))).collect();
    let place = at.clone();
    // The draft first, then the fields that read it.
    let shown = RwSignal::new(kind.get_untracked());
    Effect::new(move |before: Option<()>| {
        let word = kind.get();
        if before.is_some() {
            if let Some((_, _, fresh)) = kinds.iter().find(|(known, ..)| *known == word) {
                let mut fresh = fresh.clone();
                if let Some(field) = keep
                    && let Some(kept) = editing.draft.with_untracked(|draft| draft.pointer(&format!("{place}/{field}")).cloned())
                {
                    tree::set(&mut fresh, &format!("/{field}"), kept);
                }
                editing.set(&place, fresh);
            }
            shown.set(word);
        }
    });
    let error = editing.error(at.clone());
    view! {
        <Field id=field_id(&at) label error><Select value=kind options=Signal::stored(options)/></Field>
        {move || fields(at.clone(), &shown.get())}
    }
}

/// Rows of a list, which can be added and taken away.
#[component]
pub fn Rows(
    /// Where.
    #[prop(into)]
    at: String,
    /// What they are.
    label: &'static str,
    /// The fields of a row.
    row: fn(String) -> AnyView,
    /// A new row.
    fresh: fn(&Value) -> Value,
) -> impl IntoView {
    let editing = Editing::here();
    let error = editing.error(at.clone());
    // All rows are made anew when one comes or goes: their places have changed.
    let turn = RwSignal::new(0_u32);
    let at = StoredValue::new(at);
    let add = Callback::new(move |()| {
        editing.draft.update(|draft| {
            let new = fresh(draft);
            tree::add(draft, &at.get_value(), new);
        });
        turn.update(|turn| *turn += 1);
    });
    let one = move |nth: usize| {
        let take = Callback::new(move |()| {
            editing.draft.update(|draft| tree::remove(draft, &at.get_value(), nth));
            turn.update(|turn| *turn += 1);
        });
        let wrong = editing.error(format!("{}/{nth}", at.get_value()));
        view! {
            <li class="rule-row stack" id=row_id(&field_id(&format!("{}/{nth}", at.get_value()))) tabindex="-1">
                {move || wrong.get().map(|words| view! { <p class="error-line" role="alert">{marked(&words)}</p> })}
                {row(format!("{}/{nth}", at.get_value()))}
                <div class="row">
                    <Button look=Look::Text icon=Glyph::Cross on_press=take>
                        <Say key="ui.remove_row"/>
                        <span class="visually-hidden">{say(label)} " " {(nth + 1).to_string()}</span>
                    </Button>
                </div>
            </li>
        }
    };
    view! {
        <section class="stack" id=field_id(&at.get_value()) tabindex="-1">
            <h3>{say(label)}</h3>
            {move || error.get().map(|words| view! { <p class="error-line" role="alert">{marked(&words)}</p> })}
            <ul class="plain-list stack">
                {move || {
                    turn.track();
                    let count = editing.draft.with_untracked(|draft| tree::rows(draft, &at.get_value()));
                    (0..count).map(one).collect_view()
                }}
            </ul>
            <div class="row">
                <Button look=Look::Outline icon=Glyph::Plus on_press=add><Say key="ui.add_row"/><span class="visually-hidden">" " {say(label)}</span></Button>
            </div>
        </section>
    }
}

/// The id of a whole row: that of its place may belong to a field in it.
fn row_id(id: &str) -> String {
    format!("{id}-row")
}

/// Unfolds the section of a field and leads there; where what is wrong is a whole row, to the row.
fn reveal(id: &str) {
    let row = row_id(id);
    let id = if document().get_element_by_id(id).is_some() { id } else { row.as_str() };
    if let Some(Ok(Some(section))) = document().get_element_by_id(id).map(|field| field.closest("details")) {
        let _ = section.set_attribute("open", "");
    }
    focus(id);
}

/// Everything that is wrong, each leading to its field.
#[component]
pub fn Wrong(
    /// All of it.
    parts: Vec<ProblemPart>,
    /// Whether a day is no day, so that nothing else can be checked.
    no_day: bool,
    /// The title of the section in which a field stands.
    title_of: fn(&str) -> &'static str,
) -> impl IntoView {
    let lines = parts
        .into_iter()
        .map(|part| {
            let pointer = part.pointer.unwrap_or_default();
            let (title, id) = (title_of(&pointer), field_id(&pointer));
            let target = id.clone();
            let reason = part.reason;
            view! {
                <li>
                    <a
                        href=format!("#{id}")
                        on:click=move |event| {
                            // The address must not change: the router would take it for a navigation.
                            event.prevent_default();
                            reveal(&target);
                        }
                    >
                        {say(title)} "：" {text(move || reason.sentence(locale())).view()}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <Banner tone=Tone::Error title="ui.wrong">
            {no_day.then(|| view! { <p><Say key="ui.no_day"/></p> })}
            <ul class="reasons">{lines}</ul>
        </Banner>
    }
}
