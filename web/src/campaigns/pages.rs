//! One campaign: what it says, how it stands, what came of it, and the last look before it is proposed.

use std::time::Duration;

use chrono::TimeDelta;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use shared::campaigns::{Campaign, CampaignAudience, CampaignPreview, State, check_ready};
use shared::locale::moment;

use super::acting::{Decide, Discard, Propose, Stop, TakeBack, TestSend};
use super::city::Choices;
use super::client::{self, City};
use super::figures::Figures;
use super::model::{is_own, is_under_way};
use super::parts::{CampaignNav, Part, PlanFacts, Sample, StateChip, title, trail};
use super::preview::Preview;
use crate::api::{Failure, Tagged};
use crate::i18n::{Say, furigana, locale, reasons, say, say_with};
use crate::office::my_city;
use crate::session::use_session;
use crate::ui::{Banner, Breadcrumbs, Fact, Facts, Glyph, LinkButton, Load, Look, PageTitle, Tone, renewal};
use crate::{paths, settings};

/// How often it is looked anew while it is being sent.
const LOOK: Duration = Duration::from_secs(2);
/// One that is to begin within that is waited for.
const SOON: TimeDelta = TimeDelta::minutes(10);

/// A campaign with what its city has.
type Known = (Tagged<Campaign>, City);

fn known_of(id: Memo<String>) -> LocalResource<Result<Known, Failure>> {
    let code = my_city().map(|code| code.to_string()).unwrap_or_default();
    LocalResource::new(move || {
        let (id, code) = (id.get(), code.clone());
        async move {
            let (campaign, city) = futures_util::future::join(client::campaign(&id), client::city(&code)).await;
            Ok::<_, Failure>((campaign?, city?))
        }
    })
}

fn campaign_id() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("campaign_id")).unwrap_or_default())
}

/// One campaign.
#[component]
pub fn CampaignPage() -> impl IntoView {
    let known = known_of(campaign_id());
    let renewal = renewal(known);
    view! {
        <div class="stack staff">
            <CampaignNav here=Part::Below/>
            <Breadcrumbs trail=trail() here="campaigns.one"/>
            <Show when=move || !matches!(known.get(), Some(Ok(_)))><PageTitle text="campaigns.one"/></Show>
            <Load what=known renewal let:found><One known=found again=renewal.again/></Load>
        </div>
    }
}

#[component]
fn One(known: Known, again: Callback<()>) -> impl IntoView {
    let (tagged, city) = known;
    provide_context(Choices::of(&city));
    let campaign = tagged.value.clone();
    let texts = Signal::stored(campaign.plan.texts.clone());
    let step = Signal::stored(Some(campaign.plan.step.clone()));
    watch(&campaign, again);
    let is_begun =
        campaign.began_at.is_some() || campaign.looked_on.is_some() || matches!(campaign.life.state, State::Sending | State::Sent { .. });
    view! {
        <PageTitle text=title(&campaign.plan.name)/>
        <p class="row"><StateChip state=campaign.life.state.clone()/></p>
        {is_begun.then(|| view! { <Outcome campaign=campaign.clone()/> })}
        <div class="case">
            <div class="stack">
                <section class="card stack" aria-labelledby="plan">
                    <h2 id="plan"><Say key="campaigns.plan"/></h2>
                    <PlanFacts plan=campaign.plan.clone()/>
                </section>
                <section class="card stack" aria-labelledby="words"><h2 id="words"><Say key="campaigns.what"/></h2> <Sample texts step/></section>
            </div>
            <div class="stack">
                <NextAct tagged=tagged.clone() again/>
                <History campaign/>
            </div>
        </div>
    }
}

