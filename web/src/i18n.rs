//! Sentences in the reader's language: plain for attributes, with furigana for the page.
//!
//! | use | for |
//! |---|---|
//! | `t("search.title")`, `t_with("search.found", &[("count", n.to_string())])` | plain `String`: attributes, titles, text of options. Read it inside a closure (`move || t("…")`) so that it follows the language |
//! | `<Say key="search.title"/>`, `say("…")`, `say_with("…", move || vec![("count", …)])` | a view that follows the language by itself and shows furigana |
//! | `furigana(move || text)` | a view of any text that may carry `[漢字\|かんじ]`, such as `shared::locale::day(…)` or `Localised::get` |
//! | [`Text`] | what the props of `ui` take: `label="search.title"` is a key, `label=text(move \|\| child.name.clone())` is any text |
//! | `locale()` | the language, followed where it is read inside a closure |
//! | `reasons(move || Vec<Reason>)` | a list of reasons as sentences |
//!
//! Sentences live in `locales/<slice>.yml` (what the search needs in `locales/first_visit/`; `_version: 2`), each key with `ja`, `ja-x-easy` and `en` side by side:
//!
//! ```yaml
//! _version: 2
//! search.found:
//!   ja: "%{count}件の空き"
//!   ja-x-easy: "[空|あ]き %{count}[件|けん]"
//!   en: "%{count} free places"
//! ```
//!
//! Write keys as whole literals in the code (a `match` with literals, never `format!`): a test finds missing and unused ones so.
//! Codes of reasons (`bookings.slot_full`) have their sentences in `shared`; `t` finds those too.

use std::sync::Arc;

use leptos::prelude::*;
use shared::locale::{Locale, Localised, ruby, without_ruby};
use shared::problem::Reason;

use crate::offline;

const STORED_AS: &str = "locale";

/// The language in which the app speaks. One of the three contexts of the app.
#[derive(Debug, Clone, Copy)]
pub struct LocaleContext(RwSignal<Locale>);

impl LocaleContext {
    /// Gives the app its language: as chosen before on this device, else as the browser prefers.
    pub fn provide() -> Self {
        let chosen = offline::read_device::<String>(STORED_AS).and_then(|tag| Locale::from_tag(&tag));
        let context = Self(RwSignal::new(chosen.unwrap_or_else(preferred)));
        provide_context(context);
        Effect::new(move |_| mark_document(context.0.get()));
        context
    }

    /// The language.
    pub fn get(self) -> Locale {
        self.0.get()
    }

    /// Speaks another language from now on, also at the next visit.
    pub fn choose(self, locale: Locale) {
        offline::write_device(STORED_AS, &locale.tag());
        self.0.set(locale);
    }
}

fn preferred() -> Locale {
    let languages = window().navigator().language().unwrap_or_default();
    // A reader of neither language is better served by English than by Japanese.
    if languages.starts_with("ja") || languages.is_empty() { Locale::Ja } else { Locale::En }
}

fn mark_document(locale: Locale) {
    if let Some(root) = document().document_element() {
        // `data-locale` tells easy Japanese from Japanese, for style sheets and for code that runs outside the reactive tree.
        let _ = root.set_attribute("lang", locale.html_lang());
        let _ = root.set_attribute("data-locale", locale.tag());
    }
}

/// The language; followed when read inside a closure of a view.
pub fn locale() -> Locale {
    use_context::<LocaleContext>().map_or_else(locale_of_document, LocaleContext::get)
}

/// The language as the page says, for code that runs outside the reactive tree, such as a request.
pub fn locale_of_document() -> Locale {
    document()
        .document_element()
        .and_then(|root| root.get_attribute("data-locale"))
        .and_then(|tag| Locale::from_tag(&tag))
        .unwrap_or_default()
}

/// The sentence of a key with its furigana marks; the key itself where there is none.
pub fn sentence(key: &str, locale: Locale) -> String {
    crate::_rust_i18n_try_translate(locale.tag(), key).map_or_else(|| shared::problem::sentence(key, locale), |found| found.into_owned())
}

