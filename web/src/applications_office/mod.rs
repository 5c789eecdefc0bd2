//! The officers' desk: the queue of applications that the rules left open, and one application with all it is decided by.

mod client;
mod deciding;
mod draft;
mod model;
mod pages;
mod parts;
mod queue;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::pages::CasePage;
pub use self::parts::StateChip;
use self::queue::QueuePage;
use crate::session::OfficeOnly;

/// The slice's pages.
#[component(transparent)]
pub fn OfficeApplicationRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/applications") view=OfficeOnly>
            <Route path=path!("") view=QueuePage/>
            <Route path=path!(":application_id") view=CasePage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
