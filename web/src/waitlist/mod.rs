//! The waiting list: offers to answer, what one waits for, and the wish for any place that fits.

pub mod client;
mod model;
mod parts;
mod wish;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use self::parts::Waiting;
use self::wish::WishPage;
use crate::session::FamilyOnly;

/// The slice's pages.
#[component(transparent)]
pub fn WaitlistRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/waitlist") view=FamilyOnly>
            <Route path=path!("wish") view=WishPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
