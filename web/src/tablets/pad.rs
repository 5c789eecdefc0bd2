//! The pad for a PIN: big keys for wet hands, the keyboard as well, and what was wrong said aloud.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::tablets::{TabletPerson, Unlock, typed_pin};

use super::client;
use super::locking::touch;
use super::model::{colour, initial};
use crate::api::Failure;
use crate::i18n::{Say, furigana, locale, t};
use crate::session::use_session;
use crate::ui::{Button, Explain, Field, Glyph, Icon, Look, Need, TextInput, focus};

const KEYS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const FIELD: &str = "pin";

/// Asks this person for the PIN and lets her in.
#[component]
pub fn Pad(
    /// Who.
    person: TabletPerson,
    /// It is somebody else.
    on_back: Callback<()>,
) -> impl IntoView {
    let session = use_session();
    let (pin, failure) = (RwSignal::new(String::new()), RwSignal::new(None::<Failure>));
    let account = person.account_id.clone();
    let enter = Action::new_local(move |(): &()| {
        let unlock = Unlock { account_id: account.clone(), pin: typed_pin(&pin.get_untracked()) };
        failure.set(None);
        async move {
            match client::unlock(&unlock).await {
                Ok(me) => {
                    touch();
                    session.step_in(me);
                }
                // Somebody was quicker, or the session is over: what holds now is asked.
                Err(why) if why.status() == Some(401) || why.is("tablets.not_locked") => session.ask().await,
                Err(why) => {
                    failure.set(Some(why));
                    pin.set(String::new());
                    focus(FIELD);
                }
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !enter.pending().get_untracked() {
            enter.dispatch(());
        }
    };
    let error = Signal::derive(move || failure.with(|why| why.as_ref().map(|why| why.sentences(locale()).join(" "))));
    // The keyboard works at once.
    Effect::new(move |_| focus(FIELD));
    view! {
        <form class="pad stack" novalidate on:submit=submit>
            <p class="pad-person">
                <span class=colour(&person.account_id) aria-hidden="true">{initial(&person.name)}</span>
                <strong class="face-name">{person.name.clone()}</strong>
            </p>
            <Field id=FIELD label="tablets.pin" required=Need::Unsaid hint="tablets.pin_hint" error>
                <TextInput value=pin kind="password" autocomplete="off" inputmode="none" maxlength=8/>
            </Field>
            // Read out also where the field has the focus already.
            <div class="visually-hidden" role="alert">{furigana(move || error.get().unwrap_or_default())}</div>
            <Keys pin/>
            <div class="row">
                <Button submit=true busy=enter.pending()><Say key="tablets.unlock"/></Button>
                <Button look=Look::Text icon=Glyph::Left on_press=on_back><Say key="tablets.somebody_else"/></Button>
            </div>
        </form>
    }
}

#[component]
fn Keys(pin: RwSignal<String>) -> impl IntoView {
    let key = move |digit: &'static str| {
        view! { <button type="button" class="pad-key" on:click=move |_| pin.update(|pin| pin.push_str(digit))>{digit}</button> }
    };
    view! {
        <div class="pad-keys" role="group" aria-label=move || t("tablets.keys")>
            {KEYS.map(key).collect_view()}
            <button type="button" class="pad-key pad-key-quiet" on:click=move |_| pin.set(String::new())><Say key="tablets.clear"/></button>
            {key("0")}
            <button
                type="button"
                class="pad-key pad-key-quiet"
                aria-label=move || t("tablets.back_one")
                on:click=move |_| {
                    pin.update(|pin| {
                        pin.pop();
                    });
                }
            >
                <Icon glyph=Glyph::Left/>
            </button>
        </div>
    }
}
