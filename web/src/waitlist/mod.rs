//! The waiting list: offers to answer, what one waits for, and the wish for any place that fits.

pub mod client;
mod demand;
mod model;
mod parts;
mod wish;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::demand::DemandPage;
pub use self::parts::Waiting;
use self::wish::WishPage;
use crate::session::{FamilyOnly, OfficeOnly};

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

/// What nobody could be given, for officers.
#[component(transparent)]
pub fn DemandRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/demand") view=OfficeOnly>
            <Route path=path!("") view=DemandPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
