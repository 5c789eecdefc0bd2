//! Retention: officers see what is erased when, and a family closes its account.

mod client;
#[cfg(feature = "office")]
mod office;
#[cfg(feature = "family")]
mod own;

#[cfg(feature = "office")]
pub use self::client::overview;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

/// The officers' page.
#[cfg(feature = "office")]
#[component(transparent)]
pub fn RetentionRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/retention") view=crate::session::OfficeOnly>
            <Route path=path!("") view=office::RetentionPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The family's page.
#[cfg(feature = "family")]
#[component(transparent)]
pub fn ClosingRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/family/close") view=crate::session::FamilyOnly>
            <Route path=path!("") view=own::ClosingPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// What a kind is called.
#[cfg(feature = "office")]
pub const fn words(kind: shared::retention::Kind) -> &'static str {
    use shared::retention::Kind;
    match kind {
        Kind::Drafts => "retention.kind_drafts",
        Kind::Messages => "retention.kind_messages",
        Kind::Notices => "retention.kind_notices",
        Kind::Outreach => "retention.kind_outreach",
        Kind::Journal => "retention.kind_journal",
        Kind::Applications => "retention.kind_applications",
        Kind::Families => "retention.kind_families",
    }
}
