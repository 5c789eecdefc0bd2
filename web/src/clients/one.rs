//! One system for officers: what it proves itself by, what it is granted, what it did.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::clients::{ClientCredential, ClientDetail, ClientGrant, CredentialKind, NewSecret, PublicJwk, Rejection};
use shared::facilities::FacilitySummary;
use shared::locale::moment;

use super::client;
use super::office::StandingChip;
use super::parts::{GrantForm, LastUsed, RevokeGrant, Scopes, Usage};
use crate::flash::use_flash;
use crate::i18n::{Say, Text, furigana, locale, say, text};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::paths;
use crate::taking::taking;
use crate::ui::{
    Banner, Breadcrumbs, Button, Chip, Copied, Disclosure, EmptyState, Fact, Facts, Field, Form, Load, Look, PageTitle, Select, TextArea,
    Tone,
};

/// One system.
#[component]
pub fn ClientPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("client_id")).unwrap_or_default());
    let known = LocalResource::new(move || {
        let id = id.get();
        async move { client::client(&id).await }
    });
    // Told once: it is gone with the page.
    let secret = RwSignal::new(None::<NewSecret>);
    let changed = Callback::new(move |_: ClientDetail| known.refetch());
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Clients/>
            <Breadcrumbs trail=vec![(paths::office_clients(), "clients.title".into())] here="clients.one"/>
            <PageTitle text="clients.one"/>
            {move || secret.get().map(|secret| view! { <Told secret/> })}
            <Load what=known let:found><One found secret changed/></Load>
        </div>
    }
}

/// A new secret, told this once.
#[component]
fn Told(secret: NewSecret) -> impl IntoView {
    let flash = use_flash();
    let on_copy = Callback::new(move |()| flash.done("clients.copied"));
    view! {
        <section class="card stack" aria-labelledby="told">
            <h2 id="told"><Say key="clients.new_secret"/></h2>
            <div role="status"><Banner tone=Tone::Warning><p><Say key="clients.secret_once"/></p></Banner></div>
            <Copied id="client-id-told" label="clients.client_id" words=secret.client_id.to_string() on_copy/>
            <Copied id="client-secret" label="clients.client_secret" words=secret.client_secret on_copy/>
        </section>
    }
}

#[component]
fn One(found: ClientDetail, secret: RwSignal<Option<NewSecret>>, changed: Callback<ClientDetail>) -> impl IntoView {
    let flash = use_flash();
    let ClientDetail { client, credentials } = found;
    let (id, at, revoked_at) = (client.id.to_string(), client.registered_at, client.revoked_at);
    let (is_own, is_live) = (client.is_own, revoked_at.is_none());
    let on_copy = Callback::new(move |()| flash.done("clients.copied"));
    view! {
        <section class="card stack" aria-labelledby="what">
            <h2 id="what">{client.name}</h2>
            <p><StandingChip is_revoked=!is_live is_own/></p>
            <Facts>
                <Fact name="clients.whom">{client.contact.to_string()}</Fact>
                <Fact name="clients.registered_at">{furigana(move || moment(at, locale()))}</Fact>
                {revoked_at.map(|at| view! { <Fact name="clients.revoked_at">{furigana(move || moment(at, locale()))}</Fact> })}
            </Facts>
            <Copied id="client-id" label="clients.client_id" words=id.clone() on_copy/>
        </section>
        {is_own.then(|| view! { <Credentials id=id.clone() credentials is_live secret changed/> })}
        <Grants id=id.clone() grants=client.grants is_live changed/>
        <Usage client_id=id.clone() facilities=true/>
        {(is_own && is_live).then(|| view! { <Revoke id changed/> })}
    }
}

