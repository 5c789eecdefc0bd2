//! Writing a campaign: clear sections, checked and counted as one writes. What is not saved yet stays on the device.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use shared::campaigns::{Campaign, CampaignPlan, State, check_plan, starters};

use super::audience::Audience;
use super::city::Choices;
use super::client::{self, City};
use super::model::{blank, opened, read_audience, read_plan};
use super::parts::{CampaignNav, Part, trail};
use super::preview::LivePreview;
use super::sections::{Follow, Name, StepFields, What, WhenFields, section, title_of};
use crate::api::{Attempt, Failure, Tagged};
use crate::editing::{Editing, Kept, Wrong, kept};
use crate::flash::use_flash;
use crate::i18n::Say;
use crate::office::my_city;
use crate::ui::{Banner, Breadcrumbs, Button, LinkButton, Load, Look, PageTitle, Refused, Tone, renewal};
use crate::{paths, settings};

fn city_code() -> String {
    my_city().map(|code| code.to_string()).unwrap_or_default()
}

/// A new campaign, blank or from a starter.
#[component]
pub fn NewPage() -> impl IntoView {
    let query = use_query_map();
    let starter = Memo::new(move |_| query.with(|query| query.get("starter")).unwrap_or_default());
    let code = city_code();
    let known = LocalResource::new(move || {
        let code = code.clone();
        async move { client::city(&code).await }
    });
    view! {
        <div class="stack staff">
            <CampaignNav here=Part::Below/>
            <Breadcrumbs trail=trail() here="campaigns.new"/>
            <PageTitle text="campaigns.new"/>
            <Load what=known let:city>
                {move || {
                    let from = starters(&city.programmes, settings::today()).into_iter().find(|one| starter.with(|key| one.key == key));
                    let kept_as = starter.with(|key| format!("campaign_draft_new_{key}"));
                    let plan = from.map_or_else(blank, |starter| starter.plan);
                    view! { <Editor city=city.clone() plan kept_as before=None again=Callback::new(|()| ())/> }
                }}
            </Load>
        </div>
    }
}

/// A draft that is written on.
#[component]
pub fn EditPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("campaign_id")).unwrap_or_default());
    let code = city_code();
    let known = LocalResource::new(move || {
        let (id, code) = (id.get(), code.clone());
        async move {
            let (campaign, city) = futures_util::future::join(client::campaign(&id), client::city(&code)).await;
            Ok::<_, Failure>((campaign?, city?))
        }
    });
    let renewal = renewal(known);
    view! {
        <div class="stack staff">
            <CampaignNav here=Part::Below/>
            <Breadcrumbs trail=trail() here="campaigns.edit"/>
            <PageTitle text="campaigns.edit"/>
            <Load what=known renewal let:found>
                {
                    let (campaign, city) = found;
                    let id = campaign.value.id.to_string();
                    if campaign.value.life.state == State::Draft {
                        let kept_as = format!("campaign_draft_{id}");
                        view! { <Editor city plan=campaign.value.plan.clone() kept_as before=Some(campaign) again=renewal.again/> }.into_any()
                    } else {
                        view! {
                            <p><Say key="campaigns.not_draft"/></p>
                            <div class="row"><LinkButton look=Look::Outline href=paths::office_campaign(&id)><Say key="campaigns.back"/></LinkButton></div>
                        }
                        .into_any()
                    }
                }
            </Load>
        </div>
    }
}

/// The form.
#[component]
fn Editor(city: City, plan: CampaignPlan, kept_as: String, before: Option<Tagged<Campaign>>, again: Callback<()>) -> impl IntoView {
    provide_context(Choices::of(&city));
    let kept = kept(&kept_as, before.as_ref().map_or(0, |known| known.value.version), opened(&plan));
    // Somebody may have saved it after this device began to write.
    let (tone, words) = if kept.is_older { (Tone::Warning, "campaigns.kept_older") } else { (Tone::Info, "campaigns.kept") };
    view! {
        <Show when=move || kept.is_begun.get()>
            <Banner tone>
                <p><Say key=words/></p>
                <div class="row"><Button look=Look::Outline on_press=Callback::new(move |()| kept.begin_anew())><Say key="ui.forget_draft"/></Button></div>
            </Banner>
        </Show>
        {move || {
            kept.turn.track();
            view! { <Sheet kept before=before.clone() again/> }
        }}
    }
}

#[component]
fn Sheet(kept: Kept, before: Option<Tagged<Campaign>>, again: Callback<()>) -> impl IntoView {
    let draft = kept.draft;
    let plan = Memo::new(move |_| draft.with(read_plan));
    let wrong = Memo::new(move |_| plan.with(|plan| plan.as_ref().and_then(|plan| check_plan(plan).err()).unwrap_or_default()));
    provide_context(Editing { draft, wrong });
    let audience = Memo::new(move |_| draft.with(read_audience));
    let (flash, navigate, attempt) = (use_flash(), use_navigate(), Attempt::new());
    let failure = RwSignal::new(None::<Failure>);
    let back = before.as_ref().map_or_else(paths::office_campaigns, |known| paths::office_campaign(known.value.id.as_str()));
    let saving = Action::new_local(move |(plan, goes_on): &(CampaignPlan, bool)| {
        let (plan, goes_on) = (plan.clone(), *goes_on);
        let (before, attempt, navigate) = (before.clone(), attempt.clone(), navigate.clone());
        failure.set(None);
        async move {
            match client::save(before.as_ref(), &plan, &attempt).await {
                Ok(saved) => {
                    kept.forget();
                    let id = saved.id.as_str();
                    let next = if goes_on { paths::office_campaign_check(id) } else { paths::office_campaign(id) };
                    if !goes_on {
                        flash.done("campaigns.saved");
                    }
                    navigate(&next, NavigateOptions { replace: before.is_none(), ..Default::default() });
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let save = Callback::new(move |goes_on: bool| {
        if let Some(plan) = plan.get_untracked() {
            saving.dispatch((plan, goes_on));
        }
    });
    let is_ready = Signal::derive(move || plan.with(Option::is_some) && wrong.with(Vec::is_empty));
    let disabled = Signal::derive(move || !is_ready.get());
    let who = view! {
        <div class="case">
            <div class="stack"><p class="quiet"><Say key="campaigns.who_hint"/></p> <Audience/></div>
            <LivePreview audience/>
        </div>
    };
    view! {
        <form class="stack stack-wide" novalidate on:submit=move |event| event.prevent_default()>
            {section("campaign-name", "campaigns.name_title", view! { <Name/> })}
            {section("campaign-who", "campaigns.who", who)}
            {section("campaign-what", "campaigns.what", view! { <What/> })}
            {section("campaign-step", "campaigns.step_title", view! { <StepFields/> })}
            {section("campaign-when", "campaigns.when_title", view! { <WhenFields/> })}
            {section("campaign-follow", "campaigns.follow_title", view! { <Follow/> })}
            <section class="stack" aria-live="polite">
                {move || disabled.get().then(|| view! { <Wrong parts=wrong.get() no_day=plan.with(Option::is_none) title_of/> })}
                <Refused why=failure again/>
            </section>
            <div class="row actions">
                <Button busy=saving.pending() disabled on_press=Callback::new(move |()| save.run(true))><Say key="campaigns.to_check"/></Button>
                <Button look=Look::Outline busy=saving.pending() disabled on_press=Callback::new(move |()| save.run(false))><Say key="campaigns.save"/></Button>
                <LinkButton href=back look=Look::Text><Say key="campaigns.back"/></LinkButton>
            </div>
        </form>
    }
}