/// Looks whether a campaign stands otherwise, while it goes on by itself: only then the page is made anew.
fn watch(campaign: &Campaign, again: Callback<()>) {
    let goes_on = match &campaign.life.state {
        State::Sending => true,
        State::Scheduled { at } => *at <= settings::now() + SOON,
        _ => false,
    };
    if !goes_on {
        return;
    }
    let (id, word) = (campaign.id.to_string(), campaign.life.state.as_str());
    let look = move || {
        let id = id.clone();
        spawn_local(async move {
            if client::campaign(&id).await.is_ok_and(|now| now.value.life.state.as_str() != word) {
                again.try_run(());
            }
        });
    };
    if let Ok(looking) = set_interval_with_handle(look, LOOK) {
        on_cleanup(move || looking.clear());
    }
}

/// What came of it; looked anew while it is being sent.
#[component]
fn Outcome(campaign: Campaign) -> impl IntoView {
    let (id, state) = (campaign.id.to_string(), campaign.life.state);
    let is_sending = matches!(state, State::Sending);
    let is_followed = campaign.plan.deadline_days.is_some();
    let asked = id.clone();
    let figures = LocalResource::new(move || {
        let id = asked.clone();
        async move { client::figures(&id).await }
    });
    if is_sending && let Ok(looking) = set_interval_with_handle(move || figures.refetch(), LOOK) {
        on_cleanup(move || looking.clear());
    }
    view! { <Load what=figures let:figures><Figures figures state=state.clone() id=id.clone() is_followed/></Load> }
}

/// What can be done with it now.
#[component]
fn NextAct(tagged: Tagged<Campaign>, again: Callback<()>) -> impl IntoView {
    let session = use_session();
    let me = untrack(|| session.me()).map(|me| me.id);
    let campaign = tagged.value.clone();
    let id = campaign.id.to_string();
    let body = match &campaign.life.state {
        State::Draft => view! {
            <div class="row">
                <LinkButton href=paths::office_campaign_check(&id)><Say key="campaigns.to_check"/></LinkButton>
                <LinkButton look=Look::Outline icon=Glyph::Pencil href=paths::office_campaign_edit(&id)><Say key="campaigns.edit"/></LinkButton>
            </div>
            <TestSend id=id.clone()/>
            <Discard tagged again/>
        }
        .into_any(),
        State::Proposed if is_own(&campaign, me.as_ref()) => view! {
            <p><Say key="campaigns.waits_for_second"/></p>
            <TakeBack tagged again/>
        }
        .into_any(),
        State::Proposed => view! { <ToDecide tagged again/> }.into_any(),
        state if is_under_way(state) => view! {
            <p>{if campaign.plan.when.is_standing() { say("campaigns.runs_on").into_any() } else { say("campaigns.is_on_its_way").into_any() }}</p>
            <Stop tagged again/>
        }
        .into_any(),
        _ => return ().into_any(),
    };
    view! { <section class="card stack" aria-labelledby="act"><h2 id="act"><Say key="campaigns.next"/></h2> {body}</section> }.into_any()
}

/// What another officer has to know before agreeing: whom it reaches now.
#[component]
fn ToDecide(tagged: Tagged<Campaign>, again: Callback<()>) -> impl IntoView {
    let proposed = tagged.value.life.proposal.as_ref().map_or(0, |proposal| proposal.families);
    let (found, is_standing) = (preview_of(&tagged.value), tagged.value.plan.when.is_standing());
    view! {
        <p>{say_with("campaigns.proposed_to", move || vec![("count", proposed.to_string())])}</p>
        <Load what=found let:preview><Preview preview is_standing/></Load>
        <Decide tagged again/>
    }
}

fn preview_of(campaign: &Campaign) -> LocalResource<Result<CampaignPreview, Failure>> {
    let plan = &campaign.plan;
    let audience = CampaignAudience { audience: plan.audience.clone(), when: plan.when, hold_out_percent: plan.hold_out_percent };
    LocalResource::new(move || {
        let audience = audience.clone();
        async move { client::preview(&audience).await }
    })
}