#[component]
fn Credentials(
    id: String,
    credentials: Vec<ClientCredential>,
    is_live: bool,
    secret: RwSignal<Option<NewSecret>>,
    changed: Callback<ClientDetail>,
) -> impl IntoView {
    let known = match credentials.is_empty() {
        true => view! { <EmptyState words=Text::from("clients.no_credentials")/> }.into_any(),
        false => {
            let rows = credentials.into_iter().map(|one| view! { <Credential id=id.clone() one changed/> }).collect_view();
            view! { <ul class="plain-list stack">{rows}</ul> }.into_any()
        }
    };
    view! {
        <section class="card stack" aria-labelledby="credentials">
            <h2 id="credentials"><Say key="clients.credentials"/></h2>
            <p class="quiet"><Say key="clients.credentials_note"/></p>
            {known}
            {is_live
                .then(|| {
                    view! {
                        <MakeSecret id=id.clone() secret changed/>
                        <Disclosure summary="clients.add_key"><AddKey id changed/></Disclosure>
                    }
                })}
        </section>
    }
}

#[component]
fn Credential(id: String, one: ClientCredential, changed: Callback<ClientDetail>) -> impl IntoView {
    let (credential_id, made_at) = (one.id.to_string(), one.made_at);
    let kind = match one.kind {
        CredentialKind::Secret => "clients.secret_ending",
        CredentialKind::Key => "clients.key_named",
    };
    let again = Callback::new(|()| ());
    let send = move |(): (), attempt| {
        let (id, credential_id) = (id.clone(), credential_id.clone());
        async move { client::revoke_credential(&id, &credential_id, &attempt).await }
    };
    let acting = taking(send, changed, again);
    let press = Callback::new(move |()| acting.take((), "clients.credential_revoked"));
    view! {
        <li class="stack">
            <p class="row">
                <strong>{say(kind)} " " <code>{one.hint}</code></strong>
                {one.revoked_at.map(|_| view! { <Chip tone=Tone::Error><Say key="clients.is_revoked"/></Chip> })}
            </p>
            <p class="quiet">
                <Say key="clients.made"/> " " {furigana(move || moment(made_at, locale()))} " / " <Say key="clients.last_used"/> " " <LastUsed at=one.used_at/>
            </p>
            {acting.refused()}
            {one
                .revoked_at
                .is_none()
                .then(|| {
                    view! {
                        <Disclosure summary="clients.revoke_credential">
                            <p><Say key="clients.revoke_credential_means"/></p>
                            <div class="row"><Button look=Look::Danger busy=acting.is_busy() on_press=press><Say key="clients.revoke_credential"/></Button></div>
                        </Disclosure>
                    }
                })}
        </li>
    }
}

#[component]
fn MakeSecret(id: String, secret: RwSignal<Option<NewSecret>>, changed: Callback<ClientDetail>) -> impl IntoView {
    let flash = use_flash();
    let make = Action::new_local(move |(): &()| {
        let id = id.clone();
        async move {
            match client::make_secret(&id).await {
                Ok(made) => {
                    secret.set(Some(made));
                    if let Ok(now) = client::client(&id).await {
                        changed.run(now);
                    }
                }
                Err(why) => flash.failed(&why),
            }
        }
    });
    let press = Callback::new(move |()| drop(make.dispatch(())));
    view! { <div class="row"><Button busy=make.pending() on_press=press><Say key="clients.make_secret"/></Button></div> }
}

#[component]
fn AddKey(id: String, changed: Callback<ClientDetail>) -> impl IntoView {
    let (words, wrong) = (RwSignal::new(String::new()), RwSignal::new(None::<Rejection>));
    let again = Callback::new(|()| ());
    let send = move |jwk: PublicJwk, attempt| {
        let id = id.clone();
        async move { client::add_key(&id, jwk, &attempt).await }
    };
    let acting = taking(send, changed, again);
    // The same rule as the server's, before anything private leaves the page.
    let submit = Callback::new(move |()| {
        let read = serde_json::from_str::<PublicJwk>(&words.get_untracked()).map_err(|_| Rejection::KeyUnusable);
        match read.and_then(|jwk| jwk.check().map(|()| jwk)) {
            Ok(jwk) => {
                wrong.set(None);
                acting.take(jwk, "clients.key_added");
            }
            Err(why) => wrong.set(Some(why)),
        }
    });
    let error = Signal::derive(move || wrong.get().map(|why| why.reason().sentence(locale())));
    view! {
        {acting.refused()}
        <Form on_submit=submit>
            <Field id="client-jwk" label="clients.jwk" hint="clients.jwk_hint" error><TextArea value=words maxlength=4000/></Field>
            <div class="row"><Button look=Look::Outline submit=true busy=acting.is_busy()><Say key="clients.add_key"/></Button></div>
        </Form>
    }
}

