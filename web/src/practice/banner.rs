//! That all of this is practice, over all of it: it never leaves the screen, and stands on paper as well.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::attendance::practising;
use crate::i18n::{Say, t};
use crate::paths;
use crate::ui::{Button, Glyph, Icon, Look};

/// The frame and the words of a practice, and the way out of it; nothing where nobody practises.
#[component]
pub fn PracticeBanner() -> impl IntoView {
    let (practising, navigate) = (practising(), use_navigate());
    let end = Callback::new(move |()| navigate(&paths::staff(), NavigateOptions::default()));
    view! {
        <Show when=move || practising.get()>
            <section class="practice-banner" aria-label=move || t("practice.banner")>
                <div class="practice-inner">
                    <p><Icon glyph=Glyph::Pencil/><strong><Say key="practice.now"/></strong></p>
                    <Button look=Look::Outline icon=Glyph::Exit on_press=end><Say key="practice.end"/></Button>
                </div>
                <div class="practice-frame" aria-hidden="true"></div>
                <div class="practice-paper print-only" aria-hidden="true"><Say key="practice.paper"/></div>
            </section>
        </Show>
    }
}
