//! How the city follows what nobody opened: what holds now, what comes, and a new version.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::locale::{Locale, Localised, full_day};
use shared::outreach::{DatedRules, Factor, NewOutreachRules, OutreachRules, SCRIPT_NAMES, check_rules, shipped_script};

use super::client;
use super::list::{OfficerNav, OutreachPart};
use super::model::{after_words, factor_word, factors, following, read_rules, rung_words, sample_script};
use crate::api::{Attempt, Failure};
use crate::editing::tree::{self, Kind, field_id};
use crate::editing::{Editing, Names, Pick, Rows, Typed, Wrong, kept, words};
use crate::families::model::classes_of;
use crate::flash::use_flash;
use crate::i18n::{Say, Text, furigana, locale, marked, name, say, say_with, text};
use crate::office::my_city;
use crate::settings;
use crate::ui::{Button, Checkbox, Disclosure, Fact, Facts, Field, Load, Look, PageTitle, Refusal, Select, renewal};

/// Under this name the device keeps what is written, as long as it is not published.
const DRAFT: &str = "outreach_rules_draft";

/// The rules of the officer's city.
#[component]
pub fn RulesPage() -> impl IntoView {
    let city = my_city().map(|code| code.to_string()).unwrap_or_default();
    let known = LocalResource::new(move || {
        let city = city.clone();
        async move {
            let (rules, programmes) = futures_util::future::join(client::rules(), client::programmes_of(&city)).await;
            Ok::<_, Failure>((rules?, classes_of(&programmes?)))
        }
    });
    let renewal = renewal(known);
    view! {
        <div class="stack staff">
            <OfficerNav here=OutreachPart::Rules/>
            <PageTitle text="outreach.rules_title"/>
            <p><Say key="outreach.rules_lead"/></p>
            <Load what=known renewal let:found>
                {found.0.iter().enumerate().map(|(nth, rules)| view! { <Holding rules=rules.clone() is_now={nth == 0}/> }).collect_view()}
                {found.0.first().map(|now| view! { <NewRules now=now.rules.clone() classes=found.1.clone() again=renewal.again/> })}
            </Load>
        </div>
    }
}

/// What a factor is called.
fn factor_view(factor: &Factor) -> AnyView {
    match factor {
        Factor::FirstChild => say("outreach.first_child").into_any(),
        Factor::NeverUsed => say("outreach.never_used").into_any(),
        Factor::UnopenedInRow => say("outreach.factor_in_row").into_any(),
        Factor::Undeliverable => say("outreach.undeliverable").into_any(),
        Factor::Household { name: called, .. } => name(called.clone()).into_any(),
    }
}

fn factor_text(factor: &Factor) -> Text {
    match factor {
        Factor::FirstChild => "outreach.first_child".into(),
        Factor::NeverUsed => "outreach.never_used".into(),
        Factor::UnopenedInRow => "outreach.factor_in_row".into(),
        Factor::Undeliverable => "outreach.undeliverable".into(),
        Factor::Household { name: called, .. } => {
            let called = called.clone();
            text(move || called.get(locale()).to_owned())
        }
    }
}

/// Rules that hold or come.
#[component]
fn Holding(rules: DatedRules, is_now: bool) -> impl IntoView {
    let DatedRules { valid_from, rules } = rules;
    let rungs = rules.ladder.into_iter().map(|rung| {
        let (when, number) = after_words(rung.after_hours);
        view! { <li>{say_with(when, move || vec![("count", number.to_string())])} "：" {say(rung_words(rung.by))}</li> }
    });
    let weights = rules
        .weights
        .iter()
        .map(|weight| view! { <li>{factor_view(&weight.factor)} " " <strong>{format!("+{}", weight.points)}</strong></li> });
    let (weights, least) = (weights.collect_view(), rules.least_attempts);
    let script = rules.script;
    let named_by = valid_from.map_or_else(|| "rules-shipped".to_owned(), |day| format!("rules-{day}"));
    view! {
        <section class="card stack" aria-labelledby=named_by.clone()>
            <h2 id=named_by.clone()>{if is_now { say("outreach.rules_now").into_any() } else { say("outreach.rules_next").into_any() }}</h2>
            <p class="quiet">
                {match valid_from {
                    Some(day) => say_with("outreach.rules_from", move || vec![("day", full_day(day, locale()))]).into_any(),
                    None => say("outreach.rules_shipped").into_any(),
                }}
            </p>
            <Facts>
                <Fact name="outreach.ladder"><ol class="plain-list">{rungs.collect_view()}</ol></Fact>
                <Fact name="outreach.weights"><ul class="plain-list">{weights}</ul></Fact>
                <Fact name="outreach.least_attempts">{say_with("outreach.times", move || vec![("count", least.to_string())])}</Fact>
                <Fact name="outreach.script">
                    <p class="said">{furigana(move || script.as_ref().map_or_else(|| shipped_script(locale()), |own| own.get(locale()).to_owned()))}</p>
                </Fact>
            </Facts>
        </section>
    }
}

