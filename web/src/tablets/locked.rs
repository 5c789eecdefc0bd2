//! A locked device: who is there, and the end of the shared use. Nothing of children.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::tablets::{Tablet, TabletPerson};

use super::client;
use super::model::{colour, initial};
use super::pad::Pad;
use crate::api::Attempt;
use crate::flash::use_flash;
use crate::i18n::{Say, say_with};
use crate::offline::{self, UNSENT};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Button, Disclosure, EmptyState, Glyph, Load, Look, PageTitle};

/// Chooses who steps in front of the device, and asks for the PIN.
#[component]
pub fn LockedPage() -> impl IntoView {
    let session = use_session();
    let tablet = LocalResource::new(move || async move {
        let found = client::tablet().await;
        match &found {
            // Another page of this device was quicker, or the shared use is over.
            Ok(tablet) if !tablet.is_locked => session.ask().await,
            Err(failure) if matches!(failure.status(), Some(401 | 409)) => session.ask().await,
            _ => {}
        }
        found
    });
    let chosen = RwSignal::new(None::<TabletPerson>);
    view! {
        <div class="locked stack stack-wide">
            <PageTitle text="tablets.title"/>
            {move || match chosen.get() {
                Some(person) => view! { <Pad person on_back=Callback::new(move |()| chosen.set(None))/> }.into_any(),
                None => view! { <Load what=tablet let:tablet><People tablet chosen/></Load> }.into_any(),
            }}
            <Unsent/>
            <End/>
        </div>
    }
}

#[component]
fn People(tablet: Tablet, chosen: RwSignal<Option<TabletPerson>>) -> impl IntoView {
    let Tablet { facility, people, .. } = tablet;
    if people.is_empty() {
        return view! { <EmptyState words="tablets.nobody"/> }.into_any();
    }
    let one = move |person: TabletPerson| {
        let (name, face, first) = (person.name.clone(), colour(&person.account_id), initial(&person.name));
        view! {
            <li>
                <button type="button" class="face-button" on:click=move |_| chosen.set(Some(person.clone()))>
                    <span class=face aria-hidden="true">{first}</span>
                    <span class="face-name">{name}</span>
                </button>
            </li>
        }
    };
    view! {
        <p class="board-line"><strong>{facility}</strong></p>
        <p><Say key="tablets.choose"/></p>
        <ul class="faces">{people.into_iter().map(one).collect_view()}</ul>
    }
    .into_any()
}

/// How much waits on this device for those who recorded it; never whose stays.
#[component]
fn Unsent() -> impl IntoView {
    let count = offline::read_device::<usize>(UNSENT).unwrap_or(0);
    (count > 0).then(|| view! { <p class="quiet">{say_with("tablets.unsent", move || vec![("count", count.to_string())])}</p> })
}

#[component]
fn End() -> impl IntoView {
    let (session, flash, navigate) = (use_session(), use_flash(), use_navigate());
    let (busy, attempt) = (RwSignal::new(false), Attempt::new());
    let end = Callback::new(move |()| {
        let (navigate, attempt) = (navigate.clone(), attempt.clone());
        busy.set(true);
        spawn_local(async move {
            let ended = client::end(&attempt).await;
            busy.try_set(false);
            match ended {
                Err(failure) if failure.status() != Some(401) => flash.failed(&failure),
                _ => {
                    session.leave();
                    navigate(&paths::home(), NavigateOptions::default());
                    flash.done("tablets.ended");
                }
            }
        });
    });
    view! {
        <Disclosure summary="tablets.end_title">
            <p><Say key="tablets.end_text"/></p>
            <div class="row"><Button look=Look::Outline icon=Glyph::Exit busy on_press=end><Say key="tablets.end"/></Button></div>
        </Disclosure>
    }
}
