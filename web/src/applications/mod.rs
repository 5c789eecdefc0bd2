//! Applications: what a family can apply for, one question a page, sent and decided at once, and how each stands.

mod check;
mod client;
mod form;
pub mod model;
mod pages;
mod parts;
mod result;
mod start;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::check::CheckPage;
use self::form::{ApplicationFrame, QuestionPage};
use self::pages::ApplicationsPage;
use self::result::ApplicationPage;
use self::start::StartPage;
use crate::session::FamilyOnly;

/// The slice's pages.
#[component(transparent)]
pub fn ApplicationRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/applications") view=FamilyOnly>
            <Route path=path!("") view=ApplicationsPage/>
            <Route path=path!("new/:procedure") view=StartPage/>
            <ParentRoute path=path!(":application_id") view=ApplicationFrame>
                <Route path=path!("") view=ApplicationPage/>
                <Route path=path!("questions/:question") view=QuestionPage/>
                <Route path=path!("check") view=CheckPage/>
            </ParentRoute>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
