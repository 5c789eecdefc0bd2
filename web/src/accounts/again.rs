//! Signing in again on the page where the session ended, so that nothing typed there is lost.

use leptos::ev::{Custom, SubmitEvent};
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use shared::accounts::Login;

use super::client;
use crate::api::{Attempt, Failure, SIGNED_OUT_EVENT};
use crate::i18n::{Say, locale};
use crate::session::use_session;
use crate::ui::{Button, Dialog, Explain, Field, PasswordInput};

/// Asks for the password as soon as the server has forgotten the person, over whatever page it is.
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
    view! { <Dialog id="sign-in-again" title="app.session_ended_title" open><AgainForm open/></Dialog> }
}

#[component]
fn AgainForm(open: RwSignal<bool>) -> impl IntoView {
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
        <p><Say key="app.session_ended"/></p>
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
