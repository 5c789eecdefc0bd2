//! Figures of a city for its officers: what its months came to, with charts that have their table beside them.

mod chart;
mod client;
mod flow;
mod model;
mod pages;
mod parts;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::pages::FiguresPage;
use crate::session::OfficeOnly;

/// The slice's pages.
#[component(transparent)]
pub fn FigureRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/figures") view=OfficeOnly>
            <Route path=path!("") view=FiguresPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
