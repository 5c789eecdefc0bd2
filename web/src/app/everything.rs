//! The pages of the whole app, under the audiences they are for.

use leptos::prelude::*;
use leptos_router::components::{Route, Routes};
use leptos_router::path;

use crate::about::{AccessibilityPage, MenuPage, NotFoundPage};
use crate::accounts::{AccountRoutes, SignInAgain};
use crate::attendance::AttendanceRoutes;
use crate::bookings::BookingRoutes;
use crate::facilities::FacilityRoutes;
use crate::families::FamilyRoutes;
use crate::series::SeriesRoutes;
use crate::slots::SearchRoutes;
use crate::slots::staff::StaffSlotRoutes;
use crate::waitlist::WaitlistRoutes;

/// Every page.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <SignInAgain/>
        <Routes fallback=NotFoundPage>
            // Family, at /.
            <SearchRoutes/>
            <FacilityRoutes/>
            <AccountRoutes/>
            <FamilyRoutes/>
            <BookingRoutes/>
            <SeriesRoutes/>
            <WaitlistRoutes/>

            // Staff, at /staff.
            <AttendanceRoutes/>
            <StaffSlotRoutes/>

            // About the app.
            <Route path=path!("/menu") view=MenuPage/>
            <Route path=path!("/accessibility") view=AccessibilityPage/>
        </Routes>
    }
}
