//! Before a record is opened: why, and whose.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::access::Role;
use shared::families::FoundFamily;
use shared::ids::FamilyId;
use shared::proxy::{ProxyCandidate, ProxyReason};

use super::client;
use crate::api::{Attempt, Failure};
use crate::bookings::NewFamilyForm;
use crate::i18n::{Say, Text, locale, say, say_with, t_with, text};
use crate::session::use_session;
use crate::ui::{Button, Choice, Disclosure, Field, Glyph, Load, RadioGroup, Refusal, TextArea, TextInput};

/// The reason first, then the family.
#[component]
pub fn Opening() -> impl IntoView {
    let reasons = LocalResource::new(client::reasons);
    view! { <Load what=reasons let:known><Asking reasons=known/></Load> }
}

#[component]
fn Asking(reasons: Vec<ProxyReason>) -> impl IntoView {
    let session = use_session();
    let is_officer = session.me().is_some_and(|me| matches!(me.role, Role::Officer { .. }));
    let choices: Vec<Choice> = reasons
        .into_iter()
        .map(|reason| {
            let called = reason.terms.name;
            Choice::new(reason.key, text(move || called.get(locale()).to_owned()))
        })
        .collect();
    let (reason, why, words) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let found: RwSignal<Option<Vec<ProxyCandidate>>> = RwSignal::new(None);
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let wrong = RwSignal::new(None::<&'static str>);
    let searching = Action::new_local(move |(): &()| async move {
        match client::search(&words.get_untracked(), &reason.get_untracked()).await {
            Ok(families) => found.set(Some(families)),
            Err(why) => failure.set(Some(why)),
        }
    });
    // Nobody's data is looked at before it is said why.
    let is_said = move || {
        let missing = if reason.with_untracked(String::is_empty) {
            Some("proxy.choose_reason")
        } else if why.with_untracked(|why| why.trim().is_empty()) {
            Some("proxy.say_why")
        } else {
            None
        };
        wrong.set(missing);
        failure.set(None);
        missing.is_none()
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_said() {
            searching.dispatch(());
        }
    };
    let attempt = Attempt::new();
    let opening = Action::new_local(move |family: &FamilyId| {
        let (family, attempt) = (family.clone(), attempt.clone());
        async move {
            match client::open(&family, &reason.get_untracked(), &why.get_untracked(), &attempt).await {
                Ok(open) => session.set_proxy(Some(open)),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let open = Callback::new(move |family: FamilyId| {
        if is_said() {
            opening.dispatch(family);
        }
    });
    let choose = Callback::new(move |family: FoundFamily| open.run(family.id));
    let reason_error = Signal::derive(move || {
        wrong.get().filter(|key| *key == "proxy.choose_reason").map(|key| text(move || crate::i18n::t(key)).plain())
    });
    let why_error =
        Signal::derive(move || wrong.get().filter(|key| *key == "proxy.say_why").map(|key| text(move || crate::i18n::t(key)).plain()));
    view! {
        <form class="card stack" novalidate on:submit=submit>
            <RadioGroup id="proxy-reason" legend="proxy.reason" choices=Signal::stored(choices) value=reason error=reason_error/>
            <Field id="proxy-why" label="proxy.why" hint="proxy.why_hint" error=why_error>
                <TextArea value=why rows=2 maxlength=300/>
            </Field>
            <Field id="proxy-search" label="entry.search" hint="entry.search_hint_office">
                <TextInput value=words kind="search" autocomplete="off" maxlength=60/>
            </Field>
            <div class="row"><Button submit=true icon=Glyph::Search busy=searching.pending()><Say key="entry.search_go"/></Button></div>
        </form>
        <div class="stack" aria-live="polite">
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            {move || found.get().map(|families| view! { <Candidates families open/> })}
        </div>
        {is_officer.then(|| view! { <Disclosure summary="entry.new_family"><NewFamilyForm choose/></Disclosure> })}
    }
}

#[component]
fn Candidates(families: Vec<ProxyCandidate>, open: Callback<FamilyId>) -> impl IntoView {
    if families.is_empty() {
        return view! { <p><Say key="entry.nobody"/></p> }.into_any();
    }
    let one = |family: ProxyCandidate| {
        let (id, end, children) = (family.family_id, family.phone_end, family.children);
        let called = family.guardian_name.clone();
        let words: Text = text(move || t_with("proxy.open_of", &[("guardian", called.clone())]));
        view! {
            <li class="card stack">
                <p><strong>{family.guardian_name}</strong> " " <span class="quiet">{family.guardian_kana}</span></p>
                <p class="quiet">
                    {say_with("proxy.phone_end", move || vec![("end", end.clone())])} " "
                    {say_with("proxy.children", move || vec![("count", children.to_string())])}
                </p>
                <div class="row"><Button on_press=Callback::new(move |()| open.run(id.clone()))>{words.view()}</Button></div>
            </li>
        }
    };
    view! {
        <p>{say("proxy.ask_who")}</p>
        <ul class="plain-list stack">{families.into_iter().map(one).collect_view()}</ul>
    }
    .into_any()
}
