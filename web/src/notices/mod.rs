//! Notices: how many wait on every page; the inbox, what the family wants of it, and what officers write in it.

mod badge;
#[cfg(feature = "pages")]
mod client;
#[cfg(feature = "pages")]
mod confirm;
#[cfg(feature = "pages")]
mod model;
#[cfg(feature = "office")]
mod office;
#[cfg(feature = "pages")]
mod pages;
#[cfg(feature = "pages")]
mod parts;
#[cfg(feature = "pages")]
mod preferences;
#[cfg(feature = "office")]
mod writing;

#[cfg(feature = "pages")]
use leptos::prelude::*;
#[cfg(feature = "pages")]
use leptos_router::components::{ParentRoute, Route};
#[cfg(feature = "pages")]
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use self::badge::{Unread, keep_unread};
#[cfg(feature = "pages")]
use self::confirm::ConfirmPage;
#[cfg(feature = "office")]
pub use self::office::{NoticeOfficeRoutes, Sample};
#[cfg(feature = "pages")]
use self::pages::InboxPage;
#[cfg(feature = "pages")]
use self::preferences::PreferencesPage;
#[cfg(feature = "pages")]
use crate::session::FamilyOnly;

/// The slice's pages.
#[cfg(feature = "pages")]
#[component(transparent)]
pub fn NoticeRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/notices") view=FamilyOnly>
            <Route path=path!("") view=InboxPage/>
            <Route path=path!("preferences") view=PreferencesPage/>
        </ParentRoute>
        <Route path=path!("/mail_confirmation") view=ConfirmPage/>
    }
    .into_inner()
    .into_any_nested_route()
}
