//! The app: its three contexts, the frame, and the routes of its slices under three audiences.
//!
//! A slice brings its routes as a transparent component that ends in `.into_inner().into_any_nested_route()`:
//!
//! ```text
//! #[component(transparent)]
//! pub fn BookingRoutes() -> impl MatchNestedRoutes + Clone {
//!     view! {
//!         <ParentRoute path=path!("/bookings") view=FamilyOnly>
//!             <Route path=path!("") view=BookingsPage/>
//!             <Route path=path!(":booking_id") view=BookingPage/>
//!         </ParentRoute>
//!     }
//!     .into_inner()
//!     .into_any_nested_route()
//! }
//! ```

mod builds;
#[cfg(feature = "family")]
mod family;
#[cfg(feature = "office")]
mod office;
#[cfg(feature = "staff")]
mod staff;

use std::time::Duration;

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::Router;
use wasm_bindgen::JsCast;

use crate::flash::Flash;
use crate::frame::Frame;
use crate::i18n::{LocaleContext, t};
use crate::session::Session;
use crate::settings;
use builds::Pages;

/// How long the first screen waits for the settings.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Starts the app: called once by `main`.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        leptos::logging::error!("{info}");
        show_breakdown();
    }));
    register_service_worker();
    // Pages compute with the server's clock from their first line, but a slow server must not keep the app away.
    set_timeout(show, PATIENCE);
    // The app's own way to wait for something only exists once it is mounted.
    wasm_bindgen_futures::spawn_local(async {
        settings::learn().await;
        show();
    });
}

/// Puts the app in the place of the first screen, once.
fn show() {
    let Some(first_screen) = document().get_element_by_id("first-screen") else { return };
    first_screen.remove();
    // The page brings the place; without it the breakdown notice is all there is to show.
    match document().get_element_by_id("app").map(JsCast::unchecked_into) {
        Some(place) => mount_to(place, App).forget(),
        None => show_breakdown(),
    }
}

/// The app itself.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    LocaleContext::provide();
    Flash::provide();
    Session::provide();
    view! {
        <Title formatter=|page: String| {
            let service = t("app.name");
            if page.is_empty() { service } else { format!("{page} | {service}") }
        }/>
        <Router>
            <Frame>
                <Pages/>
            </Frame>
        </Router>
    }
}

/// A panic leaves the page dead; say so and offer the one thing that helps. The text stands in `index.html` in no language of choice,
/// because nothing of the app can be trusted any more.
fn show_breakdown() {
    if let Some(notice) = document().get_element_by_id("breakdown") {
        let _ = notice.remove_attribute("hidden");
    }
}

fn register_service_worker() {
    // Browsers have it only where the connection is safe; development builds would only get in their own way with it.
    if cfg!(debug_assertions) || !window().is_secure_context() {
        return;
    }
    let _ = window().navigator().service_worker().register("/sw.js");
}
