//! Form fields: a field owns label, id, hint and error; the input inside finds them there.

use leptos::prelude::*;

use super::icons::{Glyph, Icon};
use crate::i18n::{Say, Text, t};

/// Whether something must be filled in; shown as a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Need {
    /// 必須
    #[default]
    Required,
    /// 任意
    Optional,
    /// No badge, where the difference means nothing, such as in a search.
    Unsaid,
}

/// What an input learns from the field around it.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) id: String,
    pub(super) need: Need,
    pub(super) described_by: Signal<Option<String>>,
    pub(super) invalid: Signal<bool>,
}

pub(super) fn surroundings() -> Surroundings {
    use_context().unwrap_or_else(|| Surroundings {
        id: String::new(),
        need: Need::Unsaid,
        described_by: Signal::stored(None),
        invalid: Signal::stored(false),
    })
}

/// The badge for required and optional.
#[component]
pub(super) fn NeedBadge(need: Need) -> impl IntoView {
    match need {
        Need::Required => Some(view! { <span class="badge badge-required"><Say key="ui.required"/></span> }.into_any()),
        Need::Optional => Some(view! { <span class="badge badge-optional"><Say key="ui.optional"/></span> }.into_any()),
        Need::Unsaid => None,
    }
}

/// Hint and error of a field or group, and the ids by which the inputs refer to them.
pub(super) fn describing(id: &str, has_hint: bool, error: Signal<Option<String>>) -> Signal<Option<String>> {
    let id = id.to_owned();
    Signal::derive(move || {
        let hint = has_hint.then(|| format!("{id}-hint"));
        let error = error.with(Option::is_some).then(|| format!("{id}-error"));
        let ids: Vec<String> = [hint, error].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    })
}

#[component]
pub(super) fn Hint(#[prop(into)] id: String, hint: Option<Text>) -> impl IntoView {
    hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint.view()}</p> })
}

#[component]
pub(super) fn ErrorLine(#[prop(into)] id: String, error: Signal<Option<String>>) -> impl IntoView {
    move || {
        error.get().map(|sentence| {
            view! {
                <p class="error-line" id=format!("{id}-error")>
                    <Icon glyph=Glyph::Error/>
                    <span>{crate::i18n::marked(&sentence)}</span>
                </p>
            }
        })
    }
}

/// A field of a form around one input.
#[component]
pub fn Field(
    /// Id of the input; also what [`super::FieldError`] names.
    #[prop(into)]
    id: String,
    /// What to fill in.
    #[prop(into)]
    label: Text,
    /// Whether it must be.
    #[prop(optional)]
    required: Need,
    /// How to fill it in.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let invalid = Signal::derive(move || error.with(Option::is_some));
    let described_by = describing(&id, hint.is_some(), error);
    view! {
        <div class="field" class:has-error=invalid>
            <label class="field-label" for=id.clone()><span>{label.view()}</span><NeedBadge need=required/></label>
            <Hint id=id.clone() hint/>
            <ErrorLine id=id.clone() error/>
            <leptos::context::Provider value=Surroundings { id, need: required, described_by, invalid }>{children()}</leptos::context::Provider>
        </div>
    }
}

/// A form whose errors we say ourselves, not the browser. Send it by a `Button` with `submit`.
#[component]
pub fn Form(
    /// What sending does.
    #[prop(into)]
    on_submit: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <form
            class="stack stack-wide"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                on_submit.run(());
            }
        >
            {children()}
        </form>
    }
}

/// A line of text. `kind` is the input's type (`text`, `email`, `tel`, `search`, `date`, `time`, `number`).
#[component]
pub fn TextInput(
    /// The text.
    value: RwSignal<String>,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What a password manager or the browser may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Which keyboard a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// The input's name, where the browser should remember it.
    #[prop(optional)]
    name: Option<&'static str>,
    /// The most characters.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Lowest value of a date, time or number.
    #[prop(optional, into)]
    min: Option<String>,
    /// Highest value of a date, time or number.
    #[prop(optional, into)]
    max: Option<String>,
    /// Step of a time or number.
    #[prop(optional, into)]
    step: Option<String>,
    /// For short answers: a narrower box.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let Surroundings { id, need, described_by, invalid } = surroundings();
    view! {
        <input
            class="input"
            class:input-short=short
            id=id
            type=kind
            name=name
            autocomplete=autocomplete
            inputmode=inputmode
            maxlength=maxlength.map(|most| most.to_string())
            min=min
            max=max
            step=step
            aria-required=(need == Need::Required).then_some("true")
            aria-invalid=move || invalid.get().then_some("true")
            aria-describedby=described_by
            prop:value=value
            on:input:target=move |event| value.set(event.target().value())
        />
    }
}

/// A password with a button that shows it; pasting and password managers work.
#[component]
pub fn PasswordInput(
    /// The password.
    value: RwSignal<String>,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
) -> impl IntoView {
    let Surroundings { id, need, described_by, invalid } = surroundings();
    let shown = RwSignal::new(false);
    view! {
        <div class="password">
            <input
                class="input"
                id=id.clone()
                type=move || if shown.get() { "text" } else { "password" }
                name="password"
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                aria-required=(need == Need::Required).then_some("true")
                aria-invalid=move || invalid.get().then_some("true")
                aria-describedby=described_by
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            />
            <button
                type="button"
                class="button button-outline password-toggle"
                aria-pressed=move || if shown.get() { "true" } else { "false" }
                aria-controls=id.clone()
                aria-label=move || t("ui.show_password")
                on:click=move |_| shown.update(|shown| *shown = !*shown)
            >
                {move || if shown.get() { t("ui.hide") } else { t("ui.show") }}
            </button>
        </div>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// The text.
    value: RwSignal<String>,
    /// Lines shown at first.
    #[prop(default = 3)]
    rows: u32,
    /// The most characters.
    #[prop(optional)]
    maxlength: Option<u32>,
) -> impl IntoView {
    let Surroundings { id, need, described_by, invalid } = surroundings();
    view! {
        <textarea
            class="input"
            id=id
            rows=rows.to_string()
            maxlength=maxlength.map(|most| most.to_string())
            aria-required=(need == Need::Required).then_some("true")
            aria-invalid=move || invalid.get().then_some("true")
            aria-describedby=described_by
            prop:value=value
            on:input:target=move |event| value.set(event.target().value())
        ></textarea>
    }
}

/// One of several, folded. `options` pairs values with words; the empty value may stand for "not chosen".
#[component]
pub fn Select(
    /// The value chosen.
    value: RwSignal<String>,
    /// Values with their words.
    #[prop(into)]
    options: Signal<Vec<(String, Text)>>,
    /// What the browser may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
) -> impl IntoView {
    let Surroundings { id, need, described_by, invalid } = surroundings();
    view! {
        <div class="select">
            <select
                class="input"
                id=id
                autocomplete=autocomplete
                aria-required=(need == Need::Required).then_some("true")
                aria-invalid=move || invalid.get().then_some("true")
                aria-describedby=described_by
                on:change:target=move |event| value.set(event.target().value())
            >
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|(option, words)| {
                            let this = option.clone();
                            view! { <option value=option.clone() prop:selected=move || value.get() == this>{move || words.plain()}</option> }
                        })
                        .collect_view()
                }}
            </select>
            <Icon glyph=Glyph::Down/>
        </div>
    }
}
