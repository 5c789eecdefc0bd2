//! Campaigns and standing offers, as the officers of a city write, agree to, send and follow them.

mod acting;
mod audience;
mod city;
mod client;
mod editor;
mod figures;
mod list;
mod model;
mod pages;
mod parts;
mod preview;
mod rules;
mod sections;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::editor::{EditPage, NewPage};
use self::list::CampaignsPage;
use self::pages::{CampaignPage, CheckPage};
use self::rules::RulesPage;
use crate::session::OfficeOnly;

/// The slice's pages.
#[component(transparent)]
pub fn CampaignRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/campaigns") view=OfficeOnly>
            <Route path=path!("") view=CampaignsPage/>
            <Route path=path!("new") view=NewPage/>
            <Route path=path!("rules") view=RulesPage/>
            <Route path=path!(":campaign_id") view=CampaignPage/>
            <Route path=path!(":campaign_id/edit") view=EditPage/>
            <Route path=path!(":campaign_id/check") view=CheckPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
