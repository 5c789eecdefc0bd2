//! Signing in again on the page where the session ended, so that nothing typed there is lost.

use leptos::ev::{Custom, SubmitEvent};
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::accounts::{Login, Me};

use super::client;
use crate::api::{Attempt, Failure, SIGNED_OUT_EVENT};
use crate::i18n::{Say, locale};
use crate::passkeys::PasskeySignIn;
use crate::paths;
use crate::session::{address, use_session};
use crate::ui::{Button, Dialog, Explain, Field, Look, PasswordInput};

/// Asks who it is as soon as the server has forgotten the person, over whatever page it is.
#[component]
pub fn SignInAgain() -> impl IntoView {
    let session = use_session();
    let open = RwSignal::new(false);
    let listener = window_event_listener(Custom::<web_sys::Event>::new(SIGNED_OUT_EVENT), move |_| {
        if untrack(|| session.has_ended()) {
            open.set(true);
        }
    });
    on_cleanup(move || listener.remove());
    view! { <Dialog id="sign-in-again" title="app.session_ended_title" open><Again open/></Dialog> }
}

/// The ways in that this person has: none is asked for what she does not have.
#[component]
fn Again(open: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let location = use_location();
    let before = untrack(|| session.me());
    let password = before.as_ref().is_none_or(|me| me.password);
    let came_back = Callback::new(move |me: Me| {
        // What is on the page belongs to the person before.
        if before.as_ref().is_some_and(|before| before.id != me.id) {
            session.signed_in(me);
            drop(window().location().reload());
        } else {
            session.signed_in(me);
            open.set(false);
        }
    });
    let here = untrack(|| address(&location));
    view! {
        <p><Say key="app.session_ended"/></p>
        <PasskeySignIn on_done=came_back look=if password { Look::Outline } else { Look::Solid }/>
        {if password {
            view! { <PasswordAgain open/> }.into_any()
        } else {
            view! {
                <p><Say key="passkeys.again_other_ways"/></p>
                <div class="row"><a class="button button-outline" href=paths::sign_in(Some(&here))><span><Say key="passkeys.to_sign_in"/></span></a></div>
            }
            .into_any()
        }}
    }
}

#[component]
fn PasswordAgain(open: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let email = untrack(|| session.me()).map(|me| me.email.to_string()).unwrap_or_default();
    let password = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let sign_in = Action::new_local(move |login: &Login| {
        let (login, attempt) = (login.clone(), attempt.clone());
        async move {
            match client::sign_in(&login, &attempt).await {
                Ok(me) => {
                    session.signed_in(me);
                    open.set(false);
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let typed = email.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        failure.set(None);
        sign_in.dispatch(Login { email: typed.clone(), password: password.get_untracked() });
    };
    let error = Signal::derive(move || failure.with(|why| why.as_ref().map(|why| why.sentences(locale()).join(" "))));
    view! {
        <form class="stack" novalidate on:submit=submit>
            <p><strong>{email.clone()}</strong></p>
            // Tells a password manager whose password this is.
            <input class="visually-hidden" type="email" name="email" autocomplete="username" tabindex="-1" aria-hidden="true" readonly=true value=email/>
            <Field id="again_password" label="accounts.password" error>
                <PasswordInput value=password autocomplete="current-password"/>
            </Field>
            <div class="row"><Button submit=true busy=sign_in.pending()><Say key="accounts.sign_in"/></Button></div>
        </form>
    }
}
