//! Notices and the summary of what is wrong with a form.

use leptos::html;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::icons::{Glyph, Icon};
use crate::i18n::{Text, furigana, locale, marked, sentence, t};

/// What kind of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Tone {
    /// Worth knowing.
    #[default]
    Info,
    /// It worked.
    Success,
    /// Take care.
    Warning,
    /// It did not work.
    Error,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Info => "banner banner-info",
            Self::Success => "banner banner-success",
            Self::Warning => "banner banner-warning",
            Self::Error => "banner banner-error",
        }
    }

    const fn glyph(self) -> Glyph {
        match self {
            Self::Info => Glyph::Info,
            Self::Success => Glyph::Check,
            Self::Warning => Glyph::Warning,
            Self::Error => Glyph::Error,
        }
    }

    /// The tone in a word, because a colour says nothing to many.
    const fn word(self) -> &'static str {
        match self {
            Self::Info => "ui.tone_info",
            Self::Success => "ui.tone_success",
            Self::Warning => "ui.tone_warning",
            Self::Error => "ui.tone_error",
        }
    }
}

/// A notice.
#[component]
pub fn Banner(
    /// Its kind.
    #[prop(optional)]
    tone: Tone,
    /// A heading.
    #[prop(optional, into)]
    title: Option<Text>,
    /// Whether it is read out at once when it appears.
    #[prop(optional)]
    alert: bool,
    /// Shows a button that closes it.
    #[prop(optional, into)]
    on_close: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=tone.class() role=alert.then_some("alert")>
            <Icon glyph=tone.glyph()/>
            <div class="banner-body">
                <span class="visually-hidden">{move || t(tone.word())}</span>
                {title.map(|title| view! { <p class="banner-title">{title.view()}</p> })}
                {children()}
            </div>
            {on_close
                .map(|on_close| {
                    view! {
                        <button type="button" class="button button-text button-square" aria-label=move || t("ui.close") on:click=move |_| on_close.run(())>
                            <Icon glyph=Glyph::Cross/>
                        </button>
                    }
                })}
        </div>
    }
}

/// Something wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The id of the field.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub sentence: String,
}

impl FieldError {
    /// The sentence for one field, for `Field`'s `error`: `error=FieldError::of(errors, "email")`.
    pub fn of(errors: impl Into<Signal<Vec<Self>>>, field: &'static str) -> Signal<Option<String>> {
        let errors = errors.into();
        Signal::derive(move || errors.with(|all| all.iter().find(|error| error.field == field).map(|error| error.sentence.clone())))
    }
}

/// The place of a notice that takes the focus when it comes: whoever pressed a button far below would not see it. Needs `tabindex=-1`.
pub fn taking_focus(is_shown: impl Fn() -> bool + 'static) -> NodeRef<html::Div> {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if is_shown()
            && let Some(notice) = node.get()
        {
            let _ = notice.focus();
        }
    });
    node
}

/// Everything wrong with a form, in one place that takes the focus, with links to the fields.
#[component]
pub fn ErrorSummary(
    /// What is wrong with fields.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
    /// What is wrong beside.
    #[prop(optional, into)]
    others: Signal<Vec<String>>,
) -> impl IntoView {
    let is_shown = move || !errors.with(Vec::is_empty) || !others.with(Vec::is_empty);
    let node = taking_focus(is_shown);
    move || {
        is_shown().then(|| {
            view! {
                <div class="banner banner-error" node_ref=node tabindex="-1" role="group" aria-labelledby="error-summary-title">
                    <Icon glyph=Glyph::Error/>
                    <div class="banner-body">
                        <h2 class="banner-title" id="error-summary-title">{furigana(move || sentence(if errors.with(Vec::is_empty) { "ui.not_done" } else { "ui.error_summary" }, locale()))}</h2>
                        <ul>
                            {move || others.get().iter().map(|sentence| view! { <li>{marked(sentence)}</li> }).collect_view()}
                            {move || {
                                errors
                                    .get()
                                    .into_iter()
                                    .map(|FieldError { field, sentence }| {
                                        view! {
                                            <li>
                                                <a href=format!("#{field}") on:click=move |event| {
                                                    event.prevent_default();
                                                    focus(field);
                                                }>{marked(&sentence)}</a>
                                            </li>
                                        }
                                    })
                                    .collect_view()
                            }}
                        </ul>
                    </div>
                </div>
            }
        })
    }
}

/// Leads to a field, or to the first thing to choose in a group.
pub fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    if let Some(field) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let first =
            field.query_selector("input, select").ok().flatten().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        let _ = first.unwrap_or(field).focus();
    }
}
