//! Which pages this build of the app has. The server answers each address with the build that has its page.

use leptos::prelude::*;
#[cfg(all(feature = "family", not(feature = "staff")))]
use leptos_router::components::Route;
use leptos_router::components::Routes;
#[cfg(all(feature = "staff", not(feature = "family")))]
use leptos_router::hooks::use_location;
#[cfg(all(feature = "family", not(feature = "staff")))]
use leptos_router::path;

#[cfg(feature = "pages")]
use crate::about::NotFoundPage;
#[cfg(feature = "pages")]
use crate::accounts::SignInAgain;
#[cfg(feature = "family")]
use crate::app::family::FamilyPages;
#[cfg(feature = "staff")]
use crate::app::staff::StaffPages;
#[cfg(not(all(feature = "family", feature = "staff")))]
use crate::flash::use_flash;
#[cfg(not(feature = "pages"))]
use crate::slots::SearchRoutes;
#[cfg(not(all(feature = "family", feature = "staff")))]
use crate::ui::Skeleton;

/// Every page: for developing.
#[cfg(all(feature = "family", feature = "staff"))]
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <SignInAgain/>
        <Routes fallback=NotFoundPage>
            <FamilyPages/>
            <StaffPages/>
        </Routes>
    }
}

/// The family's pages.
#[cfg(all(feature = "family", not(feature = "staff")))]
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <SignInAgain/>
        <Routes fallback=NotFoundPage>
            <FamilyPages/>
            <Route path=path!("/staff/*page") view=Elsewhere/>
            <Route path=path!("/office/*page") view=Elsewhere/>
        </Routes>
    }
}

/// The pages of staff.
#[cfg(all(feature = "staff", not(feature = "family")))]
#[component]
pub fn Pages() -> impl IntoView {
    let path = use_location().pathname;
    let is_own = move || path.with_untracked(|path| path.starts_with("/staff") || path.starts_with("/office"));
    let fallback = move || if is_own() { NotFoundPage().into_any() } else { Elsewhere().into_any() };
    view! {
        <SignInAgain/>
        <Routes fallback>
            <StaffPages/>
        </Routes>
    }
}

/// The page of a first visit: looking for a place.
#[cfg(not(feature = "pages"))]
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=Elsewhere>
            <SearchRoutes/>
        </Routes>
    }
}

/// A page that this build does not have: the server brings the build that has it.
#[cfg(not(all(feature = "family", feature = "staff")))]
#[component]
fn Elsewhere() -> impl IntoView {
    let flash = use_flash();
    Effect::new(move |_| {
        flash.hand_over();
        // Reloading the page's own address cannot be refused.
        let _ = window().location().reload();
    });
    view! { <Skeleton/> }
}
