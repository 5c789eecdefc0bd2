//! The systems that cities have registered, and registering one.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::clients::{Client, NewClient};
use shared::text::{Email, Rejection};

use super::client;
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, Text, locale};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::ui::{
    Button, Chip, EmptyState, ErrorSummary, Explain, Field, FieldError, Form, Load, PageTitle, QueueCell, QueueFigure, QueueTable,
    TextInput, Tone,
};

/// Every system, and a new one.
#[component]
pub fn ClientsPage() -> impl IntoView {
    let known = LocalResource::new(client::clients);
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Clients/>
            <PageTitle text="clients.title"/>
            <p><Say key="clients.office_lead"/></p>
            <Load what=known let:all><Table all/></Load>
            <Register/>
        </div>
    }
}

const COLUMNS: [&str; 4] = ["clients.name", "clients.contact", "clients.facilities", "clients.standing"];

#[component]
fn Table(all: Vec<Client>) -> impl IntoView {
    if all.is_empty() {
        return view! { <EmptyState words=Text::from("clients.none_yet")/> }.into_any();
    }
    let row = |one: Client| {
        view! {
            <tr>
                <th scope="row"><a href=paths::office_client(one.id.as_str())>{one.name}</a></th>
                <QueueCell label="clients.contact">{one.contact.to_string()}</QueueCell>
                <QueueFigure label="clients.facilities">{one.grants.len()}</QueueFigure>
                <QueueCell label="clients.standing"><StandingChip is_revoked=one.revoked_at.is_some() is_own=one.is_own/></QueueCell>
            </tr>
        }
    };
    let rows = all.into_iter().map(row).collect_view();
    view! { <QueueTable caption="clients.title" columns=COLUMNS.to_vec() figures=&["clients.facilities"]>{rows}</QueueTable> }.into_any()
}

/// How a system stands.
#[component]
pub fn StandingChip(is_revoked: bool, is_own: bool) -> impl IntoView {
    match (is_revoked, is_own) {
        (true, _) => view! { <Chip tone=Tone::Error><Say key="clients.is_revoked"/></Chip> }.into_any(),
        (false, true) => view! { <Chip tone=Tone::Success><Say key="clients.is_live"/></Chip> }.into_any(),
        (false, false) => view! { <Chip><Say key="clients.is_others"/></Chip> }.into_any(),
    }
}

const FIELDS: [(&str, &str); 2] = [("/name", "client-name"), ("/contact", "client-contact")];

#[component]
fn Register() -> impl IntoView {
    let (flash, navigate, attempt) = (use_flash(), use_navigate(), Attempt::new());
    let (name, contact) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (wrong, failure) = (RwSignal::new(None::<Rejection>), RwSignal::new(None::<Failure>));
    let errors = Signal::derive(move || match (wrong.get(), failure.get()) {
        (Some(wrong), _) => vec![FieldError { field: "client-contact", sentence: wrong.reason().sentence(locale()) }],
        (None, Some(failure)) => failure.field_errors(&FIELDS, locale()),
        (None, None) => Vec::new(),
    });
    let others = Signal::derive(move || match failure.get() {
        Some(failure) if failure.field_errors(&FIELDS, locale()).is_empty() => failure.sentences(locale()),
        _ => Vec::new(),
    });
    let register = Action::new_local(move |new: &NewClient| {
        let (new, attempt, navigate) = (new.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::register(&new, &attempt).await {
                Ok(made) => {
                    navigate(&paths::office_client(made.client.id.as_str()), NavigateOptions::default());
                    flash.done("clients.registered");
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let submit = Callback::new(move |()| {
        failure.set(None);
        match Email::parse(&contact.get_untracked()) {
            Ok(contact) => {
                wrong.set(None);
                register.dispatch(NewClient { name: name.get_untracked(), contact });
            }
            Err(why) => wrong.set(Some(why)),
        }
    });
    view! {
        <section class="card stack narrow" aria-labelledby="register">
            <h2 id="register"><Say key="clients.register_title"/></h2>
            <ErrorSummary errors others/>
            <Form on_submit=submit>
                <Field id="client-name" label="clients.name" hint="clients.name_hint" error=FieldError::of(errors, "client-name")>
                    <TextInput value=name maxlength=100/>
                </Field>
                <Field id="client-contact" label="clients.contact" hint="clients.contact_hint" error=FieldError::of(errors, "client-contact")>
                    <TextInput value=contact kind="email" inputmode="email"/>
                </Field>
                <div class="row"><Button submit=true busy=register.pending()><Say key="clients.register"/></Button></div>
            </Form>
        </section>
    }
}
