//! Office mode: the way between the pages of a city's officers and of the BPO centre.

use leptos::prelude::*;
use shared::access::Role;
use shared::municipalities::MunicipalityCode;

use crate::i18n::{say, t};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Glyph, Icon, led_to_current};

/// Where an officer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficePlace {
    /// The first page.
    Home,
    /// Applications that the rules left open.
    Applications,
    /// What households are.
    Households,
    /// Bookings on the phone.
    Entry,
    /// The rules of programmes.
    Programmes,
    /// What is to hold from a day on, and who agrees.
    Changes,
    /// What nobody could be given.
    Demand,
    /// What the months came to.
    Figures,
    /// Files of registers.
    Registers,
    /// The sentences of notices.
    Notices,
    /// Families to call.
    Outreach,
    /// What families are told of by themselves.
    Campaigns,
    /// Settlements with other cities.
    Settlements,
    /// Vendors' systems.
    Clients,
    /// Who did what.
    Audit,
}

/// Address, words and picture of each place but the first page, with what it is for.
fn places() -> [(OfficePlace, String, &'static str, &'static str, Glyph); 14] {
    [
        (OfficePlace::Applications, paths::office_applications(), "office.applications", "office.applications_for", Glyph::Check),
        (OfficePlace::Outreach, paths::office_outreach(), "office.outreach", "office.outreach_for", Glyph::Person),
        (OfficePlace::Campaigns, paths::office_campaigns(), "office.campaigns", "office.campaigns_for", Glyph::Globe),
        (OfficePlace::Households, paths::office_households(), "office.households", "office.households_for", Glyph::Family),
        (OfficePlace::Entry, paths::office_entry(), "office.entry", "office.entry_for", Glyph::Phone),
        (OfficePlace::Programmes, paths::office_programmes(), "office.programmes", "office.programmes_for", Glyph::List),
        (OfficePlace::Changes, paths::office_changes(), "office.changes", "office.changes_for", Glyph::Pencil),
        (OfficePlace::Demand, paths::office_demand(), "office.demand", "office.demand_for", Glyph::Search),
        (OfficePlace::Settlements, paths::office_settlements(), "office.settlements", "office.settlements_for", Glyph::Yen),
        (OfficePlace::Figures, paths::office_figures(), "office.figures", "office.figures_for", Glyph::List),
        (OfficePlace::Registers, paths::office_registers(), "office.registers", "office.registers_for", Glyph::Bag),
        (OfficePlace::Notices, paths::office_notices(), "office.notices", "office.notices_for", Glyph::Bell),
        (OfficePlace::Clients, paths::office_clients(), "office.clients", "office.clients_for", Glyph::Lock),
        (OfficePlace::Audit, paths::office_audit(), "office.audit", "office.audit_for", Glyph::Clock),
    ]
}

/// The places that the signed-in person may go to: operators call families and act for them.
fn my_places() -> Vec<(OfficePlace, String, &'static str, &'static str, Glyph)> {
    let session = use_session();
    let is_officer = untrack(move || session.me()).is_some_and(|me| matches!(me.role, Role::Officer { .. }));
    let is_mine = |place: OfficePlace| is_officer || matches!(place, OfficePlace::Outreach | OfficePlace::Entry);
    places().into_iter().filter(|(place, ..)| is_mine(*place)).collect()
}

/// The way between the pages of office mode.
#[component]
pub fn OfficeNav(
    /// Where one is.
    here: OfficePlace,
) -> impl IntoView {
    view! {
        <nav class="staff-nav office-nav no-print" aria-label=move || t("office.nav_label")>
            <ul node_ref=led_to_current()>
                {my_places()
                    .into_iter()
                    .map(|(place, href, words, _, glyph)| {
                        view! { <li><a href=href aria-current=(place == here).then_some("page")><Icon glyph/><span>{say(words)}</span></a></li> }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}

/// What each place is for.
#[component]
pub fn Places() -> impl IntoView {
    view! {
        <ul class="plain-list stack">
            {my_places()
                .into_iter()
                .map(|(_, href, words, what, glyph)| {
                    view! { <li><strong class="office-place"><Icon glyph/><a href=href>{say(words)}</a></strong><p>{say(what)}</p></li> }
                })
                .collect_view()}
        </ul>
    }
}

/// The signed-in officer's city.
pub fn my_city() -> Option<MunicipalityCode> {
    let session = use_session();
    untrack(move || session.me()).and_then(|me| match me.role {
        Role::Officer { municipality } => Some(municipality),
        Role::Guardian { .. } | Role::Staff { .. } | Role::Operator => None,
    })
}
