//! Devices that notices are pushed to: turning them on here, seeing all, trying and removing them.

mod browser;
mod client;
mod pages;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::pages::DevicesPage;
use crate::session::FamilyOnly;

/// The slice's pages.
#[component(transparent)]
pub fn DeviceRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/notices/devices") view=FamilyOnly>
            <Route path=path!("") view=DevicesPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
