//! Which pages this build of the app has. The server answers each address with the build that has its page.

use leptos::prelude::*;
#[cfg(all(feature = "family", not(feature = "staff")))]
use leptos_router::components::Route;
use leptos_router::components::Routes;
#[cfg(any(all(feature = "staff", not(feature = "family")), all(feature = "office", not(feature = "staff"))))]
use leptos_router::hooks::use_location;
#[cfg(all(feature = "family", not(feature = "staff")))]
use leptos_router::path;

#[cfg(feature = "pages")]
use crate::about::NotFoundPage;
#[cfg(feature = "pages")]
use crate::accounts::SignInAgain;
#[cfg(feature = "family")]
use crate::app::family::FamilyPages;
#[cfg(feature = "office")]
use crate::app::office::OfficePages;
#[cfg(feature = "staff")]
use crate::app::staff::StaffPages;
#[cfg(not(all(feature = "family", feature = "staff", feature = "office")))]
use crate::flash::use_flash;
#[cfg(not(feature = "pages"))]
use crate::slots::SearchRoutes;
#[cfg(not(all(feature = "family", feature = "staff", feature = "office")))]
use crate::ui::Skeleton;

/// Every page: for developing.
#[cfg(all(feature = "family", feature = "staff", feature = "office"))]
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <SignInAgain/>
        <Routes fallback=NotFoundPage>
            <FamilyPages/>
            <StaffPages/>
            <OfficePages/>
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
    view! {
        <SignInAgain/>
        <Routes fallback=|| unknown_below("/staff")>
            <StaffPages/>
        </Routes>
    }
}

/// The pages of officers.
#[cfg(all(feature = "office", not(feature = "staff")))]
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <SignInAgain/>
        <Routes fallback=|| unknown_below("/office")>
            <OfficePages/>
        </Routes>
    }
}

/// A page that this build does not know: nobody has it if it is below the build's own `place`.
#[cfg(any(all(feature = "staff", not(feature = "family")), all(feature = "office", not(feature = "staff"))))]
fn unknown_below(place: &str) -> AnyView {
    let is_own = use_location().pathname.with_untracked(|path| path.starts_with(place));
    if is_own { NotFoundPage().into_any() } else { Elsewhere().into_any() }
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
#[cfg(not(all(feature = "family", feature = "staff", feature = "office")))]
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
