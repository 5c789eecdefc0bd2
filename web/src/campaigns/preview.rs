//! Whom a condition reaches, as one edits it: how many, by which way, and a sample that names nobody.

use std::time::Duration;

use leptos::prelude::*;
use shared::campaigns::{CampaignAudience, CampaignPreview, SampleFamily};

use super::client;
use crate::api::Failure;
use crate::i18n::{Say, name, say, say_with};
use crate::ui::{Banner, Fact, Facts, Load, Tone};

/// How long nothing is written before it is counted.
const PAUSE: Duration = Duration::from_millis(600);

/// The count of what is written, a moment after nothing is written any more.
#[component]
pub fn LivePreview(
    /// Whom it is for; none: the conditions make no sense yet.
    #[prop(into)]
    audience: Signal<Option<CampaignAudience>>,
) -> impl IntoView {
    let asked = RwSignal::new(audience.get_untracked());
    let turn = StoredValue::new(0_u32);
    Effect::new(move |before: Option<()>| {
        let wanted = audience.get();
        if before.is_some() {
            turn.update_value(|turn| *turn = turn.wrapping_add(1));
            let mine = turn.get_value();
            set_timeout(
                move || {
                    // Whoever left the page meanwhile wants no count.
                    if turn.try_get_value() == Some(mine) {
                        asked.set(wanted);
                    }
                },
                PAUSE,
            );
        }
    });
    let is_waiting = move || asked.with(|asked| audience.with(|now| asked != now));
    view! {
        <div class="stack" aria-live="polite">
            <h3><Say key="campaigns.preview"/></h3>
            {move || match asked.get() {
                None => view! { <p class="quiet"><Say key="campaigns.preview_unready"/></p> }.into_any(),
                Some(_) => view! { <div class:is-waiting=is_waiting><Counted asked/></div> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Counted(asked: RwSignal<Option<CampaignAudience>>) -> impl IntoView {
    let found = LocalResource::new(move || {
        let asked = asked.get();
        async move {
            match asked {
                Some(audience) => client::preview(&audience).await,
                None => Err(Failure::Unexpected),
            }
        }
    });
    let is_standing = move || asked.with_untracked(|asked| asked.as_ref().is_some_and(|asked| asked.when.is_standing()));
    view! { <Load what=found let:preview><Preview preview is_standing=is_standing()/></Load> }
}

/// What was counted.
#[component]
pub fn Preview(
    /// The numbers.
    preview: CampaignPreview,
    /// It goes on every day, so that nobody today is nothing wrong.
    is_standing: bool,
) -> impl IntoView {
    let families = preview.families;
    if preview.few {
        return view! {
            <p class="campaign-count"><Say key="campaigns.few"/></p>
            <p class="quiet"><Say key="campaigns.few_hint"/></p>
            {approval(&preview)}
        }
        .into_any();
    }
    if families == 0 {
        return view! {
            <p class="campaign-count">{counted("campaigns.families_count", 0)}</p>
            {if is_standing {
                view! { <p><Say key="campaigns.nobody_today"/></p> }.into_any()
            } else {
                view! { <Banner tone=Tone::Warning><p><Say key="campaigns.reaches_nobody"/></p></Banner> }.into_any()
            }}
            {unknown(preview.unknown)}
            {approval(&preview)}
        }
        .into_any();
    }
    let ways = [("campaigns.by_push", preview.push), ("campaigns.by_mail", preview.mail), ("campaigns.by_inbox", preview.inbox_only)];
    let left_out =
        [("campaigns.capped", preview.capped), ("campaigns.unreachable", preview.unreachable), ("campaigns.held_out", preview.held_out)];
    let of = preview.families.saturating_sub(left_out.iter().map(|(_, count)| count).sum());
    let ways = ways.map(|(key, count)| view! { <li>{counted(key, count)}</li> });
    let left_out: Vec<AnyView> = left_out
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| view! { <li>{counted(key, count)}</li> }.into_any())
        .collect();
    let has_left_out = !left_out.is_empty();
    let (children, guardians) = (preview.children, preview.guardians);
    let sample = preview.sample.iter().cloned().map(|family| view! { <li><Somebody family/></li> }).collect_view();
    view! {
        <p class="campaign-count">{counted("campaigns.families_count", families)}</p>
        <Facts>
            <Fact name="campaigns.children">{counted("campaigns.people", children)}</Fact>
            <Fact name="campaigns.guardians">{counted("campaigns.people", guardians)}</Fact>
            <Fact name="campaigns.gets_it">{counted("campaigns.families_count", of)} <ul class="plain-list">{ways.collect_view()}</ul></Fact>
            {has_left_out.then(|| view! { <Fact name="campaigns.gets_none"><ul class="plain-list">{left_out}</ul></Fact> })}
        </Facts>
        {unknown(preview.unknown)}
        {approval(&preview)}
        <p id="sample-families"><strong><Say key="campaigns.sample_families"/></strong></p>
        <ul class="plain-list sample-families" aria-labelledby="sample-families">{sample}</ul>
        <p class="quiet"><Say key="campaigns.sample_hint"/></p>
    }
    .into_any()
}

fn counted(key: &'static str, count: u32) -> impl IntoView {
    say_with(key, move || vec![("count", count.to_string())])
}

fn unknown(count: u32) -> Option<impl IntoView> {
    (count > 0).then(|| view! { <p>{counted("campaigns.unknown", count)}</p> })
}

fn approval(preview: &CampaignPreview) -> Option<impl IntoView + use<>> {
    preview.needs_approval.then(|| view! { <p class="quiet"><Say key="campaigns.needs_approval"/></p> })
}

/// A family of the sample; nothing of it names anybody.
#[component]
fn Somebody(family: SampleFamily) -> impl IntoView {
    let age = match family.age {
        Some(age) if age.from_months < 36 => {
            say_with("campaigns.sample_months", move || vec![("from", age.from_months.to_string()), ("to", age.to_months.to_string())])
                .into_any()
        }
        Some(age) => say_with("campaigns.sample_years", move || vec![("years", (age.from_months / 12).to_string())]).into_any(),
        None => say("campaigns.sample_family").into_any(),
    };
    let many = if family.children >= 3 { "campaigns.sample_children_more" } else { "campaigns.sample_children" };
    let children = family.children;
    let certified =
        family.certified.into_iter().map(|programme| view! { <span class="chip"><span>{name(programme)}</span></span> }).collect_view();
    view! { <span>{age}</span> " · " <span>{say_with(many, move || vec![("count", children.to_string())])}</span> " " {certified} }
}
