//! The parts of staff mode that the facility does not use: hidden from the pages of all of its staff.

mod client;
mod pages;

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::ids::FacilityId;
use shared::parts::{HiddenParts, StaffPart};

use crate::offline;
use crate::session::{StaffOnly, use_session};

/// Under this name the device remembers what is hidden, and where.
const KEPT_AS: &str = "hidden_parts";

thread_local! {
    static HIDDEN: ArcRwSignal<BTreeSet<StaffPart>> = ArcRwSignal::new(BTreeSet::new());
}

/// The slice's pages.
#[component(transparent)]
pub fn PartRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/parts") view=StaffOnly>
            <Route path=path!("") view=pages::PartsPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// What the facility hides, followed when read in a view: as the device remembers it, then as the server says.
pub fn use_hidden() -> ArcRwSignal<BTreeSet<StaffPart>> {
    let hidden = HIDDEN.with(Clone::clone);
    let Some(facility) = untrack(|| use_session().facility()) else { return hidden };
    let kept = offline::read_device::<(FacilityId, HiddenParts)>(KEPT_AS).filter(|(of, _)| *of == facility);
    hidden.set(kept.map(|(_, parts)| parts.hidden).unwrap_or_default());
    spawn_local(async move {
        // Without an answer what the device remembers holds.
        if let Ok(parts) = client::hidden().await {
            now_hidden(&facility, parts);
        }
    });
    hidden
}

/// The server said what is hidden.
fn now_hidden(facility: &FacilityId, parts: HiddenParts) {
    offline::write_device(KEPT_AS, &(facility, &parts));
    HIDDEN.with(|hidden| {
        hidden.maybe_update(|hidden| {
            let is_new = *hidden != parts.hidden;
            *hidden = parts.hidden;
            is_new
        })
    });
}

/// The words of a part: the key of a sentence.
const fn words(part: StaffPart) -> &'static str {
    match part {
        StaffPart::Week => "attendance.nav_week",
        StaffPart::Scan => "attendance.nav_scan",
        StaffPart::Entry => "entry.title",
        StaffPart::Slots => "attendance.nav_slots",
        StaffPart::Statements => "statements.nav",
    }
}
