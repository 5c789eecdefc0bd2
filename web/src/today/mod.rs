//! The first page of the office: what needs a person today, with clocks, and nothing else.

mod client;
mod pages;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::pages::TodayPage;
use crate::session::OutreachOnly;

/// The slice's page.
#[component(transparent)]
pub fn TodayRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office") view=OutreachOnly>
            <Route path=path!("") view=TodayPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
