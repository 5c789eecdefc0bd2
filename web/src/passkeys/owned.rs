//! The passkeys of the person: seen, added and removed.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::locale::moment;
use shared::passkeys::{LONGEST_NAME, Passkey};
use shared::text::Rejection;

use super::client::{self, NewPasskey};
use super::device::{self, Why};
use super::returning::told;
use crate::api::Attempt;
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say, say_with, sentence};
use crate::settings;
use crate::ui::{Button, Chip, Field, Glyph, Icon, Load, Look, TextInput, Tone};

/// The part of the account's page; nothing where the installation has no passkeys.
#[component]
pub fn OwnPasskeys() -> impl IntoView {
    let known = LocalResource::new(client::passkeys);
    let on_change = Callback::new(move |()| known.refetch());
    settings::passkey_origin().map(|_| {
        view! {
            <section class="stack">
                <h2><Say key="passkeys.title"/></h2>
                <p><Say key="passkeys.what"/></p>
                <Load what=known let:known><Listed known on_change/></Load>
                {if device::is_offered() {
                    view! { <NewPasskeyForm on_change/> }.into_any()
                } else {
                    view! { <p class="quiet"><Say key="passkeys.not_here"/></p> }.into_any()
                }}
            </section>
        }
    })
}

#[component]
fn Listed(known: Vec<Passkey>, on_change: Callback<()>) -> impl IntoView {
    if known.is_empty() {
        return view! { <p class="quiet"><Say key="passkeys.none"/></p> }.into_any();
    }
    let cards = known.into_iter().map(|passkey| view! { <li><PasskeyCard passkey on_change/></li> }).collect_view();
    view! { <ul class="plain-list stack">{cards}</ul> }.into_any()
}

#[component]
fn PasskeyCard(passkey: Passkey, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let Passkey { id, name, synced, added_at, used_at } = passkey;
    let id = StoredValue::new(id.to_string());
    let attempt = Attempt::new();
    let remove = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::remove(&id.get_value(), &attempt).await {
                Ok(()) => flash.done("passkeys.removed"),
                Err(why) => flash.failed(&why),
            }
            on_change.run(());
        }
    });
    let spoken = name.clone();
    view! {
        <div class="card stack">
            <h3 class="row">
                <Icon glyph=Glyph::Person/>
                {name}
                {synced.then(|| view! { <Chip tone=Tone::Info><Say key="passkeys.synced"/></Chip> })}
            </h3>
            <p>
                {match used_at {
                    Some(at) => say_with("passkeys.used_at", move || vec![("moment", moment(at, locale()))]).into_any(),
                    None => say("passkeys.never_used").into_any(),
                }}
                <br/>
                <span class="quiet">{say_with("passkeys.added_at", move || vec![("moment", moment(added_at, locale()))])}</span>
            </p>
            <div class="row">
                <Button look=Look::Text icon=Glyph::Cross busy=remove.pending() on_press=Callback::new(move |()| drop(remove.dispatch(())))>
                    <Say key="passkeys.remove"/>
                    <span class="visually-hidden">" " {spoken}</span>
                </Button>
            </div>
        </div>
    }
}

#[component]
fn NewPasskeyForm(on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let name = RwSignal::new(device::own_name());
    let wrong = RwSignal::new(None::<Rejection>);
    let why = RwSignal::new(None::<Why>);
    let add = Action::new_local(move |name: &String| {
        let name = name.clone();
        async move {
            match make(name).await {
                Ok(()) => {
                    flash.done("passkeys.added");
                    on_change.run(());
                }
                Err(reason) => why.set(Some(reason)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = name.get_untracked().trim().to_owned();
        why.set(None);
        wrong.set(match typed.chars().count() {
            0 => Some(Rejection::Missing),
            count if count > LONGEST_NAME => Some(Rejection::TooLong),
            _ => None,
        });
        if wrong.with_untracked(Option::is_none) {
            add.dispatch(typed);
        }
    };
    let error = Signal::derive(move || wrong.get().map(|rejection| sentence(rejection.code(), locale())));
    view! {
        <form class="card stack" novalidate on:submit=submit>
            {move || why.get().map(told)}
            <Field id="passkey_name" label="passkeys.name" hint="passkeys.name_hint" error>
                <TextInput value=name maxlength=40/>
            </Field>
            <div class="row">
                <Button submit=true look=Look::Outline icon=Glyph::Person busy=add.pending()><Say key="passkeys.add"/></Button>
            </div>
        </form>
    }
}

async fn make(name: String) -> Result<(), Why> {
    let asked = client::begin().await?;
    let credential = device::create(&asked).await?;
    client::add(&NewPasskey { name, credential }).await?;
    Ok(())
}