#[component]
fn Grants(id: String, grants: Vec<ClientGrant>, is_live: bool, changed: Callback<ClientDetail>) -> impl IntoView {
    let Some(city) = my_city() else { return ().into_any() };
    let known = LocalResource::new(move || {
        let city = city.clone();
        async move { client::facilities(&city).await }
    });
    view! {
        <section class="card stack" aria-labelledby="grants">
            <h2 id="grants"><Say key="clients.grants"/></h2>
            <Load what=known let:own>
                <GrantList id=id.clone() grants=grants.clone() own=own.clone() changed/>
                {
                    let id = id.clone();
                    is_live.then(move || view! { <Disclosure summary="clients.grant_for"><ForFacility id own changed/></Disclosure> })
                }
            </Load>
        </section>
    }
    .into_any()
}

/// What is granted; what facilities of the own city grant can be taken back.
#[component]
fn GrantList(id: String, grants: Vec<ClientGrant>, own: Vec<FacilitySummary>, changed: Callback<ClientDetail>) -> impl IntoView {
    if grants.is_empty() {
        return view! { <EmptyState words=Text::from("clients.nothing_granted_yet")/> }.into_any();
    }
    let list = grants
        .into_iter()
        .map(|grant| {
            let (facility_id, since) = (grant.facility_id.to_string(), grant.granted_at);
            let is_own = own.iter().any(|facility| facility.id == grant.facility_id);
            view! {
                <li class="stack">
                    <p><strong>{grant.facility}</strong></p>
                    <Scopes scopes=grant.scopes/>
                    <p class="quiet">
                        <Say key="clients.since"/> " " {furigana(move || moment(since, locale()))} " / " <Say key="clients.last_used"/> " "
                        <LastUsed at=grant.used_at/>
                    </p>
                    {is_own.then(|| view! { <RevokeGrant client_id=id.clone() facility_id on_done=changed/> })}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="plain-list stack">{list}</ul> }.into_any()
}

#[component]
fn ForFacility(id: String, own: Vec<FacilitySummary>, changed: Callback<ClientDetail>) -> impl IntoView {
    let facility = RwSignal::new(String::new());
    let choose = (String::new(), Text::from("clients.choose_facility"));
    let options: Vec<(String, Text)> =
        std::iter::once(choose).chain(own.into_iter().map(|one| (one.id.to_string(), text(move || one.name.clone())))).collect();
    view! {
        <Field id="grant-facility" label="clients.facility"><Select value=facility options=Signal::stored(options)/></Field>
        <GrantForm client_id=id facility_id=facility scopes=Vec::new() on_done=changed/>
    }
}

/// Revokes the system as a whole.
#[component]
fn Revoke(id: String, changed: Callback<ClientDetail>) -> impl IntoView {
    let again = Callback::new(|()| ());
    let send = move |(): (), attempt| {
        let id = id.clone();
        async move { client::revoke(&id, &attempt).await }
    };
    let acting = taking(send, changed, again);
    let press = Callback::new(move |()| acting.take((), "clients.revoked"));
    view! {
        <Disclosure summary="clients.revoke">
            <p><Say key="clients.revoke_means"/></p>
            {acting.refused()}
            <div class="row"><Button look=Look::Danger busy=acting.is_busy() on_press=press><Say key="clients.revoke"/></Button></div>
        </Disclosure>
    }
}
