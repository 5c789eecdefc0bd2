//! Opening the account of a family that was taken down on the phone, by the code that it was given.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::text::{Email, Password, Rejection};

use super::client::{self, Opening};
use super::model::{Wrong, noted, said};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, locale};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Button, Field, FieldError, PageTitle, PasswordInput, Refusal, TextInput};

/// Code, mail address and password: the rest is known.
#[component]
pub fn OpenAccountPage() -> impl IntoView {
    let (session, flash) = (use_session(), use_flash());
    let navigate = leptos_router::hooks::use_navigate();
    let field = || RwSignal::new(String::new());
    let (code, email, password) = (field(), field(), field());
    let errors: RwSignal<Vec<FieldError>> = RwSignal::new(Vec::new());
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let opening = Action::new_local(move |new: &std::sync::Arc<Opening>| {
        let (new, attempt, navigate) = (new.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::open(&new, &attempt).await {
                Ok(me) => {
                    flash.done("accounts.opened");
                    session.signed_in(me);
                    navigate(&paths::bookings(), Default::default());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        failure.set(None);
        let mut wrong: Vec<Wrong> = Vec::new();
        let typed = code.get_untracked();
        let typed = noted(&mut wrong, "code", if typed.trim().is_empty() { Err(Rejection::Missing) } else { Ok(typed) });
        let address = noted(&mut wrong, "email", Email::parse(&email.get_untracked()));
        let secret = noted(&mut wrong, "password", Password::parse(&password.get_untracked()));
        errors.set(said(&wrong, untrack(locale)));
        if let (Some(code), Some(email), Some(_)) = (typed, address, secret) {
            opening.dispatch(Opening { code, email, password: password.get_untracked(), locale: untrack(locale) }.into());
        }
    };
    view! {
        <div class="narrow stack">
            <PageTitle text="accounts.open_title"/>
            <p><Say key="accounts.open_text"/></p>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <form class="card stack" novalidate on:submit=submit>
                <Field id="code" label="accounts.code" hint="accounts.code_hint" error=FieldError::of(errors, "code")>
                    <TextInput value=code autocomplete="off" maxlength=40/>
                </Field>
                <Field id="email" label="accounts.email" hint="accounts.email_hint" error=FieldError::of(errors, "email")>
                    <TextInput value=email kind="email" name="email" autocomplete="username" inputmode="email"/>
                </Field>
                <Field id="password" label="accounts.password" hint="accounts.password_rule" error=FieldError::of(errors, "password")>
                    <PasswordInput value=password autocomplete="new-password"/>
                </Field>
                <div class="row"><Button submit=true busy=opening.pending()><Say key="accounts.open"/></Button></div>
            </form>
        </div>
    }
}
