//! Searching free places (枠): the first page of the app, for everybody and without an account.

pub mod client;
mod conditions;
pub mod model;
mod near;
mod pages;
pub mod parts;
mod results;
#[cfg(feature = "pages")]
pub mod staff;
pub mod wanted;

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::Route;
use leptos_router::{MatchNestedRoutes, path};

use pages::SearchPage;

/// The slice's addresses.
#[component(transparent)]
pub fn SearchRoutes() -> impl MatchNestedRoutes + Clone {
    view! { <Route path=path!("/") view=SearchPage/> }.into_inner().into_any_nested_route()
}
