//! The page of the search: what is wanted above, what was found below, in one of three views.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::access::{Area, may};
use shared::families::Child;
use shared::municipalities::MunicipalityCode;
use shared::time::age_months_on;

use super::client;
use super::conditions::{ChildChoice, Conditions, DayStrip, Search};
use super::model::Names;
use super::near::remembered;
use super::results::Results;
use super::wanted::{View, Wanted};
use crate::i18n::{Say, t};
use crate::offline::use_online;
use crate::session::use_session;
use crate::settings;
use crate::ui::{PageTitle, TabPanel, Tabs};

/// The family of the person who is signed in, as far as a search needs it.
#[derive(Clone, PartialEq, Default)]
struct Household {
    residence: Option<MunicipalityCode>,
    children: Vec<Child>,
}

/// The first page of the app.
#[component]
pub fn SearchPage() -> impl IntoView {
    let address = use_query_map();
    let navigate = use_navigate();
    let session = use_session();
    let online = use_online();
    let today = settings::today();
    let municipalities = LocalResource::new(client::municipalities);
    let programmes = LocalResource::new(client::programmes);
    let search = Search {
        wanted: Memo::new(move |_| address.with(|values| Wanted::read(|name| values.get(name)))),
        names: Memo::new(move |_| Names {
            municipalities: municipalities.get().and_then(Result::ok).unwrap_or_default(),
            programmes: programmes.get().and_then(Result::ok).unwrap_or_default(),
        }),
        point: RwSignal::new(remembered()),
        today,
        go: Callback::new(move |wanted: Wanted| {
            navigate(&wanted.written(), NavigateOptions { scroll: false, ..Default::default() });
        }),
    };
    let is_family = Memo::new(move |_| session.me().is_some_and(|me| may(&me.role, Area::Family)));
    let family = LocalResource::new(move || {
        let asks = is_family.get();
        async move {
            if !asks {
                return Household::default();
            }
            // The search works without either of them.
            let residence = client::family().await.ok().map(|family| family.municipality);
            Household { residence, children: client::children().await.unwrap_or_default() }
        }
    });
    let household = Memo::new(move |_| family.get().unwrap_or_default());
    let born = Memo::new(move |_| {
        let age = search.wanted.with(|wanted| wanted.age)?;
        household.with(|household| household.children.iter().map(|child| child.known.born).find(|born| age_months_on(*born, today) == age))
    });
    let ask = Memo::new(move |_| {
        search.wanted.with(|wanted| wanted.ask(today, household.with(|household| household.residence.clone()), born.get()))
    });
    let found = LocalResource::new(move || {
        let ask = ask.get();
        // Without network the last answer stays; with it again, the search runs again.
        let _ = online.get();
        async move { client::search(&ask).await.map(|found| (ask, found)) }
    });
    let view_name = Signal::derive(move || search.wanted.with(|wanted| wanted.view.name().to_owned()));
    let on_select = Callback::new(move |name: String| search.change(|wanted| wanted.view = View::of(&name)));
    let results = Results { search, ask, found, born };
    view! {
        <div class="search stack">
            <div class="search-head">
                <PageTitle text="slots.title"/>
                <p class="search-lead"><Say key="slots.lead"/></p>
            </div>
            <section class="search-form stack" aria-label=move || t("slots.conditions")>
                <ChildChoice search children=Signal::derive(move || household.with(|household| household.children.clone()))/>
                <Conditions search/>
            </section>
            <section class="search-results" aria-label=move || t("slots.results")>
                <DayStrip search/>
                <Tabs
                    id="search"
                    label="slots.views"
                    tabs=vec![("list", "slots.view_list".into()), ("week", "slots.view_week".into()), ("map", "slots.view_map".into())]
                    selected=view_name
                    on_select
                />
                <TabPanel id="search" name="list" selected=view_name>{results.list()}</TabPanel>
                <TabPanel id="search" name="week" selected=view_name>{results.week()}</TabPanel>
                <TabPanel id="search" name="map" selected=view_name>{results.map()}</TabPanel>
            </section>
        </div>
    }
}
