//! The family, registered once: residence, guardian, children and what carers must know of them.

pub mod client;
mod household;
pub mod model;
mod pages;
mod parts;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::household::HouseholdPage;
use self::pages::{ChangeFamilyPage, ChildPage, FamilyPage, NewChildPage};
use crate::session::{FamilyOnly, OfficeOnly};

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

/// The page of officers.
#[component(transparent)]
pub fn HouseholdRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/households") view=OfficeOnly>
            <Route path=path!("") view=HouseholdPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
