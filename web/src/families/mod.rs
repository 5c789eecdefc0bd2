//! The family, registered once: residence, guardian, children and what carers must know of them.

pub mod client;
pub mod model;
mod pages;
mod parts;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::pages::{ChangeFamilyPage, ChildPage, FamilyPage, NewChildPage};
use crate::session::FamilyOnly;

/// The slice's pages.
#[component(transparent)]
pub fn FamilyRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/family") view=FamilyOnly>
            <Route path=path!("") view=FamilyPage/>
            <Route path=path!("change") view=ChangeFamilyPage/>
            <Route path=path!("children/new") view=NewChildPage/>
            <Route path=path!("children/:child_id") view=ChildPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
