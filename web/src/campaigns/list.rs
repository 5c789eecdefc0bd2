//! Every campaign of the city, and what to begin a new one from.

use leptos::prelude::*;
use shared::campaigns::{Campaign, State, starters};
use shared::locale::moment;
use shared::page::Page;

use super::client::{self, Wanted};
use super::model::state_of;
use super::parts::{CampaignNav, Part, StateChip, WhenSaid, title};
use crate::i18n::{Say, Text, furigana, locale, say, say_with};
use crate::office::my_city;
use crate::paths;
use crate::settings;
use crate::ui::{EmptyState, Field, Glyph, LinkButton, Load, Need, PageTitle, Pager, QueueCell, QueueTable, Select};

/// The list.
#[component]
pub fn CampaignsPage() -> impl IntoView {
    let (state, cursor) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let found = LocalResource::new(move || {
        let wanted = Wanted { state: state.get(), cursor: cursor.get() };
        async move { client::campaigns(&wanted).await }
    });
    let states: Vec<(String, Text)> =
        std::iter::once("").chain(State::WORDS).map(|word| (word.to_owned(), Text::from(state_of(word)))).collect();
    let is_every = Signal::derive(move || state.with(String::is_empty));
    view! {
        <div class="stack staff">
            <CampaignNav here=Part::List/>
            <PageTitle text="campaigns.title"/>
            <p><Say key="campaigns.lead"/></p>
            <div class="row"><LinkButton href=paths::office_new_campaign(None) icon=Glyph::Plus><Say key="campaigns.new"/></LinkButton></div>
            <div class="queue-filter" on:change=move |_| cursor.set(None)>
                <Field id="campaigns-state" label="campaigns.state" required=Need::Unsaid><Select value=state options=Signal::stored(states)/></Field>
            </div>
            <Load what=found let:page><Found page cursor is_every/></Load>
            <Starters/>
        </div>
    }
}

/// What stands in a row.
const COLUMNS: [&str; 5] = ["campaigns.name", "campaigns.state", "campaigns.when", "campaigns.families", "campaigns.changed"];

#[component]
fn Found(page: Page<Campaign>, cursor: RwSignal<Option<String>>, is_every: Signal<bool>) -> impl IntoView {
    let next = page.next_cursor;
    let rows = if page.items.is_empty() {
        let words = if is_every.get_untracked() { "campaigns.none" } else { "campaigns.none_so" };
        view! { <EmptyState words=Text::from(words)/> }.into_any()
    } else {
        let rows = page.items.into_iter().map(|campaign| view! { <Row campaign/> }).collect_view();
        view! { <QueueTable caption="campaigns.title" columns=COLUMNS.to_vec()>{rows}</QueueTable> }.into_any()
    };
    view! {
        {rows}
        <Pager cursor next/>
    }
}

#[component]
fn Row(campaign: Campaign) -> impl IntoView {
    let Campaign { id, plan, life, changed_at, sent, .. } = campaign;
    let proposed = life.proposal.map(|proposal| proposal.families);
    let families = match (&life.state, proposed) {
        (State::Draft, _) => ().into_any(),
        (State::Proposed | State::Scheduled { .. }, Some(families)) => {
            say_with("campaigns.would_reach", move || vec![("count", families.to_string())]).into_any()
        }
        _ => say_with("campaigns.has_reached", move || vec![("count", sent.to_string())]).into_any(),
    };
    let is_standing = plan.when.is_standing();
    view! {
        <tr>
            <th scope="row"><a href=paths::office_campaign(id.as_str())>{title(&plan.name).view()}</a></th>
            <QueueCell label="campaigns.state">
                <StateChip state=life.state/>
                {life.returned.map(|_| view! { <span class="quiet queue-number"><Say key="campaigns.was_returned"/></span> })}
            </QueueCell>
            <QueueCell label="campaigns.when">
                {if is_standing { say("campaigns.kind_standing").into_any() } else { say("campaigns.kind_once").into_any() }}
                <span class="quiet queue-number"><WhenSaid when=plan.when/></span>
            </QueueCell>
            <QueueCell label="campaigns.families">{families}</QueueCell>
            <QueueCell label="campaigns.changed">
                {furigana(move || moment(changed_at, locale()))}
                <span class="quiet queue-number">{life.editor.name}</span>
            </QueueCell>
        </tr>
    }
}

/// The standing offers that the city's programmes allow, as drafts to begin from.
#[component]
fn Starters() -> impl IntoView {
    let city = my_city().map(|code| code.to_string()).unwrap_or_default();
    let known = LocalResource::new(move || {
        let city = city.clone();
        async move { client::city(&city).await }
    });
    view! {
        <section class="stack" aria-labelledby="starters">
            <h2 id="starters"><Say key="campaigns.starters"/></h2>
            <p><Say key="campaigns.starters_lead"/></p>
            <Load what=known let:city>
                <ul class="plain-list grid">
                    {starters(&city.programmes, settings::today())
                        .into_iter()
                        .map(|starter| {
                            let (href, name) = (paths::office_new_campaign(Some(starter.key)), starter.plan.name);
                            view! {
                                <li>
                                    <div class="card card-link stack">
                                        <h3><a class="card-target" href=href>{name}</a></h3>
                                        <p class="quiet"><WhenSaid when=starter.plan.when/></p>
                                    </div>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </Load>
        </section>
    }
}