/// What may weigh, for the rows of the form.
#[derive(Clone)]
struct Choices(Vec<Factor>);

/// The form of a new version.
#[component]
fn NewRules(now: OutreachRules, classes: Vec<(String, Localised)>, again: Callback<()>) -> impl IntoView {
    let today = settings::today();
    let kept = kept(DRAFT, 0, following(&now, today));
    let (draft, is_begun) = (kept.draft, kept.is_begun.get_untracked());
    let new = Memo::new(move |_| draft.with(read_rules));
    let wrong = Memo::new(move |_| new.with(|new| new.as_ref().and_then(|new| check_rules(new, today).err()).unwrap_or_default()));
    provide_context(Editing { draft, wrong });
    let used = new.with_untracked(|new| new.as_ref().map(|new| new.rules.weights.clone()).unwrap_or_default());
    provide_context(Choices(factors(&classes, &used)));
    let (flash, failure, attempt) = (use_flash(), RwSignal::new(None::<Failure>), Attempt::new());
    let publishing = Action::new_local(move |new: &NewOutreachRules| {
        let (new, attempt) = (new.clone(), attempt.clone());
        async move {
            match client::publish_rules(&new, &attempt).await {
                Ok(_) => {
                    flash.done("outreach.rules_published");
                    kept.forget();
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = Callback::new(move |()| {
        failure.set(None);
        if let Some(new) = new.get_untracked() {
            publishing.dispatch(new);
        }
    });
    let is_ready = Signal::derive(move || new.with(Option::is_some) && wrong.with(Vec::is_empty));
    view! {
        <Disclosure summary="outreach.rules_new" open=is_begun>
            <form class="stack stack-wide" novalidate on:submit=move |event| event.prevent_default()>
                {move || {
                    kept.turn.track();
                    view! { <Sections/> }
                }}
                <section class="stack" aria-live="polite">
                    {move || (!is_ready.get()).then(|| view! { <Wrong parts=wrong.get() no_day=new.with(Option::is_none) title_of/> })}
                    {move || failure.get().map(|why| view! { <Refusal why/> })}
                </section>
                <div class="row actions">
                    <Button busy=publishing.pending() disabled=Signal::derive(move || !is_ready.get()) on_press=press><Say key="outreach.rules_publish"/></Button>
                    <Button look=Look::Text on_press=Callback::new(move |()| kept.begin_anew())><Say key="ui.forget_draft"/></Button>
                </div>
            </form>
        </Disclosure>
    }
}

/// The title of what a field stands in.
fn title_of(pointer: &str) -> &'static str {
    match pointer.split('/').nth(1).unwrap_or_default() {
        "ladder" => "outreach.ladder",
        "weights" => "outreach.weights",
        "least_attempts" => "outreach.least_attempts",
        "script" => "outreach.script",
        _ => "outreach.rules_begin",
    }
}

#[component]
fn Sections() -> impl IntoView {
    fn rung(at: String) -> AnyView {
        const MEANS: [(&str, &str); 3] = [("push", "outreach.by_push"), ("mail", "outreach.by_mail"), ("person", "outreach.by_person")];
        view! {
            <div class="form-row">
                <Typed at=format!("{at}/after_hours") label="outreach.after_hours" kind=Kind::Number/>
                <Pick at=format!("{at}/by") label="outreach.means" options=words(&MEANS)/>
            </div>
        }
        .into_any()
    }
    fn weight(at: String) -> AnyView {
        view! {
            <div class="form-row">
                <FactorPick at=format!("{at}/factor")/>
                <Typed at=format!("{at}/points") label="outreach.weight_points" kind=Kind::Number/>
            </div>
        }
        .into_any()
    }
    view! {
        <Typed at="/valid_from" label="outreach.rules_begin" kind=Kind::Day/>
        <p class="quiet"><Say key="outreach.ladder_hint"/></p>
        <Rows at="/ladder" label="outreach.ladder" row=rung fresh=|_| json!({ "after_hours": 24, "by": "mail" })/>
        <p class="quiet"><Say key="outreach.weights_hint"/></p>
        <Rows at="/weights" label="outreach.weights" row=weight fresh=|_| json!({ "factor": { "kind": "never_used" }, "points": 10 })/>
        <Typed at="/least_attempts" label="outreach.least_attempts" kind=Kind::Number/>
        <Script/>
    }
}

/// What a weight is given for.
#[component]
fn FactorPick(at: String) -> impl IntoView {
    let editing = Editing::here();
    let Choices(all) = use_context().unwrap_or(Choices(Vec::new()));
    let written =
        editing.draft.with_untracked(|draft| draft.pointer(&at).and_then(|found| serde_json::from_value::<Factor>(found.clone()).ok()));
    let value = RwSignal::new(written.as_ref().map(factor_word).unwrap_or_default());
    let options: Vec<(String, Text)> = all.iter().map(|factor| (factor_word(factor), factor_text(factor))).collect();
    let id = field_id(&at);
    Effect::new(move |before: Option<()>| {
        let word = value.get();
        let chosen = all.iter().find(|factor| factor_word(factor) == word).and_then(|factor| serde_json::to_value(factor).ok());
        if let (Some(()), Some(chosen)) = (before, chosen) {
            editing.draft.update(|draft| tree::set(draft, &at, chosen));
        }
    });
    view! { <Field id label="outreach.weight_for"><Select value options=Signal::stored(options)/></Field> }
}

/// What is said on the phone: the shipped words, or the city's own.
#[component]
fn Script() -> impl IntoView {
    let editing = Editing::here();
    let has_own = move |draft: &Value| draft.pointer("/script").is_some_and(|script| !script.is_null());
    let is_own = RwSignal::new(editing.draft.with_untracked(has_own));
    let shown = RwSignal::new(is_own.get_untracked());
    Effect::new(move |before: Option<()>| {
        let own = is_own.get();
        if before.is_some() {
            let shipped =
                json!({ "ja": shipped_script(Locale::Ja), "easy": shipped_script(Locale::Easy), "en": shipped_script(Locale::En) });
            editing.draft.update(|draft| tree::set(draft, "/script", if own { shipped } else { Value::Null }));
            shown.set(own);
        }
    });
    let names = SCRIPT_NAMES.map(|name| format!("{{{name}}}")).join(" ");
    let sample = move || {
        let script = editing.draft.with(|draft| draft.get("script").and_then(|own| serde_json::from_value::<Localised>(own.clone()).ok()));
        sample_script(&script.map_or_else(|| shipped_script(locale()), |own| own.get(locale()).to_owned()), settings::today(), locale())
    };
    view! {
        <section class="stack" id=field_id("/script") tabindex="-1">
            <h3><Say key="outreach.script"/></h3>
            <Checkbox id="script-own" label="outreach.script_own" value=is_own/>
            <Show when=move || shown.get()>
                <p class="quiet">{say_with("outreach.script_hint", { let names = names.clone(); move || vec![("names", names.clone())] })}</p>
                <Names at="/script" label="outreach.script" long=true most=2000/>
            </Show>
            <div class="notice-sample">
                <p class="quiet"><Say key="outreach.script_sample"/></p>
                <p class="said">{move || marked(&sample())}</p>
            </div>
        </section>
    }
}
