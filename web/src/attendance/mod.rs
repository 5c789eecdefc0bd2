//! Staff mode: what waits for a decision; who comes next, who is here, who leaves next; check-in and check-out; the roster on paper.

mod card;
mod client;
mod ending;
mod fix;
mod lists;
mod model;
mod pages;
mod parts;
mod people;
mod record;
mod requests;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use model::person_words;
pub use parts::{StaffNav, StaffPlace};

use crate::session::StaffOnly;

/// The board and the week.
#[component(transparent)]
pub fn AttendanceRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff") view=StaffOnly>
            <Route path=path!("") view=pages::BoardPage/>
            <Route path=path!("week") view=pages::WeekPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
