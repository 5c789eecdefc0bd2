//! The audit: for officers searched, saved and verified; for families who saw or changed what is kept of them.

mod client;
#[cfg(feature = "family")]
mod family;
#[cfg(feature = "office")]
mod office;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

/// The officers' page.
#[cfg(feature = "office")]
#[component(transparent)]
pub fn AuditRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/audit") view=crate::session::OfficeOnly>
            <Route path=path!("") view=office::AuditPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The family's page.
#[cfg(feature = "family")]
#[component(transparent)]
pub fn AccessRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/family/accesses") view=crate::session::FamilyOnly>
            <Route path=path!("") view=family::AccessesPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
