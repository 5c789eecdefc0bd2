//! The facility's own slots: the week with its places, and publishing.

mod change;
mod classes;
pub mod client;
mod closing;
mod lines;
mod model;
mod pages;
mod parts;
mod publish;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use lines::{Line, LineForm, time_field, weekday_choice};
pub use model::{Division, TypedLine, WEEKDAYS, Wrong, habit, pattern_of, time};
pub use parts::{Counter, OptionalCounter, ages, ages_words, places_line, programme_name};

use crate::session::StaffOnly;

/// The week of slots, and publishing.
#[component(transparent)]
pub fn StaffSlotRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/slots") view=StaffOnly>
            <Route path=path!("") view=pages::SlotsPage/>
            <Route path=path!("new") view=publish::NewSlotsPage/>
            <Route path=path!("close") view=closing::ClosePage/>
            <Route path=path!("classes") view=classes::ClassesPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
