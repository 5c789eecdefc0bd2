//! The pages of families, at `/`.

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::Route;
use leptos_router::{MatchNestedRoutes, path};

use crate::about::{AccessibilityPage, MenuPage};
use crate::accounts::{AccountRoutes, OwnAccountRoutes};
use crate::applications::ApplicationRoutes;
use crate::attendance::DoorRoutes;
use crate::audit::AccessRoutes;
use crate::bookings::BookingRoutes;
use crate::devices::DeviceRoutes;
use crate::documents::DocumentRoutes;
use crate::facilities::FacilityRoutes;
use crate::families::FamilyRoutes;
use crate::feeds::FeedRoutes;
use crate::identity::IdentityRoutes;
use crate::notices::NoticeRoutes;
use crate::retention::ClosingRoutes;
use crate::series::SeriesRoutes;
use crate::slots::SearchRoutes;
use crate::statements::StatementRoutes;
use crate::waitlist::WaitlistRoutes;

/// The family's pages.
#[component(transparent)]
pub fn FamilyPages() -> impl MatchNestedRoutes + Clone {
    view! {
        <SearchRoutes/>
        <FacilityRoutes/>
        <AccountRoutes/>
        <OwnAccountRoutes/>
        <IdentityRoutes/>
        <AccessRoutes/>
        <ClosingRoutes/>
        <FamilyRoutes/>
        <BookingRoutes/>
        <FeedRoutes/>
        <DoorRoutes/>
        <SeriesRoutes/>
        <StatementRoutes/>
        <ApplicationRoutes/>
        <DocumentRoutes/>
        <DeviceRoutes/>
        <WaitlistRoutes/>
        <NoticeRoutes/>
        <Route path=path!("/menu") view=MenuPage/>
        <Route path=path!("/accessibility") view=AccessibilityPage/>
    }
    .into_inner()
    .into_any_nested_route()
}
