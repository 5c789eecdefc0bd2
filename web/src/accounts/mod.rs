//! Accounts: registering, signing in, and coming back to where one wanted to go.

mod again;
pub mod client;
mod devices;
pub mod model;
mod opening;
mod pages;

use leptos::prelude::*;
use leptos_router::components::Route;
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use self::again::SignInAgain;
pub use self::devices::{OwnAccountRoutes, StaffAccountRoutes};
use self::opening::OpenAccountPage;
use self::pages::{RegisterPage, SignInPage};

/// The slice's pages.
#[component(transparent)]
pub fn AccountRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/register") view=RegisterPage/>
        <Route path=path!("/register/code") view=OpenAccountPage/>
        <Route path=path!("/sign_in") view=SignInPage/>
    }
    .into_inner()
    .into_any_nested_route()
}
