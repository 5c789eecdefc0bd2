//! What a family agrees to with its first booking at a facility, in plain words, where it books.

use leptos::prelude::*;
use shared::consents::Ask;

use super::client;
use crate::i18n::{Say, say_with};
use crate::ui::{Banner, Tone};

/// The words; nothing where the family has agreed before. What is shown is what the booking agrees to: without an answer of the server the
/// words are not shown, nothing is agreed to, and the family is asked the next time.
#[component]
pub fn ConsentAsk(
    /// Where it books.
    #[prop(into)]
    facility_id: Signal<String>,
    /// Version of the words that are on the screen.
    shown: RwSignal<Option<u32>>,
) -> impl IntoView {
    let need = LocalResource::new(move || {
        let id = facility_id.get();
        async move { client::ask(&id).await }
    });
    Effect::new(move |_| shown.set(need.with(|found| found.as_ref()?.as_ref().ok()?.as_ref().map(|ask| ask.words))));
    move || need.get().and_then(Result::ok).flatten().map(|ask| view! { <Words ask/> })
}

#[component]
fn Words(ask: Ask) -> impl IntoView {
    let Ask { facility, others, .. } = ask;
    view! {
        <Banner tone=Tone::Info title="consents.title">
            <p>{say_with("consents.first", move || vec![("facility", facility.clone())])}</p>
            <ul class="reasons">
                <li><Say key="consents.of_child"/></li>
                <li><Say key="consents.of_family"/></li>
            </ul>
            <p><Say key="consents.purpose"/></p>
            {(!others.is_empty())
                .then(|| {
                    let names = others.join("、");
                    view! { <p>{say_with("consents.others", move || vec![("names", names.clone())])}</p> }
                })}
            <p><Say key="consents.once"/></p>
        </Banner>
    }
}
