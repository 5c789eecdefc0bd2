//! What a facility grants vendors' systems: who may what, when it was last used, and taking it back.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::clients::{Client, ClientDetail};
use shared::locale::moment;

use super::client;
use super::parts::{GrantForm, LastUsed, RevokeGrant, Scopes, Usage};
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, Text, furigana, locale};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Breadcrumbs, Chip, Fact, Facts, Load, PageTitle, Tone};

/// The systems that may be granted something, with what they are.
#[component]
pub fn StaffClientsPage() -> impl IntoView {
    let known = LocalResource::new(client::clients);
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Elsewhere/>
            <PageTitle text="clients.title"/>
            <p><Say key="clients.staff_lead"/></p>
            <Load what=known is_empty=Vec::is_empty empty=Text::from("clients.none_yet") let:all>
                <ul class="plain-list stack">{all.into_iter().map(|one| view! { <Line one/> }).collect_view()}</ul>
            </Load>
        </div>
    }
}

#[component]
fn Line(one: Client) -> impl IntoView {
    let grant = one.grants.into_iter().next();
    view! {
        <li class="card stack">
            <p class="row">
                <strong><a href=paths::staff_client(one.id.as_str())>{one.name}</a></strong>
                {match &grant {
                    Some(_) => view! { <Chip tone=Tone::Success><Say key="clients.is_granted"/></Chip> }.into_any(),
                    None => view! { <Chip><Say key="clients.not_granted"/></Chip> }.into_any(),
                }}
            </p>
            {grant
                .map(|grant| {
                    view! {
                        <Scopes scopes=grant.scopes/>
                        <p class="quiet"><Say key="clients.last_used"/> " " <LastUsed at=grant.used_at/></p>
                    }
                })}
        </li>
    }
}

/// One system, and what the facility grants it.
#[component]
pub fn StaffClientPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("client_id")).unwrap_or_default());
    let known = LocalResource::new(move || {
        let id = id.get();
        async move { client::client(&id).await }
    });
    let changed = Callback::new(move |_: ClientDetail| known.refetch());
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Elsewhere/>
            <Breadcrumbs trail=vec![(paths::staff_clients(), "clients.title".into())] here="clients.one"/>
            <PageTitle text="clients.one"/>
            <Load what=known let:found><One found changed/></Load>
        </div>
    }
}

#[component]
fn One(found: ClientDetail, changed: Callback<ClientDetail>) -> impl IntoView {
    let client = found.client;
    let facility = untrack(|| use_session().facility()).map(|id| id.to_string()).unwrap_or_default();
    let (id, grant) = (client.id.to_string(), client.grants.into_iter().next());
    let is_granted = grant.is_some();
    let scopes = grant.as_ref().map(|grant| grant.scopes.clone()).unwrap_or_default();
    view! {
        <section class="card stack" aria-labelledby="what">
            <h2 id="what">{client.name}</h2>
            <Facts>
                <Fact name="clients.whom">{client.contact.to_string()}</Fact>
                {grant
                    .map(|grant| {
                        let (since, used) = (grant.granted_at, grant.used_at);
                        view! {
                            <Fact name="clients.since">{furigana(move || moment(since, locale()))}</Fact>
                            <Fact name="clients.last_used"><LastUsed at=used/></Fact>
                        }
                    })}
            </Facts>
            <GrantForm client_id=id.clone() facility_id=Signal::stored(facility.clone()) scopes on_done=changed/>
            {is_granted
                .then(|| {
                    view! {
                        <p class="quiet"><Say key="clients.revoke_grant_means"/></p>
                        <RevokeGrant client_id=id.clone() facility_id=facility on_done=changed/>
                    }
                })}
        </section>
        <Usage client_id=id facilities=false/>
    }
}
