//! The pages of staff, at `/staff`.

use leptos::prelude::*;
use leptos_router::MatchNestedRoutes;
use leptos_router::any_nested_route::IntoAnyNestedRoute;

use crate::accounts::StaffAccountRoutes;
use crate::attendance::AttendanceRoutes;
use crate::bookings::EntryRoutes;
use crate::claims::ClaimRoutes;
use crate::clients::StaffClientRoutes;
use crate::journal::JournalRoutes;
use crate::messages::StaffMessageRoutes;
use crate::parts::PartRoutes;
use crate::places::PlaceRoutes;
use crate::practice::PracticeRoutes;
use crate::shift_notes::ShiftNoteRoutes;
use crate::slots::staff::StaffSlotRoutes;
use crate::statements::StaffStatementRoutes;

/// The pages of staff.
#[component(transparent)]
pub fn StaffPages() -> impl MatchNestedRoutes + Clone {
    view! {
        <StaffAccountRoutes/>
        <AttendanceRoutes/>
        <StaffSlotRoutes/>
        <PlaceRoutes/>
        <StaffStatementRoutes/>
        <ClaimRoutes/>
        <EntryRoutes/>
        <PartRoutes/>
        <StaffClientRoutes/>
        <PracticeRoutes/>
        <StaffMessageRoutes/>
        <JournalRoutes/>
        <ShiftNoteRoutes/>
    }
    .into_inner()
    .into_any_nested_route()
}
