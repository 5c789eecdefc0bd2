//! Outreach: for officers and the BPO centre the list of families to call and one case; for families what it is for.

#[cfg(feature = "office")]
mod client;
#[cfg(feature = "office")]
mod list;
#[cfg(feature = "office")]
mod model;
#[cfg(feature = "office")]
mod pages;
#[cfg(feature = "office")]
mod rules;
#[cfg(feature = "office")]
mod unopened;

use leptos::prelude::*;
#[cfg(feature = "office")]
use leptos_router::components::{ParentRoute, Route};
#[cfg(feature = "office")]
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use crate::i18n::{Say, furigana, locale};

/// What families read of it: who may call them, why, and what is used for it.
#[component]
pub fn OutreachPurpose() -> impl IntoView {
    view! {
        <section class="stack" aria-labelledby="outreach-purpose">
            <h2 id="outreach-purpose"><Say key="outreach.purpose_title"/></h2>
            <p>{furigana(move || shared::outreach::purpose(locale()))}</p>
        </section>
    }
}

/// The slice's pages.
#[cfg(feature = "office")]
#[component(transparent)]
pub fn OutreachRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/outreach/unopened") view=crate::session::OfficeOnly>
            <Route path=path!("") view=unopened::UnopenedPage/>
        </ParentRoute>
        <ParentRoute path=path!("/office/outreach/rules") view=crate::session::OfficeOnly>
            <Route path=path!("") view=rules::RulesPage/>
        </ParentRoute>
        <ParentRoute path=path!("/office/outreach") view=crate::session::OutreachOnly>
            <Route path=path!("") view=list::CasesPage/>
            <Route path=path!(":case_id") view=pages::CasePage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
