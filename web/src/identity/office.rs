//! What a city's officers do for a family that proves where it lives: confirm it at the counter, or make the code of a letter.

use leptos::prelude::*;
use shared::families::Family;
use shared::locale::full_day;
use shared::residence::NewLetter;
use shared::time::tokyo_day;

use super::client;
use super::residence::proof_words;
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, say, say_with};
use crate::ui::{Banner, Button, Dialog, Look, Refusal, Tone, focus};

/// What proves the residence of a family of the city, and how to prove it.
#[component]
pub fn ResidenceOfFamily(family: Family) -> impl IntoView {
    let flash = use_flash();
    let id = StoredValue::new(family.id.to_string());
    let proof = RwSignal::new(family.residence_proof);
    let (made, failure) = (RwSignal::new(None::<NewLetter>), RwSignal::new(None::<Failure>));
    let asking = RwSignal::new(false);
    let attempt = Attempt::new();
    let confirm = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::confirm(&id.get_value(), &attempt).await {
                Ok(family) => {
                    proof.set(family.residence_proof);
                    made.set(None);
                    flash.done("residence.proven");
                }
                Err(why) => failure.set(Some(why)),
            }
            asking.set(false);
            // The button that was pressed is gone with what it was for.
            request_animation_frame(|| focus("residence"));
        }
    });
    let write = Action::new_local(move |(): &()| async move {
        failure.set(None);
        match client::letter(&id.get_value()).await {
            Ok(letter) => made.set(Some(letter)),
            Err(why) => failure.set(Some(why)),
        }
    });
    let standing = move || match proof.get() {
        Some(proof) => {
            let day = tokyo_day(proof.at);
            view! { <p><strong><Say key="residence.proven"/></strong> " " <span class="quiet">{say(proof_words(proof.by))} " " {furigana(move || full_day(day, locale()))}</span></p> }.into_any()
        }
        None => view! { <p><Say key="residence.unproven"/></p> }.into_any(),
    };
    view! {
        <section class="card stack" aria-labelledby="residence">
            <h2 id="residence" tabindex="-1"><Say key="residence.title"/></h2>
            {standing}
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <div aria-live="polite">
                {move || made.get().map(|letter| {
                    let until = tokyo_day(letter.until);
                    view! {
                        <Banner tone=Tone::Success title="residence.letter_made">
                            <p><strong class="number">{letter.code}</strong></p>
                            <p>{say_with("residence.letter_print", move || vec![("day", full_day(until, locale()))])}</p>
                        </Banner>
                    }
                })}
            </div>
            <Show when=move || proof.get().is_none()>
                <div class="row">
                    <Button on_press=Callback::new(move |()| asking.set(true))><Say key="residence.confirm"/></Button>
                    <Button look=Look::Outline busy=write.pending() on_press=Callback::new(move |()| drop(write.dispatch(())))><Say key="residence.make_letter"/></Button>
                </div>
            </Show>
        </section>
        <Dialog id="confirm-residence" title="residence.confirm" open=asking>
            <p><Say key="residence.confirm_means"/></p>
            <div class="row">
                <Button busy=confirm.pending() on_press=Callback::new(move |()| drop(confirm.dispatch(())))><Say key="residence.confirm_yes"/></Button>
                <Button look=Look::Text on_press=Callback::new(move |()| asking.set(false))><Say key="residence.confirm_no"/></Button>
            </div>
        </Dialog>
    }
}
