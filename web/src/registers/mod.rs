//! Files of the city's registers, for officers: sent, looked at three ways, decided, taken in.

mod client;
mod pages;
mod parts;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::pages::RegisterPage;
use crate::session::OfficeOnly;

/// The slice's pages.
#[component(transparent)]
pub fn RegisterRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/registers") view=OfficeOnly>
            <Route path=path!("") view=RegisterPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
