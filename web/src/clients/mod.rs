//! Vendors' systems (連携システム): a city registers them and gives them what they prove themselves by; a facility says what each may do.

mod client;
mod model;
#[cfg(feature = "office")]
mod office;
#[cfg(feature = "office")]
mod one;
mod parts;
#[cfg(feature = "staff")]
mod staff;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

#[cfg(feature = "office")]
use crate::session::OfficeOnly;
#[cfg(feature = "staff")]
use crate::session::StaffOnly;

/// The slice's pages for officers.
#[cfg(feature = "office")]
#[component(transparent)]
pub fn ClientRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/clients") view=OfficeOnly>
            <Route path=path!("") view=office::ClientsPage/>
            <Route path=path!(":client_id") view=one::ClientPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The slice's pages for staff.
#[cfg(feature = "staff")]
#[component(transparent)]
pub fn StaffClientRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/clients") view=StaffOnly>
            <Route path=path!("") view=staff::StaffClientsPage/>
            <Route path=path!(":client_id") view=staff::StaffClientPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