/// Who did what with it, and when.
#[component]
fn History(campaign: Campaign) -> impl IntoView {
    let life = campaign.life;
    let (created, changed) = (campaign.created_at, campaign.changed_at);
    let by = |name: String, at| view! { {name} " " <span class="quiet">{furigana(move || moment(at, locale()))}</span> };
    let stopped = match life.state {
        State::Stopped { at, by: officer } => Some((officer.name, at)),
        _ => None,
    };
    let proposal = life.proposal.map(|proposal| {
        let families = proposal.families;
        view! {
            <Fact name="campaigns.by_proposer">
                {by(proposal.by.name, proposal.at)} " " {say_with("campaigns.would_reach", move || vec![("count", families.to_string())])}
            </Fact>
        }
    });
    view! {
        {life.returned.map(|returned| view! {
            <Banner tone=Tone::Warning title="campaigns.was_returned">
                <p class="said">{returned.words}</p>
                <p class="quiet">{returned.by.name} " " {furigana(move || moment(returned.at, locale()))}</p>
            </Banner>
        })}
        <section class="card stack" aria-labelledby="history">
            <h2 id="history"><Say key="campaigns.history"/></h2>
            <Facts>
                <Fact name="campaigns.by_author">{by(life.author.name, created)}</Fact>
                <Fact name="campaigns.by_editor">{by(life.editor.name, changed)}</Fact>
                {proposal}
                {life.approval.map(|approval| view! { <Fact name="campaigns.by_second">{by(approval.by.name, approval.at)}</Fact> })}
                {stopped.map(|(name, at)| view! { <Fact name="campaigns.is_stopped">{by(name, at)}</Fact> })}
            </Facts>
        </section>
    }
}

/// The last look before it is proposed.
#[component]
pub fn CheckPage() -> impl IntoView {
    let known = known_of(campaign_id());
    let renewal = renewal(known);
    view! {
        <div class="stack staff">
            <CampaignNav here=Part::Below/>
            <Breadcrumbs trail=trail() here="campaigns.check"/>
            <PageTitle text="campaigns.check"/>
            <Load what=known renewal let:found><Check known=found again=renewal.again/></Load>
        </div>
    }
}

#[component]
fn Check(known: Known, again: Callback<()>) -> impl IntoView {
    let (tagged, city) = known;
    provide_context(Choices::of(&city));
    let campaign = tagged.value.clone();
    let id = campaign.id.to_string();
    let texts = Signal::stored(campaign.plan.texts.clone());
    let step = Signal::stored(Some(campaign.plan.step.clone()));
    let missing: Vec<_> =
        check_ready(&campaign.plan, settings::now()).err().unwrap_or_default().into_iter().map(|part| part.reason).collect();
    let found = preview_of(&campaign);
    let (is_draft, is_standing) = (campaign.life.state == State::Draft, campaign.plan.when.is_standing());
    let can_go = is_draft && missing.is_empty();
    let edit = paths::office_campaign_edit(&id);
    let seen = tagged.clone();
    view! {
        {(!missing.is_empty()).then(|| view! {
            <Banner tone=Tone::Error title="campaigns.unready">{reasons(move || missing.clone())}</Banner>
        })}
        <div class="case">
            <div class="stack">
                <section class="card stack" aria-labelledby="plan">
                    <h2 id="plan">{title(&campaign.plan.name).view()}</h2>
                    <PlanFacts plan=campaign.plan.clone()/>
                </section>
                <section class="card stack" aria-labelledby="words"><h2 id="words"><Say key="campaigns.what"/></h2> <Sample texts step/></section>
            </div>
            <div class="stack">
                <section class="card stack" aria-labelledby="reach">
                    <h2 id="reach"><Say key="campaigns.preview"/></h2>
                    <Load what=found let:preview>
                        {
                            let (families, needs_approval) = (preview.families, preview.needs_approval);
                            let reaches = families > 0 || is_standing;
                            view! {
                                <Preview preview is_standing/>
                                {(can_go && reaches).then(|| view! { <Propose tagged=seen.clone() families needs_approval again/> })}
                            }
                        }
                    </Load>
                    <div class="row"><LinkButton look=Look::Outline icon=Glyph::Pencil href=edit><Say key="campaigns.edit"/></LinkButton></div>
                    <TestSend id=id.clone()/>
                </section>
            </div>
        </div>
    }
}