/// The sentence of a key with its furigana marks, with values in the places of `%{name}`.
pub fn filled(key: &str, locale: Locale, values: &[(&str, String)]) -> String {
    values.iter().fold(sentence(key, locale), |text, (name, value)| text.replace(&format!("%{{{name}}}"), value))
}

/// The sentence of a key as plain text.
pub fn t(key: &str) -> String {
    without_ruby(&sentence(key, locale()))
}

/// The sentence of a key as plain text, with values in the places of `%{name}`.
pub fn t_with(key: &str, values: &[(&str, String)]) -> String {
    without_ruby(&filled(key, locale(), values))
}

/// The sentence of a key with furigana.
#[component]
pub fn Say(
    /// The key.
    key: &'static str,
) -> impl IntoView {
    say(key)
}

/// The sentence of a key with furigana.
pub fn say(key: &'static str) -> impl IntoView {
    furigana(move || sentence(key, locale()))
}

/// The sentence of a key with furigana and values in the places of `%{name}`; the values may carry furigana too.
pub fn say_with(key: &'static str, values: impl Fn() -> Vec<(&'static str, String)> + Send + 'static) -> impl IntoView {
    furigana(move || filled(key, locale(), &values()))
}

/// Any text that may carry furigana marks.
pub fn furigana(text: impl Fn() -> String + Send + 'static) -> impl IntoView {
    move || marked(&text())
}

/// One text with its furigana, as it is now.
pub fn marked(text: &str) -> AnyView {
    ruby(text)
        .into_iter()
        .map(|(base, reading)| match reading {
            None => base.to_owned().into_any(),
            Some(reading) => view! { <ruby>{base.to_owned()}<rp>"（"</rp><rt>{reading.to_owned()}</rt><rp>"）"</rp></ruby> }.into_any(),
        })
        .collect_view()
        .into_any()
}

/// A name in the languages of the product, with furigana.
pub fn name(names: Localised) -> impl IntoView {
    furigana(move || names.get(locale()).to_owned())
}

/// Reasons as a list of sentences, each once.
pub fn reasons(reasons: impl Fn() -> Vec<Reason> + Send + 'static) -> impl IntoView {
    move || {
        let mut sentences: Vec<String> = Vec::new();
        for sentence in reasons().iter().map(|reason| reason.sentence(locale())) {
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        view! { <ul class="reasons">{sentences.iter().map(|s| view! { <li>{marked(s)}</li> }).collect_view()}</ul> }
    }
}

/// Words for a prop of `ui`: a key of the locale files, or any text.
#[derive(Clone)]
pub enum Text {
    /// A key.
    Key(&'static str),
    /// Any text, made anew when something it reads changes; may carry furigana marks.
    Made(Arc<dyn Fn() -> String + Send + Sync>),
}

/// Any text as words for a prop of `ui`.
pub fn text(make: impl Fn() -> String + Send + Sync + 'static) -> Text {
    Text::Made(Arc::new(make))
}

/// The sentence of a key with values in the places of `%{name}`, as words for a prop of `ui`.
pub fn text_with(key: &'static str, values: impl Fn() -> Vec<(&'static str, String)> + Send + Sync + 'static) -> Text {
    text(move || filled(key, locale(), &values()))
}

impl From<&'static str> for Text {
    fn from(key: &'static str) -> Self {
        Self::Key(key)
    }
}

impl Text {
    /// The words with their furigana marks.
    pub fn words(&self) -> String {
        match self {
            Self::Key(key) => sentence(key, locale()),
            Self::Made(make) => make(),
        }
    }

    /// The words as plain text, for attributes.
    pub fn plain(&self) -> String {
        without_ruby(&self.words())
    }

    /// The words as a view with furigana.
    pub fn view(&self) -> impl IntoView + use<> {
        let this = self.clone();
        furigana(move || this.words())
    }
}

#[cfg(test)]
mod tests;
