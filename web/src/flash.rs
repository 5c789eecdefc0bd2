//! One sentence after something was done, said aloud by screen readers and kept through a navigation, also one that loads the page.
//!
//! `let flash = use_flash(); flash.done("bookings.cancelled"); flash.failed(&failure);`

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::i18n::{Text, locale, marked, text};
use crate::offline;
use crate::ui::{Banner, Explain, Tone};

/// The sentence on show. One of the three contexts of the app.
#[derive(Clone, Copy)]
pub struct Flash(RwSignal<Said>);

#[derive(Clone, Default)]
struct Said {
    sentence: Option<(Tone, Text)>,
    /// Tells one sentence from the next, even if the words are the same.
    number: u32,
    /// For how many pages after the one it was said on the sentence stays.
    pages: u32,
}

/// For how many pages after the one it was said on a sentence stays.
const PAGES: u32 = 1;
/// What a sentence is handed over as, from the build that has only the search to the whole app.
const KEPT_AS: &str = "flash";

/// The context; take it while the component is made, not inside an event handler.
pub fn use_flash() -> Flash {
    use_context().unwrap_or_else(|| Flash(RwSignal::new(Said::default())))
}

impl Flash {
    /// Gives the app its flash.
    pub fn provide() -> Self {
        let flash = Self(RwSignal::new(Said::default()));
        provide_context(flash);
        flash
    }

    /// Says that something was done.
    pub fn done(self, words: impl Into<Text>) {
        self.say(Tone::Success, words.into(), PAGES);
    }

    /// Says something worth knowing.
    pub fn tell(self, words: impl Into<Text>) {
        self.say(Tone::Info, words.into(), PAGES);
    }

    /// Says why something was not done.
    pub fn failed(self, why: &(impl Explain + Clone + Send + Sync + 'static)) {
        let why = why.clone();
        self.say(Tone::Error, text(move || why.sentences(locale()).join(" ")), PAGES);
    }

    fn say(self, tone: Tone, words: Text, pages: u32) {
        self.0.update(|said| {
            said.sentence = Some((tone, words));
            said.pages = pages;
            said.number = said.number.wrapping_add(1);
        });
    }

    /// Keeps the sentence for the page that is about to be loaded.
    #[cfg(not(all(feature = "family", feature = "staff", feature = "office")))]
    pub fn hand_over(self) {
        if let Some((tone, words)) = self.0.with_untracked(|said| said.sentence.clone()) {
            offline::hand_over(KEPT_AS, &(tone, words.words()));
        }
    }

    /// Says what the page before this one had to say; that page was where it was said, this is the one after it.
    fn take_over(self) {
        if let Some((tone, words)) = offline::take_over::<(Tone, String)>(KEPT_AS) {
            self.say(tone, text(move || words.clone()), 0);
        }
    }

    /// Takes the sentence away.
    pub fn clear(self) {
        self.0.update(|said| said.sentence = None);
    }
}

/// Where the sentence is shown. The region itself is always there, else screen readers would not notice the first one.
#[component]
pub fn FlashRegion() -> impl IntoView {
    let flash = use_flash();
    let pathname = use_location().pathname;
    // Told by the path itself: that somebody reads the path for the first time is no visit.
    let visited = Memo::new(move |before: Option<&(String, u32)>| {
        let path = pathname.get();
        let count = before.map_or(0, |(same, count)| if *same == path { *count } else { count.saturating_add(1) });
        (path, count)
    });
    let visits = move || visited.with(|(_, count)| *count);
    // The number of the sentence and the visit on which it was first seen.
    let first_seen = Memo::new(move |before: Option<&(u32, u32)>| {
        let number = flash.0.with(|said| said.number);
        let now = visits();
        before.copied().filter(|(same, _)| *same == number).unwrap_or((number, now))
    });
    let current = move || {
        let (sentence, pages) = flash.0.with(|said| (said.sentence.clone(), said.pages));
        sentence.filter(|_| visits() <= first_seen.get().1.saturating_add(pages))
    };
    // Only what comes into a region that is there already is read aloud.
    request_animation_frame(move || flash.take_over());
    view! {
        <div class="flash" aria-live="polite" aria-atomic="true">
            {move || {
                current().map(|(tone, words)| {
                    view! { <Banner tone on_close=Callback::new(move |()| flash.clear())><p>{move || marked(&words.words())}</p></Banner> }
                })
            }}
        </div>
    }
}
