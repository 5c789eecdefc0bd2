//! The page of a first visit: looking for a place. The server answers its address with this build of the app and all others with
//! the whole app, which the service worker has fetched by then.

use leptos::prelude::*;
use leptos_router::components::Routes;

use crate::flash::use_flash;
use crate::slots::SearchRoutes;
use crate::ui::Skeleton;

/// The page of a first visit.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=Elsewhere>
            <SearchRoutes/>
        </Routes>
    }
}

/// A page that this build does not have: the server brings the build that has it.
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
