//! Series: a stay that is repeated, date by date, and cancelling some of its dates.

mod cancel;
pub mod client;
pub mod model;
mod moving;
mod pages;
mod parts;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use self::cancel::SeriesCancelPart;
pub use self::parts::{DateResults, NotDone, ResultSummary};
use crate::session::FamilyOnly;

/// The slice's pages.
#[component(transparent)]
pub fn SeriesRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/series") view=FamilyOnly>
            <Route path=path!(":series_id") view=pages::SeriesPage/>
            <Route path=path!(":series_id/move") view=moving::MovePage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
