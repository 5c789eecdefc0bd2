//! Pages about the app itself: the menu of a phone, accessibility, and the page that is not there.

use leptos::prelude::*;

use crate::frame::{Account, LanguageSwitch};
use crate::i18n::Say;
use crate::paths;
use crate::session::use_session;
use crate::ui::{Glyph, Icon, LinkButton, PageTitle};

/// Everything that has no place in the bar of a phone.
#[component]
pub fn MenuPage() -> impl IntoView {
    let session = use_session();
    let links = [
        (paths::bookings(), "app.nav_bookings", Glyph::Calendar),
        (paths::notices(), "app.nav_notices", Glyph::Bell),
        (paths::notice_preferences(), "notices.preferences", Glyph::Phone),
        (paths::calendar(), "feeds.title", Glyph::Calendar),
        (paths::family(), "app.nav_family", Glyph::Family),
        (paths::applications(), "applications.title", Glyph::Pencil),
        (paths::accesses(), "audit.accesses_title", Glyph::List),
        (paths::accessibility(), "app.accessibility", Glyph::Info),
        (paths::staff(), "app.for_staff", Glyph::List),
    ];
    view! {
        <div class="narrow stack">
            <PageTitle text="app.nav_menu"/>
            <section class="card stack">
                <h2><Say key="app.menu_account"/></h2>
                <div class="row"><Account/></div>
                {move || session.me().map(|me| view! { <p><a href=paths::account(&me.role)><Say key="accounts.account_title"/></a></p> })}
            </section>
            <section class="card stack">
                <h2><Say key="app.menu_language"/></h2>
                <LanguageSwitch id="menu-language"/>
            </section>
            <ul class="link-list">
                {links
                    .into_iter()
                    .map(|(href, words, glyph)| {
                        view! { <li><a href=href><Icon glyph/><span><Say key=words/></span><Icon glyph=Glyph::Right/></a></li> }
                    })
                    .collect_view()}
            </ul>
        </div>
    }
}

/// What the app does so that everybody can use it, and what to do where that is not enough.
#[component]
pub fn AccessibilityPage() -> impl IntoView {
    view! {
        <div class="narrow stack">
            <PageTitle text="app.accessibility"/>
            <p><Say key="app.accessibility_aim"/></p>
            <ul>
                <li><Say key="app.accessibility_keyboard"/></li>
                <li><Say key="app.accessibility_zoom"/></li>
                <li><Say key="app.accessibility_colour"/></li>
                <li><Say key="app.accessibility_language"/></li>
            </ul>
            <p><Say key="app.accessibility_contact"/></p>
            <crate::outreach::OutreachPurpose/>
        </div>
    }
}

/// No such page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <div class="narrow stack">
            <PageTitle text="app.not_found_title"/>
            <p><Say key="app.not_found"/></p>
            <div class="row"><LinkButton href=paths::home() icon=Glyph::Search><Say key="app.to_search"/></LinkButton></div>
        </div>
    }
}
