//! The page of a facility: everything a parent needs before coming, and its next free places.

pub mod client;
pub mod model;
mod pages;
mod parts;

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::Route;
use leptos_router::{MatchNestedRoutes, path};

use pages::FacilityPage;

/// The slice's addresses.
#[component(transparent)]
pub fn FacilityRoutes() -> impl MatchNestedRoutes + Clone {
    view! { <Route path=path!("/facilities/:facility_id") view=FacilityPage/> }.into_inner().into_any_nested_route()
}
