//! One sentence after something was done, said aloud by screen readers and kept through a navigation.
//!
//! `let flash = use_flash(); flash.done("bookings.cancelled"); flash.failed(&failure);`

use leptos::prelude::*;

use crate::i18n::{Text, locale, marked, text};
use crate::ui::{Banner, Explain, Tone};

/// The sentence on show. One of the three contexts of the app.
#[derive(Clone, Copy)]
pub struct Flash(RwSignal<Option<(Tone, Text)>>);

/// The context; take it while the component is made, not inside an event handler.
pub fn use_flash() -> Flash {
    use_context().unwrap_or_else(|| Flash(RwSignal::new(None)))
}

impl Flash {
    /// Gives the app its flash.
    pub fn provide() -> Self {
        let flash = Self(RwSignal::new(None));
        provide_context(flash);
        flash
    }

    /// Says that something was done.
    pub fn done(self, words: impl Into<Text>) {
        self.0.set(Some((Tone::Success, words.into())));
    }

    /// Says something worth knowing.
    pub fn tell(self, words: impl Into<Text>) {
        self.0.set(Some((Tone::Info, words.into())));
    }

    /// Says why something was not done.
    pub fn failed(self, why: &(impl Explain + Clone + Send + Sync + 'static)) {
        let why = why.clone();
        self.0.set(Some((Tone::Error, text(move || why.sentences(locale()).join(" ")))));
    }

    /// Takes the sentence away.
    pub fn clear(self) {
        self.0.set(None);
    }
}

/// Where the sentence is shown. The region itself is always there, else screen readers would not notice the first one.
#[component]
pub fn FlashRegion() -> impl IntoView {
    let flash = use_flash();
    view! {
        <div class="flash" aria-live="polite" aria-atomic="true">
            {move || {
                flash.0.get().map(|(tone, words)| {
                    view! { <Banner tone on_close=Callback::new(move |()| flash.clear())><p>{move || marked(&words.words())}</p></Banner> }
                })
            }}
        </div>
    }
}
