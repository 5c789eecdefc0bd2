//! What both faces show of a system: what it may do, and what it did.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::clients::{ClientDetail, Scope, deed};
use shared::locale::moment;
use shared::problem;

use super::client;
use super::model::{Deed, deeds};
use crate::flash::use_flash;
use crate::i18n::{Say, Text, furigana, locale, say, text};
use crate::taking::taking;
use crate::ui::{Button, CheckboxGroup, Choice, EmptyState, Form, Load, Look, Need, QueueCell, QueueFigure, QueueTable};

/// What a scope allows, in words.
pub fn scope_words(scope: Scope) -> Text {
    text(move || problem::sentence(scope.key(), locale()))
}

/// What is granted, line by line.
#[component]
pub fn Scopes(scopes: Vec<Scope>) -> impl IntoView {
    view! { <ul>{scopes.into_iter().map(|scope| view! { <li>{scope_words(scope).view()}</li> }).collect_view()}</ul> }
}

/// When something was last used, or that it never was.
#[component]
pub fn LastUsed(at: Option<chrono::DateTime<chrono::Utc>>) -> impl IntoView {
    match at {
        Some(at) => furigana(move || moment(at, locale())).into_any(),
        None => say("clients.never").into_any(),
    }
}

/// Chooses what a system may do at a facility.
#[component]
pub fn GrantForm(
    /// The system.
    client_id: String,
    /// The facility; empty as long as none is chosen.
    #[prop(into)]
    facility_id: Signal<String>,
    /// What it may do now.
    scopes: Vec<Scope>,
    /// It was granted.
    on_done: Callback<ClientDetail>,
) -> impl IntoView {
    let flash = use_flash();
    let chosen = RwSignal::new(scopes.iter().map(|scope| scope.word().to_owned()).collect::<Vec<_>>());
    let choices: Vec<Choice> = Scope::ALL.into_iter().map(|scope| Choice::new(scope.word(), scope_words(scope))).collect();
    let save = Action::new_local(move |(): &()| {
        let id = client_id.clone();
        let scopes: BTreeSet<Scope> = chosen.with_untracked(|words| words.iter().filter_map(|word| Scope::of_word(word)).collect());
        let facility = facility_id.get_untracked();
        async move {
            match client::grant(&id, &facility, scopes).await {
                Ok(now) => {
                    flash.done("clients.granted");
                    on_done.run(now);
                }
                Err(why) => flash.failed(&why),
            }
        }
    });
    let is_empty = Signal::derive(move || chosen.with(Vec::is_empty) || facility_id.with(String::is_empty));
    view! {
        <Form on_submit=Callback::new(move |()| if !is_empty.get_untracked() { drop(save.dispatch(())) })>
            <CheckboxGroup id="scopes" legend="clients.may" hint="clients.may_hint" required=Need::Unsaid choices=Signal::stored(choices) value=chosen/>
            <div class="row"><Button submit=true busy=save.pending() disabled=is_empty><Say key="clients.grant"/></Button></div>
        </Form>
    }
}

/// Takes back at once what a facility granted.
#[component]
pub fn RevokeGrant(
    /// The system.
    client_id: String,
    /// The facility.
    facility_id: String,
    /// It was taken back.
    on_done: Callback<ClientDetail>,
) -> impl IntoView {
    let again = Callback::new(|()| ());
    let send = move |(): (), attempt| {
        let (id, facility) = (client_id.clone(), facility_id.clone());
        async move { client::revoke_grant(&id, &facility, &attempt).await }
    };
    let acting = taking(send, on_done, again);
    let press = Callback::new(move |()| acting.take((), "clients.grant_revoked"));
    view! {
        {acting.refused()}
        <div class="row"><Button look=Look::Danger busy=acting.is_busy() on_press=press><Say key="clients.revoke_grant"/></Button></div>
    }
}

/// What a system did in the last month.
#[component]
pub fn Usage(
    /// The system.
    client_id: String,
    /// Whether more than one facility may stand there.
    facilities: bool,
) -> impl IntoView {
    let used = LocalResource::new(move || {
        let id = client_id.clone();
        async move { client::usage(&id).await }
    });
    view! {
        <section class="card stack" aria-labelledby="usage">
            <h2 id="usage"><Say key="clients.usage"/></h2>
            <p class="quiet"><Say key="clients.usage_note"/></p>
            <Load what=used let:usage><DeedTable all=deeds(usage.uses) facilities/></Load>
        </section>
    }
}

#[component]
fn DeedTable(all: Vec<Deed>, facilities: bool) -> impl IntoView {
    if all.is_empty() {
        return view! { <EmptyState words=Text::from("clients.unused")/> }.into_any();
    }
    let row = |one: Deed| {
        let (operation, last_at) = (one.operation, one.last_at);
        let place = facilities.then(|| {
            let place = one.facility.map_or_else(|| say("clients.no_facility").into_any(), IntoAny::into_any);
            view! { <QueueCell label="clients.facility">{place}</QueueCell> }
        });
        view! {
            <tr>
                <th scope="row">{furigana(move || deed(&operation, locale()))}</th>
                {place}
                <QueueFigure label="clients.requests">{one.requests}</QueueFigure>
                <QueueFigure label="clients.refused">{one.refused}</QueueFigure>
                <QueueCell label="clients.last_used">{furigana(move || moment(last_at, locale()))}</QueueCell>
            </tr>
        }
    };
    let rows = all.into_iter().map(row).collect_view();
    let place = facilities.then_some("clients.facility");
    let columns =
        std::iter::once("clients.operation").chain(place).chain(["clients.requests", "clients.refused", "clients.last_used"]).collect();
    view! { <QueueTable caption="clients.usage" columns figures=&["clients.requests", "clients.refused"]>{rows}</QueueTable> }.into_any()
}
