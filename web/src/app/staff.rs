//! The pages of staff, at `/staff`, and of officers, at `/office`.

use leptos::prelude::*;
use leptos_router::MatchNestedRoutes;
use leptos_router::any_nested_route::IntoAnyNestedRoute;

use crate::accounts::StaffAccountRoutes;
use crate::applications_office::OfficeApplicationRoutes;
use crate::attendance::AttendanceRoutes;
use crate::bookings::{EntryRoutes, OfficeEntryRoutes};
use crate::campaigns::CampaignRoutes;
use crate::families::HouseholdRoutes;
use crate::notices::NoticeOfficeRoutes;
use crate::office::OfficeRoutes;
use crate::outreach::OutreachRoutes;
use crate::places::PlaceRoutes;
use crate::programmes::ProgrammeRoutes;
use crate::registers::RegisterRoutes;
use crate::slots::staff::StaffSlotRoutes;
use crate::statements::StaffStatementRoutes;
use crate::waitlist::DemandRoutes;

/// The pages of staff and officers.
#[component(transparent)]
pub fn StaffPages() -> impl MatchNestedRoutes + Clone {
    view! {
        <StaffAccountRoutes/>
        <AttendanceRoutes/>
        <StaffSlotRoutes/>
        <PlaceRoutes/>
        <StaffStatementRoutes/>
        <EntryRoutes/>
        <OfficeRoutes/>
        <OfficeApplicationRoutes/>
        <OutreachRoutes/>
        <CampaignRoutes/>
        <OfficeEntryRoutes/>
        <HouseholdRoutes/>
        <DemandRoutes/>
        <ProgrammeRoutes/>
        <RegisterRoutes/>
        <NoticeOfficeRoutes/>
    }
    .into_inner()
    .into_any_nested_route()
}
