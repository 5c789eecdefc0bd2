//! The pages of staff, at `/staff`, and of officers, at `/office`.

use leptos::prelude::*;
use leptos_router::MatchNestedRoutes;
use leptos_router::any_nested_route::IntoAnyNestedRoute;

use crate::attendance::AttendanceRoutes;
use crate::bookings::{EntryRoutes, OfficeEntryRoutes};
use crate::families::HouseholdRoutes;
use crate::office::OfficeRoutes;
use crate::programmes::ProgrammeRoutes;
use crate::slots::staff::StaffSlotRoutes;
use crate::statements::StaffStatementRoutes;
use crate::waitlist::DemandRoutes;

/// The pages of staff and officers.
#[component(transparent)]
pub fn StaffPages() -> impl MatchNestedRoutes + Clone {
    view! {
        <AttendanceRoutes/>
        <StaffSlotRoutes/>
        <StaffStatementRoutes/>
        <EntryRoutes/>
        <OfficeRoutes/>
        <OfficeEntryRoutes/>
        <HouseholdRoutes/>
        <DemandRoutes/>
        <ProgrammeRoutes/>
    }
    .into_inner()
    .into_any_nested_route()
}
