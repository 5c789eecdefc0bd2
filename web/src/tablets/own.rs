//! On the account's page: the person's PIN, and making this device a shared one.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::locale::moment;
use shared::tablets::{StaffPin, check_pin, typed_pin};

use super::client::{self, NewPin};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say_with};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Button, ErrorSummary, Explain, Field, FieldError, Glyph, Load, Look, PasswordInput, TextInput};

const FIELDS: [(&str, &str); 2] = [("/password", "pin_password"), ("/pin", "new_pin")];

/// The PIN for shared devices, and this device as one of them.
#[component]
pub fn OwnPin(
    /// The list of devices says what is shared.
    on_change: Callback<()>,
) -> impl IntoView {
    let own = LocalResource::new(client::own_pin);
    let changed = Callback::new(move |()| {
        own.refetch();
        on_change.run(());
    });
    view! {
        <section class="stack">
            <h2><Say key="tablets.own_title"/></h2>
            <p><Say key="tablets.own_text"/></p>
            <Load what=own let:pin><Share pin on_change/></Load>
            <h3><Say key="tablets.new_pin_title"/></h3>
            <PinForm on_change=changed/>
        </section>
    }
}

#[component]
fn Share(pin: StaffPin, on_change: Callback<()>) -> impl IntoView {
    let (session, flash, navigate) = (use_session(), use_flash(), use_navigate());
    let attempt = Attempt::new();
    let share = Action::new_local(move |(): &()| {
        let (attempt, navigate) = (attempt.clone(), navigate.clone());
        async move {
            match client::share(&attempt).await {
                Ok(()) => {
                    session.ask().await;
                    on_change.run(());
                    navigate(&paths::staff(), NavigateOptions::default());
                    flash.done("tablets.shared");
                }
                Err(why) => flash.failed(&why),
            }
        }
    });
    let is_shared = untrack(|| session.me()).is_some_and(|me| me.is_shared);
    match pin.set_at {
        None => view! { <p><strong><Say key="tablets.no_own_pin"/></strong></p> }.into_any(),
        Some(set_at) => view! {
            <p>{say_with("tablets.own_pin_since", move || vec![("moment", moment(set_at, locale()))])}</p>
            {if is_shared {
                view! { <p><Say key="tablets.is_shared"/></p> }.into_any()
            } else {
                let press = Callback::new(move |()| drop(share.dispatch(())));
                view! {
                    <div class="row"><Button look=Look::Outline icon=Glyph::Lock busy=share.pending() on_press=press><Say key="tablets.share"/></Button></div>
                }
                .into_any()
            }}
        }
        .into_any(),
    }
}

#[component]
fn PinForm(on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let (password, pin) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (wrong, failure) = (RwSignal::new(None::<shared::tablets::Rejection>), RwSignal::new(None::<Failure>));
    let errors = Signal::derive(move || match (wrong.get(), failure.get()) {
        (Some(wrong), _) => vec![FieldError { field: "new_pin", sentence: wrong.reason().sentence(locale()) }],
        (None, Some(failure)) => failure.field_errors(&FIELDS, locale()),
        (None, None) => Vec::new(),
    });
    let others = Signal::derive(move || match failure.get() {
        Some(failure) if failure.field_errors(&FIELDS, locale()).is_empty() => failure.sentences(locale()),
        _ => Vec::new(),
    });
    let set = Action::new_local(move |new: &NewPin| {
        let new = new.clone();
        async move {
            match client::set_pin(&new).await {
                Ok(()) => {
                    password.set(String::new());
                    pin.set(String::new());
                    flash.done("tablets.pin_set");
                    on_change.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = typed_pin(&pin.get_untracked());
        failure.set(None);
        wrong.set(check_pin(&typed).err());
        if wrong.with_untracked(Option::is_none) {
            set.dispatch(NewPin { password: password.get_untracked(), pin: typed });
        }
    };
    view! {
        <ErrorSummary errors others/>
        <form class="card stack" novalidate on:submit=submit>
            <Field id="new_pin" label="tablets.new_pin" hint="tablets.pin_rule" error=FieldError::of(errors, "new_pin")>
                <TextInput value=pin kind="password" autocomplete="off" inputmode="numeric" maxlength=8 short=true/>
            </Field>
            <Field id="pin_password" label="accounts.password" error=FieldError::of(errors, "pin_password")>
                <PasswordInput value=password autocomplete="current-password"/>
            </Field>
            <div class="row"><Button look=Look::Outline submit=true busy=set.pending()><Say key="tablets.set_pin"/></Button></div>
        </form>
    }
}
