//! Changes of rules (改正): what waits for another officer, what was agreed to, and new ones of compacts, holidays, facilities and the city.
//! Those of programmes are written where a city's programmes stand, those of notices where their sentences do.

pub mod client;
mod facilities;
mod forms;
mod impact;
mod pages;
mod periods;
mod words;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::facilities::{NewCityPage, NewClosingPage, NewFacilityPage};
pub use self::forms::proposed;
use self::forms::{NewHolidaysPage, NewTermPage};
pub use self::impact::Preview;
use self::pages::{ChangePage, ChangesPage};
use self::periods::NewPeriodsPage;
use crate::session::OfficeOnly;

/// The slice's pages.
#[component(transparent)]
pub fn ChangeRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/changes") view=OfficeOnly>
            <Route path=path!("") view=ChangesPage/>
            <Route path=path!("new/compact") view=NewTermPage/>
            <Route path=path!("new/holidays") view=NewHolidaysPage/>
            <Route path=path!("new/facility") view=NewFacilityPage/>
            <Route path=path!("new/closing") view=NewClosingPage/>
            <Route path=path!("new/municipality") view=NewCityPage/>
            <Route path=path!("new/retention") view=NewPeriodsPage/>
            <Route path=path!(":change_id") view=ChangePage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
