//! Claims: the facility's month, what stands out in it, the lock, and what families owe.

mod client;
mod found;
mod pages;
mod parts;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::pages::MonthPage;
use crate::session::StaffOnly;

/// The facility's month.
#[component(transparent)]
pub fn ClaimRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/month") view=StaffOnly>
            <Route path=path!("") view=MonthPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
