//! Practice: the board with fictional children, on which everything works and of which nothing stays.

mod banner;
mod pages;
mod steps;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use banner::PracticeBanner;

use crate::session::StaffOnly;

/// The slice's page.
#[component(transparent)]
pub fn PracticeRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/practice") view=StaffOnly>
            <Route path=path!("") view=pages::PracticePage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
