//! Places (定員) of many slots at once: the week and the month, named patterns, publishing, copying, changing a selection, carers on duty, and
//! taking it all back.

mod acting;
mod bulk;
mod changes;
mod client;
mod copy;
mod duty;
mod grid;
mod limits;
mod model;
mod month;
mod patterns;
mod publish;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use crate::session::StaffOnly;

/// The slice's pages.
#[component(transparent)]
pub fn PlaceRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/places") view=StaffOnly>
            <Route path=path!("") view=grid::PlacesPage/>
            <Route path=path!("patterns") view=patterns::PatternsPage/>
            <Route path=path!("publish") view=publish::PublishPage/>
            <Route path=path!("copy") view=copy::CopyPage/>
            <Route path=path!("duty") view=duty::DutyPage/>
            <Route path=path!("undo") view=changes::UndoPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
