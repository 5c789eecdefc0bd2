//! A city's programmes as its officers see them: every version, one as a readable whole, and a new one made from it.

mod benefit;
mod client;
mod compare;
mod draft;
mod edit;
mod pages;
mod sections;
mod words;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use self::compare::{compared, of_new};
use self::edit::NextPage;
pub use self::pages::Differences;
use self::pages::{VersionPage, VersionsPage};
use crate::session::OfficeOnly;

/// The slice's pages.
#[component(transparent)]
pub fn ProgrammeRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/programmes") view=OfficeOnly>
            <Route path=path!("") view=VersionsPage/>
            <Route path=path!(":version_id") view=VersionPage/>
            <Route path=path!(":version_id/next") view=NextPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
