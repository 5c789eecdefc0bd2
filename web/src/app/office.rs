//! The pages of officers, at `/office`.

use leptos::prelude::*;
use leptos_router::MatchNestedRoutes;
use leptos_router::any_nested_route::IntoAnyNestedRoute;

use crate::applications_office::OfficeApplicationRoutes;
use crate::audit::AuditRoutes;
use crate::bookings::OfficeEntryRoutes;
use crate::campaigns::CampaignRoutes;
use crate::changes::ChangeRoutes;
use crate::clients::ClientRoutes;
use crate::families::HouseholdRoutes;
use crate::figures::FigureRoutes;
use crate::notices::NoticeOfficeRoutes;
use crate::outreach::OutreachRoutes;
use crate::programmes::ProgrammeRoutes;
use crate::registers::RegisterRoutes;
use crate::retention::RetentionRoutes;
use crate::settlements::SettlementRoutes;
use crate::today::TodayRoutes;
use crate::waitlist::DemandRoutes;

/// The pages of officers.
#[component(transparent)]
pub fn OfficePages() -> impl MatchNestedRoutes + Clone {
    view! {
        <TodayRoutes/>
        <OfficeApplicationRoutes/>
        <OutreachRoutes/>
        <CampaignRoutes/>
        <ChangeRoutes/>
        <SettlementRoutes/>
        <OfficeEntryRoutes/>
        <HouseholdRoutes/>
        <DemandRoutes/>
        <FigureRoutes/>
        <ProgrammeRoutes/>
        <RegisterRoutes/>
        <NoticeOfficeRoutes/>
        <ClientRoutes/>
        <AuditRoutes/>
        <RetentionRoutes/>
    }
    .into_inner()
    .into_any_nested_route()
}
