//! Pieces that several pages of campaigns share.

use leptos::prelude::*;
use shared::campaigns::{CampaignPlan, State, Step, Texts, When};
use shared::eligibility::Condition;
use shared::locale::{Locale, Localised, without_ruby};
use shared::notices::{Kind, words};

use super::city::Choices;
use super::model::{describe, state_words, when_said};
use crate::frame::own_name;
use crate::i18n::{Say, Text, furigana, locale, marked, name, say, say_with, text};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::ui::{Chip, Fact, Facts, Field, Need, Select};

/// Where one is among the pages of campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The list.
    List,
    /// The city's rules.
    Rules,
    /// A page below.
    Below,
}

/// The way between the office's pages, and between those of campaigns.
#[component]
pub fn CampaignNav(
    /// Where one is.
    here: Part,
) -> impl IntoView {
    let parts = [
        (Part::List, paths::office_campaigns(), "campaigns.title"),
        (Part::Rules, paths::office_campaign_rules(), "campaigns.rules_title"),
    ];
    let links = parts.map(|(part, href, words)| {
        view! { <li><a href=href aria-current=(part == here).then_some("page")>{say(words)}</a></li> }
    });
    view! {
        <OfficeNav here=OfficePlace::Campaigns/>
        <nav class="part-nav no-print" aria-label=move || crate::i18n::t("campaigns.parts")><ul class="plain-list row">{links.collect_view()}</ul></nav>
    }
}

/// The way back to the list.
pub fn trail() -> Vec<(String, Text)> {
    vec![(paths::office_campaigns(), "campaigns.title".into())]
}

/// What a campaign is called; a draft may have no name yet.
pub fn title(name: &str) -> Text {
    if name.trim().is_empty() {
        Text::from("campaigns.no_name")
    } else {
        let name = name.to_owned();
        text(move || name.clone())
    }
}

/// How it stands, as a chip.
#[component]
pub fn StateChip(state: State) -> impl IntoView {
    match state_words(&state) {
        (key, Some(tone)) => view! { <Chip tone>{say(key)}</Chip> }.into_any(),
        (key, None) => view! { <Chip>{say(key)}</Chip> }.into_any(),
    }
}

/// A condition in words, each part below what it is a part of.
#[component]
pub fn Conditions(condition: Condition) -> impl IntoView {
    let lines = move || {
        describe(&condition, locale())
            .into_iter()
            .map(|said| view! { <li class=format!("condition depth-{}", said.depth.min(5))>{marked(&said.words)}</li> })
            .collect_view()
    };
    view! { <ul class="plain-list conditions">{lines}</ul> }
}

/// When it is sent.
#[component]
pub fn WhenSaid(when: When) -> impl IntoView {
    furigana(move || when_said(&when, locale()))
}

/// What the next step is.
#[component]
pub fn StepSaid(step: Step) -> impl IntoView {
    let choices = Choices::here();
    let called = |all: &[(String, Localised)], key: &str| all.iter().find(|(known, _)| known == key).map(|(_, name)| name.clone());
    let said = |words: &'static str, of: Option<Localised>| view! { {say(words)} {of.map(|of| view! { "：" {name(of)} })} }.into_any();
    match &step {
        Step::Search { programme } => said("campaigns.step_search", called(&choices.programmes, programme.as_str())),
        Step::Apply { procedure } => said("campaigns.step_apply", called(&choices.procedures, procedure.as_str())),
        Step::Bookings => said("campaigns.step_bookings", None),
        Step::Notices => said("campaigns.step_notices", None),
    }
}

/// Everything that a plan says, to read.
#[component]
pub fn PlanFacts(plan: CampaignPlan) -> impl IntoView {
    let CampaignPlan { audience, step, when, deadline_days, hold_out_percent, .. } = plan;
    let is_standing = when.is_standing();
    view! {
        <Facts>
            <Fact name="campaigns.who"><Conditions condition=audience/></Fact>
            <Fact name="campaigns.when">
                {if is_standing { view! { <Say key="campaigns.kind_standing"/> "：" }.into_any() } else { ().into_any() }}
                <WhenSaid when/>
            </Fact>
            <Fact name="campaigns.step"><StepSaid step/></Fact>
            <Fact name="campaigns.deadline">
                {match deadline_days {
                    Some(days) => say_with("campaigns.deadline_in", move || vec![("days", days.to_string())]).into_any(),
                    None => say("campaigns.no_deadline").into_any(),
                }}
            </Fact>
            {(hold_out_percent > 0).then(|| view! {
                <Fact name="campaigns.hold_out">{format!("{hold_out_percent} %")}</Fact>
            })}
        </Facts>
    }
}

/// What families read, in a language that can be chosen: in the app, and on a lock screen.
#[component]
pub fn Sample(
    /// The words.
    #[prop(into)]
    texts: Signal<Texts>,
    /// The next step; none: it is not chosen yet.
    #[prop(into)]
    step: Signal<Option<Step>>,
) -> impl IntoView {
    let language = RwSignal::new(Locale::Ja.tag().to_owned());
    let options: Vec<(String, Text)> =
        Locale::ALL.into_iter().map(|one| (one.tag().to_owned(), text(move || own_name(one).to_owned()))).collect();
    let sample = move || {
        let language = language.with(|tag| Locale::from_tag(tag)).unwrap_or_default();
        let (subject, body) = texts.with(|texts| (texts.subject().get(language).to_owned(), texts.text().get(language).to_owned()));
        let shipped = words::shipped(Kind::Campaign, language);
        let step = step.get().filter(|step| *step != Step::Notices).map(|step| step.label().get(language).to_owned());
        let lines: Vec<AnyView> = body.lines().map(|line| view! { <p>{marked(line)}</p> }.into_any()).collect();
        view! {
            <div class="notice-sample stack" lang=language.html_lang()>
                <p><strong>{marked(&subject)}</strong></p>
                {lines}
                {step.map(|label| view! { <p><span class="button button-solid"><span>{marked(&label)}</span></span></p> })}
            </div>
            <p class="quiet"><Say key="campaigns.on_lock"/></p>
            <div class="notice-sample" lang=language.html_lang()><p>{without_ruby(&shipped.lock_title)}</p></div>
        }
    };
    view! {
        <Field id="sample-language" label="campaigns.sample_language" required=Need::Unsaid><Select value=language options=Signal::stored(options)/></Field>
        {sample}
    }
}
