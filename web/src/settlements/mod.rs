//! Settlements between cities, for officers of either: the list by month and compact, and one with its lines, comments and locks.

mod client;
mod lines;
mod list;
mod pages;
mod talks;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::list::SettlementsPage;
use self::pages::SettlementPage;
use crate::session::OfficeOnly;

/// The slice's pages.
#[component(transparent)]
pub fn SettlementRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/settlements") view=OfficeOnly>
            <Route path=path!("") view=SettlementsPage/>
            <Route path=path!(":compact_id/:month/:municipality") view=SettlementPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
