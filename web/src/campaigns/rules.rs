//! How the city sends campaigns: from how many families on two officers have to agree, and how many a family gets at most.

use leptos::prelude::*;
use shared::campaigns::{CampaignRules, DatedCampaignRules, NewCampaignRules, check_rules};
use shared::locale::full_day;
use shared::time::next_day;

use super::client;
use super::parts::{CampaignNav, Part};
use crate::api::{Attempt, Failure};
use crate::editing::tree::Kind;
use crate::editing::{Editing, Typed, Wrong, kept};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say, say_with};
use crate::settings;
use crate::ui::{Button, Disclosure, Fact, Facts, Load, Look, PageTitle, Refusal, renewal};

/// Under this name the device keeps what is written, as long as it is not published.
const DRAFT: &str = "campaign_rules_draft";

/// The rules of the officer's city.
#[component]
pub fn RulesPage() -> impl IntoView {
    let known = LocalResource::new(client::rules);
    let renewal = renewal(known);
    view! {
        <div class="stack staff">
            <CampaignNav here=Part::Rules/>
            <PageTitle text="campaigns.rules_title"/>
            <p><Say key="campaigns.rules_lead"/></p>
            <Load what=known renewal let:all>
                {all.iter().enumerate().map(|(nth, rules)| view! { <Holding rules=*rules is_now={nth == 0}/> }).collect_view()}
                {all.first().map(|now| view! { <NewRules now=now.rules again=renewal.again/> })}
            </Load>
        </div>
    }
}

/// Rules that hold or come.
#[component]
fn Holding(rules: DatedCampaignRules, is_now: bool) -> impl IntoView {
    let DatedCampaignRules { valid_from, rules } = rules;
    let CampaignRules { four_eyes_over, cap_notices, cap_days, growth_percent } = rules;
    let id = valid_from.map_or_else(|| "rules-shipped".to_owned(), |day| format!("rules-{day}"));
    let named_by = id.clone();
    view! {
        <section class="card stack" aria-labelledby=named_by>
            <h2 id=id>{if is_now { say("campaigns.rules_now").into_any() } else { say("campaigns.rules_next").into_any() }}</h2>
            <p class="quiet">
                {match valid_from {
                    Some(day) => say_with("campaigns.rules_from", move || vec![("day", full_day(day, locale()))]).into_any(),
                    None => say("campaigns.rules_shipped").into_any(),
                }}
            </p>
            <Facts>
                <Fact name="campaigns.four_eyes">{say_with("campaigns.four_eyes_said", move || vec![("count", four_eyes_over.to_string())])}</Fact>
                <Fact name="campaigns.cap">{say_with("campaigns.cap_said", move || vec![("days", cap_days.to_string()), ("count", cap_notices.to_string())])}</Fact>
                <Fact name="campaigns.growth">{say_with("campaigns.growth_said", move || vec![("percent", growth_percent.to_string())])}</Fact>
            </Facts>
        </section>
    }
}

/// The title of what a field stands in.
fn title_of(pointer: &str) -> &'static str {
    match pointer {
        "/four_eyes_over" => "campaigns.four_eyes_over",
        "/cap_notices" => "campaigns.cap_notices",
        "/cap_days" => "campaigns.cap_days",
        "/growth_percent" => "campaigns.growth_percent",
        _ => "campaigns.rules_begin",
    }
}

/// The form of a new version.
#[component]
fn NewRules(now: CampaignRules, again: Callback<()>) -> impl IntoView {
    let today = settings::today();
    let following = NewCampaignRules { valid_from: next_day(today), rules: now };
    let kept = kept(DRAFT, 0, serde_json::to_value(following).unwrap_or_default());
    let (draft, is_begun) = (kept.draft, kept.is_begun.get_untracked());
    let new = Memo::new(move |_| draft.with(|draft| serde_json::from_value::<NewCampaignRules>(draft.clone()).ok()));
    let wrong = Memo::new(move |_| new.with(|new| new.as_ref().and_then(|new| check_rules(new, today).err()).unwrap_or_default()));
    provide_context(Editing { draft, wrong });
    let (flash, failure, attempt) = (use_flash(), RwSignal::new(None::<Failure>), Attempt::new());
    let publishing = Action::new_local(move |new: &NewCampaignRules| {
        let (new, attempt) = (*new, attempt.clone());
        failure.set(None);
        async move {
            match client::publish_rules(&new, &attempt).await {
                Ok(_) => {
                    flash.done("campaigns.rules_published");
                    kept.forget();
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = Callback::new(move |()| {
        if let Some(new) = new.get_untracked() {
            publishing.dispatch(new);
        }
    });
    let is_ready = Signal::derive(move || new.with(Option::is_some) && wrong.with(Vec::is_empty));
    let fields = move || {
        kept.turn.track();
        view! {
            <Typed at="/valid_from" label="campaigns.rules_begin" kind=Kind::Day/>
            <Typed at="/four_eyes_over" label="campaigns.four_eyes_over" kind=Kind::Number/>
            <div class="form-row">
                <Typed at="/cap_notices" label="campaigns.cap_notices" kind=Kind::Number/>
                <Typed at="/cap_days" label="campaigns.cap_days" kind=Kind::Number/>
            </div>
            <Typed at="/growth_percent" label="campaigns.growth_percent" kind=Kind::Number/>
        }
    };
    view! {
        <Disclosure summary="campaigns.rules_new" open=is_begun>
            <form class="stack" novalidate on:submit=move |event| event.prevent_default()>
                {fields}
                <section class="stack" aria-live="polite">
                    {move || (!is_ready.get()).then(|| view! { <Wrong parts=wrong.get() no_day=new.with(Option::is_none) title_of/> })}
                    {move || failure.get().map(|why| view! { <Refusal why/> })}
                </section>
                <div class="row actions">
                    <Button busy=publishing.pending() disabled=Signal::derive(move || !is_ready.get()) on_press=press><Say key="campaigns.rules_publish"/></Button>
                    <Button look=Look::Text on_press=Callback::new(move |()| kept.begin_anew())><Say key="ui.forget_draft"/></Button>
                </div>
            </form>
        </Disclosure>
    }
}
